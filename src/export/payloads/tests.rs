#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use proptest::prelude::*;

use super::safe;
use crate::export::fixture::Session;
use crate::export::{Chosen, ExportError, Format, Job, export};
use crate::slack::message::Header;

fn job(path: &Path) -> Job {
    let (format, path) = (Format::Payloads, path.to_owned());
    Job { format, chosen: Chosen::All, path, overwrite: false, redact_ids: false }
}

fn read(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect()
}

#[test]
fn a_file_for_each_payload_and_each_ack() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("payloads");
    let mut session = Session::new();
    session.payload(
        1,
        "id-1",
        r#"{ "type":"view_submission", "view":{"callback_id":"my/modal"}, "n":1.50e3 }"#,
    );
    session.ack(1, "id-1", "");
    session.ack(1, "id-1", r#","payload":{}"#);
    session.ack(1, "of nobody", "");
    let tally = export(&session.lines(), &job(&folder), &mut |_| true).unwrap();
    let files: Vec<_> = read(&folder).into_iter().collect();
    let stem = "20261122T072000.040000Z_view_submission_my-modal_id-1";
    let expected = [
        (format!("{stem}-1.ack.json"), "{\"envelope_id\":\"id-1\",\"payload\":{}}\n"),
        (format!("{stem}.ack.json"), "{\"envelope_id\":\"id-1\"}\n"),
        (
            format!("{stem}.json"),
            "{ \"type\":\"view_submission\", \"view\":{\"callback_id\":\"my/modal\"}, \"n\":1.50e3 }\n",
        ),
    ];
    assert_eq!(files, expected.map(|(name, text)| (name, text.to_owned())));
    assert_eq!((tally.envelopes, tally.items), (1, 3));
    let modes = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(modes(&folder), 0o700);
    assert_eq!(modes(&folder.join(format!("{stem}.json"))), 0o600);
}

#[test]
fn every_sample_comes_out_as_it_came() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("payloads");
    let session = Session::full();
    let tally = export(&session.lines(), &job(&folder), &mut |_| true).unwrap();
    let files = read(&folder);
    assert_eq!(tally.items, files.len() as u64);
    assert_eq!(tally.bytes, files.values().map(|text| text.len() as u64).sum::<u64>());
    let payloads: Vec<&String> =
        files.iter().filter(|(name, _)| !name.ends_with(".ack.json")).map(|(_, text)| text).collect();
    assert_eq!(payloads.len(), crate::slack::sample::all().len());
    for (_, line) in &session.places {
        if let Ok(crate::journal::Record { event: crate::journal::Event::Envelope { message, .. }, .. }) =
            crate::journal::Record::parse(line)
        {
            let payload = Header::parse(&message).unwrap().payload.unwrap();
            assert!(payloads.iter().any(|text| text.strip_suffix('\n') == Some(payload)));
        }
    }
}

#[test]
fn hostile_ids_lead_nowhere_and_twins_do_not_meet() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("payloads");
    let mut session = Session::new();
    for id in [
        "../../etc/passwd",
        "..",
        "/abs",
        "a\\b",
        "nul\\u0000",
        "x.ack",
        &"long".repeat(200),
        "",
        "",
        "ÄÖ",
        "\u{202e}",
    ] {
        session.payload(1, id, r#"{"type":"block_actions"}"#);
        if !id.is_empty() && id.is_ascii() && !id.contains('\\') {
            session.ack(1, id, "");
        }
    }
    // The same moment, type and id: twins in all but their number.
    let line = session.places.last().unwrap().1.clone();
    let twins = format!("{line}\n{line}\n{line}\n");
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, twins.as_bytes()).unwrap();
    let twins = crate::journal::Files::new([(std::path::PathBuf::new(), file)]);
    let tally = export(&session.lines(), &job(&folder), &mut |_| true).unwrap();
    assert_eq!(tally.envelopes, 11);
    assert_eq!(tally.items, read(&folder).len() as u64);
    assert!(read(&folder).keys().all(|name| name.is_ascii() && !name.contains("..") && name.len() < 250));
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
    let folder = parent.path().join("twins");
    export(&twins.into(), &job(&folder), &mut |_| true).unwrap();
    assert_eq!(read(&folder).len(), 3);
}

#[test]
fn a_folder_that_exists_is_filled_only_when_told_so() {
    let parent = tempfile::tempdir().unwrap();
    let mut session = Session::new();
    session.payload(1, "a", "{}");
    fs::write(parent.path().join("mine.txt"), "mine").unwrap();
    let mut job = job(parent.path());
    let error = export(&session.lines(), &job, &mut |_| true).unwrap_err();
    assert!(matches!(error, ExportError::Exists { .. }), "{error}");
    job.overwrite = true;
    export(&session.lines(), &job, &mut |_| true).unwrap();
    export(&session.lines(), &job, &mut |_| true).unwrap();
    assert_eq!(read(parent.path()).len(), 2);
    assert_eq!(read(parent.path())["mine.txt"], "mine");
}

#[test]
fn without_a_payload_there_is_nothing() {
    let parent = tempfile::tempdir().unwrap();
    let mut session = Session::new();
    session.envelope(1, "a", "events_api", r#"{"envelope_id":"a","type":"events_api"}"#);
    let error = export(&session.lines(), &job(&parent.path().join("x")), &mut |_| true).unwrap_err();
    assert!(matches!(error, ExportError::Nothing), "{error}");
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
}

proptest! {
    #[test]
    fn any_text_makes_a_safe_part(text in any::<String>()) {
        let safe = safe(&text);
        prop_assert!(safe.len() <= 48 && !safe.contains("..") && !safe.starts_with('.') && !safe.contains('/'));
        prop_assert!(safe.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)));
    }
}
