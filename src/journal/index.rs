//! One entry of at most 64 bytes for every shown row: what a list and a filter need without reading the line.
//!
//! Fed with the records in their order, live or from a file. Reading a record ([`Draft`]) and entering it are
//! apart, so that many cores may read while one enters.

mod draft;
mod entry;
mod intern;

use std::collections::HashMap;

use super::recent::{Recent, Waiting};
use super::{Event, Place, Record};

pub use draft::{AckDraft, Draft, Row};
pub use entry::{AckState, Entry, RowKind};
pub use intern::{Names, Symbol};

use intern::Interner;

/// More envelopes than this that wait for an ack are left as they are.
const WAITING: usize = 100_000;

/// Whether a record is shown as a row: every frame from Slack that has a text of its own.
pub fn is_row(event: &Event) -> bool {
    matches!(
        event,
        Event::Hello { .. }
            | Event::Envelope { .. }
            | Event::Disconnect { .. }
            | Event::Message { .. }
            | Event::Text { .. }
            | Event::Binary { .. }
    )
}

/// What a record changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A new row, the last one.
    Added(u32),
    /// The ack or the mark of an earlier row.
    Changed(u32),
}

/// All rows, and what is needed to find an ack's envelope and a retry's first delivery.
#[derive(Debug)]
pub struct Index {
    entries: Vec<Entry>,
    names: Interner,
    teams: Interner,
    waiting: Waiting<Delivered>,
    answered: Recent<Delivered>,
    events: Recent<u32>,
    /// Row -> the row that it repeats; few rows do.
    repeats: HashMap<u32, u32>,
    /// The way back: the row of a first delivery -> the rows that repeat it.
    repeated: HashMap<u32, Vec<u32>>,
    /// Rows with a finding, in their order.
    findings: Vec<u32>,
}

/// The rows of one `envelope_id`.
#[derive(Debug, Clone)]
struct Delivered {
    row: u32,
    /// Later deliveries of the same id that still wait for an ack of their own; hardly ever any.
    again: Vec<u32>,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            names: Interner::default(),
            teams: Interner::with_limit(usize::from(u16::MAX)),
            waiting: Waiting::with_limit(WAITING),
            answered: Recent::default(),
            events: Recent::default(),
            repeats: HashMap::new(),
            repeated: HashMap::new(),
            findings: Vec::new(),
        }
    }
}

impl Index {
    /// Enters one record that stands at `place`.
    pub fn push(&mut self, place: Place, record: &Record) -> Option<Change> {
        self.enter(place, &Draft::of(record))
    }

    /// Enters what was read of a record.
    pub fn enter(&mut self, place: Place, draft: &Draft) -> Option<Change> {
        match draft {
            Draft::Row(row) => Some(self.enter_row(place, row)),
            Draft::Ack(ack) => self.enter_ack(place, ack),
            Draft::Finding { envelope_id } => {
                let row = self.row_of(envelope_id)?;
                self.flag(row).then_some(Change::Changed(row))
            }
            Draft::Nothing => None,
        }
    }

