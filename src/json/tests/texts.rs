use crate::json::{Document, TokenKind, minify, pretty, tokens, unescape};

/// The error as a reader sees it.
fn error(text: &str) -> String {
    Document::parse(text).unwrap_err().to_string()
}

#[test]
fn errors_name_the_place_and_the_cause() {
    let table = [
        ("", "line 1, column 1: the text is empty; a JSON value is expected"),
        (" \n ", "line 2, column 2: the text is empty; a JSON value is expected"),
        ("{\"é\":1,}", "line 1, column 7: no comma is allowed before `}`; remove it"),
        ("[1, ]", "line 1, column 3: no comma is allowed before `]`; remove it"),
        ("[1 2]", "line 1, column 4: expected `,` or `]`, found `2`"),
        ("{\"a\":1 \"b\":2}", "line 1, column 8: a comma is missing before `\"`"),
        ("{\n  \"a\": tru\n}", "line 2, column 8: `tru` is no JSON value; put text in double quotes"),
        ("{\"a\": None}", "line 1, column 7: `None` is no JSON value; write `null`"),
        ("True", "line 1, column 1: `True` is no JSON value; write `true`"),
        ("{'a':1}", "line 1, column 2: JSON strings are in double quotes (\"), not single ones"),
        ("['a']", "line 1, column 2: JSON strings are in double quotes (\"), not single ones"),
        ("{a:1}", "line 1, column 2: expected a key in double quotes, found `a`"),
        ("{\"a\" 1}", "line 1, column 6: expected `:` after the key, found `1`"),
        ("{\"a\"", "line 1, column 5: the text ends where `:` after the key should come"),
        ("{\"a\":", "line 1, column 6: the text ends where a value should come"),
        ("[1,\n", "line 2, column 1: the text ends, but the `[` at line 1, column 1 is not closed"),
        ("\n {\"a\":[]", "line 2, column 9: the text ends, but the `{` at line 2, column 2 is not closed"),
        ("{} x", "line 1, column 4: the JSON is complete before this; remove what follows (`x`)"),
        ("[1]//", "line 1, column 4: JSON has no comments; remove it"),
        ("[/* a */1]", "line 1, column 2: JSON has no comments; remove it"),
        ("# a\n1", "line 1, column 1: JSON has no comments; remove it"),
        ("[\"ab", "line 1, column 2: this string is not closed; add a `\"` at its end"),
        ("\"a\\", "line 1, column 1: this string is not closed; add a `\"` at its end"),
        ("[\"\u{e9}\\x\"]", "line 1, column 4: `\\x` is no escape; a backslash itself is written `\\\\`"),
        ("\"\\u12g4\"", "line 1, column 2: `\\u` needs four hexadecimal digits, as in `\\u00e9`"),
        ("\"a\nb\"", "line 1, column 3: the line ends inside a string; close the string, or write `\\n`"),
        ("\"a\tb\"", "line 1, column 3: a tab inside a string is written `\\t`"),
        ("\"\0\"", "line 1, column 2: the control character U+0000 inside a string is written `\\u0000`"),
        ("01", "line 1, column 1: a number has no leading zeros; remove them or quote the number"),
        ("-x", "line 1, column 2: a digit must follow `-` in a number"),
        ("[1.]", "line 1, column 4: a digit must follow `.` in a number"),
        ("1e+", "line 1, column 4: a digit must follow `+` in a number"),
        (".5", "line 1, column 1: expected a value, found `.`"),
        ("\u{feff}{}", "line 1, column 1: expected a value, found U+FEFF"),
        ("[1}", "line 1, column 3: expected `,` or `]`, found `}`"),
    ];
    for (text, expected) in table {
        assert_eq!(error(text), expected, "{text:?}");
    }
}

#[test]
fn formats_change_only_white_space() {
    let text = "{ \"a\\u00e9\\/\" : [1.50, 1E5 ,{}, [ ] ],\r\n\t\"b\":\"x  y\", \"b\": {\"c\":null} }";
    let small = r#"{"a\u00e9\/":[1.50,1E5,{},[]],"b":"x  y","b":{"c":null}}"#;
    let lines = r#"{
  "a\u00e9\/": [
    1.50,
    1E5,
    {},
    []
  ],
  "b": "x  y",
  "b": {
    "c": null
  }
}"#;
    assert_eq!(minify(text).unwrap(), small);
    assert_eq!(pretty(text).unwrap(), lines);
    assert!(minify("[1,").is_err() && pretty("{]").is_err());
    assert_eq!(pretty(r#"["{","}",","]"#).unwrap(), "[\n  \"{\",\n  \"}\",\n  \",\"\n]");
}

#[test]
fn a_draft_in_any_state_has_tokens() {
    use TokenKind::{Bool, BrokenString, Invalid, Key, Null, Number, Punctuation, String};
    let found = |text: &'static str| -> Vec<(&str, TokenKind)> {
        tokens(text).map(|(range, kind)| (&text[range], kind)).collect()
    };
    assert_eq!(
        found(r#"{"a" : true, "b": [-1.5e3, null, "c"]"#),
        [
            ("{", Punctuation),
            ("\"a\"", Key),
            (":", Punctuation),
            ("true", Bool),
            (",", Punctuation),
            ("\"b\"", Key),
            (":", Punctuation),
            ("[", Punctuation),
            ("-1.5e3", Number),
            (",", Punctuation),
            ("null", Null),
            (",", Punctuation),
            ("\"c\"", String),
            ("]", Punctuation),
        ]
    );
    assert_eq!(found("\"open\n1"), [("\"open", BrokenString), ("1", Number)]);
    assert_eq!(found(r#""a\q\"b" 2"#), [(r#""a\q\"b""#, BrokenString), ("2", Number)]);
    assert_eq!(found("tru 1.2.3 'x' é"), ["tru", "1.2.3", "'x'", "é"].map(|token| (token, Invalid)));
}

#[test]
fn escapes_become_characters() {
    let table = [
        (r"plain", "plain"),
        (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
        (r"\u00e9\u00E9", "éé"),
        (r"\ud83d\ude00!", "😀!"),
        (r"\ud83dx\ude00", "\u{fffd}x\u{fffd}"),
        (r"\ud83d\u0041", "\u{fffd}A"),
        (r"\q \u12 \", r"\q \u12 \"),
        (r"é\\u0041", r"é\u0041"),
    ];
    for (raw, expected) in table {
        assert_eq!(unescape(raw), expected, "{raw}");
    }
}
