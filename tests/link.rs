//! The link against a real server: every path that a connection can take.
#![allow(clippy::unwrap_used)]

#[path = "link/records.rs"]
mod records;
#[path = "link/server.rs"]
mod server;

#[path = "link/bad.rs"]
mod bad;
#[path = "link/dialling.rs"]
mod dialling;
#[path = "link/life.rs"]
mod life;
#[path = "link/storm.rs"]
mod storm;
#[path = "link/trouble.rs"]
mod trouble;
