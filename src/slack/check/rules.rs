//! What no schema can say: it needs the envelope, or looks across blocks.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{Finding, documented};
use crate::slack::envelope::Kind;
use crate::slack::peek;

pub(super) fn check(kind: Kind, payload: &str, answer: &Value, found: &mut Vec<Finding>) {
    match kind {
        Kind::ViewSubmission => view_submission(payload, answer, found),
        Kind::Command | Kind::InteractiveMessage => blocks(&answer["blocks"], "/blocks", found),
        Kind::DialogSubmission => dialog_errors(payload, answer, found),
        Kind::Unknown => {}
        _ if documented(kind) => {}
        _ => {
            let message =
                format!("Slack documents no payload in answer to {}, and will ignore it", kind.name());
            found.push(Finding::warning("", "undocumented", message));
        }
    }
}

fn view_submission(payload: &str, answer: &Value, found: &mut Vec<Finding>) {
    let action = answer["response_action"].as_str();
    if action == Some("errors") {
        errors_name_inputs(payload, &answer["errors"], found);
    }
    if action == Some("push") && depth(payload) >= DEEPEST_STACK {
        let message =
            "this view is the third of its stack, and Slack takes no fourth: use update instead of push";
        found.push(Finding::error("/response_action", "stack-too-deep", message));
    }
    if matches!(action, Some("update" | "push")) {
        view(&answer["view"], found);
    } else if action.is_some() && answer.get("view").is_some() {
        let message = "a view is shown with update or push only; Slack ignores this one";
        found.push(Finding::warning("/view", "ignored", message));
    }
}

/// protocol.md, section 4: a view, one on top of it, and one on top of that.
const DEEPEST_STACK: usize = 3;

/// How deep in its stack the submitted view lies, read off the IDs that Slack sends with it.
fn depth(payload: &str) -> usize {
    let id = |key: &str| peek::field(payload, "view").and_then(|view| peek::text_at(view, key));
    match (id("previous_view_id"), id("root_view_id")) {
        (None, _) => 1,
        (previous, root) if previous == root => 2,
        _ => 3,
    }
}

fn errors_name_inputs(payload: &str, errors: &Value, found: &mut Vec<Finding>) {
    let Some(blocks) = peek::pointer(payload, "/view/blocks").filter(|blocks| peek::is_array(blocks)) else {
        return;
    };
    let types: HashMap<_, _> = peek::items(blocks)
        .filter_map(|block| Some((peek::text_at(block, "block_id")?, peek::text_at(block, "type")?)))
        .collect();
    let mut inputs: Vec<String> =
        types.iter().filter(|(_, type_)| *type_ == "input").map(|(id, _)| format!("`{id}`")).collect();
    inputs.sort_unstable();
    let inputs = if inputs.is_empty() {
        "it has no inputs".to_owned()
    } else {
        format!("its inputs are {}", inputs.join(", "))
    };
    for key in errors.as_object().into_iter().flat_map(serde_json::Map::keys) {
        let message = match types.get(key.as_str()).map(AsRef::as_ref) {
            Some("input") => continue,
            Some(other) => format!("`{key}` is a {other} block, and only inputs can be marked; {inputs}"),
            None => format!("the view has no block `{key}`; {inputs}"),
        };
        found.push(Finding::error(peek::join("/errors", key), "unknown-input", message));
    }
}

fn dialog_errors(payload: &str, answer: &Value, found: &mut Vec<Finding>) {
    let Some(submission) = peek::field(payload, "submission").filter(|fields| peek::is_object(fields)) else {
        return;
    };
    let names: Vec<_> = peek::members(submission).map(|(name, _)| name).collect();
    for (at, error) in answer["errors"].as_array().into_iter().flatten().enumerate() {
        let Some(name) = error["name"].as_str() else { continue };
        if !names.iter().any(|known| known == name) {
            let message = format!("the dialog has no field `{name}`; its fields are {}", names.join(", "));
            found.push(Finding::error(format!("/errors/{at}/name"), "unknown-input", message));
        }
    }
}

