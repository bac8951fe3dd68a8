//! A recording on stdout: all of its records, or the envelopes that match a filter, exactly as they stand in the file.
//!
//! Most filters look at one record alone: then the cores match while they read, and a line that can't match by its
//! bytes is not even parsed. What asks for acks (`ack:late`) or counts from the session's start (`after:10m`) is asked
//! of the recording as it stands at its end ([`ended`]); where it is followed, or only goes so far, of the records in
//! their order, as a live session does.

use std::io::{self, Write};
use std::ops::{ControlFlow, Range};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::batch::{Block, TORN, error_words, read_text};
use super::blocks::{Lines, Part};
use super::ended;
use super::merge::{Chunk, Run};
use super::reading::{Settle, Step, Trouble, go_through};
use super::sources::Sources;
use super::workers::Workers;
use crate::journal::filter::{Filter, Reading, Verdict};
use crate::journal::matcher::{Hit, Matcher, subject};
use crate::journal::{Event, Record};

/// What is wanted of a recording.
#[derive(Debug, Default)]
pub struct Options {
    pub filter: Option<Filter>,
    pub until: Option<Filter>,
    pub for_: Option<Duration>,
    pub follow: bool,
}

/// What was found on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Lines that were printed.
    pub printed: u64,
    pub tally: Tally,
    pub troubles: Vec<Trouble>,
}

/// Counts over lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records that were parsed.
    pub records: u64,
    /// Lines that are no records, where they had to be parsed; what is wrong with the first.
    pub unreadable: u64,
    pub why: Option<String>,
    /// Envelopes that a filter was asked of.
    pub asked: u64,
    /// Of these, those that a jq expression was given up on.
    pub gave_up: u64,
    /// And those that a jq expression failed on; what it said of the first.
    pub failed: u64,
    pub failure: Option<String>,
}

impl Found {
    /// What its reader must know beside the lines.
    pub fn notes(&self, filtered: bool) -> Vec<String> {
        let Tally { unreadable, asked, gave_up, failed, .. } = self.tally;
        let mut notes = Vec::new();
        if let Some(why) = &self.tally.why {
            let which = if filtered { " that may have matched" } else { "" };
            notes.push(if unreadable == 1 {
                format!("1 line{which} is no record, and left out: {why}")
            } else {
                format!("{unreadable} lines{which} are no records, and left out; the first: {why}")
            });
        }
        if gave_up > 0 {
            notes.push(format!(
                "the jq expression was given up on {gave_up} of {asked} envelopes: too much work, or nested too deeply; they count as not matching"
            ));
        }
        if let Some(error) = &self.tally.failure {
            let which = if failed == asked { "every one" } else { &format!("{failed}") };
            notes.push(format!(
                "the jq expression failed on {which} of {asked} envelopes, which count as not matching: {error}"
            ));
        }
        notes
    }
}

/// Prints what is wanted, until the recording is over, or the time, or nobody reads it any more.
pub fn grep(sources: &Sources, options: Options, out: &mut impl Write) -> io::Result<Found> {
    match print(sources, options, out) {
        // Who reads our output has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            Ok(Found { printed: 1, ..Found::default() })
        }
        found => found,
    }
}

fn print(sources: &Sources, options: Options, out: &mut impl Write) -> io::Result<Found> {
    let whole = !options.follow && options.until.is_none() && options.for_.is_none();
    if let Some(filter) = options.filter.as_ref().filter(|filter| whole && filter.needs_order()) {
        return ended::print(sources, filter.clone(), out);
    }
    let alone = options.until.is_none() && options.filter.as_ref().is_none_or(|filter| !filter.needs_order());
    let (matched, in_order) = if alone { (options.filter, None) } else { (None, options.filter) };
    let workers = Workers::start(&sources.files, move |_, lines| Hits::read(lines, matched.as_ref()))?;
    let deadline = options.for_.and_then(|time| Instant::now().checked_add(time));
    let mut printer = Printer {
        out,
        filter: in_order.map(Matcher::new),
        until: options.until.map(Matcher::new),
        found: Found::default(),
    };
    let mut failed = None;
    let _ = go_through(sources, options.follow, &workers, |step| {
        let flow = printer.step(step).unwrap_or_else(|error| {
            failed = Some(error);
            ControlFlow::Break(())
        });
        if deadline.is_some_and(|at| Instant::now() >= at) { ControlFlow::Break(()) } else { flow }
    });
    failed.map_or_else(|| printer.finish(), Err)?;
    Ok(printer.found)
}

/// The lines of a part that are wanted.
#[derive(Debug, Default)]
struct Hits {
    /// Whole lines, each with its end.
    bytes: Vec<u8>,
    items: Vec<(Timestamp, Range<usize>)>,
    tally: Tally,
    torn: Option<u64>,
}

