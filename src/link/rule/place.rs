//! Where in a TOML file something stands.

use std::ops::Range;

use crate::slack::place;

/// Line and column of a byte, from 1, in characters.
pub(super) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    place::behind(&text[..offset])
}

/// Where in the file the byte `inner` of a string's value is written; `span` is the string with its quotes.
pub(super) fn within_string(text: &str, span: &Range<usize>, inner: usize) -> usize {
    let Some(raw) = text.get(span.clone()) else { return span.start };
    let quote = raw.chars().next().unwrap_or('"');
    let triple = raw.len() >= 6 && raw.chars().take(3).all(|c| c == quote);
    let mut at = quote.len_utf8() * if triple { 3 } else { 1 };
    if triple {
        // A line break right after the quotes is not part of the value.
        at += ["\r\n", "\n"].into_iter().find(|end| raw[at..].starts_with(end)).map_or(0, str::len);
    }
    let mut decoded = 0;
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        let (written, means) = unit(rest, quote == '"');
        if decoded >= inner && means > 0 {
            break;
        }
        at += written;
        decoded += means;
    }
    span.start + at.min(raw.len())
}

/// How many bytes the first unit of a string takes as it is written, and how many its value has.
fn unit(raw: &str, has_escapes: bool) -> (usize, usize) {
    let mut chars = raw.chars();
    let first = chars.next().map_or(1, char::len_utf8);
    if !has_escapes || !raw.starts_with('\\') {
        return (first, first);
    }
    let digits = match chars.next() {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        // A backslash at the end of a line takes all white space with it.
        Some(c) if c.is_ascii_whitespace() => return (raw.len() - raw[1..].trim_ascii_start().len(), 0),
        _ => return (2, 1),
    };
    let code = raw.get(2..2 + digits).and_then(|code| u32::from_str_radix(code, 16).ok());
    (2 + digits, code.and_then(char::from_u32).map_or(1, char::len_utf8))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_byte_of_a_string_is_found_however_it_is_written() {
        for (written, value) in [
            (r#""ab|c""#, "ab|c"),
            ("'a\\|c'", "a\\|c"),
            (r#""a\\\"\t|c""#, "a\\\"\t|c"),
            (r#""\u00e9\U0001F600\x41|""#, "é😀A|"),
            ("\"\"\"\nline\n|two\"\"\"", "line\n|two"),
            ("'''\r\nline |'''", "line |"),
            ("\"\"\"a \\\n   |b\"\"\"", "a |b"),
        ] {
            let text = format!("x = {written}\n");
            let parsed: toml::Table = text.parse().unwrap();
            assert_eq!(parsed["x"].as_str().unwrap(), value);
            let span = 4..4 + written.len();
            let found = within_string(&text, &span, value.find('|').unwrap());
            assert_eq!(&text[found..=found], "|", "{written}");
        }
    }

    proptest! {
        #[test]
        fn no_place_is_out_of_bounds(text in ".{0,40}", offset: usize, inner in 0..60_usize, a in 0..50_usize, b in 0..50_usize) {
            let (line, column) = line_and_column(&text, offset);
            prop_assert!(line > 0 && column > 0);
            within_string(&text, &(a.min(b)..a.max(b)), inner);
        }
    }
}
