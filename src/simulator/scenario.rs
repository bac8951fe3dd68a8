//! Scenarios: bad days (and one good one) as TOML files, from `assets/scenarios/` or from the user.
//!
//! ```toml
//! title = "A refresh with its warning"
//! rehearses = "the hand-over to a new connection before the old one ends"
//! timing = { warn_ahead = "5s" }
//! steps = [
//!     { expect = { hellos = 1 } },
//!     { send = "slash_commands" },
//!     { disconnect = "warning" },
//!     { wait = "5s" },
//!     { disconnect = "refresh_requested" },
//! ]
//! ```
//!
//! A key that is not known is an error that names its line.

use std::path::Path;
use std::time::Duration;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::spell::Span;
use super::step::Step;
use super::timing::{Timing, scale};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/assets/scenarios");

/// What a scenario file says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub title: String,
    /// What in an app or a client it puts to the test, in one line.
    pub rehearses: String,
    #[serde(default)]
    pub timing: Periods,
    pub steps: Vec<Step>,
}

/// Periods that differ from the workspace's own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Periods {
    pub hello_after: Option<Span>,
    pub ping_every: Option<Span>,
    pub ack_within: Option<Span>,
    pub life: Option<Span>,
    pub debug_life: Option<Span>,
    pub warn_ahead: Option<Span>,
    pub close_after: Option<Span>,
    pub silent_for: Option<Span>,
    pub retry_after: Option<Vec<Span>>,
    pub announced_life: Option<u64>,
}

/// Why there is no scenario.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    #[error("there is no scenario named {name:?}, nor a file of that name; the scenarios are: {names}", names = names().join(", "))]
    Unknown { name: String },
    #[error("cannot read the scenario {path}: {cause}")]
    Read { path: String, cause: std::io::Error },
    #[error("the scenario {path} cannot be played:\n{cause}")]
    Parse { path: String, cause: toml::de::Error },
}

/// The built-in scenarios' names, sorted.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = FILES.files().filter_map(|file| file.path().file_stem()?.to_str()).collect();
    names.sort_unstable();
    names
}

impl Scenario {
    /// A built-in scenario by name, or else a file.
    ///
    /// # Errors
    /// Neither exists, or its text is no scenario.
    pub fn load(name: &str) -> Result<Self, ScenarioError> {
        if let Some(file) = FILES.get_file(format!("{name}.toml")) {
            return Self::parse(&format!("{name}.toml"), file.contents_utf8().unwrap_or_default());
        }
        let path = Path::new(name);
        if !path.exists() {
            return Err(ScenarioError::Unknown { name: name.to_owned() });
        }
        let text = std::fs::read_to_string(path)
            .map_err(|cause| ScenarioError::Read { path: name.to_owned(), cause })?;
        Self::parse(name, &text)
    }

    /// The scenario that `text` says; `path` names it in errors.
    ///
    /// # Errors
    /// What is wrong, with its line and column.
    pub fn parse(path: &str, text: &str) -> Result<Self, ScenarioError> {
        toml::from_str(text).map_err(|cause| ScenarioError::Parse { path: path.to_owned(), cause })
    }
}

