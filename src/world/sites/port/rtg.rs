//! The rubber-tyred gantry over a yard block: six rows of containers and a truck lane, one over five high. x along the
//! block, y across it, origin on the ground in the middle.

use super::super::font;
use super::super::parts::{DARK, GALVANISED, GLASS, LIT_LAMP, SAFETY, flight, railing};
use super::super::pen::{Face, Pen, faces};
use super::sts;
use crate::bake::mesh::{Rgb, Surface, hex, scale};

/// Between the middles of the legs.
pub const SPAN_M: f64 = 23.47;
/// Underside of the girders.
pub const GIRDER_Z: f64 = 20.6;
pub const HEIGHT_M: f64 = 24.5;
const HALF: f64 = SPAN_M * 0.5;
/// Legs' distance from the middle along the block.
const LEG_X: f64 = 3.4;
pub const BODY: Rgb = hex(0xb9bdb6);

pub fn crane(pen: &mut Pen, number: &str, trolley_y: f64, spreader_z: f64) {
    gantry(pen, number);
    trolley(&mut pen.shifted(0.0, trolley_y, GIRDER_Z + 1.7));
    if pen.level >= 2 {
        spreader(&mut pen.shifted(0.0, trolley_y, spreader_z), GIRDER_Z + 1.7 - spreader_z);
    }
}

/// All but the trolley.
pub fn gantry(pen: &mut Pen, number: &str) {
    pen.of(Surface::Metal);
    let (c, level) = (BODY, pen.level);
    for y in [-HALF, HALF] {
        if level == 0 {
            pen.bar([0.0, y, 0.0], [0.0, y, GIRDER_Z], 1.0, 4.0, c);
            continue;
        }
        for x in [-LEG_X, LEG_X] {
            pen.bar([x, y, 2.0], [x, y, GIRDER_Z + 0.2], 0.8, 1.0, c);
        }
        pen.bar([-5.6, y, 2.0], [5.6, y, 2.0], 0.9, 1.1, hex(0x35617f));
        if level >= 2 {
            pen.bar([-LEG_X, y, 13.0], [LEG_X, y, 13.0], 0.5, 0.6, scale(c, 0.92));
            sill(&mut pen.shifted(0.0, y, 0.0), y < 0.0);
        }
        for x in [-4.6, 4.6] {
            bogie(&mut pen.shifted(x, y, 0.0));
        }
    }
    for x in if level == 0 { [0.0, 0.0] } else { [-LEG_X, LEG_X] } {
        let wide = if level == 0 { 5.0 } else { 0.85 };
        pen.bar([x, -HALF - 1.2, GIRDER_Z + 0.85], [x, HALF + 1.2, GIRDER_Z + 0.85], wide, 1.7, c);
        if level == 0 {
            return;
        }
    }
    if level < 3 {
        return;
    }
    for y in [-HALF - 1.0, HALF + 1.0] {
        pen.bar([-LEG_X, y, GIRDER_Z + 1.0], [LEG_X, y, GIRDER_Z + 1.0], 0.4, 0.7, scale(c, 0.9));
    }
    for s in [-1.0, 1.0] {
        let x = s * (LEG_X + 0.45);
        let (a, b) = (x.min(x + s * 0.9), x.max(x + s * 0.9));
        pen.cube([a, -HALF, GIRDER_Z + 0.5], [b, HALF, GIRDER_Z + 0.58], GALVANISED);
        railing(pen, &[[x + s * 0.9, -HALF, GIRDER_Z + 0.58], [x + s * 0.9, HALF, GIRDER_Z + 0.58]], SAFETY);
        // Its number on the girders, read from outside.
        let f = if s < 0.0 {
            Face::new([-LEG_X - 0.43, HALF, GIRDER_Z], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], SPAN_M, 1.7)
        } else {
            Face::new([LEG_X + 0.43, -HALF, GIRDER_Z], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], SPAN_M, 1.7)
        };
        font::write(pen, &f, (SPAN_M * 0.5, 0.72), 0.85, &format!("RTG {number}"), hex(0x2f4f68));
    }
    // Stairs at one leg.
    for k in 0..5 {
        let (z, s) = (2.6 + f64::from(k) * 3.6, if k % 2 == 0 { 1.0 } else { -1.0 });
        flight(pen, [-s * 2.2, HALF + 0.95, z], [s * 2.2, HALF + 0.95, z + 3.6], 0.8, GALVANISED);
        pen.cube([s * 2.2 - 0.6, HALF + 0.5, z + 3.5], [s * 2.2 + 0.6, HALF + 1.4, z + 3.6], GALVANISED);
    }
    for (x, y) in [(-LEG_X, -8.0), (LEG_X, -8.0), (-LEG_X, 8.0), (LEG_X, 8.0)] {
        pen.cube([x - 0.35, y - 0.4, GIRDER_Z - 0.35], [x + 0.35, y + 0.4, GIRDER_Z], DARK);
        let z = GIRDER_Z - 0.37;
        pen.glass(
            [[x - 0.3, y + 0.35, z], [x + 0.3, y + 0.35, z], [x + 0.3, y - 0.35, z], [x - 0.3, y - 0.35, z]],
            hex(0xd9d6c8),
            LIT_LAMP,
        );
    }
}

