//! What stands after a field's colon: patterns, comparisons, sizes, durations, moments.

use std::cmp::Ordering;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

/// Text that a field's value is held against, exact in case.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pattern {
    Exact(String),
    /// With `*` for any characters, none included.
    Glob(String),
}

impl Pattern {
    pub fn bare(text: &str) -> Self {
        if text.contains('*') { Self::Glob(text.to_owned()) } else { Self::Exact(text.to_owned()) }
    }

    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exact(pattern) => pattern == text,
            Self::Glob(pattern) => glob(pattern, text),
        }
    }
}

/// Each part between stars is taken at its first occurrence: no way back is ever needed.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(found) = rest.find(part) else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.ends_with(last)
}

/// How a value is held against a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operator {
    Equal,
    More,
    Least,
    Less,
    Most,
}

impl Operator {
    /// The operator that a value starts with, and what follows it.
    pub fn split(text: &str) -> (Self, &str) {
        let table = [
            (">=", Self::Least),
            ("<=", Self::Most),
            (">", Self::More),
            ("<", Self::Less),
            ("=", Self::Equal),
        ];
        let found = table.iter().find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)));
        found.unwrap_or((Self::Equal, text))
    }

    pub fn holds(self, order: Option<Ordering>) -> bool {
        order.is_some_and(|order| match self {
            Self::Equal => order.is_eq(),
            Self::More => order.is_gt(),
            Self::Least => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::Most => order.is_le(),
        })
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Equal => "",
            Self::More => ">",
            Self::Least => ">=",
            Self::Less => "<",
            Self::Most => "<=",
        }
    }
}

/// A comparison with a number, in the unit that the field has: bytes, milliseconds, or none.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comparison {
    operator: Operator,
    number: f64,
    /// As it was written, unit included.
    written: String,
}

impl Comparison {
    pub fn parse(text: &str, number: fn(&str) -> Option<f64>) -> Option<Self> {
        let (operator, written) = Operator::split(text);
        Some(Self { operator, number: number(written)?, written: written.to_owned() })
    }

    pub fn holds(&self, value: f64) -> bool {
        self.operator.holds(value.partial_cmp(&self.number))
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.operator.sign(), self.written)
    }
}

pub(super) fn whole_number(text: &str) -> Option<f64> {
    text.parse::<u32>().ok().map(f64::from)
}

/// Bytes.
pub(super) fn size(text: &str) -> Option<f64> {
    let (number, unit) = number_and_unit(text)?;
    let factor = match unit.strip_suffix(['b', 'B']).unwrap_or(unit) {
        "" => 1.0,
        "k" | "K" => 1e3,
        "M" | "m" => 1e6,
        "G" | "g" => 1e9,
        "Ki" | "ki" => 1024.0,
        "Mi" | "mi" => 1024.0 * 1024.0,
        _ => return None,
    };
    Some(number * factor)
}

/// Milliseconds.
pub(super) fn milliseconds(text: &str) -> Option<f64> {
    let (number, unit) = number_and_unit(text)?;
    let factor = match unit {
        "us" | "µs" => 1e-3,
        "ms" => 1.0,
        "s" => 1e3,
        "m" | "min" => 60e3,
        "h" => 3600e3,
        "d" => 86400e3,
        _ => return None,
    };
    Some(number * factor)
}

fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number = &text[..end];
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some((number.parse().ok()?, &text[end..]))
}

/// A point in the session.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moment {
    when: When,
    written: String,
}

#[derive(Clone, Debug, PartialEq)]
enum When {
    /// Milliseconds since the session's start.
    Since(f64),
    /// Of the record's own day.
    Clock(Time),
    At(Timestamp),
}

impl Moment {
    pub fn parse(text: &str) -> Option<Self> {
        let clock = || {
            let plain = text.len() >= 4
                && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
            let padded = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
            padded.parse().ok().filter(|_| plain && text.contains(':')).map(When::Clock)
        };
        let since = milliseconds(text).map(When::Since);
        let when = since.or_else(clock).or_else(|| text.parse().ok().map(When::At))?;
        Some(Self { when, written: text.to_owned() })
    }

    /// Whether the record came at this moment or after it.
    pub fn is_reached(&self, at: Timestamp, since_start: Duration, zone: &TimeZone) -> bool {
        match &self.when {
            When::Since(ms) => since_start.as_secs_f64() * 1e3 >= *ms,
            When::Clock(time) => at.to_zoned(zone.clone()).time() >= *time,
            When::At(timestamp) => at >= *timestamp,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
