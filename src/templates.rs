//! The user's own templates: JSON files in `sockscope/templates/<kind>/` of the XDG config folder.
//!
//! One that cannot be used is told with its file, and its line and column where they are known; the others still
//! load. A template is saved whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::json;
use crate::slack::envelope::Kind;
use crate::slack::{place, template};

/// More than this is no answer: Slack takes 20,480 bytes.
const LARGEST: u64 = 256 << 10;
/// File systems take 255 bytes a name; this leaves room for the ending.
const LONGEST_NAME: usize = 200;

/// A template of the user's, as it is in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub kind: Kind,
    /// The file's name without `.json`.
    pub name: String,
    pub text: String,
    pub path: PathBuf,
}

/// What a folder held.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// Where they lie, or would.
    pub folder: PathBuf,
    /// By kind, then by name.
    pub templates: Vec<Arc<Template>>,
    pub faults: Vec<Fault>,
}

/// Why a file or a folder cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct Fault {
    pub path: PathBuf,
    /// With line and column, where there are any, and what was expected.
    pub what: String,
}

#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error("{0}")]
    Name(String),
    #[error("there is no XDG config folder here; set HOME or XDG_CONFIG_HOME")]
    NoFolder,
    #[error("{} is there already: nothing was saved; take another name", .0.display())]
    Exists(PathBuf),
    #[error("the template cannot be saved as {}: {cause}", path.display())]
    Write { path: PathBuf, cause: io::Error },
}

/// Everything that `folder` holds. A folder that is not there holds nothing.
pub fn load(folder: &Path) -> Loaded {
    let mut loaded = Loaded { folder: folder.to_owned(), ..Loaded::default() };
    for path in entries(folder, &mut loaded.faults) {
        match path.file_name().and_then(|name| name.to_str()).and_then(Kind::named) {
            Some(kind) if path.is_dir() => load_kind(kind, &path, &mut loaded),
            _ if path.is_dir() => loaded.faults.push(Fault { path, what: unknown_kind() }),
            _ if is_json(&path) => {
                let what =
                    "a template lies in a folder that is named after its kind, such as view_submission";
                loaded.faults.push(Fault { path, what: what.to_owned() });
            }
            _ => {}
        }
    }
    loaded.templates.sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
    loaded
}

fn unknown_kind() -> String {
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    format!("no kind of envelope is called so; expected one of {}", kinds.join(", "))
}

