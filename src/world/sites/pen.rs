//! A pen that draws in a thing's own frame: x forward, y to the left, z up, metres.
//!
//! Frames are affine and may be pitched (a raised boom) or mirrored (the other side of a ship); the pen keeps triangles
//! counter-clockwise seen from outside. Colours are linear RGB; boxes are darker at their feet, as everything that stands
//! on the ground is.

use crate::bake::det::{sin_cos, unit_vector};
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface, scale};
use glam::{DAffine3, DMat3, DVec2, DVec3};
use std::f64::consts::TAU;

/// A point in the pen's frame.
pub type P = [f64; 3];

pub struct Pen<'a> {
    pub mesh: &'a mut Mesh,
    pub plan_from_local: DAffine3,
    /// Level of detail, 0..=4.
    pub level: usize,
    mirrored: bool,
}

/// A flat piece of something: texts, windows and doors are laid on it. Its x is to the right seen from outside, y up.
#[derive(Debug, Clone, Copy)]
pub struct Face {
    pub origin: DVec3,
    pub right: DVec3,
    pub up: DVec3,
    pub width: f64,
    pub height: f64,
}

impl Face {
    pub fn new(origin: P, right: P, up: P, width: f64, height: f64) -> Self {
        Self { origin: origin.into(), right: right.into(), up: up.into(), width, height }
    }

    pub fn at(&self, x: f64, y: f64, out: f64) -> P {
        (self.origin + self.right * x + self.up * y + self.right.cross(self.up) * out).into()
    }

    /// A part of it, with its own origin.
    pub fn part(&self, x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { origin: self.origin + self.right * x + self.up * y, width, height, ..*self }
    }
}

/// A frame at a place with its x axis along a unit vector of the ground.
pub fn placed(at: DVec3, along: DVec2) -> DAffine3 {
    DAffine3 { matrix3: DMat3::from_cols(along.extend(0.0), along.perp().extend(0.0), DVec3::Z), translation: at }
}

/// A frame at a place, its x axis raised by an angle (radians) about y.
pub fn raised(at: P, angle: f64) -> DAffine3 {
    let (s, c) = sin_cos(angle);
    DAffine3 {
        matrix3: DMat3::from_cols(DVec3::new(c, 0.0, s), DVec3::Y, DVec3::new(-s, 0.0, c)),
        translation: at.into(),
    }
}

/// A frame turned by an angle (radians) about its z axis.
pub fn turned(at: P, angle: f64) -> DAffine3 {
    placed(at.into(), unit_vector(angle))
}

impl<'a> Pen<'a> {
    pub fn new(mesh: &'a mut Mesh, plan_from_local: DAffine3, level: usize) -> Self {
        let mirrored = plan_from_local.matrix3.determinant() < 0.0;
        Self { mesh, plan_from_local, level, mirrored }
    }

