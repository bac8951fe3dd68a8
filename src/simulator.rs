//! A local Slack that the same link connects to.
//!
//! [`Simulator::start`] opens a real HTTP and WebSocket server on 127.0.0.1 inside the process.
//!
//! | module | what it knows |
//! |---|---|
//! | [`workspace`] | the machine: its state and timers; pure |
//! | [`door`], `life`, `delivery` | its parts: how connections come in, what happens to them, and to envelopes |
//! | [`connection`], [`fault`], [`timing`], [`ledger`] | what it is made of |
//! | `hub` | the machine behind a lock, its clock, and the sockets' outboxes |
//! | `server`, `api`, `socket` | HTTP, the Web API, one WebSocket |
//! | [`handle`] | the commands |
//! | [`scenario`], [`step`], [`spell`], [`player`], `traffic` | files that give those commands, and their spelling |

mod api;
mod blocks;
pub mod connection;
mod delivery;
pub mod door;
pub mod fault;
pub mod handle;
mod hub;
#[cfg(test)]
mod laws;
pub mod ledger;
mod life;
pub mod player;
pub mod scenario;
mod server;
mod socket;
pub mod spell;
pub mod step;
pub mod timing;
mod traffic;
pub mod workspace;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use delivery::Sending;
pub use handle::Handle;
use hub::Hub;
pub use player::{PlayError, play};
pub use scenario::Scenario;
use timing::Timing;
use workspace::{Settings, Workspace};

/// The number of a connection, counted from 1 in the order of dialling.
pub type ConnId = u32;

/// How a simulator is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port 0 takes a free one.
    pub port: u16,
    pub timing: Timing,
    /// Seed of every id and choice.
    pub seed: u64,
    /// The wall clock now; times in messages count from it.
    pub epoch: Timestamp,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, timing: Timing::default(), seed: 0, epoch: Timestamp::now() }
    }
}

/// A running local Slack. Dropping it ends its tasks and every connection.
pub struct Simulator {
    hub: Arc<Hub>,
    tasks: [JoinHandle<()>; 2],
}

impl Simulator {
    /// Listens on 127.0.0.1.
    ///
    /// # Errors
    /// The port cannot be had.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await?;
        let host = listener.local_addr()?.to_string();
        let Options { timing, seed, epoch, .. } = options;
        let settings = Settings { timing, seed, epoch, app_id: "A123ABC456".to_owned() };
        let hub = Arc::new(Hub::new(Workspace::new(settings), host));
        let clock = tokio::spawn(Arc::clone(&hub).drive());
        let server = tokio::spawn(server::accept(Arc::clone(&hub), listener));
        Ok(Self { hub, tasks: [clock, server] })
    }

    /// The base of the Web API, with its slash at the end.
    pub fn api_url(&self) -> String {
        format!("http://{}/api/", self.hub.host)
    }

    /// An app-level token that this Slack takes, as it takes any of its kind.
    pub fn app_token(&self) -> &'static str {
        "xapp-1-A123ABC456-EXAMPLE"
    }

    /// What steers it; it outlives nothing: after the drop it speaks to nobody.
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.hub))
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
