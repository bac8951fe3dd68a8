//! What lies over the panes: prompts at the bottom, menus and questions in the middle, the help over all.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph, Widget as _};

use super::footer::key_of;
use super::{Look, rules};
use crate::app::action::{Action, TABLE};
use crate::app::exports::Wanted;
use crate::app::overlay::{Menu, Overlay, Prompt, Purpose, Question, Scroll, Sheet};
use crate::app::{App, Grade};
use crate::export::Format;
use crate::journal::filter;
use crate::text;

mod offers;

/// What the language's help page takes for its terms.
const LANGUAGE_COLUMN: usize = 24;

pub fn draw(app: &App, overlay: &Overlay, look: &Look, frame: &mut Frame, screen: Rect) {
    match overlay {
        Overlay::Help { offset } => help(app, *offset, look, frame, screen),
        Overlay::Language { offset } => language(*offset, look, frame, screen),
        Overlay::Prompt(prompt) => {
            let above = draw_prompt(prompt, look, frame, screen);
            offers::draw(prompt, look, frame, above);
        }
        Overlay::Menu(menu) => draw_menu(menu, look, frame, screen),
        Overlay::Question(question) => draw_question(question, look, frame, screen),
        Overlay::Rules(list) => rules::draw(app, list, look, frame, screen),
        Overlay::Rule(form) => rules::draw_form(form, look, frame, screen),
        Overlay::Sheet(sheet) => draw_sheet(sheet, look, frame, screen),
    }
}

/// A bordered box in the middle, its ground cleared.
pub(super) fn dialog(
    frame: &mut Frame,
    look: &Look,
    screen: Rect,
    size: (usize, usize),
    title: &str,
) -> Rect {
    let width = u16::try_from(size.0 + 2).unwrap_or(u16::MAX).min(screen.width);
    let height = u16::try_from(size.1 + 2).unwrap_or(u16::MAX).min(screen.height.saturating_sub(2));
    let area = Rect::new(
        screen.x + (screen.width - width) / 2,
        screen.y + (screen.height - height) / 2,
        width,
        height,
    );
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(look.theme.focus)
        .title(Span::styled(format!(" {title} "), look.theme.strong));
    let inner = block.inner(area);
    Clear.render(area, frame.buffer_mut());
    block.render(area, frame.buffer_mut());
    inner
}

/// The line at the bottom of the screen; what is wrong with it stands above, pointing at its column. Gives what
/// is left of the screen.
fn draw_prompt(prompt: &Prompt, look: &Look, frame: &mut Frame, screen: Rect) -> Rect {
    let theme = &look.theme;
    let label = match prompt.purpose {
        Purpose::Filter => " filter ",
        Purpose::Query => " jq ",
        Purpose::Search(_) => " / ",
        Purpose::SaveRules => " write all rules to ",
        Purpose::Export(_) => " save to ",
        Purpose::SaveTemplate => " save as ",
    };
    let typed = prompt.text();
    let before = text::width(&typed.chars().take(prompt.input.cursor().1).collect::<String>());
    let room = usize::from(screen.width).saturating_sub(label.len() + 2);
    let left = before.saturating_sub(room.saturating_sub(1));
    let shown = text::take(&typed[text::take(&typed, left).len()..], room).to_owned();
    let area = Rect::new(screen.x, screen.bottom().saturating_sub(1), screen.width, 1);
    let paint = if prompt.error.is_some() { theme.bad } else { theme.strong };
    Clear.render(area, frame.buffer_mut());
    let line = Line::from(vec![
        Span::styled(label, if prompt.error.is_some() { theme.bad } else { theme.focus }),
        Span::styled(shown, paint),
    ]);
    Paragraph::new(line).render(area, frame.buffer_mut());
    let notes = prompt_note(prompt, look, (label.len(), left), usize::from(screen.width));
    let height = u16::try_from(notes.len()).unwrap_or(0);
    let above = Rect { y: area.y.saturating_sub(height), height, ..area };
    Clear.render(above, frame.buffer_mut());
    Paragraph::new(notes).render(above, frame.buffer_mut());
    let x = area.x + u16::try_from(label.len() + before - left).unwrap_or(0);
    frame.set_cursor_position(Position::new(x.min(area.right().saturating_sub(1)), area.y));
    Rect { height: screen.height.saturating_sub(1 + height.max(1)), ..screen }
}

