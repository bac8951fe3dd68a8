#![allow(clippy::unwrap_used)]
use super::*;
use serde_json::{Value, json};

const SUBMISSION: &str = r#"{"type":"view_submission","user":{"id":"U1"},"view":{"id":"V1","team_id":"T1","type":"modal","title":{"type":"plain_text","text":"Caf\u00e9","emoji":true},"submit":{"type":"plain_text","text":"Go"},"close":null,"blocks":[{"type":"section","block_id":"s","text":{"type":"mrkdwn","text":"Hi"}},{"type":"input","block_id":"multi-line","label":{"type":"plain_text","text":"Your poem"},"element":{"type":"plain_text_input","action_id":"ml"}},{"type":"input","block_id":"B2","label":{"type":"plain_text","text":"Year"},"element":{"type":"number_input","is_decimal_allowed":false,"min_value":"1.50"}}],"private_metadata":"m","callback_id":"modal-with-inputs","state":{"values":{}},"hash":"1.2","clear_on_close":false,"notify_on_close":false,"root_view_id":"V1","previous_view_id":null,"app_id":"A1","external_id":"ext","app_installed_team_id":"T1","bot_id":"B1"}}"#;

fn drafted(kind: Kind, form: Form, payload: &str) -> Value {
    serde_json::from_str(&draft(kind, form, payload)).unwrap()
}

#[test]
fn only_what_is_legal_is_offered() {
    use Form::{
        Blocks, BlocksInChannel, DialogErrors, Empty, Message, MessageInChannel, OptionGroups, Options, Raw,
    };
    use Form::{ViewClear, ViewErrors, ViewPush, ViewUpdate};
    assert_eq!(forms(Kind::ViewSubmission, Some(true)), [Empty, ViewErrors, ViewUpdate, ViewPush, ViewClear]);
    assert_eq!(forms(Kind::ViewSubmission, Some(false)), [Empty]);
    assert_eq!(forms(Kind::ViewSubmission, None).len(), 5);
    assert_eq!(forms(Kind::BlockSuggestion, None), [Empty, Options, OptionGroups]);
    assert_eq!(forms(Kind::Command, None), [Empty, Message, MessageInChannel, Blocks, BlocksInChannel]);
    assert_eq!(forms(Kind::DialogSubmission, Some(true)), [Empty, DialogErrors]);
    assert_eq!(forms(Kind::BlockActions, None), [Empty]);
    assert_eq!(forms(Kind::BlockActions, Some(true)), [Empty, Raw]);
    for kind in Kind::ALL {
        assert_eq!(forms(kind, Some(false)), [Empty], "{}", kind.name());
    }
}

#[test]
fn every_form_with_a_payload_has_its_template_and_its_line() {
    for row in &FORMS {
        let templated = template::built_in(row.kind).any(|(name, _)| name == row.name);
        assert_eq!(
            templated,
            !matches!(row.form, Form::Empty | Form::Raw),
            "{}/{}",
            row.kind.name(),
            row.name
        );
        assert!(!row.effect.is_empty() && row.effect.len() <= 72, "{}", row.effect);
        assert_eq!(FORMS.iter().filter(|other| (other.kind, other.form) == (row.kind, row.form)).count(), 1);
    }
    for kind in Kind::ALL {
        for (name, _) in template::built_in(kind) {
            assert!(FORMS.iter().any(|row| row.kind == kind && row.name == name), "{} {name}", kind.name());
        }
    }
}

#[test]
fn errors_name_every_input_of_the_view() {
    let text = draft(Kind::ViewSubmission, Form::ViewErrors, SUBMISSION);
    assert_eq!(
        text,
        "{\n  \"response_action\": \"errors\",\n  \"errors\": {\n    \"multi-line\": \"Please check: Your poem\",\n    \"B2\": \"Please check: Year\"\n  }\n}"
    );
    assert_eq!(effect(Kind::ViewSubmission, &text), "keeps the modal open and marks 2 inputs");
}

