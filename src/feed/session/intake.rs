//! From messages with data to updates.

use std::borrow::Cow;
use std::sync::Arc;

use super::window::Seen;
use super::{Known, Session, SessionState};
use crate::feed::codec::limits;
use crate::feed::message::{
    Column, ColumnId, Columns, EntityMessage, EventMessage, Names, ServerMessage, Snapshot, Value,
};
use crate::format::issue::Issue;
use crate::twin::{EntityUpdate, Event, Order, Property, Update};

impl Session {
    pub(super) fn take_data(&mut self, message: ServerMessage, local_secs: f64) {
        match message {
            ServerMessage::Snapshot(snapshot) => self.take_snapshot(snapshot, local_secs),
            ServerMessage::Update(update) => {
                self.note_state_seq(update.seq);
                let order = self.order(update.seq, update.t_secs, local_secs);
                self.take_entities(update.entities, order, local_secs);
            }
            ServerMessage::Columns(columns) => self.take_columns(columns, local_secs),
            ServerMessage::Event(event) => self.take_event(event, local_secs),
            // The others were taken before.
            _ => {}
        }
    }

    fn server_secs(&self, local_secs: f64) -> f64 {
        local_secs + self.offset.offset_secs().unwrap_or(0.0)
    }

    /// What tells no time is as of its arrival.
    fn order(&self, seq: u64, t_secs: Option<f64>, local_secs: f64) -> Order {
        let t_secs = t_secs.unwrap_or_else(|| self.server_secs(local_secs));
        Order { epoch: self.epoch_ordinal, t_secs, seq, sub: 0 }
    }

    fn note_state_seq(&mut self, seq: u64) {
        if seq == 0 {
            return;
        }
        let seen = self.state_seqs.note(seq);
        self.count_seen(seen);
        if self.state != SessionState::Syncing {
            self.position = self.position.max(seq);
        }
    }

    fn count_seen(&mut self, seen: Seen) {
        match seen {
            Seen::Next => {}
            Seen::Late => self.stats.late += 1,
            Seen::Duplicate => self.stats.duplicates += 1,
        }
    }

    /// False, counted, if the time lies too far ahead to be true.
    fn time_is_possible(&mut self, t_secs: f64, local_secs: f64) -> bool {
        let ahead_secs = t_secs - self.server_secs(local_secs);
        if ahead_secs > self.options.max_ahead_secs {
            self.stats.dropped += 1;
            let expected = format!("at most {} s after the server's clock", self.options.max_ahead_secs);
            let issue = Issue::error("/t", "values from the future are left out");
            self.note_issue(issue.expected_got(expected, format!("{ahead_secs:.0} s")));
            return false;
        }
        if self.stats.newest_t_secs.is_none_or(|newest| t_secs > newest) {
            self.stats.newest_t_secs = Some(t_secs);
        }
        true
    }

    fn take_snapshot(&mut self, snapshot: Snapshot, local_secs: f64) {
        if self.state != SessionState::Syncing {
            self.state = SessionState::Syncing;
            self.generation = self.generation.wrapping_add(1);
        }
        let order = self.order(snapshot.seq, snapshot.t_secs, local_secs);
        self.take_entities(snapshot.entities, order, local_secs);
        if !snapshot.last {
            return;
        }
        self.state = SessionState::Live;
        // A second snapshot of one connection may be older than what came between; numbers only rise.
        self.position = self.position.max(snapshot.seq);
        let t_secs = self.stats.newest_t_secs.unwrap_or(order.t_secs).max(order.t_secs);
        self.leave_unnamed(Order { t_secs, sub: u32::MAX, ..order });
    }

    /// What the snapshot did not name is no longer there. Sorted, so that the same messages give the same updates.
    fn leave_unnamed(&mut self, order: Order) {
        let generation = self.generation;
        let mut left: Vec<Arc<str>> = Vec::new();
        self.known.retain(|id, known| {
            let stays = known.generation == generation;
            if !stays {
                left.push(id.clone());
            }
            stays
        });
        left.sort_unstable();
        self.pending.extend(left.into_iter().map(|id| Update::Gone { id, order }));
    }

