//! Messages of a server or a source.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::bulk::{ColumnSet, Context, EntityList, IdList, time_of};
use super::node::{Fields, Node, NodeSeed, TextSeed};
use super::value::value_of;
use super::{FeedError, limits, shown};
use crate::feed::message::*;
use crate::format::issue::{Issue, Issues};

/// Parses one text of a server. The issues tell what of it was left out.
///
/// # Errors
/// The text is too long, no JSON, of an unknown type, or lacks what its type needs.
pub fn parse_server(text: &str) -> Result<(ServerMessage<'_>, Issues), FeedError> {
    if text.len() > limits::MESSAGE_BYTES {
        return Err(FeedError::TooLarge { bytes: text.len(), limit: limits::MESSAGE_BYTES });
    }
    let mut context = Context::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let parts = (&mut reader).deserialize_map(MessageVisitor { context: &mut context });
    let parts = parts.and_then(|parts| reader.end().map(|()| parts)).map_err(|error| match context.fatal.take() {
        Some(fatal) => fatal,
        None if !text.trim_start().starts_with('{') && !error.is_syntax() => FeedError::NotAnObject,
        None => json_error(error),
    })?;
    let message = parts.into_message(&mut context.issues)?;
    Ok((message, context.issues))
}

pub(super) fn json_error(error: serde_json::Error) -> FeedError {
    let (line, column) = (error.line(), error.column());
    let mut message = error.to_string();
    // serde_json repeats the place at the end of its text.
    if let Some(at) = message.rfind(" at line ") {
        message.truncate(at);
    }
    FeedError::Json { line, column, message }
}

/// The keys of any message: which belong together is known at the end, since `type` need not come first.
#[derive(Default)]
struct Parts<'a> {
    entities: Option<Vec<EntityMessage<'a>>>,
    ids: Option<Vec<ColumnId<'a>>>,
    columns: Option<Vec<(Cow<'a, str>, Column)>>,
    fields: Vec<(Cow<'a, str>, Node<'a>)>,
}

struct MessageVisitor<'c> {
    context: &'c mut Context,
}

impl<'de> Visitor<'de> for MessageVisitor<'_> {
    type Value = Parts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a message, which is a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts<'de>, A::Error> {
        const MAX_FIELDS: usize = 64;
        let mut parts = Parts::default();
        while let Some(key) = map.next_key_seed(TextSeed)? {
            match &*key {
                "entities" => parts.entities = Some(map.next_value_seed(EntityList(&mut *self.context))?),
                "ids" => parts.ids = Some(map.next_value_seed(IdList(&mut *self.context))?),
                "set" => parts.columns = Some(map.next_value_seed(ColumnSet(&mut *self.context))?),
                _ if parts.fields.len() >= MAX_FIELDS => {
                    self.context.issues.push(Issue::warning(format!("/{}", shown(&key)), "one key too many"));
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    let value = map.next_value_seed(NodeSeed::default())?;
                    parts.fields.push((key, value));
                }
            }
        }
        Ok(parts)
    }
}

impl<'a> Parts<'a> {
    fn into_message(self, issues: &mut Issues) -> Result<ServerMessage<'a>, FeedError> {
        let Self { entities, ids, columns, fields } = self;
        let mut fields = Fields::new(fields);
        let kind = match fields.take("type") {
            Some(Node::Text(kind)) => kind,
            _ => return Err(FeedError::NoType),
        };
        let message = match &*kind {
            "hello" => ServerMessage::Hello(hello(&mut fields, issues)?),
            "snapshot" => ServerMessage::Snapshot(Snapshot {
                seq: seq(&mut fields, "seq", "/seq")?,
                t_secs: time(&mut fields, "t", issues),
                entities: entities.unwrap_or_default(),
                last: matches!(fields.take("last"), Some(Node::Bool(true))),
            }),
            "update" => ServerMessage::Update(UpdateMessage {
                seq: seq(&mut fields, "seq", "/seq")?,
                t_secs: time(&mut fields, "t", issues),
                entities: needed(entities, "/entities", "an array of entities")?,
            }),
            "columns" => ServerMessage::Columns(columns_of(&mut fields, ids, columns, issues)?),
            "names" => ServerMessage::Names(names_of(&mut fields, ids)?),
            "event" => return event(fields, issues).map(ServerMessage::Event),
            "missed" => ServerMessage::Missed(Missed {
                from: seq(&mut fields, "from", "/from")?,
                to: seq(&mut fields, "to", "/to")?,
                class: text(&mut fields, "class", "/class")?.unwrap_or_default(),
            }),
            "error" => ServerMessage::Error(ErrorMessage {
                code: long_text(&mut fields, "code", "/code")?.unwrap_or_default(),
                message: long_text(&mut fields, "message", "/message")?.unwrap_or_default(),
            }),
            "pong" => ServerMessage::Pong(Pong {
                t_secs: time(&mut fields, "t", issues),
                now_secs: time(&mut fields, "now", issues),
            }),
            _ => return Err(FeedError::UnknownType(shown(&kind))),
        };
        for (key, _) in fields.rest() {
            issues.push(Issue::info(format!("/{}", shown(&key)), "unknown key"));
        }
        Ok(message)
    }
}

