//! Roofs over the outline scaled towards its middle: pyramids, domes, onions.

use super::super::facade::Painter;
use super::super::poly;
use super::{EAVES_M, overhanging};
use crate::bake::mesh::{Matter, Surface, scale};
use glam::{DVec2, DVec3};

/// Share of the rise, and share of the outline's size, from the eaves to the top.
const DOME: [(f64, f64); 6] = [(0.0, 1.0), (0.31, 0.95), (0.59, 0.81), (0.81, 0.59), (0.95, 0.31), (1.0, 0.0)];
const ONION: [(f64, f64); 8] =
    [(0.0, 0.8), (0.1, 0.98), (0.22, 1.06), (0.36, 0.98), (0.5, 0.7), (0.64, 0.36), (0.8, 0.12), (1.0, 0.0)];

impl Painter<'_> {
    pub fn pyramid(&mut self, u: f64, rise: f64) {
        let v = self.v;
        let over = if self.level >= 3 { EAVES_M * 0.8 } else { 0.0 };
        let eaves = overhanging(&v.outline, &v.faces, over);
        let middle = poly::centroid(&v.outline);
        let reach = poly::distance_to_ring(middle, &v.outline).max(0.5);
        let low = u - over * rise / reach;
        let apex = middle.extend(u + rise);
        let covering = self.covering();
        self.on(covering, |p| {
            for (a, b) in poly::edges(&eaves) {
                let (dark, pale) = (scale(v.roof_color, 0.86), scale(v.roof_color, 1.04));
                p.mesh.tri(Matter::Solid, [a.extend(low), b.extend(low), apex], [dark, dark, pale]);
            }
        });
        if self.level >= 4 && over > 0.0 {
            let c = scale(v.trim, 0.8);
            for ((a, b), (wa, wb)) in poly::edges(&eaves).zip(poly::edges(&v.outline)) {
                let drop = low - 0.16;
                let under = [wa.extend(drop), wb.extend(drop), b.extend(drop), a.extend(drop)];
                self.mesh.quad(Matter::Solid, under, scale(c, 0.45));
                self.mesh.quad(Matter::Solid, [a.extend(drop), b.extend(drop), b.extend(low), a.extend(low)], c);
            }
        }
    }

    /// A round cap; `onion` bulges and ends in a spike.
    pub fn dome(&mut self, u: f64, rise: f64, onion: bool) {
        let v = self.v;
        let middle = poly::centroid(&v.outline);
        let all: &[(f64, f64)] = if onion { &ONION } else { &DOME };
        let step = if self.level >= 3 { 1 } else { 2 };
        let mut rings: Vec<(f64, f64)> = all.iter().copied().step_by(step).collect();
        if rings.last() != all.last() {
            rings.extend(all.last());
        }
        let smooth = v.outline.len() >= 8;
        let at = |p: DVec2, (h, r): (f64, f64)| (middle + (p - middle) * r).extend(u + rise * h);
        let centre = middle.extend(u);
        self.on(Surface::Metal, |p| {
            for pair in rings.windows(2) {
                for (a, b) in poly::edges(&v.outline) {
                    let q = [at(a, pair[0]), at(b, pair[0]), at(b, pair[1]), at(a, pair[1])];
                    let tone = |r: (f64, f64)| scale(v.roof_color, 0.84 + 0.2 * r.0 as f32);
                    let c = [tone(pair[0]), tone(pair[0]), tone(pair[1]), tone(pair[1])];
                    if smooth && !onion {
                        let n = q.map(|x| {
                            ((x - centre) / DVec3::new(1.0, 1.0, rise.max(0.1) / 4.0)).normalize_or_zero().as_vec3()
                        });
                        p.mesh.quad_normals(Matter::Solid, q, n, c);
                    } else {
                        p.mesh.quad_shaded(Matter::Solid, q, c);
                    }
                }
            }
            if p.level >= 3 {
                let top = u + rise;
                p.mesh.drum(middle, (0.12, 0.03), (top - 0.1, top + 1.6), 4, scale(v.trim, 0.7), v.trim);
            }
        });
        if onion {
            // What the neck leaves open of the walls' top.
            let rings: [&[DVec2]; 1] = [&v.outline];
            for t in poly::triangles(&rings) {
                self.mesh.tri(Matter::Solid, t.map(|k| v.outline[k].extend(u + 0.01)), [scale(v.roof_color, 0.7); 3]);
            }
        }
    }
}
