//! A thousand reconnects of every kind against the local Slack: its ledger and our record agree.

use std::collections::HashMap;
use std::time::Duration;

use sockscope::link::{Command, Hold, Link, Options, Rules, Timing};
use sockscope::simulator::connection::Whom;
use sockscope::simulator::fault::{Greeting, RefuseUpgrade};
use sockscope::simulator::ledger::{Delivery, Outcome};
use sockscope::simulator::workspace::Act;
use sockscope::simulator::{Handle, Options as Slack, Sending, Simulator, timing};
use sockscope::slack::sample::Overrides;

use super::records::Records;
use super::server::LONG;

/// What ends a connection.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// So long ahead.
    Warned(Duration),
    Refreshed,
    UnknownReason,
    Closed(u16),
    Asked,
    Cut,
    /// A control frame that is longer than the rules allow.
    BadFrame,
    Silent,
    SwitchedOff,
    /// Cut, and the next upgrade is refused.
    Refused(u16),
    /// Cut, and the next connection never hears hello.
    NoHello,
    /// Cut, and all places are taken until one was asked for.
    Crowded,
}

fn slack() -> Slack {
    let ms = Duration::from_millis;
    Slack {
        timing: timing::Timing {
            hello_after: ms(0),
            close_after: ms(3),
            silent_for: ms(200),
            ack_within: ms(2000),
            // Enough of them for the last to come after the storm.
            retry_after: [200, 400, 800, 1600, 3200, 6400].map(ms).to_vec(),
            ..timing::Timing::default()
        },
        ..Slack::default()
    }
}

fn options(simulator: &Simulator) -> Options {
    let ms = Duration::from_millis;
    // A connection that lived at all has earned a quick successor.
    let timing = Timing { settle: ms(0), linger_quiet: ms(2), linger_max: ms(20), ..Timing::default() };
    Options {
        api_url: simulator.api_url().parse().unwrap(),
        token: simulator.app_token().into(),
        debug_reconnects: false,
        connections: 1,
        hold: Hold::Nothing,
        rules: Rules::default(),
        timing,
    }
}

/// So short that trouble, too, is over at once.
fn impatient(timing: &Timing) -> Timing {
    let ms = Duration::from_millis;
    Timing {
        ping: ms(20),
        doubt: ms(80),
        dead: ms(160),
        hello: ms(150),
        probe: ms(5),
        crowd: ms(2),
        crowd_cap: ms(5),
        backoff_base: ms(1),
        backoff_cap: ms(5),
        ..*timing
    }
}

async fn end(kind: Kind, slack: &Handle, link: &Link) {
    match kind {
        Kind::Warned(ahead) => slack.refresh(Whom::Oldest, ahead),
        Kind::Refreshed => slack.disconnect("refresh_requested", Whom::Oldest),
        Kind::UnknownReason => slack.disconnect("brand_new_reason", Whom::Oldest),
        Kind::Closed(code) => slack.close(Whom::Oldest, code, "so it is"),
        Kind::Asked => link.commands().try_send(Command::Reconnect).unwrap(),
        Kind::Cut => slack.cut(Whom::Oldest),
        Kind::BadFrame => slack.utter(Whom::Oldest, &Act::Ping(vec![b'x'; 126])),
        Kind::Silent => slack.silence(Whom::Oldest),
        Kind::SwitchedOff => {
            slack.disconnect("link_disabled", Whom::All);
            slack.set_socket_mode(true);
        }
        Kind::Refused(status) => {
            // Where 429 names no time, the link takes a long one.
            slack.refuse_upgrade(RefuseUpgrade { status, retry_after: Some(0) }, Some(1));
            slack.cut(Whom::Oldest);
        }
        Kind::NoHello => {
            slack.greet(Greeting::Never, Some(1));
            slack.cut(Whom::Oldest);
        }
        Kind::Crowded => {
            let before = slack.state().counts.disconnects;
            slack.set_ghosts(10);
            slack.cut(Whom::Oldest);
            slack.wait_until(|slack| slack.counts().disconnects > before).await;
            slack.set_ghosts(0);
        }
    }
}

