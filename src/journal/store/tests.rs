#![allow(clippy::unwrap_used)]
use super::*;

fn text(text: &str) -> Event<'_> {
    Event::Text { conn: 1, text: text.into() }
}

fn read_all(tail: &mut Tail) -> Vec<(u64, String)> {
    let mut seen = Vec::new();
    while tail
        .read(|_, line| {
            let record = Record::parse(line).unwrap();
            if let Event::Text { text, .. } = record.event {
                seen.push((record.seq, text.into_owned()));
            }
        })
        .unwrap()
    {}
    seen
}

#[test]
fn a_tail_reads_what_was_appended_and_any_line_can_be_read_again() {
    let journal = Journal::temporary(Secrets::Masked).unwrap();
    let mut tail = journal.tail();
    let mut batch = journal.batch();
    batch.push(Timestamp::UNIX_EPOCH, &text("one"));
    batch.push(Timestamp::UNIX_EPOCH, &text("two"));
    journal.append(&mut batch);
    assert!(batch.is_empty());
    let mut places = Vec::new();
    assert!(tail.read(|place, line| places.push((place, line.to_owned()))).unwrap());
    assert_eq!(places.len(), 2);
    for (place, line) in &places {
        assert_eq!(&journal.line(*place).unwrap(), line);
    }
    assert!(!tail.read(|_, _| panic!("nothing new")).unwrap());
    journal.write(Timestamp::UNIX_EPOCH, &text("three"));
    assert_eq!(read_all(&mut tail), [(2, "three".to_owned())]);
}

#[test]
fn a_line_longer_than_a_chunk_is_read_whole() {
    let journal = Journal::temporary(Secrets::Masked).unwrap();
    let mut tail = journal.tail();
    let long = "x".repeat(3 * usize::try_from(CHUNK).unwrap());
    journal.write(Timestamp::UNIX_EPOCH, &text(&long));
    journal.write(Timestamp::UNIX_EPOCH, &text("after"));
    assert_eq!(read_all(&mut tail), [(0, long), (1, "after".to_owned())]);
}

#[test]
fn secrets_never_reach_the_file_unless_asked_for() {
    for (secrets, masked) in [(Secrets::Masked, true), (Secrets::Shown, false)] {
        let journal = Journal::temporary(secrets).unwrap();
        let mut tail = journal.tail();
        journal.write(Timestamp::UNIX_EPOCH, &text("token xoxb-1234-5678-abcdef end"));
        let seen = read_all(&mut tail);
        assert_eq!(!seen[0].1.contains("abcdef"), masked, "{seen:?}");
        assert!(seen[0].1.ends_with(" end"));
    }
}

#[test]
fn a_recording_is_private_continued_and_its_torn_line_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    let (journal, resumed) = Journal::create(&path, Secrets::Masked).unwrap();
    assert_eq!(resumed, Resumed::Fresh);
    journal.write(Timestamp::UNIX_EPOCH, &text("one"));
    drop(journal);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"v\":1,\"se").unwrap();
    let (journal, resumed) = Journal::create(&path, Secrets::Masked).unwrap();
    assert_eq!(resumed, Resumed::Continued { cut: 10 });
    let mut tail = journal.tail();
    journal.write(Timestamp::UNIX_EPOCH, &text("two"));
    assert_eq!(read_all(&mut tail), [(1, "two".to_owned())]);
    let lines = std::fs::read_to_string(&path).unwrap();
    assert!(lines.lines().all(|line| Record::parse(line).is_ok()), "{lines}");
}

#[test]
fn a_file_that_is_no_recording_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for content in ["dear diary\n", "no line at all", "{}\n"] {
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, content).unwrap();
        let error = Journal::create(&path, Secrets::Masked).unwrap_err();
        assert!(matches!(error, JournalError::NoRecording { .. }), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn a_disk_that_fails_costs_the_recording_but_no_record() {
    // /dev/full takes no byte, as a full disk does.
    let file = OpenOptions::new().read(true).write(true).open("/dev/full").unwrap();
    let journal = Journal::over(file, 0, 0, Secrets::Masked);
    let mut tail = journal.tail();
    journal.write(Timestamp::UNIX_EPOCH, &text("one"));
    journal.write(Timestamp::UNIX_EPOCH, &text("two"));
    assert_eq!(read_all(&mut tail), [(0, "one".to_owned()), (1, "two".to_owned())]);
    assert!(journal.fault().unwrap().starts_with("the recording stopped: "));
}
