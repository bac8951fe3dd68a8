//! What to do about connections, as a pure machine: events and the time in, actions out.
//!
//! A connection is opening, live, or leaving. After every event the machine compares what there is with
//! what there should be: one connection is opened at a time (409 on simultaneous upgrades), as soon as the
//! gate is open; a leaving one is let go when enough others are live to do without it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::super::fault::Fault;
use super::super::timing::Timing;

mod sockets;
mod trouble;

/// Slack's limit for an app (protocol.md, section 1).
pub const MOST_CONNECTIONS: u8 = 10;

/// What the machine hears.
#[derive(Debug)]
pub enum Event {
    /// Hand over all connections, or try again now.
    Reconnect,
    Connections(u8),
    /// The upgrade succeeded.
    Connected(u32),
    Hello {
        conn: u32,
        life: Option<Duration>,
        total: Option<u64>,
    },
    Disconnect {
        conn: u32,
        reason: Reason,
    },
    /// Nothing was heard for so long that another connection is wanted.
    Doubt(u32),
    /// The connection is no more; with a fault where it failed rather than ended.
    Ended {
        conn: u32,
        fault: Option<Fault>,
    },
    /// Time has passed.
    Tick,
}

/// Why Slack disconnects, by what follows from it; an open set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// About ten seconds ahead.
    Warning,
    /// `refresh_requested`, and everything else that asks for a new connection.
    Refresh,
    LinkDisabled,
    TooMany,
}

impl Reason {
    pub fn of(reason: &str) -> Self {
        match reason {
            "warning" => Self::Warning,
            "link_disabled" => Self::LinkDisabled,
            "too_many_websockets" => Self::TooMany,
            _ => Self::Refresh,
        }
    }
}

/// Who ends a connection that is let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// We do, as soon as it is quiet.
    UntilQuiet,
    /// Slack said it would: we wait, but not for ever.
    UntilEnded,
    /// We do, at once.
    None,
}

/// What the machine wants done.
#[derive(Debug, PartialEq)]
pub enum Action {
    Open {
        conn: u32,
    },
    LetGo {
        conn: u32,
        patience: Patience,
    },
    Gap(Duration),
    Report {
        conn: Option<u32>,
        code: Cow<'static, str>,
        fatal: bool,
        retry_in: Option<Duration>,
        message: String,
    },
    Find {
        conn: u32,
        code: &'static str,
        message: String,
    },
}

#[derive(Debug, Clone, Copy)]
struct Conn {
    stage: Stage,
    connected: bool,
    /// The last reason that Slack gave.
    reason: Option<Reason>,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    /// Until hello.
    Opening,
    Live {
        since: Instant,
        refresh_at: Option<Instant>,
    },
    /// To be replaced, but read and acked until it has ended. `let_go` once others took its place.
    Leaving {
        let_go: bool,
    },
    /// Ended by us before hello.
    Dropped,
}

/// When the next connection may be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    Open,
    Until(Instant),
    /// Only the user opens it again.
    Shut,
}

#[derive(Debug)]
pub struct Plan {
    timing: Timing,
    target: usize,
    next: u32,
    conns: BTreeMap<u32, Conn>,
    gate: Gate,
    /// Failures since a connection last lived long enough to forgive them.
    failures: u32,
    refusals: u32,
    unknown: u32,
    /// Since when no connection is live, once one was.
    dark: Option<Instant>,
    /// How many connections Slack counted last, and how many were ours then.
    census: Option<(u64, u64)>,
    random: fastrand::Rng,
    actions: Vec<Action>,
}

impl Plan {
    pub fn new(timing: Timing, connections: u8, random: fastrand::Rng) -> Self {
        Self {
            timing,
            target: target(connections),
            next: 1,
            conns: BTreeMap::new(),
            gate: Gate::Open,
            failures: 0,
            refusals: 0,
            unknown: 0,
            dark: None,
            census: None,
            random,
            actions: Vec::new(),
        }
    }

    /// Hears one event and says what is to be done now, in this order.
    pub fn on(&mut self, event: Event, now: Instant) -> Vec<Action> {
        match event {
            Event::Reconnect => self.reconnect(),
            Event::Connections(count) => self.target = target(count),
            Event::Connected(conn) => self.with(conn, |conn| conn.connected = true),
            Event::Hello { conn, life, total } => self.hello(conn, life, total, now),
            Event::Disconnect { conn, reason } => self.disconnect(conn, reason, now),
            Event::Doubt(conn) => self.doubt(conn, now),
            Event::Ended { conn, fault } => self.ended(conn, fault, now),
            Event::Tick => {}
        }
        self.settle(now);
        std::mem::take(&mut self.actions)
    }

