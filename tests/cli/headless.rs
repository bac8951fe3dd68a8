//! Sessions without a screen: what they print, what they keep, how they end.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use sockscope::journal::{By, Event, Record};
use sockscope::simulator::Sending;
use sockscope::simulator::fault::RefuseOpen;
use sockscope::slack::sample::Overrides;

use super::process::{Running, folder, kinds, live, numbers, read, run, scenario, signal, sockscope, write};
use super::slack::{Slack, TOKEN};

#[test]
fn its_time_is_up_and_the_end_is_told() {
    let ended = run(sockscope(&folder()).args(["demo", "--for", "2s"]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let kinds = kinds(&ended.stdout);
    assert_eq!(kinds[..5], ["session", "opening", "opened", "connected", "hello"]);
    assert!(kinds.iter().any(|kind| kind == "envelope") && kinds.iter().any(|kind| kind == "ack"));
    assert_eq!(kinds.last().unwrap(), "closed", "{}", ended.stdout);
    assert_eq!(numbers(&ended.stdout), (0..kinds.len() as u64).collect::<Vec<_>>());
    assert_eq!(ended.stderr, "");
}

#[test]
fn until_ends_after_the_first_match() {
    let ended = run(sockscope(&folder()).args(["demo", "--until", "type:slash_commands"]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let last = ended.stdout.lines().last().unwrap();
    assert!(
        matches!(&Record::parse(last).unwrap().event, Event::Envelope { type_, .. } if type_ == "slash_commands")
    );
    assert_eq!(ended.stdout.matches("\"type\":\"slash_commands\",\"message\"").count(), 1);
}

#[test]
fn a_filter_prints_the_envelopes_that_match_and_tells_when_there_were_none() {
    let folder = folder();
    write(&folder, "some.toml", &scenario(&["message", "slash_commands", "shortcut", "slash_commands"]));
    let demo = ["demo", "--scenario", "some.toml", "--for", "2s", "--filter"];
    let ended = run(sockscope(&folder).args(demo).arg("type:slash_commands"));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(kinds(&ended.stdout), ["envelope", "envelope"]);
    assert!(ended.stdout.lines().all(|line| line.contains("/deploy")));
    let ended = run(sockscope(&folder).args(demo).arg("type:nonsense"));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
}

#[test]
fn the_recording_is_what_was_printed_and_can_be_continued() {
    let folder = folder();
    let demo = || {
        let mut command = sockscope(&folder);
        command.args(["demo", "--for", "1s", "--record", "rec.jsonl"]);
        run(&mut command)
    };
    let first = demo();
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert_eq!(read(&folder, "rec.jsonl"), first.stdout);
    let mode = std::fs::metadata(folder.path().join("rec.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let second = demo();
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    let both = read(&folder, "rec.jsonl");
    assert_eq!(both, format!("{}{}", first.stdout, second.stdout));
    assert_eq!(numbers(&both), (0..both.lines().count() as u64).collect::<Vec<_>>());
    // A crash tears the last line.
    let torn = &both[..both.len() - 7];
    write(&folder, "rec.jsonl", torn);
    let third = demo();
    assert_eq!(third.code, Some(0), "{}", third.stderr);
    assert!(third.stderr.contains("torn") && third.stderr.contains("rec.jsonl"), "{}", third.stderr);
    let whole = &torn[..=torn.rfind('\n').unwrap()];
    assert_eq!(read(&folder, "rec.jsonl"), format!("{whole}{}", third.stdout));
}

#[test]
fn what_is_no_recording_is_left_alone() {
    let folder = folder();
    for text in ["my diary\nday one\n", "{\"some\":\"json\"}\n", "no line end"] {
        write(&folder, "diary", text);
        let ended = run(sockscope(&folder).args(["demo", "--for", "1s", "--record", "diary"]));
        assert_eq!(ended.code, Some(1), "{text:?}");
        assert!(ended.stderr.contains("diary"), "{}", ended.stderr);
        assert_eq!((read(&folder, "diary").as_str(), ended.stdout.as_str()), (text, ""));
    }
    let ended = run(sockscope(&folder).args(["demo", "--for", "1s", "--record", "no/such/folder"]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("no/such/folder"), "{}", ended.stderr);
}

#[test]
fn ctrl_c_ends_it_in_good_order() {
    for (name, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let folder = folder();
        let mut running = Running::start(sockscope(&folder).args(["demo", "--record", "rec.jsonl"]));
        running.wait_for("hello");
        running.signal(name);
        let ended = running.wait();
        assert_eq!(ended.code, Some(code), "{}", ended.stderr);
        assert_eq!(kinds(&ended.stdout).last().unwrap(), "closed");
        assert_eq!(read(&folder, "rec.jsonl"), ended.stdout);
    }
}

/// Law 2 holds for whoever reads the records, too.
#[test]
fn a_reader_that_does_not_read_delays_no_ack_and_no_signal() {
    let (folder, slack) = (folder(), Slack::start());
    let mut child = live(&folder, &slack).stdout(Stdio::piped()).spawn().unwrap();
    slack.wait_until("a connection", |workspace| workspace.counts().hellos == 1);
    slack.flood("message", 2000, Duration::ZERO);
    slack.wait_until("all sent", |workspace| workspace.counts().envelopes >= 2000);
    slack.wait_until("all settled", |workspace| workspace.ledger().is_settled());
    assert_eq!(slack.handle.ledger().acked(), 2000);
    signal(child.id(), "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

#[test]
fn an_unreachable_api_is_tried_again_with_patience() {
    let ended = run(sockscope(&folder()).env("SLACK_APP_TOKEN", TOKEN).args([
        "--api-url",
        "http://127.0.0.1:9/api/",
        "--for",
        "3s",
    ]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let errors = ended.stdout.lines().filter_map(|line| match Record::parse(line).unwrap().event {
        Event::Error { retry_in_ms, fatal, .. } => Some((retry_in_ms, fatal)),
        _ => None,
    });
    let errors: Vec<_> = errors.collect();
    assert!(!errors.is_empty() && errors.len() < 20, "{}", ended.stdout);
    assert!(errors.iter().all(|(retry, fatal)| retry.is_some() && !fatal), "{}", ended.stdout);
    assert!(ended.stdout.lines().count() < 60, "a busy loop");
}

#[test]
fn what_no_try_will_change_ends_it_with_advice() {
    let (folder, slack) = (folder(), Slack::start());
    slack.handle.refuse_open(RefuseOpen::Error { code: "invalid_auth".into(), retry_after: None }, None);
    let ended = run(&mut live(&folder, &slack));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("token"), "{}", ended.stderr);
    assert!(ended.stdout.contains("\"code\":\"invalid_auth\",\"fatal\":true"), "{}", ended.stdout);
    assert_eq!(slack.handle.state().counts.opens, 1);
}

#[test]
fn nothing_from_slack_reaches_stderr_raw() {
    let (folder, slack) = (folder(), Slack::start());
    let code = "\u{1b}]0;pwned\u{7}\u{202e}drow".to_owned();
    slack.handle.refuse_open(RefuseOpen::Error { code, retry_after: None }, None);
    let ended = run(live(&folder, &slack).args(["--for", "20s"]));
    let strange = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!ended.stderr.contains(strange), "{:?}", ended.stderr);
    assert!(!ended.stdout.contains(|c: char| c.is_control() && c != '\n'), "{:?}", ended.stdout);
}

#[test]
fn what_is_held_waits_and_the_rest_does_not() {
    let folder = folder();
    write(&folder, "some.toml", &scenario(&["slash_commands", "message"]));
    let arguments = ["demo", "--scenario", "some.toml", "--hold", "slash_commands", "--for", "2s"];
    let ended = run(sockscope(&folder).args(arguments));
    let acks: Vec<_> = ended.stdout.lines().filter(|line| line.contains("\"kind\":\"ack\"")).collect();
    assert_eq!(acks.len(), 1, "{}", ended.stdout);
    assert!(matches!(Record::parse(acks[0]).unwrap().event, Event::Ack { by: By::Auto, late: false, .. }));
}

#[test]
fn secrets_are_shown_only_where_they_were_asked_for() {
    let (folder, slack) = (folder(), Slack::start());
    let set = Overrides::from_iter([("/text".to_owned(), "my xoxb-1-EXAMPLE-secretsecret".into())]);
    for (more, shown) in [(&[][..], false), (&["--show-secrets"], true)] {
        let mut command = live(&folder, &slack);
        command.args(["--record", if shown { "shown" } else { "masked" }, "--until", "type:slash_commands"]);
        let mut running = Running::start(command.args(more));
        running.wait_for("hello");
        slack.handle.send("slash_commands", &set, Sending::default()).unwrap();
        let ended = running.wait();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        for text in [&ended.stdout, &read(&folder, if shown { "shown" } else { "masked" })] {
            assert!(!text.contains(TOKEN));
            assert_eq!(text.contains("secretsecret"), shown, "{text}");
            assert_eq!(text.replace("ticket=***", "").contains("ticket="), shown, "{text}");
        }
    }
}
