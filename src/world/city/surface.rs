//! The ground of the streets: strips between junctions, the junctions' own polygons, and the blocks between kerbs.
//!
//! All three share their corners exactly, so together they tile the world's square without gap or overlap. Kerbs turn
//! around corners in arcs. Plan frame metres, counter-clockwise. Edges that are no streets have no width.

use super::geom::{Line, is_simple, mitre};
use super::graph::{Class, Edge, Graph, Ground};
use super::terrain::Terrain;
use crate::bake::det::{lerp, sin_cos};
use glam::DVec2;

/// What a part of a street's width is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A planted strip, or one of paving where it is narrow.
    Median,
    /// A lane for all vehicles.
    Drive,
    Bus,
    /// A pair of tracks, one for each way, in the middle.
    Tram,
    Cycle,
    Parking,
    /// The rim of a road without kerbs.
    Shoulder,
    /// Shared by people and the few cars.
    Shared,
    /// On foot.
    Walk,
}

/// A part of a street's width on one side, measured from the middle line outwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    pub kind: Use,
    pub from_m: f64,
    pub to_m: f64,
}

/// A street's cross-section; both sides are alike but for parking.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// From the middle to the kerb.
    pub bands: &'static [Band],
    pub half_m: f64,
    /// Width of the pavement outside of the kerb; it belongs to the block.
    pub pavement_m: f64,
    /// Whether cars park on the left and right side of the edge's direction.
    pub parking: [bool; 2],
    /// Whether trees stand along the pavements.
    pub trees: bool,
    /// Highest speed, km/h.
    pub speed_kmh: f64,
}

const fn band(kind: Use, from_m: f64, to_m: f64) -> Band {
    Band { kind, from_m, to_m }
}

const BOULEVARD: [Band; 5] = [
    band(Use::Median, 0.0, 2.2),
    band(Use::Drive, 2.2, 5.4),
    band(Use::Bus, 5.4, 8.8),
    band(Use::Parking, 8.8, 11.0),
    band(Use::Cycle, 11.0, 13.5),
];
const BOULEVARD_TRAM: [Band; 5] = [
    band(Use::Tram, 0.0, 3.4),
    band(Use::Drive, 3.4, 6.5),
    band(Use::Drive, 6.5, 9.6),
    band(Use::Parking, 9.6, 11.8),
    band(Use::Cycle, 11.8, 13.5),
];
const ARTERIAL: [Band; 5] = [
    band(Use::Median, 0.0, 0.6),
    band(Use::Drive, 0.6, 3.8),
    band(Use::Drive, 3.8, 7.0),
    band(Use::Cycle, 7.0, 8.4),
    band(Use::Parking, 8.4, 10.4),
];
const ARTERIAL_BUS: [Band; 4] =
    [band(Use::Median, 0.0, 1.0), band(Use::Drive, 1.0, 4.2), band(Use::Drive, 4.2, 7.2), band(Use::Bus, 7.2, 10.4)];
const PORT_ROAD: [Band; 3] = [band(Use::Drive, 0.0, 3.6), band(Use::Drive, 3.6, 7.2), band(Use::Shoulder, 7.2, 8.2)];
const MOUNTAIN: [Band; 2] = [band(Use::Drive, 0.0, 3.4), band(Use::Shoulder, 3.4, 4.2)];
const COLLECTOR: [Band; 3] = [band(Use::Drive, 0.0, 3.2), band(Use::Cycle, 3.2, 4.6), band(Use::Parking, 4.6, 6.8)];
const LOCAL: [Band; 2] = [band(Use::Drive, 0.0, 2.6), band(Use::Parking, 2.6, 4.6)];
const LANE: [Band; 1] = [band(Use::Shared, 0.0, 2.4)];
const PEDESTRIAN: [Band; 1] = [band(Use::Walk, 0.0, 3.0)];
const PROMENADE: [Band; 2] = [band(Use::Cycle, 0.0, 1.6), band(Use::Walk, 1.6, 5.0)];
const TRACK: [Band; 1] = [band(Use::Shared, 0.0, 2.0)];

