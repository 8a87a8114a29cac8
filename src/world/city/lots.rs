//! Dividing blocks into lots: rings of lots along the streets, and halves of halves for large sites. Plan frame metres.

use super::geom::{area, contains, extent, halves, inset, longest_side, simplified};
use super::graph::Graph;
use super::surface::{Surface, section};
use crate::bake::det::Rng;
use crate::bake::mesh::Rect;
use glam::DVec2;

/// A block's land inside of its pavements, corners sharp, hardly-turning corners left out.
#[derive(Debug, Clone)]
pub struct Parcel {
    pub line: Vec<DVec2>,
    /// The edge that each side lies at; side k goes from corner k to k + 1.
    pub edges: Vec<u32>,
}

/// A lot at a street.
#[derive(Debug, Clone)]
pub struct Lot {
    /// Convex: along the street first. Of a lot between neighbours: front right to front left as seen from the street
    /// behind it, then back; of a corner lot: from its one neighbour around the corner to the other, then the court.
    pub outline: Vec<DVec2>,
    /// The side of the parcel, and its street.
    pub side: usize,
    pub edge: u32,
    pub corner: bool,
    /// Number along the side.
    pub index: usize,
    /// Whether it is the first or last on its side that is no corner.
    pub at_end: bool,
}

impl Parcel {
    /// None where hardly anything is left inside of the pavements.
    pub fn new(graph: &Graph, surface: &Surface, face: usize) -> Option<Self> {
        let block = &surface.blocks[face];
        let mut rough = Vec::with_capacity(block.kerb.len());
        for side in &block.sides {
            let n = block.kerb.len();
            let count = (side.last + n - side.first) % n;
            rough.extend((0..=count).map(|k| block.kerb[(side.first + k) % n]));
        }
        let kerb = simplified(&rough, 0.07, 9.0);
        if kerb.len() < 3 || area(&kerb) < 150.0 {
            return None;
        }
        let edge_of = |k: usize| {
            let p = (kerb[k] + kerb[(k + 1) % kerb.len()]) * 0.5;
            let away = |e: u32| graph.edges[e as usize].line.nearest(p).0 - graph.edges[e as usize].class.half_m();
            graph.faces[face].sides.iter().map(|s| s.0).min_by(|&a, &b| away(a).total_cmp(&away(b))).unwrap_or(0)
        };
        let edges: Vec<u32> = (0..kerb.len()).map(edge_of).collect();
        let walk: Vec<f64> = edges.iter().map(|&e| section(graph, &graph.edges[e as usize]).pavement_m + 0.1).collect();
        let line = inset(&kerb, |k| walk[k]).or_else(|| inset(&kerb, |_| 1.0))?;
        (area(&line) > 90.0).then_some(Self { line, edges })
    }

    pub fn area(&self) -> f64 {
        area(&self.line)
    }

    /// Length and width in the frame of its longest side.
    pub fn size(&self) -> DVec2 {
        let (low, high) = extent(&self.line, longest_side(&self.line));
        high - low
    }

