//! The factory at work: AGVs and forklifts between the halls, trucks, cars on the test track, machines with their values.
//! Interiors are drawn by others; machines inside stand where the halls have room for them. Site frame: the pad's.

use super::trace::{Course, Motion, Pose, STEP_SECS, Values, parts_of};
use super::way::{Way, drive, drive_in, moving};
use crate::bake::det::{Rng, sin, unit_vector};
use crate::world::layout::FACTORY;
use crate::world::sites::numbered;
use glam::{DVec2, DVec3};
use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// Height of the halls' floors.
const FLOOR_U: f64 = FACTORY.ground_u + 0.15;
/// Middles of the AGVs' lanes lie so far right of the marked band's middle.
const LANE_M: f64 = 0.9;

fn plan(x: f64, y: f64) -> DVec2 {
    FACTORY.centre + DVec2::new(x, y)
}

/// What moves and works in the factory.
pub fn courses(seed: u64, steps: usize) -> Vec<Course> {
    let mut out = agvs(steps);
    out.extend(forklifts(steps));
    out.extend(trucks(seed, steps));
    out.extend(test_cars(steps));
    out.extend(stackers(steps));
    out.extend(shuttles(steps));
    out.extend(robots(steps));
    out.extend(machines(seed, steps));
    out
}

/// There and back on the right-hand side of a line, as a closed way.
fn there_and_back(line: &[(f64, f64)]) -> Way {
    let points: Vec<DVec2> = line.iter().map(|p| plan(p.0, p.1)).collect();
    let right = |points: &[DVec2]| -> Vec<DVec2> {
        let n = points.len();
        (0..n)
            .map(|k| {
                let d0 = (points[k] - points[k.saturating_sub(1)]).normalize_or_zero();
                let d1 = (points[(k + 1).min(n - 1)] - points[k]).normalize_or_zero();
                let (d0, d1) = (if k == 0 { d1 } else { d0 }, if k + 1 == n { d0 } else { d1 });
                crate::world::city::geom::mitre(points[k], d0, d1, -LANE_M, -LANE_M)
            })
            .collect()
    };
    let mut corners = right(&points);
    let back: Vec<DVec2> = points.iter().rev().copied().collect();
    corners.extend(right(&back));
    Way::rounded(&corners, 1.6, true, FACTORY.ground_u)
}

/// Rounds of AGVs: a line on the lanes, how many run on it, and what they carry.
type Line = (&'static [(f64, f64)], usize, &'static str);

const AGV_LINES: [Line; 4] = [
    (&[(-252.0, 118.0), (-212.0, 118.0), (-212.0, 40.0), (-186.0, 40.0)], 7, "pressed parts"),
    (&[(-244.0, -24.0), (-212.0, -24.0), (-212.0, 40.0), (-186.0, 40.0)], 5, "painted parts"),
    (&[(104.0, 40.0), (142.0, 40.0), (176.0, 40.0)], 6, "kits"),
    (&[(176.0, 40.0), (142.0, 40.0), (142.0, 138.0)], 5, "parts"),
];

