//! What OpenStreetMap's tags mean: from keys and values to the neutral model. Sources that say the same things in other
//! words (GeoJSON by its mapping, SUMO by its edge types) come through here too.
//!
//! Meaning: the OSM wiki, *Map features* and *Simple 3D Buildings*. Which class word a thing gets is in [`classes`].
//! Heights are metres above the ground, directions degrees from north. Values that make no sense become issues at the
//! feature's own id and are left out; they stay readable among its properties.

pub mod building;
pub mod classes;
pub mod feature;
pub mod measure;
pub mod point;
pub mod way;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::bake::model::{Properties, Value};
use crate::format::issue::{Issue, Issues};
use crate::format::osm::Tags;

/// Where findings about one feature go.
pub struct Notes<'a> {
    /// The feature's id, such as `way/123`.
    pub path: &'a str,
    pub issues: &'a mut Issues,
}

impl Notes<'_> {
    pub fn warn(&mut self, message: impl Into<String>) {
        self.issues.push(Issue::warning(self.path, message));
    }

    /// A tag whose value is not usable.
    pub fn unusable(&mut self, key: &str, expected: impl fmt::Display, got: &str) {
        let got: String = got.chars().take(60).collect();
        let issue = Issue::warning(self.path, format!("{key} is not usable; it is left out"));
        self.issues.push(issue.expected_got(expected, format_args!("{got:?}")));
    }
}

/// Whether a tag is there and not `no`.
pub fn is_on(tags: &Tags<'_>, key: &str) -> bool {
    tags.get(key).is_some_and(|value| !matches!(value, "no" | "false" | "0" | "none"))
}

/// What people call it.
pub fn name_of(tags: &Tags<'_>) -> String {
    tags.get("name").or_else(|| tags.get("name:en")).unwrap_or_default().trim().to_string()
}

/// Keys whose values are measures, always [`Value::Number`] where they can be read.
const MEASURES: &[&str] = &[
    "height",
    "min_height",
    "building:height",
    "roof:height",
    "roof:angle",
    "roof:direction",
    "width",
    "est_width",
    "ele",
    "diameter",
    "diameter_crown",
    "circumference",
];

/// Keys whose values are counts, always [`Value::Integer`] where they can be read.
const COUNTS: &[&str] = &[
    "lanes",
    "lanes:forward",
    "lanes:backward",
    "layer",
    "step_count",
    "capacity",
    "population",
    "admin_level",
    "cables",
    "circuits",
];

/// Levels may be halves.
const LEVELS: &[&str] = &["building:levels", "building:min_level", "roof:levels", "building:levels:underground"];

/// All tags but the name, typed by their keys: a column of a property table has one type, whatever single authors wrote.
pub fn properties(tags: &Tags<'_>) -> Properties {
    tags.0
        .iter()
        .filter(|(key, _)| !key.is_empty() && *key != "name")
        .map(|(key, value)| (key.to_string(), typed(key, value)))
        .collect()
}

fn typed(key: &str, value: &str) -> Value {
    let typed = if MEASURES.contains(&key) {
        measure::length_m(value).map(Value::Number)
    } else if LEVELS.contains(&key) {
        measure::decimal(value).map(Value::Number)
    } else if COUNTS.contains(&key) {
        value.trim().parse().ok().map(Value::Integer)
    } else {
        None
    };
    typed.unwrap_or_else(|| Value::Text(value.to_string()))
}
