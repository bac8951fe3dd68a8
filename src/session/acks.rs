//! What waits for an answer, what was answered, and how fast.

use jiff::{SignedDuration, Timestamp};

use super::measure::{self, Latency};
use crate::journal::By;
use crate::journal::recent::{Recent, Waiting};

/// The time that Slack gives for an ack (protocol.md, section 4).
pub const DEADLINE: SignedDuration = SignedDuration::from_secs(3);

/// More waiting envelopes than this are not listed: nobody answers them by hand.
const HELD_LIMIT: usize = 10_000;

/// An envelope that nobody has answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its row in the index.
    pub row: u32,
    pub envelope_id: Box<str>,
    pub conn: u32,
    pub since: Timestamp,
    /// Whether its ack may carry a payload, where the envelope says so.
    pub accepts_payload: Option<bool>,
    /// How many deliveries of this id one ack each is due for.
    pub(super) deliveries: u32,
    /// The number of the finding that says that no ack came in time.
    pub(super) no_ack: Option<u64>,
    /// A rule kept its ack back, or broke it: nobody needs to look for who forgot it.
    pub(super) ruled: bool,
}

impl Held {
    pub fn deadline(&self) -> Timestamp {
        measure::after(self.since, DEADLINE)
    }

    /// The time left for the ack; below zero once it is late.
    pub fn remaining(&self, now: Timestamp) -> SignedDuration {
        self.deadline().duration_since(now)
    }
}

/// What an arriving envelope is to the acks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    New,
    /// The same `envelope_id` came before, as this row.
    Again {
        row: u32,
    },
}

/// What an ack is to the envelopes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    First(Held),
    /// It answers one more delivery of the same id.
    Repeat,
    /// It was answered already.
    Twice {
        row: u32,
    },
    /// No envelope of this id is known (any more).
    Unknown,
}

#[derive(Debug, Clone, Copy)]
struct Answered {
    row: u32,
    /// Deliveries of this id that still may be acked.
    spare: u32,
}

#[derive(Debug)]
pub struct Acks {
    held: Waiting<Held>,
    answered: Recent<Answered>,
    /// Rows before this one have been told of as overdue.
    told: u32,
    latency: Latency,
    by: [u64; 4],
    given_up: u64,
}

impl Default for Acks {
    fn default() -> Self {
        Self {
            held: Waiting::with_limit(HELD_LIMIT),
            answered: Recent::default(),
            told: 0,
            latency: Latency::default(),
            by: [0; 4],
            given_up: 0,
        }
    }
}

impl Acks {
    /// What waits for an answer, in order of arrival; late ones included, as they still can be answered.
    pub fn held(&self) -> impl DoubleEndedIterator<Item = &Held> {
        self.held.from(0)
    }

    pub fn held_count(&self) -> usize {
        self.held.len()
    }

    /// The waiting envelope of this row.
    pub fn held_row(&self, row: u32) -> Option<&Held> {
        self.held.at(row)
    }

    /// What waits for an answer and still can be answered in time. What has been told of as overdue is not even
    /// looked at: thousands may be, and every frame asks.
    pub fn in_time(&self, now: Timestamp) -> impl Iterator<Item = &Held> {
        self.held.from(self.told).filter(move |held| !held.remaining(now).is_negative())
    }

    /// Of what waits, the one that must be answered first: the oldest that is not late, else the oldest.
    pub fn most_urgent(&self, now: Timestamp) -> Option<&Held> {
        self.in_time(now).next().or_else(|| self.held().next())
    }

    /// What waits after this row, then from the start again.
    pub fn held_after(&self, row: u32) -> impl Iterator<Item = &Held> {
        let before = self.held().take_while(move |held| held.row <= row);
        self.held.from(row.saturating_add(1)).chain(before)
    }

    /// How long answers took, over all connections.
    pub fn latency(&self) -> &Latency {
        &self.latency
    }

    /// How many acks came from this answerer.
    pub fn count_by(&self, by: By) -> u64 {
        self.by[by as usize]
    }

    /// Waiting envelopes that are not listed any more, as there were too many.
    pub fn given_up(&self) -> u64 {
        self.given_up
    }

    /// When the next waiting envelope becomes late.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.held.from(self.told).next().map(Held::deadline)
    }

    /// The row of the envelope with this id, waiting or answered a while ago.
    pub(super) fn row(&self, envelope_id: &str) -> Option<u32> {
        let answered = || self.answered.get(envelope_id).map(|answered| answered.row);
        self.held.get(envelope_id).map(|held| held.row).or_else(answered)
    }

    pub(super) fn waiting(&mut self, envelope_id: &str) -> Option<&mut Held> {
        self.held.get_mut(envelope_id)
    }

    pub(super) fn arrive(&mut self, held: Held) -> Arrival {
        if let Some(waiting) = self.held.get_mut(&held.envelope_id) {
            waiting.deliveries += 1;
            return Arrival::Again { row: waiting.row };
        }
        let before = self.answered.get(&held.envelope_id).map(|answered| answered.row);
        let id = held.envelope_id.clone();
        self.given_up += u64::from(self.held.insert(&id, held.row, held).is_some());
        before.map_or(Arrival::New, |row| Arrival::Again { row })
    }

    pub(super) fn answer(&mut self, envelope_id: &str, by: By, took: SignedDuration) -> Answer {
        self.by[by as usize] += 1;
        if let Some(held) = self.held.remove(envelope_id) {
            self.latency.record(took);
            self.answered.insert(envelope_id, Answered { row: held.row, spare: held.deliveries - 1 });
            return Answer::First(held);
        }
        match self.answered.get_mut(envelope_id) {
            Some(Answered { spare, .. }) if *spare > 0 => {
                *spare -= 1;
                Answer::Repeat
            }
            Some(Answered { row, .. }) => Answer::Twice { row: *row },
            None => Answer::Unknown,
        }
    }

    /// Takes the next waiting envelope whose time is over and that nobody has been told of.
    pub(super) fn overdue(&mut self, now: Timestamp) -> Option<&mut Held> {
        let held = self.held.first_mut(self.told)?;
        if held.deadline() > now {
            return None;
        }
        self.told = held.row + 1;
        Some(held)
    }

    pub(super) fn waiting_of(&self, conn: u32) -> usize {
        self.held().filter(|held| held.conn == conn).count()
    }

    /// Another session begins in the same recording: nothing of the earlier one can be answered.
    pub(super) fn forget(&mut self) {
        self.given_up += self.held.len() as u64;
        self.held.clear();
        self.answered.clear();
    }
}
