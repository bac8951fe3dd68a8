//! `open`: a recording, on the screen or searched.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use crossterm::event::EventStream;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::ending::killed;
use super::{exit_code, start};
use crate::app::keymap::Keymap;
use crate::app::opened::Opened;
use crate::app::run::{Feed, Outside, Surroundings, run as run_loop};
use crate::app::{App, Mode};
use crate::clipboard::Clipboard;
use crate::config::{Settings, templates_folder};
use crate::link::Rules;
use crate::open::grep::{self, Found};
use crate::open::{Reading, Sources};
use crate::{log, terminal};

/// A recording, on the screen or searched.
pub(super) async fn open(settings: Settings, files: Vec<PathBuf>, follow: bool) -> anyhow::Result<ExitCode> {
    log::start(settings.options.log.as_deref())?;
    let sources = Sources::open(&files)?;
    if settings.options.headless || !io::stdout().is_terminal() {
        return print_opened(settings, sources, follow).await;
    }
    let keymap = Keymap::new(&settings.keys)?;
    let mut app = App::open(
        Opened::new(sources.clone(), follow),
        start(&settings, keymap, Mode::Open, Rules::default())?,
    );
    let reading = Reading::start(&sources, follow).context("no thread to read with")?;
    let mut screen = terminal::Screen::take(settings.mouse).context("this terminal cannot be used")?;
    let mut around = Surroundings {
        input: EventStream::new,
        feed: Feed::Recording(reading),
        commands: None,
        simulator: None,
        clipboard: Clipboard::default(),
        zone: TimeZone::system(),
        clock: Timestamp::now,
        outside: Outside { templates: templates_folder(), api_url: None },
    };
    let ended = tokio::select! {
        ended = run_loop(&mut app, &mut *screen.terminal, &mut around) => ended.map(exit_code),
        code = killed(None) => Ok(code),
        () = time_is_up(settings.options.for_) => Ok(ExitCode::SUCCESS),
    };
    drop(screen);
    Ok(ended?)
}

/// The records of a recording on stdout.
async fn print_opened(settings: Settings, sources: Sources, follow: bool) -> anyhow::Result<ExitCode> {
    let filtered = settings.options.filter.is_some();
    let options = grep::Options {
        filter: settings.options.filter,
        until: settings.options.until,
        for_: settings.options.for_,
        follow,
    };
    let files = sources.clone();
    // It reads files, which blocks.
    let printing = tokio::task::spawn_blocking(move || {
        let mut out = io::BufWriter::with_capacity(1 << 18, io::stdout().lock());
        grep::grep(&files, options, &mut out)
    });
    let found = tokio::select! {
        found = printing => found??,
        code = killed(None) => return Ok(code),
    };
    let failed = print_troubles(&sources, &found, filtered);
    let found_nothing = filtered && found.printed == 0;
    Ok(if failed || found_nothing { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What kept records from being printed; whether that is a failure.
fn print_troubles(sources: &Sources, found: &Found, filtered: bool) -> bool {
    for line in found.notes(filtered) {
        eprintln!("sockscope: {line}");
    }
    for trouble in &found.troubles {
        eprintln!("sockscope: {}", trouble.words(sources));
    }
    let nothing = !filtered && found.printed == 0 && found.tally.unreadable > 0;
    if nothing {
        eprintln!("sockscope: there is no record of sockscope in {}", sources.name());
    }
    nothing || !found.troubles.is_empty()
}

async fn time_is_up(after: Option<Duration>) {
    match after {
        Some(after) => tokio::time::sleep(after).await,
        None => std::future::pending().await,
    }
}
