//! The list: time, connection, kind, subject, summary, retry mark, ack state. A row a frame.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget as _};
use regex::RegexBuilder;

use super::theme::Paint;
use super::{Look, empty};
use crate::app::action::Action;
use crate::app::opened::Opened;
use crate::app::{App, Mode, Pane};
use crate::journal::By;
use crate::journal::index::{AckState, Entry, RowKind};
use crate::session::DEADLINE;
use crate::slack::envelope::Kind;
use crate::text;
use crate::ui::footer::key_of;

pub fn draw(app: &App, look: &Look, frame: &mut Frame, area: Rect) {
    if app.view.is_empty() {
        return draw_empty(app, look, frame, area);
    }
    let width = usize::from(area.width);
    let columns = Columns::fit(width);
    let selected = app.view.selected();
    let lines: Vec<Line> = app
        .view
        .visible_rows()
        .filter_map(|(_, row)| Some((row, app.index.get(row)?)))
        .map(|(row, entry)| {
            let line = row_line(app, row, entry, &columns, look);
            let line = if selected == Some(row) { mark(line, app, look, width) } else { line };
            if app.view.marked() == Some(row) { marked(line, look) } else { line }
        })
        .collect();
    Paragraph::new(lines).render(area, frame.buffer_mut());
    draw_below(app, look, frame, area);
}

/// How wide each column is; the summary takes what is left.
struct Columns {
    time: &'static str,
    subject: usize,
    summary: usize,
}

const KIND: usize = 8;
const ACK: usize = 8;

impl Columns {
    fn fit(width: usize) -> Self {
        let (time, time_width) = if width >= 84 { ("%H:%M:%S%.3f", 12) } else { ("%H:%M:%S", 8) };
        // Mark, time, connection, kind, retry, ack, and the spaces between them.
        let rest = width.saturating_sub(1 + time_width + 4 + KIND + 1 + 4 + ACK + 1);
        let subject = (rest * 9 / 20).clamp(12, 30);
        Self { time, subject, summary: rest.saturating_sub(subject + 1) }
    }
}

fn row_line<'a>(app: &App, row: u32, entry: &Entry, columns: &Columns, look: &Look) -> Line<'a> {
    let theme = &look.theme;
    let (ack, ack_paint) = ack_words(entry, app.mode == Mode::Open, look);
    let subject = app.index.text(entry.subject).unwrap_or_default();
    let done = !matches!(entry.ack(), AckState::Pending);
    let subject_paint = if done { theme.text } else { theme.strong };
    let summary_paint = if done { theme.dim } else { theme.text };
    let retry = match (entry.retry, app.index.repeats(row)) {
        (0, None) => String::new(),
        (0, Some(_)) => "↻".to_owned(),
        (retry, _) => format!("↻{retry}"),
    };
    let finding = if entry.has_finding() && retry.is_empty() { "⚠" } else { "" };
    let kind = kind_paint(entry.kind, look);
    let what = match entry.kind {
        // Slack's own messages have no subject but their reason: the two columns are one.
        RowKind::Envelope(_) => vec![
            Span::styled(text::left(entry.kind.label(), KIND), kind),
            Span::raw(" "),
            Span::styled(text::left(&text::visible(subject), columns.subject), subject_paint),
        ],
        other => {
            let words = format!("{} {}", other.label(), text::visible(subject));
            vec![Span::styled(text::left(words.trim_end(), KIND + 1 + columns.subject), kind)]
        }
    };
    let mut line = Line::from(vec![
        Span::raw(" "),
        Span::styled(look.time(entry.at(), columns.time), theme.dim),
        Span::styled(text::right(&entry.conn.to_string(), 3), theme.faint),
        Span::raw(" "),
    ]);
    line.extend(what);
    line.push_span(Span::raw(" "));
    let summary = text::left(&text::visible(app.summary(row)), columns.summary);
    if app.list_search().has(row) {
        line.spans[0] = Span::styled("•", theme.hit);
        line.extend(highlighted(&summary, app.list_search().needle(), summary_paint.into(), look));
    } else {
        line.push_span(Span::styled(summary, summary_paint));
    }
    line.extend([
        Span::styled(text::right(&retry, 3), theme.warn),
        Span::styled(text::left(finding, 1), theme.warn),
        Span::styled(text::right(&ack, ACK), ack_paint),
        Span::raw(" "),
    ]);
    line
}

/// A text with what was searched for in it marked.
fn highlighted<'a>(text: &str, needle: &str, paint: Style, look: &Look) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    let mut from = 0;
    for hit in hits_in(text, needle) {
        spans.push(Span::styled(text[from..hit.start].to_owned(), paint));
        spans.push(Span::styled(text[hit.clone()].to_owned(), look.theme.hit));
        from = hit.end;
    }
    spans.push(Span::styled(text[from..].to_owned(), paint));
    spans
}

