//! What a filter says of a recording as it stands at its end: how an envelope's ack ended is known only then.

use std::io::{self, Write};
use std::num::NonZero;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::AtomicBool;
use std::thread;

use super::batch::Block;
use super::grep::Found;
use super::reading::{Step, go_through};
use super::sources::Sources;
use super::workers::Workers;
use crate::journal::Lines;
use crate::journal::filter::Filter;
use crate::journal::index::Index;
use crate::journal::scan::{Sample, Sieve, Times};
use crate::session::Session;

/// Rows that a core looks at before it takes the next.
const ROWS: u32 = 32 * 1024;

/// Prints the envelopes that match, in the order of the records.
pub fn print(sources: &Sources, filter: Filter, out: &mut impl Write) -> io::Result<Found> {
    let mut found = Found::default();
    let (index, times) = read(sources, &mut found)?;
    let lines = Lines::from(sources.files.clone());
    let sieve = Sieve::new(filter);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let chunks: Vec<Range<u32>> =
        (0..index.len()).step_by(ROWS as usize).map(|row| row..(row + ROWS).min(index.len())).collect();
    let mut bytes = Vec::new();
    for chunks in chunks.chunks(threads) {
        for row in sift(&sieve, &index, &lines, times, chunks) {
            let Some(entry) = index.get(row).filter(|entry| entry.kind.envelope().is_some()) else {
                continue;
            };
            lines.read(entry.place(), &mut bytes)?;
            found.printed += 1;
            out.write_all(&bytes)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(found)
}

/// Everything entered, as the screen would.
fn read(sources: &Sources, found: &mut Found) -> io::Result<(Index, Times)> {
    let (mut index, mut session) = (Index::default(), Session::default());
    let workers = Workers::start(&sources.files, Block::read)?;
    let _ = go_through(sources, false, &workers, |step| {
        match step {
            Step::Run(run) => {
                if run.is_first {
                    found.tally.count_lines(&run.chunk);
                }
                for item in run.chunk.items.get(run.items).unwrap_or_default() {
                    run.chunk.enter(item, &mut index, &mut session);
                }
            }
            Step::Trouble(trouble) => found.troubles.push(trouble),
            Step::Size(_) | Step::Through { .. } | Step::Idle => {}
        }
        ControlFlow::Continue(())
    });
    let times = Times { start: session.started().unwrap_or_default(), now: None };
    Ok((index, times))
}

/// The rows of these chunks that match, one chunk a core.
fn sift(sieve: &Sieve, index: &Index, lines: &Lines, times: Times, chunks: &[Range<u32>]) -> Vec<u32> {
    let never = AtomicBool::new(false);
    thread::scope(|scope| {
        let running: Vec<_> = chunks
            .iter()
            .map(|rows| {
                let sample = Sample::of(index, rows.clone(), times);
                let never = &never;
                scope.spawn(move || sieve.sift(&sample, lines, never).unwrap_or_default())
            })
            .collect();
        // A chunk that cannot be looked at has no hits; the others have theirs.
        running.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}
