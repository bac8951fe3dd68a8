//! Goes through a line token by token; what is between the tokens never changes.

use std::borrow::Cow;

use super::rules::{self, Stays};
use super::stand_in::{StandIns, is_id, starts_with_uuid};
use super::text;
use crate::json::{TokenKind, tokens, unescape};

/// Redacts the lines of a recording, one after the other: the same becomes the same in all of them.
pub struct Redactor {
    hide_app_ids: bool,
    stand_ins: StandIns,
}

/// An object or array that is open.
struct Level {
    is_array: bool,
    /// The key under which it stands; an array's members stand under it too.
    key: String,
    /// Whether its members are the developer's own, and no rule holds.
    is_free: bool,
    /// How many levels of keys from here on are names that the developer chose.
    app_keys: u8,
}

/// Where a value stands.
struct Context<'a> {
    key: &'a str,
    /// The key of the object around it; none for a member of the record itself.
    parent: Option<&'a str>,
    is_free: bool,
    /// A record of a close frame: its reason is prose.
    is_closed: bool,
}

impl Redactor {
    /// With `hide_app_ids` also the names that the app's developer chose are content.
    pub fn new(hide_app_ids: bool) -> Self {
        Self { hide_app_ids, stand_ins: StandIns::default() }
    }

    /// A record's line, redacted. What is no JSON becomes `null`.
    pub fn line(&mut self, line: &str) -> String {
        let mut out = String::with_capacity(line.len());
        let (mut levels, mut key, mut at, mut is_closed) = (Vec::<Level>::new(), String::new(), 0, false);
        for (range, kind) in tokens(line) {
            out.push_str(&line[at..range.start]);
            at = range.end;
            let token = &line[range];
            match kind {
                TokenKind::Punctuation => {
                    out.push_str(token);
                    match token {
                        "{" | "[" => open(&mut levels, token == "[", &key),
                        "}" | "]" => drop(levels.pop()),
                        _ => {}
                    }
                }
                TokenKind::Key => {
                    key = unquote(token).into_owned();
                    out.push_str(&self.key(token, &key, levels.last()));
                }
                TokenKind::String | TokenKind::Number => {
                    let context = context(&levels, &key, is_closed);
                    is_closed |= context.parent.is_none() && context.key == "kind" && token == "\"closed\"";
                    if kind == TokenKind::Number {
                        out.push_str(&number(token, &context));
                    } else {
                        out.push_str(&self.string(token, &context));
                    }
                }
                TokenKind::Bool | TokenKind::Null => out.push_str(token),
                TokenKind::BrokenString | TokenKind::Invalid => out.push_str("null"),
            }
        }
        out
    }

    fn key<'t>(&mut self, token: &'t str, key: &str, level: Option<&Level>) -> Cow<'t, str> {
        let chosen_by_app = level.is_some_and(|level| level.app_keys > 0);
        let replaced = if (self.hide_app_ids && chosen_by_app) || !is_field(key) {
            self.stand_ins.opaque(key)
        } else {
            text::without_ids(key, &mut self.stand_ins)
        };
        quoted(token, key, &replaced)
    }

    fn string<'t>(&mut self, token: &'t str, context: &Context) -> Cow<'t, str> {
        let text = unquote(token);
        let replaced = match context.rule(|rule| rule.takes(&text)) {
            Some(Stays::App) if self.hide_app_ids => self.stand_ins.opaque(&text),
            Some(Stays::App) => text::without_ids(&text, &mut self.stand_ins),
            Some(_) => return Cow::Borrowed(token),
            None => self.content(&text, context),
        };
        quoted(token, &text, &replaced)
    }

    /// What stands for a string that no rule lets through; the key tells only which kind of stand-in reads best.
    fn content(&mut self, text: &str, context: &Context) -> String {
        let key = context.key;
        if context.parent.is_none() && key == "base64" {
            return text.chars().map(|c| if c == '=' { c } else { 'A' }).collect();
        }
        let bare = text.len() <= 512 && !text.contains(char::is_whitespace);
        if is_id(text) {
            self.stand_ins.id(text)
        } else if bare && (names_an_id(key) || (starts_with_uuid(text) && text.len() == 36)) {
            self.stand_ins.opaque(text)
        } else if text.len() <= 512 && names_a_name(key) {
            self.stand_ins.name(text)
        } else {
            text::fill(text, &mut self.stand_ins)
        }
    }
}

impl Context<'_> {
    /// The rule of this place that takes the value.
    fn rule(&self, takes: impl Fn(Stays) -> bool) -> Option<Stays> {
        if self.is_free || (self.is_closed && self.parent.is_none() && self.key == "reason") {
            return None;
        }
        rules::of(self.key, self.parent).find(|rule| takes(*rule))
    }
}

fn open(levels: &mut Vec<Level>, is_array: bool, key: &str) {
    let around = levels.last();
    // In an array there are no keys: the last one read is of something before.
    let key = match around {
        Some(level) if level.is_array => level.key.clone(),
        _ => key.to_owned(),
    };
    let inherited = around
        .map_or(0, |level| if level.is_array { level.app_keys } else { level.app_keys.saturating_sub(1) });
    let is_free = around.is_some_and(|level| level.is_free) || rules::is_free(&key);
    let app_keys = match key.as_str() {
        _ if is_free => u8::MAX,
        // state.values: block_id, then action_id.
        "values" if !is_array => 2,
        _ => inherited,
    };
    levels.push(Level { is_array, key, is_free, app_keys });
}

fn context<'a>(levels: &'a [Level], key: &'a str, is_closed: bool) -> Context<'a> {
    let inner = levels.last();
    let key = match inner {
        Some(level) if level.is_array => &level.key,
        _ => key,
    };
    // The innermost object; the outermost is the record itself.
    let object = levels.iter().rposition(|level| !level.is_array);
    let parent = object.filter(|at| *at > 0).map(|at| levels[at].key.as_str());
    Context { key, parent, is_free: inner.is_some_and(|level| level.is_free), is_closed }
}

/// Digits become ones, unless a rule lets the number stay.
fn number<'t>(token: &'t str, context: &Context) -> Cow<'t, str> {
    if token == "0" || context.rule(Stays::takes_number).is_some() {
        return Cow::Borrowed(token);
    }
    token.chars().map(|c| if c.is_ascii_digit() { '1' } else { c }).collect()
}

/// Whether a key looks like the name of a field, and not like content that somebody made a key of.
fn is_field(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'$');
    key.len() <= 80
        && key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.bytes().all(plain)
        && !starts_with_uuid(key)
}

fn names_an_id(key: &str) -> bool {
    const OTHERS: [&str; 7] = ["id", "ids", "token", "hash", "event_context", "ticket", "permission_code"];
    OTHERS.contains(&key) || key.ends_with("_id") || key.ends_with("_ids") || key.ends_with("_token")
}

fn names_a_name(key: &str) -> bool {
    const OTHERS: [&str; 5] = ["name", "username", "domain", "email", "name_normalized"];
    OTHERS.contains(&key) || key.ends_with("_name") || key.ends_with("_domain")
}

fn unquote(token: &str) -> Cow<'_, str> {
    unescape(token.get(1..token.len().saturating_sub(1)).unwrap_or_default())
}

/// The string as JSON; the token as it came where nothing was replaced.
fn quoted<'t>(token: &'t str, text: &str, replaced: &str) -> Cow<'t, str> {
    if text == replaced { Cow::Borrowed(token) } else { serde_json::Value::from(replaced).to_string().into() }
}
