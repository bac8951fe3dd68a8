//! The life of an open socket: one loop that reads bursts, hears orders and watches the clock.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::ops::ControlFlow::{self, Break, Continue};
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message};

use super::super::fault::Fault;
use super::super::keeper::plan::{Patience, Reason};
use super::super::wire::Wire;
use super::super::{Shared, ms};
use super::acks::Outgoing;
use super::{End, Order, Parcel, Report, Reports};
use crate::journal::{Batch, Event, Side};

/// Frames and bytes that are taken before the first of them is answered.
const BURST: usize = 256;
const BURST_BYTES: usize = 1 << 20;
/// Orders that are taken at once.
const ORDERS: usize = 64;
/// For a last word to a peer that has no reason to wait.
const LAST_WORD: Duration = Duration::from_millis(100);

/// An open socket and all that its task knows.
pub struct Live<'s> {
    pub(super) shared: &'s Shared,
    pub(super) reports: Reports,
    pub(super) conn: u32,
    pub(super) ws: WebSocketStream<Wire>,
    pub(super) batch: Batch,
    born: Instant,
    pub(super) stage: Stage,
    pub(super) hello: bool,
    pub(super) told: Vec<Reason>,
    doubted: bool,
    /// When the last envelope came.
    pub(super) busy: Instant,
    next_ping: Instant,
    pings: u64,
    /// The ping of ours that no pong has answered yet.
    pub(super) awaited: Option<(String, Instant)>,
    /// Acks and pongs that are written but not known to have left.
    pub(super) outbox: Vec<Outgoing>,
    /// Since when something waits to leave.
    pub(super) unflushed: Option<Instant>,
    pub(super) unsent: Vec<Parcel>,
    /// What rules hold back for a while, and when its envelope came.
    pub(super) delayed: BTreeMap<Instant, Vec<(Parcel, Option<Instant>)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Open,
    /// To be closed when it is quiet, or to be ended by Slack.
    LetGo {
        since: Instant,
        patience: Patience,
    },
    /// Our close frame is out, or nothing can be written any more; what still comes is read.
    Closing {
        until: Instant,
        code: u16,
        why: &'static str,
    },
}

/// Why it ended.
pub(super) struct Ending {
    code: u16,
    reason: String,
    fault: Option<Fault>,
    /// Whether to say good-bye with this code.
    say: bool,
}

/// Nothing more can be read, and why, where there is a reason.
struct EndOfReading(Option<tungstenite::Error>);

/// What was ready at once.
#[derive(Default)]
pub(super) struct Burst {
    pub frames: Vec<(Timestamp, Instant, Message)>,
    flushed: Option<Result<(), tungstenite::Error>>,
    end: Option<EndOfReading>,
}

impl<'s> Live<'s> {
    pub fn new(shared: &'s Shared, reports: Reports, ws: WebSocketStream<Wire>) -> Self {
        let now = Instant::now();
        Self {
            shared,
            conn: reports.conn,
            reports,
            ws,
            batch: shared.journal.batch(),
            born: now,
            stage: Stage::Open,
            hello: false,
            told: Vec::new(),
            doubted: false,
            busy: now,
            next_ping: now + shared.timing.ping,
            pings: 0,
            awaited: None,
            outbox: Vec::new(),
            unflushed: None,
            unsent: Vec::new(),
            delayed: BTreeMap::new(),
        }
    }

    pub async fn run(mut self, mut orders: mpsc::Receiver<Order>) -> End {
        let mut taken = Vec::new();
        loop {
            let wake = tokio::time::Instant::from_std(self.wake_at());
            let flow = tokio::select! {
                burst = self.next() => self.take(burst).await,
                count = orders.recv_many(&mut taken, ORDERS) => match count {
                    0 => Break(Ending::ours("the session ended")),
                    _ => self.obey(&mut taken).await,
                },
                () = tokio::time::sleep_until(wake) => self.tick(Instant::now()).await,
            };
            self.give_back();
            if let Break(ending) = flow {
                return self.finish(ending, orders).await;
            }
        }
    }

