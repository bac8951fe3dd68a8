//! The top line: which mode and app, whether it is live, who else is connected, what is toggled.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget as _};

use super::Look;
use crate::app::App;
use crate::app::opened::Opened;
use crate::link::Hold;
use crate::session::Session;
use crate::text;

pub fn draw(app: &App, look: &Look, frame: &mut Frame, area: Rect) {
    let mut parts = match &app.opened {
        Some(opened) => opened_parts(app, opened, look),
        None => session_parts(app, look),
    };
    parts.retain(|(_, part)| !part.is_empty());
    while width(&parts) > usize::from(area.width)
        && let Some(at) = most_missable(&parts)
    {
        parts.remove(at);
    }
    let mut line = Line::from(" ");
    for (at, (_, part)) in parts.into_iter().enumerate() {
        if at > 0 {
            line.push_span("   ");
        }
        line.extend(part);
    }
    Clear.render(area, frame.buffer_mut());
    Paragraph::new(line).render(area, frame.buffer_mut());
}

/// A part of the line, with how easily it is missed: where there is no room, the highest fall away first.
type Part<'a> = (u8, Vec<Span<'a>>);

fn session_parts<'a>(app: &App, look: &Look) -> Vec<Part<'a>> {
    let theme = &look.theme;
    let session = &app.session;
    let (debug, hold) = (app.debug_reconnects, app.hold != Hold::Nothing);
    let shared = session.census().is_some_and(|census| census.shared());
    vec![
        (
            0,
            vec![
                Span::styled("sockscope", theme.brand),
                Span::styled(format!("  {}", app.mode), theme.strong),
            ],
        ),
        (5, app_name(session, look)),
        (0, connections(session, look)),
        (if shared { 1 } else { 4 }, census(session, look)),
        (
            if debug { 2 } else { 6 },
            toggle("debug_reconnects", if debug { "on" } else { "off" }, debug, look),
        ),
        (if hold { 1 } else { 6 }, toggle("holds", &app.hold.to_string(), hold, look)),
        (2, rules(app, look)),
        (1, waiting(session, look)),
        (2, recording(app, look)),
        (3, findings(session, look)),
    ]
}

/// A recording: which, how far it is read, and what of it cannot be shown.
fn opened_parts<'a>(app: &App, opened: &Opened, look: &Look) -> Vec<Part<'a>> {
    let theme = &look.theme;
    let name = text::visible(&text::fit(&opened.sources.name(), 32)).into_owned();
    let records = format!("{} records", text::thousands(app.session.records()));
    let span = |words: String, paint| vec![Span::styled(words, paint)];
    vec![
        (
            0,
            vec![
                Span::styled("sockscope", theme.brand),
                Span::styled(format!("  {}", app.mode), theme.strong),
            ],
        ),
        (1, span(name, theme.text)),
        (4, span(text::bytes(opened.size), theme.dim)),
        (3, span(records, theme.dim)),
        (0, progress(opened, look)),
        (5, app_name(&app.session, look)),
        (0, opened.trouble().map(|_| Span::styled("✗ not as it was", theme.bad)).into_iter().collect()),
        (1, unreadable(opened, look)),
        (2, findings(&app.session, look)),
    ]
}

/// How far a recording is read, until it is.
fn progress<'a>(opened: &Opened, look: &Look) -> Vec<Span<'a>> {
    const COLUMNS: usize = 12;
    let theme = &look.theme;
    if !opened.is_reading() {
        let following = opened.follow && opened.trouble().is_none();
        return following.then(|| Span::styled("● following", theme.ok)).into_iter().collect();
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of twelve columns"
    )]
    let full = (opened.share() * COLUMNS as f64) as usize;
    vec![
        Span::styled("reading ", theme.text),
        Span::styled("━".repeat(full), theme.ok),
        Span::styled("─".repeat(COLUMNS - full), theme.border),
        Span::styled(format!(" {:.0} %", opened.share() * 100.0), theme.text),
    ]
}

fn unreadable<'a>(opened: &Opened, look: &Look) -> Vec<Span<'a>> {
    let words = match opened.unreadable_count {
        0 => return Vec::new(),
        1 => "1 line is no record".to_owned(),
        count => format!("{} lines are no records", text::thousands(count)),
    };
    vec![Span::styled(words, look.theme.warn)]
}

