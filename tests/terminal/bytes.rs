//! What is written to the terminal, byte for byte.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use sockscope::simulator::Sending;
use sockscope::simulator::connection::Whom;
use sockscope::simulator::timing::Timing;
use sockscope::simulator::workspace::Act;
use sockscope::slack::sample::Unsent;

use super::demo::{live, send_sample};
use super::harness::{ENTER, ESC, Start, Terminal};
use super::slack::Slack;

/// The parameters of every sequence that sets colours and attributes.
fn attributes(written: &str) -> impl Iterator<Item = &str> {
    written.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ';' | ':'))?;
        rest[end..].starts_with('m').then_some(&rest[..end])
    })
}

fn is_colour(parameter: &str) -> bool {
    parameter.parse::<u8>().is_ok_and(|number| matches!(number, 30..=38 | 40..=48 | 90..=97 | 100..=107))
}

fn written_with(env: &[(&str, &str)]) -> String {
    let mut terminal = Terminal::demo(&["--hold", "all"], Start { env, ..Start::default() });
    send_sample(&mut terminal, "view_submission");
    terminal.wait_for_text("view_submission");
    terminal.type_keys("c");
    terminal.wait_for_text("response_action");
    terminal.type_keys("\x03\x03");
    String::from_utf8(terminal.wait_restored().written).unwrap()
}

#[test]
fn no_color_is_obeyed() {
    let colours = |written: &str| -> BTreeSet<String> {
        let parameters = attributes(written).flat_map(|all| all.split([';', ':']));
        parameters.filter(|one| is_colour(one)).map(str::to_owned).collect()
    };
    assert_eq!(colours(&written_with(&[("NO_COLOR", "1")])), BTreeSet::new());
    assert!(!colours(&written_with(&[])).is_empty(), "the test sees no colours where there are some");
}

#[test]
fn the_mono_look_still_has_its_attributes() {
    let written = written_with(&[("NO_COLOR", "1")]);
    let all: BTreeSet<&str> = attributes(&written).flat_map(|all| all.split(';')).collect();
    assert!(all.contains("1") && all.contains("7"), "neither bold nor reversed: {all:?}");
}

const EVIL: &str =
    "\u{1b}]0;pwned\u{7}\u{1b}[2J\u{9b}31m\u{202e}drowssap\u{2066}\u{200b}\u{0}\u{7f}\r\n\tend";

/// What may be in the output: sequences that sockscope writes itself, and no control character beside them.
fn assert_harmless(written: &[u8]) {
    let text = String::from_utf8_lossy(written);
    assert!(!text.contains("\x1b]0;pwned"), "a title was set from outside");
    let mut rest = text.as_ref();
    while let Some(at) = rest.find(|c: char| c.is_control()) {
        let sequence = &rest[at..];
        let title = "\x1b]0;sockscope\x07";
        rest = if let Some(after) = sequence.strip_prefix(title) {
            after
        } else if let Some(csi) = sequence.strip_prefix("\x1b[") {
            let end = csi.find(|c: char| c.is_ascii_alphabetic()).unwrap();
            assert!(
                csi[..end].chars().all(|c| c.is_ascii_digit() || ";:?".contains(c)),
                "{:?}",
                &csi[..=end]
            );
            &csi[end + 1..]
        } else {
            panic!(
                "a control character reached the terminal: {:?}",
                sequence.chars().take(20).collect::<String>()
            );
        };
    }
    let unseen = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    assert_eq!(text.find(unseen), None, "a bidi or unseen character reached the terminal");
}