fn agvs(steps: usize) -> Vec<Course> {
    let mut out = Vec::new();
    for (line, count, load) in AGV_LINES {
        let way = there_and_back(line);
        let half = way.length() * 0.5;
        // It waits where it is laden and unladen, at both ends.
        let run = drive_in(steps, way.length(), &[(1.5, 9.0), (half, 12.0)], 0.5);
        for k in 0..count {
            let offset = steps * k / count;
            let age = |step: usize| (step + steps - offset) % steps;
            let laden = |step: usize| run[age(step)].0 < half;
            let word = |step: usize| match (run[age(step)].1 > 0.05, run[age(step)].0 < half * 0.5) {
                (true, _) => "driving",
                (_, true) => "loading",
                _ => "unloading",
            };
            let number = out.len();
            let poses = (0..steps).map(|step| Some(way.pose(run[age(step)].0, 0.7, 0.7))).collect();
            let battery = (0..steps).map(|s| 58.0 + 30.0 * sin(TAU * s as f64 / steps as f64 + number as f64) as f32);
            out.push(Course {
                id: numbered("agv", number + 1),
                class: "agv",
                motion: Motion::Moving(poses),
                values: vec![
                    ("speed", Values::numbers((0..steps).map(|s| run[age(s)].1 as f32).collect(), 0.4, 1)),
                    ("state", Values::Words((0..steps).map(word).collect())),
                    ("loaded", Values::Flags((0..steps).map(laden).collect())),
                    ("load", Values::text(load)),
                    ("battery", Values::numbers(battery.collect(), 2.0, 0)),
                    (
                        "lift_m",
                        Values::numbers((0..steps).map(|s| if laden(s) { 0.12 } else { 0.0 }).collect(), 0.01, 2),
                    ),
                ],
            });
        }
    }
    out
}

/// Forklifts shift pallets in the open yard between paint shop and press shop.
fn forklifts(steps: usize) -> Vec<Course> {
    let corners = [(-372.0, 30.0), (-252.0, 30.0), (-252.0, 62.0), (-372.0, 62.0)].map(|c| plan(c.0, c.1));
    let way = Way::rounded(&corners, 5.0, true, FACTORY.ground_u);
    let run = drive_in(steps, way.length() * 2.0, &[(20.0, 14.0), (way.length() + 90.0, 16.0)], 0.6);
    (0..4)
        .map(|k| {
            let age = move |step: usize| (step + steps * k / 4) % steps;
            let run = &run;
            let carriage: Vec<f32> = (0..steps).map(|s| if run[age(s)].1 < 0.05 { 1.6 } else { 0.2 }).collect();
            let word = |s: usize| if run[age(s)].1 < 0.05 { "lifting" } else { "driving" };
            Course {
                id: numbered("forklift", k + 1),
                class: "forklift",
                motion: Motion::Moving((0..steps).map(|s| Some(way.pose(run[age(s)].0, 0.8, 0.8))).collect()),
                values: vec![
                    ("speed", Values::numbers((0..steps).map(|s| run[age(s)].1 as f32).collect(), 0.6, 1)),
                    ("state", Values::Words((0..steps).map(word).collect())),
                    ("carriage_m", Values::numbers(carriage, 0.1, 1)),
                ],
            }
        })
        .collect()
}

/// Trucks from the main gate past the docks to the eastern gate, and back.
fn trucks(seed: u64, steps: usize) -> Vec<Course> {
    let there = [(-116.0, -380.0), (-116.0, -96.0), (352.0, -96.0), (352.0, 56.0), (500.0, 56.0)];
    let back = [(500.0, 64.0), (346.0, 64.0), (346.0, -88.0), (-124.0, -88.0), (-124.0, -380.0)];
    let mut out = Vec::new();
    let mut rng = Rng::of(seed, 60, 0);
    for (direction, corners) in [&there, &back].into_iter().enumerate() {
        let corners: Vec<DVec2> = corners.iter().map(|c| plan(c.0, c.1)).collect();
        let way = Way::rounded(&corners, 14.0, false, FACTORY.ground_u);
        let gate = way.nearest(if direction == 0 { plan(-116.0, -306.0) } else { plan(-124.0, -262.0) });
        let dock = way.nearest(plan(350.0, 10.0));
        let mut stops = [(gate, 12.0), (dock, 26.0)];
        stops.sort_by(|a, b| a.0.total_cmp(&b.0));
        let run = drive(way.length() - 6.0, &stops, 7.0, 0.8);
        let samples: Vec<Pose> = run.iter().map(|s| way.pose(s.0, 5.0, 5.0)).collect();
        for number in 0..4 {
            let carrier = rng.pick(&super::CARRIERS);
            for (poses, ages) in parts_of(&samples, steps * (2 * number + direction) / 8, steps) {
                let state = |s: f64, v: f64| match () {
                    () if v < 0.1 && (s - dock).abs() < 2.0 => "at dock",
                    () if v < 0.1 => "at gate",
                    () => "driving",
                };
                out.push(super::truck(out.len() + 1, carrier, (poses, &ages), &run, state));
            }
        }
    }
    out
}

