//! Road traffic: vehicles that follow each other on tracks, obey signals, give way, and stop at bus stops, recorded over a
//! time after which everything stands where it stood.
//!
//! Car-following is the Intelligent Driver Model (Treiber, Hennecke, Helbing 2000) in steps of half a second. Signals have
//! cycles that divide the period, and every trip sets out once in each period. A system that is driven in a rhythm falls
//! into it; trips that do not are taken out, and the others are driven again.

use super::trace::{Pose, STEP_SECS};
use super::tracks::{Track, Tracks};
use glam::DVec3;

/// Periods that are run before the recorded one.
const WARM_PERIODS: usize = 5;
/// How often trips without a rhythm are taken out and the others driven again.
const PASSES: usize = 4;
/// A place that is reached this exactly again counts as the same.
const SAME_M: f64 = 0.25;
/// Speed of vehicles that set out.
const ENTER_MPS: f64 = 6.0;
/// How far before the end of a lane its stop line lies.
const STOP_M: f64 = 2.6;
/// A longer trip does not count as one.
const LONGEST_PERIODS: usize = 4;
/// How long who comes on the greater street may be away from a junction that one drives on to before him.
const GAP_SECS: f64 = 4.5;
const DWELL_STEPS: u32 = 28;
/// Longer than any signal is red.
const PATIENCE_STEPS: u32 = 240;

/// A drive, once in each period.
#[derive(Debug, Clone)]
pub struct Trip {
    pub class: &'static str,
    pub length_m: f64,
    /// Times the speed of the track.
    pub wish: f64,
    /// Highest speed of the vehicle, m/s.
    pub top_mps: f64,
    pub route: Vec<u32>,
    /// The step in the period at which it sets out.
    pub sets_out: usize,
    /// Where it stops for people to get on and off: position in the route, metres along the track.
    pub stops: Vec<(usize, f64)>,
    /// Whether it comes in at full speed, and leaves so: at the rim of the world.
    pub rim: (bool, bool),
    /// The bus line, or the carrier.
    pub line: Option<String>,
}

/// A trip as it was driven: one pose and speed for each step since its first one.
pub struct Driven {
    pub trip: usize,
    /// The step in the period at which it came on the road.
    pub start: usize,
    pub poses: Vec<Pose>,
    pub speeds: Vec<f32>,
}

#[derive(Debug, Clone)]
struct Vehicle {
    trip: u32,
    /// Number of the period in which it set out.
    round: usize,
    began: usize,
    /// Position in the route.
    k: usize,
    /// Metres of its front along that track.
    x: f64,
    v: f64,
    next_stop: usize,
    dwell: u32,
    /// For how many steps it has stood.
    stood: u32,
}

struct Traffic<'a> {
    tracks: &'a [Track],
    trips: &'a [Trip],
    vehicles: Vec<Vehicle>,
    waiting: Vec<(u32, usize)>,
    /// On each track: metres of the front (beyond the end where only the rear is still on it), vehicle.
    on: Vec<Vec<(f64, u32)>>,
    /// Green phases of each signal, now.
    green: Vec<u32>,
    step: usize,
}

/// Drives all trips, and gives those that repeat themselves.
pub fn record(tracks: &Tracks, trips: &mut Vec<Trip>, period: usize) -> Vec<Driven> {
    for _ in 1..PASSES {
        let mut repeats = vec![false; trips.len()];
        let driven = drive(tracks, trips, period);
        driven.iter().for_each(|d| repeats[d.trip] = true);
        if driven.len() == trips.len() {
            return driven;
        }
        let mut k = 0;
        trips.retain(|_| {
            k += 1;
            repeats[k - 1]
        });
    }
    drive(tracks, trips, period)
}