impl Periods {
    /// `timing` with these periods in it, multiplied by `factor`.
    pub fn over(&self, mut timing: Timing, factor: f64) -> Timing {
        let put = |slot: &mut Duration, period: Option<Span>| {
            if let Some(period) = period {
                *slot = scale(period.0, factor);
            }
        };
        put(&mut timing.hello_after, self.hello_after);
        put(&mut timing.ping_every, self.ping_every);
        put(&mut timing.ack_within, self.ack_within);
        put(&mut timing.life, self.life);
        put(&mut timing.debug_life, self.debug_life);
        put(&mut timing.warn_ahead, self.warn_ahead);
        put(&mut timing.close_after, self.close_after);
        put(&mut timing.silent_for, self.silent_for);
        if let Some(spans) = &self.retry_after {
            timing.retry_after = spans.iter().map(|span| scale(span.0, factor)).collect();
        }
        timing.announced_life = self.announced_life.or(timing.announced_life);
        timing
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::slack::sample::all;
    use std::collections::BTreeMap;

    fn fault(steps: &str) -> String {
        let text = format!(
            "title = \"t\"\nrehearses = \"r\"\nsteps = [\n    {{ wait = \"1s\" }},\n    {steps},\n]\n"
        );
        Scenario::parse("bad.toml", &text).unwrap_err().to_string()
    }

    #[test]
    fn every_built_in_scenario_can_be_played() {
        for name in names() {
            let scenario = Scenario::load(name).unwrap();
            assert!(
                !scenario.title.is_empty() && !scenario.rehearses.is_empty() && !scenario.steps.is_empty()
            );
        }
    }

    #[test]
    fn faults_name_the_file_the_line_and_the_word() {
        for (steps, words) in [
            (r#"{ send = { sample = "message", sett = 1 } }"#, ["line 5", "sett"]),
            (r#"{ send = { sample = "massage" } }"#, ["line 5", "massage"]),
            (r#"{ send = "massage" }"#, ["line 5", "massage"]),
            (r"{ leap = 1 }", ["line 5", "leap"]),
            (r#"{ wait = "soon" }"#, ["line 5", "soon"]),
            (r#"{ wait = "99999999h" }"#, ["line 5", "30 days"]),
            (r#"{ wait = "-1s" }"#, ["line 5", "-1s"]),
            (r#"{ cut = "youngest" }"#, ["line 5", "youngest"]),
            (r#"{ refuse = { error = "x", status = 500 } }"#, ["line 5", "one of"]),
            (r"{ refuse = { times = 2 } }", ["line 5", "one of"]),
            (r#"{ refuse = { eror = "x" } }"#, ["line 5", "eror"]),
            (r"{ expect = { lives = 1 } }", ["line 5", "lives"]),
            (r"{ repeat = { steps = [{ wait = 1 }] } }", ["line 5", "wait"]),
            (r"{ recover = false }", ["line 5", "only true"]),
            (r#"{ binary = { base64 = "?" } }"#, ["line 5", "base64"]),
        ] {
            let fault = fault(steps);
            assert!(fault.contains("bad.toml"), "{fault}");
            for word in words {
                assert!(fault.contains(word), "{word} is not in:\n{fault}");
            }
        }
    }

    #[test]
    fn a_name_that_is_neither_says_what_there_is() {
        let error = Scenario::load("tuor").unwrap_err().to_string();
        assert!(error.contains("\"tuor\"") && error.contains("tour"), "{error}");
    }

    #[test]
    fn the_tour_shows_every_kind_in_twenty_seconds_and_a_refresh_in_ten() {
        let mut at = Duration::ZERO;
        let mut shown = BTreeMap::new();
        let mut refreshed = None;
        for step in Scenario::load("tour").unwrap().steps {
            match step {
                Step::Wait(span) => at += span.0,
                Step::Send(send) => drop(shown.entry(send.sample.sample().unwrap().subject).or_insert(at)),
                Step::Refresh(refresh) => refreshed = Some(at + refresh.ahead.0),
                _ => {}
            }
        }
        assert!(shown["message"] <= Duration::from_millis(500));
        assert!(refreshed.is_some_and(|at| at < Duration::from_secs(10)), "{refreshed:?}");
        for subject in all().iter().filter(|sample| sample.kind != "events_api").map(|sample| sample.subject)
        {
            assert!(
                shown.get(subject).is_some_and(|at| *at <= Duration::from_secs(20)),
                "{subject}: {shown:?}"
            );
        }
    }

    #[test]
    fn periods_are_scaled_over_the_base() {
        let scenario =
            Scenario::parse("x", "title = 't'\nrehearses = 'r'\nsteps = []\ntiming = { life = '60s' }")
                .unwrap();
        let timing = scenario.timing.over(Timing::default(), 0.1);
        assert_eq!(timing.life, Duration::from_secs(6));
        assert_eq!(timing.ack_within, Timing::default().ack_within);
    }
}