fn hello<'a>(fields: &mut Fields<'a>, issues: &mut Issues) -> Result<Hello<'a>, FeedError> {
    Ok(Hello {
        feed: text(fields, "feed", "/feed")?.unwrap_or_default(),
        epoch: text(fields, "epoch", "/epoch")?.unwrap_or_default(),
        now_secs: time(fields, "now", issues),
        seq: seq(fields, "seq", "/seq")?,
        resume_secs: match fields.take("resume_secs") {
            Some(Node::Number(secs)) if secs.is_finite() && secs >= 0.0 => Some(secs),
            _ => None,
        },
    })
}

fn columns_of<'a>(
    fields: &mut Fields<'a>,
    ids: Option<Vec<ColumnId<'a>>>,
    columns: Option<Vec<(Cow<'a, str>, Column)>>,
    issues: &mut Issues,
) -> Result<Columns<'a>, FeedError> {
    let ids = needed(ids, "/ids", "an array of ids or handles")?;
    let set = needed(columns, "/set", "an object of arrays")?;
    for (name, column) in &set {
        if column.len() != ids.len() {
            let (expected, got) = (ids.len(), column.len());
            return Err(FeedError::ColumnLength { name: shown(name), expected, got });
        }
    }
    Ok(Columns { seq: seq(fields, "seq", "/seq")?, t_secs: time(fields, "t", issues), ids, set })
}

fn names_of<'a>(fields: &mut Fields<'a>, ids: Option<Vec<ColumnId<'a>>>) -> Result<Names<'a>, FeedError> {
    let ids = needed(ids, "/ids", "an array of ids")?;
    let from = seq(fields, "from", "/from")?;
    if from.saturating_add(ids.len() as u64) > limits::HANDLES as u64 {
        return Err(FeedError::TooMany { path: "/ids", limit: limits::HANDLES });
    }
    let id = |id| match id {
        ColumnId::Id(id) => Ok(id),
        ColumnId::Handle(handle) => {
            Err(FeedError::Shape { path: "/ids", expected: "ids as texts", got: handle.to_string() })
        }
    };
    // Proof of the cast: `from` is at most HANDLES, which is below 2^32.
    Ok(Names { from: from as u32, ids: ids.into_iter().map(id).collect::<Result<_, _>>()? })
}

fn event<'a>(mut fields: Fields<'a>, issues: &mut Issues) -> Result<EventMessage<'a>, FeedError> {
    let mut event = EventMessage {
        seq: seq(&mut fields, "seq", "/seq")?,
        t_secs: time(&mut fields, "t", issues),
        event: needed(text(&mut fields, "event", "/event")?, "/event", "the event's id")?,
        kind: needed(text(&mut fields, "kind", "/kind")?, "/kind", "the event's kind")?,
        severity: text(&mut fields, "severity", "/severity")?,
        entity: text(&mut fields, "entity", "/entity")?,
        text: long_text(&mut fields, "text", "/text")?,
        state: text(&mut fields, "state", "/state")?,
        more: Vec::new(),
    };
    event.more = fields.rest().into_iter().map(|(key, node)| (key.into(), value_of(node))).collect();
    Ok(event)
}

fn needed<T>(value: Option<T>, path: &'static str, expected: &'static str) -> Result<T, FeedError> {
    value.ok_or(FeedError::Shape { path, expected, got: "nothing".into() })
}

/// A whole number of 0 or more that JSON carries exactly; 0 where there is none.
pub(super) fn seq(fields: &mut Fields, name: &str, path: &'static str) -> Result<u64, FeedError> {
    const MAX: f64 = 9_007_199_254_740_992.0;
    match fields.take(name) {
        None => Ok(0),
        Some(Node::Number(number)) if (0.0..MAX).contains(&number) && number.fract() == 0.0 => Ok(number as u64),
        Some(other) => Err(FeedError::Shape { path, expected: "a whole number from 0 to 2^53 - 1", got: other.told() }),
    }
}

pub(super) fn time(fields: &mut Fields, name: &str, issues: &mut Issues) -> Option<f64> {
    time_of(fields.take(name)?, || format!("/{name}"), issues)
}

/// A text of at most [`limits::ID_BYTES`]; none where it is empty.
pub(super) fn text<'a>(
    fields: &mut Fields<'a>,
    name: &str,
    path: &'static str,
) -> Result<Option<Cow<'a, str>>, FeedError> {
    match fields.take(name) {
        None => Ok(None),
        Some(Node::Text(text)) if text.len() <= limits::ID_BYTES => Ok(Some(text).filter(|text| !text.is_empty())),
        Some(other) => Err(FeedError::Shape { path, expected: "a text of at most 256 bytes", got: other.told() }),
    }
}

/// A text of at most [`limits::TEXT_BYTES`]; none where it is empty.
pub(super) fn long_text<'a>(
    fields: &mut Fields<'a>,
    name: &str,
    path: &'static str,
) -> Result<Option<Cow<'a, str>>, FeedError> {
    match fields.take(name) {
        None => Ok(None),
        Some(Node::Text(text)) if text.len() <= limits::TEXT_BYTES => Ok(Some(text).filter(|text| !text.is_empty())),
        Some(other) => Err(FeedError::Shape { path, expected: "a text of at most 65,536 bytes", got: other.told() }),
    }
}
