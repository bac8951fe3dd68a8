#![allow(clippy::unwrap_used)]

use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Redactor;
use crate::export::fixture::Session;
use crate::export::{Chosen, Format, write};
use crate::journal::{Event, Record};
use crate::slack::sample;

/// A redacted record around this message, and the message in it.
fn redacted(message: &Value) -> Value {
    redacted_with(false, message)
}

fn redacted_with(hide_app_ids: bool, message: &Value) -> Value {
    let line = json!({ "v": 1, "seq": 0, "at": "2026-11-22T07:20:00.000000Z", "kind": "envelope", "conn": 1, "message": message });
    let out = Redactor::new(hide_app_ids).line(&line.to_string());
    serde_json::from_str::<Value>(&out).unwrap()["message"].clone()
}

fn payload(payload: &Value) -> Value {
    redacted(&json!({ "payload": payload }))["payload"].clone()
}

/// The words of four letters and more in a text: what a reader could learn something from.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 4)
        .filter(|word| !word.chars().all(|c| matches!(c, 'x' | 'X' | '0'..='9')))
        .map(str::to_owned)
        .collect()
}

/// The strings of a document with their keys; an array's under the array's key.
fn strings<'v>(key: &'v str, value: &'v Value, found: &mut Vec<(&'v str, &'v str)>) {
    match value {
        Value::String(text) => found.push((key, text)),
        Value::Array(items) => items.iter().for_each(|item| strings(key, item, found)),
        Value::Object(map) => map.iter().for_each(|(key, item)| strings(key, item, found)),
        _ => {}
    }
}

fn shape(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Array(map.values().map(shape).collect()),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(text) => json!(text.chars().count()),
        Value::Number(number) => json!(number.to_string().len()),
        other => other.clone(),
    }
}

/// The keys whose values may stay in the samples, written down once more by hand.
const KEPT: [&str; 20] = [
    "type",
    "subtype",
    "channel_type",
    "ts",
    "event_ts",
    "message_ts",
    "action_ts",
    "action_id",
    "block_id",
    "callback_id",
    "command",
    "style",
    "tab",
    "source",
    "filetype",
    "mimetype",
    "trigger_actions_on",
    "response_action",
    "reason",
    "host",
];

#[test]
fn no_name_text_or_id_of_any_sample_survives() {
    for sample in sample::all() {
        let message = json!({ "envelope_id": "5d0c8f7e-1a2b-4c3d-8e9f-0a1b2c3d4e5f", "payload": sample.payload(), "type": sample.kind });
        let out = redacted(&message);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        strings("", &message, &mut before);
        strings("", &out, &mut after);
        assert_eq!(before.len(), after.len(), "{}", sample.name);
        for ((key, text), (_, shown)) in before.iter().zip(&after) {
            assert_eq!(text.chars().count(), shown.chars().count(), "{key} in {}", sample.name);
            if KEPT.contains(key) {
                continue;
            }
            let left: Vec<_> = words(text).intersection(&words(shown)).cloned().collect();
            let links = ["https", "slack", "mailto"];
            assert!(
                left.iter().all(|word| links.contains(&word.as_str())),
                "{left:?} of {key} in {}: {shown}",
                sample.name
            );
        }
        let text = out.to_string();
        for secret in [
            "rainer",
            "Rainer",
            "duino",
            "sigdre",
            "123ABC456",
            "456DEF789",
            "U0BOT",
            "Torso",
            "Ev0A1B",
            "verification",
            "EXAMPLE",
            "Bearer",
            "burrito",
            "torso.png",
            "555",
            "shhh",
        ] {
            assert!(!text.contains(secret), "{secret} in {}: {text}", sample.name);
        }
    }
}

#[test]
fn the_examples_of_slack_are_redacted_and_keep_their_shape() {
    for example in sample::docs() {
        let message: Value = serde_json::from_str(example.text).unwrap();
        let out = redacted(&message);
        assert_eq!(shape(&out), shape(&message), "{}", example.name);
    }
}

