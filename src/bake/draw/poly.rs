//! Rings and regions in the plan: measures, tests, offsets and triangles.
//!
//! Plan frame, metres. A ring is open (its first point is not repeated); outer rings run counter-clockwise, holes
//! clockwise, so that of every edge the outside of the body lies on the right hand.

use crate::bake::mesh::Rect;
use glam::DVec2;

/// A body's footprint: an outer ring and courts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Region {
    pub outer: Vec<DVec2>,
    pub holes: Vec<Vec<DVec2>>,
}

impl Region {
    pub fn new(outer: Vec<DVec2>) -> Self {
        Self { outer, holes: Vec::new() }
    }

    pub fn rings(&self) -> impl Iterator<Item = &Vec<DVec2>> {
        std::iter::once(&self.outer).chain(&self.holes)
    }

    /// Square metres, holes taken off.
    pub fn area(&self) -> f64 {
        self.rings().map(|r| signed_area(r)).sum()
    }
}

/// Twice-signed area halved: above 0 for counter-clockwise rings.
pub fn signed_area(ring: &[DVec2]) -> f64 {
    let Some(&origin) = ring.first() else { return 0.0 };
    edges(ring).map(|(a, b)| (a - origin).perp_dot(b - origin)).sum::<f64>() * 0.5
}

/// The edges of a ring, the last one closing it.
pub fn edges(ring: &[DVec2]) -> impl Iterator<Item = (DVec2, DVec2)> + '_ {
    (0..ring.len()).map(|k| (ring[k], ring[(k + 1) % ring.len()]))
}

/// The middle of the area; of the corners where there is no area.
pub fn centroid(ring: &[DVec2]) -> DVec2 {
    let Some(&origin) = ring.first() else { return DVec2::ZERO };
    let (mut sum, mut area) = (DVec2::ZERO, 0.0);
    for (a, b) in edges(ring) {
        let cross = (a - origin).perp_dot(b - origin);
        area += cross;
        sum += (a + b - origin * 2.0) * cross;
    }
    if area.abs() < 1e-9 {
        return ring.iter().copied().sum::<DVec2>() / ring.len() as f64;
    }
    origin + sum / (3.0 * area)
}

/// Whether a point lies inside (even and odd crossings).
pub fn contains(ring: &[DVec2], p: DVec2) -> bool {
    edges(ring)
        .filter(|(a, b)| (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x))
        .count()
        % 2
        == 1
}

/// The distance from a point to the segment.
pub fn distance_to_segment(p: DVec2, a: DVec2, b: DVec2) -> f64 {
    let d = b - a;
    let t = ((p - a).dot(d) / d.length_squared().max(1e-12)).clamp(0.0, 1.0);
    (p - a - d * t).length()
}

pub fn distance_to_ring(p: DVec2, ring: &[DVec2]) -> f64 {
    edges(ring).map(|(a, b)| distance_to_segment(p, a, b)).fold(f64::MAX, f64::min)
}

pub fn is_convex(ring: &[DVec2]) -> bool {
    let n = ring.len();
    n >= 3 && (0..n).all(|k| (ring[(k + 1) % n] - ring[k]).perp_dot(ring[(k + 2) % n] - ring[(k + 1) % n]) > -1e-6)
}

fn cross_each_other(a: DVec2, b: DVec2, c: DVec2, d: DVec2) -> bool {
    let side = |p: DVec2, q: DVec2, r: DVec2| (q - p).perp_dot(r - p);
    let (s0, s1, s2, s3) = (side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b));
    ((s0 > 0.0) != (s1 > 0.0)) && ((s2 > 0.0) != (s3 > 0.0))
}

/// Whether no two edges of any of the rings cross. Quadratic; callers bound the corners.
pub fn is_simple(rings: &[&[DVec2]]) -> bool {
    let all: Vec<(usize, usize, usize, DVec2, DVec2)> = rings
        .iter()
        .enumerate()
        .flat_map(|(r, ring)| edges(ring).enumerate().map(move |(k, (a, b))| (r, k, ring.len(), a, b)))
        .collect();
    for (i, &(r0, k0, n, a, b)) in all.iter().enumerate() {
        for &(r1, k1, _, c, d) in &all[i + 1..] {
            let neighbours = r0 == r1 && ((k0 + 1) % n == k1 || (k1 + 1) % n == k0);
            if !neighbours && cross_each_other(a, b, c, d) {
                return false;
            }
        }
    }
    true
}

