//! What sensors of the city and the port tell: weather, tide, traffic loops (counted from the recorded traffic), signals, air,
//! tanks, substation, cell sites, car parks. Each stands at a place that the plan has.

use super::Roads;
use super::trace::{Course, Pose, STEP_SECS, Values};
use super::tracks::{Timing, is_for_cars};
use crate::bake::det::{Rng, sin};
use crate::world::city::City;
use crate::world::city::geom::{Bounds, BoxIndex};
use crate::world::city::graph::Class;
use crate::world::city::lines;
use crate::world::city::network::Network;
use crate::world::city::things;
use crate::world::layout::{CORE, PORT, STATION, SUBSTATION, SUMMIT};
use crate::world::sites::{self, numbered};
use glam::{DVec2, DVec3};
use std::f64::consts::TAU;

/// A wave that goes a whole number of times through the period, in steps of four seconds.
fn wave(step: usize, steps: usize, laps: f64, shift: f64) -> f64 {
    sin(TAU * laps * (step - step % 8) as f64 / steps as f64 + shift)
}

fn values(steps: usize, of: impl Fn(usize) -> f64, least: f32, decimals: usize) -> Values {
    Values::numbers((0..steps).map(|s| of(s) as f32).collect(), least, decimals)
}

fn stand(at: DVec3) -> Pose {
    Pose::level(at, DVec2::Y)
}

/// Weather stations: id, place, height above the ground, how exposed.
const WEATHER: [(&str, DVec2, f64, f64); 4] = [
    ("weather-core", CORE, 190.0, 1.3),
    ("weather-port", DVec2::new(2428.0, -3340.0), 48.0, 1.0),
    ("weather-station", STATION, 25.0, 0.6),
    ("weather-summit", SUMMIT.0, 24.0, 2.2),
];

pub fn weather(city: &City, steps: usize) -> Vec<Course> {
    WEATHER
        .iter()
        .enumerate()
        .map(|(k, &(id, at, up, exposed))| {
            let u = city.terrain.height(at).max(0.0);
            let shift = k as f64;
            // A kilometre higher it is 6.5 degrees colder.
            let heat = 21.5 - 0.0065 * u;
            let wind =
                |s: usize| exposed * (5.2 + 1.5 * wave(s, steps, 5.0, shift) + 0.6 * wave(s, steps, 13.0, shift));
            Course::still(
                id,
                "weather",
                stand(at.extend(u + up)),
                vec![
                    ("wind_mps", values(steps, wind, 0.2, 1)),
                    ("wind_from_deg", values(steps, |s| 305.0 + 12.0 * wave(s, steps, 3.0, 2.0 + shift), 3.0, 0)),
                    ("temperature_c", values(steps, |s| heat + 0.3 * wave(s, steps, 2.0, shift), 0.1, 1)),
                    ("humidity_percent", values(steps, |s| 63.0 + 3.0 * wave(s, steps, 2.0, shift + 1.0), 1.0, 0)),
                ],
            )
        })
        .collect()
}

/// The tide gauge at the pilots' quay.
pub fn tide(steps: usize) -> Course {
    let tide = values(steps, |s| 1.42 + 0.05 * wave(s, steps, 1.0, 0.3), 0.01, 2);
    let at = DVec3::new(PORT.centre.x - 1222.0, PORT.centre.y - 328.0, PORT.ground_u + 3.0);
    Course::still("tide-1", "tide", stand(at), vec![("tide_m", tide)])
}

