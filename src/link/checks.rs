//! What rules sent is checked as an answer by hand is, after it has left and beside the sockets' tasks.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use tokio::task::JoinSet;

use super::rule::Rule;
use crate::journal::{Event, Journal};
use crate::slack::check;
use crate::slack::envelope::About;

/// Bursts that may wait for their checks. Where rules answer faster than that, more of the same is not checked:
/// the findings would be the same.
const WAITING: usize = 64;

pub const PAYLOAD_REFUSED: &str = "payload-refused";

/// The checks that are under way.
#[derive(Debug, Default)]
pub struct Checks(Mutex<JoinSet<()>>);

/// A rule's answer and the envelope that it answers.
#[derive(Debug)]
pub struct Check {
    pub conn: u32,
    pub envelope_id: String,
    pub type_: String,
    pub accepts: Option<bool>,
    /// The envelope's.
    pub payload: String,
    pub answer: String,
    pub rule: Rule,
}

impl Checks {
    /// Checks the answers of a burst; what is wrong with them goes into the journal.
    pub fn start(&self, journal: &Journal, answers: Vec<Check>) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while running.try_join_next().is_some() {}
        if running.len() < WAITING {
            let journal = journal.clone();
            running.spawn_blocking(move || answers.iter().for_each(|answer| answer.check(&journal)));
        }
    }

    /// Returns when all that was started is in the journal.
    pub async fn done(&self) {
        let mut running = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        while running.join_next().await.is_some() {}
    }
}

impl Check {
    fn check(&self, journal: &Journal) {
        let kind = About::of(&self.type_, &self.payload).kind;
        let findings = check::check(kind, self.accepts, &self.payload, &self.answer);
        let sender = format!("the rule `{}`", self.rule.title());
        let Some(message) = check::refused(&findings, &sender) else { return };
        let event = Event::Finding {
            code: PAYLOAD_REFUSED.into(),
            conn: Some(self.conn),
            envelope_id: Some(self.envelope_id.as_str().into()),
            message: message.into(),
        };
        journal.write(Timestamp::now(), &event);
    }
}
