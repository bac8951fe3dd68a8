//! What is copied out of the composer, read by those who will read it: node, python3, javac and sh. Each is asked
//! where it is installed; `SOCKSCOPE_ALL_TOOLS=1` makes a missing one a failure, as CI does.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use sockscope::slack::ack;
use sockscope::slack::envelope::Kind;
use sockscope::slack::handler::{Language, NoHandler, curl, skeleton};
use sockscope::slack::sample;

const LANGUAGES: [Language; 3] = [Language::JavaScript, Language::Python, Language::Java];

/// What breaks quoting somewhere.
const NASTY: &str = "a'b\"c\\d\n\t\r</script>${x}`{{/user}}%s #{y} \u{0}\u{7f}\u{85}\u{2028}\u{202e}evil\u{2066}\u{200b}é😀\u{e0041}\"\"\" \\u000a \\\" */ //";

/// Whether a program can be run here; CI wants all of them.
fn have(program: &str, argument: &str) -> bool {
    let there = Command::new(program).arg(argument).output().is_ok_and(|output| output.status.success());
    if !there {
        assert!(std::env::var_os("SOCKSCOPE_ALL_TOOLS").is_none(), "CI needs {program}");
        eprintln!("SKIPPED: there is no {program} here; what was generated for it is not checked");
    }
    there
}

fn ran(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}\n{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Every sample of every kind: name, kind, payload.
fn payloads() -> Vec<(&'static str, Kind, String)> {
    let all = sample::all().iter().map(|sample| {
        let payload = serde_json::from_str::<Value>(sample.text).unwrap()["payload"].clone();
        (sample.name, Kind::of(sample.kind, payload["type"].as_str()), payload.to_string())
    });
    let mut all: Vec<_> = all.collect();
    let menu = json!({ "type": "interactive_message", "callback_id": "old-menu", "name": "n", "value": "x" });
    all.push(("interactive_message_options", Kind::InteractiveMessage, menu.to_string()));
    all
}

fn all_skeletons(language: Language) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, kind, payload) in payloads() {
        for form in ack::forms(kind, None) {
            let draft = ack::draft(kind, form, &payload);
            match skeleton(language, kind, &payload, &draft) {
                Ok(code) => all.push((format!("{name} {form:?}"), code)),
                Err(why) => assert!(matches!(why, NoHandler::NoListener { .. }), "{name} {form:?}: {why}"),
            }
        }
    }
    all
}

#[test]
fn every_kind_has_its_listener() {
    for language in LANGUAGES {
        let mut book = String::new();
        for (name, code) in all_skeletons(language) {
            // The longest views are the same in each: one is enough to read.
            if !name.contains("ViewPush") {
                let _ = writeln!(book, "=== {name}\n{code}");
            }
        }
        insta::assert_snapshot!(format!("{language:?}"), book);
    }
}

