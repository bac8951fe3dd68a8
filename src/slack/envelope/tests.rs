#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;

/// Kind, subject and summary of a payload.
fn told(type_: &str, payload: &str) -> (Kind, String, String) {
    let about = About::of(type_, payload);
    (about.kind, about.subject.to_string(), about.summary())
}

fn is(type_: &str, payload: &str, kind: Kind, subject: &str, summary: &str) {
    assert_eq!(told(type_, payload), (kind, subject.to_owned(), summary.to_owned()), "{payload}");
}

#[test]
fn the_table_stands_in_the_order_of_the_enum_and_fits_its_column() {
    for (at, kind) in Kind::ALL.into_iter().enumerate() {
        assert_eq!(KINDS[at].0, kind);
        assert_eq!(kind as usize, at);
        assert!(kind.label().len() <= 8, "{}", kind.label());
        assert_eq!(Kind::named(kind.name()), Some(kind));
    }
    let labels: std::collections::HashSet<_> = Kind::ALL.iter().map(|kind| kind.label()).collect();
    assert_eq!(labels.len(), Kind::ALL.len());
}

#[test]
fn kinds() {
    assert_eq!(Kind::of("events_api", Some("event_callback")), Kind::Event);
    assert_eq!(Kind::of("events_api", None), Kind::Event);
    assert_eq!(Kind::of("slash_commands", None), Kind::Command);
    assert_eq!(Kind::of("interactive", Some("view_closed")), Kind::ViewClosed);
    assert_eq!(Kind::of("interactive", Some("events_api")), Kind::Unknown);
    assert_eq!(Kind::of("interactive", Some("something_new")), Kind::Unknown);
    assert_eq!(Kind::of("interactive", None), Kind::Unknown);
    assert_eq!(Kind::of("", None), Kind::Unknown);
}

