//! Text to filter.

mod jq;
mod terms;

use super::error::FilterError;
use super::term::{Node, Term};
use super::text::Text;

/// Parentheses inside parentheses: matching and writing a filter recurse into them.
const DEEPEST: usize = 64;
/// jq and regular expressions in one filter: each costs up to milliseconds to compile.
const MOST_COMPILED: usize = 64;

pub(super) fn filter(text: &str) -> Result<Node, FilterError> {
    let mut parser = Parser { text, at: 0, depth: 0, compiled: 0 };
    let node = parser.expression()?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.error(parser.at, "this `)` closes nothing; remove it")),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    compiled: usize,
}

/// `or` and `and`: what must have a term on both sides.
#[derive(Clone, Copy, PartialEq)]
enum Joint {
    Or,
    And,
}

impl<'a> Parser<'a> {
    /// Everything up to the end, or up to the parenthesis that closes the group.
    fn expression(&mut self) -> Result<Node, FilterError> {
        self.skip_space();
        if let Some(node) = self.whole_jq() {
            return Ok(node);
        }
        let mut alternatives = Vec::new();
        let mut all = Vec::new();
        let mut joint: Option<(usize, &str)> = None;
        loop {
            self.skip_space();
            if matches!(self.peek(), None | Some(')')) {
                break;
            }
            let start = self.at;
            if let Some((kind, word)) = self.joint() {
                if all.is_empty() || joint.is_some() {
                    return Err(self.error(start, format!("a term must stand before `{word}`")));
                }
                if kind == Joint::Or {
                    alternatives.push(Node::all(std::mem::take(&mut all)));
                }
                joint = Some((start, word));
            } else {
                all.push(self.negatable()?);
                joint = None;
            }
        }
        if let Some((start, word)) = joint {
            return Err(self.error(start, format!("a term must follow `{word}`")));
        }
        if alternatives.is_empty() {
            return Ok(Node::all(all));
        }
        alternatives.push(Node::all(all));
        Ok(Node::any(alternatives))
    }

    /// A term or a group, and what negates it.
    fn negatable(&mut self) -> Result<Node, FilterError> {
        let mut negated = false;
        loop {
            let start = self.at;
            let rest = &self.text[self.at..];
            if rest.starts_with('!') && !rest.starts_with("!=") {
                self.at += 1;
            } else if self.keyword(&["not", "NOT"]).is_some() {
                self.at += 3;
            } else {
                break;
            }
            negated = !negated;
            self.skip_space();
            if matches!(self.peek(), None | Some(')')) || self.clone_at(self.at).joint().is_some() {
                return Err(self.error(start, "a term must follow this negation"));
            }
        }
        let node = self.primary()?;
        Ok(if negated { node.negate() } else { node })
    }

    fn primary(&mut self) -> Result<Node, FilterError> {
        let start = self.at;
        if let Some(word) = self.operator_word() {
            let message = format!(
                "`{word}` stands alone; write a jq expression with spaces as jq:(…), and text in double quotes"
            );
            return Err(self.error(start, message));
        }
        match self.peek() {
            Some('(') => self.group(),
            Some('"') => {
                let text = self.quoted()?;
                if text.is_empty() {
                    return Err(self.error(start, "there is no text between the quotes"));
                }
                Ok(Node::Term(Term::Text(Text::new(text))))
            }
            Some('/') => self.regex(),
            Some('.') => self.jq(),
            _ => self.field_or_text(),
        }
    }

    fn group(&mut self) -> Result<Node, FilterError> {
        let open = self.at;
        if self.depth == DEEPEST {
            return Err(self.error(open, format!("more than {DEEPEST} parentheses inside each other")));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_space();
        if self.peek() == Some(')') {
            return Err(self.error(open, "there is nothing between these parentheses"));
        }
        let node = self.expression()?;
        self.depth -= 1;
        if self.peek() != Some(')') {
            return Err(self.error(open, "this `(` is not closed; add a `)`"));
        }
        self.at += 1;
        Ok(node)
    }

    fn count_compiled(&mut self, at: usize) -> Result<(), FilterError> {
        self.compiled += 1;
        if self.compiled <= MOST_COMPILED {
            return Ok(());
        }
        Err(self.error(at, format!("more than {MOST_COMPILED} jq and regular expressions in one filter")))
    }

    fn joint(&mut self) -> Option<(Joint, &'static str)> {
        let word = self.keyword(&["or", "OR", "and", "AND"])?;
        let joint = if word.eq_ignore_ascii_case("or") { Joint::Or } else { Joint::And };
        self.at += word.len();
        Some((joint, word))
    }

    /// That of `words` which stands here as a word of its own.
    fn keyword(&self, words: &[&'static str]) -> Option<&'static str> {
        let rest = &self.text[self.at..];
        let ends =
            |rest: &str| rest.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')'));
        words.iter().copied().find(|word| rest.strip_prefix(word).is_some_and(ends))
    }

    /// The word at this place where it is made of operators only: a jq expression that fell apart.
    fn operator_word(&self) -> Option<&'a str> {
        let word = self.word();
        let operators = !word.is_empty() && word.bytes().all(|byte| b"=<>|+-*/%!&?,;:".contains(&byte));
        (operators && (!word.starts_with('/') || word == "//")).then_some(word)
    }

    /// From here up to white space, a parenthesis or the end.
    fn word(&self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).unwrap_or(rest.len());
        &rest[..end]
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn clone_at(&self, at: usize) -> Self {
        Self { text: self.text, at, depth: self.depth, compiled: self.compiled }
    }

    fn error(&self, offset: usize, message: impl Into<String>) -> FilterError {
        FilterError::new(self.text, offset, message)
    }
}
