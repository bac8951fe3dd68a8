//! What a newcomer does, from the first look to a hand-written ack.

use sockscope::journal::{By, Event};
use sockscope::simulator::ledger::Outcome;
use sockscope::simulator::{Handle, Sending};
use sockscope::slack::sample::Overrides;

use super::harness::{BINARY, ENTER, ESC, Start, Terminal};
use super::slack::{Slack, TOKEN};

/// Has the simulator send a sample, by name.
pub fn send_sample(terminal: &mut Terminal, name: &str) {
    terminal.type_keys("i");
    terminal.wait_for_text("Send a sample");
    terminal.type_keys(name);
    terminal
        .wait_for("only that sample", |screen| screen.contains(name) && !screen.contains("app_uninstalled"));
    terminal.type_keys(ENTER);
    terminal.wait_for("the menu is gone", |screen| !screen.contains("Send a sample"));
}

/// Waits for an ack that somebody wrote by hand and that has this in it.
fn wait_for_hand_ack(terminal: &Terminal, part: &str) {
    terminal.wait_for_record("an ack by hand", |record| match &record.event {
        Event::Ack { by: By::Hand, message, .. } => message.contains(part),
        _ => false,
    });
}

#[test]
fn the_tour_shows_a_live_connection_and_what_comes() {
    let start = Start { program: &[BINARY, "demo", "--record", "rec.jsonl"], ..Start::default() };
    let mut terminal = Terminal::start(&start);
    let screen = terminal.wait_for_text("live 1/1");
    assert!(screen.contains("you hold 1 of 1 connection"), "{screen}");
    // The tour's first envelopes, acknowledged at once.
    terminal.wait_for_text("/deploy");
    terminal.wait_for("the connection's host", |screen| screen.contains("applink-"));
    // Its one refresh, early on.
    terminal.wait_for_record("a second connection", |record| {
        matches!(record.event, Event::Hello { conn: 2, .. })
    });
    terminal.wait_for_text("disconnects 1");
    terminal.type_keys("q");
    let ended = terminal.wait_restored();
    assert_eq!(ended.code, 0);
    ended.closed_recording();
}

#[test]
fn an_envelope_is_opened_folded_and_searched() {
    let mut terminal = Terminal::quiet_demo(&[]);
    send_sample(&mut terminal, "view_submission");
    terminal.wait_for_text("interactive / view_submission");
    terminal.type_keys(ENTER);
    // The payload has the keys now: all is unfolded, and all but the root folded again.
    terminal.type_keys("+");
    terminal.wait_for("unfolded", |screen| screen.contains("▾ payload"));
    terminal.type_keys("-");
    terminal.wait_for("folded", |screen| screen.contains("▸") && !screen.contains("▾ payload"));
    terminal.type_keys("/");
    terminal.type_keys("trigger_id");
    terminal.type_keys(ENTER);
    terminal.wait_for_text("1 of 1 hits");
    terminal.type_keys("o");
    terminal.wait_for_text("\"envelope_id\":");
    terminal.type_keys("q");
    assert_eq!(terminal.wait_restored().code, 0);
}

#[test]
fn an_ack_written_by_hand_reaches_the_simulator() {
    let mut terminal = Terminal::quiet_demo(&["--hold", "interactive"]);
    terminal.wait_for_text("holds interactive");
    send_sample(&mut terminal, "view_submission");
    terminal.wait_for_record("the envelope", |record| matches!(record.event, Event::Envelope { .. }));
    terminal.type_keys("c");
    terminal.wait_for_text("response_action");
    terminal.type_keys("\x13");
    wait_for_hand_ack(&terminal, "response_action");
    terminal.wait_for("the row tells it", |screen| screen.contains(" ms ") && !screen.contains("held,"));
    terminal.type_keys("q");
    let ended = terminal.wait_restored();
    assert_eq!(ended.code, 0);
    ended.closed_recording();
}

