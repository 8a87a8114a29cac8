//! How far the features of a bake reach, and which lie nowhere near the others: swapped axes, a wrong reference system.

use std::collections::BTreeMap;

use glam::DVec2;

use crate::bake::source::polygons::metres_per_degree;

/// Cells of the histogram, degrees.
const CELL_DEG: f64 = 0.02;
/// More cells than this are not told apart: the features are everywhere anyway.
const MAX_CELLS: usize = 1 << 20;
/// Nothing nearer than this to the middle is ever far, metres.
const NEAR_M: f64 = 60_000.0;
/// And nothing within this many times the distance that nine of ten features keep.
const TIMES: f64 = 6.0;

/// Gathers where features lie.
#[derive(Debug, Clone, Default)]
pub struct Gather {
    cells: BTreeMap<(i32, i32), u64>,
}

/// Where most of the features lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Body {
    /// Longitude and latitude, degrees.
    pub middle: DVec2,
    pub reach_m: f64,
}

/// Why a feature is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stray {
    /// With its axes exchanged it would lie among the others.
    Swapped,
    Far,
}

impl Gather {
    pub fn add(&mut self, place: DVec2) {
        let cell = (place / CELL_DEG).floor();
        let key = (cell.x as i32, cell.y as i32);
        if self.cells.len() < MAX_CELLS || self.cells.contains_key(&key) {
            *self.cells.entry(key).or_default() += 1;
        }
    }

    /// `None` of no features.
    pub fn body(&self) -> Option<Body> {
        let total: u64 = self.cells.values().sum();
        if total == 0 {
            return None;
        }
        let middle_of = |axis: fn(&(i32, i32)) -> i32| {
            let mut counts: BTreeMap<i32, u64> = BTreeMap::new();
            for (cell, count) in &self.cells {
                *counts.entry(axis(cell)).or_default() += count;
            }
            let mut seen = 0;
            let half = counts.iter().find(|(_, count)| {
                seen += **count;
                seen * 2 >= total
            });
            half.map_or(0.0, |(cell, _)| (f64::from(*cell) + 0.5) * CELL_DEG)
        };
        let middle = DVec2::new(middle_of(|cell| cell.0), middle_of(|cell| cell.1));
        let mut distances: Vec<(f64, u64)> = self
            .cells
            .iter()
            .map(|(&(x, y), &count)| {
                let at = (DVec2::new(f64::from(x), f64::from(y)) + 0.5) * CELL_DEG;
                (distance_m(at, middle), count)
            })
            .collect();
        distances.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut seen = 0;
        let most = distances.iter().find(|(_, count)| {
            seen += count;
            seen * 10 >= total * 9
        });
        let reach_m = most.map_or(0.0, |(distance, _)| distance * TIMES).max(NEAR_M);
        Some(Body { middle, reach_m })
    }
}

impl Body {
    /// Whether a place lies nowhere near.
    pub fn stray(&self, place: DVec2) -> Option<Stray> {
        if distance_m(place, self.middle) <= self.reach_m {
            return None;
        }
        let swapped = DVec2::new(place.y, place.x);
        Some(if distance_m(swapped, self.middle) <= self.reach_m { Stray::Swapped } else { Stray::Far })
    }

    pub fn distance_m(&self, place: DVec2) -> f64 {
        distance_m(place, self.middle)
    }
}

/// On a plane that touches the Earth at one of the places; good enough to tell near from far.
fn distance_m(a: DVec2, b: DVec2) -> f64 {
    let mut d = a - b;
    d.x -= (d.x / 360.0).round() * 360.0;
    (d * metres_per_degree(b.y)).length()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn city() -> Gather {
        let mut gather = Gather::default();
        for k in 0..1000 {
            gather.add(DVec2::new(7.40 + 0.0003 * f64::from(k % 100), 43.70 + 0.002 * f64::from(k / 100)));
        }
        gather
    }

    #[test]
    fn exchanged_axes_are_told_from_other_places() {
        let mut gather = city();
        gather.add(DVec2::new(43.73, 7.42));
        gather.add(DVec2::new(-120.0, 10.0));
        let body = gather.body().unwrap();
        assert_eq!(body.stray(DVec2::new(43.73, 7.42)), Some(Stray::Swapped));
        assert_eq!(body.stray(DVec2::new(-120.0, 10.0)), Some(Stray::Far));
        assert_eq!(body.stray(DVec2::new(7.5, 43.8)), None);
    }

    #[test]
    fn two_cities_of_one_country_are_no_strays() {
        let mut gather = city();
        for k in 0..400 {
            gather.add(DVec2::new(5.3 + 0.0003 * f64::from(k), 43.3));
        }
        let body = gather.body().unwrap();
        assert_eq!(body.stray(DVec2::new(5.35, 43.3)), None);
        assert_eq!(body.stray(DVec2::new(7.42, 43.73)), None);
    }
}
