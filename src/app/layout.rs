//! Where everything stands: a pure function of the terminal's size and of what the reader looks at.
//!
//! ```text
//!  wide                    middle             narrow, high        zoomed
//! ┌────────────────────┐  ┌───────────────┐  ┌────────────┐  ┌────────────────┐
//! │ header             │  │ header        │  │ header     │  │ header         │
//! ├─ Envelopes ┬ Payl. ┤  ├─ Envelopes ─┬─┤  ├─ Envelopes ┤  │                │
//! │            │       │  │             │P│  ├─ Payload ──┤  │   one pane     │
//! ├─ Health ───┼ Ack ──┤  │             │ │  ├─ Health ───┤  │                │
//! │            │       │  └─────────────┴─┘  ├─ Ack ──────┤  │                │
//! └ footer ────────────┘  └ footer ───────┘  └ footer ────┘  └ footer ────────┘
//! ```

use ratatui::layout::{Constraint, Layout, Margin, Rect, Spacing};

use super::Pane;

/// Below this the screen shows a notice only.
pub const SMALLEST: (u16, u16) = (60, 16);

/// From here on two panes stand side by side.
const SIDE_BY_SIDE: u16 = 100;
/// From here on two panes stand one above the other.
const TWO_STORIES: u16 = 24;
/// From here on all four stand one above the other.
const FOUR_STORIES: u16 = 46;

/// What decides the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    pub size: (u16, u16),
    pub focus: Pane,
    /// The pane beside the envelopes where there is room for two only.
    pub companion: Pane,
    pub zoomed: bool,
    /// Whether an ack is being written: its pane grows then.
    pub composing: bool,
}

/// The rectangles of a screen that is large enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    pub header: Rect,
    pub footer: Rect,
    panes: [Option<Rect>; 4],
    pub zoomed: bool,
}

impl Areas {
    /// A pane with its borders; none where it has no room now.
    pub fn outer(&self, pane: Pane) -> Option<Rect> {
        self.panes[pane as usize]
    }

    /// What is inside the borders.
    pub fn inner(&self, pane: Pane) -> Option<Rect> {
        let margin = if self.zoomed { Margin::new(0, 0) } else { Margin::new(1, 1) };
        self.outer(pane).map(|area| area.inner(margin))
    }

    /// Which pane stands at a place.
    pub fn pane_at(&self, x: u16, y: u16) -> Option<Pane> {
        Pane::ALL.into_iter().find(|pane| self.inner(*pane).is_some_and(|area| area.contains((x, y).into())))
    }
}

/// `None` where the terminal is too small.
pub fn areas(view: &View) -> Option<Areas> {
    let (width, height) = view.size;
    if width < SMALLEST.0 || height < SMALLEST.1 {
        return None;
    }
    let screen = Rect::new(0, 0, width, height);
    let [header, body, footer] =
        Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]).areas(screen);
    let mut panes = [None; 4];
    if view.zoomed {
        panes[view.focus as usize] = Some(body);
    } else {
        arrange(*view, body, &mut panes);
    }
    Some(Areas { header, footer, panes, zoomed: view.zoomed })
}

fn arrange(view: View, body: Rect, panes: &mut [Option<Rect>; 4]) {
    let mut put = |pane: Pane, area: Rect| panes[pane as usize] = Some(area);
    // Borders are shared: each pane overlaps its neighbour by one line.
    let shared = Spacing::Overlap(1);
    if view.size.0 >= SIDE_BY_SIDE {
        let columns = [Constraint::Percentage(54), Constraint::Fill(1)];
        let [left, right] = Layout::horizontal(columns).spacing(shared.clone()).areas(body);
        if view.size.1 < TWO_STORIES {
            put(Pane::Envelopes, left);
            put(view.companion, right);
            return;
        }
        let health = (body.height * 2 / 5).clamp(9, 18);
        let draft = if view.composing { body.height * 3 / 5 } else { health };
        let stories = |lower| [Constraint::Fill(1), Constraint::Length(lower)];
        let [top, bottom] = Layout::vertical(stories(health)).spacing(shared.clone()).areas(left);
        put(Pane::Envelopes, top);
        put(Pane::Health, bottom);
        let [top, bottom] = Layout::vertical(stories(draft)).spacing(shared).areas(right);
        put(Pane::Payload, top);
        put(Pane::Composer, bottom);
    } else if view.size.1 >= FOUR_STORIES {
        let stories = [30, 30, 20, 20].map(Constraint::Percentage);
        let [first, second, third, fourth] = Layout::vertical(stories).spacing(shared).areas(body);
        put(Pane::Envelopes, first);
        put(Pane::Payload, second);
        put(Pane::Health, third);
        put(Pane::Composer, fourth);
    } else {
        let stories = [Constraint::Percentage(45), Constraint::Fill(1)];
        let [upper, lower] = Layout::vertical(stories).spacing(shared).areas(body);
        put(Pane::Envelopes, upper);
        put(view.companion, lower);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn view(width: u16, height: u16) -> View {
        View {
            size: (width, height),
            focus: Pane::Envelopes,
            companion: Pane::Payload,
            zoomed: false,
            composing: false,
        }
    }

    #[test]
    fn as_many_panes_as_fit() {
        let count =
            |width, height| areas(&view(width, height)).map(|areas| areas.panes.iter().flatten().count());
        assert_eq!(count(120, 36), Some(4));
        assert_eq!(count(120, 20), Some(2));
        assert_eq!(count(80, 24), Some(2));
        assert_eq!(count(80, 50), Some(4));
        assert_eq!(count(60, 16), Some(2));
        assert_eq!(count(59, 16), None);
        assert_eq!(count(60, 15), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_inside_and_has_room(width in 60u16..300, height in 16u16..120, composing: bool, zoomed: bool) {
            let areas = areas(&View { zoomed, composing, ..view(width, height) }).unwrap();
            let screen = Rect::new(0, 1, width, height - 2);
            for pane in Pane::ALL {
                let (Some(outer), Some(inner)) = (areas.outer(pane), areas.inner(pane)) else { continue };
                prop_assert_eq!(screen.intersection(outer), outer);
                prop_assert!(inner.width >= 40 && inner.height >= 4, "{:?} {:?}", pane, inner);
            }
        }
    }
}
