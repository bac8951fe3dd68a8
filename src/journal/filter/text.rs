//! Bare text: a substring of the message, whatever the case, whether escaped or not.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use memchr::{memchr_iter, memchr2_iter};
use regex::bytes::{Regex, RegexBuilder};

use super::Seen;

/// From this length on (and for anything but ASCII) a regex searches: it stays linear whatever the text.
const LONGEST_PLAIN: usize = 64;

/// A text term.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub needle: String,
    /// Where in the needle its rarest byte stands: the search runs from one occurrence of it to the next.
    rarest: usize,
    /// For needles that are long or not ASCII; built at the first search.
    regex: OnceLock<Option<Regex>>,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.needle == other.needle
    }
}

impl Text {
    pub fn new(needle: String) -> Self {
        let commonness = |(_, byte): &(usize, u8)| commonness(*byte);
        let rarest = needle.bytes().enumerate().min_by_key(commonness).map_or(0, |(at, _)| at);
        Self { needle, rarest, regex: OnceLock::new() }
    }

    pub fn matches(&self, seen: &Seen) -> bool {
        self.is_in(seen.subject.message)
            || needs_decoding(&self.needle, seen) && seen.decoded().is_some_and(|text| self.is_in(text))
    }

    /// Whether a message that stands as JSON in this line could match; `false` is sure.
    pub fn could_be_in(&self, line: &[u8]) -> bool {
        if !self.needle.is_ascii() || self.needle.len() > LONGEST_PLAIN {
            return true;
        }
        self.is_plainly_in(line)
            || has_short_escapes(&self.needle) && memchr::memchr(b'\\', line).is_some()
            || memchr::memmem::find(line, b"\\u").is_some()
    }

    fn is_in(&self, text: &str) -> bool {
        if self.needle.is_ascii() && self.needle.len() <= LONGEST_PLAIN {
            return self.is_plainly_in(text.as_bytes());
        }
        self.regex
            .get_or_init(|| literal(&self.needle))
            .as_ref()
            .is_some_and(|regex| regex.is_match(text.as_bytes()))
    }

    fn is_plainly_in(&self, text: &[u8]) -> bool {
        let needle = self.needle.as_bytes();
        let Some(&rarest) = needle.get(self.rarest) else { return true };
        let Some(searched) = text.get(self.rarest..) else { return false };
        let fits = |at: usize| {
            text.get(at..at + needle.len()).is_some_and(|found| found.eq_ignore_ascii_case(needle))
        };
        let (lower, upper) = (rarest.to_ascii_lowercase(), rarest.to_ascii_uppercase());
        if lower == upper {
            memchr_iter(lower, searched).any(fits)
        } else {
            memchr2_iter(lower, upper, searched).any(fits)
        }
    }
}

fn literal(needle: &str) -> Option<Regex> {
    RegexBuilder::new(&regex::escape(needle)).case_insensitive(true).build().ok()
}

/// Many texts of which one must occur, searched together: `a or b or c …` stays one pass over the message.
#[derive(Clone, Debug)]
pub(super) struct Words {
    automaton: AhoCorasick,
    /// Whether one of them has characters that JSON may write as a short escape.
    escaped: bool,
}

impl Words {
    /// `None` where they are too few to be worth it, or too many to be held.
    pub fn new(needles: &[&str]) -> Option<Self> {
        if needles.len() < 8 {
            return None;
        }
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(needles).ok()?;
        Some(Self { automaton, escaped: needles.iter().any(|needle| has_short_escapes(needle)) })
    }

    pub fn matches(&self, seen: &Seen) -> bool {
        self.automaton.is_match(seen.subject.message)
            || (self.escaped || seen.has_unicode_escapes())
                && seen.decoded().is_some_and(|text| self.automaton.is_match(text))
    }
}

/// Whether a needle may stand in the message in an escaped spelling.
fn needs_decoding(needle: &str, seen: &Seen) -> bool {
    !needle.is_ascii() || has_short_escapes(needle) || seen.has_unicode_escapes()
}

fn has_short_escapes(needle: &str) -> bool {
    needle.bytes().any(|byte| matches!(byte, b'"' | b'\\' | b'/' | 0..0x20))
}

/// How common a byte is in Slack's JSON, roughly: quotes and English letters first, rare letters last.
fn commonness(byte: u8) -> usize {
    const BY_RARITY: &[u8] = b"zqjxkvwyg@<>~^`!?%$#&*+;=()|'bfhpmdul9876543cn210.rosit/-_{}[] ea:,\"\\";
    BY_RARITY.iter().position(|known| *known == byte.to_ascii_lowercase()).unwrap_or(0)
}
