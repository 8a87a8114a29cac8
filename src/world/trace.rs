//! The trace of the demo: a file of feed messages, one JSON object a line, that loops without a jump.
//!
//! Times are seconds from 0. Vehicles, AGVs, ships and people are sampled every half second (the viewer interpolates);
//! what stands still is not repeated but once every five seconds. Road vehicles come into town and leave it (`gone`).
//! The first message of each entity carries its class.

use super::harbour::{CRANE_N, CRANES_E, QUAY_N};
use super::plan::{BlockUse, Plan, inset};
use super::route::Net;
use super::terrain::QUAY_U;
use super::traffic;
use crate::bake::det::{Rng, heading_deg, sin, sin_cos, unit_vector};
use crate::bake::frame::PlanFrame;
use glam::{DVec2, DVec3};
use std::collections::BTreeMap;
use std::fmt::Write;

const STEP_SECS: f64 = 0.5;
/// Longest silence of a thing that stands still, in steps.
const REPEAT_STEPS: usize = 10;

/// Where a thing is; direction is horizontal, slope is rise over run.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pose {
    at: DVec3,
    heading_deg: f64,
    pitch_deg: f64,
}

/// One entity's course: pose and other properties at each step.
struct Course {
    id: String,
    class: &'static str,
    /// `None` while it is not there.
    poses: Vec<Option<Pose>>,
    /// Property name and text of its JSON value at each step.
    properties: Vec<(&'static str, Vec<String>)>,
}

/// The whole trace as JSON lines.
pub fn write(plan: &Plan, frame: &PlanFrame, secs: u32) -> Vec<u8> {
    let steps = secs as usize * 2;
    let mut courses = vehicles(plan, secs);
    courses.extend(port(steps));
    courses.extend(ships(steps));
    courses.extend(people(plan, steps));
    courses.extend(sensors(plan, steps));
    let mut by_step: Vec<Vec<String>> = vec![Vec::new(); steps];
    for course in &courses {
        for (step, text) in course.messages(frame) {
            by_step[step].push(text);
        }
    }
    let mut out = String::new();
    for (step, entities) in by_step.iter().enumerate().filter(|(_, e)| !e.is_empty()) {
        let t = step as f64 * STEP_SECS;
        // A line for each 120 entities keeps messages small.
        for part in entities.chunks(120) {
            let _ = writeln!(out, "{{\"type\":\"update\",\"t\":{t},\"entities\":[{}]}}", part.join(","));
        }
    }
    // The last moment repeats the first, so that the loop's last half second is filled.
    let _ = writeln!(out, "{{\"type\":\"update\",\"t\":{secs},\"entities\":[{}]}}", last(&courses, frame));
    out.into_bytes()
}

/// Everything as at the beginning.
fn last(courses: &[Course], frame: &PlanFrame) -> String {
    let set = |c: &Course| {
        let values = c.values(0, frame)?;
        Some(format!("{{\"id\":\"{}\",\"class\":\"{}\",\"set\":{{{}}}}}", c.id, c.class, join(values.iter())))
    };
    courses.iter().filter_map(set).collect::<Vec<_>>().join(",")
}

impl Course {
    fn pose_text(&self, step: usize, frame: &PlanFrame) -> Option<String> {
        let pose = self.poses[step]?;
        let g = frame.geodetic_from_plan(pose.at);
        let heading = pose.heading_deg;
        let mut text = format!("{{\"lon\":{:.7},\"lat\":{:.7},\"h\":{:.2},\"heading\":{heading:.1}", g.x, g.y, g.z);
        if pose.pitch_deg.abs() >= 0.2 {
            let _ = write!(text, ",\"pitch\":{:.1}", pose.pitch_deg);
        }
        text.push('}');
        Some(text)
    }

    /// Everything at a step, as name and JSON text.
    fn values(&self, step: usize, frame: &PlanFrame) -> Option<Vec<(&'static str, String)>> {
        let mut all = vec![("pose", self.pose_text(step, frame)?)];
        all.extend(self.properties.iter().map(|(name, values)| (*name, values[step].clone())));
        Some(all)
    }

