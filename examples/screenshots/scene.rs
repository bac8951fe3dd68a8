//! A scripted session with a fixed clock, and the pictures that are taken of it.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use sockscope::app::keymap::Keymap;
use sockscope::app::{self, App, Mode, Start};
use sockscope::journal::{By, Event, Journal, Record, Secrets, Side};
use sockscope::link::{Hold, Rules};
use sockscope::slack::ack;
use sockscope::slack::sample::{self, Minter, Overrides};
use sockscope::ui::theme::Theme;
use sockscope::ui::{self, Look};

/// One picture.
pub struct Picture {
    pub name: &'static str,
    pub light: bool,
    pub buffer: Buffer,
}

/// A picture's name, its theme, its size, the keys pressed before it is taken.
type Shot = (&'static str, &'static str, (u16, u16), &'static [&'static str]);

/// Every picture there is.
pub fn pictures() -> Vec<Picture> {
    let shots: [Shot; 6] = [
        ("main", "phosphor", (132, 38), &["u", "c"]),
        ("payload", "phosphor", (132, 38), &["k", "k", "enter", "/blocks", "enter"]),
        ("compare", "phosphor", (132, 38), &["f", "retry:>0", "enter", "d", "jjj"]),
        ("filter", "phosphor", (132, 38), &["f", "type:interactive (ack"]),
        ("narrow", "phosphor", (80, 24), &[]),
        ("daylight", "daylight", (132, 38), &["H"]),
    ];
    shots
        .map(|(name, theme, size, keys)| Picture {
            name,
            light: theme == "daylight",
            buffer: shoot(theme, size, keys),
        })
        .into()
}

/// The screen after these keys: names of keys, or text to type.
pub fn shoot(theme: &'static str, size: (u16, u16), keys: &[&str]) -> Buffer {
    let mut stage = Stage::new(theme, size);
    stage.play();
    for keys in keys {
        stage.press(keys);
    }
    stage.draw()
}

/// The app, its journal and a clock that moves only when told.
pub struct Stage {
    journal: Journal,
    pub app: App,
    theme: Theme,
    size: (u16, u16),
    minter: Minter,
    now: Timestamp,
}

impl Stage {
    pub fn new(theme: &'static str, size: (u16, u16)) -> Self {
        Self::with_rules(theme, size, Rules::default())
    }

    pub fn with_rules(theme: &'static str, size: (u16, u16), rules: Rules) -> Self {
        let journal = Journal::temporary(Secrets::Masked).expect("a temporary file");
        let start = Start {
            theme,
            hold: Hold::default().toggled("view_submission"),
            rules,
            recording: true,
            ..Start::new(Mode::Demo, Keymap::new(&BTreeMap::new()).expect("the defaults"), size)
        };
        let app = App::new(journal.clone(), start);
        let now = "2026-11-22T07:20:00Z".parse().expect("a moment");
        let theme = Theme::named(theme).expect("a built-in theme");
        Self { journal, app, theme, size, minter: Minter::seeded(7), now }
    }

    /// An hour and a bit of an app's life: a refresh, a retry, a late ack, a modal that is held.
    pub fn play(&mut self) {
        self.record(&Event::Session { mode: "demo".into(), version: "0.1.0".into() });
        self.connect(1, 3600, 2);
        self.auto("message", "/event/text", "Who if I cried out would hear me", 1, 0.31);
        self.pass(2.0);
        self.auto("slash_commands", "/text", "elegies to staging", 1, 0.22);
        self.pass(1_711.3);
        self.auto("app_mention", "/event/text", "<@U0BOTDUINO> what is left of the angels?", 1, 0.41);
        self.pass(1_871.7);
        self.disconnect(1, "warning");
        self.connect(2, 3600, 2);
        self.pass(9.4);
        self.disconnect(1, "refresh_requested");
        self.close(1, 1000, 3_595_412.0);
        self.record(&Event::Gap { ms: 0.0 });
        self.pass(14.0);
        self.auto("block_actions", "/user/username", "rainer", 2, 0.38);
        self.pass(1.7);
        self.auto("reaction_added", "/user", "", 2, 0.27);
        self.pass(4.2);
        let late = self.envelope("message", "/event/text", "Every angel is terrifying", 2, 0);
        self.pass(3.9);
        self.answer(&late, 2, By::Hand, 3_912.0, "");
        let retry = self.envelope("message", "/event/text", "Every angel is terrifying", 2, 1);
        self.answer(&retry, 2, By::Auto, 0.29, "");
        self.pass(2.3);
        self.record(&Event::Text { conn: 2, text: "UNAUTHENTICATED: cache_error".into() });
        self.pass(1.1);
        self.auto("shortcut", "/user/username", "lou", 2, 0.33);
        self.pass(3.4);
        self.auto("app_home_opened", "/event/tab", "home", 2, 0.19);
        for rtt in [31.0, 29.5, 33.1, 30.2, 48.9, 31.7, 30.9, 29.8, 34.0, 31.2] {
            self.record(&Event::Ping { conn: 2, from: Side::Client });
            self.record(&Event::Pong { conn: 2, from: Side::Slack, rtt_ms: Some(rtt) });
        }
        self.pass(1.2);
        self.auto("block_suggestion", "/value", "an", 2, 0.36);
        self.pass(0.8);
        self.envelope("view_submission", "/user/username", "rainer", 2, 0);
        self.pass(0.9);
        self.settle();
    }

