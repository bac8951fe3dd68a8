//! What a frame of 200x60 costs: with 100,000 envelopes in the session and with 100 (the target: under 2 ms, and
//! within 20 % of each other), while new rows come in each frame, and when only the clock has moved.
//!
//! `cargo bench --bench frame`; it takes about ten seconds, most of them for making the envelopes. The two
//! sessions take turns, so that whatever else the machine does falls on both.

use std::time::{Duration, Instant};

use sockscope::journal::Event;
use sockscope::slack::sample::{self, Minter, Overrides};

#[path = "support/clock.rs"]
mod clock;
#[path = "support/envelope.rs"]
mod envelope;
#[path = "support/feed.rs"]
mod feed;
#[path = "support/tell.rs"]
mod tell;

use feed::Feed;
use tell::tell;

const SIZE: (u16, u16) = (200, 60);
const MANY: usize = 100_000;
const FEW: usize = 100;
const ROUNDS: usize = 300;
/// New envelopes in each frame: at 60 frames a second nearly 1,000 a second.
const NEW: u32 = 16;

fn main() {
    let mut first = Feed::new(SIZE);
    first.settle();
    first.draw();
    write(&mut first, 0..1);
    first.read();
    let first = time(|| {
        first.settle();
        first.draw();
    });

    // Both sessions end with the same envelopes: the screens are alike.
    let mut few = session(MANY - FEW..MANY);
    let mut many = session(0..MANY);

    let (mut of_few, mut of_many) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_few.push(time(|| few.draw()));
        of_many.push(time(|| many.draw()));
    }
    let of_few = tell("a frame with 100 envelopes", &mut of_few);
    let of_many = tell("a frame with 100,000 envelopes", &mut of_many);
    println!("{:<58} {:>10.2}", "their ratio", of_many.as_secs_f64() / of_few.as_secs_f64());

    let mut idle = Vec::new();
    for _ in 0..ROUNDS {
        many.pass(1.0);
        idle.push(time(|| {
            many.settle();
            many.draw();
        }));
    }
    println!("{:<58} {:>10}", "the first envelope of a session (settle and draw)", clock::show(first));
    tell("idle, a second later (settle and draw)", &mut idle);
    following(&mut many);
    bad_day(&mut many);
}

fn session(numbers: std::ops::Range<usize>) -> Feed {
    let mut feed = Feed::new(SIZE);
    write(&mut feed, numbers);
    feed.read();
    feed.settle();
    feed
}

/// Three messages of 1.6 KB, then one of Slack's other kinds in turn.
fn write(feed: &mut Feed, numbers: std::ops::Range<usize>) {
    let samples = sample::all();
    let mut minter = Minter::seeded(7);
    feed.write(numbers, |number| {
        if number % 4 != 3 {
            return (envelope::id(number), "events_api".to_owned(), envelope::message(number, 1600));
        }
        let sample = &samples[number / 4 % samples.len()];
        let unsent = sample.unsent(&mut minter, jiff::Timestamp::UNIX_EPOCH, &Overrides::new());
        let (id, unsent) = (minter.uuid(), unsent.expect("a sample"));
        let message = unsent.frame(&id, 0);
        (id, sample.kind.to_owned(), message)
    });
}

fn following(feed: &mut Feed) {
    let (mut reading, mut drawing) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let from = MANY + round * NEW as usize;
        write(feed, from..from + NEW as usize);
        reading.push(time(|| feed.read()));
        drawing.push(time(|| {
            feed.settle();
            feed.draw();
        }));
    }
    tell("following, 16 new rows a frame (settle and draw)", &mut drawing);
    let reading = tell("reading their 32 records before it", &mut reading);
    println!("{:<58} {:>10}", "that is, for an envelope and its ack", clock::show(reading / NEW));
}

/// As bad as a session gets: 10,000 envelopes that nobody answers, 1,000 disconnects.
fn bad_day(feed: &mut Feed) {
    for number in 0..11_000 {
        let message = envelope::message(1_000_000 + number, 1600).into();
        let envelope_id = envelope::id(1_000_000 + number).into();
        let type_ = "events_api".into();
        feed.journal.write(feed.look.now, &Event::Envelope { conn: 1, envelope_id, type_, message });
    }
    for conn in 2..1_002 {
        let at = feed.look.now;
        feed.journal.write(at, &Event::Opening { conn, debug_reconnects: false });
        feed.journal.write(at, &Event::Hello { conn, message: "{}".into() });
        let reason = "".into();
        feed.journal.write(at, &Event::Closed { conn, code: Some(1006), reason, lived_ms: 5000.0 });
    }
    feed.read();
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..ROUNDS {
        feed.pass(1.0);
        times.push(time(|| {
            feed.settle();
            feed.draw();
        }));
    }
    tell("the same, 10,000 unanswered and 1,000 disconnects", &mut times);
    let app = &feed.app;
    let mut next = Vec::new();
    for _ in 0..ROUNDS {
        next.push(time(|| {
            std::hint::black_box(app.next_change(feed.look.now));
        }));
    }
    tell("the same, asking when to draw next", &mut next);
}

/// How long the work took.
fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
