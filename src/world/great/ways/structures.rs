//! What stands on and over the motorway: the bridge, piers of overpasses, the toll plaza, gantries, noise barriers, lamps.

use std::sync::Arc;

use glam::{DAffine3, DVec2, DVec3};

use super::road::{Station, stretches};
use super::{Land, at_toll, cut, drawing, extent, marks};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Mesh, Surface, hex, scale};
use crate::world::city::City;
use crate::world::city::geom::{Bounds, crossing};
use crate::world::city::graph::Ground;
use crate::world::city::motorway::INTERCHANGES;
use crate::world::layout::{BRIDGE_M, TOLL_M};
use crate::world::sites::ground::Patch;
use crate::world::sites::parts::{GALVANISED, LIT_LAMP};
use crate::world::sites::pen::{Pen, placed};
use crate::world::sites::{Builder, Extent, Fixture, bridge, roads};

/// The bridge's main span, as distances from its western end: over the river.
const MAIN_SPAN_M: (f64, f64) = (555.0, 805.0);
/// Distance and height of the lamps at interchanges.
const LAMPS_M: (f64, f64) = (40.0, 12.0);
/// How far before an exit its signs stand.
const SIGNS_M: [f64; 2] = [900.0, 420.0];
/// Names on signs, as of [`INTERCHANGES`].
const SIGNS: [&str; INTERCHANGES.len()] = ["POENTE", "RIBEIRA", "CENTRO", "PORTO", "INDUSTRIA"];

pub fn all(land: &Arc<Land>, city: &City) -> Builder {
    let mut site = Builder::new(land.seed, DAffine3::IDENTITY);
    let mut take = |built: Builder| {
        site.fixtures.extend(built.fixtures);
        site.lamps.extend(built.lamps);
    };
    take(crossing_bridge(land));
    take(overpasses(land, city));
    take(toll(land));
    take(gantries(land));
    take(barriers(land, city));
    take(lamps(land));
    site
}

fn crossing_bridge(land: &Land) -> Builder {
    let count = ((BRIDGE_M.1 - BRIDGE_M.0) / 20.0) as usize;
    let route: Vec<DVec3> = (0..=count)
        .map(|k| Station::new(land, BRIDGE_M.0 + (BRIDGE_M.1 - BRIDGE_M.0) * k as f64 / count as f64).at)
        .collect();
    bridge::bridge("bridge-1", "Ponte do Mirante", &route, &|p| land.terrain.height(p), MAIN_SPAN_M)
}

/// Piers below the streets that cross the motorway: in the median and, under long decks, on the banks.
fn overpasses(land: &Land, city: &City) -> Builder {
    let mut site = Builder::new(land.seed, DAffine3::IDENTITY);
    let over = |f: u32| city.graph.faces[f as usize].ground == Ground::Motorway;
    for (index, edge) in city.graph.edges.iter().enumerate() {
        if !(edge.bridge && over(edge.left) && over(edge.right)) {
            continue;
        }
        let Some((along_m, _)) = crossed(land, &edge.line.points) else { continue };
        let station = Station::new(land, along_m);
        for y in [0.0, -24.0, 24.0, -48.0, 48.0f64] {
            let p = station.plan(y);
            let (off, at_m) = edge.line.nearest(p);
            if y.abs() > edge.line.length() * 0.5 - 16.0 || off > 12.0 {
                continue;
            }
            let (at, ahead) = edge.line.at(at_m);
            let deck_u = city.surface.street_u(&city.graph, &city.terrain, index, at_m) - 1.4;
            let foot_u = if y == 0.0 { station.at.z } else { city.terrain.height(at) - 0.5 };
            let high = deck_u - foot_u;
            if high < 2.0 || y != 0.0 && marks::near_ramp(land, &station, y, 7.0) {
                continue;
            }
            let wide = edge.class.half_m() * 0.7;
            let id = format!("overpass-{index}-{}", (y + 100.0) as usize);
            let name = format!("Viaduto {}", city.graph.name_of(index));
            let feature = Feature::new(id, "pier", name, "carries the street", high).year(1996);
            site.add(placed(at.extend(foot_u), ahead), Extent(wide + 2.0, high + 1.0, 2), Some(feature), move |pen| {
                pier(pen, wide, high);
            });
        }
    }
    site
}

