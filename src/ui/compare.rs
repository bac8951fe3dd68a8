//! Two envelopes held against each other, in the payload pane: which two, the differences by path, and the one under
//! the cursor in full. A sign tells what happened, so that no colour is needed.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget as _};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{Look, selected};
use crate::app::compare::{Compared, Part};
use crate::app::{App, Pane};
use crate::json::compare::{Change, Counts};
use crate::json::{self, Document, Kind};
use crate::text;

pub fn draw(app: &App, compared: &Compared, look: &Look, frame: &mut Frame, area: Rect) {
    let list_height = u16::try_from(compared.list_height()).unwrap_or(area.height);
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(2), Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    let [list, detail] = Layout::vertical([Constraint::Length(list_height), Constraint::Fill(1)]).areas(body);
    let width = usize::from(area.width);
    let heads = [('-', compared.rows.0), ('+', compared.rows.1)];
    let heads: Vec<Line> = heads.map(|(sign, row)| head_line(app, sign, row, look, width)).into();
    Paragraph::new(heads).render(head, frame.buffer_mut());
    if compared.comparison.changes().is_empty() {
        let words = ["no differences", "the two messages say the same"];
        super::empty(frame, look, body, &words);
    } else {
        let focused = app.focus() == Pane::Payload;
        Paragraph::new(list_lines(compared, look, width, focused)).render(list, frame.buffer_mut());
        Paragraph::new(detail_lines(compared, look, width, usize::from(detail.height)))
            .render(detail, frame.buffer_mut());
    }
    Paragraph::new(foot_line(compared, look, width)).render(foot, frame.buffer_mut());
}

/// What the pane's border tells: `3 changed, 1 added`.
pub fn title(compared: &Compared) -> String {
    let Counts { added, removed, changed, respelled, moved } = compared.comparison.counts();
    let counts = [
        (changed, "changed"),
        (added, "added"),
        (removed, "removed"),
        (moved, "moved"),
        (respelled, "spelled differently"),
    ];
    let told = counts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<_> =
        told.map(|(count, word)| format!("{} {word}", text::thousands(*count as u64))).collect();
    if told.is_empty() { "no differences".to_owned() } else { told.join(", ") }
}

/// Which envelope: time, kind, subject, retry.
fn head_line<'a>(app: &App, sign: char, row: u32, look: &Look, width: usize) -> Line<'a> {
    let theme = &look.theme;
    let Some(entry) = app.entry(row) else { return Line::default() };
    let sign_paint = if sign == '-' { theme.bad } else { theme.ok };
    let subject = app.index.text(entry.subject).unwrap_or_default();
    let mut facts = vec![
        (look.time(entry.at(), "%H:%M:%S%.3f"), Style::from(theme.strong)),
        (entry.kind.label().to_owned(), theme.text.into()),
        (text::visible(subject).into_owned(), theme.text.into()),
    ];
    if entry.retry > 0 {
        facts.push((format!("↻ retry {}", entry.retry), theme.warn.into()));
    } else if !app.index.repeated_by(row).is_empty() {
        facts.push(("first delivery".to_owned(), theme.dim.into()));
    }
    if app.view.marked() == Some(row) {
        facts.push(("◆ marked".to_owned(), theme.urgent.into()));
    }
    facts.push((selected::answer_state(app, row, look).0, theme.dim.into()));
    let mut line = Line::from(Span::styled(format!(" {sign}"), sign_paint));
    for (fact, paint) in facts.into_iter().filter(|(fact, _)| !fact.is_empty()) {
        let room = width.saturating_sub(line.width() + 2);
        line.push_span(Span::styled(format!(" {}", text::fit(&fact, room)), paint));
        line.push_span(" ");
    }
    line
}

fn sign(change: Change, look: &Look) -> (&'static str, Style) {
    let theme = &look.theme;
    match change {
        Change::Added { .. } => ("+", theme.ok.into()),
        Change::Removed { .. } => ("-", theme.bad.into()),
        Change::Changed { .. } => ("~", theme.warn.into()),
        Change::Respelled { .. } => ("=", theme.dim.into()),
        Change::Moved { .. } => (">", theme.focus.into()),
    }
}

