//! Rules: armed by keys, listed, changed; what the link is told, and how it looks.

use sockscope::app::Effect;
use sockscope::journal::filter::{AckState, Subject};
use sockscope::link::{Command, Rules};

use super::{NARROW, WIDE, scene, text};

/// A session with a modal that is held, and that modal selected.
fn held(size: (u16, u16)) -> scene::Stage {
    let mut stage = scene::Stage::new("phosphor", size);
    stage.play();
    stage.press("u");
    stage
}

fn screen(stage: &scene::Stage) -> String {
    text(&stage.draw())
}

/// The rules that the link is told.
fn told(effects: &[Effect]) -> Rules {
    match effects {
        [Effect::Link(Command::Rules(rules))] => rules.clone(),
        other => panic!("{other:?}"),
    }
}

/// Presses all, and gives the last one's effects.
fn press(stage: &mut scene::Stage, keys: &[&str]) -> Vec<Effect> {
    keys.iter().map(|keys| stage.press(keys)).last().unwrap()
}

#[test]
fn a_draft_is_armed_as_it_stands() {
    let mut stage = held(WIDE);
    assert_eq!(press(&mut stage, &["c", "ctrl-r"]), []);
    let dialog = screen(&stage);
    assert!(dialog.contains("type:view_submission callback:modal-with-inputs"), "{dialog}");
    assert!(dialog.contains("It answers errors"), "{dialog}");
    let rules = told(&stage.press("enter"));
    assert_eq!(rules.len(), 1);
    let spec = rules.get(0).unwrap().spec();
    assert_eq!(spec.when, "type:view_submission callback:modal-with-inputs");
    assert_eq!(spec.times, None);
    assert!(spec.payload.as_ref().unwrap().contains("\"response_action\": \"errors\""));
    let after = screen(&stage);
    assert!(after.contains("armed for every one that matches; L lists the rules"), "{after}");
    assert!(after.contains("rules 1"), "{after}");
    assert!(after.contains("s left"), "what is held stays held: {after}");
    // The next goes before it, and once.
    stage.press("ctrl-r");
    let rules = told(&press(&mut stage, &["tab", " ", "enter"]));
    let times: Vec<_> = rules.iter().map(|rule| rule.spec().times).collect();
    assert_eq!(times, [Some(1), None]);
}

#[test]
fn nothing_is_armed_that_is_cancelled_or_no_json() {
    let mut stage = held(WIDE);
    assert_eq!(press(&mut stage, &["c", "ctrl-r", "esc"]), []);
    assert!(!screen(&stage).contains("rules 1"));
    assert_eq!(press(&mut stage, &["oops", "ctrl-r"]), []);
    let told = screen(&stage);
    assert!(told.contains("not armed: the draft is no JSON, line 1"), "{told}");
    assert!(!told.contains("Arm this answer"));
}

#[test]
fn a_when_that_is_no_filter_is_red_where_it_is_wrong() {
    let mut stage = held(WIDE);
    assert_eq!(press(&mut stage, &["c", "ctrl-r", "ctrl-u", "type:interactive callbck:x", "enter"]), []);
    insta::assert_snapshot!("arm_wrong", screen(&stage));
}

#[test]
fn the_dialog_says_what_slack_would_refuse() {
    let mut stage = held(WIDE);
    press(&mut stage, &["c", "ctrl-t", "ctrl-r"]);
    insta::assert_snapshot!("arm", screen(&stage));
    press(&mut stage, &["esc", "down", "ctrl-k", "\"response_action\": \"explode\",", "ctrl-r"]);
    let dialog = screen(&stage);
    assert!(dialog.contains("Slack would refuse this answer"), "{dialog}");
    assert!(dialog.contains("It can be armed all the same."), "{dialog}");
    assert_eq!(told(&stage.press("enter")).len(), 1);
}

#[test]
fn the_dialog_fits_narrow_screens() {
    for (name, size) in [("arm_narrow", NARROW), ("arm_smallest", (60, 16))] {
        let mut stage = held(size);
        press(&mut stage, &["c", "ctrl-r"]);
        insta::assert_snapshot!(name, screen(&stage));
    }
}