    fn messages(&self, frame: &PlanFrame) -> Vec<(usize, String)> {
        let values: Vec<_> = (0..self.poses.len()).map(|step| self.values(step, frame)).collect();
        let mut out = Vec::new();
        let mut told: Option<usize> = None;
        // People are slow: every second is enough.
        let stride = if self.class == "person" { 2 } else { 1 };
        for step in 0..values.len() {
            let Some(now) = &values[step] else {
                if told.take().is_some() {
                    out.push((step, format!("{{\"id\":\"{}\",\"gone\":true}}", self.id)));
                }
                continue;
            };
            let Some(earlier) = told.and_then(|k| values[k].as_ref()) else {
                let class = format!("\"class\":\"{}\"", self.class);
                out.push((step, format!("{{\"id\":\"{}\",{class},\"set\":{{{}}}}}", self.id, join(now.iter()))));
                told = Some(step);
                continue;
            };
            // What is about to move speaks too, or it would be seen to creep during its silence.
            let silence = told.map_or(0, |k| step - k);
            let stays = values.get(step + 1).is_none_or(|next| next.as_ref() == Some(now));
            if (earlier == now && stays && silence < REPEAT_STEPS) || step % stride != 0 {
                continue;
            }
            // The pose is always told, other values only when they changed.
            let changed = now.iter().zip(earlier).filter(|(a, b)| a.0 == "pose" || a != b).map(|(a, _)| a);
            out.push((step, format!("{{\"id\":\"{}\",\"set\":{{{}}}}}", self.id, join(changed))));
            told = Some(step);
        }
        out
    }
}

fn join<'a>(values: impl Iterator<Item = &'a (&'static str, String)>) -> String {
    values.map(|(name, text)| format!("\"{name}\":{text}")).collect::<Vec<_>>().join(",")
}

fn pose(at: DVec3, direction: DVec3) -> Pose {
    let run = direction.truncate().length().max(1e-9);
    Pose { at, heading_deg: heading_deg(direction.truncate()), pitch_deg: (direction.z / run).to_degrees() }
}

fn vehicles(plan: &Plan, secs: u32) -> Vec<Course> {
    let net = Net::new(plan);
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out = Vec::new();
    for (vehicle, track) in traffic::record(&net, plan.seed, secs) {
        let number = numbers.entry(vehicle.class).or_default();
        *number += 1;
        let mut rng = Rng::of(plan.seed, 21, out.len() as u64);
        let color = rng.pick(&["white", "silver", "grey", "black", "red", "blue", "green", "sand"]);
        out.push(Course {
            id: format!("{}-{number}", vehicle.class),
            class: vehicle.class,
            poses: track.iter().map(|s| s.map(|s| pose(s.at, s.direction))).collect(),
            properties: vec![
                ("speed", track.iter().map(|s| s.map_or(String::new(), |s| format!("{:.1}", s.v))).collect()),
                ("paint", vec![format!("\"{color}\""); track.len()]),
            ],
        });
    }
    out
}

/// Headway between AGVs; every crane serves every third.
const AGV_HEADWAY_SECS: f64 = 30.0;
/// The AGVs' ring: two straights along the quay joined by half circles.
const RING_E: (f64, f64) = (860.0, 1290.0);
const RING_N: (f64, f64) = (-653.0, -637.0);

/// A point of the ring at a distance along it, and the direction there.
fn ring(s: f64) -> (DVec2, DVec2) {
    let straight = RING_E.1 - RING_E.0;
    let r = (RING_N.1 - RING_N.0) * 0.5;
    let arc = std::f64::consts::PI * r;
    let s = s - (s / (2.0 * (straight + arc))).floor() * 2.0 * (straight + arc);
    let middle = (RING_N.0 + RING_N.1) * 0.5;
    if s < straight {
        return (DVec2::new(RING_E.0 + s, RING_N.0), DVec2::X);
    }
    if s < straight + arc {
        let a = (s - straight) / r - std::f64::consts::FRAC_PI_2;
        let d = unit_vector(a);
        return (DVec2::new(RING_E.1, middle) + d * r, d.perp());
    }
    if s < 2.0 * straight + arc {
        return (DVec2::new(RING_E.1 - (s - straight - arc), RING_N.1), -DVec2::X);
    }
    let d = unit_vector((s - 2.0 * straight - arc) / r + std::f64::consts::FRAC_PI_2);
    (DVec2::new(RING_E.0, middle) + d * r, d.perp())
}

fn ring_length() -> f64 {
    2.0 * (RING_E.1 - RING_E.0) + std::f64::consts::PI * (RING_N.1 - RING_N.0)
}

/// Distance gone after `t` of a move that takes `total` seconds over `way` metres with soft start and stop.
fn eased(t: f64, total: f64, way: f64) -> f64 {
    let ramp = 4.0_f64.min(total * 0.3);
    let top = way / (total - ramp);
    let t = t.clamp(0.0, total);
    if t < ramp {
        top * t * t / (2.0 * ramp)
    } else if t > total - ramp {
        way - top * (total - t) * (total - t) / (2.0 * ramp)
    } else {
        top * (t - ramp * 0.5)
    }
}

/// AGVs between the ship's cranes and the yard, the cranes' moving parts, and the boxes that they carry.
fn port(steps: usize) -> Vec<Course> {
    let lap = steps as f64 * STEP_SECS;
    let cranes = [CRANES_E[1], CRANES_E[2], CRANES_E[3]];
    let count = (lap / AGV_HEADWAY_SECS) as usize;
    let mut out = Vec::new();
    for k in 0..count {
        let stop_m = cranes[k % 3] - RING_E.0;
        let plan = Shift::new(stop_m, lap);
        let mut agv = Course { id: format!("agv-{}", k + 1), class: "agv", poses: vec![], properties: vec![] };
        let mut load = Course { id: format!("agv-{}-box", k + 1), class: "load", poses: vec![], properties: vec![] };
        let (mut speed, mut state, mut shown) = (Vec::new(), Vec::new(), Vec::new());
        for step in 0..steps {
            let t = step as f64 * STEP_SECS - k as f64 * AGV_HEADWAY_SECS + lap;
            let at = |t: f64| plan.distance(t - (t / lap).floor() * lap);
            let s = at(t);
            let (p, d) = ring(s);
            let v = ((at(t + 0.05) - s + ring_length()) % ring_length()) / 0.05;
            let here = pose(p.extend(QUAY_U), d.extend(0.0));
            agv.poses.push(Some(here));
            load.poses.push(Some(Pose { at: here.at + DVec3::Z * 1.62, ..here }));
            let loaded = plan.loaded(t - (t / lap).floor() * lap);
            shown.push(loaded.to_string());
            speed.push(format!("{v:.1}"));
            let doing = if v > 0.05 {
                "driving"
            } else if loaded {
                "handing over"
            } else {
                "at crane"
            };
            state.push(format!("\"{doing}\""));
        }
        let battery = (0..steps)
            .map(|step| {
                format!("{:.2}", 0.72 + 0.2 * sin(std::f64::consts::TAU * step as f64 / steps as f64 + k as f64))
            })
            .collect();
        agv.properties = vec![("speed", speed), ("state", state), ("loaded", shown.clone()), ("battery", battery)];
        load.properties = vec![("shown", shown)];
        out.push(agv);
        out.push(load);
    }
    for (k, &e) in cranes.iter().enumerate() {
        out.extend(crane(k, e, lap, steps));
    }
    out
}

/// An AGV's round: to its crane, a wait, to the yard, a wait, and back to the start.
struct Shift {
    crane_m: f64,
    lap: f64,
}

const WAIT_SECS: f64 = 16.0;

impl Shift {
    fn new(crane_m: f64, lap: f64) -> Self {
        Self { crane_m, lap }
    }

