//! What a filter says of one row: the entry's state and the line's text together.

use std::time::Duration;

use jiff::Timestamp;

use crate::journal::Record;
use crate::journal::filter::{self, Filter, Glance, Glimpse, Subject};
use crate::journal::index::{AckState, Entry, Names};
use crate::journal::matcher::subject;
use crate::slack::envelope::Kind;

/// The time that Slack gives for an ack, in milliseconds (protocol.md, section 4).
const DEADLINE_MS: i128 = 3000;

/// The times that a filter needs beside a row's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// Of the session's first record: what `after:` counts from.
    pub start: Timestamp,
    /// Tells whether what waits for an ack is late; `None` in a recording that is over, where it never came.
    pub now: Option<Timestamp>,
}

/// As far as the entry alone decides.
pub fn glance(filter: &Filter, entry: &Entry, names: &Names, times: Times) -> Glance {
    filter.glance(&Glimpse {
        kind: entry.kind,
        subject: if entry.subject.is_unkept() { None } else { Some(names.text(entry.subject).unwrap_or("")) },
        conn: entry.conn,
        size: entry.message_len(),
        at: entry.at(),
        start: times.start,
        ack: ack_state(entry.ack(), entry.at(), times.now),
        by: entry.ack().by(),
        took_ms: entry.ack().took_ms(),
        retry: u32::from(entry.retry),
    })
}

/// As [`judge`], without reading the record around the message where the entry knows what else there is.
pub(super) fn judge_message(filter: &Filter, entry: &Entry, line: &str, times: Times) -> bool {
    let known = entry.kind.envelope().filter(|kind| *kind != Kind::Unknown);
    let (Some(kind), Some(message)) = (known, message(entry, line)) else {
        return judge(filter, entry, line, times);
    };
    let ack = entry.ack();
    filter.matches(&Subject {
        kind: entry.kind.name(),
        conn: Some(entry.conn),
        type_: match kind {
            Kind::Event | Kind::Command => kind.name(),
            _ => "interactive",
        },
        envelope_id: "",
        message,
        at: entry.at(),
        since_start: Duration::try_from(entry.at().duration_since(times.start)).unwrap_or_default(),
        ack: ack_state(ack, entry.at(), times.now),
        by: ack.by(),
        took_ms: ack.took_ms(),
        retry: u32::from(entry.retry),
    })
}

/// The message in its line, where it stands last, as sockscope writes it.
fn message<'a>(entry: &Entry, line: &'a str) -> Option<&'a str> {
    let before_end = line.strip_suffix('}')?;
    let start = before_end.len().checked_sub(entry.message_len()? as usize)?;
    let message = before_end.get(start..)?;
    (before_end[..start].ends_with(",\"message\":") && message.starts_with('{')).then_some(message)
}

/// Whether the row with this line is wanted.
pub fn judge(filter: &Filter, entry: &Entry, line: &str, times: Times) -> bool {
    let Ok(record) = Record::parse(line) else { return false };
    let subject = Subject {
        ack: ack_state(entry.ack(), entry.at(), times.now),
        by: entry.ack().by(),
        took_ms: entry.ack().took_ms(),
        retry: u32::from(entry.retry),
        ..subject(&record, times.start)
    };
    filter.matches(&subject)
}

fn ack_state(ack: AckState, at: Timestamp, now: Option<Timestamp>) -> filter::AckState {
    let in_time = |now: Timestamp| now.duration_since(at).as_millis() < DEADLINE_MS;
    match (ack, now) {
        (AckState::None, _) => filter::AckState::NotDue,
        (AckState::Ok { .. }, _) => filter::AckState::Ok,
        (AckState::Pending, None) => filter::AckState::None,
        (AckState::Pending, Some(now)) if in_time(now) => filter::AckState::Pending,
        (AckState::Pending, Some(_)) | (AckState::Late { .. }, _) => filter::AckState::Late,
    }
}
