//! Rules against the local Slack: what its ledger says of what they send.
#![allow(clippy::unwrap_used)]

use std::process::Command as Process;
use std::time::Duration;

use serde_json::{Value, json};
use sockscope::journal::{By, Journal, Secrets, Tail};
use sockscope::link::{Answer, Command, Hold, Link, Options, Rules, Timing};
use sockscope::simulator::connection::Whom;
use sockscope::simulator::ledger::{Delivery, Fault, Outcome, Then};
use sockscope::simulator::{Handle, Options as Slack, Sending, Simulator, timing};
use sockscope::slack::sample::Overrides;

const LONG: Duration = Duration::from_secs(20);

struct Session {
    simulator: Simulator,
    link: Link,
    journal: Journal,
    tail: Tail,
    seen: Vec<Value>,
}

/// Slack's 3 seconds in a tenth of the time; events come again at once.
fn hasty() -> timing::Timing {
    timing::Timing {
        ack_within: Duration::from_millis(300),
        retry_after: vec![Duration::ZERO],
        ..timing::Timing::default()
    }
}

async fn start(rules: &str, slack: timing::Timing, change: impl FnOnce(&mut Options)) -> Session {
    let simulator = Simulator::start(Slack { timing: slack.clone(), ..Slack::default() }).await.unwrap();
    let journal = Journal::temporary(Secrets::Masked).unwrap();
    let tail = journal.tail();
    let mut options = Options {
        api_url: simulator.api_url().parse().unwrap(),
        token: simulator.app_token().into(),
        debug_reconnects: false,
        connections: 1,
        hold: Hold::Nothing,
        rules: Rules::parse(rules).unwrap(),
        timing: Timing { ack: slack.ack_within, ..Timing::default() },
    };
    change(&mut options);
    let connections = usize::from(options.connections);
    let link = Link::start(options, journal.clone());
    simulator.handle().wait_until(|slack| slack.serving() == connections).await;
    Session { simulator, link, journal, tail, seen: Vec::new() }
}

async fn usual(rules: &str) -> Session {
    start(rules, timing::Timing::default(), |_| {}).await
}

impl Session {
    fn slack(&self) -> Handle {
        self.simulator.handle()
    }

    fn send(&self, sample: &str) -> String {
        self.slack().send(sample, &Overrides::new(), Sending::default()).unwrap()
    }

    /// The books on one envelope, once `is` holds of them.
    async fn books(&self, id: &str, is: impl Fn(&Delivery) -> bool) -> Delivery {
        let slack = self.slack();
        let there = slack.wait_until(|slack| slack.ledger().find(id).is_some_and(&is));
        let in_time = tokio::time::timeout(LONG, there).await;
        assert!(in_time.is_ok(), "{:#?}", slack.ledger().find(id));
        slack.ledger().find(id).unwrap().clone()
    }

    async fn acked(&self, id: &str) -> Delivery {
        self.books(id, |delivery| !delivery.acks.is_empty()).await
    }

    fn read(&mut self) {
        let seen = &mut self.seen;
        while self.tail.read(|_, line| seen.push(serde_json::from_str(line).unwrap())).unwrap() {}
    }

    /// The first record, from the session's start, of which `is` holds.
    async fn record(&mut self, is: impl Fn(&Value) -> bool) -> Value {
        loop {
            self.read();
            if let Some(found) = self.seen.iter().find(|record| is(record)) {
                return found.clone();
            }
            let changed = tokio::time::timeout(LONG, self.tail.changed()).await;
            assert!(changed.is_ok(), "{:#?}", self.seen);
        }
    }

    async fn of(&mut self, kind: &str, id: &str) -> Value {
        self.record(|record| record["kind"] == kind && record["envelope_id"] == id).await
    }

    async fn finding(&mut self, code: &str, id: &str) -> String {
        let found = self.record(|record| record["code"] == code && record["envelope_id"] == id).await;
        found["message"].as_str().unwrap().to_owned()
    }

