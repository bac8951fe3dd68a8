//! A large recording: how soon its first rows are shown, how long its index takes, how fast filters go through it
//! beside `grep -c` and `jq`, and what a page down costs at its end. Prints the peak of anonymous memory as well
//! (the recording itself is the kernel's, and goes where memory is needed).
//!
//! `cargo bench --bench recording` with 200 MB; `SOCKSCOPE_BENCH_MB=1024 cargo bench --bench recording` with the
//! gigabyte that the targets are for. The recording is made once, in `target/tmp`. Linux only, as it reads `/proc`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use sockscope::app::keymap::Keymap;
use sockscope::app::opened::Opened;
use sockscope::app::{App, Event, Mode, Start};
use sockscope::journal::{By, Event as Recorded, Journal, Secrets};
use sockscope::open::{Reading, Sources};
use sockscope::slack::ack;
use sockscope::ui::theme::Theme;
use sockscope::ui::{self, Look};

#[path = "support/clock.rs"]
mod clock;
#[path = "support/envelope.rs"]
mod envelope;
#[path = "support/tell.rs"]
mod tell;

/// Bytes of an envelope, such that its record has about 1.7 KB.
const ENVELOPE: usize = 1_560;
const FRAME: Duration = Duration::from_millis(16);
const TRIES: usize = 5;

