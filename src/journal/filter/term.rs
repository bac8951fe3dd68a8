//! What a filter is made of, and how each part matches and is written.

use std::fmt;

use regex::bytes::Regex;

use super::Seen;
use super::facts::Fact;
use super::field::{FieldId, HEADER_TYPES};
use super::jq::Jq;
use super::subject::{AckState, By};
use super::text::{Text, Words};
use super::value::{Comparison, Moment, Pattern};

/// An expression. The parser bounds how deeply they nest, so that recursion is safe.
#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    /// `words` are those of the alternatives that are text, where there are many.
    Any {
        nodes: Vec<Node>,
        words: Option<Words>,
    },
    Not(Box<Node>),
    Term(Term),
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All(a), Self::All(b)) | (Self::Any { nodes: a, .. }, Self::Any { nodes: b, .. }) => a == b,
            (Self::Not(a), Self::Not(b)) => a == b,
            (Self::Term(a), Self::Term(b)) => a == b,
            _ => false,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    Text(Text),
    Regex(Regexp),
    Jq(Jq),
    Pattern(FieldId, Pattern),
    Compare(FieldId, Comparison),
    Ack(AckState),
    By(By),
    After(Moment),
    Before(Moment),
}

/// A regular expression and how it was written.
#[derive(Clone, Debug)]
pub(super) struct Regexp {
    pub source: String,
    pub ignore_case: bool,
    pub regex: Regex,
}

impl PartialEq for Regexp {
    fn eq(&self, other: &Self) -> bool {
        (&self.source, self.ignore_case) == (&other.source, other.ignore_case)
    }
}

impl Node {
    /// All of them; what is `All` itself is taken in.
    pub fn all(nodes: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node {
                Self::All(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        flat.sort_by_key(Self::cost);
        if flat.len() == 1 { flat.swap_remove(0) } else { Self::All(flat) }
    }

    /// Any of them; what is `Any` itself is taken in.
    pub fn any(nodes: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node {
                Self::Any { nodes: inner, .. } => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() == 1 {
            return flat.swap_remove(0);
        }
        flat.sort_by_key(Self::cost);
        let words: Vec<&str> = flat.iter().filter_map(Self::plain_text).collect();
        let others = (0..flat.len()).filter(|at| flat[*at].plain_text().is_none()).collect();
        let words = Words::new(&words, others);
        Self::Any { nodes: flat, words }
    }

    pub fn negate(self) -> Self {
        if let Self::Not(inner) = self { *inner } else { Self::Not(Box::new(self)) }
    }

    /// What is cheap is asked first, so that what is dear looks at what the others left.
    fn cost(&self) -> u8 {
        match self {
            Self::All(nodes) | Self::Any { nodes, .. } => nodes.iter().map(Self::cost).max().unwrap_or(0),
            Self::Not(node) => node.cost(),
            Self::Term(term) => match term {
                Term::Ack(_)
                | Term::By(_)
                | Term::After(_)
                | Term::Before(_)
                | Term::Compare(..)
                | Term::Pattern(FieldId::Id | FieldId::Kind, _) => 0,
                Term::Text(_) => 1,
                Term::Pattern(..) => 2,
                Term::Regex(_) => 3,
                Term::Jq(_) => 4,
            },
        }
    }

    fn plain_text(&self) -> Option<&str> {
        match self {
            Self::Term(Term::Text(text)) if text.needle.is_ascii() && !text.exact => Some(&text.needle),
            _ => None,
        }
    }

    pub fn matches(&self, seen: &Seen) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.matches(seen)),
            Self::Any { nodes, words: None } => nodes.iter().any(|node| node.matches(seen)),
            Self::Any { nodes, words: Some(words) } => {
                words.matches(seen) || words.others.iter().any(|at| nodes[*at].matches(seen))
            }
            Self::Not(node) => !node.matches(seen),
            Self::Term(term) => term.matches(seen),
        }
    }

    pub fn needs_order(&self) -> bool {
        match self {
            Self::All(nodes) | Self::Any { nodes, .. } => nodes.iter().any(Self::needs_order),
            Self::Not(node) => node.needs_order(),
            Self::Term(term) => matches!(
                term,
                Term::Ack(_)
                    | Term::By(_)
                    | Term::Compare(FieldId::Took, _)
                    | Term::After(_)
                    | Term::Before(_)
            ),
        }
    }

    pub fn could_match(&self, line: &[u8]) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.could_match(line)),
            Self::Any { nodes, .. } => nodes.iter().any(|node| node.could_match(line)),
            Self::Term(Term::Text(text)) => text.could_be_in(line),
            Self::Not(_) | Self::Term(_) => true,
        }
    }

    pub fn is_header_only(&self) -> bool {
        match self {
            Self::All(nodes) | Self::Any { nodes, .. } => nodes.iter().all(Self::is_header_only),
            Self::Not(node) => node.is_header_only(),
            Self::Term(term) => term.is_header_only(),
        }
    }
}

