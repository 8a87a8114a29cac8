//! The other terminals: cars, liquid bulk (tanks, spheres, loading arms), dry bulk (silos, conveyors, heaps), the pilots.

use super::super::parts::{DARK, GALVANISED, GLASS, LIT_LAMP, SAFETY, flight, lattice, railing};
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

pub fn build(site: &mut Builder) {
    cars(site);
    tanks(site);
    bulk(site);
    pilots(site);
}

/// Double rows of new cars; x0, y0, x1, y1 of the field.
pub const CARS: [f64; 4] = [648.0, -238.0, 900.0, 186.0];
pub const CAR_ROW_M: f64 = 17.0;

fn cars(site: &mut Builder) {
    let [x0, y0, x1, y1] = CARS;
    let rows = ((y1 - y0) / CAR_ROW_M).floor() as usize;
    for row in 0..rows {
        let mut rng = Rng::of(site.seed, 0xCA75, row as u64);
        let seed = rng.next_u64();
        let (count, y) = (((x1 - x0 - 8.0) / 2.35) as usize, y0 + CAR_ROW_M * (row as f64 + 0.5));
        let full = if row % 7 == 3 { 0.35 } else { rng.range(0.8, 1.0) };
        let feature = Feature::new(
            numbered("car-row", row + 1),
            "vehicles",
            format!("Car row {} ({} places)", row + 1, count * 2),
            "new cars",
            1.7,
        );
        site.add(at((x0 + x1) * 0.5, y), Extent((x1 - x0) * 0.5, 2.3, 1), Some(feature), move |pen| {
            car_row(pen, count, full, seed)
        });
    }
    for x in [648.0, 774.0, 900.0] {
        for y in [-235.0, -95.0, 45.0, 185.0] {
            yard::mast(site, x, y);
        }
    }
}

