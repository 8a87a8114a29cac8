//! What vehicles drive on: lanes of streets, ways over junctions, lanes of the motorway, as lines in space. Plan frame
//! metres; right-hand traffic.

use crate::world::city::City;
use crate::world::city::network::{Network, Signal, Turn};
use crate::world::city::surface::Use;
use glam::{DVec2, DVec3};
use std::collections::HashMap;

/// How far apart heights are taken.
const STEP_M: f64 = 8.0;
/// Highest acceleration to the side, m/s2.
const SIDE_MPS2: f64 = 2.0;
/// Ways over a junction that come nearer to each other than this cross.
const NEAR_M: f64 = 2.3;

/// What a track is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A lane of the network.
    Lane(usize),
    /// A connection of the network.
    Way(usize),
    /// A piece of a lane of its own: of the motorway, or of rails.
    Free,
}

/// A line that is driven in one direction.
#[derive(Debug, Clone)]
pub struct Track {
    pub kind: Kind,
    pub points: Vec<DVec3>,
    /// Length along the points up to each.
    pub at_m: Vec<f64>,
    /// Highest speed, m/s.
    pub speed: f64,
    /// Ways over the same junction that this one crosses or joins; the flag says that those there go first.
    pub conflicts: Vec<(u32, bool)>,
    /// For a way over a junction: the track of its first lane, its signal and the phases (a bit each) in which it has green.
    pub from: u32,
    pub signal: Option<(usize, u32)>,
}

impl Track {
    pub fn new(kind: Kind, points: Vec<DVec3>, speed: f64) -> Self {
        let mut at_m = vec![0.0];
        for pair in points.windows(2) {
            at_m.push(at_m[at_m.len() - 1] + (pair[1] - pair[0]).length());
        }
        Self { kind, points, at_m, speed, conflicts: Vec::new(), from: u32::MAX, signal: None }
    }

    pub fn length(&self) -> f64 {
        self.at_m[self.at_m.len() - 1]
    }

    /// The point `at` metres along; beyond its ends on the straight line through them.
    pub fn at(&self, at: f64) -> DVec3 {
        let last = self.points.len() - 1;
        let k = self.at_m.partition_point(|&m| m <= at).clamp(1, last);
        let (a, b) = (self.at_m[k - 1], self.at_m[k]);
        let f = if b > a { (at - a) / (b - a) } else { 0.0 };
        self.points[k - 1].lerp(self.points[k], f)
    }
}

/// Signals whose cycles are stretched a little, so that the period is a whole number of them.
pub struct Timing {
    /// For each signal of the network: when the green of each phase begins and ends, seconds, and the cycle.
    phases: Vec<(Vec<(f64, f64)>, f64)>,
}

impl Timing {
    fn new(signals: &[Signal], period_secs: f64) -> Self {
        let of = |signal: &Signal| {
            let own: f64 = signal.phases.iter().map(|p| p.green_secs + p.amber_secs).sum();
            let cycle = period_secs / (period_secs / own).round().max(1.0);
            let scale = cycle / own;
            let mut from = 0.0;
            let mut phases = Vec::new();
            for phase in &signal.phases {
                phases.push((from, from + phase.green_secs * scale));
                from += (phase.green_secs + phase.amber_secs) * scale;
            }
            (phases, cycle)
        };
        Self { phases: signals.iter().map(of).collect() }
    }

    /// Bits of the phases that have green.
    pub fn green(&self, signal: usize, secs: f64) -> u32 {
        let (phases, cycle) = &self.phases[signal];
        let t = secs + (signal % 7) as f64 * 5.0;
        let t = t - (t / cycle).floor() * cycle;
        phases.iter().enumerate().filter(|(_, p)| t >= p.0 && t < p.1).fold(0, |bits, (k, _)| bits | 1 << k)
    }
}

