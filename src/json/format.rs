//! The same JSON with other white space: numbers, escapes and keys stay byte for byte.

use super::tokens::{TokenKind, tokens};
use super::{SyntaxError, parse};

/// Deeper levels are indented like this one: ten thousand brackets would else cost hundreds of megabytes.
const DEEPEST_INDENT: usize = 64;

/// The text without insignificant white space.
pub fn minify(text: &str) -> Result<String, SyntaxError> {
    parse::rows(text)?;
    let mut small = String::with_capacity(text.len());
    small.extend(tokens(text).map(|(range, _)| &text[range]));
    Ok(small)
}

/// The text with a line a member and two spaces a level; `{}` and `[]` stay on their line.
pub fn pretty(text: &str) -> Result<String, SyntaxError> {
    parse::rows(text)?;
    let mut lines = String::with_capacity(text.len() * 2);
    let mut depth: usize = 0;
    let mut previous = "";
    for (range, kind) in tokens(text) {
        let token = &text[range];
        let closes = kind == TokenKind::Punctuation && matches!(token, "}" | "]");
        if closes {
            depth = depth.saturating_sub(1);
        }
        match previous {
            "{" | "[" if !closes => new_line(&mut lines, depth),
            "," => new_line(&mut lines, depth),
            ":" => lines.push(' '),
            "{" | "[" => {}
            _ if closes => new_line(&mut lines, depth),
            _ => {}
        }
        lines.push_str(token);
        depth += usize::from(kind == TokenKind::Punctuation && matches!(token, "{" | "["));
        previous = token;
    }
    Ok(lines)
}

fn new_line(lines: &mut String, depth: usize) {
    lines.push('\n');
    lines.extend(std::iter::repeat_n("  ", depth.min(DEEPEST_INDENT)));
}
