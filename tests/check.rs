//! For every form of an answer: a valid one that passes, and invalid ones that are found at the right place.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use sockscope::slack::ack::{self, FORMS, Form, MAX_FRAME};
use sockscope::slack::check::{Finding, Severity, check, verdict};
use sockscope::slack::envelope::Kind;

const SUBMISSION: &str = r#"{"type":"view_submission","view":{"id":"V1","type":"modal","root_view_id":"V1","previous_view_id":null,
  "title":{"type":"plain_text","text":"Poems","emoji":true},"submit":{"type":"plain_text","text":"Go","emoji":true},"close":null,
  "callback_id":"poems","private_metadata":"","external_id":"",
  "blocks":[
    {"type":"section","block_id":"intro","text":{"type":"mrkdwn","text":"Hi","verbatim":false}},
    {"type":"input","block_id":"poem","label":{"type":"plain_text","text":"Poem","emoji":true},"optional":false,"dispatch_action":false,
     "element":{"type":"plain_text_input","action_id":"a","dispatch_action_config":{"trigger_actions_on":["on_enter_pressed"]}}},
    {"type":"input","block_id":"a/b~c","label":{"type":"plain_text","text":"Year"},"element":{"type":"datepicker","action_id":"b"}}
  ]}}"#;

/// Where something is changed, the new value (null takes the member out), where it is found, by which rule.
type Change = (String, Value, String, &'static str);

fn at(place: &str, value: Value, pointer: &str, rule: &'static str) -> Change {
    (place.to_owned(), value, pointer.to_owned(), rule)
}

/// A change that is found where it is made.
fn here(place: &str, value: Value, rule: &'static str) -> Change {
    at(place, value, place, rule)
}

/// A member that is taken out and missed by its object.
fn without(place: &str) -> Change {
    let (parent, _) = place.rsplit_once('/').unwrap();
    at(place, Value::Null, parent, "missing")
}

fn found(kind: Kind, payload: &str, answer: &Value) -> Vec<Finding> {
    check(kind, Some(true), payload, &answer.to_string())
}

/// A form's valid answer, and changes of it that are found.
struct Case {
    kind: Kind,
    form: Form,
    payload: &'static str,
    valid: Value,
    changes: Vec<Change>,
}

fn case(kind: Kind, form: Form, payload: &'static str, valid: Value, changes: Vec<Change>) -> Case {
    Case { kind, form, payload, valid, changes }
}

fn cases() -> Vec<Case> {
    let mut all =
        vec![errors_case(), clear_case(), options_case(), option_groups_case(), old_message(), old_options()];
    all.extend(views());
    all.extend(texts());
    all.extend(block_texts());
    all.extend(dialog_cases());
    all
}

/// Drafts that are wrong whatever the form: what, where, by which rule.
fn always_wrong() -> [(String, &'static str, &'static str); 7] {
    [
        ("{\"a\": }".to_owned(), "", "syntax"),
        ("[1]".to_owned(), "", "wrong-type"),
        ("\"x\"".to_owned(), "", "wrong-type"),
        (format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_FRAME)), "", "frame-too-long"),
        (format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200)), "", "too-deep"),
        (r#"{"a":{"b":1,"b":2}}"#.to_owned(), "/a/b", "twice"),
        (r#"{"a":["{{/none}} {{view}}"]}"#.to_owned(), "/a/0", "unfilled"),
    ]
}

#[test]
fn every_form_has_a_valid_answer_and_five_that_are_refused_at_the_right_place() {
    let cases = cases();
    for row in &FORMS {
        let called = format!("{} {}", row.kind.name(), row.name);
        for (draft, pointer, rule) in always_wrong() {
            let findings = check(row.kind, Some(true), "{}", &draft);
            let told = findings.iter().any(|finding| finding.pointer == pointer && finding.rule == rule);
            assert!(told, "{called}: {draft:.60}: {findings:#?}");
        }
        let valid = match row.form {
            Form::Empty => "",
            Form::Raw => r#"{"text":"x"}"#,
            _ => {
                let of_form: Vec<&Case> =
                    cases.iter().filter(|case| (case.kind, case.form) == (row.kind, row.form)).collect();
                let changes: usize = of_form.iter().map(|case| case.changes.len()).sum();
                assert!(changes >= 5, "{called} has {changes} invalid answers");
                for case in of_form {
                    refuses(case);
                }
                continue;
            }
        };
        let findings = check(row.kind, Some(true), "{}", valid);
        assert!(
            findings.iter().all(|finding| finding.severity == Severity::Warning),
            "{called}: {findings:#?}"
        );
    }
}

