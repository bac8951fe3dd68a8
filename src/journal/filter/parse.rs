//! Text to filter.

use regex::bytes::RegexBuilder;

use super::error::{FilterError, nearest};
use super::field::{Field, FieldId, Values};
use super::jq::{Fault, Jq};
use super::subject::{AckState, By};
use super::term::{Node, Regexp, Term};
use super::text::Text;
use super::value::{self, Comparison, Moment, Pattern};

/// Parentheses inside parentheses: matching and writing a filter recurse into them.
const DEEPEST: usize = 64;
/// jq and regular expressions in one filter: each costs up to milliseconds to compile.
const MOST_COMPILED: usize = 64;
/// A compiled regular expression's bytes.
const REGEX_SIZE: usize = 1 << 20;

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
            match self.joint() {
                Some((kind, word)) => {
                    if all.is_empty() || joint.is_some() {
                        return Err(self.error(start, format!("a term must stand before `{word}`")));
                    }
                    if kind == Joint::Or {
                        alternatives.push(Node::all(std::mem::take(&mut all)));
                    }
                    joint = Some((start, word));
                }
                None => {
                    all.push(self.negatable()?);
                    joint = None;
                }
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
            if self.peek() == Some('!') && self.operator_word().is_none() {
                self.at += 1;
            } else if matches!(self.word(), "not" | "NOT") {
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

    fn field_or_text(&mut self) -> Result<Node, FilterError> {
        let start = self.at;
        let word = self.word();
        let Some((name, _)) = word.split_once(':').filter(|(name, _)| is_name(name)) else {
            self.at += word.len();
            return Ok(Node::Term(Term::Text(Text::new(word.to_owned()))));
        };
        self.at += name.len() + 1;
        if name == "jq" {
            return self.jq();
        }
        match Field::named(name) {
            Some(field) => self.field(field).map(Node::Term),
            None => Err(self.unknown_field(start, name, word)),
        }
    }

    fn unknown_field(&self, start: usize, name: &str, word: &str) -> FilterError {
        let meant = Field::nearest(name).map(|near| format!("did you mean `{near}:`? ")).unwrap_or_default();
        let message = format!("there is no field `{name}:`; {meant}text with a colon is quoted: \"{word}\"");
        self.error(start, message)
    }

    fn field(&mut self, field: &Field) -> Result<Term, FilterError> {
        let start = self.at;
        let is_quoted = self.peek() == Some('"');
        let text = if is_quoted { self.quoted()? } else { self.word().to_owned() };
        if !is_quoted {
            self.at += text.len();
        }
        if text.is_empty() {
            let message = format!("`{}:` needs a value, as in {}", field.name, field.example);
            return Err(self.error(start, message));
        }
        let wrong = |wanted: &str| {
            let message = format!("`{}:` takes {wanted}, as in {}; not `{text}`", field.name, field.example);
            self.error(start, message)
        };
        let compare = |number: fn(&str) -> Option<f64>| Comparison::parse(&text, number);
        match field.values {
            Values::Pattern if is_quoted => Ok(Term::Pattern(field.id, Pattern::Exact(text))),
            Values::Pattern => Ok(Term::Pattern(field.id, Pattern::bare(&text))),
            Values::Words(words) => word_term(field.id, &text).ok_or_else(|| wrong(&one_of(words, &text))),
            Values::Number => compare(value::whole_number)
                .map(|comparison| Term::Compare(field.id, comparison))
                .ok_or_else(|| wrong("a whole number")),
            Values::Size => compare(value::size)
                .map(|comparison| Term::Compare(field.id, comparison))
                .ok_or_else(|| wrong("a number of bytes (512, 10k, 1.5M)")),
            Values::Duration => compare(value::milliseconds)
                .map(|comparison| Term::Compare(field.id, comparison))
                .ok_or_else(|| wrong("a duration with its unit (500ms, 8s, 2m)")),
            Values::Moment => {
                let moment = Moment::parse(&text);
                let moment =
                    moment.ok_or_else(|| wrong("a duration (10m), a clock time (07:21) or a timestamp"))?;
                Ok(if field.id == FieldId::After { Term::After(moment) } else { Term::Before(moment) })
            }
        }
    }

    /// Double-quoted text; `\"` is a quote and `\\` a backslash in it.
    fn quoted(&mut self) -> Result<String, FilterError> {
        let open = self.at;
        let mut text = String::new();
        let mut characters = self.text[open + 1..].char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            match (character, characters.peek()) {
                ('"', _) => {
                    self.at = open + 1 + at + 1;
                    return Ok(text);
                }
                ('\\', Some((_, next @ ('"' | '\\')))) => {
                    text.push(*next);
                    characters.next();
                }
                _ => text.push(character),
            }
        }
        Err(self.error(open, "this quote is not closed; add a `\"`"))
    }

    /// `/…/` or `/…/i`; `\/` is a slash in it.
    fn regex(&mut self) -> Result<Node, FilterError> {
        let open = self.at;
        let inner = &self.text[open + 1..];
        let mut escaped = false;
        let close = inner.bytes().position(|byte| {
            let closes = byte == b'/' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        });
        let Some(close) = close else {
            let word = self.word();
            let message = format!(
                "this regular expression has no closing `/`; to search for text, quote it: \"{word}\""
            );
            return Err(self.error(open, message));
        };
        self.count_compiled(open)?;
        let source = inner[..close].replace("\\/", "/");
        self.at = open + close + 2;
        let ignore_case = self.word() == "i";
        self.at += usize::from(ignore_case);
        if !self.word().is_empty() {
            let message = "a space must follow the regular expression; a slash inside it is written `\\/`";
            return Err(self.error(self.at, message));
        }
        if source.is_empty() {
            return Err(self.error(open, "the regular expression is empty"));
        }
        let built = RegexBuilder::new(&source).case_insensitive(ignore_case).size_limit(REGEX_SIZE).build();
        match built {
            Ok(regex) => Ok(Node::Term(Term::Regex(Regexp { source, ignore_case, regex }))),
            Err(error) => Err(self.error(open, regex_message(&error))),
        }
    }

    /// A jq expression that starts here.
    fn jq(&mut self) -> Result<Node, FilterError> {
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
    fn whole_jq(&mut self) -> Option<Node> {
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

    fn count_compiled(&mut self, at: usize) -> Result<(), FilterError> {
        self.compiled += 1;
        if self.compiled <= MOST_COMPILED {
            return Ok(());
        }
        Err(self.error(at, format!("more than {MOST_COMPILED} jq and regular expressions in one filter")))
    }

    fn joint(&mut self) -> Option<(Joint, &'a str)> {
        let word = self.word();
        let joint = match word {
            "or" | "OR" => Joint::Or,
            "and" | "AND" => Joint::And,
            _ => return None,
        };
        self.at += word.len();
        Some((joint, word))
    }

    /// The word at this place where it is made of operators only: a jq expression that fell apart.
    fn operator_word(&self) -> Option<&'a str> {
        let word = self.word();
        let operators = !word.is_empty() && word.bytes().all(|byte| b"=<>|+-*/%!&?,;:".contains(&byte));
        let negations = word.bytes().all(|byte| byte == b'!');
        (operators && !negations && (!word.starts_with('/') || word == "//")).then_some(word)
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

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

fn word_term(field: FieldId, word: &str) -> Option<Term> {
    Some(match (field, word) {
        (FieldId::Ack, "pending" | "held") => Term::Ack(AckState::Pending),
        (FieldId::Ack, "ok") => Term::Ack(AckState::Ok),
        (FieldId::Ack, "late") => Term::Ack(AckState::Late),
        (FieldId::Ack, "none") => Term::Ack(AckState::None),
        (FieldId::By, "auto") => Term::By(By::Auto),
        (FieldId::By, "rule") => Term::By(By::Rule),
        (FieldId::By, "hand") => Term::By(By::Hand),
        (FieldId::By, "app") => Term::By(By::App),
        _ => return None,
    })
}

fn one_of(words: &[&str], typed: &str) -> String {
    let near = nearest(typed, words.iter().copied());
    let meant = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
    format!("one of {}{meant}", words.join(", "))
}

/// The regex crate draws a picture over many lines; its last line is the reason.
fn regex_message(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "the regular expression is too big".to_owned(),
        other => {
            let text = other.to_string();
            let reason = text.lines().last().unwrap_or_default();
            format!("the regular expression is wrong: {}", reason.trim_start_matches("error: "))
        }
    }
}
