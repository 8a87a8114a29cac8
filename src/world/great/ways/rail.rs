//! The railway: two tracks on a bed of ballast, catenary, the strip of land with its banks, the terminus' tracks and platforms.
//!
//! A station is a cross-cut; `y` is metres to the left of the middle, looking along the line (westward). Heights are of the rails.

use std::sync::Arc;

use glam::{DVec2, DVec3};

use super::road::SUNK_M;
use super::{Land, cut, drawing, extent, hidden_reach_m, parts_in, verge};
use crate::bake::det::{lerp, smoothstep};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface, blend, hex, scale};
use crate::bake::paint::Canvas;
use crate::world::city::arterials::STATION_LENGTH_M;
use crate::world::city::geom::Bounds;
use crate::world::city::railway::{BED_HALF_M, RAILS_UP_M};
use crate::world::sites::Fixture;
use crate::world::sites::parts::GALVANISED;
use crate::world::sites::pen::{Pen, placed};

const STEPS: [usize; 5] = [1, 2, 4, 8, 16];
const BANKS: [usize; 5] = [1, 1, 2, 4, 6];
const BALLAST: Rgb = hex(0x77706a);
const RUST: Rgb = hex(0x6b5a4c);
/// Middles of the open line's tracks, and of the further ones at the terminus.
const TRACKS_M: [f64; 2] = [-2.3, 2.3];
const SIDINGS_M: [f64; 4] = [-17.4, -12.8, 12.8, 17.4];
/// Platforms: from and to, on the left; the same on the right.
const PLATFORMS_M: [(f64, f64); 2] = [(4.1, 11.0), (19.2, 25.5)];
const PLATFORM_UP_M: f64 = 0.6;
/// The tracks end so far before the line does.
const BUFFER_M: f64 = 32.0;
const MASTS_M: f64 = 50.0;
/// Rows of the banks beyond the strip.
const APRON_ROWS: usize = 3;

#[derive(Debug, Clone, Copy)]
struct Cut {
    along_m: f64,
    at: DVec3,
    left: DVec2,
}

impl Cut {
    fn new(land: &Land, along_m: f64) -> Self {
        let line = &land.railway.line;
        let (p, _) = line.at(along_m);
        let ahead = (line.at(along_m + 14.0).0 - line.at(along_m - 14.0).0).normalize_or(-DVec2::X);
        Self { along_m, at: p.extend(land.railway.height(along_m)), left: ahead.perp() }
    }

    fn point(&self, y: f64, up: f64) -> DVec3 {
        (self.at.truncate() + self.left * y).extend(self.at.z + up)
    }
}

/// Stretches in the open, within the world.
fn stretches(land: &Land) -> Vec<(f64, f64)> {
    let mut out = Vec::new();
    let mut from = land
        .railway
        .line
        .points
        .iter()
        .zip(&land.railway.line.at_m)
        .find(|(p, _)| p.x < 8000.0)
        .map_or(0.0, |(_, m)| *m);
    for tunnel in &land.railway.tunnels {
        if tunnel.0 > from {
            out.push((from, tunnel.0));
        }
        from = from.max(tunnel.1);
    }
    out.push((from, land.railway.line.length() - 2.0));
    out
}

/// Whether a cell of the land's grid touches the strip.
pub fn hides(land: &Land, middle: DVec2, reach_m: f64) -> bool {
    let railway = &land.railway;
    land.rails
        .nearest(middle)
        .is_some_and(|n| !railway.in_tunnel(n.along_m) && n.left_m.abs() - reach_m < railway.half_m(n.along_m) - 1.0)
}

