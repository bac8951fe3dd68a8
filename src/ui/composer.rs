//! The ack composer pane: the draft in colour, what would be sent, and what Slack would say to it.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget as _};

use super::{Look, empty, selected};
use crate::app::action::Action;
use crate::app::composer::{Draft, Verdict};
use crate::app::{App, Mode};
use crate::json::{TokenKind, tokens};
use crate::text;
use crate::ui::footer::key_of;

mod verdict;

pub fn draw(app: &App, look: &Look, frame: &mut Frame, area: Rect) {
    let Some(draft) = app.composer.draft() else {
        if app.mode == Mode::Open {
            let lines = ["nothing to answer here: select an envelope", "a draft is checked here, not sent"];
            return empty(frame, look, area, &lines);
        }
        let key = key_of(app, Action::Hold);
        let hint = format!("{key} holds envelopes back until you answer them");
        return empty(frame, look, area, &["nothing to answer here: select an envelope", &hint]);
    };
    // What the text and the next line of it leave free is the verdict's, and half of the pane in any case.
    let height = usize::from(area.height);
    let budget = height.saturating_sub(draft.area.lines().len() + 1).max(height / 2);
    let verdict = verdict::lines(app, draft, look, (usize::from(area.width), budget));
    let below = u16::try_from(verdict.len().min(budget)).unwrap_or(1);
    let [text, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(area);
    draw_text(app, draft, look, frame, text);
    Paragraph::new(verdict).render(below, frame.buffer_mut());
}

fn draw_text(app: &App, draft: &Draft, look: &Look, frame: &mut Frame, area: Rect) {
    let writing = app.composer.is_writing();
    if draft.area.is_empty() && !writing {
        let line = Line::styled(" no payload: the ack is the envelope_id alone", look.theme.dim);
        Paragraph::new(line).render(area, frame.buffer_mut());
        return;
    }
    let cursor = draft.area.cursor();
    let (row, column) = (cursor.0, cursor.1);
    let height = usize::from(area.height);
    // The cursor's line is in the middle once the text is longer than the pane.
    let top = row.saturating_sub(height / 2).min(draft.area.lines().len().saturating_sub(height));
    let numbers = draft.area.lines().len().to_string().len().max(2);
    let room = usize::from(area.width).saturating_sub(numbers + 3);
    let before = text::width(&draft.area.lines()[row].chars().take(column).collect::<String>());
    let left = before.saturating_sub(room.saturating_sub(1));
    let fault = match &draft.verdict {
        Verdict::Syntax(error) => Some(error.line - 1),
        Verdict::Frame { .. } | Verdict::TooLarge { .. } => None,
    };
    let lines = draft.area.lines().iter().enumerate().skip(top).take(height);
    let lines: Vec<Line> = lines
        .map(|(at, text)| {
            let number = if fault == Some(at) { look.theme.bad } else { look.theme.faint };
            let mut line = Line::from(Span::styled(format!(" {:>numbers$} ", at + 1), number));
            line.extend(coloured(text, left, room, look));
            line
        })
        .collect();
    Paragraph::new(lines).render(area, frame.buffer_mut());
    if writing {
        let x = area.x + u16::try_from(numbers + 2 + before - left).unwrap_or(0);
        let y = area.y + u16::try_from(row - top).unwrap_or(0);
        frame.set_cursor_position(Position::new(x.min(area.right().saturating_sub(1)), y));
    }
}

/// Longer lines are coloured only as far as they are seen.
const LONGEST_COLOURED: usize = 16 << 10;

/// A line of JSON in colour, from the column `left` on.
fn coloured<'a>(line: &str, left: usize, room: usize, look: &Look) -> Vec<Span<'a>> {
    let theme = &look.theme;
    // A line of megabytes costs no more than what is seen of it.
    let cut = line.len() > LONGEST_COLOURED;
    let line = if cut { text::take(line, left + room + 1) } else { line };
    let mut spans = Vec::new();
    let mut at = 0;
    let mut push = |text: &str, paint| spans.push((text::visible(text).into_owned(), paint));
    for (range, kind) in tokens(line) {
        push(&line[at..range.start], theme.text);
        let paint = match kind {
            TokenKind::Key => theme.key,
            TokenKind::String => theme.string,
            TokenKind::Number => theme.number,
            TokenKind::Bool | TokenKind::Null => theme.constant,
            TokenKind::Punctuation => theme.punctuation,
            TokenKind::BrokenString if cut && range.end == line.len() => theme.string,
            TokenKind::BrokenString | TokenKind::Invalid => theme.bad,
        };
        push(&line[range.clone()], paint);
        at = range.end;
    }
    push(&line[at..], theme.text);
    window(spans, left, room).into_iter().map(|(text, paint)| Span::styled(text, paint)).collect()
}

/// The columns from `left` on, `room` of them, of a row of texts.
fn window<T>(parts: Vec<(String, T)>, left: usize, room: usize) -> Vec<(String, T)> {
    let mut skip = left;
    let mut room = room;
    let mut shown = Vec::new();
    for (part, paint) in parts {
        let hidden = text::take(&part, skip).len();
        skip -= text::width(&part[..hidden]);
        let part = text::take(&part[hidden..], room).to_owned();
        room -= text::width(&part);
        if !part.is_empty() {
            shown.push((part, paint));
        }
    }
    shown
}

/// The pane's title parts: the form, the deadline or state of its envelope, and the frame's size.
pub fn title(app: &App, look: &Look) -> Vec<(String, ratatui::style::Style)> {
    let Some(draft) = app.composer.draft() else { return Vec::new() };
    let (at, of) = draft.form_of();
    let name = text::visible(draft.form_name()).into_owned();
    let mut parts = vec![(format!("{name} {at}/{of}"), look.theme.text.into())];
    if app.view.selected() != Some(draft.target.row) {
        // A draft that was kept belongs to another row than the one that is selected.
        let of = look.time(draft.target.received, "for the one of %H:%M:%S");
        parts.insert(0, (of, look.theme.urgent.into()));
    }
    parts.push(selected::answer_state(app, draft.target.row, look));
    parts
}
