//! The factory: assembly hall with a sawtooth roof, high-bay warehouse, press and paint shops, energy centre, offices, car
//! parks under solar panels, AGV lanes between the halls, a test track, a rail siding. Site frame: the pad's own
//! ([`crate::world::layout::FACTORY`]). Interiors are others' work; [`halls`] keeps their places.

mod garden;
mod land;
mod outside;

pub use garden::plants;
pub use land::ground;

use super::buildings::{Office, Shed, parapet};
use super::ground::Area;
use super::parts::{
    DARK, GALVANISED, GLASS, LIT_COOL, SAFETY, flight, gate, railing, roof_machines, sheet_wall, window_band,
};
use super::pen::{Face, Pen, faces, turned};
use super::{Builder, Extent, Hall, font, numbered, plan_from_pad};
use crate::bake::det::{Rng, unit_vector};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rgb, Surface, hex, scale};
use crate::world::layout;
use glam::{DAffine3, DVec2, DVec3};
use std::f64::consts::TAU;

/// Rectangles of the great halls (x0, y0, x1, y1) and the heights of their eaves.
const ASSEMBLY: (Area, f64) = ([-200.0, -30.0, 120.0, 110.0], 13.0);
const HIGH_BAY: (Area, f64) = ([165.0, 5.0, 275.0, 75.0], 36.0);
const PRESS: (Area, f64) = ([-385.0, 78.0, -245.0, 158.0], 17.0);
const PAINT: (Area, f64) = ([-385.0, -60.0, -235.0, 12.0], 20.0);
/// Width of a tooth of the assembly hall's roof.
const TOOTH_M: f64 = 16.0;
/// Height of the halls' floors above the ground outside.
const FLOOR_UP_M: f64 = 0.15;

fn at(x: f64, y: f64) -> DAffine3 {
    DAffine3::from_translation(DVec3::new(x, y, 0.0))
}

fn middle([x0, y0, x1, y1]: Area) -> ([f64; 2], f64, f64) {
    ([(x0 + x1) * 0.5, (y0 + y1) * 0.5], x1 - x0, y1 - y0)
}

/// Where interiors go: inner outlines (0.4 m inside of the walls), floors, gates.
pub fn halls() -> Vec<Hall> {
    let frame = plan_from_pad(&layout::FACTORY);
    let u = layout::FACTORY.ground_u + FLOOR_UP_M;
    let of = |id: &str, name, (area, eaves): (Area, f64), floors: &[f64], gates: &[([f64; 2], f64)]| {
        let [x0, y0, x1, y1] = [area[0] + 0.4, area[1] + 0.4, area[2] - 0.4, area[3] - 0.4];
        let to = |x: f64, y: f64| frame.transform_point3(DVec3::new(x, y, 0.0)).truncate();
        Hall {
            id: id.into(),
            name,
            outline: vec![to(x0, y0), to(x1, y0), to(x1, y1), to(x0, y1)],
            floors_u: floors.iter().map(|z| u + z).collect(),
            ceiling_u: layout::FACTORY.ground_u + eaves - 0.6,
            gates: gates.iter().map(|&([x, y], wide)| (to(x, y).extend(u), wide)).collect(),
        }
    };
    let [ax0, ay0, ax1, ay1] = ASSEMBLY.0;
    let mut doors: Vec<([f64; 2], f64)> = (0..8).map(|k| ([ax0 + 20.0 + 40.0 * f64::from(k), ay0], 5.0)).collect();
    doors.extend((0..8).map(|k| ([ax0 + 20.0 + 40.0 * f64::from(k), ay1], 5.0)));
    doors.extend([([ax1, 40.0], 6.0), ([ax0, 40.0], 6.0)]);
    vec![
        of("hall-assembly", "Assembly hall", ASSEMBLY, &[0.0, 6.0], &doors),
        of("hall-highbay", "High-bay warehouse", HIGH_BAY, &[0.0], &[([165.0, 40.0], 6.0), ([275.0, 40.0], 5.0)]),
        of("hall-press", "Press shop", PRESS, &[-6.0, 0.0], &[([-245.0, 118.0], 6.0)]),
        of("hall-paint", "Paint shop", PAINT, &[0.0, 7.0, 14.0], &[([-235.0, -24.0], 6.0)]),
    ]
}