    /// Where the yard hands over: on the way back.
    fn yard_m(&self) -> f64 {
        ring_length() * 0.5 + (RING_E.1 - RING_E.0) * 0.5
    }

    /// Moving times of the three legs.
    fn legs(&self) -> [(f64, f64); 3] {
        let ways = [self.crane_m, self.yard_m() - self.crane_m, ring_length() - self.yard_m()];
        let moving = self.lap - 2.0 * WAIT_SECS;
        ways.map(|way| (way, moving * way / ring_length()))
    }

    /// Metres along the ring, `t` within the lap.
    fn distance(&self, t: f64) -> f64 {
        let [a, b, c] = self.legs();
        let (wait_1, wait_2) = (a.1 + WAIT_SECS, a.1 + WAIT_SECS + b.1 + WAIT_SECS);
        if t < wait_1 {
            eased(t, a.1, a.0)
        } else if t < wait_2 {
            a.0 + eased(t - wait_1, b.1, b.0)
        } else {
            a.0 + b.0 + eased(t - wait_2, c.1, c.0)
        }
    }

    /// Whether it carries a box: from the middle of its wait at the crane to the middle of its wait at the yard.
    fn loaded(&self, t: f64) -> bool {
        let [a, b, _] = self.legs();
        let from = a.1 + WAIT_SECS * 0.5;
        t >= from && t < from + WAIT_SECS + b.1
    }
}

/// A quay crane that unloads a ship: gantry, trolley, spreader and the box on it.
fn crane(k: usize, e: f64, lap: f64, steps: usize) -> Vec<Course> {
    let id = format!("sts-{}", k + 2);
    let shift = Shift::new(e - RING_E.0, lap);
    // The moment in each period when the box is set down on AGVs of this crane (numbers k, k + 3, ...).
    let period = 3.0 * AGV_HEADWAY_SECS;
    let drop_secs = shift.legs()[0].1 + WAIT_SECS * 0.5 + k as f64 * AGV_HEADWAY_SECS;
    let course = |suffix: &str, class: &'static str| Course {
        id: format!("{id}{suffix}"),
        class,
        poses: vec![],
        properties: vec![],
    };
    let mut gantry = course("", "crane");
    let mut trolley = course("-trolley", "crane_trolley");
    let mut spreader = course("-spreader", "crane_spreader");
    let mut load = course("-box", "load");
    let (mut tons, mut reach, mut hoist, mut state, mut shown) = (vec![], vec![], vec![], vec![], vec![]);
    for step in 0..steps {
        let t = step as f64 * STEP_SECS - drop_secs;
        let phase = t - (t / period).floor() * period;
        let (x, z, carries, doing) = crane_cycle(phase, k);
        let base = DVec3::new(e, CRANE_N, QUAY_U);
        let south = DVec3::new(0.0, -1.0, 0.0);
        gantry.poses.push(Some(pose(base, south)));
        trolley.poses.push(Some(pose(base + south * x, south)));
        spreader.poses.push(Some(pose(base + south * x + DVec3::Z * z, south)));
        load.poses.push(Some(pose(base + south * x + DVec3::Z * (z - 2.75), DVec3::X)));
        tons.push(if carries { format!("{:.1}", 21.4 + 2.3 * k as f64) } else { "0.0".to_string() });
        reach.push(format!("{x:.1}"));
        hoist.push(format!("{z:.1}"));
        state.push(format!("\"{doing}\""));
        shown.push(carries.to_string());
    }
    gantry.properties = vec![("load_t", tons), ("trolley_m", reach), ("hoist_m", hoist), ("state", state)];
    load.properties = vec![("shown", shown)];
    vec![gantry, trolley, spreader, load]
}

