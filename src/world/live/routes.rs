//! The trips of a day's traffic: from side street to side street and to the rims of the world through the streets where one
//! looks, trucks between the port and the motorway's side of the city, and bus lines.

use super::tracks::{Kind, Tracks, is_for_cars};
use super::traffic::Trip;
use crate::bake::det::Rng;
use crate::world::city::graph::Class;
use crate::world::city::network::Turn;
use crate::world::city::surface::Use;
use crate::world::city::things;
use crate::world::layout::{CORE, WORLD_HALF_M};
use glam::DVec2;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// Streets through which trips lead, and how many trips each.
const VIAS: usize = 110;
const TRIPS_PER_VIA: usize = 7;
/// Seconds of free driving to and from there.
const LEG_SECS: (f32, f32) = (50.0, 165.0);
/// Metres of a lane that a trip may begin or end in.
const END_M: f64 = 34.0;

/// Where trucks begin and end: the street before the port's gate.
const PORT_GATE: DVec2 = DVec2::new(3450.0, -2640.0);

/// A bus line: its number, and points that it begins and ends near.
type BusLine = (&'static str, (f64, f64), (f64, f64));

const LINES: [BusLine; 12] = [
    ("1", (-5300.0, -2330.0), (3300.0, -2600.0)),
    ("3", (-7150.0, -1050.0), (850.0, -1180.0)),
    ("7", (7700.0, -560.0), (950.0, -1180.0)),
    ("10", (7600.0, -1450.0), (750.0, -1650.0)),
    ("12", (350.0, 2200.0), (240.0, -1700.0)),
    ("15", (-1700.0, 1800.0), (300.0, -600.0)),
    ("18", (2480.0, 2050.0), (800.0, -750.0)),
    ("22", (-4480.0, -520.0), (1800.0, -2600.0)),
    ("25", (5080.0, 2200.0), (4460.0, -2500.0)),
    ("28", (-1600.0, -2300.0), (-1250.0, -330.0)),
    ("31", (3250.0, 2200.0), (3440.0, -2300.0)),
    ("40", (-3400.0, -2300.0), (-3350.0, 3100.0)),
];

/// The lanes as a graph.
pub struct Roads {
    out: Vec<Vec<u32>>,
    into: Vec<Vec<u32>>,
    /// Seconds that each lane takes.
    secs: Vec<f32>,
}

/// Ways from or to a lane: seconds, and the connection by which one comes (or goes on).
type Tree = HashMap<u32, (f32, Option<u32>)>;

impl Roads {
    pub fn new(tracks: &Tracks) -> Self {
        let network = tracks.network;
        let mut roads = Self {
            out: vec![Vec::new(); network.lanes.len()],
            into: vec![Vec::new(); network.lanes.len()],
            secs: Vec::with_capacity(network.lanes.len()),
        };
        for lane in &network.lanes {
            let length: f64 = lane.line.windows(2).map(|p| p[0].distance(p[1])).sum();
            let narrow = matches!(tracks.city.graph.edges[lane.edge as usize].class, Class::Lane | Class::Track);
            roads.secs.push((length / lane.speed_mps.max(1.0) * if narrow { 2.0 } else { 1.0 }) as f32);
        }
        for (k, c) in network.connections.iter().enumerate() {
            roads.out[c.from].push(k as u32);
            roads.into[c.to].push(k as u32);
        }
        roads
    }

    /// The quickest ways from a lane (or to it, against the traffic), up to a time. Times differ a little by `taste`.
    fn tree(&self, tracks: &Tracks, from: usize, forward: bool, most: f32, buses: bool, taste: u64) -> Tree {
        let network = tracks.network;
        let fits = |lane: usize| {
            let kind = network.lanes[lane].kind;
            is_for_cars(kind) || buses && kind == Use::Bus
        };
        let mut tree = Tree::new();
        let mut open = BinaryHeap::from([Reverse((0u32, from as u32, None))]);
        while let Some(Reverse((millis, lane, by))) = open.pop() {
            let secs = millis as f32 * 1e-3;
            if secs > most || tree.contains_key(&lane) {
                continue;
            }
            tree.insert(lane, (secs, by));
            for &c in if forward { &self.out[lane as usize] } else { &self.into[lane as usize] } {
                let own = &network.connections[c as usize];
                let next = if forward { own.to } else { own.from };
                if !fits(next) || tree.contains_key(&(next as u32)) {
                    continue;
                }
                let turn = match own.turn {
                    Turn::Straight => 1.5,
                    Turn::Right => 5.0,
                    Turn::Left => 11.0,
                };
                let noise = 1.0 + 0.5 * Rng::of(taste, 31, next as u64).unit() as f32;
                let bus = if buses && network.lanes[next].kind == Use::Bus { 0.8 } else { 1.0 };
                let after = secs + turn + self.secs[next] * noise * bus;
                open.push(Reverse(((after * 1e3) as u32, next as u32, Some(c))));
            }
        }
        tree
    }
}

/// Lanes and connections from the root of a forward tree to one of its lanes.
fn way_to(tracks: &Tracks, tree: &Tree, lane: u32) -> Vec<u32> {
    let mut out = Vec::new();
    let mut at = lane;
    while let Some((_, Some(c))) = tree.get(&at) {
        out.push(*c);
        at = tracks.network.connections[*c as usize].from as u32;
    }
    out.reverse();
    out
}

/// Connections from one of its lanes to the root of a backward tree.
fn way_from(tracks: &Tracks, tree: &Tree, lane: u32) -> Vec<u32> {
    let mut out = Vec::new();
    let mut at = lane;
    while let Some((_, Some(c))) = tree.get(&at) {
        out.push(*c);
        at = tracks.network.connections[*c as usize].to as u32;
    }
    out
}

/// The tracks of a lane and of the connections from there on.
fn route(tracks: &mut Tracks, first: u32, connections: &[u32]) -> Vec<u32> {
    let mut out = vec![tracks.lane(first as usize)];
    for &c in connections {
        let to = tracks.network.connections[c as usize].to;
        out.push(tracks.way(c as usize));
        out.push(tracks.lane(to));
    }
    out
}

/// A trip maker.
struct Maker<'a, 'b> {
    tracks: &'a mut Tracks<'b>,
    roads: Roads,
    period: usize,
    trips: Vec<Trip>,
}

impl Maker<'_, '_> {
    fn line(&self, lane: u32) -> &[DVec2] {
        &self.tracks.network.lanes[lane as usize].line
    }

    fn class(&self, lane: u32) -> Class {
        self.tracks.city.graph.edges[self.tracks.network.lanes[lane as usize].edge as usize].class
    }

    fn length(&self, lane: u32) -> f64 {
        self.line(lane).windows(2).map(|p| p[0].distance(p[1])).sum()
    }

    /// Whether a lane begins (or ends) at the rim of the world.
    fn is_rim(&self, lane: u32, end: bool) -> bool {
        let line = self.line(lane);
        let p = if end { line[line.len() - 1] } else { line[0] };
        p.abs().max_element() > WORLD_HALF_M - 25.0
    }

    /// Lanes of a tree in which a trip may begin or end.
    fn ends(&self, tree: &Tree, end: bool, range: (f32, f32)) -> Vec<u32> {
        let mut out: Vec<u32> = tree
            .iter()
            .filter(|(lane, (secs, by))| {
                let side = matches!(self.class(**lane), Class::Local | Class::Lane) && *secs >= range.0;
                by.is_some() && *secs <= range.1 && (self.is_rim(**lane, end) || side && self.length(**lane) > END_M)
            })
            .map(|(lane, _)| *lane)
            .collect();
        out.sort_unstable();
        out
    }

    fn through(&mut self, via: u32, seed: u64, number: usize) {
        let taste = seed ^ (number as u64) << 20;
        let mut rng = Rng::of(seed, 32, number as u64);
        let before = self.roads.tree(self.tracks, via as usize, false, LEG_SECS.1, false, taste);
        let after = self.roads.tree(self.tracks, via as usize, true, LEG_SECS.1, false, taste ^ 1);
        let (froms, tos) = (self.ends(&before, false, LEG_SECS), self.ends(&after, true, LEG_SECS));
        if froms.is_empty() || tos.is_empty() {
            return;
        }
        for _ in 0..TRIPS_PER_VIA {
            let (from, to) = (rng.pick(&froms), rng.pick(&tos));
            let mut way = way_from(self.tracks, &before, from);
            way.extend(way_to(self.tracks, &after, to));
            let (class, length_m, top_mps) = match rng.below(20) {
                0..=5 => ("car_hatch", 4.1, 40.0),
                6..=10 => ("car_saloon", 4.7, 40.0),
                11..=15 => ("car_suv", 4.8, 40.0),
                _ => ("van", 5.5, 30.0),
            };
            self.add((class, length_m, top_mps), from, &way, &mut rng);
        }
    }

    fn add(&mut self, (class, length_m, top_mps): (&'static str, f64, f64), from: u32, way: &[u32], rng: &mut Rng) {
        // No street twice: a way out and back would cross itself.
        let mut seen: Vec<usize> = way.iter().map(|&c| self.tracks.network.connections[c as usize].to).collect();
        seen.push(from as usize);
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        if seen.len() < count || self.length(from) < length_m + 8.0 {
            return;
        }
        let last = way.last().map_or(from, |&c| self.tracks.network.connections[c as usize].to as u32);
        let rim = (self.is_rim(from, false), self.is_rim(last, true));
        let wish = rng.range(0.86, 1.08);
        let sets_out = rng.below(self.period);
        let route = route(self.tracks, from, way);
        self.trips.push(Trip { class, length_m, wish, top_mps, route, sets_out, stops: vec![], rim, line: None });
    }

    /// The lane nearest to a place, of streets that are wide enough for all.
    fn nearest(&self, at: DVec2, main: bool) -> Option<u32> {
        let around = crate::world::city::geom::Bounds::new(at, at).grown(260.0);
        let mut best: Option<(f64, u32)> = None;
        for e in self.tracks.city.graph.edges_in(&around) {
            if main && self.tracks.city.graph.edges[e].class > Class::Collector {
                continue;
            }
            for lane in self.tracks.network.of_edge[e].clone() {
                if !is_for_cars(self.tracks.network.lanes[lane].kind) || self.length(lane as u32) < 40.0 {
                    continue;
                }
                let line = self.line(lane as u32);
                let d = line.iter().map(|p| p.distance(at)).fold(f64::MAX, f64::min);
                if best.is_none_or(|b| d < b.0) {
                    best = Some((d, lane as u32));
                }
            }
        }
        best.map(|b| b.1)
    }

    /// Trucks from the port to the rims of the world and back.
    fn trucks(&mut self, seed: u64, share: f64) {
        let mut rng = Rng::of(seed, 33, 0);
        let Some(gate) = self.nearest(PORT_GATE, true) else { return };
        let edge = self.tracks.network.lanes[gate as usize].edge as usize;
        for lane in self.tracks.network.of_edge[edge].clone() {
            if !is_for_cars(self.tracks.network.lanes[lane].kind) {
                continue;
            }
            for forward in [true, false] {
                let tree = self.roads.tree(self.tracks, lane, forward, 800.0, false, seed);
                let mut rims: Vec<u32> = tree.keys().copied().filter(|&l| self.is_rim(l, forward)).collect();
                rims.sort_unstable();
                rims.retain(|&l| self.class(l) <= Class::Collector);
                for _ in 0..(14.0 * share) as usize {
                    if rims.is_empty() {
                        break;
                    }
                    let rim = rng.pick(&rims);
                    let (from, way) = if forward {
                        (lane as u32, way_to(self.tracks, &tree, rim))
                    } else {
                        (rim, way_from(self.tracks, &tree, rim))
                    };
                    self.add(("truck", 16.5, 22.0), from, &way, &mut rng);
                }
            }
        }
    }

    fn buses(&mut self, seed: u64, share: f64) {
        for (k, (name, a, b)) in LINES.into_iter().enumerate() {
            if k as f64 >= LINES.len() as f64 * share {
                break;
            }
            let mut rng = Rng::of(seed, 34, k as u64);
            for (from, to) in [(a, b), (b, a)] {
                let ends = [from, to].map(|p| self.nearest(DVec2::new(p.0, p.1), true));
                let [Some(first), Some(last)] = ends else { continue };
                let tree = self.roads.tree(self.tracks, first as usize, true, 1500.0, true, seed ^ k as u64);
                let edge = self.tracks.network.lanes[last as usize].edge as usize;
                let reached = self.tracks.network.of_edge[edge].clone().rfind(|l| tree.contains_key(&(*l as u32)));
                let Some(last) = reached else { continue };
                let way = way_to(self.tracks, &tree, last as u32);
                let before = self.trips.len();
                self.add(("bus", 12.0, 16.0), first, &way, &mut rng);
                let Some(trip) = self.trips.get(before).cloned() else { continue };
                let stops = self.stops(&trip.route);
                let headway = self.period / 2;
                let begins = rng.below(headway);
                self.trips[before] =
                    Trip { stops, line: Some(name.into()), sets_out: begins, wish: 0.95, rim: (false, false), ..trip };
                let second = Trip { sets_out: begins + headway, ..self.trips[before].clone() };
                self.trips.push(second);
            }
        }
    }

    /// Bus stops along a route: position in it, and metres along the track.
    fn stops(&self, route: &[u32]) -> Vec<(usize, f64)> {
        let mut out: Vec<(usize, f64)> = Vec::new();
        let (mut gone, mut last) = (0.0, 0.0);
        for (k, &track) in route.iter().enumerate() {
            let own = &self.tracks.list[track as usize];
            if let Kind::Lane(lane) = own.kind
                && k > 0
                && k + 1 < route.len()
            {
                let lane = &self.tracks.network.lanes[lane];
                let line = crate::world::city::geom::Line::new(lane.line.clone());
                let stop = things::along_edge(self.tracks.city, lane.edge as usize)
                    .into_iter()
                    .filter(|t| t.kind == things::Kind::BusStop)
                    .map(|t| (t.at, line.nearest(t.at)))
                    .find(|(at, (off, along))| {
                        let (p, d) = line.at(*along);
                        *off < 14.0 && d.perp_dot(*at - p) < 0.0 && *along > 22.0 && *along < line.length() - 10.0
                    });
                if let Some((_, (_, along))) = stop
                    && gone + along > last + 260.0
                {
                    last = gone + along;
                    out.push((k, along));
                }
            }
            gone += own.length();
        }
        out
    }
}

/// All trips on the streets. `share` of the usual number.
pub fn trips(tracks: &mut Tracks, seed: u64, period: usize, share: f64) -> Vec<Trip> {
    let roads = Roads::new(tracks);
    let mut maker = Maker { tracks, roads, period, trips: Vec::new() };
    // Streets to look at, by their length and by where they are.
    let mut lanes: Vec<(f64, u32)> = Vec::new();
    let mut sum = 0.0;
    for (k, lane) in maker.tracks.network.lanes.iter().enumerate() {
        let class = maker.class(k as u32);
        let weight = match class {
            _ if !is_for_cars(lane.kind) => 0.0,
            // The waterfront is looked at from the sea.
            Class::Boulevard if maker.tracks.city.graph.name_of(lane.edge as usize) == "Avenida Marginal" => 11.0,
            Class::Boulevard => 3.0,
            Class::Arterial | Class::PortRoad => 1.5,
            Class::Collector => 0.6,
            Class::Mountain => 0.15,
            _ => 0.0,
        };
        let away = lane.line[0].distance(CORE);
        sum += weight
            * maker.length(k as u32)
            * if away < 1500.0 {
                4.0
            } else if away < 3500.0 {
                1.4
            } else {
                0.6
            };
        lanes.push((sum, k as u32));
    }
    let mut rng = Rng::of(seed, 35, 0);
    for number in 0..(VIAS as f64 * share).ceil() as usize {
        let wanted = rng.range(0.0, sum);
        let via = lanes[lanes.partition_point(|l| l.0 <= wanted).min(lanes.len() - 1)].1;
        maker.through(via, seed, number);
    }
    maker.trucks(seed, share);
    maker.buses(seed, share);
    maker.trips
}
