//! What leaves: acks and pongs, recorded once they are known to have left.

use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::SinkExt as _;
use jiff::Timestamp;
use tokio_tungstenite::tungstenite::Message;

use super::super::checks::PAYLOAD_REFUSED;
use super::super::findings::Sent;
use super::super::{Answer, ms};
use super::live::{Live, Stage};
use super::{How, Parcel, Report, ruled};
use crate::journal::{Event, Side};
use crate::slack::ack;

/// Written, and not yet known to have left.
pub(super) enum Outgoing {
    Ack {
        answer: Answer,
        /// When the frame came, where this task saw it come.
        received: Option<Instant>,
        frame: String,
    },
    /// What a rule broke on purpose.
    Malformed {
        answer: Answer,
        frame: String,
    },
    Pong,
}

impl Outgoing {
    pub fn into_parcel(self) -> Option<Parcel> {
        match self {
            Self::Ack { answer, .. } => Some(answer.into()),
            Self::Malformed { answer, .. } => Some(Parcel { how: How::Malformed, ..Parcel::from(answer) }),
            Self::Pong => None,
        }
    }
}

impl Live<'_> {
    /// Sends an answer, or keeps it until it is due. `received` is when its envelope came, where this task saw it.
    pub(super) fn post(&mut self, parcel: Parcel, received: Option<Instant>) {
        if let Some(due) = parcel.due.filter(|due| *due > Instant::now()) {
            self.delayed.entry(due).or_default().push((parcel, received));
            return;
        }
        let Parcel { answer, how, .. } = parcel;
        let mut frame = ack::frame(&answer.envelope_id, answer.payload.as_deref());
        match how {
            How::Once => self.send(Outgoing::Ack { answer, received, frame }),
            How::Twice => {
                self.send(Outgoing::Ack { answer: answer.clone(), received, frame: frame.clone() });
                self.send(Outgoing::Ack { answer, received, frame });
            }
            How::Malformed => {
                frame.pop();
                self.send(Outgoing::Malformed { answer, frame });
            }
        }
    }

    /// Sends what rules held back until now.
    pub(super) fn post_due(&mut self, now: Instant) {
        while let Some(first) = self.delayed.first_entry()
            && *first.key() <= now
        {
            for (parcel, received) in first.remove() {
                self.post(parcel, received);
            }
        }
    }

    /// Writes an ack, or gives it back where this connection can't carry it.
    fn send(&mut self, outgoing: Outgoing) {
        let (Outgoing::Ack { frame, .. } | Outgoing::Malformed { frame, .. }) = &outgoing else { return };
        let message = Message::text(frame.clone());
        if self.write(message) {
            self.outbox.push(outgoing);
        } else {
            self.unsent.extend(outgoing.into_parcel());
        }
    }

    pub(super) fn pong_owed(&mut self) {
        if matches!(self.stage, Stage::Open | Stage::LetGo { .. }) {
            self.outbox.push(Outgoing::Pong);
            self.unflushed.get_or_insert_with(Instant::now);
        }
    }

    /// Hands a message to the library's buffer, which takes it without waiting; `false` when it can't.
    /// A buffer that is full is a peer that does not read: the flush that does not end tells it.
    pub(super) fn write(&mut self, message: Message) -> bool {
        if matches!(self.stage, Stage::Closing { .. }) || self.ws.start_send_unpin(message).is_err() {
            return false;
        }
        self.unflushed.get_or_insert_with(Instant::now);
        true
    }

    /// Tries once; what does not leave now is watched by the loop.
    pub(super) async fn flush(&mut self) {
        if self.unflushed.is_none() {
            return;
        }
        let ws = &mut self.ws;
        let flushed = poll_fn(|cx| match ws.poll_flush_unpin(cx) {
            Poll::Ready(flushed) => Poll::Ready(Some(flushed)),
            Poll::Pending => Poll::Ready(None),
        });
        match flushed.await {
            Some(Ok(())) => self.left(),
            Some(Err(_)) => self.mute(),
            None => {}
        }
    }

    /// All that was written has left: record it.
    pub(super) fn left(&mut self) {
        self.unflushed = None;
        let (now, at) = (Instant::now(), Timestamp::now());
        for outgoing in std::mem::take(&mut self.outbox) {
            match outgoing {
                Outgoing::Pong => {
                    let event = Event::Pong { conn: self.conn, from: Side::Client, rtt_ms: None };
                    self.batch.push(at, &event);
                }
                Outgoing::Ack { answer, received, frame } => {
                    let took = match received {
                        Some(received) => now.duration_since(received),
                        None => at.duration_since(answer.received).try_into().unwrap_or_default(),
                    };
                    self.record(&answer, took, &frame, at);
                }
                Outgoing::Malformed { answer, frame } => {
                    let found = ruled::malformed(&frame);
                    self.find(ruled::MALFORMED, &answer.envelope_id, found, at);
                }
            }
        }
        self.shared.journal.append(&mut self.batch);
    }

    fn record(&mut self, answer: &Answer, took: Duration, frame: &str, at: Timestamp) {
        let (conn, deadline) = (self.conn, self.shared.timing.ack);
        let envelope_id = answer.envelope_id.as_str();
        let event = Event::Ack {
            conn,
            envelope_id: envelope_id.into(),
            by: answer.by,
            took_ms: ms(took),
            late: took > deadline,
            message: frame.into(),
        };
        self.batch.push(at, &event);
        let has_payload = answer.payload.is_some();
        let sent = Sent { envelope_id, bytes: frame.len(), has_payload, took };
        for (code, message) in self.shared.envelopes.answered(&sent, deadline) {
            self.find(code, envelope_id, message, at);
        }
        if let Some(doubt) = &answer.doubt {
            self.find(PAYLOAD_REFUSED, envelope_id, doubt.clone(), at);
        }
    }

    /// Takes a finding about an envelope into the batch.
    pub(super) fn find(&mut self, code: &'static str, envelope_id: &str, message: String, at: Timestamp) {
        let event = Event::Finding {
            code: code.into(),
            conn: Some(self.conn),
            envelope_id: Some(envelope_id.into()),
            message: message.into(),
        };
        self.batch.push(at, &event);
    }

    /// Acks that can't leave here go back to the keeper, who may have another connection. Where the keeper is
    /// behind, they wait for the next turn.
    pub(super) fn give_back(&mut self) {
        if !self.unsent.is_empty()
            && self.reports.has_room()
            && let Err(Report::Unsent(unsent)) =
                self.reports.send(Report::Unsent(std::mem::take(&mut self.unsent)))
        {
            self.unsent = unsent;
        }
    }
}
