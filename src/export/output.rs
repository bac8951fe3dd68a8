//! Files and folders that appear whole or not at all.

use std::fs::{self, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::{ExportError, Tally};

/// Writes a file (mode 0600) beside its place, and moves it there when it is done.
pub fn file(
    path: &Path,
    overwrite: bool,
    write: impl FnOnce(&mut dyn Write) -> Result<Tally, ExportError>,
) -> Result<Tally, ExportError> {
    check(path, overwrite)?;
    let failed = |source| ExportError::write(path, source);
    if path.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    let file = temporary().tempfile_in(parent(path)).map_err(failed)?;
    let mut out = BufWriter::with_capacity(256 << 10, Counted { inner: file, bytes: 0 });
    let tally = write(&mut out).map_err(|error| error.at(path))?;
    let Counted { inner, bytes } = out.into_inner().map_err(|error| failed(error.into_error()))?;
    let moved = if overwrite { inner.persist(path) } else { inner.persist_noclobber(path) };
    match moved {
        Ok(_) => Ok(Tally { bytes, ..tally }),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(ExportError::Exists { path: path.to_owned() })
        }
        Err(error) => Err(failed(error.error)),
    }
}

/// Fills a folder (mode 0700) beside its place, and moves it there when it is done; into one that is there already its files
/// are moved one by one.
pub fn folder(
    path: &Path,
    overwrite: bool,
    fill: impl FnOnce(&Path) -> Result<Tally, ExportError>,
) -> Result<Tally, ExportError> {
    check(path, overwrite)?;
    let failed = |source| ExportError::write(path, source);
    if path.exists() && !path.is_dir() {
        return Err(failed(io::ErrorKind::NotADirectory.into()));
    }
    let private = Permissions::from_mode(0o700);
    let folder = temporary().permissions(private).tempdir_in(parent(path)).map_err(failed)?;
    let tally = fill(folder.path()).map_err(|error| error.at(path))?;
    if path.is_dir() {
        for entry in fs::read_dir(folder.path()).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            fs::rename(entry.path(), path.join(entry.file_name())).map_err(failed)?;
        }
    } else {
        fs::rename(folder.path(), path).map_err(failed)?;
        let _gone = folder.keep();
    }
    Ok(tally)
}

/// Whatever stands there, a dangling link included, is replaced only by one who was told so.
fn check(path: &Path, overwrite: bool) -> Result<(), ExportError> {
    if !overwrite && path.symlink_metadata().is_ok() {
        return Err(ExportError::Exists { path: path.to_owned() });
    }
    Ok(())
}

fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".sockscope-").suffix(".part");
    builder
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