/// Where a line crosses the motorway: metres along it, and along the line's piece.
fn crossed(land: &Land, points: &[DVec2]) -> Option<(f64, f64)> {
    let line = &land.motorway.line;
    points.windows(2).find_map(|pair| {
        (1..line.points.len()).find_map(|k| {
            let (t, s) = crossing(line.points[k - 1], line.points[k], pair[0], pair[1])?;
            Some((line.at_m[k - 1] + (line.at_m[k] - line.at_m[k - 1]) * t, s))
        })
    })
}

fn pier(pen: &mut Pen, wide: f64, high: f64) {
    let c = hex(0xa9a499);
    pen.of(Surface::Concrete);
    let sides = [4, 4, 6, 10, 16][pen.level];
    for y in [-0.6, 0.0, 0.6] {
        pen.cone([0.0, wide * y, -0.6], [0.0, wide * y, high - 0.9], 0.48, 0.48, sides, scale(c, 0.75), c);
    }
    pen.cube([-0.6, -wide, high - 0.95], [0.6, wide, high + 0.05], c);
}

fn toll(land: &Arc<Land>) -> Builder {
    let station = Station::new(land, TOLL_M);
    let (at, along) = (station.at, station.ahead());
    let mut site = roads::toll_plaza(at, along, land.seed);
    // The ground in four parts by distance along, lying on the road's gradient.
    let part_of = move |patch: &Patch| {
        let middle = patch.corners.iter().map(|c| c.0).sum::<DVec2>() / patch.corners.len().max(1) as f64;
        let x = (middle - at.truncate()).dot(along);
        [-54.0, 0.0, 54.0].iter().filter(|&&m| x > m).count()
    };
    for part in 0..4 {
        let x = [-107.0, -27.0, 27.0, 107.0][part];
        let place = at.truncate() + along * x;
        let land = land.clone();
        let feature = Feature::new(format!("toll-ground-{}", part + 1), "toll station", "Toll plaza", "asphalt", 0.0);
        site.fixtures.push(Fixture {
            at: place,
            radius_m: 70.0,
            height_m: 4.0,
            feature: Some(feature.year(2005)),
            from_level: 2,
            draw: drawing(move |mesh, detail| {
                for mut patch in roads::toll_ground(at, along, land.seed, detail) {
                    if part_of(&patch) == part {
                        drape(&land, mesh, &mut patch, at.z);
                    }
                }
            }),
        });
    }
    site
}

fn drape(land: &Land, mesh: &mut Mesh, patch: &mut Patch, level_u: f64) {
    let up = patch.u - level_u;
    mesh.surface = patch.surface;
    let place = |p: DVec2| {
        let along = land.road.nearest(p).map_or(TOLL_M, |n| n.along_m);
        p.extend(land.motorway.height(along) + up)
    };
    for k in 1..patch.corners.len().saturating_sub(1) {
        let p = [0, k, k + 1].map(|k| patch.corners[k]);
        mesh.tri(crate::bake::mesh::Matter::Solid, p.map(|(at, _)| place(at)), p.map(|(_, c)| c));
    }
}

fn on_ground(land: &Land, along_m: f64, margin_m: f64) -> bool {
    stretches(land).iter().any(|s| (s.0 + margin_m..s.1 - margin_m).contains(&along_m))
}

fn gantries(land: &Land) -> Builder {
    let mut site = Builder::new(land.seed, DAffine3::IDENTITY);
    for (k, &at_m) in land.motorway.interchanges.iter().enumerate() {
        for (way, side) in [(1.0, -1.0), (-1.0, 1.0)] {
            for (n, before) in SIGNS_M.into_iter().enumerate() {
                let along_m = at_m - way * before;
                if !on_ground(land, along_m, 30.0) || at_toll(along_m, 10.0) {
                    continue;
                }
                let station = Station::new(land, along_m);
                let id = format!("gantry-{}{}{}", k + 1, if way > 0.0 { "e" } else { "w" }, n + 1);
                let ahead = station.ahead() * way;
                let next = (k as f64 + way).clamp(0.0, SIGNS.len() as f64 - 1.0) as usize;
                let lines = [SIGNS[next], SIGNS[k]];
                let mut gantry = roads::sign_gantry(&id, station.point(side * 8.9, 0.0), ahead, 15.4, lines);
                gantry.from_level = 2;
                site.fixtures.push(gantry);
            }
        }
    }
    site
}

