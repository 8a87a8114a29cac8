//! Ships at the quay: container ships of three sizes and a feeder, a bulk carrier, a product tanker, a car carrier; tugs
//! and pilot boats. x forward, y to port, z up from the waterline, origin amidships.

use super::super::boxes::{Container, Field, LONG_M, Stack};
use super::super::font;
use super::super::hull::{Hull, Station};
use super::super::parts::{DARK, GALVANISED, GLASS, LIT_COOL, LIT_WARM, railing};
use super::super::pen::{Face, Pen, faces, raised};
use crate::bake::det::Rng;
use crate::bake::mesh::{Rgb, Surface, hex, scale};

const WHITE: Rgb = hex(0xdedcd3);
const BUFF: Rgb = hex(0xb9a27a);

/// Where the islands of a container ship stand, and how it is laden.
#[derive(Debug, Clone)]
pub struct Liner {
    pub name: &'static str,
    pub length: f64,
    pub beam: f64,
    pub deck: f64,
    /// Middle of the deckhouse and of the funnel, which may be the same island.
    pub house_x: f64,
    pub funnel_x: f64,
    /// Usual number of tiers on deck.
    pub tiers: i64,
    pub side: Rgb,
    pub stripe: Rgb,
    pub seed: u64,
}

pub fn container_ship(pen: &mut Pen, of: &Liner) {
    let hull = Hull::cargo(of.length, of.beam, of.deck, of.side, of.seed);
    hull.draw(pen);
    names(pen, of);
    let h = of.length * 0.5;
    let floors = if of.length > 250.0 {
        10
    } else if of.length > 180.0 {
        8
    } else {
        6
    };
    let long = (of.length * 0.04).max(9.0);
    house(&mut pen.shifted(of.house_x, 0.0, of.deck), (long, of.beam * 0.8, of.beam * 1.02), floors, of.seed);
    funnel(&mut pen.shifted(of.funnel_x, 0.0, of.deck), of, floors);
    forecastle(pen, &hull, h);
    cargo(pen, of, &hull);
}

