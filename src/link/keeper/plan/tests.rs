#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::super::super::fault::Asks;
use super::*;

const S: Duration = Duration::from_secs(1);

/// A plan and its clock; every step says what the plan wants done.
struct Play {
    plan: Plan,
    now: Instant,
}

fn play(connections: u8) -> Play {
    let plan = Plan::new(Timing::default(), connections, fastrand::Rng::with_seed(7));
    Play { plan, now: Instant::now() }
}

/// What was done, without the words.
fn brief(action: &Action) -> String {
    match action {
        Action::Open { conn } => format!("open {conn}"),
        Action::LetGo { conn, patience } => format!("let {conn} go {patience:?}"),
        Action::Gap(gap) => format!("gap {}", gap.as_secs()),
        Action::Report { conn, code, fatal, retry_in, .. } => {
            let retry = retry_in.map(|wait| wait.as_secs());
            format!("{code} {conn:?} fatal {fatal} retry {retry:?}")
        }
        Action::Find { conn, code, .. } => format!("find {code} {conn}"),
    }
}

impl Play {
    fn on(&mut self, event: Event) -> Vec<String> {
        self.plan.on(event, self.now).iter().map(brief).collect()
    }

    fn wait(&mut self, duration: Duration) -> Vec<String> {
        self.now += duration;
        self.on(Event::Tick)
    }

    fn hello(&mut self, conn: u32) -> Vec<String> {
        let said = self.on(Event::Connected(conn));
        assert!(said.is_empty(), "{said:?}");
        self.on(Event::Hello { conn, life: None, total: None })
    }

    fn disconnect(&mut self, conn: u32, reason: &str) -> Vec<String> {
        self.on(Event::Disconnect { conn, reason: Reason::of(reason) })
    }

    fn ended(&mut self, conn: u32) -> Vec<String> {
        self.on(Event::Ended { conn, fault: None })
    }

    fn failed(&mut self, conn: u32, asks: Asks) -> Vec<String> {
        self.on(Event::Ended { conn, fault: Some(Fault::new("x", "", asks)) })
    }

    /// Waits until the plan opens a connection; how long that took.
    fn until_open(&mut self, conn: u32) -> Duration {
        let at = self.plan.wake_at().expect("nothing will ever happen");
        let wait = at.saturating_duration_since(self.now);
        assert_eq!(self.wait(wait), [format!("open {conn}")]);
        wait
    }
}

/// One live connection that has lived for a while.
fn settled() -> Play {
    let mut play = play(1);
    assert_eq!(play.on(Event::Tick), ["open 1"]);
    assert!(play.hello(1).is_empty());
    play.now += 60 * S;
    play
}

#[test]
fn connections_are_opened_one_after_the_other() {
    let mut play = play(3);
    assert_eq!(play.on(Event::Tick), ["open 1"]);
    assert!(play.on(Event::Tick).is_empty());
    assert_eq!(play.hello(1), ["open 2"]);
    assert_eq!(play.hello(2), ["open 3"]);
    assert!(play.hello(3).is_empty());
    assert_eq!(play.plan.wake_at(), None);
}

#[test]
fn a_warned_connection_is_let_go_when_the_next_is_live() {
    let mut play = settled();
    assert_eq!(play.disconnect(1, "warning"), ["open 2"]);
    assert_eq!(play.plan.live().collect::<Vec<_>>(), [1]);
    assert_eq!(play.hello(2), ["let 1 go UntilEnded"]);
    assert_eq!(play.plan.live().collect::<Vec<_>>(), [2, 1]);
    assert_eq!(play.ended(1), ["gap 0"]);
}

#[test]
fn one_that_ends_too_early_leaves_a_gap() {
    let mut play = settled();
    assert_eq!(play.disconnect(1, "refresh_requested"), ["open 2"]);
    assert_eq!(play.ended(1), ["find no-overlap 1"]);
    play.now += 2 * S;
    assert_eq!(play.hello(2), ["gap 2"]);
}

#[test]
fn a_cut_is_answered_at_once_then_ever_slower_and_never_slower_than_the_cap() {
    let mut play = settled();
    assert_eq!(play.ended(1), ["find no-overlap 1", "open 2"]);
    for conn in 2..40 {
        let said = play.failed(conn, Asks::Retry);
        assert!(said[0].starts_with(&format!("x Some({conn}) fatal false retry Some(")), "{said:?}");
        if said.len() == 1 {
            assert!(play.until_open(conn + 1) <= 30 * S);
        }
    }
}

