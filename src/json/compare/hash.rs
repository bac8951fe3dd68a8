//! One hash a row, over everything below it: equal subtrees are known without a walk.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher, RandomState};

use crate::json::{Document, Kind};

/// The hash of every row's value. Strings count by their characters, numbers by their spelling, objects without
/// the order of their keys.
pub(super) fn of_rows(document: &Document, keys: &RandomState) -> Vec<u64> {
    let mut hashes = vec![0; document.len()];
    let mut members = Vec::new();
    // Children stand behind their parent, so from the end on every child is known when its parent's turn comes.
    for row in (0..document.len()).rev() {
        let mut state = keys.build_hasher();
        let kind = document.rows[row].kind;
        state.write_u8(kind as u8);
        match kind {
            Kind::Object => {
                members.clear();
                members.extend(
                    document.children(row).map(|child| (of_key(document, child, keys), hashes[child])),
                );
                // Stable, so that of a key that occurs twice the last one's value stands last.
                members.sort_by_key(|(key, _)| *key);
                for (at, (key, value)) in members.iter().enumerate() {
                    if members.get(at + 1).is_none_or(|next| next.0 != *key) {
                        state.write_u64(*key);
                        state.write_u64(*value);
                    }
                }
            }
            Kind::Array => document.children(row).for_each(|child| state.write_u64(hashes[child])),
            Kind::String => write_string(&mut state, document.value_text(row), document.string(row)),
            Kind::Number | Kind::Bool | Kind::Null => state.write(document.value_text(row).as_bytes()),
        }
        hashes[row] = state.finish();
    }
    hashes
}

fn of_key(document: &Document, row: usize, keys: &RandomState) -> u64 {
    let mut hasher = keys.build_hasher();
    write_string(&mut hasher, document.key_text(row).unwrap_or_default(), document.key(row));
    hasher.finish()
}

fn write_string(hasher: &mut impl Hasher, raw: &str, decoded: Option<Cow<'_, str>>) {
    match decoded {
        // Halves of surrogate pairs all become U+FFFD: their escapes tell them apart.
        Some(Cow::Owned(text)) if text.contains('\u{fffd}') => hasher.write(raw.as_bytes()),
        Some(text) => hasher.write(text.as_bytes()),
        None => {}
    }
}
