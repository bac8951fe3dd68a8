#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::connection::DEBUG_LIFE;
use super::*;
use crate::journal::{By, Event, Record, Side};

/// Seconds after a fixed start.
fn at(seconds: f64) -> Timestamp {
    let start: Timestamp = "2026-11-22T07:00:00Z".parse().unwrap();
    start + SignedDuration::try_from_secs_f64(seconds).unwrap()
}

fn seconds(seconds: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(seconds).unwrap()
}

/// A session and its clock: each line of a test is a record, in order.
#[derive(Default)]
struct Script {
    session: Session,
    seq: u64,
    now: f64,
}

impl Script {
    fn wait(&mut self, seconds: f64) -> &mut Self {
        self.now += seconds;
        self
    }

    fn record(&mut self, event: Event) -> &mut Self {
        self.session.apply(&Record { seq: self.seq, at: at(self.now), event });
        self.seq += 1;
        self
    }

    fn opening(&mut self, conn: u32) -> &mut Self {
        self.record(Event::Opening { conn, debug_reconnects: false })
    }

    fn opened(&mut self, conn: u32) -> &mut Self {
        let url = "wss://wss-primary.slack.com:8443/link/?ticket=***&app_id=0f".into();
        self.record(Event::Opened { conn, took_ms: 80.0, url })
    }

    fn connected(&mut self, conn: u32) -> &mut Self {
        self.record(Event::Connected { conn, took_ms: 40.0 })
    }

    fn hello(&mut self, conn: u32, connections: u64) -> &mut Self {
        let message = format!(
            r#"{{"type":"hello","num_connections":{connections},"connection_info":{{"app_id":"A1"}},"debug_info":{{"host":"applink-3","build_number":118,"approximate_connection_time":3600}}}}"#
        );
        self.record(Event::Hello { conn, message: message.into() })
    }

    fn live(&mut self, conn: u32, connections: u64) -> &mut Self {
        self.opening(conn).opened(conn).connected(conn).hello(conn, connections)
    }

    fn event(&mut self, conn: u32, id: &str, event_id: &str, retry: u32) -> &mut Self {
        let message = format!(
            r#"{{"envelope_id":"{id}","type":"events_api","accepts_response_payload":false,"retry_attempt":{retry},"retry_reason":"timeout","payload":{{"event_id":"{event_id}"}}}}"#
        );
        let (envelope_id, type_) = (id.into(), "events_api".into());
        self.record(Event::Envelope { conn, envelope_id, type_, message: message.into() })
    }