/// Drives all trips for some periods, and gives those that repeat themselves.
fn drive(tracks: &Tracks, trips: &[Trip], period: usize) -> Vec<Driven> {
    let mut by_phase: Vec<Vec<u32>> = vec![Vec::new(); period];
    for (k, trip) in trips.iter().enumerate() {
        by_phase[trip.sets_out % period].push(k as u32);
    }
    let mut traffic = Traffic {
        tracks: &tracks.list,
        trips,
        vehicles: Vec::new(),
        waiting: Vec::new(),
        on: vec![Vec::new(); tracks.list.len()],
        green: Vec::new(),
        step: 0,
    };
    let mut driven: Vec<Option<Driven>> = (0..trips.len()).map(|_| None).collect();
    let mut alike = vec![true; trips.len()];
    let mut again = vec![0usize; trips.len()];
    let signals = tracks.network.signals.len();
    loop {
        let secs = traffic.step as f64 * STEP_SECS;
        traffic.green = (0..signals).map(|k| tracks.timing.green(k, secs)).collect();
        let round = traffic.step / period;
        if round < WARM_PERIODS + 2 {
            traffic.waiting.extend(by_phase[traffic.step % period].iter().map(|&trip| (trip, round)));
        } else if round > WARM_PERIODS + 2 + LONGEST_PERIODS
            || !traffic.vehicles.iter().any(|v| v.round >= WARM_PERIODS)
        {
            break;
        } else {
            // The recorded ones need company until the end.
            traffic.waiting.extend(by_phase[traffic.step % period].iter().map(|&trip| (trip, round)));
        }
        traffic.advance();
        for vehicle in traffic.vehicles.iter().filter(|v| v.round == WARM_PERIODS || v.round == WARM_PERIODS + 1) {
            let trip = vehicle.trip as usize;
            if vehicle.round == WARM_PERIODS {
                let start = vehicle.began % period;
                let own = driven[trip].get_or_insert_with(|| Driven { trip, start, poses: vec![], speeds: vec![] });
                own.poses.push(traffic.pose(vehicle));
                own.speeds.push(vehicle.v as f32);
            } else {
                let age = again[trip];
                again[trip] += 1;
                let at = driven[trip].as_ref().and_then(|d| d.poses.get(age)).map(|p| p.at);
                let same = vehicle.began % period == driven[trip].as_ref().map_or(period, |d| d.start);
                alike[trip] &= same && at.is_some_and(|p| p.distance(traffic.pose(vehicle).at) < SAME_M);
            }
        }
    }
    let whole = |d: &Driven| alike[d.trip] && again[d.trip] == d.poses.len() && d.poses.len() > 8;
    driven.into_iter().flatten().filter(|d| whole(d)).collect()
}

