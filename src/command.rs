//! One function a mode: starts the engine, gives it a screen or stdout, ends it in good order.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use crossterm::event::EventStream;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::keymap::Keymap;
use crate::app::run::{Surroundings, run as run_loop};
use crate::app::{App, Mode, Start};
use crate::cli::{Cli, Command};
use crate::clipboard::Clipboard;
use crate::config::{ConfigError, Settings};
use crate::doctor::cause::Failure;
use crate::doctor::print::{self, Lines, Style};
use crate::doctor::variables::Variables;
use crate::headless::{Headless, Outcome};
use crate::journal::{Event, Journal, Resumed, Secrets, Tail};
use crate::link::{self, Link, Timing};
use crate::simulator::{self, Scenario, Simulator};
use crate::slack::sample;
use crate::ui::theme;
use crate::{doctor, headless, log, terminal};

/// Runs what the command line asks for.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command.unwrap_or(Command::Live) {
        Command::Completions { shell } => io::stdout().write_all(&Cli::completions(shell))?,
        Command::Man => io::stdout().write_all(&Cli::manual()?)?,
        Command::Live => {
            let settings = Settings::resolve(cli.options)?;
            let token = settings.token()?;
            return in_runtime(session(settings, token, Mode::Live, None));
        }
        Command::Doctor { json } => return in_runtime(doctor(Settings::resolve(cli.options)?, json)),
        Command::Demo { scenario } => {
            let settings = Settings::resolve(cli.options)?;
            let scenario = Scenario::load(&scenario)?;
            return in_runtime(demo(settings, scenario));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn in_runtime(session: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(session);
    // A name look-up that hangs must not keep the shell waiting.
    runtime.shutdown_background();
    result
}

/// Goes the way to Slack stage by stage; fails where one fails.
async fn doctor(settings: Settings, json: bool) -> anyhow::Result<ExitCode> {
    log::start(settings.options.log.as_deref())?;
    let terminal = io::stdout().is_terminal() && env::var("TERM").is_ok_and(|term| term != "dumb");
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    // Who reads our output may leave early; the exit code still tells.
    let mut lines = Lines::new(io::stdout(), Style { colour: terminal && !no_color, live: terminal });
    let diagnosis = doctor::diagnose(examined(settings), |progress| {
        let _ = if json { Ok(()) } else { lines.progress(&progress) };
    })
    .await?;
    let _ =
        if json { writeln!(io::stdout(), "{}", print::json(&diagnosis)) } else { lines.verdict(&diagnosis) };
    Ok(if diagnosis.ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A token that cannot be had is a finding of doctor's, not the end of it.
fn examined(settings: Settings) -> doctor::Options {
    let token_from = match &settings.options.app_token_file {
        Some(path) => path.display().to_string(),
        None => "SLACK_APP_TOKEN".to_owned(),
    };
    let token = settings.token().map_err(|error| {
        let code = match &error {
            ConfigError::WrongToken { .. } => "wrong_token",
            ConfigError::TokenFile { .. } => "token_file",
            _ => "no_token",
        };
        Failure::lines(code, &error.to_string())
    });
    doctor::Options {
        api_url: settings.api_url,
        token,
        token_from,
        timing: Timing::default(),
        variables: Variables::from_env(),
    }
}

/// The built-in simulator and a session on it.
async fn demo(mut settings: Settings, scenario: Scenario) -> anyhow::Result<ExitCode> {
    let options = simulator::Options { seed: fastrand::u64(..), ..simulator::Options::default() };
    let simulator = Simulator::start(options).await.context("the simulator found no port on 127.0.0.1")?;
    settings.api_url = simulator.api_url().parse()?;
    let token = simulator.app_token().to_owned();
    let handle = simulator.handle();
    let player = tokio::spawn(simulator::play(handle.clone(), scenario, 1.0));
    let result = session(settings, token, Mode::Demo, Some(handle)).await;
    player.abort();
    result
}

/// One session, with a screen where there is a terminal.
async fn session(
    settings: Settings,
    token: String,
    mode: Mode,
    simulator: Option<simulator::Handle>,
) -> anyhow::Result<ExitCode> {
    log::start(settings.options.log.as_deref())?;
    let keymap = Keymap::new(&settings.keys)?;
    let rules = settings.rules()?;
    let journal = journal(&settings)?;
    let tail = journal.tail();
    let event = Event::Session { mode: mode.to_string().into(), version: env!("CARGO_PKG_VERSION").into() };
    journal.write(Timestamp::now(), &event);
    let options = link::Options {
        api_url: settings.api_url.clone(),
        token,
        debug_reconnects: settings.debug_reconnects,
        connections: settings.connections,
        hold: settings.hold,
        rules,
        timing: Timing::default(),
    };
    let link = Link::start(options, journal.clone());
    let code = if settings.options.headless || !io::stdout().is_terminal() {
        without_screen(&settings, tail, link).await
    } else {
        let app = App::new(journal.clone(), start(&settings, keymap, mode)?);
        with_screen(app, &settings, tail, link, simulator).await
    };
    if let Some(fault) = journal.fault() {
        eprintln!("sockscope: {fault}. Acks went on; what came after is not in the file.");
    }
    code
}

fn journal(settings: &Settings) -> anyhow::Result<Journal> {
    let secrets = if settings.options.show_secrets { Secrets::Shown } else { Secrets::Masked };
    let Some(path) = &settings.options.record else { return Ok(Journal::temporary(secrets)?) };
    let (journal, resumed) = Journal::create(path, secrets)?;
    if let Resumed::Continued { cut: cut @ 1.. } = resumed {
        eprintln!(
            "sockscope: {}: the last line was torn (a crash?); its {cut} bytes were cut",
            path.display()
        );
    }
    Ok(journal)
}

fn start(settings: &Settings, keymap: Keymap, mode: Mode) -> anyhow::Result<Start> {
    Ok(Start {
        mode,
        keymap,
        theme: settings.theme,
        themes: theme::names().collect(),
        hold: settings.hold,
        debug_reconnects: settings.debug_reconnects,
        connections: settings.connections,
        recording: settings.options.record.is_some(),
        samples: sample::all().iter().map(|sample| sample.name).collect(),
        filter: settings.options.filter.clone().map(|filter| (filter.to_string(), filter)),
        size: crossterm::terminal::size().context("the terminal does not tell its size")?,
    })
}

async fn with_screen(
    mut app: App,
    settings: &Settings,
    tail: Tail,
    link: Link,
    simulator: Option<simulator::Handle>,
) -> anyhow::Result<ExitCode> {
    let mut screen = terminal::Screen::take(settings.mouse).context("this terminal cannot be used")?;
    let mut around = Surroundings {
        input: EventStream::new,
        tail,
        commands: link.commands(),
        simulator,
        clipboard: Clipboard::default(),
        zone: TimeZone::system(),
        clock: Timestamp::now,
    };
    let ended = tokio::select! {
        ended = run_loop(&mut app, &mut screen.terminal, &mut around) => ended.map(|_| ExitCode::SUCCESS),
        code = killed() => Ok(code),
        () = time_is_up(settings) => Ok(ExitCode::SUCCESS),
    };
    drop(screen);
    link.shutdown().await;
    Ok(ended?)
}

async fn without_screen(settings: &Settings, tail: Tail, link: Link) -> anyhow::Result<ExitCode> {
    let options = headless::Options {
        filter: settings.options.filter.clone(),
        until: settings.options.until.clone(),
        for_: settings.options.for_,
    };
    let mut headless = Headless::new(tail, io::stdout().lock(), options);
    let outcome = tokio::select! {
        outcome = headless.run() => outcome.map(Ok),
        code = killed() => Ok(Err(code)),
    };
    link.shutdown().await;
    match outcome? {
        Ok(Outcome::Reached | Outcome::NobodyReads) => {}
        Ok(Outcome::TimeIsUp) => headless.finish()?,
        Ok(Outcome::Fatal(message)) => {
            headless.finish()?;
            anyhow::bail!(message);
        }
        Err(code) => {
            headless.finish()?;
            return Ok(code);
        }
    }
    Ok(if headless.found_nothing() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn time_is_up(settings: &Settings) {
    match settings.options.for_ {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}

/// Resolves with the shell's code for the signal that came. A second one, or a terminal that blocks the way
/// out, ends the process for good.
async fn killed() -> ExitCode {
    let kinds = [(SignalKind::interrupt(), 130), (SignalKind::terminate(), 143), (SignalKind::hangup(), 129)];
    let waits = kinds.map(|(kind, code)| {
        Box::pin(async move {
            match signal(kind) {
                Ok(mut signals) => drop(signals.recv().await),
                Err(_) => std::future::pending().await,
            }
            code
        })
    });
    let (code, ..) = futures_util::future::select_all(waits).await;
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(3));
        terminal::restore();
        std::process::exit(code.into());
    });
    ExitCode::from(code)
}
