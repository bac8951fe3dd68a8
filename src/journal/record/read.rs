//! A line as its record.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{By, Event, Record, RecordError, Side, VERSION};

mod quick;

/// A string that borrows from its line where it can.
#[derive(Deserialize)]
struct Str<'a>(#[serde(borrow)] Cow<'a, str>);

/// Every field that any kind of record has; which of them must be there is `Record::parse`'s to say.
#[derive(Deserialize)]
struct Line<'a> {
    v: u64,
    seq: u64,
    at: Timestamp,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    conn: Option<u32>,
    #[serde(borrow, rename = "type")]
    type_: Option<Str<'a>>,
    #[serde(borrow)]
    envelope_id: Option<Str<'a>>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    by: Option<By>,
    took_ms: Option<f64>,
    late: Option<bool>,
    #[serde(borrow)]
    mode: Option<Str<'a>>,
    #[serde(borrow)]
    version: Option<Str<'a>>,
    debug_reconnects: Option<bool>,
    #[serde(borrow)]
    url: Option<Str<'a>>,
    #[serde(borrow)]
    reason: Option<Str<'a>>,
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    lived_ms: Option<f64>,
    ms: Option<f64>,
    from: Option<Side>,
    rtt_ms: Option<f64>,
    #[serde(borrow)]
    text: Option<Str<'a>>,
    #[serde(borrow)]
    base64: Option<Str<'a>>,
    fatal: Option<bool>,
    retry_in_ms: Option<u64>,
    #[serde(borrow)]
    method: Option<Str<'a>>,
    #[serde(borrow)]
    request: Option<&'a RawValue>,
    status: Option<u16>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
}

impl<'a> Record<'a> {
    /// Reads one line, without its end.
    pub fn parse(line: &'a str) -> Result<Self, RecordError> {
        quick::record(line).map_or_else(|| Self::parse_any(line), Ok)
    }

    fn parse_any(line: &'a str) -> Result<Self, RecordError> {
        let line: Line = serde_json::from_str(line).map_err(RecordError::NotJson)?;
        if line.v != VERSION {
            return Err(RecordError::Version(line.v));
        }
        let (seq, at) = (line.seq, line.at);
        Ok(Self { seq, at, event: line.event()? })
    }
}

impl<'a> Line<'a> {
    fn event(self) -> Result<Event<'a>, RecordError> {
        let Self { kind, .. } = &self;
        let missing = |field| RecordError::Missing { kind: kind.to_string(), field };
        let conn = self.conn.ok_or_else(|| missing("conn"));
        let json = |raw: Option<&'a RawValue>, field| {
            raw.map(|raw| Cow::Borrowed(raw.get())).ok_or_else(|| missing(field))
        };
        let message = || json(self.message, "message");
        let prose = || self.message.map_or(Cow::Borrowed(""), text_of);
        let code = || self.code.map_or(Cow::Borrowed(""), text_of);
        let took_ms = self.took_ms.unwrap_or_default();
        Ok(match kind.as_ref() {
            "session" => Event::Session { mode: or_empty(self.mode), version: or_empty(self.version) },
            "opening" => {
                Event::Opening { conn: conn?, debug_reconnects: self.debug_reconnects.unwrap_or_default() }
            }
            "opened" => Event::Opened { conn: conn?, took_ms, url: or_empty(self.url) },
            "connected" => Event::Connected { conn: conn?, took_ms },
            "hello" => Event::Hello { conn: conn?, message: message()? },
            "envelope" => Event::Envelope {
                conn: conn?,
                message: message()?,
                envelope_id: or_empty(self.envelope_id),
                type_: or_empty(self.type_),
            },
            "ack" => Event::Ack {
                conn: conn?,
                by: self.by.ok_or_else(|| missing("by"))?,
                message: message()?,
                envelope_id: or_empty(self.envelope_id),
                took_ms,
                late: self.late.unwrap_or_default(),
            },
            "disconnect" => {
                Event::Disconnect { conn: conn?, message: message()?, reason: or_empty(self.reason) }
            }
            "closed" => Event::Closed {
                conn: conn?,
                code: code().parse().ok(),
                reason: or_empty(self.reason),
                lived_ms: self.lived_ms.unwrap_or_default(),
            },
            "gap" => Event::Gap { ms: self.ms.ok_or_else(|| missing("ms"))? },
            "finding" => Event::Finding {
                code: code(),
                conn: self.conn,
                message: prose(),
                envelope_id: self.envelope_id.map(|id| id.0),
            },
            "ping" => Event::Ping { conn: conn?, from: self.from.ok_or_else(|| missing("from"))? },
            "pong" => Event::Pong {
                conn: conn?,
                from: self.from.ok_or_else(|| missing("from"))?,
                rtt_ms: self.rtt_ms,
            },
            "message" => Event::Message { conn: conn?, message: message()?, type_: or_empty(self.type_) },
            "text" => Event::Text { conn: conn?, text: or_empty(self.text) },
            "binary" => Event::Binary { conn: conn?, base64: or_empty(self.base64) },
            "error" => Event::Error {
                conn: self.conn,
                code: code(),
                fatal: self.fatal.unwrap_or_default(),
                retry_in_ms: self.retry_in_ms,
                message: prose(),
            },
            "api" => Event::Api {
                request: json(self.request, "request")?,
                response: json(self.response, "response")?,
                method: or_empty(self.method),
                status: self.status.unwrap_or_default(),
                took_ms,
            },
            _ => Event::Unknown { kind: self.kind },
        })
    }
}

