//! Shapes that tiles and entity models share: ship hulls, the quay crane, containers, deckhouses.
//!
//! Each is drawn in a local frame: x forward, y to the left, z up, metres.

use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Mesh, Rect, Rgb, blend, hex, scale};
use glam::{DVec2, DVec3};

/// A place and a direction on the ground.
#[derive(Debug, Clone, Copy)]
pub struct Local {
    pub origin: DVec3,
    /// Unit vector forward.
    pub along: DVec2,
}

impl Local {
    pub fn new(origin: DVec3, along: DVec2) -> Self {
        Self { origin, along }
    }

    /// The frame of models: glTF's +Z (forward) comes out as -y before the writer turns z up into y up.
    pub fn model() -> Self {
        Self { origin: DVec3::ZERO, along: DVec2::new(0.0, -1.0) }
    }

    pub fn at(&self, x: f64, y: f64, z: f64) -> DVec3 {
        (self.origin.truncate() + self.along * x + self.along.perp() * y).extend(self.origin.z + z)
    }

    pub fn rect(&self, x: f64, y: f64, length: f64, width: f64) -> Rect {
        Rect::new(self.at(x, y, 0.0).truncate(), self.along, length, width)
    }

    pub fn z(&self, z: f64) -> f64 {
        self.origin.z + z
    }

    /// A box on the frame's ground plane.
    pub fn boxed(&self, mesh: &mut Mesh, at: (f64, f64), size: (f64, f64), z: (f64, f64), c: Rgb) {
        mesh.slab(&self.rect(at.0, at.1, size.0, size.1), self.z(z.0), self.z(z.1), c);
    }

    pub fn beam(&self, mesh: &mut Mesh, a: [f64; 3], b: [f64; 3], thick: f64, c: Rgb) {
        mesh.beam(self.at(a[0], a[1], a[2]), self.at(b[0], b[1], b[2]), thick, c);
    }
}

/// One frame of a hull: place along, half breadth at the deck and at the waterline, height of the deck.
#[derive(Clone, Copy)]
pub struct Station(pub f64, pub f64, pub f64, pub f64);

/// A hull through its stations from stern to bow: boot topping, side, a light sheer line, and the deck.
pub fn hull(mesh: &mut Mesh, l: &Local, stations: &[Station], side: Rgb, deck: Rgb) {
    let boot = hex(0x7d2f28);
    let wet = stations.iter().map(|s| s.3).fold(f64::MAX, f64::min) * 0.12;
    for pair in stations.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        for left in [1.0, -1.0] {
            let point = |s: Station, t: f64| {
                let z = -1.2 + (s.3 + 1.2) * t;
                l.at(s.0, left * (s.2 + (s.1 - s.2) * t), z)
            };
            let t = |s: Station| (wet + 1.2) / (s.3 + 1.2);
            let mut band = |t0: [f64; 2], t1: [f64; 2], c: [Rgb; 2]| {
                let p = [point(a, t0[0]), point(b, t0[1]), point(b, t1[1]), point(a, t1[0])];
                let p = if left > 0.0 { [p[1], p[0], p[3], p[2]] } else { p };
                mesh.quad_shaded(Matter::Solid, p, [c[0], c[0], c[1], c[1]]);
            };
            band([0.0, 0.0], [t(a), t(b)], [scale(boot, 0.7), boot]);
            band([t(a), t(b)], [0.93, 0.93], [scale(side, 0.85), side]);
            band([0.93, 0.93], [1.0, 1.0], [blend(side, hex(0xf0ede4), 0.75); 2]);
        }
        let d = |s: Station, y: f64| l.at(s.0, y * s.1, s.3);
        mesh.quad(Matter::Solid, [d(a, -1.0), d(b, -1.0), d(b, 1.0), d(a, 1.0)], deck);
    }
    let s = stations[0];
    let p = [l.at(s.0, s.2, -1.2), l.at(s.0, -s.2, -1.2), l.at(s.0, -s.1, s.3), l.at(s.0, s.1, s.3)];
    mesh.quad_shaded(Matter::Solid, p, [scale(side, 0.7), scale(side, 0.7), side, side]);
}

/// Container colours of lines that exist nowhere.
pub const BOXES: [u32; 9] = [0x8a4a35, 0x3c5a72, 0x6a7a6c, 0xb0a58f, 0x9c6a34, 0x51606b, 0x7c2f30, 0xc4bfb2, 0x2f6660];

/// A 40 foot container with its longer axis along x; `sides` draws only the visible ones at far levels.
pub fn container(mesh: &mut Mesh, l: &Local, at: (f64, f64, f64), color: Rgb, near: bool) {
    let (x, y, z) = at;
    let rect = l.rect(x, y, 12.19, 2.44);
    let (u0, u1) = (l.z(z), l.z(z + 2.59));
    mesh.prism(&rect.corners(), u0, u1, scale(color, 0.78), color, scale(color, 1.1));
    if near {
        // Corner posts and door bars read as a container, not a block.
        for side in [-1.0, 1.0] {
            for k in 0..4 {
                let p = rect.part(-4.6 + k as f64 * 3.06, side * 1.228, 1.3, 0.02);
                let c = p.corners();
                let (a, b) = if side < 0.0 { (c[0], c[1]) } else { (c[2], c[3]) };
                mesh.wall(a, b, u0 + 0.15, u1 - 0.15, scale(color, 0.66), scale(color, 0.84));
            }
        }
    }
}

