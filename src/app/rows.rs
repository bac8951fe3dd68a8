//! The list of envelopes: the texts of its visible rows, the filter, the search.

use jiff::Timestamp;
use std::collections::HashMap;

use super::{App, Grade, Mode, Pane};
use crate::journal::Event;
use crate::journal::filter::Filter;
use crate::journal::view::{RowMatcher, Times};
use crate::slack::envelope::About;
use crate::slack::message::Header;

/// The summaries of rows that were drawn lately. They are read from the journal only when a row comes into sight.
#[derive(Debug, Default)]
pub struct Rows {
    summaries: HashMap<u32, String>,
}

/// More than any screen shows.
const KEPT: usize = 2_000;

/// How many rows a search looks at for one key: the loop waits for it. A filter looks at all in the background.
const SEARCH_STEP: usize = 20_000;

/// How many rows a filter looks at between two frames.
const FILTER_STEP: u32 = 2_000;

impl Rows {
    pub fn summary(&self, row: u32) -> &str {
        self.summaries.get(&row).map_or("", String::as_str)
    }
}

impl App {
    /// The line that sums a visible row up.
    pub fn summary(&self, row: u32) -> &str {
        self.rows.summary(row)
    }

    /// Reads the summaries of the rows that the next frame shows.
    pub(super) fn prepare_rows(&mut self) {
        if self.rows.summaries.len() > KEPT {
            self.rows.summaries.clear();
        }
        let kept = &self.rows.summaries;
        let missing: Vec<u32> =
            self.view.visible_rows().map(|(_, row)| row).filter(|row| !kept.contains_key(row)).collect();
        for row in missing {
            let summary = self.read_row(row, |event| summary(&event));
            self.rows.summaries.insert(row, summary.unwrap_or_default());
        }
    }

    /// Takes rows that came, and goes on with a filter that is not done.
    pub(super) fn extend_view(&mut self) {
        let mut view = std::mem::take(&mut self.view);
        view.extend(self.index.len(), |row| self.passes(row));
        view.refilter_step(FILTER_STEP, |row| self.passes(row));
        self.view = view;
    }

    /// An ack may let a row pass the filter, or no longer.
    pub(super) fn recheck(&mut self, row: u32) {
        if self.filter.is_some() {
            let passes = self.passes(row);
            self.view.recheck(row, passes);
        }
    }

    pub(super) fn set_filter(&mut self, text: &str, filter: Option<Filter>) {
        self.filter = filter.map(|filter| (text.trim().to_owned(), filter));
        match self.filter {
            Some(_) => self.view.start_filter(),
            None => self.view.clear_filter(),
        }
    }

    /// The filter as it was typed; empty where there is none.
    pub fn filter_text(&self) -> &str {
        self.filter.as_ref().map_or("", |(text, _)| text)
    }

    fn passes(&self, row: u32) -> bool {
        self.filter.as_ref().is_none_or(|(_, filter)| self.row_matches(filter, row))
    }

    fn row_matches(&self, filter: &Filter, row: u32) -> bool {
        let times = Times {
            start: self.session.started().unwrap_or_default(),
            now: (self.mode != Mode::Open).then_some(self.now),
        };
        let read = |place| self.lines.line(place).ok();
        RowMatcher { filter, index: &self.index, times, read }.matches(row)
    }

    /// The next hit of the focused pane's search.
    pub(super) fn next_hit(&mut self, forward: bool, now: Timestamp) {
        let found = match self.focus {
            Pane::Envelopes if !self.needle.is_empty() => self.find_row(forward),
            _ if forward => self.payload.next_hit(),
            _ => self.payload.previous_hit(),
        };
        if !found {
            self.tell(now, Grade::Note, "not found");
        }
    }

    /// The next row whose message has the text that was searched for, around the end if need be.
    fn find_row(&mut self, forward: bool) -> bool {
        let quoted = serde_json::Value::from(self.needle.as_str()).to_string();
        let (Ok(filter), Some(selected)) = (Filter::parse(&quoted), self.view.selected_place()) else {
            return false;
        };
        let count = self.view.len();
        let place =
            |step: usize| if forward { (selected + step) % count } else { (selected + count - step) % count };
        let rows = (1..=count.min(SEARCH_STEP)).filter_map(|step| self.view.row(place(step)));
        let hit = rows.into_iter().find(|row| self.row_matches(&filter, *row));
        hit.is_some_and(|row| self.view.select(row))
    }
}

/// One line about a row, in the words of its message.
fn summary(event: &Event) -> String {
    match event {
        Event::Envelope { type_, message, .. } => {
            let payload = Header::parse(message).and_then(|header| header.payload).unwrap_or("null");
            About::of(type_, payload).summary()
        }
        Event::Hello { message, .. } => {
            let hello = crate::slack::message::Hello::parse(message);
            let connections = hello
                .num_connections
                .map(|count| format!("{count} connection{}", if count == 1 { "" } else { "s" }))
                .unwrap_or_default();
            format!("{} {connections}", hello.host.unwrap_or_default()).trim().to_owned()
        }
        Event::Disconnect { reason, .. } => crate::session::reason::disconnect_words(reason).into_owned(),
        Event::Text { text, .. } if text.is_empty() => "(empty)".to_owned(),
        Event::Text { text, .. } => text.chars().take(200).collect(),
        Event::Binary { base64, .. } => format!("{} bytes", base64.len() / 4 * 3),
        Event::Message { message, .. } => message.chars().take(200).collect(),
        _ => String::new(),
    }
}