fn most_missable(parts: &[Part]) -> Option<usize> {
    let missable = parts.iter().enumerate().filter(|(_, (rank, _))| *rank > 0);
    missable.max_by_key(|(_, (rank, _))| *rank).map(|(at, _)| at)
}

fn width(parts: &[Part]) -> usize {
    parts.iter().map(|(_, part)| part.iter().map(Span::width).sum::<usize>() + 3).sum()
}

fn app_name<'a>(session: &Session, look: &Look) -> Vec<Span<'a>> {
    let theme = &look.theme;
    match (session.team(), session.app_id()) {
        (Some(team), Some(id)) => vec![
            Span::styled(text::visible(text::fit(team, 24).as_ref()).into_owned(), theme.text),
            Span::styled(format!(" ({})", text::visible(id)), theme.dim),
        ],
        (None, Some(id)) => vec![Span::styled(text::visible(id).into_owned(), theme.text)],
        _ => Vec::new(),
    }
}

/// "Live" is never shown before hello.
fn connections<'a>(session: &Session, look: &Look) -> Vec<Span<'a>> {
    let theme = &look.theme;
    let live = session.live();
    let held = session.connections().filter(|connection| !connection.stage.is_over()).count().max(live);
    let (mark, words, paint): (_, String, Style) = match (live, session.stopped()) {
        (0, Some(problem)) => ("■", format!("stopped: {}", text::visible(&problem.code)), theme.bad.into()),
        (0, None) if session.deaf(look.now).is_some() => {
            let deaf = session.deaf(look.now).unwrap_or_default();
            ("○", format!("not live for {}", text::millis(deaf.as_secs_f64() * 1e3)), theme.bad.into())
        }
        (0, None) => ("◌", "connecting".to_owned(), theme.warn.into()),
        (live, _) => ("●", format!("live {live}/{held}"), theme.ok.into()),
    };
    vec![Span::styled(format!("{mark} {words}"), paint)]
}

fn census<'a>(session: &Session, look: &Look) -> Vec<Span<'a>> {
    let Some(census) = session.census() else { return Vec::new() };
    let plural = if census.total() == 1 { "" } else { "s" };
    let words = format!("you hold {} of {} connection{plural}", census.ours, census.total());
    let paint = if census.shared() { look.theme.warn } else { look.theme.dim };
    vec![Span::styled(words, paint)]
}

fn toggle<'a>(name: &'static str, state: &str, on: bool, look: &Look) -> Vec<Span<'a>> {
    let (label, value) =
        if on { (look.theme.text, look.theme.urgent) } else { (look.theme.faint, look.theme.faint) };
    vec![Span::styled(format!("{name} "), label), Span::styled(state.to_owned(), value)]
}

/// What is answered without the user.
fn rules<'a>(app: &App, look: &Look) -> Vec<Span<'a>> {
    match app.rules().armed() {
        0 => Vec::new(),
        count => toggle("rules", &text::thousands(count as u64), true, look),
    }
}

/// What needs the user now.
fn waiting<'a>(session: &Session, look: &Look) -> Vec<Span<'a>> {
    match session.acks().in_time(look.now).count() {
        0 => Vec::new(),
        count => vec![Span::styled(format!(" {count} waiting "), look.theme.badge)],
    }
}

fn recording<'a>(app: &App, look: &Look) -> Vec<Span<'a>> {
    match (&app.recording_fault, app.recording) {
        (Some(_), _) => vec![Span::styled("✗ recording stopped", look.theme.bad)],
        (None, true) => vec![Span::styled("● rec", look.theme.bad)],
        (None, false) => Vec::new(),
    }
}

fn findings<'a>(session: &Session, look: &Look) -> Vec<Span<'a>> {
    match session.findings().total() {
        0 => Vec::new(),
        1 => vec![Span::styled("⚠ 1 finding", look.theme.warn)],
        count => vec![Span::styled(format!("⚠ {} findings", text::thousands(count)), look.theme.warn)],
    }
}
