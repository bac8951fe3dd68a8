//! The terminal: taken, given up for a while, and given back whatever happens.

use std::io::{self, BufWriter, Stdout, Write as _};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// What ratatui draws on: buffered, so that a frame is one write.
pub type Backend = CrosstermBackend<BufWriter<Stdout>>;

/// Whether the terminal is ours now; the panic hook and every exit look here.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether the mouse is ours with it.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours. Dropping it gives it back.
pub struct Screen {
    pub terminal: Terminal<Backend>,
}

impl Screen {
    pub fn take(mouse: bool) -> io::Result<Self> {
        restore_on_panic();
        enter(mouse)?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(64 << 10, io::stdout()));
        Ok(Self { terminal: Terminal::new(backend)? })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn enter(mouse: bool) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    MOUSE.store(mouse, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, SetTitle("sockscope"), cursor::Hide)?;
    if mouse {
        execute!(io::stdout(), EnableMouseCapture)?;
    }
    Ok(())
}

/// Gives the terminal to somebody else (an editor, the shell) until the closure returns. The next frame must
/// be drawn whole.
pub fn lend<T>(other: impl FnOnce() -> T) -> io::Result<T> {
    let taken = TAKEN.load(Ordering::SeqCst);
    restore();
    let result = other();
    if taken {
        enter(MOUSE.load(Ordering::SeqCst))?;
    }
    Ok(result)
}

/// Gives the terminal back, once; may be called from anywhere, at any time.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    // Nothing can be done about a terminal that is gone.
    let _ = execute!(out, DisableMouseCapture, DisableBracketedPaste, cursor::Show, LeaveAlternateScreen);
    let _ = disable_raw_mode();
    let _ = out.flush();
}

/// A panic's message must stand on the shell's screen, not on the one that is about to vanish.
fn restore_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let earlier = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            restore();
            earlier(info);
        }));
    });
}
