//! One WebSocket in its own task: from `apps.connections.open` to its end.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use url::Url;

use super::fault::Fault;
use super::keeper::REPORTS;
use super::keeper::plan::{Patience, Reason};
use super::wire::Wire;
use super::{Answer, Shared, dial, ms, open};
use crate::journal::Event;

mod acks;
mod frames;
mod live;
mod ruled;

/// An answer on its way.
#[derive(Debug)]
pub struct Parcel {
    pub answer: Answer,
    pub how: How,
    /// Before this it stays here.
    pub due: Option<Instant>,
}

/// How an answer goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Once,
    Twice,
    /// Without its last brace: a rule rehearses a broken app.
    Malformed,
}

impl From<Answer> for Parcel {
    fn from(answer: Answer) -> Self {
        Self { answer, how: How::Once, due: None }
    }
}

impl Parcel {
    pub fn is_early(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| now < due)
    }
}

/// What the keeper tells a socket.
#[derive(Debug)]
pub enum Order {
    Send(Parcel),
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
    Unsent(Vec<Parcel>),
}

/// How it ended.
#[derive(Debug, Default)]
pub struct End {
    pub fault: Option<Fault>,
    pub unsent: Vec<Parcel>,
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
    let url = tokio::select! {
        url = ask(&shared, conn) => url,
        _ = given_up(&mut orders) => return never_connected(&shared, conn),
    };
    let url = match url {
        Ok(url) => url,
        Err(fault) => return End { fault: Some(fault), unsent: Vec::new() },
    };
    let mut dialling = pin!(connect(&shared, conn, &url));
    let (connected, unwanted) = tokio::select! {
        connected = &mut dialling => (connected, false),
        // Slack may send envelopes as soon as it has taken the upgrade: they are read before it is closed.
        given_up = given_up(&mut orders) => tokio::select! {
            connected = &mut dialling, if given_up == GivenUp::Alone => (connected, true),
            () = session_ends(&mut orders), if given_up == GivenUp::Alone => {
                return never_connected(&shared, conn);
            }
            else => return never_connected(&shared, conn),
        },
    };
    match connected {
        Ok(ws) => {
            let _ = reports.send(Report::Connected);
            let mut live = live::Live::new(&shared, reports, ws);
            if unwanted {
                live.close("given up before hello", Instant::now());
            }
            live.run(orders).await
        }
        Err(fault) => End { fault: Some(fault), unsent: Vec::new() },
    }
}

/// Who is not wanted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GivenUp {
    /// This connection.
    Alone,
    /// The whole session.
    All,
}

/// Waits for the order to stop.
async fn given_up(orders: &mut mpsc::Receiver<Order>) -> GivenUp {
    loop {
        match orders.recv().await {
            Some(Order::Send(_)) => {}
            Some(Order::LetGo(_)) => return GivenUp::Alone,
            Some(Order::Close) | None => return GivenUp::All,
        }
    }
}

async fn session_ends(orders: &mut mpsc::Receiver<Order>) {
    while given_up(orders).await != GivenUp::All {}
}

fn never_connected(shared: &Shared, conn: u32) -> End {
    let reason = "given up before it was connected".into();
    shared.journal.write(Timestamp::now(), &Event::Closed { conn, code: None, reason, lived_ms: 0.0 });
    End::default()
}

/// The URL to dial, with its ticket.
async fn ask(shared: &Shared, conn: u32) -> Result<Url, Fault> {
    let Shared { journal, timing, .. } = shared;
    let debug_reconnects = shared.debug_reconnects.load(Ordering::Relaxed);
    journal.write(Timestamp::now(), &Event::Opening { conn, debug_reconnects });
    let started = Instant::now();
    let opening = open::open(&shared.net, &shared.api_url, &shared.token.0);
    let mut url = within(timing.open, "apps.connections.open", opening).await?;
    if debug_reconnects {
        url.query_pairs_mut().append_pair("debug_reconnects", "true");
    }
    let took_ms = ms(started.elapsed());
    journal.write(Timestamp::now(), &Event::Opened { conn, took_ms, url: url.as_str().into() });
    Ok(url)
}

async fn connect(shared: &Shared, conn: u32, url: &Url) -> Result<WebSocketStream<Wire>, Fault> {
    let started = Instant::now();
    let dialling = dial::dial(&shared.net, url);
    let ws = within(shared.timing.dial, "opening the WebSocket", dialling).await?;
    let took_ms = ms(started.elapsed());
    shared.journal.write(Timestamp::now(), &Event::Connected { conn, took_ms });
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
