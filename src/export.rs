//! What a session or a recording has, in files that others can use: a smaller recording, plain payloads for test
//! fixtures, HAR, or a report without names and texts that can be posted in public.
//!
//! All of them read the lines twice at most, in the order in which they stand, and hold none: a million envelopes
//! cost some bytes each. Nothing is shown before it is whole: a file is written beside its place and moved there
//! when it is done.

pub mod har;
pub mod payloads;
pub mod recording;
pub mod redact;

mod chosen;
mod error;
mod output;
mod scan;

use std::io::Write;
use std::path::PathBuf;

pub use chosen::{Chosen, matching};
pub use error::ExportError;

use chosen::Plan;
use scan::Watch;

use crate::journal::Lines;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// The records as they stand: `sockscope open` reads them again
    Recording,
    /// A folder with a JSON file for each payload and each ack
    Payloads,
    /// HTTP Archive 1.2 with `_webSocketMessages`
    Har,
    /// A recording without names, texts, ids and URLs, to be posted in public
    Redacted,
}

impl Format {
    pub const ALL: [Self; 4] = [Self::Recording, Self::Payloads, Self::Har, Self::Redacted];

    pub fn name(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Payloads => "payloads",
            Self::Har => "HAR",
            Self::Redacted => "redacted report",
        }
    }

    /// What follows the time in a proposed file name; a folder's has no dot.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Recording => ".jsonl",
            Self::Payloads => "-payloads",
            Self::Har => ".har",
            Self::Redacted => "-redacted.jsonl",
        }
    }
}

/// One export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub format: Format,
    pub chosen: Chosen,
    /// A file, or the folder of [`Format::Payloads`].
    pub path: PathBuf,
    /// Whether what is there already may be replaced.
    pub overwrite: bool,
    /// Whether a redacted report also hides what the app's developer chose: `action_id`, `block_id`, `callback_id`,
    /// commands.
    pub redact_ids: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub envelopes: u64,
    /// Lines of a recording, entries of a HAR, files of payloads.
    pub items: u64,
    pub bytes: u64,
    /// Lines that are no records, and envelopes without a payload where payloads were asked for.
    pub left_out: u64,
}

/// Writes an export into its file or folder. `watch` hears how far it has come, in percent, and stops it by
/// answering `false`; then, as after any error, nothing half-written stays.
pub fn export(lines: &Lines, job: &Job, watch: &mut dyn FnMut(u8) -> bool) -> Result<Tally, ExportError> {
    if job.format == Format::Payloads {
        return output::folder(&job.path, job.overwrite, |folder| {
            let mut watch = Watch::new(lines, &job.chosen, watch)?;
            let plan = Plan::new(lines, &job.chosen, &mut watch)?;
            payloads::write(lines, &plan, folder, &mut watch)
        });
    }
    output::file(&job.path, job.overwrite, |out| {
        write(lines, job.format, &job.chosen, job.redact_ids, out, watch)
    })
}

/// Writes an export that is one file to `out`, as `open --export` does to stdout. Payloads are a folder and cannot
/// be written so: [`ExportError::NeedsFolder`].
pub fn write(
    lines: &Lines,
    format: Format,
    chosen: &Chosen,
    redact_ids: bool,
    out: &mut dyn Write,
    watch: &mut dyn FnMut(u8) -> bool,
) -> Result<Tally, ExportError> {
    let mut watch = Watch::new(lines, chosen, watch)?;
    let plan = Plan::new(lines, chosen, &mut watch)?;
    match format {
        Format::Recording => recording::write(lines, &plan, out, &mut watch),
        Format::Har => har::write(lines, &plan, out, &mut watch),
        Format::Redacted => redact::write(lines, &plan, redact_ids, out, &mut watch),
        Format::Payloads => Err(ExportError::NeedsFolder),
    }
}

#[cfg(test)]
mod fixture;
