//! One function a mode: starts the engine, gives it a screen or stdout, ends it in good order.

mod ending;
mod exporting;
mod opening;

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use crossterm::event::EventStream;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::keymap::Keymap;
use crate::app::run::{Ended, Feed, Outside, Surroundings, run as run_loop};
use crate::app::{App, Mode, Start};
use crate::cli::{Cli, Command, Export};
use crate::clipboard::Clipboard;
use crate::config::{ConfigError, Settings, templates_folder};
use crate::doctor::cause::Failure;
use crate::doctor::print::{self, Lines, Style};
use crate::doctor::variables::Variables;
use crate::headless::{Headless, Outcome};
use crate::journal::{Event, Journal, Resumed, Secrets, Tail};
use crate::link::{self, Link, Rules, Timing};
use crate::simulator::{self, Scenario, Simulator};
use crate::slack::sample;
use crate::ui::theme;
use crate::{doctor, headless, log, terminal};
use ending::{killed, over};

/// Runs what the command line asks for.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command.unwrap_or(Command::Live) {
        Command::Completions { shell } => print(&Cli::completions(shell))?,
        Command::Man => print(&Cli::manual()?)?,
        Command::Live => {
            let settings = Settings::resolve(cli.options)?;
            let token = settings.token()?;
            return in_runtime(session(settings, token, Mode::Live, None));
        }
        Command::Open {
            files, export: Export { export: Some(format), output, force, redact_ids }, ..
        } => {
            let settings = Settings::resolve(cli.options)?;
            let filter = settings.options.filter.clone();
            let wanted = exporting::Wanted { format, output, force, redact_ids, filter };
            return in_runtime(exporting::export(settings, files, wanted));
        }
        Command::Open { files, follow, .. } => {
            return in_runtime(opening::open(Settings::resolve(cli.options)?, files, follow));
        }
        Command::Doctor { json } => return in_runtime(doctor(Settings::resolve(cli.options)?, json)),
        Command::Demo { scenario } => return in_runtime(demo(Settings::resolve(cli.options)?, *scenario)),
    }
    Ok(ExitCode::SUCCESS)
}

/// A reader that goes away early (`| head`) has read enough.
fn print(text: &[u8]) -> io::Result<()> {
    match io::stdout().write_all(text) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
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
            ConfigError::BrokenToken { .. } => "token_characters",
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
    let screens = rules.clone();
    let journal = journal(&settings)?;
    let (tail, until) = (journal.tail(), journal.tail());
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
        let app = App::new(journal.clone(), start(&settings, keymap, mode, screens)?);
        with_screen(app, &settings, [tail, until], link, simulator).await
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

fn start(settings: &Settings, keymap: Keymap, mode: Mode, rules: Rules) -> anyhow::Result<Start> {
    Ok(Start {
        mode,
        keymap,
        theme: settings.theme,
        themes: theme::names().collect(),
        hold: settings.hold,
        rules,
        rules_file: settings.rules.clone(),
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
    [tail, until]: [Tail; 2],
    link: Link,
    simulator: Option<simulator::Handle>,
) -> anyhow::Result<ExitCode> {
    let mut screen = terminal::Screen::take(settings.mouse).context("this terminal cannot be used")?;
    let mut around = Surroundings {
        input: EventStream::new,
        feed: Feed::Journal(tail),
        commands: Some(link.commands()),
        simulator,
        clipboard: Clipboard::default(),
        zone: TimeZone::system(),
        clock: Timestamp::now,
        outside: Outside { templates: templates_folder(), api_url: Some(settings.api_url.clone()) },
    };
    let ended = tokio::select! {
        ended = run_loop(&mut app, &mut *screen.terminal, &mut around) => ended.map(exit_code),
        code = killed(Some(link.commands())) => Ok(code),
        () = over(until, settings) => Ok(ExitCode::SUCCESS),
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
        code = killed(Some(link.commands())) => Ok(Err(code)),
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

fn exit_code(ended: Ended) -> ExitCode {
    match ended {
        Ended::Quit => ExitCode::SUCCESS,
        Ended::HungUp => ExitCode::from(129),
    }
}