pub fn site(seed: u64) -> Builder {
    let mut site = Builder::new(seed, plan_from_pad(&layout::FACTORY));
    great_halls(&mut site);
    energy(&mut site);
    small_houses(&mut site);
    outside::build(&mut site);
    site
}

fn great_halls(site: &mut Builder) {
    let seed = site.seed;
    let hall =
        |id: &str, name: &str, usage: &str, high: f64, year| Feature::new(id, "hall", name, usage, high).year(year);
    let ([x, y], long, wide) = middle(ASSEMBLY.0);
    let feature = hall("hall-assembly", "Assembly hall", "final assembly", ASSEMBLY.1 + 5.0, 2009);
    site.add(at(x, y), Extent(178.0, 20.0, 0), Some(feature), move |pen| assembly(pen, long, wide, seed));
    let ([x, y], long, wide) = middle(HIGH_BAY.0);
    let feature = hall("hall-highbay", "High-bay warehouse", "storage, 42,000 pallets", HIGH_BAY.1, 2016);
    site.add(at(x, y), Extent(90.0, 38.0, 0), Some(feature), move |pen| high_bay(pen, long, wide, seed));
    let ([x, y], long, wide) = middle(PRESS.0);
    let feature = hall("hall-press", "Press shop", "stamping of bodies", PRESS.1 + 3.0, 2009);
    site.add(at(x, y), Extent(84.0, 22.0, 0), Some(feature), move |pen| {
        let of = Shed {
            long,
            wide,
            eaves: PRESS.1,
            rise: 0.0,
            wall: hex(0x9aa3a5),
            roof: hex(0x8b8880),
            gate: hex(0x4d5a60),
            gates: [28.0, 35.0],
            docks: false,
            name: "PRESS SHOP",
            seed,
        };
        of.draw(pen);
        band(pen, long, wide, PRESS.1, hex(0x36566b));
    });
    let ([x, y], long, wide) = middle(PAINT.0);
    let feature = hall("hall-paint", "Paint shop", "coating", PAINT.1 + 14.0, 2012);
    site.add(at(x, y), Extent(88.0, 38.0, 0), Some(feature), move |pen| paint_shop(pen, long, wide, seed));
    // Bodies go from the paint shop to assembly by a bridge.
    let feature = Feature::new("body-bridge", "bridge", "Body bridge", "skids with painted bodies", 13.0).year(2012);
    site.add(at(-217.0, -14.0), Extent(22.0, 15.0, 1), Some(feature), |pen| {
        pen.of(Surface::Metal);
        pen.cube([-18.5, -3.0, 8.0], [17.5, 3.0, 12.6], hex(0xb9bdbb));
        let mut lot = Rng::new(3);
        for (k, f) in faces([-18.5, -3.0, 8.0], [17.5, 3.0, 12.6]).iter().enumerate() {
            if k % 2 == 0 && pen.level >= 2 {
                window_band(pen, f, [1.0, 1.4, f.width - 1.0, 3.4], 2.2, hex(0x7c8482), &mut lot);
            }
        }
        pen.of(Surface::Metal);
        for x in [-8.0, 8.0] {
            for y in [-2.2, 2.2] {
                pen.bar([x, y, 0.0], [x, y, 8.0], 0.5, 0.5, hex(0x6a706f));
            }
        }
    });
}

/// A band of the company's colour under the eaves.
fn band(pen: &mut Pen, long: f64, wide: f64, eaves: f64, c: Rgb) {
    if pen.level < 1 {
        return;
    }
    pen.of(Surface::Metal);
    for f in faces([-long * 0.5, -wide * 0.5, 0.0], [long * 0.5, wide * 0.5, eaves]) {
        pen.paint(&f, [0.0, eaves - 2.6, f.width, eaves - 1.0], 0.06, c);
    }
}

