//! The difference under the cursor, cut to what a pane can show. It is made when the cursor moves, not at every
//! frame: the values may have megabytes.

use crate::json::compare::{Change, Comparison, Piece, words};
use crate::json::{self, Document, Kind};
use crate::text;

/// What stood there and what stands there now.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Detail {
    pub old: Vec<Part>,
    pub new: Vec<Part>,
}

/// A part of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub text: String,
    /// Whether the other value has it not.
    pub differs: bool,
}

/// As much of one part as is shown, in bytes.
const SHOWN: usize = 4_000;
/// As much as is kept of what both have, around what differs.
const AROUND: usize = 160;
/// Containers longer than this are not laid out.
const LAID_OUT: usize = 64 << 10;

impl Detail {
    pub(super) fn of(comparison: &Comparison, change: Change) -> Self {
        let (old, new) = (comparison.before(), comparison.after());
        match change {
            Change::Changed { old: a, new: b } => match (old.string(a), new.string(b)) {
                (Some(a), Some(b)) => {
                    let (olds, news) = words(&a, &b);
                    Self { old: parts(&olds), new: parts(&news) }
                }
                _ => Self { old: whole(old, a), new: whole(new, b) },
            },
            Change::Respelled { old: a, new: b } => Self { old: whole(old, a), new: whole(new, b) },
            Change::Added { new: b } => Self { old: Vec::new(), new: whole(new, b) },
            Change::Removed { old: a } => Self { old: whole(old, a), new: Vec::new() },
            Change::Moved { old: a, new: b } => {
                let place =
                    |document: &Document, row| vec![Part { text: document.jq_path(row), differs: false }];
                Self { old: place(old, a), new: place(new, b) }
            }
        }
    }
}

fn whole(document: &Document, row: usize) -> Vec<Part> {
    let raw = document.value_text(row);
    let text = match document.row(row).kind() {
        Kind::String => document.string(row).unwrap_or_default().into_owned(),
        kind if kind.is_container() && raw.len() <= LAID_OUT => json::pretty(raw).unwrap_or_default(),
        _ => raw.to_owned(),
    };
    vec![Part { text: head(&text, SHOWN), differs: false }]
}

/// The pieces of a string; what both have is cut short around what differs.
fn parts(pieces: &[Piece]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut room = SHOWN;
    for (at, piece) in pieces.iter().enumerate() {
        let text = match (piece.common, at == 0, at + 1 == pieces.len()) {
            (true, true, false) => tail(piece.text, AROUND),
            (true, false, true) => head(piece.text, AROUND.max(room)),
            (true, false, false) if piece.text.len() > 3 * AROUND => {
                format!("{} {}", head(piece.text, AROUND), tail(piece.text, AROUND))
            }
            _ => head(piece.text, room),
        };
        room = room.saturating_sub(text.len());
        parts.push(Part { text, differs: !piece.common });
        if room == 0 {
            break;
        }
    }
    parts
}

fn head(text: &str, bytes: usize) -> String {
    let end = text.floor_char_boundary(bytes);
    if end == text.len() {
        return text.to_owned();
    }
    format!("{}… ({} in all)", &text[..end], text::bytes(text.len() as u64))
}

fn tail(text: &str, bytes: usize) -> String {
    let start = text.ceil_char_boundary(text.len().saturating_sub(bytes));
    if start == 0 { text.to_owned() } else { format!("…{}", &text[start..]) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn detail(old: &str, new: &str) -> Detail {
        let parse = |text: &str| Document::parse(&serde_json::Value::from(text).to_string()).unwrap();
        let comparison = Comparison::of(parse(old), parse(new));
        Detail::of(&comparison, comparison.changes()[0])
    }

    #[test]
    fn what_differs_in_the_middle_of_megabytes_is_shown_with_what_is_around_it() {
        let around = "Wer, wenn ich schriee. ".repeat(100_000);
        let detail = detail(&format!("{around}old {around}"), &format!("{around}new {around}"));
        let differs = |parts: &[Part]| {
            parts.iter().filter(|part| part.differs).map(|part| part.text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            (differs(&detail.old), differs(&detail.new)),
            (vec!["old".to_owned()], vec!["new".to_owned()])
        );
        let shown: usize = detail.old.iter().map(|part| part.text.len()).sum();
        assert!(shown < 2 * SHOWN, "{shown}");
        assert!(detail.old[0].text.starts_with('…'));
    }
}
