//! What holds for every text, with `serde_json` as the judge.

use proptest::collection::vec;
use proptest::prelude::*;
use serde::de::IgnoredAny;

use crate::json::{Document, minify, pretty, tokens, unescape};

/// Texts that are often nearly JSON: pieces of it in any order.
fn scraps() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\"a\"",
        "\"\\u00e9\"",
        "\"\\ud83d\"",
        "\\",
        "\\u12",
        "0",
        "-",
        "1.5",
        "1e",
        "e+1",
        "true",
        "null",
        "nul",
        " ",
        "\n",
        "\r",
        "\t",
        "é",
        "//",
        "'",
        "\u{0}",
        "\"k\":",
        "\"k\":1,",
        "[]",
        "{}",
    ]);
    vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

/// JSON values as text, with odd spacing, escapes and doubled keys.
fn json() -> impl Strategy<Value = String> {
    let string = prop::sample::select(vec![
        r#""""#,
        r#""a""#,
        r#""a-b""#,
        r#""a\/b~c""#,
        r#""\u00e9\n""#,
        r#""\ud83d\ude00""#,
        r#""K""#,
        r#""é""#,
        r#""0""#,
    ]);
    let leaf = prop_oneof![
        string.clone().prop_map(str::to_owned),
        prop::sample::select(vec!["0", "-1.50", "1E5", "12345678901234567890", "true", "false", "null"])
            .prop_map(str::to_owned),
    ];
    let space = prop::sample::select(vec!["", "", " ", "\n\t", "\r\n"]);
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let spaced =
            (space.clone(), inner.clone(), space.clone()).prop_map(|(a, value, b)| format!("{a}{value}{b}"));
        let member = (space.clone(), string.clone(), space.clone(), inner)
            .prop_map(|(a, key, b, value)| format!("{a}{key}{b}:{value}"));
        prop_oneof![
            vec(spaced, 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

/// Valid JSON with a byte's worth of damage.
fn damaged() -> impl Strategy<Value = String> {
    (json(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), scraps()).prop_map(
        |(text, at, to, scrap)| {
            let mut bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            bounds.push(text.len());
            let (from, to) = (bounds[at.index(bounds.len())], bounds[to.index(bounds.len())]);
            format!("{}{}{}", &text[..from], scrap.chars().take(2).collect::<String>(), &text[to.max(from)..])
        },
    )
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![scraps(), json(), damaged(), ".{0,40}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn we_accept_what_serde_json_accepts(text in any_text()) {
        let theirs = serde_json::from_str::<IgnoredAny>(&text);
        let ours = Document::parse(&text);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?} against {:?}", ours.err(), theirs.err());
    }

    #[test]
    fn errors_stand_inside_the_text(text in any_text()) {
        if let Err(error) = Document::parse(&text) {
            prop_assert!(text.is_char_boundary(error.offset));
            let line = text.split('\n').nth(error.line - 1).unwrap();
            prop_assert!(error.column <= line.chars().count() + 1);
            prop_assert!(!error.to_string().chars().any(char::is_control), "{}", error);
        }
    }

    #[test]
    fn rows_hold_the_values_that_serde_json_reads(text in json()) {
        let document = Document::parse(&text).unwrap();
        let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
        for row in 0..document.len() {
            let pointer = document.pointer(row);
            // Of doubled keys serde_json keeps the last, so what stands below an earlier one is out of its sight.
            let Some(last) = document.row_at(&pointer) else {
                prop_assert_eq!(whole.pointer(&pointer), None);
                continue;
            };
            prop_assert_eq!(document.pointer(last), pointer.clone());
            let value: serde_json::Value = serde_json::from_str(document.value_text(last)).unwrap();
            prop_assert_eq!(Some(&value), whole.pointer(&pointer));
            prop_assert_eq!(document.string(last), value.as_str().map(std::borrow::Cow::Borrowed));
        }
    }

    #[test]
    fn relations_agree(text in json()) {
        let document = Document::parse(&text).unwrap();
        for row in 0..document.len() {
            let children: Vec<usize> = document.children(row).collect();
            prop_assert_eq!(children.len(), document.row(row).children());
            for (index, child) in children.iter().enumerate() {
                prop_assert_eq!(document.parent(*child), Some(row));
                prop_assert_eq!(document.row(*child).index(), index);
                prop_assert_eq!(document.row(*child).depth(), document.row(row).depth() + 1);
                prop_assert_eq!(document.previous_sibling(*child), index.checked_sub(1).map(|before| children[before]));
            }
        }
    }

    #[test]
    fn visible_rows_are_those_without_a_folded_ancestor(
        text in json(), steps in vec((any::<prop::sample::Index>(), 0..6_u8), 0..24)
    ) {
        let mut document = Document::parse(&text).unwrap();
        for (at, step) in steps {
            let row = at.index(document.len());
            match step {
                0 => document.set_folded_below(row, row % 2 == 0),
                1 => document.fold_to_depth(row % 4),
                2 => { document.reveal(row); }
                _ => { document.toggle_fold(row); }
            }
            let open = |row: &usize| !document.ancestors(*row).any(|above| document.is_folded(above));
            let expected: Vec<usize> = (0..document.len()).filter(open).collect();
            prop_assert_eq!(document.visible_from(0).collect::<Vec<_>>(), expected.clone());
            prop_assert_eq!(document.visible_count(), expected.len());
            prop_assert_eq!(document.nth_visible(expected.len()), None);
            for (place, row) in expected.iter().enumerate() {
                prop_assert_eq!(document.nth_visible(place), Some(*row));
                prop_assert_eq!(document.visible_place(*row), place);
                prop_assert_eq!(document.previous_visible(*row), place.checked_sub(1).map(|above| expected[above]));
            }
        }
    }

    #[test]
    fn formatting_keeps_the_value_and_the_spelling(text in json()) {
        let (small, lines) = (minify(&text).unwrap(), pretty(&text).unwrap());
        prop_assert_eq!(minify(&lines).unwrap(), small.clone());
        prop_assert_eq!(pretty(&small).unwrap(), lines);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&small).unwrap(), value);
    }

    #[test]
    fn tokens_cover_everything_but_white_space(text in any_text()) {
        let mut at = 0;
        for (range, _) in tokens(&text) {
            prop_assert!(range.start < range.end);
            prop_assert_eq!(text[at..range.start].trim_matches([' ', '\n', '\r', '\t']), "");
            at = range.end;
        }
        prop_assert_eq!(text[at..].trim_matches([' ', '\n', '\r', '\t']), "");
    }

    #[test]
    fn hits_hold_the_needle(text in json(), needle in "[aékK\\-01\n]{1,2}") {
        let document = Document::parse(&text).unwrap();
        let exact = needle.chars().any(char::is_uppercase);
        let hits = document.search(&needle);
        for hit in &hits {
            let found = unescape(&document.text()[hit.range.clone()]).into_owned();
            prop_assert_eq!(if exact { found } else { found.to_lowercase() }, needle.clone());
        }
        prop_assert!(hits.is_sorted_by_key(|hit| (hit.row, hit.range.start)));
    }

    #[test]
    fn unescaping_never_panics_and_agrees_with_serde_json(raw in "(\\\\|u|d83d|de00|00e9|\"|n|é| ){0,12}") {
        let ours = unescape(&raw).into_owned();
        if let Ok(theirs) = serde_json::from_str::<String>(&format!("\"{raw}\"")) {
            prop_assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn previews_keep_their_width(text in json(), width in 0..60_usize) {
        let document = Document::parse(&text).unwrap();
        for row in 0..document.len() {
            prop_assert!(document.preview(row, width).chars().count() <= width);
        }
    }
}
