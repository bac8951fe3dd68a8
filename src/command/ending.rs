//! What ends a session: `--for`, `--until`, a signal.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::config::Settings;
use crate::headless::{self, Headless, Outcome};
use crate::journal::Tail;
use crate::{link, terminal};

/// How long a session may take to end after a signal.
const GRACE: Duration = Duration::from_secs(3);

/// Resolves when `--for` or `--until` says so. A fatal error ends no session with a screen: it is explained there.
pub(super) async fn over(tail: Tail, settings: &Settings) {
    let options = headless::Options {
        filter: None,
        until: settings.options.until.clone(),
        for_: settings.options.for_,
    };
    if options.until.is_none() && options.for_.is_none() {
        return std::future::pending().await;
    }
    let mut silent = Headless::new(tail, io::sink(), options);
    while let Ok(Outcome::Fatal(_)) = silent.run().await {}
}

/// Resolves with the shell's code for the signal that came. A task of its own hears it, whatever blocks the
/// session; and where that goes on blocking, the process ends all the same.
pub(super) async fn killed(commands: Option<mpsc::Sender<link::Command>>) -> ExitCode {
    let heard = tokio::spawn(async move {
        let code = signalled().await;
        std::thread::spawn(move || end_for_good(code));
        // From here already: the session may be blocked, as reading from a terminal that is gone never ends.
        if let Some(commands) = commands {
            let _ = commands.send(link::Command::Shutdown).await;
        }
        code
    });
    heard.await.map_or(ExitCode::FAILURE, ExitCode::from)
}

async fn signalled() -> u8 {
    let kinds = [(SignalKind::interrupt(), 130), (SignalKind::terminate(), 143), (SignalKind::hangup(), 129)];
    let waits = kinds.map(|(kind, code)| {
        Box::pin(async move {
            let Ok(mut signals) = signal(kind) else { return std::future::pending().await };
            while signals.recv().await.is_some() {
                if kind != SignalKind::interrupt() || !terminal::is_lent() {
                    break;
                }
            }
            code
        })
    });
    futures_util::future::select_all(waits).await.0
}

/// The session had its time to end in good order. A terminal that takes no output may block this as well.
fn end_for_good(code: u8) {
    std::thread::sleep(GRACE);
    let restoring = std::thread::spawn(terminal::restore);
    std::thread::sleep(GRACE / 10);
    drop(restoring);
    std::process::exit(code.into());
}
