//! The simulator, met by a bare WebSocket client that knows nothing of sockscope's own link.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sockscope::simulator::connection::{How, Stage, Whom};
use sockscope::simulator::fault::{Greeting, RefuseOpen, RefuseUpgrade};
use sockscope::simulator::ledger::{Fault, Outcome, Then};
use sockscope::simulator::scenario;
use sockscope::simulator::timing::Timing;
use sockscope::simulator::workspace::Act;
use sockscope::simulator::{Handle, Options, Scenario, Sending, Simulator, play};
use sockscope::slack::sample::{self, Overrides};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Far above what any step here needs: only a fault makes it pass.
const PATIENCE: Duration = Duration::from_secs(20);

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("nothing came")
}

async fn start(timing: Timing) -> (Simulator, Handle) {
    let simulator = Simulator::start(Options { timing, ..Options::default() }).await.unwrap();
    let handle = simulator.handle();
    (simulator, handle)
}

async fn quick() -> (Simulator, Handle) {
    start(Timing { hello_after: Duration::ZERO, ..Timing::default() }).await
}

/// One HTTP exchange by hand: status line and headers, and the body.
async fn post(simulator: &Simulator, method: &str, headers: &str, body: &str) -> (String, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let url = simulator.api_url();
    let host = url.strip_prefix("http://").unwrap().strip_suffix("/api/").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let length = body.len();
    let request = format!(
        "POST /api/{method} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    soon(stream.read_to_string(&mut answer)).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

fn bearer(simulator: &Simulator) -> String {
    format!("Authorization: Bearer {}\r\n", simulator.app_token())
}

async fn open(simulator: &Simulator) -> String {
    let (head, body) = post(simulator, "apps.connections.open", &bearer(simulator), "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(body.contains(r"ws:\/\/127.0.0.1:"), "{body}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answer["ok"], true);
    answer["url"].as_str().unwrap().to_owned()
}

async fn dial(simulator: &Simulator) -> Socket {
    soon(connect_async(open(simulator).await)).await.unwrap().0
}

/// The next text, as JSON.
async fn next(socket: &mut Socket) -> Value {
    loop {
        match soon(socket.next()).await.unwrap().unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("not a text: {other:?}"),
        }
    }
}

async fn live(simulator: &Simulator) -> Socket {
    let mut socket = dial(simulator).await;
    assert_eq!(next(&mut socket).await["type"], "hello");
    socket
}

async fn say(socket: &mut Socket, value: &Value) {
    socket.send(Message::text(value.to_string())).await.unwrap();
}

fn send(handle: &Handle, name: &str) -> String {
    handle.send(name, &Overrides::new(), Sending::default()).unwrap()
}

/// Reads on until the connection ends, and says how.
async fn end(socket: &mut Socket) -> Result<Option<u16>, Error> {
    loop {
        match soon(socket.next()).await {
            Some(Ok(Message::Close(frame))) => return Ok(frame.map(|frame| u16::from(frame.code))),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error),
            None => return Ok(None),
        }
    }
}

#[tokio::test]
async fn tokens_are_judged_as_slack_judges_them() {
    let (simulator, _) = quick().await;
    for (headers, body, error) in [
        ("", "", "not_authed"),
        ("Content-Type: application/x-www-form-urlencoded\r\n", "token=xapp-1-A0EXAMPLE", "invalid_auth"),
        ("Authorization: Bearer xoxb-EXAMPLE\r\n", "", "not_allowed_token_type"),
    ] {
        let (_, body) = post(&simulator, "apps.connections.open", headers, body).await;
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), json!({ "ok": false, "error": error }));
    }
    for body in ["", "{}", "token="] {
        let (_, body) = post(&simulator, "apps.connections.open", &bearer(&simulator), body).await;
        assert!(body.contains(r#""ok":true"#), "{body}");
    }
    let (_, body) = post(&simulator, "auth.test", "", "").await;
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["team_id"], "T123ABC456");
}

#[tokio::test]
async fn a_ticket_serves_once() {
    let (simulator, handle) = quick().await;
    let url = open(&simulator).await;
    let (_socket, _) = soon(connect_async(&url)).await.unwrap();
    let Err(Error::Http(refused)) = soon(connect_async(&url)).await else { panic!("served twice") };
    assert_eq!(refused.status(), 403);
    assert_eq!(handle.state().counts.upgrades_refused, 1);
}

