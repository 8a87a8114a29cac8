//! Lines of masts: power lines from the substation, the ski lift, cell sites on roofs and hills. Plan frame metres.

use super::City;
use super::geom::{Bounds, Line, contains_convex, to_rim};
use super::graph::Ground;
use super::landmarks::lift_stations;
use super::things::{Kind, Thing};
use crate::world::layout::SUMMIT;
use glam::DVec2;

/// Power lines: id and the points that they pass near.
const POWER: [(&str, &[(f64, f64)]); 3] = [
    ("line-north", &[(2640.0, 2600.0), (3020.0, 3900.0), (3900.0, 5600.0), (4300.0, 8000.0)]),
    ("line-factory", &[(2720.0, 2480.0), (3700.0, 2050.0), (4560.0, 1700.0), (4900.0, 1080.0), (4600.0, 880.0)]),
    (
        "line-port",
        &[(2720.0, 2440.0), (4300.0, 2420.0), (6000.0, 1700.0), (5990.0, -300.0), (5700.0, -1500.0), (5010.0, -2640.0)],
    ),
];
const SPAN_M: f64 = 270.0;
/// How high a ridge may rise above the straight line from pylon to pylon.
const RIDGE_M: f64 = 11.0;

/// A power line as its pylons, in order.
#[derive(Debug, Clone)]
pub struct PowerLine {
    pub id: &'static str,
    pub pylons: Vec<Thing>,
}

/// The power lines with their pylons on free ground.
pub fn power_lines(city: &City) -> Vec<PowerLine> {
    POWER
        .iter()
        .map(|(id, points)| {
            let line = Line::new(points.iter().map(|p| DVec2::new(p.0, p.1)).collect());
            let count = (line.length() / SPAN_M).round() as usize;
            let places = (0..=count).filter_map(|k| free_place(city, &line, line.length() * k as f64 / count as f64));
            let places = over_ridges(city, places.collect());
            let pylons = places.into_iter().enumerate().map(|(k, (at, along))| {
                let mut pylon = Thing::new(Kind::Pylon, at, along, 38.0, k as u64);
                pylon.id = format!("{id}-{:02}", k + 1);
                pylon
            });
            PowerLine { id, pylons: pylons.collect() }
        })
        .collect()
}

/// Puts a pylon on each ridge that rises far above the straight line between two of them.
fn over_ridges(city: &City, mut places: Vec<(DVec2, DVec2)>) -> Vec<(DVec2, DVec2)> {
    let mut k = 0;
    while k + 1 < places.len() {
        let (a, b) = (places[k].0, places[k + 1].0);
        let (low, high) = (city.terrain.height(a), city.terrain.height(b));
        let mut summit = (RIDGE_M, None);
        for step in 1..24 {
            let t = f64::from(step) / 24.0;
            let p = a.lerp(b, t);
            let over = city.terrain.height(p) - (low + (high - low) * t);
            let apart = (b - a).length() * t.min(1.0 - t) > 45.0;
            if over > summit.0 && apart && is_free(city, p) {
                summit = (over, Some(p));
            }
        }
        match summit.1 {
            Some(p) => places.insert(k + 1, (p, (b - a).normalize_or(DVec2::X))),
            None => k += 1,
        }
    }
    places
}

/// The nearest place to a point of a line that is no street, no house and no water.
fn free_place(city: &City, line: &Line, wanted_m: f64) -> Option<(DVec2, DVec2)> {
    let sides: [&[f64]; 2] = [&[0.0, 12.0, -12.0, 26.0, -26.0], &[42.0, -42.0, 60.0, -60.0]];
    for sides in sides {
        for shift in [0.0, 14.0, -14.0, 30.0, -30.0, 48.0, -48.0, 70.0, -70.0, 95.0, -95.0] {
            let (p, along) = line.at((wanted_m + shift).clamp(0.0, line.length()));
            let free = sides.iter().map(|side| p + along.perp() * *side).find(|&at| is_free(city, at));
            if let Some(at) = free {
                return Some((at, along));
            }
        }
    }
    None
}

fn is_free(city: &City, p: DVec2) -> bool {
    let around = Bounds::new(p, p).grown(9.0);
    if city.terrain.is_water(p) || city.motorway.line.nearest(p).0 < 30.0 {
        return false;
    }
    let near_street = city.graph.edges_in(&around).into_iter().any(|e| {
        let edge = &city.graph.edges[e];
        edge.class.is_street() && edge.line.nearest(p).0 < edge.class.half_m() + 8.0
    });
    !near_street
        && city.graph.faces_in(&around).into_iter().all(|f| {
            let ground = city.graph.faces[f].ground;
            !matches!(ground, Ground::Site(_) | Ground::Railway)
                && city
                    .buildings_of(f)
                    .iter()
                    .flat_map(|b| &b.volumes)
                    .all(|v| !contains_convex(&v.outline, p) && to_rim(&v.outline, p) > 7.0)
        })
}