pub fn pieces(land: &Arc<Land>) -> Vec<Fixture> {
    let mut out = Vec::new();
    let begin = land.railway.line.length() - STATION_LENGTH_M;
    for stretch in stretches(land) {
        for (from_m, to_m) in cut(stretch.0, stretch.1) {
            let middle = Cut::new(land, (from_m + to_m) * 0.5);
            let at = middle.at.truncate();
            let rim = [from_m, middle.along_m, to_m].into_iter().flat_map(|m| {
                let cut = Cut::new(land, m);
                let half = land.railway.half_m(m) + hidden_reach_m(3) + 1.0;
                [-half, half].map(|y| cut.point(y, 0.0))
            });
            // Wires go on to the first mast of the next piece.
            let wires = [Cut::new(land, to_m + MASTS_M).point(0.0, 0.0)];
            let (radius_m, height_m) = extent(&land.terrain, at, rim.chain(wires), 12.0);
            let id = format!("railway-{:03}", (middle.along_m / 100.0) as usize);
            let usage = if middle.along_m > begin { "terminus" } else { "two tracks, electric" };
            let feature = Feature::new(id, "railway", "Linha do Oriente", usage, 0.0).year(1891);
            let land = land.clone();
            out.push(Fixture {
                at,
                radius_m: radius_m + 20.0,
                height_m: height_m + 8.0,
                feature: Some(feature),
                from_level: 2,
                draw: drawing(move |mesh, detail| draw(&land, mesh, (from_m, to_m), detail)),
            });
        }
    }
    out
}

fn draw(land: &Land, mesh: &mut Mesh, (from_m, to_m): (f64, f64), detail: usize) {
    let n = STEPS[detail];
    let cuts: Vec<Cut> = (0..=n).map(|k| Cut::new(land, from_m + (to_m - from_m) * k as f64 / n as f64)).collect();
    let length = land.railway.line.length();
    let begin = length - STATION_LENGTH_M;
    for pair in cuts.windows(2) {
        bed(mesh, pair);
        if pair[1].along_m <= length - BUFFER_M + 20.0 {
            for y in TRACKS_M {
                track(mesh, pair, (y, y), detail);
            }
            for y in SIDINGS_M {
                // They branch off the nearer track before the platforms.
                let at = |m: f64| lerp(2.3 * y.signum(), y, smoothstep(begin - 190.0, begin - 20.0, m));
                if pair[0].along_m > begin - 190.0 {
                    let ends = (at(pair[0].along_m), at(pair[1].along_m));
                    ballast(mesh, pair, ends);
                    track(mesh, pair, ends, detail);
                }
            }
        }
        if pair[0].along_m > begin + 20.0 && pair[1].along_m < length - 26.0 {
            platforms(mesh, pair);
        }
    }
    banks(land, mesh, &cuts, detail);
    if detail >= 2 && to_m < begin + 30.0 {
        catenary(land, mesh, (from_m, to_m), detail);
    }
}

fn band(mesh: &mut Mesh, pair: &[Cut], from: (f64, f64), to: (f64, f64), c: [Rgb; 2]) {
    let (a, b) = (&pair[0], &pair[1]);
    let p = [a.point(from.0, from.1), b.point(from.0, from.1), b.point(to.0, to.1), a.point(to.0, to.1)];
    mesh.quad_shaded(Matter::Solid, p, [c[0], c[0], c[1], c[1]]);
}

fn bed(mesh: &mut Mesh, pair: &[Cut]) {
    mesh.surface = Surface::Gravel;
    let (low, top) = (-RAILS_UP_M, -0.22);
    let foot = scale(BALLAST, 0.85);
    band(mesh, pair, (-BED_HALF_M, low - 0.01), (-5.6, low), [verge(0, pair[0].at.truncate()), foot]);
    band(mesh, pair, (-5.6, low), (-4.5, top), [foot, BALLAST]);
    band(mesh, pair, (-4.5, top), (4.5, top), [BALLAST; 2]);
    band(mesh, pair, (4.5, top), (5.6, low), [BALLAST, foot]);
    band(mesh, pair, (5.6, low), (BED_HALF_M, low - 0.01), [foot, verge(0, pair[0].at.truncate())]);
}

fn ballast(mesh: &mut Mesh, pair: &[Cut], y: (f64, f64)) {
    mesh.surface = Surface::Gravel;
    let (a, b) = (&pair[0], &pair[1]);
    let edge = |s: f64| [(a, y.0), (b, y.1)].map(|(c, y)| c.point(y + s * 2.0, -0.225));
    let foot = |s: f64| [(a, y.0), (b, y.1)].map(|(c, y)| c.point(y + s * 2.8, -RAILS_UP_M - 0.02));
    let (r, l, fr, fl) = (edge(-1.0), edge(1.0), foot(-1.0), foot(1.0));
    mesh.quad(Matter::Solid, [r[0], r[1], l[1], l[0]], BALLAST);
    mesh.quad(Matter::Solid, [fr[0], fr[1], r[1], r[0]], scale(BALLAST, 0.85));
    mesh.quad(Matter::Solid, [l[0], l[1], fl[1], fl[0]], scale(BALLAST, 0.85));
}

