//! The loop: it alone awaits, and what it lends the terminal to. One event at a time into the state, its effects out, and a frame
//! when something changed. The terminal, the input and the clock are arguments, so that tests run this very loop.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, MouseEventKind};
use futures_util::{Stream, StreamExt as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::Rect;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::exports::Exporter;
use super::pool::Pool;
use super::scan::Found;
use super::{App, Effect, Event, Grade};
use crate::clipboard::Clipboard;
use crate::journal::Tail;
use crate::link::Command;
use crate::open::{Reading, Update};
use crate::simulator::Handle;
use crate::templates;
use crate::ui::theme::Theme;
use crate::ui::{self, Look};

mod lend;
mod outside;
mod save;

/// A faster screen than this nobody sees, and a burst of records must not be drawn one by one.
const FRAME: Duration = Duration::from_millis(16);

/// Everything around the state.
pub struct Surroundings<I> {
    /// Makes the stream of terminal events. It is made anew after the terminal was lent out: the old one would
    /// go on reading what is typed into the editor.
    pub input: I,
    pub feed: Feed,
    /// What the link hears; none where there is no link.
    pub commands: Option<mpsc::Sender<Command>>,
    /// The built-in simulator, in `demo`.
    pub simulator: Option<Handle>,
    pub clipboard: Clipboard,
    pub zone: TimeZone,
    pub clock: fn() -> Timestamp,
    pub outside: Outside,
}

/// Where records come from.
#[derive(Debug)]
pub enum Feed {
    /// A session that goes on.
    Journal(Tail),
    /// A recording that is read in the background.
    Recording(Reading),
}

/// What a feed has.
enum News {
    /// There are lines to read.
    Lines,
    Update(Update),
    /// Nothing more will come.
    Over,
}

impl Feed {
    async fn next(&mut self) -> News {
        match self {
            // Who writes the journal is part of this very process.
            Self::Journal(tail) => {
                if tail.changed().await {
                    News::Lines
                } else {
                    News::Over
                }
            }
            Self::Recording(reading) => reading.next().await.map_or(News::Over, News::Update),
        }
    }
}

/// What effects need to know of the world.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// Where the user's templates lie.
    pub templates: Option<PathBuf>,
    /// Whom to ask for `blocks.validate`.
    pub api_url: Option<Url>,
}

/// Where threads and tasks tell what has come of their work; nothing where a job was called off.
type Tell = mpsc::UnboundedSender<Option<Event>>;

/// Why the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Quit,
    /// The terminal is gone.
    HungUp,
}

