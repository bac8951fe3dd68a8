//! What comes into the state, and what must happen outside because of it.

use std::path::PathBuf;

use crossterm::event::{KeyEvent, MouseEvent};

use super::scan::Found;
use super::{exports, work};
use crate::export::Job;
use crate::link;
use crate::slack::envelope::Kind;
use crate::slack::validation::{Answer, Question};
use crate::templates::Loaded;

/// What the user or the terminal did.
#[derive(Debug, Clone)]
pub enum Event {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(String),
    Resize(u16, u16),
    /// The editor is done with the draft.
    Drafted(String),
    /// The editor is done with a rule's payload.
    RuleEdited(String),
    /// What was to be written is there already.
    FileExists(PathBuf),
    /// What a job found that [`App::next_job`](super::App::next_job) gave out.
    Found(Found),
    /// What was worked out in the background.
    Worked(work::Done),
    /// The rules could not be written to that file, and why.
    RulesNotSaved(PathBuf, String),
    /// How an effect went.
    Told(Grade, String),
    /// How an export goes.
    Exported(exports::News),
    /// The templates were read anew.
    Templates(Loaded),
    /// Slack's answer to the question of that number.
    Checked(u64, Answer),
}

/// What must happen outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Link(link::Command),
    /// The simulator sends this sample.
    SendSample(&'static str),
    /// The simulator sends this envelope again.
    SendAgain(String),
    Copy {
        what: String,
        text: String,
    },
    Edit {
        text: String,
        draft: bool,
    },
    /// A rule's payload.
    EditRule(String),
    Page(String),
    /// All rules into a file, which must not be there yet unless it is to be replaced.
    SaveRules {
        path: PathBuf,
        text: String,
        replace: bool,
    },
    Export(Job),
    /// To be worked out in the background.
    Work(work::Task),
    SaveTemplate {
        kind: Kind,
        name: String,
        text: String,
        /// Whether one of that name may go for it.
        replace: bool,
    },
    CheckWithSlack {
        number: u64,
        question: Question,
    },
    Suspend,
    Quit,
}

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    Done,
    Note,
    Failed,
}
