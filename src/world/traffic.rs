//! Road traffic for the trace: vehicles that cross the town, follow each other and obey signals, recorded over a time
//! after which everything stands where it stood.
//!
//! Car-following is the Intelligent Driver Model (Treiber, Hennecke, Helbing 2000) in steps of 0.1 s. Signals have a
//! fixed cycle that divides the recorded time, and every trip sets out once in each recorded time. A system that is
//! driven in a rhythm falls into it; the few trips that do not are taken out, and the rest is run again.

use super::route::{Key, Net, Route};
use crate::bake::det::Rng;
use glam::DVec3;
use std::collections::HashMap;

const STEP_SECS: f64 = 0.1;
const STEPS_PER_SAMPLE: usize = 5;
const CYCLE_SECS: f64 = 30.0;
const GREEN_SECS: f64 = 10.5;
/// How far before the end of a lane its stop line lies.
const STOP_M: f64 = 5.4;
/// Speed of vehicles that come into town.
const ENTER_MPS: f64 = 7.0;

/// A drive through the town, once in each recorded time.
#[derive(Debug, Clone)]
pub struct Trip {
    pub class: &'static str,
    length_m: f64,
    /// Times the speed of the street.
    wish: f64,
    route: Route,
    /// The step in the period at which it sets out.
    sets_out: usize,
}

/// A vehicle on its way.
#[derive(Debug, Clone, Copy)]
struct Driving {
    trip: usize,
    s: f64,
    v: f64,
}

/// Vehicles by the stretch that their front is on: distance of the front, index.
type Occupied = HashMap<Key, Vec<(f64, usize)>>;

struct Traffic {
    trips: Vec<Trip>,
    driving: Vec<Driving>,
    waiting: Vec<usize>,
    step: usize,
    period: usize,
}

/// One vehicle at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub at: DVec3,
    pub direction: DVec3,
    pub v: f64,
}

/// Trips with their samples every half second over `secs`; `None` while a trip is not on the road.
pub fn record(net: &Net, seed: u64, secs: u32) -> Vec<(Trip, Vec<Option<Sample>>)> {
    let mut traffic = Traffic::new(net, seed, secs);
    for _ in 0..10 {
        if traffic.settle() == 0 {
            break;
        }
    }
    let samples = secs as usize * 2;
    let mut tracks = vec![Vec::with_capacity(samples); traffic.trips.len()];
    for _ in 0..samples {
        let mut now = vec![None; tracks.len()];
        for driving in &traffic.driving {
            now[driving.trip] = Some(traffic.sample(driving));
        }
        tracks.iter_mut().zip(now).for_each(|(track, sample)| track.push(sample));
        for _ in 0..STEPS_PER_SAMPLE {
            traffic.advance();
        }
    }
    traffic.trips.into_iter().zip(tracks).filter(|(_, track)| track.iter().any(Option::is_some)).collect()
}

impl Traffic {
    fn new(net: &Net, seed: u64, secs: u32) -> Self {
        let period = secs as usize * 2 * STEPS_PER_SAMPLE;
        let mut trips = Vec::new();
        for (k, entry) in net.entries().into_iter().enumerate() {
            let mut rng = Rng::of(seed, 20, k as u64);
            let wanted = rng.int(3, 5) as usize;
            for number in 0..wanted {
                // A way that ends before it is driven in one period; slow trips are dropped when it settles.
                let longest = f64::from(secs) * 4.2;
                let Some(route) = (0..12).find_map(|_| net.through(entry, (420.0, longest), &mut rng)) else {
                    continue;
                };
                // Long vehicles keep to straight ways: they would cut corners on which others wait.
                let straight = route.pieces.iter().all(|p| p.speed > 5.0);
                let (class, length_m) = match rng.below(12) {
                    0 | 1 if straight => ("bus", 12.0),
                    2 | 3 if straight => ("truck", 15.2),
                    4 => ("van", 5.3),
                    _ => ("car", 4.4),
                };
                let wish = rng.range(0.84, 1.08);
                let sets_out = ((number as f64 + rng.range(0.0, 0.8)) / wanted as f64 * period as f64) as usize;
                trips.push(Trip { class, length_m, wish, route, sets_out });
            }
        }
        Self { trips, driving: Vec::new(), waiting: Vec::new(), step: 0, period }
    }