fn assembly(pen: &mut Pen, long: f64, wide: f64, seed: u64) {
    let (h, w, z) = (long * 0.5, wide * 0.5, ASSEMBLY.1);
    let wall = hex(0xc3c5c0);
    let mut lot = Rng::of(seed, 0xA55, 0);
    for (k, f) in faces([-h, -w, 0.0], [h, w, z]).iter().enumerate() {
        sheet_wall(pen, f, wall);
        if pen.level < 2 {
            continue;
        }
        let pitch = if k % 2 == 0 { 40.0 } else { 70.0 };
        let count = (f.width / pitch) as usize;
        for i in 0..count {
            let x = f.width * (i as f64 + 0.5) / count as f64;
            gate(pen, f, x, (5.0, 5.2), hex(0x36566b));
            if k % 2 == 0 {
                window_band(
                    pen,
                    f,
                    [x + 5.0, 1.2, x + pitch - 5.0, 3.2].map(|v: f64| v.min(f.width - 0.5)),
                    2.4,
                    hex(0x7c8482),
                    &mut lot,
                );
                pen.of(Surface::Metal);
            }
        }
    }
    band(pen, long, wide, z, hex(0x36566b));
    sawtooth(pen, h, w, z, &mut lot);
    if pen.level >= 3 {
        let f = faces([-h, -w, 0.0], [h, w, z])[0];
        font::write(pen, &f, (h, z - 7.4), 3.0, "MIRANTE MOTORES", hex(0x36566b));
    }
}

/// Teeth across the hall: their steep glass looks north, away from the sun.
fn sawtooth(pen: &mut Pen, h: f64, w: f64, z: f64, lot: &mut Rng) {
    let roof = hex(0x9a9d98);
    if pen.level == 0 {
        pen.of(Surface::Metal);
        pen.quad([[-h, -w, z], [h, -w, z], [h, w, z], [-h, w, z]], roof);
        return;
    }
    let teeth = (2.0 * w / TOOTH_M) as usize;
    let rise = 4.2;
    let strips = [1, 1, 1, 8, 32][pen.level];
    for tooth in 0..teeth {
        let y0 = -w + 2.0 * w * tooth as f64 / teeth as f64;
        let y1 = y0 + 2.0 * w / teeth as f64;
        pen.of(Surface::Metal);
        for k in 0..strips {
            let [x0, x1] = [k, k + 1].map(|k| -h + 2.0 * h * f64::from(k) / f64::from(strips));
            let tone = 0.94 + 0.1 * ((k * 5 + tooth as i32 * 3) % 7) as f32 / 7.0;
            let c = scale(roof, tone);
            pen.quad_shaded(
                [[x0, y0, z], [x1, y0, z], [x1, y1 - 1.2, z + rise], [x0, y1 - 1.2, z + rise]],
                [scale(c, 0.85), scale(c, 0.85), c, c],
            );
            let lit = if lot.chance(0.7) { LIT_COOL } else { 0 };
            pen.glass(
                [[x1, y1, z + 0.5], [x0, y1, z + 0.5], [x0, y1 - 1.2, z + rise], [x1, y1 - 1.2, z + rise]],
                GLASS,
                lit,
            );
            if pen.level >= 4 {
                pen.bar([x0, y1 + 0.02, z + 0.5], [x0, y1 - 1.16, z + rise], 0.12, 0.12, hex(0x7c8482));
            }
        }
        pen.quad([[h, y1, z], [-h, y1, z], [-h, y1, z + 0.5], [h, y1, z + 0.5]], scale(roof, 0.7));
        for s in [-1.0, 1.0] {
            let x = s * h;
            let p = [[x, y0, z], [x, y1, z], [x, y1, z + 0.5], [x, y1 - 1.2, z + rise]];
            let p = if s > 0.0 { p } else { [p[1], p[0], p[3], p[2]] };
            if s > 0.0 {
                pen.quad(p, hex(0xb0b3ae));
            } else {
                pen.poly(&[[x, y1, z], [x, y0, z], [x, y1 - 1.2, z + rise], [x, y1, z + 0.5]], hex(0xb0b3ae));
            }
        }
        if pen.level >= 2 && tooth % 2 == 0 {
            for _ in 0..5 {
                let (x, t) = (lot.range(-h + 6.0, h - 6.0), lot.range(0.2, 0.5));
                let y = y0 + (y1 - y0) * t;
                let foot = z + rise * t * 0.9;
                pen.of(Surface::Metal).post([x, y, foot - 0.4], [lot.range(2.0, 5.0), 2.2, 2.0], hex(0xa6aaa6));
                pen.drum([x + 4.0, y, foot - 0.3], 0.5, 1.6, 8, hex(0x8f9390));
            }
        }
    }
}

