//! What the sockets say, and what follows from it.

use std::time::{Duration, Instant};

use super::super::super::fault::Fault;
use super::{Action, Conn, Gate, Patience, Plan, Reason, Stage};

impl Plan {
    pub(super) fn hello(&mut self, number: u32, life: Option<Duration>, total: Option<u64>, now: Instant) {
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

    pub(super) fn disconnect(&mut self, number: u32, reason: Reason, now: Instant) {
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

    pub(super) fn doubt(&mut self, number: u32, now: Instant) {
        if let Some(Conn { stage: Stage::Live { since, .. }, .. }) = self.conns.get(&number).copied() {
            self.leave(number, since, now);
            let silent = self.timing.doubt.as_secs_f64();
            let message = format!(
                "connection {number} has been silent for {silent} s: no ping, no pong, no frame. Another is opened now, before this one counts as dead"
            );
            self.report(Some(number), "silent", false, None, message);
        }
    }

    pub(super) fn ended(&mut self, number: u32, fault: Option<Fault>, now: Instant) {
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
}
