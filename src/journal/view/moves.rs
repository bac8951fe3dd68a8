//! What the reader does: moving, freezing, marking.

use super::{Mode, View};

impl View {
    /// Moves the selection by so many rows, as far as there are any.
    pub fn move_by(&mut self, by: isize) {
        self.go(self.selected.saturating_add_signed(by));
    }

    pub fn first(&mut self) {
        self.go(0);
    }

    /// Does not follow: for rows that nobody waits for, as those of a recording.
    pub fn stay(&mut self) {
        if self.is_following() {
            self.mode = Mode::Staying;
        }
    }

    /// To the newest row, and follows it.
    pub fn last(&mut self) {
        self.go(usize::MAX);
    }

    /// A screen down, or up where `pages` is negative; one row stays in sight.
    pub fn page(&mut self, pages: isize) {
        self.move_by(pages.saturating_mul(signed(self.height.saturating_sub(1).max(1))));
    }

    pub fn half_page(&mut self, pages: isize) {
        self.move_by(pages.saturating_mul(signed((self.height / 2).max(1))));
    }

    /// Selects a row; `false` where it is not shown.
    pub fn select(&mut self, row: u32) -> bool {
        let place = self.place(row);
        if let Some(place) = place {
            self.go(place);
        }
        place.is_some()
    }

    /// Selects what stands in this line of the screen (a click): nothing scrolls.
    pub fn select_line(&mut self, line: usize) -> bool {
        let hit = self.visible().nth(line);
        if let Some(place) = hit {
            self.anchor = None;
            self.selected = place;
            self.follow_if_newest();
        }
        hit.is_some()
    }

    /// Moves the screen and keeps the selection in it (a mouse wheel).
    pub fn scroll_by(&mut self, by: isize) {
        let (len, height) = (self.len(), self.height);
        self.offset = self.offset.saturating_add_signed(by).min(len.saturating_sub(height));
        let last = (self.offset + height).min(len).saturating_sub(1);
        self.selected = self.selected.clamp(self.offset.min(last), last);
        self.anchor = None;
        self.follow_if_newest();
        self.saw();
    }

    /// Selects the first of these rows that is shown: the next finding, the next held envelope.
    pub fn seek(&mut self, rows: impl IntoIterator<Item = u32>) -> bool {
        rows.into_iter().any(|row| self.select(row))
    }

    /// Follows the newest row, or stops following where the list stands.
    pub fn toggle_follow(&mut self) {
        match self.mode {
            Mode::Following => self.mode = Mode::Staying,
            Mode::Staying | Mode::Frozen { .. } => {
                self.mode = Mode::Staying;
                self.last();
            }
        }
    }

    /// Holds new rows back, or shows them again: the reader stays where he is, unless he was at the end.
    pub fn toggle_freeze(&mut self) {
        if self.is_frozen() {
            let at_end = self.selected + 1 >= self.len();
            self.mode = if at_end { Mode::Following } else { Mode::Staying };
            self.grown();
        } else {
            self.mode = Mode::Frozen { from: self.scan.len() };
        }
    }

    /// Marks the selected row to compare others with, or takes the mark away where it stands.
    pub fn toggle_mark(&mut self) {
        let selected = self.selected();
        self.mark = selected.filter(|_| self.mark != selected);
    }

    /// The marked row, shown or not.
    pub fn marked(&self) -> Option<u32> {
        self.mark
    }
}

fn signed(count: usize) -> isize {
    isize::try_from(count).unwrap_or(isize::MAX)
}
