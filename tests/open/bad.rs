//! What is no recording, or a broken one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use proptest::prelude::*;
use sockscope::open::Sources;
use sockscope::open::grep::{Options, grep};

use super::process::{read, run, write as write_text};
use super::recordings::{folder, open};

#[test]
fn what_cannot_be_opened_says_why_and_what_to_do() {
    let folder = folder();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("c.jsonl.gz"), [0x1f, 0x8b, 8, 0, 0]).unwrap();
    for (names, why, what) in [
        (&["none.jsonl"][..], "there is no file none.jsonl", "--record none.jsonl"),
        (&["a.jsonl", "sub"], "sub is a folder", "sub/*.jsonl"),
        (&["c.jsonl.gz"], "is compressed", "gzip -dc c.jsonl.gz | sockscope open -"),
        (&["-", "-"], "standard input can be read once", "`-` once"),
    ] {
        let ended = run(&mut open(&folder, names));
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{names:?}");
        assert!(ended.stderr.contains(why) && ended.stderr.contains(what), "{}", ended.stderr);
    }
    assert_eq!(run(&mut open(&folder, &[])).code, Some(2));
}

#[test]
fn a_file_that_one_may_not_read_is_told() {
    let folder = folder();
    let path = folder.path().join("a.jsonl");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
    if fs::File::open(&path).is_ok() {
        // Who runs the tests as root may read everything.
        return;
    }
    let ended = run(&mut open(&folder, &["a.jsonl"]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("you may not read a.jsonl"), "{}", ended.stderr);
}

#[test]
fn a_recording_that_is_cut_anywhere_is_shown_as_far_as_it_goes() {
    let folder = folder();
    let text = read(&folder, "a.jsonl");
    let third = text.match_indices('\n').nth(2).unwrap().0 + 1;
    write_text(&folder, "cut.jsonl", &text[third - 20..text.len() - 30]);
    let ended = run(&mut open(&folder, &["cut.jsonl"]));
    let whole = &text[third..=text[..text.len() - 30].rfind('\n').unwrap()];
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), whole));
    assert!(ended.stderr.contains("2 lines are no records"), "{}", ended.stderr);
}

#[test]
fn a_file_without_any_record_fails_and_an_empty_one_does_not() {
    let folder = folder();
    write_text(&folder, "diary.txt", "dear diary\n\0\0\n{}\n");
    let ended = run(&mut open(&folder, &["diary.txt"]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("there is no record of sockscope in diary.txt"), "{}", ended.stderr);
    write_text(&folder, "empty", "");
    assert_eq!(run(&mut open(&folder, &["empty"])).code, Some(0));
}

/// Pieces of a file: records, and what else may be there.
fn pieces() -> impl Strategy<Value = Vec<(bool, Vec<u8>)>> {
    let record = (0_u32..1000).prop_map(|seq| {
        let line = format!(r#"{{"v":1,"seq":{seq},"at":"2026-11-22T07:00:00Z","kind":"gap","ms":0.5}}"#);
        (true, line.into_bytes())
    });
    let noise = proptest::collection::vec(
        prop_oneof![Just(b'{'), Just(b'"'), Just(0_u8), Just(b'\r'), any::<u8>()]
            .prop_filter("no line end", |byte| *byte != b'\n'),
        0..40,
    )
    .prop_map(|bytes| (false, bytes));
    proptest::collection::vec(prop_oneof![record, noise], 0..30)
}

proptest! {
    #[test]
    fn every_record_is_found_whatever_is_around_it(pieces in pieces(), ends: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut bytes = pieces.iter().map(|(_, line)| line.as_slice()).collect::<Vec<_>>().join(&b'\n');
        if ends {
            bytes.push(b'\n');
        }
        // Compressed files are told apart by their first bytes.
        prop_assume!(!bytes.starts_with(&[0x1f, 0x8b]) && !bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]));
        fs::write(&path, &bytes).unwrap();
        let sources = Sources::open(&[path]).unwrap();
        let mut out = Vec::new();
        grep(&sources, Options::default(), &mut out).unwrap();
        let records: Vec<_> = pieces.iter().filter(|(is_record, _)| *is_record).map(|(_, line)| line.clone()).collect();
        let mut expected = records.join(&b'\n');
        if !records.is_empty() {
            expected.push(b'\n');
        }
        prop_assert_eq!(out, expected);
    }
}
