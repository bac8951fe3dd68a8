//! Templates of answers: JSON with places that an envelope's payload fills.
//!
//! A place stands in a JSON string: `{{/user/id}}` takes what the JSON pointer (RFC 6901) finds in the payload,
//! `{{options}}` what the [`generate`](mod@generate) function of that name makes of it.
//!
//! - A string that is one place and nothing else becomes the value itself, text for text as Slack sent it: an
//!   object stays an object, a number keeps its spelling.
//! - Amid other text, and in a key, a string is put in escaped, numbers and booleans as they are spelled, null as
//!   nothing; objects and arrays are refused.
//! - A place that finds nothing is an error that names it; [`fill_what_is_there`] leaves it standing.

use std::borrow::Cow;

use include_dir::{Dir, include_dir};
use serde::de::IgnoredAny;

use super::envelope::Kind;
use super::{peek, strict};

mod generate;

static BUILT_IN: Dir = include_dir!("$CARGO_MANIFEST_DIR/assets/templates");

/// The built-in templates of a kind: name and JSON text. Users' own are files in the same form.
pub fn built_in(kind: Kind) -> impl Iterator<Item = (&'static str, &'static str)> {
    let folder = BUILT_IN.get_dir(kind.name());
    folder.into_iter().flat_map(Dir::files).filter_map(|file| {
        let name = file.path().file_stem()?.to_str()?;
        Some((name, file.contents_utf8()?))
    })
}

/// Why a template could not be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    #[error("the template is no JSON: line {line}, column {column}: {what}")]
    Syntax { line: usize, column: usize, what: String },
    #[error("{{{{{place}}}}} finds nothing in this payload")]
    NotFound { place: String },
    #[error("{{{{{place}}}}} is {what}, which cannot stand amid other text; let it be the whole string")]
    NotText { place: String, what: &'static str },
    #[error("{{{{{place}}}}} is no place: a JSON pointer (/user/id), or one of {known}")]
    UnknownName { place: String, known: String },
    #[error("the place that starts with {{{{{place} has no closing }}}}")]
    Unclosed { place: String },
}

/// The template with every place filled from `payload`; valid JSON, or an error.
pub fn fill(template: &str, payload: &str) -> Result<String, FillError> {
    Filler { payload, keep_missing: false }.fill(template)
}

/// [`fill`] for a draft that a person goes on to edit: a place that finds nothing stays as it is written.
pub fn fill_what_is_there(template: &str, payload: &str) -> Result<String, FillError> {
    Filler { payload, keep_missing: true }.fill(template)
}

/// The places of `text`, a decoded string, that were not filled.
pub fn unfilled(text: &str) -> Vec<&str> {
    let is_place = |place: &&str| place.starts_with('/') || generate::NAMES.contains(place);
    let parts = parts(text).unwrap_or_default().into_iter().filter_map(|part| match part {
        Part::Place(place) => Some(place),
        Part::Text(_) => None,
    });
    parts.filter(is_place).collect()
}

impl FillError {
    /// What stands between the braces, where it is a place that is at fault.
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::Syntax { .. } => None,
            Self::NotFound { place }
            | Self::NotText { place, .. }
            | Self::UnknownName { place, .. }
            | Self::Unclosed { place } => Some(place),
        }
    }
}

struct Filler<'p> {
    payload: &'p str,
    keep_missing: bool,
}