/// The cross-section of an edge.
pub fn section(graph: &Graph, edge: &Edge) -> Section {
    let name = graph.ways[edge.way as usize].name.as_str();
    let variant = edge.way as usize % 3;
    let bands: &'static [Band] = match edge.class {
        Class::Boulevard if matches!(name, "Avenida Marginal" | "Avenida da Liberdade" | "Avenida das Dunas") => {
            &BOULEVARD
        }
        Class::Boulevard => &BOULEVARD_TRAM,
        Class::Arterial if variant == 0 => &ARTERIAL_BUS,
        Class::Arterial => &ARTERIAL,
        Class::PortRoad => &PORT_ROAD,
        Class::Mountain => &MOUNTAIN,
        Class::Collector => &COLLECTOR,
        Class::Local => &LOCAL,
        Class::Lane => &LANE,
        Class::Pedestrian => &PEDESTRIAN,
        Class::Promenade => &PROMENADE,
        Class::Track => &TRACK,
        Class::Shore | Class::Bank | Class::Border => &[],
    };
    let (pavement_m, speed_kmh, trees): (f64, f64, bool) = match edge.class {
        Class::Boulevard => (5.2, 50.0, true),
        Class::Arterial => (4.0, 50.0, true),
        Class::PortRoad => (2.0, 60.0, false),
        Class::Mountain => (0.0, 60.0, false),
        Class::Collector => (3.4, 40.0, true),
        Class::Local => (2.3, 30.0, edge.way % 4 < 2),
        Class::Lane => (0.9, 15.0, false),
        Class::Track => (0.0, 25.0, false),
        _ => (0.0, 0.0, false),
    };
    let has_parking = bands.iter().any(|b| b.kind == Use::Parking) && !edge.bridge;
    let one_sided = edge.class == Class::Local && variant == 1;
    Section {
        bands,
        half_m: edge.class.half_m(),
        pavement_m: if edge.bridge { pavement_m.min(2.4) } else { pavement_m },
        parking: [has_parking && !one_sided, has_parking],
        trees: trees && !edge.bridge,
        speed_kmh,
    }
}

/// An edge's surface between its two ends: points on its left and right kerb, as many on each side.
#[derive(Debug, Clone, Default)]
pub struct Strip {
    pub left: Vec<DVec2>,
    pub right: Vec<DVec2>,
    /// Where it begins and ends, metres along the edge.
    pub from_m: f64,
    pub to_m: f64,
}

impl Strip {
    /// Its pieces as quads: start right, end right, end left, start left.
    pub fn quads(&self) -> impl Iterator<Item = [DVec2; 4]> + '_ {
        (1..self.left.len()).map(|k| [self.right[k - 1], self.right[k], self.left[k], self.left[k - 1]])
    }
}

impl Strip {
    /// Whether all its pieces are convex and none is turned over.
    pub fn is_sound(&self) -> bool {
        self.quads().all(|q| {
            let turns = |k: usize| (q[(k + 1) % 4] - q[k]).perp_dot(q[(k + 2) % 4] - q[(k + 1) % 4]) > -1e-6;
            let flat = (q[0] - q[3]).length_squared() < 1e-9;
            flat || (0..4).all(turns) && (q[1] - q[0]).dot(q[2] - q[3]) > 0.0
        })
    }
}

impl Junction {
    /// Whether every point of it is seen from its node.
    pub fn is_sound(&self, node: DVec2) -> bool {
        let n = self.rim.len();
        (0..n).all(|k| (self.rim[k] - node).perp_dot(self.rim[(k + 1) % n] - node) > -1e-6)
    }
}

/// Drops the bends of a street that lie too near its ends, all bends next time, and then makes it narrower.
fn relax(edge: &mut Edge, strip: &Strip) {
    let line = &edge.line;
    let last = line.points.len() - 1;
    if last > 1 {
        let near = |m: f64| m < strip.from_m + 5.0 || m > strip.to_m - 5.0;
        let any = (1..last).any(|k| near(line.at_m[k]));
        let points = (0..=last).filter(|&k| k == 0 || k == last || any && !near(line.at_m[k]));
        edge.line = Line::new(points.map(|k| line.points[k]).collect());
    } else {
        edge.class = narrower(edge.class);
    }
}

fn narrower(class: Class) -> Class {
    match class {
        Class::Boulevard => Class::Arterial,
        Class::Arterial | Class::PortRoad => Class::Collector,
        Class::Collector => Class::Local,
        Class::Local => Class::Lane,
        _ => Class::Border,
    }
}

