//! The screens, on a scripted session with a fixed clock: snapshots of every pane, wide and narrow; and the
//! pictures of the README held against the real UI. `INSTA_UPDATE=always cargo test --test screens` and
//! `cargo run --example screenshots` draw them anew.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use ratatui::buffer::Buffer;
use sockscope::journal::Event;

#[path = "../examples/screenshots/scene.rs"]
mod scene;
#[path = "../examples/screenshots/svg.rs"]
mod svg;

#[path = "screens/composer.rs"]
mod composer;
#[path = "screens/findings.rs"]
mod findings;
#[path = "screens/footer.rs"]
mod footer;
#[path = "screens/rules.rs"]
mod rules;

const WIDE: (u16, u16) = (132, 38);
const NARROW: (u16, u16) = (80, 24);

/// The screen's characters, line by line.
fn text(buffer: &Buffer) -> String {
    let line = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..buffer.area.height).map(|y| line(y).trim_end().to_owned() + "\n").collect()
}

fn shot(size: (u16, u16), keys: &[&str]) -> String {
    text(&scene::shoot("phosphor", size, keys))
}

#[test]
fn the_whole_screen() {
    insta::assert_snapshot!("wide", shot(WIDE, &[]));
    insta::assert_snapshot!("narrow", shot(NARROW, &[]));
    insta::assert_snapshot!("smallest", shot((60, 16), &[]));
    insta::assert_snapshot!("high", shot((80, 60), &[]));
}

#[test]
fn every_pane_alone() {
    for (pane, key) in [("envelopes", "1"), ("payload", "2"), ("health", "3"), ("composer", "4")] {
        insta::assert_snapshot!(format!("{pane}_wide"), shot(WIDE, &[key, "z"]));
        insta::assert_snapshot!(format!("{pane}_narrow"), shot(NARROW, &[key, "z"]));
    }
}

#[test]
fn overlays() {
    insta::assert_snapshot!("help", shot(WIDE, &["?"]));
    insta::assert_snapshot!("help_narrow", shot(NARROW, &["?"]));
    insta::assert_snapshot!("palette", shot(WIDE, &[":", "conn"]));
    insta::assert_snapshot!("hold", shot(WIDE, &["H"]));
    insta::assert_snapshot!("copy", shot(WIDE, &["y"]));
    insta::assert_snapshot!("filter_error", shot(WIDE, &["f", "type:interactive (ack"]));
    insta::assert_snapshot!("question", shot(WIDE, &["q"]));
}

const SMALLEST: (u16, u16) = (60, 16);

#[test]
fn the_filter_prompt_offers_what_may_come_next() {
    insta::assert_snapshot!("offers_fields", shot(WIDE, &["f", "c"]));
    insta::assert_snapshot!("offers_values", shot(NARROW, &["f", "event:", "tab", "tab"]));
    insta::assert_snapshot!("offers_smallest", shot(SMALLEST, &["f", "tab", "shift-tab"]));
    insta::assert_snapshot!("filter_error_smallest", shot(SMALLEST, &["f", "type:interactive size:big"]));
    insta::assert_snapshot!("language", shot(WIDE, &["f", "f1"]));
}

#[test]
fn tab_walks_fields_and_then_the_values_that_were_seen() {
    let prompt =
        |keys: &[&str]| shot(WIDE, &[&["f"], keys].concat()).lines().last().unwrap().trim().to_owned();
    assert_eq!(prompt(&["com", "tab"]), "filter command:", "the only field that fits");
    assert_eq!(prompt(&["com", "tab", "tab"]), "filter command:/deploy", "the only value that was seen");
    assert_eq!(prompt(&["c", "tab", "tab"]), "filter command:");
    assert_eq!(prompt(&["c", "shift-tab"]), "filter conn:");
    assert_eq!(prompt(&["conn:", "tab", "tab"]), "filter conn:2");
    assert_eq!(prompt(&["hello !t", "tab", "shift-tab"]), "filter hello !took:");
    assert_eq!(prompt(&["\"wholly unknown", "tab"]), "filter \"wholly unknown");
}

