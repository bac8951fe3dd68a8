//! What each action does.

use jiff::Timestamp;

use super::overlay::{About, Item, Menu, MenuOf, Overlay, Purpose, Question, Scroll};
use super::{Action, App, Composer, Effect, Grade, Mode, Pane, opened};
use crate::link::{Command, policy};

/// How many connections one app may have (Slack, "Using multiple connections").
const MOST_CONNECTIONS: u8 = 10;

impl App {
    pub fn perform(&mut self, action: Action, now: Timestamp) -> Vec<Effect> {
        if self.mode == Mode::Open && opened::needs_slack(action) {
            self.tell(now, Grade::Note, opened::WHY_NOT);
            return Vec::new();
        }
        match action {
            Action::Down
            | Action::Up
            | Action::HalfDown
            | Action::HalfUp
            | Action::PageDown
            | Action::PageUp => {
                self.move_by(action);
            }
            Action::First | Action::Last => self.move_to_end(action),
            Action::NextPane => self.set_focus(next_pane(self.focus, 1)),
            Action::PreviousPane => self.set_focus(next_pane(self.focus, 3)),
            Action::PaneEnvelopes => self.set_focus(Pane::Envelopes),
            Action::PanePayload => self.set_focus(Pane::Payload),
            Action::PaneHealth => self.set_focus(Pane::Health),
            Action::PaneComposer => self.set_focus(Pane::Composer),
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::Enter => return self.enter(now),
            Action::Back | Action::LeaveEditor => self.back(now),
            Action::Freeze => self.view.toggle_freeze(),
            Action::Follow => self.view.toggle_follow(),
            Action::ToggleFold => self.payload.toggle_fold(),
            Action::FoldOrParent => self.payload.fold_or_parent(),
            Action::UnfoldOrChild => self.payload.unfold_or_child(),
            Action::FoldAll => self.payload.fold_all(),
            Action::UnfoldAll => self.payload.unfold_all(),
            Action::Raw => self.payload.toggle_raw(),
            Action::Filter => self.ask_for_filter(),
            Action::Query => self.ask_for_query(),
            Action::Mark => self.toggle_mark(now),
            Action::Compare => return self.compare(now),
            Action::OtherDelivery => self.other_delivery(now),
            Action::Search => self.overlays.push(self.search_prompt()),
            Action::NextHit => self.next_hit(true, now),
            Action::PreviousHit => self.next_hit(false, now),
            Action::NextFinding => self.next_finding(now),
            Action::NextProblem => self.next_problem(now),
            Action::NextHeld => self.next_held(now),
            Action::NextTemplate => self.next_template(),
            Action::RestoreDraft => self.restore_draft(now),
            Action::CopyMenu => self.overlays.push(copy_menu()),
            Action::Templates => self.list_templates(),
            Action::SaveTemplate => self.ask_for_name(now),
            Action::Hold => self.overlays.push(self.hold_menu()),
            Action::UnreadableLines => self.show_unreadable(now),
            Action::Palette => self.open_palette(),
            Action::Help => self.overlays.push(Overlay::Help { offset: Scroll::FromTop(0) }),
            Action::Theme => self.next_theme(now),
            Action::Compose => self.compose(now),
            Action::SaveShown => self.save_shown(now),
            Action::Export => self.export_menu(),
            _ => return self.perform_outside(action, now),
        }
        Vec::new()
    }