/// Where an edge meets a junction.
#[derive(Debug, Clone, Copy)]
pub struct Arm {
    pub edge: u32,
    /// Whether the edge begins here.
    pub begins: bool,
    /// Its right and left kerb where the junction ends, looking away from the junction.
    pub right: DVec2,
    pub left: DVec2,
    /// Its unit direction away from the junction.
    pub leaves: DVec2,
}

/// A junction's surface.
#[derive(Debug, Clone, Default)]
pub struct Junction {
    /// Its rim; every point of it is seen from the node, so a fan around the node fills it. Empty where nothing but two
    /// pieces of street or borders meet.
    pub rim: Vec<DVec2>,
    pub arms: Vec<Arm>,
    /// For each arm the corner to the next one counter-clockwise, from the left kerb of the one to the right of the next.
    corners: Vec<Vec<DVec2>>,
}

/// A side of a block: a stretch of its kerb along one edge.
#[derive(Debug, Clone, Copy)]
pub struct Side {
    pub edge: u32,
    /// Whether the block's outline runs in the edge's direction.
    pub forward: bool,
    /// Points of the kerb: first and last of this side.
    pub first: usize,
    pub last: usize,
}

/// The land of a face inside of its kerbs.
#[derive(Debug, Clone, Default)]
pub struct BlockLand {
    pub kerb: Vec<DVec2>,
    pub sides: Vec<Side>,
}

/// Surfaces by the numbers of edges, nodes and faces of the graph.
#[derive(Debug, Clone)]
pub struct Surface {
    pub strips: Vec<Strip>,
    pub junctions: Vec<Junction>,
    pub blocks: Vec<BlockLand>,
}

impl Surface {
    pub fn new(graph: &Graph) -> Self {
        let junctions: Vec<Junction> = (0..graph.nodes.len()).map(|n| junction(graph, n)).collect();
        let strips = (0..graph.edges.len()).map(|e| strip(graph, &junctions, e)).collect();
        let mut surface = Self { strips, junctions, blocks: Vec::new() };
        surface.blocks = (0..graph.faces.len()).map(|f| surface.block(graph, f)).collect();
        surface
    }

    /// The surfaces, with the few streets straightened or narrowed first that would not fit between their ends.
    pub fn fitted(graph: &mut Graph) -> Self {
        let mut surface = Self::new(graph);
        for _ in 0..8 {
            let mut done = true;
            for e in 0..graph.edges.len() {
                if !surface.strips[e].is_sound() {
                    done = false;
                    relax(&mut graph.edges[e], &surface.strips[e]);
                }
            }
            for n in 0..graph.nodes.len() {
                if !surface.junctions[n].is_sound(graph.nodes[n].at) {
                    done = false;
                    let arms = graph.nodes[n].arms.iter().map(|a| a.0 as usize);
                    let streets = arms.filter(|&e| graph.edges[e].class.is_street());
                    let narrow = streets.min_by(|&a, &b| {
                        let half = |e: usize| graph.edges[e].class.half_m();
                        half(a).total_cmp(&half(b)).then(a.cmp(&b))
                    });
                    if let Some(e) = narrow {
                        graph.edges[e].class = narrower(graph.edges[e].class);
                    }
                }
            }
            for f in 0..graph.faces.len() {
                let kerb = &surface.blocks[f].kerb;
                if graph.faces[f].ground == Ground::Block && kerb.len() < 300 && !is_simple(kerb) {
                    done = false;
                    let bent = graph.faces[f].sides.iter().map(|s| s.0 as usize);
                    if let Some(e) = bent.filter(|&e| graph.edges[e].class.is_street()).min_by(|&a, &b| {
                        graph.edges[a].line.length().total_cmp(&graph.edges[b].line.length()).then(a.cmp(&b))
                    }) {
                        relax(&mut graph.edges[e], &surface.strips[e]);
                    }
                }
            }
            if done {
                break;
            }
            surface = Self::new(graph);
        }
        surface
    }

