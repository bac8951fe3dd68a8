#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use proptest::prelude::*;

use crate::export::fixture::Session;
use crate::export::{Chosen, ExportError, Format, Job, Tally, export, matching, write};
use crate::journal::filter::Filter;
use crate::journal::{Event, Files, Lines, Record};

fn exported(lines: &Lines, chosen: &Chosen) -> Result<(String, Tally), ExportError> {
    let mut out = Vec::new();
    let tally = write(lines, Format::Recording, chosen, false, &mut out, &mut |_| true)?;
    assert_eq!(tally.bytes, out.len() as u64);
    Ok((String::from_utf8(out).unwrap(), tally))
}

fn found(lines: &Lines, filter: Option<&Filter>) -> Result<Chosen, ExportError> {
    matching(lines, filter, &mut |_| true)
}

fn kinds(text: &str) -> Vec<String> {
    let kind = |line: &str| {
        let record = Record::parse(line).unwrap();
        format!("{} {}", record.event.kind(), record.event.conn().unwrap_or(0))
    };
    text.lines().map(kind).collect()
}

fn files(texts: &[&[u8]]) -> Lines {
    let file = |text: &&[u8]| {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        (PathBuf::new(), file)
    };
    Files::new(texts.iter().map(file)).into()
}

#[test]
fn everything_comes_out_byte_for_byte() {
    let session = Session::full();
    let (text, tally) = exported(&session.lines(), &Chosen::All).unwrap();
    assert_eq!(text, session.text());
    assert_eq!(tally.items, session.places.len() as u64);
    assert_eq!(tally.left_out, 0);
}