    fn ack(&mut self, conn: u32, id: &str, took_ms: f64) -> &mut Self {
        let message = format!(r#"{{"envelope_id":"{id}"}}"#);
        self.ack_with(conn, id, took_ms, &message)
    }

    fn ack_with(&mut self, conn: u32, id: &str, took_ms: f64, message: &str) -> &mut Self {
        let (envelope_id, message) = (id.into(), message.into());
        self.record(Event::Ack { conn, envelope_id, by: By::Auto, took_ms, late: took_ms >= 3000.0, message })
    }

    fn disconnect(&mut self, conn: u32, reason: &str) -> &mut Self {
        self.record(Event::Disconnect { conn, reason: reason.into(), message: "{}".into() })
    }

    fn closed(&mut self, conn: u32, code: Option<u16>, lived_ms: f64) -> &mut Self {
        self.record(Event::Closed { conn, code, reason: "".into(), lived_ms })
    }

    fn error(&mut self, conn: Option<u32>, code: &str, fatal: bool, retry_in_ms: Option<u64>) -> &mut Self {
        self.record(Event::Error { conn, code: code.into(), fatal, retry_in_ms, message: "no".into() })
    }

    fn stage(&self, conn: u32) -> &Stage {
        &self.session.connection(conn).unwrap().stage
    }

    fn codes(&self) -> Vec<&str> {
        self.session.findings().iter().map(|finding| finding.code.as_ref()).collect()
    }
}

#[test]
fn a_connection_is_live_with_its_hello_and_not_before() {
    let mut script = Script::default();
    script.opening(1);
    assert_eq!(script.stage(1), &Stage::Opening { since: at(0.0), tries: 1 });
    script.wait(0.1).opened(1);
    assert_eq!(script.stage(1), &Stage::Dialling { since: at(0.1) });
    assert_eq!(script.session.connection(1).unwrap().url_host.as_deref(), Some("wss-primary.slack.com:8443"));
    script.wait(0.1).connected(1);
    assert_eq!(script.stage(1).name(), "hello awaited");
    // An envelope may come before the hello; it makes nothing live.
    script.event(1, "e", "Ev", 0).ack(1, "e", 0.3);
    assert_eq!(script.session.live(), 0);
    script.wait(0.1).hello(1, 1);
    assert_eq!(script.stage(1), &Stage::Live { since: at(0.1 + 0.1 + 0.1) });
    let connection = script.session.connection(1).unwrap();
    assert_eq!((connection.host(), connection.build()), (Some("applink-3"), Some("118")));
    assert_eq!((connection.envelopes, connection.acks, connection.received_since_live), (1, 1, 0));
    assert!(!script.session.heard_since_hello());
    script.event(1, "f", "Ev2", 0);
    assert!(script.session.heard_since_hello());
    assert_eq!(script.session.app_id(), Some("A1"));
}

#[test]
fn the_announced_life_is_counted_down_and_then_overdue() {
    let mut script = Script::default();
    script.live(1, 1);
    let connection = script.session.connection(1).unwrap();
    let refresh = connection.refresh(at(900.0)).unwrap();
    assert_eq!((refresh.at, refresh.remaining), (at(3600.0), seconds(2700.0)));
    assert!((refresh.fraction - 0.25).abs() < 1e-9 && !refresh.overdue());
    let refresh = connection.refresh(at(3700.0)).unwrap();
    assert!(refresh.overdue() && (refresh.fraction - 1.0).abs() < 1e-9);
    assert_eq!(connection.uptime(at(61.0)), Some(seconds(61.0)));
}

#[test]
fn debug_reconnects_shorten_the_life_to_expect() {
    let mut script = Script::default();
    script.record(Event::Opening { conn: 1, debug_reconnects: true }).opened(1).connected(1).hello(1, 1);
    let connection = script.session.connection(1).unwrap();
    assert_eq!(connection.announced(), Some(seconds(3600.0)));
    assert_eq!(connection.expected_life(), Some(DEBUG_LIFE));
    assert!(script.session.debug_reconnects());
    script.wait(359.9).disconnect(1, "refresh_requested").closed(1, Some(1000), 359_900.0);
    let ended = script.session.history().ended().next_back().unwrap();
    assert_eq!((ended.lived, ended.expected), (Some(seconds(359.9)), Some(DEBUG_LIFE)));
}

#[test]
fn a_refresh_hands_over_without_a_gap() {
    let mut script = Script::default();
    script.live(1, 1).wait(20.0).disconnect(1, "warning").opening(2);
    let handing = |since| Stage::HandingOver { since, reason: "warning".into(), to: Some(2) };
    assert_eq!(script.stage(1), &handing(at(20.0)));
    assert_eq!(script.session.live(), 1, "it is read until it ends");
    script.opened(2).connected(2).wait(0.2).hello(2, 2);
    assert_eq!(script.session.live(), 2);
    script.record(Event::Gap { ms: 0.0 }).wait(9.0).disconnect(1, "refresh_requested");
    script.closed(1, Some(1000), 3_599_200.0);
    let ended: Vec<_> = script.session.history().ended().collect();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].reasons, ["warning", "refresh_requested"]);
    assert_eq!(ended[0].words(), "Slack refreshed the connection, as it does every hour or so");
    assert_eq!((ended[0].lived, ended[0].gap), (Some(seconds(3599.2)), Some(seconds(0.0))));
    assert_eq!(ended[0].expected, Some(seconds(3600.0)));
    assert!(script.codes().is_empty());
    assert_eq!(script.session.deaf(at(4000.0)), None);
}

#[test]
fn an_end_of_ours_is_called_by_what_it_was_for() {
    let mut script = Script::default();
    let closed = |conn, reason: &'static str| {
        let (code, reason) = (Some(1000), reason.into());
        Event::Closed { conn, code, reason, lived_ms: 9.0 }
    };
    script.live(1, 1).record(closed(1, "handed over")).live(2, 1).record(closed(2, ""));
    let codes: Vec<_> = script.session.history().ended().map(|end| end.code().into_owned()).collect();
    assert_eq!(codes, ["handed over", "1000"]);
}

