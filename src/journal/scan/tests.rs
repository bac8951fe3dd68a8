#![allow(clippy::unwrap_used)]
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::journal::{By, Event, Journal, Record, Secrets, Tail};

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn read(mut tail: Tail) -> Index {
    let mut index = Index::default();
    let mut enter = |place, line: &str| {
        index.push(place, &Record::parse(line).unwrap());
    };
    while tail.read(&mut enter).unwrap() {}
    index
}

fn write(journal: &Journal, at: i64, id: &str, command: &str) {
    let message = format!(
        r#"{{"envelope_id":"{id}","type":"slash_commands","payload":{{"command":"{command}"}},"retry_attempt":1}}"#
    );
    let (envelope_id, type_) = (id.into(), "slash_commands".into());
    journal.write(second(at), &Event::Envelope { conn: 2, envelope_id, type_, message: message.into() });
}

fn sift(filter: Filter, index: &Index, lines: &Lines, times: Times) -> Vec<u32> {
    let sample = Sample::of(index, 0..index.len(), times);
    Sieve::new(filter).sift(&sample, lines, &AtomicBool::new(false)).unwrap()
}

#[test]
fn rows_pass_by_their_entries_their_bytes_and_their_records() {
    let journal = Journal::temporary(Secrets::Masked).unwrap();
    let tail = journal.tail();
    write(&journal, 0, "e0", "/deploy");
    write(&journal, 60, "e1", "/randorilke");
    write(&journal, 61, "e2", "/deploy");
    journal.write(second(62), &Event::Text { conn: 1, text: "no \"de\u{8}ploy".into() });
    let (envelope_id, message) = ("e0".into(), "{}".into());
    let ack = Event::Ack { conn: 1, envelope_id, by: By::Rule, took_ms: 9.5, late: false, message };
    journal.write(second(63), &ack);
    let index = read(tail);
    let lines = Lines::from(journal);
    let shown = |filter: &str, now: Option<i64>| {
        let times = Times { start: second(0), now: now.map(second) };
        sift(Filter::parse(filter).unwrap(), &index, &lines, times)
    };
    assert_eq!(shown("deploy", None), [0, 2]);
    assert_eq!(shown("\"no \\\"de\u{8}p\"", None), [3]);
    assert_eq!(shown("command:/deploy", None), [0, 2]);
    assert_eq!(shown("type:slash_commands after:30s", None), [1, 2]);
    assert_eq!(shown("id:e1 conn:2 retry:>0", None), [1]);
    assert_eq!(shown("by:rule took:>5ms", None), [0]);
    assert_eq!(shown("ack:ok", None), [0]);
    assert_eq!(shown("ack:none", None), [1, 2]);
    assert_eq!(shown("ack:pending", Some(63)), [2]);
    assert_eq!(shown("ack:late", Some(63)), [1]);
    assert_eq!(shown("/r.nd/", None), [1]);
    assert_eq!(shown(".payload.command == \"/deploy\"", None), [0, 2]);
    assert_eq!(shown("", None), [0, 1, 2, 3]);
}

#[test]
fn rows_whose_lines_are_gone_do_not_match() {
    let journal = Journal::temporary(Secrets::Masked).unwrap();
    let tail = journal.tail();
    write(&journal, 0, "e0", "/deploy");
    write(&journal, 1, "e1", "/deploy");
    let index = read(tail);
    let whole = index.get(0).unwrap().place();
    let mut file = tempfile::tempfile().unwrap();
    let text = [journal.line(whole).unwrap(), "\n{".to_owned()].concat();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    let lines = Lines::from(crate::journal::Files::new([(std::path::PathBuf::new(), file)]));
    let times = Times { start: second(0), now: None };
    for filter in ["deploy", "/deploy/", "jq:.payload", "id:e*"] {
        assert_eq!(sift(Filter::parse(filter).unwrap(), &index, &lines, times), [0], "{filter}");
    }
}

#[test]
fn what_is_cancelled_stops() {
    let journal = Journal::temporary(Secrets::Masked).unwrap();
    let tail = journal.tail();
    write(&journal, 0, "e0", "/deploy");
    let index = read(tail);
    let sample = Sample::of(&index, 0..9, Times { start: second(0), now: None });
    let sieve = Sieve::new(Filter::parse("deploy").unwrap());
    assert_eq!(sieve.sift(&sample, &journal.clone().into(), &AtomicBool::new(true)), None);
    assert_eq!(sieve.sift(&sample, &journal.into(), &AtomicBool::new(false)), Some(vec![0]));
}

/// A JSON string of this text, with what the choices ask for written as an escape.
fn string(text: &str, escapes: &[bool]) -> String {
    let escape = |c: char| -> String {
        c.encode_utf16(&mut [0; 2]).iter().map(|unit| ["\\u", &format!("{unit:04X}")].concat()).collect()
    };
    let mut json = String::from('"');
    for (c, escaped) in text.chars().zip(escapes.iter().cycle()) {
        match c {
            _ if *escaped => json.push_str(&escape(c)),
            '/' if escapes.len().is_multiple_of(2) => json.push_str("\\/"),
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json.push_str("\\n"),
            c if c < ' ' => json.push_str(&escape(c)),
            c => json.push(c),
        }
    }
    json + "\""
}

