//! Numbers that stand for ids and names: the same for the same, counted in the order of their first sight.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

/// What was given a number so far. It remembers keyed hashes, sixteen bytes for each.
#[derive(Default)]
pub struct StandIns {
    state: RandomState,
    numbers: HashMap<u64, u64>,
    /// The last number of each class.
    last: HashMap<&'static str, u64>,
}

/// The classes of what is numbered; the ids of Slack have one for each first letter.
const OPAQUE: &str = "opaque";
const NAME: &str = "name";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl StandIns {
    /// For a Slack id: `U123ABC456` -> `U000000001`, `Ev0A1B2C3D4E` -> `Ev0000000001`.
    pub fn id(&mut self, id: &str) -> String {
        let prefix = prefix_len(id);
        let class = LETTERS.find(&id[..1]).map_or(OPAQUE, |at| &LETTERS[at..=at]);
        let number = self.number(class, id);
        let rest = "0".repeat(id.len() - prefix);
        format!("{}{}", &id[..prefix], numbered(&rest, number))
    }

    /// For what has no prefix to keep: a number in its shape.
    pub fn opaque(&mut self, text: &str) -> String {
        let blank: String = text.chars().map(|c| if is_kept(c) { c } else { '0' }).collect();
        let number = self.number(OPAQUE, text);
        numbered(&blank, number)
    }

    /// For a name: filler with a number at its end.
    pub fn name(&mut self, name: &str) -> String {
        let blank: String = name.chars().map(filler).collect();
        let number = self.number(NAME, name);
        numbered(&blank, number)
    }

    fn number(&mut self, class: &'static str, text: &str) -> u64 {
        let last = self.last.entry(class).or_default();
        *self.numbers.entry(self.state.hash_one((class, text))).or_insert_with(|| {
            *last += 1;
            *last
        })
    }
}

/// What is left as it is in any text.
pub fn is_kept(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_punctuation() || c.is_ascii_control()
}

/// What stands for a character of a text.
pub fn filler(c: char) -> char {
    match c {
        c if is_kept(c) => c,
        c if c.is_ascii_digit() => '1',
        c if c.is_uppercase() => 'X',
        _ => 'x',
    }
}

/// Writes the number's digits over the last letters and digits of `blank`. Where there are too few of them the text
/// grows: two things must not look the same.
fn numbered(blank: &str, number: u64) -> String {
    let mut out: Vec<char> = blank.chars().collect();
    let mut places = (0..out.len()).rev().filter(|at| !is_kept(out[*at])).collect::<Vec<_>>().into_iter();
    let mut first = None;
    let mut digits: Vec<char> = number.to_string().chars().collect();
    while !digits.is_empty()
        && let Some(at) = places.next()
    {
        first = Some(at);
        out[at] = digits.pop().unwrap_or('0');
    }
    if let Some(first) = first {
        out.splice(first..first, digits);
    }
    out.into_iter().collect()
}

/// Whether a word of letters and digits looks like an id of Slack's: `U123ABC456`, `Ev0A1B2C3D4E`.
pub fn is_id(word: &str) -> bool {
    let bytes = word.as_bytes();
    if !bytes.first().is_some_and(u8::is_ascii_uppercase) || bytes.len() < 5 {
        return false;
    }
    let rest = &bytes[prefix_len(word)..];
    let plain = rest.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let some_digit = rest.iter().any(u8::is_ascii_digit);
    plain && (some_digit || (bytes.len() >= 9 && b"ABCDEFGSTUVW".contains(&bytes[0])))
}

/// One letter, or a capital and a small one.
fn prefix_len(id: &str) -> usize {
    if id.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase) { 2 } else { 1 }
}

/// Whether a text begins with a UUID that ends there; it has 36 bytes.
pub fn starts_with_uuid(text: &str) -> bool {
    let Some(head) = text.as_bytes().get(..36) else { return false };
    let shaped = head.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    shaped && !text.as_bytes().get(36).is_some_and(u8::is_ascii_alphanumeric)
}
