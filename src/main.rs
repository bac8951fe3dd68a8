//! Parses the arguments, runs the command, prints the error.

use std::process::ExitCode;

use sockscope::cli::Cli;
use sockscope::{command, terminal};

fn main() -> ExitCode {
    let result = command::run(Cli::parse_arguments());
    terminal::restore();
    result.unwrap_or_else(|error| {
        eprintln!("sockscope: {error:#}");
        ExitCode::FAILURE
    })
}