    /// Ends the session, and returns all that was ever recorded.
    async fn end(mut self) -> Vec<Value> {
        self.link.shutdown().await;
        let seen = &mut self.seen;
        while self.tail.read(|_, line| seen.push(serde_json::from_str(line).unwrap())).unwrap() {}
        drop(self.journal);
        self.seen
    }
}

fn codes(records: &[Value], id: &str) -> Vec<String> {
    let findings = records.iter().filter(|record| record["kind"] == "finding" && record["envelope_id"] == id);
    findings.map(|record| record["code"].as_str().unwrap().to_owned()).collect()
}

const MODAL: &str = r#"
[[rule]]
when = "type:interactive view_submission callback:modal-with-inputs"
payload = { response_action = "errors", errors = { "multi-line" = "Too short, {{/user/username}}" } }
"#;

#[tokio::test]
async fn a_modal_is_answered_at_once_and_taken() {
    let mut session =
        start(MODAL, timing::Timing::default(), |options| options.hold = Hold::Everything).await;
    let id = session.send("view_submission");
    let delivery = session.acked(&id).await;
    assert!(matches!(delivery.outcome, Outcome::Acked { .. }), "{delivery:?}");
    assert_eq!(delivery.acks[0].fault, None);
    let answer: Value = serde_json::from_str(&delivery.acks[0].text).unwrap();
    let errors = json!({ "response_action": "errors", "errors": { "multi-line": "Too short, rainer" } });
    assert_eq!(answer["payload"], errors);

    let ack = session.of("ack", &id).await;
    assert_eq!((&ack["by"], &ack["late"]), (&json!("rule"), &json!(false)));
    assert_eq!(ack["message"].to_string(), delivery.acks[0].text, "the record is what was sent");
    let records = session.end().await;
    assert_eq!(codes(&records, &id), [""; 0], "Slack would take it");
}

#[tokio::test]
async fn a_rule_is_spent_after_its_times_on_all_connections_together() {
    let rules = "[[rule]]\nwhen = 'type:slash_commands'\npayload = { text = 'hi' }\ntimes = 3";
    let session = start(rules, timing::Timing::default(), |options| options.connections = 2).await;
    let mut ids = Vec::new();
    for _ in 0..10 {
        ids.push(session.send("slash_commands"));
    }
    for id in &ids {
        session.acked(id).await;
    }
    let records = session.end().await;
    let by = |who: &str| records.iter().filter(|record| record["by"] == who).count();
    assert_eq!((by("rule"), by("auto")), (3, 7));
}

#[tokio::test]
async fn a_delay_rehearses_a_late_ack_and_delays_no_other() {
    let rules = "[[rule]]\nwhen = 'type:slash_commands'\npayload = { text = 'hi' }\ndelay = '350ms'";
    let mut session = start(rules, hasty(), |_| {}).await;
    let late = session.send("slash_commands");
    session.of("envelope", &late).await;
    let other = session.send("view_submission");
    session.acked(&other).await;
    assert!(session.slack().ledger().find(&late).unwrap().acks.is_empty(), "the other one did not wait");

    let delivery = session.acked(&late).await;
    assert!(delivery.acked_late() && delivery.acks[0].text.contains("hi"), "{delivery:?}");
    assert_eq!(delivery.outcome, Outcome::Missed { then: Then::UserSawError });
    let ack = session.of("ack", &late).await;
    assert_eq!((&ack["by"], &ack["late"]), (&json!("rule"), &json!(true)));
    assert!(ack["took_ms"].as_f64().unwrap() >= 350.0, "{ack}");
    session.finding("ack-late", &late).await;
}

#[tokio::test]
async fn a_delayed_ack_moves_to_the_next_connection_and_still_waits() {
    let rules = "[[rule]]\nwhen = 'type:slash_commands'\ndelay = '1200ms'";
    let mut session = usual(rules).await;
    let id = session.send("slash_commands");
    session.of("envelope", &id).await;
    session.slack().cut(Whom::All);
    let delivery = session.acked(&id).await;
    assert_eq!((delivery.conn, delivery.acks[0].conn), (Some(1), 2));
    assert!(delivery.acks[0].at >= delivery.sent + Duration::from_millis(1190), "{delivery:?}");
}

