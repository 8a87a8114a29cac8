//! Machines of the port and the factory.

use super::super::boxes;
use super::super::parts::{DARK, GALVANISED, GLASS, SAFETY, railing};
use super::super::pen::{Pen, faces};
use super::super::port::{rtg, sts};
use super::super::vehicles;
use super::Model;
use crate::bake::mesh::{Surface, hex, scale};
use std::f64::consts::FRAC_PI_2;

pub fn all() -> Vec<(&'static str, Model)> {
    vec![
        ("sts", quay_crane()),
        ("sts_frame", quay_crane_frame()),
        (
            "sts_trolley",
            alone("trolley", |pen| {
                sts::trolley(pen);
                ropes(pen, -0.5, -ROPE_M);
            }),
        ),
        ("sts_spreader", alone("spreader", |pen| sts::spreader(pen, 2.2))),
        ("rtg", yard_gantry()),
        ("rtg_frame", alone("gantry", |pen| rtg::gantry(pen, "00"))),
        (
            "rtg_trolley",
            alone("trolley", |pen| {
                rtg::trolley(pen);
                ropes(&mut pen.within(super::super::pen::turned([0.0; 3], FRAC_PI_2)), 0.3, -ROPE_M);
            }),
        ),
        ("rtg_spreader", alone("spreader", |pen| rtg::spreader(pen, 2.2))),
        ("ropes", alone("ropes", |pen| ropes(pen, 0.0, ROPE_M))),
        ("straddle", straddle()),
        ("yard_tractor", yard_tractor(true)),
        ("yard_tractor_empty", yard_tractor(false)),
        ("reach_stacker", reach_stacker()),
        ("agv", agv()),
        ("forklift", forklift()),
        ("stacker_crane", stacker_crane()),
        ("shuttle", shuttle()),
        ("robot", robot()),
        ("conveyor", conveyor()),
        ("barrier", barrier()),
        ("container", container()),
    ]
}

/// Length of a piece of ropes between trolley and spreader.
pub const ROPE_M: f64 = 5.0;

/// A model of one part.
fn alone(name: &str, draw: impl FnOnce(&mut Pen)) -> Model {
    let mut m = Model::new();
    m.part(name, None, [0.0; 3], draw);
    m
}

/// The ropes over a spreader that lies along y.
fn ropes(pen: &mut Pen, from: f64, to: f64) {
    pen.of(Surface::Metal);
    for (x, y) in [(-0.85, -1.5), (0.85, -1.5), (-0.85, 1.5), (0.85, 1.5)] {
        for d in [-0.35, 0.35] {
            pen.rod([x, y + d, from], [x, y + d, to], 0.03, 3, hex(0x2e3031));
        }
    }
}

/// The quay crane without its trolley, its boom down.
fn quay_crane_frame() -> Model {
    let style = sts::Style::of(4);
    alone("gantry", |pen| {
        sts::gantry(pen, &style);
        sts::boom(&mut pen.shifted(sts::HINGE_X, 0.0, sts::BOOM_Z), &style);
        sts::stays(pen, false);
    })
}

fn quay_crane() -> Model {
    let mut m = Model::new();
    let style = sts::Style::of(7);
    let gantry = m.part("gantry", None, [0.0; 3], |pen| sts::gantry(pen, &style));
    m.part("boom", Some(gantry), [sts::HINGE_X, 0.0, sts::BOOM_Z], |pen| sts::boom(pen, &style));
    m.part("stays", Some(gantry), [0.0; 3], |pen| sts::stays(pen, false));
    let trolley = m.part("trolley", Some(gantry), [30.0, 0.0, sts::BOOM_Z], sts::trolley);
    m.part("spreader", Some(trolley), [0.0, 0.0, -20.0], |pen| sts::spreader(pen, 20.0));
    m
}

fn yard_gantry() -> Model {
    let mut m = Model::new();
    let top = rtg::GIRDER_Z + 1.7;
    let gantry = m.part("gantry", None, [0.0; 3], |pen| rtg::gantry(pen, "01"));
    let trolley = m.part("trolley", Some(gantry), [0.0, 0.0, top], rtg::trolley);
    m.part("spreader", Some(trolley), [0.0, 0.0, -6.0], |pen| rtg::spreader(pen, 6.0));
    m
}

