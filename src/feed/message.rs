//! All messages of the protocol, as types. Texts borrow from the message that was parsed.

use std::borrow::Cow;

pub use crate::twin::value::{PoseValue, Property, Quality, Turn, Value};

/// Server to client; a source publishes with the same `Update`, `Columns`, `Names` and `Event`.
#[derive(Debug, Clone, PartialEq)]
pub enum ServerMessage<'a> {
    Hello(Hello<'a>),
    Snapshot(Snapshot<'a>),
    Update(UpdateMessage<'a>),
    Columns(Columns<'a>),
    Names(Names<'a>),
    Event(EventMessage<'a>),
    Missed(Missed<'a>),
    Error(ErrorMessage<'a>),
    Pong(Pong),
}

/// The first message of a connection, and again when the source restarts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hello<'a> {
    pub feed: Cow<'a, str>,
    /// Changes whenever the source restarts: numbers of messages and times start anew.
    pub epoch: Cow<'a, str>,
    /// The server's clock.
    pub now_secs: Option<f64>,
    /// The newest message's number.
    pub seq: u64,
    /// For how long after a cut a client can take up where it was.
    pub resume_secs: Option<f64>,
}

/// All that is there, maybe in parts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot<'a> {
    pub seq: u64,
    pub t_secs: Option<f64>,
    pub entities: Vec<EntityMessage<'a>>,
    /// True in the last part.
    pub last: bool,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct UpdateMessage<'a> {
    /// 0 where the source counts none.
    pub seq: u64,
    pub t_secs: Option<f64>,
    pub entities: Vec<EntityMessage<'a>>,
}

/// An entity within a snapshot or an update.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntityMessage<'a> {
    pub id: Cow<'a, str>,
    pub class: Option<Cow<'a, str>>,
    pub model: Option<Cow<'a, str>>,
    /// Its own time, where it differs from the message's.
    pub t_secs: Option<f64>,
    pub set: Vec<(Cow<'a, str>, Property)>,
    pub gone: bool,
}

/// Many entities, few properties.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Columns<'a> {
    pub seq: u64,
    pub t_secs: Option<f64>,
    pub ids: Vec<ColumnId<'a>>,
    /// As long as `ids`, each.
    pub set: Vec<(Cow<'a, str>, Column)>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ColumnId<'a> {
    /// A place in the list that `names` messages fill.
    Handle(u32),
    Id(Cow<'a, str>),
}

/// The values of one property.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// NaN: no value for this entity.
    Numbers(Vec<f64>),
    /// Null: no value for this entity.
    Values(Vec<Value>),
}

impl Column {
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Values(values) => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Handles `from`, `from + 1`, … stand for these ids from now on, in this connection.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Names<'a> {
    pub from: u32,
    pub ids: Vec<Cow<'a, str>>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventMessage<'a> {
    pub seq: u64,
    pub t_secs: Option<f64>,
    /// The event's id.
    pub event: Cow<'a, str>,
    pub kind: Cow<'a, str>,
    pub severity: Option<Cow<'a, str>>,
    pub entity: Option<Cow<'a, str>>,
    pub text: Option<Cow<'a, str>>,
    pub state: Option<Cow<'a, str>>,
    /// All other keys.
    pub more: Vec<(Box<str>, Value)>,
}

/// Messages that the client was to get and will not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Missed<'a> {
    pub from: u64,
    pub to: u64,
    /// The delivery class, `"event"`.
    pub class: Cow<'a, str>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct ErrorMessage<'a> {
    pub code: Cow<'a, str>,
    pub message: Cow<'a, str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pong {
    /// The `t` of the ping.
    pub t_secs: Option<f64>,
    /// The server's clock.
    pub now_secs: Option<f64>,
}

/// Client to server.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientMessage<'a> {
    Subscribe(Subscribe<'a>),
    Resume { epoch: Cow<'a, str>, seq: u64 },
    Command { id: Cow<'a, str>, entity: Option<Cow<'a, str>>, name: Cow<'a, str>, args: Value },
    Ack { event: Cow<'a, str>, by: Option<Cow<'a, str>>, note: Option<Cow<'a, str>> },
    Ping { t_secs: Option<f64> },
    Publish { source: Cow<'a, str> },
}

/// What a client wants. Each list: empty means all. An entity must fit all of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subscribe<'a> {
    /// Globs on ids: `*` any run of characters, `?` one.
    pub entities: Vec<Cow<'a, str>>,
    /// Globs on classes.
    pub classes: Vec<Cow<'a, str>>,
    /// West, south, east, north, degrees; west greater than east crosses the antimeridian.
    pub area_deg: Option<[f64; 4]>,
    /// Globs on property names.
    pub properties: Vec<Cow<'a, str>>,
    /// State at most this often.
    pub max_hz: Option<f64>,
}
