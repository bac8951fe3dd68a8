#![allow(clippy::unwrap_used)]
use super::super::theme::Theme;
use super::*;
use crate::journal::{Event, Record};

fn session(events: Vec<(f64, Event)>) -> Session {
    let mut session = Session::default();
    for (seq, (second, event)) in events.into_iter().enumerate() {
        session.apply(&Record { seq: seq as u64, at: at(second), event });
    }
    session
}

fn at(second: f64) -> Timestamp {
    Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs_f64(second)
}

fn live(conn: u32, second: f64, total: u64) -> [(f64, Event<'static>); 2] {
    let message = format!(
        r#"{{"type":"hello","num_connections":{total},"debug_info":{{"approximate_connection_time":18060}}}}"#
    );
    let opening = Event::Opening { conn, debug_reconnects: true };
    [(second, opening), (second, Event::Hello { conn, message: message.into() })]
}

fn drawn(session: &Session, now: f64, width: usize) -> String {
    let theme = Theme::named("phosphor").unwrap();
    let look = Look { theme, now: at(now), zone: jiff::tz::TimeZone::UTC };
    let lines = lines(session, &look, width, 30);
    lines.iter().map(|line| line.to_string() + "\n").collect()
}

#[test]
fn a_life_is_told_against_its_promise_where_there_is_room() {
    let mut events = live(1, 0.0, 1).to_vec();
    let reason = "refresh_requested";
    events.push((359.8, Event::Disconnect { conn: 1, reason: reason.into(), message: "{}".into() }));
    let closed = Event::Closed { conn: 1, code: Some(1000), reason: "".into(), lived_ms: 359_800.0 };
    events.push((359.9, closed));
    events.push((360.0, Event::Gap { ms: 40.0 }));
    let session = session(events);
    let screen = drawn(&session, 361.0, 70);
    assert!(screen.contains("lived 00:06:00 of 00:06:00  gap 40 ms"), "{screen}");
    assert!(drawn(&session, 361.0, 60).contains("lived 00:06:00  gap 40 ms"), "the gap matters more");
}

#[test]
fn the_canary_tells_silence_quiet_and_traffic_apart() {
    let mut events = live(1, 0.0, 1).to_vec();
    assert!(drawn(&session(events.clone()), 29.0, 90).contains("nothing received yet"));
    assert!(drawn(&session(events.clone()), 31.0, 90).contains("silent: no ping, no pong"));
    let [envelope_id, type_] = ["e".into(), "events_api".into()];
    events.push((2.0, Event::Envelope { conn: 1, envelope_id, type_, message: "{}".into() }));
    assert!(drawn(&session(events.clone()), 3.0, 90).contains("receiving"));
    events.push((71.0, Event::Ping { conn: 1, from: crate::journal::Side::Slack }));
    assert!(drawn(&session(events), 72.0, 90).contains("quiet for 00:01:10"));
}

#[test]
fn others_are_told_with_what_to_do_and_since_when() {
    let session = session([live(1, 0.0, 1), live(2, 5.0, 4)].concat());
    let screen = drawn(&session, 6.0, 60);
    let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("you hold 2 of 4: events go to others too. Stop the other process"), "{screen}");
    assert!(words.contains("`sockscope tap`") && words.contains("an app for development"), "{screen}");
    assert!(words.contains("1/1 → 2/4"), "{screen}");
    assert!(screen.lines().all(|line| text::width(line) <= 60), "{screen}");
}

#[test]
fn a_gauge_is_always_as_wide_as_asked() {
    for (share, width, full, empty) in [(0.0, 4, "", "────"), (1.0, 4, "━━━━", ""), (0.5, 4, "━━", "──")]
    {
        assert_eq!(gauge(share, width), (full.to_owned(), empty.to_owned()));
    }
}

#[test]
fn a_sparkline_spans_from_the_least_to_the_greatest() {
    assert_eq!(sparkline(&[1.0, 2.0, 3.0], 12), "▁▅█");
    assert_eq!(sparkline(&[5.0, 5.0], 12), "▁▁");
    assert_eq!(sparkline(&[9.0, 1.0, 2.0], 2), "▁█");
}
