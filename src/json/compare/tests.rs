#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Change, Comparison, words};
use crate::json::Document;

fn compare(old: &str, new: &str) -> Comparison {
    Comparison::of(Document::parse(old).unwrap(), Document::parse(new).unwrap())
}

/// The differences as a reader would write them down.
fn told(old: &Value, new: &Value) -> Vec<String> {
    let comparison = compare(&old.to_string(), &new.to_string());
    comparison.changes().iter().map(|change| line(&comparison, *change)).collect()
}

fn line(comparison: &Comparison, change: Change) -> String {
    let old = |row| (comparison.before().jq_path(row), comparison.before().value_text(row));
    let new = |row| (comparison.after().jq_path(row), comparison.after().value_text(row));
    match change {
        Change::Added { new: row } => format!("+ {} {}", new(row).0, new(row).1),
        Change::Removed { old: row } => format!("- {} {}", old(row).0, old(row).1),
        Change::Changed { old: a, new: b } => format!("~ {} {} {}", new(b).0, old(a).1, new(b).1),
        Change::Respelled { old: a, new: b } => format!("= {} {} {}", new(b).0, old(a).1, new(b).1),
        Change::Moved { old: a, new: b } => format!("> {} {}", old(a).0, new(b).0),
    }
}

/// Makes the new value out of the old one and the differences alone.
struct Apply<'a> {
    comparison: &'a Comparison,
    /// By the pointer of the old row: what it becomes, or that it goes.
    olds: BTreeMap<String, Change>,
    /// By the pointer of the new parent: what is put in.
    news: BTreeMap<String, Vec<Change>>,
}

impl Apply<'_> {
    fn run(comparison: &Comparison) -> Value {
        let (mut olds, mut news) = (BTreeMap::new(), BTreeMap::<_, Vec<_>>::new());
        for change in comparison.changes() {
            if let Some(old) = change.before() {
                olds.insert(comparison.before().pointer(old), *change);
            }
            if let Change::Added { new } | Change::Moved { new, .. } = change {
                let parent = comparison.after().parent(*new).unwrap();
                news.entry(comparison.after().pointer(parent)).or_default().push(*change);
            }
        }
        let apply = Apply { comparison, olds, news };
        apply.value(&serde_json::from_str(comparison.before().text()).unwrap(), "", "")
    }

    fn new_value(&self, row: usize) -> Value {
        serde_json::from_str(self.comparison.after().value_text(row)).unwrap()
    }

    fn value(&self, old: &Value, from: &str, to: &str) -> Value {
        if let Some(Change::Changed { new, .. } | Change::Respelled { new, .. }) = self.olds.get(from) {
            return self.new_value(*new);
        }
        match old {
            Value::Object(members) => {
                let mut out = serde_json::Map::new();
                for (key, value) in members {
                    let step = key.replace('~', "~0").replace('/', "~1");
                    let from = format!("{from}/{step}");
                    if !matches!(self.olds.get(&from), Some(Change::Removed { .. })) {
                        out.insert(key.clone(), self.value(value, &from, &format!("{to}/{step}")));
                    }
                }
                for change in self.news.get(to).into_iter().flatten() {
                    let row = change.after().unwrap();
                    out.insert(self.comparison.after().key(row).unwrap().into_owned(), self.new_value(row));
                }
                Value::Object(out)
            }
            Value::Array(elements) => Value::Array(self.elements(elements, from, to)),
            leaf => leaf.clone(),
        }
    }

    fn elements(&self, elements: &[Value], from: &str, to: &str) -> Vec<Value> {
        let put: BTreeMap<usize, Change> = self
            .news
            .get(to)
            .into_iter()
            .flatten()
            .map(|change| (self.comparison.after().row(change.after().unwrap()).index(), *change))
            .collect();
        let goes = |at: &usize| {
            matches!(
                self.olds.get(&format!("{from}/{at}")),
                Some(Change::Removed { .. } | Change::Moved { .. })
            )
        };
        let mut stay = (0..elements.len()).filter(|at| !goes(at)).peekable();
        let mut out = Vec::new();
        while put.contains_key(&out.len()) || stay.peek().is_some() {
            let to = format!("{to}/{}", out.len());
            out.push(match put.get(&out.len()) {
                Some(Change::Moved { old, .. }) => {
                    let at = self.comparison.before().row(*old).index();
                    self.value(&elements[at], &format!("{from}/{at}"), &to)
                }
                Some(change) => self.new_value(change.after().unwrap()),
                None => {
                    let at = stay.next().unwrap();
                    self.value(&elements[at], &format!("{from}/{at}"), &to)
                }
            });
        }
        out
    }
}

