//! The lines of a source, one at a time and in their order.

use std::borrow::Cow;
use std::io::{self, BufRead as _, BufReader, Read};

use super::{Chosen, ExportError};
use crate::journal::{Lines, Place};

/// A longer line is no record of ours, and must not fill the memory.
const LONGEST: u64 = 256 << 20;

const CHUNK: usize = 256 << 10;

/// How many bytes are read between two looks at the watch.
const WATCHED: u64 = 1 << 20;

/// One line where it stands, without its end.
pub struct Line<'a> {
    pub place: Place,
    pub bytes: &'a [u8],
    /// What is not UTF-8 in it is the replacement character.
    pub text: Cow<'a, str>,
    /// Whether it is the first of its file.
    pub first: bool,
}

/// Tells how far an export has come, and hears when it shall stop.
pub struct Watch<'a> {
    tell: &'a mut dyn FnMut(u8) -> bool,
    total: u64,
    done: u64,
    told: u64,
}

impl<'a> Watch<'a> {
    pub fn new(
        lines: &Lines,
        chosen: &Chosen,
        tell: &'a mut dyn FnMut(u8) -> bool,
    ) -> Result<Self, ExportError> {
        let extents = lines.extents().map_err(ExportError::Read)?;
        let bytes: u64 = extents.iter().map(|extent| extent.end - extent.start).sum();
        let passes = if *chosen == Chosen::All { 1 } else { 2 };
        Ok(Self { tell, total: (bytes * passes).max(1), done: 0, told: 0 })
    }

    fn advance(&mut self, bytes: u64) -> Result<(), ExportError> {
        self.done += bytes;
        if self.done - self.told < WATCHED && self.told > 0 {
            return Ok(());
        }
        self.told = self.done.max(1);
        let percent = u8::try_from(self.done.saturating_mul(100) / self.total).unwrap_or(100);
        if (self.tell)(percent.min(100)) { Ok(()) } else { Err(ExportError::Stopped) }
    }
}

/// Hands over every line that stands there now, file after file. Sessions of several files stay apart so.
pub fn each(
    lines: &Lines,
    watch: &mut Watch,
    mut take: impl FnMut(&Line) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    for extent in lines.extents().map_err(ExportError::Read)? {
        let mut offset = extent.start;
        let mut reader = BufReader::with_capacity(
            CHUNK,
            Region { lines, at: extent.start, end: extent.end, chunk: Vec::new() },
        );
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let mut read =
                reader.by_ref().take(LONGEST).read_until(b'\n', &mut bytes).map_err(ExportError::Read)?
                    as u64;
            if read == 0 {
                break;
            }
            if read == LONGEST && bytes.last() != Some(&b'\n') {
                bytes.clear();
                read += reader.skip_until(b'\n').map_err(ExportError::Read)? as u64;
            }
            let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
            let len = u32::try_from(line.len()).unwrap_or(u32::MAX);
            let text = str::from_utf8(line).map_or_else(|_| String::from_utf8_lossy(line), Cow::Borrowed);
            let first = offset == extent.start;
            take(&Line { place: Place { offset, len }, bytes: line, text, first })?;
            offset += read;
            watch.advance(read)?;
        }
    }
    Ok(())
}

/// A range of offsets as a stream of bytes.
struct Region<'a> {
    lines: &'a Lines,
    at: u64,
    end: u64,
    chunk: Vec<u8>,
}

impl Read for Region<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let len = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(out.len()).min(CHUNK);
        if len == 0 {
            return Ok(0);
        }
        let place = Place { offset: self.at, len: u32::try_from(len).unwrap_or(u32::MAX) };
        self.lines.read(place, &mut self.chunk)?;
        out[..len].copy_from_slice(&self.chunk);
        self.at += len as u64;
        Ok(len)
    }
}