/// Noise barriers where people live beside the motorway.
fn barriers(land: &Arc<Land>, city: &City) -> Builder {
    let mut site = Builder::new(land.seed, DAffine3::IDENTITY);
    for stretch in stretches(land) {
        for (from_m, to_m) in cut(stretch.0, stretch.1) {
            for side in [-1.0, 1.0] {
                let middle = Station::new(land, (from_m + to_m) * 0.5);
                let half = super::road::half_m(land, middle.along_m);
                let here =
                    Bounds::new(middle.plan(side * (half + 40.0)), middle.plan(side * (half + 40.0))).grown(25.0);
                let lived = city.blocks_in(&here).into_iter().any(|f| city.graph.faces[f].district.is_settled());
                let stations = super::road::stations(land, (from_m, to_m), 3);
                let clear = |s: &Station| {
                    !at_toll(s.along_m, 30.0) && !marks::near_ramp(land, s, side * 19.4, 12.0) && half < 45.0
                };
                if !lived || !stations.iter().all(clear) {
                    continue;
                }
                let line: Vec<DVec3> = stations.iter().map(|s| s.point(side * 19.4, -0.1)).collect();
                let at = middle.plan(side * 19.4);
                let (radius, high) = extent(&land.terrain, at, line.iter().copied(), 4.4);
                let id =
                    format!("barrier-{:03}{}", (middle.along_m / 100.0) as usize, if side > 0.0 { "n" } else { "s" });
                let feature = Feature::new(id, "noise barrier", "Noise barrier", "keeps noise off", 4.0).year(2008);
                site.fixtures.push(Fixture {
                    at,
                    radius_m: radius + 1.0,
                    height_m: high,
                    feature: Some(feature),
                    from_level: 2,
                    draw: drawing(move |mesh, detail| {
                        roads::noise_barrier(&mut Pen::new(mesh, DAffine3::IDENTITY, detail), &line);
                    }),
                });
            }
        }
    }
    site
}

/// Lamps at interchanges and before the tunnel, on both sides.
fn lamps(land: &Land) -> Builder {
    let mut site = Builder::new(land.seed, DAffine3::IDENTITY);
    let lit = |m: f64| land.motorway.interchanges.iter().any(|i| (m - i).abs() < 360.0) || (m - TOLL_M).abs() < 320.0;
    let count = (land.motorway.line.length() / LAMPS_M.0) as usize;
    for k in 0..count {
        let m = (k as f64 + 0.5) * LAMPS_M.0;
        if !on_ground(land, m, 8.0) || !lit(m) || at_toll(m, 0.0) {
            continue;
        }
        let station = Station::new(land, m);
        for side in [-1.0, 1.0] {
            if marks::near_ramp(land, &station, side * 17.6, 4.6) {
                continue;
            }
            let id = format!("motorway-lamp-{k:03}{}", if side > 0.0 { "n" } else { "s" });
            let feature = Feature::new(id, "street lamp", "Motorway lamp", "lighting", LAMPS_M.1).year(2012);
            let frame = placed(station.point(side * 17.6, 0.0), station.left * -side);
            site.add(frame, Extent(4.5, LAMPS_M.1 + 0.6, 3), Some(feature), lamp);
            let head = frame.transform_point3(DVec3::new(3.2, 0.0, LAMPS_M.1 - 0.1));
            site.lamp(head.to_array(), 34.0, 3000.0);
        }
    }
    site
}

/// A mast with an arm over the road; x to the road.
fn lamp(pen: &mut Pen) {
    let high = LAMPS_M.1;
    let sides = if pen.level >= 4 { 8 } else { 4 };
    pen.of(Surface::Metal).cone([0.0; 3], [0.0, 0.0, high], 0.13, 0.07, sides, scale(GALVANISED, 0.8), GALVANISED);
    pen.rod([0.0, 0.0, high], [2.8, 0.0, high + 0.25], 0.05, sides.min(5), GALVANISED);
    pen.cube([2.5, -0.16, high + 0.1], [3.5, 0.16, high + 0.3], hex(0x6f7674));
    let z = high + 0.09;
    pen.glass([[2.6, 0.13, z], [3.4, 0.13, z], [3.4, -0.13, z], [2.6, -0.13, z]], hex(0xd9d6c8), LIT_LAMP);
}