/// Words that meet the filters below, whole or in part.
fn word() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "deploy",
        "DEPLOY",
        "/deploy",
        "U1",
        "u1",
        "Ünal",
        "üNAL",
        "デプロイ",
        "a\"b",
        "a\\b",
        "K",
        "\u{212a}k",
        "ſs",
        "",
        "x\ny",
        "save_it",
        "σς",
        "message",
        "view_submission",
        "xoxb-1234-abcdefgh",
        "😀",
        "message.im",
        "channel",
    ]);
    prop_oneof![6 => known.prop_map(str::to_owned), 1 => "[a-c/\"\\\\ü😀]{0,4}"]
}

/// A frame of some kind: what it is recorded as is the test's to say.
fn payload() -> impl Strategy<Value = String> {
    let keys = prop::sample::select(vec![
        "command",
        "type",
        "callback_id",
        "user",
        "channel",
        "text",
        "user_id",
        "action_id",
        "team_id",
    ]);
    let fields = vec((keys, word(), vec(prop::bool::weighted(0.2), 1..4)), 0..5);
    (fields, word(), vec(prop::bool::weighted(0.2), 1..4), any::<bool>()).prop_map(
        |(fields, type_, escapes, is_event)| {
            let mut seen = Vec::new();
            let mut members: Vec<String> = Vec::new();
            for (key, value, escapes) in fields {
                if !seen.contains(&key) {
                    seen.push(key);
                    members.push(format!("\"{key}\":{}", string(&value, &escapes)));
                }
            }
            if is_event {
                members.push(format!(
                    "\"event\":{{\"type\":{},\"channel_type\":\"im\"}}",
                    string(&type_, &escapes)
                ));
            }
            format!("{{{}}}", members.join(","))
        },
    )
}

fn event() -> impl Strategy<Value = Event<'static>> {
    let types = prop::sample::select(vec!["interactive", "events_api", "slash_commands", "later"]);
    let envelope =
        (types.clone(), payload(), "[ab1]{0,2}").prop_map(|(type_, payload, id)| Event::Envelope {
            conn: 1,
            message: format!(r#"{{"envelope_id":"{id}","type":"{type_}","payload":{payload}}}"#).into(),
            envelope_id: id.into(),
            type_: type_.into(),
        });
    let message = (types, payload()).prop_map(|(type_, payload)| Event::Message {
        conn: 3,
        type_: type_.into(),
        message: format!(r#"{{"type":"{type_}","payload":{payload}}}"#).into(),
    });
    prop_oneof![
        6 => envelope,
        1 => message,
        1 => word().prop_map(|text| Event::Text { conn: 1, text: text.into() }),
        1 => word().prop_map(|text| Event::Hello { conn: 2, message: format!("{{\"x\":{}}}", string(&text, &[false])).into() }),
        1 => "[ab1]{0,2}".prop_map(|id| Event::Ack { conn: 1, envelope_id: id.into(), by: By::Hand, took_ms: 3500.0, late: true, message: "{}".into() }),
        1 => "[A-Za-z]{0,3}".prop_map(|base64| Event::Binary { conn: 2, base64: base64.into() }),
    ]
}

fn term() -> impl Strategy<Value = String> {
    let quote = |text: String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let fields = prop::sample::select(vec![
        "type", "event", "callback", "action", "command", "user", "channel", "team", "id",
    ]);
    let fixed = prop::sample::select(vec![
        "type:interactive",
        "type:view_*",
        "type:hello",
        "kind:text",
        "kind:e*",
        "conn:1",
        "conn:>1",
        "ack:late",
        "ack:none",
        "by:hand",
        "took:>3s",
        "size:>100",
        "size:<60",
        "after:3s",
        "before:00:00:05",
        "/dep.oy/i",
        "/^..enve/",
        "jq:.payload.user",
        "retry:0",
        "deploy",
        "event:message*",
    ]);
    prop_oneof![
        3 => word().prop_map(quote),
        2 => (fields, word(), any::<bool>()).prop_map(move |(field, value, glob)| {
            if glob && value.chars().all(char::is_alphanumeric) { format!("{field}:*{value}*") } else { format!("{field}:{}", quote(value)) }
        }),
        3 => fixed.prop_map(str::to_owned),
    ]
}

fn any_filter() -> impl Strategy<Value = String> {
    term().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(|terms| format!("({})", terms.join(" "))),
            vec(inner.clone(), 1..12).prop_map(|terms| format!("({})", terms.join(" or "))),
            inner.prop_map(|term| format!("!({term})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 400 } else { 20_000 }))]

    #[test]
    fn the_three_tiers_say_what_the_filter_says(events in vec(event(), 1..12), text in any_filter(), search in word()) {
        let journal = Journal::temporary(Secrets::Masked).unwrap();
        let tail = journal.tail();
        for (at, event) in events.iter().enumerate() {
            journal.write(second(i64::try_from(at).unwrap()), event);
        }
        let index = read(tail);
        let lines = Lines::from(journal.clone());
        let times = Times { start: second(0), now: Some(second(5)) };
        let Ok(parsed) = Filter::parse_in(&text, TimeZone::UTC) else { return Ok(()) };
        for filter in [parsed.clone(), Filter::search(&search), parsed.and(Filter::search(&search))] {
            let plainly: Vec<u32> = (0..index.len())
                .filter(|row| {
                    let entry = index.get(*row).unwrap();
                    judge(&filter, entry, &lines.line(entry.place()).unwrap(), times)
                })
                .collect();
            prop_assert_eq!(sift(filter.clone(), &index, &lines, times), plainly, "{}", filter);
        }
    }
}
