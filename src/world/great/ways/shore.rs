//! The waterfront: quay walls along the coast and the river in the city, moles with a lighthouse, the marina's piers with boats.
//!
//! Quay lines have the land on their left. The strip behind a wall is drawn here too, as the terrain's grid can't show a wall.

use std::sync::Arc;

use glam::{DAffine3, DVec2, DVec3, Vec3};

use super::{Land, cut, drawing, extent, hidden_reach_m, parts_in};
use crate::bake::det::{Rng, noise};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface, hex, scale};
use crate::bake::paint::Canvas;
use crate::world::city::geom::{Bounds, Line};
use crate::world::city::terrain::{Shore, Terrain, outside_of};
use crate::world::layout::PORT;
use crate::world::sites::parts::DARK;
use crate::world::sites::pen::{Pen, placed};
use crate::world::sites::{Builder, Extent, Fixture, numbered, places};

/// The strip behind a wall that counts as covered.
pub const APRON_M: f64 = 18.0;
pub const PAVING: Rgb = hex(0xaea698);
const STONE: Rgb = hex(0x9f978a);
/// How far the strip lies below streets and pavements on it, by level of detail.
const SUNK_M: [f64; 5] = [0.5, 0.5, 0.4, 0.2, 0.06];
const STEPS: [usize; 5] = [1, 2, 6, 12, 25];
/// The river has walls over this length from its mouth.
const WALLED_M: f64 = 3200.0;

/// Lines of the moles, from the shore outwards.
const MOLES: [(&str, &[(f64, f64)]); 2] = [
    ("mole-1", &[(-1035.0, -2300.0), (-1010.0, -2560.0), (-1230.0, -2800.0), (-1660.0, -2955.0), (-1960.0, -2990.0)]),
    ("mole-2", &[(-2215.0, -2755.0), (-2195.0, -2900.0), (-2130.0, -3010.0)]),
];
/// Height of a mole's crown, half its width, and of its foot below the sea.
const MOLE_M: (f64, f64, f64) = (3.6, 4.0, 4.0);
/// Places along the coast where the marina's piers begin, and their length.
const PIERS: [f64; 5] = [-1880.0, -1750.0, -1620.0, -1490.0, -1360.0];
const PIER_M: f64 = 126.0;

/// Walled shores of coast and river.
pub fn quay_lines(terrain: &Terrain) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let mut run: Vec<DVec2> = Vec::new();
    let in_mouth =
        |p: DVec2| terrain.by_river(p).is_some_and(|n| n.left_m.abs() < terrain.river_half_m(n.along_m) + 1.0);
    let coast = terrain.coast_line();
    let count = (coast.length() / 12.0) as usize;
    for k in 0..=count {
        let (p, _) = coast.at(coast.length() * k as f64 / count as f64);
        let walled = p.x.abs() < 7900.0
            && terrain.shore(p).0 == Shore::Quay
            && terrain.shore(p).1 < 3.0
            && outside_of(&PORT, p) > 4.0
            && !in_mouth(p);
        if walled {
            run.push(p);
        } else if run.len() > 2 {
            out.push(Line::new(std::mem::take(&mut run)));
        } else {
            run.clear();
        }
    }
    let river = terrain.river_line();
    for side in [1.0, -1.0] {
        let mut bank: Vec<DVec2> = Vec::new();
        let steps = (WALLED_M / 15.0) as usize;
        for k in 0..=steps {
            let m = river.length() - WALLED_M + WALLED_M * k as f64 / steps as f64;
            let ahead = (river.at(m + 20.0).0 - river.at(m - 20.0).0).normalize_or(DVec2::X);
            let p = river.at(m).0 + ahead.perp() * (side * (terrain.river_half_m(m) + 0.9));
            if terrain.inland(p) < -0.5 {
                break;
            }
            bank.push(p);
        }
        if side < 0.0 {
            bank.reverse();
        }
        if bank.len() > 2 {
            out.push(Line::new(bank));
        }
    }
    out
}