    fn block(&self, graph: &Graph, face: usize) -> BlockLand {
        let mut block = BlockLand::default();
        let sides = &graph.faces[face].sides;
        for (k, &(e, forward)) in sides.iter().enumerate() {
            let strip = &self.strips[e as usize];
            let first = block.kerb.len();
            if forward {
                block.kerb.extend(&strip.left);
            } else {
                block.kerb.extend(strip.right.iter().rev());
            }
            block.sides.push(Side { edge: e, forward, first, last: block.kerb.len() - 1 });
            // The corner lies between the next side's arm and the one that was just walked.
            let edge = &graph.edges[e as usize];
            let node = if forward { edge.to } else { edge.from } as usize;
            let next = sides[(k + 1) % sides.len()];
            let arms = &graph.nodes[node].arms;
            let corner = (0..arms.len()).find(|&i| arms[i] == next && arms[(i + 1) % arms.len()] == (e, !forward));
            if let Some(i) = corner {
                block.kerb.extend(self.junctions[node].corners[i].iter().rev());
            }
        }
        block.tidy();
        block
    }

    /// Height of a street's middle: the ground, or the deck of a bridge.
    pub fn street_u(&self, graph: &Graph, terrain: &Terrain, edge: usize, along_m: f64) -> f64 {
        let e = &graph.edges[edge];
        if e.bridge {
            let ends = [e.line.points[0], e.line.points[e.line.points.len() - 1]].map(|p| terrain.height(p));
            let t = along_m / e.line.length().max(1e-9);
            // A little camber, as bridges have.
            return lerp(ends[0], ends[1], t) + 4.0 * t * (1.0 - t) * (0.006 * e.line.length()).min(1.2);
        }
        terrain.height(e.line.at(along_m).0)
    }
}

impl BlockLand {
    /// Equal neighbours become one point; sides keep their numbers.
    fn tidy(&mut self) {
        let n = self.kerb.len();
        let mut place = vec![0; n];
        let mut kept: Vec<DVec2> = Vec::with_capacity(n);
        for (place, &p) in place.iter_mut().zip(&self.kerb) {
            if kept.last().is_some_and(|q| (*q - p).length_squared() < 1e-12) {
                *place = kept.len() - 1;
            } else {
                *place = kept.len();
                kept.push(p);
            }
        }
        if kept.len() > 1 && (kept[0] - kept[kept.len() - 1]).length_squared() < 1e-12 {
            kept.pop();
            let last = kept.len();
            place.iter_mut().filter(|p| **p == last).for_each(|p| *p = 0);
        }
        for side in &mut self.sides {
            (side.first, side.last) = (place[side.first], place[side.last]);
        }
        self.kerb = kept;
    }
}

/// Radius of the kerb between two streets.
fn radius_m(a: Class, b: Class) -> f64 {
    let of = |c: Class| -> f64 {
        match c {
            Class::Boulevard | Class::Arterial | Class::PortRoad => 8.0,
            Class::Collector | Class::Mountain => 6.0,
            Class::Local => 4.5,
            Class::Track => 3.0,
            _ => 1.2,
        }
    };
    of(a).min(of(b))
}

fn leaving(edge: &Edge, begins: bool) -> (DVec2, f64) {
    let points = &edge.line.points;
    let n = points.len();
    let d = if begins { points[1] - points[0] } else { points[n - 2] - points[n - 1] };
    (d.normalize_or_zero(), d.length())
}

