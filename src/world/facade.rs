//! Draws buildings at a level of detail: walls, windows, shops, balconies, roofs and what stands on them.
//!
//! Level 4 has frames, shutters, balconies, cornices and roof machines; 3 has plain windows; 2 a glass band for each
//! floor; 1 walls in the mean colour of wall and glass under the true roof; 0 the same, whole blocks as one mass.
//! Ambient occlusion is in the colours: walls darken towards the ground and in courts.

use super::building::{Building, Face, Look, Roof, Volume};
use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Mesh, Rgb, blend, hex, scale};
use glam::DVec2;

/// Windows that are lit at night: texels of the night palette.
const LIT: [u8; 5] = [1, 2, 3, 4, 5];

pub fn draw(mesh: &mut Mesh, building: &Building, level: usize) {
    let mut rng = Rng::new(building.seed);
    for volume in &building.volumes {
        let mut draw = Draw { mesh, v: volume, level, rng: Rng::new(rng.next_u64()) };
        draw.walls();
        draw.roof();
    }
}

/// Walls of a volume: `a` to `b` seen from outside is left to right.
struct Draw<'a> {
    mesh: &'a mut Mesh,
    v: &'a Volume,
    level: usize,
    rng: Rng,
}

/// One side of a volume.
#[derive(Clone, Copy)]
struct Side {
    a: DVec2,
    along: DVec2,
    out: DVec2,
    length: f64,
    face: Face,
    shade: f32,
}

impl Side {
    fn at(&self, x: f64, out: f64) -> DVec2 {
        self.a + self.along * x + self.out * out
    }
}

