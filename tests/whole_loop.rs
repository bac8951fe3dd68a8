//! The real loop over the real link and the real simulator, driven by keys, drawn on a backend that can be read.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use sockscope::app::keymap::Keymap;
use sockscope::app::run::{Ended, Feed, Surroundings, run};
use sockscope::app::{App, Mode, Start};
use sockscope::clipboard::Clipboard;
use sockscope::journal::{Journal, Record, Secrets};
use sockscope::link::{self, Hold, Link, Rules, Timing};
use sockscope::simulator::{self, Handle, Sending, Simulator};
use sockscope::slack::sample::Overrides;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::UnboundedReceiverStream;

/// A backend that tells every frame's text to whoever waits for it.
struct Seen {
    inner: TestBackend,
    text: watch::Sender<String>,
}

impl Backend for Seen {
    type Error = <TestBackend as Backend>::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> Result<(), Self::Error> {
        self.inner.draw(content)
    }
    fn hide_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.hide_cursor()
    }
    fn show_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.show_cursor()
    }
    fn get_cursor_position(&mut self) -> Result<Position, Self::Error> {
        self.inner.get_cursor_position()
    }
    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Self::Error> {
        self.inner.set_cursor_position(position)
    }
    fn clear(&mut self) -> Result<(), Self::Error> {
        self.inner.clear()
    }
    fn clear_region(&mut self, region: ClearType) -> Result<(), Self::Error> {
        self.inner.clear_region(region)
    }
    fn size(&self) -> Result<Size, Self::Error> {
        self.inner.size()
    }
    fn window_size(&mut self) -> Result<WindowSize, Self::Error> {
        self.inner.window_size()
    }
    fn flush(&mut self) -> Result<(), Self::Error> {
        self.text.send_replace(self.inner.to_string());
        self.inner.flush()
    }
}

/// A user: presses keys, waits until the screen shows something.
struct User {
    keys: mpsc::UnboundedSender<io::Result<TerminalEvent>>,
    screen: watch::Receiver<String>,
    slack: Handle,
}

impl User {
    fn press(&self, code: KeyCode) {
        self.keys.send(Ok(TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE)))).unwrap();
    }

    fn type_(&self, text: &str) {
        text.chars().for_each(|c| self.press(KeyCode::Char(c)));
    }

    fn control(&self, c: char) {
        let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        self.keys.send(Ok(TerminalEvent::Key(key))).unwrap();
    }

    /// Waits as long as it takes; the test's own time limit says how long that may be.
    async fn sees(&mut self, words: &str) -> String {
        let limit = std::time::Duration::from_secs(60);
        let seen = tokio::time::timeout(limit, self.screen.wait_for(|screen| screen.contains(words))).await;
        if let Ok(screen) = seen.map(|screen| screen.unwrap().clone()) {
            return screen;
        }
        panic!("never saw {words:?}; the screen is\n{}", *self.screen.borrow());
    }

    fn send(&self, sample: &str) -> String {
        self.slack.send(sample, &Overrides::new(), Sending::default()).unwrap()
    }
}

