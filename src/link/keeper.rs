//! Keeps the connections up: carries out what the plan decides, and brings acks to a connection that is live.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};

use super::fault::{Asks, Fault};
use super::policy::Policy;
use super::socket::{self, End, Order, Parcel, Report, Reports};
use super::{Answer, Command, Shared, ms};
use crate::journal::Event;
use plan::{Action, Plan};

pub mod plan;

/// Reports that may wait: a socket makes fewer than ten in its life, and there are at most some dozen.
pub const REPORTS: usize = 1024;
/// Orders that may wait for a socket; what finds it full waits here.
const ORDERS: usize = 1024;
/// Acks that may wait for a live connection; more are refused with an error record.
const WAITING: usize = 16_384;
/// How soon an ack is tried again that found its socket's queue full.
const AGAIN: Duration = Duration::from_millis(10);
/// What `shutdown` gives all sockets together.
const LAST: Duration = Duration::from_secs(1);

/// The task that owns the sockets' tasks.
pub(super) struct Keeper {
    shared: Arc<Shared>,
    policy: watch::Sender<Policy>,
    plan: Plan,
    sockets: JoinSet<End>,
    numbers: HashMap<Id, u32>,
    orders: BTreeMap<u32, mpsc::Sender<Order>>,
    report_to: mpsc::Sender<(u32, Report)>,
    reports: mpsc::Receiver<(u32, Report)>,
    waiting: VecDeque<Parcel>,
    /// Sockets that gave acks back: they can write no more.
    mute: BTreeSet<u32>,
}

impl Keeper {
    pub fn new(shared: Arc<Shared>, policy: watch::Sender<Policy>, connections: u8) -> Self {
        let plan = Plan::new(shared.timing, connections, fastrand::Rng::new());
        let (report_to, reports) = mpsc::channel(REPORTS);
        Self {
            shared,
            policy,
            plan,
            sockets: JoinSet::new(),
            numbers: HashMap::new(),
            orders: BTreeMap::new(),
            report_to,
            reports,
            waiting: VecDeque::new(),
            mute: BTreeSet::new(),
        }
    }

