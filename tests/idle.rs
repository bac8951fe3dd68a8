//! How often the loop draws: what changes is drawn, and a clock's every second, and nothing else. Time is paused, so
//! that ten seconds are exactly ten and pass at once.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use crossterm::event::Event as TerminalEvent;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use sockscope::app::keymap::Keymap;
use sockscope::app::run::{Feed, Outside, Surroundings, run};
use sockscope::app::{App, Mode, Start};
use sockscope::clipboard::Clipboard;
use sockscope::journal::{Event, Journal, Secrets};
use tokio::time::Instant;

/// The paused clock, as a time of day.
fn clock() -> Timestamp {
    static START: OnceLock<Instant> = OnceLock::new();
    let passed = START.get_or_init(Instant::now).elapsed();
    Timestamp::from_second(1_795_331_000).unwrap().checked_add(passed).unwrap()
}

/// The frames of ten seconds after these records, when nothing more happens.
async fn frames_of_ten_seconds(records: &[Event<'_>]) -> usize {
    let journal = Journal::temporary(Secrets::Masked).unwrap();
    let tail = journal.tail();
    for event in records {
        journal.write(clock(), event);
    }
    let start = Start::new(Mode::Live, Keymap::new(&BTreeMap::new()).unwrap(), (120, 40));
    let mut app = App::new(journal.clone(), start);
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let mut around = Surroundings {
        input: || tokio_stream::pending::<io::Result<TerminalEvent>>(),
        feed: Feed::Journal(tail),
        commands: None,
        simulator: None,
        clipboard: Clipboard::default(),
        zone: TimeZone::UTC,
        clock,
        outside: Outside::default(),
    };
    tokio::select! {
        ended = run(&mut app, &mut terminal, &mut around) => panic!("{ended:?}"),
        () = tokio::time::sleep(Duration::from_secs(10)) => {}
    }
    terminal.get_frame().count()
}

#[tokio::test(start_paused = true)]
async fn a_live_connection_is_drawn_once_a_second() {
    let hello = r#"{"type":"hello","num_connections":1,"connection_info":{"app_id":"A0EXAMPLE"},"debug_info":{"approximate_connection_time":3600}}"#;
    let frames = frames_of_ten_seconds(&[
        Event::Opening { conn: 1, debug_reconnects: false },
        Event::Connected { conn: 1, took_ms: 1.0 },
        Event::Hello { conn: 1, message: hello.into() },
    ])
    .await;
    assert!((10..=13).contains(&frames), "{frames} frames in ten seconds");
}

#[tokio::test(start_paused = true)]
async fn without_a_clock_nothing_is_drawn_again() {
    let frames = frames_of_ten_seconds(&[]).await;
    assert!(frames <= 2, "{frames} frames in ten seconds");
}
