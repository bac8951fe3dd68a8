//! Law 1: nothing that was acknowledged is lost, whenever the process dies.

use std::collections::HashSet;
use std::process::Stdio;
use std::time::Duration;

use sockscope::journal::{Event, Record};

use super::process::{folder, live, read, run};
use super::slack::Slack;

/// The process is killed once this many acks have arrived.
fn killed_after(acks: u64) {
    let (folder, slack) = (folder(), Slack::start());
    let mut command = live(&folder, &slack);
    command.args(["--headless", "--record", "rec.jsonl", "--connections", "3"]);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    slack.wait_until("three connections", |workspace| workspace.counts().hellos == 3);
    slack.flood("message", 20_000, Duration::ZERO);
    slack.wait_until("some acks", |workspace| workspace.counts().acks >= acks);
    child.kill().unwrap();
    child.wait().unwrap();
    slack.wait_until("what was on its way", |workspace| workspace.num_connections() == 0);

    let text = read(&folder, "rec.jsonl");
    let whole = &text[..=text.rfind('\n').unwrap()];
    let mut kept = HashSet::new();
    for (seq, line) in whole.lines().enumerate() {
        let record = Record::parse(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(record.seq, seq as u64);
        if let Event::Envelope { envelope_id, .. } = &record.event {
            kept.insert(envelope_id.to_string());
        }
    }
    let ledger = slack.handle.ledger();
    let acked = ledger.deliveries().filter(|delivery| !delivery.acks.is_empty());
    let acked: Vec<_> = acked.map(|delivery| &delivery.envelope_id).collect();
    assert!(acked.len() as u64 >= acks && acked.len() < 20_000, "{} acks came", acked.len());
    let lost: Vec<_> = acked.iter().filter(|id| !kept.contains(**id)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");

    // What is left can be continued.
    let mut again = live(&folder, &slack);
    let ended = run(again.args(["--headless", "--record", "rec.jsonl", "--until", "num_connections"]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(read(&folder, "rec.jsonl").starts_with(whole));
}

#[test]
fn what_was_acknowledged_outlives_a_kill() {
    for acks in [1, 37, 211, 1009, 3001] {
        killed_after(acks);
    }
}
