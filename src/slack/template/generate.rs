//! What no JSON pointer can take out of a payload: an answer for every input, the view as it may be sent back,
//! options that fit what was typed.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::slack::{peek, strict};

/// Every name that may stand in a place.
pub(super) const NAMES: [&str; 9] = [
    "view",
    "pushed_view",
    "input_errors",
    "options",
    "option_groups",
    "message_options",
    "dialog_options",
    "dialog_option_groups",
    "dialog_errors",
];

/// The JSON text for a name of [`NAMES`]; `None` when the payload does not have what it needs.
pub(super) fn generate(name: &str, payload: &str) -> Option<String> {
    match name {
        "view" => view(payload, true),
        "pushed_view" => view(payload, false),
        "input_errors" => input_errors(payload),
        "options" => Some(options(&typed(payload), Shape::BlockKit)),
        "option_groups" => Some(option_groups(&typed(payload), Shape::BlockKit)),
        "message_options" => Some(options(&typed(payload), Shape::MessageAttachment)),
        "dialog_options" => Some(options(&typed(payload), Shape::Dialog)),
        "dialog_option_groups" => Some(option_groups(&typed(payload), Shape::Dialog)),
        "dialog_errors" => dialog_errors(payload),
        _ => None,
    }
}

/// What `views.open` and its like take of a view; the rest is what Slack adds when it sends one.
const SENT_FIELDS: [&str; 11] = [
    "type",
    "title",
    "submit",
    "close",
    "blocks",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
    "submit_disabled",
];

/// The payload's view without what only Slack may set, every value as it was sent. Nulls and empty IDs are left
/// out: they mean the same as nothing. A pushed view may not have the `external_id` of the one below it.
fn view(payload: &str, same_view: bool) -> Option<String> {
    let mut out = None;
    peek::Value::of(payload).members(|key, view| {
        if key == "view" {
            out = view.is_object().then(|| sent(view, same_view));
        }
    });
    out.filter(|out| strict::is_json(out))
}

fn sent(view: &mut peek::Value, same_view: bool) -> String {
    let mut out = String::from("{");
    view.members(|key, value| {
        let known = SENT_FIELDS.contains(&key) && (same_view || key != "external_id");
        if known && !matches!(value.raw(), "null" | "\"\"") {
            let comma = if out.len() > 1 { "," } else { "" };
            // None of these names needs an escape.
            let _ = write!(out, "{comma}\"{key}\":{}", value.raw());
        }
    });
    out + "}"
}

/// A line for every input of the view, under the block's own ID.
fn input_errors(payload: &str) -> Option<String> {
    let blocks = peek::pointer(payload, "/view/blocks").filter(|blocks| peek::is_array(blocks))?;
    let mut errors = serde_json::Map::new();
    for block in peek::items(blocks) {
        let [type_, block_id, label] = peek::fields(block, ["type", "block_id", "label"]);
        if type_ != Some("\"input\"") {
            continue;
        }
        let Some(block_id) = block_id.and_then(peek::text) else { continue };
        let label = label.and_then(|label| peek::text_at(label, "text"));
        let label = label.as_deref().unwrap_or(&block_id);
        errors.insert(block_id.to_string(), Value::from(format!("Please check: {label}")));
    }
    Some(Value::Object(errors).to_string())
}

fn dialog_errors(payload: &str) -> Option<String> {
    let submission = peek::field(payload, "submission").filter(|fields| peek::is_object(fields))?;
    let errors = peek::members(submission)
        .map(|(name, _)| json!({ "name": name, "error": format!("Please check: {name}") }));
    Some(errors.collect::<Value>().to_string())
}

/// Something to choose from until a developer writes the app's own options.
const CITIES: [&str; 24] = [
    "Amsterdam",
    "Bandung",
    "Brisbane",
    "Cape Town",
    "Duino",
    "Edinburgh",
    "Fukuoka",
    "Ghent",
    "Hanoi",
    "Istanbul",
    "Johannesburg",
    "Kraków",
    "Lisbon",
    "Muzot",
    "Nairobi",
    "Oslo",
    "Prague",
    "Quito",
    "Ronda",
    "San Juan",
    "Tallinn",
    "Utrecht",
    "Valencia",
    "Zürich",
];

/// Slack shows a hundred at most; more than a handful only hides the shape.
const SHOWN: usize = 5;

fn typed(payload: &str) -> String {
    peek::text_at(payload, "value").unwrap_or_default().trim().to_owned()
}

/// The cities that contain what was typed, or what was typed itself: a menu is never empty.
fn matching(typed: &str) -> Vec<String> {
    let wanted = typed.to_lowercase();
    let found = CITIES.iter().filter(|city| city.to_lowercase().contains(&wanted));
    let mut found: Vec<String> = found.take(SHOWN).map(|city| (*city).to_owned()).collect();
    if found.is_empty() {
        found.push(typed.chars().take(75).collect());
    }
    found
}

/// Who reads the options, which decides how they are written.
#[derive(Clone, Copy)]
enum Shape {
    BlockKit,
    MessageAttachment,
    Dialog,
}

impl Shape {
    fn option(self, text: &str) -> Value {
        match self {
            Self::BlockKit => json!({ "text": { "type": "plain_text", "text": text }, "value": slug(text) }),
            Self::MessageAttachment => json!({ "text": text, "value": slug(text) }),
            Self::Dialog => json!({ "label": text, "value": slug(text) }),
        }
    }

    fn group(self, title: &str, texts: &[String]) -> Value {
        let title: String = title.chars().take(75).collect();
        let options: Value = texts.iter().map(|text| self.option(text)).collect();
        match self {
            Self::BlockKit => json!({ "label": { "type": "plain_text", "text": title }, "options": options }),
            Self::MessageAttachment => json!({ "text": title, "options": options }),
            Self::Dialog => json!({ "label": title, "options": options }),
        }
    }
}

fn options(typed: &str, shape: Shape) -> String {
    matching(typed).iter().map(|text| shape.option(text)).collect::<Value>().to_string()
}

/// Two groups: what starts with what was typed, and what else contains it.
fn option_groups(typed: &str, shape: Shape) -> String {
    if typed.is_empty() {
        return json!([shape.group("All", &matching(typed))]).to_string();
    }
    let wanted = typed.to_lowercase();
    let (starts, contains): (Vec<_>, Vec<_>) =
        matching(typed).into_iter().partition(|text| text.to_lowercase().starts_with(&wanted));
    let groups = [("Starts with", starts), ("Contains", contains)].into_iter();
    groups
        .filter(|(_, texts)| !texts.is_empty())
        .map(|(title, texts)| shape.group(&format!("{title} {typed}"), &texts))
        .collect::<Value>()
        .to_string()
}

fn slug(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-")
}
