#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;

/// A view of `rows` rows on a screen of `height` lines.
fn view(rows: u32, height: usize) -> View {
    let mut view = View::default();
    view.set_height(height);
    view.extend(rows);
    view
}

fn shown(view: &View) -> Vec<u32> {
    (0..view.len()).map(|place| view.row(place).unwrap()).collect()
}

fn even(row: u32) -> bool {
    row.is_multiple_of(2)
}

#[test]
fn the_newest_row_is_followed_until_the_reader_moves() {
    let mut view = view(10, 4);
    assert_eq!((view.selected(), view.visible(), view.mode()), (Some(9), 6..10, Mode::Following));
    view.move_by(-1);
    view.extend(40);
    assert_eq!((view.selected(), view.visible(), view.mode()), (Some(8), 6..10, Mode::Staying));
    assert_eq!(view.new_below(), 30);
    view.move_by(1);
    assert_eq!(view.mode(), Mode::Staying, "the newest row is another by now");
    view.last();
    assert_eq!((view.selected(), view.mode(), view.new_below()), (Some(39), Mode::Following, 0));
    view.extend(41);
    assert_eq!(view.selected(), Some(40));
}

#[test]
fn a_frozen_view_counts_what_it_holds_back() {
    let mut view = view(10, 4);
    view.toggle_freeze();
    view.extend(47);
    assert_eq!((view.len(), view.new_below(), view.selected()), (10, 37, Some(9)));
    view.last();
    assert_eq!((view.selected(), view.is_frozen()), (Some(9), true));
    view.move_by(-2);
    view.toggle_freeze();
    assert_eq!((view.len(), view.selected(), view.mode()), (47, Some(7), Mode::Staying));
    view.toggle_freeze();
    view.last();
    view.toggle_freeze();
    assert_eq!((view.selected(), view.mode()), (Some(46), Mode::Following));
}

#[test]
fn the_screen_scrolls_only_as_far_as_the_context_asks() {
    let mut view = view(100, 10);
    view.first();
    assert_eq!(view.visible(), 0..10);
    view.move_by(6);
    assert_eq!(view.visible(), 0..10);
    view.move_by(1);
    assert_eq!(view.visible(), 1..11);
    view.page(1);
    assert_eq!((view.selected(), view.visible()), (Some(16), 10..20));
    view.move_by(-4);
    assert_eq!(view.visible(), 9..19);
    view.half_page(-1);
    assert_eq!((view.selected(), view.visible()), (Some(7), 4..14));
    view.page(-100);
    assert_eq!((view.selected(), view.visible()), (Some(0), 0..10));
    view.set_height(3);
    view.last();
    assert_eq!(view.visible(), 97..100);
}

#[test]
fn a_click_scrolls_nothing_and_a_wheel_keeps_the_selection_in_sight() {
    let mut view = view(100, 10);
    view.first();
    assert!(view.select_line(9) && !view.select_line(10));
    assert_eq!((view.selected(), view.visible()), (Some(9), 0..10));
    view.scroll_by(20);
    assert_eq!((view.selected(), view.visible(), view.mode()), (Some(20), 20..30, Mode::Staying));
    view.scroll_by(1000);
    assert_eq!((view.selected(), view.visible()), (Some(90), 90..100));
}

#[test]
fn a_filter_shows_the_newest_hits_first_and_keeps_the_selection() {
    let mut view = view(1000, 10);
    view.select(501);
    view.start_filter();
    assert!(view.is_empty() && view.selected().is_none());
    let progress = view.refilter_step(100, even);
    assert_eq!((progress.done, progress.of, progress.hits), (100, 1000, 50));
    assert_eq!(view.visible_rows().next().unwrap().1, 900);
    view.extend(1002);
    assert_eq!(view.progress().done, 100, "new rows are looked at as the others are");
    view.refilter_step(100, even);
    assert_eq!(shown(&view).last(), Some(&1000), "and before those of old");
    while !view.refilter_step(100, even).is_done() {}
    assert_eq!(view.len(), 501);
    assert_eq!(view.selected(), Some(502), "501 is hidden, 502 comes next");
    view.clear_filter();
    assert_eq!((view.selected(), view.len()), (Some(502), 1002));
}