    /// A pen in a frame within this one.
    pub fn within(&mut self, local_from_inner: DAffine3) -> Pen<'_> {
        Pen::new(self.mesh, self.plan_from_local * local_from_inner, self.level)
    }

    pub fn shifted(&mut self, x: f64, y: f64, z: f64) -> Pen<'_> {
        self.within(DAffine3::from_translation(DVec3::new(x, y, z)))
    }

    /// A pen whose y axis points the other way.
    pub fn mirrored(&mut self) -> Pen<'_> {
        self.within(DAffine3::from_scale(DVec3::new(1.0, -1.0, 1.0)))
    }

    /// Sets the surface of what is drawn next and gives the pen back.
    pub fn of(&mut self, surface: Surface) -> &mut Self {
        self.mesh.surface = surface;
        self
    }

    fn world(&self, p: P) -> DVec3 {
        self.plan_from_local.transform_point3(p.into())
    }

    pub fn tri(&mut self, p: [P; 3], c: Rgb) {
        let [a, b, d] = p.map(|p| self.world(p));
        let q = if self.mirrored { [a, d, b] } else { [a, b, d] };
        self.mesh.tri(Matter::Solid, q, [c; 3]);
    }

    fn quad_of(&mut self, matter: Matter, p: [P; 4], c: [Rgb; 4]) {
        let [a, b, d, e] = p.map(|p| self.world(p));
        if self.mirrored {
            self.mesh.quad_shaded(matter, [b, a, e, d], [c[1], c[0], c[3], c[2]]);
        } else {
            self.mesh.quad_shaded(matter, [a, b, d, e], c);
        }
    }

    pub fn quad(&mut self, p: [P; 4], c: Rgb) {
        self.quad_of(Matter::Solid, p, [c; 4]);
    }

    pub fn quad_shaded(&mut self, p: [P; 4], c: [Rgb; 4]) {
        self.quad_of(Matter::Solid, p, c);
    }

    /// A quad whose corners have own normals (in the pen's frame, unit length).
    pub fn quad_round(&mut self, p: [P; 4], n: [DVec3; 4], c: [Rgb; 4]) {
        let mut q = [0, 1, 2, 3].map(|k| {
            let normal = self.plan_from_local.transform_vector3(n[k]).normalize_or_zero().as_vec3();
            self.mesh.vertex(self.world(p[k]), normal, c[k])
        });
        if self.mirrored {
            q.reverse();
        }
        self.mesh.push(Matter::Solid, [q[0], q[1], q[2]]);
        self.mesh.push(Matter::Solid, [q[0], q[2], q[3]]);
    }

    /// Seen from both sides.
    pub fn sheet(&mut self, p: [P; 4], c: Rgb) {
        self.quad(p, c);
        self.quad([p[3], p[2], p[1], p[0]], scale(c, 0.8));
    }

    pub fn glass(&mut self, p: [P; 4], c: Rgb, lit: u8) {
        let before = std::mem::replace(&mut self.mesh.lit, lit);
        self.quad_of(Matter::Glass, p, [c; 4]);
        self.mesh.lit = before;
    }

    pub fn water(&mut self, p: [P; 4], c: Rgb) {
        self.quad_of(Matter::Water, p, [c; 4]);
    }

    /// A box that stands on something: no underside.
    pub fn block(&mut self, low: P, high: P, c: Rgb) {
        self.walls(low, high, scale(c, 0.78), c);
        let [x0, y0, _] = low;
        let [x1, y1, z] = high;
        self.quad([[x0, y0, z], [x1, y0, z], [x1, y1, z], [x0, y1, z]], scale(c, 1.06));
    }

    /// A box that hangs in the air.
    pub fn cube(&mut self, low: P, high: P, c: Rgb) {
        self.walls(low, high, scale(c, 0.9), c);
        let [x0, y0, z0] = low;
        let [x1, y1, z1] = high;
        self.quad([[x0, y0, z1], [x1, y0, z1], [x1, y1, z1], [x0, y1, z1]], scale(c, 1.06));
        self.quad([[x0, y1, z0], [x1, y1, z0], [x1, y0, z0], [x0, y0, z0]], scale(c, 0.55));
    }

    /// A box by the middle of its foot and its size.
    pub fn post(&mut self, foot: P, size: P, c: Rgb) {
        let [x, y, z] = foot;
        let (a, b) = (size[0] * 0.5, size[1] * 0.5);
        self.block([x - a, y - b, z], [x + a, y + b, z + size[2]], c);
    }

    pub fn walls(&mut self, low: P, high: P, foot: Rgb, top: Rgb) {
        for f in faces(low, high) {
            self.paint_shaded(&f, [0.0, 0.0, f.width, f.height], 0.0, foot, top);
        }
    }

    /// A coloured rectangle `[x0, y0, x1, y1]` on a face, `out` metres before it.
    pub fn paint(&mut self, f: &Face, r: [f64; 4], out: f64, c: Rgb) {
        self.paint_shaded(f, r, out, c, c);
    }

    pub fn paint_shaded(&mut self, f: &Face, [x0, y0, x1, y1]: [f64; 4], out: f64, foot: Rgb, top: Rgb) {
        let p = [f.at(x0, y0, out), f.at(x1, y0, out), f.at(x1, y1, out), f.at(x0, y1, out)];
        self.quad_shaded(p, [foot, foot, top, top]);
    }

    pub fn pane(&mut self, f: &Face, [x0, y0, x1, y1]: [f64; 4], out: f64, c: Rgb, lit: u8) {
        self.glass([f.at(x0, y0, out), f.at(x1, y0, out), f.at(x1, y1, out), f.at(x0, y1, out)], c, lit);
    }

    /// A flat box on a face, standing out of it by `out`: frames, signs, doors, pipes.
    pub fn relief(&mut self, f: &Face, [x0, y0, x1, y1]: [f64; 4], out: f64, c: Rgb) {
        self.paint(f, [x0, y0, x1, y1], out, c);
        for (a, b, k) in [
            ([x0, y0], [x1, y0], 0.55),
            ([x1, y0], [x1, y1], 0.8),
            ([x1, y1], [x0, y1], 1.06),
            ([x0, y1], [x0, y0], 0.8),
        ] {
            let p = [f.at(a[0], a[1], 0.0), f.at(b[0], b[1], 0.0), f.at(b[0], b[1], out), f.at(a[0], a[1], out)];
            self.quad(p, scale(c, k));
        }
    }

    /// A beam of rectangular section with closed ends; `height` is measured in the upright plane through it.
    pub fn bar(&mut self, a: P, b: P, width: f64, height: f64, c: Rgb) {
        let (a, b) = (DVec3::from(a), DVec3::from(b));
        let along = (b - a).normalize_or_zero();
        let level = DVec3::Z.cross(along);
        let left = if level.length_squared() < 1e-9 { DVec3::Y } else { level.normalize() };
        let (l, u) = (left * (width * 0.5), along.cross(left) * (height * 0.5));
        let ring = [l - u, -l - u, u - l, l + u];
        for (k, shade) in [(0, 0.6), (1, 0.92), (2, 1.05), (3, 0.92)] {
            let (p, q) = (ring[k], ring[(k + 1) % 4]);
            self.quad([a + q, a + p, b + p, b + q].map(|v| v.to_array()), scale(c, shade));
        }
        let end = |m: DVec3| ring.map(|r| (m + r).to_array());
        self.quad(end(a), scale(c, 0.9));
        let [p, q, r, s] = end(b);
        self.quad([p, s, r, q], scale(c, 0.9));
    }

    /// A round bar without ends.
    pub fn rod(&mut self, a: P, b: P, radius: f64, sides: usize, c: Rgb) {
        self.cone(a, b, radius, radius, sides, c, c);
    }

    /// A round body between two circles about the line from `a` to `b`, without ends.
    #[allow(clippy::too_many_arguments)]
    pub fn cone(&mut self, a: P, b: P, r0: f64, r1: f64, sides: usize, foot: Rgb, top: Rgb) {
        let (a, b) = (DVec3::from(a), DVec3::from(b));
        let along = (b - a).normalize_or_zero();
        let side = if along.z.abs() > 0.9 { DVec3::X } else { DVec3::Z };
        let x = side.cross(along).normalize_or_zero();
        let y = along.cross(x);
        let lean = (r0 - r1) / (b - a).length().max(1e-6);
        for k in 0..sides {
            let [d0, d1] = [k, (k + 1) % sides].map(|k| {
                let d = unit_vector(TAU * k as f64 / sides as f64);
                x * d.x + y * d.y
            });
            let p = [a + d0 * r0, a + d1 * r0, b + d1 * r1, b + d0 * r1].map(|v| v.to_array());
            let [n0, n1] = [d0, d1].map(|d| (d + along * lean).normalize());
            self.quad_round(p, [n0, n1, n1, n0], [foot, foot, top, top]);
        }
    }

    /// A disc about an axis, seen from the side that the axis points to.
    pub fn disc(&mut self, centre: P, axis: P, radius: f64, sides: usize, c: Rgb) {
        let (m, along) = (DVec3::from(centre), DVec3::from(axis));
        let side = if along.z.abs() > 0.9 { DVec3::X } else { DVec3::Z };
        let x = side.cross(along).normalize_or_zero();
        let y = along.cross(x);
        let at = |k: usize| {
            let d = unit_vector(TAU * (k % sides) as f64 / sides as f64) * radius;
            (m + x * d.x + y * d.y).to_array()
        };
        for k in 1..sides - 1 {
            self.tri([at(0), at(k), at(k + 1)], c);
        }
    }

    /// An upright cylinder with a flat lid.
    pub fn drum(&mut self, foot: P, radius: f64, height: f64, sides: usize, c: Rgb) {
        let top = [foot[0], foot[1], foot[2] + height];
        self.cone(foot, top, radius, radius, sides, scale(c, 0.75), c);
        self.disc(top, [0.0, 0.0, 1.0], radius, sides, scale(c, 1.05));
    }

    /// A wheel about an axis along y, its middle at `m`.
    pub fn wheel(&mut self, m: P, radius: f64, width: f64, tyre: Rgb, hub: Rgb) {
        let sides = if self.level >= 4 { 14 } else { 8 };
        let [x, y, z] = m;
        let h = width * 0.5;
        self.rod([x, y - h, z], [x, y + h, z], radius, sides, tyre);
        for s in [-1.0, 1.0] {
            let axis = [0.0, s, 0.0];
            self.disc([x, y + s * h, z], axis, radius, sides, scale(tyre, 0.9));
            self.disc([x, y + s * (h + 0.012), z], axis, radius * 0.58, sides, hub);
        }
    }

    /// Pulls a convex outline in y and z (counter-clockwise with y to the right) along x.
    pub fn extrude(&mut self, outline: &[(f64, f64)], x0: f64, x1: f64, tone: impl Fn(usize) -> Rgb, ends: Rgb) {
        let count = outline.len();
        for k in 0..count {
            let ((y0, z0), (y1, z1)) = (outline[k], outline[(k + 1) % count]);
            self.quad([[x0, y0, z0], [x0, y1, z1], [x1, y1, z1], [x1, y0, z0]], tone(k));
        }
        for k in 1..count.saturating_sub(1) {
            let p = |x: f64, k: usize| [x, outline[k].0, outline[k].1];
            self.tri([p(x0, 0), p(x0, k + 1), p(x0, k)], ends);
            self.tri([p(x1, 0), p(x1, k), p(x1, k + 1)], ends);
        }
    }

    /// Walls between rings of equal counts, counter-clockwise seen from above, from the lowest to the highest; smooth
    /// shading would hide the chines, so each quad has its own normal.
    pub fn loft(&mut self, rings: &[Vec<P>], tone: impl Fn(usize) -> Rgb, closed: bool) {
        for (level, pair) in rings.windows(2).enumerate() {
            let (low, high) = (&pair[0], &pair[1]);
            let count = low.len();
            for k in 0..if closed { count } else { count - 1 } {
                let n = (k + 1) % count;
                self.quad_shaded(
                    [low[k], low[n], high[n], high[k]],
                    [tone(level), tone(level), tone(level + 1), tone(level + 1)],
                );
            }
        }
    }

    /// A convex polygon, counter-clockwise seen from outside.
    pub fn poly(&mut self, p: &[P], c: Rgb) {
        for k in 1..p.len().saturating_sub(1) {
            self.tri([p[0], p[k], p[k + 1]], c);
        }
    }
}

/// The four upright sides of a box: -y, +x, +y, -x.
pub fn faces(low: P, high: P) -> [Face; 4] {
    let [x0, y0, z0] = low;
    let [x1, y1, z1] = high;
    let (w, d, h, up) = (x1 - x0, y1 - y0, z1 - z0, [0.0, 0.0, 1.0]);
    [
        Face::new([x0, y0, z0], [1.0, 0.0, 0.0], up, w, h),
        Face::new([x1, y0, z0], [0.0, 1.0, 0.0], up, d, h),
        Face::new([x1, y1, z0], [-1.0, 0.0, 0.0], up, w, h),
        Face::new([x0, y1, z0], [0.0, -1.0, 0.0], up, d, h),
    ]
}