#[test]
fn an_announced_end_is_not_waited_for_and_refreshes_keep_their_distance() {
    let mut play = play(3);
    play.on(Event::Tick);
    for conn in 1..=3 {
        play.on(Event::Hello { conn, life: Some(360 * S), total: None });
    }
    let start = play.now;
    let mut refreshed = Vec::new();
    for next in 4..=6 {
        play.until_open(next);
        refreshed.push(play.now.duration_since(start));
        let life = Some(36_000 * S);
        let said = play.on(Event::Hello { conn: next, life, total: None });
        assert_eq!(said.len(), 1, "{said:?}");
        play.ended(said[0].split(' ').nth(1).unwrap().parse().unwrap());
    }
    assert_eq!(refreshed.last(), Some(&(355 * S)));
    assert!(refreshed.windows(2).all(|pair| pair[1] >= pair[0] + 15 * S), "{refreshed:?}");
}

#[test]
fn an_absurdly_short_life_is_not_believed() {
    let mut play = play(1);
    play.on(Event::Tick);
    play.on(Event::Hello { conn: 1, life: Some(Duration::from_nanos(1)), total: None });
    assert_eq!(play.plan.wake_at(), None);
}

#[test]
fn a_server_that_ends_every_connection_after_its_hello_is_not_hammered() {
    let mut play = play(1);
    play.on(Event::Tick);
    let start = play.now;
    let mut conn = 1;
    while play.now < start + 600 * S {
        play.hello(conn);
        play.ended(conn);
        conn += 1;
        if play.plan.live().next().is_none() && play.plan.wants_another() {
            play.until_open(conn);
        }
    }
    assert!(conn < 100, "{conn} connections in ten minutes");
}

#[test]
fn a_switched_off_app_is_asked_once_a_minute_or_when_the_user_says_so() {
    let mut play = settled();
    assert_eq!(play.disconnect(1, "link_disabled"), ["link_disabled Some(1) fatal false retry Some(60)"]);
    assert!(play.ended(1).is_empty(), "no finding: nothing could be live");
    assert!(play.wait(59 * S).is_empty());
    assert_eq!(play.wait(S), ["open 2"]);
    assert_eq!(play.failed(2, Asks::Probe), ["x Some(2) fatal false retry Some(60)"]);
    assert_eq!(play.on(Event::Reconnect), ["open 3"]);
    assert_eq!(play.hello(3), ["gap 60"]);
}

#[test]
fn a_full_app_is_never_asked_faster_than_every_five_seconds() {
    let mut play = play(1);
    play.on(Event::Tick);
    let mut longest = Duration::ZERO;
    for conn in 1..20 {
        let said = play.disconnect(conn, "too_many_websockets");
        assert_eq!(said[0], format!("let {conn} go None"));
        assert!(play.ended(conn).is_empty());
        let wait = play.until_open(conn + 1);
        assert!((5 * S..=60 * S).contains(&wait), "{wait:?}");
        longest = longest.max(wait);
    }
    assert!(longest > 20 * S);
}

#[test]
fn at_the_limit_a_leaving_connection_makes_room_for_its_own_replacement() {
    let mut play = settled();
    assert_eq!(play.on(Event::Reconnect), ["open 2"]);
    let said = play.disconnect(2, "too_many_websockets");
    assert!(said.contains(&"let 1 go UntilQuiet".to_owned()), "{said:?}");
}

#[test]
fn what_only_the_user_can_mend_waits_for_the_user() {
    let mut play = play(1);
    play.on(Event::Tick);
    assert_eq!(play.failed(1, Asks::Stop), ["x Some(1) fatal true retry None"]);
    assert_eq!(play.plan.wake_at(), None);
    assert!(play.wait(3600 * S).is_empty());
    assert_eq!(play.on(Event::Reconnect), ["open 2"]);
    for conn in 2..4 {
        play.failed(conn, Asks::RetryFew);
        if play.plan.wants_another() {
            play.until_open(conn + 1);
        }
    }
    assert_eq!(play.failed(4, Asks::RetryFew), ["x Some(4) fatal true retry None"]);
}

#[test]
fn a_rate_limit_is_waited_for_exactly() {
    let mut play = play(1);
    play.on(Event::Tick);
    assert_eq!(play.failed(1, Asks::Wait(30 * S)), ["x Some(1) fatal false retry Some(30)"]);
    assert_eq!(play.until_open(2), 30 * S);
    let said = play.failed(2, Asks::Wait(Duration::ZERO));
    assert!(said[0].contains("retry Some("), "{said:?}");
}

#[test]
fn a_try_under_way_is_given_up_for_a_new_one() {
    let mut play = play(1);
    play.on(Event::Tick);
    assert_eq!(play.on(Event::Reconnect), ["let 1 go None", "open 2"]);
    assert!(play.ended(1).is_empty());
}