/// Trolley reach, height of the spreader above the quay, whether a box hangs on it, and what it does; 0 is the moment
/// when a box is set down on an AGV.
fn crane_cycle(phase: f64, k: usize) -> (f64, f64, bool, &'static str) {
    let land = CRANE_N - RING_N.0;
    let sea = CRANE_N - QUAY_N + 12.0 + 2.5 * k as f64;
    let (truck, high, deck) = (4.35, 22.0, 17.5);
    let soft = |a: f64, b: f64, t: f64| {
        let t = t.clamp(0.0, 1.0);
        a + (b - a) * t * t * (3.0 - 2.0 * t)
    };
    match phase {
        p if p < 4.0 => (land, truck, false, "setting down"),
        p if p < 14.0 => (land, soft(truck, high, (p - 4.0) / 10.0), false, "hoisting"),
        p if p < 32.0 => (soft(land, sea, (p - 14.0) / 18.0), high, false, "to ship"),
        p if p < 38.0 => (sea, soft(high, deck, (p - 32.0) / 6.0), false, "lowering"),
        p if p < 43.0 => (sea, deck, p > 40.5, "picking up"),
        p if p < 49.0 => (sea, soft(deck, high, (p - 43.0) / 6.0), true, "hoisting"),
        p if p < 69.0 => (soft(sea, land, (p - 49.0) / 20.0), high, true, "to quay"),
        p => (land, soft(high, truck, (p - 71.0) / 17.0), true, "lowering"),
    }
}