#[test]
fn where_there_is_no_listener_it_is_said() {
    let none = |language, kind, payload: &str| skeleton(language, kind, payload, "").unwrap_err().to_string();
    assert_eq!(
        none(Language::JavaScript, Kind::DialogCancellation, r#"{"callback_id":"x"}"#),
        "Bolt for JavaScript has no listener for dialog_cancellation payloads"
    );
    assert_eq!(
        none(Language::Python, Kind::Command, "{}"),
        "this slash_commands payload has no command, by which Bolt finds its listener"
    );
    assert_eq!(
        none(Language::Java, Kind::Unknown, "{}"),
        "Bolt for Java has no listener for unknown payloads"
    );
    let bad =
        |draft: &str| skeleton(Language::Java, Kind::Command, r#"{"command":"/x"}"#, draft).unwrap_err();
    assert_eq!(bad("{\n \"a\" 1}").to_string(), "the draft is no JSON: line 2, column 6; write it first");
    assert_eq!(bad(&format!("{}{}", "[".repeat(10_000), "]".repeat(10_000))), NoHandler::TooDeep);
    assert_eq!(bad(&"x".repeat(10 << 20)), NoHandler::TooLong(10 << 20));
}

/// Payloads whose every name is nasty.
fn nasty() -> Vec<(Kind, String, String)> {
    let payload = json!({
        "type": "x", "command": NASTY, "callback_id": NASTY, "action_id": NASTY, "block_id": NASTY, "value": "",
        "actions": [{ "action_id": NASTY, "block_id": NASTY }], "view": { "callback_id": NASTY },
        "event": { "type": "message", "subtype": NASTY },
    });
    let answer =
        json!({ NASTY: [NASTY, true, null, 1.5e3], "__proto__": {}, "a-b": { "class": false }, "": [] });
    let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Unknown);
    kinds.map(|kind| (kind, payload.to_string(), answer.to_string())).collect()
}

fn snippets(language: Language) -> Vec<String> {
    let of_samples = all_skeletons(language).into_iter().map(|(_, code)| code);
    let of_nasty = nasty().into_iter().filter_map(|(kind, payload, answer)| {
        let errors = json!({ "response_action": "errors", "errors": { NASTY: NASTY } }).to_string();
        let text = json!({ "response_type": "in_channel", "text": NASTY }).to_string();
        let draft = match (language, kind) {
            (Language::Java, Kind::ViewSubmission) => errors,
            (Language::Java, Kind::Command) => text,
            _ => answer,
        };
        skeleton(language, kind, &payload, &draft).ok()
    });
    of_samples.chain(of_nasty).collect()
}

#[test]
fn nothing_in_them_is_hidden() {
    for language in LANGUAGES {
        for code in snippets(language) {
            let hidden = |c: &char| {
                (c.is_control() && *c != '\n') || "\u{2028}\u{202e}\u{2066}\u{200b}\u{e0041}".contains(*c)
            };
            assert_eq!(code.chars().find(hidden), None, "{code:?}");
        }
    }
}

#[test]
fn javascript_is_javascript() {
    if !have("node", "--version") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.js");
    let all = snippets(Language::JavaScript);
    assert!(all.len() > 40);
    fs::write(&file, all.join("\n")).unwrap();
    ran(&Command::new("node").arg("--check").arg(&file).output().unwrap());
}

#[test]
fn python_is_python() {
    if !have("python3", "--version") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.py");
    fs::write(&file, snippets(Language::Python).join("\n")).unwrap();
    // A bad escape in a string is a warning only.
    ran(&Command::new("python3").args(["-W", "error", "-m", "py_compile"]).arg(&file).output().unwrap());
}

/// Syntax errors, and the decoded text of each `parseString`, of snippets in Java.
fn parsed_java(snippets: &[String]) -> Vec<Option<String>> {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = (0..snippets.len()).map(|at| folder.path().join(format!("S{at}.java"))).collect();
    for (at, (file, code)) in files.iter().zip(snippets).enumerate() {
        fs::write(file, format!("class S{at} {{ void f() throws Exception {{\n{code}\n}} }}")).unwrap();
    }
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/handler/Parse.java");
    let told = ran(&Command::new("java").arg(program).args(&files).output().unwrap());
    let mut texts = vec![None; snippets.len()];
    for line in told.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let ["text", name, hex] = words[..] else { panic!("{told}") };
        let at: usize = name.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap();
        let bytes = (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap());
        texts[at] = Some(String::from_utf8(bytes.collect()).unwrap());
    }
    texts
}

#[test]
fn java_is_java() {
    if !have("javac", "-version") {
        return;
    }
    let texts = parsed_java(&snippets(Language::Java));
    assert!(texts.iter().flatten().count() > 10);
}

/// Any JSON object, with what breaks quoting.
fn documents(count: usize) -> Vec<Value> {
    let text = || prop_oneof![any::<String>(), Just(NASTY.to_owned()), "[a-z_$'\"\\\\</é😀\u{202e}]{0,8}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(4, 30, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(text(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    let mut runner = TestRunner::deterministic();
    let mut all =
        vec![json!({ "__proto__": { "a": 1 }, NASTY: NASTY, "n": [-0.0, 1e300, 12_345_678_901_i64] })];
    all.extend((1..count).map(|at| json!({ "n": at, "x": tree.new_tree(&mut runner).unwrap().current() })));
    all
}

const COMMAND: &str = r#"{"command":"/x"}"#;

fn batch(language: Language, documents: &[Value]) -> Vec<String> {
    let made =
        documents.iter().map(|json| skeleton(language, Kind::Command, COMMAND, &json.to_string()).unwrap());
    made.collect()
}

#[test]
fn a_javascript_literal_is_the_json() {
    if !have("node", "--version") {
        return;
    }
    let documents = documents(300);
    let mut program = "'use strict'; const acked = []; const app = { command: (_, f) => f({ ack: (x) => { acked.push(x); } }) };\n".to_owned();
    program += &batch(Language::JavaScript, &documents).concat();
    program += "require('fs').writeSync(1, JSON.stringify(acked));\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batch.js");
    fs::write(&file, program).unwrap();
    let acked: Vec<Value> =
        serde_json::from_str(&ran(&Command::new("node").arg(&file).output().unwrap())).unwrap();
    assert_eq!(acked.len(), documents.len());
    for (acked, json) in acked.iter().zip(&documents) {
        assert_eq!(numbers(acked), numbers(json));
    }
}