    /// The actions that reach beyond the screen.
    fn perform_outside(&mut self, action: Action, now: Timestamp) -> Vec<Effect> {
        match action {
            Action::AckNow => self.ack_now(now),
            Action::AckHeld => self.ack_held(now),
            Action::Send => self.ask_to_send(now),
            Action::ToggleDebugReconnects => self.toggle_debug_reconnects(),
            Action::Reconnect => {
                self.tell(
                    now,
                    Grade::Note,
                    "reconnecting: the new connection is opened before the old one goes",
                );
                vec![Effect::Link(Command::Reconnect)]
            }
            Action::FewerConnections => self.set_connections(self.connections.saturating_sub(1), now),
            Action::MoreConnections => self.set_connections(self.connections + 1, now),
            Action::EditDraft => {
                // What an editor brings back must not be lost to the next envelope.
                self.composer.write(None, &[]);
                let text = self.composer.draft().map(super::composer::Draft::text);
                text.map(|text| Effect::Edit { text, draft: true }).into_iter().collect()
            }
            Action::EditPayload => {
                self.selected_pretty().map(|text| Effect::Edit { text, draft: false }).into_iter().collect()
            }
            Action::PagePayload => self.selected_pretty().map(Effect::Page).into_iter().collect(),
            Action::SendSample => {
                self.overlays.push(self.sample_menu());
                Vec::new()
            }
            Action::SendAgain => self.selected_message().map(Effect::SendAgain).into_iter().collect(),
            Action::CheckWithSlack => self.check_with_slack(now),
            Action::CopyJavaScript => self.copy_out("JavaScript handler", now),
            Action::CopyPython => self.copy_out("Python handler", now),
            Action::CopyJava => self.copy_out("Java handler", now),
            Action::CopyCurl => self.copy_out("curl", now),
            Action::Suspend => vec![Effect::Suspend],
            Action::Quit | Action::QuitFromEditor => self.quit(),
            _ => self.perform_rules(action, now),
        }
    }

    pub(super) fn set_focus(&mut self, pane: Pane) {
        if self.focus == Pane::Composer && pane != Pane::Composer {
            self.composer.leave();
        }
        if pane != Pane::Envelopes {
            self.companion = pane;
        }
        self.focus = pane;
    }

    fn enter(&mut self, now: Timestamp) -> Vec<Effect> {
        match self.focus {
            Pane::Envelopes => self.set_focus(Pane::Payload),
            Pane::Payload => self.payload.toggle_fold(),
            Pane::Health => {}
            Pane::Composer => self.compose(now),
        }
        Vec::new()
    }

    fn back(&mut self, now: Timestamp) {
        if self.composer.is_writing() {
            self.composer.leave();
        } else if matches!(self.composer, Composer::Kept(_)) && self.focus == Pane::Composer {
            self.give_up(now);
        } else if matches!(self.focus, Pane::Envelopes | Pane::Payload) && self.payload.leave_comparison()
            || self.focus == Pane::Payload && self.payload.look_at_whole()
        {
        } else if self.zoomed {
            self.zoomed = false;
        } else if self.focus == Pane::Envelopes && self.search.is_on() {
            self.search_list("");
        } else if self.focus == Pane::Envelopes && self.view.is_filtered() {
            self.set_filter("", None);
        } else {
            self.set_focus(Pane::Envelopes);
        }
    }

    fn move_by(&mut self, action: Action) {
        let areas = self.areas();
        let page = areas
            .and_then(|areas| areas.inner(self.focus))
            .map_or(10, |area| isize::try_from(area.height).unwrap_or(10));
        let lines = match action {
            Action::Down => 1,
            Action::Up => -1,
            Action::HalfDown => page / 2,
            Action::HalfUp => -(page / 2),
            Action::PageDown => page - 2,
            _ => 2 - page,
        };
        self.scroll(self.focus, lines);
    }

    pub(super) fn scroll(&mut self, pane: Pane, lines: isize) {
        match pane {
            Pane::Envelopes => self.view.move_by(lines),
            Pane::Payload => self.payload.move_by(lines),
            Pane::Health => {
                let most = self.session.history().ended().len() + 10;
                self.health.offset = self.health.offset.saturating_add_signed(lines).min(most);
            }
            Pane::Composer => {}
        }
    }

