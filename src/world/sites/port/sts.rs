//! The ship-to-shore crane of the super-post-panamax class: x to the sea, y along the quay, origin on the quay in the
//! middle between the rails.
//!
//! Rail gauge 30.5 m, outreach 60 m before the seaward rail, back reach 18 m, 42 m under the spreader, 18.3 m between
//! the legs; the apex stands 79 m above the quay and the tip of a raised boom 105 m.

use super::super::font;
use super::super::parts::{DARK, GALVANISED, GLASS, LIT_LAMP, LIT_RED, SAFETY, railing, stair_tower};
use super::super::pen::{Face, Pen, faces, raised};
use crate::bake::mesh::{Rgb, Surface, blend, hex, scale};

pub const GAUGE_M: f64 = 30.5;
/// Underside of the boom, on which the trolley runs.
pub const BOOM_Z: f64 = 45.0;
pub const BOOM_M: f64 = 61.0;
/// The boom's hinge.
pub const HINGE_X: f64 = GAUGE_M * 0.5 + 3.0;
/// Half the distance between the legs along the quay.
const HALF: f64 = 9.15;
const SEA: f64 = GAUGE_M * 0.5;
const LAND: f64 = -GAUGE_M * 0.5;
const REAR: f64 = LAND - 29.0;
/// Half the distance between the two girders.
const GIRDER_Y: f64 = 3.6;
const APEX: (f64, f64) = (13.0, 79.0);
/// How far a raised boom is turned up, radians.
pub const RAISED: f64 = 1.38;

/// Slender parts are drawn this much thicker in coarse levels, or a crane's outline would be lost from far.
const FAT: [f64; 5] = [2.4, 1.6, 1.0, 1.0, 1.0];

#[derive(Debug, Clone)]
pub struct Style {
    pub body: Rgb,
    pub house: Rgb,
    pub ink: Rgb,
    pub number: String,
}

impl Style {
    /// Two makes: the older cranes blue, the newer ones pale grey.
    pub fn of(number: usize) -> Self {
        let (body, ink) = if number <= 5 { (hex(0x3b5d73), hex(0xdde0de)) } else { (hex(0xb4b9b6), hex(0x2f4f68)) };
        Self { body, house: hex(0xd3d2ca), ink, number: format!("{number:02}") }
    }
}

/// The whole crane: its boom down or up, its trolley at `trolley_x` with the spreader `spreader_z` above the quay.
pub fn crane(pen: &mut Pen, style: &Style, boom_up: bool, trolley_x: f64, spreader_z: f64) {
    gantry(pen, style);
    let angle = if boom_up { RAISED } else { 0.0 };
    boom(&mut pen.within(raised([HINGE_X, 0.0, BOOM_Z], angle)), style);
    stays(pen, boom_up);
    if pen.level >= 2 {
        trolley(&mut pen.shifted(trolley_x, 0.0, BOOM_Z));
    }
    if pen.level >= 2 {
        spreader(&mut pen.shifted(trolley_x, 0.0, spreader_z), BOOM_Z - spreader_z);
    }
}

