//! The terminal: taken, given up for a while, and given back whatever happens.

use std::io::{self, BufWriter, Stdout, Write as _};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

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

/// Whether another program has the terminal, and until when one had it.
static LENT: Mutex<Lent> = Mutex::new(Lent::Never);

#[derive(Clone, Copy)]
enum Lent {
    Never,
    Now,
    Until(Instant),
}

/// The terminal while it is ours. Dropping it gives it back.
pub struct Screen {
    /// Never dropped itself: it would show the cursor a second time, and panic where the terminal is gone.
    pub terminal: ManuallyDrop<Terminal<Backend>>,
}

impl Screen {
    pub fn take(mouse: bool) -> io::Result<Self> {
        restore_on_panic();
        enter(mouse)?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(64 << 10, io::stdout()));
        Ok(Self { terminal: ManuallyDrop::new(Terminal::new(backend)?) })
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
    set_lent(Lent::Now);
    let result = other();
    set_lent(Lent::Until(Instant::now()));
    if taken {
        enter(MOUSE.load(Ordering::SeqCst))?;
    }
    Ok(result)
}

fn set_lent(lent: Lent) {
    *LENT.lock().unwrap_or_else(PoisonError::into_inner) = lent;
}

/// Whether a Ctrl-C is another program's: it has the terminal, or had it when the key was pressed. The terminal
/// sends the signal to us as well.
pub fn is_lent() -> bool {
    match *LENT.lock().unwrap_or_else(PoisonError::into_inner) {
        Lent::Never => false,
        Lent::Now => true,
        Lent::Until(end) => end.elapsed() < Duration::from_millis(200),
    }
}

/// Gives the terminal back, once; may be called from anywhere, at any time.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // First what needs no output: a terminal that takes none blocks the rest. Nothing can be done about one that
    // is gone.
    let _ = disable_raw_mode();
    let mut out = io::stdout();
    let _ = execute!(out, DisableMouseCapture, DisableBracketedPaste, cursor::Show, LeaveAlternateScreen);
    let _ = out.flush();
}

/// A panic's message must stand on the shell's screen, not on the one that is about to vanish.
fn restore_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let earlier = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            // A task that panics ends alone, and the screen lives on: its message must not be drawn over it.
            if TAKEN.load(Ordering::SeqCst) && std::thread::current().name() != Some("main") {
                tracing::error!("{info}");
                return;
            }
            restore();
            earlier(info);
        }));
    });
}
