//! The ack composer: what the selected envelope may be answered with, a draft of it, and the exact frame.

use std::sync::Arc;

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui_textarea::{CursorMove, TextArea};

use crate::json::{self, SyntaxError};
use crate::slack::ack::{self, Form};
use crate::slack::check::{self, Finding};
use crate::slack::envelope::Kind;
use crate::slack::template;
use crate::slack::validation::Answer;
use crate::templates::Template;

mod problem;

pub use problem::Problem;

/// The envelope that an answer is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its row in the index.
    pub row: u32,
    pub envelope_id: String,
    pub conn: u32,
    pub received: Timestamp,
    pub kind: Kind,
    pub accepts: Option<bool>,
    /// The payload's text as it came.
    pub payload: String,
    /// The payload that answered it, blank where its ack had none; nothing while it has no ack.
    pub sent: Option<String>,
}

/// What the composer is doing.
#[derive(Debug, Default)]
pub enum Composer {
    /// No envelope is selected that could be answered.
    #[default]
    Idle,
    /// Shows what the selected envelope may be answered with; moves with the selection.
    Offered(Box<Draft>),
    /// The draft is being written; the selection may move on without it.
    Writing(Box<Draft>),
    /// Written and left: stays with its envelope until it is sent or given up.
    Kept(Box<Draft>),
}

/// An answer in the making.
#[derive(Debug)]
pub struct Draft {
    pub target: Target,
    choices: Vec<Choice>,
    at: usize,
    pub area: TextArea<'static>,
    pub verdict: Verdict,
    /// Whether somebody wrote in it.
    pub touched: bool,
    /// What was written before another template took its place.
    earlier: Option<String>,
    /// Which of its findings the cursor was brought to.
    problem: Option<usize>,
    /// Why the template could not be filled; it stands as it is written then.
    pub unfilled: Option<String>,
    /// Slack's own check of the text as it stands.
    pub slack: Option<SlackSays>,
}

/// What a draft may start from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Choice {
    /// What was sent already.
    Sent,
    Form(Form),
    /// A template of the user's.
    Own(Arc<Template>),
}

/// What was sent, where something was; every form that the envelope takes, then the user's own templates of its kind.
fn choices(target: &Target, own: &[Arc<Template>]) -> Vec<Choice> {
    let forms = ack::forms(target.kind, target.accepts).into_iter().map(Choice::Form);
    let takes_payload = target.kind.accepts_payload(target.accepts);
    let own = own.iter().filter(|template| takes_payload && template.kind == target.kind);
    let sent = target.sent.iter().map(|_| Choice::Sent);
    sent.chain(forms).chain(own.cloned().map(Choice::Own)).collect()
}

/// Slack's own check of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlackSays {
    /// The question of that number is on its way.
    Asked(u64),
    Said(Answer),
}

/// Twelve times what Slack takes.
const CHECKED_UP_TO: usize = 256 << 10;

/// What would happen to the draft as it stands.
#[derive(Debug)]
pub enum Verdict {
    Syntax(SyntaxError),
    /// Far longer than any frame that Slack takes: not even looked at, so that writing stays quick.
    TooLarge {
        bytes: usize,
    },
    /// The exact frame, what Slack does with it, and what it would refuse.
    Frame {
        frame: String,
        effect: String,
        findings: Vec<Finding>,
    },
}

impl Composer {
    pub fn draft(&self) -> Option<&Draft> {
        match self {
            Self::Idle => None,
            Self::Offered(draft) | Self::Writing(draft) | Self::Kept(draft) => Some(draft),
        }
    }

    pub fn draft_mut(&mut self) -> Option<&mut Draft> {
        match self {
            Self::Idle => None,
            Self::Offered(draft) | Self::Writing(draft) | Self::Kept(draft) => Some(draft),
        }
    }

    pub fn is_writing(&self) -> bool {
        matches!(self, Self::Writing(_))
    }

    /// Whether the draft stays with its envelope while the selection moves.
    pub fn is_pinned(&self) -> bool {
        matches!(self, Self::Writing(_) | Self::Kept(_))
    }

    /// Follows the selection, unless somebody's draft is in the way.
    pub fn offer(&mut self, target: Option<Target>, own: &[Arc<Template>]) {
        if !self.is_pinned() {
            *self = target.map_or(Self::Idle, |target| Self::Offered(Box::new(Draft::new(target, own))));
        }
    }

    /// Starts writing: on with the draft that is there where it is for this envelope, else with a new one.
    pub fn write(&mut self, target: Option<Target>, own: &[Arc<Template>]) -> bool {
        *self = match (std::mem::take(self), target) {
            (Self::Offered(draft) | Self::Writing(draft) | Self::Kept(draft), target)
                if target.as_ref().is_none_or(|target| target.row == draft.target.row) =>
            {
                Self::Writing(draft)
            }
            (_, Some(target)) => Self::Writing(Box::new(Draft::new(target, own))),
            (state, None) => state,
        };
        self.is_writing()
    }

    /// Leaves the draft: it is kept where somebody wrote in it.
    pub fn leave(&mut self) {
        *self = match std::mem::take(self) {
            Self::Writing(draft) if draft.touched => Self::Kept(draft),
            Self::Writing(draft) => Self::Offered(draft),
            state => state,
        };
    }

    /// Leaves the draft and keeps it, whether or not somebody wrote in it.
    pub fn keep(&mut self) {
        *self = match std::mem::take(self) {
            Self::Offered(draft) | Self::Writing(draft) => Self::Kept(draft),
            state => state,
        };
    }

    /// Gives the draft up, for instance after it was sent.
    pub fn clear(&mut self) {
        *self = Self::Idle;
    }
}

