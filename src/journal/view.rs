//! Which rows are shown, which one is selected, and where the list stands.
//!
//! The list stays where the reader left it: moving off the newest row ends following, returning to it resumes
//! it, and new rows move nothing else. A view knows rows by number only; what a filter says of a row comes
//! from its caller, who may ask in the background ([`View::next_chunk`]).

mod found;
mod moves;
mod rows;
mod scan;

use std::ops::Range;

pub use found::Found;
use rows::Rows;
pub use scan::{Chunk, Progress};
use scan::{Due, Scan};

/// Rows kept in sight above and below the selection while the reader moves.
const CONTEXT: usize = 3;

/// How the list meets new rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The newest row is selected as it comes.
    Following,
    /// The reader went elsewhere; new rows are added below.
    Staying,
    /// Rows from this number on are not shown, only counted.
    Frozen { from: u32 },
}

#[derive(Debug)]
pub struct View {
    rows: Rows,
    scan: Scan,
    mode: Mode,
    /// The place of the selected row among the shown ones.
    selected: usize,
    /// The row to come back to while a filter runs; a move of the reader forgets it.
    anchor: Option<u32>,
    offset: usize,
    height: usize,
    /// Rows before this one have been on the screen.
    seen: u32,
    mark: Option<u32>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            rows: Rows::default(),
            scan: Scan::default(),
            mode: Mode::Following,
            selected: 0,
            anchor: None,
            offset: 0,
            height: 1,
            seen: 0,
            mark: None,
        }
    }
}

impl View {
    pub fn mode(&self) -> Mode {
        self.mode
    }

    pub fn is_following(&self) -> bool {
        self.mode == Mode::Following
    }

    pub fn is_frozen(&self) -> bool {
        matches!(self.mode, Mode::Frozen { .. })
    }