/// Smart case, as the search has it.
fn hits_in(text: &str, needle: &str) -> Vec<Range<usize>> {
    let exact = needle.chars().any(char::is_uppercase);
    let pattern = RegexBuilder::new(&regex::escape(needle)).case_insensitive(!exact).build();
    pattern.map_or_else(|_| Vec::new(), |pattern| pattern.find_iter(text).map(|hit| hit.range()).collect())
}

/// What needs the reader is bright: a countdown, what is late. What went well is dim.
fn ack_words(entry: &Entry, opened: bool, look: &Look) -> (String, Style) {
    let theme = &look.theme;
    match entry.ack() {
        AckState::None => (String::new(), theme.dim.into()),
        // Nothing ticks in a recording: what waits at its end was never answered.
        AckState::Pending if opened => ("none".to_owned(), theme.warn.into()),
        AckState::Pending => {
            let left = (DEADLINE - look.now.duration_since(entry.at())).as_secs_f64();
            match left {
                left if left <= 0.0 => ("LATE".to_owned(), theme.bad.into()),
                left if left < 1.0 => (format!("◷ {left:.1} s"), theme.bad.into()),
                left => (format!("◷ {left:.1} s"), theme.urgent.into()),
            }
        }
        AckState::Ok { took, by } => {
            let paint = if by == By::Auto { theme.dim } else { theme.ok };
            (text::millis(f64::from(took) / 1e3), paint.into())
        }
        AckState::Late { took, .. } => {
            (format!("!{}", text::millis(f64::from(took) / 1e3)), theme.bad.into())
        }
    }
}

fn kind_paint(kind: RowKind, look: &Look) -> Paint {
    let theme = &look.theme;
    match kind {
        RowKind::Envelope(kind) => match kind {
            Kind::Event => theme.event,
            Kind::Command => theme.command,
            Kind::ViewSubmission | Kind::ViewClosed | Kind::DialogSubmission | Kind::DialogCancellation => {
                theme.modal
            }
            Kind::BlockSuggestion | Kind::DialogSuggestion => theme.menu,
            Kind::BlockActions | Kind::InteractiveMessage => theme.action,
            Kind::Shortcut | Kind::MessageAction | Kind::WorkflowStepEdit => theme.shortcut,
            Kind::Unknown => theme.warn,
        },
        RowKind::Hello => theme.ok,
        RowKind::Disconnect => theme.warn,
        RowKind::Message | RowKind::Text | RowKind::Binary => theme.system,
    }
}

fn mark<'a>(line: Line<'a>, app: &App, look: &Look, width: usize) -> Line<'a> {
    let focused = app.focus() == Pane::Envelopes;
    let mut line = line;
    let fill = width.saturating_sub(line.width());
    line.push_span(" ".repeat(fill));
    if let Some(first) = line.spans.first_mut() {
        *first = Span::styled("▌", look.theme.focus);
    }
    line.patch_style(if focused { look.theme.selection } else { look.theme.shadow })
}

/// The row that others are compared with.
fn marked<'a>(mut line: Line<'a>, look: &Look) -> Line<'a> {
    if let Some(first) = line.spans.first_mut() {
        *first = Span::styled("◆", look.theme.urgent);
    }
    line
}

/// New rows below the screen, or since the view was frozen, are told on the border below; in the last line where
/// there is none, or no room on it.
fn draw_below(app: &App, look: &Look, frame: &mut Frame, area: Rect) {
    if app.opened.as_ref().is_some_and(|opened| !opened.follow) {
        // Nothing is new in a recording.
        return;
    }
    let below = app.view.new_below() as u64;
    let words = match (app.view.is_frozen(), below) {
        (_, 0) => return,
        (true, count) => format!(" {} new behind the freeze ", text::thousands(count)),
        (false, count) => format!(" ▼ {} new below ", text::thousands(count)),
    };
    let columns = u16::try_from(text::width(&words)).unwrap_or(area.width).min(area.width);
    let middle = area.x + (area.width - columns) / 2;
    let bordered = app.areas().is_some_and(|areas| !areas.zoomed);
    let free = if bordered { free_on_border(frame, area, columns, middle) } else { None };
    let (x, y) = free.map_or((middle, area.bottom().saturating_sub(1)), |x| (x, area.bottom()));
    let place = Rect { x, y, width: columns, height: 1 };
    Clear.render(place, frame.buffer_mut());
    Paragraph::new(Line::styled(words, look.theme.badge)).render(place, frame.buffer_mut());
}

/// Where on the border below so many columns are free of the next pane's title, the nearest to the middle.
fn free_on_border(frame: &mut Frame, area: Rect, columns: u16, middle: u16) -> Option<u16> {
    let buffer = frame.buffer_mut();
    let is_free = |x: &u16| {
        // A column of the line is left on either side.
        (x.saturating_sub(1)..=x + columns)
            .all(|x| buffer.cell((x, area.bottom())).is_some_and(|cell| cell.symbol() == "─"))
    };
    let places = area.x..=area.right().saturating_sub(columns);
    places.filter(is_free).min_by_key(|x| x.abs_diff(middle))
}

