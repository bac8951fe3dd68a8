//! What the journal says, read as everybody reads it.

use std::collections::VecDeque;

use serde_json::Value;
use sockscope::journal::{Journal, Secrets, Tail};

use super::server::LONG;

pub struct Records {
    tail: Tail,
    waiting: VecDeque<Value>,
    pub seen: Vec<Value>,
}

impl Records {
    pub fn new() -> (Journal, Self) {
        let journal = Journal::temporary(Secrets::Masked).unwrap();
        let tail = journal.tail();
        (journal, Self { tail, waiting: VecDeque::new(), seen: Vec::new() })
    }

    pub async fn next(&mut self) -> Value {
        while self.waiting.is_empty() {
            let changed = tokio::time::timeout(LONG, self.tail.changed()).await;
            assert!(matches!(changed, Ok(true)), "no record came after {:#?}", self.seen);
            let waiting = &mut self.waiting;
            self.tail.read(|_, line| waiting.push_back(serde_json::from_str(line).unwrap())).unwrap();
        }
        let record = self.waiting.pop_front().unwrap();
        self.seen.push(record.clone());
        record
    }

    /// The next record, of those that are there.
    pub async fn next_if_there(&mut self) -> Option<Value> {
        if self.waiting.is_empty() {
            let waiting = &mut self.waiting;
            self.tail.read(|_, line| waiting.push_back(serde_json::from_str(line).unwrap())).unwrap();
        }
        if self.waiting.is_empty() { None } else { Some(self.next().await) }
    }

    /// The next record of this kind; those before it are skipped.
    pub async fn kind(&mut self, kind: &str) -> Value {
        self.find(|record| record["kind"] == kind).await
    }

    pub async fn find(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let record = self.next().await;
            if wanted(&record) {
                return record;
            }
        }
    }

    pub fn count(&self, wanted: impl Fn(&Value) -> bool) -> usize {
        self.seen.iter().filter(|record| wanted(record)).count()
    }
}
