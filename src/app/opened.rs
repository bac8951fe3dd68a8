//! A recording on the screen: how far it is read, what in it cannot be shown, and what cannot be done here.

use std::sync::Arc;

use jiff::Timestamp;

use super::overlay::{Item, Menu, MenuOf, Overlay};
use super::{Action, App, Grade, Mode, Start};
use crate::journal::index::Change;
use crate::open::batch::{Block, UNREADABLE_KEPT};
use crate::open::{Batch, Sources, Trouble, Unreadable, Update};

/// What is told where an action would need Slack.
pub const WHY_NOT: &str = "this is a recording: nothing can be sent from here. `sockscope live` is connected";

/// A recording that is being read, or was.
#[derive(Debug)]
pub struct Opened {
    pub sources: Sources,
    /// Whether it grows and is followed.
    pub follow: bool,
    /// Bytes of all files, as far as is known, and how many of them were read.
    pub size: u64,
    pub read: u64,
    /// The time of the latest record.
    pub end: Timestamp,
    /// The first lines that are no records, and how many there are.
    pub unreadable: Vec<Unreadable>,
    pub unreadable_count: u64,
    pub troubles: Vec<Trouble>,
    /// Whether all that was there has been read once.
    through: bool,
}

impl Opened {
    pub fn new(sources: Sources, follow: bool) -> Self {
        Self {
            sources,
            follow,
            size: 0,
            read: 0,
            end: Timestamp::default(),
            unreadable: Vec::new(),
            unreadable_count: 0,
            troubles: Vec::new(),
            through: false,
        }
    }

    pub fn is_reading(&self) -> bool {
        !self.through
    }

    /// The share that was read, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    pub fn share(&self) -> f64 {
        if self.size == 0 { 0.0 } else { (self.read as f64 / self.size as f64).min(1.0) }
    }

    /// What keeps a file from being shown as it is, in words.
    pub fn trouble(&self) -> Option<String> {
        self.troubles.last().map(|trouble| trouble.words(&self.sources))
    }

    fn count(&mut self, blocks: &[Arc<Block>]) {
        for block in blocks {
            self.read += block.bytes;
            self.unreadable_count += block.unreadable_count;
            let room = UNREADABLE_KEPT.saturating_sub(self.unreadable.len());
            self.unreadable.extend(block.unreadable.iter().take(room).cloned());
        }
    }
}

/// Whether an action makes no sense without a connection.
pub fn needs_slack(action: Action) -> bool {
    matches!(
        action,
        Action::AckNow
            | Action::AckHeld
            | Action::NextHeld
            | Action::Hold
            | Action::Send
            | Action::Arm
            | Action::Rules
            | Action::ToggleDebugReconnects
            | Action::Reconnect
            | Action::FewerConnections
            | Action::MoreConnections
            | Action::SendSample
            | Action::SendAgain
    )
}

impl App {
    /// The screen of a recording; its records come by [`App::read`].
    pub fn open(opened: Opened, start: Start) -> Self {
        let mut app = Self::new(opened.sources.files.clone(), Start { mode: Mode::Open, ..start });
        if !opened.follow {
            app.view.stay();
        }
        app.opened = Some(opened);
        app
    }

    /// The moment that is shown: in a recording its end, as nothing ticks there.
    pub fn shown_at(&self, now: Timestamp) -> Timestamp {
        self.opened.as_ref().map_or(now, |opened| opened.end)
    }

    /// What came of reading the recording.
    pub fn read(&mut self, update: Update, now: Timestamp) {
        let Some(opened) = &mut self.opened else { return };
        match update {
            Update::Size(size) => opened.size = size,
            Update::Done => opened.through = true,
            Update::Records { batches, blocks } => {
                opened.count(&blocks);
                let lines: u64 = blocks.iter().map(|block| block.unreadable_count).sum();
                (0..lines).for_each(|_| self.session.count_unreadable());
                for batch in &batches {
                    self.enter_batch(batch);
                }
            }
            Update::Trouble(trouble) => {
                opened.troubles.push(trouble);
                if let Some(words) = opened.trouble() {
                    self.tell(now, Grade::Failed, words);
                }
            }
        }
    }

    fn enter_batch(&mut self, batch: &Batch) {
        for item in batch.items() {
            if let Some(opened) = &mut self.opened {
                opened.end = opened.end.max(item.at);
            }
            if let Some(Change::Changed(row)) = batch.block.enter(item, &mut self.index, &mut self.session) {
                self.recheck(row);
            }
        }
    }

    /// Lists the first lines that are no records, with their places and why.
    pub(super) fn show_unreadable(&mut self, now: Timestamp) {
        let Some(opened) = self.opened.as_ref().filter(|opened| opened.unreadable_count > 0) else {
            self.tell(now, Grade::Note, "every line that was read is a record");
            return;
        };
        let items = opened.unreadable.iter().map(|line| {
            let path = opened.sources.files.path(line.file);
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            Item {
                keys: String::new(),
                label: format!("{name}:{}", line.line),
                note: line.why.clone(),
                checked: None,
            }
        });
        let items = items.collect();
        self.overlays.push(Overlay::Menu(Menu {
            of: MenuOf::Unreadable,
            title: "Lines that are no records",
            items,
            selected: 0,
            input: None,
        }));
    }
}
