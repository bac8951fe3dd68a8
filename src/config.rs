//! What the program shall do: defaults < config file < environment < flags.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use serde::Deserialize;
use url::Url;

use crate::cli::Options;
use crate::link::rule::RuleError;
use crate::link::{Hold, Rules};
use crate::slack::secret::TokenKind;
use crate::ui::theme::{self, Theme};

const SLACK_API: &str = "https://slack.com/api/";
const API_VARIABLE: &str = "SLACK_API_URL";
const TOKEN_VARIABLE: &str = "SLACK_APP_TOKEN";

/// Everything that a mode needs to know, resolved.
#[derive(Debug, Clone)]
pub struct Settings {
    pub api_url: Url,
    pub debug_reconnects: bool,
    pub connections: u8,
    pub hold: Hold,
    /// The file of rules, where one is wanted.
    pub rules: Option<PathBuf>,
    pub theme: &'static str,
    pub mouse: bool,
    /// Other keys for actions, by the action's name.
    pub keys: BTreeMap<String, Vec<String>>,
    pub options: Options,
}

/// The config file. Every key may be missing; an unknown one is an error with its line.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    api_url: Option<Url>,
    debug_reconnects: Option<bool>,
    connections: Option<u8>,
    hold: Option<String>,
    rules: Option<PathBuf>,
    theme: Option<String>,
    mouse: Option<bool>,
    #[serde(default)]
    keys: BTreeMap<String, Keys>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Keys {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the config file {path}: {cause}")]
    Read { path: PathBuf, cause: std::io::Error },
    #[error("the config file {path} is wrong: {what}")]
    Wrong { path: PathBuf, what: String },
    #[error("cannot read the rules file {path}: {cause}")]
    ReadRules { path: PathBuf, cause: std::io::Error },
    #[error("the rules file {path} is wrong: {cause}")]
    Rules { path: PathBuf, cause: RuleError },
    #[error("{0}")]
    Theme(String),
    #[error(
        "the API URL {0} is neither http nor https. Slack's is {SLACK_API}; set --api-url or SLACK_API_URL"
    )]
    Scheme(Url),
    #[error("{API_VARIABLE} is no URL: `{text}`: {cause}. Slack's is {SLACK_API}")]
    NoUrl { text: String, cause: url::ParseError },
    #[error(
        "{from} holds a token with a space, a line break or another character that no token has.\n\
         Copy it again from https://api.slack.com/apps: your app > Basic Information > App-Level Tokens."
    )]
    BrokenToken { from: String },
    #[error(
        "no app-level token: set {TOKEN_VARIABLE} (or write it into a .env file, or give --app-token-file FILE).\n\
         It starts with xapp- and needs the scope connections:write. Make one at https://api.slack.com/apps:\n\
         your app > Basic Information > App-Level Tokens; Socket Mode must be switched on.\n\
         Without a token, `sockscope demo` shows everything on a built-in simulator."
    )]
    NoToken,
    #[error("cannot read the token file {path}: {cause}")]
    TokenFile { path: PathBuf, cause: std::io::Error },
    #[error(
        "{from} holds {}, and Socket Mode takes an app-level token (xapp-…) only. Nothing was sent to Slack.\n\
         Make one at https://api.slack.com/apps: your app > Basic Information > App-Level Tokens, scope connections:write.",
        kind.describe()
    )]
    WrongToken { from: String, kind: TokenKind },
}

