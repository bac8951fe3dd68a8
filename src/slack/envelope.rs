//! What an envelope is about: its kind, its subject and a line that sums it up.
//!
//! Everything here is read leniently from the payload's text. Slack adds fields and types as it likes, its own
//! documentation shows broken payloads, and a debugger is the last that may stumble over them.

use std::borrow::Cow;

use super::peek;

mod action;
mod event;
mod interactive;
mod line;

/// One variant for each thing that an envelope can carry (protocol.md, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Event,
    Command,
    BlockActions,
    BlockSuggestion,
    ViewSubmission,
    ViewClosed,
    Shortcut,
    MessageAction,
    InteractiveMessage,
    DialogSubmission,
    DialogCancellation,
    DialogSuggestion,
    WorkflowStepEdit,
    Unknown,
}

/// Kind, Slack's name for it, label for a column, whether it takes a payload when the envelope does not say.
/// `block_actions` and the kinds of old are documented either way; Slack's own examples say true.
const KINDS: [(Kind, &str, &str, bool); 14] = [
    (Kind::Event, "events_api", "event", false),
    (Kind::Command, "slash_commands", "command", true),
    (Kind::BlockActions, "block_actions", "action", false),
    (Kind::BlockSuggestion, "block_suggestion", "menu", true),
    (Kind::ViewSubmission, "view_submission", "modal", true),
    (Kind::ViewClosed, "view_closed", "closed", false),
    (Kind::Shortcut, "shortcut", "shortcut", false),
    (Kind::MessageAction, "message_action", "msg act", false),
    (Kind::InteractiveMessage, "interactive_message", "msg btn", true),
    (Kind::DialogSubmission, "dialog_submission", "dialog", true),
    (Kind::DialogCancellation, "dialog_cancellation", "dlg end", false),
    (Kind::DialogSuggestion, "dialog_suggestion", "dlg menu", true),
    (Kind::WorkflowStepEdit, "workflow_step_edit", "step", false),
    (Kind::Unknown, "unknown", "?", false),
];

impl Kind {
    pub const ALL: [Self; 14] = {
        let mut all = [Self::Unknown; 14];
        let mut at = 0;
        while at < all.len() {
            all[at] = KINDS[at].0;
            at += 1;
        }
        all
    };

    /// `type_` is the envelope's `type`, `payload_type` the payload's (only interactive payloads need it).
    pub fn of(type_: &str, payload_type: Option<&str>) -> Self {
        match (type_, payload_type.and_then(Self::named)) {
            ("events_api", _) => Self::Event,
            ("slash_commands", _) => Self::Command,
            ("interactive", Some(kind)) if !matches!(kind, Self::Event | Self::Command) => kind,
            _ => Self::Unknown,
        }
    }

    /// The kind that [`Kind::name`] names; folders of templates are named so.
    pub fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// Slack's own word: the envelope's type, or an interactive payload's.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// At most eight columns wide, for the list.
    pub fn label(self) -> &'static str {
        self.row().2
    }

    /// Whether an answer may carry a payload: what the envelope said, else what is known of the kind.
    pub fn accepts_payload(self, accepts: Option<bool>) -> bool {
        accepts.unwrap_or(self.row().3)
    }

    fn row(self) -> &'static (Self, &'static str, &'static str, bool) {
        // KINDS stands in the order of the enum, a test holds it
        &KINDS[self as usize]
    }
}

/// What one envelope is about; the texts borrow from the payload where it has no escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About<'a> {
    pub kind: Kind,
    /// `message.channels`, `app_home_opened`, `/deploy`, a `callback_id`, an `action_id`; empty when there is none.
    pub subject: Cow<'a, str>,
    pub team_id: Option<Cow<'a, str>>,
    pub team_domain: Option<Cow<'a, str>>,
    /// The user's ID.
    pub user: Option<Cow<'a, str>>,
    /// The user's name, where Slack sends one.
    pub user_name: Option<Cow<'a, str>>,
    /// The channel's ID.
    pub channel: Option<Cow<'a, str>>,
    pub event_id: Option<Cow<'a, str>>,
    pub callback_id: Option<Cow<'a, str>>,
    pub action_id: Option<Cow<'a, str>>,
    pub block_id: Option<Cow<'a, str>>,
    pub command: Option<Cow<'a, str>>,
    /// What the summary is read from, once somebody asks for it.
    payload: &'a str,
}

/// Longer than any screen is wide, and short enough to keep for every envelope.
pub const SUMMARY_CHARS: usize = 200;

impl<'a> About<'a> {
    /// `type_` is the envelope's `type`, `payload` the payload's JSON text as it came, whatever it holds.
    pub fn of(type_: &str, payload: &'a str) -> Self {
        Self { payload, ..Self::read(type_, &mut peek::Value::of(payload)) }
    }

    /// [`About::of`] a payload that is met in reading the envelope.
    pub fn read(type_: &str, payload: &mut peek::Value<'a>) -> Self {
        match Kind::of(type_, None) {
            Kind::Event => event::about(payload),
            Kind::Command => command(payload),
            _ => interactive::about(type_, payload),
        }
    }

    /// One line, at most [`SUMMARY_CHARS`] characters: the text of a message, what was typed (in quotes) or chosen,
    /// who. Read anew from the payload: only rows that are drawn need it.
    pub fn summary(&self) -> String {
        match self.kind {
            Kind::Event => event::summary(self.payload),
            Kind::Command => {
                let text = peek::text_at(self.payload, "text");
                line::joined([text.as_deref(), self.who()])
            }
            Kind::Unknown => beginning(self.payload),
            kind => interactive::summary(kind, self.payload, self.who()),
        }
    }

    fn empty(kind: Kind, payload: &'a str) -> Self {
        Self {
            kind,
            subject: Cow::Borrowed(""),
            team_id: None,
            team_domain: None,
            user: None,
            user_name: None,
            channel: None,
            event_id: None,
            callback_id: None,
            action_id: None,
            block_id: None,
            command: None,
            payload,
        }
    }

    /// The name where there is one, else the ID: who did it, for a reader.
    pub fn who(&self) -> Option<&str> {
        self.user_name.as_deref().or(self.user.as_deref())
    }
}

fn command<'a>(payload: &mut peek::Value<'a>) -> About<'a> {
    let keys = ["command", "user_id", "user_name", "team_id", "team_domain", "channel_id"];
    let [command, user, user_name, team_id, team_domain, channel] =
        payload.fields(keys).map(|value| value.and_then(peek::text));
    About {
        subject: command.clone().unwrap_or_default(),
        command,
        user,
        user_name,
        team_id,
        team_domain,
        channel,
        ..About::empty(Kind::Command, payload.raw())
    }
}

/// A type that is not known, or no object at all.
fn unknown<'a>(payload: &'a str, payload_type: Option<Cow<'a, str>>) -> About<'a> {
    About { subject: payload_type.unwrap_or_default(), ..About::empty(Kind::Unknown, payload) }
}

/// The beginning of a payload's text, where it says anything.
fn beginning(payload: &str) -> String {
    let text = peek::string(payload);
    let beginning = text.as_deref().unwrap_or(payload);
    line::one(if matches!(beginning, "{}" | "null") { "" } else { beginning })
}

/// `{"id":…}` or the ID itself: Slack writes users, channels and teams either way.
fn id(value: Option<&str>) -> Option<Cow<'_, str>> {
    let value = value?;
    peek::text(value).or_else(|| peek::text_at(value, "id"))
}

#[cfg(test)]
mod tests;
