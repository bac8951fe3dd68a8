//! The list of envelopes: the texts of its visible rows, the filter.

use std::collections::HashMap;

use super::App;
use super::scan::{Run, Stale};
use crate::journal::Event;
use crate::journal::filter::Filter;
use crate::slack::envelope::About;
use crate::slack::message::Header;

/// The summaries of rows that were drawn lately. They are read from the journal only when a row comes into sight.
#[derive(Debug, Default)]
pub struct Rows {
    summaries: HashMap<u32, String>,
}

/// More than any screen shows.
const KEPT: usize = 2_000;

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

    /// Takes rows that came; filter and search look at them in the background.
    pub(super) fn extend_view(&mut self) {
        self.view.extend(self.index.len());
        self.extend_search();
    }

    pub(super) fn set_filter(&mut self, text: &str, filter: Option<Filter>) {
        self.filter = filter.map(|filter| (text.trim().to_owned(), Run::new(filter)));
        self.stale = Stale::default();
        match self.filter {
            Some(_) => self.view.start_filter(),
            None => self.view.clear_filter(),
        }
        self.search_again();
    }

    /// The filter as it was typed; empty where there is none.
    pub fn filter_text(&self) -> &str {
        self.filter.as_ref().map_or("", |(text, _)| text)
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
