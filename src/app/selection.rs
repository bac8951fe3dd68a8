//! The selected envelope: what payload and composer show of it, what can be copied, how it is answered.

use jiff::Timestamp;

use super::composer::{Draft, Target};
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

    /// The composer shows what was sent as soon as it is on record, unless somebody is at a draft.
    pub(super) fn offer_anew(&mut self, row: u32) {
        if self.offered == Some(row) && !self.composer.is_pinned() {
            self.offered = None;
        }
    }

    /// Brings payload and composer to the selected row, where it is not the one that they show.
    pub(super) fn show_selection(&mut self) {
        let selected = self.view.selected();
        // A draft is made of the whole payload: not where nobody sees it.
        let composing = self.areas().is_some_and(|areas| areas.inner(Pane::Composer).is_some());
        let offer = composing && !self.composer.is_pinned() && selected != self.offered;
        if !composing && selected != self.offered {
            // No draft at all rather than another envelope's.
            self.composer.offer(None, &[]);
            self.offered = None;
        }
        if selected != self.shown {
            self.shown = selected;
            let about = selected.filter(|_| offer).and_then(|row| self.about(row));
            let read = |event: Event| {
                let id = envelope_id(&event).map(str::to_owned);
                (body(&event), id, about.and_then(|about| target(&event, about)))
            };
            let gone = || (Body::Text(GONE.to_owned()), None, None);
            let (body, id, mut target) =
                selected.map(|row| self.read_row(row, read).unwrap_or_else(gone)).unwrap_or_default();
            self.payload.show(body);
            self.shown_id = id;
            self.ask_again();
            if offer {
                self.offered = selected;
                if let Some(target) = &mut target {
                    target.sent = self.sent_payload(target.row);
                }
                self.composer.offer(target, &self.templates.templates);
            }
        } else if offer {
            self.offered = selected;
            let target = self.selected_target();
            self.composer.offer(target, &self.templates.templates);
        }
        self.recall_given_up();
    }

    /// Lays what was given up for the draft's envelope behind the draft, where it can be brought back from.
    pub(super) fn recall_given_up(&mut self) {
        if let Some((row, text)) = &self.given_up
            && let Some(draft) = self.composer.draft_mut()
            && draft.target.row == *row
        {
            draft.remember(text);
        }
    }

    /// What the index knows of an envelope that could be answered.
    fn about(&self, row: u32) -> Option<About> {
        let entry = self.entry(row)?;
        Some(About { row, conn: entry.conn, received: entry.at(), kind: entry.kind.envelope()? })
    }

    /// What an answer to the selected envelope needs to know; none where it is no envelope with an id.
    pub fn selected_target(&self) -> Option<Target> {
        let row = self.view.selected()?;
        let about = self.about(row)?;
        let sent = self.sent_payload(row);
        let target = self.read_row(row, |event| target(&event, about))??;
        Some(Target { sent, ..target })
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
        self.message_of(self.view.selected()?)
    }

    /// The message of a row as it came.
    pub(super) fn message_of(&self, row: u32) -> Option<String> {
        self.read_row(row, |event| message(&event).map(str::to_owned))?
    }

    /// Whether the selected envelope is a retry, or has one.
    pub(super) fn selected_has_deliveries(&self) -> bool {
        let selected = self.view.selected();
        selected
            .is_some_and(|row| self.index.repeats(row).is_some() || !self.index.repeated_by(row).is_empty())
    }

    /// What the copy menu's row gives.
    pub(super) fn copy(&self, what: &str) -> Result<String, String> {
        if let Some(taken_out) = self.taken_out(what) {
            return taken_out;
        }
        let nothing = || format!("there is no {what} to copy here");
        // What is under the cursor: a row of the tree, or of the two trees that are compared.
        let (tree, at) = match self.payload.compared() {
            Some(compared) => match compared.change().map(|change| compared.comparison.place(change)) {
                Some((tree, row)) => (Some(tree), row),
                None => (None, 0),
            },
            None => (self.payload.tree(), self.payload.cursor()),
        };
        match what {
            "value" => match (tree, self.payload.lens()) {
                (Some(tree), _) => Some(tree.value_text(at).to_owned()),
                (None, Some(_)) => Some(self.payload.body().text().to_owned()),
                (None, None) => self.selected_message(),
            },
            "path" => tree.map(|tree| tree.pointer(at)),
            "jq path" if self.payload.compared().is_some() => tree.map(|tree| tree.jq_path(at)),
            "jq path" => tree.map(|tree| self.composed(&tree.jq_path(at))),
            "string" => tree.and_then(|tree| tree.string(at)).map(std::borrow::Cow::into_owned),
            "envelope" => self.selected_message(),
            "envelope_id" => self.selected_target().map(|target| target.envelope_id),
            _ => self.view.selected().and_then(|row| self.sent_ack(row)).or_else(|| self.drafted_ack()),
        }
        .ok_or_else(nothing)
    }

    /// The frame that the composer would send, or would offer if it were seen.
    fn drafted_ack(&self) -> Option<String> {
        let frame = |draft: &Draft| draft.verdict.frame().map(str::to_owned);
        match self.composer.draft() {
            Some(draft) => frame(draft),
            None => frame(&Draft::new(self.selected_target()?, &[])),
        }
    }

    /// The payload that answered a row; blank where its ack had none.
    fn sent_payload(&self, row: u32) -> Option<String> {
        let frame = self.sent_ack(row)?;
        let payload = Header::parse(&frame)?.payload.unwrap_or_default();
        Some(payload.to_owned())
    }

    /// The frame that answered a row.
    fn sent_ack(&self, row: u32) -> Option<String> {
        let place = self.entry(row)?.ack_place()?;
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
}

/// What the index knows of an envelope.
#[derive(Clone, Copy)]
struct About {
    row: u32,
    conn: u32,
    received: Timestamp,
    kind: Kind,
}

fn target(event: &Event, About { row, conn, received, kind }: About) -> Option<Target> {
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
        sent: None,
    })
}

fn envelope_id<'e>(event: &'e Event) -> Option<&'e str> {
    match event {
        Event::Envelope { envelope_id, .. } if !envelope_id.is_empty() => Some(envelope_id),
        _ => None,
    }
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
