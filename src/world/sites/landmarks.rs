//! Landmarks: a stadium for 40,000 and a castle on a hill with its church. Origin on the ground in the middle.

use super::parts::{GALVANISED, GLASS, LIT_COOL, LIT_LAMP, LIT_WARM};
use super::pen::{Face, P, Pen, faces, placed, turned};
use super::{Builder, Extent, Fixture, font};
use crate::bake::det::{Rng, unit_vector};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rgb, Surface, blend, hex, scale};
use glam::{DAffine3, DVec2, DVec3};
use std::f64::consts::TAU;

/// A stadium of 230 by 190 m; `along` is the pitch's long axis.
pub fn stadium(id: &str, at: DVec3, along: DVec2, name: &'static str, seed: u64) -> Vec<Fixture> {
    let mut site = Builder::new(seed, placed(at, along));
    let feature = Feature::new(id, "stadium", name, "football, 40,000 seats", 41.0).year(2003);
    site.add(DAffine3::IDENTITY, Extent(122.0, 44.0, 0), Some(feature), move |pen| bowl(pen, name, seed));
    for k in 0..16 {
        let d = unit_vector(TAU * f64::from(k) / 16.0);
        site.lamp([d.x * 70.0, d.y * 52.0, 38.0], 60.0, 5200.0);
    }
    site.fixtures
}

/// A rounded rectangle: half axes, and how far around (0..=1).
fn oval(half: DVec2, t: f64) -> DVec2 {
    let d = unit_vector(TAU * t);
    // A superellipse of degree four by two square roots.
    let root = |v: f64| v.abs().sqrt().copysign(v);
    let s = DVec2::new(root(d.x), root(d.y));
    let mixed = s * 0.6 + d * 0.4;
    mixed * half
}

