//! The road and walk network as data, for traffic and crowds.
//!
//! One JSON object, plan frame metres rounded to centimetres (`[e, n]`), speeds in m/s, seconds for signals:
//!
//! - `nodes`: `{id, at, signal?}`; ids `n<number>`.
//! - `edges`: `{id, from, to, class, name, length, bridge?, lanes: [{id, width, speed, kind, line}]}`; ids `e<number>`.
//!   A lane's id is `<edge>_f<k>` (from start to end) or `<edge>_b<k>`, counted from the kerb inwards; `kind` is
//!   `drive`, `bus`, `tram`, `cycle` or `shared`; `line` runs in the direction of traffic. Right-hand traffic.
//! - `connections`: `{from, to, node, turn, via}`: lanes joined over a node; `turn` is `left`, `right` or `straight`;
//!   `via` is the middle point of the way.
//! - `signals`: `{node, cycle, phases: [{green, amber, arms}]}`: arms are edges whose incoming lanes have green.
//! - `crossings`: `{id, node, edge, from, to}`: zebra crossings before a node, kerb to kerb.
//! - `walks`: `{id, edge, side, line}`: pavements, `side` is `left` or `right` of the edge.
//! - `entrances`: `[building id, e, n]` for each building's front door; `walk` follows from the nearest pavement.
//! - `motorway`: `{line: [[e, n, u]], speed, lanes, width, tunnel, bridge, toll, ramps: [{id, kind, along, line}],
//!   service_area}`; `tunnel` and `bridge` are from-to metres along, `toll` metres along.
//! - `station`: `{name, at, entrances: [{id, at}]}`: the underground station.
//! - `piste`: `{name, line: [[e, n, u]]}`: the ski slope's trail.
//! - `power`: `[{id, pylons: [{id, at}]}]`, `cells`: `[{id, at, u}]` (foot of the antenna above the sea).
//!
//! Ids are those of the plan and the same for the same seed.

use super::City;
use super::graph::{Class, Edge, Graph};
use super::lines;
use super::motorway::INTERCHANGES;
use super::surface::{Use, section};
use super::things::is_signalised;
use crate::world::layout::{BRIDGE_M, PISTE, SERVICE_AREA, STATION, TOLL_M, TUNNEL_M};
use glam::DVec2;
use std::fmt::Write;

/// A lane in the direction of its traffic.
#[derive(Debug, Clone)]
pub struct Lane {
    pub edge: u32,
    /// In the edge's direction.
    pub forward: bool,
    /// Counted from the kerb inwards.
    pub index: usize,
    pub kind: Use,
    pub width_m: f64,
    pub speed_mps: f64,
    pub line: Vec<DVec2>,
}

impl Lane {
    pub fn id(&self) -> String {
        format!("e{}_{}{}", self.edge, if self.forward { 'f' } else { 'b' }, self.index)
    }
}

/// A way from one lane over a node to another.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Indices of lanes.
    pub from: usize,
    pub to: usize,
    pub node: u32,
    pub turn: Turn,
    pub via: DVec2,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Left,
    Straight,
    Right,
}

/// Green for some arms of a node, then amber.
#[derive(Debug, Clone)]
pub struct Phase {
    pub green_secs: f64,
    pub amber_secs: f64,
    /// Edges whose incoming lanes have green.
    pub arms: Vec<u32>,
}

#[derive(Debug, Clone)]
pub struct Signal {
    pub node: u32,
    pub phases: Vec<Phase>,
}

#[derive(Debug, Clone)]
pub struct Crossing {
    pub node: u32,
    pub edge: u32,
    pub from: DVec2,
    pub to: DVec2,
}

/// Lanes, connections, signals and crossings of the planar graph.
#[derive(Debug, Clone, Default)]
pub struct Network {
    pub lanes: Vec<Lane>,
    /// The lanes of each edge.
    pub of_edge: Vec<std::ops::Range<usize>>,
    pub connections: Vec<Connection>,
    pub signals: Vec<Signal>,
    pub crossings: Vec<Crossing>,
}

