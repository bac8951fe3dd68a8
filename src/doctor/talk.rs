//! The short conversation on the open socket: hello, one ping, good-bye.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::cause::Failure;
use crate::link::fault::{chain, first_line};
use crate::link::wire::Wire;
use crate::slack::message::{self, Hello};

/// What our ping carries.
const PING: &str = "sockscope doctor";

/// An open socket, and what came on it that was not asked for.
pub struct Talk {
    ws: WebSocketStream<Wire>,
    since: Instant,
    /// Envelopes by their type.
    taken: BTreeMap<String, u32>,
    /// The first text that is no message of the protocol: Slack tells some of its own faults so.
    said: Option<String>,
}

/// A frame that matters here.
enum Frame {
    Hello(Hello),
    /// The reason.
    Disconnect(String),
    Pong,
}

impl Talk {
    pub fn new(ws: WebSocketStream<Wire>) -> Self {
        Self { ws, since: Instant::now(), taken: BTreeMap::new(), said: None }
    }

    /// Waits for hello; the caller bounds the time.
    pub async fn hello(&mut self) -> Result<Hello, Failure> {
        loop {
            match self.next().await? {
                Frame::Hello(hello) => return Ok(hello),
                Frame::Disconnect(reason) => return Err(sent_away(&reason)),
                Frame::Pong => {}
            }
        }
    }

    /// Pings, and waits for the pong that echoes it.
    pub async fn ping(&mut self) -> Result<(), Failure> {
        let ping = Message::Ping(PING.into());
        self.ws.send(ping).await.map_err(|error| {
            Failure::new("closed", format!("the ping could not be sent: {}", chain(&error)))
        })?;
        loop {
            match self.next().await? {
                Frame::Pong => return Ok(()),
                // A refresh leaves the time for a pong.
                Frame::Disconnect(reason) if matches!(reason.as_str(), "warning" | "refresh_requested") => {}
                Frame::Disconnect(reason) => return Err(sent_away(&reason)),
                Frame::Hello(_) => {}
            }
        }
    }

    async fn next(&mut self) -> Result<Frame, Failure> {
        loop {
            match self.ws.next().await {
                Some(Ok(Message::Text(text))) => {
                    if let Some(frame) = self.text(&text) {
                        return Ok(frame);
                    }
                }
                Some(Ok(Message::Pong(echo))) if echo == PING.as_bytes() => return Ok(Frame::Pong),
                // A ping of Slack's is answered by the WebSocket library as the next frame is awaited.
                Some(Ok(Message::Pong(_) | Message::Ping(_) | Message::Binary(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_))) | None => return Err(self.closed("without a close frame".into())),
                Some(Err(error)) => return Err(self.closed(chain(&error))),
            }
        }
    }

    fn text(&mut self, text: &str) -> Option<Frame> {
        match message::parse(text) {
            message::Message::Hello(_) => Some(Frame::Hello(Hello::parse(text))),
            message::Message::Disconnect(header) => {
                Some(Frame::Disconnect(header.reason.unwrap_or_default().into_owned()))
            }
            message::Message::Envelope(header) => {
                let type_ = header.type_.unwrap_or(Cow::Borrowed("of no type")).into_owned();
                *self.taken.entry(type_).or_default() += 1;
                None
            }
            message::Message::Other(_) => None,
            message::Message::Text => {
                self.said.get_or_insert_with(|| first_line(text));
                None
            }
        }
    }

    fn closed(&self, why: String) -> Failure {
        let how = match self.ws.get_ref().frames.close() {
            Some((code, reason)) if reason.is_empty() => format!("with close code {code}"),
            Some((code, reason)) => format!("with close code {code}: {}", first_line(&reason)),
            None => why,
        };
        Failure::new("closed", format!("the connection ended before all was said, {how}"))
    }

    /// Closes at once (1000), waits a moment for the answer, and tells what came meanwhile.
    pub async fn close(mut self, limit: Duration) -> Vec<String> {
        let bye = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        let leaving = async {
            let _ = self.ws.send(Message::Close(Some(bye))).await;
            while let Some(Ok(message)) = self.ws.next().await {
                if let Message::Text(text) = message {
                    self.text(&text);
                }
            }
        };
        let _ = tokio::time::timeout(limit, leaving).await;
        let mut notes = vec![took(self.since.elapsed(), &self.taken)];
        if let Some(said) = self.said {
            notes.push(format!("Slack sent a text that is no message: {said}."));
        }
        notes
    }
}

