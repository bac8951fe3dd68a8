//! Reasons and their consequences, silence, acks that lose their connection.

use std::time::{Duration, Instant};

use serde_json::json;
use sockscope::journal::By;
use sockscope::link::{Answer, Command, Hold};

use super::bad::hasty;
use super::life::{TOKEN, start};
use super::server::{HELLO, envelope};

#[tokio::test]
async fn a_fatal_error_stops_until_the_user_says_again() {
    let (mut server, mut records, link) = start(|_| {}).await;
    server.open().await.json(r#"{"ok":false,"error":"invalid_auth"}"#).await;
    let error = records.kind("error").await;
    assert_eq!((&error["code"], &error["fatal"]), (&json!("invalid_auth"), &json!(true)));
    assert!(error.get("retry_in_ms").is_none() && !error["message"].as_str().unwrap().contains(TOKEN));
    assert!(server.idle());
    link.commands().send(Command::Reconnect).await.unwrap();
    let _peer = server.live().await;
    records.kind("hello").await;
}

#[tokio::test]
async fn a_rate_limit_is_waited_for_exactly() {
    let (mut server, mut records, _link) = start(|options| options.timing = hasty()).await;
    let open = server.open().await;
    open.answer("429 Too Many Requests", "Retry-After: 1\r\n", "").await;
    let told = Instant::now();
    let error = records.kind("error").await;
    assert_eq!((&error["code"], &error["retry_in_ms"]), (&json!("ratelimited"), &json!(1000)));
    server.open().await;
    assert!(told.elapsed() >= Duration::from_millis(990), "{:?}", told.elapsed());
}

#[tokio::test]
async fn a_switched_off_socket_mode_is_told_and_reconnected_on_demand() {
    let (mut server, mut records, link) = start(|_| {}).await;
    let mut peer = server.live().await;
    peer.text(r#"{"type":"disconnect","reason":"link_disabled"}"#).await;
    let error = records.kind("error").await;
    assert_eq!((&error["code"], &error["retry_in_ms"]), (&json!("link_disabled"), &json!(60_000)));
    peer.0.close(None).await.unwrap();
    records.kind("closed").await;
    assert!(server.idle());
    link.commands().send(Command::Reconnect).await.unwrap();
    let _peer = server.live().await;
    assert!(records.kind("gap").await["ms"].as_f64().unwrap() > 0.0);
}

#[tokio::test]
async fn too_many_websockets_in_place_of_hello_waits_for_a_place() {
    let (mut server, mut records, _link) = start(|options| options.timing = hasty()).await;
    let mut peer = server.connect().await;
    peer.text(r#"{"type":"disconnect","reason":"too_many_websockets"}"#).await;
    let error = records.kind("error").await;
    assert_eq!(error["code"], "too_many_websockets");
    assert!(
        error["retry_in_ms"].is_number() && error["message"].as_str().unwrap().contains("10 connections")
    );
    assert_eq!(peer.until_closed().await, Some(1000));
    let _peer = server.live().await;
    assert_eq!(records.kind("hello").await["conn"], 2);
}

#[tokio::test]
async fn a_hello_that_does_not_come_is_a_failed_try() {
    let (mut server, mut records, _link) =
        start(|options| options.timing.hello = Duration::from_millis(30)).await;
    let mut peer = server.connect().await;
    assert_eq!(peer.until_closed().await, Some(1000));
    assert_eq!(records.kind("closed").await["reason"], "no hello came");
    let error = records.kind("error").await;
    assert_eq!(error["code"], "hello_timeout");
    assert!(error["retry_in_ms"].is_number(), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let (mut server, mut records, _link) = start(|options| options.timing = hasty()).await;
    let open = server.open().await;
    open.json(r#"{"ok":true,"url":"ws://127.0.0.1:1/link"}"#).await;
    let error = records.kind("error").await;
    assert_eq!(error["code"], "connect");
    assert!(error["message"].as_str().unwrap().contains("127.0.0.1:1"), "{error}");
    let (_server, mut records, _link) =
        start(|options| options.api_url = "http://127.0.0.1:1/api/".parse().unwrap()).await;
    let error = records.kind("error").await;
    assert_eq!(error["code"], "connect");
    assert!(error["retry_in_ms"].is_number(), "{error}");
}

#[tokio::test]
async fn silence_is_doubted_then_dead() {
    let (mut server, mut records, _link) = start(|options| {
        options.timing.doubt = Duration::from_millis(100);
        options.timing.dead = Duration::from_millis(1500);
    })
    .await;
    let _silent = server.live().await;
    records.kind("hello").await;
    let _unanswered = server.open().await;
    let error = records.kind("error").await;
    assert_eq!((&error["code"], &error["conn"]), (&json!("silent"), &json!(1)));
    assert_eq!(records.kind("opening").await["conn"], 2, "before the first is dead");
    let closed = records.kind("closed").await;
    assert_eq!((&closed["code"], &closed["conn"]), (&json!(1006), &json!(1)));
    assert!(closed["reason"].as_str().unwrap().starts_with("dead"), "{closed}");
}

#[tokio::test]
async fn quiet_is_not_silence() {
    let (mut server, mut records, _link) = start(|options| {
        options.timing.ping = Duration::from_millis(20);
        options.timing.doubt = Duration::from_secs(1);
    })
    .await;
    let mut peer = server.live().await;
    tokio::spawn(async move { while peer.next().await.is_some() {} });
    let started = Instant::now();
    while started.elapsed() < Duration::from_millis(1500) {
        let pong = records.find(|record| record["kind"] == "pong").await;
        assert_eq!(pong["from"], "slack");
    }
    assert_eq!(records.count(|record| record["kind"] == "error"), 0);
    assert!(server.idle());
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_a_dead_connection() {
    let (mut server, mut records, _link) =
        start(|options| options.timing.stall = Duration::from_millis(100)).await;
    let mut peer = server.live().await;
    let flood = tokio::spawn(async move {
        // Ids so long that their acks fill every buffer on the way.
        let envelope = envelope(&"i".repeat(100_000));
        while futures_util::SinkExt::send(&mut peer.0, envelope.as_str().into()).await.is_ok() {}
    });
    let closed = records.kind("closed").await;
    assert_eq!(closed["code"], 1006);
    assert!(closed["reason"].as_str().unwrap().contains("does not read"), "{closed}");
    let _peer = server.live().await;
    flood.await.unwrap();
}

fn by_hand(conn: u32, envelope_id: &str) -> Command {
    Command::Acks(vec![Answer {
        conn,
        envelope_id: envelope_id.into(),
        received: jiff::Timestamp::now(),
        payload: None,
        by: By::Hand,
        doubt: None,
    }])
}

#[tokio::test]
async fn an_ack_whose_connection_is_gone_travels_on_another() {
    let (mut server, mut records, link) = start(|options| options.hold = Hold::Everything).await;
    let mut peer = server.live().await;
    peer.envelope("e-1").await;
    records.kind("envelope").await;
    peer.cut();
    records.kind("closed").await;
    link.commands().send(by_hand(1, "e-1")).await.unwrap();
    let mut peer = server.live().await;
    assert_eq!(peer.next_text().await, r#"{"envelope_id":"e-1"}"#);
    let ack = records.kind("ack").await;
    assert_eq!((&ack["conn"], &ack["by"]), (&json!(2), &json!("hand")));
}

#[tokio::test]
async fn an_ack_that_finds_no_connection_in_time_is_told() {
    let (mut server, mut records, link) = start(|options| {
        options.hold = Hold::Everything;
        options.timing.ack = Duration::from_millis(50);
    })
    .await;
    let mut peer = server.live().await;
    peer.envelope("e-1").await;
    records.kind("envelope").await;
    peer.cut();
    records.kind("closed").await;
    link.commands().send(by_hand(1, "e-1")).await.unwrap();
    let error = records.kind("error").await;
    assert_eq!(error["code"], "ack_not_sent");
    assert!(error["message"].as_str().unwrap().contains("e-1"), "{error}");
    let _open = server.open().await;
}

#[tokio::test]
async fn envelopes_that_come_with_the_close_are_acknowledged_by_the_next_connection() {
    let (mut server, mut records, _link) = start(|_| {}).await;
    let mut peer = server.live().await;
    records.kind("hello").await;
    let text = envelope("last");
    let mut bytes = vec![0x81, u8::try_from(text.len()).unwrap()];
    assert!(text.len() < 126, "a short frame");
    bytes.extend(text.as_bytes());
    bytes.extend(b"\x88\x02\x03\xe8");
    peer.raw(&bytes).await;
    assert_eq!(records.kind("closed").await["code"], 1000);
    let mut next = server.live().await;
    assert_eq!(next.next_text().await, r#"{"envelope_id":"last"}"#);
    assert_eq!(records.kind("ack").await["by"], "auto");
}

#[tokio::test]
async fn a_hold_applies_at_once() {
    let (mut server, mut records, link) = start(|_| {}).await;
    let mut peer = server.live().await;
    peer.envelope("e-1").await;
    peer.next_text().await;
    link.commands().send(Command::Hold("events_api".parse().unwrap())).await.unwrap();
    // The keeper takes commands in order: once it reconnects, the hold stands.
    link.commands().send(Command::Reconnect).await.unwrap();
    let mut next = server.live().await;
    next.envelope("held").await;
    records.find(|record| record["envelope_id"] == "held").await;
    link.commands().send(by_hand(2, "held")).await.unwrap();
    assert!(next.next_text().await.contains("held"));
    assert_eq!(records.find(|record| record["kind"] == "ack" && record["conn"] == 2).await["by"], "hand");
}

#[tokio::test]
async fn connections_come_and_go_as_told_and_one_after_the_other() {
    let (mut server, mut records, link) = start(|options| {
        options.connections = 2;
        options.timing.linger_quiet = Duration::from_millis(10);
    })
    .await;
    let mut first = server.connect().await;
    assert!(server.idle(), "the second waits for the first one's hello");
    first.text(HELLO).await;
    let _second = server.live().await;
    link.commands().send(Command::Connections(3)).await.unwrap();
    let _third = server.live().await;
    records.find(|record| record["kind"] == "hello" && record["conn"] == 3).await;
    link.commands().send(Command::Connections(2)).await.unwrap();
    assert_eq!(first.until_closed().await, Some(1000));
    let closed = records.kind("closed").await;
    assert_eq!((&closed["conn"], &closed["reason"]), (&json!(1), &json!("handed over")));
    assert_eq!(records.kind("gap").await["ms"], 0.0);
    assert!(server.idle());
}

#[tokio::test]
async fn debug_reconnects_are_in_the_next_url() {
    let (mut server, mut records, link) = start(|options| {
        options.timing.linger_quiet = Duration::from_millis(10);
    })
    .await;
    let _old = server.live().await;
    records.kind("hello").await;
    link.commands().send(Command::DebugReconnects(true)).await.unwrap();
    link.commands().send(Command::Reconnect).await.unwrap();
    server.issue().await;
    let upgrade = server.request().await;
    assert!(upgrade.head.contains("?ticket=t&app_id=a&debug_reconnects=true "), "{}", upgrade.head);
    let opening = records.find(|record| record["kind"] == "opening" && record["conn"] == 2).await;
    assert_eq!(opening["debug_reconnects"], true);
}

#[tokio::test]
async fn others_connections_are_found() {
    let (mut server, mut records, _link) = start(|_| {}).await;
    let mut peer = server.connect().await;
    peer.text(r#"{"type":"hello","num_connections":3}"#).await;
    let finding = records.kind("finding").await;
    assert_eq!(finding["code"], "more-connections");
    assert!(finding["message"].as_str().unwrap().contains("3 connections"), "{finding}");
}

#[tokio::test]
async fn a_shutdown_waits_for_nobody_who_does_not_answer() {
    let (mut server, mut records, link) = start(|options| options.connections = 2).await;
    let _deaf = server.live().await;
    let _unanswered = server.open().await;
    records.kind("hello").await;
    let started = Instant::now();
    link.shutdown().await;
    assert!(started.elapsed() < Duration::from_millis(2500), "{:?}", started.elapsed());
    let mut closed =
        [records.kind("closed").await["conn"].clone(), records.kind("closed").await["conn"].clone()];
    closed.sort_by_key(serde_json::Value::as_u64);
    assert_eq!(closed, [json!(1), json!(2)]);
}
