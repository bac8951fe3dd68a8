//! `blocks.validate` of the simulated Slack: the program's own check in the shape of Slack's answers
//! (<https://docs.slack.dev/reference/methods/blocks.validate>).

use serde_json::{Map, Value, json};

use crate::slack::check::{Severity, check};
use crate::slack::envelope::Kind;

/// Argument, the code of its refusal, where it lies in the answer that is checked.
const ARGUMENTS: [(&str, &str, &str); 3] = [
    ("blocks", "invalid_blocks", "/blocks"),
    ("message", "invalid_message", ""),
    ("view", "invalid_view", "/view"),
];

pub(super) fn validate(args: &Map<String, Value>) -> Value {
    let mut given = ARGUMENTS.iter().filter(|(name, ..)| args.contains_key(*name));
    let (Some((name, code, prefix)), None) = (given.next(), given.next()) else {
        return invalid("must provide exactly one of `blocks`, `view`, or `message`");
    };
    // A form carries it as text, a JSON body may carry it as it is.
    let value = match &args[*name] {
        Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        other => other.clone(),
    };
    if value.is_null() {
        return invalid(&format!("`{name}` is no JSON"));
    }
    let (kind, answer) = match *name {
        "view" => (Kind::ViewSubmission, json!({ "response_action": "update", "view": value })),
        "blocks" => (Kind::Command, json!({ "blocks": value })),
        _ => (Kind::Command, value),
    };
    let findings = check(kind, Some(true), "{}", &answer.to_string());
    let refused = findings.iter().filter(|finding| {
        // How long a frame may be is no concern of this method.
        finding.severity == Severity::Error && finding.rule != "frame-too-long"
    });
    let errors: Vec<Value> = refused
        .map(|finding| {
            let pointer = finding.pointer.strip_prefix(prefix).unwrap_or_default();
            json!({ "code": "failed_constraint", "message": finding.message, "pointer": pointer })
        })
        .collect();
    if errors.is_empty() {
        json!({ "ok": true })
    } else {
        json!({ "ok": false, "error": code, "errors": errors })
    }
}

fn invalid(message: &str) -> Value {
    json!({ "ok": false, "error": "invalid_arguments", "response_metadata": { "messages": [message] } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(args: &Value) -> Value {
        validate(args.as_object().unwrap_or(&Map::new()))
    }

    #[test]
    fn it_answers_as_slack_does() {
        assert_eq!(asked(&json!({ "blocks": r#"[{"type":"divider"}]"# })), json!({ "ok": true }));
        assert_eq!(asked(&json!({ "blocks": [{ "type": "divider" }] })), json!({ "ok": true }));
        let refused = asked(&json!({ "blocks": r#"[{"type":"divider"},{"type":"heder"}]"# }));
        assert_eq!(
            (&refused["error"], &refused["errors"][0]["pointer"]),
            (&json!("invalid_blocks"), &json!("/1/type"))
        );
        let view = json!({ "type": "modal", "title": { "type": "plain_text", "text": "x".repeat(25) }, "blocks": [] });
        let refused = asked(&json!({ "view": view.to_string() }));
        assert_eq!(refused["error"], "invalid_view");
        assert!(
            refused["errors"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one["pointer"] == "/title/text"))
        );
        for args in [json!({}), json!({ "blocks": "[]", "view": "{}" }), json!({ "blocks": "[" })] {
            assert_eq!(asked(&args)["error"], "invalid_arguments", "{args}");
        }
    }
}
