//! What may be typed next into the filter's prompt: fields, and values seen so far.

use std::collections::BTreeSet;

use super::App;
use super::overlay::{Overlay, Purpose};
use crate::journal::filter::{self, Completion};
use crate::journal::index::{Entry, Symbol};
use crate::slack::envelope::Kind;

/// The candidates that Tab walks through.
#[derive(Debug, Default)]
pub struct Offers {
    /// What stood in the prompt when they were offered.
    text: String,
    pub all: Vec<Completion>,
    /// Which one stands in the prompt.
    pub chosen: Option<usize>,
}

/// Values of this session that are offered at most: more nobody reads.
const MOST: usize = 50;

/// The newest rows that values are taken from, so that a key costs the same in every session.
const ROWS: usize = 20_000;

impl Offers {
    /// Whether there is a list to show: what nobody has begun to type is shown when it is asked for.
    pub fn are_shown(&self) -> bool {
        let is_begun =
            |offer: &Completion| !offer.replace.is_empty() || self.text[..offer.replace.start].ends_with(':');
        self.chosen.is_some() || self.all.first().is_some_and(is_begun)
    }

    /// The text with the next candidate in it, or the one before, and the place behind that; nothing while there
    /// is none.
    pub fn step(&mut self, forward: bool) -> Option<(String, usize)> {
        let count = self.all.len();
        if count == 0 {
            return None;
        }
        self.chosen = Some(match self.chosen {
            None if forward => 0,
            None => count - 1,
            Some(at) if forward => (at + 1) % count,
            Some(at) => (at + count - 1) % count,
        });
        let Completion { replace, insert, .. } = &self.all[self.chosen?];
        let mut text = self.text.clone();
        text.replace_range(replace.clone(), insert);
        Some((text, replace.start + insert.len()))
    }
}

impl App {
    /// Brings the candidates of the filter's prompt up to date with what stands there.
    pub(super) fn offer(&mut self) {
        let Some(Overlay::Prompt(prompt)) = self.overlays.last() else { return };
        if prompt.purpose != Purpose::Filter {
            return;
        }
        let text = prompt.text();
        let all = self.candidates(&text, prompt.cursor());
        if let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut() {
            prompt.offers = Offers { text, all, chosen: None };
        }
    }

    fn candidates(&self, text: &str, cursor: usize) -> Vec<Completion> {
        let mut all = filter::completions(text, cursor);
        let Some((field, typed)) = filter::value_at(text, cursor) else { return all };
        let seen = self.values_seen(field.name, typed);
        let known: BTreeSet<String> = all.iter().map(|completion| completion.insert.clone()).collect();
        let replace = cursor - typed.len()..cursor;
        let more = seen.into_iter().filter(|value| !known.contains(value) && value != typed);
        all.extend(more.map(|insert| Completion { replace: replace.clone(), insert, help: "seen" }));
        all
    }

    /// What the newest rows have in a field, as far as it starts as it was typed.
    fn values_seen(&self, field: &str, typed: &str) -> BTreeSet<String> {
        let mut symbols: BTreeSet<Symbol> = BTreeSet::new();
        let mut values = BTreeSet::new();
        for entry in self.index.entries().iter().rev().take(ROWS) {
            let value = match field {
                "conn" => Some(entry.conn.to_string()),
                "team" => self.index.team(entry).map(str::to_owned),
                _ => symbol_of(field, entry)
                    .filter(|symbol| symbols.insert(*symbol))
                    .and_then(|symbol| self.index.text(symbol))
                    .map(str::to_owned),
            };
            values.extend(value.filter(|value| value.starts_with(typed) && is_bare(value)));
            if values.len() == MOST {
                break;
            }
        }
        values
    }
}

/// Where a row's entry has what a field asks for.
fn symbol_of(field: &str, entry: &Entry) -> Option<Symbol> {
    let kind = entry.kind.envelope()?;
    let is_called = matches!(
        kind,
        Kind::ViewSubmission
            | Kind::ViewClosed
            | Kind::Shortcut
            | Kind::MessageAction
            | Kind::WorkflowStepEdit
    );
    match field {
        "user" => Some(entry.user),
        "channel" => Some(entry.channel),
        "event" if kind == Kind::Event => Some(entry.subject),
        "command" if kind == Kind::Command => Some(entry.subject),
        "callback" if is_called => Some(entry.subject),
        "action" if matches!(kind, Kind::BlockActions | Kind::BlockSuggestion) => Some(entry.subject),
        _ => None,
    }
}

/// Whether a value needs no quotes.
fn is_bare(value: &str) -> bool {
    !value.is_empty()
        && !value.contains(|c: char| c.is_whitespace() || c.is_control() || "()\"\\*".contains(c))
}
