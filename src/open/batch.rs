//! What is kept of a block of lines: of each record what index and session need, packed, so that another thread can
//! read it and the loop enter it.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use memchr::memmem::Finder;

use super::blocks::{Lines, Part};
use crate::journal::index::{AckDraft, Change, Draft, Index, Row, RowKind};
use crate::journal::record::RecordError;
use crate::journal::{By, Event, Files, Place, Record};
use crate::session::Session;
use crate::session::note::{self, Note};
use crate::slack::message::Header;

/// Lines that are no records are counted, and the first of them are kept to be shown.
pub const UNREADABLE_KEPT: usize = 100;

/// What is wrong with a last line without an end.
pub const TORN: &str = "torn: the file ends in the middle of this line";

/// A line that is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub file: usize,
    /// Counted from 1.
    pub line: u64,
    pub place: Place,
    pub why: String,
}

/// What came of the lines of a part.
#[derive(Debug, Default)]
pub struct Block {
    texts: String,
    pub items: Vec<Item>,
    pub lines: u64,
    pub unreadable: Vec<Unreadable>,
    pub unreadable_count: u64,
    /// Where a line starts that has no end and is no record (yet).
    pub torn: Option<u64>,
    /// Bytes that were gone through.
    pub bytes: u64,
}

/// One record.
#[derive(Debug)]
pub struct Item {
    pub at: Timestamp,
    place: Place,
    what: What,
}

/// Texts stand one after the other in the block's; each ends where the next begins.
#[derive(Debug)]
enum What {
    Envelope {
        row: Numbers,
        start: u32,
        ends: [u32; 8],
    },
    /// A frame that is no envelope and none of Slack's own messages.
    Oddity {
        row: Numbers,
        start: u32,
        end: u32,
    },
    Ack {
        conn: u32,
        start: u32,
        end: u32,
        by: By,
        took_ms: f64,
        late: bool,
        size: u32,
        has_payload: bool,
    },
    /// Anything else, as its whole line: there are few.
    Line {
        start: u32,
        end: u32,
    },
}

#[derive(Debug)]
struct Numbers {
    conn: u32,
    kind: RowKind,
    size: u32,
    retry: u32,
    accepts_payload: Option<bool>,
}

impl Block {
    /// Reads every line of a part.
    pub fn read(part: Part, lines: &Lines) -> Self {
        let mut block = Self { bytes: part.to - part.from, ..Self::default() };
        let mut named = false;
        let torn = lines.is_torn();
        let mut lines_of = lines.iter().peekable();
        while let Some((offset, line)) = lines_of.next() {
            block.lines += 1;
            let last = lines_of.peek().is_none();
            let place = Place {
                offset: Files::offset(part.file, offset),
                len: u32::try_from(line.len()).unwrap_or(u32::MAX),
            };
            let text = read_text(line);
            match Record::parse(&text) {
                Ok(record) => block.push(place, &record, &text, &mut named),
                Err(_) if text.trim_ascii().is_empty() => {}
                Err(_) if last && torn => block.torn = Some(offset),
                Err(error) => block.unreadable(part.file, place, error_words(&error, line)),
            }
        }
        // Its end is still to come; then it is counted.
        block.lines -= u64::from(torn);
        if let Some(offset) = lines.too_long {
            block.lines += 1;
            let place = Place { offset: Files::offset(part.file, offset), len: 0 };
            block.unreadable(part.file, place, "longer than 512 MB: skipped".to_owned());
        }
        block
    }

    /// Nothing came of a part, which can't be read.
    pub fn nothing(part: Part) -> Self {
        Self { bytes: part.to - part.from, ..Self::default() }
    }

    /// A torn line that will not be completed any more.
    pub fn give_up_torn(&mut self, file: usize) {
        if let Some(offset) = self.torn.take() {
            self.lines += 1;
            let place = Place { offset: Files::offset(file, offset), len: 0 };
            self.unreadable(file, place, TORN.to_owned());
        }
    }

    fn unreadable(&mut self, file: usize, place: Place, why: String) {
        self.unreadable_count += 1;
        if self.unreadable.len() < UNREADABLE_KEPT {
            self.unreadable.push(Unreadable { file, line: self.lines, place, why });
        }
    }

    fn push(&mut self, place: Place, record: &Record, line: &str, named: &mut bool) {
        let start = self.here();
        let what = match (&record.event, Draft::of(record)) {
            (Event::Envelope { message, .. }, Draft::Row(row)) => {
                let reason = if row.retry > 0 { retry_reason(message) } else { Cow::Borrowed("") };
                let domain = if *named { Cow::Borrowed("") } else { domain(message) };
                *named |= !domain.is_empty();
                let texts = [
                    &row.subject,
                    &row.user,
                    &row.channel,
                    &row.team,
                    &row.envelope_id,
                    &row.event_id,
                    &reason,
                    &domain,
                ];
                What::Envelope { row: Numbers::of(&row), start, ends: texts.map(|text| self.keep(text)) }
            }
            (Event::Message { .. } | Event::Text { .. } | Event::Binary { .. }, Draft::Row(row)) => {
                What::Oddity { row: Numbers::of(&row), start, end: self.keep(&row.subject) }
            }
            (Event::Ack { conn, message, .. }, Draft::Ack(ack)) => What::Ack {
                conn: *conn,
                start,
                end: self.keep(&ack.envelope_id),
                by: ack.by,
                took_ms: ack.took_ms,
                late: ack.late,
                size: u32::try_from(message.len()).unwrap_or(u32::MAX),
                has_payload: note::has_payload(message),
            },
            _ => What::Line { start, end: self.keep(line) },
        };
        self.items.push(Item { at: record.at, place, what });
    }

