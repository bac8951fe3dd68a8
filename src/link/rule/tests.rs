#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::journal::filter::AckState;
use crate::slack::envelope::About;
use crate::slack::message::Header;
use crate::slack::sample;

const MODAL: &str = r#"
[[rule]]
when = "type:interactive view_submission callback:modal-with-inputs"   # the filter language
payload = { response_action = "errors", errors = { "multi-line" = "Too short, {{/user/username}}" } }
times = 1
delay = "0ms"
then = "ack"
"#;

fn subject(envelope: &str) -> Subject<'_> {
    let header = Header::parse(envelope).unwrap();
    let type_ = match header.type_.unwrap() {
        Cow::Borrowed(type_) => type_,
        Cow::Owned(_) => panic!("an escaped type"),
    };
    Subject {
        kind: "envelope",
        conn: Some(1),
        type_,
        envelope_id: "e",
        message: envelope,
        at: Timestamp::UNIX_EPOCH,
        since_start: Duration::ZERO,
        ack: AckState::Pending,
        by: None,
        took_ms: None,
        retry: 0,
    }
}

fn error(text: &str) -> RuleError {
    Rules::parse(text).unwrap_err()
}

#[test]
fn the_contract_s_example_is_read() {
    let rules = Rules::parse(MODAL).unwrap();
    let spec = rules.get(0).unwrap().spec();
    assert_eq!(spec.when, "type:interactive view_submission callback:modal-with-inputs");
    let json = r#"{"response_action":"errors","errors":{"multi-line":"Too short, {{/user/username}}"}}"#;
    assert_eq!(spec.payload.as_deref(), Some(json));
    assert_eq!((spec.times, spec.delay, spec.then), (Some(1), Duration::ZERO, Then::Ack));
    assert_eq!(Rules::parse("").unwrap(), Rules::default());
}