/// Everything that only travels along the quay.
pub fn gantry(pen: &mut Pen, style: &Style) {
    pen.of(Surface::Metal);
    let (c, level) = (style.body, pen.level);
    let dim = scale(c, 0.9);
    let fat = FAT[level];
    for x in [SEA, LAND] {
        for y in [-HALF, HALF] {
            pen.bar([x, y, 1.5], [x, y, BOOM_Z + 3.2], 1.3 * fat, 1.7 * fat, c);
        }
    }
    let girders: &[f64] = if level == 0 { &[0.0] } else { &[-GIRDER_Y, GIRDER_Y] };
    for &y in girders {
        let wide = if level == 0 { 6.0 } else { 1.15 };
        pen.bar([REAR, y, BOOM_Z + 1.1], [HINGE_X - 0.4, y, BOOM_Z + 1.1], wide, 2.2, c);
    }
    for y in [-1.0, 1.0] {
        let top = [APEX.0, y * 2.6, APEX.1];
        pen.bar([SEA, y * HALF, BOOM_Z + 3.0], top, 1.0 * fat, 1.1 * fat, c);
        pen.bar([LAND + 1.5, y * HALF, BOOM_Z + 3.0], top, 0.7 * fat, 0.8 * fat, dim);
    }
    house(pen, style);
    if level == 0 {
        return;
    }
    portal(pen, c);
    for x in [SEA, LAND] {
        for y in [-HALF, HALF] {
            bogies(&mut pen.shifted(x, y, 0.0), c);
        }
    }
    if level < 2 {
        return;
    }
    for y in [-1.0, 1.0] {
        pen.rod([APEX.0, y * 2.4, APEX.1], [REAR + 3.0, y * GIRDER_Y, BOOM_Z + 2.2], 0.17, 4, dim);
        pen.rod([APEX.0, y * 2.4, APEX.1], [LAND + 2.0, y * GIRDER_Y, BOOM_Z + 2.2], 0.17, 4, dim);
    }
    if level >= 3 {
        let foot = [LAND - 2.6, HALF + 2.2, 0.3];
        stair_tower(pen, foot, 5.0, BOOM_Z + 1.0, GALVANISED);
        // The lift's mast at the other leg.
        pen.bar([LAND - 1.5, -HALF - 1.6, 0.5], [LAND - 1.5, -HALF - 1.6, BOOM_Z], 0.7, 0.7, GALVANISED);
        pen.cube([LAND - 2.4, -HALF - 3.5, 16.0], [LAND - 0.6, -HALF - 2.0, 18.6], hex(0xb9a23e));
        ties(pen, REAR, HINGE_X - 2.0, dim);
        walkways(pen, REAR, HINGE_X - 0.5);
        lettering(pen, style);
        lights(pen);
    }
}

/// Sills, portal beams, upper cross beams and diagonals.
fn portal(pen: &mut Pen, c: Rgb) {
    let dim = scale(c, 0.93);
    for x in [SEA, LAND] {
        pen.bar([x, -HALF - 3.2, 3.0], [x, HALF + 3.2, 3.0], 1.35, 1.9, dim);
        pen.bar([x, -HALF, BOOM_Z + 3.0], [x, HALF, BOOM_Z + 3.0], 1.4, 1.8, dim);
    }
    for y in [-HALF, HALF] {
        pen.bar([LAND, y, 17.4], [SEA, y, 17.4], 1.25, 2.1, dim);
        pen.bar([LAND, y, BOOM_Z + 2.6], [SEA, y, BOOM_Z + 2.6], 0.9, 1.2, dim);
        if pen.level >= 2 {
            pen.rod([SEA - 0.6, y, 18.6], [0.0, y, BOOM_Z + 1.8], 0.5, if pen.level >= 4 { 10 } else { 5 }, c);
            pen.rod([LAND + 0.6, y, 18.6], [0.0, y, BOOM_Z + 1.8], 0.5, if pen.level >= 4 { 10 } else { 5 }, c);
        }
    }
    pen.bar([LAND, -HALF, 17.4], [LAND, HALF, 17.4], 1.1, 1.5, dim);
    pen.bar([APEX.0, -3.4, APEX.1 - 0.4], [APEX.0, 3.4, APEX.1 - 0.4], 1.3, 1.5, c);
    if pen.level >= 2 {
        let (z, t) = (62.5, 0.5);
        let at = |x: f64| x + (APEX.0 - x) * t;
        pen.bar([at(SEA), -5.8, z], [at(SEA), 5.8, z], 0.6, 0.6, dim);
        // Gussets where legs and portal beams meet.
        for (x, s) in [(SEA, -1.0), (LAND, 1.0)] {
            for y in [-HALF, HALF] {
                pen.bar([x, y, 13.2], [x + s * 3.4, y, 16.8], 0.9, 0.9, dim);
            }
        }
    }
}

/// Eight wheels under a corner with their balancing beams.
fn bogies(pen: &mut Pen, c: Rgb) {
    if pen.level < 3 {
        pen.block([-0.6, -4.6, 0.1], [0.6, 4.6, 1.9], DARK);
        return;
    }
    let c = scale(c, 0.8);
    for s in [-1.0, 1.0] {
        pen.cube([-0.5, s * 2.35 - 2.0, 1.05], [0.5, s * 2.35 + 2.0, 1.75], c);
        for t in [-1.0, 1.0] {
            let y = s * 2.35 + t * 1.1;
            pen.cube([-0.36, y - 0.95, 0.42], [0.36, y + 0.95, 1.0], DARK);
            if pen.level >= 4 {
                for w in [-0.5, 0.5] {
                    let m = [0.0, y + w, 0.38];
                    let (a, b) = ([-0.2, m[1], m[2]], [0.2, m[1], m[2]]);
                    pen.rod(a, b, 0.38, 10, hex(0x4a4742));
                    pen.disc(a, [-1.0, 0.0, 0.0], 0.38, 10, hex(0x5c5853));
                    pen.disc(b, [1.0, 0.0, 0.0], 0.38, 10, hex(0x5c5853));
                }
            }
        }
        pen.cube([-0.2, s * 4.7, 0.6], [0.2, s * 5.2, 1.0], SAFETY);
    }
}

