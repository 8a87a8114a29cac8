//! Rings of a source to sound polygons: no crossings, holes where they belong, outer rings counter-clockwise.
//!
//! Longitudes and latitudes in degrees. The overlay runs on integers of 1e-9 degree (0.1 mm), so that it can't fail by
//! rounding; vertices of the source come out as they went in, only new ones (where sides cross) are rounded.

use std::collections::HashMap;

use glam::DVec2;
use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{IntOverlayOptions, Overlay, ShapeType};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::i_float::int::point::IntPoint;

use crate::bake::model::Polygon;
use crate::format::issue::{Issue, Issues};

/// What became of rings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Made {
    pub polygons: Vec<Polygon>,
    /// Vertices that are not of the source: where sides cross. 0 for sound rings.
    pub crossings: usize,
    /// One of them.
    pub crossing_at: Option<DVec2>,
    /// Nothing was made, because sides cross by the million.
    pub tangled: bool,
}

impl Made {
    /// Tells what had to be mended or could not be, at a feature's id.
    pub fn tell(&self, id: &str, issues: &mut Issues) {
        if self.tangled {
            issues.push(Issue::warning(id, "its sides cross each other too often; it is left out"));
        } else if self.polygons.is_empty() {
            issues.push(Issue::warning(id, "it has no area; it is left out"));
        } else if let Some(at) = self.crossing_at {
            let count = self.polygons.len();
            let message = format!(
                "its sides cross each other at longitude {:.7}, latitude {:.7}; it is split into {count} sound polygons",
                at.x, at.y
            );
            issues.push(Issue::warning(id, message));
        }
    }
}

const QUANTUM_DEG: f64 = 1e-9;
/// Left-overs of a crossing smaller than a doormat are thrown away.
const LEAST_AREA_M2: f64 = 0.1;
/// All vertices of one feature.
const MAX_VERTICES: usize = 2_000_000;

/// One ring that should be simple: where it crosses itself, it becomes several polygons; what it goes round twice counts
/// as inside.
pub fn from_ring(ring: &[DVec2]) -> Made {
    overlay(&[ring], &[], FillRule::NonZero)
}

/// Rings whose roles are known; the direction of each ring does not matter.
pub fn from_roles(outers: &[&[DVec2]], holes: &[&[DVec2]]) -> Made {
    overlay(outers, holes, FillRule::NonZero)
}

/// Rings whose roles are not known: inside is what an odd number of them goes around. Sides that two rings share vanish.
pub fn from_rings(rings: &[&[DVec2]]) -> Made {
    overlay(rings, &[], FillRule::EvenOdd)
}

/// Adds turns, so that no step of a line is longer than half a turn: a shape over the antimeridian stays in one piece.
pub fn unwrap_longitudes(line: &mut [DVec2]) {
    let Some(mut previous) = line.first().map(|p| p.x) else { return };
    for p in line {
        p.x -= ((p.x - previous) / 360.0).round() * 360.0;
        previous = p.x;
    }
}

/// Of a ring, square metres, counter-clockwise positive; on a sphere flattened at the ring's first corner, good to some
/// per cent for things of a city's size.
pub fn area_m2(ring: &[DVec2]) -> f64 {
    let Some(&origin) = ring.first() else { return 0.0 };
    let scale = metres_per_degree(origin.y);
    let mut previous = DVec2::ZERO;
    let mut twice = 0.0;
    for &p in ring {
        let at = (p - origin) * scale;
        twice += previous.perp_dot(at);
        previous = at;
    }
    twice / 2.0
}

/// A point inside of a polygon, in the middle of its widest place at half of its height; `None` for what has no area.
pub fn interior_point(polygon: &Polygon) -> Option<DVec2> {
    let (lo, hi) = polygon.outer.iter().fold((f64::MAX, f64::MIN), |(lo, hi), p| (lo.min(p.y), hi.max(p.y)));
    // Between the two vertices next to the middle, so that no vertex lies on the line.
    let middle = (lo + hi) / 2.0;
    let rings = || std::iter::once(&polygon.outer).chain(&polygon.holes);
    let ys = || rings().flatten().map(|p| p.y);
    let below = ys().filter(|y| *y <= middle).fold(lo, f64::max);
    let above = ys().filter(|y| *y > middle).fold(hi, f64::min);
    let y = (below + above) / 2.0;
    let mut xs: Vec<f64> = rings()
        .flat_map(|ring| ring.iter().zip(ring.iter().cycle().skip(1)))
        .filter(|(a, b)| (a.y > y) != (b.y > y))
        .map(|(a, b)| a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x))
        .collect();
    xs.sort_by(f64::total_cmp);
    let widest = xs.chunks_exact(2).max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])))?;
    Some(DVec2::new((widest[0] + widest[1]) / 2.0, y))
}

