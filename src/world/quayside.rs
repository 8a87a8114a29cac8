//! Shapes of the harbour: cranes and stacks of the yard, silos, tanks, ships, moles, the lighthouse, the castle.
//!
//! Each draws one thing of [`super::harbour`] at its place in the town frame.

use super::harbour::YARD_BAYS;
use super::land::gabled;
use super::parts::{self, BOXES, Local, Station, container, hull};
use super::terrain::QUAY_U;
use crate::bake::det::{Rng, unit_vector};
use crate::bake::mesh::{Matter, Mesh, Rect, Rgb, blend, hex, scale};
use glam::{DVec2, DVec3};

pub fn yard_crane(mesh: &mut Mesh, at: DVec2, trolley: f64) {
    let l = Local::new(at.extend(QUAY_U), DVec2::Y);
    let c = hex(0xc79a35);
    for x in [-11.5, 11.5] {
        for y in [-5.0, 5.0] {
            l.boxed(mesh, (x, y), (0.9, 0.9), (0.9, 20.0), c);
            l.boxed(mesh, (x, y), (0.8, 3.0), (0.0, 1.0), hex(0x3a3d3f));
        }
        l.boxed(mesh, (x, 0.0), (0.9, 10.0), (1.0, 2.0), c);
    }
    for y in [-5.0, 5.0] {
        l.boxed(mesh, (0.0, y), (25.0, 1.2), (19.2, 21.2), c);
    }
    l.boxed(mesh, (trolley, 0.0), (3.6, 11.0), (21.2, 22.4), hex(0x595d5f));
    let hook = Local::new(l.at(trolley, 0.0, 0.0), l.along);
    parts::crane_spreader(mesh, &Local::new(hook.origin, l.along), 15.0, 5.6);
}

pub fn yard_block(mesh: &mut Mesh, start: DVec2, seed: u64, level: usize) {
    let mut rng = Rng::new(seed);
    let l = Local::new(start.extend(QUAY_U), DVec2::X);
    let mut tiers = [[0i64; 6]; YARD_BAYS];
    let usual = rng.int(1, 4);
    for bay in &mut tiers {
        let here = (usual + rng.int(-1, 1)).clamp(0, 5);
        for row in bay.iter_mut() {
            *row = (here + rng.int(-1, 1)).clamp(0, 5);
        }
    }
    for (bay, rows) in tiers.iter().enumerate() {
        let x = 6.5 + bay as f64 * 13.1;
        for (row, &high) in rows.iter().enumerate() {
            let y = (row as f64 - 2.5) * 2.72;
            if level == 0 {
                let color = hex(rng.pick(&BOXES));
                if high > 0 {
                    mesh.boxed(&l.rect(x, y, 12.2, 2.6), QUAY_U, QUAY_U + high as f64 * 2.6, color);
                }
                continue;
            }
            for tier in 0..high {
                let color = scale(hex(rng.pick(&BOXES)), rng.range(0.85, 1.12) as f32);
                // What is hemmed in by its neighbours is not drawn.
                let beside = |r: usize| rows.get(r).is_some_and(|&h| h > tier);
                let hidden = tier + 1 < high && row > 0 && beside(row - 1) && beside(row + 1);
                let ends = tiers.get(bay + 1).is_some_and(|b| b[row] > tier) && bay > 0 && tiers[bay - 1][row] > tier;
                if !(hidden && ends) {
                    container(mesh, &l, (x, y, tier as f64 * 2.6), color, level >= 4 && (row == 0 || row == 5));
                }
            }
        }
    }
}

pub fn silos(mesh: &mut Mesh, at: DVec2, level: usize) {
    let (sides, c) = (if level >= 2 { 20 } else { 10 }, hex(0xd5cebf));
    for row in 0..2 {
        for k in 0..5 {
            let p = at + DVec2::new(row as f64 * 15.0 - 7.5, k as f64 * 15.0 - 30.0);
            mesh.drum(p, (7.4, 7.4), (QUAY_U, QUAY_U + 34.0), sides, scale(c, 0.68), c);
        }
    }
    let rect = Rect::new(at, DVec2::Y, 76.0, 31.0);
    mesh.slab(&rect, QUAY_U + 34.0, QUAY_U + 36.0, scale(c, 0.95));
    mesh.slab(&rect.part(-2.0, 0.0, 68.0, 8.0), QUAY_U + 36.0, QUAY_U + 40.5, scale(c, 1.03));
    mesh.boxed(&rect.part(40.0, 0.0, 10.0, 12.0), QUAY_U, QUAY_U + 43.0, scale(c, 0.9));
    for k in 0..6 {
        let p = rect.part(-28.0 + k as f64 * 11.0, 0.0, 2.2, 8.1);
        mesh.boxed(&p, QUAY_U + 37.4, QUAY_U + 39.2, hex(0x3a444a));
    }
}

