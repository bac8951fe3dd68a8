//! JSON text laid out anew: only the white space between tokens changes. Strings, numbers and the order of keys
//! stay as they were written, and text that is no JSON comes through as well as it can.

use crate::slack::peek;

/// Between two tokens of JSON text.
enum Token<'a> {
    Open(char),
    Close(char),
    Comma,
    Colon,
    /// A string, a number, a word, or whatever else stood there.
    Atom(&'a str),
}

/// The tokens and where they start.
fn tokens(json: &str) -> impl Iterator<Item = (usize, Token<'_>)> {
    let bytes = json.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while matches!(bytes.get(at)?, b' ' | b'\n' | b'\r' | b'\t') {
            at += 1;
        }
        let start = at;
        at += 1;
        let token = match bytes[start] {
            b'{' => Token::Open('{'),
            b'[' => Token::Open('['),
            b'}' => Token::Close('}'),
            b']' => Token::Close(']'),
            b',' => Token::Comma,
            b':' => Token::Colon,
            b'"' => {
                at = peek::string_end(bytes, start).unwrap_or(bytes.len());
                Token::Atom(&json[start..at])
            }
            _ => {
                let ends = |byte: &u8| {
                    matches!(
                        byte,
                        b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"' | b' ' | b'\n' | b'\r' | b'\t'
                    )
                };
                at = bytes[start..].iter().position(ends).map_or(bytes.len(), |length| start + length);
                Token::Atom(&json[start..at])
            }
        };
        Some((start, token))
    })
}

/// Without the white space between tokens. Two words side by side, which only broken JSON has, keep one space.
pub fn minified(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    minify_into(json, &mut out);
    out
}

/// Appends the text [`minified`]: what stands together is copied together.
pub(super) fn minify_into(json: &str, out: &mut String) {
    let (mut copied, mut end) = (0, 0);
    let mut after_atom = false;
    for (start, token) in tokens(json) {
        let is_atom = matches!(token, Token::Atom(_));
        let two_words = is_atom && after_atom;
        if start != end || two_words {
            out.push_str(&json[copied..end]);
            copied = start;
        }
        if two_words {
            out.push(' ');
        }
        after_atom = is_atom;
        end = start + token.len();
    }
    out.push_str(&json[copied..end]);
}

impl Token<'_> {
    fn len(&self) -> usize {
        if let Self::Atom(text) = self { text.len() } else { 1 }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Open(bracket) | Self::Close(bracket) => out.push(*bracket),
            Self::Comma => out.push(','),
            Self::Colon => out.push(':'),
            Self::Atom(text) => out.push_str(text),
        }
    }
}

/// Indenting stops here: 10,000 nested arrays must not become 10,000 lines of 20,000 spaces.
const DEEPEST: usize = 60;

/// What a line may hold; wider than this, a container is broken up.
const WIDTH: usize = 76;

/// Laid out to be edited: two spaces a level, and what is small and deep (a text object, an option) on one line.
/// Members of the outermost two levels always have a line each, so that `errors` shows one input a line.
pub fn pretty(json: &str) -> String {
    let tokens: Vec<Token> = tokens(json).map(|(_, token)| token).collect();
    let widths = flat_widths(&tokens);
    let mut out = String::with_capacity(json.len() * 2);
    // for each open container: is it laid out on one line?
    let mut open: Vec<bool> = Vec::new();
    let mut before: Option<&Token> = None;
    for (at, token) in tokens.iter().enumerate() {
        let first = matches!(before, Some(Token::Open(_)));
        match token {
            Token::Close(_) if first => drop(open.pop()),
            Token::Close(_) => match open.pop() {
                Some(false) => indent(&mut out, open.len()),
                _ => out.push(' '),
            },
            _ if first || matches!(before, Some(Token::Comma)) => break_line(&mut out, &open),
            Token::Atom(_) if matches!(before, Some(Token::Atom(_))) => out.push(' '),
            _ => {}
        }
        token.write(&mut out);
        match token {
            Token::Open(_) => {
                let used = out.len() - out.rfind('\n').map_or(0, |newline| newline + 1);
                let fits = open.len() >= 2 && used + widths[at] <= WIDTH;
                open.push(fits || open.last() == Some(&true));
            }
            Token::Colon => out.push(' '),
            _ => {}
        }
        before = Some(token);
    }
    out
}

