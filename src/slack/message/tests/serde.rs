//! The header as `serde_json` reads it, to hold our own reading against.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::slack::message::Header;

pub fn header(text: &str) -> Option<Header<'_>> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let header = reader.deserialize_map(HeaderVisitor).ok()?;
    reader.end().ok()?;
    Some(header)
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