/// Tracks, made when a route needs them.
pub struct Tracks<'a> {
    pub city: &'a City,
    pub network: &'a Network,
    pub list: Vec<Track>,
    pub timing: Timing,
    of_lane: HashMap<usize, u32>,
    of_way: HashMap<usize, u32>,
    signal_of_node: HashMap<u32, usize>,
    /// Ways by junction.
    at_node: HashMap<u32, Vec<u32>>,
}

impl<'a> Tracks<'a> {
    pub fn new(city: &'a City, network: &'a Network, period_secs: f64) -> Self {
        Self {
            city,
            network,
            list: Vec::new(),
            timing: Timing::new(&network.signals, period_secs),
            of_lane: HashMap::new(),
            of_way: HashMap::new(),
            signal_of_node: network.signals.iter().enumerate().map(|(k, s)| (s.node, k)).collect(),
            at_node: HashMap::new(),
        }
    }

    pub fn add(&mut self, track: Track) -> u32 {
        self.list.push(track);
        self.list.len() as u32 - 1
    }

    /// The track of a lane.
    pub fn lane(&mut self, lane: usize) -> u32 {
        if let Some(&track) = self.of_lane.get(&lane) {
            return track;
        }
        let own = &self.network.lanes[lane];
        let points = on_street(self.city, own.edge as usize, &own.line);
        let track = self.add(Track::new(Kind::Lane(lane), points, own.speed_mps));
        self.list[track as usize].speed = own.speed_mps.min(bend_speed(&self.list[track as usize].points));
        self.of_lane.insert(lane, track);
        track
    }

    /// The track of a connection.
    pub fn way(&mut self, connection: usize) -> u32 {
        if let Some(&track) = self.of_way.get(&connection) {
            return track;
        }
        let own = &self.network.connections[connection];
        let (from, to) = (self.lane(own.from), self.lane(own.to));
        let points = over(self.city, &self.list[from as usize].points, &self.list[to as usize].points);
        let speed = self.list[from as usize].speed.min(self.list[to as usize].speed).min(bend_speed(&points).max(3.2));
        let mut track = Track::new(Kind::Way(connection), points, speed);
        track.from = from;
        track.signal = self.signal_of_node.get(&own.node).map(|&signal| {
            let edge = self.network.lanes[own.from].edge;
            let phases = self.network.signals[signal].phases.iter().enumerate();
            (signal, phases.filter(|(_, p)| p.arms.contains(&edge)).fold(0, |bits, (k, _)| bits | 1 << k))
        });
        let node = own.node;
        let track = self.add(track);
        for other in self.at_node.get(&node).cloned().unwrap_or_default() {
            self.compare(track, other);
        }
        self.at_node.entry(node).or_default().push(track);
        self.of_way.insert(connection, track);
        track
    }

    /// Notes whether two ways over a junction are in each other's way, and who goes first.
    fn compare(&mut self, a: u32, b: u32) {
        let (p, q) = (&self.list[a as usize], &self.list[b as usize]);
        let (Kind::Way(m), Kind::Way(n)) = (p.kind, q.kind) else { return };
        let (c, d) = (&self.network.connections[m], &self.network.connections[n]);
        if c.from == d.from {
            return;
        }
        let same_street = self.network.lanes[c.from].edge == self.network.lanes[d.from].edge;
        let cross = c.to == d.to || !same_street && distance(&p.points, &q.points) < NEAR_M;
        if !cross {
            return;
        }
        let b_first = self.rank(d) < self.rank(c);
        self.list[a as usize].conflicts.push((b, b_first));
        self.list[b as usize].conflicts.push((a, !b_first));
    }

    /// Lower goes first: at signals who does not turn left, elsewhere who comes on the greater street.
    fn rank(&self, c: &crate::world::city::network::Connection) -> (usize, u8, usize) {
        let class = self.city.graph.edges[self.network.lanes[c.from].edge as usize].class as usize;
        let class = if self.signal_of_node.contains_key(&c.node) { 0 } else { class };
        let turn = match c.turn {
            Turn::Straight => 0,
            Turn::Right => 1,
            Turn::Left => 2,
        };
        (class, turn, c.from)
    }
}