/// Runs until the user quits or the terminal goes away.
pub async fn run<B, I, S>(
    app: &mut App,
    terminal: &mut Terminal<B>,
    around: &mut Surroundings<I>,
) -> Result<Ended, B::Error>
where
    B: Backend,
    I: FnMut() -> S,
    S: Stream<Item = io::Result<TerminalEvent>> + Unpin,
{
    let mut input = (around.input)();
    let clock = around.clock;
    app.settle(clock());
    let mut look = Look { theme: load(app.theme), now: app.shown_at(clock()), zone: around.zone.clone() };
    let mut drawn_theme = app.theme;
    let mut dirty = true;
    let mut readable = true;
    let mut drawn = Instant::now();
    // Unbounded, and yet short: the state asks for a few things at a time.
    let (tell, mut told) = mpsc::unbounded_channel();
    let found = tell.clone();
    let mut pool = Pool::new(move |news: Option<Found>| drop(found.send(news.map(Event::Found))));
    let export = tell.clone();
    let mut exporter = Exporter::new(move |news| drop(export.send(Some(Event::Exported(news)))));
    if let Some(folder) = &around.outside.templates {
        app.set_templates(templates::load(folder), clock());
    }
    terminal.draw(|frame| ui::draw(app, &look, frame))?;
    loop {
        pool.fill(|| app.next_job());
        let now = (around.clock)();
        let due = if dirty { Some(drawn + FRAME) } else { next_tick(app, now, drawn) };
        let effects = tokio::select! {
            biased;
            event = input.next() => match event {
                Some(Ok(event)) => match translate(event) {
                    Some(event) => {
                        dirty = true;
                        app.update(event, (around.clock)())
                    }
                    None => Vec::new(),
                },
                Some(Err(_)) | None => return Ok(Ended::HungUp),
            },
            () = wait(due) => {
                let now = clock();
                if drawn_theme != app.theme {
                    drawn_theme = app.theme;
                    look.theme = load(app.theme);
                }
                // A resize is known here before its event comes.
                terminal.autoresize()?;
                let size = terminal.get_frame().area().as_size();
                let effects = app.update(Event::Resize(size.width, size.height), now);
                look.now = app.shown_at(now);
                if let Some(slack) = &around.simulator {
                    app.ask_simulator(slack);
                }
                terminal.draw(|frame| ui::draw(app, &look, frame))?;
                drawn = Instant::now();
                dirty = false;
                effects
            },
            Some(news) = told.recv() => {
                if matches!(news, Some(Event::Found(_)) | None) {
                    pool.is_back();
                }
                let Some(event) = news else { continue };
                dirty = true;
                app.update(event, (around.clock)())
            },
            news = around.feed.next(), if readable => {
                readable = take(news, app, around);
                dirty = true;
                Vec::new()
            },
        };
        for effect in effects {
            if effect == Effect::Quit {
                return Ok(Ended::Quit);
            }
            if lend::lends(&effect) {
                drop(input);
                lend::lend(effect, app, around.clock).await;
                // Not `clear`, which asks the terminal for its cursor and fails where no answer comes.
                let size = terminal.size()?;
                terminal.resize(Rect::new(0, 0, size.width, size.height))?;
                app.update(Event::Resize(size.width, size.height), (around.clock)());
                dirty = true;
                input = (around.input)();
            } else if let Effect::Export(job) = effect {
                exporter.start(app.lines(), job);
            } else {
                outside::perform(effect, app, around, &tell);
            }
        }
    }
}

/// Takes what the feed has; `false` where nothing more will come of it.
fn take<I>(news: News, app: &mut App, around: &mut Surroundings<I>) -> bool {
    match (news, &mut around.feed) {
        (News::Lines, Feed::Journal(tail)) => {
            let Err(error) = tail.read(|place, line| app.record(place, line)) else { return true };
            // Somebody took the file away from under us: acks go on, the list cannot.
            let told = format!("the journal cannot be read any more: {error}");
            app.update(Event::Told(Grade::Failed, told), (around.clock)());
            false
        }
        (News::Update(update), _) => {
            app.read(update, (around.clock)());
            true
        }
        (News::Lines | News::Over, _) => false,
    }
}

fn load(name: &str) -> Theme {
    // Only names of built-in themes get here, and a test loads every one of them.
    Theme::named(name).unwrap_or_default()
}

fn next_tick(app: &App, now: Timestamp, drawn: Instant) -> Option<Instant> {
    let wait = Duration::try_from(app.next_change(now)?).unwrap_or_default();
    Some((Instant::now() + wait).max(drawn + FRAME))
}

async fn wait(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

fn translate(event: TerminalEvent) -> Option<Event> {
    match event {
        TerminalEvent::Key(key) => Some(Event::Key(key)),
        TerminalEvent::Mouse(mouse) => match mouse.kind {
            // The mouse moves all the time, and nothing here follows it.
            MouseEventKind::Moved | MouseEventKind::Drag(_) | MouseEventKind::Up(_) => None,
            _ => Some(Event::Mouse(mouse)),
        },
        TerminalEvent::Paste(text) => Some(Event::Paste(text)),
        TerminalEvent::Resize(width, height) => Some(Event::Resize(width, height)),
        TerminalEvent::FocusGained | TerminalEvent::FocusLost => None,
    }
}
