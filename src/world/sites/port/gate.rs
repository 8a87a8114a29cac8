//! Landside of the port: truck gates, offices, workshops, sheds, the rail terminal, parking.

use super::super::boxes::{ALL_SIDES, Container, LONG_M, container};
use super::super::buildings::{Office, Shed};
use super::super::parts::{DARK, GALVANISED, GLASS, LIT_COOL, LIT_LAMP, LIT_RED, SAFETY, fence, street_lamp};
use super::super::pen::{Face, Pen, faces, turned};
use super::super::vehicles::{self, Load};
use super::super::{Builder, Extent, font, numbered};
use super::{GATE_X, GATE_Y, LANE_PITCH, LANES, RAIL_Y, TRACK_PITCH, TRACKS, rtg, yard};
use crate::bake::det::Rng;
use crate::bake::feature::Feature;
use crate::bake::mesh::{Surface, hex};
use glam::{DAffine3, DVec2, DVec3};
use std::f64::consts::{FRAC_PI_2, PI};

fn at(x: f64, y: f64) -> DAffine3 {
    DAffine3::from_translation(DVec3::new(x, y, 0.0))
}

pub fn build(site: &mut Builder) {
    lanes(site);
    portals(site);
    truck_park(site);
    houses(site);
    rail(site);
    parking(site);
    border(site);
}

/// Middle of a gate lane; the western half goes in (southward).
pub fn lane_x(lane: usize) -> f64 {
    GATE_X + (lane as f64 - (LANES as f64 - 1.0) * 0.5) * LANE_PITCH
}

/// Whether the barrier of a gate lane is down.
pub fn is_lane_shut(seed: u64, lane: usize) -> bool {
    (seed ^ lane as u64).is_multiple_of(3)
}

fn lanes(site: &mut Builder) {
    let half = LANES as f64 * LANE_PITCH * 0.5 + 2.0;
    let feature = Feature::new("gate-1", "gate", "Truck gate", "entrance and exit of trucks", 8.0).year(2012);
    site.add(at(GATE_X, GATE_Y), Extent(half + 2.0, 8.2, 0), Some(feature), move |pen| canopy(pen, half));
    for lane in 0..LANES {
        let inbound = lane < LANES / 2;
        let way = if inbound { "in" } else { "out" };
        let feature = Feature::new(
            numbered("gate-lane", lane + 1),
            "gate lane",
            format!("Gate lane {} ({way})", lane + 1),
            "one truck at a time, OCR and weighbridge",
            4.6,
        );
        let shut = is_lane_shut(site.seed, lane);
        let angle = if inbound { -FRAC_PI_2 } else { FRAC_PI_2 };
        site.add(turned([lane_x(lane), GATE_Y, 0.0], angle), Extent(9.0, 6.0, 2), Some(feature), move |pen| {
            booth(pen, lane, shut);
        });
        site.lamp([lane_x(lane), GATE_Y, 6.0], 16.0, 4500.0);
    }
}

fn canopy(pen: &mut Pen, half: f64) {
    pen.of(Surface::Metal);
    let white = hex(0xcfd0ca);
    pen.cube([-half, -9.0, 6.4], [half, 9.0, 7.6], white);
    if pen.level < 2 {
        return;
    }
    for f in faces([-half, -9.0, 6.4], [half, 9.0, 7.6]) {
        pen.paint(&f, [0.0, 0.1, f.width, 0.45], 0.02, hex(0x2f4f68));
    }
    for k in 0..=LANES {
        if k % 2 == 1 && pen.level < 3 {
            continue;
        }
        let x = (k as f64 - LANES as f64 * 0.5) * LANE_PITCH;
        for y in [-6.0, 6.0] {
            pen.post([x, y, 0.0], [0.4, 0.4, 6.4], hex(0x7f8684));
        }
    }
    if pen.level < 3 {
        return;
    }
    for (f, text) in [
        (Face::new([-half, -9.0, 6.4], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 2.0 * half, 1.2), "SAIDA"),
        (Face::new([half, 9.0, 6.4], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 2.0 * half, 1.2), "PORTO DO MIRANTE - PORTA 1"),
    ] {
        font::write(pen, &f, (half, 0.5), 0.62, text, hex(0x2f4f68));
    }
    for k in 0..LANES {
        let x = (k as f64 - (LANES as f64 - 1.0) * 0.5) * LANE_PITCH;
        for y in [-5.0, 0.0, 5.0] {
            let z = 6.38;
            pen.glass(
                [[x - 0.5, y + 0.3, z], [x + 0.5, y + 0.3, z], [x + 0.5, y - 0.3, z], [x - 0.5, y - 0.3, z]],
                hex(0xd9d6c8),
                LIT_LAMP,
            );
        }
    }
}

