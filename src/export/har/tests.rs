#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use crate::export::fixture::Session;
use crate::export::{Chosen, ExportError, Format, Tally, write};
use crate::journal::{Event, Lines, Record};

fn exported(lines: &Lines, chosen: &Chosen) -> Result<(Value, Tally), ExportError> {
    let mut out = Vec::new();
    let tally = write(lines, Format::Har, chosen, false, &mut out, &mut |_| true)?;
    assert_eq!(tally.bytes, out.len() as u64);
    Ok((serde_json::from_slice(&out).unwrap(), tally))
}

/// The required members of HAR 1.2 and their types, by hand.
fn check(har: &Value) {
    let log = &har["log"];
    assert_eq!(log["version"], "1.2");
    has(&log["creator"], &[("name", Value::is_string), ("version", Value::is_string)]);
    for entry in log["entries"].as_array().unwrap() {
        check_entry(entry);
    }
}

type Is = fn(&Value) -> bool;

fn has(object: &Value, members: &[(&str, Is)]) {
    for (name, is) in members {
        assert!(object.get(name).is_some_and(is), "{name} in {object:#}");
    }
}

fn check_entry(entry: &Value) {
    let count: Is = |value| value.as_i64().is_some_and(|count| count >= -1);
    let time: Is = |value| value.as_f64().is_some_and(|time| time >= 0.0);
    let date: Is = |value| value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok());
    let members: [(&str, Is); 6] = [
        ("startedDateTime", date),
        ("time", time),
        ("request", Value::is_object),
        ("response", Value::is_object),
        ("cache", Value::is_object),
        ("timings", Value::is_object),
    ];
    has(entry, &members);
    let both: [(&str, Is); 5] = [
        ("httpVersion", Value::is_string),
        ("cookies", Value::is_array),
        ("headers", Value::is_array),
        ("headersSize", count),
        ("bodySize", count),
    ];
    for side in ["request", "response"] {
        has(&entry[side], &both);
    }
    has(
        &entry["request"],
        &[("method", Value::is_string), ("url", Value::is_string), ("queryString", Value::is_array)],
    );
    has(
        &entry["response"],
        &[
            ("status", Value::is_u64),
            ("statusText", Value::is_string),
            ("content", Value::is_object),
            ("redirectURL", Value::is_string),
        ],
    );
    has(&entry["response"]["content"], &[("size", count), ("mimeType", Value::is_string)]);
    has(&entry["timings"], &[("send", time), ("wait", time), ("receive", time)]);
    for pair in entry["request"]["queryString"].as_array().unwrap() {
        has(pair, &[("name", Value::is_string), ("value", Value::is_string)]);
    }
    let timings = entry["timings"].as_object().unwrap().values();
    let sum: f64 = timings.map(|time| time.as_f64().unwrap()).filter(|time| *time >= 0.0).sum();
    assert!((sum - entry["time"].as_f64().unwrap()).abs() < 1e-6, "{entry:#}");
}