    /// Everything that can be read now, and whether what was written has left. Cancelled, it loses nothing.
    async fn next(&mut self) -> Burst {
        let waiting = self.unflushed.is_some();
        let ws = &mut self.ws;
        poll_fn(|cx| {
            let mut burst = Burst::default();
            if waiting && let Poll::Ready(flushed) = ws.poll_flush_unpin(cx) {
                burst.flushed = Some(flushed);
            }
            let mut bytes = 0;
            while burst.frames.len() < BURST && bytes < BURST_BYTES && burst.end.is_none() {
                match ws.poll_next_unpin(cx) {
                    Poll::Ready(Some(Ok(message))) => {
                        bytes += message.len();
                        burst.frames.push((Timestamp::now(), Instant::now(), message));
                    }
                    Poll::Ready(Some(Err(error))) => burst.end = Some(EndOfReading(Some(error))),
                    Poll::Ready(None) => burst.end = Some(EndOfReading(None)),
                    Poll::Pending => break,
                }
            }
            let empty = burst.frames.is_empty() && burst.flushed.is_none() && burst.end.is_none();
            if empty { Poll::Pending } else { Poll::Ready(burst) }
        })
        .await
    }

    async fn take(&mut self, burst: Burst) -> ControlFlow<Ending> {
        match burst.flushed {
            Some(Ok(())) => self.left(),
            Some(Err(_)) => self.mute(),
            None => {}
        }
        let closed = self.frames(burst.frames).await;
        match burst.end {
            None if !closed => Continue(()),
            None => Break(self.ended(None)),
            Some(EndOfReading(error)) => Break(self.ended(error)),
        }
    }

    async fn obey(&mut self, orders: &mut Vec<Order>) -> ControlFlow<Ending> {
        let now = Instant::now();
        for order in orders.drain(..) {
            match order {
                Order::Send(parcel) => self.post(parcel, None),
                Order::LetGo(Patience::None) => self.close("given up", now),
                Order::LetGo(patience) if self.stage == Stage::Open => {
                    self.stage = Stage::LetGo { since: now, patience };
                }
                Order::LetGo(_) => {}
                Order::Close => self.close("the session ended", now),
            }
        }
        self.flush().await;
        Continue(())
    }

    /// Sends our close frame; what still comes is read until the peer has answered it.
    pub(super) fn close(&mut self, why: &'static str, now: Instant) {
        if matches!(self.stage, Stage::Closing { .. }) {
            return;
        }
        self.stage = Stage::Closing { until: now + self.shared.timing.close, code: 1000, why };
        let _ = self.ws.start_send_unpin(close_frame(1000));
        self.unflushed.get_or_insert(now);
    }

    /// Nothing can be written any more: what was not known to have left goes back, what comes is still read.
    pub(super) fn mute(&mut self) {
        self.unflushed = None;
        let lost = self.outbox.drain(..).filter_map(Outgoing::into_parcel);
        self.unsent.extend(lost);
        if !matches!(self.stage, Stage::Closing { .. }) {
            let until = Instant::now() + self.shared.timing.close;
            self.stage = Stage::Closing { until, code: 1006, why: "nothing could be written any more" };
        }
    }

    /// When something last came.
    fn heard(&self) -> Instant {
        self.ws.get_ref().heard
    }

    fn wake_at(&self) -> Instant {
        let timing = &self.shared.timing;
        let stalled = self.unflushed.map(|since| since + timing.stall);
        let stage = match self.stage {
            Stage::Open => None,
            Stage::LetGo { since, patience } => Some(self.patience_ends(since, patience)),
            Stage::Closing { until, .. } => return stalled.map_or(until, |at| at.min(until)),
        };
        let silence = match (self.hello, self.doubted) {
            (false, _) => self.born + timing.hello,
            (true, false) => self.heard() + timing.doubt,
            (true, true) => self.heard() + timing.dead,
        };
        let due = self.delayed.keys().next().copied();
        [stalled, stage, due].into_iter().flatten().fold(silence.min(self.next_ping), Instant::min)
    }

    fn patience_ends(&self, since: Instant, patience: Patience) -> Instant {
        let timing = &self.shared.timing;
        match patience {
            Patience::None => since,
            Patience::UntilQuiet => {
                (self.busy.max(since) + timing.linger_quiet).min(since + timing.linger_max)
            }
            Patience::UntilEnded => since + timing.warned_max,
        }
    }

    async fn tick(&mut self, now: Instant) -> ControlFlow<Ending> {
        let timing = &self.shared.timing;
        if self.unflushed.is_some_and(|since| now >= since + timing.stall) {
            return Break(Ending::cut("the peer does not read what is sent to it"));
        }
        match self.stage {
            Stage::Closing { until, code, why } if now >= until => {
                return Break(Ending { say: false, ..Ending::with(code, why) });
            }
            Stage::Closing { .. } => return Continue(()),
            Stage::LetGo { since, patience } if now >= self.patience_ends(since, patience) => {
                self.close("handed over", now);
            }
            Stage::LetGo { .. } | Stage::Open => {}
        }
        if !self.hello && now >= self.born + timing.hello {
            return Break(self.no_hello());
        }
        // A machine that slept finds the clock far ahead, and maybe all it missed waiting to be read.
        if self.hello
            && now >= self.heard() + timing.doubt
            && let Some(burst) = self.next().now_or_never()
        {
            return self.take(burst).await;
        }
        if self.hello && now >= self.heard() + timing.dead {
            return Break(Ending::cut("dead: no ping, no pong and no frame for too long"));
        }
        if self.hello && !self.doubted && now >= self.heard() + timing.doubt {
            self.doubted = true;
            let _ = self.reports.send(Report::Doubt);
        }
        if now >= self.next_ping {
            self.ping(now);
        }
        self.post_due(now);
        self.flush().await;
        Continue(())
    }

