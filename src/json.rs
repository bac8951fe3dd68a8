//! A JSON document as flat rows over the text it came in.
//!
//! The text is never rewritten: every row is a pair of byte ranges (key, value) in it, so numbers, escapes, key
//! order and duplicate keys are shown as they were sent. A container is one row; its closing bracket is none.
//! Parent and siblings are indices, a fold is a flag, and an index over the visible rows lets a pane of 50 rows
//! cost 50 rows wherever it stands in the document.

pub mod compare;
mod error;
mod folds;
mod format;
mod parse;
mod path;
mod preview;
mod scan;
mod search;
mod tokens;
mod unescape;

use std::borrow::Cow;
use std::ops::Range;

pub use error::{Problem, SyntaxError, Wanted};
pub use format::{minify, pretty};
pub use search::{Hit, Part, next_hit, previous_hit};
pub use tokens::{Token, TokenKind, tokens};
pub use unescape::unescape;

use folds::Visible;

/// What a row's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Object,
    Array,
    String,
    Number,
    Bool,
    Null,
}

impl Kind {
    /// Objects and arrays: what can have rows below it.
    pub fn is_container(self) -> bool {
        matches!(self, Self::Object | Self::Array)
    }
}

/// No row: the parent of the root, the previous sibling of a first child.
const NONE: u32 = u32::MAX;

/// One value of the document, with its key where it stands in an object.
///
/// Offsets are `u32`: [`Document::parse`] refuses a text of 4 GiB.
#[derive(Clone, Debug)]
pub struct Row {
    kind: Kind,
    depth: u32,
    parent: u32,
    previous: u32,
    /// The first row after this one's subtree.
    end: u32,
    /// The place among its siblings.
    index: u32,
    children: u32,
    /// Quotes included; empty where there is no key (a key is never empty: it has its quotes).
    key: (u32, u32),
    value: (u32, u32),
}

impl Row {
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// 0 for the root.
    pub fn depth(&self) -> usize {
        self.depth as usize
    }

    /// The place among its siblings, from 0; an array element's index.
    pub fn index(&self) -> usize {
        self.index as usize
    }

    /// How many direct children a container has.
    pub fn children(&self) -> usize {
        self.children as usize
    }

    /// Where the key stands in the text, quotes included.
    pub fn key_range(&self) -> Option<Range<usize>> {
        (self.key.1 > self.key.0).then_some(self.key.0 as usize..self.key.1 as usize)
    }

    /// Where the value stands in the text, brackets or quotes included.
    pub fn value_range(&self) -> Range<usize> {
        self.value.0 as usize..self.value.1 as usize
    }
}

/// A parsed document: its text, its rows in the order of the text, and which containers are folded.
///
/// Rows are named by their index; row 0 is the root. Methods that take a row panic, as slices do, on an index
/// that is not below [`Document::len`].
#[derive(Clone, Debug)]
pub struct Document {
    text: Box<str>,
    rows: Vec<Row>,
    folded: Vec<bool>,
    visible: Visible,
}

impl Document {
    /// Reads a whole JSON text; linear in its length, and as deep as it likes.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let rows = parse::rows(text)?;
        let folded = vec![false; rows.len()];
        let visible = Visible::all(rows.len());
        Ok(Self { text: text.into(), rows, folded, visible })
    }

    /// The document `null`.
    pub fn null() -> Self {
        let row = Row {
            kind: Kind::Null,
            depth: 0,
            parent: NONE,
            previous: NONE,
            end: 1,
            index: 0,
            children: 0,
            key: (0, 0),
            value: (0, 4),
        };
        Self { text: "null".into(), rows: vec![row], folded: vec![false], visible: Visible::all(1) }
    }

    /// The text, byte for byte as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All rows, folded away or not, in the order of the text.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// How many rows there are; at least one.
    #[expect(clippy::len_without_is_empty, reason = "a document always has its root")]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn row(&self, row: usize) -> &Row {
        &self.rows[row]
    }

    /// The key as it came, quotes and escapes kept.
    pub fn key_text(&self, row: usize) -> Option<&str> {
        self.rows[row].key_range().map(|range| &self.text[range])
    }

    /// The key without quotes and escapes.
    pub fn key(&self, row: usize) -> Option<Cow<'_, str>> {
        self.key_text(row).map(unquote)
    }

    /// The value as it came: for a container everything from bracket to bracket.
    pub fn value_text(&self, row: usize) -> &str {
        &self.text[self.rows[row].value_range()]
    }

    /// A string value without quotes and escapes; `None` for anything but a string.
    ///
    /// Half a surrogate pair becomes U+FFFD.
    pub fn string(&self, row: usize) -> Option<Cow<'_, str>> {
        (self.rows[row].kind == Kind::String).then(|| unquote(self.value_text(row)))
    }

    pub fn parent(&self, row: usize) -> Option<usize> {
        some(self.rows[row].parent)
    }

    /// The first child, folded away or not.
    pub fn first_child(&self, row: usize) -> Option<usize> {
        (self.rows[row].children > 0).then_some(row + 1)
    }

    pub fn previous_sibling(&self, row: usize) -> Option<usize> {
        some(self.rows[row].previous)
    }

    pub fn next_sibling(&self, row: usize) -> Option<usize> {
        let end = self.rows[row].end;
        let parent = self.rows.get(self.rows[row].parent as usize)?;
        (end < parent.end).then_some(end as usize)
    }

    /// The first row after `row` and everything below it; [`Document::len`] at the end.
    pub fn subtree_end(&self, row: usize) -> usize {
        self.rows[row].end as usize
    }

    /// The children of a container, in order.
    pub fn children(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.first_child(row), |child| self.next_sibling(*child))
    }

    /// The parent, its parent, and so on to the root.
    pub fn ancestors(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.parent(row), |row| self.parent(*row))
    }
}

fn some(row: u32) -> Option<usize> {
    (row != NONE).then_some(row as usize)
}

/// A string's text between its quotes, escapes resolved.
fn unquote(quoted: &str) -> Cow<'_, str> {
    unescape(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default())
}

#[cfg(test)]
mod tests;