/// Runs the loop with a user until the user quits it.
async fn with_user(hold: &str, script: impl AsyncFnOnce(&mut User)) {
    let simulator = Simulator::start(simulator::Options::default()).await.unwrap();
    let journal = Journal::temporary(Secrets::Masked).unwrap();
    let tail = journal.tail();
    let hold: Hold = hold.parse().unwrap();
    let link = Link::start(
        link::Options {
            api_url: simulator.api_url().parse().unwrap(),
            token: simulator.app_token().to_owned(),
            debug_reconnects: false,
            connections: 1,
            hold,
            rules: Rules::default(),
            timing: Timing::default(),
        },
        journal.clone(),
    );
    let start = Start {
        mode: Mode::Demo,
        keymap: Keymap::new(&BTreeMap::new()).unwrap(),
        theme: "phosphor",
        themes: vec!["phosphor", "mono"],
        hold,
        rules: Rules::default(),
        rules_file: None,
        debug_reconnects: false,
        connections: 1,
        recording: false,
        samples: vec!["slash_commands", "view_submission"],
        filter: None,
        size: (140, 40),
    };
    let mut app = App::new(journal, start);
    let (text, screen) = watch::channel(String::new());
    let mut terminal = Terminal::new(Seen { inner: TestBackend::new(140, 40), text }).unwrap();
    let (keys, events) = mpsc::unbounded_channel();
    let mut events = Some(events);
    let mut around = Surroundings {
        input: move || UnboundedReceiverStream::new(events.take().unwrap()),
        feed: Feed::Journal(tail),
        commands: Some(link.commands()),
        simulator: Some(simulator.handle()),
        clipboard: Clipboard::default(),
        zone: TimeZone::UTC,
        clock: Timestamp::now,
    };
    let mut user = User { keys, screen, slack: simulator.handle() };
    let (ended, ()) = tokio::join!(run(&mut app, &mut terminal, &mut around), script(&mut user));
    assert_eq!(ended.unwrap(), Ended::Quit);
    link.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_comes_and_is_acknowledged() {
    with_user("none", async |user| {
        user.sees("● live 1/1").await;
        user.send("slash_commands");
        let screen = user.sees("/deploy").await;
        assert!(screen.contains("command"), "{screen}");
        user.sees("answered at once").await;
        user.type_("q");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modal_is_held_answered_by_hand_and_taken() {
    with_user("view_submission", async |user| {
        user.sees("● live 1/1").await;
        let id = user.send("view_submission");
        user.sees("s left").await;
        user.type_("c");
        user.sees("\"response_action\": \"errors\"").await;
        user.control('t');
        user.sees("\"response_action\": \"update\"").await;
        for _ in 0..3 {
            user.control('t');
        }
        user.control('t');
        user.sees("\"response_action\": \"errors\"").await;
        user.control('s');
        user.sees("sent errors").await;
        user.slack
            .wait_until(|slack| slack.ledger().find(&id).is_some_and(|sent| !sent.acks.is_empty()))
            .await;
        let ledger = user.slack.ledger();
        let delivery = ledger.find(&id).unwrap();
        assert_eq!(delivery.acks[0].fault, None, "{delivery:?}");
        assert!(delivery.acks[0].text.contains("\"response_action\":\"errors\""));
        user.sees("answered by hand").await;
        user.type_("q");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_searches_and_menus_work_while_records_come() {
    with_user("none", async |user| {
        user.sees("● live 1/1").await;
        user.send("slash_commands");
        user.send("message");
        user.sees("message.channels").await;
        user.type_("fcommand:/deploy");
        user.press(KeyCode::Enter);
        user.sees("1 of 3").await;
        user.press(KeyCode::Esc);
        user.sees("following").await;
        user.type_("ftype:(");
        user.sees("▼").await;
        user.press(KeyCode::Esc);
        user.type_("2/team_id");
        user.press(KeyCode::Enter);
        user.sees("2 of 3 hits").await;
        user.type_(":theme");
        user.press(KeyCode::Enter);
        user.sees("theme mono").await;
        user.type_("?");
        user.sees("Help").await;
        user.press(KeyCode::Esc);
        user.type_("q");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn debug_reconnects_reach_the_next_connection() {
    with_user("none", async |user| {
        user.sees("● live 1/1").await;
        user.type_("D");
        user.sees("Reconnect now?").await;
        user.type_("y");
        user.slack
            .wait_until(|slack| slack.connections().any(|connection| connection.debug_reconnects))
            .await;
        user.sees("debug_reconnects on").await;
        user.type_("q");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn quitting_asks_while_something_is_held() {
    with_user("all", async |user| {
        user.sees("● live 1/1").await;
        user.send("view_submission");
        user.sees("s left").await;
        user.type_("q");
        user.sees("waits for your answer").await;
        user.type_("n");
        user.type_("a");
        user.sees("acknowledged, empty").await;
        user.sees("answered by hand").await;
        user.control('c');
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_armed_answer_is_sent_to_the_next_modal_and_taken() {
    with_user("view_submission", async |user| {
        user.sees("● live 1/1").await;
        let held = user.send("view_submission");
        user.sees("s left").await;
        user.type_("c");
        user.sees("\"response_action\": \"errors\"").await;
        user.control('r');
        user.sees("type:view_submission callback:modal-with-inputs").await;
        user.press(KeyCode::Tab);
        user.type_(" ");
        user.sees("● once").await;
        user.press(KeyCode::Enter);
        user.sees("armed for the next one that matches").await;
        user.sees("rules 1").await;
        user.press(KeyCode::Esc);
        let id = user.send("view_submission");
        user.slack
            .wait_until(|slack| slack.ledger().find(&id).is_some_and(|sent| !sent.acks.is_empty()))
            .await;
        let ledger = user.slack.ledger();
        let delivery = ledger.find(&id).unwrap();
        assert_eq!(delivery.acks[0].fault, None, "{delivery:?}");
        assert!(delivery.acks[0].text.contains("\"response_action\":\"errors\""));
        assert_eq!(ledger.find(&held).unwrap().acks.len(), 0, "what was held is held still");
        // The newest row tells who answered it, and the list that the rule has done its work.
        user.type_("G");
        user.sees("answered by a rule").await;
        user.type_("L");
        user.sees("fired once, spent").await;
        user.press(KeyCode::Esc);
        user.type_("A");
        user.sees("acknowledged 1 envelope, empty").await;
        user.control('c');
    })
    .await;
}

#[tokio::test]
async fn what_is_shown_is_saved_while_records_come() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    with_user("none", async |user| {
        user.sees("● live 1/1").await;
        user.send("slash_commands");
        user.send("message");
        user.sees("message.channels").await;
        user.type_("fcommand:/deploy");
        user.press(KeyCode::Enter);
        user.sees("1 of 3").await;
        user.type_("w");
        user.sees("the one row shown").await;
        user.control('u');
        user.type_(path.to_str().unwrap());
        user.press(KeyCode::Enter);
        user.sees("1 envelope in").await;
        user.type_("w");
        user.control('u');
        user.type_(path.to_str().unwrap());
        user.press(KeyCode::Enter);
        user.sees("Replace it?").await;
        user.type_("n");
        user.type_("q");
    })
    .await;
    let text = std::fs::read_to_string(&path).unwrap();
    let kinds: Vec<_> =
        text.lines().map(|line| Record::parse(line).unwrap().event.kind().to_owned()).collect();
    assert_eq!(kinds[0], "session", "{text}");
    assert!(text.contains("/deploy") && !text.contains("message.channels"), "{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn the_background_answers_queries_and_compares() {
    with_user("none", async |user| {
        user.sees("● live 1/1").await;
        user.send("slash_commands");
        user.send("message");
        user.sees("message.channels").await;
        user.type_("J.payload.event.type");
        user.sees("output: \"message\"").await;
        user.type_(" | nothere");
        user.sees("▼ jq has no filter").await;
        user.control('u');
        user.type_(".payload | keys");
        user.sees("[").await;
        user.press(KeyCode::Enter);
        user.sees("jq .payload | keys").await;
        // Seen through it as well, each with an answer of its own.
        user.type_("1k");
        user.sees("\"command\"").await;
        user.type_("2");
        user.press(KeyCode::Esc);
        user.sees("▾ message").await;
        user.type_("1m");
        user.sees("marked").await;
        user.type_("Gd");
        let screen = user.sees("differences").await;
        assert!(screen.contains("◆ marked") && screen.contains("- .payload.command"), "{screen}");
        user.press(KeyCode::Esc);
        user.sees("▾ message").await;
        user.type_("q");
    })
    .await;
}
