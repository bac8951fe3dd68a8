//! The network side: opens, dials, reads, acks, reconnects.
//!
//! It hears [`Command`]s, and what it has to say it writes into the journal: that is the only channel from
//! the network to everybody else. A task of its own drives each socket and answers what policy answers; the
//! keeper decides which sockets there are. Neither ever waits for the other, nor for a reader of the journal.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use url::Url;

use crate::journal::{By, Event, Journal};
use checks::Checks;
use fault::{Asks, Fault};
use findings::Envelopes;
use net::Net;

pub mod backoff;
mod checks;
pub mod dial;
pub mod fault;
mod findings;
mod head;
pub mod keeper;
pub mod net;
pub mod open;
pub mod policy;
pub mod rule;
mod socket;
pub mod timing;
pub mod validate;
pub mod wire;

pub use policy::{Hold, Policy};
pub use rule::Rules;
pub use timing::Timing;

/// Commands that may wait for the keeper, which takes them within microseconds. A sender that finds the
/// channel full is faster than any person: it may wait, or drop the command and say so.
const COMMANDS: usize = 1024;

/// What a link is to do.
#[derive(Clone)]
pub struct Options {
    /// `https://slack.com/api/`, or a local server's.
    pub api_url: Url,
    /// The app-level token; it goes into one header and nowhere else.
    pub token: String,
    pub debug_reconnects: bool,
    /// 1 to 10.
    pub connections: u8,
    pub hold: Hold,
    pub rules: Rules,
    pub timing: Timing,
}

/// What others may tell the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Together, so that a thousand held envelopes are one command.
    Acks(Vec<Answer>),
    /// Hand over all connections; try again now, where the link waits or has stopped.
    Reconnect,
    /// From the next connection on.
    DebugReconnects(bool),
    Connections(u8),
    Hold(Hold),
    /// All rules anew. A rule that stays keeps its count.
    Rules(Rules),
    Shutdown,
}

/// An ack that somebody wants sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The connection that the envelope came on; another live one carries the ack where this one is gone.
    pub conn: u32,
    pub envelope_id: String,
    /// When the envelope came.
    pub received: Timestamp,
    /// JSON text, sent as it is.
    pub payload: Option<String>,
    pub by: By,
    /// Why Slack will refuse it, where its sender knows and sends it all the same: a finding, once it has left.
    pub doubt: Option<String>,
}

/// A running link. Dropped, it ends at once; [`Link::shutdown`] ends it with manners.
#[derive(Debug)]
pub struct Link {
    commands: mpsc::Sender<Command>,
    keeper: JoinHandle<()>,
}

/// What all sockets of a link share.
#[derive(Debug)]
struct Shared {
    journal: Journal,
    net: Net,
    api_url: Url,
    token: Token,
    timing: Timing,
    policy: watch::Receiver<Policy>,
    debug_reconnects: AtomicBool,
    envelopes: Envelopes,
    checks: Checks,
    started: Timestamp,
}

/// A token that `Debug` does not show.
struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("Token(***)")
    }
}

impl Link {
    /// Starts connecting; must be called within a tokio runtime. What goes wrong is in the journal.
    pub fn start(options: Options, journal: Journal) -> Self {
        let (commands, inbox) = mpsc::channel(COMMANDS);
        let keeper = tokio::spawn(async move {
            match Self::net(&options).await {
                Ok(net) => Self::keep(options, journal, net, inbox).await,
                Err(fault) => journal.write(
                    Timestamp::now(),
                    &Event::Error {
                        conn: None,
                        fatal: true,
                        retry_in_ms: None,
                        message: fault.to_string().into(),
                        code: fault.code,
                    },
                ),
            }
        });
        Self { commands, keeper }
    }

    /// Reading the roots of trust takes some milliseconds that the first frame should not wait for.
    async fn net(options: &Options) -> Result<Net, Fault> {
        let (api_url, timing) = (options.api_url.clone(), options.timing);
        let built = tokio::task::spawn_blocking(move || Net::from_env(&api_url, &timing)).await;
        built.unwrap_or_else(|error| Err(Fault::new("internal", error.to_string(), Asks::Stop)))
    }

    async fn keep(options: Options, journal: Journal, net: Net, inbox: mpsc::Receiver<Command>) {
        let (policy, decisions) = watch::channel(Policy { hold: options.hold, rules: options.rules });
        let shared = Shared {
            journal,
            net,
            api_url: options.api_url,
            token: Token(options.token),
            timing: options.timing,
            policy: decisions,
            debug_reconnects: AtomicBool::new(options.debug_reconnects),
            envelopes: Envelopes::default(),
            checks: Checks::default(),
            started: Timestamp::now(),
        };
        keeper::Keeper::new(Arc::new(shared), policy, options.connections).run(inbox).await;
    }

    /// Where commands go; clones are cheap.
    pub fn commands(&self) -> mpsc::Sender<Command> {
        self.commands.clone()
    }

    /// Closes the sockets (1000) and returns when all that happened is in the journal: within about a second.
    pub async fn shutdown(mut self) {
        let _ = self.commands.send(Command::Shutdown).await;
        let _ = (&mut self.keeper).await;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

/// Milliseconds, as records count.
fn ms(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
