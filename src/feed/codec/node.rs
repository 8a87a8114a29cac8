//! A JSON value as a small bounded tree, for the messages that are rare and for nested values.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::limits;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    Array(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
    /// Past a limit; what it was is named.
    TooMuch(&'static str),
}

impl Node<'_> {
    /// What it is, for a message to a person.
    pub fn told(&self) -> String {
        match self {
            Self::Null => "null".into(),
            Self::Bool(flag) => flag.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => format!("\"{}\"", super::shown(text)),
            Self::Array(items) => format!("an array of {}", items.len()),
            Self::Object(_) => "an object".into(),
            Self::TooMuch(what) => (*what).into(),
        }
    }
}

/// Reads any JSON value; `depth` arrays or objects deep at most.
#[derive(Clone, Copy)]
pub(super) struct NodeSeed {
    pub depth: usize,
    /// Items of each array.
    pub items: usize,
}

impl Default for NodeSeed {
    fn default() -> Self {
        Self { depth: limits::DEPTH, items: limits::ITEMS }
    }
}

impl<'de> DeserializeSeed<'de> for NodeSeed {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NodeSeed {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node<'de>, E> {
        Ok(Node::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text.to_string())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node<'de>, A::Error> {
        let Some(depth) = self.depth.checked_sub(1) else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Node::TooMuch("nesting that is too deep"));
        };
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Self { depth, ..self })? {
            if items.len() >= self.items {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(Node::TooMuch("an array that is too long"));
            }
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<'de>, A::Error> {
        let Some(depth) = self.depth.checked_sub(1) else {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Node::TooMuch("nesting that is too deep"));
        };
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(TextSeed)? {
            let value = map.next_value_seed(Self { depth, ..self })?;
            if entries.len() >= limits::ITEMS {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(Node::TooMuch("an object with too many keys"));
            }
            entries.push((key, value));
        }
        Ok(Node::Object(entries))
    }
}

/// Reads a text, borrowed where it has no escapes; the keys of objects.
pub(super) struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for TextSeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_string()))
    }
}

/// The keys of a message, taken out one by one with their shapes checked.
pub(super) struct Fields<'a> {
    entries: Vec<(Cow<'a, str>, Node<'a>)>,
}

impl<'a> Fields<'a> {
    pub fn new(entries: Vec<(Cow<'a, str>, Node<'a>)>) -> Self {
        Self { entries }
    }

    /// The last value of that name, as JSON readers commonly have it.
    pub fn take(&mut self, name: &str) -> Option<Node<'a>> {
        let mut found = None;
        while let Some(at) = self.entries.iter().rposition(|(key, _)| key == name) {
            let (_, value) = self.entries.swap_remove(at);
            found.get_or_insert(value);
        }
        found.filter(|value| *value != Node::Null)
    }

    pub fn rest(self) -> Vec<(Cow<'a, str>, Node<'a>)> {
        self.entries
    }
}
