//! `open --export`: a recording in other forms.

use std::fs::{self, File};
use std::process::Stdio;

use super::process::{folder, kinds, run, sockscope};
use serde_json::Value;
use tempfile::TempDir;

/// A recording of two commands, `a.jsonl`, and its text.
fn recording(folder: &TempDir) -> String {
    let envelope = |seq: u32, id: &str, command: &str| {
        format!(
            r#"{{"v":1,"seq":{seq},"at":"2026-11-22T07:20:0{seq}.000000Z","kind":"envelope","conn":1,"envelope_id":"{id}","type":"slash_commands","message":{{"envelope_id":"{id}","type":"slash_commands","payload":{{"command":"{command}","user_name":"rainer"}}}}}}"#
        )
    };
    let ack = |seq: u32, id: &str| {
        format!(
            r#"{{"v":1,"seq":{seq},"at":"2026-11-22T07:20:0{seq}.000000Z","kind":"ack","conn":1,"envelope_id":"{id}","by":"auto","took_ms":0.5,"late":false,"message":{{"envelope_id":"{id}"}}}}"#
        )
    };
    let session = r#"{"v":1,"seq":0,"at":"2026-11-22T07:20:00.000000Z","kind":"session","mode":"live","version":"0.1.0"}"#;
    let lines = [
        session.to_owned(),
        envelope(1, "e-1", "/deploy"),
        envelope(2, "e-2", "/elegy"),
        ack(3, "e-1"),
        ack(4, "e-2"),
    ];
    let text = lines.join("\n") + "\n";
    fs::write(folder.path().join("a.jsonl"), &text).unwrap();
    text
}

#[test]
fn a_recording_goes_to_stdout_whole_or_filtered_and_opens_again() {
    let folder = folder();
    let text = recording(&folder);
    let ended = run(sockscope(&folder).args(["open", "a.jsonl", "--export", "recording"]));
    assert_eq!((ended.code, ended.stdout, ended.stderr), (Some(0), text.clone(), String::new()));
    let ended = run(sockscope(&folder).args([
        "open",
        "a.jsonl",
        "--export",
        "recording",
        "--filter",
        "command:/elegy",
    ]));
    assert_eq!(kinds(&ended.stdout), ["session", "envelope", "ack"]);
    fs::write(folder.path().join("b.jsonl"), &ended.stdout).unwrap();
    let again = run(sockscope(&folder).args(["open", "b.jsonl", "--headless"]));
    assert_eq!((again.code, again.stdout), (Some(0), ended.stdout));
}

#[test]
fn standard_input_is_exported_when_it_is_over() {
    let folder = folder();
    let text = recording(&folder);
    let input = File::open(folder.path().join("a.jsonl")).unwrap();
    let ended =
        run(sockscope(&folder).args(["open", "-", "--export", "recording"]).stdin(Stdio::from(input)));
    assert_eq!((ended.code, ended.stdout), (Some(0), text));
}

#[test]
fn a_har_and_a_redacted_report_come_out_too() {
    let folder = folder();
    recording(&folder);
    let ended = run(sockscope(&folder).args(["open", "a.jsonl", "--export", "har"]));
    let har: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(har["log"]["entries"][0]["_webSocketMessages"].as_array().unwrap().len(), 4);
    let ended = run(sockscope(&folder).args(["open", "a.jsonl", "--export", "redacted"]));
    assert!(ended.stdout.contains("/deploy") && !ended.stdout.contains("rainer"), "{}", ended.stdout);
    let ended = run(sockscope(&folder).args(["open", "a.jsonl", "--export", "redacted", "--redact-ids"]));
    assert!(!ended.stdout.contains("/deploy") && ended.stdout.contains("slash_commands"), "{}", ended.stdout);
    assert_eq!(kinds(&ended.stdout), ["session", "envelope", "envelope", "ack", "ack"]);
}

#[test]
fn payloads_need_a_folder_and_replace_nothing_unasked() {
    let folder = folder();
    recording(&folder);
    let export =
        |more: &[&str]| run(sockscope(&folder).args(["open", "a.jsonl", "--export", "payloads"]).args(more));
    let ended = export(&[]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("--output FOLDER"), "{}", ended.stderr);
    let ended = export(&["--output", "fixtures"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    assert!(
        ended.stderr.contains("saved 2 envelopes in 4 files") && ended.stderr.contains("fixtures"),
        "{}",
        ended.stderr
    );
    let payload = folder.path().join("fixtures/20261122T072001.000000Z_slash_commands_deploy_e-1.json");
    assert_eq!(fs::read_to_string(payload).unwrap(), "{\"command\":\"/deploy\",\"user_name\":\"rainer\"}\n");
    let ended = export(&["--output", "fixtures"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("fixtures exists") && ended.stderr.contains("--force"), "{}", ended.stderr);
    assert_eq!(export(&["--output", "fixtures", "--force"]).code, Some(0));
}

#[test]
fn nothing_found_is_1_and_wrong_use_2() {
    let folder = folder();
    recording(&folder);
    let ended =
        run(sockscope(&folder).args(["open", "a.jsonl", "--export", "har", "--filter", "command:/no"]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("nothing to export"), "{}", ended.stderr);
    for wrong in
        [&["--export", "pcap"][..], &["--export", "har", "--follow"], &["--output", "x"], &["--redact-ids"]]
    {
        assert_eq!(run(sockscope(&folder).args(["open", "a.jsonl"]).args(wrong)).code, Some(2), "{wrong:?}");
    }
}
