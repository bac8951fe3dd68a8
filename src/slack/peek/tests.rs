#![allow(clippy::unwrap_used)]
use super::{Value as Reading, *};
use crate::slack::strict::tests::texts;
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn fields_come_back_as_the_text_they_were_sent_as() {
    let json = r#" { "a" : 1.50e3 , "b":{"c":[1, 2]}, "a\u0062" : "x\"y", "d":null } "#;
    assert_eq!(
        fields(json, ["a", "b", "ab", "e"]),
        [Some("1.50e3"), Some(r#"{"c":[1, 2]}"#), Some(r#""x\"y""#), None]
    );
    assert_eq!(pointer(json, "/b/c/1"), Some("2"));
    assert_eq!(pointer(json, "/b/c/01"), None);
    assert_eq!(pointer(json, "/b/c/-"), None);
    assert_eq!(text_at(json, "ab").unwrap(), "x\"y");
}

#[test]
fn what_is_before_a_break_is_still_read() {
    let json = r#"{"event":{"type":"message","user":"U1","text":"cut of"#;
    assert_eq!(pointer(json, "/event/user"), Some("\"U1\""));
    assert_eq!(pointer(json, "/event/text"), None);
}

#[test]
fn half_an_emoji_is_shown_as_missing() {
    assert_eq!(string(r#""a\ud83d\ude00b\ud83dc""#).unwrap(), "a😀b\u{fffd}c");
}

#[test]
fn nesting_costs_no_stack() {
    let deep = format!("{{\"deep\":{}1{},\"after\":2}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(field(&deep, "after"), Some("2"));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// What `serde_json` reads, [`pointer`] reads the same, at every place of the document.
fn agrees(root: &str, at: &str, value: &Value) {
    let raw = pointer(root, at).unwrap_or_else(|| panic!("{at} not found in {root}"));
    assert_eq!(&serde_json::from_str::<Value>(raw).unwrap(), value);
    match value {
        Value::String(text) => assert_eq!(&string(raw).unwrap(), text),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, item)| agrees(root, &format!("{at}/{i}"), item));
        }
        Value::Object(map) => map.iter().for_each(|(key, item)| agrees(root, &join(at, key), item)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn agrees_with_serde(json in any_json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
        agrees(&text.unwrap(), "", &json);
    }

    #[test]
    fn any_text_is_survived(text in r#"[\[\]{}",:\\ua-f0-9 é😀]{0,60}"#, key in r"(/[a-f0-9~]{0,2}){0,3}") {
        let _ = pointer(&text, &key);
        for (_, value) in members(&text) {
            let _ = string(value);
        }
        for item in items(&text) {
            let _ = string(item);
        }
        let _ = unescape(&text);
    }

    #[test]
    fn reading_front_to_back_finds_the_same_members(text in texts()) {
        same_members(&text, &mut Reading::of(&text));
    }
}

/// Some members are gone into first, some not.
fn same_members(json: &str, value: &mut Reading) {
    let mut expected = members(json);
    value.members(|key, value| {
        let (expected_key, expected_value) = expected.next().unwrap();
        assert_eq!(key, expected_key, "{json}");
        if key.len() % 2 == 0 {
            same_members(expected_value, value);
        }
        assert_eq!(value.raw(), expected_value, "{json}");
    });
    assert_eq!(expected.next(), None, "{json}");
}
