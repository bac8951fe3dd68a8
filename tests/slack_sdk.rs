//! The official models agree: what `slack_sdk.models` (Python) builds and validates, our check takes, and what it
//! refuses by a limit, ours refuses.
//!
//! It needs python3 with venv, and `PyPI` once: `cargo test --test slack_sdk -- --ignored`. `.ci/run` does so.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sockscope::slack::check::{Finding, Severity, check};
use sockscope::slack::envelope::Kind;

/// At these limits `slack_sdk` refuses already, and so do we: a video's title must have fewer than 200 characters, its
/// author fewer than 50, although the validators' own messages read otherwise.
const REFUSED_AT_THE_LIMIT: [&str; 2] = ["VideoBlock.title 200", "VideoBlock.author_name 50"];

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {error}{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

/// A Python with the pinned `slack_sdk`, made once in `target/`.
fn python(here: &Path) -> PathBuf {
    let requirements = here.join("requirements.txt");
    let wanted = fs::read_to_string(&requirements).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("slack_sdk");
    let (python, installed) = (folder.join("bin/python"), folder.join("installed.txt"));
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return python;
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"];
    run(Command::new(&python).args(pip).arg(&requirements));
    fs::write(installed, wanted).unwrap();
    python
}

/// What our check says of an object in its place.
fn errors(place: &str, object: &Value) -> Vec<Finding> {
    let (kind, answer) = match place {
        "view" => (Kind::ViewSubmission, json!({ "response_action": "update", "view": object })),
        "blocks" => (Kind::Command, json!({ "blocks": object })),
        "dialog options" => (Kind::DialogSuggestion, json!({ "options": object })),
        "message options" => (Kind::InteractiveMessage, json!({ "options": object })),
        _ => (Kind::BlockSuggestion, json!({ place: object })),
    };
    let findings = check(kind, Some(true), "{}", &answer.to_string());
    // How much one frame holds is Socket Mode's limit; the models know of the Web API only.
    findings.into_iter().filter(|finding| finding.rule != "frame-too-long").collect()
}

#[test]
#[ignore = "needs python3 and PyPI: cargo test --test slack_sdk -- --ignored"]
fn the_official_models_agree() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slack_sdk");
    let lines = run(Command::new(python(&here)).arg(here.join("cases.py")));
    let (mut valid, mut refused, mut differ, mut at_the_limit) = (0, 0, Vec::new(), Vec::new());
    for line in lines.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let name = case["name"].as_str().unwrap();
        let found = errors(case["place"].as_str().unwrap(), &case["json"]);
        let ours = found.iter().any(|finding| finding.severity == Severity::Error);
        match case["refused"].as_str() {
            None => {
                valid += 1;
                if !found.is_empty() {
                    differ.push(format!("{name}: slack_sdk takes it, we find {found:?}\n  {}", case["json"]));
                }
            }
            Some(why) => {
                refused += 1;
                if case["at_limit"] == true {
                    at_the_limit.push(name.to_owned());
                }
                if !ours {
                    differ.push(format!("{name}: slack_sdk refuses it ({why}), we do not"));
                }
            }
        }
    }
    assert!(valid >= 110 && refused >= 65, "{valid} valid, {refused} refused: too few to mean anything");
    assert_eq!(at_the_limit, REFUSED_AT_THE_LIMIT);
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
}
