//! Levels 0 to 2: walls in their mean colour, of a class that tells that they have windows; towers of glass as bands.

use super::super::building::{Face, Look};
use super::painter::{Painter, Side};
use crate::bake::mesh::{Rgb, Surface, blend, scale};

impl Painter<'_> {
    /// Level 2: walls of glass have a band for each storey, so that colour, gloss and light at night stay.
    pub fn banded(&mut self, side: &Side) {
        let v = self.v;
        let share = f64::from(self.glass_share(side));
        if !matches!(v.look, Look::Curtain { .. }) {
            return self.windowed(side);
        }
        self.plain_wall(side, self.far_wall());
        let pieces = (side.length / 14.0).round().clamp(1.0, 6.0) as usize;
        let wide = side.length * 0.94;
        for floor in 0..v.floors {
            let (low, high) = v.storey(floor);
            let tall = (high - low) * share / 0.94;
            let from = low + ((high - low) - tall) * 0.5;
            for k in 0..pieces {
                let x0 = side.length * 0.03 + wide * k as f64 / pieces as f64;
                let lit = self.lit(side, floor, k * 3);
                let c = scale(v.glass, 1.02 * self.light(side, low + 1.0));
                self.pane(side, (x0, x0 + wide / pieces as f64), (from, from + tall), 0.03, lit, [c, scale(c, 1.15)]);
            }
        }
    }

    /// Level 1 and 0: the mean of wall and glass; on walls of glass one pane for all that are lit at night.
    pub fn massed(&mut self, side: &Side) {
        if !matches!(self.v.look, Look::Curtain { .. }) {
            return self.windowed(side);
        }
        let share = self.glass_share(side);
        let lit_share = 0.2f32;
        let c = blend(self.far_wall(), self.v.glass, share * (1.0 - lit_share));
        self.plain_wall(side, c);
        let tall = self.v.eaves_u() - self.v.floor_u;
        let area = side.length * tall * f64::from(share * lit_share);
        if side.face == Face::Blank || area < 6.0 {
            return;
        }
        let w = (side.length * 0.5).min(area.sqrt() * 1.3);
        let h = (area / w).min(tall * 0.8);
        let mut rng = self.lot(side, 0, 0, 95);
        let x0 = (side.length - w) * rng.range(0.15, 0.85);
        let u0 = self.v.floor_u + (tall - h) * rng.range(0.2, 0.8);
        let lit = (0..4).map(|k| self.lit(side, k, k)).find(|&t| t != 0).unwrap_or(0);
        self.pane(side, (x0, x0 + w), (u0, u0 + h), 0.04, lit, [self.v.glass, scale(self.v.glass, 1.15)]);
    }

    /// Walls with single windows: the mean of both; where the windows are is the viewer's.
    fn windowed(&mut self, side: &Side) {
        let share = self.glass_share(side);
        let c = blend(self.far_wall(), self.v.glass, share);
        let before = self.mesh.surface;
        if share > 0.04 && self.v.look != Look::Hall {
            self.mesh.surface = Surface::Windows;
        }
        self.plain_wall(side, c);
        self.mesh.surface = before;
    }

    /// The colour of walls without their glass: frames, posts and ornament mixed in.
    fn far_wall(&self) -> Rgb {
        match self.v.look {
            Look::Curtain { .. } => {
                blend(scale(self.v.trim, if self.level < 2 { 0.66 } else { 0.86 }), self.v.glass, 0.3)
            }
            _ => scale(self.v.wall, 0.95),
        }
    }
}
