//! The loop: the only file here that awaits. One event at a time into the state, its effects out, and a frame
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
use rustix::process::{Signal, kill_current_process_group};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::exports::Exporter;
use super::pool::Pool;
use super::scan::Found;
use super::work::Task;
use super::{App, Effect, Event, Grade};
use crate::clipboard::{Clipboard, Copied};
use crate::journal::Tail;
use crate::link::{Command, validate};
use crate::open::{Reading, Update};
use crate::simulator::{Handle, Sending};
use crate::slack::message::Header;
use crate::slack::sample::{Overrides, Unsent};
use crate::slack::validation::Question;
use crate::ui::theme::Theme;
use crate::ui::{self, Look};
use crate::{external, templates, terminal};

mod save;

/// A faster screen than this nobody sees, and a burst of records must not be drawn one by one.
const FRAME: Duration = Duration::from_millis(16);

/// How long a stop signal may take to arrive.
const STOPPED_WITHIN: Duration = Duration::from_secs(1);

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
            if lends(&effect) {
                drop(input);
                lend(effect, app, around.clock).await;
                // Not `clear`, which asks the terminal for its cursor and fails where no answer comes.
                let size = terminal.size()?;
                terminal.resize(Rect::new(0, 0, size.width, size.height))?;
                app.update(Event::Resize(size.width, size.height), (around.clock)());
                dirty = true;
                input = (around.input)();
            } else if let Effect::Export(job) = effect {
                exporter.start(app.lines(), job);
            } else {
                perform(effect, app, around, &tell);
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

/// On a thread of its own, which nobody waits for when the program ends.
fn work(task: Task, tell: Tell) -> Result<(), String> {
    // Where the loop has ended, nobody wants to know any more.
    let run = move || drop(tell.send(Some(Event::Worked(task.run()))));
    std::thread::Builder::new()
        .name("work".to_owned())
        .spawn(run)
        .map(drop)
        .map_err(|error| format!("nothing can be worked out in the background: {error}"))
}

/// Whether an effect gives the terminal to another program.
fn lends(effect: &Effect) -> bool {
    matches!(effect, Effect::Edit { .. } | Effect::EditRule(_) | Effect::Page(_) | Effect::Suspend)
}

fn perform<I>(effect: Effect, app: &mut App, around: &mut Surroundings<I>, tell: &Tell) {
    let result = match effect {
        Effect::Link(command) => to_link(around.commands.as_ref(), command),
        Effect::Copy { what, text } => around.clipboard.copy(&text).map(|copied| {
            let by = if copied == Copied::Terminal { " (by way of the terminal)" } else { "" };
            let told = format!("copied {what}{by}");
            app.update(Event::Told(Grade::Done, told), (around.clock)());
        }),
        Effect::SendSample(name) => simulate(around.simulator.as_ref(), |slack| {
            slack
                .send(name, &Overrides::new(), Sending::default())
                .map(drop)
                .map_err(|error| error.to_string())
        }),
        Effect::SendAgain(text) => simulate(around.simulator.as_ref(), |slack| send_again(slack, &text)),
        Effect::SaveRules { path, text, replace } => save::rules(&path, &text, replace).map(|event| {
            app.update(event, (around.clock)());
        }),
        effect @ Effect::SaveTemplate { .. } => save_template(effect, app, around),
        Effect::CheckWithSlack { number, question } => {
            check_with_slack(around.outside.api_url.clone(), number, question, tell.clone())
        }
        Effect::Work(task) => work(task, tell.clone()),
        Effect::Edit { .. }
        | Effect::EditRule(_)
        | Effect::Page(_)
        | Effect::Export(_)
        | Effect::Suspend
        | Effect::Quit => Ok(()),
    };
    if let Err(why) = result {
        app.update(Event::Told(Grade::Failed, why), (around.clock)());
    }
}

fn to_link(commands: Option<&mpsc::Sender<Command>>, command: Command) -> Result<(), String> {
    let commands = commands.ok_or("there is no connection here")?;
    commands.try_send(command).map_err(|error| match error {
        mpsc::error::TrySendError::Full(_) => "the connections are busy: try again in a moment".to_owned(),
        mpsc::error::TrySendError::Closed(_) => "the connections are shut down already".to_owned(),
    })
}

/// Saves the draft and reads all templates anew, as if the program had just started.
fn save_template<I>(effect: Effect, app: &mut App, around: &Surroundings<I>) -> Result<(), String> {
    let Effect::SaveTemplate { kind, name, text, replace } = effect else { return Ok(()) };
    let folder = around.outside.templates.as_ref().ok_or(templates::SaveError::NoFolder);
    let saved = folder.and_then(|folder| {
        let path = templates::save(folder, kind, &name, &text, replace)?;
        Ok((path, templates::load(folder)))
    });
    let (path, loaded) = saved.map_err(|error| error.to_string())?;
    let now = (around.clock)();
    app.update(Event::Templates(loaded), now);
    app.update(Event::Told(Grade::Done, format!("saved as {}", path.display())), now);
    Ok(())
}

/// Asks in a task of its own: an answer may take seconds, and no key waits for it.
fn check_with_slack(api_url: Option<Url>, number: u64, question: Question, tell: Tell) -> Result<(), String> {
    let api_url = api_url.ok_or("there is no Slack to ask here")?;
    tokio::spawn(async move {
        let answer = validate::validate(api_url, question, validate::PATIENCE).await;
        // Nobody listens any more where the program ends.
        let _ = tell.send(Some(Event::Checked(number, answer)));
    });
    Ok(())
}

/// Gives the terminal to another program until that ends, on a thread that may block.
async fn lend(effect: Effect, app: &mut App, clock: fn() -> Timestamp) {
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

/// What the built-in simulator is asked to send.
fn simulate(
    simulator: Option<&Handle>,
    send: impl FnOnce(&Handle) -> Result<(), String>,
) -> Result<(), String> {
    let handle = simulator.ok_or("only the built-in simulator can send: run `sockscope demo`")?;
    send(handle)
}

/// The same envelope once more, with an `envelope_id` of its own, as Slack would.
fn send_again(slack: &Handle, message: &str) -> Result<(), String> {
    let payload = Header::parse(message)
        .and_then(|header| Some((header.type_?, header.payload?, header.accepts_response_payload)));
    let Some((type_, payload, accepts)) = payload else {
        return Err("only an envelope can be sent again".to_owned());
    };
    let payload = serde_json::from_str(payload)
        .map_err(|error| format!("the payload cannot be sent again: {error}"))?;
    slack.send_unsent(Unsent::new(&type_, &payload, accepts.unwrap_or_default()), Sending::default());
    Ok(())
}