#[test]
fn a_payload_is_json_in_a_string_or_a_table_in_the_order_of_the_file() {
    let payload = |written: &str| {
        let rules = Rules::parse(&format!("[[rule]]\nwhen = 'x'\n{written}")).unwrap();
        rules.get(0).unwrap().spec().payload.clone().unwrap()
    };
    let table = "payload = { z = 1, a = [0x10, -2.5, true, 'x'], m.z = 1, m.b = { } }";
    assert_eq!(payload(table), r#"{"z":1,"a":[16,-2.5,true,"x"],"m":{"z":1,"b":{}}}"#);
    assert_eq!(payload("[rule.payload]\nz = 'é'\na = 2"), r#"{"z":"é","a":2}"#);
    assert_eq!(payload("payload = '''\n{ \"n\": 1.50 }'''"), r#"{ "n": 1.50 }"#);
}

#[test]
fn a_mistake_is_told_with_its_line_and_column() {
    for (text, line, column, says) in [
        ("rules = 1", 1, 1, "[[rule]] only"),
        ("[rule]\nwhen = 'x'", 1, 1, "two pairs"),
        ("rule = [1]", 1, 9, "a rule"),
        ("[[rule]]\nwhen = 'x'\nwehn = ''", 3, 1, "`wehn`"),
        ("[[rule]]\nthen = 'ack'", 1, 1, "no `when`"),
        ("[[rule]]\nwhen = ''", 2, 8, "blank"),
        ("[[rule]]\nthen = 'ack'\nwhen = \" \\t \"", 3, 8, "blank"),
        ("[[rule]]\nwhen = 7", 2, 8, "integer"),
        ("[[rule]]\nwhen = 'type:('", 2, 14, "`when`"),
        ("[[rule]]\nwhen = \"\\u00e9 colour:x\"", 2, 16, "colour"),
        ("[[rule]]\nwhen = 'x'\ntimes = 0", 3, 9, "never fire"),
        ("[[rule]]\nwhen = 'x'\ntimes = -1", 3, 9, "-1"),
        ("[[rule]]\nwhen = 'x'\ndelay = 'soon'", 3, 9, "3500ms"),
        ("[[rule]]\nwhen = 'x'\ndelay = '-1s'", 3, 9, "3500ms"),
        ("[[rule]]\nwhen = 'x'\ndelay = '2h'", 3, 9, "an hour"),
        ("[[rule]]\nwhen = 'x'\nthen = 'explode'", 3, 8, "malformed"),
        ("[[rule]]\nwhen = 'x'\npayload = 1", 3, 11, "JSON"),
        ("[[rule]]\nwhen = 'x'\npayload = { a = nan }", 3, 17, "nan"),
        ("[[rule]]\nwhen = 'x'\npayload = { a = 2026-11-22 }", 3, 17, "date"),
        ("[[rule]]\nwhen = 'x'\npayload = '{\"a\": }'", 3, 18, "no JSON"),
        ("[[rule]]\nwhen = 'x'\npayload = '''\n{\"a\":\n  x}'''", 5, 3, "no JSON"),
        ("[[rule]]\nwhen = 'x'\npayload = { a = '{{/open' }", 3, 11, "closing"),
        ("[[rule]]\nwhen = 'x'\npayload = { a = '{{wibble}}' }", 3, 11, "wibble"),
        ("[[rule]]\nwhen = 'a' b", 2, 12, "no TOML"),
        ("[[rule]]\nwhen = 'x'\nwhen = 'x'", 3, 1, "no TOML"),
    ] {
        let error = error(text);
        assert_eq!((error.line, error.column), (line, column), "{text}\n{error}");
        assert!(error.message.contains(says), "{text}\n{error}");
        assert!(error.to_string().contains(text.lines().nth(line - 1).unwrap()), "{error}");
    }
}

#[test]
fn a_byte_that_is_no_utf_8_is_told_with_its_line_and_column() {
    let error = Rules::parse_bytes(b"[[rule]]\nwhen = '\xc3\xa9 \xff'").unwrap_err();
    assert_eq!((error.line, error.column), (2, 11), "{error}");
    assert!(error.message.contains("UTF-8"), "{error}");
    assert_eq!(Rules::parse_bytes(MODAL.as_bytes()), Rules::parse(MODAL));
}

#[test]
fn a_payload_of_ten_thousand_arrays_is_told() {
    let deep = format!("[[rule]]\nwhen = 'x'\npayload = '{}'", "[".repeat(10_000));
    assert_eq!(error(&deep).line, 3);
    error(&format!("[[rule]]\nwhen = 'x'\npayload = {}", "[".repeat(10_000)));
}

#[test]
fn the_first_match_wins_and_a_spent_rule_gives_way() {
    let text = r#"
        [[rule]]
        when = "command:/deploy"
        times = 2
        [[rule]]
        when = "type:slash_commands"
        [[rule]]
        when = "kind:envelope"
    "#;
    let mut rules = Rules::parse(text).unwrap();
    let deploy = r#"{"type":"slash_commands","payload":{"command":"/deploy"}}"#;
    let other = r#"{"type":"slash_commands","payload":{"command":"/x"}}"#;
    let which = |rules: &Rules, envelope| {
        let taken = rules.take(&subject(envelope)).rule.unwrap();
        rules.iter().position(|rule| std::ptr::eq(rule, taken)).unwrap()
    };
    assert_eq!([deploy, other, deploy, deploy].map(|envelope| which(&rules, envelope)), [0, 1, 0, 1]);
    assert_eq!(rules.iter().map(Rule::fired).collect::<Vec<_>>(), [2, 2, 0]);
    assert!(rules.get(0).unwrap().is_spent() && !rules.get(1).unwrap().is_spent());

    let before = rules.clone();
    rules.switch(1, false);
    assert_eq!(which(&rules, deploy), 2);
    assert_eq!(which(&before, deploy), 1, "what a socket has seen already stays as it was");
    assert_eq!(rules.get(1).unwrap().fired(), 3, "and counts together");
    rules.switch(1, true);
    rules.remove(0);
    assert_eq!(which(&rules, deploy), 0);
    let armed = Rule::new(Spec { when: "command:/deploy".into(), ..Spec::default() }).unwrap();
    rules.insert(0, armed);
    assert_eq!([deploy, other].map(|envelope| which(&rules, envelope)), [0, 1]);
    assert!(rules.remove(9).is_none());
}

#[test]
fn the_last_time_is_given_to_one_socket_only() {
    let rules = Rules::parse("[[rule]]\nwhen = 'kind:envelope'\ntimes = 100").unwrap();
    let fired: usize = std::thread::scope(|scope| {
        let sockets: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let envelope = r#"{"type":"events_api","payload":{}}"#;
                    (0..50).filter(|_| rules.take(&subject(envelope)).rule.is_some()).count()
                })
            })
            .collect();
        sockets.into_iter().map(|socket| socket.join().unwrap()).sum()
    });
    assert_eq!(fired, 100);
}