impl Network {
    pub fn new(city: &City) -> Self {
        let mut network = Self::default();
        for e in 0..city.graph.edges.len() {
            let first = network.lanes.len();
            network.lanes.extend(lanes_of(city, e));
            network.of_edge.push(first..network.lanes.len());
        }
        for node in 0..city.graph.nodes.len() {
            network.connect(&city.graph, node);
            network.signal(city, node);
            network.crossings(city, node);
        }
        network
    }

    fn connect(&mut self, graph: &Graph, node: usize) {
        let arms = &graph.nodes[node].arms;
        for &(e, begins) in arms {
            for &(g, leaves) in arms {
                if e == g && begins == leaves {
                    continue;
                }
                let incoming: Vec<usize> = self.vehicle_lanes(e, !begins);
                let outgoing: Vec<usize> = self.vehicle_lanes(g, leaves);
                if incoming.is_empty() || outgoing.is_empty() {
                    continue;
                }
                let (d0, d1) = (self.end_direction(incoming[0], true), self.end_direction(outgoing[0], false));
                let turn = if d0.perp_dot(d1) > 0.45 {
                    Turn::Left
                } else if d0.perp_dot(d1) < -0.45 {
                    Turn::Right
                } else {
                    Turn::Straight
                };
                // Right turns from the kerb's lane, left turns from the inner one, straight on from each to the one that lies
                // as far from the middle. Bus lanes lead to bus lanes, and other traffic keeps out of them.
                let bus = |lane: usize| self.lanes[lane].kind == Use::Bus;
                let [cars_in, cars_out] = [&incoming, &outgoing].map(|all| {
                    let cars: Vec<usize> = all.iter().copied().filter(|&lane| !bus(lane)).collect();
                    if cars.is_empty() { all.clone() } else { cars }
                });
                let mut pairs: Vec<(usize, usize)> = match turn {
                    Turn::Right => vec![(cars_in[0], cars_out[0])],
                    Turn::Left => vec![(cars_in[cars_in.len() - 1], cars_out[cars_out.len() - 1])],
                    Turn::Straight => {
                        let (n, m) = (cars_in.len(), cars_out.len());
                        (0..n).map(|k| (cars_in[k], cars_out[(k + m).saturating_sub(n).min(m - 1)])).collect()
                    }
                };
                if bus(incoming[0]) && turn != Turn::Left {
                    pairs.push((incoming[0], outgoing[0]));
                }
                if !bus(incoming[0]) && bus(outgoing[0]) && turn == Turn::Straight {
                    pairs.push((incoming[0], outgoing[0]));
                }
                for (from, to) in pairs {
                    let (a, b) = (self.lanes[from].line[self.lanes[from].line.len() - 1], self.lanes[to].line[0]);
                    // Where the two directions meet, drawn half-way to the straight line.
                    let cross = d0.perp_dot(d1);
                    let straight = (a + b) * 0.5;
                    let via = if cross.abs() > 0.2 {
                        let met = a + d0 * ((b - a).perp_dot(d1) / cross);
                        straight.lerp(met, 0.5)
                    } else {
                        straight
                    };
                    self.connections.push(Connection { from, to, node: node as u32, turn, via });
                }
            }
        }
    }

    /// Lanes for cars of an edge in one direction, from the kerb inwards.
    fn vehicle_lanes(&self, edge: u32, forward: bool) -> Vec<usize> {
        self.of_edge[edge as usize]
            .clone()
            .filter(|&k| {
                self.lanes[k].forward == forward && matches!(self.lanes[k].kind, Use::Drive | Use::Bus | Use::Shared)
            })
            .collect()
    }

    fn end_direction(&self, lane: usize, at_end: bool) -> DVec2 {
        let line = &self.lanes[lane].line;
        let n = line.len();
        let d = if at_end { line[n - 1] - line[n - 2] } else { line[1] - line[0] };
        d.normalize_or(DVec2::X)
    }

