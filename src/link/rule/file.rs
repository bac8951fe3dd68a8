//! The rules file. Every mistake is told with its line and column; nothing is guessed.

use std::ops::Range;
use std::time::Duration;

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::place::{line_and_column, within_string};
use super::{Rule, Rules, Spec, SpecError, Then};
use crate::slack::place;
use crate::slack::template::FillError;

/// The keys of a rule.
const KEYS: &str = "name, when, payload, times, delay, then, off";

/// Why a text holds no rules, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}\n\n    {excerpt}\n    {:>pointed$}", '^', pointed = *column)]
pub struct RuleError {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    pub message: String,
    /// The line itself.
    pub excerpt: String,
}

/// What is wrong, and the bytes of the file where it is.
struct Wrong {
    at: Range<usize>,
    message: String,
}

type Result<T> = std::result::Result<T, Wrong>;

impl Rules {
    /// Reads the bytes of a rules file, which are to be UTF-8.
    pub fn parse_bytes(bytes: &[u8]) -> std::result::Result<Self, RuleError> {
        let text = place::utf8(bytes).map_err(|(line, column)| {
            let excerpt =
                String::from_utf8_lossy(bytes).lines().nth(line - 1).unwrap_or_default().replace('\t', " ");
            RuleError { line, column, message: "this is no UTF-8, and TOML always is".to_owned(), excerpt }
        })?;
        Self::parse(text)
    }

    /// Reads a rules file. See the README's section "Rules".
    pub fn parse(text: &str) -> std::result::Result<Self, RuleError> {
        read(text).map_err(|wrong| {
            let (line, column) = line_and_column(text, wrong.at.start);
            let excerpt = text.lines().nth(line - 1).unwrap_or_default().replace('\t', " ");
            RuleError { line, column, message: wrong.message, excerpt }
        })
    }
}

fn read(text: &str) -> Result<Rules> {
    let file = DeTable::parse(text).map_err(|error| {
        let message = error.message().trim().replace('\n', ", ");
        Wrong { at: error.span().unwrap_or_default(), message: format!("this is no TOML: {message}") }
    })?;
    let mut rules = Rules::default();
    for (key, value) in file.get_ref() {
        if key.get_ref() != "rule" {
            let message = format!("there is no key `{}`: a rules file has [[rule]] only", key.get_ref());
            return Err(Wrong { at: key.span(), message });
        }
        let DeValue::Array(tables) = value.get_ref() else {
            return Err(expected(value, "a list of rules: write [[rule]], in two pairs of brackets"));
        };
        for table in tables {
            rules.push(rule(text, table)?);
        }
    }
    Ok(rules)
}

fn rule(text: &str, value: &Spanned<DeValue>) -> Result<Rule> {
    let DeValue::Table(table) = value.get_ref() else { return Err(expected(value, "a rule: a table")) };
    let (mut spec, mut off) = (Spec::default(), false);
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "name" => spec.name = Some(string(value)?.to_owned()),
            "when" => string(value)?.clone_into(&mut spec.when),
            "payload" => spec.payload = Some(template(value)?),
            "times" => spec.times = Some(count(value)?),
            "delay" => spec.delay = duration(value)?,
            "then" => spec.then = then(value)?,
            "off" => off = value.get_ref().as_bool().ok_or_else(|| expected(value, "true or false"))?,
            other => {
                let message = format!("there is no key `{other}` in a rule; the keys are {KEYS}");
                return Err(Wrong { at: key.span(), message });
            }
        }
    }
    if find(table, "when").is_none() {
        let message = "this rule has no `when`: a filter such as \"type:slash_commands command:/deploy\"";
        return Err(Wrong { at: value.span(), message: message.to_owned() });
    }
    let mut rule = Rule::new(spec).map_err(|error| refused(text, table, &error))?;
    rule.on = !off;
    Ok(rule)
}

fn find<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<&'t Spanned<DeValue<'i>>> {
    table.iter().find(|(known, _)| known.get_ref() == key).map(|(_, value)| value)
}

