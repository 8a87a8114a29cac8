//! The street graph: junctions, streets between them, and the faces of land that they enclose. Planar, connected, plan
//! frame metres.
//!
//! Made in three steps: the main lines ([`super::arterials`]) become a planar net; its faces get their characters
//! ([`super::districts`]) and are divided again and again ([`super::divide`]); what stands is gathered as edges between
//! junctions. Every face is a simple polygon, without holes, and all faces together are the world's square.

use super::arterials;
use super::districts::{District, QUARTERS, quarter_of};
use super::divide;
use super::geom::{Bounds, BoxIndex, Line, area, centroid, contains};
use super::motorway::Motorway;
use super::net::Net;
use super::terrain::{Terrain, outside_of};
use crate::world::layout::{PADS, WORLD_HALF_M};
use glam::DVec2;

/// The rank of a street. Motorway and ramps are no part of the planar graph ([`super::motorway`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Wide, planted, with tram or bus lanes.
    Boulevard,
    Arterial,
    PortRoad,
    /// A road in open country, up the mountain.
    Mountain,
    Collector,
    Local,
    /// Narrow, shared by all.
    Lane,
    /// On foot only, inside the city.
    Pedestrian,
    /// On foot and by bicycle, along the shore.
    Promenade,
    /// A way between fields.
    Track,
    /// No street: the sea's edge.
    Shore,
    /// No street: a river's edge.
    Bank,
    /// No street: a line between two kinds of land.
    Border,
}

impl Class {
    pub fn is_street(self) -> bool {
        self < Self::Shore
    }

    /// Whether cars use it.
    pub fn is_driven(self) -> bool {
        self.is_street() && !matches!(self, Self::Pedestrian | Self::Promenade)
    }

    /// Half the width between its kerbs.
    pub fn half_m(self) -> f64 {
        match self {
            Self::Boulevard => 13.5,
            Self::Arterial => 10.4,
            Self::PortRoad => 8.2,
            Self::Mountain => 4.2,
            Self::Collector => 6.8,
            Self::Local => 4.6,
            Self::Lane => 2.4,
            Self::Pedestrian => 3.0,
            Self::Promenade => 5.0,
            Self::Track => 2.0,
            Self::Shore | Self::Bank | Self::Border => 0.0,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Boulevard => "boulevard",
            Self::Arterial => "arterial",
            Self::PortRoad => "port road",
            Self::Mountain => "mountain road",
            Self::Collector => "collector",
            Self::Local => "local",
            Self::Lane => "lane",
            Self::Pedestrian => "pedestrian",
            Self::Promenade => "promenade",
            Self::Track => "track",
            Self::Shore => "shore",
            Self::Bank => "bank",
            Self::Border => "border",
        }
    }
}

/// A named street, of any number of edges.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    pub class: Class,
    pub name: String,
}

impl Way {
    pub fn border() -> Self {
        Self { class: Class::Border, name: String::new() }
    }
}

#[derive(Debug, Clone)]
pub struct Node {
    pub at: DVec2,
    /// Edges that meet here, counter-clockwise by the direction in which they leave: the edge, and whether it begins
    /// here. A loop is there twice.
    pub arms: Vec<(u32, bool)>,
}

/// A street, or a border, between two junctions.
#[derive(Debug, Clone)]
pub struct Edge {
    pub from: u32,
    pub to: u32,
    /// From its start to its end, both included.
    pub line: Line,
    pub way: u32,
    pub class: Class,
    /// The faces on its left and right.
    pub left: u32,
    pub right: u32,
    /// Whether it crosses water, motorway or railway: its surface is a deck from end to end, not the ground.
    pub bridge: bool,
}

/// What a face is, where it is not a block of the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    Sea,
    River,
    /// The motorway's strip with its slopes and ramps.
    Motorway,
    Railway,
    /// A levelled site: index of [`PADS`].
    Site(usize),
    /// Land between streets.
    Block,
    /// Outside of the world's square.
    Outside,
}

/// Land enclosed by edges.
#[derive(Debug, Clone)]
pub struct Face {
    /// Counter-clockwise: the edge, and whether it is walked from its start to its end.
    pub sides: Vec<(u32, bool)>,
    pub ground: Ground,
    pub district: District,
    /// Index of [`QUARTERS`].
    pub quarter: u16,
    /// The name of a park, a hospital and the like; empty for most.
    pub name: &'static str,
    pub bounds: Bounds,
}

#[derive(Debug, Clone)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    pub faces: Vec<Face>,
    pub ways: Vec<Way>,
    edge_index: BoxIndex,
    face_index: BoxIndex,
}

/// What is known of a face while it is being divided.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    pub ground: Ground,
    pub district: District,
    pub quarter: u16,
    pub name: &'static str,
}

/// Crossings of main lines nearer than this become one.
const MERGE_M: f64 = 26.0;

