//! What a client gets: parts of a snapshot, or what changed since its cursor.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use super::{Record, Slot, State};
use crate::feed::filter::Filter;
use crate::feed::message::{EntityMessage, EventMessage, Missed, ServerMessage, Snapshot, UpdateMessage};
use crate::twin::{Event, Property};

/// Entities of one message, about.
const ENTITIES_PER_MESSAGE: usize = 4096;
/// Bytes of one message, about.
const BYTES_PER_MESSAGE: usize = 2 << 20;

/// Some of what changed since a cursor.
#[derive(Debug)]
pub struct Delta<'a> {
    /// To be sent in this order. What was missed and the events first: they are told by their own numbers, while
    /// `update`'s number says that everything up to it, events too, has been sent.
    pub missed: Option<Missed<'a>>,
    pub events: Vec<EventMessage<'a>>,
    pub update: UpdateMessage<'a>,
    /// False if there is more, after `update.seq`.
    pub complete: bool,
}

/// A part of a snapshot.
#[derive(Debug)]
pub struct Part<'a> {
    pub message: ServerMessage<'a>,
    /// Where the next part begins; none after the last.
    pub next: Option<usize>,
}

/// What a client with an area holds; all others hold whatever their filter lets through.
pub type HeldIds = HashSet<Arc<str>>;

impl State {
    /// What changed after `cursor`, oldest first, about a message full. Call it only where
    /// [`State::can_resume`]`(cursor)` is true. `held` is what the client holds, where its filter has an area.
    pub fn delta(&self, cursor: u64, filter: &Filter, held: &mut HeldIds) -> Delta<'_> {
        let mut entities: Vec<(EntityMessage, f64)> = Vec::new();
        let (mut bytes, mut upto) = (0_usize, self.head);
        let mut last_seq = cursor;
        for (seq, index) in self.by_seq.range((cursor.saturating_add(1), 0)..) {
            if *seq != last_seq && (entities.len() >= ENTITIES_PER_MESSAGE || bytes >= BYTES_PER_MESSAGE) {
                upto = last_seq;
                break;
            }
            last_seq = *seq;
            if let Some(Some(record)) = self.records.get(*index as usize) {
                bytes += record.bytes + 64;
                record.collect(cursor, filter, held, &mut entities);
            }
        }
        let t_secs = entities.iter().map(|(_, t_secs)| *t_secs).fold(f64::NEG_INFINITY, f64::max);
        let update = UpdateMessage {
            seq: upto,
            t_secs: t_secs.is_finite().then_some(t_secs),
            entities: with_own_times(entities, t_secs),
        };
        let events = self.events.iter().filter(|(seq, _, event)| {
            *seq > cursor && *seq <= upto && event.entity.as_ref().is_none_or(|id| self.wants(filter, id))
        });
        let missed = (cursor < self.forgotten_event_seq).then(|| Missed {
            from: cursor + 1,
            to: self.forgotten_event_seq,
            class: "event".into(),
        });
        Delta {
            missed,
            events: events.map(|(seq, _, event)| event_message(*seq, event)).collect(),
            update,
            complete: upto == self.head,
        }
    }

    fn wants(&self, filter: &Filter, id: &str) -> bool {
        let record = self.by_id.get(id).and_then(|index| self.records.get(*index as usize)?.as_ref());
        filter.wants_entity(id, record.and_then(|record| record.class.as_deref()))
    }

    /// The part of a snapshot from record `from` on; `seq` is the number at which the snapshot began: what changes
    /// meanwhile comes by the [`State::delta`] after it.
    pub fn snapshot(&self, from: usize, seq: u64, filter: &Filter, held: &mut HeldIds) -> Part<'_> {
        let mut entities = Vec::new();
        let mut bytes = 0_usize;
        let mut next = None;
        for (index, record) in self.records.iter().enumerate().skip(from) {
            if entities.len() >= ENTITIES_PER_MESSAGE || bytes >= BYTES_PER_MESSAGE {
                next = Some(index);
                break;
            }
            let Some(record) = record else { continue };
            let wanted = record.present
                && filter.wants_entity(&record.id, record.class.as_deref())
                && filter.wants_place(record.lon_lat_deg());
            if wanted {
                if filter.has_area() {
                    held.insert(record.id.clone());
                }
                bytes += record.bytes + 64;
                entities.push((record.message(0, true, filter), record.t_secs));
            }
        }
        let t_secs = entities.iter().map(|(_, t_secs)| *t_secs).fold(f64::NEG_INFINITY, f64::max);
        let message = ServerMessage::Snapshot(Snapshot {
            seq,
            t_secs: t_secs.is_finite().then_some(t_secs),
            entities: with_own_times(entities, t_secs),
            last: next.is_none(),
        });
        Part { message, next }
    }
}