/// New cars stand in batches of one model, colours mixed.
fn car_row(pen: &mut Pen, count: usize, full: f64, seed: u64) {
    for side in [-1.0, 1.0] {
        let mut rng = Rng::new(seed ^ side as i64 as u64);
        let (mut left, mut shape, mut here) = (0, vehicles::HATCH, true);
        let mut k = 0;
        while k < count {
            if left == 0 {
                left = rng.int(6, 22);
                shape = rng.pick(&[vehicles::HATCH, vehicles::SALOON, vehicles::SUV, vehicles::SUV, vehicles::VAN]);
                here = rng.chance(full);
            }
            left -= 1;
            let coat = hex(rng.pick(&vehicles::COATS));
            let x = (k as f64 - (count as f64 - 1.0) * 0.5) * 2.35;
            let run = if pen.level <= 1 {
                8
            } else if pen.level == 2 {
                3
            } else {
                1
            };
            if here && pen.level <= 2 {
                let (a, b) = (x - 0.95, x + (run as f64 - 1.0) * 2.35 + 0.95);
                pen.of(Surface::Paint);
                pen.block(
                    [a, side * 2.7 - shape.half, 0.0],
                    [b, side * 2.7 + shape.half, shape.roof * 0.8],
                    scale(coat, 0.8),
                );
            } else if here {
                let angle = if side < 0.0 { -FRAC_PI_2 } else { FRAC_PI_2 };
                vehicles::lean(&mut pen.within(turned([x, side * 2.7, 0.0], angle)), &shape, coat);
            }
            k += run;
        }
    }
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

fn tanks(site: &mut Builder) {
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

fn bulk(site: &mut Builder) {
    for row in 0..2 {
        for k in 0..5 {
            let number = row * 5 + k + 1;
            let (x, y) = (-1170.0 + 17.0 * k as f64, -205.0 + 17.0 * row as f64);
            let feature =
                Feature::new(numbered("silo", number), "silo", format!("Grain silo {number} (4000 t)"), "grain", 42.0)
                    .year(1979);
            let seed = Rng::of(site.seed, 0x5110, number as u64).next_u64();
            site.add(at(x, y), Extent(9.0, 42.0, 0), Some(feature), move |pen| silo(pen, seed));
        }
    }
    let head = Feature::new("silo-head", "building", "Silo head house", "grain elevator", 56.0).year(1979);
    site.add(at(-1136.0, -196.5), Extent(64.0, 57.0, 0), Some(head), head_house);
    for (k, x) in [-1090.0, -990.0].into_iter().enumerate() {
        let feature = Feature::new(
            numbered("unloader", k + 1),
            "crane",
            format!("Ship unloader {} (800 t/h)", k + 1),
            "dry bulk",
            34.0,
        )
        .year(1994);
        site.add(
            placed(DVec3::new(x, QUAY_Y + 13.0, 0.0), DVec2::NEG_Y),
            Extent(40.0, 36.0, 0),
            Some(feature),
            move |pen| unloader(pen, k),
        );
    }
    let galleries: [(P, P); 4] = [
        ([-960.0, QUAY_Y + 28.0, 9.0], [-1200.0, QUAY_Y + 28.0, 9.0]),
        ([-1196.0, QUAY_Y + 28.0, 9.0], [-1196.0, -205.0, 48.0]),
        ([-1090.0, -188.0, 46.0], [-1010.0, -100.0, 24.0]),
        ([-1090.0, QUAY_Y + 28.0, 9.0], [-1060.0, -60.0, 22.0]),
    ];
    for (k, (a, b)) in galleries.into_iter().enumerate() {
        let feature = Feature::new(
            numbered("conveyor", k + 1),
            "conveyor",
            format!("Conveyor {}", k + 1),
            "dry bulk",
            a[2].max(b[2]),
        )
        .year(1994);
        let m = DVec3::from(a).midpoint(b.into());
        let (a, b) = (DVec3::from(a) - m, DVec3::from(b) - m);
        site.add(DAffine3::from_translation(m), Extent(a.length() + 3.0, 50.0, 0), Some(feature), move |pen| {
            gallery(pen, a.to_array(), b.to_array(), m.z);
        });
    }
    for (k, (x, y, r, high, c)) in [
        (-1010.0, -96.0, 24.0, 15.0, 0x9a8c70),
        (-1060.0, -50.0, 30.0, 18.0, 0x4a4743),
        (-1120.0, -40.0, 22.0, 13.0, 0x8d6a52),
        (-1000.0, -20.0, 20.0, 12.0, 0xb3a98f),
        (-1190.0, -60.0, 26.0, 15.0, 0x6d675d),
    ]
    .into_iter()
    .enumerate()
    {
        let feature = Feature::new(numbered("heap", k + 1), "stockpile", format!("Heap {}", k + 1), "dry bulk", high);
        let seed = Rng::of(site.seed, 0x43A9, k as u64).next_u64();
        site.add(at(x, y), Extent(r * 1.12, high, 0), Some(feature), move |pen| heap(pen, r, high, hex(c), seed));
    }
    for x in [-1240.0, -1100.0, -960.0] {
        for y in [-252.0, -130.0, 30.0] {
            yard::mast(site, x, y);
        }
    }
}

fn silo(pen: &mut Pen, seed: u64) {
    pen.of(Surface::Concrete);
    let sides = [8, 12, 16, 20, 28][pen.level];
    let c = hex(0xb3aea2);
    let (r, high) = (8.2, 38.0);
    let bands = if pen.level >= 3 { 5 } else { 1 };
    for band in 0..bands {
        for k in 0..sides {
            let [a, b] = [k, k + 1].map(|k| unit_vector(TAU * (k % sides) as f64 / sides as f64));
            let [z0, z1] = [band, band + 1].map(|k| high * f64::from(k) / f64::from(bands));
            let tone = |d: DVec2, z: f64| {
                let streak = noise(seed, DVec2::new(d.x * 7.0 + d.y * 4.0, z * 0.02)) as f32;
                scale(c, (0.93 + 0.1 * streak) * if z < 0.1 { 0.7 } else { 1.0 })
            };
            let p = [[a.x * r, a.y * r, z0], [b.x * r, b.y * r, z0], [b.x * r, b.y * r, z1], [a.x * r, a.y * r, z1]];
            pen.quad_round(
                p,
                [a, b, b, a].map(|d| d.extend(0.0)),
                [tone(a, z0), tone(b, z0), tone(b, z1), tone(a, z1)],
            );
        }
    }
    pen.disc([0.0, 0.0, high], [0.0, 0.0, 1.0], r, sides, scale(c, 0.95));
}

/// The gallery over the silos and the tower with the elevators.
fn head_house(pen: &mut Pen) {
    pen.of(Surface::Concrete);
    let c = hex(0xbdb8ab);
    pen.cube([-46.0, -5.0, 38.0], [44.0, 5.0, 43.5], c);
    pen.block([-62.0, -9.0, 0.0], [-46.0, 9.0, 54.0], scale(c, 0.97));
    pen.block([-58.0, -4.0, 54.0], [-50.0, 4.0, 57.0], scale(c, 0.9));
    if pen.level < 2 {
        return;
    }
    let mut lot = Rng::new(12);
    for f in faces([-46.0, -5.0, 38.0], [44.0, 5.0, 43.5]) {
        super::super::parts::window_band(pen, &f, [1.5, 2.4, f.width - 1.5, 4.0], 4.5, scale(c, 0.7), &mut lot);
    }
    for f in faces([-62.0, -9.0, 0.0], [-46.0, 9.0, 54.0]) {
        for floor in 0..8 {
            let z = 4.0 + 6.2 * f64::from(floor);
            super::super::parts::window_band(
                pen,
                &f,
                [f.width * 0.35, z, f.width * 0.65, z + 1.8],
                1.8,
                scale(c, 0.7),
                &mut lot,
            );
        }
        pen.paint(&f, [0.4, 0.0, 0.8, 54.0], 0.03, scale(c, 0.8));
    }
    if pen.level >= 3 {
        let f = faces([-46.0, -17.2, 0.0], [44.0, 17.2, 54.0])[0];
        font::write(pen, &f, (45.0, 26.0), 5.0, "SILOS DO MIRANTE", hex(0x55738a));
        railing(pen, &[[-46.0, -5.0, 43.5], [44.0, -5.0, 43.5], [44.0, 5.0, 43.5], [-46.0, 5.0, 43.5]], GALVANISED);
    }
}

/// A travelling unloader with a screw: x to the sea.
fn unloader(pen: &mut Pen, k: usize) {
    pen.of(Surface::Metal);
    let c = hex(0x9a6a35);
    for x in [-6.0, 6.0] {
        for y in [-6.0, 6.0] {
            pen.bar([x, y, 0.8], [x * 0.6, y * 0.6, 14.0], 1.0, 1.0, c);
            pen.block([x - 0.6, y - 2.2, 0.0], [x + 0.6, y + 2.2, 1.2], DARK);
        }
        pen.bar([x, -6.0, 1.8], [x, 6.0, 1.8], 0.9, 1.2, c);
    }
    pen.cube([-5.0, -4.5, 13.5], [5.0, 4.5, 15.0], c);
    pen.cube([-6.0, -3.0, 15.0], [2.0, 3.0, 20.0], hex(0xc3c1b7));
    pen.bar([0.0, 0.0, 17.0], [30.0, 0.0, 25.0 - 2.0 * k as f64], 1.6, 2.2, c);
    pen.bar([-14.0, 0.0, 17.0], [0.0, 0.0, 17.5], 2.4, 2.4, scale(c, 0.9));
    pen.bar([30.0, 0.0, 26.5 - 2.0 * k as f64], [30.0, 0.0, 6.0], 1.2, 1.2, c);
    pen.bar([0.0, 0.0, 19.0], [-1.0, 0.0, 33.0], 0.9, 0.9, c);
    if pen.level >= 2 {
        pen.rod([-1.0, 0.0, 33.0], [26.0, 0.0, 25.0], 0.12, 4, DARK);
        pen.rod([-1.0, 0.0, 33.0], [-13.0, 0.0, 18.2], 0.12, 4, DARK);
        pen.bar([-6.0, 4.8, 15.0], [-12.0, 16.0, 9.5], 1.6, 1.6, hex(0xb3b1a6));
    }
    if pen.level >= 3 {
        for f in faces([2.0, 2.0, 15.0], [4.8, 4.6, 17.8]) {
            pen.pane(&f, [0.1, 0.9, f.width - 0.1, 2.5], 0.02, GLASS, 0);
        }
        pen.cube([2.0, 2.0, 15.0], [4.8, 4.6, 15.9], hex(0xc3c1b7));
        railing(pen, &[[-5.0, -4.5, 15.0], [5.0, -4.5, 15.0], [5.0, 4.5, 15.0], [-5.0, 4.5, 15.0]], SAFETY);
        flight(pen, [-5.0, -7.4, 0.2], [3.0, -7.4, 8.0], 0.9, GALVANISED);
        flight(pen, [3.0, -6.4, 8.0], [-4.0, -5.4, 15.0], 0.9, GALVANISED);
    }
}

/// A closed conveyor gallery between two points, on trestles; `ground` is how far its frame stands above the ground.
fn gallery(pen: &mut Pen, a: P, b: P, ground: f64) {
    pen.of(Surface::Metal);
    let c = hex(0xa9ada6);
    pen.bar(a, b, 3.2, 3.0, c);
    let (pa, pb) = (DVec3::from(a), DVec3::from(b));
    let length = (pb - pa).length();
    let count = (length / 24.0).ceil() as usize;
    for k in 0..=count {
        let p = pa.lerp(pb, k as f64 / count as f64);
        let side = (pb - pa).truncate().perp().normalize_or_zero() * 2.6;
        for s in [-1.0, 1.0] {
            let foot = [p.x + side.x * s, p.y + side.y * s, -ground];
            let top = [p.x + side.x * s * 0.4, p.y + side.y * s * 0.4, p.z - 1.4];
            if pen.level >= 1 {
                pen.bar(foot, top, 0.45, 0.45, hex(0x70766f));
            }
        }
    }
    if pen.level >= 3 {
        let along = (pb - pa) / length;
        let right = along.to_array();
        let out = DVec3::new(along.y, -along.x, 0.0).normalize_or_zero();
        let up = out.cross(along).to_array();
        let o = pa + out * 1.62 - DVec3::from(up) * 1.5;
        let f = super::super::pen::Face::new(o.to_array(), right, up, length, 3.0);
        let mut x = 3.0;
        while x < length - 4.0 {
            pen.pane(&f, [x, 1.5, x + 1.6, 2.4], 0.02, GLASS, 0);
            x += 6.0;
        }
    }
}

fn heap(pen: &mut Pen, r: f64, high: f64, c: Rgb, seed: u64) {
    pen.of(Surface::Soil);
    let (sides, rings) = [(8, 2), (12, 3), (16, 4), (24, 6), (36, 9)][pen.level];
    let point = |ring: usize, k: usize| {
        let t = ring as f64 / rings as f64;
        let d = unit_vector(TAU * (k % sides) as f64 / sides as f64);
        let bump = noise(seed, DVec2::new(d.x * 3.0 + 9.0, d.y * 3.0 + t * 4.0)) * 0.09;
        let rr = r * (1.0 - t) * (1.0 + bump * 1.2);
        [d.x * rr, d.y * rr * 0.9, high * (t + bump * t * (1.0 - t)).min(0.96 + 0.04 * t)]
    };
    for ring in 0..rings {
        for k in 0..sides {
            let tone = 0.8 + 0.25 * (ring as f32 / rings as f32) + 0.06 * ((k * 5 + ring * 3) % 4) as f32 / 4.0;
            pen.quad([point(ring, k), point(ring, k + 1), point(ring + 1, k + 1), point(ring + 1, k)], scale(c, tone));
        }
    }
}

fn pilots(site: &mut Builder) {
    let feature =
        Feature::new("pilot-station", "tower", "Pilot station and traffic tower", "vessel traffic service", 42.0)
            .year(1998);
    site.add(at(-1222.0, QUAY_Y + 40.0), Extent(20.0, 46.0, 0), Some(feature), |pen| {
        pen.of(Surface::Plaster);
        let c = hex(0xcfcbbf);
        pen.block([-16.0, -8.0, 0.0], [16.0, 8.0, 7.2], c);
        let mut lot = Rng::new(5);
        for f in faces([-16.0, -8.0, 0.0], [16.0, 8.0, 7.2]) {
            if pen.level >= 2 {
                for z in [1.0, 4.6] {
                    super::super::parts::window_band(
                        pen,
                        &f,
                        [0.8, z, f.width - 0.8, z + 1.7],
                        2.0,
                        scale(c, 0.7),
                        &mut lot,
                    );
                }
            }
        }
        let sides = if pen.level >= 3 { 16 } else { 8 };
        pen.of(Surface::Concrete);
        pen.cone([0.0, 0.0, 7.0], [0.0, 0.0, 31.0], 3.2, 2.6, sides, scale(c, 0.85), c);
        pen.cone([0.0, 0.0, 31.0], [0.0, 0.0, 33.0], 2.6, 6.4, sides, scale(c, 0.6), scale(c, 0.9));
        pen.cone([0.0, 0.0, 33.0], [0.0, 0.0, 34.0], 6.4, 6.4, sides, c, c);
        for k in 0..sides {
            let [a, b] = [k, k + 1].map(|k| unit_vector(TAU * (k % sides) as f64 / sides as f64));
            pen.glass(
                [
                    [a.x * 6.2, a.y * 6.2, 34.0],
                    [b.x * 6.2, b.y * 6.2, 34.0],
                    [b.x * 6.9, b.y * 6.9, 37.0],
                    [a.x * 6.9, a.y * 6.9, 37.0],
                ],
                GLASS,
                3,
            );
        }
        pen.cone([0.0, 0.0, 37.0], [0.0, 0.0, 38.2], 7.4, 6.0, sides, scale(c, 0.9), c);
        pen.disc([0.0, 0.0, 38.2], [0.0, 0.0, 1.0], 6.0, sides, scale(c, 0.9));
        if pen.level >= 2 {
            pen.of(Surface::Metal);
            lattice(pen, [0.0, 0.0, 38.2], [0.0, 0.0, 45.0], (1.2, 0.6), 5, 0.09, hex(0xb4472f));
            pen.cube([-2.2, -0.2, 44.0], [2.2, 0.2, 44.5], hex(0xd6d3c8));
        }
    });
    site.lamp([-1222.0, QUAY_Y + 30.0, 8.0], 22.0, 3500.0);
}
