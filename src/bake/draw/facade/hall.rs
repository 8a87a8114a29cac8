//! Halls: sheet metal on frames, gates and docks, a translucent band under the eaves.

use super::super::building::Face;
use super::painter::{Painter, Side};
use crate::bake::mesh::{Matter, Rgb, Surface, blend, hex, scale};

impl Painter<'_> {
    pub fn hall(&mut self, side: &Side) {
        let v = self.v;
        self.plain_wall(side, v.wall);
        if side.face == Face::Blank || side.length < 6.0 {
            return;
        }
        let near = self.level >= 4;
        let (low, top) = (v.floor_u, v.eaves_u());
        let bays = (side.length / 7.5).round().clamp(1.0, 60.0) as usize;
        let pitch = side.length / bays as f64;
        let mut rng = self.lot(side, 0, 0, 91);
        let color = hex(rng.pick(&[0x5d7280, 0x8a8f8d, 0x8b4f3c, 0x4f6a5e, 0xd0cdc4]));
        let docks = rng.chance(0.35) && side.length > 24.0;
        if top - low > 5.0 && rng.chance(0.7) {
            let band = (top - 1.7, top - 0.6);
            let c = scale(hex(0xa9b4b0), 0.8);
            for k in 0..bays {
                let lit = self.lit(side, 0, k);
                let x = (k as f64 * pitch + 0.25, (k + 1) as f64 * pitch - 0.25);
                self.pane(side, x, band, 0.05, lit, [scale(c, 0.6), c]);
            }
        }
        for k in 0..bays {
            let mut lot = self.lot(side, 0, k, 92);
            let x = (k as f64 + 0.5) * pitch;
            if docks {
                self.dock(side, x, color);
            } else if lot.chance(0.34) {
                self.gate(side, x, (lot.range(3.4, 4.6)).min(top - low - 1.5), color);
            } else if lot.chance(0.3) && near {
                self.pane(
                    side,
                    (x - 1.2, x + 1.2),
                    (low + 1.0, low + 2.2),
                    0.03,
                    0,
                    [scale(v.glass, 0.9), scale(v.glass, 1.3)],
                );
            }
        }
        if near {
            self.ribs(side);
        }
    }

    fn gate(&mut self, side: &Side, x: f64, high: f64, c: Rgb) {
        let low = self.v.floor_u;
        let x = (x - 2.0, x + 2.0);
        if high < 2.0 {
            return;
        }
        if self.level < 4 {
            self.panel(Matter::Solid, side, x, (low, low + high), 0.04, [scale(c, 0.6), c]);
            return;
        }
        let slats = (high / 0.55).round().max(2.0) as usize;
        self.on(Surface::Metal, |p| {
            for k in 0..slats {
                let u = (low + high * k as f64 / slats as f64, low + high * (k + 1) as f64 / slats as f64);
                p.panel(Matter::Solid, side, x, u, 0.03, [scale(c, 0.66), scale(c, 0.95)]);
            }
            let frame = scale(hex(0xd8b13c), 0.8);
            for at in [x.0 - 0.15, x.1] {
                p.block(side, (at, at + 0.15), (low - 0.3, low + high + 0.15), (0.0, 0.12), frame);
            }
            p.solid(side, x, (low + high, low + high + 0.15), 0.12, scale(frame, 0.9));
        });
    }

    /// A loading dock: a door above a bumper, a seal around it.
    fn dock(&mut self, side: &Side, x: f64, c: Rgb) {
        let low = self.v.floor_u + 1.1;
        let dark = hex(0x232526);
        self.solid(side, (x - 1.7, x + 1.7), (low, low + 3.2), 0.06, dark);
        self.panel(Matter::Solid, side, (x - 1.25, x + 1.25), (low, low + 2.7), 0.09, [scale(c, 0.7), c]);
        if self.level >= 4 {
            self.block(side, (x - 1.75, x + 1.75), (low - 0.35, low), (0.0, 0.45), scale(dark, 1.2));
            for at in [x - 1.75, x + 1.35] {
                self.block(side, (at, at + 0.4), (low, low + 3.3), (0.0, 0.5), dark);
            }
            self.block(side, (x - 1.75, x + 1.75), (low + 2.8, low + 3.4), (0.0, 0.55), dark);
            let lamp = (x + 1.9, x + 2.1);
            self.pane(side, lamp, (low + 2.2, low + 2.5), 0.2, 6, [hex(0xb9b8ae); 2]);
        }
    }

    /// Folds of the sheet metal, and a plinth of concrete.
    fn ribs(&mut self, side: &Side) {
        let v = self.v;
        let (low, top) = (v.floor_u + 0.9, v.eaves_u() - 0.2);
        let count = (side.length / 1.6).floor().clamp(1.0, 120.0) as usize;
        let dark = scale(v.wall, 0.84);
        for k in 1..count {
            let x = side.length * k as f64 / count as f64;
            self.solid(
                side,
                (x - 0.05, x + 0.05),
                (low, top),
                0.022,
                if k % 4 == 0 { dark } else { scale(dark, 1.06) },
            );
        }
        let concrete = blend(v.wall, hex(0x8f8c86), 0.85);
        self.on(Surface::Concrete, |p| {
            p.panel(
                Matter::Solid,
                side,
                (0.0, side.length),
                (v.foot_u, low),
                0.012,
                [scale(concrete, 0.6), scale(concrete, 0.9)],
            );
        });
    }
}
