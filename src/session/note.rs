//! What a session needs of a record. Reading it and taking it are apart, so that many cores may read a recording
//! while one takes the records in their order.

use std::borrow::Cow;

use crate::journal::{By, Event, Record};
use crate::slack::message::Header;
use crate::slack::peek;

/// A record, read as far as [`Session::note`](super::Session::note) looks at it.
#[derive(Debug, Clone, PartialEq)]
pub enum Note<'a> {
    Envelope(Envelope<'a>),
    Ack(Ack<'a>),
    /// A frame that is neither envelope nor one of Slack's own messages.
    Oddity {
        conn: u32,
    },
    /// Every other record: few, and each in its own way.
    Other(&'a Event<'a>),
}

/// Of an envelope; missing texts are empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope<'a> {
    pub conn: u32,
    pub envelope_id: Cow<'a, str>,
    pub event_id: Cow<'a, str>,
    /// `retry_attempt`.
    pub retry: u32,
    pub retry_reason: Cow<'a, str>,
    pub accepts_payload: Option<bool>,
    /// The workspace's domain, where the payload names it.
    pub domain: Cow<'a, str>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Ack<'a> {
    pub conn: u32,
    pub envelope_id: Cow<'a, str>,
    pub by: By,
    pub took_ms: f64,
    pub late: bool,
    /// The bytes of the frame.
    pub size: usize,
    /// Whether it answers more than "received".
    pub has_payload: bool,
}

impl<'a> Note<'a> {
    pub fn of(record: &'a Record) -> Self {
        match &record.event {
            Event::Envelope { conn, envelope_id, message, .. } => {
                Self::Envelope(Envelope::read(*conn, envelope_id, message))
            }
            Event::Ack { conn, envelope_id, by, took_ms, late, message } => Self::Ack(Ack {
                conn: *conn,
                envelope_id: Cow::Borrowed(envelope_id),
                by: *by,
                took_ms: *took_ms,
                late: *late,
                size: message.len(),
                has_payload: has_payload(message),
            }),
            Event::Message { conn, .. } | Event::Text { conn, .. } | Event::Binary { conn, .. } => {
                Self::Oddity { conn: *conn }
            }
            other => Self::Other(other),
        }
    }

    /// Whether the record is shown as a row, as [`is_row`](crate::journal::index::is_row) has it.
    pub(super) fn is_row(&self) -> bool {
        match self {
            Self::Envelope(_) | Self::Oddity { .. } => true,
            Self::Ack(_) => false,
            Self::Other(event) => crate::journal::index::is_row(event),
        }
    }
}

impl<'a> Envelope<'a> {
    fn read(conn: u32, envelope_id: &'a str, message: &'a str) -> Self {
        let header = Header::parse(message).unwrap_or_default();
        let payload = header.payload.unwrap_or_default();
        let [event_id, domain, team] = peek::fields(payload, ["event_id", "team_domain", "team"]);
        Self {
            conn,
            envelope_id: envelope_id.into(),
            event_id: event_id.and_then(peek::text).unwrap_or_default(),
            retry: header.retry_attempt.unwrap_or_default(),
            retry_reason: header.retry_reason.unwrap_or_default(),
            accepts_payload: header.accepts_response_payload,
            domain: domain
                .and_then(peek::text)
                .or_else(|| peek::text_at(team?, "domain"))
                .unwrap_or_default(),
        }
    }
}

/// The workspace's domain that an envelope's message names.
pub fn domain(message: &str) -> Option<Cow<'_, str>> {
    let payload = Header::parse(message)?.payload?;
    let [domain, team] = peek::fields(payload, ["team_domain", "team"]);
    domain.and_then(peek::text).or_else(|| peek::text_at(team?, "domain"))
}

/// `"payload":{}` says no more than no payload (Node always sends it).
pub fn has_payload(ack: &str) -> bool {
    if !ack.contains("payload") {
        return false;
    }
    let payload = Header::parse(ack).and_then(|header| header.payload).unwrap_or_default();
    let packed = payload.split_ascii_whitespace().collect::<String>();
    !matches!(packed.as_str(), "" | "{}" | "null")
}