/// Deckhouse of a ship: floors of a white box with a band of windows each, and the bridge wings on top.
pub fn deckhouse(mesh: &mut Mesh, l: &Local, x: f64, size: (f64, f64), z: f64, floors: usize) {
    let white = hex(0xece9e0);
    for floor in 0..floors {
        let shrink = 1.0 - 0.025 * floor as f64;
        let (length, width) = (size.0 * shrink, size.1 * shrink);
        let (u0, u1) = (z + floor as f64 * 2.8, z + (floor + 1) as f64 * 2.8);
        let top = floor + 1 == floors;
        let width = if top { size.1 * 1.28 } else { width };
        l.boxed(mesh, (x, 0.0), (length, width), (u0, u1), if top { scale(white, 1.02) } else { scale(white, 0.96) });
        let (low, high) = if top { (0.9, 2.2) } else { (1.1, 1.9) };
        for (dx, dy, along) in [(0.5, 0.0, false), (-0.5, 0.0, false), (0.0, 0.5, true), (0.0, -0.5, true)] {
            let (at, extent) = if along {
                ((x, dy * (width + 0.08)), (length * 0.86, 0.06))
            } else {
                ((x + dx * (length + 0.08), 0.0), (0.06, width * 0.9))
            };
            let rect = l.rect(at.0, at.1, extent.0, extent.1);
            let c = rect.corners();
            for k in 0..4 {
                let p = [c[k].extend(l.z(u0 + low)), c[(k + 1) % 4].extend(l.z(u0 + low))];
                let q = [c[(k + 1) % 4].extend(l.z(u0 + high)), c[k].extend(l.z(u0 + high))];
                mesh.quad(Matter::Glass, [p[0], p[1], q[0], q[1]], hex(0x222b31));
            }
        }
    }
}

/// Sizes of a container ship by length.
pub fn container_ship(mesh: &mut Mesh, l: &Local, length: f64, seed: u64, level: usize) {
    let mut rng = Rng::new(seed);
    let beam = (length * 0.145).min(33.0);
    let (h, b, deck) = (length * 0.5, beam * 0.5, (length * 0.045).max(5.0));
    let side = hex(rng.pick(&[0x27384a, 0x2f4f46, 0x5a2a2a, 0x33373b]));
    let stations = [
        Station(-h, b * 0.86, b * 0.55, deck),
        Station(-h * 0.8, b, b * 0.93, deck),
        Station(h * 0.55, b, b, deck),
        Station(h * 0.76, b * 0.93, b * 0.68, deck + 0.6),
        Station(h * 0.9, b * 0.66, b * 0.28, deck + 2.0),
        Station(h * 0.985, b * 0.22, 0.3, deck + 3.0),
        Station(h, 0.05, 0.02, deck + 3.2),
    ];
    hull(mesh, l, &stations, side, hex(0x7a5245));
    let floors = ((length / 28.0) as usize).clamp(4, 8);
    let house_x = -h * 0.62;
    deckhouse(mesh, l, house_x, (length * 0.06, beam * 0.86), deck, floors);
    let roof = deck + floors as f64 * 2.8;
    l.boxed(mesh, (house_x - length * 0.055, 0.0), (length * 0.03, beam * 0.3), (deck, roof + 3.0), side);
    l.beam(mesh, [house_x, 0.0, roof], [house_x, 0.0, roof + 8.0], 0.5, hex(0xe4e0d6));
    l.beam(mesh, [h * 0.86, 0.0, deck + 2.0], [h * 0.86, 0.0, deck + 12.0], 0.5, hex(0xe4e0d6));
    cargo(mesh, l, (house_x, h * 0.8), (beam, deck), &mut rng, level);
}

fn cargo(mesh: &mut Mesh, l: &Local, x: (f64, f64), hold: (f64, f64), rng: &mut Rng, level: usize) {
    let (beam, deck) = hold;
    let rows = ((beam - 1.0) / 2.5).floor() as usize;
    let bays = ((x.1 - x.0 - 10.0) / 13.0).floor() as usize;
    for bay in 0..bays {
        let at_x = x.0 + 14.0 + bay as f64 * 13.0;
        let taper = if at_x > x.1 - 16.0 { 0.6 } else { 1.0 };
        let usual = rng.int(2, 5);
        for row in 0..rows {
            let y = (row as f64 - (rows as f64 - 1.0) * 0.5) * 2.5;
            if y.abs() > beam * 0.5 * taper - 1.2 {
                continue;
            }
            let tiers = (usual + rng.int(-1, 0)).max(1);
            let outer = row == 0 || row + 1 == rows || taper < 1.0;
            for tier in 0..tiers {
                let color = scale(hex(rng.pick(&BOXES)), rng.range(0.85, 1.15) as f32);
                if outer || tier + 1 == tiers || level >= 4 {
                    container(mesh, l, (at_x, y, deck + 0.8 + tier as f64 * 2.62), color, false);
                }
            }
        }
    }
}

