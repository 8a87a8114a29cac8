//! One entity: its id, class, newest values and track.

use std::sync::Arc;

use super::track::Track;
use super::update::Order;
use super::value::{Quality, Value};

/// Names an entity within one [`super::Twin`] for as long as it is kept. Never given to another entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityKey {
    pub(super) index: u32,
    pub(super) generation: u32,
}

/// Names a property of a [`super::Twin`]; valid as long as the twin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropertyKey(pub(super) u32);

/// The newest value of a property.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub value: Value,
    pub quality: Quality,
    pub unit: Option<Arc<str>>,
    pub(super) order: Order,
    pub(super) changed_tick: u64,
}

impl Held {
    /// When the value was true, by the source's clock (seconds since 1970).
    pub fn t_secs(&self) -> f64 {
        self.order.t_secs
    }

    /// The twin's tick at which it last changed ([`super::Twin::tick`]).
    pub fn changed_tick(&self) -> u64 {
        self.changed_tick
    }
}

/// A thing with an id in the feed.
#[derive(Debug, Clone)]
pub struct Entity {
    pub(super) id: Arc<str>,
    pub(super) class: Option<(Arc<str>, Order)>,
    pub(super) model: Option<(Arc<str>, Order)>,
    /// Sorted by key.
    pub(super) properties: Vec<(PropertyKey, Held)>,
    pub(super) track: Track,
    /// The newest sign of life.
    pub(super) alive: Option<Order>,
    /// The newest word that it left. Kept after a return, so that what was said before it left stays forgotten.
    pub(super) gone: Option<Order>,
    /// True once the shown time has passed its leaving: no longer listed, kept only to recognise late messages.
    pub(super) removed: bool,
    pub(super) appeared_tick: u64,
    pub(super) changed_tick: u64,
}

impl Entity {
    pub(super) fn new(id: Arc<str>, tick: u64) -> Self {
        Self {
            id,
            class: None,
            model: None,
            properties: Vec::new(),
            track: Track::default(),
            alive: None,
            gone: None,
            removed: true,
            appeared_tick: tick,
            changed_tick: tick,
        }
    }

    pub fn id(&self) -> &Arc<str> {
        &self.id
    }

    pub fn class(&self) -> Option<&str> {
        self.class.as_ref().map(|(class, _)| &**class)
    }

    /// The model that the source suggests.
    pub fn model(&self) -> Option<&str> {
        self.model.as_ref().map(|(model, _)| &**model)
    }

    /// The twin's tick at which it appeared, or came back after it had left.
    pub fn appeared_tick(&self) -> u64 {
        self.appeared_tick
    }

    /// The twin's tick at which its class, its model or a property last changed, or at which it appeared.
    pub fn changed_tick(&self) -> u64 {
        self.changed_tick
    }

    /// Source time of the newest word of it (seconds since 1970).
    pub fn newest_t_secs(&self) -> Option<f64> {
        self.alive.map(|order| order.t_secs)
    }

    /// Seconds since the newest word of it; 0 or more.
    pub fn age_secs(&self, t_secs: f64) -> Option<f64> {
        self.newest_t_secs().map(|newest| (t_secs - newest).max(0.0))
    }

    pub fn property(&self, key: PropertyKey) -> Option<&Held> {
        let at = self.properties.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.properties.get(at).map(|(_, held)| held)
    }

    /// All properties, in the order in which the twin first heard of their names.
    pub fn properties(&self) -> impl ExactSizeIterator<Item = (PropertyKey, &Held)> {
        self.properties.iter().map(|(key, held)| (*key, held))
    }

    /// True if the newest word of it is that it left.
    pub(super) fn has_left(&self) -> bool {
        match (self.alive, self.gone) {
            (Some(alive), Some(gone)) => gone > alive,
            (None, _) => true,
            (Some(_), None) => false,
        }
    }

    /// Forgets what was said before it left.
    pub(super) fn forget_before_leaving(&mut self) {
        let Some(gone) = self.gone else { return };
        self.properties.retain(|(_, held)| held.order > gone);
        self.class.take_if(|(_, order)| *order <= gone);
        self.model.take_if(|(_, order)| *order <= gone);
    }
}
