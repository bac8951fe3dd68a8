//! A long text in lines of so many columns, as offsets only: what is not on the screen is never copied.

use std::borrow::Cow;

use memchr::memchr;
use unicode_segmentation::UnicodeSegmentation as _;

use super::{visible, width};

/// Where each line of a text starts.
#[derive(Debug, Default)]
pub struct Wrapped {
    starts: Vec<usize>,
}

impl Wrapped {
    /// Breaks a text at its line breaks, and where a line would have more than `columns` columns as [`visible`]
    /// shows it. Linear; plain ASCII passes at the speed of memory.
    pub fn of(text: &str, columns: usize) -> Self {
        let columns = columns.max(2);
        let mut starts = Vec::with_capacity(text.len() / columns + 1);
        let mut at = 0;
        while at < text.len() {
            let newline = memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |offset| at + offset);
            let end = at + text[at..newline].strip_suffix('\r').unwrap_or(&text[at..newline]).len();
            starts.push(at);
            at += broken(&text[at..end], columns);
            while at < end {
                starts.push(at);
                at += broken(&text[at..end], columns);
            }
            at = newline + 1;
        }
        Self { starts }
    }

    pub fn len(&self) -> usize {
        self.starts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// One line of the text that was wrapped, made harmless; empty behind the last.
    pub fn line<'t>(&self, text: &'t str, line: usize) -> Cow<'t, str> {
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        let whole = self.starts.get(line).and_then(|start| text.get(*start..end)).unwrap_or_default();
        let whole = whole.strip_suffix('\n').map_or(whole, |line| line.strip_suffix('\r').unwrap_or(line));
        visible(whole)
    }
}

/// How many bytes of a line fit into so many columns; at least one character.
fn broken(line: &str, columns: usize) -> usize {
    let head = &line.as_bytes()[..columns.min(line.len())];
    // A character behind it may join the last one here.
    let alone = line.as_bytes().get(head.len()).is_none_or(u8::is_ascii);
    if alone && head.iter().all(|byte| matches!(byte, 0x20..=0x7e)) {
        return head.len();
    }
    let mut used = 0;
    for (at, grapheme) in line.grapheme_indices(true) {
        used += width(&visible(grapheme));
        if used > columns && at > 0 {
            return at;
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str, columns: usize) -> Vec<String> {
        let wrapped = Wrapped::of(text, columns);
        (0..wrapped.len()).map(|line| wrapped.line(text, line).into_owned()).collect()
    }

    #[test]
    fn lines_break_where_they_are_full_and_at_line_breaks() {
        assert_eq!(lines("abcdef\n\nx", 4), ["abcd", "ef", "", "x"]);
        assert_eq!(lines("漢字漢", 4), ["漢字", "漢"]);
        assert_eq!(lines("a\tb\r\nc\n", 9), ["a\\tb", "c"]);
        assert_eq!(lines("abce\u{301}f", 4), ["abce\u{301}", "f"]);
        assert!(lines("", 4).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_too_wide(text in "[ab é漢👩‍💻\u{1b}\n]{0,60}", columns in 12usize..30) {
            let lines = lines(&text, columns);
            prop_assert!(lines.iter().all(|line| width(line) <= columns), "{:?}", lines);
            let whole: String = text.lines().map(|line| visible(line).into_owned()).collect();
            prop_assert_eq!(lines.concat(), whole);
        }
    }
}
