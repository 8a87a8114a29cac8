//! People on foot: on pavements and over crossings in the core, along the promenade, from and to the underground station.
//! They come out of a door and go into one. Whoever wants to cross waits until no vehicle is on the crossing for as long as
//! it takes, which the recorded traffic tells. Plan frame metres.

use super::trace::{Course, Motion, Pose, STEP_SECS, Values, parts_of};
use super::traffic::Driven;
use crate::bake::det::Rng;
use crate::world::city::City;
use crate::world::city::geom::{Bounds, Line, inset};
use crate::world::city::graph::{Class, Ground};
use crate::world::city::lines::underground_entrances;
use crate::world::city::network::Network;
use crate::world::city::surface::section;
use crate::world::layout::KERB_M;
use crate::world::layout::{CORE, STATION};
use glam::{DVec2, DVec3};

/// Where one looks from street level: middle, radius, people.
const PLACES: [(DVec2, f64, usize); 4] = [
    (CORE, 330.0, 130),
    (STATION, 150.0, 70),
    (DVec2::new(330.0, -1850.0), 320.0, 70),
    (DVec2::new(-1450.0, -1650.0), 300.0, 60),
];
const ON_PROMENADE: usize = 75;
/// People who come from the underground or go there.
const BY_UNDERGROUND: usize = 50;
/// How long one is on the way.
const WALK_SECS: (f64, f64) = (130.0, 250.0);
/// How deep a door lies inside of the pavement's middle.
const DOOR_M: f64 = 2.6;
/// Nobody waits longer.
const PATIENCE_STEPS: usize = 200;
/// A vehicle this near to a crossing is on it.
const NEAR_M: f64 = 2.2;

/// The middle of the pavement around a block, closed.
struct Ring {
    line: Line,
    /// Where crossings begin: metres along, crossing, whether it is its `from`.
    gates: Vec<(f64, usize, bool)>,
}

/// A part of a walk.
enum Leg {
    /// To a place, and how high it lies above the ground.
    To(DVec2, f64),
    /// Wait until a crossing is free.
    Wait(usize),
}

struct Crowd<'a> {
    city: &'a City,
    network: &'a Network,
    rings: Vec<Ring>,
    /// For each crossing the rings at its `from` and `to` with metres along, if both are known.
    links: Vec<[Option<(usize, f64)>; 2]>,
    /// For each crossing in use, at which steps vehicles are on it.
    taken: Vec<Vec<bool>>,
    period: usize,
}

/// All people of a period.
pub fn courses(
    city: &City,
    network: &Network,
    roads: &[Driven],
    lengths: &dyn Fn(usize) -> f64,
    period: usize,
    share: f64,
) -> Vec<Course> {
    let mut crowd = Crowd::new(city, network, period);
    crowd.watch(roads, lengths);
    let mut out = Vec::new();
    let of = |count: usize| (count as f64 * share).ceil() as usize;
    for (place, (middle, radius, count)) in PLACES.into_iter().enumerate() {
        let near: Vec<usize> = (0..crowd.rings.len())
            .filter(|&r| crowd.rings[r].line.points.iter().any(|p| p.distance(middle) < radius))
            .collect();
        for k in 0..of(count) {
            let mut rng = Rng::of(city.seed, 40 + place as u64, k as u64);
            if !near.is_empty() {
                let ring = rng.pick(&near);
                let legs = crowd.walk_from_door(ring, None, &mut rng);
                crowd.add(&legs, &mut rng, &mut out, false);
            }
        }
    }
    let entrances = underground_entrances(city);
    for k in 0..of(BY_UNDERGROUND) {
        let mut rng = Rng::of(city.seed, 48, k as u64);
        if entrances.is_empty() {
            break;
        }
        let at = entrances[rng.below(entrances.len())].1;
        let Some(ring) = crowd.nearest_ring(at) else { continue };
        let mut legs = crowd.walk_from_door(ring, Some(at), &mut rng);
        if k % 2 == 1 {
            legs = reversed(legs);
        }
        crowd.add(&legs, &mut rng, &mut out, false);
    }
    for k in 0..of(ON_PROMENADE) {
        let mut rng = Rng::of(city.seed, 49, k as u64);
        let runs = rng.chance(0.15);
        if let Some(legs) = promenade(city, &mut rng) {
            crowd.add(&legs, &mut rng, &mut out, runs);
        }
    }
    out
}

/// The same way back: one waits before the crossing on the other side.
fn reversed(legs: Vec<Leg>) -> Vec<Leg> {
    let mut legs = legs;
    legs.reverse();
    // A wait stood between both ends of a crossing and still does.
    legs
}