fn sockets(har: &Value) -> Vec<&Value> {
    har["log"]["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["_resourceType"] == "websocket")
        .collect()
}

#[test]
fn a_session_is_a_har_with_its_sockets_and_calls() {
    let session = Session::full();
    let (har, tally) = exported(&session.lines(), &Chosen::All).unwrap();
    check(&har);
    let entries = har["log"]["entries"].as_array().unwrap();
    let urls: Vec<_> = entries.iter().map(|entry| entry["request"]["url"].as_str().unwrap()).collect();
    let (open, socket) = (
        "https://slack.com/api/apps.connections.open",
        "wss://wss-primary.slack.com/link/?ticket=***&app_id=89ab",
    );
    assert_eq!(urls, [open, socket, open, socket, "https://slack.com/api/chat.postMessage"]);
    assert_eq!(tally.items, 5);
    let call = &entries[4];
    assert_eq!(call["request"]["postData"]["text"], r#"{"channel":"C123ABC456","text":"Hello Rainer"}"#);
    assert_eq!(call["response"]["content"]["text"], r#"{"ok":false,"error":"not_in_channel"}"#);
    assert_eq!(call["time"], 12.5);
    let first = &entries[1];
    assert_eq!(first["response"]["status"], 101);
    assert_eq!(first["startedDateTime"], "2026-11-22T07:20:00.070000Z");
    assert_eq!(first["_webSocketClose"], json!({ "code": 1000, "reason": "bye" }));
    assert_eq!(first["request"]["queryString"][0], json!({ "name": "ticket", "value": "***" }));
}

#[test]
fn every_frame_is_there_as_it_crossed_the_wire() {
    let session = Session::full();
    let (har, _) = exported(&session.lines(), &Chosen::All).unwrap();
    let mut seen: Vec<(u64, String, String, u64)> = Vec::new();
    for (at, socket) in sockets(&har).into_iter().enumerate() {
        let messages = socket["_webSocketMessages"].as_array().unwrap();
        let times: Vec<f64> = messages.iter().map(|message| message["time"].as_f64().unwrap()).collect();
        assert!(times.is_sorted() && times[0] > 1_700_000_000.0);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        seen.extend(messages.iter().map(|message| {
            (
                at as u64 + 1,
                text(&message["type"]),
                text(&message["data"]),
                message["opcode"].as_u64().unwrap(),
            )
        }));
    }
    for (_, line) in &session.places {
        let record = Record::parse(line).unwrap();
        let conn = u64::from(record.event.conn().unwrap_or(0));
        let (type_, opcode) = match record.event {
            Event::Ack { .. } => ("send", 1),
            Event::Binary { .. } => ("receive", 2),
            Event::Hello { .. } | Event::Envelope { .. } | Event::Disconnect { .. } | Event::Text { .. } => {
                ("receive", 1)
            }
            _ => continue,
        };
        let frame = (conn, type_.to_owned(), record.event.message().to_owned(), opcode);
        let at = seen.iter().position(|other| *other == frame);
        seen.remove(at.unwrap_or_else(|| panic!("{line} is missing")));
    }
    assert_eq!(seen, [], "nothing else");
}

#[test]
fn what_never_came_to_life_says_why() {
    let mut session = Session::new();
    session.write(&Event::Opening { conn: 1, debug_reconnects: false });
    let error = |code: &'static str| Event::Error {
        conn: Some(1),
        code: code.into(),
        fatal: false,
        retry_in_ms: Some(30_000),
        message: "wait".into(),
    };
    session.write(&error("ratelimited"));
    session.write(&Event::Opening { conn: 2, debug_reconnects: false });
    let url = "ws://127.0.0.1:4711/link/?ticket=1".into();
    session.write(&Event::Opened { conn: 2, took_ms: 5.0, url });
    let (har, _) = exported(&session.lines(), &Chosen::All).unwrap();
    check(&har);
    let entries = har["log"]["entries"].as_array().unwrap();
    assert_eq!(entries[0]["response"]["_error"], "ratelimited: wait");
    assert_eq!(entries[0]["response"]["status"], 0);
    assert_eq!(entries[1]["request"]["url"], "http://127.0.0.1:4711/api/apps.connections.open");
    assert_eq!(entries[2]["response"]["status"], 0);
    assert_eq!(entries[2]["_webSocketMessages"], json!([]));
    assert_eq!(entries.len(), 3);
}

#[test]
fn only_the_chosen_frames_are_in_it() {
    let session = Session::full();
    let one = session.places_of(|event| matches!(event, Event::Envelope { .. }))[2];
    let (har, tally) = exported(&session.lines(), &Chosen::rows([one])).unwrap();
    check(&har);
    let messages = sockets(&har)[0]["_webSocketMessages"].as_array().unwrap();
    let kinds: Vec<_> = messages.iter().map(|message| message["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["receive", "receive", "send", "receive"], "hello, envelope, ack, disconnect");
    assert_eq!((tally.envelopes, tally.items), (1, 2));
    assert!(matches!(exported(&session.lines(), &Chosen::rows([])), Err(ExportError::Nothing)));
}