#[test]
fn an_ack_that_a_rule_kept_or_broke_is_not_missing_as_well() {
    for code in [finding::RULE_DROPPED, finding::RULE_MALFORMED] {
        let ruled = |conn, id: &'static str| Event::Finding {
            code: code.into(),
            conn: Some(conn),
            envelope_id: Some(id.into()),
            message: "a rule did it".into(),
        };
        let mut script = Script::default();
        script.live(1, 1).event(1, "e", "Ev1", 0).record(ruled(1, "e")).event(1, "f", "Ev2", 0);
        script.session.tick(at(4.0));
        assert_eq!(script.codes(), [code, finding::NO_ACK], "of the other one nobody knows why");
        // The rule waited longer than Slack did, and then broke the ack.
        script.wait(5.0).record(ruled(1, "f"));
        assert_eq!(script.codes(), [code, code]);
        assert_eq!(
            (script.session.findings().count(finding::NO_ACK), script.session.findings().total()),
            (0, 2)
        );
        // A hand may answer all the same.
        script.ack(1, "e", 5000.0);
        assert_eq!(script.codes(), [code, code, finding::LATE_ACK]);
    }
}

#[test]
fn a_cut_leaves_a_gap_a_finding_and_what_came_again() {
    let mut script = Script::default();
    script.live(1, 1).event(1, "e1", "Ev1", 0).wait(1.0).closed(1, None, 1000.0);
    assert_eq!(script.session.deaf(at(1.5)), Some(seconds(0.5)));
    script.wait(0.7).live(2, 1).record(Event::Gap { ms: 700.0 });
    script.wait(0.1).event(2, "e2", "Ev1", 1).ack(2, "e2", 0.2);
    script.event(2, "e3", "Ev0", 1).ack(2, "e3", 0.2);
    let ended = script.session.history().ended().next().unwrap().clone();
    assert_eq!((ended.gap, ended.redelivered, ended.lost_acks), (Some(seconds(0.7)), 2, 1));
    assert_eq!(
        (ended.code(), ended.words()),
        ("cut".into(), "the connection broke without a goodbye".into())
    );
    assert_eq!(script.codes(), ["no-overlap", "retry", "retry"]);
    let retries: Vec<_> = script.session.findings().iter().filter(|f| f.code == "retry").collect();
    assert_eq!((retries[0].row, retries[0].repeats), (Some(3), Some(1)));
    assert_eq!(retries[1].repeats, None, "its first delivery never reached us");
    assert_eq!((script.session.history().gaps(), script.session.history().deaf()), (1, seconds(0.7)));
}

#[test]
fn an_ack_on_another_connection_still_counts() {
    let mut script = Script::default();
    script.live(1, 1).event(1, "e1", "Ev1", 0).closed(1, Some(1006), 10.0);
    script.wait(0.5).live(2, 1).ack(2, "e1", 500.0);
    assert_eq!(script.session.history().ended().next().unwrap().lost_acks, 0);
    assert_eq!(script.session.connection(2).unwrap().acks, 1);
    assert_eq!(script.session.held().count(), 0);
}

#[test]
fn what_waits_counts_down_then_is_late_and_can_still_be_answered() {
    let mut script = Script::default();
    script.live(1, 1).event(1, "e1", "Ev1", 0).wait(1.0).event(1, "e2", "Ev2", 0);
    let acks = script.session.acks();
    assert_eq!(acks.most_urgent(at(1.0)).unwrap().envelope_id.as_ref(), "e1");
    assert_eq!(acks.most_urgent(at(1.0)).unwrap().remaining(at(1.0)), seconds(2.0));
    assert_eq!(acks.most_urgent(at(3.5)).unwrap().envelope_id.as_ref(), "e2");
    let rows_after = |row| acks.held_after(row).map(|held| held.row).collect::<Vec<_>>();
    assert_eq!((rows_after(1), rows_after(2), rows_after(0)), (vec![2, 1], vec![1, 2], vec![1, 2]));
    assert_eq!(script.session.next_deadline(), Some(at(3.0)));
    script.session.tick(at(3.0));
    assert_eq!(script.codes(), ["ack-missing"]);
    assert_eq!(script.session.next_deadline(), Some(at(4.0)));
    script.wait(2.5).ack(1, "e1", 3500.0).ack(1, "e2", 2500.0);
    assert_eq!(script.codes(), ["ack-late"], "no ack has become a late one");
    assert_eq!(script.session.findings().count("ack-missing"), 0);
    assert_eq!(script.session.findings().of_row(1).count(), 1);
    assert_eq!((script.session.totals().late, script.session.acks().latency().count()), (1, 2));
    assert_eq!(script.session.next_deadline(), None);
}

