//! What deserves a second look: what happened, why it matters, what to do.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use crate::journal::recent::Recent;

pub const LATE_ACK: &str = "ack-late";
pub const NO_ACK: &str = "ack-missing";
pub const ACK_TWICE: &str = "ack-twice";
pub const PAYLOAD_NOT_ACCEPTED: &str = "payload-not-accepted";
pub const PAYLOAD_REFUSED: &str = "payload-refused";
pub const ACK_TOO_LONG: &str = "ack-too-long";
pub const RETRY: &str = "retry";
pub const SAME_ENVELOPE: &str = "same-envelope";
pub const NO_OVERLAP: &str = "no-overlap";
pub const SILENT_CONNECTION: &str = "silent-connection";
pub const OTHERS_CONNECTED: &str = "more-connections";
pub const RULE_DROPPED: &str = "rule-dropped";
pub const RULE_UNFILLED: &str = "rule-unfilled";
pub const RULE_MALFORMED: &str = "rule-malformed";
pub const RULE_GAVE_UP: &str = "rule-gave-up";

/// One row of the table of findings.
#[derive(Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The `code` of a `finding` record.
    pub code: &'static str,
    pub title: &'static str,
    pub why: &'static str,
    pub what_to_do: &'static str,
}

#[rustfmt::skip]
pub const TABLE: &[Explanation] = &[
    Explanation { code: LATE_ACK, title: "late ack",
        why: "Slack waits 3 seconds: by now it has sent the event again, or told the user that it failed",
        what_to_do: "acknowledge first, then work; send what takes longer by response_url or the Web API" },
    Explanation { code: NO_ACK, title: "no ack",
        why: "an event is sent again at once, after 1 minute and after 5; of anything else the user sees an error",
        what_to_do: "acknowledge it (a); Bolt never acks what no listener handles: look for the missing listener" },
    Explanation { code: ACK_TWICE, title: "acknowledged twice",
        why: "only the first answer counts; a second one with a payload is lost",
        what_to_do: "look for two listeners, or two processes, that answer the same envelope" },
    Explanation { code: PAYLOAD_NOT_ACCEPTED, title: "payload where none is accepted",
        why: "accepts_response_payload is false for this envelope, so Slack ignores what was sent",
        what_to_do: "answer with the Web API (chat.postMessage, views.update) instead of the ack" },
    Explanation { code: PAYLOAD_REFUSED, title: "payload that Slack refuses",
        why: "the user sees \"We had some trouble connecting\", a dispatch_failed, or an empty menu",
        what_to_do: "compare the ack with the templates of the composer (c, Ctrl-T)" },
    Explanation { code: ACK_TOO_LONG, title: "ack over 20,480 bytes",
        why: "Slack drops a longer frame, or closes the connection with 1009",
        what_to_do: "acknowledge with less, and send the rest with the Web API (views.update, response_url)" },
    Explanation { code: RETRY, title: "retry",
        why: "Slack did not see an ack of the earlier delivery in time; an app that acts on both acts twice",
        what_to_do: "compare with the first delivery (m, then d); make the app skip an event_id that it knows" },
    Explanation { code: SAME_ENVELOPE, title: "same envelope_id twice",
        why: "it is one envelope delivered twice, not a new event",
        what_to_do: "acknowledge both, act once" },
    Explanation { code: NO_OVERLAP, title: "disconnect without overlap",
        why: "for that time no connection was live: what happened then comes late as a retry, or never",
        what_to_do: "open the new connection before the old one ends, or hold two (--connections 2)" },
    Explanation { code: SILENT_CONNECTION, title: "connection without frames",
        why: "Slack pings about every 10 seconds: after 30 without a frame the connection is most likely dead",
        what_to_do: "reconnect (R); look for a proxy, a VPN or a sleeping laptop" },
    Explanation { code: OTHERS_CONNECTED, title: "others are connected",
        why: "each event goes to one connection only: some go to a process that is not this one",
        what_to_do: "stop the other process, use `sockscope tap` in front of it, or make an app for development" },
    Explanation { code: RULE_DROPPED, title: "dropped by a rule",
        why: "the rule rehearses an app that never acknowledges: Slack sends an event again, or tells the user",
        what_to_do: "see what comes again, and whether the app takes it for new; switch the rule off to end it" },
    Explanation { code: RULE_UNFILLED, title: "rule without its payload",
        why: "a place of its template finds nothing in this envelope, so it acknowledged with an empty ack",
        what_to_do: "compare the place with the payload (y then p copies a path), or let `when` match fewer envelopes" },
    Explanation { code: RULE_MALFORMED, title: "malformed ack by a rule",
        why: "the frame is no JSON on purpose: to Slack it acknowledges nothing",
        what_to_do: "see what the user gets to see, and what comes again; switch the rule off to end it" },
    Explanation { code: RULE_GAVE_UP, title: "rule passed over",
        why: "its jq expression was too much work for a socket's task: nobody knows whether it would have matched",
        what_to_do: "ask with fields (callback:, action:, command:), or make the expression shorter" },
];