#[test]
fn an_answer_takes_its_places_from_the_payload_or_says_which_is_missing() {
    let rules = Rules::parse(MODAL).unwrap();
    let rule = rules.get(0).unwrap();
    let filled = rule.answer(r#"{"user":{"username":"rainer"}}"#).unwrap().unwrap();
    assert!(filled.contains("Too short, rainer"), "{filled}");
    assert_eq!(rule.answer("{}"), Err(FillError::NotFound { place: "/user/username".into() }));
    let escaped = r#"{"a":"\u007b{/x}}"}"#.to_owned();
    let rule = Rule::new(Spec { when: "x".into(), payload: Some(escaped), ..Spec::default() }).unwrap();
    assert_eq!(rule.answer(r#"{"x":1}"#).unwrap().unwrap(), r#"{"a":1}"#);
}

#[test]
fn what_is_proposed_for_an_envelope_matches_it() {
    for sample in sample::all() {
        let payload = Header::parse(sample.text).unwrap().payload.unwrap();
        let about = About::of(sample.kind, payload);
        let when = propose(&about, sample.kind);
        let filter = Filter::parse(&when).unwrap();
        assert!(filter.matches(&subject(sample.text)), "{}: {when}", sample.name);
        assert!(when.starts_with("type:"), "{when}");
    }
}

#[test]
fn what_is_proposed_names_what_a_handler_is_written_for() {
    for (type_, payload, when) in [
        (
            "interactive",
            r#"{"type":"view_submission","view":{"callback_id":"m"}}"#,
            "type:view_submission callback:m",
        ),
        (
            "interactive",
            r#"{"type":"block_actions","actions":[{"action_id":"a b"}]}"#,
            r#"type:block_actions action:"a b""#,
        ),
        ("interactive", r#"{"type":"brand_new"}"#, "type:brand_new"),
        ("slash_commands", r#"{"command":"/deploy"}"#, "type:slash_commands command:/deploy"),
        (
            "events_api",
            r#"{"event":{"type":"message","channel_type":"im"}}"#,
            "type:events_api event:message.im",
        ),
        ("events_api", "7", "type:events_api"),
        ("brand_new", "{}", "type:brand_new"),
        ("", "{}", "kind:envelope"),
    ] {
        assert_eq!(propose(&About::of(type_, payload), type_), when);
    }
}

fn specs() -> impl Strategy<Value = Rule> {
    let when =
        prop_oneof![Just("x".into()), Just("type:interactive".into()), Just(r#"/a\d'"/ "x \\ y" é"#.into())];
    let payload =
        proptest::option::of(("[ -~\\n\\t\\réñ\u{1}']{0,20}", any::<bool>()).prop_map(|(text, pretty)| {
            let value = serde_json::json!({ "text": text, "n": [1, 2.5] });
            if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() }
        }));
    let then = prop_oneof![Just(Then::Ack), Just(Then::Drop), Just(Then::Twice), Just(Then::Malformed)];
    let name = proptest::option::of("[ -~\\n'\"é]{0,12}");
    let delay = (0..=3_600_u64, 0..1000_u32, prop_oneof![Just(0), Just(1), Just(1_000_000)]);
    (name, when, payload, proptest::option::of(1..9_u32), delay, then, any::<bool>()).prop_filter_map(
        "a place by chance",
        |(name, when, payload, times, (s, n, unit), then, on)| {
            let delay = Duration::new(s, n * unit).min(LONGEST_DELAY);
            let mut rule = Rule::new(Spec { name, when, payload, times, delay, then }).ok()?;
            rule.on = on;
            Some(rule)
        },
    )
}

proptest! {
    #[test]
    fn what_is_saved_is_read_back(rules in proptest::collection::vec(specs(), 0..4)) {
        let rules: Rules = rules.into_iter().collect();
        let text = rules.to_toml();
        prop_assert_eq!(Rules::parse(&text).map_err(|error| error.to_string()), Ok(rules), "{}", text);
    }

    #[test]
    fn any_callback_is_proposed_so_that_it_matches(id in "\\PC{1,12}") {
        let envelope = serde_json::json!({
            "type": "interactive", "payload": { "type": "shortcut", "callback_id": id }
        }).to_string();
        let header = Header::parse(&envelope).unwrap();
        let when = propose(&About::of("interactive", header.payload.unwrap()), "interactive");
        prop_assert!(Filter::parse(&when).unwrap().matches(&subject(&envelope)), "{}", when);
    }

    #[test]
    fn no_text_makes_it_fail(text in "(\\[\\[rule\\]\\]\n)?(when = )?\\PC{0,60}") {
        if let Err(error) = Rules::parse(&text) {
            prop_assert!(error.line > 0 && error.column > 0);
        }
    }
}