/// The machinery house on the rear of the girders.
fn house(pen: &mut Pen, style: &Style) {
    let (low, high) = ([REAR + 1.0, -5.0, BOOM_Z + 3.0], [REAR + 21.0, 5.0, BOOM_Z + 9.4]);
    pen.cube(low, high, style.house);
    if pen.level < 2 {
        return;
    }
    pen.cube(
        [low[0] - 0.3, low[1] - 0.3, high[2]],
        [high[0] + 0.3, high[1] + 0.3, high[2] + 0.25],
        scale(style.house, 0.85),
    );
    pen.bar([low[0], 0.0, high[2] + 1.1], [high[0] + 2.0, 0.0, high[2] + 1.1], 0.4, 0.5, SAFETY);
    pen.cube([high[0] + 1.4, -3.0, BOOM_Z + 2.4], [high[0] + 6.0, 3.0, BOOM_Z + 5.4], scale(style.house, 0.95));
    if pen.level < 3 {
        return;
    }
    for (k, f) in faces(low, high).iter().enumerate() {
        let ribs = if pen.level >= 4 { (f.width / 1.6) as usize } else { 0 };
        for i in 1..ribs {
            let x = f.width * i as f64 / ribs as f64;
            pen.paint(f, [x - 0.04, 0.3, x + 0.04, f.height - 0.2], 0.02, scale(style.house, 0.82));
        }
        pen.paint(f, [0.0, 0.0, f.width, 0.5], 0.015, scale(style.house, 0.55));
        if k % 2 == 0 {
            for x in [3.0, 6.0, f.width - 6.0, f.width - 3.0] {
                pen.paint(f, [x - 0.9, 3.9, x + 0.9, 5.3], 0.03, hex(0x4d5355));
            }
            font::write(pen, f, (f.width * 0.5, 1.3), 2.6, &style.number, hex(0x2f4f68));
        } else {
            pen.relief(f, [f.width * 0.5 - 0.6, 0.0, f.width * 0.5 + 0.6, 2.2], 0.05, hex(0x58636a));
        }
    }
    let z = BOOM_Z + 3.0;
    for y in [-1.0, 1.0] {
        let walk = [[low[0] - 1.0, y * 5.0, z], [high[0] + 7.0, y * 6.0, z]];
        let (y0, y1) = (walk[0][1].min(walk[1][1]), walk[0][1].max(walk[1][1]));
        pen.cube([walk[0][0], y0, z - 0.12], [walk[1][0], y1, z], GALVANISED);
        railing(pen, &[[walk[0][0], y * 6.0, z], [walk[1][0], y * 6.0, z]], GALVANISED);
    }
}

/// Cross ties between the girders.
fn ties(pen: &mut Pen, from: f64, to: f64, c: Rgb) {
    let count = ((to - from) / 9.0).round().max(1.0) as usize;
    for k in 0..=count {
        let x = from + (to - from) * k as f64 / count as f64;
        pen.bar([x, -GIRDER_Y, BOOM_Z + 1.8], [x, GIRDER_Y, BOOM_Z + 1.8], 0.5, 0.6, c);
    }
}

fn walkways(pen: &mut Pen, from: f64, to: f64) {
    for y in [-1.0, 1.0] {
        let (a, b) = (y * (GIRDER_Y + 0.6), y * (GIRDER_Y + 1.6));
        pen.cube([from, a.min(b), BOOM_Z + 0.9], [to, a.max(b), BOOM_Z + 1.0], GALVANISED);
        railing(pen, &[[from, b, BOOM_Z + 1.0], [to, b, BOOM_Z + 1.0]], SAFETY);
        if pen.level < 4 {
            pen.bar([from, b, BOOM_Z + 2.05], [to, b, BOOM_Z + 2.05], 0.06, 0.06, SAFETY);
        }
    }
}

