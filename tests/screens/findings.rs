//! Findings: each marks its row and explains itself.

use sockscope::app::Effect;
use sockscope::journal::{By, Event};
use sockscope::link::Command;
use sockscope::slack::ack;

use super::{NARROW, WIDE, scene, text};

/// The screen's words without its borders, breaks and labels.
fn words(stage: &scene::Stage) -> String {
    let screen = text(&stage.draw());
    let lines = screen.lines().filter_map(|line| line.rsplit('│').find(|part| !part.trim().is_empty()));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn envelope(stage: &mut scene::Stage, id: &str, accepts: bool) {
    let message = format!(
        r#"{{"envelope_id":"{id}","type":"slash_commands","accepts_response_payload":{accepts},"payload":{{"command":"/x"}}}}"#
    );
    stage.record(&Event::Envelope {
        conn: 1,
        envelope_id: id.to_owned().into(),
        type_: "slash_commands".into(),
        message: message.into(),
    });
}

fn answer(stage: &mut scene::Stage, id: &str, took_ms: f64, payload: &str) {
    let message = ack::frame(id, Some(payload)).into();
    let (envelope_id, late) = (id.to_owned().into(), took_ms > 3000.0);
    stage.record(&Event::Ack { conn: 1, envelope_id, by: By::Hand, took_ms, late, message });
}

fn finding(stage: &mut scene::Stage, id: &str, code: &'static str) {
    stage.record(&Event::Finding {
        code: code.into(),
        conn: Some(1),
        envelope_id: Some(id.to_owned().into()),
        message: "what happened here".into(),
    });
}

/// What a kind of trouble records about an envelope.
type Trouble = fn(&mut scene::Stage, &str);

#[test]
fn each_finding_about_acks_marks_its_row_and_says_what_to_do() {
    let troubles: [(&str, &str, Trouble); 9] = [
        ("late ack", "acknowledge first, then work", |stage, id| answer(stage, id, 3_900.0, "")),
        ("no ack", "Bolt never acks what no listener handles", |stage, _| stage.pass(3.1)),
        ("acknowledged twice", "look for two listeners", |stage, id| {
            answer(stage, id, 1.0, "");
            answer(stage, id, 2.0, "");
        }),
        ("payload where none is accepted", "answer with the Web API", |stage, id| {
            answer(stage, id, 1.0, r#"{"text":"hi"}"#);
        }),
        ("ack over 20,480 bytes", "acknowledge with less", |stage, id| {
            answer(stage, id, 1.0, &format!(r#"{{"text":"{}"}}"#, "x".repeat(20_480)));
        }),
        ("payload that Slack refuses", "compare the ack with the templates", |stage, id| {
            answer(stage, id, 1.0, "");
            finding(stage, id, "payload-refused");
        }),
        ("malformed ack by a rule", "switch the rule off", |stage, id| finding(stage, id, "rule-malformed")),
        ("rule without its payload", "compare the place with the payload", |stage, id| {
            finding(stage, id, "rule-unfilled");
        }),
        ("rule passed over", "ask with fields", |stage, id| finding(stage, id, "rule-gave-up")),
    ];
    for (title, todo, trouble) in troubles {
        let mut stage = scene::Stage::new("phosphor", WIDE);
        envelope(&mut stage, "e-1", title != "payload where none is accepted");
        trouble(&mut stage, "e-1");
        stage.settle();
        let screen = text(&stage.draw());
        assert!(screen.contains("⚠ 1 finding"), "{title}: {screen}");
        let row = screen.lines().find(|line| line.contains("command  /x")).unwrap();
        let row = row.split('│').nth(1).unwrap();
        assert!(row.contains('⚠'), "{title}: {screen}");
        assert!(screen.contains(&format!("⚠ {title}")), "{title}: {screen}");
        assert!(words(&stage).contains(todo), "{title}: {}", words(&stage));
    }
}

#[test]
fn every_finding_is_walked_through_and_none_is_cut() {
    let mut stage = scene::Stage::new("phosphor", WIDE);
    stage.play();
    stage.press("E");
    insta::assert_snapshot!("finding", text(&stage.draw()));
    stage.press("E");
    let second = text(&stage.draw());
    stage.press("j");
    assert_ne!(text(&stage.draw()), second);
    assert!(!text(&stage.draw()).contains("E next"), "it goes with the next move");
}

#[test]
fn a_narrow_screen_explains_in_a_box_when_asked() {
    for (name, size) in [("finding_narrow", NARROW), ("finding_smallest", (60, 16))] {
        let mut stage = scene::Stage::new("phosphor", size);
        stage.play();
        stage.press("g");
        let quiet = text(&stage.draw());
        assert!(!quiet.contains("E next"), "{quiet}");
        stage.press("E");
        insta::assert_snapshot!(name, text(&stage.draw()));
        stage.press("j");
        assert!(!text(&stage.draw()).contains("E next"), "it goes with the next move");
    }
}

#[test]
fn what_belongs_to_no_row_is_explained_too_and_the_walk_goes_around() {
    let mut stage = scene::Stage::new("phosphor", WIDE);
    stage.press("E");
    assert!(text(&stage.draw()).contains("no findings"));
    envelope(&mut stage, "e-1", true);
    answer(&mut stage, "e-1", 3_900.0, "");
    answer(&mut stage, "e-1", 3_950.0, "");
    envelope(&mut stage, "e-2", true);
    answer(&mut stage, "e-2", 1.0, "");
    stage.record(&Event::Finding {
        code: "no-overlap".into(),
        conn: Some(1),
        envelope_id: None,
        message: "no connection was live for 5 s".into(),
    });
    stage.settle();
    let walk: Vec<String> = (0..4)
        .map(|_| {
            stage.press("E");
            let screen = text(&stage.draw());
            let line =
                screen.lines().find(|line| line.contains(" E next ")).unwrap_or_else(|| panic!("{screen}"));
            let line = line.split('⚠').nth(1).unwrap().replace('─', " ");
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect();
    let expected = [
        "late ack 1 of 2, E next ",
        "acknowledged twice 2 of 2, E next",
        "disconnect without overlap E next",
        "late ack 1 of 2, E next",
    ];
    for (seen, expected) in walk.iter().zip(expected) {
        assert!(seen.starts_with(expected.trim()), "{walk:#?}");
    }
}

#[test]
fn an_answer_by_hand_that_slack_refuses_leaves_with_why() {
    let mut stage = scene::Stage::new("phosphor", WIDE);
    stage.play();
    for keys in ["u", "c", "down", "down", "end"] {
        stage.press(keys);
    }
    stage.press("\"nowhere\": \"x\",");
    assert!(stage.press("ctrl-s").is_empty(), "it asks first");
    let effects = stage.press("ctrl-s");
    let [Effect::Link(Command::Acks(answers))] = &effects[..] else { panic!("{effects:?}") };
    let doubt = answers[0].doubt.as_ref().unwrap();
    assert!(doubt.starts_with("Slack will refuse what you sent at /errors/nowhere"), "{doubt}");
}

#[test]
fn the_cursor_is_brought_to_what_is_wrong_with_the_draft() {
    let mut stage = scene::Stage::new("phosphor", WIDE);
    stage.play();
    for keys in ["u", "c", "down", "down", "end"] {
        stage.press(keys);
    }
    stage.press("\"nowhere\": \"x\", \"neither\": \"y\",");
    stage.press("ctrl-g");
    stage.press("ctrl-g");
    insta::assert_snapshot!("next_problem", text(&stage.draw()));
}
