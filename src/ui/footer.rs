//! The bottom line: what was just done, and the keys that work now.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget as _};

use super::Look;
use crate::app::action::{Action, Scope, TABLE};
use crate::app::overlay::{Menu, MenuOf, Overlay};
use crate::app::rules::form::Place;
use crate::app::{App, Grade, Pane};
use crate::text;

pub fn draw(app: &App, look: &Look, frame: &mut Frame, area: Rect) {
    let width = usize::from(area.width);
    let mut line = Line::from(" ");
    if let Some(notice) = app.notice(look.now) {
        let paint = match notice.grade {
            Grade::Done => look.theme.ok,
            Grade::Note => look.theme.strong,
            Grade::Failed => look.theme.bad,
        };
        let words = text::fit(&text::visible(&notice.text), width.saturating_sub(2)).into_owned();
        line.push_span(Span::styled(format!("{words}   "), paint));
    }
    for (key, word) in keys(app) {
        let columns = text::width(&key) + text::width(word) + 3;
        if line.width() + columns > width {
            break;
        }
        line.push_span(Span::styled(key, look.theme.focus));
        line.push_span(Span::styled(format!(" {word}  "), look.theme.dim));
    }
    Clear.render(area, frame.buffer_mut());
    Paragraph::new(line).render(area, frame.buffer_mut());
}

/// The keys that work now, each with its word: those of what lies over the panes, where something does.
fn keys(app: &App) -> Vec<(String, &'static str)> {
    match app.overlays().last().and_then(overlay_keys) {
        Some(keys) => keys.into_iter().map(|(key, word)| (key.to_owned(), word)).collect(),
        None => action_keys(app).collect(),
    }
}

/// What works in an overlay; nothing for one whose keys are actions.
fn overlay_keys(overlay: &Overlay) -> Option<Vec<(&'static str, &'static str)>> {
    const SCROLL: [(&str, &str); 3] = [("j/k", "scroll"), ("g/G", "ends"), ("Esc", "close")];
    Some(match overlay {
        Overlay::Rules(_) => return None,
        Overlay::Help { .. } | Overlay::Language { .. } | Overlay::Sheet(_) => SCROLL.to_vec(),
        Overlay::Question(question) => vec![("y", question.yes), ("n", "no"), ("Esc", "close")],
        // Its line lies over this one.
        Overlay::Prompt(_) => Vec::new(),
        Overlay::Menu(menu) => menu_keys(menu),
        Overlay::Rule(form) => {
            let arm = if form.place == Place::First { "arm" } else { "change" };
            vec![("Enter", arm), ("Tab", "next field"), ("Ctrl-E", "payload in $EDITOR"), ("Esc", "cancel")]
        }
    })
}

fn menu_keys(menu: &Menu) -> Vec<(&'static str, &'static str)> {
    let enter = match menu.of {
        MenuOf::Hold => "switch",
        MenuOf::Unreadable => "close",
        _ => "choose",
    };
    let moves = if menu.input.is_some() { "↑/↓" } else { "j/k" };
    vec![("Enter", enter), (moves, "move"), ("Esc", "close")]
}

/// The first key and the word of every action that works now; the focused pane's own come first.
fn action_keys(app: &App) -> impl Iterator<Item = (String, &'static str)> + '_ {
    let scope = app.scope();
    let (writing, alone) = (scope == Scope::Editor, matches!(scope, Scope::Editor | Scope::Rules));
    let own = TABLE
        .iter()
        .filter(move |row| row.scope == scope || (writing && row.scope == Scope::Pane(Pane::Composer)));
    let common = TABLE.iter().filter(move |row| row.scope == Scope::Everywhere && !alone);
    own.chain(common).filter_map(move |row| {
        let word = row.footer.filter(|_| app.can(row.action))?;
        Some((app.keymap.keys(row.action).first()?.to_string(), word))
    })
}

/// An action's first key, for sentences.
pub fn key_of(app: &App, action: Action) -> String {
    app.keymap.keys(action).first().map(ToString::to_string).unwrap_or_default()
}
