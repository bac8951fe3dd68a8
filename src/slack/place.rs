//! Where something stands in a text that somebody wrote: an answer's template, a file of rules.

/// Line and column behind a text, both from 1, the column in characters.
pub fn behind(before: &str) -> (usize, usize) {
    let last = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, last.chars().count() + 1)
}

/// Bytes as text; where they are none, line and column of the first that is no UTF-8.
pub fn utf8(bytes: &[u8]) -> Result<&str, (usize, usize)> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
        behind(before)
    })
}