impl Term {
    fn matches(&self, seen: &Seen) -> bool {
        let subject = seen.subject;
        match self {
            Self::Text(text) => text.matches(seen),
            Self::Regex(Regexp { regex, .. }) => {
                regex.is_match(subject.message.as_bytes())
                    || seen.decoded().is_some_and(|text| regex.is_match(text.as_bytes()))
            }
            Self::Jq(jq) => {
                let matched = jq.matches(seen);
                seen.gave_up.set(seen.gave_up.get() || matched.is_err());
                matched.unwrap_or(false)
            }
            Self::Pattern(field, pattern) => matches_pattern(*field, pattern, seen),
            Self::Compare(field, comparison) => {
                measured(*field, seen).is_some_and(|value| comparison.holds(value))
            }
            Self::Ack(state) => subject.ack == *state,
            Self::By(by) => subject.by == Some(*by),
            Self::After(moment) => moment.is_reached(subject.at, subject.since_start, seen.zone),
            Self::Before(moment) => !moment.is_reached(subject.at, subject.since_start, seen.zone),
        }
    }

    fn is_header_only(&self) -> bool {
        match self {
            Self::Text(_) | Self::Regex(_) | Self::Jq(_) => false,
            // No payload type has an envelope type's name, so that the header alone decides on these.
            Self::Pattern(FieldId::Type, Pattern::Exact(name)) => HEADER_TYPES.contains(&name.as_str()),
            Self::Pattern(field, _) => matches!(field, FieldId::Id | FieldId::Kind),
            Self::Compare(field, _) => *field != FieldId::Size,
            Self::Ack(_) | Self::By(_) | Self::After(_) | Self::Before(_) => true,
        }
    }
}

fn matches_pattern(field: FieldId, pattern: &Pattern, seen: &Seen) -> bool {
    let subject = seen.subject;
    let fact = match field {
        FieldId::Type => {
            return pattern.matches(subject.type_) && !subject.type_.is_empty()
                || subject.type_ == "interactive"
                    && seen.facts().all(Fact::PayloadType).last().is_some_and(|text| pattern.matches(text));
        }
        FieldId::Event => {
            return subject.type_ == "events_api"
                && seen.facts().events().any(|event| pattern.matches(&event));
        }
        FieldId::Id => return !subject.envelope_id.is_empty() && pattern.matches(subject.envelope_id),
        FieldId::Kind => return pattern.matches(subject.kind),
        FieldId::Callback => Fact::Callback,
        FieldId::Action => Fact::Action,
        FieldId::Command if subject.type_ != "slash_commands" => return false,
        FieldId::Command => Fact::Command,
        FieldId::User => Fact::User,
        FieldId::Channel => Fact::Channel,
        FieldId::Team => Fact::Team,
        _ => return false,
    };
    seen.facts().all(fact).any(|text| pattern.matches(text))
}

/// The number that a field has in this record, in the unit of its comparisons.
fn measured(field: FieldId, seen: &Seen) -> Option<f64> {
    let subject = seen.subject;
    match field {
        FieldId::Conn => subject.conn.map(f64::from),
        FieldId::Retry => Some(f64::from(subject.retry)),
        #[expect(clippy::cast_precision_loss, reason = "no message has 2^52 bytes")]
        FieldId::Size => Some(subject.message.len() as f64),
        FieldId::Took => subject.took_ms,
        _ => None,
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (nodes, joint) = match self {
            Self::All(nodes) => (nodes, " "),
            Self::Any { nodes, .. } => (nodes, " or "),
            Self::Not(node) => return write_inner(f, "!", node),
            Self::Term(term) => return term.fmt(f),
        };
        for (index, node) in nodes.iter().enumerate() {
            if index > 0 {
                f.write_str(joint)?;
            }
            write_inner(f, "", node)?;
        }
        Ok(())
    }
}

/// Writes a part of a larger expression, in parentheses where it has parts itself.
fn write_inner(f: &mut fmt::Formatter<'_>, prefix: &str, node: &Node) -> fmt::Result {
    match node {
        Node::All(_) | Node::Any { .. } => write!(f, "{prefix}({node})"),
        Node::Not(_) | Node::Term(_) => write!(f, "{prefix}{node}"),
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(Text { needle, .. }) => f.write_str(&quoted(needle)),
            Self::Regex(Regexp { source, ignore_case, .. }) => {
                write!(f, "/{}/{}", source.replace('/', "\\/"), if *ignore_case { "i" } else { "" })
            }
            Self::Jq(jq) => write!(f, "jq:{}", quoted(&jq.source)),
            Self::Pattern(field, Pattern::Glob(pattern)) => write!(f, "{field}:{pattern}"),
            Self::Pattern(field, Pattern::Exact(text)) if is_plain(text) => write!(f, "{field}:{text}"),
            Self::Pattern(field, Pattern::Exact(text)) => write!(f, "{field}:{}", quoted(text)),
            Self::Compare(field, comparison) => write!(f, "{field}:{comparison}"),
            Self::Ack(state) => write!(f, "ack:{}", state.as_str()),
            Self::By(by) => write!(f, "by:{by}"),
            Self::After(moment) => write!(f, "after:{}", quoted(&moment.to_string())),
            Self::Before(moment) => write!(f, "before:{}", quoted(&moment.to_string())),
        }
    }
}

impl fmt::Display for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = super::FIELDS.iter().find(|field| field.id == *self).map_or("", |field| field.name);
        f.write_str(name)
    }
}

/// Text in double quotes, as the parser reads it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./#@".contains(&byte))
}
