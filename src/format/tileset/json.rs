//! Reading loosely: JSON values that should have a certain form, and the words for those that don't.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::format::issue::{Issue, Issues, Severity};

pub(super) type Object = Map<String, Value>;

/// Collects issues below one place of the file, which is only spelled out when something is wrong there.
pub(super) struct Log<'a> {
    pub issues: &'a mut Issues,
    /// Gives the JSON pointer of the object that is being read.
    pub base: &'a dyn Fn() -> String,
}

impl Log<'_> {
    /// Whether issues are only counted from now on; then their words are not worth making.
    fn is_full(&mut self) -> bool {
        let full = self.issues.len() >= Issues::MAX;
        if full {
            self.issues.push(Issue::error("", ""));
        }
        full
    }

    fn push(&mut self, severity: Severity, at: fmt::Arguments<'_>, message: impl Into<String>) {
        if self.is_full() {
            return;
        }
        let path = format!("{}{at}", (self.base)());
        self.issues.push(Issue::new(severity, path, message));
    }

    pub fn error(&mut self, at: fmt::Arguments<'_>, message: impl Into<String>) {
        self.push(Severity::Error, at, message);
    }

    pub fn warning(&mut self, at: fmt::Arguments<'_>, message: impl Into<String>) {
        self.push(Severity::Warning, at, message);
    }

    pub fn info(&mut self, at: fmt::Arguments<'_>, message: impl Into<String>) {
        self.push(Severity::Info, at, message);
    }

    /// An error that tells what the standard asks for and what stands there.
    pub fn mismatch(
        &mut self,
        at: fmt::Arguments<'_>,
        message: impl Into<String>,
        expected: impl fmt::Display,
        got: impl fmt::Display,
    ) {
        if self.is_full() {
            return;
        }
        let path = format!("{}{at}", (self.base)());
        self.issues.push(Issue::error(path, message).expected_got(expected, got));
    }

    /// `value` as an object; anything else is an error.
    pub fn object<'v>(&mut self, value: &'v Value, at: fmt::Arguments<'_>) -> Option<&'v Object> {
        let object = value.as_object();
        if object.is_none() {
            self.mismatch(at, "wrong type", "an object", describe(value));
        }
        object
    }

    /// `value` as an array; anything else is an error.
    pub fn array<'v>(&mut self, value: &'v Value, at: fmt::Arguments<'_>) -> Option<&'v [Value]> {
        let array = value.as_array();
        if array.is_none() {
            self.mismatch(at, "wrong type", "an array", describe(value));
        }
        array.map(Vec::as_slice)
    }

    /// A string member; absent gives `None` silently, another type gives `None` and an error.
    pub fn string(&mut self, object: &Object, key: &str, at: fmt::Arguments<'_>) -> Option<String> {
        let value = object.get(key)?;
        let text = value.as_str();
        if text.is_none() {
            self.mismatch(format_args!("{at}/{key}"), "wrong type", "a string", describe(value));
        }
        text.map(str::to_owned)
    }

    /// A member that lists strings; what is no string is an error and left out.
    pub fn strings(&mut self, object: &Object, key: &str) -> Vec<String> {
        let Some(value) = object.get(key) else { return Vec::new() };
        let Some(list) = self.array(value, format_args!("/{key}")) else { return Vec::new() };
        let mut strings = Vec::with_capacity(list.len());
        for (i, item) in list.iter().enumerate() {
            match item.as_str() {
                Some(text) => strings.push(text.to_owned()),
                None => self.mismatch(format_args!("/{key}/{i}"), "wrong type", "a string", describe(item)),
            }
        }
        strings
    }

    /// A whole number within `range`; absent or wrong is an error.
    pub fn integer(
        &mut self,
        object: &Object,
        key: &str,
        at: fmt::Arguments<'_>,
        range: std::ops::RangeInclusive<u32>,
    ) -> Option<u32> {
        let got = object.get(key);
        let number = got.and_then(Value::as_f64).filter(|n| n.fract() == 0.0);
        let inside = number.filter(|&n| n >= f64::from(*range.start()) && n <= f64::from(*range.end()));
        if inside.is_none() {
            let expected = format!("a whole number from {} to {}", range.start(), range.end());
            let got = got.map_or("nothing".to_owned(), describe);
            self.mismatch(format_args!("{at}/{key}"), "missing or invalid number", expected, got);
        }
        // The range's ends are u32 and the number is whole, so the cast is exact.
        inside.map(|n| n as u32)
    }

    /// Exactly `N` finite numbers; anything else is an error.
    pub fn numbers<const N: usize>(&mut self, value: &Value, at: fmt::Arguments<'_>) -> Option<[f64; N]> {
        let Some(list) = value.as_array().filter(|list| list.len() == N) else {
            self.mismatch(at, "wrong form", format_args!("an array of {N} numbers"), describe(value));
            return None;
        };
        let mut numbers = [0.0; N];
        for (i, (slot, item)) in numbers.iter_mut().zip(list).enumerate() {
            let Some(number) = item.as_f64().filter(|n| n.is_finite()) else {
                self.mismatch(format_args!("{at}/{i}"), "wrong type", "a finite number", describe(item));
                return None;
            };
            *slot = number;
        }
        Some(numbers)
    }
}

