//! The part of the Earth that is to be read: whole features that touch it are kept, others are not.

use glam::DVec2;

use crate::bake::model::{Polygon, Shape};

/// Longitudes and latitudes in degrees. A region whose west is greater than its east goes over the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    west_deg: f64,
    south_deg: f64,
    /// At least `west_deg`: 360 are added where the region goes over the antimeridian.
    east_deg: f64,
    north_deg: f64,
}

impl Region {
    /// `None` for what bounds no area on Earth.
    pub fn new(west_deg: f64, south_deg: f64, east_deg: f64, north_deg: f64) -> Option<Self> {
        let on_earth =
            west_deg.abs() <= 180.0 && east_deg.abs() <= 180.0 && south_deg.abs() <= 90.0 && north_deg.abs() <= 90.0;
        let east_deg = if west_deg > east_deg { east_deg + 360.0 } else { east_deg };
        let has_area = east_deg > west_deg && north_deg > south_deg;
        (on_earth && has_area).then_some(Self { west_deg, south_deg, east_deg, north_deg })
    }

    /// West and south; longitudes of the region go up from there.
    pub fn min(&self) -> DVec2 {
        DVec2::new(self.west_deg, self.south_deg)
    }

    /// East (past 180 over the antimeridian) and north.
    pub fn max(&self) -> DVec2 {
        DVec2::new(self.east_deg, self.north_deg)
    }

    pub fn contains(&self, at: DVec2) -> bool {
        TURNS_DEG.iter().any(|turn| self.holds(at + DVec2::X * turn))
    }

    pub fn touches_line(&self, line: &[DVec2]) -> bool {
        match line {
            [] => false,
            [at] => self.contains(*at),
            _ => TURNS_DEG.iter().any(|turn| {
                line.windows(2).any(|w| self.meets_segment(w[0] + DVec2::X * turn, w[1] + DVec2::X * turn))
            }),
        }
    }

    pub fn touches_polygon(&self, polygon: &Polygon) -> bool {
        if self.touches_ring(&polygon.outer) || polygon.holes.iter().any(|hole| self.touches_ring(hole)) {
            return true;
        }
        // No border comes by: the region lies wholly inside or wholly outside.
        TURNS_DEG.iter().any(|turn| {
            let corner = self.min() + DVec2::X * turn;
            ring_contains(&polygon.outer, corner) && !polygon.holes.iter().any(|hole| ring_contains(hole, corner))
        })
    }

    pub fn touches(&self, shape: &Shape) -> bool {
        match shape {
            Shape::Building(building) => self.touches_polygon(&building.footprint),
            Shape::Area(area) => area.polygons.iter().any(|polygon| self.touches_polygon(polygon)),
            Shape::Way(way) => self.touches_line(&way.line.iter().map(|p| p.truncate()).collect::<Vec<_>>()),
            Shape::Point(point) => self.contains(point.at),
            Shape::Model(placed) => self.contains(placed.at),
            Shape::Surfaces(surfaces) => surfaces.lods.iter().any(|lod| self.touches_surfaces(lod)),
        }
    }

    /// By the box around them, which is near enough for things of a building's size.
    fn touches_surfaces(&self, lod: &crate::bake::model::SurfaceLod) -> bool {
        let points = lod.vertices.iter().map(|v| v.truncate());
        let Some((lo, hi)) = points.fold(None, |bounds: Option<(DVec2, DVec2)>, p| {
            Some(bounds.map_or((p, p), |(lo, hi)| (lo.min(p), hi.max(p))))
        }) else {
            return false;
        };
        let (min, max) = (self.min(), self.max());
        TURNS_DEG.iter().any(|turn| hi.x + turn >= min.x && lo.x + turn <= max.x && hi.y >= min.y && lo.y <= max.y)
    }

    fn touches_ring(&self, ring: &[DVec2]) -> bool {
        let closing = [ring.last().copied(), ring.first().copied()];
        self.touches_line(ring) || matches!(closing, [Some(a), Some(b)] if self.touches_line(&[a, b]))
    }

    fn holds(&self, at: DVec2) -> bool {
        at.cmpge(self.min()).all() && at.cmple(self.max()).all()
    }

    /// Liang and Barsky's clipping: whether any of the segment is left.
    fn meets_segment(&self, a: DVec2, b: DVec2) -> bool {
        self.clip(a, b).is_some()
    }

    /// The part of a segment that lies inside, as fractions of its length.
    pub fn clip(&self, a: DVec2, b: DVec2) -> Option<(f64, f64)> {
        let (min, max, d) = (self.min(), self.max(), b - a);
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        for (step, room) in [(-d.x, a.x - min.x), (d.x, max.x - a.x), (-d.y, a.y - min.y), (d.y, max.y - a.y)] {
            if step == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if step < 0.0 {
                from = from.max(room / step);
            } else {
                to = to.min(room / step);
            }
        }
        (from <= to).then_some((from, to))
    }
}

/// Longitudes of sources and regions may differ by a turn at the antimeridian.
const TURNS_DEG: [f64; 3] = [0.0, 360.0, -360.0];

/// Whether a point lies inside of a ring (even-odd rule).
pub fn ring_contains(ring: &[DVec2], at: DVec2) -> bool {
    let mut inside = false;
    let mut previous = ring.last().copied().unwrap_or_default();
    for &corner in ring {
        if (corner.y > at.y) != (previous.y > at.y) {
            let x = corner.x + (at.y - corner.y) / (previous.y - corner.y) * (previous.x - corner.x);
            inside ^= at.x < x;
        }
        previous = corner;
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Polygon {
        let corner = |dx: f64, dy: f64| DVec2::new(x + dx * side, y + dy * side);
        Polygon { outer: vec![corner(0.0, 0.0), corner(1.0, 0.0), corner(1.0, 1.0), corner(0.0, 1.0)], holes: vec![] }
    }

    #[test]
    fn a_line_through_the_region_touches_it_without_a_vertex_inside() {
        let region = Region::new(0.0, 0.0, 1.0, 1.0).expect("sound");
        assert!(region.touches_line(&[DVec2::new(-1.0, 0.5), DVec2::new(2.0, 0.6)]));
        assert!(!region.touches_line(&[DVec2::new(-1.0, 0.5), DVec2::new(0.5, 2.1)]));
    }

    #[test]
    fn a_polygon_around_the_region_touches_it_but_not_with_the_region_in_its_hole() {
        let region = Region::new(0.4, 0.4, 0.6, 0.6).expect("sound");
        let mut around = square(0.0, 0.0, 1.0);
        assert!(region.touches_polygon(&around));
        around.holes.push(square(0.3, 0.3, 0.4).outer);
        assert!(!region.touches_polygon(&around));
    }

    #[test]
    fn only_the_closing_side_may_touch() {
        let region = Region::new(-0.1, 0.4, 0.1, 0.6).expect("sound");
        assert!(region.touches_polygon(&square(0.0, 0.0, 1.0)));
    }

    #[test]
    fn a_region_over_the_antimeridian_holds_both_sides() {
        let region = Region::new(179.0, -1.0, -179.0, 1.0).expect("sound");
        for lon in [179.5, -179.5, 180.5, -180.5] {
            assert!(region.contains(DVec2::new(lon, 0.0)), "{lon}");
        }
        assert!(!region.contains(DVec2::new(0.0, 0.0)));
    }

    #[test]
    fn regions_without_area_are_refused() {
        for [w, s, e, n] in
            [[0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0], [f64::NAN, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 91.0]]
        {
            assert_eq!(Region::new(w, s, e, n), None);
        }
    }
}
