//! A planar net of straight pieces as half-edges: each piece is two, one for each way, with the face on its left.
//!
//! Faces are divided by [`Net::connect`] alone, which joins two corners of the same face, so a net that is planar stays
//! planar. Everything is one connected whole: faces have no holes. Plan frame metres.

use super::geom::{Bounds, BoxIndex, area, crossing};
use crate::bake::det::atan2;
use glam::DVec2;

/// One way of a piece. Its other way has the number with the lowest bit flipped.
#[derive(Debug, Clone, Copy)]
pub struct Half {
    pub from: u32,
    pub next: u32,
    pub prev: u32,
    pub face: u32,
}

#[derive(Debug, Clone, Default)]
pub struct Net {
    pub nodes: Vec<DVec2>,
    /// Any half-edge that leaves the node.
    leaving: Vec<u32>,
    pub halves: Vec<Half>,
    /// What each piece belongs to (its numbers are half the half-edges').
    pub ways: Vec<u32>,
    /// Any half-edge of each face.
    pub faces: Vec<u32>,
}

impl Net {
    pub fn from(&self, h: u32) -> DVec2 {
        self.nodes[self.halves[h as usize].from as usize]
    }

    pub fn to(&self, h: u32) -> DVec2 {
        self.from(h ^ 1)
    }

    pub fn to_node(&self, h: u32) -> u32 {
        self.halves[h as usize ^ 1].from
    }

    pub fn way(&self, h: u32) -> u32 {
        self.ways[h as usize / 2]
    }

    pub fn direction(&self, h: u32) -> DVec2 {
        (self.to(h) - self.from(h)).normalize_or_zero()
    }

    pub fn next(&self, h: u32) -> u32 {
        self.halves[h as usize].next
    }

    pub fn prev(&self, h: u32) -> u32 {
        self.halves[h as usize].prev
    }

    /// The half-edges around a face, counter-clockwise.
    pub fn around(&self, face: u32) -> Vec<u32> {
        let first = self.faces[face as usize];
        let mut out = vec![first];
        let mut h = self.next(first);
        while h != first {
            out.push(h);
            h = self.next(h);
        }
        out
    }

    pub fn polygon(&self, face: u32) -> Vec<DVec2> {
        self.around(face).iter().map(|&h| self.from(h)).collect()
    }

    /// The half-edges that leave a node, counter-clockwise.
    pub fn leaving(&self, node: u32) -> Vec<u32> {
        let first = self.leaving[node as usize];
        if first == u32::MAX {
            return Vec::new();
        }
        let mut out = vec![first];
        let mut h = self.prev(first) ^ 1;
        while h != first {
            out.push(h);
            h = self.prev(h) ^ 1;
        }
        out
    }

    pub fn degree(&self, node: u32) -> usize {
        self.leaving(node).len()
    }

    /// Puts a node into a piece.
    pub fn split(&mut self, h: u32, at: DVec2) -> u32 {
        let node = self.nodes.len() as u32;
        self.nodes.push(at);
        let t = h ^ 1;
        let (h_next, t_prev) = (self.next(h), self.prev(t));
        let new = self.halves.len() as u32;
        let (face_h, face_t) = (self.halves[h as usize].face, self.halves[t as usize].face);
        let far = self.halves[t as usize].from;
        // h goes from its start to the node, new from the node on; t comes from the node now, new ^ 1 from the far end.
        let end_turn = h_next == t;
        self.halves.push(Half { from: node, next: if end_turn { new ^ 1 } else { h_next }, prev: h, face: face_h });
        self.halves.push(Half { from: far, next: t, prev: if end_turn { new } else { t_prev }, face: face_t });
        self.ways.push(self.ways[h as usize / 2]);
        if !end_turn {
            self.halves[h_next as usize].prev = new;
            self.halves[t_prev as usize].next = new ^ 1;
        }
        self.halves[h as usize].next = new;
        self.halves[t as usize].prev = new ^ 1;
        self.halves[t as usize].from = node;
        self.leaving.push(new);
        if self.leaving[far as usize] == t {
            self.leaving[far as usize] = new ^ 1;
        }
        node
    }