#[test]
fn the_filter_applies_as_it_is_completed_and_its_help_comes_back_to_it() {
    let screen = shot(WIDE, &["f", "com", "tab", "tab"]);
    assert!(screen.contains("1 of 16"), "{screen}");
    let screen = shot(WIDE, &["f", "com", "f1", "esc", "tab", "enter"]);
    assert!(screen.contains("filter command:"), "a field alone is no filter yet: {screen}");
}

#[test]
fn the_list_is_searched_and_its_hits_are_counted_and_marked() {
    insta::assert_snapshot!("list_search", shot(WIDE, &["/angel", "enter"]));
    let hits = |keys: &[&str]| {
        let screen = shot(WIDE, keys);
        screen
            .lines()
            .nth(1)
            .unwrap()
            .split('─')
            .find(|part| part.contains("hit"))
            .map(|part| part.trim().to_owned())
    };
    let found = hits(&["/angel"]);
    assert!(found.as_deref().is_some_and(|found| found.ends_with("4 hits")), "{found:?}");
    assert_eq!(hits(&["/angel", "enter"]).as_deref(), Some("1 of 4 hits"), "around the end");
    assert_eq!(hits(&["/angel", "enter", "n"]).as_deref(), Some("2 of 4 hits"));
    assert_eq!(hits(&["/angel", "enter", "N"]).as_deref(), Some("4 of 4 hits"));
    assert_eq!(
        hits(&["/Angel", "enter"]),
        hits(&["/Ångel", "enter"]),
        "an upper-case letter makes case count"
    );
    assert_eq!(hits(&["/angel", "enter", "esc"]), None);
    assert_eq!(hits(&["f", "retry:>0", "enter", "/angel", "enter"]).as_deref(), Some("1 of 1 hit"));
}

#[test]
fn two_envelopes_are_held_against_each_other() {
    // The retry and its first delivery, which nobody marked.
    let retry = ["f", "retry:>0", "enter", "d"];
    insta::assert_snapshot!("compare_retry", shot(WIDE, &retry));
    insta::assert_snapshot!("compare_retry_narrow", shot(NARROW, &retry));
    insta::assert_snapshot!("compare_retry_smallest", shot((60, 16), &retry));
    let marked = ["g", "j", "m", "G", "d", "jjjjjjjjjj"];
    insta::assert_snapshot!("compare_marked", shot(WIDE, &marked));
    insta::assert_snapshot!("compare_zoomed", shot(NARROW, &[&marked[..], &["z", "enter"]].concat()));
    let left = shot(WIDE, &[&marked[..], &["esc"]].concat());
    assert!(left.contains("interactive / view_submission") && left.contains('◆'), "{left}");
}

#[test]
fn without_anything_to_compare_with_the_mark_is_explained() {
    assert!(shot(WIDE, &["d"]).contains("m marks an envelope"));
    assert!(shot(WIDE, &["m", "d"]).contains("m marks an envelope"), "not with itself");
    let unmarked = shot(WIDE, &["m", "m"]);
    assert!(unmarked.contains("no envelope is marked") && !unmarked.contains('◆'), "{unmarked}");
}

#[test]
fn a_retry_leads_to_its_first_delivery_and_back() {
    let retry = shot(WIDE, &["f", "retry:>0", "enter", "2"]);
    assert!(retry.contains("↻ retry 1 of 0") && retry.contains("(b)"), "{retry}");
    let first = shot(WIDE, &["g", "jjjjjjjjjj", "b", "2"]);
    assert!(first.contains("delivered again (b)"), "{first}");
    let back = shot(WIDE, &["g", "jjjjjjjjjj", "b", "b", "2"]);
    assert!(back.contains("↻ retry 1 of 0"), "{back}");
}