/// Least distance between the points of two lines.
fn distance(p: &[DVec3], q: &[DVec3]) -> f64 {
    p.iter()
        .flat_map(|a| q.iter().map(move |b| a.truncate().distance_squared(b.truncate())))
        .fold(f64::MAX, f64::min)
        .sqrt()
}

/// A line of a street with heights: those of the ground, or of the deck of a bridge.
pub fn on_street(city: &City, edge: usize, line: &[DVec2]) -> Vec<DVec3> {
    let middle = &city.graph.edges[edge];
    let height = |p: DVec2| {
        if middle.bridge {
            city.surface.street_u(&city.graph, &city.terrain, edge, middle.line.nearest(p).1)
        } else {
            city.terrain.height(p)
        }
    };
    let mut out = vec![line[0].extend(height(line[0]))];
    for pair in line.windows(2) {
        let count = ((pair[1] - pair[0]).length() / STEP_M).ceil().max(1.0) as usize;
        for k in 1..=count {
            let p = pair[0].lerp(pair[1], k as f64 / count as f64);
            out.push(p.extend(height(p)));
        }
    }
    out.dedup_by(|a, b| a.distance_squared(*b) < 1e-6);
    if out.len() < 2 {
        out.push(out[0] + DVec3::X * 0.01);
    }
    out
}

/// A smooth way over a junction from the end of one line to the start of another.
pub fn over(city: &City, from: &[DVec3], to: &[DVec3]) -> Vec<DVec3> {
    let n = from.len();
    let (a, b) = (from[n - 1], to[0]);
    let (d0, d1) = ((a - from[n - 2]).truncate().normalize_or(DVec2::X), (to[1] - b).truncate().normalize_or(DVec2::X));
    let gap = (b - a).truncate();
    let cross = d0.perp_dot(d1);
    // Where the two directions meet, as distances from both ends.
    let (m0, m1) = (gap.perp_dot(d1) / cross, gap.perp_dot(d0) / cross);
    let meet = cross.abs() > 0.2 && m0 > 0.5 && m1 > 0.5;
    let arm = gap.length() / 3.0;
    let (c0, c1) = if meet {
        // A quadratic curve as a cubic one.
        let met = a.truncate() + d0 * m0;
        (a.truncate().lerp(met, 2.0 / 3.0), b.truncate().lerp(met, 2.0 / 3.0))
    } else {
        (a.truncate() + d0 * arm, b.truncate() - d1 * arm)
    };
    let count = (gap.length() / 2.0).ceil().clamp(2.0, 16.0) as usize;
    let (p, q) = (a.truncate(), b.truncate());
    let at = |k: usize| {
        let t = k as f64 / count as f64;
        let s = 1.0 - t;
        let xy = p * (s * s * s) + c0 * (3.0 * s * s * t) + c1 * (3.0 * s * t * t) + q * (t * t * t);
        // Bridges end at junctions; between the ends' heights the ground's own is taken.
        let blend = 4.0 * s * t;
        let flat = a.z + (b.z - a.z) * t;
        xy.extend(flat + (city.terrain.height(xy) - flat) * blend)
    };
    (0..=count).map(at).collect()
}

/// The speed at which the sharpest bend of a line is driven.
fn bend_speed(points: &[DVec3]) -> f64 {
    let mut speed = f64::MAX;
    for k in 1..points.len().saturating_sub(1) {
        let (u, v) = ((points[k] - points[k - 1]).truncate(), (points[k + 1] - points[k]).truncate());
        let turn = u.perp_dot(v).abs() / (u.length() * v.length()).max(1e-9);
        let radius = 0.5 * (u.length() + v.length()) / turn.max(1e-4);
        speed = speed.min((SIDE_MPS2 * radius).sqrt());
    }
    speed
}

/// Whether cars drive on it.
pub fn is_for_cars(kind: Use) -> bool {
    matches!(kind, Use::Drive | Use::Shared)
}
