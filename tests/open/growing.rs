//! Files that grow, are cut or replaced while they are read.

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use super::process::{Running, read};
use super::recordings::{folder, open};

fn append(folder: &tempfile::TempDir, text: &str) {
    let mut file = OpenOptions::new().append(true).open(folder.path().join("a.jsonl")).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_file_that_grows_is_followed_torn_lines_and_all() {
    let folder = folder();
    let before = read(&folder, "a.jsonl");
    let mut following = Running::start(&mut open(&folder, &["a.jsonl", "--follow", "--until", "kind:gap"]));
    following.wait_for("closed");
    let line = r#"{"v":1,"seq":12,"at":"2025-11-22T08:00:00Z","kind":"ping","conn":1,"from":"slack"}"#;
    let (first, second) = line.split_at(30);
    append(&folder, first);
    append(&folder, &format!("{second}\n"));
    following.wait_for("ping");
    append(&folder, &line.replace(r#""ping","conn":1,"from":"slack""#, r#""gap","ms":0.0"#));
    let ended = following.wait();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(ended.stdout, read(&folder, "a.jsonl") + "\n");
    assert!(ended.stdout.starts_with(&before));
}

#[test]
fn a_file_that_is_cut_is_told() {
    let folder = folder();
    let mut following = Running::start(&mut open(&folder, &["a.jsonl", "--follow"]));
    following.wait_for("closed");
    OpenOptions::new().write(true).open(folder.path().join("a.jsonl")).unwrap().set_len(10).unwrap();
    let ended = following.wait();
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("a.jsonl was cut while it was open"), "{}", ended.stderr);
}

#[test]
fn a_file_that_is_replaced_is_told() {
    let folder = folder();
    let mut following = Running::start(&mut open(&folder, &["a.jsonl", "--follow"]));
    following.wait_for("closed");
    fs::write(folder.path().join("new"), "another\n").unwrap();
    fs::rename(folder.path().join("new"), folder.path().join("a.jsonl")).unwrap();
    let ended = following.wait();
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("a.jsonl is gone, or another file now"), "{}", ended.stderr);
}
