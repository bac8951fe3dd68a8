//! `w` and `x`: what the list shows goes into a file. A thread of its own writes it, so that the screen and the acks
//! go on; what is there already is replaced only after a question.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::opened::Opened;
use super::overlay::{About, Item, Menu, MenuOf, Overlay, Purpose, Question};
use super::{App, Effect, Grade};
use crate::export::{self, Chosen, ExportError, Format, Job, Tally};
use crate::journal::Lines;
use crate::journal::index::Entry;
use crate::text;

/// How an export stands.
#[derive(Debug, Default)]
pub enum State {
    #[default]
    Idle,
    /// Whether this job may replace what is there.
    Asking(Job),
    Running,
}

/// What an export says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// In percent.
    Progress(u8),
    /// Something stands where it shall go.
    Exists(Job),
    Done(Job, Tally),
    Failed(String),
}

/// What the prompt asks a path for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub format: Format,
    pub redact_ids: bool,
    /// The selected row only, not all that are shown.
    pub selected_only: bool,
    /// How many rows that is.
    pub rows: usize,
}

/// The formats of the menu: key, key for the selected row only, label, format, whether the app's names go too.
const MENU: [(char, char, &str, Format, bool); 5] = [
    ('r', 'R', "recording", Format::Recording, false),
    ('p', 'P', "payload files", Format::Payloads, false),
    ('h', 'H', "HAR", Format::Har, false),
    ('b', 'B', "redacted report", Format::Redacted, false),
    ('n', 'N', "redacted, app's names too", Format::Redacted, true),
];

const THIS: &str = "this one: ";

impl App {
    /// `w`
    pub(super) fn save_shown(&mut self, now: Timestamp) {
        self.ask_where(Format::Recording, false, false, now);
    }

    /// `x`
    pub(super) fn export_menu(&mut self) {
        let rows = text::thousands(self.view.len() as u64);
        let item = |key: char, label: String, note: String| Item {
            keys: key.to_string(),
            label,
            note,
            checked: None,
        };
        let shown =
            MENU.iter().map(|(key, _, label, ..)| item(*key, (*label).to_owned(), format!("{rows} shown")));
        let this = MENU.iter().map(|(_, key, label, ..)| item(*key, format!("{THIS}{label}"), String::new()));
        let items = shown.chain(this).collect();
        self.overlays.push(Overlay::Menu(Menu {
            of: MenuOf::Export,
            title: "Export",
            items,
            selected: 0,
            input: None,
        }));
    }

    /// A format was chosen by its label.
    pub(super) fn export_chosen(&mut self, label: &str, now: Timestamp) {
        let (selected_only, label) = label.strip_prefix(THIS).map_or((false, label), |label| (true, label));
        if let Some((.., format, redact_ids)) = MENU.iter().find(|row| row.2 == label) {
            self.ask_where(*format, *redact_ids, selected_only, now);
        }
    }

    fn ask_where(&mut self, format: Format, redact_ids: bool, selected_only: bool, now: Timestamp) {
        let rows = if selected_only { self.view.selected().iter().len() } else { self.view.len() };
        if matches!(self.export, State::Running) {
            return self.tell(now, Grade::Note, "an export is being written; one at a time");
        }
        let reading = self.opened.as_ref().is_some_and(Opened::is_reading) && self.view.is_filtered();
        if !selected_only && (reading || !self.view.progress().is_done()) {
            let words = "the filter is not through yet: export when it has found all";
            return self.tell(now, Grade::Note, words);
        }
        if rows == 0 {
            return self.tell(now, Grade::Note, "nothing is shown, so there is nothing to export");
        }
        let wanted = Wanted { format, redact_ids, selected_only, rows };
        self.overlays.push(Overlay::prompt(Purpose::Export(wanted), &proposed(format, now)));
    }

    /// The path was entered.
    pub(super) fn export_to(&mut self, wanted: Wanted, path: &str, now: Timestamp) -> Vec<Effect> {
        if path.trim().is_empty() {
            self.tell(now, Grade::Note, "without a name nothing is written");
            return Vec::new();
        }
        let Wanted { format, redact_ids, selected_only, .. } = wanted;
        let chosen = self.chosen_rows(selected_only);
        let path = at_home(path.trim());
        self.start_export(Job { format, chosen, path, overwrite: false, redact_ids })
    }

