//! One entry of at most 64 bytes for every shown row.
use super::Event;
/// Whether a record is shown as a row: every frame from Slack that has a text of its own.
pub fn is_row(event: &Event) -> bool {
    matches!(
        event,
        Event::Hello { .. }
            | Event::Envelope { .. }
            | Event::Disconnect { .. }
            | Event::Message { .. }
            | Event::Text { .. }
            | Event::Binary { .. }
    )
}
