//! sockscope, the oscilloscope for Slack Socket Mode.
//!
//! # The map
//!
//! | module | what it knows |
//! |---|---|
//! | [`slack`] | the protocol, pure: messages, envelopes, acks, samples, secrets |
//! | [`json`] | documents as flat rows; paths, pointers, syntax errors with their place |
//! | [`journal`] | what happened, append-only: records, the file that holds them, filters, views |
//! | [`session`] | what the records mean: connections, deadlines, latencies, gaps |
//! | [`link`] | the network side: opens, dials, reads, acks, reconnects; hears commands, speaks records |
//! | [`simulator`] | a local Slack that the same link connects to |
//! | [`headless`] | the records on stdout, no screen |
//! | [`app`] | the screen's state: `update(Event) -> effects` |
//! | [`ui`] | draws the state, one file a pane |
//! | [`cli`], [`config`] | arguments, environment, token |
//! | [`terminal`], [`clipboard`] | the machine the screen stands on |
//!
//! # The one direction
//!
//! Imports run `slack, json <- journal, session <- link, simulator <- app, headless <- ui <- main`.
//! `tests/imports.rs` reads the `use` lines and holds this.

pub mod app;
pub mod cli;
pub mod clipboard;
pub mod config;
pub mod headless;
pub mod journal;
pub mod json;
pub mod link;
pub mod session;
pub mod simulator;
pub mod slack;
pub mod terminal;
pub mod ui;
