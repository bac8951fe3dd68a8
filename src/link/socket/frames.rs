//! A burst of frames on its way into the journal, and what is answered after it.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use tokio_tungstenite::tungstenite::Message;

use super::super::keeper::plan::Reason;
use super::super::policy::{Arrival, Decided, Decision, decide};
use super::super::{Answer, ms};
use super::live::Live;
use super::ruled::Unchecked;
use super::{Parcel, Report};
use crate::journal::{By, Event, Side};
use crate::slack::message::{self, Header, Hello};

/// What is sent once the burst is on record.
enum Reply<'f> {
    /// And when its envelope came, and what a rule's answer is checked against.
    Ack(Parcel, Instant, Option<Box<Unchecked<'f>>>),
    /// The WebSocket library answers pings by itself, with the same payload; this is its record.
    Pong,
}

impl Live<'_> {
    /// Journals all frames in one append, then answers. `true` when a close frame was among them.
    pub(super) async fn frames(&mut self, frames: Vec<(Timestamp, Instant, Message)>) -> bool {
        let mut replies = Vec::new();
        let mut closed = false;
        for (at, received, message) in &frames {
            match message {
                Message::Text(text) => self.text(text, *at, *received, &mut replies),
                Message::Binary(bytes) => {
                    let base64 = BASE64_STANDARD.encode(bytes).into();
                    self.batch.push(*at, &Event::Binary { conn: self.conn, base64 });
                }
                Message::Ping(_) => {
                    self.batch.push(*at, &Event::Ping { conn: self.conn, from: Side::Slack });
                    replies.push(Reply::Pong);
                }
                Message::Pong(echo) => self.pong(echo, *at, *received),
                Message::Close(_) => closed = true,
                Message::Frame(_) => {}
            }
        }
        // An ack is a promise: the record first.
        self.shared.journal.append(&mut self.batch);
        let mut unchecked = Vec::new();
        for reply in replies {
            match reply {
                Reply::Ack(parcel, received, check) => {
                    self.post(parcel, Some(received));
                    unchecked.extend(check);
                }
                Reply::Pong => self.pong_owed(),
            }
        }
        self.flush().await;
        // Only now, and elsewhere: a check must not delay an ack.
        if !unchecked.is_empty() {
            let unchecked = unchecked.into_iter().map(|check| check.into_check(self.conn)).collect();
            self.shared.checks.start(&self.shared.journal, unchecked);
        }
        closed
    }

    fn text<'f>(&mut self, text: &'f str, at: Timestamp, received: Instant, replies: &mut Vec<Reply<'f>>) {
        let conn = self.conn;
        let message = text.into();
        match message::parse(text) {
            message::Message::Hello(_) => {
                self.batch.push(at, &Event::Hello { conn, message });
                self.said_hello(text);
            }
            message::Message::Disconnect(header) => {
                let reason = header.reason.unwrap_or_default();
                self.told_to_go(Reason::of(&reason));
                self.batch.push(at, &Event::Disconnect { conn, reason, message });
            }
            message::Message::Envelope(header) => {
                self.busy = received;
                let envelope_id = header.envelope_id.as_deref().unwrap_or_default().into();
                let type_ = header.type_.as_deref().unwrap_or_default().into();
                self.batch.push(at, &Event::Envelope { conn, envelope_id, type_, message });
                replies.extend(self.judge(header, text, at, received));
            }
            message::Message::Other(header) => {
                let type_ = header.type_.unwrap_or_default();
                self.batch.push(at, &Event::Message { conn, type_, message });
            }
            message::Message::Text => self.batch.push(at, &Event::Text { conn, text: message }),
        }
    }

    /// The ack that policy gives; none where the envelope is held, dropped, or has no id to acknowledge.
    fn judge<'f>(
        &mut self,
        header: Header<'f>,
        text: &'f str,
        at: Timestamp,
        received: Instant,
    ) -> Option<Reply<'f>> {
        let envelope_id = header.envelope_id.as_deref()?;
        self.shared.envelopes.came(envelope_id, header.accepts_response_payload);
        let since_start = at.duration_since(self.shared.started).try_into().unwrap_or_default();
        let arrival = Arrival { conn: self.conn, header: &header, text, at, since_start };
        // A copy, so that nobody who changes the policy waits for a filter.
        let policy = self.shared.policy.borrow().clone();
        let Decided { decision, gave_up } = decide(&arrival, &policy);
        if let Some(rule) = gave_up {
            self.gave_up(&rule, envelope_id, at);
        }
        let by = if matches!(decision, Decision::Rule(_)) { By::Rule } else { By::Auto };
        let envelope_id = envelope_id.to_owned();
        let answer = Answer { conn: self.conn, envelope_id, received: at, payload: None, by, doubt: None };
        match decision {
            Decision::Hold => None,
            Decision::Ack => Some(Reply::Ack(answer.into(), received, None)),
            Decision::Rule(rule) => {
                let (parcel, check) = self.ruled(&rule, answer, header, received)?;
                Some(Reply::Ack(parcel, received, check.map(Box::new)))
            }
        }
    }

    fn said_hello(&mut self, text: &str) {
        if !self.hello {
            self.hello = true;
            let hello = Hello::parse(text);
            let life = hello
                .approximate_connection_time
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            let _ = self.reports.send(Report::Hello { life, total: hello.num_connections });
        }
    }

    fn told_to_go(&mut self, reason: Reason) {
        if !self.told.contains(&reason) {
            self.told.push(reason);
            let _ = self.reports.send(Report::Disconnect(reason));
        }
    }

    /// Only the echo of our last ping is a round trip; any other pong is a sign of life.
    fn pong(&mut self, echo: &[u8], at: Timestamp, received: Instant) {
        let answered = self.awaited.take_if(|(payload, _)| payload.as_bytes() == echo);
        let rtt_ms = answered.map(|(_, sent)| ms(received.duration_since(sent)));
        self.batch.push(at, &Event::Pong { conn: self.conn, from: Side::Slack, rtt_ms });
    }
}
