//! The straight skeleton of a region, which carries hipped and gabled roofs over any footprint.
//!
//! Aichholzer, Aurenhammer, Alberts, Gärtner: A novel type of skeleton for polygons (1995). All edges move inwards at
//! their own speed, 1 for slopes and 0 for gables; the wave front is simulated event by event, edges that shrink to
//! nothing and reflex corners that run into other edges. Each event is found among all (quadratic), which is fast for
//! footprints; more than [`MAX_EDGES`] are refused. The result is checked (areas add up, points lie where their edges'
//! planes put them); where it is not sound there is none, and the caller draws a flat roof.
//!
//! Plan frame, metres; "time" is the distance that slopes have moved.

use super::poly;
use glam::DVec2;

pub const MAX_EDGES: usize = 240;
/// Corners nearer than this are one, metres.
const NEAR: f64 = 1e-6;

/// Where edges of the wave front met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    pub at: DVec2,
    /// How far the slopes had moved.
    pub time: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Skeleton {
    pub nodes: Vec<Node>,
    /// For each edge of the rings in order: the nodes around its face, counter-clockwise, first the edge's own ends.
    /// Faces of edges with speed 0 stand upright (no area in the plan).
    pub faces: Vec<Vec<usize>>,
}

impl Skeleton {
    pub fn longest_time(&self) -> f64 {
        self.nodes.iter().map(|n| n.time).fold(0.0, f64::max)
    }
}

/// The skeleton of rings (outer counter-clockwise, holes clockwise) with a speed for each edge, rings one after the
/// other; `None` where there is none or it can't be found soundly.
pub fn skeleton(rings: &[&[DVec2]], speeds: &[f64]) -> Option<Skeleton> {
    let count: usize = rings.iter().map(|r| r.len()).sum();
    if count > MAX_EDGES || count != speeds.len() || rings.iter().any(|r| r.len() < 3) {
        return None;
    }
    if speeds.iter().all(|&s| s == 0.0) || !poly::is_simple(rings) {
        return None;
    }
    let area: f64 = rings.iter().map(|r| poly::signed_area(r)).sum();
    (0..3).find_map(|attempt| {
        let moved: Vec<Vec<DVec2>> = rings.iter().map(|r| nudged(r, attempt)).collect();
        let views: Vec<&[DVec2]> = moved.iter().map(Vec::as_slice).collect();
        let mut found = Front::new(&views, speeds).run()?;
        is_sound(&found, &views, speeds, area).then(|| {
            // The footprint's own corners stay where they are.
            for (node, &p) in found.nodes.iter_mut().zip(rings.iter().flat_map(|r| r.iter())) {
                node.at = p;
            }
            found
        })
    })
}

/// The ring with corners moved by a few millimetres, which resolves events that coincide; none at the first attempt.
fn nudged(ring: &[DVec2], attempt: usize) -> Vec<DVec2> {
    let shift =
        |k: usize, salt: usize| (((k * 7 + salt + attempt * 3) % 11) as f64 / 5.0 - 1.0) * 0.002 * attempt as f64;
    ring.iter().enumerate().map(|(k, &p)| p + DVec2::new(shift(k, 0), shift(k, 4))).collect()
}

/// A line of an edge: a point on it, its direction, and how fast it moves to the left.
#[derive(Clone, Copy)]
struct Edge {
    at: DVec2,
    along: DVec2,
    speed: f64,
}

impl Edge {
    fn inwards(&self) -> DVec2 {
        self.along.perp()
    }
}

/// A corner of the wave front between two edges.
#[derive(Clone, Copy)]
struct Corner {
    prev: usize,
    next: usize,
    /// The edges that end and that begin here.
    left: usize,
    right: usize,
    at: DVec2,
    time: f64,
    /// `None` where the two edges run back over each other: it collapses at once.
    velocity: Option<DVec2>,
    node: usize,
    alive: bool,
}

impl Corner {
    fn place(&self, time: f64) -> DVec2 {
        self.at + self.velocity.unwrap_or(DVec2::ZERO) * (time - self.time)
    }
}

#[derive(Clone, Copy)]
enum Event {
    /// The edge from this corner to its next is gone; both meet at the point.
    Collapse(usize, DVec2),
    /// This corner meets the edge that begins at the other corner.
    Split(usize, usize, DVec2),
}

struct Front {
    edges: Vec<Edge>,
    /// First and last node of each edge: its own ends.
    ends: Vec<(usize, usize)>,
    corners: Vec<Corner>,
    nodes: Vec<Node>,
    /// Two nodes with the edges on either side.
    arcs: Vec<(usize, usize, usize, usize)>,
    time: f64,
}