/// What the list's border tells: how many rows, the filter, whether it follows.
pub fn title(app: &App, look: &Look) -> Vec<(String, Style)> {
    let theme = &look.theme;
    let total = u64::from(app.index.len());
    let shown = app.view.len() as u64;
    let mut parts = Vec::new();
    if app.view.is_filtered() {
        let filter = text::visible(&text::fit(app.filter_text(), 40)).into_owned();
        parts.push((filter, theme.urgent.into()));
        parts.push((format!("{} of {}", text::thousands(shown), text::thousands(total)), theme.text.into()));
    } else {
        parts.push((text::thousands(total), theme.text.into()));
    }
    if let Some(search) = search_words(app) {
        parts.push((search, theme.focus.into()));
    }
    let progress = app.view.progress();
    if !progress.is_done() {
        parts.push((format!("filtering {} %", progress.percent()), theme.dim.into()));
    } else if app.opened.as_ref().is_some_and(|opened| !opened.follow) {
        return parts;
    }
    let state: (&str, Style) = match () {
        () if app.view.is_frozen() => ("frozen", theme.urgent.into()),
        () if app.view.is_following() => ("following", theme.ok.into()),
        () => ("F follows", theme.faint.into()),
    };
    parts.push((state.0.to_owned(), state.1));
    parts
}

/// How the search in the list stands.
fn search_words(app: &App) -> Option<String> {
    let search = app.list_search();
    if !search.is_on() {
        return None;
    }
    let progress = search.progress();
    let number = app.view.selected().and_then(|row| search.number(row));
    let number = number.map_or_else(String::new, |number| format!("{} of ", text::thousands(number as u64)));
    let hits = if progress.hits == 1 { "hit" } else { "hits" };
    let found = format!("{number}{} {hits}", text::thousands(progress.hits as u64));
    Some(if progress.is_done() { found } else { format!("{found}, searching {} %", progress.percent()) })
}

/// Why there is no connection, where that is known.
fn draw_trouble(app: &App, look: &Look, frame: &mut Frame, area: Rect) {
    let mut lines = vec!["no connection is live yet".to_owned()];
    if let Some(problem) = app.session.problem() {
        lines.extend(text::wrap_words(&problem.message, usize::from(area.width).saturating_sub(8)));
    }
    lines.push("3 Connection health counts down to the next try".to_owned());
    let lines: Vec<&str> = lines.iter().map(String::as_str).take(usize::from(area.height)).collect();
    empty(frame, look, area, &lines);
}

/// A recording without a row: being read, empty, or of something else.
fn draw_nothing_opened(app: &App, opened: &Opened, look: &Look, frame: &mut Frame, area: Rect) {
    let lines = match (opened.unreadable_count, app.session.records()) {
        _ if opened.is_reading() => vec!["reading …".to_owned()],
        (0, 0) => vec![
            "this recording is empty".to_owned(),
            "`sockscope demo --record FILE` makes one that is not".to_owned(),
        ],
        (count, 0) => vec![
            "there is no record of sockscope in this file".to_owned(),
            format!(
                "{} lines are something else: {} tells why",
                text::thousands(count),
                key_of(app, Action::UnreadableLines)
            ),
        ],
        (_, records) => vec![
            format!("{} records, and none of them came from Slack", text::thousands(records)),
            "3 Connection health shows what they tell".to_owned(),
        ],
    };
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    empty(frame, look, area, &lines);
}

fn draw_empty(app: &App, look: &Look, frame: &mut Frame, area: Rect) {
    if app.view.is_filtered() && !app.view.progress().is_done() {
        return empty(frame, look, area, &["nothing matches so far"]);
    }
    if app.view.is_filtered() {
        let hint = format!("{} changes the filter, Esc clears it", key_of(app, Action::Filter));
        return empty(frame, look, area, &["no envelope matches the filter", &hint]);
    }
    if let Some(opened) = &app.opened {
        return draw_nothing_opened(app, opened, look, frame, area);
    }
    if let Some(problem) = app.session.stopped() {
        let what = format!("stopped: {}", text::visible(&problem.code));
        let hint = format!("{} tries again", key_of(app, Action::Reconnect));
        let mut lines = vec![what];
        lines.extend(text::wrap_words(&problem.message, usize::from(area.width).saturating_sub(8)));
        lines.push(hint);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        return empty(frame, look, area, &lines);
    }
    match (app.session.live(), app.mode) {
        (0, _) => draw_trouble(app, look, frame, area),
        (_, Mode::Demo) => {
            let hint = format!("{} sends a sample", key_of(app, Action::SendSample));
            empty(frame, look, area, &["connected; nothing has come yet", &hint]);
        }
        (_, Mode::Live | Mode::Open) => {
            let hint = "write to your app in Slack, press one of its buttons, or run its command";
            empty(frame, look, area, &["connected; nothing has come yet", hint]);
        }
    }
}
