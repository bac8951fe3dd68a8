//! Errors that point at their column.

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct FilterError {
    /// From 1, in characters.
    pub column: usize,
    /// In bytes, from 0; on a character's boundary, at most the text's length.
    pub offset: usize,
    /// What is wrong and what to write instead, in plain words.
    pub message: String,
}

impl FilterError {
    pub(super) fn new(text: &str, offset: usize, message: impl Into<String>) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        Self { column: text[..offset].chars().count() + 1, offset, message: message.into() }
    }
}

/// The word among `known` that `typed` was probably meant to be.
pub(super) fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_ascii_lowercase();
    // A third of the letters may be wrong; of a word of two letters none.
    let allowed = typed.len().min(12) / 3;
    let scored = known.map(|word| (distance(&typed, word), word));
    let near =
        scored.filter(|(distance, word)| *distance <= allowed || word.starts_with(&typed) && typed.len() > 1);
    near.min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// Letters to add, drop, change or swap with their neighbour (optimal string alignment).
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<u8>, Vec<u8>) = (from.bytes().take(32).collect(), to.bytes().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut best = (rows[i][j] + usize::from(a != b)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}
