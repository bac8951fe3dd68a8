//! Threads that run the jobs of filters and searches, beside the loop and the sockets.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::scan::{Found, Job};

/// More jobs than threads, so that none waits for the loop; few, so that what is asked anew is soon begun.
const AHEAD: usize = 2;

/// The threads end when the pool goes.
#[derive(Debug)]
pub struct Pool<T> {
    /// Where jobs are taken to; none before the first.
    jobs: Option<Sender<Job>>,
    done: T,
    threads: usize,
    out: usize,
}

impl<T: Fn(Option<Found>) + Clone + Send + 'static> Pool<T> {
    /// `done` is told, on a thread of the pool, what each job found.
    pub fn new(done: T) -> Self {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        Self { jobs: None, done, threads, out: 0 }
    }

    /// Takes jobs as long as there are some and the threads are not busy.
    pub fn fill(&mut self, mut next: impl FnMut() -> Option<Job>) {
        while self.out < self.threads * AHEAD
            && let Some(job) = next()
        {
            let jobs = self.jobs.take().unwrap_or_else(|| self.start());
            self.out += usize::from(jobs.send(job).is_ok());
            self.jobs = Some(jobs);
        }
    }

    /// `done` was heard of.
    pub fn is_back(&mut self) {
        self.out = self.out.saturating_sub(1);
    }

    fn start(&self) -> Sender<Job> {
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..self.threads {
            let (queue, done) = (Arc::clone(&queue), self.done.clone());
            let work = move || work(&queue, &done);
            // With fewer threads it takes longer; without any the list says how far it came.
            let _ = thread::Builder::new().name("filter".to_owned()).spawn(work);
        }
        jobs
    }
}

fn work(queue: &Mutex<Receiver<Job>>, done: &impl Fn(Option<Found>)) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        done(job.run());
    }
}