    /// Two or more phases: arms opposite each other have green together.
    fn signal(&mut self, city: &City, node: usize) {
        if !is_signalised(city, node) {
            return;
        }
        let junction = &city.surface.junctions[node];
        let arms: Vec<_> =
            junction.arms.iter().filter(|a| city.graph.edges[a.edge as usize].class.is_driven()).collect();
        let mut phases: Vec<Phase> = Vec::new();
        let mut taken = vec![false; arms.len()];
        for k in 0..arms.len() {
            if taken[k] {
                continue;
            }
            taken[k] = true;
            let mut group = vec![arms[k].edge];
            let opposite = (0..arms.len())
                .filter(|&j| !taken[j] && arms[j].leaves.dot(arms[k].leaves) < -0.7)
                .min_by(|&i, &j| arms[i].leaves.dot(arms[k].leaves).total_cmp(&arms[j].leaves.dot(arms[k].leaves)));
            if let Some(j) = opposite {
                taken[j] = true;
                group.push(arms[j].edge);
            }
            let class = group.iter().map(|&e| city.graph.edges[e as usize].class).min().unwrap_or(Class::Local);
            let green_secs = match class {
                Class::Boulevard | Class::Arterial | Class::PortRoad => 32.0,
                Class::Collector => 22.0,
                _ => 14.0,
            };
            phases.push(Phase { green_secs, amber_secs: 4.0, arms: group });
        }
        self.signals.push(Signal { node: node as u32, phases });
    }

    fn crossings(&mut self, city: &City, node: usize) {
        let junction = &city.surface.junctions[node];
        if junction.rim.is_empty() || junction.arms.len() < 3 {
            return;
        }
        for arm in &junction.arms {
            let class = city.graph.edges[arm.edge as usize].class;
            if class <= Class::Local && class != Class::Mountain {
                let back = arm.leaves * 2.0;
                self.crossings.push(Crossing {
                    node: node as u32,
                    edge: arm.edge,
                    from: arm.right + back,
                    to: arm.left + back,
                });
            }
        }
    }
}

/// An edge's lanes: first those in its direction from the kerb inwards, then the others.
pub fn lanes_of(city: &City, e: usize) -> Vec<Lane> {
    let edge = &city.graph.edges[e];
    let section = section(&city.graph, edge);
    let strip = &city.surface.strips[e];
    let mut out = Vec::new();
    let span = edge.line.part(strip.from_m, strip.to_m.max(strip.from_m + 0.5));
    for forward in [true, false] {
        let mut index = 0;
        for band in section.bands.iter().rev() {
            if !matches!(band.kind, Use::Drive | Use::Bus | Use::Tram | Use::Cycle | Use::Shared) {
                continue;
            }
            // Right-hand traffic: to the right of the middle in its own direction. A shared lane has cars in its middle.
            let off = if band.kind == Use::Shared { 0.35 * band.to_m } else { (band.from_m + band.to_m) * 0.5 };
            let mut line = span.beside(|_| if forward { -off } else { off });
            if !forward {
                line.reverse();
            }
            let speed_mps = if band.kind == Use::Cycle { 5.5 } else { section.speed_kmh / 3.6 };
            let width_m = band.to_m - band.from_m;
            out.push(Lane { edge: e as u32, forward, index, kind: band.kind, width_m, speed_mps, line });
            index += 1;
        }
    }
    out
}

fn xy(out: &mut String, p: DVec2) {
    let _ = write!(out, "[{:.2},{:.2}]", p.x + 0.0, p.y + 0.0);
}

fn points(out: &mut String, line: &[DVec2]) {
    out.push('[');
    for (k, p) in line.iter().enumerate() {
        if k > 0 {
            out.push(',');
        }
        xy(out, *p);
    }
    out.push(']');
}

fn list<T>(out: &mut String, name: &str, items: impl IntoIterator<Item = T>, mut one: impl FnMut(&mut String, T)) {
    let _ = write!(out, "\"{name}\":[");
    for (k, item) in items.into_iter().enumerate() {
        out.push_str(if k > 0 { ",\n" } else { "\n" });
        one(out, item);
    }
    out.push(']');
}

