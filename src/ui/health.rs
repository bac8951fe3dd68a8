//! The connection health pane: every connection's stage and countdown, below them how earlier ones ended.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget as _};

use super::Look;
use super::theme::Paint;
use crate::app::App;
use crate::session::{Connection, Ended, Refresh, Session, Stage};
use crate::text;

mod timeline;

/// Seconds without an envelope that are called quiet.
const QUIET: i64 = 60;

pub fn draw(app: &App, look: &Look, frame: &mut Frame, area: Rect) {
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let mut lines = fault_lines(app.recording_fault.as_deref(), look, width);
    lines.extend(self::lines(&app.session, look, width, height.saturating_sub(lines.len())));
    let last = lines.len().saturating_sub(usize::from(area.height));
    let shown = lines.into_iter().skip(app.health.offset.min(last)).take(usize::from(area.height));
    Paragraph::new(shown.collect::<Vec<_>>()).render(area, frame.buffer_mut());
}

/// Why nothing is recorded any more: the header has room for the fact only.
fn fault_lines(fault: Option<&str>, look: &Look, width: usize) -> Vec<Line<'static>> {
    let Some(fault) = fault else { return Vec::new() };
    let words = format!("✗ {}", text::visible(fault));
    let wrapped = text::wrap_words(&words, width.saturating_sub(2)).into_iter();
    wrapped.map(|line| Line::styled(format!(" {line}"), look.theme.bad)).collect()
}

/// Everything that the pane has to tell, the most urgent first. Bounded: 10 connections, 1,000 ends. The
/// timeline takes room that nothing else needs.
pub fn lines(session: &Session, look: &Look, width: usize, height: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    lines.extend(census(session, look, width));
    for connection in
        session.connections().filter(|connection| !matches!(connection.stage, Stage::Closed { .. }))
    {
        lines.extend(connection_lines(connection, look, width));
    }
    if lines.is_empty() {
        let words =
            if session.history().count() > 0 { " no connection is open" } else { " no connection yet" };
        lines.push(Line::styled(words, look.theme.dim));
    }
    let ended = session.history().ended();
    if lines.len() + 1 + ended.len().min(3) < height
        && let Some(timeline) = timeline::line(session, look, width)
    {
        lines.push(timeline);
    }
    if ended.len() > 0 {
        lines.push(rule(session, look, width));
        lines.extend(ended.rev().map(|end| ended_line(end, look, width)));
    }
    lines
}

/// Who else gets events, what to do about it, and how many there were at the latest hellos.
fn census(session: &Session, look: &Look, width: usize) -> Vec<Line<'static>> {
    let Some(census) = session.census().filter(|census| census.others > 0) else { return Vec::new() };
    let (ours, total) = (census.ours, census.total());
    let (words, paint) = if census.shared() {
        let words = format!(
            "⚠ you hold {ours} of {total}: events go to others too. Stop the other process, put `sockscope tap` in front of it, or make an app for development"
        );
        (words, look.theme.warn)
    } else {
        let ghosts = census.ghosts;
        let words = format!(
            "{ghosts} of {total} may be ghosts of connections that broke; Slack drops them within minutes"
        );
        (words, look.theme.dim)
    };
    let wrapped = text::wrap_words(&words, width.saturating_sub(2)).into_iter();
    let mut lines: Vec<_> = wrapped.map(|line| Line::styled(format!(" {line}"), paint)).collect();
    let counts: Vec<_> = session.census_history().map(|then| (then.ours, then.reported)).collect();
    if counts.iter().any(|count| count != &counts[0]) {
        let latest = counts[counts.len().saturating_sub(8)..].iter();
        let latest: Vec<_> = latest.map(|(ours, all)| format!("{ours}/{all}")).collect();
        let words = format!("   ours of all, at the latest hellos: {}", latest.join(" → "));
        lines.push(Line::styled(text::fit(&words, width).into_owned(), look.theme.dim));
    }
    lines
}

fn connection_lines(connection: &Connection, look: &Look, width: usize) -> Vec<Line<'static>> {
    let mut lines = vec![stage_line(connection, look, width)];
    if let Some(words) = trouble(&connection.stage) {
        lines.extend(
            text::wrap_words(&words, width.saturating_sub(4))
                .into_iter()
                .take(4)
                .map(|line| Line::from(vec![Span::raw("   "), Span::styled(line, look.theme.text)])),
        );
    }
    // One that hands over is refreshed already: counting down its announced life would be misleading.
    let counting = matches!(connection.stage, Stage::Live { .. });
    if let Some(refresh) = connection.refresh(look.now).filter(|_| counting) {
        lines.push(refresh_line(&refresh, look, width));
    }
    if connection.is_live() {
        lines.push(traffic_line(connection, look, width));
    }
    lines
}

