//! Polygons laid on the ground: cut along the ground's triangles, so that they follow it exactly, and at the tile's border.

use glam::{DVec2, DVec3};

use super::ground::Ground;
use crate::bake::draw::poly;

/// A convex polygon while it is cut.
type Convex = Vec<DVec2>;

/// Triangles of a polygon (outer ring and holes, plan frame) on the ground, counter-clockwise from above; heights are the
/// ground's.
pub fn polygon(ground: &Ground, outer: &[DVec2], holes: &[Vec<DVec2>], sink: &mut dyn FnMut([DVec3; 3])) {
    let (low, high) = bounds(outer);
    let (own_low, own_high) = (ground.low(), ground.high());
    if outer.len() < 3 || low.cmpgt(own_high).any() || high.cmplt(own_low).any() {
        return;
    }
    let mut rings: Vec<&[DVec2]> = vec![outer];
    rings.extend(holes.iter().map(Vec::as_slice));
    let points: Vec<DVec2> = rings.iter().flat_map(|ring| ring.iter().copied()).collect();
    for [a, b, c] in poly::triangles(&rings) {
        triangle(ground, [points[a], points[b], points[c]], sink);
    }
}

/// A triangle, counter-clockwise.
pub fn triangle(ground: &Ground, corners: [DVec2; 3], sink: &mut dyn FnMut([DVec3; 3])) {
    let (low, high) = bounds(&corners);
    if low.cmpgt(ground.high()).any() || high.cmplt(ground.low()).any() {
        return;
    }
    ground.near(&corners, &mut |own| {
        let piece = cut(corners.to_vec(), own);
        for k in 1..piece.len().saturating_sub(1) {
            sink([piece[0], piece[k], piece[k + 1]].map(|p| p.extend(height_on(own, p))));
        }
    });
}

/// The part of a convex polygon that lies over a triangle.
fn cut(mut polygon: Convex, over: &[DVec3; 3]) -> Convex {
    for k in 0..3 {
        let (a, b) = (over[k].truncate(), over[(k + 1) % 3].truncate());
        let inward = (b - a).perp();
        let distance = |p: DVec2| (p - a).dot(inward);
        if polygon.iter().all(|&p| distance(p) >= 0.0) {
            continue;
        }
        let mut out = Convex::with_capacity(polygon.len() + 1);
        for k in 0..polygon.len() {
            let (p, q) = (polygon[k], polygon[(k + 1) % polygon.len()]);
            let (dp, dq) = (distance(p), distance(q));
            if dp >= 0.0 {
                out.push(p);
            }
            if (dp > 0.0 && dq < 0.0) || (dp < 0.0 && dq > 0.0) {
                out.push(p.lerp(q, dp / (dp - dq)));
            }
        }
        polygon = out;
        if polygon.len() < 3 {
            return Convex::new();
        }
    }
    polygon
}

/// Height of a triangle's plane, which is never upright.
fn height_on(triangle: &[DVec3; 3], p: DVec2) -> f64 {
    let [a, b, c] = *triangle;
    let (e, f, d) = ((b - a).truncate(), (c - a).truncate(), p - a.truncate());
    let det = e.perp_dot(f);
    let (s, t) = (d.perp_dot(f) / det, e.perp_dot(d) / det);
    a.z + (b.z - a.z) * s + (c.z - a.z) * t
}

pub fn bounds(points: &[DVec2]) -> (DVec2, DVec2) {
    points.iter().fold((DVec2::MAX, DVec2::MIN), |(low, high), &p| (low.min(p), high.max(p)))
}
