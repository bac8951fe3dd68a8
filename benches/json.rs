//! A payload of 5 MB: opening it, paging in its middle, folding, searching.
//!
//! `cargo bench --bench json`

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sockscope::json::Document;

/// About 5 MB in the shape of a view with many options: some 300,000 rows.
fn payload() -> String {
    let mut text = r#"{"envelope_id":"6f9a","type":"interactive","payload":{"options":["#.to_owned();
    for n in 0.. {
        if text.len() >= 5_000_000 {
            break;
        }
        let comma = if n == 0 { "" } else { "," };
        let _ = write!(
            text,
            r#"{comma}{{"text":{{"type":"plain_text","text":"Caf\u00e9 {n}"}},"value":"v{n}","n":{n},"ok":true}}"#
        );
    }
    text + "]}}"
}

fn document(criterion: &mut Criterion) {
    let text = payload();
    let mut group = criterion.benchmark_group("5 MB payload");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.sample_size(20);
    group.bench_function("parse", |bench| bench.iter(|| Document::parse(black_box(&text)).map(|d| d.len())));
    group.bench_function("serde_json::Value, to compare", |bench| {
        bench.iter(|| serde_json::from_str::<serde_json::Value>(black_box(&text)).is_ok());
    });
    let Ok(mut document) = Document::parse(&text) else { return };
    group.bench_function("search", |bench| bench.iter(|| document.search(black_box("café 99")).len()));
    group.bench_function("fold all and unfold all", |bench| {
        bench.iter(|| {
            document.fold_all();
            document.unfold_all();
        });
    });
    group.finish();

    let middle = document.len() / 2;
    let option = document.ancestors(middle).next().unwrap_or(middle);
    criterion.bench_function("next page of 50 rows in the middle", |bench| {
        bench.iter(|| {
            let top = document.visible_offset(black_box(middle), 50);
            document
                .visible_from(top)
                .take(50)
                .map(|row| document.row(row).value_range().len())
                .sum::<usize>()
        });
    });
    criterion.bench_function("fold and unfold one option in the middle", |bench| {
        bench.iter(|| (document.toggle_fold(option), document.toggle_fold(option)));
    });
}

criterion_group!(benches, document);
criterion_main!(benches);
