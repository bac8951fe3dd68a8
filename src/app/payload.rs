//! The payload pane: one message as a foldable tree or raw as it came, what a jq expression makes of it, or two
//! messages held against each other. Each has its own cursor, so that leaving one leads back to where one was.

mod page;

use crate::journal::filter::End;
use crate::json::{self, Document, Hit};

use super::compare::Compared;
pub use page::Body;
use page::Page;

/// What the pane shows.
#[derive(Debug, Default)]
pub struct Payload {
    message: Page,
    lens: Option<Lens>,
    compared: Option<Box<Compared>>,
    raw: bool,
    search: Option<Search>,
    /// The pane's columns and lines; told by the layout.
    size: (usize, usize),
}

/// A jq expression that the message is seen through.
#[derive(Debug)]
pub struct Lens {
    pub expression: String,
    pub state: LensState,
    page: Page,
}

/// How far the expression is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LensState {
    /// What is shown is of before.
    Running,
    /// It is no jq expression, or not yet; what is shown is of before.
    Wrong,
    Answered {
        outputs: usize,
        end: End,
    },
}

/// What was searched for, and where it stands in this message.
#[derive(Debug)]
pub struct Search {
    pub needle: String,
    pub hits: Vec<Hit>,
}

impl Payload {
    fn page(&self) -> &Page {
        self.lens.as_ref().map_or(&self.message, |lens| &lens.page)
    }

    fn page_mut(&mut self) -> &mut Page {
        self.lens.as_mut().map_or(&mut self.message, |lens| &mut lens.page)
    }

    pub fn body(&self) -> &Body {
        &self.page().body
    }

    /// The tree, unless the raw text is asked for.
    pub fn tree(&self) -> Option<&Document> {
        self.page().tree(self.raw)
    }

    pub fn is_raw(&self) -> bool {
        self.raw
    }

    pub fn cursor(&self) -> usize {
        self.page().cursor
    }

    pub fn offset(&self) -> usize {
        self.page().offset
    }

    pub fn search(&self) -> Option<&Search> {
        self.search.as_ref()
    }

    /// The message itself, whatever it is seen through.
    pub fn message(&self) -> &Body {
        &self.message.body
    }

    pub fn lens(&self) -> Option<&Lens> {
        self.lens.as_ref()
    }

    pub fn compared(&self) -> Option<&Compared> {
        self.compared.as_deref()
    }

    /// Shows another message. The cursor stays at the same path where the new one has it, so that
    /// moving through the list compares one value across envelopes.
    pub fn show(&mut self, body: Body) {
        self.message.show(body, self.raw);
        if let Some(lens) = &mut self.lens {
            // What it made of another message must not be taken for what it makes of this one.
            lens.page.show(Body::Nothing, self.raw);
            lens.state = LensState::Running;
        }
        self.refresh();
    }

    /// Looks through a jq expression from now on. What was seen stays until the answer is there.
    pub fn look_through(&mut self, expression: &str) {
        match &mut self.lens {
            Some(lens) => {
                expression.clone_into(&mut lens.expression);
                lens.state = LensState::Running;
            }
            None => {
                self.lens = Some(Lens {
                    expression: expression.to_owned(),
                    state: LensState::Running,
                    page: Page::default(),
                });
            }
        }
        self.refresh();
    }

    /// What the expression made of the message.
    pub fn answer(&mut self, body: Body, outputs: usize, end: End) {
        if let Some(lens) = &mut self.lens {
            lens.page.show(body, self.raw);
            lens.state = LensState::Answered { outputs, end };
        }
        self.refresh();
    }

    /// The expression cannot be understood.
    pub fn refuse(&mut self) {
        if let Some(lens) = &mut self.lens {
            lens.state = LensState::Wrong;
        }
    }

    /// Back to the whole message; `false` where there is nothing to take away.
    pub fn look_at_whole(&mut self) -> bool {
        let was = self.lens.take().is_some();
        self.refresh();
        was
    }

    /// Shows two messages held against each other.
    pub fn compare(&mut self, compared: Compared) {
        self.compared = Some(Box::new(compared));
        self.refresh();
    }

    /// Back to the message; `false` where nothing is compared.
    pub fn leave_comparison(&mut self) -> bool {
        self.compared.take().is_some()
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
        for page in self.lens.iter_mut().map(|lens| &mut lens.page).chain([&mut self.message]) {
            page.cursor = 0;
            page.offset = 0;
        }
        self.wrap();
    }

