//! Text to rows: one pass, one explicit stack, so that depth costs memory and never the thread's stack.

use super::error::{Problem, SyntaxError, Wanted, place};
use super::scan::{self, Fault};
use super::{Kind, NONE, Row};

pub(super) fn rows(text: &str) -> Result<Vec<Row>, SyntaxError> {
    // NONE must stay free as "no row", and a text has at most one row a byte.
    if u32::try_from(text.len()).is_ok_and(|len| len < NONE) {
        let parser = Parser::new(text);
        parser.run().map_err(|(offset, problem)| SyntaxError::new(text, offset, problem))
    } else {
        Err(SyntaxError::new(text, 0, Problem::TooLong))
    }
}

/// What may come next.
#[derive(Clone, Copy)]
enum Expect {
    Root,
    /// Straight after `[`.
    FirstItem,
    /// After a comma in an array.
    Item,
    /// Straight after `{`.
    FirstKey,
    /// After a comma in an object.
    Key,
    /// After `key:`.
    Member,
    /// After an element or a member.
    Separator,
    End,
}

/// A container whose end was not met yet.
struct Open {
    row: usize,
    last_child: u32,
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// The key of the value to come.
    key: (u32, u32),
    comma: usize,
    rows: Vec<Row>,
    open: Vec<Open>,
}