impl Filler<'_> {
    fn fill(&self, template: &str) -> Result<String, FillError> {
        if !strict::is_json(template) {
            serde_json::from_str::<IgnoredAny>(template).map_err(|error| FillError::Syntax {
                line: error.line(),
                column: error.column(),
                what: reason(&error),
            })?;
        }
        let mut out = String::with_capacity(template.len() * 2);
        let mut rest = template;
        while let Some(start) = memchr::memchr(b'"', rest.as_bytes()) {
            let Some(end) = peek::string_end(rest.as_bytes(), start) else { break };
            let (literal, after) = (&rest[start..end], &rest[end..]);
            out.push_str(&rest[..start]);
            out.push_str(&self.string(literal, after.trim_ascii_start().starts_with(':'))?);
            rest = after;
        }
        Ok(out + rest)
    }

    fn string<'t>(&self, literal: &'t str, is_key: bool) -> Result<Cow<'t, str>, FillError> {
        let text = peek::string(literal).unwrap_or_default();
        let parts = parts(&text)?;
        if let [Part::Place(place)] = parts[..]
            && !is_key
        {
            return match self.value(place) {
                Ok(raw) => Ok(Cow::Owned(raw)),
                Err(error) => self.kept(error, literal),
            };
        }
        if !parts.iter().any(|part| matches!(part, Part::Place(_))) {
            return Ok(Cow::Borrowed(literal));
        }
        let mut filled = String::new();
        for part in parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Place(place) => match self.value(place).and_then(|raw| as_text(place, &raw)) {
                    Ok(text) => filled.push_str(&text),
                    Err(error) => filled.push_str(&self.kept(error, &format!("{{{{{place}}}}}"))?),
                },
            }
        }
        Ok(Cow::Owned(serde_json::Value::from(filled).to_string()))
    }

    fn kept<'t>(&self, error: FillError, as_written: &'t str) -> Result<Cow<'t, str>, FillError> {
        match error {
            FillError::NotFound { .. } if self.keep_missing => Ok(Cow::Borrowed(as_written)),
            _ => Err(error),
        }
    }

    /// The JSON text that a place stands for.
    fn value(&self, place: &str) -> Result<String, FillError> {
        let found = if place.starts_with('/') {
            peek::pointer(self.payload, place).and_then(sound)
        } else if generate::NAMES.contains(&place) {
            generate::generate(place, self.payload)
        } else {
            let known = generate::NAMES.join(", ");
            return Err(FillError::UnknownName { place: place.to_owned(), known });
        };
        found.ok_or_else(|| FillError::NotFound { place: place.to_owned() })
    }
}

/// What `serde_json` has to say, without the place, which is told apart.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

/// A payload may be anything, and what is taken out of it must not break the answer.
fn sound(raw: &str) -> Option<String> {
    if !strict::is_json(raw) {
        return None;
    }
    match peek::string(raw) {
        // half a surrogate pair passes the check above, but is no text
        Some(text) if text.contains(char::REPLACEMENT_CHARACTER) => {
            Some(serde_json::Value::from(text).to_string())
        }
        _ => Some(raw.to_owned()),
    }
}

fn as_text(place: &str, raw: &str) -> Result<String, FillError> {
    let refused = |what| Err(FillError::NotText { place: place.to_owned(), what });
    match raw.as_bytes().first() {
        Some(b'"') => Ok(peek::string(raw).unwrap_or_default().into_owned()),
        Some(b'{') => refused("an object"),
        Some(b'[') => refused("an array"),
        Some(b'n') => Ok(String::new()),
        _ => Ok(raw.to_owned()),
    }
}

enum Part<'t> {
    Text(&'t str),
    Place(&'t str),
}

/// Cuts a decoded string at its places. `{{` before anything but a pointer or a name is plain text.
fn parts(text: &str) -> Result<Vec<Part<'_>>, FillError> {
    let (mut parts, mut plain, mut from) = (Vec::new(), 0, 0);
    while let Some(open) = text[from..].find("{{").map(|at| from + at) {
        let inner = &text[open + 2..];
        let close = inner.find("}}");
        let place = &inner[..close.unwrap_or(inner.len())];
        let is_name =
            !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        match close {
            None if place.starts_with('/') => {
                return Err(FillError::Unclosed { place: place.chars().take(40).collect() });
            }
            Some(close) if place.starts_with('/') || is_name => {
                if open > plain {
                    parts.push(Part::Text(&text[plain..open]));
                }
                parts.push(Part::Place(place));
                plain = open + 2 + close + 2;
                from = plain;
            }
            _ => from = open + 1,
        }
    }
    if plain < text.len() {
        parts.push(Part::Text(&text[plain..]));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests;
