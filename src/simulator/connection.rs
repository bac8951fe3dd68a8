//! One simulated WebSocket, as the workspace sees it.

use std::time::Duration;

use super::ConnId;
use super::fault::Greeting;

/// A connection from its ticket to its end.
#[derive(Debug, Clone)]
pub struct Connection {
    pub id: ConnId,
    /// `applink-N`.
    pub host: String,
    /// The URL's query, as dialled.
    pub query: String,
    /// The query asked for a short life.
    pub debug_reconnects: bool,
    /// When it was dialled, since the workspace's start.
    pub dialled: Duration,
    /// When hello was sent.
    pub hello: Option<Duration>,
    pub stage: Stage,
    /// Envelopes sent on it.
    pub sent: u64,
    /// Acks that came in on it, whatever connection their envelopes went out on.
    pub acks: u64,
    /// The client's pings.
    pub pings: u64,
    /// The client's pongs to Slack's pings.
    pub pongs: u64,
    /// Pongs whose payload was not that of the last ping.
    pub wrong_pongs: u64,
    pub(super) greeting: Greeting,
}

/// How far a connection has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Dialled; hello is not sent yet.
    Dialled,
    Live,
    /// Told that it will be refreshed; it still gets envelopes.
    Warned,
    /// Sent another disconnect: no new envelopes, and soon closed.
    Leaving,
    /// Half-open: neither reads nor writes, and does not close.
    Silent,
    Closed {
        at: Duration,
        how: How,
    },
}

/// Who ended a connection, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// Slack's close frame.
    Server(u16),
    /// The client's close frame, with its code if it had one.
    Client(Option<u16>),
    /// Slack reset the TCP connection.
    Cut,
    /// The TCP connection ended without a close frame.
    Lost,
}

impl Connection {
    /// Envelopes may be sent on it.
    pub fn is_serving(&self) -> bool {
        matches!(self.stage, Stage::Live | Stage::Warned)
    }

    /// It counts in `num_connections`.
    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Closed { .. })
    }

    /// Slack's ping text (protocol.md section 2).
    pub fn ping(&self) -> String {
        format!("Ping from {}", self.host)
    }
}

/// Which connections a command means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whom {
    /// The one that has been open longest.
    #[default]
    Oldest,
    Newest,
    All,
    One(ConnId),
}