/// One lane, x in the way of travel: its island with the booth on the left, the barrier, the sign and lights.
fn booth(pen: &mut Pen, lane: usize, shut: bool) {
    let y = LANE_PITCH * 0.5;
    pen.of(Surface::Concrete);
    pen.block([-7.0, y - 0.55, 0.0], [7.0, y + 0.55, 0.2], hex(0x9a968c));
    if pen.level >= 3 {
        for x in [-7.2, 7.2] {
            for k in 0..3 {
                let c = if k % 2 == 0 { SAFETY } else { DARK };
                pen.of(Surface::Paint).cone(
                    [x, y, 0.4 * f64::from(k)],
                    [x, y, 0.4 * f64::from(k + 1)],
                    0.16,
                    0.16,
                    8,
                    c,
                    c,
                );
            }
        }
    }
    pen.of(Surface::Metal);
    pen.cube([-1.6, y - 0.62, 0.2], [1.4, y + 0.62, 2.8], hex(0xcdccc4));
    for (k, f) in faces([-1.6, y - 0.62, 0.2], [1.4, y + 0.62, 2.8]).iter().enumerate() {
        pen.pane(f, [0.1, 0.9, f.width - 0.1, 2.1], 0.02, GLASS, if k == 0 { LIT_COOL } else { 0 });
    }
    pen.cube([-1.8, y - 0.72, 2.8], [1.6, y + 0.72, 2.95], hex(0x2f4f68));
    // The barrier.
    pen.post([3.2, y, 0.2], [0.4, 0.4, 1.0], SAFETY);
    let tip = if shut { [3.2, y - 3.4, 1.05] } else { [3.2, y - 0.9, 4.2] };
    let from = DVec3::new(3.2, y, 1.05);
    for k in 0..6 {
        let [a, b] = [k, k + 1].map(|k| from.lerp(tip.into(), f64::from(k) / 6.0).to_array());
        pen.bar(a, b, 0.06, 0.1, if k % 2 == 0 { hex(0xd6d3c8) } else { hex(0x9c2f26) });
    }
    if pen.level < 3 {
        return;
    }
    // The lane's number and lights hang from the canopy.
    let f = Face::new([-6.9, y * 0.0 - 1.2 + y, 5.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 2.4, 1.0);
    pen.relief(&f, [0.0, 0.0, 1.8, 1.0], 0.1, hex(0x26323a));
    font::write(pen, &f.part(0.0, 0.0, 1.8, 1.0), (0.6, 0.2), 0.6, &format!("{}", lane + 1), hex(0xd9d6c8));
    pen.pane(
        &f,
        [1.25, 0.25, 1.7, 0.75],
        0.12,
        if shut { hex(0x7a2a24) } else { hex(0x2f6b4a) },
        if shut { LIT_RED } else { 0 },
    );
    // Cameras and the reader of papers.
    pen.post([-3.0, y, 0.2], [0.25, 0.3, 1.5], hex(0x3f474b));
    pen.post([-4.8, y, 0.2], [0.1, 0.1, 3.6], GALVANISED);
    pen.cube([-5.0, y - 0.1, 3.6], [-4.5, y + 0.1, 3.8], hex(0xd0d0ca));
}

/// Frames over the lanes with cameras that read the containers' numbers.
fn portals(site: &mut Builder) {
    for (k, (x, wide, y)) in
        [(GATE_X - 13.5, 27.0, GATE_Y + 42.0), (GATE_X + 13.5, 27.0, GATE_Y - 34.0)].into_iter().enumerate()
    {
        let feature =
            Feature::new(numbered("ocr", k + 1), "gate", format!("OCR portal {}", k + 1), "reads numbers", 7.0);
        site.add(at(x, y), Extent(wide * 0.5 + 2.0, 7.5, 1), Some(feature), move |pen| {
            pen.of(Surface::Metal);
            let c = hex(0x8f9694);
            for x in [-wide * 0.5, 0.0, wide * 0.5] {
                for y in [-3.0, 3.0] {
                    pen.bar([x, y, 0.0], [x, y, 6.4], 0.35, 0.35, c);
                }
            }
            for y in [-3.0, 3.0] {
                pen.bar([-wide * 0.5, y, 6.4], [wide * 0.5, y, 6.4], 0.4, 0.5, c);
            }
            if pen.level >= 3 {
                for k in 0..12 {
                    let x = -wide * 0.5 + wide * (f64::from(k) + 0.5) / 12.0;
                    pen.bar([x, -3.0, 6.4], [x, 3.0, 6.4], 0.12, 0.2, c);
                    pen.cube([x - 0.15, -3.3, 5.8], [x + 0.15, -2.8, 6.1], DARK);
                }
            }
        });
    }
}

/// Columns of the truck park (their middle, which way the trucks look) and of the chassis park; places are 4.6 m apart.
pub const TRUCK_PARK: [(f64, f64); 4] = [(-308.0, 0.0), (-264.0, PI), (-140.0, 0.0), (-108.0, PI)];
pub const PARK_Y: (f64, f64, usize) = (42.0, 4.6, 30);

/// Trucks that wait for their time slot west of the port's road, chassis without boxes east of it.
fn truck_park(site: &mut Builder) {
    let mut rng = Rng::of(site.seed, 0x7A4C, 1);
    for (column, (x, angle)) in TRUCK_PARK.into_iter().enumerate() {
        for k in 0..PARK_Y.2 {
            let y = PARK_Y.0 + PARK_Y.1 * k as f64;
            let (there, seed) = (rng.chance(if column < 2 { 0.55 } else { 0.45 }), rng.next_u64());
            if !there {
                continue;
            }
            if column < 2 {
                truck(site, &mut rng, x, y, angle);
            } else {
                let load = if seed.is_multiple_of(4) { Load::Container(seed) } else { Load::Empty };
                site.add(turned([x, y, 0.0], angle), Extent(8.0, 4.2, 2), None, move |pen| {
                    vehicles::trailer(pen, load)
                });
            }
        }
    }
    for y in [60.0, 120.0, 178.0] {
        yard::mast(site, -286.0, y);
        yard::mast(site, -124.0, y);
    }
}

fn truck(site: &mut Builder, rng: &mut Rng, x: f64, y: f64, angle: f64) {
    let seed = rng.next_u64();
    let coat = hex(rng.pick(&[0xd4d5d1, 0x8c3b2e, 0x31506b, 0xb8993a, 0x3f5a48, 0x8d9092]));
    let load = if rng.chance(0.75) { Load::Container(seed) } else { Load::Empty };
    site.add(turned([x, y, 0.0], angle), Extent(9.0, 4.0, 2), None, move |pen| vehicles::truck(pen, coat, load));
}

fn houses(site: &mut Builder) {
    let mut shed =
        |k: usize, name: &'static str, usage: &str, x: f64, y: f64, size: [f64; 3], gates: [f64; 2], docks: bool| {
            let feature =
                Feature::new(format!("port-hall-{k:02}"), "hall", name, usage, size[2] + 3.0).year(1996 + 2 * k as i16);
            let of = Shed {
                long: size[0],
                wide: size[1],
                eaves: size[2],
                rise: size[1] * 0.07,
                wall: hex([0xb9bdbb, 0xc4bfb1, 0x9fabb0][k % 3]),
                roof: hex([0x9ba09f, 0x8d8478, 0x7d8a8e][(k + 1) % 3]),
                gate: hex([0x3f5f78, 0x6d3f33, 0x5a6265][k % 3]),
                gates,
                docks,
                name,
                seed: site.seed ^ (k as u64 * 31),
            };
            let extent = Extent(DVec2::new(size[0], size[1]).length() * 0.5 + 3.0, size[2] + 3.0, 0);
            site.add(at(x, y), extent, Some(feature), move |pen| of.draw(pen));
        };
    shed(1, "WORKSHOP", "repair of machines", 30.0, 160.0, [90.0, 42.0, 11.0], [9.0, 9.0], false);
    shed(2, "CFS 1", "container freight station", 190.0, 178.0, [130.0, 50.0, 9.5], [5.2, 5.2], true);
    shed(3, "CFS 2", "container freight station", 350.0, 178.0, [130.0, 50.0, 9.5], [5.2, 5.2], true);
    shed(4, "COLD STORE", "cold storage", 520.0, 178.0, [140.0, 62.0, 13.0], [5.4, 0.0], true);
    shed(5, "CUSTOMS", "inspection", -60.0, 215.0, [56.0, 26.0, 7.5], [8.0, 0.0], false);
    shed(6, "ARMAZEM 6", "storage", 190.0, 288.0, [120.0, 38.0, 9.0], [12.0, 12.0], false);
    shed(7, "ARMAZEM 7", "storage", 345.0, 288.0, [140.0, 38.0, 9.0], [12.0, 12.0], false);
    shed(8, "PDI", "preparation of cars", 780.0, 262.0, [110.0, 46.0, 7.5], [8.0, 8.0], false);
    shed(9, "FLAT STORE", "dry bulk", -1130.0, 130.0, [150.0, 52.0, 8.0], [24.0, 0.0], false);
    shed(10, "TUG STORES", "towage", -1200.0, 262.0, [50.0, 24.0, 7.0], [10.0, 10.0], false);
    shed(11, "RAIL SHED", "storage", -600.0, 270.0, [160.0, 34.0, 8.5], [10.0, 10.0], false);
    let mut office =
        |id: &str, name: &str, x: f64, y: f64, long: f64, wide: f64, floors: usize, wall: u32, glazed: bool| {
            let of = Office { long, wide, floors, wall: hex(wall), glazed, seed: site.seed ^ floors as u64 };
            let mut feature = Feature::new(id, "building", name, "offices", of.high_m()).year(2007);
            feature.floors = floors as u16;
            let extent = Extent(DVec2::new(long, wide).length() * 0.5 + 4.0, of.high_m() + 3.0, 0);
            site.add(at(x, y), extent, Some(feature), move |pen| of.draw(pen));
        };
    office("port-admin", "Port administration", 30.0, 290.0, 62.0, 18.0, 8, 0xc9c6bb, true);
    office("gate-office", "Gate office", -125.0, 262.0, 30.0, 14.0, 3, 0xbdb8aa, false);
    office("crew-house", "Dockers' house", -20.0, 110.0, 44.0, 15.0, 3, 0xb9a68c, false);
    office("fire-station", "Fire station", 1180.0, 262.0, 40.0, 18.0, 2, 0xa5604a, false);
    office("rail-office", "Rail terminal office", -860.0, 262.0, 34.0, 13.0, 3, 0xbcb8ac, false);
    office("car-office", "Car terminal office", 900.0, 270.0, 36.0, 14.0, 3, 0xc2c4c0, true);
}

