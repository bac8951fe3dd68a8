//! How connections end: told to go, closed, and what the change cost.

use jiff::{SignedDuration, Timestamp};

use crate::session::connection::{Connection, Stage};
use crate::session::finding::{self, Finding};
use crate::session::history::{Close, Ended, MarkKind};
use crate::session::{Session, census, measure};

/// Closed connections that stay listed; the history has the others.
const CLOSED_KEPT: usize = 8;

impl Session {
    pub(super) fn disconnect(&mut self, at: Timestamp, number: u32, reason: &str) {
        self.history.mark(at, number, MarkKind::Disconnect);
        let successor = self.successor(number);
        let connection = self.connection_mut(number, at);
        if !connection.stage.is_over() {
            let (since, to) = match &connection.stage {
                Stage::HandingOver { since, to, .. } => (*since, *to),
                _ => (at, successor),
            };
            connection.stage = Stage::HandingOver { since, reason: reason.to_owned(), to };
        }
        self.end(number, at).told(reason);
        if reason == "too_many_websockets" {
            self.is_full(at, number);
        }
    }

    /// Slack has no place for this connection: it is not counted, all others there may be are.
    fn is_full(&mut self, at: Timestamp, number: u32) {
        let ours = self.connections.values().filter(|other| other.number != number && other.is_connected());
        let ours = ours.count() as u64;
        self.count_connections(at, number, census::MOST, ours);
    }

    /// A later connection that is on its way and that nobody else hands over to.
    fn successor(&self, number: u32) -> Option<u32> {
        let taken = |candidate| {
            self.connections
                .values()
                .any(|other| matches!(other.stage, Stage::HandingOver { to, .. } if to == Some(candidate)))
        };
        let later =
            self.connections.values().filter(|other| other.number > number && other.stage.is_rising());
        later.map(|other| other.number).find(|candidate| !taken(*candidate))
    }

    fn end(&mut self, number: u32, at: Timestamp) -> &mut Ended {
        let connection = self.connections.get(&number);
        let expected = connection.and_then(Connection::expected_life);
        let was_live = connection.is_some_and(|connection| connection.live_since.is_some());
        self.history.end(number, || Ended::new(number, at, expected, was_live))
    }

    pub(super) fn closed(&mut self, number: u32, close: Close, lived: SignedDuration) {
        let at = close.at;
        self.history.mark(at, number, MarkKind::Closed);
        let connection = self.connection_mut(number, at);
        let (was_up, was_live) = (connection.is_connected(), connection.is_live());
        if was_up {
            let waiting = u32::try_from(self.acks.waiting_of(number)).unwrap_or(u32::MAX);
            let ended = self.end(number, at);
            ended.lived = Some(lived);
            ended.close = Some(close.clone());
            ended.lost_acks = waiting;
        }
        let Close { code, reason, .. } = close;
        let latest = self.connections.keys().next_back() == Some(&number);
        self.connection_mut(number, at).end(Stage::Closed { at, code, reason, lived }, latest);
        if was_live && self.live() == 0 {
            self.deaf_since = Some(at);
        }
        self.forget_closed();
    }

    fn forget_closed(&mut self) {
        let closed = |connection: &&Connection| matches!(connection.stage, Stage::Closed { .. });
        while self.connections.values().filter(closed).count() > CLOSED_KEPT {
            let Some(oldest) = self.connections.values().find(closed).map(|connection| connection.number)
            else {
                return;
            };
            self.connections.remove(&oldest);
        }
    }

    pub(super) fn gap(&mut self, at: Timestamp, ms: f64) {
        let gap = measure::millis(ms);
        let ended = self.history.gap(gap);
        if let Some(conn) = ended.filter(|_| gap > SignedDuration::ZERO) {
            let message = format!("no connection was live for {ms} ms after connection {conn} ended");
            self.findings.add(Finding::new(finding::NO_OVERLAP, at, message).on_conn(conn));
        }
    }
}
