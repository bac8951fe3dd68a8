//! Every scenario of `assets/scenarios/` as a test of our own client, by scaled time: the link against the
//! simulator, and the simulator's ledger against our record.
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use sockscope::journal::{Event, Journal, Record, Secrets, Tail};
use sockscope::link::{Command, Hold, Link, Options, Timing};
use sockscope::session::Session;
use sockscope::simulator::connection::{How, Stage};
use sockscope::simulator::ledger::{Delivery, Fault, Ledger, Outcome};
use sockscope::simulator::scenario::names;
use sockscope::simulator::step::{Repeat, Step};
use sockscope::simulator::workspace::Workspace;
use sockscope::simulator::{Handle, Options as Slack, Scenario, Simulator, play, timing};
use tokio::sync::mpsc::Sender;

/// No scenario takes longer, however busy the machine.
const LONG: Duration = Duration::from_secs(90);
/// Slack's patience for an ack: 3 s scaled would make retries of a busy machine.
const ACK_WITHIN: Duration = Duration::from_millis(1_200);

/// A row is a test: the scenario, what its durations are multiplied by, and how often a client that does
/// not hammer may ask for a connection in it.
macro_rules! scenarios {
    ($($test:ident $factor:literal $opens:literal)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            Played::of(&stringify!($test).replace('_', "-"), $factor).await.check($opens);
        })*

        #[test]
        fn every_scenario_is_a_test() {
            let mut rows = [$(stringify!($test).replace('_', "-")),*];
            rows.sort();
            assert_eq!(rows.as_slice(), names());
        }
    };
}

// `Retry-After` counts whole seconds, whatever the scale: its scenarios are scaled less.
scenarios! {
    bad_answers 0.1 8
    big_ping 0.1 2
    close_codes 0.1 7
    cut 0.1 4
    duplicates 0.1 1
    early_envelopes 0.1 2
    errors_fatal 0.1 22
    errors_passing 0.1 10
    flood 0.25 1
    ghosts 0.1 2
    half_open 0.1 2
    hello_strange 0.1 5
    hello_twice 0.1 2
    link_disabled 0.1 2
    lives 0.1 9
    no_hello 0.1 4
    not_json 0.1 1
    rate_limit 0.25 4
    refresh 0.1 2
    refresh_unwarned 0.1 2
    retries 0.1 1
    slow_hello 0.1 4
    ticket_reuse 0.1 4
    too_many_websockets 0.1 7
    tour 0.1 2
    upgrade_408 0.1 5
    upgrade_409 0.1 5
    upgrade_429 0.25 5
}

/// What both sides know when a scenario is over.
struct Played {
    name: String,
    slack: Handle,
    ledger: Ledger,
    lines: Vec<String>,
    /// How often the user pressed R, as somebody has to where the link has stopped.
    pressed: usize,
}

impl Played {
    /// Plays to the end, and as long as an ack or a retry is due; then the link says good-bye.
    async fn of(name: &str, factor: f64) -> Self {
        let simulator = Simulator::start(slack(factor)).await.unwrap();
        let slack = simulator.handle();
        let journal = Journal::temporary(Secrets::Masked).unwrap();
        let mut tail = journal.tail();
        let playing = play(slack.clone(), with_an_end(Scenario::load(name).unwrap()), factor);
        let link = Link::start(options(&simulator, factor), journal);
        let (mut lines, mut pressed) = (Vec::new(), 0);
        let scenario = async {
            playing.await.unwrap_or_else(|error| panic!("{name}: {error}"));
            slack.wait_until(Workspace::is_settled).await;
        };
        tokio::select! {
            ended = tokio::time::timeout(LONG, scenario) => {
                assert!(ended.is_ok(), "{name} does not end: {:?}", slack.state());
            }
            () = watch(&mut tail, &mut lines, &mut pressed, link.commands()) => {}
        }
        link.shutdown().await;
        while let Some(true) = tail.changed().now_or_never() {
            read(&mut tail, &mut lines);
        }
        read(&mut tail, &mut lines);
        let ledger = slack.ledger();
        Self { name: name.to_owned(), slack, ledger, lines, pressed }
    }

    fn check(&self, most_opens: usize) {
        self.every_record_is_read();
        self.nothing_is_lost();
        self.every_event_arrived();
        self.nothing_is_hammered(most_opens);
    }

    fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.lines.iter().map(|line| Record::parse(line).unwrap())
    }

    fn every_record_is_read(&self) {
        let mut session = Session::default();
        for (number, record) in self.records().enumerate() {
            assert_eq!(record.seq, number as u64);
            assert!(!matches!(record.event, Event::Unknown { .. }), "{record:?}");
            session.apply(&record);
        }
        assert_eq!(session.totals().opens, self.slack.state().counts.opens);
        assert_eq!(session.totals().acks, self.acks().values().sum::<usize>() as u64);
    }

    /// Delivered is recorded, recorded is acked; each as often as it was sent, which is once.
    fn nothing_is_lost(&self) {
        let (came, acked) = (self.envelopes(), self.acks());
        for delivery in self.ledger.deliveries().filter(|delivery| delivery.conn.is_some()) {
            let id = delivery.envelope_id.as_str();
            let count = |of: &HashMap<String, usize>| of.get(id).copied().unwrap_or_default();
            if self.died_on_the_way(delivery) {
                assert!(count(&came) <= 1 && count(&acked) <= 1, "{}: {delivery:?}", self.name);
                continue;
            }
            let copies = delivery.copies as usize;
            assert_eq!((count(&came), count(&acked)), (copies, copies), "{}: {delivery:?}", self.name);
            let lost = self.ledger.strays().filter(|stray| stray.fault == Fault::Lost);
            let lost = lost.filter(|stray| stray.text.contains(id)).count();
            assert_eq!(delivery.acks.len() + lost, copies, "{}: {delivery:?}", self.name);
            assert!(delivery.acks.iter().all(|ack| ack.fault.is_none()), "{}: {delivery:?}", self.name);
        }
        let sent = |id: &String| self.ledger.find(id).is_some();
        assert!(came.keys().all(sent), "{}: what was never sent", self.name);
        let stray = self.ledger.strays().find(|stray| stray.fault != Fault::Lost);
        assert!(stray.is_none(), "{}: {stray:?}", self.name);
    }

    /// A reset takes with it what was still on the line: only Slack's retry brings that.
    fn died_on_the_way(&self, delivery: &Delivery) -> bool {
        let cut = self.slack.look(|workspace| {
            let connection = delivery.conn.and_then(|conn| workspace.connection(conn));
            connection
                .is_some_and(|connection| matches!(connection.stage, Stage::Closed { how: How::Cut, .. }))
        });
        cut && !matches!(delivery.outcome, Outcome::Acked { .. })
    }

    fn every_event_arrived(&self) {
        let mut events: HashMap<&str, bool> = HashMap::new();
        for delivery in self.ledger.deliveries() {
            if let Some(event) = &delivery.event_id {
                *events.entry(event).or_default() |= matches!(delivery.outcome, Outcome::Acked { .. });
            }
        }
        let lost: Vec<_> = events.iter().filter(|(_, arrived)| !**arrived).collect();
        assert!(!events.is_empty() && lost.is_empty(), "{}: {lost:?}", self.name);
    }

    /// Few opens in all, and none before the time that the link itself had named.
    fn nothing_is_hammered(&self, most: usize) {
        let mut not_before = Timestamp::MIN;
        let mut opens = 0;
        for record in self.records() {
            match record.event {
                Event::Error { fatal: true, .. } => not_before = Timestamp::MIN,
                Event::Error { retry_in_ms: Some(wait), .. } => {
                    let wait = SignedDuration::from_millis(i64::try_from(wait).unwrap());
                    not_before = not_before.max(record.at + wait);
                }
                Event::Opening { .. } => {
                    opens += 1;
                    // The record was written, and cut to milliseconds, a moment after the decision.
                    let early = not_before.duration_since(record.at);
                    assert!(early < SignedDuration::from_millis(20), "{}: {early:?} early", self.name);
                }
                _ => {}
            }
        }
        assert!(opens <= most, "{}: {opens} opens, {} by hand", self.name, self.pressed);
    }

    fn envelopes(&self) -> HashMap<String, usize> {
        count(self.records().filter_map(|record| match record.event {
            Event::Envelope { envelope_id, .. } => Some(envelope_id.into_owned()),
            _ => None,
        }))
    }

    fn acks(&self) -> HashMap<String, usize> {
        count(self.records().filter_map(|record| match record.event {
            Event::Ack { envelope_id, .. } => Some(envelope_id.into_owned()),
            _ => None,
        }))
    }
}

fn count(ids: impl Iterator<Item = String>) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for id in ids {
        *counts.entry(id).or_default() += 1;
    }
    counts
}

fn slack(factor: f64) -> Slack {
    let scaled = timing::Timing::default().scaled(factor);
    Slack { timing: timing::Timing { ack_within: ACK_WITHIN, ..scaled }, ..Slack::default() }
}

/// What only measures how fast this machine is, is not scaled.
fn options(simulator: &Simulator, factor: f64) -> Options {
    let Timing { open, dial, stall, close, ack, .. } = Timing::default();
    Options {
        api_url: simulator.api_url().parse().unwrap(),
        token: simulator.app_token().into(),
        debug_reconnects: false,
        connections: 1,
        rules: sockscope::link::Rules::default(),
        hold: Hold::Nothing,
        timing: Timing { open, dial, stall, close, ack, ..Timing::default().scaled(factor) },
    }
}

/// The tour goes on for ever: here it ends before its everyday part.
fn with_an_end(mut scenario: Scenario) -> Scenario {
    let endless = |step: &Step| matches!(step, Step::Repeat(Repeat { n: None, .. }));
    if let Some(end) = scenario.steps.iter().position(endless) {
        scenario.steps.truncate(end);
    }
    scenario
}

/// Reads along, and presses R where the link has stopped for good. Never ends.
async fn watch(tail: &mut Tail, lines: &mut Vec<String>, pressed: &mut usize, commands: Sender<Command>) {
    let mut seen = 0;
    while tail.changed().await {
        read(tail, lines);
        for line in &lines[seen..] {
            if matches!(Record::parse(line).unwrap().event, Event::Error { fatal: true, .. }) {
                *pressed += 1;
                commands.send(Command::Reconnect).await.unwrap();
            }
        }
        seen = lines.len();
    }
    std::future::pending::<()>().await;
}

fn read(tail: &mut Tail, lines: &mut Vec<String>) {
    tail.read(|_, line| lines.push(line.to_owned())).unwrap();
}
