//! Filters over a recording of 1.7 KB lines, from the key to the last hit, on all cores as the screen runs them;
//! beside `grep -c` of the same text and `jq`, in the same run. The targets (issue 5): a text filter within a second
//! for 1 GB and at most three times `grep -c`; a jq filter faster than `jq`.
//!
//! `cargo bench --bench filter`; `SOCKSCOPE_BENCH_MB=1024` for the whole gigabyte, in `target/tmp`.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use sockscope::app::Event;
use sockscope::app::pool::Pool;
use sockscope::journal::filter::Filter;
use sockscope::journal::{Journal, Secrets};
use sockscope::json::Document;

#[path = "support/clock.rs"]
mod clock;
#[path = "support/envelope.rs"]
mod envelope;
#[path = "support/feed.rs"]
mod feed;

use clock::{quantile, show};
use feed::Feed;

const LINE: usize = 1_500;
/// Envelopes that are read at once while the recording is made.
const STEP: usize = 2_000;
const ROUNDS: usize = 3;

/// What is typed, what it is, and what `grep` is asked for the same.
const FILTERS: [(&str, &str, Option<&[&str]>); 13] = [
    ("header, no hit", "type:interactive", None),
    ("header, every row", "ack:ok conn:1", None),
    ("header, a time and a size", "after:1s size:>1k !kind:hello", None),
    ("text, no hit", "Malte", Some(&["-ci", "Malte"])),
    ("text, few hits", "Duineser", Some(&["-ci", "Duineser"])),
    ("text, every row", "\"angelic orders\"", Some(&["-ci", "angelic orders"])),
    ("text, beyond ASCII, no hit", "\"Zürich\"", Some(&["-ci", "Zürich"])),
    (
        "eight texts, one hits",
        "Malte or Brigge or Rodin or Duineser or Muzot or Orpheus or Kappus or Worpswede",
        None,
    ),
    ("a user (a 97th)", "user:U00000003", Some(&["-c", "\"U00000003\""])),
    (
        "an envelope_id",
        "id:000003e7-57d5-4a6c-9e2b-0000000003e7",
        Some(&["-c", "000003e7-57d5-4a6c-9e2b-0000000003e7"]),
    ),
    ("header and text", "type:events_api conn:1 Duineser", None),
    ("regex, few hits", "/Duine.er/", Some(&["-cE", "Duine.er"])),
    ("jq", ".payload.event.user == \"U00000003\"", None),
];

fn main() {
    let megabytes =
        std::env::var("SOCKSCOPE_BENCH_MB").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("filter.jsonl");
    let _ = fs::remove_file(&path);
    let mut feed = record(&path, megabytes * 1_000_000);
    let bytes = fs::metadata(&path).expect("the recording").len();
    let rows = feed.app.index.len();
    println!("{rows} rows, {} MB; the best of {ROUNDS} each\n", bytes / 1_000_000);
    println!("{:<28} {:>8} {:>11} {:>11} {:>11} {:>7}", "", "hits", "first", "all", "grep", "ratio");
    for (name, filter, grep) in FILTERS {
        let runs: Vec<Run> = (0..ROUNDS).map(|_| run(&mut feed, filter)).collect();
        let best = runs.iter().min_by_key(|run| run.all).expect("a round");
        let first = best.first.map_or_else(|| "none".to_owned(), show);
        let grep = grep.map(|args| (0..ROUNDS).map(|_| grep_for(args, &path)).min().expect("a round"));
        let (other, ratio) = against(best.all, grep);
        println!("{name:<28} {:>8} {first:>11} {:>11} {other:>11} {ratio:>7}", best.hits, show(best.all));
    }
    jq(&mut feed, &path);
    println!();
    parsing();
    payload();
    let _ = fs::remove_file(&path);
}

