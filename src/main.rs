//! Parses the arguments, runs the command, prints the error.

use std::io::{self, Write as _};
use std::process::ExitCode;

use sockscope::cli::Cli;
use sockscope::{command, terminal};

fn main() -> ExitCode {
    let result = command::run(Cli::parse_arguments());
    terminal::restore();
    result.unwrap_or_else(|error| {
        // Where the terminal is gone, nobody is left to tell.
        let _ = writeln!(io::stderr(), "sockscope: {error:#}");
        ExitCode::FAILURE
    })
}