    /// How many rows there are; rows count from 0.
    pub fn len(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn get(&self, row: u32) -> Option<&Entry> {
        self.entries.get(row as usize)
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The text of a symbol; `None` where there is none, or [it was not kept](Symbol::is_unkept).
    pub fn text(&self, symbol: Symbol) -> Option<&str> {
        self.names.text(symbol)
    }

    /// The texts of all symbols as they are now.
    pub fn texts(&self) -> Names {
        self.names.names()
    }

    /// The team's id of an entry.
    pub fn team(&self, entry: &Entry) -> Option<&str> {
        self.teams.text(entry.team())
    }

    /// The symbol of a text, if any row has it: to compare many rows with one text.
    pub fn symbol(&self, text: &str) -> Option<Symbol> {
        self.names.symbol(text)
    }

    /// The subjects, users and channels seen, in the order of their first sight: to complete what is typed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter()
    }

    /// The first delivery that this row repeats.
    pub fn repeats(&self, row: u32) -> Option<u32> {
        self.repeats.get(&row).copied()
    }

    /// The rows that repeat this first delivery, in their order.
    pub fn repeated_by(&self, row: u32) -> &[u32] {
        self.repeated.get(&row).map_or(&[], Vec::as_slice)
    }

    /// The row of an envelope that waits for its ack, or had it a while ago.
    pub fn row_of(&self, envelope_id: &str) -> Option<u32> {
        let known = self.waiting.get(envelope_id).or_else(|| self.answered.get(envelope_id));
        known.map(|delivered| delivered.row)
    }

    /// Marks a row as one with a finding; `false` where it was or there is no such row.
    pub fn flag(&mut self, row: u32) -> bool {
        let Some(entry) = self.entries.get_mut(row as usize) else { return false };
        if entry.has_finding() {
            return false;
        }
        entry.set(entry::FINDING);
        let place = self.findings.partition_point(|other| *other < row);
        self.findings.insert(place, row);
        true
    }

    /// How many rows have a finding.
    pub fn findings(&self) -> usize {
        self.findings.len()
    }

    /// Rows with a finding after this one, then from the first again.
    pub fn findings_after(&self, row: u32) -> impl Iterator<Item = u32> {
        let (before, after) = self.findings.split_at(self.findings.partition_point(|other| *other <= row));
        after.iter().chain(before).copied()
    }

    /// Rows with a finding before this one, backwards, then from the last again.
    pub fn findings_before(&self, row: u32) -> impl Iterator<Item = u32> {
        let (before, after) = self.findings.split_at(self.findings.partition_point(|other| *other < row));
        before.iter().rev().chain(after.iter().rev()).copied()
    }

    /// How much memory the entries and their names take, in bytes.
    pub fn memory(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>() + self.names.memory() + self.teams.memory()
    }

    /// Enters what was read of a frame that is a row.
    pub fn enter_row(&mut self, place: Place, row: &Row) -> Change {
        let number = self.len();
        let mut entry = Entry::new(place, row);
        entry.subject = self.names.intern(&row.subject);
        entry.user = self.names.intern(&row.user);
        entry.channel = self.names.intern(&row.channel);
        entry.set_team(self.teams.intern(&row.team));
        self.entries.push(entry);
        let known = self.first_delivery(number, row);
        if let Some(first) = known {
            self.repeats.insert(number, first);
            self.repeated.entry(first).or_default().push(number);
        }
        if row.retry > 0 || known.is_some() {
            self.flag(number);
        }
        Change::Added(number)
    }

    /// Remembers the ids of a new row, and tells which earlier row had one of them.
    fn first_delivery(&mut self, number: u32, row: &Row) -> Option<u32> {
        let named = !row.event_id.is_empty();
        let event = if named { self.events.get_or_insert(&row.event_id, number) } else { None };
        if row.envelope_id.is_empty() {
            return event;
        }
        if let Some(waiting) = self.waiting.get_mut(&row.envelope_id) {
            waiting.again.push(number);
            return event.or(Some(waiting.row));
        }
        let earlier = self.answered.get(&row.envelope_id).map(|delivered| delivered.row);
        self.waiting.insert(&row.envelope_id, number, Delivered { row: number, again: Vec::new() });
        event.or(earlier)
    }

    /// Enters what was read of an ack.
    pub fn enter_ack(&mut self, place: Place, ack: &AckDraft) -> Option<Change> {
        let id = &ack.envelope_id;
        if let Some(delivered) = self.waiting.remove(id) {
            let row = delivered.row;
            self.answered.insert(id, delivered);
            return self.answer(row, place, ack);
        }
        let answered = self.answered.get_mut(id)?;
        if !answered.again.is_empty() {
            let row = answered.again.remove(0);
            return self.answer(row, place, ack);
        }
        let row = answered.row;
        self.entries.get_mut(row as usize)?.set(entry::TWICE);
        self.flag(row);
        Some(Change::Changed(row))
    }

    fn answer(&mut self, row: u32, place: Place, ack: &AckDraft) -> Option<Change> {
        self.entries.get_mut(row as usize)?.answer(place, ack);
        if ack.is_late() {
            self.flag(row);
        }
        Some(Change::Changed(row))
    }
}

#[cfg(test)]
mod tests;
