//! The motorway on the ground: two carriageways of three lanes, median, verges, and the strip of land with its banks.
//!
//! A station is a cross-cut; `y` is metres to the left of the middle, looking east. The roadway has the plan's height, the
//! banks have the terrain's.

use std::sync::Arc;

use glam::{DVec2, DVec3, Vec3};

use super::{Land, PIECE_M, at_toll, cut, drawing, extent, hidden_reach_m, marks, parts_in, verge};
use crate::bake::det::noise;
use crate::bake::feature::Feature;
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface, blend, hex, scale};
use crate::bake::paint::Canvas;
use crate::world::city::geom::Bounds;
use crate::world::layout::BRIDGE_M;
use crate::world::sites::Fixture;
use crate::world::sites::roads::TOLL_PITCH_M;

/// Cross-cuts of a piece, by level of detail.
const STEPS: [usize; 5] = [1, 2, 4, 8, 16];
/// Strips of the banks on each side.
const BANKS: [usize; 5] = [1, 2, 3, 6, 11];
/// Half the width of the median, of the asphalt, and of the level bed.
pub const MEDIAN_M: f64 = 1.2;
pub const ASPHALT_M: f64 = 16.2;
pub const BED_M: f64 = 18.5;
pub const ASPHALT: Rgb = hex(0x4b4c4f);

/// Rows beyond the strip, and how far they lie below the land, by level of detail.
const APRON_ROWS: usize = 4;
pub const SUNK_M: [f64; 5] = [0.5, 0.5, 0.4, 0.2, 0.07];

/// A cross-cut.
#[derive(Debug, Clone, Copy)]
pub struct Station {
    pub along_m: f64,
    pub at: DVec3,
    pub left: DVec2,
    /// Of the roadway.
    pub normal: Vec3,
}

impl Station {
    pub fn new(land: &Land, along_m: f64) -> Self {
        let motorway = &land.motorway;
        let at = motorway.beside(along_m, 0.0).extend(motorway.height(along_m));
        // The line is a polyline; its direction turns over some metres instead of at once.
        let ahead =
            (motorway.beside(along_m + 14.0, 0.0) - motorway.beside(along_m - 14.0, 0.0)).normalize_or(DVec2::X);
        let rise = (motorway.height(along_m + 8.0) - motorway.height(along_m - 8.0)) / 16.0;
        let normal = (DVec3::Z - ahead.extend(0.0) * rise).normalize().as_vec3();
        Self { along_m, at, left: ahead.perp(), normal }
    }

    pub fn plan(&self, y: f64) -> DVec2 {
        self.at.truncate() + self.left * y
    }

    /// A point on the roadway's height.
    pub fn point(&self, y: f64, up: f64) -> DVec3 {
        self.plan(y).extend(self.at.z + up)
    }

    /// The way east.
    pub fn ahead(&self) -> DVec2 {
        -self.left.perp()
    }
}

/// Cross-cuts of a stretch at a level of detail, both ends included.
pub fn stations(land: &Land, (from_m, to_m): (f64, f64), detail: usize) -> Vec<Station> {
    let n = STEPS[detail];
    (0..=n).map(|k| Station::new(land, from_m + (to_m - from_m) * k as f64 / n as f64)).collect()
}

/// The stretches on the ground within the world.
pub fn stretches(land: &Land) -> Vec<(f64, f64)> {
    let length = land.motorway.line.length();
    land.motorway.stretches().map(|(a, b)| (a.max(0.0), b.min(length))).to_vec()
}

pub fn pieces(land: &Arc<Land>) -> Vec<Fixture> {
    let mut out = Vec::new();
    for stretch in stretches(land) {
        for (from_m, to_m) in cut(stretch.0, stretch.1) {
            let middle = Station::new(land, (from_m + to_m) * 0.5);
            let at = middle.plan(0.0);
            let rim = stations(land, (from_m, to_m), 2).into_iter().flat_map(|s| {
                let half = half_m(land, s.along_m) + hidden_reach_m(2).max(hidden_reach_m(3));
                [-half, 0.0, half].map(|y| bank_point(land, &s, y, 0.0).max(s.point(y, 0.0)))
            });
            let (radius_m, height_m) = extent(&land.terrain, at, rim, 3.0);
            let id = format!("motorway-{:03}", (middle.along_m / PIECE_M) as usize);
            let feature = Feature::new(id, "motorway", "Via do Mirante", "two times three lanes", 0.0).year(1996);
            let land = land.clone();
            out.push(Fixture {
                at,
                radius_m: radius_m + 16.0,
                height_m,
                feature: Some(feature),
                from_level: 2,
                draw: drawing(move |mesh, detail| draw(&land, mesh, (from_m, to_m), detail)),
            });
        }
    }
    out
}

/// Half the strip's width, the whole length over.
pub fn half_m(land: &Land, along_m: f64) -> f64 {
    let stretch = stretches(land).into_iter().find(|s| (s.0..=s.1).contains(&along_m));
    let inner = stretch.map_or(along_m, |s| along_m.clamp(s.0 + 0.5, s.1 - 0.5));
    land.strip_half_m(inner).unwrap_or(super::STRIP_HALF_M)
}

