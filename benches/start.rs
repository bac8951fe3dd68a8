//! How long `sockscope demo` takes from its start to its first frame in a terminal (the target: 50 ms).
//!
//! `cargo bench --bench start`; it takes about five seconds. The time includes what it takes to start any program
//! in a pseudo-terminal, which is printed beside it.

use std::io::Read as _;
use std::num::NonZero;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

#[path = "support/clock.rs"]
mod clock;
#[path = "support/tell.rs"]
mod tell;

const ROWS: NonZero<u16> = NonZero::new(40).expect("more than none");
const COLUMNS: NonZero<u16> = NonZero::new(120).expect("more than none");
const TRIES: usize = 15;
const LONGEST: Duration = Duration::from_secs(5);

fn main() {
    let demo = || {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_sockscope"));
        command.args(["demo"]);
        command.env("TERM", "xterm-256color");
        command
    };
    let echo = || {
        let mut command = CommandBuilder::new("/bin/echo");
        command.arg("here");
        command
    };
    // The whole of a frame is there when its last line is.
    let (mut frame, mut live, mut any) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TRIES {
        any.push(until(echo(), |screen| screen.contains("here")));
        frame.push(until(demo(), |screen| screen.contains("1 Envelopes") && screen.contains("Tab pane")));
        live.push(until(demo(), |screen| screen.contains("live 1/1")));
    }
    tell::tell("/bin/echo", &mut any);
    tell::tell("sockscope demo, first frame", &mut frame);
    tell::tell("sockscope demo, first live connection on the screen", &mut live);
}

/// From the start of a program until its screen shows something.
fn until(command: CommandBuilder, shown: impl Fn(&str) -> bool) -> Duration {
    let size = PtySize { rows: ROWS.get(), cols: COLUMNS.get(), ..PtySize::default() };
    let pty = native_pty_system().openpty(size).expect("a pseudo-terminal");
    let mut reader = pty.master.try_clone_reader().expect("a pseudo-terminal");
    let started = Instant::now();
    let mut child = pty.slave.spawn_command(command).expect("the program starts");
    drop(pty.slave);
    let (to, output) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 16 << 10];
        while let Ok(count @ 1..) = reader.read(&mut bytes) {
            if to.send((Instant::now(), bytes[..count].to_vec())).is_err() {
                break;
            }
        }
    });
    let mut screen = vt100::Parser::new(ROWS, COLUMNS, 0);
    let took = loop {
        let left = LONGEST.saturating_sub(started.elapsed());
        let (at, bytes) = output.recv_timeout(left).expect("a screen that never came");
        screen.process(&bytes);
        if shown(&screen.screen().contents()) {
            break at - started;
        }
    };
    let _ = child.kill();
    let _ = child.wait();
    took
}
