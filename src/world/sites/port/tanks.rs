//! The tank farm: tanks in bunds, gas spheres, pipe racks, loading arms on the quay, the rack for tank trucks.

use super::super::parts::{GALVANISED, LIT_LAMP, SAFETY, flight, railing};
use super::super::pen::{P, Pen, faces, placed, turned};
use super::super::vehicles;
use super::super::{Builder, Extent, font, numbered};
use super::{QUAY_Y, yard};
use crate::bake::det::{Rng, noise, unit_vector};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rgb, Surface, hex, scale};
use glam::{DAffine3, DVec2, DVec3};
use std::f64::consts::{FRAC_PI_2, TAU};

fn at(x: f64, y: f64) -> DAffine3 {
    DAffine3::from_translation(DVec3::new(x, y, 0.0))
}

/// Tanks as (x, y, radius, height); then spheres.
const TANKS: [(f64, f64, f64, f64); 12] = [
    (968.0, -196.0, 27.0, 18.0),
    (1040.0, -196.0, 27.0, 18.0),
    (968.0, -122.0, 27.0, 20.0),
    (1040.0, -122.0, 27.0, 20.0),
    (1122.0, -204.0, 19.0, 16.0),
    (1174.0, -204.0, 19.0, 16.0),
    (1122.0, -152.0, 16.0, 15.0),
    (1168.0, -152.0, 16.0, 15.0),
    (1210.0, -152.0, 14.0, 17.0),
    (960.0, -40.0, 13.0, 14.0),
    (996.0, -40.0, 13.0, 14.0),
    (1032.0, -40.0, 13.0, 14.0),
];
/// Bunds around groups of tanks: x0, y0, x1, y1.
pub const BUNDS: [[f64; 4]; 4] = [
    [932.0, -232.0, 1078.0, -86.0],
    [1094.0, -232.0, 1236.0, -128.0],
    [940.0, -62.0, 1054.0, -18.0],
    [1094.0, -104.0, 1236.0, -20.0],
];

pub fn build(site: &mut Builder) {
    let stored = [
        "crude oil",
        "crude oil",
        "diesel",
        "diesel",
        "kerosene",
        "petrol",
        "petrol",
        "ethanol",
        "vegetable oil",
        "bitumen",
        "lubricants",
        "water",
    ];
    for (k, (x, y, r, high)) in TANKS.into_iter().enumerate() {
        let number = k + 1;
        let cubic = (std::f64::consts::PI * r * r * high / 100.0).round() * 100.0;
        let name = format!("Tank {number} ({}, {cubic} m3)", stored[k]);
        let feature = Feature::new(numbered("tank", number), "tank", name, stored[k], high).year(1998 + k as i16);
        let floating = k < 4;
        let seed = Rng::of(site.seed, 0x7A4C, k as u64).next_u64();
        site.add(at(x, y), Extent(r + 5.5, high + 3.0, 0), Some(feature), move |pen| {
            tank(pen, r, high, floating, number, seed)
        });
    }
    for (k, (x, y)) in [(1128.0, -62.0), (1165.0, -62.0), (1202.0, -62.0)].into_iter().enumerate() {
        let feature =
            Feature::new(numbered("sphere", k + 1), "tank", format!("Gas sphere {} (2500 m3)", k + 1), "LPG", 19.5)
                .year(2003);
        site.add(at(x, y), Extent(13.5, 21.0, 0), Some(feature), sphere);
    }
    for (k, [x0, y0, x1, y1]) in BUNDS.into_iter().enumerate() {
        let feature =
            Feature::new(numbered("bund", k + 1), "wall", format!("Bund {}", k + 1), "keeps a leak in", 1.8).year(1998);
        let (w, d) = (x1 - x0, y1 - y0);
        site.add(
            at((x0 + x1) * 0.5, (y0 + y1) * 0.5),
            Extent(DVec2::new(w, d).length() * 0.5, 1.8, 1),
            Some(feature),
            move |pen| bund(pen, w, d),
        );
    }
    pipes(site);
    for x in [924.0, 1086.0, 1244.0] {
        for y in [-240.0, -74.0, 0.0] {
            yard::mast(site, x, y);
        }
    }
}

