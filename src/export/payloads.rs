//! Payloads as files for test fixtures: the bytes as they came with a final newline, each ack beside its envelope.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use jiff::tz::TimeZone;

use super::chosen::{Ids, Plan};
use super::scan::Watch;
use super::{ExportError, Tally};
use crate::journal::{Event, Lines, Place, Record};
use crate::slack::envelope::About;
use crate::slack::message::Header;

/// The longest part of a name, so that four of them fit into what file systems take (255 bytes).
const PART: usize = 48;

pub(super) fn write(
    lines: &Lines,
    plan: &Plan,
    folder: &Path,
    watch: &mut Watch,
) -> Result<Tally, ExportError> {
    let mut files =
        Files { lines, folder, ids: Ids::default(), envelopes: HashMap::new(), tally: Tally::default() };
    let unreadable = plan.each(lines, watch, |kept| {
        let written = match &kept.record.event {
            Event::Envelope { envelope_id, message, .. } => {
                files.payload(kept.record, kept.line.place, envelope_id, message)
            }
            Event::Ack { envelope_id, message, .. } => files.ack(envelope_id, message),
            _ => Ok(()),
        };
        written.map_err(ExportError::Out)
    })?;
    files.tally.left_out += unreadable;
    if files.tally.items == 0 { Err(ExportError::Nothing) } else { Ok(files.tally) }
}

struct Files<'a> {
    lines: &'a Lines,
    folder: &'a Path,
    ids: Ids,
    /// Where the envelope of an id stands: its name is made again when its ack comes.
    envelopes: HashMap<u64, Place>,
    tally: Tally,
}

impl Files<'_> {
    fn payload(&mut self, record: &Record, place: Place, id: &str, message: &str) -> io::Result<()> {
        let payload = Header::parse(message).and_then(|header| header.payload);
        let (Some(payload), Some(stem)) = (payload, stem(record)) else {
            self.tally.left_out += 1;
            return Ok(());
        };
        if !id.is_empty() {
            self.envelopes.insert(self.ids.hash(id), place);
        }
        self.tally.envelopes += 1;
        self.create(&stem, ".json", record.seq, payload)
    }

    fn ack(&mut self, id: &str, message: &str) -> io::Result<()> {
        let Some(place) = self.envelopes.get(&self.ids.hash(id)) else { return Ok(()) };
        let line = self.lines.line(*place)?;
        let record = Record::parse(&line).ok();
        let Some((stem, seq)) = record.and_then(|record| Some((stem(&record)?, record.seq))) else {
            return Ok(());
        };
        self.create(&stem, ".ack.json", seq, message)
    }

    /// A file that is new for sure: the folder is our own, so a name that is taken is of a twin.
    fn create(&mut self, stem: &str, ending: &str, seq: u64, text: &str) -> io::Result<()> {
        let candidates = (0_u32..).map(|twin| match twin {
            0 => format!("{stem}{ending}"),
            1 => format!("{stem}-{seq}{ending}"),
            _ => format!("{stem}-{seq}-{twin}{ending}"),
        });
        for name in candidates {
            let path = self.folder.join(name);
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(mut file) => {
                    file.write_all(format!("{text}\n").as_bytes())?;
                    self.tally.items += 1;
                    self.tally.bytes += text.len() as u64 + 1;
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// `20261122T072105.530123Z_view_submission_modal-with-inputs_<envelope_id>`, for an envelope.
fn stem(record: &Record) -> Option<String> {
    let Event::Envelope { envelope_id, type_, message, .. } = &record.event else { return None };
    let payload = Header::parse(message).and_then(|header| header.payload).unwrap_or_default();
    let about = About::of(type_, payload);
    let at = record.at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%S%.6fZ").to_string();
    let kind = about.kind.name();
    // A dot in the last part could make an envelope look like an ack.
    let id = safe(envelope_id).replace('.', "-");
    let parts = [at.as_str(), &safe(kind), &safe(&about.subject), &id];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Some(parts.join("_"))
}

/// What any file system and any shell takes: letters, digits, `-`, `_` and single dots within.
fn safe(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    let safe: String = text.chars().take(PART).map(plain).collect();
    safe.replace("..", "--").trim_matches(['.', '-', '_']).to_owned()
}

#[cfg(test)]
mod tests;
