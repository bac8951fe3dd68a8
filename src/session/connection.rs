//! One connection from its opening to its end.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::measure::{self, Latency};
use crate::slack::message::Hello;

/// How long Slack says that a connection with `debug_reconnects` lives ("Using Socket Mode", step 2).
pub const DEBUG_LIFE: SignedDuration = SignedDuration::from_secs(360);

/// A live connection without any frame for this long counts as silent (protocol.md, section 2: Slack pings
/// about every 10 s).
pub const SILENCE: SignedDuration = SignedDuration::from_secs(30);

/// How many round trips the sparkline remembers.
const ROUND_TRIPS: usize = 60;

/// Where a connection stands; each stage has just its own data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// `apps.connections.open` was sent, for the `tries`th time without a hello.
    Opening {
        since: Timestamp,
        tries: u32,
    },
    /// The URL is known, the upgrade has not come.
    Dialling {
        since: Timestamp,
    },
    /// The socket is up; only a hello makes it live.
    HelloAwaited {
        since: Timestamp,
    },
    Live {
        since: Timestamp,
    },
    /// Slack said that it will end; it is still read and acked. `to` is the connection that follows.
    HandingOver {
        since: Timestamp,
        reason: String,
        to: Option<u32>,
    },
    /// A try failed; the next one is at `until`.
    BackingOff {
        since: Timestamp,
        until: Timestamp,
        code: String,
        message: String,
        tries: u32,
    },
    /// A fatal error: nobody tries again by himself.
    Stopped {
        at: Timestamp,
        code: String,
        message: String,
    },
    Closed {
        at: Timestamp,
        code: Option<u16>,
        reason: String,
        lived: SignedDuration,
    },
}

impl Stage {
    /// One or two words, as the health pane shows them.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opening { .. } => "opening",
            Self::Dialling { .. } => "dialling",
            Self::HelloAwaited { .. } => "hello awaited",
            Self::Live { .. } => "live",
            Self::HandingOver { .. } => "handing over",
            Self::BackingOff { .. } => "backing off",
            Self::Stopped { .. } => "stopped",
            Self::Closed { .. } => "closed",
        }
    }

    /// Since when the connection has been in this stage.
    pub fn since(&self) -> Timestamp {
        match self {
            Self::Opening { since, .. }
            | Self::Dialling { since }
            | Self::HelloAwaited { since }
            | Self::Live { since }
            | Self::HandingOver { since, .. }
            | Self::BackingOff { since, .. } => *since,
            Self::Stopped { at, .. } | Self::Closed { at, .. } => *at,
        }
    }

    /// Whether nothing more will come of this connection.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Stopped { .. } | Self::Closed { .. })
    }

    /// Whether it is on its way to its first hello.
    pub fn is_rising(&self) -> bool {
        matches!(self, Self::Opening { .. } | Self::Dialling { .. } | Self::HelloAwaited { .. })
    }
}

/// When a connection is expected to be refreshed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Refresh {
    /// When it is due.
    pub at: Timestamp,
    /// The time until then; below zero once it is overdue.
    pub remaining: SignedDuration,
    /// The share of the expected life that is over, 0 to 1.
    pub fraction: f64,
}

impl Refresh {
    pub fn overdue(&self) -> bool {
        self.remaining.is_negative()
    }
}

#[derive(Debug, Clone)]
pub struct Connection {
    /// Connections of a session count from 1.
    pub number: u32,
    pub stage: Stage,
    /// Whether this connection asked for a short life.
    pub debug_reconnects: bool,
    /// The host of the socket's URL, with its port where it has one.
    pub url_host: Option<String>,
    /// What the latest hello told; `None` before the first.
    pub hello: Option<Hello>,
    /// When the first hello came; `None` before it and after the end.
    pub live_since: Option<Timestamp>,
    /// When a frame last came from Slack, pings and pongs included.
    pub last_frame: Option<Timestamp>,
    pub last_envelope: Option<Timestamp>,
    pub envelopes: u64,
    /// Acks that left on this connection, whichever one their envelopes came on.
    pub acks: u64,
    /// Envelopes after the hello: the canary that tells "live" from "live, nothing received yet".
    pub received_since_live: u64,
    pub latency: Latency,
    round_trips: VecDeque<SignedDuration>,
    pub(super) tries: u32,
    /// What follows its end, where an error told that while it was live.
    pub(super) then: Option<Stage>,
    pub(super) said_silent: bool,
}

