//! What the background reading gives index and session is what a live session gives them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use sockscope::app::action::Action;
use sockscope::app::keymap::Keymap;
use sockscope::app::opened::Opened;
use sockscope::app::{App, Event, Mode, Start};
use sockscope::journal::filter::Filter;
use sockscope::journal::index::Index;
use sockscope::journal::{Place, Record};
use sockscope::open::{Reading, Sources};
use sockscope::session::Session;

use super::process::{read, write as write_text};
use super::recordings::{command_envelope, folder, second, write};

fn start(filter: Option<&str>) -> Start {
    Start {
        filter: filter.map(|text| (text.to_owned(), Filter::parse(text).unwrap())),
        ..Start::new(Mode::Open, Keymap::new(&BTreeMap::new()).unwrap(), (120, 40))
    }
}

async fn opened(path: PathBuf, filter: Option<&str>) -> App {
    let sources = Sources::open(&[path]).unwrap();
    let mut reading = Reading::start(&sources, false).unwrap();
    let mut app = App::open(Opened::new(sources, false), start(filter));
    while let Some(update) = reading.next().await {
        app.read(update, Timestamp::now());
        app.settle(Timestamp::now());
    }
    app
}

#[tokio::test]
async fn index_and_session_know_what_they_know_live() {
    let folder = folder();
    let text = read(&folder, "a.jsonl");
    let app = opened(folder.path().join("a.jsonl"), None).await;
    let (mut index, mut session) = (Index::default(), Session::default());
    let mut offset = 0;
    for line in text.lines() {
        let place = Place { offset, len: u32::try_from(line.len()).unwrap() };
        let record = Record::parse(line).unwrap();
        session.apply(&record);
        index.push(place, &record);
        offset += line.len() as u64 + 1;
    }
    session.tick(second(20));
    let findings =
        |session: &Session| session.findings().iter().map(|found| format!("{found:?}")).collect::<Vec<_>>();
    assert_eq!(findings(&app.session), findings(&session));
    assert_eq!(app.session.totals(), session.totals());
    assert_eq!((app.session.records(), app.session.app_id()), (12, session.app_id()));
    for finding in session.findings().iter().filter_map(|finding| finding.row) {
        index.flag(finding);
    }
    let rows = |index: &Index| {
        let texts = |entry: &sockscope::journal::index::Entry| {
            [entry.subject, entry.user, entry.channel].map(|symbol| index.text(symbol).map(str::to_owned))
        };
        let row = |entry| format!("{:?} {entry:?}", texts(entry)).replace("subject: Symbol", "");
        index.entries().iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(rows(&app.index), rows(&index));
    assert_eq!(app.index.repeats(3), Some(2));
}

#[tokio::test]
async fn nothing_can_be_sent_from_a_recording_and_nothing_ticks() {
    let folder = folder();
    let mut app = opened(folder.path().join("a.jsonl"), None).await;
    assert_eq!(app.shown_at(Timestamp::now()), second(20));
    assert_eq!(app.next_change(Timestamp::now()), None);
    for action in [
        Action::AckNow,
        Action::AckHeld,
        Action::Hold,
        Action::Reconnect,
        Action::ToggleDebugReconnects,
        Action::MoreConnections,
        Action::SendAgain,
    ] {
        assert!(!app.can(action));
        assert_eq!(app.perform(action, Timestamp::now()), []);
        let notice = app.notice(Timestamp::now()).unwrap();
        assert!(notice.text.contains("this is a recording"), "{notice:?}");
    }
    // The last row waits for an answer that will never come: that keeps nobody from leaving.
    assert_eq!(app.perform(Action::Quit, Timestamp::now()), [sockscope::app::Effect::Quit]);
}

#[tokio::test]
async fn a_filter_on_the_screen_says_none_of_what_was_never_answered() {
    let folder = folder();
    let mut app = opened(folder.path().join("a.jsonl"), Some("ack:none")).await;
    app.work_off(Timestamp::now());
    let shown: Vec<_> = app.view.visible_rows().map(|(_, row)| row).collect();
    assert_eq!(shown, [5]);
}

#[tokio::test]
async fn lines_that_are_no_records_have_their_places() {
    let folder = folder();
    let text = read(&folder, "a.jsonl");
    let lines: Vec<_> = text.lines().collect();
    let newer = lines[3].replace("\"v\":1", "\"v\":2");
    let mixed = format!("{}\nnonsense\n\n{}\n{newer}\n{{\"v\":1,\"se", lines[0], lines[1]);
    write_text(&folder, "mixed.jsonl", &mixed);
    let app = opened(folder.path().join("mixed.jsonl"), None).await;
    let opened = app.opened.as_ref().unwrap();
    let told: Vec<_> = opened.unreadable.iter().map(|line| (line.line, line.why.as_str())).collect();
    assert_eq!(told.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 5, 6]);
    assert!(
        told[0].1.contains("no record") && told[1].1.contains("version 2") && told[2].1.contains("torn"),
        "{told:?}"
    );
    assert_eq!((opened.unreadable_count, app.session.unreadable(), app.session.records()), (3, 3, 2));
}

#[tokio::test]
async fn a_search_goes_to_the_nearest_hit_however_far_from_the_end() {
    let folder = folder();
    let command = |row: i64| if row % 1_000 == 500 { "/needle" } else { "/deploy" };
    let events: Vec<_> = (0..4_000).map(|row| (row, command_envelope("e", command(row)))).collect();
    write(&folder.path().join("long.jsonl"), &events);
    let mut app = opened(folder.path().join("long.jsonl"), None).await;
    let mut selected = |keys: &[KeyCode]| {
        for key in keys {
            app.update(Event::Key(KeyEvent::new(*key, KeyModifiers::NONE)), Timestamp::now());
        }
        app.work_off(Timestamp::now());
        app.view.selected()
    };
    let mut keys: Vec<_> = "g/needle".chars().map(KeyCode::Char).collect();
    keys.push(KeyCode::Enter);
    assert_eq!(selected(&keys), Some(500));
    assert_eq!(selected(&[KeyCode::Char('n')]), Some(1_500));
    assert_eq!(selected(&[KeyCode::Char('N'), KeyCode::Char('N')]), Some(3_500), "around the start");
}
