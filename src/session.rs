//! What the records mean: connections and their stages, deadlines, latencies, gaps, retries, findings.
//!
//! A pure state machine: records in by [`Session::apply`], state out; the clock is an argument of the reads.
//! So a recording shows what the live screen showed, and a test is a script.

pub mod acks;
pub mod census;
pub mod connection;
pub mod delivery;
pub mod finding;
pub mod history;
pub mod note;
pub mod reason;

mod apply;
mod measure;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

pub use acks::{Acks, DEADLINE, Held};
pub use census::Census;
pub use connection::{Connection, Refresh, Stage};
pub use finding::{Explanation, Finding, Findings};
pub use history::{Ended, History, Mark, MarkKind};
pub use measure::Latency;
pub use note::Note;

use delivery::Deliveries;

/// The whole state of one session; see the methods for what it knows.
#[derive(Debug, Default)]
pub struct Session {
    mode: String,
    version: String,
    started: Option<Timestamp>,
    records: u64,
    /// How many rows the index has for the same records: the row that the next shown frame will get.
    rows: u32,
    debug_reconnects: bool,
    app_id: Option<String>,
    team: Option<String>,
    connections: BTreeMap<u32, Connection>,
    stopped: Option<Problem>,
    problem: Option<Problem>,
    /// Since when no connection is live, once one was.
    deaf_since: Option<Timestamp>,
    census: Option<Census>,
    census_history: history::Ring<Census>,
    acks: Acks,
    deliveries: Deliveries,
    history: History,
    findings: Findings,
    next_check: Option<Timestamp>,
    unreadable: u64,
    totals: Totals,
}

/// Something that went wrong, in the words of its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub at: Timestamp,
    pub conn: Option<u32>,
    pub code: String,
    pub message: String,
}

/// Counts over the whole session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub envelopes: u64,
    /// Envelopes with `retry_attempt` above 0, or whose event came before.
    pub retries: u64,
    pub acks: u64,
    pub late: u64,
    /// How often a connection was opened, tries included.
    pub opens: u64,
    pub hellos: u64,
    /// Frames that are no envelope: other objects, plain text, binary.
    pub oddities: u64,
    pub errors: u64,
}

impl Session {
    /// `live`, `demo` …, as the recording names it; empty before its first record.
    pub fn mode(&self) -> &str {
        &self.mode
    }

    /// The version of sockscope that wrote the records.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// When the first record was written.
    pub fn started(&self) -> Option<Timestamp> {
        self.started
    }

    pub fn records(&self) -> u64 {
        self.records
    }

    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The app's `A…` id, as a hello told it.
    pub fn app_id(&self) -> Option<&str> {
        self.app_id.as_deref()
    }

    /// The workspace's domain, as soon as a payload names it.
    pub fn team(&self) -> Option<&str> {
        self.team.as_deref()
    }

    /// Whether the latest opening asked for `debug_reconnects`.
    pub fn debug_reconnects(&self) -> bool {
        self.debug_reconnects
    }

    /// All connections that are not over, and the latest that are, by their number.
    pub fn connections(&self) -> impl DoubleEndedIterator<Item = &Connection> {
        self.connections.values()
    }

    pub fn connection(&self, number: u32) -> Option<&Connection> {
        self.connections.get(&number)
    }

    /// How many of our connections are live (have said hello and have not ended).
    pub fn live(&self) -> usize {
        self.connections.values().filter(|connection| connection.is_live()).count()
    }

    /// The fatal error that ended all trying, until a connection is opened again.
    pub fn stopped(&self) -> Option<&Problem> {
        self.stopped.as_ref()
    }

    /// The latest error that was no fatal one, until a connection is live again.
    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    /// How long no connection has been live; `None` while one is, and before the first.
    pub fn deaf(&self, now: Timestamp) -> Option<SignedDuration> {
        self.deaf_since.map(|since| measure::since(now, since))
    }

    /// Who shares the app's events, by the latest hello that counted; see [`Census`].
    pub fn census(&self) -> Option<Census> {
        self.census.map(|census| Census { ours: self.live() as u64, ..census })
    }

    /// The counts of earlier hellos, the oldest first.
    pub fn census_history(&self) -> impl DoubleEndedIterator<Item = &Census> {
        self.census_history.iter()
    }

    pub fn acks(&self) -> &Acks {
        &self.acks
    }

    /// What waits for an answer, in order of arrival.
    pub fn held(&self) -> impl DoubleEndedIterator<Item = &Held> {
        self.acks.held()
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Whether an envelope came since the latest hello: the canary of a reconnect.
    pub fn heard_since_hello(&self) -> bool {
        self.connections.values().any(|connection| connection.is_live() && connection.received_since_live > 0)
    }

    /// Lines that were no records.
    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// Counts a line that was no record.
    pub fn count_unreadable(&mut self) {
        self.unreadable += 1;
    }

    /// When time alone will next change what this session says, if records stay away: the next deadline of an
    /// ack. Ages and countdowns aside.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.acks.next_deadline()
    }
}

#[cfg(test)]
mod tests;
