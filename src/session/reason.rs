//! Why a connection ended, in plain words.

use std::borrow::Cow;

/// A disconnect reason or a close code, and what it means to a person.
#[derive(Debug, PartialEq, Eq)]
pub struct Reason {
    /// As it stands on the wire.
    pub code: &'static str,
    /// What happened, in a clause.
    pub words: &'static str,
    /// What to do about it; empty where nothing needs doing.
    pub advice: &'static str,
}

/// Reasons of `disconnect` messages (protocol.md, section 3): an open set, see [`disconnect`].
pub const DISCONNECTS: &[Reason] = &[
    Reason { code: "warning", words: "Slack will refresh this connection in about 10 s", advice: "" },
    Reason {
        code: "refresh_requested",
        words: "Slack refreshed the connection, as it does every hour or so",
        advice: "",
    },
    Reason {
        code: "link_disabled",
        words: "Socket Mode was switched off in the app's settings",
        advice: "switch it on at api.slack.com/apps > Socket Mode, then reconnect with R",
    },
    Reason {
        code: "too_many_websockets",
        words: "the app has all of its 10 connections open already",
        advice: "stop the other processes of this app; what a crash left behind goes away within minutes",
    },
];

/// Close codes (RFC 6455, section 7.4.1), those seen of Slack (protocol.md, section 2).
pub const CLOSES: &[Reason] = &[
    Reason { code: "1000", words: "closed in good order", advice: "" },
    Reason { code: "1001", words: "the other side went away", advice: "" },
    Reason {
        code: "1006",
        words: "the connection broke without a goodbye",
        advice: "look at the network, a proxy or a sleeping laptop if it happens often",
    },
    Reason {
        code: "1009",
        words: "a frame was longer than 20,480 bytes",
        advice: "make the ack shorter; send what is large with the Web API",
    },
    Reason { code: "1011", words: "Slack had an internal error", advice: "" },
];

/// What is known of a disconnect reason.
pub fn disconnect(reason: &str) -> Option<&'static Reason> {
    DISCONNECTS.iter().find(|row| row.code == reason)
}

/// What is known of a close code; no code at all is a cut, as 1006 says.
pub fn close(code: Option<u16>) -> Option<&'static Reason> {
    let code = code.unwrap_or(1006).to_string();
    CLOSES.iter().find(|row| row.code == code)
}

/// A disconnect reason in plain words; an unknown one verbatim.
pub fn disconnect_words(reason: &str) -> Cow<'_, str> {
    match disconnect(reason) {
        Some(row) => row.words.into(),
        None if reason.is_empty() => "Slack gave no reason".into(),
        None => reason.into(),
    }
}

/// The end of a connection in plain words: the code's meaning, and the reason that came with an unknown one.
pub fn close_words(code: Option<u16>, reason: &str) -> Cow<'static, str> {
    match (close(code), code) {
        (Some(row), _) => row.words.into(),
        (None, Some(code)) if reason.is_empty() => format!("closed with code {code}").into(),
        (None, Some(code)) => format!("closed with code {code}: {reason}").into(),
        (None, None) => "closed".into(),
    }
}
