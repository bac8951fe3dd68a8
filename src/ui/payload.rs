//! The payload pane: a line about the message, the tree or the raw text, the path under the cursor.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget as _};

use super::{Look, empty, findings, selected};
use crate::app::payload::{Body, Payload};
use crate::app::{App, Pane};
use crate::json::{self, Document, Hit, Kind, Part};
use crate::text;

pub fn draw(app: &App, look: &Look, frame: &mut Frame, area: Rect) {
    let [about, body, path] = parts(area);
    match app.payload.body() {
        Body::Nothing => {
            return empty(frame, look, area, &["no envelope selected", "what Slack sends is unfolded here"]);
        }
        Body::Tree(_) | Body::Text(_) => {}
    }
    let focused = app.focus() == Pane::Payload;
    let lines = match app.payload.tree() {
        Some(tree) => tree_lines(&app.payload, tree, look, body, focused),
        None => raw_lines(&app.payload, look, body, focused),
    };
    Paragraph::new(lines).render(body, frame.buffer_mut());
    if let Some(tree) = app.payload.tree().filter(|_| focused) {
        draw_whole_value(&app.payload, tree, look, frame, body);
    }
    let explained = findings::draw_in_pane(app, look, frame, body);
    Paragraph::new(about_line(app, explained, look, usize::from(area.width)))
        .render(about, frame.buffer_mut());
    Paragraph::new(path_line(&app.payload, look, usize::from(area.width))).render(path, frame.buffer_mut());
}

fn parts(area: Rect) -> [Rect; 3] {
    Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]).areas(area)
}

/// Where in the pane the payload itself is.
pub fn body(area: Rect) -> Rect {
    let [_, body, _] = parts(area);
    body
}

/// What the envelope's header and its ack say, in a line.
fn about_line<'a>(app: &App, explained: bool, look: &Look, width: usize) -> Line<'a> {
    let mut line = Line::from(" ");
    for (at, (fact, paint)) in selected::facts(app, explained, look).into_iter().enumerate() {
        let separator = if at == 0 { "" } else { "  " };
        if line.width() + text::width(&fact) + separator.len() > width {
            continue;
        }
        line.push_span(separator);
        line.push_span(Span::styled(fact, paint));
    }
    line
}

fn tree_lines<'a>(
    payload: &Payload,
    tree: &'a Document,
    look: &Look,
    area: Rect,
    focused: bool,
) -> Vec<Line<'a>> {
    let Some(top) = tree.nth_visible(payload.offset()) else { return Vec::new() };
    let hits = payload.search().map_or(&[][..], |search| &search.hits);
    let rows = tree.visible_from(top).take(usize::from(area.height));
    rows.map(|row| {
        let line = row_line(tree, row, hits, look, usize::from(area.width));
        if row == payload.cursor() { mark(line, look, usize::from(area.width), focused) } else { line }
    })
    .collect()
}

fn row_line<'a>(tree: &Document, row: usize, hits: &[Hit], look: &Look, width: usize) -> Line<'a> {
    let theme = &look.theme;
    let at = tree.row(row);
    let fold = match (at.kind().is_container() && at.children() > 0, tree.is_folded(row)) {
        (false, _) => "  ",
        (true, false) => "▾ ",
        (true, true) => "▸ ",
    };
    let indent = 1 + 2 * at.depth().min(width / 4);
    let mut spans = vec![Span::raw(" ".repeat(indent)), Span::styled(fold, theme.dim)];
    let mut room = width.saturating_sub(indent + 2);
    let mut push = |words: String, style: Style, room: &mut usize| {
        let words = text::fit(&words, *room).into_owned();
        *room -= text::width(&words);
        spans.push(Span::styled(words, style));
    };
    let hit = |part| hits_of(hits, row).iter().any(|hit| hit.part == part);
    let name = match (tree.key(row), tree.parent(row)) {
        (Some(key), _) => text::visible(&key).into_owned(),
        (None, Some(_)) => at.index().to_string(),
        (None, None) => "message".to_owned(),
    };
    let name_style: Style = match tree.key(row) {
        _ if hit(Part::Key) => theme.hit.into(),
        Some(_) => theme.key.into(),
        None => theme.dim.into(),
    };
    push(name, name_style, &mut room);
    if at.kind().is_container() {
        push(format!("  {}", tree.size_label(row)), theme.faint.into(), &mut room);
        if tree.is_folded(row) && room > 8 {
            let preview = tree.preview(row, room - 2);
            push(format!("  {}", text::visible(&preview)), theme.faint.into(), &mut room);
        }
    } else {
        push(": ".to_owned(), theme.punctuation.into(), &mut room);
        let style = if hit(Part::Value) { theme.hit.into() } else { value_style(at.kind(), look) };
        push(value_words(tree, row, room), style, &mut room);
    }
    Line::from(spans)
}

/// Strings are shown decoded; `o` shows them as they came.
fn value_words(tree: &Document, row: usize, room: usize) -> String {
    match head(tree, row, room) {
        Some(string) => format!("\"{}\"", text::visible(&string)),
        None => text::visible(tree.value_text(row)).into_owned(),
    }
}

