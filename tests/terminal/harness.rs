//! A terminal for the real binary: a pseudo-terminal, what was written to it, and the screen that it makes.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use sockscope::journal::{Event, Record};
use tempfile::TempDir;

/// Far above what any step needs: only a fault makes it pass.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub const BINARY: &str = env!("CARGO_BIN_EXE_sockscope");

pub const ENTER: &str = "\r";
pub const ESC: &str = "\x1b";

/// A program in a terminal of its own, in a folder of its own.
pub struct Terminal {
    pub folder: TempDir,
    master: Option<Box<dyn MasterPty + Send>>,
    slave: Option<Box<dyn SlavePty + Send>>,
    keyboard: Box<dyn std::io::Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
    termios: String,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: vt100::Parser,
    written: Vec<u8>,
    /// The terminal takes no output: as under Ctrl-S, or a link that stalls.
    blocked: bool,
    /// The window is closed.
    gone: bool,
    ended: bool,
}

impl Default for State {
    fn default() -> Self {
        let (parser, written) = (vt100::Parser::default(), Vec::new());
        Self { parser, written, blocked: false, gone: false, ended: false }
    }
}

/// What is left when the program has ended.
pub struct Ended {
    pub code: u32,
    pub written: Vec<u8>,
    pub folder: TempDir,
}

/// How a program is started.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    pub program: &'a [&'a str],
    pub env: &'a [(&'a str, &'a str)],
    pub size: (u16, u16),
    pub files: &'a [(&'a str, &'a str)],
}

impl Default for Start<'_> {
    fn default() -> Self {
        Self { program: &[], env: &[], size: (120, 40), files: &[] }
    }
}

impl Terminal {
    /// The built-in simulator with a scenario that sends nothing by itself, recording to `rec.jsonl`.
    pub fn quiet_demo(more: &[&str]) -> Self {
        Self::demo(more, Start::default())
    }

    pub fn demo(more: &[&str], start: Start) -> Self {
        let mut program = vec![BINARY, "demo", "--scenario", "quiet.toml", "--record", "rec.jsonl"];
        program.extend(more);
        let quiet = "title = 'Quiet'\nrehearses = 'nothing'\nsteps = []\n";
        let mut files = vec![("quiet.toml", quiet)];
        files.extend(start.files);
        let terminal = Self::start(&Start { program: &program, files: &files, ..start });
        terminal.wait_for("a live connection", |screen| screen.contains("live 1/1"));
        terminal
    }

