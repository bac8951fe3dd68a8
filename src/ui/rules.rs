//! The list of rules, and the dialog in which one is written.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget as _};

use super::Look;
use super::footer::key_of;
use super::overlay::dialog;
use crate::app::App;
use crate::app::action::Action;
use crate::app::rules::{List, does};
use crate::link::rule::{Rule, Standing};
use crate::text;

mod form;

pub use form::draw as draw_form;

/// What a rule looks for, and what it does.
const LINES: usize = 2;

/// As wide as a long filter; wider, the eye does not find the counts.
const WIDEST: usize = 108;

pub fn draw(app: &App, list: &List, look: &Look, frame: &mut Frame, screen: Rect) {
    let rules = app.rules();
    let width = usize::from(screen.width).saturating_sub(6).min(WIDEST);
    let most = usize::from(screen.height).saturating_sub(6);
    if rules.is_empty() {
        return draw_empty(app, look, frame, screen, width);
    }
    let height = (rules.len() * LINES).min(most / LINES * LINES);
    let title = format!("Rules   {} of {} armed; the first that matches answers", rules.armed(), rules.len());
    let area =
        dialog(frame, look, screen, (width, height), text::fit(&title, width.saturating_sub(4)).as_ref());
    let room = usize::from(area.height) / LINES;
    let top = list.selected.saturating_sub(room.saturating_sub(1));
    let shown = rules.iter().enumerate().skip(top).take(room);
    let lines = shown.flat_map(|(at, rule)| {
        let lines = rule_lines(at, rule, look, usize::from(area.width));
        lines.map(|line| if at == list.selected { mark(line, look, usize::from(area.width)) } else { line })
    });
    Paragraph::new(lines.collect::<Vec<_>>()).render(area, frame.buffer_mut());
}

fn rule_lines<'a>(at: usize, rule: &Rule, look: &Look, width: usize) -> [Line<'a>; LINES] {
    let theme = &look.theme;
    let (state, state_paint) = standing(rule, look);
    let (check, check_paint) = if rule.on { ("[x]", theme.urgent) } else { ("[ ]", theme.dim) };
    let armed = matches!(rule.standing(), Standing::Armed { .. });
    let number = format!(" {:>2} ", at + 1);
    let room = width.saturating_sub(text::width(&number) + 4 + text::width(&state) + 3);
    let title = text::left(&text::visible(rule.title()), room);
    let first = Line::from(vec![
        Span::styled(number, theme.faint),
        Span::styled(format!("{check} "), check_paint),
        Span::styled(title, if armed { theme.strong } else { theme.dim }),
        Span::styled(format!("  {state} "), state_paint),
    ]);
    let mut words = does(rule.spec());
    if rule.spec().name.is_some() {
        words = format!("{words}   when {}", rule.spec().when);
    }
    let gave_up = match rule.gave_up() {
        0 => String::new(),
        count => format!("  ⚠ jq gave up {}", times(count)),
    };
    let room = width.saturating_sub(8 + text::width(&gave_up) + 1);
    let second = Line::from(vec![
        Span::raw(" ".repeat(8)),
        Span::styled(text::left(&text::visible(&words), room), if armed { theme.text } else { theme.faint }),
        Span::styled(format!("{gave_up} "), theme.warn),
    ]);
    [first, second]
}

/// How often it fired, and how often it still may.
fn standing(rule: &Rule, look: &Look) -> (String, Style) {
    let theme = &look.theme;
    let fired = match rule.fired() {
        0 => "has not fired".to_owned(),
        count => format!("fired {}", times(count)),
    };
    match rule.standing() {
        Standing::Armed { left: None } => (format!("{fired}, always"), theme.ok.into()),
        Standing::Armed { left: Some(left) } => {
            (format!("{fired}, {} left", text::thousands(left)), theme.ok.into())
        }
        Standing::Spent => (format!("{fired}, spent"), theme.warn.into()),
        Standing::Off => (format!("{fired}, off"), theme.dim.into()),
    }
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{} times", text::thousands(count)),
    }
}

fn mark<'a>(mut line: Line<'a>, look: &Look, width: usize) -> Line<'a> {
    let fill = width.saturating_sub(line.width());
    line.push_span(" ".repeat(fill));
    line.patch_style(look.theme.selection)
}

/// Says how there come to be rules.
fn draw_empty(app: &App, look: &Look, frame: &mut Frame, screen: Rect, width: usize) {
    let theme = &look.theme;
    let arm = key_of(app, Action::Arm);
    let compose = key_of(app, Action::Compose);
    let paragraphs = [
        (theme.text, "No rules yet. A rule answers at once what you could not answer within 3 seconds.".to_owned()),
        (
            theme.text,
            format!("{compose} composes an answer to the selected envelope, and {arm} in the composer arms it: the next one that matches gets it from the socket's own task."),
        ),
        (
            theme.dim,
            "--rules FILE loads them from TOML (or `rules = \"…\"` in the config file). With delay, drop, twice and malformed they rehearse what an app does wrong.".to_owned(),
        ),
    ];
    let width = width.min(72);
    let mut lines = Vec::new();
    for (at, (paint, words)) in paragraphs.into_iter().enumerate() {
        if at > 0 {
            lines.push(Line::default());
        }
        let wrapped = text::wrap_words(&words, width.saturating_sub(2));
        lines.extend(wrapped.into_iter().map(|line| Line::styled(format!(" {line}"), paint)));
    }
    let area = dialog(frame, look, screen, (width, lines.len()), "Rules");
    Paragraph::new(lines).render(area, frame.buffer_mut());
}
