//! The draft on its way into an app or a shell.

use super::App;
use crate::slack::handler::{self, Language};

/// What the copy menu offers beside values of the payload: key, name, what it is.
pub(super) const ROWS: [(char, &str, &str); 4] = [
    ('J', "JavaScript handler", "this ack in its Bolt listener"),
    ('P', "Python handler", "the same for Bolt for Python"),
    ('V', "Java handler", "the same for Bolt for Java"),
    ('c', "curl", "a message to the payload's response_url"),
];

impl App {
    /// The draft as one of [`ROWS`]; nothing for another name.
    pub(super) fn taken_out(&self, what: &str) -> Option<Result<String, String>> {
        let language = match what {
            "JavaScript handler" => Some(Language::JavaScript),
            "Python handler" => Some(Language::Python),
            "Java handler" => Some(Language::Java),
            "curl" => None,
            _ => return None,
        };
        let Some(draft) = self.composer.draft() else {
            return Some(Err(format!("no {what}: select an envelope that can be answered")));
        };
        let (kind, payload, text) = (draft.target.kind, &draft.target.payload, draft.text());
        let made = match language {
            Some(language) => handler::skeleton(language, kind, payload, &text),
            None => handler::curl(kind, payload, &text),
        };
        Some(made.map_err(|error| error.to_string()))
    }
}
