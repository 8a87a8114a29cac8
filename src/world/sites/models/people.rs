//! A person who stands; the limbs are nodes, so that a walk can swing them.

use super::super::pen::{P, Pen};
use super::Model;
use crate::bake::mesh::{Rgb, Surface, hex, scale};
use glam::DVec3;

pub fn all() -> Vec<(&'static str, Model)> {
    vec![("person", person())]
}

/// A rounded body: half axes forward, sideways, up.
fn body(pen: &mut Pen, at: P, half: P, c: Rgb, (sides, rings): (usize, usize)) {
    let middle = pen.plan_from_local.transform_point3(at.into());
    // The blob's axes are those of the page, where forward is -y.
    let half = DVec3::new(half[1], half[0], half[2]);
    pen.mesh.blob(middle, half, (sides, rings), |z| scale(c, 0.82 + 0.18 * z as f32), |_, _| 1.0);
}

fn person() -> Model {
    let (vest, shirt, cloth, skin, hair) = (hex(0xe9e6df), hex(0x3c4a58), hex(0x30343c), hex(0xb98a6d), hex(0x33271f));
    let mut m = Model::new();
    let root = m.part("body", None, [0.0; 3], |pen| {
        pen.of(Surface::Plain);
        body(pen, [0.0, 0.0, 0.97], [0.13, 0.17, 0.14], cloth, (12, 6));
        body(pen, [0.0, 0.0, 1.2], [0.12, 0.18, 0.26], vest, (14, 10));
        body(pen, [0.0, 0.0, 1.36], [0.11, 0.21, 0.13], vest, (14, 8));
        pen.rod([0.0, 0.0, 1.44], [0.01, 0.0, 1.56], 0.055, 10, skin);
        body(pen, [0.01, 0.0, 1.63], [0.1, 0.08, 0.125], skin, (14, 10));
        body(pen, [-0.015, 0.0, 1.665], [0.105, 0.088, 0.105], hair, (14, 8));
    });
    for (name, y) in [("leg_left", 0.1), ("leg_right", -0.1)] {
        m.part(name, Some(root), [0.0, y, 0.94], |pen| {
            pen.of(Surface::Plain);
            pen.cone([0.0, 0.0, 0.0], [0.01, 0.0, -0.45], 0.09, 0.065, 10, cloth, cloth);
            pen.cone([0.01, 0.0, -0.44], [-0.01, 0.0, -0.86], 0.066, 0.045, 10, cloth, scale(cloth, 0.85));
            pen.cube([-0.1, -0.045, -0.94], [0.17, 0.045, -0.85], hex(0x1d1d1f));
        });
    }
    for (name, y) in [("arm_left", 0.215), ("arm_right", -0.215)] {
        m.part(name, Some(root), [0.0, y, 1.41], |pen| {
            pen.of(Surface::Plain);
            let out = y * 0.16;
            body(pen, [0.0, 0.0, 0.0], [0.062, 0.06, 0.07], vest, (10, 6));
            pen.cone([0.0, 0.0, 0.02], [-0.02, out, -0.28], 0.055, 0.045, 10, shirt, shirt);
            pen.cone([-0.02, out, -0.27], [0.03, out, -0.52], 0.044, 0.034, 10, shirt, scale(shirt, 0.9));
            body(pen, [0.04, out, -0.58], [0.035, 0.028, 0.065], skin, (8, 6));
        });
    }
    m
}
