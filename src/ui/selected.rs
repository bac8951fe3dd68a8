//! The selected envelope in words: its title, its headers, how it stands with its ack.

use ratatui::style::Style;

use super::Look;
use super::footer::key_of;
use crate::app::App;
use crate::app::action::Action;
use crate::app::fate::Fate;
use crate::journal::index::{AckState, Entry};
use crate::session::DEADLINE;
use crate::slack::envelope::Kind;
use crate::text;

/// How a row stands with its ack, and in which colour that is told.
pub fn answer_state(app: &App, row: u32, look: &Look) -> (String, Style) {
    let theme = &look.theme;
    match app.entry(row).map_or(AckState::None, Entry::ack) {
        AckState::None => ("nothing to answer".to_owned(), theme.dim.into()),
        AckState::Pending if app.opened.is_some() => ("never answered".to_owned(), theme.bad.into()),
        AckState::Pending => {
            let age = look.now.duration_since(app.entry(row).map_or(look.now, Entry::at));
            let left = (DEADLINE - age).as_secs_f64();
            match left {
                left if left <= 0.0 => (format!("late by {:.0} s", -left), theme.bad.into()),
                left if left < 1.0 => (format!("held, {left:.1} s left"), theme.bad.into()),
                left => (format!("held, {left:.1} s left"), theme.urgent.into()),
            }
        }
        AckState::Ok { by, took } => {
            let took = text::millis(f64::from(took) / 1e3);
            (format!("answered {} in {took}", by.words()), theme.dim.into())
        }
        AckState::Late { by, took } => {
            let took = text::millis(f64::from(took) / 1e3);
            (format!("answered {} late, after {took}", by.words()), theme.bad.into())
        }
    }
}

/// The title of the payload pane: `interactive / view_submission`.
pub fn title(app: &App) -> Option<String> {
    let entry = app.entry(app.view.selected()?)?;
    Some(match entry.kind.envelope() {
        Some(kind @ (Kind::Event | Kind::Command)) => kind.name().to_owned(),
        Some(Kind::Unknown) => "envelope of an unknown kind".to_owned(),
        Some(kind) => format!("interactive / {}", kind.name()),
        None => entry.kind.label().to_owned(),
    })
}

/// What the headers of the selected envelope and its ack say, each with its colour; what was found about it too,
/// unless that is explained already.
pub fn facts(app: &App, explained: bool, look: &Look) -> Vec<(String, Style)> {
    let theme = &look.theme;
    let Some((row, entry)) = app.view.selected().and_then(|row| Some((row, app.entry(row)?))) else {
        return Vec::new();
    };
    // Where there is no room, the last fall away.
    let mut facts = vec![(look.time(entry.at(), "%H:%M:%S%.3f"), theme.dim.into())];
    if entry.kind.envelope().is_some() {
        facts.push(answer_state(app, row, look));
    }
    if let Some(fate) = app.fate() {
        let paint = if fate == Fate::Taken { theme.ok } else { theme.bad };
        facts.push((fate.words().to_owned(), paint.into()));
    }
    if let Some(finding) = app.flagged().and_then(|row| app.session.findings().of_row(row).next())
        && !explained
    {
        let key = key_of(app, Action::NextFinding);
        facts.push((format!("⚠ {} ({key})", text::visible(finding.title())), theme.warn.into()));
    }
    facts.push((format!("conn {}", entry.conn), theme.dim.into()));
    facts.push((text::bytes(entry.size().into()), theme.dim.into()));
    if entry.kind.envelope().is_some()
        && let Some(accepts) = entry.accepts_payload()
    {
        let words = if accepts { "takes a payload" } else { "takes no payload" };
        facts.push((words.to_owned(), theme.dim.into()));
    }
    // Early, since narrow panes cut the end: that it repeats something is what explains it.
    if let Some(words) = deliveries(app, row, entry, look) {
        facts.insert(1, (words, theme.warn.into()));
    }
    facts
}

/// What a retry repeats, or how often this was delivered again, and the key that leads there.
fn deliveries(app: &App, row: u32, entry: &Entry, look: &Look) -> Option<String> {
    let key = key_of(app, Action::OtherDelivery);
    let first = app.index.repeats(row).and_then(|first| app.entry(first));
    let again = app.index.repeated_by(row).len();
    match (entry.retry, first) {
        (0, None) if again == 0 => None,
        (0, None) if again == 1 => Some(format!("↻ delivered again ({key})")),
        (0, None) => Some(format!("↻ delivered again {again} times ({key})")),
        (retry, None) => Some(format!("↻ retry {retry}")),
        (retry, Some(first)) => {
            let number = if retry == 0 { String::new() } else { format!("retry {retry} ") };
            Some(format!("↻ {number}of {} ({key})", look.time(first.at(), "%H:%M:%S")))
        }
    }
}
