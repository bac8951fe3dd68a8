//! A burst of frames on its way into the journal, and what is answered after it.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use tokio_tungstenite::tungstenite::Message;

use super::super::keeper::plan::Reason;
use super::super::policy::{Decision, decide};
use super::super::{Answer, ms};
use super::Report;
use super::acks::Outgoing;
use super::live::Live;
use crate::journal::{By, Event, Side};
use crate::slack::message::{self, Header, Hello};

/// What is sent once the burst is on record.
enum Reply {
    Ack(Answer, Instant),
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
        for reply in replies {
            match reply {
                Reply::Ack(answer, received) => self.send(Outgoing::auto(answer, received)),
                Reply::Pong => self.pong_owed(),
            }
        }
        self.flush().await;
        closed
    }

    fn text(&mut self, text: &str, at: Timestamp, received: Instant, replies: &mut Vec<Reply>) {
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
                if let Some(answer) = self.judge(&header, at) {
                    replies.push(Reply::Ack(answer, received));
                }
                let envelope_id = header.envelope_id.unwrap_or_default();
                let type_ = header.type_.unwrap_or_default();
                self.batch.push(at, &Event::Envelope { conn, envelope_id, type_, message });
            }
            message::Message::Other(header) => {
                let type_ = header.type_.unwrap_or_default();
                self.batch.push(at, &Event::Message { conn, type_, message });
            }
            message::Message::Text => self.batch.push(at, &Event::Text { conn, text: message }),
        }
    }

    /// The ack that policy gives; none where the envelope is held, or has no id to acknowledge.
    fn judge(&self, header: &Header, received: Timestamp) -> Option<Answer> {
        let envelope_id = header.envelope_id.as_deref()?;
        self.shared.envelopes.came(envelope_id, header.accepts_response_payload);
        match decide(header, &self.shared.policy.borrow()) {
            Decision::Hold => None,
            Decision::Ack => Some(Answer {
                conn: self.conn,
                envelope_id: envelope_id.to_owned(),
                received,
                payload: None,
                by: By::Auto,
            }),
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
