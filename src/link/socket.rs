//! One WebSocket in its own task: from `apps.connections.open` to its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;

use super::fault::Fault;
use super::keeper::REPORTS;
use super::keeper::plan::{Patience, Reason};
use super::wire::Wire;
use super::{Answer, Shared, dial, ms, open};
use crate::journal::Event;

mod acks;
mod frames;
mod live;

/// What the keeper tells a socket.
#[derive(Debug)]
pub enum Order {
    Send(Answer),
    LetGo(Patience),
    /// The session ends.
    Close,
}

/// What a socket tells the keeper; each at most once in its life, but for `Unsent`.
#[derive(Debug)]
pub enum Report {
    Connected,
    Hello {
        life: Option<Duration>,
        total: Option<u64>,
    },
    Disconnect(Reason),
    Doubt,
    /// Acks that this connection can carry no more.
    Unsent(Vec<Answer>),
}

/// How it ended.
#[derive(Debug, Default)]
pub struct End {
    pub fault: Option<Fault>,
    pub unsent: Vec<Answer>,
}

/// A socket's line to the keeper, with room for all that is said once: given-back acks take half at most.
#[derive(Debug, Clone)]
pub struct Reports {
    pub conn: u32,
    pub to: mpsc::Sender<(u32, Report)>,
}

impl Reports {
    fn has_room(&self) -> bool {
        self.to.capacity() > REPORTS / 2
    }

    /// Never waits. `Err` gives the report back where the keeper is behind.
    fn send(&self, report: Report) -> Result<(), Report> {
        self.to.try_send((self.conn, report)).map_err(|error| match error {
            mpsc::error::TrySendError::Full((_, report)) | mpsc::error::TrySendError::Closed((_, report)) => {
                report
            }
        })
    }
}

/// Drives one connection until it has ended.
pub async fn run(shared: Arc<Shared>, reports: Reports, mut orders: mpsc::Receiver<Order>) -> End {
    let conn = reports.conn;
    let connected = tokio::select! {
        connected = connect(&shared, conn) => connected,
        () = given_up(&mut orders) => {
            let reason = "given up before it was connected".into();
            shared.journal.write(Timestamp::now(), &Event::Closed { conn, code: None, reason, lived_ms: 0.0 });
            return End::default();
        }
    };
    match connected {
        Ok(ws) => {
            let _ = reports.send(Report::Connected);
            live::Live::new(&shared, reports, ws).run(orders).await
        }
        Err(fault) => End { fault: Some(fault), unsent: Vec::new() },
    }
}

/// Waits for the order to stop.
async fn given_up(orders: &mut mpsc::Receiver<Order>) {
    while let Some(Order::Send(_)) = orders.recv().await {}
}

async fn connect(shared: &Shared, conn: u32) -> Result<WebSocketStream<Wire>, Fault> {
    let Shared { journal, timing, .. } = shared;
    let debug_reconnects = shared.debug_reconnects.load(Ordering::Relaxed);
    journal.write(Timestamp::now(), &Event::Opening { conn, debug_reconnects });
    let started = Instant::now();
    let opening = open::open(&shared.net, &shared.api_url, &shared.token.0);
    let mut url = within(timing.open, "apps.connections.open", opening).await?;
    if debug_reconnects {
        url.query_pairs_mut().append_pair("debug_reconnects", "true");
    }
    let (took_ms, shown) = (ms(started.elapsed()), url.as_str().into());
    journal.write(Timestamp::now(), &Event::Opened { conn, took_ms, url: shown });

    let started = Instant::now();
    let ws = within(timing.dial, "opening the WebSocket", dial::dial(&shared.net, &url)).await?;
    let took_ms = ms(started.elapsed());
    journal.write(Timestamp::now(), &Event::Connected { conn, took_ms });
    Ok(ws)
}

async fn within<T>(
    limit: Duration,
    what: &str,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
        let seconds = limit.as_secs_f64();
        let message = format!("{what} took longer than {seconds} s. See whether Slack can be reached from here (sockscope doctor)");
        Err(Fault::passing("timeout", message))
    })
}