#[test]
fn an_envelope_comes_with_its_acks_findings_and_connection_only() {
    let mut session = Session::new();
    session.connect(1);
    session.connect(2);
    session.payload(1, "a", "{}");
    session.payload(2, "b", r#"{"x":1}"#);
    session.ack(1, "a", "");
    session.ack(2, "b", "");
    for id in ["a", "b"] {
        let finding = ("acked-twice".into(), Some(id.into()), "twice".into());
        let (code, envelope_id, message) = finding;
        session.write(&Event::Finding { code, conn: Some(1), envelope_id, message });
    }
    session.ack(2, "b", r#","payload":{}"#);
    session.write(&Event::Closed { conn: 1, code: None, reason: "".into(), lived_ms: 1.0 });
    session.write(&Event::Closed { conn: 2, code: None, reason: "".into(), lived_ms: 1.0 });
    let chosen = Chosen::rows(
        session.places_of(|event| matches!(event, Event::Envelope { envelope_id, .. } if envelope_id == "b")),
    );
    let (text, tally) = exported(&session.lines(), &chosen).unwrap();
    assert_eq!(
        kinds(&text),
        [
            "session 0",
            "opening 2",
            "opened 2",
            "connected 2",
            "hello 2",
            "envelope 2",
            "ack 2",
            "finding 1",
            "ack 2",
            "closed 2"
        ]
    );
    assert_eq!(tally.envelopes, 1);
    let all = session.text();
    assert!(text.lines().all(|line| all.contains(&format!("{line}\n"))), "{text}");
}

#[test]
fn the_connection_that_an_ack_took_is_shown_too() {
    let mut session = Session::new();
    session.connect(1);
    session.connect(2);
    session.payload(1, "a", "{}");
    session.ack(2, "a", "");
    let chosen = Chosen::rows(session.places_of(|event| matches!(event, Event::Envelope { .. })));
    let (text, _) = exported(&session.lines(), &chosen).unwrap();
    assert_eq!(text, session.text());
}

#[test]
fn what_a_filter_finds_is_what_goes_out() {
    let session = Session::full();
    let filter = Filter::parse("command:/deploy").unwrap();
    let chosen = found(&session.lines(), Some(&filter)).unwrap();
    let (text, tally) = exported(&session.lines(), &chosen).unwrap();
    assert_eq!(tally.envelopes, 1);
    assert!(kinds(&text)[0].starts_with("session") && text.contains("/deploy"));
    let nothing = found(&session.lines(), Some(&Filter::parse("command:/nothing").unwrap())).unwrap();
    assert!(matches!(exported(&session.lines(), &nothing), Err(ExportError::Nothing)));
    assert_eq!(found(&session.lines(), None).unwrap(), Chosen::All);
    assert_eq!(found(&session.lines(), Some(&Filter::parse("").unwrap())).unwrap(), Chosen::All);
}

#[test]
fn sessions_that_follow_each_other_do_not_mix_their_connections() {
    let (mut one, mut two) = (Session::new(), Session::new());
    one.connect(1);
    one.payload(1, "a", "{}");
    two.connect(1);
    two.payload(1, "b", "{}");
    let both = one.text() + &two.text();
    for lines in [files(&[both.as_bytes()]), files(&[one.text().as_bytes(), two.text().as_bytes()])] {
        let chosen = found(&lines, Some(&Filter::parse("id:b").unwrap())).unwrap();
        assert_eq!(exported(&lines, &chosen).unwrap().0, two.text());
        assert_eq!(exported(&lines, &Chosen::All).unwrap().0, both);
    }
}

#[test]
fn a_recording_without_its_beginning_gets_one() {
    let session = Session::full();
    let text = session.text();
    let envelopes: String = text
        .lines()
        .filter(|line| line.contains(r#""kind":"envelope""#))
        .flat_map(|line| [line, "\n"])
        .collect();
    let (out, _) = exported(&files(&[envelopes.as_bytes()]), &Chosen::All).unwrap();
    let first = Record::parse(out.lines().next().unwrap()).unwrap();
    assert!(matches!(first.event, Event::Session { .. }), "{out}");
    assert_eq!(out.split_once('\n').unwrap().1, envelopes);
    assert_eq!(first.seq + 1, Record::parse(envelopes.lines().next().unwrap()).unwrap().seq);
}

#[test]
fn lines_that_are_no_records_are_left_out_and_counted() {
    let session = Session::full();
    let text = session.text();
    let torn = format!("garbage\n\0\0\n\n{text}{{\"v\":1,\"se");
    let (out, tally) = exported(&files(&[torn.as_bytes()]), &Chosen::All).unwrap();
    assert_eq!(out, text);
    assert_eq!(tally.left_out, 3);
    // Bytes that are no UTF-8 stay what they are.
    let raw = b"{\"v\":1,\"seq\":0,\"at\":\"2026-11-22T07:20:00Z\",\"kind\":\"session\",\"mode\":\"\xff\",\"version\":\"1\"}\n";
    let mut out = Vec::new();
    write(&files(&[raw]), Format::Recording, &Chosen::All, false, &mut out, &mut |_| true).unwrap();
    assert_eq!(out, raw);
}

fn job(path: PathBuf) -> Job {
    Job { format: Format::Recording, chosen: Chosen::All, path, overwrite: false, redact_ids: false }
}

#[test]
fn a_file_is_private_whole_and_never_replaced_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::full();
    let mut job = job(folder.path().join("out.jsonl"));
    let tally = export(&session.lines(), &job, &mut |_| true).unwrap();
    let metadata = fs::metadata(&job.path).unwrap();
    assert_eq!((metadata.permissions().mode() & 0o777, metadata.len()), (0o600, tally.bytes));

    let again = export(&session.lines(), &job, &mut |_| true).unwrap_err();
    assert!(matches!(&again, ExportError::Exists { path } if *path == job.path), "{again}");
    job.chosen = found(&session.lines(), Some(&Filter::parse("command:/deploy").unwrap())).unwrap();
    job.overwrite = true;
    let smaller = export(&session.lines(), &job, &mut |_| true).unwrap();
    assert!(smaller.bytes < tally.bytes);
    assert_eq!(fs::metadata(&job.path).unwrap().len(), smaller.bytes);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
}

#[test]
fn what_fails_or_is_stopped_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::full();
    let lines = session.lines();
    let stopped = export(&lines, &job(folder.path().join("a")), &mut |_| false).unwrap_err();
    assert!(matches!(stopped, ExportError::Stopped), "{stopped}");
    let nothing = Job { chosen: Chosen::rows([]), ..job(folder.path().join("a")) };
    assert!(matches!(export(&lines, &nothing, &mut |_| true).unwrap_err(), ExportError::Nothing));
    let missing = export(&lines, &job(folder.path().join("no/such/file")), &mut |_| true).unwrap_err();
    assert!(missing.to_string().contains("no such folder; make it first"), "{missing}");
    let a_folder = Job { overwrite: true, ..job(folder.path().to_owned()) };
    let is_folder = export(&lines, &a_folder, &mut |_| true).unwrap_err();
    assert!(is_folder.to_string().contains("name a file in it"), "{is_folder}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let mut full = File::options().write(true).open("/dev/full").unwrap();
    let mut watch = |_| true;
    let error = write(&lines, Format::Recording, &Chosen::All, false, &mut full, &mut watch).unwrap_err();
    assert!(error.to_string().contains("the disk is full"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever rows are chosen: the lines that go out are lines of the recording, in its order, begin with a
    /// session and have every chosen one.
    #[test]
    fn an_export_is_a_subsequence(picks in proptest::collection::vec(any::<bool>(), 80)) {
        let session = Session::full();
        let rows: Vec<_> = session.places.iter().zip(&picks).filter(|(_, pick)| **pick).map(|((place, _), _)| *place).collect();
        prop_assume!(!rows.is_empty());
        let (text, _) = exported(&session.lines(), &Chosen::rows(rows.clone())).unwrap();
        let mut all = session.places.iter();
        for line in text.lines() {
            prop_assert!(all.any(|(_, other)| other == line), "not in order: {}", line);
        }
        prop_assert!(kinds(&text)[0].starts_with("session"));
        for (place, line) in &session.places {
            prop_assert!(!rows.contains(place) || text.contains(line.as_str()));
        }
        // What was exported can be exported again, whole, and is the same.
        let lines = files(&[text.as_bytes()]);
        prop_assert_eq!(exported(&lines, &Chosen::All).unwrap().0, text);
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = exported(&files(&[&bytes]), &Chosen::All);
    }
}
