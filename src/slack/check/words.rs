//! What the schema found, in plain words.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use super::Finding;
use crate::slack::peek;

/// One finding for an error of the schema, or one for each field that it does not know.
pub(super) fn findings(error: &ValidationError) -> Vec<Finding> {
    let pointer = error.instance_path().as_str().to_owned();
    if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
        return unexpected.iter().map(|key| unknown_field(&pointer, key)).collect();
    }
    let (rule, message) = told(error.kind(), &pointer, error.instance());
    vec![Finding::error(pointer, rule, message)]
}

fn unknown_field(pointer: &str, key: &str) -> Finding {
    let message =
        format!("`{key}` is no field that Slack documents here; it may refuse the whole answer for it");
    Finding::warning(peek::join(pointer, key), "unknown-field", message)
}

/// Rule and message.
fn told(kind: &ValidationErrorKind, pointer: &str, value: &Value) -> (&'static str, String) {
    use ValidationErrorKind as K;
    let name = name(pointer);
    match kind {
        K::MaxLength { limit } => {
            ("too-long", too_much(&name, length(value), *limit, "characters", "shorten it by"))
        }
        K::MaxItems { limit } => ("too-many", too_much(&name, length(value), *limit, "items", "leave out")),
        K::MinLength { .. } => ("empty", format!("{name} is empty; Slack wants at least one character")),
        K::MinItems { .. } => ("empty", format!("{name} is empty; Slack wants at least one item")),
        K::MinProperties { .. } => ("empty", format!("{name} is empty; Slack wants at least one member")),
        K::Required { property } => {
            ("missing", format!("{} is missing{}", quoted(property), inside(pointer)))
        }
        K::Type { kind } => ("wrong-type", format!("{name} must be {}, it is {}", types(kind), a(value))),
        K::Enum { options } => ("not-known", not_known(&name, value, options)),
        K::Constant { expected_value } => {
            ("not-known", format!("{name} must be {} here, it is {}", quoted(expected_value), quoted(value)))
        }
        K::Minimum { limit } => {
            ("out-of-range", format!("{name} is {value}, the least that Slack takes is {limit}"))
        }
        K::Maximum { limit } => {
            ("out-of-range", format!("{name} is {value}, the most that Slack takes is {limit}"))
        }
        K::Pattern { pattern } => {
            ("wrong-format", format!("{name} must be {}, it is {}", format_of(pattern), quoted(value)))
        }
        K::AnyOf { context } => ("missing", needs_one(&name, context)),
        K::Not { schema } => ("only-one", only_one(&name, schema)),
        _ => ("refused", format!("{name}: Slack does not take {}", a(value))),
    }
}

fn too_much(name: &str, has: usize, limit: u64, things: &str, cure: &str) -> String {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let over = has.saturating_sub(limit);
    format!("{name} has {} {things}, Slack takes {}: {cure} {}", grouped(has), grouped(limit), grouped(over))
}

fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        _ => 0,
    }
}

/// The nearest of the words that are taken, then all of them.
fn not_known(name: &str, value: &Value, options: &Value) -> String {
    let options: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let given = value.as_str().unwrap_or_default();
    let nearest = options.iter().map(|option| (distance(given, option), option)).min();
    let guess = match nearest {
        Some((away, option)) if away <= 2 && away < given.len() => format!(" (did you mean `{option}`?)"),
        _ => String::new(),
    };
    format!("{name} {} is not known here{guess}; Slack takes {}", quoted(value), options.join(", "))
}

/// How many letters must be changed, put in or taken out (Levenshtein); only near words matter.
fn distance(from: &str, to: &str) -> usize {
    if from.len().abs_diff(to.len()) > 2 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

fn needs_one(name: &str, branches: &[Vec<ValidationError<'static>>]) -> String {
    let missing = branches.iter().flatten().filter_map(|error| match error.kind() {
        ValidationErrorKind::Required { property } => Some(quoted(property)),
        _ => None,
    });
    let missing: Vec<String> = missing.collect();
    match missing.is_empty() {
        true => format!("{name} has none of the shapes that Slack takes here"),
        false => format!("{name} needs {}", missing.join(" or ")),
    }
}

fn only_one(name: &str, schema: &Value) -> String {
    let both: Vec<String> = schema["required"].as_array().into_iter().flatten().map(quoted).collect();
    format!("{name} has {}: only one of them may be there", both.join(" and "))
}

/// What the patterns of the schemas stand for.
fn format_of(pattern: &str) -> &'static str {
    match pattern {
        _ if pattern.contains("{4}-") => "a date such as 2026-11-22",
        _ if pattern.contains(":[0-5]") => "a time of day such as 07:30",
        _ => "a number in quotes such as \"1.5\"",
    }
}

fn types(kind: &TypeKind) -> String {
    let of = |name: &str| match name {
        "array" | "object" | "integer" => format!("an {name}"),
        "null" => name.to_owned(),
        _ => format!("a {name}"),
    };
    match kind {
        TypeKind::Single(one) => of(one.as_str()),
        TypeKind::Multiple(set) => set.iter().map(|one| of(one.as_str())).collect::<Vec<_>>().join(" or "),
    }
}

/// A value's type, with its article.
pub(super) fn a(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// What a reader calls the place: the field's name, and of a text object's `text` the name of the object.
fn name(pointer: &str) -> String {
    let mut tokens = pointer.rsplit('/').filter(|token| !token.is_empty());
    let Some(last) = tokens.next() else { return "the answer".to_owned() };
    let is_index = |token: &str| token.bytes().all(|byte| byte.is_ascii_digit());
    let last = last.replace("~1", "/").replace("~0", "~");
    match tokens.next() {
        Some(parent) if last == "text" && !is_index(parent) => format!("`{parent}`"),
        Some(parent) if is_index(&last) => format!("`{parent}[{last}]`"),
        _ => format!("`{last}`"),
    }
}

fn inside(pointer: &str) -> String {
    if pointer.is_empty() { String::new() } else { format!(" in {}", name(pointer)) }
}

/// A value as it is read in a sentence, never longer than a line.
fn quoted(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() > 40 {
        return format!("`{}…`", text.chars().take(39).collect::<String>());
    }
    format!("`{text}`")
}

/// 20480 as 20,480.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

pub(super) fn many(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}
