//! What the screen starts with, and on what.

use std::fmt;
use std::path::PathBuf;

use super::keymap::Keymap;
use crate::journal::filter::Filter;
use crate::link::{Hold, Rules};

/// Where the envelopes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Live,
    /// On the built-in simulator, which can be told to send.
    Demo,
    /// A recording: nothing can be sent, and no clock runs.
    Open,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Live => "live",
            Self::Demo => "demo",
            Self::Open => "open",
        })
    }
}

/// What the screen starts with.
#[derive(Debug)]
pub struct Start {
    pub mode: Mode,
    pub keymap: Keymap,
    pub theme: &'static str,
    /// What `t` goes through.
    pub themes: Vec<&'static str>,
    pub hold: Hold,
    /// What the link starts with: the same values, which count together.
    pub rules: Rules,
    /// Where they were read from.
    pub rules_file: Option<PathBuf>,
    pub debug_reconnects: bool,
    pub connections: u8,
    pub recording: bool,
    pub samples: Vec<&'static str>,
    /// As it was typed, and parsed.
    pub filter: Option<(String, Filter)>,
    pub size: (u16, u16),
}

impl Start {
    /// Everything as it is by default, the link's part included.
    pub fn new(mode: Mode, keymap: Keymap, size: (u16, u16)) -> Self {
        Self {
            mode,
            keymap,
            theme: "phosphor",
            themes: Vec::new(),
            hold: Hold::default(),
            rules: Rules::default(),
            rules_file: None,
            debug_reconnects: false,
            connections: 1,
            recording: false,
            samples: Vec::new(),
            filter: None,
            size,
        }
    }
}
