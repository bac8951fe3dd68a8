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
//! | [`open`] | recordings, read again in the background |
//! | [`simulator`] | a local Slack that the same link connects to |
//! | [`doctor`] | the link's way to Slack, examined a stage at a time |
//! | [`headless`] | the records on stdout, no screen |
//! | [`export`] | recordings, payload files, HAR and redacted reports out of the journal |
//! | [`app`] | the screen's state: `update(Event) -> effects` |
//! | [`ui`] | draws the state, one file a pane |
//! | [`templates`] | the user's own templates of answers, as files |
//! | [`cli`], [`config`], [`command`] | arguments; environment and token; one function a mode |
//! | [`terminal`], [`clipboard`], [`external`], [`text`], [`log`] | what the screen stands on: the terminal, copies, editor and pager, columns |
//!
//! # The one direction
//!
//! Imports run `slack, json <- journal, session <- link, simulator, open, export <- app, headless <- ui <- main`.
//! `tests/imports.rs` reads the `use` lines and holds this.

pub mod app;
pub mod cli;
pub mod clipboard;
pub mod command;
pub mod config;
pub mod doctor;
pub mod export;
pub mod external;
pub mod headless;
pub mod journal;
pub mod json;
pub mod link;
pub mod log;
pub mod open;
pub mod session;
pub mod simulator;
pub mod slack;
pub mod templates;
pub mod terminal;
pub mod text;
pub mod ui;
