//! What divides and crowns a wall: foundation, plinth, string courses, cornices, quoins, pilasters, downpipes.

use super::super::building::{Face, Roof};
use super::super::poly;
use super::super::style::Cornice;
use super::painter::{Painter, Side, Span};
use crate::bake::mesh::{Matter, Rgb, Surface, blend, hex, scale};
use glam::DVec2;

impl Painter<'_> {
    /// The wall between the ground and the lowest floor, a little before it where there is a plinth.
    pub fn foundation(&mut self, side: &Side) {
        let v = self.v;
        if v.foot_u >= v.floor_u - 0.01 {
            return;
        }
        let base = self.style.base;
        self.wall(side, (0.0, side.length), (v.foot_u, v.floor_u), base);
    }

    /// Mouldings of a street side; `first` is the lowest floor like those above.
    pub fn ornament(&mut self, side: &Side, first: usize) {
        let v = self.v;
        let s = *self.style;
        if side.face != Face::Street {
            return;
        }
        let (ground, above) = v.storey(0);
        if first == 0 && s.rusticated && self.stands_on_ground() {
            // Grooves, as dark lines between the windows' piers at both ends.
            for k in 1..6 {
                let u = ground + (above - ground) * k as f64 / 6.0;
                let c = scale(v.wall, 0.62 * self.light(side, u));
                for x in [(0.0, 0.38), (side.length - 0.38, side.length)] {
                    self.solid(side, x, (u - 0.02, u + 0.02), 0.006, c);
                }
            }
        }
        let low = if self.stands_on_ground() { above } else { ground };
        if s.pilasters && v.floors >= 3 && side.length > 6.0 {
            self.pilasters(side, (low, v.eaves_u() - 0.3));
        } else if s.quoins {
            self.quoins(side, (low, v.eaves_u() - 0.3));
        }
    }

    fn pilasters(&mut self, side: &Side, u: Span) {
        let c = scale(blend(self.v.wall, self.style.stone, 0.5), 0.99);
        let bays = self.bays(side);
        let every = if bays.all.len() > 6 { 2 } else { bays.all.len().max(1) };
        for k in (0..=bays.all.len()).step_by(every) {
            let x = (0.4 + k as f64 * bays.pitch_m).clamp(0.22, side.length - 0.22);
            let x = (x - 0.2, x + 0.2);
            self.solid(side, x, u, 0.09, c);
            self.cheek(side, x.0, u, (0.0, 0.09), false, [scale(c, 0.75); 2]);
            self.cheek(side, x.1, u, (0.0, 0.09), true, [scale(c, 0.75); 2]);
        }
    }

    fn quoins(&mut self, side: &Side, u: Span) {
        let c = scale(self.style.stone, 0.97);
        let count = ((u.1 - u.0) / 0.62).floor().clamp(1.0, 40.0) as usize;
        let high = (u.1 - u.0) / count as f64;
        for k in 0..count {
            let w = if k % 2 == 0 { 0.62 } else { 0.4 };
            let span = (u.0 + k as f64 * high + 0.02, u.0 + (k + 1) as f64 * high - 0.02);
            if side.street_corner.0 {
                self.solid(side, (-0.03, w), span, 0.03, c);
            }
            if side.street_corner.1 {
                self.solid(side, (side.length - w, side.length + 0.03), span, 0.03, c);
            }
        }
    }

    /// Mouldings that run around the building: plinth, string courses, cornice.
    pub fn girdles(&mut self) {
        let v = self.v;
        let s = *self.style;
        let trim = blend(v.wall, s.stone, 0.55);
        if s.plinth_m > 0.0
            && self.stands_on_ground()
            && !matches!(v.ground, super::super::building::Ground::Shops | super::super::building::Ground::Arcade)
        {
            let c = scale(blend(s.base, hex(0x8c857a), 0.4), 0.74);
            self.girdle((v.foot_u, v.floor_u + 0.12), 0.05, c, false);
        }
        if s.string_course && v.floors >= 2 && self.stands_on_ground() {
            let u = v.storey(1).0;
            self.girdle((u - 0.16, u + 0.06), 0.1, scale(trim, 0.97), true);
        }
        let pitched = !v.roof.is_flat();
        let top = v.eaves_u() + if v.roof == Roof::Flat { super::super::building::PARAPET_M } else { 0.0 };
        match s.cornice {
            Cornice::None => {}
            Cornice::Plain => self.girdle((top - 0.3, top - 0.02), 0.2, scale(trim, 0.98), true),
            Cornice::Rich => {
                self.girdle((top - 0.62, top - 0.3), 0.14, scale(trim, 0.94), true);
                self.girdle((top - 0.3, top - 0.02), 0.4, scale(trim, 1.0), true);
            }
        }
        if pitched && s.cornice == Cornice::None && self.level >= 4 {
            self.shaded_eaves();
        }
    }

    /// A band around all street edges, mitred at corners; `under` draws its lower side too.
    fn girdle(&mut self, u: Span, out: f64, c: Rgb, under: bool) {
        let v = self.v;
        for (ring, faces) in v.rings() {
            let outs: Vec<f64> = faces.iter().map(|&f| if f == Face::Street { out } else { 0.0 }).collect();
            let outer = poly::offset(ring, &outs);
            for k in 0..ring.len() {
                if faces[k] != Face::Street {
                    continue;
                }
                let n = (k + 1) % ring.len();
                let (a, b, p, q) = (ring[k], ring[n], outer[k], outer[n]);
                let at = |p: DVec2, u: f64| p.extend(u);
                let shade = scale(c, 0.94);
                self.mesh.quad_shaded(
                    Matter::Solid,
                    [at(p, u.0), at(q, u.0), at(q, u.1), at(p, u.1)],
                    [shade, shade, c, c],
                );
                self.mesh.quad(Matter::Solid, [at(p, u.1), at(q, u.1), at(b, u.1), at(a, u.1)], scale(c, 1.03));
                if under {
                    self.mesh.quad(Matter::Solid, [at(a, u.0), at(b, u.0), at(q, u.0), at(p, u.0)], scale(c, 0.45));
                }
                // The ends towards neighbours.
                if faces[(k + ring.len() - 1) % ring.len()] == Face::Blank {
                    self.mesh.quad(Matter::Solid, [at(a, u.0), at(p, u.0), at(p, u.1), at(a, u.1)], scale(c, 0.7));
                }
                if faces[n] == Face::Blank {
                    self.mesh.quad(Matter::Solid, [at(q, u.0), at(b, u.0), at(b, u.1), at(q, u.1)], scale(c, 0.7));
                }
            }
        }
    }

    /// The wall's uppermost part lies in the shade of the eaves.
    fn shaded_eaves(&mut self) {
        let v = self.v;
        let top = v.eaves_u();
        let sides = self.sides();
        for side in sides.iter().filter(|s| s.face != Face::Blank) {
            let light = self.wall_at(side, v.wall, 1.0, top - 0.45);
            self.panel(Matter::Solid, side, (0.0, side.length), (top - 0.24, top), 0.007, [light, scale(light, 0.62)]);
        }
    }

    /// A pipe from the gutter to the ground beside each party wall.
    pub fn downpipes(&mut self, side: &Side) {
        let v = self.v;
        if v.roof.is_flat() || side.face == Face::Blank || side.length < 5.0 || !self.stands_on_ground() {
            return;
        }
        let zinc = scale(hex(0x9aa0a0), 0.8);
        let x = 0.16;
        let x = (x - 0.05, x + 0.05);
        let u = (v.floor_u - 0.1, v.eaves_u() - 0.1);
        self.on(Surface::Metal, |p| {
            p.panel(Matter::Solid, side, x, u, 0.12, [scale(zinc, 0.7), zinc]);
            p.cheek(side, x.1, u, (0.0, 0.12), true, [scale(zinc, 0.6); 2]);
            p.cheek(side, x.0, u, (0.0, 0.12), false, [scale(zinc, 0.6); 2]);
        });
    }
}