    fn keep(&mut self, text: &str) -> u32 {
        self.texts.push_str(text);
        self.here()
    }

    fn here(&self) -> u32 {
        u32::try_from(self.texts.len()).unwrap_or(u32::MAX)
    }

    fn text(&self, start: u32, end: u32) -> &str {
        self.texts.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Enters a record into both; what it changed in the index.
    pub fn enter(&self, item: &Item, index: &mut Index, session: &mut Session) -> Option<Change> {
        match &item.what {
            What::Envelope { row, start, ends } => {
                let mut start = *start;
                let [subject, user, channel, team, envelope_id, event_id, reason, domain] = ends.map(|end| {
                    let text = Cow::Borrowed(self.text(start, end));
                    start = end;
                    text
                });
                session.note(
                    item.at,
                    &Note::Envelope(note::Envelope {
                        conn: row.conn,
                        envelope_id: envelope_id.clone(),
                        event_id: event_id.clone(),
                        retry: row.retry,
                        retry_reason: reason,
                        accepts_payload: row.accepts_payload,
                        domain,
                    }),
                );
                let row = Row { subject, user, channel, team, envelope_id, event_id, ..row.row(item.at) };
                Some(index.enter_row(item.place, &row))
            }
            What::Oddity { row, start, end } => {
                session.note(item.at, &Note::Oddity { conn: row.conn });
                let subject = self.text(*start, *end).into();
                Some(index.enter_row(item.place, &Row { subject, ..row.row(item.at) }))
            }
            What::Ack { start, end, .. } => enter_ack(item, self.text(*start, *end), index, session),
            What::Line { start, end } => {
                // It was one when it was read.
                let record = Record::parse(self.text(*start, *end)).ok()?;
                session.apply(&record);
                index.push(item.place, &record)
            }
        }
    }
}

impl Numbers {
    fn of(row: &Row) -> Self {
        Self {
            conn: row.conn,
            kind: row.kind,
            size: u32::try_from(row.size).unwrap_or(u32::MAX),
            retry: row.retry,
            accepts_payload: row.accepts_payload,
        }
    }

    /// A row with these numbers and without texts.
    fn row(&self, at: Timestamp) -> Row<'static> {
        let nothing = || Cow::Borrowed("");
        Row {
            at,
            conn: self.conn,
            kind: self.kind,
            size: self.size as usize,
            subject: nothing(),
            user: nothing(),
            channel: nothing(),
            team: nothing(),
            envelope_id: nothing(),
            event_id: nothing(),
            retry: self.retry,
            accepts_payload: self.accepts_payload,
        }
    }
}

/// Enters an ack of the envelope with this id.
fn enter_ack(item: &Item, id: &str, index: &mut Index, session: &mut Session) -> Option<Change> {
    let What::Ack { conn, by, took_ms, late, size, has_payload, .. } = item.what else { return None };
    let envelope_id = Cow::Borrowed(id);
    let size = size as usize;
    let ack = note::Ack { conn, envelope_id: envelope_id.clone(), by, took_ms, late, size, has_payload };
    session.note(item.at, &Note::Ack(ack));
    index.enter_ack(item.place, &AckDraft { envelope_id, by, took_ms, late })
}

/// Records of one block that follow each other in time.
#[derive(Debug, Clone)]
pub struct Batch {
    pub block: Arc<Block>,
    pub items: std::ops::Range<usize>,
}

impl Batch {
    pub fn items(&self) -> &[Item] {
        self.block.items.get(self.items.clone()).unwrap_or_default()
    }
}

/// The text of a line; the lossy reading alone is ten times slower where nothing is lost.
pub fn read_text(line: &[u8]) -> Cow<'_, str> {
    str::from_utf8(line).map_or_else(|_| String::from_utf8_lossy(line), Cow::Borrowed)
}

pub fn error_words(error: &RecordError, line: &[u8]) -> String {
    if line.contains(&0) {
        return "this line is no record: it has NUL bytes".to_owned();
    }
    // Every record is one line: only the column tells.
    error.to_string().replace(" at line 1 column ", " at column ")
}

fn retry_reason(message: &str) -> Cow<'_, str> {
    Header::parse(message).and_then(|header| header.retry_reason).unwrap_or_default()
}

/// The workspace's domain. Most messages do not name it, and those are not read for it.
fn domain(message: &str) -> Cow<'_, str> {
    static KEY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"domain\""));
    let may = KEY.find(message.as_bytes()).is_some();
    may.then(|| note::domain(message)).flatten().unwrap_or_default()
}
