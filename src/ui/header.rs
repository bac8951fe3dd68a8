//! The top line: which mode and app, whether it is live, who else is connected, what is toggled.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget as _};

use super::Look;
use crate::app::App;
use crate::link::Hold;
use crate::session::Session;
use crate::text;

pub fn draw(app: &App, look: &Look, frame: &mut Frame, area: Rect) {
    let theme = &look.theme;
    let mut parts = vec![
        vec![Span::styled("sockscope", theme.brand), Span::styled(format!("  {}", app.mode), theme.strong)],
        app_name(&app.session, look),
        connections(&app.session, look),
        census(&app.session, look),
        toggle(
            "debug_reconnects",
            if app.debug_reconnects { "on" } else { "off" },
            app.debug_reconnects,
            look,
        ),
        toggle("holds", &app.hold.to_string(), app.hold != Hold::Nothing, look),
        recording(app, look),
        findings(&app.session, look),
    ];
    parts.retain(|part| !part.is_empty());
    // What does not fit falls away from the least telling on; the first two always stay.
    for least in [4, 1, 5, 3] {
        if width(&parts) <= usize::from(area.width) || least >= parts.len() {
            break;
        }
        parts[least] = Vec::new();
    }
    parts.retain(|part| !part.is_empty());
    let mut line = Line::from(" ");
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            line.push_span("   ");
        }
        line.extend(part);
    }
    Clear.render(area, frame.buffer_mut());
    Paragraph::new(line).render(area, frame.buffer_mut());
}

fn width(parts: &[Vec<Span>]) -> usize {
    let shown = parts.iter().filter(|part| !part.is_empty());
    shown.map(|part| part.iter().map(Span::width).sum::<usize>() + 3).sum()
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
        (0, Some(problem)) => ("■", format!("stopped: {}", problem.code), theme.bad.into()),
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
