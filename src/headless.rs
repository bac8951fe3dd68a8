//! The records on stdout, no screen: what scripts and CI read. The same lines as in a recording.

use std::io::{self, Write};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::journal::filter::Filter;
use crate::journal::matcher::{Hit, Matcher};
use crate::journal::{Event, Record, Tail};

/// What ends a session without a screen, and what is printed of it.
#[derive(Debug, Default)]
pub struct Options {
    pub filter: Option<Filter>,
    pub until: Option<Filter>,
    pub for_: Option<Duration>,
}

/// Why it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The record that was waited for came.
    Reached,
    TimeIsUp,
    /// `apps.connections.open` said what no further try will change; the message tells what to do.
    Fatal(String),
    /// Who read our output went away.
    NobodyReads,
}

/// Prints the records of a session as they come.
pub struct Headless<W> {
    tail: Tail,
    out: Printer<W>,
    until: Option<Matcher>,
    deadline: Option<Instant>,
}

/// What is printed: everything, or the envelopes that match.
struct Printer<W> {
    out: W,
    filter: Option<Matcher>,
    matched: u64,
}

impl<W: Write> Headless<W> {
    pub fn new(tail: Tail, out: W, options: Options) -> Self {
        Self {
            tail,
            out: Printer { out, filter: options.filter.map(Matcher::new), matched: 0 },
            until: options.until.map(Matcher::new),
            deadline: options.for_.and_then(|time| Instant::now().checked_add(time)),
        }
    }

    /// Runs until something ends it. Dropping the future between two records loses none.
    pub async fn run(&mut self) -> io::Result<Outcome> {
        loop {
            if let Some(outcome) = self.print()? {
                return Ok(outcome);
            }
            let deadline = self.deadline;
            let time_is_up = async {
                match deadline {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = self.tail.changed() => {}
                () = time_is_up => return Ok(Outcome::TimeIsUp),
            }
        }
    }

    /// Prints what the end of the session still brought.
    pub fn finish(&mut self) -> io::Result<()> {
        self.until = None;
        self.print()?;
        let left = self.out.filter.as_mut().map(Matcher::finish).unwrap_or_default();
        left.iter().try_for_each(|line| self.out.hit(line))?;
        self.out.out.flush()
    }

    /// Whether a filter was given that no envelope matched.
    pub fn found_nothing(&self) -> bool {
        self.out.filter.is_some() && self.out.matched == 0
    }

    fn print(&mut self) -> io::Result<Option<Outcome>> {
        let mut outcome = None;
        let Self { tail, out, until, .. } = self;
        let mut written = Ok(());
        while outcome.is_none() && written.is_ok() {
            let more = tail.read(|_, line| {
                let Ok(record) = Record::parse(line) else { return };
                if outcome.is_none() && written.is_ok() {
                    written = out.print(&record, line);
                    outcome = ending(until.as_mut(), &record, line);
                }
            })?;
            if !more {
                break;
            }
        }
        match written.and_then(|()| out.out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Some(Outcome::NobodyReads)),
            Err(error) => Err(error),
            Ok(()) => Ok(outcome),
        }
    }
}

impl<W: Write> Printer<W> {
    fn print(&mut self, record: &Record, line: &str) -> io::Result<()> {
        let Some(filter) = &mut self.filter else { return self.write(line) };
        match filter.look(record, line) {
            Some(Hit::This) if matches!(record.event, Event::Envelope { .. }) => self.hit(line),
            Some(Hit::Earlier(line)) => self.hit(&line),
            _ => Ok(()),
        }
    }

    fn hit(&mut self, line: &str) -> io::Result<()> {
        self.matched += 1;
        self.write(line)
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        self.out.write_all(line.as_bytes())?;
        self.out.write_all(b"\n")
    }
}

fn ending(until: Option<&mut Matcher>, record: &Record, line: &str) -> Option<Outcome> {
    match &record.event {
        Event::Error { fatal: true, message, .. } => Some(Outcome::Fatal(message.to_string())),
        _ => until?.look(record, line).map(|_| Outcome::Reached),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use jiff::Timestamp;

    use super::*;
    use crate::journal::{Journal, Secrets};

    fn text(text: &str) -> Event<'_> {
        Event::Text { conn: 1, text: text.into() }
    }

    async fn run(events: &[Event<'_>], options: Options) -> (Outcome, String) {
        let journal = Journal::temporary(Secrets::Masked).unwrap();
        let tail = journal.tail();
        for event in events {
            journal.write(Timestamp::UNIX_EPOCH, event);
        }
        let mut out = Vec::new();
        let outcome = Headless::new(tail, &mut out, options).run().await.unwrap();
        (outcome, String::from_utf8(out).unwrap())
    }

    #[tokio::test]
    async fn it_ends_after_the_first_record_that_matches() {
        let until = Some(Filter::parse("two").unwrap());
        let (outcome, out) =
            run(&[text("one"), text("two"), text("three")], Options { until, ..Options::default() }).await;
        assert_eq!(outcome, Outcome::Reached);
        assert_eq!(out.lines().count(), 2, "{out}");
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_when_the_time_is_up() {
        let for_ = Some(Duration::from_secs(8));
        let (outcome, out) = run(&[text("one")], Options { for_, ..Options::default() }).await;
        assert_eq!(outcome, Outcome::TimeIsUp);
        assert_eq!(out.lines().count(), 1);
    }

    #[tokio::test]
    async fn a_fatal_error_ends_it() {
        let fatal = Event::Error {
            conn: None,
            code: "invalid_auth".into(),
            fatal: true,
            retry_in_ms: None,
            message: "make a new token".into(),
        };
        let (outcome, out) = run(&[fatal, text("after")], Options::default()).await;
        assert_eq!(outcome, Outcome::Fatal("make a new token".into()));
        assert_eq!(out.lines().count(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn with_a_filter_only_envelopes_are_printed() {
        let envelope = Event::Envelope {
            conn: 1,
            envelope_id: "e".into(),
            type_: "events_api".into(),
            message: r#"{"x":"one"}"#.into(),
        };
        let options = || Options {
            filter: Some(Filter::parse("one").unwrap()),
            for_: Some(Duration::from_secs(1)),
            ..Options::default()
        };
        let (_, out) = run(&[text("one"), envelope], options()).await;
        assert_eq!(out.lines().count(), 1, "{out}");
        assert!(out.contains("\"kind\":\"envelope\""));
    }
}
