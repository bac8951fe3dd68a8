#![allow(clippy::unwrap_used)]
use serde_json::Value;

use super::*;
use crate::doctor::cause::Failure;

fn failing() -> Diagnosis {
    let took = Duration::from_micros(12_345);
    let failure = Failure {
        code: "invalid_auth".into(),
        message: "Slack refuses xapp-1-A0EXAMPLE-secret\x1b[2J".to_owned(),
        advice: "Copy it anew".into(),
    };
    let fact = "wss://x/?ticket=secret\nsecond line".to_owned();
    Diagnosis {
        steps: vec![
            Step { stage: Stage::Token, outcome: Outcome::Passed { took, fact } },
            Step { stage: Stage::ApiTls, outcome: Outcome::Skipped { why: "not encrypted".to_owned() } },
            Step { stage: Stage::Open, outcome: Outcome::Failed { took, failure } },
        ],
        notes: vec!["A note.".to_owned()],
    }
}

fn lines(style: Style) -> String {
    let (mut out, diagnosis) = (Vec::new(), failing());
    let mut lines = Lines::new(&mut out, style);
    for step in &diagnosis.steps {
        lines.progress(&Progress::Begun(step.stage)).unwrap();
        lines.progress(&Progress::Ended(step)).unwrap();
    }
    lines.verdict(&diagnosis).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn secrets_and_control_characters_never_pass() {
    for text in [lines(Style::default()), json(&failing())] {
        assert!(!text.contains("secret"), "{text}");
        assert!(!text.contains('\x1b'), "{text}");
        assert!(!text.trim_end().is_empty());
    }
    assert_eq!(lines(Style::default()).lines().filter(|line| line.contains("second line")).count(), 1);
}

#[test]
fn colour_and_overwriting_are_asked_for() {
    let coloured = lines(Style { colour: true, live: true });
    assert!(coloured.contains("\x1b[31m✗\x1b[0m open"), "{coloured}");
    assert!(coloured.contains("… open\x1b[0m\r\x1b[K"), "{coloured}");
}

#[test]
fn the_lines_line_up() {
    let text = lines(Style::default());
    assert!(text.contains("✓ token            12 ms  wss://x/?ticket=***\\nsecond line\n"), "{text}");
    assert!(text.contains("– API TLS                 not encrypted\n"), "{text}");
    assert!(text.contains("✗ open             12 ms  invalid_auth\n"), "{text}");
    assert!(text.contains("What happened  Slack refuses xapp-***"), "{text}");
    assert!(text.contains("What to do     Copy it anew.\n"), "{text}");
}

#[test]
fn json_has_every_field_in_every_stage() {
    let report: Value = serde_json::from_str(&json(&failing())).unwrap();
    assert_eq!(report["ok"], false);
    for stage in report["stages"].as_array().unwrap() {
        let keys: Vec<_> = stage.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["name", "ok", "took_ms", "fact", "error"]);
    }
    assert_eq!(report["stages"][0]["took_ms"], 12.345);
    assert_eq!(report["stages"][1]["ok"], Value::Null);
    assert_eq!(report["stages"][2]["error"]["code"], "invalid_auth");
}

#[test]
fn a_clause_becomes_a_sentence() {
    assert_eq!(sentence("the proxy failed"), "The proxy failed.");
    assert_eq!(sentence("slack.com is gone."), "slack.com is gone.");
    assert_eq!(sentence("SLACK_APP_TOKEN is odd"), "SLACK_APP_TOKEN is odd.");
    assert_eq!(sentence(""), "");
}
