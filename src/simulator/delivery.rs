//! What happens to envelopes: who gets them, acks, deadlines, retries (protocol.md section 4).

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::ConnId;
use super::ledger::{Ack, Delivery, Entry, Fault, Outcome, Stray, Then};
use super::workspace::{Act, MAX_CLIENT_FRAME, Timer, Workspace};
use crate::slack::sample::Unsent;

/// How an envelope is sent out of the ordinary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sending {
    /// This connection, live or not, rather than the next in turn.
    pub conn: Option<ConnId>,
    /// How often the same frame is sent (the same `envelope_id` twice was seen: protocol.md section 3).
    pub copies: u32,
}

impl Default for Sending {
    fn default() -> Self {
        Self { conn: None, copies: 1 }
    }
}

impl Workspace {
    /// Sends an envelope to the next serving connection in turn. Returns its `envelope_id`.
    pub fn send(&mut self, now: Duration, unsent: Unsent, how: Sending) -> String {
        let conn = how.conn.or_else(|| self.next_serving());
        self.send_on(now, Arc::new(unsent), conn, how.copies.max(1))
    }

    pub(super) fn send_on(
        &mut self,
        now: Duration,
        unsent: Arc<Unsent>,
        conn: Option<ConnId>,
        copies: u32,
    ) -> String {
        self.deliver(now, unsent, conn, copies, 0, None)
    }

    fn deliver(
        &mut self,
        now: Duration,
        unsent: Arc<Unsent>,
        conn: Option<ConnId>,
        copies: u32,
        attempt: u32,
        retry_of: Option<String>,
    ) -> String {
        let envelope_id = self.minter.uuid();
        let conn = conn
            .filter(|conn| self.connections.get(conn).is_some_and(super::connection::Connection::is_open));
        if let Some(conn) = conn {
            let frame = unsent.frame(&envelope_id, attempt);
            for _ in 1..copies {
                self.act(conn, Act::Text(frame.clone()));
            }
            self.act(conn, Act::Text(frame));
            self.count_sent(conn, copies);
        }
        let within = if conn.is_some() { self.timing.ack_within } else { Duration::ZERO };
        let entry = self.ledger.push(Delivery {
            envelope_id: envelope_id.clone(),
            event_id: unsent.event_id.clone(),
            kind: unsent.kind.clone(),
            accepts_response_payload: unsent.accepts_response_payload,
            conn,
            sent: now,
            attempt,
            retry_of,
            copies,
            acks: Vec::new(),
            outcome: Outcome::Waiting { until: now.saturating_add(within) },
        });
        self.waiting.insert(entry, unsent);
        self.after(now, within, Timer::Deadline(entry));
        envelope_id
    }

    fn count_sent(&mut self, conn: ConnId, copies: u32) {
        self.counts.envelopes += u64::from(copies);
        if let Some(connection) = self.connections.get_mut(&conn) {
            connection.sent += u64::from(copies);
        }
    }

    /// Round robin over the serving connections.
    fn next_serving(&mut self) -> Option<ConnId> {
        let serving =
            |id: &ConnId| self.connections.get(id).is_some_and(super::connection::Connection::is_serving);
        let after = self.connections.range(self.last_served + 1..).map(|(id, _)| *id).find(serving);
        let next = after.or_else(|| self.connections.keys().copied().find(serving))?;
        self.last_served = next;
        Some(next)
    }

    pub(super) fn missed(&mut self, now: Duration, entry: Entry) {
        let Some(unsent) = self.waiting.remove(&entry) else { return };
        let Some(delivery) = self.ledger.get_mut(entry) else { return };
        let pause = self.timing.retry_after.get(delivery.attempt as usize);
        let then = match pause {
            _ if !unsent.is_event() => Then::UserSawError,
            None => Then::GaveUp,
            Some(pause) => Then::RetryAt(now.saturating_add(*pause)),
        };
        delivery.outcome = Outcome::Missed { then: then.clone() };
        if let Then::RetryAt(at) = then {
            self.retries_due += 1;
            self.after(at, Duration::ZERO, Timer::Retry(entry, unsent));
        }
    }

