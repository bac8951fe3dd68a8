//! A filter over records as they come. An envelope is looked at when it arrives and again when it is
//! acknowledged, so that `ack:late` or `by:hand` find it as soon as they are true.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use super::filter::{AckState, Filter, Subject};
use super::record::{Event, Record};
use crate::slack::message::Header;

/// More envelopes than this that neither match nor are acknowledged are forgotten, the oldest first.
const WAITING: usize = 10_000;

/// A filter and what it must remember between two records.
#[derive(Debug)]
pub struct Matcher {
    filter: Filter,
    started: Option<Timestamp>,
    waiting: HashMap<String, String>,
    order: VecDeque<String>,
}

/// Which line a record made match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hit {
    /// The record's own.
    This,
    /// That of an envelope before, which this record acknowledged.
    Earlier(String),
}

impl Matcher {
    pub fn new(filter: Filter) -> Self {
        Self { filter, started: None, waiting: HashMap::new(), order: VecDeque::new() }
    }

    /// Looks at the next record, which stands in `line`.
    pub fn look(&mut self, record: &Record, line: &str) -> Option<Hit> {
        let since = *self.started.get_or_insert(record.at);
        let subject = subject(record, since);
        // An ack is first of all news about its envelope.
        if let Event::Ack { envelope_id, .. } = &record.event
            && let Some(line) = self.waiting.remove(envelope_id.as_ref())
            && self.matches_acked(&line, &subject, since)
        {
            return Some(Hit::Earlier(line));
        }
        if self.filter.matches(&subject) {
            return Some(Hit::This);
        }
        if let Event::Envelope { envelope_id, .. } = &record.event {
            self.remember(envelope_id, line);
        }
        None
    }

    /// Whether the envelope in `line` matches now that it has this ack.
    fn matches_acked(&self, line: &str, ack: &Subject, since: Timestamp) -> bool {
        let Ok(envelope) = Record::parse(line) else { return false };
        let envelope = subject(&envelope, since);
        self.filter.matches(&Subject { ack: ack.ack, by: ack.by, took_ms: ack.took_ms, ..envelope })
    }

    /// The envelopes that match now that no ack will come any more (`ack:none`).
    pub fn finish(&mut self) -> Vec<String> {
        let since = self.started.unwrap_or_default();
        let mut left: Vec<String> = self.order.drain(..).filter_map(|id| self.waiting.remove(&id)).collect();
        left.retain(|line| {
            let Ok(record) = Record::parse(line) else { return false };
            let subject = Subject { ack: AckState::None, ..subject(&record, since) };
            self.filter.matches(&subject)
        });
        left
    }

    fn remember(&mut self, envelope_id: &str, line: &str) {
        self.waiting.insert(envelope_id.to_owned(), line.to_owned());
        self.order.push_back(envelope_id.to_owned());
        while self.order.len() > WAITING
            && let Some(oldest) = self.order.pop_front()
        {
            self.waiting.remove(&oldest);
        }
    }
}

