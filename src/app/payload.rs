//! The payload pane: one message, as a foldable tree or raw as it came.

use crate::json::{self, Document, Hit};
use crate::text;

/// What the pane shows.
#[derive(Debug, Default)]
pub struct Payload {
    body: Body,
    raw: bool,
    /// The row under the cursor: of the document in the tree, of the lines elsewhere.
    cursor: usize,
    /// The topmost line on the screen.
    offset: usize,
    search: Option<Search>,
    /// The lines of what is no tree, wrapped to the pane's width.
    lines: Vec<String>,
    /// The pane's columns and lines; told by the layout.
    size: (usize, usize),
}

/// What there is to show.
#[derive(Debug, Default)]
pub enum Body {
    #[default]
    Nothing,
    Tree(Box<Document>),
    /// Plain text, or bytes as a hex dump.
    Text(String),
}

/// What was searched for, and where it stands in this message.
#[derive(Debug)]
pub struct Search {
    pub needle: String,
    pub hits: Vec<Hit>,
}

/// More rows than this are not all unfolded at once: the reader wants the shape first.
const UNFOLD_UP_TO: usize = 300;

impl Payload {
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The tree, unless the raw text is asked for.
    pub fn tree(&self) -> Option<&Document> {
        match &self.body {
            Body::Tree(document) if !self.raw => Some(document),
            _ => None,
        }
    }

    pub fn is_raw(&self) -> bool {
        self.raw
    }

    pub fn cursor(&self) -> usize {
        self.cursor
    }

    pub fn offset(&self) -> usize {
        self.offset
    }

    pub fn search(&self) -> Option<&Search> {
        self.search.as_ref()
    }

    /// Shows another message. The cursor stays at the same path where the new one has it, so that
    /// moving through the list compares one value across envelopes.
    pub fn show(&mut self, body: Body) {
        let pointer = self.tree().map(|tree| tree.pointer(self.cursor));
        self.body = body;
        self.offset = 0;
        self.cursor = 0;
        if let Body::Tree(tree) = &mut self.body {
            if tree.len() > UNFOLD_UP_TO {
                tree.fold_to_depth(3);
            }
            let same =
                pointer.filter(|pointer| !pointer.is_empty()).and_then(|pointer| tree.row_at(&pointer));
            self.cursor = same.or_else(|| tree.row_at("/payload")).unwrap_or(0);
            tree.reveal(self.cursor);
        }
        self.search_again();
        self.wrap();
        self.keep_in_sight();
    }

    pub fn set_size(&mut self, size: (usize, usize)) {
        if self.size != size {
            self.size = size;
            self.wrap();
            self.keep_in_sight();
        }
    }

    pub fn toggle_raw(&mut self) {
        self.raw = !self.raw;
        self.cursor = 0;
        self.offset = 0;
        self.wrap();
    }