impl Settings {
    pub fn resolve(options: Options) -> Result<Self, ConfigError> {
        let file = read_file(options.config.as_deref())?;
        let file_connections = file.connections;
        if let Some(count) = file_connections.filter(|count| !(1..=10).contains(count)) {
            let path = options.config.clone().unwrap_or_else(default_path);
            let what = format!("connections = {count}: Slack allows 1 to 10 connections an app");
            return Err(ConfigError::Wrong { path, what });
        }
        let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let depth = env::var("COLORTERM").ok();
        let theme = match options.theme.as_deref().or(file.theme.as_deref()) {
            _ if no_color && options.theme.is_none() => "mono",
            Some(name) => {
                Theme::named(name).map_err(ConfigError::Theme)?;
                theme::names().find(|known| *known == name).unwrap_or("ansi")
            }
            None => Theme::default_name(no_color, depth.as_deref()),
        };
        Ok(Self {
            api_url: api_url(
                options.api_url.clone().map_or_else(url_variable, |url| Ok(Some(url)))?.or(file.api_url),
            )?,
            debug_reconnects: options.debug_reconnects || file.debug_reconnects.unwrap_or_default(),
            connections: options.connections.or(file_connections).unwrap_or(1),
            hold: match (&options.hold, file.hold) {
                (Some(hold), _) => *hold,
                (None, Some(text)) => text.parse().map_err(|error| ConfigError::Wrong {
                    path: options.config.clone().unwrap_or_else(default_path),
                    what: format!("hold: {error}"),
                })?,
                (None, None) => Hold::default(),
            },
            // A file that the config names lies beside the config.
            rules: options.rules.clone().or_else(|| {
                let config = options.config.clone().unwrap_or_else(default_path);
                file.rules.map(|rules| config.parent().unwrap_or(Path::new("")).join(rules))
            }),
            theme,
            mouse: !options.no_mouse && file.mouse.unwrap_or(true),
            keys: file.keys.into_iter().map(|(action, keys)| (action, keys.into_vec())).collect(),
            options,
        })
    }

    /// The rules to start with, read from their file.
    pub fn rules(&self) -> Result<Rules, ConfigError> {
        let Some(path) = &self.rules else { return Ok(Rules::default()) };
        let read = fs::read(path);
        let bytes = read.map_err(|cause| ConfigError::ReadRules { path: path.clone(), cause })?;
        Rules::parse_bytes(&bytes).map_err(|cause| ConfigError::Rules { path: path.clone(), cause })
    }

    /// The app-level token, refused here already where it is of another kind.
    pub fn token(&self) -> Result<String, ConfigError> {
        let (token, from) = match &self.options.app_token_file {
            Some(path) => {
                let text = fs::read_to_string(path)
                    .map_err(|cause| ConfigError::TokenFile { path: path.clone(), cause })?;
                (text, path.display().to_string())
            }
            None => (variable(TOKEN_VARIABLE).ok_or(ConfigError::NoToken)?, TOKEN_VARIABLE.to_owned()),
        };
        let token = token.trim();
        match TokenKind::of(token) {
            _ if token.is_empty() => Err(ConfigError::NoToken),
            TokenKind::AppLevel if !token.chars().all(|c| c.is_ascii_graphic()) => {
                Err(ConfigError::BrokenToken { from })
            }
            TokenKind::AppLevel => Ok(token.to_owned()),
            kind => Err(ConfigError::WrongToken { from, kind }),
        }
    }
}

impl Keys {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(key) => vec![key],
            Self::Many(keys) => keys,
        }
    }
}

/// A variable of the environment, or else of the nearest `.env` file.
fn variable(name: &str) -> Option<String> {
    let own = env::var(name).ok().filter(|value| !value.trim().is_empty());
    own.or_else(|| {
        let mut pairs = dotenvy::dotenv_iter().ok()?.flatten();
        pairs.find(|(key, _)| key == name).map(|(_, value)| value)
    })
}

/// The API's URL in the environment or in `.env`. A wrong one must not end in calls to Slack itself.
fn url_variable() -> Result<Option<Url>, ConfigError> {
    let Some(text) = variable(API_VARIABLE) else { return Ok(None) };
    text.trim().parse().map(Some).map_err(|cause| ConfigError::NoUrl { text, cause })
}

