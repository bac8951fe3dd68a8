//! Recordings made by the journal itself, and the command that opens them.

use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use sockscope::journal::{By, Event, Journal, Secrets};
use tempfile::TempDir;

use super::process;

pub fn second(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_795_000 + second).unwrap()
}

pub fn command_envelope<'a>(id: &'a str, command: &str) -> Event<'a> {
    let message = format!(
        r#"{{"envelope_id":"{id}","payload":{{"command":"{command}","text":"a \u00e4 b\/c","user_id":"U1"}},"type":"slash_commands","accepts_response_payload":true}}"#
    );
    Event::Envelope {
        conn: 1,
        envelope_id: id.into(),
        type_: "slash_commands".into(),
        message: message.into(),
    }
}

pub fn event_envelope<'a>(id: &'a str, event_id: &str, retry: u32) -> Event<'a> {
    let message = format!(
        r#"{{"envelope_id":"{id}","payload":{{"event":{{"type":"app_mention","user":"U2"}},"event_id":"{event_id}","type":"event_callback"}},"type":"events_api","accepts_response_payload":false,"retry_attempt":{retry},"retry_reason":"timeout"}}"#
    );
    Event::Envelope { conn: 1, envelope_id: id.into(), type_: "events_api".into(), message: message.into() }
}

pub fn ack(id: &str, by: By, took_ms: f64) -> Event<'_> {
    let message = format!(r#"{{"envelope_id":"{id}"}}"#).into();
    Event::Ack { conn: 1, envelope_id: id.into(), by, took_ms, late: took_ms >= 3000.0, message }
}

/// Two envelopes answered, one of them late, a retry, one that nobody answered, and what is around them.
pub fn session() -> Vec<(i64, Event<'static>)> {
    let hello = r#"{"type":"hello","num_connections":1,"connection_info":{"app_id":"A0EXAMPLE"}}"#;
    vec![
        (0, Event::Session { mode: "live".into(), version: "0.1.0".into() }),
        (0, Event::Opening { conn: 1, debug_reconnects: false }),
        (1, Event::Hello { conn: 1, message: hello.into() }),
        (2, command_envelope("e1", "/deploy")),
        (2, ack("e1", By::Auto, 0.3)),
        (3, event_envelope("e2", "Ev1", 0)),
        (7, ack("e2", By::Hand, 4000.0)),
        (8, event_envelope("e3", "Ev1", 1)),
        (8, ack("e3", By::Rule, 1.5)),
        (9, Event::Text { conn: 1, text: "no JSON: deploy".into() }),
        (10, command_envelope("e4", "/randorilke")),
        (20, Event::Closed { conn: 1, code: Some(1000), reason: "".into(), lived_ms: 19_000.0 }),
    ]
}

pub fn write(path: &Path, events: &[(i64, Event)]) {
    let (journal, _) = Journal::create(path, Secrets::Shown).unwrap();
    for (at, event) in events {
        journal.write(second(*at), event);
    }
}

/// A folder with [`session`] in it, as `a.jsonl`.
pub fn folder() -> TempDir {
    let folder = process::folder();
    write(&folder.path().join("a.jsonl"), &session());
    folder
}

/// `sockscope open` with these arguments.
pub fn open(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = process::sockscope(folder);
    command.arg("open").args(arguments);
    command
}
