//! The steps of a scenario, as its file spells them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::connection::Whom;
use super::fault::{RefuseOpen, RefuseUpgrade};
use super::spell::{self, Name, Span, Times};
use crate::slack::sample::Overrides;

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
    Open(RefuseOpen),
    Upgrade(RefuseUpgrade),
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
    pub of: BTreeMap<Name, u32>,
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