fn draw(land: &Land, mesh: &mut Mesh, part: (f64, f64), detail: usize) {
    let stations = stations(land, part, detail);
    for pair in stations.windows(2) {
        roadway(mesh, pair, detail);
    }
    banks(land, mesh, &stations, detail);
    for end in [stations[0], stations[stations.len() - 1]] {
        if stretches(land).iter().any(|s| s.0 == end.along_m || s.1 == end.along_m) {
            end_wall(land, mesh, &end, detail);
        }
    }
    marks::lines(land, mesh, part, detail);
    if detail >= 3 {
        marks::rails(land, mesh, &stations, detail);
    }
}

/// A strip between two cross-cuts, from `y.0` to `y.1` (to the left).
pub fn strip(mesh: &mut Mesh, pair: &[Station], y: (f64, f64), up: f64, c: [Rgb; 2]) {
    let (a, b) = (&pair[0], &pair[1]);
    let p = [a.point(y.0, up), b.point(y.0, up), b.point(y.1, up), a.point(y.1, up)];
    mesh.quad_normals(Matter::Solid, p, [a.normal, b.normal, b.normal, a.normal], [c[0], c[0], c[1], c[1]]);
}

fn roadway(mesh: &mut Mesh, pair: &[Station], detail: usize) {
    let tone = 1.0 + 0.05 * noise(0x40ad, DVec2::new(pair[0].along_m / 230.0, 0.5)) as f32;
    let road = scale(ASPHALT, tone);
    mesh.surface = Surface::Concrete;
    strip(mesh, pair, (-MEDIAN_M, MEDIAN_M), 0.0, [hex(0x93908a); 2]);
    mesh.surface = Surface::Asphalt;
    for side in [-1.0, 1.0] {
        let mut band = |from: f64, to: f64, c: [Rgb; 2]| {
            if side > 0.0 {
                strip(mesh, pair, (from, to), 0.0, c);
            } else {
                strip(mesh, pair, (-to, -from), 0.0, [c[1], c[0]]);
            }
        };
        if detail >= 3 {
            // The lane of the lorries is the darkest, the shoulder the brightest.
            let tones = [(MEDIAN_M, 1.05), (5.65, 1.0), (9.35, 0.97), (11.2, 0.9), (13.2, 1.0), (ASPHALT_M, 1.12)];
            for t in tones.windows(2) {
                band(t[0].0, t[1].0, [scale(road, t[0].1), scale(road, t[1].1)]);
            }
        } else {
            band(MEDIAN_M, ASPHALT_M, [road; 2]);
        }
    }
    mesh.surface = Surface::Gravel;
    for side in [-1.0, 1.0] {
        let y: (f64, f64) = (side * ASPHALT_M, side * BED_M);
        let (stone, grass) = (hex(0x8d8678), verge(0, pair[0].plan(y.1)));
        let c = if side > 0.0 { [stone, grass] } else { [grass, stone] };
        strip(mesh, pair, (y.0.min(y.1), y.0.max(y.1)), -0.005, c);
    }
}

/// A point of the strip of land: the terrain's height, kept below what is paved on it.
pub fn bank_point(land: &Land, station: &Station, y: f64, clear_m: f64) -> DVec3 {
    let p = station.plan(y);
    let mut u = land.terrain.height(p);
    if y.abs() < BED_M + 0.01 {
        u = station.at.z - 0.005;
    }
    for (ramp, near) in land.motorway.ramps.iter().zip(&land.ramps) {
        if let Some(n) = near.nearest(p)
            && n.left_m.abs() < 40.0
        {
            // Below the ramp's bed, rising away from it, so that no triangle between corners covers it.
            let bed = crate::world::city::motorway::height_at(&ramp.line, &ramp.heights, n.along_m);
            let beyond = (n.left_m.abs() - 5.0 - clear_m * 0.6).max(0.0);
            u = u.min(bed - 0.3 + 0.8 * beyond);
        }
    }
    if at_toll(station.along_m, 20.0) && y.abs() < TOLL_PITCH_M * 6.0 + 8.0 && y.abs() > BED_M {
        u = u.min(station.at.z - 0.3);
    }
    p.extend(u)
}

/// The strip of land on both sides, from the bed to the border of the strip and a little beyond.
fn banks(land: &Land, mesh: &mut Mesh, stations: &[Station], detail: usize) {
    let count = BANKS[detail];
    let spacing = stations[0].at.distance(stations[1].at);
    mesh.surface = Surface::Grass;
    for side in [-1.0, 1.0] {
        let column = |s: &Station| -> Vec<DVec3> {
            let half = half_m(land, s.along_m) + 1.0;
            let width = (half - BED_M) / count as f64;
            let clear = spacing.max(width) * 1.1;
            let mut column: Vec<DVec3> = (0..=count)
                .map(|k| bank_point(land, s, side * (BED_M + width * k as f64), if k == 0 { 0.0 } else { clear }))
                .collect();
            // Beyond the strip it goes on below the land, as far as the grid's cells are left out.
            let wide = hidden_reach_m(detail);
            column.extend((1..=APRON_ROWS).map(|k| {
                let p = s.plan(side * (half + wide * k as f64 / APRON_ROWS as f64));
                p.extend(land.terrain.height(p) - SUNK_M[detail])
            }));
            column
        };
        let columns: Vec<Vec<DVec3>> = stations.iter().map(column).collect();
        for pair in columns.windows(2) {
            for k in 0..count + APRON_ROWS {
                let (a, b, c, d) = (pair[0][k], pair[1][k], pair[1][k + 1], pair[0][k + 1]);
                bank(land, mesh, if side > 0.0 { [a, b, c, d] } else { [d, c, b, a] });
            }
        }
    }
}

