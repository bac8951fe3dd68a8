//! The command without a terminal: what scripts and CI meet.
#![allow(clippy::unwrap_used)]

#[path = "cli/durability.rs"]
mod durability;
#[path = "cli/export.rs"]
mod export;
#[path = "cli/headless.rs"]
mod headless;
#[path = "cli/process.rs"]
mod process;
#[path = "terminal/slack.rs"]
mod slack;
#[path = "cli/use.rs"]
mod use_;
