//! Ships, boats, and a drone: what moves in the bay and off the coast. Plan frame metres, the sea at 0.

use super::trace::{Course, Motion, Pose, STEP_SECS, Values, parts_of};
use super::way::{Way, moving};
use crate::bake::det::{Rng, sin, sin_cos, unit_vector};
use glam::{DVec2, DVec3};
use std::f64::consts::TAU;

/// Ovals: id, class, name, middle, half axes, laps in a period, start in radians, whether clockwise.
type Oval = (&'static str, &'static str, &'static str, (f64, f64), (f64, f64), f64, f64);

const OVALS: [Oval; 7] = [
    ("ferry-1", "ferry", "Trafaria Praia", (-350.0, -3050.0), (760.0, 250.0), 1.0, 0.3),
    ("ferry-2", "ferry", "Seixalense", (-350.0, -3050.0), (760.0, 250.0), 1.0, 3.4),
    ("tug-04", "tug", "Cabo Raso", (2650.0, -3850.0), (330.0, 150.0), 1.0, 0.4),
    ("tug-05", "tug", "Montenovo", (1250.0, -4700.0), (420.0, 180.0), 1.0, 3.0),
    ("pilot-03", "pilot_boat", "Piloto III", (1500.0, -5250.0), (640.0, 260.0), 1.0, 5.0),
    ("pilot-04", "pilot_boat", "Piloto IV", (-2300.0, -4300.0), (560.0, 300.0), 1.0, 2.0),
    ("tug-06", "tug", "Espichel", (-3900.0, -3700.0), (380.0, 160.0), 1.0, 1.0),
];
const SAILING_BOATS: usize = 16;

/// Vessels at anchor off the port: name, place, heading.
const ANCHORED: [(&str, (f64, f64), f64); 3] = [
    ("MV Ilha do Pessegueiro", (-1150.0, -5900.0), 305.0),
    ("MV Talvik Fjord", (250.0, -6500.0), 298.0),
    ("MV Serra da Arrabida", (-2900.0, -6250.0), 310.0),
];

/// The fairway from the western rim to the southern one.
const FAIRWAY: [(f64, f64); 5] =
    [(-8000.0, -5350.0), (-6400.0, -5750.0), (-4500.0, -6500.0), (-2600.0, -7300.0), (-1500.0, -8000.0)];

/// What moves on the water.
pub fn courses(seed: u64, steps: usize) -> Vec<Course> {
    let period = steps as f64 * STEP_SECS;
    let mut out = Vec::new();
    for (id, class, name, middle, half, laps, start) in OVALS {
        out.push(oval(id, class, name, DVec2::new(middle.0, middle.1), DVec2::new(half.0, half.1), laps, start, steps));
    }
    for (k, name) in SAILS.iter().enumerate().take(SAILING_BOATS) {
        let mut rng = Rng::of(seed, 50, k as u64);
        let middle = DVec2::new(rng.range(-2900.0, 1500.0), rng.range(-4300.0, -3050.0));
        let long = rng.range(90.0, 150.0) * period / 300.0;
        let half = DVec2::new(long, long * rng.range(0.35, 0.7));
        let start = rng.range(0.0, TAU);
        out.push(oval(&format!("sail-{:02}", k + 1), "sailing_boat", name, middle, half, 1.0, start, steps));
    }
    for (k, (name, (e, n), heading)) in ANCHORED.into_iter().enumerate() {
        // It swings about its anchor.
        let at = move |t: f64| Pose {
            at: DVec3::new(e, n, 0.0),
            heading_deg: heading + 3.0 * sin(TAU * t / period + k as f64),
            pitch_deg: 0.0,
        };
        let values =
            vec![("name", Values::text(name)), ("speed", Values::number(0.0, 1)), ("state", Values::text("at anchor"))];
        out.push(moving(format!("vessel-{:02}", k + 1), "container_ship", steps, at, values));
    }
    out.extend(fairway(steps));
    out
}

const SAILS: [&str; SAILING_BOATS] = [
    "Alforreca",
    "Brisa",
    "Calheta",
    "Duna",
    "Espuma",
    "Farol",
    "Gaivota",
    "Horizonte",
    "Ilheu",
    "Jangada",
    "Levante",
    "Mare Alta",
    "Nortada",
    "Onda",
    "Poente",
    "Rosa dos Ventos",
];

#[allow(clippy::too_many_arguments)]
fn oval(
    id: &str,
    class: &'static str,
    name: &str,
    middle: DVec2,
    half: DVec2,
    laps: f64,
    start: f64,
    steps: usize,
) -> Course {
    let period = steps as f64 * STEP_SECS;
    let at = |t: f64| {
        let angle = start - TAU * laps * t / period;
        let (s, c) = sin_cos(angle);
        let direction = DVec2::new(s * half.x, -c * half.y);
        let mut pose = Pose::level((middle + DVec2::new(c, s) * half).extend(0.0), direction.normalize_or(DVec2::X));
        pose.pitch_deg = 0.7 * sin(TAU * (t / period * 50.0).fract());
        pose
    };
    let speed = |k: usize| at(k as f64 * STEP_SECS).at.distance(at((k + 1) as f64 * STEP_SECS).at) / STEP_SECS;
    let speeds = (0..steps).map(|k| speed(k) as f32).collect();
    let values = vec![
        ("name", Values::text(name)),
        ("speed", Values::numbers(speeds, 0.4, 1)),
        ("state", Values::text("under way")),
    ];
    moving(id, class, steps, at, values)
}

/// Ships pass off the coast, one in each period.
fn fairway(steps: usize) -> Vec<Course> {
    const SPEED_MPS: f64 = 7.2;
    let corners: Vec<DVec2> = FAIRWAY.iter().map(|p| DVec2::new(p.0, p.1)).collect();
    let way = Way::rounded(&corners, 700.0, false, 0.0);
    let count = (way.length() / (SPEED_MPS * STEP_SECS)) as usize;
    let samples: Vec<Pose> = (0..count).map(|k| way.pose(SPEED_MPS * STEP_SECS * k as f64, 60.0, 60.0)).collect();
    let names = ["MV Kestrel Azores", "MV Vela Madeira", "MV Nordal Tejo", "MV Brava Star", "MV Talvik Luz", "MV Sado"];
    let parts = parts_of(&samples, steps / 3, steps).into_iter().enumerate();
    parts
        .map(|(k, (poses, _))| Course {
            id: format!("vessel-{:02}", k + 11),
            class: "container_ship",
            motion: Motion::Moving(poses),
            values: vec![
                ("name", Values::text(names[k % names.len()])),
                ("speed", Values::number(SPEED_MPS, 1)),
                ("state", Values::text("under way")),
            ],
        })
        .collect()
}

/// A drone that goes its round over a place.
pub fn drone(id: &str, middle: DVec2, radius_m: f64, u: f64, steps: usize) -> Course {
    let period = steps as f64 * STEP_SECS;
    let at = |t: f64| {
        let d = unit_vector(TAU * t / period);
        let lift = 8.0 * sin(TAU * 3.0 * t / period);
        Pose::level((middle + d * radius_m).extend(u + lift), d.perp())
    };
    let battery = (0..steps).map(|k| 92.0 - 34.0 * k as f32 / steps as f32).collect();
    let values = vec![("state", Values::text("patrol")), ("battery", Values::numbers(battery, 1.0, 0))];
    moving(id, "drone", steps, at, values)
}