fn ships(steps: usize) -> Vec<Course> {
    let mut out = Vec::new();
    // Ovals: middle, half axes, laps in the trace, start.
    let courses: [(&str, &str, DVec2, DVec2, f64, f64); 4] = [
        ("vessel-1", "vessel", DVec2::new(-250.0, -1720.0), DVec2::new(560.0, 215.0), 1.0, 2.2),
        ("tug-1", "tug", DVec2::new(330.0, -900.0), DVec2::new(300.0, 105.0), 1.0, 0.4),
        ("tug-2", "tug", DVec2::new(-480.0, -1690.0), DVec2::new(640.0, 330.0), 1.0, 3.0),
        ("pilot-1", "pilot", DVec2::new(1050.0, -1450.0), DVec2::new(420.0, 130.0), 2.0, 5.0),
    ];
    for (id, class, middle, half, laps, start) in courses {
        let mut course = Course { id: id.into(), class, poses: vec![], properties: vec![] };
        let (mut speed, mut name) = (vec![], vec![]);
        for step in 0..steps {
            let turn = std::f64::consts::TAU * laps;
            let angle = start - turn * step as f64 / steps as f64;
            let (s, c) = sin_cos(angle);
            let v = DVec2::new(s * half.x, -c * half.y) * turn / (steps as f64 * STEP_SECS);
            let sway = 0.5 * sin(std::f64::consts::TAU * step as f64 * 40.0 / steps as f64);
            let mut here = pose((middle + DVec2::new(c, s) * half).extend(0.0), v.extend(0.0));
            here.pitch_deg = if class == "vessel" { 0.0 } else { sway };
            course.poses.push(Some(here));
            speed.push(format!("{:.1}", v.length()));
            name.push(format!(
                "\"{}\"",
                match id {
                    "vessel-1" => "MV Ilha do Pessegueiro",
                    "tug-1" => "Montenovo",
                    "tug-2" => "Cabo Raso",
                    _ => "Piloto II",
                }
            ));
        }
        course.properties = vec![("speed", speed), ("name", name)];
        out.push(course);
    }
    out
}

fn people(plan: &Plan, steps: usize) -> Vec<Course> {
    let secs = steps as f64 * STEP_SECS;
    let mut ways: Vec<Vec<DVec2>> = Vec::new();
    for k in 0..3 {
        let e = -520.0 + 245.0 * k as f64;
        let n = -452.0;
        let box_of = |w: f64, h: f64| {
            vec![DVec2::new(e, n), DVec2::new(e, n + h), DVec2::new(e + w, n + h), DVec2::new(e + w, n)]
        };
        ways.push(box_of(225.0, 14.0));
    }
    let near = DVec2::new(80.0, 0.0);
    let mut blocks: Vec<_> = plan.blocks.iter().collect();
    blocks.sort_by(|a, b| (a.kerb[0] - near).length().total_cmp(&(b.kerb[0] - near).length()));
    for block in blocks.iter().filter(|b| b.purpose != BlockUse::Houses).take(14) {
        let mut way = inset(&block.kerb, 1.9).to_vec();
        way.reverse();
        ways.push(way);
    }
    let mut out = Vec::new();
    for (w, way) in ways.iter().enumerate() {
        let mut rng = Rng::of(plan.seed, 22, w as u64);
        let sides: Vec<f64> = (0..way.len()).map(|k| (way[(k + 1) % way.len()] - way[k]).length()).collect();
        let around: f64 = sides.iter().sum();
        let laps = (secs * 1.35 / around).round().max(1.0);
        let count = if w < 3 { 7 } else { 2 };
        for k in 0..count {
            let start = around * (k as f64 + rng.range(0.0, 0.7)) / count as f64;
            let aside = rng.range(-0.7, 0.7);
            let mut course =
                Course { id: format!("person-{}", out.len() + 1), class: "person", poses: vec![], properties: vec![] };
            for step in 0..steps {
                let s = start + around * laps * step as f64 / steps as f64;
                let (p, d) = walk(way, &sides, s - (s / around).floor() * around, aside);
                let u = plan.terrain.height(p).max(if w < 3 { QUAY_U } else { 0.0 });
                let lift = if w < 3 { 0.0 } else { super::ground::KERB_M };
                course.poses.push(Some(pose(p.extend(u + lift), d.extend(0.0))));
            }
            let v = around * laps / secs;
            course.properties = vec![("speed", vec![format!("{v:.1}"); steps])];
            out.push(course);
        }
    }
    out
}