    /// Divides a face by a chain from the start of `a` over `via` to the start of `b`, both half-edges of the face.
    /// The part right of the chain keeps the face's number; the new face, on its left, is returned.
    pub fn connect(&mut self, a: u32, b: u32, via: &[DVec2], way: u32) -> u32 {
        let face = self.halves[a as usize].face;
        let (a_prev, b_prev) = (self.prev(a), self.prev(b));
        let (start, end) = (self.halves[a as usize].from, self.halves[b as usize].from);
        let first = self.halves.len() as u32;
        let mut from = start;
        for k in 0..=via.len() {
            let to = if k < via.len() {
                self.nodes.push(via[k]);
                self.leaving.push(first + 2 * (k as u32 + 1));
                self.nodes.len() as u32 - 1
            } else {
                end
            };
            let h = first + 2 * k as u32;
            self.halves.push(Half { from, next: h + 2, prev: h.wrapping_sub(2), face });
            self.halves.push(Half { from: to, next: h.wrapping_sub(1), prev: h + 3, face });
            self.ways.push(way);
            from = to;
        }
        let last = first + 2 * via.len() as u32;
        let link = |net: &mut Self, x: u32, y: u32| {
            net.halves[x as usize].next = y;
            net.halves[y as usize].prev = x;
        };
        link(self, a_prev, first);
        link(self, last, b);
        link(self, b_prev, last ^ 1);
        link(self, first ^ 1, a);
        let new = self.faces.len() as u32;
        self.faces.push(first);
        self.faces[face as usize] = first ^ 1;
        for h in self.around(new) {
            self.halves[h as usize].face = new;
        }
        new
    }

    /// The net of some lines: crossings and ends near each other become one node, loose ends are cut off. `keep` tells
    /// how near two crossings may be. Each line has its own way number.
    pub fn of_lines(lines: &[(Vec<DVec2>, u32)], keep_m: f64) -> Self {
        let pieces = planar_pieces(lines, keep_m);
        Self::of_pieces(pieces.0, pieces.1)
    }

    fn of_pieces(nodes: Vec<DVec2>, mut pieces: Vec<(u32, u32, u32)>) -> Self {
        prune(&mut pieces, nodes.len());
        let mut net = Self { leaving: vec![u32::MAX; nodes.len()], nodes, ..Self::default() };
        for &(a, b, way) in &pieces {
            let h = net.halves.len() as u32;
            for (from, h) in [(a, h), (b, h + 1)] {
                net.halves.push(Half { from, next: u32::MAX, prev: u32::MAX, face: u32::MAX });
                net.leaving[from as usize] = h;
            }
            net.ways.push(way);
        }
        let mut fans: Vec<Vec<u32>> = vec![Vec::new(); net.nodes.len()];
        for h in 0..net.halves.len() as u32 {
            fans[net.halves[h as usize].from as usize].push(h);
        }
        for fan in &mut fans {
            let angle = |h: u32| {
                let d = net.to(h) - net.from(h);
                atan2(d.y, d.x)
            };
            fan.sort_by(|&x, &y| angle(x).total_cmp(&angle(y)));
            for k in 0..fan.len() {
                // The next counter-clockwise: what comes in by its other way turns into this one.
                let (this, after) = (fan[k], fan[(k + 1) % fan.len()]);
                net.halves[after as usize ^ 1].next = this;
                net.halves[this as usize].prev = after ^ 1;
            }
        }
        for h in 0..net.halves.len() as u32 {
            if net.halves[h as usize].face == u32::MAX {
                let face = net.faces.len() as u32;
                net.faces.push(h);
                for k in net.around(face) {
                    net.halves[k as usize].face = face;
                }
            }
        }
        net
    }

    /// The face on the outside, the only one that is clockwise.
    pub fn outside(&self) -> Option<u32> {
        (0..self.faces.len() as u32).find(|&f| area(&self.polygon(f)) < 0.0)
    }
}