/// Whether a cell of the land's grid reaches over a wall.
pub fn hides(land: &Land, middle: DVec2, reach_m: f64) -> bool {
    land.quays.iter().any(|q| q.nearest(middle).is_some_and(|n| n.left_m.abs() < reach_m))
}

pub fn paint(land: &Land, canvas: &mut Canvas, rect: &Bounds) {
    for quay in &land.quays {
        for part in parts_in(&quay.line.points, rect) {
            let inner: Vec<DVec2> = Line::new(part).beside(|_| APRON_M * 0.5);
            canvas.stroke(&inner, APRON_M, PAVING);
        }
    }
}

pub fn all(land: &Arc<Land>) -> Builder {
    let mut site = Builder::new(land.seed, DAffine3::IDENTITY);
    let mut number = 0;
    for (index, quay) in land.quays.iter().enumerate() {
        for part in cut(0.0, quay.line.length()) {
            number += 1;
            site.fixtures.push(quay_piece(land, index, part, number));
        }
    }
    for (id, points) in MOLES {
        site.fixtures.extend(mole(land, id, points));
    }
    let head = DVec2::from(*MOLES[0].1.last().unwrap_or(&(0.0, 0.0)));
    let light = places::lighthouse("lighthouse", head.extend(MOLE_M.0));
    site.fixtures.push(Fixture { height_m: light.height_m + MOLE_M.0, ..light });
    let coast = land.terrain.coast_line();
    for (k, x) in PIERS.into_iter().enumerate() {
        let along = coast.points.iter().zip(&coast.at_m).find(|(p, _)| p.x > x).map_or(0.0, |(_, m)| *m);
        let (p, _) = coast.at(along);
        let ahead = (coast.at(along + 60.0).0 - coast.at(along - 60.0).0).normalize_or(DVec2::X);
        let out = -ahead.perp();
        let middle = p + out * (PIER_M * 0.5);
        let feature =
            Feature::new(numbered("marina-pier", k + 1), "pier", format!("Marina, pier {}", k + 1), "moorings", 2.0);
        let (quay_u, seed) = (land.terrain.height(p + ahead.perp() * 3.0), land.seed ^ (k as u64 + 1));
        site.add(
            placed(middle.extend(0.0), out),
            Extent(PIER_M * 0.5 + 16.0, 18.0, 1),
            Some(feature.year(1999)),
            move |pen| {
                pier(pen, quay_u, seed);
            },
        );
        site.lamp(middle.extend(4.0).to_array(), 20.0, 3000.0);
    }
    site
}

/// A cross-cut of a quay: a point on the wall, the way to the land, the height of the land.
fn quay_cut(land: &Land, line: &Line, m: f64) -> (DVec2, DVec2, f64) {
    let (p, _) = line.at(m);
    let ahead = (line.at(m + 10.0).0 - line.at(m - 10.0).0).normalize_or(DVec2::X);
    let inland = ahead.perp();
    (p, inland, land.terrain.height(p + inland * 3.2))
}

fn quay_piece(land: &Arc<Land>, index: usize, (from_m, to_m): (f64, f64), number: usize) -> Fixture {
    let line = &land.quays[index].line;
    let (at, ..) = quay_cut(land, line, (from_m + to_m) * 0.5);
    let rim = [from_m, to_m].into_iter().flat_map(|m| {
        let (p, inland, u) = quay_cut(land, line, m);
        [0.0, 40.0].map(|y| (p + inland * y).extend(u))
    });
    let (radius_m, height_m) = extent(&land.terrain, at, rim, 5.0);
    let feature =
        Feature::new(format!("quay-wall-{number:03}"), "quay", "Quay wall", "keeps the water off", 3.0).year(1934);
    let land = land.clone();
    Fixture {
        at,
        radius_m: radius_m + 12.0,
        height_m: height_m + 3.0,
        feature: Some(feature),
        from_level: 2,
        draw: drawing(move |mesh, detail| quay(&land, mesh, &land.quays[index].line, (from_m, to_m), detail)),
    }
}

