//! What stays in a redacted report: the allow-list.

use std::collections::HashMap;
use std::sync::LazyLock;

/// How a value must look to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stays {
    /// A word of Slack's or of ours: `view_submission`, `message.channels`, `image/png`.
    Word,
    /// `chat.postMessage`
    Method,
    Number,
    /// `1763764906.118429`, or whole seconds.
    Seconds,
    /// `2026-11-22T07:01:46.123456Z`, `2020-10-11 12:12:12.120`
    Date,
    Version,
    /// What the app's developer chose.
    App,
}

/// Where a key must stand for its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// A member of the record itself.
    Record,
    /// A member of an object under this key.
    Under(&'static str),
    Anywhere,
}

use At::{Anywhere, Record, Under};
use Stays::{App, Date, Method, Number, Seconds, Version, Word};

const RULES: &[(At, Stays, &[&str])] = &[
    (
        Record,
        Number,
        &["v", "seq", "conn", "took_ms", "lived_ms", "ms", "rtt_ms", "retry_in_ms", "status", "code"],
    ),
    (Record, Word, &["kind", "mode", "by", "from", "code", "reason"]),
    (Record, Method, &["method"]),
    (Record, Date, &["at"]),
    (Record, Version, &["version"]),
    (Under("message"), Word, &["reason", "retry_reason"]),
    (Under("message"), Number, &["retry_attempt", "num_connections"]),
    (Under("debug_info"), Word, &["host"]),
    (Under("debug_info"), Date, &["started"]),
    (Under("debug_info"), Number, &["build_number", "approximate_connection_time"]),
    (Under("response"), Word, &["error", "warning", "needed", "provided"]),
    (
        Anywhere,
        Word,
        &[
            "type",
            "subtype",
            "channel_type",
            "response_action",
            "response_type",
            "trigger_actions_on",
            "style",
            "tab",
            "source",
            "filetype",
            "mimetype",
            "range",
            "include",
        ],
    ),
    (
        Anywhere,
        Seconds,
        &[
            "ts",
            "event_ts",
            "message_ts",
            "thread_ts",
            "action_ts",
            "deleted_ts",
            "latest_reply",
            "event_time",
            "timestamp",
            "created",
            "updated",
            "date_created",
            "date_updated",
            "date_deleted",
        ],
    ),
    (
        Anywhere,
        Number,
        &[
            "max_length",
            "min_length",
            "min_query_length",
            "max_selected_items",
            "max_files",
            "indent",
            "offset",
            "border",
            "original_w",
            "original_h",
            "image_width",
            "image_height",
        ],
    ),
    (Anywhere, App, &["action_id", "block_id", "callback_id", "command"]),
];

/// Objects whose members the app's developer named: no rule holds within them.
const FREE: [&str; 5] = ["event_payload", "submission", "inputs", "outputs", "errors"];

static BY_KEY: LazyLock<HashMap<&str, Vec<(At, Stays)>>> = LazyLock::new(|| {
    let mut by_key: HashMap<&str, Vec<(At, Stays)>> = HashMap::new();
    for (at, stays, keys) in RULES {
        for key in *keys {
            by_key.entry(key).or_default().push((*at, *stays));
        }
    }
    by_key
});

/// Whether the members of an object under this key are the developer's own.
pub fn is_free(key: &str) -> bool {
    FREE.contains(&key)
}

/// The rules of a key that hold at this place. `parent` is the key of the object around it, none in the record.
pub fn of<'a>(key: &str, parent: Option<&'a str>) -> impl Iterator<Item = Stays> + use<'a> {
    let rules: &'static [(At, Stays)] = BY_KEY.get(key).map_or(&[], Vec::as_slice);
    let holds = move |at: At| match at {
        Record => parent.is_none(),
        Under(wanted) => parent == Some(wanted),
        Anywhere => true,
    };
    rules.iter().filter(move |(at, _)| holds(*at)).map(|(_, stays)| *stays)
}

impl Stays {
    /// Whether a string looks as the rule wants it.
    pub fn takes(self, text: &str) -> bool {
        let all = |of: &[u8]| text.bytes().all(|byte| byte.is_ascii_digit() || of.contains(&byte));
        match self {
            Self::Word => is_word(text),
            Self::Method => {
                text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.')
            }
            Self::Number => text.len() <= 20 && all(b""),
            Self::Seconds => (9..=17).contains(&text.len()) && all(b"."),
            Self::Date => text.len() <= 32 && all(b"-:. TZ"),
            Self::Version => text.len() <= 20 && all(b"."),
            Self::App => {
                (1..=255).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'@')
                    && !text.contains("//")
            }
        }
    }

    /// Whether a number stays as it is spelled.
    pub fn takes_number(self) -> bool {
        matches!(self, Self::Number | Self::Seconds)
    }
}

/// Small letters, digits and underscores, in parts that dots, slashes or dashes join.
fn is_word(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split(['.', '/', '-']).all(part)
}