fn refuses(case: &Case) {
    let Case { kind, form, payload, valid, changes } = case;
    assert_eq!(found(*kind, payload, valid), [], "{valid}");
    assert!(
        ack::effect(*kind, &valid.to_string()) != ack::effect(*kind, "") || *form == Form::Empty,
        "{valid}"
    );
    for (place, value, pointer, rule) in changes {
        let findings = found(*kind, payload, &changed(valid, place, value.clone()));
        assert!(
            findings.iter().any(|finding| finding.pointer == *pointer && finding.rule == *rule),
            "{place} = {value}: expected {rule} at {pointer:?}, found {findings:#?}"
        );
    }
}

fn changed(valid: &Value, place: &str, value: Value) -> Value {
    let mut answer = valid.clone();
    let (parent, key) = place.rsplit_once('/').unwrap();
    match answer.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Value::Object(members) if value.is_null() => drop(members.remove(key)),
        Value::Object(members) => drop(members.insert(key.to_owned(), value)),
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        other => panic!("{parent} is {other}"),
    }
    answer
}

fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text })
}

fn option(text: &str) -> Value {
    json!({ "text": plain(text), "value": text })
}

fn long(count: usize) -> Value {
    json!("ä".repeat(count))
}

fn many(count: usize, item: &Value) -> Value {
    json!(vec![item.clone(); count])
}

