//! The brush: places on a wall in its own measures, and the quads that walls are made of.
//!
//! `x` runs along the wall seen from outside left to right, `u` up (plan heights), `d` out of the wall (below 0 into
//! it), all metres. Ambient occlusion goes into the colours here: darker at the foot, in courts, at inner corners.

use super::super::building::{Face, Volume};
use super::super::style::Style;
use crate::bake::det::{Rng, smoothstep};
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface, scale};
use glam::{DVec2, DVec3};

/// One side of a volume.
#[derive(Clone, Copy)]
pub struct Side {
    pub a: DVec2,
    pub along: DVec2,
    pub out: DVec2,
    pub length: f64,
    pub face: Face,
    /// Counts all sides of the volume, courts included; the seed of what is on it.
    pub index: usize,
    /// Whether the wall goes on inwards at its start and end (a corner that catches no light).
    pub inner_corner: (bool, bool),
    /// Whether the corners are those of two street sides.
    pub street_corner: (bool, bool),
}

impl Side {
    pub fn at(&self, x: f64, d: f64) -> DVec2 {
        self.a + self.along * x + self.out * d
    }

    pub fn point(&self, x: f64, u: f64, d: f64) -> DVec3 {
        self.at(x, d).extend(u)
    }
}

/// From, to.
pub type Span = (f64, f64);

pub struct Painter<'a> {
    pub mesh: &'a mut Mesh,
    pub v: &'a Volume,
    pub style: &'a Style,
    pub level: usize,
    pub seed: u64,
    /// How many storeys from the ground are drawn for an eye at 2 to 30 m.
    pub near_floors: usize,
}