/// Metres per degree of longitude and latitude; without trigonometry of the standard library, whose last digit differs
/// between machines.
pub fn metres_per_degree(lat_deg: f64) -> DVec2 {
    DVec2::new(111_320.0 * crate::bake::det::sin_cos(lat_deg.to_radians()).1, 111_132.0)
}

type Key = (i64, i64);

/// The source's vertices by their integers.
struct Vertices {
    of: HashMap<Key, (usize, DVec2)>,
}

fn key_of(p: DVec2) -> Key {
    ((p.x / QUANTUM_DEG).round() as i64, (p.y / QUANTUM_DEG).round() as i64)
}

impl Vertices {
    /// The contour of a ring: finite, no vertex twice in a row. Empty if that leaves fewer than three.
    fn contour(&mut self, ring: &[DVec2]) -> Vec<IntPoint<i64>> {
        let mut contour: Vec<IntPoint<i64>> = Vec::with_capacity(ring.len());
        for &p in ring.iter().filter(|p| p.is_finite() && p.abs().max_element() <= 1000.0) {
            let key = key_of(p);
            let next = IntPoint::new(key.0, key.1);
            if contour.last() != Some(&next) {
                contour.push(next);
                let index = self.of.len();
                self.of.entry(key).or_insert((index, p));
            }
        }
        while contour.len() > 1 && contour.first() == contour.last() {
            contour.pop();
        }
        if contour.len() < 3 { Vec::new() } else { contour }
    }
}

fn overlay(subject: &[&[DVec2]], clip: &[&[DVec2]], fill: FillRule) -> Made {
    let count: usize = subject.iter().chain(clip).map(|ring| ring.len()).sum();
    let mut vertices = Vertices { of: HashMap::with_capacity(count.min(1 << 16)) };
    let options = IntOverlayOptions { ogc: true, ..IntOverlayOptions::keep_all_points() };
    let mut overlay = Overlay::new_custom(count, options, Default::default());
    let mut contours = Vec::new();
    for (rings, kind) in [(subject, ShapeType::Subject), (clip, ShapeType::Clip)] {
        for ring in rings {
            let contour = vertices.contour(ring);
            overlay.add_contour(&contour, kind);
            contours.push(contour);
        }
    }
    if count > MAX_VERTICES || is_tangled(&contours) {
        return Made { tangled: true, ..Made::default() };
    }
    let rule = if clip.is_empty() { OverlayRule::Subject } else { OverlayRule::Difference };
    let mut made = Made::default();
    for shape in overlay.overlay(rule, fill) {
        let mut rings = shape.iter().map(|contour| ring_of(contour, &vertices, &mut made));
        let Some(outer) = rings.next() else { continue };
        let holes = rings.collect();
        made.polygons.push(Polygon { outer, holes });
    }
    if made.crossings > 0 {
        made.polygons.retain(|polygon| area_m2(&polygon.outer) >= LEAST_AREA_M2);
    }
    made.polygons.sort_by_key(|polygon| polygon.outer.first().map(|p| vertices.of.get(&key_of(*p)).map(|(i, _)| *i)));
    made
}

/// Back to degrees, beginning at the vertex that came first in the source.
fn ring_of(contour: &[IntPoint<i64>], vertices: &Vertices, made: &mut Made) -> Vec<DVec2> {
    let mut ring = Vec::with_capacity(contour.len());
    let mut first = (usize::MAX, 0);
    for p in contour {
        match vertices.of.get(&(p.x, p.y)) {
            Some(&(index, exact)) => {
                first = first.min((index, ring.len()));
                ring.push(exact);
            }
            None => {
                let at = DVec2::new(p.x as f64, p.y as f64) * QUANTUM_DEG;
                made.crossings += 1;
                made.crossing_at.get_or_insert(at);
                ring.push(at);
            }
        }
    }
    ring.rotate_left(first.1);
    ring
}