fn straddle() -> Model {
    let mut m = Model::new();
    let c = hex(0xb9892f);
    let frame = m.part("frame", None, [0.0; 3], |pen| {
        pen.of(Surface::Metal);
        for y in [-2.1, 2.1] {
            pen.bar([-4.6, y, 1.5], [4.6, y, 1.5], 0.7, 0.9, c);
            for x in [-3.6, 3.6] {
                pen.bar([x, y, 1.5], [x, y, 14.6], 0.7, 0.7, c);
            }
            pen.bar([-4.2, y, 14.6], [4.2, y, 14.6], 0.8, 1.0, c);
        }
        for x in [-3.6, 3.6] {
            pen.bar([x, -2.4, 14.7], [x, 2.4, 14.7], 0.7, 0.9, c);
        }
        pen.cube([-4.0, -1.6, 15.1], [0.5, 1.6, 16.8], hex(0x9aa09f));
        let (low, high) = ([4.1, -1.1, 12.2], [6.2, 0.9, 14.6]);
        pen.cube(low, high, hex(0xcfcdc4));
        for f in faces(low, high) {
            pen.pane(&f, [0.1, 0.5, f.width - 0.1, 2.2], 0.02, GLASS, 0);
        }
        railing(pen, &[[-4.2, -2.4, 15.1], [4.2, -2.4, 15.1]], SAFETY);
        railing(pen, &[[-4.2, 2.4, 15.1], [4.2, 2.4, 15.1]], SAFETY);
    });
    m.part("spreader", Some(frame), [0.0, 0.0, 3.2], |pen| {
        let mut p = pen.within(super::super::pen::turned([0.0; 3], std::f64::consts::FRAC_PI_2));
        sts::spreader(&mut p, 3.0);
    });
    for (k, x) in [-3.9, -1.3, 1.3, 3.9].into_iter().enumerate() {
        m.part(&format!("wheels_{}", k + 1), Some(frame), [x, 0.0, 0.8], |pen| {
            for y in [-2.1, 2.1] {
                pen.of(Surface::Plain).wheel([0.0, y, 0.0], 0.8, 0.5, hex(0x1c1d1e), hex(0x8b8f8c));
            }
        });
    }
    m
}

fn yard_tractor(laden: bool) -> Model {
    let mut m = Model::new();
    let coat = hex(0xc9cac5);
    let tractor = m.part("tractor", None, [0.0; 3], |pen| vehicles::yard_tractor_body(pen, coat));
    m.part("wheels_front", Some(tractor), [1.8, 0.0, 0.52], |pen| axle(pen, 1.0, 0.52, 0.34));
    m.part("wheels_rear", Some(tractor), [-1.5, 0.0, 0.52], |pen| axle(pen, 0.9, 0.52, 0.6));
    let trailer = m.part("trailer", Some(tractor), [-1.3, 0.0, 0.0], |pen| {
        vehicles::trailer(&mut pen.shifted(-4.6, 0.0, 0.0), vehicles::Load::Empty);
    });
    if laden {
        m.part("load", Some(trailer), [-4.9, 0.0, 1.24], |pen| boxes::alone(pen, 4, boxes::LONG_M));
    }
    m
}

/// Two wheels on an axle about the part's origin.
pub fn axle(pen: &mut Pen, y: f64, radius: f64, width: f64) {
    for s in [-1.0, 1.0] {
        pen.of(Surface::Plain).wheel([0.0, s * y, 0.0], radius, width, hex(0x17181a), hex(0x8d9092));
        // Bolts, so that one sees it turn.
        for k in 0..5 {
            let d = crate::bake::det::unit_vector(std::f64::consts::TAU * f64::from(k) / 5.0) * (radius * 0.34);
            let out = s * (y + width * 0.5 + 0.02);
            pen.disc([d.x, out, d.y], [0.0, s, 0.0], radius * 0.09, 6, DARK);
        }
    }
}

