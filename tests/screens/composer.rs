//! The composer: what was sent, what was given up, and what is said of a draft.

use sockscope::app;
use sockscope::journal::{By, Event};
use sockscope::slack::ack;
use sockscope::slack::validation::{Answer, Refusal};

use super::{SMALLEST, WIDE, scene, text};

const MODAL: &str = r#"{"envelope_id":"e-1","type":"interactive","accepts_response_payload":true,"payload":{"type":"view_submission","user":{"id":"U1","username":"rainer"},"view":{"id":"V1","callback_id":"x","blocks":[{"type":"input","block_id":"a","element":{"type":"plain_text_input","action_id":"t"}}],"state":{"values":{}}}}}"#;

fn stage(size: (u16, u16)) -> scene::Stage {
    let mut stage = scene::Stage::new("phosphor", size);
    stage.record(&Event::Envelope {
        conn: 1,
        envelope_id: "e-1".into(),
        type_: "interactive".into(),
        message: MODAL.into(),
    });
    stage.settle();
    stage
}

fn answered(stage: &mut scene::Stage, by: By, payload: &str) {
    let message = ack::frame("e-1", Some(payload)).into();
    stage.record(&Event::Ack {
        conn: 1,
        envelope_id: "e-1".into(),
        by,
        took_ms: 900.0,
        late: false,
        message,
    });
    stage.settle();
}

fn screen(stage: &scene::Stage) -> String {
    text(&stage.draw())
}

fn written(stage: &mut scene::Stage, draft: &str) {
    stage.press("c");
    stage.tell(app::Event::Drafted(draft.to_owned()));
}

#[test]
fn an_answered_envelope_shows_what_was_sent() {
    let mut stage = stage(WIDE);
    assert!(screen(&stage).contains("errors 2/"), "the pre-fill: {}", screen(&stage));
    written(&mut stage, r#"{"response_action":"errors","errors":{"a":"not this one"}}"#);
    stage.press("ctrl-s");
    answered(&mut stage, By::Hand, r#"{"response_action":"errors","errors":{"a":"not this one"}}"#);
    let sent = screen(&stage);
    assert!(sent.contains("as sent 1/") && sent.contains("\"not this one\""), "{sent}");
    assert!(sent.contains("✓ this was sent: "), "{sent}");
    insta::assert_snapshot!("as_sent", sent);
    stage.press("4");
    stage.press("ctrl-t");
    stage.press("ctrl-t");
    let form = screen(&stage);
    assert!(form.contains("errors 3/") && !form.contains("\"not this one\""), "{form}");
}

#[test]
fn what_a_rule_sent_is_checked_too() {
    let mut stage = stage(WIDE);
    answered(&mut stage, By::Auto, r#"{"response_action":"errors","errors":{"nowhere":"x"}}"#);
    let sent = screen(&stage);
    assert!(sent.contains("as sent 1/") && sent.contains("✗ /errors/nowhere"), "{sent}");
    assert!(!sent.contains("Slack will take this") && !sent.contains("this was sent"), "{sent}");
    stage.press("c");
    stage.press("ctrl-r");
    assert!(screen(&stage).contains("callback:x"), "it can be armed: {}", screen(&stage));
}

#[test]
fn an_empty_ack_is_called_so() {
    let mut stage = stage(WIDE);
    answered(&mut stage, By::Auto, "");
    let sent = screen(&stage);
    assert!(sent.contains("empty, as sent 1/") && sent.contains("no payload: the ack is"), "{sent}");
}

#[test]
fn a_draft_that_was_given_up_can_be_brought_back() {
    let mut stage = stage(WIDE);
    written(&mut stage, r#"{"response_action":"clear"}"#);
    stage.press("esc");
    assert!(screen(&stage).contains("kept; "), "{}", screen(&stage));
    stage.press("esc");
    let given_up = screen(&stage);
    assert!(given_up.contains("the draft was given up; c and Ctrl-O bring it back"), "{given_up}");
    assert!(!given_up.contains("\"clear\""), "{given_up}");
    stage.press("c");
    stage.press("ctrl-o");
    assert!(screen(&stage).contains("\"response_action\":\"clear\""), "{}", screen(&stage));
    stage.press("esc");
    stage.press("esc");
    stage.press("4");
    stage.press("ctrl-o");
    assert!(screen(&stage).contains("kept; "), "brought back without c: {}", screen(&stage));
    stage.press("ctrl-o");
    assert!(screen(&stage).contains("nothing was written here before"), "{}", screen(&stage));
}

const REFUSED: &str = r#"{"response_action":"errors","errors":{"one":"x","two":"x","three":"x","four":"x","five":"x","six":"x","seven":"x","eight":"x","nine":"x"}}"#;

#[test]
fn findings_are_told_whole_where_there_is_room() {
    let mut wide = stage(WIDE);
    written(&mut wide, REFUSED);
    insta::assert_snapshot!("refused_wide", screen(&wide));
    let mut smallest = stage(SMALLEST);
    written(&mut smallest, REFUSED);
    let smallest = screen(&smallest);
    assert!(smallest.contains("more (Ctrl-G goes there)"), "{smallest}");
    insta::assert_snapshot!("refused_smallest", smallest);
}

#[test]
fn what_slack_refused_is_not_promised_below() {
    let update = r#"{"response_action":"update","view":{"type":"modal","title":{"type":"plain_text","text":"t"},"blocks":[{"type":"divider"}]}}"#;
    let said = |answer| {
        let mut stage = stage(WIDE);
        written(&mut stage, update);
        let asked = stage.press("esc");
        assert!(asked.is_empty(), "{asked:?}");
        stage.press("4");
        stage.app.mode = sockscope::app::Mode::Live;
        stage.press(":check-with-slack");
        let effects = stage.press("enter");
        assert!(matches!(effects[..], [app::Effect::CheckWithSlack { .. }]), "{effects:?}");
        stage.tell(app::Event::Checked(1, answer));
        screen(&stage)
    };
    let refusal = Refusal {
        pointer: "/view/blocks/0".into(),
        message: "there is something here that Slack has much to say about, ".repeat(3) + "to its end",
    };
    let refused = said(Answer::Invalid(vec![refusal]));
    assert!(refused.contains("to its end"), "{refused}");
    assert!(refused.contains("✓ our rules find nothing: "), "{refused}");
    assert!(!refused.contains("Slack will take this"), "{refused}");
    assert!(said(Answer::UnknownMethod).contains("✓ our rules find nothing: "));
    assert!(said(Answer::Valid).contains("✓ Slack will take this: "));
}
