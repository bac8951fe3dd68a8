//! Maps over ids that stay small however long the session is. Both keep a 64-bit hash of each key: two of
//! 65,536 ids fall together once in eight thousand million sessions.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use foldhash::quality::FixedState;

type Hashes<V> = HashMap<u64, V, BuildHasherDefault<AsItIs>>;

/// What is a hash already is not hashed again.
#[derive(Debug, Clone, Copy, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Enough for what Slack may still repeat (its last retry comes after five minutes), at a few megabytes.
const LIMIT: usize = 1 << 16;

fn hash(key: &str) -> u64 {
    FixedState::default().hash_one(key)
}

/// Remembers only so many keys, the oldest forgotten first.
#[derive(Debug, Clone)]
pub struct Recent<V> {
    values: Hashes<V>,
    order: VecDeque<u64>,
    limit: usize,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self::with_limit(LIMIT)
    }
}

impl<V> Recent<V> {
    pub fn with_limit(limit: usize) -> Self {
        Self { values: HashMap::default(), order: VecDeque::new(), limit: limit.max(1) }
    }

    pub fn get(&self, key: &str) -> Option<&V> {
        self.values.get(&hash(key))
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.values.get_mut(&hash(key))
    }

    /// Returns what was there; its age stays.
    pub fn insert(&mut self, key: &str, value: V) -> Option<V> {
        let hash = hash(key);
        let before = self.values.insert(hash, value);
        if before.is_none() {
            self.entered(hash);
        }
        before
    }

    /// What stands under this key, or `None` now that `value` does.
    pub fn get_or_insert(&mut self, key: &str, value: V) -> Option<V>
    where
        V: Copy,
    {
        let hash = hash(key);
        match self.values.entry(hash) {
            Entry::Occupied(there) => return Some(*there.get()),
            Entry::Vacant(place) => place.insert(value),
        };
        self.entered(hash);
        None
    }

    /// A key is new: the oldest may have to go for it.
    fn entered(&mut self, hash: u64) {
        if self.order.len() == self.limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
        self.order.push_back(hash);
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub fn clear(&mut self) {
        self.values.clear();
        self.order.clear();
    }
}

/// What waits, found by its id or by its row, the lowest row given up when there are too many.
#[derive(Debug)]
pub struct Waiting<V> {
    by_row: BTreeMap<u32, (u64, V)>,
    rows: Hashes<u32>,
    limit: usize,
}

impl<V> Waiting<V> {
    pub fn with_limit(limit: usize) -> Self {
        Self { by_row: BTreeMap::new(), rows: HashMap::default(), limit: limit.max(1) }
    }

    /// The id must not be waiting yet. Returns what had to be given up.
    pub fn insert(&mut self, id: &str, row: u32, value: V) -> Option<V> {
        let hash = hash(id);
        self.rows.insert(hash, row);
        self.by_row.insert(row, (hash, value));
        if self.by_row.len() <= self.limit {
            return None;
        }
        let (_, (hash, given_up)) = self.by_row.pop_first()?;
        self.rows.remove(&hash);
        Some(given_up)
    }

    pub fn remove(&mut self, id: &str) -> Option<V> {
        let row = self.rows.remove(&hash(id))?;
        self.by_row.remove(&row).map(|(_, value)| value)
    }

    pub fn get(&self, id: &str) -> Option<&V> {
        self.at(*self.rows.get(&hash(id))?)
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut V> {
        self.by_row.get_mut(self.rows.get(&hash(id))?).map(|(_, value)| value)
    }

    pub fn at(&self, row: u32) -> Option<&V> {
        self.by_row.get(&row).map(|(_, value)| value)
    }

    /// Everything from this row on, by rows.
    pub fn from(&self, row: u32) -> impl DoubleEndedIterator<Item = &V> {
        self.by_row.range(row..).map(|(_, (_, value))| value)
    }

    /// The first at or after this row.
    pub fn first_mut(&mut self, row: u32) -> Option<&mut V> {
        self.by_row.range_mut(row..).next().map(|(_, (_, value))| value)
    }

    pub fn len(&self) -> usize {
        self.by_row.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_row.is_empty()
    }

    pub fn clear(&mut self) {
        self.by_row.clear();
        self.rows.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_and_a_repeat_takes_no_room() {
        let mut recent = Recent::with_limit(2);
        assert_eq!(recent.insert("a", 1), None);
        assert_eq!(recent.insert("a", 2), Some(1));
        assert_eq!(recent.insert("b", 3), None);
        assert_eq!(recent.insert("c", 4), None);
        assert_eq!((recent.get("a"), recent.get("b"), recent.get("c")), (None, Some(&3), Some(&4)));
        assert_eq!(recent.len(), 2);
        assert_eq!(recent.get_or_insert("b", 9), Some(3));
        assert_eq!((recent.get_or_insert("d", 4), recent.get("b"), recent.get("d")), (None, None, Some(&4)));
    }

    #[test]
    fn what_waits_is_found_both_ways_and_the_lowest_row_is_given_up() {
        let mut waiting = Waiting::with_limit(2);
        assert_eq!(waiting.insert("a", 1, 'a'), None);
        assert_eq!(waiting.insert("b", 5, 'b'), None);
        assert_eq!(waiting.insert("c", 7, 'c'), Some('a'));
        assert_eq!((waiting.get("a"), waiting.get("b"), waiting.at(7)), (None, Some(&'b'), Some(&'c')));
        assert_eq!(waiting.from(6).collect::<String>(), "c");
        assert_eq!((waiting.remove("b"), waiting.remove("b"), waiting.len()), (Some('b'), None, 1));
    }
}