#[test]
fn every_draft_passes_its_own_check() {
    let payloads = [
        (Kind::ViewSubmission, SUBMISSION),
        (Kind::Command, r#"{"command":"/do","text":"it","user_id":"U1"}"#),
        (Kind::BlockSuggestion, r#"{"value":"an"}"#),
        (Kind::DialogSuggestion, r#"{"value":""}"#),
        (Kind::DialogSubmission, r#"{"submission":{"email":"x"}}"#),
        (Kind::InteractiveMessage, r#"{"value":"du","user":{"id":"U1"}}"#),
    ];
    for (kind, payload) in payloads {
        for row in FORMS.iter().filter(|row| row.kind == kind && row.form != Form::Raw) {
            let draft = ack::draft(kind, row.form, payload);
            let findings = check(kind, Some(true), payload, &draft);
            assert_eq!(findings, [], "{draft}");
            assert!(verdict(kind, &draft, &findings).starts_with("Slack will take this: "), "{draft}");
        }
    }
}

fn errors_case() -> Case {
    let valid =
        json!({ "response_action": "errors", "errors": { "poem": "Too short", "a/b~c": "Too late" } });
    case(
        Kind::ViewSubmission,
        Form::ViewErrors,
        SUBMISSION,
        valid,
        vec![
            without("/response_action"),
            without("/errors"),
            here("/response_action", json!("error"), "not-known"),
            here("/errors", json!({}), "empty"),
            here("/errors", json!(["poem"]), "wrong-type"),
            here("/errors/poem", json!(""), "empty"),
            here("/errors/poem", json!({ "text": "x" }), "wrong-type"),
            here("/errors/intro", json!("x"), "unknown-input"),
            at("/errors/p~m", json!("x"), "/errors/p~0m", "unknown-input"),
            here("/text", json!("x"), "unknown-field"),
        ],
    )
}

#[test]
fn errors() {
    let valid = errors_case().valid;
    let message = |place: &str| {
        let findings = found(Kind::ViewSubmission, SUBMISSION, &changed(&valid, place, json!("error")));
        findings[0].message.clone()
    };
    assert_eq!(message("/errors/peom"), "the view has no block `peom`; its inputs are `a/b~c`, `poem`");
    assert_eq!(
        message("/errors/intro"),
        "`intro` is a section block, and only inputs can be marked; its inputs are `a/b~c`, `poem`"
    );
    assert_eq!(
        message("/response_action"),
        "`response_action` `error` is not known here (did you mean `errors`?); Slack takes update, push, clear, errors"
    );
}

fn view() -> Value {
    json!({
        "type": "modal", "title": plain("Poems"), "submit": plain("Go"), "close": plain("No"), "callback_id": "c",
        "private_metadata": "m", "clear_on_close": true,
        "blocks": [
            { "type": "header", "block_id": "h", "text": plain("Duino") },
            { "type": "section", "block_id": "s", "text": { "type": "mrkdwn", "text": "*Who*" },
              "accessory": { "type": "button", "action_id": "b", "text": plain("View"), "style": "primary",
                "confirm": { "title": plain("Sure?"), "text": plain("Yes?"), "confirm": plain("Y"), "deny": plain("N") } } },
            { "type": "input", "block_id": "i", "label": plain("Poem"), "hint": plain("Short"),
              "element": { "type": "plain_text_input", "action_id": "p", "multiline": true, "min_length": 1,
                "max_length": 90, "focus_on_load": true } },
            { "type": "actions", "block_id": "a", "elements": [
                { "type": "static_select", "action_id": "x", "placeholder": plain("Choose"),
                  "options": [option("One"), option("Two")], "initial_option": option("Two") },
                { "type": "overflow", "action_id": "y", "options": [option("One")] },
                { "type": "datepicker", "action_id": "z", "initial_date": "2026-11-22" } ] },
            { "type": "context", "elements": [
                { "type": "mrkdwn", "text": "x" },
                { "type": "image", "image_url": "https://x.example/y.png", "alt_text": "y" } ] },
            { "type": "image", "image_url": "https://x.example/y.png", "alt_text": "y", "title": plain("T") },
            { "type": "divider" },
            { "type": "rich_text", "elements": [
                { "type": "rich_text_section", "elements": [{ "type": "text", "text": "Who", "style": { "bold": true } }] },
                { "type": "rich_text_list", "style": "bullet", "indent": 0, "elements": [
                    { "type": "rich_text_section", "elements": [{ "type": "link", "url": "https://x.example" }] } ] } ] },
            { "type": "input", "label": plain("N"), "element": { "type": "number_input", "is_decimal_allowed": true,
                "min_value": "1.5", "max_value": "2" } },
            { "type": "input", "label": plain("T"), "element": { "type": "timepicker", "initial_time": "07:30" } },
            { "type": "input", "label": plain("C"), "element": { "type": "checkboxes", "options": [
                { "text": { "type": "mrkdwn", "text": "*x*" }, "value": "x" } ] } },
        ]
    })
}

fn views() -> Vec<Case> {
    let mut all = Vec::new();
    for (action, form) in [("update", Form::ViewUpdate), ("push", Form::ViewPush)] {
        let valid = json!({ "response_action": action, "view": view() });
        for (changes, to) in [
            (of_the_view(), ""),
            (of_blocks(), "/view/blocks"),
            (of_elements(), "/view/blocks"),
            (of_a_select(), "/view/blocks/3/elements/0"),
        ] {
            let put = |(place, value, pointer, rule)| {
                (format!("{to}{place}"), value, format!("{to}{pointer}"), rule)
            };
            let moved = changes.into_iter().map(put).collect();
            all.push(case(Kind::ViewSubmission, form, SUBMISSION, valid.clone(), moved));
        }
    }
    all
}

fn of_the_view() -> Vec<Change> {
    vec![
        without("/view"),
        here("/view", json!("x"), "wrong-type"),
        here("/view/type", json!("home"), "not-known"),
        without("/view/title"),
        here("/view/title/text", long(25), "too-long"),
        here("/view/title/type", json!("mrkdwn"), "not-known"),
        here("/view/submit/text", long(25), "too-long"),
        here("/view/close/text", long(25), "too-long"),
        at("/view/submit", Value::Null, "/view", "submit-missing"),
        here("/view/callback_id", long(256), "too-long"),
        here("/view/private_metadata", long(3001), "too-long"),
        without("/view/blocks"),
        here("/view/blocks", json!([]), "empty"),
        here("/view/blocks", many(101, &json!({ "type": "divider" })), "too-many"),
        here("/view/hash", json!("1.2"), "unknown-field"),
    ]
}

fn of_blocks() -> Vec<Change> {
    vec![
        here("/0/type", json!("heder"), "not-known"),
        without("/0/type"),
        here("/0", json!(5), "wrong-type"),
        at("/0", json!({ "type": "table", "rows": [] }), "/0/type", "not-known"),
        here("/0/text/text", long(151), "too-long"),
        here("/0/block_id", long(256), "too-long"),
        here("/1/block_id", json!("h"), "not-unique"),
        here("/1/text/text", long(3001), "too-long"),
        here("/1/text/text", json!(""), "empty"),
        without("/1/text"),
        here("/1/fields", many(11, &plain("x")), "too-many"),
        at(
            "/1/fields",
            json!([{ "type": "plain_text", "text": long(2001) }]),
            "/1/fields/0/text",
            "too-long",
        ),
        without("/2/label"),
        here("/2/label/text", long(2001), "too-long"),
        here("/3/elements", json!([]), "empty"),
        here("/4/elements", many(11, &plain("x")), "too-many"),
        here("/4/elements/0/type", json!("button"), "not-known"),
        without("/5/image_url"),
        at("/5/slack_file", json!({ "id": "F1" }), "/5", "only-one"),
        without("/5/alt_text"),
        without("/7/elements/0/elements/0/text"),
        here("/7/elements/1/style", json!("dots"), "not-known"),
    ]
}

fn of_elements() -> Vec<Change> {
    let focused = json!({ "type": "plain_text_input", "focus_on_load": true });
    vec![
        here("/1/accessory/text/text", long(76), "too-long"),
        here("/1/accessory/action_id", long(256), "too-long"),
        here("/1/accessory/style", json!("blue"), "not-known"),
        here("/1/accessory/value", long(2001), "too-long"),
        here("/1/accessory/url", long(3001), "too-long"),
        without("/1/accessory/confirm/deny"),
        here("/1/accessory/confirm/title/text", long(101), "too-long"),
        here("/1/accessory/type", json!("file_input"), "not-known"),
        at("/2/element", json!({ "type": "button", "text": plain("x") }), "/2/element/type", "not-known"),
        here("/2/element/max_length", json!(3001), "out-of-range"),
        here("/2/element/min_length", json!(91), "out-of-range"),
        here("/2/element/multiline", json!("yes"), "wrong-type"),
        here("/3/elements/1/options", many(6, &option("x")), "too-many"),
        here("/3/elements/1/action_id", json!("x"), "not-unique"),
        here("/3/elements/2/initial_date", json!("22.11.2026"), "wrong-format"),
        without("/8/element/is_decimal_allowed"),
        here("/8/element/min_value", json!("3"), "out-of-range"),
        here("/8/element/min_value", json!(3), "wrong-type"),
        at("/8/element", focused, "/8/element/focus_on_load", "only-one"),
        here("/9/element/initial_time", json!("25:00"), "wrong-format"),
        here("/10/element/options", many(11, &option("x")), "too-many"),
    ]
}

fn of_a_select() -> Vec<Change> {
    vec![
        without("/options"),
        here("/options", many(101, &option("x")), "too-many"),
        at("/option_groups", json!([{ "label": plain("x"), "options": [option("x")] }]), "", "only-one"),
        here("/options/0/text/text", long(76), "too-long"),
        here("/options/0/value", long(151), "too-long"),
        here("/options/0/text", json!("One"), "wrong-type"),
        here("/initial_option", option("Three"), "no-such-option"),
        here("/placeholder/text", long(151), "too-long"),
    ]
}

#[test]
fn limits_are_told_with_the_value() {
    let long_title =
        changed(&json!({ "response_action": "update", "view": view() }), "/view/title/text", long(31));
    let findings = found(Kind::ViewSubmission, SUBMISSION, &long_title);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].message, "`title` has 31 characters, Slack takes 24: shorten it by 7");
    assert_eq!(findings[0].severity, Severity::Error);
    assert_eq!(verdict(Kind::ViewSubmission, "{}", &findings), "Slack will refuse this, 1 error");
}

#[test]
fn a_stack_is_three_deep() {
    let push = json!({ "response_action": "push", "view": view() });
    let above = |view: &str| {
        SUBMISSION.replace("\"previous_view_id\":null", &format!("\"previous_view_id\":\"{view}\""))
    };
    assert_eq!(found(Kind::ViewSubmission, &above("V1"), &push), []);
    let third = found(Kind::ViewSubmission, &above("V2"), &push);
    assert_eq!((third[0].pointer.as_str(), third[0].rule), ("/response_action", "stack-too-deep"));
    let update = changed(&push, "/response_action", json!("update"));
    assert_eq!(found(Kind::ViewSubmission, &above("V2"), &update), []);
}

fn clear_case() -> Case {
    case(
        Kind::ViewSubmission,
        Form::ViewClear,
        SUBMISSION,
        json!({ "response_action": "clear" }),
        vec![
            here("/response_action", json!("claer"), "not-known"),
            here("/response_action", json!(1), "not-known"),
            at("/response_action", json!("update"), "", "missing"),
            here("/view", view(), "ignored"),
            here("/options", json!([]), "unknown-field"),
        ],
    )
}

fn options_case() -> Case {
    case(
        Kind::BlockSuggestion,
        Form::Options,
        "{}",
        json!({ "options": [option("One"), option("Two")] }),
        vec![
            here("/options", many(101, &option("x")), "too-many"),
            here("/options/0/text", json!("One"), "wrong-type"),
            here("/options/0/text/type", json!("mrkdwn"), "not-known"),
            here("/options/0/text/text", long(76), "too-long"),
            without("/options/1/value"),
            here("/options/1/value", json!(5), "wrong-type"),
            here("/options/1/description", json!("x"), "wrong-type"),
            at("/option_groups", json!([]), "", "only-one"),
            here("/response_action", json!("update"), "unknown-field"),
        ],
    )
}

#[test]
fn options() {
    let findings = found(Kind::BlockSuggestion, "{}", &json!({ "text": "x" }));
    assert_eq!(findings[0].message, "the answer needs `options` or `option_groups`");
}

fn option_groups_case() -> Case {
    let valid = json!({ "option_groups": [{ "label": plain("G"), "options": [option("One")] }] });
    let group = valid["option_groups"][0].clone();
    case(
        Kind::BlockSuggestion,
        Form::OptionGroups,
        "{}",
        valid,
        vec![
            here("/option_groups", many(101, &group), "too-many"),
            without("/option_groups/0/label"),
            here("/option_groups/0/label", json!("G"), "wrong-type"),
            here("/option_groups/0/label/text", long(76), "too-long"),
            without("/option_groups/0/options"),
            here("/option_groups/0/options", many(101, &option("x")), "too-many"),
            here("/option_groups/0/options/0/value", long(151), "too-long"),
            at("/options", json!([option("x")]), "", "only-one"),
        ],
    )
}

fn texts() -> [Case; 2] {
    [("ephemeral", Form::Message), ("in_channel", Form::MessageInChannel)].map(|(place, form)| {
        case(
            Kind::Command,
            form,
            "{}",
            json!({ "response_type": place, "text": "Got it", "unfurl_links": false }),
            vec![
                here("/response_type", json!("in_chanel"), "not-known"),
                without("/text"),
                here("/text", json!(5), "wrong-type"),
                here("/unfurl_links", json!("no"), "wrong-type"),
                here("/attachments", json!({}), "wrong-type"),
                at(
                    "/attachments",
                    json!([{ "blocks": [{ "type": "x" }] }]),
                    "/attachments/0/blocks/0/type",
                    "not-known",
                ),
                here("/channel", json!("C1"), "unknown-field"),
                here("/text", json!("Hi {{/user/name}}"), "unfilled"),
            ],
        )
    })
}

fn block_texts() -> [Case; 2] {
    [("ephemeral", Form::Blocks), ("in_channel", Form::BlocksInChannel)].map(|(place, form)| {
        let button = json!({ "type": "button", "text": plain("x") });
        let valid = json!({ "response_type": place, "blocks": [
            { "type": "section", "block_id": "s", "fields": [plain("x")] },
            { "type": "markdown", "text": "# Hi" },
            { "type": "table", "rows": [[{ "type": "raw_text", "text": "x" }, { "type": "raw_number", "value": 1 }]] },
            { "type": "actions", "elements": [button] },
            { "type": "context_actions", "elements": [{ "type": "feedback_buttons",
                "positive_button": { "text": plain("+"), "value": "p" },
                "negative_button": { "text": plain("-"), "value": "n" } }] },
            { "type": "video", "alt_text": "x", "title": plain("x"), "thumbnail_url": "https://x.example",
                "video_url": "https://x.example" },
            { "type": "task_card", "task_id": "1", "title": "x", "status": "complete" },
            { "type": "file", "external_id": "x", "source": "remote" },
        ] });
        case(
            Kind::Command,
            form,
            "{}",
            valid,
            vec![
                here("/blocks", many(51, &json!({ "type": "divider" })), "too-many"),
                here("/blocks", json!({}), "wrong-type"),
                without("/blocks/0/fields"),
                here("/blocks/1/block_id", json!("s"), "not-unique"),
                here("/blocks/1/text", long(12_001), "too-long"),
                without("/blocks/2/rows/0/0/text"),
                without("/blocks/3/elements/0/text"),
                here("/blocks/3/elements", many(26, &button), "too-many"),
                without("/blocks/4/elements/0/positive_button/value"),
                without("/blocks/5/video_url"),
                here("/blocks/6/status", json!("done"), "not-known"),
                here("/blocks/7/source", json!("local"), "not-known"),
                here("/blocks/0/colour", json!("red"), "unknown-field"),
            ],
        )
    })
}

fn dialog_cases() -> [Case; 3] {
    let option = json!({ "label": "Oslo", "value": "oslo" });
    [
        case(
            Kind::DialogSubmission,
            Form::DialogErrors,
            r#"{"submission":{"email":"x","city":null}}"#,
            json!({ "errors": [{ "name": "email", "error": "No such address" }] }),
            vec![
                here("/errors", json!([]), "empty"),
                here("/errors", json!({ "email": "x" }), "wrong-type"),
                here("/errors/0/name", json!("mail"), "unknown-input"),
                without("/errors/0/name"),
                here("/errors/0/error", json!(""), "empty"),
                without("/errors/0/error"),
                here("/response_action", json!("errors"), "unknown-field"),
            ],
        ),
        case(
            Kind::DialogSuggestion,
            Form::Options,
            "{}",
            json!({ "options": [option] }),
            vec![
                here("/options", many(101, &option), "too-many"),
                without("/options/0/label"),
                here("/options/0/label", long(76), "too-long"),
                without("/options/0/value"),
                here("/options/0/value", long(76), "too-long"),
                at("/option_groups", json!([]), "", "only-one"),
            ],
        ),
        case(
            Kind::DialogSuggestion,
            Form::OptionGroups,
            "{}",
            json!({ "option_groups": [{ "label": "G", "options": [option] }] }),
            vec![
                here("/option_groups", json!({}), "wrong-type"),
                without("/option_groups/0/label"),
                without("/option_groups/0/options"),
                here("/option_groups/0/options/0", json!("x"), "wrong-type"),
                here("/option_groups/0/options/0/value", json!(1), "wrong-type"),
            ],
        ),
    ]
}

fn old_message() -> Case {
    case(
        Kind::InteractiveMessage,
        Form::Message,
        "{}",
        json!({ "replace_original": true, "text": "Taken" }),
        vec![
            here("/text", json!([]), "wrong-type"),
            without("/text"),
            here("/replace_original", json!("yes"), "wrong-type"),
            here("/response_type", json!("channel"), "not-known"),
            at("/options", json!([{ "text": plain("x"), "value": "x" }]), "/options/0/text", "wrong-type"),
            here("/ts", json!("1.2"), "unknown-field"),
        ],
    )
}

fn old_options() -> Case {
    let option = json!({ "text": "Oslo", "value": "oslo" });
    case(
        Kind::InteractiveMessage,
        Form::Options,
        "{}",
        json!({ "options": [option] }),
        vec![
            here("/options", many(101, &option), "too-many"),
            here("/options", json!({}), "wrong-type"),
            without("/options/0/text"),
            without("/options/0/value"),
            here("/options/0/text", plain("Oslo"), "wrong-type"),
            here("/options/0/value", json!(5), "wrong-type"),
        ],
    )
}

#[test]
fn an_empty_ack() {
    for kind in Kind::ALL {
        for draft in ["", " \n", "{}", "{ }"] {
            for accepts in [None, Some(true), Some(false)] {
                assert_eq!(check(kind, accepts, "", draft), [], "{}", kind.name());
            }
        }
    }
}

#[test]
fn a_payload_where_none_is_accepted() {
    for (kind, accepts, rule) in [
        (Kind::Event, None, "payload-not-accepted"),
        (Kind::Shortcut, Some(false), "payload-not-accepted"),
        (Kind::ViewClosed, None, "payload-not-accepted"),
        (Kind::ViewSubmission, Some(false), "payload-not-accepted"),
        (Kind::BlockActions, Some(false), "payload-not-accepted"),
        (Kind::BlockActions, Some(true), "undocumented"),
    ] {
        let findings = check(kind, accepts, SUBMISSION, r#"{"response_action":"clear"}"#);
        assert_eq!((findings[0].pointer.as_str(), findings[0].rule), ("", rule), "{}", kind.name());
    }
    assert_eq!(check(Kind::Unknown, Some(true), "", r#"{"x":1}"#), []);
}

fn only(draft: &str) -> Finding {
    let mut findings = check(Kind::Command, None, "{}", draft);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

#[test]
fn syntax_and_shape() {
    let finding = only("{\n  \"text\": \"x\",\n}");
    assert_eq!(
        (finding.rule, finding.message.as_str()),
        ("syntax", "no JSON, line 3, column 1: trailing comma")
    );
    for draft in ["[1]", "\"text\"", "null", "5"] {
        assert_eq!(only(draft).rule, "wrong-type");
    }
    let finding = only(r#"{"text":"a","attachments":[{"x":1,"x/":{"y":1,"y":2}}]}"#);
    assert_eq!((finding.pointer.as_str(), finding.rule), ("/attachments/0/x~1/y", "twice"));
    assert_eq!(finding.severity, Severity::Warning);
}

#[test]
fn the_frame_has_its_limit_to_the_byte() {
    let around = ack::frame(&"0".repeat(36), Some(r#"{"text":""}"#)).len();
    let of = |bytes: usize| format!("{{\n    \"text\": \"{}\"\n}}", "x".repeat(bytes - around));
    assert_eq!(check(Kind::Command, None, "{}", &of(MAX_FRAME)), []);
    let finding = only(&of(MAX_FRAME + 2));
    assert_eq!((finding.pointer.as_str(), finding.rule), ("", "frame-too-long"));
    assert!(
        finding.message.starts_with("the frame has 20,482 bytes, Slack takes 20,480"),
        "{}",
        finding.message
    );
    assert!(finding.message.contains("leave out 2,"), "{}", finding.message);
}

#[test]
fn what_is_far_too_much_is_told_and_not_looked_into() {
    let ten_megabytes = format!(r#"{{"text":"{}"}}"#, "x".repeat(10 << 20));
    assert_eq!(only(&ten_megabytes).rule, "frame-too-long");
    assert_eq!(only(&"[]".repeat(5 << 20)).rule, "frame-too-long");
    assert_eq!(only(&"[".repeat(10_000)).rule, "too-deep");
    assert_eq!(only(&format!("{{\"text\":{}{}}}", "[".repeat(9_000), "]".repeat(9_000))).rule, "too-deep");
    let noisy = json!({ "text": "x", "blocks": vec![json!({ "type": "x" }); 900] }).to_string();
    assert!(check(Kind::Command, None, "{}", &noisy).len() <= 100);
}

/// Every place of a document, as pointers.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| places(member, &format!("{at}/{key}"), all));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| places(item, &format!("{at}/{i}"), all));
        }
        _ => {}
    }
    if !at.is_empty() {
        all.push(at.to_owned());
    }
}

/// Anything may stand anywhere: what is found then lies within the draft, and nothing panics.
#[test]
fn findings_point_into_the_draft() {
    let valid = json!({ "response_action": "update", "view": view() });
    let mut all = Vec::new();
    places(&valid, "", &mut all);
    let strange = [json!({}), json!([[{}]]), json!(-1.5), json!("\u{202e}{{/x}}")];
    for place in &all {
        for (kind, value) in
            [Kind::ViewSubmission, Kind::Command, Kind::DialogSuggestion].iter().cycle().zip(&strange)
        {
            let answer = changed(&valid, place, value.clone());
            for finding in found(*kind, SUBMISSION, &answer) {
                assert!(answer.pointer(&finding.pointer).is_some(), "{finding:?} for {place} = {value}");
                assert!(!finding.message.contains('\n') && finding.message.len() < 1000, "{finding:?}");
            }
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    #[test]
    fn any_text_is_survived(draft in r#"(\{"response_action":"(update|push|errors)",)?("(view|errors|blocks)":)?[{}\[\]",:\\\\a1é]{0,40}"#) {
        for kind in Kind::ALL {
            let _ = check(kind, None, SUBMISSION, &draft);
            let _ = check(kind, Some(true), &draft, r#"{"response_action":"errors","errors":{"a":"b"}}"#);
        }
    }
}
