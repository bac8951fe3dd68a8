//! What a rule makes of an envelope.

use std::borrow::Cow;
use std::time::Instant;

use jiff::Timestamp;

use super::super::Answer;
use super::super::checks::Check;
use super::super::rule::{Rule, Then};
use super::live::Live;
use super::{How, Parcel};
use crate::slack::message::Header;

const DROPPED: &str = "rule-dropped";
const UNFILLED: &str = "rule-unfilled";
const GAVE_UP: &str = "rule-gave-up";
pub(super) const MALFORMED: &str = "rule-malformed";

/// As much of a frame as a finding shows, in characters.
const SHOWN: usize = 200;

/// A rule's answer that is still to be checked, and the envelope that it answers.
pub(super) struct Unchecked<'f> {
    envelope_id: String,
    type_: Cow<'f, str>,
    accepts: Option<bool>,
    payload: &'f str,
    answer: String,
    rule: Rule,
}

impl Unchecked<'_> {
    pub fn into_check(self, conn: u32) -> Check {
        Check {
            conn,
            envelope_id: self.envelope_id,
            type_: self.type_.into_owned(),
            accepts: self.accepts,
            payload: self.payload.to_owned(),
            answer: self.answer,
            rule: self.rule,
        }
    }
}

impl Live<'_> {
    /// The rule's answer and, where it has a payload, what to check it against; `None` where it drops the envelope.
    pub(super) fn ruled<'f>(
        &mut self,
        rule: &Rule,
        mut answer: Answer,
        header: Header<'f>,
        received: Instant,
    ) -> Option<(Parcel, Option<Unchecked<'f>>)> {
        let spec = rule.spec();
        let how = match spec.then {
            Then::Ack => How::Once,
            Then::Twice => How::Twice,
            Then::Malformed => How::Malformed,
            Then::Drop => {
                let message = format!(
                    "the rule `{}` drops this envelope: no ack is sent. Slack sends an event again; of anything else the user sees an error",
                    rule.title()
                );
                self.find(DROPPED, &answer.envelope_id, message, answer.received);
                return None;
            }
        };
        let payload = header.payload.unwrap_or_default();
        self.fill(rule, &mut answer, payload);
        let sent = answer.payload.clone().filter(|_| how != How::Malformed);
        let check = sent.map(|filled| Unchecked {
            envelope_id: answer.envelope_id.clone(),
            type_: header.type_.unwrap_or_default(),
            accepts: header.accepts_response_payload,
            payload,
            answer: filled,
            rule: rule.clone(),
        });
        let due = (!spec.delay.is_zero()).then(|| received + spec.delay);
        Some((Parcel { answer, how, due }, check))
    }

    /// What cannot be decided must not look like "no match".
    pub(super) fn gave_up(&mut self, rule: &Rule, envelope_id: &str, at: Timestamp) {
        let message = format!(
            "the rule `{}` was passed over for this envelope: its jq expression took more steps than a socket can wait for. Write it with fields of the filter language, or shorter",
            rule.title()
        );
        self.find(GAVE_UP, envelope_id, message, at);
    }

    /// Nothing half-filled is sent: where a place finds nothing, the answer stays empty.
    fn fill(&mut self, rule: &Rule, answer: &mut Answer, payload: &str) {
        match rule.answer(payload) {
            Ok(filled) => answer.payload = filled.map(Cow::into_owned),
            Err(error) => {
                let message = format!(
                    "the rule `{}` answers this envelope with an empty ack: {error}. Look for the place in the payload, or match fewer envelopes",
                    rule.title()
                );
                self.find(UNFILLED, &answer.envelope_id, message, answer.received);
            }
        }
    }
}

/// What to say of a frame that a rule broke.
pub(super) fn malformed(frame: &str) -> String {
    let shown: String = frame.chars().take(SHOWN).collect();
    let more = if shown.len() < frame.len() { format!("… ({} bytes)", frame.len()) } else { String::new() };
    format!(
        "a rule sent {shown}{more} without its last brace: no JSON, so that nothing is acknowledged. Slack sends an event again; of anything else the user sees an error"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_frame_is_told_whole_or_with_its_size() {
        let short = r#"{"envelope_id":"é","payload":{"text":"hi"}"#;
        assert!(malformed(short).starts_with(&format!("a rule sent {short} without its last brace")));
        let long = malformed(&"é".repeat(300));
        assert!(long.contains("é… (600 bytes) without its last brace"), "{long}");
    }
}