/// Tanks, berths and gate lanes of the port.
pub fn port(seed: u64, steps: usize) -> Vec<Course> {
    let mut out = Vec::new();
    let (mut tanks, mut berths, mut lanes) = (0, 0, 0);
    for fixture in sites::fixtures(seed) {
        let Some(feature) = &fixture.feature else { continue };
        let at = fixture.at.extend(PORT.ground_u + fixture.height_m + 3.0);
        match feature.kind.as_str() {
            "tank" => {
                let mut rng = Rng::of(seed, 70, tanks);
                tanks += 1;
                let (mean, swing, shift) = (rng.range(0.35, 0.8), rng.range(0.0, 0.1), rng.range(0.0, TAU));
                let level = values(steps, |s| 100.0 * (mean + swing * wave(s, steps, 1.0, shift)), 0.2, 1);
                let heat = values(steps, |s| 24.0 + 1.5 * wave(s, steps, 1.0, shift + 1.0), 0.1, 1);
                let usage = Values::text(&feature.usage);
                let list = vec![("content", usage), ("level_percent", level), ("temperature_c", heat)];
                out.push(Course::still(feature.id.clone(), "tank", stand(at), list));
            }
            "berth" => {
                berths += 1;
                let moves = if (4..=8).contains(&berths) { 24.0 + f64::from(berths) } else { 0.0 };
                let list = vec![
                    ("state", Values::text(if berths == 7 { "free" } else { "occupied" })),
                    (
                        "moves_per_h",
                        values(steps, |s| moves * (1.0 + 0.1 * wave(s, steps, 2.0, f64::from(berths))), 1.0, 0),
                    ),
                ];
                let at = fixture.at.extend(PORT.ground_u + 6.0);
                out.push(Course::still(feature.id.clone(), "berth", stand(at), list));
            }
            "gate lane" => {
                lanes += 1;
                let busy = |s: usize| wave(s, steps, 6.0, f64::from(lanes) * 1.7) > 0.1;
                let list = vec![
                    ("state", Values::Words((0..steps).map(|s| if busy(s) { "checking" } else { "open" }).collect())),
                    ("trucks_per_h", values(steps, |s| 22.0 + 3.0 * wave(s, steps, 2.0, f64::from(lanes)), 1.0, 0)),
                ];
                out.push(Course::still(
                    feature.id.clone(),
                    "gate_lane",
                    stand(fixture.at.extend(PORT.ground_u + 9.0)),
                    list,
                ));
            }
            _ => {}
        }
    }
    let moves = |s: usize| 212.0 + (s as f64 * STEP_SECS / 33.0).floor();
    let list = vec![
        ("moves_today", values(steps, moves, 1.0, 0)),
        ("yard_percent", values(steps, |s| 71.0 + 0.6 * wave(s, steps, 1.0, 0.0), 0.2, 1)),
        ("truck_turn_min", values(steps, |s| 31.0 + 2.0 * wave(s, steps, 2.0, 1.0), 0.5, 0)),
        ("reefers", Values::number(318.0, 0)),
    ];
    out.push(Course::still("port-kpi", "kpi", stand(PORT.centre.extend(PORT.ground_u + 90.0)), list));
    out
}

/// Counting loops in main streets.
const LOOPS: usize = 40;
/// The window over which they count.
const WINDOW_SECS: f64 = 60.0;