/// Rails and, from near, sleepers; `y` is the track's middle at both cuts.
fn track(mesh: &mut Mesh, pair: &[Cut], y: (f64, f64), detail: usize) {
    let (a, b) = (&pair[0], &pair[1]);
    if detail < 3 {
        mesh.surface = Surface::Gravel;
        let p =
            [a.point(y.0 - 1.2, -0.1), b.point(y.1 - 1.2, -0.1), b.point(y.1 + 1.2, -0.1), a.point(y.0 + 1.2, -0.1)];
        mesh.quad(Matter::Solid, p, blend(RUST, BALLAST, 0.4));
        return;
    }
    mesh.surface = Surface::Metal;
    for rail in [-0.75, 0.75] {
        let at = |c: &Cut, y: f64, off: f64, up: f64| c.point(y + rail + off, up);
        let w = 0.036;
        let top = [at(a, y.0, -w, 0.0), at(b, y.1, -w, 0.0), at(b, y.1, w, 0.0), at(a, y.0, w, 0.0)];
        mesh.quad(Matter::Solid, top, hex(0xa8a7a3));
        let right = [at(a, y.0, -w, -0.18), at(b, y.1, -w, -0.18), top[1], top[0]];
        let left = [at(b, y.1, w, -0.18), at(a, y.0, w, -0.18), top[3], top[2]];
        mesh.quad(Matter::Solid, right, RUST);
        mesh.quad(Matter::Solid, left, RUST);
    }
    if detail < 4 {
        return;
    }
    mesh.surface = Surface::Concrete;
    let count = ((b.along_m - a.along_m) / 0.65).round().max(1.0) as usize;
    for k in 0..count {
        let t = (k as f64 + 0.5) / count as f64;
        let middle = a.point(y.0, -0.16).lerp(b.point(y.1, -0.16), t);
        let ahead = (b.at - a.at).normalize_or_zero() * 0.13;
        let side = a.left.extend(0.0) * 1.3;
        let top = [middle - ahead - side, middle + ahead - side, middle + ahead + side, middle - ahead + side];
        let c = hex(0x9a968c);
        mesh.quad(Matter::Solid, top, c);
        let down = DVec3::Z * 0.1;
        mesh.quad(Matter::Solid, [top[2] - down, top[1] - down, top[1], top[2]], scale(c, 0.6));
        mesh.quad(Matter::Solid, [top[0] - down, top[3] - down, top[3], top[0]], scale(c, 0.6));
    }
}

fn platforms(mesh: &mut Mesh, pair: &[Cut]) {
    let up = PLATFORM_UP_M;
    let stone = hex(0xb2aca0);
    for (from, to) in PLATFORMS_M {
        for (y0, y1) in [(from, to), (-to, -from)] {
            mesh.surface = Surface::Paving;
            band(mesh, pair, (y0 + 0.6, up), (y1 - 0.6, up), [stone; 2]);
            mesh.surface = Surface::Plain;
            for (a, b) in [(y0, y0 + 0.6), (y1 - 0.6, y1)] {
                band(mesh, pair, (a, up), (b, up), [hex(0xcfc39a); 2]);
            }
            mesh.surface = Surface::Concrete;
            band(mesh, pair, (y0, -RAILS_UP_M), (y0, up), [scale(stone, 0.5), scale(stone, 0.8)]);
            band(mesh, pair, (y1, up), (y1, -RAILS_UP_M), [scale(stone, 0.8), scale(stone, 0.5)]);
        }
    }
}

