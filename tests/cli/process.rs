//! The binary as a child process, in a folder and an environment of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sockscope::journal::Record;
use tempfile::TempDir;

use super::slack::{Slack, TOKEN};

/// Far above what any step needs: only a fault makes it pass.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What every test starts from: nothing of this machine but where programs are.
pub fn sockscope(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockscope"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", folder.path()).current_dir(folder.path()).stdin(Stdio::null());
    command
}

/// `sockscope live` against a local Slack.
pub fn live(folder: &TempDir, slack: &Slack) -> Command {
    let mut command = sockscope(folder);
    command.env("SLACK_API_URL", &slack.api_url).env("SLACK_APP_TOKEN", TOKEN);
    command
}

pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// What it said and how it ended.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs to the end, which must come.
pub fn run(command: &mut Command) -> Ended {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = child.id();
    let (to, ended) = mpsc::channel();
    thread::spawn(move || to.send(child.wait_with_output()));
    let Ok(output) = ended.recv_timeout(PATIENCE) else {
        signal(id, "KILL");
        panic!("it does not end: {command:?}");
    };
    let Output { status, stdout, stderr } = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

pub fn signal(id: u32, name: &str) {
    assert!(Command::new("kill").args(["-s", name, &id.to_string()]).status().unwrap().success());
}

/// A session that goes on while the test looks at what it prints.
pub struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
    seen: String,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines, seen: String::new() }
    }

    /// Reads on until a record is of this kind.
    pub fn wait_for(&mut self, kind: &str) {
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "it ended before `{kind}`:\n{}", self.seen);
            self.seen.push_str(&line);
            if Record::parse(line.trim_end()).unwrap().event.kind() == kind {
                return;
            }
        }
    }

    pub fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    pub fn wait(mut self) -> Ended {
        self.lines.read_to_string(&mut self.seen).unwrap();
        let output = self.child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        Ended { code: output.status.code(), stdout: self.seen, stderr }
    }
}

/// The kinds of these lines, every one of them a record.
pub fn kinds(lines: &str) -> Vec<String> {
    assert!(lines.is_empty() || lines.ends_with('\n'), "the last line is torn: {lines}");
    lines.lines().map(|line| Record::parse(line).unwrap().event.kind().to_owned()).collect()
}

/// The numbers of these lines.
pub fn numbers(lines: &str) -> Vec<u64> {
    lines.lines().map(|line| Record::parse(line).unwrap().seq).collect()
}

pub fn write(folder: &TempDir, name: &str, text: &str) {
    std::fs::write(folder.path().join(name), text).unwrap();
}

pub fn read(folder: &TempDir, name: impl AsRef<Path>) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

/// A scenario that sends these samples, one after the other.
pub fn scenario(samples: &[&str]) -> String {
    let steps: Vec<_> =
        samples.iter().map(|name| format!("{{ send = '{name}' }}, {{ wait = '50ms' }}, ")).collect();
    let steps = steps.concat();
    format!("title = 'Some'\nrehearses = 'nothing'\nsteps = [{{ expect = {{ serving = 1 }} }}, {steps}]\n")
}
