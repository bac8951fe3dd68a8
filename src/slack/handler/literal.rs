//! JSON text spelled as the literals of other languages. The layout stays; strings, keys and words are spelled anew.

use std::fmt::Write as _;

use crate::slack::peek;

/// How a language writes what JSON says.
pub(super) struct Spelling {
    pub key: fn(&str) -> String,
    /// Takes the string's raw text, quotes included.
    pub string: fn(&str) -> String,
    /// `true`, `false`, `null`.
    pub word: fn(&str) -> &str,
    /// `{"a": 1}` rather than `{ "a": 1 }`.
    pub tight: bool,
}

/// Valid, laid-out JSON in another spelling.
pub(super) fn spelled(json: &str, spelling: &Spelling) -> String {
    let bytes = json.as_bytes();
    let mut out = String::with_capacity(json.len() + json.len() / 8);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        match byte {
            b'"' => {
                at = peek::string_end(bytes, at).unwrap_or(bytes.len());
                let is_key = json[at..].trim_ascii_start().starts_with(':');
                let spell = if is_key { spelling.key } else { spelling.string };
                out.push_str(&spell(&json[start..at]));
            }
            b'a'..=b'z' => {
                at += run(&bytes[at..], u8::is_ascii_lowercase);
                out.push_str((spelling.word)(&json[start..at]));
            }
            b'-' | b'0'..=b'9' => {
                at += run(&bytes[at..], |byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
                out.push_str(&json[start..at]);
            }
            b' ' if spelling.tight && pads(bytes, at) => at += 1,
            _ => {
                at += 1;
                out.push(char::from(*byte));
            }
        }
    }
    out
}

fn run(bytes: &[u8], part: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().position(|byte| !part(byte)).unwrap_or(bytes.len())
}

/// Whether the space at `at` stands between a bracket and what it holds, on one line.
fn pads(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    let after = bytes.get(at + 1);
    let indents = bytes[..at].iter().rev().find(|byte| **byte != b' ') == Some(&b'\n');
    !indents && (matches!(before, Some(b'{' | b'[')) || matches!(after, Some(b'}' | b']')))
}

/// How a language writes the characters of a string.
pub(super) struct Escapes {
    pub quote: char,
    /// Of a character that nobody can see, or a UTF-16 unit that is no character (below 0xD800 to 0xDFFF).
    pub code: fn(u32) -> String,
}

/// A string of JSON, quotes included, in another language's quotes and escapes.
pub(super) fn string(raw: &str, escapes: &Escapes) -> String {
    let mut out = String::with_capacity(raw.len() + 2);
    out.push(escapes.quote);
    let units = units(raw);
    for unit in char::decode_utf16(units) {
        match unit {
            Ok(c) => push(&mut out, c, escapes),
            Err(half) => out.push_str(&(escapes.code)(half.unpaired_surrogate().into())),
        }
    }
    out.push(escapes.quote);
    out
}

/// A text in another language's quotes and escapes.
pub(super) fn quoted(text: &str, escapes: &Escapes) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(escapes.quote);
    text.chars().for_each(|c| push(&mut out, c, escapes));
    out.push(escapes.quote);
    out
}

fn push(out: &mut String, c: char, escapes: &Escapes) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\\' => out.push_str("\\\\"),
        c if c == escapes.quote => {
            out.push('\\');
            out.push(c);
        }
        c if is_hidden(c) => out.push_str(&(escapes.code)(c.into())),
        c => out.push(c),
    }
}

/// The UTF-16 units of a JSON string: a text that was cut within an emoji ends with half a one, and keeps it.
fn units(raw: &str) -> Vec<u16> {
    let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
    let mut units = Vec::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        let mut buffer = [0; 2];
        match c {
            '\\' => units.push(match chars.next() {
                Some('n') => 0x0a,
                Some('r') => 0x0d,
                Some('t') => 0x09,
                Some('b') => 0x08,
                Some('f') => 0x0c,
                Some('u') => {
                    let hex: String = chars.by_ref().take(4).collect();
                    u16::from_str_radix(&hex, 16).unwrap_or(0xfffd)
                }
                Some(same) => {
                    units.extend_from_slice(same.encode_utf16(&mut buffer));
                    continue;
                }
                None => break,
            }),
            c => units.extend_from_slice(c.encode_utf16(&mut buffer)),
        }
    }
    units
}

/// Controls, and what turns or hides text: nobody should paste what they cannot see.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `\uXXXX`, twice for what lies beyond.
pub(super) fn utf16_code(code: u32) -> String {
    let mut out = String::new();
    match char::from_u32(code) {
        Some(c) => {
            let mut buffer = [0; 2];
            for unit in c.encode_utf16(&mut buffer) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
        None => {
            let _ = write!(out, "\\u{code:04x}");
        }
    }
    out
}

/// JSON's own spelling.
pub(super) const JSON: Escapes = Escapes { quote: '"', code: utf16_code };

/// The same JSON, nothing in it hidden.
pub(super) fn json(json: &str) -> String {
    const SPELLING: Spelling = Spelling {
        key: |raw| string(raw, &JSON),
        string: |raw| string(raw, &JSON),
        word: |word| word,
        tight: false,
    };
    spelled(json, &SPELLING)
}
