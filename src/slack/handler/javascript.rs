//! Bolt for JavaScript: <https://docs.slack.dev/tools/bolt-js/>.

use super::literal::{self, Escapes, Spelling};
use super::{Listener, NoHandler, indented};
use crate::slack::envelope::Kind;
use crate::slack::peek;

const ESCAPES: Escapes = Escapes { quote: '\'', code };

const SPELLING: Spelling = Spelling { key, string, word: |word| word, tight: false };

fn code(code: u32) -> String {
    if code > 0xffff { format!("\\u{{{code:x}}}") } else { format!("\\u{code:04x}") }
}

/// `</` would end the script element that such a text may be pasted into.
fn string(raw: &str) -> String {
    literal::string(raw, &ESCAPES).replace("</", "<\\/")
}

fn quoted(text: &str) -> String {
    literal::quoted(text, &ESCAPES).replace("</", "<\\/")
}

/// A name where it is one. `__proto__` would set the object's prototype, unless it is computed.
fn key(raw: &str) -> String {
    let name = peek::string(raw).unwrap_or_default();
    let mut bytes = name.bytes();
    let is_name = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || b"_$".contains(&first))
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_$".contains(&byte));
    match &*name {
        "__proto__" => format!("[{}]", string(raw)),
        _ if is_name => name.into_owned(),
        _ => string(raw),
    }
}

pub(super) fn skeleton(listener: &Listener, answer: Option<&str>) -> Result<String, NoHandler> {
    if let Some(function) = listener.function() {
        let lines = [
            format!(
                "app.function({}, {{ autoAcknowledge: false }}, async ({{ ack, inputs, complete, fail }}) => {{",
                quoted(function)
            ),
            ack(answer),
            "  await complete({ outputs: {} });".to_owned(),
            "});\n".to_owned(),
        ];
        return Ok(lines.join("\n"));
    }
    if listener.kind == Kind::Event {
        return event(listener);
    }
    let (method, constraints, arguments) = listens(listener)?;
    Ok(format!("app.{method}({constraints}, async ({{ {arguments} }}) => {{\n{}\n}});\n", ack(answer)))
}

fn ack(answer: Option<&str>) -> String {
    let literal = answer.map(|json| indented(&literal::spelled(json, &SPELLING), 2)).unwrap_or_default();
    format!("  await ack({literal});")
}

/// Bolt acknowledges events before their listeners run.
fn event(listener: &Listener) -> Result<String, NoHandler> {
    let type_ = quoted(&listener.event_type()?);
    let subtype =
        listener.subtype().map(|subtype| format!("  if (event.subtype !== {}) return;\n", quoted(&subtype)));
    Ok(format!(
        "app.event({type_}, async ({{ event, client, logger }}) => {{\n{}  // Bolt has acknowledged the event by now\n  logger.info(event);\n}});\n",
        subtype.unwrap_or_default()
    ))
}

/// What listeners take.
const ACTION: &str = "ack, body, action, client, logger";
const OPTIONS: &str = "ack, options, logger";

/// Method, constraints, and what the listener takes.
fn listens(listener: &Listener) -> Result<(&'static str, String, &'static str), NoHandler> {
    let typed = |type_: &str| -> Result<String, NoHandler> {
        Ok(format!("{{ callback_id: {}, type: '{type_}' }}", quoted(listener.callback_id()?)))
    };
    let by_action = || -> Result<String, NoHandler> {
        let action = quoted(listener.action_id()?);
        Ok(match listener.block_id() {
            Some(block) => format!("{{ block_id: {}, action_id: {action} }}", quoted(block)),
            None => action,
        })
    };
    Ok(match listener.kind {
        Kind::Command => ("command", quoted(listener.command()?), "ack, command, client, respond, logger"),
        Kind::BlockActions => ("action", by_action()?, "ack, body, action, client, respond, logger"),
        Kind::BlockSuggestion => ("options", by_action()?, OPTIONS),
        Kind::ViewSubmission => ("view", quoted(listener.callback_id()?), "ack, body, view, client, logger"),
        Kind::ViewClosed => ("view", typed("view_closed")?, "ack, body, view, client, logger"),
        Kind::Shortcut => ("shortcut", typed("shortcut")?, "ack, shortcut, client, logger"),
        Kind::MessageAction => {
            ("shortcut", typed("message_action")?, "ack, shortcut, client, respond, logger")
        }
        Kind::InteractiveMessage if listener.asks_for_options() => {
            ("options", typed("interactive_message")?, OPTIONS)
        }
        Kind::InteractiveMessage => ("action", typed("interactive_message")?, ACTION),
        Kind::DialogSubmission => ("action", typed("dialog_submission")?, ACTION),
        Kind::DialogSuggestion => ("options", typed("dialog_suggestion")?, OPTIONS),
        // Bolt cannot tell these two from payloads that it does not know, and drops them.
        Kind::DialogCancellation | Kind::WorkflowStepEdit | Kind::Unknown | Kind::Event => {
            return Err(NoHandler::NoListener { language: "JavaScript", kind: listener.kind.name() });
        }
    })
}
