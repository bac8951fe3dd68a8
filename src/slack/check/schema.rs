//! Shapes and limits, by JSON Schema.

use std::sync::OnceLock;

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

use super::{Finding, documented, words};
use crate::slack::envelope::Kind;

/// The base that the schemas' `$id` share; nothing is ever fetched from it.
const BASE: &str = "sockscope:/schemas/";

const SCHEMAS: [(&str, &str); 5] = [
    ("objects.json", include_str!("../../../assets/schemas/objects.json")),
    ("elements.json", include_str!("../../../assets/schemas/elements.json")),
    ("blocks.json", include_str!("../../../assets/schemas/blocks.json")),
    ("view.json", include_str!("../../../assets/schemas/view.json")),
    ("answers.json", include_str!("../../../assets/schemas/answers.json")),
];

pub(super) fn check(kind: Kind, answer: &Value, found: &mut Vec<Finding>) {
    let Some(validator) = validator(kind) else { return };
    for error in validator.iter_errors(answer) {
        for finding in words::findings(&error) {
            // several branches of a schema may say the same of the same place
            if !found.iter().any(|known| known.pointer == finding.pointer && known.rule == finding.rule) {
                found.push(finding);
            }
        }
    }
}

/// Built when a kind is first answered, then kept: building takes longer than checking.
fn validator(kind: Kind) -> Option<&'static Validator> {
    static BUILT: [OnceLock<Option<Validator>>; Kind::ALL.len()] =
        [const { OnceLock::new() }; Kind::ALL.len()];
    BUILT[kind as usize].get_or_init(|| documented(kind).then(|| build(kind))).as_ref()
}

#[expect(clippy::expect_used, reason = "the schemas are part of the program; a test builds every one")]
fn build(kind: Kind) -> Validator {
    let mut registry = Registry::new();
    for (name, text) in SCHEMAS {
        let schema: Value = serde_json::from_str(text).expect("a built-in schema is JSON");
        registry = registry.add(format!("{BASE}{name}"), schema).expect("a built-in schema has a place");
    }
    let registry = registry.prepare().expect("built-in schemas refer to each other only");
    let root = json!({ "$ref": format!("{BASE}answers.json#/$defs/{}", kind.name()) });
    jsonschema::options().offline().with_registry(&registry).build(&root).expect("built-in schemas are valid")
}
