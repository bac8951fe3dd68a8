//! The terminal lent to an editor, a pager and the shell, and taken back.

use super::demo::send_sample;
use super::harness::{BINARY, Start, Terminal};

/// A demo with an `EDITOR` of these lines, and a command whose answer is being written.
fn composing(editor: &str) -> Terminal {
    let script = format!("#!/bin/sh\n{editor}\n");
    let start =
        Start { env: &[("EDITOR", "sh ./editor.sh")], files: &[("editor.sh", &script)], ..Start::default() };
    let mut terminal = Terminal::demo(&["--hold", "slash_commands"], start);
    send_sample(&mut terminal, "slash_commands");
    terminal.wait_for_text("/deploy");
    terminal.type_keys("c");
    terminal.wait_for_text("response_type");
    terminal
}

fn quit(mut terminal: Terminal) {
    terminal.type_keys("\x03\x03");
    assert_eq!(terminal.wait_restored().code, 0);
}

#[test]
fn the_editor_rewrites_the_draft() {
    let mut terminal = composing(r#"printf '{"text":"from the editor"}' > "$1""#);
    terminal.type_keys("\x05");
    terminal.wait_for_text("from the editor");
    assert!(terminal.is_raw());
    terminal.type_keys("\x13");
    terminal.wait_for_record("what the editor wrote", |record| {
        record.event.kind() == "ack" && record.event.message().contains("from the editor")
    });
    quit(terminal);
}

#[test]
fn an_editor_that_fails_leaves_the_draft() {
    let mut terminal = composing("echo broken > \"$1\"; exit 3");
    terminal.type_keys("\x05");
    let screen = terminal.wait_for_text("exit status: 3");
    assert!(screen.contains("response_type") && !screen.contains("broken"), "{screen}");
    quit(terminal);
}

#[test]
fn what_is_no_utf_8_leaves_the_draft() {
    let mut terminal = composing(r#"printf '{"text":"\344"}' > "$1""#);
    terminal.type_keys("\x05");
    let screen = terminal.wait_for_text("saved is no UTF-8 (byte 9)");
    assert!(screen.contains("response_type"), "{screen}");
    quit(terminal);
}

#[test]
fn a_draft_of_ten_megabytes_is_told_of_and_can_be_left() {
    let mut terminal =
        composing(r#"(printf '{"text":"'; head -c 10485760 /dev/zero | tr '\0' x; printf '"}') > "$1""#);
    terminal.type_keys("\x05");
    terminal.wait_for_text("10.5 MB are not checked");
    terminal.type_keys("\x13");
    terminal.wait_for_text("far more than Slack takes");
    quit(terminal);
}

#[test]
fn ten_thousand_nested_arrays_are_told_of() {
    let brackets = |bracket| format!("head -c 10000 /dev/zero | tr '\\0' '{bracket}'");
    let script = format!(r#"(printf '{{"a":'; {}; {}; printf '}}') > "$1""#, brackets('['), brackets(']'));
    let mut terminal = composing(&script);
    terminal.type_keys("\x05");
    terminal.wait_for_text("nested more than 127");
    quit(terminal);
}

#[test]
fn no_editor_at_all_is_told() {
    let start = Start { env: &[("VISUAL", "no-such-editor")], ..Start::default() };
    let mut terminal = Terminal::demo(&[], start);
    send_sample(&mut terminal, "slash_commands");
    terminal.wait_for_text("/deploy");
    terminal.type_keys("e");
    terminal.wait_for_text("`no-such-editor` ended with");
    quit(terminal);
}

/// Editors and pagers take Ctrl-C for themselves, and the terminal sends it to us as well.
#[test]
fn ctrl_c_in_the_editor_is_the_editors() {
    let mut terminal = composing(
        "trap 'printf \"{\\\"text\\\":\\\"interrupted\\\"}\" > \"$1\"; exit 0' INT\necho editing\nwhile :; do sleep 0.05; done",
    );
    terminal.type_keys("\x05");
    terminal.wait_for_text("editing");
    terminal.type_keys("\x03");
    terminal.wait_for_text("interrupted");
    quit(terminal);
}

#[test]
fn a_signal_ends_it_while_the_editor_is_open() {
    let mut terminal = composing("echo editing; exec sleep 60");
    terminal.type_keys("\x05");
    terminal.wait_for_text("editing");
    terminal.signal("TERM");
    let ended = terminal.wait();
    assert_eq!(ended.code, 143);
    ended.recording();
}

#[test]
fn a_resize_under_the_editor_is_seen_after_it() {
    let mut terminal = composing("echo editing; read line; printf '{}' > \"$1\"");
    terminal.type_keys("\x05");
    terminal.wait_for_text("editing");
    terminal.resize((100, 30));
    terminal.type_keys("done\r");
    terminal.wait_for("as wide as the terminal", |screen| {
        screen.contains("live 1/1") && screen.lines().count() <= 30 && screen.contains("Ack composer")
    });
    quit(terminal);
}

#[test]
fn the_pager_gets_the_payload() {
    let start = Start {
        env: &[("PAGER", "sh ./pager.sh")],
        files: &[("pager.sh", "cp \"$1\" paged.json")],
        ..Start::default()
    };
    let mut terminal = Terminal::demo(&[], start);
    send_sample(&mut terminal, "slash_commands");
    terminal.wait_for_text("/deploy");
    terminal.type_keys("v");
    terminal.wait_for("the pager ran", |_| true);
    let path = terminal.folder.path().join("paged.json");
    terminal.wait_for("the pager's copy", |_| {
        std::fs::read_to_string(&path).is_ok_and(|text| text.contains("/deploy"))
    });
    terminal.wait_for_text("live 1/1");
    quit(terminal);
}

/// Under a shell with job control, as users have it.
#[test]
fn ctrl_z_suspends_and_fg_brings_the_screen_back() {
    let script = format!(
        "set -m; {BINARY} demo --scenario quiet.toml; echo back in the shell; read line; fg %1; echo code $?"
    );
    let quiet = [("quiet.toml", "title = 'Quiet'\nrehearses = 'nothing'\nsteps = []\n")];
    let program = ["bash", "-c", &script];
    let mut terminal = Terminal::start(&Start { program: &program, files: &quiet, ..Start::default() });
    terminal.wait_for_text("live 1/1");
    terminal.type_keys("\x1a");
    let screen = terminal.wait_for_text("back in the shell");
    assert!(!screen.contains("live 1/1"), "the alternate screen was not left:\n{screen}");
    terminal.type_keys("\r");
    terminal.wait_for_text("live 1/1");
    terminal
        .wait_for("all of it", |screen| screen.contains("Envelopes") && screen.contains("Connection health"));
    terminal.type_keys("q");
    terminal.wait_for_text("code 0");
    assert_eq!(terminal.wait_restored().code, 0);
}
