//! What an envelope may be answered with, a draft of each answer, and the exact frame that carries it.

use super::envelope::Kind;
use super::template::{self, fill_what_is_there};

mod effect;
mod text;

pub use effect::effect;
pub use text::{minified, pretty};

/// The most bytes that Slack takes in one message from a client (protocol.md, section 2): a longer one is dropped,
/// or closes the socket with 1009.
pub const MAX_FRAME: usize = 20_480;

/// Every shape that an answer may have (protocol.md, section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// No payload at all.
    Empty,
    ViewUpdate,
    ViewPush,
    ViewClear,
    ViewErrors,
    Options,
    OptionGroups,
    Message,
    MessageInChannel,
    Blocks,
    BlocksInChannel,
    DialogErrors,
    /// Whatever the user writes, where Slack takes a payload that it does not document.
    Raw,
}

/// A form as a kind of envelope has it.
pub struct Row {
    pub kind: Kind,
    pub form: Form,
    /// For the composer's title and for the template's file name.
    pub name: &'static str,
    /// What Slack does with it, in one line.
    pub effect: &'static str,
}

const fn row(kind: Kind, form: Form, name: &'static str, effect: &'static str) -> Row {
    Row { kind, form, name, effect }
}

/// What is legal, per kind in the order in which the composer offers it. An empty answer always is.
#[rustfmt::skip]
pub const FORMS: [Row; 36] = [
    row(Kind::Event, Form::Empty, "empty", "acknowledges; Slack will not send the event again"),
    row(Kind::Event, Form::Raw, "raw", "sends a payload although Slack documents none for events"),
    row(Kind::Command, Form::Empty, "empty", "acknowledges; nothing is shown to the user"),
    row(Kind::Command, Form::Message, "message", "shows the text to the user alone"),
    row(Kind::Command, Form::MessageInChannel, "message_in_channel", "posts the text in the channel, with the command as it was typed"),
    row(Kind::Command, Form::Blocks, "blocks", "shows the blocks to the user alone"),
    row(Kind::Command, Form::BlocksInChannel, "blocks_in_channel", "posts the blocks in the channel, with the command as it was typed"),
    row(Kind::BlockActions, Form::Empty, "empty", "acknowledges; nothing changes on the user's screen"),
    row(Kind::BlockActions, Form::Raw, "raw", "sends a payload although Slack documents none for actions"),
    row(Kind::BlockSuggestion, Form::Empty, "empty", "acknowledges; the menu shows no options"),
    row(Kind::BlockSuggestion, Form::Options, "options", "the menu shows the options"),
    row(Kind::BlockSuggestion, Form::OptionGroups, "option_groups", "the menu shows the options in groups"),
    row(Kind::ViewSubmission, Form::Empty, "empty", "closes this view; the one below it shows"),
    row(Kind::ViewSubmission, Form::ViewErrors, "errors", "keeps the modal open and marks inputs"),
    row(Kind::ViewSubmission, Form::ViewUpdate, "update", "shows this view in place of the submitted one"),
    row(Kind::ViewSubmission, Form::ViewPush, "push", "opens this view on top of the submitted one"),
    row(Kind::ViewSubmission, Form::ViewClear, "clear", "closes the modal and the whole stack"),
    row(Kind::ViewClosed, Form::Empty, "empty", "acknowledges; the view is closed already"),
    row(Kind::ViewClosed, Form::Raw, "raw", "sends a payload although Slack documents none for closed views"),
    row(Kind::Shortcut, Form::Empty, "empty", "acknowledges; open a modal with views.open and the trigger_id"),
    row(Kind::Shortcut, Form::Raw, "raw", "sends a payload although Slack documents none for shortcuts"),
    row(Kind::MessageAction, Form::Empty, "empty", "acknowledges; open a modal with views.open and the trigger_id"),
    row(Kind::InteractiveMessage, Form::Empty, "empty", "acknowledges; the message stays as it is"),
    row(Kind::InteractiveMessage, Form::Message, "message", "shows this message in place of the one that was clicked"),
    row(Kind::InteractiveMessage, Form::Options, "options", "the menu shows the options"),
    row(Kind::InteractiveMessage, Form::Raw, "raw", "sends the payload as it is written"),
    row(Kind::DialogSubmission, Form::Empty, "empty", "closes the dialog"),
    row(Kind::DialogSubmission, Form::DialogErrors, "errors", "keeps the dialog open and marks fields"),
    row(Kind::DialogCancellation, Form::Empty, "empty", "acknowledges; the dialog is closed already"),
    row(Kind::DialogSuggestion, Form::Empty, "empty", "acknowledges; the menu shows no options"),
    row(Kind::DialogSuggestion, Form::Options, "options", "the menu shows the options"),
    row(Kind::DialogSuggestion, Form::OptionGroups, "option_groups", "the menu shows the options in groups"),
    row(Kind::WorkflowStepEdit, Form::Empty, "empty", "acknowledges; open the step's modal with views.open"),
    row(Kind::WorkflowStepEdit, Form::Raw, "raw", "sends a payload although Slack documents none for steps"),
    row(Kind::Unknown, Form::Empty, "empty", "acknowledges"),
    row(Kind::Unknown, Form::Raw, "raw", "sends the payload as it is written"),
];

/// The forms that an envelope of this kind may be answered with, most used first. `accepts` is its
/// `accepts_response_payload`; where it is missing, what is known of the kind decides.
pub fn forms(kind: Kind, accepts: Option<bool>) -> Vec<Form> {
    let payload = kind.accepts_payload(accepts);
    let rows = FORMS.iter().filter(|row| row.kind == kind && (payload || row.form == Form::Empty));
    rows.map(|row| row.form).collect()
}

/// The form's row in the table; `None` when this kind is never answered so.
pub fn row_of(kind: Kind, form: Form) -> Option<&'static Row> {
    FORMS.iter().find(|row| row.kind == kind && row.form == form)
}

/// A payload to start editing from: the form's template, filled from the envelope's `payload` and laid out. Places
/// that found nothing stand as they are written. Empty for [`Form::Empty`], which has no payload.
pub fn draft(kind: Kind, form: Form, payload: &str) -> String {
    if form == Form::Empty {
        return String::new();
    }
    let name = row_of(kind, form).map_or("raw", |row| row.name);
    let built_in = template::built_in(kind).find(|(file, _)| *file == name);
    let Some((_, template)) = built_in else { return "{}".to_owned() };
    // a built-in template that cannot be filled is shown as it is; a test holds that none is so
    pretty(&fill_what_is_there(template, payload).unwrap_or_else(|_| template.to_owned()))
}

/// The text message that answers an envelope. `payload` is JSON text of any layout: the white space between its
/// tokens is dropped, nothing else changes. Blank text is no payload.
pub fn frame(envelope_id: &str, payload: Option<&str>) -> String {
    let mut frame = format!("{{\"envelope_id\":{}", serde_json::Value::from(envelope_id));
    if let Some(payload) = payload {
        let without = frame.len();
        frame.push_str(",\"payload\":");
        let before = frame.len();
        frame.reserve(payload.len() + 1);
        text::minify_into(payload, &mut frame);
        if frame.len() == before {
            frame.truncate(without);
        }
    }
    frame.push('}');
    frame
}

/// The bytes of [`frame`], to be held against [`MAX_FRAME`].
pub fn frame_bytes(envelope_id: &str, payload: Option<&str>) -> usize {
    frame(envelope_id, payload).len()
}

#[cfg(test)]
mod tests;