fn rail(site: &mut Builder) {
    for track in 0..TRACKS {
        let y = RAIL_Y + (track as f64 - (TRACKS as f64 - 1.0) * 0.5) * TRACK_PITCH;
        let mut rng = Rng::of(site.seed, 0x7A11, track as u64);
        let wagons = if track == 3 { 0 } else { rng.int(10, 27) };
        let start = -920.0 + rng.range(0.0, 60.0);
        for group in 0..(wagons + 4) / 5 {
            let count = (wagons - group * 5).min(5) as usize;
            let seed = rng.next_u64();
            let x = start + group as f64 * 5.0 * WAGON_M + count as f64 * WAGON_M * 0.5;
            let id = format!("train-{}-{}", track + 1, group + 1);
            let feature = Feature::new(id, "wagons", format!("Wagons on track {}", track + 1), "rail freight", 4.2);
            let extent = Extent(count as f64 * WAGON_M * 0.5 + 1.0, 4.2, 1);
            site.add(at(x, y), extent, Some(feature), move |pen| wagons_in_row(pen, count, seed));
        }
        if track % 2 == 0 && track != 3 {
            let feature = Feature::new(format!("loco-{}", track + 1), "locomotive", "Shunter", "rail freight", 4.3);
            site.add(at(start - 9.0, y), Extent(9.0, 4.5, 2), Some(feature), shunter);
        }
    }
    for (k, x) in [-760.0, -470.0].into_iter().enumerate() {
        let feature = Feature::new(
            numbered("rmg", k + 1),
            "crane",
            format!("Rail gantry {} (40 t)", k + 1),
            "rail loading",
            21.0,
        );
        site.add(at(x, RAIL_Y - 2.0), Extent(30.0, 21.0, 0), Some(feature.year(2015)), move |pen| {
            let stretch = DAffine3::from_scale(DVec3::new(1.5, 1.72, 0.78));
            rtg::crane(&mut pen.within(stretch), "R1", 2.0 + 4.0 * k as f64, 14.0);
        });
    }
    for x in [-900.0, -740.0, -580.0, -420.0] {
        yard::mast(site, x, RAIL_Y + 28.0);
    }
}