#[tokio::test]
async fn hello_tells_what_slack_tells() {
    let (simulator, handle) = quick().await;
    let _first = live(&simulator).await;
    let url = open(&simulator).await + "&debug_reconnects=true";
    let (mut second, _) = soon(connect_async(url)).await.unwrap();
    let hello = next(&mut second).await;
    assert_eq!(hello["num_connections"], 2);
    assert_eq!(hello["connection_info"]["app_id"], "A123ABC456");
    assert_eq!(hello["debug_info"]["approximate_connection_time"], 360);
    assert!(hello["debug_info"]["host"].as_str().unwrap().starts_with("applink-"));
    let flags: Vec<bool> = handle.state().connections.iter().map(|c| c.debug_reconnects).collect();
    assert_eq!(flags, [false, true]);
}

#[tokio::test]
async fn every_kind_is_delivered_and_acked() {
    let (simulator, handle) = quick().await;
    let mut socket = live(&simulator).await;
    for sample in sample::all() {
        let id = send(&handle, sample.name);
        let envelope = next(&mut socket).await;
        assert_eq!(envelope["envelope_id"], id.as_str());
        assert_eq!(envelope["type"], sample.kind);
        assert_eq!(envelope["accepts_response_payload"], sample.accepts_response_payload);
        say(&mut socket, &json!({ "envelope_id": id })).await;
    }
    soon(handle.wait_until(|w| w.ledger().acked() == sample::all().len())).await;
    assert!(handle.ledger().is_settled());
    assert_eq!(handle.ledger().strays().len(), 0);
}

#[tokio::test]
async fn envelopes_go_round_and_an_ack_counts_on_any_connection() {
    let (simulator, handle) = quick().await;
    let (mut first, mut second) = (live(&simulator).await, live(&simulator).await);
    let (one, two) = (send(&handle, "message"), send(&handle, "message"));
    assert_eq!(next(&mut first).await["envelope_id"], one.as_str());
    assert_eq!(next(&mut second).await["envelope_id"], two.as_str());
    say(&mut second, &json!({ "envelope_id": one })).await;
    soon(handle.wait_until(|w| w.ledger().acked() == 1)).await;
    assert_eq!(handle.ledger().find(&one).unwrap().acks[0].conn, 2);
}

#[tokio::test]
async fn a_withheld_ack_brings_the_event_again_and_then_no_more() {
    let (simulator, handle) = start(Timing::default().scaled(0.01)).await;
    let mut socket = live(&simulator).await;
    let first = send(&handle, "app_mention");
    let event_id = next(&mut socket).await["payload"]["event_id"].clone();
    for attempt in 1..=3 {
        let retry = next(&mut socket).await;
        assert_ne!(retry["envelope_id"], first.as_str());
        assert_eq!(retry["payload"]["event_id"], event_id);
        assert_eq!((&retry["retry_attempt"], &retry["retry_reason"]), (&json!(attempt), &json!("timeout")));
    }
    soon(handle.wait_until(|w| w.ledger().is_settled())).await;
    let ledger = handle.ledger();
    assert_eq!(ledger.deliveries().last().unwrap().outcome, Outcome::Missed { then: Then::GaveUp });

    let click = send(&handle, "block_actions");
    next(&mut socket).await;
    soon(handle.wait_until(|w| w.ledger().is_settled())).await;
    assert_eq!(handle.ledger().find(&click).unwrap().outcome, Outcome::Missed { then: Then::UserSawError });
}

#[tokio::test]
async fn each_disconnect_says_its_reason_and_ends_the_connection() {
    let (simulator, handle) = start(Timing { close_after: Duration::ZERO, ..Timing::default() }).await;
    for reason in ["refresh_requested", "something_new", "link_disabled"] {
        let mut socket = live(&simulator).await;
        handle.disconnect(reason, Whom::Newest);
        let message = next(&mut socket).await;
        assert_eq!((&message["type"], &message["reason"]), (&json!("disconnect"), &json!(reason)));
        assert_eq!(end(&mut socket).await.unwrap(), Some(1000));
    }
    let (_, body) = post(&simulator, "apps.connections.open", &bearer(&simulator), "").await;
    assert!(body.contains("socket_mode_disabled"), "{body}");
    handle.recover();
    let mut socket = live(&simulator).await;
    handle.disconnect("warning", Whom::Oldest);
    assert_eq!(next(&mut socket).await["reason"], "warning");
    let id = send(&handle, "message");
    assert_eq!(next(&mut socket).await["envelope_id"], id.as_str());
}

