#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const PAYLOAD: &str = r#"{"user":{"id":"U1","name":"A \"q\" \u00e9\n"},"n":1.50,"yes":true,"none":null,"list":[1, {"a":2}],"k":"key"}"#;

#[test]
fn a_whole_string_becomes_the_value_as_it_was_sent() {
    let filled =
        fill(r#"{ "a":"{{/list}}","b": "{{/n}}", "c":"{{/user/name}}","d":"{{/none}}" }"#, PAYLOAD).unwrap();
    assert_eq!(filled, r#"{ "a":[1, {"a":2}],"b": 1.50, "c":"A \"q\" \u00e9\n","d":null }"#);
}

#[test]
fn amid_text_and_in_keys_it_is_put_in_as_text() {
    let filled = fill(r#"{"{{/k}}":"Hi {{/user/name}} {{/n}} {{/yes}}{{/none}}!"}"#, PAYLOAD).unwrap();
    assert_eq!(filled, r#"{"key":"Hi A \"q\" é\n 1.50 true!"}"#);
}

#[test]
fn errors_name_the_place() {
    for (template, message) in [
        (r#"["x {{/user/email}}"]"#, "{{/user/email}} finds nothing in this payload"),
        (
            r#"["x {{/user}}"]"#,
            "{{/user}} is an object, which cannot stand amid other text; let it be the whole string",
        ),
        (
            r#"{"{{/list}}":1}"#,
            "{{/list}} is an array, which cannot stand amid other text; let it be the whole string",
        ),
        (r#"["{{/user"]"#, "the place that starts with {{/user has no closing }}"),
        ("[1,\n 2 3]", "the template is no JSON: line 2, column 4: expected `,` or `]`"),
        (r#"["{{view}}"]"#, "{{view}} finds nothing in this payload"),
    ] {
        assert_eq!(fill(template, PAYLOAD).unwrap_err().to_string(), message);
    }
    let unknown = fill(r#"["{{optoins}}"]"#, PAYLOAD).unwrap_err().to_string();
    assert!(
        unknown.starts_with("{{optoins}} is no place: a JSON pointer (/user/id), or one of view, "),
        "{unknown}"
    );
}

#[test]
fn what_is_no_place_stays_as_it_is_written() {
    for text in [r#"["{{ x }} {{#if}} {{}} { {/a}}"]"#, r#"["{{Name}} \u00e9"]"#, "[]", "\"{{\""] {
        assert_eq!(fill(text, PAYLOAD).unwrap(), text);
    }
    assert_eq!(fill(r#"["{{{/k}}}"]"#, PAYLOAD).unwrap(), r#"["{key}"]"#);
}

#[test]
fn a_draft_keeps_the_places_that_find_nothing() {
    let filled = fill_what_is_there(r#"{"a":"{{/x}}","b":"{{/k}} {{/y}}"}"#, PAYLOAD).unwrap();
    assert_eq!(filled, r#"{"a":"{{/x}}","b":"key {{/y}}"}"#);
    assert_eq!(unfilled("key {{/y}} {{view}}{{/z}}"), ["/y", "view", "/z"]);
    assert!(unfilled("key {{y}} {{ z }}").is_empty());
}

#[test]
fn every_built_in_template_is_json() {
    let mut count = 0;
    for kind in Kind::ALL {
        for (name, text) in built_in(kind) {
            assert!(serde_json::from_str::<Value>(text).is_ok(), "{} {name}", kind.name());
            count += 1;
        }
    }
    assert_eq!(count, BUILT_IN.dirs().map(|dir| dir.files().count()).sum::<usize>());
    assert!(count >= 14);
}

#[test]
fn options_fit_what_was_typed() {
    let made = |name: &str, typed: &str| -> Value {
        let payload = json!({ "value": typed }).to_string();
        serde_json::from_str(&fill(&format!("\"{{{{{name}}}}}\""), &payload).unwrap()).unwrap()
    };
    let options = made("options", "AN");
    assert!(options.as_array().unwrap().len() > 1);
    for option in options.as_array().unwrap() {
        assert!(option["text"]["text"].as_str().unwrap().to_lowercase().contains("an"), "{option}");
    }
    assert_eq!(made("options", "")[4]["value"], "duino");
    assert_eq!(
        made("options", "xyz"),
        json!([{ "text": { "type": "plain_text", "text": "xyz" }, "value": "xyz" }])
    );
    assert_eq!(made("option_groups", "br")[0]["label"]["text"], "Starts with br");
    assert_eq!(made("dialog_options", "oslo"), json!([{ "label": "Oslo", "value": "oslo" }]));
    assert_eq!(made("message_options", "oslo"), json!([{ "text": "Oslo", "value": "oslo" }]));
    assert_eq!(made("dialog_option_groups", "oslo")[0]["label"], "Starts with oslo");
}

fn template() -> impl Strategy<Value = Value> {
    let text = || {
        prop_oneof![
            r#"[a-z{}/"\\ é]{0,12}"#,
            "[a-z ]{0,3}\\{\\{/(user|user/name|n|list/1/a|none|gone)\\}\\}[a-z ]{0,3}",
            "\\{\\{(view|options|input_errors)\\}\\}",
        ]
    };
    let leaf = prop_oneof![any::<i64>().prop_map(Value::from), text().prop_map(Value::from)];
    leaf.prop_recursive(3, 20, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(text(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_filled_template_is_json(template in template(), broken in r#"(\{"user":)?[{}",:\\a\[\]1]{0,20}"#, whole: bool) {
        let template = template.to_string();
        let payload = if whole { PAYLOAD } else { broken.as_str() };
        for filled in [fill(&template, payload), fill_what_is_there(&template, payload)].into_iter().flatten() {
            prop_assert!(serde_json::from_str::<Value>(&filled).is_ok(), "{} -> {}", template, filled);
        }
    }
}