fn reach_stacker() -> Model {
    let mut m = Model::new();
    let c = hex(0xa8402f);
    let body = m.part("body", None, [0.0; 3], |pen| vehicles::reach_stacker_body(pen, c));
    let boom = m.part("boom", Some(body), [-2.9, 0.0, 3.5], |pen| {
        pen.of(Surface::Paint).bar([-0.4, 0.0, 0.0], [7.4, 0.0, 0.0], 0.8, 0.9, c);
        for y in [-0.8, 0.8] {
            pen.of(Surface::Metal).rod([3.6, y, -0.3], [4.4, y, -1.6], 0.14, 8, hex(0xa9aeaa));
        }
    });
    let telescope = m.part("telescope", Some(boom), [0.0; 3], |pen| {
        pen.of(Surface::Paint).bar([3.0, 0.0, 0.0], [8.8, 0.0, 0.0], 0.6, 0.65, scale(c, 0.9));
    });
    m.part("spreader", Some(telescope), [8.8, 0.0, 0.0], |pen| {
        pen.of(Surface::Metal).cube([-0.4, -0.6, -1.4], [0.4, 0.6, 0.3], hex(0x3f474b));
        sts::spreader(&mut pen.shifted(0.0, 0.0, -2.6), 1.6);
    });
    m
}

fn agv() -> Model {
    let mut m = Model::new();
    let body = m.part("body", None, [0.0; 3], |pen| {
        pen.of(Surface::Paint);
        pen.cube([-1.1, -0.62, 0.08], [1.1, 0.62, 0.36], hex(0xcfd0ca));
        pen.cube([-1.0, -0.55, 0.36], [1.0, 0.55, 0.4], DARK);
        for x in [-1.12, 1.08] {
            pen.cube([x, -0.6, 0.05], [x + 0.04, 0.6, 0.14], SAFETY);
        }
        for s in [-1.0, 1.0] {
            pen.drum([s * 0.98, s * 0.5, 0.36], 0.06, 0.1, 10, hex(0x26323a));
            pen.glass(
                [
                    [s * 1.105, 0.4 * s, 0.24],
                    [s * 1.105, -0.4 * s, 0.24],
                    [s * 1.105, -0.4 * s, 0.29],
                    [s * 1.105, 0.4 * s, 0.29],
                ]
                .map(|p| [p[0], -p[1], p[2]]),
                hex(0x3f7f9c),
                5,
            );
        }
        for (x, y) in [(0.0, -0.5), (0.0, 0.5), (-0.85, 0.0), (0.85, 0.0)] {
            pen.of(Surface::Plain).wheel([x, y, 0.1], 0.1, 0.08, hex(0x17181a), hex(0x55595b));
        }
    });
    let lift = m.part("lift", Some(body), [0.0, 0.0, 0.4], |pen| {
        pen.of(Surface::Metal).cube([-0.75, -0.45, 0.0], [0.75, 0.45, 0.04], hex(0x6a7072))
    });
    m.part("load", Some(lift), [0.0, 0.0, 0.04], |pen| pallet(pen, true));
    m
}

/// A pallet of 1.2 by 0.8 m, with boxes on it.
fn pallet(pen: &mut Pen, laden: bool) {
    let wood = hex(0x8d6f4a);
    pen.of(Surface::Wood);
    for y in [-0.36, 0.0, 0.36] {
        pen.cube([-0.6, y - 0.05, 0.0], [0.6, y + 0.05, 0.1], scale(wood, 0.8));
    }
    for k in 0..5 {
        let x = -0.6 + 0.25 * f64::from(k);
        pen.cube([x, -0.4, 0.1], [x + 0.18, 0.4, 0.13], wood);
    }
    if laden {
        for (k, (x, y, z)) in [
            (-0.3, -0.2, 0.13),
            (0.3, -0.2, 0.13),
            (-0.3, 0.2, 0.13),
            (0.3, 0.2, 0.13),
            (-0.3, -0.2, 0.5),
            (0.3, 0.2, 0.5),
        ]
        .into_iter()
        .enumerate()
        {
            let c = scale(hex(0x9a7a52), 0.9 + 0.05 * (k % 3) as f32);
            pen.cube([x - 0.28, y - 0.18, z], [x + 0.28, y + 0.18, z + 0.36], c);
        }
    }
}

