//! What stands on flat roofs: stair heads, air handlers, ducts, skylights, solar panels, terraces, tanks.

use super::super::building::Look;
use super::super::facade::Painter;
use super::super::poly;
use super::super::style::Era;
use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Rect, Surface, blend, hex, scale};
use crate::bake::model::Usage;
use glam::{DVec2, DVec3};

struct Plot {
    rings: Vec<Vec<DVec2>>,
    taken: Vec<(DVec2, f64)>,
    rect: Rect,
}

impl Plot {
    /// A place for something of this half size, clear of the parapet and of what already stands there.
    fn place(&mut self, rng: &mut Rng, half: DVec2) -> Option<Rect> {
        let reach = half.length();
        for _ in 0..8 {
            let h = self.rect.half;
            let p = self
                .rect
                .at(rng.range(-1.0, 1.0) * (h.x - half.x).max(0.0), rng.range(-1.0, 1.0) * (h.y - half.y).max(0.0));
            let rect = Rect { centre: p, along: self.rect.along, half };
            let on_roof = |q: DVec2| {
                poly::contains(&self.rings[0], q)
                    && self.rings[1..].iter().all(|r| !poly::contains(r, q))
                    && self.rings.iter().all(|r| poly::distance_to_ring(q, r) > 0.5)
            };
            let free = self.taken.iter().all(|&(q, r)| (p - q).length() > r + reach + 0.3);
            if free && rect.corners().iter().all(|&q| on_roof(q)) {
                self.taken.push((p, reach));
                return Some(rect);
            }
        }
        None
    }
}

