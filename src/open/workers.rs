//! A thread a core that reads parts of files, some parts ahead of whoever takes what came of them in order.

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::blocks::{self, Lines, Part};
use crate::journal::Files;

/// Parts that each core may be ahead: they wait in memory.
const AHEAD: usize = 3;

/// The largest buffer that a worker keeps between two parts.
const KEPT: usize = 8 << 20;

struct Job<T> {
    part: Part,
    done: SyncSender<io::Result<T>>,
}

/// The threads; they end when this is dropped and what they work at is done.
pub struct Workers<T> {
    jobs: Sender<Job<T>>,
    /// How many parts to have under way.
    pub ahead: usize,
}

impl<T: Send + 'static> Workers<T> {
    /// `work` makes of each part's lines what is taken in order.
    pub fn start(
        files: &Files,
        work: impl Fn(Part, &Lines) -> T + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let (jobs, queue) = channel::<Job<T>>();
        let (queue, work) = (Arc::new(Mutex::new(queue)), Arc::new(work));
        for _ in 0..count {
            let (files, queue, work) = (files.clone(), Arc::clone(&queue), Arc::clone(&work));
            let run = move || {
                let mut buffer = Vec::new();
                while let Some(Job { part, done }) = next(&queue) {
                    let read = blocks::read(files.file(part.file), part, &mut buffer);
                    // Who waited may be gone: then nobody wants it.
                    let _ = done.send(read.map(|lines| work(part, &lines)));
                    if buffer.capacity() > KEPT {
                        buffer = Vec::new();
                    }
                }
            };
            thread::Builder::new().name("reading".to_owned()).spawn(run)?;
        }
        Ok(Self { jobs, ahead: count * AHEAD })
    }

    /// What is made of these parts, in their order; a few of them are under way at any time.
    pub fn stream<P: Iterator<Item = Part>>(&self, parts: P, ahead: usize) -> Stream<T, P> {
        Stream { jobs: self.jobs.clone(), parts, ahead: ahead.max(1), pending: VecDeque::new() }
    }
}

fn next<T>(queue: &Mutex<Receiver<Job<T>>>) -> Option<Job<T>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// See [`Workers::stream`].
pub struct Stream<T, P> {
    jobs: Sender<Job<T>>,
    parts: P,
    ahead: usize,
    pending: VecDeque<(Part, Receiver<io::Result<T>>)>,
}

impl<T, P: Iterator<Item = Part>> Iterator for Stream<T, P> {
    type Item = (Part, io::Result<T>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.pending.len() < self.ahead
            && let Some(part) = self.parts.next()
        {
            let (done, result) = sync_channel(1);
            let _ = self.jobs.send(Job { part, done });
            self.pending.push_back((part, result));
        }
        let (part, result) = self.pending.pop_front()?;
        // A worker that is gone has panicked.
        let result = result.recv().unwrap_or_else(|_| Err(io::Error::other("a reading thread ended early")));
        Some((part, result))
    }
}
