//! Slack's own check of blocks, `blocks.validate` (<https://docs.slack.dev/reference/methods/blocks.validate>): what it
//! is asked about a draft, and what its answer means for the draft.
//!
//! The method takes exactly one of `view`, `blocks` and `message`. It needs no token, and so gets none.

use std::time::Duration;

use serde_json::Value;

use super::{ack, peek};

/// What Slack is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// `view`, `blocks` or `message`.
    pub argument: &'static str,
    /// Its value, cut out of the draft.
    pub json: String,
    /// Where in the draft that lies, as a JSON pointer.
    prefix: &'static str,
}

/// Why there is nothing to ask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoQuestion {
    #[error("the draft is no JSON yet: line {line}, column {column}")]
    Syntax { line: usize, column: usize },
    #[error("the draft has no blocks: there is nothing that Slack could check")]
    NoBlocks,
}

/// What Slack said, or why it said nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Valid,
    Invalid(Vec<Refusal>),
    /// The server has no such method.
    UnknownMethod,
    RateLimited(Option<Duration>),
    /// Slack's error code, and what it says about it.
    NotChecked {
        code: String,
        said: String,
    },
    /// Nothing came, or nothing that Slack would say: what happened, and what to do.
    NoAnswer(String),
}

/// One thing that Slack refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A JSON pointer into the draft.
    pub pointer: String,
    pub message: String,
}

/// How a line of the answer is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Good,
    Bad,
    Doubt,
}

/// Nobody reads more of them.
const MOST_REFUSALS: usize = 100;

impl Question {
    /// What of a draft Slack can check: its view, or its message's blocks and attachments.
    pub fn of(draft: &str) -> Result<Self, NoQuestion> {
        if draft.trim().is_empty() {
            return Err(NoQuestion::NoBlocks);
        }
        serde_json::from_str::<serde::de::IgnoredAny>(draft)
            .map_err(|error| NoQuestion::Syntax { line: error.line(), column: error.column() })?;
        let [view, blocks, attachments] = peek::fields(draft, ["view", "blocks", "attachments"]);
        if let Some(view) = view {
            return Ok(Self { argument: "view", json: ack::minified(view), prefix: "/view" });
        }
        match (blocks, attachments) {
            (None, None) => Err(NoQuestion::NoBlocks),
            (Some(blocks), None) => {
                Ok(Self { argument: "blocks", json: ack::minified(blocks), prefix: "/blocks" })
            }
            // A message's `text` is refused there as an additional property.
            (blocks, Some(attachments)) => {
                let blocks = blocks.map(|blocks| format!("\"blocks\":{blocks},")).unwrap_or_default();
                let json = ack::minified(&format!("{{{blocks}\"attachments\":{attachments}}}"));
                Ok(Self { argument: "message", json, prefix: "" })
            }
        }
    }

    /// Reads an answer: the HTTP status, `Retry-After` in seconds, and the body.
    pub fn read(&self, status: u16, retry_after: Option<&str>, body: &str) -> Answer {
        let answer = serde_json::from_str::<Value>(body).ok().filter(Value::is_object);
        let code = answer.as_ref().and_then(|answer| answer["error"].as_str()).unwrap_or_default();
        if status == 429 || code == "ratelimited" {
            let seconds = retry_after.and_then(|seconds| seconds.trim().parse::<u32>().ok());
            return Answer::RateLimited(seconds.map(|seconds| Duration::from_secs(seconds.into())));
        }
        if code == "unknown_method" || (answer.is_none() && status == 404) {
            return Answer::UnknownMethod;
        }
        let Some(answer) = &answer else {
            return Answer::NoAnswer(format!(
                "what stands there answered blocks.validate with HTTP {status}, and not as Slack does; see --api-url"
            ));
        };
        match (answer["ok"].as_bool(), code) {
            (Some(true), _) => Answer::Valid,
            (_, "invalid_blocks" | "invalid_view" | "invalid_message") => {
                Answer::Invalid(self.refusals(answer))
            }
            (_, "") => Answer::NoAnswer(format!("the answer to blocks.validate (HTTP {status}) has no `ok`")),
            (_, code) => Answer::NotChecked { code: cut(code), said: said(answer) },
        }
    }

    fn refusals(&self, answer: &Value) -> Vec<Refusal> {
        let errors = answer["errors"].as_array().into_iter().flatten().take(MOST_REFUSALS);
        let all: Vec<Refusal> = errors.map(|error| self.refusal(error)).collect();
        if all.is_empty() {
            let message =
                format!("refused without a reason ({})", answer["error"].as_str().unwrap_or_default());
            return vec![Refusal { pointer: self.prefix.to_owned(), message }];
        }
        all
    }

    fn refusal(&self, error: &Value) -> Refusal {
        let pointer = format!("{}{}", self.prefix, error["pointer"].as_str().unwrap_or_default());
        let said = error["message"].as_str().or(error.as_str()).or(error["code"].as_str());
        let mut message = cut(said.unwrap_or("refused"));
        if let Some(expected) = expected(&error["constraint"]) {
            message = format!("{message}; expected {expected}");
        }
        Refusal { pointer: cut(&pointer), message }
    }
}

/// What a constraint wants: words of a list, or a number.
fn expected(constraint: &Value) -> Option<String> {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match &constraint["expected"] {
        Value::Null => None,
        Value::Array(words) => Some(cut(&words.iter().map(word).collect::<Vec<_>>().join(", "))),
        Value::Number(number) => {
            let of = constraint["type"].as_str().map(|of| of.replace('_', " ")).unwrap_or_default();
            Some(cut(format!("{of} {number}").trim()))
        }
        other => Some(cut(&word(other))),
    }
}

