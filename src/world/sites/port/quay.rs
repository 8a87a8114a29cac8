//! The quay: its wall with fenders and bollards by berth, the cranes and the ships; the moles that shelter the basin.

use super::super::parts::{DARK, LIT_LAMP, LIT_RED, SAFETY};
use super::super::pen::{Face, Pen, faces, placed, turned};
use super::super::{Builder, Extent, numbered};
use super::ships::{self, Liner};
use super::{CRANE_Y, CRANES, GROUND_U, LIVE_CRANES, QUAY_Y, sts};
use crate::bake::det::{Rng, noise, unit_vector};
use crate::bake::feature::Feature;
use crate::bake::mesh::{Rgb, Surface, hex, scale};
use glam::{DAffine3, DVec2, DVec3};
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, TAU};

const CONCRETE: Rgb = hex(0x8c887f);
/// Ten berths of 250 m.
const BERTH_M: f64 = 250.0;
const BERTHS: [&str; 10] = [
    "dry bulk",
    "dry bulk",
    "feeder",
    "container",
    "container",
    "container",
    "container",
    "container",
    "ro-ro",
    "liquid bulk",
];

pub fn build(site: &mut Builder) {
    for (k, usage) in BERTHS.iter().enumerate() {
        let x = -1250.0 + BERTH_M * (k as f64 + 0.5);
        let feature =
            Feature::new(format!("berth-{}", k + 1), "berth", format!("Berth {}", k + 1), usage, GROUND_U).year(2008);
        let crane_rails = (2..8).contains(&k);
        site.add(
            DAffine3::from_translation(DVec3::new(x, QUAY_Y, 0.0)),
            Extent(BERTH_M * 0.5 + 6.0, 1.0, 0),
            Some(feature),
            move |pen| wall(pen, k, crane_rails),
        );
    }
    ends(site);
    cranes(site);
    moored(site);
    moles(site);
}

/// A berth's wall: x along the quay, the water at -y, z = 0 the quay's surface.
fn wall(pen: &mut Pen, number: usize, crane_rails: bool) {
    let h = BERTH_M * 0.5;
    pen.of(Surface::Concrete);
    let steps = [1, 2, 5, 25, 50][pen.level];
    let foot = -GROUND_U - 9.0;
    for k in 0..steps {
        let [x0, x1] = [k, k + 1].map(|k| -h + BERTH_M * f64::from(k) / f64::from(steps));
        let wear = |x: f64| 0.93 + 0.1 * noise(5, DVec2::new(x * 0.11 + number as f64 * 60.0, 0.0)) as f32;
        let (a, b) = (wear(x0), wear(x1));
        let c = |t: f32, k: f32| scale(CONCRETE, t * k);
        // Weed and wet below the high-water mark, then concrete, then the capping beam.
        let wet = hex(0x3a3c33);
        for (z0, z1, c0, c1) in [
            (foot, -2.3, [scale(wet, 0.5); 2], [scale(wet, a), scale(wet, b)]),
            (-2.3, -1.2, [c(a, 0.6), c(b, 0.6)], [c(a, 0.8), c(b, 0.8)]),
        ] {
            pen.quad_shaded([[x0, 0.0, z0], [x1, 0.0, z0], [x1, 0.0, z1], [x0, 0.0, z1]], [c0[0], c0[1], c1[1], c1[0]]);
        }
        let cap = scale(CONCRETE, 1.12 * a);
        pen.quad([[x0, -0.25, -1.2], [x1, -0.25, -1.2], [x1, -0.25, 0.12], [x0, -0.25, 0.12]], cap);
        pen.quad([[x0, 0.0, -1.2], [x1, 0.0, -1.2], [x1, -0.25, -1.2], [x0, -0.25, -1.2]], scale(cap, 0.5));
        pen.quad([[x0, -0.25, 0.12], [x1, -0.25, 0.12], [x1, 1.1, 0.12], [x0, 1.1, 0.12]], scale(cap, 1.06));
        pen.quad([[x1, 1.1, 0.0], [x0, 1.1, 0.0], [x0, 1.1, 0.12], [x1, 1.1, 0.12]], scale(cap, 0.9));
    }
    if pen.level >= 2 {
        fenders(pen, h);
    }
    if pen.level >= 3 {
        edge(pen, h, number);
    }
    if crane_rails && pen.level >= 3 {
        for y in [CRANE_Y - QUAY_Y - sts::GAUGE_M * 0.5, CRANE_Y - QUAY_Y + sts::GAUGE_M * 0.5] {
            pen.of(Surface::Metal);
            pen.block([-h, y - 0.08, 0.0], [h, y + 0.08, if pen.level >= 4 { 0.1 } else { 0.16 }], hex(0x5d564e));
        }
    }
}

