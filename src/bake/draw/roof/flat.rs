//! Flat roofs: the covering, parapets, the crowns of towers.

use super::super::building::{CROWN_M, Face, Look, PARAPET_M};
use super::super::facade::Painter;
use super::super::poly;
use super::super::style::Era;
use crate::bake::mesh::{Matter, Rgb, Surface, blend, hex, scale};
use glam::DVec2;

const COPING_M: f64 = 0.3;

impl Painter<'_> {
    pub fn flat_roof(&mut self, u: f64) {
        let v = self.v;
        let rings: Vec<&[DVec2]> = v.rings().map(|(ring, _)| ring).collect();
        let (surface, color) = self.flat_covering();
        let inner = poly::grown(&rings, -COPING_M).filter(|_| self.level >= 2);
        let Some(inner) = inner else {
            // From far, or too narrow for a parapet: a lid where the parapet's top would be.
            let top = if self.level >= 2 { u } else { u + PARAPET_M * 0.5 };
            if top > u {
                self.parapet_face(u, top);
            }
            // The parapets' pale tops and inner sides are in the mean.
            let edge: f64 = rings.iter().flat_map(|r| poly::edges(r)).map(|(a, b)| (b - a).length()).sum();
            let share = (edge * 0.75 / v.area_m2().max(1.0)).clamp(0.0, 0.45) as f32;
            self.on(surface, |p| p.lid(&rings, top, blend(color, v.wall, share)));
            return;
        };
        let top = u + PARAPET_M;
        self.parapet_face(u, top);
        let cap = scale(blend(v.wall, self.style.stone, 0.45), 1.0);
        for (ring, inner) in rings.iter().zip(&inner) {
            for ((a, b), (c, d)) in poly::edges(ring).zip(poly::edges(inner)) {
                self.mesh.quad(Matter::Solid, [a.extend(top), b.extend(top), d.extend(top), c.extend(top)], cap);
                if self.level >= 3 {
                    self.mesh.wall(d, c, u, top, scale(v.wall, 0.5), scale(v.wall, 0.82));
                }
            }
        }
        let views: Vec<&[DVec2]> = inner.iter().map(Vec::as_slice).collect();
        // Darker along the parapet.
        let core = if self.level >= 3 { poly::grown(&views, -1.3) } else { None };
        self.on(surface, |p| match core {
            Some(core) => {
                for (ring, core) in views.iter().zip(&core) {
                    for ((a, b), (c, d)) in poly::edges(ring).zip(poly::edges(core)) {
                        let q = [a.extend(u), b.extend(u), d.extend(u), c.extend(u)];
                        p.mesh.quad_shaded(Matter::Solid, q, [scale(color, 0.66), scale(color, 0.66), color, color]);
                    }
                }
                let views: Vec<&[DVec2]> = core.iter().map(Vec::as_slice).collect();
                p.lid(&views, u, color);
            }
            None => p.lid(&views, u, scale(color, 0.92)),
        });
        if self.level >= 3 {
            self.fit_out_flat(&inner, u);
        }
    }

    fn flat_covering(&self) -> (Surface, Rgb) {
        let lot = self.seed % 10;
        let (era, c) = (self.style.era, self.v.roof_color);
        match self.v.look {
            Look::Hall => (Surface::Metal, c),
            _ if era == Era::Modern && lot < 3 && self.v.area_m2() > 60.0 => {
                (Surface::Grass, blend(hex(0x6b7646), c, 0.25))
            }
            _ if lot < 6 => (Surface::Gravel, c),
            _ => (Surface::Concrete, c),
        }
    }

    /// The parapet's outer side.
    fn parapet_face(&mut self, u: f64, top: f64) {
        let v = self.v;
        for side in self.sides() {
            let c = match v.look {
                Look::Curtain { .. } => scale(v.trim, 0.85),
                _ => v.wall,
            };
            let c = scale(c, if side.face == Face::Street { 1.0 } else { 0.92 });
            self.solid(&side, (0.0, side.length), (u, top), 0.0, c);
        }
    }

    pub fn lid(&mut self, rings: &[&[DVec2]], u: f64, c: Rgb) {
        let points: Vec<DVec2> = rings.iter().flat_map(|r| r.iter().copied()).collect();
        for t in poly::triangles(rings) {
            self.mesh.tri(Matter::Solid, t.map(|k| points[k].extend(u)), [c; 3]);
        }
    }

    /// The top of a tower: a parapet, a recessed storey of machines behind louvres, masts with red lights.
    pub fn crown(&mut self, u: f64) {
        let v = self.v;
        let base = u;
        self.flat_roof(base);
        let middle = poly::centroid(&v.outline);
        let share = 0.58 + 0.12 * (self.seed % 7) as f64 / 6.0;
        let inner: Vec<DVec2> = v.outline.iter().map(|&p| middle + (p - middle) * share).collect();
        let c = scale(blend(v.trim, v.wall, 0.3), 0.8);
        let top = base + CROWN_M;
        self.on(Surface::Metal, |p| {
            p.mesh.prism(&inner, base, top, scale(c, 0.6), c, scale(v.roof_color, 1.05));
            if p.level >= 3 {
                for k in 1..6 {
                    let z = base + 0.9 + 0.55 * k as f64;
                    for (a, b) in poly::edges(&inner) {
                        let out = -(b - a).normalize_or_zero().perp() * 0.05;
                        p.mesh.wall(a + out, b + out, z, z + 0.28, scale(c, 0.5), scale(c, 0.72));
                    }
                }
            }
        });
        let mut rng = crate::bake::det::Rng::of(self.seed, 111, 0);
        if self.level >= 2 && rng.chance(0.6) {
            let mast = rng.range(6.0, 20.0);
            self.mesh.drum(middle, (0.35, 0.08), (top, top + mast), 5, hex(0xb9bab6), hex(0xc9463c));
            self.mesh.lit = 7;
            let tip = (middle).extend(top + mast + 0.2);
            for d in [DVec2::X, DVec2::Y] {
                let side = d.extend(0.0) * 0.25;
                let up = glam::DVec3::Z * 0.25;
                self.mesh.quad(
                    Matter::Glass,
                    [tip - side - up, tip + side - up, tip + side + up, tip - side + up],
                    hex(0x6a2a24),
                );
                self.mesh.quad(
                    Matter::Glass,
                    [tip + side - up, tip - side - up, tip - side + up, tip + side + up],
                    hex(0x6a2a24),
                );
            }
            self.mesh.lit = 0;
        }
    }
}