fn quay(land: &Land, mesh: &mut Mesh, line: &Line, (from_m, to_m): (f64, f64), detail: usize) {
    let n = STEPS[detail];
    let cuts: Vec<_> = (0..=n).map(|k| quay_cut(land, line, from_m + (to_m - from_m) * k as f64 / n as f64)).collect();
    let wide = hidden_reach_m(detail.max(3));
    for pair in cuts.windows(2) {
        let ((p, a, u), (q, b, v)) = (pair[0], pair[1]);
        let low = DVec3::Z * 5.5;
        let (top_p, top_q) = (p.extend(u + 0.05), q.extend(v + 0.05));
        mesh.surface = Surface::Concrete;
        let foot = scale(STONE, 0.5);
        // The tide leaves a dark band.
        let wet = |p: DVec3| p.truncate().extend(p.z.min(0.9));
        mesh.quad_shaded(Matter::Solid, [top_p - low, top_q - low, wet(top_q), wet(top_p)], [foot; 4]);
        mesh.quad_shaded(
            Matter::Solid,
            [wet(top_p), wet(top_q), top_q, top_p],
            [scale(STONE, 0.72), scale(STONE, 0.72), STONE, STONE],
        );
        let inner = (0..=5).map(|k| 6.0 + (wide - 6.0) * f64::from(k) / 5.0);
        let rows: Vec<f64> = [0.0, 1.0].into_iter().chain(inner).collect();
        for (k, row) in rows.windows(2).enumerate() {
            let height = |at: DVec2, y: f64, edge: f64| {
                if y < 3.0 { edge } else { land.terrain.height(at) - SUNK_M[detail] }
            };
            let corner = |p: DVec2, inland: DVec2, y: f64, edge: f64| {
                let at = p + inland * y;
                at.extend(height(at, y, edge))
            };
            let quad = [
                corner(p, a, row[0], top_p.z),
                corner(q, b, row[0], top_q.z),
                corner(q, b, row[1], top_q.z),
                corner(p, a, row[1], top_p.z),
            ];
            mesh.surface = if k == 0 { Surface::Concrete } else { Surface::Paving };
            let tone = if k == 0 {
                scale(STONE, 1.1)
            } else {
                scale(PAVING, 1.0 + 0.04 * noise(land.seed ^ 3, p / 14.0) as f32)
            };
            mesh.quad_normals(Matter::Solid, quad, [Vec3::Z; 4], [tone; 4]);
        }
    }
    if detail >= 4 {
        let count = ((to_m - from_m) / 14.0) as usize;
        for k in 0..count {
            let (p, inland, u) = quay_cut(land, line, from_m + 14.0 * (k as f64 + 0.5));
            let mut pen = Pen::new(mesh, placed((p + inland * 0.5).extend(u + 0.05), inland), detail);
            pen.of(Surface::Metal).drum([0.0; 3], 0.16, 0.4, 8, DARK);
            pen.drum([0.0, 0.0, 0.4], 0.24, 0.1, 8, DARK);
            pen.of(Surface::Plain).cube([-0.75, -0.2, -1.8], [-0.45, 0.2, -0.3], hex(0x26282a));
        }
    }
}

fn mole(land: &Arc<Land>, id: &str, points: &[(f64, f64)]) -> Vec<Fixture> {
    let line = Line::smooth(&points.iter().map(|&p| DVec2::from(p)).collect::<Vec<_>>(), 20.0);
    cut(0.0, line.length())
        .into_iter()
        .enumerate()
        .map(|(k, (from_m, to_m))| {
            let (at, _) = line.at((from_m + to_m) * 0.5);
            let feature =
                Feature::new(format!("{id}-{:02}", k + 1), "breakwater", "Molhe", "shelters the marina", MOLE_M.0);
            let (line, seed) = (line.clone(), land.seed);
            Fixture {
                at,
                radius_m: (to_m - from_m) * 0.5 + 34.0,
                height_m: 8.0,
                feature: Some(feature.year(1999)),
                from_level: 1,
                draw: drawing(move |mesh, detail| rubble(mesh, &line, (from_m, to_m), detail, seed)),
            }
        })
        .collect()
}