#[test]
fn fewer_and_more_connections() {
    let mut play = settled();
    assert_eq!(play.on(Event::Connections(3)), ["open 2"]);
    assert_eq!(play.hello(2), ["open 3"]);
    assert_eq!(play.on(Event::Connections(1)), ["let 3 go None", "let 1 go UntilQuiet"]);
    assert_eq!(play.ended(1), ["gap 0"]);
    assert!(play.ended(3).is_empty());
    assert_eq!(play.plan.live().collect::<Vec<_>>(), [2]);
    play.on(Event::Connections(200));
    assert_eq!(play.plan.target, 10);
}

#[test]
fn a_doubted_connection_is_replaced_before_it_is_dead() {
    let mut play = settled();
    assert_eq!(play.on(Event::Doubt(1)), ["silent Some(1) fatal false retry None", "open 2"]);
    assert_eq!(play.hello(2), ["let 1 go UntilQuiet"]);
}

#[test]
fn others_on_the_same_app_are_told_once() {
    let mut play = settled();
    play.on(Event::Reconnect);
    play.on(Event::Connected(2));
    let said = play.on(Event::Hello { conn: 2, life: None, total: Some(3) });
    assert_eq!(said[0], "find more-connections 2");
    play.on(Event::Connections(2));
    play.ended(1);
    play.on(Event::Connected(3));
    assert!(play.on(Event::Hello { conn: 3, life: None, total: Some(2) }).is_empty());
}

/// A random event, some of it about connections that there may be.
fn any_event() -> impl Strategy<Value = (u64, u8, u8)> {
    (0..20_000_u64, 0..12_u8, 0..4_u8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever happens: one opening at a time, never more staying than wanted, no connection let go that
    /// nobody replaced, one gap for every dark time, and no more opens than the pauses allow.
    #[test]
    fn the_laws_hold(connections in 1..=10_u8, events in prop::collection::vec(any_event(), 1..120)) {
        let mut play = play(connections);
        let mut opened = 0_u32;
        let mut free = 0_u32;
        let mut actions = play.plan.on(Event::Tick, play.now);
        let start = play.now;
        for (millis, what, which) in events {
            for action in &actions {
                match action {
                    Action::Open { conn } => {
                        prop_assert_eq!(*conn, opened + 1);
                        opened += 1;
                    }
                    Action::LetGo { conn, patience: Patience::UntilEnded } => {
                        let after = play.plan.live().count();
                        prop_assert!(after > 1, "{conn} was let go with nothing in its place");
                    }
                    _ => {}
                }
            }
            let opening = play.plan.count(|stage| matches!(stage, Stage::Opening));
            prop_assert!(opening <= 1);
            prop_assert!(play.plan.staying() <= play.plan.target);
            play.now += Duration::from_millis(millis);
            let conns: Vec<u32> = play.plan.conns.keys().copied().collect();
            let conn = conns.get(usize::from(which)).copied().unwrap_or_default();
            let event = match what {
                0 => { free += 11; Event::Reconnect }
                1 => { free += 11; Event::Connections(which + 1) }
                2 => Event::Doubt(conn),
                3 => Event::Ended { conn, fault: None },
                4 => Event::Ended { conn, fault: Some(Fault::passing("x", "")) },
                5 => Event::Disconnect { conn, reason: Reason::Warning },
                6 => Event::Disconnect { conn, reason: Reason::TooMany },
                7 => Event::Disconnect { conn, reason: Reason::LinkDisabled },
                8 => Event::Tick,
                _ => Event::Hello { conn, life: Some(Duration::from_secs(360)), total: Some(1) },
            };
            actions = play.plan.on(event, play.now);
        }
        // Every open needs a reason: the start, a command, or a connection that lived for `settle`; the rest
        // are paced by pauses whose bound doubles.
        let seconds = u32::try_from(play.now.duration_since(start).as_secs()).unwrap();
        prop_assert!(opened <= 20 + free + 3 * seconds, "{opened} opens in {seconds} s");
    }
}

#[test]
fn with_all_ten_in_use_one_ends_before_the_next_is_opened() {
    let mut play = play(10);
    assert_eq!(play.on(Event::Tick), ["open 1"]);
    for conn in 1..10 {
        assert_eq!(play.hello(conn), [format!("open {}", conn + 1)]);
    }
    assert!(play.hello(10).is_empty());
    play.now += 60 * S;
    assert_eq!(play.on(Event::Reconnect), ["let 1 go UntilQuiet"]);
    for old in 1..10 {
        assert_eq!(play.ended(old), ["gap 0".to_owned(), format!("open {}", old + 10)]);
        assert_eq!(play.hello(old + 10), [format!("let {} go UntilQuiet", old + 1)]);
    }
    assert_eq!(play.ended(10), ["gap 0", "open 20"]);
    assert!(play.hello(20).is_empty());
    assert_eq!(play.plan.live().count(), 10);
}
