//! Several files in one order of time: what has the same time comes in the order of the files, and the lines of a file
//! keep their own order whatever their times are.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

/// What came of a part of a file: items with times.
pub trait Chunk {
    /// How many items there are.
    fn count(&self) -> usize;
    /// The time of one.
    fn at(&self, item: usize) -> Timestamp;
}

/// Items of one chunk that follow each other.
#[derive(Debug)]
pub struct Run<C> {
    pub chunk: Arc<C>,
    pub items: Range<usize>,
    /// The chunk is seen for the first time; it may have no items at all.
    pub is_first: bool,
}

/// Streams of chunks, one a file.
pub struct Merge<C, S> {
    heads: Vec<Head<C, S>>,
    /// The time of each stream's next item.
    order: BinaryHeap<Reverse<(Timestamp, usize)>>,
    ready: VecDeque<Run<C>>,
}

struct Head<C, S> {
    stream: S,
    chunk: Option<Arc<C>>,
    next: usize,
    is_new: bool,
}

impl<C: Chunk, S: Iterator<Item = C>> Merge<C, S> {
    pub fn new(streams: impl IntoIterator<Item = S>) -> Self {
        let head = |stream| Head { stream, chunk: None, next: 0, is_new: false };
        let heads: Vec<_> = streams.into_iter().map(head).collect();
        let count = heads.len();
        let mut merge = Self { heads, order: BinaryHeap::new(), ready: VecDeque::new() };
        (0..count).for_each(|number| merge.queue(number));
        merge
    }

    /// Puts a stream's next item into the order, from its next chunk where this one is through.
    fn queue(&mut self, number: usize) {
        let head = &mut self.heads[number];
        loop {
            if let Some(chunk) = head.chunk.as_ref().filter(|chunk| head.next < chunk.count()) {
                self.order.push(Reverse((chunk.at(head.next), number)));
                return;
            }
            let Some(chunk) = head.stream.next().map(Arc::new) else {
                head.chunk = None;
                return;
            };
            let is_empty = chunk.count() == 0;
            if is_empty {
                self.ready.push_back(Run { chunk: Arc::clone(&chunk), items: 0..0, is_first: true });
            }
            (head.chunk, head.next, head.is_new) = (Some(chunk), 0, !is_empty);
        }
    }
}

impl<C: Chunk, S: Iterator<Item = C>> Iterator for Merge<C, S> {
    type Item = Run<C>;

    fn next(&mut self) -> Option<Run<C>> {
        if let Some(run) = self.ready.pop_front() {
            return Some(run);
        }
        let Reverse((_, number)) = self.order.pop()?;
        let until = self.order.peek().map(|Reverse(next)| *next);
        let head = &mut self.heads[number];
        let chunk = Arc::clone(head.chunk.as_ref()?);
        let from = head.next;
        let comes_first = |item: &usize| until.is_none_or(|until| (chunk.at(*item), number) < until);
        head.next = match until {
            None => chunk.count(),
            Some(_) => 1 + from + (from + 1..chunk.count()).take_while(comes_first).count(),
        };
        let run = Run { items: from..head.next, is_first: std::mem::take(&mut head.is_new), chunk };
        self.queue(number);
        Some(run)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    struct Times(Vec<i64>);

    impl Chunk for Times {
        fn count(&self) -> usize {
            self.0.len()
        }

        fn at(&self, item: usize) -> Timestamp {
            Timestamp::from_second(self.0[item]).unwrap()
        }
    }

    /// File and time of all items, and how many chunks were seen.
    fn merged(files: &[Vec<Vec<i64>>]) -> (Vec<i64>, usize) {
        let streams = files.iter().map(|chunks| chunks.clone().into_iter().map(Times));
        let mut chunks = 0;
        let times = Merge::new(streams).flat_map(|run| {
            chunks += usize::from(run.is_first);
            run.chunk.0[run.items].to_vec()
        });
        (times.collect(), chunks)
    }

    #[test]
    fn by_time_and_each_file_in_its_own_order() {
        let (times, chunks) = merged(&[vec![vec![1, 5], vec![], vec![2, 9]], vec![vec![3, 4, 7]]]);
        assert_eq!((times, chunks), (vec![1, 3, 4, 5, 2, 7, 9], 4));
        assert_eq!(merged(&[]).0, [0_i64; 0]);
    }

    proptest! {
        #[test]
        fn files_in_order_are_one_stable_sort(
            files in proptest::collection::vec(proptest::collection::vec(proptest::collection::vec(0_i64..20, 0..5), 0..4), 0..4)
        ) {
            // Files with times that only rise, told apart by a fraction that counts for nothing in the order.
            let mut files = files;
            for chunks in &mut files {
                let mut last = 0;
                for time in chunks.iter_mut().flatten() {
                    last = last.max(*time);
                    *time = last;
                }
            }
            let mut expected: Vec<i64> = files.iter().flatten().flatten().copied().collect();
            expected.sort_unstable();
            prop_assert_eq!(merged(&files).0, expected);
        }
    }
}
