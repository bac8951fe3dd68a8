//! The rows that pass the filter, in their order.

use std::collections::VecDeque;

/// Without a filter nothing is stored.
#[derive(Debug)]
pub(super) enum Rows {
    All(u32),
    Some(VecDeque<u32>),
}

impl Default for Rows {
    fn default() -> Self {
        Self::All(0)
    }
}

impl Rows {
    pub(super) fn all(len: u32) -> Self {
        Self::All(len)
    }

    pub(super) fn none() -> Self {
        Self::Some(VecDeque::new())
    }

    pub(super) fn is_filtered(&self) -> bool {
        matches!(self, Self::Some(_))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::All(len) => *len as usize,
            Self::Some(rows) => rows.len(),
        }
    }

    pub(super) fn get(&self, place: usize) -> Option<u32> {
        match self {
            Self::All(len) => u32::try_from(place).ok().filter(|row| row < len),
            Self::Some(rows) => rows.get(place).copied(),
        }
    }

    /// How many rows come before this one.
    pub(super) fn before(&self, row: u32) -> usize {
        match self {
            Self::All(len) => row.min(*len) as usize,
            Self::Some(rows) => rows.partition_point(|other| *other < row),
        }
    }

    pub(super) fn place(&self, row: u32) -> Option<usize> {
        let place = self.before(row);
        (self.get(place) == Some(row)).then_some(place)
    }

    /// Where nothing is filtered, there are so many rows now.
    pub(super) fn grow(&mut self, to: u32) {
        if let Self::All(len) = self {
            *len = to;
        }
    }

    /// Adds a row behind all others.
    pub(super) fn push(&mut self, row: u32) {
        if let Self::Some(rows) = self {
            rows.push_back(row);
        }
    }

    /// Adds rows before all others.
    pub(super) fn prepend(&mut self, earlier: &[u32]) {
        if let Self::Some(rows) = self {
            rows.reserve(earlier.len());
            earlier.iter().rev().for_each(|row| rows.push_front(*row));
        }
    }

    /// Puts a row in or takes it out; tells whether that changed anything.
    pub(super) fn put(&mut self, row: u32, shown: bool) -> bool {
        let place = self.place(row);
        let Self::Some(rows) = self else { return false };
        match (shown, place) {
            (true, None) => rows.insert(rows.partition_point(|other| *other < row), row),
            (false, Some(place)) => drop(rows.remove(place)),
            _ => return false,
        }
        true
    }
}