/// New cars on the test track, three laps in five minutes.
fn test_cars(steps: usize) -> Vec<Course> {
    let (x0, x1, y, r) = (-120.0, 360.0, 243.0, 37.7);
    let mut points = Vec::new();
    for (x, from) in [(x1, -FRAC_PI_2), (x0, FRAC_PI_2)] {
        for k in 0..=24 {
            let p = DVec2::new(x, y) + unit_vector(from + PI * f64::from(k) / 24.0) * r;
            points.push(plan(p.x, p.y).extend(FACTORY.ground_u + 0.02));
        }
    }
    points.push(points[0]);
    let way = Way::new(points);
    let period = steps as f64 * STEP_SECS;
    let laps = (period / 100.0).round().max(1.0);
    (0..5)
        .map(|k| {
            let at = |t: f64| way.pose(way.length() * (laps * t / period + k as f64 / 5.0), 1.4, 1.4);
            let speed = way.length() * laps / period;
            let class = ["car_suv", "car_saloon", "car_hatch"][k % 3];
            let values = vec![
                ("speed", Values::number(speed, 1)),
                ("state", Values::text("test drive")),
                ("paint", Values::text(["blue", "red", "white", "grey", "green"][k])),
            ];
            moving(numbered("test-car", k + 1), class, steps, at, values)
        })
        .collect()
}

/// Stacker cranes in the aisles of the high-bay warehouse.
fn stackers(steps: usize) -> Vec<Course> {
    (0..5)
        .map(|k| {
            let y = 12.0 + 14.0 * k as f64;
            let turns = 4.0 + (k % 3) as f64;
            let x = move |t: f64| 222.0 + 40.0 * sin(TAU * turns * t + k as f64);
            let period = steps as f64 * STEP_SECS;
            let at = |t: f64| Pose::level(plan(x(t / period), y).extend(FLOOR_U), DVec2::X);
            let part = |s: usize| s as f64 / steps as f64;
            let high = (0..steps).map(|s| 16.0 + 15.0 * sin(TAU * (turns + 1.0) * part(s) + k as f64 * 0.7) as f32);
            let fork = (0..steps).map(|s| if sin(TAU * turns * 2.0 * part(s)) > 0.93 { 1.35 } else { 0.0 });
            let values = vec![
                ("state", Values::text("running")),
                ("carriage_m", Values::numbers(high.collect(), 1.5, 1)),
                ("fork_m", Values::numbers(fork.collect(), 0.5, 2)),
                ("pallets_per_h", Values::number(118.0 + 7.0 * k as f64, 0)),
            ];
            moving(numbered("stacker-crane", k + 1), "stacker_crane", steps, at, values)
        })
        .collect()
}

/// Shuttles before the high-bay warehouse's racks.
fn shuttles(steps: usize) -> Vec<Course> {
    (0..4)
        .map(|k| {
            let period = steps as f64 * STEP_SECS;
            let at = |t: f64| {
                let y = 40.0 + 26.0 * sin(TAU * (3.0 + k as f64) * t / period);
                Pose::level(plan(169.0 + 1.8 * k as f64, y).extend(FLOOR_U), DVec2::Y)
            };
            let values = vec![("state", Values::text("running")), ("table_m", Values::number(0.06, 2))];
            moving(numbered("shuttle", k + 1), "shuttle", steps, at, values)
        })
        .collect()
}