    /// When the machine wants a [`Event::Tick`].
    pub fn wake_at(&self) -> Option<Instant> {
        let gate = match self.gate {
            Gate::Until(at) if self.wants_another() => Some(at),
            _ => None,
        };
        let refresh = self.conns.values().filter_map(|conn| match conn.stage {
            Stage::Live { refresh_at, .. } => refresh_at,
            _ => None,
        });
        refresh.chain(gate).min()
    }

    /// The live connections, those that are leaving last.
    pub fn live(&self) -> impl Iterator<Item = u32> + '_ {
        let stay = self.conns.iter().filter(|(_, conn)| matches!(conn.stage, Stage::Live { .. }));
        let leave = self.conns.iter().filter(|(_, conn)| matches!(conn.stage, Stage::Leaving { .. }));
        stay.chain(leave).map(|(number, _)| *number)
    }

    fn with(&mut self, conn: u32, change: impl FnOnce(&mut Conn)) {
        if let Some(conn) = self.conns.get_mut(&conn) {
            change(conn);
        }
    }

    fn count(&self, which: impl Fn(&Stage) -> bool) -> usize {
        self.conns.values().filter(|conn| which(&conn.stage)).count()
    }

    fn staying(&self) -> usize {
        self.count(|stage| matches!(stage, Stage::Live { .. }))
    }

    /// Slack takes no further connection of this app: one must end before the next.
    fn is_full(&self) -> bool {
        self.conns.len() >= usize::from(MOST_CONNECTIONS)
    }

    /// Whether a place is about to be free.
    fn is_ending(&self) -> bool {
        self.count(|stage| matches!(stage, Stage::Leaving { let_go: true } | Stage::Dropped)) > 0
    }

    fn wants_another(&self) -> bool {
        self.staying() < self.target && self.count(|stage| matches!(stage, Stage::Opening)) == 0
    }

    /// Brings what there is closer to what there should be.
    fn settle(&mut self, now: Instant) {
        self.refresh_due(now);
        self.shrink();
        self.let_go();
        if matches!(self.gate, Gate::Until(at) if at <= now) {
            self.gate = Gate::Open;
        }
        if self.gate == Gate::Open && self.wants_another() && !self.is_full() {
            let conn = self.next;
            self.next += 1;
            self.conns.insert(conn, Conn { stage: Stage::Opening, connected: false, reason: None });
            self.actions.push(Action::Open { conn });
        }
    }

    fn refresh_due(&mut self, now: Instant) {
        for conn in self.conns.values_mut() {
            if let Stage::Live { refresh_at: Some(at), .. } = conn.stage
                && at <= now
            {
                conn.stage = Stage::Leaving { let_go: false };
            }
        }
    }

    /// With fewer connections wanted, the oldest leave; a try that nobody wants any more is dropped.
    fn shrink(&mut self) {
        let staying = self.staying();
        let mut excess = staying.saturating_sub(self.target);
        for (number, conn) in &mut self.conns {
            match conn.stage {
                Stage::Live { .. } if excess > 0 => {
                    excess -= 1;
                    conn.stage = Stage::Leaving { let_go: false };
                }
                Stage::Opening if staying >= self.target => {
                    conn.stage = Stage::Dropped;
                    self.actions.push(Action::LetGo { conn: *number, patience: Patience::None });
                }
                _ => {}
            }
        }
    }

    /// Lets the oldest leaving connections go, as far as enough others are there; where they take the place that
    /// the next one needs, one at a time.
    fn let_go(&mut self) {
        let waiting = self.count(|stage| matches!(stage, Stage::Leaving { let_go: false, .. }));
        let mut spare = (self.staying() + waiting).saturating_sub(self.target);
        if self.is_full() && self.wants_another() && !self.is_ending() {
            spare = spare.max(1);
        }
        let mut spare = spare.min(waiting);
        for (number, conn) in &mut self.conns {
            if let Stage::Leaving { let_go: let_go @ false, .. } = &mut conn.stage
                && spare > 0
            {
                spare -= 1;
                *let_go = true;
                let patience = match conn.reason {
                    Some(Reason::Warning) => Patience::UntilEnded,
                    _ => Patience::UntilQuiet,
                };
                self.actions.push(Action::LetGo { conn: *number, patience });
            }
        }
    }

    /// What is live is handed over; a try under way is given up for a new one, with the settings of now.
    fn reconnect(&mut self) {
        for (number, conn) in &mut self.conns {
            match conn.stage {
                Stage::Live { .. } => conn.stage = Stage::Leaving { let_go: false },
                Stage::Opening => {
                    conn.stage = Stage::Dropped;
                    self.actions.push(Action::LetGo { conn: *number, patience: Patience::None });
                }
                Stage::Leaving { .. } | Stage::Dropped => {}
            }
        }
        self.gate = Gate::Open;
        (self.failures, self.refusals, self.unknown) = (0, 0, 0);
    }
}

fn target(connections: u8) -> usize {
    connections.clamp(1, MOST_CONNECTIONS).into()
}

#[cfg(test)]
mod tests;
