//! One line of a recording. The format is the public contract: one JSON object a line, `seq` rising by 1.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The version of the format, the `v` of every line.
pub const VERSION: u64 = 1;

/// One record, borrowed from its line.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<'a> {
    pub seq: u64,
    pub at: Timestamp,
    pub event: Event<'a>,
}

/// Who answered an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    Auto,
    Rule,
    Hand,
    App,
}

/// Whose ping or pong it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Slack,
    Client,
}

/// What happened. `message` is the JSON text as it went over the wire (masked, without line breaks);
/// durations are milliseconds; `conn` counts the connections of a session from 1.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<'a> {
    Session {
        mode: Cow<'a, str>,
        version: Cow<'a, str>,
    },
    /// `apps.connections.open` was sent.
    Opening {
        conn: u32,
        debug_reconnects: bool,
    },
    /// The URL was issued; its ticket is masked.
    Opened {
        conn: u32,
        took_ms: f64,
        url: Cow<'a, str>,
    },
    /// The upgrade succeeded.
    Connected {
        conn: u32,
        took_ms: f64,
    },
    Hello {
        conn: u32,
        message: Cow<'a, str>,
    },
    Envelope {
        conn: u32,
        envelope_id: Cow<'a, str>,
        type_: Cow<'a, str>,
        message: Cow<'a, str>,
    },
    Ack {
        conn: u32,
        envelope_id: Cow<'a, str>,
        by: By,
        took_ms: f64,
        late: bool,
        message: Cow<'a, str>,
    },
    Disconnect {
        conn: u32,
        reason: Cow<'a, str>,
        message: Cow<'a, str>,
    },
    /// The end of a connection; no code where no close frame came.
    Closed {
        conn: u32,
        code: Option<u16>,
        reason: Cow<'a, str>,
        lived_ms: f64,
    },
    /// The time without a live connection, after every change of connections.
    Gap {
        ms: f64,
    },
    Finding {
        code: Cow<'a, str>,
        conn: Option<u32>,
        envelope_id: Option<Cow<'a, str>>,
        message: Cow<'a, str>,
    },
    Ping {
        conn: u32,
        from: Side,
    },
    /// `rtt_ms` where it answers a ping of ours.
    Pong {
        conn: u32,
        from: Side,
        rtt_ms: Option<f64>,
    },
    /// A JSON object that is neither hello, disconnect nor envelope.
    Message {
        conn: u32,
        type_: Cow<'a, str>,
        message: Cow<'a, str>,
    },
    /// A text frame that is no JSON object.
    Text {
        conn: u32,
        text: Cow<'a, str>,
    },
    Binary {
        conn: u32,
        base64: Cow<'a, str>,
    },
    Error {
        conn: Option<u32>,
        code: Cow<'a, str>,
        fatal: bool,
        retry_in_ms: Option<u64>,
        message: Cow<'a, str>,
    },
    Api {
        method: Cow<'a, str>,
        request: Cow<'a, str>,
        status: u16,
        response: Cow<'a, str>,
        took_ms: f64,
    },
    /// A kind that a later version wrote: counted and kept, never an error.
    Unknown {
        kind: Cow<'a, str>,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("this line is no record: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error(
        "this record has version {0}, and this sockscope reads version {VERSION}: take a newer sockscope"
    )]
    Version(u64),
    #[error("a record of kind `{kind}` has no `{field}`")]
    Missing { kind: String, field: &'static str },
}

