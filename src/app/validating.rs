//! Slack's own check of the draft: asked for by hand, shown beside ours.

use jiff::Timestamp;

use super::composer::SlackSays;
use super::{App, Effect, Grade};
use crate::slack::validation::{Answer, Question};

impl App {
    pub(super) fn check_with_slack(&mut self, now: Timestamp) -> Vec<Effect> {
        let question = match self.composer.draft().map(|draft| Question::of(&draft.text())) {
            Some(Ok(question)) => question,
            Some(Err(why)) => {
                self.tell(now, Grade::Failed, format!("Slack was not asked: {why}"));
                return Vec::new();
            }
            None => {
                self.tell(now, Grade::Note, "there is no draft to check: select an envelope");
                return Vec::new();
            }
        };
        self.asked += 1;
        // The draft must not go away while Slack looks at it.
        self.composer.keep();
        if let Some(draft) = self.composer.draft_mut() {
            draft.slack = Some(SlackSays::Asked(self.asked));
        }
        self.set_focus(super::Pane::Composer);
        vec![Effect::CheckWithSlack { number: self.asked, question }]
    }

    /// Slack's answer to the question of that number; an older one is of no use any more.
    pub(super) fn checked(&mut self, number: u64, answer: Answer, now: Timestamp) {
        match self.composer.draft_mut() {
            Some(draft) if draft.slack == Some(SlackSays::Asked(number)) => {
                draft.slack = Some(SlackSays::Said(answer));
            }
            _ => self.tell(
                now,
                Grade::Note,
                "the draft changed while Slack looked at it; its answer is dropped",
            ),
        }
    }
}