#[test]
fn what_is_held_can_be_chosen_on_the_screen() {
    let mut terminal = Terminal::quiet_demo(&[]);
    terminal.type_keys("H");
    terminal.wait_for_text("slash_commands");
    terminal.type_keys("jjj");
    terminal.type_keys(ENTER);
    terminal.wait_for_text("holds slash_commands");
    terminal.type_keys(ESC);
    terminal.wait_for("the menu is gone", |screen| !screen.contains("events_api"));
    send_sample(&mut terminal, "slash_commands");
    // Held for good: only the key answers it.
    terminal.wait_for_text("/deploy");
    terminal.wait_for("it waits", |screen| screen.contains('◷') || screen.contains("LATE"));
    terminal.type_keys("a");
    wait_for_hand_ack(&terminal, "envelope_id");
    terminal.type_keys("\x03\x03");
    assert_eq!(terminal.wait_restored().code, 0);
}

#[test]
fn debug_reconnects_is_in_the_next_url() {
    let mut terminal = Terminal::quiet_demo(&[]);
    terminal.wait_for_text("debug_reconnects off");
    terminal.type_keys("D");
    terminal.wait_for_text("Reconnect now?");
    terminal.type_keys("y");
    terminal.wait_for_text("debug_reconnects on");
    terminal.wait_for_record("an opening that asks for it", |record| {
        matches!(record.event, Event::Opening { conn: 2, debug_reconnects: true })
    });
    terminal.wait_for_record(
        "the URL with it",
        |record| matches!(&record.event, Event::Opened { url, .. } if url.contains("debug_reconnects=true")),
    );
    terminal.wait_for_record("a second hello", |record| matches!(record.event, Event::Hello { conn: 2, .. }));
    terminal.wait_for_record("the first one's end", |record| {
        matches!(record.event, Event::Closed { conn: 1, code: Some(1000), .. })
    });
    terminal.type_keys("q");
    let ended = terminal.wait_restored();
    assert_eq!(ended.code, 0);
    ended.closed_recording();
}

#[test]
fn quitting_asks_while_something_is_held_and_a_second_ctrl_c_means_it() {
    let mut terminal = Terminal::quiet_demo(&["--hold", "all"]);
    send_sample(&mut terminal, "slash_commands");
    terminal.type_keys("q");
    let text = terminal.wait_for_text("Quit all the same?");
    assert!(text.contains("for your answer"), "{text}");
    terminal.type_keys("n");
    terminal.wait_for("the question is gone", |screen| !screen.contains("Quit all the same?"));
    send_sample(&mut terminal, "slash_commands");
    terminal.type_keys("\x03");
    terminal.wait_for_text("Quit all the same?");
    terminal.type_keys("\x03");
    assert_eq!(terminal.wait_restored().code, 0);
}

#[test]
fn the_books_of_slack_show_the_answer_that_was_written() {
    let slack = Slack::start();
    let mut terminal = live(&slack, &["--hold", "view_submission"]);
    slack.wait_until("a connection", |workspace| workspace.counts().hellos == 1);
    let id = send(&slack.handle, "view_submission");
    terminal.wait_for_text("interactive / view_submission");
    terminal.type_keys("c");
    terminal.wait_for_text("response_action");
    terminal.type_keys("\x13");
    slack.wait_until("its ack", |workspace| workspace.ledger().find(&id).is_some_and(|d| !d.acks.is_empty()));
    let ledger = slack.handle.ledger();
    let delivery = ledger.find(&id).unwrap();
    assert_eq!(delivery.acks.len(), 1);
    assert!(delivery.acks[0].text.contains("\"response_action\":"), "{}", delivery.acks[0].text);
    assert_eq!(delivery.acks[0].fault, None);
    assert_eq!(delivery.acks[0].late, !matches!(delivery.outcome, Outcome::Acked { .. }));
    terminal.wait_for("the row tells it", |screen| screen.contains("acks 1") && !screen.contains("left"));
    terminal.type_keys("q");
    assert_eq!(terminal.wait_restored().code, 0);
    slack.wait_until("the goodbye", |workspace| workspace.num_connections() == 0);
}

fn send(slack: &Handle, sample: &str) -> String {
    slack.send(sample, &Overrides::new(), Sending::default()).unwrap()
}

/// `sockscope live` against a local Slack.
pub fn live(slack: &Slack, more: &[&str]) -> Terminal {
    let mut program = vec![BINARY, "live", "--record", "rec.jsonl"];
    program.extend(more);
    let env = [("SLACK_API_URL", slack.api_url.as_str()), ("SLACK_APP_TOKEN", TOKEN)];
    let terminal = Terminal::start(&Start { program: &program, env: &env, ..Start::default() });
    terminal.wait_for_text("live 1/1");
    terminal
}
