//! Made ground of sites: convex patches with a surface and a colour at each corner, in layers.
//!
//! A layer lies [`LAYER_UP_M`] above the one below it, more in coarse levels, where the depth buffer tells less apart.

use super::font;
use crate::bake::det::{Rng, fractal};
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface, scale};
use glam::{DAffine3, DVec2};

/// Height of a layer above the one below it, by level of detail.
pub const LAYER_UP_M: [f64; 5] = [0.6, 0.35, 0.15, 0.05, 0.02];

/// Concrete, asphalt; then fields on it, stains, lines, letters, rails.
pub const BASE: u8 = 0;
pub const FIELD: u8 = 1;
pub const STAIN: u8 = 2;
pub const LINE: u8 = 3;
pub const MARK: u8 = 3;

/// A convex piece of ground, plan frame, counter-clockwise seen from above.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    pub corners: Vec<(DVec2, Rgb)>,
    /// Height above the sea, its layer's included.
    pub u: f64,
    pub layer: u8,
    pub surface: Surface,
}

impl Patch {
    pub fn draw(&self, mesh: &mut Mesh) {
        let before = std::mem::replace(&mut mesh.surface, self.surface);
        for k in 1..self.corners.len().saturating_sub(1) {
            let p = [0, k, k + 1].map(|k| self.corners[k]);
            mesh.tri(Matter::Solid, p.map(|(at, _)| at.extend(self.u)), p.map(|(_, c)| c));
        }
        mesh.surface = before;
    }
}

/// Lays patches in a site's frame.
pub struct Ground {
    pub level: usize,
    pub patches: Vec<Patch>,
    plan_from_site: DAffine3,
    seed: u64,
}

/// A rectangle of the site: x0, y0, x1, y1.
pub type Area = [f64; 4];

impl Ground {
    pub fn new(seed: u64, plan_from_site: DAffine3, level: usize) -> Self {
        Self { level, patches: Vec::new(), plan_from_site, seed }
    }

    /// A convex piece with a colour at each corner.
    pub fn piece(&mut self, corners: &[(DVec2, Rgb)], layer: u8, surface: Surface) {
        let up = LAYER_UP_M[self.level] * f64::from(layer);
        let corners: Vec<_> =
            corners.iter().map(|&(p, c)| (self.plan_from_site.transform_point3(p.extend(0.0)).truncate(), c)).collect();
        let u = self.plan_from_site.translation.z + up;
        self.patches.push(Patch { corners, u, layer, surface });
    }

    pub fn plain(&mut self, corners: &[DVec2], layer: u8, surface: Surface, c: Rgb) {
        let corners: Vec<_> = corners.iter().map(|&p| (p, c)).collect();
        self.piece(&corners, layer, surface);
    }

    /// A field in cells of about `cell` metres whose corners are worn by noise: `wear` is about how far the colour varies.
    pub fn field(&mut self, area: Area, layer: u8, surface: Surface, c: Rgb, (cell, wear): (f64, f32)) {
        let [x0, y0, x1, y1] = area;
        let cell = cell.max([400.0, 150.0, 50.0, 20.0, 8.0][self.level]);
        let count = |from: f64, to: f64| ((to - from) / cell).ceil().max(1.0) as usize;
        let (nx, ny) = (count(x0, x1), count(y0, y1));
        let at = |i: usize, k: usize| {
            DVec2::new(x0 + (x1 - x0) * i as f64 / nx as f64, y0 + (y1 - y0) * k as f64 / ny as f64)
        };
        let seed = self.seed ^ u64::from(layer);
        let tone = move |p: DVec2| {
            // Long along the site (traffic) and short across it.
            let broad = fractal(seed, p * DVec2::new(0.008, 0.016), 2);
            let fine = fractal(seed ^ 77, p * DVec2::new(0.035, 0.07), 2);
            scale(c, 1.0 + 1.7 * wear * (broad * 0.6 + fine * 0.55) as f32)
        };
        for k in 0..ny {
            for i in 0..nx {
                let p = [at(i, k), at(i + 1, k), at(i + 1, k + 1), at(i, k + 1)];
                self.piece(&p.map(|p| (p, tone(p))), layer, surface);
            }
        }
    }

