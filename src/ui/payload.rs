//! The payload pane: a line about the message, the tree or the raw text, the path under the cursor.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget as _};

use super::{Look, compare, empty, findings, selected};
use crate::app::payload::{Body, LensState, Payload};
use crate::app::{App, Pane};
use crate::journal::filter::End;
use crate::json::{self, Document, Hit, Kind, Part};
use crate::text;

pub fn draw(app: &App, look: &Look, frame: &mut Frame, area: Rect) {
    if let Some(compared) = app.payload.compared() {
        return compare::draw(app, compared, look, frame, area);
    }
    let [about, body, path] = parts(area);
    match app.payload.body() {
        Body::Nothing if app.payload.lens().is_none() => {
            return empty(frame, look, area, &["no envelope selected", "what Slack sends is unfolded here"]);
        }
        Body::Nothing | Body::Tree(_) | Body::Text(_) => {}
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
    // Without borders there is no title to say it.
    let zoomed = app.areas().is_some_and(|areas| areas.zoomed);
    let title = app.payload.lens().and(title(app)).filter(|_| zoomed);
    let title = title.map(|title| (title, look.theme.strong.into()));
    let lens = title.into_iter().chain(lens_words(&app.payload, look));
    for (at, (fact, paint)) in lens.chain(selected::facts(app, explained, look)).enumerate() {
        let separator = if at == 0 { "" } else { "  " };
        if line.width() + text::width(&fact) + separator.len() > width {
            continue;
        }
        line.push_span(separator);
        line.push_span(Span::styled(fact, paint));
    }
    line
}

/// The title of the payload pane: what is compared, the jq expression, else what kind of envelope it is.
pub fn title(app: &App) -> Option<String> {
    match (app.payload.compared(), app.payload.lens()) {
        (Some(compared), _) => Some(compare::title(compared)),
        (None, Some(lens)) => Some(format!("jq {}", text::visible(&text::fit(&lens.expression, 40)))),
        (None, None) => selected::title(app),
    }
}

/// What the jq expression came to.
fn lens_words(payload: &Payload, look: &Look) -> Option<(String, Style)> {
    let theme = &look.theme;
    let (outputs, end) = match &payload.lens()?.state {
        LensState::Running => return Some(("jq runs …".to_owned(), theme.dim.into())),
        LensState::Wrong => return Some(("no jq yet; this is of before".to_owned(), theme.warn.into())),
        LensState::Answered { outputs, end } => (*outputs, end),
    };
    let count = match outputs {
        0 => "no output".to_owned(),
        1 => "1 output".to_owned(),
        outputs => format!("{} outputs", text::thousands(outputs as u64)),
    };
    Some(match end {
        End::Done if outputs == 0 => (count, theme.warn.into()),
        End::Done => (count, theme.ok.into()),
        End::Failed(why) => (format!("{count}, then: {}", text::visible(why)), theme.bad.into()),
        End::GaveUp => (format!("{count}, then given up: too many steps, or too deep"), theme.bad.into()),
        End::Cut => (format!("the first {count}; there are more than are kept"), theme.warn.into()),
    })
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
    let root = match payload.lens().map(|lens| &lens.state) {
        None => "message",
        Some(LensState::Answered { outputs: 2.., .. }) => "outputs",
        Some(_) => "output",
    };
    let rows = tree.visible_from(top).take(usize::from(area.height));
    rows.map(|row| {
        let line = row_line(tree, row, (root, hits), look, usize::from(area.width));
        if row == payload.cursor() { mark(line, look, usize::from(area.width), focused) } else { line }
    })
    .collect()
}

fn row_line<'a>(
    tree: &Document,
    row: usize,
    (top, hits): (&str, &[Hit]),
    look: &Look,
    width: usize,
) -> Line<'a> {
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
        (None, None) => top.to_owned(),
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
    if let Some(string) = head(tree, row, room) {
        return format!("\"{}\"", text::visible(&string));
    }
    // A number may have megabytes as well.
    let raw = tree.value_text(row);
    text::visible(&raw[..raw.floor_char_boundary(room + 1)]).into_owned()
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
    let end = payload.line_count().min(payload.offset() + usize::from(area.height));
    (payload.offset()..end)
        .map(|at| {
            let line = Line::styled(payload.line(at), look.theme.text);
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
    } else if matches!(payload.body(), Body::Nothing) {
        (String::new(), String::new())
    } else {
        let what = if payload.is_raw() { "raw, as it came" } else { "no JSON: the text as it came" };
        (
            what.to_owned(),
            format!("{} of {} lines ", payload.cursor() + 1, text::thousands(payload.line_count() as u64)),
        )
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
