//! What happens to an envelope without a person: acknowledged at once, held, or answered by a rule.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::rule::{Rule, Rules};
use crate::journal::filter::{AckState, Subject};
use crate::slack::message::Header;

/// The names that `--hold` knows: envelope types, then the payload types of `interactive`
/// (protocol.md, section 3).
pub const NAMES: [&str; 14] = [
    "events_api",
    "slash_commands",
    "interactive",
    "block_actions",
    "block_suggestion",
    "view_submission",
    "view_closed",
    "shortcut",
    "message_action",
    "interactive_message",
    "dialog_submission",
    "dialog_cancellation",
    "dialog_suggestion",
    "workflow_step_edit",
];

/// How many of [`NAMES`] are envelope types.
const ENVELOPE_TYPES: usize = 3;

/// Which envelopes wait for a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hold {
    #[default]
    Nothing,
    Everything,
    These(Names),
}

/// A set of [`NAMES`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Names(u16);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind `{name}` to hold. Kinds are: all, none, {}", NAMES.join(", "))]
pub struct UnknownKind {
    pub name: String,
}

impl Names {
    fn bit(name: &str) -> u16 {
        NAMES.iter().position(|known| *known == name).map_or(0, |index| 1 << index)
    }

    fn has(self, name: &str) -> bool {
        self.0 & Self::bit(name) != 0
    }

    fn has_payload_types(self) -> bool {
        self.0 >> ENVELOPE_TYPES != 0
    }
}

impl Hold {
    /// Whether this name is held by itself (`interactive` does not say so of its payload types).
    pub fn names(self, name: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::These(names) => names.has(name),
        }
    }

    /// The same policy with this name held or let through; an unknown name changes nothing.
    #[must_use]
    pub fn toggled(self, name: &str) -> Self {
        let names = match self {
            Self::Nothing => 0,
            Self::Everything => (1 << NAMES.len()) - 1,
            Self::These(names) => names.0,
        };
        match names ^ Names::bit(name) {
            0 => Self::Nothing,
            names => Self::These(Names(names)),
        }
    }

    /// Whether an envelope is held.
    pub fn holds(self, header: &Header) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::These(names) => {
                let type_ = header.type_.as_deref().unwrap_or_default();
                names.has(type_)
                    || (names.has_payload_types()
                        && payload_type(header).is_some_and(|inner| names.has(&inner)))
            }
        }
    }
}

/// The `type` inside the payload.
fn payload_type(header: &Header) -> Option<String> {
    #[derive(Deserialize)]
    struct Typed {
        #[serde(rename = "type")]
        type_: String,
    }
    serde_json::from_str::<Typed>(header.payload?).ok().map(|typed| typed.type_)
}

impl FromStr for Hold {
    type Err = UnknownKind;

    /// Names between commas, `all`, `none`; nothing at all is `none`.
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let mut hold = Self::Nothing;
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            hold = match (name, hold) {
                ("all", _) | (_, Self::Everything) => Self::Everything,
                ("none", hold) => hold,
                (kind, _) if Names::bit(kind) == 0 => {
                    return Err(UnknownKind { name: kind.to_owned() });
                }
                (kind, Self::Nothing) => Self::These(Names(Names::bit(kind))),
                (kind, Self::These(Names(bits))) => Self::These(Names(bits | Names::bit(kind))),
            };
        }
        Ok(hold)
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("none"),
            Self::Everything => f.write_str("all"),
            Self::These(names) => {
                let held: Vec<_> = NAMES.into_iter().filter(|name| names.has(name)).collect();
                f.write_str(&held.join(","))
            }
        }
    }
}

/// All that decides about envelopes; the sockets see a change at once. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    pub hold: Hold,
    pub rules: Rules,
}

/// An envelope that has just come.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    pub conn: u32,
    pub header: &'a Header<'a>,
    /// The frame as received.
    pub text: &'a str,
    pub at: Timestamp,
    /// Since the session's start.
    pub since_start: Duration,
}

/// What becomes of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The empty ack, at once.
    Ack,
    /// Nothing until somebody answers.
    Hold,
    /// What this rule says; it has counted the envelope.
    Rule(Rule),
}

/// A decision, and what must be told of how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub decision: Decision,
    /// A rule that could not tell whether it matches: its jq expression met its bound.
    pub gave_up: Option<Rule>,
}

/// Decides about one envelope, in the socket's own task. A rule beats a hold.
pub fn decide(arrival: &Arrival, policy: &Policy) -> Decided {
    let (rule, gave_up) = if policy.rules.is_empty() {
        (None, None)
    } else {
        let taken = policy.rules.take(&subject(arrival));
        (taken.rule.cloned(), taken.gave_up.cloned())
    };
    let decision = match rule {
        Some(rule) => Decision::Rule(rule),
        None if policy.hold.holds(arrival.header) => Decision::Hold,
        None => Decision::Ack,
    };
    Decided { decision, gave_up }
}

