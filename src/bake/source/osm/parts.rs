//! Which outlines of buildings have parts: *Simple 3D Buildings* lets the parts stand for the whole.

use glam::DVec2;

use crate::bake::model::Polygon;
use crate::bake::source::polygons::{area_m2, interior_point};
use crate::bake::source::region::ring_contains;
use crate::format::osm::Kind;

#[derive(Debug, Default)]
pub(super) struct Parts {
    /// Sorted by latitude after [`Parts::finish`].
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    key: (Kind, i64),
    /// A point inside of it.
    at: DVec2,
    area_m2: f64,
}

impl Parts {
    pub fn add(&mut self, key: (Kind, i64), polygons: &[Polygon]) {
        self.parts.extend(
            polygons.iter().filter_map(|polygon| {
                Some(Part { key, at: interior_point(polygon)?, area_m2: area_m2(&polygon.outer) })
            }),
        );
    }

    pub fn finish(&mut self) {
        self.parts.sort_by(|a, b| a.at.y.total_cmp(&b.at.y).then(a.key.cmp(&b.key)));
    }

    /// How much of an outline its parts cover (more than 1 where they lie above each other); `None` without parts.
    pub fn share_of(&self, key: (Kind, i64), outline: &[Polygon]) -> Option<f64> {
        let (mut any, mut covered_m2, mut whole_m2) = (false, 0.0, 0.0);
        for polygon in outline {
            whole_m2 += area_m2(&polygon.outer);
            let (south, north) =
                polygon.outer.iter().fold((f64::MAX, f64::MIN), |(lo, hi), p| (lo.min(p.y), hi.max(p.y)));
            let from = self.parts.partition_point(|part| part.at.y < south);
            for part in self.parts[from..].iter().take_while(|part| part.at.y <= north) {
                if part.key != key && contains(polygon, part.at) {
                    any = true;
                    covered_m2 += part.area_m2;
                }
            }
        }
        any.then(|| covered_m2 / whole_m2)
    }
}

fn contains(polygon: &Polygon, at: DVec2) -> bool {
    ring_contains(&polygon.outer, at) && !polygon.holes.iter().any(|hole| ring_contains(hole, at))
}
