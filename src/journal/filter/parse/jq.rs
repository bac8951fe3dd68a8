//! Where a jq expression ends, see [the language](super::super).

use super::super::jq::{Fault, Jq};
use super::super::term::Term;
use super::{FilterError, MOST_COMPILED, Node, Parser};

impl Parser<'_> {
    /// A jq expression that starts here.
    pub(super) fn jq(&mut self) -> Result<Node, FilterError> {
        let start = self.at;
        self.count_compiled(start)?;
        if self.peek() == Some('"') {
            let source = self.clone_at(start).quoted();
            let mut after = self.clone_at(start);
            if source.is_ok() && after.quoted().is_ok() && after.word().is_empty() {
                self.at = after.at;
                let source = source?;
                return Jq::compile(&source)
                    .map(|jq| Node::Term(Term::Jq(jq)))
                    .map_err(|f| self.error(start, f.message));
            }
        }
        let len = jq_len(&self.text[start..], true);
        if len == 0 {
            return Err(self.error(start, "`jq:` needs an expression, as in jq:.payload.command"));
        }
        let jq = Jq::compile(&self.text[start..start + len]).map_err(|fault| self.jq_error(start, fault))?;
        self.at += len;
        match self.peek() {
            Some(bracket @ (']' | '}')) => {
                Err(self.error(self.at, format!("this `{bracket}` closes nothing; remove it")))
            }
            _ => Ok(Node::Term(Term::Jq(jq))),
        }
    }

    fn jq_error(&self, start: usize, Fault { offset, message }: Fault) -> FilterError {
        self.error(start + offset, message)
    }

    /// The whole filter or group, where it starts with a dot and is one jq expression.
    pub(super) fn whole_jq(&mut self) -> Option<Node> {
        if self.peek() != Some('.') || self.compiled >= MOST_COMPILED {
            return None;
        }
        let rest = &self.text[self.at..];
        let (whole, after) = rest.split_at(jq_len(rest, false));
        let source = whole.trim_end();
        if jq_len(rest, true) >= source.len() || after.starts_with([']', '}']) {
            // One term, which `primary` reads and whose errors it tells.
            return None;
        }
        self.compiled += 1;
        let jq = Jq::compile(source).ok()?;
        self.at += source.len();
        self.skip_space();
        Some(Node::Term(Term::Jq(jq)))
    }
}

/// How many bytes of `text` the jq expression at its start has: up to a closing bracket that it did not open and,
/// where `stop_at_space`, up to white space outside its brackets and strings.
fn jq_len(text: &str, stop_at_space: bool) -> usize {
    // Openers not yet closed. A string is one; `\(` inside a string opens an expression again.
    let mut open: Vec<u8> = Vec::new();
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        let in_string = open.last() == Some(&b'"');
        match byte {
            b'(' if in_string && escaped => open.push(b'('),
            b'"' if in_string && !escaped => drop(open.pop()),
            _ if in_string => {}
            b'"' | b'(' | b'[' | b'{' => open.push(byte),
            b')' | b']' | b'}' if open.pop().is_none() => return at,
            b' ' | b'\t' | b'\n' | b'\r' if stop_at_space && open.is_empty() => return at,
            _ => {}
        }
        escaped = in_string && byte == b'\\' && !escaped;
    }
    text.len()
}
