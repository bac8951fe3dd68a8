//! Texts that many rows share, kept once.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

/// A text of an [`Index`](super::Index), four bytes wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Symbol(pub(super) u32);

impl Symbol {
    /// There is no text, or an empty one.
    pub const NONE: Self = Self(0);
    const UNKEPT: Self = Self(u32::MAX);

    /// There is a text, but there were too many already: read it from the line.
    pub fn is_unkept(self) -> bool {
        self == Self::UNKEPT
    }
}

/// Subjects and users that a day brings; an app that makes a new `callback_id` for each envelope must not
/// fill the memory with them.
const LIMIT: usize = 100_000;

/// What one text takes beside its bytes: two pointers in the list, a slot in the map, its counts.
const OVERHEAD: usize = 72;

/// The texts of an [`Index`](super::Index) as they were at one time, for other threads.
#[derive(Debug, Clone, Default)]
pub struct Names(Arc<Vec<Arc<str>>>);

impl Names {
    /// The text of a symbol; `None` where there is none, or it was not kept.
    pub fn text(&self, symbol: Symbol) -> Option<&str> {
        let place = symbol.0.checked_sub(1)?;
        self.0.get(place as usize).map(AsRef::as_ref)
    }
}

#[derive(Debug)]
pub(super) struct Interner {
    texts: Names,
    symbols: HashMap<Arc<str>, u32, RandomState>,
    limit: usize,
    bytes: usize,
}

impl Default for Interner {
    fn default() -> Self {
        Self::with_limit(LIMIT)
    }
}

impl Interner {
    /// Keeps at most `limit - 1` texts.
    pub(super) fn with_limit(limit: usize) -> Self {
        Self { texts: Names::default(), symbols: HashMap::default(), limit, bytes: 0 }
    }

    pub(super) fn intern(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.symbol(text) {
            return symbol;
        }
        if self.texts.0.len() + 1 >= self.limit {
            return Symbol::UNKEPT;
        }
        let text: Arc<str> = text.into();
        self.bytes += text.len() + OVERHEAD;
        Arc::make_mut(&mut self.texts.0).push(Arc::clone(&text));
        let number = u32::try_from(self.texts.0.len()).unwrap_or(u32::MAX);
        self.symbols.insert(text, number);
        Symbol(number)
    }

    pub(super) fn symbol(&self, text: &str) -> Option<Symbol> {
        if text.is_empty() {
            return Some(Symbol::NONE);
        }
        self.symbols.get(text).map(|number| Symbol(*number))
    }

    pub(super) fn text(&self, symbol: Symbol) -> Option<&str> {
        self.texts.text(symbol)
    }

    pub(super) fn names(&self) -> Names {
        self.texts.clone()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.0.iter().map(AsRef::as_ref)
    }

    pub(super) fn memory(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one_and_what_is_too_many_is_told() {
        let mut interner = Interner::with_limit(3);
        let a = interner.intern("a");
        assert_eq!((interner.intern("a"), interner.text(a)), (a, Some("a")));
        assert_eq!((interner.intern(""), interner.text(Symbol::NONE)), (Symbol::NONE, None));
        interner.intern("b");
        let c = interner.intern("c");
        assert!(c.is_unkept() && interner.text(c).is_none() && interner.symbol("c").is_none());
        assert_eq!(interner.iter().collect::<Vec<_>>(), ["a", "b"]);
    }
}