impl Graph {
    pub fn new(seed: u64, terrain: &Terrain, motorway: &Motorway) -> Self {
        let (lines, mut ways) = arterials::lay(terrain, motorway);
        let mut net = Net::of_lines(&lines, MERGE_M);
        let mut uses: Vec<Use> = Vec::new();
        for face in 0..net.faces.len() as u32 {
            let polygon = net.polygon(face);
            uses.push(first_use(terrain, motorway, &polygon));
        }
        divide::divide(seed, terrain, &mut net, &mut ways, &mut uses);
        Self::gather(&net, ways, &uses)
    }

    fn gather(net: &Net, ways: Vec<Way>, uses: &[Use]) -> Self {
        // Junctions are nodes where not just two pieces of the same way meet.
        let count = net.nodes.len() as u32;
        let fans: Vec<Vec<u32>> = (0..count).map(|n| net.leaving(n)).collect();
        let is_junction = |n: u32| {
            let fan = &fans[n as usize];
            fan.len() > 2
                || fan.len() == 2 && ways[net.way(fan[0]) as usize].class != ways[net.way(fan[1]) as usize].class
        };
        let mut number = vec![u32::MAX; net.nodes.len()];
        let mut nodes = Vec::new();
        for n in (0..count).filter(|&n| is_junction(n)) {
            number[n as usize] = nodes.len() as u32;
            nodes.push(Node { at: net.nodes[n as usize], arms: Vec::new() });
        }
        // Which edge a half-edge belongs to, and whether it has the edge's direction.
        let mut edge_of = vec![(u32::MAX, false); net.halves.len()];
        let mut edges: Vec<Edge> = Vec::new();
        for n in (0..count).filter(|&n| is_junction(n)) {
            for &first in &fans[n as usize] {
                if edge_of[first as usize].0 != u32::MAX {
                    continue;
                }
                let id = edges.len() as u32;
                let mut points = vec![net.from(first)];
                let mut h = first;
                loop {
                    edge_of[h as usize] = (id, true);
                    edge_of[h as usize ^ 1] = (id, false);
                    points.push(net.to(h));
                    let end = net.to_node(h);
                    if is_junction(end) {
                        edges.push(Edge {
                            from: number[n as usize],
                            to: number[end as usize],
                            line: Line::new(points),
                            way: net.way(first),
                            class: ways[net.way(first) as usize].class,
                            left: net.halves[first as usize].face,
                            right: net.halves[first as usize ^ 1].face,
                            bridge: false,
                        });
                        break;
                    }
                    h = net.next(h);
                }
            }
        }
        for n in (0..count).filter(|&n| is_junction(n)) {
            nodes[number[n as usize] as usize].arms = fans[n as usize].iter().map(|&h| edge_of[h as usize]).collect();
        }
        settle_ends(&nodes, &mut edges);
        let faces: Vec<Face> = (0..net.faces.len() as u32)
            .map(|f| {
                let around = net.around(f);
                let mut sides: Vec<(u32, bool)> = around.iter().map(|&h| edge_of[h as usize]).collect();
                // Pieces of one edge follow each other; the first may be in mid-edge.
                let start = around.iter().position(|&h| is_junction(net.halves[h as usize].from)).unwrap_or(0);
                sides.rotate_left(start);
                sides.dedup();
                let own = uses[f as usize];
                let bounds = Bounds::around(&around.iter().map(|&h| net.from(h)).collect::<Vec<_>>());
                Face { sides, ground: own.ground, district: own.district, quarter: own.quarter, name: own.name, bounds }
            })
            .collect();
        for edge in &mut edges {
            let over = |f: u32| {
                matches!(faces[f as usize].ground, Ground::River | Ground::Motorway | Ground::Railway | Ground::Sea)
            };
            edge.bridge = edge.class.is_street() && over(edge.left) && over(edge.right);
        }
        let edge_boxes = edges.iter().map(|e| Bounds::around(&e.line.points).grown(e.class.half_m() + 6.0)).collect();
        let outside = Bounds::new(DVec2::splat(1e9), DVec2::splat(1e9));
        let face_boxes = faces.iter().map(|f| if f.ground == Ground::Outside { outside } else { f.bounds });
        let face_index =
            BoxIndex::new(
                face_boxes
                    .map(|b| {
                        if b == outside {
                            Bounds::new(DVec2::splat(WORLD_HALF_M), DVec2::splat(WORLD_HALF_M))
                        } else {
                            b
                        }
                    })
                    .collect(),
                250.0,
            );
        Self { nodes, edge_index: BoxIndex::new(edge_boxes, 250.0), edges, faces, ways, face_index }
    }

    /// Edges that may touch a rectangle, ascending.
    pub fn edges_in(&self, rect: &Bounds) -> Vec<usize> {
        self.edge_index.within(rect)
    }

    /// Faces that may touch a rectangle, ascending; never the outside.
    pub fn faces_in(&self, rect: &Bounds) -> Vec<usize> {
        let mut found = self.face_index.within(rect);
        found.retain(|&f| self.faces[f].ground != Ground::Outside);
        found
    }