fn stage_line(connection: &Connection, look: &Look, width: usize) -> Line<'static> {
    let theme = &look.theme;
    let (mark, paint) = mark(&connection.stage, look);
    let mut line = Line::from(vec![
        Span::styled(format!("{:>2} ", connection.number), theme.dim),
        Span::styled(format!("{mark} {}", stage_words(&connection.stage, look.now)), paint),
    ]);
    let mut facts = Vec::new();
    if let Some(host) = connection.host().or(connection.url_host.as_deref()) {
        let build = connection.build().map(|build| format!(" #{build}")).unwrap_or_default();
        facts.push((format!("{}{build}", text::visible(host)), theme.text));
    }
    if let Some(uptime) = connection.uptime(look.now) {
        facts.push((format!("up {}", text::clock(uptime.as_secs())), theme.text));
    }
    if connection.debug_reconnects {
        facts.push(("debug_reconnects".to_owned(), theme.urgent));
    }
    facts.extend(hearing(connection, look));
    for (fact, paint) in facts {
        if line.width() + text::width(&fact) + 3 <= width {
            line.push_span("   ");
            line.push_span(Span::styled(fact, paint));
        }
    }
    line
}

/// Silence (nothing at all) apart from quiet (no envelopes), and the canary of a reconnect.
fn hearing(connection: &Connection, look: &Look) -> Option<(String, Paint)> {
    let theme = &look.theme;
    if connection.is_silent(look.now) {
        return Some(("silent: no ping, no pong".to_owned(), theme.bad));
    }
    if !connection.is_live() {
        return None;
    }
    let Some(last) = connection.last_envelope.filter(|_| connection.received_since_live > 0) else {
        return Some(("nothing received yet".to_owned(), theme.dim));
    };
    let quiet = look.now.duration_since(last).as_secs();
    Some(if quiet >= QUIET {
        (format!("quiet for {}", text::clock(quiet)), theme.dim)
    } else {
        ("receiving".to_owned(), theme.ok)
    })
}

fn mark(stage: &Stage, look: &Look) -> (&'static str, Paint) {
    let theme = &look.theme;
    match stage {
        Stage::Opening { .. } | Stage::Dialling { .. } | Stage::HelloAwaited { .. } => ("◌", theme.warn),
        Stage::Live { .. } => ("●", theme.ok),
        Stage::HandingOver { .. } => ("◐", theme.urgent),
        Stage::BackingOff { .. } => ("◷", theme.warn),
        Stage::Stopped { .. } => ("■", theme.bad),
        Stage::Closed { .. } => ("○", theme.dim),
    }
}

fn stage_words(stage: &Stage, now: Timestamp) -> String {
    match stage {
        Stage::Opening { tries: 2.., .. }
        | Stage::Stopped { .. }
        | Stage::Live { .. }
        | Stage::Dialling { .. } => stage.name().to_owned(),
        Stage::HandingOver { since, reason, to } => {
            let to = to.map(|to| format!(" → {to}")).unwrap_or_default();
            let ago = now.duration_since(*since).as_secs().max(0);
            format!("handing over{to}   {} {ago} s ago", text::visible(reason))
        }
        Stage::BackingOff { until, tries, .. } => {
            let left = until.duration_since(now).as_secs_f64().max(0.0);
            let tries = if *tries > 0 { format!("   tries {tries}") } else { String::new() };
            format!("backing off   next try in {left:.0} s{tries}")
        }
        stage => stage.name().to_owned(),
    }
}

/// What a failed try said, below its stage.
fn trouble(stage: &Stage) -> Option<String> {
    match stage {
        Stage::BackingOff { code, message, .. } | Stage::Stopped { code, message, .. } => {
            Some(if message.is_empty() { code.clone() } else { format!("{code}: {message}") })
        }
        _ => None,
    }
}

fn refresh_line(refresh: &Refresh, look: &Look, width: usize) -> Line<'static> {
    let theme = &look.theme;
    let at = look.time(refresh.at, "%H:%M:%S");
    let (words, paint) = if refresh.overdue() {
        let late = text::clock(-refresh.remaining.as_secs());
        (format!("   refresh overdue by {late} "), theme.warn)
    } else {
        let close = refresh.remaining.as_secs() < 60;
        let left = text::clock(refresh.remaining.as_secs());
        (format!("   refresh in {left} "), if close { theme.urgent } else { theme.text })
    };
    let room = width.saturating_sub(words.len() + at.len() + 5).min(40);
    let (full, empty) = gauge(1.0 - refresh.fraction, room);
    Line::from(vec![
        Span::styled(words, paint),
        Span::styled(full, if refresh.remaining.as_secs() < 60 { theme.urgent } else { theme.ok }),
        Span::styled(empty, theme.border),
        Span::styled(format!(" at {at}"), theme.dim),
    ])
}

/// Full and empty part of a bar.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a screen's width"
)]
fn gauge(share: f64, width: usize) -> (String, String) {
    let full = (share.clamp(0.0, 1.0) * width as f64).round() as usize;
    ("━".repeat(full), "─".repeat(width - full))
}