impl<'a> Crowd<'a> {
    fn new(city: &'a City, network: &'a Network, period: usize) -> Self {
        let mut rings = Vec::new();
        for (middle, radius, _) in PLACES {
            for face in city.graph.faces_in(&Bounds::new(middle, middle).grown(radius)) {
                if city.graph.faces[face].ground == Ground::Block
                    && let Some(line) = ring(city, face)
                {
                    rings.push((face, Ring { line, gates: Vec::new() }));
                }
            }
        }
        rings.sort_by_key(|r| r.0);
        rings.dedup_by_key(|r| r.0);
        let mut rings: Vec<Ring> = rings.into_iter().map(|r| r.1).collect();
        let boxes: Vec<Bounds> = rings.iter().map(|r| Bounds::around(&r.line.points).grown(7.0)).collect();
        let find = |p: DVec2| {
            let near = (0..rings.len()).filter(|&r| boxes[r].contains(p)).map(|r| (rings[r].line.nearest(p), r));
            near.min_by(|a, b| a.0.0.total_cmp(&b.0.0)).filter(|n| n.0.0 < 6.0).map(|((_, along), r)| (r, along))
        };
        let links: Vec<[Option<(usize, f64)>; 2]> =
            network.crossings.iter().map(|c| [find(c.from), find(c.to)]).collect();
        for (k, link) in links.iter().enumerate() {
            if let [Some((a, at_a)), Some((b, at_b))] = link
                && a != b
            {
                rings[*a].gates.push((*at_a, k, true));
                rings[*b].gates.push((*at_b, k, false));
            }
        }
        rings.iter_mut().for_each(|r| r.gates.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))));
        Self { city, network, rings, links, taken: vec![Vec::new(); network.crossings.len()], period }
    }

    /// Notes when vehicles are on the crossings.
    fn watch(&mut self, roads: &[Driven], lengths: &dyn Fn(usize) -> f64) {
        let used: Vec<usize> = (0..self.links.len()).filter(|&k| self.links[k].iter().all(Option::is_some)).collect();
        let boxes = used.iter().map(|&k| {
            let c = &self.network.crossings[k];
            Bounds::around([&c.from, &c.to]).grown(NEAR_M)
        });
        let index = crate::world::city::geom::BoxIndex::new(boxes.collect(), 60.0);
        used.iter().for_each(|&k| self.taken[k] = vec![false; self.period]);
        if used.is_empty() {
            return;
        }
        for driven in roads {
            let half = lengths(driven.trip) * 0.5 + 1.0;
            for (age, pose) in driven.poses.iter().enumerate() {
                let (s, c) = crate::bake::det::sin_cos(pose.heading_deg.to_radians());
                let along = DVec2::new(s, c) * half;
                let (a, b) = (pose.at.truncate() - along, pose.at.truncate() + along);
                for hit in index.within(&Bounds::around([&a, &b])) {
                    let zebra = &self.network.crossings[used[hit]];
                    // Both are short: their distance by five points of the vehicle.
                    let near = (0..=4).any(|k| {
                        let p = a.lerp(b, f64::from(k) / 4.0);
                        crate::world::city::geom::to_segment(p, zebra.from, zebra.to).0 < NEAR_M
                    });
                    if near {
                        self.taken[used[hit]][(driven.start + age) % self.period] = true;
                    }
                }
            }
        }
    }

    fn nearest_ring(&self, at: DVec2) -> Option<usize> {
        let away = |r: usize| self.rings[r].line.nearest(at).0;
        (0..self.rings.len()).min_by(|&a, &b| away(a).total_cmp(&away(b))).filter(|&r| away(r) < 30.0)
    }

    /// A walk by lot that begins at a door of a ring, or somewhere beside it.
    fn walk_from_door(&self, ring: usize, begin: Option<DVec2>, rng: &mut Rng) -> Vec<Leg> {
        let long = rng.range(WALK_SECS.0, WALK_SECS.1) * 1.3;
        let (mut at, mut forward) = (ring, rng.chance(0.5));
        let mut s = match begin {
            Some(p) => self.rings[ring].line.nearest(p).1,
            None => rng.range(0.0, self.rings[ring].line.length()),
        };
        let mut legs = vec![Leg::To(begin.unwrap_or_else(|| self.door(at, s)), KERB_M)];
        let mut gone = 0.0;
        while gone < long {
            let ring = &self.rings[at];
            let around = ring.line.length();
            let next = ring
                .gates
                .iter()
                .map(|g| (if forward { g.0 - s } else { s - g.0 }.rem_euclid(around), g))
                .filter(|(d, _)| *d > 3.0)
                .min_by(|a, b| a.0.total_cmp(&b.0));
            let cross = next.filter(|(d, _)| gone + d < long && rng.chance(0.45));
            // Without a crossing: past the next one, or a while on.
            let far = cross.or(next.filter(|n| n.0 < long - gone)).map_or((long - gone).min(around * 0.9), |n| n.0);
            self.walk(at, &mut s, forward, far, &mut legs);
            gone += far.max(1.0);
            if let Some((_, &(_, crossing, is_from))) = cross {
                let zebra = &self.network.crossings[crossing];
                let (a, b) = if is_from { (zebra.from, zebra.to) } else { (zebra.to, zebra.from) };
                let Some((other, along)) = self.links[crossing][usize::from(is_from)] else { break };
                // One waits on the kerb, a step before the edge.
                let back = (a - b).normalize_or_zero() * 0.5;
                legs.extend([Leg::To(a + back, KERB_M), Leg::Wait(crossing), Leg::To(b - back, KERB_M)]);
                gone += a.distance(b);
                (at, s, forward) = (other, along, rng.chance(0.5));
                legs.push(Leg::To(self.rings[at].line.at(s).0, KERB_M));
            }
        }
        legs.push(Leg::To(self.door(at, s), KERB_M));
        legs
    }

    /// A place inside of the pavement: the ring runs counter-clockwise.
    fn door(&self, ring: usize, s: f64) -> DVec2 {
        let (p, d) = self.rings[ring].line.at(s);
        p + d.perp() * DOOR_M
    }

    /// Adds the points of a stretch of a ring.
    fn walk(&self, ring: usize, s: &mut f64, forward: bool, far: f64, legs: &mut Vec<Leg>) {
        let line = &self.rings[ring].line;
        let around = line.length();
        let wrap = |m: f64| m.rem_euclid(around);
        legs.push(Leg::To(line.at(*s).0, KERB_M));
        let mut between: Vec<(f64, DVec2)> = line
            .points
            .iter()
            .zip(&line.at_m)
            .skip(1)
            .map(|(p, m)| (if forward { wrap(m - *s) } else { wrap(*s - m) }, *p))
            .filter(|(d, _)| *d > 0.3 && *d < far - 0.3)
            .collect();
        between.sort_by(|a, b| a.0.total_cmp(&b.0));
        legs.extend(between.into_iter().map(|(_, p)| Leg::To(p, KERB_M)));
        *s = wrap(if forward { *s + far } else { *s - far });
        legs.push(Leg::To(line.at(*s).0, KERB_M));
    }

    /// Walks the legs from a moment by lot.
    fn add(&self, legs: &[Leg], rng: &mut Rng, out: &mut Vec<Course>, runs: bool) {
        let speed = if runs { rng.range(2.5, 3.1) } else { rng.range(1.15, 1.55) };
        let (start, aside) = (rng.below(self.period), rng.range(-0.5, 0.5));
        let coat = rng.pick(&COATS);
        let Some(samples) = self.timed(legs, start, speed) else { return };
        let still: Vec<bool> = samples.iter().map(|s| s.1).collect();
        let points: Vec<DVec3> = samples.iter().map(|s| s.0).collect();
        let poses = posed(&points, aside);
        for (poses, ages) in parts_of(&poses, start, self.period) {
            let words = ages.iter().map(|&age| match (still[age.min(still.len() - 1)], runs) {
                (true, _) => "waiting",
                (_, true) => "running",
                _ => "walking",
            });
            let values = vec![("activity", Values::Words(words.collect())), ("coat", Values::text(coat))];
            let id = format!("person-{}", out.len() + 1);
            out.push(Course { id, class: "person", motion: Motion::Moving(poses), values });
        }
    }

    /// A point for each step, and whether one waits; None if that would take too long.
    fn timed(&self, legs: &[Leg], start: usize, speed: f64) -> Option<Vec<(DVec3, bool)>> {
        let on = |p: DVec2, up: f64| p.extend(self.city.terrain.height(p) + up);
        let mut out: Vec<(DVec3, bool)> = Vec::new();
        let mut here: Option<(DVec2, f64)> = None;
        // Metres that the last step went beyond the last corner.
        let mut over = 0.0;
        let mut street: Option<usize> = None;
        for leg in legs {
            match *leg {
                Leg::Wait(crossing) => {
                    let zebra = &self.network.crossings[crossing];
                    let steps = ((zebra.from.distance(zebra.to) + 2.0) / speed / STEP_SECS) as usize + 3;
                    let taken = &self.taken[crossing];
                    let mut waited = 0;
                    let (p, up) = here?;
                    while (0..steps).any(|k| taken[(start + out.len() + k) % self.period]) {
                        out.push((on(p, up), waited > 0));
                        waited += 1;
                        if waited > PATIENCE_STEPS {
                            return None;
                        }
                    }
                    street = Some(crossing);
                }
                Leg::To(to, up) => {
                    let Some((from, from_up)) = here.replace((to, up)) else { continue };
                    let way = from.distance(to);
                    let mut m = over;
                    while m < way {
                        let t = m / way;
                        // On the carriageway between the kerbs.
                        let lift = if street.is_some() && m > 0.6 && m < way - 0.6 {
                            0.02
                        } else {
                            from_up + (up - from_up) * t
                        };
                        out.push((on(from.lerp(to, t), lift), false));
                        m += speed * STEP_SECS;
                    }
                    over = m - way;
                    street = None;
                }
            }
        }
        (out.len() > 20).then_some(out)
    }
}