#[tokio::test]
async fn what_is_delayed_beyond_the_end_is_told() {
    let mut session = usual("[[rule]]\nwhen = 'type:slash_commands'\ndelay = '1h'").await;
    let id = session.send("slash_commands");
    session.of("envelope", &id).await;
    let records = session.end().await;
    let told = records.iter().find(|record| record["code"] == "ack_not_sent").unwrap();
    assert!(told["message"].as_str().unwrap().contains(&id), "{told}");
}

#[tokio::test]
async fn a_dropped_event_comes_again() {
    let rules = "[[rule]]\nname = 'deaf'\nwhen = 'event:app_mention'\nthen = 'drop'\ntimes = 1";
    let mut session = start(rules, hasty(), |_| {}).await;
    let id = session.send("app_mention");
    assert!(session.finding("rule-dropped", &id).await.contains("`deaf`"));
    let missed =
        |delivery: &Delivery| matches!(delivery.outcome, Outcome::Missed { then: Then::RetriedAs(_) });
    let delivery = session.books(&id, missed).await;
    assert_eq!(delivery.acks, []);
    let Outcome::Missed { then: Then::RetriedAs(again) } = delivery.outcome else { unreachable!() };
    assert_eq!(session.acked(&again).await.attempt, 1, "the rule is spent");
}

#[tokio::test]
async fn twice_is_one_ack_too_many() {
    let mut session = usual("[[rule]]\nwhen = 'type:slash_commands'\nthen = 'twice'").await;
    let id = session.send("slash_commands");
    let delivery = session.books(&id, |delivery| delivery.acks.len() == 2).await;
    assert_eq!(delivery.acks[1].fault, Some(Fault::SecondAck));
    assert_eq!(delivery.acks[0].text, delivery.acks[1].text);
    session.finding("ack-twice", &id).await;
}

