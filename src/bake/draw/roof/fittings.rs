//! What stands on slopes: chimneys, dormers, skylights, solar panels.

use super::super::building::{Face, Look, Roof};
use super::super::facade::Painter;
use super::super::poly;
use super::super::style::Era;
use super::slopes::{Slope, Slopes};
use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Rect, Surface, hex, scale};
use crate::bake::model::Usage;
use glam::{DVec2, DVec3};

/// A slope's own frame: `s` along its eaves, `t` inwards from the wall's line, both in the plan.
struct Frame<'a> {
    slope: &'a Slope,
    plan: Vec<DVec2>,
    origin: DVec2,
    along: DVec2,
    length: f64,
    eaves_u: f64,
    pitch: f64,
}

impl<'a> Frame<'a> {
    fn new(slope: &'a Slope, slopes: &Slopes) -> Self {
        let (a, b) = slopes.eaves[slope.edge].wall;
        Self {
            slope,
            plan: slope.points.iter().map(|p| p.truncate()).collect(),
            origin: a,
            along: (b - a).normalize_or_zero(),
            length: (b - a).length(),
            eaves_u: slopes.eaves_u,
            pitch: slopes.pitch,
        }
    }

    fn at(&self, s: f64, t: f64) -> DVec2 {
        self.origin + self.along * s + self.along.perp() * t
    }

    fn u(&self, t: f64) -> f64 {
        self.eaves_u + t * self.pitch
    }

    /// A place on the slope, `lift` metres above it.
    fn on(&self, s: f64, t: f64, lift: f64) -> DVec3 {
        self.at(s, t).extend(self.u(t) + lift)
    }

    /// Whether a rectangle lies on the slope.
    fn holds(&self, s: (f64, f64), t: (f64, f64)) -> bool {
        [(s.0, t.0), (s.1, t.0), (s.1, t.1), (s.0, t.1)].iter().all(|&(s, t)| {
            let p = self.at(s, t);
            poly::contains(&self.plan, p) && poly::distance_to_ring(p, &self.plan) > 0.12
        })
    }
}

