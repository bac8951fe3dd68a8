//! Goes through the files of a recording in the background, and on as they grow.

use std::cell::RefCell;
use std::io;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::batch::{Batch, Block};
use super::blocks::{self, Part};
use super::merge::{Chunk, Merge, Run};
use super::sources::Sources;
use super::workers::Workers;

/// Batches that wait for the loop: some megabytes.
const WAITING: usize = 4;

/// Records that are handed over at once: the screen waits for them to be entered.
const SLICE: usize = 2_048;

/// How often a file that is followed is looked at: the cost is one `fstat`.
const POLL: Duration = Duration::from_millis(200);

/// The same for standard input, while it comes.
const INPUT_POLL: Duration = Duration::from_millis(20);

/// What the reading tells.
#[derive(Debug)]
pub enum Update {
    /// How many bytes there are to read in all, as far as is known.
    Size(u64),
    /// The next records in time. With the first batch of a block come its counts.
    Records {
        batches: Vec<Batch>,
        blocks: Vec<Arc<Block>>,
    },
    /// Everything that is there was read.
    Done,
    Trouble(Trouble),
}

/// What keeps a file from being shown as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It is shorter than what was read of it.
    Cut {
        file: usize,
    },
    /// Its name is gone, or another file's; it is not followed there.
    Replaced {
        file: usize,
    },
    Unreadable {
        file: usize,
        why: String,
    },
}

impl Trouble {
    /// What happened, and what to do.
    pub fn words(&self, sources: &Sources) -> String {
        let name = |file: &usize| sources.files.path(*file).display();
        match self {
            Self::Cut { file } => format!("{} was cut while it was open: open it again", name(file)),
            Self::Replaced { file } => {
                format!(
                    "{} is gone, or another file now, and what is new there is not shown: open it again",
                    name(file)
                )
            }
            Self::Unreadable { file, why } => format!("{} cannot be read any more: {why}", name(file)),
        }
    }
}

/// Receives what threads read.
#[derive(Debug)]
pub struct Reading(mpsc::Receiver<Update>);

impl Reading {
    /// Starts to read; the threads end when this is dropped.
    pub fn start(sources: &Sources, follow: bool) -> io::Result<Self> {
        let workers = Workers::start(&sources.files, Block::read)?;
        let (sender, receiver) = mpsc::channel(WAITING);
        let sources = sources.clone();
        let run = move || {
            let mut out = Sender { updates: sender, batches: Vec::new(), blocks: Vec::new(), items: 0 };
            let _ = go_through(&sources, follow, &workers, |step| out.take(step));
        };
        thread::Builder::new().name("merging".to_owned()).spawn(run)?;
        Ok(Self(receiver))
    }

    /// The next update; `None` when nothing more will come. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Update> {
        self.0.recv().await
    }
}

/// What somebody who goes through the files is told.
pub enum Step<C> {
    Size(u64),
    Run(Run<C>),
    /// All that was there at the start of this pass is through.
    Through {
        is_last: bool,
    },
    Trouble(Trouble),
    /// Nothing is new; asked now and then whether to go on.
    Idle,
}

/// A chunk that knows the lines that it was made of.
pub trait Settle: Chunk {
    /// Sets its lines' numbers, given how many lines came before in the file. Where its last line has no end, tells
    /// where that starts, unless the file is whole: then nothing will come to it.
    fn settle(&mut self, file: usize, lines: &mut u64, is_whole: bool) -> Option<u64>;

    /// In the stead of a part that could not be read.
    fn failed(part: Part) -> Self;
}

/// Where the reading of a file stands.
#[derive(Debug, Default, Clone)]
struct Stand {
    next: u64,
    lines: u64,
    /// Nothing more is read of it.
    over: bool,
    trouble: Option<Trouble>,
}

