//! The port at work: quay cranes that unload a ship, yard tractors between them and the yard gantries, trucks through the
//! gate. Cranes' parts are entities of their own, carried by each other; the places of the moving parts are told as values
//! too, for viewers that move the nodes of a whole model. Site frame: the pad's ([`crate::world::sites::port`]).

use super::trace::{Course, Motion, Pose, STEP_SECS, Values, parts_of};
use super::way::{Way, drive, drive_in, soft};
use crate::bake::det::{Rng, sin};
use crate::world::layout::PORT;
use crate::world::sites::models::ROPE_M;
use crate::world::sites::numbered;
use crate::world::sites::port::{
    CRANE_Y, CRANES, GATE_X, GATE_Y, LANE_Y, LANES, LIVE_CRANES, LIVE_GANTRY, ROWS_Y, block_x, block_y, is_lane_shut,
    lane_x, rtg, sts,
};
use glam::{DVec2, DVec3};

/// The tractors' round: along the third lane under the cranes, north, along the yard's second lane, south.
const QUAY_LANE_Y: f64 = -310.85;
const ROUND_X: (f64, f64) = (-919.5, 95.5);
/// Tractors for each crane; each crane's cycle is the period by this.
const TRACTORS_PER_CRANE: usize = 3;
const HANDOVER_SECS: f64 = 18.0;
/// From a tractor's middle back to that of the box on its trailer, and its foot above the ground.
const BOX_BEHIND_M: f64 = 6.2;
const BOX_UP_M: f64 = 1.24;
const BOX_HIGH_M: f64 = 2.59;
const TRACTOR_M: (f64, f64) = (1.8, 9.6);
/// A crane's spreader when it holds a box on a trailer.
const ON_TRAILER_M: f64 = BOX_UP_M + BOX_HIGH_M + 0.05;

/// From the site's frame.
fn plan(x: f64, y: f64) -> DVec2 {
    PORT.centre + DVec2::new(x, y)
}

/// What moves in the port.
pub fn courses(seed: u64, steps: usize) -> Vec<Course> {
    let round = Round::new(steps);
    let mut out = quay_cranes(steps);
    out.extend(round.tractors(steps));
    for gantry in round.gantries(steps) {
        out.extend(gantry);
    }
    out.extend(trucks(seed, steps));
    out
}

