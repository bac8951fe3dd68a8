//! What may take longer than a frame is done on a thread of its own; the answer comes back as an event.

use super::payload::Body;
use crate::journal::filter::{self, End, FilterError};
use crate::json::Document;
use crate::json::compare::Comparison;

/// Something to work out. The ticket tells answers that are no longer wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// What a jq expression makes of a message.
    Query { ticket: u64, message: String, expression: String },
    /// How two messages differ, and of which rows they are.
    Compare { ticket: u64, rows: (u32, u32), messages: (String, String) },
}

/// A task, done.
#[derive(Debug, Clone)]
pub enum Done {
    Query { ticket: u64, answer: Result<Answered, FilterError> },
    Compare { ticket: u64, rows: (u32, u32), comparison: Box<Comparison> },
}

/// What a query gave, ready to be shown.
#[derive(Debug, Clone)]
pub struct Answered {
    pub body: Body,
    pub outputs: usize,
    pub end: End,
}

impl Task {
    /// Takes its time: not for the loop.
    pub fn run(self) -> Done {
        match self {
            Self::Query { ticket, message, expression } => {
                let answer = filter::query(&message, &expression).map(|answer| Answered {
                    body: if answer.outputs == 0 { Body::Nothing } else { Body::of(answer.text) },
                    outputs: answer.outputs,
                    end: answer.end,
                });
                Done::Query { ticket, answer }
            }
            Self::Compare { ticket, rows, messages: (old, new) } => {
                let comparison = Box::new(Comparison::of(document(&old), document(&new)));
                Done::Compare { ticket, rows, comparison }
            }
        }
    }
}

/// What is no JSON is compared as the string that it is.
fn document(text: &str) -> Document {
    let quoted = || serde_json::Value::from(text).to_string();
    // A string that serde_json wrote is JSON, unless it has 4 GiB: then there is nothing that could be shown.
    Document::parse(text).or_else(|_| Document::parse(&quoted())).unwrap_or_else(|_| Document::null())
}
