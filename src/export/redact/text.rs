//! What stands for a text.

use super::stand_in::{StandIns, filler, is_id, starts_with_uuid};

/// The words of mrkdwn that address everybody (`<!here>`) or introduce something (`<!date^…>`).
const SPECIAL: [&str; 5] = ["here", "channel", "everyone", "date", "subteam"];
const SCHEMES: [&str; 5] = ["https", "http", "wss", "ws", "mailto"];

/// A text with every letter and digit replaced, but for ids, which get their stand-ins, and the schemes of URLs.
pub fn fill(text: &str, stand_ins: &mut StandIns) -> String {
    replace(text, stand_ins, is_vocabulary)
}

/// A name that the app's developer chose, with stand-ins for the ids in it.
pub fn without_ids(text: &str, stand_ins: &mut StandIns) -> String {
    replace(text, stand_ins, |_, _, _| true)
}

/// Goes over the words of a text; those that are no ids stay where `stays` (before, word, after) says so.
fn replace(text: &str, stand_ins: &mut StandIns, stays: impl Fn(&str, &str, &str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if !c.is_alphanumeric() {
            out.push(filler(c));
            at += c.len_utf8();
            continue;
        }
        let rest = &text[at..];
        if starts_with_uuid(rest) {
            out.push_str(&stand_ins.opaque(&rest[..36]));
            at += 36;
            continue;
        }
        let word = &rest[..rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())];
        let end = at + word.len();
        if is_id(word) {
            out.push_str(&stand_ins.id(word));
        } else if stays(&text[..at], word, &text[end..]) {
            out.push_str(word);
        } else {
            out.extend(word.chars().map(filler));
        }
        at = end;
    }
    out
}

/// Words that tell the kind of a link and nothing else.
fn is_vocabulary(before: &str, word: &str, after: &str) -> bool {
    let ends = |text: &str| !text.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-'));
    match word {
        _ if SCHEMES.contains(&word) => {
            after.starts_with("://") || (word == "mailto" && after.starts_with(':'))
        }
        "slack" => before.ends_with(['.', '/']) && after.strip_prefix(".com").is_some_and(ends),
        "com" => before.ends_with(".slack.") && ends(after),
        _ => before.ends_with("<!") && SPECIAL.contains(&word),
    }
}