/// A mole: a crown of concrete with a parapet on slopes of stones, and a round head at its end.
fn rubble(mesh: &mut Mesh, line: &Line, (from_m, to_m): (f64, f64), detail: usize, seed: u64) {
    let (top, half, deep) = MOLE_M;
    let n = [2, 4, 10, 22, 40][detail];
    let rows = [1, 2, 3, 4, 6][detail];
    let end = to_m > line.length() - 1.0;
    let cut = |k: usize| {
        let m = from_m + (to_m - from_m) * k as f64 / n as f64;
        let ahead = (line.at(m + 12.0).0 - line.at(m - 12.0).0).normalize_or(DVec2::X);
        (line.at(m).0, ahead.perp())
    };
    let run = (top + deep) * 1.5;
    // Stones: rows of corners that stray, the same for both pieces that meet.
    let stone = |p: DVec2, row: usize| {
        let rough = if row == 0 { 0.0 } else { 0.55 };
        DVec3::new(noise(seed ^ 5, p / 2.3), noise(seed ^ 6, p / 2.3), noise(seed ^ 7, p / 1.9)) * rough
    };
    let face = |mesh: &mut Mesh, q: [DVec3; 4]| {
        let tone = 0.8 + 0.35 * noise(seed ^ 8, q[0].truncate() / 3.1) as f32;
        mesh.surface = Surface::Rock;
        let c = scale(hex(0x8b857a), tone.clamp(0.55, 1.15));
        mesh.quad_shaded(Matter::Solid, q, [c; 4]);
    };
    for k in 0..n {
        let ((p, l), (q, r)) = (cut(k), cut(k + 1));
        mesh.surface = Surface::Concrete;
        let deck = [p - l * half, q - r * half, q + r * half, p + l * half].map(|p| p.extend(top));
        mesh.quad(Matter::Solid, deck, hex(0xa29c90));
        // The parapet on the side of the open sea, on the right of the way out of the eastern mole.
        let wall = |y: f64, u: f64| [p + l * y, q + r * y].map(|p| p.extend(u));
        let (a, b, c, d) =
            (wall(half - 0.2, top), wall(half - 0.2, top + 1.3), wall(half - 1.0, top + 1.3), wall(half - 1.0, top));
        let pale = hex(0xb1aba0);
        mesh.quad(Matter::Solid, [c[0], c[1], b[1], b[0]], pale);
        mesh.quad(Matter::Solid, [a[1], a[0], b[0], b[1]], scale(pale, 0.85));
        mesh.quad(Matter::Solid, [d[0], d[1], c[1], c[0]], scale(pale, 0.85));
        for side in [-1.0, 1.0] {
            for row in 0..rows {
                let at = |p: DVec2, l: DVec2, row: usize| {
                    let t = row as f64 / f64::from(rows);
                    let flat = p + l * (side * (half + run * t));
                    flat.extend(top - (top + deep) * t) + stone(flat, row)
                };
                let (row, next) = (row as usize, row as usize + 1);
                let quad = [at(p, l, next), at(q, r, next), at(q, r, row), at(p, l, row)];
                face(mesh, if side < 0.0 { quad } else { [quad[1], quad[0], quad[3], quad[2]] });
            }
        }
    }
    if end {
        let (m, _) = cut(n);
        let sides = [8, 10, 14, 24, 36][detail];
        let ring = |k: usize, row: usize| {
            let d = crate::bake::det::unit_vector(std::f64::consts::TAU * (k % sides) as f64 / sides as f64);
            let t = row as f64 / f64::from(rows);
            let flat = m + d * (17.0 + run * 0.8 * t);
            flat.extend(top - (top + deep) * t) + stone(flat, row)
        };
        for k in 0..sides {
            for row in 0..rows as usize {
                face(mesh, [ring(k, row + 1), ring(k + 1, row + 1), ring(k + 1, row), ring(k, row)]);
            }
            mesh.surface = Surface::Concrete;
            mesh.tri(
                Matter::Solid,
                [m.extend(top + 0.02), ring(k, 0) + DVec3::Z * 0.02, ring(k + 1, 0) + DVec3::Z * 0.02],
                [hex(0xa29c90); 3],
            );
        }
    }
}

