//! The filter language: which records a reader wants to see, a rule answers, a script waits for.
//!
//! Terms side by side must all match and bind tighter than `or`; `not` or `!` negates the term or the parentheses
//! after it. A term is one of
//!
//! - a field of [`FIELDS`]: `type:interactive`, `callback:save*`, `took:>500ms`,
//! - text, bare or in double quotes: anywhere in the message, whatever its case,
//! - `/regex/`, with an `i` after it where case shall not count,
//! - a jq expression, `.payload.command` or `jq:length>3`: true where any of its outputs is neither `false` nor
//!   `null`; its root is the message as received.
//!
//! **Where a jq expression ends.** At the first white space or closing parenthesis that no bracket or string of
//! its own encloses. Spaces are free in `jq:(.payload.command == "/x")`, in `jq:"…"`, and where the whole filter,
//! or all that stands between a pair of the filter's parentheses, starts with a dot and is one jq expression:
//! `.payload.command == "/x"`, `type:slash_commands (.payload.command == "/x")`.
//!
//! A jq expression has a bound on its steps for each message ([`Verdict::GaveUp`]), and neither environment nor
//! output.

mod complete;
mod error;
mod facts;
mod field;
mod glance;
mod jq;
mod parse;
mod raw;
mod subject;
mod term;
mod text;
mod value;

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use jiff::tz::TimeZone;

pub use complete::{Completion, completions, value_at};
pub use error::FilterError;
pub use field::{FIELDS, Field, SYNTAX, Values, help};
pub use glance::{Cost, Glance, Glimpse};
pub use jq::{Answer, End, query};
pub use raw::Raw;
pub use subject::{AckState, By, Subject};

use facts::Facts;
use jq::GaveUp;
use term::{Node, Term};
use text::Text;
use value::Moment;

/// A filter, parsed and ready to match; cheap to share between threads by reference.
///
/// Two filters are equal where they say the same; `Display` writes one that parses to an equal one.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    root: Node,
    zone: TimeZone,
}

/// What a filter says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Match,
    NoMatch,
    /// A jq expression met its bound on work at this record, or the message is nested too deeply for jq: the record
    /// counts as not matching.
    GaveUp,
}

impl Filter {
    /// Reads a filter; clock times in it are of this machine's time zone. An empty one matches everything.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Self::parse_in(text, TimeZone::system())
    }

    /// As [`Filter::parse`], with clock times of the given time zone.
    pub fn parse_in(text: &str, zone: TimeZone) -> Result<Self, FilterError> {
        Ok(Self { root: parse::filter(text)?, zone })
    }

    /// A search for a text, with smart case: an upper-case letter in it makes case count.
    pub fn search(needle: &str) -> Self {
        Self { root: Node::Term(Term::Text(Text::smart(needle.to_owned()))), zone: TimeZone::UTC }
    }

    /// What both match.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { root: Node::all(vec![self.root, other.root]), zone: self.zone }
    }

    pub fn matches(&self, subject: &Subject) -> bool {
        self.evaluate(subject) == Verdict::Match
    }

    /// As [`Filter::matches`], and tells where a jq expression had to be given up.
    pub fn evaluate(&self, subject: &Subject) -> Verdict {
        self.evaluate_read(&Reading::new(subject))
    }

    /// As [`Filter::evaluate`], for one of many filters that look at the same record.
    pub fn evaluate_read(&self, reading: &Reading) -> Verdict {
        let seen = Seen { reading, zone: &self.zone, gave_up: Cell::new(false) };
        match (self.root.matches(&seen), seen.gave_up.get()) {
            (_, true) => Verdict::GaveUp,
            (true, false) => Verdict::Match,
            (false, false) => Verdict::NoMatch,
        }
    }

    /// Whether the answer never depends on the message's text: [`Subject::message`] may then be empty.
    pub fn is_header_only(&self) -> bool {
        self.root.is_header_only()
    }

    /// Whether a record alone does not tell: its ack or the session's start counts.
    pub fn needs_order(&self) -> bool {
        self.root.needs_order()
    }

    /// Whether an envelope whose record is this line could match; `false` is sure, and found without parsing.
    pub fn could_match(&self, line: &[u8]) -> bool {
        self.root.could_match(line)
    }

    /// Whether it is the empty filter.
    pub fn matches_everything(&self) -> bool {
        matches!(&self.root, Node::All(nodes) if nodes.is_empty())
    }

    /// What may be typed at byte `cursor` of `text`: see [`completions`].
    pub fn completions(text: &str, cursor: usize) -> Vec<Completion> {
        completions(text, cursor)
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

/// A subject with what filters learnt of it: each is read out of the message once, and only when a term asks.
pub struct Reading<'a> {
    subject: &'a Subject<'a>,
    facts: OnceCell<Facts<'a>>,
    decoded: OnceCell<Option<String>>,
    has_unicode_escapes: OnceCell<bool>,
    value: OnceCell<Result<Option<jaq_json::Val>, GaveUp>>,
    jq_error: OnceCell<String>,
}

/// A reading as one filter sees it.
struct Seen<'r, 'a> {
    reading: &'r Reading<'a>,
    zone: &'r TimeZone,
    gave_up: Cell<bool>,
}

impl<'a> Deref for Seen<'_, 'a> {
    type Target = Reading<'a>;

    fn deref(&self) -> &Reading<'a> {
        self.reading
    }
}

impl<'a> Reading<'a> {
    pub fn new(subject: &'a Subject<'a>) -> Self {
        Self {
            subject,
            facts: OnceCell::new(),
            decoded: OnceCell::new(),
            has_unicode_escapes: OnceCell::new(),
            value: OnceCell::new(),
            jq_error: OnceCell::new(),
        }
    }

    /// What a jq expression said when it failed on this record; it counts as not matching.
    pub fn jq_error(&self) -> Option<&str> {
        self.jq_error.get().map(String::as_str)
    }

    fn facts(&self) -> &Facts<'a> {
        self.facts.get_or_init(|| Facts::read(self.subject.message))
    }

    /// The message without its JSON escapes; `None` where it has none.
    fn decoded(&self) -> Option<&str> {
        let decode = || match crate::json::unescape(self.subject.message) {
            std::borrow::Cow::Borrowed(_) => None,
            std::borrow::Cow::Owned(text) => Some(text),
        };
        self.decoded.get_or_init(decode).as_deref()
    }

    fn has_unicode_escapes(&self) -> bool {
        let find = || memchr::memmem::find(self.subject.message.as_bytes(), b"\\u").is_some();
        *self.has_unicode_escapes.get_or_init(find)
    }

    /// The message as jq sees it; `None` where it is no JSON.
    fn value(&self) -> Result<Option<&jaq_json::Val>, GaveUp> {
        let read = self.value.get_or_init(|| jq::read(self.subject.message));
        read.as_ref().map(Option::as_ref).map_err(|gave_up| *gave_up)
    }
}

#[cfg(test)]
mod tests;
