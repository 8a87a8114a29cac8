//! Balconies before the wall and within it.

use super::super::style::Railing;
use super::painter::{Painter, Side, Span};
use crate::bake::mesh::{Matter, Rgb, Surface, blend, hex, scale};

const DEEP_M: f64 = 1.15;
const RAIL_M: f64 = 1.02;
/// Between bars; truer spacing would cost more than an eye at some metres sees.
const BAR_PITCH_M: f64 = 0.24;

impl Painter<'_> {
    pub fn balcony(&mut self, side: &Side, middle: f64, width: f64, floor_u: f64, near: bool) {
        let x = (middle - width * 0.5, middle + width * 0.5);
        let slab = scale(blend(self.v.wall, hex(0xd8d4ca), 0.6), self.light(side, floor_u));
        let u = (floor_u - 0.16, floor_u + 0.02);
        self.on(Surface::Concrete, |p| {
            p.solid(side, x, u, DEEP_M, slab);
            p.shelf(side, x, (0.0, DEEP_M), u.1, [scale(slab, 0.55), scale(slab, 0.9)]);
            p.soffit(side, x, (0.0, DEEP_M), u.0, [scale(slab, 0.32), scale(slab, 0.55)]);
            p.cheek(side, x.0, u, (0.0, DEEP_M), false, [scale(slab, 0.85); 2]);
            p.cheek(side, x.1, u, (0.0, DEEP_M), true, [scale(slab, 0.85); 2]);
        });
        // What it keeps the light from.
        let shade = scale(self.v.wall, self.light(side, u.0) * 0.6);
        let lit = self.wall_at(side, self.v.wall, middle, u.0 - 0.5);
        self.panel(Matter::Solid, side, x, (u.0 - 0.3, u.0), 0.008, [lit, shade]);
        let rail = (u.1, floor_u + RAIL_M);
        match self.style.railing {
            Railing::Solid => self.parapet(side, x, rail),
            Railing::Glass => self.glass_rail(side, x, rail),
            Railing::Bars if near => self.bars(side, x, rail),
            Railing::Bars => self.few_bars(side, x, rail),
        }
    }

    fn parapet(&mut self, side: &Side, x: Span, u: Span) {
        let c = scale(blend(self.style.stone, self.v.wall, 0.4), 0.95 * self.light(side, u.0));
        let c = if self.seed.is_multiple_of(3) { scale(blend(c, self.style.shutter, 0.7), 1.0) } else { c };
        self.panel(Matter::Solid, side, x, u, DEEP_M, [scale(c, 0.92), c]);
        self.cheek(side, x.0, u, (0.0, DEEP_M), false, [scale(c, 0.8), scale(c, 0.9)]);
        self.cheek(side, x.1, u, (0.0, DEEP_M), true, [scale(c, 0.8), scale(c, 0.9)]);
        self.shelf(side, x, (DEEP_M - 0.1, DEEP_M), u.1, [scale(c, 1.05); 2]);
        // Its inside, seen from above.
        let p = [side.point(x.1, u.0, DEEP_M - 0.1), side.point(x.0, u.0, DEEP_M - 0.1)];
        let q = [side.point(x.0, u.1, DEEP_M - 0.1), side.point(x.1, u.1, DEEP_M - 0.1)];
        self.mesh.quad(Matter::Solid, [p[0], p[1], q[0], q[1]], scale(c, 0.6));
    }

    fn glass_rail(&mut self, side: &Side, x: Span, u: Span) {
        let tint = scale(hex(0x8fa8a8), self.light(side, u.0));
        let c = [scale(tint, 0.5), scale(tint, 0.75)];
        self.pane(side, x, (u.0 + 0.04, u.1 - 0.05), DEEP_M - 0.02, 0, c);
        self.hand_rail(side, x, u.1, hex(0x9da2a3));
        for (at, right) in [(x.0, false), (x.1, true)] {
            let (d0, d1) = if right { (DEEP_M, 0.0) } else { (0.0, DEEP_M) };
            let p =
                [side.point(at, u.0, d0), side.point(at, u.0, d1), side.point(at, u.1, d1), side.point(at, u.1, d0)];
            self.mesh.quad_shaded(Matter::Glass, p, [c[0], c[0], c[1], c[1]]);
        }
    }

    fn hand_rail(&mut self, side: &Side, x: Span, top: f64, c: Rgb) {
        let u = (top - 0.05, top);
        self.on(Surface::Metal, |p| {
            p.solid(side, x, u, DEEP_M, c);
            p.shelf(side, x, (DEEP_M - 0.05, DEEP_M), top, [c; 2]);
            p.cheek(side, x.0, u, (0.0, DEEP_M), false, [c; 2]);
            p.cheek(side, x.1, u, (0.0, DEEP_M), true, [c; 2]);
        });
    }

    fn bars(&mut self, side: &Side, x: Span, u: Span) {
        let iron = scale(hex(0x2c3032), self.light(side, u.0));
        self.hand_rail(side, x, u.1, iron);
        self.on(Surface::Metal, |p| {
            p.solid(side, x, (u.0 + 0.06, u.0 + 0.1), DEEP_M, iron);
            let count = ((x.1 - x.0) / BAR_PITCH_M).round().clamp(2.0, 40.0) as usize;
            for k in 0..=count {
                let at = x.0 + 0.015 + (x.1 - x.0 - 0.03) * k as f64 / count as f64;
                p.solid(side, (at - 0.013, at + 0.013), u, DEEP_M - 0.005, iron);
            }
            for (at, right) in [(x.0, false), (x.1, true)] {
                for k in 0..4 {
                    let d = DEEP_M * (k as f64 + 0.5) / 4.0;
                    p.cheek(side, at, u, (d - 0.013, d + 0.013), right, [iron; 2]);
                }
            }
        });
    }

    /// Bars for balconies high up: a third of them, wider.
    fn few_bars(&mut self, side: &Side, x: Span, u: Span) {
        let iron = scale(hex(0x33383a), self.light(side, u.0));
        self.hand_rail(side, x, u.1, iron);
        self.on(Surface::Metal, |p| {
            let count = ((x.1 - x.0) / 0.6).round().clamp(2.0, 20.0) as usize;
            for k in 0..=count {
                let at = x.0 + 0.03 + (x.1 - x.0 - 0.06) * k as f64 / count as f64;
                p.solid(side, (at - 0.025, at + 0.025), u, DEEP_M - 0.005, iron);
            }
        });
    }

    /// Level 3: a slab with a rail or a parapet, five quads.
    pub fn balcony_middle(&mut self, side: &Side, middle: f64, width: f64, floor_u: f64) {
        let x = (middle - width * 0.5, middle + width * 0.5);
        let c = scale(blend(self.v.wall, hex(0xd8d4ca), 0.6), 0.9);
        let high = if self.style.railing == Railing::Solid { RAIL_M } else { 0.1 };
        let u = (floor_u - 0.16, floor_u + high);
        self.solid(side, x, u, DEEP_M, c);
        self.shelf(side, x, (0.0, DEEP_M), floor_u, [scale(c, 0.5), scale(c, 0.85)]);
        self.soffit(side, x, (0.0, DEEP_M), u.0, [scale(c, 0.35), scale(c, 0.5)]);
        if high < 0.5 {
            let iron = scale(hex(0x3c4244), 0.9);
            self.solid(side, x, (floor_u + RAIL_M - 0.09, floor_u + RAIL_M), DEEP_M, iron);
        }
    }

    /// Level 3: the shade of a balcony within the wall, and its parapet.
    pub fn loggia_middle(&mut self, side: &Side, middle: f64, width: f64, floor_u: f64) {
        let x = (middle - width * 0.5, middle + width * 0.5);
        let shade = scale(self.v.wall, 0.42 * self.light(side, floor_u));
        let top = (floor_u + self.v.floor_m - 0.35).max(floor_u + RAIL_M);
        self.panel(Matter::Solid, side, x, (floor_u, top), 0.012, [scale(shade, 1.2), scale(shade, 0.8)]);
        let c = scale(blend(self.style.stone, self.v.wall, 0.4), 0.9);
        self.solid(side, x, (floor_u, floor_u + RAIL_M), 0.06, c);
    }

    /// A balcony within the wall: side walls, ceiling, floor, a glazed back and a railing in the wall's plane.
    pub fn loggia(&mut self, side: &Side, x: Span, u: Span, cell: (usize, usize)) {
        let deep = 1.3;
        let c = scale(self.v.wall, 0.92 * self.light(side, u.0));
        self.reveals(side, x, u, deep, c);
        self.panel(Matter::Solid, side, x, u, -deep, [scale(c, 0.5), scale(c, 0.36)]);
        let (w, top) = (x.1 - x.0, u.1 - 0.35);
        let door = (x.0 + 0.12 * w, x.1 - 0.12 * w);
        self.sashes(side, door, (u.0 + 0.05, top), -deep + 0.02, (3, 1), cell);
        let rail = (u.0, u.0 + RAIL_M);
        let light = self.light(side, u.0);
        match self.style.railing {
            Railing::Glass => {
                let tint = scale(hex(0x8fa8a8), light);
                self.pane(side, x, (rail.0 + 0.05, rail.1 - 0.05), -0.04, 0, [scale(tint, 0.5), scale(tint, 0.75)]);
                self.solid(side, x, (rail.1 - 0.05, rail.1), -0.03, scale(hex(0x9da2a3), light));
            }
            _ => {
                let c =
                    blend(self.style.stone, self.style.shutter, if self.seed.is_multiple_of(2) { 0.6 } else { 0.0 });
                let c = scale(c, 0.95 * light);
                self.solid(side, x, rail, -0.04, c);
                self.shelf(side, x, (-0.14, -0.04), rail.1, [c; 2]);
            }
        }
    }
}
