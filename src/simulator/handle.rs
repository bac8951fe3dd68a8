//! The commands that others give the simulator while it runs.

use std::sync::Arc;
use std::time::Duration;

use super::connection::{Connection, Whom};
use super::delivery::Sending;
use super::fault::{Greeting, RefuseOpen, RefuseUpgrade};
use super::hub::{Hub, OUTBOX};
use super::ledger::Ledger;
use super::timing::Timing;
use super::workspace::{Act, Counts, Workspace};
use crate::slack::sample::{self, Overrides, SampleError, Unsent};

/// Steers a running simulator; cheap to clone.
#[derive(Clone)]
pub struct Handle {
    hub: Arc<Hub>,
}

/// What `GET /control/state` and tests want to know.
#[derive(Debug, Clone)]
pub struct State {
    /// Every connection since the start, closed ones included.
    pub connections: Vec<Connection>,
    /// What hello would say now.
    pub num_connections: usize,
    pub counts: Counts,
}

impl Handle {
    pub(super) fn new(hub: Arc<Hub>) -> Self {
        Self { hub }
    }

    /// Sends a sample, with `set` applied to its payload. Returns the `envelope_id`.
    ///
    /// # Errors
    /// An unknown sample, or a pointer that leads nowhere.
    pub fn send(&self, name: &str, set: &Overrides, how: Sending) -> Result<String, SampleError> {
        let unsent = self.unsent(name, set)?;
        Ok(self.send_unsent(unsent, how))
    }

    /// A sample with fresh ids, made ready to be sent.
    ///
    /// # Errors
    /// As [`Handle::send`].
    pub fn unsent(&self, name: &str, set: &Overrides) -> Result<Unsent, SampleError> {
        let sample = sample::by_name(name).ok_or_else(|| SampleError::Unknown(name.to_owned()))?;
        self.hub.apply(|workspace, now| {
            let at = workspace.wall(now);
            sample.unsent(workspace.minter(), at, set)
        })
    }

    /// Sends any envelope. Returns its `envelope_id`.
    pub fn send_unsent(&self, unsent: Unsent, how: Sending) -> String {
        self.hub.apply(|workspace, now| workspace.send(now, unsent, how))
    }

    /// Sends `n` envelopes of a sample with that pause between two, or as fast as the sockets take them
    /// where it is zero. At most half of a socket's outbox is ever filled.
    ///
    /// # Errors
    /// As [`Handle::send`].
    pub async fn flood(&self, name: &str, n: u32, pause: Duration) -> Result<(), SampleError> {
        let start = tokio::time::Instant::now();
        for sent in 0..n {
            if let Some(due) = pause.checked_mul(sent).filter(|due| !due.is_zero()) {
                tokio::time::sleep_until(start + due).await;
            }
            while self.hub.room() < OUTBOX / 2 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            self.send(name, &Overrides::new(), Sending::default())?;
        }
        Ok(())
    }

    /// See [`Workspace::disconnect`].
    pub fn disconnect(&self, reason: &str, whom: Whom) {
        self.hub.apply(|workspace, now| workspace.disconnect(now, reason, whom));
    }

    /// See [`Workspace::refresh`].
    pub fn refresh(&self, whom: Whom, ahead: Duration) {
        self.hub.apply(|workspace, now| workspace.refresh(now, whom, ahead));
    }

    /// Resets the TCP connection.
    pub fn cut(&self, whom: Whom) {
        self.hub.apply(|workspace, now| workspace.cut(now, whom));
    }

    /// See [`Workspace::silence`].
    pub fn silence(&self, whom: Whom) {
        self.hub.apply(|workspace, now| workspace.silence(now, whom));
    }

    /// A close frame with that code, without a disconnect before it.
    pub fn close(&self, whom: Whom, code: u16, reason: &str) {
        self.hub.apply(|workspace, now| workspace.close_now(now, whom, code, reason));
    }

    /// Any message at all.
    pub fn utter(&self, whom: Whom, act: &Act) {
        self.hub.apply(|workspace, _| workspace.utter(whom, act));
    }

    /// Refuses the next opens; without `times`, until [`Handle::recover`].
    pub fn refuse_open(&self, how: RefuseOpen, times: Option<u32>) {
        self.hub.apply(|workspace, _| workspace.refuse_open(how, times));
    }

    /// Refuses the next upgrades; without `times`, until [`Handle::recover`].
    pub fn refuse_upgrade(&self, how: RefuseUpgrade, times: Option<u32>) {
        self.hub.apply(|workspace, _| workspace.refuse_upgrade(how, times));
    }

    /// Greets the next connections in another way; without `times`, until [`Handle::recover`].
    pub fn greet(&self, how: Greeting, times: Option<u32>) {
        self.hub.apply(|workspace, _| workspace.greet(how, times));
    }

    /// Connections of other processes, which count but are not here.
    pub fn set_ghosts(&self, ghosts: usize) {
        self.hub.apply(|workspace, _| workspace.set_ghosts(ghosts));
    }

    /// The next `n` acks are lost on their way.
    pub fn lose_acks(&self, n: u32) {
        self.hub.apply(|workspace, _| workspace.lose_acks(n));
    }

    /// Switches Socket Mode on or off.
    pub fn set_socket_mode(&self, on: bool) {
        self.hub.apply(|workspace, _| workspace.set_socket_mode(on));
    }

    /// Other periods, from now on.
    pub fn set_timing(&self, timing: Timing) {
        self.hub.apply(|workspace, _| workspace.set_timing(timing));
    }

    /// Ends all refusals and strange greetings.
    pub fn recover(&self) {
        self.hub.apply(|workspace, _| workspace.recover());
    }

    /// Connections and counts, as they are now.
    pub fn state(&self) -> State {
        self.hub.look(|workspace| State {
            connections: workspace.connections().cloned().collect(),
            num_connections: workspace.num_connections(),
            counts: workspace.counts(),
        })
    }

    /// A copy of the books.
    pub fn ledger(&self) -> Ledger {
        self.hub.look(|workspace| workspace.ledger().clone())
    }

    /// Reads anything, without a copy. `read` must not call this handle: the workspace is locked.
    pub fn look<R>(&self, read: impl FnOnce(&Workspace) -> R) -> R {
        self.hub.look(read)
    }

    /// A choice from the simulator's own, repeatable randomness.
    pub fn chance<R>(&self, choose: impl FnOnce(&mut fastrand::Rng) -> R) -> R {
        self.hub.apply(|workspace, _| choose(workspace.minter().rng()))
    }

    /// Since the simulator's start; what the ledger's instants count.
    pub fn now(&self) -> Duration {
        self.hub.now()
    }

    /// Waits until `is` holds of the workspace, looking at every change of it. `is` must not call this
    /// handle: the workspace is locked.
    pub async fn wait_until(&self, mut is: impl FnMut(&Workspace) -> bool) {
        let mut changed = self.hub.watch();
        while !self.hub.look(&mut is) {
            if changed.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