    /// The lines of what is no tree.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    fn wrap(&mut self) {
        self.lines = match &self.body {
            Body::Text(text) => text::wrap(text, self.size.0),
            Body::Tree(tree) if self.raw => text::wrap(tree.text(), self.size.0),
            _ => Vec::new(),
        };
    }

    /// So many lines down, or up where negative.
    pub fn move_by(&mut self, lines: isize) {
        self.cursor = match self.tree() {
            Some(tree) => tree.visible_offset(self.cursor, lines),
            None => self.cursor.saturating_add_signed(lines).min(self.last_line()),
        };
        self.keep_in_sight();
    }

    pub fn first(&mut self) {
        self.cursor = 0;
        self.keep_in_sight();
    }

    pub fn last(&mut self) {
        self.move_by(isize::MAX / 2);
    }

    pub fn select_line(&mut self, line: usize) {
        let line = self.offset + line;
        self.cursor = match self.tree() {
            Some(tree) => tree.nth_visible(line).unwrap_or(self.cursor),
            None => line.min(self.last_line()),
        };
    }

    pub fn toggle_fold(&mut self) {
        let cursor = self.cursor;
        self.with_tree(|tree| {
            tree.toggle_fold(cursor);
        });
    }

    /// Folds what is unfolded under the cursor, else goes to the parent.
    pub fn fold_or_parent(&mut self) {
        let cursor = self.cursor;
        let mut to = cursor;
        self.with_tree(|tree| {
            if tree.is_folded(cursor) || !tree.set_folded(cursor, true) {
                to = tree.parent(cursor).unwrap_or(cursor);
            }
        });
        self.cursor = to;
        self.keep_in_sight();
    }

    /// Unfolds what is folded under the cursor, else goes to the first child.
    pub fn unfold_or_child(&mut self) {
        let cursor = self.cursor;
        let mut to = cursor;
        self.with_tree(|tree| {
            if !tree.set_folded(cursor, false) {
                to = tree.first_child(cursor).unwrap_or(cursor);
            }
        });
        self.cursor = to;
        self.keep_in_sight();
    }

    pub fn fold_all(&mut self) {
        self.with_tree(Document::fold_all);
    }

    pub fn unfold_all(&mut self) {
        self.with_tree(Document::unfold_all);
    }

    /// Searches this and every later message for `needle`; goes to the first hit at or below the cursor.
    pub fn find(&mut self, needle: &str) {
        self.search = (!needle.is_empty()).then(|| Search { needle: needle.to_owned(), hits: Vec::new() });
        if self.raw && self.search.is_some() {
            self.toggle_raw();
        }
        self.search_again();
        let on_hit = self.search.iter().any(|search| search.hits.iter().any(|hit| hit.row == self.cursor));
        if !on_hit {
            self.next_hit();
        }
    }

    pub fn next_hit(&mut self) -> bool {
        self.go_to_hit(json::next_hit)
    }

    pub fn previous_hit(&mut self) -> bool {
        self.go_to_hit(json::previous_hit)
    }

    /// The place of the hit under the cursor among all, from 1.
    pub fn hit_number(&self) -> Option<usize> {
        let hits = &self.search.as_ref()?.hits;
        hits.iter().position(|hit| hit.row == self.cursor).map(|at| at + 1)
    }

    fn go_to_hit(&mut self, choose: impl Fn(&[Hit], usize) -> Option<usize>) -> bool {
        let Some(search) = &self.search else { return false };
        let Some(row) = choose(&search.hits, self.cursor).map(|hit| search.hits[hit].row) else {
            return false;
        };
        self.cursor = row;
        self.with_tree(|tree| {
            tree.reveal(row);
        });
        true
    }

    fn search_again(&mut self) {
        if let (Some(search), Body::Tree(tree)) = (&mut self.search, &self.body) {
            search.hits = tree.search(&search.needle);
        }
    }

    /// Changes folds; the cursor then stands on what is still visible.
    fn with_tree(&mut self, change: impl FnOnce(&mut Document)) {
        if self.raw {
            return;
        }
        if let Body::Tree(tree) = &mut self.body {
            change(tree);
            self.cursor = tree.visible_or_ancestor(self.cursor);
        }
        self.keep_in_sight();
    }

    fn last_line(&self) -> usize {
        self.lines.len().saturating_sub(1)
    }

    /// Scrolls only as far as needed, with some lines of context around the cursor.
    fn keep_in_sight(&mut self) {
        let (place, count) = match self.tree() {
            Some(tree) => (tree.visible_place(self.cursor), tree.visible_count()),
            None => (self.cursor, self.last_line() + 1),
        };
        let height = self.size.1;
        let context = (height / 4).min(3);
        let lowest = (place + context + 1).saturating_sub(height);
        let highest = place.saturating_sub(context);
        self.offset = self.offset.clamp(lowest, highest.max(lowest));
        self.offset = self.offset.min(count.saturating_sub(height));
    }
}
