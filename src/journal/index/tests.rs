#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;
use crate::journal::{By, Journal, Secrets};
use crate::slack::envelope::{About, Kind};
use crate::slack::message::Header;
use crate::slack::sample;

fn envelope(id: &str, event_id: &str, retry: u32) -> Event<'static> {
    let message = format!(
        r#"{{"envelope_id":"{id}","type":"events_api","accepts_response_payload":false,"retry_attempt":{retry},"payload":{{"type":"event_callback","team_id":"T1","event_id":"{event_id}","event":{{"type":"message","channel_type":"channel","user":"U1","channel":"C1","text":"hi"}}}}}}"#
    );
    Event::Envelope {
        conn: 1,
        envelope_id: id.to_owned().into(),
        type_: "events_api".into(),
        message: message.into(),
    }
}

fn ack(id: &str, took_ms: f64) -> Event<'static> {
    let (envelope_id, message) = (id.to_owned().into(), format!(r#"{{"envelope_id":"{id}"}}"#).into());
    Event::Ack { conn: 1, envelope_id, by: By::Hand, took_ms, late: took_ms >= 3000.0, message }
}

/// Writes the events to a journal and reads them back into an index, as the screen does.
fn index(events: &[Event]) -> (Index, Journal, Vec<Option<Change>>) {
    let journal = Journal::temporary(Secrets::Masked).unwrap();
    let mut tail = journal.tail();
    for event in events {
        journal.write(jiff::Timestamp::UNIX_EPOCH, event);
    }
    let (mut index, mut changes) = (Index::default(), Vec::new());
    let mut enter = |place, line: &str| changes.push(index.push(place, &Record::parse(line).unwrap()));
    while tail.read(&mut enter).unwrap() {}
    (index, journal, changes)
}

#[test]
fn an_entry_is_at_most_64_bytes() {
    assert!(size_of::<Entry>() <= 64, "{}", size_of::<Entry>());
}

#[test]
fn an_entry_tells_what_a_list_shows_and_where_its_line_is() {
    let (index, journal, changes) = index(&[
        Event::Opening { conn: 1, debug_reconnects: false },
        envelope("e1", "Ev1", 0),
        Event::Disconnect { conn: 1, reason: "warning".into(), message: "{}".into() },
        Event::Text { conn: 1, text: "UNAUTHENTICATED: cache_error".into() },
    ]);
    assert_eq!(changes, [None, Some(Change::Added(0)), Some(Change::Added(1)), Some(Change::Added(2))]);
    let entry = index.get(0).unwrap();
    assert_eq!(entry.kind, RowKind::Envelope(Kind::Event));
    assert_eq!(index.text(entry.subject), Some("message.channels"));
    assert_eq!((index.text(entry.user), index.text(entry.channel)), (Some("U1"), Some("C1")));
    assert_eq!((index.team(entry), entry.accepts_payload()), (Some("T1"), Some(false)));
    let line = journal.line(entry.place()).unwrap();
    let Event::Envelope { message, .. } = Record::parse(&line).unwrap().event else { panic!("{line}") };
    assert_eq!(entry.size() as usize, message.len());
    assert_eq!(index.text(index.get(1).unwrap().subject), Some("warning"));
    assert_eq!(index.get(2).unwrap().ack(), AckState::None);
    assert_eq!(index.get(2).unwrap().size(), 28);
}

#[test]
fn an_ack_finds_its_envelope() {
    let events = [
        envelope("e1", "Ev1", 0),
        envelope("e2", "Ev2", 0),
        ack("e1", 0.25),
        ack("e2", 3500.0),
        ack("e3", 1.0),
    ];
    let (index, journal, changes) = index(&events);
    assert_eq!(changes[2..], [Some(Change::Changed(0)), Some(Change::Changed(1)), None]);
    let (first, second) = (index.get(0).unwrap(), index.get(1).unwrap());
    assert_eq!(first.ack(), AckState::Ok { took: 250, by: By::Hand });
    assert_eq!((second.ack().took_ms(), second.has_finding()), (Some(3500.0), true));
    assert!(!first.has_finding());
    let line = journal.line(first.ack_place().unwrap()).unwrap();
    assert!(matches!(Record::parse(&line).unwrap().event, Event::Ack { took_ms: 0.25, .. }), "{line}");
}

#[test]
fn a_second_ack_is_a_finding_and_the_first_one_counts() {
    let (index, ..) = index(&[envelope("e1", "Ev1", 0), ack("e1", 1.0), ack("e1", 9.0)]);
    let entry = index.get(0).unwrap();
    assert!(entry.acked_twice() && entry.has_finding());
    assert_eq!(entry.ack().took_ms(), Some(1.0));
}

#[test]
fn a_retry_knows_its_first_delivery() {
    let events = [
        envelope("e1", "Ev1", 0),
        envelope("e2", "Ev2", 0),
        envelope("e3", "Ev1", 1),
        envelope("e2", "Ev9", 0),
        ack("e2", 1.0),
        ack("e2", 2.0),
    ];
    let (index, ..) = index(&events);
    assert_eq!([0, 1, 2, 3].map(|row| index.repeats(row)), [None, None, Some(0), Some(1)]);
    assert_eq!(index.get(2).unwrap().retry, 1);
    assert_eq!([1, 3].map(|row| index.get(row).unwrap().ack().took_ms()), [Some(1.0), Some(2.0)]);
    assert!(!index.get(1).unwrap().acked_twice());
    assert_eq!(index.findings_after(0).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(index.findings_after(2).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(index.findings_before(2).collect::<Vec<_>>(), [3, 2]);
}

#[test]
fn a_recorded_finding_marks_its_row_once() {
    let finding = Event::Finding {
        code: "view-title-too-long".into(),
        conn: Some(1),
        envelope_id: Some("e1".into()),
        message: "too long".into(),
    };
    let (mut index, _, changes) =
        index(&[envelope("e1", "Ev1", 0), ack("e1", 1.0), finding.clone(), finding]);
    assert_eq!(changes[2..], [Some(Change::Changed(0)), None]);
    assert_eq!((index.findings(), index.flag(0), index.flag(7)), (1, false, false));
}

#[test]
fn a_hundred_thousand_entries_take_their_64_bytes_and_little_more() {
    let mut index = Index::default();
    let place = Place { offset: 0, len: 300 };
    for number in 0..100_000_u32 {
        let event = Event::Text { conn: 1, text: "x".into() };
        let (seq, at) = (u64::from(number), jiff::Timestamp::UNIX_EPOCH);
        index.push(place, &Record { seq, at, event });
    }
    assert!(index.memory() <= 100_000 * 64 * 2, "a growing list holds room for twice as many at most");
}

proptest! {
    #[test]
    fn any_records_are_entered_and_rows_count_as_is_row_says(
        steps in proptest::collection::vec((0..4_u8, 0..4_u8, 0..3_u32), 0..60)
    ) {
        let mut index = Index::default();
        let mut rows = 0;
        for (kind, id, n) in steps {
            let id = format!("e{id}");
            let event = match kind {
                0 => envelope(&id, &format!("Ev{n}"), n),
                1 => ack(&id, f64::from(n) * 2000.0 - 1000.0),
                2 => Event::Text { conn: n, text: id.into() },
                _ => Event::Envelope {
                    conn: n,
                    envelope_id: id.into(),
                    type_: "".into(),
                    message: "[[not an object".into(),
                },
            };
            rows += u32::from(is_row(&event));
            let place = Place { offset: 0, len: 9 };
            let change = index.push(place, &Record { seq: 0, at: jiff::Timestamp::MIN, event });
            if let Some(Change::Added(row) | Change::Changed(row)) = change {
                prop_assert!(row < rows);
            }
            prop_assert_eq!(index.len(), rows);
        }
        let flagged = index.entries().iter().filter(|entry| entry.has_finding()).count();
        prop_assert_eq!(flagged, index.findings());
        for row in 0..rows {
            prop_assert!(index.repeats(row).is_none_or(|first| first < row));
            let answered = index.get(row).unwrap().ack().took_ms().is_some();
            prop_assert_eq!(answered, index.get(row).unwrap().ack_place().is_some());
        }
    }
}

proptest! {
    /// A draft reads the message front to back; [`Header`] and [`About`] read it apart.
    #[test]
    fn a_draft_tells_what_the_header_and_the_payload_tell(
        text in crate::slack::strict::tests::texts(),
        sample in any::<proptest::sample::Index>(),
        instead: bool,
    ) {
        let sample = &sample::all()[sample.index(sample::all().len())];
        let message = if instead { text.as_str() } else { sample.text };
        prop_assume!(serde_json::from_str::<serde_json::Value>(message).is_ok());
        let event = Event::Envelope {
            conn: 1,
            envelope_id: "e".into(),
            type_: sample.kind.into(),
            message: message.into(),
        };
        let record = Record { seq: 0, at: jiff::Timestamp::UNIX_EPOCH, event };
        let Draft::Row(row) = Draft::of(&record) else { panic!("no row") };
        let header = Header::parse(message).unwrap_or_default();
        let about = About::of(sample.kind, header.payload.unwrap_or_default());
        prop_assert_eq!(row.kind, RowKind::Envelope(about.kind));
        prop_assert_eq!((&row.subject, &row.user), (&about.subject, &about.user.unwrap_or_default()));
        prop_assert_eq!((&row.channel, &row.team), (&about.channel.unwrap_or_default(), &about.team_id.unwrap_or_default()));
        prop_assert_eq!(&row.event_id, &about.event_id.unwrap_or_default());
        prop_assert_eq!(row.retry, header.retry_attempt.unwrap_or_default());
        prop_assert_eq!(row.accepts_payload, header.accepts_response_payload);
    }
}
