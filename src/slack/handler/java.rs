//! Bolt for Java: <https://docs.slack.dev/tools/java-slack-sdk/guides/bolt-basics>. All names are written out, so that
//! what is pasted needs no imports.
//!
//! Its typed builders leave out what they do not know, so they are used for the smallest answers only; every other
//! goes as the JSON that it is, with `Context.ack(JsonElement)`.

use serde_json::Value;

use super::literal::{self, Escapes};
use super::{Listener, NoHandler, indented};
use crate::slack::envelope::Kind;

const ESCAPES: Escapes = Escapes { quote: '"', code };

/// `\u000a` would be a line break before the compiler sees a string, so what is small is octal.
fn code(code: u32) -> String {
    if code < 0x80 { format!("\\{code:03o}") } else { literal::utf16_code(code) }
}

fn quoted(text: &str) -> String {
    literal::quoted(text, &ESCAPES)
}

pub(super) fn skeleton(listener: &Listener, answer: Option<&str>) -> Result<String, NoHandler> {
    let ack = ack(listener.kind, answer);
    if let Some(function) = listener.function() {
        return Ok(format!(
            "app.function({}, (payload, ctx) -> {{\n  ctx.complete(java.util.Map.of());\n  return {ack};\n}});\n",
            quoted(function)
        ));
    }
    if listener.kind == Kind::Event {
        return Ok(format!(
            "app.event({}.class, (payload, ctx) -> {{\n  return {ack};\n}});\n",
            event_class(listener)?
        ));
    }
    let method = match listener.kind {
        Kind::Command => format!("command({}", quoted(listener.command()?)),
        Kind::BlockActions => format!("blockAction({}", quoted(listener.action_id()?)),
        Kind::BlockSuggestion => format!("blockSuggestion({}", quoted(listener.action_id()?)),
        Kind::Unknown | Kind::Event => {
            return Err(NoHandler::NoListener { language: "Java", kind: listener.kind.name() });
        }
        kind => format!("{}({}", by_callback(kind), quoted(listener.callback_id()?)),
    };
    Ok(format!("app.{method}, (req, ctx) -> {{\n  return {ack};\n}});\n"))
}

fn by_callback(kind: Kind) -> &'static str {
    match kind {
        Kind::ViewClosed => "viewClosed",
        Kind::Shortcut => "globalShortcut",
        Kind::MessageAction => "messageShortcut",
        Kind::InteractiveMessage => "attachmentAction",
        Kind::DialogSubmission => "dialogSubmission",
        Kind::DialogCancellation => "dialogCancellation",
        Kind::DialogSuggestion => "dialogSuggestion",
        Kind::WorkflowStepEdit => "workflowStepEdit",
        _ => "viewSubmission",
    }
}

fn ack(kind: Kind, answer: Option<&str>) -> String {
    let Some(json) = answer else { return "ctx.ack()".to_owned() };
    if let Some(typed) = typed(kind, json) {
        return typed;
    }
    // Three quotes in a row are not to be found in JSON.
    let block = literal::json(json).replace('\\', "\\\\");
    format!("ctx.ack(com.google.gson.JsonParser.parseString(\"\"\"\n      {}\"\"\"))", indented(&block, 6))
}

/// What a builder says completely: marked inputs, a cleared stack, a text.
fn typed(kind: Kind, json: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(json).ok()?;
    let members = answer.as_object()?;
    let text = |key: &str| members.get(key).and_then(Value::as_str);
    match (kind, text("response_action")) {
        (Kind::ViewSubmission, Some("clear")) if members.len() == 1 => {
            Some("ctx.ack(r -> r.responseAction(\"clear\"))".to_owned())
        }
        (Kind::ViewSubmission, Some("errors")) if members.len() == 2 => marked(members.get("errors")?),
        (Kind::Command, None) => {
            let text = quoted(text("text")?);
            match (members.len(), members.get("response_type").and_then(Value::as_str)) {
                (1, _) => Some(format!("ctx.ack({text})")),
                (2, Some(place)) => {
                    Some(format!("ctx.ack(r -> r.responseType({}).text({text}))", quoted(place)))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// `Map.of` takes ten pairs.
fn marked(errors: &Value) -> Option<String> {
    let errors = errors.as_object().filter(|errors| errors.len() <= 10)?;
    let pairs: Option<Vec<String>> = errors
        .iter()
        .map(|(id, message)| Some(format!("    {}, {}", quoted(id), quoted(message.as_str()?))))
        .collect();
    Some(format!("ctx.ackWithErrors(java.util.Map.of(\n{}))", pairs?.join(",\n")))
}

/// The SDK has a class an event, named after its type.
fn event_class(listener: &Listener) -> Result<String, NoHandler> {
    let type_ = listener.event_type()?;
    if !type_.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(NoHandler::NoListener { language: "Java", kind: "such" });
    }
    let subtype = listener.subtype();
    let class = match (&*type_, subtype.as_deref()) {
        ("message", Some("bot_message")) => "MessageBot".to_owned(),
        ("message", Some("me_message")) => "MessageMe".to_owned(),
        ("message", Some(subtype)) if subtype.starts_with("message_") => camel(subtype),
        ("message", Some(subtype)) if SUBTYPES.contains(&subtype) => format!("Message{}", camel(subtype)),
        ("accounts_changed", _) => "AccountChanged".to_owned(),
        (type_, _) => camel(type_),
    };
    Ok(format!("com.slack.api.model.event.{class}Event"))
}

/// The other subtypes that have a class of their own.
const SUBTYPES: [&str; 13] = [
    "channel_archive",
    "channel_convert_to_public",
    "channel_join",
    "channel_leave",
    "channel_name",
    "channel_posting_permissions",
    "channel_purpose",
    "channel_topic",
    "channel_unarchive",
    "ekm_access_denied",
    "file_share",
    "group_topic",
    "thread_broadcast",
];

fn camel(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
    });
    words.collect()
}
