//! Bolt for Python: <https://docs.slack.dev/tools/bolt-python/>.

use super::literal::{self, Escapes, Spelling};
use super::{Listener, NoHandler, indented};
use crate::slack::envelope::Kind;

const ESCAPES: Escapes = Escapes { quote: '"', code };

const SPELLING: Spelling = Spelling { key: string, string, word, tight: true };

fn code(code: u32) -> String {
    if code > 0xffff { format!("\\U{code:08x}") } else { format!("\\u{code:04x}") }
}

fn string(raw: &str) -> String {
    literal::string(raw, &ESCAPES)
}

fn word(word: &str) -> &str {
    match word {
        "true" => "True",
        "false" => "False",
        _ => "None",
    }
}

fn quoted(text: &str) -> String {
    literal::quoted(text, &ESCAPES)
}

pub(super) fn skeleton(listener: &Listener, answer: Option<&str>) -> Result<String, NoHandler> {
    if let Some(function) = listener.function() {
        return Ok(format!(
            "@app.function({}, auto_acknowledge=False)\ndef handle_function(ack, inputs, complete, fail):\n{}\n    complete(outputs={{}})\n",
            quoted(function),
            ack(answer)
        ));
    }
    if listener.kind == Kind::Event {
        return event(listener);
    }
    let (decorator, arguments) = listens(listener)?;
    let name = listener.kind.name();
    Ok(format!("@app.{decorator}\ndef handle_{name}({arguments}):\n{}\n", ack(answer)))
}

fn ack(answer: Option<&str>) -> String {
    let literal = answer.map(|json| indented(&literal::spelled(json, &SPELLING), 4)).unwrap_or_default();
    format!("    ack({literal})")
}

/// Bolt acknowledges events before their listeners run.
fn event(listener: &Listener) -> Result<String, NoHandler> {
    let type_ = quoted(&listener.event_type()?);
    let constraints = match listener.subtype() {
        Some(subtype) => format!("{{\"type\": {type_}, \"subtype\": {}}}", quoted(&subtype)),
        None => type_,
    };
    Ok(format!(
        "@app.event({constraints})\ndef handle_event(event, client, logger):\n    # Bolt has acknowledged the event by now\n    logger.info(event)\n"
    ))
}

/// What listeners of actions take.
const ACTION: &str = "ack, body, action, client, logger";

/// The decorator and what the listener takes.
fn listens(listener: &Listener) -> Result<(String, &'static str), NoHandler> {
    let called = |method: &str| -> Result<String, NoHandler> {
        Ok(format!("{method}({})", quoted(listener.callback_id()?)))
    };
    let by_action = |method: &str| -> Result<String, NoHandler> {
        let action = quoted(listener.action_id()?);
        Ok(match listener.block_id() {
            Some(block) => format!("{method}({{\"block_id\": {}, \"action_id\": {action}}})", quoted(block)),
            None => format!("{method}({action})"),
        })
    };
    Ok(match listener.kind {
        Kind::Command => {
            (format!("command({})", quoted(listener.command()?)), "ack, command, client, respond, logger")
        }
        Kind::BlockActions => (by_action("action")?, "ack, body, action, client, respond, logger"),
        Kind::BlockSuggestion => (by_action("options")?, "ack, payload, logger"),
        Kind::ViewSubmission => (called("view")?, "ack, body, view, client, logger"),
        Kind::ViewClosed => (called("view_closed")?, "ack, body, view, client, logger"),
        Kind::Shortcut => (called("global_shortcut")?, "ack, shortcut, client, logger"),
        Kind::MessageAction => (called("message_shortcut")?, "ack, shortcut, client, respond, logger"),
        Kind::InteractiveMessage if !listener.asks_for_options() => (called("attachment_action")?, ACTION),
        Kind::DialogSubmission => (called("dialog_submission")?, ACTION),
        Kind::DialogCancellation => (called("dialog_cancellation")?, ACTION),
        Kind::DialogSuggestion => (called("dialog_suggestion")?, "ack, payload, logger"),
        Kind::WorkflowStepEdit => {
            let id = quoted(listener.callback_id()?);
            (
                format!("action({{\"type\": \"workflow_step_edit\", \"callback_id\": {id}}})"),
                "ack, body, client, logger",
            )
        }
        Kind::InteractiveMessage => {
            return Err(NoHandler::NoListener { language: "Python", kind: "the options of old messages'" });
        }
        Kind::Unknown | Kind::Event => {
            return Err(NoHandler::NoListener { language: "Python", kind: listener.kind.name() });
        }
    })
}
