//! A payload of 5 MB: opening it, paging in its middle, folding, searching; wrapped for the raw view, seen through
//! jq, held against another.
//!
//! `cargo bench --bench json`

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sockscope::app::payload::{Body, Payload};
use sockscope::journal::filter;
use sockscope::json::Document;
use sockscope::json::compare::Comparison;
use sockscope::text::Wrapped;

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

/// What the payload pane does on the loop: a pause here is felt by every key.
fn pane(criterion: &mut Criterion) {
    let text = payload();
    let wide = text.replace("Caf", "漢字");
    let Ok(document) = Document::parse(&text) else { return };
    let mut group = criterion.benchmark_group("5 MB payload in the pane");
    group.sample_size(20);
    group.bench_function("open: parse, fold, show", |bench| {
        let mut pane = Payload::default();
        pane.set_size((60, 40));
        bench.iter(|| pane.show(Body::of(black_box(text.clone()))));
    });
    group.bench_function("raw view on a resize", |bench| {
        bench.iter(|| Wrapped::of(black_box(&text), 60).len());
    });
    group.bench_function("raw view on a resize, wide characters in every value", |bench| {
        bench.iter(|| Wrapped::of(black_box(&wide), 60).len());
    });
    let mut pane = Payload::default();
    pane.set_size((60, 40));
    pane.show(Body::Tree(Box::new(document)));
    pane.unfold_all();
    group.bench_function("page down and up, everything unfolded", |bench| {
        bench.iter(|| {
            pane.move_by(black_box(38));
            pane.move_by(-38);
        });
    });
    group.finish();
}

/// What is worked out beside the loop.
fn background(criterion: &mut Criterion) {
    let text = payload();
    let changed = text.replace("v99", "w99").replacen("{\"text\"", "{\"block_id\":\"new\"},{\"text\"", 1);
    let other = text.replace("plain_text", "mrkdwn").replace("Caf", "Tea");
    let mut group = criterion.benchmark_group("5 MB payload in the background");
    group.sample_size(10);
    let parse = |text: &str| Document::parse(text).unwrap_or_else(|_| Document::null());
    for (name, other) in [("a little changed", &changed), ("every element changed", &other)] {
        let (old, new) = (parse(&text), parse(other));
        group.bench_function(format!("compare, {name}"), |bench| {
            bench.iter(|| Comparison::of(old.clone(), new.clone()).changes().len());
        });
    }
    for expression in [".type", ".payload.options[99]", "[.payload.options[].n] | add", ".payload.options[]"]
    {
        group.bench_function(format!("jq {expression}"), |bench| {
            bench.iter(|| filter::query(black_box(&text), expression).map_or(0, |answer| answer.outputs));
        });
    }
    group.finish();
}

criterion_group!(benches, document, pane, background);
criterion_main!(benches);