fn forklift() -> Model {
    let mut m = Model::new();
    let c = hex(0xb5672c);
    let body = m.part("body", None, [0.0; 3], |pen| {
        pen.of(Surface::Paint);
        pen.cube([-1.1, -0.55, 0.3], [0.6, 0.55, 0.9], c);
        pen.cube([-1.35, -0.55, 0.35], [-0.7, 0.55, 1.25], scale(c, 0.5));
        pen.cube([-0.65, -0.3, 0.9], [-0.1, 0.3, 1.05], DARK);
        pen.cube([-0.75, -0.3, 1.0], [-0.62, 0.3, 1.5], DARK);
        for (x, y) in [(-1.0, -0.5), (-1.0, 0.5), (0.5, -0.5), (0.5, 0.5)] {
            pen.of(Surface::Metal).bar([x, y, 0.9], [x * 0.8, y, 2.15], 0.06, 0.06, DARK);
        }
        pen.cube([-0.85, -0.55, 2.12], [0.45, 0.55, 2.18], DARK);
        for (x, r) in [(0.55, 0.33), (-0.9, 0.27)] {
            for y in [-0.48, 0.48] {
                pen.of(Surface::Plain).wheel([x, y, r], r, 0.2, hex(0x17181a), hex(0x8d9092));
            }
        }
        pen.drum([-0.8, 0.0, 2.18], 0.07, 0.14, 8, hex(0xc47a1c));
    });
    let mast = m.part("mast", Some(body), [0.75, 0.0, 0.3], |pen| {
        pen.of(Surface::Metal);
        for y in [-0.36, 0.36] {
            pen.cube([0.0, y - 0.05, -0.2], [0.14, y + 0.05, 2.0], DARK);
        }
        pen.cube([0.0, -0.4, 1.92], [0.14, 0.4, 2.0], DARK);
        pen.rod([0.02, 0.0, -0.1], [0.02, 0.0, 1.9], 0.05, 8, hex(0xa9aeaa));
    });
    m.part("carriage", Some(mast), [0.18, 0.0, -0.22], |pen| {
        pen.of(Surface::Metal).cube([-0.03, -0.5, 0.0], [0.05, 0.5, 0.5], DARK);
        for y in [-0.28, 0.28] {
            pen.cube([0.0, y - 0.06, 0.0], [1.15, y + 0.06, 0.05], hex(0x4c5153));
            pen.cube([0.0, y - 0.06, 0.0], [0.06, y + 0.06, 0.55], hex(0x4c5153));
        }
    });
    m
}

fn stacker_crane() -> Model {
    let mut m = Model::new();
    let c = hex(0xb9892f);
    let mast = m.part("mast", None, [0.0; 3], |pen| {
        pen.of(Surface::Metal);
        pen.cube([-3.4, -0.35, 0.1], [3.4, 0.35, 0.7], c);
        for x in [-2.0, 2.0] {
            pen.bar([x, 0.0, 0.6], [x, 0.0, 34.2], 0.5, 0.55, c);
        }
        pen.cube([-2.6, -0.3, 34.0], [2.6, 0.3, 34.5], c);
        pen.cube([2.4, -0.5, 0.7], [3.3, 0.5, 2.6], hex(0xcfcdc4));
        pen.rod([-3.0, -0.4, 1.2], [-3.0, 0.4, 1.2], 0.42, 14, hex(0x4a4d4e));
        for x in [-2.9, 2.9] {
            pen.wheel([x, 0.0, 0.3], 0.3, 0.14, hex(0x4a4742), hex(0x6c6862));
        }
        for z in [8.0, 17.0, 26.0] {
            pen.bar([-2.0, 0.0, z], [2.0, 0.0, z], 0.16, 0.2, scale(c, 0.9));
        }
        pen.rod([-1.5, 0.0, 0.7], [-1.5, 0.0, 34.0], 0.02, 3, DARK);
        for k in 0..110 {
            let z = 0.9 + 0.3 * f64::from(k);
            pen.rod([-2.4, -0.2, z], [-2.4, 0.2, z], 0.015, 3, GALVANISED);
        }
    });
    let carriage = m.part("carriage", Some(mast), [0.0, 0.0, 0.9], |pen| {
        pen.of(Surface::Metal);
        pen.cube([-1.7, -0.6, 0.0], [1.7, 0.6, 0.16], hex(0x4f5a60));
        for x in [-1.72, 1.6] {
            pen.cube([x, -0.3, 0.0], [x + 0.12, 0.3, 1.8], hex(0x4f5a60));
        }
        railing(pen, &[[-1.6, -0.6, 0.16], [-0.8, -0.6, 0.16]], SAFETY);
    });
    m.part("fork", Some(carriage), [0.0, 0.0, 0.16], |pen| {
        for x in [-0.35, 0.35] {
            pen.of(Surface::Metal).cube([x - 0.08, -0.6, 0.02], [x + 0.08, 0.6, 0.09], hex(0x8f9694));
        }
        let mut p = pen.within(super::super::pen::turned([0.0, 0.0, 0.09], std::f64::consts::FRAC_PI_2));
        pallet(&mut p, true);
    });
    m
}