fn traffic_line(connection: &Connection, look: &Look, width: usize) -> Line<'static> {
    let theme = &look.theme;
    let mut line = Line::from("  ");
    let mut add = |label: &str, value: String, paint: Paint| {
        if line.width() + label.len() + value.len() + 3 <= width {
            line.push_span(Span::styled(format!(" {label} "), theme.dim));
            line.push_span(Span::styled(format!("{value} "), paint));
        }
    };
    if let Some(rtt) = connection.round_trips().next_back() {
        let trips: Vec<f64> = connection.round_trips().map(|trip| trip.as_secs_f64()).collect();
        add(
            "rtt",
            format!("{} {}", text::millis(rtt.as_secs_f64() * 1e3), sparkline(&trips, 12)),
            theme.text,
        );
    }
    if let Some(age) = connection.last_frame_age(look.now) {
        let paint = if age.as_secs() >= 15 { theme.warn } else { theme.text };
        add("last frame", format!("{} s", age.as_secs()), paint);
    }
    add("envelopes", text::thousands(connection.envelopes), theme.text);
    add("acks", text::thousands(connection.acks), theme.text);
    if let (Some(p50), Some(p99)) = (connection.latency.p50(), connection.latency.p99()) {
        let ms = |latency: jiff::SignedDuration| text::millis(latency.as_secs_f64() * 1e3);
        add("ack p50", ms(p50), theme.text);
        add("p99", ms(p99), theme.text);
    }
    line
}

/// The latest values as columns between the least and the greatest of them.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 7")]
fn sparkline(values: &[f64], width: usize) -> String {
    const COLUMNS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let latest = &values[values.len().saturating_sub(width)..];
    let (low, high) =
        latest.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
    let span = (high - low).max(f64::EPSILON);
    latest.iter().map(|value| COLUMNS[((value - low) / span * 7.0).round() as usize]).collect()
}

fn rule(session: &Session, look: &Look, width: usize) -> Line<'static> {
    let history = session.history();
    let title = format!(" disconnects {} ", text::thousands(history.count()));
    let deaf = match history.gaps() {
        0 => String::new(),
        gaps => {
            format!(" {gaps} gaps, {} without a live one ", text::millis(history.deaf().as_secs_f64() * 1e3))
        }
    };
    let fill = width.saturating_sub(text::width(&title) + text::width(&deaf) + 4);
    Line::from(vec![
        Span::styled("──", look.theme.border),
        Span::styled(title, look.theme.dim),
        Span::styled("─".repeat(fill), look.theme.border),
        Span::styled(deaf, look.theme.warn),
        Span::styled("──", look.theme.border),
    ])
}

/// When, which, the code, how long it lived, the gap after it, what was lost or came again, and why in words.
fn ended_line(end: &Ended, look: &Look, width: usize) -> Line<'static> {
    let theme = &look.theme;
    let code_paint = if end.broke() { theme.bad } else { theme.text };
    let mut line = Line::from(vec![
        Span::styled(format!(" {}", look.time(end.at, "%H:%M:%S")), theme.dim),
        Span::styled(format!(" {:>2} ", end.conn), theme.dim),
        Span::styled(text::left(&text::visible(&end.code()), 17), code_paint),
    ]);
    let cost = cost(end, look);
    if let Some(lived) = end.lived {
        line.push_span(Span::styled(" lived ", theme.dim));
        line.push_span(Span::styled(clock(lived), theme.text));
        let promise = end.expected.map(|expected| format!(" of {}", clock(expected)));
        let room = width.saturating_sub(line.width() + cost.iter().map(Span::width).sum::<usize>());
        let promise = promise.filter(|promise| promise.len() <= room);
        line.push_span(Span::styled(promise.unwrap_or_default(), theme.dim));
    }
    line.extend(cost);
    let room = width.saturating_sub(line.width() + 3);
    if room >= 12 {
        let words = text::visible(&end.words()).into_owned();
        line.push_span(Span::styled(format!("  {}", text::fit(&words, room)), theme.dim));
    }
    line
}

/// The gap after an end, what nobody acknowledged any more, and what came again.
fn cost(end: &Ended, look: &Look) -> Vec<Span<'static>> {
    let theme = &look.theme;
    let mut spans = Vec::new();
    if let Some(gap) = end.gap {
        let paint = if gap.is_zero() { theme.ok } else { theme.warn };
        spans.push(Span::styled("  gap ", theme.dim));
        spans.push(Span::styled(gap_words(gap), paint));
    }
    if end.lost_acks > 0 {
        spans.push(Span::styled(format!("  acks failed {}", end.lost_acks), theme.bad));
    }
    if end.redelivered > 0 {
        spans.push(Span::styled(format!("  ↻ {}", end.redelivered), theme.warn));
    }
    spans
}

/// To the nearest second: 359.9 s are the 6 minutes that were promised.
fn clock(lived: jiff::SignedDuration) -> String {
    text::clock(lived.as_secs() + i64::from(lived.subsec_millis() >= 500))
}

fn gap_words(gap: jiff::SignedDuration) -> String {
    if gap.is_zero() { "0 ms".to_owned() } else { text::millis(gap.as_secs_f64() * 1e3) }
}

#[cfg(test)]
mod tests;