fn lettering(pen: &mut Pen, style: &Style) {
    let f = Face::new([LAND, -HALF - 0.63, 16.35], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], GAUGE_M, 2.1);
    font::write(pen, &f, (GAUGE_M * 0.5, 0.42), 1.25, "PORTO DO MIRANTE", style.ink);
    let f = Face::new([SEA, HALF + 0.63, 16.35], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], GAUGE_M, 2.1);
    font::write(pen, &f, (GAUGE_M * 0.5, 0.42), 1.25, "PORTO DO MIRANTE", style.ink);
    for x in [LAND, SEA] {
        let f = Face::new([x - 0.85, -HALF - 0.65, 6.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], 1.7, 2.0);
        font::write(pen, &f, (0.85, 0.0), 0.9, &style.number, style.ink);
        let f = Face::new([x - 0.86, HALF + 0.65, 6.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], 1.3, 2.0);
        font::write(pen, &f, (0.65, 0.0), 0.75, &style.number, style.ink);
        // Warning stripes at the feet.
        for y in [-HALF, HALF] {
            for (k, z) in [4.1, 4.6, 5.1].iter().enumerate() {
                let stripe = if k % 2 == 0 { SAFETY } else { DARK };
                pen.walls([x - 0.87, y - 0.67, *z], [x + 0.87, y + 0.67, z + 0.5], stripe, stripe);
            }
        }
    }
}

fn lights(pen: &mut Pen) {
    let white = hex(0xd9d6c8);
    for (x, y, z) in [
        (SEA, 6.0, 15.9),
        (SEA, -6.0, 15.9),
        (LAND, 6.0, 15.9),
        (LAND, -6.0, 15.9),
        (0.0, 4.6, 44.5),
        (0.0, -4.6, 44.5),
        (-30.0, 4.6, 44.5),
        (-30.0, -4.6, 44.5),
    ] {
        pen.cube([x - 0.5, y - 0.4, z], [x + 0.5, y + 0.4, z + 0.4], DARK);
        pen.glass(
            [
                [x - 0.42, y + 0.32, z - 0.02],
                [x + 0.42, y + 0.32, z - 0.02],
                [x + 0.42, y - 0.32, z - 0.02],
                [x - 0.42, y - 0.32, z - 0.02],
            ],
            white,
            LIT_LAMP,
        );
    }
    for y in [-2.6, 2.6] {
        for f in faces([APEX.0 - 0.2, y - 0.2, APEX.1 + 0.5], [APEX.0 + 0.2, y + 0.2, APEX.1 + 1.1]) {
            pen.pane(&f, [0.0, 0.0, f.width, f.height], 0.0, hex(0x7a2a24), LIT_RED);
        }
    }
    // The reel of the power cable at the landward sill.
    let m = [LAND + 1.2, 2.5, 4.6];
    pen.rod(m, [m[0] + 0.5, m[1], m[2]], 2.6, 20, DARK);
    pen.disc([m[0] + 0.5, m[1], m[2]], [1.0, 0.0, 0.0], 2.6, 20, hex(0x83601f));
    pen.disc(m, [-1.0, 0.0, 0.0], 2.6, 20, hex(0x83601f));
}