/// What is in a folder, by name; hidden files are nobody's templates.
fn entries(folder: &Path, faults: &mut Vec<Fault>) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut paths: Vec<PathBuf> = match read {
        Ok(paths) => paths,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            faults
                .push(Fault { path: folder.to_owned(), what: format!("the folder cannot be read: {error}") });
            return Vec::new();
        }
    };
    paths.retain(|path| !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")));
    paths.sort();
    paths
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

fn load_kind(kind: Kind, folder: &Path, loaded: &mut Loaded) {
    for path in entries(folder, &mut loaded.faults) {
        if !is_json(&path) {
            continue;
        }
        let Some(name) = path.file_stem().and_then(|name| name.to_str()).map(str::to_owned) else {
            let what = "the file's name is no UTF-8; give it another".to_owned();
            loaded.faults.push(Fault { path, what });
            continue;
        };
        match read(&path) {
            Ok(text) => loaded.templates.push(Arc::new(Template { kind, name, text, path })),
            Err(what) => loaded.faults.push(Fault { path, what }),
        }
    }
}

/// The text of a template, or what is wrong with the file.
fn read(path: &Path) -> Result<String, String> {
    let unreadable = |error: io::Error| format!("cannot be read: {error}");
    // A pipe would have us wait for its writer.
    let meta = fs::metadata(path).map_err(unreadable)?;
    if !meta.is_file() {
        return Err("is no file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        let size = meta.len().max(bytes.len() as u64);
        return Err(format!("has {size} bytes; a template may have {LARGEST}, and Slack takes 20,480"));
    }
    let text = place::utf8(&bytes).map_err(|(line, column)| {
        format!("line {line}, column {column}: this is no UTF-8; expected JSON, which is always UTF-8")
    })?;
    usable(text).map(|()| text.to_owned())
}

fn usable(text: &str) -> Result<(), String> {
    json::minify(text).map_err(|error| error.to_string())?;
    // Against an empty payload every place finds nothing, so that only what is wrong with the template itself is left.
    template::fill_what_is_there(text, "{}").map(drop).map_err(|error| {
        let at = error.place().and_then(|name| text.find(&format!("{{{{{name}")));
        match at {
            Some(at) => format!("{}: {error}", place(&text[..at])),
            None => error.to_string(),
        }
    })
}

fn place(before: &str) -> String {
    let (line, column) = place::behind(before);
    format!("line {line}, column {column}")
}

/// Whether a template may be called so; why not, with the column (from 1) that is at fault.
pub fn check_name(name: &str) -> Result<(), (usize, String)> {
    if let Some(at) = name.chars().position(|c| matches!(c, '/' | '\\')) {
        return Err((at + 1, "a name has no slashes: it is the file's".to_owned()));
    }
    if let Some(at) = name.chars().position(char::is_control) {
        return Err((at + 1, "a name has no control characters".to_owned()));
    }
    if name.starts_with('.') {
        return Err((1, "a name that begins with a dot would be hidden".to_owned()));
    }
    if name != name.trim() {
        return Err((1, "a name has no spaces around it".to_owned()));
    }
    if name.len() > LONGEST_NAME {
        return Err((LONGEST_NAME, format!("a name has at most {LONGEST_NAME} bytes")));
    }
    Ok(())
}

/// Writes `<folder>/<kind>/<name>.json` in one step; `replace` says whether one of that name may go for it.
pub fn save(folder: &Path, kind: Kind, name: &str, text: &str, replace: bool) -> Result<PathBuf, SaveError> {
    check_name(name).map_err(|(_, why)| SaveError::Name(why))?;
    if name.is_empty() {
        return Err(SaveError::Name("a template needs a name".to_owned()));
    }
    let folder = folder.join(kind.name());
    let path = folder.join(format!("{name}.json"));
    let failed = |cause| SaveError::Write { path: path.clone(), cause };
    fs::create_dir_all(&folder).map_err(failed)?;
    let mut file = tempfile::Builder::new().prefix(".saving-").tempfile_in(&folder).map_err(failed)?;
    file.write_all(text.trim_end().as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    let kept = if replace { file.persist(&path) } else { file.persist_noclobber(&path) };
    match kept {
        Ok(_) => Ok(path),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(SaveError::Exists(path)),
        Err(error) => Err(failed(error.error)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        folder
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_place_and_the_others_load() {
        let huge = format!("{{\"text\":\"{}\"}}", "x".repeat(10 << 20));
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let folder = folder_with(&[
            (
                "view_submission/too short.json",
                br#"{ "response_action": "errors", "errors": { "a": "{{/user/name}}" } }"#,
            ),
            ("view_submission/broken.json", b"{\n  \"a\": 1,\n}"),
            ("view_submission/latin1.json", b"{\n \"a\": \"\xe4\"}"),
            ("view_submission/unknown place.json", b"{\n \"a\": \"{{optoins}}\" }"),
            ("view_submission/unclosed.json", b"{ \"a\": \"{{/user\" }"),
            ("view_submission/notes.txt", b"not JSON"),
            ("view_submission/.hidden.json", b"not JSON"),
            ("view_submission/empty.json", b""),
            ("slash_commands/huge.json", huge.as_bytes()),
            ("slash_commands/deep.json", deep.as_bytes()),
            ("slash_commands/b.json", b"{}"),
            ("slash_commands/a.json", b"{}"),
            ("view_submisson/x.json", b"{}"),
            ("stray.json", b"{}"),
        ]);
        let loaded = load(folder.path());
        let names: Vec<_> = loaded.templates.iter().map(|one| (one.kind, one.name.as_str())).collect();
        let expected = [
            (Kind::Command, "a"),
            (Kind::Command, "b"),
            (Kind::Command, "deep"),
            (Kind::ViewSubmission, "too short"),
        ];
        assert_eq!(names, expected);
        let told: Vec<String> = loaded.faults.iter().map(ToString::to_string).collect();
        for (file, parts) in [
            ("broken.json", &["line 2, column 9", "comma"][..]),
            ("latin1.json", &["line 2, column 8", "UTF-8"]),
            ("unknown place.json", &["line 2, column 8", "{{optoins}}", "JSON pointer", "input_errors"]),
            ("unclosed.json", &["line 1, column 9", "}}"]),
            ("empty.json", &["line 1, column 1"]),
            ("huge.json", &["10485771 bytes", "262144"]),
            ("view_submisson", &["view_submission", "slash_commands"]),
            ("stray.json", &["folder"]),
        ] {
            let line =
                told.iter().find(|line| line.contains(file)).unwrap_or_else(|| panic!("{file}: {told:#?}"));
            assert!(parts.iter().all(|part| line.contains(part)), "{line}");
        }
        assert_eq!(told.len(), 8, "{told:#?}");
    }

    #[test]
    fn a_folder_that_is_not_there_holds_nothing_and_a_pipe_keeps_nobody_waiting() {
        let loaded = load(Path::new("/nonexistent/templates"));
        assert!(loaded.templates.is_empty() && loaded.faults.is_empty());
        let folder = folder_with(&[("events_api/x.json", b"{}")]);
        let pipe = folder.path().join("events_api/pipe.json");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let loaded = load(folder.path());
        assert_eq!((loaded.templates.len(), loaded.faults[0].what.as_str()), (1, "is no file"));
    }

    #[test]
    fn a_template_is_saved_and_loaded_again_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("sockscope/templates");
        let text = "{\n  \"text\": \"Hi {{/user_id}} \u{202e}\"\n}";
        let path = save(&at, Kind::Command, "zu spät", text, false).unwrap();
        assert!(path.ends_with("sockscope/templates/slash_commands/zu spät.json"));
        assert_eq!(load(&at).templates[0].text.trim_end(), text);
        assert!(matches!(save(&at, Kind::Command, "zu spät", "{}", false), Err(SaveError::Exists(_))));
        assert_eq!(load(&at).templates[0].text.trim_end(), text);
        save(&at, Kind::Command, "zu spät", "{}", true).unwrap();
        let loaded = load(&at);
        assert_eq!((loaded.templates.len(), loaded.templates[0].text.as_str()), (1, "{}\n"));
        let left: Vec<_> = fs::read_dir(at.join("slash_commands")).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing temporary stays");
    }

    #[test]
    fn names_that_are_no_names_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let long = "x".repeat(300);
        for name in ["../up", "a/b", "a\\b", ".x", "a\nb", "\u{1b}[2J", " x", "", &long] {
            let refused = save(folder.path(), Kind::Command, name, "{}", true);
            assert!(matches!(refused, Err(SaveError::Name(_))), "{name:?}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!(check_name("a/b").unwrap_err().0, 2);
    }

    #[test]
    fn what_cannot_be_written_is_told_with_its_path() {
        let folder = folder_with(&[("slash_commands", b"a file in the way")]);
        let error = save(folder.path(), Kind::Command, "x", "{}", false).unwrap_err().to_string();
        assert!(error.contains("slash_commands/x.json"), "{error}");
    }
}
