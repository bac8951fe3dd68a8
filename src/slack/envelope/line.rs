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
    let mut room = SUMMARY_CHARS;
    for part in parts.into_iter().flatten() {
        let mut between = if line.is_empty() { "" } else { " · " };
        for word in part.split_whitespace() {
            // Nothing is read beyond what is kept: a text may be a megabyte long.
            if !push(&mut line, between, &mut room) || !push(&mut line, word, &mut room) {
                line.pop();
                line.push('…');
                return line;
            }
            between = " ";
        }
    }
    line
}

/// Adds as many characters as there is room for; `false` where some are left out.
fn push(line: &mut String, text: &str, room: &mut usize) -> bool {
    let fitting = text.char_indices().nth(*room).map_or(text, |(end, _)| &text[..end]);
    line.push_str(fitting);
    *room -= fitting.chars().count();
    fitting.len() == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_cut_is_the_beginning_of_the_whole(parts in proptest::collection::vec(r"[aé \n]{0,150}", 0..4)) {
            let words = |part: &String| part.split_whitespace().collect::<Vec<_>>().join(" ");
            let told: Vec<String> = parts.iter().map(words).filter(|part| !part.is_empty()).collect();
            let whole = told.join(" · ");
            let expected = if whole.chars().count() > SUMMARY_CHARS {
                whole.chars().take(SUMMARY_CHARS - 1).chain(['…']).collect()
            } else {
                whole
            };
            prop_assert_eq!(joined(parts.iter().map(|part| Some(part.as_str()))), expected);
        }
    }
}
