//! Where people work outside of the core: halls with yards, shops at their car parks, farms.

use super::super::districts::District;
use super::super::geom::inset;
use super::super::lots::{Parcel, holds, room, shares};
use super::super::styles;
use super::{Identity, Shape, Site};
use crate::bake::mesh::Rect;
use crate::world::building::{Face, Look, Roof};
use crate::world::names;
use glam::DVec2;

impl Site<'_> {
    /// Halls with yards.
    pub(super) fn halls(&mut self, parcel: &Parcel) {
        let Some(land) = inset(&parcel.line, |_| 4.0) else { return };
        let most = self.rng.range(3600.0, 9500.0);
        for share in shares(&mut self.rng, &land, most) {
            if self.rng.chance(0.08) {
                continue;
            }
            let Some(room) = room(&share, 4.5) else { continue };
            let half = room.half * DVec2::new(self.rng.range(0.72, 1.0), self.rng.range(0.72, 1.0));
            let rect = Rect { half: half.min(DVec2::new(75.0, 38.0)), ..room };
            if rect.half.min_element() < 5.0 || !self.is_buildable(&rect.corners()) {
                continue;
            }
            let span = rect.half.y * 2.0;
            let roof =
                if self.rng.chance(self.style.pitched) { Roof::Gabled((span * 0.12).min(4.5)) } else { Roof::Flat };
            let floor_m = self.rng.range(self.style.floor_m.0, self.style.floor_m.1);
            let faces = vec![Face::Street; 4];
            let outline = rect.corners().to_vec();
            let mut volumes =
                vec![self.volume(Shape { outline, faces: faces.clone(), floors: 1, floor_m, roof, look: Look::Hall })];
            if rect.half.x > 16.0 && self.rng.chance(0.6) {
                // Offices in front of the gate end.
                let office = rect.part(rect.half.x + 3.2, 0.0, 6.4, rect.half.y * self.rng.range(0.8, 1.6));
                if holds(&share, &office) {
                    let floors = self.rng.int(2, 3) as usize;
                    let outline = office.corners().to_vec();
                    let shape = Shape { outline, faces, floors, floor_m: 3.3, roof: Roof::Flat, look: Look::Bands };
                    volumes.push(self.volume(shape));
                }
            }
            let name = Some(names::firm(&mut self.rng));
            let identity = Identity { kind: "hall", usage: "industry", years: self.style.years, name, merges: false };
            self.build(volumes, None, identity);
        }
    }

    /// A large shop at the back of its car park, or an office house.
    pub(super) fn retail(&mut self, parcel: &Parcel) {
        let Some(land) = inset(&parcel.line, |_| 5.0) else { return };
        let Some(site) = room(&land, 2.0) else { return };
        if self.rng.chance(0.45) {
            let rect = site.part(0.0, site.half.y * 0.45, site.half.x * 1.7, site.half.y * 0.95);
            let outline = rect.corners().to_vec();
            let faces = vec![Face::Street; 4];
            let v = self.volume(Shape { outline, faces, floors: 1, floor_m: 8.0, roof: Roof::Flat, look: Look::Hall });
            let name = Some(names::firm(&mut self.rng));
            self.build(
                vec![v],
                None,
                Identity { kind: "hall", usage: "shop", years: (1988, 2022), name, merges: false },
            );
            return;
        }
        self.style = styles::of(District::Core, 0);
        let count = (site.half.x / 26.0).floor().max(1.0) as usize;
        for k in 0..count {
            let length = site.half.x * 2.0 / count as f64;
            let x = (k as f64 + 0.5) * length - site.half.x;
            let rect = site.part(x, site.half.y * 0.2, (length - 12.0).min(52.0), (site.half.y * 0.9).min(19.0));
            let floors = self.rng.int(4, 9) as usize;
            self.slab(&rect, floors, "offices");
        }
    }

    /// A farmhouse with barns near the track.
    pub(super) fn farm(&mut self, parcel: &Parcel) {
        if !self.rng.chance(0.75) {
            return;
        }
        let side = self.rng.below(parcel.line.len());
        let (a, b) = (parcel.line[side], parcel.line[(side + 1) % parcel.line.len()]);
        if (b - a).length() < 60.0 {
            return;
        }
        let along = (b - a).normalize();
        let middle = a.lerp(b, self.rng.range(0.3, 0.7)) + along.perp() * 26.0;
        self.style = styles::of(District::Village, 0);
        let yard = Rect::new(middle, along, 40.0, 36.0);
        if !holds(&parcel.line, &yard) || !self.is_buildable(&yard.corners()) {
            return;
        }
        let parts = [(0.0, -10.0, 14.0, 8.5, 2, 2.8), (-14.0, 8.0, 9.0, 20.0, 1, 5.0), (12.0, 9.0, 22.0, 10.0, 1, 5.5)];
        for (k, (x, y, length, width, floors, floor_m)) in parts.into_iter().enumerate() {
            let rect = yard.part(x, y, length, width);
            let rect = if width > length { Rect::new(rect.centre, along.perp(), width, length) } else { rect };
            let look = if k == 0 { self.style.look(&mut self.rng) } else { Look::Hall };
            let roof = Roof::Gabled(rect.half.y * 0.55);
            let outline = rect.corners().to_vec();
            let v = self.volume(Shape { outline, faces: vec![Face::Street; 4], floors, floor_m, roof, look });
            let (kind, usage) = if k == 0 { ("house", "farm") } else { ("barn", "farm") };
            self.build(vec![v], None, Identity { kind, usage, years: (1820, 1990), name: None, merges: false });
        }
    }
}
