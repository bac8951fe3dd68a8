//! HAR 1.2 (<http://www.softwareishard.com/blog/har-12-spec/>), the frames of a connection in `_webSocketMessages` as
//! Chrome's developer tools write them since version 76 (<https://developer.chrome.com/blog/new-in-devtools-76#websocket>):
//! `type` is `send` or `receive`, `time` seconds since the epoch, `opcode` 1 for text and 2 for binary, whose `data`
//! is base64. Pings and pongs are in no HAR.
//!
//! An entry for each connection, for the `apps.connections.open` before it, and for each recorded call of the Web
//! API, in the order of their starts. What the records do not tell (headers, sizes) is said to be unknown, as the
//! format has it: -1, or nothing.

mod entry;

use std::collections::HashMap;
use std::io::Write;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::chosen::{Kept, Plan};
use super::scan::Watch;
use super::{ExportError, Tally};
use crate::journal::{Event, Lines, Place, Record};

/// What is remembered of a connection until its entry is written.
#[derive(Debug, Default)]
struct Connection {
    opening: Option<Timestamp>,
    opened: Option<(Timestamp, f64)>,
    connected: Option<(Timestamp, f64)>,
    /// As the record has it, its ticket masked.
    url: String,
    /// The end, the close code, its reason.
    closed: Option<(Timestamp, Option<u16>, String)>,
    /// The first error, by its code and message.
    error: Option<(Timestamp, String, String)>,
    /// When anything was last heard of it.
    last: Timestamp,
    /// Where its frames stand.
    frames: Vec<Place>,
}

/// Something that becomes an entry.
enum Source {
    Connection(Box<Connection>),
    Api(Place),
}

pub(super) fn write(
    lines: &Lines,
    plan: &Plan,
    out: &mut dyn Write,
    watch: &mut Watch,
) -> Result<Tally, ExportError> {
    let mut gathered = Gathered::default();
    let left_out = plan.each(lines, watch, |kept| {
        gathered.take(kept);
        Ok(())
    })?;
    let envelopes = gathered.envelopes;
    let sources = gathered.sources();
    if sources.is_empty() {
        return Err(ExportError::Nothing);
    }
    let mut log = Log { lines, out, entries: 0, bytes: 0 };
    log.begin()?;
    for source in &sources {
        match source {
            Source::Connection(connection) => log.connection(connection)?,
            Source::Api(place) => log.api(*place)?,
        }
    }
    log.text("\n]}}\n")?;
    Ok(Tally { envelopes, items: log.entries, bytes: log.bytes, left_out })
}

#[derive(Default)]
struct Gathered {
    connections: HashMap<(u32, u32), Connection>,
    calls: Vec<(Timestamp, Place)>,
    envelopes: u64,
}

impl Gathered {
    fn take(&mut self, kept: &Kept) {
        let (at, place) = (kept.record.at, kept.line.place);
        if let Event::Api { took_ms, .. } = kept.record.event {
            self.calls.push((before(at, took_ms), place));
        }
        self.envelopes += u64::from(matches!(kept.record.event, Event::Envelope { .. }));
        let Some(conn) = kept.record.event.conn() else { return };
        let connection = self.connections.entry((kept.session, conn)).or_default();
        connection.hear(at, &kept.record.event);
        if frame(&kept.record.event).is_some() {
            connection.frames.push(place);
        }
    }

    /// In the order of their starts.
    fn sources(self) -> Vec<Source> {
        let connections = self.connections.into_values().filter(|connection| !connection.is_empty());
        let mut sources: Vec<_> = connections
            .map(|connection| (connection.start(), Source::Connection(Box::new(connection))))
            .chain(self.calls.into_iter().map(|(at, place)| (at, Source::Api(place))))
            .collect();
        sources.sort_by_key(|(start, _)| *start);
        sources.into_iter().map(|(_, source)| source).collect()
    }
}

