//! What happened, why it matters, what to do: one finding, wrapped and never cut. It stands at the lower end of the
//! payload pane; where that has no room, in a box over the foot of the screen.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph, Widget as _};

use super::Look;
use super::footer::key_of;
use crate::app::action::Action;
use crate::app::finding::Told;
use crate::app::layout::Areas;
use crate::app::{App, Pane};
use crate::text;

/// Where the words start, behind what they are.
const LABEL: usize = 6;

/// Over the lower end of the payload's own lines; tells whether it found room.
pub fn draw_in_pane(app: &App, look: &Look, frame: &mut Frame, body: Rect) -> bool {
    let Some(told) = app.told().filter(|told| fits(told, look, body)) else { return false };
    let lines = lines(&told, look, usize::from(body.width));
    let height = u16::try_from(lines.len() + 1).unwrap_or(body.height);
    let area = Rect { y: body.bottom() - height, height, ..body };
    Clear.render(area, frame.buffer_mut());
    let mut all = vec![rule(app, &told, look, usize::from(body.width))];
    all.extend(lines);
    Paragraph::new(all).render(area, frame.buffer_mut());
    true
}

/// Over the foot of the screen, for what was asked for and is not in the payload pane.
pub fn draw_box(app: &App, look: &Look, areas: &Areas, frame: &mut Frame, screen: Rect) {
    let Some(told) = app.told().filter(|told| told.asked) else { return };
    let body = areas.inner(Pane::Payload).map(super::payload::body);
    if body.is_some_and(|body| fits(&told, look, body)) {
        return;
    }
    let lines = lines(&told, look, usize::from(screen.width).saturating_sub(2));
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(screen.height.saturating_sub(2));
    let area = Rect { y: screen.bottom().saturating_sub(height + 1), height, ..screen };
    Clear.render(area, frame.buffer_mut());
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(look.theme.warn)
        .render(area, frame.buffer_mut());
    let title = rule(app, &told, look, usize::from(area.width).saturating_sub(4));
    frame.buffer_mut().set_line(area.x + 2, area.y, &title, area.width.saturating_sub(4));
    Paragraph::new(lines).render(area.inner(Margin::new(1, 1)), frame.buffer_mut());
}

/// A finding that belongs to no row has nothing to do with the payload.
fn fits(told: &Told, look: &Look, body: Rect) -> bool {
    let height = lines(told, look, usize::from(body.width)).len() + 1;
    told.finding.row.is_some() && height <= usize::from(body.height)
}

/// The line above: what it is called, and which of how many it is.
fn rule<'a>(app: &App, told: &Told, look: &Look, width: usize) -> Line<'a> {
    let theme = &look.theme;
    let name = format!(" ⚠ {} ", text::visible(told.finding.title()));
    let key = key_of(app, Action::NextFinding);
    let count = match told.of {
        1 => format!(" {key} next "),
        of => format!(" {} of {of}, {key} next ", told.at),
    };
    let fill = width.saturating_sub(text::width(&name) + text::width(&count) + 2);
    Line::from(vec![
        Span::styled("─", theme.warn),
        Span::styled(name, theme.warn),
        Span::styled("─".repeat(fill), theme.warn),
        Span::styled(count, theme.dim),
        Span::styled("─", theme.warn),
    ])
}

fn lines<'a>(told: &Told, look: &Look, width: usize) -> Vec<Line<'a>> {
    let theme = &look.theme;
    let finding = told.finding;
    let mut parts = vec![("what", finding.message.as_str(), theme.strong)];
    if let Some(explanation) = finding.explanation() {
        parts.push(("why", explanation.why, theme.text));
        parts.push(("do", explanation.what_to_do, theme.ok));
    }
    let wrapped = parts.into_iter().flat_map(|(label, words, paint)| {
        let lines = text::wrap_words(words, width.saturating_sub(LABEL + 1));
        lines.into_iter().enumerate().map(move |(at, words)| {
            let label = if at == 0 { label } else { "" };
            let label = Span::styled(format!(" {label:<0$}", LABEL - 1), theme.dim);
            Line::from(vec![label, Span::styled(words, paint)])
        })
    });
    wrapped.collect()
}