/// A record as the filter language sees it when it comes. An envelope's ack is told by a later record.
pub fn subject<'a>(record: &'a Record, started: Timestamp) -> Subject<'a> {
    let since_start = Duration::try_from(record.at.duration_since(started)).unwrap_or_default();
    let mut subject = Subject {
        kind: record.event.kind(),
        conn: record.event.conn(),
        type_: "",
        envelope_id: "",
        message: record.event.message(),
        at: record.at,
        since_start,
        ack: AckState::NotDue,
        by: None,
        took_ms: None,
        retry: 0,
    };
    match &record.event {
        Event::Envelope { envelope_id, type_, message, .. } => {
            subject.envelope_id = envelope_id;
            subject.type_ = type_;
            subject.ack = AckState::Pending;
            subject.retry = Header::parse(message).and_then(|header| header.retry_attempt).unwrap_or(0);
        }
        Event::Ack { envelope_id, by, took_ms, late, .. } => {
            subject.envelope_id = envelope_id;
            subject.ack = if *late { AckState::Late } else { AckState::Ok };
            subject.by = Some(*by);
            subject.took_ms = Some(*took_ms);
        }
        Event::Hello { .. } | Event::Disconnect { .. } => subject.type_ = subject.kind,
        Event::Message { type_, .. } => subject.type_ = type_,
        _ => {}
    }
    subject
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::journal::By;

    fn look(matcher: &mut Matcher, seq: u64, event: &Event) -> Option<Hit> {
        let journal = super::super::Journal::temporary(super::super::Secrets::Masked).unwrap();
        let mut tail = journal.tail();
        journal.write(Timestamp::from_second(i64::try_from(seq).unwrap()).unwrap(), event);
        let mut line = String::new();
        tail.read(|_, text| line = text.to_owned()).unwrap();
        matcher.look(&Record::parse(&line).unwrap(), &line)
    }

    fn envelope(id: &str) -> Event<'static> {
        let message =
            format!(r#"{{"envelope_id":"{id}","type":"slash_commands","payload":{{"command":"/x"}}}}"#);
        Event::Envelope {
            conn: 1,
            envelope_id: id.to_owned().into(),
            type_: "slash_commands".into(),
            message: message.into(),
        }
    }

    fn ack(id: &str, late: bool) -> Event<'static> {
        let message = format!(r#"{{"envelope_id":"{id}"}}"#);
        Event::Ack {
            conn: 1,
            envelope_id: id.to_owned().into(),
            by: By::Hand,
            took_ms: 5.0,
            late,
            message: message.into(),
        }
    }

    fn matcher(filter: &str) -> Matcher {
        Matcher::new(Filter::parse(filter).unwrap())
    }

    #[test]
    fn an_envelope_matches_when_it_comes() {
        let mut matcher = matcher("command:/x");
        assert_eq!(look(&mut matcher, 1, &envelope("a")), Some(Hit::This));
        assert_eq!(look(&mut matcher, 2, &Event::Gap { ms: 0.0 }), None);
    }

    #[test]
    fn or_when_its_ack_makes_it_so() {
        let mut matcher = matcher("type:slash_commands ack:late");
        assert_eq!(look(&mut matcher, 1, &envelope("a")), None);
        assert_eq!(look(&mut matcher, 2, &envelope("b")), None);
        assert_eq!(look(&mut matcher, 3, &ack("a", false)), None);
        let hit = look(&mut matcher, 4, &ack("b", true));
        assert!(matches!(&hit, Some(Hit::Earlier(line)) if line.contains(r#""envelope_id":"b""#)), "{hit:?}");
    }

    #[test]
    fn an_ack_alone_speaks_for_its_envelope() {
        let mut matcher = matcher("by:hand");
        assert_eq!(look(&mut matcher, 1, &envelope("a")), None);
        let hit = look(&mut matcher, 2, &ack("a", false));
        assert!(matches!(&hit, Some(Hit::Earlier(line)) if line.contains("slash_commands")), "{hit:?}");
        assert_eq!(matcher.finish(), Vec::<String>::new());
    }

    #[test]
    fn or_when_no_ack_will_come() {
        let mut matcher = matcher("ack:none");
        assert_eq!(look(&mut matcher, 1, &envelope("a")), None);
        assert_eq!(look(&mut matcher, 2, &envelope("b")), None);
        assert_eq!(look(&mut matcher, 3, &ack("a", false)), None);
        let left = matcher.finish();
        assert_eq!(left.len(), 1);
        assert!(left[0].contains(r#""envelope_id":"b""#));
    }

    #[test]
    fn other_records_match_by_their_kind() {
        let hello = || Event::Hello { conn: 1, message: "{}".into() };
        assert_eq!(look(&mut matcher("type:hello"), 1, &hello()), Some(Hit::This));
        assert_eq!(look(&mut matcher("kind:hello"), 1, &hello()), Some(Hit::This));
        assert_eq!(look(&mut matcher("kind:ack"), 1, &hello()), None);
    }
}