impl Draw<'_> {
    fn walls(&mut self) {
        let count = self.v.outline.len();
        for k in 0..count {
            let (a, b) = (self.v.outline[k], self.v.outline[(k + 1) % count]);
            let length = (b - a).length();
            let along = (b - a) / length;
            let face = self.v.faces[k];
            let shade = if face == Face::Court { 0.86 } else { 1.0 };
            let side = Side { a, along, out: -along.perp(), length, face, shade };
            self.plain_wall(&side);
            if self.level >= 2 && face != Face::Blank {
                self.openings(&side);
            }
        }
        if self.level >= 4 && !matches!(self.v.look, Look::Hall | Look::Curtain { .. }) {
            self.cornice();
        }
    }

    fn wall_color(&self) -> Rgb {
        let glassy = match self.v.look {
            Look::Windows { .. } => 0.24,
            Look::Bands => 0.45,
            Look::Curtain { .. } => 0.72,
            Look::Hall => 0.0,
        };
        match (self.level, self.v.look) {
            (0 | 1, _) => blend(self.v.wall, self.v.glass, glassy),
            _ => self.v.wall,
        }
    }

    fn plain_wall(&mut self, side: &Side) {
        let (v, level) = (self.v, self.level);
        let color = scale(self.wall_color(), side.shade);
        let (foot, top) = (v.foot_u, v.eaves_u() + if v.roof == Roof::Flat && level >= 2 { 0.9 } else { 0.0 });
        let dark = if side.face == Face::Court { 0.52 } else { 0.66 };
        let knee = (v.floor_u + 4.2).min(top - 0.5);
        let (a, b) = (side.a, side.at(side.length, 0.0));
        if level >= 2 && v.foot_u < v.floor_u {
            let base = match v.look {
                Look::Windows { shop: true, .. } => blend(color, scale(v.trim, 0.8), 0.35),
                _ => color,
            };
            self.mesh.wall(a, b, foot, v.floor_u, scale(base, dark * 0.8), scale(base, dark));
            self.mesh.wall(a, b, v.floor_u, knee, scale(base, dark), scale(base, 0.93));
            self.mesh.wall(a, b, knee, top, scale(color, 0.94), color);
        } else {
            self.mesh.wall(a, b, foot, top, scale(color, if v.foot_u < v.floor_u { 0.72 } else { 0.9 }), color);
        }
    }

    /// A rectangle on the wall, `out` metres before it.
    fn panel(&mut self, matter: Matter, side: &Side, x: (f64, f64), u: (f64, f64), out: f64, c: [Rgb; 2]) {
        let (p, q) = (side.at(x.0, out), side.at(x.1, out));
        let corners = [p.extend(u.0), q.extend(u.0), q.extend(u.1), p.extend(u.1)];
        self.mesh.quad_shaded(matter, corners, [c[0], c[0], c[1], c[1]]);
    }

    fn glass(&mut self, side: &Side, x: (f64, f64), u: (f64, f64), out: f64, lit_chance: f64) {
        let lit = if self.rng.chance(lit_chance) { self.rng.pick(&LIT) } else { 0 };
        let tone = self.rng.range(0.75, 1.3) as f32 * side.shade;
        let c = scale(self.v.glass, tone);
        // A little of the sky in the upper part keeps the pane from being a black hole.
        let upper = blend(c, hex(0x8fa3ad), 0.16);
        self.mesh.lit = lit;
        self.panel(Matter::Glass, side, x, u, out, [c, upper]);
        self.mesh.lit = 0;
    }

    fn openings(&mut self, side: &Side) {
        match self.v.look {
            Look::Windows { bay_m, width_m, height_m, shutters, balconies, shop } => {
                let shop = shop && side.face == Face::Street;
                self.windows(side, (bay_m, width_m, height_m), shutters, balconies, shop);
            }
            Look::Curtain { bay_m, fins } => self.curtain(side, bay_m, fins),
            Look::Bands => self.bands(side),
            Look::Hall => self.gates(side),
        }
    }

    fn windows(&mut self, side: &Side, size: (f64, f64, f64), shutters: bool, balconies: u8, shop: bool) {
        let v = self.v;
        let (bay_m, width, height) = size;
        let count = ((side.length - 0.8) / bay_m).floor() as usize;
        if count == 0 {
            return;
        }
        let pitch = (side.length - 0.8) / count as f64;
        let sill = ((v.floor_m - height) * 0.42).max(0.12);
        if self.level == 2 {
            for floor in 0..v.floors {
                let u = v.floor_u + floor as f64 * v.floor_m + sill;
                let mixed = blend(scale(v.wall, side.shade), v.glass, (width / pitch).min(1.0) as f32);
                self.panel(Matter::Solid, side, (0.5, side.length - 0.5), (u, u + height), 0.06, [mixed; 2]);
            }
            return;
        }
        if self.level == 3 || side.face == Face::Court {
            self.window_grid(side, pitch, (width, sill, height), shop);
            return;
        }
        let shutter_color = blend(hex(self.rng.pick(&[0x3f5f52, 0x4a6478, 0x7a4b3a, 0x59635a])), v.trim, 0.15);
        for floor in 0..v.floors {
            let u = v.floor_u + floor as f64 * v.floor_m;
            if floor == 0 && shop {
                self.shops(side, u);
                continue;
            }
            for k in 0..count {
                let x = 0.4 + (k as f64 + 0.5) * pitch;
                let door = floor == 0 && k == count / 2 && v.foot_u < v.floor_u && side.face == Face::Street;
                let (w, low, high) =
                    if door { (1.15, 0.0, 2.25) } else { (width, sill, (sill + height).min(v.floor_m - 0.25)) };
                let (x0, x1) = (x - w * 0.5, x + w * 0.5);
                let balcony =
                    balconies > 0 && floor > 0 && (k + 1) % balconies as usize == 0 && side.face != Face::Blank;
                let low = if balcony { 0.1 } else { low };
                // Wide modern windows have no surround.
                if self.level >= 4 && (width < 1.7 || door) {
                    let frame = if door { scale(v.trim, 0.8) } else { v.trim };
                    let light = scale(frame, 0.96 * side.shade);
                    self.panel(
                        Matter::Solid,
                        side,
                        (x0 - 0.13, x1 + 0.13),
                        (u + low - 0.12, u + high + 0.13),
                        0.03,
                        [light; 2],
                    );
                    if shutters && !door && !balcony {
                        for s in [x0 - 0.13 - w * 0.46, x1 + 0.13] {
                            let tone = scale(shutter_color, side.shade);
                            self.panel(Matter::Solid, side, (s, s + w * 0.46), (u + low, u + high), 0.05, [tone; 2]);
                        }
                    }
                }
                if door {
                    let wood = hex(0x5a4335);
                    self.panel(Matter::Solid, side, (x0, x1), (u, u + high), 0.06, [scale(wood, 0.7), wood]);
                } else {
                    self.pane(side, (x0, x1), (u + low, u + high));
                }
                if balcony {
                    self.balcony(side, x, (w + 0.9).min(pitch - 0.1), u);
                }
            }
        }
    }

    /// Windows for the middle distance: a band of glass for each floor behind piers as high as the wall, which is
    /// floors + bays quads instead of floors x bays.
    fn window_grid(&mut self, side: &Side, pitch: f64, size: (f64, f64, f64), shop: bool) {
        let v = self.v;
        let (width, sill, height) = size;
        let count = ((side.length - 0.8) / pitch + 0.5).floor() as usize;
        let first = usize::from(shop);
        if shop {
            self.shops(side, v.floor_u);
        }
        let (x0, x1) = (0.4 + (pitch - width) * 0.5, side.length - 0.4 - (pitch - width) * 0.5);
        for floor in first..v.floors {
            let u = v.floor_u + floor as f64 * v.floor_m + sill;
            let high = (u + height).min(v.floor_u + (floor + 1) as f64 * v.floor_m - 0.25);
            let split = 0.4 + (0.3 + 0.4 * self.rng.unit()) * (side.length - 0.8);
            let split = 0.4 + ((split - 0.4) / pitch).round() * pitch;
            self.glass(side, (x0, split.clamp(x0, x1)), (u, high), 0.04, 0.24);
            self.glass(side, (split.clamp(x0, x1), x1), (u, high), 0.04, 0.24);
        }
        let (low, top) = (v.floor_u + first as f64 * v.floor_m + sill, v.eaves_u() - 0.3);
        let c = scale(v.wall, side.shade * 0.98);
        for k in 1..count {
            let x = 0.4 + k as f64 * pitch;
            let half = (pitch - width) * 0.5;
            self.panel(Matter::Solid, side, (x - half, x + half), (low, top), 0.08, [scale(c, 0.97), c]);
        }
    }

    fn pane(&mut self, side: &Side, x: (f64, f64), u: (f64, f64)) {
        self.glass(side, x, u, 0.06, 0.24);
    }

    fn balcony(&mut self, side: &Side, x: f64, width: f64, u: f64) {
        let deep = 1.15;
        let floor = blend(self.v.wall, hex(0xd8d4ca), 0.6);
        let c = [side.at(x - width * 0.5, deep), side.at(x + width * 0.5, deep)];
        let w = [side.at(x - width * 0.5, 0.0), side.at(x + width * 0.5, 0.0)];
        let (low, top, rail) = (u - 0.12, u + 0.04, u + 1.02);
        let at = |p: DVec2, u: f64| p.extend(u);
        self.mesh.quad(Matter::Solid, [at(w[0], top), at(c[0], top), at(c[1], top), at(w[1], top)], scale(floor, 0.8));
        self.mesh.quad(Matter::Solid, [at(w[0], low), at(w[1], low), at(c[1], low), at(c[0], low)], scale(floor, 0.5));
        let tone = scale(blend(self.v.trim, self.v.wall, 0.3), 0.95);
        for (p, q, k) in [(w[0], c[0], 0.85), (c[0], c[1], 1.0), (c[1], w[1], 0.85)] {
            self.mesh.quad(Matter::Solid, [at(p, low), at(q, low), at(q, rail), at(p, rail)], scale(tone, k));
        }
    }

    /// Shop windows under a fascia, with an awning here and there.
    fn shops(&mut self, side: &Side, u: f64) {
        let count = (side.length / 4.6).floor().max(1.0) as usize;
        let pitch = side.length / count as f64;
        let top = u + self.v.floor_m - 0.75;
        let cloths = [0x8c3b2e, 0x2f5a52, 0xc9b99a, 0x31506b, 0xa8793a, 0xd8d2c2];
        let fascia = blend(hex(self.rng.pick(&[0x3a3f41, 0x5b4a3c, 0x2f4048, 0x77705f, 0x4b5a4c])), self.v.trim, 0.1);
        if self.level >= 4 {
            self.panel(Matter::Solid, side, (0.15, side.length - 0.15), (top + 0.04, top + 0.55), 0.1, [fascia; 2]);
        }
        for k in 0..count {
            let (x0, x1) = (k as f64 * pitch + 0.35, (k + 1) as f64 * pitch - 0.35);
            self.glass(side, (x0, x1), (u + 0.25, top), 0.06, 0.65);
            if self.level >= 4 {
                let m = x0 + (x1 - x0) * 0.68;
                self.panel(Matter::Solid, side, (m - 0.06, m + 0.06), (u, top), 0.1, [scale(fascia, 0.8); 2]);
                self.panel(Matter::Solid, side, (x0, x1), (u, u + 0.27), 0.09, [scale(fascia, 0.6), fascia]);
                if self.rng.chance(0.34) {
                    let c = hex(self.rng.pick(&cloths));
                    let (p, q) = (side.at(x0, 0.08), side.at(x1, 0.08));
                    let (r, s) = (side.at(x1, 1.35), side.at(x0, 1.35));
                    let (hi, lo) = (top + 0.05, top - 0.55);
                    self.mesh.quad(Matter::Solid, [s.extend(lo), r.extend(lo), q.extend(hi), p.extend(hi)], c);
                    self.mesh.quad(
                        Matter::Solid,
                        [p.extend(hi), q.extend(hi), r.extend(lo), s.extend(lo)],
                        scale(c, 0.45),
                    );
                    let skirt = [s.extend(lo - 0.2), r.extend(lo - 0.2), r.extend(lo), s.extend(lo)];
                    self.mesh.quad(Matter::Solid, skirt, scale(c, 0.9));
                }
            }
        }
    }

    fn curtain(&mut self, side: &Side, bay_m: f64, fins: bool) {
        let v = self.v;
        for floor in 0..v.floors {
            let u = v.floor_u + floor as f64 * v.floor_m;
            if self.level == 2 {
                self.glass(side, (0.25, side.length - 0.25), (u + 0.7, u + v.floor_m - 0.12), 0.06, 0.4);
                continue;
            }
            // Offices: a few panes each with its own light.
            let cells = (side.length / (bay_m * if self.level >= 4 { 2.0 } else { 4.0 })).round().max(1.0) as usize;
            let cell = (side.length - 0.5) / cells as f64;
            for k in 0..cells {
                let x = 0.25 + k as f64 * cell;
                self.glass(side, (x + 0.06, x + cell - 0.06), (u + 0.7, u + v.floor_m - 0.12), 0.06, 0.3);
            }
        }
        if self.level >= 3 {
            let count = (side.length / (bay_m * if self.level >= 4 { 1.0 } else { 2.0 })).round().max(1.0) as usize;
            let (u0, u1) = (v.floor_u, v.eaves_u());
            for k in 0..=count {
                let x = 0.05 + (side.length - 0.1) * k as f64 / count as f64;
                let deep = if fins { 0.55 } else { 0.16 };
                let c = scale(v.trim, 0.95);
                let half = if fins { 0.07 } else { 0.05 };
                self.panel(Matter::Solid, side, (x - half, x + half), (u0, u1), deep, [c; 2]);
                if fins && self.level >= 4 {
                    for (s, flip) in [(x - half, false), (x + half, true)] {
                        let (p, q) = (side.at(s, 0.0), side.at(s, deep));
                        let (p, q) = if flip { (q, p) } else { (p, q) };
                        self.mesh.wall(p, q, u0, u1, scale(c, 0.75), scale(c, 0.85));
                    }
                }
            }
        }
    }

    fn bands(&mut self, side: &Side) {
        let v = self.v;
        for floor in 0..v.floors {
            let u = v.floor_u + floor as f64 * v.floor_m;
            let low = if floor == 0 { 0.3 } else { 0.95 };
            let cells = if self.level >= 3 { (side.length / 4.0).round().max(1.0) as usize } else { 1 };
            let cell = (side.length - 0.8) / cells as f64;
            for k in 0..cells {
                let x = 0.4 + k as f64 * cell;
                self.glass(side, (x + 0.05, x + cell - 0.05), (u + low, u + v.floor_m - 0.5), 0.06, 0.3);
            }
        }
    }

    fn gates(&mut self, side: &Side) {
        let v = self.v;
        if self.level < 3 || side.length < 16.0 {
            return;
        }
        let count = (side.length / 13.0).floor() as usize;
        let pitch = side.length / count as f64;
        let color = hex(self.rng.pick(&[0x5d7280, 0x8a8f8d, 0x8b4f3c, 0x4f6a5e]));
        for k in 0..count {
            let x = (k as f64 + 0.5) * pitch;
            let gate = [scale(color, 0.7), color];
            self.panel(Matter::Solid, side, (x - 2.1, x + 2.1), (v.floor_u, v.floor_u + 4.4), 0.06, gate);
            self.glass(side, (x - pitch * 0.36, x + pitch * 0.36), (v.eaves_u() - 2.0, v.eaves_u() - 0.9), 0.06, 0.3);
        }
        if self.level >= 4 {
            // Ribs of the sheet metal.
            for k in 1..(side.length / 3.2) as usize {
                let x = k as f64 * 3.2;
                let c = scale(v.wall, 0.78);
                self.panel(
                    Matter::Solid,
                    side,
                    (x - 0.06, x + 0.06),
                    (v.floor_u + 4.6, v.eaves_u() - 2.2),
                    0.04,
                    [c; 2],
                );
            }
        }
    }

    fn cornice(&mut self) {
        let v = self.v;
        let top = v.eaves_u() + if v.roof == Roof::Flat { 0.9 } else { 0.0 };
        let count = v.outline.len();
        for k in 0..count {
            if v.faces[k] != Face::Street {
                continue;
            }
            let (a, b) = (v.outline[k], v.outline[(k + 1) % count]);
            let along = (b - a).normalize();
            let out = -along.perp() * 0.28;
            let (p, q) = (a + out - along * 0.1, b + out + along * 0.1);
            let tone = scale(blend(v.wall, v.trim, 0.4), 0.98);
            let (lo, hi) = (top - 0.32, top + 0.02);
            self.mesh.quad(Matter::Solid, [p.extend(lo), q.extend(lo), q.extend(hi), p.extend(hi)], tone);
            self.mesh.quad(Matter::Solid, [p.extend(hi), q.extend(hi), b.extend(hi), a.extend(hi)], scale(tone, 1.05));
            self.mesh.quad(Matter::Solid, [a.extend(lo), b.extend(lo), q.extend(lo), p.extend(lo)], scale(tone, 0.5));
        }
    }

    fn roof(&mut self) {
        let v = self.v;
        let u = v.eaves_u();
        match v.roof {
            Roof::None => {}
            Roof::Flat => self.flat_roof(u),
            Roof::Crown => {
                self.flat_roof(u - 0.9);
                let middle = v.outline.iter().copied().sum::<DVec2>() / v.outline.len() as f64;
                let inner: Vec<_> = v.outline.iter().map(|&p| middle + (p - middle) * 0.62).collect();
                let c = scale(v.trim, 0.82);
                self.mesh.prism(&inner, u - 0.9, u + 4.5, scale(c, 0.7), c, scale(v.roof_color, 1.05));
                if self.level >= 2 && self.rng.chance(0.6) {
                    let mast = self.rng.range(8.0, 22.0);
                    self.mesh.drum(middle, (0.35, 0.08), (u + 4.5, u + 4.5 + mast), 5, hex(0xb9bab6), hex(0xc9463c));
                }
            }
            Roof::Saddle(rise) if v.outline.len() == 4 => self.saddle(u, rise),
            Roof::Saddle(rise) | Roof::Hip(rise) => self.hip(u, rise),
        }
    }

    fn flat_roof(&mut self, u: f64) {
        let v = self.v;
        if self.level < 2 {
            self.mesh.flat(Matter::Solid, &v.outline, u, v.roof_color);
            return;
        }
        // The parapet's inner side hides the wall's back; its edge darkens the roof.
        let count = v.outline.len();
        let middle = v.outline.iter().copied().sum::<DVec2>() / count as f64;
        let inner: Vec<_> = v.outline.iter().map(|&p| p + (middle - p).normalize_or_zero() * 0.42).collect();
        let cap = scale(blend(v.wall, v.trim, 0.3), 1.02);
        for k in 0..count {
            let n = (k + 1) % count;
            let (a, b, c, d) = (v.outline[k], v.outline[n], inner[n], inner[k]);
            let top = u + 0.9;
            self.mesh.quad(Matter::Solid, [a.extend(top), b.extend(top), c.extend(top), d.extend(top)], cap);
            if self.level >= 3 {
                self.mesh.wall(c, d, u, top, scale(v.wall, 0.6), scale(v.wall, 0.85));
            }
            let core = middle.extend(u);
            self.mesh.tri(
                Matter::Solid,
                [d.extend(u), c.extend(u), core],
                [scale(v.roof_color, 0.72), scale(v.roof_color, 0.72), v.roof_color],
            );
        }
        if self.level >= 3 {
            self.machines(u, &inner, middle);
        }
    }

    /// Stair head, lift engine, air handlers and skylights.
    fn machines(&mut self, u: f64, inner: &[DVec2], middle: DVec2) {
        let along = (inner[1] - inner[0]).normalize();
        let reach = inner.iter().map(|&p| (p - middle).length()).fold(f64::MAX, f64::min) * 0.55;
        let count = if self.v.look == Look::Hall { 0 } else { 1 + self.rng.below(3) };
        for k in 0..count {
            let at = middle + along * self.rng.range(-reach, reach) + along.perp() * self.rng.range(-0.5, 0.5) * reach;
            let (l, w, h): (f64, f64, f64) =
                if k == 0 { (4.2, 3.0, 2.4) } else { (self.rng.range(1.4, 2.8), 1.5, self.rng.range(0.8, 1.5)) };
            let tone = if k == 0 { scale(self.v.wall, 0.92) } else { hex(0xb4b7b5) };
            let rect = crate::bake::mesh::Rect::new(at, along, l.min(reach), w.min(reach));
            self.mesh.boxed(&rect, u, u + h, tone);
        }
    }

    fn saddle(&mut self, u: f64, rise: f64) {
        let v = self.v;
        let o = &v.outline;
        let over = if self.level >= 3 { 0.45 } else { 0.0 };
        let (left, right) = ((o[0] + o[3]) * 0.5, (o[1] + o[2]) * 0.5);
        let along = (right - left).normalize();
        let open_left = v.faces[3] != Face::Blank;
        let open_right = v.faces[1] != Face::Blank;
        let (ra, rb) =
            (left - along * if open_left { over } else { 0.0 }, right + along * if open_right { over } else { 0.0 });
        let out0 = -(o[1] - o[0]).normalize().perp() * over;
        let out2 = -(o[3] - o[2]).normalize().perp() * over;
        let drop = over * rise * 2.0 / (o[3] - o[0]).length().max(1.0);
        let tone = v.roof_color;
        let end = |p: DVec2, open: bool, sign: f64| p + along * if open { over * sign } else { 0.0 };
        let eave = [
            end(o[0], open_left, -1.0) + out0,
            end(o[1], open_right, 1.0) + out0,
            end(o[2], open_right, 1.0) + out2,
            end(o[3], open_left, -1.0) + out2,
        ];
        let (low, high) = (u - drop + 0.05, u + rise + 0.05);
        let (dark, light) = (scale(tone, 0.82), scale(tone, 1.04));
        let front = [eave[0].extend(low), eave[1].extend(low), rb.extend(high), ra.extend(high)];
        let back = [eave[2].extend(low), eave[3].extend(low), ra.extend(high), rb.extend(high)];
        for p in [front, back] {
            self.mesh.quad_shaded(Matter::Solid, p, [dark, dark, light, light]);
            if self.level >= 4 {
                // The roof's under side and the edge of its tiles; in closed blocks nobody sees the former.
                if !v.faces.contains(&Face::Blank) {
                    let under = [p[3], p[2], p[1], p[0]].map(|q| q - glam::DVec3::Z * 0.12);
                    self.mesh.quad(Matter::Solid, under, hex(0x6b5a4a));
                }
                let edge = [p[0] - glam::DVec3::Z * 0.14, p[1] - glam::DVec3::Z * 0.14, p[1], p[0]];
                self.mesh.quad(Matter::Solid, edge, scale(tone, 0.6));
            }
        }
        let gable = scale(self.wall_color(), 0.98);
        self.mesh.tri(Matter::Solid, [o[1].extend(u), o[2].extend(u), right.extend(u + rise)], [gable; 3]);
        self.mesh.tri(Matter::Solid, [o[3].extend(u), o[0].extend(u), left.extend(u + rise)], [gable; 3]);
        if self.level >= 3 && v.look != Look::Hall {
            self.chimney(left, right, u + rise);
        } else if self.level >= 3 {
            self.skylights(&front);
            self.skylights(&back);
        }
    }

    fn chimney(&mut self, left: DVec2, right: DVec2, ridge_u: f64) {
        let along = (right - left).normalize();
        for _ in 0..1 + self.rng.below(2) {
            let at = left.lerp(right, self.rng.range(0.15, 0.85)) + along.perp() * self.rng.range(-1.0, 1.0);
            let rect = crate::bake::mesh::Rect::new(at, along, 0.9, 0.6);
            self.mesh.boxed(&rect, ridge_u - 1.4, ridge_u + 0.75, scale(self.v.wall, 0.9));
        }
    }

    fn skylights(&mut self, slope: &[glam::DVec3; 4]) {
        let length = (slope[1] - slope[0]).length();
        let count = (length / 11.0).floor() as usize;
        let at =
            |x: f64, y: f64| slope[0].lerp(slope[1], x).lerp(slope[3].lerp(slope[2], x), y) + glam::DVec3::Z * 0.08;
        for k in 0..count {
            let x = (k as f64 + 0.5) / count as f64;
            let h = 1.1 / length;
            self.mesh.lit = 0;
            self.mesh.quad(
                Matter::Glass,
                [at(x - h, 0.25), at(x + h, 0.25), at(x + h, 0.8), at(x - h, 0.8)],
                hex(0x8fa0a4),
            );
        }
    }

    /// All sides slope to a ridge along the longer axis (a point for other outlines than quads).
    fn hip(&mut self, u: f64, rise: f64) {
        let v = self.v;
        let o = &v.outline;
        let middle = o.iter().copied().sum::<DVec2>() / o.len() as f64;
        let over = if self.level >= 3 { 0.45 } else { 0.0 };
        let eave: Vec<_> = o.iter().map(|&p| p + (p - middle).normalize() * over * 1.4).collect();
        let (x, y) = (o[1] - o[0], o[o.len() - 1] - o[0]);
        let ridge = if o.len() == 4 && (x.length() - y.length()).abs() > 0.5 {
            let (long, short) = if x.length() > y.length() { (x, y) } else { (y, x) };
            long.normalize() * (long.length() - short.length()) * 0.5
        } else {
            DVec2::ZERO
        };
        let peak = |p: DVec2| middle + if (p - middle).dot(ridge) >= 0.0 { ridge } else { -ridge };
        let (low, high) = (u - if over > 0.0 { 0.12 } else { 0.0 } + 0.05, u + rise + 0.05);
        for k in 0..o.len() {
            let n = (k + 1) % o.len();
            let (a, b) = (eave[k], eave[n]);
            let (pa, pb) = (peak(o[k]), peak(o[n]));
            let (dark, light) = (scale(v.roof_color, 0.82), scale(v.roof_color, 1.04));
            if pa == pb {
                self.mesh.tri(Matter::Solid, [a.extend(low), b.extend(low), pa.extend(high)], [dark, dark, light]);
            } else {
                let p = [a.extend(low), b.extend(low), pb.extend(high), pa.extend(high)];
                self.mesh.quad_shaded(Matter::Solid, p, [dark, dark, light, light]);
            }
            if self.level >= 4 {
                let under = [o[k].extend(low - 0.1), o[n].extend(low - 0.1), b.extend(low - 0.1), a.extend(low - 0.1)];
                self.mesh.quad(Matter::Solid, under, hex(0x6b5a4a));
                let drop = low - 0.14;
                self.mesh.quad(
                    Matter::Solid,
                    [a.extend(drop), b.extend(drop), b.extend(low), a.extend(low)],
                    scale(v.roof_color, 0.6),
                );
            }
        }
        if self.level >= 3 && rise < 4.0 {
            self.chimney(middle - ridge, middle + ridge + DVec2::new(0.01, 0.0), u + rise);
        }
    }
}
