//! The README's tables are the program's own: `UPDATE_README=1 cargo test --test readme` writes them anew.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use sockscope::app::action::TABLE;
use sockscope::app::keymap::Key;
use sockscope::journal::filter;

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn keys() -> String {
    let mut table = String::new();
    let mut group = "";
    for row in TABLE {
        if row.group != group {
            group = row.group;
            let _ = write!(table, "\n| {group} | | action |\n|---|---|---|\n");
        }
        let mut keys: Vec<_> =
            row.keys.iter().map(|key| format!("`{}`", key.parse::<Key>().unwrap())).collect();
        if keys.is_empty() {
            keys.push("`:`".to_owned());
        }
        let _ = writeln!(table, "| {} | {} | `{}` |", cell(&keys.join(" ")), cell(row.help), row.name);
    }
    table
}

fn filters() -> String {
    format!("\n```\n{}```\n", filter::help())
}

/// The text with what stands between the marks replaced.
fn with(readme: &str, name: &str, content: &str) -> String {
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = readme.split_once(&start).expect("the opening mark");
    let (_, after) = rest.split_once(&end).expect("the closing mark");
    format!("{before}{start}{content}\n{end}{after}")
}

#[test]
fn the_tables_are_the_program_s_own() {
    let kept = std::fs::read_to_string("README.md").unwrap();
    let made = with(&with(&kept, "keys", &keys()), "filters", &filters());
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write("README.md", &made).unwrap();
    }
    let kept = std::fs::read_to_string("README.md").unwrap();
    assert!(kept == made, "the README's tables are old: UPDATE_README=1 cargo test --test readme");
}

#[test]
fn what_the_readme_names_is_there() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    for path in
        ["assets/manifest.yaml", "assets/scenarios", "screenshots/main.svg", "screenshots/payload.svg"]
    {
        assert!(readme.contains(path) && std::path::Path::new(path).exists(), "{path}");
    }
}

#[test]
fn the_rules_that_it_shows_are_rules() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let example = readme.split("```toml\n").find(|block| block.starts_with("[[rule]]")).unwrap();
    let rules = sockscope::link::Rules::parse(example.split("```").next().unwrap());
    assert_eq!(rules.map(|rules| rules.len()), Ok(3));
}