/// Cell sites: on a high roof in each square of 1.1 km that is built up, and on hills. Ids are stable by square.
pub fn cell_sites(city: &City) -> Vec<Thing> {
    const SQUARE_M: f64 = 1100.0;
    let mut out = Vec::new();
    for y in -3..5 {
        for x in -7..8 {
            let middle = DVec2::new(f64::from(x), f64::from(y)) * SQUARE_M;
            let rect = Bounds::new(middle, middle).grown(170.0);
            let mut best: Option<(f64, DVec2)> = None;
            for face in city.blocks_in(&rect) {
                for b in city.buildings_of(face) {
                    let roof = b.volumes.iter().max_by(|p, q| p.eaves_u().total_cmp(&q.eaves_u()));
                    if let Some(v) = roof
                        && best.is_none_or(|x| v.eaves_u() > x.0)
                    {
                        let centre = v.outline.iter().copied().sum::<DVec2>() / v.outline.len() as f64;
                        best = Some((v.eaves_u(), centre));
                    }
                }
            }
            if let Some((top_u, at)) = best {
                let mut site = Thing::new(Kind::CellSite { roof: true }, at, DVec2::X, 6.0, 0);
                site.lift_m = top_u - city.terrain.height(at);
                site.id = format!("cell-{:02}{:02}", x + 8, y + 4);
                out.push(site);
            }
        }
    }
    let hills = [
        SUMMIT.0,
        DVec2::new(-5560.0, 1000.0),
        DVec2::new(-6150.0, -2900.0),
        DVec2::new(7300.0, -2500.0),
        DVec2::new(-650.0, 560.0),
        DVec2::new(2050.0, 4300.0),
    ];
    for (k, at) in hills.into_iter().enumerate() {
        let mut site = Thing::new(Kind::CellSite { roof: false }, at, DVec2::X, 32.0, 0);
        site.id = format!("cell-h{}", k + 1);
        out.push(site);
    }
    out
}

/// The ski lift's pylons from its foot to its head.
pub fn lift() -> Vec<Thing> {
    let [foot, head] = lift_stations();
    let along = (head - foot).normalize();
    let count = ((head - foot).length() / 130.0).round() as usize;
    (0..=count)
        .map(|k| {
            let mut pylon =
                Thing::new(Kind::LiftPylon, foot.lerp(head, k as f64 / count as f64), along, 14.0, k as u64);
            pylon.id = format!("lift-{:02}", k + 1);
            pylon
        })
        .collect()
}

/// All masts of these lines.
pub fn masts(city: &City) -> Vec<Thing> {
    let mut out: Vec<Thing> = power_lines(city).into_iter().flat_map(|l| l.pylons).collect();
    out.extend(lift());
    out.extend(cell_sites(city));
    out
}

/// Where the stairs of the underground station come up: id, place, and the direction of the stairs.
pub fn underground_entrances(city: &City) -> Vec<(String, DVec2, DVec2)> {
    let middle = crate::world::layout::STATION;
    let rect = Bounds::new(middle, middle).grown(90.0);
    // On the pavements around the station: at corners of the blocks next to it.
    let mut found: Vec<(f64, DVec2, DVec2)> = Vec::new();
    for face in city.blocks_in(&rect) {
        let kerb = &city.surface.blocks[face].kerb;
        for side in &city.surface.blocks[face].sides {
            let n = kerb.len();
            let (a, b) = (kerb[side.first], kerb[(side.first + 1) % n]);
            let p = a.lerp(b, 0.5);
            let d = (b - a).normalize_or(DVec2::X);
            if (b - a).length() > 20.0 {
                found.push(((p - middle).length(), p + d.perp() * 1.6, d));
            }
        }
    }
    found.sort_by(|x, y| x.0.total_cmp(&y.0));
    let mut out: Vec<(String, DVec2, DVec2)> = Vec::new();
    for (_, at, along) in found {
        if out.len() < 6 && out.iter().all(|o| (o.1 - at).length() > 30.0) {
            out.push((format!("station-entrance-{}", out.len() + 1), at, along));
        }
    }
    out
}
