//! What the index needs of a record, read from its line alone.

use std::borrow::Cow;

use jiff::Timestamp;

use super::entry::RowKind;
use crate::journal::{By, Event, Record};
use crate::slack::envelope::About;
use crate::slack::peek;

/// The reading half of entering a record: it needs no index, so other threads can do it.
#[derive(Debug, PartialEq)]
pub enum Draft<'a> {
    Row(Box<Row<'a>>),
    Ack(AckDraft<'a>),
    Finding {
        envelope_id: Cow<'a, str>,
    },
    /// The record changes no row.
    Nothing,
}

/// A row to be; missing texts are empty.
#[derive(Debug, PartialEq)]
pub struct Row<'a> {
    pub at: Timestamp,
    pub conn: u32,
    pub kind: RowKind,
    /// The bytes of the frame's text in its record.
    pub size: usize,
    pub subject: Cow<'a, str>,
    pub user: Cow<'a, str>,
    pub channel: Cow<'a, str>,
    pub team: Cow<'a, str>,
    pub envelope_id: Cow<'a, str>,
    pub event_id: Cow<'a, str>,
    pub retry: u32,
    pub accepts_payload: Option<bool>,
}

#[derive(Debug, PartialEq)]
pub struct AckDraft<'a> {
    pub envelope_id: Cow<'a, str>,
    pub by: By,
    pub took_ms: f64,
    pub late: bool,
}

impl AckDraft<'_> {
    /// Slack waits 3 seconds (protocol.md, section 4).
    pub fn is_late(&self) -> bool {
        self.late || self.took_ms >= 3000.0
    }
}

impl<'a> Draft<'a> {
    pub fn of(record: &'a Record) -> Self {
        let row = |conn, kind, text: &str| Row::new(record.at, conn, kind, text.len());
        let text = |text: &'a str| Cow::Borrowed(text);
        let row = match &record.event {
            Event::Envelope { conn, envelope_id, type_, message } => {
                Row::envelope(record.at, *conn, envelope_id, type_, message)
            }
            Event::Hello { conn, message } => row(*conn, RowKind::Hello, message),
            Event::Disconnect { conn, reason, message } => {
                Row { subject: text(reason), ..row(*conn, RowKind::Disconnect, message) }
            }
            Event::Message { conn, type_, message } => {
                Row { subject: text(type_), ..row(*conn, RowKind::Message, message) }
            }
            Event::Text { conn, text } => row(*conn, RowKind::Text, text),
            Event::Binary { conn, base64 } => row(*conn, RowKind::Binary, base64),
            Event::Ack { envelope_id, by, took_ms, late, .. } => {
                let (by, took_ms, late) = (*by, *took_ms, *late);
                return Self::Ack(AckDraft { envelope_id: text(envelope_id), by, took_ms, late });
            }
            Event::Finding { envelope_id: Some(id), .. } => return Self::Finding { envelope_id: text(id) },
            _ => return Self::Nothing,
        };
        Self::Row(Box::new(row))
    }
}

impl<'a> Row<'a> {
    fn new(at: Timestamp, conn: u32, kind: RowKind, size: usize) -> Self {
        let nothing = Cow::Borrowed("");
        Self {
            at,
            conn,
            kind,
            size,
            subject: nothing.clone(),
            user: nothing.clone(),
            channel: nothing.clone(),
            team: nothing.clone(),
            envelope_id: nothing.clone(),
            event_id: nothing,
            retry: 0,
            accepts_payload: None,
        }
    }

    /// The record is JSON throughout, so its message need not be checked again.
    fn envelope(at: Timestamp, conn: u32, id: &'a str, type_: &'a str, message: &'a str) -> Self {
        let (mut about, mut retry, mut accepts_payload) = (None, None, None);
        peek::Value::of(message).members(|key, value| match key {
            "payload" => about = Some(About::read(type_, value)),
            "retry_attempt" => retry = value.raw().parse().ok(),
            "accepts_response_payload" => accepts_payload = value.raw().parse().ok(),
            _ => {}
        });
        let about = about.unwrap_or_else(|| About::of(type_, ""));
        Self {
            subject: about.subject,
            user: about.user.unwrap_or_default(),
            channel: about.channel.unwrap_or_default(),
            team: about.team_id.unwrap_or_default(),
            envelope_id: id.into(),
            event_id: about.event_id.unwrap_or_default(),
            retry: retry.unwrap_or_default(),
            accepts_payload,
            ..Self::new(at, conn, RowKind::Envelope(about.kind), message.len())
        }
    }
}