fn fenders(pen: &mut Pen, h: f64) {
    let pitch = if pen.level >= 3 { 12.5 } else { 25.0 };
    let count = (2.0 * h / pitch) as usize;
    for k in 0..count {
        let x = -h + pitch * (k as f64 + 0.5);
        pen.of(Surface::Plain);
        if pen.level < 4 {
            pen.block([x - 1.0, -1.5, -2.6], [x + 1.0, -0.25, -0.1], hex(0x1c1d1f));
            continue;
        }
        // Two rubber cones behind a steel panel with pads, on chains.
        for z in [-0.75, -2.1] {
            pen.cone([x, 0.0, z], [x, -1.15, z], 0.75, 0.5, 10, hex(0x1a1b1c), hex(0x242526));
        }
        pen.cube([x - 0.95, -1.4, -2.95], [x + 0.95, -1.15, -0.05], hex(0x26282a));
        let f = Face::new([x - 0.95, -1.4, -2.95], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 1.9, 2.9);
        for i in 0..2 {
            for j in 0..3 {
                let (a, b) = (0.08 + 0.9 * f64::from(i), 0.08 + 0.95 * f64::from(j));
                pen.paint(&f, [a, b, a + 0.82, b + 0.85], 0.015, hex(0x2f3a48));
            }
        }
        for s in [-1.0, 1.0] {
            pen.rod([x + s * 0.9, -1.2, -0.3], [x + s * 1.8, 0.0, 0.0], 0.05, 4, hex(0x4a4540));
        }
    }
}

/// Bollards, ladders, numbers, the kerb's stripes.
fn edge(pen: &mut Pen, h: f64, number: usize) {
    let count = 10;
    for k in 0..count {
        let x = -h + 2.0 * h * (f64::from(k) + 0.5) / f64::from(count);
        pen.of(Surface::Metal);
        let c = if k % 2 == 0 { hex(0x33373a) } else { hex(0x3d4144) };
        pen.cone([x, 0.75, 0.12], [x, 0.75, 0.6], 0.34, 0.24, 10, scale(c, 0.7), c);
        pen.cone([x, 0.75, 0.6], [x, 0.68, 0.85], 0.24, 0.42, 10, c, c);
        pen.disc([x, 0.68, 0.85], [0.0, 0.0, 1.0], 0.42, 10, hex(0x9a7d2c));
        if pen.level >= 4 {
            let f = Face::new([x - 1.5, -0.26, -1.1], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 3.0, 1.2);
            super::super::font::write(
                pen,
                &f,
                (1.5, 0.35),
                0.5,
                &format!("{}", number * 10 + k as usize + 1),
                hex(0xd8d5c8),
            );
            // A ladder down to the water.
            for s in [-0.25, 0.25] {
                pen.rod([x + 5.0 + s, -0.32, -4.6], [x + 5.0 + s, -0.32, 0.2], 0.035, 4, SAFETY);
            }
            for r in 0..14 {
                let z = -4.4 + 0.33 * f64::from(r);
                pen.rod([x + 4.75, -0.32, z], [x + 5.25, -0.32, z], 0.025, 3, SAFETY);
            }
            // The kerb's stripes.
            for i in 0..4 {
                let a = x + 8.0 + 2.0 * f64::from(i);
                pen.quad([[a, -0.26, 0.0], [a + 1.0, -0.26, 0.0], [a + 1.0, -0.26, 0.13], [a, -0.26, 0.13]], SAFETY);
                pen.quad([[a, -0.25, 0.135], [a + 1.0, -0.25, 0.135], [a + 1.0, 0.1, 0.135], [a, 0.1, 0.135]], SAFETY);
            }
        }
    }
}

