//! What may be typed next.

use std::ops::Range;

use super::field::{FIELDS, Field};

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The bytes of the text that `insert` takes the place of.
    pub replace: Range<usize>,
    pub insert: String,
    pub help: &'static str,
}

/// Field names that fit the word at byte `cursor`, or values that fit behind the field's colon there.
pub fn completions(text: &str, cursor: usize) -> Vec<Completion> {
    let (start, word) = word_before(text, cursor);
    let end = start + word.len();
    if let Some((field, typed)) = value_in(word) {
        let replace = end - typed.len()..end;
        let words = field.words().iter().filter(|value| value.starts_with(typed) && **value != typed);
        return words
            .map(|value| Completion {
                replace: replace.clone(),
                insert: (*value).to_owned(),
                help: field.help,
            })
            .collect();
    }
    let fields = FIELDS.iter().filter(|field| field.name.starts_with(word));
    fields
        .map(|field| Completion { replace: start..end, insert: format!("{}:", field.name), help: field.help })
        .collect()
}

/// The field whose value is being typed at byte `cursor`, and what of the value stands there already: for
/// callers that know which values occur.
pub fn value_at(text: &str, cursor: usize) -> Option<(&'static Field, &str)> {
    value_in(word_before(text, cursor).1)
}

fn value_in(word: &str) -> Option<(&'static Field, &str)> {
    let (name, typed) = word.split_once(':')?;
    Some((Field::named(name)?, typed))
}

/// The term that ends at the cursor, without what negates it, and where it starts.
fn word_before(text: &str, cursor: usize) -> (usize, &str) {
    let mut cursor = cursor.min(text.len());
    while !text.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let before = &text[..cursor];
    let start = before.rfind(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '!'));
    let start = start.map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    (start, &before[start..])
}
