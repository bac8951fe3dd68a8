#![allow(clippy::unwrap_used)]
use super::*;
use crate::slack::strict::tests::texts;
use proptest::prelude::*;

mod serde;

fn envelope(text: &str) -> Header<'_> {
    match parse(text) {
        Message::Envelope(header) => header,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_envelope_gives_its_header_and_its_payload_as_it_came() {
    let text = r#"{"envelope_id":"e-1","payload":{ "n": 1.50, "a":[1,2] },"type":"events_api","accepts_response_payload":false,"retry_attempt":2,"retry_reason":"timeout"}"#;
    let header = envelope(text);
    assert_eq!(header.envelope_id.as_deref(), Some("e-1"));
    assert_eq!(header.type_.as_deref(), Some("events_api"));
    assert_eq!(header.accepts_response_payload, Some(false));
    assert_eq!(header.retry_attempt, Some(2));
    assert_eq!(header.retry_reason.as_deref(), Some("timeout"));
    assert_eq!(header.payload, Some(r#"{ "n": 1.50, "a":[1,2] }"#));
}

#[test]
fn fields_of_another_type_count_as_missing() {
    let header = envelope(r#"{"envelope_id":7,"payload":null,"type":["x"],"retry_attempt":"two"}"#);
    assert_eq!(header.envelope_id, None);
    assert_eq!(header.type_, None);
    assert_eq!(header.retry_attempt, None);
    assert_eq!(header.payload, Some("null"));
}

#[test]
fn what_is_no_object_is_text() {
    for text in ["", " ", "UNAUTHENTICATED: cache_error", "[1]", "\"hi\"", "{\"a\":1", "{} {}", "null"] {
        assert!(matches!(parse(text), Message::Text), "{text:?}");
    }
}

#[test]
fn unknown_objects_are_kept_apart_from_envelopes() {
    assert!(matches!(parse(r#"{"type":"brand_new","x":1}"#), Message::Other(_)));
    assert!(matches!(parse("{}"), Message::Other(_)));
    assert!(matches!(parse(r#"{"type":"brand_new","payload":{}}"#), Message::Envelope(_)));
}

#[test]
fn the_last_of_two_equal_keys_wins_and_escapes_are_read() {
    let header = envelope(r#"{"envelope_id":"a","envelope_id":"b\u0021","payload":1}"#);
    assert_eq!(header.envelope_id.as_deref(), Some("b!"));
}

#[test]
fn hello_reads_what_is_sane() {
    let hello = Hello::parse(
        r#"{"type":"hello","num_connections":2,"connection_info":{"app_id":"A1"},"debug_info":{"host":"applink-3","build_number":118,"approximate_connection_time":18060}}"#,
    );
    assert_eq!(hello.num_connections, Some(2));
    assert_eq!(hello.build.as_deref(), Some("118"));
    assert_eq!(hello.approximate_connection_time, Some(18060.0));
    for absurd in ["-5", "0", "1e300", "\"soon\"", "null", "{}"] {
        let text = format!(r#"{{"debug_info":{{"approximate_connection_time":{absurd}}}}}"#);
        assert_eq!(Hello::parse(&text).approximate_connection_time, None, "{absurd}");
    }
    assert_eq!(Hello::parse("{}"), Hello::default());
}

#[test]
fn deep_nesting_is_skipped_without_recursion() {
    let text = format!(r#"{{"envelope_id":"e","payload":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(envelope(&text).payload.unwrap().len(), 20_000);
}

proptest! {
    #[test]
    fn no_text_makes_it_fail(text in ".{0,200}") {
        let _ = parse(&text);
        let _ = Hello::parse(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_header_is_what_serde_makes_of_the_text(text in texts()) {
        prop_assert_eq!(Header::parse(&text), serde::header(&text), "{}", text);
    }
}

#[test]
fn the_header_of_every_sample_is_what_serde_makes_of_it() {
    for sample in crate::slack::sample::all() {
        assert_eq!(Header::parse(sample.text), serde::header(sample.text), "{}", sample.name);
    }
}