    /// Runs until a rhythm can be expected, then takes out trips that have none; returns how many.
    fn settle(&mut self) -> usize {
        for _ in 0..3 * self.period {
            self.advance();
        }
        let before = self.places();
        let mut present = vec![0usize; self.trips.len()];
        for _ in 0..self.period {
            for driving in &self.driving {
                present[driving.trip] += 1;
            }
            self.advance();
        }
        let after = self.places();
        let mut keep: Vec<bool> = before
            .iter()
            .zip(&after)
            .map(|(a, b)| match (a.as_slice(), b.as_slice()) {
                ([], []) => true,
                ([a], [b]) => (a - b).abs() < 0.03,
                _ => false,
            })
            .collect();
        for &trip in &self.waiting {
            keep[trip] = false;
        }
        // Nobody may come in anew before having left for a while.
        for (keep, present) in keep.iter_mut().zip(present) {
            *keep &= present + 4 * STEPS_PER_SAMPLE < self.period;
        }
        let gone = keep.iter().filter(|k| !**k).count();
        if gone > 0 {
            let mut index = vec![usize::MAX; keep.len()];
            for (new, old) in keep.iter().enumerate().filter(|(_, k)| **k).map(|(k, _)| k).enumerate() {
                index[old] = new;
            }
            let mut k = 0;
            self.trips.retain(|_| {
                k += 1;
                keep[k - 1]
            });
            self.driving.retain(|d| keep[d.trip]);
            for driving in &mut self.driving {
                driving.trip = index[driving.trip];
            }
            self.waiting.clear();
        }
        gone
    }

    /// Where each trip's vehicles are.
    fn places(&self) -> Vec<Vec<f64>> {
        let mut out = vec![Vec::new(); self.trips.len()];
        for driving in &self.driving {
            out[driving.trip].push(driving.s);
        }
        out
    }

    fn sample(&self, driving: &Driving) -> Sample {
        let trip = &self.trips[driving.trip];
        // Front and rear axle lie on the way; so long vehicles turn as they should.
        let front = trip.route.at(driving.s - trip.length_m * 0.2).0;
        let rear = trip.route.at(driving.s - trip.length_m * 0.8).0;
        Sample { at: (front + rear) * 0.5, direction: (front - rear).normalize_or_zero(), v: driving.v }
    }

    fn advance(&mut self) {
        let phase = self.step % self.period;
        self.waiting.extend((0..self.trips.len()).filter(|&k| self.trips[k].sets_out == phase));
        let mut on: Occupied = HashMap::with_capacity(self.driving.len() * 2);
        for (k, driving) in self.driving.iter().enumerate() {
            let route = &self.trips[driving.trip].route;
            let (piece, offset) = route.piece_at(driving.s);
            on.entry(route.pieces[piece].key).or_default().push((offset, k));
        }
        let accelerations: Vec<f64> = (0..self.driving.len()).map(|k| self.acceleration(k, &on)).collect();
        for (driving, a) in self.driving.iter_mut().zip(accelerations) {
            let v = (driving.v + a * STEP_SECS).max(0.0);
            driving.s += (driving.v + v) * 0.5 * STEP_SECS;
            driving.v = v;
        }
        let trips = &self.trips;
        self.driving.retain(|d| d.s < trips[d.trip].route.length());
        self.enter(&on);
        self.step += 1;
    }

