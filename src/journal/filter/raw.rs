//! What must stand in a line's bytes for a filter to match it: found in many lines at once, so that most of them
//! are never read as records. A line with such a hit is only a candidate, the filter itself has the last word.

mod needle;
mod pair;

use std::ops::Range;

use memchr::memmem::Finder;

use super::Filter;
use super::field::FieldId;
use super::term::{Node, Term};
use super::value::Pattern;
use needle::{Hidden, Needle};

/// More needles than this are sought together by an automaton.
const FEW: usize = 8;

/// Some of these needles must stand in the line.
#[derive(Debug)]
pub struct Raw {
    seekers: Vec<Needle>,
    hidden: Hidden,
    escape: Finder<'static>,
}

impl Filter {
    /// What every match that the line decides on has in its bytes; `None` where there is no such thing.
    pub fn raw(&self) -> Option<Raw> {
        let needles = need(&self.root, true)?;
        let hidden = needles.iter().map(Needle::hidden).fold(Hidden::default(), Hidden::or);
        let seekers = if needles.len() > FEW { vec![Needle::many(&needles)?] } else { needles };
        Some(Raw { seekers, hidden, escape: Finder::new(b"\\u") })
    }
}

impl Raw {
    /// Calls `hit` with the number of each of these lines that may match, some more than once; `lines` are their
    /// places in `bytes`, in order.
    pub fn candidates(&self, bytes: &[u8], lines: &[Range<usize>], mut hit: impl FnMut(usize)) {
        for seeker in &self.seekers {
            each_line(lines, |at| seeker.find(bytes, at), &mut hit);
        }
        if !self.hidden.is_nothing() {
            each_line(lines, |at| self.next_escape(bytes, at), &mut hit);
        }
    }

    /// The next escape that may hide a part of a needle.
    fn next_escape(&self, bytes: &[u8], mut at: usize) -> Option<usize> {
        loop {
            let found = at + self.escape.find(bytes.get(at..)?)?;
            if self.hidden.is_behind(&bytes[found + 2..]) {
                return Some(found);
            }
            at = found + 2;
        }
    }
}

/// Finds the lines that `find` finds something in, each once.
fn each_line(lines: &[Range<usize>], find: impl Fn(usize) -> Option<usize>, hit: &mut impl FnMut(usize)) {
    let (mut at, mut line) = (0, 0);
    while let Some(found) = find(at) {
        while lines.get(line).is_some_and(|range| range.end <= found) {
            line += 1;
        }
        let Some(range) = lines.get(line) else { return };
        if range.start <= found {
            hit(line);
            at = range.end;
            line += 1;
        } else {
            // Between the lines that are asked for.
            at = range.start;
        }
    }
}

/// Needles of which one must stand in every line that matches. `decides`: where a term that entries answer is
/// true, nobody reads the line.
fn need(node: &Node, decides: bool) -> Option<Vec<Needle>> {
    match node {
        Node::All(nodes) => {
            let needs = nodes.iter().filter_map(|node| need(node, false));
            needs.min_by_key(|needles| {
                let commonest = needles.iter().map(Needle::commonness).max();
                (commonest, needles.len())
            })
        }
        Node::Any { nodes, .. } => {
            let mut all = Vec::new();
            for node in nodes {
                if !(decides && matches!(node, Node::Term(term) if term.is_known())) {
                    all.extend(need(node, decides)?);
                }
            }
            (!all.is_empty()).then_some(all)
        }
        Node::Not(_) => None,
        Node::Term(term) => need_of(term).map(|needle| vec![needle]),
    }
}

fn need_of(term: &Term) -> Option<Needle> {
    match term {
        Term::Text(text) => Needle::of_text(text),
        // These compare whole strings of the message.
        Term::Pattern(
            FieldId::Callback
            | FieldId::Action
            | FieldId::Command
            | FieldId::User
            | FieldId::Channel
            | FieldId::Team
            | FieldId::Id,
            pattern,
        ) => match pattern {
            Pattern::Exact(text) => Needle::whole(text),
            Pattern::Glob(glob) => glob.split('*').filter_map(Needle::part).min_by_key(Needle::commonness),
        },
        _ => None,
    }
}
