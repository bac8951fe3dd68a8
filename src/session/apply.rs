//! Records in: what each kind of record changes.

use jiff::Timestamp;

use super::connection::{Connection, Stage};
use super::finding::{self, Finding};
use super::history::{Close, MarkKind};
use super::{Census, Note, Problem, Session, census, measure};
use crate::journal::{Event, Record, Side};
use crate::slack::message::Hello;

mod ending;
mod envelope;

/// How often the connections are looked over for silence, in records' time.
const CHECK_EVERY: jiff::SignedDuration = jiff::SignedDuration::from_secs(1);

impl Session {
    /// Takes the next record; they come in the order of their file.
    pub fn apply(&mut self, record: &Record) {
        self.note(record.at, &Note::of(record));
    }

    /// Takes what was read of the next record.
    pub fn note(&mut self, at: Timestamp, note: &Note) {
        self.tick(at);
        self.records += 1;
        self.started.get_or_insert(at);
        self.count_frame(at, note);
        match note {
            Note::Envelope(envelope) => self.envelope(at, envelope),
            Note::Ack(ack) => self.ack(at, ack),
            Note::Oddity { .. } => self.totals.oddities += 1,
            Note::Other(event) => self.enter(at, event),
        }
        self.rows += u32::from(note.is_row());
    }

    fn enter(&mut self, at: Timestamp, event: &Event) {
        match event {
            Event::Session { mode, version } => self.begin(mode, version),
            Event::Opening { conn, debug_reconnects } => self.opening(at, *conn, *debug_reconnects),
            Event::Opened { conn, url, .. } => self.opened(at, *conn, url),
            Event::Connected { conn, .. } => {
                self.connection_mut(*conn, at).enter(Stage::HelloAwaited { since: at });
            }
            Event::Hello { conn, message } => self.hello(at, *conn, message),
            Event::Disconnect { conn, reason, .. } => self.disconnect(at, *conn, reason),
            Event::Closed { conn, code, reason, lived_ms } => {
                let close = Close { at, code: *code, reason: reason.to_string() };
                self.closed(*conn, close, measure::millis(*lived_ms));
            }
            Event::Gap { ms } => self.gap(at, *ms),
            Event::Finding { code, conn, envelope_id, message } => {
                self.recorded_finding(at, code, *conn, envelope_id.as_deref(), message);
            }
            Event::Pong { conn, from: Side::Slack, rtt_ms: Some(rtt) } => {
                self.connection_mut(*conn, at).round_trip(measure::millis(*rtt));
            }
            Event::Error { .. } => self.error(at, event),
            // The most frequent ones have notes of their own.
            Event::Envelope { .. }
            | Event::Ack { .. }
            | Event::Message { .. }
            | Event::Text { .. }
            | Event::Binary { .. }
            | Event::Ping { .. }
            | Event::Pong { .. }
            | Event::Api { .. }
            | Event::Unknown { .. } => {}
        }
    }

    /// Lets time pass: what was due before `now` and did not come becomes a finding. Costs nothing while
    /// nothing is due.
    pub fn tick(&mut self, now: Timestamp) {
        while let Some(held) = self.acks.overdue(now) {
            if held.ruled {
                continue;
            }
            let message = "no ack within 3 seconds";
            let finding = Finding::new(finding::NO_ACK, held.deadline(), message)
                .on_conn(held.conn)
                .on_envelope(&held.envelope_id, held.row);
            if let Some(number) = self.findings.add(finding) {
                held.no_ack = Some(number);
            }
        }
        if self.next_check.is_none_or(|check| now >= check) {
            self.next_check = Some(measure::after(now, CHECK_EVERY));
            self.look_for_silence(now);
        }
    }

    fn look_for_silence(&mut self, now: Timestamp) {
        let silent = |connection: &&mut Connection| !connection.said_silent && connection.is_silent(now);
        for connection in self.connections.values_mut().filter(silent) {
            connection.said_silent = true;
            let message = format!("no frame for 30 seconds on connection {}", connection.number);
            let finding = Finding::new(finding::SILENT_CONNECTION, now, message).on_conn(connection.number);
            self.findings.add(finding);
        }
    }

    /// Another session in the same recording: its connections count from 1 again.
    fn begin(&mut self, mode: &str, version: &str) {
        mode.clone_into(&mut self.mode);
        version.clone_into(&mut self.version);
        self.connections.clear();
        self.acks.forget();
        self.history.seal();
        (self.stopped, self.problem, self.deaf_since, self.census) = (None, None, None, None);
    }

    fn opening(&mut self, at: Timestamp, number: u32, debug_reconnects: bool) {
        self.totals.opens += 1;
        self.debug_reconnects = debug_reconnects;
        self.stopped = None;
        self.history.mark(at, number, MarkKind::Opening);
        let tries = self.tries_before(number);
        let connection = self.connections.entry(number).or_insert_with(|| Connection::new(number, at));
        if connection.stage.is_over() {
            *connection = Connection::new(number, at);
        }
        connection.debug_reconnects = debug_reconnects;
        connection.tries = tries + 1;
        connection.enter(Stage::Opening { since: at, tries: tries + 1 });
        self.hand_over_to(number);
    }

