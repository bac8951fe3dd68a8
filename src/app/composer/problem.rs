//! What is wrong with a draft, one thing after the other, with the cursor where it is.

use ratatui_textarea::CursorMove;

use super::{Draft, Verdict};
use crate::json::Document;
use crate::slack::check::Finding;

/// One of the draft's findings.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'d> {
    pub finding: &'d Finding,
    /// From 1.
    pub at: usize,
    pub of: usize,
}

impl Draft {
    /// Goes to the next thing that is wrong; `false` where nothing is, or nothing that has a place.
    pub fn next_problem(&mut self) -> bool {
        let (next, (row, column)) = match &self.verdict {
            Verdict::Syntax(error) => (None, (error.line - 1, error.column - 1)),
            Verdict::TooLarge { .. } => return false,
            Verdict::Frame { findings, .. } => {
                let next = self.problem.map_or(0, |at| at + 1) % findings.len().max(1);
                let Some(finding) = findings.get(next) else { return false };
                (Some(next), place(&self.text(), &finding.pointer))
            }
        };
        self.problem = next;
        let narrow = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(narrow(row), narrow(column)));
        true
    }

    /// Where the walk stands; none before it began, and after every change.
    pub fn problem(&self) -> Option<Problem<'_>> {
        let (Some(at), Verdict::Frame { findings, .. }) = (self.problem, &self.verdict) else { return None };
        findings.get(at).map(|finding| Problem { finding, at: at + 1, of: findings.len() })
    }

    /// Whether there is anything to go to.
    pub fn has_problems(&self) -> bool {
        match &self.verdict {
            Verdict::Syntax(_) => true,
            Verdict::TooLarge { .. } => false,
            Verdict::Frame { findings, .. } => !findings.is_empty(),
        }
    }
}

/// Line and column, both from 0, of what a JSON pointer names; of what is missing, of what it is missing in.
fn place(text: &str, pointer: &str) -> (usize, usize) {
    let Ok(document) = Document::parse(text) else { return (0, 0) };
    let ends = pointer.match_indices('/').map(|(at, _)| at).chain([pointer.len()]);
    let mut ends: Vec<usize> = ends.collect();
    let mut row = 0;
    while let Some(end) = ends.pop() {
        if let Some(found) = document.row_at(&pointer[..end]) {
            row = found;
            break;
        }
    }
    let before = &text[..document.row(row).value_range().start];
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count(), before[line..].chars().count())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::app::composer::Target;
    use crate::slack::envelope::Kind;

    fn draft(text: &str) -> Draft {
        let target = Target {
            row: 0,
            envelope_id: "e".into(),
            conn: 1,
            received: jiff::Timestamp::UNIX_EPOCH,
            kind: Kind::ViewSubmission,
            accepts: Some(true),
            payload: r#"{"type":"view_submission","view":{"blocks":[{"type":"input","block_id":"a"}]}}"#
                .into(),
            sent: None,
        };
        let mut draft = Draft::new(target, &[]);
        draft.set_text(text);
        draft
    }

    /// What stands at the cursor.
    fn at_cursor(draft: &Draft) -> String {
        let cursor = draft.area.cursor();
        draft.area.lines()[cursor.0].chars().skip(cursor.1).collect()
    }

    #[test]
    fn the_cursor_goes_from_one_finding_to_the_next_and_around() {
        let mut draft = draft(
            "{\n  \"response_action\": \"errors\",\n  \"errors\": {\n    \"ä\": \"öne\", \"a\": \"fine\",\n    \"two\": \"x\"\n  }\n}",
        );
        assert!(draft.problem().is_none());
        let mut seen = Vec::new();
        for _ in 0..3 {
            assert!(draft.next_problem());
            let problem = draft.problem().unwrap();
            seen.push((problem.at, problem.of, problem.finding.pointer.clone(), at_cursor(&draft)));
        }
        let first = (1, 2, "/errors/ä".to_owned(), "\"öne\", \"a\": \"fine\",".to_owned());
        let second = (2, 2, "/errors/two".to_owned(), "\"x\"".to_owned());
        assert_eq!(seen, [first.clone(), second, first]);
        draft.paste(" ");
        assert!(draft.problem().is_none(), "the text is another");
    }

    #[test]
    fn syntax_has_a_place_too() {
        let mut draft = draft("{\n  \"é\": 1,\n  oops\n}");
        assert!(draft.next_problem());
        assert_eq!(at_cursor(&draft), "oops");
        draft.set_text(r#"{"response_action":"clear"}"#);
        assert!(!draft.has_problems() && !draft.next_problem());
    }

    #[test]
    fn what_is_missing_is_looked_for_where_it_is_missing() {
        assert_eq!(place("{\n \"a\": [1,\n  {}]}", "/a/1/x/y"), (2, 2));
        assert_eq!(place("{\n \"a\": 1}", "/b"), (0, 0));
        assert_eq!(place("no json", "/b"), (0, 0));
    }
}
