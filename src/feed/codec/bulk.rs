//! The parts of messages that come in bulk, read in one pass: lists of entities, columns and ids.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::node::{Node, NodeSeed, TextSeed};
use super::value::{PropertySeed, Reject, check_time, parse_time};
use super::{FeedError, limits, shown};
use crate::feed::message::{Column, ColumnId, EntityMessage};
use crate::format::issue::{Issue, Issues};
use crate::twin::value::{Property, Value};

/// What a read leaves beside its value.
#[derive(Default)]
pub(super) struct Context {
    pub issues: Issues,
    /// A limit that was passed: the true reason of the JSON error that ended the read.
    pub fatal: Option<FeedError>,
}

impl Context {
    fn fail<E: serde::de::Error>(&mut self, error: FeedError) -> E {
        let told = E::custom(&error);
        self.fatal = Some(error);
        told
    }
}

/// The visits of a visitor for a JSON object, for everything that is none: told to `self.wrong(got)`.
macro_rules! visit_no_object {
    () => {
        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(self.wrong("null"))
        }
        fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok(self.wrong("a boolean"))
        }
        fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok(self.wrong("a number"))
        }
        fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok(self.wrong("a number"))
        }
        fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok(self.wrong("a number"))
        }
        fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
            Ok(self.wrong("a text"))
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(self.wrong("an array"))
        }
    };
}

/// `"entities": [{…}, …]`.
pub(super) struct EntityList<'c>(pub &'c mut Context);

impl<'de> DeserializeSeed<'de> for EntityList<'_> {
    type Value = Vec<EntityMessage<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for EntityList<'_> {
    type Value = Vec<EntityMessage<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of entities")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut entities = Vec::new();
        let mut index = 0_usize;
        while let Some(entity) = seq.next_element_seed(EntitySeed { context: &mut *self.0, index })? {
            entities.extend(entity);
            index += 1;
            if index > limits::ENTITIES {
                return Err(self.0.fail(FeedError::TooMany { path: "/entities", limit: limits::ENTITIES }));
            }
        }
        Ok(entities)
    }
}

struct EntitySeed<'c> {
    context: &'c mut Context,
    index: usize,
}

impl EntitySeed<'_> {
    fn wrong<T>(self, got: &str) -> Option<T> {
        let issue = Issue::error(format!("/entities/{}", self.index), "this entity is left out");
        self.context.issues.push(issue.expected_got("an object with an \"id\"", got));
        None
    }

    /// A text of 1 to [`limits::ID_BYTES`] bytes.
    fn name<'de>(&mut self, key: &str, node: Node<'de>) -> Option<Cow<'de, str>> {
        match node {
            Node::Text(text) if !text.is_empty() && text.len() <= limits::ID_BYTES => Some(text),
            Node::Null => None,
            other => {
                let issue = Issue::error(format!("/entities/{}/{key}", self.index), format!("this {key} is left out"));
                self.context.issues.push(issue.expected_got("a text of 1 to 256 bytes", other.told()));
                None
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for EntitySeed<'_> {
    type Value = Option<EntityMessage<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Scalars of an entity and skipped nesting; deeper than what any key of it needs is not kept.
const FLAT: NodeSeed = NodeSeed { depth: 0, items: 0 };

impl<'de> Visitor<'de> for EntitySeed<'_> {
    type Value = Option<EntityMessage<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an entity")
    }

    visit_no_object!();

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entity = EntityMessage::default();
        let mut id = None;
        while let Some(key) = map.next_key_seed(TextSeed)? {
            match &*key {
                "id" => id = self.name("id", map.next_value_seed(FLAT)?),
                "class" => entity.class = self.name("class", map.next_value_seed(FLAT)?),
                "model" => entity.model = self.name("model", map.next_value_seed(FLAT)?),
                "gone" => entity.gone = matches!(map.next_value_seed(FLAT)?, Node::Bool(true)),
                "t" => {
                    let node = map.next_value_seed(FLAT)?;
                    let path = || format!("/entities/{}/t", self.index);
                    entity.t_secs = time_of(node, path, &mut self.context.issues);
                }
                "set" => {
                    let seed = SetSeed { context: &mut *self.context, index: self.index };
                    entity.set = map.next_value_seed(seed)?;
                }
                other => {
                    let path = format!("/entities/{}/{}", self.index, shown(other));
                    self.context.issues.push(Issue::info(path, "unknown key"));
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        match id {
            Some(id) => Ok(Some(EntityMessage { id, ..entity })),
            None => Ok(self.wrong("one without a usable \"id\"")),
        }
    }
}

/// A time, or an issue and none.
pub(super) fn time_of(node: Node, path: impl Fn() -> String, issues: &mut Issues) -> Option<f64> {
    let parsed = match &node {
        Node::Null => return None,
        Node::Number(t_secs) => check_time(*t_secs),
        Node::Text(text) => parse_time(text),
        _ => Err("seconds since 1970 or an RFC 3339 text"),
    };
    match parsed {
        Ok(t_secs) => Some(t_secs),
        Err(expected) => {
            issues.push(Issue::error(path(), "this time is left out").expected_got(expected, node.told()));
            None
        }
    }
}

/// `"set": {"name": value, …}` of an entity.
struct SetSeed<'c> {
    context: &'c mut Context,
    index: usize,
}

impl SetSeed<'_> {
    fn wrong<T>(self, got: &str) -> Vec<T> {
        let issue = Issue::error(format!("/entities/{}/set", self.index), "no values are set");
        self.context.issues.push(issue.expected_got("an object of values", got));
        Vec::new()
    }

    fn refuse(&mut self, name: &str, expected: &str, got: &str) {
        let path = format!("/entities/{}/set/{}", self.index, shown(name));
        self.context.issues.push(Issue::error(path, "this value is left out").expected_got(expected, got));
    }
}

