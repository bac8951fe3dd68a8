//! What became of every envelope: the simulator's books.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::ConnId;

/// How many deliveries are kept; older ones that are settled are forgotten.
const KEPT: usize = 100_000;

/// One envelope put on the wire, or one that found no connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub envelope_id: String,
    /// Of the payload; the same in every retry.
    pub event_id: Option<String>,
    /// The envelope's `type`.
    pub kind: String,
    pub accepts_response_payload: bool,
    /// The connection that it went out on; `None` where none was serving.
    pub conn: Option<ConnId>,
    /// Since the workspace's start, as all instants here.
    pub sent: Duration,
    /// 0, then 1, 2, 3.
    pub attempt: u32,
    /// The envelope whose ack was missed before this one.
    pub retry_of: Option<String>,
    /// How often the same frame was sent.
    pub copies: u32,
    pub acks: Vec<Ack>,
    pub outcome: Outcome,
}

/// An ack as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    pub at: Duration,
    /// May be another connection than the delivery's (protocol.md section 4).
    pub conn: ConnId,
    /// The frame, as received.
    pub text: String,
    /// It came after the deadline.
    pub late: bool,
    pub fault: Option<Fault>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Waiting { until: Duration },
    Acked { took: Duration },
    Missed { then: Then },
}

/// What follows a missed deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// The event will be sent again.
    RetryAt(Duration),
    /// It was sent again, as this envelope.
    RetriedAs(String),
    /// No attempt is left: the event is lost to the app.
    GaveUp,
    /// An interactive payload or a command is not redelivered: its user saw an error.
    UserSawError,
}

/// What is wrong with a frame from the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    NotJson,
    NoEnvelopeId,
    UnknownEnvelope,
    SecondAck,
    /// A payload that is not empty, where `accepts_response_payload` was false.
    PayloadNotAccepted,
    /// Over 20,480 bytes; the connection is closed with 1009.
    TooLong,
    Binary,
    /// Nothing wrong with it: the simulator was told to lose it on the way.
    Lost,
}

/// A frame from the app that settles no delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    pub at: Duration,
    pub conn: ConnId,
    /// The frame's beginning, at most 20,480 bytes of it.
    pub text: String,
    pub fault: Fault,
}

/// Names a delivery within one ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entry(usize);

/// Deliveries in the order of sending, and frames that belong to none.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    deliveries: VecDeque<Delivery>,
    forgotten: usize,
    by_id: HashMap<String, Entry>,
    strays: VecDeque<Stray>,
}

impl Ledger {
    /// In the order of sending.
    pub fn deliveries(&self) -> impl ExactSizeIterator<Item = &Delivery> {
        self.deliveries.iter()
    }

    /// Frames that settled nothing, oldest first.
    pub fn strays(&self) -> impl ExactSizeIterator<Item = &Stray> {
        self.strays.iter()
    }

    /// The delivery of that envelope.
    pub fn find(&self, envelope_id: &str) -> Option<&Delivery> {
        self.get(*self.by_id.get(envelope_id)?)
    }

    /// Deliveries whose ack may still come in time.
    pub fn waiting(&self) -> usize {
        self.deliveries.iter().filter(|d| matches!(d.outcome, Outcome::Waiting { .. })).count()
    }

    /// Deliveries acknowledged in time.
    pub fn acked(&self) -> usize {
        self.deliveries.iter().filter(|d| matches!(d.outcome, Outcome::Acked { .. })).count()
    }

    /// Whether nothing is waited for and no retry is due.
    pub fn is_settled(&self) -> bool {
        self.deliveries.iter().all(|d| d.outcome.is_settled())
    }

    pub(super) fn get(&self, entry: Entry) -> Option<&Delivery> {
        self.deliveries.get(entry.0.checked_sub(self.forgotten)?)
    }

    pub(super) fn get_mut(&mut self, entry: Entry) -> Option<&mut Delivery> {
        self.deliveries.get_mut(entry.0.checked_sub(self.forgotten)?)
    }

    pub(super) fn entry(&self, envelope_id: &str) -> Option<Entry> {
        self.by_id.get(envelope_id).copied()
    }

    pub(super) fn push(&mut self, delivery: Delivery) -> Entry {
        while self.deliveries.len() >= KEPT && self.deliveries.front().is_some_and(|d| d.outcome.is_settled())
        {
            if let Some(old) = self.deliveries.pop_front() {
                self.by_id.remove(&old.envelope_id);
                self.forgotten += 1;
            }
        }
        let entry = Entry(self.forgotten + self.deliveries.len());
        self.by_id.insert(delivery.envelope_id.clone(), entry);
        self.deliveries.push_back(delivery);
        entry
    }

    pub(super) fn stray(&mut self, stray: Stray) {
        if self.strays.len() >= KEPT {
            self.strays.pop_front();
        }
        self.strays.push_back(stray);
    }
}

impl Outcome {
    /// Whether nothing more will happen to it.
    pub fn is_settled(&self) -> bool {
        !matches!(self, Self::Waiting { .. } | Self::Missed { then: Then::RetryAt(_) })
    }
}

impl Delivery {
    /// Whether an ack came after the deadline.
    pub fn acked_late(&self) -> bool {
        self.acks.iter().any(|ack| ack.late)
    }
}
