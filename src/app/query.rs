//! The jq line over the selected message: runs as it is typed, in the background, and stays as a lens through which
//! every message that is selected is seen, until it is taken away.

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;

use super::overlay::{Overlay, Prompt, Purpose, line};
use super::payload::LensState;
use super::work::{Answered, Task};
use super::{App, Effect, Grade, Pane};
use crate::journal::filter::FilterError;

/// Expressions that are remembered.
const REMEMBERED: usize = 50;

/// What is asked, and what was.
#[derive(Debug, Default)]
pub struct Queries {
    /// The ticket of the newest question.
    ticket: u64,
    /// Whether it was not asked yet.
    waiting: bool,
    /// One at a time: what is typed meanwhile waits, and only its last word is asked.
    running: bool,
    /// The oldest first.
    history: Vec<String>,
    /// Which of them the prompt shows.
    recalled: Option<usize>,
}

impl App {
    pub(super) fn ask_for_query(&mut self) {
        let before = self.payload.lens().map(|lens| lens.expression.clone()).unwrap_or_default();
        self.queries.recalled = None;
        self.payload.leave_comparison();
        self.set_focus(Pane::Payload);
        self.overlays.push(Overlay::prompt(Purpose::Query, &before));
    }

    /// The expression changed, or was cancelled back to what it was.
    pub(super) fn query_typed(&mut self, text: &str) {
        let expression = text.trim();
        if expression.is_empty() {
            self.payload.look_at_whole();
            self.set_query_error(None);
        } else if self.payload.lens().is_none_or(|lens| lens.expression != expression) {
            self.payload.look_through(expression);
            self.ask_again();
        }
    }

    /// The expression was entered: it is remembered.
    pub(super) fn query_entered(&mut self, text: &str) {
        let expression = text.trim().to_owned();
        self.queries.history.retain(|earlier| *earlier != expression);
        if !expression.is_empty() {
            self.queries.history.push(expression);
        }
        let spare = self.queries.history.len().saturating_sub(REMEMBERED);
        self.queries.history.drain(..spare);
    }

    /// Earlier expressions and the path under the cursor; `false` for a key that is none of the prompt's own.
    pub(super) fn query_key(&mut self, key: KeyEvent) -> bool {
        let Some(Overlay::Prompt(Prompt { purpose: Purpose::Query, .. })) = self.overlays.last() else {
            return false;
        };
        let history = &self.queries.history;
        let text = match key.code {
            KeyCode::Up => {
                let at = self.queries.recalled.unwrap_or(history.len());
                let Some(earlier) = at.checked_sub(1) else { return true };
                self.queries.recalled = Some(earlier);
                history[earlier].clone()
            }
            KeyCode::Down => {
                let Some(at) = self.queries.recalled else { return true };
                self.queries.recalled = Some(at + 1).filter(|later| *later < history.len());
                self.queries.recalled.map(|at| history[at].clone()).unwrap_or_default()
            }
            KeyCode::Tab => match self.payload.tree() {
                Some(tree) => self.composed(&tree.jq_path(self.payload.cursor())),
                None => return true,
            },
            _ => return false,
        };
        if let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut() {
            prompt.input = line(&text);
        }
        self.query_typed(&text);
        true
    }

    /// The path of a row as the root sees it: through the expression that made the row.
    pub(super) fn composed(&self, path: &str) -> String {
        let Some(lens) = self.payload.lens() else { return path.to_owned() };
        let expression = match lens.state {
            LensState::Answered { outputs: 2.., .. } => format!("[{}]", lens.expression),
            _ => lens.expression.clone(),
        };
        if path == "." { expression } else { format!("{expression} | {path}") }
    }

    /// The message or the expression is another one.
    pub(super) fn ask_again(&mut self) {
        if self.payload.lens().is_some() {
            self.queries.ticket += 1;
            self.queries.waiting = true;
        }
    }

    /// The question that is due, if nothing is being worked out.
    pub(super) fn next_query(&mut self) -> Option<Effect> {
        let lens = self.payload.lens()?;
        if self.queries.running || !self.queries.waiting {
            return None;
        }
        (self.queries.running, self.queries.waiting) = (true, false);
        let message = self.payload.message().text().to_owned();
        let (ticket, expression) = (self.queries.ticket, lens.expression.clone());
        Some(Effect::Work(Task::Query { ticket, message, expression }))
    }

    pub(super) fn answered(&mut self, ticket: u64, answer: Result<Answered, FilterError>, now: Timestamp) {
        self.queries.running = false;
        if ticket != self.queries.ticket {
            return;
        }
        match answer {
            Ok(Answered { body, outputs, end }) => {
                self.set_query_error(None);
                self.payload.answer(body, outputs, end);
            }
            Err(error) if self.is_asking() => {
                self.payload.refuse();
                self.set_query_error(Some((error.column, error.message)));
            }
            // It was entered faster than it was found wrong.
            Err(error) => {
                self.payload.look_at_whole();
                self.tell(now, Grade::Failed, format!("jq, {error}"));
            }
        }
    }

    fn is_asking(&self) -> bool {
        matches!(self.overlays.last(), Some(Overlay::Prompt(Prompt { purpose: Purpose::Query, .. })))
    }

    fn set_query_error(&mut self, error: Option<(usize, String)>) {
        if let Some(Overlay::Prompt(prompt @ Prompt { purpose: Purpose::Query, .. })) =
            self.overlays.last_mut()
        {
            prompt.error = error;
        }
    }
}