    /// How many lines there are of what is no tree.
    pub fn line_count(&self) -> usize {
        self.page().lines.len()
    }

    /// A line of what is no tree, made harmless.
    pub fn line(&self, line: usize) -> std::borrow::Cow<'_, str> {
        self.page().lines.line(self.page().text(), line)
    }

    fn wrap(&mut self) {
        let (raw, columns) = (self.raw, self.size.0);
        self.page_mut().wrap(raw, columns);
    }

    /// So many lines down, or up where negative.
    pub fn move_by(&mut self, lines: isize) {
        if let Some(compared) = &mut self.compared {
            return compared.move_by(lines);
        }
        let raw = self.raw;
        let page = self.page_mut();
        page.cursor = match page.tree(raw) {
            Some(tree) => tree.visible_offset(page.cursor, lines),
            None => page.cursor.saturating_add_signed(lines).min(page.last_line()),
        };
        self.keep_in_sight();
    }

    pub fn first(&mut self) {
        self.move_by(isize::MIN / 2);
    }

    pub fn last(&mut self) {
        self.move_by(isize::MAX / 2);
    }

    pub fn select_line(&mut self, line: usize) {
        if let Some(compared) = &mut self.compared {
            // The head has a line more than a message's.
            return compared.select_line(line.saturating_sub(1));
        }
        let raw = self.raw;
        let page = self.page_mut();
        let line = page.offset + line;
        page.cursor = match page.tree(raw) {
            Some(tree) => tree.nth_visible(line).unwrap_or(page.cursor),
            None => line.min(page.last_line()),
        };
    }

    pub fn toggle_fold(&mut self) {
        if let Some(compared) = &mut self.compared {
            return compared.toggle_whole();
        }
        let cursor = self.cursor();
        self.with_tree(|tree| {
            tree.toggle_fold(cursor);
        });
    }

    /// Folds what is unfolded under the cursor, else goes to the parent.
    pub fn fold_or_parent(&mut self) {
        let mut to = self.cursor();
        self.with_tree(|tree| {
            if tree.is_folded(to) || !tree.set_folded(to, true) {
                to = tree.parent(to).unwrap_or(to);
            }
        });
        self.page_mut().cursor = to;
        self.keep_in_sight();
    }

    /// Unfolds what is folded under the cursor, else goes to the first child.
    pub fn unfold_or_child(&mut self) {
        let mut to = self.cursor();
        self.with_tree(|tree| {
            if !tree.set_folded(to, false) {
                to = tree.first_child(to).unwrap_or(to);
            }
        });
        self.page_mut().cursor = to;
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
        let cursor = self.cursor();
        if !self.search.iter().any(|search| search.hits.iter().any(|hit| hit.row == cursor)) {
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
        let at = hits.partition_point(|hit| hit.row < self.cursor());
        hits.get(at).filter(|hit| hit.row == self.cursor()).map(|_| at + 1)
    }

    fn go_to_hit(&mut self, choose: impl Fn(&[Hit], usize) -> Option<usize>) -> bool {
        let Some(search) = &self.search else { return false };
        let Some(row) = choose(&search.hits, self.cursor()).map(|hit| search.hits[hit].row) else {
            return false;
        };
        self.page_mut().cursor = row;
        self.with_tree(|tree| {
            tree.reveal(row);
        });
        true
    }

    fn search_again(&mut self) {
        let Some(mut search) = self.search.take() else { return };
        search.hits = match &self.page().body {
            Body::Tree(tree) => tree.search(&search.needle),
            Body::Nothing | Body::Text(_) => Vec::new(),
        };
        self.search = Some(search);
    }

    /// Another page is shown, or another body in it.
    fn refresh(&mut self) {
        self.search_again();
        self.wrap();
        self.keep_in_sight();
    }

    /// Changes folds; the cursor then stands on what is still visible.
    fn with_tree(&mut self, change: impl FnOnce(&mut Document)) {
        if self.raw || self.compared.is_some() {
            return;
        }
        let page = self.page_mut();
        if let Body::Tree(tree) = &mut page.body {
            change(tree);
            page.cursor = tree.visible_or_ancestor(page.cursor);
        }
        self.keep_in_sight();
    }

    fn keep_in_sight(&mut self) {
        let (raw, height) = (self.raw, self.size.1);
        self.page_mut().keep_in_sight(raw, height);
        if let Some(compared) = &mut self.compared {
            compared.set_height(height);
        }
    }
}