impl Painter<'_> {
    pub fn fit_out_flat(&mut self, inner: &[Vec<DVec2>], u: f64) {
        let mut rng = Rng::of(self.seed, 121, 0);
        let mut plot = Plot { rings: inner.to_vec(), taken: Vec::new(), rect: poly::bounding_rect(&inner[0]) };
        let area = self.v.area_m2();
        let near = self.level >= 4;
        match self.v.look {
            Look::Hall => return self.hall_roof(&mut plot, &mut rng, u, area),
            Look::Open => return,
            _ => {}
        }
        if area > 45.0 && self.v.floors >= 2 {
            self.stair_head(&mut plot, &mut rng, u);
        }
        let offices =
            matches!(self.v.usage, Usage::Offices | Usage::Retail | Usage::Hotel | Usage::Health) || self.v.floors > 9;
        let units = if offices { (area / 70.0).clamp(2.0, 10.0) as usize } else { rng.below(3) };
        for _ in 0..units {
            self.air_handler(&mut plot, &mut rng, u);
        }
        if rng.chance(if self.style.era == Era::Modern { 0.5 } else { 0.12 }) {
            self.solar_rows(&mut plot, &mut rng, u, (area / 45.0).clamp(1.0, 6.0) as usize);
        }
        if near && !offices && area > 60.0 && rng.chance(0.3) {
            self.roof_terrace(&mut plot, &mut rng, u);
        }
        if near {
            for _ in 0..2 + rng.below(3) {
                if let Some(at) = plot.place(&mut rng, DVec2::splat(0.2)) {
                    self.mesh.drum(at.centre, (0.14, 0.14), (u, u + 0.7), 5, hex(0x6d7272), hex(0x9da2a3));
                }
            }
            if rng.chance(0.35)
                && let Some(at) = plot.place(&mut rng, DVec2::splat(0.3))
            {
                self.antenna(at.centre, u);
            }
        }
    }

    fn stair_head(&mut self, plot: &mut Plot, rng: &mut Rng, u: f64) {
        let Some(at) = plot.place(rng, DVec2::new(2.1, 1.4)) else { return };
        let c = scale(self.v.wall, 0.92);
        self.mesh.prism(&at.corners(), u, u + 2.5, scale(c, 0.7), c, scale(self.v.roof_color, 1.05));
        if self.level >= 4 {
            let k = at.corners();
            let door = [0.38, 0.62].map(|t| k[0].lerp(k[1], t) - at.along.perp() * 0.02);
            self.mesh.wall(door[0], door[1], u, u + 2.05, hex(0x4a4e50), hex(0x6a6e70));
            // The lift's motor room above.
            self.mesh.boxed(&at.part(0.8, 0.0, 2.0, 2.2), u + 2.5, u + 3.3, scale(c, 0.95));
        }
    }

    fn air_handler(&mut self, plot: &mut Plot, rng: &mut Rng, u: f64) {
        let half = DVec2::new(rng.range(0.7, 1.6), rng.range(0.5, 0.9));
        let high = rng.range(0.8, 1.6);
        let Some(at) = plot.place(rng, half) else { return };
        let c = hex(rng.pick(&[0xb4b7b5, 0xa4a8a6, 0xc6c5be]));
        self.on(Surface::Metal, |p| {
            p.mesh.boxed(&at, u + 0.15, u + high, c);
            if p.level >= 4 {
                let fans = if half.x > 1.1 { 2 } else { 1 };
                for k in 0..fans {
                    let x = (k as f64 - (fans as f64 - 1.0) * 0.5) * half.x;
                    let r = half.y * 0.62;
                    p.mesh.drum(at.at(x, 0.0), (r, r), (u + high, u + high + 0.12), 7, scale(c, 0.8), scale(c, 0.9));
                    let ring: Vec<DVec2> = (0..7)
                        .map(|j| {
                            at.at(x, 0.0) + crate::bake::det::unit_vector(std::f64::consts::TAU * j as f64 / 7.0) * r
                        })
                        .collect();
                    p.mesh.flat(Matter::Solid, &ring, u + high + 0.1, hex(0x2a2d2e));
                }
            }
        });
    }

    fn solar_rows(&mut self, plot: &mut Plot, rng: &mut Rng, u: f64, rows: usize) {
        for _ in 0..rows {
            let Some(at) = plot.place(rng, DVec2::new(2.6, 0.55)) else { continue };
            // Tilted towards the south.
            let south = if at.along.perp().y < 0.0 { 1.0 } else { -1.0 };
            let (low, high) = (u + 0.2, u + 0.75);
            let p = [
                at.at(-2.6 * south, 0.55 * south),
                at.at(2.6 * south, 0.55 * south),
                at.at(2.6 * south, -0.55 * south),
                at.at(-2.6 * south, -0.55 * south),
            ];
            let (a, b, c, d) = (p[1].extend(low), p[0].extend(low), p[3].extend(high), p[2].extend(high));
            self.mesh.quad(Matter::Glass, [a, b, c, d], hex(0x1c2838));
            self.mesh.quad(Matter::Solid, [d, c, p[3].extend(u), p[2].extend(u)], hex(0x707678));
        }
    }

    /// A deck with planters, a table under a parasol.
    fn roof_terrace(&mut self, plot: &mut Plot, rng: &mut Rng, u: f64) {
        let Some(at) = plot.place(rng, DVec2::new(2.6, 1.9)) else { return };
        let wood = hex(0x8a6f54);
        self.on(Surface::Wood, |p| {
            p.mesh.prism(&at.corners(), u, u + 0.12, scale(wood, 0.6), scale(wood, 0.8), wood);
        });
        for x in [-2.2, 2.2] {
            let planter = at.part(x, 0.0, 0.5, 2.4);
            self.mesh.boxed(&planter, u + 0.12, u + 0.55, hex(0x77706a));
            self.on(Surface::Foliage, |p| {
                p.mesh.boxed(&planter.part(0.0, 0.0, 0.62, 2.5), u + 0.55, u + 1.1, hex(0x56683a))
            });
        }
        let pole = at.at(0.3, 0.2);
        self.mesh.drum(pole, (0.03, 0.03), (u + 0.12, u + 2.5), 3, hex(0x8a8d8c), hex(0x9a9d9c));
        let cloth = hex(rng.pick(&[0xe6e0d2, 0x9a4f3a, 0x47606b]));
        self.mesh.drum(pole, (1.35, 0.05), (u + 2.05, u + 2.6), 6, cloth, scale(cloth, 0.9));
        self.mesh.boxed(&at.part(0.3, 0.2, 0.8, 0.8), u + 0.75, u + 0.8, hex(0xd8d4ca));
    }

    fn antenna(&mut self, at: DVec2, u: f64) {
        let c = hex(0x9da2a3);
        let top = at.extend(u + 3.2);
        self.mesh.beam(at.extend(u), top, 0.06, c);
        for k in 0..3 {
            let z = DVec3::Z * (-0.25 * k as f64);
            self.mesh.beam(top + z - DVec3::X * 0.5, top + z + DVec3::X * 0.5, 0.03, c);
        }
    }

    /// Rows of skylights and a few ventilators.
    fn hall_roof(&mut self, plot: &mut Plot, rng: &mut Rng, u: f64, area: f64) {
        for _ in 0..(area / 160.0).clamp(1.0, 24.0) as usize {
            let Some(at) = plot.place(rng, DVec2::new(1.6, 0.7)) else { continue };
            self.mesh.boxed(&at, u, u + 0.3, hex(0xb9bcba));
            self.mesh.flat(
                Matter::Glass,
                &at.part(0.0, 0.0, 2.9, 1.2).corners(),
                u + 0.31,
                blend(hex(0x9fb0b2), hex(0x445055), 0.4),
            );
        }
        for _ in 0..(area / 700.0).clamp(1.0, 8.0) as usize {
            self.air_handler(plot, rng, u);
        }
    }
}
