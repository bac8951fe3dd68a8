//! One row of the index.

use jiff::Timestamp;

use super::draft::{AckDraft, Row};
use super::intern::Symbol;
use crate::journal::{By, Place};
use crate::slack::envelope::Kind;

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKind {
    Envelope(Kind),
    Hello,
    Disconnect,
    /// A JSON object of another type.
    Message,
    Text,
    Binary,
}

impl RowKind {
    /// At most ten columns wide, for the list.
    pub fn label(self) -> &'static str {
        match self {
            Self::Envelope(kind) => kind.label(),
            Self::Hello => "hello",
            Self::Disconnect => "disconnect",
            Self::Message => "message",
            Self::Text => "text",
            Self::Binary => "binary",
        }
    }

    /// The kind of its record, as the format has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Envelope(_) => "envelope",
            other => other.label(),
        }
    }

    /// Whether its message stands in the line as a string of JSON, not as it came.
    pub fn is_quoted(self) -> bool {
        matches!(self, Self::Text | Self::Binary)
    }

    pub fn envelope(self) -> Option<Kind> {
        if let Self::Envelope(kind) = self { Some(kind) } else { None }
    }
}

/// How a row stands with its ack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AckState {
    /// There is nothing to acknowledge.
    None,
    Pending,
    /// `took` is in microseconds, an hour and more as [`u32::MAX`].
    Ok {
        took: u32,
        by: By,
    },
    Late {
        took: u32,
        by: By,
    },
}

impl AckState {
    /// How long the answer took, in milliseconds.
    pub fn took_ms(self) -> Option<f64> {
        match self {
            Self::Ok { took, .. } | Self::Late { took, .. } => Some(f64::from(took) / 1000.0),
            Self::None | Self::Pending => None,
        }
    }

    pub fn by(self) -> Option<By> {
        match self {
            Self::Ok { by, .. } | Self::Late { by, .. } => Some(by),
            Self::None | Self::Pending => None,
        }
    }
}

pub(super) const FINDING: u8 = 1;
pub(super) const TWICE: u8 = 2;
const ACCEPTS: u8 = 4;
const ACCEPTS_NOT: u8 = 8;

/// One row in 64 bytes. Texts are symbols of the index; whatever is not here is read from the line.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    offset: u64,
    /// Microseconds since the epoch: as fine as the records have it.
    at: i64,
    ack_offset: u64,
    len: u32,
    /// 0 while there is no ack.
    ack_len: u32,
    pub conn: u32,
    pub subject: Symbol,
    /// The user's id.
    pub user: Symbol,
    /// The channel's id.
    pub channel: Symbol,
    ack: AckState,
    /// What the line holds beside the frame's text.
    around: u16,
    team: u16,
    pub kind: RowKind,
    /// `retry_attempt`; 255 stands for all above.
    pub retry: u8,
    flags: u8,
}

impl Entry {
    pub(super) fn new(place: Place, row: &Row) -> Self {
        let around = (place.len as usize).saturating_sub(row.size);
        let waits = row.kind.envelope().is_some() && !row.envelope_id.is_empty();
        Self {
            offset: place.offset,
            at: row.at.as_microsecond(),
            ack_offset: 0,
            len: place.len,
            ack_len: 0,
            conn: row.conn,
            subject: Symbol::NONE,
            user: Symbol::NONE,
            channel: Symbol::NONE,
            ack: if waits { AckState::Pending } else { AckState::None },
            around: u16::try_from(around).unwrap_or(u16::MAX),
            team: 0,
            kind: row.kind,
            retry: u8::try_from(row.retry).unwrap_or(u8::MAX),
            flags: match row.accepts_payload {
                None => 0,
                Some(true) => ACCEPTS,
                Some(false) => ACCEPTS_NOT,
            },
        }
    }

    pub fn place(&self) -> Place {
        Place { offset: self.offset, len: self.len }
    }

    pub fn at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.at).unwrap_or_default()
    }

    /// The bytes of the frame, as far as the record shows them: masked secrets change a few.
    pub fn size(&self) -> u32 {
        let text = self.len.saturating_sub(u32::from(self.around));
        if self.kind == RowKind::Binary { text / 4 * 3 } else { text }
    }

    /// The bytes of the message's text in its record, base64 included; `None` where more stands around it than
    /// the entry counts.
    pub fn message_len(&self) -> Option<u32> {
        (self.around < u16::MAX).then(|| self.len.saturating_sub(u32::from(self.around)))
    }

    pub fn ack(&self) -> AckState {
        self.ack
    }

    /// The record of its first ack.
    pub fn ack_place(&self) -> Option<Place> {
        (self.ack_len > 0).then_some(Place { offset: self.ack_offset, len: self.ack_len })
    }

    /// What the envelope says of `accepts_response_payload`.
    pub fn accepts_payload(&self) -> Option<bool> {
        match self.flags & (ACCEPTS | ACCEPTS_NOT) {
            ACCEPTS => Some(true),
            ACCEPTS_NOT => Some(false),
            _ => None,
        }
    }

    /// Whether it waits for an answer.
    pub fn is_pending(&self) -> bool {
        self.ack == AckState::Pending
    }

    pub fn has_finding(&self) -> bool {
        self.flags & FINDING != 0
    }

    /// Whether it was acknowledged more than once.
    pub fn acked_twice(&self) -> bool {
        self.flags & TWICE != 0
    }

    pub(super) fn team(&self) -> Symbol {
        if self.team == u16::MAX { Symbol(u32::MAX) } else { Symbol(u32::from(self.team)) }
    }

    pub(super) fn set_team(&mut self, team: Symbol) {
        self.team = u16::try_from(team.0).unwrap_or(u16::MAX);
    }

    pub(super) fn set(&mut self, flag: u8) {
        self.flags |= flag;
    }

    pub(super) fn answer(&mut self, place: Place, ack: &AckDraft) {
        (self.ack_offset, self.ack_len) = (place.offset, place.len);
        let (took, by) = (micros(ack.took_ms), ack.by);
        self.ack = if ack.is_late() { AckState::Late { took, by } } else { AckState::Ok { took, by } };
    }
}

fn micros(ms: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, as wanted")]
    let micros = (ms * 1000.0).round() as u32;
    micros
}