    /// Lets waiting vehicles in where the lane's beginning is free.
    fn enter(&mut self, on: &Occupied) {
        let mut taken: Vec<Key> = Vec::new();
        let waiting = std::mem::take(&mut self.waiting);
        for trip in waiting {
            let key = self.trips[trip].route.pieces[0].key;
            let length = |k: usize| self.trips[self.driving[k].trip].length_m;
            let busy = taken.contains(&key)
                || on
                    .get(&key)
                    .into_iter()
                    .flatten()
                    .any(|&(at, k)| k < self.driving.len() && at - length(k) < self.trips[trip].length_m + 14.0);
            if busy {
                self.waiting.push(trip);
            } else {
                taken.push(key);
                self.driving.push(Driving { trip, s: self.trips[trip].length_m, v: ENTER_MPS });
            }
        }
    }

    fn acceleration(&self, index: usize, on: &Occupied) -> f64 {
        let me = &self.driving[index];
        let trip = &self.trips[me.trip];
        let route = &trip.route;
        let (mut k, offset) = route.piece_at(me.s);
        let mut wish = route.pieces[k].speed * trip.wish;
        let time = self.step as f64 * STEP_SECS;
        let mut a = f64::MAX;
        let mut ahead = -offset;
        for hop in 0..5 {
            let piece = &route.pieces[k];
            let from = if hop == 0 { offset } else { -1.0 };
            for &(at, other) in on.get(&piece.key).into_iter().flatten() {
                if other != index && at > from {
                    let it = &self.driving[other];
                    let gap = ahead + at - self.trips[it.trip].length_m;
                    a = a.min(follow(me.v, wish, gap, me.v - it.v));
                }
            }
            if hop > 0 {
                // Slow down in time for bends.
                let limit = piece.speed * trip.wish;
                wish = wish.min((limit * limit + 2.0 * 1.4 * ahead.max(0.0)).sqrt());
            }
            let end = ahead + piece.length();
            if let Some((crossing, from_side)) = piece.signal {
                let line = end - STOP_M;
                let can_stop = line > me.v * me.v / (2.0 * 3.4);
                let red = !green(crossing, from_side, time);
                let near = line < 40.0 && self.is_blocked(route, k, trip.length_m, on);
                if line > 0.0 && can_stop && (red || near) {
                    a = a.min(follow(me.v, wish, line, me.v));
                }
            }
            ahead = end;
            if ahead > 90.0 {
                break;
            }
            k += 1;
            if k == route.pieces.len() {
                break;
            }
        }
        a.min(follow(me.v, wish, f64::MAX, 0.0)).max(-6.0)
    }

    /// Whether a vehicle of this length has no room beyond the crossing at the end of lane `k`.
    fn is_blocked(&self, route: &Route, k: usize, length_m: f64, on: &Occupied) -> bool {
        let Some(exit) = route.pieces.get(k + 2) else { return false };
        on.get(&exit.key).into_iter().flatten().any(|&(at, other)| {
            let it = &self.driving[other];
            it.v < 3.0 && at - self.trips[it.trip].length_m < length_m + 3.0
        })
    }
}

/// The Intelligent Driver Model's acceleration for a gap (bumper to bumper) and closing speed.
fn follow(v: f64, wish: f64, gap: f64, closing: f64) -> f64 {
    const ACCELERATE: f64 = 1.5;
    const BRAKE: f64 = 2.0;
    const HEADWAY_SECS: f64 = 1.2;
    const STANDSTILL_M: f64 = 2.2;
    let ratio = v / wish.max(0.1);
    let free = 1.0 - ratio * ratio * ratio * ratio;
    if gap == f64::MAX {
        return ACCELERATE * free;
    }
    let desired = STANDSTILL_M + (v * HEADWAY_SECS + v * closing / (2.0 * (ACCELERATE * BRAKE).sqrt())).max(0.0);
    let pressure = desired / gap.max(0.3);
    ACCELERATE * (free - pressure * pressure)
}

/// Whether traffic from east and west (or from north and south) may enter a crossing.
fn green(crossing: (usize, usize), from_side: bool, time: f64) -> bool {
    let shift = ((crossing.0 * 7 + crossing.1 * 11) % 6) as f64 * 5.0 + if from_side { CYCLE_SECS * 0.5 } else { 0.0 };
    let phase = time + shift;
    phase - (phase / CYCLE_SECS).floor() * CYCLE_SECS < GREEN_SECS
}
