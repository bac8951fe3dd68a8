//! A session to export: two connections, every sample, acks, a late one, a finding, a call.

#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp};

use crate::journal::{By, Event, Journal, Lines, Place, Record, Secrets, Side};
use crate::slack::sample::{self, Minter, Overrides};

/// A journal, and the lines in it.
pub struct Session {
    pub journal: Journal,
    pub places: Vec<(Place, String)>,
    now: Timestamp,
}

impl Session {
    pub fn new() -> Self {
        let now = "2026-11-22T07:20:00Z".parse().unwrap();
        let mut session =
            Self { journal: Journal::temporary(Secrets::Masked).unwrap(), places: Vec::new(), now };
        session.write(&Event::Session { mode: "live".into(), version: "0.1.0".into() });
        session
    }

    /// Two connections, the envelopes of every sample in turn on both.
    pub fn full() -> Self {
        let mut session = Self::new();
        session.connect(1);
        session.connect(2);
        let mut minter = Minter::seeded(7);
        for (at, sample) in sample::all().iter().enumerate() {
            let id = minter.uuid();
            let frame = sample.unsent(&mut minter, session.now, &Overrides::new()).unwrap().frame(&id, 0);
            let conn = if at % 2 == 0 { 1 } else { 2 };
            session.envelope(conn, &id, sample.kind, &frame);
            session.ack(conn, &id, r#","payload":{"text":"Hello Rainer"}"#);
        }
        session.write(&Event::Ping { conn: 1, from: Side::Slack });
        session.write(&Event::Text { conn: 2, text: "UNAUTHENTICATED: cache_error".into() });
        session.write(&Event::Binary { conn: 2, base64: "AAH/Zm9v".into() });
        session.write(&Event::Api {
            method: "chat.postMessage".into(),
            request: r#"{"channel":"C123ABC456","text":"Hello Rainer"}"#.into(),
            status: 200,
            response: r#"{"ok":false,"error":"not_in_channel"}"#.into(),
            took_ms: 12.5,
        });
        let (reason, message) = ("warning".into(), r#"{"type":"disconnect","reason":"warning"}"#.into());
        session.write(&Event::Disconnect { conn: 1, reason, message });
        session.write(&Event::Closed { conn: 1, code: Some(1000), reason: "bye".into(), lived_ms: 900.0 });
        session.write(&Event::Gap { ms: 0.0 });
        session
    }

    pub fn lines(&self) -> Lines {
        Lines::from(self.journal.clone())
    }

    pub fn write(&mut self, event: &Event) {
        self.now = self.now.checked_add(SignedDuration::from_millis(20)).unwrap();
        let mut tail = self.journal.tail();
        self.journal.write(self.now, event);
        tail.read(|place, line| self.places.push((place, line.to_owned()))).unwrap();
    }

    pub fn connect(&mut self, conn: u32) {
        self.write(&Event::Opening { conn, debug_reconnects: false });
        let url = "wss://wss-primary.slack.com/link/?ticket=0123-4567&app_id=89ab".into();
        self.write(&Event::Opened { conn, took_ms: 20.0, url });
        self.write(&Event::Connected { conn, took_ms: 10.0 });
        let hello = sample::docs().iter().find(|example| example.name == "hello").unwrap();
        self.write(&Event::Hello { conn, message: crate::json::minify(hello.text).unwrap().into() });
    }

    pub fn envelope(&mut self, conn: u32, id: &str, type_: &str, frame: &str) {
        let (envelope_id, type_, message) = (id.into(), type_.into(), frame.into());
        self.write(&Event::Envelope { conn, envelope_id, type_, message });
    }

    /// An envelope with just this payload.
    pub fn payload(&mut self, conn: u32, id: &str, payload: &str) {
        let id_text = serde_json::Value::from(id);
        let frame = format!(r#"{{"envelope_id":{id_text},"type":"interactive","payload":{payload}}}"#);
        self.envelope(conn, id, "interactive", &frame);
    }

    pub fn ack(&mut self, conn: u32, id: &str, rest: &str) {
        let message = format!(r#"{{"envelope_id":"{id}"{rest}}}"#).into();
        let (envelope_id, by) = (id.into(), By::Auto);
        self.write(&Event::Ack { conn, envelope_id, by, took_ms: 0.5, late: false, message });
    }

    pub fn text(&self) -> String {
        self.places.iter().flat_map(|(_, line)| [line.as_str(), "\n"]).collect()
    }

    /// Where the rows stand that a test wants.
    pub fn places_of(&self, wanted: impl Fn(&Event) -> bool) -> Vec<Place> {
        let is = |line: &str| wanted(&Record::parse(line).unwrap().event);
        self.places.iter().filter(|(_, line)| is(line)).map(|(place, _)| *place).collect()
    }
}