/// Leaves out the times that are the message's.
fn with_own_times(entities: Vec<(EntityMessage<'_>, f64)>, message_t_secs: f64) -> Vec<EntityMessage<'_>> {
    let own = |(entity, t_secs): (_, f64)| EntityMessage {
        t_secs: (t_secs != message_t_secs && t_secs.is_finite()).then_some(t_secs),
        ..entity
    };
    entities.into_iter().map(own).collect()
}

impl Record {
    /// Adds what this record has to tell to a client at `cursor`.
    fn collect<'a>(
        &'a self,
        cursor: u64,
        filter: &Filter,
        held: &mut HeldIds,
        out: &mut Vec<(EntityMessage<'a>, f64)>,
    ) {
        let gone_since = self.gone.filter(|(_, gone_seq)| *gone_seq > cursor);
        if filter.has_area() {
            return self.collect_in_area(cursor, gone_since, filter, held, out);
        }
        if !filter.wants_entity(&self.id, self.class.as_deref()) {
            return;
        }
        if let Some((t_secs, _)) = gone_since {
            out.push((self.departure(), t_secs));
        }
        if self.present {
            let message = self.message(cursor, self.named_seq > cursor, filter);
            if self.named_seq > cursor || !message.set.is_empty() {
                out.push((message, self.t_secs));
            }
        }
    }

    fn collect_in_area<'a>(
        &'a self,
        cursor: u64,
        gone_since: Option<(f64, u64)>,
        filter: &Filter,
        held: &mut HeldIds,
        out: &mut Vec<(EntityMessage<'a>, f64)>,
    ) {
        if let Some((t_secs, _)) = gone_since
            && held.remove(&self.id)
        {
            out.push((self.departure(), t_secs));
        }
        let wanted = self.present
            && filter.wants_entity(&self.id, self.class.as_deref())
            && filter.wants_place(self.lon_lat_deg());
        match (wanted, held.contains(&self.id)) {
            (true, true) => {
                let message = self.message(cursor, self.named_seq > cursor, filter);
                if self.named_seq > cursor || !message.set.is_empty() {
                    out.push((message, self.t_secs));
                }
            }
            (true, false) => {
                held.insert(self.id.clone());
                out.push((self.message(0, true, filter), self.t_secs));
            }
            (false, true) => {
                held.remove(&self.id);
                out.push((self.departure(), self.t_secs));
            }
            (false, false) => {}
        }
    }

    fn departure(&self) -> EntityMessage<'_> {
        EntityMessage { id: Cow::Borrowed(&self.id), gone: true, ..EntityMessage::default() }
    }

    /// What was set after `cursor`.
    fn message(&self, cursor: u64, named: bool, filter: &Filter) -> EntityMessage<'_> {
        let news = self.properties.iter().filter(|slot| slot.seq > cursor && filter.wants_property(&slot.name));
        EntityMessage {
            id: Cow::Borrowed(&self.id),
            class: self.class.as_deref().filter(|_| named).map(Cow::Borrowed),
            model: self.model.as_deref().filter(|_| named).map(Cow::Borrowed),
            t_secs: None,
            set: news.map(|slot| (Cow::Borrowed(&*slot.name), self.property(slot))).collect(),
            gone: false,
        }
    }

    /// With its own time where that is not the entity's.
    fn property(&self, slot: &Slot) -> Property {
        Property { t_secs: (slot.t_secs != self.t_secs).then_some(slot.t_secs), ..slot.property.clone() }
    }
}

fn event_message(seq: u64, event: &Event) -> EventMessage<'_> {
    let text = |text: &'_ Option<Arc<str>>| text.as_ref().map(|text| Cow::Owned(text.to_string()));
    EventMessage {
        seq,
        t_secs: Some(event.order.t_secs),
        event: Cow::Borrowed(&event.id),
        kind: Cow::Borrowed(&event.kind),
        severity: text(&event.severity),
        entity: text(&event.entity),
        text: text(&event.text),
        state: text(&event.state),
        more: event.more.clone(),
    }
}
