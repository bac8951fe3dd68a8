use super::{check, envelope, parse};
use crate::journal::filter::{AckState, By, FIELDS, Subject, help};

const MODAL: &str = r#"{"envelope_id":"6f9a-01","type":"interactive","accepts_response_payload":true,
 "payload":{"type":"view_submission","team":{"id":"T1","domain":"duino"},"user":{"id":"U1","username":"rainer","name":"r.m.r","team_id":"T9"},
 "view":{"id":"V1","callback_id":"save_form","state":{"values":{"b":{"a":{"user":"U7","callback_id":"no"}}}}}}}"#;

#[test]
fn types_are_the_envelopes_or_the_interactive_payloads() {
    let modal = envelope("interactive", MODAL);
    check(
        &modal,
        &[
            "type:interactive",
            "type:view_submission",
            "view_submission",
            "type:view_*",
            "type:*",
            "kind:envelope",
        ],
        &["type:events_api", "type:view", "type:View_Submission", "kind:ack", "event:*"],
    );
    let event = envelope("events_api", r#"{"payload":{"type":"event_callback"}}"#);
    check(&event, &["type:events_api"], &["type:event_callback"]);
    let hello = Subject { kind: "hello", type_: "", ..envelope("", r#"{"type":"hello"}"#) };
    check(&hello, &["kind:hello", "!type:*"], &["type:hello", "type:*"]);
}

#[test]
fn modals_have_callback_user_and_team() {
    check(
        &envelope("interactive", MODAL),
        &[
            "callback:save_form",
            "callback:save*",
            "callback:*form",
            "user:U1",
            "user:rainer",
            "team:T1",
            "team:duino",
        ],
        &[
            "callback:save",
            "callback:no",
            "user:U7",
            "user:u1",
            "team:T9",
            "channel:*",
            "action:*",
            "command:*",
        ],
    );
}

#[test]
fn block_actions_have_actions_and_a_channel_somewhere() {
    let message = r#"{"payload":{"type":"block_actions","user":{"id":"U2"},"container":{"type":"message","channel_id":"C3"},
     "channel":{"id":"C1","name":"general"},"actions":[{"action_id":"approve","block_id":"b"},{"action_id":"deny"}]}}"#;
    check(
        &envelope("interactive", message),
        &["action:approve", "action:deny", "action:app*ve", "channel:C1", "channel:general", "channel:C3"],
        &["action:b", "callback:*", "channel:C2"],
    );
    let menu = r#"{"payload":{"type":"block_suggestion","action_id":"search","value":"an","view":{"callback_id":"v"}}}"#;
    check(&envelope("interactive", menu), &["action:search", "callback:v"], &["action:an"]);
    let old = r#"{"payload":{"type":"interactive_message","callback_id":"game","actions":[{"name":"play","type":"button"}]}}"#;
    check(&envelope("interactive", old), &["action:play", "callback:game"], &["action:button"]);
}

#[test]
fn slash_commands_have_flat_names() {
    let message = r#"{"payload":{"command":"\/deploy","text":"now","user_id":"U1","user_name":"rainer","channel_id":"D1",
     "channel_name":"directmessage","team_id":"T1","team_domain":"duino"}}"#;
    check(
        &envelope("slash_commands", message),
        &[
            "command:/deploy",
            "command:/dep*",
            "user:U1",
            "user:rainer",
            "channel:D1",
            "team:T1",
            "team:duino",
        ],
        &["command:deploy", "command:\"/dep*\"", "callback:*"],
    );
}

#[test]
fn events_have_the_names_that_apps_subscribe_to() {
    for (channel_type, name) in [("channel", "channels"), ("group", "groups"), ("im", "im"), ("mpim", "mpim")]
    {
        let message = format!(
            r#"{{"payload":{{"team_id":"T1","event":{{"type":"message","channel_type":"{channel_type}","user":"U1","channel":"C1"}}}}}}"#
        );
        let full = format!("event:message.{name}");
        check(
            &envelope("events_api", &message),
            &[&full, "event:message", "event:message.*", "user:U1", "channel:C1", "team:T1"],
            &["event:message.app_home", "event:messages", "event:channel"],
        );
    }
    let reaction = r#"{"payload":{"event":{"type":"reaction_added","user":"U1","item":{"type":"message","channel":"C5"}}}}"#;
    check(&envelope("events_api", reaction), &["event:reaction_added", "channel:C5"], &["event:message"]);
    let edited = r#"{"payload":{"event":{"type":"message","subtype":"message_changed","channel":"C1","message":{"user":"U4"}}}}"#;
    check(&envelope("events_api", edited), &["user:U4"], &["event:message.channels"]);
    let unwrapped = r#"{"payload":{"type":"app_home_opened","user":"U1"}}"#;
    check(&envelope("events_api", unwrapped), &["event:app_home_opened", "user:U1"], &[]);
    let function = r#"{"payload":{"event":{"type":"function_executed","function":{"callback_id":"f"},"inputs":{"user":"U9"}}}}"#;
    check(&envelope("events_api", function), &["callback:f"], &["user:*"]);
    let renamed = r#"{"payload":{"event":{"type":"channel_rename","channel":{"id":"C7","name":"new"}}}}"#;
    check(&envelope("events_api", renamed), &["channel:C7", "channel:new"], &[]);
}