/// Length of a flat wagon over its buffers.
const WAGON_M: f64 = 19.8;

fn wagons_in_row(pen: &mut Pen, count: usize, seed: u64) {
    let mut rng = Rng::new(seed);
    for k in 0..count {
        let x = (k as f64 - (count as f64 - 1.0) * 0.5) * WAGON_M;
        let laden = rng.chance(0.75);
        let of = Container::by_lot(&mut rng);
        let other = Container::by_lot(&mut rng);
        let short = rng.chance(0.4);
        let mut p = pen.shifted(x, 0.0, 0.0);
        let pen = &mut p;
        pen.of(Surface::Metal);
        let rust = hex(0x57463c);
        pen.cube([-9.4, -1.25, 0.95], [9.4, 1.25, 1.18], rust);
        if pen.level >= 3 {
            pen.cube([-8.5, -0.25, 0.6], [8.5, 0.25, 0.95], rust);
            for x in [-7.2, -5.4, 5.4, 7.2] {
                for y in [-0.75, 0.75] {
                    pen.rod([x, y - 0.07, 0.46], [x, y + 0.07, 0.46], 0.46, 8, hex(0x3a332e));
                    pen.disc([x, y + 0.07 * y.signum(), 0.46], [0.0, y.signum(), 0.0], 0.46, 8, hex(0x4c443d));
                }
            }
            for x in [-6.3, 6.3] {
                pen.cube([x - 1.5, -1.0, 0.4], [x + 1.5, 1.0, 0.75], hex(0x2f2a27));
            }
            for x in [-9.4, 9.4] {
                for y in [-0.85, 0.85] {
                    pen.rod([x, y, 1.05], [x + 0.5f64.copysign(x), y, 1.05], 0.12, 6, DARK);
                }
            }
        }
        if laden {
            if short {
                for (s, of) in [(-1.0, &of), (1.0, &other)] {
                    container(pen, [s * 4.6, 0.0, 1.18], super::super::boxes::SHORT_M, of, ALL_SIDES);
                }
            } else {
                container(pen, [0.0, 0.0, 1.18], LONG_M, &of, ALL_SIDES);
            }
        }
    }
}

