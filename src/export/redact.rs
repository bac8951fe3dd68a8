//! A recording that can be posted in public: texts, names, ids, URLs and tokens are replaced, structure stays.
//!
//! **An allow-list decides what stays** (`rules.rs`), never a list of what must go: a value that no rule knows is
//! content. What stays: all keys that look like names of fields; `true`, `false`, `null`; the fields of the records
//! themselves (times, latencies, connection numbers, kinds, codes of findings and errors); words of Slack's own
//! vocabulary (`type`, `subtype`, `channel_type`, `response_action` …), as long as they look like such words;
//! timestamps (`ts`, `event_time` …), so that their order stays; limits of Block Kit; and, unless they shall be
//! hidden too, the names that the app's developer chose (`action_id`, `block_id`, `callback_id`, commands), without
//! any ids within them.
//!
//! Everything else is replaced, the same by the same throughout a report:
//!
//! | what | by |
//! |---|---|
//! | a Slack id, wherever it stands (`U123ABC456`, `<@U123ABC456>`) | its prefix and a number: `U000000001` |
//! | other ids, UUIDs, tokens, hashes | a number in their shape: `00000000-0000-0000-0000-000000000001` |
//! | names, domains, emails in their own field | a numbered filler: `xxxxx1` |
//! | texts, URLs | `x`, `X` and `1` for letters and digits; white space, punctuation and so mrkdwn stay |
//! | numbers that no rule knows | a 1 for each digit |
//!
//! Lengths stay (in characters), and so do the order of keys and the spelling of numbers that stay.

mod rules;
mod stand_in;
mod text;
mod walk;

use std::io::Write;

use super::chosen::Plan;
use super::recording;
use super::scan::Watch;
use super::{ExportError, Tally};
use crate::journal::Lines;

pub use walk::Redactor;

pub(super) fn write(
    lines: &Lines,
    plan: &Plan,
    hide_app_ids: bool,
    out: &mut dyn Write,
    watch: &mut Watch,
) -> Result<Tally, ExportError> {
    let mut redactor = Redactor::new(hide_app_ids);
    recording::records(lines, plan, watch, |line, tally| {
        let mut line = redactor.line(&String::from_utf8_lossy(line));
        line.push('\n');
        tally.bytes += line.len() as u64;
        out.write_all(line.as_bytes())
    })
}

#[cfg(test)]
mod tests;