#[tokio::test]
async fn the_eleventh_connection_is_told_so_in_place_of_hello() {
    let (simulator, handle) = quick().await;
    handle.set_ghosts(9);
    let _tenth = live(&simulator).await;
    let mut eleventh = dial(&simulator).await;
    assert_eq!(next(&mut eleventh).await["reason"], "too_many_websockets");
    assert_eq!(end(&mut eleventh).await.unwrap(), Some(1000));
    assert_eq!(handle.state().counts.hellos, 1);
}

#[tokio::test]
async fn an_over_long_frame_closes_with_1009() {
    let (simulator, handle) = quick().await;
    let mut socket = live(&simulator).await;
    socket.send(Message::text("x".repeat(20_480))).await.unwrap();
    soon(handle.wait_until(|w| w.ledger().strays().len() == 1)).await;
    socket.send(Message::text("x".repeat(20_481))).await.unwrap();
    assert_eq!(end(&mut socket).await.unwrap(), Some(1009));
    let faults: Vec<Fault> = handle.ledger().strays().map(|stray| stray.fault).collect();
    assert_eq!(faults, [Fault::NotJson, Fault::TooLong]);
}

#[tokio::test]
async fn wrong_acks_are_named() {
    let (simulator, handle) = quick().await;
    let mut socket = live(&simulator).await;
    let id = send(&handle, "message");
    for frame in [
        json!({ "envelope_id": id, "payload": { "text": "hi" } }),
        json!({ "envelope_id": id }),
        json!({ "envelope_id": "no-such" }),
        json!({ "id": 1 }),
    ] {
        say(&mut socket, &frame).await;
    }
    soon(handle.wait_until(|w| w.ledger().strays().len() == 2)).await;
    let ledger = handle.ledger();
    let faults: Vec<_> = ledger.find(&id).unwrap().acks.iter().map(|ack| ack.fault).collect();
    assert_eq!(faults, [Some(Fault::PayloadNotAccepted), Some(Fault::SecondAck)]);
    let strays: Vec<_> = ledger.strays().map(|stray| stray.fault).collect();
    assert_eq!(strays, [Fault::UnknownEnvelope, Fault::NoEnvelopeId]);
}

#[tokio::test]
async fn a_debug_life_is_short_and_ends_with_warning_and_refresh() {
    let (simulator, handle) = start(Timing::default().scaled(0.001)).await;
    let url = open(&simulator).await + "&debug_reconnects=true";
    let (mut socket, _) = soon(connect_async(url)).await.unwrap();
    assert_eq!(next(&mut socket).await["type"], "hello");
    assert_eq!(next(&mut socket).await["reason"], "warning");
    assert_eq!(next(&mut socket).await["reason"], "refresh_requested");
    assert_eq!(end(&mut socket).await.unwrap(), Some(1000));
    let connection = handle.state().connections.remove(0);
    let Stage::Closed { at, how: How::Server(1000) } = connection.stage else { panic!("{connection:?}") };
    assert!(at >= Duration::from_millis(361), "{at:?}");
}

#[tokio::test]
async fn a_cut_is_a_reset() {
    let (simulator, handle) = quick().await;
    let mut socket = live(&simulator).await;
    handle.cut(Whom::Oldest);
    let error = end(&mut socket).await.unwrap_err();
    let Error::Io(error) = error else { panic!("{error:?}") };
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(matches!(handle.state().connections[0].stage, Stage::Closed { how: How::Cut, .. }));
}

#[tokio::test]
async fn pings_are_echoed_byte_for_byte() {
    let (simulator, handle) = quick().await;
    let mut socket = live(&simulator).await;
    let payload: &[u8] = &[0xff, 0x00, 0xc3, 0x28];
    socket.send(Message::Ping(payload.to_vec().into())).await.unwrap();
    loop {
        if let Message::Pong(echo) = soon(socket.next()).await.unwrap().unwrap() {
            assert_eq!(&echo[..], payload);
            break;
        }
    }
    assert_eq!(handle.state().connections[0].pings, 1);
}

#[tokio::test]
async fn slack_pings_and_counts_the_pongs() {
    let (simulator, handle) = start(Timing::default().scaled(0.01)).await;
    let mut socket = live(&simulator).await;
    let Message::Ping(payload) = soon(socket.next()).await.unwrap().unwrap() else { panic!("no ping") };
    assert!(payload.starts_with(b"Ping from applink-"));
    let reading = tokio::spawn(async move { while socket.next().await.is_some() {} });
    soon(handle.wait_until(|w| w.connections().all(|c| c.pongs >= 2))).await;
    assert_eq!(handle.state().connections[0].wrong_pongs, 0);
    reading.abort();
}