/// The boom in the frame of its hinge, x along it.
pub fn boom(pen: &mut Pen, style: &Style) {
    pen.of(Surface::Metal);
    let c = style.body;
    if pen.level == 0 {
        pen.bar([0.0, 0.0, 1.1], [BOOM_M, 0.0, 1.1], 6.0, 2.2, c);
        return;
    }
    for y in [-GIRDER_Y, GIRDER_Y] {
        pen.bar([0.0, y, 1.1], [BOOM_M * 0.8, y, 1.1], 1.15, 2.2, c);
        pen.bar([BOOM_M * 0.8, y, 0.95], [BOOM_M, y, 0.8], 1.0, 1.7, c);
    }
    pen.bar([BOOM_M, -GIRDER_Y - 0.6, 0.9], [BOOM_M, GIRDER_Y + 0.6, 0.9], 1.2, 1.5, scale(c, 0.92));
    if pen.level < 2 {
        return;
    }
    for k in 1..7 {
        let x = BOOM_M * f64::from(k) / 7.0;
        pen.bar([x, -GIRDER_Y, 1.7], [x, GIRDER_Y, 1.7], 0.45, 0.6, scale(c, 0.92));
    }
    for x in [BOOM_M * 0.36, BOOM_M * 0.8] {
        for y in [-GIRDER_Y, GIRDER_Y] {
            pen.bar([x - 0.8, y, 2.2], [x, y, 3.2], 0.5, 0.5, c);
            pen.bar([x + 0.8, y, 2.2], [x, y, 3.2], 0.5, 0.5, c);
        }
    }
    if pen.level < 3 {
        return;
    }
    for y in [-1.0, 1.0] {
        let (a, b) = (y * (GIRDER_Y + 0.6), y * (GIRDER_Y + 1.5));
        pen.cube([1.0, a.min(b), 0.9], [BOOM_M, a.max(b), 1.0], GALVANISED);
        railing(pen, &[[1.0, b, 1.0], [BOOM_M, b, 1.0]], SAFETY);
        let f = if y < 0.0 {
            Face::new([0.0, -GIRDER_Y - 0.58, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], BOOM_M, 2.2)
        } else {
            Face::new([BOOM_M, GIRDER_Y + 0.58, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], BOOM_M, 2.2)
        };
        if pen.level >= 4 {
            // Seams of the plates, and dirt that water leaves under the rail.
            for k in 1..10 {
                let x = BOOM_M * 0.08 * f64::from(k);
                pen.paint(&f, [x - 0.03, 0.05, x + 0.03, 2.15], 0.012, scale(c, 0.8));
            }
            pen.paint_shaded(&f, [0.3, 0.02, BOOM_M * 0.78, 0.5], 0.01, scale(c, 0.66), scale(c, 0.93));
        }
    }
    for x in [12.0, 26.0, 40.0, 54.0] {
        for y in [-5.0, 5.0] {
            pen.glass(
                [[x - 0.4, y + 0.3, 0.3], [x + 0.4, y + 0.3, 0.3], [x + 0.4, y - 0.3, 0.3], [x - 0.4, y - 0.3, 0.3]],
                hex(0xd9d6c8),
                LIT_LAMP,
            );
            pen.cube([x - 0.5, y - 0.4, 0.32], [x + 0.5, y + 0.4, 0.7], DARK);
        }
    }
    for f in faces([BOOM_M - 0.2, -0.2, 1.7], [BOOM_M + 0.2, 0.2, 2.4]) {
        pen.pane(&f, [0.0, 0.0, f.width, f.height], 0.0, hex(0x7a2a24), LIT_RED);
    }
    // Hinges.
    for y in [-GIRDER_Y, GIRDER_Y] {
        pen.rod([0.0, y - 0.8, 1.4], [0.0, y + 0.8, 1.4], 0.8, 10, scale(c, 0.75));
    }
}

/// The boom's stays: taut when it is down, folded when it is up.
pub fn stays(pen: &mut Pen, boom_up: bool) {
    if pen.level == 0 {
        return;
    }
    pen.of(Surface::Metal);
    let c = hex(0x6f7675);
    let (s, k) = if boom_up { crate::bake::det::sin_cos(RAISED) } else { (0.0, 1.0) };
    for along in [BOOM_M * 0.36, BOOM_M * 0.8] {
        for y in [-1.0, 1.0] {
            let (x, z) = (HINGE_X + along * k - 3.0 * s, BOOM_Z + along * s + 3.0 * k);
            let (a, b) = ([APEX.0, y * 2.5, APEX.1], [x, y * GIRDER_Y, z]);
            if boom_up {
                let knee = [APEX.0 + 4.0 + along * 0.06, y * 3.0, BOOM_Z + 14.0 + along * 0.2];
                pen.rod(a, knee, 0.2, 4, c);
                pen.rod(knee, b, 0.2, 4, c);
            } else {
                pen.rod(a, b, if along < 30.0 { 0.2 } else { 0.24 } * FAT[pen.level], 4, c);
            }
        }
    }
}