/// Traffic loops: vehicles per hour and mean speed as the recorded traffic has them.
pub fn loops(city: &City, network: &Network, roads: &Roads, steps: usize) -> Vec<Course> {
    let mut rng = Rng::of(city.seed, 71, 0);
    let mut lanes: Vec<usize> = (0..network.lanes.len())
        .filter(|&k| {
            let lane = &network.lanes[k];
            let class = city.graph.edges[lane.edge as usize].class;
            is_for_cars(lane.kind)
                && matches!(class, Class::Boulevard | Class::Arterial)
                && lane.line.len() > 1
                && lane.line[0].distance(CORE) < 3200.0
                && lane.line[0].distance(lane.line[lane.line.len() - 1]) > 70.0
        })
        .collect();
    let mut places: Vec<(usize, DVec2)> = Vec::new();
    while places.len() < LOOPS && !lanes.is_empty() {
        let lane = lanes.swap_remove(rng.below(lanes.len()));
        let line = crate::world::city::geom::Line::new(network.lanes[lane].line.clone());
        let at = line.at(line.length() * 0.4).0;
        if places.iter().all(|p| p.1.distance(at) > 180.0) {
            places.push((lane, at));
        }
    }
    let index = BoxIndex::new(places.iter().map(|p| Bounds::new(p.1, p.1).grown(1.6)).collect(), 40.0);
    let mut passed: Vec<Vec<(u32, f32)>> = vec![vec![(0, 0.0); steps]; places.len()];
    for driven in &roads.driven {
        let mut last = usize::MAX;
        for age in 1..driven.poses.len() {
            // Which loop lies between two samples.
            let (a, b) = (driven.poses[age - 1].at.truncate(), driven.poses[age].at.truncate());
            for hit in index.within(&Bounds::around([&a, &b])) {
                let near = crate::world::city::geom::to_segment(places[hit].1, a, b);
                if near.0 < 1.5 && hit != last {
                    last = hit;
                    let at = &mut passed[hit][(driven.start + age) % steps];
                    *at = (at.0 + 1, at.1 + driven.speeds[age]);
                }
            }
        }
    }
    places
        .iter()
        .zip(&passed)
        .enumerate()
        .map(|(k, (&(lane, at), passed))| {
            let window = (WINDOW_SECS / STEP_SECS) as usize;
            let sum = |s: usize| {
                let s = s - s % 20;
                (0..window).map(|j| passed[(s + steps - j) % steps]).fold((0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1))
            };
            let sums: Vec<(u32, f32)> = (0..steps).step_by(20).map(sum).collect();
            let of = |s: usize| sums[s / 20];
            let name = city.graph.name_of(network.lanes[lane].edge as usize);
            let list = vec![
                ("street", Values::text(name)),
                ("flow_per_h", values(steps, |s| f64::from(of(s).0) * 3600.0 / WINDOW_SECS, 1.0, 0)),
                ("speed_kmh", values(steps, |s| f64::from(of(s).1) / f64::from(of(s).0.max(1)) * 3.6, 1.0, 0)),
            ];
            Course::still(numbered("loop", k + 1), "loop", stand(at.extend(city.terrain.height(at) + 0.3)), list)
        })
        .collect()
}

/// How far from the core signals are told.
const SIGNALS_M: f64 = 900.0;

/// What the signals near the core show, by mast.
pub fn signals(city: &City, network: &Network, timing: &Timing, steps: usize) -> Vec<Course> {
    let mut out = Vec::new();
    for edge in city.graph.edges_in(&Bounds::new(CORE, CORE).grown(SIGNALS_M)) {
        for thing in things::along_edge(city, edge) {
            let things::Kind::Signal { node, .. } = thing.kind else { continue };
            let Some(number) = network.signals.iter().position(|s| s.node == node) else { continue };
            let phases = network.signals[number].phases.iter().enumerate();
            let own = phases.filter(|(_, p)| p.arms.contains(&(edge as u32))).fold(0, |b, (k, _)| b | 1 << k);
            let green = |s: usize| timing.green(number, s as f64 * STEP_SECS) & own != 0;
            let show = |s: usize| match (green(s), (1..8).any(|k| green((s + steps - k) % steps))) {
                (true, _) => "green",
                (_, true) => "amber",
                _ => "red",
            };
            let at = thing.at.extend(city.terrain.height(thing.at) + thing.lift_m + 3.15);
            let words = Values::Words((0..steps).map(show).collect());
            out.push(Course::still(thing.id.clone(), "signal", Pose::level(at, thing.along), vec![("state", words)]));
        }
    }
    out
}

