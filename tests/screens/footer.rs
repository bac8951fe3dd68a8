//! The footer, and what is told at the lower edge of what it belongs to.

use sockscope::app;
use sockscope::journal::Event;
use sockscope::templates::{Fault, Loaded};

use super::{NARROW, SMALLEST, WIDE, scene, shot, text};

fn footer(keys: &[&str]) -> String {
    shot(WIDE, keys).lines().last().unwrap().trim().to_owned()
}

#[test]
fn over_the_panes_the_footer_has_the_keys_that_work_there() {
    assert_eq!(footer(&["q"]), "y quit  n no  Esc close");
    assert_eq!(footer(&["?"]), "j/k scroll  g/G ends  Esc close");
    assert_eq!(footer(&["y"]), "Enter choose  j/k move  Esc close");
    assert_eq!(footer(&["H"]), "Enter switch  j/k move  Esc close");
    assert_eq!(footer(&[":"]), "Enter choose  ↑/↓ move  Esc close");
    assert_eq!(
        footer(&["c", "ctrl-r"]),
        "Enter arm  Tab next field  Ctrl-E payload in $EDITOR  Esc cancel",
        "not those of the editor below"
    );
    assert!(footer(&["y", "esc"]).contains("c compose"), "the pane's own come back");
}

#[test]
fn menus_tell_that_there_is_more_and_where_one_is() {
    let menu = shot(SMALLEST, &["y"]);
    assert!(menu.contains("▼ 1 of 11"), "{menu}");
    insta::assert_snapshot!("copy_smallest", menu);
    let last = shot(
        SMALLEST,
        &["y", "down", "down", "down", "down", "down", "down", "down", "down", "down", "down"],
    );
    assert!(last.contains(" 11 of 11 ") && !last.contains('▼'), "{last}");
    insta::assert_snapshot!("hold_smallest", shot(SMALLEST, &["H"]));
    insta::assert_snapshot!("palette_smallest", shot(SMALLEST, &[":"]));
    let palette = shot((100, 30), &[":"]);
    assert!(palette.contains("…"), "{palette}");
    assert!(!shot(WIDE, &["y"]).contains(" of 11"), "where all is seen there is nothing to tell");
}

fn more_below(size: (u16, u16), keys: &[&str]) -> String {
    let mut stage = scene::Stage::new("phosphor", size);
    for at in 0..60 {
        stage.record(&Event::Text { conn: 1, text: format!("number {at}").into() });
    }
    stage.settle();
    for keys in keys {
        stage.press(keys);
    }
    stage.record(&Event::Text { conn: 1, text: "another".into() });
    stage.settle();
    text(&stage.draw())
}

#[test]
fn what_is_new_below_hides_no_row() {
    for size in [WIDE, NARROW, SMALLEST] {
        let screen = more_below(size, &["g"]);
        let line = screen.lines().find(|line| line.contains("new below")).unwrap();
        assert!(line.contains("─ ▼ ") && line.contains(" new below ─"), "{screen}");
    }
    insta::assert_snapshot!("new_below", more_below(NARROW, &["g"]));
    let zoomed = more_below(WIDE, &["g", "z"]);
    assert!(zoomed.contains("new below"), "{zoomed}");
}

#[test]
fn a_wrong_template_is_told_of_in_short() {
    let mut stage = scene::Stage::new("phosphor", NARROW);
    let fault = Fault { path: "/t/view_submission/a.json".into(), what: "a long story. ".repeat(20) };
    let loaded = |faults| Loaded { folder: "/t".into(), faults, templates: Vec::new() };
    stage.tell(app::Event::Templates(loaded(vec![fault.clone(), fault.clone()])));
    let screen = text(&stage.draw());
    let footer = screen.lines().last().unwrap();
    assert!(footer.contains("2 of 2 templates are wrong: `:templates` tells why   "), "{screen}");
    assert!(footer.contains(" H hold") || footer.contains(" L rules"), "keys are left: {screen}");
    stage.tell(app::Event::Templates(loaded(vec![fault])));
    assert!(text(&stage.draw()).contains("your template is wrong: `:templates` tells why"));
}

#[test]
fn from_the_end_of_the_help_one_goes_up_again() {
    let end = shot(NARROW, &["?", "G"]);
    let up = shot(NARROW, &["?", "G", "k"]);
    assert_ne!(end, up);
    assert_eq!(shot(NARROW, &["?", "G", "k", "j"]), end);
    assert_eq!(shot(NARROW, &["?", "G", "j", "j", "k"]), up, "there is nothing below the end");
    assert_eq!(shot(NARROW, &["?", "G", "g"]), shot(NARROW, &["?"]));
}