impl Traffic<'_> {
    fn pose(&self, vehicle: &Vehicle) -> Pose {
        let length = self.trips[vehicle.trip as usize].length_m;
        // Front and rear axle lie on the way; so long vehicles turn as they should.
        let front = self.point(vehicle, length * 0.2);
        let rear = self.point(vehicle, length * 0.8);
        Pose::along((front + rear) * 0.5, front - rear)
    }

    /// The point of its way so far behind its front.
    fn point(&self, vehicle: &Vehicle, behind: f64) -> DVec3 {
        let route = &self.trips[vehicle.trip as usize].route;
        let (mut k, mut x) = (vehicle.k, vehicle.x - behind);
        while x < 0.0 && k > 0 {
            k -= 1;
            x += self.tracks[route[k] as usize].length();
        }
        self.tracks[route[k] as usize].at(x)
    }

    fn advance(&mut self) {
        self.locate();
        self.enter();
        let moves: Vec<f64> = (0..self.vehicles.len()).map(|k| self.speed_of(k)).collect();
        for (vehicle, v) in self.vehicles.iter_mut().zip(moves) {
            let trip = &self.trips[vehicle.trip as usize];
            vehicle.x += v * STEP_SECS;
            vehicle.v = v;
            vehicle.stood = if v < 0.2 { vehicle.stood + 1 } else { 0 };
            while vehicle.k + 1 < trip.route.len() && vehicle.x >= self.tracks[trip.route[vehicle.k] as usize].length()
            {
                vehicle.x -= self.tracks[trip.route[vehicle.k] as usize].length();
                vehicle.k += 1;
            }
            if let Some(&(k, x)) = trip.stops.get(vehicle.next_stop) {
                let there = vehicle.k > k || vehicle.k == k && vehicle.x > x - 2.5;
                if there && (vehicle.v < 0.3 || vehicle.k > k || vehicle.x > x + 3.0) {
                    vehicle.dwell += 1;
                    if vehicle.dwell > DWELL_STEPS || vehicle.v > 0.3 {
                        (vehicle.next_stop, vehicle.dwell) = (vehicle.next_stop + 1, 0);
                    }
                }
            }
        }
        let (trips, tracks) = (self.trips, self.tracks);
        self.vehicles.retain(|v| {
            let trip = &trips[v.trip as usize];
            v.k + 1 < trip.route.len() || v.x < tracks[trip.route[v.k] as usize].length() - 1.0
        });
        self.step += 1;
    }

    /// Notes who is where.
    fn locate(&mut self) {
        self.on.iter_mut().for_each(Vec::clear);
        for (number, vehicle) in self.vehicles.iter().enumerate() {
            let trip = &self.trips[vehicle.trip as usize];
            let (mut k, mut x) = (vehicle.k, vehicle.x);
            self.on[trip.route[k] as usize].push((x, number as u32));
            // Its rear may still be on tracks behind.
            while x < trip.length_m && k > 0 {
                k -= 1;
                x += self.tracks[trip.route[k] as usize].length();
                self.on[trip.route[k] as usize].push((x, number as u32));
            }
        }
    }

    fn length_of(&self, vehicle: u32) -> f64 {
        self.trips[self.vehicles[vehicle as usize].trip as usize].length_m
    }

    /// Lets waiting vehicles in where the beginning of the track is free.
    fn enter(&mut self) {
        let mut later = Vec::new();
        for (number, round) in std::mem::take(&mut self.waiting) {
            let trip = &self.trips[number as usize];
            let (track, v) = (trip.route[0], if trip.rim.0 { self.wish(trip, trip.route[0]) } else { ENTER_MPS });
            let clear = trip.length_m + if trip.rim.0 { 0.8 * v + 6.0 } else { 9.0 };
            let busy = self.on[track as usize].iter().any(|&(x, other)| x - self.length_of(other) < clear);
            if busy {
                later.push((number, round));
                continue;
            }
            self.on[track as usize].push((trip.length_m, self.vehicles.len() as u32));
            self.vehicles.push(Vehicle {
                trip: number,
                round,
                began: self.step,
                k: 0,
                x: trip.length_m,
                v,
                next_stop: 0,
                dwell: 0,
                stood: 0,
            });
        }
        self.waiting = later;
    }

    fn wish(&self, trip: &Trip, track: u32) -> f64 {
        (self.tracks[track as usize].speed * trip.wish).min(trip.top_mps)
    }

    /// Its speed after the next step.
    fn speed_of(&self, index: usize) -> f64 {
        let me = &self.vehicles[index];
        let trip = &self.trips[me.trip as usize];
        let mut wish = self.wish(trip, trip.route[me.k]);
        let (mut a, mut room) = (f64::MAX, f64::MAX);
        let mut ahead = -me.x;
        let sight = 40.0 + me.v * me.v / 3.0;
        for k in me.k..trip.route.len() {
            let track = &self.tracks[trip.route[k] as usize];
            let own = k == me.k;
            if !own {
                // Slow down in time for bends.
                let limit = self.wish(trip, trip.route[k]);
                wish = wish.min((limit * limit + 2.0 * 1.3 * ahead.max(0.0)).sqrt());
            }
            if let Some((gap, v)) = self.leader(index, trip.route[k], ahead, own) {
                a = a.min(follow(me.v, wish, gap, me.v - v));
                room = room.min(gap - 0.6);
                break;
            }
            ahead += track.length();
            if let Some(&next) = trip.route.get(k + 1)
                && self.must_wait(me, trip, k, next, ahead - STOP_M)
            {
                let line = ahead - STOP_M;
                a = a.min(follow(me.v, wish, line + 1.5, me.v));
                room = room.min(line.max(0.0));
                break;
            }
            if ahead > sight {
                break;
            }
        }
        if let Some(&(k, x)) = trip.stops.get(me.next_stop)
            && k == me.k
            && x > me.x - 3.0
        {
            a = a.min(follow(me.v, wish, (x - me.x + 1.6).max(0.2), me.v));
        }
        if !trip.rim.1 && ahead < sight && me.k + 1 == trip.route.len() {
            // Who goes to park slows down.
            wish = wish.min((9.0 + 2.0 * 1.2 * ahead.max(0.0)).sqrt());
        }
        let a = a.min(follow(me.v, wish, f64::MAX, 0.0)).max(-7.0);
        (me.v + a * STEP_SECS).clamp(0.0, (room / STEP_SECS).max(0.0))
    }

    /// The nearest vehicle in front on a track that begins `ahead` metres before: the gap to its rear, and its speed.
    fn leader(&self, index: usize, track: u32, ahead: f64, own: bool) -> Option<(f64, f64)> {
        let me = &self.vehicles[index];
        let mut best: Option<(f64, f64)> = None;
        for &(x, other) in &self.on[track as usize] {
            if other as usize == index || own && (x < me.x || x == me.x && (other as usize) > index) {
                continue;
            }
            let gap = ahead + x - self.length_of(other);
            if best.is_none_or(|b| gap < b.0) {
                best = Some((gap, self.vehicles[other as usize].v));
            }
        }
        best
    }

    /// Whether the way over the junction at the end of track `k` may not be taken now; the stop line is `line` metres away.
    fn must_wait(&self, me: &Vehicle, trip: &Trip, k: usize, next: u32, line: f64) -> bool {
        let way = &self.tracks[next as usize];
        if way.from == u32::MAX || !(-1.0..=45.0).contains(&line) {
            return false;
        }
        let can_stop = line > me.v * me.v / (2.0 * 4.0) - 0.5;
        if !can_stop {
            return false;
        }
        if let Some((signal, phases)) = way.signal
            && self.green[signal] & phases == 0
        {
            return true;
        }
        if line > 14.0 + me.v {
            return false;
        }
        let blocked = trip.route.get(k + 2).is_some_and(|&exit| {
            self.on[exit as usize].iter().any(|&(x, other)| {
                self.vehicles[other as usize].v < 3.0 && x - self.length_of(other) < trip.length_m + 2.5
            })
        });
        // Those who wait for each other in a ring must not do so for ever.
        blocked || me.stood < PATIENCE_STEPS && way.conflicts.iter().any(|&(other, first)| self.is_taken(other, first))
    }

    /// Whether somebody is on another way over a junction, or about to be and goes first.
    fn is_taken(&self, way: u32, goes_first: bool) -> bool {
        if !self.on[way as usize].is_empty() {
            return true;
        }
        if !goes_first {
            return false;
        }
        let track = &self.tracks[way as usize];
        if track.signal.is_some_and(|(signal, phases)| self.green[signal] & phases == 0) {
            return false;
        }
        let length = self.tracks[track.from as usize].length();
        self.on[track.from as usize].iter().any(|&(x, other)| {
            let v = &self.vehicles[other as usize];
            let route = &self.trips[v.trip as usize].route;
            route[v.k] == track.from
                && route.get(v.k + 1) == Some(&way)
                && (length - x) < (v.v.max(1.5) * GAP_SECS).max(6.0)
        })
    }
}

/// The Intelligent Driver Model's acceleration for a gap (bumper to bumper) and closing speed.
fn follow(v: f64, wish: f64, gap: f64, closing: f64) -> f64 {
    const ACCELERATE: f64 = 1.5;
    const BRAKE: f64 = 2.0;
    const HEADWAY_SECS: f64 = 1.2;
    const STANDSTILL_M: f64 = 2.0;
    let ratio = v / wish.max(0.1);
    let free = (1.0 - ratio * ratio * ratio * ratio).max(-2.0);
    if gap == f64::MAX {
        return ACCELERATE * free;
    }
    let desired = STANDSTILL_M + (v * HEADWAY_SECS + v * closing / (2.0 * (ACCELERATE * BRAKE).sqrt())).max(0.0);
    let pressure = desired / gap.max(0.3);
    ACCELERATE * (free - pressure * pressure)
}