/// Walls at both ends of the made ground.
fn ends(site: &mut Builder) {
    for (x, s) in [(-1250.0, -1.0), (1250.0, 1.0)] {
        site.add(
            DAffine3::from_translation(DVec3::new(x, QUAY_Y + 160.0, 0.0)),
            Extent(170.0, 1.0, 0),
            None,
            move |pen| {
                pen.of(Surface::Rock);
                let (z, c) = (-GROUND_U - 9.0, hex(0x6d675d));
                let p = [[s * 24.0, -160.0, z], [s * 24.0, 160.0, z], [0.0, 160.0, 0.0], [0.0, -160.0, 0.0]];
                let p = if s > 0.0 { p } else { [p[1], p[0], p[3], p[2]] };
                pen.quad_shaded(p, [scale(c, 0.5), scale(c, 0.5), c, c]);
            },
        );
    }
}

fn cranes(site: &mut Builder) {
    let mut rng = Rng::of(site.seed, 0x575, 0);
    for (k, &(x, up)) in CRANES.iter().enumerate() {
        let number = k + 1;
        let feature = Feature::new(
            numbered("sts", number),
            "crane",
            format!("Quay crane {number} (65 t, outreach 60 m)"),
            "container handling",
            79.0,
        )
        .year(if number <= 5 { 2009 } else { 2021 });
        let (trolley, drop) = if up { (-6.0, 40.0) } else { (rng.range(22.0, 58.0), rng.range(24.0, 40.0)) };
        for s in [-12.0, 12.0] {
            site.lamp([x + s, CRANE_Y, 16.0], 30.0, 4500.0);
        }
        if LIVE_CRANES.contains(&k) {
            continue;
        }
        let style = sts::Style::of(number);
        site.add(
            placed(DVec3::new(x, CRANE_Y, 0.0), DVec2::NEG_Y),
            Extent(80.0, if up { 108.0 } else { 80.0 }, 0),
            Some(feature),
            move |pen| sts::crane(pen, &style, up, trolley, drop),
        );
    }
}

/// The liners at the quay: place of their middle, and their measures.
fn liners(seed: u64) -> Vec<(f64, f64, Liner)> {
    let liner = |name, length: f64, beam: f64, deck, house: f64, funnel: f64, tiers, side, stripe, k: u64| Liner {
        name,
        length,
        beam,
        deck,
        house_x: length * house,
        funnel_x: length * funnel,
        tiers,
        side: hex(side),
        stripe: hex(stripe),
        seed: seed ^ (k * 7919),
    };
    vec![
        (-570.0, 1.0, liner("KESTREL MERIDIAN", 366.0, 51.0, 13.5, 0.17, -0.27, 7, 0x24364a, 0xd8d4c8, 1)),
        (-205.0, 1.0, liner("VELA ARRABIDA", 294.0, 40.0, 11.5, -0.24, -0.24, 6, 0x5c6f7c, 0xa8402f, 2)),
        (95.0, -1.0, liner("NORDAL SAGRES", 222.0, 32.2, 9.5, -0.3, -0.3, 5, 0x6e2f28, 0xe0dccf, 3)),
        (-850.0, 1.0, liner("BRAVA FEEDER", 148.0, 23.3, 6.5, -0.37, -0.37, 4, 0x2f5a4d, 0xc79a2c, 4)),
    ]
}

fn moored(site: &mut Builder) {
    let seed = site.seed;
    let mut lines = Vec::new();
    for (k, (x, way, liner)) in liners(seed).into_iter().enumerate() {
        let feature = Feature::new(
            numbered("ship", k + 1),
            "ship",
            format!("MV {}", liner.name),
            "container ship, moored",
            liner.deck + 34.0,
        )
        .year(2005 + 4 * k as i16);
        let y = QUAY_Y - 1.6 - liner.beam * 0.5;
        lines.push((x, liner.length, liner.deck, y + liner.beam * 0.5));
        let frame = placed(DVec3::new(x, y, -GROUND_U), DVec2::new(way, 0.0));
        let extent = Extent(liner.length * 0.5 + 2.0, liner.deck + 34.0, 0);
        site.add(frame, extent, Some(feature), move |pen| ships::container_ship(pen, &liner));
    }
    type Draw = fn(&mut Pen, f64, u64);
    let others: [(&str, &str, f64, f64, f64, f64, Draw); 3] = [
        ("MV Serra de Monchique", "bulk carrier, moored", -1040.0, 190.0, 0.168, 28.0, ships::bulk_carrier),
        ("MV Atlante", "car carrier, moored", 745.0, 200.0, 0.162, 35.0, ships::car_carrier),
        ("MT Cabo Espichel", "product tanker, moored", 1085.0, 183.0, 0.175, 27.0, ships::tanker),
    ];
    for (k, (name, usage, x, length, slim, high, draw)) in others.into_iter().enumerate() {
        let feature = Feature::new(numbered("ship", k + 5), "ship", name, usage, high).year(2011);
        let y = QUAY_Y - 1.6 - length * slim * 0.5;
        lines.push((x, length, 9.0, QUAY_Y - 1.6));
        let frame = DAffine3::from_translation(DVec3::new(x, y, -GROUND_U));
        site.add(frame, Extent(length * 0.5 + 2.0, high, 0), Some(feature), move |pen| {
            draw(pen, length, seed ^ k as u64)
        });
    }
    for (x, length, deck, side) in lines {
        let frame = DAffine3::from_translation(DVec3::new(x, QUAY_Y, 0.0));
        site.add(frame, Extent(length * 0.5 + 30.0, deck, 3), None, move |pen| {
            mooring(pen, length, deck, side - QUAY_Y)
        });
    }
    small_craft(site);
}