fn view(view: &Value, found: &mut Vec<Finding>) {
    blocks(&view["blocks"], "/view/blocks", found);
    let inputs = list(&view["blocks"]).iter().position(|block| block["type"] == "input");
    if let (Some(at), None) = (inputs, view.get("submit").filter(|submit| !submit.is_null())) {
        let message =
            format!("`submit` is missing: the input at blocks[{at}] needs a button that submits it");
        found.push(Finding::error("/view", "submit-missing", message));
    }
    let mut focused =
        elements(&view["blocks"], "/view/blocks").filter(|(_, element)| element["focus_on_load"] == true);
    let _first = focused.next();
    for (pointer, _) in focused {
        let message = "another element has `focus_on_load` already, and only one can have the focus";
        found.push(Finding::error(format!("{pointer}/focus_on_load"), "only-one", message));
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The interactive elements of blocks, with their pointers.
fn elements<'v>(blocks: &'v Value, pointer: &str) -> impl Iterator<Item = (String, &'v Value)> {
    let blocks = list(blocks).iter().enumerate();
    let pointer = pointer.to_owned();
    blocks.flat_map(move |(at, block)| {
        let at = format!("{pointer}/{at}");
        let single = ["accessory", "element"].into_iter().filter_map({
            let at = at.clone();
            move |key| Some((format!("{at}/{key}"), block.get(key)?))
        });
        let many = list(&block["elements"]).iter().enumerate();
        let many: Vec<_> = many.map(|(i, element)| (format!("{at}/elements/{i}"), element)).collect();
        single.chain(many)
    })
}

/// Rules for the blocks of a view or a message alike.
fn blocks(blocks: &Value, pointer: &str, found: &mut Vec<Finding>) {
    let mut block_ids = HashSet::new();
    for (at, block) in list(blocks).iter().enumerate() {
        let at = format!("{pointer}/{at}");
        if let Some(id) = block["block_id"].as_str().filter(|id| !id.is_empty() && !block_ids.insert(*id)) {
            let message = format!("another block has the block_id `{id}` already: each needs its own");
            found.push(Finding::error(format!("{at}/block_id"), "not-unique", message));
        }
        action_ids(block, &at, found);
    }
    for (at, element) in elements(blocks, pointer) {
        bounds(element, &at, found);
        initial(element, &at, found);
    }
}

/// An `action_id` must be unique within its block.
fn action_ids(block: &Value, pointer: &str, found: &mut Vec<Finding>) {
    let mut seen = HashSet::new();
    for (at, element) in list(&block["elements"]).iter().enumerate() {
        if let Some(id) = element["action_id"].as_str().filter(|id| !id.is_empty() && !seen.insert(*id)) {
            let message = format!("another element of this block has the action_id `{id}` already");
            found.push(Finding::error(format!("{pointer}/elements/{at}/action_id"), "not-unique", message));
        }
    }
}

/// The least must not be more than the most.
fn bounds(element: &Value, pointer: &str, found: &mut Vec<Finding>) {
    let number = |key: &str| match &element[key] {
        Value::String(text) => text.parse::<f64>().ok(),
        other => other.as_f64(),
    };
    for (least, most) in
        [("min_length", "max_length"), ("min_value", "max_value"), ("min_lines", "max_lines")]
    {
        if let (Some(low), Some(high)) = (number(least), number(most))
            && low > high
        {
            let message = format!("`{least}` is {low}, more than `{most}`, which is {high}");
            found.push(Finding::error(format!("{pointer}/{least}"), "out-of-range", message));
        }
    }
}

/// What is chosen at first must be one of the options, exactly as it stands there.
fn initial(element: &Value, pointer: &str, found: &mut Vec<Finding>) {
    let groups = list(&element["option_groups"]).iter().flat_map(|group| list(&group["options"]));
    let options: Vec<&Value> = list(&element["options"]).iter().chain(groups).collect();
    if options.is_empty() {
        return;
    }
    let one = element.get("initial_option").map(|option| (format!("{pointer}/initial_option"), option));
    let several = list(&element["initial_options"]).iter().enumerate();
    let several = several.map(|(at, option)| (format!("{pointer}/initial_options/{at}"), option));
    for (at, option) in one.into_iter().chain(several) {
        if !options.iter().any(|known| same_option(known, option)) {
            let message =
                "this is none of the element's options; it must stand there with the same text and value";
            found.push(Finding::error(at, "no-such-option", message));
        }
    }
}

fn same_option(one: &Value, other: &Value) -> bool {
    // Slack adds `emoji` and `verbatim` to texts when it sends them back
    one["value"] == other["value"] && one["text"]["text"] == other["text"]["text"]
}
