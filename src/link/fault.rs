//! Why a try failed, by what it asks of us.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// What is to be done about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Nothing gets better by itself: the user has to act.
    Stop,
    /// Passes with time: exponential back-off.
    Retry,
    /// As `Retry`, but a fault that nobody knows is not retried for ever.
    RetryFew,
    /// Wait exactly this long.
    Wait(Duration),
    /// Socket Mode is off: look once in a while.
    Probe,
}

/// A failed try: Slack's code or our own short name, what happened, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: Cow<'static, str>,
    /// What happened, and why.
    pub message: String,
    /// What to do next; empty where the message says it.
    pub advice: Cow<'static, str>,
    pub asks: Asks,
}

impl std::error::Error for Fault {}

/// All that its reader needs, in one text.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.advice.is_empty() { Ok(()) } else { write!(f, ". {}", self.advice) }
    }
}

impl Fault {
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>, asks: Asks) -> Self {
        Self { code: code.into(), message: message.into(), advice: Cow::Borrowed(""), asks }
    }

    #[must_use]
    pub fn advise(self, advice: impl Into<Cow<'static, str>>) -> Self {
        Self { advice: advice.into(), ..self }
    }

    /// A fault that passes with time.
    pub fn passing(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(code, message, Asks::Retry)
    }
}

/// All that an error says, down to its deepest cause, each thing once.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        source = error.source();
    }
    text
}

/// The first line of a body that says something, short enough for a message; markup is named, not shown.
pub fn first_line(body: &str) -> String {
    let line = body.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if line.starts_with('<') {
        let title = body.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        return match title {
            Some((title, _)) => format!("a web page titled \"{}\"", cut(title.trim())),
            None => "a web page".to_owned(),
        };
    }
    if line.is_empty() { "an empty body".to_owned() } else { format!("\"{}\"", cut(line)) }
}

fn cut(text: &str) -> String {
    const LONGEST: usize = 160;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// `Retry-After` in seconds; the date form is not used by Slack.
pub fn retry_after(value: Option<&str>) -> Option<Duration> {
    value?.trim().parse::<u32>().ok().map(|seconds| Duration::from_secs(seconds.into()))
}

/// What an HTTP status in place of an upgrade or an answer asks of us.
pub fn asked_by_status(status: u16, retry_after: Option<Duration>) -> Asks {
    match (status, retry_after) {
        (408 | 409 | 429 | 500..=599, Some(wait)) => Asks::Wait(wait),
        (429, None) => Asks::Wait(Duration::from_secs(30)),
        (408 | 409 | 500..=599, None) => Asks::Retry,
        _ => Asks::RetryFew,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_told_in_a_line() {
        assert_eq!(first_line(""), "an empty body");
        assert_eq!(first_line("\n\n  No way \nmore"), "\"No way\"");
        assert_eq!(
            first_line("<!doctype html><html><title> Blocked </title>"),
            "a web page titled \"Blocked\""
        );
        assert_eq!(first_line("<html><body>x"), "a web page");
        assert!(first_line(&"ä".repeat(10_000)).len() < 400);
    }

    #[test]
    fn retry_after_is_seconds() {
        assert_eq!(retry_after(Some(" 30 ")), Some(Duration::from_secs(30)));
        for odd in ["", "-1", "soon", "1e9", "99999999999999999999"] {
            assert_eq!(retry_after(Some(odd)), None, "{odd}");
        }
    }
}
