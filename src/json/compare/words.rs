//! Two strings held against each other word by word.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation as _;

/// Words beyond the common start and end that are compared one by one: what a reader can follow, in about a
/// millisecond.
const WORDS: usize = 400;

/// A part of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub text: &'a str,
    /// Whether the other string has it as well.
    pub common: bool,
}

/// Both strings in pieces: put together again, each gives its string.
///
/// Long strings that have little in common are one piece between their common start and end.
pub fn words<'a>(old: &'a str, new: &'a str) -> (Vec<Piece<'a>>, Vec<Piece<'a>>) {
    let start = common_prefix(old, new);
    let end = common_suffix(&old[start..], &new[start..]);
    let (old_middle, new_middle) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    let (mut olds, mut news) = (Pieces::default(), Pieces::default());
    olds.push(&old[..start], true);
    news.push(&new[..start], true);
    let split = |text: &'a str| text.split_word_bounds().take(WORDS + 1).collect::<Vec<_>>();
    let (old_words, new_words) = (split(old_middle), split(new_middle));
    if old_words.len() > WORDS || new_words.len() > WORDS {
        olds.push(old_middle, false);
        news.push(new_middle, false);
    } else {
        for op in capture_diff_slices(Algorithm::Myers, &old_words, &new_words) {
            let common = matches!(op, DiffOp::Equal { .. });
            old_words[op.old_range()].iter().for_each(|word| olds.push(word, common));
            new_words[op.new_range()].iter().for_each(|word| news.push(word, common));
        }
    }
    olds.push(&old[old.len() - end..], true);
    news.push(&new[new.len() - end..], true);
    (olds.join(old), news.join(new))
}

/// Pieces as lengths, neighbours of a kind put together.
#[derive(Default)]
struct Pieces(Vec<(usize, bool)>);

impl Pieces {
    fn push(&mut self, text: &str, common: bool) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some((length, before)) if *before == common => *length += text.len(),
            _ => self.0.push((text.len(), common)),
        }
    }

    fn join(self, whole: &str) -> Vec<Piece<'_>> {
        let mut rest = whole;
        let pieces = self.0.into_iter().map(|(length, common)| {
            let (text, behind) = rest.split_at(length);
            rest = behind;
            Piece { text, common }
        });
        pieces.collect()
    }
}

/// Bytes that both start with, up to the start of a word: half a word in common helps nobody.
fn common_prefix(one: &str, other: &str) -> usize {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    if same == one.len() && same == other.len() {
        return same;
    }
    let same = one.floor_char_boundary(same).min(other.floor_char_boundary(same));
    one[..same]
        .rfind(|c: char| !c.is_alphanumeric())
        .map_or(0, |at| at + one[at..].chars().next().map_or(0, char::len_utf8))
}

/// Bytes that both end with, from the end of a word on.
fn common_suffix(one: &str, other: &str) -> usize {
    let (a, b) = (one.as_bytes(), other.as_bytes());
    let same = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let start = one.ceil_char_boundary(one.len() - same);
    let at = one[start..].find(|c: char| !c.is_alphanumeric()).map_or(one.len(), |at| start + at);
    one.len() - at
}
