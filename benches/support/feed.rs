//! A session that is fed by hand: records through a journal into an app, as the loop does it.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use sockscope::app::keymap::Keymap;
use sockscope::app::{App, Mode, Start};
use sockscope::journal::{By, Event, Journal, Secrets, Tail};
use sockscope::slack::ack;
use sockscope::ui::theme::Theme;
use sockscope::ui::{self, Look};

/// Envelopes of one burst: one append for them, one for their acks.
const BURST: usize = 64;

pub struct Feed {
    pub journal: Journal,
    pub app: App,
    tail: Tail,
    terminal: Terminal<TestBackend>,
    pub look: Look,
}

impl Feed {
    /// A screen of so many columns and lines, with one live connection.
    #[allow(dead_code, reason = "a bench that needs a journal of its own does without")]
    pub fn new(size: (u16, u16)) -> Self {
        Self::over(Journal::temporary(Secrets::Masked).expect("a temporary file"), size)
    }

    /// As [`Feed::new`], in a journal of its own.
    pub fn over(journal: Journal, size: (u16, u16)) -> Self {
        let start = Start::new(Mode::Live, Keymap::new(&BTreeMap::new()).expect("the defaults"), size);
        let theme = Theme::named(start.theme).expect("a built-in theme");
        let now = "2026-11-22T07:20:00Z".parse().expect("a moment");
        let mut feed = Self {
            app: App::new(journal.clone(), start),
            tail: journal.tail(),
            journal,
            terminal: Terminal::new(TestBackend::new(size.0, size.1)).expect("a test backend"),
            look: Look { theme, now, zone: TimeZone::UTC },
        };
        feed.connect();
        feed
    }

    fn connect(&mut self) {
        let hello = r#"{"type":"hello","num_connections":1,"connection_info":{"app_id":"A0EXAMPLE"},"debug_info":{"host":"applink-3","build_number":118,"approximate_connection_time":18060}}"#;
        let (conn, now) = (1, self.look.now);
        for event in [
            Event::Session { mode: "live".into(), version: "0.1.0".into() },
            Event::Opening { conn, debug_reconnects: false },
            Event::Opened { conn, took_ms: 81.4, url: "wss://wss-primary.slack.com/link/".into() },
            Event::Connected { conn, took_ms: 40.2 },
            Event::Hello { conn, message: hello.into() },
        ] {
            self.journal.write(now, &event);
        }
        self.read();
    }

    /// Writes these envelopes and their acks: `make` gives the id, the type and the text of each.
    pub fn write(&mut self, numbers: Range<usize>, mut make: impl FnMut(usize) -> (String, String, String)) {
        let mut batch = self.journal.batch();
        for start in numbers.clone().step_by(BURST) {
            self.pass(0.01);
            let burst = start..(start + BURST).min(numbers.end);
            let mut ids = Vec::with_capacity(BURST);
            for number in burst {
                let (id, type_, message) = make(number);
                let event = Event::Envelope {
                    conn: 1,
                    envelope_id: id.as_str().into(),
                    type_: type_.into(),
                    message: message.into(),
                };
                batch.push(self.look.now, &event);
                ids.push(id);
            }
            self.journal.append(&mut batch);
            for id in &ids {
                let message = ack::frame(id, None).into();
                let (envelope_id, by) = (id.as_str().into(), By::Auto);
                let event = Event::Ack { conn: 1, envelope_id, by, took_ms: 0.3, late: false, message };
                batch.push(self.look.now, &event);
            }
            self.journal.append(&mut batch);
        }
    }

    /// What was written goes into the app.
    pub fn read(&mut self) {
        let app = &mut self.app;
        while self.tail.read(|place, line| app.record(place, line)).expect("the temporary file") {}
    }

    /// The clock moves only when told.
    pub fn pass(&mut self, seconds: f64) {
        self.look.now += SignedDuration::try_from_secs_f64(seconds).expect("a sane time");
    }

    pub fn settle(&mut self) {
        self.app.settle(self.look.now);
    }

    pub fn draw(&mut self) {
        let Self { app, look, terminal, .. } = self;
        terminal.draw(|frame| ui::draw(app, look, frame)).expect("a test backend");
    }
}