    pub(super) fn retry(&mut self, now: Duration, entry: Entry, unsent: Arc<Unsent>) {
        self.retries_due -= 1;
        let Some(missed) = self.ledger.get(entry) else { return };
        let (first, attempt) = (missed.envelope_id.clone(), missed.attempt + 1);
        self.counts.retries += 1;
        let conn = self.next_serving();
        let envelope_id = self.deliver(now, unsent, conn, 1, attempt, Some(first));
        if let Some(missed) = self.ledger.get_mut(entry) {
            missed.outcome = Outcome::Missed { then: Then::RetriedAs(envelope_id) };
        }
    }

    /// A text frame from the app. An ack counts on whatever connection it comes.
    pub fn heard(&mut self, now: Duration, conn: ConnId, text: &str) {
        if text.len() > MAX_CLIENT_FRAME {
            return self.too_long(now, conn, text);
        }
        let frame: Value = match serde_json::from_str(text) {
            Ok(frame) => frame,
            Err(_) => return self.stray(now, conn, text, Fault::NotJson),
        };
        let Some(envelope_id) = frame.get("envelope_id").and_then(Value::as_str) else {
            return self.stray(now, conn, text, Fault::NoEnvelopeId);
        };
        let Some(entry) = self.ledger.entry(envelope_id) else {
            return self.stray(now, conn, text, Fault::UnknownEnvelope);
        };
        if self.lose_acks > 0 {
            self.lose_acks -= 1;
            return self.stray(now, conn, text, Fault::Lost);
        }
        self.acked(now, conn, text, entry, frame.get("payload"));
    }

    fn acked(&mut self, now: Duration, conn: ConnId, text: &str, entry: Entry, payload: Option<&Value>) {
        let Some(delivery) = self.ledger.get_mut(entry) else { return };
        let full = payload.is_some_and(|payload| {
            // Node sends an empty payload with every ack (protocol.md section 4)
            !payload.is_null() && payload.as_object().is_none_or(|object| !object.is_empty())
        });
        let fault = if delivery.acks.len() >= delivery.copies as usize {
            Some(Fault::SecondAck)
        } else if full && !delivery.accepts_response_payload {
            Some(Fault::PayloadNotAccepted)
        } else {
            None
        };
        let late = matches!(delivery.outcome, Outcome::Missed { .. });
        if matches!(delivery.outcome, Outcome::Waiting { .. }) {
            delivery.outcome = Outcome::Acked { took: now.saturating_sub(delivery.sent) };
        }
        delivery.acks.push(Ack { at: now, conn, text: text.to_owned(), late, fault });
        self.waiting.remove(&entry);
        self.counts.acks += 1;
        if let Some(connection) = self.connections.get_mut(&conn) {
            connection.acks += 1;
        }
    }

    /// A binary frame from the app, which Slack has no use for.
    pub fn heard_binary(&mut self, now: Duration, conn: ConnId, bytes: &[u8]) {
        self.stray(now, conn, &String::from_utf8_lossy(bytes), Fault::Binary);
    }

    /// A frame over the limit closes the socket with 1009 (protocol.md section 2).
    pub fn too_long(&mut self, now: Duration, conn: ConnId, text: &str) {
        self.stray(now, conn, text, Fault::TooLong);
        self.close(now, conn, 1009, "Max frame length of 20480 has been exceeded.");
    }

    fn stray(&mut self, at: Duration, conn: ConnId, text: &str, fault: Fault) {
        let end = (0..=MAX_CLIENT_FRAME.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
        let text = text[..end.unwrap_or(0)].to_owned();
        self.ledger.stray(Stray { at, conn, text, fault });
    }
}