#[test]
fn the_payload_is_seen_through_jq() {
    insta::assert_snapshot!("query", shot(WIDE, &["J", ".payload.view.blocks[].block_id"]));
    insta::assert_snapshot!("query_kept", shot(WIDE, &["J", ".payload.view.blocks", "enter"]));
    insta::assert_snapshot!("query_error", shot(WIDE, &["J", ".payload | nothere"]));
    insta::assert_snapshot!("query_empty", shot(NARROW, &["J"]));
    insta::assert_snapshot!("query_zoomed", shot(NARROW, &["J", ".payload.view.blocks", "enter", "z"]));
    insta::assert_snapshot!("query_failed", shot(WIDE, &["J", ".type, (.type | .x)", "enter"]));
    let given_up = shot(WIDE, &["J", "def f: f; f", "enter"]);
    assert!(given_up.contains("given up"), "{given_up}");
    let nothing = shot(WIDE, &["J", "empty", "enter"]);
    assert!(nothing.contains("no output"), "{nothing}");
    let whole = shot(WIDE, &["J", ".payload.view", "enter", "esc"]);
    assert!(whole.contains("interactive / view_submission"), "{whole}");
    let cancelled = shot(WIDE, &["J", ".payload.view", "esc"]);
    assert!(cancelled.contains("interactive / view_submission"), "{cancelled}");
    let other = shot(WIDE, &["J", ".type", "enter", "1", "g", "j"]);
    assert!(other.contains("\"events_api\""), "the next envelope is seen through it as well: {other}");
}

#[test]
fn a_terminal_that_is_too_small_gets_a_notice() {
    let small = shot((59, 16), &[]);
    assert!(small.contains("59x16 is too small") && small.contains("60x16"), "{small}");
    assert!(!small.contains("Envelopes"));
}

#[test]
fn a_filter_that_matches_nothing_says_so() {
    let screen = shot(WIDE, &["f", "command:/nothing", "enter"]);
    assert!(screen.contains("no envelope matches the filter"), "{screen}");
    assert!(screen.contains("0 of 16"), "{screen}");
}

#[test]
fn trouble_is_told_with_what_to_do() {
    let mut stage = scene::Stage::new("phosphor", WIDE);
    stage.record(&Event::Opening { conn: 1, debug_reconnects: false });
    stage.record(&Event::Error {
        conn: Some(1),
        code: "connect".into(),
        fatal: false,
        retry_in_ms: Some(8_000),
        message: "cannot reach slack.com: connection refused. Is there a firewall? `sockscope doctor` looks"
            .into(),
    });
    stage.pass(2.0);
    stage.settle();
    insta::assert_snapshot!("backing_off", text(&stage.draw()));
    stage.record(&Event::Error {
        conn: Some(1),
        code: "invalid_auth".into(),
        fatal: true,
        retry_in_ms: None,
        message: "Slack does not know this token. Make a new one".into(),
    });
    stage.settle();
    insta::assert_snapshot!("stopped", text(&stage.draw()));
}

#[test]
fn what_slack_sends_cannot_touch_the_terminal() {
    let mut stage = scene::Stage::new("phosphor", WIDE);
    stage.record(&Event::Text { conn: 1, text: "\u{1b}]0;pwned\u{7}\u{202e}abc\u{9b}31m".into() });
    stage.settle();
    let screen = text(&stage.draw());
    assert!(!screen.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{screen}");
    assert!(screen.contains("\\u{1b}]0;pwned\\u{7}\\u{202e}abc\\u{9b}31m"), "{screen}");
}

#[test]
fn the_pictures_are_true() {
    for picture in scene::pictures() {
        let path = format!("screenshots/{}.svg", picture.name);
        let drawn = svg::draw(&picture.buffer, picture.light);
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(drawn == kept, "{path} is not what the UI draws: cargo run --example screenshots");
    }
}

#[test]
fn a_long_value_under_the_cursor_is_shown_whole() {
    let long = "Wer, wenn ich schriee, hörte mich denn aus der Engel Ordnungen? ".repeat(4);
    let mut stage = scene::Stage::new("phosphor", WIDE);
    let message = format!(r#"{{"envelope_id":"e","type":"events_api","payload":{{"text":"{long}"}}}}"#);
    stage.record(&Event::Envelope {
        conn: 1,
        envelope_id: "e".into(),
        type_: "events_api".into(),
        message: message.into(),
    });
    stage.settle();
    stage.press("2");
    assert!(!text(&stage.draw()).contains("Ordnungen?"), "only under the cursor");
    stage.press("/text");
    stage.press("enter");
    let screen = text(&stage.draw());
    assert_eq!(screen.matches("Ordnungen?").count(), 4, "{screen}");
}