impl Draft {
    /// Starts with what was sent; while nothing was, with the first form that says something, where one is legal.
    pub fn new(target: Target, own: &[Arc<Template>]) -> Self {
        let choices = choices(&target, own);
        let says_something = |choice: &Choice| matches!(choice, Choice::Form(form) if !matches!(form, Form::Empty | Form::Raw));
        let sent = target.sent.is_some();
        let at = if sent { 0 } else { choices.iter().position(says_something).unwrap_or(0) };
        let verdict = Verdict::empty(&target);
        let mut draft = Self {
            target,
            choices,
            at,
            area: TextArea::default(),
            verdict,
            touched: false,
            earlier: None,
            problem: None,
            unfilled: None,
            slack: None,
        };
        draft.fill();
        draft
    }

    /// The form's name, or the template's, for the title.
    pub fn form_name(&self) -> &str {
        match &self.choices[self.at] {
            Choice::Sent if self.target.sent.as_ref().is_some_and(String::is_empty) => "empty, as sent",
            Choice::Sent => "as sent",
            Choice::Form(form) => ack::row_of(self.target.kind, *form).map_or("raw", |row| row.name),
            Choice::Own(template) => &template.name,
        }
    }

    /// The user's template that the draft started from.
    pub fn own(&self) -> Option<&Template> {
        match &self.choices[self.at] {
            Choice::Sent | Choice::Form(_) => None,
            Choice::Own(template) => Some(template),
        }
    }

    /// Whether it is what was sent, as it was sent.
    pub fn is_as_sent(&self) -> bool {
        !self.touched && self.choices[self.at] == Choice::Sent
    }

    /// Takes what somebody wrote here before, for [`Self::restore`]; it displaces nothing.
    pub fn remember(&mut self, text: &str) {
        if !self.touched && self.earlier.is_none() {
            self.earlier = Some(text.to_owned());
        }
    }

    /// The form's number and how many there are.
    pub fn form_of(&self) -> (usize, usize) {
        (self.at + 1, self.choices.len())
    }

    /// The templates were read anew; the text stays, and so does what it started from where it is still there.
    pub fn renew(&mut self, own: &[Arc<Template>]) {
        let before = self.choices[self.at].clone();
        self.choices = choices(&self.target, own);
        let same = |choice: &Choice| match (choice, &before) {
            (Choice::Own(new), Choice::Own(old)) => new.name == old.name,
            (new, old) => new == old,
        };
        self.at = self.choices.iter().position(same).unwrap_or(0);
    }

    /// Goes on to the next form that this envelope takes, and to the user's own templates behind them.
    pub fn next_form(&mut self) {
        self.at = (self.at + 1) % self.choices.len();
        if self.touched {
            self.earlier = Some(self.text());
        }
        self.fill();
    }

    /// Brings back what was written before another template took its place.
    pub fn restore(&mut self) -> bool {
        let earlier = self.earlier.take();
        if let Some(text) = &earlier {
            self.set_text(text);
        }
        earlier.is_some()
    }

    /// The draft's text; blank where the ack has no payload.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Replaces the text, for instance with what an editor left.
    pub fn set_text(&mut self, text: &str) {
        self.area = TextArea::new(text.lines().map(str::to_owned).collect());
        self.area.set_tab_length(2);
        self.touched = true;
        self.check();
    }

    /// One key for the text; tells whether it changed.
    pub fn input(&mut self, key: KeyEvent) {
        if self.area.input(key) {
            self.touched = true;
            self.check();
        }
    }

    pub fn paste(&mut self, text: &str) {
        self.area.insert_str(text);
        self.touched = true;
        self.check();
    }

    /// What would be sent as the payload.
    pub fn payload(&self) -> Option<String> {
        Some(ack::minified(&self.text())).filter(|payload| !payload.is_empty())
    }

    fn fill(&mut self) {
        let Target { kind, payload, sent, .. } = &self.target;
        let (text, unfilled) = match &self.choices[self.at] {
            Choice::Sent => (ack::pretty(sent.as_deref().unwrap_or_default()), None),
            Choice::Form(form) => (ack::draft(*kind, *form, payload), None),
            Choice::Own(own) => match template::fill_what_is_there(&own.text, payload) {
                Ok(filled) => (ack::pretty(&filled), None),
                Err(error) => (own.text.clone(), Some(error.to_string())),
            },
        };
        self.set_text(&text);
        self.area.move_cursor(CursorMove::Top);
        self.touched = false;
        self.unfilled = unfilled;
    }

    fn check(&mut self) {
        // What was said of another text is no use.
        self.slack = None;
        self.unfilled = None;
        let text = self.text();
        self.problem = None;
        self.verdict = if text.trim().is_empty() {
            Verdict::empty(&self.target)
        } else if text.len() > CHECKED_UP_TO {
            Verdict::TooLarge { bytes: text.len() }
        } else if let Err(error) = json::minify(&text) {
            Verdict::Syntax(error)
        } else {
            let Target { kind, accepts, payload, envelope_id, .. } = &self.target;
            Verdict::Frame {
                frame: ack::frame(envelope_id, Some(&text)),
                effect: ack::effect(*kind, &text),
                findings: check::check(*kind, *accepts, payload, &text),
            }
        };
    }
}

impl Verdict {
    fn empty(target: &Target) -> Self {
        Self::Frame {
            frame: ack::frame(&target.envelope_id, None),
            effect: ack::effect(target.kind, ""),
            findings: Vec::new(),
        }
    }

    pub fn frame(&self) -> Option<&str> {
        match self {
            Self::Syntax(_) | Self::TooLarge { .. } => None,
            Self::Frame { frame, .. } => Some(frame),
        }
    }
}
