//! What to do about connections, as a pure machine: events and the time in, actions out.
//!
//! A connection is opening, live, or leaving. After every event the machine compares what there is with
//! what there should be: one connection is opened at a time (409 on simultaneous upgrades), as soon as the
//! gate is open; a leaving one is let go when enough others are live to do without it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::super::backoff;
use super::super::fault::{Asks, Fault};
use super::super::open::SWITCHED_OFF;
use super::super::timing::Timing;

/// Slack's limit for an app (protocol.md, section 1).
pub const MOST_CONNECTIONS: u8 = 10;
/// A code that nobody knows is retried this often.
const FEW: u32 = 3;

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
        if self.gate == Gate::Open && self.wants_another() {
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

    /// Lets the oldest leaving connections go, as far as enough others are there.
    fn let_go(&mut self) {
        let waiting = self.count(|stage| matches!(stage, Stage::Leaving { let_go: false, .. }));
        let mut spare = (self.staying() + waiting).saturating_sub(self.target).min(waiting);
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

    fn hello(&mut self, number: u32, life: Option<Duration>, total: Option<u64>, now: Instant) {
        let Some(Conn { stage: Stage::Opening, .. }) = self.conns.get(&number) else { return };
        let refresh_at = life.and_then(|life| self.refresh_at(life, now));
        self.with(number, |conn| conn.stage = Stage::Live { since: now, refresh_at });
        (self.refusals, self.unknown) = (0, 0);
        if let Some(since) = self.dark.take() {
            self.actions.push(Action::Gap(now.duration_since(since)));
        }
        if let Some(total) = total {
            self.count_connections(number, total);
        }
    }

    /// Shortly before the announced end, and at a distance from every other refresh.
    fn refresh_at(&self, life: Duration, now: Instant) -> Option<Instant> {
        if life < self.timing.shortest_life {
            return None;
        }
        let earliest = now + life / 2;
        let distance = self.timing.stagger.min(life / 20);
        let mut at = now + life.saturating_sub(self.timing.lead.min(life / 4));
        let near = |at: Instant| {
            self.conns.values().any(|conn| match conn.stage {
                Stage::Live { refresh_at: Some(other), .. } => {
                    at.max(other).duration_since(at.min(other)) < distance
                }
                _ => false,
            })
        };
        while near(at) && at > earliest {
            at -= distance;
        }
        Some(at.max(earliest))
    }

    fn count_connections(&mut self, number: u32, total: u64) {
        let ours = self.conns.values().filter(|conn| conn.connected).count() as u64;
        let seen = (total, ours);
        if total > ours && self.census != Some(seen) {
            let message = format!(
                "Slack counts {total} connections of this app and {ours} of them {} sockscope's: each event goes to one of them, so others take some. Stop the other process, use `sockscope tap`, or make an app for development; a connection that was cut may be counted for some minutes",
                if ours == 1 { "is" } else { "are" }
            );
            self.actions.push(Action::Find { conn: number, code: "more-connections", message });
        }
        self.census = Some(seen);
    }

    fn disconnect(&mut self, number: u32, reason: Reason, now: Instant) {
        let Some(conn) = self.conns.get_mut(&number) else { return };
        conn.reason = Some(reason);
        let stage = conn.stage;
        match (reason, stage) {
            (_, Stage::Leaving { .. } | Stage::Dropped) => {}
            (Reason::Warning | Reason::Refresh, Stage::Live { since, .. }) => self.leave(number, since, now),
            (_, Stage::Live { .. }) => {
                self.with(number, |conn| conn.stage = Stage::Leaving { let_go: false });
            }
            // Slack sends it away before it was any use.
            (_, Stage::Opening) => {
                self.with(number, |conn| conn.stage = Stage::Dropped);
                self.actions.push(Action::LetGo { conn: number, patience: Patience::None });
                if matches!(reason, Reason::Warning | Reason::Refresh) {
                    let message =
                        "Slack sent a disconnect in place of hello. If it lasts, see status.slack.com";
                    self.failed(number, Fault::passing("disconnected", message), now);
                }
            }
        }
        match reason {
            Reason::LinkDisabled => self.switched_off(number, now),
            Reason::TooMany => self.crowded(number, now),
            Reason::Warning | Reason::Refresh => {}
        }
    }

    /// A connection that has to be replaced. One that lived long forgives what failed before it; those that
    /// end soon after their hello are not replaced at full speed again and again.
    fn leave(&mut self, number: u32, since: Instant, now: Instant) {
        self.with(number, |conn| conn.stage = Stage::Leaving { let_go: false });
        if now.duration_since(since) >= self.timing.settle {
            self.failures = 0;
            return;
        }
        let pause = self.pause();
        self.failures = self.failures.saturating_add(1);
        if pause.is_zero() || self.staying() >= self.target {
            return;
        }
        let wait = self.wait(Some(pause), now);
        let message = "the connection had to be replaced soon after its hello, and not for the first time. The next is opened after a pause; see the reasons of the disconnects and closes";
        self.report(Some(number), "short_life", false, wait, message.to_owned());
    }

    fn doubt(&mut self, number: u32, now: Instant) {
        if let Some(Conn { stage: Stage::Live { since, .. }, .. }) = self.conns.get(&number).copied() {
            self.leave(number, since, now);
            let silent = self.timing.doubt.as_secs_f64();
            let message = format!(
                "connection {number} has been silent for {silent} s: no ping, no pong, no frame. Another is opened now, before this one counts as dead"
            );
            self.report(Some(number), "silent", false, None, message);
        }
    }

    fn ended(&mut self, number: u32, fault: Option<Fault>, now: Instant) {
        let Some(conn) = self.conns.get(&number).copied() else { return };
        if let Stage::Live { since, .. } = conn.stage {
            self.leave(number, since, now);
        }
        self.conns.remove(&number);
        match (conn.stage, fault) {
            (Stage::Opening, Some(fault)) => self.failed(number, fault, now),
            (Stage::Opening, None) => {
                let message =
                    "the connection ended before its hello. If it lasts, see its close, and status.slack.com";
                self.failed(number, Fault::passing("closed_early", message), now);
            }
            (Stage::Live { .. } | Stage::Leaving { .. }, fault) => {
                if let Some(fault) = fault {
                    let (retry_in, message) = (self.retry_in(now), fault.to_string());
                    self.report(Some(number), fault.code, false, retry_in, message);
                }
                self.changed(number, conn.reason, now);
            }
            (Stage::Dropped, _) => {}
        }
    }

    fn retry_in(&self, now: Instant) -> Option<Duration> {
        match self.gate {
            _ if self.staying() >= self.target => None,
            Gate::Open => Some(Duration::ZERO),
            Gate::Until(at) => Some(at.saturating_duration_since(now)),
            Gate::Shut => None,
        }
    }

    /// A live connection is no more: the time without one is told at once, or runs from now.
    fn changed(&mut self, number: u32, reason: Option<Reason>, now: Instant) {
        if self.live().next().is_some() {
            self.actions.push(Action::Gap(Duration::ZERO));
            return;
        }
        self.dark = Some(now);
        let warned = match reason {
            Some(Reason::LinkDisabled) => return,
            Some(_) => "although Slack had announced it",
            None => "without a warning",
        };
        let message = format!(
            "connection {number} ended before another was live, {warned}: what Slack sends until the next hello is lost or comes as a retry. An app needs a second connection (--connections 2) to be safe from this"
        );
        self.actions.push(Action::Find { conn: number, code: "no-overlap", message });
    }

    fn failed(&mut self, number: u32, fault: Fault, now: Instant) {
        let message = fault.to_string();
        let Fault { code, asks, .. } = fault;
        let wait = match asks {
            Asks::Stop => None,
            // A server that says "at once" for ever is not to be hammered either.
            Asks::Wait(wait) if !wait.is_zero() => Some(wait),
            Asks::Probe => Some(self.timing.probe),
            Asks::Retry | Asks::Wait(_) => Some(self.pause_after_failure()),
            Asks::RetryFew => {
                self.unknown += 1;
                (self.unknown < FEW).then(|| self.pause_after_failure())
            }
        };
        let wait = self.wait(wait, now);
        self.report(Some(number), code, wait.is_none(), wait, message);
    }

    /// Closes the gate for so long, or until the user opens it; a longer wait that runs already stays.
    fn wait(&mut self, wait: Option<Duration>, now: Instant) -> Option<Duration> {
        self.gate = match (self.gate, wait) {
            (Gate::Shut, _) | (_, None) => Gate::Shut,
            (Gate::Open, Some(wait)) => Gate::Until(now + wait),
            (Gate::Until(at), Some(wait)) => Gate::Until(at.max(now + wait)),
        };
        match self.gate {
            Gate::Until(at) => Some(at.duration_since(now)),
            Gate::Open | Gate::Shut => None,
        }
    }

    /// The pause before a try, given how many failed before it.
    fn pause(&mut self) -> Duration {
        let Timing { backoff_base, backoff_cap, .. } = self.timing;
        backoff::delay(self.failures, backoff_base, backoff_cap, self.random.f64())
    }

    fn pause_after_failure(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        self.pause()
    }

    fn switched_off(&mut self, number: u32, now: Instant) {
        let wait = self.wait(Some(self.timing.probe), now);
        self.report(Some(number), "link_disabled", false, wait, SWITCHED_OFF.to_owned());
    }

    fn crowded(&mut self, number: u32, now: Instant) {
        let Timing { crowd, crowd_cap, .. } = self.timing;
        let wait = backoff::crowded(self.refusals, crowd, crowd_cap, self.random.f64());
        self.refusals = self.refusals.saturating_add(1);
        let wait = self.wait(Some(wait), now);
        let ours = self.live().count();
        let all =
            self.census.map_or_else(String::new, |(total, _)| format!(", and Slack counted {total} last"));
        let message = format!(
            "the app has as many connections as it may have (at most {MOST_CONNECTIONS}). {ours} of them are sockscope's{all}. Stop other processes of this app, or wait: ghosts of cut connections end by themselves"
        );
        self.report(Some(number), "too_many_websockets", false, wait, message);
        self.make_room();
    }

    /// A connection that is leaving anyway may be what stands in the way of its own replacement.
    fn make_room(&mut self) {
        let oldest = self.conns.iter_mut().find_map(|(number, conn)| match &mut conn.stage {
            Stage::Leaving { let_go: let_go @ false, .. } => {
                *let_go = true;
                Some(*number)
            }
            _ => None,
        });
        if let Some(conn) = oldest {
            self.actions.push(Action::LetGo { conn, patience: Patience::UntilQuiet });
        }
    }

    fn report(
        &mut self,
        conn: Option<u32>,
        code: impl Into<Cow<'static, str>>,
        fatal: bool,
        retry_in: Option<Duration>,
        message: String,
    ) {
        self.actions.push(Action::Report { conn, code: code.into(), fatal, retry_in, message });
    }
}

fn target(connections: u8) -> usize {
    connections.clamp(1, MOST_CONNECTIONS).into()
}

#[cfg(test)]
mod tests;