/// Goes through all files, merged by time, until they are over or `each` breaks off.
pub fn go_through<C: Settle + Send + 'static>(
    sources: &Sources,
    follow: bool,
    workers: &Workers<C>,
    mut each: impl FnMut(Step<C>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let count = sources.files.count();
    let stands = Rc::new(RefCell::new(vec![Stand::default(); count]));
    let mut told = 0;
    loop {
        let mut parts = Vec::new();
        let mut size = 0;
        let mut growing = false;
        for file in 0..count {
            let mut stands = stands.borrow_mut();
            let stand = &mut stands[file];
            let Some((end, is_whole)) = look(sources, file, follow, stand) else {
                size += stand.next;
                continue;
            };
            size += end;
            growing |= !is_whole;
            stand.over = is_whole;
            parts.push((file, stand.next, end, is_whole));
            stand.next = end.max(stand.next);
        }
        let is_new = parts.iter().any(|(_, from, end, is_whole)| end > from || *is_whole);
        if size != told {
            told = size;
            each(Step::Size(size))?;
        }
        let ahead = (workers.ahead / parts.len().max(1)).max(2);
        let streams = parts.into_iter().map(|(file, from, end, is_whole)| {
            let stands = Rc::clone(&stands);
            let stream = workers.stream(blocks::parts(file, from, end), ahead);
            stream.map(move |(part, read)| settled(part, read, is_whole, &mut stands.borrow_mut()[file]))
        });
        for run in Merge::new(streams) {
            each(Step::Run(run))?;
        }
        for stand in stands.borrow_mut().iter_mut() {
            if let Some(trouble) = stand.trouble.take() {
                stand.over = true;
                each(Step::Trouble(trouble))?;
            }
        }
        if is_new || !growing {
            each(Step::Through { is_last: !growing })?;
        } else {
            each(Step::Idle)?;
        }
        if !growing {
            return ControlFlow::Continue(());
        }
        let input = (0..count).any(|file| sources.is_input(file) && !stands.borrow()[file].over);
        thread::sleep(if input { INPUT_POLL } else { POLL });
    }
}

/// How far a file can be read now, and whether nothing will come after that.
fn look(sources: &Sources, file: usize, follow: bool, stand: &mut Stand) -> Option<(u64, bool)> {
    if stand.over {
        return None;
    }
    match sources.now(file) {
        Ok(now) if now.size < stand.next => {
            stand.trouble = Some(Trouble::Cut { file });
            None
        }
        Ok(now) => {
            if now.is_replaced {
                stand.trouble = Some(Trouble::Replaced { file });
            }
            let grows = if sources.is_input(file) { !now.is_whole } else { follow && !now.is_replaced };
            Some((now.size, !grows))
        }
        Err(error) => {
            stand.trouble = Some(Trouble::Unreadable { file, why: error.to_string() });
            None
        }
    }
}

fn settled<C: Settle>(part: Part, read: io::Result<C>, is_whole: bool, stand: &mut Stand) -> C {
    let mut chunk = read.unwrap_or_else(|error| {
        stand.trouble = Some(Trouble::Unreadable { file: part.file, why: error.to_string() });
        C::failed(part)
    });
    if let Some(torn) = chunk.settle(part.file, &mut stand.lines, is_whole) {
        stand.next = torn;
    }
    chunk
}

impl Chunk for Block {
    fn count(&self) -> usize {
        self.items.len()
    }

    fn at(&self, item: usize) -> Timestamp {
        self.items[item].at
    }
}

impl Settle for Block {
    fn settle(&mut self, file: usize, lines: &mut u64, is_whole: bool) -> Option<u64> {
        if is_whole {
            self.give_up_torn(file);
        }
        for unreadable in &mut self.unreadable {
            unreadable.line += *lines;
        }
        *lines += self.lines;
        self.torn
    }

    fn failed(part: Part) -> Self {
        Self::nothing(part)
    }
}

/// Puts runs together, so that the loop is not woken for each.
struct Sender {
    updates: mpsc::Sender<Update>,
    batches: Vec<Batch>,
    blocks: Vec<Arc<Block>>,
    items: usize,
}

impl Sender {
    fn take(&mut self, step: Step<Block>) -> ControlFlow<()> {
        match step {
            Step::Size(size) => self.send(Update::Size(size)),
            Step::Run(run) => {
                if run.is_first {
                    self.blocks.push(Arc::clone(&run.chunk));
                }
                let (mut from, to) = (run.items.start, run.items.end);
                while from < to {
                    let until = to.min(from + SLICE - self.items);
                    self.batches.push(Batch { block: Arc::clone(&run.chunk), items: from..until });
                    self.items += until - from;
                    from = until;
                    if self.items == SLICE {
                        self.flush()?;
                    }
                }
                ControlFlow::Continue(())
            }
            Step::Through { is_last: _ } => {
                self.flush()?;
                self.send(Update::Done)
            }
            Step::Trouble(trouble) => {
                self.flush()?;
                self.send(Update::Trouble(trouble))
            }
            Step::Idle if self.updates.is_closed() => ControlFlow::Break(()),
            Step::Idle => ControlFlow::Continue(()),
        }
    }

    fn flush(&mut self) -> ControlFlow<()> {
        self.items = 0;
        let (batches, blocks) = (std::mem::take(&mut self.batches), std::mem::take(&mut self.blocks));
        if batches.is_empty() && blocks.is_empty() {
            return ControlFlow::Continue(());
        }
        self.send(Update::Records { batches, blocks })
    }

    fn send(&mut self, update: Update) -> ControlFlow<()> {
        match self.updates.blocking_send(update) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}