/// Drops points that repeat, spikes, and corners that turn by less than about half a degree.
pub fn cleaned(ring: &[DVec2], least_edge_m: f64) -> Vec<DVec2> {
    let mut out: Vec<DVec2> = Vec::with_capacity(ring.len());
    for &p in ring {
        if p.is_finite() && out.last().is_none_or(|&q| (p - q).length() >= least_edge_m) {
            out.push(p);
        }
    }
    while out.len() > 1 && (out[0] - out[out.len() - 1]).length() < least_edge_m {
        out.pop();
    }
    let mut k = 0;
    let mut kept = 0;
    while out.len() >= 3 && kept < out.len() {
        let n = out.len();
        let (a, b, c) = (out[(k + n - 1) % n], out[k % n], out[(k + 1) % n]);
        let (d0, d1) = ((b - a).normalize_or_zero(), (c - b).normalize_or_zero());
        if d0.perp_dot(d1).abs() < 0.008 {
            out.remove(k % n);
            kept = 0;
            k = if k % n == 0 { 0 } else { k % n - 1 };
        } else {
            kept += 1;
            k = (k + 1) % n;
        }
    }
    out
}

/// Each edge moved to its right (outwards of the body) by its own distance, corners where the moved lines meet; as many
/// corners as before. Sharp corners are cut off at four times the distance. May cross itself: callers check.
pub fn offset(ring: &[DVec2], out_m: &[f64]) -> Vec<DVec2> {
    let n = ring.len();
    (0..n)
        .map(|k| {
            let (a, b, c) = (ring[(k + n - 1) % n], ring[k], ring[(k + 1) % n]);
            let (m0, m1) = (-(b - a).normalize_or_zero().perp(), -(c - b).normalize_or_zero().perp());
            let (d0, d1) = (out_m[(k + n - 1) % n], out_m[k]);
            let det = m0.perp_dot(m1);
            if det.abs() < 0.03 {
                return b + (m0 + m1).normalize_or_zero() * (d0 + d1) * 0.5;
            }
            let move_m = DVec2::new(d0 * m1.y - d1 * m0.y, d1 * m0.x - d0 * m1.x) / det;
            b + move_m.clamp_length_max(4.0 * d0.abs().max(d1.abs()))
        })
        .collect()
}

/// The rings of a region moved outwards (inwards for values below 0) by one distance; `None` if that would turn a ring
/// inside out or make edges cross.
pub fn grown(rings: &[&[DVec2]], by_m: f64) -> Option<Vec<Vec<DVec2>>> {
    let moved: Vec<Vec<DVec2>> = rings.iter().map(|r| offset(r, &vec![by_m; r.len()])).collect();
    is_sound_offset(rings, &moved).then_some(moved)
}

/// Whether rings made by [`offset`] still are a region: no edge turned round, none crosses another.
pub fn is_sound_offset(before: &[&[DVec2]], after: &[Vec<DVec2>]) -> bool {
    let kept = before.iter().zip(after).all(|(old, new)| {
        edges(old).zip(edges(new)).all(|((a, b), (c, d))| (b - a).dot(d - c) > 0.0) && signed_area(new).abs() > 0.05
    });
    let views: Vec<&[DVec2]> = after.iter().map(Vec::as_slice).collect();
    let courts_inside =
        after.split_first().is_none_or(|(outer, holes)| holes.iter().flatten().all(|&p| contains(outer, p)));
    kept && courts_inside && is_simple(&views)
}

/// Triangles that fill a region, as indices into its rings put one after the other; counter-clockwise.
pub fn triangles(rings: &[&[DVec2]]) -> Vec<[usize; 3]> {
    if let [ring] = rings
        && is_convex(ring)
    {
        return (1..ring.len() - 1).map(|k| [0, k, k + 1]).collect();
    }
    let flat: Vec<[f64; 2]> = rings.iter().flat_map(|r| r.iter().map(|p| p.to_array())).collect();
    let mut starts = Vec::new();
    let mut count = 0u32;
    for ring in &rings[..rings.len().saturating_sub(1)] {
        count += ring.len() as u32;
        starts.push(count);
    }
    let mut indices: Vec<u32> = Vec::new();
    earcut::Earcut::new().earcut_slice(&flat, &starts, &mut indices);
    let points: Vec<DVec2> = rings.iter().flat_map(|r| r.iter().copied()).collect();
    indices
        .chunks_exact(3)
        .map(|t| {
            let [a, b, c] = [t[0] as usize, t[1] as usize, t[2] as usize];
            let turns_left = (points[b] - points[a]).perp_dot(points[c] - points[a]) >= 0.0;
            if turns_left { [a, b, c] } else { [a, c, b] }
        })
        .collect()
}

