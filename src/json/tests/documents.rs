use crate::json::{Document, Kind, Part, next_hit, previous_hit};

const VIEW: &str = r#"{"type":"view_submission","user":{"id":"U1","name":"rainer"},
 "view":{"state":{"values":{"multi-line":{"a/b~c":{"value":"caf\u00e9 1.50"}}}},"blocks":[1,2.50,[],{}]},"ok":true,"none":null}"#;

fn view() -> Document {
    Document::parse(VIEW).unwrap()
}

fn keys(document: &Document, rows: impl Iterator<Item = usize>) -> Vec<String> {
    rows.map(|row| document.key(row).map_or_else(|| format!("#{row}"), std::borrow::Cow::into_owned))
        .collect()
}

#[test]
fn rows_follow_the_text_and_keep_it() {
    use Kind::{Array, Bool, Null, Number, Object, String};
    let document = Document::parse(r#" {"a" : 1.50, "a":[true,null,"\u0061"], "e":{}} "#).unwrap();
    let kinds: Vec<Kind> = document.rows().iter().map(super::super::Row::kind).collect();
    assert_eq!(kinds, [Object, Number, Array, Bool, Null, String, Object]);
    assert_eq!(document.value_text(1), "1.50");
    assert_eq!(document.value_text(2), r#"[true,null,"\u0061"]"#);
    assert_eq!((document.value_text(5), document.string(5).as_deref()), (r#""\u0061""#, Some("a")));
    assert_eq!(document.key_text(1), Some("\"a\""));
    assert_eq!(document.value_text(0), document.text().trim());
    assert_eq!(document.row(0).children(), 3);
    assert_eq!(document.row(5).depth(), 2);
}

#[test]
fn moves_among_parents_children_and_siblings() {
    let document = Document::parse(r#"{"a":[1,[2],3],"b":{}}"#).unwrap();
    assert_eq!(document.children(0).collect::<Vec<_>>(), [1, 6]);
    assert_eq!(document.children(1).collect::<Vec<_>>(), [2, 3, 5]);
    assert_eq!(document.ancestors(4).collect::<Vec<_>>(), [3, 1, 0]);
    assert_eq!(document.previous_sibling(5), Some(3));
    assert_eq!(document.previous_sibling(2), None);
    assert_eq!(document.next_sibling(0), None);
    assert_eq!(document.next_sibling(4), None);
    assert_eq!(document.first_child(6), None);
    assert_eq!(document.parent(0), None);
}

#[test]
fn paths_and_pointers() {
    let document = view();
    let row = document.row_at("/view/state/values/multi-line/a~1b~0c/value").unwrap();
    assert_eq!(document.jq_path(row), r#".view.state.values["multi-line"]["a/b~c"].value"#);
    let row = document.row_at("/view/blocks/1").unwrap();
    assert_eq!((document.value_text(row), document.jq_path(row).as_str()), ("2.50", ".view.blocks[1]"));
    assert_eq!((document.jq_path(0).as_str(), document.pointer(0).as_str()), (".", ""));
    for missing in
        ["view", "/view/", "/view/blocks/01", "/view/blocks/+1", "/view/blocks/4", "/ok/0", "/VIEW"]
    {
        assert_eq!(document.row_at(missing), None, "{missing}");
    }
}

#[test]
fn paths_at_the_root_and_of_doubled_keys() {
    let list = Document::parse(r#"[{"x-y":1}]"#).unwrap();
    assert_eq!(list.jq_path(1), ".[0]");
    assert_eq!(list.jq_path(2), r#".[0]["x-y"]"#);
    let quoted = Document::parse(r#"{"x y":1,"":2,"\u0061b":3}"#).unwrap();
    assert_eq!([1, 2, 3].map(|row| quoted.jq_path(row)), [r#".["x y"]"#, r#".[""]"#, ".ab"]);
    assert_eq!(quoted.row_at("/"), Some(2));
    let doubled = Document::parse(r#"{"a":1,"a":2}"#).unwrap();
    assert_eq!(doubled.row_at("/a"), Some(2));
}

#[test]
fn a_fold_hides_what_is_below_it() {
    let mut document = view();
    let all = document.visible_count();
    assert_eq!(all, document.len());
    let (user, view) = (document.row_at("/user").unwrap(), document.row_at("/view").unwrap());
    assert!(document.set_folded(user, true));
    assert!(!document.set_folded(user, true), "already folded");
    assert!(!document.set_folded(1, true), "a leaf");
    assert!(document.set_folded(view, true));
    assert_eq!(keys(&document, document.visible_from(0)), ["#0", "type", "user", "view", "ok", "none"]);
    assert_eq!(document.next_visible(user), Some(view));
    assert_eq!(document.previous_visible(view), Some(user));
    assert_eq!(document.previous_visible(0), None);
    assert_eq!(document.visible_offset(user, 100), document.len() - 1);
    assert_eq!(document.visible_offset(view, -100), 0);
    assert_eq!(document.visible_offset(view, -1), user);
    let hidden = document.row_at("/view/blocks/1").unwrap();
    assert_eq!(document.visible_or_ancestor(hidden), view);
    assert_eq!(document.visible_place(hidden), 3);
    assert!(document.toggle_fold(user));
    assert_eq!(document.visible_count(), 8);
}

#[test]
fn reveal_opens_only_what_hides_the_row() {
    let mut document = view();
    document.fold_to_depth(0);
    assert_eq!(document.visible_count(), 1);
    let row = document.row_at("/view/state/values").unwrap();
    assert!(document.reveal(row));
    assert!(!document.reveal(row));
    assert_eq!(
        keys(&document, document.visible_from(0)),
        ["#0", "type", "user", "view", "state", "values", "blocks", "ok", "none"]
    );
    document.unfold_all();
    assert_eq!(document.visible_count(), document.len());
    document.fold_all();
    assert_eq!(document.visible_count(), 6);
    let view = document.row_at("/view").unwrap();
    document.set_folded(view, false);
    document.set_folded_below(view, true);
    assert_eq!(document.visible_count(), 8);
    document.set_folded_below(view, false);
    assert_eq!(document.visible_count(), document.len() - 2);
}

#[test]
fn search_is_smart_about_case_and_sees_through_escapes_and_folds() {
    let mut document = view();
    document.fold_all();
    let hits = document.search("café");
    assert_eq!(hits.len(), 1);
    assert_eq!(&document.text()[hits[0].range.clone()], r"caf\u00e9");
    assert_eq!(document.search("CAFÉ"), []);
    assert_eq!(document.search(""), []);
    let values = document.search("value");
    let expected = [("values", Part::Key), ("value", Part::Key)];
    let found = values.iter().map(|hit| (document.key(hit.row).unwrap().into_owned(), hit.part));
    assert!(found.eq(expected.map(|(key, part)| (key.to_owned(), part))));
    assert_eq!(document.search("TYPE"), []);
    assert_eq!(document.search("tr").len(), 1, "`true`");
    assert_eq!(document.search("{"), []);
}

#[test]
fn hits_go_round() {
    let document = Document::parse(r#"["x","b","xx","c"]"#).unwrap();
    let hits = document.search("x");
    assert_eq!(hits.iter().map(|hit| hit.row).collect::<Vec<_>>(), [1, 3, 3]);
    assert_eq!(
        [0, 1, 2, 3, 4].map(|row| next_hit(&hits, row)),
        [Some(0), Some(1), Some(1), Some(0), Some(0)]
    );
    let back = [0, 1, 2, 3, 4].map(|row| previous_hit(&hits, row));
    assert_eq!(back, [Some(1), Some(1), Some(0), Some(0), Some(1)]);
    assert_eq!((next_hit(&[], 3), previous_hit(&[], 3)), (None, None));
}

#[test]
fn previews_fit_their_width() {
    let document = Document::parse(r#"{"id":"U1","tags":[1,2,{}],"é":{"a":1}}"#).unwrap();
    assert_eq!(document.preview(0, 80), r#"{id: "U1", tags: [3], é: {1}}"#);
    assert_eq!(document.preview(0, 29), r#"{id: "U1", tags: [3], é: {1}}"#);
    assert_eq!(document.preview(0, 28), r#"{id: "U1", tags: [3], é: {1…"#);
    assert_eq!(document.preview(0, 6), r"{id: …");
    assert_eq!([0, 1].map(|width| document.preview(0, width)), ["", "…"]);
    assert_eq!(document.preview(1, 4), "\"U1\"");
    assert_eq!([0, 1, 2].map(|row| document.size_label(row)), ["{3}", "", "[3]"]);
    assert_eq!(Document::parse("[]").unwrap().preview(0, 2), "[]");
}

#[test]
fn depth_costs_no_stack() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let mut document = Document::parse(&deep).unwrap();
    assert_eq!(document.len(), 10_000);
    assert_eq!(document.row_at(&document.pointer(9_999)), Some(9_999));
    document.fold_all();
    assert_eq!(document.visible_count(), 2);
    assert!(document.reveal(9_999));
    assert_eq!(document.visible_count(), 10_000);
    assert_eq!(crate::json::minify(&crate::json::pretty(&deep).unwrap()).unwrap(), deep);
}
