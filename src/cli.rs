//! The command line, as clap types. What it means is `config`'s to say.

#![expect(clippy::doc_markdown, reason = "these comments are the help text, which is no Markdown")]

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueHint};
use url::Url;

use crate::export::Format;
use crate::journal::filter::Filter;
use crate::link::Hold;
use crate::simulator::Scenario;
use crate::simulator::scenario::ScenarioError;
use crate::ui::theme::Theme;

/// The oscilloscope for Slack Socket Mode: see every envelope, watch the connection, answer by hand.
#[derive(Debug, Parser)]
#[command(name = "sockscope", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub options: Options,
}

const AFTER_HELP: &str = "\
Start with `sockscope demo`: no token, no network. Then set SLACK_APP_TOKEN and run `sockscope`.
Without a terminal, or with --headless, records go to stdout as JSON Lines.
Exit codes: 0 done, 1 the session failed, 2 wrong use, 130 on Ctrl-C in headless mode.";

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Connect to Slack as the app (the default): needs an app-level token in SLACK_APP_TOKEN
    Live,
    /// The same screen on the built-in simulator: no token, no network
    Demo {
        /// Which scenario to play: a built-in one by name, or a TOML file
        #[arg(long, value_name = "NAME|FILE", default_value = "tour", value_parser = scenario)]
        scenario: Box<Scenario>,
    },
    /// Browse and filter recordings: what --record kept, or what any mode printed; several are merged by time
    Open {
        /// The recordings; - is standard input
        #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
        files: Vec<PathBuf>,
        /// Go on as the files grow
        #[arg(long)]
        follow: bool,
        #[command(flatten)]
        export: Export,
    },
    /// Check the way to Slack stage by stage (token, DNS, TCP, proxy, TLS, open, upgrade, hello, ping) and name the fault
    Doctor {
        /// One JSON object on stdout instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Print the completion script for a shell
    Completions { shell: clap_complete::Shell },
    /// Print the manual page (roff)
    Man,
}

/// What `open` writes instead of showing it.
#[derive(Debug, Clone, Default, Args)]
pub struct Export {
    /// Write the recording, or what --filter finds of it, in this form
    #[arg(long, value_name = "FORMAT", conflicts_with = "follow")]
    pub export: Option<Format>,
    /// Where --export goes: a file, or a folder for payloads [default: standard output]
    #[arg(long, value_name = "PATH", requires = "export", value_hint = ValueHint::AnyPath)]
    pub output: Option<PathBuf>,
    /// Let --export replace what is there
    #[arg(long, requires = "output")]
    pub force: bool,
    /// Hide action_id, block_id, callback_id and commands too in a redacted report
    #[arg(long, requires = "export")]
    pub redact_ids: bool,
}

/// What all modes share.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[command(next_help_heading = "Options")]
pub struct Options {
    /// Where Slack's Web API is [env: SLACK_API_URL] [default: https://slack.com/api/]
    #[arg(long, global = true, value_name = "URL")]
    pub api_url: Option<Url>,
    /// Read the app-level token (xapp-…) from a file instead of SLACK_APP_TOKEN
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub app_token_file: Option<PathBuf>,
    /// Ask Slack for connections that live 360 seconds only
    #[arg(long, global = true)]
    pub debug_reconnects: bool,
    /// How many connections to hold, 1 to 10 [default: 1]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=10))]
    pub connections: Option<u8>,
    /// Which envelopes wait for an answer by hand: all, none, or kinds such as interactive,slash_commands
    #[arg(long, global = true, value_name = "KINDS")]
    pub hold: Option<Hold>,
    /// Answer envelopes by the rules in this TOML file: payloads, delays, drops; see the README
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub rules: Option<PathBuf>,
    /// Show only envelopes that match, e.g. `type:interactive callback:save*`
    #[arg(long, global = true, value_name = "EXPR", value_parser = filter)]
    pub filter: Option<Filter>,
    /// Keep the session in this file (JSON Lines, mode 0600; an earlier recording is continued)
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub record: Option<PathBuf>,
    /// Records as JSON Lines on stdout instead of a screen
    #[arg(long, global = true)]
    pub headless: bool,
    /// Read settings from this file [default: sockscope/config.toml in the XDG config folder]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Colours: phosphor, daylight, ansi or mono
    #[arg(long, global = true, value_name = "NAME", value_parser = theme)]
    pub theme: Option<String>,
    /// Leave the mouse to the terminal
    #[arg(long, global = true)]
    pub no_mouse: bool,
    /// Show tokens and tickets unmasked: on the screen, in copies and in recordings
    #[arg(long, global = true)]
    pub show_secrets: bool,
    /// Write a log of sockscope itself to this file
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log: Option<PathBuf>,
    /// End after so much time, e.g. 8s or 2m
    #[arg(long = "for", global = true, value_name = "DURATION", value_parser = duration)]
    pub for_: Option<Duration>,
    /// End after the first record that matches
    #[arg(long, global = true, value_name = "EXPR", value_parser = filter)]
    pub until: Option<Filter>,
}

impl Cli {
    pub fn parse_arguments() -> Self {
        Self::parse()
    }

    /// The completion script for a shell.
    pub fn completions(shell: clap_complete::Shell) -> Vec<u8> {
        let mut out = Vec::new();
        clap_complete::generate(shell, &mut Self::command(), "sockscope", &mut out);
        out
    }

    /// The manual page, as roff.
    pub fn manual() -> std::io::Result<Vec<u8>> {
        let mut out = Vec::new();
        clap_mangen::Man::new(Self::command()).render(&mut out)?;
        Ok(out)
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| format!("`{text}` is no duration: write 500ms, 8s, 2m or 1h30m"))
}

fn theme(name: &str) -> Result<String, String> {
    Theme::named(name).map(|_| name.to_owned())
}

fn scenario(name: &str) -> Result<Box<Scenario>, ScenarioError> {
    Scenario::load(name).map(Box::new)
}

fn filter(text: &str) -> Result<Filter, String> {
    Filter::parse(text).map_err(|error| {
        let column = error.column;
        format!("{error}\n\n    {text}\n    {:>column$}", '^')
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_stand_before_or_after_the_command() {
        let cli = Cli::parse_from(["sockscope", "--headless", "demo", "--for", "1m30s"]);
        assert!(cli.options.headless);
        assert_eq!(cli.options.for_, Some(Duration::from_secs(90)));
        assert!(matches!(cli.command, Some(Command::Demo { .. })));
    }

    #[test]
    fn wrong_use_is_told_in_words() {
        for (arguments, word) in [
            (&["--for", "soon"][..], "8s"),
            (&["--hold", "buttons"], "interactive"),
            (&["--until", "type:("], "^"),
            (&["--connections", "11"], "1..=10"),
        ] {
            let error = Cli::try_parse_from(["sockscope"].iter().chain(arguments)).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn the_manual_and_the_completions_name_every_mode() {
        let manual = String::from_utf8(Cli::manual().unwrap()).unwrap();
        let script = String::from_utf8(Cli::completions(clap_complete::Shell::Bash)).unwrap();
        for name in ["live", "demo", "doctor", "completions", "man"] {
            assert!(manual.contains(name) && script.contains(name), "{name}");
        }
    }
}