fn shunter(pen: &mut Pen) {
    pen.of(Surface::Paint);
    let c = hex(0x8c3a2c);
    pen.cube([-7.0, -1.45, 0.9], [7.0, 1.45, 1.3], DARK);
    pen.cube([-6.8, -0.95, 1.3], [-1.6, 0.95, 3.0], c);
    pen.cube([1.2, -0.95, 1.3], [6.8, 0.95, 3.0], c);
    pen.cube([-1.6, -1.4, 1.3], [1.2, 1.4, 4.2], c);
    for f in faces([-1.6, -1.4, 2.8], [1.2, 1.4, 3.8]) {
        pen.pane(&f, [0.15, 0.0, f.width - 0.15, 0.9], 0.02, GLASS, 0);
    }
    for x in [-4.6, -3.0, 3.0, 4.6] {
        for y in [-0.75, 0.75] {
            pen.wheel([x, y, 0.5], 0.5, 0.14, hex(0x3a332e), hex(0x5a5048));
        }
    }
    for x in [-7.0, 7.0] {
        for k in 0..4 {
            let y = -1.4 + 0.7 * f64::from(k);
            pen.cube([x - 0.05, y, 0.5], [x + 0.05, y + 0.35, 1.25], if k % 2 == 0 { SAFETY } else { DARK });
        }
    }
}

