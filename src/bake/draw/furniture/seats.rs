//! Where people sit, wait and play.

use super::{IRON, STEEL, Spot};
use crate::bake::mesh::{Matter, Surface, hex, scale};

impl Spot<'_> {
    pub(super) fn bench(&mut self) {
        let wood = scale(hex(0x8a6f54), self.rng.range(0.8, 1.1) as f32);
        for y in [-0.75, 0.75] {
            self.boxed((0.0, y), (0.45, 0.07), (0.0, 0.42), IRON);
            self.beam([-0.2, y, 0.42], [-0.32, y, 0.88], 0.06, IRON);
        }
        self.on(Surface::Wood, |s| {
            for (x, w) in [(-0.14, 0.12), (0.01, 0.12), (0.16, 0.12)] {
                s.boxed((x, 0.0), (w, 1.8), (0.42, 0.46), wood);
            }
            for z in [0.58, 0.76] {
                let lean = -0.22 - (z - 0.42) * 0.22;
                s.boxed((lean, 0.0), (0.04, 1.8), (z, z + 0.12), wood);
            }
        });
    }

    pub(super) fn bus_stop(&mut self) {
        let steel = hex(0x55595b);
        for y in [-1.8, 1.8] {
            self.post((-0.55, y), (0.05, 0.05), (0.0, 2.45), 4, steel);
            self.post((0.55, y), (0.04, 0.04), (0.0, 2.45), 4, steel);
        }
        self.boxed((0.0, 0.0), (1.6, 4.2), (2.45, 2.58), scale(steel, 1.2));
        self.panes(-0.55, (-1.75, 1.75), (0.3, 2.2));
        if !self.near {
            return;
        }
        // Bench, poster case with light, sign.
        self.on(Surface::Wood, |s| s.boxed((-0.25, 0.2), (0.35, 2.4), (0.42, 0.48), hex(0x8a6f54)));
        for y in [-0.6, 1.0] {
            self.boxed((-0.25, y), (0.06, 0.06), (0.0, 0.42), steel);
        }
        self.boxed((0.0, 1.95), (1.3, 0.16), (0.25, 2.1), IRON);
        self.mesh.lit = 3;
        for (y, flip) in [(2.04, false), (1.86, true)] {
            let mut q = [self.p(0.58, y, 0.35), self.p(-0.58, y, 0.35), self.p(-0.58, y, 2.0), self.p(0.58, y, 2.0)];
            if flip {
                q.reverse();
            }
            let c = hex(self.rng.pick(&[0x8a6a4a, 0x4a6a7a, 0x9a4a3f, 0xb8a888]));
            self.mesh.quad(Matter::Glass, q, c);
        }
        self.mesh.lit = 0;
        self.post((0.9, -2.4), (0.04, 0.04), (0.0, 2.9), 4, steel);
        self.on(Surface::Plain, |s| s.boxed((0.9, -2.4), (0.06, 0.5), (2.4, 2.9), hex(0xd8b13c)));
    }

    /// Clear panes seen from both sides.
    fn panes(&mut self, x: f64, y: (f64, f64), z: (f64, f64)) {
        let c = hex(0x6f8286);
        let q = [self.p(x, y.0, z.0), self.p(x, y.1, z.0), self.p(x, y.1, z.1), self.p(x, y.0, z.1)];
        self.mesh.quad(Matter::Glass, q, c);
        self.mesh.quad(Matter::Glass, [q[1], q[0], q[3], q[2]], c);
    }

    pub(super) fn cafe_table(&mut self, parasol: bool) {
        let metal = hex(self.rng.pick(&[0x4a4f52, 0x7a5c42, 0x8a8d8c]));
        self.post((0.0, 0.0), (0.2, 0.04), (0.0, 0.06), 6, metal);
        self.post((0.0, 0.0), (0.03, 0.03), (0.05, 0.72), 3, metal);
        self.post((0.0, 0.0), (0.36, 0.36), (0.72, 0.75), 8, scale(metal, 1.2));
        let at = self.p(0.0, 0.0, 0.755);
        let top: Vec<_> = (0..8)
            .map(|k| at.truncate() + crate::bake::det::unit_vector(std::f64::consts::TAU * k as f64 / 8.0) * 0.36)
            .collect();
        self.mesh.flat(Matter::Solid, &top, at.z, hex(0xd8d4ca));
        let seat = hex(self.rng.pick(&[0x9a7a54, 0x3f4a44, 0x7a3b30]));
        for k in 0..3 {
            let d = crate::bake::det::unit_vector(k as f64 * 2.1 + self.rng.range(0.0, 0.8)) * 0.72;
            self.boxed((d.x, d.y), (0.4, 0.4), (0.42, 0.46), seat);
            self.boxed((d.x * 1.26, d.y * 1.26), (0.08, 0.36), (0.46, 0.85), scale(seat, 0.9));
            self.post((d.x, d.y), (0.17, 0.15), (0.0, 0.42), 4, scale(seat, 0.6));
        }
        if parasol {
            let cloth = hex(self.rng.pick(&[0xe6e0d2, 0x9a4f3a, 0x47606b, 0xd8b13c, 0x4f6a5a]));
            self.post((0.0, 0.0), (0.025, 0.025), (0.75, 2.6), 3, hex(0x8a6f54));
            self.on(Surface::Plain, |s| {
                s.post((0.0, 0.0), (1.4, 0.04), (2.15, 2.7), 8, cloth);
                let at = s.p(0.0, 0.0, 2.15);
                let mut under: Vec<_> = (0..8)
                    .map(|k| {
                        at.truncate() + crate::bake::det::unit_vector(std::f64::consts::TAU * k as f64 / 8.0) * 1.38
                    })
                    .collect();
                under.reverse();
                s.mesh.flat(Matter::Solid, &under, at.z + 0.02, scale(cloth, 0.45));
            });
        }
    }

    pub(super) fn swing(&mut self) {
        let c = hex(0x9a5a3a);
        for y in [-1.6, 1.6] {
            self.beam([-1.0, y, 0.0], [0.0, y, 2.3], 0.1, c);
            self.beam([1.0, y, 0.0], [0.0, y, 2.3], 0.1, c);
        }
        self.beam([0.0, -1.6, 2.3], [0.0, 1.6, 2.3], 0.1, c);
        for y in [-0.75, 0.75] {
            for side in [-0.2, 0.2] {
                self.beam([0.0, y + side, 0.5], [0.0, y + side, 2.28], 0.03, STEEL);
            }
            self.boxed((0.0, y), (0.2, 0.5), (0.46, 0.5), IRON);
        }
    }

    pub(super) fn slide(&mut self) {
        let (red, steel) = (hex(0xb0402f), hex(0xb9bcba));
        for (x, y) in [(-0.5, -0.4), (-0.5, 0.4), (0.4, -0.4), (0.4, 0.4)] {
            self.boxed((x, y), (0.1, 0.1), (0.0, 2.5), hex(0x8a6f54));
        }
        self.boxed((0.0, 0.0), (1.0, 0.9), (1.4, 1.5), hex(0x8a6f54));
        self.on(Surface::Plain, |s| {
            s.boxed((0.0, 0.0), (1.3, 1.2), (2.5, 2.65), red);
            let q = [s.p(3.2, -0.3, 0.3), s.p(3.2, 0.3, 0.3), s.p(0.5, 0.3, 1.5), s.p(0.5, -0.3, 1.5)];
            s.mesh.quad(Matter::Solid, q, steel);
            s.mesh.quad(Matter::Solid, [q[1], q[0], q[3], q[2]], scale(steel, 0.5));
        });
        for y in [-0.32, 0.32] {
            self.beam([3.2, y, 0.42], [0.5, y, 1.66], 0.08, red);
        }
        for k in 0..4 {
            let z = 0.3 + 0.35 * k as f64;
            self.beam([-0.62, -0.35, z], [-0.62, 0.35, z], 0.05, steel);
        }
    }

    pub(super) fn climbing_frame(&mut self) {
        let c = hex(self.rng.pick(&[0x3d5a78, 0xb0402f, 0xd0a02c]));
        for x in [-1.0, 0.0, 1.0] {
            for y in [-1.0, 0.0, 1.0] {
                self.beam([x, y, 0.0], [x, y, 2.0], 0.05, c);
            }
            for z in [0.7, 1.35, 2.0] {
                self.beam([x, -1.0, z], [x, 1.0, z], 0.05, c);
                self.beam([-1.0, x, z], [1.0, x, z], 0.05, c);
            }
        }
    }
}