fn shuttle() -> Model {
    let mut m = Model::new();
    let body = m.part("body", None, [0.0; 3], |pen| {
        pen.of(Surface::Paint).cube([-0.55, -0.48, 0.03], [0.55, 0.48, 0.18], hex(0xb4502f));
        pen.cube([-0.52, -0.1, 0.18], [0.52, 0.1, 0.185], DARK);
        for (x, y) in [(-0.4, -0.47), (0.4, -0.47), (-0.4, 0.47), (0.4, 0.47)] {
            pen.of(Surface::Plain).wheel([x, y, 0.07], 0.07, 0.05, hex(0x17181a), hex(0x8d9092));
        }
        for x in [-0.56, 0.54] {
            pen.cube([x, -0.4, 0.06], [x + 0.02, 0.4, 0.1], DARK);
        }
    });
    m.part("table", Some(body), [0.0, 0.0, 0.18], |pen| {
        for y in [-0.3, 0.3] {
            pen.of(Surface::Metal).cube([-0.5, y - 0.09, 0.0], [0.5, y + 0.09, 0.03], hex(0x8f9694));
        }
    });
    m
}

/// A six-axis robot of 2.7 m reach; drawn with its upper arm upright and its forearm forward.
fn robot() -> Model {
    let mut m = Model::new();
    let (c, dark) = (hex(0xc0682a), hex(0x33373a));
    let base = m.part("base", None, [0.0; 3], |pen| {
        pen.of(Surface::Metal).cube([-0.45, -0.45, 0.0], [0.45, 0.45, 0.06], dark);
        pen.of(Surface::Paint).cone([0.0, 0.0, 0.06], [0.0, 0.0, 0.36], 0.38, 0.34, 24, scale(c, 0.7), c);
        pen.cube([-0.62, -0.18, 0.06], [-0.3, 0.18, 0.3], scale(c, 0.9));
    });
    let a1 = m.part("a1", Some(base), [0.0, 0.0, 0.36], |pen| {
        pen.of(Surface::Paint).drum([0.0; 3], 0.36, 0.14, 24, c);
        pen.cube([-0.2, -0.36, 0.1], [0.46, -0.16, 0.62], c);
        pen.cube([-0.2, 0.16, 0.1], [0.46, 0.36, 0.62], c);
        pen.of(Surface::Metal).rod([-0.25, 0.0, 0.12], [-0.25, 0.0, 0.5], 0.12, 12, dark);
    });
    let a2 = m.part("a2", Some(a1), [0.33, 0.0, 0.5], |pen| {
        pen.of(Surface::Paint);
        pen.rod([0.0, -0.16, 0.0], [0.0, 0.16, 0.0], 0.24, 20, c);
        pen.bar([0.0, 0.0, 0.0], [0.0, 0.0, 1.15], 0.24, 0.32, c);
        pen.rod([0.0, -0.2, 1.15], [0.0, 0.2, 1.15], 0.2, 20, c);
        pen.of(Surface::Metal).rod([0.0, 0.36, 0.0], [0.0, 0.56, 0.0], 0.14, 14, dark);
        pen.disc([0.0, 0.56, 0.0], [0.0, 1.0, 0.0], 0.14, 14, dark);
    });
    let a3 = m.part("a3", Some(a2), [0.0, 0.0, 1.15], |pen| {
        pen.of(Surface::Paint);
        pen.cube([-0.32, -0.17, -0.14], [0.3, 0.17, 0.24], c);
        pen.cone([0.3, 0.0, 0.06], [0.62, 0.0, 0.06], 0.17, 0.13, 16, c, c);
        for y in [-0.08, 0.08] {
            pen.of(Surface::Metal).rod([-0.5, y, 0.1], [-0.3, y, 0.1], 0.08, 10, dark);
        }
    });
    let a4 = m.part("a4", Some(a3), [0.62, 0.0, 0.06], |pen| {
        pen.of(Surface::Paint).cone([0.0; 3], [0.55, 0.0, 0.0], 0.125, 0.1, 16, c, c);
        pen.cube([0.5, -0.12, -0.09], [0.72, -0.06, 0.09], c);
        pen.cube([0.5, 0.06, -0.09], [0.72, 0.12, 0.09], c);
    });
    let a5 = m.part("a5", Some(a4), [0.66, 0.0, 0.0], |pen| {
        pen.of(Surface::Paint).rod([0.0, -0.08, 0.0], [0.0, 0.08, 0.0], 0.1, 14, scale(c, 0.9));
        pen.cone([0.0; 3], [0.14, 0.0, 0.0], 0.08, 0.07, 12, c, c);
    });
    m.part("a6", Some(a5), [0.14, 0.0, 0.0], |pen| {
        pen.of(Surface::Metal).rod([0.0; 3], [0.05, 0.0, 0.0], 0.08, 16, hex(0x8f9694));
        // A spot-welding gun.
        pen.cube([0.05, -0.1, -0.12], [0.3, 0.1, 0.16], dark);
        pen.bar([0.3, 0.0, 0.12], [0.72, 0.0, 0.12], 0.06, 0.08, hex(0xa9764a));
        pen.bar([0.3, 0.0, -0.1], [0.72, 0.0, -0.1], 0.06, 0.08, hex(0xa9764a));
        pen.rod([0.7, 0.0, 0.1], [0.7, 0.0, 0.03], 0.025, 8, hex(0xa9764a));
        pen.rod([0.7, 0.0, -0.08], [0.7, 0.0, -0.01], 0.025, 8, hex(0xa9764a));
    });
    m
}

