//! What filters and searches are asked in the background. The state hands out jobs and takes what they found; who
//! runs them, and on how many threads, is its owner's affair.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use super::{App, Event, Mode};
use crate::journal::Lines;
use crate::journal::filter::{Cost, Filter, Glance};
use crate::journal::scan::{self, Sample, Sieve, Times};
use crate::journal::view::Chunk;

/// Rows of one job: some ten milliseconds for each kind of filter. The first job of a run is smaller, so that its
/// hits are soon to be seen.
const fn rows_of(cost: Cost) -> u32 {
    match cost {
        Cost::Header => 64 * 1024,
        Cost::Text => 8 * 1024,
        Cost::Record => 1024,
    }
}

/// How much smaller the first job is.
const FIRST: u32 = 8;

/// A filter at work, until another takes its place.
#[derive(Debug)]
pub(super) struct Run {
    sieve: Arc<Sieve>,
    cancel: Arc<AtomicBool>,
    /// The first job has been given out.
    begun: bool,
}

impl Run {
    pub fn new(filter: Filter) -> Self {
        Self { sieve: Arc::new(Sieve::new(filter)), cancel: Arc::default(), begun: false }
    }

    pub fn filter(&self) -> &Filter {
        self.sieve.filter()
    }

    /// How many rows the next job takes.
    fn next_rows(&mut self) -> u32 {
        let rows = rows_of(self.filter().cost());
        if std::mem::replace(&mut self.begun, true) { rows } else { rows / FIRST }
    }
}

/// What was asked last is all that counts.
impl Drop for Run {
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    /// The list's filter, about rows that are new to it.
    Filter(Chunk),
    /// The list's filter, about rows that an ack has changed.
    Recheck(Vec<u32>),
    /// The search in the list.
    Search(Chunk),
}

/// Rows to be looked at: may be run on any thread.
#[derive(Debug)]
pub struct Job {
    asked: Asked,
    sieve: Arc<Sieve>,
    cancel: Arc<AtomicBool>,
    sample: Sample,
    lines: Lines,
}

/// What a job found.
#[derive(Debug, Clone)]
pub struct Found {
    asked: Asked,
    cancel: Arc<AtomicBool>,
    hits: Vec<u32>,
}

impl Job {
    /// `None` where nobody waits for it any more.
    pub fn run(self) -> Option<Found> {
        let sift = || self.sieve.sift(&self.sample, &self.lines, &self.cancel);
        // A row that cannot be looked at must not leave the filter unfinished.
        let hits = catch_unwind(AssertUnwindSafe(sift)).unwrap_or_else(|_| Some(Vec::new()))?;
        Some(Found { asked: self.asked, cancel: self.cancel, hits })
    }
}

impl App {
    /// The next rows to look at, if any; [`Event::Found`] brings back what [`Job::run`] found.
    pub fn next_job(&mut self) -> Option<Job> {
        self.recheck_job().or_else(|| self.filter_job()).or_else(|| self.search_job())
    }

    /// Runs all jobs here and now: for whoever has no threads to wait for.
    pub fn work_off(&mut self, now: Timestamp) {
        while let Some(job) = self.next_job() {
            if let Some(found) = job.run() {
                self.update(Event::Found(found), now);
            }
        }
    }

    fn filter_job(&mut self) -> Option<Job> {
        let run = &mut self.filter.as_mut()?.1;
        let chunk = self.view.next_chunk(run.next_rows())?;
        let (sieve, cancel) = (Arc::clone(&run.sieve), Arc::clone(&run.cancel));
        Some(self.job(chunk.rows.clone(), Asked::Filter(chunk), sieve, cancel))
    }

    fn search_job(&mut self) -> Option<Job> {
        let (run, found) = self.search.parts()?;
        let chunk = found.next_chunk(run.next_rows())?;
        let (sieve, cancel) = (Arc::clone(&run.sieve), Arc::clone(&run.cancel));
        Some(self.job(chunk.rows.clone(), Asked::Search(chunk), sieve, cancel))
    }

    /// The rows that acks have changed since the filter looked at them, one job at a time.
    fn recheck_job(&mut self) -> Option<Job> {
        if self.stale.is_asked || self.stale.rows.is_empty() {
            return None;
        }
        let run = &self.filter.as_ref()?.1;
        let (sieve, cancel) = (Arc::clone(&run.sieve), Arc::clone(&run.cancel));
        let view = &self.view;
        let rows: Vec<u32> = self.stale.rows.iter().copied().filter(|row| view.knows(*row)).collect();
        if rows.is_empty() {
            return None;
        }
        for row in &rows {
            self.stale.rows.remove(row);
        }
        self.stale.is_asked = true;
        Some(self.job(rows.clone(), Asked::Recheck(rows), sieve, cancel))
    }

    fn job(
        &self,
        rows: impl IntoIterator<Item = u32>,
        asked: Asked,
        sieve: Arc<Sieve>,
        cancel: Arc<AtomicBool>,
    ) -> Job {
        let sample = Sample::of(&self.index, rows, self.times());
        Job { asked, sieve, cancel, sample, lines: self.lines.clone() }
    }

    pub(super) fn times(&self) -> Times {
        Times {
            start: self.session.started().unwrap_or_default(),
            now: (self.mode != Mode::Open).then_some(self.now),
        }
    }

    /// Takes what a job found, unless something else is asked by now.
    pub(super) fn take_found(&mut self, found: &Found) {
        if found.cancel.load(Ordering::Relaxed) {
            return;
        }
        match &found.asked {
            Asked::Filter(chunk) => drop(self.view.take(chunk, &found.hits)),
            Asked::Search(chunk) => self.take_hits(chunk, &found.hits),
            Asked::Recheck(rows) => {
                self.stale.is_asked = false;
                for row in rows {
                    // What changed meanwhile is asked about again.
                    if !self.stale.rows.contains(row) {
                        self.view.recheck(*row, found.hits.binary_search(row).is_ok());
                    }
                }
            }
        }
    }

    /// An ack may let a row pass the filter, or no longer.
    pub(super) fn recheck(&mut self, row: u32) {
        let Some((_, run)) = self.filter.as_ref().filter(|(_, run)| run.filter().asks_for_ack()) else {
            return;
        };
        let Some(entry) = self.index.get(row) else { return };
        let answer = scan::glance(run.filter(), entry, &self.index.texts(), self.times());
        match answer {
            Glance::Read => drop(self.stale.rows.insert(row)),
            // A job that is under way has seen the row as it was.
            Glance::Yes | Glance::No if !self.view.knows(row) => drop(self.stale.rows.insert(row)),
            answer => {
                self.stale.rows.remove(&row);
                self.view.recheck(row, answer == Glance::Yes);
            }
        }
    }
}

/// Rows that the filter must look at again.
#[derive(Debug, Default)]
pub(super) struct Stale {
    rows: std::collections::BTreeSet<u32>,
    /// Some are being looked at.
    is_asked: bool,
}