impl Event<'_> {
    pub fn kind(&self) -> &str {
        match self {
            Self::Session { .. } => "session",
            Self::Opening { .. } => "opening",
            Self::Opened { .. } => "opened",
            Self::Connected { .. } => "connected",
            Self::Hello { .. } => "hello",
            Self::Envelope { .. } => "envelope",
            Self::Ack { .. } => "ack",
            Self::Disconnect { .. } => "disconnect",
            Self::Closed { .. } => "closed",
            Self::Gap { .. } => "gap",
            Self::Finding { .. } => "finding",
            Self::Ping { .. } => "ping",
            Self::Pong { .. } => "pong",
            Self::Message { .. } => "message",
            Self::Text { .. } => "text",
            Self::Binary { .. } => "binary",
            Self::Error { .. } => "error",
            Self::Api { .. } => "api",
            Self::Unknown { kind } => kind,
        }
    }

    /// The text that came over the wire, or that tells what happened; empty where there is none.
    pub fn message(&self) -> &str {
        match self {
            Self::Hello { message, .. }
            | Self::Envelope { message, .. }
            | Self::Ack { message, .. }
            | Self::Disconnect { message, .. }
            | Self::Finding { message, .. }
            | Self::Message { message, .. }
            | Self::Error { message, .. } => message,
            Self::Text { text, .. } => text,
            Self::Binary { base64, .. } => base64,
            Self::Api { request, .. } => request,
            _ => "",
        }
    }

    pub fn conn(&self) -> Option<u32> {
        match self {
            Self::Opening { conn, .. }
            | Self::Opened { conn, .. }
            | Self::Connected { conn, .. }
            | Self::Hello { conn, .. }
            | Self::Envelope { conn, .. }
            | Self::Ack { conn, .. }
            | Self::Disconnect { conn, .. }
            | Self::Closed { conn, .. }
            | Self::Ping { conn, .. }
            | Self::Pong { conn, .. }
            | Self::Message { conn, .. }
            | Self::Text { conn, .. }
            | Self::Binary { conn, .. } => Some(*conn),
            Self::Finding { conn, .. } | Self::Error { conn, .. } => *conn,
            Self::Session { .. } | Self::Gap { .. } | Self::Api { .. } | Self::Unknown { .. } => None,
        }
    }

    /// Appends everything of the line that comes after `seq`, without the line's end.
    pub(super) fn write(&self, at: Timestamp, out: &mut String) {
        let _ = write!(out, r#","at":"{at:.6}""#);
        let mut line = Fields(out);
        line.text("kind", self.kind());
        if let Some(conn) = self.conn() {
            line.raw("conn", conn);
        }
        self.write_own(&mut line);
        out.push('}');
    }

    fn write_own(&self, line: &mut Fields) {
        match self {
            Self::Session { mode, version } => {
                line.text("mode", mode);
                line.text("version", version);
            }
            Self::Opening { debug_reconnects, .. } => line.raw("debug_reconnects", debug_reconnects),
            Self::Opened { took_ms, url, .. } => {
                line.ms("took_ms", *took_ms);
                line.text("url", url);
            }
            Self::Connected { took_ms, .. } => line.ms("took_ms", *took_ms),
            Self::Hello { message, .. } => line.json("message", message),
            Self::Envelope { envelope_id, type_, message, .. } => {
                line.text("envelope_id", envelope_id);
                line.text("type", type_);
                line.json("message", message);
            }
            Self::Ack { envelope_id, by, took_ms, late, message, .. } => {
                line.text("envelope_id", envelope_id);
                line.text("by", by.name());
                line.ms("took_ms", *took_ms);
                line.raw("late", late);
                line.json("message", message);
            }
            Self::Disconnect { reason, message, .. } => {
                line.text("reason", reason);
                line.json("message", message);
            }
            Self::Closed { code, reason, lived_ms, .. } => {
                if let Some(code) = code {
                    line.raw("code", code);
                }
                line.text("reason", reason);
                line.ms("lived_ms", *lived_ms);
            }
            Self::Gap { ms } => line.ms("ms", *ms),
            Self::Finding { code, envelope_id, message, .. } => {
                line.text("code", code);
                if let Some(id) = envelope_id {
                    line.text("envelope_id", id);
                }
                line.text("message", message);
            }
            _ => self.write_rest(line),
        }
    }

    fn write_rest(&self, line: &mut Fields) {
        match self {
            Self::Ping { from, .. } => line.text("from", from.name()),
            Self::Pong { from, rtt_ms, .. } => {
                line.text("from", from.name());
                if let Some(rtt) = rtt_ms {
                    line.ms("rtt_ms", *rtt);
                }
            }
            Self::Message { type_, message, .. } => {
                line.text("type", type_);
                line.json("message", message);
            }
            Self::Text { text, .. } => line.text("text", text),
            Self::Binary { base64, .. } => line.text("base64", base64),
            Self::Error { code, fatal, retry_in_ms, message, .. } => {
                line.text("code", code);
                line.raw("fatal", fatal);
                if let Some(ms) = retry_in_ms {
                    line.raw("retry_in_ms", ms);
                }
                line.text("message", message);
            }
            Self::Api { method, request, status, response, took_ms } => {
                line.text("method", method);
                line.json("request", request);
                line.raw("status", status);
                line.json("response", response);
                line.ms("took_ms", *took_ms);
            }
            _ => {}
        }
    }
}

impl By {
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Rule => "rule",
            Self::Hand => "hand",
            Self::App => "app",
        }
    }
}

impl By {
    /// As an adverb: "answered by hand".
    pub fn words(self) -> &'static str {
        match self {
            Self::Auto => "at once",
            Self::Rule => "by a rule",
            Self::Hand => "by hand",
            Self::App => "by the app",
        }
    }
}

impl std::fmt::Display for By {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Client => "client",
        }
    }
}

/// Writes `,"name":value` pairs.
struct Fields<'o>(&'o mut String);

impl Fields<'_> {
    fn name(&mut self, name: &str) {
        self.0.push_str(",\"");
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    fn raw(&mut self, name: &str, value: impl std::fmt::Display) {
        self.name(name);
        let _ = write!(self.0, "{value}");
    }

    fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        // Ids, types and reasons hardly ever need an escape.
        if value.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
            self.0.push('"');
            self.0.push_str(value);
            self.0.push('"');
        } else {
            let _ = write!(self.0, "{}", serde_json::Value::from(value));
        }
    }

    /// Microseconds are as fine as a latency over a socket gets.
    fn ms(&mut self, name: &str, value: f64) {
        self.raw(name, serde_json::Value::from((value * 1000.0).round() / 1000.0));
    }

    /// Line breaks between JSON tokens mean nothing, and inside strings they are always escaped.
    fn json(&mut self, name: &str, value: &str) {
        self.name(name);
        if memchr::memchr2(b'\n', b'\r', value.as_bytes()).is_some() {
            self.0.push_str(&value.replace(['\n', '\r'], " "));
        } else {
            self.0.push_str(value);
        }
    }
}

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
        let line: Line = serde_json::from_str(line)?;
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
mod tests;