/// A recording of so many bytes, read as the screen reads it.
fn record(path: &Path, bytes: usize) -> Feed {
    let (journal, _) = Journal::create(path, Secrets::Masked).expect("room in target/tmp");
    let mut feed = Feed::over(journal, (200, 60));
    let mut number = 0;
    while fs::metadata(path).expect("the recording").len() < bytes as u64 {
        feed.write(number..number + STEP, |number| {
            let mut message = envelope::message(number, LINE);
            if number % 5_000 == 4_321 {
                message = message.replace("among the", "Duineser Elegien");
            }
            if number % 2 == 0 {
                // As PHP writes what is not ASCII.
                message = message.replace("hear me", r"hear me, H\u00f6rte, \u2019");
            }
            (envelope::id(number), "events_api".to_owned(), message)
        });
        feed.read();
        number += STEP;
    }
    feed.settle();
    feed
}

struct Run {
    hits: usize,
    /// From the key to the first hits in the list.
    first: Option<Duration>,
    all: Duration,
}

/// The filter, pasted into its prompt, and all that follows.
fn run(feed: &mut Feed, filter: &str) -> Run {
    let now = feed.look.now;
    let (done, found) = channel();
    let mut pool = Pool::new(move |found| drop(done.send(found)));
    let key = |code| Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
    feed.app.update(key(KeyCode::Char('f')), now);
    feed.app.update(Event::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)), now);
    let started = Instant::now();
    feed.app.update(Event::Paste(filter.to_owned()), now);
    let mut first = None;
    loop {
        pool.fill(|| feed.app.next_job());
        if feed.app.view.progress().is_done() {
            break;
        }
        let found = found.recv().expect("the pool works");
        pool.is_back();
        if let Some(found) = found {
            feed.app.update(Event::Found(found), now);
        }
        if first.is_none() && !feed.app.view.is_empty() {
            feed.draw();
            first = Some(started.elapsed());
        }
    }
    let all = started.elapsed();
    let hits = feed.app.view.len();
    feed.app.update(key(KeyCode::Enter), now);
    Run { hits, first, all }
}

fn grep_for(args: &[&str], path: &Path) -> Duration {
    let started = Instant::now();
    // Not to /dev/null, for which it would stop at the first hit.
    Command::new("grep").args(args).arg(path).output().expect("grep is installed");
    started.elapsed()
}

fn against(ours: Duration, other: Option<Duration>) -> (String, String) {
    let ratio = |other: Duration| format!("{:.2}", ours.as_secs_f64() / other.as_secs_f64());
    (other.map_or_else(String::new, show), other.map_or_else(String::new, ratio))
}

/// What a key costs in a prompt that holds 10,000 terms (at most a frame, 16 ms).
fn parsing() {
    for (name, term, joint) in
        [("texts or-ed", "word", " or "), ("texts", "word", " "), ("users or-ed", "user:U", " or ")]
    {
        let terms: Vec<String> = (0..10_000).map(|number| format!("{term}{number}")).collect();
        let text = terms.join(joint);
        let parse = |_| {
            let started = Instant::now();
            black_box(Filter::parse(&text)).expect("a filter");
            started.elapsed()
        };
        let time = quantile(&mut (0..ROUNDS).map(parse).collect::<Vec<_>>(), 0.0);
        println!("parsing 10,000 {name:<44} {:>10}", show(time));
    }
}

/// A search in a payload of 5 MB, on the loop's thread.
fn payload() {
    let document = Document::parse(&envelope::message(1, 5_000_000)).expect("JSON");
    for needle in ["angelic", "Malte", "e", "number 1"] {
        let started = Instant::now();
        let hits = document.search(needle).len();
        let time = started.elapsed();
        println!("searching {needle:?} in 5 MB: {hits} hits {:>30}", show(time));
    }
}

/// The same question to `jq`, once: it takes its time.
fn jq(feed: &mut Feed, path: &Path) {
    let question = r#"select(.message.payload.event.user == "U00000003") | .seq"#;
    let started = Instant::now();
    let asked = Command::new("jq").arg(question).arg(path).stdout(Stdio::null()).status();
    let theirs = started.elapsed();
    if asked.is_ok_and(|status| status.success()) {
        let ours = run(feed, ".payload.event.user == \"U00000003\"").all;
        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
        println!("\njq itself takes {}: the jq filter takes {ratio:.2} of that", show(theirs));
    } else {
        println!("\njq is not installed");
    }
}
