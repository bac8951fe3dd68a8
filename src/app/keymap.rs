//! Keys -> actions. The defaults are the table's, the config file may name others.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Pane;
use super::action::{Action, Scope, TABLE};

/// One key with its modifiers, as `ctrl-s`, `shift-tab`, `pgdn`, `?`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Names of keys that are no characters.
const NAMED: [(&str, KeyCode, &str); 17] = [
    ("enter", KeyCode::Enter, "Enter"),
    ("esc", KeyCode::Esc, "Esc"),
    ("tab", KeyCode::Tab, "Tab"),
    ("space", KeyCode::Char(' '), "Space"),
    ("up", KeyCode::Up, "↑"),
    ("down", KeyCode::Down, "↓"),
    ("left", KeyCode::Left, "←"),
    ("right", KeyCode::Right, "→"),
    ("home", KeyCode::Home, "Home"),
    ("end", KeyCode::End, "End"),
    ("pgup", KeyCode::PageUp, "PgUp"),
    ("pgdn", KeyCode::PageDown, "PgDn"),
    ("backspace", KeyCode::Backspace, "Backspace"),
    ("delete", KeyCode::Delete, "Del"),
    ("insert", KeyCode::Insert, "Ins"),
    ("f1", KeyCode::F(1), "F1"),
    ("shift-tab", KeyCode::BackTab, "Shift-Tab"),
];

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || {
            format!(
                "`{text}` is no key: write a character, ctrl-x, alt-x, or one of enter, esc, tab, space, up, down, left, right, home, end, pgup, pgdn"
            )
        };
        if let Some((_, code, _)) = NAMED.iter().find(|(name, ..)| *name == text) {
            return Ok(Self { code: *code, modifiers: KeyModifiers::NONE });
        }
        for (prefix, modifier) in [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT)] {
            if let Some(rest) = text.strip_prefix(prefix) {
                let key: Self = rest.parse().map_err(|_| unknown())?;
                return Ok(Self { modifiers: key.modifiers | modifier, ..key });
            }
        }
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(Self { code: KeyCode::Char(c), modifiers: KeyModifiers::NONE }),
            _ => Err(unknown()),
        }
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        // Terminals send Ctrl-letter in either case.
        let code = match event.code {
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => {
                KeyCode::Char(c.to_ascii_lowercase())
            }
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        if code == KeyCode::BackTab {
            modifiers = KeyModifiers::NONE;
        }
        Self { code, modifiers }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let control = self.modifiers.contains(KeyModifiers::CONTROL);
        if control {
            f.write_str("Ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("Alt-")?;
        }
        match (NAMED.iter().find(|(_, code, _)| *code == self.code), self.code) {
            (Some((.., shown)), _) => f.write_str(shown),
            (None, KeyCode::Char(c)) if control => write!(f, "{}", c.to_ascii_uppercase()),
            (None, KeyCode::Char(c)) => write!(f, "{c}"),
            (None, code) => write!(f, "{code}"),
        }
    }
}

/// Which key does what, where.
#[derive(Debug, Clone)]
pub struct Keymap {
    by_key: HashMap<(ScopeId, Key), Action>,
    by_action: HashMap<Action, Vec<Key>>,
}

/// A scope as a hashable number; panes by their own.
type ScopeId = u8;

