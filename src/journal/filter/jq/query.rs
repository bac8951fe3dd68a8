//! What an expression gives for one message: the query line of the payload pane.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use jaq_core::{Ctx, Vars};
use jaq_json::Val;

use super::leash::{Kit, Leash, Meter};
use super::{Jq, NESTING_STEPS, apart, read};
use crate::journal::filter::FilterError;

/// Steps for one query: a second or two. A reader waits for it, who would not for each of a million messages.
const STEPS: usize = 2_000_000;
const STEPS_PER_BYTE: usize = 4;
/// As much of the outputs as is kept, in bytes.
const KEPT: usize = 16 << 20;
/// As much of an error's words as is kept: jq names the value that it is about, whatever its size.
const WORDS: usize = 200;

/// What a query gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The one output, or an array of the others: jq's `[…]` around the expression. JSON, but for values that
    /// JSON has no words for, such as `nan`.
    pub text: String,
    /// How many outputs there are.
    pub outputs: usize,
    pub end: End,
}

/// How a query ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// All outputs are there.
    Done,
    /// The expression failed after these outputs, for the reason that jq gives.
    Failed(String),
    /// It met the bound on its steps, its stack or the message's nesting.
    GaveUp,
    /// There are more outputs than are kept.
    Cut,
}

/// Runs a jq expression over one message as received, which is its root: `.payload.view`.
///
/// May take seconds for a large message: call it where somebody can wait.
pub fn query(message: &str, expression: &str) -> Result<Answer, FilterError> {
    let fault = |fault: super::Fault| FilterError::new(expression, fault.offset, fault.message);
    let jq = Jq::compile(expression).map_err(fault)?;
    // What is read there is dropped there, on a stack with room for it.
    let answer = apart(|| answer(&jq, message));
    Ok(answer.unwrap_or(Answer { text: "[]".to_owned(), outputs: 0, end: End::GaveUp }))
}

fn answer(jq: &Jq, message: &str) -> Answer {
    let kept = Kept::default();
    let end = match read(message) {
        Ok(Some(root)) => run(jq, &root, message.len(), &kept),
        Ok(None) => End::Failed("the message is no JSON".to_owned()),
        Err(_) => End::GaveUp,
    };
    let outputs = kept.outputs.get();
    let text = kept.text.into_inner();
    let text = if outputs == 1 { text } else { format!("[{text}]") };
    Answer { text, outputs, end }
}

/// The outputs so far; they outlive an expression that is given up.
#[derive(Default)]
struct Kept {
    text: RefCell<String>,
    outputs: Cell<usize>,
}

impl Kept {
    /// Takes one output, whole or not at all.
    fn take(&self, value: &Val) -> bool {
        let mut text = self.text.borrow_mut();
        let before = text.len();
        let comma = if self.outputs.get() > 0 { "," } else { "" };
        let mut bounded = Bounded { text: &mut text, room: KEPT - before };
        if write!(bounded, "{comma}{value}").is_err() {
            text.truncate(before);
            return false;
        }
        self.outputs.set(self.outputs.get() + 1);
        true
    }
}

/// A text that takes only so much.
struct Bounded<'a> {
    text: &'a mut String,
    room: usize,
}

impl Write for Bounded<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.room = self.room.checked_sub(part.len()).ok_or(fmt::Error)?;
        self.text.push_str(part);
        Ok(())
    }
}

/// `length` is that of the message, in bytes.
fn run(jq: &Jq, root: &Val, length: usize, kept: &Kept) -> End {
    let steps = STEPS + STEPS_PER_BYTE * length;
    let meter = Meter::new(if jq.nests { steps.min(NESTING_STEPS) } else { steps }, length);
    let data = Leash::new(&jq.program.lut, &meter);
    let all = || {
        for output in jq.program.id.run((Ctx::<Kit>::new(data, Vars::new([])), root.clone())) {
            match output {
                Ok(value) if kept.take(&value) => {}
                Ok(_) => return End::Cut,
                Err(why) => {
                    return End::Failed(
                        why.get_err().map_or_else(|_| "it stopped".to_owned(), |why| words(&why)),
                    );
                }
            }
        }
        End::Done
    };
    catch_unwind(AssertUnwindSafe(all)).unwrap_or(End::GaveUp)
}

fn words(why: &jaq_json::Error) -> String {
    let mut text = String::new();
    let full = write!(Bounded { text: &mut text, room: WORDS }, "{why}").is_err();
    if full { text + "…" } else { text }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(message: &str, expression: &str) -> (String, usize, End) {
        let answer = query(message, expression).unwrap();
        (answer.text, answer.outputs, answer.end)
    }

    #[test]
    fn one_output_is_itself_and_several_are_an_array() {
        let message = r#"{"payload":{"a":1.50,"b":[1,2]}}"#;
        assert_eq!(of(message, ".payload.a"), ("1.50".to_owned(), 1, End::Done));
        assert_eq!(of(message, ".payload.b[]"), ("[1,2]".to_owned(), 2, End::Done));
        assert_eq!(of(message, "empty"), ("[]".to_owned(), 0, End::Done));
    }

    #[test]
    fn what_is_wrong_has_its_column_or_its_words() {
        assert_eq!(query("{}", ".payload | nothere").unwrap_err().column, 12);
        let (text, outputs, end) = of(r#"{"a":"b"}"#, ".a, (.a | .x), 1");
        assert_eq!((text.as_str(), outputs), (r#""b""#, 1));
        assert!(matches!(end, End::Failed(why) if why.contains("index")));
        assert!(matches!(of("no JSON", ".").2, End::Failed(_)));
    }

    #[test]
    fn every_bound_is_told_and_what_came_before_it_stays() {
        assert_eq!(of("{}", "1, (def f: f; f)"), ("1".to_owned(), 1, End::GaveUp));
        assert_eq!(of("{}", "range(infinite)").2, End::GaveUp);
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(of(&deep, ".").2, End::GaveUp);
        let message = format!("\"{}\"", "a".repeat(1_000_000));
        let (text, outputs, end) = of(&message, "., ., ., ., ., ., ., ., ., ., ., ., ., ., ., ., ., .");
        assert_eq!((outputs, end), (16, End::Cut));
        assert!(text.len() <= KEPT + 2);
        let Answer { end: End::Failed(why), .. } = query(&message, ".x").unwrap() else { unreachable!() };
        assert!(why.len() < WORDS + 8, "{}", why.len());
    }
}
