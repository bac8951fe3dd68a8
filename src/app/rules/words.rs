//! What a rule does, in a few words.

use crate::link::rule::{Spec, Then};
use crate::slack::{ack, peek};
use crate::text;

/// `answers errors, 118 B, twice, after 3.5 s`
pub fn does(spec: &Spec) -> String {
    let answer = match spec.payload.as_deref() {
        None => "acknowledges, empty".to_owned(),
        Some(payload) => {
            let bytes = ack::minified(payload).len();
            format!("answers {}, {}", form(payload), text::bytes(bytes as u64))
        }
    };
    let mut words = match spec.then {
        Then::Ack => answer,
        Then::Drop => return "drops: no ack, ever".to_owned(),
        Then::Twice => format!("{answer}, twice"),
        Then::Malformed => format!("{answer}, malformed"),
    };
    if !spec.delay.is_zero() {
        words.push_str(", after ");
        words.push_str(&text::millis(spec.delay.as_secs_f64() * 1e3));
    }
    words
}

/// What a payload is by its own members, in the names of the composer's forms.
fn form(payload: &str) -> String {
    let names = ["response_action", "option_groups", "options", "errors", "blocks", "text"];
    let [action, groups, options, errors, blocks, words] = peek::fields(payload, names);
    if let Some(action) = action.and_then(peek::text) {
        return action.chars().take(20).collect();
    }
    let known = [
        (groups, "option groups"),
        (options, "options"),
        (errors, "errors"),
        (blocks, "blocks"),
        (words, "a message"),
    ];
    known.iter().find(|(member, _)| member.is_some()).map_or("a payload", |(_, name)| name).to_owned()
}