impl Painter<'_> {
    pub fn fit_out(&mut self, slopes: &Slopes) {
        let mut rng = Rng::of(self.seed, 131, 0);
        if self.v.look == Look::Hall {
            return self.light_strips(slopes);
        }
        if matches!(self.v.look, Look::Open) || matches!(self.v.usage, Usage::Worship | Usage::Garage | Usage::Farm) {
            return;
        }
        let chimneys = if self.style.era >= Era::Late { rng.below(2) } else { 1 + rng.below(3) };
        self.chimneys(slopes, chimneys, &mut rng);
        let dormers = match self.v.roof {
            Roof::Mansard(_) => 0.95,
            Roof::Gambrel(_) => 0.8,
            _ if slopes.pitch > 0.75 && slopes.rise_m > 2.6 => 0.5,
            _ => 0.0,
        };
        let fitted = rng.chance(dormers);
        let solar = rng.chance(if self.style.era >= Era::Late { 0.28 } else { 0.1 });
        for slope in slopes.slopes.iter().filter(|s| s.part == 0) {
            let eave = &slopes.eaves[slope.edge];
            let frame = Frame::new(slope, slopes);
            if eave.is_gable || frame.length < 4.0 {
                continue;
            }
            let sunny = eave.face != Face::Blank && -frame.along.perp().y < -0.3;
            if fitted && eave.face != Face::Blank {
                self.dormers(&frame, &mut rng);
            } else if solar && sunny && !matches!(self.v.roof, Roof::Mansard(_)) {
                self.solar_panels(&frame);
            } else if self.level >= 4 && rng.chance(0.4) {
                self.skylights(&frame, &mut rng);
            }
        }
    }

    fn chimneys(&mut self, slopes: &Slopes, count: usize, rng: &mut Rng) {
        let longest = slopes.ridges.iter().max_by(|a, b| (a.1 - a.0).length().total_cmp(&(b.1 - b.0).length()));
        let Some(&(a, b)) = longest else { return };
        let along = (b - a).truncate().normalize_or(DVec2::X);
        for k in 0..count {
            // Beside the party walls first.
            let t = [0.06, 0.94, 0.4][k.min(2)] + rng.range(-0.04, 0.04);
            let off = rng.range(0.3, 0.9) * if rng.chance(0.5) { 1.0 } else { -1.0 };
            let at = a.lerp(b, t);
            let rect = Rect::new(at.truncate() + along.perp() * off, along, rng.range(0.7, 1.5), 0.55);
            let (low, top) = (at.z - 0.4 - off.abs() * slopes.pitch, at.z + rng.range(0.6, 1.1));
            let c = if rng.chance(0.5) { hex(0x8a5a48) } else { scale(self.v.wall, 0.88) };
            self.on(Surface::Brick, |p| {
                p.mesh.prism(&rect.corners(), low, top, scale(c, 0.75), c, scale(c, 0.5));
                if p.level >= 4 {
                    p.mesh.slab(
                        &rect.part(0.0, 0.0, rect.half.x * 2.0 + 0.14, rect.half.y * 2.0 + 0.14),
                        top - 0.16,
                        top,
                        scale(c, 0.85),
                    );
                    for j in 0..2 {
                        let x = (j as f64 - 0.5) * rect.half.x * 0.9;
                        p.mesh.drum(rect.at(x, 0.0), (0.11, 0.09), (top, top + 0.32), 5, hex(0x7a4a38), hex(0x9a6048));
                    }
                }
            });
        }
    }

    /// A row of dormers over a wall.
    fn dormers(&mut self, frame: &Frame, rng: &mut Rng) {
        let (wide, high) = (1.3, if frame.pitch > 1.6 { 1.5 } else { 1.25 });
        let t0 = if frame.pitch > 1.6 { 0.25 } else { 0.7 };
        let count = (frame.length / rng.range(3.2, 4.6)).floor().clamp(1.0, 12.0) as usize;
        let gabled = rng.chance(0.55);
        for k in 0..count {
            let s = frame.length * (k as f64 + 0.5) / count as f64;
            let back = t0 + high / frame.pitch;
            // Steep slopes end in a break that the dormer may pass.
            let needed = if frame.pitch > 1.6 { back.min(t0 + 0.3) } else { back + 0.2 };
            if frame.holds((s - wide * 0.5 - 0.1, s + wide * 0.5 + 0.1), (t0, needed)) {
                self.dormer(frame, s, (t0, back), (wide, high), gabled, k);
            }
        }
    }

    fn dormer(&mut self, frame: &Frame, s: f64, t: (f64, f64), size: (f64, f64), gabled: bool, number: usize) {
        let (wide, high) = size;
        let half = wide * 0.5;
        let low = frame.u(t.0);
        let top = low + high;
        let at = |s: f64, t: f64, u: f64| frame.at(s, t).extend(u);
        let c = scale(self.style.stone, 0.92);
        let front = [
            at(s - half, t.0, low - 0.1),
            at(s + half, t.0, low - 0.1),
            at(s + half, t.0, top),
            at(s - half, t.0, top),
        ];
        self.mesh.quad(Matter::Solid, front, c);
        let out = -frame.along.perp() * 0.03;
        let edge = frame.slope.edge;
        let mut lot = Rng::of(self.seed ^ edge as u64, 133, number as u64);
        self.mesh.lit = if lot.chance(0.25) { 1 } else { 0 };
        let glass = scale(self.v.glass, lot.range(0.8, 1.3) as f32);
        let panes: &[(f64, f64)] = if self.level >= 4 { &[(-0.82, -0.05), (0.05, 0.82)] } else { &[(-0.8, 0.8)] };
        for &(from, to) in panes {
            let p = |k: f64, u: f64| at(s + half * k, t.0, u) + out.extend(0.0);
            self.mesh.quad(
                Matter::Glass,
                [p(from, low + 0.2), p(to, low + 0.2), p(to, top - 0.14), p(from, top - 0.14)],
                glass,
            );
        }
        self.mesh.lit = 0;
        let cheek = scale(self.v.roof_color, 0.72);
        self.mesh.tri(
            Matter::Solid,
            [at(s - half, t.1, top), at(s - half, t.0, low), at(s - half, t.0, top)],
            [cheek; 3],
        );
        self.mesh.tri(
            Matter::Solid,
            [at(s + half, t.0, low), at(s + half, t.1, top), at(s + half, t.0, top)],
            [cheek; 3],
        );
        let roof = scale(self.v.roof_color, 0.98);
        let (eave, fore) = (half + 0.16, t.0 - 0.18);
        if gabled {
            let ridge_u = top + 0.55;
            let ridge_t = t.0 + (ridge_u - low) / frame.pitch;
            let (p, q) = (at(s, fore, ridge_u), at(s, ridge_t, ridge_u));
            let drop = top - 0.1;
            self.mesh.quad(Matter::Solid, [at(s - eave, t.1, drop), at(s - eave, fore, drop), p, q], roof);
            self.mesh.quad(Matter::Solid, [at(s + eave, fore, drop), at(s + eave, t.1, drop), q, p], roof);
            self.mesh.tri(
                Matter::Solid,
                [at(s - half, t.0, top), at(s + half, t.0, top), at(s, t.0, ridge_u - 0.05)],
                [c; 3],
            );
        } else {
            let back = t.1 + 0.3 / frame.pitch;
            let (a, b) = (at(s - eave, fore, top), at(s + eave, fore, top));
            let (d, e) = (at(s + eave, back, top + 0.3), at(s - eave, back, top + 0.3));
            self.mesh.quad(Matter::Solid, [a, b, d, e], roof);
            let down = DVec3::Z * 0.12;
            self.mesh.quad(Matter::Solid, [a - down, b - down, b, a], scale(c, 0.8));
        }
    }

    fn skylights(&mut self, frame: &Frame, rng: &mut Rng) {
        let count = (frame.length / 5.0).floor().clamp(1.0, 6.0) as usize;
        for k in 0..count {
            let s = frame.length * (k as f64 + rng.range(0.3, 0.7)) / count as f64;
            let (half, t) = (0.4, (1.5, 2.5));
            if !rng.chance(0.6) || !frame.holds((s - half, s + half), t) {
                continue;
            }
            let quad = |grow: f64, lift: f64| {
                [
                    (s - half - grow, t.0 - grow),
                    (s + half + grow, t.0 - grow),
                    (s + half + grow, t.1 + grow),
                    (s - half - grow, t.1 + grow),
                ]
                .map(|(s, t)| frame.on(s, t, lift))
            };
            self.mesh.quad(Matter::Solid, quad(0.07, 0.05), hex(0x4a4e50));
            self.mesh.lit = if rng.chance(0.2) { 1 } else { 0 };
            self.mesh.quad(Matter::Glass, quad(0.0, 0.07), hex(0x55666e));
            self.mesh.lit = 0;
        }
    }

    fn solar_panels(&mut self, frame: &Frame) {
        let (wide, tall) = (1.05, 1.5);
        let columns = ((frame.length - 1.6) / wide).floor().clamp(0.0, 8.0) as usize;
        let start = (frame.length - columns as f64 * wide) * 0.5;
        for row in 0..2 {
            for k in 0..columns {
                let s = (start + k as f64 * wide + 0.03, start + (k + 1) as f64 * wide - 0.03);
                let t = (0.7 + row as f64 * tall, 0.7 + (row + 1) as f64 * tall - 0.05);
                if frame.holds(s, t) {
                    let p = [(s.0, t.0), (s.1, t.0), (s.1, t.1), (s.0, t.1)].map(|(s, t)| frame.on(s, t, 0.1));
                    self.mesh.quad(Matter::Glass, p, hex(0x1a2434));
                }
            }
        }
    }

    /// Translucent strips in the roofs of halls.
    fn light_strips(&mut self, slopes: &Slopes) {
        for slope in &slopes.slopes {
            let frame = Frame::new(slope, slopes);
            let count = (frame.length / 11.0).floor().clamp(0.0, 40.0) as usize;
            let deep =
                slope.points.iter().map(|p| (p.truncate() - frame.origin).dot(frame.along.perp())).fold(0.0, f64::max);
            for k in 0..count {
                let s = frame.length * (k as f64 + 0.5) / count as f64;
                let t = (deep * 0.25, deep * 0.82);
                if slope.part == 0 && frame.holds((s - 0.6, s + 0.6), t) {
                    let p = [(s - 0.6, t.0), (s + 0.6, t.0), (s + 0.6, t.1), (s - 0.6, t.1)]
                        .map(|(s, t)| frame.on(s, t, 0.06));
                    self.mesh.quad(Matter::Glass, p, hex(0x8fa0a4));
                }
            }
        }
    }
}