fn tank(pen: &mut Pen, r: f64, high: f64, floating: bool, number: usize, seed: u64) {
    let sides = [12, 16, 24, 32, 48][pen.level];
    let mut rng = Rng::new(seed);
    let white = hex(rng.pick(&[0xcfcec6, 0xc4c8c5, 0xd6d3c8]));
    pen.of(Surface::Paint);
    // Courses of plates, each a little different, with rust that runs from the top.
    let courses = if pen.level >= 3 { 6 } else { 1 };
    for course in 0..courses {
        let [z0, z1] = [course, course + 1].map(|k| high * f64::from(k) / f64::from(courses));
        for k in 0..sides {
            let [a, b] = [k, k + 1].map(|k| TAU * (k % sides) as f64 / sides as f64);
            let (da, db) = (unit_vector(a), unit_vector(b));
            let p = [
                [da.x * r, da.y * r, z0],
                [db.x * r, db.y * r, z0],
                [db.x * r, db.y * r, z1],
                [da.x * r, da.y * r, z1],
            ];
            let n = [da, db, db, da].map(|d| d.extend(0.0));
            let stain = |d: DVec2, z: f64| {
                let streak = noise(seed, DVec2::new(d.x * 9.0 + d.y * 5.0, z * 0.03)) as f32;
                let rust = (streak - 0.25).max(0.0) * (z / high) as f32 * 0.7;
                let c = scale(white, if z < 0.1 { 0.7 } else { 0.94 + 0.05 * (course % 2) as f32 });
                crate::bake::mesh::blend(c, hex(0x7a5a44), rust)
            };
            pen.quad_round(p, n, [stain(da, z0), stain(db, z0), stain(db, z1), stain(da, z1)]);
        }
    }
    if floating {
        // A floating roof below the rim.
        let z = high - rng.range(1.5, high * 0.45);
        pen.disc([0.0, 0.0, z], [0.0, 0.0, 1.0], r - 0.3, sides, hex(0x8e8c84));
        for k in 0..sides {
            let [a, b] = [k, k + 1].map(|k| unit_vector(TAU * (k % sides) as f64 / sides as f64));
            pen.quad(
                [[b.x * r, b.y * r, z], [a.x * r, a.y * r, z], [a.x * r, a.y * r, high], [b.x * r, b.y * r, high]],
                hex(0x6d6b66),
            );
        }
        if pen.level >= 3 {
            flight(pen, [-r * 0.3, 0.0, z + 0.1], [r - 1.0, 0.0, high], 0.9, GALVANISED);
        }
    } else {
        pen.cone([0.0, 0.0, high], [0.0, 0.0, high + r * 0.11], r, 0.3, sides, scale(white, 0.95), scale(white, 1.04));
    }
    if pen.level < 2 {
        return;
    }
    pen.of(Surface::Metal);
    for z in [high * 0.66, high - 0.5] {
        let c = scale(white, 0.75);
        pen.cone([0.0, 0.0, z], [0.0, 0.0, z + 0.3], r + 0.18, r + 0.18, sides, c, c);
    }
    if pen.level < 3 {
        return;
    }
    // The stairs wind up the shell.
    let steps = 12;
    for k in 0..steps {
        let [a, b] = [k, k + 1].map(|k| {
            (
                unit_vector(-2.4 + 1.7 * f64::from(k) / f64::from(steps)) * (r + 0.6),
                high * f64::from(k) / f64::from(steps),
            )
        });
        flight(pen, [a.0.x, a.0.y, a.1], [b.0.x, b.0.y, b.1], 0.9, GALVANISED);
    }
    let ring: Vec<P> =
        (0..=24).map(|k| unit_vector(TAU * f64::from(k) / 24.0) * (r - 0.1)).map(|d| [d.x, d.y, high]).collect();
    railing(pen, &ring, GALVANISED);
    // Its number, on a plate that follows the shell.
    let text = format!("T{number:02}");
    let f = super::super::pen::Face::new([-2.6, -r - 0.06, high * 0.55], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 5.2, 3.0);
    font::write(pen, &f, (2.6, 0.0), 2.2, &text, hex(0x2f4f68));
    // The nozzle and its valve.
    pen.rod([0.0, -r + 0.2, 0.9], [0.0, -r - 5.0, 0.9], 0.28, 8, hex(0x9da19d));
    pen.rod([0.0, -r - 1.8, 0.4], [0.0, -r - 1.8, 1.9], 0.32, 8, hex(0x8f3a2c));
    pen.disc([0.0, -r - 1.8, 2.0], [0.0, 0.0, 1.0], 0.5, 10, hex(0x8f3a2c));
}

