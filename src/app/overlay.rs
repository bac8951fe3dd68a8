//! What lies over the panes: prompts, menus, questions, the help. They are a stack; Esc takes the top one off.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::{CursorMove, TextArea};

use super::action::{Action, TABLE};
use super::exports::Wanted;
use super::prompt::Offers;
use super::rules::List;
use super::rules::form::{Form, Wish};
use super::{Grade, Pane};

/// One thing over the panes.
#[derive(Debug)]
pub enum Overlay {
    Help {
        offset: Scroll,
    },
    /// The filter language, for who writes in it.
    Language {
        offset: Scroll,
    },
    Prompt(Prompt),
    Menu(Menu),
    Question(Question),
    /// The list of rules; its keys are actions.
    Rules(List),
    Rule(Box<Form>),
    Sheet(Sheet),
}

/// How far a page is scrolled. What its end is, is known where it is drawn: so the way back is counted from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scroll {
    FromTop(usize),
    FromEnd(usize),
}

impl Scroll {
    fn move_by(&mut self, lines: isize) {
        *self = match *self {
            Self::FromTop(down) => Self::FromTop(down.saturating_add_signed(lines)),
            Self::FromEnd(up) => Self::FromEnd(up.saturating_add_signed(-lines)),
        };
    }

    /// The first line that is seen, where `last` is the last that can be.
    pub fn top(self, last: usize) -> usize {
        match self {
            Self::FromTop(down) => down.min(last),
            Self::FromEnd(up) => last.saturating_sub(up),
        }
    }
}

/// Lines to be read, each as it is meant; longer ones are broken where they are drawn.
#[derive(Debug)]
pub struct Sheet {
    pub title: &'static str,
    pub lines: Vec<(Grade, String)>,
    pub offset: Scroll,
}

/// A line to be written.
#[derive(Debug)]
pub struct Prompt {
    pub purpose: Purpose,
    pub input: TextArea<'static>,
    /// What is wrong with it: the column (from 1) and why.
    pub error: Option<(usize, String)>,
    /// What may come next.
    pub offers: Offers,
    /// What to restore when it is cancelled.
    pub before: String,
}

/// What a prompt's line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Filter,
    /// A jq expression over the selected message.
    Query,
    Search(Pane),
    /// The file to write the rules to.
    SaveRules,
    /// Where an export goes.
    Export(Wanted),
    /// The name of a template.
    SaveTemplate,
}

/// A list to choose from; with `input`, it narrows as one types.
#[derive(Debug)]
pub struct Menu {
    pub of: MenuOf,
    pub title: &'static str,
    pub items: Vec<Item>,
    /// Among the items that match.
    pub selected: usize,
    pub input: Option<TextArea<'static>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuOf {
    Palette,
    Hold,
    Samples,
    Copy,
    Export,
    /// Only to be looked at.
    Unreadable,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The keys that choose it: at once in a menu without an input, elsewhere for the reader to learn.
    pub keys: String,
    pub label: String,
    pub note: String,
    /// Shown as a check box where there is something to toggle.
    pub checked: Option<bool>,
}

/// A question that waits for yes or no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub about: About,
    pub text: String,
    /// What `y` or Enter does, in words.
    pub yes: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    Quit,
    Reconnect,
    Send,
    ReplaceRules(PathBuf),
    /// The one that is selected in the list.
    RemoveRule,
    Overwrite,
    /// A file that is there already.
    Replace,
}

/// Nobody types more into a line; the rest of a longer paste was meant for somewhere else.
const PASTE: usize = 4_096;

/// What came of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It was taken; the overlay stays.
    Stays,
    /// The text changed.
    Changed(Purpose, String),
    /// A candidate took its place in the text.
    Completed(Purpose, String),
    /// What may be typed here?
    Asked,
    Cancelled(Purpose, String),
    Entered(Purpose, String),
    /// The menu's item with this label was chosen.
    Chosen(MenuOf, String),
    Answered(About, bool),
    Wished(Wish),
    Closed,
}

/// A single-line input that starts with a text, the cursor behind it.
pub fn line(text: &str) -> TextArea<'static> {
    let mut input = TextArea::new(vec![text.to_owned()]);
    input.move_cursor(CursorMove::End);
    input
}

impl Overlay {
    pub fn prompt(purpose: Purpose, text: &str) -> Self {
        Self::Prompt(Prompt {
            purpose,
            input: line(text),
            error: None,
            offers: Offers::default(),
            before: text.to_owned(),
        })
    }

    /// Every action by name.
    pub fn palette(can: impl Fn(Action) -> bool, keys: impl Fn(Action) -> String) -> Self {
        let mut seen = Vec::new();
        let rows = TABLE.iter().filter(|row| can(row.action)).filter(|row| {
            let new = !seen.contains(&row.help);
            seen.push(row.help);
            new
        });
        let items = rows.map(|row| Item {
            keys: keys(row.action),
            label: row.name.to_owned(),
            note: row.help.to_owned(),
            checked: None,
        });
        let items = items.collect();
        Self::Menu(Menu { of: MenuOf::Palette, title: "Actions", items, selected: 0, input: Some(line("")) })
    }

    pub fn key(&mut self, key: KeyEvent) -> Reply {
        match self {
            Self::Help { offset } | Self::Language { offset } | Self::Sheet(Sheet { offset, .. }) => {
                help_key(offset, key)
            }
            Self::Prompt(prompt) => prompt.key(key),
            Self::Menu(menu) => menu.key(key),
            Self::Question(question) => question.key(key),
            Self::Rules(_) => Reply::Stays,
            Self::Rule(form) => Reply::Wished(form.key(key)),
        }
    }