/// A floating pier with moorings on both sides; x away from the quay.
fn pier(pen: &mut Pen, quay_u: f64, seed: u64) {
    let half = PIER_M * 0.5;
    let wood = hex(0x8c7a62);
    pen.of(Surface::Wood).block([-half + 12.0, -1.5, -0.2], [half, 1.5, 0.55], wood);
    // The bridge down from the quay.
    pen.of(Surface::Metal).bar([-half - 0.5, 0.0, quay_u], [-half + 13.0, 0.0, 0.6], 1.4, 0.15, hex(0x8f9694));
    let mut rng = Rng::new(seed);
    let berths = ((PIER_M - 22.0) / 9.0) as usize;
    for k in 0..berths {
        let x = -half + 20.0 + 9.0 * k as f64;
        for side in [-1.0, 1.0] {
            let length = rng.range(7.5, 12.5);
            let (there, sail, tone) = (rng.chance(0.82), rng.chance(0.6), rng.unit());
            if pen.level >= 2 {
                let (a, b) = if side > 0.0 { (1.5, 9.5) } else { (-9.5, -1.5) };
                pen.of(Surface::Wood).block([x - 4.6, a, -0.2], [x - 4.0, b, 0.45], wood);
            }
            if there && pen.level >= 1 {
                let frame = placed(DVec3::new(x, side * (2.4 + length * 0.5), 0.0), DVec2::new(0.0, -side));
                boat(&mut pen.within(frame), length, sail, tone);
            }
        }
    }
    if pen.level >= 3 {
        for k in 0..6 {
            let x = -half + 16.0 + 20.0 * f64::from(k);
            pen.of(Surface::Metal).rod([x, 1.9, -3.0], [x, 1.9, 3.2], 0.2, 8, hex(0x6f7674));
        }
    }
}

/// A yacht or a motor boat; x forward, z up from the water.
pub fn boat(pen: &mut Pen, length: f64, sail: bool, tone: f64) {
    let (h, beam) = (length * 0.5, length * 0.15);
    let white = if tone < 0.75 { hex(0xe3e2dc) } else { hex(0x2b3f56) };
    pen.of(Surface::Paint);
    let ring = |z: f64, k: f64| {
        vec![
            [-h * k, -beam * 0.8 * k, z],
            [h * 0.2, -beam * k, z],
            [h * k, 0.0, z],
            [h * 0.2, beam * k, z],
            [-h * k, beam * 0.8 * k, z],
        ]
    };
    let rings = [ring(-0.3, 0.86), ring(0.95, 1.0)];
    pen.loft(&rings, |k| if k == 0 { scale(white, 0.7) } else { white }, true);
    pen.poly(&rings[1], hex(0xb59a72));
    pen.block([-h * 0.45, -beam * 0.55, 0.95], [h * 0.3, beam * 0.55, if sail { 1.5 } else { 2.3 }], hex(0xe6e5e0));
    if pen.level >= 3 {
        pen.glass(
            [
                [h * 0.31, -beam * 0.5, 1.1],
                [h * 0.31, beam * 0.5, 1.1],
                [h * 0.31, beam * 0.5, 1.4],
                [h * 0.31, -beam * 0.5, 1.4],
            ],
            hex(0x26323a),
            0,
        );
    }
    if sail && pen.level >= 2 {
        let high = length * 1.25;
        pen.of(Surface::Metal).rod([h * 0.1, 0.0, 0.9], [h * 0.1, 0.0, high], 0.07, 4, hex(0xb9bbb6));
        pen.rod([h * 0.1, 0.0, 2.1], [-h * 0.75, 0.0, 2.0], 0.13, 4, hex(0x36506b));
        if pen.level >= 4 {
            for end in [[h, 0.0, 0.95], [-h, 0.0, 0.95], [h * 0.05, beam, 0.95], [h * 0.05, -beam, 0.95]] {
                pen.rod(end, [h * 0.1, 0.0, high], 0.012, 3, DARK);
            }
        }
    }
}
