//! What a filter looks at.

use std::time::Duration;

use jiff::Timestamp;

pub use crate::journal::record::By;

/// One record as a filter sees it.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// The record's kind: `envelope`, `hello`, `disconnect` …
    pub kind: &'a str,
    pub conn: Option<u32>,
    /// The envelope's `type`: `events_api`, `interactive` …; empty where the record is no envelope.
    pub type_: &'a str,
    pub envelope_id: &'a str,
    /// The text as received.
    pub message: &'a str,
    pub at: Timestamp,
    /// Since the session's first record.
    pub since_start: Duration,
    pub ack: AckState,
    pub by: Option<By>,
    /// How long the ack took, in milliseconds.
    pub took_ms: Option<f64>,
    /// The envelope's `retry_attempt`; 0 at the first delivery.
    pub retry: u32,
}

/// How the acknowledgement of an envelope stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AckState {
    /// The record is no envelope: no `ack:` term matches it.
    NotDue,
    /// Held or under way, its three seconds not over.
    Pending,
    /// Sent in time.
    Ok,
    /// Sent after the deadline, or not yet sent and the deadline is over.
    Late,
    /// Never sent.
    None,
}

impl AckState {
    /// The word of the filter language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotDue => "",
            Self::Pending => "pending",
            Self::Ok => "ok",
            Self::Late => "late",
            Self::None => "none",
        }
    }
}