/// Air, power, radio, car parks, and the city as a whole.
pub fn city(city: &City, roads: &Roads, steps: usize) -> Vec<Course> {
    let mut out = Vec::new();
    let ground = |p: DVec2, up: f64| p.extend(city.terrain.height(p) + up);
    for (k, (name, x, y)) in [
        ("Centro", 250.0, -1150.0),
        ("Marginal", 200.0, -2200.0),
        ("Castelo", -1330.0, -1420.0),
        ("Docas", 2500.0, -1850.0),
        ("Segunda Circular", 800.0, 200.0),
        ("Industria", 4980.0, -200.0),
        ("Gaia", -3250.0, -1300.0),
    ]
    .into_iter()
    .enumerate()
    {
        let shift = k as f64;
        let base = 14.0 + 5.0 * (k % 3) as f64;
        let list = vec![
            ("name", Values::text(name)),
            ("no2_ug_m3", values(steps, |s| base * (1.4 + 0.2 * wave(s, steps, 3.0, shift)), 0.5, 1)),
            ("pm25_ug_m3", values(steps, |s| base * (0.5 + 0.06 * wave(s, steps, 2.0, shift)), 0.2, 1)),
        ];
        out.push(Course::still(numbered("air", k + 1), "air", stand(ground(DVec2::new(x, y), 4.0)), list));
    }
    for k in 0..3 {
        let load = |s: usize| 58.0 + 9.0 * k as f64 + 3.0 * wave(s, steps, 2.0, k as f64);
        let list = vec![
            ("load_percent", values(steps, load, 0.5, 1)),
            ("power_mw", values(steps, |s| load(s) * 0.63, 0.5, 1)),
            ("temperature_c", values(steps, |s| 54.0 + 0.2 * load(s), 0.3, 1)),
        ];
        let at = SUBSTATION.centre + DVec2::new(-40.0 + 40.0 * k as f64, 0.0);
        out.push(Course::still(
            numbered("transformer-load", k + 1),
            "substation",
            stand(at.extend(SUBSTATION.ground_u + 12.0)),
            list,
        ));
    }
    for (k, site) in lines::cell_sites(city).into_iter().enumerate() {
        let shift = k as f64 * 0.9;
        let near = (1.0 - site.at.distance(CORE) / 9000.0).max(0.2);
        let load = |s: usize| 100.0 * near * (0.62 + 0.16 * wave(s, steps, 2.0, shift));
        let list =
            vec![("load_percent", values(steps, load, 2.0, 0)), ("users", values(steps, |s| load(s) * 11.0, 20.0, 0))];
        let at = ground(site.at, site.lift_m + 5.0);
        out.push(Course::still(site.id.clone(), "cell_site", stand(at), list));
    }
    for (k, (name, x, y, places)) in [
        ("Parque da Estacao", 60.0, -1400.0, 640),
        ("Parque do Comercio", 500.0, -1950.0, 420),
        ("Parque do Municipio", -120.0, -1300.0, 380),
        ("Parque da Se", -1500.0, -1850.0, 210),
        ("Parque do Oriente", 1350.0, -600.0, 520),
        ("Parque do Estadio", 2750.0, -1250.0, 1800),
    ]
    .into_iter()
    .enumerate()
    {
        let free = |s: usize| f64::from(places) * (0.28 + 0.03 * wave(s, steps, 2.0, k as f64));
        let list = vec![
            ("name", Values::text(name)),
            ("places", Values::number(f64::from(places), 0)),
            ("free", values(steps, free, 2.0, 0)),
        ];
        out.push(Course::still(numbered("car-park", k + 1), "car_park", stand(ground(DVec2::new(x, y), 6.0)), list));
    }
    // How many are on the road, and how fast.
    let mut count = vec![(0u32, 0.0f32); steps];
    for driven in &roads.driven {
        for (age, speed) in driven.speeds.iter().enumerate() {
            let at = &mut count[(driven.start + age) % steps];
            *at = (at.0 + 1, at.1 + speed);
        }
    }
    let of = |s: usize| count[s - s % 8];
    let list = vec![
        ("vehicles", values(steps, |s| f64::from(of(s).0), 3.0, 0)),
        ("mean_speed_kmh", values(steps, |s| f64::from(of(s).1) / f64::from(of(s).0.max(1)) * 3.6, 0.5, 1)),
        ("power_mw", values(steps, |s| 412.0 + 9.0 * wave(s, steps, 2.0, 0.4), 1.0, 0)),
    ];
    out.push(Course::still("city-kpi", "kpi", stand(CORE.extend(260.0)), list));
    out
}
