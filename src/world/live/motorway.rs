//! The motorway's traffic: three lanes each way from rim to rim, through the tunnel, over the bridge, through the toll plaza.
//! Trucks keep to the right-hand lane.

use super::tracks::{Kind, Track, Tracks};
use super::traffic::Trip;
use crate::bake::det::{Rng, lerp, smoothstep};
use crate::world::layout::TOLL_M;
use crate::world::sites::roads::{TOLL_HALF_M, TOLL_LANES, TOLL_PITCH_M, is_toll_lane_shut};
use glam::{DVec2, DVec3};

/// Middles of the lanes from the middle of the motorway, the right-hand lane first.
pub const LANE_OFF_M: [f64; 3] = [11.15, 7.45, 3.8];
/// Vehicles in each lane in five minutes.
const PER_FIVE_MINUTES: [usize; 3] = [40, 38, 28];
const SPEED_MPS: [f64; 3] = [26.0, 30.5, 34.5];
const TOLL_MPS: f64 = 8.5;

/// The open toll lanes of a carriageway, from the right: one for each lane.
fn toll_offs(seed: u64, eastbound: bool) -> [f64; 3] {
    let half = TOLL_LANES / 2;
    let off = |lane: usize| (lane as f64 - (TOLL_LANES as f64 - 1.0) * 0.5) * TOLL_PITCH_M;
    let lanes: Vec<usize> = if eastbound { (0..half).collect() } else { (half..TOLL_LANES).rev().collect() };
    let open: Vec<f64> = lanes.into_iter().filter(|&l| !is_toll_lane_shut(seed, l)).map(|l| off(l).abs()).collect();
    match open.len() {
        // All shut: one drives where nobody looks.
        0 => LANE_OFF_M,
        n => [open[0], open[n / 2], open[n - 1]],
    }
}

/// The lanes as routes: eastbound then westbound, the right-hand lane first.
pub fn lanes(tracks: &mut Tracks) -> Vec<Vec<u32>> {
    let city = tracks.city;
    let length = city.motorway.line.length();
    let mut out = Vec::new();
    for eastbound in [true, false] {
        let tolls = toll_offs(city.seed, eastbound);
        for lane in 0..3 {
            let point = |m: f64| {
                let near = smoothstep(TOLL_HALF_M, 45.0, (m - TOLL_M).abs());
                let off = lerp(LANE_OFF_M[lane], tolls[lane], near);
                // The line is a polyline; its direction turns over some metres instead of at once.
                let middle = |m: f64| city.motorway.beside(m, 0.0);
                let ahead = (middle(m + 14.0) - middle(m - 14.0)).normalize_or(DVec2::X);
                let p = middle(m) + ahead.perp() * if eastbound { -off } else { off };
                p.extend(city.motorway.height(m))
            };
            // Slow at the plaza, and slower before it than behind.
            let (near, far) = if eastbound { (150.0, 25.0) } else { (25.0, 150.0) };
            let cuts = [0.0, TOLL_M - 300.0, TOLL_M - near, TOLL_M + far, TOLL_M + 300.0, length];
            let speeds = [SPEED_MPS[lane], 18.0, TOLL_MPS, 18.0, SPEED_MPS[lane]];
            let mut route = Vec::new();
            for k in 0..5 {
                let (from, to) = (cuts[k], cuts[k + 1]);
                // Pieces of some hundred metres, so that looking for the vehicle in front is short.
                let pieces = ((to - from) / 400.0).ceil() as usize;
                for i in 0..pieces {
                    let [a, b] = [i, i + 1].map(|i| from + (to - from) * i as f64 / pieces as f64);
                    let count = ((b - a) / 12.0).ceil() as usize;
                    let mut points: Vec<DVec3> =
                        (0..=count).map(|j| point(a + (b - a) * j as f64 / count as f64)).collect();
                    if !eastbound {
                        points.reverse();
                    }
                    route.push(tracks.add(Track::new(Kind::Free, points, speeds[k])));
                }
            }
            if !eastbound {
                route.reverse();
            }
            out.push(route);
        }
    }
    out
}

pub fn trips(tracks: &mut Tracks, seed: u64, period: usize, share: f64) -> Vec<Trip> {
    let mut out = Vec::new();
    for (number, route) in lanes(tracks).into_iter().enumerate() {
        let lane = number % 3;
        let mut rng = Rng::of(seed, 36, number as u64);
        let count = (PER_FIVE_MINUTES[lane] as f64 * period as f64 / 600.0 * share).ceil() as usize;
        for k in 0..count {
            let (class, length_m, top_mps) = match (lane, rng.below(10)) {
                (0, 0..=3) => ("truck", 16.5, 24.4),
                (0, 4) => ("bus", 12.0, 26.0),
                (_, 5) => ("van", 5.5, 36.0),
                (_, 6 | 7) => ("car_suv", 4.8, 42.0),
                (_, 8) => ("car_hatch", 4.1, 42.0),
                _ => ("car_saloon", 4.7, 42.0),
            };
            let line = (class == "bus").then(|| "Expresso".to_string());
            out.push(Trip {
                class,
                length_m,
                wish: rng.range(0.93, 1.04),
                top_mps,
                route: route.clone(),
                sets_out: ((k as f64 + rng.range(0.1, 0.75)) / count as f64 * period as f64) as usize,
                stops: Vec::new(),
                rim: (true, true),
                line,
            });
        }
    }
    out
}
