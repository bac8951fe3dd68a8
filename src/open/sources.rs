//! The files of a recording, opened; standard input by way of a file, so that it can be read back.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::journal::Files;

/// What a gzip file begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// What a zstd file begins with.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("there is no file {0}. `sockscope demo --record {0}` makes a recording")]
    Missing(PathBuf),
    #[error("{0} is a folder. Name the recordings in it: `sockscope open {0}/*.jsonl`")]
    Folder(PathBuf),
    #[error(
        "you may not read {0}: recordings are private to who made them (mode 0600). Ask its owner for a copy"
    )]
    Denied(PathBuf),
    #[error("{path} is compressed ({with}). Unpack it on the way: `{with} -dc {path} | sockscope open -`")]
    Compressed { path: PathBuf, with: &'static str },
    #[error("cannot read {path}: {cause}")]
    Read { path: PathBuf, cause: io::Error },
    #[error("standard input can be read once only: name `-` once")]
    InputTwice,
    #[error(
        "cannot keep standard input in a temporary file: {0}. Free some room in the temporary folder, or set TMPDIR"
    )]
    Temporary(io::Error),
}

/// The opened files of a recording.
#[derive(Debug, Clone)]
pub struct Sources {
    pub files: Files,
    kinds: Arc<[Kind]>,
}

#[derive(Debug)]
enum Kind {
    /// A file on disk, and which one it was when it was opened.
    File { device: u64, inode: u64 },
    /// What a thread copies standard input into.
    Input(Arc<Spool>),
}

/// Standard input on its way into a file.
#[derive(Debug, Default)]
struct Spool {
    over: AtomicBool,
}

/// What became of a file since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Its length in bytes.
    pub size: u64,
    /// Nothing is appended any more, as far as the file itself can tell.
    pub is_whole: bool,
    /// Its name is gone, or another file's.
    pub is_replaced: bool,
}

impl Sources {
    /// Opens every file; `-` is standard input.
    pub fn open(paths: &[PathBuf]) -> Result<Self, OpenError> {
        if paths.iter().filter(|path| is_input(path)).count() > 1 {
            return Err(OpenError::InputTwice);
        }
        let mut files = Vec::new();
        let mut kinds = Vec::new();
        for path in paths {
            let (file, kind) = if is_input(path) { spool()? } else { open(path)? };
            let name = if is_input(path) { PathBuf::from("standard input") } else { path.clone() };
            files.push((name, file));
            kinds.push(kind);
        }
        Ok(Self { files: Files::new(files), kinds: kinds.into() })
    }

    /// `session.jsonl`, or `session.jsonl and 2 more`.
    pub fn name(&self) -> String {
        let path = self.files.path(0);
        let first =
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into());
        match self.files.count() - 1 {
            0 => first,
            more => format!("{first} and {more} more"),
        }
    }

    /// Whether a file is read while it is still being made, whether that was asked for or not.
    pub fn is_input(&self, file: usize) -> bool {
        matches!(self.kinds[file], Kind::Input(_))
    }

    /// How a file stands now.
    pub fn now(&self, file: usize) -> io::Result<Now> {
        // Asked before the size: what is over does not grow after that.
        let is_whole = match &self.kinds[file] {
            Kind::File { .. } => false,
            Kind::Input(spool) => spool.over.load(Ordering::Acquire),
        };
        let size = self.files.file(file).metadata()?.len();
        let is_replaced = match self.kinds[file] {
            Kind::File { device, inode } => match std::fs::metadata(self.files.path(file)) {
                Ok(now) => (now.dev(), now.ino()) != (device, inode),
                Err(error) => error.kind() == io::ErrorKind::NotFound,
            },
            Kind::Input(_) => false,
        };
        Ok(Now { size, is_whole, is_replaced })
    }
}

fn is_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn open(path: &Path) -> Result<(File, Kind), OpenError> {
    let path_buf = || path.to_owned();
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::NotFound => OpenError::Missing(path_buf()),
        io::ErrorKind::PermissionDenied => OpenError::Denied(path_buf()),
        _ => OpenError::Read { path: path_buf(), cause },
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(OpenError::Folder(path_buf()));
    }
    if !metadata.is_file() {
        // A pipe (`<(…)` in a shell) can be read once only, as standard input can.
        return spool_from(File::open(path).map_err(failed)?);
    }
    let file = File::open(path).map_err(failed)?;
    let mut first = [0; 4];
    let read = file.read_at(&mut first, 0).map_err(failed)?;
    if first[..read].starts_with(&GZIP) {
        return Err(OpenError::Compressed { path: path_buf(), with: "gzip" });
    }
    if first[..read].starts_with(&ZSTD) {
        return Err(OpenError::Compressed { path: path_buf(), with: "zstd" });
    }
    Ok((file, Kind::File { device: metadata.dev(), inode: metadata.ino() }))
}

fn spool() -> Result<(File, Kind), OpenError> {
    spool_from(io::stdin())
}

/// Copies what comes into an unlinked file, in the background.
fn spool_from(mut from: impl io::Read + Send + 'static) -> Result<(File, Kind), OpenError> {
    let file = tempfile::tempfile().map_err(OpenError::Temporary)?;
    let copy = file.try_clone().map_err(OpenError::Temporary)?;
    let spool = Arc::new(Spool::default());
    let state = Arc::clone(&spool);
    let copying = move || {
        let mut chunk = vec![0; 1 << 20];
        let mut at = 0;
        // What can't be read or kept ends the recording here, as a cut file would end.
        while let Ok(count @ 1..) = from.read(&mut chunk) {
            if copy.write_all_at(&chunk[..count], at).is_err() {
                break;
            }
            at += count as u64;
        }
        state.over.store(true, Ordering::Release);
    };
    thread::Builder::new().name("input".to_owned()).spawn(copying).map_err(OpenError::Temporary)?;
    Ok((file, Kind::Input(spool)))
}
