//! The screen's state. It changes only by `App::record` (what the journal tells) and `App::update` (what the
//! user does), both synchronous; what must happen outside comes back as effects. Time is an argument.

pub mod action;
pub mod compare;
pub mod composer;
pub mod event;
pub mod exports;
pub mod fate;
mod fault;
pub mod finding;
pub mod keymap;
pub mod layout;
pub mod opened;
pub mod overlay;
pub mod payload;
pub mod pool;
pub mod prompt;
pub mod query;
pub mod rules;
pub mod run;
pub mod scan;
pub mod search;
pub mod start;
pub mod work;

mod answering;
mod copying;
mod input;
mod perform;
mod rows;
mod selection;
mod templates;
mod validating;

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use crate::journal::index::{Change, Index};
use crate::journal::view::View;
use crate::journal::{Lines, Place, Record};
use crate::link::{Hold, Rules};
use crate::session::Session;
use crate::templates::Loaded;
use action::{Action, Scope};
use compare::Comparisons;
use composer::Composer;
use fate::Fate;
use finding::Explained;
use keymap::Keymap;
use layout::Areas;
use opened::Opened;
use overlay::Overlay;
use payload::Payload;
use query::Queries;
use rows::Rows;
use scan::{Run, Stale};
use search::ListSearch;

pub use event::{Effect, Event, Grade};
pub use start::{Mode, Start};

/// The four panes, in the order of their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    Envelopes,
    Payload,
    Health,
    Composer,
}

impl Pane {
    pub const ALL: [Self; 4] = [Self::Envelopes, Self::Payload, Self::Health, Self::Composer];

    pub fn title(self) -> &'static str {
        match self {
            Self::Envelopes => "Envelopes",
            Self::Payload => "Payload",
            Self::Health => "Connection health",
            Self::Composer => "Ack composer",
        }
    }
}

/// A line in the footer, for some seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub grade: Grade,
    pub text: String,
    until: Timestamp,
}

const NOTICE: SignedDuration = SignedDuration::from_secs(4);

/// The scroll of the health pane.
#[derive(Debug, Default)]
pub struct Health {
    pub offset: usize,
}

#[derive(Debug)]
pub struct App {
    pub mode: Mode,
    pub session: Session,
    pub index: Index,
    pub view: View,
    pub payload: Payload,
    pub composer: Composer,
    pub health: Health,
    pub keymap: Keymap,
    /// The theme's name; the loop loads it.
    pub theme: &'static str,
    pub hold: Hold,
    pub debug_reconnects: bool,
    pub connections: u8,
    pub recording: bool,
    pub recording_fault: Option<String>,
    /// The recording, in [`Mode::Open`].
    pub opened: Option<Opened>,
    rules: Rules,
    /// Where rules were read from or written to last.
    rules_file: Option<PathBuf>,
    lines: Lines,
    /// As it was typed, and at work.
    filter: Option<(String, Run)>,
    stale: Stale,
    search: ListSearch,
    rows: Rows,
    focus: Pane,
    companion: Pane,
    zoomed: bool,
    overlays: Vec<Overlay>,
    notice: Option<Notice>,
    samples: Vec<&'static str>,
    themes: Vec<&'static str>,
    /// Envelopes whose answers are on their way, with what to say when they have left.
    in_flight: HashMap<String, String>,
    /// The moment that the state was last settled for: what is late by then.
    now: Timestamp,
    /// When that was; in a recording, another time.
    clock: Timestamp,
    /// The row that the payload pane shows.
    shown: Option<u32>,
    /// Its `envelope_id`.
    shown_id: Option<String>,
    fate: Option<Fate>,
    /// The row that the composer was offered.
    offered: Option<u32>,
    /// The row and the text of the draft that was given up last.
    given_up: Option<(u32, String)>,
    queries: Queries,
    comparisons: Comparisons,
    /// The delivery from which the reader went to the other one.
    retry_left: Option<u32>,
    findings_seen: u64,
    explained: Explained,
    export: exports::State,
    /// The user's own.
    templates: Loaded,
    /// What is done once a question is answered with yes.
    agreed_upon: Option<Effect>,
    /// How often Slack was asked to check a draft.
    asked: u64,
    size: (u16, u16),
}

impl App {
    pub fn new(lines: impl Into<Lines>, start: Start) -> Self {
        let mut app = Self {
            mode: start.mode,
            session: Session::default(),
            index: Index::default(),
            view: View::default(),
            payload: Payload::default(),
            composer: Composer::default(),
            health: Health::default(),
            keymap: start.keymap,
            theme: start.theme,
            hold: start.hold,
            debug_reconnects: start.debug_reconnects,
            connections: start.connections,
            recording: start.recording,
            recording_fault: None,
            opened: None,
            rules: start.rules,
            rules_file: start.rules_file,
            lines: lines.into(),
            filter: None,
            stale: Stale::default(),
            search: ListSearch::default(),
            rows: Rows::default(),
            focus: Pane::Envelopes,
            companion: Pane::Payload,
            zoomed: false,
            overlays: Vec::new(),
            notice: None,
            samples: start.samples,
            themes: start.themes,
            in_flight: HashMap::new(),
            now: Timestamp::default(),
            clock: Timestamp::default(),
            shown: None,
            shown_id: None,
            fate: None,
            offered: None,
            given_up: None,
            queries: Queries::default(),
            comparisons: Comparisons::default(),
            retry_left: None,
            findings_seen: 0,
            explained: Explained::default(),
            export: exports::State::default(),
            templates: Loaded::default(),
            agreed_upon: None,
            asked: 0,
            size: start.size,
        };
        if let Some((text, filter)) = start.filter {
            app.set_filter(&text, Some(filter));
        }
        app.arrange();
        app
    }

