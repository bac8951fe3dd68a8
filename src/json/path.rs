//! Where a row stands: as a jq path and as a JSON pointer (RFC 6901), and the way back.

use super::{Document, Kind};

impl Document {
    /// The jq path of a row: `.payload.view.state.values["multi-line"]`, `.` for the root.
    ///
    /// Of keys that occur twice in an object jq sees the last.
    pub fn jq_path(&self, row: usize) -> String {
        let mut path = String::new();
        for row in self.steps_to(row) {
            match (self.key(row), self.key_text(row)) {
                (Some(key), _) if is_identifier(&key) => {
                    path.push('.');
                    path.push_str(&key);
                }
                (Some(_), Some(quoted)) => push_index(&mut path, quoted),
                _ => push_index(&mut path, &self.rows[row].index().to_string()),
            }
        }
        if path.is_empty() { ".".to_owned() } else { path }
    }

    /// The JSON pointer of a row: `/payload/view/state/values/multi-line`, empty for the root.
    pub fn pointer(&self, row: usize) -> String {
        let mut pointer = String::new();
        for row in self.steps_to(row) {
            pointer.push('/');
            match self.key(row) {
                Some(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
                None => pointer.push_str(&self.rows[row].index().to_string()),
            }
        }
        pointer
    }

    /// The row that a JSON pointer names; of keys that occur twice the last, as JSON parsers do.
    pub fn row_at(&self, pointer: &str) -> Option<usize> {
        if pointer.is_empty() {
            return Some(0);
        }
        let mut row = 0;
        for step in pointer.strip_prefix('/')?.split('/') {
            row = self.child_at(row, step)?;
        }
        Some(row)
    }

    fn child_at(&self, row: usize, step: &str) -> Option<usize> {
        match self.rows[row].kind {
            Kind::Object => {
                let key = step.replace("~1", "/").replace("~0", "~");
                self.children(row).filter(|child| self.key(*child).is_some_and(|found| found == key)).last()
            }
            Kind::Array => {
                // RFC 6901, section 4: digits without a leading zero, and no sign.
                let canonical = step == "0" || step.starts_with(|first: char| matches!(first, '1'..='9'));
                let index: usize = step.parse().ok().filter(|_| canonical)?;
                self.children(row).nth(index)
            }
            _ => None,
        }
    }

    /// From the root's child down to `row`.
    fn steps_to(&self, row: usize) -> impl Iterator<Item = usize> {
        let mut steps: Vec<usize> = std::iter::once(row).chain(self.ancestors(row)).collect();
        steps.pop();
        steps.into_iter().rev()
    }
}

/// `[step]`, which at the root needs a dot before it.
fn push_index(path: &mut String, step: &str) {
    path.push_str(if path.is_empty() { ".[" } else { "[" });
    path.push_str(step);
    path.push(']');
}

fn is_identifier(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