    fn chosen_rows(&self, selected_only: bool) -> Chosen {
        let place = |row| self.entry(row).map(Entry::place);
        if selected_only {
            Chosen::rows(self.view.selected().and_then(place))
        } else if self.view.is_filtered() || self.view.is_frozen() {
            Chosen::rows((0..self.view.len()).filter_map(|at| self.view.row(at)).filter_map(place))
        } else {
            Chosen::All
        }
    }

    /// What is there may be replaced.
    pub(super) fn overwrite(&mut self) -> Vec<Effect> {
        match std::mem::take(&mut self.export) {
            State::Asking(job) => self.start_export(Job { overwrite: true, ..job }),
            other => {
                self.export = other;
                Vec::new()
            }
        }
    }

    fn start_export(&mut self, job: Job) -> Vec<Effect> {
        self.export = State::Running;
        vec![Effect::Export(job)]
    }

    pub(super) fn exported(&mut self, news: News, now: Timestamp) {
        match news {
            News::Progress(percent) => self.tell(now, Grade::Note, format!("exporting: {percent} %")),
            News::Exists(job) => {
                let path = job.path.display();
                let text = if job.format == Format::Payloads {
                    format!(
                        "The folder {path} exists. Put the files into it? Those of the same names are replaced."
                    )
                } else {
                    format!("{path} exists. Replace it?")
                };
                let yes = if job.format == Format::Payloads { "put them there" } else { "replace it" };
                self.export = State::Asking(job);
                self.overlays.push(Overlay::Question(Question { about: About::Overwrite, text, yes }));
            }
            News::Done(job, tally) => {
                self.export = State::Idle;
                self.tell(now, Grade::Done, done(&job, &tally));
            }
            News::Failed(why) => {
                self.export = State::Idle;
                self.tell(now, Grade::Failed, why);
            }
        }
    }

    /// Where the lines are that an export reads.
    pub(super) fn lines(&self) -> Lines {
        self.lines.clone()
    }
}

/// What was written, in a line.
pub fn done(job: &Job, tally: &Tally) -> String {
    let count = |count: u64, what: &str| {
        format!("{} {what}{}", text::thousands(count), if count == 1 { "" } else { "s" })
    };
    let items = match job.format {
        Format::Recording | Format::Redacted => count(tally.items, "record"),
        Format::Payloads => count(tally.items, "file"),
        Format::Har => {
            format!("{} entr{}", text::thousands(tally.items), if tally.items == 1 { "y" } else { "ies" })
        }
    };
    let left_out = match tally.left_out {
        0 => String::new(),
        left => format!(", {} left out", text::thousands(left)),
    };
    let envelopes = count(tally.envelopes, "envelope");
    let (path, size) = (job.path.display(), text::bytes(tally.bytes));
    format!("saved {envelopes} in {items}, {size}{left_out}, to {path}")
}

/// `sockscope-2026-11-22-0721.jsonl`, in the current folder.
fn proposed(format: Format, now: Timestamp) -> String {
    let time = now.to_zoned(TimeZone::system()).strftime("%Y-%m-%d-%H%M");
    format!("sockscope-{time}{}", format.suffix())
}

/// A path as a shell would read it: `~/` is the home folder.
fn at_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => Path::new(path).to_owned(),
    }
}

/// Nobody reads progress faster than this, and a short export needs none.
const TOLD_EVERY: Duration = Duration::from_millis(300);

/// The thread that writes. Dropping it stops the export and waits until it has cleaned up.
pub struct Exporter<T> {
    tell: T,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Fn(News) + Clone + Send + 'static> Exporter<T> {
    pub fn new(tell: T) -> Self {
        Self { tell, stop: Arc::default(), thread: None }
    }

    pub fn start(&mut self, lines: Lines, job: Job) {
        let (tell, stop) = (self.tell.clone(), Arc::clone(&self.stop));
        let mut told = Instant::now();
        let work = move || {
            let mut watch = |percent| {
                if told.elapsed() >= TOLD_EVERY {
                    told = Instant::now();
                    tell(News::Progress(percent));
                }
                !stop.load(Ordering::Relaxed)
            };
            let news = match export::export(&lines, &job, &mut watch) {
                Ok(tally) => News::Done(job, tally),
                Err(ExportError::Exists { .. }) if !job.overwrite => News::Exists(job),
                Err(error) => News::Failed(error.to_string()),
            };
            tell(news);
        };
        match thread::Builder::new().name("export".to_owned()).spawn(work) {
            // The one before has told that it is done: the state allows one at a time.
            Ok(thread) => self.thread = Some(thread),
            Err(error) => (self.tell)(News::Failed(format!("no thread for the export: {error}"))),
        }
    }
}

impl<T> Drop for Exporter<T> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
