//! The workspace held against its laws, with time as a number and no socket.
#![allow(clippy::unwrap_used)]

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

use super::ConnId;
use super::connection::{How, Stage, Whom};
use super::delivery::Sending;
use super::door::{Opened, Token};
use super::ledger::{Delivery, Fault, Outcome, Then};
use super::timing::Timing;
use super::workspace::{Act, MAX_CONNECTIONS, Settings, Workspace};
use crate::slack::sample::{self, Overrides};

const TOKEN: Token<'_> = Token::Bearer("xapp-1-EXAMPLE");

/// A workspace, its clock, and a client that notes what reaches it.
struct World {
    workspace: Workspace,
    now: Duration,
    acts: Vec<(ConnId, Act)>,
    /// Envelopes received and where, oldest first.
    received: Vec<(ConnId, String)>,
}

impl World {
    fn new() -> Self {
        let epoch: Timestamp = "2026-11-22T07:01:46.5Z".parse().unwrap();
        let settings = Settings { timing: Timing::default(), seed: 9, epoch, app_id: "A1234".into() };
        Self {
            workspace: Workspace::new(settings),
            now: Duration::ZERO,
            acts: Vec::new(),
            received: Vec::new(),
        }
    }

    fn do_at_once<R>(&mut self, change: impl FnOnce(&mut Workspace, Duration) -> R) -> R {
        let result = change(&mut self.workspace, self.now);
        self.workspace.tick(self.now);
        for effect in self.workspace.take_effects() {
            if let Act::Text(text) = &effect.act {
                let frame: Value = serde_json::from_str(text).unwrap();
                if let Some(id) = frame["envelope_id"].as_str() {
                    self.received.push((effect.conn, id.to_owned()));
                }
            }
            self.acts.push((effect.conn, effect.act));
        }
        result
    }

    /// Lets time pass, stopping wherever the workspace wants to be called.
    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(due) = self.workspace.due().filter(|due| *due <= until) {
            assert!(due >= self.now, "time runs forwards");
            self.now = due;
            self.do_at_once(|_, _| ());
            assert!(self.workspace.due().is_none_or(|due| due > self.now), "what was due is done");
        }
        self.now = until;
    }

    fn dial(&mut self, debug: bool) -> ConnId {
        self.do_at_once(|workspace, now| {
            let Opened::Ticket(ticket) = workspace.open(now, TOKEN) else { panic!("refused") };
            let conn = workspace.dial(now, "", &ticket, debug).unwrap();
            workspace.upgraded(now, conn);
            conn
        })
    }

    fn live(&mut self) -> ConnId {
        let conn = self.dial(false);
        self.pass(Duration::from_millis(100));
        assert_eq!(self.workspace.connection(conn).unwrap().stage, Stage::Live);
        conn
    }

    fn send(&mut self, name: &str) -> String {
        self.do_at_once(|workspace, now| {
            let at = workspace.wall(now);
            let sample = sample::by_name(name).unwrap();
            let unsent = sample.unsent(workspace.minter(), at, &Overrides::new()).unwrap();
            workspace.send(now, unsent, Sending::default())
        })
    }

    fn ack(&mut self, conn: ConnId, envelope_id: &str) {
        let frame = format!(r#"{{"envelope_id":"{envelope_id}"}}"#);
        self.do_at_once(|workspace, now| workspace.heard(now, conn, &frame));
    }

    fn texts(&self, conn: ConnId) -> Vec<&str> {
        let said = self.acts.iter().filter(|(to, _)| *to == conn);
        said.filter_map(|(_, act)| if let Act::Text(text) = act { Some(text.as_str()) } else { None })
            .collect()
    }

    fn delivery(&self, id: &str) -> &Delivery {
        self.workspace.ledger().find(id).unwrap()
    }
}