    pub fn paste(&mut self, text: &str) -> Reply {
        let line = text.lines().next().unwrap_or_default();
        let line = &line[..line.floor_char_boundary(PASTE)];
        match self {
            Self::Prompt(prompt) => {
                prompt.input.insert_str(line);
                Reply::Changed(prompt.purpose, prompt.text())
            }
            Self::Menu(Menu { input: Some(input), selected, .. }) => {
                input.insert_str(line);
                *selected = 0;
                Reply::Stays
            }
            Self::Rule(form) => {
                form.paste(line);
                Reply::Stays
            }
            _ => Reply::Stays,
        }
    }
}

fn help_key(offset: &mut Scroll, key: KeyEvent) -> Reply {
    match key.code {
        KeyCode::Char('j') | KeyCode::Down => offset.move_by(1),
        KeyCode::Char('k') | KeyCode::Up => offset.move_by(-1),
        KeyCode::PageDown | KeyCode::Char(' ') => offset.move_by(10),
        KeyCode::PageUp => offset.move_by(-10),
        KeyCode::Char('g') | KeyCode::Home => *offset = Scroll::FromTop(0),
        KeyCode::Char('G') | KeyCode::End => *offset = Scroll::FromEnd(0),
        _ => return Reply::Closed,
    }
    Reply::Stays
}

impl Prompt {
    pub fn text(&self) -> String {
        self.input.lines().concat()
    }

    /// The byte that the cursor stands before.
    pub fn cursor(&self) -> usize {
        self.text().chars().take(self.input.cursor().1).map(char::len_utf8).sum()
    }

    fn complete(&mut self, forward: bool) -> Reply {
        let Some((text, cursor)) = self.offers.step(forward) else { return Reply::Stays };
        self.input = line(&text);
        let behind = text[cursor..].chars().count();
        (0..behind).for_each(|_| self.input.move_cursor(CursorMove::Back));
        if self.offers.all.len() == 1 {
            // There was no choice: what follows is offered at once.
            return Reply::Changed(self.purpose, text);
        }
        Reply::Completed(self.purpose, text)
    }

    fn key(&mut self, key: KeyEvent) -> Reply {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => Reply::Cancelled(self.purpose, self.before.clone()),
            KeyCode::Char('c') if control => Reply::Cancelled(self.purpose, self.before.clone()),
            // A file that could not be written may be writable by now.
            KeyCode::Enter if self.error.is_some() && self.purpose != Purpose::SaveRules => Reply::Stays,
            KeyCode::Enter => Reply::Entered(self.purpose, self.text()),
            KeyCode::Char('u') if control => {
                self.input = line("");
                Reply::Changed(self.purpose, String::new())
            }
            // One line only: what would break it has no meaning here.
            KeyCode::Char('m' | 'j') if control => Reply::Stays,
            KeyCode::Tab => self.complete(true),
            KeyCode::BackTab => self.complete(false),
            KeyCode::F(1) if self.purpose == Purpose::Filter => Reply::Asked,
            KeyCode::Char('g') if control && self.purpose == Purpose::Filter => Reply::Asked,
            _ if self.input.input(key) => Reply::Changed(self.purpose, self.text()),
            _ => Reply::Stays,
        }
    }
}

impl Menu {
    /// The items that match what was typed: every word somewhere in label or note.
    pub fn matching(&self) -> Vec<&Item> {
        let typed =
            self.input.as_ref().map(|input| input.lines().concat().to_lowercase()).unwrap_or_default();
        let words: Vec<_> = typed.split_whitespace().collect();
        let matches = |item: &&Item| {
            let text = format!("{} {}", item.label, item.note).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        self.items.iter().filter(matches).collect()
    }

    fn key(&mut self, key: KeyEvent) -> Reply {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let count = self.matching().len();
        let typing = self.input.is_some();
        match key.code {
            KeyCode::Esc => return Reply::Closed,
            KeyCode::Char('c') if control => return Reply::Closed,
            KeyCode::Down => self.selected = (self.selected + 1).min(count.saturating_sub(1)),
            KeyCode::Up => self.selected = self.selected.saturating_sub(1),
            KeyCode::Char('n') if control => self.selected = (self.selected + 1).min(count.saturating_sub(1)),
            KeyCode::Char('p') if control => self.selected = self.selected.saturating_sub(1),
            KeyCode::Enter => return self.choose(self.selected),
            KeyCode::Char(' ') if !typing => return self.choose(self.selected),
            KeyCode::Char(c) if !typing => {
                if let Some(at) = self.items.iter().position(|item| item.keys.chars().eq([c])) {
                    self.selected = at;
                    return self.choose(at);
                }
                match c {
                    'j' => self.selected = (self.selected + 1).min(count.saturating_sub(1)),
                    'k' => self.selected = self.selected.saturating_sub(1),
                    _ => return Reply::Closed,
                }
            }
            _ => {
                if let Some(input) = &mut self.input
                    && input.input(key)
                {
                    self.selected = 0;
                }
            }
        }
        Reply::Stays
    }

    fn choose(&self, at: usize) -> Reply {
        match self.matching().get(at) {
            Some(item) => Reply::Chosen(self.of, item.label.clone()),
            None => Reply::Stays,
        }
    }
}

impl Question {
    fn key(&self, key: KeyEvent) -> Reply {
        match key.code {
            KeyCode::Char('y' | 'Y') | KeyCode::Enter => Reply::Answered(self.about.clone(), true),
            // A second Ctrl-C means it.
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                Reply::Answered(self.about.clone(), self.about == About::Quit)
            }
            KeyCode::Char('s') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                Reply::Answered(self.about.clone(), self.about == About::Send)
            }
            KeyCode::Char('n' | 'N' | 'q') | KeyCode::Esc => Reply::Answered(self.about.clone(), false),
            _ => Reply::Stays,
        }
    }
}

#[cfg(test)]
mod tests;
