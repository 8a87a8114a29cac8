//! Lane lines and guard rails of the motorway.

use super::road::{Station, strip};
use super::{Land, at_toll};
use crate::bake::mesh::{Mesh, Rgb, Surface, hex};
use crate::world::sites::pen::Pen;
use crate::world::sites::roads::guard_rail;
use glam::{DAffine3, DVec3};

const WHITE: Rgb = hex(0xdcdad2);
/// Edge lines and lane lines from the middle; they go on over the bridge.
const EDGES_M: [f64; 2] = [2.0, 13.0];
const LANES_M: [f64; 2] = [5.65, 9.35];
/// Length of a dash, and of a dash with its gap.
const DASH_M: (f64, f64) = (4.0, 12.0);
/// How far paint lies above the road, by level of detail.
const UP_M: [f64; 5] = [0.2, 0.1, 0.07, 0.035, 0.022];

/// The lines of a stretch. A dash belongs to the stretch that it begins in.
pub fn lines(land: &Land, mesh: &mut Mesh, (from_m, to_m): (f64, f64), detail: usize) {
    mesh.surface = Surface::Plain;
    let wide = if detail >= 3 { 0.2 } else { 0.4 };
    let stations = super::road::stations(land, (from_m, to_m), detail);
    for pair in stations.windows(2) {
        if at_toll(pair[0].along_m, 0.0) || at_toll(pair[1].along_m, 0.0) {
            continue;
        }
        for y in EDGES_M.iter().flat_map(|&y| [-y, y]) {
            strip(mesh, pair, (y - wide * 0.5, y + wide * 0.5), UP_M[detail], [WHITE; 2]);
        }
    }
    if detail < 3 {
        return;
    }
    let mut k = (from_m / DASH_M.1).ceil();
    while k * DASH_M.1 < to_m {
        let m = k * DASH_M.1;
        k += 1.0;
        if at_toll(m, 5.0) || m + DASH_M.0 > land.motorway.line.length() {
            continue;
        }
        let pair = [m, m + DASH_M.0].map(|m| Station::new(land, m));
        for y in LANES_M.iter().flat_map(|&y| [-y, y]) {
            strip(mesh, &pair, (y - 0.08, y + 0.08), UP_M[detail], [WHITE; 2]);
        }
    }
}

/// Guard rails on both sides and along the median; none where ramps branch off and at the toll plaza.
pub fn rails(land: &Land, mesh: &mut Mesh, stations: &[Station], detail: usize) {
    let mut pen = Pen::new(mesh, DAffine3::IDENTITY, detail);
    for y in [-16.9, -0.7, 0.7, 16.9f64] {
        for pair in stations.windows(2) {
            let open = pair.iter().any(|s| at_toll(s.along_m, 6.0) || y.abs() > 2.0 && near_ramp(land, s, y, 5.2));
            if !open {
                let line: Vec<DVec3> = pair.iter().map(|s| s.point(y, 0.0)).collect();
                guard_rail(&mut pen, &line);
            }
        }
    }
}

pub fn near_ramp(land: &Land, station: &Station, y: f64, within_m: f64) -> bool {
    let p = station.plan(y);
    land.ramps.iter().any(|r| r.nearest(p).is_some_and(|n| n.left_m.abs() < within_m))
}
