//! Events that come again: a retry has a new `envelope_id` and the same `event_id` (protocol.md, section 3).

use jiff::Timestamp;

use crate::journal::recent::Recent;

/// Where an event was delivered first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    pub row: u32,
    pub conn: u32,
    pub at: Timestamp,
}

#[derive(Debug, Default)]
pub struct Deliveries {
    events: Recent<Delivery>,
}

impl Deliveries {
    /// Notes a delivery of this event; returns the first one if there was one.
    pub(super) fn note(&mut self, event_id: &str, delivery: Delivery) -> Option<Delivery> {
        self.events.get_or_insert(event_id, delivery)
    }
}