/// Staff car parks: rows of cars by lot.
fn parking(site: &mut Builder) {
    let places = [
        (30.0, 262.0, 28, 0.8),
        (30.0, 246.0, 28, 0.7),
        (-60.0, 250.0, 18, 0.6),
        (-860.0, 245.0, 20, 0.5),
        (1180.0, 235.0, 22, 0.6),
        (900.0, 250.0, 16, 0.7),
    ];
    for (k, (x, y, count, full)) in places.into_iter().enumerate() {
        let seed = Rng::of(site.seed, 0xCA25, k as u64).next_u64();
        site.add(at(x, y), Extent(count as f64 * 1.3 + 3.0, 2.0, 2), None, move |pen| {
            cars_in_row(pen, count, full, seed)
        });
    }
    for x in [-240.0, -160.0] {
        for k in 0..8 {
            let y = 40.0 + 20.0 * k as f64;
            let angle = if x < GATE_X { 0.0 } else { PI };
            site.lamp([x, y, 10.0], 24.0, 3500.0);
            site.add(turned([x + 22.0f64.copysign(GATE_X - x), y, 0.0], angle), Extent(3.0, 10.5, 3), None, |pen| {
                street_lamp(pen, 10.0, 2.0)
            });
        }
    }
}

/// Cars side by side along x, 2.5 m apart, noses by lot.
pub fn cars_in_row(pen: &mut Pen, count: usize, full: f64, seed: u64) {
    let mut rng = Rng::new(seed);
    for k in 0..count {
        let there = rng.chance(full);
        let shape = vehicles::shape_by_lot(&mut rng);
        let coat = hex(rng.pick(&vehicles::COATS));
        let angle = if rng.chance(0.7) { FRAC_PI_2 } else { -FRAC_PI_2 };
        let x = (k as f64 - (count as f64 - 1.0) * 0.5) * 2.5;
        let (dx, dy) = (rng.range(-0.15, 0.15), rng.range(-0.2, 0.2));
        if there {
            vehicles::parked(&mut pen.within(turned([x + dx, dy, 0.0], angle)), &shape, coat);
        }
    }
}

/// The customs fence along the landside, open at the gates.
fn border(site: &mut Builder) {
    let spans = [(-1249.0, -232.0), (-168.0, 786.0), (814.0, 1249.0)];
    for (a, b) in spans {
        let count = ((b - a) / 125.0f64).ceil();
        for k in 0..count as usize {
            let x0 = a + (b - a) * k as f64 / count;
            let length = (b - a) / count;
            site.add(at(x0, 328.5), Extent(length + 1.0, 2.6, 3), None, move |pen| {
                fence(pen, &[[0.0, 0.0, 0.0], [length, 0.0, 0.0]], 2.6);
            });
        }
    }
    let gate = Feature::new("gate-2", "gate", "East gate", "cars and tank trucks", 4.0).year(2012);
    site.add(at(800.0, 318.0), Extent(12.0, 5.0, 1), Some(gate), |pen| {
        pen.of(Surface::Metal);
        pen.cube([-9.0, -3.5, 4.8], [9.0, 3.5, 5.3], hex(0xcfd0ca));
        for x in [-8.0, 0.0, 8.0] {
            pen.post([x, 0.0, 0.0], [0.4, 0.4, 4.8], hex(0x7f8684));
        }
        pen.cube([-1.2, -1.6, 0.15], [1.2, 1.6, 2.8], hex(0xcdccc4));
        for f in faces([-1.2, -1.6, 0.15], [1.2, 1.6, 2.8]) {
            pen.pane(&f, [0.1, 0.9, f.width - 0.1, 2.1], 0.02, GLASS, LIT_COOL);
        }
    });
}
