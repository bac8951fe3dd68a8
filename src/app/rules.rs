//! Rules on the screen: armed from the composer, listed, switched, written anew, kept in a file. The sockets
//! follow the list that this hands to the link; how often each fired, all copies of a rule count together.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::composer::{Draft, Verdict};
use super::overlay::{About, Overlay, Purpose, Question};
use super::{Action, App, Effect, Grade};
use crate::link::Command;
use crate::link::rule::{Rule, Rules, Spec, propose};
use crate::slack::envelope;
use crate::slack::message::Header;
use crate::text;
use form::{Form, Place, Source, Wish};

pub mod form;
mod words;

pub use words::does;

/// What a file of rules is called where nobody gave it a name.
const FILE: &str = "rules.toml";

/// The list, as an overlay has it: the rules themselves are the app's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct List {
    pub selected: usize,
}

impl App {
    /// The rules that the sockets follow.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What the actions about rules do.
    pub(super) fn perform_rules(&mut self, action: Action, now: Timestamp) -> Vec<Effect> {
        match action {
            Action::Arm => self.ask_to_arm(now),
            Action::Rules => self.overlays.push(Overlay::Rules(List::default())),
            Action::SaveRules => self.ask_where_to_save(now),
            Action::EditRule => self.edit_rule(),
            Action::SwitchRule => return self.change_rules(Self::switch_rule),
            Action::RemoveRule => self.ask_to_remove(),
            Action::RuleUp => return self.change_rules(|app, at| app.move_rule(at, at.checked_sub(1))),
            Action::RuleDown => return self.change_rules(|app, at| app.move_rule(at, at.checked_add(1))),
            _ => {}
        }
        Vec::new()
    }

    /// A key's action while the list is open: its own, or what moves in every list.
    pub(super) fn perform_in_list(&mut self, action: Action, now: Timestamp) -> Vec<Effect> {
        let Some(Overlay::Rules(list)) = self.overlays.last_mut() else { return Vec::new() };
        let bottom = self.rules.len().saturating_sub(1);
        let to = |selected: usize| selected.min(bottom);
        match action {
            Action::Down => list.selected = to(list.selected + 1),
            Action::Up => list.selected = list.selected.saturating_sub(1),
            Action::HalfDown | Action::PageDown => list.selected = to(list.selected + 5),
            Action::HalfUp | Action::PageUp => list.selected = list.selected.saturating_sub(5),
            Action::First => list.selected = 0,
            Action::Last => list.selected = bottom,
            Action::Back | Action::Rules | Action::Quit => drop(self.overlays.pop()),
            Action::Help => return self.perform(action, now),
            _ => return self.perform_rules(action, now),
        }
        Vec::new()
    }

    fn selected_rule(&self) -> Option<(usize, &Rule)> {
        let Some(Overlay::Rules(list)) = self.overlays.last() else { return None };
        Some((list.selected, self.rules.get(list.selected)?))
    }

    /// Changes the list at the selected rule and hands it to the sockets.
    fn change_rules(&mut self, change: impl FnOnce(&mut Self, usize) -> bool) -> Vec<Effect> {
        let Some((at, _)) = self.selected_rule() else { return Vec::new() };
        if !change(self, at) {
            return Vec::new();
        }
        let last = self.rules.len().saturating_sub(1);
        if let Some(Overlay::Rules(list)) = self.overlays.last_mut() {
            list.selected = list.selected.min(last);
        }
        vec![Effect::Link(Command::Rules(self.rules.clone()))]
    }

    fn switch_rule(&mut self, at: usize) -> bool {
        let on = self.rules.get(at).is_some_and(|rule| rule.on);
        self.rules.switch(at, !on);
        true
    }

    /// A rule may have taken a while to write, and no file may have it.
    fn ask_to_remove(&mut self) {
        let Some((_, rule)) = self.selected_rule() else { return };
        let text = format!("Remove the rule `{}`?", text::visible(rule.title()));
        self.overlays.push(Overlay::Question(Question { about: About::RemoveRule, text, yes: "remove it" }));
    }

    pub(super) fn remove_selected_rule(&mut self, now: Timestamp) -> Vec<Effect> {
        let effects = self.change_rules(Self::remove_rule);
        if !effects.is_empty() {
            self.tell(now, Grade::Done, "removed; what is on its way by it still leaves");
        }
        effects
    }

    fn remove_rule(&mut self, at: usize) -> bool {
        self.rules.remove(at).is_some()
    }

    fn move_rule(&mut self, at: usize, to: Option<usize>) -> bool {
        let Some(to) = to.filter(|to| *to < self.rules.len()) else { return false };
        self.rules.swap(at, to);
        if let Some(Overlay::Rules(list)) = self.overlays.last_mut() {
            list.selected = to;
        }
        true
    }

