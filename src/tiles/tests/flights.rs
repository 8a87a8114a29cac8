//! Flights over worlds of numbers: the promises hold.

use std::collections::HashMap;

use glam::{DAffine3, DVec3};
use proptest::prelude::*;

use crate::geo::wgs84;
use crate::tiles::flight::{Flight, Leg, Waypoint};
use crate::tiles::simulate::{Report, Scenario, Simulation, fly};
use crate::tiles::synthetic::{Random, World};
use crate::tiles::types::{ForestOptions, View};

const LON_DEG: f64 = -8.85;
const LAT_DEG: f64 = 38.71;

fn quadtree(levels: u32) -> World {
    World::quadtree(LON_DEG.to_radians(), LAT_DEG.to_radians(), 0.008, levels)
}

fn place(height_m: f64, heading_deg: f64, pitch_deg: f64) -> Waypoint {
    Waypoint { lon_deg: LON_DEG, lat_deg: LAT_DEG, height_m, heading_deg, pitch_deg }
}

/// Down, a quick turn all round, up again.
fn down_round_and_up(secs: f64) -> Flight {
    Flight {
        start: place(20_000.0, 0.0, -60.0),
        legs: vec![
            Leg { to: place(150.0, 0.0, -15.0), secs },
            Leg { to: place(150.0, 360.0, -15.0), secs: secs * 0.5 },
            Leg { to: place(20_000.0, 400.0, -60.0), secs },
        ],
        viewport_px: [640, 360],
        fov_y_rad: 1.0,
    }
}

fn keeps(report: &Report) {
    assert!(report.broken.is_empty(), "{:#?}", report.broken);
}

#[test]
fn a_descent_and_a_run_keep_all_promises_and_waste_little() {
    let report = fly(&quadtree(14), &Flight::descent_and_run(LON_DEG, LAT_DEG, 100.0), Scenario::default());
    keeps(&report);
    assert!(report.waste_share() < 0.25, "{:.3} of what was needed was fetched for nothing", report.waste_share());
}

#[test]
fn a_slow_loader_keeps_all_promises() {
    let scenario = Scenario { latency_frames: (10, 60), ..Scenario::default() };
    keeps(&fly(&quadtree(14), &down_round_and_up(6.0), scenario));
}

#[test]
fn a_loader_that_loses_jobs_keeps_all_promises() {
    let scenario = Scenario { flaky_share: 0.1, ..Scenario::default() };
    keeps(&fly(&quadtree(14), &down_round_and_up(4.0), scenario));
}

#[test]
fn without_cross_fading_every_tile_is_solid() {
    let options = ForestOptions { fade_secs: 0.0, ..ForestOptions::default() };
    let world = quadtree(12);
    let mut simulation = Simulation::new(&world, Scenario { options, ..Scenario::default() });
    simulation.forest.add_tileset(world.root_location(), DAffine3::IDENTITY, 1.0);
    let flight = down_round_and_up(2.0);
    for frame in 0..300 {
        simulation.step(&flight.view_at(f64::from(frame) / 60.0), None);
        assert!(simulation.forest.selection().draw.iter().all(|draw| draw.opacity == 1.0 && !draw.fading_out));
    }
    keeps(simulation.report());
}

#[test]
fn what_does_not_fit_the_budget_is_shown_coarser_and_comes_to_rest() {
    let options = ForestOptions { budget_bytes: 16 << 20, ..ForestOptions::default() };
    let world = quadtree(14);
    let mut simulation = Simulation::new(&world, Scenario { options, ..Scenario::default() });
    simulation.forest.add_tileset(world.root_location(), DAffine3::IDENTITY, 1.0);
    let view = down_round_and_up(5.0).view_at(5.0);
    simulation.settle(&view).expect("settles");
    assert!(simulation.forest.counters().sse_scale > 1.2);
    // At rest it stays: first the surroundings may come, then nothing is loaded or freed any more.
    for _ in 0..300 {
        simulation.step(&view, None);
    }
    let (requests, draws) = (simulation.report().requests, simulation.forest.selection().draw.clone());
    for _ in 0..600 {
        simulation.step(&view, None);
        assert_eq!(simulation.forest.selection().draw, draws);
    }
    assert_eq!(simulation.report().requests, requests);
    keeps(simulation.report());
}

#[test]
fn a_flight_with_too_small_a_budget_keeps_all_promises() {
    let options = ForestOptions { budget_bytes: 16 << 20, ..ForestOptions::default() };
    keeps(&fly(&quadtree(14), &down_round_and_up(5.0), Scenario { options, ..Scenario::default() }));
}

