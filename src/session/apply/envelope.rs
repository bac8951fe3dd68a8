//! Envelopes, their acks, and what the two give away.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::session::acks::{Answer, Arrival, DEADLINE, Held};
use crate::session::delivery::Delivery;
use crate::session::finding::{self, Finding};
use crate::session::note::{self, Envelope};
use crate::session::{Session, measure};
use crate::slack::ack::MAX_FRAME;

/// Retries come within about five minutes (protocol.md, section 4); later ones are not a disconnect's fault.
const RETRIES_END: jiff::SignedDuration = jiff::SignedDuration::from_secs(400);

impl Session {
    pub(super) fn envelope(&mut self, at: Timestamp, envelope: &Envelope) {
        let Envelope { conn, accepts_payload, retry, .. } = *envelope;
        let envelope_id = envelope.envelope_id.as_ref();
        self.totals.envelopes += 1;
        let connection = self.connection_mut(conn, at);
        connection.envelopes += 1;
        connection.last_envelope = Some(at);
        connection.received_since_live += u64::from(connection.is_live());
        if self.team.is_none() && !envelope.domain.is_empty() {
            self.team = Some(envelope.domain.clone().into_owned());
        }
        let delivery = Delivery { row: self.rows, conn, at };
        let event_id = Some(&envelope.event_id).filter(|id| !id.is_empty());
        let first = event_id.and_then(|id| self.deliveries.note(id, delivery));
        if !envelope_id.is_empty() {
            self.await_ack(delivery, envelope_id, accepts_payload);
        }
        if retry > 0 || first.is_some() {
            self.retry(delivery, envelope_id, retry, &envelope.retry_reason, first);
        }
    }

    fn await_ack(&mut self, delivery: Delivery, envelope_id: &str, accepts_payload: Option<bool>) {
        let Delivery { row, conn, at } = delivery;
        let held = Held {
            row,
            envelope_id: envelope_id.into(),
            conn,
            since: at,
            accepts_payload,
            deliveries: 1,
            no_ack: None,
            ruled: false,
        };
        if let Arrival::Again { row: first } = self.acks.arrive(held) {
            let finding = Finding::new(finding::SAME_ENVELOPE, at, "this envelope_id came before");
            let finding = finding.on_conn(conn).on_envelope(envelope_id, row);
            self.findings.add(Finding { repeats: Some(first), ..finding });
        }
    }

    fn retry(
        &mut self,
        delivery: Delivery,
        envelope_id: &str,
        attempt: u32,
        reason: &str,
        first: Option<Delivery>,
    ) {
        self.totals.retries += 1;
        let Delivery { row, conn, at } = delivery;
        // What never reached us came again because nobody was there; what did, if its connection ended since.
        let ended = match first {
            Some(first) => self.history.find(first.conn),
            None => self.history.latest(at),
        };
        if let Some(ended) = ended.filter(|ended| measure::since(at, ended.at) <= RETRIES_END) {
            ended.redelivered += 1;
        }
        let message = match (attempt, reason) {
            (0, _) => "the same event_id came before".to_owned(),
            (_, "") => format!("delivered again, attempt {attempt}"),
            _ => format!("delivered again, attempt {attempt}: {reason}"),
        };
        let finding = Finding::new(finding::RETRY, at, message).on_conn(conn);
        let finding = Finding { row: Some(row), repeats: first.map(|first| first.row), ..finding };
        self.findings.add(match envelope_id {
            "" => finding,
            id => finding.on_envelope(id, row),
        });
    }

    pub(super) fn ack(&mut self, at: Timestamp, note: &note::Ack) {
        let took = measure::millis(note.took_ms);
        let envelope_id = note.envelope_id.as_ref();
        let late = note.late || took >= DEADLINE;
        let ack = Ack { at, conn: note.conn, envelope_id, took, late, has_payload: note.has_payload };
        self.totals.acks += 1;
        self.totals.late += u64::from(ack.late);
        self.connection_mut(ack.conn, at).acks += 1;
        let answer = self.acks.answer(envelope_id, note.by, took);
        if note.size > MAX_FRAME {
            let words = format!("this ack has {} bytes, and Slack takes {MAX_FRAME}", note.size);
            let row = self.acks.row(envelope_id);
            self.findings.add(Finding { row, ..ack.finding(finding::ACK_TOO_LONG, 0, words) });
        }
        match answer {
            Answer::First(held) => self.first_ack(&ack, &held),
            Answer::Twice { row } => {
                let words = "this envelope was acknowledged before";
                self.findings.add(ack.finding(finding::ACK_TWICE, row, words));
            }
            Answer::Repeat | Answer::Unknown => {}
        }
    }

    fn first_ack(&mut self, ack: &Ack, held: &Held) {
        self.connection_mut(ack.conn, ack.at).latency.record(ack.took);
        if !ack.late
            && let Some(ended) = self.history.find(held.conn)
        {
            ended.lost_acks = ended.lost_acks.saturating_sub(1);
        }
        if held.accepts_payload == Some(false) && ack.has_payload {
            let words = "the ack carries a payload, and the envelope accepts none";
            self.findings.add(ack.finding(finding::PAYLOAD_NOT_ACCEPTED, held.row, words));
        }
        if ack.late {
            let words = format!("acknowledged after {:.1} s", ack.took.as_secs_f64());
            self.late_ack(held.no_ack, ack.finding(finding::LATE_ACK, held.row, words));
        }
    }

    fn late_ack(&mut self, no_ack: Option<u64>, finding: Finding) {
        match no_ack {
            Some(number) => self.findings.settle(number, finding),
            None => drop(self.findings.add(finding)),
        }
    }

    /// What the recording says; the same as a derived one counts once.
    pub(super) fn recorded_finding(
        &mut self,
        at: Timestamp,
        code: &str,
        conn: Option<u32>,
        envelope_id: Option<&str>,
        message: &str,
    ) {
        let code = finding::explain(code).map_or_else(|| Cow::Owned(code.to_owned()), |row| row.code.into());
        let mut finding = Finding::new(code, at, message);
        finding.conn = conn;
        finding.envelope_id = envelope_id.map(Into::into);
        finding.row = envelope_id.and_then(|id| self.acks.row(id));
        let waiting = envelope_id.and_then(|id| self.acks.waiting(id));
        match (finding.code.as_ref(), waiting) {
            (finding::NO_ACK, Some(held)) => {
                held.no_ack = self.findings.add(finding).or(held.no_ack);
            }
            // What a rule delayed and then broke was told of as missing before.
            (finding::RULE_DROPPED | finding::RULE_MALFORMED, Some(held)) => {
                held.ruled = true;
                let no_ack = held.no_ack.take();
                self.late_ack(no_ack, finding);
            }
            (finding::LATE_ACK, Some(held)) => {
                let no_ack = held.no_ack.take();
                self.late_ack(no_ack, finding);
            }
            _ => drop(self.findings.add(finding)),
        }
    }
}

/// An `ack` record, read.
struct Ack<'a> {
    at: Timestamp,
    conn: u32,
    envelope_id: &'a str,
    took: jiff::SignedDuration,
    late: bool,
    has_payload: bool,
}

impl Ack<'_> {
    fn finding(&self, code: &'static str, row: u32, words: impl Into<String>) -> Finding {
        Finding::new(code, self.at, words).on_conn(self.conn).on_envelope(self.envelope_id, row)
    }
}