const COATS: [&str; 8] = ["white", "grey", "black", "red", "blue", "green", "sand", "yellow"];

/// Points with directions, a little to the left of the way.
fn posed(points: &[DVec3], aside: f64) -> Vec<Pose> {
    let n = points.len();
    let mut direction = DVec2::Y;
    (0..n)
        .map(|k| {
            let (a, b) = (points[k.saturating_sub(1)], points[(k + 1).min(n - 1)]);
            let moved = (b - a).truncate();
            if moved.length() > 0.3 {
                direction = moved.normalize();
            }
            let at = (a + points[k] * 2.0 + b) * 0.25;
            Pose::level(at + (direction.perp() * aside).extend(0.0), direction)
        })
        .collect()
}

/// The middle of the pavement around a block.
fn ring(city: &City, face: usize) -> Option<Line> {
    let block = &city.surface.blocks[face];
    let n = block.kerb.len();
    if !(3..=400).contains(&n) {
        return None;
    }
    let mut width = vec![1.2; n];
    for side in &block.sides {
        let own = section(&city.graph, &city.graph.edges[side.edge as usize]).pavement_m * 0.5;
        let mut k = side.first;
        while k != side.last {
            width[k] = own.clamp(0.45, 2.4);
            k = (k + 1) % n;
        }
    }
    let mut points = inset(&block.kerb, |k| width[k])?;
    points.push(points[0]);
    let line = Line::new(points);
    (line.length() > 70.0).then_some(line)
}

