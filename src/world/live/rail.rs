//! Trains on the railway between the eastern border and the terminus, and the chairs of the ski lift. Plan frame metres.

use super::trace::{Course, Motion, Pose, STEP_SECS, Values, parts_of};
use super::way::{Way, drive};
use crate::bake::det::{lerp, smoothstep};
use crate::world::city::City;
use crate::world::city::landmarks::lift_stations;
use crate::world::city::railway::Railway;
use crate::world::sites::places::{LIFT_GAUGE_M, lift_heads};
use glam::{DVec2, DVec3};

/// Middles of the tracks from the middle of the line.
const TRACK_M: f64 = 2.3;
const TOP_MPS: f64 = 24.0;
/// A train's units, and their length over the couplings.
const UNITS: usize = 4;
const UNIT_M: f64 = 32.4;
/// The front stops so far before the end of the line.
const BUFFER_M: f64 = 38.0;
const DWELL_SECS: f64 = 55.0;
/// Longer than a train takes to reach its speed, or to stop.
const BEYOND_M: f64 = 600.0;

/// A track as a way towards the terminus; `left` is metres to the left of the line by metres along.
fn track(railway: &Railway, left: impl Fn(f64) -> f64) -> Way {
    let line = &railway.line;
    let count = (line.length() / 15.0) as usize;
    let points = (0..=count).map(|k| {
        let m = line.length() * k as f64 / count as f64;
        let ahead = (line.at(m + 14.0).0 - line.at(m - 14.0).0).normalize_or(DVec2::X);
        (line.at(m).0 + ahead.perp() * left(m)).extend(railway.height(m))
    });
    Way::new(points.collect())
}

/// Trains that come in, stop at the terminus, and go out again, one in each period.
pub fn trains(city: &City, steps: usize) -> Vec<Course> {
    let line = &city.railway.line;
    let whole = line.length();
    // Looking towards the terminus the right-hand track is taken; on the way out one changes over before the platforms.
    let inward = track(&city.railway, |_| -TRACK_M);
    let outward = track(&city.railway, |m| lerp(TRACK_M, -TRACK_M, smoothstep(whole - 640.0, whole - 430.0, m)));
    // Beyond the world's border nothing is seen.
    let begin = line.points.iter().zip(&line.at_m).find(|(p, _)| p.x < 8000.0).map_or(0.0, |(_, m)| *m);
    let long = UNITS as f64 * UNIT_M;
    let stop = whole - BUFFER_M - begin;
    // It comes and leaves at full speed: it sets out and slows down beyond the border.
    let inbound = drive(BEYOND_M + stop, &[(BEYOND_M + stop, DWELL_SECS)], TOP_MPS, 0.6).into_iter();
    let inbound = inbound.map(|(s, v)| (begin + s - BEYOND_M, v, true)).filter(|r| r.0 >= begin);
    let outbound = drive(stop - long + BEYOND_M, &[], TOP_MPS, 0.6).into_iter();
    let outbound = outbound.map(|(s, v)| (begin + stop - s, v, false)).filter(|r| r.0 >= begin + long);
    let runs: Vec<(f64, f64, bool)> = inbound.chain(outbound).collect();
    let mut courses = Vec::new();
    for unit in 0..UNITS {
        let samples: Vec<Pose> = runs
            .iter()
            .map(|&(front, _, inbound)| {
                let way = if inbound { &inward } else { &outward };
                way.pose(front - UNIT_M * (unit as f64 + 0.5), 9.0, 9.0)
            })
            .collect();
        for (part, (poses, ages)) in parts_of(&samples, steps / 5, steps).into_iter().enumerate() {
            let of = |age: usize| runs[age.min(runs.len() - 1)];
            let speeds = ages.iter().map(|&age| of(age).1 as f32).collect();
            let words = ages.iter().map(|&age| match of(age) {
                (_, v, _) if v < 0.2 => "at platform",
                (_, _, true) => "to Estacao do Oriente",
                _ => "to the east",
            });
            courses.push(Course {
                id: format!("train-{}-{}", part + 1, unit + 1),
                class: "train",
                motion: Motion::Moving(poses),
                values: vec![
                    ("speed", Values::numbers(speeds, 0.8, 1)),
                    ("state", Values::Words(words.collect())),
                    ("unit", Values::number((unit + 1) as f64, 0)),
                ],
            });
        }
    }
    courses
}

const CHAIR_MPS: f64 = 2.5;
/// Between chairs.
const CHAIR_SECS: f64 = 15.0;

/// Chairs go up on the left-hand rope and down on the other.
pub fn chairs(city: &City, steps: usize, share: f64) -> Vec<Course> {
    let [foot, head] = lift_stations();
    let height = |p: DVec2| city.terrain.height(p);
    let heads = lift_heads(foot, head, &height);
    let along = (head - foot).normalize_or(DVec2::X);
    let side = (along.perp() * (LIFT_GAUGE_M * 0.5)).extend(0.0);
    let up = Way::new(rope(&heads, side));
    let mut down = rope(&heads, -side);
    down.reverse();
    let down = Way::new(down);
    let every = (CHAIR_SECS / STEP_SECS / share.max(0.05)) as usize;
    let count = steps / every.max(1);
    let mut out = Vec::new();
    for way in [up, down] {
        let samples: Vec<Pose> = (0..)
            .map(|k| f64::from(k) * CHAIR_MPS * STEP_SECS)
            .take_while(|s| *s < way.length())
            .map(|s| Pose { pitch_deg: 0.0, ..way.pose(s, 0.4, 0.4) })
            .collect();
        for k in 0..count {
            for (poses, _) in parts_of(&samples, k * steps / count, steps) {
                let id = format!("chair-{}", out.len() + 1);
                let values = vec![("speed", Values::number(CHAIR_MPS, 1))];
                out.push(Course { id, class: "chair", motion: Motion::Moving(poses), values });
            }
        }
    }
    out
}

/// The rope over the towers' heads, as it hangs between them.
fn rope(heads: &[DVec3], side: DVec3) -> Vec<DVec3> {
    const SAG_M: f64 = 1.6;
    let mut out = vec![heads[0] + side];
    for pair in heads.windows(2) {
        for k in 1..=8 {
            let t = f64::from(k) / 8.0;
            out.push(pair[0].lerp(pair[1], t) + side - DVec3::Z * (4.0 * SAG_M * t * (1.0 - t)));
        }
    }
    out
}
