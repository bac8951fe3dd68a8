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

pub mod composer;
pub mod envelopes;
pub mod footer;
pub mod header;
pub mod health;
pub mod overlay;
pub mod payload;
pub mod theme;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::symbols::merge::MergeStrategy;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph, Widget as _};

use crate::app::layout::SMALLEST;
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
    let Some(areas) = app.areas() else { return too_small(look, frame, screen) };
    header::draw(app, look, frame, areas.header);
    // The focused pane comes last, so that its border is whole where borders are shared.
    let mut panes = Pane::ALL;
    panes.sort_by_key(|pane| *pane == app.focus());
    for pane in panes {
        let (Some(outer), Some(inner)) = (areas.outer(pane), areas.inner(pane)) else { continue };
        if !areas.zoomed {
            border(app, pane, look, frame, outer);
        }
        match pane {
            Pane::Envelopes => envelopes::draw(app, look, frame, inner),
            Pane::Payload => payload::draw(app, look, frame, inner),
            Pane::Health => health::draw(app, look, frame, inner),
            Pane::Composer => composer::draw(app, look, frame, inner),
        }
    }
    footer::draw(app, look, frame, areas.footer);
    for overlay in app.overlays() {
        overlay::draw(app, overlay, look, frame, screen);
    }
}

fn border(app: &App, pane: Pane, look: &Look, frame: &mut Frame, area: Rect) {
    let theme = &look.theme;
    let focused = app.focus() == pane;
    let (line, name): (Style, Style) = if focused {
        (theme.focus.into(), theme.brand.into())
    } else {
        (theme.border.into(), theme.dim.into())
    };
    let mut block = Block::bordered()
        .border_type(BorderType::Rounded)
        .merge_borders(MergeStrategy::Fuzzy)
        .border_style(line)
        .title(Line::from(vec![
            Span::styled(format!(" {} ", pane as usize + 1), line),
            Span::styled(format!("{} ", pane.title()), name),
        ]));
    let mut room = usize::from(area.width).saturating_sub(pane.title().len() + 8);
    for (words, style) in title_parts(app, pane, look) {
        let columns = text::width(&words) + 3;
        if columns > room {
            break;
        }
        room -= columns;
        block = block.title(Line::styled(format!(" {words} "), style).alignment(Alignment::Right));
    }
    block.render(area, frame.buffer_mut());
}

/// What a pane's border tells on its right.
fn title_parts(app: &App, pane: Pane, look: &Look) -> Vec<(String, Style)> {
    match pane {
        Pane::Envelopes => envelopes::title(app, look),
        Pane::Payload => {
            app.selected_title().map(|title| (title, look.theme.text.into())).into_iter().collect()
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
