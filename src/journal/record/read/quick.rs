//! The lines that a recording mostly consists of, read in one pass: an index of a gigabyte waits for nothing else.

use std::borrow::Cow;

use crate::journal::record::{By, Event, Record};
use crate::slack::strict;

/// The record of an envelope or an ack that is as this version writes it. `None` leaves the line to the reader of
/// all lines, which also knows what is wrong with one.
pub(super) fn record(line: &str) -> Option<Record<'_>> {
    let mut fields = Fields::default();
    strict::members(line, |key, value| fields.take(key, value))?;
    fields.record()
}

/// Raw values.
#[derive(Default)]
struct Fields<'a> {
    v: Option<&'a str>,
    seq: Option<&'a str>,
    at: Option<&'a str>,
    kind: Option<&'a str>,
    conn: Option<&'a str>,
    envelope_id: Option<&'a str>,
    type_: Option<&'a str>,
    by: Option<&'a str>,
    took_ms: Option<&'a str>,
    late: Option<&'a str>,
    message: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn take(&mut self, key: &str, value: &'a str) -> Option<()> {
        let field = match key {
            r#""v""# if value == "1" => &mut self.v,
            r#""seq""# => &mut self.seq,
            r#""at""# => &mut self.at,
            r#""kind""# if matches!(value, r#""envelope""# | r#""ack""#) => &mut self.kind,
            r#""conn""# => &mut self.conn,
            r#""envelope_id""# => &mut self.envelope_id,
            r#""type""# => &mut self.type_,
            r#""by""# => &mut self.by,
            r#""took_ms""# => &mut self.took_ms,
            r#""late""# => &mut self.late,
            r#""message""# if value != "null" => &mut self.message,
            _ => return None,
        };
        field.replace(value).is_none().then_some(())
    }

    fn record(self) -> Option<Record<'a>> {
        self.v?;
        let seq = self.seq?.parse().ok()?;
        let at = strict::string(self.at?)?.parse().ok()?;
        let event = if self.kind? == r#""ack""# { self.ack() } else { self.envelope() };
        Some(Record { seq, at, event: event? })
    }

    fn envelope(self) -> Option<Event<'a>> {
        let Self { by: None, took_ms: None, late: None, .. } = self else { return None };
        Some(Event::Envelope {
            conn: self.conn?.parse().ok()?,
            envelope_id: strict::string(self.envelope_id?)?,
            type_: strict::string(self.type_?)?,
            message: Cow::Borrowed(self.message?),
        })
    }

    fn ack(self) -> Option<Event<'a>> {
        let Self { type_: None, .. } = self else { return None };
        let by = strict::string(self.by?)?;
        Some(Event::Ack {
            conn: self.conn?.parse().ok()?,
            envelope_id: strict::string(self.envelope_id?)?,
            by: [By::Auto, By::Rule, By::Hand, By::App].into_iter().find(|known| known.name() == by)?,
            took_ms: self.took_ms?.parse().ok().filter(|ms: &f64| ms.is_finite())?,
            late: self.late?.parse().ok()?,
            message: Cow::Borrowed(self.message?),
        })
    }
}
