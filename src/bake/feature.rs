//! What can be picked: one row of a tile's property table.

use super::model::{Properties, Value};

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Feature {
    pub id: String,
    /// building, tower, house, hall, church, crane, tank, ship, containers, trees and so on.
    pub kind: String,
    pub name: String,
    pub usage: String,
    pub height_m: f32,
    /// 0 where the notion does not apply.
    pub floors: u16,
    /// Year built; 0 where the notion does not apply.
    pub year: i16,
    /// What else its source says.
    pub more: Properties,
}

impl Feature {
    pub fn new(id: impl Into<String>, kind: &str, name: impl Into<String>, usage: &str, height_m: f64) -> Self {
        let height_m = (height_m * 10.0).round() as f32 / 10.0;
        Self { id: id.into(), kind: kind.into(), name: name.into(), usage: usage.into(), height_m, ..Self::default() }
    }

    pub fn year(mut self, year: i16) -> Self {
        self.year = year;
        self
    }

    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.into(), value);
        self
    }
}
