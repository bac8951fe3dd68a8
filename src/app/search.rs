//! The search in the list: every shown row whose message has the text, found in the background.

use jiff::Timestamp;

use super::scan::Run;
use super::{App, Grade, Pane};
use crate::journal::filter::Filter;
use crate::journal::view::{Chunk, Found, Progress};

/// What was last searched for in the list, and the rows that have it.
#[derive(Debug, Default)]
pub struct ListSearch {
    needle: String,
    run: Option<Run>,
    found: Found,
    /// A jump that waits until its hit is known: forward or not.
    wanted: Option<bool>,
}

impl ListSearch {
    pub fn needle(&self) -> &str {
        &self.needle
    }

    pub fn is_on(&self) -> bool {
        self.run.is_some()
    }

    /// Whether this row was found to have the needle.
    pub fn has(&self, row: u32) -> bool {
        self.is_on() && self.found.place(row).is_some()
    }

    /// The place of a row among the hits, from 1.
    pub fn number(&self, row: u32) -> Option<usize> {
        self.found.place(row).map(|place| place + 1)
    }

    pub fn progress(&self) -> Progress {
        self.found.progress()
    }

    pub(super) fn parts(&mut self) -> Option<(&mut Run, &mut Found)> {
        Some((self.run.as_mut()?, &mut self.found))
    }
}

impl App {
    /// The search in the list.
    pub fn list_search(&self) -> &ListSearch {
        &self.search
    }

    /// Searches all that the list shows; an empty needle is no search.
    pub(super) fn search_list(&mut self, needle: &str) {
        if self.search.is_on() && self.search.needle == needle {
            return;
        }
        needle.clone_into(&mut self.search.needle);
        self.search.wanted = None;
        self.search_again();
    }

    /// Another filter shows other rows.
    pub(super) fn search_again(&mut self) {
        self.search.run = None;
        if self.search.needle.is_empty() {
            return;
        }
        let needle = Filter::search(&self.search.needle);
        let filter = match &self.filter {
            Some((_, run)) => run.filter().clone().and(needle),
            None => needle,
        };
        self.search.run = Some(Run::new(filter));
        self.search.found.restart(self.index.len());
    }

    pub(super) fn take_hits(&mut self, chunk: &Chunk, hits: &[u32]) {
        self.search.found.take(chunk, hits);
        if let Some(forward) = self.search.wanted
            && self.go_to_hit(forward)
        {
            self.search.wanted = None;
        }
    }

    pub(super) fn extend_search(&mut self) {
        self.search.found.extend(self.index.len());
    }

    /// The next hit of the focused pane's search.
    pub(super) fn next_hit(&mut self, forward: bool, now: Timestamp) {
        if self.focus == Pane::Envelopes && self.search.is_on() {
            return self.next_row(forward, now);
        }
        let found = if forward { self.payload.next_hit() } else { self.payload.previous_hit() };
        if !found {
            self.tell(now, Grade::Note, "not found");
        }
    }

    /// Jumps as soon as it is known where to.
    fn next_row(&mut self, forward: bool, now: Timestamp) {
        self.search.wanted = None;
        if self.go_to_hit(forward) {
            return;
        }
        if self.search.progress().is_done() {
            self.tell(now, Grade::Note, "not found");
        } else {
            self.search.wanted = Some(forward);
        }
    }

    /// The nearest hit that is shown, as far as it is known: the search comes from the newest row. Around the end only
    /// where all hits are.
    fn go_to_hit(&mut self, forward: bool) -> bool {
        let Some(selected) = self.view.selected() else { return false };
        let found = &self.search.found;
        let shown = |row: &u32| self.view.place(*row).is_some();
        let next = match forward {
            true if found.knows(selected) => found.after(selected).find(shown),
            true => None,
            false => found.before(selected).find(shown),
        };
        let around = || match (found.progress().is_done(), forward) {
            (false, _) => None,
            (true, true) => found.first().into_iter().chain(found.after(0)).find(shown),
            (true, false) => found.before(u32::MAX).find(shown),
        };
        next.or_else(around).is_some_and(|row| self.view.select(row))
    }
}