    /// The draft becomes a rule once somebody has seen what it will answer.
    fn ask_to_arm(&mut self, now: Timestamp) {
        let Some(draft) = self.composer.draft() else { return };
        match &draft.verdict {
            Verdict::Syntax(error) => {
                let text = format!("not armed: the draft is no JSON, {error}");
                return self.tell(now, Grade::Failed, text);
            }
            Verdict::TooLarge { bytes } => {
                let text = format!("not armed: {} are far more than Slack takes", text::bytes(*bytes as u64));
                return self.tell(now, Grade::Failed, text);
            }
            Verdict::Frame { .. } => {}
        }
        let source = self.source(draft);
        let about = envelope::About::of(&source.type_, &source.target.payload);
        let payload = Some(draft.text()).filter(|text| !text.trim().is_empty());
        let spec = Spec { when: propose(&about, &source.type_), payload, ..Spec::default() };
        self.overlays.push(Overlay::Rule(Box::new(Form::new(Place::First, spec, Some(source)))));
    }

    fn source(&self, draft: &Draft) -> Source {
        let target = draft.target.clone();
        let message = self.message_of(target.row).unwrap_or_default();
        let header = Header::parse(&message).unwrap_or_default();
        let (type_, retry) = (header.type_.unwrap_or_default().into_owned(), header.retry_attempt);
        let since = self.session.started().unwrap_or(target.received);
        let since_start = target.received.duration_since(since).try_into().unwrap_or_default();
        Source { target, type_, since_start, retry: retry.unwrap_or_default(), message }
    }

    fn edit_rule(&mut self) {
        let Some((at, rule)) = self.selected_rule() else { return };
        let place = Place::Of { at, on: rule.on };
        let form = Form::new(place, rule.spec().clone(), None);
        self.overlays.push(Overlay::Rule(Box::new(form)));
    }

    /// What a key in the dialog asks for.
    pub(super) fn in_form(&mut self, wish: Wish, now: Timestamp) -> Vec<Effect> {
        match wish {
            Wish::Stay => Vec::new(),
            Wish::Cancel => {
                self.overlays.pop();
                Vec::new()
            }
            Wish::Edit => {
                let Some(Overlay::Rule(form)) = self.overlays.last() else { return Vec::new() };
                vec![Effect::EditRule(form.payload.clone().unwrap_or_default())]
            }
            Wish::Arm => self.arm(now),
        }
    }

    /// What the editor left of a rule's payload.
    pub(super) fn rule_edited(&mut self, payload: &str) {
        if let Some(Overlay::Rule(form)) = self.overlays.last_mut() {
            form.set_payload(payload);
        }
    }

    fn arm(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(Overlay::Rule(form)) = self.overlays.pop() else { return Vec::new() };
        let (place, verdict) = (form.place, form.verdict);
        let Ok(rule) = verdict else { return Vec::new() };
        match place {
            Place::First => {
                let key = self.keymap.keys(Action::Rules).first().map(ToString::to_string);
                let which = if rule.spec().times == Some(1) { "the next one" } else { "every one" };
                let words = format!("armed for {which} that matches");
                let list = key.map_or_else(String::new, |key| format!("; {key} lists the rules"));
                self.rules.insert(0, rule);
                self.tell(now, Grade::Done, words + &list);
            }
            // What says the same goes on counting where it was.
            Place::Of { at, .. } if self.rules.get(at) == Some(&rule) => return Vec::new(),
            Place::Of { at, .. } => {
                self.rules.replace(at, rule);
                self.tell(now, Grade::Done, "the rule is changed, and counts from 0 again");
            }
        }
        vec![Effect::Link(Command::Rules(self.rules.clone()))]
    }

    fn ask_where_to_save(&mut self, now: Timestamp) {
        if self.rules.is_empty() {
            return self.tell(now, Grade::Note, "there are no rules to save");
        }
        let path = self.rules_file.as_ref().map_or(FILE.to_owned(), |path| path.display().to_string());
        self.overlays.push(Overlay::prompt(Purpose::SaveRules, &path));
    }

    /// Writes all rules to a file; an existing one is asked about first.
    pub(super) fn save_rules(&mut self, path: &str, now: Timestamp) -> Vec<Effect> {
        let path = path.trim();
        if path.is_empty() {
            self.tell(now, Grade::Note, "not saved: no file was named");
            return Vec::new();
        }
        vec![self.saving(PathBuf::from(path), false)]
    }

    /// The prompt once more, with the path as it was typed and what is wrong with it.
    pub(super) fn ask_again_where_to_save(&mut self, path: &Path, why: String) {
        let mut prompt = Overlay::prompt(Purpose::SaveRules, &path.display().to_string());
        if let Overlay::Prompt(prompt) = &mut prompt {
            prompt.error = Some((1, why));
        }
        self.overlays.push(prompt);
    }

    /// What was wrong with another path says nothing about this one.
    pub(super) fn forget_prompt_error(&mut self) {
        if let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut() {
            prompt.error = None;
        }
    }

    pub(super) fn saving(&mut self, path: PathBuf, replace: bool) -> Effect {
        let text = self.rules.to_toml();
        self.rules_file = Some(path.clone());
        Effect::SaveRules { path, text, replace }
    }

    /// The file is there already: nothing is written over without a word.
    pub(super) fn ask_to_replace(&mut self, path: PathBuf) {
        let text = format!(
            "{} exists. Write the rules in its place? What else stands in it is lost.",
            path.display()
        );
        let about = About::ReplaceRules(path);
        self.overlays.push(Overlay::Question(Question { about, text, yes: "replace it" }));
    }
}