/// Welding robots in the assembly hall: they stand, their axes move.
fn robots(steps: usize) -> Vec<Course> {
    const AXES: [(&str, f64, f64); 6] = [
        ("a1_deg", 70.0, 0.0),
        ("a2_deg", 28.0, 1.0),
        ("a3_deg", 40.0, 2.0),
        ("a4_deg", 60.0, 0.5),
        ("a5_deg", 50.0, 1.6),
        ("a6_deg", 120.0, 2.4),
    ];
    (0..12)
        .map(|k| {
            let (x, y) = (-150.0 + 22.0 * (k / 2) as f64, if k % 2 == 0 { 62.0 } else { 70.0 });
            let pose = Pose::level(plan(x, y).extend(FLOOR_U), if k % 2 == 0 { DVec2::Y } else { DVec2::NEG_Y });
            let welds = |s: usize| sin(TAU * 20.0 * s as f64 / steps as f64 + k as f64) > 0.2;
            let mut values = vec![(
                "state",
                Values::Words((0..steps).map(|s| if welds(s) { "welding" } else { "moving" }).collect()),
            )];
            for (name, swing, shift) in AXES {
                let angle = |s: usize| swing * sin(TAU * 10.0 * s as f64 / steps as f64 + k as f64 + shift);
                values.push((
                    name,
                    Values::numbers((0..steps).map(|s| angle(s) as f32).collect(), swing as f32 * 0.4, 0),
                ));
            }
            Course::still(numbered("robot", k + 1), "robot", pose, values)
        })
        .collect()
}

/// Machines and meters: id, name, place (site's x and y, height), rate per hour, temperature, power in kW.
type Machine = (&'static str, &'static str, [f64; 3], f64, f64, f64);

const MACHINES: [Machine; 14] = [
    ("press-1", "Press line 1", [-360.0, 118.0, 20.0], 540.0, 41.0, 1450.0),
    ("press-2", "Press line 2", [-315.0, 118.0, 20.0], 510.0, 44.0, 1380.0),
    ("press-3", "Press line 3", [-270.0, 118.0, 20.0], 480.0, 39.0, 1310.0),
    ("paint-oven-1", "Paint oven 1", [-355.0, -24.0, 28.0], 62.0, 168.0, 2200.0),
    ("paint-oven-2", "Paint oven 2", [-300.0, -24.0, 28.0], 60.0, 172.0, 2150.0),
    ("body-line-1", "Body line 1", [-150.0, 70.0, 19.0], 61.0, 27.0, 980.0),
    ("body-line-2", "Body line 2", [-80.0, 70.0, 19.0], 59.0, 28.0, 940.0),
    ("trim-line-1", "Trim line 1", [-40.0, 12.0, 19.0], 58.0, 24.0, 410.0),
    ("trim-line-2", "Trim line 2", [40.0, 12.0, 19.0], 57.0, 24.0, 395.0),
    ("marriage-1", "Marriage station", [70.0, 70.0, 19.0], 57.0, 25.0, 220.0),
    ("end-of-line-1", "End of line", [105.0, 40.0, 19.0], 56.0, 23.0, 180.0),
    ("boiler-1", "Boiler 1", [-345.0, 232.0, 17.0], 0.0, 142.0, 6400.0),
    ("chiller-1", "Chiller 1", [-318.0, 232.0, 17.0], 0.0, 7.0, 1250.0),
    ("compressor-1", "Compressors", [-300.0, 226.0, 15.0], 0.0, 78.0, 860.0),
];

