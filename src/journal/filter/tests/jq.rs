use super::{check, envelope, parse};
use crate::journal::filter::{Filter, Verdict};

const COMMAND: &str = r#"{"type":"slash_commands","payload":{"command":"/deploy","text":"a b","n":3,"ok":false,"list":[1,2],"s":"{\"x\":1}"}}"#;

#[test]
fn any_truthy_output_matches() {
    check(
        &envelope("slash_commands", COMMAND),
        &[
            ".payload.command",
            ".payload.n",
            "jq:length==2",
            ".payload.list[]>1",
            ".payload.command==\"/deploy\"",
            ".payload.text==\"a b\"",
            ".payload|keys|length==6",
            ".",
            "jq:true",
            "!.payload.ok",
            ".payload.s|fromjson.x==1",
            ".payload|[range(3)]==[0,1,2]",
            ".payload|[range(0;10;5)]==[0,5]",
            ".payload|[range(2;0;-1)]==[2,1]",
        ],
        &[
            ".payload.ok",
            ".payload.nothing",
            ".payload.list[]>2",
            ".payload.command.x",
            "jq:empty",
            ".payload|error",
        ],
    );
}

#[test]
fn spaces_stand_in_brackets_strings_or_where_all_is_jq() {
    let subject = envelope("slash_commands", COMMAND);
    check(
        &subject,
        &[
            ".payload.command == \"/deploy\"",
            "jq:(.payload.command == \"/deploy\")",
            r#"jq:".payload.command == \"/deploy\"""#,
            "type:slash_commands (.payload.command == \"/deploy\")",
            "type:slash_commands jq:(.payload.n > 2) deploy",
            ".payload.command type:slash_commands",
            ".payload[ \"command\" ] deploy",
            ".payload.text==\"a b\" deploy",
            ".payload.ok or .payload.n",
            ".payload.ok or type:slash_commands",
            "(.payload.ok or deploy) type:slash_commands",
            "jq:\"a\"==\"a\"",
            ".payload.text==\"\\(\"a \" + \"b\")\" deploy",
            "(.payload.n == 3) or nothing",
            ".payload.text | test(\"^a b$\")",
        ],
        &[
            ".payload.n > 3",
            "type:slash_commands (.payload.n > 3)",
            ".payload.command type:x",
            "(.payload.n == 4) deploy",
        ],
    );
}

#[test]
fn what_is_no_json_matches_no_jq() {
    check(&envelope("", "plain text"), &[], &[".", "jq:true"]);
    check(&envelope("", ""), &[], &["."]);
    check(&envelope("", "{} {}"), &[], &["."]);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(parse(".").evaluate(&envelope("", &deep)), Verdict::GaveUp);
    let nested = serde_json::to_string(&deep).unwrap();
    check(&envelope("", &nested), &["."], &["jq:fromjson", ".|fromjson|length==1"]);
}

#[test]
fn work_without_end_is_given_up_and_told() {
    for endless in [
        "jq:(def f: f; f)",
        "jq:(def f: 1 + f; f)",
        "jq:(def f: (f, 1); f)",
        "jq:([range(1e12)] | length > 0)",
        "jq:(last(range(1e12)) == 0)",
        "jq:([repeat(1)] | length > 0)",
        "jq:(reduce range(1e12) as $x (0; . + $x) == 0)",
        "jq:(until(false; .))",
        "jq:([limit(1e12; repeat(1))] | length > 0)",
        "jq:([range(0; 1; 0)] | length > 0)",
        "jq:(reduce range(1e12) as $x (0; [.]))",
        "jq:(reduce range(1e12) as $x (0; {a: .}))",
        "jq:(0 | until(false; [.]))",
        "jq:([0 | while(true; [.])])",
        "jq:(def f: [.] | f; f)",
    ] {
        let filter = parse(endless);
        assert_eq!(filter.evaluate(&envelope("", "{}")), Verdict::GaveUp, "{endless}");
        assert!(!filter.matches(&envelope("", "{}")));
    }
    let large = format!("\"{}\"", "x".repeat(1_000_000));
    let nesting = parse("jq:(reduce range(1e12) as $x (0; [.]))");
    assert_eq!(nesting.evaluate(&envelope("", &large)), Verdict::GaveUp);
    assert_eq!(parse("!jq:(def f: f; f)").evaluate(&envelope("", "{}")), Verdict::GaveUp);
    assert_eq!(parse("jq:(first(repeat(1)) == 1)").evaluate(&envelope("", "{}")), Verdict::Match);
}

