//! A short ASCII needle in many bytes, whatever its case. Two of its rarest bytes are compared for a block of places
//! at once, in a loop that compilers turn into vector code; the needle itself is compared where both stand.

use crate::journal::filter::text::commonness;

/// Places that are looked at together.
const BLOCK: usize = 64;

#[derive(Debug)]
pub(super) struct Pair {
    needle: Vec<u8>,
    first: Byte,
    second: Byte,
}

/// One byte of the needle, in lower case.
#[derive(Debug, Clone, Copy)]
struct Byte {
    at: usize,
    value: u8,
    /// What makes a letter's upper case lower; some other bytes become the letter too, which costs a comparison.
    fold: u8,
}

impl Pair {
    pub fn new(needle: &[u8]) -> Option<Self> {
        let mut places: Vec<usize> = (0..needle.len()).collect();
        places.sort_by_key(|at| commonness(needle[*at]));
        let byte = |at: usize| {
            let value = needle[at].to_ascii_lowercase();
            Byte { at, value, fold: if value.is_ascii_lowercase() { 0x20 } else { 0 } }
        };
        let first = *places.first()?;
        let second = *places.get(1).unwrap_or(&first);
        Some(Self { needle: needle.to_vec(), first: byte(first), second: byte(second) })
    }

    /// Where the needle stands next, from `at` on.
    pub fn find(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let places = bytes.len().checked_sub(self.needle.len())? + 1;
        let firsts = &bytes[self.first.at..self.first.at + places];
        let seconds = &bytes[self.second.at..self.second.at + places];
        let (firsts, seconds) = (firsts.get(at..)?, seconds.get(at..)?);
        let (first_blocks, first_rest) = firsts.as_chunks::<BLOCK>();
        let (second_blocks, second_rest) = seconds.as_chunks::<BLOCK>();
        let mut start = at;
        for (first, second) in first_blocks.iter().zip(second_blocks) {
            if self.stand_in(first, second)
                && let Some(found) = self.find_in(bytes, start, first, second)
            {
                return Some(found);
            }
            start += BLOCK;
        }
        self.find_in(bytes, start, first_rest, second_rest)
    }

    fn stand_in(&self, first: &[u8; BLOCK], second: &[u8; BLOCK]) -> bool {
        let mut any = 0;
        for at in 0..BLOCK {
            let one = first[at] | self.first.fold;
            let two = second[at] | self.second.fold;
            any |= u8::from(one == self.first.value) & u8::from(two == self.second.value);
        }
        any != 0
    }

    fn find_in(&self, bytes: &[u8], start: usize, first: &[u8], second: &[u8]) -> Option<usize> {
        let both = |(one, two): (&u8, &u8)| {
            one | self.first.fold == self.first.value && two | self.second.fold == self.second.value
        };
        let fits = |at: &usize| {
            let found = bytes.get(*at..*at + self.needle.len());
            found.is_some_and(|found| found.eq_ignore_ascii_case(&self.needle))
        };
        let places = first.iter().zip(second).enumerate().filter(|(_, pair)| both(*pair));
        places.map(|(at, _)| start + at).find(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(text in "[aAbBzZ@`\u{1a} :]{0,200}", needle in "[abzAZ@ :]{1,5}", from in 0..200_usize) {
            let expected = text.to_ascii_lowercase().get(from..).and_then(|rest| {
                rest.find(&needle.to_ascii_lowercase()).map(|at| at + from)
            });
            let pair = Pair::new(needle.as_bytes());
            prop_assert_eq!(pair.and_then(|pair| pair.find(text.as_bytes(), from)), expected);
        }
    }
}