/// Says in terms of the file what is wrong with a rule: filters and templates count places within themselves.
fn refused(text: &str, table: &DeTable, error: &SpecError) -> Wrong {
    let span = |key| find(table, key).map(Spanned::span).unwrap_or_default();
    match error {
        SpecError::When(error) => {
            let start = within_string(text, &span("when"), error.offset);
            Wrong { at: start..start, message: format!("`when` is no filter: {}", error.message) }
        }
        SpecError::Blank => Wrong { at: span("when"), message: error.to_string() },
        SpecError::Payload(FillError::Syntax { what, line, column }) => {
            let json = find(table, "payload").and_then(|value| value.get_ref().as_str()).unwrap_or_default();
            let before: usize = json.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
            let start = within_string(text, &span("payload"), before + column.saturating_sub(1));
            Wrong { at: start..start, message: format!("`payload` is no JSON: {what}") }
        }
        SpecError::Payload(_) => Wrong { at: span("payload"), message: error.to_string() },
        SpecError::Never => Wrong { at: span("times"), message: error.to_string() },
        SpecError::Delay => Wrong { at: span("delay"), message: error.to_string() },
    }
}

fn expected(value: &Spanned<DeValue>, what: &str) -> Wrong {
    let message = format!("expected {what}; this is of type {}", value.get_ref().type_str());
    Wrong { at: value.span(), message }
}

fn string<'v>(value: &'v Spanned<DeValue>) -> Result<&'v str> {
    value.get_ref().as_str().ok_or_else(|| expected(value, "text in quotes"))
}

fn count(value: &Spanned<DeValue>) -> Result<u32> {
    let integer = value.get_ref().as_integer().ok_or_else(|| expected(value, "a number of times"))?;
    u32::from_str_radix(integer.as_str(), integer.radix()).map_err(|_| Wrong {
        at: value.span(),
        message: format!("{integer} is no number of times: write 1 to {}", u32::MAX),
    })
}

fn duration(value: &Spanned<DeValue>) -> Result<Duration> {
    let text = value.get_ref().as_str().ok_or_else(|| expected(value, "a duration such as \"3500ms\""))?;
    delay(text).map_err(|message| Wrong { at: value.span(), message })
}

/// Reads a delay as a rule has it: `3500ms`, `4s`, `1m`.
pub fn delay(text: &str) -> std::result::Result<Duration, String> {
    let parsed = text.parse::<jiff::SignedDuration>().ok();
    parsed
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| format!("`{text}` is no duration: write \"3500ms\", \"4s\" or \"1m\""))
}

fn then(value: &Spanned<DeValue>) -> Result<Then> {
    let word = string(value)?;
    Then::named(word).ok_or_else(|| Wrong {
        at: value.span(),
        message: format!(
            "a rule cannot `{word}`: write \"ack\", \"drop\" (no ack at all), \"twice\" or \"malformed\""
        ),
    })
}

/// The payload's JSON text: as it is written in a string, or what a TOML table says.
fn template(value: &Spanned<DeValue>) -> Result<String> {
    match value.get_ref() {
        DeValue::String(json) => Ok(json.to_string()),
        DeValue::Table(_) => json(value).map(|json| json.to_string()),
        _ => Err(expected(value, "a table, or JSON in a string")),
    }
}

fn json(value: &Spanned<DeValue>) -> Result<Value> {
    let not_json = |what: String| Wrong { at: value.span(), message: format!("{what} is no JSON") };
    Ok(match value.get_ref() {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map(Value::from)
            .map_err(|_| not_json(format!("`{integer}`, beyond 64 bits,")))?,
        DeValue::Float(float) => {
            let number = float.as_str().parse().ok().and_then(Number::from_f64);
            number.map(Value::Number).ok_or_else(|| not_json(format!("`{float}`")))?
        }
        DeValue::Datetime(_) => return Err(not_json("a date without quotes".to_owned())),
        DeValue::Array(items) => items.iter().map(json).collect::<Result<_>>()?,
        DeValue::Table(table) => Value::Object(object(table)?),
    })
}

/// In the order in which the members are written, which the parser does not keep.
fn object(table: &DeTable) -> Result<Map<String, Value>> {
    let mut members: Vec<_> = table.iter().collect();
    members.sort_by_key(|(key, _)| key.span().start);
    members.into_iter().map(|(key, value)| Ok((key.get_ref().to_string(), json(value)?))).collect()
}