    /// Until `Shutdown`, or until nobody can command any more.
    pub async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        self.plan(plan::Event::Tick);
        loop {
            let wake = tokio::time::Instant::from_std(self.wake_at());
            tokio::select! {
                command = commands.recv() => match command {
                    None | Some(Command::Shutdown) => break,
                    Some(command) => {
                        // What sockets said before the command came is heard before it.
                        self.hear_all();
                        self.obey(command);
                    }
                },
                Some((conn, report)) = self.reports.recv() => self.hear(conn, report),
                Some(ended) = self.sockets.join_next_with_id() => self.ended(ended),
                () = tokio::time::sleep_until(wake) => self.plan(plan::Event::Tick),
            }
            self.deliver();
        }
        self.shutdown().await;
    }

    fn wake_at(&self) -> Instant {
        let now = Instant::now();
        let never = now + Duration::from_secs(3600);
        let plan = self.plan.wake_at().unwrap_or(never).min(never);
        if self.waiting.is_empty() { plan } else { plan.min(now + AGAIN) }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Acks(answers) => answers.into_iter().for_each(|answer| self.queue(answer.into())),
            Command::Reconnect => self.plan(plan::Event::Reconnect),
            Command::DebugReconnects(on) => self.shared.debug_reconnects.store(on, Ordering::Relaxed),
            Command::Connections(count) => self.plan(plan::Event::Connections(count)),
            Command::Hold(hold) => self.policy.send_modify(|policy| policy.hold = hold),
            Command::Rules(rules) => self.policy.send_modify(|policy| policy.rules = rules),
            Command::Shutdown => {}
        }
    }

    fn hear(&mut self, conn: u32, report: Report) {
        match report {
            Report::Connected => self.plan(plan::Event::Connected(conn)),
            Report::Hello { life, total } => self.plan(plan::Event::Hello { conn, life, total }),
            Report::Disconnect(reason) => self.plan(plan::Event::Disconnect { conn, reason }),
            Report::Doubt => self.plan(plan::Event::Doubt(conn)),
            Report::Unsent(parcels) => {
                self.mute.insert(conn);
                for parcel in parcels {
                    self.queue(parcel);
                }
            }
        }
    }

    fn hear_all(&mut self) {
        while let Ok((conn, report)) = self.reports.try_recv() {
            self.hear(conn, report);
        }
    }

    /// What a socket said before it ended is heard first.
    fn ended(&mut self, ended: Result<(Id, End), JoinError>) {
        self.hear_all();
        let (id, end) = match ended {
            Ok(ended) => ended,
            Err(error) => {
                let message = format!(
                    "a connection's task failed ({error}). This is a bug in sockscope: please report it"
                );
                (
                    error.id(),
                    End { fault: Some(Fault::new("internal", message, Asks::RetryFew)), unsent: Vec::new() },
                )
            }
        };
        let Some(conn) = self.numbers.remove(&id) else { return };
        self.orders.remove(&conn);
        self.mute.remove(&conn);
        self.plan(plan::Event::Ended { conn, fault: end.fault });
        for parcel in end.unsent {
            self.queue(parcel);
        }
    }

    fn plan(&mut self, event: plan::Event) {
        for action in self.plan.on(event, Instant::now()) {
            self.act(action);
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Open { conn } => self.open(conn),
            Action::LetGo { conn, patience } => {
                if let Some(orders) = self.orders.get(&conn) {
                    // Full only while the socket is stalled, and then it ends by itself.
                    let _ = orders.try_send(Order::LetGo(patience));
                }
            }
            Action::Gap(gap) => self.record(&Event::Gap { ms: ms(gap) }),
            Action::Report { conn, code, fatal, retry_in, message } => {
                let retry_in_ms = retry_in.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
                self.record(&Event::Error { conn, code, fatal, retry_in_ms, message: message.into() });
            }
            Action::Find { conn, code, message } => self.record(&Event::Finding {
                code: code.into(),
                conn: Some(conn),
                envelope_id: None,
                message: message.into(),
            }),
        }
    }

    fn record(&self, event: &Event) {
        self.shared.journal.write(Timestamp::now(), event);
    }

    fn open(&mut self, conn: u32) {
        let (orders, inbox) = mpsc::channel(ORDERS);
        let reports = Reports { conn, to: self.report_to.clone() };
        let task = self.sockets.spawn(socket::run(self.shared.clone(), reports, inbox));
        self.numbers.insert(task.id(), conn);
        self.orders.insert(conn, orders);
    }

    fn queue(&mut self, parcel: Parcel) {
        if self.waiting.len() < WAITING {
            self.waiting.push_back(parcel);
        } else {
            self.not_sent(&parcel.answer, "too many acks are waiting already");
        }
    }

    /// Brings waiting acks to their connections, and says of those that count no more that they never left.
    fn deliver(&mut self) {
        let now = Timestamp::now();
        for _ in 0..self.waiting.len() {
            let Some(parcel) = self.waiting.pop_front() else { return };
            if parcel.is_early(Instant::now()) {
                self.waiting.push_back(parcel);
                continue;
            }
            let Some(parcel) = self.route(parcel) else { continue };
            let waited: Duration = now.duration_since(parcel.answer.received).try_into().unwrap_or_default();
            if waited < self.shared.timing.ack || self.plan.live().next().is_some() {
                self.waiting.push_back(parcel);
            } else {
                self.not_sent(&parcel.answer, "no connection was live before Slack's 3 seconds were over");
            }
        }
    }

    /// The envelope's own connection where it is live, else any live one; the answer comes back if none took it.
    fn route(&self, parcel: Parcel) -> Option<Parcel> {
        let its = parcel.answer.conn;
        let own = self.plan.live().filter(|conn| *conn == its);
        let others = self.plan.live().filter(|conn| *conn != its);
        let mut order = Order::Send(parcel);
        for conn in own.chain(others).filter(|conn| !self.mute.contains(conn)) {
            let Some(orders) = self.orders.get(&conn) else { continue };
            match orders.try_send(order) {
                Ok(()) => return None,
                Err(error) => order = error.into_inner(),
            }
        }
        match order {
            Order::Send(parcel) => Some(parcel),
            Order::LetGo(_) | Order::Close => None,
        }
    }

    fn not_sent(&self, answer: &Answer, why: &str) {
        let message = format!(
            "the ack of envelope {} was not sent: {why}. Slack sends an event again; of anything else the user has seen an error",
            answer.envelope_id
        );
        self.record(&Event::Error {
            conn: Some(answer.conn),
            code: "ack_not_sent".into(),
            fatal: false,
            retry_in_ms: None,
            message: message.into(),
        });
    }

    async fn shutdown(mut self) {
        for orders in self.orders.values() {
            let _ = orders.try_send(Order::Close);
        }
        let last = async {
            while let Some(ended) = self.sockets.join_next().await {
                self.waiting.extend(ended.map(|end| end.unsent).unwrap_or_default());
            }
            self.shared.checks.done().await;
        };
        let _ = tokio::time::timeout(LAST, last).await;
        for parcel in std::mem::take(&mut self.waiting) {
            self.not_sent(&parcel.answer, "the session ended");
        }
    }
}
