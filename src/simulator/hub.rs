//! Where sockets, clock and commands meet: the workspace behind a lock, and the sockets' outboxes.
//!
//! The lock is never held across an await. An outbox is bounded: a client that lets it fill does not
//! read, and its connection is reset, as a server does with a reader that stands still.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

use super::ConnId;
use super::connection::How;
use super::workspace::{Act, Effect, Workspace};

/// Acts that may wait for a socket.
pub(super) const OUTBOX: usize = 4_096;

pub(super) struct Hub {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
    started: Instant,
    /// `127.0.0.1:PORT`
    pub host: String,
}

struct State {
    workspace: Workspace,
    outboxes: HashMap<ConnId, Outbox>,
}

struct Outbox {
    acts: mpsc::Sender<Act>,
    reset: Arc<Notify>,
}

/// A socket's end of its outbox.
pub(super) struct Inbox {
    pub acts: mpsc::Receiver<Act>,
    /// Told when the TCP connection shall be reset, whatever the socket is doing.
    pub reset: Arc<Notify>,
}

impl Hub {
    pub fn new(workspace: Workspace, host: String) -> Self {
        let state = State { workspace, outboxes: HashMap::new() };
        Self { state: Mutex::new(state), changed: watch::Sender::new(0), started: Instant::now(), host }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the workspace.
    pub fn look<R>(&self, read: impl FnOnce(&Workspace) -> R) -> R {
        read(&self.state().workspace)
    }

    /// Changes the workspace, and hands what follows to the sockets.
    pub fn apply<R>(&self, change: impl FnOnce(&mut Workspace, Duration) -> R) -> R {
        let mut state = self.state();
        // read under the lock, so that the workspace never sees time run backwards
        let now = self.now();
        state.workspace.tick(now);
        let result = change(&mut state.workspace, now);
        state.workspace.tick(now);
        for effect in state.workspace.take_effects() {
            state.dispatch(now, effect);
        }
        drop(state);
        self.changed.send_modify(|version| *version += 1);
        result
    }

    /// Since the workspace's start.
    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Wakes with every change of the workspace.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// A socket for that connection exists from now on.
    pub fn register(&self, conn: ConnId) -> Inbox {
        let (sender, acts) = mpsc::channel(OUTBOX);
        let reset = Arc::new(Notify::new());
        self.state().outboxes.insert(conn, Outbox { acts: sender, reset: Arc::clone(&reset) });
        Inbox { acts, reset }
    }

    /// The socket is gone.
    pub fn forget(&self, conn: ConnId, how: How) {
        self.state().outboxes.remove(&conn);
        self.apply(|workspace, now| workspace.closed(now, conn, how));
    }

    /// The most crowded outbox's free places.
    pub fn room(&self) -> usize {
        self.state().outboxes.values().map(|outbox| outbox.acts.capacity()).min().unwrap_or(OUTBOX)
    }

    /// Calls the workspace when it is due, for ever.
    pub async fn drive(self: Arc<Self>) {
        let mut changed = self.watch();
        loop {
            changed.borrow_and_update();
            let due = self.look(Workspace::due).and_then(|due| self.started.checked_add(due));
            let sleep = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = sleep => self.apply(|_, _| ()),
                _ = changed.changed() => {}
            }
        }
    }
}

impl State {
    fn dispatch(&mut self, now: Duration, Effect { conn, act }: Effect) {
        let Some(outbox) = self.outboxes.get(&conn) else { return };
        if act == Act::Reset {
            outbox.reset.notify_one();
        } else if outbox.acts.try_send(act).is_err() {
            outbox.reset.notify_one();
            self.workspace.closed(now, conn, How::Cut);
        }
    }
}