#[test]
fn messages_are_told_apart_by_their_channel() {
    let message = |event: &str| {
        format!(
            r#"{{"token":"t","team_id":"T1","event":{event},"type":"event_callback","event_id":"Ev1","event_time":1}}"#
        )
    };
    for (channel_type, subject) in [
        ("channel", "message.channels"),
        ("group", "message.groups"),
        ("im", "message.im"),
        ("mpim", "message.mpim"),
        ("app_home", "message.app_home"),
    ] {
        let payload = message(&format!(
            r#"{{"type":"message","channel":"C1","user":"U1","text":"Who if\nI cried","channel_type":"{channel_type}"}}"#
        ));
        is("events_api", &payload, Kind::Event, subject, "Who if I cried");
    }
    let payload = message(
        r#"{"type":"message","subtype":"message_changed","channel":"C1","channel_type":"channel","message":{"user":"U2","text":"now"},"previous_message":{"text":"then"}}"#,
    );
    is("events_api", &payload, Kind::Event, "message.channels", "message_changed · now");
    let about = About::of("events_api", &payload);
    assert_eq!((about.user.as_deref(), about.channel.as_deref()), (Some("U2"), Some("C1")));
    assert_eq!((about.event_id.as_deref(), about.team_id.as_deref()), (Some("Ev1"), Some("T1")));
    is("events_api", &message(r#"{"type":"message"}"#), Kind::Event, "message", "");
}

#[test]
fn other_events() {
    let event = |event: &str| format!(r#"{{"type":"event_callback","event":{event}}}"#);
    is(
        "events_api",
        &event(
            r#"{"type":"reaction_added","user":"U1","reaction":"wave","item":{"type":"message","channel":"C9"}}"#,
        ),
        Kind::Event,
        "reaction_added",
        ":wave: · U1",
    );
    is(
        "events_api",
        &event(r#"{"type":"member_joined_channel","user":"U1"}"#),
        Kind::Event,
        "member_joined_channel",
        "U1",
    );
    is(
        "events_api",
        &event(r#"{"type":"team_join","user":{"id":"U1","name":"rainer"}}"#),
        Kind::Event,
        "team_join",
        "rainer",
    );
    is(
        "events_api",
        &event(r#"{"type":"function_executed","function":{"callback_id":"sum","title":"Sum up"}}"#),
        Kind::Event,
        "function_executed",
        "sum",
    );
}

#[test]
fn an_app_home_without_its_wrapper_is_read_as_slack_documents_it() {
    let payload = r#"{"type":"app_home_opened","user":"U123ABC456","channel":"C1","event_ts":"1","tab":"home","view":{"id":"V1"}}"#;
    is("events_api", payload, Kind::Event, "app_home_opened", "home · U123ABC456");
    let wrapped = format!(r#"{{"type":"event_callback","event":{payload}}}"#);
    is("events_api", &wrapped, Kind::Event, "app_home_opened", "home · U123ABC456");
}

#[test]
fn commands() {
    let payload = r#"{"team_id":"T1","team_domain":"maria","user_id":"U1","user_name":"rainer","command":"/randorilke","text":"","channel_id":"C1"}"#;
    is("slash_commands", payload, Kind::Command, "/randorilke", "rainer");
    let about = About::of("slash_commands", payload);
    assert_eq!(about.command.as_deref(), Some("/randorilke"));
    assert_eq!(about.team_domain.as_deref(), Some("maria"));
    assert_eq!((about.user.as_deref(), about.who()), (Some("U1"), Some("rainer")));
    is("slash_commands", r#"{"command":"/do","text":"it  now"}"#, Kind::Command, "/do", "it now");
}

#[test]
fn actions_tell_what_was_chosen() {
    let action = |action: &str| {
        format!(r#"{{"type":"block_actions","user":{{"id":"U1","username":"RMR"}},"actions":[{action}]}}"#)
    };
    for (element, subject, summary) in [
        (
            r#"{"type":"button","action_id":"WaXA","block_id":"=qXel","text":{"text":"View"},"value":"v"}"#,
            "WaXA",
            "View · RMR",
        ),
        (
            r#"{"type":"static_select","action_id":"a","selected_option":{"text":{"text":"One"},"value":"1"}}"#,
            "a",
            "One · RMR",
        ),
        (
            r#"{"type":"checkboxes","action_id":"a","selected_options":[{"text":{"text":"A"}},{"text":{"text":"B"}}]}"#,
            "a",
            "A, B · RMR",
        ),
        (
            r#"{"type":"multi_users_select","action_id":"a","selected_users":["U7","U8"]}"#,
            "a",
            "U7, U8 · RMR",
        ),
        (r#"{"type":"datepicker","action_id":"a","selected_date":"2026-11-22"}"#, "a", "2026-11-22 · RMR"),
        (
            r#"{"type":"datetimepicker","action_id":"a","selected_date_time":1700000000}"#,
            "a",
            "1700000000 · RMR",
        ),
        (r#"{"type":"plain_text_input","action_id":"a","value":"typed"}"#, "a", "\"typed\" · RMR"),
        (r#"{"type":"static_select","block_id":"b","selected_option":null}"#, "b", "static_select · RMR"),
        (
            r#"{"type":"button","action_id":"a","text":{"text":"X"}},{"type":"button","action_id":"b"}"#,
            "a",
            "X +1 · RMR",
        ),
    ] {
        is("interactive", &action(element), Kind::BlockActions, subject, summary);
    }
    let about = action(r#"{"type":"button","action_id":"WaXA","block_id":"=qXel"}"#);
    let about = About::of("interactive", &about);
    assert_eq!((about.action_id.as_deref(), about.block_id.as_deref()), (Some("WaXA"), Some("=qXel")));
}

#[test]
fn modals_menus_shortcuts_and_the_dialogs_of_old() {
    for (payload, kind, subject, summary) in [
        (
            r#"{"type":"view_submission","user":{"id":"U1","name":"rmr"},"view":{"callback_id":"modal-with-inputs","state":{"values":{"e":{"x":{"type":"plain_text_input","value":null}},"m":{"v":{"type":"plain_text_input","value":"Archaic torso"}}}}}}"#,
            Kind::ViewSubmission,
            "modal-with-inputs",
            "\"Archaic torso\" · rmr",
        ),
        (
            r#"{"type":"view_submission","user":{"id":"U1"},"view":{"callback_id":"","title":{"text":"Title"}}}"#,
            Kind::ViewSubmission,
            "Title",
            "U1",
        ),
        (
            r#"{"type":"view_closed","is_cleared":true,"view":{"callback_id":"m"}}"#,
            Kind::ViewClosed,
            "m",
            "all views closed",
        ),
        (
            r#"{"type":"block_suggestion","user":{"id":"U1","name":"panther"},"block_id":"search-block","action_id":"seach-action","value":"an"}"#,
            Kind::BlockSuggestion,
            "seach-action",
            "\"an\" · panther",
        ),
        (r#"{"type":"block_suggestion","value":"","block_id":"b"}"#, Kind::BlockSuggestion, "b", "\"\""),
        (r#"{"type":"shortcut","callback_id":"open","user":{"username":"u"}}"#, Kind::Shortcut, "open", "u"),
        (
            r#"{"type":"message_action","callback_id":"file","message":{"text":"Hi"},"user":{"name":"u"}}"#,
            Kind::MessageAction,
            "file",
            "Hi · u",
        ),
        (
            r#"{"type":"interactive_message","callback_id":"old","actions":[{"name":"game","type":"button","value":"chess"}]}"#,
            Kind::InteractiveMessage,
            "old",
            "\"chess\"",
        ),
        (
            r#"{"type":"dialog_submission","callback_id":"d","submission":{"a":null,"b":"typed"}}"#,
            Kind::DialogSubmission,
            "d",
            "\"typed\"",
        ),
        (
            r#"{"type":"dialog_suggestion","callback_id":"d","name":"city","value":"be"}"#,
            Kind::DialogSuggestion,
            "d",
            "city: \"be\"",
        ),
        (r#"{"type":"dialog_cancellation","callback_id":"d"}"#, Kind::DialogCancellation, "d", ""),
        (r#"{"type":"workflow_step_edit","callback_id":"w"}"#, Kind::WorkflowStepEdit, "w", ""),
    ] {
        is("interactive", payload, kind, subject, summary);
    }
}

#[test]
fn what_is_no_payload_is_shown_as_it_is() {
    is(
        "interactive",
        r#"{"type":"brand_new","x":1}"#,
        Kind::Unknown,
        "brand_new",
        r#"{"type":"brand_new","x":1}"#,
    );
    is("else", "\"plain\\ntext\"", Kind::Unknown, "", "plain text");
    is("else", "null", Kind::Unknown, "", "");
    is("events_api", "[1,2]", Kind::Event, "", "");
    is("slash_commands", "", Kind::Command, "", "");
}

#[test]
fn wrong_types_are_as_if_missing() {
    is(
        "interactive",
        r#"{"type":"block_actions","user":5,"team":[],"channel":null,"actions":{"a":1},"view":"x","block_id":{}}"#,
        Kind::BlockActions,
        "",
        "",
    );
    is(
        "events_api",
        r#"{"type":"event_callback","event":{"type":["message"],"user":1e999}}"#,
        Kind::Event,
        "",
        "",
    );
}

#[test]
fn a_summary_is_one_line_of_limited_length() {
    let text = "äöü\\t ".repeat(500);
    let payload = format!(r#"{{"type":"event_callback","event":{{"type":"message","text":"{text}"}}}}"#);
    let summary = About::of("events_api", &payload).summary();
    assert_eq!(summary.chars().count(), SUMMARY_CHARS);
    assert!(summary.ends_with('…') && !summary.contains('\t'));
}

proptest! {
    #[test]
    fn any_text_is_survived(
        type_ in "events_api|slash_commands|interactive|other",
        name in "block_actions|view_submission|dialog_suggestion|interactive_message|message",
        rest in r#"[\[\]{}",:\\a-z0-9 é]{0,80}"#,
    ) {
        let payload = format!(r#"{{"type":"{name}",{rest}"#);
        for payload in [payload.as_str(), rest.as_str()] {
            let about = About::of(&type_, payload);
            prop_assert!(!about.summary().contains('\n'));
            prop_assert!(about.summary().chars().count() <= SUMMARY_CHARS);
        }
    }
}
