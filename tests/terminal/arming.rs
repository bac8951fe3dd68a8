//! An answer that is armed: the next modal gets it at once.

use sockscope::journal::{By, Event};
use sockscope::link::Rules;
use sockscope::simulator::Sending;
use sockscope::simulator::ledger::Outcome;
use sockscope::slack::sample::Overrides;

use super::demo::{live, send_sample};
use super::harness::{ENTER, ESC, Start, Terminal};
use super::slack::Slack;

const CTRL_R: &str = "\x12";

/// Arms the `errors` that the composer offers for the held modal.
fn arm(terminal: &mut Terminal) {
    terminal.type_keys("c");
    terminal.wait_for_text("response_action");
    terminal.type_keys(CTRL_R);
    let dialog = terminal.wait_for_text("Arm this answer");
    assert!(dialog.contains("type:view_submission callback:modal-with-inputs"), "{dialog}");
    terminal.type_keys(ENTER);
    terminal.wait_for_text("armed for every one that matches");
    terminal.wait_for_text("rules 1");
    // An Esc and the next key must not come together: the footer tells when it has done its work.
    terminal.wait_for_text("Esc leave");
    terminal.type_keys(ESC);
    terminal.wait_for("the draft is left", |screen| !screen.contains("Esc leave"));
}

#[test]
fn an_armed_answer_goes_to_the_next_modal_at_once() {
    let mut terminal = Terminal::quiet_demo(&["--hold", "view_submission"]);
    send_sample(&mut terminal, "view_submission");
    terminal.wait_for_text("interactive / view_submission");
    arm(&mut terminal);
    send_sample(&mut terminal, "view_submission");
    terminal.wait_for_record("an ack by the rule", |record| match &record.event {
        Event::Ack { by: By::Rule, late: false, message, .. } => {
            message.contains(r#""payload":{"response_action":"errors","errors":{"#)
        }
        _ => false,
    });
    terminal.type_keys("G");
    terminal.wait_for_text("answered by a rule in");
    // The simulator, which is Slack here, says what it made of it.
    terminal.wait_for_text("✓ taken");
    terminal.type_keys("L");
    terminal.wait_for_text("fired once, always");
    // The first one is held still: only a hand answers it.
    terminal.type_keys(ESC);
    terminal.wait_for("the list is gone", |screen| !screen.contains("fired once"));
    terminal.type_keys("A");
    terminal
        .wait_for_record("an ack by hand", |record| matches!(record.event, Event::Ack { by: By::Hand, .. }));
    terminal.type_keys("\x03\x03");
    let ended = terminal.wait_restored();
    assert_eq!(ended.code, 0);
    let recording = ended.closed_recording();
    assert!(!recording.contains("payload-refused"), "{recording}");
}

#[test]
fn the_books_of_slack_show_the_armed_answer_as_accepted() {
    let slack = Slack::start();
    let mut terminal = live(&slack, &["--hold", "view_submission"]);
    slack.wait_until("a connection", |workspace| workspace.counts().hellos == 1);
    let send = || slack.handle.send("view_submission", &Overrides::new(), Sending::default()).unwrap();
    let held = send();
    terminal.wait_for_text("interactive / view_submission");
    arm(&mut terminal);
    let id = send();
    slack.wait_until("its ack", |workspace| workspace.ledger().find(&id).is_some_and(|d| !d.acks.is_empty()));
    let ledger = slack.handle.ledger();
    let delivery = ledger.find(&id).unwrap();
    assert!(matches!(delivery.outcome, Outcome::Acked { .. }), "{delivery:?}");
    assert_eq!(delivery.acks[0].fault, None);
    assert!(delivery.acks[0].text.contains("\"response_action\":\"errors\""), "{}", delivery.acks[0].text);
    assert_eq!(ledger.find(&held).unwrap().acks.len(), 0);
    terminal.type_keys("\x03\x03");
    assert_eq!(terminal.wait_restored().code, 0);
}

#[test]
fn rules_of_a_file_are_listed_changed_in_the_editor_and_written() {
    let files = [
        (
            "rules.toml",
            "[[rule]]\nname = 'greet'\nwhen = 'type:slash_commands'\npayload = { text = 'hello' }\n",
        ),
        ("editor.sh", "printf '{\"text\": \"good bye\"}' > \"$1\"\n"),
    ];
    let start = Start { env: &[("EDITOR", "sh ./editor.sh")], files: &files, ..Start::default() };
    let mut terminal = Terminal::demo(&["--rules", "rules.toml"], start);
    terminal.wait_for_text("rules 1");
    terminal.type_keys("L");
    terminal.wait_for_text("greet");
    terminal.type_keys("e");
    terminal.wait_for_text("Change the rule");
    terminal.type_keys("\x05");
    terminal.wait_for_text("good bye");
    terminal.type_keys(ENTER);
    terminal.wait_for_text("counts from 0 again");
    terminal.type_keys("w");
    terminal.wait_for_text("write all rules to rules.toml");
    terminal.type_keys(ENTER);
    terminal.wait_for_text("rules.toml exists.");
    terminal.type_keys("y");
    terminal.wait_for_text("loads them again");
    terminal.type_keys(ESC);
    terminal.wait_for("the list is gone", |screen| !screen.contains("greet"));
    send_sample(&mut terminal, "slash_commands");
    terminal.wait_for_record("the new answer", |record| match &record.event {
        Event::Ack { by: By::Rule, message, .. } => message.contains("good bye"),
        _ => false,
    });
    // The screen reads the record a moment later, and asks while it knows of an envelope that waits.
    terminal.wait_for_text("answered by a rule");
    terminal.type_keys("q");
    let ended = terminal.wait_restored();
    assert_eq!(ended.code, 0);
    let kept = std::fs::read_to_string(ended.folder.path().join("rules.toml")).unwrap();
    let rules = Rules::parse(&kept).unwrap();
    assert_eq!(rules.get(0).unwrap().spec().payload.as_deref(), Some("{\"text\": \"good bye\"}"));
}