#[test]
fn nothing_from_slack_reaches_the_terminal_raw() {
    let slack = Slack::start();
    // No retry comes between.
    slack.handle.set_timing(Timing { ack_within: Duration::from_secs(600), ..Timing::default() });
    let mut terminal = live(&slack, &["--hold", "all"]);
    let view = json!({"type": "modal", "callback_id": EVIL, "title": {"type": "plain_text", "text": EVIL},
        "blocks": [{"type": "input", "block_id": EVIL, "label": {"type": "plain_text", "text": EVIL},
            "element": {"type": "plain_text_input", "action_id": EVIL}}],
        "state": {"values": {EVIL: {EVIL: {"type": "plain_text_input", "value": EVIL}}}}});
    let payloads = [
        (
            "events_api",
            json!({"team_id": EVIL, "event": {"type": EVIL, "text": EVIL, "user": EVIL, "channel": EVIL}}),
        ),
        ("slash_commands", json!({"command": EVIL, "text": EVIL, "team_domain": EVIL, "user_name": EVIL})),
        (EVIL, json!({EVIL: EVIL})),
        ("interactive", json!({"type": EVIL, "callback_id": EVIL})),
        ("interactive", json!({"type": "view_submission", "view": view, "user": {"id": EVIL, "name": EVIL}})),
    ];
    for (kind, payload) in payloads {
        slack.handle.send_unsent(Unsent::new(kind, &payload, true), Sending::default());
    }
    terminal.wait_for_text("view_submission");
    // The composer's draft and verdict, the tree, the raw text, a search and a filter.
    terminal.type_keys("c");
    terminal.wait_for_text("Esc leave");
    // Alone, or it would be the Alt of the next key.
    terminal.type_keys(ESC);
    terminal.wait_for("no draft is written", |screen| !screen.contains("Esc leave"));
    terminal.type_keys("2+");
    terminal.resize((240, 60));
    terminal.wait_for_text("drowssap");
    for _ in 0..2 {
        terminal.type_keys("GGgo");
    }
    for _ in 0..4 {
        terminal.type_keys("1k2+G");
    }
    terminal.type_keys("1/drow");
    terminal.type_keys(ENTER);
    terminal.type_keys("f\x1b[200~drow\x1b]0;pwned\x07\u{202e}\x1b[201~");
    terminal.wait_for_text("filter");
    terminal.type_keys("\x1b");
    for text in [EVIL.to_owned(), json!({"type": EVIL}).to_string(), json!({"type": "hello", "num_connections": 1, "connection_info": {"app_id": EVIL}, "debug_info": {"host": EVIL, "started": EVIL}}).to_string()] {
        slack.handle.utter(Whom::All, &Act::Text(text));
    }
    slack.handle.disconnect(EVIL, Whom::All);
    terminal.wait_for_record("the disconnect", |record| record.event.kind() == "disconnect");
    terminal.wait_for_record("the next hello", |record| {
        record.event.kind() == "hello" && record.event.conn() == Some(2)
    });
    slack.handle.close(Whom::All, 4000, EVIL);
    terminal.wait_for_record("the close", |record| {
        record.event.kind() == "closed" && record.event.conn() == Some(2)
    });
    terminal.type_keys("1g3G");
    terminal.wait_for_text("live 1/1");
    terminal.type_keys("\x03");
    terminal.type_keys("\x03");
    let ended = terminal.wait_restored();
    ended.recording();
    assert_harmless(&ended.written);
}

#[test]
fn secrets_are_masked_on_the_screen_and_in_the_recording() {
    let slack = Slack::start();
    let mut terminal = live(&slack, &[]);
    let payload = json!({"token": "xoxb-1-EXAMPLE-secretsecret", "event": {"type": "message", "text": "my xoxp-1-EXAMPLE-secretsecret"}});
    slack.handle.send_unsent(Unsent::new("events_api", &payload, false), Sending::default());
    terminal.wait_for_record("the envelope", |record| record.event.kind() == "envelope");
    terminal.type_keys("2+");
    terminal.wait_for_text("token");
    terminal.type_keys("o");
    terminal.wait_for_text("\"token\":");
    terminal.type_keys("ye");
    terminal.wait_for_written("a copy", |written| String::from_utf8_lossy(written).contains("\x1b]52;c;"));
    terminal.type_keys("q");
    let ended = terminal.wait_restored();
    let written = String::from_utf8_lossy(&ended.written).into_owned();
    let copied = written.split("\x1b]52;c;").nth(1).unwrap().split(['\x1b', '\x07']).next().unwrap();
    let copied = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, copied).unwrap();
    let copied = String::from_utf8(copied).unwrap();
    assert!(copied.contains("envelope_id"), "{copied}");
    for text in [&copied, &written, &ended.recording()] {
        assert!(!text.contains("secretsecret"), "{text}");
        assert!(!text.contains("xapp-1"), "{text}");
    }
}
