//! Ships' hulls: a grid of points through stations from stern to bow, smooth from near, weathered.
//!
//! x forward, y to port, z up from the waterline.

use super::pen::{P, Pen};
use crate::bake::det::{fractal, noise};
use crate::bake::mesh::{Rgb, Surface, blend, hex, scale};
use glam::{DVec2, DVec3};

/// A frame of the hull: place along, half breadth at the deck and at the waterline, height of the deck.
#[derive(Debug, Clone, Copy)]
pub struct Station(pub f64, pub f64, pub f64, pub f64);

pub struct Hull {
    pub stations: Vec<Station>,
    pub side: Rgb,
    pub boot: Rgb,
    pub deck: Rgb,
    /// Height of the bulwark that the sides rise to above the deck.
    pub bulwark: f64,
    pub seed: u64,
}

impl Hull {
    /// The lines of a cargo ship: transom stern, long parallel sides, flared bow.
    pub fn cargo(length: f64, beam: f64, deck: f64, side: Rgb, seed: u64) -> Self {
        let (h, b) = (length * 0.5, beam * 0.5);
        let stations = vec![
            Station(-h, b * 0.88, b * 0.45, deck),
            Station(-h * 0.93, b * 0.97, b * 0.72, deck),
            Station(-h * 0.78, b, b * 0.95, deck),
            Station(-h * 0.5, b, b, deck),
            Station(h * 0.45, b, b, deck),
            Station(h * 0.64, b, b * 0.9, deck + 0.2),
            Station(h * 0.78, b * 0.95, b * 0.62, deck + beam * 0.03),
            Station(h * 0.88, b * 0.76, b * 0.34, deck + beam * 0.07),
            Station(h * 0.955, b * 0.45, b * 0.12, deck + beam * 0.1),
            Station(h, 0.35, 0.1, deck + beam * 0.12),
        ];
        Self { stations, side, boot: hex(0x6b3029), deck: hex(0x6e4a41), bulwark: 1.2, seed }
    }

    /// The hull at a place along: half breadths at deck and waterline, height of the deck.
    pub fn at(&self, x: f64) -> (f64, f64, f64) {
        let pair = self.stations.windows(2).find(|p| x <= p[1].0).unwrap_or_else(|| {
            let n = self.stations.len();
            &self.stations[n - 2..]
        });
        let (a, b) = (pair[0], pair[1]);
        let t = ((x - a.0) / (b.0 - a.0)).clamp(0.0, 1.0);
        let mix = |a: f64, b: f64| a + (b - a) * t;
        (mix(a.1, b.1), mix(a.2, b.2), mix(a.3, b.3))
    }

    pub fn draw(&self, pen: &mut Pen) {
        let before = pen.mesh.surface;
        pen.of(Surface::Paint);
        let xs = self.places(pen.level);
        for mirrored in [false, true] {
            let mut p = if mirrored { pen.mirrored() } else { pen.shifted(0.0, 0.0, 0.0) };
            self.half(&mut p, &xs);
        }
        self.transom(pen);
        pen.of(Surface::Plain);
        self.decks(pen, &xs);
        pen.of(before);
    }

    fn places(&self, level: usize) -> Vec<f64> {
        let step = [60.0, 40.0, 18.0, 9.0, 4.5][level];
        let mut out = vec![self.stations[0].0];
        for pair in self.stations.windows(2) {
            let (a, b) = (pair[0].0, pair[1].0);
            let count = ((b - a) / step).ceil().max(1.0) as usize;
            out.extend((1..=count).map(|k| a + (b - a) * k as f64 / count as f64));
        }
        out
    }

    /// A point of the port side: `t` from the keel's visible part (0) over the waterline to the deck (1).
    fn point(&self, x: f64, z: f64) -> P {
        let (deck, water, top) = self.at(x);
        let t = ((z + 1.5) / (top + 1.5)).clamp(0.0, 1.0);
        [x, water + (deck - water) * t * t.sqrt(), z]
    }

    /// Heights of the rows at a place: foot, boot line (twice, as the colour breaks there), side, sheer, bulwark.
    fn rows(&self, level: usize, top: f64) -> Vec<(f64, bool)> {
        let boot = 0.12 * self.stations[self.stations.len() / 2].3 + 0.3;
        let mut out = vec![(-1.5, true), (boot, true)];
        let count = [1, 1, 2, 3, 5][level];
        out.extend((0..=count).map(|k| (boot + (top - boot) * f64::from(k) / f64::from(count), false)));
        out
    }