impl Connection {
    pub(super) fn new(number: u32, at: Timestamp) -> Self {
        Self {
            number,
            stage: Stage::Opening { since: at, tries: 1 },
            debug_reconnects: false,
            url_host: None,
            hello: None,
            live_since: None,
            last_frame: None,
            last_envelope: None,
            envelopes: 0,
            acks: 0,
            received_since_live: 0,
            latency: Latency::default(),
            round_trips: VecDeque::with_capacity(ROUND_TRIPS),
            tries: 0,
            then: None,
            said_silent: false,
        }
    }

    /// Whether it has said hello and has not ended.
    pub fn is_live(&self) -> bool {
        self.live_since.is_some() && matches!(self.stage, Stage::Live { .. } | Stage::HandingOver { .. })
    }

    /// Whether its socket is up, as Slack counts it.
    pub fn is_connected(&self) -> bool {
        matches!(self.stage, Stage::HelloAwaited { .. } | Stage::Live { .. } | Stage::HandingOver { .. })
    }

    pub fn host(&self) -> Option<&str> {
        self.hello.as_ref()?.host.as_deref()
    }

    pub fn build(&self) -> Option<&str> {
        self.hello.as_ref()?.build.as_deref()
    }

    /// How long it has been live; `None` before its hello and after its end.
    pub fn uptime(&self, now: Timestamp) -> Option<SignedDuration> {
        self.live_since.filter(|_| self.is_live()).map(|since| measure::since(now, since))
    }

    /// The life that its hello announced (`approximate_connection_time`).
    pub fn announced(&self) -> Option<SignedDuration> {
        let seconds = self.hello.as_ref()?.approximate_connection_time?;
        Some(measure::millis(seconds * 1000.0))
    }

    /// The life to count down: the announced one, but no more than `debug_reconnects` grants.
    pub fn expected_life(&self) -> Option<SignedDuration> {
        match (self.announced(), self.debug_reconnects) {
            (announced, false) => announced,
            (announced, true) => Some(announced.unwrap_or(DEBUG_LIFE).min(DEBUG_LIFE)),
        }
    }

    /// The countdown to the expected refresh; `None` while it is not live, or nothing was announced.
    pub fn refresh(&self, now: Timestamp) -> Option<Refresh> {
        let since = self.live_since.filter(|_| self.is_live())?;
        let life = self.expected_life()?;
        let at = measure::after(since, life);
        let lived = measure::since(now, since).as_secs_f64();
        let fraction = (lived / life.as_secs_f64().max(f64::EPSILON)).clamp(0.0, 1.0);
        Some(Refresh { at, remaining: at.duration_since(now), fraction })
    }

    /// How old the last frame from Slack is.
    pub fn last_frame_age(&self, now: Timestamp) -> Option<SignedDuration> {
        self.last_frame.map(|at| measure::since(now, at))
    }

    /// Whether a live connection has had no frame for longer than [`SILENCE`].
    pub fn is_silent(&self, now: Timestamp) -> bool {
        self.is_live() && self.last_frame_age(now).is_some_and(|age| age >= SILENCE)
    }

    /// The latest round trips of our pings, the oldest first.
    pub fn round_trips(&self) -> impl DoubleEndedIterator<Item = SignedDuration> + ExactSizeIterator {
        self.round_trips.iter().copied()
    }

    /// Only a hello makes it live, and whatever is neither live nor handing over takes that away.
    pub(super) fn enter(&mut self, stage: Stage) {
        if !matches!(stage, Stage::Live { .. } | Stage::HandingOver { .. }) {
            self.live_since = None;
        }
        self.stage = stage;
    }

    /// It ended. The wait for the next try, where there is none yet that took over, stays in view.
    pub(super) fn end(&mut self, closed: Stage, latest: bool) {
        match self.then.take() {
            Some(then) if latest => self.enter(then),
            None if latest && matches!(self.stage, Stage::BackingOff { .. }) => {}
            _ => self.enter(closed),
        }
    }

    pub(super) fn frame(&mut self, at: Timestamp) {
        self.last_frame = Some(at);
        self.said_silent = false;
    }

    pub(super) fn round_trip(&mut self, took: SignedDuration) {
        if self.round_trips.len() == ROUND_TRIPS {
            self.round_trips.pop_front();
        }
        self.round_trips.push_back(took);
    }
}
