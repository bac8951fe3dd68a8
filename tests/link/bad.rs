//! Input that no server should send: shown as what it is, and survived.

use std::time::Duration;

use serde_json::json;
use sockscope::link::Timing;

use super::life::start;
use super::server::HELLO;

/// Pauses so short that nobody waits for them.
pub fn hasty() -> Timing {
    Timing {
        backoff_base: Duration::from_millis(1),
        backoff_cap: Duration::from_millis(5),
        crowd: Duration::from_millis(1),
        crowd_cap: Duration::from_millis(5),
        ..Timing::default()
    }
}

#[tokio::test]
async fn any_hello_makes_a_connection_live_and_none_makes_it_restless() {
    for hello in [
        r#"{"type":"hello"}"#,
        r#"{"type":"hello","debug_info":{"approximate_connection_time":-5}}"#,
        r#"{"type":"hello","debug_info":{"approximate_connection_time":1e300}}"#,
        r#"{"type":"hello","debug_info":{"approximate_connection_time":0.000001}}"#,
        r#"{"type":"hello","debug_info":{"approximate_connection_time":"soon"},"num_connections":-1}"#,
        r#"{"type":"hello","debug_info":[],"connection_info":7,"num_connections":1e99}"#,
    ] {
        let (mut server, mut records, _link) = start(|options| options.timing = hasty()).await;
        let mut peer = server.connect().await;
        peer.text(hello).await;
        peer.text(hello).await;
        for id in ["e-1", "e-2", "e-3"] {
            peer.envelope(id).await;
            assert!(peer.next_text().await.contains(id), "{hello}");
        }
        records.kind("ack").await;
        assert_eq!(records.count(|record| record["kind"] == "hello"), 2, "{hello}");
        assert!(server.idle(), "{hello}");
    }
}

#[tokio::test]
async fn an_envelope_before_hello_is_acknowledged() {
    let (mut server, mut records, _link) = start(|_| {}).await;
    let mut peer = server.connect().await;
    peer.envelope("early").await;
    assert!(peer.next_text().await.contains("early"));
    peer.text(HELLO).await;
    records.kind("hello").await;
    assert_eq!(records.count(|record| record["kind"] == "ack"), 1);
}

