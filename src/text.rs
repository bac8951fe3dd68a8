//! Text on its way to the terminal: made harmless, measured and cut by columns.

mod wrapped;

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub use wrapped::Wrapped;

/// Text from Slack never reaches the terminal raw: control, bidi and invisible characters are spelled out,
/// so that nothing can move the cursor, turn the line around or hide.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text cut to so many columns, with an ellipsis where something is missing.
pub fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    // Bytes are never fewer than columns, so most texts pass without being measured.
    if text.len() <= columns || text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else { return Cow::Borrowed("") };
    let mut out = take(text, room).to_owned();
    out.push('…');
    Cow::Owned(out)
}

/// As many whole graphemes as fit into so many columns.
pub fn take(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > columns {
            return &text[..at];
        }
    }
    text
}

/// The text cut and filled up to exactly so many columns, flush left.
pub fn left(text: &str, columns: usize) -> String {
    let text = fit(text, columns);
    let fill = columns.saturating_sub(text.width());
    format!("{text}{:fill$}", "")
}

/// The same, flush right.
pub fn right(text: &str, columns: usize) -> String {
    let text = fit(text, columns);
    let fill = columns.saturating_sub(text.width());
    format!("{:fill$}{text}", "")
}

/// Prose, made harmless and broken between words.
pub fn wrap_words(text: &str, columns: usize) -> Vec<String> {
    textwrap::wrap(&visible(text), columns.max(2)).into_iter().map(Cow::into_owned).collect()
}

/// `1204` -> `1,204`
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1.2 kB`, `3.4 MB`
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
pub fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        _ => format!("{:.1} MB", count as f64 / 1e6),
    }
}

/// A latency in milliseconds, as short as it can be read: `0.04`, `0.4`, `31`, `2.4 s`.
pub fn millis(ms: f64) -> String {
    match ms {
        ms if ms < 0.095 => format!("{ms:.2} ms"),
        ms if ms < 9.95 => format!("{ms:.1} ms"),
        ms if ms < 999.5 => format!("{ms:.0} ms"),
        ms if ms < 59_950.0 => format!("{:.1} s", ms / 1e3),
        ms => format!("{:.0} min", ms / 60e3),
    }
}

/// `00:41:07`; days lead: `2d 00:41:07`.
pub fn clock(seconds: i64) -> String {
    let (days, rest) = (seconds.max(0) / 86_400, seconds.max(0) % 86_400);
    let (h, m, s) = (rest / 3600, rest / 60 % 60, rest % 60);
    if days > 0 { format!("{days}d {h:02}:{m:02}:{s:02}") } else { format!("{h:02}:{m:02}:{s:02}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_reaches_the_terminal_raw() {
        assert_eq!(visible("plain é 漢 👩‍💻"), "plain é 漢 👩‍💻");
        assert_eq!(
            visible("a\x1b[31mb\u{202e}c\u{9b}d\r\n\t\u{7f}"),
            "a\\u{1b}[31mb\\u{202e}c\\u{9b}d\\r\\n\\t\\u{7f}"
        );
    }

    #[test]
    fn cuts_by_columns_not_by_bytes() {
        assert_eq!(fit("Who if I cried", 8), "Who if …");
        assert_eq!(fit("漢字漢字", 5), "漢字…");
        assert_eq!(fit("漢字漢字", 4), "漢…");
        assert_eq!(left("漢", 4), "漢  ");
        assert_eq!(right("0.4", 5), "  0.4");
        assert_eq!(fit("abc", 0), "");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(1_204), "1,204");
        assert_eq!(thousands(1_234_567), "1,234,567");
        let shown: Vec<_> = [0.04, 0.4, 31.4, 999.9, 2_400.0, 120_000.0].map(millis).into();
        assert_eq!(shown, ["0.04 ms", "0.4 ms", "31 ms", "1.0 s", "2.4 s", "2 min"]);
        assert_eq!(clock(2467), "00:41:07");
        assert_eq!(clock(-3), "00:00:00");
        assert_eq!(bytes(20_480), "20.5 kB");
    }

    proptest! {
        #[test]
        fn what_fits_fits(text in "\\PC{0,60}", columns in 0usize..40) {
            prop_assert!(fit(&text, columns).width() <= columns);
            if text.width() <= columns { prop_assert_eq!(&*fit(&text, columns), text.as_str()); }
        }

        #[test]
        fn visible_text_is_safe_and_stays_so(text in any::<String>()) {
            let shown = visible(&text).into_owned();
            prop_assert!(!shown.chars().any(is_unsafe));
            prop_assert_eq!(visible(&shown).into_owned(), shown.clone());
        }
    }
}
