//! Which records go out: the chosen rows, and what belongs to them.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::ExportError;
use super::scan::{self, Line, Watch};
use crate::journal::filter::Filter;
use crate::journal::index::{Entry, Index};
use crate::journal::scan::{Sample, Sieve, Times};
use crate::journal::{Event, Lines, Place, Record};

/// The rows that were chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// Every record there is, pings and calls included.
    All,
    /// The lines at these offsets, in rising order.
    Rows(Arc<[u64]>),
}

impl Chosen {
    pub fn rows(places: impl IntoIterator<Item = Place>) -> Self {
        let mut offsets: Vec<u64> = places.into_iter().map(|place| place.offset).collect();
        offsets.sort_unstable();
        Self::Rows(offsets.into())
    }
}

/// What a filter shows of lines that are complete: an envelope without an ack never had one. `go_on` as for
/// [`export`](super::export()).
pub fn matching(
    lines: &Lines,
    filter: Option<&Filter>,
    go_on: &mut dyn FnMut(u8) -> bool,
) -> Result<Chosen, ExportError> {
    let Some(filter) = filter.filter(|filter| !filter.matches_everything()) else { return Ok(Chosen::All) };
    let mut index = Index::default();
    let mut start = None;
    let mut watch = Watch::new(lines, &Chosen::All, go_on)?;
    scan::each(lines, &mut watch, |line| {
        if let Ok(record) = Record::parse(&line.text) {
            start.get_or_insert(record.at);
            index.push(line.place, &record);
        }
        Ok(())
    })?;
    let times = Times { start: start.unwrap_or_default(), now: None };
    let sample = Sample::of(&index, 0..index.len(), times);
    let rows = Sieve::new(filter.clone()).sift(&sample, lines, &AtomicBool::new(false)).unwrap_or_default();
    Ok(Chosen::rows(rows.into_iter().filter_map(|row| index.get(row)).map(Entry::place)))
}

/// The chosen rows with their acks, findings and connections.
pub struct Plan {
    chosen: Chosen,
    ids: Ids,
    /// Sessions, counted over all files, and their connections.
    sessions: HashSet<u32>,
    connections: HashSet<(u32, u32)>,
}

/// Ids as keyed hashes: eight bytes each, and a million of them do not collide.
#[derive(Default)]
pub struct Ids {
    state: RandomState,
    known: HashSet<u64>,
}

impl Ids {
    pub fn hash(&self, id: &str) -> u64 {
        self.state.hash_one(id)
    }

    fn insert(&mut self, id: &str) {
        let hash = self.hash(id);
        self.known.insert(hash);
    }

    fn has(&self, id: &str) -> bool {
        self.known.contains(&self.hash(id))
    }
}

/// A record that goes out.
pub struct Kept<'a> {
    pub line: &'a Line<'a>,
    pub record: &'a Record<'a>,
    /// Which session it is of: connections count anew in each.
    pub session: u32,
}

impl Plan {
    pub fn new(lines: &Lines, chosen: &Chosen, watch: &mut Watch) -> Result<Self, ExportError> {
        let mut plan = Self {
            chosen: chosen.clone(),
            ids: Ids::default(),
            sessions: HashSet::new(),
            connections: HashSet::new(),
        };
        if *chosen == Chosen::All {
            return Ok(plan);
        }
        let mut session = 0;
        scan::each(lines, watch, |line| {
            if let Ok(record) = Record::parse(&line.text) {
                session += begins(line, &record);
                plan.concern(line.place, &record, session);
            }
            Ok(())
        })?;
        Ok(plan)
    }

    /// Remembers what a chosen row, or the ack of one, concerns.
    fn concern(&mut self, place: Place, record: &Record, session: u32) {
        let concerned = match &record.event {
            Event::Ack { envelope_id, .. } => !envelope_id.is_empty() && self.ids.has(envelope_id),
            _ => self.has(place),
        };
        if !concerned {
            return;
        }
        if let Event::Envelope { envelope_id, .. } = &record.event
            && !envelope_id.is_empty()
        {
            self.ids.insert(envelope_id);
        }
        self.sessions.insert(session);
        self.connections.extend(record.event.conn().map(|conn| (session, conn)));
    }

    fn has(&self, place: Place) -> bool {
        match &self.chosen {
            Chosen::All => true,
            Chosen::Rows(offsets) => offsets.binary_search(&place.offset).is_ok(),
        }
    }

    fn keeps(&self, place: Place, event: &Event, session: u32) -> bool {
        if self.chosen == Chosen::All || self.has(place) {
            return true;
        }
        let connection = |conn| self.connections.contains(&(session, conn));
        match event {
            Event::Session { .. } | Event::Gap { .. } => self.sessions.contains(&session),
            Event::Ack { envelope_id, .. } => self.ids.has(envelope_id),
            Event::Finding { envelope_id: Some(id), .. } if !id.is_empty() => self.ids.has(id),
            Event::Finding { conn, .. } | Event::Error { conn, .. } => {
                conn.map_or_else(|| self.sessions.contains(&session), connection)
            }
            Event::Opening { conn, .. }
            | Event::Opened { conn, .. }
            | Event::Connected { conn, .. }
            | Event::Hello { conn, .. }
            | Event::Disconnect { conn, .. }
            | Event::Closed { conn, .. } => connection(*conn),
            _ => false,
        }
    }

    /// Hands over every record that goes out, in order; returns how many lines are no records.
    pub fn each(
        &self,
        lines: &Lines,
        watch: &mut Watch,
        mut take: impl FnMut(&Kept) -> Result<(), ExportError>,
    ) -> Result<u64, ExportError> {
        let (mut session, mut unreadable) = (0, 0);
        scan::each(lines, watch, |line| {
            let Ok(record) = Record::parse(&line.text) else {
                unreadable += u64::from(!line.bytes.trim_ascii().is_empty());
                return Ok(());
            };
            session += begins(line, &record);
            if self.keeps(line.place, &record.event, session) {
                take(&Kept { line, record: &record, session })?;
            }
            Ok(())
        })?;
        Ok(unreadable)
    }
}

/// 1 where a session begins.
fn begins(line: &Line, record: &Record) -> u32 {
    u32::from(line.first || matches!(record.event, Event::Session { .. }))
}
