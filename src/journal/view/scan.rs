//! How far a filter has come: rows that came since first, then from the newest row backwards, as the newest are
//! what a reader looks for.

use std::ops::Range;

/// Rows to filter, and which run of the filter asked for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    pub rows: Range<u32>,
    run: u64,
}

/// How far a filter has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows looked at.
    pub done: u32,
    pub of: u32,
    pub hits: usize,
}

impl Progress {
    pub fn is_done(&self) -> bool {
        self.done == self.of
    }

    pub fn percent(&self) -> u64 {
        u64::from(self.done) * 100 / u64::from(self.of).max(1)
    }
}

/// What a chunk found, in its turn.
pub(super) enum Due {
    /// Rows behind all that were found before.
    Newer(Vec<u32>),
    /// Rows before all others.
    Older(Vec<u32>),
}

/// Rows `known` have been looked at, rows `given` have been given out.
#[derive(Debug, Default)]
pub(super) struct Scan {
    known: Range<u32>,
    given: Range<u32>,
    /// How many rows there are.
    len: u32,
    run: u64,
    /// What came back before its turn.
    early: Vec<(Range<u32>, Vec<u32>)>,
}

impl Scan {
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    pub(super) fn is_done(&self) -> bool {
        self.known == (0..self.len)
    }

    /// Whether this row has been looked at.
    pub(super) fn knows(&self, row: u32) -> bool {
        self.known.contains(&row)
    }

    /// Rows came; an index never shrinks.
    pub(super) fn extend(&mut self, len: u32) {
        self.len = self.len.max(len);
    }

    /// From the newest row on, anew.
    pub(super) fn start(&mut self) {
        self.run += 1;
        self.known = self.len..self.len;
        self.given = self.known.clone();
        self.early.clear();
    }

    /// There is nothing to look at in what there is.
    pub(super) fn finish(&mut self) {
        self.known = 0..self.len;
        self.given = self.known.clone();
    }

    /// Gives out the next rows.
    pub(super) fn next(&mut self, limit: u32) -> Option<Chunk> {
        let limit = limit.max(1);
        let Range { start, end } = self.given;
        let rows = if end < self.len {
            self.given.end = end.saturating_add(limit).min(self.len);
            end..self.given.end
        } else {
            self.given.start = start.saturating_sub(limit);
            self.given.start..start
        };
        (!rows.is_empty()).then_some(Chunk { rows, run: self.run })
    }

    /// Whether this chunk was given out by the present run, and did not come back yet.
    pub(super) fn accept(&mut self, chunk: &Chunk, hits: &[u32]) -> bool {
        let rows = &chunk.rows;
        let is_new = rows.start >= self.known.end || rows.end <= self.known.start;
        let was_given = rows.start >= self.given.start && rows.end <= self.given.end;
        let is_due =
            chunk.run == self.run && is_new && was_given && self.early.iter().all(|(early, _)| early != rows);
        if is_due {
            self.early.push((rows.clone(), hits.to_vec()));
        }
        is_due
    }

    /// The next chunk whose turn has come.
    pub(super) fn due(&mut self) -> Option<Due> {
        let Range { start, end } = self.known;
        if let Some(at) = self.early.iter().position(|(rows, _)| rows.start == end) {
            let (rows, hits) = self.early.swap_remove(at);
            self.known.end = rows.end;
            return Some(Due::Newer(hits));
        }
        let at = self.early.iter().position(|(rows, _)| rows.end == start)?;
        let (rows, hits) = self.early.swap_remove(at);
        self.known.start = rows.start;
        Some(Due::Older(hits))
    }

    pub(super) fn progress(&self, hits: usize) -> Progress {
        Progress { done: self.known.end - self.known.start, of: self.len, hits }
    }
}