/// What a value is, in a few words, however large it is.
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => n.to_string(),
        Value::String(s) if s.chars().nth(40).is_some() => {
            format!("{:?} and more", s.chars().take(40).collect::<String>())
        }
        Value::String(s) => format!("{s:?}"),
        Value::Array(list) => format!("an array of {}", list.len()),
        Value::Object(object) => format!("an object with {} members", object.len()),
    }
}

/// The object of an extension within `extensions`, if there.
pub(super) fn extension<'v>(object: &'v Object, name: &str) -> Option<&'v Object> {
    object.get("extensions")?.as_object()?.get(name)?.as_object()
}

/// Reads any JSON value within a budget of memory: past it, what is nested deeper is skipped. One unit is some 40 bytes.
pub(super) struct Bounded<'b> {
    /// What may still be used; 0 afterwards means that something may have been left out.
    pub budget: &'b mut usize,
}

/// What an object costs besides its members: its map has room for several from the start.
const OBJECT_UNITS: usize = 16;

impl Bounded<'_> {
    fn pay(&mut self, units: usize) -> bool {
        let enough = *self.budget > units;
        *self.budget = self.budget.saturating_sub(units);
        enough
    }
}

/// The cost of a value in units of [`Bounded`].
pub(super) fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len() / 40,
        Value::Array(list) => 1 + list.iter().map(weight).sum::<usize>(),
        Value::Object(object) => {
            OBJECT_UNITS + object.iter().map(|(key, value)| 1 + key.len() / 40 + weight(value)).sum::<usize>()
        }
        _ => 1,
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(mut self) -> Result<Value, E> {
        self.pay(1);
        Ok(Value::Null)
    }

    fn visit_bool<E>(mut self, value: bool) -> Result<Value, E> {
        self.pay(1);
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(mut self, value: i64) -> Result<Value, E> {
        self.pay(1);
        Ok(value.into())
    }

    fn visit_u64<E>(mut self, value: u64) -> Result<Value, E> {
        self.pay(1);
        Ok(value.into())
    }

    fn visit_f64<E>(mut self, value: f64) -> Result<Value, E> {
        self.pay(1);
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(mut self, value: &str) -> Result<Value, E> {
        Ok(if self.pay(1 + value.len() / 40) { Value::String(value.to_owned()) } else { Value::Null })
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        if self.pay(1) {
            while *self.budget > 0 {
                let Some(item) = seq.next_element_seed(Bounded { budget: &mut *self.budget })? else {
                    return Ok(Value::Array(list));
                };
                list.push(item);
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Object::new();
        if self.pay(OBJECT_UNITS) {
            while *self.budget > 0 {
                let Some(key) = map.next_key::<String>()? else { return Ok(Value::Object(object)) };
                self.pay(1 + key.len() / 40);
                let value = map.next_value_seed(Bounded { budget: &mut *self.budget })?;
                object.insert(key, value);
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Object(object))
    }
}