/// The row of the table for a code; `None` for codes that others wrote.
pub fn explain(code: &str) -> Option<&'static Explanation> {
    TABLE.iter().find(|row| row.code == code)
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub code: Cow<'static, str>,
    pub at: Timestamp,
    pub conn: Option<u32>,
    pub envelope_id: Option<Box<str>>,
    /// The envelope's row in the index.
    pub row: Option<u32>,
    /// The row that a retry repeats.
    pub repeats: Option<u32>,
    /// What happened, in a line.
    pub message: String,
}

impl Finding {
    pub(super) fn new(code: impl Into<Cow<'static, str>>, at: Timestamp, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { code, at, conn: None, envelope_id: None, row: None, repeats: None, message }
    }

    pub(super) fn on_conn(self, conn: u32) -> Self {
        Self { conn: Some(conn), ..self }
    }

    pub(super) fn on_envelope(self, envelope_id: &str, row: u32) -> Self {
        Self { envelope_id: Some(envelope_id.into()), row: Some(row), ..self }
    }

    pub fn explanation(&self) -> Option<&'static Explanation> {
        explain(&self.code)
    }

    /// What it is called on the screen: the table's title, or the code.
    pub fn title(&self) -> &str {
        self.explanation().map_or(&self.code, |row| row.title)
    }

    /// Derived and recorded findings with the same key are one.
    fn key(&self) -> Option<String> {
        match (&self.envelope_id, self.conn) {
            (Some(id), _) => Some(format!("{} {id}", self.code)),
            // What the link records and the session sees as well.
            (None, Some(conn)) if [NO_OVERLAP, OTHERS_CONNECTED].contains(&self.code.as_ref()) => {
                Some(format!("{} conn {conn}", self.code))
            }
            _ => None,
        }
    }
}

/// How many findings are kept; all are counted.
const LIMIT: usize = 10_000;

/// The latest findings in the order in which they were made, each with a number that stays.
#[derive(Debug, Default)]
pub struct Findings {
    list: VecDeque<Finding>,
    forgotten: u64,
    counts: BTreeMap<Cow<'static, str>, u64>,
    known: Recent<()>,
}

impl Findings {
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Finding> + ExactSizeIterator {
        self.list.iter()
    }

    /// All findings from this number on: a reader that remembers [`Findings::end`] sees each new one once.
    pub fn since(&self, number: u64) -> impl DoubleEndedIterator<Item = &Finding> {
        self.list.iter().skip(usize::try_from(number.saturating_sub(self.forgotten)).unwrap_or(usize::MAX))
    }

    /// The number that the next finding will get.
    pub fn end(&self) -> u64 {
        self.forgotten + self.list.len() as u64
    }

    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// How many of each code, by code.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts.iter().map(|(code, count)| (code.as_ref(), *count))
    }

    pub fn count(&self, code: &str) -> u64 {
        self.counts.get(code).copied().unwrap_or_default()
    }

    /// The latest findings about one row.
    pub fn of_row(&self, row: u32) -> impl Iterator<Item = &Finding> {
        self.list.iter().filter(move |finding| finding.row == Some(row))
    }

    /// Adds a finding unless it is known, and returns its number.
    pub(super) fn add(&mut self, finding: Finding) -> Option<u64> {
        if let Some(key) = finding.key()
            && self.known.insert(&key, ()).is_some()
        {
            return None;
        }
        if self.list.len() == LIMIT {
            self.list.pop_front();
            self.forgotten += 1;
        }
        *self.counts.entry(finding.code.clone()).or_default() += 1;
        self.list.push_back(finding);
        Some(self.end() - 1)
    }

    /// A late ack came: what said that none came is no longer true, and says how late it was.
    pub(super) fn settle(&mut self, no_ack: u64, finding: Finding) {
        if let Some(key) = finding.key() {
            self.known.insert(&key, ());
        }
        *self.counts.entry(finding.code.clone()).or_default() += 1;
        if let Some(count) = self.counts.get_mut(NO_ACK) {
            *count = count.saturating_sub(1);
        }
        let place = no_ack.checked_sub(self.forgotten).and_then(|place| usize::try_from(place).ok());
        if let Some(held) = place.and_then(|place| self.list.get_mut(place)) {
            *held = finding;
        }
    }
}