/// A point along a closed line with its corners rounded, moved to the left by `aside`.
fn walk(way: &[DVec2], sides: &[f64], mut s: f64, aside: f64) -> (DVec2, DVec2) {
    let count = way.len();
    let mut k = 0;
    while k + 1 < count && s > sides[k] {
        s -= sides[k];
        k += 1;
    }
    let direction = |k: usize| (way[(k + 1) % count] - way[k % count]).normalize();
    let round = 1.6;
    // Near a corner the direction turns evenly from one side's to the next's.
    let (mut d, mut p) = (direction(k), way[k] + direction(k) * s);
    let (to_end, from_start) = (sides[k] - s, s);
    if to_end < round {
        let f = 0.5 * (1.0 - to_end / round);
        d = d.lerp(direction(k + 1), f).normalize();
        p += (direction(k + 1) - direction(k)) * (round * 0.5 * f * f);
    } else if from_start < round {
        let f = 0.5 * (1.0 - from_start / round);
        d = d.lerp(direction(k + count - 1), f).normalize();
        p += (direction(k) - direction(k + count - 1)) * (round * 0.5 * f * f);
    }
    (p + d.perp() * aside, d)
}

/// Tanks and a weather mast: they stand still and report values.
fn sensors(plan: &Plan, steps: usize) -> Vec<Course> {
    let turn = |step: usize, laps: f64, shift: f64| {
        sin(std::f64::consts::TAU * laps * (step - step % 10) as f64 / steps as f64 + shift)
    };
    let mut out = Vec::new();
    for fixture in super::harbour::fixtures(plan) {
        let Some(feature) = fixture.feature.filter(|f| f.kind == "tank") else { continue };
        let mut rng = Rng::of(plan.seed, 23, out.len() as u64);
        let (mean, swing, shift) = (rng.range(0.35, 0.7), rng.range(0.05, 0.25), rng.range(0.0, 6.0));
        let top = fixture.at.extend(QUAY_U + f64::from(feature.height_m) + 4.0);
        out.push(Course {
            id: feature.id,
            class: "tank",
            poses: vec![Some(pose(top, DVec3::Y)); steps],
            properties: vec![
                ("level", (0..steps).map(|s| format!("{:.3}", mean + swing * turn(s, 1.0, shift))).collect()),
                (
                    "temperature_c",
                    (0..steps).map(|s| format!("{:.1}", 24.0 + 3.0 * turn(s, 1.0, shift + 1.0))).collect(),
                ),
            ],
        });
    }
    let mast = DVec3::new(126.0, -1121.0, 35.0);
    out.push(Course {
        id: "weather-1".into(),
        class: "sensor",
        poses: vec![Some(pose(mast, DVec3::Y)); steps],
        properties: vec![
            (
                "wind_mps",
                (0..steps)
                    .map(|s| format!("{:.1}", 6.5 + 1.8 * turn(s, 5.0, 0.0) + 0.7 * turn(s, 13.0, 1.0)))
                    .collect(),
            ),
            ("wind_from_deg", (0..steps).map(|s| format!("{:.0}", 305.0 + 12.0 * turn(s, 3.0, 2.0))).collect()),
            ("tide_m", (0..steps).map(|s| format!("{:.2}", 1.4 + 0.05 * turn(s, 1.0, 0.3))).collect()),
        ],
    });
    out
}
