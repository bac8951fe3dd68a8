//! What an envelope costs on its way in, by its size: reading its header (the target: under 2 µs for 2 KB, and
//! linear), telling what it is about, masking secrets, writing its record and reading it back, entering it.
//!
//! `cargo bench --bench header`; it takes about a minute.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use sockscope::journal::index::{Draft, Index};
use sockscope::journal::{Event, Journal, Place, Record, Secrets};
use sockscope::session::Session;
use sockscope::slack::envelope::About;
use sockscope::slack::message::{self, Header};
use sockscope::slack::secret;

#[path = "support/envelope.rs"]
mod envelope;

const SIZES: [usize; 3] = [2_000, 20_000, 200_000];
/// What one read of the socket may bring at once.
const BURST: usize = 64;

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("header");
    for size in SIZES {
        let text = envelope::message(1, size);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), text.as_str(), |bench, text| {
            bench.iter(|| message::parse(black_box(text)));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("about");
    for size in [2_000, 200_000] {
        let text = envelope::message(1, size);
        let payload = Header::parse(&text).and_then(|header| header.payload).expect("an envelope");
        group.throughput(Throughput::Bytes(payload.len() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), payload, |bench, payload| {
            bench.iter(|| About::of("events_api", black_box(payload)));
        });
    }
    group.finish();

    let text = envelope::message(1, 2_000);
    criterion.bench_function("mask/2000", |bench| bench.iter(|| secret::mask(black_box(&text))));
}

fn recording(criterion: &mut Criterion) {
    let line = line(1, 2_000);
    let mut group = criterion.benchmark_group("record");
    group.throughput(Throughput::Bytes(line.len() as u64));
    group.bench_function("parse/2000", |bench| {
        bench.iter(|| Record::parse(black_box(&line)).expect("a record"));
    });
    let record = Record::parse(&line).expect("a record");
    group.bench_function("draft/2000", |bench| bench.iter(|| Draft::of(black_box(&record))));
    group.finish();

    let lines: Vec<String> = (0..BURST).map(|number| self::line(number, 1_600)).collect();
    let mut group = criterion.benchmark_group("burst of 64");
    group.throughput(Throughput::Elements(BURST as u64));
    let journal = Journal::temporary(Secrets::Masked).expect("a temporary file");
    let mut batch = journal.batch();
    let records: Vec<Record> = lines.iter().map(|line| Record::parse(line).expect("a record")).collect();
    group.bench_function("push", |bench| {
        bench.iter(|| {
            let mut batch = journal.batch();
            for record in &records {
                batch.push(record.at, black_box(&record.event));
            }
            batch
        });
    });
    group.bench_function("push and append", |bench| {
        bench.iter(|| {
            for record in &records {
                batch.push(record.at, black_box(&record.event));
            }
            journal.append(&mut batch);
        });
    });
    let place = Place { offset: 0, len: 1_800 };
    group.bench_function("parse and enter into an index", |bench| {
        bench.iter(|| {
            let mut index = Index::default();
            for line in &lines {
                index.push(place, &Record::parse(black_box(line)).expect("a record"));
            }
            index.len()
        });
    });
    group.bench_function("parse and apply to a session", |bench| {
        bench.iter(|| {
            let mut session = Session::default();
            for line in &lines {
                session.apply(&Record::parse(black_box(line)).expect("a record"));
            }
            session.records()
        });
    });
    group.finish();
}

/// The record of an envelope, as it stands in a recording.
fn line(number: usize, size: usize) -> String {
    let journal = Journal::temporary(Secrets::Masked).expect("a temporary file");
    let mut tail = journal.tail();
    let event = Event::Envelope {
        conn: 1,
        envelope_id: envelope::id(number).into(),
        type_: "events_api".into(),
        message: envelope::message(number, size).into(),
    };
    journal.write(Timestamp::UNIX_EPOCH, &event);
    let mut line = String::new();
    tail.read(|_, text| text.clone_into(&mut line)).expect("the temporary file");
    line
}

fn quick() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(20)
}

criterion_group! {
    name = benches;
    config = quick();
    targets = reading, recording
}
criterion_main!(benches);