pub fn tank(mesh: &mut Mesh, at: DVec2, size: (f64, f64), white: Rgb, level: usize) {
    let (r, high) = size;
    let sides = [12, 16, 24, 32, 40][level];
    let top = QUAY_U + high;
    mesh.drum(at, (r, r), (QUAY_U, top), sides, scale(white, 0.72), white);
    let ring = |r: f64| {
        (0..sides).map(|k| at + unit_vector(std::f64::consts::TAU * k as f64 / sides as f64) * r).collect::<Vec<_>>()
    };
    mesh.drum(at, (r, 0.3), (top, top + r * 0.12), sides, scale(white, 0.96), scale(white, 1.04));
    if level >= 2 {
        for u in [high * 0.33, high * 0.66, high - 0.2] {
            mesh.drum(
                at,
                (r + 0.12, r + 0.12),
                (QUAY_U + u, QUAY_U + u + 0.25),
                sides,
                scale(white, 0.7),
                scale(white, 0.8),
            );
        }
        // The wall that keeps a leak in.
        let outer = ring(r + 7.0);
        let inner = ring(r + 6.5);
        for k in 0..sides {
            let n = (k + 1) % sides;
            let c = hex(0x9d988d);
            mesh.wall(outer[k], outer[n], QUAY_U, QUAY_U + 1.3, scale(c, 0.7), c);
            mesh.wall(inner[n], inner[k], QUAY_U, QUAY_U + 1.3, scale(c, 0.6), scale(c, 0.85));
            let u = QUAY_U + 1.3;
            mesh.flat(Matter::Solid, &[outer[k], outer[n], inner[n], inner[k]], u, scale(c, 1.1));
            let floor = [inner[k].extend(QUAY_U + 0.05), inner[n].extend(QUAY_U + 0.05)];
            let (a, b) = (ring(r)[k], ring(r)[n]);
            let dark = hex(0x6a675f);
            mesh.quad_shaded(
                Matter::Solid,
                [a.extend(QUAY_U + 0.05), floor[0], floor[1], b.extend(QUAY_U + 0.05)],
                [scale(dark, 0.6), dark, dark, scale(dark, 0.6)],
            );
        }
    }
    if level >= 4 {
        // A spiral stair.
        for k in 0..30 {
            let d = unit_vector(0.6 + k as f64 * 0.045);
            let u = QUAY_U + high * (k + 1) as f64 / 30.0;
            let step = Rect::new(at + d * (r + 0.55), d, 0.9, r * 0.05);
            mesh.slab(&step, u - 0.08, u, hex(0x6d7272));
        }
        for k in 0..sides {
            let (a, b) = (ring(r - 0.2)[k], ring(r - 0.2)[(k + 1) % sides]);
            mesh.beam(a.extend(top + 1.0), b.extend(top + 1.0), 0.06, hex(0x8a8f8d));
        }
    }
}