#[tokio::test]
async fn a_malformed_ack_acknowledges_nothing() {
    let rules = "[[rule]]\nwhen = 'type:slash_commands'\npayload = { text = 'hi' }\nthen = 'malformed'";
    let mut session = start(rules, hasty(), |_| {}).await;
    let id = session.send("slash_commands");
    let frame = format!(r#"{{"envelope_id":"{id}","payload":{{"text":"hi"}}"#);
    assert!(session.finding("rule-malformed", &id).await.contains(&frame));
    let delivery = session.books(&id, |delivery| matches!(delivery.outcome, Outcome::Missed { .. })).await;
    assert_eq!(delivery.acks, []);
    let ledger = session.slack().ledger();
    let stray = ledger.strays().next().unwrap();
    assert_eq!((stray.text.as_str(), stray.fault), (frame.as_str(), Fault::NotJson));
    let records = session.end().await;
    assert!(records.iter().all(|record| record["kind"] != "ack"), "it was no ack");
}

#[tokio::test]
async fn nothing_half_filled_is_sent() {
    let rules = "[[rule]]\nname = 'greet'\nwhen = 'type:slash_commands'\npayload = { text = '{{/user_name}} {{/nick}}' }";
    let mut session = usual(rules).await;
    let id = session.send("slash_commands");
    assert_eq!(session.acked(&id).await.acks[0].text, format!(r#"{{"envelope_id":"{id}"}}"#));
    let said = session.finding("rule-unfilled", &id).await;
    assert!(said.contains("{{/nick}}") && said.contains("`greet`"), "{said}");
    assert_eq!(session.of("ack", &id).await["by"], "rule");
}

#[tokio::test]
async fn what_slack_would_refuse_is_sent_and_found() {
    let rules = "[[rule]]\nwhen = 'view_submission'\npayload = { response_action = 'errors', errors = { nowhere = 'x' } }";
    let session = usual(rules).await;
    let id = session.send("view_submission");
    let delivery = session.acked(&id).await;
    assert!(delivery.acks[0].text.contains("nowhere"));
    // What is under way is waited for at the end.
    let records = session.end().await;
    let found = records.iter().find(|record| record["code"] == "payload-refused").unwrap();
    let said = found["message"].as_str().unwrap();
    assert!(said.contains("/errors/nowhere") && said.contains("multi-line"), "{said}");
    assert_eq!(codes(&records, &id), ["payload-refused"]);
}

#[tokio::test]
async fn rules_change_while_it_runs() {
    let session = usual("").await;
    let rules = Rules::parse("[[rule]]\nwhen = 'type:slash_commands'\npayload = { text = 'armed' }").unwrap();
    let order = |rules: &Rules| session.link.commands().try_send(Command::Rules(rules.clone())).unwrap();
    let answer = async |expected: bool| {
        // A change is at a socket within microseconds, but not before the command was taken.
        let armed = async {
            loop {
                let id = session.send("slash_commands");
                if session.acked(&id).await.acks[0].text.contains("armed") == expected {
                    break;
                }
            }
        };
        tokio::time::timeout(LONG, armed).await.unwrap();
    };
    answer(false).await;
    order(&rules);
    answer(true).await;
    assert_eq!(rules.get(0).unwrap().fired(), 1, "all copies count together");
    let mut off = rules.clone();
    off.switch(0, false);
    order(&off);
    answer(false).await;
    assert!(off.get(0).unwrap().fired() >= 1);
}

#[test]
fn the_program_takes_a_file_of_rules_or_says_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.toml");
    let run = |rules: &str| {
        std::fs::write(&path, rules).unwrap();
        let mut demo = Process::new(env!("CARGO_BIN_EXE_sockscope"));
        demo.args(["demo", "--headless", "--for", "30s", "--until", "by:rule", "--rules"]).arg(&path);
        demo.env("XDG_CONFIG_HOME", folder.path()).output().unwrap()
    };
    let output = run("[[rule]]\nwhen = 'kind:envelope'\n");
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains(r#""by":"rule""#));
    let output = run("[[rule]]\nwhen = 'kind:envelope'\nwehn = 'x'\n");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    for part in ["rules.toml", "line 3, column 1", "`wehn`", "the keys are"] {
        assert!(said.contains(part), "{said}");
    }
}

#[tokio::test]
async fn what_a_hand_knows_to_be_refused_is_found_once_it_has_left() {
    let mut session = start("", timing::Timing::default(), |options| options.hold = Hold::Everything).await;
    let id = session.send("view_submission");
    let envelope = session.of("envelope", &id).await;
    let answer = Answer {
        conn: 1,
        envelope_id: id.clone(),
        received: envelope["at"].as_str().unwrap().parse().unwrap(),
        payload: Some(r#"{"response_action":"errors","errors":{"nowhere":"x"}}"#.into()),
        by: By::Hand,
        doubt: Some("Slack will refuse what you sent at /errors/nowhere".into()),
    };
    session.link.commands().send(Command::Acks(vec![answer])).await.unwrap();
    session.acked(&id).await;
    assert!(session.finding("payload-refused", &id).await.contains("/errors/nowhere"));
    let records = session.end().await;
    let place = |kind: &str| records.iter().position(|record| record["kind"] == kind).unwrap();
    assert!(place("ack") < place("finding"), "it is told of what has left");
}

#[tokio::test]
async fn a_rule_whose_jq_is_given_up_is_told_and_passed_over() {
    let rules = "[[rule]]\nname = 'slow'\nwhen = 'jq:([range(1e9)] | length > 0)'\npayload = { text = 'no' }\n[[rule]]\nwhen = 'type:slash_commands'\npayload = { text = 'hi' }";
    let mut session = usual(rules).await;
    let id = session.send("slash_commands");
    assert!(session.acked(&id).await.acks[0].text.contains("hi"), "the next rule answers");
    assert!(session.finding("rule-gave-up", &id).await.contains("`slow`"));
}