fn sphere(pen: &mut Pen) {
    let white = hex(0xd2d1c9);
    let (sides, rings) = [(8, 6), (12, 8), (16, 10), (24, 16), (32, 20)][pen.level];
    pen.of(Surface::Paint);
    let m = pen.plan_from_local.transform_point3(DVec3::new(0.0, 0.0, 11.0));
    pen.mesh.blob(m, DVec3::splat(8.4), (sides, rings), |z| scale(white, 0.8 + 0.2 * z as f32), |_, _| 1.0);
    if pen.level < 1 {
        return;
    }
    for k in 0..8 {
        let d = unit_vector(TAU * f64::from(k) / 8.0) * 8.2;
        pen.rod([d.x, d.y, 0.0], [d.x, d.y, 11.0], 0.35, if pen.level >= 3 { 8 } else { 4 }, scale(white, 0.85));
        if pen.level >= 3 {
            let e = unit_vector(TAU * (f64::from(k) + 1.0) / 8.0) * 8.2;
            pen.rod([d.x, d.y, 1.0], [e.x, e.y, 9.0], 0.08, 4, GALVANISED);
            pen.rod([d.x, d.y, 9.0], [e.x, e.y, 1.0], 0.08, 4, GALVANISED);
        }
    }
    if pen.level >= 3 {
        pen.drum([0.0, 0.0, 19.2], 1.4, 0.4, 10, GALVANISED);
        flight(pen, [9.6, -8.0, 0.0], [9.6, 4.0, 10.0], 0.9, GALVANISED);
        flight(pen, [9.0, 4.0, 10.0], [1.2, 1.0, 19.4], 0.9, GALVANISED);
    }
}

fn bund(pen: &mut Pen, w: f64, d: f64) {
    pen.of(Surface::Concrete);
    let c = hex(0x918c82);
    let (x, y, t) = (w * 0.5, d * 0.5, 0.35);
    for (low, high) in [
        ([-x, -y, 0.0], [x, -y + t, 1.8]),
        ([-x, y - t, 0.0], [x, y, 1.8]),
        ([-x, -y + t, 0.0], [-x + t, y - t, 1.8]),
        ([x - t, -y + t, 0.0], [x, y - t, 1.8]),
    ] {
        pen.block(low, high, c);
    }
    if pen.level >= 3 {
        flight(pen, [x * 0.3, -y - 2.0, 0.0], [x * 0.3, -y, 1.9], 1.0, GALVANISED);
        flight(pen, [x * 0.3, -y + 2.4, 0.0], [x * 0.3, -y + 0.4, 1.9], 1.0, GALVANISED);
    }
}

/// Pipe racks, the loading arms on the quay, the truck racks, the pump house.
fn pipes(site: &mut Builder) {
    let racks = [
        ([924.0, -248.0], [1240.0, -248.0]),
        ([1086.0, -248.0], [1086.0, -8.0]),
        ([1085.0, -310.0], [1085.0, -248.0]),
        ([930.0, -8.0], [1240.0, -8.0]),
    ];
    for (k, (a, b)) in racks.into_iter().enumerate() {
        let (a, b) = (DVec2::from(a), DVec2::from(b));
        let length = (b - a).length();
        let feature =
            Feature::new(numbered("pipes", k + 1), "pipes", format!("Pipe rack {}", k + 1), "product lines", 6.0)
                .year(1998);
        site.add(
            placed(((a + b) * 0.5).extend(0.0), (b - a) / length),
            Extent(length * 0.5 + 2.0, 6.0, 1),
            Some(feature),
            move |pen| {
                pipe_rack(pen, length);
            },
        );
    }
    for k in 0..4 {
        let feature = Feature::new(
            numbered("arm", k + 1),
            "loading arm",
            format!("Loading arm {}", k + 1),
            "tanker loading",
            17.0,
        );
        let frame = placed(DVec3::new(1073.0 + 8.0 * k as f64, QUAY_Y + 7.0, 0.0), DVec2::NEG_Y);
        site.add(frame, Extent(16.0, 18.0, 1), Some(feature.year(2001)), move |pen| {
            pen.of(Surface::Metal);
            let c = hex(0xb7b6ae);
            let sides = if pen.level >= 3 { 10 } else { 5 };
            pen.rod([0.0, 0.0, 0.0], [0.0, 0.0, 9.0], 0.45, sides, c);
            let knee = [4.0 - k as f64 * 0.5, 0.0, 17.0];
            pen.rod([0.0, 0.0, 9.0], knee, 0.3, sides, c);
            pen.rod(knee, [12.0, 0.0, 8.2], 0.3, sides, c);
            pen.bar([0.0, 0.0, 9.0], [-2.2, 0.0, 5.0], 0.9, 1.4, SAFETY);
        });
    }
    let racks = Feature::new("truck-rack", "loading rack", "Tank truck loading", "eight bays", 7.5).year(2004);
    site.add(at(1090.0, 90.0), Extent(38.0, 8.0, 0), Some(racks), truck_rack);
    let pumps = Feature::new("pump-house", "building", "Pump house", "product pumps", 5.0).year(1998);
    site.add(at(1180.0, 20.0), Extent(20.0, 6.0, 1), Some(pumps), |pen| {
        pen.of(Surface::Metal);
        pen.block([-16.0, -7.0, 0.0], [16.0, 7.0, 5.0], hex(0xa7aca8));
        if pen.level >= 3 {
            for f in faces([-16.0, -7.0, 0.0], [16.0, 7.0, 5.0]) {
                let mut x = 2.0;
                while x + 3.0 < f.width {
                    pen.paint(&f, [x, 2.6, x + 2.4, 4.2], 0.03, hex(0x565d5e));
                    x += 4.0;
                }
            }
        }
    });
}