/// The smallest rectangle around a ring that lies along one of its edges.
pub fn bounding_rect(ring: &[DVec2]) -> Rect {
    let mut best: Option<(f64, Rect)> = None;
    for (a, b) in edges(ring) {
        let along = (b - a).normalize_or(DVec2::X);
        let (mut low, mut high) = (DVec2::MAX, DVec2::MIN);
        for &p in ring {
            let q = DVec2::new(p.dot(along), p.dot(along.perp()));
            (low, high) = (low.min(q), high.max(q));
        }
        let (size, middle) = (high - low, (low + high) * 0.5);
        if best.as_ref().is_none_or(|(area, _)| size.x * size.y < *area - 1e-9) {
            let rect = Rect::new(along * middle.x + along.perp() * middle.y, along, size.x, size.y);
            best = Some((size.x * size.y, rect));
        }
    }
    let rect = best.map_or(Rect::new(DVec2::ZERO, DVec2::X, 0.0, 0.0), |b| b.1);
    if rect.half.x >= rect.half.y {
        return rect;
    }
    Rect { centre: rect.centre, along: rect.along.perp(), half: DVec2::new(rect.half.y, rect.half.x) }
}

/// Sutherland and Hodgman (1974): the part of a polygon in space whose plan lies where `normal · (p - at) >= 0`.
pub fn clipped(polygon: &[glam::DVec3], at: DVec2, normal: DVec2) -> Vec<glam::DVec3> {
    let distance = |p: glam::DVec3| (p.truncate() - at).dot(normal);
    let mut out = Vec::with_capacity(polygon.len() + 2);
    for k in 0..polygon.len() {
        let (a, b) = (polygon[k], polygon[(k + 1) % polygon.len()]);
        let (da, db) = (distance(a), distance(b));
        if da >= 0.0 {
            out.push(a);
        }
        if (da > 0.0 && db < 0.0) || (da < 0.0 && db > 0.0) {
            out.push(a.lerp(b, da / (da - db)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(low: f64, high: f64) -> Vec<DVec2> {
        [(low, low), (high, low), (high, high), (low, high)].map(DVec2::from).to_vec()
    }

    #[test]
    fn a_court_takes_its_area_off() {
        let mut court = square(2.0, 4.0);
        court.reverse();
        let region = Region { outer: square(0.0, 10.0), holes: vec![court] };
        assert!((region.area() - 96.0).abs() < 1e-9);
        let rings: Vec<&[DVec2]> = region.rings().map(Vec::as_slice).collect();
        let points: Vec<DVec2> = rings.iter().flat_map(|r| r.iter().copied()).collect();
        let filled: f64 = triangles(&rings)
            .iter()
            .map(|t| (points[t[1]] - points[t[0]]).perp_dot(points[t[2]] - points[t[0]]) * 0.5)
            .sum();
        assert!((filled - 96.0).abs() < 1e-9);
    }

    #[test]
    fn cleaning_drops_repeated_and_straight_points() {
        let mut ring = square(0.0, 10.0);
        ring.insert(1, DVec2::new(5.0, 0.0));
        ring.push(DVec2::new(0.0, 0.001));
        assert_eq!(cleaned(&ring, 0.05).len(), 4);
    }

    #[test]
    fn a_hole_grows_into_the_body_when_the_region_shrinks() {
        let mut court = square(4.0, 6.0);
        court.reverse();
        let outer = square(0.0, 10.0);
        let moved = grown(&[&outer, &court], -1.0).unwrap();
        assert!((signed_area(&moved[0]) - 64.0).abs() < 1e-9);
        assert!((signed_area(&moved[1]) + 16.0).abs() < 1e-9);
        assert!(grown(&[&outer, &court], -2.5).is_none());
    }

    #[test]
    fn a_bow_tie_is_not_simple() {
        let bow = [(0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0)].map(DVec2::from);
        assert!(!is_simple(&[&bow]));
        assert!(is_simple(&[&square(0.0, 1.0)]));
    }
}
