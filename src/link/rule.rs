//! Rules: answers that are ready before they are needed, and what an app may do wrong.
//!
//! A rule looks at an envelope when it comes, in the task of the socket that it came on; the first that matches
//! decides. Rules are values: a changed list goes to the sockets with [`super::Command::Rules`], and every copy of a
//! rule counts together with the others how often it fired.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::journal::filter::{Filter, FilterError, Reading, Subject, Verdict};
use crate::slack::template::{self, FillError};

mod file;
mod place;
mod propose;
mod write;

pub use file::{RuleError, delay};
pub use propose::propose;
pub use write::duration as delay_text;

/// The longest delay. Slack has given up on everything long before.
pub const LONGEST_DELAY: Duration = Duration::from_secs(3600);

/// What a rule does with an envelope that it matches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Then {
    #[default]
    Ack,
    /// No ack, ever.
    Drop,
    /// The same ack two times.
    Twice,
    /// The frame of the ack without its last brace, which is no JSON and acknowledges nothing.
    Malformed,
}

/// The words of a rules file for [`Then`].
pub const THEN: [(Then, &str); 4] =
    [(Then::Ack, "ack"), (Then::Drop, "drop"), (Then::Twice, "twice"), (Then::Malformed, "malformed")];

impl Then {
    pub fn as_str(self) -> &'static str {
        THEN.iter().find(|(then, _)| *then == self).map_or("", |(_, word)| word)
    }

    fn named(word: &str) -> Option<Self> {
        THEN.iter().find(|(_, known)| *known == word).map(|(then, _)| *then)
    }
}

/// What a rule says, as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spec {
    pub name: Option<String>,
    /// In the filter language.
    pub when: String,
    /// A template: JSON text with `{{/json/pointer}}` places. None is the empty ack.
    pub payload: Option<String>,
    /// How often it answers, then it is spent; always, where nothing is said.
    pub times: Option<u32>,
    /// From the envelope's coming to the answer's leaving.
    pub delay: Duration,
    pub then: Then,
}

/// Why a [`Spec`] is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    #[error("`when` is no filter: {0}")]
    When(FilterError),
    /// Mostly one that was forgotten; it would be followed for every envelope.
    #[error(
        "`when` is blank: write a filter such as \"type:slash_commands command:/deploy\", or \"kind:envelope\" for every envelope"
    )]
    Blank,
    #[error("`payload` cannot be sent: {0}")]
    Payload(FillError),
    #[error("`times = 0` would never fire: write 1 or more, `off = true`, or leave the rule out")]
    Never,
    #[error("`delay` is longer than an hour: Slack has given up long before")]
    Delay,
}

/// A rule that can be followed; cheap to clone, and all clones count together.
#[derive(Debug, Clone)]
pub struct Rule {
    /// One that is switched off matches nothing.
    pub on: bool,
    body: Arc<Body>,
}

#[derive(Debug)]
struct Body {
    spec: Spec,
    filter: Filter,
    has_places: bool,
    fired: AtomicU64,
    gave_up: AtomicU64,
}

/// How a rule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It answers what matches; so often still, where that is limited.
    Armed {
        left: Option<u64>,
    },
    /// It fired as often as it may.
    Spent,
    Off,
}

/// What the rules make of an envelope.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'r> {
    /// The first rule that matches, which has then fired.
    pub rule: Option<&'r Rule>,
    /// A rule before it that could not decide: its jq expression met its bound, and it counts as not matching.
    pub gave_up: Option<&'r Rule>,
}

/// Says the same; how often either fired does not matter.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.on == other.on && self.body.spec == other.body.spec
    }
}

impl Eq for Rule {}

impl Rule {
    /// A rule that is switched on and has not fired yet.
    pub fn new(spec: Spec) -> Result<Self, SpecError> {
        if spec.when.trim().is_empty() {
            return Err(SpecError::Blank);
        }
        let filter = Filter::parse(&spec.when).map_err(SpecError::When)?;
        if let Some(payload) = &spec.payload {
            // Places need an envelope, but what is written must be JSON, and its places must be places.
            template::fill_what_is_there(payload, "{}").map_err(SpecError::Payload)?;
        }
        if spec.times == Some(0) {
            return Err(SpecError::Never);
        }
        if spec.delay > LONGEST_DELAY {
            return Err(SpecError::Delay);
        }
        // A brace may be spelled as an escape.
        let has_places =
            spec.payload.as_deref().is_some_and(|payload| payload.contains("{{") || payload.contains("\\u"));
        let body = Body { spec, filter, has_places, fired: AtomicU64::new(0), gave_up: AtomicU64::new(0) };
        Ok(Self { on: true, body: Arc::new(body) })
    }

    pub fn spec(&self) -> &Spec {
        &self.body.spec
    }