#[test]
fn a_python_literal_is_the_json() {
    if !have("python3", "--version") {
        return;
    }
    let documents = documents(300);
    let mut program = "import json\nacked = []\nclass app:\n    @staticmethod\n    def command(_):\n        return lambda f: f(acked.append, *[None] * 4)\n\n".to_owned();
    program += &batch(Language::Python, &documents).join("\n");
    program += "\nprint(json.dumps(acked))\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batch.py");
    fs::write(&file, program).unwrap();
    let acked: Vec<Value> =
        serde_json::from_str(&ran(&Command::new("python3").arg(&file).output().unwrap())).unwrap();
    assert_eq!(acked, documents);
}

#[test]
fn a_java_text_block_is_the_json() {
    if !have("javac", "-version") {
        return;
    }
    let documents = documents(60);
    let texts = parsed_java(&batch(Language::Java, &documents));
    for (text, json) in texts.iter().zip(&documents) {
        assert_eq!(serde_json::from_str::<Value>(text.as_ref().unwrap()).unwrap(), *json);
    }
}

/// JavaScript has one kind of number: 1.0 is 1.
fn numbers(json: &Value) -> Value {
    match json {
        Value::Number(number) => json!(number.as_f64().unwrap() + 0.0),
        Value::Array(items) => items.iter().map(numbers).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), numbers(value))).collect(),
        other => other.clone(),
    }
}

#[test]
fn half_an_emoji_survives() {
    let draft = r#"{"text":"cut \ud83d","x":"\/ \u0041"}"#;
    let made = |language| skeleton(language, Kind::Command, COMMAND, draft).unwrap();
    assert!(made(Language::JavaScript).contains(r"text: 'cut \ud83d'"));
    assert!(made(Language::Python).contains(r#""text": "cut \ud83d""#));
    assert!(made(Language::Java).contains(r#""text": "cut \\ud83d""#));
    assert!(made(Language::Python).contains(r#""x": "/ A""#));
}

#[test]
fn curl_sends_the_draft_to_the_response_url() {
    let payload = r#"{"command":"/x","response_url":"https:\/\/hooks.slack.com\/commands\/T1\/2\/abc"}"#;
    let made = curl(Kind::Command, payload, r#"{"text":"it's $(rm -rf ~) `x` \\ \"q\""}"#).unwrap();
    insta::assert_snapshot!(made, @r#"
    curl --globoff -X POST -H 'Content-Type: application/json; charset=utf-8' \
      --data-raw '{
      "text": "it'\''s $(rm -rf ~) `x` \\ \"q\""
    }' \
      'https://hooks.slack.com/commands/T1/2/abc'
    "#);
    let starter = curl(Kind::BlockActions, payload, "").unwrap();
    assert!(starter.contains(r#""text": "Done""#), "{starter}");
    let modal = r#"{"response_urls":[{"response_url":"https://hooks.slack.com/app/1"}]}"#;
    let made = curl(Kind::ViewSubmission, modal, r#"{"response_action":"clear"}"#).unwrap();
    assert!(made.contains("/app/1") && !made.contains("clear"), "{made}");
    assert_eq!(curl(Kind::Command, "{}", ""), Err(NoHandler::NoResponseUrl));
    for url in ["-o/etc/passwd", "file:///etc/passwd", "@x", " "] {
        let payload = json!({ "response_url": url }).to_string();
        assert_eq!(curl(Kind::Command, &payload, ""), Err(NoHandler::NoWebAddress), "{url}");
    }
}

#[test]
fn a_shell_reads_the_same_json() {
    let folder = tempfile::tempdir().unwrap();
    for (at, json) in documents(12).into_iter().enumerate() {
        let draft = json!({ "text": NASTY, "n": at, "x": json }).to_string();
        let payload = json!({ "response_url": "https://x.example/a'b?c=$(d)&e=[1-3]{2}" }).to_string();
        let made = curl(Kind::Command, &payload, &draft).unwrap();
        let script = format!("curl() {{ printf '%s' \"$7\"; printf '\\n%s' \"$8\" >&2; }}\n{made}");
        let file = folder.path().join("send.sh");
        fs::write(&file, script).unwrap();
        let output = Command::new("sh").arg(&file).output().unwrap();
        let sent: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(sent, serde_json::from_str::<Value>(&draft).unwrap());
        assert!(String::from_utf8_lossy(&output.stderr).contains("https://x.example/a'b?c=$(d)&e=[1-3]{2}"));
    }
}
