//! The real binary in a pseudo-terminal, driven by keys and signals, looked at as a user would.
#![allow(clippy::unwrap_used)]

#[path = "terminal/harness.rs"]
mod harness;
#[path = "terminal/slack.rs"]
mod slack;

#[path = "terminal/arming.rs"]
mod arming;
#[path = "terminal/bytes.rs"]
mod bytes;
#[path = "terminal/demo.rs"]
mod demo;
#[path = "terminal/endings.rs"]
mod endings;
#[path = "terminal/lent.rs"]
mod lent;
#[path = "terminal/open.rs"]
mod open;
#[path = "terminal/sizes.rs"]
mod sizes;
