//! Fields, quoted text and regular expressions.

use regex::bytes::RegexBuilder;

use super::super::error::nearest;
use super::super::field::{Field, FieldId, Values};
use super::super::subject::{AckState, By};
use super::super::term::{Regexp, Term};
use super::super::text::Text;
use super::super::value::{self, Comparison, Moment, Pattern};
use super::{FilterError, Node, Parser};

/// A compiled regular expression's bytes.
const REGEX_SIZE: usize = 1 << 20;

impl Parser<'_> {
    pub(super) fn field_or_text(&mut self) -> Result<Node, FilterError> {
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
    pub(super) fn quoted(&mut self) -> Result<String, FilterError> {
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
    pub(super) fn regex(&mut self) -> Result<Node, FilterError> {
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
