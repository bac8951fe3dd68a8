//! A filter over many rows at once, on any thread. Three tiers of cost: the index entry alone, the bytes of many
//! neighbouring lines, and last the records of the lines that are left.

mod row;

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::filter::{Filter, Glance, Raw};
use super::index::{Entry, Index, Names};
use super::{Lines, Place};

pub use row::{Times, glance, judge};

/// Lines that stand together are read together, up to so many bytes.
const SPAN: u64 = 1 << 20;

/// What lies between two lines is read with them rather than skipped, up to so many bytes.
const GAP: u64 = 8 << 10;

/// A filter, and what it seeks in raw bytes once it has been asked.
#[derive(Debug)]
pub struct Sieve {
    filter: Filter,
    asks_for_record: bool,
    raw: OnceLock<Option<Raw>>,
}

/// Rows as they were at one time, with all that a filter needs to know of them.
#[derive(Debug, Clone)]
pub struct Sample {
    rows: Vec<u32>,
    entries: Vec<Entry>,
    names: Names,
    times: Times,
}

/// Neighbouring lines, by their places among those that the entries leave undecided.
struct Span {
    place: Place,
    members: Range<usize>,
}

impl Sample {
    /// These rows of an index; what it does not have is left out.
    pub fn of(index: &Index, rows: impl IntoIterator<Item = u32>, times: Times) -> Self {
        let rows: Vec<u32> = rows.into_iter().filter(|row| *row < index.len()).collect();
        let entries = rows.iter().filter_map(|row| index.get(*row).copied()).collect();
        Self { rows, entries, names: index.texts(), times }
    }
}

impl Sieve {
    pub fn new(filter: Filter) -> Self {
        Self { asks_for_record: filter.asks_for_record(), filter, raw: OnceLock::new() }
    }

    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The rows that match, in the order of the sample; `None` where `cancel` was set meanwhile. A row whose line
    /// cannot be read does not match, unless its entry alone decides.
    pub fn sift(&self, sample: &Sample, lines: &Lines, cancel: &AtomicBool) -> Option<Vec<u32>> {
        let mut wanted = vec![false; sample.rows.len()];
        let mut unsure = Vec::new();
        for (at, entry) in sample.entries.iter().enumerate() {
            match glance(&self.filter, entry, &sample.names, sample.times) {
                Glance::Yes => wanted[at] = true,
                Glance::No => {}
                Glance::Read => unsure.push(at),
            }
        }
        unsure.sort_by_key(|at| sample.entries[*at].place().offset);
        let mut bytes = Vec::new();
        let mut sifter = Sifter { sieve: self, sample, lines, cancel, wanted: &mut wanted };
        for span in spans(&unsure, &sample.entries) {
            if cancel.load(Ordering::Relaxed) {
                return None;
            }
            sifter.span(&span, &unsure[span.members.clone()], &mut bytes)?;
        }
        let rows = sample.rows.iter().zip(wanted);
        Some(rows.filter(|(_, wanted)| *wanted).map(|(row, _)| *row).collect())
    }

    fn raw(&self) -> Option<&Raw> {
        self.raw.get_or_init(|| self.filter.raw()).as_ref()
    }
}

/// A run of [`Sieve::sift`].
struct Sifter<'a> {
    sieve: &'a Sieve,
    sample: &'a Sample,
    lines: &'a Lines,
    cancel: &'a AtomicBool,
    wanted: &'a mut [bool],
}

impl Sifter<'_> {
    fn span(&mut self, span: &Span, members: &[usize], bytes: &mut Vec<u8>) -> Option<()> {
        let start = span.place.offset;
        if self.lines.read(span.place, bytes).is_err() {
            return self.one_by_one(members, bytes);
        }
        let range = |at: &usize| {
            let place = self.sample.entries[*at].place();
            let from = usize::try_from(place.offset - start).unwrap_or(usize::MAX);
            from..from.saturating_add(place.len as usize)
        };
        let Some(raw) = self.sieve.raw() else {
            return members.iter().try_for_each(|at| self.judge(*at, &bytes[range(at)]));
        };
        let ranges: Vec<_> = members.iter().map(range).collect();
        let mut candidates = vec![false; members.len()];
        // What is no JSON object was written with escapes of its own.
        let escaped = |at: &usize| self.sample.entries[*at].kind.is_quoted();
        for (candidate, at) in candidates.iter_mut().zip(members) {
            *candidate = escaped(at);
        }
        raw.candidates(bytes, &ranges, |member| candidates[member] = true);
        for (at, range) in members.iter().zip(ranges).zip(candidates).filter(|one| one.1).map(|one| one.0) {
            self.judge(*at, &bytes[range])?;
        }
        Some(())
    }

    /// A file that somebody cut ends within the span.
    fn one_by_one(&mut self, members: &[usize], bytes: &mut Vec<u8>) -> Option<()> {
        for at in members {
            if self.lines.read(self.sample.entries[*at].place(), bytes).is_ok() {
                self.judge(*at, bytes)?;
            }
        }
        Some(())
    }

    fn judge(&mut self, at: usize, line: &[u8]) -> Option<()> {
        if self.cancel.load(Ordering::Relaxed) {
            return None;
        }
        let line = String::from_utf8_lossy(line);
        let judge = if self.sieve.asks_for_record { judge } else { row::judge_message };
        self.wanted[at] = judge(&self.sieve.filter, &self.sample.entries[at], &line, self.sample.times);
        Some(())
    }
}

/// Entries cut into spans, in the order of `unsure`.
fn spans(unsure: &[usize], entries: &[Entry]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (number, at) in unsure.iter().enumerate() {
        let place = entries[*at].place();
        let end = place.offset + u64::from(place.len);
        if let Some(last) = spans.last_mut() {
            let last_end = last.place.offset + u64::from(last.place.len);
            let is_near = place.offset >= last_end && place.offset - last_end <= GAP;
            if let Ok(len) = u32::try_from(end - last.place.offset)
                && is_near
                && u64::from(len) <= SPAN
            {
                last.place.len = len;
                last.members.end = number + 1;
                continue;
            }
        }
        spans.push(Span { place, members: number..number + 1 });
    }
    spans
}

#[cfg(test)]
mod tests;
