//! The HTTP side of the simulator: `/api/*`, and the upgrade at `/link/`.
//!
//! One task a TCP connection: it serves HTTP, and where that ends in an upgrade, it becomes the socket.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER, SEC_WEBSOCKET_ACCEPT,
    SEC_WEBSOCKET_KEY, UPGRADE,
};
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::ConnId;
use super::api;
use super::connection::How;
use super::door::{Opened, Token};
use super::fault::{RefuseOpen, RefuseUpgrade};
use super::hub::Hub;
use super::socket;

const BODY_MAX: usize = 4 << 20;

type Answer = Response<Full<Bytes>>;
/// Where the HTTP service leaves an upgrade for the task that owns the TCP connection.
type Slot = Arc<Mutex<Option<(ConnId, OnUpgrade)>>>;

/// Accepts until it is dropped, and every connection's task with it.
pub(super) async fn accept(hub: Arc<Hub>, listener: TcpListener) {
    let mut tasks = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                tasks.spawn(serve(Arc::clone(&hub), stream));
            } else {
                // out of file descriptors, for instance: give others the time to close some
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            },
            Some(_) = tasks.join_next() => {}
        }
    }
}

async fn serve(hub: Arc<Hub>, stream: TcpStream) {
    stream.set_nodelay(true).ok();
    let slot = Slot::default();
    let service = hyper::service::service_fn(|request| {
        let (hub, slot) = (Arc::clone(&hub), Arc::clone(&slot));
        async move { Ok::<_, Infallible>(route(&hub, &slot, request).await) }
    });
    let io = TokioIo::new(stream);
    // an error here is a client that went away: its connection, if any, is closed below
    let _ended =
        hyper::server::conn::http1::Builder::new().serve_connection(io, service).with_upgrades().await;
    let Some((conn, upgrade)) = slot.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    match upgrade.await.map(hyper::upgrade::Upgraded::downcast::<TokioIo<TcpStream>>) {
        Ok(Ok(parts)) => {
            let inbox = hub.register(conn);
            socket::run(&hub, conn, parts.io.into_inner(), parts.read_buf.to_vec(), inbox).await;
        }
        _ => hub.forget(conn, How::Lost),
    }
}

async fn route(hub: &Hub, slot: &Slot, request: Request<Incoming>) -> Answer {
    let path = request.uri().path().to_owned();
    match (request.method(), path.as_str()) {
        (&Method::GET, "/link" | "/link/") => link(hub, slot, request),
        (_, path) => match path.strip_prefix("/api/") {
            Some(method) => web_api(hub, method, request).await,
            None => plain(StatusCode::NOT_FOUND, "not found"),
        },
    }
}

async fn web_api(hub: &Hub, method: &str, request: Request<Incoming>) -> Answer {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_MAX).collect().await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large, or was not sent whole");
    };
    let args = api::arguments(head.uri.query().unwrap_or_default(), &body.to_bytes());
    if method == "apps.connections.open" {
        let bearer = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = match bearer.and_then(|value| value.strip_prefix("Bearer ")) {
            Some(token) => Token::Bearer(token.trim()),
            None if args.contains_key("token") => Token::Elsewhere,
            None => Token::Missing,
        };
        let (opened, app) =
            hub.apply(|workspace, now| (workspace.open(now, token), workspace.app_hash().to_owned()));
        return opened_answer(hub, opened, &app);
    }
    let ts = hub.apply(|workspace, now| {
        let at = workspace.wall(now);
        workspace.minter().ts(at)
    });
    json_answer(StatusCode::OK, api::answer(method, &args, &ts).to_string())
}

fn opened_answer(hub: &Hub, opened: Opened, app: &str) -> Answer {
    const URL: &str = "ws://{host}/link/?ticket={ticket}&app_id={app}";
    let granted = |template: &str, ticket: &str| {
        let used = hub.look(|workspace| workspace.used_ticket().to_owned());
        let named = [("{host}", hub.host.as_str()), ("{ticket}", ticket), ("{used}", &used), ("{app}", app)];
        let url = named.iter().fold(template.to_owned(), |url, (name, value)| url.replace(name, value));
        // Slack escapes the slashes (protocol.md section 1)
        let url = Value::from(url).to_string().replace('/', "\\/");
        json_answer(StatusCode::OK, format!(r#"{{"ok":true,"url":{url}}}"#))
    };
    match opened {
        Opened::Ticket(ticket) => granted(URL, &ticket),
        Opened::Refused(RefuseOpen::Url { url }) => {
            let ticket = if url.contains("{ticket}") { hub.apply(|w, _| w.ticket()) } else { String::new() };
            granted(&url, &ticket)
        }
        Opened::Refused(RefuseOpen::Error { code, retry_after }) => error_answer(&code, retry_after),
        Opened::Refused(RefuseOpen::Status { status, retry_after }) => status_answer(status, retry_after),
        Opened::Refused(RefuseOpen::Html) => {
            let page =
                "<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body></body></html>";
            with(plain(StatusCode::OK, page), CONTENT_TYPE, "text/html; charset=utf-8")
        }
        Opened::Refused(RefuseOpen::Redirect { to }) => with(plain(StatusCode::FOUND, ""), LOCATION, &to),
    }
}

fn error_answer(code: &str, retry_after: Option<u64>) -> Answer {
    let body = match code {
        "missing_scope" => {
            json!({ "ok": false, "error": code, "needed": "connections:write", "provided": "" })
        }
        _ => json!({ "ok": false, "error": code }),
    };
    let status = if code == "ratelimited" { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::OK };
    retry(json_answer(status, body.to_string()), retry_after)
}

fn status_answer(status: u16, retry_after: Option<u64>) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    retry(plain(status, ""), retry_after)
}

/// The WebSocket's opening handshake (RFC 6455 section 4.2).
fn link(hub: &Hub, slot: &Slot, mut request: Request<Incoming>) -> Answer {
    let headers = request.headers();
    let upgrades =
        headers.get(UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    let Some(key) = headers.get(SEC_WEBSOCKET_KEY).filter(|_| upgrades).cloned() else {
        return plain(StatusCode::UPGRADE_REQUIRED, "this is a WebSocket's address");
    };
    let query = request.uri().query().unwrap_or_default().to_owned();
    let args = api::arguments(&query, b"");
    let ticket = args.get("ticket").and_then(Value::as_str).unwrap_or_default();
    let debug_reconnects = args.get("debug_reconnects").is_some_and(|value| value == "true");
    match hub.apply(|workspace, now| workspace.dial(now, &query, ticket, debug_reconnects)) {
        Err(RefuseUpgrade { status, retry_after }) => status_answer(status, retry_after),
        Ok(conn) => {
            let upgrade = (conn, hyper::upgrade::on(&mut request));
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(upgrade);
            let answer = plain(StatusCode::SWITCHING_PROTOCOLS, "");
            let answer = with(with(answer, CONNECTION, "Upgrade"), UPGRADE, "websocket");
            with(answer, SEC_WEBSOCKET_ACCEPT, &derive_accept_key(key.as_bytes()))
        }
    }
}

fn plain(status: StatusCode, text: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = status;
    answer
}

fn json_answer(status: StatusCode, body: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    with(answer, CONTENT_TYPE, "application/json; charset=utf-8")
}

fn retry(answer: Answer, after: Option<u64>) -> Answer {
    match after {
        Some(seconds) => with(answer, RETRY_AFTER, &seconds.to_string()),
        None => answer,
    }
}

/// With that header, where the value can be one.
fn with(mut answer: Answer, name: hyper::header::HeaderName, value: &str) -> Answer {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
    answer
}