/// Name at bow and stern, marks of the draught.
fn names(pen: &mut Pen, of: &Liner) {
    if pen.level < 3 {
        return;
    }
    pen.of(Surface::Paint);
    let h = of.length * 0.5;
    let x = h * 0.36;
    let (y, size) = (of.beam * 0.5 + 0.04, (of.deck * 0.26).min(3.4));
    let line = of.name.split(' ').next().unwrap_or("").to_uppercase();
    for (face, side) in [
        (Face::new([-x, -y, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 2.0 * x, of.deck), -1.0),
        (Face::new([x, y, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 2.0 * x, of.deck), 1.0),
    ] {
        font::write(pen, &face, (x + side * x * 0.2, of.deck * 0.42), size, &line, WHITE);
        if pen.level >= 4 {
            for k in 0..7 {
                let z = 1.6 + f64::from(k) * 0.7;
                pen.paint(&face, [x - 0.25, z, x + 0.25, z + 0.25], 0.02, WHITE);
            }
            // Rubbing marks of fenders.
            for k in 0..12 {
                let at = x * (0.12 + 0.15 * f64::from(k));
                pen.paint_shaded(
                    &face,
                    [at, of.deck * 0.2, at + 1.6, of.deck * 0.34],
                    0.015,
                    scale(of.side, 0.55),
                    scale(of.side, 0.9),
                );
            }
        }
    }
    let f = Face::new([-h - 0.03, of.beam * 0.4, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], of.beam * 0.8, of.deck);
    font::write(pen, &f, (of.beam * 0.4, of.deck * 0.66), 1.3, &of.name.to_uppercase(), WHITE);
    font::write(pen, &f, (of.beam * 0.4, of.deck * 0.5), 0.9, "FUNCHAL", WHITE);
}

/// A deckhouse: `size` is its length, its width, and the width of the bridge with its wings.
pub fn house(pen: &mut Pen, size: (f64, f64, f64), floors: usize, seed: u64) {
    let (long, wide, wings) = size;
    let mut lot = Rng::of(seed, 0x40, 1);
    pen.of(Surface::Paint);
    let h = long * 0.5;
    let top = floors as f64 * 2.9;
    if pen.level < 2 {
        pen.block([-h, -wide * 0.5, 0.0], [h, wide * 0.5, top - 2.9], WHITE);
        pen.cube([-h * 0.4, -wings * 0.5, top - 2.9], [h, wings * 0.5, top], WHITE);
        return;
    }
    for floor in 0..floors {
        let (z0, z1) = (floor as f64 * 2.9, (floor + 1) as f64 * 2.9);
        let bridge = floor + 1 == floors;
        let (x0, w) = if bridge { (-h * 0.4, wings) } else { (-h, wide - (floor as f64 * 0.25).min(2.0)) };
        let (low, high) = ([x0, -w * 0.5, z0], [h - 0.3, w * 0.5, z1]);
        pen.cube(low, high, if floor % 2 == 0 { WHITE } else { scale(WHITE, 0.97) });
        let (sill, head, pitch) = if bridge { (1.0, 2.3, 1.6) } else { (1.1, 1.9, 2.6) };
        for (k, f) in faces(low, high).iter().enumerate() {
            if bridge || pen.level < 4 {
                let lit = if bridge { 0 } else { LIT_WARM * u8::from(lot.chance(0.3)) };
                pen.pane(f, [0.5, sill, f.width - 0.5, head], 0.03, GLASS, lit);
                if bridge && pen.level >= 4 {
                    let count = (f.width / pitch) as usize;
                    for i in 1..count {
                        let x = f.width * i as f64 / count as f64;
                        pen.paint(f, [x - 0.07, sill, x + 0.07, head], 0.05, WHITE);
                    }
                }
            } else {
                let count = (f.width / pitch).floor().max(1.0) as usize;
                for i in 0..count {
                    let x = f.width * (i as f64 + 0.5) / count as f64;
                    let lit = if lot.chance(0.35) { lot.pick(&[LIT_WARM, LIT_COOL]) } else { 0 };
                    pen.pane(f, [x - 0.4, sill, x + 0.4, head], 0.03, GLASS, lit);
                }
            }
            // Water runs down from the decks.
            if pen.level >= 4 && !bridge && k % 2 == 1 {
                let x = lot.range(1.0, f.width - 1.5);
                pen.paint_shaded(f, [x, 0.2, x + 0.4, 2.6], 0.02, hex(0xb5a58e), WHITE);
            }
        }
        if !bridge {
            pen.cube([x0 - 1.2, -w * 0.5 - 1.0, z1 - 0.12], [h, w * 0.5 + 1.0, z1], scale(WHITE, 0.85));
            let (x, y) = (x0 - 1.2, w * 0.5 + 1.0);
            railing(pen, &[[h, -y, z1], [x, -y, z1], [x, y, z1], [h, y, z1]], WHITE);
        }
    }
    pen.cube([-h * 0.4 - 0.4, -wings * 0.5 - 0.3, top], [h, wings * 0.5 + 0.3, top + 0.25], scale(WHITE, 0.9));
    let y = wings * 0.5;
    railing(
        pen,
        &[[-h * 0.4, -y, top + 0.25], [h, -y, top + 0.25], [h, y, top + 0.25], [-h * 0.4, y, top + 0.25]],
        WHITE,
    );
    // The mast with its radars.
    pen.of(Surface::Metal);
    pen.cone([0.0, 0.0, top], [0.0, 0.0, top + 8.5], 0.5, 0.2, 6, WHITE, WHITE);
    pen.cube([-0.2, -3.0, top + 5.0], [0.2, 3.0, top + 5.3], WHITE);
    pen.cube([0.6, -1.8, top + 6.6], [0.9, 1.8, top + 6.9], DARK);
    if pen.level >= 3 {
        for y in [-5.0, 5.0] {
            pen.mesh.surface = Surface::Plain;
            pen.cone([0.5, y, top + 0.3], [0.5, y, top + 1.5], 0.1, 0.1, 5, WHITE, WHITE);
            pen.drum([0.5, y, top + 1.4], 0.8, 1.2, 8, hex(0xe6e4dd));
        }
        // Boats in their davits.
        for s in [-1.0, 1.0] {
            let y = s * (wide * 0.5 + 1.6);
            pen.of(Surface::Paint);
            pen.cube([-h + 0.5, y - 1.2, 5.2], [-h + 8.0, y + 1.2, 7.0], hex(0xb2582a));
            pen.cube([-h + 1.3, y - 0.9, 7.0], [-h + 7.2, y + 0.9, 7.9], hex(0xb2582a));
            for x in [-h + 1.0, -h + 7.5] {
                pen.bar([x, y - s * 1.6, 4.0], [x, y + s * 0.2, 8.8], 0.3, 0.3, WHITE);
            }
        }
    }
}

fn funnel(pen: &mut Pen, of: &Liner, floors: usize) {
    let high = floors as f64 * 2.9 - 3.0;
    let (l, w) = (of.length * 0.017 + 2.0, of.beam * 0.14 + 2.0);
    let back = if (of.funnel_x - of.house_x).abs() < 1.0 { -of.length * 0.02 - 4.5 - l } else { 0.0 };
    let mut p = pen.shifted(back, 0.0, 0.0);
    let pen = &mut p;
    pen.of(Surface::Paint);
    if back == 0.0 {
        pen.block([-l - 2.0, -of.beam * 0.4, 0.0], [l + 2.0, of.beam * 0.4, high * 0.62], WHITE);
    }
    pen.block([-l, -w, 0.0], [l, w, high], of.side);
    if pen.level >= 1 {
        pen.walls([-l - 0.05, -w - 0.05, high * 0.72], [l + 0.05, w + 0.05, high * 0.88], of.stripe, of.stripe);
    }
    if pen.level >= 2 {
        pen.block([-l - 0.1, -w - 0.1, high - 1.0], [l + 0.1, w + 0.1, high + 0.1], hex(0x232527));
        for (x, y) in [(-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.0, 0.0)] {
            pen.drum([x * l, y * w, high], 0.42, 1.5, 8, hex(0x2c2d2e));
        }
    }
    if pen.level >= 4 {
        for f in faces([-l, -w, 0.0], [l, w, high]) {
            for k in 0..4 {
                let y = high * (0.66 - 0.05 * f64::from(k));
                pen.paint(&f, [f.width * 0.2, y, f.width * 0.8, y + 0.5], 0.02, scale(of.side, 0.5));
            }
        }
    }
}

/// Winches, bollards, anchors, the foremast.
fn forecastle(pen: &mut Pen, hull: &Hull, h: f64) {
    if pen.level < 2 {
        return;
    }
    pen.of(Surface::Metal);
    let (_, _, z) = hull.at(h * 0.86);
    pen.cone([h * 0.86, 0.0, z], [h * 0.86, 0.0, z + 13.0], 0.45, 0.2, 6, BUFF, BUFF);
    pen.cube([h * 0.86 - 0.2, -1.8, z + 9.0], [h * 0.86 + 0.2, 1.8, z + 9.3], BUFF);
    if pen.level < 3 {
        return;
    }
    for s in [-1.0, 1.0] {
        for (x, y) in [(h * 0.9, 2.6), (h * 0.83, 4.2)] {
            let z = hull.at(x).2;
            pen.cube([x - 1.5, s * y - 1.0, z], [x + 1.5, s * y + 1.0, z + 0.5], hex(0x5d6a63));
            pen.rod([x, s * y - 1.2, z + 1.0], [x, s * y + 1.2, z + 1.0], 0.75, 10, hex(0x6d7a70));
            pen.disc([x, s * (y + 1.2), z + 1.0], [0.0, s, 0.0], 0.95, 10, hex(0x55625b));
        }
        // The anchor in its pocket.
        let x = h * 0.9;
        let (deck, water, top) = hull.at(x);
        let y = s * (water + (deck - water) * 0.62 + 0.25);
        pen.bar([x, y, top * 0.5], [x, y + s * 0.2, top * 0.76], 0.5, 0.5, hex(0x1e2022));
        pen.bar([x - 1.5, y, top * 0.55], [x + 1.5, y, top * 0.55], 0.5, 0.9, hex(0x1e2022));
        for (x, y) in [(h * 0.8, 0.9), (h * 0.7, 0.97), (-h * 0.97, 0.8), (-h * 0.9, 0.95)] {
            let (b, _, z) = hull.at(x);
            for d in [-0.8, 0.8] {
                pen.drum([x + d, s * (b * y - 1.4), z], 0.35, 0.9, 8, hex(0x3f4a45));
            }
        }
    }
    let z = hull.at(-h * 0.95).2;
    pen.cube([-h * 0.97, -4.0, z], [-h * 0.95, 4.0, z + 1.2], hex(0x5d6a63));
}

/// Stacks on deck in bays with lashing bridges between them.
fn cargo(pen: &mut Pen, of: &Liner, hull: &Hull) {
    let h = of.length * 0.5;
    let pitch = LONG_M + 2.3;
    let island = of.length * 0.02 + 1.5 + LONG_M * 0.5;
    let mut rng = Rng::of(of.seed, 0xCA60, 0);
    let mut x = h * 0.78;
    let mut bay = 0;
    while x > -h + LONG_M * 0.5 + 4.0 {
        let near_funnel =
            (of.funnel_x - of.house_x).abs() > 1.0 && (x - of.funnel_x).abs() < of.length * 0.02 + 3.0 + LONG_M * 0.5;
        let behind = (of.funnel_x - of.house_x).abs() < 1.0
            && x < of.house_x
            && of.house_x - x < island + of.length * 0.05 + 8.0;
        if (x - of.house_x).abs() < island || near_funnel || behind {
            x -= 1.0;
            continue;
        }
        bay += 1;
        let mut own = Rng::of(of.seed, 0xCA61, bay);
        let breadth = hull.at(x + LONG_M * 0.5).0.min(hull.at(x - LONG_M * 0.5).0) * 2.0;
        let rows = ((breadth - 0.8) / 2.52).floor().max(1.0) as usize;
        let z = hull.at(x).2 + 1.9;
        let fore = x > of.house_x;
        let usual = of.tiers + rng.int(-2, 0) - i64::from(fore && x > h * 0.5) - i64::from(fore && x > h * 0.65);
        let short = rng.chance(0.15);
        let lead = Some(Container::by_lot(&mut own));
        let working = rng.chance(0.25);
        let stacks = (0..rows)
            .map(|row| {
                let gone =
                    if working { own.int(0, 3) * i64::from(row > rows / 3) } else { own.int(0, 1) * own.int(0, 1) };
                Stack::by_lot(&mut own, (usual - gone).max(0), short, lead)
            })
            .collect();
        let field = Field {
            bays: 1,
            rows,
            bay_m: LONG_M,
            row_m: 2.52,
            stacks,
            open_ends: [x - pitch < -h + LONG_M * 0.5 + 4.0, bay == 1],
        };
        pen.of(Surface::Metal);
        let half = rows as f64 * 1.26;
        pen.block([x - LONG_M * 0.5, -half, z - 1.9], [x + LONG_M * 0.5, half, z - 0.1], hex(0x6d5a50));
        field.draw(&mut pen.shifted(x, 0.0, z));
        lashing(pen, x - pitch * 0.5, half, z);
        x -= pitch;
    }
}

fn lashing(pen: &mut Pen, x: f64, half: f64, z: f64) {
    if pen.level < 3 {
        return;
    }
    pen.of(Surface::Metal);
    let c = hex(0x7d6f66);
    let high = z + 5.4;
    let posts = (half * 2.0 / if pen.level >= 4 { 5.04 } else { 10.0 }).round().max(1.0) as usize;
    for k in 0..=posts {
        let y = -half + 2.0 * half * k as f64 / posts as f64;
        pen.bar([x, y, z - 1.9], [x, y, high], 0.5, 0.35, c);
    }
    for z in [z + 0.6, z + 3.1, high] {
        pen.cube([x - 0.45, -half, z - 0.12], [x + 0.45, half, z], c);
    }
    railing(pen, &[[x - 0.45, -half, high], [x - 0.45, half, high]], c);
}

/// A bulk carrier with five holds and four cranes.
pub fn bulk_carrier(pen: &mut Pen, length: f64, seed: u64) {
    let (h, beam, deck) = (length * 0.5, length * 0.168, 9.5);
    let mut hull = Hull::cargo(length, beam, deck, hex(0x3a3f45), seed);
    hull.deck = hex(0x5f6a60);
    hull.draw(pen);
    house(&mut pen.shifted(-h * 0.84, 0.0, deck), (11.0, beam * 0.7, beam * 0.98), 6, seed);
    pen.of(Surface::Paint);
    pen.block([-h * 0.95, -2.5, deck], [-h * 0.95 + 5.0, 2.5, deck + 17.0], hex(0x6b3a30));
    forecastle(pen, &hull, h);
    let pitch = h * 1.45 / 5.0;
    for hold in 0..5 {
        let x = -h * 0.66 + pitch * (hold as f64 + 0.5);
        let (l, w) = (pitch * 0.32, beam * 0.27);
        pen.of(Surface::Metal);
        let open = hold == 1 || hold == 2;
        pen.block([x - l, -w, deck], [x + l, w, deck + 2.0], hex(0x6b5a4f));
        if open {
            let z = deck + 2.03;
            pen.quad(
                [
                    [x - l + 0.4, -w + 0.4, z],
                    [x + l - 0.4, -w + 0.4, z],
                    [x + l - 0.4, w - 0.4, z],
                    [x - l + 0.4, w - 0.4, z],
                ],
                hex(0x1d1a17),
            );
            for s in [-1.0, 1.0] {
                pen.cube(
                    [x - l, s * (w + 2.6) - 2.4, deck + 1.4],
                    [x + l, s * (w + 2.6) + 2.4, deck + 2.2],
                    hex(0x7b6457),
                );
            }
        } else if pen.level >= 3 {
            for k in 0..6 {
                let x = x - l + 2.0 * l * (k as f64 + 0.5) / 6.0;
                pen.cube([x - 0.15, -w, deck + 2.0], [x + 0.15, w, deck + 2.2], hex(0x5c4b41));
            }
        }
        if hold < 4 {
            deck_crane(&mut pen.shifted(x + pitch * 0.5, 0.0, deck), if hold % 2 == 0 { 0.25 } else { 0.12 });
        }
    }
    let rail: Vec<_> = [-0.6, -0.2, 0.2, 0.6].map(|t| t * h).to_vec();
    for s in [-1.0, 1.0] {
        let line: Vec<_> = rail.iter().map(|&x| [x, s * (beam * 0.5 - 0.2), deck]).collect();
        railing(pen, &line, hex(0x8d8f88));
    }
}

fn deck_crane(pen: &mut Pen, raise: f64) {
    if pen.level < 1 {
        return;
    }
    pen.of(Surface::Metal);
    let c = hex(0xa9863f);
    pen.cone([0.0; 3], [0.0, 0.0, 11.0], 1.5, 1.3, if pen.level >= 3 { 12 } else { 6 }, scale(c, 0.8), c);
    pen.cube([-2.0, -1.8, 11.0], [2.0, 1.8, 16.0], c);
    let mut jib = pen.within(raised([1.8, 0.0, 11.8], raise));
    for y in [-1.0, 1.0] {
        jib.bar([0.0, y, 0.0], [22.0, y * 0.3, 0.0], 0.5, 0.7, c);
    }
    pen.rod([-0.5, 0.0, 16.0], [1.8 + 21.0, 0.0, 11.8 + 21.0 * raise], 0.08, 3, DARK);
    if pen.level >= 3 {
        for f in faces([1.2, -1.0, 12.6], [2.4, 0.4, 14.8]) {
            pen.pane(&f, [0.1, 0.5, f.width - 0.1, 2.0], 0.05, GLASS, 0);
        }
    }
}

/// A product tanker: pipes along the deck, the manifold amidships.
pub fn tanker(pen: &mut Pen, length: f64, seed: u64) {
    let (h, beam, deck) = (length * 0.5, length * 0.175, 8.5);
    let mut hull = Hull::cargo(length, beam, deck, hex(0x57302a), seed);
    hull.deck = hex(0x4f6158);
    hull.draw(pen);
    house(&mut pen.shifted(-h * 0.8, 0.0, deck), (12.0, beam * 0.72, beam * 0.98), 6, seed);
    pen.of(Surface::Paint);
    pen.block([-h * 0.92, -2.8, deck], [-h * 0.92 + 6.0, 2.8, deck + 18.0], hex(0x33566b));
    forecastle(pen, &hull, h);
    pen.of(Surface::Metal);
    let pipe = hex(0x8f9089);
    if pen.level >= 1 {
        pen.block([-h * 0.66, -2.2, deck], [h * 0.72, 2.2, deck + 1.6], scale(pipe, 0.8));
    }
    if pen.level >= 2 {
        for k in 0..5 {
            let y = -1.6 + 0.8 * f64::from(k);
            pen.rod([-h * 0.66, y, deck + 1.9], [h * 0.72, y, deck + 1.9], 0.25, 6, pipe);
            pen.rod(
                [f64::from(k) * 1.8 - 3.6, -beam * 0.42, deck + 1.8],
                [f64::from(k) * 1.8 - 3.6, beam * 0.42, deck + 1.8],
                0.22,
                6,
                pipe,
            );
        }
        for k in 0..10 {
            let x = -h * 0.6 + h * 1.26 * f64::from(k) / 9.0;
            pen.cube([x - 0.4, -beam * 0.46, deck], [x + 0.4, beam * 0.46, deck + 1.0], hull.deck);
        }
        // The hose crane.
        pen.cone([8.0, 0.0, deck], [8.0, 0.0, deck + 12.0], 0.7, 0.5, 8, BUFF, BUFF);
        pen.bar([8.0, 0.0, deck + 12.0], [22.0, 0.0, deck + 13.5], 0.6, 0.7, BUFF);
    }
    for s in [-1.0, 1.0] {
        railing(
            pen,
            &[[-h * 0.6, s * (beam * 0.5 - 0.2), deck], [h * 0.6, s * (beam * 0.5 - 0.2), deck]],
            hex(0x8d8f88),
        );
    }
}

/// A car carrier: a tall box with a ramp at its stern.
pub fn car_carrier(pen: &mut Pen, length: f64, seed: u64) {
    let (h, beam, deck) = (length * 0.5, length * 0.162, 7.5);
    let hull = Hull::cargo(length, beam, deck, hex(0x2d4d64), seed);
    hull.draw(pen);
    pen.of(Surface::Paint);
    let (b, top) = (beam * 0.5, 27.0);
    let white = hex(0xd5d6d1);
    let outline = |t: f64| {
        let nose = h * (0.86 - 0.1 * t);
        vec![
            [-h * 0.99, -b, deck + (top - deck) * t],
            [h * 0.62, -b, deck + (top - deck) * t],
            [nose, -b * 0.55, deck + (top - deck) * t],
            [nose + 3.0, 0.0, deck + (top - deck) * t],
            [nose, b * 0.55, deck + (top - deck) * t],
            [h * 0.62, b, deck + (top - deck) * t],
            [-h * 0.99, b, deck + (top - deck) * t],
        ]
    };
    let bands = if pen.level >= 2 { 6 } else { 1 };
    let rings: Vec<_> = (0..=bands).map(|k| outline(f64::from(k) / f64::from(bands))).collect();
    pen.loft(&rings, |k| if k < 2 { hex(0x2d4d64) } else { scale(white, 0.9 + 0.02 * k as f32) }, true);
    pen.poly(&rings[rings.len() - 1], hex(0x8b938f));
    house(&mut pen.shifted(h * 0.5, 0.0, top), (9.0, beam * 0.8, beam * 1.0), 2, seed);
    pen.of(Surface::Paint);
    pen.block([-h * 0.6, -3.0, top], [-h * 0.6 + 8.0, 3.0, top + 8.0], hex(0x2d4d64));
    if pen.level >= 3 {
        for s in [-1.0, 1.0] {
            let f = if s < 0.0 {
                Face::new([-h, -b - 0.02, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], length, top)
            } else {
                Face::new([h * 0.62, b + 0.02, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], length, top)
            };
            font::write(pen, &f, (length * 0.42, 16.0), 5.5, "ATLANTE RORO", hex(0x2d4d64));
            for k in 0..24 {
                let x = length * (0.08 + 0.03 * f64::from(k));
                pen.paint(&f, [x, 23.4, x + 2.0, 24.4], 0.02, scale(white, 0.45));
            }
        }
        for k in 0..14 {
            let x = -h * 0.5 + f64::from(k) * h * 0.07;
            for y in [-b * 0.6, b * 0.6] {
                pen.drum([x, y, top], 0.7, 1.6, 8, hex(0xa4a8a3));
            }
        }
        railing(pen, &[[-h * 0.98, -b + 0.3, top], [h * 0.6, -b + 0.3, top]], white);
        railing(pen, &[[-h * 0.98, b - 0.3, top], [h * 0.6, b - 0.3, top]], white);
    }
}

/// A harbour tug of 32 m.
pub fn tug(pen: &mut Pen, seed: u64) {
    let hull = Hull {
        stations: vec![
            Station(-16.0, 4.0, 3.0, 1.9),
            Station(-14.0, 5.2, 4.6, 1.8),
            Station(-4.0, 5.8, 5.4, 1.9),
            Station(5.0, 5.6, 4.8, 2.6),
            Station(11.0, 4.2, 2.6, 3.7),
            Station(14.5, 2.0, 0.8, 4.5),
            Station(16.0, 0.4, 0.1, 4.8),
        ],
        side: hex(0x24394c),
        boot: hex(0x6b3029),
        deck: hex(0x6f5a4a),
        bulwark: 1.0,
        seed,
    };
    hull.draw(pen);
    pen.of(Surface::Paint);
    pen.cube([-3.5, -3.6, 1.9], [8.0, 3.6, 4.9], WHITE);
    pen.cube([-0.5, -2.9, 4.9], [7.0, 2.9, 7.5], WHITE);
    pen.cube([1.2, -2.3, 7.5], [5.8, 2.3, 8.1], WHITE);
    for f in faces([1.2, -2.3, 8.1], [5.8, 2.3, 9.7]) {
        pen.pane(&f, [0.0, 0.0, f.width, 1.6], 0.0, GLASS, 0);
        if pen.level >= 3 {
            for k in 0..=3 {
                let x = f.width * f64::from(k) / 3.0;
                pen.paint(&f, [x - 0.09, 0.0, x + 0.09, 1.6], 0.02, WHITE);
            }
        }
    }
    pen.cube([0.8, -2.7, 9.7], [6.2, 2.7, 10.0], hex(0xb0602c));
    if pen.level < 2 {
        return;
    }
    pen.cone([2.0, 0.0, 10.0], [2.0, 0.0, 16.5], 0.22, 0.12, 6, WHITE, WHITE);
    for y in [-2.2, 2.2] {
        pen.block([-2.8, y - 0.6, 1.9], [-1.4, y + 0.6, 9.0], hex(0xb0602c));
        pen.block([-2.85, y - 0.65, 8.2], [-1.35, y + 0.65, 9.1], DARK);
    }
    if pen.level < 3 {
        return;
    }
    for s in [-1.0, 1.0] {
        for k in 0..9 {
            let x = -13.0 + 3.2 * f64::from(k);
            let (deck, water, z) = hull.at(x);
            let y = water + (deck - water) * 0.7;
            pen.rod([x - 0.45, s * (y + 0.3), z * 0.62], [x + 0.45, s * (y + 0.3), z * 0.62], 0.55, 8, hex(0x1b1c1e));
        }
        for f in faces([-3.5, -3.6, 1.9], [8.0, 3.6, 4.9]) {
            for k in 0..4 {
                let x = f.width * (0.15 + 0.22 * f64::from(k));
                pen.pane(&f, [x, 1.4, (x + 0.7).min(f.width), 2.1], 0.02, GLASS, 0);
            }
        }
    }
    pen.rod([14.9, -1.6, 4.4], [14.9, 1.6, 4.4], 0.7, 10, hex(0x1b1c1e));
    pen.rod([-9.0, -1.2, 3.0], [-9.0, 1.2, 3.0], 1.0, 12, hex(0x55605a));
    pen.cube([-10.2, -1.6, 1.9], [-7.8, 1.6, 2.4], hex(0x4c5651));
    pen.bar([-6.0, -2.4, 1.9], [-6.0, -2.4, 5.2], 0.3, 0.3, BUFF);
    pen.bar([-6.0, 2.4, 1.9], [-6.0, 2.4, 5.2], 0.3, 0.3, BUFF);
    pen.bar([-6.0, -2.4, 5.2], [-6.0, 2.4, 5.2], 0.3, 0.3, BUFF);
    railing(pen, &[[-0.5, -3.5, 4.9], [8.0, -3.5, 4.9], [8.0, 3.5, 4.9], [-0.5, 3.5, 4.9]], GALVANISED);
}

/// A pilot boat of 16 m, orange above.
pub fn pilot_boat(pen: &mut Pen, seed: u64) {
    let hull = Hull {
        stations: vec![
            Station(-8.0, 2.3, 2.0, 1.4),
            Station(-3.0, 2.5, 2.2, 1.4),
            Station(2.0, 2.4, 1.7, 1.6),
            Station(5.5, 1.6, 0.8, 2.0),
            Station(7.4, 0.6, 0.2, 2.3),
            Station(8.0, 0.1, 0.04, 2.4),
        ],
        side: hex(0x1f3d5c),
        boot: hex(0x5a2c28),
        deck: hex(0x8d8d86),
        bulwark: 0.1,
        seed,
    };
    hull.draw(pen);
    pen.of(Surface::Paint);
    pen.cube([-3.6, -1.7, 1.4], [3.2, 1.7, 2.6], hex(0xb85a26));
    for f in faces([-3.0, -1.6, 2.6], [2.4, 1.6, 3.6]) {
        pen.pane(&f, [0.1, 0.05, f.width - 0.1, 0.95], 0.0, GLASS, 0);
    }
    pen.cube([-3.3, -1.7, 3.55], [2.5, 1.7, 3.75], hex(0xb85a26));
    for x in [-3.0, -0.4, 2.2] {
        pen.cube([x, -1.63, 2.6], [x + 0.18, 1.63, 3.56], hex(0xb85a26));
    }
    if pen.level >= 3 {
        pen.rod([-1.5, 0.0, 3.7], [-1.5, 0.0, 6.4], 0.07, 5, WHITE);
        pen.cube([-1.6, -0.9, 4.6], [-1.4, 0.9, 4.75], WHITE);
        for s in [-1.0, 1.0] {
            railing(pen, &[[-3.4, s * 2.2, 1.4], [2.0, s * 2.2, 1.6], [6.6, s * 0.9, 2.2]], hex(0xc9c9c2));
        }
    }
    if pen.level >= 4 {
        let f = Face::new([-4.0, -2.42, 0.2], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 5.0, 1.2);
        font::write(pen, &f, (2.5, 0.35), 0.7, "PILOT", WHITE);
    }
}
