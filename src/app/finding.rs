//! The walk through what was found: which finding is explained now, and which is next. It is explained until the
//! next key.

use jiff::Timestamp;

use super::{App, Grade, Pane};
use crate::journal::index::Entry;
use crate::session::finding::Finding;

/// What is explained on the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Explained {
    /// Nobody asked: the selected row explains itself, where the payload pane has room for both.
    #[default]
    Quietly,
    /// One of a row's findings.
    OfRow { row: u32, at: usize },
    /// One of those that belong to no row.
    Loose { at: usize },
}

/// A finding that is to be explained: which of how many, and whether somebody asked for it.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    pub finding: &'a Finding,
    /// From 1.
    pub at: usize,
    pub of: usize,
    pub asked: bool,
}

/// Lines that the payload pane must have to explain what nobody asked for.
const ROOMY: u16 = 14;

impl App {
    /// What is to be explained now.
    pub fn told(&self) -> Option<Told<'_>> {
        fn told(mut of: Vec<&Finding>, at: usize, asked: bool) -> Option<Told<'_>> {
            let count = of.len();
            (at < count).then(|| Told { finding: of.swap_remove(at), at: at + 1, of: count, asked })
        }
        let findings = self.session.findings();
        match self.explained {
            Explained::Quietly => {
                let row = self.flagged().filter(|_| self.is_roomy())?;
                told(findings.of_row(row).collect(), 0, false)
            }
            Explained::OfRow { row, at } if self.view.selected() == Some(row) => {
                told(findings.of_row(row).collect(), at, true)
            }
            Explained::OfRow { .. } => None,
            Explained::Loose { at } => told(self.loose().collect(), at, true),
        }
    }

    /// The selected row, where something was found about it.
    pub fn flagged(&self) -> Option<u32> {
        self.view.selected().filter(|row| self.entry(*row).is_some_and(Entry::has_finding))
    }

    fn is_roomy(&self) -> bool {
        let payload = self.areas().and_then(|areas| areas.inner(Pane::Payload));
        self.focus == Pane::Envelopes && payload.is_some_and(|area| area.height >= ROOMY)
    }

    /// Findings about connections and about what is on no row, the latest first.
    fn loose(&self) -> impl Iterator<Item = &Finding> {
        self.session.findings().iter().rev().filter(|finding| finding.row.is_none())
    }

    /// Explains the next finding: of this row, of the rows below, of no row, then from the start again.
    pub(super) fn next_finding(&mut self, now: Timestamp) {
        let shown = match (self.explained, self.told()) {
            (Explained::Quietly, Some(_)) => {
                self.flagged().map_or(Explained::Quietly, |row| Explained::OfRow { row, at: 0 })
            }
            (explained, _) => explained,
        };
        let next = self.after(shown);
        match next {
            None if self.session.findings().total() == 0 => self.tell(now, Grade::Note, "no findings"),
            None => {
                self.tell(now, Grade::Note, "what was found is hidden by the filter (Esc clears it)");
            }
            Some(next) => self.explain(next, next == shown, now),
        }
    }

    fn explain(&mut self, next: Explained, same: bool, now: Timestamp) {
        self.explained = next;
        if let Explained::OfRow { row, .. } = next {
            self.view.select(row);
            self.set_focus(Pane::Envelopes);
            self.companion = Pane::Payload;
        }
        if self.told().is_none() {
            self.tell(now, Grade::Note, "what was found here is so long ago that it is not kept");
        } else if same {
            self.tell(now, Grade::Note, "there is no other finding");
        }
    }

    fn after(&self, shown: Explained) -> Option<Explained> {
        let more = |row| self.session.findings().of_row(row).count();
        let start = |row| Explained::OfRow { row, at: 0 };
        let loose = || self.loose().next().map(|_| Explained::Loose { at: 0 });
        let selected = self.view.selected().unwrap_or(0);
        let row = match shown {
            Explained::OfRow { row, at } if at + 1 < more(row) => {
                return Some(Explained::OfRow { row, at: at + 1 });
            }
            Explained::OfRow { row, .. } => row,
            Explained::Loose { at } if at + 1 < self.loose().count() => {
                return Some(Explained::Loose { at: at + 1 });
            }
            Explained::Loose { .. } => return self.rows_after(u32::MAX).next().map(start).or(Some(shown)),
            Explained::Quietly if self.flagged().is_some() => return Some(start(selected)),
            // The walk begins: usually at the newest row, with all that was found above it.
            Explained::Quietly => return self.rows_after(selected).next().map(start).or_else(loose),
        };
        let below = self.rows_after(row).next().filter(|next| *next > row);
        below.map(start).or_else(loose).or_else(|| self.rows_after(row).next().map(start))
    }

    /// Rows with findings that the list shows, around the end and up to this one.
    fn rows_after(&self, row: u32) -> impl Iterator<Item = u32> {
        self.index.findings_after(row).filter(|row| self.view.place(*row).is_some())
    }

    /// Moves the draft's cursor to the next thing that is wrong with it.
    pub(super) fn next_problem(&mut self, now: Timestamp) {
        if self.composer.write(None, &[]) {
            self.set_focus(Pane::Composer);
        }
        if !self.composer.draft_mut().is_some_and(super::composer::Draft::next_problem) {
            self.tell(now, Grade::Note, "nothing is wrong with this draft");
        }
    }
}
