//! A Slack workspace as a pure machine: calls and instants in, [`Effect`]s out.
//!
//! It knows no socket and no clock. Every instant is a `Duration` since the workspace's start, which
//! whoever owns the clock passes in; [`Workspace::due`] says when it wants to be called next. What it
//! does is in protocol.md: tickets and limits (section 1), connections' lives (section 2), messages
//! (section 3), deadlines and retries (section 4).
//!
//! This file has its state and timers; `door.rs` how connections come in, `life.rs` what happens to
//! them, `delivery.rs` what happens to envelopes.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::ConnId;
use super::connection::{Connection, How, Stage, Whom};
use super::fault::{Greeting, Planned, RefuseOpen, RefuseUpgrade};
use super::ledger::{Entry, Ledger};
use super::timing::Timing;
use crate::slack::sample::{Minter, Unsent};

/// How many sockets an app may have (protocol.md section 1).
pub const MAX_CONNECTIONS: usize = 10;
/// The longest frame that an app may send, in bytes (protocol.md section 2).
pub const MAX_CLIENT_FRAME: usize = 20_480;

/// Something that a socket must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    pub conn: ConnId,
    pub act: Act,
}

/// What a socket does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Close {
        code: u16,
        reason: String,
    },
    /// RST on the TCP connection.
    Reset,
    /// Neither read nor write any more, nor close.
    Silence,
}

/// How often each thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Calls of `apps.connections.open`, refused ones included.
    pub opens: u64,
    pub opens_refused: u64,
    /// Upgrades asked for, refused ones included.
    pub upgrades: u64,
    pub upgrades_refused: u64,
    pub hellos: u64,
    pub disconnects: u64,
    pub closes: u64,
    pub envelopes: u64,
    pub acks: u64,
    pub retries: u64,
}

/// The settings of a workspace.
#[derive(Debug, Clone)]
pub struct Settings {
    pub timing: Timing,
    /// Seed of every id and choice.
    pub seed: u64,
    /// The wall clock at the workspace's start; times in messages count from it.
    pub epoch: Timestamp,
    pub app_id: String,
}

/// The machine.
#[derive(Debug)]
pub struct Workspace {
    pub(super) timing: Timing,
    pub(super) minter: Minter,
    epoch: Timestamp,
    pub(super) app_id: String,
    pub(super) app_hash: String,
    pub(super) tickets: VecDeque<String>,
    pub(super) used_ticket: String,
    pub(super) connections: BTreeMap<ConnId, Connection>,
    pub(super) next_conn: ConnId,
    pub(super) last_served: ConnId,
    pub(super) socket_mode: bool,
    pub(super) ghosts: usize,
    pub(super) lose_acks: u32,
    pub(super) refuse_open: Planned<RefuseOpen>,
    pub(super) refuse_upgrade: Planned<RefuseUpgrade>,
    pub(super) greetings: Planned<Greeting>,
    pub(super) ledger: Ledger,
    pub(super) waiting: HashMap<Entry, Arc<Unsent>>,
    pub(super) retries_due: usize,
    timers: BTreeMap<(Duration, u64), Timer>,
    next_timer: u64,
    pub(super) counts: Counts,
    pub(super) open_times: VecDeque<Duration>,
    pub(super) effects: Vec<Effect>,
}

#[derive(Debug, Clone)]
pub(super) enum Timer {
    Hello(ConnId),
    Ping(ConnId),
    Warn(ConnId),
    Refresh(ConnId),
    Close(ConnId),
    Bury(ConnId),
    Deadline(Entry),
    Retry(Entry, Arc<Unsent>),
}

impl Workspace {
    /// A workspace without connections.
    pub fn new(settings: Settings) -> Self {
        let mut minter = Minter::seeded(settings.seed);
        let app_hash = minter.hex(64);
        Self {
            timing: settings.timing,
            minter,
            epoch: settings.epoch,
            app_id: settings.app_id,
            app_hash,
            tickets: VecDeque::new(),
            used_ticket: String::new(),
            connections: BTreeMap::new(),
            next_conn: 1,
            last_served: 0,
            socket_mode: true,
            ghosts: 0,
            lose_acks: 0,
            refuse_open: Planned::default(),
            refuse_upgrade: Planned::default(),
            greetings: Planned::default(),
            ledger: Ledger::default(),
            waiting: HashMap::new(),
            retries_due: 0,
            timers: BTreeMap::new(),
            next_timer: 0,
            counts: Counts::default(),
            open_times: VecDeque::new(),
            effects: Vec::new(),
        }
    }

    /// Every connection since the start, by number.
    pub fn connections(&self) -> impl Iterator<Item = &Connection> {
        self.connections.values()
    }

    /// That connection.
    pub fn connection(&self, id: ConnId) -> Option<&Connection> {
        self.connections.get(&id)
    }

