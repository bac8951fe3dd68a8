//! Draws the state: `draw(&App, frame)`, a file for each part of the screen. No state, no time of its own.
//!
//! ```text
//! ┌ header ───────────────────────────────────────────────┐
//! ├ envelopes ──────────────┬ payload ────────────────────┤
//! │                         │                             │
//! ├ health ─────────────────┼ composer ───────────────────┤
//! │                         │        overlay over all     │
//! └ footer ───────────────────────────────────────────────┘
//! ```

pub mod compare;
pub mod composer;
pub mod envelopes;
pub mod findings;
pub mod footer;
pub mod header;
pub mod health;
pub mod overlay;
pub mod payload;
pub mod rules;
pub mod selected;
pub mod theme;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::symbols::merge::MergeStrategy;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph, Widget as _};

use crate::app::layout::{Areas, SMALLEST};
use crate::app::{App, Pane};
use crate::text;
use theme::Theme;

/// What drawing needs beside the state: the colours, the moment, and how times are told.
#[derive(Debug, Clone)]
pub struct Look {
    pub theme: Theme,
    pub now: Timestamp,
    pub zone: TimeZone,
}

impl Look {
    /// A moment in the reader's own time zone.
    pub fn time(&self, at: Timestamp, format: &str) -> String {
        at.to_zoned(self.zone.clone()).strftime(format).to_string()
    }
}

/// The whole screen. Cost follows what is visible: nothing here looks at more than fits on it.
pub fn draw(app: &App, look: &Look, frame: &mut Frame) {
    let screen = frame.area();
    if (screen.width, screen.height) != app.size() {
        // The terminal was resized between two events: the next frame, some milliseconds on, fits again.
        return;
    }
    let Some(areas) = app.areas() else { return too_small(look, frame, screen) };
    header::draw(app, look, frame, areas.header);
    if !areas.zoomed {
        frames(app, look, &areas, frame);
    }
    for pane in Pane::ALL {
        let Some(inner) = areas.inner(pane) else { continue };
        match pane {
            Pane::Envelopes => envelopes::draw(app, look, frame, inner),
            Pane::Payload => payload::draw(app, look, frame, inner),
            Pane::Health => health::draw(app, look, frame, inner),
            Pane::Composer => composer::draw(app, look, frame, inner),
        }
    }
    footer::draw(app, look, frame, areas.footer);
    findings::draw_box(app, look, &areas, frame, screen);
    for overlay in app.overlays() {
        overlay::draw(app, overlay, look, frame, screen);
    }
}

/// The panes' borders, which neighbours share. The focused pane's comes last, so that it is whole, and the titles
/// after all of them, so that no border runs through them.
fn frames(app: &App, look: &Look, areas: &Areas, frame: &mut Frame) {
    let mut panes = Pane::ALL;
    panes.sort_by_key(|pane| *pane == app.focus());
    for (pane, area) in panes.iter().filter_map(|pane| Some((*pane, areas.outer(*pane)?))) {
        let line = if app.focus() == pane { look.theme.focus } else { look.theme.border };
        Block::bordered()
            .border_type(BorderType::Rounded)
            .merge_borders(MergeStrategy::Fuzzy)
            .border_style(line)
            .render(area, frame.buffer_mut());
    }
    for (pane, area) in panes.iter().filter_map(|pane| Some((*pane, areas.outer(*pane)?))) {
        title(app, pane, look, frame, area);
    }
}

/// The pane's number and name on the left of its upper border, what it has to tell on the right.
fn title(app: &App, pane: Pane, look: &Look, frame: &mut Frame, area: Rect) {
    let theme = &look.theme;
    let focused = app.focus() == pane;
    let (number, name) = if focused { (theme.focus, theme.brand) } else { (theme.faint, theme.dim) };
    let left = Line::from(vec![
        Span::styled(format!(" {} ", pane as usize + 1), number),
        Span::styled(format!("{} ", pane.title()), name),
    ]);
    let mut room = usize::from(area.width).saturating_sub(left.width() + 6);
    frame.buffer_mut().set_line(area.x + 2, area.y, &left, area.width.saturating_sub(3));
    let parts = title_parts(app, pane, look).into_iter().take_while(|(words, _)| {
        let fits = text::width(words) + 3 <= room;
        room = room.saturating_sub(text::width(words) + 3);
        fits
    });
    let mut x = area.right().saturating_sub(2);
    for (words, style) in parts.collect::<Vec<_>>().into_iter().rev() {
        let columns = u16::try_from(text::width(&words) + 2).unwrap_or(0);
        x = x.saturating_sub(columns);
        frame.buffer_mut().set_string(x, area.y, format!(" {words} "), style);
        x = x.saturating_sub(1);
    }
}

/// What a pane's border tells on its right.
fn title_parts(app: &App, pane: Pane, look: &Look) -> Vec<(String, Style)> {
    match pane {
        Pane::Envelopes => envelopes::title(app, look),
        Pane::Payload => {
            payload::title(app).map(|title| (title, look.theme.text.into())).into_iter().collect()
        }
        Pane::Health => Vec::new(),
        Pane::Composer => composer::title(app, look),
    }
}

/// An empty pane says what it is for.
fn empty(frame: &mut Frame, look: &Look, area: Rect, lines: &[&str]) {
    let above = usize::from(area.height).saturating_sub(lines.len()) / 2;
    let mut shown = vec![Line::default(); above];
    for (at, line) in lines.iter().enumerate() {
        let paint = if at == 0 { look.theme.dim } else { look.theme.faint };
        shown.push(Line::styled(text::fit(line, usize::from(area.width)).into_owned(), paint));
    }
    Paragraph::new(shown).alignment(Alignment::Center).render(area, frame.buffer_mut());
}

fn too_small(look: &Look, frame: &mut Frame, screen: Rect) {
    let (width, height) = SMALLEST;
    let size = format!("{}x{} is too small", screen.width, screen.height);
    let needed = format!("sockscope needs {width}x{height}");
    empty(frame, look, screen, &[&size, &needed, "acks go on"]);
}
