//! Parses the arguments, runs the command, prints the error.

use std::io::{self, Write as _};
use std::process::ExitCode;

use sockscope::cli::Cli;
use sockscope::{command, terminal, text};

fn main() -> ExitCode {
    let result = command::run(Cli::parse_arguments());
    terminal::restore();
    result.unwrap_or_else(|error| {
        // Where the terminal is gone, nobody is left to tell.
        let _ = writeln!(io::stderr(), "sockscope: {}", shown(&format!("{error:#}")));
        ExitCode::FAILURE
    })
}

/// A message may quote Slack, or a file: it reaches the terminal as text only.
fn shown(message: &str) -> String {
    message.lines().map(text::visible).collect::<Vec<_>>().join("\n")
}
