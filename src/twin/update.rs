//! The small updates of which everything that changes over time is a stream.

use std::cmp::Ordering;
use std::sync::Arc;

use super::value::{Property, Value};

/// Which of two updates of one thing is the newer: by epoch, then by source time, then by place in the stream.
///
/// A total order, so that the state after a set of updates does not depend on the order of their arrival.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// Counts the starts of the source, as this process saw them: a source that restarts may start at an earlier time.
    pub epoch: u32,
    /// Source time, seconds since 1970. Finite.
    pub t_secs: f64,
    /// Number of the message in its epoch; 0 where the source counts none.
    pub seq: u64,
    /// Place within the message.
    pub sub: u32,
}

impl Order {
    pub fn at(t_secs: f64) -> Self {
        Self { epoch: 0, t_secs, seq: 0, sub: 0 }
    }

    /// The same place in the stream with a value's own time.
    pub fn with_time(self, t_secs: Option<f64>) -> Self {
        Self { t_secs: t_secs.unwrap_or(self.t_secs), ..self }
    }
}

impl Ord for Order {
    fn cmp(&self, other: &Self) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then(self.t_secs.total_cmp(&other.t_secs))
            .then(self.seq.cmp(&other.seq))
            .then(self.sub.cmp(&other.sub))
    }
}

impl PartialOrd for Order {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Order {}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// New values of one entity, which appears by it if it was not there.
    Entity(EntityUpdate),
    /// The entity left at `order.t_secs`.
    Gone {
        id: Arc<str>,
        order: Order,
    },
    Event(Event),
}

#[derive(Debug, Clone, PartialEq)]
pub struct EntityUpdate {
    pub id: Arc<str>,
    pub order: Order,
    /// None leaves what is known.
    pub class: Option<Arc<str>>,
    /// The model that the source suggests; none leaves what is known.
    pub model: Option<Arc<str>>,
    pub set: Vec<(Arc<str>, Property)>,
}

/// Something that happened: each is told once, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub order: Order,
    /// The event's id, the same for all its states (raised, acknowledged, cleared).
    pub id: Arc<str>,
    /// `"alarm"`, `"command"`, `"mark"`, …
    pub kind: Arc<str>,
    pub severity: Option<Arc<str>>,
    pub entity: Option<Arc<str>>,
    pub text: Option<Arc<str>>,
    pub state: Option<Arc<str>>,
    /// What else the source says.
    pub more: Vec<(Box<str>, Value)>,
}
