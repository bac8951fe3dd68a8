//! A recording of the chosen rows: their records byte for byte as they stand, `seq` included, with what gives them
//! context. It begins with a `session` record, and `sockscope open` reads it again.

use std::io::Write;

use super::chosen::Plan;
use super::scan::Watch;
use super::{ExportError, Tally};
use crate::journal::record::VERSION;
use crate::journal::{Event, Lines, Record};

pub(super) fn write(
    lines: &Lines,
    plan: &Plan,
    out: &mut dyn Write,
    watch: &mut Watch,
) -> Result<Tally, ExportError> {
    records(lines, plan, watch, |line, tally| {
        tally.bytes += line.len() as u64 + 1;
        out.write_all(line).and_then(|()| out.write_all(b"\n"))
    })
}

/// Hands over the lines of a recording.
pub(super) fn records(
    lines: &Lines,
    plan: &Plan,
    watch: &mut Watch,
    mut each: impl FnMut(&[u8], &mut Tally) -> std::io::Result<()>,
) -> Result<Tally, ExportError> {
    let mut tally = Tally::default();
    let mut of = 0;
    let left_out = plan.each(lines, watch, |kept| {
        if kept.session != of && !matches!(kept.record.event, Event::Session { .. }) {
            each(missing_session(kept.record).as_bytes(), &mut tally).map_err(ExportError::Out)?;
            tally.items += 1;
        }
        of = kept.session;
        tally.envelopes += u64::from(matches!(kept.record.event, Event::Envelope { .. }));
        tally.items += 1;
        each(kept.line.bytes, &mut tally).map_err(ExportError::Out)
    })?;
    tally.left_out = left_out;
    if tally.items == 0 { Err(ExportError::Nothing) } else { Ok(tally) }
}

/// Records without their beginning (what a filter printed) are of no session: this one stands in for it, so that
/// what follows is not taken for the session before.
fn missing_session(record: &Record) -> String {
    let (seq, at, version) = (record.seq.saturating_sub(1), record.at, env!("CARGO_PKG_VERSION"));
    format!(
        r#"{{"v":{VERSION},"seq":{seq},"at":"{at:.6}","kind":"session","mode":"export","version":"{version}"}}"#
    )
}

#[cfg(test)]
mod tests;