impl Front {
    fn new(rings: &[&[DVec2]], speeds: &[f64]) -> Self {
        let mut front = Self {
            edges: Vec::new(),
            ends: Vec::new(),
            corners: Vec::new(),
            nodes: Vec::new(),
            arcs: Vec::new(),
            time: 0.0,
        };
        for ring in rings {
            let (first, n) = (front.nodes.len(), ring.len());
            for (k, (a, b)) in poly::edges(ring).enumerate() {
                let along = (b - a).normalize_or_zero();
                front.edges.push(Edge { at: a, along, speed: speeds[first + k] });
                front.ends.push((first + k, first + (k + 1) % n));
                front.nodes.push(Node { at: a, time: 0.0 });
            }
            for k in 0..n {
                let (before, after) = ((k + n - 1) % n, (k + 1) % n);
                front.corners.push(Corner {
                    prev: first + before,
                    next: first + after,
                    left: first + before,
                    right: first + k,
                    at: ring[k],
                    time: 0.0,
                    velocity: None,
                    node: first + k,
                    alive: true,
                });
            }
        }
        for k in 0..front.corners.len() {
            front.corners[k].velocity = front.velocity(front.corners[k].left, front.corners[k].right);
        }
        front
    }

    /// How the corner between two moving lines moves.
    fn velocity(&self, left: usize, right: usize) -> Option<DVec2> {
        let (a, b) = (self.edges[left], self.edges[right]);
        let (na, nb) = (a.inwards(), b.inwards());
        let det = na.perp_dot(nb);
        if det.abs() < 1e-7 {
            return (na.dot(nb) > 0.0).then(|| na * (a.speed + b.speed) * 0.5);
        }
        Some(DVec2::new(a.speed * nb.y - b.speed * na.y, b.speed * na.x - a.speed * nb.x) / det)
    }

    fn run(mut self) -> Option<Skeleton> {
        let most = self.edges.len() * 6 + 16;
        for _ in 0..most {
            if self.corners.iter().all(|c| !c.alive) {
                return self.finish();
            }
            let (time, event) = self.next_event()?;
            self.time = self.time.max(time);
            match event {
                Event::Collapse(first, at) => self.collapse(first, at),
                Event::Split(corner, edge_start, at) => self.split(corner, edge_start, at),
            }
        }
        None
    }

    fn next_event(&self) -> Option<(f64, Event)> {
        let mut best: Option<(f64, Event)> = None;
        let mut offer = |time: f64, event: Event| {
            if best.as_ref().is_none_or(|b| time < b.0 - 1e-9) {
                best = Some((time, event));
            }
        };
        for (k, corner) in self.corners.iter().enumerate().filter(|(_, c)| c.alive) {
            if corner.velocity.is_none() {
                offer(self.time, self.fold(k));
                continue;
            }
            if let Some((time, at)) = self.collapse_time(k) {
                offer(time, Event::Collapse(k, at));
            }
        }
        for (k, corner) in self.corners.iter().enumerate().filter(|(_, c)| c.alive) {
            let (l, r) = (self.edges[corner.left], self.edges[corner.right]);
            if corner.velocity.is_some() && l.along.perp_dot(r.along) < -1e-7 {
                for (w, start) in self.corners.iter().enumerate().filter(|(_, c)| c.alive) {
                    if let Some((time, at)) = self.split_time(k, w, start) {
                        offer(time, Event::Split(k, w, at));
                    }
                }
            }
        }
        best
    }

    /// What becomes of a corner whose edges run back over each other: the nearer of its neighbours is met at once.
    fn fold(&self, k: usize) -> Event {
        let corner = &self.corners[k];
        let (before, after) = (self.corners[corner.prev].place(self.time), self.corners[corner.next].place(self.time));
        if (before - corner.at).length_squared() <= (after - corner.at).length_squared() {
            Event::Collapse(corner.prev, before)
        } else {
            Event::Collapse(k, after)
        }
    }

    fn collapse_time(&self, k: usize) -> Option<(f64, DVec2)> {
        let (a, b) = (&self.corners[k], &self.corners[self.corners[k].next]);
        let (va, vb) = (a.velocity?, b.velocity?);
        let along = self.edges[a.right].along;
        let length = (b.place(self.time) - a.place(self.time)).dot(along);
        let growth = (vb - va).dot(along);
        if length <= NEAR && growth <= NEAR {
            return Some((self.time, (a.place(self.time) + b.place(self.time)) * 0.5));
        }
        if growth >= -1e-12 {
            return None;
        }
        let time = (self.time + length / -growth).max(self.time);
        Some((time, (a.place(time) + b.place(time)) * 0.5))
    }

    fn split_time(&self, k: usize, w: usize, start: &Corner) -> Option<(f64, DVec2)> {
        let corner = &self.corners[k];
        let e = start.right;
        if w == k || start.next == k || e == corner.left || e == corner.right {
            return None;
        }
        let edge = self.edges[e];
        let (normal, velocity) = (edge.inwards(), corner.velocity?);
        let here = corner.place(self.time);
        let gap = (here - edge.at).dot(normal) - edge.speed * self.time;
        let closing = edge.speed - velocity.dot(normal);
        if closing < 1e-9 || gap < -NEAR * 10.0 {
            return None;
        }
        let time = self.time + (gap / closing).max(0.0);
        let at = corner.place(time);
        let end = &self.corners[start.next];
        let (from, to) = (start.place(time), end.place(time));
        let slack = NEAR * 10.0;
        let (s, length) = ((at - from).dot(edge.along), (to - from).dot(edge.along));
        (s >= -slack && s <= length + slack && length > -slack).then_some((time, at))
    }

