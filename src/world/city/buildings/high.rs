//! Towers of the core and hotels on the shore.

use super::super::geom::inset;
use super::super::lots::{Parcel, room};
use super::super::styles;
use super::{Identity, SECOND_CORE, Shape, Site};
use crate::bake::det::{noise, unit_vector};
use crate::bake::mesh::{Rect, hex, scale};
use crate::world::building::{Face, Look, Roof, Volume};
use crate::world::layout::CORE;
use crate::world::names;
use glam::DVec2;

impl Site<'_> {
    /// A tower on a podium, or two on large blocks; heights follow the skyline's shape.
    pub(super) fn towers(&mut self, parcel: &Parcel) {
        let Some(land) = inset(&parcel.line, |_| 2.5) else { return self.perimeter(parcel) };
        let Some(site) = room(&land, 1.0).filter(|r| r.half.min_element() > 12.0) else {
            return self.perimeter(parcel);
        };
        let wide = site.half.x * 2.0;
        let count = if wide > 74.0 && self.rng.chance(0.6) { 2 } else { 1 };
        let podium = self.rng.chance(0.62);
        let look = Look::Windows { bay_m: 4.4, width_m: 3.4, height_m: 2.7, shutters: false, balconies: 0 };
        for k in 0..count {
            let length = wide / count as f64;
            let plot = site.part((k as f64 + 0.5) * length - site.half.x, 0.0, length, site.half.y * 2.0);
            let mut volumes = Vec::new();
            if podium {
                let outline = plot.corners().to_vec();
                let floors = self.rng.int(2, 4) as usize;
                let faces = vec![Face::Street; 4];
                volumes.push(self.volume(Shape { outline, faces, floors, floor_m: 4.4, roof: Roof::Flat, look }));
            }
            self.tower(&plot, volumes);
        }
        if !podium && count == 1 {
            let low = site.part(-site.half.x * 0.62, 0.0, site.half.x * 0.6, site.half.y * 1.7);
            let far = self.out.last().is_none_or(|b| (b.centre() - low.centre).length() > site.half.x * 0.62);
            if far {
                self.plain(&low, 3, 3.8, "building", "culture");
            }
        }
    }

    fn tower(&mut self, plot: &Rect, mut volumes: Vec<Volume>) {
        let summit = skyline(self.city.seed, plot.centre);
        let floors = (9.0 + 43.0 * summit * self.rng.range(0.78, 1.0)) as usize;
        let floor_m = self.rng.range(3.5, 3.8);
        let base = plot.half.min_element() * 2.0;
        let width = (self.rng.range(0.52, 0.68) * base).clamp(17.0, 38.0).min(base * 0.9);
        let length = (width * self.rng.range(1.0, 1.55)).min(plot.half.x * 1.8);
        let mut rect = Rect::new(plot.centre, plot.along, length, width);
        rect.centre = plot.at(
            self.rng.range(-0.5, 0.5) * (plot.half.x - length * 0.5).max(0.0),
            self.rng.range(-0.5, 0.5) * (plot.half.y - width * 0.5).max(0.0),
        );
        let look = match self.rng.below(6) {
            0 => Look::Bands,
            1 => Look::Windows { bay_m: 3.0, width_m: 1.9, height_m: 2.1, shutters: false, balconies: 2 },
            2 | 3 => Look::Curtain { bay_m: 1.6, fins: true },
            _ => Look::Curtain { bay_m: 2.4, fins: false },
        };
        let glass = hex(self.rng.pick(&styles::TOWER_GLASS));
        let tone = hex(self.rng.pick(&styles::TOWER_TONES));
        let mut outline = match self.rng.below(6) {
            0 => chamfered(&rect, width * 0.2),
            1 => round(rect.centre, width * 0.55, 20),
            2 => chamfered(&rect, width * 0.34),
            _ => rect.corners().to_vec(),
        };
        let steps = if floors > 26 { 2 + self.rng.below(3) } else { 1 + self.rng.below(2) };
        let mut left = floors;
        let mut floor_u = volumes.last().map(Volume::eaves_u);
        for step in 0..steps {
            let here = if step + 1 == steps { left } else { (left as f64 * self.rng.range(0.45, 0.66)) as usize };
            left -= here;
            let roof = if left == 0 { Roof::Crown } else { Roof::Flat };
            let faces = vec![Face::Street; outline.len()];
            let mut v = self.volume(Shape { outline: outline.clone(), faces, floors: here, floor_m, roof, look });
            (v.wall, v.trim, v.glass) = (tone, scale(tone, 0.9), glass);
            if let Some(u) = floor_u {
                (v.foot_u, v.floor_u) = (u, u);
            }
            floor_u = Some(v.eaves_u());
            volumes.push(v);
            let middle = outline.iter().copied().sum::<DVec2>() / outline.len() as f64;
            let taper = self.rng.range(0.74, 0.88);
            outline = outline.iter().map(|&p| middle + (p - middle) * taper).collect();
            if left == 0 {
                break;
            }
        }
        let usage = if matches!(look, Look::Windows { .. }) { "dwelling" } else { "offices" };
        let name = Some(names::tower(&mut self.rng));
        self.build(volumes, None, Identity { kind: "tower", usage, years: (1974, 2024), name, merges: false });
    }

    /// Slabs across the view to the sea, on a low base.
    pub(super) fn hotels(&mut self, parcel: &Parcel) {
        let Some(land) = inset(&parcel.line, |_| 5.0) else { return self.perimeter(parcel) };
        let Some(site) = room(&land, 1.0).filter(|r| r.half.min_element() > 11.0) else {
            return self.perimeter(parcel);
        };
        let count = ((site.half.x * 2.0) / self.rng.range(46.0, 64.0)).floor().max(1.0) as usize;
        for k in 0..count {
            let length = site.half.x * 2.0 / count as f64;
            let plot = site.part((k as f64 + 0.5) * length - site.half.x, 0.0, length - 8.0, site.half.y * 2.0);
            let floors = self.rng.int(self.style.floors.0, self.style.floors.1) as usize;
            let faces = vec![Face::Street; 4];
            let look = Look::Windows { bay_m: 4.0, width_m: 2.9, height_m: 2.3, shutters: false, balconies: 1 };
            let base = plot.part(0.0, 0.0, plot.half.x * 2.0, plot.half.y * 1.3);
            let low = self.volume(Shape {
                outline: base.corners().to_vec(),
                faces: faces.clone(),
                floors: 1,
                floor_m: 4.6,
                roof: Roof::Flat,
                look,
            });
            let across = self.rng.chance(0.5);
            let wing = if across {
                plot.part(0.0, 0.0, 15.0, plot.half.y * 1.25)
            } else {
                plot.part(0.0, plot.half.y * 0.2, plot.half.x * 1.8, 15.0)
            };
            let look = self.style.look(&mut self.rng);
            let outline = wing.corners().to_vec();
            let mut high = self.volume(Shape { outline, faces, floors, floor_m: 3.1, roof: Roof::Crown, look });
            let u = low.eaves_u();
            (high.foot_u, high.floor_u) = (u, u);
            let hotel = self.rng.chance(0.6);
            let name = hotel.then(|| names::hotel(&mut self.rng));
            let usage = if hotel { "hotel" } else { "dwelling" };
            let identity = Identity { kind: "building", usage, years: self.style.years, name, merges: false };
            self.build(vec![low, high], None, identity);
        }
    }
}

/// The skyline's shape, 0..=1: a summit in the core, a lower one west of the river, a scatter elsewhere.
pub fn skyline(seed: u64, p: DVec2) -> f64 {
    let hill = |middle: DVec2, reach: f64| {
        let t = (p - middle).length() / reach;
        1.0 / (1.0 + 2.6 * t * t * (1.0 + t))
    };
    let shape = hill(CORE, 560.0).max(0.60 * hill(SECOND_CORE, 420.0));
    (shape * (0.86 + 0.3 * noise(seed ^ 521, p / 130.0))).clamp(0.10, 1.0)
}

pub fn chamfered(rect: &Rect, cut: f64) -> Vec<DVec2> {
    let c = rect.corners();
    let mut out = Vec::new();
    for k in 0..4 {
        let to_last = (c[(k + 3) % 4] - c[k]).normalize();
        let to_next = (c[(k + 1) % 4] - c[k]).normalize();
        out.push(c[k] + to_last * cut);
        out.push(c[k] + to_next * cut);
    }
    out
}

pub fn round(centre: DVec2, radius: f64, sides: usize) -> Vec<DVec2> {
    (0..sides).map(|k| centre + unit_vector(std::f64::consts::TAU * k as f64 / sides as f64) * radius).collect()
}
