//! Reads single fields out of JSON text without building a document, and never fails: what is missing,
//! null, of another type, or behind a syntax error is simply not there. Values come back as the text they
//! were sent as. Nothing recurses, so nesting costs no stack.

use std::borrow::Cow;
use std::iter;

mod value;

pub use value::Value;

/// The members of the object `json` in its order: decoded key, raw value. Nothing for any other text.
pub fn members(json: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    raw_members(json).map(|(key, value)| (string(key).unwrap_or_default(), value))
}

/// [`members`], the keys with their quotes and escapes as they were sent.
pub fn raw_members(json: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut at = opened(json, 0, b'{');
    iter::from_fn(move || {
        let key = next_value(json, at?).filter(|key| json[key.0..].starts_with('"'))?;
        let colon = skip_space(json, key.1);
        let value = next_value(json, Some(colon).filter(|_| json[colon..].starts_with(':'))? + 1)?;
        at = after_comma(json, value.1);
        Some((&json[key.0..key.1], &json[value.0..value.1]))
    })
}

/// The raw values of the array `json`. Nothing for any other text.
pub fn items(json: &str) -> impl Iterator<Item = &str> {
    let mut at = opened(json, 0, b'[');
    iter::from_fn(move || {
        let value = next_value(json, at?)?;
        at = after_comma(json, value.1);
        Some(&json[value.0..value.1])
    })
}

/// The raw values of `keys` in the object `json`, in the order of `keys`; of a key that stands twice the
/// last, as every JSON parser of Slack's SDKs has it.
pub fn fields<'a, const N: usize>(json: &'a str, keys: [&str; N]) -> [Option<&'a str>; N] {
    Value::of(json).fields(keys)
}

/// The raw value of one key; see [`fields`].
pub fn field<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    let [value] = fields(json, [key]);
    value
}

/// The string that `json` is, unescaped; `None` when it is no string. Half a surrogate pair (a text that was
/// cut within an emoji) becomes U+FFFD.
pub fn string(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.trim_ascii().strip_prefix('"')?.strip_suffix('"')?;
    Some(if inner.contains('\\') { Cow::Owned(unescape(inner)) } else { Cow::Borrowed(inner) })
}

/// [`string`], but the empty string counts as nothing, as it does in most of Slack's fields.
pub fn text(json: &str) -> Option<Cow<'_, str>> {
    string(json).filter(|text| !text.is_empty())
}

/// The decoded, non-empty string at `key` of the object `json`.
pub fn text_at<'a>(json: &'a str, key: &str) -> Option<Cow<'a, str>> {
    field(json, key).and_then(text)
}

pub fn is_object(json: &str) -> bool {
    json.trim_ascii_start().starts_with('{')
}

pub fn is_array(json: &str) -> bool {
    json.trim_ascii_start().starts_with('[')
}

/// The raw value that a JSON pointer (RFC 6901) names; the empty pointer names all of `json`.
pub fn pointer<'a>(json: &'a str, pointer: &str) -> Option<&'a str> {
    let mut value = json.trim_ascii();
    if pointer.is_empty() {
        return Some(value);
    }
    for token in pointer.strip_prefix('/')?.split('/') {
        let token = token.replace("~1", "/").replace("~0", "~");
        value = if is_array(value) { items(value).nth(index(&token)?)? } else { field(value, &token)? };
    }
    Some(value)
}

/// One more step of a JSON pointer.
pub fn join(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}

/// An array index as RFC 6901 wants it: digits, no leading zero.
fn index(token: &str) -> Option<usize> {
    let plain = token.bytes().all(|byte| byte.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    if plain { token.parse().ok() } else { None }
}

/// Where the first member or item may start, when `bracket` opens the value at or after `at`.
fn opened(json: &str, at: usize, bracket: u8) -> Option<usize> {
    let at = skip_space(json, at);
    (json.as_bytes().get(at) == Some(&bracket)).then_some(at + 1)
}

fn after_comma(json: &str, at: usize) -> Option<usize> {
    let at = skip_space(json, at);
    (json.as_bytes().get(at) == Some(&b',')).then_some(at + 1)
}

fn skip_space(json: &str, mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = json.as_bytes().get(at) {
        at += 1;
    }
    at
}

/// Start and end of the value at or after `at`. A container that never closes ends with the text.
fn next_value(json: &str, at: usize) -> Option<(usize, usize)> {
    let start = skip_space(json, at);
    let bytes = json.as_bytes();
    let end = match bytes.get(start)? {
        b'"' => string_end(bytes, start)?,
        b'{' | b'[' => container_end(bytes, start),
        _ => {
            let stops = |byte: &u8| {
                matches!(byte, b',' | b':' | b'{' | b'}' | b'[' | b']' | b'"' | b' ' | b'\n' | b'\r' | b'\t')
            };
            bytes[start..].iter().position(stops).map_or(bytes.len(), |length| start + length)
        }
    };
    (end > start).then_some((start, end))
}

/// Where the string that opens at `start` has ended: behind its closing quote.
pub(crate) fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    // Most strings are short: for these, eight bytes at a time beat the start of a vector search.
    for _ in 0..SHORT_WORDS {
        let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) else { break };
        match first_stop(u64::from_le_bytes(*word)) {
            None => at += 8,
            Some(offset) if word[offset] == b'"' => return Some(at + offset + 1),
            Some(offset) => at += offset + 2,
        }
    }
    loop {
        let stop = at + memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[stop] == b'"' {
            return Some(stop + 1);
        }
        at = stop + 2;
    }
}

/// How many words are looked at one by one.
const SHORT_WORDS: usize = 5;

/// The place of the first quote or backslash among eight bytes, the lowest byte first.
fn first_stop(word: u64) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    // Flags each zero byte; what it flags wrongly lies above a true one.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let stops = zeros(word ^ (ONES * 0x22)) | zeros(word ^ (ONES * 0x5c));
    (stops != 0).then(|| stops.trailing_zeros() as usize / 8)
}

fn container_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while let Some(byte) = bytes.get(at) {
        // Both kinds of brackets differ in this bit only.
        match byte | 0x20 {
            b'"' if *byte == b'"' => match string_end(bytes, at) {
                Some(end) => {
                    at = end;
                    continue;
                }
                None => break,
            },
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn unescape(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(stop) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..stop]);
        rest = &rest[stop + 1..];
        if let Some(units) = utf16_units(rest) {
            let decoded = char::decode_utf16(units.iter().copied());
            out.extend(decoded.map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
            rest = &rest[units.len() * 6 - 1..];
            continue;
        }
        let Some(escaped) = rest.chars().next() else { break };
        out.push(match escaped {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            same => same,
        });
        rest = &rest[escaped.len_utf8()..];
    }
    out + rest
}

/// The run of `\uXXXX` that starts here; `rest` begins behind the first backslash.
fn utf16_units(rest: &str) -> Option<Vec<u16>> {
    let mut units = vec![utf16_unit(rest)?];
    while let Some(next) = rest.get(units.len() * 6 - 1..).and_then(|more| more.strip_prefix('\\')) {
        let Some(unit) = utf16_unit(next) else { break };
        units.push(unit);
    }
    Some(units)
}

fn utf16_unit(rest: &str) -> Option<u16> {
    let digits = rest.strip_prefix('u')?.get(..4)?;
    let all_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if all_hex { u16::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests;