fn pipe_rack(pen: &mut Pen, length: f64) {
    let h = length * 0.5;
    pen.of(Surface::Metal);
    if pen.level < 2 {
        pen.cube([-h, -2.0, 4.4], [h, 2.0, 5.6], hex(0x8f9490));
        return;
    }
    let sides = if pen.level >= 4 { 8 } else { 5 };
    for (y, z, r, c) in [
        (-1.5, 5.0, 0.3, 0xb9b7b0),
        (-0.7, 4.95, 0.25, 0x9aa6a4),
        (0.1, 5.0, 0.3, 0xa8925e),
        (0.9, 4.9, 0.2, 0xb9b7b0),
        (1.5, 4.85, 0.15, 0x8f3a2c),
        (-1.0, 6.0, 0.2, 0xa5a8a4),
        (0.6, 6.0, 0.25, 0xb9b7b0),
    ] {
        pen.rod([-h, y, z], [h, y, z], r, sides, hex(c));
    }
    let frames = (length / 9.0).ceil() as usize;
    let c = hex(0x6a706f);
    for k in 0..=frames {
        let x = -h + length * k as f64 / frames as f64;
        for y in [-2.0, 2.0] {
            pen.bar([x, y, 0.0], [x, y, 6.4], 0.25, 0.25, c);
        }
        pen.bar([x, -2.0, 4.6], [x, 2.0, 4.6], 0.2, 0.25, c);
        pen.bar([x, -2.0, 5.7], [x, 2.0, 5.7], 0.2, 0.25, c);
        if pen.level >= 4 {
            pen.of(Surface::Concrete).post([x, -2.0, 0.0], [0.7, 0.7, 0.3], hex(0x8f8b82));
            pen.post([x, 2.0, 0.0], [0.7, 0.7, 0.3], hex(0x8f8b82));
            pen.of(Surface::Metal);
        }
    }
}

fn truck_rack(pen: &mut Pen) {
    pen.of(Surface::Metal);
    pen.cube([-36.0, -7.0, 6.6], [36.0, 7.0, 7.4], hex(0xc6c8c3));
    for k in 0..=8 {
        let x = -36.0 + 9.0 * f64::from(k);
        pen.post([x, 0.0, 0.0], [0.5, 0.5, 6.6], hex(0x6a706f));
        if pen.level >= 3 && k < 8 {
            pen.cube([x + 0.2, -4.0, 3.4], [x + 1.3, 4.0, 3.5], GALVANISED);
            pen.rod([x + 0.6, 0.0, 5.6], [x + 3.6, 0.0, 4.8], 0.1, 6, hex(0xb9b7b0));
            let z = 6.58;
            pen.glass(
                [[x + 3.6, 0.4, z], [x + 4.4, 0.4, z], [x + 4.4, -0.4, z], [x + 3.6, -0.4, z]],
                hex(0xd9d6c8),
                LIT_LAMP,
            );
        }
    }
    if pen.level >= 2 {
        for (k, x) in [-31.5, -13.5, 13.5].into_iter().enumerate() {
            tank_truck(&mut pen.within(turned([x, 0.0, 0.0], FRAC_PI_2)), hex([0xc9ccc8, 0x31506b, 0xa9442f][k]));
        }
    }
}

pub fn tank_truck(pen: &mut Pen, coat: Rgb) {
    if pen.level >= 3 {
        vehicles::tractor(&mut pen.shifted(5.1, 0.0, 0.0), coat);
    } else {
        pen.block([5.6, -1.25, 0.4], [8.0, 1.25, 3.4], coat);
    }
    vehicles::trailer(&mut pen.shifted(-1.5, 0.0, 0.0), vehicles::Load::Empty);
    pen.of(Surface::Paint);
    pen.rod([-8.0, 0.0, 2.35], [4.2, 0.0, 2.35], 1.15, if pen.level >= 4 { 16 } else { 8 }, hex(0xbfc2c0));
    pen.disc([-8.0, 0.0, 2.35], [-1.0, 0.0, 0.0], 1.15, 16, hex(0xa5a8a6));
    pen.disc([4.2, 0.0, 2.35], [1.0, 0.0, 0.0], 1.15, 16, hex(0xa5a8a6));
}
