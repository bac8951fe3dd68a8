//! The file that holds the lines: appending from many sockets, reading back from any place.
//!
//! A burst is one `write`, and `append` returns when the kernel has it, so that an envelope is on record
//! before its ack leaves (law 1), whatever then happens to the process.

use std::borrow::Cow;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use super::record::{Event, Record, RecordError, VERSION};
use crate::slack::secret;

/// Whether tokens and tickets are masked on their way into the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secrets {
    #[default]
    Masked,
    Shown,
}

/// Where a line stands: what an index keeps of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub offset: u64,
    /// Without the line's end.
    pub len: u32,
}

/// The append side and the reading side; clones share one journal.
#[derive(Debug, Clone)]
pub struct Journal(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    file: File,
    secrets: Secrets,
    /// Where this session's records begin.
    from: u64,
    writer: Mutex<Writer>,
    /// Whether the medium has changed to memory.
    failed: AtomicBool,
    /// How many bytes of whole lines there are to read.
    length: watch::Sender<u64>,
}

#[derive(Debug)]
struct Writer {
    next_seq: u64,
    length: u64,
    medium: Medium,
    lines: Vec<u8>,
}

/// Where appended lines go. A recording that can't be written any more must not stop the acks.
#[derive(Debug)]
enum Medium {
    File,
    /// The disk failed at this length; what came after is kept in memory, as far as that is sane.
    Memory {
        from: u64,
        bytes: Vec<u8>,
        fault: String,
        dropped: u64,
    },
}

/// What a journal without a disk may take of the memory before records are dropped (and counted).
const SPILL_LIMIT: usize = 256 << 20;

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("another sockscope writes the recording {path}. Choose another FILE, or end the other one")]
    Busy { path: PathBuf },
    #[error("cannot write the recording {path}: {cause}. Choose another place with --record FILE")]
    Create { path: PathBuf, cause: io::Error },
    #[error(
        "cannot make a temporary file for this session: {0}. Free some room in the temporary folder, or set TMPDIR"
    )]
    Temporary(io::Error),
    #[error(
        "{path} exists and is no recording of sockscope ({cause}). Nothing was changed; choose another FILE"
    )]
    NoRecording { path: PathBuf, cause: RecordError },
}

/// What was found at the end of an existing recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumed {
    Fresh,
    /// New records are appended; so many bytes of a torn last line were cut.
    Continued {
        cut: u64,
    },
}

impl Journal {
    /// A journal in an unlinked temporary file: gone with the process.
    pub fn temporary(secrets: Secrets) -> Result<Self, JournalError> {
        let file = tempfile::tempfile().map_err(JournalError::Temporary)?;
        Ok(Self::over(file, 0, 0, secrets))
    }