fn high_bay(pen: &mut Pen, long: f64, wide: f64, seed: u64) {
    let (h, w, z) = (long * 0.5, wide * 0.5, HIGH_BAY.1);
    pen.of(Surface::Metal);
    // Bands of blue-grey that grow lighter upwards, so that the block melts into the sky.
    let tones = [0x4b6274, 0x5d7485, 0x758996, 0x8f9fa8, 0xa8b4b9, 0xbcc5c8];
    let bands = if pen.level == 0 { 1 } else { tones.len() };
    for f in faces([-h, -w, 0.0], [h, w, z]) {
        let panels = if pen.level >= 4 { (f.width / 6.0) as usize } else { 1 };
        for b in 0..bands {
            let [y0, y1] = [b, b + 1].map(|b| z * b as f64 / bands as f64);
            for p in 0..panels {
                let [x0, x1] = [p, p + 1].map(|p| f.width * p as f64 / panels as f64);
                let shift = if pen.level >= 2 { (p * 5 + b * 3) % 4 } else { 1 };
                let c = scale(hex(tones[if bands == 1 { 3 } else { b }]), 0.96 + 0.025 * shift as f32);
                pen.paint_shaded(&f, [x0, y0, x1, y1], 0.0, if b == 0 { scale(c, 0.75) } else { c }, c);
            }
        }
    }
    pen.of(Surface::Gravel);
    pen.quad([[-h, -w, z - 0.3], [h, -w, z - 0.3], [h, w, z - 0.3], [-h, w, z - 0.3]], hex(0x8b8d8c));
    pen.of(Surface::Metal);
    parapet(pen, h, w, z, hex(0xb9c1c4));
    roof_machines(pen, [-h + 5.0, -w + 5.0, h - 5.0, w - 5.0], z - 0.3, 10, &mut Rng::of(seed, 3, 3));
    if pen.level < 2 {
        return;
    }
    let sides = faces([-h, -w, 0.0], [h, w, z]);
    if pen.level >= 3 {
        font::write(pen, &sides[0], (h, z - 9.0), 5.0, "MIRANTE", hex(0xe0e2de));
        // Stairs on the gable.
        for k in 0..9 {
            let (z, s) = (4.0 * f64::from(k), if k % 2 == 0 { 1.0 } else { -1.0 });
            flight(pen, [-h - 1.0, w * 0.6 - s * 2.4, z], [-h - 1.0, w * 0.6 + s * 2.4, z + 4.0], 1.0, GALVANISED);
            pen.cube([-h - 1.6, w * 0.6 + s * 2.4 - 0.6, z + 3.9], [-h, w * 0.6 + s * 2.4 + 0.6, z + 4.0], GALVANISED);
        }
    }
    // The low front with the docks.
    let front = Shed {
        long: 20.0,
        wide: wide + 20.0,
        eaves: 8.0,
        rise: 0.0,
        wall: hex(0xb9bdbb),
        roof: hex(0x8b8d8c),
        gate: hex(0x4d5a60),
        gates: [0.0, 0.0],
        docks: false,
        name: "",
        seed,
    };
    let mut p = pen.within(turned([h + 10.0, 0.0, 0.0], 0.0));
    front.draw(&mut p);
    let f = faces([-10.0, -wide * 0.5 - 10.0, 0.0], [10.0, wide * 0.5 + 10.0, 8.0])[1];
    for k in 0..14 {
        let x = 4.0 + 5.8 * f64::from(k) + 1.5;
        let raised = f.part(0.0, 1.15, f.width, 6.0);
        gate(&mut p, &raised, x, (2.8, 3.0), hex(0x4d5a60));
        if p.level >= 3 {
            for (a, b) in [(-1.85, -1.45), (1.45, 1.85)] {
                p.relief(&raised, [x + a, -0.1, x + b, 3.5], 0.5, hex(0x1f2021));
            }
            p.relief(&raised, [x - 1.85, 3.3, x + 1.85, 3.75], 0.5, hex(0x1f2021));
            font::write(&mut p, &raised, (x, 4.0), 0.7, &format!("{}", k + 1), hex(0x36566b));
        }
    }
}

