//! Why nothing was exported, in the words of whoever asked for it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("{} exists. Nothing was written; choose another name, or let it be replaced (--force)", .path.display())]
    Exists { path: PathBuf },
    #[error("cannot write {path}: {why}", path = .path.display(), why = why(.cause))]
    Write { path: PathBuf, cause: io::Error },
    /// The reader of our output went away, or would not take it.
    #[error("cannot write the export: {}", why(.0))]
    Out(io::Error),
    #[error("cannot read what shall be exported: {0}")]
    Read(io::Error),
    #[error("there is nothing to export: no record, or none that the filter lets through")]
    Nothing,
    #[error("payloads are many files: name a folder for them with --output FOLDER")]
    NeedsFolder,
    #[error("the export was stopped; nothing was left behind")]
    Stopped,
}

impl ExportError {
    pub(super) fn write(path: &Path, cause: io::Error) -> Self {
        Self::Write { path: path.to_owned(), cause }
    }

    /// The same error of a writer, now that its file is known.
    pub(super) fn at(self, path: &Path) -> Self {
        match self {
            Self::Out(source) => Self::write(path, source),
            other => other,
        }
    }
}

/// What went wrong and what to do.
fn why(error: &io::Error) -> String {
    let advice = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "you may not write there; choose a folder of your own"
        }
        ErrorKind::NotFound => "there is no such folder; make it first",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "the disk is full; free some room or choose another disk"
        }
        ErrorKind::NotADirectory => "a part of this path is a file",
        ErrorKind::IsADirectory => "this is a folder; name a file in it",
        ErrorKind::InvalidFilename => "this name is too long or has a character that the disk does not take",
        _ => return error.to_string(),
    };
    format!("{advice} ({error})")
}