/// The pavement beside an edge: the middle of it, in the edge's direction.
pub fn pavement(city: &City, e: usize, left: bool) -> Option<Vec<DVec2>> {
    let edge = &city.graph.edges[e];
    let width = section(&city.graph, edge).pavement_m;
    let strip = &city.surface.strips[e];
    if width < 0.8 || strip.to_m - strip.from_m < 1.0 {
        return None;
    }
    let off = edge.class.half_m() + width * 0.5;
    Some(edge.line.part(strip.from_m, strip.to_m).beside(|_| if left { off } else { -off }))
}

fn class_kind(edge: &Edge) -> &'static str {
    edge.class.name()
}

fn use_name(kind: Use) -> &'static str {
    match kind {
        Use::Drive => "drive",
        Use::Bus => "bus",
        Use::Tram => "tram",
        Use::Cycle => "cycle",
        Use::Shared => "shared",
        Use::Median | Use::Parking | Use::Shoulder | Use::Walk => "walk",
    }
}

/// The whole network as JSON text.
pub fn json(city: &City) -> String {
    let network = Network::new(city);
    let mut out = String::with_capacity(24 << 20);
    out.push_str("{\"frame\":\"plan metres, east and north of the origin\",\n");
    list(&mut out, "nodes", 0..city.graph.nodes.len(), |out, n| {
        let _ = write!(out, "{{\"id\":\"n{n}\",\"at\":");
        xy(out, city.graph.nodes[n].at);
        out.push_str(if is_signalised(city, n) { ",\"signal\":true}" } else { "}" });
    });
    out.push_str(",\n");
    let streets = (0..city.graph.edges.len()).filter(|&e| city.graph.edges[e].class.is_street());
    list(&mut out, "edges", streets, |out, e| edge_json(city, &network, out, e));
    out.push_str(",\n");
    list(&mut out, "connections", &network.connections, |out, c| {
        let turn = match c.turn {
            Turn::Left => "left",
            Turn::Straight => "straight",
            Turn::Right => "right",
        };
        let (from, to) = (network.lanes[c.from].id(), network.lanes[c.to].id());
        let _ =
            write!(out, "{{\"from\":\"{from}\",\"to\":\"{to}\",\"node\":\"n{}\",\"turn\":\"{turn}\",\"via\":", c.node);
        xy(out, c.via);
        out.push('}');
    });
    out.push_str(",\n");
    list(&mut out, "signals", &network.signals, |out, s| {
        let cycle: f64 = s.phases.iter().map(|p| p.green_secs + p.amber_secs).sum();
        let _ = write!(out, "{{\"node\":\"n{}\",\"cycle\":{cycle},", s.node);
        list(out, "phases", &s.phases, |out, p| {
            let arms: Vec<String> = p.arms.iter().map(|e| format!("\"e{e}\"")).collect();
            let _ =
                write!(out, "{{\"green\":{},\"amber\":{},\"arms\":[{}]}}", p.green_secs, p.amber_secs, arms.join(","));
        });
        out.push('}');
    });
    out.push_str(",\n");
    list(&mut out, "crossings", network.crossings.iter().enumerate(), |out, (k, c)| {
        let _ = write!(out, "{{\"id\":\"x{k}\",\"node\":\"n{}\",\"edge\":\"e{}\",\"from\":", c.node, c.edge);
        xy(out, c.from);
        out.push_str(",\"to\":");
        xy(out, c.to);
        out.push('}');
    });
    out.push_str(",\n");
    let walks = (0..city.graph.edges.len()).flat_map(|e| [(e, true), (e, false)]);
    let walks: Vec<_> = walks.filter_map(|(e, left)| pavement(city, e, left).map(|line| (e, left, line))).collect();
    list(&mut out, "walks", walks, |out, (e, left, line)| {
        let side = if left { "left" } else { "right" };
        let _ = write!(out, "{{\"id\":\"w{e}{}\",\"edge\":\"e{e}\",\"side\":\"{side}\",\"line\":", &side[..1]);
        points(out, &line);
        out.push('}');
    });
    out.push_str(",\n");
    let doors = (0..city.graph.faces.len()).flat_map(|f| city.buildings_of(f));
    list(&mut out, "entrances", doors, |out, b| {
        let o = &b.volumes[0].outline;
        let p = (o[0] + o[1]) * 0.5;
        let _ = write!(out, "[\"{}\",{:.2},{:.2}]", b.feature.id, p.x + 0.0, p.y + 0.0);
    });
    out.push_str(",\n");
    places(city, &mut out);
    out.push_str("}\n");
    out
}

