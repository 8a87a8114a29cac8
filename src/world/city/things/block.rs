//! On blocks: trees of parks and gardens, cars of car parks, benches, hedges, what stands on a beach.

use super::super::City;
use super::super::cover;
use super::super::geom::{area, contains, contains_convex, longest_side};
use super::super::lots::holds;
use super::super::open::{OpenLand, PatchKind};
use super::super::program::Program;
use super::{Kind, MOST, Species, Thing, Vehicle, height};
use crate::bake::det::{Rng, unit_vector};
use crate::bake::mesh::Rect;
use crate::world::building::Building;
use crate::world::layout::KERB_M;
use glam::DVec2;

/// What stands on a block besides its buildings.
pub fn on_block(city: &City, face: usize, buildings: &[Building], land: &OpenLand) -> Vec<Thing> {
    let mut plot = Plot { city, face, rng: Rng::of(city.seed, 61, face as u64), buildings, land, out: Vec::new() };
    plot.by_patches();
    plot.by_program();
    plot.out.truncate(3 * MOST);
    plot.out
}

struct Plot<'a> {
    city: &'a City,
    face: usize,
    rng: Rng,
    buildings: &'a [Building],
    land: &'a OpenLand,
    out: Vec<Thing>,
}

impl Plot<'_> {
    fn put(&mut self, kind: Kind, at: DVec2, along: DVec2, size_m: f64) {
        let seed = self.rng.next_u64();
        let mut thing = Thing::new(kind, at, along, size_m, seed);
        thing.lift_m = KERB_M;
        self.out.push(thing);
    }

    fn tree(&mut self, species: Species, at: DVec2) {
        let tall = height(species) * self.rng.range(0.65, 1.15);
        self.put(Kind::Tree(species), at, DVec2::X, tall);
    }

    fn is_free(&self, p: DVec2, margin: f64) -> bool {
        let near = |v: &crate::world::building::Volume| {
            contains_convex(&v.outline, p) || super::super::geom::to_rim(&v.outline, p) < margin
        };
        let hard = |k: PatchKind| {
            matches!(
                k,
                PatchKind::Path
                    | PatchKind::Pond
                    | PatchKind::Pool
                    | PatchKind::Pitch
                    | PatchKind::CarPark
                    | PatchKind::Playground
            )
        };
        !self.buildings.iter().flat_map(|b| &b.volumes).any(near)
            && !self.land.patches.iter().any(|x| hard(x.kind) && contains(&x.outline, p))
    }

    fn by_patches(&mut self) {
        for patch in &self.land.patches {
            match patch.kind {
                PatchKind::CarPark => self.car_park(&patch.outline),
                PatchKind::Playground => {
                    let c = super::super::geom::centroid(&patch.outline);
                    let along = longest_side(&patch.outline);
                    self.put(Kind::Swing, c - along * 3.5, along, 3.0);
                    self.put(Kind::Slide, c + along * 3.5, along, 4.0);
                    self.put(Kind::Bench, c + along.perp() * 4.5, -along.perp(), 1.8);
                }
                PatchKind::Court | PatchKind::Bed => {
                    let count = (area(&patch.outline) / 110.0).min(14.0) as usize;
                    self.scatter(
                        &patch.outline,
                        count,
                        &[Species::Lime, Species::Birch, Species::Fruit, Species::Olive],
                    );
                }
                PatchKind::Garden => {
                    if self.rng.chance(0.4) {
                        let c = super::super::geom::centroid(&patch.outline);
                        if self.is_free(c, 1.5) {
                            self.tree(Species::Fruit, c);
                        }
                    }
                    if patch.outline.len() == 4 {
                        let (a, b) = (patch.outline[1], patch.outline[2]);
                        self.put(Kind::Fence, a, (b - a).normalize_or(DVec2::X), (b - a).length());
                    }
                }
                PatchKind::Graves => {
                    let count = (area(&patch.outline) / 22.0).min(40.0) as usize;
                    let along = longest_side(&patch.outline);
                    for _ in 0..count {
                        if let Some(p) = self.inside(&patch.outline) {
                            self.put(Kind::Gravestone, p, along, 1.1);
                        }
                    }
                }
                PatchKind::Pitch if area(&patch.outline) > 3000.0 => {
                    let along = longest_side(&patch.outline);
                    let c = super::super::geom::centroid(&patch.outline);
                    let half = super::super::geom::extent(&patch.outline, along);
                    let long = (half.1.x - half.0.x) * 0.5 - 1.0;
                    self.put(Kind::Goal, c + along * long, -along, 7.3);
                    self.put(Kind::Goal, c - along * long, along, 7.3);
                }
                _ => {}
            }
        }
    }

    /// Rows of bays with an aisle between each two.
    fn car_park(&mut self, outline: &[DVec2]) {
        let along = longest_side(outline);
        let (low, high) = super::super::geom::extent(outline, along);
        let mut y = low.y + 2.6;
        let mut row = 0;
        while y < high.y - 2.0 {
            let mut x = low.x + 1.6;
            while x < high.x - 1.4 {
                let at = along * x + along.perp() * y;
                let bay = Rect::new(at, along, 2.0, 4.4);
                if self.rng.chance(0.62) && holds(outline, &bay) && self.is_clear_of_buildings(at) {
                    let facing = if row % 2 == 0 { along.perp() } else { -along.perp() };
                    self.put(Kind::Vehicle(Vehicle::Car), at, facing, 4.4);
                }
                x += 2.6;
            }
            y += if row % 2 == 0 { 11.0 } else { 5.0 };
            row += 1;
        }
    }

    fn is_clear_of_buildings(&self, p: DVec2) -> bool {
        self.buildings
            .iter()
            .flat_map(|b| &b.volumes)
            .all(|v| super::super::geom::to_rim(&v.outline, p) > 3.0 && !contains_convex(&v.outline, p))
    }

    fn inside(&mut self, outline: &[DVec2]) -> Option<DVec2> {
        let b = super::super::geom::Bounds::around(outline);
        for _ in 0..8 {
            let p = DVec2::new(self.rng.range(b.low.x, b.high.x), self.rng.range(b.low.y, b.high.y));
            if contains(outline, p) {
                return Some(p);
            }
        }
        None
    }

    fn scatter(&mut self, outline: &[DVec2], count: usize, species: &[Species]) {
        for _ in 0..count {
            if let Some(p) = self.inside(outline).filter(|&p| self.is_free(p, 2.4)) {
                let kind = self.rng.pick(species);
                self.tree(kind, p);
            }
        }
    }

    fn by_program(&mut self) {
        let Some(parcel) = &self.land.parcel else { return };
        let line = parcel.line.clone();
        let size = parcel.area();
        match self.land.program {
            Program::Park | Program::Castle => {
                let count = (size / 135.0).min(2400.0) as usize;
                let kinds: &[Species] = match self.face % 3 {
                    0 => &[Species::Oak, Species::Lime, Species::Plane, Species::Birch],
                    1 => &[Species::Pine, Species::Oak, Species::Olive, Species::Cypress],
                    _ => &[Species::Plane, Species::Jacaranda, Species::Lime, Species::Poplar],
                };
                self.groves(&line, count, kinds);
                self.benches(&line, (size / 1500.0).min(60.0) as usize);
            }
            Program::Square | Program::Museum | Program::TownHall => {
                self.rim_trees(&line, 4.5, 8.5, Species::Lime);
                self.benches(&line, 8);
            }
            Program::Towers => self.rim_trees(&line, 1.8, 11.0, Species::Lime),
            Program::Slabs | Program::Hospital | Program::Campus => {
                let kinds = [Species::Birch, Species::Lime, Species::Poplar, Species::Pine, Species::Oak];
                self.scatter(&line, (size / 210.0).min(220.0) as usize, &kinds);
            }
            Program::Houses => self.gardens(&line, size),
            Program::Hotels => {
                self.scatter(&line, (size / 190.0).min(60.0) as usize, &[Species::Palm, Species::Palm, Species::Olive])
            }
            Program::School | Program::Church | Program::Sports | Program::Cathedral => {
                let kinds = [Species::Lime, Species::Plane, Species::Cypress];
                self.scatter(&line, (size / 240.0).min(50.0) as usize, &kinds);
            }
            Program::Cemetery => self.rim_trees(&line, 2.5, 6.0, Species::Cypress),
            Program::Retail | Program::CarPark => {
                self.car_park(&line);
                self.rim_trees(&line, 1.6, 12.0, Species::Lime);
            }
            Program::Halls => {
                self.fences(&line);
                self.rim_trees(
                    &line,
                    1.7,
                    13.0,
                    if self.face.is_multiple_of(2) { Species::Poplar } else { Species::Lime },
                );
                let count = (size / 1100.0).min(18.0) as usize;
                for _ in 0..count {
                    if let Some(p) = self.inside(&line).filter(|&p| self.is_free(p, 4.0)) {
                        let kind = if self.rng.chance(0.35) { Vehicle::Truck } else { Vehicle::Van };
                        let along = longest_side(&line);
                        self.put(Kind::Vehicle(kind), p, along, if kind == Vehicle::Truck { 12.0 } else { 5.6 });
                    }
                }
            }
            Program::Green => {
                self.scatter(&line, (size / 70.0).min(60.0) as usize, &[Species::Pine, Species::Oak, Species::Olive])
            }
            Program::Allotments => self.scatter(&line, (size / 420.0).min(160.0) as usize, &[Species::Fruit]),
            Program::Beach => self.beach(&line, size),
            _ => {}
        }
    }

    /// Trees in groups with open lawns between.
    fn groves(&mut self, line: &[DVec2], count: usize, kinds: &[Species]) {
        let mut left = count;
        while left > 0 {
            let group = self.rng.int(3, 12) as usize;
            left = left.saturating_sub(group);
            let Some(middle) = self.inside(line) else { continue };
            let kind = self.rng.pick(kinds);
            for _ in 0..group {
                let p = middle + unit_vector(self.rng.range(0.0, std::f64::consts::TAU)) * self.rng.range(0.0, 19.0);
                if contains(line, p) && self.is_free(p, 2.6) {
                    let species = if self.rng.chance(0.8) { kind } else { self.rng.pick(kinds) };
                    self.tree(species, p);
                }
            }
        }
    }

    fn benches(&mut self, line: &[DVec2], count: usize) {
        let paths: Vec<Vec<DVec2>> = self
            .land
            .patches
            .iter()
            .filter(|p| p.kind == PatchKind::Path && p.outline.len() == 4)
            .map(|p| p.outline.clone())
            .collect();
        if paths.is_empty() {
            return;
        }
        for _ in 0..count {
            let o = &paths[self.rng.below(paths.len())];
            let along = (o[1] - o[0]).normalize_or(DVec2::X);
            let at = (o[0] + o[1]) * 0.5 - along.perp() * 0.8;
            if contains(line, at) {
                self.put(Kind::Bench, at, along.perp(), 1.8);
                if self.rng.chance(0.3) {
                    self.put(
                        Kind::Lamp { height_m: 4.2, reach_m: 13.0, kelvin: 2700.0 },
                        at + along * 3.0,
                        along.perp(),
                        4.2,
                    );
                }
            }
        }
    }

    fn rim_trees(&mut self, line: &[DVec2], inward_m: f64, gap_m: f64, species: Species) {
        let n = line.len();
        for k in 0..n {
            let (a, b) = (line[k], line[(k + 1) % n]);
            let d = (b - a).normalize_or_zero();
            let count = ((b - a).length() / gap_m).floor() as usize;
            for i in 0..count {
                let p = a.lerp(b, (i as f64 + 0.5) / count as f64) + d.perp() * inward_m;
                if contains(line, p) && self.is_free(p, 1.8) {
                    self.tree(species, p);
                }
            }
        }
    }

    /// Hedges between the street and the gardens, a few trees to each house.
    fn gardens(&mut self, line: &[DVec2], size: f64) {
        let n = line.len();
        let hedged = self.rng.chance(0.7);
        for k in 0..n {
            let (a, b) = (line[k], line[(k + 1) % n]);
            let d = (b - a).normalize_or_zero();
            let length = (b - a).length();
            let mut m = 1.0;
            while m < length - 6.0 {
                let piece = self.rng.range(9.0, 15.0).min(length - m - 0.5);
                let kind = if hedged {
                    Kind::Hedge
                } else if self.rng.chance(0.5) {
                    Kind::Wall
                } else {
                    Kind::Fence
                };
                self.put(kind, a + d * m + d.perp() * 0.4, d, piece);
                m += piece + 3.4;
            }
        }
        let kinds = [Species::Fruit, Species::Olive, Species::Birch, Species::Pine, Species::Lime, Species::Cypress];
        self.scatter(line, (size / 165.0).min(130.0) as usize, &kinds);
        let shrubs = (size / 240.0).min(80.0) as usize;
        for _ in 0..shrubs {
            if let Some(p) = self.inside(line).filter(|&p| self.is_free(p, 1.2)) {
                self.put(Kind::Shrub, p, DVec2::X, 1.4);
            }
        }
    }

    fn fences(&mut self, line: &[DVec2]) {
        let n = line.len();
        for k in 0..n {
            let (a, b) = (line[k], line[(k + 1) % n]);
            let d = (b - a).normalize_or_zero();
            let length = (b - a).length();
            // A gate in the middle of each side.
            for (from, to) in [(0.5, length * 0.5 - 5.0), (length * 0.5 + 5.0, length - 0.5)] {
                if to - from > 2.0 {
                    self.put(Kind::Fence, a + d * from + d.perp() * 0.3, d, to - from);
                }
            }
        }
    }

    fn beach(&mut self, line: &[DVec2], size: f64) {
        let terrain = &self.city.terrain;
        let count = (size / 260.0).min(900.0) as usize;
        for _ in 0..count {
            let Some(p) = self.inside(line) else { continue };
            let inland = terrain.inland(p);
            if !self.is_free(p, 2.0) {
                continue;
            }
            if cover::cover(terrain, p, false).surface == crate::bake::mesh::Surface::Sand && self.land.base.is_none() {
                if (14.0..46.0).contains(&inland) && self.rng.chance(0.75) {
                    self.put(Kind::Parasol, p, DVec2::X, 2.2);
                }
            } else if self.land.base.is_some() && self.rng.chance(0.55) {
                let species = if self.rng.chance(0.7) { Species::Palm } else { Species::Pine };
                self.tree(species, p);
            }
        }
    }
}
