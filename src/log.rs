//! `--log FILE`: what sockscope and its libraries have to say about themselves, masked as everything is.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context as _;
use tracing_subscriber::filter::LevelFilter;

use crate::slack::secret;

/// Starts the log, where one is asked for.
pub fn start(path: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot write the log {}", path.display()))?;
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::DEBUG)
        .with_ansi(false)
        .with_writer(Mutex::new(Masked(file)))
        .try_init()
        .map_err(|error| anyhow::anyhow!("the log could not be started: {error}"))
}

/// The subscriber writes an event at a time, so that no secret is torn between two writes.
struct Masked(File);

impl Write for Masked {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(secret::mask(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
