//! The dialog in which a rule is written: a draft on its way to be armed, or a rule of the list.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::TextArea;

use crate::app::composer::Target;
use crate::app::overlay::line;
use crate::journal::filter::{AckState, Filter, Subject, Verdict};
use crate::link::rule::{self, Rule, Spec, SpecError, THEN, Then};
use crate::slack::check::{self, Severity};
use crate::slack::template;

/// Where the rule goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before all others.
    First,
    /// In the place of this one, switched as that was.
    Of { at: usize, on: bool },
}

/// What can be written; Tab goes through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    When,
    Times,
    Delay,
    Then,
    Name,
}

impl Field {
    pub const ALL: [Self; 5] = [Self::When, Self::Times, Self::Delay, Self::Then, Self::Name];

    pub fn label(self) -> &'static str {
        match self {
            Self::When => "when",
            Self::Times => "times",
            Self::Delay => "delay",
            Self::Then => "then",
            Self::Name => "name",
        }
    }

    fn step(self, steps: usize) -> Self {
        Self::ALL[(self as usize + steps) % Self::ALL.len()]
    }
}

/// The envelope that the rule was made for: what is written is tried on it.
#[derive(Debug, Clone)]
pub struct Source {
    pub target: Target,
    pub type_: String,
    /// The message as received.
    pub message: String,
    pub since_start: Duration,
    pub retry: u32,
}

/// Why what is written is no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is wrong; none where the payload is.
    pub field: Option<Field>,
    /// From 1, in characters, where one column is to blame.
    pub column: Option<usize>,
    pub message: String,
}

#[derive(Debug)]
pub struct Form {
    pub place: Place,
    pub field: Field,
    pub when: TextArea<'static>,
    pub delay: TextArea<'static>,
    pub name: TextArea<'static>,
    /// Always, where there is no number.
    pub times: Option<u32>,
    pub then: Then,
    pub payload: Option<String>,
    source: Option<Source>,
    /// The rule that it would be.
    pub verdict: Result<Rule, Fault>,
    /// What speaks against it, in words; it can be armed all the same.
    pub doubts: Vec<String>,
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Nothing beyond the dialog.
    Stay,
    Cancel,
    Arm,
    /// The payload in `$EDITOR`.
    Edit,
}

impl Form {
    pub fn new(place: Place, spec: Spec, source: Option<Source>) -> Self {
        let delay = if spec.delay.is_zero() { String::new() } else { rule::delay_text(spec.delay) };
        let mut form = Self {
            place,
            field: Field::When,
            // A file may break it; a line cannot.
            when: line(&spec.when.replace('\n', " ")),
            delay: line(&delay),
            name: line(&spec.name.unwrap_or_default().replace('\n', " ")),
            times: spec.times,
            then: spec.then,
            payload: spec.payload,
            source,
            verdict: Err(Fault { field: None, column: None, message: String::new() }),
            doubts: Vec::new(),
        };
        form.check();
        form
    }

    pub fn set_payload(&mut self, text: &str) {
        self.payload = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        self.check();
    }

    pub fn key(&mut self, key: KeyEvent) -> Wish {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => return Wish::Cancel,
            KeyCode::Char('c') if control => return Wish::Cancel,
            KeyCode::Char('e') if control => return Wish::Edit,
            KeyCode::Enter => return self.arm(),
            // The key that opened it, once more.
            KeyCode::Char('r') if control => return self.arm(),
            KeyCode::BackTab | KeyCode::Up => self.field = self.field.step(Field::ALL.len() - 1),
            KeyCode::Tab | KeyCode::Down => self.field = self.field.step(1),
            _ => self.write(key, control),
        }
        Wish::Stay
    }

    pub fn paste(&mut self, text: &str) {
        if let Some(input) = self.input() {
            input.insert_str(text);
            self.check();
        }
    }

    /// What is wrong gets the cursor instead.
    fn arm(&mut self) -> Wish {
        match &self.verdict {
            Ok(_) => Wish::Arm,
            Err(fault) => {
                self.field = fault.field.unwrap_or(self.field);
                Wish::Stay
            }
        }
    }

    fn input(&mut self) -> Option<&mut TextArea<'static>> {
        match self.field {
            Field::When => Some(&mut self.when),
            Field::Delay => Some(&mut self.delay),
            Field::Name => Some(&mut self.name),
            Field::Times | Field::Then => None,
        }
    }

    fn write(&mut self, key: KeyEvent, control: bool) {
        match self.field {
            Field::Times => self.times = times(self.times, key.code),
            Field::Then => self.then = then(self.then, key.code),
            Field::When | Field::Delay | Field::Name => {
                let Some(input) = self.input() else { return };
                match key.code {
                    KeyCode::Char('u') if control => *input = line(""),
                    // One line only.
                    KeyCode::Char('m' | 'j') if control => {}
                    _ => drop(input.input(key)),
                }
            }
        }
        self.check();
    }

    fn spec(&self) -> Result<Spec, Fault> {
        let text = |input: &TextArea| input.lines().concat().trim().to_owned();
        let delay = match text(&self.delay) {
            blank if blank.is_empty() => Duration::ZERO,
            written => rule::delay(&written).map_err(|message| Fault::of(Field::Delay, message))?,
        };
        Ok(Spec {
            name: Some(text(&self.name)).filter(|name| !name.is_empty()),
            when: self.when.lines().concat(),
            payload: self.payload.clone(),
            times: self.times,
            delay,
            then: self.then,
        })
    }

    fn check(&mut self) {
        self.verdict = self.spec().and_then(|spec| Rule::new(spec).map_err(Fault::from));
        if let (Ok(rule), Place::Of { on, .. }) = (&mut self.verdict, self.place) {
            rule.on = on;
        }
        self.doubts = match (&self.verdict, &self.source) {
            (Ok(rule), Some(source)) => source.doubts(rule.spec()),
            _ => Vec::new(),
        };
    }
}

