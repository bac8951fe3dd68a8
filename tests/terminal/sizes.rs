//! Large, small, too small, and from one to the other.

use super::demo::send_sample;
use super::harness::{BINARY, Start, Terminal};

#[test]
fn too_small_is_told_until_it_grows() {
    let program = [BINARY, "demo"];
    let mut terminal = Terminal::start(&Start { program: &program, size: (40, 10), ..Start::default() });
    terminal.wait_for_text("40x10 is too small");
    terminal.resize((120, 40));
    terminal.wait_for("the panes", |screen| screen.contains("Envelopes") && screen.contains("live 1/1"));
    terminal.resize((59, 40));
    terminal.wait_for_text("59x40 is too small");
    terminal.resize((120, 15));
    terminal.wait_for_text("120x15 is too small");
    terminal.type_keys("q");
    assert_eq!(terminal.wait_restored().code, 0);
}

#[test]
fn every_size_is_drawn_and_keys_work_in_it() {
    let mut terminal = Terminal::quiet_demo(&[]);
    send_sample(&mut terminal, "view_submission");
    for size in [(80, 24), (60, 16), (200, 60), (300, 17), (60, 100), (1, 1), (2, 200), (120, 40)] {
        terminal.resize(size);
        if size.0 >= 60 {
            // A key that comes together with the resize may wait in the terminal's reader for the next one.
            terminal.wait_for("the frame at this size", |screen| {
                let border = screen.lines().nth(1).unwrap_or_default().trim_end();
                border.ends_with('╮') && border.chars().count() == usize::from(size.0)
            });
            terminal.type_keys("?");
            terminal.wait_for("the help", |screen| screen.contains(" Help "));
            terminal.type_keys("q");
            terminal.wait_for("no help", |screen| !screen.contains(" Help "));
        }
    }
    terminal.type_keys("q");
    assert_eq!(terminal.wait_restored().code, 0);
}

#[test]
fn narrow_has_the_list_and_what_is_opened_beside_or_over_it() {
    let start = Start { size: (80, 24), ..Start::default() };
    let mut terminal = Terminal::demo(&["--hold", "interactive"], start);
    send_sample(&mut terminal, "view_submission");
    terminal.wait_for_text("Envelopes");
    terminal.type_keys("2");
    terminal.wait_for_text("payload");
    terminal.type_keys("3");
    terminal
        .wait_for("the health", |screen| screen.contains("Connection health") && screen.contains("applink-"));
    terminal.type_keys("1c");
    terminal.wait_for_text("response_action");
    terminal.type_keys("\x03\x03");
    assert_eq!(terminal.wait_restored().code, 0);
}