    fn half(&self, pen: &mut Pen, xs: &[f64]) {
        let level = pen.level;
        let top = |x: f64| {
            let fore = self.stations[self.stations.len() - 4].0;
            let z = self.at(x).2;
            if x >= fore { z + self.bulwark } else { z + 0.15 }
        };
        let count = self.rows(level, 1.0).len();
        let normal = |x: f64, z: f64| {
            let d = 1.0;
            let along = DVec3::from(self.point(x + d, z)) - DVec3::from(self.point(x - d, z));
            let up = DVec3::from(self.point(x, z + 0.4)) - DVec3::from(self.point(x, z - 0.4));
            up.cross(along).normalize_or(DVec3::Y)
        };
        for pair in xs.windows(2) {
            let cells = [pair[0], pair[1]].map(|x| {
                self.rows(level, top(x))
                    .iter()
                    .map(|&(z, boot)| (self.point(x, z), normal(x, z.max(0.0)), self.tone(x, z, boot, top(x))))
                    .collect::<Vec<_>>()
            });
            for k in 0..count - 1 {
                if k == 1 {
                    continue;
                }
                let of = [cells[1][k], cells[0][k], cells[0][k + 1], cells[1][k + 1]];
                pen.quad_round(of.map(|c| c.0), of.map(|c| c.1), of.map(|c| c.2));
            }
        }
    }

    /// Paint with rust that runs down, dirt at the waterline, a lighter band where fenders rub.
    fn tone(&self, x: f64, z: f64, boot: bool, top: f64) -> Rgb {
        if boot {
            let foul = 0.85 + 0.2 * noise(self.seed, DVec2::new(x * 0.08, z)) as f32;
            return scale(self.boot, if z < 0.0 { 0.6 * foul } else { foul });
        }
        let streak = fractal(self.seed ^ 3, DVec2::new(x * 0.21, z * 0.05), 2) as f32;
        let broad = noise(self.seed ^ 9, DVec2::new(x * 0.02, z * 0.12)) as f32;
        let rust = (streak - 0.22).clamp(0.0, 0.5) * 1.1 * (1.0 - (z / top) as f32 * 0.5);
        let c = scale(self.side, 0.92 + 0.13 * broad + 0.12 * (z / top) as f32);
        blend(c, hex(0x5e3a28), rust.clamp(0.0, 0.5))
    }

    fn transom(&self, pen: &mut Pen) {
        let s = self.stations[0];
        let rows = self.rows(pen.level, s.3 + 0.15);
        for pair in rows.windows(2) {
            if pair[0].1 != pair[1].1 {
                continue;
            }
            let [a, b] = [pair[0], pair[1]].map(|(z, boot)| (self.point(s.0, z), self.tone(s.0, z, boot, s.3)));
            let flip = |p: P| [p[0], -p[1], p[2]];
            pen.quad_shaded([a.0, flip(a.0), flip(b.0), b.0], [a.1, a.1, b.1, b.1].map(|c| scale(c, 0.85)));
        }
    }

    fn decks(&self, pen: &mut Pen, xs: &[f64]) {
        for pair in xs.windows(2) {
            let [(a, _, za), (b, _, zb)] = [self.at(pair[0]), self.at(pair[1])];
            let (x0, x1) = (pair[0], pair[1]);
            pen.quad([[x0, -a, za], [x1, -b, zb], [x1, b, zb], [x0, a, za]], self.deck);
        }
        if pen.level < 3 {
            return;
        }
        // The bulwark's inside on the forecastle.
        let fore = self.stations[self.stations.len() - 4].0;
        for pair in xs.windows(2).filter(|p| p[0] >= fore) {
            let [(a, _, za), (b, _, zb)] = [self.at(pair[0]), self.at(pair[1])];
            let (x0, x1, h) = (pair[0], pair[1], self.bulwark);
            let c = scale(blend(self.deck, hex(0x9a9890), 0.6), 0.8);
            for s in [-1.0, 1.0] {
                let p = [
                    [x0, s * (a - 0.1), za],
                    [x1, s * (b - 0.1), zb],
                    [x1, s * (b - 0.1), zb + h],
                    [x0, s * (a - 0.1), za + h],
                ];
                if s > 0.0 { pen.quad(p, c) } else { pen.quad([p[1], p[0], p[3], p[2]], c) }
            }
        }
    }
}
