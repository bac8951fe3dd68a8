//! Keys, mouse and pastes -> actions, or text for whoever is being written in.

use crossterm::event::{KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use jiff::Timestamp;

use super::finding::Explained;
use super::overlay::{About, MenuOf, Overlay, Purpose, Reply, Scroll};
use super::work::Done;
use super::{Action, App, Effect, Event, Grade, Pane, Scope};
use crate::journal::filter::Filter;

impl App {
    /// The only way in which the user changes anything.
    pub fn update(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        let mut effects = match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
            Event::Key(key) => self.key(key, now),
            Event::Mouse(mouse) => self.mouse(mouse),
            Event::Paste(text) => self.paste(&text, now),
            Event::Resize(width, height) => {
                self.size = (width, height);
                Vec::new()
            }
            Event::Drafted(text) => {
                if let Some(draft) = self.composer.draft_mut() {
                    draft.set_text(&text);
                }
                Vec::new()
            }
            Event::RuleEdited(text) => {
                self.rule_edited(&text);
                Vec::new()
            }
            Event::Found(found) => {
                self.take_found(&found);
                Vec::new()
            }
            Event::Worked(Done::Query { ticket, answer }) => {
                self.answered(ticket, answer, now);
                Vec::new()
            }
            Event::Worked(Done::Compare { ticket, rows, comparison }) => {
                self.compared(ticket, rows, *comparison);
                Vec::new()
            }
            Event::FileExists(path) => {
                self.ask_to_replace(path);
                Vec::new()
            }
            Event::RulesNotSaved(path, why) => {
                self.ask_again_where_to_save(&path, why);
                Vec::new()
            }
            Event::Templates(loaded) => {
                self.set_templates(loaded, now);
                Vec::new()
            }
            Event::Checked(number, answer) => {
                self.checked(number, answer, now);
                Vec::new()
            }
            Event::Told(grade, text) => {
                self.tell(now, grade, text);
                Vec::new()
            }
            Event::Exported(news) => {
                self.exported(news, now);
                Vec::new()
            }
        };
        self.arrange();
        self.settle(now);
        effects.extend(self.next_query());
        effects
    }

    fn key(&mut self, key: KeyEvent, now: Timestamp) -> Vec<Effect> {
        if self.query_key(key) {
            return Vec::new();
        }
        let scope = self.scope();
        if scope != Scope::Rules
            && let Some(overlay) = self.overlays.last_mut()
        {
            let reply = overlay.key(key);
            return self.reply(reply, now);
        }
        let action = self.keymap.action(scope, key.into());
        if action != Some(Action::NextFinding) {
            self.explained = Explained::default();
        }
        match action {
            Some(action) if scope == Scope::Rules => self.perform_in_list(action, now),
            Some(action) => self.perform(action, now),
            None if scope == Scope::Editor => {
                if let Some(draft) = self.composer.draft_mut() {
                    draft.input(key);
                }
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    fn paste(&mut self, text: &str, now: Timestamp) -> Vec<Effect> {
        if let Some(overlay) = self.overlays.last_mut() {
            let reply = overlay.paste(text);
            return self.reply(reply, now);
        }
        if self.scope() == Scope::Editor
            && let Some(draft) = self.composer.draft_mut()
        {
            draft.paste(text);
        }
        Vec::new()
    }

    fn reply(&mut self, reply: Reply, now: Timestamp) -> Vec<Effect> {
        match reply {
            Reply::Stays => {}
            Reply::Closed => drop(self.overlays.pop()),
            Reply::Changed(purpose, text) => {
                self.typed(purpose, &text);
                self.offer();
            }
            Reply::Completed(purpose, text) => self.typed(purpose, &text),
            Reply::Asked => self.overlays.push(Overlay::Language { offset: Scroll::FromTop(0) }),
            Reply::Cancelled(purpose, before) => {
                self.typed(purpose, &before);
                self.overlays.pop();
            }
            Reply::Entered(purpose, text) => {
                self.overlays.pop();
                self.typed(purpose, &text);
                match purpose {
                    Purpose::Search(_) if !text.is_empty() => return self.perform(Action::NextHit, now),
                    Purpose::SaveRules => return self.save_rules(&text, now),
                    Purpose::Export(wanted) => return self.export_to(wanted, &text, now),
                    Purpose::Query => self.query_entered(&text),
                    Purpose::SaveTemplate => return self.save_as(&text, now),
                    Purpose::Search(_) | Purpose::Filter => {}
                }
            }
            Reply::Wished(wish) => return self.in_form(wish, now),
            Reply::Chosen(of, label) => return self.chosen(of, &label, now),
            Reply::Answered(about, yes) => {
                self.overlays.pop();
                return if yes { self.agreed(about, now) } else { Vec::new() };
            }
        }
        Vec::new()
    }

    /// Filters apply as they are typed; a wrong one marks its prompt and leaves the list as it was.
    fn typed(&mut self, purpose: Purpose, text: &str) {
        match purpose {
            Purpose::Search(Pane::Envelopes) => self.search_list(text),
            Purpose::Search(_) => self.payload.find(text),
            Purpose::Query => self.query_typed(text),
            Purpose::SaveTemplate => self.check_name(text),
            Purpose::SaveRules => self.forget_prompt_error(),
            Purpose::Export(_) => {}
            Purpose::Filter => {
                let parsed = if text.trim().is_empty() { Ok(None) } else { Filter::parse(text).map(Some) };
                let error = match parsed {
                    Ok(filter) => {
                        self.set_filter(text, filter);
                        None
                    }
                    Err(error) => Some((error.column, error.message)),
                };
                if let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut() {
                    prompt.error = error;
                }
            }
        }
    }

    fn chosen(&mut self, of: MenuOf, label: &str, now: Timestamp) -> Vec<Effect> {
        match of {
            MenuOf::Hold => return self.toggle_hold(label),
            MenuOf::Palette => {
                self.overlays.pop();
                if let Some(action) = Action::named(label) {
                    return self.perform(action, now);
                }
            }
            MenuOf::Unreadable => drop(self.overlays.pop()),
            MenuOf::Samples => {
                self.overlays.pop();
                let sample = self.samples.iter().find(|name| **name == label);
                return sample.map(|name| Effect::SendSample(name)).into_iter().collect();
            }
            MenuOf::Export => {
                self.overlays.pop();
                self.export_chosen(label, now);
            }
            MenuOf::Copy => {
                self.overlays.pop();
                return self.copy_out(label, now);
            }
        }
        Vec::new()
    }

    pub(super) fn copy_out(&mut self, what: &str, now: Timestamp) -> Vec<Effect> {
        match self.copy(what) {
            Ok(text) => vec![Effect::Copy { what: what.to_owned(), text }],
            Err(why) => {
                self.tell(now, Grade::Failed, why);
                Vec::new()
            }
        }
    }

    fn agreed(&mut self, about: About, now: Timestamp) -> Vec<Effect> {
        match about {
            About::Quit => vec![Effect::Quit],
            About::Reconnect => self.perform(Action::Reconnect, now),
            About::Send => self.send_draft(now),
            About::ReplaceRules(path) => vec![self.saving(path, true)],
            About::RemoveRule => self.remove_selected_rule(now),
            About::Overwrite => self.overwrite(),
            About::Replace => self.agreed_upon.take().into_iter().collect(),
        }
    }

    fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        let Some(areas) = self.areas().filter(|_| self.overlays.is_empty()) else { return Vec::new() };
        let Some(pane) = areas.pane_at(mouse.column, mouse.row) else { return Vec::new() };
        match mouse.kind {
            MouseEventKind::ScrollDown => self.scroll(pane, 3),
            MouseEventKind::ScrollUp => self.scroll(pane, -3),
            MouseEventKind::Down(MouseButton::Left) => {
                self.set_focus(pane);
                let top = areas.inner(pane).map_or(0, |area| area.y);
                let line = usize::from(mouse.row.saturating_sub(top));
                match pane {
                    Pane::Envelopes => drop(self.view.select_line(line)),
                    Pane::Payload => self.payload.select_line(line.saturating_sub(1)),
                    Pane::Health | Pane::Composer => {}
                }
            }
            _ => {}
        }
        Vec::new()
    }
}
