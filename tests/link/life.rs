//! Opening, acknowledging, handing over, ending.

use sockscope::journal::By;
use sockscope::link::{Answer, Command, Hold, Link, Options, Rules, Timing};
use tokio_tungstenite::tungstenite::Message;

use super::records::Records;
use super::server::{Server, envelope};

pub const TOKEN: &str = "xapp-1-A0EXAMPLE-000-none";

pub fn options(server: &Server) -> Options {
    Options {
        api_url: server.api_url(),
        token: TOKEN.into(),
        debug_reconnects: false,
        connections: 1,
        hold: Hold::Nothing,
        rules: Rules::default(),
        timing: Timing::default(),
    }
}

pub async fn start(change: impl FnOnce(&mut Options)) -> (Server, Records, Link) {
    let server = Server::start().await;
    let (journal, records) = Records::new();
    let mut options = options(&server);
    change(&mut options);
    (server, records, Link::start(options, journal))
}

#[tokio::test]
async fn it_opens_says_who_it_is_acknowledges_and_leaves_with_manners() {
    let (mut server, mut records, link) = start(|_| {}).await;
    let open = server.open().await;
    assert_eq!(open.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    let url = format!("ws://127.0.0.1:{}/link/?ticket=t", server.port);
    open.json(&format!(r#"{{"ok":true,"url":"{}"}}"#, url.replace('/', "\\/"))).await;
    let upgrade = server.request().await;
    assert!(upgrade.head.starts_with("GET /link/?ticket=t HTTP/1.1"), "{}", upgrade.head);
    let mut peer = upgrade.accept().await;
    peer.text(super::server::HELLO).await;
    peer.envelope("e-1").await;
    assert_eq!(peer.next_text().await, r#"{"envelope_id":"e-1"}"#);

    let ack = records.kind("ack").await;
    assert_eq!((&ack["by"], &ack["late"], &ack["conn"]), (&"auto".into(), &false.into(), &1.into()));
    let kinds: Vec<_> = records.seen.iter().map(|record| record["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["opening", "opened", "connected", "hello", "envelope", "ack"]);

    let (code, ()) = tokio::join!(peer.until_closed(), link.shutdown());
    assert_eq!(code, Some(1000));
    let closed = records.kind("closed").await;
    assert_eq!(closed["code"], 1000);
    assert!(!format!("{:?}", records.seen).contains("none"), "the token is shown");
}

#[tokio::test]
async fn an_envelope_is_on_record_before_its_ack_leaves() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    let (journal, _) =
        sockscope::journal::Journal::create(&path, sockscope::journal::Secrets::Masked).unwrap();
    let _link = Link::start(options(&server), journal);
    let mut server = server;
    let mut peer = server.live().await;
    for number in 0..100 {
        let id = format!("e-{number}");
        peer.envelope(&id).await;
        assert!(peer.next_text().await.contains(&id));
        let written = std::fs::read_to_string(&path).unwrap();
        assert!(written.contains(&envelope(&id)), "{written}");
    }
}

#[tokio::test]
async fn an_answer_by_hand_travels_with_its_payload() {
    let (mut server, mut records, link) = start(|options| options.hold = Hold::Everything).await;
    let mut peer = server.live().await;
    peer.envelope("e-1").await;
    let record = records.kind("envelope").await;
    let answer = Answer {
        conn: 1,
        envelope_id: "e-1".into(),
        received: record["at"].as_str().unwrap().parse().unwrap(),
        payload: Some(r#"{"text":"hi"}"#.into()),
        by: By::Hand,
        doubt: None,
    };
    link.commands().send(Command::Acks(vec![answer.clone()])).await.unwrap();
    assert_eq!(peer.next_text().await, r#"{"envelope_id":"e-1","payload":{"text":"hi"}}"#);
    assert_eq!(records.kind("ack").await["by"], "hand");
    assert_eq!(records.kind("finding").await["code"], "payload-not-accepted");
    link.commands().send(Command::Acks(vec![Answer { payload: None, ..answer }])).await.unwrap();
    assert_eq!(records.kind("finding").await["code"], "ack-twice");
}

#[tokio::test]
async fn an_ack_that_slack_would_drop_is_sent_and_found() {
    let (mut server, mut records, link) = start(|options| options.hold = Hold::Everything).await;
    let mut peer = server.live().await;
    records.kind("hello").await;
    let payload = format!(r#"{{"text":"{}"}}"#, "x".repeat(20_480));
    let answer = Answer {
        conn: 1,
        envelope_id: "e-1".into(),
        received: jiff::Timestamp::now() - jiff::SignedDuration::from_secs(4),
        payload: Some(payload.clone()),
        by: By::Hand,
        doubt: None,
    };
    link.commands().send(Command::Acks(vec![answer])).await.unwrap();
    assert!(peer.next_text().await.contains(&payload));
    assert_eq!(records.kind("ack").await["late"], true);
    assert_eq!(records.kind("finding").await["code"], "ack-too-long");
    assert_eq!(records.kind("finding").await["code"], "ack-late");
}

#[tokio::test]
async fn a_warning_hands_over_without_a_gap() {
    let (mut server, mut records, _link) = start(|_| {}).await;
    let mut old = server.live().await;
    old.text(r#"{"type":"disconnect","reason":"warning"}"#).await;
    let mut new = server.connect().await;
    old.envelope("before").await;
    assert!(old.next_text().await.contains("before"), "the old one is read and acked");
    new.text(super::server::HELLO).await;
    old.envelope("after").await;
    assert!(old.next_text().await.contains("after"));
    old.0.close(None).await.unwrap();
    assert_eq!(records.kind("closed").await["code"], 1005);
    assert_eq!(records.kind("gap").await["ms"], 0.0);
    new.envelope("new").await;
    assert!(new.next_text().await.contains("new"));
    assert_eq!(records.find(|record| record["kind"] == "ack" && record["conn"] == 2).await["late"], false);
    assert_eq!(records.count(|record| record["kind"] == "finding"), 0);
}

#[tokio::test]
async fn an_announced_end_is_not_waited_for() {
    let (mut server, mut records, _link) = start(|options| {
        options.timing.shortest_life = std::time::Duration::ZERO;
        options.timing.linger_quiet = std::time::Duration::from_millis(50);
    })
    .await;
    let mut old = server.connect().await;
    old.text(r#"{"type":"hello","debug_info":{"approximate_connection_time":1}}"#).await;
    let mut new = server.connect().await;
    old.envelope("meanwhile").await;
    assert!(old.next_text().await.contains("meanwhile"), "the old one is read and acked");
    new.text(super::server::HELLO).await;
    assert_eq!(old.until_closed().await, Some(1000));
    let closed = records.kind("closed").await;
    assert_eq!((&closed["conn"], &closed["reason"]), (&1.into(), &"handed over".into()));
    assert_eq!(records.kind("gap").await["ms"], 0.0);
    assert_eq!(records.count(|record| record["kind"] == "disconnect"), 0, "nobody asked for it");
}

#[tokio::test]
async fn a_cut_is_measured_and_the_first_try_is_immediate() {
    let (mut server, mut records, _link) = start(|_| {}).await;
    let peer = server.live().await;
    records.kind("hello").await;
    peer.cut();
    assert_eq!(records.kind("closed").await["code"], 1006);
    assert_eq!(records.kind("finding").await["code"], "no-overlap");
    let _peer = server.live().await;
    let gap = records.kind("gap").await;
    assert!(gap["ms"].as_f64().unwrap() > 0.0, "{gap}");
    assert_eq!(records.count(|record| record["kind"] == "error"), 0);
}

#[tokio::test]
async fn pings_are_answered_and_recorded() {
    let (mut server, mut records, _link) = start(|options| {
        options.timing.ping = std::time::Duration::from_millis(20);
    })
    .await;
    let mut peer = server.live().await;
    futures_util::SinkExt::send(&mut peer.0, Message::Ping(b"\xffping"[..].into())).await.unwrap();
    loop {
        if let Some(Message::Pong(echo)) = peer.next().await {
            assert_eq!(echo.as_ref(), b"\xffping");
            break;
        }
    }
    records.find(|record| record["kind"] == "ping" && record["from"] == "slack").await;
    records.find(|record| record["kind"] == "pong" && record["from"] == "client").await;
    tokio::spawn(async move { while peer.next().await.is_some() {} });
    records.find(|record| record["kind"] == "ping" && record["from"] == "client").await;
    let pong = records.find(|record| record["kind"] == "pong" && record["from"] == "slack").await;
    assert!(pong["rtt_ms"].is_number(), "{pong}");
}