#[test]
fn a_reader_who_moves_while_the_filter_runs_stays_where_he_went() {
    let mut view = view(1000, 10);
    view.select(10);
    view.start_filter();
    view.refilter_step(200, even);
    view.select(950);
    let line = view.selected_place().unwrap() - view.offset();
    while !view.refilter_step(200, even).is_done() {}
    assert_eq!(view.selected(), Some(950));
    assert_eq!(view.selected_place().unwrap() - view.offset(), line, "and so does his screen");
}

#[test]
fn what_an_earlier_filter_found_is_dropped() {
    let mut view = view(100, 10);
    view.start_filter();
    let stale = view.next_chunk(50).unwrap();
    view.start_filter();
    assert!(!view.take(&stale, &[60]));
    let chunk = view.next_chunk(50).unwrap();
    assert_eq!(chunk.rows, 50..100);
    assert!(!view.take(&stale, &[60]));
    assert!(view.take(&chunk, &[60]) && !view.take(&chunk, &[60]));
    assert_eq!(shown(&view), [60]);
    view.clear_filter();
    assert_eq!(view.next_chunk(50), None);
}

#[test]
fn chunks_come_back_in_any_order_and_are_shown_in_theirs() {
    let mut view = view(100, 10);
    view.start_filter();
    let chunks: Vec<Chunk> = std::iter::from_fn(|| view.next_chunk(40)).collect();
    assert_eq!(chunks.iter().map(|chunk| chunk.rows.clone()).collect::<Vec<_>>(), [60..100, 20..60, 0..20]);
    view.extend(130);
    let newer = [view.next_chunk(20).unwrap(), view.next_chunk(20).unwrap()];
    assert_eq!(view.next_chunk(20), None);
    assert!(view.take(&chunks[1], &[50]) && view.take(&newer[1], &[125]));
    assert_eq!((shown(&view), view.progress().done), (vec![], 0), "not before what is newer");
    assert!(view.take(&chunks[0], &[90]));
    assert_eq!((shown(&view), view.progress().done), (vec![50, 90], 80));
    assert!(view.take(&newer[0], &[]));
    assert!(view.take(&chunks[2], &[]) && !view.take(&chunks[2], &[]));
    assert_eq!(shown(&view), [50, 90, 125]);
    assert!(view.progress().is_done());
}

#[test]
fn an_answered_row_leaves_a_filter_for_what_waits() {
    let mut view = view(10, 5);
    view.start_filter();
    view.refilter_step(10, even);
    view.select(4);
    view.recheck(4, false);
    assert_eq!((shown(&view), view.selected()), (vec![0, 2, 6, 8], Some(6)));
    view.recheck(5, true);
    view.recheck(5, true);
    assert_eq!((shown(&view), view.selected()), (vec![0, 2, 5, 6, 8], Some(6)));
}

#[test]
fn findings_are_sought_among_what_is_shown() {
    let mut view = view(100, 10);
    view.start_filter();
    view.refilter_step(100, even);
    assert!(view.seek([3, 5, 8, 10]));
    assert_eq!(view.selected(), Some(8));
    assert!(!view.seek([9, 11]));
    assert_eq!(view.selected(), Some(8));
}

#[test]
fn a_mark_stays_on_its_row() {
    let mut view = view(10, 5);
    view.select(3);
    view.toggle_mark();
    view.last();
    assert_eq!(view.marked(), Some(3));
    view.toggle_mark();
    assert_eq!(view.marked(), Some(9));
    view.toggle_mark();
    assert_eq!(view.marked(), None);
}