impl Hits {
    fn read(lines: &Lines, filter: Option<&Filter>) -> Self {
        let mut hits = Self::default();
        let torn = lines.is_torn();
        let end = lines.offset + lines.bytes.len() as u64;
        for (offset, line) in lines.iter() {
            // What has no end yet may match when that has come.
            let is_torn = torn && offset + line.len() as u64 == end;
            if !is_torn && filter.is_some_and(|filter| !filter.could_match(line)) {
                continue;
            }
            let text = read_text(line);
            let record = match Record::parse(&text) {
                Ok(record) => record,
                Err(error) => {
                    hits.torn = is_torn.then_some(offset);
                    if !is_torn && !text.trim_ascii().is_empty() {
                        hits.tally.miss(|| error_words(&error, line));
                    }
                    continue;
                }
            };
            hits.tally.records += 1;
            if filter.is_none_or(|filter| hits.tally.ask(filter, &record)) {
                hits.push(record.at, line);
            }
        }
        hits
    }

    fn push(&mut self, at: Timestamp, line: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
        self.items.push((at, start..self.bytes.len()));
    }

    /// The bytes of some lines, which stand side by side.
    fn lines(&self, items: Range<usize>) -> &[u8] {
        let items = &self.items[items];
        let (Some((_, first)), Some((_, last))) = (items.first(), items.last()) else { return &[] };
        &self.bytes[first.start..last.end]
    }
}

impl Tally {
    /// Whether an envelope matches.
    fn ask(&mut self, filter: &Filter, record: &Record) -> bool {
        if !matches!(record.event, Event::Envelope { .. }) {
            return false;
        }
        self.asked += 1;
        // The filter needs no order, so that the session's start is not asked for.
        let subject = subject(record, record.at);
        let reading = Reading::new(&subject);
        let verdict = filter.evaluate_read(&reading);
        self.gave_up += u64::from(verdict == Verdict::GaveUp);
        if let Some(error) = reading.jq_error() {
            self.failed += 1;
            self.failure.get_or_insert_with(|| error.to_owned());
        }
        verdict == Verdict::Match
    }

    fn miss(&mut self, why: impl FnOnce() -> String) {
        self.unreadable += 1;
        self.why.get_or_insert_with(why);
    }

    /// Counts the lines of a block.
    pub(super) fn count_lines(&mut self, block: &Block) {
        self.records += block.items.len() as u64;
        self.unreadable += block.unreadable_count;
        if self.why.is_none() {
            self.why = block.unreadable.first().map(|line| line.why.clone());
        }
    }

    fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.unreadable += other.unreadable;
        if self.why.is_none() {
            self.why.clone_from(&other.why);
        }
        self.asked += other.asked;
        self.gave_up += other.gave_up;
        self.failed += other.failed;
        if self.failure.is_none() {
            self.failure.clone_from(&other.failure);
        }
    }
}

impl Chunk for Hits {
    fn count(&self) -> usize {
        self.items.len()
    }

    fn at(&self, item: usize) -> Timestamp {
        self.items[item].0
    }
}

impl Settle for Hits {
    fn settle(&mut self, _: usize, _: &mut u64, is_whole: bool) -> Option<u64> {
        let torn = self.torn.take();
        if torn.is_some() && is_whole {
            self.tally.miss(|| TORN.to_owned());
        }
        torn
    }

    fn failed(_: Part) -> Self {
        Self::default()
    }
}

struct Printer<'w, W> {
    out: &'w mut W,
    filter: Option<Matcher>,
    until: Option<Matcher>,
    found: Found,
}

impl<W: Write> Printer<'_, W> {
    fn step(&mut self, step: Step<Hits>) -> io::Result<ControlFlow<()>> {
        match step {
            Step::Run(run) => return self.run(&run),
            Step::Trouble(trouble) => self.found.troubles.push(trouble),
            Step::Through { .. } => self.out.flush()?,
            Step::Size(_) | Step::Idle => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    fn run(&mut self, run: &Run<Hits>) -> io::Result<ControlFlow<()>> {
        if run.is_first {
            self.found.tally.add(&run.chunk.tally);
        }
        if self.filter.is_none() && self.until.is_none() {
            self.found.printed += run.items.len() as u64;
            self.out.write_all(run.chunk.lines(run.items.clone()))?;
            return Ok(ControlFlow::Continue(()));
        }
        for item in run.items.clone() {
            let line = read_text(run.chunk.lines(item..item + 1));
            let line = line.strip_suffix('\n').unwrap_or(&line);
            let Ok(record) = Record::parse(line) else { continue };
            let hit = match &mut self.filter {
                None => Some(Hit::This),
                Some(filter) => filter.look(&record, line).filter(|hit| is_envelope(hit, &record)),
            };
            match hit {
                Some(Hit::This) => self.print(line)?,
                Some(Hit::Earlier(line)) => self.print(&line)?,
                None => {}
            }
            if self.until.as_mut().is_some_and(|until| until.look(&record, line).is_some()) {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn print(&mut self, line: &str) -> io::Result<()> {
        self.found.printed += 1;
        self.out.write_all(line.as_bytes())?;
        self.out.write_all(b"\n")
    }

    /// What matches now that no ack will come any more.
    fn finish(&mut self) -> io::Result<()> {
        let left = self.filter.as_mut().map(Matcher::finish).unwrap_or_default();
        left.iter().try_for_each(|line| self.print(line))?;
        self.out.flush()
    }
}

/// A filter prints envelopes only.
fn is_envelope(hit: &Hit, record: &Record) -> bool {
    matches!(hit, Hit::Earlier(_)) || matches!(record.event, Event::Envelope { .. })
}