    /// What hello calls `num_connections`: ours and ghosts.
    pub fn num_connections(&self) -> usize {
        self.connections.values().filter(|connection| connection.is_open()).count() + self.ghosts
    }

    /// Connections that get envelopes.
    pub fn serving(&self) -> usize {
        self.connections.values().filter(|connection| connection.is_serving()).count()
    }

    /// How often each thing happened since the start.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// When `apps.connections.open` was called, refused calls included.
    pub fn open_times(&self) -> impl ExactSizeIterator<Item = Duration> {
        self.open_times.iter().copied()
    }

    /// The books.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Whether no ack is waited for and no retry is due; [`Ledger::is_settled`] at no cost.
    pub fn is_settled(&self) -> bool {
        self.waiting.is_empty() && self.retries_due == 0
    }

    /// The periods in force.
    pub fn timing(&self) -> &Timing {
        &self.timing
    }

    /// Other periods, for connections and envelopes from now on.
    pub fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
    }

    /// The source of every id and choice.
    pub fn minter(&mut self) -> &mut Minter {
        &mut self.minter
    }

    /// The wall clock at `now`.
    pub fn wall(&self, now: Duration) -> Timestamp {
        jiff::SignedDuration::try_from(now)
            .ok()
            .and_then(|d| self.epoch.checked_add(d).ok())
            .unwrap_or(self.epoch)
    }

    /// How the next calls of `apps.connections.open` are refused.
    pub fn refuse_open(&mut self, how: RefuseOpen, times: Option<u32>) {
        self.refuse_open.push(how, times);
    }

    /// How the next upgrades are refused.
    pub fn refuse_upgrade(&mut self, how: RefuseUpgrade, times: Option<u32>) {
        self.refuse_upgrade.push(how, times);
    }

    /// How the next connections are greeted.
    pub fn greet(&mut self, how: Greeting, times: Option<u32>) {
        self.greetings.push(how, times);
    }

    /// No more refusals, ghosts, lost acks and strange greetings; Socket Mode is on.
    pub fn recover(&mut self) {
        self.refuse_open.clear();
        self.refuse_upgrade.clear();
        self.greetings.clear();
        self.ghosts = 0;
        self.lose_acks = 0;
        self.socket_mode = true;
    }

    /// Connections of other processes, which count but are not here.
    pub fn set_ghosts(&mut self, ghosts: usize) {
        self.ghosts = ghosts;
    }

    /// The next `n` acks are lost on their way.
    pub fn lose_acks(&mut self, n: u32) {
        self.lose_acks = n;
    }

    /// When [`Workspace::tick`] is due.
    pub fn due(&self) -> Option<Duration> {
        self.timers.first_key_value().map(|((at, _), _)| *at)
    }

    /// Does everything that is due at `now`.
    pub fn tick(&mut self, now: Duration) {
        while let Some(entry) = self.timers.first_entry().filter(|entry| entry.key().0 <= now) {
            match entry.remove() {
                Timer::Hello(conn) => self.hello(now, conn),
                Timer::Ping(conn) => self.ping(now, conn),
                Timer::Warn(conn) => self.warn(conn),
                Timer::Refresh(conn) => self.leave(now, conn, "refresh_requested"),
                Timer::Close(conn) => self.close(now, conn, 1000, ""),
                Timer::Bury(conn) => self.bury(now, conn),
                Timer::Deadline(entry) => self.missed(now, entry),
                Timer::Retry(entry, unsent) => self.retry(now, entry, unsent),
            }
        }
    }

    /// What the sockets must do, since the last call.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    pub(super) fn after(&mut self, now: Duration, delay: Duration, timer: Timer) {
        self.timers.insert((now.saturating_add(delay), self.next_timer), timer);
        self.next_timer += 1;
    }

    pub(super) fn act(&mut self, conn: ConnId, act: Act) {
        self.effects.push(Effect { conn, act });
    }

    /// Open connections that `whom` means, oldest first.
    pub(super) fn chosen(&self, whom: Whom) -> Vec<ConnId> {
        let mut open =
            self.connections.values().filter(|c| c.is_open() && c.stage != Stage::Silent).map(|c| c.id);
        match whom {
            Whom::Oldest => open.next().into_iter().collect(),
            Whom::Newest => open.next_back().into_iter().collect(),
            Whom::All => open.collect(),
            Whom::One(id) => open.filter(|open| *open == id).collect(),
        }
    }

    /// The socket is gone, by whatever end.
    pub fn closed(&mut self, now: Duration, conn: ConnId, how: How) {
        if let Some(connection) = self.connections.get_mut(&conn).filter(|connection| connection.is_open()) {
            connection.stage = Stage::Closed { at: now, how };
            self.counts.closes += 1;
        }
    }
}
