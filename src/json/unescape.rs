//! JSON escapes to characters, and back to where they stood.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

/// Text with its JSON escapes resolved; borrowed where there are none.
///
/// Never fails: half a surrogate pair becomes U+FFFD, and a backslash that starts no escape stays.
pub fn unescape(raw: &str) -> Cow<'_, str> {
    if memchr(b'\\', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    for piece in pieces(raw) {
        piece.push_to(raw, &mut text);
    }
    Cow::Owned(text)
}

/// Unescaped text that still knows where each part of it stood in the raw text.
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// Where each escape's character starts in `text`, and the escape's range in the raw text.
    escapes: Vec<(usize, Range<usize>)>,
}

impl<'a> Decoded<'a> {
    pub fn new(raw: &'a str) -> Self {
        if memchr(b'\\', raw.as_bytes()).is_none() {
            return Self { text: Cow::Borrowed(raw), escapes: Vec::new() };
        }
        let mut text = String::with_capacity(raw.len());
        let mut escapes = Vec::new();
        for piece in pieces(raw) {
            if let Piece::Escape(range, _) = &piece {
                escapes.push((text.len(), range.clone()));
            }
            piece.push_to(raw, &mut text);
        }
        Self { text: Cow::Owned(text), escapes }
    }

    /// The raw range behind a range of the decoded text, escapes taken whole.
    pub fn raw_range(&self, range: Range<usize>) -> Range<usize> {
        self.raw_start(range.start)..self.raw_start(range.end)
    }

    fn raw_start(&self, at: usize) -> usize {
        let after = self.escapes.partition_point(|(start, _)| *start < at);
        let Some((start, raw)) = after.checked_sub(1).map(|index| &self.escapes[index]) else { return at };
        let width = self.text[*start..].chars().next().map_or(0, char::len_utf8);
        raw.end + at.saturating_sub(start + width)
    }
}

enum Piece {
    Plain(Range<usize>),
    Escape(Range<usize>, char),
}

impl Piece {
    fn push_to(&self, raw: &str, text: &mut String) {
        match self {
            Self::Plain(range) => text.push_str(&raw[range.clone()]),
            Self::Escape(_, character) => text.push(*character),
        }
    }
}

/// The raw text cut into plain runs and escapes, in order and without gaps.
fn pieces(raw: &str) -> impl Iterator<Item = Piece> + '_ {
    let bytes = raw.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let start = at;
        if let Some((character, len)) = escape(rest) {
            at += len;
            return Some(Piece::Escape(start..at, character));
        }
        // A backslash that starts no escape is plain text, so the search begins after it.
        at += memchr(b'\\', &rest[1..]).map_or(rest.len(), |found| found + 1);
        Some(Piece::Plain(start..at))
    })
}

/// The character of the escape that `bytes` start with, and the escape's length.
fn escape(bytes: &[u8]) -> Option<(char, usize)> {
    if bytes.first() != Some(&b'\\') {
        return None;
    }
    let short = match bytes.get(1)? {
        b'u' => return unicode(bytes),
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        other @ (b'"' | b'\\' | b'/') => char::from(*other),
        _ => return None,
    };
    Some((short, 2))
}

/// `\uXXXX`, or two of them that make a surrogate pair.
fn unicode(bytes: &[u8]) -> Option<(char, usize)> {
    let high = code_unit(bytes)?;
    if let Some(character) = char::from_u32(high) {
        return Some((character, 6));
    }
    let low = bytes.get(6..).and_then(code_unit).filter(|low| (0xDC00..0xE000).contains(low));
    match low {
        Some(low) if high < 0xDC00 => {
            let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12))
        }
        _ => Some((char::REPLACEMENT_CHARACTER, 6)),
    }
}

fn code_unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
}