#[derive(Debug, Clone)]
enum Step {
    Grow(u32),
    Move(isize),
    Page(isize),
    Scroll(isize),
    Click(usize),
    First,
    Last,
    Height(usize),
    Freeze,
    Follow,
    Filter,
    Clear,
    Refilter(u32),
    Recheck(u32),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..20_u32).prop_map(Step::Grow),
        4 => (-8..8_isize).prop_map(Step::Move),
        1 => (-2..3_isize).prop_map(Step::Page),
        1 => (-9..9_isize).prop_map(Step::Scroll),
        1 => (0..12_usize).prop_map(Step::Click),
        1 => Just(Step::First),
        1 => Just(Step::Last),
        1 => (0..12_usize).prop_map(Step::Height),
        2 => Just(Step::Freeze),
        1 => Just(Step::Follow),
        1 => Just(Step::Filter),
        1 => Just(Step::Clear),
        3 => (1..30_u32).prop_map(Step::Refilter),
        1 => (0..60_u32).prop_map(Step::Recheck),
    ]
}

/// What the filter of the test says: `flips` have changed their mind.
fn matches(flips: &[u32], row: u32) -> bool {
    row.is_multiple_of(3) != flips.contains(&row)
}

proptest! {
    #[test]
    fn whatever_happens_the_view_stays_whole(steps in proptest::collection::vec(any_step(), 0..80)) {
        let mut view = view(5, 4);
        let (mut len, mut flips) = (5_u32, Vec::new());
        for step in steps {
            let before = (view.selected(), view.offset(), view.mode());
            let is_full = view.len() >= view.visible().len() && !view.is_empty();
            match step.clone() {
                Step::Grow(by) => {
                    len += by;
                    view.extend(len);
                    if before.2 != Mode::Following && is_full {
                        prop_assert_eq!((view.selected(), view.offset()), (before.0, before.1), "new rows move nothing");
                    }
                    if let Mode::Frozen { from } = before.2 {
                        prop_assert!(shown(&view).iter().all(|row| *row < from));
                    }
                }
                Step::Move(by) => view.move_by(by),
                Step::Page(by) => view.page(by),
                Step::Scroll(by) => view.scroll_by(by),
                Step::Click(line) => drop(view.select_line(line)),
                Step::First => view.first(),
                Step::Last => view.last(),
                Step::Height(height) => view.set_height(height),
                Step::Freeze => view.toggle_freeze(),
                Step::Follow => view.toggle_follow(),
                Step::Filter => view.start_filter(),
                Step::Clear => view.clear_filter(),
                Step::Refilter(budget) => drop(view.refilter_step(budget, |row| matches(&flips, row))),
                Step::Recheck(row) => {
                    if view.is_filtered() {
                        if !flips.contains(&row) {
                            flips.push(row);
                        }
                        view.recheck(row, matches(&flips, row));
                    }
                }
            }
            let rows = shown(&view);
            prop_assert!(rows.is_sorted_by(|a, b| a < b), "a subsequence of the index");
            prop_assert!(rows.iter().all(|row| *row < len));
            if view.is_filtered() {
                prop_assert!(rows.iter().all(|row| matches(&flips, *row) && view.knows(*row)));
                let known = (0..len).filter(|row| view.knows(*row));
                prop_assert_eq!(known.clone().count(), view.progress().done as usize);
                if !view.is_frozen() {
                    let all = known.filter(|row| matches(&flips, *row)).count();
                    prop_assert_eq!(rows.len(), all, "and all that match");
                }
            } else if !view.is_frozen() {
                prop_assert_eq!(rows.len(), len as usize);
            }
            prop_assert_eq!(view.selected_place().is_some(), !rows.is_empty());
            if let Some(place) = view.selected_place() {
                prop_assert!(view.visible().contains(&place), "{:?} hid {} in {:?}", step, place, view.visible());
                if view.is_following() {
                    prop_assert_eq!(place + 1, rows.len());
                    prop_assert_eq!(view.new_below(), 0);
                }
            }
        }
    }
}
