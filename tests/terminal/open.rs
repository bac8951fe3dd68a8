//! A recording, made by the simulator and opened again.

use super::demo::send_sample;
use super::harness::{BINARY, ENTER, ESC, Start, Terminal};

#[test]
fn what_was_recorded_is_opened_filtered_and_left() {
    let mut demo = Terminal::quiet_demo(&[]);
    send_sample(&mut demo, "slash_commands");
    demo.wait_for_text("command");
    send_sample(&mut demo, "view_submission");
    demo.wait_for_text("interactive / view_submission");
    demo.type_keys("q");
    let recording = demo.wait_restored().closed_recording();

    let program = [BINARY, "open", "rec.jsonl"];
    let files = [("rec.jsonl", recording.as_str())];
    let mut terminal = Terminal::start(&Start { program: &program, files: &files, ..Start::default() });
    let screen = terminal.wait_for_text("modal-with");
    assert!(screen.contains("open   rec.jsonl") && screen.contains("records"), "{screen}");
    // The first row is selected, and it stays so: nothing is followed here.
    terminal.wait_for_text("conn 1");
    assert!(!screen.contains("following") && !screen.contains("new below"), "{screen}");
    terminal.type_keys("a");
    terminal.wait_for_text("this is a recording");
    terminal.type_keys("f");
    terminal.type_keys("type:slash_commands");
    terminal.type_keys(ENTER);
    terminal
        .wait_for("only the command", |screen| screen.contains("1 of 3") && !screen.contains("modal-with"));
    terminal.type_keys(ESC);
    terminal.wait_for_text("modal-with");
    terminal.type_keys("q");
    assert_eq!(terminal.wait_restored().code, 0);
}

#[test]
fn what_is_no_recording_says_so_on_the_screen() {
    let program = [BINARY, "open", "diary.txt"];
    let files = [("diary.txt", "dear diary\nno records here\n")];
    let mut terminal =
        Terminal::start(&Start { program: &program, files: &files, size: (60, 16), ..Start::default() });
    terminal.wait_for_text("there is no record of sockscope");
    terminal.type_keys("U");
    let screen = terminal.wait_for_text("diary.txt:1");
    assert!(screen.contains("diary.txt:2"), "{screen}");
    terminal.type_keys(ESC);
    terminal.wait_for("the list is gone", |screen| !screen.contains("diary.txt:1"));
    terminal.type_keys("q");
    assert_eq!(terminal.wait_restored().code, 0);
}