/// The trolley: its origin lies on the rails, in the middle between them.
pub fn trolley(pen: &mut Pen) {
    pen.of(Surface::Metal);
    let c = hex(0x6a7072);
    pen.cube([-3.4, -4.4, -0.7], [3.4, 4.4, -0.15], c);
    pen.cube([-2.6, -2.4, -0.15], [2.6, 2.4, 0.9], scale(c, 0.85));
    // The cabin hangs under its landward end, off the middle so that the driver sees the spreader.
    let (low, high) = ([-6.6, -1.5, -4.0], [-3.8, 1.1, -1.2]);
    pen.cube(low, high, hex(0xd8d6cd));
    pen.bar([-5.2, -0.2, -1.2], [-3.0, -0.2, -0.4], 1.6, 0.4, c);
    for (k, f) in faces(low, high).iter().enumerate() {
        let low = if k == 1 { 0.1 } else { 0.9 };
        pen.pane(f, [0.12, low, f.width - 0.12, 2.45], 0.03, GLASS, if k == 1 { 3 } else { 0 });
    }
    pen.glass([[-5.2, 0.9, -4.02], [-3.9, 0.9, -4.02], [-3.9, -1.3, -4.02], [-5.2, -1.3, -4.02]], GLASS, 0);
    if pen.level >= 4 {
        for (x, y) in [(-2.8, -3.9), (2.8, -3.9), (-2.8, 3.9), (2.8, 3.9)] {
            pen.rod([x, y - 0.2, -0.05], [x, y + 0.2, -0.05], 0.36, 10, DARK);
        }
        for (x, y) in [(-0.9, -1.2), (0.9, -1.2), (-0.9, 1.2), (0.9, 1.2)] {
            pen.rod([x, y - 0.3, -0.7], [x, y + 0.3, -0.7], 0.45, 10, hex(0x4a4d4e));
        }
        railing(pen, &[[-3.4, -4.4, -0.15], [3.4, -4.4, -0.15]], SAFETY);
        railing(pen, &[[-3.4, 4.4, -0.15], [3.4, 4.4, -0.15]], SAFETY);
        for x in [-6.7, -3.7] {
            pen.cube([x - 0.05, -1.6, -1.3], [x + 0.05, 1.2, -1.2], SAFETY);
        }
    }
}

/// The spreader for 40 feet with its headblock, from the quay crane's ropes; origin at the twistlocks, along y.
pub fn spreader(pen: &mut Pen, rope_m: f64) {
    pen.of(Surface::Metal);
    let c = blend(SAFETY, hex(0x8a5a20), 0.25);
    pen.cube([-0.5, -3.0, 0.25], [0.5, 3.0, 0.8], c);
    for x in [-0.75, 0.75] {
        pen.cube([x - 0.16, -6.0, 0.3], [x + 0.16, 6.0, 0.65], scale(c, 0.92));
    }
    for y in [-5.98, 5.98] {
        pen.cube([-1.2, y - 0.13, 0.12], [1.2, y + 0.13, 0.62], c);
    }
    pen.cube([-1.1, -1.9, 0.8], [1.1, 1.9, 1.35], hex(0x55595b));
    if pen.level >= 4 {
        for (x, y) in [(-1.13, -5.98), (1.13, -5.98), (-1.13, 5.98), (1.13, 5.98)] {
            pen.post([x, y, -0.08], [0.12, 0.1, 0.24], DARK);
            pen.cube(
                [x - 0.16, y - 0.04 - 0.16 * y.signum().max(0.0), -0.22],
                [x + 0.16, y + 0.2, 0.14],
                scale(c, 0.7),
            );
        }
        for (x, y) in [(-0.8, -1.5), (0.8, -1.5), (-0.8, 1.5), (0.8, 1.5)] {
            pen.rod([x - 0.1, y, 1.6], [x + 0.1, y, 1.6], 0.42, 10, DARK);
            pen.disc([x + 0.1, y, 1.6], [1.0, 0.0, 0.0], 0.42, 10, hex(0x8a8d8b));
            pen.disc([x - 0.1, y, 1.6], [-1.0, 0.0, 0.0], 0.42, 10, hex(0x8a8d8b));
        }
    }
    let r = if pen.level >= 4 { 0.03 } else { 0.06 };
    for (x, y) in [(-0.8, -1.5), (0.8, -1.5), (-0.8, 1.5), (0.8, 1.5)] {
        for d in [-0.35, 0.35] {
            if pen.level >= 4 || d > 0.0 {
                pen.rod([x, y + d, 1.5], [x * 1.1, y + d, rope_m - 0.6], r, 3, hex(0x2e3031));
            }
        }
    }
}