impl Painter<'_> {
    /// Numbers for a place on the building, the same at all levels of detail.
    pub fn lot(&self, side: &Side, floor: usize, bay: usize, what: u64) -> Rng {
        Rng::of(self.seed ^ (side.index as u64) << 32, what, (floor as u64) << 20 | bay as u64)
    }

    pub fn stands_on_ground(&self) -> bool {
        self.v.foot_u < self.v.floor_u - 1e-6 && !self.v.raised
    }

    /// Share of light that reaches a wall at a height.
    pub fn light(&self, side: &Side, u: f64) -> f32 {
        let h = u - self.v.floor_u;
        let (dark, reach) = match (self.stands_on_ground(), side.face) {
            (true, Face::Street) => (0.66, 3.6),
            (true, _) => (0.55, 7.0),
            (false, _) if self.v.raised => (0.9, 3.0),
            (false, _) => (0.8, 2.0),
        };
        let near_ground = dark + (1.0 - dark) * smoothstep(-0.9, reach, h);
        let court = if side.face == Face::Street { 1.0 } else { 0.9 };
        (near_ground * court) as f32
    }

    /// The wall's colour at a place: light, and a tone of its own for each storey.
    pub fn wall_at(&self, side: &Side, c: Rgb, x: f64, u: f64) -> Rgb {
        let corner = (x < 0.01 && side.inner_corner.0) || (x > side.length - 0.01 && side.inner_corner.1);
        scale(c, self.light(side, u) * if corner { 0.74 } else { 1.0 })
    }

    pub fn on(&mut self, surface: Surface, draw: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.mesh.surface, surface);
        draw(self);
        self.mesh.surface = before;
    }

    /// An upright rectangle that looks outwards; colours at its foot and its top.
    pub fn panel(&mut self, matter: Matter, side: &Side, x: Span, u: Span, d: f64, c: [Rgb; 2]) {
        let (p, q) = (side.at(x.0, d), side.at(x.1, d));
        let corners = [p.extend(u.0), q.extend(u.0), q.extend(u.1), p.extend(u.1)];
        self.mesh.quad_shaded(matter, corners, [c[0], c[0], c[1], c[1]]);
    }

    pub fn solid(&mut self, side: &Side, x: Span, u: Span, d: f64, c: Rgb) {
        self.panel(Matter::Solid, side, x, u, d, [c, c]);
    }

    /// A piece of the wall's own plane, lit as the wall is.
    pub fn wall(&mut self, side: &Side, x: Span, u: Span, c: Rgb) {
        let at = |x, u| self.wall_at(side, c, x, u);
        let colors = [at(x.0, u.0), at(x.1, u.0), at(x.1, u.1), at(x.0, u.1)];
        let corners = [(x.0, u.0), (x.1, u.0), (x.1, u.1), (x.0, u.1)].map(|(x, u)| side.point(x, u, 0.0));
        self.mesh.quad_shaded(Matter::Solid, corners, colors);
    }

    /// A level rectangle that looks up; colours at `d.0` and `d.1`.
    pub fn shelf(&mut self, side: &Side, x: Span, d: Span, u: f64, c: [Rgb; 2]) {
        let (near, far) = if d.0 < d.1 { (d, c) } else { ((d.1, d.0), [c[1], c[0]]) };
        let p = [
            side.point(x.0, u, near.1),
            side.point(x.1, u, near.1),
            side.point(x.1, u, near.0),
            side.point(x.0, u, near.0),
        ];
        self.mesh.quad_shaded(Matter::Solid, p, [far[1], far[1], far[0], far[0]]);
    }

    /// A level rectangle that looks down.
    pub fn soffit(&mut self, side: &Side, x: Span, d: Span, u: f64, c: [Rgb; 2]) {
        let (near, far) = if d.0 < d.1 { (d, c) } else { ((d.1, d.0), [c[1], c[0]]) };
        let p = [
            side.point(x.0, u, near.0),
            side.point(x.1, u, near.0),
            side.point(x.1, u, near.1),
            side.point(x.0, u, near.1),
        ];
        self.mesh.quad_shaded(Matter::Solid, p, [far[0], far[0], far[1], far[1]]);
    }

    /// An upright rectangle across the wall; it looks to the right or to the left. Colours at `d.0` and `d.1`.
    pub fn cheek(&mut self, side: &Side, x: f64, u: Span, d: Span, to_right: bool, c: [Rgb; 2]) {
        // Seen from the right, what is farther out lies to the left.
        let ((d0, d1), [c0, c1]) = if (d.0 > d.1) == to_right { (d, c) } else { ((d.1, d.0), [c[1], c[0]]) };
        let p = [side.point(x, u.0, d0), side.point(x, u.0, d1), side.point(x, u.1, d1), side.point(x, u.1, d0)];
        self.mesh.quad_shaded(Matter::Solid, p, [c0, c1, c1, c0]);
    }

    /// A box before the wall: front, top, underside and ends.
    pub fn block(&mut self, side: &Side, x: Span, u: Span, d: Span, c: Rgb) {
        self.solid(side, x, u, d.1, c);
        self.ledge(side, x, u, d, c);
        self.cheek(side, x.0, u, d, false, [scale(c, 0.85); 2]);
        self.cheek(side, x.1, u, d, true, [scale(c, 0.85); 2]);
    }

    /// Top and underside of a box before the wall.
    pub fn ledge(&mut self, side: &Side, x: Span, u: Span, d: Span, c: Rgb) {
        self.shelf(side, x, d, u.1, [scale(c, 0.8), scale(c, 1.04)]);
        self.soffit(side, x, d, u.0, [scale(c, 0.38), scale(c, 0.6)]);
    }

    /// The four inner faces of a hole in the wall.
    pub fn reveals(&mut self, side: &Side, x: Span, u: Span, deep: f64, c: Rgb) {
        self.jambs(side, x, u, deep, c);
        self.shelf(side, x, (-deep, 0.0), u.0, [scale(c, 0.55), scale(c, 0.95)]);
    }

    /// The upper and side faces of a hole in the wall.
    pub fn jambs(&mut self, side: &Side, x: Span, u: Span, deep: f64, c: Rgb) {
        self.soffit(side, x, (-deep, 0.0), u.1, [scale(c, 0.3), scale(c, 0.5)]);
        self.cheek(side, x.0, u, (-deep, 0.0), true, [scale(c, 0.5), scale(c, 0.82)]);
        self.cheek(side, x.1, u, (-deep, 0.0), false, [scale(c, 0.5), scale(c, 0.82)]);
    }
}
