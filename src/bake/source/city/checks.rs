//! What is wrong with a surface as a shape: bent, crossing itself, without area.
//!
//! Positions here are metres in a local frame east, north, up that treats the Earth as flat; over a building the error is
//! far below a millimetre, and nothing but judgements comes of it.

use glam::{DVec2, DVec3};

use crate::bake::det;
use crate::geo::wgs84;

/// A corner further than this from the mean plane makes a surface bent. Models of the best sources keep 0.1 m.
pub(super) const MAX_BEND_M: f64 = 0.2;
/// What has less area than this is no surface, square metres.
pub(super) const MIN_AREA_M2: f64 = 1e-6;
/// Pairs of edges that are looked at for crossings, for each edge of a ring. Rings that sprawl more stay unjudged.
const MAX_PAIRS_PER_EDGE: usize = 64;

/// From longitude, latitude (degrees) and height to metres east, north and up of an origin.
pub(super) struct LocalFrame {
    origin: DVec3,
    metres_per_degree: DVec2,
}

impl LocalFrame {
    pub fn at(origin: DVec3) -> Self {
        let (sin, cos) = det::sin_cos(origin.y.to_radians());
        let w2 = 1.0 - wgs84::E2 * sin * sin;
        let normal = wgs84::A / w2.sqrt();
        let meridian = normal * (1.0 - wgs84::E2) / w2;
        let degree = std::f64::consts::PI / 180.0;
        Self { origin, metres_per_degree: DVec2::new(normal * cos, meridian) * degree }
    }

    pub fn local(&self, geodetic: DVec3) -> DVec3 {
        let d = geodetic - self.origin;
        DVec3::new(d.x * self.metres_per_degree.x, d.y * self.metres_per_degree.y, d.z)
    }
}

/// The vector along the normal of a ring whose length is the ring's area (Newell's method).
pub(super) fn area_vector(ring: &[DVec3]) -> DVec3 {
    let Some(&origin) = ring.first() else { return DVec3::ZERO };
    // About a corner of its own, so that digits are not lost far from the origin.
    ring.windows(2).map(|pair| (pair[0] - origin).cross(pair[1] - origin)).sum::<DVec3>() * 0.5
}

/// How far corners are from the ring's mean plane at most, metres.
pub(super) fn bend_m(ring: &[DVec3], area: DVec3) -> f64 {
    let normal = area.normalize_or_zero();
    let middle = ring.iter().sum::<DVec3>() / ring.len() as f64;
    ring.iter().map(|p| (*p - middle).dot(normal).abs()).fold(0.0, f64::max)
}

/// Whether edges of the ring cross each other, seen along its normal. Edges that only touch do not count.
pub(super) fn crosses_itself(ring: &[DVec3], area: DVec3) -> bool {
    if ring.len() < 4 {
        return false;
    }
    let flat = flattened(ring, area);
    let edge = |i: usize| (flat[i], flat[(i + 1) % flat.len()]);
    // A sweep along x: only edges whose ranges overlap are compared.
    let mut order: Vec<usize> = (0..flat.len()).collect();
    let low = |i: usize| edge(i).0.x.min(edge(i).1.x);
    let high = |i: usize| edge(i).0.x.max(edge(i).1.x);
    order.sort_by(|&a, &b| low(a).total_cmp(&low(b)).then(a.cmp(&b)));
    let mut left = MAX_PAIRS_PER_EDGE * flat.len();
    for (at, &i) in order.iter().enumerate() {
        for &j in order[at + 1..].iter().take_while(|&&j| low(j) <= high(i)) {
            if left == 0 {
                return false;
            }
            left -= 1;
            if properly_cross(edge(i), edge(j)) {
                return true;
            }
        }
    }
    false
}

/// The ring seen along the axis to which its normal is nearest.
fn flattened(ring: &[DVec3], area: DVec3) -> Vec<DVec2> {
    let size = area.abs();
    let drop: fn(&DVec3) -> DVec2 = if size.z >= size.x && size.z >= size.y {
        |p| DVec2::new(p.x, p.y)
    } else if size.x >= size.y {
        |p| DVec2::new(p.y, p.z)
    } else {
        |p| DVec2::new(p.x, p.z)
    };
    ring.iter().map(drop).collect()
}

fn properly_cross((a, b): (DVec2, DVec2), (c, d): (DVec2, DVec2)) -> bool {
    /// Twice a triangle's area below which its corners are in line, square metres.
    const IN_LINE: f64 = 1e-6;
    let side = |p: DVec2, q: DVec2, r: DVec2| {
        let area = (q - p).perp_dot(r - p);
        if area.abs() < IN_LINE { 0.0 } else { area.signum() }
    };
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(corners: &[(f64, f64, f64)]) -> Vec<DVec3> {
        corners.iter().map(|&(x, y, z)| DVec3::new(x, y, z)).collect()
    }

    #[test]
    fn the_area_of_a_wall_points_out_of_it() {
        let wall = ring(&[(0.0, 0.0, 0.0), (4.0, 0.0, 0.0), (4.0, 0.0, 3.0), (0.0, 0.0, 3.0)]);
        assert_eq!(area_vector(&wall), DVec3::new(0.0, -12.0, 0.0));
    }

    #[test]
    fn a_bow_tie_crosses_itself_and_a_rectangle_does_not() {
        let tie = ring(&[(0.0, 0.0, 0.0), (5.0, 4.0, 0.0), (5.0, 0.0, 0.0), (0.0, 3.0, 0.0)]);
        assert!(crosses_itself(&tie, area_vector(&tie)));
        let good = ring(&[(0.0, 0.0, 0.0), (5.0, 0.0, 0.0), (5.0, 3.0, 0.0), (0.0, 3.0, 0.0)]);
        assert!(!crosses_itself(&good, area_vector(&good)));
    }

    #[test]
    fn a_ring_that_touches_itself_does_not_cross() {
        let touching = ring(&[(0.0, 0.0, 0.0), (4.0, 0.0, 0.0), (4.0, 4.0, 0.0), (2.0, 0.0, 0.0), (0.0, 4.0, 0.0)]);
        assert!(!crosses_itself(&touching, area_vector(&touching)));
    }

    #[test]
    fn a_twisted_roof_is_bent_by_half_its_lift() {
        let roof = ring(&[(0.0, 0.0, 0.0), (2.0, 0.0, 1.0), (2.0, 2.0, 0.0), (0.0, 2.0, 1.0)]);
        assert!((bend_m(&roof, area_vector(&roof)) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_degree_is_as_long_as_on_the_ellipsoid() {
        // Length of a degree at 45° (Bowring; textbooks): 78 846.8 m east, 111 131.7 m north.
        let frame = LocalFrame::at(DVec3::new(10.0, 45.0, 0.0));
        let p = frame.local(DVec3::new(10.001, 45.001, 7.0));
        assert!((p - DVec3::new(78.8468, 111.1317, 7.0)).length() < 1e-3, "{p}");
    }

    #[test]
    fn a_sprawling_ring_is_given_up_instead_of_compared_pair_by_pair() {
        let mut comb: Vec<DVec3> = (0..20_000).map(|i| DVec3::new(f64::from(i % 2) * 1e5, f64::from(i), 0.0)).collect();
        comb.extend(ring(&[(-10.0, 20_000.0, 0.0), (-10.0, -1.0, 0.0)]));
        assert!(!crosses_itself(&comb, DVec3::Z));
    }
}