/// The envelope as a filter sees its record when it comes.
fn subject<'a>(arrival: &Arrival<'a>) -> Subject<'a> {
    Subject {
        kind: "envelope",
        conn: Some(arrival.conn),
        type_: arrival.header.type_.as_deref().unwrap_or_default(),
        envelope_id: arrival.header.envelope_id.as_deref().unwrap_or_default(),
        message: arrival.text,
        at: arrival.at,
        since_start: arrival.since_start,
        ack: AckState::Pending,
        by: None,
        took_ms: None,
        retry: arrival.header.retry_attempt.unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn decision_by(rules: &str, hold: &str, envelope: &str) -> Decision {
        let header = Header::parse(envelope).unwrap();
        let arrival = Arrival {
            conn: 2,
            header: &header,
            text: envelope,
            at: Timestamp::UNIX_EPOCH,
            since_start: Duration::ZERO,
        };
        decide(&arrival, &Policy { hold: hold.parse().unwrap(), rules: Rules::parse(rules).unwrap() })
            .decision
    }

    fn decision(hold: &str, envelope: &str) -> Decision {
        decision_by("", hold, envelope)
    }

    #[test]
    fn a_rule_beats_a_hold() {
        let event = r#"{"envelope_id":"e","type":"events_api","retry_attempt":1,"payload":{"type":"event_callback"}}"#;
        for when in ["type:events_api", "id:e conn:2 retry:1 ack:pending kind:envelope", "event_callback"] {
            let rules = format!("[[rule]]\nwhen = '{when}'");
            assert!(matches!(decision_by(&rules, "all", event), Decision::Rule(_)), "{when}");
        }
        let rules = "[[rule]]\nwhen = 'type:interactive'";
        assert_eq!(decision_by(rules, "all", event), Decision::Hold);
        assert_eq!(decision_by(rules, "none", event), Decision::Ack);
    }

    #[test]
    fn a_rule_that_asks_for_the_header_alone_reads_no_payload() {
        // The payload's text is cut off from what the filter sees: it still decides.
        let header = Header::parse(r#"{"envelope_id":"e","type":"interactive","payload":{}}"#).unwrap();
        let (at, since_start) = (Timestamp::UNIX_EPOCH, Duration::ZERO);
        let arrival = Arrival { conn: 1, header: &header, text: "", at, since_start };
        let rules = Rules::parse("[[rule]]\nwhen = 'type:interactive id:e'").unwrap();
        let decision = decide(&arrival, &Policy { hold: Hold::Nothing, rules });
        assert!(matches!(decision.decision, Decision::Rule(_)));
    }

    #[test]
    fn envelopes_are_held_by_their_type_and_by_their_payloads() {
        let modal = r#"{"envelope_id":"e","type":"interactive","payload":{"type":"view_submission"}}"#;
        let event = r#"{"envelope_id":"e","type":"events_api","payload":{"type":"event_callback"}}"#;
        let odd = r#"{"envelope_id":"e","payload":"view_submission"}"#;
        for (hold, on_modal, on_event, on_odd) in [
            ("none", Decision::Ack, Decision::Ack, Decision::Ack),
            ("", Decision::Ack, Decision::Ack, Decision::Ack),
            ("all", Decision::Hold, Decision::Hold, Decision::Hold),
            ("interactive, slash_commands", Decision::Hold, Decision::Ack, Decision::Ack),
            ("view_submission", Decision::Hold, Decision::Ack, Decision::Ack),
            ("block_suggestion", Decision::Ack, Decision::Ack, Decision::Ack),
            ("events_api,all", Decision::Hold, Decision::Hold, Decision::Hold),
        ] {
            assert_eq!(decision(hold, modal), on_modal, "{hold}");
            assert_eq!(decision(hold, event), on_event, "{hold}");
            assert_eq!(decision(hold, odd), on_odd, "{hold}");
        }
    }

    #[test]
    fn an_unknown_name_is_told_with_what_there_is() {
        let error = "interactive,modals".parse::<Hold>().unwrap_err().to_string();
        assert!(error.contains("`modals`") && error.contains("view_submission"), "{error}");
    }

    #[test]
    fn a_name_is_toggled_alone() {
        let hold = Hold::Nothing.toggled("shortcut");
        assert!(hold.names("shortcut") && !hold.names("interactive"));
        assert_eq!(hold.toggled("shortcut"), Hold::Nothing);
        assert!(!Hold::Everything.toggled("events_api").names("events_api"));
        assert_eq!(hold.toggled("nonsense"), hold);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(bits in 0..(1_u16 << NAMES.len()), all: bool) {
            let hold = match (all, bits) {
                (true, _) => Hold::Everything,
                (false, 0) => Hold::Nothing,
                (false, bits) => Hold::These(Names(bits)),
            };
            prop_assert_eq!(hold.to_string().parse::<Hold>().unwrap(), hold);
        }
    }
}