    fn move_to_end(&mut self, action: Action) {
        let first = action == Action::First;
        match self.focus {
            Pane::Envelopes if first => self.view.first(),
            Pane::Envelopes => self.view.last(),
            Pane::Payload if first => self.payload.first(),
            Pane::Payload => self.payload.last(),
            Pane::Health if first => self.health.offset = 0,
            Pane::Health => self.health.offset = self.session.history().ended().len(),
            Pane::Composer => {}
        }
    }

    fn ask_for_filter(&mut self) {
        let prompt = Overlay::prompt(Purpose::Filter, self.filter_text());
        self.overlays.push(prompt);
        self.offer();
    }

    fn search_prompt(&self) -> Overlay {
        let pane = if self.focus == Pane::Envelopes { Pane::Envelopes } else { Pane::Payload };
        Overlay::prompt(Purpose::Search(pane), "")
    }

    fn open_palette(&mut self) {
        let keys = |action| {
            let keys: Vec<_> = self.keymap.keys(action).iter().map(ToString::to_string).collect();
            keys.join(" ")
        };
        let palette = Overlay::palette(|action| self.can(action), keys);
        self.overlays.push(palette);
    }

    fn next_theme(&mut self, now: Timestamp) {
        let at = self.themes.iter().position(|name| *name == self.theme).map_or(0, |at| at + 1);
        self.theme = self.themes.get(at).or(self.themes.first()).copied().unwrap_or(self.theme);
        self.tell(now, Grade::Note, format!("theme {}", self.theme));
    }

    fn hold_menu(&self) -> Overlay {
        let of = |name: &str, note: &str, checked| Item {
            keys: String::new(),
            label: name.to_owned(),
            note: note.to_owned(),
            checked: Some(checked),
        };
        let mut items = vec![
            of("none", "everything is acknowledged at once", self.hold == policy::Hold::Nothing),
            of("all", "every envelope waits for you", self.hold == policy::Hold::Everything),
        ];
        items.extend(policy::NAMES.iter().map(|name| of(name, "", self.hold.names(name))));
        Overlay::Menu(Menu {
            of: MenuOf::Hold,
            title: "What waits for your answer",
            items,
            selected: 0,
            input: None,
        })
    }

    /// The menu stays open: policies are put together from several kinds.
    pub(super) fn toggle_hold(&mut self, name: &str) -> Vec<Effect> {
        self.hold = match name {
            "none" => policy::Hold::Nothing,
            "all" => policy::Hold::Everything,
            name => self.hold.toggled(name),
        };
        if let Some(Overlay::Menu(menu)) = self.overlays.pop() {
            let mut fresh = self.hold_menu();
            if let Overlay::Menu(new) = &mut fresh {
                new.selected = menu.selected;
            }
            self.overlays.push(fresh);
        }
        vec![Effect::Link(Command::Hold(self.hold))]
    }

    fn sample_menu(&self) -> Overlay {
        let items = self.samples.iter().map(|name| Item {
            keys: String::new(),
            label: (*name).to_owned(),
            note: String::new(),
            checked: None,
        });
        let items = items.collect();
        Overlay::Menu(Menu {
            of: MenuOf::Samples,
            title: "Send a sample",
            items,
            selected: 0,
            input: Some(super::overlay::line("")),
        })
    }

    fn toggle_debug_reconnects(&mut self) -> Vec<Effect> {
        self.debug_reconnects = !self.debug_reconnects;
        let text = if self.debug_reconnects {
            "debug_reconnects is on: the next connection lives 360 seconds. Reconnect now?"
        } else {
            "debug_reconnects is off: the next connection lives as long as Slack likes. Reconnect now?"
        };
        self.overlays.push(Overlay::Question(Question {
            about: About::Reconnect,
            text: text.to_owned(),
            yes: "reconnect now",
        }));
        vec![Effect::Link(Command::DebugReconnects(self.debug_reconnects))]
    }