/// The strip of land beside the bed, on the terrain.
fn banks(land: &Land, mesh: &mut Mesh, cuts: &[Cut], detail: usize) {
    let count = BANKS[detail];
    for side in [-1.0, 1.0] {
        let column = |c: &Cut| -> Vec<DVec3> {
            let width = land.railway.half_m(c.along_m) + 1.0 - BED_HALF_M;
            let edge = c.point(side * BED_HALF_M, -RAILS_UP_M - 0.01);
            let beside = |y: f64, sunk_m: f64| {
                let p = c.point(side * y, 0.0).truncate();
                p.extend(land.terrain.height(p) - sunk_m)
            };
            let strip = (1..=count).map(|k| beside(BED_HALF_M + width * k as f64 / count as f64, 0.02));
            // Beyond the strip it goes on below the land, as far as the grid's cells are left out.
            let wide = hidden_reach_m(detail);
            let beyond = (1..=APRON_ROWS)
                .map(|k| beside(BED_HALF_M + width + wide * k as f64 / APRON_ROWS as f64, SUNK_M[detail]));
            [edge].into_iter().chain(strip).chain(beyond).collect()
        };
        let columns: Vec<Vec<DVec3>> = cuts.iter().map(column).collect();
        let gravel = cuts[0].along_m > land.railway.line.length() - STATION_LENGTH_M - 200.0;
        mesh.surface = if gravel { Surface::Gravel } else { Surface::Grass };
        for pair in columns.windows(2) {
            for k in 0..count + APRON_ROWS {
                let p = [pair[0][k], pair[1][k], pair[1][k + 1], pair[0][k + 1]];
                let p = if side > 0.0 { p } else { [p[3], p[2], p[1], p[0]] };
                let normals = p.map(|p| super::road::ground_normal(land, p.truncate()));
                let colors = p.map(|p| if gravel { scale(BALLAST, 0.95) } else { verge(land.seed, p.truncate()) });
                mesh.quad_normals(Matter::Solid, p, normals, colors);
            }
        }
    }
}

/// Masts every 50 m with arms and the wires between them.
fn catenary(land: &Land, mesh: &mut Mesh, (from_m, to_m): (f64, f64), detail: usize) {
    let mut k = (from_m / MASTS_M).ceil();
    while k * MASTS_M < to_m {
        let m = k * MASTS_M;
        k += 1.0;
        if land.railway.in_tunnel(m + MASTS_M) {
            continue;
        }
        let (here, next) = (Cut::new(land, m), Cut::new(land, m + MASTS_M));
        for side in [-1.0, 1.0] {
            let frame = placed(here.point(side * 5.2, -RAILS_UP_M), here.left * -side);
            mast(&mut Pen::new(mesh, frame, detail));
            if detail >= 3 {
                let mut pen = Pen::new(mesh, glam::DAffine3::IDENTITY, detail);
                let wire = |c: &Cut, up: f64| c.point(side * 2.3, up).to_array();
                pen.of(Surface::Metal).rod(wire(&here, 5.2), wire(&next, 5.2), 0.015, 3, hex(0x4a4540));
                let pieces = if detail >= 4 { 6 } else { 2 };
                crate::world::sites::parts::rope(
                    &mut pen,
                    wire(&here, 6.3),
                    wire(&next, 6.3),
                    0.7,
                    pieces,
                    0.014,
                    hex(0x4a4540),
                );
            }
        }
    }
}

/// A mast; x to the track.
fn mast(pen: &mut Pen) {
    let c = scale(GALVANISED, 0.9);
    let high = RAILS_UP_M + 7.0;
    pen.of(Surface::Metal).post([0.0; 3], [0.24, 0.24, high], c);
    if pen.level < 3 {
        return;
    }
    let (low, top) = (RAILS_UP_M + 5.3, RAILS_UP_M + 6.3);
    pen.rod([0.0, 0.0, top + 0.3], [2.9, 0.0, top], 0.04, 4, c);
    pen.rod([0.0, 0.0, low], [2.9, 0.0, top], 0.04, 4, c);
    pen.rod([1.1, 0.0, low + 0.25], [2.9, 0.0, low - 0.1], 0.025, 3, c);
}

pub fn paint(land: &Land, canvas: &mut Canvas, rect: &Bounds) {
    for (from_m, to_m) in stretches(land) {
        for part in parts_in(&land.railway.line.part(from_m, to_m).points, rect) {
            canvas.stroke(&part, 27.0, verge(land.seed, part[0]));
            canvas.stroke(&part, 11.0, BALLAST);
            canvas.stroke(&part, 7.5, scale(RUST, 0.9));
        }
    }
    let length = land.railway.line.length();
    for part in parts_in(&land.railway.line.part(length - STATION_LENGTH_M, length).points, rect) {
        canvas.stroke(&part, 72.0, scale(BALLAST, 0.95));
    }
}
