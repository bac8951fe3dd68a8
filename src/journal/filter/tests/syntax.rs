use super::{check, envelope, error, parse};
use crate::journal::filter::{Completion, Filter, Verdict, value_at};

#[test]
fn text_matches_anywhere_whatever_its_case_and_spelling() {
    let message = r#"{"text":"Who If I cri\u00e9d, caf\u00C9 5\/5 a\nb","emoji":"ÜBER 😀","q":"say \"hi\""}"#;
    check(
        &envelope("events_api", message),
        &[
            "who",
            "WHO",
            "\"who if i\"",
            "criéd",
            "CRIÉD",
            "café",
            "5/5",
            "über",
            "😀",
            r#""say \"hi\"""#,
            "text who",
            r"\u00e9d",
            "\":\"",
            "12:30 or who",
        ],
        &["whom", "\"who  if\"", "cried", "uber", "who whom", "12:30"],
    );
    check(&envelope("", r#"{"a":"\u0041bc"}"#), &["abc"], &["abcd"]);
    check(&envelope("", ""), &["!a"], &["a", "é"]);
    assert!(parse("").matches(&envelope("", "")));
    let long = format!("{}b", "a".repeat(100));
    check(&envelope("", &format!("aaaa{}B", "A".repeat(100))), &[&long], &[&format!("{long}b")]);
}

#[test]
fn and_binds_tighter_than_or() {
    let a = envelope("", "alpha");
    check(
        &a,
        &[
            "alpha",
            "alpha or beta",
            "beta or alpha",
            "beta gamma or alpha",
            "alpha or beta gamma",
            "!beta",
            "not beta",
            "not (alpha beta)",
            "not not alpha",
            "!!alpha",
            "! alpha or alpha",
            "alpha and not beta",
            "(alpha)",
            "((beta or alpha) alpha)",
            "ALPHA OR BETA",
            "NOT beta",
            "beta or not beta alpha",
            "alpha(alpha)",
        ],
        &[
            "alpha beta",
            "not alpha",
            "!(alpha or beta)",
            "not alpha or beta",
            "(alpha or beta) beta",
            "alpha AND beta",
        ],
    );
    check(&envelope("", "not or and"), &["\"not\" \"or\" \"and\"", "nothing or \"or\""], &["\"xor\""]);
}

#[test]
fn regular_expressions_see_raw_and_decoded_text() {
    check(
        &envelope("", r#"{"command":"\/deploy","n":17,"t":"Gr\u00fc\u00df"}"#),
        &["/n.:1\\d/", "/DEPLOY/i", "/:.\\/deploy/", "/gr.ß/i", "/a b/ or /n/", "/^\\{/", "(/n/)"],
        &["/DEPLOY/", "/a b/", "/^n/"],
    );
}

#[test]
fn errors_point_at_their_column() {
    let table = [
        ("user:U1 evnt:x", 9, "did you mean `event:`?"),
        ("usr:U1", 1, "did you mean `user:`?"),
        ("comand:/x", 1, "did you mean `command:`?"),
        ("evetn:x", 1, "did you mean `event:`?"),
        ("é https://x", 3, "text with a colon is quoted: \"https://x\""),
        ("type:", 6, "`type:` needs a value, as in type:interactive"),
        ("type: x", 6, "needs a value"),
        ("type:\"\"", 6, "needs a value"),
        ("ack:latte", 5, "did you mean `late`?"),
        ("by:me", 4, "one of auto, rule, hand, app"),
        ("conn:two", 6, "takes a whole number, as in conn:2; not `two`"),
        ("retry:>-1", 7, "whole number"),
        ("size:>10x", 6, "a number of bytes"),
        ("took:>500", 6, "a duration with its unit"),
        ("é (took:s)", 9, "a duration with its unit"),
        ("after:25:00", 7, "a clock time"),
        ("after:yesterday", 7, "a clock time"),
        ("(a", 1, "this `(` is not closed"),
        ("é ((a)", 3, "this `(` is not closed"),
        ("a)", 2, "this `)` closes nothing"),
        ("a () b", 3, "nothing between these parentheses"),
        ("or a", 1, "a term must stand before `or`"),
        ("a or or b", 6, "a term must stand before `or`"),
        ("a or", 3, "a term must follow `or`"),
        ("(a or) b", 4, "a term must follow `or`"),
        ("a and", 3, "a term must follow `and`"),
        ("a not", 3, "a term must follow this negation"),
        ("! or a", 1, "a term must follow this negation"),
        ("a \"b c", 3, "this quote is not closed"),
        ("user:\"b c", 6, "this quote is not closed"),
        ("\"\"", 1, "no text between the quotes"),
        ("é /abc", 3, "no closing `/`"),
        ("//", 1, "stands alone"),
        ("/(/", 1, "the regular expression is wrong: unclosed group"),
        ("/a/b", 4, "a space must follow"),
        ("/\\w{1000}{1000}/", 1, "too big"),
        ("a == b", 3, "`==` stands alone; write a jq expression with spaces as jq:(…)"),
        ("a | b", 3, "stands alone"),
        ("jq:", 4, "needs an expression"),
        (".a .b |", 7, "stands alone"),
        ("x jq:.a+", 9, "jq: term expected"),
        ("x jq:(nope)", 7, "jq has no filter `nope` here"),
        ("x .a]", 5, "this `]` closes nothing"),
        ("jq:\"nope\"", 4, "nope"),
        (".payload.type == \"x", 15, "`==` stands alone"),
    ];
    for (text, column, part) in table {
        let error = error(text);
        assert!(error.message.contains(part), "{text}: {error}");
        assert_eq!(error.column, column, "{text}: {error}");
        assert_eq!(text[..error.offset].chars().count() + 1, column);
    }
}

#[test]
fn what_is_written_parses_to_the_same() {
    let table = [
        ("", ""),
        ("  a  ", "\"a\""),
        ("(a b) c", "\"a\" \"b\" \"c\""),
        ("a or (b or c) or d e", "\"a\" or \"b\" or \"c\" or (\"d\" \"e\")"),
        ("!(a or b) not c", "!(\"a\" or \"b\") !\"c\""),
        ("callback:save* user:\"a b\" id:\"*\"", "id:\"*\" callback:save* user:\"a b\""),
        (".a word /r/ retry:0", "retry:0 \"word\" /r/ jq:\".a\""),
        ("ack:held retry:>=2 took:=5s", "ack:pending retry:>=2 took:5s"),
        (r"/a\/\d/i", r"/a\/\d/i"),
        (".a == \"x\"", r#"jq:".a == \"x\"""#),
        ("after:\"2026-11-22 07:21Z\"", "after:\"2026-11-22 07:21Z\""),
    ];
    for (text, expected) in table {
        let filter = parse(text);
        assert_eq!(filter.to_string(), expected);
        assert_eq!(parse(expected), filter, "{text}");
    }
    assert_ne!(parse("callback:\"a*\""), parse("callback:a*"));
    assert!(parse(" ").matches_everything() && !parse("a").matches_everything());
}

#[test]
fn ten_thousand_terms_neither_overflow_nor_freeze() {
    let subject = envelope("interactive", r#"{"text":"term9999x"}"#);
    let words: Vec<String> = (0..10_000).map(|n| format!("term{n}x")).collect();
    check(&subject, &[&words.join(" or ")], &[&words.join(" ")]);
    check(&subject, &[&vec!["type:interactive"; 10_000].join(" ")], &[&vec!["type:x"; 10_000].join(" or ")]);
    check(&subject, &[&format!("{}term", "!".repeat(10_000))], &[&format!("{}term", "not ".repeat(9_999))]);
    assert_eq!(error(&"(".repeat(10_000)).column, 65);
    assert!(error(&"/a/ ".repeat(10_000)).message.contains("more than 64"));
    assert!(error(&".a ".repeat(10_000)).message.contains("more than 64"));
    assert!(error(&"(.a ".repeat(10_000)).message.contains("more than 64"));
}

#[test]
fn many_alternatives_keep_those_that_are_no_text() {
    let words = "a1 or b1 or c1 or d1 or e1 or f1 or g1 or H1 or é or type:interactive or i\\/1";
    check(&envelope("", r#"{"x":"h1"}"#), &[words], &[]);
    check(&envelope("", r#"{"x":"\u00c9"}"#), &[words], &[]);
    check(&envelope("", r#"{"x":"\u0061\u0031"}"#), &[words], &[]);
    check(&envelope("interactive", "{}"), &[words], &[]);
    check(&envelope("", "{}"), &[], &[words]);
}

#[test]
fn completion_offers_fields_then_values() {
    let found = |text: &str, cursor| -> Vec<String> {
        Filter::completions(text, cursor).into_iter().map(|completion| completion.insert).collect()
    };
    assert_eq!(found("a", 1), ["action:", "ack:", "after:"]);
    assert_eq!(found("type:x !(ca", 11), ["callback:"]);
    assert_eq!(found("ack:l", 5), ["late"]);
    assert_eq!(found("by:", 3), ["auto", "rule", "hand", "app"]);
    assert_eq!(found("type:view_", 10), ["view_submission", "view_closed"]);
    assert_eq!(found("user:U", 6), Vec::<String>::new());
    assert_eq!(found("é x tea", 8), ["team:"]);
    assert_eq!(found("é", 1).len(), super::super::FIELDS.len(), "inside a character: before it");
    let first = &Filter::completions("x ack:la", 8)[0];
    assert_eq!((first.replace.clone(), first.insert.as_str()), (6..8, "late"));
    let applied =
        |Completion { replace, insert, .. }: &Completion| format!("{}{insert}", &"x ack:la"[..replace.start]);
    assert_eq!(applied(first), "x ack:late");
    assert_eq!(value_at("x user:U1", 8).map(|(field, typed)| (field.name, typed)), Some(("user", "U")));
    assert!(value_at("x user", 6).is_none());
}

#[test]
fn verdicts() {
    let subject = envelope("", "a");
    assert_eq!(parse("a").evaluate(&subject), Verdict::Match);
    assert_eq!(parse("b").evaluate(&subject), Verdict::NoMatch);
    assert_eq!("a".parse::<Filter>().unwrap().evaluate(&subject), Verdict::Match);
}

/// 10,000 terms of every kind that costs anything to read, each key anew: the test that this takes no time is
/// `benches/filter.rs`, this one that it is done at all and matches in one pass.
#[test]
fn ten_thousand_terms_are_a_filter() {
    let texts: Vec<String> = (0..10_000).map(|number| format!("word{number}")).collect();
    let any = parse(&texts.join(" or "));
    assert!(any.matches(&envelope("interactive", "{\"a\":\"WORD9999\"}")));
    assert!(!any.matches(&envelope("interactive", "{\"a\":\"WOR\"}")));
    assert!(any.raw().is_some());
    let all = parse(&texts.join(" "));
    assert!(!all.matches(&envelope("interactive", "{\"a\":\"word1\"}")));
    let users: Vec<String> = (0..10_000).map(|number| format!("user:U{number}")).collect();
    assert!(parse(&users.join(" or ")).matches(&envelope("interactive", r#"{"payload":{"user":"U77"}}"#)));
}