    fn set_connections(&mut self, count: u8, now: Timestamp) -> Vec<Effect> {
        let count = count.clamp(1, MOST_CONNECTIONS);
        if count == self.connections {
            let why =
                if count == 1 { "one connection is the least" } else { "Slack allows 10 connections an app" };
            self.tell(now, Grade::Note, why);
            return Vec::new();
        }
        self.connections = count;
        self.tell(now, Grade::Note, format!("{count} connections wanted"));
        vec![Effect::Link(Command::Connections(count))]
    }

    fn quit(&mut self) -> Vec<Effect> {
        // What a recording holds waits for nobody any more.
        let waiting = if self.mode == Mode::Open { 0 } else { self.session.acks().held_count() };
        if waiting == 0 {
            return vec![Effect::Quit];
        }
        let envelopes =
            if waiting == 1 { "1 envelope waits".to_owned() } else { format!("{waiting} envelopes wait") };
        self.overlays.push(Overlay::Question(Question {
            about: About::Quit,
            text: format!("{envelopes} for your answer. Quit all the same?"),
            yes: "quit",
        }));
        Vec::new()
    }

    fn compose(&mut self, now: Timestamp) {
        // A draft that somebody kept is not thrown away for another envelope.
        let kept = matches!(self.composer, Composer::Kept(_));
        let target = if kept { None } else { self.selected_target() };
        if self.composer.write(target, &self.templates.templates) {
            self.recall_given_up();
            self.set_focus(Pane::Composer);
            if kept && self.composer.draft().map(|draft| draft.target.row) != self.view.selected() {
                self.tell(now, Grade::Note, "on with the draft that was kept; Esc twice gives it up");
            }
        } else {
            self.tell(now, Grade::Note, "this is no envelope: there is nothing to answer");
        }
    }

    /// Gives the kept draft up; it can be brought back until another one is.
    fn give_up(&mut self, now: Timestamp) {
        let Some(draft) = self.composer.draft() else { return };
        let (row, text) = (draft.target.row, draft.text());
        self.composer.clear();
        self.offered = None;
        self.given_up = Some((row, text));
        let key = |action| self.keymap.keys(action).first().map(ToString::to_string).unwrap_or_default();
        let (compose, restore) = (key(Action::Compose), key(Action::RestoreDraft));
        let place = if self.view.selected() == Some(row) { "" } else { " on its envelope" };
        let words = format!("the draft was given up; {compose} and {restore}{place} bring it back");
        self.tell(now, Grade::Note, words);
    }

    fn restore_draft(&mut self, now: Timestamp) {
        let Some(draft) = self.composer.draft_mut() else { return };
        let row = draft.target.row;
        if !draft.restore() {
            self.tell(now, Grade::Note, "nothing was written here before");
            return;
        }
        if !self.composer.is_writing() {
            // What somebody wrote is not lost to the next envelope.
            self.composer.keep();
        }
        if self.given_up.as_ref().is_some_and(|(given_up, _)| *given_up == row) {
            self.given_up = None;
        }
    }

    fn next_template(&mut self) {
        if let Some(draft) = self.composer.draft_mut() {
            draft.next_form();
        }
    }
}

fn next_pane(pane: Pane, steps: usize) -> Pane {
    Pane::ALL[(pane as usize + steps) % Pane::ALL.len()]
}

/// What `y` offers: key, what, where it comes from.
fn copy_menu() -> Overlay {
    const ROWS: [(char, &str, &str); 7] = [
        ('y', "value", "under the cursor, as it came"),
        ('p', "path", "JSON pointer"),
        ('q', "jq path", ""),
        ('s', "string", "unescaped"),
        ('e', "envelope", "as it came"),
        ('i', "envelope_id", ""),
        ('a', "ack", "the frame that was sent, or would be"),
    ];
    let items = ROWS.iter().chain(&super::copying::ROWS).map(|(key, label, note)| Item {
        keys: key.to_string(),
        label: (*label).to_owned(),
        note: (*note).to_owned(),
        checked: None,
    });
    Overlay::Menu(Menu { of: MenuOf::Copy, title: "Copy", items: items.collect(), selected: 0, input: None })
}