    /// One record, as the journal has it.
    pub fn record(&mut self, place: Place, line: &str) {
        match Record::parse(line) {
            Ok(record) => {
                self.session.apply(&record);
                self.hear(&record);
                if let Some(Change::Changed(row)) = self.index.push(place, &record) {
                    self.recheck(row);
                    self.offer_anew(row);
                }
            }
            Err(_) => self.session.count_unreadable(),
        }
    }

    /// After a batch of records: brings list, payload and composer up to date.
    pub fn settle(&mut self, now: Timestamp) {
        self.clock = now;
        self.now = self.shown_at(now);
        self.session.tick(self.now);
        self.flag_findings();
        self.extend_view();
        self.heed_fault(now);
        self.show_selection();
        self.prepare_rows();
    }

    /// Marks the rows that the session found something about.
    fn flag_findings(&mut self) {
        let findings = self.session.findings();
        let rows: Vec<u32> = findings.since(self.findings_seen).filter_map(|finding| finding.row).collect();
        self.findings_seen = findings.end();
        for row in rows {
            self.index.flag(row);
            // What became late may match `ack:late` now.
            self.recheck(row);
        }
    }

    pub fn focus(&self) -> Pane {
        self.focus
    }

    pub fn overlays(&self) -> &[Overlay] {
        &self.overlays
    }

    pub fn notice(&self, now: Timestamp) -> Option<&Notice> {
        // The moment that a recording is shown for is not the one in which somebody reads a notice.
        let now = if self.mode == Mode::Open { self.clock } else { now };
        self.notice.as_ref().filter(|notice| notice.until > now)
    }

    /// Where keys are looked up now.
    pub fn scope(&self) -> Scope {
        if let Some(Overlay::Rules(_)) = self.overlays.last() {
            Scope::Rules
        } else if self.composer.is_writing() && self.focus == Pane::Composer {
            Scope::Editor
        } else {
            Scope::Pane(self.focus)
        }
    }

    /// Columns and lines of the terminal, as it told last.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    pub fn areas(&self) -> Option<Areas> {
        layout::areas(&layout::View {
            size: self.size,
            focus: self.focus,
            companion: self.companion,
            zoomed: self.zoomed,
            composing: self.focus == Pane::Composer,
        })
    }

    /// When the screen changes by itself next, if at all: a countdown every tenth of a second, clocks every
    /// second, else only when a notice goes.
    pub fn next_change(&self, now: Timestamp) -> Option<SignedDuration> {
        self.areas()?;
        let ticks = self.mode != Mode::Open;
        if ticks && self.session.acks().in_time(now).next().is_some() {
            return Some(SignedDuration::from_millis(100));
        }
        if ticks && self.session.connections().any(|connection| !connection.stage.is_over()) {
            // On the second's edge, so that clocks tick evenly.
            let into = i64::from(now.subsec_nanosecond().rem_euclid(1_000_000_000)) / 1_000_000;
            return Some(SignedDuration::from_millis(1000 - into));
        }
        let notice = self.notice(now).map(|notice| notice.until.duration_since(now));
        notice.map(|left| left.max(SignedDuration::from_millis(10)))
    }

    fn tell(&mut self, now: Timestamp, grade: Grade, text: impl Into<String>) {
        self.tell_for(now, NOTICE, grade, text);
    }

    fn tell_for(&mut self, now: Timestamp, long: SignedDuration, grade: Grade, text: impl Into<String>) {
        let until = now.checked_add(long).unwrap_or(now);
        self.notice = Some(Notice { grade, text: text.into(), until });
    }

    /// Tells every pane how large it is now.
    fn arrange(&mut self) {
        let Some(areas) = self.areas() else { return };
        if let Some(area) = areas.inner(Pane::Payload) {
            // A line above tells about the message, one below the path.
            self.payload.set_size((usize::from(area.width), usize::from(area.height.saturating_sub(2))));
        }
        if let Some(area) = areas.inner(Pane::Envelopes) {
            self.view.set_height(usize::from(area.height));
        }
    }

    /// Whether an action makes sense now; the footer shows only those that do.
    pub fn can(&self, action: Action) -> bool {
        let held = || self.session.held().next().is_some();
        if self.mode == Mode::Open && opened::needs_slack(action) {
            return false;
        }
        match action {
            Action::UnreadableLines => self.opened.as_ref().is_some_and(|opened| opened.unreadable_count > 0),
            Action::Follow => self.opened.as_ref().is_none_or(|opened| opened.follow || opened.is_reading()),
            Action::SendSample | Action::SendAgain => self.mode == Mode::Demo,
            Action::CheckWithSlack => self.mode == Mode::Live,
            Action::AckHeld | Action::NextHeld => held(),
            Action::AckNow => self.selected_is_open(),
            Action::Compose => self.selected_is_envelope() || self.composer.is_pinned(),
            Action::NextProblem => self.composer.draft().is_some_and(composer::Draft::has_problems),
            Action::Arm => self.composer.draft().is_some(),
            Action::SaveRules
            | Action::EditRule
            | Action::RemoveRule
            | Action::SwitchRule
            | Action::RuleUp
            | Action::RuleDown => self.scope() == Scope::Rules && !self.rules.is_empty(),
            Action::NextFinding => self.session.findings().total() > 0,
            Action::Compare => self.to_compare().is_some(),
            Action::OtherDelivery => self.selected_has_deliveries(),
            Action::NextHit | Action::PreviousHit => self.payload.search().is_some() || self.search.is_on(),
            _ => true,
        }
    }
}