fn said(answer: &Value) -> String {
    let messages = answer["response_metadata"]["messages"].as_array().into_iter().flatten();
    cut(&messages.filter_map(Value::as_str).collect::<Vec<_>>().join("; "))
}

/// Short enough for a message.
fn cut(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

impl Answer {
    /// The answer in lines, the most telling first.
    pub fn lines(&self) -> Vec<(Mark, String)> {
        let doubt = |words: String| vec![(Mark::Doubt, words)];
        match self {
            Self::Valid => vec![(Mark::Good, "Slack's own check (blocks.validate) takes it".to_owned())],
            Self::Invalid(refusals) => {
                let line = |refusal: &Refusal| match refusal.pointer.as_str() {
                    "" => format!("Slack says: {}", refusal.message),
                    pointer => format!("Slack says of {pointer}: {}", refusal.message),
                };
                refusals.iter().map(|refusal| (Mark::Bad, line(refusal))).collect()
            }
            Self::UnknownMethod => doubt(
                "this server does not know blocks.validate: only sockscope's own check was made".to_owned(),
            ),
            Self::RateLimited(Some(wait)) => {
                doubt(format!("Slack takes no more checks for now: try again in {} s", wait.as_secs()))
            }
            Self::RateLimited(None) => {
                doubt("Slack takes no more checks for now: try again in a minute".to_owned())
            }
            Self::NotChecked { code, said } if said.is_empty() => {
                doubt(format!("Slack did not check it: {code}"))
            }
            Self::NotChecked { code, said } => doubt(format!("Slack did not check it ({code}): {said}")),
            Self::NoAnswer(why) => doubt(format!("no check by Slack: {why}")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn view() -> Question {
        Question::of(r#"{"response_action":"update", "view": { "type" : "modal" }}"#).unwrap()
    }

    #[test]
    fn a_draft_asks_about_its_view_or_its_blocks() {
        assert_eq!((view().argument, view().json.as_str()), ("view", r#"{"type":"modal"}"#));
        let blocks = Question::of(r#"{"text":"x","blocks":[ 1.50 ]}"#).unwrap();
        assert_eq!((blocks.argument, blocks.json.as_str()), ("blocks", "[1.50]"));
        let message = Question::of(r#"{"text":"x","blocks":[1],"attachments":[{}]}"#).unwrap();
        assert_eq!(
            (message.argument, message.json.as_str()),
            ("message", r#"{"blocks":[1],"attachments":[{}]}"#)
        );
        for draft in ["", "{}", "[]", "5", r#"{"text":"x"}"#, r#"{"response_action":"clear"}"#] {
            assert_eq!(Question::of(draft), Err(NoQuestion::NoBlocks), "{draft}");
        }
        assert_eq!(Question::of("{\n\"view\" 1}"), Err(NoQuestion::Syntax { line: 2, column: 8 }));
    }

    #[test]
    fn refusals_point_into_the_draft() {
        // The example of Slack's page.
        let body = r#"{"ok":false,"error":"invalid_blocks","errors":[{"code":"failed_constraint",
            "message":"unsupported type: invalid","pointer":"/0/text/type",
            "constraint":{"type":"enum","expected":["plain_text","mrkdwn"]}}]}"#;
        let question = Question::of(r#"{"blocks":[]}"#).unwrap();
        let refusal = Refusal {
            pointer: "/blocks/0/text/type".into(),
            message: "unsupported type: invalid; expected plain_text, mrkdwn".into(),
        };
        assert_eq!(question.read(200, None, body), Answer::Invalid(vec![refusal]));
        let long = r#"{"ok":false,"error":"invalid_view","errors":[{"message":"too long","pointer":"/title/text",
            "constraint":{"type":"max_length","expected":24,"got":30}}]}"#;
        let lines = view().read(200, None, long).lines();
        let told = "Slack says of /view/title/text: too long; expected max length 24";
        assert_eq!(lines, [(Mark::Bad, told.to_owned())]);
    }

    #[test]
    fn every_answer_is_told() {
        for (status, body, words) in [
            (200, r#"{"ok":true}"#, "takes it"),
            (200, r#"{"ok":false,"error":"unknown_method"}"#, "does not know blocks.validate"),
            (404, "<html>", "does not know blocks.validate"),
            (429, "", "try again in 30 s"),
            (200, r#"{"ok":false,"error":"ratelimited"}"#, "try again in 30 s"),
            (200, r#"{"ok":false,"error":"invalid_view"}"#, "without a reason (invalid_view)"),
            (200, r#"{"ok":false,"error":"fatal_error"}"#, "did not check it: fatal_error"),
            (
                200,
                r#"{"ok":false,"error":"invalid_arguments","response_metadata":{"messages":["exactly one"]}}"#,
                "(invalid_arguments): exactly one",
            ),
            (502, "<html>Bad Gateway", "HTTP 502"),
            (200, "", "HTTP 200"),
            (200, "{}", "no `ok`"),
        ] {
            let lines = view().read(status, Some("30"), body).lines();
            assert!(lines[0].1.contains(words), "{status} {body}: {lines:?}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_breaks_it(status: u16, retry in proptest::option::of(".{0,9}"), body in r#"(\{"ok":false,"error":"invalid_view","errors":\[)?.{0,80}"#) {
            prop_assert!(!view().read(status, retry.as_deref(), &body).lines().is_empty());
        }
    }
}
