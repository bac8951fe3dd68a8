//! Acknowledging, through the real link against a local server: the latency with one envelope at a time and the
//! throughput with 256 outstanding, against the barest tokio-tungstenite client that finds the id and answers.
//! Targets: p50 at most 1.5 times the barest client's, throughput at least half of it, the screen on at most a
//! fifth slower than headless. A client that flushes once a burst shows what the library could give.
//!
//! `cargo bench --bench ack`; it takes about ten seconds, on 127.0.0.1 only. The contestants take turns, and each
//! one's best round counts: what disturbs a round is the machine.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use futures_util::stream;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use sockscope::app::keymap::Keymap;
use sockscope::app::run::{Feed, Outside, Surroundings, run};
use sockscope::app::{App, Mode, Start};
use sockscope::clipboard::Clipboard;
use sockscope::headless::{self, Headless};
use sockscope::journal::{Journal, Secrets};
use sockscope::link::{Hold, Link, Options, Timing};
use tokio::sync::oneshot::error::RecvError;
use tokio::sync::{mpsc, oneshot};

#[path = "support/clock.rs"]
mod clock;
#[path = "support/envelope.rs"]
mod envelope;

#[path = "ack/barest.rs"]
mod barest;
#[path = "ack/server.rs"]
mod server;

use server::{Report, Server};

const ROUNDS: usize = 4;

/// Who answers.
#[derive(Clone, Copy, PartialEq)]
enum Contestant {
    Barest,
    /// The same, but it flushes once a burst.
    Bursting,
    Link,
    Headless,
    Screen,
}

const CONTESTANTS: [(Contestant, &str); 5] = [
    (Contestant::Barest, "barest tokio-tungstenite client"),
    (Contestant::Bursting, "the same, flushing once a burst"),
    (Contestant::Link, "the link, recording"),
    (Contestant::Headless, "the link, recording, records on stdout"),
    (Contestant::Screen, "the link, recording, with the screen"),
];

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut best: [Option<Report>; CONTESTANTS.len()] = Default::default();
    for round in 0..ROUNDS {
        for (place, (contestant, _)) in CONTESTANTS.into_iter().enumerate() {
            let path = folder.path().join(format!("{place}-{round}.jsonl"));
            let report = compete(contestant, &path);
            let so_far = best[place].get_or_insert(report);
            so_far.p50 = so_far.p50.min(report.p50);
            so_far.p99 = so_far.p99.min(report.p99);
            so_far.per_second = so_far.per_second.max(report.per_second);
            let _ = std::fs::remove_file(path);
        }
    }
    let best = best.map(|report| report.expect("every contestant had a round"));
    println!("{:<42} {:>10} {:>10} {:>12} {:>8} {:>8}", "", "p50", "p99", "acks/s", "p50", "acks/s");
    for ((_, name), report) in CONTESTANTS.iter().zip(&best) {
        println!(
            "{name:<42} {:>10} {:>10} {:>12.0} {:>7.2}x {:>7.2}x",
            clock::show(report.p50),
            clock::show(report.p99),
            report.per_second,
            report.p50.as_secs_f64() / best[0].p50.as_secs_f64(),
            report.per_second / best[0].per_second,
        );
    }
    println!("the screen's share: {:.2} of headless", best[4].per_second / best[3].per_second);
}

/// A contestant in a runtime like the program's, the server in a thread of its own.
fn compete(contestant: Contestant, record: &Path) -> Report {
    let (server, report) = Server::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let report = runtime.block_on(async {
        match contestant {
            Contestant::Barest | Contestant::Bursting => {
                let bursts = contestant == Contestant::Bursting;
                let client = tokio::spawn(barest::run(server.port, bursts));
                let report = report.await;
                client.abort();
                report
            }
            _ => link(contestant, &server, record, report).await,
        }
    });
    runtime.shutdown_background();
    report.expect("the server ended without a report")
}

async fn link(
    contestant: Contestant,
    server: &Server,
    record: &Path,
    report: oneshot::Receiver<Report>,
) -> Result<Report, RecvError> {
    let (journal, _) = Journal::create(record, Secrets::Masked).expect("a temporary file");
    let options = Options {
        api_url: server.api_url(),
        token: "xapp-1-A0EXAMPLE".to_owned(),
        debug_reconnects: false,
        connections: 1,
        rules: sockscope::link::Rules::default(),
        hold: Hold::default(),
        timing: Timing::default(),
    };
    let tail = journal.tail();
    let link = Link::start(options, journal.clone());
    let report = match contestant {
        Contestant::Barest | Contestant::Bursting | Contestant::Link => report.await,
        Contestant::Headless => {
            let mut headless = Headless::new(tail, io::sink(), headless::Options::default());
            tokio::select! {
                report = report => report,
                _ = headless.run() => unreachable!("nothing ends it"),
            }
        }
        Contestant::Screen => {
            let mut app = app(&journal);
            let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("a test backend");
            let (commands, _) = mpsc::channel(1);
            let mut around = Surroundings {
                input: stream::pending,
                feed: Feed::Journal(tail),
                commands: Some(commands),
                simulator: None,
                clipboard: Clipboard::default(),
                zone: TimeZone::UTC,
                clock: Timestamp::now,
                outside: Outside::default(),
            };
            tokio::select! {
                report = report => report,
                _ = run(&mut app, &mut terminal, &mut around) => unreachable!("nobody presses a key"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(5), link.shutdown()).await.expect("the link ends");
    report
}

fn app(journal: &Journal) -> App {
    let start = Start {
        recording: true,
        ..Start::new(Mode::Live, Keymap::new(&BTreeMap::new()).expect("the defaults"), (120, 40))
    };
    App::new(journal.clone(), start)
}
