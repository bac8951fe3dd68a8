//! How connections ended, and what that cost; the timeline of the session.

use std::borrow::Cow;
use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::reason;

/// A list that forgets its oldest item when it is full.
#[derive(Debug, Clone)]
pub struct Ring<T> {
    items: VecDeque<T>,
    limit: usize,
    forgotten: u64,
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Self { items: VecDeque::new(), limit: 1_000, forgotten: 0 }
    }
}

impl<T> Ring<T> {
    pub(super) fn push(&mut self, item: T) {
        if self.items.len() == self.limit {
            self.items.pop_front();
            self.forgotten += 1;
        }
        self.items.push_back(item);
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.items.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.items.iter_mut()
    }

    pub fn last(&self) -> Option<&T> {
        self.items.back()
    }

    /// How many there were in all.
    pub fn count(&self) -> u64 {
        self.forgotten + self.items.len() as u64
    }
}

/// How a socket was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    pub at: Timestamp,
    /// `None` where no close frame came.
    pub code: Option<u16>,
    pub reason: String,
}

/// The end of one connection: from the first `disconnect`, or from its close where none came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub conn: u32,
    pub at: Timestamp,
    /// The reasons of its `disconnect` messages in their order, such as `warning`, `refresh_requested`.
    pub reasons: Vec<String>,
    /// `None` while it is still read.
    pub close: Option<Close>,
    pub lived: Option<SignedDuration>,
    /// The life to expect, as its hello announced it, or `debug_reconnects` grants it.
    pub expected: Option<SignedDuration>,
    /// Whether it had said hello.
    pub was_live: bool,
    /// The time without a live connection that followed; `None` until it is known.
    pub gap: Option<SignedDuration>,
    /// Envelopes that came again because of it.
    pub redelivered: u32,
    /// Envelopes of it that nobody answered in time after it had closed.
    pub lost_acks: u32,
}

/// More reasons than this of one connection are noise.
const REASONS: usize = 8;

impl Ended {
    /// The code to show: the last reason, or the close code; an end in good order by what it was for.
    pub fn code(&self) -> Cow<'_, str> {
        match (self.reasons.last(), &self.close) {
            (Some(reason), _) => reason.as_str().into(),
            (None, Some(Close { code: Some(1000), reason, .. })) if !reason.is_empty() => {
                reason.as_str().into()
            }
            (None, Some(Close { code: Some(code), .. })) => code.to_string().into(),
            (None, _) => "cut".into(),
        }
    }

    /// Why it ended, in plain words.
    pub fn words(&self) -> Cow<'_, str> {
        match (self.reasons.last(), &self.close) {
            (Some(reason), _) => reason::disconnect_words(reason),
            (None, Some(close)) => reason::close_words(close.code, &close.reason),
            (None, None) => "closed".into(),
        }
    }

    /// Whether it broke without a goodbye, so that Slack may still count it.
    pub fn broke(&self) -> bool {
        self.close.as_ref().is_some_and(|close| matches!(close.code, None | Some(1006)))
    }
}

/// What happened to a connection, for the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    Opening,
    Hello,
    Disconnect,
    Closed,
    Error,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub at: Timestamp,
    pub conn: u32,
    pub kind: MarkKind,
}

/// The latest ends of connections, the timeline, and the sums.
#[derive(Debug, Default)]
pub struct History {
    ended: Ring<Ended>,
    timeline: Ring<Mark>,
    /// Ends before this count belong to an earlier session in the same recording, whose numbers came again.
    sealed: u64,
    gaps: u64,
    deaf: SignedDuration,
}

impl History {
    /// The latest 1,000 ends, the oldest first.
    pub fn ended(&self) -> impl DoubleEndedIterator<Item = &Ended> + ExactSizeIterator {
        self.ended.iter()
    }

    /// How many connections ended in all.
    pub fn count(&self) -> u64 {
        self.ended.count()
    }

    /// The latest 1,000 opens, hellos, disconnects, closes and errors, the oldest first.
    pub fn timeline(&self) -> impl DoubleEndedIterator<Item = &Mark> + ExactSizeIterator {
        self.timeline.iter()
    }

    /// How many changes of connections left a time without a live one.
    pub fn gaps(&self) -> u64 {
        self.gaps
    }

    /// The sum of those times.
    pub fn deaf(&self) -> SignedDuration {
        self.deaf
    }

    pub(super) fn mark(&mut self, at: Timestamp, conn: u32, kind: MarkKind) {
        self.timeline.push(Mark { at, conn, kind });
    }

    pub(super) fn seal(&mut self) {
        self.sealed = self.ended.count();
    }

    pub(super) fn find(&mut self, conn: u32) -> Option<&mut Ended> {
        let current = usize::try_from(self.ended.count() - self.sealed).unwrap_or(usize::MAX);
        self.ended.iter_mut().rev().take(current).find(|ended| ended.conn == conn)
    }

    /// The latest end at or before `at`.
    pub(super) fn latest(&mut self, at: Timestamp) -> Option<&mut Ended> {
        self.ended.iter_mut().rev().find(|ended| ended.at <= at)
    }

    /// The end of `conn`, begun by `begin` unless it has begun before.
    pub(super) fn end(&mut self, conn: u32, begin: impl FnOnce() -> Ended) -> &mut Ended {
        if self.find(conn).is_none() {
            self.ended.push(begin());
        }
        self.find(conn).expect("it was there, or has just been pushed")
    }

    /// Books a gap on the latest end that waits for one, and tells which connection that was. Ends before it
    /// left another connection live, so they cost nothing.
    pub(super) fn gap(&mut self, gap: SignedDuration) -> Option<u32> {
        let mut waiting = self.ended.iter_mut().rev().filter(|ended| ended.was_live && ended.gap.is_none());
        let latest = waiting.next().map(|ended| {
            ended.gap = Some(gap);
            ended.conn
        });
        waiting.for_each(|ended| ended.gap = Some(SignedDuration::ZERO));
        if gap > SignedDuration::ZERO {
            self.gaps += 1;
            self.deaf = self.deaf.checked_add(gap).unwrap_or(SignedDuration::MAX);
        }
        latest
    }

    pub(super) fn broken_since(&self, since: Timestamp) -> u64 {
        let broken = |ended: &&Ended| ended.broke() && ended.close.as_ref().is_some_and(|c| c.at >= since);
        self.ended.iter().rev().take_while(|ended| ended.at >= since).filter(broken).count() as u64
    }
}

impl Ended {
    pub(super) fn new(conn: u32, at: Timestamp, expected: Option<SignedDuration>, was_live: bool) -> Self {
        Self {
            conn,
            at,
            reasons: Vec::new(),
            close: None,
            lived: None,
            expected,
            was_live,
            gap: None,
            redelivered: 0,
            lost_acks: 0,
        }
    }

    pub(super) fn told(&mut self, reason: &str) {
        if self.reasons.len() < REASONS {
            self.reasons.push(reason.to_owned());
        }
    }
}