/// Ropes from bow and stern to the bollards.
fn mooring(pen: &mut Pen, length: f64, deck: f64, side: f64) {
    pen.of(Surface::Plain);
    let (h, z) = (length * 0.5, deck - GROUND_U + 0.5);
    let c = hex(0xb9b29c);
    for s in [-1.0, 1.0] {
        for (from, to) in [(0.96, 28.0), (0.94, 22.0), (0.9, 6.0), (0.82, -30.0), (0.8, -34.0)] {
            let a = [s * h * from, side - if from > 0.9 { length * 0.012 } else { 0.0 }, z];
            let b = [s * (h * from + to), 0.75, 0.5];
            super::super::parts::rope(pen, a, b, 0.6, 4, 0.05, c);
        }
    }
}

fn small_craft(site: &mut Builder) {
    for k in 0..3 {
        let x = -1232.0 + 36.0 * k as f64;
        let name = ["Arrojado", "Valente", "Leal"][k];
        let feature =
            Feature::new(numbered("tug", k + 1), "ship", format!("Tug {name}"), "harbour towage", 17.0).year(2016);
        let seed = site.seed ^ k as u64;
        let frame = DAffine3::from_translation(DVec3::new(x, QUAY_Y - 8.2, -GROUND_U));
        site.add(frame, Extent(17.0, 17.0, 1), Some(feature), move |pen| ships::tug(pen, seed));
    }
    for k in 0..2 {
        let feature =
            Feature::new(numbered("pilot", k + 1), "ship", format!("Pilot boat {}", k + 1), "pilotage", 7.0).year(2018);
        let seed = site.seed ^ k as u64;
        let frame = DAffine3::from_translation(DVec3::new(-1150.0 - 6.0 + 22.0 * k as f64, QUAY_Y - 4.6, -GROUND_U));
        site.add(frame, Extent(9.0, 7.0, 2), Some(feature), move |pen| ships::pilot_boat(pen, seed));
    }
}

/// Both moles as lines in the site's frame; the basin's mouth is between their ends.
pub const MOLES: [&[[f64; 2]]; 2] = [
    &[[1250.0, -335.0], [1310.0, -820.0], [980.0, -1210.0], [300.0, -1420.0], [-420.0, -1500.0]],
    &[[-1270.0, -335.0], [-1345.0, -640.0], [-1130.0, -1020.0], [-920.0, -1180.0]],
];

fn moles(site: &mut Builder) {
    for (mole, line) in MOLES.iter().enumerate() {
        let mut number = 0;
        let last = line.len() - 2;
        for (leg, pair) in line.windows(2).enumerate() {
            let (a, b) = (DVec2::from(pair[0]), DVec2::from(pair[1]));
            let count = ((b - a).length() / 120.0).ceil() as usize;
            for k in 0..count {
                number += 1;
                let (p, q) = (a.lerp(b, k as f64 / count as f64), a.lerp(b, (k + 1) as f64 / count as f64));
                let length = (q - p).length();
                let seed = Rng::of(site.seed, 0x301E + mole as u64, number).next_u64();
                let id = format!("mole-{}-{number}", ["east", "west"][mole]);
                let name = ["East mole", "West mole"][mole];
                let feature = Feature::new(id, "breakwater", name, "shelter of the basin", 8.0).year(1962);
                // The sea is on the right hand of the west mole's line, on the left of the east mole's.
                let sea = if mole == 0 { 1.0 } else { -1.0 };
                let frame = placed(((p + q) * 0.5).extend(-GROUND_U), (q - p) / length);
                let head = leg == last && k + 1 == count;
                site.add(frame, Extent(length * 0.5 + 34.0, 9.0, 0), Some(feature), move |pen| {
                    mole_piece(pen, length, sea, seed);
                    if head {
                        mole_head(pen, length, seed);
                    }
                });
            }
        }
        light(site, mole);
    }
}