/// Three rules, of which one is spent and one is off.
const RULES: &str = r#"
[[rule]]
name = "too short"
when = "type:view_submission callback:modal-with-inputs"
payload = { response_action = "errors", errors = { "multi-line" = "Too short" } }
times = 2

[[rule]]
when = "type:slash_commands command:/deploy"
payload = { text = "deploying {{/text}}" }
delay = "3500ms"
then = "twice"

[[rule]]
when = "event:app_mention retry:0"
then = "drop"
off = true
"#;

#[test]
fn the_list_shows_what_every_rule_does() {
    for (name, size) in [("rules", WIDE), ("rules_narrow", NARROW), ("rules_smallest", (60, 16))] {
        let mut stage = scene::Stage::with_rules("phosphor", size, Rules::parse(RULES).unwrap());
        stage.play();
        stage.press("L");
        insta::assert_snapshot!(name, screen(&stage));
    }
}

#[test]
fn an_empty_list_says_how_there_come_to_be_rules() {
    let mut stage = held(WIDE);
    stage.press("L");
    insta::assert_snapshot!("rules_none", screen(&stage));
    for keys in [" ", "e", "x", "J", "K", "w"] {
        assert_eq!(stage.press(keys), [], "{keys}");
    }
    stage.press("esc");
    assert!(!screen(&stage).contains("No rules yet"));
}

#[test]
fn rules_are_switched_moved_and_removed() {
    let mut stage = scene::Stage::with_rules("phosphor", WIDE, Rules::parse(RULES).unwrap());
    stage.play();
    let whens = |rules: &Rules| -> Vec<String> {
        rules.iter().map(|rule| rule.spec().when.split(' ').next_back().unwrap().to_owned()).collect()
    };
    let rules = told(&press(&mut stage, &["L", " "]));
    assert_eq!(rules.iter().map(|rule| rule.on).collect::<Vec<_>>(), [false, true, false]);
    let rules = told(&stage.press("J"));
    assert_eq!(whens(&rules), ["command:/deploy", "callback:modal-with-inputs", "retry:0"]);
    let rules = told(&stage.press("J"));
    assert_eq!(whens(&rules), ["command:/deploy", "retry:0", "callback:modal-with-inputs"]);
    assert_eq!(stage.press("J"), [], "it is the last");
    let rules = told(&stage.press("K"));
    assert_eq!(whens(&rules), ["command:/deploy", "callback:modal-with-inputs", "retry:0"]);
    assert_eq!(press(&mut stage, &["G", "x"]), [], "it asks first");
    assert!(screen(&stage).contains("Remove the rule `event:app_mention retry:0`?"), "{}", screen(&stage));
    assert_eq!(press(&mut stage, &["n", "x"]), []);
    let rules = told(&stage.press("y"));
    assert_eq!(whens(&rules), ["command:/deploy", "callback:modal-with-inputs"]);
    let rules = told(&press(&mut stage, &["x", "y"]));
    assert_eq!(whens(&rules), ["command:/deploy"], "the selection stays inside");
}

