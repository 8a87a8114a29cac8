//! Messages of a client.

use std::borrow::Cow;

use serde::de::DeserializeSeed;

use super::node::{Fields, Node, NodeSeed};
use super::server::{json_error, long_text, seq, text, time};
use super::value::value_of;
use super::{FeedError, limits, shown};
use crate::feed::message::{ClientMessage, Subscribe, Value};
use crate::format::issue::{Issue, Issues};

/// Parses one text of a client.
///
/// # Errors
/// The text is too long, no JSON, of an unknown type, or lacks what its type needs.
pub fn parse_client(text: &str) -> Result<(ClientMessage<'_>, Issues), FeedError> {
    if text.len() > limits::CLIENT_MESSAGE_BYTES {
        return Err(FeedError::TooLarge { bytes: text.len(), limit: limits::CLIENT_MESSAGE_BYTES });
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let node = NodeSeed::default().deserialize(&mut reader);
    let node = node.and_then(|node| reader.end().map(|()| node)).map_err(json_error)?;
    let Node::Object(entries) = node else { return Err(FeedError::NotAnObject) };
    let mut fields = Fields::new(entries);
    let mut issues = Issues::default();
    let message = message(&mut fields, &mut issues)?;
    for (key, _) in fields.rest() {
        issues.push(Issue::info(format!("/{}", shown(&key)), "unknown key"));
    }
    Ok((message, issues))
}

fn message<'a>(fields: &mut Fields<'a>, issues: &mut Issues) -> Result<ClientMessage<'a>, FeedError> {
    let kind = match fields.take("type") {
        Some(Node::Text(kind)) => kind,
        _ => return Err(FeedError::NoType),
    };
    Ok(match &*kind {
        "subscribe" => ClientMessage::Subscribe(subscribe(fields)?),
        "resume" => {
            ClientMessage::Resume { epoch: needed(fields, "epoch", "/epoch")?, seq: seq(fields, "seq", "/seq")? }
        }
        "command" => ClientMessage::Command {
            id: needed(fields, "id", "/id")?,
            entity: text(fields, "entity", "/entity")?,
            name: needed(fields, "name", "/name")?,
            args: fields.take("args").map_or(Value::Null, value_of),
        },
        "ack" => ClientMessage::Ack {
            event: needed(fields, "event", "/event")?,
            by: text(fields, "by", "/by")?,
            note: long_text(fields, "note", "/note")?,
        },
        "ping" => ClientMessage::Ping { t_secs: time(fields, "t", issues) },
        "publish" => ClientMessage::Publish { source: needed(fields, "source", "/source")? },
        _ => return Err(FeedError::UnknownType(shown(&kind))),
    })
}

fn needed<'a>(fields: &mut Fields<'a>, name: &str, path: &'static str) -> Result<Cow<'a, str>, FeedError> {
    let missing = FeedError::Shape { path, expected: "a text of 1 to 256 bytes", got: "nothing".into() };
    text(fields, name, path)?.ok_or(missing)
}

fn subscribe<'a>(fields: &mut Fields<'a>) -> Result<Subscribe<'a>, FeedError> {
    Ok(Subscribe {
        entities: patterns(fields, "entities", "/entities")?,
        classes: patterns(fields, "classes", "/classes")?,
        area_deg: area(fields)?,
        properties: patterns(fields, "properties", "/properties")?,
        max_hz: match fields.take("max_hz") {
            None => None,
            Some(Node::Number(hz)) if hz.is_finite() && hz > 0.0 => Some(hz),
            Some(other) => {
                let expected = "a number above 0";
                return Err(FeedError::Shape { path: "/max_hz", expected, got: other.told() });
            }
        },
    })
}

fn patterns<'a>(fields: &mut Fields<'a>, name: &str, path: &'static str) -> Result<Vec<Cow<'a, str>>, FeedError> {
    let items = match fields.take(name) {
        None => return Ok(Vec::new()),
        Some(Node::Array(items)) => items,
        Some(other) => return Err(FeedError::Shape { path, expected: "an array of patterns", got: other.told() }),
    };
    if items.len() > limits::PATTERNS {
        return Err(FeedError::TooMany { path, limit: limits::PATTERNS });
    }
    let pattern = |item| match item {
        Node::Text(pattern) if pattern.len() <= limits::ID_BYTES => Ok(pattern),
        other => Err(FeedError::Shape { path, expected: "patterns of at most 256 bytes", got: other.told() }),
    };
    items.into_iter().map(pattern).collect()
}

fn area(fields: &mut Fields) -> Result<Option<[f64; 4]>, FeedError> {
    let expected = "[west, south, east, north] in degrees, south below north";
    let wrong = |got: String| Err(FeedError::Shape { path: "/area", expected, got });
    let items = match fields.take("area") {
        None => return Ok(None),
        Some(Node::Array(items)) => items,
        Some(other) => return wrong(other.told()),
    };
    match items.as_slice() {
        [Node::Number(west), Node::Number(south), Node::Number(east), Node::Number(north)]
            if south <= north && [west, east].iter().all(|lon| lon.abs() <= 360.0) =>
        {
            Ok(Some([*west, *south, *east, *north]))
        }
        _ => wrong(format!("an array of {}", items.len())),
    }
}