fn paint_shop(pen: &mut Pen, long: f64, wide: f64, seed: u64) {
    let of = Shed {
        long,
        wide,
        eaves: PAINT.1,
        rise: 0.0,
        wall: hex(0xb0b5b2),
        roof: hex(0x88877f),
        gate: hex(0x4d5a60),
        gates: [30.0, 30.0],
        docks: false,
        name: "PAINT SHOP",
        seed,
    };
    of.draw(pen);
    band(pen, long, wide, PAINT.1, hex(0x36566b));
    pen.of(Surface::Metal);
    let h = long * 0.5;
    // Air houses in a row, and the stacks of the ovens.
    for k in 0..4 {
        let x = -h + 22.0 + 34.0 * f64::from(k);
        pen.block([x - 12.0, -14.0, PAINT.1 - 0.3], [x + 12.0, 14.0, PAINT.1 + 5.0], hex(0xa2a7a3));
        if pen.level >= 3 {
            for f in faces([x - 12.0, -14.0, PAINT.1 - 0.3], [x + 12.0, 14.0, PAINT.1 + 5.0]) {
                let mut a = 1.0;
                while a + 2.6 < f.width {
                    pen.paint(&f, [a, 1.2, a + 2.2, 4.4], 0.03, hex(0x626866));
                    a += 3.2;
                }
            }
        }
    }
    for k in 0..6 {
        let x = -h + 15.0 + 24.0 * f64::from(k);
        let sides = if pen.level >= 3 { 14 } else { 6 };
        let (foot, top) = ([x, 22.0, PAINT.1 - 0.3], [x, 22.0, PAINT.1 + 15.0]);
        pen.cone(foot, top, 1.0, 0.9, sides, hex(0x8f9390), hex(0xb7bab6));
        pen.disc(top, [0.0, 0.0, 1.0], 0.9, sides, hex(0x1e1f20));
        if pen.level >= 3 {
            for z in [4.0, 9.0, 13.0] {
                pen.cone(
                    [x, 22.0, PAINT.1 + z],
                    [x, 22.0, PAINT.1 + z + 0.3],
                    1.1,
                    1.1,
                    sides,
                    hex(0x7d827f),
                    hex(0x7d827f),
                );
            }
        }
    }
}