fn list_lines<'a>(compared: &Compared, look: &Look, width: usize, focused: bool) -> Vec<Line<'a>> {
    let shown = compared.comparison.changes().iter().enumerate();
    let shown: Vec<_> = shown.skip(compared.offset()).take(compared.list_height()).collect();
    let path = |change| {
        let (document, row) = compared.comparison.place(change);
        document.jq_path(row)
    };
    let paths: Vec<String> = shown.iter().map(|(_, change)| path(**change)).collect();
    // Values stand in a column where the paths leave room for it.
    let longest = paths.iter().map(|path| text::width(path)).max().unwrap_or(0);
    let column = longest.min(width * 9 / 20).max(4);
    let rows = shown.into_iter().zip(paths);
    rows.map(|((at, change), path)| {
        let (sign, paint) = sign(*change, look);
        let path = text::left(&cut_front(&text::visible(&path), column), column);
        let mut line = Line::from(vec![
            Span::styled(format!(" {sign} "), paint),
            Span::styled(path, look.theme.key),
            Span::raw("  "),
        ]);
        line.extend(values(compared, *change, look, width.saturating_sub(column + 6)));
        if at == compared.cursor() {
            let fill = width.saturating_sub(line.width());
            line.push_span(" ".repeat(fill));
            line = line.patch_style(if focused { look.theme.selection } else { look.theme.shadow });
        }
        line
    })
    .collect()
}

/// What stood there, what stands there: `0 → 1`.
fn values<'a>(compared: &Compared, change: Change, look: &Look, room: usize) -> Vec<Span<'a>> {
    let theme = &look.theme;
    let (old, new) = (compared.comparison.before(), compared.comparison.after());
    let (old, new) = match change {
        Change::Moved { old: row, .. } => {
            return vec![Span::styled(
                text::fit(&format!("was {}", old.jq_path(row)), room).into_owned(),
                theme.dim,
            )];
        }
        Change::Added { new: row } => {
            return vec![Span::styled(text::fit(&value(new, row, room), room).into_owned(), theme.ok)];
        }
        Change::Removed { old: row } => {
            return vec![Span::styled(text::fit(&value(old, row, room), room).into_owned(), theme.bad)];
        }
        Change::Changed { old: a, new: b } | Change::Respelled { old: a, new: b } => {
            let shown = (value(old, a, room), value(new, b, room));
            let texts = old.string(a).zip(new.string(b)).filter(|_| text::width(&shown.0) * 2 > room);
            texts.and_then(|(old, new)| from_difference(&old, &new, room)).unwrap_or(shown)
        }
    };
    let room = room.saturating_sub(3);
    // The shorter one is shown whole where that leaves half of the room to the other.
    let (old_width, new_width) = (text::width(&old), text::width(&new));
    let old_room = if old_width + new_width <= room {
        old_width
    } else {
        (room / 2).max(room.saturating_sub(new_width))
    };
    let old = text::fit(&old, old_room).into_owned();
    let new_room = room.saturating_sub(text::width(&old));
    vec![
        Span::styled(old, theme.dim),
        Span::styled(" → ", theme.punctuation),
        Span::styled(text::fit(&new, new_room).into_owned(), theme.strong),
    ]
}

/// A value on one line: a string decoded, a container by its size and start.
fn value(document: &Document, row: usize, room: usize) -> String {
    let raw = document.value_text(row);
    let head = &raw[..raw.floor_char_boundary(12 * room + 64)];
    match document.row(row).kind() {
        Kind::String => {
            let inner = head.strip_prefix('"').unwrap_or(head);
            let inner =
                if head.len() == raw.len() { inner.strip_suffix('"').unwrap_or(inner) } else { inner };
            format!("\"{}\"", text::visible(&json::unescape(inner)))
        }
        kind if kind.is_container() => {
            format!("{} {}", document.size_label(row), text::visible(&document.preview(row, room)))
        }
        _ => text::visible(head).into_owned(),
    }
}