fn break_line(out: &mut String, open: &[bool]) {
    if open.last() == Some(&false) {
        indent(out, open.len());
    } else {
        out.push(' ');
    }
}

fn indent(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(DEEPEST)));
}

/// For each opening bracket how long its container is on one line; 0 for all else.
fn flat_widths(tokens: &[Token]) -> Vec<usize> {
    let mut widths = vec![0; tokens.len()];
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut width = 0;
    for (at, token) in tokens.iter().enumerate() {
        width += match token {
            Token::Open(_) | Token::Close(_) | Token::Comma | Token::Colon => 2,
            Token::Atom(text) => text.chars().count(),
        };
        match token {
            Token::Open(_) => open.push((at, width)),
            Token::Close(_) => {
                if let Some((start, before)) = open.pop() {
                    widths[start] = width - before;
                }
            }
            _ => {}
        }
    }
    // what never closes is broken up
    for (start, _) in open {
        widths[start] = usize::MAX / 2;
    }
    widths
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    #[test]
    fn only_white_space_changes() {
        let json = "{ \"b\" : 1.50E+3,\n\"a\\u00e9\":[ true , null ],\"s\":\" x  y \", \"e\" : { } }";
        assert_eq!(minified(json), "{\"b\":1.50E+3,\"a\\u00e9\":[true,null],\"s\":\" x  y \",\"e\":{}}");
        assert_eq!(minified(&pretty(json)), minified(json));
    }

    #[test]
    fn small_things_stand_on_one_line() {
        let json = r#"{"response_action":"errors","errors":{"a":"x","b":"y"},"view":{"title":{"type":"plain_text","text":"T"},"blocks":[]}}"#;
        let lines = "{\n  \"response_action\": \"errors\",\n  \"errors\": {\n    \"a\": \"x\",\n    \"b\": \"y\"\n  },\n  \"view\": {\n    \"title\": { \"type\": \"plain_text\", \"text\": \"T\" },\n    \"blocks\": []\n  }\n}";
        assert_eq!(pretty(json), lines);
    }

    /// As [`minified`], one token after the other.
    fn written_anew(json: &str) -> String {
        let mut out = String::new();
        let mut after_atom = false;
        for (_, token) in tokens(json) {
            let is_atom = matches!(token, Token::Atom(_));
            if is_atom && after_atom {
                out.push(' ');
            }
            after_atom = is_atom;
            token.write(&mut out);
        }
        out
    }

    proptest! {
        #[test]
        fn copying_runs_is_writing_tokens(text in crate::slack::strict::tests::texts()) {
            prop_assert_eq!(minified(&text), written_anew(&text));
        }

        #[test]
        fn text_that_is_no_json_is_survived(text in r#"[\[\]{}",:\\a1 \né😀]{0,60}"#) {
            let small = minified(&text);
            prop_assert_eq!(minified(&small), small.as_str());
            prop_assert_eq!(minified(&pretty(&text)), small);
        }

        #[test]
        fn json_stays_the_same_json(text in r#"\{"a":(\[1, ?\{"b" :"[a-z ]{0,90}"\}\]|\{ \}|"\\"") ,"c":1e9\}"#) {
            prop_assert!(serde_json::from_str::<&RawValue>(&text).is_ok());
            let laid_out = pretty(&text);
            let value: serde_json::Value = serde_json::from_str(&laid_out).unwrap();
            prop_assert_eq!(value, serde_json::from_str::<serde_json::Value>(&text).unwrap());
        }
    }
}
