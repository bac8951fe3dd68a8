//! The fields of the filter language, as a table: parser, completion and help page all read it.

use std::fmt::Write as _;

use super::error::nearest;

/// What a field compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum FieldId {
    Type,
    Event,
    Callback,
    Action,
    Command,
    User,
    Channel,
    Team,
    Conn,
    Id,
    Ack,
    By,
    Retry,
    Size,
    Took,
    After,
    Before,
    Kind,
}

/// What may be written after a field's colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Text, exact in case, `*` for any characters; in double quotes a `*` is itself.
    Pattern,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A whole number, after `>`, `>=`, `<`, `<=` or `=` if need be.
    Number,
    /// Bytes: `512`, `10k` (10,000), `10Ki` (10,240), `1.5M`; compared as a number is.
    Size,
    /// `500ms`, `8s`, `2m`, `1h`; compared as a number is.
    Duration,
    /// A duration since the session's start, a clock time (`07:21`, `07:21:05`), or an RFC 3339 timestamp.
    Moment,
}

/// A field of the filter language.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub values: Values,
    pub help: &'static str,
    pub example: &'static str,
    /// Values worth offering where the field takes any.
    pub known: &'static [&'static str],
    pub(super) id: FieldId,
}

/// The envelope types that the envelope's header names.
pub(super) const HEADER_TYPES: [&str; 3] = ["events_api", "interactive", "slash_commands"];

const TYPES: &[&str] = &[
    "events_api",
    "interactive",
    "slash_commands",
    "block_actions",
    "block_suggestion",
    "view_submission",
    "view_closed",
    "shortcut",
    "message_action",
    "interactive_message",
    "dialog_submission",
    "dialog_cancellation",
    "dialog_suggestion",
    "workflow_step_edit",
];

const KINDS: &[&str] = &[
    "session",
    "opening",
    "opened",
    "connected",
    "hello",
    "envelope",
    "ack",
    "disconnect",
    "closed",
    "gap",
    "finding",
    "ping",
    "pong",
    "text",
    "binary",
    "error",
    "api",
];

const EVENTS: &[&str] = &[
    "message",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "app_mention",
    "app_home_opened",
    "reaction_added",
    "function_executed",
];

const fn pattern(id: FieldId, name: &'static str, help: &'static str, example: &'static str) -> Field {
    Field { name, values: Values::Pattern, help, example, known: &[], id }
}

const fn measure(
    id: FieldId,
    name: &'static str,
    values: Values,
    help: &'static str,
    example: &'static str,
) -> Field {
    Field { name, values, help, example, known: &[], id }
}

/// Every field, in the order of the help page.
pub const FIELDS: &[Field] = &[
    Field {
        known: TYPES,
        ..pattern(
            FieldId::Type,
            "type",
            "envelope type, or the type of an interactive payload",
            "type:interactive",
        )
    },
    Field {
        known: EVENTS,
        ..pattern(
            FieldId::Event,
            "event",
            "event of the Events API; a message with its place",
            "event:message.channels",
        )
    },
    pattern(FieldId::Callback, "callback", "callback_id of a view, shortcut or function", "callback:save*"),
    pattern(FieldId::Action, "action", "action_id of a button, menu or input", "action:approve"),
    pattern(FieldId::Command, "command", "slash command", "command:/deploy"),
    pattern(FieldId::User, "user", "user by id or name", "user:U1"),
    pattern(FieldId::Channel, "channel", "channel by id or name", "channel:C1"),
    pattern(FieldId::Team, "team", "workspace by id or domain", "team:T1"),
    measure(FieldId::Conn, "conn", Values::Number, "number of the connection", "conn:2"),
    pattern(FieldId::Id, "id", "envelope_id", "id:6f9a*"),
    measure(
        FieldId::Ack,
        "ack",
        Values::Words(&["pending", "ok", "late", "none", "held"]),
        "how its ack stands; held is pending",
        "ack:late",
    ),
    measure(
        FieldId::By,
        "by",
        Values::Words(&["auto", "rule", "hand", "app"]),
        "who acknowledged",
        "by:rule",
    ),
    measure(FieldId::Retry, "retry", Values::Number, "retry_attempt of a redelivery", "retry:>0"),
    measure(FieldId::Size, "size", Values::Size, "bytes of the message", "size:>10k"),
    measure(FieldId::Took, "took", Values::Duration, "how long the ack took", "took:>500ms"),
    measure(
        FieldId::After,
        "after",
        Values::Moment,
        "not before this time into the session, clock time or timestamp",
        "after:10m",
    ),
    measure(
        FieldId::Before,
        "before",
        Values::Moment,
        "before this time into the session, clock time or timestamp",
        "before:07:21",
    ),
    Field {
        known: KINDS,
        ..pattern(FieldId::Kind, "kind", "kind of the record; the list has frames only", "kind:hello")
    },
];

/// What there is besides fields: the term and its meaning.
pub const SYNTAX: &[(&str, &str)] = &[
    ("a b", "both must match"),
    ("a or b", "one must match; binds less than terms side by side"),
    ("not a, !a", "must not match"),
    ("( )", "group"),
    ("word, \"two words\"", "text anywhere in the payload, whatever its case"),
    ("/regex/, /regex/i", "regular expression over the payload; i: whatever its case"),
    (".payload.command", "jq expression that must be truthy; ends at a space outside brackets and strings"),
    ("jq:(.a == \"x\")", "jq expression with spaces"),
];

impl Field {
    /// The field of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    pub(super) fn nearest(name: &str) -> Option<&'static str> {
        nearest(name, FIELDS.iter().map(|field| field.name).chain(["jq"]))
    }

    /// The words to offer after the field's colon, as far as they are known beforehand.
    pub fn words(&self) -> &'static [&'static str] {
        if let Values::Words(words) = self.values { words } else { self.known }
    }
}

/// The help page: every construct and every field, one a line.
pub fn help() -> String {
    let mut page = String::new();
    let fields = FIELDS.iter().map(|field| (field.example, field.help));
    for (term, help) in SYNTAX.iter().copied().chain(fields) {
        let _ = writeln!(page, "{term:<24}{help}");
    }
    page
}
