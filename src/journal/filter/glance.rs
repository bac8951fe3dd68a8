//! What a filter says of a row by its index entry alone, without reading the line.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::field::FieldId;
use super::subject::{AckState, By};
use super::term::{Node, Term};
use super::value::Pattern;
use super::{Filter, Moment};
use crate::journal::index::RowKind;
use crate::slack::envelope::Kind;

/// A filter's answer as far as the entry goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glance {
    Yes,
    No,
    /// The line decides.
    Read,
}

/// What a filter has to look at for most rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    Header,
    /// The bytes of the line.
    Text,
    /// Its record.
    Record,
}

/// A row as its index entry knows it.
#[derive(Clone, Debug)]
pub struct Glimpse<'a> {
    pub kind: RowKind,
    /// `None` where the index did not keep it; empty where there is none.
    pub subject: Option<&'a str>,
    pub conn: u32,
    /// Bytes of the message; `None` where the entry cannot tell.
    pub size: Option<u32>,
    /// In whole microseconds; the record's own time may have a part of one more.
    pub at: Timestamp,
    pub start: Timestamp,
    pub ack: AckState,
    pub by: Option<By>,
    pub took_ms: Option<f64>,
    pub retry: u32,
}

/// A record's time may be later than its entry's by less than a microsecond.
const FINER: SignedDuration = SignedDuration::from_nanos(999);

/// Where messages are sent: `message.im` is of these, `message.x` may be an event of its own.
const PLACES: [&str; 5] =
    ["message.channels", "message.groups", "message.im", "message.mpim", "message.app_home"];

impl From<bool> for Glance {
    fn from(matches: bool) -> Self {
        if matches { Self::Yes } else { Self::No }
    }
}

impl Glance {
    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Read => Self::Read,
        }
    }
}

impl Filter {
    /// What the entry alone decides; the rest is [`Filter::matches`]'s.
    pub fn glance(&self, row: &Glimpse) -> Glance {
        self.root.glance(self, row)
    }

    pub fn cost(&self) -> Cost {
        if !self.root.any_term(&Term::reads) {
            Cost::Header
        } else if self.root.any_term(&|term| matches!(term, Term::Jq(_) | Term::Regex(_))) {
            Cost::Record
        } else {
            Cost::Text
        }
    }

    /// Whether it asks for what only the record has beside the message: the id, and a time finer than an entry's.
    pub fn asks_for_record(&self) -> bool {
        let is =
            |term: &Term| matches!(term, Term::Pattern(FieldId::Id, _) | Term::After(_) | Term::Before(_));
        self.root.any_term(&is)
    }

    /// Whether an ack may change what it says of an envelope.
    pub fn asks_for_ack(&self) -> bool {
        self.root
            .any_term(&|term| matches!(term, Term::Ack(_) | Term::By(_) | Term::Compare(FieldId::Took, _)))
    }
}

impl Node {
    fn glance(&self, filter: &Filter, row: &Glimpse) -> Glance {
        match self {
            Self::All(nodes) => decide(nodes.iter().map(|node| node.glance(filter, row)), Glance::No),
            Self::Any { nodes, words: None } => {
                decide(nodes.iter().map(|node| node.glance(filter, row)), Glance::Yes)
            }
            Self::Any { nodes, words: Some(words) } => {
                let others = words.others.iter().map(|at| nodes[*at].glance(filter, row));
                decide(others.chain([Glance::Read]), Glance::Yes)
            }
            Self::Not(node) => node.glance(filter, row).not(),
            Self::Term(term) => term.glance(filter, row),
        }
    }

    pub(super) fn any_term(&self, is: &impl Fn(&Term) -> bool) -> bool {
        match self {
            Self::All(nodes) | Self::Any { nodes, .. } => nodes.iter().any(|node| node.any_term(is)),
            Self::Not(node) => node.any_term(is),
            Self::Term(term) => is(term),
        }
    }
}

/// The first `deciding` answer decides; without one the line does if any part asks for it.
fn decide(answers: impl Iterator<Item = Glance>, deciding: Glance) -> Glance {
    let mut all = deciding.not();
    for answer in answers {
        if answer == deciding {
            return deciding;
        }
        if answer == Glance::Read {
            all = Glance::Read;
        }
    }
    all
}