impl<'de> DeserializeSeed<'de> for SetSeed<'_> {
    type Value = Vec<(Cow<'de, str>, Property)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for SetSeed<'_> {
    type Value = Vec<(Cow<'de, str>, Property)>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of values")
    }

    visit_no_object!();

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut set = Vec::new();
        while let Some(name) = map.next_key_seed(TextSeed)? {
            match map.next_value_seed(PropertySeed { depth: limits::DEPTH })? {
                Err(expected) => self.refuse(&name, expected, "something else"),
                Ok(_) if name.is_empty() || name.len() > limits::PROPERTY_NAME_BYTES => {
                    self.refuse(&name, "a name of 1 to 128 bytes", &format!("{} bytes", name.len()));
                }
                Ok(_) if set.len() >= limits::PROPERTIES => {
                    self.refuse(&name, "at most 256 values", "more");
                }
                Ok(property) => set.push((name, property)),
            }
        }
        Ok(set)
    }
}

/// `"ids": ["…", 7, …]` of columns and names.
pub(super) struct IdList<'c>(pub &'c mut Context);

impl<'de> DeserializeSeed<'de> for IdList<'_> {
    type Value = Vec<ColumnId<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for IdList<'_> {
    type Value = Vec<ColumnId<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of ids or handles")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut ids = Vec::new();
        while let Some(node) = seq.next_element_seed(FLAT)? {
            if ids.len() >= limits::ENTITIES {
                return Err(self.0.fail(FeedError::TooMany { path: "/ids", limit: limits::ENTITIES }));
            }
            // The ids stand for rows: leaving one out would shift all others, so a wrong one refuses the message.
            ids.push(match node {
                Node::Text(id) if !id.is_empty() && id.len() <= limits::ID_BYTES => ColumnId::Id(id),
                Node::Number(handle) if handle.fract() == 0.0 && (0.0..limits::HANDLES as f64).contains(&handle) => {
                    ColumnId::Handle(handle as u32)
                }
                other => {
                    let expected = "a text of 1 to 256 bytes or a handle below 1,048,576";
                    return Err(self.0.fail(FeedError::Shape { path: "/ids", expected, got: other.told() }));
                }
            });
        }
        Ok(ids)
    }
}

/// `"set": {"name": [value, …], …}` of columns.
pub(super) struct ColumnSet<'c>(pub &'c mut Context);