fn energy(site: &mut Builder) {
    let seed = site.seed;
    let feature = Feature::new("energy-centre", "hall", "Energy centre", "heat, cold, compressed air", 14.0).year(2009);
    site.add(at(-330.0, 232.0), Extent(40.0, 16.0, 0), Some(feature), move |pen| {
        Shed {
            long: 66.0,
            wide: 34.0,
            eaves: 12.0,
            rise: 0.0,
            wall: hex(0x8d9a9e),
            roof: hex(0x8b8880),
            gate: hex(0xa8602f),
            gates: [14.0, 14.0],
            docks: false,
            name: "ENERGY",
            seed,
        }
        .draw(pen);
    });
    for k in 0..4 {
        let feature = Feature::new(
            numbered("cooling", k + 1),
            "cooling tower",
            format!("Cooling tower {}", k + 1),
            "cooling",
            11.0,
        )
        .year(2009);
        site.add(at(-274.0 + 15.0 * k as f64, 232.0), Extent(10.0, 12.0, 0), Some(feature), cooling_tower);
    }
    let feature = Feature::new("chimney-1", "chimney", "Chimney", "boilers", 48.0).year(2009);
    site.add(at(-372.0, 236.0), Extent(4.0, 49.0, 0), Some(feature), |pen| {
        let sides = [5, 6, 8, 14, 20][pen.level];
        pen.of(Surface::Metal);
        for k in 0..6 {
            let [a, b] = [k, k + 1].map(|k| f64::from(k) / 6.0);
            let c = if k == 5 { hex(0x9c3b2e) } else { hex(0xb4b6b2) };
            pen.cone([0.0, 0.0, 48.0 * a], [0.0, 0.0, 48.0 * b], 2.2 - a, 2.2 - b, sides, scale(c, 0.92), c);
        }
        pen.disc([0.0, 0.0, 48.0], [0.0, 0.0, 1.0], 1.2, sides, hex(0x1e1f20));
        if pen.level >= 3 {
            let ring: Vec<_> =
                (0..=10).map(|k| unit_vector(TAU * f64::from(k) / 10.0) * 2.2).map(|d| [d.x, d.y, 40.0]).collect();
            railing(pen, &ring, GALVANISED);
            for f in faces([-0.2, -1.6, 46.0], [0.2, -1.2, 46.6]) {
                pen.pane(&f, [0.0, 0.0, f.width, f.height], 0.0, hex(0x7a2a24), super::parts::LIT_RED);
            }
        }
    });
    for k in 0..3 {
        let feature = Feature::new(
            numbered("gas-tank", k + 1),
            "tank",
            format!("Tank {}", k + 1),
            "nitrogen, oxygen, water",
            13.0,
        )
        .year(2011);
        site.add(at(-205.0 + 9.0 * k as f64, 240.0), Extent(4.0, 14.0, 1), Some(feature), |pen| {
            let sides = if pen.level >= 3 { 18 } else { 8 };
            pen.of(Surface::Paint).drum([0.0, 0.0, 0.8], 2.2, 11.0, sides, hex(0xcfd0ca));
            pen.cone([0.0, 0.0, 11.8], [0.0, 0.0, 12.8], 2.2, 0.5, 12, hex(0xcfd0ca), hex(0xcfd0ca));
        });
    }
}

fn cooling_tower(pen: &mut Pen) {
    pen.of(Surface::Metal);
    let c = hex(0xa9aeaa);
    pen.block([-6.0, -7.0, 0.0], [6.0, 7.0, 7.5], c);
    if pen.level >= 2 {
        for f in faces([-6.0, -7.0, 0.0], [6.0, 7.0, 7.5]) {
            let slats = if pen.level >= 4 { 9 } else { 1 };
            for k in 0..slats {
                let [a, b] = [k, k + 1].map(|k| 0.8 + 3.4 * f64::from(k) / f64::from(slats));
                pen.paint_shaded(&f, [0.4, a, f.width - 0.4, b], 0.04, hex(0x2f3436), hex(0x767d7b));
            }
        }
    }
    let sides = if pen.level >= 3 { 20 } else { 8 };
    pen.cone([0.0, 0.0, 7.5], [0.0, 0.0, 8.6], 5.2, 4.2, sides, scale(c, 0.9), c);
    pen.cone([0.0, 0.0, 8.6], [0.0, 0.0, 11.0], 4.2, 4.7, sides, scale(c, 0.9), c);
    pen.disc([0.0, 0.0, 10.2], [0.0, 0.0, 1.0], 4.5, sides, hex(0x34393b));
    if pen.level >= 3 {
        railing(
            pen,
            &[[-6.0, -7.0, 7.5], [6.0, -7.0, 7.5], [6.0, 7.0, 7.5], [-6.0, 7.0, 7.5], [-6.0, -7.0, 7.5]],
            SAFETY,
        );
        flight(pen, [-7.0, -6.0, 0.0], [-7.0, 6.0, 7.5], 0.9, GALVANISED);
    }
}