fn api_url(given: Option<Url>) -> Result<Url, ConfigError> {
    let mut url = match given {
        Some(url) => url,
        None => SLACK_API.parse().map_err(|_| ConfigError::NoToken)?,
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(ConfigError::Scheme(url));
    }
    // Method names are joined to it, so it must end as a folder does.
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

fn default_path() -> PathBuf {
    etcetera::choose_base_strategy()
        .map(|folders| folders.config_dir().join("sockscope/config.toml"))
        .unwrap_or_default()
}

/// Where the user's templates lie; nowhere, where there is no home.
pub fn templates_folder() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.config_dir().join("sockscope/templates"))
}

/// A file that was asked for must be there; the default one may be missing.
fn read_file(asked: Option<&Path>) -> Result<File, ConfigError> {
    let path = asked.map_or_else(default_path, Path::to_owned);
    match fs::read_to_string(&path) {
        Ok(text) => {
            toml::from_str(&text).map_err(|error| ConfigError::Wrong { path, what: error.to_string() })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && asked.is_none() => Ok(File::default()),
        Err(cause) => Err(ConfigError::Read { path, cause }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn resolve(config: &str, options: Options) -> Result<Settings, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, config).unwrap();
        Settings::resolve(Options { config: Some(path), ..options })
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let config = "theme = 'daylight'\nconnections = 3\n[keys]\nack-now = 'x'\nquit = ['Q', 'ctrl-q']";
        let settings = resolve(config, Options { connections: Some(2), ..Options::default() }).unwrap();
        assert_eq!(settings.connections, 2);
        assert_eq!(settings.keys["ack-now"], ["x"]);
        assert_eq!(settings.keys["quit"], ["Q", "ctrl-q"]);
        assert!(!settings.debug_reconnects);
    }

    #[test]
    fn an_unknown_key_is_told_with_its_line() {
        let error = resolve("connections = 1\ncolour = 'red'", Options::default()).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("colour"), "{error}");
        let error = resolve("hold = 'buttons'", Options::default()).unwrap_err().to_string();
        assert!(error.contains("hold") && error.contains("interactive"), "{error}");
    }

    #[test]
    fn rules_lie_beside_the_config_and_a_wrong_one_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("config.toml"), "rules = 'mine.toml'").unwrap();
        fs::write(at("mine.toml"), "[[rule]]\nwhen = 'type:interactive'").unwrap();
        fs::write(at("wrong.toml"), "[[rule]]\nwhen = 'type:interactive colour:red'").unwrap();
        let rules = |name: Option<&str>| {
            let (rules, config) = (name.map(at), Some(at("config.toml")));
            Settings::resolve(Options { rules, config, ..Options::default() }).unwrap().rules()
        };
        assert_eq!(rules(None).unwrap().len(), 1);
        let error = rules(Some("wrong.toml")).unwrap_err().to_string();
        for part in ["wrong.toml", "line 2, column 26", "colour", "^"] {
            assert!(error.contains(part), "{error}");
        }
        let error = rules(Some("none.toml")).unwrap_err().to_string();
        assert!(error.contains("cannot read the rules file") && error.contains("none.toml"), "{error}");
    }

    #[test]
    fn the_api_url_ends_as_a_folder_and_is_http() {
        let url = |text: &str| api_url(Some(text.parse().unwrap()));
        assert_eq!(url("http://127.0.0.1:8080/api").unwrap().as_str(), "http://127.0.0.1:8080/api/");
        assert!(matches!(url("ftp://x/api/"), Err(ConfigError::Scheme(_))));
    }

    #[test]
    fn only_an_app_level_token_passes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        for (token, says) in [
            ("xoxb-1-2-3", "bot token"),
            ("xoxp-1-2-3", "user token"),
            ("hunter2", "no Slack token"),
            ("", "no app-level token"),
        ] {
            fs::write(&path, token).unwrap();
            let options = Options { app_token_file: Some(path.clone()), ..Options::default() };
            let error = resolve("", options).unwrap().token().unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        fs::write(&path, "xapp-1-A0EXAMPLE-1-abc\n").unwrap();
        let options = Options { app_token_file: Some(path.clone()), ..Options::default() };
        assert_eq!(resolve("", options).unwrap().token().unwrap(), "xapp-1-A0EXAMPLE-1-abc");
    }
}
