//! One text frame from Slack -> what it is. Lossless, never fails, reads only the header.
//!
//! Shapes are those of Slack's "Using Socket Mode" page; nothing in them is sure to come (protocol.md,
//! section 3): fields may be missing or of another type, kinds may be unknown.

use std::borrow::Cow;

use super::strict;

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
#[derive(Debug, Default, PartialEq)]
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
    /// `None` where the text is no JSON object. A value of another type than promised counts as missing: it is still
    /// in the frame, and shown.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut header = Header::default();
        strict::members(text, |key, value| {
            match strict::string(key)?.as_ref() {
                "type" => header.type_ = strict::string(value),
                "envelope_id" => header.envelope_id = strict::string(value),
                "retry_reason" => header.retry_reason = strict::string(value),
                "reason" => header.reason = strict::string(value),
                "retry_attempt" => header.retry_attempt = value.parse().ok(),
                "accepts_response_payload" => header.accepts_response_payload = value.parse().ok(),
                "payload" => header.payload = Some(value),
                _ => {}
            }
            Some(())
        })?;
        Some(header)
    }
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
mod tests;