/// The start of a string, decoded: a few times what fits, since a string may have megabytes.
fn head(tree: &Document, row: usize, columns: usize) -> Option<String> {
    let raw = tree.value_text(row).strip_prefix('"')?;
    let inner = raw.strip_suffix('"').unwrap_or(raw);
    let end = inner.floor_char_boundary(12 * columns + 64);
    Some(json::unescape(&inner[..end]).into_owned())
}

fn value_style(kind: Kind, look: &Look) -> Style {
    match kind {
        Kind::String => look.theme.string.into(),
        Kind::Number => look.theme.number.into(),
        Kind::Bool | Kind::Null => look.theme.constant.into(),
        Kind::Object | Kind::Array => look.theme.text.into(),
    }
}

/// Hits come in the order of rows.
fn hits_of(hits: &[Hit], row: usize) -> &[Hit] {
    let start = hits.partition_point(|hit| hit.row < row);
    let end = hits.partition_point(|hit| hit.row <= row);
    &hits[start..end]
}

fn raw_lines<'a>(payload: &'a Payload, look: &Look, area: Rect, focused: bool) -> Vec<Line<'a>> {
    let shown = payload.lines().iter().enumerate().skip(payload.offset()).take(usize::from(area.height));
    shown
        .map(|(at, words)| {
            let line = Line::styled(words.as_str(), look.theme.text);
            if at == payload.cursor() { mark(line, look, usize::from(area.width), focused) } else { line }
        })
        .collect()
}

/// How many lines a long value may take.
const WHOLE: usize = 5;

/// A string that its row cuts is shown whole, over the end of the pane that is away from the cursor.
fn draw_whole_value(payload: &Payload, tree: &Document, look: &Look, frame: &mut Frame, area: Rect) {
    let row = payload.cursor();
    let Some(value) = head(tree, row, usize::from(area.width) * (WHOLE + 1)) else { return };
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let before = 5 + 2 * tree.row(row).depth() + tree.key(row).map_or(2, |key| text::width(&key) + 2);
    if before + text::width(&value) + 2 <= width && !value.contains('\n') || height < 2 * WHOLE {
        return;
    }
    // What a few lines can show is enough to wrap: a string may have megabytes.
    let head = text::take(&value, width * (WHOLE + 1));
    let mut lines: Vec<String> = head.lines().flat_map(|line| text::wrap_words(line, width - 3)).collect();
    if lines.len() > WHOLE {
        lines.truncate(WHOLE);
        lines.push(format!("… {} in all", text::bytes(tree.value_text(row).len() as u64)));
    }
    let shown = u16::try_from(lines.len() + 1).unwrap_or(area.height);
    let low = tree.visible_place(row).saturating_sub(payload.offset()) + usize::from(shown) >= height;
    let y = if low { area.y } else { area.bottom() - shown };
    let place = Rect { y, height: shown, ..area };
    let rule = Line::styled("─".repeat(width), look.theme.border);
    let words = lines.into_iter().map(|line| Line::styled(format!(" {line}"), look.theme.string));
    let lines: Vec<Line> =
        if low { words.chain([rule]).collect() } else { [rule].into_iter().chain(words).collect() };
    Clear.render(place, frame.buffer_mut());
    Paragraph::new(lines).render(place, frame.buffer_mut());
}

/// The cursor's line, marked over the pane's whole width.
fn mark<'a>(mut line: Line<'a>, look: &Look, width: usize, focused: bool) -> Line<'a> {
    let fill = width.saturating_sub(line.width());
    line.push_span(" ".repeat(fill));
    line.patch_style(if focused { look.theme.selection } else { look.theme.shadow })
}

fn path_line<'a>(payload: &Payload, look: &Look, width: usize) -> Line<'a> {
    let (path, count_words) = if let Some(tree) = payload.tree() {
        let place = tree.visible_place(payload.cursor()) + 1;
        (tree.jq_path(payload.cursor()), format!("{place} of {} rows ", tree.visible_count()))
    } else {
        let what = if payload.is_raw() { "raw, as it came" } else { "no JSON: the text as it came" };
        (what.to_owned(), format!("{} of {} lines ", payload.cursor() + 1, payload.lines().len()))
    };
    let found = payload.search().map(|search| {
        let number = payload.hit_number().map_or(String::new(), |at| format!("{at} of "));
        let count = search.hits.len();
        let long = format!("{number}{count} hits for \"{}\"  ", text::visible(&search.needle));
        let tight = text::width(&path) + text::width(&long) + text::width(&count_words) + 3 > width;
        if tight { format!("{number}{count} hits  ") } else { long }
    });
    let found = found.unwrap_or_default();
    let room = width.saturating_sub(text::width(&count_words) + text::width(&found) + 2);
    Line::from(vec![
        Span::styled(format!(" {}", text::left(&text::visible(&path), room)), look.theme.dim),
        Span::styled(format!(" {found}"), look.theme.warn),
        Span::styled(count_words, look.theme.faint),
    ])
}