/// A walk along the shore, on one side of the promenade.
fn promenade(city: &City, rng: &mut Rng) -> Option<Vec<Leg>> {
    let edges: Vec<usize> = (0..city.graph.edges.len())
        .filter(|&e| {
            let edge = &city.graph.edges[e];
            edge.class == Class::Promenade && edge.line.points[0].distance(DVec2::new(100.0, -2250.0)) < 1300.0
        })
        .collect();
    if edges.is_empty() {
        return None;
    }
    let (mut e, mut forward) = (edges[rng.below(edges.len())], rng.chance(0.5));
    let off = rng.range(2.0, 4.4) * if rng.chance(0.5) { 1.0 } else { -1.0 };
    let long = rng.range(WALK_SECS.0, WALK_SECS.1) * 1.3;
    let (mut legs, mut gone) = (Vec::new(), 0.0);
    while gone < long {
        let edge = &city.graph.edges[e];
        let strip = &city.surface.strips[e];
        let mut line = edge
            .line
            .part(strip.from_m, strip.to_m.max(strip.from_m + 0.5))
            .beside(|_| if forward { off } else { -off });
        if !forward {
            line.reverse();
        }
        legs.extend(line.iter().map(|&p| Leg::To(p, 0.02)));
        gone += edge.line.length();
        let node = if forward { edge.to } else { edge.from };
        let onward: Vec<(u32, bool)> = city.graph.nodes[node as usize]
            .arms
            .iter()
            .copied()
            .filter(|a| a.0 as usize != e && city.graph.edges[a.0 as usize].class == Class::Promenade)
            .collect();
        if onward.is_empty() {
            break;
        }
        let next = onward[rng.below(onward.len())];
        (e, forward) = (next.0 as usize, next.1);
    }
    Some(legs)
}
