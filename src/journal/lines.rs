//! Where lines are read back from: the journal of this session, or the files of earlier ones. Clones are cheap and
//! may go to other threads.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Journal, Place};

/// Lines by their [`Place`].
#[derive(Debug, Clone)]
pub enum Lines {
    Journal(Journal),
    Files(Files),
}

impl Lines {
    /// One line; what is not UTF-8 in it is shown as the replacement character.
    pub fn line(&self, place: Place) -> io::Result<String> {
        let mut bytes = Vec::new();
        self.read(place, &mut bytes)?;
        Ok(String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    /// The bytes of a place, which may span many lines, in the stead of what was in `bytes`.
    pub fn read(&self, place: Place, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.resize(place.len as usize, 0);
        match self {
            Self::Journal(journal) => journal.read_at(bytes, place.offset),
            Self::Files(files) => files.read_at(bytes, place.offset),
        }
    }

    /// Where lines stand now, a range of offsets for each file.
    pub fn extents(&self) -> io::Result<Vec<Range<u64>>> {
        match self {
            Self::Journal(journal) => Ok(vec![journal.extent()]),
            Self::Files(files) => (0..files.count())
                .map(|file| {
                    let length = files.file(file).metadata()?.len();
                    Ok(Files::offset(file, 0)..Files::offset(file, length))
                })
                .collect(),
        }
    }

    /// Why nothing is recorded any more, if so.
    pub fn fault(&self) -> Option<String> {
        match self {
            Self::Journal(journal) => journal.fault(),
            Self::Files(_) => None,
        }
    }
}

impl From<Journal> for Lines {
    fn from(journal: Journal) -> Self {
        Self::Journal(journal)
    }
}

impl From<Files> for Lines {
    fn from(files: Files) -> Self {
        Self::Files(files)
    }
}

/// The files of one or several recordings, in one space of offsets: the upper bits tell the file.
///
/// They are read, not mapped: a mapped file that somebody cuts while it is open kills the process that looks at it,
/// and a read of what is in the page cache costs a copy only.
#[derive(Debug, Clone)]
pub struct Files(Arc<[Opened]>);

#[derive(Debug)]
struct Opened {
    path: PathBuf,
    file: File,
}

/// Sixteen terabytes a file, a million files.
const FILE_SHIFT: u32 = 44;

impl Files {
    pub fn new(files: impl IntoIterator<Item = (PathBuf, File)>) -> Self {
        Self(files.into_iter().map(|(path, file)| Opened { path, file }).collect())
    }

    /// How many there are; they count from 0.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub fn path(&self, file: usize) -> &Path {
        &self.0[file].path
    }

    pub fn file(&self, file: usize) -> &File {
        &self.0[file].file
    }

    /// The offset in the common space of a place in one file.
    pub fn offset(file: usize, at: u64) -> u64 {
        ((file as u64) << FILE_SHIFT) | at
    }

    /// Which file an offset is in, and where.
    pub fn locate(offset: u64) -> (usize, u64) {
        (usize::try_from(offset >> FILE_SHIFT).unwrap_or(usize::MAX), offset & ((1 << FILE_SHIFT) - 1))
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let (file, at) = Self::locate(offset);
        self.0.get(file).ok_or(io::ErrorKind::NotFound)?.file.read_exact_at(bytes, at)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write as _;

    #[test]
    fn each_file_has_its_own_offsets_and_what_is_gone_is_an_error() {
        let file = |text: &[u8]| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(text).unwrap();
            (PathBuf::new(), file)
        };
        let files = Files::new([file(b"one\ntwo\n"), file(b"drei\n\xff\n")]);
        let lines = Lines::from(files);
        let line = |file, at, len| lines.line(Place { offset: Files::offset(file, at), len });
        assert_eq!(line(0, 4, 3).unwrap(), "two");
        assert_eq!(line(1, 0, 4).unwrap(), "drei");
        assert_eq!(line(1, 5, 1).unwrap(), "\u{fffd}");
        assert!(line(0, 6, 3).is_err());
        assert!(line(2, 0, 1).is_err());
        assert_eq!(Files::locate(Files::offset(3, 77)), (3, 77));
    }
}