    /// Its name, or else what it looks for.
    pub fn title(&self) -> &str {
        self.spec().name.as_deref().unwrap_or(&self.spec().when)
    }

    /// How often it fired, on all sockets together.
    pub fn fired(&self) -> u64 {
        self.body.fired.load(Ordering::Relaxed)
    }

    pub fn is_spent(&self) -> bool {
        self.fired() >= self.limit()
    }

    /// How often its `when` had to be given up: a jq expression that met its bound.
    pub fn gave_up(&self) -> u64 {
        self.body.gave_up.load(Ordering::Relaxed)
    }

    pub fn standing(&self) -> Standing {
        match self.spec().times {
            _ if self.is_spent() => Standing::Spent,
            _ if !self.on => Standing::Off,
            times => Standing::Armed { left: times.map(|times| u64::from(times) - self.fired()) },
        }
    }

    /// Its answer to an envelope with this payload; `None` for the empty ack.
    pub fn answer(&self, payload: &str) -> Result<Option<Cow<'_, str>>, FillError> {
        let Some(template) = &self.body.spec.payload else { return Ok(None) };
        if !self.body.has_places {
            return Ok(Some(Cow::Borrowed(template)));
        }
        template::fill(template, payload).map(|filled| Some(Cow::Owned(filled)))
    }

    fn limit(&self) -> u64 {
        self.body.spec.times.map_or(u64::MAX, u64::from)
    }

    /// Whether it fires for this envelope: then it counts. Of several sockets that ask at once for the last
    /// time that is left, one gets it.
    fn fires(&self, envelope: &Reading) -> Verdict {
        if !self.on || self.is_spent() {
            return Verdict::NoMatch;
        }
        let verdict = self.body.filter.evaluate_read(envelope);
        let count = |fired| (fired < self.limit()).then_some(fired + 1);
        match verdict {
            Verdict::Match
                if self.body.fired.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count).is_err() =>
            {
                return Verdict::NoMatch;
            }
            Verdict::GaveUp => drop(self.body.gave_up.fetch_add(1, Ordering::Relaxed)),
            Verdict::Match | Verdict::NoMatch => {}
        }
        verdict
    }
}

/// Rules in their order; cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules(Arc<Vec<Rule>>);

impl Rules {
    /// The first rule that matches, which has then fired.
    pub fn take(&self, subject: &Subject) -> Taken<'_> {
        // What one filter has read out of the envelope, the others need not read again.
        let envelope = Reading::new(subject);
        let mut taken = Taken { rule: None, gave_up: None };
        for rule in self {
            match rule.fires(&envelope) {
                Verdict::Match => {
                    taken.rule = Some(rule);
                    break;
                }
                Verdict::GaveUp => taken.gave_up = taken.gave_up.or(Some(rule)),
                Verdict::NoMatch => {}
            }
        }
        taken
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Rule> {
        self.0.iter()
    }

    pub fn get(&self, at: usize) -> Option<&Rule> {
        self.0.get(at)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts a rule before the one at `at`, or last: earlier ones win.
    pub fn insert(&mut self, at: usize, rule: Rule) {
        let at = at.min(self.len());
        Arc::make_mut(&mut self.0).insert(at, rule);
    }

    pub fn push(&mut self, rule: Rule) {
        self.insert(usize::MAX, rule);
    }

    pub fn remove(&mut self, at: usize) -> Option<Rule> {
        (at < self.len()).then(|| Arc::make_mut(&mut self.0).remove(at))
    }

    /// Returns the rule that stood there; where none did, nothing changes.
    pub fn replace(&mut self, at: usize, rule: Rule) -> Option<Rule> {
        (at < self.len()).then(|| std::mem::replace(&mut Arc::make_mut(&mut self.0)[at], rule))
    }

    /// Rules that answer what matches: neither off nor spent.
    pub fn armed(&self) -> usize {
        self.iter().filter(|rule| matches!(rule.standing(), Standing::Armed { .. })).count()
    }

    /// Lets two rules change places; where one of them is missing, nothing changes.
    pub fn swap(&mut self, one: usize, other: usize) {
        if one.max(other) < self.len() {
            Arc::make_mut(&mut self.0).swap(one, other);
        }
    }

    /// Switches a rule on or off; its count stays.
    pub fn switch(&mut self, at: usize, on: bool) {
        if at < self.len() {
            Arc::make_mut(&mut self.0)[at].on = on;
        }
    }
}

impl FromIterator<Rule> for Rules {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Self {
        Self(Arc::new(rules.into_iter().collect()))
    }
}

impl<'r> IntoIterator for &'r Rules {
    type Item = &'r Rule;
    type IntoIter = std::slice::Iter<'r, Rule>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests;
