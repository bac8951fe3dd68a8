//! Search in a document: the decoded text of keys and values, folded away or not.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use super::Document;
use super::unescape::Decoded;

/// Which part of a row was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Key,
    Value,
}

/// One place where the searched text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub row: usize,
    pub part: Part,
    /// Byte range in the document's text; where escapes were hit, it covers them whole.
    pub range: Range<usize>,
}

impl Document {
    /// Every place where `needle` stands in a key or in a leaf's value, in the order of the text.
    ///
    /// Smart case: case counts only where the needle has an upper-case letter. Strings are searched without
    /// their quotes and escapes. An empty needle is nowhere.
    pub fn search(&self, needle: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        if let Some(pattern) = pattern(needle) {
            for (index, row) in self.rows.iter().enumerate() {
                let value = (!row.kind.is_container()).then(|| row.value_range());
                for (part, range) in [(Part::Key, row.key_range()), (Part::Value, value)] {
                    if let Some(range) = range {
                        let found = self.find_in(&pattern, range);
                        hits.extend(found.into_iter().map(|range| Hit { row: index, part, range }));
                    }
                }
            }
        }
        hits
    }

    fn find_in(&self, pattern: &Regex, range: Range<usize>) -> Vec<Range<usize>> {
        let quotes = usize::from(self.text.as_bytes()[range.start] == b'"');
        let inner = range.start + quotes..range.end - quotes;
        let decoded = Decoded::new(&self.text[inner.clone()]);
        let found = pattern.find_iter(&decoded.text).map(|found| decoded.raw_range(found.range()));
        found.map(|raw| inner.start + raw.start..inner.start + raw.end).collect()
    }
}

/// The first hit in a row below `row`, around the end if need be: an index into `hits`, as `search` gave them.
pub fn next_hit(hits: &[Hit], row: usize) -> Option<usize> {
    let next = hits.partition_point(|hit| hit.row <= row);
    if next < hits.len() { Some(next) } else { hits.first().map(|_| 0) }
}

/// The first hit of the nearest row above `row` that has one, around the start if need be.
pub fn previous_hit(hits: &[Hit], row: usize) -> Option<usize> {
    let before = hits.partition_point(|hit| hit.row < row);
    let last = if before > 0 { &hits[before - 1] } else { hits.last()? };
    Some(hits.partition_point(|hit| hit.row < last.row))
}

fn pattern(needle: &str) -> Option<Regex> {
    if needle.is_empty() {
        return None;
    }
    let exact = needle.chars().any(char::is_uppercase);
    // An escaped literal fails only where it exceeds the size limit: no one types that into a search line.
    RegexBuilder::new(&regex::escape(needle)).case_insensitive(!exact).build().ok()
}
