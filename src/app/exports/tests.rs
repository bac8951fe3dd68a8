#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::mpsc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;

use super::{Exporter, News, proposed};
use crate::app::keymap::Keymap;
use crate::app::overlay::Overlay;
use crate::app::{App, Effect, Event as AppEvent, Grade, Mode, Start};
use crate::export::{Chosen, Format, Job, Tally};
use crate::journal::{Event, Journal, Secrets};

/// A user before a journal of two commands.
struct Desk {
    app: App,
    lines: String,
    now: Timestamp,
}

impl Desk {
    fn new() -> Self {
        let journal = Journal::temporary(Secrets::Masked).unwrap();
        let mut tail = journal.tail();
        let now = "2026-11-22T07:21:00Z".parse().unwrap();
        journal.write(now, &Event::Session { mode: "demo".into(), version: "0.1.0".into() });
        for (id, command) in [("e-1", "/deploy"), ("e-2", "/elegy")] {
            let message = format!(
                r#"{{"envelope_id":"{id}","type":"slash_commands","payload":{{"command":"{command}"}}}}"#
            );
            let (envelope_id, type_) = (id.into(), "slash_commands".into());
            journal.write(now, &Event::Envelope { conn: 1, envelope_id, type_, message: message.into() });
        }
        let start = Start::new(Mode::Demo, Keymap::new(&BTreeMap::new()).unwrap(), (120, 40));
        let mut app = App::new(journal, start);
        let mut lines = String::new();
        tail.read(|place, line| {
            app.record(place, line);
            lines.push_str(line);
            lines.push('\n');
        })
        .unwrap();
        app.settle(now);
        Self { app, lines, now }
    }

    fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        let effects = self.app.update(AppEvent::Key(KeyEvent::new(code, KeyModifiers::NONE)), self.now);
        self.app.work_off(self.now);
        effects
    }

    fn type_(&mut self, text: &str) -> Vec<Effect> {
        text.chars().flat_map(|c| self.press(KeyCode::Char(c))).collect()
    }

    /// Writes another text into the prompt and enters it; gives the job that comes of it.
    fn enter(&mut self, path: &str) -> Job {
        let control_u = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
        self.app.update(AppEvent::Key(control_u), self.now);
        self.type_(path);
        job(self.press(KeyCode::Enter))
    }

    /// Performs a job as the loop does, and hears how it went.
    fn perform(&mut self, job: Job) -> News {
        let (tell, told) = mpsc::channel();
        let mut exporter = Exporter::new(move |news| drop(tell.send(news)));
        exporter.start(self.app.lines(), job);
        let news = told.iter().find(|news| !matches!(news, News::Progress(_))).unwrap();
        self.app.update(AppEvent::Exported(news.clone()), self.now);
        news
    }

    fn prompt(&self) -> String {
        let Some(Overlay::Prompt(prompt)) = self.app.overlays().last() else { panic!("no prompt") };
        prompt.text()
    }

    fn notice(&self) -> (Grade, String) {
        let notice = self.app.notice(self.now).unwrap();
        (notice.grade, notice.text.clone())
    }
}

fn job(effects: Vec<Effect>) -> Job {
    let Ok([Effect::Export(job)]) = <[Effect; 1]>::try_from(effects) else { panic!("no export") };
    job
}

#[test]
fn w_saves_what_is_shown_under_a_name_that_says_when() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::new();
    assert_eq!(desk.type_("w"), []);
    assert_eq!(desk.prompt(), proposed(Format::Recording, desk.now));
    assert!(desk.prompt().starts_with("sockscope-2026-11-2") && desk.prompt().contains(".jsonl"));
    let path = folder.path().join("a.jsonl");
    let job = desk.enter(path.to_str().unwrap());
    assert_eq!(
        job,
        Job {
            format: Format::Recording,
            chosen: Chosen::All,
            path: path.clone(),
            overwrite: false,
            redact_ids: false
        }
    );
    desk.perform(job);
    assert_eq!(fs::read_to_string(&path).unwrap(), desk.lines);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let (grade, words) = desk.notice();
    assert_eq!(grade, Grade::Done);
    assert!(words.starts_with("saved 2 envelopes in 3 records, ") && words.ends_with("a.jsonl"), "{words}");
}

