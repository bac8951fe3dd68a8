//! The entries of a HAR, as far as the records tell.

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::{Connection, before};
use crate::journal::{Event, Record};

/// Where Slack's Web API is, for records that do not tell.
const API: &str = "https://slack.com/api/";

/// The call of `apps.connections.open` before a connection; none where its record is missing.
pub(super) fn opening(connection: &Connection) -> Option<Value> {
    let started = match (connection.opening, connection.opened) {
        (Some(at), _) => at,
        (None, Some((at, took_ms))) => before(at, took_ms),
        (None, None) => return None,
    };
    let failed = connection.error.as_ref().filter(|_| connection.opened.is_none());
    let took_ms = match (connection.opened, failed) {
        (Some((_, took_ms)), _) => took_ms,
        (None, Some((at, ..))) => between(started, *at),
        (None, None) => 0.0,
    };
    let mut response = response(
        if connection.opened.is_some() { 200 } else { 0 },
        if connection.opened.is_some() { "OK" } else { "" },
        &json!({ "size": -1, "mimeType": "application/json", "comment": "records keep the socket's URL only" }),
    );
    if let Some((_, code, message)) = failed {
        response["_error"] = format!("{code}: {message}").into();
    }
    let request = request("POST", &format!("{}apps.connections.open", api_of(&connection.url)), None);
    Some(entry(started, &request, &response, took_ms, 0.0, "fetch"))
}

/// The upgrade and the life of a connection, without its frames; none where no socket was asked for.
pub(super) fn upgrade(connection: &Connection) -> Option<Value> {
    if connection.opened.is_none() && connection.connected.is_none() && connection.frames.is_empty() {
        return None;
    }
    let (started, wait) = match (connection.connected, connection.opened) {
        (Some((at, took_ms)), _) => (before(at, took_ms), took_ms),
        (None, Some((at, _))) => (at, 0.0),
        (None, None) => (connection.start(), 0.0),
    };
    let live = connection.connected.is_some() || !connection.frames.is_empty();
    let ended = connection.closed.as_ref().map_or(connection.last, |(at, ..)| *at);
    let lived = if live { (between(started, ended) - wait).max(0.0) } else { 0.0 };
    let (status, words) = if live { (101, "Switching Protocols") } else { (0, "") };
    let mut response = response(status, words, &json!({ "size": 0, "mimeType": "x-unknown" }));
    if let Some((_, code, message)) = connection.error.as_ref().filter(|_| !live) {
        response["_error"] = format!("{code}: {message}").into();
    }
    let url = if connection.url.is_empty() { "wss://wss-primary.slack.com/link/" } else { &connection.url };
    let mut entry = entry(started, &request("GET", url, None), &response, wait, lived, "websocket");
    if let Some((_, code, reason)) = &connection.closed {
        entry["_webSocketClose"] = json!({ "code": code, "reason": reason });
    }
    Some(entry)
}

/// A call of the Web API.
pub(super) fn api(record: &Record) -> Option<Value> {
    let Event::Api { method, request: sent, status, response: answer, took_ms } = &record.event else {
        return None;
    };
    let request = request("POST", &format!("{API}{method}"), Some(sent));
    let content = json!({ "size": answer.len(), "mimeType": "application/json", "text": answer });
    let response = response(*status, "", &content);
    Some(entry(before(record.at, *took_ms), &request, &response, *took_ms, 0.0, "fetch"))
}

fn entry(
    started: Timestamp,
    request: &Value,
    response: &Value,
    wait: f64,
    receive: f64,
    kind: &str,
) -> Value {
    json!({
        "startedDateTime": format!("{started:.6}"),
        "time": wait + receive,
        "request": request,
        "response": response,
        "cache": {},
        "timings": { "blocked": -1, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": wait, "receive": receive },
        "_resourceType": kind,
    })
}

fn request(method: &str, url: &str, body: Option<&str>) -> Value {
    let parsed = Url::parse(url).ok();
    let pair = |(name, value): (std::borrow::Cow<str>, std::borrow::Cow<str>)| json!({ "name": name, "value": value });
    let query: Vec<Value> = parsed.iter().flat_map(Url::query_pairs).map(pair).collect();
    let mut request = json!({
        "method": method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "queryString": query,
        "headersSize": -1,
        "bodySize": body.map_or(-1, |body| i64::try_from(body.len()).unwrap_or(-1)),
    });
    if let Some(body) = body {
        request["postData"] = json!({ "mimeType": "application/json", "params": [], "text": body });
    }
    request
}

fn response(status: u16, words: &str, content: &Value) -> Value {
    json!({
        "status": status,
        "statusText": words,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    })
}

/// A local server has its API beside its sockets; Slack has not.
fn api_of(socket: &str) -> String {
    let local =
        Url::parse(socket).ok().filter(|url| !url.host_str().is_some_and(|host| host.ends_with("slack.com")));
    let at = local.and_then(|url| {
        let scheme = if url.scheme() == "ws" { "http" } else { "https" };
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{scheme}://{}{port}/api/", url.host_str()?))
    });
    at.unwrap_or_else(|| API.to_owned())
}

fn between(from: Timestamp, to: Timestamp) -> f64 {
    (to.duration_since(from).as_secs_f64() * 1000.0).max(0.0)
}
