//! Two documents held against each other: what was added, removed, changed, by path.
//!
//! What is equal and what is not:
//!
//! - the order of keys is nothing; of a key that occurs twice in an object the last counts, as for any JSON parser;
//! - strings are compared by their characters, whatever escapes they are written with;
//! - numbers are compared by their exact value, however large. The same value in another spelling (`1` and `1.0`) is
//!   no change, but told apart as [`Change::Respelled`]: a receiver with strict types may trip over it;
//! - elements of arrays are aligned by what they are and by their [identity](align::IDENTITIES), so that one that was
//!   put in leaves those after it alone; one that stands elsewhere has [moved](Change::Moved).
//!
//! Equal subtrees are skipped by their hashes (64 bits, randomly keyed), so the time is that of one walk over both
//! texts, and nothing here recurses: nesting costs memory, never the thread's stack.

mod align;
mod hash;
mod number;
mod words;

use std::hash::RandomState;

use super::{Document, Kind};
use align::Step;
pub use words::{Piece, words};

/// One difference; the numbers are rows of the old and of the new document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Added {
        new: usize,
    },
    Removed {
        old: usize,
    },
    Changed {
        old: usize,
        new: usize,
    },
    /// A number of the same value that is written differently.
    Respelled {
        old: usize,
        new: usize,
    },
    /// An element of an array that stands at another place among the others. What changed in it follows.
    Moved {
        old: usize,
        new: usize,
    },
}

impl Change {
    /// The row of the old document; none where something was added.
    pub fn before(self) -> Option<usize> {
        match self {
            Self::Added { .. } => None,
            Self::Removed { old }
            | Self::Changed { old, .. }
            | Self::Respelled { old, .. }
            | Self::Moved { old, .. } => Some(old),
        }
    }

    /// The row of the new document; none where something was removed.
    pub fn after(self) -> Option<usize> {
        match self {
            Self::Removed { .. } => None,
            Self::Added { new }
            | Self::Changed { new, .. }
            | Self::Respelled { new, .. }
            | Self::Moved { new, .. } => Some(new),
        }
    }
}

/// How many differences of each kind there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub added: usize,
    pub removed: usize,
    pub changed: usize,
    pub respelled: usize,
    pub moved: usize,
}

/// Two documents and their differences, in the order of the new one.
#[derive(Clone, Debug)]
pub struct Comparison {
    old: Document,
    new: Document,
    changes: Vec<Change>,
    counts: Counts,
}

impl Comparison {
    /// Compares; some hundred milliseconds for two texts of 5 MB that have nothing in common.
    pub fn of(old: Document, new: Document) -> Self {
        let keys = RandomState::new();
        let hashes = (hash::of_rows(&old, &keys), hash::of_rows(&new, &keys));
        let mut walk = Walk {
            old: Side::new(&old, &hashes.0),
            new: Side::new(&new, &hashes.1),
            todo: vec![],
            changes: vec![],
        };
        walk.todo.push(Todo::Pair(0, 0));
        while let Some(todo) = walk.todo.pop() {
            match todo {
                Todo::Pair(old, new) => walk.pair(old, new),
                Todo::Tell(change) => walk.changes.push(change),
            }
        }
        let changes = walk.changes;
        let mut counts = Counts::default();
        for change in &changes {
            match change {
                Change::Added { .. } => counts.added += 1,
                Change::Removed { .. } => counts.removed += 1,
                Change::Changed { .. } => counts.changed += 1,
                Change::Respelled { .. } => counts.respelled += 1,
                Change::Moved { .. } => counts.moved += 1,
            }
        }
        Self { old, new, changes, counts }
    }

    pub fn before(&self) -> &Document {
        &self.old
    }

    pub fn after(&self) -> &Document {
        &self.new
    }

    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The document that has the difference, and the row in it: the new one, but for what was removed.
    pub fn place(&self, change: Change) -> (&Document, usize) {
        match (change.after(), change.before()) {
            (Some(new), _) => (&self.new, new),
            (None, old) => (&self.old, old.unwrap_or(0)),
        }
    }
}

/// One of the two documents, with the hash of each row.
#[derive(Clone, Copy)]
struct Side<'a> {
    document: &'a Document,
    hashes: &'a [u64],
}

impl<'a> Side<'a> {
    fn new(document: &'a Document, hashes: &'a [u64]) -> Self {
        Self { document, hashes }
    }

    fn kind(&self, row: usize) -> Kind {
        self.document.rows[row].kind
    }
}

/// What is still to be looked at, or to be told in its turn.
enum Todo {
    Pair(usize, usize),
    Tell(Change),
}

struct Walk<'a> {
    old: Side<'a>,
    new: Side<'a>,
    /// A stack: what comes first stands last.
    todo: Vec<Todo>,
    changes: Vec<Change>,
}

impl Walk<'_> {
    fn pair(&mut self, old: usize, new: usize) {
        if self.old.hashes[old] == self.new.hashes[new] {
            return;
        }
        let first = self.todo.len();
        match (self.old.kind(old), self.new.kind(new)) {
            (Kind::Object, Kind::Object) => self.members(old, new),
            (Kind::Array, Kind::Array) => self.elements(old, new),
            (Kind::Number, Kind::Number)
                if number::same(self.old.document.value_text(old), self.new.document.value_text(new)) =>
            {
                self.changes.push(Change::Respelled { old, new });
            }
            _ => self.changes.push(Change::Changed { old, new }),
        }
        self.todo[first..].reverse();
    }

    /// Removed members first, the others in the order of the new object.
    fn members(&mut self, old: usize, new: usize) {
        let olds = members(self.old.document, old);
        let news = members(self.new.document, new);
        let find = |among: &[(std::borrow::Cow<str>, usize)], key: &str| {
            among.binary_search_by(|(other, _)| other.as_ref().cmp(key)).ok().map(|at| among[at].1)
        };
        let mut gone: Vec<usize> =
            olds.iter().filter(|(key, _)| find(&news, key).is_none()).map(|(_, row)| *row).collect();
        gone.sort_unstable();
        self.todo.extend(gone.into_iter().map(|old| Todo::Tell(Change::Removed { old })));
        let mut rest: Vec<(usize, Option<usize>)> =
            news.iter().map(|(key, row)| (*row, find(&olds, key))).collect();
        rest.sort_unstable();
        self.todo.extend(rest.into_iter().map(|(new, old)| match old {
            Some(old) => Todo::Pair(old, new),
            None => Todo::Tell(Change::Added { new }),
        }));
    }

    fn elements(&mut self, old: usize, new: usize) {
        for step in align::align(self.old, old, self.new, new) {
            match step {
                Step::Pair { old, new } => self.todo.push(Todo::Pair(old, new)),
                Step::Moved { old, new } => {
                    self.todo.push(Todo::Tell(Change::Moved { old, new }));
                    self.todo.push(Todo::Pair(old, new));
                }
                Step::Removed { old } => self.todo.push(Todo::Tell(Change::Removed { old })),
                Step::Added { new } => self.todo.push(Todo::Tell(Change::Added { new })),
            }
        }
    }
}

/// An object's members, sorted by key; of a key that occurs twice the last.
fn members(document: &Document, row: usize) -> Vec<(std::borrow::Cow<'_, str>, usize)> {
    let mut members: Vec<_> =
        document.children(row).filter_map(|child| Some((document.key(child)?, child))).collect();
    members.sort_by(|(a, row_a), (b, row_b)| a.cmp(b).then(row_b.cmp(row_a)));
    members.dedup_by(|later, first| later.0 == first.0);
    members
}

#[cfg(test)]
mod tests;
