//! The rows that something was found in, as far as the search has come.

use std::collections::VecDeque;

use super::scan::{Chunk, Due, Progress, Scan};

/// As a view looks for what its filter shows, so a search goes from the newest row backwards.
#[derive(Debug, Default)]
pub struct Found {
    rows: VecDeque<u32>,
    scan: Scan,
}

impl Found {
    /// Begins anew over so many rows; what the earlier search finds is dropped.
    pub fn restart(&mut self, len: u32) {
        self.rows.clear();
        self.scan.extend(len);
        self.scan.start();
    }

    /// Takes the rows that came since.
    pub fn extend(&mut self, len: u32) {
        self.scan.extend(len);
    }

    /// See [`super::View::next_chunk`].
    pub fn next_chunk(&mut self, limit: u32) -> Option<Chunk> {
        self.scan.next(limit)
    }

    /// See [`super::View::take`].
    pub fn take(&mut self, chunk: &Chunk, hits: &[u32]) -> bool {
        if !self.scan.accept(chunk, hits) {
            return false;
        }
        while let Some(found) = self.scan.due() {
            match found {
                Due::Newer(hits) => self.rows.extend(hits),
                Due::Older(hits) => hits.iter().rev().for_each(|row| self.rows.push_front(*row)),
            }
        }
        true
    }

    pub fn progress(&self) -> Progress {
        self.scan.progress(self.rows.len())
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The place of a row among all that were found.
    pub fn place(&self, row: u32) -> Option<usize> {
        self.rows.binary_search(&row).ok()
    }

    /// Whether all rows from this one on have been searched.
    pub fn knows(&self, row: u32) -> bool {
        self.scan.knows(row)
    }

    pub fn first(&self) -> Option<u32> {
        self.rows.front().copied()
    }

    /// The rows found after this one, in their order.
    pub fn after(&self, row: u32) -> impl Iterator<Item = u32> {
        let from = self.rows.partition_point(|other| *other <= row);
        self.rows.range(from..).copied()
    }

    /// The rows found before this one, backwards.
    pub fn before(&self, row: u32) -> impl Iterator<Item = u32> {
        let to = self.rows.partition_point(|other| *other < row);
        self.rows.range(..to).rev().copied()
    }
}
