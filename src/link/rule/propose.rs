//! A `when` for an envelope: what the next one of its kind has in common with it.

use crate::slack::envelope::{About, Kind};

/// A filter that matches this envelope and those that a developer would answer with the same handler.
/// `type_` is the envelope's `type`.
pub fn propose(about: &About, type_: &str) -> String {
    let kind = match (about.kind, type_) {
        // An interactive payload of a type that nobody told us about.
        (Kind::Unknown, "interactive") if !about.subject.is_empty() => term("type", &about.subject),
        (Kind::Unknown, "") => "kind:envelope".to_owned(),
        (Kind::Unknown, type_) => term("type", type_),
        (kind, _) => term("type", kind.name()),
    };
    let subject = match about.kind {
        Kind::Event => Some(("event", &about.subject)),
        Kind::Command => about.command.as_ref().map(|command| ("command", command)),
        Kind::BlockActions | Kind::BlockSuggestion => about.action_id.as_ref().map(|id| ("action", id)),
        _ => about.callback_id.as_ref().map(|id| ("callback", id)),
    };
    match subject.filter(|(_, text)| !text.is_empty()) {
        Some((field, text)) => format!("{kind} {}", term(field, text)),
        None => kind,
    }
}

/// Quoted where the filter language would read a bare word in another way.
fn term(field: &str, text: &str) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./#@".contains(&byte));
    if plain {
        format!("{field}:{text}")
    } else {
        format!("{field}:\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