    pub fn start(start: &Start) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in start.files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let pair = native_pty_system().openpty(pty_size(start.size)).unwrap();
        let termios = format!("{:?}", pair.master.get_termios());
        let shared = Arc::<Shared>::default();
        set_size(&shared, start.size);
        let reader = pair.master.try_clone_reader().unwrap();
        let reader = thread::spawn({
            let shared = Arc::clone(&shared);
            move || read(&shared, reader)
        });
        let child = pair.slave.spawn_command(command(start, &folder)).unwrap();
        Self {
            keyboard: pair.master.take_writer().unwrap(),
            master: Some(pair.master),
            slave: Some(pair.slave),
            child,
            shared,
            reader: Some(reader),
            termios,
            folder,
        }
    }

    /// Types text and keys as a terminal would send them.
    pub fn type_keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    pub fn resize(&self, size: (u16, u16)) {
        set_size(&self.shared, size);
        self.master.as_ref().unwrap().resize(pty_size(size)).unwrap();
    }

    /// Blocks until the screen is so, and gives its text.
    pub fn wait_for(&self, what: &str, is: impl Fn(&str) -> bool) -> String {
        self.wait_until(what, |state| is(&state.parser.screen().contents()))
    }

    /// Blocks until the screen shows this text somewhere.
    pub fn wait_for_text(&self, text: &str) -> String {
        self.wait_for(text, |screen| screen.contains(text))
    }

    /// Blocks until the recording has such a record.
    pub fn wait_for_record(&self, what: &str, is: impl Fn(&Record) -> bool) {
        let path = self.folder.path().join("rec.jsonl");
        let found = || {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let whole = text.rfind('\n').map_or("", |end| &text[..end]);
            whole.lines().any(|line| is(&Record::parse(line).unwrap()))
        };
        // The screen's clocks tick while a connection lives, so that this looks again and again.
        self.wait_until(what, |_| found());
    }

    /// Blocks until something was written that is so, escape sequences and all.
    pub fn wait_for_written(&self, what: &str, is: impl Fn(&[u8]) -> bool) {
        self.wait_until(what, |state| is(&state.written));
    }

    fn wait_until(&self, what: &str, is: impl Fn(&State) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.shared.state();
        loop {
            let screen = state.parser.screen().contents();
            if is(&state) {
                return screen;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never came: {what}. The screen:\n{screen}");
            assert!(!state.ended, "the program ended before there was: {what}. The screen:\n{screen}");
            state = self.shared.changed.wait_timeout(state, left.min(Duration::from_millis(250))).unwrap().0;
        }
    }

    pub fn screen(&self) -> String {
        self.shared.state().parser.screen().contents()
    }

    /// Whether the terminal passes keys on one by one, unechoed.
    pub fn is_raw(&self) -> bool {
        format!("{:?}", self.master.as_ref().unwrap().get_termios()) != self.termios
    }

    /// From now on nobody takes what is written.
    pub fn block(&self) {
        self.shared.state().blocked = true;
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// The terminal's window is closed.
    pub fn hang_up(&mut self) {
        self.keyboard = Box::new(std::io::sink());
        self.shared.state().gone = true;
        // The reader holds the terminal open too; it sees this with the next tick of the screen's clocks.
        self.reader.take().unwrap().join().unwrap();
        self.master = None;
    }

    /// Waits for the program's end, whatever the terminal looks like then.
    pub fn wait(mut self) -> Ended {
        let code = self.wait_for_exit();
        // The last holder but the reader: now the reader comes to the end of what was written.
        self.slave = None;
        self.shared.state().blocked = false;
        self.shared.changed.notify_all();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        let written = std::mem::take(&mut self.shared.state().written);
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        Ended { code, written, folder }
    }

    /// Waits for the program's end; the terminal must be as it was before.
    pub fn wait_restored(mut self) -> Ended {
        self.wait_for_exit();
        assert!(!self.is_raw(), "the terminal is still in raw mode");
        let shared = Arc::clone(&self.shared);
        let ended = self.wait();
        let state = shared.state();
        let screen = state.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was not left");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste is still on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is still taken");
        ended
    }

    fn wait_for_exit(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert_eq!(status.signal(), None, "ended by a signal");
                return status.exit_code();
            }
            let screen = self.screen();
            assert!(Instant::now() < deadline, "the program does not end. The screen:\n{screen}");
            thread::yield_now();
            let state = self.shared.state();
            drop(self.shared.changed.wait_timeout(state, Duration::from_millis(20)).unwrap());
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // After a failed test; a program that has ended already does not mind.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.shared.state().blocked = false;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    /// A test that panicked elsewhere says more than a poisoned lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Ended {
    /// The recording, every line of it a record, `seq` rising by one.
    pub fn recording(&self) -> String {
        let text = std::fs::read_to_string(self.folder.path().join("rec.jsonl")).unwrap();
        assert!(text.ends_with('\n'), "the last line is torn: {text}");
        for (seq, line) in text.lines().enumerate() {
            let record = Record::parse(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert_eq!(record.seq, seq as u64, "{line}");
        }
        text
    }

    /// The recording, which tells the end of every connection that was live.
    pub fn closed_recording(&self) -> String {
        let text = self.recording();
        let count = |is: fn(&Event) -> bool| {
            text.lines().filter(|line| is(&Record::parse(line).unwrap().event)).count()
        };
        let connected = count(|event| matches!(event, Event::Connected { .. }));
        assert_eq!(connected, count(|event| matches!(event, Event::Closed { .. })), "{text}");
        text
    }
}

fn command(start: &Start, folder: &TempDir) -> CommandBuilder {
    let mut command = CommandBuilder::new(start.program[0]);
    command.args(&start.program[1..]);
    command.cwd(folder.path());
    command.env_clear();
    let path = std::env::var("PATH").unwrap_or_default();
    let home = folder.path().to_str().unwrap();
    let base = [
        ("PATH", path.as_str()),
        ("HOME", home),
        ("TERM", "xterm-256color"),
        ("COLORTERM", "truecolor"),
        ("LANG", "C.UTF-8"),
        // No other copy of the clipboard than the terminal's own.
        ("SSH_TTY", "/dev/null"),
    ];
    for (name, value) in base.iter().chain(start.env) {
        command.env(name, value);
    }
    command
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, ..PtySize::default() }
}

fn set_size(shared: &Shared, (cols, rows): (u16, u16)) {
    let size = |cells| NonZeroU16::new(cells).unwrap();
    shared.state().parser.screen_mut().set_size(size(rows), size(cols));
}

fn read(shared: &Shared, mut from: Box<dyn std::io::Read + Send>) {
    let mut buffer = vec![0; 4096];
    loop {
        let blocked = shared.changed.wait_while(shared.state(), |state| state.blocked).unwrap();
        drop(blocked);
        // A pseudo-terminal without a program answers with an error rather than with its end.
        let Ok(count @ 1..) = from.read(&mut buffer) else { break };
        let mut state = shared.state();
        state.parser.process(&buffer[..count]);
        state.written.extend_from_slice(&buffer[..count]);
        if state.gone {
            break;
        }
        drop(state);
        shared.changed.notify_all();
    }
    shared.state().ended = true;
    shared.changed.notify_all();
}
