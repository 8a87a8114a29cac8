//! Reading loosely: JSON values that should have a certain form, and the words for those that don't.

use std::fmt;

use serde_json::{Map, Value};

use crate::format::issue::{Issue, Issues, Severity};

pub(super) type Object = Map<String, Value>;

/// Collects issues below one place of the file, which is only spelled out when something is wrong there.
pub(super) struct Log<'a> {
    pub issues: &'a mut Issues,
    /// Gives the JSON pointer of the object that is being read.
    pub base: &'a dyn Fn() -> String,
}

impl Log<'_> {
    fn push(&mut self, severity: Severity, at: fmt::Arguments<'_>, message: impl Into<String>) {
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
