//! Answers on their way: asked about where something is wrong, told of when they have left.

use jiff::Timestamp;

use super::composer::{Target, Verdict};
use super::overlay::{About, Overlay, Question};
use super::{App, Effect, Grade, Pane};
use crate::journal::{By, Event, Record};
use crate::link::{Answer, Command};
use crate::slack::check::{self, Severity};
use crate::text;

impl App {
    /// Acknowledges the selected envelope with an empty ack.
    pub(super) fn ack_now(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(target) = self.selected_target() else {
            self.tell(now, Grade::Note, "this is no envelope: there is nothing to acknowledge");
            return Vec::new();
        };
        if let Some(who) = self.answered_by(target.row) {
            self.tell(now, Grade::Note, format!("acknowledged already ({who}); nothing was sent"));
            return Vec::new();
        }
        self.send(vec![answer(&target, None)], "acknowledged, empty", now)
    }

    /// Acknowledges everything that is held, empty.
    pub(super) fn ack_held(&mut self, now: Timestamp) -> Vec<Effect> {
        let held = self.session.held().map(|held| Answer {
            conn: held.conn,
            envelope_id: held.envelope_id.to_string(),
            received: held.since,
            payload: None,
            by: By::Hand,
            doubt: None,
        });
        let answers: Vec<_> = held.collect();
        let words = match answers.len() {
            0 => {
                self.tell(now, Grade::Note, "nothing is held");
                return Vec::new();
            }
            1 => "acknowledged 1 envelope, empty".to_owned(),
            count => format!("acknowledged {} envelopes, empty", text::thousands(count as u64)),
        };
        self.send(answers, &words, now)
    }

    /// Sends the draft, unless something about it must be asked first.
    pub(super) fn ask_to_send(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(draft) = self.composer.draft() else { return Vec::new() };
        let findings = match &draft.verdict {
            Verdict::Syntax(error) => {
                let text = format!("not sent: the draft is no JSON, {error}");
                self.tell(now, Grade::Failed, text);
                return Vec::new();
            }
            Verdict::TooLarge { bytes } => {
                let text = format!("not sent: {} are far more than Slack takes", text::bytes(*bytes as u64));
                self.tell(now, Grade::Failed, text);
                return Vec::new();
            }
            Verdict::Frame { findings, .. } => findings,
        };
        let mut doubts = Vec::new();
        if let Some(who) = self.answered_by(draft.target.row) {
            doubts.push(format!(
                "This envelope was acknowledged already ({who}); Slack takes the first answer only."
            ));
        }
        if let Some(finding) = findings.iter().find(|finding| finding.severity == Severity::Error) {
            doubts
                .push(format!("Slack would refuse this answer: {}.", finding.message.trim_end_matches('.')));
        }
        if doubts.is_empty() {
            return self.send_draft(now);
        }
        doubts.push("Send it all the same?".to_owned());
        let (about, text) = (About::Send, doubts.join(" "));
        self.overlays.push(Overlay::Question(Question { about, text, yes: "send it (Ctrl-S)" }));
        Vec::new()
    }

    /// Sends the draft as it stands. It is kept until its ack is on record.
    pub(super) fn send_draft(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(draft) = self.composer.draft() else { return Vec::new() };
        let mut answer = answer(&draft.target, draft.payload());
        if let Verdict::Frame { findings, .. } = &draft.verdict {
            answer.doubt = check::refused(findings, "you");
        }
        let size = draft.verdict.frame().map_or(0, str::len);
        let words = format!("sent {}: {} bytes", draft.form_name(), text::thousands(size as u64));
        self.composer.keep();
        self.set_focus(Pane::Envelopes);
        self.send(vec![answer], &words, now)
    }

    /// Hands answers to the link. `words` are told when their acks have left.
    fn send(&mut self, mut answers: Vec<Answer>, words: &str, now: Timestamp) -> Vec<Effect> {
        answers.retain(|answer| !self.in_flight.contains_key(&answer.envelope_id));
        if answers.is_empty() {
            self.tell(now, Grade::Note, "its ack is on its way already");
            return Vec::new();
        }
        for answer in &answers {
            self.in_flight.insert(answer.envelope_id.clone(), words.to_owned());
        }
        vec![Effect::Link(Command::Acks(answers))]
    }

    /// What a record means to answers on their way, and what the user must hear of it.
    pub(super) fn hear(&mut self, record: &Record) {
        match &record.event {
            Event::Ack { envelope_id, .. } => {
                let Some(words) = self.in_flight.remove(envelope_id.as_ref()) else { return };
                self.tell(record.at, Grade::Done, words);
                let sent = |draft: &super::composer::Draft| draft.target.envelope_id == *envelope_id;
                if !self.composer.is_writing() && self.composer.draft().is_some_and(sent) {
                    self.composer.clear();
                    self.offered = None;
                }
            }
            Event::Error { code, message, .. } => {
                if code == "ack_not_sent" {
                    self.in_flight.clear();
                }
                self.tell(record.at, Grade::Failed, format!("{code}: {message}"));
            }
            _ => {}
        }
    }
}

fn answer(target: &Target, payload: Option<String>) -> Answer {
    Answer {
        conn: target.conn,
        envelope_id: target.envelope_id.clone(),
        received: target.received,
        payload,
        by: By::Hand,
        doubt: None,
    }
}