#[test]
fn memory_without_end_is_given_up_and_told() {
    for hungry in [
        r#"jq:("x" * 1e12 | length > 0)"#,
        r#"jq:(1e12 * "x" | length > 0)"#,
        r#"jq:(.a as $x | "x" * 100000000000000000000 == $x)"#,
        r#"jq:("x" | . * 1000 | . * 1000 | . * 1000 | length > 0)"#,
        r#"jq:(reduce range(60) as $x ("x"; . + .) | length > 0)"#,
        r#"jq:(reduce range(60) as $x ("x"; . += .) | length > 0)"#,
        r"jq:(reduce range(60) as $x ([1]; . + .) | length > 0)",
        r"jq:(reduce range(60) as $x ([1]; [.[], .[]]) | length > 0)",
        r#"jq:(reduce range(60) as $x ("x"; "\(.)\(.)") | length > 0)"#,
        r#"jq:(reduce range(60) as $x ("x"; [., .] | add) | length > 0)"#,
        r#"jq:(reduce range(60) as $x ("x"; [., .] | join("")) | length > 0)"#,
        r"jq:(reduce range(60) as $x (1; [., .]) | tojson | length > 0)",
        r"jq:(reduce range(60) as $x (1; [., .]) | tostring | length > 0)",
        r#"jq:(reduce range(60) as $x (1; [., .]) | "\(.)" | length > 0)"#,
        r#"jq:(reduce range(90) as $x ("\""; tojson) | length > 0)"#,
        r"jq:(reduce range(60) as $x (10000000000000000000000; . * .) > 0)",
        r#"jq:("x" * 30000000 | explode | length > 0)"#,
        r#"jq:("x" * 30000000 / "" | length > 0)"#,
        r#"jq:([("x" * 30000000) | match(""; "g")] | length > 0)"#,
        r#"jq:(reduce range(60) as $x ("ab"; gsub("a"; "aa")) | length > 0)"#,
        "jq:([range(1e9)] | length > 0)",
    ] {
        let filter = parse(hungry);
        assert_eq!(filter.evaluate(&envelope("", r#"{"a":"x"}"#)), Verdict::GaveUp, "{hungry}");
    }
}

#[test]
fn what_is_counted_works_as_ever() {
    for sound in [
        r#"jq:("ab" * 3 == "ababab")"#,
        r"jq:(2 * 3 + 4 / 2 == 8)",
        r#"jq:("a,b" / "," == ["a", "b"])"#,
        r#"jq:("n: \(.n), \(.s)" == "n: 3, x")"#,
        r#"jq:(@base64 "\(.s)" == "eA==")"#,
        r"jq:(.n += 1 | .n == 4)",
        r"jq:(.l |= map(. * 2) | .l == [2, 4])",
        r"jq:([.l[] as $x | $x + 1] == [2, 3])",
        r"jq:(.l | add == 3)",
        r#"jq:(.l | join("-") == "1-2")"#,
        r"jq:({a: 1} + {b: 2} == {a: 1, b: 2})",
        r"jq:({a: {b: 1}} * {a: {c: 2}} == {a: {b: 1, c: 2}})",
        r"jq:(null + 1 == 1)",
        r"jq:(tojson | fromjson | .n == 3)",
        r#"jq:("abc" | test("b"))"#,
        r#"jq:("abc" | gsub("b"; "x") == "axc")"#,
        r#"jq:([1, 2] | tostring == "[1,2]")"#,
        r"jq:(. as {n: $n, l: [$one]} | $n - $one == 2)",
        r"jq:(def f(g): g + 1; f(.n) == 4)",
        r#"jq:(if .n > 2 then "b" + "c" else "d" end == "bc")"#,
        r#"jq:(try error("x") catch . + "y" | . == "xy")"#,
    ] {
        check(&envelope("", r#"{"n":3,"s":"x","l":[1,2]}"#), &[sound], &[]);
    }
}

#[test]
fn nothing_reaches_out_of_an_expression() {
    check(&envelope("", "{}"), &[], &["jq:(halt)", "jq:(env|length)", "jq:(debug)", "jq:(stderr)"]);
    for missing in ["jq:($ENV)", "jq:(input)", "jq:(include \"x\"; .)"] {
        assert!(Filter::parse(missing).is_err(), "{missing}");
    }
}

#[test]
fn expressions_of_any_depth_compile_or_fail_safely() {
    for text in [
        format!("jq:{}1{}", "[".repeat(4_000), "]".repeat(4_000)),
        format!("jq:({}1)", "-".repeat(8_000)),
        format!("jq:({}.)", ".|".repeat(4_000)),
        format!("jq:({}1)", "1+".repeat(4_000)),
        format!("jq:({}", "(".repeat(8_000)),
        format!("jq:({}.)", "if . then ".repeat(700)),
        format!(".{}", "a".repeat(100_000)),
    ] {
        if let Ok(filter) = Filter::parse(&text) {
            filter.evaluate(&envelope("", "{}"));
        }
    }
}

#[test]
fn a_filter_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&parse(".payload /x/ y"));
}