#[test]
fn any_shape_is_borne() {
    for message in [
        "",
        "null",
        "[]",
        "\"U1\"",
        "plain text",
        r#"{"payload":"U1"}"#,
        r#"{"payload":{"user":["U1"],"actions":{"action_id":"a"},"view":null,"event":3,"channel":true,"team":1.5}}"#,
        r#"{"payload":{"actions":[1,"x",null,[{"action_id":"a"}]],"user":{"id":{"id":"U1"}}}}"#,
    ] {
        check(&envelope("interactive", message), &["!user:*", "!action:*"], &["callback:*", "user:U1"]);
    }
    let torn = r#"{"payload":{"user":{"id":"U1"},"view":{"callback_id":"sa"#;
    check(&envelope("interactive", torn), &["user:U1"], &["callback:*"]);
    let escaped = r#"{"p\u0061yload":{"user":"\u00dc1"}}"#;
    check(&envelope("interactive", escaped), &["user:Ü1"], &[]);
    let deep = format!(r#"{{"payload":{{"user":"U1","x":{}{}}}}}"#, "[".repeat(20_000), "]".repeat(20_000));
    check(&envelope("interactive", &deep), &["user:U1"], &["user:U2"]);
}

#[test]
fn numbers_sizes_and_durations_compare() {
    let message = "x".repeat(10_240);
    let mut subject = envelope("interactive", &message);
    subject.took_ms = Some(500.0);
    subject.retry = 2;
    check(
        &subject,
        &["conn:2", "conn:=2", "conn:>=2", "conn:<=2", "conn:<3", "retry:>0", "retry:2"],
        &["conn:1", "conn:>2", "conn:<2", "retry:0", "retry:>2"],
    );
    check(
        &subject,
        &["size:>10k", "size:10Ki", "size:10240", "size:<1M", "size:<=10240b", "size:<10.3kB"],
        &["size:10k", "size:>10Ki", "size:>1M"],
    );
    check(
        &subject,
        &["took:500ms", "took:>=0.5s", "took:<8s", "took:<2m", "took:>499.9ms"],
        &["took:>500ms", "took:>1h"],
    );
    let fresh = Subject { conn: None, ..envelope("interactive", "{}") };
    check(&fresh, &["retry:0", "!took:>0ms"], &["took:>=0ms", "conn:>=0", "took:<1h"]);
}

#[test]
fn moments_are_durations_clock_times_or_timestamps() {
    check(
        &envelope("interactive", "{}"),
        &[
            "after:10m",
            "after:599.9s",
            "before:11m",
            "after:07:21",
            "after:7:21",
            "after:07:21:05",
            "before:07:22",
            "after:2026-11-22T07:21:05Z",
            "before:2026-11-22T08:21:06+01:00",
            "after:5m before:1h",
        ],
        &["before:10m", "after:601s", "after:07:22", "before:07:21:05", "after:2026-11-22T07:21:06Z"],
    );
    let berlin = jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
    let local = crate::journal::filter::Filter::parse_in("after:08:21 before:08:22", berlin).unwrap();
    assert!(local.matches(&envelope("interactive", "{}")));
}

#[test]
fn acks_by_state_and_sender() {
    let mut subject = envelope("interactive", "{}");
    check(&subject, &["ack:pending", "ack:held"], &["ack:ok", "ack:late", "ack:none", "by:auto"]);
    for (state, word) in
        [(AckState::Ok, "ack:ok"), (AckState::Late, "ack:late"), (AckState::None, "ack:none")]
    {
        subject.ack = state;
        check(&subject, &[word], &["ack:pending"]);
    }
    for (by, word) in
        [(By::Auto, "by:auto"), (By::Rule, "by:rule"), (By::Hand, "by:hand"), (By::App, "by:app")]
    {
        subject.by = Some(by);
        check(&subject, &[word], &["by:hand by:rule"]);
    }
    subject.ack = AckState::NotDue;
    check(&subject, &[], &["ack:pending or ack:ok or ack:late or ack:none"]);
}

#[test]
fn envelope_ids_take_globs() {
    let subject = envelope("interactive", "{}");
    check(&subject, &["id:6f9a-01", "id:6f*", "id:*01", "id:*9a*"], &["id:6f9a", "id:*02"]);
    let none = Subject { envelope_id: "", ..subject };
    check(&none, &[], &["id:*"]);
}

#[test]
fn globs_match_in_any_number_of_pieces() {
    let table = [
        ("a*b*c", "abc", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "acb", false),
        ("ab*ba", "aba", false),
        ("*", "", true),
        ("**", "x", true),
        ("*a", "ba", true),
        ("é*ü", "é-ü", true),
        ("a", "ab", false),
    ];
    for (pattern, id, expected) in table {
        let subject = Subject { kind: id, ..envelope("", "") };
        assert_eq!(parse(&format!("kind:{pattern}")).matches(&subject), expected, "{pattern} {id}");
    }
}

#[test]
fn the_header_alone_decides_where_it_can() {
    let table = [
        ("", true),
        (
            "type:interactive conn:2 id:a* ack:late by:rule retry:>0 took:>1s after:1m before:07:00 kind:ack",
            true,
        ),
        ("!(type:events_api or ack:ok)", true),
        ("type:view_submission", false),
        ("type:inter*", false),
        ("size:>1", false),
        ("retry:1 word", false),
        ("/x/", false),
        (".payload", false),
        ("event:message", false),
        ("user:U1 or ack:ok", false),
    ];
    for (text, expected) in table {
        assert_eq!(parse(text).is_header_only(), expected, "{text}");
    }
}

#[test]
fn the_table_is_whole() {
    for field in FIELDS {
        assert!(field.example.starts_with(&format!("{}:", field.name)), "{}", field.name);
        parse(field.example);
        assert!(!field.help.is_empty() && field.help.len() < 80);
        for word in field.words() {
            parse(&format!("{}:{word}", field.name));
        }
        assert!(help().contains(field.example));
    }
    let mut names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FIELDS.len());
}