/// Machines' states and values; one of them comes near its limit and stops for a while.
fn machines(seed: u64, steps: usize) -> Vec<Course> {
    let part = |s: usize| (s - s % 8) as f64 / steps as f64;
    let mut out: Vec<Course> = MACHINES
        .iter()
        .enumerate()
        .map(|(k, &(id, name, [x, y, up], rate, heat, kw))| {
            let mut rng = Rng::of(seed, 61, k as u64);
            let shift = rng.range(0.0, TAU);
            let troubled = k == 3;
            let trouble = move |s: usize| if troubled { (part(s) * 3.0 - 1.0).clamp(0.0, 1.0) } else { 0.0 };
            let state = move |s: usize| match trouble(s) {
                t if t <= 0.0 || t >= 1.0 => "running",
                t if t < 0.4 => "warning",
                t if t < 0.75 => "alarm",
                _ => "stopped",
            };
            let runs = move |s: usize| if state(s) == "stopped" { 0.0 } else { 1.0 };
            let wave = move |s: usize, n: f64| sin(TAU * n * part(s) + shift);
            let values = vec![
                ("name", Values::text(name)),
                ("state", Values::Words((0..steps).map(state).collect())),
                (
                    "rate_per_h",
                    Values::numbers(
                        (0..steps).map(|s| (rate * (1.0 + 0.04 * wave(s, 4.0)) * runs(s)) as f32).collect(),
                        1.0,
                        0,
                    ),
                ),
                (
                    "temperature_c",
                    Values::numbers(
                        (0..steps)
                            .map(|s| {
                                let t = trouble(s);
                                (heat * (1.0 + 0.015 * wave(s, 5.0)) + 34.0 * t * (1.0 - t) * 2.0) as f32
                            })
                            .collect(),
                        0.5,
                        1,
                    ),
                ),
                (
                    "power_kw",
                    Values::numbers(
                        (0..steps).map(|s| (kw * (1.0 + 0.08 * wave(s, 7.0)) * (0.1 + 0.9 * runs(s))) as f32).collect(),
                        kw as f32 * 0.02,
                        0,
                    ),
                ),
            ];
            let at = plan(x, y).extend(FACTORY.ground_u + up);
            Course::still(id, "machine", Pose::level(at, DVec2::Y), values)
        })
        .collect();
    for (k, (id, name, [x, y, up], kw)) in [
        ("meter-main", "Grid supply", [-205.0, 240.0, 18.0], 14_800.0),
        ("meter-solar", "Solar canopies", [270.0, -194.0, 8.0], 1_630.0),
        ("meter-highbay", "High-bay warehouse", [222.0, 40.0, 42.0], 740.0),
        ("meter-assembly", "Assembly hall", [-40.0, 40.0, 22.0], 2_950.0),
        ("meter-press", "Press shop", [-315.0, 100.0, 23.0], 4_200.0),
        ("meter-paint", "Paint shop", [-310.0, -40.0, 34.0], 4_700.0),
    ]
    .into_iter()
    .enumerate()
    {
        let power = |s: usize| (kw * (1.0 + 0.06 * sin(TAU * 3.0 * part(s) + k as f64))) as f32;
        let energy = |s: usize| (kw * (6.4 + s as f64 * STEP_SECS / 3600.0)) as f32;
        let values = vec![
            ("name", Values::text(name)),
            ("power_kw", Values::numbers((0..steps).map(power).collect(), kw as f32 * 0.01, 0)),
            ("energy_kwh", Values::numbers((0..steps).map(energy).collect(), kw as f32 * 0.01, 0)),
        ];
        out.push(Course::still(id, "meter", Pose::level(plan(x, y).extend(FACTORY.ground_u + up), DVec2::Y), values));
    }
    let built = |s: usize| 436.0 + (f64::from(s as u32) * STEP_SECS / 62.0).floor() as f32;
    let oee = |s: usize| 81.4 + 1.6 * sin(TAU * 2.0 * part(s)) as f32;
    let values = vec![
        ("built_today", Values::numbers((0..steps).map(built).collect(), 1.0, 0)),
        ("oee_percent", Values::numbers((0..steps).map(oee).collect(), 0.3, 1)),
        (
            "power_kw",
            Values::numbers((0..steps).map(|s| 14_800.0 + 800.0 * sin(TAU * 3.0 * part(s)) as f32).collect(), 150.0, 0),
        ),
    ];
    let at = DVec3::new(FACTORY.centre.x - 40.0, FACTORY.centre.y + 40.0, FACTORY.ground_u + 42.0);
    out.push(Course::still("factory-kpi", "kpi", Pose::level(at, DVec2::Y), values));
    out
}
