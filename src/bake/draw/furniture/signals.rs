//! Traffic signals and signs.

use super::{SignShape, Spot};
use crate::bake::mesh::{Matter, Rgb, Surface, hex, scale};
use glam::DVec3;

const HOUSING: Rgb = hex(0x23282a);

impl Spot<'_> {
    pub(super) fn signal(&mut self) {
        self.post((0.0, 0.0), (0.08, 0.07), (-0.1, 3.4), 6, hex(0x8a8f8d));
        self.head((0.14, 0.0), 2.3, 3);
        // For walkers, across the road.
        let along = self.along;
        self.along = along.perp();
        self.head((0.14, 0.0), 2.0, 2);
        self.along = along;
        self.boxed((0.1, 0.0), (0.12, 0.1), (1.0, 1.25), hex(0xd0a02c));
    }

    pub(super) fn signal_arm(&mut self, reach: f64) {
        self.post((0.0, 0.0), (0.14, 0.1), (-0.1, 6.2), if self.near { 6 } else { 3 }, hex(0x8a8f8d));
        self.beam([0.0, 0.0, 5.8], [0.0, reach, 6.1], 0.12, hex(0x8a8f8d));
        if !self.near {
            self.boxed((0.15, reach - 0.3), (0.25, 0.32), (5.2, 6.2), HOUSING);
            return;
        }
        let lanes = (reach / 3.5).round().clamp(1.0, 4.0) as usize;
        for k in 0..lanes {
            self.head((0.15, reach - 0.3 - k as f64 * 3.2), 5.15, 3);
        }
        self.head((0.14, 0.0), 2.3, 3);
    }

    /// A housing with lamps; red on top.
    fn head(&mut self, (x, y): (f64, f64), low: f64, lamps: usize) {
        let high = low + 0.3 * lamps as f64 + 0.06;
        self.on(Surface::Plain, |s| {
            s.boxed((x, y), (0.2, 0.3), (low, high), HOUSING);
            if lamps == 3 {
                // The dark board behind it.
                let q = [
                    s.p(x - 0.02, y - 0.27, low - 0.14),
                    s.p(x - 0.02, y + 0.27, low - 0.14),
                    s.p(x - 0.02, y + 0.27, high + 0.14),
                    s.p(x - 0.02, y - 0.27, high + 0.14),
                ];
                s.mesh.quad(Matter::Solid, q, scale(HOUSING, 0.8));
                s.mesh.quad(Matter::Solid, [q[1], q[0], q[3], q[2]], scale(HOUSING, 1.2));
            }
        });
        let colors: &[u32] = if lamps == 3 { &[0x1f7a4a, 0x6a4a14, 0x4a1512] } else { &[0x1f7a4a, 0x4a1512] };
        let shows_red = self.rng.chance(0.5);
        for (k, &code) in colors.iter().enumerate() {
            let z = low + 0.18 + 0.3 * k as f64;
            let c = if k + 1 == lamps && shows_red { hex(0xd8352a) } else { hex(code) };
            self.mesh.lit = if k + 1 == lamps && shows_red { 7 } else { 0 };
            self.lens((x + 0.105, y), z, 0.1, c);
            self.mesh.lit = 0;
            let hood = [
                self.p(x + 0.1, y - 0.12, z + 0.09),
                self.p(x + 0.26, y - 0.1, z + 0.08),
                self.p(x + 0.26, y + 0.1, z + 0.08),
                self.p(x + 0.1, y + 0.12, z + 0.09),
            ];
            self.mesh.quad(Matter::Solid, hood, HOUSING);
            self.mesh.quad(Matter::Solid, [hood[3], hood[2], hood[1], hood[0]], scale(HOUSING, 0.5));
        }
    }

    /// A hexagon that faces forward.
    fn lens(&mut self, (x, y): (f64, f64), z: f64, r: f64, c: Rgb) {
        let rim: Vec<DVec3> = (0..6)
            .map(|k| {
                let d = crate::bake::det::unit_vector(std::f64::consts::TAU * k as f64 / 6.0) * r;
                self.p(x, y + d.x, z + d.y)
            })
            .collect();
        for k in 1..5 {
            self.mesh.tri(Matter::Glass, [rim[0], rim[k], rim[k + 1]], [c; 3]);
        }
    }

    pub(super) fn sign(&mut self, shape: SignShape) {
        self.post((0.0, 0.0), (0.035, 0.035), (-0.1, 2.9), 4, hex(0x9a9f9e));
        let (corners, turn) = match shape {
            SignShape::Round => (10, 0.0),
            SignShape::Triangle => (3, std::f64::consts::FRAC_PI_2),
            SignShape::Square => (4, std::f64::consts::FRAC_PI_4),
        };
        let (rim_c, face_c) = match shape {
            SignShape::Round => *[(0xb02c24u32, 0xe9e8e4u32), (0x27508a, 0x27508a)]
                .get(self.rng.below(2))
                .unwrap_or(&(0xb02c24, 0xe9e8e4)),
            SignShape::Triangle => (0xb02c24, 0xe9e8e4),
            SignShape::Square => (0xe9e8e4, 0x27508a),
        };
        let ring = |s: &Self, r: f64, x: f64| -> Vec<DVec3> {
            (0..corners)
                .map(|k| {
                    let d = crate::bake::det::unit_vector(turn + std::f64::consts::TAU * k as f64 / corners as f64) * r;
                    s.p(x, d.x, 2.55 + d.y)
                })
                .collect()
        };
        let (outer, inner, back) = (ring(self, 0.34, 0.05), ring(self, 0.26, 0.055), ring(self, 0.34, 0.045));
        self.on(Surface::Plain, |s| {
            for k in 1..corners - 1 {
                s.mesh.tri(Matter::Solid, [outer[0], outer[k], outer[k + 1]], [hex(rim_c); 3]);
                s.mesh.tri(Matter::Solid, [inner[0], inner[k], inner[k + 1]], [hex(face_c); 3]);
                s.mesh.tri(Matter::Solid, [back[0], back[k + 1], back[k]], [hex(0x7a7f7e); 3]);
            }
        });
    }
}
