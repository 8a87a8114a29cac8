//! The newest value of everything, and what of it a client has not seen.
//!
//! Every change gets the next number (`seq`). [`State::delta`] gives what changed after a number, conflated; it works as
//! long as what left since then is still remembered ([`State::can_resume`]), else the client needs a [`State::snapshot`].
//! No I/O and no clock.

mod collect;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

pub use collect::{Delta, HeldIds, Part};

use crate::feed::codec::limits;
use crate::twin::{EntityUpdate, Event, Property, Update, Value};

/// Changes of one number at most, so that what a client gets can be cut between numbers.
const CHANGES_PER_SEQ: usize = 4096;
/// Bytes of one number's changes, about.
const BYTES_PER_SEQ: usize = 2 << 20;
/// Bytes of one entity, about; more is refused and counted.
const MAX_ENTITY_BYTES: usize = 256 << 10;
/// Events and departures kept for clients that come back.
const MAX_EVENTS: usize = 10_000;
const MAX_GONE: usize = 200_000;

/// One entity, present or remembered as gone.
#[derive(Debug)]
struct Record {
    id: Arc<str>,
    class: Option<Arc<str>>,
    model: Option<Arc<str>>,
    /// Number of the last change of class or model, or of its appearance.
    named_seq: u64,
    properties: Vec<Slot>,
    present: bool,
    /// Time and number of its last departure.
    gone: Option<(f64, u64)>,
    /// Newest time of a word of it.
    t_secs: f64,
    changed_seq: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Slot {
    name: Arc<str>,
    property: Property,
    t_secs: f64,
    seq: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateStats {
    pub updates: u64,
    /// Values that were older than what was known.
    pub late: u64,
    /// Over the bound on entities or on an entity's size.
    pub refused: u64,
}

/// See the module's page.
#[derive(Debug)]
pub struct State {
    max_entities: usize,
    resume_secs: f64,
    head: u64,
    records: Vec<Option<Record>>,
    free: Vec<u32>,
    by_id: HashMap<Arc<str>, u32>,
    /// All records by the number of their last change.
    by_seq: BTreeSet<(u64, u32)>,
    /// Who is gone, oldest first: number, record, and when to forget (the caller's clock).
    gone: VecDeque<(u64, u32, f64)>,
    events: VecDeque<(u64, f64, Event)>,
    /// Departures up to this number are forgotten.
    forgotten_seq: u64,
    /// Events up to this number are forgotten.
    forgotten_event_seq: u64,
    present: usize,
    stats: StateStats,
}

impl State {
    pub fn new(max_entities: usize, resume_secs: f64) -> Self {
        Self {
            max_entities,
            resume_secs,
            head: 0,
            records: Vec::new(),
            free: Vec::new(),
            by_id: HashMap::new(),
            by_seq: BTreeSet::new(),
            gone: VecDeque::new(),
            events: VecDeque::new(),
            forgotten_seq: 0,
            forgotten_event_seq: 0,
            present: 0,
            stats: StateStats::default(),
        }
    }

    /// The number of the newest change.
    pub fn head(&self) -> u64 {
        self.head
    }

    /// Entities that are present.
    pub fn len(&self) -> usize {
        self.present
    }

    pub fn is_empty(&self) -> bool {
        self.present == 0
    }

    pub fn stats(&self) -> StateStats {
        self.stats
    }

    /// Takes in changes, `now_secs` being the server's clock. Of two values of one property the one with the later time
    /// wins, of two of the same time the one that comes later.
    pub fn apply(&mut self, updates: impl IntoIterator<Item = Update>, now_secs: f64) {
        let (mut changes, mut bytes) = (0_usize, 0_usize);
        for update in updates {
            if changes == 0 || changes >= CHANGES_PER_SEQ || bytes >= BYTES_PER_SEQ {
                self.head += 1;
                (changes, bytes) = (0, 0);
            }
            changes += 1;
            self.stats.updates += 1;
            match update {
                Update::Entity(update) => bytes += self.apply_entity(update),
                Update::Gone { id, order } => self.apply_gone(&id, order.t_secs, now_secs),
                Update::Event(event) => {
                    // An event's number is its own, so that a client can tell which ones it has.
                    self.head += 1;
                    self.events.push_back((self.head, now_secs, event));
                    changes = 0;
                }
            }
        }
        self.forget(now_secs);
    }

    /// Returns about how many bytes of JSON changed.
    fn apply_entity(&mut self, update: EntityUpdate) -> usize {
        let EntityUpdate { id, order, class, model, set } = update;
        let Some(index) = self.intern(&id) else {
            self.stats.refused += 1;
            return 0;
        };
        let seq = self.head;
        let Some(Some(record)) = self.records.get_mut(index as usize) else { return 0 };
        if record.gone.is_some_and(|(gone_t_secs, _)| order.t_secs < gone_t_secs) {
            self.stats.late += 1;
            return 0;
        }
        let mut changed = !record.present;
        if !record.present {
            record.present = true;
            // They were kept so that filters know whom its departure concerns.
            (record.class, record.model) = (None, None);
            record.named_seq = seq;
            self.present += 1;
        }
        record.t_secs = record.t_secs.max(order.t_secs);
        for (held, new) in [(&mut record.class, class), (&mut record.model, model)] {
            if new.is_some() && *held != new {
                *held = new;
                record.named_seq = seq;
                changed = true;
            }
        }
        let before = record.bytes;
        for (name, property) in set {
            match record.set(name, property, order.t_secs, seq) {
                Set::Done => changed = true,
                Set::Late => self.stats.late += 1,
                Set::Refused => self.stats.refused += 1,
            }
        }
        let bytes = record.bytes.saturating_sub(before) + 64;
        if changed {
            self.touch(index);
        }
        bytes
    }

    fn apply_gone(&mut self, id: &Arc<str>, t_secs: f64, now_secs: f64) {
        let Some(index) = self.by_id.get(id).copied() else { return };
        let seq = self.head;
        let Some(Some(record)) = self.records.get_mut(index as usize) else { return };
        if !record.present || t_secs < record.t_secs {
            self.stats.late += 1;
            return;
        }
        record.present = false;
        record.gone = Some((t_secs, seq));
        record.t_secs = t_secs;
        record.properties = Vec::new();
        record.bytes = 0;
        self.present = self.present.saturating_sub(1);
        self.gone.push_back((seq, index, now_secs + self.resume_secs));
        self.touch(index);
    }

    /// Notes that a record changed by the newest number.
    fn touch(&mut self, index: u32) {
        let Some(Some(record)) = self.records.get_mut(index as usize) else { return };
        self.by_seq.remove(&(record.changed_seq, index));
        record.changed_seq = self.head;
        self.by_seq.insert((self.head, index));
    }

    fn intern(&mut self, id: &Arc<str>) -> Option<u32> {
        if let Some(index) = self.by_id.get(id) {
            return Some(*index);
        }
        if self.by_id.len() >= self.max_entities && !self.forget_oldest_gone() {
            return None;
        }
        let record = Record {
            id: id.clone(),
            class: None,
            model: None,
            named_seq: self.head,
            properties: Vec::new(),
            present: false,
            gone: None,
            t_secs: f64::NEG_INFINITY,
            changed_seq: self.head,
            bytes: 0,
        };
        let index = match self.free.pop() {
            Some(index) => index,
            None => {
                self.records.push(None);
                u32::try_from(self.records.len() - 1).ok()?
            }
        };
        *self.records.get_mut(index as usize)? = Some(record);
        self.by_id.insert(id.clone(), index);
        self.by_seq.insert((self.head, index));
        Some(index)
    }

    fn forget(&mut self, now_secs: f64) {
        while self.gone.len() > MAX_GONE || self.gone.front().is_some_and(|(_, _, until)| *until < now_secs) {
            if !self.forget_oldest_gone() {
                break;
            }
        }
        while self.events.len() > MAX_EVENTS
            || self.events.front().is_some_and(|(_, at_secs, _)| at_secs + self.resume_secs < now_secs)
        {
            let Some((seq, _, _)) = self.events.pop_front() else { break };
            self.forgotten_event_seq = seq;
        }
    }

    /// Forgets the oldest departure; false if there is none.
    fn forget_oldest_gone(&mut self) -> bool {
        while let Some((seq, index, _)) = self.gone.pop_front() {
            // One that came back, or left again later, is not this departure's any more.
            let still = self.records.get(index as usize).and_then(Option::as_ref);
            if !still.is_some_and(|record| !record.present && record.gone.is_some_and(|(_, gone)| gone == seq)) {
                continue;
            }
            if let Some(record) = self.records.get_mut(index as usize).and_then(Option::take) {
                self.by_seq.remove(&(record.changed_seq, index));
                self.by_id.remove(&record.id);
                self.free.push(index);
                self.forgotten_seq = self.forgotten_seq.max(seq);
            }
            return true;
        }
        false
    }

    /// Whether a client that has everything up to `seq` can go on from there.
    pub fn can_resume(&self, seq: u64) -> bool {
        (self.forgotten_seq..=self.head).contains(&seq)
    }
}

enum Set {
    Done,
    Late,
    Refused,
}

impl Record {
    fn set(&mut self, name: Arc<str>, property: Property, t_secs: f64, seq: u64) -> Set {
        let t_secs = property.t_secs.unwrap_or(t_secs);
        if self.gone.is_some_and(|(gone_t_secs, _)| t_secs < gone_t_secs) {
            return Set::Late;
        }
        let bytes = size(&name, &property);
        let property = Property { t_secs: None, ..property };
        let at = self.properties.iter().position(|slot| slot.name == name);
        let full = self.properties.len() >= limits::PROPERTIES;
        let known = at.and_then(|at| self.properties.get_mut(at));
        let old_bytes = known.as_ref().map_or(0, |slot| size(&slot.name, &slot.property));
        let all = self.bytes.saturating_sub(old_bytes).saturating_add(bytes);
        if known.as_ref().is_some_and(|slot| t_secs < slot.t_secs) {
            return Set::Late;
        }
        if all > MAX_ENTITY_BYTES {
            return Set::Refused;
        }
        let slot = Slot { name, property, t_secs, seq };
        match known {
            Some(known) => *known = slot,
            None if full => return Set::Refused,
            None => self.properties.push(slot),
        }
        self.bytes = all;
        Set::Done
    }

    /// Where it is, by its pose or its columns.
    fn lon_lat_deg(&self) -> Option<(f64, f64)> {
        use crate::twin::PoseValue;
        let value =
            |name: &str| self.properties.iter().find(|slot| *slot.name == *name).map(|slot| &slot.property.value);
        if let Some(Value::Pose(PoseValue::Geo { lon_deg, lat_deg, .. })) = value("pose") {
            return Some((*lon_deg, *lat_deg));
        }
        Some((value("lon")?.as_number()?, value("lat")?.as_number()?))
    }
}

/// About how many bytes of JSON a property takes.
fn size(name: &str, property: &Property) -> usize {
    name.len() + 8 + property.unit.as_ref().map_or(0, |unit| unit.len() + 24) + value_size(&property.value)
}

fn value_size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 12,
        Value::Text(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| value_size(item) + 1).sum::<usize>() + 2,
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| key.len() + value_size(value) + 4).sum::<usize>() + 2
        }
        Value::Pose(_) => 100,
    }
}