fn mole_piece(pen: &mut Pen, length: f64, sea: f64, seed: u64) {
    let h = length * 0.5 + 1.0;
    let (rock, crown) = (hex(0x6f695f), hex(0x98938a));
    pen.of(Surface::Rock);
    let foot = -7.0;
    let slope = |pen: &mut Pen, s: f64, top: f64, run: f64| {
        let p = [[-h, s * (7.0 + run), foot], [h, s * (7.0 + run), foot], [h, s * 7.0, top], [-h, s * 7.0, top]];
        let p = if s < 0.0 { p } else { [p[1], p[0], p[3], p[2]] };
        pen.quad_shaded(p, [scale(rock, 0.35), scale(rock, 0.35), rock, rock]);
    };
    slope(pen, sea, 4.2, 21.0);
    slope(pen, -sea, 4.6, 16.0);
    pen.of(Surface::Concrete);
    pen.quad([[-h, -7.0, 4.6], [h, -7.0, 4.6], [h, 7.0, 4.6], [-h, 7.0, 4.6]], crown);
    let (y0, y1) = ((sea * 4.4).min(sea * 6.6), (sea * 4.4).max(sea * 6.6));
    pen.block([-h, y0, 4.6], [h, y1, 7.4], scale(crown, 1.05));
    if pen.level < 3 {
        return;
    }
    let mut rng = Rng::new(seed);
    pen.of(Surface::Rock);
    // Armour: concrete tetrapods to the sea, quarry stone to the basin.
    let pitch = if pen.level >= 4 { 2.7 } else { 5.0 };
    let columns = (length / pitch) as usize;
    let rows = if pen.level >= 4 { 6 } else { 3 };
    for row in 0..rows {
        let t = (row as f64 + 0.5) / rows as f64;
        for k in 0..columns {
            let x = -length * 0.5 + pitch * (k as f64 + 0.5) + rng.range(-0.6, 0.6);
            let y = sea * (7.3 + 11.5 * t + rng.range(-0.4, 0.4));
            let z = 5.2 - 6.6 * t + rng.range(-0.3, 0.4);
            let size = if pen.level >= 4 { 1.55 } else { 2.5 };
            tetrapod(pen, [x, y, z], size * rng.range(0.92, 1.08), &mut rng);
        }
    }
    let stones = if pen.level >= 4 { columns * 4 } else { columns * 2 };
    for _ in 0..stones {
        let t = rng.unit();
        let x = rng.range(-length * 0.5, length * 0.5);
        let r = rng.range(0.6, 1.3) * if pen.level >= 4 { 1.0 } else { 1.5 };
        let c = scale(rock, rng.range(0.75, 1.25) as f32);
        stone(pen, [x, -sea * (7.0 + 9.0 * t), 4.4 - 6.4 * t], r, c, &mut rng);
    }
}

fn stone(pen: &mut Pen, [x, y, z]: [f64; 3], r: f64, c: Rgb, rng: &mut Rng) {
    let turn = rng.range(0.0, TAU);
    let at = |k: usize, w: f64, up: f64| {
        let d = unit_vector(turn + k as f64 * FRAC_PI_2) * (r * w);
        [x + d.x, y + d.y * 0.8, z + up * r]
    };
    let lean = rng.range(-0.2, 0.2);
    for k in 0..4 {
        pen.quad(
            [at(k, 1.0, -0.5), at(k + 1, 1.0, -0.5), at(k + 1, 0.7, 0.55 + lean), at(k, 0.7, 0.55 - lean)],
            scale(c, 0.8),
        );
    }
    pen.quad([at(0, 0.7, 0.55 - lean), at(1, 0.7, 0.55 + lean), at(2, 0.7, 0.55 - lean), at(3, 0.7, 0.55 + lean)], c);
}