/// A crane at work: where its trolley is, the height of the spreader, whether a box hangs on it, and what it does, at the
/// fraction of its cycle; 0 is the middle of the handover to (or from) a trailer.
type Cycle = fn(f64, &Reach) -> (f64, f64, bool, &'static str);

struct Reach {
    /// Trolley over the trailer, and over the ship or the stack.
    land_m: f64,
    sea_m: f64,
    /// Heights of the spreader: on a trailer, free of everything, on the stack.
    low_m: f64,
    high_m: f64,
    deck_m: f64,
}

/// From the ship to the trailer.
fn unload(t: f64, r: &Reach) -> (f64, f64, bool, &'static str) {
    match t {
        t if t < 0.04 => (r.land_m, r.low_m, false, "setting down"),
        t if t < 0.15 => (r.land_m, soft(r.low_m, r.high_m, (t - 0.04) / 0.11), false, "hoisting"),
        t if t < 0.35 => (soft(r.land_m, r.sea_m, (t - 0.15) / 0.2), r.high_m, false, "to ship"),
        t if t < 0.42 => (r.sea_m, soft(r.high_m, r.deck_m, (t - 0.35) / 0.07), false, "lowering"),
        t if t < 0.48 => (r.sea_m, r.deck_m, t > 0.45, "picking up"),
        t if t < 0.55 => (r.sea_m, soft(r.deck_m, r.high_m, (t - 0.48) / 0.07), true, "hoisting"),
        t if t < 0.78 => (soft(r.sea_m, r.land_m, (t - 0.55) / 0.23), r.high_m, true, "to quay"),
        t => (r.land_m, soft(r.high_m, r.low_m, (t - 0.78) / 0.2), true, "lowering"),
    }
}

/// From the trailer to the stack.
fn store(t: f64, r: &Reach) -> (f64, f64, bool, &'static str) {
    match t {
        t if t < 0.03 => (r.land_m, r.low_m, true, "picking up"),
        t if t < 0.18 => (r.land_m, soft(r.low_m, r.high_m, (t - 0.03) / 0.15), true, "hoisting"),
        t if t < 0.33 => (soft(r.land_m, r.sea_m, (t - 0.18) / 0.15), r.high_m, true, "to stack"),
        t if t < 0.45 => (r.sea_m, soft(r.high_m, r.deck_m, (t - 0.33) / 0.12), true, "lowering"),
        t if t < 0.49 => (r.sea_m, r.deck_m, false, "setting down"),
        t if t < 0.6 => (r.sea_m, soft(r.deck_m, r.high_m, (t - 0.49) / 0.11), false, "hoisting"),
        t if t < 0.72 => (soft(r.sea_m, r.land_m, (t - 0.6) / 0.12), r.high_m, false, "to lane"),
        t if t < 0.84 => (r.land_m, r.high_m, false, "waiting"),
        t => (r.land_m, soft(r.high_m, r.low_m, (t - 0.84) / 0.12), false, "lowering"),
    }
}

/// What a crane is made of.
struct Crane {
    id: String,
    /// Classes of frame, trolley and spreader.
    classes: [&'static str; 3],
    pose: Pose,
    /// Height of the trolley's rails.
    rails_m: f64,
    /// Whether the trolley runs ahead (or to the left).
    ahead: bool,
    /// Heading of the spreader's box in the crane's frame.
    box_turn_deg: f64,
    reach: Reach,
    cycle: Cycle,
    cycle_secs: f64,
    /// When a handover happens.
    handover_secs: f64,
    load_t: f32,
}

impl Crane {
    fn courses(&self, steps: usize) -> Vec<Course> {
        let mut at = Vec::new();
        for step in 0..steps {
            let t = (step as f64 * STEP_SECS - self.handover_secs) / self.cycle_secs;
            at.push((self.cycle)(t - t.floor(), &self.reach));
        }
        let trolley_id = format!("{}-trolley", self.id);
        let spreader_id = format!("{}-spreader", self.id);
        let (s, c) = crate::bake::det::sin_cos(self.pose.heading_deg.to_radians());
        let (ahead, left) = (DVec2::new(s, c), DVec2::new(-c, s));
        let run = if self.ahead { ahead } else { left };
        let moved = |up: &dyn Fn(usize) -> f64| -> Motion {
            let pose = |k: usize| Pose { at: self.pose.at + (run * at[k].0).extend(up(k)), ..self.pose };
            Motion::Moving((0..steps).map(|k| Some(pose(k))).collect())
        };
        let load = at.iter().map(|a| if a.2 { self.load_t } else { 0.0 }).collect();
        let mut out = vec![
            Course::still(
                self.id.clone(),
                self.classes[0],
                self.pose,
                vec![
                    ("state", Values::Words(at.iter().map(|a| a.3).collect())),
                    ("load_t", Values::numbers(load, 0.1, 1)),
                    ("trolley_m", Values::numbers(at.iter().map(|a| a.0 as f32).collect(), 1.5, 1)),
                    ("hoist_m", Values::numbers(at.iter().map(|a| a.1 as f32).collect(), 1.0, 1)),
                    ("boom_deg", Values::number(0.0, 0)),
                ],
            ),
            Course { id: trolley_id, class: self.classes[1], motion: moved(&|_| self.rails_m), values: vec![] },
            Course { id: spreader_id.clone(), class: self.classes[2], motion: moved(&|k| at[k].1), values: vec![] },
        ];
        // Pieces of rope over the spreader, as many as reach to those that hang from the trolley.
        let count = ((self.rails_m - self.reach.low_m - ROPE_M) / ROPE_M).ceil().max(0.0) as usize;
        for k in 0..count {
            let up = 1.6 + ROPE_M * k as f64;
            let mut rope = Course::on(
                format!("{}-rope-{}", self.id, k + 1),
                "ropes",
                &spreader_id,
                DVec3::Z * up,
                self.box_turn_deg,
            );
            let flags = at.iter().map(|a| self.rails_m - a.1 - ROPE_M > up).collect();
            rope.values.push(("shown", Values::Flags(flags)));
            out.push(rope);
        }
        let below = DVec3::Z * -(BOX_HIGH_M + 0.02);
        let mut load = Course::on(format!("{}-box", self.id), "load", &spreader_id, below, self.box_turn_deg + 90.0);
        load.values.push(("shown", Values::Flags(at.iter().map(|a| a.2).collect())));
        out.push(load);
        out
    }
}

/// Where the live quay cranes stand.
pub fn quay_crane_x(k: usize) -> f64 {
    CRANES[LIVE_CRANES[k]].0
}

/// Only the quay cranes, for scenes that see them from afar.
pub fn quay_cranes(steps: usize) -> Vec<Course> {
    let round = Round::new(steps);
    (0..LIVE_CRANES.len())
        .flat_map(|k| {
            Crane {
                id: numbered("sts", LIVE_CRANES[k] + 1),
                classes: ["sts", "sts_trolley", "sts_spreader"],
                pose: Pose::level(plan(quay_crane_x(k), CRANE_Y).extend(PORT.ground_u), DVec2::NEG_Y),
                rails_m: sts::BOOM_Z,
                ahead: true,
                box_turn_deg: 0.0,
                reach: Reach {
                    land_m: CRANE_Y - QUAY_LANE_Y,
                    sea_m: 34.0 + 4.5 * k as f64,
                    low_m: ON_TRAILER_M,
                    high_m: 36.5,
                    deck_m: 32.0,
                },
                cycle: unload,
                cycle_secs: round.cycle_secs(),
                handover_secs: round.handover_secs(k, false),
                load_t: 21.4 + 2.3 * k as f32,
            }
            .courses(steps)
        })
        .collect()
}

/// The tractors' round with the places where boxes are handed over.
struct Round {
    way: Way,
    /// For each crane: the steps of one tractor's round.
    runs: Vec<Vec<(f64, f64)>>,
    /// For each crane: metres along at the crane and at the yard gantry.
    stops: Vec<(f64, f64)>,
    steps: usize,
}

impl Round {
    fn new(steps: usize) -> Self {
        let lane_y = block_y(LIVE_GANTRY.0) + LANE_Y;
        let (x0, x1) = ROUND_X;
        // It begins on the quay, beyond the first corner.
        let corners = [
            plan(x0 + 60.0, QUAY_LANE_Y),
            plan(x1, QUAY_LANE_Y),
            plan(x1, lane_y),
            plan(x0, lane_y),
            plan(x0, QUAY_LANE_Y),
        ];
        let way = Way::rounded(&corners, 14.0, true, PORT.ground_u);
        let stops: Vec<(f64, f64)> = (0..LIVE_CRANES.len())
            .map(|k| {
                let crane = way.nearest(plan(quay_crane_x(k) + BOX_BEHIND_M, QUAY_LANE_Y));
                (crane, way.nearest(plan(gantry_x(k) - BOX_BEHIND_M, lane_y)))
            })
            .collect();
        let runs = stops
            .iter()
            .map(|s| drive_in(steps, way.length(), &[(s.0, HANDOVER_SECS), (s.1, HANDOVER_SECS)], 0.7))
            .collect();
        Self { way, runs, stops, steps }
    }

    fn period_secs(&self) -> f64 {
        self.steps as f64 * STEP_SECS
    }

    fn cycle_secs(&self) -> f64 {
        self.period_secs() / TRACTORS_PER_CRANE as f64
    }

    fn count(&self) -> usize {
        LIVE_CRANES.len() * TRACTORS_PER_CRANE
    }

    /// When a tractor sets out on its round.
    fn offset(&self, number: usize) -> usize {
        self.steps * number / self.count()
    }

    /// The step of a round in the middle of its wait at the crane or at the gantry.
    fn middle(&self, k: usize, yard: bool) -> usize {
        let at = if yard { self.stops[k].1 } else { self.stops[k].0 };
        let first = self.runs[k].iter().position(|s| s.0 >= at - 1e-6).unwrap_or(0);
        first + (HANDOVER_SECS * 0.5 / STEP_SECS) as usize
    }

    fn handover_secs(&self, k: usize, yard: bool) -> f64 {
        // Tractor k is the first of crane k.
        (self.offset(k) + self.middle(k, yard)) as f64 * STEP_SECS
    }

    fn tractors(&self, steps: usize) -> Vec<Course> {
        let mut out = Vec::new();
        for number in 0..self.count() {
            let k = number % LIVE_CRANES.len();
            let run = &self.runs[k];
            let age = |step: usize| (step + steps - self.offset(number)) % steps;
            let laden = |step: usize| (self.middle(k, false)..self.middle(k, true)).contains(&age(step));
            let poses = (0..steps).map(|step| {
                let s = run[age(step)].0;
                Some(self.way.pose(s, TRACTOR_M.0, TRACTOR_M.1))
            });
            let word = |step: usize| match (run[age(step)].1 > 0.1, laden(step)) {
                (true, true) => "to yard",
                (true, false) => "to quay",
                (false, true) => "handing over",
                _ => "waiting",
            };
            let id = numbered("tractor", number + 1);
            let battery =
                (0..steps).map(|s| 64.0 + 22.0 * sin(0.021 * s as f64 * 600.0 / steps as f64 + number as f64) as f32);
            out.push(Course {
                id: id.clone(),
                class: "yard_tractor",
                motion: Motion::Moving(poses.collect()),
                values: vec![
                    ("speed", Values::numbers((0..steps).map(|s| run[age(s)].1 as f32).collect(), 0.8, 1)),
                    ("state", Values::Words((0..steps).map(word).collect())),
                    ("loaded", Values::Flags((0..steps).map(laden).collect())),
                    ("battery", Values::numbers(battery.collect(), 2.0, 0)),
                ],
            });
            let at = DVec3::new(0.0, -BOX_BEHIND_M, BOX_UP_M);
            let mut load = Course::on(format!("{id}-box"), "load", &id, at, 0.0);
            load.values.push(("shown", Values::Flags((0..steps).map(laden).collect())));
            out.push(load);
        }
        out
    }

    /// The yard gantries that take the tractors' boxes.
    fn gantries(&self, steps: usize) -> Vec<Vec<Course>> {
        (0..LIVE_CRANES.len())
            .map(|k| {
                gantry(k, gantry_x(k), LIVE_GANTRY.0, self.cycle_secs(), self.handover_secs(k, true)).courses(steps)
            })
            .collect()
    }
}

/// Where the yard gantry of a crane's tractors stands: in three columns of one row.
fn gantry_x(k: usize) -> f64 {
    block_x(LIVE_GANTRY.1 + k) + [22.0, -34.0, 15.0][k % 3]
}

fn gantry(k: usize, x: f64, row: usize, cycle_secs: f64, handover_secs: f64) -> Crane {
    Crane {
        id: numbered("rtg", if k == 0 { 3 } else { 40 + k }),
        classes: ["rtg", "rtg_trolley", "rtg_spreader"],
        pose: Pose::level(plan(x, block_y(row)).extend(PORT.ground_u), DVec2::X),
        rails_m: rtg::GIRDER_Z + 1.7,
        ahead: false,
        box_turn_deg: 90.0,
        reach: Reach {
            land_m: LANE_Y,
            sea_m: ROWS_Y - 2.85 * (k as f64 + 0.5),
            low_m: ON_TRAILER_M,
            high_m: 16.2,
            deck_m: 15.0,
        },
        cycle: store,
        cycle_secs,
        handover_secs,
        load_t: 19.2 + 3.1 * k as f32,
    }
}

/// Where trucks from outside are served.
const TRUCK_ROW: usize = 6;
const TRUCK_X: f64 = -292.0;
/// Between two trucks.
const TRUCKS_IN_PERIOD: usize = 9;

/// Trucks come through the gate, are served in the yard, and leave.
fn trucks(seed: u64, steps: usize) -> Vec<Course> {
    let mut out = Vec::new();
    let half = LANES / 2;
    let ins: Vec<usize> = (0..half).filter(|&l| !is_lane_shut(seed, l)).collect();
    let outs: Vec<usize> = (half..LANES).filter(|&l| !is_lane_shut(seed, l)).collect();
    let lane_y = block_y(TRUCK_ROW) + LANE_Y;
    let mut rng = Rng::of(seed, 55, 0);
    let mut handover = 0.0;
    for number in 0..TRUCKS_IN_PERIOD {
        let (a, b) = (lane_x(ins[number % ins.len()]), lane_x(outs[number % outs.len()]));
        let corners = [
            (GATE_X - 5.0, 420.0),
            (GATE_X - 5.0, 326.0),
            (a, GATE_Y + 60.0),
            (a, GATE_Y - 38.0),
            (-204.0, 146.0),
            (-204.0, 17.0),
            (-415.5, 17.0),
            (-415.5, lane_y),
            (-156.5, lane_y),
            (-156.5, 17.0),
            (-196.0, 17.0),
            (-196.0, 146.0),
            (b, GATE_Y - 38.0),
            (b, GATE_Y + 60.0),
            (GATE_X + 5.0, 326.0),
            (GATE_X + 5.0, 420.0),
        ];
        let corners: Vec<DVec2> = corners.iter().map(|c| plan(c.0, c.1)).collect();
        let way = Way::rounded(&corners, 15.0, false, PORT.ground_u);
        // The front stands before the booth; the trailer under the gantry.
        let first_half = way.nearest(plan(a, GATE_Y + 14.0));
        let serve = way.nearest(plan(TRUCK_X + 1.1, lane_y));
        let leave = way.nearest(plan(b, GATE_Y - 14.0));
        let stops = [(first_half, 11.0), (serve, 20.0), (leave, 9.0)];
        let run = drive(way.length() - 5.0, &stops, 7.6, 0.8);
        let samples: Vec<Pose> = run.iter().map(|s| way.pose(s.0, 5.0, 5.0)).collect();
        let start = steps * number / TRUCKS_IN_PERIOD;
        if number == 0 {
            let first = run.iter().position(|s| s.0 >= serve - 1e-6).unwrap_or(0);
            handover = (first as f64 + 20.0) * STEP_SECS;
        }
        let carrier = rng.pick(&super::CARRIERS);
        for (poses, ages) in parts_of(&samples, start, steps) {
            let state = |s: f64, v: f64| match () {
                () if v < 0.1 && (s - serve).abs() < 1.0 => "in yard",
                () if v < 0.1 => "at gate",
                () if s < serve => "to yard",
                () => "leaving",
            };
            out.push(super::truck(out.len() + 1, carrier, (poses, &ages), &run, state));
        }
    }
    let cycle_secs = steps as f64 * STEP_SECS / TRUCKS_IN_PERIOD as f64;
    // It looks at the boxes on trucks and lays none down: they stay on their trailers.
    let mut look = gantry(3, TRUCK_X, TRUCK_ROW, cycle_secs, handover);
    look.cycle = check;
    out.extend(look.courses(steps));
    out
}

/// The gantry over the trucks shifts boxes in its stack while they drive by.
fn check(t: f64, r: &Reach) -> (f64, f64, bool, &'static str) {
    let other = r.sea_m - 5.7;
    match t {
        t if t < 0.15 => (r.sea_m, soft(r.high_m, r.deck_m, t / 0.1), t > 0.12, "picking up"),
        t if t < 0.25 => (r.sea_m, soft(r.deck_m, r.high_m, (t - 0.15) / 0.1), true, "hoisting"),
        t if t < 0.5 => (soft(r.sea_m, other, (t - 0.25) / 0.25), r.high_m, true, "shifting"),
        t if t < 0.65 => (other, soft(r.high_m, r.deck_m, (t - 0.5) / 0.1), t < 0.62, "setting down"),
        t if t < 0.75 => (other, soft(r.deck_m, r.high_m, (t - 0.65) / 0.1), false, "hoisting"),
        t => (soft(other, r.sea_m, (t - 0.75) / 0.25), r.high_m, false, "to stack"),
    }
}
