//! How far a filter has come: from the newest row backwards, as the newest are what a reader looks for.

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
}

#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Rows below this one have not been looked at.
    todo: u32,
    /// How many rows there are.
    len: u32,
    run: u64,
}

impl Scan {
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    pub(super) fn is_done(&self) -> bool {
        self.todo == 0
    }

    /// Whether this row has been looked at.
    pub(super) fn knows(&self, row: u32) -> bool {
        (self.todo..self.len).contains(&row)
    }

    /// The rows that came; an index never shrinks.
    pub(super) fn new_rows(&mut self, len: u32) -> Range<u32> {
        let from = self.len;
        self.len = self.len.max(len);
        from..self.len
    }

    pub(super) fn start(&mut self) {
        self.todo = self.len;
        self.run += 1;
    }

    pub(super) fn finish(&mut self) {
        self.todo = 0;
        self.run += 1;
    }

    pub(super) fn next(&self, limit: u32) -> Option<Chunk> {
        let rows = self.todo.saturating_sub(limit.max(1))..self.todo;
        (!self.is_done()).then_some(Chunk { rows, run: self.run })
    }

    /// Whether this chunk is the one that is due; then it is done.
    pub(super) fn accept(&mut self, chunk: &Chunk) -> bool {
        let due = chunk.run == self.run && chunk.rows.end == self.todo && !self.is_done();
        if due {
            self.todo = chunk.rows.start;
        }
        due
    }

    pub(super) fn progress(&self, hits: usize) -> Progress {
        Progress { done: self.len - self.todo, of: self.len, hits }
    }
}