#[test]
fn the_same_flight_gives_the_same_decisions() {
    let scenario = Scenario { latency_frames: (1, 9), flaky_share: 0.02, ..Scenario::default() };
    let run = || fly(&quadtree(12), &down_round_and_up(2.0), scenario.clone());
    assert_eq!(run(), run());
}

/// The root must be readable: without it nothing can stand in for what is missing.
fn make_readable(world: &mut World, name: &str) {
    while world.is_broken(name) {
        world.seed = world.seed.wrapping_add(1);
    }
}

#[test]
fn contents_that_can_t_be_read_keep_their_parents_and_all_promises() {
    let mut world = quadtree(12);
    world.broken_share = 0.05;
    make_readable(&mut world, "0-0-0.glb");
    keeps(&fly(&world, &down_round_and_up(3.0), Scenario::default()));
}

#[test]
fn the_number_of_tiles_stays_bounded() {
    let options = ForestOptions { max_tiles: 3000, ..ForestOptions::default() };
    let world = quadtree(16);
    let mut simulation = Simulation::new(&world, Scenario { options, ..Scenario::default() });
    simulation.forest.add_tileset(world.root_location(), DAffine3::IDENTITY, 1.0);
    let flight = Flight {
        start: place(300.0, 90.0, -30.0),
        legs: vec![Leg { to: Waypoint { lon_deg: LON_DEG + 0.2, ..place(300.0, 90.0, -30.0) }, secs: 40.0 }],
        viewport_px: [640, 360],
        fov_y_rad: 1.0,
    };
    for frame in 0..2400 {
        simulation.step(&flight.view_at(f64::from(frame) / 60.0), None);
    }
    simulation.settle(&flight.view_at(40.0));
    for _ in 0..600 {
        simulation.step(&flight.view_at(40.0), None);
    }
    keeps(simulation.report());
    // What is held keeps its tiles; the rest goes.
    let counters = simulation.forest.counters();
    assert!(counters.tiles < 3000 + 8 * counters.loaded, "{counters:?}");
}

/// Which tiles lie over points of the ground, told from their file names and not by the forest.
struct Ground {
    west_rad: f64,
    south_rad: f64,
    size_rad: f64,
}

impl Ground {
    /// Level and cell of each tile drawn, with opacity and whether it is fading out.
    fn drawn(simulation: &Simulation) -> HashMap<(u32, u32, u32), (f32, bool)> {
        let mut drawn = HashMap::new();
        for draw in &simulation.forest.selection().draw {
            let info = simulation.forest.tile_info(draw.tile).expect("a drawn tile is known");
            let name = info.locations[0].file_name();
            let numbers: Vec<u32> = name.trim_end_matches(".glb").split('-').map(|n| n.parse().unwrap()).collect();
            drawn.insert((numbers[0], numbers[1], numbers[2]), (draw.opacity, draw.fading_out));
        }
        drawn
    }

    /// How many solid levels lie over the ground seen at a place of the picture, and how much of it shows anything.
    fn over_pixel(
        &self,
        view: &View,
        x: f64,
        y: f64,
        drawn: &HashMap<(u32, u32, u32), (f32, bool)>,
    ) -> Option<(u32, f32)> {
        let right = view.dir.cross(view.up).normalize();
        let up = right.cross(view.dir);
        let tan = (view.fov_y_rad * 0.5).tan();
        let aspect = f64::from(view.viewport_px[0]) / f64::from(view.viewport_px[1]);
        let dir: DVec3 = (view.dir + right * (x * tan * aspect) + up * (y * tan)).normalize();
        let hit = wgs84::ray_ellipsoid(view.pos_ecef, dir, 50.0)?;
        let ground = wgs84::geodetic_from_ecef(view.pos_ecef + dir * hit);
        let u = (ground.lon_rad - self.west_rad) / self.size_rad;
        let v = (ground.lat_rad - self.south_rad) / self.size_rad;
        if !(0.001..0.999).contains(&u) || !(0.001..0.999).contains(&v) {
            return None;
        }
        let (mut solid, mut incoming, mut outgoing) = (0, 0.0_f32, 0.0_f32);
        for level in 0..20_u32 {
            let cells = f64::from(1 << level);
            match drawn.get(&(level, (u * cells) as u32, (v * cells) as u32)) {
                Some((opacity, false)) if *opacity >= 1.0 => solid += 1,
                Some((opacity, false)) => incoming = incoming.max(*opacity),
                Some((opacity, true)) => outgoing = outgoing.max(*opacity),
                None => {}
            }
        }
        let shown = if solid > 0 { 1.0 } else { incoming + outgoing };
        Some((solid, shown))
    }
}