fn conveyor() -> Model {
    let mut m = Model::new();
    let frame = m.part("frame", None, [0.0; 3], |pen| {
        pen.of(Surface::Metal);
        for y in [-0.65, 0.65] {
            pen.cube([-2.0, y - 0.04, 0.45], [2.0, y + 0.04, 0.62], hex(0x36566b));
            for x in [-1.7, 0.0, 1.7] {
                pen.post([x, y, 0.0], [0.08, 0.08, 0.45], GALVANISED);
                pen.post([x, y, 0.0], [0.2, 0.14, 0.02], DARK);
            }
        }
        pen.cube([-0.4, 0.7, 0.2], [0.2, 0.95, 0.45], hex(0x4f6a7c));
    });
    m.part("rollers", Some(frame), [0.0, 0.0, 0.56], |pen| {
        pen.of(Surface::Metal);
        for k in 0..16 {
            let x = -1.88 + 0.25 * f64::from(k);
            pen.rod([x, -0.61, 0.0], [x, 0.61, 0.0], 0.045, 8, hex(0xa9aeaa));
        }
    });
    m.part("pallet", Some(frame), [0.0, 0.0, 0.605], |pen| pallet(pen, true));
    m
}

fn barrier() -> Model {
    let mut m = Model::new();
    let post = m.part("post", None, [0.0; 3], |pen| {
        pen.of(Surface::Paint).post([0.0; 3], [0.36, 0.36, 1.1], SAFETY);
        pen.post([0.0, 0.0, 1.1], [0.3, 0.3, 0.08], DARK);
        pen.drum([0.0, 0.0, 1.18], 0.07, 0.14, 8, hex(0xc47a1c));
    });
    m.part("arm", Some(post), [0.26, 0.0, 0.95], |pen| {
        pen.of(Surface::Paint);
        for k in 0..7 {
            let y = -0.3 + 0.6 * f64::from(k);
            pen.bar(
                [0.0, -y, 0.0],
                [0.0, -y - 0.6, 0.0],
                0.06,
                0.1,
                if k % 2 == 0 { hex(0xd6d3c8) } else { hex(0x9c2f26) },
            );
        }
        pen.cube([-0.06, 0.25, -0.12], [0.06, 0.6, 0.12], DARK);
    });
    m
}

fn container() -> Model {
    let mut m = Model::new();
    m.part("container", None, [0.0; 3], |pen| boxes::alone(pen, 2, boxes::LONG_M));
    m
}
