//! Tokens for colouring a draft while it is typed: nothing is an error here.

use std::ops::Range;

use super::scan;

/// What a piece of the text is coloured as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A string that a colon follows.
    Key,
    String,
    /// A string that is not closed on its line, or has a bad escape.
    BrokenString,
    Number,
    Bool,
    Null,
    /// One of `{ } [ ] : ,`.
    Punctuation,
    /// What is no JSON.
    Invalid,
}

/// A piece of the text, by its byte range.
pub type Token = (Range<usize>, TokenKind);

/// The text's tokens in order, white space left out.
///
/// No JSON token spans lines, so a line alone gives the same tokens as the line within its text, save for a key
/// whose colon stands on the next line.
pub fn tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = scan::skip_space(text.as_bytes(), at);
        let (end, kind) = token(text, start)?;
        at = end;
        Some((start..end, kind))
    })
}

fn token(text: &str, start: usize) -> Option<(usize, TokenKind)> {
    let bytes = text.as_bytes();
    Some(match *bytes.get(start)? {
        b'{' | b'}' | b'[' | b']' | b':' | b',' => (start + 1, TokenKind::Punctuation),
        b'"' => string(text, start),
        b'-' | b'0'..=b'9' => number(bytes, start),
        _ => word(text, start),
    })
}

fn string(text: &str, start: usize) -> (usize, TokenKind) {
    let Ok(end) = scan::string_end(text, start) else {
        return (broken_end(text, start), TokenKind::BrokenString);
    };
    let next = scan::skip_space(text.as_bytes(), end);
    let is_key = text.as_bytes().get(next) == Some(&b':');
    (end, if is_key { TokenKind::Key } else { TokenKind::String })
}

/// The end of a faulty string: its closing quote on the same line, or the line's end.
fn broken_end(text: &str, start: usize) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(start + 1) {
        match byte {
            b'\n' | b'\r' => return at,
            b'"' if !escaped => return at + 1,
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    text.len()
}

fn number(bytes: &[u8], start: usize) -> (usize, TokenKind) {
    let run = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-' | b'_');
    let end = start + bytes[start..].iter().take_while(run).count();
    let valid = scan::number_end(bytes, start).is_ok_and(|valid| valid == end);
    (end, if valid { TokenKind::Number } else { TokenKind::Invalid })
}

fn word(text: &str, start: usize) -> (usize, TokenKind) {
    let stops = |c: char| c.is_ascii_whitespace() || matches!(c, '{' | '}' | '[' | ']' | ':' | ',' | '"');
    let end = text[start..].find(stops).map_or(text.len(), |len| start + len);
    // A form feed is white space to `stops` and none to JSON: it is a token of its own.
    let end = end.max(start + scan::char_at(text, start).map_or(1, char::len_utf8));
    let kind = match &text[start..end] {
        "true" | "false" => TokenKind::Bool,
        "null" => TokenKind::Null,
        _ => TokenKind::Invalid,
    };
    (end, kind)
}