impl Fault {
    fn of(field: Field, message: String) -> Self {
        Self { field: Some(field), column: None, message }
    }
}

impl From<SpecError> for Fault {
    fn from(error: SpecError) -> Self {
        match error {
            SpecError::When(error) => {
                let (column, message) = (Some(error.column), error.message);
                Self { field: Some(Field::When), column, message }
            }
            SpecError::Blank => Self::of(Field::When, error.to_string()),
            SpecError::Payload(_) => Self { field: None, column: None, message: error.to_string() },
            SpecError::Never => Self::of(Field::Times, error.to_string()),
            SpecError::Delay => Self::of(Field::Delay, error.to_string()),
        }
    }
}

impl Source {
    /// What would go wrong with the very envelope that the rule was made for.
    fn doubts(&self, spec: &Spec) -> Vec<String> {
        let mut doubts = Vec::new();
        if let Ok(filter) = Filter::parse(&spec.when)
            && filter.evaluate(&self.subject()) != Verdict::Match
        {
            doubts.push("It would not match the envelope that it was made for.".to_owned());
        }
        let Some(payload) = spec.payload.as_deref().filter(|_| spec.then != Then::Drop) else {
            return doubts;
        };
        match template::fill(payload, &self.target.payload) {
            Err(error) => doubts.push(format!("For this envelope it would acknowledge empty: {error}.")),
            Ok(filled) => {
                let Target { kind, accepts, payload, .. } = &self.target;
                let findings = check::check(*kind, *accepts, payload, &filled);
                let error = findings.iter().find(|finding| finding.severity == Severity::Error);
                doubts.extend(error.map(|error| {
                    format!("Slack would refuse this answer: {}.", error.message.trim_end_matches('.'))
                }));
            }
        }
        doubts
    }

    /// The envelope as the socket's task sees it when it comes.
    fn subject(&self) -> Subject<'_> {
        Subject {
            kind: "envelope",
            conn: Some(self.target.conn),
            type_: &self.type_,
            envelope_id: &self.target.envelope_id,
            message: &self.message,
            at: self.target.received,
            since_start: self.since_start,
            ack: AckState::Pending,
            by: None,
            took_ms: None,
            retry: self.retry,
        }
    }
}

/// Digits are a number of times; Space and the arrows go from always to once and back.
fn times(times: Option<u32>, key: KeyCode) -> Option<u32> {
    match (key, times) {
        (KeyCode::Char(digit), _) if digit.is_ascii_digit() => {
            let more = times.unwrap_or(0).checked_mul(10)?.checked_add(digit.to_digit(10)?)?;
            (more > 0).then_some(more)
        }
        (KeyCode::Backspace, Some(times)) => Some(times / 10).filter(|times| *times > 0),
        (KeyCode::Char(' ') | KeyCode::Left | KeyCode::Right, None) => Some(1),
        (KeyCode::Char(' ') | KeyCode::Left | KeyCode::Right, Some(_)) => None,
        _ => times,
    }
}

fn then(then: Then, key: KeyCode) -> Then {
    let at = THEN.iter().position(|(known, _)| *known == then).unwrap_or(0);
    let steps = match key {
        KeyCode::Char(' ') | KeyCode::Right => 1,
        KeyCode::Left => THEN.len() - 1,
        _ => 0,
    };
    THEN[(at + steps) % THEN.len()].0
}

#[cfg(test)]
mod tests;