#[test]
fn only_rows_that_pass_the_filter_go_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::new();
    desk.type_("fcommand:/elegy");
    desk.press(KeyCode::Enter);
    desk.app.settle(desk.now);
    desk.type_("w");
    let path = folder.path().join("b.jsonl");
    let job = desk.enter(path.to_str().unwrap());
    desk.perform(job);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("/elegy") && !text.contains("/deploy"), "{text}");
    desk.type_("fno such word");
    desk.press(KeyCode::Enter);
    assert_eq!(desk.type_("w"), []);
    assert!(desk.app.overlays().is_empty());
    assert!(desk.notice().1.contains("nothing is shown"));
}

#[test]
fn what_exists_is_replaced_only_after_a_yes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.jsonl");
    fs::write(&path, "mine").unwrap();
    let mut desk = Desk::new();
    for answer in ['n', 'y'] {
        desk.type_("w");
        let job = desk.enter(path.to_str().unwrap());
        assert!(matches!(desk.perform(job), News::Exists(_)));
        let Some(Overlay::Question(question)) = desk.app.overlays().last() else { panic!("no question") };
        assert!(question.text.contains("mine.jsonl exists. Replace it?"), "{question:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        let effects = desk.press(KeyCode::Char(answer));
        if answer == 'n' {
            assert_eq!(effects, []);
        } else {
            let news = desk.perform(job_of_yes(effects));
            assert!(matches!(news, News::Done(_, Tally { envelopes: 2, .. })), "{news:?}");
        }
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), desk.lines);
}

fn job_of_yes(effects: Vec<Effect>) -> Job {
    let job = job(effects);
    assert!(job.overwrite);
    job
}

#[test]
fn x_offers_every_format_for_all_rows_and_for_the_selected_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::new();
    let secret = "/deploy";
    for (key, format, ending) in [
        ('r', Format::Recording, ".jsonl"),
        ('p', Format::Payloads, "-payloads"),
        ('h', Format::Har, ".har"),
        ('b', Format::Redacted, "-redacted.jsonl"),
        ('n', Format::Redacted, "-redacted.jsonl"),
    ] {
        desk.type_("x");
        desk.type_(&key.to_string());
        assert!(desk.prompt().ends_with(ending), "{}", desk.prompt());
        let path = folder.path().join(key.to_string());
        let job = desk.enter(path.to_str().unwrap());
        assert_eq!((job.format, &job.chosen, job.redact_ids), (format, &Chosen::All, key == 'n'));
        let news = desk.perform(job);
        assert!(matches!(news, News::Done(..)), "{news:?}");
        if key == 'n' {
            assert!(!fs::read_to_string(&path).unwrap().contains(secret));
        }
        desk.type_("x");
        desk.type_(&key.to_ascii_uppercase().to_string());
        let job = desk.enter(folder.path().join(format!("{key}1")).to_str().unwrap());
        assert!(matches!(&job.chosen, Chosen::Rows(rows) if rows.len() == 1), "{job:?}");
        assert!(matches!(desk.perform(job), News::Done(_, Tally { envelopes: 1, .. })));
    }
}

#[test]
fn trouble_is_told_and_esc_writes_nothing() {
    let mut desk = Desk::new();
    desk.type_("w");
    assert_eq!(desk.press(KeyCode::Esc), []);
    assert!(desk.app.overlays().is_empty());
    desk.type_("w");
    let job = desk.enter("/no/such/folder/a.jsonl");
    desk.type_("w");
    assert!(desk.notice().1.contains("one at a time"), "{:?}", desk.notice());
    desk.perform(job);
    let (grade, words) = desk.notice();
    assert_eq!(grade, Grade::Failed);
    assert!(words.contains("/no/such/folder/a.jsonl") && words.contains("make it first"), "{words}");
    desk.type_("w");
    assert!(!desk.app.overlays().is_empty(), "the next may be tried");
}

#[test]
fn an_exporter_that_goes_stops_its_export_and_cleans_up() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new();
    let (tell, told) = mpsc::channel();
    let mut exporter = Exporter::new(move |news| drop(tell.send(news)));
    exporter.stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let (format, path) = (Format::Recording, folder.path().join("a"));
    let job = Job { format, chosen: Chosen::All, path, overwrite: false, redact_ids: false };
    exporter.start(desk.app.lines(), job);
    drop(exporter);
    assert!(matches!(told.recv().unwrap(), News::Failed(why) if why.contains("stopped")));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
