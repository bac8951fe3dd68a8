//! Rules on their way into a file.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf, absolute};

use crate::app::{Event, Grade};

/// Writes the rules and says where they are; a file that is there already is not touched unless it is to be replaced.
pub fn rules(path: &Path, text: &str, replace: bool) -> Result<Event, String> {
    let path = at_home(path);
    let failed = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let mut options = fs::OpenOptions::new();
    options.write(true);
    if replace {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    match options.open(&path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map_err(failed)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(Event::FileExists(path)),
        Err(error) => return Err(failed(error)),
    }
    let place = absolute(&path).unwrap_or(path);
    Ok(Event::Told(Grade::Done, format!("written: --rules {} loads them again", place.display())))
}

/// No shell reads what is typed here.
fn at_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn another_file_is_never_written_over_without_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.toml");
        let said = |event: Event| if let Event::Told(_, text) = event { text } else { panic!("{event:?}") };
        assert!(said(rules(&path, "one", false).unwrap()).contains("rules.toml"));
        assert!(matches!(rules(&path, "two", false).unwrap(), Event::FileExists(there) if there == path));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        rules(&path, "3", true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "3", "nothing of the old one is left");
        let nowhere = folder.path().join("none/rules.toml");
        assert!(rules(&nowhere, "x", false).unwrap_err().contains("none/rules.toml"));
    }
}
