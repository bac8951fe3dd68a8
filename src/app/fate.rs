//! What the built-in simulator, which is Slack in `demo`, made of the selected envelope's ack.

use super::App;
use crate::simulator::Handle;
use crate::simulator::ledger::{Delivery, Fault, Outcome, Then};

/// How it ended for the user at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Acknowledged in time, with nothing wrong.
    Taken,
    /// Acknowledged, but what it carried is not looked at.
    PayloadIgnored,
    TooLong,
    SentAgain,
    Lost,
    UserSawError,
}

impl Fate {
    /// None while Slack waits.
    pub fn of(delivery: &Delivery) -> Option<Self> {
        match (&delivery.outcome, delivery.acks.first().and_then(|ack| ack.fault)) {
            (Outcome::Waiting { .. }, _) => None,
            (_, Some(Fault::TooLong)) => Some(Self::TooLong),
            (Outcome::Acked { .. }, Some(Fault::PayloadNotAccepted)) => Some(Self::PayloadIgnored),
            (Outcome::Acked { .. }, _) => Some(Self::Taken),
            (Outcome::Missed { then: Then::RetryAt(_) | Then::RetriedAs(_) }, _) => Some(Self::SentAgain),
            (Outcome::Missed { then: Then::GaveUp }, _) => Some(Self::Lost),
            (Outcome::Missed { then: Then::UserSawError }, _) => Some(Self::UserSawError),
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Taken => "✓ taken",
            Self::PayloadIgnored => "✗ payload ignored",
            Self::TooLong => "✗ too long",
            Self::SentAgain => "✗ sent again",
            Self::Lost => "✗ lost to the app",
            Self::UserSawError => "✗ error shown",
        }
    }
}

impl App {
    /// Looks into the simulator's books, before a frame.
    pub fn ask_simulator(&mut self, slack: &Handle) {
        let id = self.shown_id.as_deref().filter(|_| self.shown == self.view.selected());
        self.fate = id.and_then(|id| slack.look(|slack| slack.ledger().find(id).and_then(Fate::of)));
    }

    /// What became of the selected envelope, where the simulator sent it.
    pub fn fate(&self) -> Option<Fate> {
        self.fate
    }
}
