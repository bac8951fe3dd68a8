//! One line out of any texts.

use super::SUMMARY_CHARS;

/// `text` as one line: runs of white space become one space, what is too long ends in an ellipsis.
pub(super) fn one(text: &str) -> String {
    joined([Some(text)])
}

/// What was typed, in quotes, so that an empty or a numeric text is seen for what it is.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", one(text))
}

/// The parts that are there and not blank, with a middle dot between them.
pub(super) fn joined<'p>(parts: impl IntoIterator<Item = Option<&'p str>>) -> String {
    let mut line = String::new();
    for part in parts.into_iter().flatten() {
        let mut between = if line.is_empty() { "" } else { " · " };
        for word in part.split_whitespace() {
            line.push_str(between);
            // a single word may be a megabyte long
            line.extend(word.chars().take(SUMMARY_CHARS + 1));
            between = " ";
            if line.len() > 4 * SUMMARY_CHARS {
                return cut(line);
            }
        }
    }
    cut(line)
}

fn cut(mut line: String) -> String {
    if line.char_indices().nth(SUMMARY_CHARS).is_some() {
        let last = line.char_indices().nth(SUMMARY_CHARS - 1).map_or(0, |(at, _)| at);
        line.truncate(last);
        line.push('…');
    }
    line
}