pub fn tanker(mesh: &mut Mesh, l: &Local, length: f64) {
    let (h, b, deck) = (length * 0.5, length * 0.075, 6.5);
    let stations = [
        Station(-h, b * 0.85, b * 0.5, deck),
        Station(-h * 0.8, b, b * 0.95, deck),
        Station(h * 0.68, b, b, deck),
        Station(h * 0.86, b * 0.75, b * 0.5, deck + 1.2),
        Station(h * 0.97, b * 0.28, b * 0.08, deck + 2.0),
        Station(h, 0.05, 0.02, deck + 2.1),
    ];
    hull(mesh, l, &stations, hex(0x7a3a2c), hex(0x5f6f62));
    parts::deckhouse(mesh, l, -h * 0.76, (13.0, b * 1.7), deck, 5);
    l.boxed(mesh, (-h * 0.9, 0.0), (5.0, 4.5), (deck, deck + 17.0), hex(0x33424c));
    for y in [-1.5, 0.0, 1.5] {
        l.beam(mesh, [-h * 0.6, y, deck + 1.6], [h * 0.75, y, deck + 1.6], 0.5, hex(0xa59c8a));
    }
    for k in 0..8 {
        let x = -h * 0.55 + k as f64 * h * 0.16;
        l.boxed(mesh, (x, 0.0), (1.2, b * 1.5), (deck, deck + 1.2), hex(0x8c8474));
    }
    l.beam(mesh, [4.0, 0.0, deck], [4.0, 0.0, deck + 11.0], 0.8, hex(0xcfc9bc));
    l.beam(mesh, [4.0, 0.0, deck + 10.0], [13.0, 0.0, deck + 7.0], 0.6, hex(0xcfc9bc));
}

pub fn trawler(mesh: &mut Mesh, l: &Local, length: f64) {
    let (h, b) = (length * 0.5, length * 0.13);
    let stations = [
        Station(-h, b * 0.9, b * 0.6, 2.2),
        Station(-h * 0.3, b, b * 0.9, 2.1),
        Station(h * 0.35, b, b * 0.75, 2.6),
        Station(h * 0.8, b * 0.6, b * 0.2, 3.7),
        Station(h, 0.05, 0.03, 4.3),
    ];
    let tone = [0x2b5a78, 0x2f6a52, 0x8a3a2e, 0x3a4a5a][(length as usize) % 4];
    hull(mesh, l, &stations, hex(tone), hex(0xa08a68));
    parts::deckhouse(mesh, l, h * 0.22, (length * 0.2, b * 1.15), 2.4, 2);
    l.beam(mesh, [-h * 0.3, 0.0, 2.1], [-h * 0.3, 0.0, 10.5], 0.3, hex(0xcdb38a));
    l.beam(mesh, [-h * 0.3, 0.0, 9.8], [-h * 0.95, 0.0, 6.2], 0.22, hex(0xcdb38a));
    l.boxed(mesh, (-h * 0.75, 0.0), (0.8, b * 1.5), (2.2, 4.6), hex(0x55595b));
}

pub fn yacht(mesh: &mut Mesh, l: &Local, length: f64, sail: bool, tone: Rgb, level: usize) {
    let (h, b, z) = (length * 0.5, length * 0.145, length * 0.085);
    let stations = [
        Station(-h, b * 0.8, b * 0.55, z),
        Station(-h * 0.1, b, b * 0.8, z),
        Station(h * 0.55, b * 0.65, b * 0.35, z * 1.15),
        Station(h, 0.04, 0.02, z * 1.35),
    ];
    hull(mesh, l, &stations, tone, hex(0xcdbfa5));
    if sail {
        l.boxed(mesh, (h * 0.08, 0.0), (length * 0.32, b * 1.0), (z, z + 0.55), hex(0xf1efe8));
        let mast = length * 1.22;
        let thick = if level >= 3 { 0.16 } else { 0.3 };
        l.beam(mesh, [h * 0.22, 0.0, z], [h * 0.22, 0.0, mast], thick, hex(0xd5d5d0));
        l.beam(mesh, [h * 0.2, 0.0, z + 1.3], [-h * 0.62, 0.0, z + 1.2], 0.24, hex(0x4f6a82));
        if level >= 4 {
            for end in [[h * 0.97, 0.0, z * 1.3], [-h * 0.97, 0.0, z], [h * 0.2, b, z], [h * 0.2, -b, z]] {
                l.beam(mesh, end, [h * 0.22, 0.0, mast * 0.97], 0.035, hex(0x6d7272));
            }
        }
    } else {
        l.boxed(mesh, (0.0, 0.0), (length * 0.46, b * 1.35), (z, z + 1.0), hex(0xf4f2ec));
        let glass = l.rect(length * 0.01, 0.0, length * 0.4, b * 1.25).corners();
        for k in 0..4 {
            let (a, c) = (glass[k], glass[(k + 1) % 4]);
            let p = [a.extend(z + 1.0), c.extend(z + 1.0), c.extend(z + 1.65), a.extend(z + 1.65)];
            mesh.quad(Matter::Glass, p, hex(0x1f272c));
        }
        l.boxed(mesh, (-0.2, 0.0), (length * 0.44, b * 1.4), (z + 1.65, z + 1.8), hex(0xf4f2ec));
    }
}