impl Term {
    /// Whether every entry answers it.
    pub(super) fn is_known(&self) -> bool {
        match self {
            Self::Ack(_) | Self::By(_) => true,
            Self::Compare(field, _) => *field != FieldId::Size,
            Self::Pattern(field, _) => *field == FieldId::Kind,
            _ => false,
        }
    }

    /// Whether most entries leave it to the line.
    fn reads(&self) -> bool {
        match self {
            Self::Text(_) | Self::Regex(_) | Self::Jq(_) => true,
            Self::Pattern(field, _) => {
                !matches!(field, FieldId::Kind | FieldId::Type | FieldId::Event | FieldId::Command)
            }
            _ => false,
        }
    }

    fn glance(&self, filter: &Filter, row: &Glimpse) -> Glance {
        match self {
            Self::Text(_) | Self::Regex(_) | Self::Jq(_) => Glance::Read,
            Self::Pattern(field, pattern) => glance_pattern(*field, pattern, row),
            Self::Compare(FieldId::Size, comparison) => {
                row.size.map_or(Glance::Read, |size| comparison.holds(f64::from(size)).into())
            }
            Self::Compare(field, comparison) => {
                let value = match field {
                    FieldId::Conn => Some(f64::from(row.conn)),
                    FieldId::Retry => Some(f64::from(row.retry)),
                    FieldId::Took => row.took_ms,
                    _ => None,
                };
                value.is_some_and(|value| comparison.holds(value)).into()
            }
            Self::Ack(state) => (row.ack == *state).into(),
            Self::By(by) => (row.by == Some(*by)).into(),
            Self::After(moment) => reached(moment, filter, row),
            Self::Before(moment) => reached(moment, filter, row).not(),
        }
    }
}

fn reached(moment: &Moment, filter: &Filter, row: &Glimpse) -> Glance {
    let at = |at: Timestamp| {
        let since = Duration::try_from(at.duration_since(row.start)).unwrap_or_default();
        moment.is_reached(at, since, &filter.zone)
    };
    let earliest = at(row.at);
    if earliest == row.at.checked_add(FINER).map_or(earliest, at) { earliest.into() } else { Glance::Read }
}

fn glance_pattern(field: FieldId, pattern: &Pattern, row: &Glimpse) -> Glance {
    match field {
        FieldId::Kind => pattern.matches(row.kind.name()).into(),
        FieldId::Type => glance_type(pattern, row),
        FieldId::Event => match row.kind {
            RowKind::Envelope(Kind::Event) => glance_event(pattern, row),
            _ => only_of("events_api", row),
        },
        FieldId::Command => match (row.kind, row.subject) {
            (RowKind::Envelope(Kind::Command), Some(command)) if !command.is_empty() => {
                pattern.matches(command).into()
            }
            (RowKind::Envelope(Kind::Command), _) => Glance::Read,
            _ => only_of("slash_commands", row),
        },
        _ => Glance::Read,
    }
}

/// A row that is no such envelope may still be a message that says it is of this type.
fn only_of(type_: &str, row: &Glimpse) -> Glance {
    let may_be = row.kind == RowKind::Message && row.subject.is_none_or(|subject| subject == type_);
    if may_be { Glance::Read } else { Glance::No }
}

fn glance_type(pattern: &Pattern, row: &Glimpse) -> Glance {
    match row.kind {
        RowKind::Envelope(Kind::Unknown) => Glance::Read,
        RowKind::Envelope(kind @ (Kind::Event | Kind::Command)) => pattern.matches(kind.name()).into(),
        RowKind::Envelope(kind) => (pattern.matches("interactive") || pattern.matches(kind.name())).into(),
        RowKind::Hello | RowKind::Disconnect => pattern.matches(row.kind.name()).into(),
        RowKind::Message => row.subject.map_or(Glance::Read, |type_| match type_ {
            "" => Glance::No,
            "interactive" => Glance::Read,
            type_ => pattern.matches(type_).into(),
        }),
        RowKind::Text | RowKind::Binary => Glance::No,
    }
}

/// The subject is the event's type, of messages with their place.
fn glance_event(pattern: &Pattern, row: &Glimpse) -> Glance {
    match row.subject {
        None | Some("") => Glance::Read,
        Some("message") if !pattern.matches("message") => Glance::Read,
        Some(subject) if pattern.matches(subject) => Glance::Yes,
        Some(subject) if subject.starts_with("message.") && pattern.matches("message") => {
            if PLACES.contains(&subject) { Glance::Yes } else { Glance::Read }
        }
        Some(_) => Glance::No,
    }
}