    /// Lots of about `width_m` along all sides, `depth_m` deep, `setback_m` behind the parcel's line. None where the
    /// parcel is too narrow for that depth.
    pub fn ring(&self, rng: &mut Rng, setback_m: f64, depth_m: f64, width_m: (f64, f64)) -> Option<Vec<Lot>> {
        let front = inset(&self.line, |_| setback_m)?;
        let back = inset(&front, |_| depth_m)?;
        let n = front.len();
        let direction = |k: usize| (front[(k + 1) % n] - front[k]).normalize_or_zero();
        let is_corner = |k: usize| direction((k + n - 1) % n).perp_dot(direction(k)) > 0.34;
        let mut lots = Vec::new();
        for k in 0..n {
            let next = (k + 1) % n;
            let d = direction(k);
            let length = (front[next] - front[k]).length();
            let start = if is_corner(k) { (back[k] - front[k]).dot(d) } else { 0.0 };
            let end = if is_corner(next) { (front[next] - back[next]).dot(d) } else { 0.0 };
            if is_corner(k) {
                let before = direction((k + n - 1) % n);
                let reach = (front[k] - back[k]).dot(before);
                let outline = vec![front[k] - before * reach, front[k], front[k] + d * start, back[k]];
                let fits = reach > 2.0 && start > 2.0 && area(&outline) > 20.0;
                if fits {
                    lots.push(Lot { outline, side: k, edge: self.edges[k], corner: true, index: 0, at_end: false });
                }
            }
            let free = length - start - end;
            if free < width_m.0 * 0.75 {
                continue;
            }
            let count = (free / rng.range(width_m.0, width_m.1)).round().max(1.0) as usize;
            let (a, b) = (front[k] + d * start, front[next] - d * end);
            let (c, e) = (back[next], back[k]);
            let mut last = 0.0;
            for i in 0..count {
                let cut = (i + 1) as f64 / count as f64;
                let jitter = if i + 1 == count { 0.0 } else { rng.range(-0.16, 0.16) / count as f64 };
                let to = cut + jitter;
                let outline = vec![a.lerp(b, last), a.lerp(b, to), e.lerp(c, to), e.lerp(c, last)];
                last = to;
                let at_end = i == 0 || i + 1 == count;
                lots.push(Lot { outline, side: k, edge: self.edges[k], corner: false, index: i + 1, at_end });
            }
        }
        Some(lots)
    }
}

/// Cuts a convex or nearly convex piece of land in halves until the parts are at most `most_m2` large.
pub fn shares(rng: &mut Rng, land: &[DVec2], most_m2: f64) -> Vec<Vec<DVec2>> {
    let mut stack = vec![land.to_vec()];
    let mut out = Vec::new();
    while let Some(part) = stack.pop() {
        if area(&part) <= most_m2 || out.len() + stack.len() > 60 {
            out.push(part);
            continue;
        }
        let along = longest_side(&part);
        let (low, high) = extent(&part, along);
        let size = high - low;
        let t = rng.range(0.42, 0.58);
        let (normal, at) =
            if size.x >= size.y { (along, low.x + size.x * t) } else { (along.perp(), low.y + size.y * t) };
        let (left, right) = halves(&part, normal * at, normal.perp());
        if area(&left) < most_m2 * 0.15 || area(&right) < most_m2 * 0.15 {
            out.push(part);
        } else {
            stack.extend([left, right]);
        }
    }
    out
}

/// A rectangle inside of a piece of land, along its longest side, as large as a simple search finds it.
pub fn room(land: &[DVec2], margin_m: f64) -> Option<Rect> {
    let along = longest_side(land);
    let (low, high) = extent(land, along);
    let middle = super::geom::centroid(land);
    let q = DVec2::new(middle.dot(along), middle.dot(along.perp()));
    let mut best: Option<Rect> = None;
    for kx in [0.96, 0.84, 0.72, 0.6, 0.48, 0.36] {
        for ky in [0.96, 0.84, 0.72, 0.6, 0.48, 0.36] {
            let half = DVec2::new((high.x - low.x) * kx, (high.y - low.y) * ky) * 0.5;
            for centre in [q, (low + high) * 0.5] {
                let rect = Rect { centre: along * centre.x + along.perp() * centre.y, along, half };
                let inner = Rect { half: half - margin_m, ..rect };
                let better = best.is_none_or(|b| inner.half.x * inner.half.y > b.half.x * b.half.y);
                if inner.half.min_element() > 3.0 && better && holds(land, &rect) {
                    best = Some(inner);
                }
            }
        }
    }
    best
}

/// Whether a rectangle lies in a piece of land, by its corners and the middles of its sides.
pub fn holds(land: &[DVec2], rect: &Rect) -> bool {
    let h = rect.half;
    [-1.0, 0.0, 1.0]
        .iter()
        .flat_map(|x| [-1.0, 0.0, 1.0].iter().map(move |y| (*x, *y)))
        .all(|(x, y)| contains(land, rect.at(h.x * x, h.y * y)))
}