/// The error above the column that it is about, or while nothing is typed what may be.
fn prompt_note<'a>(
    prompt: &Prompt,
    look: &Look,
    (label, left): (usize, usize),
    width: usize,
) -> Vec<Line<'a>> {
    let hint = |words: &str| vec![Line::styled(text::fit(words, width).into_owned(), look.theme.dim)];
    match (&prompt.error, prompt.purpose) {
        (Some((column, message)), _) => {
            let pad = (label + column - 1).saturating_sub(left).min(width.saturating_sub(1));
            let message = text::visible(message);
            let columns = text::width(&message);
            let arrow = format!("{}▼", " ".repeat(pad));
            let told = if pad + 2 + columns <= width {
                vec![format!("{arrow} {message}")]
            } else if columns < pad {
                vec![format!("{}{message} ▼", " ".repeat(pad - columns - 1))]
            } else {
                vec![format!(" {}", text::fit(&message, width.saturating_sub(1))), arrow]
            };
            told.into_iter().map(|line| Line::styled(line, look.theme.bad)).collect()
        }
        (None, Purpose::Filter) if prompt.text().is_empty() => hint(
            " Tab completes, F1 explains   type:interactive  event:message.channels  user:U1  ack:late  retry:>0  \"words\"  /regex/  .payload.command",
        ),
        (None, Purpose::Query) if prompt.text().is_empty() => hint(
            " .payload.view.state.values   .payload.actions[].value   keys    its root is the envelope as received   Tab the path under the cursor   ↑ earlier",
        ),
        (None, Purpose::Export(wanted)) => hint(&export_note(wanted)),
        (None, Purpose::SaveTemplate) => {
            hint(" the template's name; its text is the draft as it stands, {{/json/pointer}} places and all")
        }
        _ => Vec::new(),
    }
}

/// What is about to be written.
fn export_note(wanted: Wanted) -> String {
    let rows = match (wanted.selected_only, wanted.rows) {
        (true, _) => "the selected row".to_owned(),
        (false, 1) => "the one row shown".to_owned(),
        (false, rows) => format!("the {} rows shown", text::thousands(rows as u64)),
    };
    let what = match wanted.format {
        Format::Payloads => "a folder that only you can read",
        Format::Redacted => "read it before you post it",
        Format::Recording | Format::Har => "only you can read it",
    };
    format!(" {} of {rows}: {what}", wanted.format.name())
}

fn draw_menu(menu: &Menu, look: &Look, frame: &mut Frame, screen: Rect) {
    let theme = &look.theme;
    let items = menu.matching();
    let label_width = menu.items.iter().map(|item| text::width(&item.label)).max().unwrap_or(0);
    let keys_width = menu.items.iter().map(|item| text::width(&item.keys)).max().unwrap_or(0);
    let note_width = menu.items.iter().map(|item| text::width(&item.note)).max().unwrap_or(0);
    let width =
        (label_width + note_width + keys_width + 10).max(44).min(usize::from(screen.width).saturating_sub(6));
    let input = usize::from(menu.input.is_some()) * 2;
    let height = (menu.items.len() + input).min(usize::from(screen.height).saturating_sub(6));
    let area = dialog(frame, look, screen, (width, height), menu.title);
    let mut lines = Vec::new();
    if let Some(text) = &menu.input {
        lines.push(Line::from(vec![
            Span::styled(" : ", theme.focus),
            Span::styled(text.lines().concat(), theme.strong),
        ]));
        lines.push(Line::styled("─".repeat(usize::from(area.width)), theme.border));
        let x = area.x + 3 + u16::try_from(text.cursor().1).unwrap_or(0);
        frame.set_cursor_position(Position::new(x.min(area.right().saturating_sub(1)), area.y));
    }
    let room = usize::from(area.height).saturating_sub(input);
    let top = menu.selected.saturating_sub(room.saturating_sub(1));
    for (at, item) in items.iter().enumerate().skip(top).take(room) {
        let check = match item.checked {
            None => "",
            Some(true) => "[x] ",
            Some(false) => "[ ] ",
        };
        let keys =
            if keys_width == 0 { String::new() } else { format!("{}  ", text::left(&item.keys, keys_width)) };
        let mut line = Line::from(vec![
            Span::styled(format!(" {keys}"), theme.focus),
            Span::styled(check, if item.checked == Some(true) { theme.urgent } else { theme.dim }),
        ]);
        let width = usize::from(area.width).saturating_sub(line.width() + 1);
        line.push_span(Span::styled(text::left(&item.label, (label_width + 2).min(width)), theme.text));
        let width = width.saturating_sub(label_width + 2);
        line.push_span(Span::styled(text::fit(&item.note, width).into_owned(), theme.dim));
        if at == menu.selected {
            let fill = usize::from(area.width).saturating_sub(line.width());
            line.push_span(" ".repeat(fill));
            line = line.patch_style(theme.selection);
        }
        lines.push(line);
    }
    if items.is_empty() {
        lines.push(Line::styled(" nothing of that name", theme.dim));
    }
    Paragraph::new(lines).render(area, frame.buffer_mut());
    if items.len() > room {
        let more = if top + room < items.len() { "▼ " } else { "" };
        let words = format!(" {more}{} of {} ", menu.selected + 1, items.len());
        let columns = u16::try_from(text::width(&words) + 1).unwrap_or(0);
        let x = area.right().saturating_sub(columns);
        frame.buffer_mut().set_string(x, area.bottom(), words, theme.dim);
    }
}

