//! Why a text is no JSON, in plain words and with the exact place.

use std::fmt;

/// Where a text stops being JSON, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct SyntaxError {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// In bytes, from 0; always on a character's boundary, at most the text's length.
    pub offset: usize,
    pub problem: Problem,
}

impl SyntaxError {
    pub(super) fn new(text: &str, offset: usize, problem: Problem) -> Self {
        let (line, column) = place(text, offset);
        Self { line, column, offset, problem }
    }
}

/// Line and column of a byte offset, both from 1, the column in characters.
pub(super) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// What is allowed at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Value,
    Key,
    Colon,
    /// The next element, or the end of the array.
    CommaOrBracket,
    /// The next key, or the end of the object.
    CommaOrBrace,
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value => "a value",
            Self::Key => "a key in double quotes",
            Self::Colon => "`:` after the key",
            Self::CommaOrBracket => "`,` or `]`",
            Self::CommaOrBrace => "`,` or `}`",
        })
    }
}

/// What is wrong at the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nothing but white space.
    Empty,
    Unexpected {
        wanted: Wanted,
        found: char,
    },
    /// The text ends where `wanted` should come.
    Unfinished {
        wanted: Wanted,
    },
    /// The text ends inside the container that was opened at `line` and `column`.
    Unclosed {
        open: char,
        line: usize,
        column: usize,
    },
    /// A second value after the first.
    TrailingText {
        found: char,
    },
    /// The place is the comma's.
    TrailingComma {
        close: char,
    },
    /// The place is the opening quote's.
    UnterminatedString,
    BadEscape {
        found: char,
    },
    BadUnicodeEscape,
    /// A character below U+0020 in a string, where JSON wants an escape.
    ControlCharacter {
        found: char,
    },
    SingleQuote,
    Comment,
    /// A bare word where a value or a key should be, and what JSON writes for it.
    Word {
        word: String,
        instead: Option<&'static str>,
    },
    LeadingZero,
    /// A number that breaks off where a digit must come.
    DigitWanted {
        after: char,
    },
    /// 4 GiB or more.
    TooLong,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the text is empty; a JSON value is expected"),
            Self::Unexpected { wanted: Wanted::CommaOrBracket, found: found @ ('"' | '{') }
            | Self::Unexpected { wanted: Wanted::CommaOrBrace, found: found @ '"' } => {
                write!(f, "a comma is missing before `{found}`")
            }
            Self::Unexpected { wanted, found } => write!(f, "expected {wanted}, found {}", shown(*found)),
            Self::Unfinished { wanted } => write!(f, "the text ends where {wanted} should come"),
            Self::Unclosed { open, line, column } => {
                write!(f, "the text ends, but the `{open}` at line {line}, column {column} is not closed")
            }
            Self::TrailingText { found } => {
                write!(f, "the JSON is complete before this; remove what follows ({})", shown(*found))
            }
            Self::TrailingComma { close } => write!(f, "no comma is allowed before `{close}`; remove it"),
            Self::UnterminatedString => f.write_str("this string is not closed; add a `\"` at its end"),
            Self::BadEscape { found } => {
                write!(f, "`\\{}` is no escape; a backslash itself is written `\\\\`", found.escape_debug())
            }
            Self::BadUnicodeEscape => f.write_str("`\\u` needs four hexadecimal digits, as in `\\u00e9`"),
            Self::ControlCharacter { found: '\n' | '\r' } => {
                f.write_str("the line ends inside a string; close the string, or write `\\n`")
            }
            Self::ControlCharacter { found: '\t' } => f.write_str("a tab inside a string is written `\\t`"),
            Self::ControlCharacter { found } => {
                let code = u32::from(*found);
                write!(f, "the control character U+{code:04X} inside a string is written `\\u{code:04x}`")
            }
            Self::SingleQuote => f.write_str("JSON strings are in double quotes (\"), not single ones"),
            Self::Comment => f.write_str("JSON has no comments; remove it"),
            Self::Word { word, instead: Some(instead) } => {
                write!(f, "`{word}` is no JSON value; write `{instead}`")
            }
            Self::Word { word, instead: None } => {
                write!(f, "`{word}` is no JSON value; put text in double quotes")
            }
            Self::LeadingZero => {
                f.write_str("a number has no leading zeros; remove them or quote the number")
            }
            Self::DigitWanted { after } => write!(f, "a digit must follow `{after}` in a number"),
            Self::TooLong => f.write_str("the text is longer than 4 GiB"),
        }
    }
}

/// A character as a message can show it: control and other invisible characters by their code point.
fn shown(found: char) -> String {
    if found == '`' {
        "a backtick".to_owned()
    } else if found.is_ascii_graphic() || (!found.is_ascii() && found.is_alphanumeric()) {
        format!("`{found}`")
    } else {
        format!("U+{:04X}", u32::from(found))
    }
}
