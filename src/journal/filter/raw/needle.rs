//! One thing to seek in raw bytes, and how JSON may hide it behind escapes.

use aho_corasick::AhoCorasick;
use memchr::memmem::Finder;
use regex::bytes::Regex;

use super::pair::Pair;
use crate::journal::filter::text::{self, LONGEST_PLAIN, Text, is_short_escape};

/// A needle and how it is sought: nothing that matches is ever missed, what is found may not match.
#[derive(Debug)]
pub(super) struct Needle {
    text: String,
    seek: Seek,
    hidden: Hidden,
}

#[derive(Debug)]
enum Seek {
    /// Whatever the case of its ASCII letters.
    Pair(Box<Pair>),
    Exact(Box<Finder<'static>>),
    Regex(Box<Regex>),
    Many(Box<AhoCorasick>),
}

impl Needle {
    /// What stands in every line that has this text in its message. Characters with short escapes are left out:
    /// the longest run without them is sought.
    pub fn of_text(text: &Text) -> Option<Self> {
        if text.exact {
            return Self::part(&text.needle);
        }
        if text.needle.is_ascii() && text.needle.len() <= LONGEST_PLAIN {
            return Self::folded(longest(&text.needle, is_plain)?);
        }
        Self::unicode(longest(&text.needle, is_plain)?)
    }

    /// What stands in every line that has a string equal to this text.
    pub fn whole(text: &str) -> Option<Self> {
        let quoted = format!("\"{text}\"");
        if !text.is_empty() && text.chars().all(is_plain) {
            Some(Self::exact(&quoted))
        } else {
            Self::part(text)
        }
    }

    /// What stands in every line that has this text within a string, exact in case.
    pub fn part(text: &str) -> Option<Self> {
        longest(text, is_plain).map(Self::exact)
    }

    /// All of these needles in one pass.
    pub fn many(needles: &[Self]) -> Option<Self> {
        let plain = needles.iter().all(|needle| matches!(needle.seek, Seek::Pair(_) | Seek::Exact(_)));
        let texts = needles.iter().map(|needle| needle.text.as_str());
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(texts).ok()?;
        let (text, hidden) = (String::new(), Hidden::default());
        plain.then(|| Self { text, seek: Seek::Many(Box::new(automaton)), hidden })
    }

    fn exact(text: &str) -> Self {
        let seek = Seek::Exact(Box::new(Finder::new(text.as_bytes()).into_owned()));
        Self { text: text.to_owned(), seek, hidden: Hidden::of(text) }
    }

    fn folded(text: &str) -> Option<Self> {
        let seek = Seek::Pair(Box::new(Pair::new(text.as_bytes())?));
        Some(Self { text: text.to_owned(), seek, hidden: Hidden::of(text) })
    }

    fn unicode(text: &str) -> Option<Self> {
        let seek = Seek::Regex(Box::new(text::literal(text)?));
        Some(Self { text: text.to_owned(), seek, hidden: Hidden::of(text) })
    }

    /// Where it stands next.
    pub fn find(&self, bytes: &[u8], at: usize) -> Option<usize> {
        match &self.seek {
            Seek::Pair(pair) => pair.find(bytes, at),
            Seek::Exact(finder) => finder.find(bytes.get(at..)?).map(|found| at + found),
            Seek::Regex(regex) => regex.find_at(bytes, at).map(|found| found.start()),
            Seek::Many(automaton) => automaton.find(bytes.get(at..)?).map(|found| at + found.start()),
        }
    }

    pub fn hidden(&self) -> Hidden {
        self.hidden.clone()
    }

    /// How much of a line it tells apart, the less the better: short needles of common letters are everywhere.
    pub fn commonness(&self) -> usize {
        let rarest = self.text.bytes().map(text::commonness).min().unwrap_or(usize::MAX / 2);
        rarest + 40 / self.text.len().max(1)
    }
}

/// What JSON writes as it is, or as `\u` and four digits: nothing with an escape of two characters. What stands
/// for broken bytes is not in the line.
fn is_plain(c: char) -> bool {
    c != char::REPLACEMENT_CHARACTER && !(c.is_ascii() && is_short_escape(c as u8)) && c != '\u{7f}'
}

fn longest(text: &str, is: impl Fn(char) -> bool) -> Option<&str> {
    text.split(|c| !is(c)).max_by_key(|run| run.len()).filter(|run| !run.is_empty())
}

/// Letters of Latin-1 and Latin Extended-A with one other case, as far as that is simple.
fn has_two_cases(c: char) -> bool {
    let one = |mut cases: std::char::ToLowercase, mut more: std::char::ToUppercase| {
        matches!((cases.next(), cases.next(), more.next(), more.next()), (Some(_), None, Some(_), None))
    };
    matches!(c, '\u{c0}'..='\u{17e}')
        && !matches!(c, 'å' | 'Å' | 'ß' | 'ı' | 'İ')
        && one(c.to_lowercase(), c.to_uppercase())
}

/// Whether a character is the same in upper and lower case.
fn is_without_case(c: char) -> bool {
    c.to_lowercase().eq([c]) && c.to_uppercase().eq([c])
}

/// The characters that a `\u` escape may hide.
#[derive(Clone, Debug, Default)]
pub(super) struct Hidden {
    /// ASCII, a bit a character.
    ascii: u128,
    /// UTF-16 units of characters without case.
    units: Vec<u16>,
    /// Letters beyond ASCII have more cases than are worth a list.
    any: bool,
}

impl Hidden {
    fn of(text: &str) -> Self {
        let mut hidden = Self::default();
        for c in text.chars() {
            match c {
                'a'..='z' | 'A'..='Z' => {
                    hidden.ascii |= 1 << c.to_ascii_lowercase() as u32 | 1 << c.to_ascii_uppercase() as u32;
                    // The long s and the sign of kelvin are these letters where case does not count.
                    hidden.units.extend(match c {
                        's' | 'S' => Some(0x17f),
                        'k' | 'K' => Some(0x212a),
                        _ => None,
                    });
                }
                c if c.is_ascii() => hidden.ascii |= 1 << c as u32,
                c if has_two_cases(c) => {
                    let both = c.to_lowercase().chain(c.to_uppercase());
                    hidden.units.extend(both.filter_map(|c| u16::try_from(c as u32).ok()));
                }
                c if !is_without_case(c) => hidden.any = true,
                c => hidden.units.extend(c.encode_utf16(&mut [0; 2]).iter()),
            }
        }
        hidden
    }

    pub fn or(self, other: Self) -> Self {
        let units = [self.units, other.units].concat();
        Self { ascii: self.ascii | other.ascii, units, any: self.any || other.any }
    }

    pub fn is_nothing(&self) -> bool {
        self.ascii == 0 && self.units.is_empty() && !self.any
    }

    /// Whether the digits after `\u` stand for one of them.
    pub fn is_behind(&self, digits: &[u8]) -> bool {
        if self.any {
            return true;
        }
        let unit = digits.get(..4).and_then(|digits| {
            let digit = |digit: &u8| char::from(*digit).to_digit(16);
            digits.iter().try_fold(0, |unit, next| Some(unit << 4 | digit(next)?))
        });
        unit.is_some_and(|unit| {
            if unit < 128 {
                self.ascii >> unit & 1 == 1
            } else {
                self.units.iter().any(|own| u32::from(*own) == unit)
            }
        })
    }
}