impl Connection {
    fn hear(&mut self, at: Timestamp, event: &Event) {
        self.last = self.last.max(at);
        match event {
            Event::Opening { .. } => self.opening = Some(at),
            Event::Opened { took_ms, url, .. } => {
                self.opened = Some((at, *took_ms));
                self.url = url.to_string();
            }
            Event::Connected { took_ms, .. } => self.connected = Some((at, *took_ms)),
            Event::Closed { code, reason, .. } => self.closed = Some((at, *code, reason.to_string())),
            Event::Error { code, message, .. } if self.error.is_none() => {
                self.error = Some((at, code.to_string(), message.to_string()));
            }
            _ => {}
        }
    }

    /// Findings alone make no entry.
    fn is_empty(&self) -> bool {
        self.opening.is_none() && self.opened.is_none() && self.connected.is_none() && self.frames.is_empty()
    }

    fn start(&self) -> Timestamp {
        let opened = self.opened.map(|(at, took_ms)| before(at, took_ms));
        let connected = self.connected.map(|(at, took_ms)| before(at, took_ms));
        self.opening.or(opened).or(connected).unwrap_or(self.last)
    }
}

/// The moment so many milliseconds before another.
fn before(at: Timestamp, ms: f64) -> Timestamp {
    let took = SignedDuration::try_from_secs_f64(ms / 1000.0).unwrap_or_default();
    at.checked_sub(took).unwrap_or(at)
}

/// How a record crossed the wire: direction, opcode, data.
fn frame<'e>(event: &'e Event) -> Option<(&'static str, u8, &'e str)> {
    match event {
        Event::Hello { message, .. }
        | Event::Envelope { message, .. }
        | Event::Disconnect { message, .. }
        | Event::Message { message, .. } => Some(("receive", 1, message)),
        Event::Text { text, .. } => Some(("receive", 1, text)),
        Event::Binary { base64, .. } => Some(("receive", 2, base64)),
        Event::Ack { message, .. } => Some(("send", 1, message)),
        _ => None,
    }
}

/// The document, written as it comes.
struct Log<'a> {
    lines: &'a Lines,
    out: &'a mut dyn Write,
    entries: u64,
    bytes: u64,
}

impl Log<'_> {
    fn begin(&mut self) -> Result<(), ExportError> {
        let creator = json!({ "name": "sockscope", "version": env!("CARGO_PKG_VERSION") });
        self.text(&format!(
            "{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"pages\":[],\"entries\":["
        ))
    }

    fn connection(&mut self, connection: &Connection) -> Result<(), ExportError> {
        if let Some(opening) = entry::opening(connection) {
            self.entry(&opening)?;
        }
        let Some(upgrade) = entry::upgrade(connection) else { return Ok(()) };
        let head = upgrade.to_string();
        self.separate()?;
        self.text(&format!("{},\"_webSocketMessages\":[", head.strip_suffix('}').unwrap_or(&head)))?;
        let mut comma = "";
        for place in &connection.frames {
            let line = self.lines.line(*place).map_err(ExportError::Read)?;
            if let Ok(record) = Record::parse(&line)
                && let Some(message) = message(&record)
            {
                self.text(&format!("{comma}\n{message}"))?;
                comma = ",";
            }
        }
        self.text("]}")
    }

    fn api(&mut self, place: Place) -> Result<(), ExportError> {
        let line = self.lines.line(place).map_err(ExportError::Read)?;
        let Ok(record) = Record::parse(&line) else { return Ok(()) };
        entry::api(&record).map_or(Ok(()), |call| self.entry(&call))
    }

    fn entry(&mut self, entry: &Value) -> Result<(), ExportError> {
        self.separate()?;
        self.text(&entry.to_string())
    }

    fn separate(&mut self) -> Result<(), ExportError> {
        self.entries += 1;
        self.text(if self.entries == 1 { "\n" } else { ",\n" })
    }

    fn text(&mut self, text: &str) -> Result<(), ExportError> {
        self.bytes += text.len() as u64;
        self.out.write_all(text.as_bytes()).map_err(ExportError::Out)
    }
}

/// A frame as Chrome has it.
fn message(record: &Record) -> Option<Value> {
    let (type_, opcode, data) = frame(&record.event)?;
    #[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 have 51 bits")]
    let time = record.at.as_microsecond() as f64 / 1e6;
    Some(json!({ "type": type_, "time": time, "opcode": opcode, "data": data }))
}

#[cfg(test)]
mod tests;
