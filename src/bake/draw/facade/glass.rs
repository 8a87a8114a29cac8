//! Panes: their tone by what hangs behind them, and their light at night by who is in.

use super::painter::{Painter, Side, Span};
use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Rgb, blend, hex, scale};
use crate::bake::model::Usage;

/// Texels of the night palette.
const WARM: [u8; 10] = [1, 1, 2, 3, 4, 6, 8, 8, 9, 2];
const COOL: u8 = 5;
const OFFICE: [u8; 6] = [5, 10, 11, 10, 3, 11];
const BRIGHT: [u8; 3] = [3, 6, 3];

impl Painter<'_> {
    /// The light behind a window at night.
    pub fn lit(&self, side: &Side, floor: usize, bay: usize) -> u8 {
        let mut rng = self.lot(side, floor, bay, 61);
        match self.v.usage {
            Usage::Offices | Usage::Civic | Usage::Education | Usage::Health | Usage::Unknown => {
                // Whole floors are on or off over all sides; else groups of three bays.
                let mut floor_lot = Rng::of(self.seed, 62, floor as u64);
                let all = floor_lot.chance(0.24);
                let group = self.lot(side, floor, bay / 3, 63).chance(0.16);
                let tone = floor_lot.pick(&OFFICE);
                if (all && rng.chance(0.88)) || group { tone } else { 0 }
            }
            Usage::Retail => {
                if rng.chance(0.35) {
                    3
                } else {
                    0
                }
            }
            Usage::Hotel => {
                if rng.chance(0.45) {
                    rng.pick(&[1, 1, 3])
                } else {
                    0
                }
            }
            Usage::Industry | Usage::Warehouse | Usage::Farm | Usage::Garage | Usage::Transport => {
                if rng.chance(0.2) {
                    COOL
                } else {
                    0
                }
            }
            Usage::Worship => {
                if rng.chance(0.5) {
                    2
                } else {
                    0
                }
            }
            Usage::House | Usage::Apartments | Usage::Canopy => {
                if rng.chance(0.3) {
                    rng.pick(&WARM)
                } else {
                    0
                }
            }
        }
    }

    /// The light of a shop window.
    pub fn shop_lit(&self, rng: &mut Rng) -> u8 {
        if rng.chance(0.82) { rng.pick(&BRIGHT) } else { 0 }
    }

    /// Colours of a pane at its foot and its top; a little of the sky keeps it from being a black hole.
    pub fn pane_tone(&self, rng: &mut Rng, light: f32) -> [Rgb; 2] {
        let c = scale(self.v.glass, rng.range(0.7, 1.35) as f32 * light);
        [c, blend(c, hex(0x8fa3ad), 0.14)]
    }

    pub fn pane(&mut self, side: &Side, x: Span, u: Span, d: f64, lit: u8, c: [Rgb; 2]) {
        self.mesh.lit = lit;
        self.panel(Matter::Glass, side, x, u, d, c);
        self.mesh.lit = 0;
    }

    /// A window in its frame: one quad of frame, panes a finger before it, a blind or curtains in some.
    pub fn sashes(&mut self, side: &Side, x: Span, u: Span, d: f64, panes: (usize, usize), cell: (usize, usize)) {
        let frame = self.style.frame;
        let light = self.light(side, u.1) * 0.92;
        self.panel(Matter::Solid, side, x, u, d, [scale(frame, 0.9 * light), scale(frame, 0.66 * light)]);
        let lit = self.lit(side, cell.0, cell.1);
        let mut rng = self.lot(side, cell.0, cell.1, 64);
        let tone = self.pane_tone(&mut rng, light);
        let blind = (rng.chance(0.3), rng.range(0.15, 0.85), hex(rng.pick(&[0xcfc8ba, 0xb9b2a4, 0xd9d5cc, 0x9d9a92])));
        let (columns, rows) = panes;
        let bar = 0.055;
        let (w, high) = ((x.1 - x.0 - bar) / columns as f64, u.1 - u.0 - bar);
        for k in 0..columns {
            let px = (x.0 + bar + k as f64 * w, x.0 + (k + 1) as f64 * w);
            self.pane(side, px, (u.0 + bar, u.0 + high), d + 0.022, lit, tone);
        }
        if rows >= 2 {
            // Casements have a low transom light on top.
            let bar_u = u.0 + high * 0.7;
            self.solid(side, (x.0 + bar, x.1 - bar), (bar_u, bar_u + bar), d + 0.05, scale(frame, 0.72 * light));
        }
        if blind.0 {
            let low = u.0 + bar + high * (1.0 - blind.1);
            let c = scale(blind.2, 0.55 * light);
            for k in 0..columns {
                let px = (x.0 + bar + k as f64 * w, x.0 + (k + 1) as f64 * w);
                self.pane(side, px, (low, u.1 - bar), d + 0.04, lit, [c, scale(c, 0.8)]);
            }
        }
    }
}
