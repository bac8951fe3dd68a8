//! An answer on its way into an app: the Bolt listener that would have sent it, in JavaScript, Python or Java, and
//! curl for a `response_url`.
//!
//! What is made here is pasted into source files and shells. So each language has its own spelling of every string
//! ([`literal`]), and a character that nobody can see is always spelled out.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::envelope::{About, Kind};
use super::{ack, peek};

mod curl;
mod java;
mod javascript;
mod literal;
mod python;

pub use curl::curl;

/// The languages that Bolt comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    JavaScript,
    Python,
    Java,
}

/// Why there is nothing to copy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoHandler {
    #[error("the draft is no JSON: line {line}, column {column}; write it first")]
    Syntax { line: usize, column: usize },
    #[error("the draft is nested more than {MOST_LEVELS} levels deep, which no compiler takes")]
    TooDeep,
    #[error("the draft has {0} bytes; no frame may have more than 20,480, and no source file should")]
    TooLong(usize),
    #[error("this {kind} payload has no {what}, by which Bolt finds its listener")]
    Nameless { kind: &'static str, what: &'static str },
    #[error("Bolt for {language} has no listener for {kind} payloads")]
    NoListener { language: &'static str, kind: &'static str },
    #[error("this payload has no response_url: there is nowhere to send a message to later")]
    NoResponseUrl,
    #[error("the response_url of this payload is no web address; nothing was copied")]
    NoWebAddress,
}

/// More than any answer needs, less than what Python's parser gives up at.
const MOST_LEVELS: usize = 100;
/// Java's longest constant is 65,535 bytes.
const LONGEST: usize = 60_000;

/// The listener for an envelope of `kind` with `payload`, answering as `draft` does (JSON text; blank for an empty
/// ack). Whole statements, to be pasted below the app.
pub fn skeleton(language: Language, kind: Kind, payload: &str, draft: &str) -> Result<String, NoHandler> {
    let listener = Listener::of(kind, payload);
    let answer = answer(draft)?;
    match language {
        Language::JavaScript => javascript::skeleton(&listener, answer.as_deref()),
        Language::Python => python::skeleton(&listener, answer.as_deref()),
        Language::Java => java::skeleton(&listener, answer.as_deref()),
    }
}

/// The draft laid out; nothing where the ack is empty.
fn answer(draft: &str) -> Result<Option<String>, NoHandler> {
    if draft.trim().is_empty() {
        return Ok(None);
    }
    if draft.len() > LONGEST {
        return Err(NoHandler::TooLong(draft.len()));
    }
    serde_json::from_str::<IgnoredAny>(draft)
        .map_err(|error| NoHandler::Syntax { line: error.line(), column: error.column() })?;
    if levels(draft) > MOST_LEVELS {
        return Err(NoHandler::TooDeep);
    }
    let empty = peek::is_object(draft) && peek::raw_members(draft).next().is_none();
    Ok((!empty).then(|| ack::pretty(draft)))
}

/// How deep valid JSON is nested.
fn levels(json: &str) -> usize {
    let (mut at, mut depth, mut most) = (0, 0_usize, 0);
    while let Some(byte) = json.as_bytes().get(at) {
        match byte {
            b'"' => at = peek::string_end(json.as_bytes(), at).map_or(json.len(), |end| end - 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
        at += 1;
    }
    most
}

/// What tells a listener from another.
struct Listener<'p> {
    kind: Kind,
    about: About<'p>,
    payload: &'p str,
}

impl<'p> Listener<'p> {
    fn of(kind: Kind, payload: &'p str) -> Self {
        let type_ = match kind {
            Kind::Event => "events_api",
            Kind::Command => "slash_commands",
            _ => "interactive",
        };
        Self { kind, about: About::of(type_, payload), payload }
    }

    fn nameless(&self, what: &'static str) -> NoHandler {
        NoHandler::Nameless { kind: self.kind.name(), what }
    }

    fn command(&self) -> Result<&str, NoHandler> {
        self.about.command.as_deref().ok_or_else(|| self.nameless("command"))
    }

    /// A view without a `callback_id` has an empty one, and a listener may ask for that.
    fn callback_id(&self) -> Result<&str, NoHandler> {
        let of_a_view = matches!(self.kind, Kind::ViewSubmission | Kind::ViewClosed);
        self.about
            .callback_id
            .as_deref()
            .or(of_a_view.then_some(""))
            .ok_or_else(|| self.nameless("callback_id"))
    }

    fn action_id(&self) -> Result<&str, NoHandler> {
        self.about.action_id.as_deref().ok_or_else(|| self.nameless("action_id"))
    }

    /// The block's name, where an app gave it one: Slack's own are five characters or fewer, and change each time.
    fn block_id(&self) -> Option<&str> {
        self.about.block_id.as_deref().filter(|id| id.chars().count() > 5)
    }

    /// The event's own `type`: for Bolt a message is a message wherever it was written.
    fn event_type(&self) -> Result<Cow<'p, str>, NoHandler> {
        self.of_event("type").ok_or_else(|| self.nameless("event type"))
    }

    fn subtype(&self) -> Option<Cow<'p, str>> {
        self.of_event("subtype")
    }

    fn of_event(&self, key: &str) -> Option<Cow<'p, str>> {
        let event = peek::field(self.payload, "event").filter(|event| peek::is_object(event));
        peek::text_at(event.unwrap_or(self.payload), key)
    }

    /// The `callback_id` of a workflow's function that is to be run.
    fn function(&self) -> Option<&str> {
        let runs =
            self.kind == Kind::Event && self.event_type().is_ok_and(|type_| type_ == "function_executed");
        self.about.callback_id.as_deref().filter(|_| runs)
    }

    /// Whether a menu of an old message asks for its options, rather than tells what was clicked.
    fn asks_for_options(&self) -> bool {
        self.kind == Kind::InteractiveMessage && peek::field(self.payload, "actions").is_none()
    }
}

/// All lines but the first moved to the right.
fn indented(text: &str, by: usize) -> String {
    text.replace('\n', &format!("\n{}", " ".repeat(by)))
}
