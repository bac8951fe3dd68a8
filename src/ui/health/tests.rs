#![allow(clippy::unwrap_used)]
use super::super::theme::Theme;
use super::*;
use crate::app::keymap::Keymap;
use crate::app::{Mode, Start};
use crate::journal::{Event, Journal, Record, Secrets};

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

/// The whole screen, as lines.
fn screen(app: &App, now: Timestamp, (width, height): (u16, u16)) -> String {
    let look = Look { theme: Theme::named("phosphor").unwrap(), now, zone: jiff::tz::TimeZone::UTC };
    let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| crate::ui::draw(app, &look, frame)).unwrap();
    terminal.backend().to_string()
}

#[test]
fn a_full_disk_is_told_with_its_reason() {
    // /dev/full takes no byte, as a full disk does.
    let file = std::fs::OpenOptions::new().read(true).write(true).open("/dev/full").unwrap();
    let journal = Journal::over(file, 0, 0, Secrets::Masked);
    let keymap = Keymap::new(&std::collections::BTreeMap::new()).unwrap();
    let size = (120, 40);
    let mut app = App::new(journal.clone(), Start::new(Mode::Live, keymap, size));
    app.settle(at(0.0));
    assert!(!screen(&app, at(0.0), size).contains("No space left"));
    journal.write(at(1.0), &Event::Session { mode: "live".into(), version: "0.1.0".into() });
    app.settle(at(1.0));
    let told = screen(&app, at(2.0), size);
    assert!(told.contains("✗ recording stopped"), "{told}");
    assert_eq!(told.matches("No space left on device").count(), 2, "in the footer and in the pane: {told}");
    assert!(told.contains("Acks go on"), "{told}");
    app.settle(at(20.0));
    let later = screen(&app, at(20.0), size);
    assert_eq!(later.matches("No space left on device").count(), 1, "told once, and it stays: {later}");
}