fn small_houses(site: &mut Builder) {
    let seed = site.seed;
    let mut office = |id: &str,
                      name: &str,
                      usage: &str,
                      (x, y): (f64, f64),
                      long: f64,
                      wide: f64,
                      floors: usize,
                      wall: u32,
                      glazed: bool| {
        let of = Office { long, wide, floors, wall: hex(wall), glazed, seed: seed ^ long as u64 };
        let mut feature = Feature::new(id, "building", name, usage, of.high_m()).year(2010);
        feature.floors = floors as u16;
        let extent = Extent(DVec2::new(long, wide).length() * 0.5 + 4.0, of.high_m() + 3.5, 0);
        site.add(at(x, y), extent, Some(feature), move |pen| of.draw(pen));
    };
    office("factory-office", "Administration", "offices", (-20.0, -170.0), 84.0, 19.0, 6, 0xc9c8c0, true);
    office("factory-lab", "Development centre", "offices, laboratories", (70.0, -215.0), 56.0, 24.0, 4, 0xb4b9bb, true);
    office("canteen", "Canteen", "canteen", (-20.0, -222.0), 46.0, 24.0, 2, 0xbfae94, true);
    office("training", "Training centre", "apprentices", (-240.0, -150.0), 40.0, 16.0, 3, 0xb79a7c, false);
    let feature = Feature::new("gatehouse", "building", "Gatehouse", "main gate", 5.0).year(2009);
    site.add(at(-120.0, -284.0), Extent(22.0, 7.0, 1), Some(feature), |pen| {
        pen.of(Surface::Metal);
        pen.cube([-20.0, -5.0, 5.2], [20.0, 5.0, 5.9], hex(0xc9cac5));
        for x in [-17.0, -6.0, 6.0, 17.0] {
            pen.post([x, 0.0, 0.0], [0.4, 0.4, 5.2], hex(0x6a706f));
        }
        pen.cube([-2.2, -3.6, 0.1], [2.2, 3.6, 3.2], hex(0xb9bdbb));
        for f in faces([-2.2, -3.6, 0.1], [2.2, 3.6, 3.2]) {
            pen.pane(&f, [0.2, 0.9, f.width - 0.2, 2.4], 0.03, GLASS, LIT_COOL);
        }
        for (x, s) in [(-3.0, -1.0), (3.0, 1.0)] {
            pen.post([x, -1.0, 0.0], [0.35, 0.35, 1.1], SAFETY);
            pen.bar([x, -1.0, 1.0], [x + s * 3.6, -1.0, 1.0], 0.08, 0.12, hex(0xb9443a));
        }
        if pen.level >= 3 {
            let f = Face::new([-20.0, -5.02, 5.2], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 40.0, 0.7);
            font::write(pen, &f, (20.0, 0.12), 0.46, "MIRANTE MOTORES - PORTARIA", hex(0x36566b));
        }
    });
    let feature = Feature::new("bike-shed", "building", "Bicycle stands", "200 places", 2.6).year(2018);
    site.add(at(-75.0, -250.0), Extent(18.0, 3.0, 2), Some(feature), |pen| {
        pen.of(Surface::Metal);
        pen.cube([-16.0, -2.2, 2.4], [16.0, 2.2, 2.6], hex(0x8f9693));
        for k in 0..9 {
            pen.post([-15.5 + 3.9 * f64::from(k), -2.0, 0.0], [0.12, 0.12, 2.4], GALVANISED);
        }
        if pen.level >= 4 {
            for k in 0..40 {
                let x = -15.0 + 0.76 * f64::from(k);
                pen.rod([x, -0.9, 0.35], [x + 0.05, 0.9, 0.35], 0.32, 3, DARK);
            }
        }
    });
}
