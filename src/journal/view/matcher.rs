//! What a filter says of a row: the entry's state and the line's text together.

use jiff::Timestamp;

use crate::journal::filter::{self, Filter, Subject};
use crate::journal::index::{AckState, Index};
use crate::journal::matcher::subject;
use crate::journal::{Place, Record};

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

/// A filter over an index; `read` fetches the line at a place.
#[derive(Debug)]
pub struct RowMatcher<'a, R> {
    pub filter: &'a Filter,
    pub index: &'a Index,
    pub times: Times,
    pub read: R,
}

impl<R: FnMut(Place) -> Option<String>> RowMatcher<'_, R> {
    /// Whether the row is wanted; one whose line can't be read is not.
    pub fn matches(&mut self, row: u32) -> bool {
        let Some(entry) = self.index.get(row) else { return false };
        if self.filter.matches_everything() {
            return true;
        }
        let Some(line) = (self.read)(entry.place()) else { return false };
        let Ok(record) = Record::parse(&line) else { return false };
        let subject = Subject {
            ack: ack_state(entry.ack(), entry.at(), self.times.now),
            by: entry.ack().by(),
            took_ms: entry.ack().took_ms(),
            retry: u32::from(entry.retry),
            ..subject(&record, self.times.start)
        };
        self.filter.matches(&subject)
    }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::journal::view::View;
    use crate::journal::{By, Event, Journal, Secrets};

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn write(journal: &Journal, at: i64, id: &str, command: &str) {
        let message = format!(
            r#"{{"envelope_id":"{id}","type":"slash_commands","payload":{{"command":"{command}"}},"retry_attempt":1}}"#
        );
        let (envelope_id, type_) = (id.into(), "slash_commands".into());
        journal.write(second(at), &Event::Envelope { conn: 2, envelope_id, type_, message: message.into() });
    }

    #[test]
    fn a_view_shows_what_the_filter_says() {
        let journal = Journal::temporary(Secrets::Masked).unwrap();
        let mut tail = journal.tail();
        write(&journal, 0, "e0", "/deploy");
        write(&journal, 60, "e1", "/randorilke");
        write(&journal, 61, "e2", "/deploy");
        journal.write(second(62), &Event::Text { conn: 1, text: "no deploy".into() });
        let (envelope_id, message) = ("e0".into(), "{}".into());
        let ack = Event::Ack { conn: 1, envelope_id, by: By::Rule, took_ms: 9.5, late: false, message };
        journal.write(second(63), &ack);
        let mut index = Index::default();
        let mut enter = |place, line: &str| {
            index.push(place, &Record::parse(line).unwrap());
        };
        while tail.read(&mut enter).unwrap() {}

        let shown = |filter: &str, now: Option<i64>| {
            let filter = Filter::parse(filter).unwrap();
            let times = Times { start: second(0), now: now.map(second) };
            let read = |place| journal.line(place).ok();
            let mut matcher = RowMatcher { filter: &filter, index: &index, times, read };
            let mut view = View::default();
            view.set_height(10);
            view.extend(index.len(), |_| true);
            view.start_filter();
            while !view.refilter_step(2, |row| matcher.matches(row)).is_done() {}
            view.visible_rows().map(|(_, row)| row).collect::<Vec<_>>()
        };
        assert_eq!(shown("deploy", None), [0, 2, 3]);
        assert_eq!(shown("command:/deploy", None), [0, 2]);
        assert_eq!(shown("type:slash_commands after:30s", None), [1, 2]);
        assert_eq!(shown("id:e1 conn:2 retry:>0", None), [1]);
        assert_eq!(shown("by:rule took:>5ms", None), [0]);
        assert_eq!(shown("ack:ok", None), [0]);
        assert_eq!(shown("ack:none", None), [1, 2]);
        assert_eq!(shown("ack:pending", Some(63)), [2]);
        assert_eq!(shown("ack:late", Some(63)), [1]);
        assert_eq!(shown("", None), [0, 1, 2, 3]);
    }

    #[test]
    fn a_row_whose_line_is_gone_does_not_match() {
        let (filter, index) = (Filter::parse("x").unwrap(), Index::default());
        let times = Times { start: second(0), now: None };
        let mut matcher = RowMatcher { filter: &filter, index: &index, times, read: |_| None };
        assert!(!matcher.matches(0));
    }
}