    /// A journal in a file of its own (mode 0600), or appended to an earlier recording.
    pub fn create(path: &Path, secrets: Secrets) -> Result<(Self, Resumed), JournalError> {
        let failed = |cause| JournalError::Create { path: path.to_owned(), cause };
        let file =
            OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path).map_err(failed)?;
        if file.try_lock().is_err() {
            return Err(JournalError::Busy { path: path.to_owned() });
        }
        let size = file.metadata().map_err(failed)?.len();
        if size == 0 {
            // An empty file that was there already may have been open to all.
            file.set_permissions(Permissions::from_mode(0o600)).map_err(failed)?;
            return Ok((Self::over(file, 0, 0, secrets), Resumed::Fresh));
        }
        let length = whole_lines(&file, size).map_err(failed)?;
        let next_seq = match last_seq(&file, length).map_err(failed)? {
            Ok(seq) => seq + 1,
            Err(cause) => return Err(JournalError::NoRecording { path: path.to_owned(), cause }),
        };
        file.set_len(length).map_err(failed)?;
        Ok((Self::over(file, next_seq, length, secrets), Resumed::Continued { cut: size - length }))
    }

    /// Over a file whose lines were looked at already, up to `length`.
    pub(crate) fn over(file: File, next_seq: u64, length: u64, secrets: Secrets) -> Self {
        let writer = Writer { next_seq, length, medium: Medium::File, lines: Vec::new() };
        Self(Arc::new(Shared {
            file,
            secrets,
            from: length,
            writer: Mutex::new(writer),
            failed: AtomicBool::new(false),
            length: watch::Sender::new(length),
        }))
    }

    /// An empty batch that masks as this journal does.
    pub fn batch(&self) -> Batch {
        Batch { secrets: self.0.secrets, text: String::new(), scratch: String::new(), ends: Vec::new() }
    }

    /// Appends all of a batch as one write and empties it. When this returns, the kernel has the lines.
    pub fn append(&self, batch: &mut Batch) {
        if batch.ends.is_empty() {
            return;
        }
        let mut writer = self.writer();
        let length = writer.append(&self.0.file, batch);
        if matches!(writer.medium, Medium::Memory { .. }) {
            self.0.failed.store(true, Ordering::Relaxed);
        }
        self.0.length.send_replace(length);
        drop(writer);
        batch.text.clear();
        batch.ends.clear();
    }

    /// Appends one record.
    pub fn write(&self, at: Timestamp, event: &Event) {
        let mut batch = self.batch();
        batch.push(at, event);
        self.append(&mut batch);
    }

    /// A reader that starts with the first record of this session and sees every later one.
    pub fn tail(&self) -> Tail {
        let length = self.0.length.subscribe();
        let at = *length.borrow();
        Tail { journal: self.clone(), length, at, chunk: Vec::new() }
    }

    /// Where this session's whole lines stand now.
    pub fn extent(&self) -> Range<u64> {
        self.0.from..*self.0.length.borrow()
    }

    /// One line, as it was written.
    pub fn line(&self, place: Place) -> io::Result<String> {
        let mut bytes = vec![0; place.len as usize];
        self.read_at(&mut bytes, place.offset)?;
        String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Why the recording stopped, if it did; acks go on without it.
    pub fn fault(&self) -> Option<String> {
        // Asked at every frame: a disk that stalls a write must not stall the screen.
        if !self.0.failed.load(Ordering::Relaxed) {
            return None;
        }
        match &self.writer().medium {
            Medium::File => None,
            Medium::Memory { fault, dropped: 0, .. } => Some(fault.clone()),
            Medium::Memory { fault, dropped, .. } => {
                Some(format!("{fault}; {dropped} records were dropped since"))
            }
        }
    }

    pub(super) fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let mut on_disk = bytes.len();
        if let Medium::Memory { from, bytes: spilled, .. } = &self.writer().medium
            && offset + bytes.len() as u64 > *from
        {
            on_disk = usize::try_from(from.saturating_sub(offset)).unwrap_or(usize::MAX);
            let start = usize::try_from(offset.saturating_sub(*from)).unwrap_or(usize::MAX);
            let rest = &mut bytes[on_disk..];
            let held = spilled.get(start..).and_then(|spilled| spilled.get(..rest.len()));
            rest.copy_from_slice(held.ok_or(io::ErrorKind::UnexpectedEof)?);
        }
        self.0.file.read_exact_at(&mut bytes[..on_disk], offset)
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.0.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Returns the new length.
    fn append(&mut self, mut file: &File, batch: &Batch) -> u64 {
        self.lines.clear();
        let mut start = 0;
        for (seq, &end) in (self.next_seq..).zip(&batch.ends) {
            let _ = write!(self.lines, r#"{{"v":{VERSION},"seq":{seq}"#);
            self.lines.extend_from_slice(&batch.text.as_bytes()[start..end]);
            self.lines.push(b'\n');
            start = end;
        }
        let count = batch.ends.len() as u64;
        if matches!(self.medium, Medium::File)
            && let Err(error) = file.write_all(&self.lines)
        {
            // Half a burst may stand there now: a recording holds whole lines only.
            let _ = file.set_len(self.length);
            let fault = format!("the recording stopped: {error}");
            self.medium = Medium::Memory { from: self.length, bytes: Vec::new(), fault, dropped: 0 };
        }
        if let Medium::Memory { bytes, dropped, .. } = &mut self.medium {
            if bytes.len() + self.lines.len() > SPILL_LIMIT {
                *dropped += count;
                return self.length;
            }
            bytes.extend_from_slice(&self.lines);
        }
        self.next_seq += count;
        self.length += self.lines.len() as u64;
        self.length
    }
}

/// Records on their way into the journal: written out, masked, waiting for their numbers.
#[derive(Debug)]
pub struct Batch {
    secrets: Secrets,
    text: String,
    scratch: String,
    ends: Vec<usize>,
}

impl Batch {
    pub fn push(&mut self, at: Timestamp, event: &Event) {
        match self.secrets {
            Secrets::Shown => event.write(at, &mut self.text),
            Secrets::Masked => {
                self.scratch.clear();
                event.write(at, &mut self.scratch);
                self.text.push_str(&secret::mask(&self.scratch));
            }
        }
        self.ends.push(self.text.len());
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Reads whole lines in the order in which they were appended, at its own pace.
#[derive(Debug)]
pub struct Tail {
    journal: Journal,
    length: watch::Receiver<u64>,
    at: u64,
    chunk: Vec<u8>,
}

/// How much a tail reads at once: enough to make the system call cheap, little enough to stay responsive.
const CHUNK: u64 = 256 << 10;

impl Tail {
    /// Waits until there is something to read. `false` once nobody can append any more.
    pub async fn changed(&mut self) -> bool {
        let at = self.at;
        self.length.wait_for(|length| *length > at).await.is_ok()
    }

    /// Hands over the next whole lines, some hundred kilobytes at most; `false` when there was none.
    pub fn read(&mut self, mut each: impl FnMut(Place, &str)) -> io::Result<bool> {
        let length = *self.length.borrow_and_update();
        let mut want = CHUNK;
        let whole = loop {
            let size = want.min(length - self.at);
            self.chunk.resize(usize::try_from(size).unwrap_or(usize::MAX), 0);
            self.journal.read_at(&mut self.chunk, self.at)?;
            match memchr::memrchr(b'\n', &self.chunk) {
                Some(end) => break end + 1,
                None if size == length - self.at => return Ok(false),
                None => want *= 2,
            }
        };
        let mut offset = self.at;
        for line in self.chunk[..whole].split_inclusive(|byte| *byte == b'\n') {
            let text = read_text(&line[..line.len() - 1]);
            let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
            each(Place { offset, len }, &text);
            offset += line.len() as u64;
        }
        self.at = offset;
        Ok(true)
    }
}

/// The text of a line; the lossy reading alone is ten times slower where nothing is lost.
fn read_text(line: &[u8]) -> Cow<'_, str> {
    str::from_utf8(line).map_or_else(|_| String::from_utf8_lossy(line), Cow::Borrowed)
}

/// The length of a file up to the end of its last whole line.
fn whole_lines(file: &File, size: u64) -> io::Result<u64> {
    let mut end = size;
    let mut block = vec![0; 64 << 10];
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        let part = usize::try_from(end - start).unwrap_or(block.len());
        file.read_exact_at(&mut block[..part], start)?;
        if let Some(at) = memchr::memrchr(b'\n', &block[..part]) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

/// The number of the last record before `length`, or why that line is none.
fn last_seq(file: &File, length: u64) -> io::Result<Result<u64, RecordError>> {
    let start = whole_lines(file, length.saturating_sub(1))?;
    let mut line = vec![0; usize::try_from(length - start).unwrap_or(0)];
    file.read_exact_at(&mut line, start)?;
    let line = String::from_utf8_lossy(&line);
    Ok(Record::parse(line.trim_end()).map(|record| record.seq))
}

#[cfg(test)]
mod tests;
