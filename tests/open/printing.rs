//! Records on stdout: all of them, or those that match.

use std::io::Write as _;
use std::process::Stdio;

use sockscope::journal::filter::Filter;
use sockscope::journal::matcher::{Hit, Matcher};
use sockscope::journal::{By, Event, Record};

use super::process::{read, run, write as write_text};
use super::recordings::{ack, command_envelope, folder, open, write};

#[test]
fn without_a_filter_it_prints_what_is_there() {
    let folder = folder();
    let ended = run(&mut open(&folder, &["a.jsonl"]));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(ended.stdout, read(&folder, "a.jsonl"));
}

#[test]
fn standard_input_is_a_recording_too() {
    let folder = folder();
    let text = read(&folder, "a.jsonl");
    let mut command = open(&folder, &["-", "--filter", "command:/deploy"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), text.lines().nth(3).unwrap().to_owned() + "\n");
}

/// What a live session would print of these lines.
fn live(lines: &str, filter: &str) -> String {
    let mut matcher = Matcher::new(Filter::parse(filter).unwrap());
    let mut out = Vec::new();
    for line in lines.lines() {
        let record = Record::parse(line).unwrap();
        match matcher.look(&record, line) {
            Some(Hit::This) if matches!(record.event, Event::Envelope { .. }) => out.push(line.to_owned()),
            Some(Hit::Earlier(line)) => out.push(line),
            _ => {}
        }
    }
    out.extend(matcher.finish());
    out.iter().map(|line| line.clone() + "\n").collect()
}

#[test]
fn every_filter_finds_what_it_finds_live() {
    let folder = folder();
    let text = read(&folder, "a.jsonl");
    for filter in [
        "deploy",
        "\"A Ä B/C\"",
        "type:slash_commands",
        "!deploy",
        "deploy or app_mention",
        "event:app_mention retry:>0",
        "ack:late",
        "ack:none",
        "by:rule",
        "took:<1ms",
        "after:5s",
        "before:5s deploy",
        ".payload.command == \"/deploy\"",
        "/DEP.oy/i",
        "id:e4",
        "kind:ack",
        "nothing_like_that",
    ] {
        let ended = run(&mut open(&folder, &["a.jsonl", "--headless", "--filter", filter]));
        let expected = live(&text, filter);
        assert_eq!(ended.stdout, expected, "{filter}");
        assert_eq!(ended.code, Some(i32::from(expected.is_empty())), "{filter}");
    }
}

#[test]
fn a_wrong_filter_is_wrong_use() {
    let folder = folder();
    let ended = run(&mut open(&folder, &["a.jsonl", "--filter", "typ:x"]));
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("did you mean `type:`"), "{}", ended.stderr);
}

#[test]
fn several_files_are_one_in_time() {
    let folder = folder();
    let path = folder.path().join("b.jsonl");
    write(
        &path,
        &[(2, command_envelope("x1", "/other")), (3, ack("x1", By::App, 2.0)), (30, Event::Gap { ms: 1.0 })],
    );
    let (a, b) = (read(&folder, "a.jsonl"), read(&folder, "b.jsonl"));
    let (a, b): (Vec<_>, Vec<_>) = (a.lines().collect(), b.lines().collect());
    let merged =
        |names: &[&str]| run(&mut open(&folder, names)).stdout.lines().map(str::to_owned).collect::<Vec<_>>();
    // What has the same time comes in the order of the files.
    let expected = [&a[..5], &b[..1], &a[5..6], &b[1..2], &a[6..], &b[2..]].concat();
    assert_eq!(merged(&["a.jsonl", "b.jsonl"]), expected);
    let expected = [&a[..3], &b[..1], &a[3..5], &b[1..2], &a[5..], &b[2..]].concat();
    assert_eq!(merged(&["b.jsonl", "a.jsonl"]), expected);
}

#[test]
fn it_ends_where_it_is_told_to() {
    let folder = folder();
    let ended = run(&mut open(&folder, &["a.jsonl", "--until", "ack:late"]));
    assert_eq!((ended.code, ended.stdout.lines().count()), (Some(0), 7));
}

#[test]
fn what_a_jq_expression_fails_on_is_told() {
    let folder = folder();
    let all = run(&mut open(&folder, &["a.jsonl", "--filter", ".payload | keys | implode"]));
    assert_eq!(all.code, Some(1));
    assert!(all.stderr.contains("failed on every one of 4 envelopes"), "{}", all.stderr);
    let some = run(&mut open(&folder, &["a.jsonl", "--filter", ".payload.event | keys | length == 2"]));
    assert_eq!((some.code, some.stdout.lines().count()), (Some(0), 2));
    assert!(some.stderr.contains("failed on 2 of 4 envelopes"), "{}", some.stderr);
    let endless = run(&mut open(&folder, &["a.jsonl", "--filter", "jq:([repeat(1)] | length > 0)"]));
    assert!(endless.stderr.contains("given up on 4 of 4 envelopes"), "{}", endless.stderr);
}

#[test]
fn lines_that_are_no_records_are_left_out_and_counted() {
    let folder = folder();
    let text = read(&folder, "a.jsonl");
    write_text(&folder, "mixed.jsonl", &text.replace('\n', "\nplain words\n\n"));
    let ended = run(&mut open(&folder, &["mixed.jsonl"]));
    assert_eq!((ended.code, ended.stdout), (Some(0), text));
    assert!(ended.stderr.contains("12 lines are no records"), "{}", ended.stderr);
}

#[test]
fn an_ack_counts_as_it_ended() {
    let folder = folder();
    let text = read(&folder, "a.jsonl");
    for (filter, ids) in [
        ("ack:pending", &[][..]),
        ("!ack:ok", &["e2", "e4"]),
        ("type:slash_commands !ack:none", &["e1"]),
        ("not by:auto", &["e2", "e3", "e4"]),
        ("not took:>1s", &["e1", "e3", "e4"]),
    ] {
        let ended = run(&mut open(&folder, &["a.jsonl", "--headless", "--filter", filter]));
        let is_one = |line: &&str| {
            line.contains(r#""kind":"envelope""#) && ids.iter().any(|id| line.contains(&format!(r#""{id}""#)))
        };
        let expected: String = text.lines().filter(is_one).map(|line| line.to_owned() + "\n").collect();
        assert_eq!(ended.stdout, expected, "{filter}");
        assert_eq!(ended.code, Some(i32::from(ids.is_empty())), "{filter}");
    }
}

#[test]
fn lines_that_are_no_records_are_told_beside_a_filter() {
    let folder = folder();
    let newer = r#"{"v":2,"seq":1,"at":"2026-11-22T07:00:00Z","kind":"envelope","what":"/deploy"}"#;
    write_text(&folder, "b.jsonl", &format!("{}{newer}\n{{\"v\":1,\"deploy\"", read(&folder, "a.jsonl")));
    for filter in ["command:/deploy", "command:/deploy ack:ok"] {
        let ended = run(&mut open(&folder, &["b.jsonl", "--filter", filter]));
        assert_eq!((ended.code, ended.stdout.lines().count()), (Some(0), 1), "{filter}");
        for part in ["2 lines that may have matched are no records", "this record has version 2"] {
            assert!(ended.stderr.contains(part), "{filter}: {}", ended.stderr);
        }
    }
}