fn edge_json(city: &City, network: &Network, out: &mut String, e: usize) {
    let edge = &city.graph.edges[e];
    let _ = write!(
        out,
        "{{\"id\":\"e{e}\",\"from\":\"n{}\",\"to\":\"n{}\",\"class\":\"{}\",\"name\":\"{}\",\"length\":{:.2},{}",
        edge.from,
        edge.to,
        class_kind(edge),
        city.graph.name_of(e),
        edge.line.length(),
        if edge.bridge { "\"bridge\":true," } else { "" }
    );
    list(out, "lanes", network.of_edge[e].clone(), |out, k| {
        let lane = &network.lanes[k];
        let (id, kind) = (lane.id(), use_name(lane.kind));
        let _ = write!(
            out,
            "{{\"id\":\"{id}\",\"width\":{:.2},\"speed\":{:.2},\"kind\":\"{kind}\",\"line\":",
            lane.width_m, lane.speed_mps
        );
        points(out, &lane.line);
        out.push('}');
    });
    out.push('}');
}

/// Motorway, station, piste, power lines and cell sites.
fn places(city: &City, out: &mut String) {
    let motorway = &city.motorway;
    out.push_str("\"motorway\":{");
    list(out, "line", motorway.line.points.iter().zip(&motorway.heights), |out, (p, u)| {
        let _ = write!(out, "[{:.2},{:.2},{u:.2}]", p.x, p.y);
    });
    let _ = write!(
        out,
        ",\"speed\":33.33,\"lanes\":3,\"width\":3.75,\"tunnel\":[{},{}],\"bridge\":[{},{}],\"toll\":{TOLL_M},\"service_area\":",
        TUNNEL_M.0, TUNNEL_M.1, BRIDGE_M.0, BRIDGE_M.1
    );
    xy(out, SERVICE_AREA.centre);
    out.push(',');
    list(out, "ramps", &motorway.ramps, |out, r| {
        let kind = if r.exit { "exit" } else { "entry" };
        let name = r.interchange.map_or("service area", |k| INTERCHANGES[k].1);
        let _ = write!(
            out,
            "{{\"id\":\"{}\",\"kind\":\"{kind}\",\"name\":\"{name}\",\"eastbound\":{},\"along\":{:.1},\"line\":",
            r.id, r.eastbound, r.along_m
        );
        points(out, &r.line.points);
        out.push('}');
    });
    out.push_str("},\n\"station\":{\"name\":\"Centro\",\"at\":");
    xy(out, STATION);
    out.push(',');
    list(out, "entrances", lines::underground_entrances(city), |out, (id, at, _)| {
        let _ = write!(out, "{{\"id\":\"{id}\",\"at\":");
        xy(out, at);
        out.push('}');
    });
    out.push_str("},\n\"piste\":{\"name\":\"Pista do Cume\",");
    list(out, "line", PISTE, |out, p| {
        let _ = write!(out, "[{:.2},{:.2},{:.2}]", p.x, p.y, city.terrain.height(p));
    });
    out.push_str("},\n");
    list(out, "power", lines::power_lines(city), |out, l| {
        let _ = write!(out, "{{\"id\":\"{}\",", l.id);
        list(out, "pylons", &l.pylons, |out, p| {
            let _ = write!(out, "{{\"id\":\"{}\",\"at\":", p.id);
            xy(out, p.at);
            out.push('}');
        });
        out.push('}');
    });
    out.push_str(",\n");
    list(out, "cells", lines::cell_sites(city), |out, c| {
        let _ = write!(out, "{{\"id\":\"{}\",\"u\":{:.2},\"at\":", c.id, city.terrain.height(c.at) + c.lift_m);
        xy(out, c.at);
        out.push('}');
    });
}
