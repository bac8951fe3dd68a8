//! Imports run one way: `slack, json, text <- journal, session <- link, simulator, open <- app, headless, doctor <- ui`,
//! with the command line on top. Reads the `use` lines and the paths of `src/`.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Module, and the modules of this crate that it may use. A module that is not here fails the test.
const MAY_USE: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("slack", &[]),
    ("json", &[]),
    ("journal", &["slack", "json"]),
    ("session", &["slack", "journal"]),
    ("link", &["slack", "journal"]),
    ("simulator", &["slack"]),
    ("open", &["slack", "journal", "session"]),
    ("doctor", &["text", "slack", "link"]),
    ("headless", &["journal"]),
    ("export", &["slack", "json", "journal"]),
    ("templates", &["slack", "json"]),
    ("external", &[]),
    ("clipboard", &[]),
    ("terminal", &[]),
    ("log", &["slack"]),
    (
        "app",
        &[
            "text",
            "slack",
            "json",
            "journal",
            "session",
            "link",
            "open",
            "simulator",
            "templates",
            "clipboard",
            "external",
            "export",
            "terminal",
        ],
    ),
    ("ui", &["text", "slack", "json", "journal", "session", "link", "export", "app"]),
    ("cli", &["export", "journal", "link", "simulator", "ui"]),
    ("config", &["cli", "link", "slack", "ui"]),
    (
        "command",
        &[
            "app",
            "cli",
            "clipboard",
            "config",
            "doctor",
            "export",
            "headless",
            "journal",
            "link",
            "log",
            "open",
            "simulator",
            "slack",
            "templates",
            "terminal",
            "ui",
        ],
    ),
];

/// Crates that pure modules must not know.
const PURE: &[(&str, &[&str])] = &[
    ("slack", &["tokio", "ratatui", "crossterm", "hyper", "reqwest"]),
    ("json", &["tokio", "ratatui", "crossterm", "hyper", "reqwest"]),
    ("session", &["tokio", "ratatui", "crossterm", "hyper", "reqwest"]),
    ("text", &["tokio", "ratatui", "crossterm"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file without its tests and comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let own = text.split("#[cfg(test)]\nmod ").next().unwrap();
    own.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// `src/slack/ack/effect.rs` -> `slack`
fn module(path: &Path) -> String {
    let inside = path.strip_prefix("src").unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The names that stand behind `prefix` in the code: `crate::slack` -> `slack`.
fn names_after<'a>(code: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(prefix).flat_map(move |(at, _)| {
        let rest = &code[at + prefix.len()..];
        let group = rest.strip_prefix('{').and_then(|inner| inner.split('}').next());
        let names: Vec<&str> = match group {
            Some(group) => group.split(',').map(|name| name.trim().split("::").next().unwrap()).collect(),
            None => vec![rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()],
        };
        names
    })
}

fn all_sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    sources(Path::new("src"), &mut found);
    found.retain(|path| !["lib", "main"].contains(&module(path).as_str()) && !path.ends_with("tests.rs"));
    assert!(found.len() > 50, "the sources are not where this test looks for them");
    found
}

#[test]
fn imports_run_one_way() {
    let mut wrong = BTreeSet::new();
    for path in all_sources() {
        let module = module(&path);
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
            wrong.insert(format!("{}: the module `{module}` is not in the table", path.display()));
            continue;
        };
        let code = code(&path);
        for used in names_after(&code, "crate::") {
            // The loop draws: the one step back.
            let draws = used == "ui" && path.ends_with("app/run.rs");
            if used != module && !allowed.contains(&used) && !draws {
                wrong.insert(format!("{}: uses crate::{used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pure_modules_know_no_runtime_and_no_screen() {
    let mut wrong = BTreeSet::new();
    for path in all_sources() {
        let module = module(&path);
        let Some((_, banned)) = PURE.iter().find(|(name, _)| *name == module) else { continue };
        let code = code(&path);
        for krate in *banned {
            if code.contains(&format!("{krate}::")) {
                wrong.insert(format!("{}: knows {krate}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn of_the_app_only_the_loop_awaits() {
    let is_loop =
        |path: &Path| path.ends_with("run.rs") || path.parent().is_some_and(|folder| folder.ends_with("run"));
    for path in all_sources().iter().filter(|path| module(path) == "app" && !is_loop(path)) {
        let code = code(path);
        assert!(!code.contains("tokio::") && !code.contains(".await"), "{}", path.display());
    }
}