#[tokio::test]
async fn what_is_no_envelope_is_kept_as_what_it_is() {
    let (mut server, mut records, _link) = start(|_| {}).await;
    let mut peer = server.live().await;
    for text in ["", "UNAUTHENTICATED: cache_error", "[1]", r#"{"type":"brand_new","n":1.50}"#, "{"] {
        peer.text(text).await;
    }
    peer.raw(b"\x82\x03\x00\xff\x01").await;
    peer.text(r#"{"payload":{},"type":"events_api"}"#).await;
    peer.envelope("after").await;
    assert_eq!(peer.next_text().await, r#"{"envelope_id":"after"}"#, "without an id there is no ack");

    records.kind("hello").await;
    assert_eq!(records.next().await["text"], "");
    assert_eq!(records.next().await["text"], "UNAUTHENTICATED: cache_error");
    assert_eq!(records.next().await["text"], "[1]");
    let unknown = records.next().await;
    assert_eq!((&unknown["kind"], &unknown["type"]), (&json!("message"), &json!("brand_new")));
    assert_eq!(records.next().await["text"], "{");
    let binary = records.next().await;
    assert_eq!((&binary["kind"], &binary["base64"]), (&json!("binary"), &json!("AP8B")));
    let nameless = records.next().await;
    assert_eq!((&nameless["kind"], &nameless["envelope_id"]), (&json!("envelope"), &json!("")));
}

/// A frame of the server's, whatever its length and payload.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first, 127];
    bytes.extend((payload.len() as u64).to_be_bytes());
    bytes.extend(payload);
    bytes
}

#[tokio::test]
async fn frames_that_break_the_rules_end_the_connection_and_say_so() {
    let mut endless = vec![0x81, 127];
    endless.extend(u64::MAX.to_be_bytes());
    let huge_ping = frame(0x89, &vec![b'x'; 10 << 20]);
    for (bytes, code) in [
        (&huge_ping[..], 1002),
        (b"\x81\x02\xff\xfe", 1007),
        (&endless, 1009),
        (b"\xf1\x00", 1002),
        (b"\x8f\x00", 1002),
        (b"\x80\x00", 1002),
        (b"\x81\x81\x00\x00\x00\x00x", 1002),
    ] {
        let (mut server, mut records, _link) = start(|options| options.timing = hasty()).await;
        let mut peer = server.live().await;
        peer.raw(bytes).await;
        let closed = records.kind("closed").await;
        assert_eq!(closed["code"], code, "{closed}");
        let error = records.kind("error").await;
        assert_eq!((&error["code"], &error["fatal"]), (&json!("invalid_frame"), &json!(false)));
        assert!(error["retry_in_ms"].is_number(), "{error}");
        assert_eq!(peer.until_closed().await, Some(code));
        let _peer = server.live().await;
        records.kind("hello").await;
    }
}

#[tokio::test]
async fn close_codes_are_shown_as_they_were_sent() {
    for code in [1000_u16, 1001, 1009, 1011, 1006, 1015, 0, 999, 1016, 2999, 4321, 5000, u16::MAX] {
        let (mut server, mut records, _link) = start(|options| options.timing = hasty()).await;
        let mut peer = server.live().await;
        let [high, low] = code.to_be_bytes();
        peer.raw(&[0x88, 5, high, low, b'b', b'y', b'e']).await;
        let closed = records.kind("closed").await;
        assert_eq!((&closed["code"], &closed["reason"]), (&json!(code), &json!("bye")));
        let _peer = server.live().await;
    }
    for (bytes, code) in [(&b"\x88\x00"[..], 1005), (b"\x88\x01x", 1005), (b"", 1006)] {
        let (mut server, mut records, _link) = start(|options| options.timing = hasty()).await;
        let mut peer = server.live().await;
        peer.raw(bytes).await;
        drop(peer);
        assert_eq!(records.kind("closed").await["code"], code, "{bytes:?}");
        let _peer = server.live().await;
    }
}

#[tokio::test]
async fn answers_of_the_api_that_lead_nowhere_are_told_and_tried_again() {
    let issued = |url: &str| format!(r#"{{"ok":true,"url":"{url}"}}"#);
    for (status, headers, body, code, said) in [
        ("200 OK", "", issued("not a url"), "bad_url", "not a url"),
        ("200 OK", "", issued("http://127.0.0.1:1/link"), "bad_url", "scheme is http"),
        ("200 OK", "", issued("ws://[::1"), "bad_url", "invalid IPv6"),
        ("200 OK", "", r#"{"ok":true}"#.into(), "no_url", "no `url`"),
        ("200 OK", "", "<!doctype html><title>Log in</title>".into(), "not_json", "Log in"),
        ("302 Found", "Location: https://elsewhere.test/\r\n", String::new(), "http_302", "elsewhere.test"),
        ("503 Service Unavailable", "", "<html>".into(), "http_503", "a web page"),
        ("500 Oops", "", r#"{"ok":false,"error":"internal_error"}"#.into(), "internal_error", "passes"),
        ("200 OK", "", r#"{"ok":false,"error":"\u001b[31mred"}"#.into(), "\u{1b}[31mred", "does not know"),
        ("200 OK", "", "\0\u{fffd}".repeat(600_000), "not_json", "not with JSON"),
    ] {
        let (mut server, mut records, _link) = start(|options| options.timing = hasty()).await;
        server.open().await.answer(status, headers, &body).await;
        let error = records.kind("error").await;
        assert_eq!(
            (&error["code"], &error["fatal"], &error["conn"]),
            (&json!(code), &json!(false), &json!(1))
        );
        assert!(error["retry_in_ms"].is_number(), "{error}");
        assert!(error["message"].as_str().unwrap().contains(said), "{error}");
        let _peer = server.live().await;
        assert_eq!(records.kind("hello").await["conn"], 2);
    }
}

#[tokio::test]
async fn a_refused_upgrade_says_what_the_server_said() {
    for (status, headers, body, code, said) in [
        ("409 Conflict", "", "too many at once\nand more", "upgrade_409", "\"too many at once\""),
        ("408 Request Timeout", "", "", "upgrade_408", "an empty body"),
        ("429 Too Many Requests", "Retry-After: 1\r\n", "", "upgrade_429", "as told"),
        ("200 OK", "", "<html><title>Portal</title>", "upgrade_200", "Portal"),
        ("302 Found", "Location: /\r\n", "", "upgrade_302", "not followed"),
        ("101 Switching Protocols", "", "", "upgrade", "not to our key"),
        ("xyz", "", "", "upgrade", "no HTTP answer"),
    ] {
        let (mut server, mut records, _link) = start(|options| options.timing = hasty()).await;
        server.issue().await;
        server.request().await.answer(status, headers, body).await;
        let error = records.kind("error").await;
        assert_eq!(error["code"], code, "{error}");
        assert!(error["message"].as_str().unwrap().contains(said), "{error}");
        let retry = error["retry_in_ms"].as_u64().unwrap();
        assert!(
            if status.starts_with("429") { (990..=1000).contains(&retry) } else { retry <= 5 },
            "{error}"
        );
        let _peer = server.live().await;
        assert_eq!(records.kind("hello").await["conn"], 2);
    }
}