impl<'de> DeserializeSeed<'de> for ColumnSet<'_> {
    type Value = Vec<(Cow<'de, str>, Column)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ColumnSet<'_> {
    type Value = Vec<(Cow<'de, str>, Column)>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of arrays")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut columns = Vec::new();
        while let Some(name) = map.next_key_seed(TextSeed)? {
            if columns.len() >= limits::PROPERTIES {
                return Err(self.0.fail(FeedError::TooMany { path: "/set", limit: limits::PROPERTIES }));
            }
            let (column, refused) = map.next_value_seed(ColumnSeed)?;
            if let Some((count, expected)) = refused {
                let issue = Issue::error(format!("/set/{}", shown(&name)), "values are left out");
                self.0.issues.push(issue.expected_got(expected, format!("something else, {count} times")));
            }
            if name.is_empty() || name.len() > limits::PROPERTY_NAME_BYTES {
                let issue = Issue::error(format!("/set/{}", shown(&name)), "this column is left out");
                self.0.issues.push(issue.expected_got("a name of 1 to 128 bytes", format!("{} bytes", name.len())));
                continue;
            }
            columns.push((name, column));
        }
        Ok(columns)
    }
}

/// One column, and how many of its values could not be used and why the first of them.
struct ColumnSeed;

impl<'de> DeserializeSeed<'de> for ColumnSeed {
    type Value = (Column, Option<(usize, Reject)>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ColumnSeed {
    type Value = (Column, Option<(usize, Reject)>);

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut refused: Option<(usize, Reject)> = None;
        let mut column = Column::Numbers(Vec::new());
        while let Some(cell) = seq.next_element_seed(CellSeed)? {
            if column.len() >= limits::ENTITIES {
                return Err(A::Error::custom("a column is longer than 262,144 values"));
            }
            let value = match cell {
                Cell::Number(number) => match &mut column {
                    Column::Numbers(numbers) => {
                        numbers.push(number);
                        continue;
                    }
                    Column::Values(_) => Value::Number(number),
                },
                Cell::Hole => match &mut column {
                    Column::Numbers(numbers) => {
                        numbers.push(f64::NAN);
                        continue;
                    }
                    Column::Values(_) => Value::Null,
                },
                Cell::Value(value) => value,
                Cell::Refused(reject) => {
                    refused.get_or_insert((0, reject)).0 += 1;
                    Value::Null
                }
            };
            column = with_value(column, value);
        }
        Ok((column, refused))
    }
}

/// Adds a value that is no number; the numbers before it become values.
fn with_value(column: Column, value: Value) -> Column {
    let mut values = match column {
        Column::Values(values) => values,
        Column::Numbers(numbers) => {
            let value = |number: f64| if number.is_nan() { Value::Null } else { Value::Number(number) };
            numbers.into_iter().map(value).collect()
        }
    };
    values.push(value);
    Column::Values(values)
}

enum Cell {
    Number(f64),
    Hole,
    Value(Value),
    Refused(Reject),
}

impl From<Result<Property, Reject>> for Cell {
    fn from(parsed: Result<Property, Reject>) -> Self {
        match parsed {
            Ok(property) => Self::Value(property.value),
            Err(reject) => Self::Refused(reject),
        }
    }
}

/// A value of a column; numbers by the shortest way.
struct CellSeed;

impl<'de> DeserializeSeed<'de> for CellSeed {
    type Value = Cell;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cell, D::Error> {
        deserializer.deserialize_any(self)
    }
}

const VALUE: PropertySeed = PropertySeed { depth: limits::DEPTH };

impl<'de> Visitor<'de> for CellSeed {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Hole)
    }

    fn visit_bool<E: serde::de::Error>(self, flag: bool) -> Result<Cell, E> {
        VALUE.visit_bool(flag).map(Cell::from)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Cell, E> {
        Ok(Cell::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Cell, E> {
        Ok(Cell::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Cell, E> {
        Ok(if number.is_finite() { Cell::Number(number) } else { Cell::Refused("a finite number") })
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Cell, E> {
        VALUE.visit_str(text).map(Cell::from)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Cell, A::Error> {
        VALUE.visit_seq(seq).map(Cell::from)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cell, A::Error> {
        VALUE.visit_map(map).map(Cell::from)
    }
}