#[tokio::test]
async fn silence_neither_answers_nor_closes() {
    let (simulator, handle) = quick().await;
    let mut socket = live(&simulator).await;
    handle.silence(Whom::All);
    socket.send(Message::Ping(b"anyone?".to_vec().into())).await.unwrap();
    let heard = tokio::time::timeout(Duration::from_millis(300), socket.next()).await;
    assert!(heard.is_err(), "{heard:?}");
    assert_eq!(handle.state().num_connections, 1);
    let id = send(&handle, "message");
    assert_eq!(handle.ledger().find(&id).unwrap().conn, None);
}

#[tokio::test]
async fn opens_and_upgrades_are_refused_as_planned() {
    let (simulator, handle) = quick().await;
    let limited = RefuseOpen::Error { code: "ratelimited".into(), retry_after: Some(7) };
    handle.refuse_open(limited, Some(1));
    handle.refuse_open(RefuseOpen::Status { status: 503, retry_after: None }, Some(1));
    handle.refuse_open(RefuseOpen::Html, Some(1));
    handle.refuse_open(RefuseOpen::Redirect { to: "http://127.0.0.1:1/".into() }, Some(1));
    handle.refuse_open(RefuseOpen::Url { url: "not a url".into() }, Some(1));
    for (status, within) in [
        ("429", "retry-after: 7"),
        ("503", ""),
        ("200", "text/html"),
        ("302", "location: http://127.0.0.1:1/"),
        ("200", "not a url"),
    ] {
        let (head, body) = post(&simulator, "apps.connections.open", &bearer(&simulator), "").await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
        assert!((head + &body).contains(within), "{within}");
    }
    for status in [409, 408, 429] {
        handle.refuse_upgrade(RefuseUpgrade { status, retry_after: Some(3) }, Some(1));
        let Err(Error::Http(refused)) = soon(connect_async(open(&simulator).await)).await else {
            panic!("upgraded")
        };
        let retry_after = refused.headers()["retry-after"].to_str().unwrap();
        assert_eq!((refused.status().as_u16(), retry_after), (status, "3"));
    }
    live(&simulator).await;
}

