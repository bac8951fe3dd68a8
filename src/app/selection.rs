//! The selected envelope: what payload and composer show of it, what can be copied, how it is answered.

use jiff::Timestamp;

use super::composer::Target;
use super::payload::Body;
use super::{App, Grade, Pane};
use crate::journal::index::{AckState, Entry};
use crate::journal::{Event, Record};
use crate::json::{self, Document};
use crate::slack::envelope::Kind;
use crate::slack::message::Header;
use crate::text;

/// In the stead of a record that was there.
const GONE: &str = "this record cannot be read any more: its file was cut or changed";

impl App {
    pub fn entry(&self, row: u32) -> Option<&Entry> {
        self.index.get(row)
    }

    /// The record of a row, read from the journal and handed to `read`.
    pub(super) fn read_row<T>(&self, row: u32, read: impl FnOnce(Event) -> T) -> Option<T> {
        let line = self.lines.line(self.entry(row)?.place()).ok()?;
        Record::parse(&line).ok().map(|record| read(record.event))
    }

    /// Brings payload and composer to the selected row, where it is not the one that they show.
    pub(super) fn show_selection(&mut self) {
        let selected = self.view.selected();
        if selected == self.shown {
            return;
        }
        self.shown = selected;
        let body = selected.map(|row| {
            self.read_row(row, |event| body(&event)).unwrap_or_else(|| Body::Text(GONE.to_owned()))
        });
        let body = body.unwrap_or_default();
        self.payload.show(body);
        let target = self.selected_target();
        self.composer.offer(target);
    }

    /// What an answer to the selected envelope needs to know; none where it is no envelope with an id.
    pub fn selected_target(&self) -> Option<Target> {
        let row = self.view.selected()?;
        let (conn, received, kind) =
            self.entry(row).map(|entry| (entry.conn, entry.at(), entry.kind.envelope()))?;
        let kind = kind?;
        self.read_row(row, |event| target(&event, row, conn, received, kind))?
    }

    /// Whether the selected row is an envelope that can be answered.
    pub fn selected_is_envelope(&self) -> bool {
        let entry = self.view.selected().and_then(|row| self.entry(row));
        entry.is_some_and(|entry| entry.ack() != AckState::None)
    }

    /// Whether the selected envelope still waits for its ack.
    pub fn selected_is_open(&self) -> bool {
        let entry = self.view.selected().and_then(|row| self.entry(row));
        entry.is_some_and(|entry| entry.ack() == AckState::Pending)
    }

    /// Who answered a row, in words; none while nobody has.
    pub fn answered_by(&self, row: u32) -> Option<String> {
        let ack = self.entry(row)?.ack();
        Some(format!("{}, after {}", ack.by()?.words(), text::millis(ack.took_ms()?)))
    }

    /// The selected message's payload, laid out; the whole message where it has none.
    pub(super) fn selected_pretty(&self) -> Option<String> {
        let message = self.selected_message()?;
        let payload = Header::parse(&message).and_then(|header| header.payload.map(str::to_owned));
        let text = payload.unwrap_or(message);
        Some(json::pretty(&text).unwrap_or(text))
    }

    /// The selected message as it came.
    pub(super) fn selected_message(&self) -> Option<String> {
        self.read_row(self.view.selected()?, |event| message(&event).map(str::to_owned))?
    }

    /// What the copy menu's row gives.
    pub(super) fn copy(&self, what: &str) -> Result<String, String> {
        let nothing = || format!("there is no {what} to copy here");
        let tree = self.payload.tree();
        let at = self.payload.cursor();
        match what {
            "value" => tree.map(|tree| tree.value_text(at).to_owned()).or_else(|| self.selected_message()),
            "path" => tree.map(|tree| tree.pointer(at)),
            "jq path" => tree.map(|tree| tree.jq_path(at)),
            "string" => tree.and_then(|tree| tree.string(at)).map(std::borrow::Cow::into_owned),
            "envelope" => self.selected_message(),
            "envelope_id" => self.selected_target().map(|target| target.envelope_id),
            _ => self.sent_ack().or_else(|| self.composer.draft()?.verdict.frame().map(str::to_owned)),
        }
        .ok_or_else(nothing)
    }

