//! What can be made to go wrong before a connection is live.

use std::time::Duration;

use crate::slack::sample::Unsent;

/// How `apps.connections.open` is answered instead of with a URL that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefuseOpen {
    /// Slack's `{"ok":false,"error":code}`; `ratelimited` goes out as HTTP 429.
    Error { code: String, retry_after: Option<u64> },
    /// An HTTP status with an empty body.
    Status { status: u16, retry_after: Option<u64> },
    /// Status 200 and a page of HTML, as a captive portal or a proxy answers.
    Html,
    /// Status 302 to that place.
    Redirect { to: String },
    /// `ok:true` with this URL. In it are filled in `{host}`, `{app}`, a fresh `{ticket}`, and
    /// the ticket `{used}` last.
    Url { url: String },
}

/// How an upgrade is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefuseUpgrade {
    /// 409, 408 and 429 were seen (protocol.md section 2).
    pub status: u16,
    /// Seconds, as `Retry-After`.
    pub retry_after: Option<u64>,
}

/// How a new connection is greeted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Greeting {
    #[default]
    Usual,
    Slow(Duration),
    Twice,
    Never,
    /// This text in place of hello.
    Text(String),
    /// These envelopes come before hello.
    After(Vec<Unsent>),
}

/// A queue of things to do to the next ones, each a number of times or until cleared.
#[derive(Debug, Clone)]
pub(super) struct Planned<T> {
    queue: std::collections::VecDeque<(T, Option<u32>)>,
}

impl<T> Default for Planned<T> {
    fn default() -> Self {
        Self { queue: std::collections::VecDeque::new() }
    }
}

impl<T: Clone> Planned<T> {
    /// `times` of `None` lasts until [`Planned::clear`].
    pub fn push(&mut self, what: T, times: Option<u32>) {
        if times != Some(0) {
            self.queue.push_back((what, times));
        }
    }

    pub fn clear(&mut self) {
        self.queue.clear();
    }

    pub fn next(&mut self) -> Option<T> {
        let (what, times) = self.queue.front_mut()?;
        let next = what.clone();
        match times {
            None => {}
            Some(1) => drop(self.queue.pop_front()),
            Some(times) => *times -= 1,
        }
        Some(next)
    }
}
