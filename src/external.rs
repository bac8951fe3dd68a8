//! Other programs: the user's editor and pager, on a copy in a private temporary file.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::process::Command;

/// Opens a text in `$VISUAL` or `$EDITOR` and gives back what was saved. The terminal must be lent out.
pub fn edit(text: &str) -> Result<String, String> {
    let editor = variable("VISUAL").or_else(|| variable("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    let file = copy(text).map_err(|error| format!("no temporary file for the editor: {error}"))?;
    run(&editor, file.path())?;
    let bytes =
        fs::read(file.path()).map_err(|error| format!("what `{editor}` saved cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("what `{editor}` saved is no UTF-8 (byte {at}); the draft stays as it was")
    })
}

/// Shows a text in `$PAGER`.
pub fn page(text: &str) -> Result<(), String> {
    let pager = variable("PAGER").unwrap_or_else(|| "less".to_owned());
    let file = copy(text).map_err(|error| format!("no temporary file for the pager: {error}"))?;
    run(&pager, file.path())
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// The suffix lets editors recognise JSON. Temporary files are private to the user.
fn copy(text: &str) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("sockscope-").suffix(".json").tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    Ok(file)
}

/// By way of the shell, since `EDITOR` may carry arguments (`code --wait`). Ctrl-C is the editor's: the terminal
/// sends it to the shell as well, which must outlive it.
fn run(program: &str, path: &std::path::Path) -> Result<(), String> {
    let script = format!("trap : INT QUIT\n{program} \"$1\"");
    let status = Command::new("sh").args(["-c", &script, "sh"]).arg(path).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            Err(format!("`{program}` ended with {status}; set VISUAL, EDITOR or PAGER to another one"))
        }
        Err(error) => Err(format!("`{program}` could not be started: {error}")),
    }
}