#[tokio::test]
async fn hello_can_be_late_doubled_strange_or_missing() {
    let (simulator, handle) = quick().await;
    handle.greet(Greeting::Twice, Some(1));
    let mut socket = live(&simulator).await;
    assert_eq!(next(&mut socket).await["type"], "hello");

    handle.greet(Greeting::Text(r#"{"type":"hello"}"#.into()), Some(1));
    let mut socket = dial(&simulator).await;
    assert_eq!(next(&mut socket).await, json!({ "type": "hello" }));

    let early = handle.unsent("message", &Overrides::new()).unwrap();
    handle.greet(Greeting::After(vec![early]), Some(1));
    let mut socket = dial(&simulator).await;
    assert_eq!(next(&mut socket).await["type"], "events_api");
    assert_eq!(next(&mut socket).await["type"], "hello");

    for greeting in [Greeting::Never, Greeting::Slow(Duration::from_secs(60))] {
        handle.greet(greeting, Some(1));
        let mut socket = dial(&simulator).await;
        let heard = tokio::time::timeout(Duration::from_millis(200), socket.next()).await;
        assert!(heard.is_err(), "{heard:?}");
    }
}

#[tokio::test]
async fn anything_can_be_uttered() {
    let (simulator, handle) = quick().await;
    let mut socket = live(&simulator).await;
    for (act, message) in [
        (Act::Text(String::new()), Message::text("")),
        (Act::Text("UNAUTHENTICATED: cache_error".into()), Message::text("UNAUTHENTICATED: cache_error")),
        (Act::Binary(vec![0, 255]), Message::binary(vec![0, 255])),
    ] {
        handle.utter(Whom::All, &act);
        assert_eq!(soon(socket.next()).await.unwrap().unwrap(), message);
    }
    handle.close(Whom::All, 4999, "odd");
    assert_eq!(end(&mut socket).await.unwrap(), Some(4999));
}

#[tokio::test]
async fn a_flood_arrives_whole() {
    // no retries, however slow the machine
    let (simulator, handle) =
        start(Timing { ack_within: Duration::from_secs(600), ..Timing::default() }).await;
    let mut socket = live(&simulator).await;
    let flood = tokio::spawn({
        let handle = handle.clone();
        async move { handle.flood("message", 10_000, Duration::ZERO).await }
    });
    for _ in 0..10_000 {
        let envelope = next(&mut socket).await;
        say(&mut socket, &json!({ "envelope_id": envelope["envelope_id"] })).await;
    }
    flood.await.unwrap().unwrap();
    soon(handle.wait_until(|w| w.counts().acks == 10_000)).await;
    assert_eq!(handle.ledger().acked(), 10_000);
}

#[tokio::test]
async fn dropping_it_ends_everything() {
    let (simulator, _) = quick().await;
    let mut socket = live(&simulator).await;
    drop(simulator);
    assert!(end(&mut socket).await.is_err());
}

#[tokio::test]
async fn the_tour_begins_at_once_and_refreshes_early() {
    let (simulator, handle) = start(Timing::default().scaled(0.1)).await;
    let tour = tokio::spawn(play(handle.clone(), Scenario::load("tour").unwrap(), 0.1));
    let mut socket = live(&simulator).await;
    let mut kinds = Vec::new();
    loop {
        let message = next(&mut socket).await;
        match message["type"].as_str().unwrap() {
            "disconnect" if message["reason"] == "refresh_requested" => break,
            "disconnect" => assert_eq!(message["reason"], "warning"),
            kind => {
                kinds.push(kind.to_owned());
                say(&mut socket, &json!({ "envelope_id": message["envelope_id"] })).await;
            }
        }
    }
    for kind in ["events_api", "slash_commands", "interactive"] {
        assert!(kinds.iter().any(|seen| seen == kind), "{kind}");
    }
    tour.abort();
    let (hello, first) = (handle.state().connections[0].hello.unwrap(), handle.ledger());
    let pause = first.deliveries().next().unwrap().sent.saturating_sub(hello);
    assert!(pause < Duration::from_millis(500), "{pause:?}");
}

#[tokio::test]
async fn a_scenario_whose_hopes_are_not_met_says_which() {
    let (_simulator, handle) = quick().await;
    let text = "title = 't'\nrehearses = 'r'\nsteps = [{ expect = { hellos = 2, within = '1s' } }]";
    let error = play(handle, Scenario::parse("t", text).unwrap(), 0.05).await.unwrap_err().to_string();
    assert!(error.contains("50ms") && error.contains("hellos: 2") && error.contains("hellos: 0"), "{error}");
}

#[tokio::test]
async fn a_ping_of_ten_megabytes_is_sent_as_it_is() {
    let (simulator, handle) = quick().await;
    let mut socket = live(&simulator).await;
    handle.utter(Whom::All, &Act::Ping(vec![0; 10_000_000]));
    let error = end(&mut socket).await.unwrap_err();
    assert!(matches!(error, Error::Protocol(ProtocolError::ControlFrameTooBig)), "{error:?}");
}

/// A client as simple as can be: one connection, every envelope acked, and another connection after any
/// end, after 30 seconds' silence, and after 10 seconds without hello.
async fn plain_client(simulator: &Simulator, factor: f64) {
    let seconds = |n: u64| Duration::from_secs(n).mul_f64(factor);
    loop {
        tokio::time::sleep(seconds(1)).await;
        let (_, body) = post(simulator, "apps.connections.open", &bearer(simulator), "").await;
        let Ok(answer) = serde_json::from_str::<Value>(&body) else { continue };
        let Some(url) = answer["url"].as_str() else { continue };
        let Ok((mut socket, _)) = connect_async(url).await else { continue };
        let mut patience = seconds(10);
        while let Ok(Some(Ok(message))) = tokio::time::timeout(patience, socket.next()).await {
            let frame: Value =
                message.to_text().ok().and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default();
            if frame["type"] == "hello" {
                patience = seconds(30);
            } else if let Some(id) = frame["envelope_id"].as_str() {
                socket.send(Message::text(json!({ "envelope_id": id }).to_string())).await.ok();
            } else if message.is_close() {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario_reaches_its_end_with_a_plain_client() {
    let mut plays = tokio::task::JoinSet::new();
    for name in scenario::names().into_iter().filter(|name| *name != "tour") {
        plays.spawn(async move {
            // a flood is bound by the machine's speed, which no factor scales
            let factor = if name == "flood" { 1.0 } else { 0.1 };
            let (simulator, handle) = start(Timing::default().scaled(factor)).await;
            let played = play(handle.clone(), Scenario::load(name).unwrap(), factor);
            let played = tokio::select! {
                played = tokio::time::timeout(Duration::from_secs(60), played) => played.unwrap_or_else(|_| panic!("{name} has no end")),
                () = plain_client(&simulator, factor) => unreachable!(),
            };
            (name, played, handle.now())
        });
    }
    while let Some(play) = plays.join_next().await {
        let (name, played, took) = play.unwrap();
        println!("{name}: {took:?}");
        assert_eq!(played, Ok(()), "{name}");
    }
}
