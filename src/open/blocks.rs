//! A file in blocks that many cores read at once: a line belongs to the block that it starts in, so that each block
//! can be read without knowing the others.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

/// Bytes of a block: enough that handing it over costs nothing, little enough that the first rows come at once.
pub const BLOCK: u64 = 2 << 20;

/// A line that is longer is no record of ours; it is skipped unread. Slack's longest messages have some megabytes.
pub const LONGEST_LINE: u64 = 512 << 20;

/// How much of a line that runs on over the end of its block is read at first.
const RUN_ON: u64 = 64 << 10;

/// A part of a file, by bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub file: usize,
    pub from: u64,
    pub to: u64,
    /// A line starts at `from` for sure.
    pub at_line: bool,
    /// Where the file ends, as far as it is read now.
    pub end: u64,
}

/// The parts of a file between two places; a line starts at `from`.
pub fn parts(file: usize, from: u64, end: u64) -> impl Iterator<Item = Part> {
    let mut next = from;
    std::iter::from_fn(move || {
        let part = Part { file, from: next, to: (next + BLOCK).min(end), at_line: next == from, end };
        next = part.to;
        (part.from < end).then_some(part)
    })
}

/// The whole lines that start in a part. The last one may lack its end, where the file ends.
#[derive(Debug)]
pub struct Lines<'a> {
    /// Where the first line starts.
    pub offset: u64,
    pub bytes: &'a [u8],
    /// Where a line starts that is longer than [`LONGEST_LINE`], after all of these.
    pub too_long: Option<u64>,
}

impl<'a> Lines<'a> {
    /// Each line without its end, with its place in the file.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &'a [u8])> {
        let (bytes, mut at) = (self.bytes, 0);
        let offset = self.offset;
        std::iter::from_fn(move || {
            let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
            let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = (offset + at as u64, &rest[..len]);
            at += len + 1;
            Some(line)
        })
    }

    /// Whether the last line has no end (yet).
    pub fn is_torn(&self) -> bool {
        self.bytes.last().is_some_and(|byte| *byte != b'\n')
    }
}

/// Reads the lines of a part. A file that is shorter by now ends where it ends.
pub fn read<'b>(file: &File, part: Part, buffer: &'b mut Vec<u8>) -> io::Result<Lines<'b>> {
    // The byte before tells whether a line starts with the part.
    let from = if part.at_line { part.from } else { part.from - 1 };
    buffer.clear();
    fill(file, from..part.to, buffer)?;
    let start =
        if part.at_line { 0 } else { memchr::memchr(b'\n', buffer).map_or(buffer.len(), |end| end + 1) };
    let offset = from + start as u64;
    let mut too_long = None;
    if offset >= part.to {
        // The part is inside of one long line, which belongs to an earlier part.
        buffer.truncate(start);
    } else if buffer.last() != Some(&b'\n') {
        let line = memchr::memrchr(b'\n', &buffer[start..]).map_or(start, |end| start + end + 1);
        if !read_on(file, from, part.end, line, buffer)? {
            too_long = Some(from + line as u64);
            buffer.truncate(line);
        }
    }
    Ok(Lines { offset, bytes: &buffer[start.min(buffer.len())..], too_long })
}

/// Reads the rest of the line that starts at `line` in the buffer; `false` where it is too long to be one.
fn read_on(file: &File, from: u64, end: u64, line: usize, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let mut more = RUN_ON;
    loop {
        let at = from + buffer.len() as u64;
        let old = buffer.len();
        if at >= end {
            return Ok(true);
        }
        if (old - line) as u64 > LONGEST_LINE {
            return Ok(false);
        }
        buffer.reserve_exact(usize::try_from(more.min(end - at)).unwrap_or(0));
        fill(file, at..(at + more).min(end), buffer)?;
        if let Some(found) = memchr::memchr(b'\n', &buffer[old..]) {
            buffer.truncate(old + found + 1);
            return Ok(true);
        }
        if buffer.len() == old {
            return Ok(true);
        }
        more = (more * 2).min(16 << 20);
    }
}

/// Appends what the file has there, which may be less than was asked for.
fn fill(file: &File, range: Range<u64>, buffer: &mut Vec<u8>) -> io::Result<()> {
    let start = buffer.len();
    let want = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(0);
    buffer.resize(start + want, 0);
    let mut filled = 0;
    while filled < want {
        match file.read_at(&mut buffer[start + filled..], range.start + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                buffer.truncate(start);
                return Err(error);
            }
        }
    }
    buffer.truncate(start + filled);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    /// All lines of a file that is cut at these places.
    fn lines(bytes: &[u8], cuts: &[u64]) -> Vec<(u64, Vec<u8>)> {
        let (file, end) = (file(bytes), bytes.len() as u64);
        let mut edges = vec![0, end];
        edges.extend(cuts.iter().map(|cut| cut % (end + 1)));
        edges.sort_unstable();
        edges.dedup();
        let mut buffer = Vec::new();
        let mut found = Vec::new();
        for edge in edges.windows(2) {
            let part = Part { file: 0, from: edge[0], to: edge[1], at_line: edge[0] == 0, end };
            let lines = read(&file, part, &mut buffer).unwrap();
            found.extend(lines.iter().map(|(at, line)| (at, line.to_vec())));
        }
        found
    }

    #[test]
    fn a_line_over_many_blocks_belongs_to_the_first() {
        let long = [b"a\n".as_slice(), &vec![b'x'; 300_000], b"\nb"].concat();
        let whole = lines(&long, &[]);
        assert_eq!(
            whole.iter().map(|(at, line)| (*at, line.len())).collect::<Vec<_>>(),
            [(0, 1), (2, 300_000), (300_003, 1)]
        );
        assert_eq!(lines(&long, &[1, 2, 3, 100_000, 200_000, 300_002, 300_003]), whole);
    }

    #[test]
    fn parts_cover_a_file_without_gaps() {
        let parts: Vec<_> = parts(3, 10, 10 + 2 * BLOCK + 5).collect();
        assert_eq!(parts.len(), 3);
        assert!(parts.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert!(parts[0].at_line && !parts[1].at_line && parts[2].to == parts[2].end);
        assert_eq!(super::parts(0, 7, 7).count(), 0);
    }

    proptest! {
        #[test]
        fn wherever_it_is_cut_each_line_is_read_once(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'a'), Just(0), any::<u8>()], 0..200),
            cuts in proptest::collection::vec(0_u64..200, 0..12),
        ) {
            let mut expected = Vec::new();
            let mut at = 0;
            for line in bytes.split_inclusive(|byte| *byte == b'\n') {
                expected.push((at, line.strip_suffix(b"\n").unwrap_or(line).to_vec()));
                at += line.len() as u64;
            }
            prop_assert_eq!(lines(&bytes, &cuts), expected);
        }
    }
}