/// Measures of the quay crane (x towards the sea, y along the quay).
pub const CRANE_BOOM_Z: f64 = 36.0;
pub const CRANE_GAUGE_M: f64 = 24.0;

/// The portal of a quay crane: legs, sills, boom, back-reach, machine house, stays.
pub fn crane_gantry(mesh: &mut Mesh, l: &Local, color: Rgb) {
    let c = color;
    let (sea, land, half, z) = (CRANE_GAUGE_M * 0.5, -CRANE_GAUGE_M * 0.5, 9.0, CRANE_BOOM_Z);
    for x in [sea, land] {
        for y in [-half, half] {
            l.boxed(mesh, (x, y), (1.5, 1.5), (1.6, z + 1.0), c);
            for k in [-1.0, 1.0] {
                l.boxed(mesh, (x, y + k * 1.9), (1.1, 2.2), (0.1, 1.7), hex(0x3a3d3f));
            }
        }
        l.boxed(mesh, (x, 0.0), (1.5, 2.0 * half + 4.0), (1.7, 3.3), scale(c, 0.92));
        l.boxed(mesh, (x, 0.0), (1.3, 2.0 * half), (z - 0.6, z + 1.0), c);
    }
    for y in [-half, half] {
        l.boxed(mesh, (0.0, y), (CRANE_GAUGE_M, 1.2), (13.0, 14.6), scale(c, 0.95));
        l.boxed(mesh, (0.0, y), (CRANE_GAUGE_M, 1.2), (z - 0.4, z + 1.0), c);
        l.beam(mesh, [sea, y, 14.0], [land, y, z], 0.9, scale(c, 0.9));
    }
    for y in [-3.0, 3.0] {
        // Boom over the ship and back-reach over the quay.
        l.boxed(mesh, ((sea + 40.0 + land - 14.0) * 0.5, y), (CRANE_GAUGE_M + 54.0, 1.2), (z + 1.0, z + 2.9), c);
        let apex = [sea - 2.0, y * 0.5, z + 19.0];
        l.beam(mesh, [sea, y * 2.6, z + 1.0], apex, 1.0, c);
        l.beam(mesh, [land + 5.0, y * 1.4, z + 2.5], apex, 0.9, c);
        for reach in [17.0, 37.0] {
            l.beam(mesh, apex, [sea + reach, y, z + 2.9], 0.38, scale(c, 0.8));
        }
        l.beam(mesh, apex, [land - 12.0, y, z + 2.9], 0.38, scale(c, 0.8));
    }
    l.boxed(mesh, (sea - 2.0, 0.0), (1.2, 4.0), (z + 18.3, z + 19.6), c);
    for x in [sea + 39.5, land - 13.5, sea + 20.0] {
        l.boxed(mesh, (x, 0.0), (1.0, 6.0), (z + 1.2, z + 2.6), c);
    }
    l.boxed(mesh, (land - 5.0, 0.0), (12.0, 7.0), (z + 2.9, z + 8.0), hex(0xd8d6cf));
    // A stair tower at the landward leg.
    l.boxed(mesh, (land - 1.6, half), (1.6, 2.2), (2.0, z), hex(0x9ea2a1));
}

/// The trolley with the driver's cabin; its origin lies on the boom's rails.
pub fn crane_trolley(mesh: &mut Mesh, l: &Local, z: f64) {
    l.boxed(mesh, (0.0, 0.0), (5.5, 7.4), (z - 0.5, z + 1.2), hex(0x55595b));
    l.boxed(mesh, (-4.2, 0.0), (2.8, 2.4), (z - 3.4, z - 0.5), hex(0xe3e0d8));
    let rect = l.rect(-4.2, 0.0, 2.9, 2.5).corners();
    for k in 0..4 {
        let (a, b) = (rect[k], rect[(k + 1) % 4]);
        let (u0, u1) = (l.z(z - 3.0), l.z(z - 1.4));
        mesh.quad(Matter::Glass, [a.extend(u0), b.extend(u0), b.extend(u1), a.extend(u1)], hex(0x20282d));
    }
}

/// Ropes and spreader; its origin lies at the spreader's lower side, ropes go `rope_m` up.
pub fn crane_spreader(mesh: &mut Mesh, l: &Local, z: f64, rope_m: f64) {
    let yellow = hex(0xd0a02c);
    l.boxed(mesh, (0.0, 0.0), (1.6, 12.2), (z, z + 0.55), yellow);
    l.boxed(mesh, (0.0, 0.0), (2.4, 3.0), (z + 0.55, z + 1.5), scale(yellow, 0.85));
    for y in [-6.0, 6.0] {
        l.boxed(mesh, (0.0, y), (2.4, 0.4), (z - 0.25, z + 0.5), scale(yellow, 0.8));
    }
    for (x, y) in [(-0.8, -1.2), (0.8, -1.2), (-0.8, 1.2), (0.8, 1.2)] {
        l.beam(mesh, [x, y, z + 1.5], [x, y * 1.8, z + rope_m], 0.09, hex(0x2e3031));
    }
}