    fn no_hello(&self) -> Ending {
        let seconds = self.shared.timing.hello.as_secs_f64();
        let message = format!(
            "the WebSocket opened, but no hello came within {seconds} s. If it lasts, see status.slack.com, and whether a proxy holds frames back"
        );
        let fault = Some(Fault::passing("hello_timeout", message));
        Ending { fault, ..Ending::with(1000, "no hello came") }
    }

    /// Counted, so that a pong tells which ping it answers.
    fn ping(&mut self, now: Instant) {
        self.next_ping = now + self.shared.timing.ping;
        if !matches!(self.stage, Stage::Open | Stage::LetGo { .. }) {
            return;
        }
        self.pings += 1;
        let payload = format!("sockscope {}", self.pings);
        if self.write(Message::Ping(payload.clone().into())) {
            self.awaited = Some((payload, now));
            let event = Event::Ping { conn: self.conn, from: Side::Client };
            self.shared.journal.write(Timestamp::now(), &event);
        }
    }

    /// What the end of reading means.
    fn ended(&self, error: Option<tungstenite::Error>) -> Ending {
        if let Stage::Closing { code: code @ 1000, why, .. } = self.stage {
            return Ending { say: false, ..Ending::with(code, why) };
        }
        if let Some((code, reason)) = self.ws.get_ref().frames.close() {
            return Ending { say: false, ..Ending::with(code, reason) };
        }
        match error {
            None => Ending::cut("the peer ended the connection without a close frame"),
            Some(error) => Ending::failed(&error),
        }
    }

    /// The last records of this connection.
    async fn finish(mut self, ending: Ending, mut orders: mpsc::Receiver<Order>) -> End {
        let lived_ms = ms(self.born.elapsed());
        if ending.say {
            let _ = self.ws.start_send_unpin(close_frame(ending.code));
        }
        if ending.code != 1006 {
            let last = poll_fn(|cx| self.ws.poll_flush_unpin(cx));
            if let Ok(Ok(())) = tokio::time::timeout(LAST_WORD, last).await {
                self.left();
            }
        }
        let (conn, code, reason) = (self.conn, Some(ending.code), ending.reason.into());
        self.shared.journal.write(Timestamp::now(), &Event::Closed { conn, code, reason, lived_ms });
        orders.close();
        while let Ok(order) = orders.try_recv() {
            if let Order::Send(parcel) = order {
                self.unsent.push(parcel);
            }
        }
        self.unsent.extend(self.delayed.into_values().flatten().map(|(parcel, _)| parcel));
        self.unsent.extend(self.outbox.drain(..).filter_map(Outgoing::into_parcel));
        End { fault: ending.fault, unsent: self.unsent }
    }
}

fn close_frame(code: u16) -> Message {
    Message::Close(Some(CloseFrame { code: CloseCode::from(code), reason: "".into() }))
}

impl Ending {
    fn with(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), fault: None, say: true }
    }

    fn ours(reason: &str) -> Self {
        Self::with(1000, reason)
    }

    /// No close frame came, and none can be sent.
    fn cut(reason: impl Into<String>) -> Self {
        Self { say: false, ..Self::with(1006, reason) }
    }

    /// A frame that breaks the rules ends the connection (RFC 6455, 7.1.7); all else is a cut.
    fn failed(error: &tungstenite::Error) -> Self {
        use tungstenite::Error;
        let code = match error {
            Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake) => {
                return Self::cut("the peer ended the connection without a close frame");
            }
            Error::Protocol(_) | Error::AttackAttempt => 1002,
            Error::Utf8(_) => 1007,
            Error::Capacity(_) => 1009,
            other => return Self::cut(other.to_string()),
        };
        let message = format!(
            "the peer sent a frame that breaks the WebSocket's rules ({error}), which ends the connection. See whether a proxy stands between"
        );
        let fault = Some(Fault::passing("invalid_frame", message));
        Self { fault, ..Self::with(code, format!("an invalid frame came: {error}")) }
    }
}