/// Ends connections in turn with envelopes before, at and after each end; then all deliveries and all records.
async fn storm(
    kinds: &[Kind],
    times: usize,
    hurry: fn(&Timing) -> Timing,
) -> (Vec<Delivery>, Vec<serde_json::Value>) {
    let simulator = Simulator::start(slack()).await.unwrap();
    let slack = simulator.handle();
    let (journal, mut records) = Records::new();
    let calm = options(&simulator);
    let link = Link::start(Options { timing: hurry(&calm.timing), ..calm }, journal);
    let send = || slack.send("message", &Overrides::new(), Sending::default()).unwrap();
    for round in 0..times {
        // Only one is there when the next round begins, so that `Oldest` means the live one.
        let calm = slack.wait_until(|slack| slack.serving() == 1 && slack.num_connections() == 1);
        tokio::time::timeout(LONG, calm)
            .await
            .unwrap_or_else(|_| panic!("round {round}: {:?}", slack.state()));
        let before = slack.state().counts.hellos;
        send();
        end(kinds[round % kinds.len()], &slack, &link).await;
        send();
        let next = slack.wait_until(|slack| slack.counts().hellos > before);
        tokio::time::timeout(LONG, next)
            .await
            .unwrap_or_else(|_| panic!("round {round}: {:?}", slack.state()));
        send();
    }
    tokio::time::timeout(LONG, slack.wait_until(sockscope::simulator::workspace::Workspace::is_settled))
        .await
        .expect("the ledger does not settle");
    link.shutdown().await;
    let last = records.kind("closed").await;
    assert!(last.is_object());
    while let Some(Some(_)) = futures_util::FutureExt::now_or_never(records.next_if_there()) {}
    (slack.ledger().deliveries().cloned().collect(), records.seen)
}

fn count<'r>(records: &'r [serde_json::Value], kind: &str) -> HashMap<&'r str, usize> {
    let mut counts = HashMap::new();
    for record in records.iter().filter(|record| record["kind"] == kind) {
        *counts.entry(record["envelope_id"].as_str().unwrap()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn no_envelope_is_lost_however_slack_ends_a_connection() {
    let kinds = [
        Kind::Warned(Duration::from_millis(5)),
        Kind::Refreshed,
        Kind::UnknownReason,
        Kind::Closed(1000),
        Kind::Closed(1001),
        Kind::Closed(4321),
    ];
    let (deliveries, records) = storm(&kinds, 600, |timing| *timing).await;
    let (came, acked) = (count(&records, "envelope"), count(&records, "ack"));
    assert!(deliveries.len() >= 1800);
    for delivery in deliveries.iter().filter(|delivery| delivery.conn.is_some()) {
        let id = delivery.envelope_id.as_str();
        assert_eq!((came.get(id), acked.get(id)), (Some(&1), Some(&1)), "{delivery:?}");
        assert_eq!(delivery.acks.len(), 1, "{delivery:?}");
        assert!(matches!(delivery.outcome, Outcome::Acked { .. }), "{delivery:?}");
    }
}

/// What was on its way when the line was cut, or when our own close arrived, is lost with it: Slack sends it again.
#[tokio::test]
async fn no_event_is_lost_however_often_the_line_is_cut_or_handed_over() {
    let (deliveries, records) = storm(&[Kind::Cut, Kind::Asked], 400, |timing| *timing).await;
    every_event_arrived(&deliveries, &records);
}

#[tokio::test]
async fn no_event_is_lost_to_silence_refusals_and_broken_frames() {
    let kinds = [
        Kind::BadFrame,
        Kind::Silent,
        Kind::SwitchedOff,
        Kind::Refused(408),
        Kind::Refused(409),
        Kind::Refused(429),
        Kind::NoHello,
        Kind::Crowded,
    ];
    let (deliveries, records) = storm(&kinds, 120, impatient).await;
    every_event_arrived(&deliveries, &records);
    for code in [
        "invalid_frame",
        "silent",
        "link_disabled",
        "upgrade_408",
        "upgrade_409",
        "upgrade_429",
        "hello_timeout",
        "too_many_websockets",
    ] {
        let met = records.iter().filter(|record| record["code"] == code).count();
        assert!(met >= 120 / kinds.len(), "{code}: {met}");
    }
}

fn every_event_arrived(deliveries: &[Delivery], records: &[serde_json::Value]) {
    let (came, acked) = (count(records, "envelope"), count(records, "ack"));
    assert!(came.values().chain(acked.values()).all(|count| *count == 1), "once each");
    let mut events: HashMap<&str, bool> = HashMap::new();
    for delivery in deliveries {
        let arrived = matches!(delivery.outcome, Outcome::Acked { .. });
        assert!(!arrived || came.contains_key(delivery.envelope_id.as_str()), "{delivery:?}");
        *events.entry(delivery.event_id.as_deref().unwrap()).or_default() |= arrived;
    }
    assert!(events.len() >= 360);
    for (event, arrived) in events {
        let tries: Vec<_> =
            deliveries.iter().filter(|delivery| delivery.event_id.as_deref() == Some(event)).collect();
        assert!(arrived, "{tries:#?}");
    }
}

#[tokio::test]
async fn a_warned_refresh_leaves_no_gap() {
    let (_, records) = storm(&[Kind::Warned(Duration::from_millis(400))], 10, |timing| *timing).await;
    let gaps: Vec<_> =
        records.iter().filter(|record| record["kind"] == "gap").map(|record| &record["ms"]).collect();
    assert!(gaps.len() >= 9 && gaps.iter().all(|gap| **gap == 0.0), "{gaps:?}");
    assert!(records.iter().all(|record| record["kind"] != "finding"));
}
