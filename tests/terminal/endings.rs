//! However it ends, the terminal is given back and the recording is whole.

use std::time::Duration;

use sockscope::journal::Event;

use super::demo::live;
use super::harness::{BINARY, Start, Terminal};
use super::slack::Slack;

fn signalled(name: &str, code: u32) {
    let terminal = Terminal::quiet_demo(&[]);
    assert!(terminal.is_raw());
    terminal.signal(name);
    let ended = terminal.wait_restored();
    assert_eq!(ended.code, code);
    ended.closed_recording();
}

#[test]
fn sigterm() {
    signalled("TERM", 143);
}

#[test]
fn sigint() {
    signalled("INT", 130);
}

#[test]
fn sighup() {
    signalled("HUP", 129);
}

#[test]
fn a_window_that_is_closed_ends_it_with_a_whole_recording() {
    let mut terminal = Terminal::quiet_demo(&[]);
    terminal.hang_up();
    let ended = terminal.wait();
    assert!(matches!(ended.code, 1 | 129), "{}", ended.code);
    ended.closed_recording();
}

#[test]
fn the_last_words_stand_below_the_prompt_and_not_on_the_lost_screen() {
    let files = [("config.toml", "[keys]\nack-now = 'no such key'\n")];
    let program = [BINARY, "demo", "--config", "config.toml"];
    let terminal = Terminal::start(&Start { program: &program, files: &files, ..Start::default() });
    let ended = terminal.wait_restored();
    assert_eq!(ended.code, 1);
    let text = String::from_utf8(ended.written).unwrap();
    assert!(text.starts_with("sockscope: ") && text.contains("no such key"), "{text}");
}

/// Law 2, and the way out of it.
#[test]
fn a_terminal_that_takes_no_output_delays_no_ack_and_no_signal() {
    let slack = Slack::start();
    let terminal = live(&slack, &[]);
    terminal.block();
    slack.flood("message", 3000, Duration::from_millis(1));
    slack.wait_until("all sent", |workspace| workspace.counts().envelopes >= 3000);
    slack.wait_until("all settled", |workspace| workspace.ledger().is_settled());
    let ledger = slack.handle.ledger();
    assert_eq!(ledger.acked(), 3000, "envelopes were not acknowledged in time");
    terminal.signal("TERM");
    let ended = terminal.wait();
    assert_eq!(ended.code, 143);
    let text = ended.closed_recording();
    let acks = text.lines().filter(|line| line.contains("\"kind\":\"ack\"")).count();
    assert_eq!(acks, 3000);
}

#[test]
fn its_time_is_up_on_the_screen_too() {
    let terminal = Terminal::quiet_demo(&["--for", "1s"]);
    let ended = terminal.wait_restored();
    assert_eq!(ended.code, 0);
    ended.closed_recording();
}

#[test]
fn without_an_answer_from_the_network_it_still_quits_at_once() {
    let env = [("SLACK_API_URL", "http://127.0.0.1:9/api/"), ("SLACK_APP_TOKEN", super::slack::TOKEN)];
    let program = [BINARY, "--record", "rec.jsonl"];
    let mut terminal = Terminal::start(&Start { program: &program, env: &env, ..Start::default() });
    terminal.wait_for_record("what went wrong", |record| {
        matches!(record.event, Event::Error { fatal: false, retry_in_ms: Some(_), .. })
    });
    terminal
        .wait_for("the cause", |screen| screen.contains("cannot be reached") && screen.contains("next try"));
    terminal.type_keys("q");
    assert_eq!(terminal.wait_restored().code, 0);
}
