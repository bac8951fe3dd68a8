//! Copies: by the desktop's clipboard where there is one, else by the terminal's own (OSC 52).

use std::env;
use std::io::{self, Write as _};

use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;

/// How a copy went out, for the notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    Desktop,
    /// The terminal was asked; whether it obeys, it does not tell.
    Terminal,
}

/// Terminals refuse longer sequences; most stop at 100,000 bytes of base64.
const OSC_52_LIMIT: usize = 74_994;

/// The clipboard. The desktop's handle is kept: on X11 the owner of a selection must live to serve it.
#[derive(Default)]
pub struct Clipboard {
    desktop: Option<arboard::Clipboard>,
}

impl Clipboard {
    pub fn copy(&mut self, text: &str) -> Result<Copied, String> {
        if has_desktop() && self.copy_to_desktop(text).is_ok() {
            return Ok(Copied::Desktop);
        }
        if text.len() > OSC_52_LIMIT {
            return Err(format!(
                "{} bytes are too many for the terminal's clipboard (at most {OSC_52_LIMIT}); there is no desktop clipboard here",
                text.len()
            ));
        }
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
            .and_then(|()| io::stdout().flush())
            .map_err(|error| format!("the terminal did not take the copy: {error}"))?;
        Ok(Copied::Terminal)
    }

    fn copy_to_desktop(&mut self, text: &str) -> Result<(), arboard::Error> {
        if self.desktop.is_none() {
            self.desktop = Some(arboard::Clipboard::new()?);
        }
        self.desktop.as_mut().map_or(Ok(()), |desktop| desktop.set_text(text))
    }
}

/// Over SSH the desktop, if any, is not the one that the reader sits at.
fn has_desktop() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let remote = set("SSH_CONNECTION") || set("SSH_TTY");
    !remote && (cfg!(target_os = "macos") || set("DISPLAY") || set("WAYLAND_DISPLAY"))
}
