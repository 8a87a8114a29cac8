//! Maps from values to numbers, colours and texts, compiled for evaluation.
//!
//! A compiled map is sane whatever the file said: stops and steps are sorted by their value (`check` told the author),
//! numbers are finite.

use std::collections::BTreeMap;

use super::source::Leaf;
use crate::format::scene::{Color, ColorMap, Linear, NumberMap, OkLab, Step};
use crate::twin::Value;

/// From a value to a colour.
#[derive(Debug, Clone)]
pub(super) enum ColorMapping {
    /// Stops by rising value, colours in OKLab, which keeps blends of equal steps even to the eye.
    Ramp(Vec<(f64, OkLab)>),
    Steps(Steps<[f32; 4]>),
    Lookup(Lookup<[f32; 4]>),
}

impl ColorMapping {
    pub fn compile(map: &ColorMap) -> Self {
        match map {
            ColorMap::Ramp(stops) => {
                let mut stops: Vec<_> =
                    stops.iter().map(|(at, color)| (*at, OkLab::from_linear(color.linear()))).collect();
                stops.sort_by(|a, b| a.0.total_cmp(&b.0));
                Self::Ramp(stops)
            }
            ColorMap::Steps(steps) => Self::Steps(Steps::compile(steps, |color: &Color| color.linear())),
            ColorMap::Lookup(entries) => Self::Lookup(Lookup::compile(entries, |color| color.linear())),
        }
    }

    pub fn eval(&self, leaf: Leaf<'_>) -> Option<[f32; 4]> {
        match self {
            Self::Ramp(stops) => ramp(stops, leaf.number()?),
            Self::Steps(steps) => steps.find(leaf.number()?).copied(),
            Self::Lookup(lookup) => lookup.find(leaf).copied(),
        }
    }
}

fn ramp(stops: &[(f64, OkLab)], x: f64) -> Option<[f32; 4]> {
    let after = stops.partition_point(|(at, _)| *at <= x);
    let before = after.checked_sub(1).and_then(|i| stops.get(i));
    let color = match (before, stops.get(after)) {
        (Some((from, low)), Some((to, high))) => {
            // The difference of huge stops may overflow to infinity; the share is then 0 or no number.
            let share = (x - from) / (to - from);
            low.mix(*high, if share.is_finite() { share as f32 } else { 0.0 })
        }
        (Some((_, color)), None) | (None, Some((_, color))) => *color,
        (None, None) => return None,
    };
    Some(color.linear())
}

/// From a value to a number.
#[derive(Debug, Clone)]
pub(super) enum NumberMapping {
    Linear(Linear),
    Steps(Steps<f64>),
    Lookup(Lookup<f64>),
}

impl NumberMapping {
    pub fn compile(map: &NumberMap) -> Self {
        match map {
            NumberMap::Linear(linear) => Self::Linear(*linear),
            NumberMap::Steps(steps) => Self::Steps(Steps::compile(steps, |number| *number)),
            NumberMap::Lookup(entries) => Self::Lookup(Lookup::compile(entries, |number| *number)),
        }
    }

    pub fn eval(&self, leaf: Leaf<'_>) -> Option<f64> {
        match self {
            Self::Linear(map) => linear(map, leaf.number()?),
            Self::Steps(steps) => steps.find(leaf.number()?).copied(),
            Self::Lookup(lookup) => lookup.find(leaf).copied(),
        }
    }
}

/// `None` where the line is none (two equal `from`) or the result is no finite number.
fn linear(map: &Linear, x: f64) -> Option<f64> {
    let share = (x - map.from[0]) / (map.from[1] - map.from[0]);
    let share = if map.clamp { share.clamp(0.0, 1.0) } else { share };
    // So weighted, both ends are met exactly.
    let y = map.to[0] * (1.0 - share) + map.to[1] * share;
    y.is_finite().then_some(y)
}

/// Ranges of values by their upper bounds.
#[derive(Debug, Clone)]
pub(super) struct Steps<T> {
    /// By rising upper bound.
    bounded: Vec<(f64, T)>,
    rest: Option<T>,
}

impl<T> Steps<T> {
    pub fn compile<S>(steps: &[Step<S>], from: impl Fn(&S) -> T) -> Self {
        let mut bounded: Vec<_> = steps.iter().filter_map(|s| Some((s.below?, from(&s.value)))).collect();
        bounded.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { bounded, rest: steps.iter().find(|step| step.below.is_none()).map(|step| from(&step.value)) }
    }

    pub fn find(&self, x: f64) -> Option<&T> {
        let at = self.bounded.partition_point(|(below, _)| *below <= x);
        self.bounded.get(at).map(|(_, value)| value).or(self.rest.as_ref())
    }

    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.bounded.iter().map(|(_, value)| value).chain(self.rest.as_ref())
    }
}

/// Single values by their text.
#[derive(Debug, Clone)]
pub(super) struct Lookup<T> {
    by_text: BTreeMap<String, T>,
    /// Entries whose key is a number, sorted, so that numbers need not be written out to be found.
    by_number: Vec<(f64, T)>,
    rest: Option<T>,
}

impl<T: Clone> Lookup<T> {
    pub fn compile<S>(entries: &BTreeMap<String, S>, from: impl Fn(&S) -> T) -> Self {
        let mut by_text: BTreeMap<String, T> = entries.iter().map(|(key, value)| (key.clone(), from(value))).collect();
        let rest = by_text.remove("_");
        let mut by_number: Vec<(f64, T)> = by_text
            .iter()
            .filter_map(|(key, value)| {
                let number = key.parse::<f64>().ok().filter(|number| number.is_finite())?;
                Some((number, value.clone()))
            })
            .collect();
        by_number.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { by_text, by_number, rest }
    }

    pub fn find(&self, leaf: Leaf<'_>) -> Option<&T> {
        let found = match leaf {
            Leaf::Value(Value::Text(text)) => self.by_text.get(&**text),
            Leaf::Value(Value::Bool(flag)) => self.by_text.get(if *flag { "true" } else { "false" }),
            leaf => leaf.number().and_then(|number| {
                let at = self.by_number.partition_point(|(key, _)| *key < number);
                self.by_number.get(at).filter(|(key, _)| *key == number).map(|(_, value)| value)
            }),
        };
        found.or(self.rest.as_ref())
    }

    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.by_text.values().chain(self.rest.as_ref())
    }
}