fn bowl(pen: &mut Pen, name: &str, seed: u64) {
    let count = [16, 24, 32, 64, 96][pen.level];
    let at = |half: (f64, f64), k: usize, z: f64| -> P {
        let p = oval(DVec2::new(half.0, half.1), (k % count) as f64 / count as f64);
        [p.x, p.y, z]
    };
    // The pitch and its stripes.
    pen.of(Surface::Grass);
    let stripes = if pen.level >= 2 { 12 } else { 1 };
    pen.quad([[-62.0, -43.0, 0.05], [62.0, -43.0, 0.05], [62.0, 43.0, 0.05], [-62.0, 43.0, 0.05]], hex(0x4a5f33));
    for k in 0..stripes {
        let [x0, x1] = [k, k + 1].map(|k| -52.5 + 105.0 * f64::from(k) / f64::from(stripes));
        pen.quad(
            [[x0, -34.0, 0.12], [x1, -34.0, 0.12], [x1, 34.0, 0.12], [x0, 34.0, 0.12]],
            if k % 2 == 0 { hex(0x4f7032) } else { hex(0x5a7d3a) },
        );
    }
    if pen.level >= 3 {
        pitch_lines(pen);
    }
    // Two tiers of seats: rising rings, inside lit by the sky, each block a little different.
    // Half axes of its inner and outer edge, and their heights.
    type Tier = ((f64, f64), (f64, f64), f64, f64);
    let tiers: [Tier; 2] = [((66.0, 47.0), (86.0, 66.0), 1.2, 11.0), ((88.0, 68.0), (108.0, 87.0), 15.0, 31.0)];
    let mut lot = Rng::new(seed);
    for (tier, (inner, outer, z0, z1)) in tiers.into_iter().enumerate() {
        let rows = [1, 1, 2, 6, 16][pen.level];
        pen.of(Surface::Concrete);
        for k in 0..count {
            let aisle = k % 6 == 0 && pen.level >= 3;
            let seats = if aisle {
                hex(0x8f8b82)
            } else {
                blend(
                    hex(0x27456a),
                    hex(0x8d9aa5),
                    0.25 * lot.unit() as f32 + if (k + tier * 3) % 12 < 2 { 0.6 } else { 0.0 },
                )
            };
            for r in 0..rows {
                let [t0, t1] = [r, r + 1].map(|r| f64::from(r) / f64::from(rows));
                let mix = |t: f64| (inner.0 + (outer.0 - inner.0) * t, inner.1 + (outer.1 - inner.1) * t);
                let [za, zb] = [t0, t1].map(|t| z0 + (z1 - z0) * t);
                if pen.level >= 4 {
                    pen.quad(
                        [at(mix(t0), k, za), at(mix(t0), k, zb), at(mix(t0), k + 1, zb), at(mix(t0), k + 1, za)],
                        scale(seats, 0.6),
                    );
                    pen.quad(
                        [at(mix(t0), k, zb), at(mix(t1), k, zb), at(mix(t1), k + 1, zb), at(mix(t0), k + 1, zb)],
                        seats,
                    );
                } else {
                    pen.quad(
                        [at(mix(t0), k, za), at(mix(t1), k, zb), at(mix(t1), k + 1, zb), at(mix(t0), k + 1, za)],
                        scale(seats, 0.9),
                    );
                }
            }
            // The wall under the tier's front.
            let low = if tier == 0 { 0.0 } else { 11.0 };
            pen.quad([at(inner, k + 1, low), at(inner, k, low), at(inner, k, z0), at(inner, k + 1, z0)], hex(0x5d6062));
        }
    }
    facade(pen, count, &at);
    roof(pen, count, &at);
    if pen.level >= 3 {
        let f = Face::new([-30.0, -95.6, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 60.0, 40.0);
        pen.of(Surface::Metal);
        pen.relief(&f, [4.0, 22.0, 56.0, 28.0], 0.6, hex(0x27456a));
        let out = Face { origin: f.at(0.0, 0.0, 0.6).into(), ..f };
        font::write(pen, &out, (30.0, 23.3), 3.4, &name.to_uppercase(), hex(0xe0e2de));
    }
}

fn pitch_lines(pen: &mut Pen) {
    let (white, z) = (hex(0xd5d6cf), 0.16);
    pen.of(Surface::Plain);
    let mut line = |x0: f64, y0: f64, x1: f64, y1: f64| {
        let (a, b) = (x0.min(x1) - 0.06, x0.max(x1) + 0.06);
        let (c, d) = (y0.min(y1) - 0.06, y0.max(y1) + 0.06);
        pen.quad([[a, c, z], [b, c, z], [b, d, z], [a, d, z]], white);
    };
    for y in [-34.0, 34.0] {
        line(-52.5, y, 52.5, y);
    }
    line(0.0, -34.0, 0.0, 34.0);
    for s in [-1.0, 1.0] {
        line(s * 52.5, -34.0, s * 52.5, 34.0);
        for (deep, wide) in [(16.5, 20.15), (5.5, 9.15)] {
            line(s * (52.5 - deep), -wide, s * (52.5 - deep), wide);
            for y in [-wide, wide] {
                line(s * (52.5 - deep), y, s * 52.5, y);
            }
        }
    }
    for k in 0..32 {
        let [a, b] = [k, k + 1].map(|k| unit_vector(TAU * f64::from(k) / 32.0));
        let p = |d: DVec2, r: f64| [d.x * r, d.y * r, z];
        pen.quad([p(a, 9.1), p(a, 9.2), p(b, 9.2), p(b, 9.1)], white);
    }
}

type At<'a> = &'a dyn Fn((f64, f64), usize, f64) -> P;

/// Concrete frames with glass between them, and a skin of fins above.
fn facade(pen: &mut Pen, count: usize, at: At) {
    let outer = (113.0, 92.0);
    let mut lot = Rng::new(4);
    for k in 0..count {
        pen.of(Surface::Concrete);
        let wall = |pen: &mut Pen, z0: f64, z1: f64, foot: Rgb, top: Rgb| {
            let p = [at(outer, k, z0), at(outer, k + 1, z0), at(outer, k + 1, z1), at(outer, k, z1)];
            pen.quad_shaded(p, [foot, foot, top, top]);
        };
        wall(pen, 0.0, 1.0, hex(0x5d5b56), hex(0x8f8b82));
        for (z0, z1) in [(1.0, 6.0), (7.0, 12.0), (13.0, 18.0)] {
            let lit = if lot.chance(0.6) { lot.pick(&[LIT_COOL, LIT_WARM]) } else { 0 };
            pen.glass([at(outer, k, z0), at(outer, k + 1, z0), at(outer, k + 1, z1), at(outer, k, z1)], GLASS, lit);
            wall(pen, z1, z1 + 1.0, hex(0x9a968c), hex(0xa9a59a));
        }
        let fin = hex([0xb9bcb8, 0xc6c8c4, 0xadb1ae][k % 3]);
        pen.of(Surface::Metal);
        wall(pen, 19.0, 34.0, scale(fin, 0.9), fin);
        if pen.level >= 3 {
            pen.of(Surface::Concrete).bar(at(outer, k, 0.0), at(outer, k, 34.0), 0.7, 1.0, hex(0xa9a59a));
        }
        // The concourse between the tiers' backs and the skin.
        let p =
            [at((108.0, 87.0), k, 31.0), at(outer, k, 34.0), at(outer, k + 1, 34.0), at((108.0, 87.0), k + 1, 31.0)];
        pen.of(Surface::Concrete).quad(p, hex(0x7f7c75));
    }
}

/// A ring of roof over the seats, on trusses, open over the pitch.
fn roof(pen: &mut Pen, count: usize, at: At) {
    let (inner, outer) = ((72.0, 52.0), (116.0, 95.0));
    let (z0, z1) = (39.5, 36.0);
    pen.of(Surface::Metal);
    for k in 0..count {
        let p = [at(inner, k, z0), at(outer, k, z1), at(outer, k + 1, z1), at(inner, k + 1, z0)];
        let c = hex([0xc9cac5, 0xd1d2cd][k % 2]);
        pen.quad(p, c);
        pen.quad([p[3], p[2], p[1], p[0]].map(|q| [q[0], q[1], q[2] - 0.5]), scale(c, 0.5));
        let edge = [at(inner, k + 1, z0 - 1.0), at(inner, k, z0 - 1.0), at(inner, k, z0), at(inner, k + 1, z0)];
        pen.quad(edge, scale(c, 0.85));
        if pen.level >= 2 && k % 2 == 0 {
            pen.bar(at(inner, k, z0 - 0.6), at(outer, k, z1 + 4.0), 0.5, 1.0, GALVANISED);
            pen.bar(at(outer, k, z1 + 4.0), at(outer, k, 20.0), 0.5, 0.7, GALVANISED);
        }
        if pen.level >= 3 && k % 3 == 0 {
            let [x, y, _] = at((74.0, 54.0), k, 0.0);
            pen.glass(
                [
                    [x - 1.0, y + 0.6, z0 - 1.2],
                    [x + 1.0, y + 0.6, z0 - 1.2],
                    [x + 1.0, y - 0.6, z0 - 1.2],
                    [x - 1.0, y - 0.6, z0 - 1.2],
                ],
                hex(0xd9d6c8),
                LIT_LAMP,
            );
        }
    }
}

/// A castle of towers and walls with a church inside, for the top of a hill; walls go 8 m into the ground, so that a
/// slope does not show their foot.
pub fn castle(id: &str, at: DVec3, along: DVec2, name: &'static str, seed: u64) -> Vec<Fixture> {
    let mut site = Builder::new(seed, placed(at, along));
    let feature = Feature::new(id, "castle", name, "museum", 26.0).year(1288);
    site.add(DAffine3::IDENTITY, Extent(62.0, 28.0, 0), Some(feature), move |pen| walls(pen, seed));
    let church = Feature::new(format!("{id}-church"), "church", "Cathedral", "church", 58.0).year(1342);
    site.add(turned([2.0, 0.0, 0.6], 0.0), Extent(34.0, 59.0, 0), Some(church), cathedral);
    for [x, y] in [[-40.0, 0.0], [40.0, 0.0], [0.0, -26.0]] {
        site.lamp([x, y, 5.0], 26.0, 2700.0);
    }
    site.fixtures
}

const STONE: Rgb = hex(0xa3947a);

fn walls(pen: &mut Pen, seed: u64) {
    let corners: [[f64; 2]; 6] =
        [[-52.0, -22.0], [-10.0, -34.0], [44.0, -30.0], [56.0, 4.0], [38.0, 34.0], [-44.0, 30.0]];
    let mut lot = Rng::new(seed);
    pen.of(Surface::Rock);
    let (foot, top) = (-8.0, 9.0);
    for k in 0..6 {
        let (a, b) = (DVec2::from(corners[k]), DVec2::from(corners[(k + 1) % 6]));
        let length = (b - a).length();
        let mut p = pen.within(placed(((a + b) * 0.5).extend(0.0), (b - a) / length));
        let h = length * 0.5;
        let pieces = if p.level >= 3 { (length / 6.0) as usize } else { 1 };
        for i in 0..pieces {
            let [x0, x1] = [i, i + 1].map(|i| -h + length * i as f64 / pieces as f64);
            let c = scale(STONE, 0.92 + 0.16 * lot.unit() as f32);
            p.quad_shaded(
                [[x0, -1.2, foot], [x1, -1.2, foot], [x1, -1.2, top], [x0, -1.2, top]],
                [scale(c, 0.6), scale(c, 0.6), c, c],
            );
            p.quad_shaded(
                [[x1, 1.2, 0.0], [x0, 1.2, 0.0], [x0, 1.2, top - 1.2], [x1, 1.2, top - 1.2]],
                [scale(c, 0.7), scale(c, 0.7), c, c],
            );
            p.quad(
                [[x0, -1.2, top - 1.2], [x1, -1.2, top - 1.2], [x1, 1.2, top - 1.2], [x0, 1.2, top - 1.2]],
                scale(c, 1.05),
            );
        }
        if p.level >= 2 {
            let teeth = (length / 2.4) as usize;
            for i in 0..teeth {
                let x = -h + length * (i as f64 + 0.5) / teeth as f64;
                p.block([x - 0.7, -1.2, top - 1.2], [x + 0.7, -0.6, top + 0.6], scale(STONE, 1.03));
            }
        }
        tower(&mut pen.shifted(a.x, a.y, 0.0), if k % 2 == 0 { 4.6 } else { 3.8 }, 13.0 + 2.0 * (k % 3) as f64);
    }
    let mut keep = pen.shifted(-34.0, 8.0, 0.0);
    keep.block([-8.0, -7.0, -4.0], [8.0, 7.0, 24.0], scale(STONE, 1.02));
    crown(&mut keep, 8.0, 7.0, 24.0);
    if keep.level >= 3 {
        for f in faces([-8.0, -7.0, 0.0], [8.0, 7.0, 24.0]) {
            for (x, z) in [(4.0, 8.0), (9.0, 8.0), (4.0, 15.0), (9.0, 15.0)] {
                keep.pane(&f, [x - 0.5, z, x + 0.5, z + 2.0], 0.04, GLASS, if z > 10.0 { LIT_WARM } else { 0 });
            }
        }
    }
    pen.of(Surface::Grass);
    let court: Vec<P> = corners.iter().map(|c| [c[0] * 0.97, c[1] * 0.97, 0.5]).collect();
    pen.poly(&court, hex(0x7a7a50));
}

fn tower(pen: &mut Pen, r: f64, high: f64) {
    let sides = [6, 8, 10, 16, 24][pen.level];
    pen.of(Surface::Rock).cone([0.0, 0.0, -8.0], [0.0, 0.0, high], r * 1.08, r, sides, scale(STONE, 0.6), STONE);
    pen.disc([0.0, 0.0, high - 0.6], [0.0, 0.0, 1.0], r, sides, scale(STONE, 0.8));
    if pen.level >= 2 {
        for k in 0..10 {
            let d = unit_vector(TAU * f64::from(k) / 10.0);
            let mut p = pen.within(placed((d * (r - 0.35)).extend(high - 0.1), d));
            p.block([-0.4, -0.7, 0.0], [0.4, 0.7, 1.3], scale(STONE, 1.04));
        }
    }
}

/// Battlements around a square tower.
fn crown(pen: &mut Pen, h: f64, w: f64, z: f64) {
    if pen.level < 2 {
        return;
    }
    for s in [-1.0, 1.0] {
        for k in 0..6 {
            let t = (f64::from(k) + 0.5) / 6.0 * 2.0 - 1.0;
            pen.post([t * h, s * (w - 0.35), z], [1.3, 0.7, 1.5], STONE);
            pen.post([s * (h - 0.35), t * w, z], [0.7, 1.2, 1.5], STONE);
        }
    }
}

/// Nave and aisles, two towers with spires in the west (-x), a crossing, an apse.
fn cathedral(pen: &mut Pen) {
    let (wall, roof) = (hex(0xb9ac92), hex(0x6b5a4e));
    pen.of(Surface::Plaster);
    pen.block([-18.0, -11.0, 0.0], [22.0, 11.0, 9.0], scale(wall, 0.97));
    pen.block([-18.0, -5.5, 0.0], [24.0, 5.5, 17.0], wall);
    pen.block([6.0, -16.0, 0.0], [16.0, 16.0, 16.5], wall);
    pen.of(Surface::RoofTiles);
    let gable = |pen: &mut Pen, x0: f64, x1: f64, w: f64, z: f64, rise: f64| {
        let top = z + rise;
        pen.quad([[x0, -w - 0.4, z - 0.2], [x1, -w - 0.4, z - 0.2], [x1, 0.0, top], [x0, 0.0, top]], roof);
        pen.quad([[x1, w + 0.4, z - 0.2], [x0, w + 0.4, z - 0.2], [x0, 0.0, top], [x1, 0.0, top]], scale(roof, 0.93));
        pen.tri([[x1, -w, z], [x1, w, z], [x1, 0.0, top]], wall);
        pen.tri([[x0, w, z], [x0, -w, z], [x0, 0.0, top]], wall);
    };
    gable(pen, -18.0, 24.0, 5.5, 17.0, 6.0);
    gable(&mut pen.within(turned([11.0, 0.0, 0.0], std::f64::consts::FRAC_PI_2)), -16.0, 16.0, 5.0, 16.5, 5.8);
    for s in [-1.0, 1.0] {
        let p = [[-18.0, s * 11.4, 8.8], [22.0, s * 11.4, 8.8], [22.0, s * 5.5, 12.0], [-18.0, s * 5.5, 12.0]];
        pen.quad(if s < 0.0 { p } else { [p[1], p[0], p[3], p[2]] }, roof);
    }
    let sides = [6, 6, 8, 12, 16][pen.level];
    pen.of(Surface::Plaster).cone([24.0, 0.0, 0.0], [24.0, 0.0, 15.0], 5.4, 5.4, sides, scale(wall, 0.75), wall);
    pen.of(Surface::RoofTiles).cone([24.0, 0.0, 15.0], [24.0, 0.0, 20.5], 5.8, 0.1, sides, roof, roof);
    for y in [-8.0, 8.0] {
        pen.of(Surface::Plaster).block([-25.0, y - 4.0, 0.0], [-17.0, y + 4.0, 33.0], wall);
        pen.block([-25.4, y - 4.4, 33.0], [-16.6, y + 4.4, 34.0], scale(wall, 1.05));
        pen.of(Surface::RoofTiles).cone([-21.0, y, 34.0], [-21.0, y, 56.0], 4.4, 0.1, 8, roof, scale(roof, 1.1));
        pen.of(Surface::Metal).rod([-21.0, y, 55.5], [-21.0, y, 58.0], 0.08, 4, hex(0xb09a4a));
    }
    pen.of(Surface::Plaster).block([-23.0, -4.0, 0.0], [-17.5, 4.0, 21.0], scale(wall, 1.01));
    if pen.level < 2 {
        return;
    }
    // Pointed windows between buttresses; the rose and the portal in the west.
    for s in [-1.0, 1.0] {
        for (y, z0, z1, wide) in [(11.0, 2.5, 6.5, 1.6), (5.5, 12.6, 15.4, 1.5)] {
            let f = if s < 0.0 {
                Face::new([-18.0, -y, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 40.0, 17.0)
            } else {
                Face::new([22.0, y, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 40.0, 17.0)
            };
            for k in 0..7 {
                let x = 3.0 + 5.6 * f64::from(k);
                pen.pane(&f, [x - wide * 0.5, z0, x + wide * 0.5, z1], 0.04, GLASS, LIT_WARM * u8::from(k % 3 == 0));
                pen.tri(
                    [f.at(x - wide * 0.5, z1, 0.04), f.at(x + wide * 0.5, z1, 0.04), f.at(x, z1 + wide, 0.04)],
                    GLASS,
                );
                if pen.level >= 3 && y > 6.0 {
                    pen.of(Surface::Plaster).relief(&f, [x + 2.3, 0.0, x + 3.3, 8.0], 1.4, scale(wall, 0.96));
                }
            }
        }
    }
    let west = Face::new([-23.05, 4.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 8.0, 21.0);
    pen.paint(&west, [2.6, 0.0, 5.4, 4.2], 0.06, hex(0x3f2f22));
    pen.tri([west.at(2.6, 4.2, 0.06), west.at(5.4, 4.2, 0.06), west.at(4.0, 6.6, 0.06)], hex(0x3f2f22));
    let centre = west.at(4.0, 13.5, 0.08);
    pen.disc(centre, [-1.0, 0.0, 0.0], 2.6, 20, GLASS);
    if pen.level >= 3 {
        for k in 0..8 {
            let d = unit_vector(TAU * f64::from(k) / 8.0) * 2.6;
            pen.bar(centre, [centre[0], centre[1] + d.x, centre[2] + d.y], 0.14, 0.14, wall);
        }
        for y in [-8.0, 8.0] {
            for f in faces([-25.0, y - 4.0, 0.0], [-17.0, y + 4.0, 33.0]) {
                for x in [2.4, 5.6] {
                    pen.pane(&f, [x - 0.6, 25.0, x + 0.6, 30.0], 0.04, hex(0x2a2622), 0);
                    pen.pane(&f, [x - 0.45, 15.0, x + 0.45, 18.5], 0.04, hex(0x2a2622), 0);
                }
                pen.relief(&f, [0.0, 22.5, 8.0, 23.1], 0.2, scale(wall, 1.04));
                pen.relief(&f, [0.0, 12.0, 8.0, 12.5], 0.2, scale(wall, 1.04));
            }
        }
    }
}
