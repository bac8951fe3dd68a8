//! The user's own templates on the screen: told of where something is wrong with them, listed, saved.

use std::path::Path;

use jiff::Timestamp;

use super::composer::Verdict;
use super::overlay::{About, Overlay, Prompt, Purpose, Question, Scroll, Sheet};
use super::{App, Effect, Grade};
use crate::templates::{self, Fault, Loaded};

/// A path from the folder of templates on, which is told once.
fn within<'p>(loaded: &Loaded, path: &'p Path) -> &'p Path {
    path.strip_prefix(&loaded.folder).unwrap_or(path)
}

fn told(loaded: &Loaded, fault: &Fault) -> String {
    format!("{}: {}", within(loaded, &fault.path).display(), fault.what)
}

/// That something is wrong, short enough to leave the footer's keys their place.
fn told_of_faults(loaded: &Loaded) -> Option<String> {
    let wrong = loaded.faults.len();
    let all = wrong + loaded.templates.len();
    let words = match (wrong, all) {
        (0, _) => return None,
        _ if loaded.faults.iter().any(|fault| fault.path == loaded.folder) => {
            "the templates cannot be read".to_owned()
        }
        (1, 1) => "your template is wrong".to_owned(),
        (1, _) => format!("1 of {all} templates is wrong"),
        _ => format!("{wrong} of {all} templates are wrong"),
    };
    Some(format!("{words}: `:templates` tells why"))
}

impl App {
    /// What the folder of templates holds; told where something is wrong with it.
    pub fn set_templates(&mut self, loaded: Loaded, now: Timestamp) {
        if let Some(words) = told_of_faults(&loaded) {
            self.tell(now, Grade::Failed, words);
        }
        if let Some(draft) = self.composer.draft_mut() {
            draft.renew(&loaded.templates);
        }
        self.templates = loaded;
    }

    /// All of them with their files, what cannot be used first.
    pub(super) fn list_templates(&mut self) {
        let loaded = &self.templates;
        let mut lines = vec![(Grade::Note, format!("{}/<kind>/<name>.json", loaded.folder.display()))];
        for fault in &loaded.faults {
            lines.push((Grade::Failed, format!("✗ {}", told(loaded, fault))));
        }
        for template in &loaded.templates {
            lines.push((Grade::Done, format!("✓ {}", within(loaded, &template.path).display())));
        }
        if loaded.faults.is_empty() && loaded.templates.is_empty() {
            let key = self.keymap.keys(super::Action::SaveTemplate).first().map(ToString::to_string);
            let how = key.map(|key| format!(" {key} in the composer saves one.")).unwrap_or_default();
            lines.push((Grade::Done, format!("There are none yet.{how}")));
        }
        self.overlays.push(Overlay::Sheet(Sheet {
            title: "Your templates",
            lines,
            offset: Scroll::FromTop(0),
        }));
    }

    /// Asks what the draft shall be called, where there is something to save.
    pub(super) fn ask_for_name(&mut self, now: Timestamp) {
        let Some(draft) = self.composer.draft() else {
            self.tell(now, Grade::Note, "there is no draft to save: select an envelope");
            return;
        };
        let refused = match &draft.verdict {
            Verdict::Syntax(error) => Some(format!("not saved: the draft is no JSON, {error}")),
            Verdict::TooLarge { .. } => Some("not saved: the draft is far more than Slack takes".to_owned()),
            Verdict::Frame { .. } if draft.text().trim().is_empty() => {
                Some("not saved: this ack has no payload; Ctrl-T goes to one that has".to_owned())
            }
            Verdict::Frame { .. } => None,
        };
        if let Some(why) = refused {
            self.tell(now, Grade::Failed, why);
        } else {
            let name = draft.own().map(|template| template.name.clone()).unwrap_or_default();
            self.overlays.push(Overlay::prompt(Purpose::SaveTemplate, &name));
        }
    }

    /// Marks a name that cannot be one, as it is typed.
    pub(super) fn check_name(&mut self, name: &str) {
        if let Some(Overlay::Prompt(Prompt { purpose: Purpose::SaveTemplate, error, .. })) =
            self.overlays.last_mut()
        {
            *error = templates::check_name(name).err();
        }
    }

    /// Saves the draft's text as it stands, or asks first where that would replace another.
    pub(super) fn save_as(&mut self, name: &str, now: Timestamp) -> Vec<Effect> {
        let Some(draft) = self.composer.draft().filter(|_| !name.is_empty()) else {
            self.tell(now, Grade::Note, "not saved: a template needs a name");
            return Vec::new();
        };
        let (kind, text) = (draft.target.kind, draft.text());
        let file = format!("{}/{name}.json", kind.name());
        let there = self.templates.templates.iter().any(|one| one.kind == kind && one.name == name)
            || self.templates.faults.iter().any(|fault| fault.path.ends_with(&file));
        let effect = Effect::SaveTemplate { kind, name: name.to_owned(), text, replace: there };
        if !there {
            return vec![effect];
        }
        let text = format!("There is a template {file} already. Replace it with this draft?");
        self.overlays.push(Overlay::Question(Question { about: About::Replace, text, yes: "replace it" }));
        self.agreed_upon = Some(effect);
        Vec::new()
    }
}
