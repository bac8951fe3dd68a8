#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

fn line(seq: u64, event: &Event) -> String {
    let mut out = format!(r#"{{"v":{VERSION},"seq":{seq}"#);
    event.write("2026-11-22T07:01:46.123456Z".parse().unwrap(), &mut out);
    out
}

fn examples() -> Vec<Event<'static>> {
    let message = || Cow::Borrowed(r#"{"n": 1.50,"s":"a\/b \u00e9"}"#);
    vec![
        Event::Session { mode: "live".into(), version: "0.1.0".into() },
        Event::Opening { conn: 1, debug_reconnects: true },
        Event::Opened { conn: 1, took_ms: 81.4, url: "wss://wss-primary.slack.com/link/?ticket=***".into() },
        Event::Connected { conn: 1, took_ms: 40.2 },
        Event::Hello { conn: 1, message: message() },
        Event::Envelope {
            conn: 1,
            envelope_id: "e\"1".into(),
            type_: "interactive".into(),
            message: message(),
        },
        Event::Ack {
            conn: 1,
            envelope_id: "e".into(),
            by: By::Auto,
            took_ms: 0.05,
            late: false,
            message: message(),
        },
        Event::Disconnect { conn: 1, reason: "warning".into(), message: message() },
        Event::Closed { conn: 1, code: Some(1000), reason: "bye".into(), lived_ms: 359_876.1 },
        Event::Closed { conn: 1, code: None, reason: "reset by peer".into(), lived_ms: 1.0 },
        Event::Gap { ms: 0.0 },
        Event::Finding {
            code: "ack-too-long".into(),
            conn: Some(1),
            envelope_id: Some("e".into()),
            message: "long".into(),
        },
        Event::Ping { conn: 1, from: Side::Slack },
        Event::Pong { conn: 1, from: Side::Slack, rtt_ms: Some(12.1) },
        Event::Pong { conn: 1, from: Side::Client, rtt_ms: None },
        Event::Message { conn: 1, type_: "brand_new".into(), message: message() },
        Event::Text { conn: 2, text: "UNAUTHENTICATED: cache_error\n".into() },
        Event::Binary { conn: 2, base64: "AAEC".into() },
        Event::Error {
            conn: None,
            code: "ratelimited".into(),
            fatal: false,
            retry_in_ms: Some(30_000),
            message: "wait".into(),
        },
        Event::Api {
            method: "chat.postMessage".into(),
            request: message(),
            status: 200,
            response: message(),
            took_ms: 5.0,
        },
    ]
}

#[test]
fn every_kind_is_read_back_as_it_was_written() {
    for event in examples() {
        let line = line(7, &event);
        let record = Record::parse(&line).unwrap();
        assert_eq!((record.seq, &record.event), (7, &event), "{line}");
    }
}

#[test]
fn lines_look_as_the_contract_says() {
    let lines: Vec<_> = examples().iter().enumerate().map(|(seq, event)| line(seq as u64, event)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn line_breaks_between_tokens_become_spaces() {
    let event = Event::Hello { conn: 1, message: "{\r\n\"a\": 1\n}".into() };
    assert!(line(0, &event).ends_with(r#""message":{  "a": 1 }}"#));
}

#[test]
fn an_unknown_kind_is_kept_and_an_unknown_version_told() {
    let line = r#"{"v":1,"seq":3,"at":"2026-11-22T07:01:46Z","kind":"later","x":1}"#;
    assert_eq!(Record::parse(line).unwrap().event, Event::Unknown { kind: "later".into() });
    let error = Record::parse(&line.replace("\"v\":1", "\"v\":2")).unwrap_err();
    assert!(error.to_string().contains("version 2"), "{error}");
    let error =
        Record::parse(r#"{"v":1,"seq":3,"at":"2026-11-22T07:01:46Z","kind":"hello","conn":1}"#).unwrap_err();
    assert_eq!(error.to_string(), "a record of kind `hello` has no `message`");
}

proptest! {
    #[test]
    fn any_text_survives(text in ".*", id in ".*") {
        let event = Event::Finding { code: "x".into(), conn: None, envelope_id: Some(id.into()), message: text.into() };
        let line = line(1, &event);
        prop_assert!(!line.contains('\n'));
        prop_assert_eq!(Record::parse(&line).unwrap().event, event);
    }

    #[test]
    fn no_line_makes_the_reader_fail_badly(line in ".{0,200}") {
        let _ = Record::parse(&line);
    }
}
