//! `sockscope doctor` against real servers: the right stage is named for every fault.
#![allow(clippy::unwrap_used)]

#[path = "doctor/around.rs"]
mod around;

#[path = "doctor/proxies.rs"]
mod proxies;
#[path = "doctor/talks.rs"]
mod talks;
#[path = "doctor/tokens.rs"]
mod tokens;
#[path = "doctor/trust.rs"]
mod trust;
