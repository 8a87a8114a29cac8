//! Walls with single windows: holes with reveals, frames, sills, heads, shutters; flush panes from farther away.

use super::super::building::{Face, Ground, Look};
use super::super::style::Head;
use super::bays::{Bay, BayKind, Bays};
use super::painter::{Painter, Side, Span};
use crate::bake::det::unit_vector;
use crate::bake::mesh::{Matter, Rgb, Surface, blend, hex, scale};

/// Up to where the ground keeps light from a wall, above its lowest floor.
const KNEE_M: f64 = 3.6;
/// How high the light of street lamps reaches.
const SHONE_M: f64 = 9.0;

/// Up to this storey the bars of railings stand as close as they do.
const NEAR_BARS: usize = 2;

/// A hole in a strip of wall.
#[derive(Clone, Copy)]
pub struct Hole {
    pub x: Span,
    pub u: Span,
}

impl Painter<'_> {
    /// A side with windows at level 4.
    pub fn windows_near(&mut self, side: &Side) {
        let bays = self.bays(side);
        let first = usize::from(self.ground_floor(side));
        for floor in first..self.v.floors {
            self.storey(side, &bays, floor);
        }
        self.stairs(side, &bays);
        self.ornament(side, first);
    }

    fn storey(&mut self, side: &Side, bays: &Bays, floor: usize) {
        let (low, high) = self.v.storey(floor);
        let door = (floor == 0 && self.has_door(side)).then_some(bays.all.len() / 2);
        let span = self.window_span(bays, floor);
        let near = floor < self.near_floors && side.face == Face::Street;
        let mut holes = Vec::with_capacity(bays.all.len());
        for (k, bay) in bays.all.iter().enumerate() {
            let half = bay.width_m * 0.5;
            match bay.kind {
                BayKind::Blind | BayKind::Stair => {}
                _ if door == Some(k) => holes.push(Hole { x: (bay.x - 0.62, bay.x + 0.62), u: (low, low + 2.35) }),
                BayKind::Balcony if floor > 0 => {
                    holes.push(Hole { x: (bay.x - half, bay.x + half), u: (low + 0.08, span.1) });
                }
                BayKind::Loggia if floor > 0 => {
                    let half = (bays.pitch_m * 0.5 - 0.15).max(half);
                    holes.push(Hole { x: (bay.x - half, bay.x + half), u: (low + 0.02, high - 0.35) });
                }
                _ => holes.push(Hole { x: (bay.x - half, bay.x + half), u: span }),
            }
        }
        let tone = 0.985 + 0.03 * self.lot(side, floor, 0, 71).unit() as f32;
        let c = scale(self.v.wall, tone);
        self.strip(side, (low, high), &holes, near, c);
        let mut hole = holes.iter();
        for (k, bay) in bays.all.iter().enumerate() {
            if matches!(bay.kind, BayKind::Blind | BayKind::Stair) {
                continue;
            }
            let Some(&Hole { x, u }) = hole.next() else { continue };
            match bay.kind {
                _ if door == Some(k) => self.door(side, x, u),
                BayKind::Balcony if floor > 0 => {
                    self.window(side, x, u, (floor, k), near, false);
                    self.balcony(
                        side,
                        bay.x,
                        (bay.width_m + 1.1).min(bays.pitch_m - 0.15),
                        low,
                        near && floor <= NEAR_BARS,
                    );
                }
                BayKind::Loggia if floor > 0 => self.loggia(side, x, u, (floor, k)),
                _ => self.window(side, x, u, (floor, k), near, true),
            }
        }
    }

    /// A storey's wall around its holes, which come in order along `x`. Where all holes are alike and far from the eye
    /// two bands and the piers between; else each hole has wall below (stained by its sill) and above.
    pub fn strip(&mut self, side: &Side, u: Span, holes: &[Hole], near: bool, c: Rgb) {
        let alike = holes.windows(2).all(|h| h[0].u == h[1].u);
        let mut x = 0.0;
        if let (true, false, Some(&first)) = (alike, near, holes.first()) {
            self.wall(side, (0.0, side.length), (u.0, first.u.0), c);
            self.wall(side, (0.0, side.length), (first.u.1, u.1), c);
            for hole in holes {
                self.wall(side, (x, hole.x.0), first.u, c);
                x = hole.x.1;
            }
            self.wall(side, (x, side.length), first.u, c);
            return;
        }
        for hole in holes {
            self.wall(side, (x, hole.x.0), u, c);
            if hole.u.0 > u.0 + 0.01 {
                let (dry, stained) = (self.wall_at(side, c, hole.x.0, u.0), self.wall_at(side, c, hole.x.0, hole.u.0));
                self.panel(Matter::Solid, side, hole.x, (u.0, hole.u.0), 0.0, [dry, scale(stained, 0.86)]);
            }
            self.wall(side, hole.x, (hole.u.1, u.1), c);
            x = hole.x.1;
        }
        self.wall(side, (x, side.length), u, c);
    }

    /// A window within its hole.
    pub fn window(&mut self, side: &Side, x: Span, u: Span, cell: (usize, usize), near: bool, sill: bool) {
        let s = *self.style;
        let c = scale(self.v.wall, self.light(side, u.0));
        self.jambs(side, x, u, s.reveal_m, c);
        let wide = x.1 - x.0 > 1.7;
        let columns = if wide {
            s.panes.0.max(2)
        } else if x.1 - x.0 < 0.75 {
            1
        } else {
            s.panes.0
        };
        let rows = if near && u.1 - u.0 > 1.3 { s.panes.1 } else { 1 };
        let columns = if near { columns } else { columns.min(2) };
        self.sashes(side, x, u, -s.reveal_m, (columns, rows), cell);
        if !near {
            return;
        }
        let trim = scale(self.style.stone, self.light(side, u.0));
        if sill && s.sill {
            let sx = (x.0 - 0.07, x.1 + 0.07);
            self.solid(side, sx, (u.0 - 0.07, u.0 + 0.015), 0.07, trim);
            self.shelf(side, sx, (-s.reveal_m, 0.07), u.0 + 0.015, [scale(trim, 0.5), trim]);
        } else {
            self.shelf(side, x, (-s.reveal_m, 0.0), u.0, [scale(c, 0.55), scale(c, 0.95)]);
        }
        self.surround(side, x, u, trim);
        if let Look::Windows { shutters: true, .. } = self.v.look
            && sill
        {
            self.shutters(side, x, u, cell);
        }
        if self.lot(side, cell.0, cell.1, 72).chance(s.coolers) && cell.0 > 0 {
            self.cooler(side, x, u);
        }
    }

    fn surround(&mut self, side: &Side, x: Span, u: Span, trim: Rgb) {
        let s = *self.style;
        let w = s.surround_m;
        if w > 0.0 {
            self.solid(side, (x.0 - w, x.0), (u.0, u.1), 0.03, trim);
            self.solid(side, (x.1, x.1 + w), (u.0, u.1), 0.03, trim);
            self.solid(side, (x.0 - w, x.1 + w), (u.1, u.1 + w), 0.03, scale(trim, 1.02));
        }
        match s.head {
            Head::None => {}
            Head::Lintel if w > 0.0 => {}
            Head::Lintel => self.solid(side, (x.0 - 0.12, x.1 + 0.12), (u.1, u.1 + 0.2), 0.02, trim),
            Head::Hood => {
                let hood = ((x.0 - w - 0.1, x.1 + w + 0.1), (u.1 + w + 0.06, u.1 + w + 0.17));
                self.solid(side, hood.0, hood.1, 0.16, trim);
                self.ledge(side, hood.0, hood.1, (0.0, 0.16), trim);
            }
            Head::Arch => {
                let c = self.wall_at(side, self.v.wall, x.0, u.1);
                self.arch(side, x, u.1, ((x.1 - x.0) * 0.5).min(0.8), c);
            }
        }
    }

    /// Fills the upper corners of a hole so that its top is round.
    pub fn arch(&mut self, side: &Side, x: Span, top: f64, rise: f64, c: Rgb) {
        let (middle, half) = ((x.0 + x.1) * 0.5, (x.1 - x.0) * 0.5);
        for left in [true, false] {
            let corner = side.point(if left { x.0 } else { x.1 }, top, 0.004);
            let at = |k: usize| {
                let d = unit_vector(std::f64::consts::FRAC_PI_2 * k as f64 / 3.0);
                let x = if left { middle - half * d.x } else { middle + half * d.x };
                side.point(x, top - rise * (1.0 - d.y), 0.004)
            };
            for k in 0..3 {
                let p = if left { [corner, at(k), at(k + 1)] } else { [corner, at(k + 1), at(k)] };
                self.mesh.tri(Matter::Solid, p, [c; 3]);
            }
        }
    }

    fn shutters(&mut self, side: &Side, x: Span, u: Span, cell: (usize, usize)) {
        let (w, out) = ((x.1 - x.0) * 0.48, 0.05);
        let gap = self.style.surround_m + 0.02;
        let tone = scale(self.style.shutter, self.light(side, u.0));
        let mut rng = self.lot(side, cell.0, cell.1, 73);
        // One pair in eight is closed.
        if rng.chance(0.12) {
            self.on(Surface::Wood, |p| p.panel(Matter::Solid, side, x, u, 0.02, [tone, scale(tone, 0.9)]));
            return;
        }
        self.on(Surface::Wood, |p| {
            for (from, right) in [(x.0 - gap - w, false), (x.1 + gap, true)] {
                p.panel(Matter::Solid, side, (from, from + w), u, out, [tone, scale(tone, 0.94)]);
                if cell.0 <= 1 {
                    let inset = ((from + 0.07, from + w - 0.07), (u.0 + 0.1, u.1 - 0.1));
                    p.panel(Matter::Solid, side, inset.0, inset.1, out + 0.012, [scale(tone, 0.72), scale(tone, 0.8)]);
                }
                p.cheek(side, if right { from + w } else { from }, u, (0.0, out), right, [scale(tone, 0.6); 2]);
            }
        });
    }

    /// The outdoor unit of an air conditioner under a window.
    fn cooler(&mut self, side: &Side, x: Span, u: Span) {
        let at = x.0 + 0.1;
        let grey = hex(0xc9cac6);
        self.on(Surface::Metal, |p| {
            p.block(side, (at, at + 0.8), (u.0 - 0.75, u.0 - 0.2), (0.05, 0.38), grey);
            p.solid(side, (at + 0.1, at + 0.55), (u.0 - 0.68, u.0 - 0.27), 0.385, scale(grey, 0.35));
        });
    }

    /// Strips of glass before the stairs, with a frame at each landing.
    fn stairs(&mut self, side: &Side, bays: &Bays) {
        let (low, top) = (self.v.storey(1).0.min(self.v.eaves_u() - 1.0) - 0.6, self.v.eaves_u() - 0.5);
        for bay in bays.all.iter().filter(|b| b.kind == BayKind::Stair) {
            let x = (bay.x - 0.8, bay.x + 0.8);
            self.on(Surface::Metal, |p| p.solid(side, x, (low, top), 0.02, scale(p.style.frame, 0.7)));
            let count = ((top - low) / 1.4).floor().max(1.0) as usize;
            let high = (top - low) / count as f64;
            for k in 0..count {
                let u = low + k as f64 * high;
                let mut rng = self.lot(side, k, 0, 74);
                let tone = self.pane_tone(&mut rng, 0.95);
                self.pane(side, (x.0 + 0.06, x.1 - 0.06), (u + 0.06, u + high), 0.05, COOL_STAIRS, tone);
            }
        }
    }

    /// Level 3: the wall in one piece, windows as panes with a frame on it.
    pub fn windows_middle(&mut self, side: &Side) {
        let bays = self.bays(side);
        self.plain_wall(side, self.v.wall);
        let first = usize::from(self.ground_floor(side));
        let framed = side.face == Face::Street;
        for floor in first..self.v.floors {
            let span = self.window_span(&bays, floor);
            let low = self.v.storey(floor).0;
            for (k, bay) in bays.all.iter().enumerate() {
                let half = bay.width_m * 0.5;
                let (x, u) = match bay.kind {
                    BayKind::Blind => continue,
                    BayKind::Balcony | BayKind::Loggia if floor > 0 => {
                        ((bay.x - half, bay.x + half), (low + 0.1, span.1))
                    }
                    _ => ((bay.x - half, bay.x + half), span),
                };
                if framed {
                    let light = self.light(side, u.0);
                    let (frame, shade) = (scale(self.style.frame, 0.8 * light), scale(self.v.wall, 0.42 * light));
                    if bay.kind == BayKind::Loggia && floor > 0 {
                        self.loggia_middle(side, bay.x, (bays.pitch_m - 0.3).max(bay.width_m), low);
                    }
                    self.panel(Matter::Solid, side, x, u, 0.02, [frame, shade]);
                }
                let mut rng = self.lot(side, floor, k, 64);
                let tone = self.pane_tone(&mut rng, self.light(side, u.0));
                let lit = self.lit(side, floor, k);
                let inset = if framed { 0.09 } else { 0.04 };
                self.pane(side, (x.0 + inset, x.1 - inset), (u.0 + inset, u.1 - inset * 2.2), 0.045, lit, tone);
                if bay.kind == BayKind::Balcony && floor > 0 {
                    self.balcony_middle(side, bay.x, (bay.width_m + 1.1).min(bays.pitch_m - 0.15), low);
                }
            }
        }
    }

    /// The wall without holes: darker at its foot, and under the eaves of pitched roofs.
    pub fn plain_wall(&mut self, side: &Side, c: Rgb) {
        let (foot, top) = (self.v.foot_u, self.v.eaves_u());
        let knee = (self.v.floor_u + KNEE_M).min(top - 0.4);
        if self.level < 2 {
            return self.mean_wall(side, c);
        }
        if self.stands_on_ground() && knee > self.v.floor_u {
            self.wall(side, (0.0, side.length), (foot, knee), c);
            // Lamps shine on the lowest storeys only.
            let shone = self.v.floor_u + SHONE_M;
            if self.level == 3 && top > shone + 3.0 {
                self.wall(side, (0.0, side.length), (knee, shone), c);
                self.wall(side, (0.0, side.length), (shone, top), c);
            } else {
                self.wall(side, (0.0, side.length), (knee, top), c);
            }
        } else {
            self.wall(side, (0.0, side.length), (foot, top), c);
        }
    }

    /// The wall as one quad whose gradient has the mean of what nearer levels show.
    fn mean_wall(&mut self, side: &Side, c: Rgb) {
        let (foot, top) = (self.v.foot_u, self.v.eaves_u());
        let (dark, pale) = (self.light(side, self.v.floor_u - 0.4), self.light(side, top.max(self.v.floor_u + KNEE_M)));
        let share = (KNEE_M * 0.9 / (top - foot).max(KNEE_M)) as f32;
        let low = pale - (pale - dark) * share;
        self.panel(Matter::Solid, side, (0.0, side.length), (foot, top), 0.0, [scale(c, low), scale(c, pale)]);
    }

    pub fn has_door(&self, side: &Side) -> bool {
        let first_street = self.v.faces.iter().position(|&f| f == Face::Street).unwrap_or(0);
        self.stands_on_ground() && side.index == first_street
    }

    pub fn opens_to_street(&self, side: &Side) -> bool {
        side.face == Face::Street && self.stands_on_ground() && self.v.ground != Ground::AsAbove
    }

    /// A plain bay of the ground floor for those that need one.
    pub fn bay_span(bay: &Bay) -> Span {
        (bay.x - bay.width_m * 0.5, bay.x + bay.width_m * 0.5)
    }

    pub fn mixed(&self, side: &Side, share: f32) -> Rgb {
        blend(self.v.wall, self.v.glass, share.min(self.glass_share(side)))
    }
}

/// Stairs are lit all night.
const COOL_STAIRS: u8 = 4;
