//! Who shares the app's events: `num_connections` against our own.

use jiff::{SignedDuration, Timestamp};

/// How long a connection that broke without a goodbye may still be counted by Slack. Not documented; long
/// enough for ghosts seen, short enough not to hide another process for ever.
pub(super) const GHOST_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// How many connections an app may have (protocol.md, section 1): `too_many_websockets` says that it has them.
pub(super) const MOST: u64 = 10;

/// "You hold `ours` of `total()`". Slack tells its count in a hello only; since then ours may have changed,
/// so the others are what that hello left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Census {
    /// When the hello, or the refusal in its place, came.
    pub at: Timestamp,
    /// `num_connections` as it said, or the most there may be where it was refused.
    pub reported: u64,
    /// Our live connections: now, or in a history at that time.
    pub ours: u64,
    /// The connections that are not ours, as of that hello.
    pub others: u64,
    /// How many of the others may be our own that broke without a goodbye a short while ago.
    pub ghosts: u64,
}

impl Census {
    pub(super) fn new(at: Timestamp, reported: u64, connected: u64, broken: u64) -> Self {
        let others = reported.saturating_sub(connected);
        Self { at, reported, ours: connected, others, ghosts: broken.min(others) }
    }

    /// All connections of the app, as far as is known.
    pub fn total(&self) -> u64 {
        self.ours.saturating_add(self.others)
    }

    /// Whether another process surely takes some of the events.
    pub fn shared(&self) -> bool {
        self.others > self.ghosts
    }
}
