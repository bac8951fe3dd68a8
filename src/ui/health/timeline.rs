//! The session on a line: when connections were opened, said hello, were told to go and ended, and when none
//! was live.
//!
//! ```text
//!  07:20:00 ◌●━━━━━━━━━◐●○━━━━━━━━✗┄┄◌●━━━━━━ 08:20:28
//! ```

use std::collections::BTreeSet;

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::super::Look;
use super::super::theme::Paint;
use crate::session::{Mark, MarkKind, Session};

/// A line below this many columns tells nothing.
const NARROWEST: usize = 12;

/// What was true during a column, the later the more worth knowing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Before,
    Live,
    /// None is live any more, or not again yet.
    Deaf,
    Opening,
    Hello,
    Closed,
    Disconnect,
    /// The last live one ended.
    Lost,
    Error,
}

/// From the first record to now; nothing before the first hello, or where there is no room.
pub fn line(session: &Session, look: &Look, width: usize) -> Option<Line<'static>> {
    let history = session.history();
    let start = history.timeline().next()?.at;
    let (from, to) = (look.time(start, "%H:%M:%S"), look.time(look.now, "%H:%M:%S"));
    let room = width.checked_sub(from.len() + to.len() + 4).filter(|room| *room >= NARROWEST)?;
    let cells = cells(history.timeline().copied(), start, look.now, room);
    if !cells.iter().any(|cell| matches!(cell, Cell::Live | Cell::Hello)) {
        return None;
    }
    let mut line = Line::from(Span::styled(format!(" {from} "), look.theme.dim));
    for same in cells.chunk_by(|left, right| left == right) {
        let (mark, paint) = glyph(same[0], look);
        line.push_span(Span::styled(mark.repeat(same.len()), paint));
    }
    line.push_span(Span::styled(format!(" {to} "), look.theme.dim));
    Some(line)
}

/// The marks are those of the stages.
fn glyph(cell: Cell, look: &Look) -> (&'static str, Paint) {
    let theme = &look.theme;
    match cell {
        Cell::Before => (" ", theme.dim),
        Cell::Live => ("━", theme.ok),
        Cell::Deaf => ("┄", theme.bad),
        Cell::Opening => ("◌", theme.dim),
        Cell::Hello => ("●", theme.ok),
        Cell::Disconnect => ("◐", theme.urgent),
        Cell::Closed => ("○", theme.text),
        Cell::Lost => ("○", theme.bad),
        Cell::Error => ("✗", theme.bad),
    }
}

/// Time in columns. What happened hides what lasted, trouble hides what went well.
fn cells(marks: impl Iterator<Item = Mark>, start: Timestamp, now: Timestamp, width: usize) -> Vec<Cell> {
    let mut cells = vec![Cell::Before; width];
    let mut live = BTreeSet::new();
    let (mut lasting, mut done) = (Cell::Before, 0);
    for mark in marks {
        let column = column(mark.at, start, now, width);
        cells[done..column.max(done)].fill(lasting);
        done = done.max(column);
        let kind = match mark.kind {
            MarkKind::Opening => Cell::Opening,
            MarkKind::Hello => {
                live.insert(mark.conn);
                Cell::Hello
            }
            MarkKind::Disconnect => Cell::Disconnect,
            MarkKind::Closed => {
                let lost = live.remove(&mark.conn) && live.is_empty();
                if lost { Cell::Lost } else { Cell::Closed }
            }
            MarkKind::Error => Cell::Error,
        };
        cells[column] = cells[column].max(kind);
        lasting = match (live.is_empty(), lasting) {
            (false, _) => Cell::Live,
            (true, Cell::Before) => Cell::Before,
            (true, _) => Cell::Deaf,
        };
        done = done.max(column + 1);
    }
    cells[done..].fill(lasting);
    cells
}

/// The column of a moment, the last one for what is later than now.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a screen's width"
)]
fn column(at: Timestamp, start: Timestamp, now: Timestamp, width: usize) -> usize {
    let all = now.duration_since(start).as_secs_f64().max(f64::EPSILON);
    let share = (at.duration_since(start).as_secs_f64() / all).clamp(0.0, 1.0);
    ((share * width as f64) as usize).min(width - 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn drawn(marks: &[(i64, u32, MarkKind)], now: i64, width: usize) -> String {
        let marks =
            marks.iter().map(|(second, conn, kind)| Mark { at: at(*second), conn: *conn, kind: *kind });
        let letters = |cell| match cell {
            Cell::Before => '.',
            Cell::Live => '-',
            Cell::Deaf => '!',
            Cell::Opening => 'o',
            Cell::Hello => 'H',
            Cell::Disconnect => 'D',
            Cell::Closed => 'C',
            Cell::Lost => 'L',
            Cell::Error => 'E',
        };
        cells(marks, at(0), at(now), width).into_iter().map(letters).collect()
    }

    #[test]
    fn a_hand_over_has_no_hole_and_a_cut_has_one() {
        use MarkKind::{Closed, Disconnect, Error, Hello, Opening};
        let mut marks =
            vec![(0, 1, Opening), (1, 1, Hello), (4, 1, Disconnect), (5, 2, Opening), (6, 2, Hello)];
        marks.extend([(8, 1, Closed), (10, 2, Closed), (11, 3, Opening), (12, 3, Error), (16, 4, Opening)]);
        assert_eq!(drawn(&marks, 20, 20), "oH--DoH-C-LoE!!!o!!!");
        marks.push((17, 4, Hello));
        assert_eq!(drawn(&marks, 20, 20), "oH--DoH-C-LoE!!!oH--");
        assert_eq!(drawn(&marks, 20, 4), "DCEH", "trouble hides what went well");
        assert_eq!(drawn(&marks[..1], 20, 6), "o.....");
        assert_eq!(drawn(&marks[..2], 0, 3), "o.H", "no time has passed");
    }

    proptest! {
        #[test]
        fn it_is_as_wide_as_asked_and_never_panics(
            marks in prop::collection::vec((-50..50_i64, 0..3_u32, 0..5_usize), 0..40),
            now in -50..100_i64,
            width in 1..60_usize,
        ) {
            use MarkKind::{Closed, Disconnect, Error, Hello, Opening};
            let kinds = [Opening, Hello, Disconnect, Closed, Error];
            let marks: Vec<_> = marks.iter().map(|(at, conn, kind)| (*at, *conn, kinds[*kind])).collect();
            prop_assert_eq!(drawn(&marks, now, width).len(), width);
        }
    }
}