    /// The frame that answered the selected envelope.
    fn sent_ack(&self) -> Option<String> {
        let place = self.entry(self.view.selected()?)?.ack_place()?;
        let line = self.lines.line(place).ok()?;
        match Record::parse(&line).ok()?.event {
            Event::Ack { message, .. } => Some(message.into_owned()),
            _ => None,
        }
    }

    pub(super) fn next_held(&mut self, now: Timestamp) {
        let selected = self.view.selected().unwrap_or(0);
        let acks = self.session.acks();
        // What still can be answered in time comes first, the soonest to expire before the others.
        let in_time = acks.in_time(now).map(|held| held.row).find(|row| *row != selected);
        let row = in_time.or_else(|| acks.held_after(selected).next().map(|held| held.row));
        match row {
            Some(row) if self.view.select(row) => self.set_focus(Pane::Envelopes),
            Some(_) => self.tell(now, Grade::Note, "a held envelope is hidden by the filter (Esc clears it)"),
            None => self.tell(now, Grade::Note, "nothing is held"),
        }
    }

    /// Goes to the next row with a finding and tells what it is.
    pub(super) fn next_finding(&mut self, now: Timestamp) {
        let after = self.view.selected().unwrap_or(0);
        let shown = self.index.findings_after(after).find(|row| self.view.place(*row).is_some());
        let Some(row) = shown else {
            let words = self.session.findings().iter().last().map_or_else(
                || "no findings".to_owned(),
                |finding| format!("{}: {}", finding.title(), finding.message),
            );
            self.tell(now, Grade::Note, words);
            return;
        };
        self.view.select(row);
        let finding = self.session.findings().of_row(row).last();
        let words = finding.map(|finding| {
            let todo = finding.explanation().map_or("", |explanation| explanation.what_to_do);
            format!("{}: {} · {todo}", finding.title(), finding.message)
        });
        self.tell(now, Grade::Note, words.unwrap_or_else(|| "a finding of before".to_owned()));
    }
}

fn target(event: &Event, row: u32, conn: u32, received: Timestamp, kind: Kind) -> Option<Target> {
    let Event::Envelope { envelope_id, message, .. } = event else { return None };
    let header = Header::parse(message)?;
    (!envelope_id.is_empty()).then(|| Target {
        row,
        envelope_id: envelope_id.to_string(),
        conn,
        received,
        kind,
        accepts: header.accepts_response_payload,
        payload: header.payload.unwrap_or("null").to_owned(),
    })
}

/// The text that came, where it was text.
fn message<'e>(event: &'e Event) -> Option<&'e str> {
    match event {
        Event::Envelope { message, .. }
        | Event::Hello { message, .. }
        | Event::Disconnect { message, .. }
        | Event::Message { message, .. } => Some(message),
        Event::Text { text, .. } => Some(text),
        Event::Binary { base64, .. } => Some(base64),
        _ => None,
    }
}

fn body(event: &Event) -> Body {
    let Some(text) = message(event) else { return Body::Nothing };
    match event {
        Event::Binary { .. } => Body::Text(hex_dump(text)),
        Event::Text { .. } if text.is_empty() => Body::Text("(an empty text message)".to_owned()),
        Event::Text { .. } => Body::Text(text.to_owned()),
        _ => match Document::parse(text) {
            Ok(document) => Body::Tree(Box::new(document)),
            Err(_) => Body::Text(text.to_owned()),
        },
    }
}

/// Sixteen bytes a line, with what is printable beside them.
fn hex_dump(base64: &str) -> String {
    use base64::Engine as _;
    let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(base64) else {
        return base64.to_owned();
    };
    let mut lines = vec![format!("{} bytes, binary", bytes.len())];
    lines.extend(bytes.chunks(16).enumerate().map(|(at, chunk)| {
        let hex: Vec<_> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let hex = hex.join(" ");
        let printable = |byte: &u8| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '.' };
        let text: String = chunk.iter().map(printable).collect();
        format!("{:08x}  {hex:<48} {text}", at * 16)
    }));
    lines.join("\n")
}