/// Two long strings from a little before the place where they part; `None` where that is near their start.
fn from_difference(old: &str, new: &str, room: usize) -> Option<(String, String)> {
    const BEFORE: usize = 8;
    let same = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    let skipped = same.checked_sub(BEFORE).filter(|skipped| *skipped > BEFORE)?;
    let cut = |text: &str| {
        let part: String = text.chars().skip(skipped).take(room).collect();
        format!("\"…{}\"", text::visible(&part))
    };
    Some((cut(old), cut(new)))
}

/// The end of a path tells more than its start.
fn cut_front(path: &str, columns: usize) -> String {
    if text::width(path) <= columns {
        return path.to_owned();
    }
    let mut start = path.len();
    let mut used = 1;
    for (at, grapheme) in path.grapheme_indices(true).rev() {
        used += text::width(grapheme);
        if used > columns {
            break;
        }
        start = at;
    }
    format!("…{}", &path[start..])
}

/// The difference under the cursor: each value below a rule, what the other has not underlined.
fn detail_lines<'a>(compared: &Compared, look: &Look, width: usize, height: usize) -> Vec<Line<'a>> {
    let theme = &look.theme;
    if height < 2 {
        return Vec::new();
    }
    let detail = compared.detail();
    let mut lines = vec![Line::styled("─".repeat(width), theme.border)];
    let sides = [("-", &detail.old, theme.bad), ("+", &detail.new, theme.ok)];
    let used: usize = sides.iter().filter(|(_, parts, _)| !parts.is_empty()).count();
    for (at, (sign, parts, paint)) in sides.into_iter().filter(|(_, parts, _)| !parts.is_empty()).enumerate()
    {
        // The first value leaves half of the room to the second.
        let room = (height - lines.len()) / (used - at);
        lines.extend(wrapped(parts, sign, paint.into(), look, width.saturating_sub(4), room));
    }
    lines
}

fn wrapped<'a>(
    parts: &[Part],
    sign: &'a str,
    paint: Style,
    look: &Look,
    width: usize,
    most: usize,
) -> Vec<Line<'a>> {
    let marked = paint.add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
    let mut lines: Vec<Vec<Span>> = vec![Vec::new()];
    let mut used = 0;
    'parts: for part in parts {
        let style = if part.differs { marked } else { look.theme.text.into() };
        for grapheme in part.text.graphemes(true) {
            let broken = matches!(grapheme, "\n" | "\r\n");
            let shown = if broken { "".into() } else { text::visible(grapheme) };
            if broken || used + text::width(&shown) > width {
                if lines.len() == most {
                    if let Some(last) = lines.last_mut() {
                        last.push(Span::styled("…", look.theme.dim));
                    }
                    break 'parts;
                }
                lines.push(Vec::new());
                used = 0;
            }
            used += text::width(&shown);
            let Some(line) = lines.last_mut() else { break 'parts };
            match line.last_mut() {
                Some(span) if span.style == style => span.content.to_mut().push_str(&shown),
                _ => line.push(Span::styled(shown.into_owned(), style)),
            }
        }
    }
    let signed = lines.into_iter().take(most).enumerate();
    signed
        .map(|(at, spans)| {
            let sign = if at == 0 { sign } else { " " };
            let mut line = Line::from(Span::styled(format!(" {sign} "), paint));
            line.extend(spans);
            line
        })
        .collect()
}

fn foot_line<'a>(compared: &Compared, look: &Look, width: usize) -> Line<'a> {
    let count = compared.comparison.changes().len();
    let place = match count {
        0 => String::new(),
        1 => "1 of 1 difference ".to_owned(),
        _ => format!("{} of {} differences ", compared.cursor() + 1, text::thousands(count as u64)),
    };
    let path = compared.change().map(|change| {
        let (document, row) = compared.comparison.place(change);
        document.jq_path(row)
    });
    let room = width.saturating_sub(text::width(&place) + 2);
    let path = cut_front(&text::visible(&path.unwrap_or_else(|| "Esc leads back".to_owned())), room);
    Line::from(vec![
        Span::styled(format!(" {} ", text::left(&path, room)), look.theme.dim),
        Span::styled(place, look.theme.faint),
    ])
}