fn main() {
    let megabytes =
        std::env::var("SOCKSCOPE_BENCH_MB").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let path = recording(megabytes);
    warm(&path);
    println!(
        "a recording of {megabytes} MB, warm, {} cores",
        std::thread::available_parallelism().map_or(1, usize::from)
    );
    let before = anonymous();
    let mut peak = before;
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let (mut first, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..TRIES {
        let mut screen = Screen::new(&path);
        let times = runtime.block_on(screen.read(&mut peak));
        first.push(times.0);
        whole.push(times.1);
        if whole.len() == TRIES {
            page_down(&mut screen);
        }
    }
    tell::tell("first rows on the screen (target for 1 GB: 300 ms)", &mut first);
    tell::tell("the whole index (target for 1 GB: 2 s)", &mut whole);
    let [before, peak] = [before, peak].map(|kilobytes| kilobytes * 1024 / 1_000_000);
    println!("{:<58} {peak:>7} MB   ({before} MB before; target 200 MB)", "anonymous memory at its peak");
    beside_grep(&path);
    beside_jq(&path);
}

/// The recording, made where it is not there from before.
fn recording(megabytes: u64) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("recording-{megabytes}.jsonl"));
    if path.exists() {
        return path;
    }
    let (journal, _) = Journal::create(&path, Secrets::Shown).expect("target/tmp can be written");
    let mut at: Timestamp = "2026-11-22T07:20:00Z".parse().expect("a moment");
    journal.write(at, &Recorded::Session { mode: "live".into(), version: "0.1.0".into() });
    journal.write(at, &Recorded::Opening { conn: 1, debug_reconnects: false });
    journal
        .write(at, &Recorded::Hello { conn: 1, message: r#"{"type":"hello","num_connections":1}"#.into() });
    let mut batch = journal.batch();
    let mut number = 0;
    while std::fs::metadata(&path).map_or(0, |file| file.len()) < megabytes << 20 {
        for _ in 0..256 {
            number += 1;
            at += SignedDuration::from_millis(3);
            let id = envelope::id(number);
            let message = envelope::message(number, ENVELOPE).into();
            let (envelope_id, type_) = (id.as_str().into(), "events_api".into());
            batch.push(at, &Recorded::Envelope { conn: 1, envelope_id, type_, message });
            let (envelope_id, message) = (id.as_str().into(), ack::frame(&id, None).into());
            batch.push(
                at,
                &Recorded::Ack { conn: 1, envelope_id, by: By::Auto, took_ms: 0.3, late: false, message },
            );
        }
        journal.append(&mut batch);
    }
    path
}

fn warm(path: &Path) {
    let mut file = File::open(path).expect("it was just made");
    let mut chunk = vec![0; 1 << 20];
    while let Ok(1..) = file.read(&mut chunk) {}
}

struct Screen {
    app: App,
    look: Look,
    terminal: Terminal<TestBackend>,
    reading: Reading,
    started: Instant,
}

impl Screen {
    fn new(path: &Path) -> Self {
        let start = Start::new(Mode::Open, Keymap::new(&BTreeMap::new()).expect("the defaults"), (200, 60));
        let started = Instant::now();
        let sources = Sources::open(&[path.to_owned()]).expect("the recording");
        let reading = Reading::start(&sources, false).expect("threads");
        Self {
            app: App::open(Opened::new(sources, false), start),
            look: Look {
                theme: Theme::named("phosphor").expect("a built-in theme"),
                now: Timestamp::now(),
                zone: TimeZone::UTC,
            },
            terminal: Terminal::new(TestBackend::new(200, 60)).expect("a test backend"),
            reading,
            started,
        }
    }

    /// As the loop does it: what came is entered, and a frame drawn when one is due. Returns when the first rows
    /// were drawn, and when all were.
    async fn read(&mut self, peak: &mut u64) -> (Duration, Duration) {
        let (mut first, mut drawn) = (None, Instant::now());
        while let Some(update) = self.reading.next().await {
            self.app.read(update, Timestamp::now());
            if drawn.elapsed() >= FRAME || first.is_none() && !self.app.index.is_empty() {
                self.draw();
                drawn = Instant::now();
                first = first.or_else(|| (!self.app.view.is_empty()).then(|| self.started.elapsed()));
                *peak = anonymous().max(*peak);
            }
        }
        self.draw();
        (first.unwrap_or_default(), self.started.elapsed())
    }

    fn draw(&mut self) {
        let now = Timestamp::now();
        self.app.update(Event::Resize(200, 60), now);
        self.look.now = self.app.shown_at(now);
        let Self { app, look, terminal, .. } = self;
        terminal.draw(|frame| ui::draw(app, look, frame)).expect("a test backend");
    }

    fn press(&mut self, code: KeyCode) {
        self.app.update(Event::Key(KeyEvent::from(code)), Timestamp::now());
    }
}

fn page_down(screen: &mut Screen) {
    screen.press(KeyCode::Char('G'));
    (0..40).for_each(|_| screen.press(KeyCode::PageUp));
    screen.draw();
    let mut times: Vec<_> = (0..30)
        .map(|_| {
            let started = Instant::now();
            screen.press(KeyCode::PageDown);
            screen.draw();
            started.elapsed()
        })
        .collect();
    tell::tell("page down near the end, drawn (target: 16 ms)", &mut times);
}

/// A text filter and `grep -c` over the same file, in turns.
fn beside_grep(path: &Path) {
    let needle = "number 4242 ";
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TRIES {
        let quoted = format!("\"{}\"", needle.trim());
        ours.push(run(sockscope(path, &quoted)));
        let mut grep = Command::new("grep");
        grep.arg("-c").arg(needle.trim()).arg(path);
        theirs.push(run(grep));
    }
    let ours = tell::tell("a text filter, headless (target for 1 GB: 1 s)", &mut ours);
    let theirs = tell::tell("grep -c of the same text", &mut theirs);
    println!("{:<58} {:>10.2}   (target: 3)", "ratio to grep -c", ours.as_secs_f64() / theirs.as_secs_f64());
}

fn beside_jq(path: &Path) {
    let ours = (0..TRIES).map(|_| run(sockscope(path, r#".payload.event.user == "U00000042""#)));
    let ours = tell::tell("a jq filter, headless", &mut ours.collect::<Vec<_>>());
    if Command::new("jq").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("jq is not installed: nothing to compare with");
        return;
    }
    let mut jq = Command::new("jq");
    jq.arg("-c").arg(r#"select(.message.payload.event.user == "U00000042")"#).arg(path);
    let theirs = run(jq);
    println!("{:<58} {:>10}", "jq, once", clock::show(theirs));
    println!("{:<58} {:>10.2}   (target: below 1)", "ratio to jq", ours.as_secs_f64() / theirs.as_secs_f64());
}

fn sockscope(path: &Path, filter: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockscope"));
    command.arg("open").arg(path).args(["--headless", "--filter", filter]);
    command
}

/// How long a program runs whose output somebody reads.
fn run(mut command: Command) -> Duration {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut out = child.stdout.take().expect("it is piped");
    io::copy(&mut out, &mut io::sink()).expect("a pipe");
    assert!(child.wait().expect("it ends").success(), "{command:?} found nothing");
    started.elapsed()
}

/// Anonymous resident memory in kibibytes.
fn anonymous() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc is mounted");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("Linux 4.5 or later");
    line.trim().trim_end_matches(" kB").parse().expect("a number of kB")
}
