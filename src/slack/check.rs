//! What Slack would refuse in an answer, told before it is sent.
//!
//! Shapes and limits are JSON Schemas (`assets/schemas/`); what no schema can say, because it needs the envelope
//! or looks across blocks, is in [`rules`].

use serde_json::Value;

use super::ack::{self, Form, MAX_FRAME};
use super::envelope::Kind;
use super::{peek, template};

mod rules;
mod schema;
mod words;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Slack will refuse it, and the user will see that something went wrong.
    Error,
    /// Slack may refuse it, ignore it, or show what was not meant.
    Warning,
}

/// One thing that is wrong with a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// A JSON pointer into the draft; of something missing, to where it is missing.
    pub pointer: String,
    /// A short name that stays the same: `too-long`, `missing`, `unknown-input` …
    pub rule: &'static str,
    /// What is wrong, with limit and value, and what to do about it.
    pub message: String,
}

impl Finding {
    fn error(pointer: impl Into<String>, rule: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, pointer: pointer.into(), rule, message: message.into() }
    }

    fn warning(pointer: impl Into<String>, rule: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(pointer, rule, message) }
    }
}

/// Beyond this, a draft is not looked into: it is four times what a frame may hold, and cutting comes first.
const LARGEST_CHECKED: usize = 4 * MAX_FRAME;

/// Nobody reads more, and a draft can have one for every few bytes.
const MOST_FINDINGS: usize = 100;

/// Envelope IDs are UUIDs.
const ID_BYTES: usize = 36;

/// Everything that is wrong with `draft`, JSON text, as the answer to an envelope of `kind` whose payload is
/// `payload`; errors first. Empty for what Slack takes, a blank draft (an empty ack) included.
pub fn check(kind: Kind, accepts: Option<bool>, payload: &str, draft: &str) -> Vec<Finding> {
    if draft.trim().is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let bytes = ack::frame_bytes(&"0".repeat(ID_BYTES), Some(draft));
    found.extend((bytes > MAX_FRAME).then(|| frame_too_long(bytes)));
    if bytes <= LARGEST_CHECKED {
        match serde_json::from_str::<Value>(draft) {
            Ok(answer) => parsed(kind, accepts, payload, draft, &answer, &mut found),
            Err(error) => found.push(syntax(&error)),
        }
    }
    found.sort_by_key(|finding| finding.severity);
    found.truncate(MOST_FINDINGS);
    found
}

fn frame_too_long(bytes: usize) -> Finding {
    let over = words::grouped(bytes - MAX_FRAME);
    let (bytes, limit) = (words::grouped(bytes), words::grouped(MAX_FRAME));
    let message = format!(
        "the frame has {bytes} bytes, Slack takes {limit} and drops the rest or closes the connection: \
         leave out {over}, or ack empty and use the Web API (views.update, response_url)"
    );
    Finding::error("", "frame-too-long", message)
}

fn syntax(error: &serde_json::Error) -> Finding {
    let reason = template::reason(error);
    if reason.starts_with("recursion limit") {
        return Finding::error(
            "",
            "too-deep",
            "nested more than 127 levels deep; no answer needs more than 20",
        );
    }
    let place = format!("line {}, column {}", error.line(), error.column());
    Finding::error("", "syntax", format!("no JSON, {place}: {reason}"))
}

fn parsed(
    kind: Kind,
    accepts: Option<bool>,
    payload: &str,
    draft: &str,
    answer: &Value,
    found: &mut Vec<Finding>,
) {
    let Some(members) = answer.as_object() else {
        let message = format!("a payload must be an object, this is {}: put it in {{ }}", words::a(answer));
        found.push(Finding::error("", "wrong-type", message));
        return;
    };
    // Node's SDK sends `"payload":{}` with every ack, whatever the envelope
    if members.is_empty() {
        return;
    }
    if !kind.accepts_payload(accepts) {
        found.push(not_accepted(kind, accepts));
    }
    // without the white space, of which there may be megabytes at every level
    found.extend(twice(&ack::minified(draft)));
    unfilled(answer, "", found);
    schema::check(kind, answer, found);
    rules::check(kind, payload, answer, found);
}

fn not_accepted(kind: Kind, accepts: Option<bool>) -> Finding {
    let name = kind.name();
    let message = match accepts {
        Some(_) => format!(
            "this {name} envelope takes no payload (accepts_response_payload is false): ack it empty, \
             and answer through the Web API or its response_url"
        ),
        None => format!("{name} envelopes take no payload: ack it empty"),
    };
    Finding::error("", "payload-not-accepted", message)
}

/// Keys that stand twice in one object: every parser keeps another of the two values.
fn twice(draft: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), draft)];
    while let Some((pointer, json)) = open.pop() {
        let mut seen = std::collections::HashSet::new();
        for (key, value) in peek::members(json) {
            let at = peek::join(&pointer, &key);
            if peek::is_object(value) || peek::is_array(value) {
                open.push((at.clone(), value));
            }
            if seen.contains(&key) {
                found.push(Finding::warning(
                    at,
                    "twice",
                    format!("`{key}` stands twice; only the last one counts"),
                ));
            }
            seen.insert(key);
        }
        open.extend(peek::items(json).enumerate().map(|(at, value)| (format!("{pointer}/{at}"), value)));
    }
    found
}

/// Places of a template that found nothing in the payload.
fn unfilled(value: &Value, pointer: &str, found: &mut Vec<Finding>) {
    match value {
        Value::String(text) => found.extend(no_place(text, pointer)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| unfilled(item, &format!("{pointer}/{at}"), found));
        }
        Value::Object(members) => {
            for (key, member) in members {
                let at = peek::join(pointer, key);
                found.extend(no_place(key, &at));
                unfilled(member, &at, found);
            }
        }
        _ => {}
    }
}

/// One finding for all the places of a text.
fn no_place(text: &str, pointer: &str) -> Option<Finding> {
    let places: Vec<String> =
        template::unfilled(text).iter().map(|place| format!("{{{{{place}}}}}")).collect();
    let message =
        || format!("{} found nothing in this payload: write what belongs here", places.join(" and "));
    (!places.is_empty()).then(|| Finding::warning(pointer, "unfilled", message()))
}

/// One line for under the composer: what Slack does with the draft, or how much stands against it.
pub fn verdict(kind: Kind, draft: &str, findings: &[Finding]) -> String {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    match (errors, findings.len() - errors) {
        (0, 0) => format!("Slack will take this: {}", ack::effect(kind, draft)),
        (0, warnings) => {
            format!("Slack may take this, {}: {}", words::many(warnings, "warning"), ack::effect(kind, draft))
        }
        (errors, _) => format!("Slack will refuse this, {}", words::many(errors, "error")),
    }
}

/// What anybody finds who sees the frame alone, and says in his own words.
const SEEN_ON_THE_FRAME: [&str; 2] = ["frame-too-long", "payload-not-accepted"];

/// A line that says why Slack will refuse what `sender` sent; none where only its frame is at fault, or nothing.
pub fn refused(findings: &[Finding], sender: &str) -> Option<String> {
    let mut errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error && !SEEN_ON_THE_FRAME.contains(&finding.rule));
    let first = errors.next()?;
    let place = if first.pointer.is_empty() { "" } else { " at " };
    let more = match errors.count() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    Some(format!("Slack will refuse what {sender} sent{place}{}: {}{more}", first.pointer, first.message))
}

/// Whether the schemas know how this kind is answered; of the others nothing but size and syntax is checked.
fn documented(kind: Kind) -> bool {
    ack::FORMS.iter().any(|row| row.kind == kind && !matches!(row.form, Form::Empty | Form::Raw))
}