    fn opened(&mut self, at: Timestamp, number: u32, url: &str) {
        let connection = self.connection_mut(number, at);
        connection.url_host = host_of(url);
        connection.enter(Stage::Dialling { since: at });
    }

    /// How often this connection was tried already. A new number takes over from whoever waits for his next
    /// try, as that is the next try.
    fn tries_before(&mut self, number: u32) -> u32 {
        if let Some(connection) = self.connections.get(&number) {
            return connection.tries;
        }
        let waiting = self.connections.values().filter_map(|connection| match &connection.stage {
            Stage::BackingOff { until, .. } => Some((*until, connection.number)),
            Stage::Stopped { at, .. } => Some((*at, connection.number)),
            _ => None,
        });
        let Some((_, waited)) = waiting.min() else { return 0 };
        self.connections.remove(&waited).map_or(0, |connection| connection.tries)
    }

    /// The oldest connection that is told to go and has no successor gets this one.
    fn hand_over_to(&mut self, number: u32) {
        let leaving = self.connections.values_mut().find_map(|connection| match &mut connection.stage {
            Stage::HandingOver { to: to @ None, .. } if connection.number != number => Some(to),
            _ => None,
        });
        if let Some(to) = leaving {
            *to = Some(number);
        }
    }

    fn hello(&mut self, at: Timestamp, number: u32, message: &str) {
        self.totals.hellos += 1;
        self.history.mark(at, number, MarkKind::Hello);
        let hello = Hello::parse(message);
        let reported = hello.num_connections;
        if let Some(app_id) = &hello.app_id {
            self.app_id = Some(app_id.clone());
        }
        let connection = self.connection_mut(number, at);
        connection.hello = Some(hello);
        connection.tries = 0;
        if !connection.is_live() {
            connection.live_since = Some(at);
            connection.received_since_live = 0;
            connection.stage = Stage::Live { since: at };
        }
        self.deaf_since = None;
        self.problem = None;
        if let Some(reported) = reported {
            let ours = self.connections.values().filter(|connection| connection.is_connected()).count();
            self.count_connections(at, number, reported, ours as u64);
        }
    }

    fn count_connections(&mut self, at: Timestamp, number: u32, reported: u64, connected: u64) {
        let broken = self.history.broken_since(measure::before(at, census::GHOST_LIFE));
        let census = Census::new(at, reported, connected, broken);
        let before = self.census.map_or(0, |census| census.others);
        if census.shared() && census.others > before {
            let message = format!("the app has {reported} connections, and {connected} of them are ours");
            self.findings.add(Finding::new(finding::OTHERS_CONNECTED, at, message).on_conn(number));
        }
        self.census = Some(census);
        self.census_history.push(census);
    }

    fn error(&mut self, at: Timestamp, event: &Event) {
        let Event::Error { conn, code, fatal, retry_in_ms, message } = event else { return };
        self.totals.errors += 1;
        let problem = Problem { at, conn: *conn, code: code.to_string(), message: message.to_string() };
        if let Some(number) = *conn {
            self.history.mark(at, number, MarkKind::Error);
            let connection = self.connection_mut(number, at);
            let (code, message) = (problem.code.clone(), problem.message.clone());
            if !connection.is_live() && *fatal {
                connection.enter(Stage::Stopped { at, code, message });
            } else if let Some(wait) = retry_in_ms {
                let wait = jiff::SignedDuration::from_millis(i64::try_from(*wait).unwrap_or(i64::MAX));
                let (until, tries) = (measure::after(at, wait), connection.tries);
                let waits = Stage::BackingOff { since: at, until, code, message, tries };
                if connection.is_live() {
                    connection.then = Some(waits);
                } else {
                    connection.enter(waits);
                }
            }
        }
        if *fatal {
            self.stopped = Some(problem);
        } else {
            self.problem = Some(problem);
        }
    }

    /// Whatever came from Slack shows that its connection is alive.
    fn count_frame(&mut self, at: Timestamp, note: &Note) {
        let from_slack = match note {
            Note::Envelope(envelope) => Some(envelope.conn),
            Note::Oddity { conn } => Some(*conn),
            Note::Ack(_) => None,
            Note::Other(event @ (Event::Ping { from, .. } | Event::Pong { from, .. })) => {
                event.conn().filter(|_| *from == Side::Slack)
            }
            Note::Other(event) => event.conn().filter(|_| note.is_row()),
        };
        if let Some(conn) = from_slack {
            let connection = self.connection_mut(conn, at);
            connection.frame(at);
            // A recording may begin after the upgrade.
            if matches!(connection.stage, Stage::Opening { .. } | Stage::Dialling { .. }) {
                connection.enter(Stage::HelloAwaited { since: at });
            }
        }
    }

    /// A record may name a connection that never opened, as in a recording that was cut.
    fn connection_mut(&mut self, number: u32, at: Timestamp) -> &mut Connection {
        self.connections.entry(number).or_insert_with(|| Connection::new(number, at))
    }
}

/// Host and port of a URL; nothing where it has none.
fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    (!host.is_empty()).then(|| host.to_owned())
}
