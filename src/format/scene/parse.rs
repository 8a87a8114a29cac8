//! JSON text to a value, telling keys that stand twice in one object.
//!
//! The usual parsers keep the last one without a word, so that half of a hand-written file can vanish.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::pointer::{push_index, push_key};
use crate::format::issue::{Issue, Issues};

/// Parses a whole file. Nesting is limited by serde_json (128 levels).
pub(in crate::format) fn parse(bytes: &[u8]) -> Result<(Value, Issues), serde_json::Error> {
    let mut found = Found { at: String::new(), issues: Issues::default() };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Node(&mut found).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, found.issues))
}

struct Found {
    /// JSON pointer of the value that is parsed.
    at: String,
    issues: Issues,
}

struct Node<'a>(&'a mut Found);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_string()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let length = self.0.at.len();
        let mut out = Vec::new();
        loop {
            push_index(&mut self.0.at, out.len());
            let item = list.next_element_seed(Node(self.0))?;
            self.0.at.truncate(length);
            match item {
                Some(item) => out.push(item),
                None => return Ok(Value::Array(out)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let length = self.0.at.len();
        let mut out = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            push_key(&mut self.0.at, &key);
            let value = object.next_value_seed(Node(self.0))?;
            if out.insert(key, value).is_some() {
                let issue = Issue::error(self.0.at.clone(), "the key stands twice; the last one is used");
                self.0.issues.push(issue);
            }
            self.0.at.truncate(length);
        }
        Ok(Value::Object(out))
    }
}