fn or_empty(text: Option<Str>) -> Cow<str> {
    text.map(|text| text.0).unwrap_or_default()
}

/// The text of a JSON string, or any other JSON as it is written.
fn text_of(raw: &RawValue) -> Cow<'_, str> {
    serde_json::from_str::<Str>(raw.get()).map_or(Cow::Borrowed(raw.get()), |text| text.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::slack::strict::tests::{PIECES, texts};
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    const ENVELOPE: &str = r#"{"v":1,"seq":7,"at":"2026-11-22T07:01:46.123456Z","kind":"envelope","conn":1,"envelope_id":"e","type":"events_api","message":MESSAGE}"#;
    const ACK: &str = r#"{"v":1,"seq":8,"at":"2026-11-22T07:01:46Z","kind":"ack","conn":1,"envelope_id":"e","by":"rule","took_ms":1.25,"late":false,"message":MESSAGE}"#;

    #[test]
    fn envelopes_and_acks_are_read_the_quick_way() {
        for line in [ENVELOPE, ACK] {
            let line = line.replace("MESSAGE", r#"{"envelope_id":"e"}"#);
            assert_eq!(quick::record(&line).unwrap(), Record::parse_any(&line).unwrap());
        }
    }

    #[test]
    fn null_is_no_message() {
        let error = Record::parse(&ENVELOPE.replace("MESSAGE", "null")).unwrap_err();
        assert_eq!(error.to_string(), "a record of kind `envelope` has no `message`");
    }

    /// A line of an envelope or an ack with any message, and maybe broken somewhere.
    fn lines() -> impl Strategy<Value = String> {
        let breaks = proptest::collection::vec((any::<Index>(), any::<Index>(), select(&PIECES[..])), 0..3);
        (select(&[ENVELOPE, ACK][..]), texts(), breaks).prop_map(|(line, message, breaks)| {
            let mut line = line.to_owned();
            for (from, to, piece) in breaks {
                // The line's own text is ASCII: every place is between two characters.
                let (from, to) = (from.index(line.len()), to.index(line.len()));
                if line.is_ascii() {
                    line.replace_range(from..to.clamp(from, (from + 3).min(line.len())), piece);
                }
            }
            line.replace("MESSAGE", &message)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn the_quick_way_reads_what_the_slow_one_reads(line in lines()) {
            if let Some(record) = quick::record(&line) {
                let slow = Record::parse_any(&line);
                prop_assert_eq!(Some(record), slow.ok(), "{}", line);
            }
        }
    }
}
