//! Which outlines of buildings have parts: *Simple 3D Buildings* lets the parts stand for the whole.

use std::collections::BTreeMap;

use glam::DVec2;

use crate::bake::model::Polygon;
use crate::bake::source::polygons::{area_m2, interior_point};
use crate::bake::source::region::ring_contains;
use crate::format::osm::Kind;

/// The width of a band of latitude, about 110 m: outlines meet one or two of them.
const BAND_DEG: f64 = 1e-3;

#[derive(Debug, Default)]
pub(super) struct Parts {
    /// By band of latitude; in each sorted by longitude after [`Parts::finish`].
    bands: BTreeMap<i32, Vec<Part>>,
}

#[derive(Debug)]
struct Part {
    key: (Kind, i64),
    /// A point inside of it.
    at: DVec2,
    area_m2: f64,
}

fn band_of(lat_deg: f64) -> i32 {
    (lat_deg / BAND_DEG).floor() as i32
}

impl Parts {
    pub fn add(&mut self, key: (Kind, i64), polygons: &[Polygon]) {
        for polygon in polygons {
            if let Some(at) = interior_point(polygon) {
                let part = Part { key, at, area_m2: area_m2(&polygon.outer) };
                self.bands.entry(band_of(at.y)).or_default().push(part);
            }
        }
    }

    pub fn finish(&mut self) {
        for band in self.bands.values_mut() {
            band.sort_by(|a, b| a.at.x.total_cmp(&b.at.x).then(a.key.cmp(&b.key)));
        }
    }

    /// How much of an outline its parts cover (more than 1 where they lie above each other); `None` without parts.
    pub fn share_of(&self, key: (Kind, i64), outline: &[Polygon]) -> Option<f64> {
        let (mut any, mut covered_m2, mut whole_m2) = (false, 0.0, 0.0);
        for polygon in outline {
            whole_m2 += area_m2(&polygon.outer);
            let Some((lo, hi)) = bounds(&polygon.outer) else { continue };
            for band in self.bands.range(band_of(lo.y)..=band_of(hi.y)).map(|(_, band)| band) {
                let from = band.partition_point(|part| part.at.x < lo.x);
                let beside = band[from..].iter().take_while(|part| part.at.x <= hi.x);
                for part in beside.filter(|part| part.key != key && contains(polygon, part.at)) {
                    any = true;
                    covered_m2 += part.area_m2;
                }
            }
        }
        any.then(|| covered_m2 / whole_m2)
    }
}

fn bounds(ring: &[DVec2]) -> Option<(DVec2, DVec2)> {
    let first = *ring.first()?;
    Some(ring.iter().fold((first, first), |(lo, hi), p| (lo.min(*p), hi.max(*p))))
}

fn contains(polygon: &Polygon, at: DVec2) -> bool {
    ring_contains(&polygon.outer, at) && !polygon.holes.iter().any(|hole| ring_contains(hole, at))
}