fn id(scope: Scope) -> ScopeId {
    match scope {
        Scope::Everywhere => 0,
        Scope::Editor => 1,
        Scope::Rules => 2,
        Scope::Pane(pane) => 3 + pane as u8,
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeymapError {
    #[error("[keys] names `{0}`, and there is no such action; `sockscope` shows them all under `:`")]
    UnknownAction(String),
    #[error("[keys] {action}: {what}")]
    Key { action: String, what: String },
    #[error("[keys] gives `{key}` to both `{first}` and `{second}`")]
    Twice { key: String, first: &'static str, second: &'static str },
}

impl Keymap {
    pub fn new(own: &BTreeMap<String, Vec<String>>) -> Result<Self, KeymapError> {
        if let Some(name) = own.keys().find(|name| Action::named(name).is_none()) {
            return Err(KeymapError::UnknownAction(name.clone()));
        }
        let mut keymap = Self { by_key: HashMap::new(), by_action: HashMap::new() };
        for row in TABLE {
            let wrong = |what| KeymapError::Key { action: row.name.to_owned(), what };
            let keys: Vec<Key> = match own.get(row.name) {
                Some(keys) => keys.iter().map(|key| key.parse()).collect::<Result<_, _>>().map_err(wrong)?,
                None => row.keys.iter().map(|key| key.parse()).collect::<Result<_, _>>().map_err(wrong)?,
            };
            for key in &keys {
                if let Some(first) = keymap.by_key.insert((id(row.scope), *key), row.action) {
                    let first = first.row().name;
                    return Err(KeymapError::Twice { key: key.to_string(), first, second: row.name });
                }
            }
            keymap.by_action.insert(row.action, keys);
        }
        Ok(keymap)
    }

    /// What a key does in a scope. Panes fall back to what works everywhere, the editor to the composer only.
    pub fn action(&self, scope: Scope, key: Key) -> Option<Action> {
        let own = self.by_key.get(&(id(scope), key));
        let fallback = match scope {
            Scope::Editor => Scope::Pane(Pane::Composer),
            _ => Scope::Everywhere,
        };
        own.or_else(|| self.by_key.get(&(id(fallback), key))).copied()
    }

    /// The keys of an action, as they are shown.
    pub fn keys(&self, action: Action) -> &[Key] {
        self.by_action.get(&action).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn keymap() -> Keymap {
        Keymap::new(&BTreeMap::new()).unwrap()
    }

    #[test]
    fn the_table_has_no_key_twice_and_only_rare_actions_have_none() {
        let keymap = keymap();
        let keyless: Vec<_> =
            TABLE.iter().filter(|row| keymap.keys(row.action).is_empty()).map(|row| row.name).collect();
        let by_name =
            ["templates", "check-with-slack", "copy-javascript", "copy-python", "copy-java", "copy-curl"];
        assert_eq!(keyless, by_name, "what has no key is reached by its name, under `:`");
    }

    #[test]
    fn a_pane_s_own_key_wins_and_the_editor_takes_only_its_own() {
        let keymap = keymap();
        let space = "space".parse().unwrap();
        assert_eq!(keymap.action(Scope::Pane(Pane::Envelopes), space), Some(Action::Freeze));
        assert_eq!(keymap.action(Scope::Pane(Pane::Payload), space), Some(Action::ToggleFold));
        assert_eq!(keymap.action(Scope::Pane(Pane::Health), space), None);
        assert_eq!(keymap.action(Scope::Editor, "j".parse().unwrap()), None);
        assert_eq!(keymap.action(Scope::Editor, "ctrl-s".parse().unwrap()), Some(Action::Send));
    }

    #[test]
    fn keys_are_read_and_shown() {
        for (text, shown) in [
            ("ctrl-s", "Ctrl-S"),
            ("shift-tab", "Shift-Tab"),
            ("G", "G"),
            ("space", "Space"),
            ("pgdn", "PgDn"),
        ] {
            assert_eq!(text.parse::<Key>().unwrap().to_string(), shown);
        }
        assert!("ctrl-nothing".parse::<Key>().is_err());
        let upper = KeyEvent::new(KeyCode::Char('S'), KeyModifiers::CONTROL | KeyModifiers::SHIFT);
        assert_eq!(Key::from(upper), "ctrl-s".parse().unwrap());
        let back = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(Key::from(back), "shift-tab".parse().unwrap());
    }

    #[test]
    fn own_keys_replace_the_defaults_and_clashes_are_told() {
        let own = |pairs: &[(&str, &str)]| {
            Keymap::new(
                &pairs.iter().map(|(name, key)| ((*name).to_owned(), vec![(*key).to_owned()])).collect(),
            )
        };
        let keymap = own(&[("ack-now", "Z")]).unwrap();
        assert_eq!(keymap.action(Scope::Everywhere, "Z".parse().unwrap()), Some(Action::AckNow));
        assert_eq!(keymap.action(Scope::Everywhere, "a".parse().unwrap()), None);
        assert!(own(&[("ack-now", "q")]).unwrap_err().to_string().contains("both `ack-now` and `quit`"));
        assert!(own(&[("fly", "q")]).unwrap_err().to_string().contains("`fly`"));
        assert!(own(&[("ack-now", "hyper-x")]).unwrap_err().to_string().contains("no key"));
    }
}
