//! The lexical level that the parser and the tokens for colouring share.

use super::error::Problem;

/// A problem and its byte offset.
pub(super) type Fault = (usize, Problem);

/// The offset of the first byte at or after `at` that is no JSON white space.
pub(super) fn skip_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).unwrap_or(rest.len())
}

/// The character that starts at `at`.
pub(super) fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

/// The end (past the closing quote) of the string whose opening quote is at `start`.
pub(super) fn string_end(text: &str, start: usize) -> Result<usize, Fault> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(skipped) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) else {
            return Err((start, Problem::UnterminatedString));
        };
        at += skipped;
        match bytes[at] {
            b'"' => return Ok(at + 1),
            b'\\' => at = escape_end(text, start, at)?,
            control => return Err((at, Problem::ControlCharacter { found: char::from(control) })),
        }
    }
}

/// The end of the escape whose backslash is at `at`, in the string that starts at `start`.
fn escape_end(text: &str, start: usize, at: usize) -> Result<usize, Fault> {
    let bytes = text.as_bytes();
    match bytes.get(at + 1) {
        None => Err((start, Problem::UnterminatedString)),
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => {
            let digits = bytes[at + 2..].iter().take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
            if digits == 4 { Ok(at + 6) } else { Err((at, Problem::BadUnicodeEscape)) }
        }
        Some(_) => {
            let found = char_at(text, at + 1).unwrap_or(char::REPLACEMENT_CHARACTER);
            Err((at, Problem::BadEscape { found }))
        }
    }
}

/// The end of the number whose first byte (`-` or a digit) is at `start`.
pub(super) fn number_end(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let mut at = start;
    if bytes.get(at) == Some(&b'-') {
        at = digits_end(bytes, at + 1, '-')?;
    } else {
        at = digits_end(bytes, at, '-')?;
    }
    let first = start + usize::from(bytes[start] == b'-');
    if bytes[first] == b'0' && at > first + 1 {
        return Err((first, Problem::LeadingZero));
    }
    if bytes.get(at) == Some(&b'.') {
        at = digits_end(bytes, at + 1, '.')?;
    }
    if let Some(exponent @ (b'e' | b'E')) = bytes.get(at) {
        let sign = bytes.get(at + 1).filter(|byte| matches!(byte, b'+' | b'-'));
        let after = char::from(*sign.unwrap_or(exponent));
        at = digits_end(bytes, at + 1 + usize::from(sign.is_some()), after)?;
    }
    Ok(at)
}

/// The end of a run of at least one digit that follows `after`.
fn digits_end(bytes: &[u8], start: usize, after: char) -> Result<usize, Fault> {
    let count =
        bytes.get(start..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 { Err((start, Problem::DigitWanted { after })) } else { Ok(start + count) }
}

/// The end of the run of letters, digits, `_` and `$` at `start`.
pub(super) fn word_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')).count()
}