    /// How many rows are shown: they pass the filter and are not held back by a freeze.
    pub fn len(&self) -> usize {
        match self.mode {
            Mode::Frozen { from } => self.rows.before(from),
            Mode::Following | Mode::Staying => self.rows.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a place of the list.
    pub fn row(&self, place: usize) -> Option<u32> {
        if place < self.len() { self.rows.get(place) } else { None }
    }

    /// The place of a row in the list; `None` while it is not shown.
    pub fn place(&self, row: u32) -> Option<usize> {
        self.rows.place(row).filter(|place| *place < self.len())
    }

    /// The selected row.
    pub fn selected(&self) -> Option<u32> {
        self.row(self.selected)
    }

    /// The place of the selected row.
    pub fn selected_place(&self) -> Option<usize> {
        (self.selected < self.len()).then_some(self.selected)
    }

    /// The place of the first row on the screen.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The places on the screen.
    pub fn visible(&self) -> Range<usize> {
        self.offset..(self.offset + self.height).min(self.len()).max(self.offset)
    }

    /// The places and rows on the screen.
    pub fn visible_rows(&self) -> impl DoubleEndedIterator<Item = (usize, u32)> {
        self.visible().filter_map(|place| Some((place, self.rows.get(place)?)))
    }

    /// How many rows wait below that have not been on the screen, held back ones included.
    pub fn new_below(&self) -> usize {
        self.rows.len() - self.rows.before(self.seen)
    }

    /// Sets how many rows the screen has; call it whenever that may have changed.
    pub fn set_height(&mut self, height: usize) {
        if self.height != height.max(1) {
            self.height = height.max(1);
            self.reveal();
        }
    }

    /// Takes the rows that came since: `len` is how many the index has now. Under a filter they are shown once
    /// they have been looked at ([`View::next_chunk`]).
    pub fn extend(&mut self, len: u32) {
        self.scan.extend(len);
        if !self.rows.is_filtered() {
            self.scan.finish();
            self.rows.grow(self.scan.len());
        }
        self.grown();
    }

    /// Whether the filter has looked at this row.
    pub fn knows(&self, row: u32) -> bool {
        self.scan.knows(row)
    }

    /// An ack or a finding changed what a filter says of this row.
    pub fn recheck(&mut self, row: u32, matches: bool) {
        if !self.rows.is_filtered() || !self.scan.knows(row) {
            return;
        }
        let anchor = self.anchor();
        if self.rows.put(row, matches) {
            let offset = self.row(self.offset);
            self.restore(anchor, offset);
        }
    }

    /// Shows everything.
    pub fn clear_filter(&mut self) {
        let anchor = self.anchor();
        self.rows = Rows::all(self.scan.len());
        self.scan.start();
        self.scan.finish();
        self.anchor = None;
        self.restore(anchor, None);
    }

    /// Starts anew with a filter: nothing is shown until [`View::refilter_step`] or [`View::take`] finds it,
    /// the newest rows first.
    pub fn start_filter(&mut self) {
        self.anchor = self.anchor();
        self.rows = Rows::none();
        self.scan.start();
        (self.selected, self.offset) = (0, 0);
    }

    pub fn is_filtered(&self) -> bool {
        self.rows.is_filtered()
    }

    /// How far the filter has come.
    pub fn progress(&self) -> Progress {
        self.scan.progress(self.rows.len())
    }

    /// Filters the next `budget` rows here and now.
    pub fn refilter_step(&mut self, budget: u32, mut matches: impl FnMut(u32) -> bool) -> Progress {
        if let Some(chunk) = self.next_chunk(budget) {
            let hits: Vec<u32> = chunk.rows.clone().filter(|row| matches(*row)).collect();
            self.take(&chunk, &hits);
        }
        self.progress()
    }

    /// The next rows to filter, at most `limit`: for somebody who works elsewhere and comes back with
    /// [`View::take`]. `None` when all are given out.
    pub fn next_chunk(&mut self, limit: u32) -> Option<Chunk> {
        self.scan.next(limit)
    }

    /// Takes the rows of a chunk that match, in their order; chunks may come back in any order. What an earlier
    /// filter found is dropped (`false`).
    pub fn take(&mut self, chunk: &Chunk, hits: &[u32]) -> bool {
        if !self.scan.accept(chunk, hits) {
            return false;
        }
        let anchor = self.anchor();
        let offset = self.row(self.offset);
        let mut moves = self.anchor.is_some();
        while let Some(found) = self.scan.due() {
            match found {
                Due::Newer(hits) => hits.into_iter().for_each(|row| self.rows.push(row)),
                Due::Older(hits) => {
                    self.rows.prepend(&hits);
                    moves = true;
                }
            }
        }
        if moves {
            self.restore(anchor, offset);
        } else {
            self.grown();
        }
        if self.scan.is_done() {
            self.anchor = None;
        }
        true
    }

    fn go(&mut self, place: usize) {
        self.anchor = None;
        self.selected = place.min(self.len().saturating_sub(1));
        self.follow_if_newest();
        self.reveal();
    }

    fn follow_if_newest(&mut self) {
        if !self.is_frozen() {
            let newest = self.selected + 1 >= self.len();
            self.mode = if newest { Mode::Following } else { Mode::Staying };
        }
    }

    /// More rows than before may be shown.
    fn grown(&mut self) {
        if self.is_following() {
            self.selected = self.len().saturating_sub(1);
            self.reveal();
        } else {
            self.saw();
        }
    }

    /// The row to keep the selection on while the rows around it change.
    fn anchor(&self) -> Option<u32> {
        if self.is_following() { None } else { self.anchor.or_else(|| self.selected()) }
    }

    /// Puts the selection back on `anchor`, or the next row that is shown, after the rows have changed; the
    /// screen begins with the row `top` again if there is one.
    fn restore(&mut self, anchor: Option<u32>, top: Option<u32>) {
        if let Some(anchor) = anchor {
            self.selected = self.rows.before(anchor).min(self.len().saturating_sub(1));
        }
        if let Some(top) = top {
            self.offset = self.rows.before(top);
        }
        if self.is_following() {
            self.selected = self.len().saturating_sub(1);
        }
        self.reveal();
    }

    /// Scrolls no further than it takes to have the selection and its context on the screen.
    fn reveal(&mut self) {
        let (len, height) = (self.len(), self.height);
        let context = CONTEXT.min((height - 1) / 2);
        let lowest = (self.selected + context + 1).saturating_sub(height);
        let highest = self.selected.saturating_sub(context);
        self.offset = self.offset.clamp(lowest.min(highest), highest).min(len.saturating_sub(height));
        self.saw();
    }

    fn saw(&mut self) {
        if let Some(row) = self.visible().next_back().and_then(|place| self.rows.get(place)) {
            self.seen = self.seen.max(row + 1);
        }
    }
}

#[cfg(test)]
mod tests;