    /// A straight band from `a` to `b`, in pieces that the Earth's bend leaves alone.
    pub fn band(&mut self, a: DVec2, b: DVec2, width: f64, layer: u8, surface: Surface, c: Rgb) {
        let along = (b - a).normalize_or_zero();
        let side = along.perp() * (width * 0.5);
        let pieces = ((b - a).length() / 120.0).ceil().max(1.0) as usize;
        for k in 0..pieces {
            let p = a.lerp(b, k as f64 / pieces as f64);
            let q = a.lerp(b, (k + 1) as f64 / pieces as f64);
            self.plain(&[p - side, q - side, q + side, p + side], layer, surface, c);
        }
    }

    pub fn line(&mut self, a: [f64; 2], b: [f64; 2], width: f64, c: Rgb) {
        self.band(a.into(), b.into(), width, LINE, Surface::Plain, c);
    }

    pub fn dashes(&mut self, a: [f64; 2], b: [f64; 2], width: f64, (on, off): (f64, f64), c: Rgb) {
        let (a, b) = (DVec2::from(a), DVec2::from(b));
        let length = (b - a).length();
        let along = (b - a).normalize_or_zero();
        let mut s = 0.0;
        while s < length {
            self.band(a + along * s, a + along * (s + on).min(length), width, LINE, Surface::Plain, c);
            s += on + off;
        }
    }

    pub fn frame(&mut self, [x0, y0, x1, y1]: Area, width: f64, c: Rgb) {
        for (a, b) in [([x0, y0], [x1, y0]), ([x1, y0], [x1, y1]), ([x1, y1], [x0, y1]), ([x0, y1], [x0, y0])] {
            self.line(a, b, width, c);
        }
    }

    /// Letters of this height, their middle at `at`, read by who looks along `up`.
    pub fn text(&mut self, at: [f64; 2], up: DVec2, height: f64, text: &str, c: Rgb) {
        let (at, right) = (DVec2::from(at), -up.perp());
        let left = font::width(text) * 0.5;
        for [x0, y0, x1, y1] in font::rects(text) {
            let p = |x: f64, y: f64| at + right * ((x - left) * height) + up * ((y - 0.5) * height);
            self.plain(&[p(x0, y0), p(x1, y0), p(x1, y1), p(x0, y1)], MARK, Surface::Plain, c);
        }
    }

    /// An arrow for drivers, `length` long, pointing along `dir`.
    pub fn arrow(&mut self, at: [f64; 2], dir: DVec2, length: f64, c: Rgb) {
        let (at, side) = (DVec2::from(at), dir.perp());
        let p = |x: f64, y: f64| at + dir * (x * length) + side * (y * length);
        self.plain(&[p(-0.5, -0.035), p(0.15, -0.035), p(0.15, 0.035), p(-0.5, 0.035)], MARK, Surface::Plain, c);
        self.plain(&[p(0.12, -0.14), p(0.5, 0.0), p(0.12, 0.14)], MARK, Surface::Plain, c);
    }

    /// Dark spots of oil and tyres by lot: each a ring that fades into the ground's colour `c`.
    pub fn stains(&mut self, area: Area, count: usize, c: Rgb, stream: u64) {
        let [x0, y0, x1, y1] = area;
        let mut rng = Rng::of(self.seed, 0x57A1, stream);
        for _ in 0..count {
            let at = DVec2::new(rng.range(x0, x1), rng.range(y0, y1));
            let (long, wide) = (rng.range(0.5, 2.6), rng.range(0.3, 1.1));
            let dark = scale(c, rng.range(0.62, 0.86) as f32);
            let sides = 7;
            let ring: Vec<DVec2> = (0..sides)
                .map(|k| {
                    let d = crate::bake::det::unit_vector(std::f64::consts::TAU * k as f64 / f64::from(sides));
                    at + d * DVec2::new(long, wide) * rng.range(0.75, 1.2)
                })
                .collect();
            for k in 0..ring.len() {
                let (p, q) = (ring[k], ring[(k + 1) % ring.len()]);
                if p.min(q).min(at).cmplt(DVec2::new(x0, y0)).any() || p.max(q).cmpgt(DVec2::new(x1, y1)).any() {
                    continue;
                }
                self.piece(&[(at, dark), (p, c), (q, c)], STAIN, Surface::Concrete);
            }
        }
    }
}