#[test]
fn wrong_acks_are_found_and_recorded_findings_count_once() {
    let mut script = Script::default();
    script.live(1, 1).event(1, "e1", "Ev1", 0);
    script.ack_with(1, "e1", 1.0, r#"{"envelope_id": "e1", "payload": {"text":"hi"}}"#).ack(1, "e1", 2.0);
    script.event(1, "e2", "Ev2", 0).ack_with(1, "e2", 1.0, r#"{"envelope_id":"e2","payload":{ }}"#);
    let long = format!(r#"{{"envelope_id":"e3","x":"{}"}}"#, "x".repeat(20_480));
    script.event(1, "e3", "Ev3", 0).ack_with(1, "e3", 1.0, &long);
    let finding = |code: &'static str| Event::Finding {
        code: code.into(),
        conn: Some(1),
        envelope_id: Some("e3".into()),
        message: "as recorded".into(),
    };
    script.record(finding("ack-too-long")).record(finding("view-title-too-long"));
    assert_eq!(script.codes(), ["payload-not-accepted", "ack-twice", "ack-too-long", "view-title-too-long"]);
    let own = script.session.findings().iter().last().unwrap();
    assert_eq!((own.title(), own.row), ("view-title-too-long", Some(3)));
    assert_eq!(script.session.findings().total(), 4);
}

#[test]
fn the_same_envelope_twice_may_be_acked_twice() {
    let mut script = Script::default();
    script.live(1, 1).event(1, "e1", "Ev1", 0).event(1, "e1", "Ev1", 1);
    script.ack(1, "e1", 1.0).ack(1, "e1", 1.0);
    assert_eq!(script.codes(), ["same-envelope", "retry"]);
    script.ack(1, "e1", 1.0);
    assert_eq!(script.codes().last(), Some(&"ack-twice"));
    script.event(1, "e1", "Ev1", 2).ack(1, "e1", 1.0);
    assert_eq!(script.session.findings().count("ack-twice"), 1);
}

#[test]
fn who_else_is_connected_is_told_apart_from_ghosts() {
    let mut script = Script::default();
    script.live(1, 3);
    let census = script.session.census().unwrap();
    assert_eq!((census.ours, census.total(), census.others, census.at), (1, 3, 2, at(0.0)));
    assert!(census.shared());
    assert_eq!(script.codes(), ["more-connections"]);
    script.wait(10.0).live(2, 4);
    assert_eq!(script.session.census().map(|census| (census.ours, census.total())), Some((2, 4)));
    script.disconnect(1, "warning").closed(1, Some(1000), 10_000.0);
    assert_eq!(script.session.census().map(|census| (census.ours, census.total())), Some((1, 3)));
    assert_eq!(script.codes().len(), 1, "the same others are told once");

    let mut script = Script::default();
    script.live(1, 1).closed(1, None, 10.0).live(2, 2);
    let census = script.session.census().unwrap();
    assert_eq!((census.others, census.ghosts, census.shared()), (1, 1, false));
}

#[test]
fn a_full_app_is_counted_and_waited_for() {
    let mut script = Script::default();
    script.live(1, 1).opening(2).disconnect(2, "too_many_websockets");
    let census = script.session.census().unwrap();
    assert_eq!((census.ours, census.total(), census.others), (1, 10, 9));
    script.error(Some(2), "too_many_websockets", false, Some(5_000)).closed(2, Some(1000), 1.0);
    assert!(matches!(script.stage(2), Stage::BackingOff { until, .. } if *until == at(5.0)));
    script.wait(5.0).opening(3);
    assert!(script.session.connection(2).is_none(), "the next try took over");
}

#[test]
fn a_wait_that_was_told_while_it_was_live_follows_the_end() {
    let mut script = Script::default();
    script.live(1, 1).disconnect(1, "link_disabled").error(Some(1), "link_disabled", false, Some(60_000));
    assert!(matches!(script.stage(1), Stage::HandingOver { .. }), "it is still read");
    script.wait(1.0).closed(1, Some(1000), 1_000.0);
    assert!(matches!(script.stage(1), Stage::BackingOff { until, .. } if *until == at(60.0)));
    assert_eq!(script.session.live(), 0);

    let mut script = Script::default();
    script.live(1, 1).error(Some(1), "short_life", false, Some(2_000)).opening(2).closed(1, None, 1_000.0);
    assert!(matches!(script.stage(1), Stage::Closed { .. }), "the next is on its way already");
}

#[test]
fn errors_back_off_and_the_next_try_takes_over() {
    let mut script = Script::default();
    script.opening(1).error(Some(1), "internal_error", false, Some(2_000));
    assert!(matches!(script.stage(1), Stage::BackingOff { until, .. } if *until == at(2.0)));
    assert_eq!(script.session.problem().unwrap().code, "internal_error");
    script.wait(2.0).opening(2);
    assert_eq!(script.stage(2), &Stage::Opening { since: at(2.0), tries: 2 });
    assert_eq!(script.session.connections().count(), 1);
    script.error(Some(2), "internal_error", false, Some(4_000)).wait(4.0).opening(2);
    assert_eq!(script.stage(2), &Stage::Opening { since: at(6.0), tries: 3 });
    script.error(Some(2), "invalid_auth", true, None);
    assert!(matches!(script.stage(2), Stage::Stopped { code, .. } if code == "invalid_auth"));
    assert_eq!(script.session.stopped().unwrap().code, "invalid_auth");
    script.live(3, 1);
    assert_eq!((script.session.stopped(), script.session.problem()), (None, None));
    assert_eq!(script.session.connection(3).unwrap().tries, 0);
}

#[test]
fn too_many_websockets_comes_instead_of_hello() {
    let mut script = Script::default();
    script.opening(1).opened(1).connected(1).disconnect(1, "too_many_websockets").closed(1, Some(1000), 5.0);
    assert_eq!(script.session.live(), 0);
    let ended = script.session.history().ended().next().unwrap();
    assert!(!ended.was_live && ended.words().contains("10 connections"));
    script.error(Some(1), "too_many_websockets", false, Some(5_000));
    assert_eq!(script.stage(1).name(), "backing off");
}

#[test]
fn silence_is_told_once_until_a_frame_ends_it() {
    let mut script = Script::default();
    script.live(1, 1);
    script.wait(20.0).record(Event::Ping { conn: 1, from: Side::Slack });
    script.session.tick(at(49.0));
    assert!(script.codes().is_empty());
    script.session.tick(at(51.0));
    script.session.tick(at(60.0));
    assert_eq!(script.codes(), ["silent-connection"]);
    assert!(script.session.connection(1).unwrap().is_silent(at(60.0)));
    script.wait(50.0).record(Event::Pong { conn: 1, from: Side::Slack, rtt_ms: Some(31.0) });
    script.session.tick(at(101.0));
    assert_eq!(script.codes().len(), 2);
    let trips: Vec<_> = script.session.connection(1).unwrap().round_trips().collect();
    assert_eq!(trips, [seconds(0.031)]);
}

#[test]
fn a_second_session_in_a_recording_starts_afresh() {
    let mut script = Script::default();
    let begin = || Event::Session { mode: "live".into(), version: "0.1.0".into() };
    script.record(begin()).live(1, 1).event(1, "e1", "Ev1", 0);
    script.wait(1.0).record(begin());
    assert_eq!((script.session.connections().count(), script.session.held().count()), (0, 0));
    script.live(1, 1).closed(1, Some(1001), 5.0);
    assert_eq!(script.session.history().ended().next().unwrap().at, at(1.0));
    assert_eq!(script.session.mode(), "live");
}

#[test]
fn the_team_is_known_as_soon_as_a_payload_names_it() {
    let mut script = Script::default();
    for (payload, team) in [
        (r#"{"team":"T1"}"#, None),
        (r#"{"team":{"id":"T1","domain":"duino"}}"#, Some("duino")),
        (r#"{"team_domain":"other"}"#, Some("duino")),
    ] {
        let message = format!(r#"{{"envelope_id":"x","payload":{payload}}}"#);
        let (envelope_id, type_) = ("x".into(), "interactive".into());
        script.record(Event::Envelope { conn: 1, envelope_id, type_, message: message.into() });
        assert_eq!(script.session.team(), team);
    }
}

#[test]
fn every_reason_of_the_protocol_has_its_words() {
    for reason in ["warning", "refresh_requested", "link_disabled", "too_many_websockets"] {
        assert_ne!(reason::disconnect_words(reason), reason);
    }
    for code in [1000, 1001, 1006, 1009, 1011] {
        assert!(reason::close(Some(code)).is_some(), "{code}");
    }
    assert_eq!(reason::disconnect_words("brand_new"), "brand_new");
    assert_eq!(reason::close_words(Some(4999), "why not"), "closed with code 4999: why not");
    for row in finding::TABLE {
        assert!(!row.title.is_empty() && !row.why.is_empty() && !row.what_to_do.is_empty(), "{}", row.code);
        assert_eq!(finding::explain(row.code), Some(row), "codes are unique");
    }
}

fn any_event() -> impl Strategy<Value = Event<'static>> {
    let conn = 1..4_u32;
    let id = prop_oneof![Just("e1"), Just("e2"), Just("e3"), Just("")];
    let ms = prop_oneof![0.0..5000.0_f64, Just(-1.0), Just(1e300)];
    (0..16_usize, conn, id, ms, any::<bool>(), 0..3_u64).prop_map(
        |(kind, conn, id, ms, flag, n)| match kind {
            0 => Event::Opening { conn, debug_reconnects: flag },
            1 => Event::Opened { conn, took_ms: ms, url: "ws://127.0.0.1:1/".into() },
            2 => Event::Connected { conn, took_ms: ms },
            3 => Event::Hello { conn, message: format!(r#"{{"num_connections":{n}}}"#).into() },
            4..=6 => Event::Envelope {
                conn,
                envelope_id: id.into(),
                type_: "events_api".into(),
                message: format!(r#"{{"retry_attempt":{n},"payload":{{"event_id":"Ev{n}"}}}}"#).into(),
            },
            7..=9 => Event::Ack {
                conn,
                envelope_id: id.into(),
                by: if flag { By::Hand } else { By::Auto },
                took_ms: ms,
                late: flag,
                message: "{}".into(),
            },
            10 => Event::Disconnect { conn, reason: "warning".into(), message: "{}".into() },
            11 => Event::Closed { conn, code: flag.then_some(1000), reason: "".into(), lived_ms: ms },
            12 => Event::Gap { ms },
            13 => Event::Finding {
                code: if flag { "ack-late".into() } else { "ack-missing".into() },
                conn: Some(conn),
                envelope_id: Some(id.into()),
                message: "".into(),
            },
            14 => Event::Error {
                conn: flag.then_some(conn),
                code: "x".into(),
                fatal: n == 0,
                retry_in_ms: (n == 1).then_some(u64::MAX),
                message: "".into(),
            },
            _ => Event::Pong { conn, from: Side::Slack, rtt_ms: Some(ms) },
        },
    )
}

proptest! {
    #[test]
    fn any_order_of_records_is_taken_and_the_counts_add_up(
        events in proptest::collection::vec((any_event(), -1.0..4.0_f64), 0..120)
    ) {
        let mut script = Script::default();
        let mut index = crate::journal::index::Index::default();
        let place = crate::journal::Place { offset: 0, len: 100 };
        let (mut envelopes, mut acks, mut retries) = (0, 0, 0);
        for (event, pause) in events {
            envelopes += u64::from(matches!(event, Event::Envelope { .. }));
            acks += u64::from(matches!(event, Event::Ack { .. }));
            index.push(place, &Record { seq: 0, at: at(script.now), event: event.clone() });
            script.wait(pause).record(event);
            let session = &script.session;
            prop_assert_eq!(session.rows, index.len(), "the index counts the same rows");
            prop_assert!(session.held().all(|held| index.get(held.row).unwrap().is_pending()));
            let (totals, now) = (session.totals(), at(script.now));
            prop_assert_eq!((totals.envelopes, totals.acks), (envelopes, acks));
            prop_assert!(totals.late <= totals.acks && totals.retries >= retries);
            retries = totals.retries;
            let by = [By::Auto, By::Rule, By::Hand, By::App].map(|by| session.acks().count_by(by));
            prop_assert_eq!(by.iter().sum::<u64>(), acks);
            prop_assert_eq!(session.findings().total(), session.findings().iter().len() as u64);
            prop_assert!(session.held().count() <= 3, "one for each id");
            prop_assert!(session.live() <= session.connections().count());
            if session.live() > 0 {
                prop_assert_eq!(session.deaf(now), None);
            }
            for connection in session.connections() {
                prop_assert!(!connection.is_live() || connection.hello.is_some());
                prop_assert!(connection.refresh(now).is_none_or(|r| (0.0..=1.0).contains(&r.fraction)));
            }
        }
    }
}
