//! The lines for people and the object for scripts. No token, ticket or control character passes.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use super::stage::{Diagnosis, Outcome, Progress, Stage, Step};
use crate::slack::secret;
use crate::text;

/// Columns of the text below the lines.
const WIDTH: usize = 96;

/// How the lines are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    pub colour: bool,
    /// Whether a line may be shown while its stage goes on, and written over.
    pub live: bool,
}

/// Prints each stage as it ends, and the verdict.
#[derive(Debug)]
pub struct Lines<W> {
    out: W,
    style: Style,
}

#[derive(Clone, Copy)]
enum Paint {
    Good,
    Bad,
    Dim,
    Bold,
}

impl<W: Write> Lines<W> {
    pub fn new(out: W, style: Style) -> Self {
        Self { out, style }
    }

    pub fn progress(&mut self, progress: &Progress) -> io::Result<()> {
        match progress {
            Progress::Begun(stage) if self.style.live => {
                write!(self.out, "{}", self.paint(Paint::Dim, &format!("… {}", stage.label())))?;
            }
            Progress::Begun(_) => {}
            Progress::Ended(step) => {
                let over = if self.style.live { "\r\x1b[K" } else { "" };
                writeln!(self.out, "{over}{}", self.line(step))?;
            }
        }
        self.out.flush()
    }

    fn line(&self, step: &Step) -> String {
        let label = text::left(step.stage.label(), 12);
        let (mark, paint, took, fact) = match &step.outcome {
            Outcome::Passed { took, fact } => ("✓", Paint::Good, Some(*took), fact.as_str()),
            Outcome::Skipped { why } => ("–", Paint::Dim, None, why.as_str()),
            Outcome::Failed { took, failure } => ("✗", Paint::Bad, Some(*took), failure.code.as_ref()),
        };
        let took = took.map(|took| text::millis(ms(took))).unwrap_or_default();
        let (took, fact) = (text::right(&took, 8), safe(fact));
        let line = format!("{label}  {took}  {fact}");
        match paint {
            Paint::Dim => self.paint(Paint::Dim, &format!("{mark} {line}")).into_owned(),
            paint => format!("{} {line}", self.paint(paint, mark)),
        }
    }

    /// What it all means: what failed and what to do, or that all is well.
    pub fn verdict(&mut self, diagnosis: &Diagnosis) -> io::Result<()> {
        let mut text = String::from("\n");
        match diagnosis.failure() {
            None => {
                let well = "All is well: this machine can hold a Socket Mode connection for the app.";
                text.push_str(&self.paint(Paint::Good, well));
                text.push('\n');
            }
            Some((stage, failure)) => {
                let head = format!("It fails at `{}` ({}).", stage.label(), safe(&failure.code));
                text.push_str(&self.paint(Paint::Bad, &head));
                text.push('\n');
                self.section(&mut text, "What happened", &failure.message);
                self.section(&mut text, "What to do", &failure.advice);
            }
        }
        for note in &diagnosis.notes {
            text.push('\n');
            for line in text::wrap_words(&safe(note), WIDTH) {
                let _ = writeln!(text, "{}", self.paint(Paint::Dim, &line));
            }
        }
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    fn section(&self, text: &mut String, title: &str, body: &str) {
        const INDENT: usize = 15;
        for (at, line) in text::wrap_words(&sentence(&safe(body)), WIDTH - INDENT).iter().enumerate() {
            let title = text::left(if at == 0 { title } else { "" }, INDENT);
            let _ = writeln!(text, "{}{line}", self.paint(Paint::Bold, &title));
        }
    }

    fn paint<'t>(&self, paint: Paint, text: &'t str) -> Cow<'t, str> {
        let code = match paint {
            _ if !self.style.colour || text.trim().is_empty() => return Cow::Borrowed(text),
            Paint::Good => 32,
            Paint::Bad => 31,
            Paint::Dim => 2,
            Paint::Bold => 1,
        };
        Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
    }
}

/// Text from elsewhere, harmless and without secrets.
fn safe(text: &str) -> String {
    text::visible(&secret::mask(text)).into_owned()
}

/// With a capital at its beginning, where that is a plain word, and a full stop at its end.
fn sentence(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    let plain = word.chars().all(|c| c.is_ascii_lowercase());
    let mut chars = text.chars();
    let text = match chars.next() {
        Some(first) if plain => format!("{}{}", first.to_ascii_uppercase(), chars.as_str()),
        _ => text.to_owned(),
    };
    if text.is_empty() || text.ends_with(['.', '!', '?', '…']) { text } else { format!("{text}.") }
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    stages: Vec<StageReport<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct StageReport<'a> {
    name: &'static str,
    /// `null` where the stage was skipped.
    ok: Option<bool>,
    took_ms: Option<f64>,
    fact: Option<&'a str>,
    error: Option<ErrorReport<'a>>,
}

#[derive(Serialize)]
struct ErrorReport<'a> {
    code: &'a str,
    message: Cow<'a, str>,
    advice: Cow<'a, str>,
}

/// The diagnosis as one JSON object, without a line break.
pub fn json(diagnosis: &Diagnosis) -> String {
    let stages = diagnosis.steps.iter().map(stage).collect();
    let report = Report { ok: diagnosis.ok(), stages, notes: &diagnosis.notes };
    // Strings, numbers and booleans always serialise.
    let text = serde_json::to_string(&report).unwrap_or_default();
    secret::mask(&text).into_owned()
}

fn stage(step: &Step) -> StageReport<'_> {
    let name = Stage::name(step.stage);
    // Microseconds are as fine as it gets.
    let rounded = |took: &Duration| Some((ms(*took) * 1000.0).round() / 1000.0);
    match &step.outcome {
        Outcome::Passed { took, fact } => {
            StageReport { name, ok: Some(true), took_ms: rounded(took), fact: Some(fact), error: None }
        }
        Outcome::Skipped { why } => {
            StageReport { name, ok: None, took_ms: None, fact: Some(why), error: None }
        }
        Outcome::Failed { took, failure } => {
            let error = ErrorReport {
                code: &failure.code,
                message: Cow::Borrowed(&failure.message),
                advice: Cow::Borrowed(&failure.advice),
            };
            StageReport { name, ok: Some(false), took_ms: rounded(took), fact: None, error: Some(error) }
        }
    }
}

#[cfg(test)]
mod tests;