#[expect(clippy::cast_possible_truncation, reason = "`rows` refused texts whose offsets do not fit")]
fn offset(at: usize) -> u32 {
    at as u32
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        // Slack's payloads have a value every 15 to 25 bytes.
        let rows = Vec::with_capacity(text.len() / 24 + 1);
        Self { text, bytes: text.as_bytes(), at: 0, key: (0, 0), comma: 0, rows, open: Vec::new() }
    }

    fn run(mut self) -> Result<Vec<Row>, Fault> {
        let mut expect = Expect::Root;
        loop {
            self.at = scan::skip_space(self.bytes, self.at);
            let byte = self.bytes.get(self.at).copied();
            expect = match (expect, byte) {
                (Expect::End, None) => return Ok(self.rows),
                (Expect::End, Some(_)) => return Err(self.trailing()),
                (Expect::FirstItem, Some(b']')) | (Expect::FirstKey, Some(b'}')) => self.close(),
                (Expect::Item, Some(close @ b']')) | (Expect::Key, Some(close @ b'}')) => {
                    return Err((self.comma, Problem::TrailingComma { close: char::from(close) }));
                }
                (Expect::Root | Expect::FirstItem | Expect::Item | Expect::Member, byte) => {
                    self.value(byte)?
                }
                (Expect::FirstKey | Expect::Key, byte) => self.key(byte)?,
                (Expect::Separator, byte) => self.separator(byte)?,
            }
        }
    }

    fn value(&mut self, byte: Option<u8>) -> Result<Expect, Fault> {
        let (kind, end) = match byte {
            Some(b'{') => {
                self.enter(Kind::Object);
                return Ok(Expect::FirstKey);
            }
            Some(b'[') => {
                self.enter(Kind::Array);
                return Ok(Expect::FirstItem);
            }
            Some(b'"') => (Kind::String, scan::string_end(self.text, self.at)?),
            Some(b'-' | b'0'..=b'9') => (Kind::Number, scan::number_end(self.bytes, self.at)?),
            Some(b't' | b'f' | b'n') => self.literal()?,
            _ => return Err(self.unexpected(Wanted::Value)),
        };
        self.push(kind, end);
        self.at = end;
        Ok(self.after_value())
    }

    fn literal(&self) -> Result<(Kind, usize), Fault> {
        let end = scan::word_end(self.bytes, self.at);
        match &self.text[self.at..end] {
            "true" | "false" => Ok((Kind::Bool, end)),
            "null" => Ok((Kind::Null, end)),
            _ => Err(self.unexpected(Wanted::Value)),
        }
    }

    fn key(&mut self, byte: Option<u8>) -> Result<Expect, Fault> {
        if byte != Some(b'"') {
            return Err(self.unexpected(Wanted::Key));
        }
        let end = scan::string_end(self.text, self.at)?;
        self.key = (offset(self.at), offset(end));
        self.at = scan::skip_space(self.bytes, end);
        if self.bytes.get(self.at) != Some(&b':') {
            return Err(self.unexpected(Wanted::Colon));
        }
        self.at += 1;
        Ok(Expect::Member)
    }

    fn separator(&mut self, byte: Option<u8>) -> Result<Expect, Fault> {
        let in_object = self.open.last().is_some_and(|open| self.rows[open.row].kind == Kind::Object);
        match (byte, in_object) {
            (Some(b','), _) => {
                self.comma = self.at;
                self.at += 1;
                Ok(if in_object { Expect::Key } else { Expect::Item })
            }
            (Some(b'}'), true) | (Some(b']'), false) => Ok(self.close()),
            (_, true) => Err(self.unexpected(Wanted::CommaOrBrace)),
            (_, false) => Err(self.unexpected(Wanted::CommaOrBracket)),
        }
    }

    fn enter(&mut self, kind: Kind) {
        let row = self.rows.len();
        self.push(kind, self.at + 1);
        self.open.push(Open { row, last_child: NONE });
        self.at += 1;
    }

    /// Ends the innermost container at the bracket under `at`.
    fn close(&mut self) -> Expect {
        self.at += 1;
        if let Some(open) = self.open.pop() {
            let end = offset(self.rows.len());
            let row = &mut self.rows[open.row];
            row.end = end;
            row.value.1 = offset(self.at);
        }
        self.after_value()
    }

    fn after_value(&self) -> Expect {
        if self.open.is_empty() { Expect::End } else { Expect::Separator }
    }

    /// Adds the row of the value that stands from `at` to `end`.
    fn push(&mut self, kind: Kind, end: usize) {
        let id = offset(self.rows.len());
        let depth = offset(self.open.len());
        let (parent, previous, index) = match self.open.last_mut() {
            None => (NONE, NONE, 0),
            Some(open) => {
                let parent = &mut self.rows[open.row];
                parent.children += 1;
                (offset(open.row), std::mem::replace(&mut open.last_child, id), parent.children - 1)
            }
        };
        let key = std::mem::take(&mut self.key);
        let value = (offset(self.at), offset(end));
        self.rows.push(Row { kind, depth, parent, previous, end: id + 1, index, children: 0, key, value });
    }

    fn trailing(&self) -> Fault {
        let found = scan::char_at(self.text, self.at).unwrap_or(char::REPLACEMENT_CHARACTER);
        (self.at, if self.comment(found) { Problem::Comment } else { Problem::TrailingText { found } })
    }

    fn comment(&self, found: char) -> bool {
        found == '#' || found == '/' && matches!(self.bytes.get(self.at + 1), Some(b'/' | b'*'))
    }

    /// Why what stands at `at` cannot be `wanted`.
    fn unexpected(&self, wanted: Wanted) -> Fault {
        let Some(found) = scan::char_at(self.text, self.at) else {
            return (self.text.len(), self.ended(wanted));
        };
        let problem = match found {
            '\'' if matches!(wanted, Wanted::Value | Wanted::Key) => Problem::SingleQuote,
            _ if self.comment(found) => Problem::Comment,
            _ if wanted == Wanted::Value && (found.is_ascii_alphabetic() || found == '_') => self.word(),
            _ => Problem::Unexpected { wanted, found },
        };
        (self.at, problem)
    }

    fn ended(&self, wanted: Wanted) -> Problem {
        match (self.open.last(), wanted) {
            (Some(open), Wanted::CommaOrBrace | Wanted::CommaOrBracket | Wanted::Key) => self.unclosed(open),
            (Some(open), Wanted::Value) if self.rows[open.row].kind == Kind::Array => self.unclosed(open),
            (None, _) => Problem::Empty,
            (_, wanted) => Problem::Unfinished { wanted },
        }
    }

    fn unclosed(&self, open: &Open) -> Problem {
        let row = &self.rows[open.row];
        let (line, column) = place(self.text, row.value.0 as usize);
        Problem::Unclosed { open: if row.kind == Kind::Object { '{' } else { '[' }, line, column }
    }

    fn word(&self) -> Problem {
        let word = &self.text[self.at..scan::word_end(self.bytes, self.at)];
        let instead = match word.to_ascii_lowercase().as_str() {
            "true" | "yes" => Some("true"),
            "false" | "no" => Some("false"),
            "null" | "none" | "nil" | "undefined" | "nan" | "infinity" => Some("null"),
            _ => None,
        };
        Problem::Word { word: word.chars().take(40).collect(), instead }
    }
}