    fn node(&mut self, at: DVec2) -> usize {
        self.nodes.push(Node { at, time: self.time });
        self.nodes.len() - 1
    }

    /// The corner ends at a node.
    fn end(&mut self, k: usize, node: usize) {
        let corner = self.corners[k];
        self.arcs.push((corner.node, node, corner.left, corner.right));
        self.corners[k].alive = false;
    }

    fn begin(&mut self, left: usize, right: usize, prev: usize, next: usize, node: usize) -> usize {
        let velocity = self.velocity(left, right);
        let index = self.corners.len();
        let at = self.nodes[node].at;
        self.corners.push(Corner { prev, next, left, right, at, time: self.time, velocity, node, alive: true });
        self.corners[prev].next = index;
        self.corners[next].prev = index;
        index
    }

    fn collapse(&mut self, a: usize, at: DVec2) {
        let b = self.corners[a].next;
        let node = self.node(at);
        self.end(a, node);
        self.end(b, node);
        let (prev, next) = (self.corners[a].prev, self.corners[b].next);
        if prev == b {
            return;
        }
        let (left, right) = (self.corners[a].left, self.corners[b].right);
        let new = self.begin(left, right, prev, next, node);
        self.close_if_two(new);
    }

    fn split(&mut self, k: usize, w: usize, at: DVec2) {
        let node = self.node(at);
        self.end(k, node);
        let corner = self.corners[k];
        let (e, x) = (self.corners[w].right, self.corners[w].next);
        let first = self.begin(corner.left, e, corner.prev, x, node);
        let second = self.begin(e, corner.right, w, corner.next, node);
        self.close_if_two(first);
        if self.corners[second].alive {
            self.close_if_two(second);
        }
    }

    /// A loop of two corners is a ridge between them.
    fn close_if_two(&mut self, k: usize) {
        let other = self.corners[k].next;
        if self.corners[k].prev != other {
            return;
        }
        let (here, there) = (self.corners[k].place(self.time), self.corners[other].place(self.time));
        let node = self.corners[k].node;
        self.corners[k].alive = false;
        if (here - there).length() < NEAR * 10.0 {
            self.end(other, node);
            return;
        }
        let far = self.node(there);
        self.end(other, far);
        self.arcs.push((node, far, self.corners[k].left, self.corners[k].right));
    }

    /// For each node the first one at the same place and time: several events there made several.
    fn first_alike(&self) -> Vec<usize> {
        let alike = |a: &Node, b: &Node| (a.at - b.at).length() < 1e-5 && (a.time - b.time).abs() < 1e-5;
        let ends = self.edges.len();
        (0..self.nodes.len())
            .map(|k| if k < ends { k } else { (ends..k).find(|&j| alike(&self.nodes[j], &self.nodes[k])).unwrap_or(k) })
            .collect()
    }

    fn finish(self) -> Option<Skeleton> {
        let first = self.first_alike();
        let mut by_edge: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.edges.len()];
        for &(a, b, left, right) in &self.arcs {
            let (a, b) = (first[a], first[b]);
            if a != b {
                by_edge[left].push((a, b));
                by_edge[right].push((a, b));
            }
        }
        let faces = by_edge.iter().zip(&self.ends).map(|(arcs, &ends)| face(arcs, ends)).collect::<Option<Vec<_>>>()?;
        Some(Skeleton { nodes: self.nodes, faces })
    }
}

/// Walks from the end of an edge over its arcs to its start.
fn face(arcs: &[(usize, usize)], (start, end): (usize, usize)) -> Option<Vec<usize>> {
    let mut used = vec![false; arcs.len()];
    let mut nodes = vec![start, end];
    let mut here = end;
    while here != start {
        let k = (0..arcs.len()).find(|&k| !used[k] && (arcs[k].0 == here || arcs[k].1 == here))?;
        used[k] = true;
        here = if arcs[k].0 == here { arcs[k].1 } else { arcs[k].0 };
        if here != start {
            nodes.push(here);
        }
    }
    // An arc left over would be a hole in a neighbour's face.
    used.iter().all(|&u| u).then_some(nodes)
}

fn is_sound(found: &Skeleton, rings: &[&[DVec2]], speeds: &[f64], area: f64) -> bool {
    let lines: Vec<(DVec2, DVec2)> = rings.iter().flat_map(|r| poly::edges(r)).collect();
    let mut sum = 0.0;
    for (k, nodes) in found.faces.iter().enumerate() {
        let (a, b) = lines[k];
        let normal = (b - a).normalize_or_zero().perp();
        for &n in nodes {
            let node = found.nodes[n];
            if ((node.at - a).dot(normal) - node.time * speeds[k]).abs() > 0.01 {
                return false;
            }
        }
        let plan: Vec<DVec2> = nodes.iter().map(|&n| found.nodes[n].at).collect();
        let part = poly::signed_area(&plan);
        if part < -0.01 * area.max(1.0) {
            return false;
        }
        sum += part;
    }
    (sum - area).abs() < 0.002 * area + 0.01
}

#[cfg(test)]
mod tests;