    fn connect(&mut self, conn: u32, life: u32, connections: u32) {
        self.record(&Event::Opening { conn, debug_reconnects: false });
        self.pass(0.0814);
        self.record(&Event::Opened {
            conn,
            took_ms: 81.4,
            url: "wss://wss-primary.slack.com/link/?ticket=***".into(),
        });
        self.pass(0.0402);
        self.record(&Event::Connected { conn, took_ms: 40.2 });
        let message = format!(
            r#"{{"type":"hello","num_connections":{connections},"connection_info":{{"app_id":"A123ABC456"}},"debug_info":{{"host":"applink-{}","started":"2026-11-22 07:01:46.120","build_number":118,"approximate_connection_time":{life}}}}}"#,
            conn + 2
        );
        self.record(&Event::Hello { conn, message: message.into() });
        self.pass(0.35);
    }

    fn disconnect(&mut self, conn: u32, reason: &'static str) {
        let message =
            format!(r#"{{"type":"disconnect","reason":"{reason}","debug_info":{{"host":"applink-3"}}}}"#);
        self.record(&Event::Disconnect { conn, reason: reason.into(), message: message.into() });
        self.pass(0.3);
    }

    fn close(&mut self, conn: u32, code: u16, lived_ms: f64) {
        self.record(&Event::Closed { conn, code: Some(code), reason: "".into(), lived_ms });
    }

    /// An envelope that is acknowledged at once.
    fn auto(&mut self, name: &str, pointer: &str, value: &str, conn: u32, took_ms: f64) {
        let id = self.envelope(name, pointer, value, conn, 0);
        self.answer(&id, conn, By::Auto, took_ms, "");
    }

    fn envelope(&mut self, name: &str, pointer: &str, value: &str, conn: u32, attempt: u32) -> String {
        let sample = sample::by_name(name).expect("a sample");
        let mut set = Overrides::new();
        if !value.is_empty() {
            set.insert(pointer.to_owned(), value.into());
        }
        if value.starts_with("Every angel") {
            set.insert("/event_id".to_owned(), "Ev0ANGEL".into());
        }
        let unsent = sample.unsent(&mut self.minter, self.now, &set).expect("a pointer into the sample");
        let id = self.minter.uuid();
        let message = unsent.frame(&id, attempt);
        self.record(&Event::Envelope {
            conn,
            envelope_id: id.clone().into(),
            type_: sample.kind.into(),
            message: message.into(),
        });
        id
    }

    fn answer(&mut self, id: &str, conn: u32, by: By, took_ms: f64, payload: &str) {
        let message = ack::frame(id, Some(payload));
        let late = took_ms > 3_000.0;
        self.record(&Event::Ack { conn, envelope_id: id.into(), by, took_ms, late, message: message.into() });
    }

    pub fn record(&mut self, event: &Event) {
        let mut tail = self.journal.tail();
        self.journal.write(self.now, event);
        let app = &mut self.app;
        tail.read(|place, line| {
            Record::parse(line).expect("what was written can be read");
            app.record(place, line);
        })
        .expect("the temporary file");
    }

    pub fn pass(&mut self, seconds: f64) {
        self.now += SignedDuration::try_from_secs_f64(seconds).expect("a sane time");
    }

    pub fn settle(&mut self) {
        self.app.settle(self.now);
        self.app.work_off(self.now);
    }

    /// A key by its name (`enter`, `ctrl-r`), or else a text, a character a key. Returns what must happen outside.
    pub fn press(&mut self, keys: &str) -> Vec<app::Effect> {
        let named = [
            ("enter", KeyCode::Enter),
            ("esc", KeyCode::Esc),
            ("tab", KeyCode::Tab),
            ("down", KeyCode::Down),
            ("end", KeyCode::End),
            ("shift-tab", KeyCode::BackTab),
            ("f1", KeyCode::F(1)),
        ];
        let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
        let events: Vec<KeyEvent> =
            match (named.iter().find(|(name, _)| *name == keys), keys.strip_prefix("ctrl-")) {
                (Some((_, code)), _) => vec![plain(*code)],
                (None, Some(letter)) => {
                    let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
                    letter.chars().map(control).collect()
                }
                (None, None) => keys.chars().map(|c| plain(KeyCode::Char(c))).collect(),
            };
        events.into_iter().flat_map(|key| self.tell(app::Event::Key(key))).collect()
    }

    /// What happens to the app. Returns what must happen outside.
    pub fn tell(&mut self, event: app::Event) -> Vec<app::Effect> {
        let effects = self.app.update(event, self.now);
        self.app.work_off(self.now);
        self.work(effects)
    }

    /// What the loop would have worked out in the background. Returns what else must happen outside.
    fn work(&mut self, effects: Vec<app::Effect>) -> Vec<app::Effect> {
        let mut left = Vec::new();
        for effect in effects {
            match effect {
                app::Effect::Work(task) => {
                    let more = self.app.update(app::Event::Worked(task.run()), self.now);
                    left.extend(self.work(more));
                }
                effect => left.push(effect),
            }
        }
        left
    }

    pub fn draw(&self) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).expect("a test backend");
        let look = Look { theme: self.theme, now: self.now, zone: TimeZone::UTC };
        terminal.draw(|frame| ui::draw(&self.app, &look, frame)).expect("a test backend");
        terminal.backend().buffer().clone()
    }
}