#[test]
fn a_life_from_hello_to_close_is_told_in_slacks_words() {
    let mut world = World::new();
    let conn = world.dial(false);
    world.pass(Duration::from_secs(3602));
    let host = world.workspace.connection(conn).unwrap().host.clone();
    let hello = format!(
        r#"{{"type":"hello","num_connections":1,"connection_info":{{"app_id":"A1234"}},"debug_info":{{"host":"{host}","started":"2026-11-22 07:01:46.530","build_number":118,"approximate_connection_time":3600}}}}"#
    );
    let bye = |reason: &str| {
        format!(r#"{{"type":"disconnect","reason":"{reason}","debug_info":{{"host":"{host}"}}}}"#)
    };
    assert_eq!(world.texts(conn), [hello, bye("warning"), bye("refresh_requested")]);
    let pings =
        world.acts.iter().filter(|(_, act)| *act == Act::Ping(format!("Ping from {host}").into_bytes()));
    assert_eq!(pings.count(), 360);
    assert_eq!(world.acts.last().unwrap().1, Act::Close { code: 1000, reason: String::new() });
    let stage = &world.workspace.connection(conn).unwrap().stage;
    assert_eq!(*stage, Stage::Closed { at: Duration::from_secs(3601), how: How::Server(1000) });
}

#[test]
fn an_ack_a_moment_too_late_is_late() {
    let mut world = World::new();
    let conn = world.live();
    let (early, late) = (world.send("slash_commands"), world.send("view_submission"));
    world.pass(Duration::from_millis(2_999));
    world.ack(conn, &early);
    world.pass(Duration::from_millis(1));
    world.ack(conn, &late);
    assert_eq!(world.delivery(&early).outcome, Outcome::Acked { took: Duration::from_millis(2_999) });
    assert_eq!(world.delivery(&late).outcome, Outcome::Missed { then: Then::UserSawError });
    assert!(world.delivery(&late).acks[0].late);
}

#[test]
fn retries_come_at_once_after_a_minute_and_after_five() {
    let mut world = World::new();
    world.live();
    let start = world.now;
    world.send("message");
    world.pass(Duration::from_secs(600));
    let sent: Vec<u64> =
        world.workspace.ledger().deliveries().map(|d| d.sent.saturating_sub(start).as_secs()).collect();
    assert_eq!(sent, [0, 3, 66, 369]);
}

#[test]
fn an_event_without_a_connection_waits_for_its_retry() {
    let mut world = World::new();
    let id = world.send("message");
    let click = world.send("shortcut");
    assert_eq!(world.delivery(&id).conn, None);
    assert_eq!(world.delivery(&click).outcome, Outcome::Missed { then: Then::UserSawError });
    let conn = world.live();
    world.pass(Duration::from_secs(70));
    assert_eq!(world.received[0].0, conn);
}

#[test]
fn a_lost_ack_brings_a_retry() {
    let mut world = World::new();
    let conn = world.live();
    world.workspace.lose_acks(1);
    let id = world.send("message");
    world.ack(conn, &id);
    assert_eq!(world.workspace.ledger().strays().next().unwrap().fault, Fault::Lost);
    world.pass(Duration::from_secs(4));
    assert_eq!(world.received.len(), 2);
}

#[test]
fn a_warned_connection_still_serves_and_a_leaving_one_does_not() {
    let mut world = World::new();
    let (old, new) = (world.live(), world.live());
    world.do_at_once(|workspace, now| workspace.disconnect(now, "warning", Whom::One(old)));
    world.send("message");
    world.send("message");
    assert_eq!(world.received.iter().map(|(conn, _)| *conn).collect::<Vec<_>>(), [old, new]);
    world.do_at_once(|workspace, now| workspace.disconnect(now, "refresh_requested", Whom::One(old)));
    world.send("message");
    world.send("message");
    assert_eq!(world.received[2..].iter().map(|(conn, _)| *conn).collect::<Vec<_>>(), [new, new]);
}

#[test]
fn a_ghost_is_buried_in_the_end() {
    let mut world = World::new();
    let conn = world.live();
    world.do_at_once(|workspace, now| workspace.silence(now, Whom::All));
    world.pass(Duration::from_secs(59));
    assert_eq!(world.workspace.num_connections(), 1);
    world.pass(Duration::from_secs(2));
    assert_eq!(world.workspace.num_connections(), 0);
    assert_eq!(world.acts.last().unwrap(), &(conn, Act::Reset));
}

/// One thing that a day may bring. Numbers pick among what there is.
#[derive(Debug, Clone)]
enum Happening {
    Dial(bool),
    Event,
    Click,
    Ack { which: usize, on: usize },
    Nonsense(String),
    Warning(usize),
    Leave(usize),
    Off,
    Cut(usize),
    Silence(usize),
    ClientCloses(usize),
    Ghosts(usize),
    LoseAcks(u32),
    Pass(u64),
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening as H;
    prop_oneof![
        4 => any::<bool>().prop_map(H::Dial),
        6 => Just(H::Event),
        3 => Just(H::Click),
        8 => (any::<usize>(), any::<usize>()).prop_map(|(which, on)| H::Ack { which, on }),
        1 => ".{0,40}".prop_map(H::Nonsense),
        1 => (1..20_usize).prop_map(H::Warning),
        1 => (1..20_usize).prop_map(H::Leave),
        1 => Just(H::Off),
        1 => (1..20_usize).prop_map(H::Cut),
        1 => (1..20_usize).prop_map(H::Silence),
        1 => (1..20_usize).prop_map(H::ClientCloses),
        1 => (0..12_usize).prop_map(H::Ghosts),
        1 => (0..3_u32).prop_map(H::LoseAcks),
        6 => (0..400_000_u64).prop_map(H::Pass),
        6 => (0..4_000_u64).prop_map(H::Pass),
    ]
}

fn happen(world: &mut World, what: Happening) {
    let one = |n: usize| Whom::One(ConnId::try_from(n).unwrap());
    match what {
        Happening::Dial(debug) => drop(world.dial(debug)),
        Happening::Event => drop(world.send("message")),
        Happening::Click => drop(world.send("block_actions")),
        Happening::Ack { which, on } => {
            if let Some((_, id)) = world.received.get(which % world.received.len().max(1)).cloned() {
                let conns = world.workspace.connections().count();
                world.ack(ConnId::try_from(on % conns + 1).unwrap(), &id);
            }
        }
        Happening::Nonsense(text) => world.do_at_once(|workspace, now| workspace.heard(now, 1, &text)),
        Happening::Warning(n) => {
            world.do_at_once(|workspace, now| workspace.disconnect(now, "warning", one(n)));
        }
        Happening::Leave(n) => {
            world.do_at_once(|workspace, now| workspace.disconnect(now, "refresh_requested", one(n)));
        }
        Happening::Off => world.do_at_once(|workspace, now| {
            workspace.disconnect(now, "link_disabled", Whom::Oldest);
            assert_eq!(workspace.serving(), 0);
            workspace.set_socket_mode(true);
        }),
        Happening::Cut(n) => world.do_at_once(|workspace, now| workspace.cut(now, one(n))),
        Happening::Silence(n) => world.do_at_once(|workspace, now| workspace.silence(now, one(n))),
        Happening::ClientCloses(n) => world.do_at_once(|workspace, now| {
            workspace.closed(now, ConnId::try_from(n).unwrap(), How::Client(Some(1000)));
        }),
        Happening::Ghosts(n) => world.workspace.set_ghosts(n),
        Happening::LoseAcks(n) => world.workspace.lose_acks(n),
        Happening::Pass(ms) => world.pass(Duration::from_millis(ms)),
    }
}

/// Every delivery of one event, in order.
fn chains(world: &World) -> Vec<Vec<&Delivery>> {
    let mut by_event: HashMap<&str, Vec<&Delivery>> = HashMap::new();
    for delivery in world.workspace.ledger().deliveries() {
        if let Some(event_id) = &delivery.event_id {
            by_event.entry(event_id).or_default().push(delivery);
        }
    }
    by_event.into_values().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_event_is_acked_once_or_given_up(day in prop::collection::vec(happening(), 0..120)) {
        let mut world = World::new();
        for what in day {
            happen(&mut world, what);
            prop_assert!(world.workspace.serving() <= MAX_CONNECTIONS);
        }
        world.pass(Duration::from_secs(600));
        prop_assert!(world.workspace.is_settled() && world.workspace.ledger().is_settled());
        for chain in chains(&world) {
            let last = chain.last().unwrap();
            let ended = matches!(last.outcome, Outcome::Acked { .. } | Outcome::Missed { then: Then::GaveUp });
            prop_assert!(ended && chain.len() <= 4, "{chain:?}");
            for (n, pair) in chain.windows(2).enumerate() {
                prop_assert_eq!(pair[1].attempt as usize, n + 1);
                prop_assert_eq!(pair[1].retry_of.as_ref(), Some(&pair[0].envelope_id));
                let then = Then::RetriedAs(pair[1].envelope_id.clone());
                prop_assert_eq!(&pair[0].outcome, &Outcome::Missed { then });
            }
        }
    }

    #[test]
    fn the_books_agree_with_the_wire(day in prop::collection::vec(happening(), 0..120)) {
        let mut world = World::new();
        for what in day {
            happen(&mut world, what);
        }
        let mut seen = HashSet::new();
        for (conn, id) in &world.received {
            prop_assert!(seen.insert(id), "an envelope_id twice");
            prop_assert_eq!(world.delivery(id).conn, Some(*conn));
        }
        let ledger = world.workspace.ledger();
        prop_assert_eq!(ledger.deliveries().filter(|d| d.conn.is_some()).count(), seen.len());
        prop_assert!(ledger.deliveries().filter(|d| !d.accepts_response_payload && d.event_id.is_none())
            .all(|click| click.attempt == 0 && click.retry_of.is_none()));
        for delivery in ledger.deliveries() {
            let in_time = delivery.acks.iter().any(|ack| !ack.late);
            prop_assert_eq!(in_time, matches!(delivery.outcome, Outcome::Acked { .. }), "{:?}", delivery);
        }
        let acked: usize = ledger.deliveries().map(|d| d.acks.len()).sum();
        prop_assert_eq!(world.workspace.counts().acks, acked as u64);
    }

    #[test]
    fn ten_places_and_no_more(dials in 0..30_usize, ghosts in 0..13_usize) {
        let mut world = World::new();
        world.workspace.set_ghosts(ghosts);
        for _ in 0..dials {
            world.dial(false);
            world.pass(Duration::from_millis(100));
        }
        let places = MAX_CONNECTIONS.saturating_sub(ghosts).min(dials);
        prop_assert_eq!(world.workspace.serving(), places);
        for conn in world.workspace.connections().filter(|connection| !connection.is_serving()) {
            let told = world.texts(conn.id);
            prop_assert!(told.len() == 1 && told[0].contains("too_many_websockets"), "{told:?}");
        }
    }

    #[test]
    fn the_same_day_twice_is_the_same(day in prop::collection::vec(happening(), 0..60)) {
        let (mut one, mut two) = (World::new(), World::new());
        for what in day {
            happen(&mut one, what.clone());
            happen(&mut two, what);
        }
        prop_assert_eq!(one.acts, two.acts);
    }
}