pub fn mole(mesh: &mut Mesh, a: DVec2, b: DVec2, seed: u64, level: usize) {
    let along = (b - a).normalize();
    let side = along.perp();
    let (rock, crown) = (hex(0x837c70), hex(0xa9a396));
    let (a, b) = (a - along * 0.6, b + along * 0.6);
    let at = |p: DVec2, y: f64, u: f64| (p + side * y).extend(u);
    for s in [1.0, -1.0] {
        let p = [at(a, s * 21.0, -4.0), at(b, s * 21.0, -4.0), at(b, s * 6.5, 4.6), at(a, s * 6.5, 4.6)];
        let p = if s > 0.0 { [p[1], p[0], p[3], p[2]] } else { p };
        mesh.quad_shaded(Matter::Solid, p, [scale(rock, 0.45), scale(rock, 0.45), rock, rock]);
    }
    mesh.quad(Matter::Solid, [at(a, -6.5, 4.6), at(b, -6.5, 4.6), at(b, 6.5, 4.6), at(a, 6.5, 4.6)], crown);
    let parapet = [at(a, 4.2, 0.0), at(b, 4.2, 0.0), at(b, 5.8, 0.0), at(a, 5.8, 0.0)].map(DVec3::truncate);
    mesh.prism(&parapet, 4.6, 6.2, scale(crown, 0.75), crown, scale(crown, 1.05));
    if level < 3 {
        return;
    }
    // Rubble: the slopes as a net with every knot thrown off by lot.
    let mut rng = Rng::new(seed);
    let along_count = if level >= 4 { 18 } else { 9 };
    for s in [1.0, -1.0] {
        let rows = 5;
        let mut knots = Vec::new();
        for row in 0..=rows {
            for k in 0..=along_count {
                let t = row as f64 / rows as f64;
                let inner = row > 0 && row < rows;
                let off = if inner { rng.range(-0.5, 1.5) } else { 0.25 };
                let y = s * (6.4 + 14.6 * t + if inner { rng.range(-0.9, 0.9) } else { 0.0 });
                let x = (k as f64 + if k > 0 && k < along_count { rng.range(-0.25, 0.25) } else { 0.0 })
                    / along_count as f64;
                knots.push(at(a.lerp(b, x), y, 4.55 - 8.6 * t + off * (1.0 - 0.2 * t)));
            }
        }
        for row in 0..rows {
            for k in 0..along_count {
                let i = row * (along_count + 1) + k;
                let p = [knots[i + along_count + 1], knots[i + along_count + 2], knots[i + 1], knots[i]];
                let p = if s > 0.0 { [p[1], p[0], p[3], p[2]] } else { p };
                let wet = if row >= 2 { 0.6 } else { 1.0 };
                for t in [[p[0], p[1], p[2]], [p[0], p[2], p[3]]] {
                    let c = scale(blend(rock, hex(0xb0a898), rng.unit() as f32), wet * rng.range(0.75, 1.05) as f32);
                    mesh.tri(Matter::Solid, t, [c; 3]);
                }
            }
        }
    }
}