fn watch_the_ground(scenario: Scenario, flight: &Flight) {
    let world = quadtree(14);
    let ground =
        Ground { west_rad: LON_DEG.to_radians() - 0.004, south_rad: LAT_DEG.to_radians() - 0.004, size_rad: 0.008 };
    let frames_per_sec = scenario.frames_per_sec;
    let mut simulation = Simulation::new(&world, scenario);
    simulation.forest.add_tileset(world.root_location(), DAffine3::IDENTITY, 1.0);
    simulation.settle(&flight.view_at(0.0)).expect("the start settles");
    let mut random = Random(7);
    for frame in 0..(flight.duration_secs() * frames_per_sec) as u32 {
        let view = flight.view_at(f64::from(frame) / frames_per_sec);
        simulation.step(&view, None);
        let drawn = Ground::drawn(&simulation);
        for _ in 0..40 {
            let (x, y) = (random.unit() * 2.0 - 1.0, random.unit() * 2.0 - 1.0);
            if let Some((solid, shown)) = ground.over_pixel(&view, x, y, &drawn) {
                assert!(solid <= 1, "frame {frame}: {solid} solid levels at {x:.2} {y:.2}");
                assert!(shown > 0.999, "frame {frame}: only {shown} shown at {x:.2} {y:.2}");
            }
        }
    }
    keeps(simulation.report());
}

#[test]
fn every_point_of_the_ground_in_view_shows_exactly_one_level() {
    watch_the_ground(Scenario::default(), &down_round_and_up(4.0));
}

#[test]
fn every_point_of_the_ground_in_view_shows_exactly_one_level_with_a_slow_loader_and_a_small_budget() {
    let options = ForestOptions { budget_bytes: 24 << 20, ..ForestOptions::default() };
    let scenario = Scenario { options, latency_frames: (5, 40), ..Scenario::default() };
    watch_the_ground(scenario, &down_round_and_up(3.0));
}

/// A flight from place to place round a point, with jumps.
fn wander(seed: u64, center: DVec3, size_m: f64, frames: u32) -> Vec<View> {
    let mut random = Random(seed);
    let point = |random: &mut Random, reach: f64| {
        center + (DVec3::new(random.unit(), random.unit(), random.unit()) * 2.0 - 1.0) * reach
    };
    let (mut pos, mut target) = (point(&mut random, size_m * 3.0), center);
    let (mut goal, mut goal_target) = (pos, target);
    (0..frames)
        .map(|frame| {
            if frame % 40 == 0 {
                let reach = if random.unit() < 0.5 { 0.6 } else { 4.0 };
                goal = point(&mut random, size_m * reach);
                goal_target = point(&mut random, size_m * 0.5);
                if random.unit() < 0.2 {
                    (pos, target) = (goal, goal_target);
                }
            }
            pos += (goal - pos) * 0.06;
            target += (goal_target - target) * 0.06;
            let dir = (target - pos).normalize_or(DVec3::X);
            let up = dir.any_orthonormal_vector();
            View { pos_ecef: pos, dir, up, viewport_px: [800, 600], fov_y_rad: 1.0, near_m: 0.1 }
        })
        .collect()
}

fn wander_in_a_random_world(
    seed: u64,
    latency: u32,
    flaky: f64,
    broken: f64,
    budget_mib: u64,
    fade_secs: f32,
) -> Report {
    let center = DVec3::new(6.4e6, 1000.0, 2000.0);
    let mut world = World::random(seed, center, 2000.0);
    world.broken_share = broken;
    make_readable(&mut world, "f0-0.glb");
    let options = ForestOptions { budget_bytes: budget_mib << 20, fade_secs, ..ForestOptions::default() };
    let scenario = Scenario { options, latency_frames: (0, latency), flaky_share: flaky, seed, ..Scenario::default() };
    let mut simulation = Simulation::new(&world, scenario);
    let tileset = simulation.forest.add_tileset(world.root_location(), DAffine3::IDENTITY, 1.0);
    let views = wander(seed, center, 2000.0, 240);
    for view in &views {
        simulation.step(view, None);
    }
    let end = views[views.len() - 1];
    assert!(simulation.settle(&end).is_some(), "never settled: {:?}", simulation.forest.counters());
    simulation.close(&end, &[tileset]);
    simulation.report().clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn random_worlds_cameras_latencies_and_failures_break_no_promise(
        seed in any::<u64>(), latency in 0..50_u32, flaky in 0.0..0.2_f64, broken in prop_oneof![Just(0.0), 0.0..0.2_f64],
        budget_mib in prop_oneof![Just(1024_u64), 8..64_u64], fade_secs in prop_oneof![Just(0.0_f32), Just(0.3)],
    ) {
        let report = wander_in_a_random_world(seed, latency, flaky, broken, budget_mib, fade_secs);
        prop_assert!(report.broken.is_empty(), "{:#?}", report.broken);
    }
}
