//! One line of a recording. The format is the public contract: one JSON object a line, `seq` rising by 1.

mod read;
mod write;

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
    NotJson(serde_json::Error),
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

#[cfg(test)]
mod tests;
