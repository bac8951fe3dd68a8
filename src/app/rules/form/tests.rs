#![allow(clippy::unwrap_used)]

use super::*;
use crate::slack::envelope::Kind;
use proptest::prelude::*;

fn press(form: &mut Form, code: KeyCode) -> Wish {
    form.key(KeyEvent::new(code, KeyModifiers::NONE))
}

fn control(form: &mut Form, c: char) -> Wish {
    form.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))
}

fn type_(form: &mut Form, text: &str) {
    for c in text.chars() {
        press(form, KeyCode::Char(c));
    }
}

fn form(when: &str, payload: Option<&str>) -> Form {
    let spec = Spec { when: when.to_owned(), payload: payload.map(str::to_owned), ..Spec::default() };
    Form::new(Place::First, spec, None)
}

fn modal(payload: &str) -> Form {
    let view = r#"{"type":"view_submission","user":{"username":"rainer"},"view":{"blocks":[{"type":"input","block_id":"a"}]}}"#;
    let source = Source {
        target: Target {
            row: 0,
            envelope_id: "e".into(),
            conn: 1,
            received: jiff::Timestamp::UNIX_EPOCH,
            kind: Kind::ViewSubmission,
            accepts: Some(true),
            payload: view.into(),
            sent: None,
        },
        type_: "interactive".into(),
        message: format!(r#"{{"envelope_id":"e","type":"interactive","payload":{view}}}"#),
        since_start: Duration::ZERO,
        retry: 0,
    };
    let when = "type:view_submission".to_owned();
    let spec = Spec { when, payload: Some(payload.to_owned()), ..Spec::default() };
    Form::new(Place::First, spec, Some(source))
}

fn spec(form: &Form) -> Spec {
    form.verdict.as_ref().unwrap().spec().clone()
}

#[test]
fn every_field_is_written_in_its_own_way() {
    let mut form = form("type:slash_commands", Some(r#"{"text":"hi"}"#));
    type_(&mut form, " command:/x");
    press(&mut form, KeyCode::Tab);
    type_(&mut form, " ");
    assert_eq!(spec(&form).times, Some(1));
    press(&mut form, KeyCode::Tab);
    type_(&mut form, "3500ms");
    press(&mut form, KeyCode::Tab);
    type_(&mut form, "  ");
    press(&mut form, KeyCode::Tab);
    type_(&mut form, "late");
    let written = Spec {
        name: Some("late".into()),
        when: "type:slash_commands command:/x".into(),
        payload: Some(r#"{"text":"hi"}"#.into()),
        times: Some(1),
        delay: Duration::from_millis(3500),
        then: Then::Twice,
    };
    assert_eq!(spec(&form), written);
    assert_eq!(press(&mut form, KeyCode::Enter), Wish::Arm);
    // Read back from a rule, it says the same.
    assert_eq!(spec(&Form::new(Place::Of { at: 0, on: false }, written.clone(), None)), written);
    assert!(!Form::new(Place::Of { at: 0, on: false }, written, None).verdict.unwrap().on);
}

#[test]
fn what_is_wrong_is_told_where_it_is_and_cannot_be_armed() {
    let mut form = form("type:interactive callbck:x", None);
    press(&mut form, KeyCode::Tab);
    assert_eq!(press(&mut form, KeyCode::Enter), Wish::Stay);
    let fault = form.verdict.as_ref().unwrap_err();
    assert_eq!((fault.field, fault.column), (Some(Field::When), Some(18)));
    assert_eq!(form.field, Field::When, "the cursor goes there");
    control(&mut form, 'u');
    type_(&mut form, "type:interactive");
    press(&mut form, KeyCode::BackTab);
    press(&mut form, KeyCode::BackTab);
    press(&mut form, KeyCode::BackTab);
    for (delay, said) in [("soon", "`soon` is no duration"), ("2h", "longer than an hour")] {
        control(&mut form, 'u');
        type_(&mut form, delay);
        let fault = form.verdict.as_ref().unwrap_err();
        assert_eq!(fault.field, Some(Field::Delay), "{delay}");
        assert!(fault.message.contains(said), "{}", fault.message);
    }
    control(&mut form, 'u');
    assert_eq!(control(&mut form, 'r'), Wish::Arm);
    form.set_payload("{\"text\": ");
    let fault = form.verdict.as_ref().unwrap_err();
    assert_eq!(fault.field, None);
    assert!(fault.message.contains("line 1"), "{}", fault.message);
    form.set_payload("  \n");
    assert_eq!(spec(&form).payload, None, "blank is the empty ack");
    assert_eq!(control(&mut form, 'e'), Wish::Edit);
    assert_eq!(press(&mut form, KeyCode::Esc), Wish::Cancel);
}

#[test]
fn a_blank_when_would_match_everything_and_cannot_be_armed() {
    for blank in ["", "  "] {
        let mut form = form(blank, None);
        press(&mut form, KeyCode::Tab);
        assert_eq!(press(&mut form, KeyCode::Enter), Wish::Stay);
        let fault = form.verdict.as_ref().unwrap_err();
        assert_eq!(fault.field, Some(Field::When));
        assert!(fault.message.contains("blank"), "{}", fault.message);
        assert_eq!(form.field, Field::When, "the cursor goes there");
    }
}

#[test]
fn what_slack_would_refuse_is_said_and_can_be_armed() {
    let doubts = |payload: &str| modal(payload).doubts;
    assert_eq!(doubts(r#"{"response_action":"errors","errors":{"a":"no, {{/user/username}}"}}"#), [""; 0]);
    let refused = doubts(r#"{"response_action":"errors","errors":{"nowhere":"x"}}"#);
    assert!(
        refused[0].starts_with("Slack would refuse this answer: ") && refused[0].contains("nowhere"),
        "{refused:?}"
    );
    let unfilled = doubts(r#"{"response_action":"errors","errors":{"a":"{{/user/nick}}"}}"#);
    assert!(unfilled[0].contains("would acknowledge empty: {{/user/nick}}"), "{unfilled:?}");
    let mut form = modal(r#"{"response_action":"errors","errors":{"nowhere":"x"}}"#);
    type_(&mut form, " callback:other");
    assert!(form.doubts[0].contains("would not match"), "{:?}", form.doubts);
    assert_eq!(form.doubts.len(), 2);
    assert_eq!(press(&mut form, KeyCode::Enter), Wish::Arm);
}

#[test]
fn a_number_of_times_is_typed_digit_by_digit() {
    let mut count = None;
    for digit in "120".chars() {
        count = times(count, KeyCode::Char(digit));
    }
    assert_eq!(count, Some(120));
    assert_eq!(times(count, KeyCode::Backspace), Some(12));
    assert_eq!(times(Some(1), KeyCode::Backspace), None);
    assert_eq!(times(Some(5), KeyCode::Left), None);
    assert_eq!(times(None, KeyCode::Char('0')), None, "0 would never fire");
}

proptest! {
    #[test]
    fn no_keys_make_it_panic_or_arm_what_is_no_rule(keys in prop::collection::vec(any::<(u8, char)>(), 0..60)) {
        let mut form = form("", Some("{}"));
        for (kind, c) in keys {
            let codes = [KeyCode::Tab, KeyCode::BackTab, KeyCode::Backspace, KeyCode::Left, KeyCode::Right];
            let code = codes.get(usize::from(kind % 12)).copied().unwrap_or(KeyCode::Char(c));
            press(&mut form, code);
            prop_assert!(press(&mut form, KeyCode::Enter) != Wish::Arm || form.verdict.is_ok());
        }
    }
}
