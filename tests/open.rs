//! `sockscope open` without a terminal: what it prints, what it says of files that are no recordings, how it ends;
//! and that what it reads in the background is what a live session would have known.
#![allow(clippy::unwrap_used)]

#[path = "open/agreement.rs"]
mod agreement;
#[path = "open/bad.rs"]
mod bad;
#[path = "open/growing.rs"]
mod growing;
#[path = "open/printing.rs"]
mod printing;
#[path = "cli/process.rs"]
#[allow(dead_code, reason = "it starts sessions too")]
mod process;
#[path = "open/recordings.rs"]
mod recordings;
#[path = "terminal/slack.rs"]
#[allow(dead_code, reason = "the same")]
mod slack;