fn junction(graph: &Graph, node: usize) -> Junction {
    let at = graph.nodes[node].at;
    let arms = &graph.nodes[node].arms;
    let n = arms.len();
    let edges: Vec<&Edge> = arms.iter().map(|a| &graph.edges[a.0 as usize]).collect();
    let leaves: Vec<DVec2> = (0..n).map(|i| leaving(edges[i], arms[i].1).0).collect();
    let half: Vec<f64> = edges.iter().map(|e| e.class.half_m()).collect();
    // How far along each arm the junction reaches.
    let mut reach: Vec<f64> = vec![if n > 2 && half.iter().any(|h| *h > 0.0) { 0.6 } else { 0.0 }; n];
    let mut corners: Vec<Vec<DVec2>> = Vec::with_capacity(n);
    for i in 0..n {
        let j = (i + 1) % n;
        let (u, v) = (leaves[i], leaves[j]);
        // The left kerb of i and the right kerb of j, which is the left side of the way towards the node.
        let met = mitre(at, -v, u, half[j], half[i]);
        let sine = u.perp_dot(v);
        let cosine = u.dot(v);
        let mut points = vec![met];
        if n > 2 {
            let along = [(met - at).dot(u), (met - at).dot(v)];
            let rounded = sine > 0.25 && half[i] > 0.0 && half[j] > 0.0;
            if rounded {
                // Tangent length of the arc: radius over the tangent of half the angle.
                let half_tan = sine / (1.0 + cosine);
                let room = |e: &Edge| (e.line.length() * 0.5 - 3.0).max(0.6);
                let free = (room(edges[i]) - along[0]).min(room(edges[j]) - along[1]).max(0.0);
                let tangent = (radius_m(edges[i].class, edges[j].class) / half_tan).min(free).min(11.0);
                points = arc(met, u, v, tangent);
                reach[i] = reach[i].max(along[0] + tangent);
                reach[j] = reach[j].max(along[1] + tangent);
            } else if sine > 0.08 || cosine > 0.0 {
                reach[i] = reach[i].max(along[0]);
                reach[j] = reach[j].max(along[1]);
            }
        }
        corners.push(points);
    }
    let arm = |i: usize| {
        let side = leaves[i].perp() * half[i];
        let end = at + leaves[i] * reach[i];
        let (right, left) = if n > 2 { (end - side, end + side) } else { (corners[(i + n - 1) % n][0], corners[i][0]) };
        Arm { edge: arms[i].0, begins: arms[i].1, right, left, leaves: leaves[i] }
    };
    let arms: Vec<Arm> = (0..n).map(arm).collect();
    let mut rim: Vec<DVec2> = Vec::new();
    if n > 2 && half.iter().any(|h| *h > 0.0) {
        for i in 0..n {
            let points = [arms[i].right, arms[i].left];
            for p in points.into_iter().chain(corners[i].iter().copied()) {
                if rim.last().is_none_or(|q: &DVec2| (*q - p).length_squared() > 1e-12) {
                    rim.push(p);
                }
            }
        }
        if (rim[0] - rim[rim.len() - 1]).length_squared() < 1e-12 {
            rim.pop();
        }
    }
    Junction { rim, arms, corners }
}

/// A kerb around a corner from direction `u` to direction `v`, both away from it; concave towards the corner's outside.
fn arc(corner: DVec2, u: DVec2, v: DVec2, tangent_m: f64) -> Vec<DVec2> {
    if tangent_m < 0.3 {
        return vec![corner];
    }
    let (a, b) = (corner + u * tangent_m, corner + v * tangent_m);
    let bisector = (u + v).normalize_or_zero();
    let cosine = u.dot(bisector);
    // The centre lies on the bisector where the normals of both tangent points meet.
    let centre = corner + bisector * (tangent_m / cosine.max(0.05));
    let (ra, rb) = (a - centre, b - centre);
    let sweep = crate::bake::det::atan2(ra.perp_dot(rb), ra.dot(rb));
    let count = if tangent_m > 5.0 { 4 } else { 2 };
    let mut out = vec![a];
    for k in 1..count {
        let (s, c) = sin_cos(sweep * f64::from(k) / f64::from(count));
        out.push(centre + DVec2::new(ra.x * c - ra.y * s, ra.x * s + ra.y * c));
    }
    out.push(b);
    out
}

fn strip(graph: &Graph, junctions: &[Junction], e: usize) -> Strip {
    let edge = &graph.edges[e];
    let arm = |node: u32, begins: bool| {
        let arms = &junctions[node as usize].arms;
        arms.iter().find(|a| a.edge == e as u32 && a.begins == begins).copied()
    };
    let (Some(start), Some(end)) = (arm(edge.from, true), arm(edge.to, false)) else { return Strip::default() };
    let points = &edge.line.points;
    let half = edge.class.half_m();
    let mut strip = Strip { left: vec![start.left], right: vec![start.right], from_m: 0.0, to_m: 0.0 };
    for k in 1..points.len() - 1 {
        let d0 = (points[k] - points[k - 1]).normalize_or_zero();
        let d1 = (points[k + 1] - points[k]).normalize_or_zero();
        strip.left.push(mitre(points[k], d0, d1, half, half));
        strip.right.push(mitre(points[k], d0, d1, -half, -half));
    }
    strip.left.push(end.right);
    strip.right.push(end.left);
    let line: &Line = &edge.line;
    strip.from_m = ((start.left + start.right) * 0.5 - points[0]).dot(start.leaves).max(0.0);
    strip.to_m = line.length() - ((end.left + end.right) * 0.5 - points[points.len() - 1]).dot(end.leaves).max(0.0);
    strip
}
