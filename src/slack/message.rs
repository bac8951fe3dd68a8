//! One text frame from Slack -> what it is. Lossless, never fails, reads only the header.
//!
//! Shapes are those of Slack's "Using Socket Mode" page; nothing in them is sure to come (protocol.md,
//! section 3): fields may be missing or of another type, kinds may be unknown.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// What a text frame is. Borrows from the frame.
#[derive(Debug)]
pub enum Message<'a> {
    Hello(Header<'a>),
    Disconnect(Header<'a>),
    /// Something to acknowledge, or at least something that carries a payload.
    Envelope(Header<'a>),
    /// A JSON object of a type that nobody told us about.
    Other(Header<'a>),
    /// Plain text, empty text, or JSON that is no object.
    Text,
}

/// The fields beside the payload; the payload itself is only skipped over.
#[derive(Debug, Default)]
pub struct Header<'a> {
    pub type_: Option<Cow<'a, str>>,
    pub envelope_id: Option<Cow<'a, str>>,
    pub accepts_response_payload: Option<bool>,
    pub retry_attempt: Option<u32>,
    pub retry_reason: Option<Cow<'a, str>>,
    /// Why a `disconnect` came; an open set.
    pub reason: Option<Cow<'a, str>>,
    /// The payload's text, exactly as received.
    pub payload: Option<&'a str>,
}

/// Tells what a frame is. Linear in its length, allocates only for escaped strings.
pub fn parse(text: &str) -> Message<'_> {
    let Some(header) = Header::parse(text) else { return Message::Text };
    match header.type_.as_deref() {
        Some("hello") => Message::Hello(header),
        Some("disconnect") => Message::Disconnect(header),
        _ if header.envelope_id.is_some() || header.payload.is_some() => Message::Envelope(header),
        _ => Message::Other(header),
    }
}

impl<'a> Header<'a> {
    /// `None` where the text is no JSON object.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let header = reader.deserialize_map(HeaderVisitor).ok()?;
        reader.end().ok()?;
        Some(header)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = Header<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header<'de>, A::Error> {
        let mut header = Header::default();
        while let Some(Text(key)) = map.next_key()? {
            match key.as_ref() {
                "type" => header.type_ = string(map.next_value()?),
                "envelope_id" => header.envelope_id = string(map.next_value()?),
                "retry_reason" => header.retry_reason = string(map.next_value()?),
                "reason" => header.reason = string(map.next_value()?),
                "retry_attempt" => header.retry_attempt = lenient(map.next_value()?),
                "accepts_response_payload" => header.accepts_response_payload = lenient(map.next_value()?),
                "payload" => header.payload = Some(map.next_value::<&RawValue>()?.get()),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(header)
    }
}

/// A string that borrows where it can: a bare `Cow` always copies.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

fn string(raw: &RawValue) -> Option<Cow<'_, str>> {
    lenient::<Text>(raw).map(|text| text.0)
}

/// A value of another type than promised counts as missing: it is still in the frame, and shown.
fn lenient<'a, T: serde::Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

/// What `hello` tells about the connection. Every field may be missing or absurd.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hello {
    /// How many connections the app has in all, ours and others' (protocol.md, section 3).
    pub num_connections: Option<u64>,
    pub app_id: Option<String>,
    pub host: Option<String>,
    /// As Slack spells it: `118` or `"118"`.
    pub build: Option<String>,
    /// Seconds that Slack expects the connection to live; only a positive, sane number counts.
    pub approximate_connection_time: Option<f64>,
}

impl Hello {
    /// Longer lives than this are taken for nonsense rather than counted down.
    const LONGEST_LIFE: f64 = 30.0 * 86_400.0;

    pub fn parse(text: &str) -> Self {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return Self::default() };
        let debug = &value["debug_info"];
        let text = |v: &serde_json::Value| v.as_str().map(str::to_owned);
        Self {
            num_connections: value["num_connections"].as_u64(),
            app_id: text(&value["connection_info"]["app_id"]),
            host: text(&debug["host"]),
            build: text(&debug["build_number"])
                .or_else(|| debug["build_number"].as_number().map(ToString::to_string)),
            approximate_connection_time: debug["approximate_connection_time"]
                .as_f64()
                .filter(|life| *life > 0.0 && *life <= Self::LONGEST_LIFE),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

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
}