pub fn lighthouse(mesh: &mut Mesh, at: DVec2, level: usize) {
    let sides = if level >= 2 { 20 } else { 10 };
    mesh.drum(at, (11.0, 9.5), (-5.0, 5.4), sides, hex(0x5d5850), hex(0x9a958a));
    mesh.drum(at, (9.5, 0.1), (5.4, 5.5), sides, hex(0xb4ad9f), hex(0xb4ad9f));
    let (white, red) = (hex(0xefece3), hex(0xa8382e));
    for k in 0..5 {
        let r = |k: f64| 3.6 - k * 0.26;
        let (u0, u1) = (5.4 + k as f64 * 4.6, 5.4 + (k + 1) as f64 * 4.6);
        let c = if k % 2 == 0 { white } else { red };
        mesh.drum(at, (r(k as f64), r(k as f64 + 1.0)), (u0, u1), sides, scale(c, if k == 0 { 0.7 } else { 0.97 }), c);
    }
    let u = 28.4;
    mesh.drum(at, (3.4, 3.4), (u, u + 0.4), sides, hex(0x4a4d4e), hex(0x4a4d4e));
    mesh.drum(at, (3.4, 0.2), (u + 0.4, u + 0.45), sides, hex(0x8a8f8d), hex(0x8a8f8d));
    mesh.lit = 3;
    let ring: Vec<_> = (0..8).map(|k| at + unit_vector(k as f64 * std::f64::consts::FRAC_PI_4) * 1.6).collect();
    for k in 0..8 {
        let (a, b) = (ring[k], ring[(k + 1) % 8]);
        mesh.quad(Matter::Glass, [a.extend(u), b.extend(u), b.extend(u + 3.0), a.extend(u + 3.0)], hex(0x5d6a6d));
    }
    mesh.lit = 0;
    mesh.drum(at, (2.1, 0.2), (u + 3.0, u + 4.8), 10, red, scale(red, 0.9));
    let keeper = Rect::new(at + DVec2::new(-13.0, 0.0), DVec2::X, 9.0, 6.0);
    gabled(mesh, &keeper, 4.6, 8.2, 1.6, white, hex(0xa85d43));
}

pub fn castle(mesh: &mut Mesh, at: DVec2, u: f64, level: usize) {
    let stone = hex(0xb6a98c);
    let rect = Rect::new(at, DVec2::new(0.96, 0.28), 84.0, 58.0);
    let c = rect.corners();
    for k in 0..4 {
        let (a, b) = (c[k], c[(k + 1) % 4]);
        let inner = [a, b].map(|p| p + (at - p).normalize() * 3.2);
        mesh.wall(a, b, u - 9.0, u + 9.0, scale(stone, 0.65), stone);
        mesh.wall(inner[1], inner[0], u - 9.0, u + 9.0, scale(stone, 0.5), scale(stone, 0.85));
        mesh.flat(Matter::Solid, &[a, b, inner[1], inner[0]], u + 9.0, scale(stone, 0.9));
        let (tower, high) = if k == 2 { (7.5, 25.0) } else { (5.0, 14.0) };
        let sides = if level >= 2 { 16 } else { 8 };
        mesh.drum(a, (tower, tower * 0.94), (u - 10.0, u + high), sides, scale(stone, 0.62), stone);
        mesh.drum(
            a,
            (tower * 0.98, 0.1),
            (u + high - 0.9, u + high - 0.8),
            sides,
            scale(stone, 0.8),
            scale(stone, 0.8),
        );
        if level >= 2 {
            let count = ((b - a).length() / 2.6) as usize;
            for i in 0..count {
                let p = a.lerp(b, (i as f64 + 0.5) / count as f64) + (at - a.lerp(b, 0.5)).normalize() * 0.5;
                mesh.boxed(&Rect::new(p, (b - a).normalize(), 1.3, 0.9), u + 9.0, u + 10.3, stone);
            }
            for i in 0..10 {
                let d = unit_vector(i as f64 * 0.6283);
                mesh.boxed(&Rect::new(a + d * (tower * 0.88), d, 0.9, 1.5), u + high, u + high + 1.3, stone);
            }
        }
    }
    let hall = rect.part(-20.0, 12.0, 30.0, 13.0);
    gabled(mesh, &hall, u - 6.0, u + 8.0, 3.6, hex(0xd9cdb3), hex(0xa85d43));
    mesh.flat(Matter::Solid, &rect.part(0.0, 0.0, 80.0, 54.0).corners(), u + 0.6, hex(0x9c9168));
    let pole = c[2].extend(u + 25.0);
    mesh.beam(pole, pole + DVec3::Z * 9.0, 0.2, hex(0xe8e4d8));
    let flag = |x: f64, z: f64| pole + DVec3::new(x, 0.2, z);
    for (a, b, z0, z1, color) in [(0.1, 1.6, 6.6, 9.0, 0x2f6a46), (1.6, 4.0, 6.6, 9.0, 0xa8322c)] {
        let p = [flag(a, z0), flag(b, z0), flag(b, z1), flag(a, z1)];
        mesh.quad(Matter::Solid, p, hex(color));
        mesh.quad(Matter::Solid, [p[1], p[0], p[3], p[2]], hex(color));
    }
}