/// Closes the strip where a bridge or a tunnel begins: a wall across, seen from both sides.
fn end_wall(land: &Land, mesh: &mut Mesh, station: &Station, detail: usize) {
    const DEEP_M: f64 = 7.0;
    let half = half_m(land, station.along_m) + 1.0;
    let count = 2 * BANKS[detail];
    let mut top: Vec<DVec3> = Vec::new();
    for k in 0..=count {
        let y = half - (half - BED_M) * 2.0 * k as f64 / count as f64;
        let y = if k * 2 > count { y - 2.0 * BED_M } else { y };
        top.push(bank_point(land, station, y, 0.0));
        if k * 2 == count {
            top.push(bank_point(land, station, -BED_M, 0.0));
        }
    }
    mesh.surface = Surface::Concrete;
    let (c, foot) = (hex(0xa39e93), hex(0x6f6b63));
    for pair in top.windows(2) {
        let low = pair.iter().map(|p| *p - DVec3::Z * DEEP_M).collect::<Vec<_>>();
        mesh.quad_shaded(Matter::Solid, [low[0], low[1], pair[1], pair[0]], [foot, foot, c, c]);
        mesh.quad_shaded(Matter::Solid, [low[1], low[0], pair[0], pair[1]], [foot, foot, c, c]);
    }
}

fn bank(land: &Land, mesh: &mut Mesh, p: [DVec3; 4]) {
    let normals = p.map(|p| ground_normal(land, p.truncate()));
    let colors = [0, 1, 2, 3].map(|k| {
        // Steep banks are stony.
        let steep = (1.0 - normals[k].z).clamp(0.0, 1.0);
        blend(verge(land.seed, p[k].truncate()), hex(0x8a8266), (steep * 2.2 - 0.2).clamp(0.0, 0.8))
    });
    mesh.quad_normals(Matter::Solid, p, normals, colors);
}

/// Whether a cell of the land's grid touches the strip, whose banks it can't show.
pub fn hides(land: &Land, middle: DVec2, reach_m: f64) -> bool {
    let ends = [0.0, BRIDGE_M.0, BRIDGE_M.1, land.motorway.line.length()];
    land.road.nearest(middle).is_some_and(|n| {
        // Where the strip ends in the open the grid goes on.
        ends.iter().all(|end| (n.along_m - end).abs() > reach_m)
            && land.strip_half_m(n.along_m).is_some_and(|half| n.left_m.abs() - reach_m < half - 3.0)
    })
}

pub fn ground_normal(land: &Land, p: DVec2) -> Vec3 {
    let h = |x: f64, y: f64| land.terrain.height(p + DVec2::new(x, y));
    let slope = DVec2::new(h(2.0, 0.0) - h(-2.0, 0.0), h(0.0, 2.0) - h(0.0, -2.0)) / 4.0;
    DVec3::new(-slope.x, -slope.y, 1.0).normalize().as_vec3()
}

pub fn paint(land: &Land, canvas: &mut Canvas, rect: &Bounds) {
    let line = &land.motorway.line;
    for (from_m, to_m) in stretches(land) {
        for part in parts_in(&line.part(from_m, to_m).points, rect) {
            canvas.stroke(&part, super::PAINTED_STRIP_M, verge(land.seed, part[0]));
            canvas.stroke(&part, 2.0 * ASPHALT_M, ASPHALT);
            canvas.stroke(&part, 2.0 * MEDIAN_M + 0.8, hex(0x8d8b80));
        }
    }
    for ramp in &land.motorway.ramps {
        for part in parts_in(&ramp.line.points, rect) {
            canvas.stroke(&part, 8.0, ASPHALT);
        }
    }
    let (at, along) = line.at(super::TOLL_M);
    let (half, long) = (TOLL_PITCH_M * 6.0 + 3.0, crate::world::sites::roads::TOLL_HALF_M);
    let corner = |x: f64, y: f64| at + along * x + along.perp() * y;
    let plaza = [(-long, 15.5), (-55.0, half), (55.0, half), (long, 15.5)];
    let mut ring: Vec<DVec2> = plaza.iter().map(|&(x, y)| corner(x, -y)).collect();
    ring.extend(plaza.iter().rev().map(|&(x, y)| corner(x, y)));
    if Bounds::around(&ring).overlaps(rect) {
        canvas.fill([&ring[..]], hex(0x66655f));
    }
}