/// Cuts loose ends until none is left.
fn prune(pieces: &mut Vec<(u32, u32, u32)>, nodes: usize) {
    loop {
        let mut degree = vec![0u32; nodes];
        for p in pieces.iter() {
            degree[p.0 as usize] += 1;
            degree[p.1 as usize] += 1;
        }
        let before = pieces.len();
        pieces.retain(|p| degree[p.0 as usize] > 1 && degree[p.1 as usize] > 1);
        if pieces.len() == before {
            return;
        }
    }
}

type Pieces = (Vec<DVec2>, Vec<(u32, u32, u32)>);

/// Nodes and pieces (from, to, way) of lines that cross each other.
fn planar_pieces(lines: &[(Vec<DVec2>, u32)], keep_m: f64) -> Pieces {
    // Crossings by line: metres along in pieces (index + fraction), and the place.
    let mut cuts: Vec<Vec<(f64, usize)>> = vec![Vec::new(); lines.len()];
    let mut places: Vec<DVec2> = Vec::new();
    let mut pieces = Vec::new();
    for (l, (points, _)) in lines.iter().enumerate() {
        pieces.extend((0..points.len() - 1).map(|k| (l, k)));
    }
    let ends = |&(l, k): &(usize, usize)| (lines[l].0[k], lines[l].0[k + 1]);
    let boxes = pieces.iter().map(|p| Bounds::around([&ends(p).0, &ends(p).1])).collect();
    let index = BoxIndex::new(boxes, 250.0);
    for (i, &(l, k)) in pieces.iter().enumerate() {
        let (a, b) = ends(&(l, k));
        for j in index.within(&index.bounds(i)) {
            let (m, n) = pieces[j];
            if j <= i || (l == m && n <= k + 1) {
                continue;
            }
            let (c, d) = ends(&(m, n));
            if let Some((t, u)) = crossing(a, b, c, d) {
                let place = places.len();
                places.push(a.lerp(b, t));
                cuts[l].push((k as f64 + t, place));
                cuts[m].push((n as f64 + u, place));
            }
        }
    }
    let node_of = clusters(&places, keep_m);
    let mut nodes = node_of.1;
    let mut out = Vec::new();
    for ((points, way), mut cuts) in lines.iter().zip(cuts) {
        cuts.sort_by(|x, y| x.0.total_cmp(&y.0));
        let mut chain: Vec<u32> = Vec::new();
        let mut cut = cuts.iter().peekable();
        for (k, &p) in points.iter().enumerate() {
            while let Some(&&(at, place)) = cut.peek() {
                if at > k as f64 {
                    break;
                }
                chain.push(node_of.0[place]);
                cut.next();
            }
            // Points of the line near a crossing give way to it.
            let near = cuts.iter().any(|&(_, place)| (nodes[node_of.0[place] as usize] - p).length() < keep_m * 0.75);
            if !near {
                nodes.push(p);
                chain.push(nodes.len() as u32 - 1);
            }
        }
        chain.extend(cut.map(|&(_, place)| node_of.0[place]));
        chain.dedup();
        out.extend(chain.windows(2).map(|w| (w[0], w[1], *way)));
    }
    let key = |p: &(u32, u32, u32)| (p.0.min(p.1), p.0.max(p.1), p.2);
    out.sort_by_key(key);
    out.dedup_by_key(|p| (p.0.min(p.1), p.0.max(p.1)));
    (nodes, out)
}

/// Joins places nearer than `keep_m`: the node of each place, and the nodes' middles.
fn clusters(places: &[DVec2], keep_m: f64) -> (Vec<u32>, Vec<DVec2>) {
    let mut node_of = Vec::with_capacity(places.len());
    let mut sums: Vec<(DVec2, f64)> = Vec::new();
    for &p in places {
        let near = sums.iter().position(|s| (s.0 / s.1 - p).length() < keep_m);
        let node = near.unwrap_or_else(|| {
            sums.push((DVec2::ZERO, 0.0));
            sums.len() - 1
        });
        sums[node].0 += p;
        sums[node].1 += 1.0;
        node_of.push(node as u32);
    }
    (node_of, sums.iter().map(|s| s.0 / s.1).collect())
}