fn draw_question(question: &Question, look: &Look, frame: &mut Frame, screen: Rect) {
    let theme = &look.theme;
    let width = 64.min(usize::from(screen.width).saturating_sub(6));
    let words = text::wrap_words(&question.text, width - 2);
    let area = dialog(frame, look, screen, (width, words.len() + 2), "?");
    let mut lines: Vec<Line> =
        words.into_iter().map(|line| Line::styled(format!(" {line}"), theme.text)).collect();
    lines.push(Line::default());
    lines.push(Line::from(vec![
        Span::styled(" y ", theme.urgent),
        Span::styled(question.yes, theme.text),
        Span::styled("    n ", theme.focus),
        Span::styled("no", theme.text),
    ]));
    Paragraph::new(lines).render(area, frame.buffer_mut());
}

/// Lines to read, broken to the box and scrolled.
fn draw_sheet(sheet: &Sheet, look: &Look, frame: &mut Frame, screen: Rect) {
    let theme = &look.theme;
    let width = usize::from(screen.width).saturating_sub(6).min(110);
    let mut lines = Vec::new();
    for (grade, words) in &sheet.lines {
        let paint = match grade {
            Grade::Done => theme.text,
            Grade::Note => theme.dim,
            Grade::Failed => theme.bad,
        };
        for (at, line) in text::wrap_words(words, width.saturating_sub(4)).into_iter().enumerate() {
            let indent = if at == 0 { " " } else { "   " };
            lines.push(Line::styled(format!("{indent}{line}"), paint));
        }
    }
    let height = lines.len().min(usize::from(screen.height).saturating_sub(6));
    let last = lines.len().saturating_sub(height);
    let title = if last > 0 { format!("{}   j/k scroll", sheet.title) } else { sheet.title.to_owned() };
    let area = dialog(frame, look, screen, (width, height), &title);
    let shown: Vec<Line> = lines.into_iter().skip(sheet.offset.top(last)).take(height).collect();
    Paragraph::new(shown).render(area, frame.buffer_mut());
}

/// All keys with what they do, and the filter language: both from their own tables. In as many columns as fit.
fn help(app: &App, offset: Scroll, look: &Look, frame: &mut Frame, screen: Rect) {
    let lines = help_lines(app, look);
    draw_page(("Help   j/k scroll, any other key closes", 62), lines, offset, look, frame, screen);
}

/// The filter language, from its own table.
fn language(offset: Scroll, look: &Look, frame: &mut Frame, screen: Rect) {
    let page = ("The filter language   j/k scroll, any other key closes", 100);
    draw_page(page, language_lines(look), offset, look, frame, screen);
}

/// Lines in as many columns as fit.
fn draw_page(
    (title, column): (&str, usize),
    lines: Vec<Line>,
    offset: Scroll,
    look: &Look,
    frame: &mut Frame,
    screen: Rect,
) {
    let width = usize::from(screen.width).saturating_sub(4);
    let columns = (width / column).clamp(1, 3);
    let height = lines.len().div_ceil(columns).min(usize::from(screen.height).saturating_sub(4));
    let size = (width.min(columns * column), height);
    let area = dialog(frame, look, screen, size, title);
    let last = lines.len().saturating_sub(height * columns);
    let mut rest = lines.into_iter().skip(offset.top(last));
    let areas = Layout::horizontal(vec![Constraint::Fill(1); columns]).split(area);
    for column in areas.iter() {
        let shown: Vec<Line> = rest.by_ref().take(usize::from(area.height)).collect();
        Paragraph::new(shown).render(*column, frame.buffer_mut());
    }
}

fn help_lines<'a>(app: &App, look: &Look) -> Vec<Line<'a>> {
    let theme = &look.theme;
    let heading = |words: &str| Line::styled(format!(" {words}"), theme.strong);
    let mut lines = Vec::new();
    let mut group = "";
    for row in TABLE {
        if group != row.group {
            if !group.is_empty() {
                lines.push(Line::default());
            }
            group = row.group;
            lines.push(heading(group));
        }
        let mut keys: Vec<_> = app.keymap.keys(row.action).iter().map(ToString::to_string).collect();
        if keys.is_empty() {
            // By its name, then.
            keys.push(key_of(app, Action::Palette));
        }
        lines.push(Line::from(vec![
            Span::styled(format!(" {} ", text::right(&keys.join(" "), 12)), theme.focus),
            Span::styled(format!(" {}", row.help), theme.text),
        ]));
    }
    lines.push(Line::default());
    lines.push(heading("The filter language (f, --filter, --until)"));
    lines.extend(language_lines(look));
    lines
}

/// One construct or field a line, what is typed apart from what it means.
fn language_lines<'a>(look: &Look) -> Vec<Line<'a>> {
    let theme = &look.theme;
    let row = |line: &str| {
        let (term, help) = line.split_at_checked(LANGUAGE_COLUMN).unwrap_or((line, ""));
        Line::from(vec![
            Span::styled(format!(" {term}"), theme.focus),
            Span::styled(help.to_owned(), theme.text),
        ])
    };
    filter::help().lines().map(row).collect()
}
