#![allow(clippy::unwrap_used)]
use super::*;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::de::IgnoredAny;
use serde_json::Value;

/// Texts on both sides of the border between JSON and what is none, most of them objects with fields of envelopes.
pub fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        json(),
        (json(), vec((any::<Index>(), select(&PIECES[..]), any::<bool>()), 1..4)).prop_map(broken),
        vec(select(&PIECES[..]), 0..16).prop_map(|pieces| pieces.concat()),
        vec(select(&PIECES[..]), 0..12).prop_map(|pieces| format!("{{\"payload\":{}", pieces.concat())),
        "[ -~]{0,40}",
    ]
}

/// What JSON consists of, and what comes near it.
pub const PIECES: [&str; 60] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    " ",
    "\n",
    "\r",
    "\t",
    "\u{b}",
    "\u{c}",
    "\u{0}",
    "\u{1f}",
    "\u{7f}",
    "\u{feff}",
    "é",
    "😀",
    "0",
    "-",
    "+",
    ".",
    "e",
    "E5",
    "01",
    "-0",
    "1.",
    ".5",
    "1.5e-3",
    "1e+",
    "4294967295",
    "4294967296",
    "2.0",
    "true",
    "false",
    "null",
    "tru",
    "nulls",
    "True",
    "NaN",
    "\"\"",
    "\"a\"",
    "\"\\u00e9\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"\\ude00\"",
    "\"\\u12g4\"",
    "\"\\u00",
    "\"\\x\"",
    "\"\\/\\b\\f\\\"\"",
    "\"type\":",
    "\"ty\\u0070e\":",
    "\"payload\":",
    "\"reason\":",
    "\"retry_attempt\":",
    "\"\\ud800\":",
    "\"a string that is longer than two words\"",
    "\"eight by\"",
];

fn json() -> impl Strategy<Value = String> {
    (value(), 0..3).prop_map(|(value, layout)| match layout {
        0 => value.to_string(),
        1 => serde_json::to_string_pretty(&value).unwrap(),
        // Slack escapes what is not ASCII, and slashes.
        _ => value.to_string().chars().map(escaped).collect(),
    })
}

fn escaped(character: char) -> String {
    let mut units = [0; 2];
    match character {
        '/' => "\\/".to_owned(),
        ' '..='~' => character.to_string(),
        _ => character
            .encode_utf16(&mut units)
            .iter()
            .fold(String::new(), |text, unit| format!("{text}\\u{unit:04x}")),
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..4_u32).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z \"/\\\\é]{0,30}".prop_map(Value::from),
    ];
    let nested = leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![vec(inner.clone(), 0..6).prop_map(Value::from), object(inner)]
    });
    prop_oneof![1 => nested.clone(), 4 => object(nested.boxed())]
}

fn object(inner: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
    const FIELDS: [&str; 7] = [
        "type",
        "envelope_id",
        "payload",
        "accepts_response_payload",
        "retry_attempt",
        "retry_reason",
        "reason",
    ];
    let key = prop_oneof![select(&FIELDS[..]).prop_map(str::to_owned), any::<String>()];
    btree_map(key, inner, 0..8).prop_map(|map| Value::Object(map.into_iter().collect()))
}

/// The text with some characters replaced, or something put in before them.
fn broken((text, changes): (String, Vec<(Index, &'static str, bool)>)) -> String {
    let mut characters: Vec<String> = text.chars().map(String::from).collect();
    for (at, piece, instead) in changes {
        let at = at.get_mut(&mut characters);
        *at = if instead { piece.to_owned() } else { format!("{piece}{at}") };
    }
    characters.concat()
}

fn serde_accepts(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

#[test]
fn brackets_count_over_every_border_of_64() {
    for depth in [1, 63, 64, 65, 127, 128, 129, 1_000, 100_000] {
        let (open, close) = ("[{\"a\":".repeat(depth), "}]".repeat(depth));
        assert!(is_json(&format!("{open}1{close}")), "{depth}");
        assert!(!is_json(&format!("{open}1{close}]")), "{depth}");
        assert!(!is_json(&format!("{open}1{}", &close[1..])), "{depth}");
        let crossed = close.replacen("}]", "]}", 1);
        assert!(!is_json(&format!("{open}1{crossed}")), "{depth}");
    }
}

#[test]
fn a_string_may_end_anywhere_in_a_word() {
    for length in 0..40 {
        for last in ["", "\\\"", "\\u00e9", "é", "\\", "\u{1}", "\n", "\u{7f}", "\\u00", "!", " "] {
            let text = format!("\"{}{last}\"", "x".repeat(length));
            assert_eq!(is_json(&text), serde_accepts(&text), "{text:?}");
            let text = format!("[{text} , 1]");
            assert_eq!(is_json(&text), serde_accepts(&text), "{text:?}");
        }
    }
}

#[test]
fn every_byte_in_a_string_is_judged_as_serde_judges_it() {
    for character in (0..0x180).filter_map(char::from_u32) {
        for text in [format!("\"abc{character}defghij\""), format!("\"abc\\{character}defghij\"")] {
            assert_eq!(is_json(&text), serde_accepts(&text), "{text:?}");
        }
    }
}

#[test]
fn members_come_in_their_order_as_they_are_spelled() {
    let mut seen = Vec::new();
    let text = " { \"a\" : 1.50 , \"\\u0061\":[ ] ,\"a\":{\"b\":null} }\n";
    members(text, |key, value| {
        seen.push((key, value));
        Some(())
    })
    .unwrap();
    assert_eq!(seen, [("\"a\"", "1.50"), ("\"\\u0061\"", "[ ]"), ("\"a\"", "{\"b\":null}")]);
    assert_eq!(members("{\"a\":1}", |_, _| None), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_serde_accepts_is_accepted_and_nothing_else(text in texts()) {
        prop_assert_eq!(is_json(&text), serde_accepts(&text));
    }
}
