//! Glass walls and bands of glass: offices and towers.

use super::super::building::Look;
use super::painter::{Painter, Side, Span};
use crate::bake::mesh::{Matter, Rgb, Surface, blend, scale};

impl Painter<'_> {
    /// Vision glass over spandrels, posts or fins before them; `bay_m` is the width of a pane.
    pub fn curtain(&mut self, side: &Side, bay_m: f64, fins: bool) {
        let v = self.v;
        let near = self.level >= 4;
        let first = usize::from(self.ground_floor(side));
        self.core_wall(side, scale(v.trim, 0.7), first);
        // Panes are drawn in pairs high up and in fours from far: posts before them divide them again.
        let group = if near { 2.0 } else { 5.0 };
        let cells = (side.length / (bay_m * group)).round().clamp(1.0, 60.0) as usize;
        let w = (side.length - 0.3) / cells as f64;
        let spandrel = blend(scale(v.glass, 0.75), v.trim, 0.18);
        for floor in first..v.floors {
            let (low, high) = v.storey(floor);
            let sill = low + 0.62;
            let c = scale(spandrel, self.light(side, low));
            self.panel(Matter::Glass, side, (0.12, side.length - 0.12), (low - 0.05, sill), 0.03, [c, scale(c, 1.1)]);
            for k in 0..cells {
                let x = (0.15 + k as f64 * w + 0.03, 0.15 + (k + 1) as f64 * w - 0.03);
                let lit = self.lit(side, floor, k);
                let mut rng = self.lot(side, floor, k, 64);
                let tone = self.pane_tone(&mut rng, self.light(side, low));
                self.pane(side, x, (sill, high - 0.1), 0.04, lit, tone);
            }
        }
        if near {
            self.posts(side, bay_m, fins, first);
            if self.style.sun_blades && !fins {
                self.blades(side, first);
            }
        }
    }

    /// The wall behind glass and piers; from the second storey where the ground floor has its own with holes.
    fn core_wall(&mut self, side: &Side, c: Rgb, first: usize) {
        if first == 0 || self.level < 4 {
            return self.plain_wall(side, c);
        }
        let v = self.v;
        self.foundation(side);
        self.wall(side, (0.0, side.length), (v.storey(first).0, v.eaves_u()), c);
    }

    fn posts(&mut self, side: &Side, bay_m: f64, fins: bool, first: usize) {
        let count = (side.length / (bay_m * if fins { 1.0 } else { 2.0 })).round().clamp(1.0, 80.0) as usize;
        let u = (self.v.storey(first).0, self.v.eaves_u());
        let (deep, half) = if fins { (0.5, 0.06) } else { (0.14, 0.045) };
        let c = scale(self.v.trim, 0.92);
        let foot = scale(c, self.light(side, u.0));
        self.on(Surface::Metal, |p| {
            for k in 0..=count {
                let x = 0.08 + (side.length - 0.16) * k as f64 / count as f64;
                p.panel(Matter::Solid, side, (x - half, x + half), u, deep, [foot, c]);
                p.cheek(side, x - half, u, (0.03, deep), false, [scale(c, 0.55), scale(c, 0.85)]);
                p.cheek(side, x + half, u, (0.03, deep), true, [scale(c, 0.55), scale(c, 0.85)]);
            }
        });
    }

    /// Louvres against the sun over each row of windows.
    fn blades(&mut self, side: &Side, first: usize) {
        let c = scale(self.v.trim, 0.95);
        let x = (0.1, side.length - 0.1);
        self.on(Surface::Metal, |p| {
            for floor in first..p.v.floors.min(first + 16) {
                let high = p.v.storey(floor).1;
                for k in 0..2 {
                    let u = high - 0.16 - k as f64 * 0.42;
                    p.solid(side, x, (u, u + 0.05), 0.62, c);
                    p.shelf(side, x, (0.04, 0.62), u + 0.05, [scale(c, 0.6), c]);
                    p.soffit(side, x, (0.04, 0.62), u, [scale(c, 0.35), scale(c, 0.5)]);
                }
            }
        });
    }

    /// Bands of glass between parapets.
    pub fn bands(&mut self, side: &Side) {
        let v = self.v;
        let near = self.level >= 4;
        if !near {
            self.plain_wall(side, v.wall);
        }
        let first = usize::from(self.ground_floor(side));
        let cells = (side.length / if near { 2.4 } else { 6.0 }).round().clamp(1.0, 60.0) as usize;
        for floor in first..v.floors {
            let (low, high) = v.storey(floor);
            let band = (low + if floor == 0 { 0.45 } else { 0.95 }, high - 0.42);
            let x = (0.4, side.length - 0.4);
            if near {
                self.band_near(side, (low, high), x, band);
            }
            let d = if near { -0.14 } else { 0.03 };
            let w = (x.1 - x.0) / cells as f64;
            for k in 0..cells {
                let lit = self.lit(side, floor, k);
                let mut rng = self.lot(side, floor, k, 64);
                let tone = self.pane_tone(&mut rng, self.light(side, low));
                let px = (x.0 + k as f64 * w + 0.035, x.0 + (k + 1) as f64 * w - 0.035);
                self.pane(side, px, band, d, lit, tone);
            }
        }
    }

    /// Wall below and above a band, its reveals and the frames behind its panes.
    fn band_near(&mut self, side: &Side, storey: Span, x: Span, band: Span) {
        let wall = self.v.wall;
        self.strip(side, storey, &[super::windows::Hole { x, u: band }], false, wall);
        let c = scale(wall, self.light(side, band.0));
        self.reveals(side, x, band, 0.16, c);
        let frame = scale(self.style.frame, 0.6 * self.light(side, band.0));
        self.solid(side, x, band, -0.16, frame);
    }

    /// Towers with single windows: deep bands behind piers as high as the wall, floors + bays quads instead of
    /// floors x bays holes.
    pub fn grid(&mut self, side: &Side) {
        let v = self.v;
        let bays = self.bays(side);
        let near = self.level >= 4;
        let Look::Windows { balconies, .. } = v.look else { return };
        let first = usize::from(self.ground_floor(side));
        self.core_wall(side, v.wall, first);
        let Some(last) = bays.all.last() else { return };
        let (from, to) = (bays.all[0].x - bays.all[0].width_m * 0.5, last.x + last.width_m * 0.5);
        // Proud of the core: what looks like the wall's face lies 0.18 m before the glass.
        let d = if near { 0.18 } else { 0.1 };
        for floor in first..v.floors {
            let span = self.window_span(&bays, floor);
            let (low, high) = v.storey(floor);
            let light = self.light(side, low);
            let group = if near { 1 } else { 3 };
            for chunk in bays.all.chunks(group) {
                let (a, b) = (&chunk[0], &chunk[chunk.len() - 1]);
                let k = ((a.x - 0.4) / bays.pitch_m).round() as usize;
                let lit = self.lit(side, floor, k);
                let mut rng = self.lot(side, floor, k, 64);
                let tone = self.pane_tone(&mut rng, light);
                self.pane(side, (a.x - a.width_m * 0.5, b.x + b.width_m * 0.5), span, 0.03, lit, tone);
            }
            let slab = scale(v.wall, 0.97 * light);
            let u = (span.1, (span.1 + (high - span.1) + (span.0 - low)).min(v.eaves_u()));
            self.solid(side, (from, to), u, d, slab);
            if near {
                self.soffit(side, (from, to), (0.03, d), u.0, [scale(slab, 0.3), scale(slab, 0.5)]);
                self.shelf(side, (from, to), (0.03, d), u.1, [scale(slab, 0.6), slab]);
            }
            if balconies > 0 && floor > 0 && near {
                self.tower_balconies(side, &bays, floor);
            }
        }
        self.piers(side, &bays, first, d);
    }

    fn tower_balconies(&mut self, side: &Side, bays: &super::bays::Bays, floor: usize) {
        for bay in bays.all.iter().filter(|b| b.kind != super::bays::BayKind::Window) {
            let width = (bay.width_m + 1.1).min(bays.pitch_m - 0.1);
            let low = self.v.storey(floor).0;
            if floor < self.near_floors {
                self.balcony(side, bay.x, width, low, false);
            } else {
                self.balcony_middle(side, bay.x, width, low);
            }
        }
    }

    fn piers(&mut self, side: &Side, bays: &super::bays::Bays, first: usize, d: f64) {
        let v = self.v;
        let u = (v.storey(first).0 + bays.sill_m * 0.5, v.eaves_u());
        let (foot, top) = (scale(v.wall, self.light(side, u.0)), scale(v.wall, 0.99));
        let mut x0 = 0.0;
        let ends = bays.all.iter().map(|b| (b.x - b.width_m * 0.5, b.x + b.width_m * 0.5));
        for (from, to) in ends.chain(std::iter::once((side.length, side.length))) {
            let out = d + 0.04;
            self.panel(Matter::Solid, side, (x0, from), u, out, [foot, top]);
            if self.level >= 4 {
                let c: Rgb = scale(v.wall, 0.6);
                if x0 > 0.0 {
                    self.cheek(side, x0, u, (0.03, out), false, [scale(c, 0.8), c]);
                }
                if from < side.length {
                    self.cheek(side, from, u, (0.03, out), true, [scale(c, 0.8), c]);
                }
            }
            x0 = to;
        }
        // Ends close the gap to the core at the corners.
        let c = scale(v.wall, 0.9);
        self.cheek(side, 0.0, u, (0.0, d + 0.04), false, [c; 2]);
        self.cheek(side, side.length, u, (0.0, d + 0.04), true, [c; 2]);
    }
}
