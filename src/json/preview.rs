//! What a folded container shows of itself on one line.

use super::{Document, Kind};

impl Document {
    /// How many children a container has, in its brackets: `{3}`, `[12]`; empty for a leaf.
    pub fn size_label(&self, row: usize) -> String {
        let children = self.rows[row].children;
        match self.rows[row].kind {
            Kind::Object => format!("{{{children}}}"),
            Kind::Array => format!("[{children}]"),
            _ => String::new(),
        }
    }

    /// A container's content on one line of at most `width` characters, cut with `…`; containers inside it by
    /// their size, keys without quotes. A leaf's text as it came, cut likewise.
    ///
    /// Costs what it shows, not what the container holds.
    pub fn preview(&self, row: usize, width: usize) -> String {
        let mut line = Line { text: String::new(), left: width, cut: false };
        if self.rows[row].kind.is_container() {
            self.preview_members(row, &mut line);
        } else {
            line.push(self.value_text(row));
        }
        line.finish()
    }

    fn preview_members(&self, row: usize, line: &mut Line) {
        let (open, close) = if self.rows[row].kind == Kind::Object { ("{", "}") } else { ("[", "]") };
        line.push(open);
        for child in self.children(row) {
            if line.cut {
                return;
            }
            if self.rows[child].index > 0 {
                line.push(", ");
            }
            if let Some(key) = self.key_text(child) {
                line.push(&key[1..key.len() - 1]);
                line.push(": ");
            }
            if self.rows[child].kind.is_container() {
                line.push(&self.size_label(child));
            } else {
                line.push(self.value_text(child));
            }
        }
        line.push(close);
    }
}

/// A line that takes text until it is full.
struct Line {
    text: String,
    left: usize,
    cut: bool,
}

impl Line {
    fn push(&mut self, text: &str) {
        for character in text.chars() {
            if self.left == 0 {
                self.cut = true;
                return;
            }
            self.text.push(character);
            self.left -= 1;
        }
    }

    fn finish(mut self) -> String {
        if self.cut && self.text.pop().is_some() {
            self.text.push('…');
        }
        self.text
    }
}