    /// The face's outline along the middle lines of its streets, counter-clockwise.
    pub fn outline(&self, face: usize) -> Vec<DVec2> {
        let mut out = Vec::new();
        for &(edge, forward) in &self.faces[face].sides {
            let points = &self.edges[edge as usize].line.points;
            let n = points.len() - 1;
            out.extend((0..n).map(|k| if forward { points[k] } else { points[n - k] }));
        }
        out
    }

    /// Cuts and fills the ground for the roads up the mountain, so that they are level across.
    pub fn grade_mountain_roads(&self, terrain: &mut Terrain) {
        for edge in self.edges.iter().filter(|e| e.class == Class::Mountain) {
            let line = &edge.line;
            let mut heights: Vec<f64> = line.points.iter().map(|&p| terrain.height(p)).collect();
            for _ in 0..6 {
                let old = heights.clone();
                for k in 1..old.len().saturating_sub(1) {
                    heights[k] = (old[k - 1] + old[k] * 2.0 + old[k + 1]) * 0.25;
                }
            }
            terrain.grade(line.clone(), heights, Class::Mountain.half_m() + 1.5, 14.0, Vec::new());
        }
    }

    pub fn name_of(&self, edge: usize) -> &str {
        &self.ways[self.edges[edge].way as usize].name
    }
}

/// Takes bends out of the last metres before junctions, so that kerbs meet on straight lines.
fn settle_ends(nodes: &[Node], edges: &mut [Edge]) {
    let widest = |n: u32, own: u32, edges: &[Edge]| {
        let arms = &nodes[n as usize].arms;
        arms.iter().filter(|a| a.0 != own).map(|a| edges[a.0 as usize].class.half_m()).fold(0.0, f64::max)
    };
    for k in 0..edges.len() {
        let (from, to) = (edges[k].from, edges[k].to);
        let own = edges[k].class.half_m();
        let need = |n| widest(n, k as u32, edges) * 1.35 + own * 0.6 + 7.0;
        let (need_from, need_to) = (need(from), need(to));
        let line = &edges[k].line;
        let length = line.length();
        let last = line.points.len() - 1;
        let kept = |i: usize| i == 0 || i == last || line.at_m[i] > need_from && line.at_m[i] < length - need_to;
        let mut points: Vec<DVec2> = (0..=last).filter(|&i| kept(i)).map(|i| line.points[i]).collect();
        if from == to && points.len() < 4 {
            points = line.points.clone();
        }
        edges[k].line = Line::new(points);
    }
}

/// A point well inside of a polygon: beside the middle of one of its sides.
pub fn inner_point(polygon: &[DVec2]) -> DVec2 {
    let c = centroid(polygon);
    if contains(polygon, c) {
        return c;
    }
    let mut best = (0.0, c);
    for k in 0..polygon.len() {
        let (a, b) = (polygon[k], polygon[(k + 1) % polygon.len()]);
        let inward = (b - a).perp().normalize_or_zero();
        for depth in [10.0, 60.0] {
            let p = (a + b) * 0.5 + inward * depth;
            let room = super::geom::to_rim(polygon, p);
            if contains(polygon, p) && room > best.0 {
                best = (room, p);
            }
        }
    }
    best.1
}

fn first_use(terrain: &Terrain, motorway: &Motorway, polygon: &[DVec2]) -> Use {
    let p = inner_point(polygon);
    let quarter = quarter_of(p);
    let own = |ground, district| Use { ground, district, quarter: quarter as u16, name: "" };
    if area(polygon) < 0.0 {
        return own(Ground::Outside, District::Wild);
    }
    if terrain.inland(p) < 0.0 {
        return own(Ground::Sea, District::Waterfront);
    }
    if let Some(site) = PADS.iter().position(|pad| outside_of(pad, p) == 0.0) {
        return own(Ground::Site(site), District::Industry);
    }
    if terrain.by_river(p).is_some_and(|n| n.left_m.abs() < terrain.river_half_m(n.along_m) + 3.0) {
        return own(Ground::River, District::Waterfront);
    }
    let (off, along) = motorway.line.nearest(p);
    if motorway.strip_half_m(along).is_some_and(|half| off < half) && p.x.abs() < WORLD_HALF_M {
        return own(Ground::Motorway, District::Wild);
    }
    let railway = Line::new(arterials::RAILWAY.iter().map(|&(x, y)| DVec2::new(x, y)).collect());
    let (off, along) = railway.nearest(p);
    let half = if along > railway.length() - 500.0 { arterials::STATION_HALF_M } else { arterials::RAIL_HALF_M };
    if off < half && p.x > arterials::RAILWAY[6].0 {
        return own(Ground::Railway, District::Industry);
    }
    own(Ground::Block, QUARTERS[quarter].district)
}
