//! Reads single fields out of JSON text without building a document, and never fails: what is missing,
//! null, of another type, or behind a syntax error is simply not there. Values come back as the text they
//! were sent as. Nothing recurses, so nesting costs no stack.

use std::borrow::Cow;
use std::iter;

/// The members of the object `json` in its order: decoded key, raw value. Nothing for any other text.
pub fn members(json: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    raw_members(json).map(|(key, value)| (string(key).unwrap_or_default(), value))
}

/// [`members`], the keys with their quotes and escapes as they were sent.
pub fn raw_members(json: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut at = opened(json, b'{');
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
    let mut at = opened(json, b'[');
    iter::from_fn(move || {
        let value = next_value(json, at?)?;
        at = after_comma(json, value.1);
        Some(&json[value.0..value.1])
    })
}

/// The raw values of `keys` in the object `json`, in the order of `keys`; of a key that stands twice the
/// last, as every JSON parser of Slack's SDKs has it.
pub fn fields<'a, const N: usize>(json: &'a str, keys: [&str; N]) -> [Option<&'a str>; N] {
    let mut found = [None; N];
    for (key, value) in members(json) {
        if let Some(at) = keys.iter().position(|wanted| *wanted == key) {
            found[at] = Some(value);
        }
    }
    found
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

/// Where the first member or item may start, when `json` is the container that `bracket` opens.
fn opened(json: &str, bracket: u8) -> Option<usize> {
    let at = skip_space(json, 0);
    (json.as_bytes().get(at) == Some(&bracket)).then_some(at + 1)
}

fn after_comma(json: &str, at: usize) -> Option<usize> {
    let at = skip_space(json, at);
    (json.as_bytes().get(at) == Some(&b',')).then_some(at + 1)
}

fn skip_space(json: &str, at: usize) -> usize {
    let space = json.as_bytes()[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
    at + space.count()
}

/// Start and end of the value at or after `at`. A container that never closes ends with the text.
fn next_value(json: &str, at: usize) -> Option<(usize, usize)> {
    let start = skip_space(json, at);
    let bytes = json.as_bytes();
    let end = match bytes.get(start)? {
        b'"' => string_end(bytes, start)?,
        b'{' | b'[' => container_end(bytes, start),
        _ => {
            let stops = |byte: &u8| b",:{}[]\" \n\r\t".contains(byte);
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn fields_come_back_as_the_text_they_were_sent_as() {
        let json = r#" { "a" : 1.50e3 , "b":{"c":[1, 2]}, "a\u0062" : "x\"y", "d":null } "#;
        assert_eq!(
            fields(json, ["a", "b", "ab", "e"]),
            [Some("1.50e3"), Some(r#"{"c":[1, 2]}"#), Some(r#""x\"y""#), None]
        );
        assert_eq!(pointer(json, "/b/c/1"), Some("2"));
        assert_eq!(pointer(json, "/b/c/01"), None);
        assert_eq!(pointer(json, "/b/c/-"), None);
        assert_eq!(text_at(json, "ab").unwrap(), "x\"y");
    }

    #[test]
    fn what_is_before_a_break_is_still_read() {
        let json = r#"{"event":{"type":"message","user":"U1","text":"cut of"#;
        assert_eq!(pointer(json, "/event/user"), Some("\"U1\""));
        assert_eq!(pointer(json, "/event/text"), None);
    }

    #[test]
    fn half_an_emoji_is_shown_as_missing() {
        assert_eq!(string(r#""a\ud83d\ude00b\ud83dc""#).unwrap(), "a😀b\u{fffd}c");
    }

    #[test]
    fn nesting_costs_no_stack() {
        let deep = format!("{{\"deep\":{}1{},\"after\":2}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(field(&deep, "after"), Some("2"));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// What `serde_json` reads, [`pointer`] reads the same, at every place of the document.
    fn agrees(root: &str, at: &str, value: &Value) {
        let raw = pointer(root, at).unwrap_or_else(|| panic!("{at} not found in {root}"));
        assert_eq!(&serde_json::from_str::<Value>(raw).unwrap(), value);
        match value {
            Value::String(text) => assert_eq!(&string(raw).unwrap(), text),
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(i, item)| agrees(root, &format!("{at}/{i}"), item));
            }
            Value::Object(map) => map.iter().for_each(|(key, item)| agrees(root, &join(at, key), item)),
            _ => {}
        }
    }

    proptest! {
        #[test]
        fn agrees_with_serde(json in any_json(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
            agrees(&text.unwrap(), "", &json);
        }

        #[test]
        fn any_text_is_survived(text in r#"[\[\]{}",:\\ua-f0-9 é😀]{0,60}"#, key in r"(/[a-f0-9~]{0,2}){0,3}") {
            let _ = pointer(&text, &key);
            for (_, value) in members(&text) {
                let _ = string(value);
            }
            for item in items(&text) {
                let _ = string(item);
            }
            let _ = unescape(&text);
        }
    }
}
