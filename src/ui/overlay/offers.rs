//! What may be typed next: a small list above the prompt, under the word that it completes.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph, Widget as _};

use crate::app::overlay::Prompt;
use crate::journal::filter::Completion;
use crate::text;
use crate::ui::Look;

/// Candidates that are shown at once.
const MOST: usize = 8;

/// Columns of a candidate itself, at most.
const WIDEST: usize = 40;

/// At the bottom of what the prompt leaves of the screen.
pub fn draw(prompt: &Prompt, look: &Look, frame: &mut Frame, screen: Rect) {
    let offers = &prompt.offers;
    if !offers.are_shown() {
        return;
    }
    // Half of a small screen stays in sight.
    let rows = offers.all.len().min(MOST).min(usize::from(screen.height).saturating_sub(6));
    let wide = offers.all.iter().map(|offer| text::width(&offer.insert)).max().unwrap_or(0).min(WIDEST);
    let notes = offers.all.iter().map(|offer| text::width(note(offer))).max().unwrap_or(0);
    let width = (wide + notes + 5).min(usize::from(screen.width).saturating_sub(4));
    let (Ok(height), Ok(columns)) = (u16::try_from(rows + 2), u16::try_from(width + 2)) else { return };
    if rows == 0 {
        return;
    }
    let x = screen.x + 1;
    let area = Rect::new(x, screen.bottom().saturating_sub(height), columns, height);
    let count = format!(" {} of {} ", offers.chosen.map_or(0, |at| at + 1), offers.all.len());
    let mut block = Block::bordered().border_type(BorderType::Rounded).border_style(look.theme.focus);
    if offers.all.len() > rows {
        block = block.title_bottom(Line::styled(count, look.theme.dim).right_aligned());
    }
    let inner = block.inner(area);
    Clear.render(area, frame.buffer_mut());
    block.render(area, frame.buffer_mut());
    let top = offers.chosen.unwrap_or(0).saturating_sub(rows - 1);
    let lines = offers.all.iter().enumerate().skip(top).take(rows).map(|(at, offer)| {
        let line = Line::from(vec![
            Span::styled(format!(" {}", text::left(&text::visible(&offer.insert), wide)), look.theme.strong),
            Span::styled(format!("  {}", note(offer)), look.theme.dim),
        ]);
        if offers.chosen == Some(at) { selected(line, look, width) } else { line }
    });
    Paragraph::new(lines.collect::<Vec<_>>()).render(inner, frame.buffer_mut());
}

fn selected<'a>(mut line: Line<'a>, look: &Look, width: usize) -> Line<'a> {
    line.push_span(" ".repeat(width.saturating_sub(line.width())));
    line.patch_style(look.theme.selection)
}

/// A field's help; of its values only where they come from.
fn note(offer: &Completion) -> &str {
    if offer.insert.ends_with(':') || offer.help == "seen" { offer.help } else { "" }
}
