//! JSON text passed over in one go, without building anything from it: what `serde_json` accepts is accepted, to the
//! byte, and nothing else. Where [`super::peek`] makes the best of any text, this tells whether it is JSON.
//!
//! Nothing recurses and no nesting is too deep: a level costs one bit. As in `serde_json`, a lone half of a
//! surrogate pair is fine as long as nobody asks for the string; [`string`] refuses it.

use std::borrow::Cow;

/// Whether the text is one JSON value, with nothing but white space around it.
pub fn is_json(text: &str) -> bool {
    value(after_space(text.as_bytes())).is_some_and(|rest| after_space(rest).is_empty())
}

/// Gives the members of a JSON object in their order to `each`: the key as it is spelled, quotes included, and the
/// raw value. `None` where the text is no JSON object, which may turn out after some members, or where `each` says so.
#[inline]
pub fn members<'a>(text: &'a str, mut each: impl FnMut(&'a str, &'a str) -> Option<()>) -> Option<()> {
    let bytes = text.as_bytes();
    let between = |start: &[u8], end: &[u8]| &text[bytes.len() - start.len()..bytes.len() - end.len()];
    let [b'{', rest @ ..] = after_space(bytes) else { return None };
    let mut rest = after_space(rest);
    if let [b'}', end @ ..] = rest {
        return after_space(end).is_empty().then_some(());
    }
    loop {
        let [b'"', key @ ..] = rest else { return None };
        let key_end = string_rest(key)?;
        let start = after_colon(key_end)?;
        let end = value(start)?;
        each(between(rest, key_end), between(start, end))?;
        match after_space(end) {
            [b',', next @ ..] => rest = after_space(next),
            [b'}', end @ ..] => return after_space(end).is_empty().then_some(()),
            _ => return None,
        }
    }
}

/// The text of a raw value that [`members`] gave; `None` where it is no string, or no text, as half a surrogate pair
/// is none.
pub fn string(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(raw).ok().map(Cow::Owned)
}

// From here on functions take what is left of the text and return what is left behind what they have read.

fn value(mut rest: &[u8]) -> Option<&[u8]> {
    let mut open = Nesting::default();
    loop {
        rest = match rest {
            [b'"', rest @ ..] => string_rest(rest)?,
            [b'{', inside @ ..] => match after_space(inside) {
                [b'}', rest @ ..] => rest,
                member => {
                    open.push(Container::Object);
                    rest = after_key(member)?;
                    continue;
                }
            },
            [b'[', inside @ ..] => match after_space(inside) {
                [b']', rest @ ..] => rest,
                item => {
                    open.push(Container::Array);
                    rest = item;
                    continue;
                }
            },
            [b't', b'r', b'u', b'e', rest @ ..]
            | [b'f', b'a', b'l', b's', b'e', rest @ ..]
            | [b'n', b'u', b'l', b'l', rest @ ..] => rest,
            _ => number(rest)?,
        };
        // What is no container has ended, and maybe some containers with it.
        loop {
            let Some(container) = open.innermost() else { return Some(rest) };
            match (after_space(rest), container) {
                ([b',', next @ ..], Container::Object) => rest = after_key(after_space(next))?,
                ([b',', next @ ..], Container::Array) => rest = after_space(next),
                ([b'}', end @ ..], Container::Object) | ([b']', end @ ..], Container::Array) => {
                    open.pop();
                    rest = end;
                    continue;
                }
                _ => return None,
            }
            break;
        }
    }
}

#[inline]
fn after_space(mut rest: &[u8]) -> &[u8] {
    while let [b' ' | b'\n' | b'\r' | b'\t', more @ ..] = rest {
        rest = more;
    }
    rest
}

/// What follows the key at the beginning, its colon and white space: the member's value.
#[inline]
fn after_key(rest: &[u8]) -> Option<&[u8]> {
    let [b'"', rest @ ..] = rest else { return None };
    after_colon(string_rest(rest)?)
}

#[inline]
fn after_colon(rest: &[u8]) -> Option<&[u8]> {
    let [b':', rest @ ..] = after_space(rest) else { return None };
    Some(after_space(rest))
}

/// What follows the string whose opening quote was just read.
#[inline]
fn string_rest(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        while let Some((word, more)) = rest.split_first_chunk() {
            match first_stop(u64::from_le_bytes(*word)) {
                None => rest = more,
                Some(offset) => {
                    rest = &rest[offset..];
                    break;
                }
            }
        }
        match rest {
            [b'"', rest @ ..] => return Some(rest),
            _ => rest = inside_string(rest)?,
        }
    }
}

/// One escape or one character further.
#[cold]
fn inside_string(rest: &[u8]) -> Option<&[u8]> {
    match rest {
        [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => Some(rest),
        [b'\\', b'u', rest @ ..] => {
            let (digits, rest) = rest.split_first_chunk::<4>()?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(rest)
        }
        [] | [b'\\' | ..b' ', ..] => None,
        [_, rest @ ..] => Some(rest),
    }
}

/// The place of the first quote, backslash or control character among eight bytes, the lowest byte first.
#[inline]
fn first_stop(word: u64) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    // Flags each byte below `limit`; what it flags wrongly lies above a true one.
    let below = |limit: u64, word: u64| word.wrapping_sub(ONES * limit) & !word;
    // With this bit turned over the quote comes right behind the control characters, and they stay where they are.
    let stops = below(0x21, word ^ (ONES * 2)) | below(1, word ^ (ONES * 0x5c));
    let stops = stops & HIGHS;
    (stops != 0).then(|| stops.trailing_zeros() as usize / 8)
}

fn number(rest: &[u8]) -> Option<&[u8]> {
    let rest = rest.strip_prefix(b"-").unwrap_or(rest);
    let mut rest = match rest {
        [b'0', rest @ ..] => rest,
        _ => after_digits(rest)?,
    };
    if let [b'.', fraction @ ..] = rest {
        rest = after_digits(fraction)?;
    }
    match rest {
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => after_digits(exponent),
        _ => Some(rest),
    }
}

/// At least one digit must be there.
fn after_digits(rest: &[u8]) -> Option<&[u8]> {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then(|| &rest[digits..])
}

#[derive(Clone, Copy)]
enum Container {
    Array,
    Object,
}

/// The containers that are open, a bit each: set for an object.
#[derive(Default)]
struct Nesting {
    depth: usize,
    /// The innermost ones, the last one lowest.
    inner: u64,
    /// 64 by 64, those around them.
    outer: Vec<u64>,
}

impl Nesting {
    #[inline]
    fn innermost(&self) -> Option<Container> {
        match (self.depth, self.inner & 1) {
            (0, _) => None,
            (_, 0) => Some(Container::Array),
            _ => Some(Container::Object),
        }
    }

    #[inline]
    fn push(&mut self, container: Container) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.outer.push(self.inner);
        }
        self.inner = self.inner << 1 | container as u64;
        self.depth += 1;
    }

    #[inline]
    fn pop(&mut self) {
        self.depth -= 1;
        self.inner >>= 1;
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.inner = self.outer.pop().unwrap_or_default();
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