/// Whether so many sides cross that the overlay would fill memory (`n²/2` crossings of `n` sides): estimated from pairs of
/// some sides, drawn by a fixed rule.
fn is_tangled(contours: &[Vec<IntPoint<i64>>]) -> bool {
    const SAFE: usize = 2_000;
    const SAMPLE: usize = 400;
    const MAX_CROSSINGS: f64 = 4e6;
    let count: usize = contours.iter().map(Vec::len).sum();
    if count <= SAFE {
        return false;
    }
    let sides: Vec<[DVec2; 2]> = contours
        .iter()
        .flat_map(|contour| contour.iter().zip(contour.iter().cycle().skip(1)))
        .map(|(a, b)| [DVec2::new(a.x as f64, a.y as f64), DVec2::new(b.x as f64, b.y as f64)])
        .collect();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let sample: Vec<[DVec2; 2]> = (0..SAMPLE)
        .filter_map(|_| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sides.get((random >> 33) as usize % sides.len()).copied()
        })
        .collect();
    let crossing = |[a, b]: [DVec2; 2], [c, d]: [DVec2; 2]| {
        let side = |p: DVec2, q: DVec2, r: DVec2| (q - p).perp_dot(r - p);
        side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
    };
    let found = sample.iter().enumerate().map(|(i, s)| sample[..i].iter().filter(|t| crossing(*s, **t)).count());
    let share = count as f64 / SAMPLE as f64;
    found.sum::<usize>() as f64 * share * share > MAX_CROSSINGS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring(corners: &[(f64, f64)]) -> Vec<DVec2> {
        corners.iter().map(|&(x, y)| DVec2::new(7.4 + x * 1e-4, 43.7 + y * 1e-4)).collect()
    }

    fn area_deg2(ring: &[DVec2]) -> f64 {
        let pairs = ring.iter().zip(ring.iter().cycle().skip(1));
        pairs.map(|(a, b)| (*a - ring[0]).perp_dot(*b - ring[0])).sum::<f64>() / 2.0
    }

    fn total_area(made: &Made) -> f64 {
        let of = |p: &Polygon| area_deg2(&p.outer) + p.holes.iter().map(|h| area_deg2(h)).sum::<f64>();
        made.polygons.iter().map(of).sum::<f64>() * 1e8
    }

    #[test]
    fn a_sound_ring_keeps_its_vertices_and_is_turned_counter_clockwise() {
        let clockwise = ring(&[(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (3.0, 2.0), (3.0, 0.0)]);
        let made = from_ring(&clockwise);
        let mut expected = clockwise.clone();
        expected[1..].reverse();
        assert_eq!((made.polygons[0].outer.clone(), made.crossings), (expected, 0));
    }

    #[test]
    fn a_bow_tie_becomes_two_triangles() {
        let made = from_ring(&ring(&[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)]));
        assert_eq!((made.polygons.len(), made.crossings), (2, 2));
        assert!((total_area(&made) - 2.0).abs() < 1e-4);
        assert!(made.crossing_at.is_some_and(|at| at.distance(ring(&[(1.0, 1.0)])[0]) < 1e-9));
    }

    #[test]
    fn spikes_and_repeated_vertices_vanish() {
        let made = from_ring(&ring(&[
            (0.0, 0.0),
            (1.0, 0.0),
            (1.0, 0.0),
            (5.0, 0.0),
            (1.0, 0.0),
            (1.0, 1.0),
            (0.0, 1.0),
            (0.0, 0.0),
        ]));
        assert_eq!((made.polygons[0].outer.len(), made.crossings), (4, 0));
    }

    #[test]
    fn rings_without_area_make_nothing() {
        for corners in [&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)][..], &[(0.0, 0.0), (1.0, 0.0)], &[]] {
            assert_eq!(from_ring(&ring(corners)), Made::default());
        }
    }

    #[test]
    fn holes_are_found_without_roles_and_islands_in_them_too() {
        let square = |at: f64, side: f64| ring(&[(at, at), (at + side, at), (at + side, at + side), (at, at + side)]);
        let (outer, hole, island) = (square(0.0, 9.0), square(1.0, 7.0), square(2.0, 2.0));
        let made = from_rings(&[&island, &outer, &hole]);
        assert_eq!(made.polygons.len(), 2);
        assert!((total_area(&made) - (81.0 - 49.0 + 4.0)).abs() < 1e-4);
        assert!(made.polygons.iter().all(|p| area_deg2(&p.outer) > 0.0 && p.holes.iter().all(|h| area_deg2(h) < 0.0)));
    }

    #[test]
    fn neighbours_that_share_a_side_become_one() {
        let made = from_rings(&[
            &ring(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]),
            &ring(&[(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)]),
        ]);
        assert_eq!((made.polygons.len(), made.crossings), (1, 0));
    }

    #[test]
    fn a_hole_that_sticks_out_is_cut() {
        let made = from_roles(
            &[&ring(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)])],
            &[&ring(&[(3.0, 1.0), (6.0, 1.0), (6.0, 2.0), (3.0, 2.0)])],
        );
        assert!((total_area(&made) - 15.0).abs() < 1e-4, "{made:?}");
        assert_eq!(made.crossings, 2);
    }

    #[test]
    fn the_interior_point_of_a_court_lies_in_a_wing() {
        let court = from_roles(
            &[&ring(&[(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)])],
            &[&ring(&[(1.0, 1.0), (7.0, 1.0), (7.0, 8.0), (1.0, 8.0)])],
        );
        let at = interior_point(&court.polygons[0]).expect("it has an area");
        assert!(at.distance(ring(&[(8.0, 4.5)])[0]) < 1e-9, "{at}");
        assert_eq!(interior_point(&Polygon::default()), None);
    }

    #[test]
    fn what_is_not_finite_is_passed_over() {
        let mut corners = ring(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]);
        corners.insert(2, DVec2::new(f64::NAN, 1e300));
        assert_eq!(from_ring(&corners).polygons[0].outer.len(), 4);
    }

    #[test]
    fn a_tangle_is_refused_soon() {
        // A star polygon: every side crosses nearly every other one.
        let n = 20_001;
        let star: Vec<DVec2> = (0..n)
            .map(|i| {
                let angle = std::f64::consts::TAU * ((i * (n / 2)) % n) as f64 / n as f64;
                DVec2::new(angle.cos(), angle.sin())
            })
            .collect();
        assert!(from_ring(&star).tangled);
    }

    #[test]
    fn lines_over_the_antimeridian_stay_in_one_piece() {
        let mut line = vec![DVec2::new(179.9, 0.0), DVec2::new(-179.9, 0.0), DVec2::new(179.8, 0.0)];
        unwrap_longitudes(&mut line);
        let lons: Vec<i64> = line.iter().map(|p| (p.x * 10.0).round() as i64).collect();
        assert_eq!(lons, [1799, 1801, 1798]);
    }

    proptest! {
        #[test]
        fn no_ring_of_what_is_made_crosses_or_panics(
            corners in prop::collection::vec((0..8_u8, 0..8_u8), 0..14),
            more in prop::collection::vec((0..8_u8, 0..8_u8), 0..8),
        ) {
            let to_ring = |corners: &[(u8, u8)]| {
                ring(&corners.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).collect::<Vec<_>>())
            };
            let (a, b) = (to_ring(&corners), to_ring(&more));
            for made in [from_ring(&a), from_rings(&[&a, &b]), from_roles(&[&a], &[&b])] {
                for polygon in &made.polygons {
                    prop_assert!(area_deg2(&polygon.outer) > 0.0);
                    prop_assert!(polygon.holes.iter().all(|hole| area_deg2(hole) < 0.0));
                    // Making it again finds nothing to mend but what rounding of crossings leaves.
                    let holes: Vec<&[DVec2]> = polygon.holes.iter().map(Vec::as_slice).collect();
                    let again = from_roles(&[&polygon.outer], &holes);
                    let area = |m: &[Polygon]| total_area(&Made { polygons: m.to_vec(), ..Made::default() });
                    prop_assert!((area(&again.polygons) - area(std::slice::from_ref(polygon))).abs() < 1e-3);
                }
            }
        }
    }
}
