//! `open --export`: a recording in another form, without a screen.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::ending::killed;
use crate::app::exports::done;
use crate::config::Settings;
use crate::export::{self, ExportError, Format, Job, Tally};
use crate::journal::Lines;
use crate::journal::filter::Filter;
use crate::log;
use crate::open::Sources;

/// What was asked for.
pub struct Wanted {
    pub format: Format,
    pub output: Option<PathBuf>,
    pub force: bool,
    pub redact_ids: bool,
    pub filter: Option<Filter>,
}

/// How often standard input is asked whether it is over.
const ASKED_EVERY: Duration = Duration::from_millis(20);

pub async fn export(settings: Settings, files: Vec<PathBuf>, wanted: Wanted) -> anyhow::Result<ExitCode> {
    log::start(settings.options.log.as_deref())?;
    if wanted.format == Format::Payloads && wanted.output.is_none() {
        return Err(ExportError::NeedsFolder.into());
    }
    let sources = Sources::open(&files)?;
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let mut writing = tokio::task::spawn_blocking(move || write(&sources, wanted, &stopped));
    let told = tokio::select! {
        written = &mut writing => written??,
        code = killed(None) => {
            // It cleans up what it began.
            stop.store(true, Ordering::Relaxed);
            let _ = writing.await;
            return Ok(code);
        }
    };
    if let Some(told) = told {
        eprintln!("sockscope: {told}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes, and gives what there is to tell of it.
fn write(sources: &Sources, wanted: Wanted, stop: &AtomicBool) -> Result<Option<String>, ExportError> {
    let mut go_on = |_| !stop.load(Ordering::Relaxed);
    let input = (0..sources.files.count()).filter(|file| sources.is_input(*file));
    for file in input {
        while !sources.now(file).map_err(ExportError::Read)?.is_whole && go_on(0) {
            thread::sleep(ASKED_EVERY);
        }
    }
    let lines = Lines::from(sources.files.clone());
    let chosen = export::matching(&lines, wanted.filter.as_ref(), &mut go_on)?;
    let Wanted { format, force: overwrite, redact_ids, .. } = wanted;
    if let Some(path) = wanted.output {
        let job = Job { format, chosen, path, overwrite, redact_ids };
        let tally = export::export(&lines, &job, &mut go_on)?;
        return Ok(Some(done(&job, &tally)));
    }
    let mut out = io::BufWriter::with_capacity(1 << 18, io::stdout().lock());
    let written = export::write(&lines, format, &chosen, redact_ids, &mut out, &mut go_on)
        .and_then(|tally| io::Write::flush(&mut out).map(|()| tally).map_err(ExportError::Out));
    match written {
        // Who reads our output has read enough.
        Err(ExportError::Out(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        Err(error) => Err(error),
        Ok(Tally { left_out: 0, .. }) => Ok(None),
        Ok(Tally { left_out, .. }) => Ok(Some(format!("{left_out} lines are no records, and were left out"))),
    }
}