/// Values in which keys, identities and elements often meet again.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0..4_i64).prop_map(Value::from),
        prop::sample::select(vec![json!(1.0), json!(-2.5), json!(true), json!(null)]),
        "[ab é/~]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 80, 8, |inner| {
        let key = prop::sample::select(vec!["a", "b", "id", "block_id", "type", "x/y~"]);
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Value::from),
            vec((key, inner), 0..5).prop_map(|members| {
                Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

/// Values without arrays.
fn objects() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![(0..4_i64).prop_map(Value::from), "[ab]{0,2}".prop_map(Value::from), Just(json!(1.0))];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop::collection::hash_map("[abc]", inner, 0..5)
            .prop_map(|members| Value::Object(members.into_iter().collect()))
    })
}

/// Two values, the second often made of the first.
fn pair() -> impl Strategy<Value = (Value, Value)> {
    let shuffled = vec(value(), 0..10)
        .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle(), vec(value(), 0..3), 0..8_usize));
    prop_oneof![
        (value(), value()),
        shuffled.prop_map(|(all, mut other, more, at)| {
            other.truncate(at.max(1));
            let at = at.min(other.len());
            other.splice(at..at, more);
            (Value::from(all), json!(other))
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_differs_from_itself(value in value()) {
        let text = value.to_string();
        prop_assert!(compare(&text, &text).changes().is_empty());
        let spaced = serde_json::to_string_pretty(&value).unwrap();
        prop_assert!(compare(&text, &spaced).changes().is_empty());
    }

    #[test]
    fn the_differences_make_the_new_out_of_the_old((old, new) in pair()) {
        let comparison = compare(&old.to_string(), &new.to_string());
        prop_assert_eq!(Apply::run(&comparison), new.clone(), "{:?}", told(&old, &new));
        prop_assert_eq!(comparison.changes().is_empty(), old == new);
    }

    #[test]
    fn the_way_back_leads_back((old, new) in pair()) {
        prop_assert_eq!(Apply::run(&compare(&new.to_string(), &old.to_string())), old);
    }

    /// Which of several elements alike went is a matter of choice; of objects nothing is.
    #[test]
    fn added_one_way_is_removed_the_other(old in objects(), new in objects()) {
        let turned = |change: &Change| match *change {
            Change::Added { new } => Change::Removed { old: new },
            Change::Removed { old } => Change::Added { new: old },
            Change::Changed { old, new } => Change::Changed { old: new, new: old },
            Change::Respelled { old, new } => Change::Respelled { old: new, new: old },
            Change::Moved { old, new } => Change::Moved { old: new, new: old },
        };
        let key = |change: &Change| (change.before(), change.after());
        let mut there = compare(&old.to_string(), &new.to_string()).changes().to_vec();
        let mut back: Vec<_> = compare(&new.to_string(), &old.to_string()).changes().iter().map(turned).collect();
        there.sort_by_key(key);
        back.sort_by_key(key);
        prop_assert_eq!(there, back);
    }

    #[test]
    fn pieces_make_their_strings_and_common_ones_are_the_same(old in "[ab é漢👩‍💻.]{0,40}", new in "[ab é漢👩‍💻.]{0,40}") {
        let (olds, news) = words(&old, &new);
        prop_assert_eq!(olds.iter().map(|piece| piece.text).collect::<String>(), old.clone());
        prop_assert_eq!(news.iter().map(|piece| piece.text).collect::<String>(), new.clone());
        let common = |pieces: &[super::Piece]| pieces.iter().filter(|piece| piece.common).map(|piece| piece.text).collect::<String>();
        prop_assert_eq!(common(&olds), common(&news));
        prop_assert_eq!(olds.iter().chain(&news).all(|piece| piece.common), old == new);
    }
}

#[test]
fn members_are_told_by_path_and_their_order_is_nothing() {
    let old = json!({"envelope_id": "1", "retry_attempt": 0, "payload": {"a": [1, 2], "gone": null}});
    let new =
        json!({"payload": {"a": [1, 3]}, "retry_attempt": 1, "envelope_id": "2", "retry_reason": "timeout"});
    assert_eq!(
        told(&old, &new),
        [
            "- .payload.gone null",
            "~ .payload.a[1] 2 3",
            "~ .retry_attempt 0 1",
            "~ .envelope_id \"1\" \"2\"",
            "+ .retry_reason \"timeout\"",
        ]
    );
}

#[test]
fn a_block_that_was_put_in_leaves_the_others_alone() {
    let block = |id: &str, text: &str| json!({"type": "section", "block_id": id, "text": {"text": text}});
    let old = json!([block("a", "one"), block("b", "two"), block("c", "three")]);
    let new = json!([block("a", "one"), block("new", "zero"), block("b", "two!"), block("c", "three")]);
    assert_eq!(
        told(&old, &new),
        [format!("+ .[1] {}", block("new", "zero")), "~ .[2].text.text \"two\" \"two!\"".to_owned()]
    );
    assert_eq!(told(&json!([1, 1, 2, 1, 3]), &json!([1, 2, 1, 3])), ["- .[1] 1"]);
    assert_eq!(told(&json!([2, 1, 3]), &json!([0, 2, 1, 3])), ["+ .[0] 0"]);
}

#[test]
fn blocks_whose_ids_slack_made_anew_are_still_the_same_blocks() {
    let block = |id: &str, text: &str| json!({"type": "section", "block_id": id, "text": text});
    let old = json!([block("aX1", "one"), {"type": "divider", "block_id": "q1"}, block("bX2", "two")]);
    let new = json!([block("cY3", "one"), {"type": "divider", "block_id": "q2"}, block("dY4", "two")]);
    let told = told(&old, &new);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.iter().all(|line| line.contains(".block_id ")), "{told:?}");
}

#[test]
fn what_stands_elsewhere_has_moved_with_what_changed_in_it() {
    let old = json!([{"id": "a", "n": 1}, {"id": "b", "n": 1}, {"id": "c", "n": 1}]);
    let new = json!([{"id": "c", "n": 2}, {"id": "a", "n": 1}, {"id": "b", "n": 1}]);
    assert_eq!(told(&old, &new), ["> .[2] .[0]", "~ .[0].n 1 2"]);
}

#[test]
fn numbers_are_told_by_value_and_by_spelling() {
    let comparison = compare("[1, 10000000000000000001, 5]", "[1.0, 10000000000000000002, 5]");
    assert_eq!((comparison.counts().respelled, comparison.counts().changed), (1, 1));
    assert_eq!(line(&comparison, comparison.changes()[0]), "= .[0] 1 1.0");
}

#[test]
fn strings_are_compared_by_their_characters_and_halves_of_pairs_by_their_escapes() {
    assert!(compare(r#"["\u00e9\/"]"#, r#"["é/"]"#).changes().is_empty());
    assert_eq!(compare(r#"["\ud83d"]"#, r#"["\ud83e"]"#).changes().len(), 1);
    assert!(compare(r#"{"a":1,"a":2}"#, r#"{"a":2}"#).changes().is_empty());
    assert_eq!(compare(r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#).counts().changed, 1);
}

#[test]
fn words_that_differ_are_found_and_whole_texts_that_do_are_one_piece() {
    let (olds, news) = words("Who if I cried out", "Who, if I shouted out");
    let differ = |pieces: &[super::Piece]| {
        pieces.iter().filter(|piece| !piece.common).map(|piece| piece.text.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (differ(&olds), differ(&news)),
        (vec!["cried".to_owned()], vec![",".to_owned(), "shouted".to_owned()])
    );
    let (old, new) = ("a b ".repeat(100_000), "c d ".repeat(100_000));
    let (olds, _) = words(&old, &new);
    assert!(olds.len() <= 2, "{}", olds.len());
}

#[test]
fn nesting_is_no_danger() {
    let deep = |leaf: &str| format!("{}{leaf}{}", "[".repeat(200_000), "]".repeat(200_000));
    let comparison = compare(&deep("1"), &deep("2"));
    assert_eq!(comparison.counts().changed, 1);
}
