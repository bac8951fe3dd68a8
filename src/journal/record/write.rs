//! A record as its line.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::Event;

impl Event<'_> {
    /// Appends everything of the line that comes after `seq`, without the line's end.
    pub(in crate::journal) fn write(&self, at: Timestamp, out: &mut String) {
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