/// The generator or the electrical house on a sill.
fn sill(pen: &mut Pen, engine: bool) {
    let out = if engine { -1.0 } else { 1.0 };
    let (low, high) = ([-2.4, (out * 0.5f64).min(out * 2.3), 1.7], [2.4, (out * 0.5f64).max(out * 2.3), 4.4]);
    pen.cube(low, high, if engine { hex(0x8f9693) } else { hex(0xd3d2ca) });
    if pen.level >= 4 {
        for f in faces(low, high) {
            pen.paint(&f, [f.width * 0.1, 0.5, f.width * 0.45, 2.1], 0.015, hex(0x565c5d));
            pen.paint(&f, [f.width * 0.55, 0.2, f.width * 0.8, 2.2], 0.015, hex(0x757d7c));
        }
        if engine {
            pen.rod([1.6, out * 1.2, 4.4], [1.6, out * 1.2, 5.6], 0.14, 8, DARK);
        }
    }
}

fn bogie(pen: &mut Pen) {
    pen.of(Surface::Metal);
    if pen.level < 3 {
        pen.block([-1.7, -0.55, 0.0], [1.7, 0.55, 1.5], DARK);
        return;
    }
    pen.cube([-1.0, -0.3, 1.0], [1.0, 0.3, 1.6], hex(0x35617f));
    for x in [-0.85, 0.85] {
        pen.wheel([x, 0.0, 0.78], 0.78, 0.62, hex(0x1c1d1e), hex(0x8b8f8c));
    }
}

/// The trolley on the girders: its origin is the middle between them, on their upper side.
pub fn trolley(pen: &mut Pen) {
    pen.of(Surface::Metal);
    let c = hex(0x6a7072);
    pen.cube([-LEG_X - 0.5, -2.2, 0.1], [LEG_X + 0.5, 2.2, 0.6], c);
    pen.cube([-2.0, -1.6, 0.6], [2.0, 1.6, 2.0], hex(0xd3d2ca));
    if pen.level < 2 {
        return;
    }
    let (low, high) = ([-1.2, 2.3, -3.4], [1.2, 4.1, -0.9]);
    pen.cube(low, high, hex(0xd8d6cd));
    pen.bar([0.0, 3.0, -0.9], [0.0, 2.0, 0.2], 1.6, 0.3, c);
    for f in faces(low, high) {
        pen.pane(&f, [0.1, 0.5, f.width - 0.1, 2.2], 0.03, GLASS, 0);
    }
    if pen.level >= 4 {
        for x in [-LEG_X, LEG_X] {
            for y in [-1.8, 1.8] {
                pen.rod([x - 0.15, y, 0.25], [x + 0.15, y, 0.25], 0.3, 10, DARK);
            }
        }
        railing(pen, &[[-LEG_X, -2.2, 0.6], [LEG_X, -2.2, 0.6]], SAFETY);
        railing(pen, &[[-LEG_X, 2.2, 0.6], [LEG_X, 2.2, 0.6]], SAFETY);
        pen.rod([-1.2, -0.5, 1.1], [1.2, -0.5, 1.1], 0.5, 12, hex(0x4a4d4e));
    }
}

/// The spreader, along the block.
pub fn spreader(pen: &mut Pen, rope_m: f64) {
    let mut turned = pen.within(super::super::pen::turned([0.0; 3], std::f64::consts::FRAC_PI_2));
    sts::spreader(&mut turned, rope_m);
}
