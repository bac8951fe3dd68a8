//! One document or text, and where the reader is in it.

use crate::json::Document;
use crate::text::Wrapped;

/// What there is to show.
#[derive(Debug, Clone, Default)]
pub enum Body {
    #[default]
    Nothing,
    Tree(Box<Document>),
    /// Plain text, or bytes as a hex dump.
    Text(String),
}

impl Body {
    /// A JSON text as a tree, any other as it is.
    pub fn of(text: String) -> Self {
        match Document::parse(&text) {
            Ok(document) => Self::Tree(Box::new(document)),
            Err(_) => Self::Text(text),
        }
    }

    /// The text as it came; empty where there is none.
    pub fn text(&self) -> &str {
        match self {
            Self::Nothing => "",
            Self::Tree(document) => document.text(),
            Self::Text(text) => text,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Page {
    pub body: Body,
    /// The row under the cursor: of the document in the tree, of the lines elsewhere.
    pub cursor: usize,
    /// The topmost line on the screen.
    pub offset: usize,
    /// The lines of what is no tree, for the pane's width.
    pub lines: Wrapped,
}

/// More rows than this are not all unfolded at once: the reader wants the shape first.
const UNFOLD_UP_TO: usize = 300;

impl Page {
    /// The tree, unless the raw text is asked for.
    pub fn tree(&self, raw: bool) -> Option<&Document> {
        match &self.body {
            Body::Tree(document) if !raw => Some(document),
            _ => None,
        }
    }

    pub fn text(&self) -> &str {
        self.body.text()
    }

    /// Shows another body, at the same path where it has it.
    pub fn show(&mut self, body: Body, raw: bool) {
        let pointer = self.tree(raw).map(|tree| tree.pointer(self.cursor));
        self.body = body;
        self.offset = 0;
        self.cursor = 0;
        if let Body::Tree(tree) = &mut self.body {
            if tree.len() > UNFOLD_UP_TO {
                tree.fold_to_depth(3);
            }
            if !raw {
                let same =
                    pointer.filter(|pointer| !pointer.is_empty()).and_then(|pointer| tree.row_at(&pointer));
                self.cursor = same.or_else(|| tree.row_at("/payload")).unwrap_or(0);
                tree.reveal(self.cursor);
            }
        }
    }

    pub fn wrap(&mut self, raw: bool, columns: usize) {
        self.lines = match self.tree(raw) {
            Some(_) => Wrapped::default(),
            None => Wrapped::of(self.text(), columns),
        };
    }

    pub fn last_line(&self) -> usize {
        self.lines.len().saturating_sub(1)
    }

    /// Scrolls only as far as needed, with some lines of context around the cursor.
    pub fn keep_in_sight(&mut self, raw: bool, height: usize) {
        let (place, count) = match self.tree(raw) {
            Some(tree) => (tree.visible_place(self.cursor), tree.visible_count()),
            None => (self.cursor, self.last_line() + 1),
        };
        let context = (height / 4).min(3);
        let lowest = (place + context + 1).saturating_sub(height);
        let highest = place.saturating_sub(context);
        self.offset = self.offset.clamp(lowest, highest.max(lowest));
        self.offset = self.offset.min(count.saturating_sub(height));
    }
}