    fn take_entities(&mut self, entities: Vec<EntityMessage>, order: Order, local_secs: f64) {
        for (sub, entity) in entities.into_iter().enumerate() {
            self.stats.updates += 1;
            let order = Order { sub: sub as u32, ..order.with_time(entity.t_secs) };
            if !self.time_is_possible(order.t_secs, local_secs) {
                continue;
            }
            let Some(id) = self.know(&entity.id, order, entity.gone) else { continue };
            if entity.gone {
                self.pending.push(Update::Gone { id, order });
                continue;
            }
            let mut set = Vec::with_capacity(entity.set.len());
            for (name, property) in entity.set {
                if property.t_secs.is_none_or(|t_secs| self.time_is_possible(t_secs, local_secs)) {
                    set.push((self.shared(&name), property));
                }
            }
            let class = entity.class.map(|class| self.shared(&class));
            let model = entity.model.map(|model| self.shared(&model));
            self.pending.push(Update::Entity(EntityUpdate { id, order, class, model, set }));
        }
    }

    /// The shared text of an id; none, counted, if there is room for no more.
    fn know(&mut self, id: &str, order: Order, gone: bool) -> Option<Arc<str>> {
        let generation = self.generation;
        if let Some((shared, known)) = self.known.get_key_value(id) {
            let (shared, newest) = (shared.clone(), known.newest.max(order));
            // A word of leaving that comes late is no leaving.
            if gone && order >= known.newest {
                self.known.remove(id);
            } else {
                self.known.insert(shared.clone(), Known { generation, newest });
            }
            return Some(shared);
        }
        let shared: Arc<str> = id.into();
        if !gone {
            if self.known.len() >= self.options.max_entities {
                self.stats.dropped += 1;
                return None;
            }
            self.known.insert(shared.clone(), Known { generation, newest: order });
        }
        Some(shared)
    }

    pub(super) fn take_names(&mut self, names: Names) {
        let from = names.from as usize;
        let end = from.saturating_add(names.ids.len());
        if end > limits::HANDLES {
            self.stats.dropped += names.ids.len() as u64;
            return;
        }
        if self.handles.len() < end {
            self.handles.resize(end, None);
        }
        for (slot, id) in self.handles.iter_mut().skip(from).zip(names.ids) {
            *slot = Some(id.into());
        }
    }

    fn take_columns(&mut self, columns: Columns, local_secs: f64) {
        self.note_state_seq(columns.seq);
        let order = self.order(columns.seq, columns.t_secs, local_secs);
        self.stats.updates += columns.ids.len() as u64;
        if !self.time_is_possible(order.t_secs, local_secs) {
            return;
        }
        let names: Vec<(Arc<str>, Column)> =
            columns.set.into_iter().map(|(name, column)| (self.shared(&name), column)).collect();
        for (row, id) in columns.ids.into_iter().enumerate() {
            let order = Order { sub: row as u32, ..order };
            let Some(id) = self.row_id(id, order) else { continue };
            let set = names.iter().filter_map(|(name, column)| Some((name.clone(), cell(column, row)?))).collect();
            self.pending.push(Update::Entity(EntityUpdate { id, order, class: None, model: None, set }));
        }
    }

    fn row_id(&mut self, id: ColumnId, order: Order) -> Option<Arc<str>> {
        match id {
            ColumnId::Id(id) => self.know(&id, order, false),
            ColumnId::Handle(handle) => match self.handles.get(handle as usize) {
                Some(Some(id)) => {
                    let id = id.clone();
                    self.know(&id, order, false)
                }
                _ => {
                    self.stats.dropped += 1;
                    let issue = Issue::error("/ids", "rows of unknown handles are left out");
                    self.note_issue(issue.expected_got("handles that a \"names\" message gave", handle));
                    None
                }
            },
        }
    }

    fn take_event(&mut self, event: EventMessage, local_secs: f64) {
        if event.seq != 0 {
            let seen = self.event_seqs.note(event.seq);
            self.count_seen(seen);
            if seen == Seen::Duplicate {
                return;
            }
        }
        let order = self.order(event.seq, event.t_secs, local_secs);
        if !self.time_is_possible(order.t_secs, local_secs) {
            return;
        }
        self.stats.events += 1;
        let text = |text: Option<Cow<str>>| text.map(Arc::from);
        let event = Event {
            order,
            id: event.event.into(),
            kind: self.shared(&event.kind),
            severity: event.severity.map(|severity| self.shared(&severity)),
            entity: text(event.entity),
            text: text(event.text),
            state: event.state.map(|state| self.shared(&state)),
            more: event.more,
        };
        self.pending.push(Update::Event(event));
    }
}

/// One row's value of a column; none where the column has a hole.
fn cell(column: &Column, row: usize) -> Option<Property> {
    match column {
        Column::Numbers(numbers) => {
            numbers.get(row).filter(|number| number.is_finite()).map(|number| Value::Number(*number).into())
        }
        Column::Values(values) => {
            values.get(row).filter(|value| **value != Value::Null).map(|value| value.clone().into())
        }
    }
}
