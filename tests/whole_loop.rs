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
use sockscope::app::run::{Ended, Feed, Outside, Surroundings, run};
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
    with_user_in(Mode::Demo, Outside::default(), hold, script).await;
}

async fn with_user_in(mode: Mode, outside: Outside, hold: &str, script: impl AsyncFnOnce(&mut User)) {
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
        themes: vec!["phosphor", "mono"],
        hold,
        samples: vec!["slash_commands", "view_submission"],
        ..Start::new(mode, Keymap::new(&BTreeMap::new()).unwrap(), (140, 40))
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
        outside,
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

/// A folder of templates; its parent goes with it.
fn templates(files: &[(&str, &str)]) -> (tempfile::TempDir, Outside) {
    let folder = tempfile::tempdir().unwrap();
    let templates = folder.path().join("sockscope/templates");
    for (path, text) in files {
        let path = templates.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let outside = Outside { templates: Some(templates), ..Outside::default() };
    (folder, outside)
}

const MINE: &str = r#"{ "response_action": "errors", "errors": {
  "multi-line": "Too short, {{/user/username}}", "title": "{{/user/email}}" } }"#;

#[tokio::test(flavor = "multi_thread")]
async fn own_templates_are_offered_filled_saved_and_listed() {
    let files = [("view_submission/mine.json", MINE), ("view_submission/broken.json", "{\n  1 }")];
    let (_folder, outside) = templates(&files);
    let saved = outside.templates.clone().unwrap().join("view_submission/mine, too.json");
    with_user_in(Mode::Demo, outside, "view_submission", async |user| {
        user.sees("`:templates` tells why").await;
        user.sees("● live 1/1").await;
        user.send("view_submission");
        user.sees("s left").await;
        user.type_("c");
        user.sees("errors 2/6").await;
        for _ in 0..4 {
            user.control('t');
        }
        user.sees("mine 6/6").await;
        user.sees("Too short, rainer").await;
        user.sees("{{/user/email}} found nothing").await;
        user.control('p');
        user.sees("save as mine").await;
        user.control('u');
        user.type_("../up");
        user.sees("▼ a name has no slashes").await;
        user.control('u');
        user.type_("mine, too");
        user.press(KeyCode::Enter);
        user.sees("saved as").await;
        user.sees("mine 6/7").await;
        user.control('t');
        user.control('p');
        user.sees("save as mine, too").await;
        user.press(KeyCode::Esc);
        user.press(KeyCode::Esc);
        user.type_(":templates");
        user.press(KeyCode::Enter);
        let sheet = user.sees("Your templates").await;
        assert!(sheet.contains("broken.json: line 2, column 3: expected a key"), "{sheet}");
        assert!(sheet.contains("✗ ") && sheet.contains("✓ view_submission/mine, too.json"), "{sheet}");
        user.press(KeyCode::Esc);
        user.type_("1a");
        user.sees("acknowledged, empty").await;
        user.type_("q");
    })
    .await;
    let text = std::fs::read_to_string(saved).unwrap();
    assert!(text.contains("Too short, rainer") && text.contains("{{/user/email}}"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_replaced_only_when_that_is_wanted() {
    let (_folder, outside) = templates(&[("slash_commands/mine.json", r#"{ "text": "old" }"#)]);
    let file = outside.templates.clone().unwrap().join("slash_commands/mine.json");
    with_user_in(Mode::Demo, outside, "slash_commands", async |user| {
        user.sees("● live 1/1").await;
        user.send("slash_commands");
        user.sees("s left").await;
        user.type_("c");
        user.sees("message 2/6").await;
        for answer in ["n", "y"] {
            user.control('p');
            user.sees("save as").await;
            user.type_("mine");
            user.press(KeyCode::Enter);
            user.sees("y replace it").await;
            assert!(std::fs::read_to_string(&file).unwrap().contains("old"));
            user.type_(answer);
        }
        user.sees("saved as").await;
        assert!(std::fs::read_to_string(&file).unwrap().contains("Got it"));
        user.press(KeyCode::Esc);
        user.type_("1a");
        user.sees("acknowledged, empty").await;
        user.type_("q");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_draft_leaves_as_a_handler_and_as_curl() {
    with_user("slash_commands", async |user| {
        user.sees("● live 1/1").await;
        user.send("slash_commands");
        user.sees("s left").await;
        for (key, told) in [
            ('J', "copied JavaScript handler"),
            ('P', "copied Python handler"),
            ('V', "copied Java handler"),
            ('c', "copied curl"),
        ] {
            user.type_("y");
            user.sees("this ack in its Bolt listener").await;
            user.press(KeyCode::Char(key));
            user.sees(told).await;
        }
        user.type_(":copy-python");
        user.press(KeyCode::Enter);
        user.sees("copied Python handler").await;
        user.type_("a");
        user.sees("acknowledged, empty").await;
        user.type_("q");
    })
    .await;
}

const TITLE: &str = r#"{ "response_action": "update", "view": { "type": "modal", "blocks": [{ "type": "divider" }],
  "title": { "type": "plain_text", "text": "Far too long for the title of a modal" } } }"#;

#[tokio::test(flavor = "multi_thread")]
async fn slack_checks_a_draft_when_it_is_asked_to() {
    let server = Simulator::start(simulator::Options::default()).await.unwrap();
    let (_folder, mut outside) = templates(&[("view_submission/title.json", TITLE)]);
    outside.api_url = Some(server.api_url().parse().unwrap());
    with_user_in(Mode::Live, outside, "view_submission", async |user| {
        user.sees("● live 1/1").await;
        user.send("view_submission");
        user.sees("s left").await;
        let check = |user: &User| {
            user.type_(":check-with-slack");
            user.press(KeyCode::Enter);
        };
        user.type_("4");
        user.sees("errors 2/6").await;
        check(user);
        user.sees("Slack was not asked: the draft has no blocks").await;
        user.control('t');
        user.sees("update 3/6").await;
        check(user);
        user.sees("Slack's own check (blocks.validate) takes it").await;
        for _ in 0..3 {
            user.control('t');
        }
        user.sees("title 6/6").await;
        check(user);
        user.sees("Slack says of /view/title/text").await;
        user.type_("1a");
        user.sees("acknowledged, empty").await;
        user.type_("q");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_the_method_is_told_of() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 64 << 10];
        let read = stream.read(&mut request).await.unwrap();
        let body = r#"{"ok":false,"error":"unknown_method"}"#;
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    let outside =
        Outside { api_url: Some(format!("http://{address}/api/").parse().unwrap()), templates: None };
    with_user_in(Mode::Live, outside, "slash_commands", async |user| {
        user.sees("● live 1/1").await;
        user.send("slash_commands");
        user.sees("s left").await;
        user.type_("4");
        user.control('t');
        user.control('t');
        user.sees("blocks 4/5").await;
        user.type_(":check-with-slack");
        user.press(KeyCode::Enter);
        user.sees("this server does not know blocks.validate").await;
        user.type_("1a");
        user.sees("acknowledged, empty").await;
        user.type_("q");
    })
    .await;
    let request = server.await.unwrap();
    assert!(request.starts_with("POST /api/blocks.validate "), "{request}");
    assert!(!request.to_lowercase().contains("authorization") && !request.contains("xapp-"), "{request}");
}
