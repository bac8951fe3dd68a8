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
use serde_json::Value;

use super::connection::Whom;
use super::spell::{self, Name, Span, Times};
use super::timing::{Timing, scale};
use crate::slack::sample::Overrides;

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

/// One thing that happens.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Pause: `"2s"`.
    Wait(Span),
    /// A sample: `"message"`, or a table.
    #[serde(deserialize_with = "spell::short")]
    Send(Send),
    /// An envelope of any `type`.
    Envelope(Envelope),
    /// A text message that is no envelope; it may be empty.
    #[serde(deserialize_with = "spell::short")]
    Text(Text),
    /// A binary message.
    Binary(Binary),
    /// A ping of that many bytes; more than 125 break the WebSocket protocol.
    Ping(Ping),
    /// A disconnect message with that reason.
    #[serde(deserialize_with = "spell::short")]
    Disconnect(Disconnect),
    /// A warning, and that much later `refresh_requested` on the same connection, if it still lives.
    Refresh(Refresh),
    /// A close frame out of the blue.
    Close(Close),
    /// RST on the TCP connection.
    Cut(Whom),
    /// Half-open from now on.
    Silence(Whom),
    /// The next opens or upgrades are refused.
    Refuse(Refuse),
    /// The next connections are greeted in another way than with one hello.
    Greet(Greet),
    /// Many envelopes.
    Flood(Flood),
    /// Varied samples with varied pauses.
    Trickle(Trickle),
    /// That many connections of other processes.
    Ghosts(usize),
    /// That many of the next acks are lost on their way.
    LoseAcks(u32),
    /// Switches Socket Mode on or off.
    SocketMode(bool),
    /// Ends refusals, greetings, ghosts and lost acks.
    Recover(#[serde(deserialize_with = "spell::yes")] ()),
    /// Waits until the counts are reached.
    Expect(Expect),
    /// Steps to repeat.
    Repeat(Repeat),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Send {
    pub sample: Name,
    /// JSON pointers into the payload, and what to put there.
    #[serde(default)]
    pub set: Overrides,
    /// Other people, channels and words than the sample's.
    #[serde(default)]
    pub vary: bool,
    /// Rather than the next connection in turn.
    pub conn: Option<u32>,
    /// How often the same frame is sent.
    #[serde(default = "one")]
    pub copies: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    #[serde(rename = "type")]
    pub kind: String,
    pub payload: Value,
    #[serde(default)]
    pub accepts_response_payload: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub text: String,
    #[serde(default)]
    pub conn: Whom,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binary {
    #[serde(deserialize_with = "spell::base64")]
    pub base64: Vec<u8>,
    #[serde(default)]
    pub conn: Whom,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ping {
    pub bytes: usize,
    #[serde(default)]
    pub conn: Whom,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disconnect {
    pub reason: String,
    #[serde(default)]
    pub conn: Whom,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// From the warning to the refresh; at zero there is no warning.
    pub ahead: Span,
    #[serde(default)]
    pub conn: Whom,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    pub code: u16,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub conn: Whom,
}

/// One of `error`, `status`, `html`, `redirect`, `url` (for opens) and `upgrade` (a status).
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "spell::RefuseTable")]
pub struct Refuse {
    pub what: Refusal,
    pub times: Times,
}

#[derive(Debug, Clone)]
pub enum Refusal {
    Open(super::fault::RefuseOpen),
    Upgrade(super::fault::RefuseUpgrade),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Greet {
    pub how: GreetHow,
    #[serde(default)]
    pub times: Times,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GreetHow {
    Slow(Span),
    Twice,
    Never,
    /// This text in place of hello.
    Text(String),
    /// These samples before hello.
    After(Vec<Name>),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flood {
    pub sample: Name,
    pub n: u32,
    /// Zero: as fast as the sockets take them.
    #[serde(default)]
    pub per_second: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trickle {
    /// Samples and their weights.
    pub of: std::collections::BTreeMap<Name, u32>,
    /// The shortest and the longest pause.
    pub every: (Span, Span),
    /// How many; without it, for ever.
    pub n: Option<u32>,
}

/// Lower bounds, counted from the scenario's start; `serving` and `settled` are of the moment.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// Connections that get envelopes.
    pub serving: usize,
    pub opens: u64,
    pub upgrades: u64,
    pub hellos: u64,
    pub disconnects: u64,
    pub closes: u64,
    pub envelopes: u64,
    pub acks: u64,
    pub retries: u64,
    /// No envelope waits for its ack or for its retry.
    pub settled: bool,
    /// Fails after that time; without it, waits.
    pub within: Option<Span>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// Without it, for ever.
    pub n: Option<u32>,
    pub steps: Vec<Step>,
}

fn one() -> u32 {
    1
}

/// Why there is no scenario.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    #[error("there is no scenario named {name:?}, nor a file of that name; the scenarios are: {names}", names = names().join(", "))]
    Unknown { name: String },
    #[error("cannot read the scenario {path}: {source}")]
    Read { path: String, source: std::io::Error },
    #[error("the scenario {path} cannot be played:\n{source}")]
    Parse { path: String, source: toml::de::Error },
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
            .map_err(|source| ScenarioError::Read { path: name.to_owned(), source })?;
        Self::parse(name, &text)
    }

    /// The scenario that `text` says; `path` names it in errors.
    ///
    /// # Errors
    /// What is wrong, with its line and column.
    pub fn parse(path: &str, text: &str) -> Result<Self, ScenarioError> {
        toml::from_str(text).map_err(|source| ScenarioError::Parse { path: path.to_owned(), source })
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