/// A disconnect in place of what was awaited.
fn sent_away(reason: &str) -> Failure {
    match reason {
        "link_disabled" => Failure::new("link_disabled", "Socket Mode is switched off for this app"),
        "too_many_websockets" => {
            Failure::new("too_many_websockets", "the app has all of its 10 connections open already")
        }
        "" => Failure::new("disconnected", "Slack sent a disconnect without a reason"),
        other => Failure::new("disconnected", format!("Slack sent a disconnect: {}", first_line(other))),
    }
}

/// What hello tells.
pub fn describe(hello: &Hello) -> String {
    let connections = match hello.num_connections {
        None => "it does not say how many connections the app has".to_owned(),
        Some(0 | 1) => "the app's only connection".to_owned(),
        Some(all) => format!("1 of {all} connections of the app: events go to the others too"),
    };
    let life = match hello.approximate_connection_time {
        None => "life unknown".to_owned(),
        Some(seconds) => format!("lives about {}", spell(seconds)),
    };
    let names = [("app", &hello.app_id), ("host", &hello.host)];
    let names: String =
        names.iter().filter_map(|(what, name)| Some(format!(", {what} {}", name.as_deref()?))).collect();
    format!("{connections}, {life}{names}")
}

/// `5 h 1 min`, `6 min`, `45 s`
fn spell(seconds: f64) -> String {
    let whole = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_secs();
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// What doctor's visit cost the app.
fn took(visit: Duration, taken: &BTreeMap<String, u32>) -> String {
    let ms = visit.as_millis();
    let visit = format!("While doctor was connected ({ms} ms), Slack may have sent it events of the app");
    if taken.is_empty() {
        return format!("{visit}: none came.");
    }
    let counts: Vec<_> = taken.iter().map(|(type_, count)| format!("{count} {type_}")).collect();
    let events = if taken.contains_key("events_api") { " Slack sends the events again." } else { "" };
    let lost = if taken.keys().any(|type_| type_ != "events_api") {
        " Whoever clicked or typed the others saw an error, and has to do so again."
    } else {
        ""
    };
    format!("{visit}: {} came and were not acknowledged.{events}{lost}", counts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hello_is_told_as_far_as_it_tells() {
        for (hello, says) in [
            ("{}", "it does not say how many connections the app has, life unknown"),
            (
                r#"{"num_connections":1,"debug_info":{"approximate_connection_time":18060}}"#,
                "the app's only connection, lives about 5 h 1 min",
            ),
            (
                r#"{"num_connections":3,"connection_info":{"app_id":"A1"},"debug_info":{"host":"applink-3","approximate_connection_time":-1}}"#,
                "1 of 3 connections of the app: events go to the others too, life unknown, app A1, host applink-3",
            ),
        ] {
            assert_eq!(describe(&Hello::parse(hello)), says);
        }
    }

    #[test]
    fn a_life_is_spelled_shortly() {
        assert_eq!([45.9, 360.0, 61.0, 3600.0].map(spell), ["45 s", "6 min", "1 min 1 s", "1 h"]);
        assert_eq!(spell(f64::NAN), "0 s");
    }

    #[test]
    fn what_the_visit_cost_is_told() {
        let note = |types: &[&str]| {
            let taken = types.iter().map(|type_| ((*type_).to_owned(), 2)).collect();
            took(Duration::from_millis(38), &taken)
        };
        assert!(note(&[]).ends_with("of the app: none came."));
        let events = note(&["events_api"]);
        assert!(events.contains("38 ms") && events.ends_with("Slack sends the events again."), "{events}");
        let both = note(&["events_api", "interactive"]);
        assert!(both.contains("2 events_api, 2 interactive came"), "{both}");
        assert!(both.contains("again. Whoever clicked"), "{both}");
        assert!(!note(&["slash_commands"]).contains("events again"));
    }

    #[test]
    fn every_disconnect_has_its_code() {
        for (reason, code) in [
            ("link_disabled", "link_disabled"),
            ("too_many_websockets", "too_many_websockets"),
            ("", "disconnected"),
            ("refresh_requested", "disconnected"),
        ] {
            let failure = sent_away(reason);
            assert_eq!(failure.code, code);
            assert!(!failure.advice.is_empty());
        }
    }
}
