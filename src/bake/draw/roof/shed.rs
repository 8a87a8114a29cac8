//! Roofs of one slope: skillions over any outline, and rows of sheds glazed on their steep side.

use super::super::facade::{Painter, Side};
use super::super::poly;
use super::{EAVES_M, overhanging};
use crate::bake::mesh::{Matter, scale};
use glam::{DVec2, DVec3};

impl Painter<'_> {
    /// One plane, lowest where the slope looks to; walls go on up to it.
    pub fn skillion(&mut self, u: f64, rise: f64) {
        let v = self.v;
        let towards =
            v.roof_towards.unwrap_or_else(|| self.sides().first().map_or(DVec2::X, |s| s.out)).normalize_or(DVec2::X);
        let reach = |ring: &[DVec2]| {
            ring.iter().map(|p| p.dot(towards)).fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(x), b.max(x)))
        };
        let (back, front) = reach(&v.outline);
        let height = |p: DVec2| u + rise * (front - p.dot(towards)) / (front - back).max(0.1);
        let over = if self.level >= 3 { EAVES_M * 0.7 } else { 0.0 };
        let eaves = overhanging(&v.outline, &v.faces, over);
        let tone =
            |p: DVec2| scale(v.roof_color, 0.86 + 0.18 * ((height(p) - u) / rise.max(0.1)).clamp(0.0, 1.0) as f32);
        let covering = self.covering();
        let fill = poly::triangles(&[&eaves]);
        self.on(covering, |p| {
            for t in &fill {
                let q = t.map(|k| eaves[k].extend(height(eaves[k]) + 0.02));
                p.mesh.tri(Matter::Solid, q, t.map(|k| tone(eaves[k])));
            }
        });
        for (a, b) in poly::edges(&v.outline) {
            let (ha, hb) = (height(a), height(b));
            let c = scale(v.wall, 0.97);
            let p = [a.extend(u), b.extend(u), b.extend(hb), a.extend(ha)];
            if ha - u < 0.01 {
                self.mesh.tri(Matter::Solid, [p[0], p[1], p[2]], [c; 3]);
            } else if hb - u < 0.01 {
                self.mesh.tri(Matter::Solid, [p[0], p[1], p[3]], [c; 3]);
            } else {
                self.mesh.quad(Matter::Solid, p, c);
            }
        }
        if self.level >= 4 {
            let edge = scale(v.trim, 0.75);
            for (a, b) in poly::edges(&eaves) {
                let (ha, hb) = (height(a), height(b));
                let p = [a.extend(ha - 0.2), b.extend(hb - 0.2), b.extend(hb + 0.02), a.extend(ha + 0.02)];
                self.mesh.quad(Matter::Solid, p, edge);
            }
            for t in &fill {
                let q = [t[0], t[2], t[1]].map(|k| eaves[k].extend(height(eaves[k]) - 0.2));
                self.mesh.tri(Matter::Solid, q, [scale(edge, 0.42); 3]);
            }
        }
    }

    /// Sheds across the longer axis of a convex outline; their steep sides look north where they can.
    pub fn sawtooth(&mut self, u: f64, rise: f64) {
        let v = self.v;
        let rect = poly::bounding_rect(&v.outline);
        // Glass looks to the half of the sky without sun.
        let along =
            if rect.along.y > 0.0 || (rect.along.y == 0.0 && rect.along.x > 0.0) { rect.along } else { -rect.along };
        let count = (rect.half.x * 2.0 / 8.0).round().clamp(1.0, 40.0) as usize;
        let pitch = rect.half.x * 2.0 / count as f64;
        let start = rect.centre - along * rect.half.x;
        let body: Vec<DVec3> = v.outline.iter().map(|p| p.extend(0.0)).collect();
        let covering = self.covering();
        for k in 0..count {
            let low = start + along * pitch * k as f64;
            let strip = poly::clipped(&poly::clipped(&body, low, along), low + along * pitch, -along);
            if strip.len() < 3 {
                continue;
            }
            let height = |p: DVec2| u + rise * ((p - low).dot(along) / pitch).clamp(0.0, 1.0);
            let plan: Vec<DVec2> = strip.iter().map(|p| p.truncate()).collect();
            self.on(covering, |p| {
                for t in poly::triangles(&[&plan]) {
                    let q = t.map(|j| plan[j].extend(height(plan[j])));
                    p.mesh.tri(Matter::Solid, q, [scale(v.roof_color, 0.96); 3]);
                }
            });
            for (a, b) in poly::edges(&plan) {
                let (ha, hb) = (height(a), height(b));
                let steep = (ha - u - rise).abs() < 1e-6 && (hb - u - rise).abs() < 1e-6;
                let p = [a.extend(u), b.extend(u), b.extend(hb), a.extend(ha)];
                if steep {
                    let side = Side {
                        a,
                        along: (b - a).normalize_or_zero(),
                        out: -(b - a).normalize_or_zero().perp(),
                        length: (b - a).length(),
                        face: super::super::building::Face::Court,
                        index: 300 + k,
                        inner_corner: (false, false),
                        street_corner: (false, false),
                    };
                    self.solid(&side, (0.0, side.length), (u, u + rise), 0.0, scale(v.trim, 0.8));
                    let lit = self.lit(&side, 0, 0);
                    let tone = self.pane_tone(&mut self.lot(&side, 0, 0, 64), 1.2);
                    self.pane(&side, (0.3, side.length - 0.3), (u + rise * 0.3, u + rise * 0.92), 0.03, lit, tone);
                } else if ha - u > 0.01 || hb - u > 0.01 {
                    let c = scale(v.wall, 0.96);
                    if ha - u < 0.01 {
                        self.mesh.tri(Matter::Solid, [p[0], p[1], p[2]], [c; 3]);
                    } else if hb - u < 0.01 {
                        self.mesh.tri(Matter::Solid, [p[0], p[1], p[3]], [c; 3]);
                    } else {
                        self.mesh.quad(Matter::Solid, p, c);
                    }
                }
            }
        }
    }
}
