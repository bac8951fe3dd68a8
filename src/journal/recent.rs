//! A map that remembers only so many strings, the oldest forgotten first.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// Enough for what Slack may still repeat (its last retry comes after five minutes), at a few megabytes.
const LIMIT: usize = 1 << 16;

/// Keeps a 64-bit hash of each key: two of 65,536 keys fall together once in eight thousand million sessions.
#[derive(Debug, Clone)]
pub struct Recent<V> {
    values: HashMap<u64, V, BuildHasherDefault<DefaultHasher>>,
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
        self.values.get(&self.hash(key))
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        let hash = self.hash(key);
        self.values.get_mut(&hash)
    }

    /// Returns what was there; its age stays.
    pub fn insert(&mut self, key: &str, value: V) -> Option<V> {
        let hash = self.hash(key);
        let before = self.values.insert(hash, value);
        if before.is_none() {
            if self.order.len() == self.limit
                && let Some(oldest) = self.order.pop_front()
            {
                self.values.remove(&oldest);
            }
            self.order.push_back(hash);
        }
        before
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

    fn hash(&self, key: &str) -> u64 {
        self.values.hasher().hash_one(key)
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
    }
}
