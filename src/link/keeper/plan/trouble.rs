//! What failures lead to: how long the gate stays shut, and what is said about it.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use super::super::super::backoff;
use super::super::super::fault::{Asks, Fault};
use super::super::super::open::SWITCHED_OFF;
use super::super::super::timing::Timing;
use super::{Action, Gate, MOST_CONNECTIONS, Patience, Plan, Stage};

/// A code that nobody knows is retried this often.
const FEW: u32 = 3;

impl Plan {
    pub(super) fn failed(&mut self, number: u32, fault: Fault, now: Instant) {
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
    pub(super) fn wait(&mut self, wait: Option<Duration>, now: Instant) -> Option<Duration> {
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
    pub(super) fn pause(&mut self) -> Duration {
        let Timing { backoff_base, backoff_cap, .. } = self.timing;
        backoff::delay(self.failures, backoff_base, backoff_cap, self.random.f64())
    }

    pub(super) fn pause_after_failure(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        self.pause()
    }

    pub(super) fn switched_off(&mut self, number: u32, now: Instant) {
        let wait = self.wait(Some(self.timing.probe), now);
        self.report(Some(number), "link_disabled", false, wait, SWITCHED_OFF.to_owned());
    }

    pub(super) fn crowded(&mut self, number: u32, now: Instant) {
        let Timing { crowd, crowd_cap, .. } = self.timing;
        let wait = backoff::crowded(self.refusals, crowd, crowd_cap, self.random.f64());
        self.refusals = self.refusals.saturating_add(1);
        let wait = self.wait(Some(wait), now);
        let ours = match self.live().count() {
            1 => "1 of them is".to_owned(),
            ours => format!("{ours} of them are"),
        };
        let message = format!(
            "all of the {MOST_CONNECTIONS} connections that an app may have are taken, and {ours} sockscope's. Stop other processes of this app, or wait: ghosts of cut connections end by themselves"
        );
        self.report(Some(number), "too_many_websockets", false, wait, message);
        self.make_room();
    }

    /// A connection that is leaving anyway may be what stands in the way of its own replacement.
    pub(super) fn make_room(&mut self) {
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

    pub(super) fn report(
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
