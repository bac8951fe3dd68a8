//! The terminal, lent to another program until that ends: the editor, the pager, the shell.

use std::io;
use std::time::Duration;

use jiff::Timestamp;
use rustix::process::{Signal, kill_current_process_group};
use tokio::signal::unix::{SignalKind, signal};

use crate::app::{App, Effect, Event, Grade};
use crate::{external, terminal};

/// How long a stop signal may take to arrive.
const STOPPED_WITHIN: Duration = Duration::from_secs(1);

/// Whether an effect gives the terminal to another program.
pub(super) fn lends(effect: &Effect) -> bool {
    matches!(effect, Effect::Edit { .. } | Effect::EditRule(_) | Effect::Page(_) | Effect::Suspend)
}

/// Gives the terminal to another program until that ends, on a thread that may block.
pub(super) async fn lend(effect: Effect, app: &mut App, clock: fn() -> Timestamp) {
    let edited: Option<fn(String) -> Event> = match effect {
        Effect::Edit { draft: true, .. } => Some(Event::Drafted),
        Effect::EditRule(_) => Some(Event::RuleEdited),
        _ => None,
    };
    let lent = tokio::task::spawn_blocking(move || {
        terminal::lend(|| match effect {
            Effect::Edit { text, .. } | Effect::EditRule(text) => external::edit(&text).map(Some),
            Effect::Page(text) => external::page(&text).map(|()| None),
            _ => suspend().map(|()| None),
        })
    });
    let result = match lent.await {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => Err(format!("the terminal could not be taken back: {error}")),
        Err(error) => Err(error.to_string()),
    };
    match (result, edited) {
        (Ok(Some(text)), Some(edited)) => drop(app.update(edited(text), clock())),
        (Ok(_), _) => {}
        (Err(why), _) => drop(app.update(Event::Told(Grade::Failed, why), clock())),
    }
}

/// Stops this process until the shell continues it.
fn suspend() -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot suspend: {error}");
    tokio::runtime::Handle::current().block_on(async {
        let mut continued = signal(SignalKind::from_raw(Signal::CONT.as_raw())).map_err(failed)?;
        // The whole group, as the terminal would: under `cargo run` the shell waits for cargo.
        kill_current_process_group(Signal::TSTP).map_err(|error| failed(error.into()))?;
        // Some thread of ours takes the signal a moment later; only then may the terminal be taken back. A
        // process that nobody can continue is not stopped at all.
        let _ = tokio::time::timeout(STOPPED_WITHIN, continued.recv()).await;
        Ok(())
    })
}
