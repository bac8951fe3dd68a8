//! What a long session keeps in memory: 300,000 envelopes of 1.6 KB through journal, session, index and screen.
//! Prints the peak of the process's anonymous memory (the target: at most 150 MB); the journal's file is the
//! kernel's, and goes where memory is needed. Linux only, as it reads `/proc/self/status`.
//!
//! `cargo bench --bench memory`; it takes about ten seconds, and half a gigabyte in the temporary folder.

use std::time::Instant;

#[path = "support/envelope.rs"]
mod envelope;
#[path = "support/feed.rs"]
mod feed;

use feed::Feed;

const ENVELOPES: usize = 300_000;
/// Envelopes between two frames.
const STEP: usize = 1_000;

fn main() {
    let before = anonymous();
    let mut feed = Feed::new((200, 60));
    let mut peak = before;
    let started = Instant::now();
    for from in (0..ENVELOPES).step_by(STEP) {
        feed.write(from..from + STEP, |number| {
            (envelope::id(number), "events_api".to_owned(), envelope::message(number, 1_600))
        });
        feed.read();
        feed.settle();
        feed.draw();
        peak = peak.max(anonymous());
    }
    assert_eq!(feed.app.view.len(), ENVELOPES + 1, "every envelope and the hello are shown");
    println!("{ENVELOPES} envelopes of 1.6 KB in {:.1} s", started.elapsed().as_secs_f64());
    println!("anonymous memory at the start   {:>8.1} MB", megabytes(before));
    println!("anonymous memory at its peak    {:>8.1} MB   (target: 150 MB)", megabytes(peak));
    println!("of which the index says         {:>8.1} MB", megabytes(feed.app.index.memory() as u64 / 1024));
}

/// Anonymous resident memory in kibibytes.
fn anonymous() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc is mounted");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("Linux 4.5 or later");
    line.trim().trim_end_matches(" kB").parse().expect("a number of kB")
}

#[expect(clippy::cast_precision_loss, reason = "one digit is shown")]
fn megabytes(kibibytes: u64) -> f64 {
    kibibytes as f64 * 1024.0 / 1e6
}