#[test]
fn an_updated_view_is_the_view_as_it_is_without_what_slack_adds() {
    let text = draft(Kind::ViewSubmission, Form::ViewUpdate, SUBMISSION);
    let answer: Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<_> = answer["view"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "type",
            "title",
            "submit",
            "blocks",
            "private_metadata",
            "callback_id",
            "clear_on_close",
            "notify_on_close",
            "external_id"
        ]
    );
    assert_eq!(answer["view"]["blocks"].as_array().unwrap().len(), 3);
    assert!(text.contains(r#""Caf\u00e9""#) && text.contains(r#""1.50""#), "the spelling is kept: {text}");
    let pushed = drafted(Kind::ViewSubmission, Form::ViewPush, SUBMISSION);
    assert_eq!(pushed["response_action"], "push");
    assert_eq!(pushed["view"]["external_id"], Value::Null);
}

#[test]
fn the_other_drafts() {
    let suggestion = r#"{"type":"block_suggestion","value":"dui"}"#;
    assert_eq!(
        drafted(Kind::BlockSuggestion, Form::Options, suggestion),
        json!({ "options": [{ "text": { "type": "plain_text", "text": "Duino" }, "value": "duino" }] })
    );
    let command = r#"{"command":"/do","text":"it \"now\"","user_id":"U1"}"#;
    assert_eq!(
        drafted(Kind::Command, Form::MessageInChannel, command),
        json!({ "response_type": "in_channel", "text": "<@U1> asked: /do it \"now\"" })
    );
    assert_eq!(drafted(Kind::Command, Form::Blocks, command)["blocks"][0]["text"]["text"], "/do");
    assert_eq!(
        drafted(Kind::DialogSubmission, Form::DialogErrors, r#"{"submission":{"email":"x","loc":null}}"#),
        json!({ "errors": [
            { "name": "email", "error": "Please check: email" },
            { "name": "loc", "error": "Please check: loc" }
        ] })
    );
    assert_eq!(draft(Kind::Command, Form::Empty, command), "");
    assert_eq!(draft(Kind::Unknown, Form::Raw, command), "{}");
}

#[test]
fn every_draft_is_recognised_as_its_form_whatever_the_payload() {
    for row in &FORMS {
        for payload in [SUBMISSION, "{}", "", "[[", "null", r#"{"view":{"blocks":{}},"submission":[]}"#] {
            let text = draft(row.kind, row.form, payload);
            if row.form != Form::Empty {
                assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
            }
            if row.form != Form::Raw {
                assert_eq!(Form::of(row.kind, &text), row.form, "{text}");
            }
        }
    }
}

#[test]
fn effects_are_counted() {
    let groups = r#"{"option_groups":[{"options":[1,2]},{"options":[3]}]}"#;
    assert_eq!(effect(Kind::BlockSuggestion, groups), "the menu shows 3 options in 2 groups");
    assert_eq!(effect(Kind::BlockSuggestion, r#"{"options":[1]}"#), "the menu shows 1 option");
    assert_eq!(
        effect(Kind::ViewSubmission, r#"{"response_action":"clear"}"#),
        "closes the modal and the whole stack"
    );
    assert_eq!(effect(Kind::ViewSubmission, ""), "closes this view; the one below it shows");
    assert_eq!(effect(Kind::ViewSubmission, r#"{"text":"x"}"#), "sends what Slack knows no use for");
    assert_eq!(
        effect(Kind::DialogSubmission, r#"{"errors":[{}]}"#),
        "keeps the dialog open and marks 1 field"
    );
}

#[test]
fn the_frame_is_exact() {
    assert_eq!(frame("dbdd0ef3", None), r#"{"envelope_id":"dbdd0ef3"}"#);
    assert_eq!(frame("a\"b\\", Some(" \n")), r#"{"envelope_id":"a\"b\\"}"#);
    let payload = "{ \"b\" : 1.50,\n  \"a\": \"x  \\u00e9\" }";
    let framed = r#"{"envelope_id":"1","payload":{"b":1.50,"a":"x  \u00e9"}}"#;
    assert_eq!(frame("1", Some(payload)), framed);
    assert_eq!(frame_bytes("1", Some(payload)), framed.len());
}