/// Four blunt legs from a middle, turned by lot.
fn tetrapod(pen: &mut Pen, m: [f64; 3], size: f64, rng: &mut Rng) {
    let turn = unit_vector(rng.range(0.0, TAU));
    let c = scale(hex(0x8f8a80), rng.range(0.8, 1.1) as f32);
    let upside = rng.chance(0.25);
    let legs = [(0.0, 0.0, 1.0), (0.94, 0.0, -0.33), (-0.47, 0.82, -0.33), (-0.47, -0.82, -0.33)];
    let sides = if pen.level >= 4 { 5 } else { 3 };
    for (x, y, z) in legs {
        let d = DVec2::new(x, y).rotate(turn);
        let z = if upside { -z } else { z };
        if z < -0.9 {
            continue;
        }
        let tip = [m[0] + d.x * size, m[1] + d.y * size, m[2] + z * size];
        pen.cone(m, tip, size * 0.4, size * 0.27, sides, scale(c, 0.6), c);
        pen.disc(tip, [d.x, d.y, z], size * 0.27, sides, c);
    }
}

fn mole_head(pen: &mut Pen, length: f64, seed: u64) {
    let x = length * 0.5;
    pen.of(Surface::Concrete);
    let crown = hex(0x98938a);
    let sides = if pen.level >= 3 { 20 } else { 8 };
    pen.cone([x, 0.0, -7.0], [x, 0.0, 4.6], 26.0, 9.0, sides, hex(0x3a3833), hex(0x7a746a));
    pen.drum([x, 0.0, 4.4], 8.6, 0.4, sides, crown);
    if pen.level >= 3 {
        let mut rng = Rng::new(seed ^ 1);
        for row in 0..4 {
            let r = 10.0 + 3.0 * f64::from(row);
            let count = if pen.level >= 4 { (r * 2.2) as usize } else { 12 };
            for k in 0..count {
                let d = unit_vector(TAU * (k as f64 + rng.unit()) / count as f64) * r;
                tetrapod(pen, [x + d.x, d.y, 4.6 - 1.9 * f64::from(row)], 1.6, &mut rng);
            }
        }
    }
}

/// The light at a mole's end: green to starboard of who comes in, red to port.
fn light(site: &mut Builder, mole: usize) {
    let end = MOLES[mole][MOLES[mole].len() - 1];
    let (name, paint) = [("East mole light", 0x2f6b4a), ("West mole light", 0x8f2f28)][mole];
    let feature = Feature::new(format!("light-{}", mole + 1), "lighthouse", name, "navigation", 14.0).year(1962);
    site.add(turned([end[0], end[1], -GROUND_U + 4.8], 0.0), Extent(3.0, 14.0, 0), Some(feature), move |pen| {
        pen.of(Surface::Concrete);
        let c = hex(paint);
        let sides = if pen.level >= 3 { 16 } else { 8 };
        for k in 0..4 {
            let (z, r) = (2.6 * f64::from(k), 1.5 - 0.12 * f64::from(k));
            let tone = if k % 2 == 0 { c } else { hex(0xd9d6cc) };
            pen.cone([0.0, 0.0, z], [0.0, 0.0, z + 2.6], r, r - 0.12, sides, scale(tone, 0.85), tone);
        }
        pen.drum([0.0, 0.0, 10.3], 1.9, 0.25, sides, hex(0xb9b6ac));
        for f in faces([-0.6, -0.6, 10.6], [0.6, 0.6, 11.9]) {
            pen.pane(&f, [0.0, 0.0, f.width, f.height], 0.0, hex(0x35403d), if mole == 1 { LIT_RED } else { LIT_LAMP });
        }
        pen.cone([0.0, 0.0, 11.9], [0.0, 0.0, 12.8], 0.95, 0.1, sides, c, c);
        pen.rod([0.0, 0.0, 12.7], [0.0, 0.0, 14.0], 0.05, 4, DARK);
        let ring: Vec<_> =
            (0..=8).map(|k| unit_vector(FRAC_PI_4 * f64::from(k)) * 1.8).map(|d| [d.x, d.y, 10.55]).collect();
        super::super::parts::railing(pen, &ring, hex(0xd9d6cc));
    });
}