#[test]
fn the_same_gets_the_same_stand_in_everywhere() {
    let mut redactor = Redactor::new(false);
    let mut line = |message: &str| {
        let out =
            redactor.line(&format!(r#"{{"v":1,"kind":"ack","envelope_id":"e-1","message":{message}}}"#));
        serde_json::from_str::<Value>(&out).unwrap()
    };
    let first =
        line(r#"{"envelope_id":"e-1","user":"U123ABC456","inviter":"U999ABC456","channel":"C123ABC456"}"#);
    let second = line(
        r#"{"text":"<@U999ABC456|lou> asks <@U123ABC456> in <#C123ABC456|general>, e-1","envelope_id":"e-1"}"#,
    );
    assert_eq!(
        first["message"],
        json!({ "envelope_id": "0-1", "user": "U000000001", "inviter": "U000000002", "channel": "C000000001" })
    );
    assert_eq!(
        second["message"],
        json!({ "text": "<@U000000002|xxx> xxxx <@U000000001> xx <#C000000001|xxxxxxx>, x-1", "envelope_id": "0-1" })
    );
    assert_eq!(first["envelope_id"], second["message"]["envelope_id"]);
}

#[test]
fn ids_names_and_links_keep_what_they_are() {
    for (before, after) in [
        (
            json!({ "user": { "id": "U123ABC456", "name": "rainer", "email": "rainer@duino.example" } }),
            json!({ "user": { "id": "U000000001", "name": "xxxxx1", "email": "xxxxxx@xxxxx.xxxxxx2" } }),
        ),
        (json!({ "event_id": "Ev0A1B2C3D4E" }), json!({ "event_id": "Ev0000000001" })),
        (json!({ "trigger_id": "9283.6392.0123abcdef" }), json!({ "trigger_id": "0000.0000.0000000001" })),
        (
            json!({ "response_url": "https://hooks.slack.com/actions/T123ABC456/17/EXAMPLEurl" }),
            json!({ "response_url": "https://xxxxx.slack.com/xxxxxxx/T000000001/11/XXXXXXXxxx" }),
        ),
        (
            json!({ "text": "*Héllo* _you_ :wave: `code` <!here> <https://a.example/x?y=1|Ünder>\n>q" }),
            json!({ "text": "*Xxxxx* _xxx_ :xxxx: `xxxx` <!here> <https://x.xxxxxxx/x?x=1|Xxxxx>\n>x" }),
        ),
        (
            json!({ "private_metadata": "{\"channel\":\"C123ABC456\"}" }),
            json!({ "private_metadata": "{\"xxxxxxx\":\"C000000001\"}" }),
        ),
        (
            json!({ "token": "xoxb-***", "selected_date": "2026-12-04" }),
            json!({ "token": "0001-***", "selected_date": "1111-11-11" }),
        ),
        (
            json!({ "salary": 120_000, "max_length": 80, "event_time": 1_763_764_906, "date_deleted": 0 }),
            json!({ "salary": 111_111, "max_length": 80, "event_time": 1_763_764_906, "date_deleted": 0 }),
        ),
        (
            json!({ "action_id": "approve_U123ABC456", "block_id": "a b", "callback_id": "me@example.com" }),
            json!({ "action_id": "approve_U000000001", "block_id": "x x", "callback_id": "00@0000000.001" }),
        ),
        (
            json!({ "type": "Rainer", "subtype": "two words", "ts": "12 Rainer" }),
            json!({ "type": "Xxxxxx", "subtype": "xxx xxxxx", "ts": "11 Xxxxxx" }),
        ),
        (
            json!({ "submission": { "type": "burrito", "ts": "1763764906.118429" } }),
            json!({ "submission": { "type": "xxxxxxx", "ts": "1111111111.111111" } }),
        ),
        (
            json!({ "profiles": { "U123ABC456": 1, "me@example.com": 2 } }),
            json!({ "profiles": { "U000000001": 1, "00@0000000.001": 1 } }),
        ),
        (
            json!({ "is_bot": true, "enterprise": null, "text": "" }),
            json!({ "is_bot": true, "enterprise": null, "text": "" }),
        ),
    ] {
        assert_eq!(payload(&before), after);
    }
}

#[test]
fn the_developers_own_names_go_too_when_asked() {
    let view = json!({ "callback_id": "my-modal", "blocks": [{ "block_id": "title" }], "state": { "values": { "title": { "title-value": { "type": "plain_text_input", "value": "Archaic" } } } } });
    let message = json!({ "payload": { "view": view, "command": "/deploy" } });
    assert_eq!(redacted(&message)["payload"]["view"]["callback_id"], "my-modal");
    let hidden = redacted_with(true, &message).to_string();
    for word in ["modal", "title", "deploy", "Archaic"] {
        assert!(!hidden.contains(word), "{hidden}");
    }
    assert!(hidden.contains("plain_text_input") && hidden.contains(r#""block_id":"00002""#), "{hidden}");
    assert!(hidden.contains(r#""values":{"00002":"#), "the key and the block agree: {hidden}");
    let errors = json!({ "payload": { "response_action": "errors", "errors": { "title": "short" } } });
    assert_eq!(
        redacted(&errors)["payload"],
        json!({ "response_action": "errors", "errors": { "title": "xxxxx" } })
    );
    assert_eq!(redacted_with(true, &errors)["payload"]["errors"], json!({ "00001": "xxxxx" }));
}

#[test]
fn spelling_and_order_of_what_stays_are_kept() {
    let line = "{ \"v\":1, \"kind\":\"envelope\",\"z\":null,\"message\":{\"max_length\":1.50e3 ,\"b\":-0.25E+7,\"type\":\"mess\\u0061ge\",\"a\":\"\\/\\u00e9\",\"b\":2} }";
    let out = Redactor::new(false).line(line);
    assert_eq!(
        out,
        "{ \"v\":1, \"kind\":\"envelope\",\"z\":null,\"message\":{\"max_length\":1.50e3 ,\"b\":-1.11E+1,\"type\":\"mess\\u0061ge\",\"a\":\"/x\",\"b\":1} }"
    );
}

#[test]
fn a_close_reason_is_prose_and_a_disconnect_reason_is_not() {
    let mut redactor = Redactor::new(false);
    let mut reason =
        |line: &str| serde_json::from_str::<Value>(&redactor.line(line)).unwrap()["reason"].clone();
    assert_eq!(reason(r#"{"kind":"closed","reason":"rainer"}"#), "xxxxxx");
    assert_eq!(reason(r#"{"kind":"disconnect","reason":"warning"}"#), "warning");
}

fn export(session: &Session) -> String {
    let mut out = Vec::new();
    write(&session.lines(), Format::Redacted, &Chosen::All, false, &mut out, &mut |_| true).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_redacted_session_is_a_recording_and_tells_nothing() {
    let mut session = Session::full();
    session.write(&Event::Finding {
        code: "late-ack".into(),
        conn: Some(1),
        envelope_id: None,
        message: "Rainer was slow".into(),
    });
    let text = export(&session);
    assert_eq!(text.lines().count(), session.places.len());
    for (line, (_, before)) in text.lines().zip(&session.places) {
        let (record, original) = (Record::parse(line).unwrap(), Record::parse(before).unwrap());
        assert_eq!(
            (record.seq, record.at, record.event.kind()),
            (original.seq, original.at, original.event.kind())
        );
        assert_eq!(record.event.conn(), original.event.conn());
    }
    for secret in ["Rainer", "rainer", "duino", "123ABC456", "UNAUTHENTICATED", "Zm9v", "89ab"] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(
        text.contains("late-ack") && text.contains("not_in_channel") && text.contains("chat.postMessage")
    );
    // Every ack finds its envelope again.
    let mut ids: HashMap<String, u32> = HashMap::new();
    for line in text.lines() {
        match Record::parse(line).unwrap().event {
            Event::Envelope { envelope_id, message, .. } => {
                assert!(message.contains(&format!(r#""envelope_id":"{envelope_id}""#)));
                *ids.entry(envelope_id.into_owned()).or_default() += 1;
            }
            Event::Ack { envelope_id, .. } => assert_eq!(ids.insert(envelope_id.into_owned(), 2), Some(1)),
            _ => {}
        }
    }
    assert!(ids.values().all(|count| *count == 2) && ids.len() == sample::all().len());
}

/// Keys that Slack has, those of the allow-list among them, and keys of somebody's own.
fn keys() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(vec![
            "type",
            "subtype",
            "ts",
            "action_id",
            "command",
            "text",
            "value",
            "name",
            "user",
            "id",
            "url",
            "token",
            "event_payload",
            "values",
            "errors",
            "message",
            "debug_info",
            "host",
            "reason",
            "response",
            "error",
            "max_length",
            "created",
            "private_metadata",
            "at",
            "code",
            "version",
            "base64"
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,8}",
    ]
}

/// Something that must never be read: all of it has the letters `qzv` or `QZV`, in no shape that any rule lets stay.
fn secrets() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z]qzv[a-z]{0,6} [a-zA-Z0-9 <>@|*_~`:.,/é\\\\\"\n]{0,20}",
        "[UWCDGTBAEFSV]0QZV[A-Z0-9]{3,8}",
        "qzv[a-z]{1,6}@qzv[a-z]{0,4}\\.example",
        "https://qzv[a-z]{0,5}\\.example/Qzv[a-z]{0,5} é",
        "<@U0QZV[A-Z0-9]{4}|qzv[a-z]{0,4}> ",
        "😀qzv[a-z]{0,3}ü",
    ]
}

fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => secrets().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((keys(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_secret_survives_under_any_key(document in documents(), hide: bool) {
        let text = redacted_with(hide, &document).to_string().to_lowercase();
        prop_assert!(!text.contains("qzv"), "{} -> {}", document, text);
    }

    #[test]
    fn no_secret_survives_as_a_key(key in secrets()) {
        let text = redacted(&json!({ "map": { key: 1 } })).to_string().to_lowercase();
        prop_assert!(!text.contains("qzv"), "{}", text);
    }

    #[test]
    fn the_shape_stays_and_stays_again(document in documents()) {
        let once = redacted(&document);
        prop_assert_eq!(shape(&once), shape(&document));
        prop_assert_eq!(shape(&redacted(&once)), shape(&once));
    }

    #[test]
    fn equal_strings_stay_equal_and_ids_stay_apart(one in secrets(), two in secrets()) {
        let out = payload(&json!({ "user_id": [one, two, one] }));
        let out = out["user_id"].as_array().unwrap();
        prop_assert_eq!(&out[0], &out[2]);
        let bare = |text: &str| !text.contains(char::is_whitespace);
        prop_assert!(one == two || !bare(&one) || !bare(&two) || out[0] != out[1]);
    }

    #[test]
    fn any_record_line_is_survived(document in documents(), cut in any::<prop::sample::Index>()) {
        let line = json!({ "v": 1, "message": document }).to_string();
        let cut = line.floor_char_boundary(cut.index(line.len() + 1));
        let _ = Redactor::new(false).line(&line[..cut]);
    }

    #[test]
    fn timestamps_stay_as_they_are(seconds in 1_000_000_000_u64..9_999_999_999, micros in 0_u32..1_000_000) {
        let ts = format!("{seconds}.{micros:06}");
        prop_assert_eq!(payload(&json!({ "ts": ts, "event_time": seconds })), json!({ "ts": ts, "event_time": seconds }));
    }
}
