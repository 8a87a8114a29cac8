//! Ground floors that differ from the floors above: shops, arcades, garages, lobbies; doors and their steps.

use super::super::building::{Ground, Look};
use super::super::style::Era;
use super::painter::{Painter, Side, Span};
use super::windows::Hole;
use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Rgb, Surface, blend, hex, scale};
use crate::bake::model::Usage;

/// Signs and awnings of shops that exist nowhere.
const SIGNS: [u32; 10] =
    [0x2f5a52, 0x8c3b2e, 0x31506b, 0x3a3f41, 0xa8793a, 0x5b4a3c, 0x6a2f3c, 0xd8d2c2, 0x49663f, 0x7a6a8a];
const CLOTHS: [u32; 8] = [0x8c3b2e, 0x2f5a52, 0xc9b99a, 0x31506b, 0xa8793a, 0xd8d2c2, 0x3f4a4f, 0x9a4f3a];

impl Painter<'_> {
    /// Draws the ground floor of a street side if it is not like those above; says whether it did.
    pub fn ground_floor(&mut self, side: &Side) -> bool {
        if !self.opens_to_street(side) || side.length < 3.0 {
            return false;
        }
        let near = self.level >= 4;
        match self.v.ground {
            Ground::AsAbove => return false,
            Ground::Shops if near => self.shops(side),
            Ground::Arcade if near => self.arcade(side),
            Ground::Garages if near => self.garages(side),
            Ground::Lobby if near => self.lobby(side),
            kind => self.ground_far(side, kind),
        }
        true
    }

    /// Level 3: glass under a band.
    fn ground_far(&mut self, side: &Side, kind: Ground) {
        let (low, high) = self.v.storey(0);
        let c = scale(self.style.base, self.light(side, low + 1.0));
        if kind == Ground::Garages {
            let count = (side.length / 4.0).floor().max(1.0) as usize;
            for k in 0..count {
                let x = side.length * (k as f64 + 0.5) / count as f64;
                self.solid(side, (x - 1.2, x + 1.2), (low, low + 2.3), 0.03, scale(hex(0x8a8f8d), 0.7));
            }
            return;
        }
        self.panel(Matter::Solid, side, (0.1, side.length - 0.1), (low, high - 0.1), 0.015, [scale(c, 0.8), c]);
        let units = (side.length / 6.0).round().max(1.0) as usize;
        for k in 0..units {
            let mut rng = self.lot(side, 0, k, 81);
            let x = (side.length * k as f64 / units as f64 + 0.45, side.length * (k + 1) as f64 / units as f64 - 0.45);
            let sign = scale(hex(rng.pick(&SIGNS)), 0.9);
            let lit = self.shop_lit(&mut rng);
            let tone = self.pane_tone(&mut rng, 0.85);
            self.pane(side, x, (low + 0.4, high - 0.9), 0.04, lit, tone);
            if kind == Ground::Shops {
                self.solid(side, x, (high - 0.85, high - 0.35), 0.06, sign);
            }
        }
    }

    /// Units of 4 to 7 m, each with its own front.
    fn shops(&mut self, side: &Side) {
        let (low, high) = self.v.storey(0);
        let units = (side.length / self.lot(side, 0, 0, 82).range(4.6, 7.2)).round().max(1.0) as usize;
        let pitch = side.length / units as f64;
        let pier = 0.32;
        let top = high - 0.42;
        let holes: Vec<Hole> = (0..units)
            .map(|k| Hole { x: (k as f64 * pitch + pier, (k + 1) as f64 * pitch - pier), u: (low, top) })
            .collect();
        let base = self.style.base;
        self.strip(side, (low, high), &holes, false, base);
        for (k, hole) in holes.iter().enumerate() {
            self.shop(side, hole.x, (low, top), k);
        }
    }

    fn shop(&mut self, side: &Side, x: Span, u: Span, unit: usize) {
        let mut rng = self.lot(side, 0, unit, 83);
        let deep = rng.range(0.22, 0.5);
        let frame = scale(hex(rng.pick(&[0x2c3032, 0x4a3c33, 0x6c6f6e, 0xd9d6ce, 0x2f4048])), 0.85);
        let sign = hex(rng.pick(&SIGNS));
        let fascia = rng.range(0.45, 0.7);
        let c = scale(self.style.base, self.light(side, u.0 + 1.5));
        self.reveals(side, x, u, deep, c);
        self.panel(Matter::Solid, side, x, u, -deep, [scale(frame, 0.7), scale(frame, 0.5)]);
        let glass_top = u.1 - fascia - 0.08;
        let riser = if rng.chance(0.55) { rng.range(0.3, 0.6) } else { 0.06 };
        let lit = self.shop_lit(&mut rng);
        // One pane in three or four is the door.
        let panes = ((x.1 - x.0) / 1.25).round().clamp(2.0, 6.0) as usize;
        let door = rng.below(panes);
        let w = (x.1 - x.0) / panes as f64;
        for k in 0..panes {
            let px = (x.0 + k as f64 * w + 0.035, x.0 + (k + 1) as f64 * w - 0.035);
            let tone = self.pane_tone(&mut rng, 0.9);
            let low = if k == door { u.0 + 0.08 } else { u.0 + riser };
            if k == door {
                self.pane(side, (px.0 + 0.06, px.1 - 0.06), (low, u.0 + 2.15), -deep + 0.02, lit, tone);
                self.pane(side, px, (u.0 + 2.25, glass_top), -deep + 0.02, lit, tone);
            } else {
                self.pane(side, px, (low, glass_top), -deep + 0.02, lit, tone);
                self.goods(side, px, (low, glass_top), deep, &mut rng);
            }
        }
        if riser > 0.2 {
            self.solid(side, (x.0, x.0 + door as f64 * w), (u.0, u.0 + riser), -deep + 0.04, scale(sign, 0.55));
            self.solid(side, (x.0 + (door + 1) as f64 * w, x.1), (u.0, u.0 + riser), -deep + 0.04, scale(sign, 0.55));
        }
        self.fascia(side, (x.0 - 0.06, x.1 + 0.06), (u.1 - fascia, u.1 + 0.02), sign, &mut rng);
        match rng.below(10) {
            0..=3 => self.awning(side, x, u.1 - fascia, &mut rng),
            4 | 5 => self.blade_sign(side, x.1 - 0.3, u.1 + 0.15, sign),
            _ => {}
        }
    }

    /// Something behind the lower part of a shop window.
    fn goods(&mut self, side: &Side, x: Span, u: Span, deep: f64, rng: &mut Rng) {
        if rng.chance(0.6) {
            let c = scale(hex(rng.pick(&[0x8a7a64, 0x6a5f58, 0x9c9284, 0x7a4f44, 0x5f6a70])), 0.5);
            let high = (u.1 - u.0) * rng.range(0.2, 0.5);
            self.pane(side, (x.0 + 0.05, x.1 - 0.05), (u.0, u.0 + high), -deep + 0.05, 0, [c, scale(c, 0.7)]);
        }
    }

    fn fascia(&mut self, side: &Side, x: Span, u: Span, c: Rgb, rng: &mut Rng) {
        self.on(Surface::Plain, |p| {
            p.panel(Matter::Solid, side, x, u, 0.09, [scale(c, 0.88), c]);
            p.ledge(side, x, u, (0.0, 0.09), c);
            p.cheek(side, x.0, u, (0.0, 0.09), false, [scale(c, 0.7); 2]);
            p.cheek(side, x.1, u, (0.0, 0.09), true, [scale(c, 0.7); 2]);
        });
        // A plate where the name would be, lit at night on some.
        let w = x.1 - x.0;
        let (from, share) = (rng.range(0.08, 0.3), rng.range(0.3, 0.55));
        let plate = (x.0 + w * from, x.0 + w * (from + share));
        let pale = blend(hex(rng.pick(&[0xe9e2d0, 0xf2efe8, 0xd9b96a])), c, 0.12);
        let inner = (u.0 + (u.1 - u.0) * 0.28, u.1 - (u.1 - u.0) * 0.28);
        if rng.chance(0.55) {
            self.pane(side, plate, inner, 0.108, 3, [scale(pale, 0.8); 2]);
        } else {
            self.solid(side, plate, inner, 0.108, pale);
        }
    }

    fn awning(&mut self, side: &Side, x: Span, top: f64, rng: &mut Rng) {
        let c = scale(hex(rng.pick(&CLOTHS)), 0.95);
        let pale = if rng.chance(0.4) { scale(hex(0xe6e0d2), 0.95) } else { c };
        let (reach, drop) = (rng.range(1.1, 1.6), 0.6);
        let (high, low) = (top + 0.04, top + 0.04 - drop);
        let stripes = if pale == c { 1 } else { ((x.1 - x.0) / 0.5).round().clamp(3.0, 11.0) as usize };
        for k in 0..stripes {
            let tone = if k % 2 == 0 { c } else { pale };
            let at = |k: usize| x.0 + (x.1 - x.0) * k as f64 / stripes as f64;
            let (p, q) = (at(k), at(k + 1));
            let cloth = [
                side.point(p, low, reach),
                side.point(q, low, reach),
                side.point(q, high, 0.09),
                side.point(p, high, 0.09),
            ];
            self.mesh.quad_shaded(Matter::Solid, cloth, [tone, tone, scale(tone, 0.85), scale(tone, 0.85)]);
            self.solid(side, (p, q), (low - 0.2, low), reach, scale(tone, 0.92));
        }
        let under = [
            side.point(x.0, high, 0.09),
            side.point(x.1, high, 0.09),
            side.point(x.1, low, reach),
            side.point(x.0, low, reach),
        ];
        self.mesh.quad(Matter::Solid, under, scale(c, 0.4));
        for (at, right) in [(x.0, false), (x.1, true)] {
            let p = [side.point(at, high, 0.09), side.point(at, low, reach), side.point(at, low, 0.09)];
            let p = if right { [p[0], p[2], p[1]] } else { p };
            self.mesh.tri(Matter::Solid, [p[0], p[2], p[1]], [scale(c, 0.7); 3]);
        }
    }

    /// A sign that stands out from the wall.
    fn blade_sign(&mut self, side: &Side, x: f64, u: f64, c: Rgb) {
        let c = scale(c, 0.95);
        self.block(side, (x - 0.06, x + 0.06), (u, u + 0.75), (0.15, 0.75), c);
        let steel = hex(0x4a4e50);
        self.solid(side, (x - 0.02, x + 0.02), (u + 0.35, u + 0.39), 0.2, steel);
    }

    /// A walk behind piers; shops at its back.
    fn arcade(&mut self, side: &Side) {
        let (low, high) = self.v.storey(0);
        let bays = (side.length / 4.2).round().max(1.0) as usize;
        let pitch = side.length / bays as f64;
        let (deep, pier, top) = (2.8, 0.38, high - 0.5);
        let holes: Vec<Hole> = (0..bays)
            .map(|k| Hole { x: (k as f64 * pitch + pier, (k + 1) as f64 * pitch - pier), u: (low, top) })
            .collect();
        let base = self.style.base;
        self.strip(side, (low, high), &holes, false, base);
        let c = scale(base, self.light(side, low + 1.5));
        for hole in &holes {
            let thick = 0.6;
            self.jambs(side, hole.x, hole.u, thick, c);
            if self.style.era <= Era::Interwar {
                let tone = self.wall_at(side, base, hole.x.0, top);
                self.arch(side, hole.x, top, 0.9, tone);
            }
        }
        let whole = (0.0, side.length);
        self.soffit(side, whole, (-deep, -0.6), top, [scale(c, 0.3), scale(c, 0.42)]);
        self.on(Surface::Paving, |p| {
            p.shelf(side, whole, (-deep, 0.0), low + 0.01, [scale(hex(0x8f887c), 0.5), scale(hex(0xa9a294), 0.85)])
        });
        self.panel(Matter::Solid, side, whole, (low, top), -deep, [scale(c, 0.42), scale(c, 0.34)]);
        self.cheek(side, 0.0, (low, top), (-deep, 0.0), true, [scale(c, 0.4), scale(c, 0.7)]);
        self.cheek(side, side.length, (low, top), (-deep, 0.0), false, [scale(c, 0.4), scale(c, 0.7)]);
        for (k, hole) in holes.iter().enumerate() {
            let mut rng = self.lot(side, 0, k, 84);
            let lit = self.shop_lit(&mut rng);
            let tone = self.pane_tone(&mut rng, 0.7);
            self.pane(side, hole.x, (low + 0.4, top - 0.7), -deep + 0.02, lit, tone);
            // The inner sides of the piers.
            let back = (hole.x.1, (hole.x.1 + 2.0 * pier).min(side.length));
            let p = [
                side.point(back.1, low, -0.6),
                side.point(back.0, low, -0.6),
                side.point(back.0, top, -0.6),
                side.point(back.1, top, -0.6),
            ];
            self.mesh.quad(Matter::Solid, p, scale(c, 0.4));
        }
    }

    fn garages(&mut self, side: &Side) {
        let (low, high) = self.v.storey(0);
        let doors = ((side.length - 2.0) / 3.4).floor().clamp(1.0, 12.0) as usize;
        let pitch = (side.length - 2.0) / doors as f64;
        let mut holes: Vec<Hole> = (0..doors)
            .map(|k| {
                let x = 0.4 + (k as f64 + 0.5) * pitch;
                Hole { x: (x - 1.2, x + 1.2), u: (low, low + 2.25) }
            })
            .collect();
        let has_door = self.has_door(side);
        if has_door {
            let x = side.length - 1.0;
            holes.push(Hole { x: (x - 0.5, x + 0.5), u: (low, low + 2.2) });
        }
        let base = self.style.base;
        self.strip(side, (low, high), &holes, true, base);
        let metal = hex(self.lot(side, 0, 0, 85).pick(&[0xd8d6cf, 0x8a8f8d, 0x6a5a4a, 0xb7b0a2, 0x4f5c62]));
        let light = self.light(side, low + 1.0);
        for hole in holes.iter().take(doors) {
            let wall = scale(base, light);
            self.jambs(side, hole.x, hole.u, 0.18, wall);
            self.on(Surface::Metal, |p| {
                for k in 0..4 {
                    let u = (hole.u.0 + k as f64 * 0.5625, hole.u.0 + (k + 1) as f64 * 0.5625);
                    p.panel(
                        Matter::Solid,
                        side,
                        hole.x,
                        u,
                        -0.18,
                        [scale(metal, 0.62 * light), scale(metal, 0.98 * light)],
                    );
                }
            });
        }
        if let (true, Some(&hole)) = (has_door, holes.last()) {
            self.door(side, hole.x, hole.u);
        }
    }

    /// High glass between slim posts; a canopy over the entrance.
    fn lobby(&mut self, side: &Side) {
        let (low, high) = self.v.storey(0);
        let (deep, top) = (0.5, high - 0.3);
        let hole = Hole { x: (0.35, side.length - 0.35), u: (low, top) };
        let base = self.style.base;
        self.strip(side, (low, high), &[hole], false, base);
        let c = scale(base, 0.9);
        self.reveals(side, hole.x, hole.u, deep, c);
        let steel = scale(self.style.frame, 0.8);
        self.panel(Matter::Solid, side, hole.x, hole.u, -deep, [scale(steel, 0.6), scale(steel, 0.5)]);
        let count = ((hole.x.1 - hole.x.0) / 2.2).round().clamp(1.0, 40.0) as usize;
        let w = (hole.x.1 - hole.x.0) / count as f64;
        for k in 0..count {
            let mut rng = self.lot(side, 0, k, 86);
            let x = (hole.x.0 + k as f64 * w + 0.04, hole.x.0 + (k + 1) as f64 * w - 0.04);
            let tone = self.pane_tone(&mut rng, 0.9);
            self.pane(side, x, (low + 0.1, low + 2.5), -deep + 0.02, 3, tone);
            self.pane(side, x, (low + 2.6, top - 0.05), -deep + 0.02, 3, tone);
        }
        if self.has_door(side) && side.length > 6.0 {
            let m = side.length * 0.5;
            let c = scale(blend(self.v.trim, hex(0x8b8f90), 0.5), 0.95);
            self.on(Surface::Metal, |p| p.block(side, (m - 2.4, m + 2.4), (low + 2.75, low + 3.0), (-0.3, 2.2), c));
            for x in [m - 2.2, m + 2.2] {
                let foot = side.point(x, low - 0.1, 2.0);
                self.mesh.drum(foot.truncate(), (0.06, 0.06), (foot.z, low + 2.75), 5, scale(steel, 0.6), steel);
            }
        }
    }

    /// A front door in its hole, with steps, and a canopy on plain houses.
    pub fn door(&mut self, side: &Side, x: Span, u: Span) {
        let mut rng = self.lot(side, 0, 0, 87);
        let deep = 0.26;
        let light = self.light(side, u.0 + 1.0);
        self.jambs(side, x, u, deep, scale(self.v.wall, light));
        let wood = hex(rng.pick(&[0x5a4335, 0x3f4f46, 0x6b3b30, 0x2f3f4f, 0x77694f, 0x3a3330]));
        let leaf = (x.0 + 0.06, x.1 - 0.06);
        self.panel(
            Matter::Solid,
            side,
            x,
            u,
            -deep,
            [scale(self.style.frame, 0.7 * light), scale(self.style.frame, 0.5 * light)],
        );
        let top = (u.1 - 0.4).min(u.0 + 2.05);
        self.on(Surface::Wood, |p| {
            p.panel(
                Matter::Solid,
                side,
                leaf,
                (u.0, top),
                -deep + 0.02,
                [scale(wood, 0.7 * light), scale(wood, light)],
            );
            let w = leaf.1 - leaf.0;
            for (low, high) in [(0.08, 0.42), (0.5, 0.92)] {
                let panel =
                    ((leaf.0 + w * 0.15, leaf.1 - w * 0.15), (u.0 + (top - u.0) * low, u.0 + (top - u.0) * high));
                p.panel(
                    Matter::Solid,
                    side,
                    panel.0,
                    panel.1,
                    -deep + 0.042,
                    [scale(wood, 0.55 * light), scale(wood, 0.72 * light)],
                );
            }
        });
        let tone = self.pane_tone(&mut rng, light);
        self.pane(side, leaf, (top + 0.06, u.1 - 0.05), -deep + 0.02, 1, tone);
        let stone = scale(blend(self.style.stone, hex(0xa9a294), 0.6), 0.85);
        self.on(Surface::Concrete, |p| {
            p.block(side, (x.0 - 0.25, x.1 + 0.25), (u.0 - 0.75, u.0 - 0.01), (-deep, 0.42), stone);
            p.block(side, (x.0 - 0.5, x.1 + 0.5), (u.0 - 0.75, u.0 - 0.16), (0.0, 0.78), scale(stone, 0.95));
        });
        let plain = matches!(self.v.look, Look::Windows { .. }) && self.style.era >= Era::Interwar;
        if plain && self.v.usage != Usage::Worship {
            let c = scale(blend(self.v.trim, hex(0x777b7c), 0.4), 0.9);
            self.block(side, (x.0 - 0.35, x.1 + 0.35), (u.1 + 0.12, u.1 + 0.24), (0.0, 1.0), c);
        } else {
            self.surround_door(side, x, u, scale(self.style.stone, light));
        }
    }

    fn surround_door(&mut self, side: &Side, x: Span, u: Span, c: Rgb) {
        for from in [x.0 - 0.2, x.1] {
            self.solid(side, (from, from + 0.2), (u.0 - 0.1, u.1), 0.06, scale(c, 0.94));
        }
        self.solid(side, (x.0 - 0.28, x.1 + 0.28), (u.1, u.1 + 0.28), 0.1, c);
        self.ledge(side, (x.0 - 0.28, x.1 + 0.28), (u.1, u.1 + 0.28), (0.0, 0.1), c);
    }
}