#[test]
fn a_rule_is_changed_in_the_same_dialog() {
    let mut stage = scene::Stage::with_rules("phosphor", WIDE, Rules::parse(RULES).unwrap());
    stage.play();
    press(&mut stage, &["L", "e"]);
    assert!(screen(&stage).contains("Change the rule"));
    assert_eq!(stage.press("enter"), [], "nothing was changed: it goes on counting");
    press(&mut stage, &["G", "enter", "tab", "7", "enter"]);
    let edit = press(&mut stage, &["g", "e", "ctrl-e"]);
    let [Effect::EditRule(payload)] = &edit[..] else { panic!("{edit:?}") };
    assert!(payload.contains("Too short"));
    stage.tell(sockscope::app::Event::RuleEdited(r#"{"response_action":"clear"}"#.into()));
    assert!(screen(&stage).contains("It answers clear"), "{}", screen(&stage));
    let rules = told(&stage.press("enter"));
    assert_eq!(rules.get(0).unwrap().spec().payload.as_deref(), Some(r#"{"response_action":"clear"}"#));
    assert_eq!(rules.get(0).unwrap().spec().name.as_deref(), Some("too short"));
    let last = rules.get(2).unwrap();
    assert_eq!((last.spec().times, last.on), (Some(7), false), "it stays switched off");
}

#[test]
fn rules_are_written_to_a_file_that_is_named_and_asked_about() {
    let rules = Rules::parse(RULES).unwrap();
    let mut stage = scene::Stage::with_rules("phosphor", WIDE, rules.clone());
    stage.play();
    press(&mut stage, &["L", "w"]);
    assert!(screen(&stage).contains("write all rules to rules.toml"), "{}", screen(&stage));
    let effects = press(&mut stage, &["ctrl-u", "mine.toml", "enter"]);
    let [Effect::SaveRules { path, text, replace: false }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(path.to_str(), Some("mine.toml"));
    assert_eq!(Rules::parse(text), Ok(rules));
    stage.tell(sockscope::app::Event::FileExists(path.clone()));
    assert!(screen(&stage).contains("mine.toml exists. Write the rules in its place?"));
    assert!(matches!(&stage.press("y")[..], [Effect::SaveRules { replace: true, .. }]));
    stage.press("w");
    assert!(screen(&stage).contains("write all rules to mine.toml"), "it is remembered");
}

#[test]
fn a_name_in_a_question_is_text_only() {
    let rules = Rules::parse("[[rule]]\nname = \"odd\\u202E name\"\nwhen = 'x'").unwrap();
    let mut stage = scene::Stage::with_rules("phosphor", WIDE, rules);
    stage.play();
    press(&mut stage, &["L", "x"]);
    let asked = screen(&stage);
    assert!(asked.contains("Remove the rule `odd\\u{202e} name`?"), "{asked}");
}

#[test]
fn a_file_that_cannot_be_written_is_asked_for_again() {
    let mut stage = scene::Stage::with_rules("phosphor", WIDE, Rules::parse(RULES).unwrap());
    stage.play();
    let effects = press(&mut stage, &["L", "w", "ctrl-u", "/none/r.toml", "enter"]);
    let [Effect::SaveRules { path, .. }] = &effects[..] else { panic!("{effects:?}") };
    let why = "cannot write /none/r.toml: No such file or directory";
    stage.tell(sockscope::app::Event::RulesNotSaved(path.clone(), why.to_owned()));
    let asked = screen(&stage);
    assert!(asked.contains(why) && asked.contains("write all rules to /none/r.toml"), "{asked}");
    // Letters are the path's, and no actions of the list below.
    assert_eq!(stage.press("e"), []);
    let asked = screen(&stage);
    assert!(!asked.contains(why) && asked.contains("write all rules to /none/r.tomle"), "{asked}");
    stage.tell(sockscope::app::Event::RulesNotSaved(path.clone(), why.to_owned()));
    assert!(
        matches!(&stage.press("enter")[..], [Effect::SaveRules { .. }]),
        "it may be tried again as it is"
    );
}

/// An envelope comes that the first rule answers.
fn fire(rules: &Rules) {
    let message = r#"{"envelope_id":"e","type":"interactive","payload":{"type":"view_submission","view":{"callback_id":"modal-with-inputs"}}}"#;
    let subject = Subject {
        kind: "envelope",
        conn: Some(1),
        type_: "interactive",
        envelope_id: "e",
        message,
        at: jiff::Timestamp::UNIX_EPOCH,
        since_start: std::time::Duration::ZERO,
        ack: AckState::Pending,
        by: None,
        took_ms: None,
        retry: 0,
    };
    assert!(rules.take(&subject).rule.is_some());
}

#[test]
fn what_fired_is_counted_on_the_screen() {
    let rules = Rules::parse(RULES).unwrap();
    let mut stage = scene::Stage::with_rules("phosphor", WIDE, rules.clone());
    stage.play();
    stage.press("L");
    assert!(screen(&stage).contains("has not fired, 2 left"));
    for seen in ["fired once, 1 left", "fired twice, spent"] {
        fire(&rules);
        assert!(screen(&stage).contains(seen), "{}", screen(&stage));
    }
    let spent = screen(&stage);
    assert!(spent.contains("1 of 3 armed"), "{spent}");
}
