//! Two envelopes held against each other: the marked one and the selected one, or a retry and its first delivery.

mod detail;

use jiff::Timestamp;

use super::action::Action;
use super::work::Task;
use super::{App, Effect, Grade, Pane};
use crate::json::compare::{Change, Comparison};
pub use detail::{Detail, Part};

/// A comparison on the screen.
#[derive(Debug)]
pub struct Compared {
    pub comparison: Comparison,
    /// The rows of the old and of the new one.
    pub rows: (u32, u32),
    /// Among the differences.
    cursor: usize,
    offset: usize,
    /// Lines for list and detail.
    height: usize,
    /// Whether the detail takes most of the pane.
    whole: bool,
    /// The difference under the cursor, ready to be drawn.
    detail: Detail,
}

/// Below this there is room for the list only.
const DETAIL_FROM: usize = 6;

impl Compared {
    pub fn new(comparison: Comparison, rows: (u32, u32)) -> Self {
        let mut compared = Self {
            comparison,
            rows,
            cursor: 0,
            offset: 0,
            height: 0,
            whole: false,
            detail: Detail::default(),
        };
        compared.look();
        compared
    }

    pub fn cursor(&self) -> usize {
        self.cursor
    }

    pub fn offset(&self) -> usize {
        self.offset
    }

    pub fn detail(&self) -> &Detail {
        &self.detail
    }

    /// The difference under the cursor.
    pub fn change(&self) -> Option<Change> {
        self.comparison.changes().get(self.cursor).copied()
    }

    /// How many lines of the pane the list has; the others are the detail's.
    pub fn list_height(&self) -> usize {
        let count = self.comparison.changes().len();
        if self.height < DETAIL_FROM {
            self.height
        } else if self.whole {
            count.min(2)
        } else {
            count.min(self.height * 3 / 5)
        }
    }

    pub(super) fn move_by(&mut self, lines: isize) {
        let last = self.comparison.changes().len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(lines).min(last);
        self.look();
    }

    pub(super) fn select_line(&mut self, line: usize) {
        if line < self.list_height() {
            self.cursor = (self.offset + line).min(self.comparison.changes().len().saturating_sub(1));
            self.look();
        }
    }

    pub(super) fn toggle_whole(&mut self) {
        self.whole = !self.whole;
        self.keep_in_sight();
    }

    /// What the pane has below the lines that are there for every message.
    pub(super) fn set_height(&mut self, height: usize) {
        // The head takes a line more: it names two envelopes.
        self.height = height.saturating_sub(1);
        self.keep_in_sight();
    }

    fn look(&mut self) {
        self.detail = self.change().map(|change| Detail::of(&self.comparison, change)).unwrap_or_default();
        self.keep_in_sight();
    }

    fn keep_in_sight(&mut self) {
        let height = self.list_height();
        let context = usize::from(height > 4);
        let lowest = (self.cursor + context + 1).saturating_sub(height);
        self.offset = self.offset.clamp(lowest, self.cursor.saturating_sub(context).max(lowest));
        self.offset = self.offset.min(self.comparison.changes().len().saturating_sub(height));
    }
}

/// Comparisons that were asked for.
#[derive(Debug, Default)]
pub struct Comparisons {
    ticket: u64,
    running: bool,
}

impl App {
    pub(super) fn toggle_mark(&mut self, now: Timestamp) {
        self.view.toggle_mark();
        let words = match self.view.marked() {
            Some(_) => {
                format!("marked; {} compares it with the selected envelope", self.key_of(Action::Compare))
            }
            None => "no envelope is marked now".to_owned(),
        };
        self.tell(now, Grade::Note, words);
    }

    /// The two rows that would be compared now: old and new.
    pub fn to_compare(&self) -> Option<(u32, u32)> {
        let selected = self.view.selected()?;
        let marked = self.view.marked().filter(|marked| *marked != selected);
        let first = marked.or_else(|| self.index.repeats(selected))?;
        Some((first, selected))
    }

    pub(super) fn compare(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(rows) = self.to_compare() else {
            let words = format!(
                "nothing to compare with: {} marks an envelope, {} on another one compares the two (on a retry, with its first delivery)",
                self.key_of(Action::Mark),
                self.key_of(Action::Compare)
            );
            self.tell(now, Grade::Note, words);
            return Vec::new();
        };
        if self.comparisons.running {
            self.tell(now, Grade::Note, "still comparing two envelopes");
            return Vec::new();
        }
        let (Some(old), Some(new)) = (self.message_of(rows.0), self.message_of(rows.1)) else {
            self.tell(now, Grade::Failed, "one of the two envelopes cannot be read from the journal");
            return Vec::new();
        };
        self.comparisons.ticket += 1;
        self.comparisons.running = true;
        vec![Effect::Work(Task::Compare { ticket: self.comparisons.ticket, rows, messages: (old, new) })]
    }

    pub(super) fn compared(&mut self, ticket: u64, rows: (u32, u32), comparison: Comparison) {
        self.comparisons.running = false;
        if ticket == self.comparisons.ticket {
            self.payload.compare(Compared::new(comparison, rows));
            self.set_focus(Pane::Payload);
        }
    }

    /// From a retry to the first delivery, and from there back, or to the first retry.
    pub(super) fn other_delivery(&mut self, now: Timestamp) {
        let Some(selected) = self.view.selected() else { return };
        let retries = self.index.repeated_by(selected);
        let back = self.retry_left.filter(|row| retries.contains(row));
        let to = self.index.repeats(selected).or(back).or(retries.first().copied());
        match to {
            Some(row) if self.view.select(row) => self.retry_left = Some(selected),
            Some(_) => {
                self.tell(now, Grade::Note, "the other delivery is hidden by the filter (Esc clears it)");
            }
            None => {
                self.tell(
                    now,
                    Grade::Note,
                    "this was delivered once: it repeats nothing, nothing repeats it",
                );
            }
        }
    }

    fn key_of(&self, action: Action) -> String {
        self.keymap.keys(action).first().map(ToString::to_string).unwrap_or_default()
    }
}
