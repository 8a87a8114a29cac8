//! What stands along streets and in gardens: trees, lamps, parked cars, hedges. Placed once, drawn at each level.

use super::building::Building;
use super::ground::{KERB_M, Ribbon};
use super::land::Maps;
use super::plan::{BlockUse, PAVEMENT_M, Plan, Quad, contains, extent, inset, within};
use super::terrain::{QUAY_U, TOWN_HALF_M};
use crate::bake::det::{Rng, fractal, unit_vector};
use crate::bake::draw::{furniture, plants, vehicles};
use crate::bake::mesh::{Mesh, Rgb, hex, scale};
use glam::{DVec2, DVec3};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plant {
    Broadleaf,
    /// Mediterranean stone pine: a wide crown on a bare trunk.
    Pine,
    Cypress,
    Palm,
    Shrub,
}

#[derive(Debug, Clone, Copy)]
pub enum Thing {
    Tree {
        plant: Plant,
        size_m: f64,
        ground: Option<Rgb>,
    },
    /// The lamp's arm points this way.
    Lamp {
        towards: DVec2,
    },
    Car {
        along: DVec2,
        color: Rgb,
        van: bool,
    },
    Hedge {
        along: DVec2,
        length_m: f64,
    },
    Pool {
        along: DVec2,
    },
    Bench {
        along: DVec2,
    },
}

#[derive(Debug, Clone, Copy)]
pub struct Placed {
    pub at: DVec3,
    pub thing: Thing,
    pub seed: u64,
    /// Trees of one group are one feature.
    pub group: u32,
}

/// Groups above this number are not of a block.
pub const STREET_GROUP: u32 = 10_000;
pub const FOREST_GROUP: u32 = 20_000;

pub fn place(plan: &Plan, buildings: &[Building], maps: &Maps) -> Vec<Placed> {
    let mut placer = Placer { plan, out: Vec::new(), rng: Rng::of(plan.seed, 5, 0), group: 0 };
    for (k, street) in plan.streets.iter().enumerate() {
        placer.rng = Rng::of(plan.seed, 6, k as u64);
        placer.group = STREET_GROUP + k as u32;
        placer.street(&Ribbon::new(plan, street.surface, 15.0), street.avenue);
    }
    let mut by_block: Vec<Vec<&Building>> = vec![Vec::new(); plan.blocks.len()];
    for building in buildings {
        if let Some(list) = building.block.and_then(|b| by_block.get_mut(b)) {
            list.push(building);
        }
    }
    for (k, block) in plan.blocks.iter().enumerate() {
        placer.rng = Rng::of(plan.seed, 7, k as u64);
        placer.group = k as u32;
        placer.block(&block.kerb, block.purpose, &by_block[k]);
    }
    placer.shore();
    placer.promenade();
    placer.countryside(maps);
    placer.out
}

struct Placer<'a> {
    plan: &'a Plan,
    out: Vec<Placed>,
    rng: Rng,
    group: u32,
}

impl Placer<'_> {
    fn put(&mut self, at: DVec3, thing: Thing) {
        let seed = self.rng.next_u64();
        self.out.push(Placed { at, thing, seed, group: self.group });
    }

    fn tree(&mut self, at: DVec3, plant: Plant, size: (f64, f64), ground: Option<Rgb>) {
        let size_m = self.rng.range(size.0, size.1);
        self.put(at, Thing::Tree { plant, size_m, ground });
    }

    fn street(&mut self, ribbon: &Ribbon, avenue: bool) {
        let (length, width) = (ribbon.length(), ribbon.width());
        let along = (ribbon.point(1.0, 0.5, 0.0) - ribbon.point(0.0, 0.5, 0.0)).truncate().normalize();
        let kind = self.rng.below(10);
        let plant = if kind < 7 { Plant::Broadleaf } else { Plant::Palm };
        let leafy = avenue || kind < 4;
        if leafy {
            let pitch = self.rng.range(9.5, 13.0);
            let count = ((length - 12.0) / pitch).floor().max(0.0) as usize;
            for k in 0..count {
                let x = (6.0 + (k as f64 + 0.5) * (length - 12.0) / count as f64) / length;
                for y in [-0.85 / width, 1.0 + 0.85 / width] {
                    if self.rng.chance(0.87) {
                        self.tree(ribbon.point(x, y, KERB_M), plant, (5.6, 8.2), None);
                    }
                }
                if avenue && k % 2 == 0 && x * length > 14.0 && x * length < length - 14.0 {
                    self.tree(ribbon.point(x, 0.5, 0.2), Plant::Palm, (7.5, 10.5), None);
                }
            }
        }
        let count = (length / 26.0).round().max(1.0) as usize;
        for k in 0..count {
            let x = (k as f64 + 0.5 + 0.21) / count as f64;
            let right = k % 2 == 0;
            let y = if right { -0.5 / width } else { 1.0 + 0.5 / width };
            let towards = if right { along.perp() } else { -along.perp() };
            self.put(ribbon.point(x, y, KERB_M), Thing::Lamp { towards });
        }
        self.park_cars(ribbon, along, avenue);
    }

    fn park_cars(&mut self, ribbon: &Ribbon, along: DVec2, avenue: bool) {
        let (length, width) = (ribbon.length(), ribbon.width());
        let colors =
            [0xd9dadb, 0xb8babc, 0x3a3d40, 0x1f2123, 0x7b1f22, 0x27405f, 0x8d8f90, 0xe8e6e1, 0x4a5a4c, 0xa79c86];
        let out = if avenue { 7.4 } else { 4.45 };
        for side in [-1.0, 1.0] {
            let mut x = 10.5;
            while x < length - 10.5 {
                if self.rng.chance(if avenue { 0.26 } else { 0.17 }) {
                    let at = ribbon.point(x / length, 0.5 + side * out / width, 0.0);
                    let color = hex(self.rng.pick(&colors));
                    let van = self.rng.chance(0.12);
                    self.put(at, Thing::Car { along: along * -side, color, van });
                }
                x += 5.7;
            }
        }
    }

    fn block(&mut self, kerb: &Quad, purpose: BlockUse, buildings: &[&Building]) {
        let line = inset(kerb, PAVEMENT_M + 1.5);
        let size = extent(&line);
        let area = size.x * size.y;
        let (count, plants, range): (f64, &[Plant], (f64, f64)) = match purpose {
            BlockUse::Park => {
                (area / 62.0, &[Plant::Broadleaf, Plant::Broadleaf, Plant::Pine, Plant::Shrub], (6.5, 12.5))
            }
            BlockUse::Houses => {
                (area / 235.0, &[Plant::Broadleaf, Plant::Shrub, Plant::Cypress, Plant::Pine, Plant::Shrub], (4.0, 8.0))
            }
            BlockUse::Slabs => (area / 150.0, &[Plant::Broadleaf, Plant::Pine, Plant::Shrub], (5.5, 10.0)),
            BlockUse::Perimeter => (area / 420.0, &[Plant::Broadleaf, Plant::Shrub], (4.5, 8.0)),
            BlockUse::Tower => (area / 330.0, &[Plant::Broadleaf, Plant::Broadleaf, Plant::Palm], (5.5, 8.5)),
            BlockUse::Square => (area / 260.0, &[Plant::Palm, Plant::Broadleaf], (6.0, 9.0)),
            BlockUse::Industry => (area / 1500.0, &[Plant::Broadleaf], (5.0, 8.0)),
        };
        let mut stood: Vec<DVec2> = Vec::new();
        for _ in 0..count as usize * 2 {
            if stood.len() >= count as usize {
                break;
            }
            let (u, v) = (self.rng.unit(), self.rng.unit());
            let p = within(&line, u, v);
            let plant = self.rng.pick(plants);
            let apart = if plant == Plant::Shrub { 2.2 } else { 4.0 };
            let path = purpose == BlockUse::Park && on_path(u, v, size);
            if path || stood.iter().any(|&q| (q - p).length() < apart) || near_building(buildings, p, apart * 0.8) {
                continue;
            }
            stood.push(p);
            let green = matches!(purpose, BlockUse::Park | BlockUse::Houses | BlockUse::Slabs);
            let u = self.plan.terrain.height(p) + KERB_M;
            let size = if plant == Plant::Shrub { (1.2, 2.4) } else { range };
            self.tree(p.extend(u), plant, size, green.then_some(hex(0x6f7a4c)));
        }
        if purpose == BlockUse::Houses {
            self.gardens(&line, buildings);
        }
        if purpose == BlockUse::Park {
            for k in 0..10 {
                let p = within(&line, 0.5, 0.5) + unit_vector(k as f64 * 0.628 + 0.2) * 8.2;
                let along = (within(&line, 0.5, 0.5) - p).normalize().perp();
                self.put(p.extend(self.plan.terrain.height(p) + KERB_M + 0.1), Thing::Bench { along });
            }
        }
    }

    /// Hedges between the plots, and a pool here and there.
    fn gardens(&mut self, line: &Quad, buildings: &[&Building]) {
        let size = extent(line);
        let across = size.x >= size.y;
        let count = (size.max_element() / 18.0).floor().max(2.0) as usize;
        let mut hedge = |a: DVec2, b: DVec2| {
            let pieces = ((b - a).length() / 13.0).ceil() as usize;
            for k in 0..pieces {
                let middle = a.lerp(b, (k as f64 + 0.5) / pieces as f64);
                if !near_building(buildings, middle, 1.6) && self.rng.chance(0.6) {
                    let length_m = (b - a).length() / pieces as f64;
                    let u = self.plan.terrain.height(middle) + KERB_M;
                    self.put(middle.extend(u), Thing::Hedge { along: (b - a).normalize(), length_m });
                }
            }
        };
        let p = |x: f64, y: f64| if across { within(line, x, y) } else { within(line, y, x) };
        hedge(p(0.0, 0.5), p(1.0, 0.5));
        for k in 1..count {
            let x = k as f64 / count as f64;
            hedge(p(x, 0.1), p(x, 0.9));
        }
        for k in 0..count {
            for y in [0.42, 0.58] {
                let at = p((k as f64 + 0.5) / count as f64, y);
                if self.rng.chance(0.16) && !near_building(buildings, at, 4.2) {
                    let along = (p(1.0, 0.5) - p(0.0, 0.5)).normalize();
                    self.put(at.extend(self.plan.terrain.height(at) + KERB_M), Thing::Pool { along });
                }
            }
        }
    }

    /// Palms and lamps along the promenade.
    fn shore(&mut self) {
        self.group = STREET_GROUP - 1;
        let edge = self.plan.shore_edge();
        for pair in edge.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let along = (b - a).normalize_or_zero();
            let count = ((b - a).length() / 11.0).floor() as usize;
            for k in 0..count {
                let p = a.lerp(b, (k as f64 + 0.5) / count as f64) - along.perp() * 3.0;
                let at = p.extend(self.plan.terrain.height(p).max(QUAY_U - 0.4) + KERB_M);
                self.tree(at, Plant::Palm, (7.5, 11.0), None);
                if k % 3 == 0 {
                    let q = p - along.perp() * 4.0 + along * 4.0;
                    self.put(q.extend(at.z), Thing::Lamp { towards: along.perp() });
                }
            }
        }
    }

    /// Rows of palms, lamps and benches on the wide promenade above the marina.
    fn promenade(&mut self) {
        self.group = STREET_GROUP - 1;
        let count = 54;
        for k in 0..count {
            let e = -545.0 + k as f64 * 14.6;
            let on_path = k % 6 == 5;
            for (row, n) in [-437.0, -461.0].into_iter().enumerate() {
                if !on_path {
                    self.tree(DVec2::new(e, n).extend(QUAY_U), Plant::Palm, (7.5, 10.5), None);
                }
                if k % 2 == row {
                    self.put(DVec2::new(e + 5.0, n - 3.6).extend(QUAY_U), Thing::Bench { along: DVec2::X });
                }
            }
            if k % 2 == 0 {
                self.put(DVec2::new(e + 7.0, -470.5).extend(QUAY_U), Thing::Lamp { towards: DVec2::Y });
            }
            if !on_path && self.rng.chance(0.7) {
                let at = DVec2::new(e + self.rng.range(2.0, 9.0), -428.0 + self.rng.range(-3.0, 3.0));
                self.tree(at.extend(QUAY_U), Plant::Pine, (6.0, 9.5), None);
            }
        }
    }

    /// Woods and single trees outside the town.
    fn countryside(&mut self, maps: &Maps) {
        let step = 22.0;
        let count = (TOWN_HALF_M * 2.0 / step).floor();
        for y in 0..count.y as usize {
            for x in 0..count.x as usize {
                self.rng = Rng::of(self.plan.seed, 8, (y * 10_000 + x) as u64);
                let jitter = DVec2::new(self.rng.unit(), self.rng.unit());
                let p = (DVec2::new(x as f64, y as f64) + jitter) * step - TOWN_HALF_M;
                let terrain = &self.plan.terrain;
                if terrain.inland(p) < 70.0 || maps.is_covered(p) || (p.y < -140.0 && p.x > 200.0) {
                    continue;
                }
                let lone = 0.05 + 0.1 * fractal(self.plan.seed ^ 81, p / 120.0, 2).max(0.0);
                let chance = lone.max(0.75 * terrain.forest(p));
                if !self.rng.chance(chance) {
                    continue;
                }
                self.group = FOREST_GROUP + (y as u32 / 20) * 40 + x as u32 / 20;
                let plant = self.rng.pick(&[Plant::Pine, Plant::Broadleaf, Plant::Broadleaf, Plant::Cypress]);
                let at = p.extend(terrain.height(p));
                self.tree(at, plant, (5.0, 10.5), Some(scale(terrain.cover(p), 0.72)));
            }
        }
    }
}

fn on_path(u: f64, v: f64, size: DVec2) -> bool {
    let (x, y) = ((u - 0.5) * size.x, (v - 0.5) * size.y);
    let diagonal = size.x * size.y / size.length();
    let off = ((x / size.x - y / size.y).abs().min((x / size.x + y / size.y).abs())) * diagonal;
    let ring = ((u - 0.5).abs() - 0.3).abs() * size.x < 2.6 || ((v - 0.5).abs() - 0.28).abs() * size.y < 2.6;
    off < 2.8 || DVec2::new(x, y).length() < 10.0 || ring
}

fn near_building(buildings: &[&Building], p: DVec2, reach: f64) -> bool {
    buildings.iter().flat_map(|b| &b.volumes).any(|v| {
        let middle = v.outline.iter().copied().sum::<DVec2>() / v.outline.len() as f64;
        let grown: Vec<_> = v.outline.iter().map(|&q| q + (q - middle).normalize_or_zero() * reach * 1.4).collect();
        contains(&grown, p)
    })
}

/// Draws a thing at a level; those too small for it are left out.
pub fn draw(mesh: &mut Mesh, placed: &Placed, level: usize) {
    let at = placed.at;
    let furnish = |mesh: &mut Mesh, kind, along| {
        furniture::draw(mesh, &furniture::Thing { kind, at, along, seed: placed.seed }, level);
    };
    match placed.thing {
        Thing::Tree { plant, size_m, ground } => {
            if let (true, Some(color)) = (level >= 4 && plant != Plant::Palm, ground) {
                plants::ground_shade(mesh, at, size_m * 0.36, color);
            }
            let species = species(plant, placed.seed);
            // Eyes near enough for leaves are on streets.
            let on_street = (STREET_GROUP - 1..FOREST_GROUP).contains(&placed.group);
            let level = if on_street { level } else { level.min(3) };
            plants::draw(mesh, &plants::Plant { species, at, height_m: size_m, seed: placed.seed }, level);
        }
        Thing::Lamp { towards } => furnish(mesh, furniture::Kind::RoadLamp, towards),
        Thing::Car { along, color, van } => car(mesh, at, along, color, van, level),
        Thing::Hedge { along, length_m } => {
            let half = (along * length_m * 0.5).extend(0.0);
            plants::hedge(mesh, &[at - half, at + half], 0.8, 1.15, placed.seed, level);
        }
        Thing::Pool { along } => furnish(mesh, furniture::Kind::Pool(6.4, 3.0), along),
        Thing::Bench { along } => furnish(mesh, furniture::Kind::Bench, along.perp()),
    }
}

fn species(plant: Plant, seed: u64) -> plants::Species {
    use plants::Species;
    match plant {
        Plant::Broadleaf => [Species::Plane, Species::Lime, Species::Oak, Species::Olive][(seed % 4) as usize],
        Plant::Pine => Species::StonePine,
        Plant::Cypress => Species::Cypress,
        Plant::Palm => Species::Palm,
        Plant::Shrub => Species::Shrub,
    }
}

/// A parked car; its build is drawn by the place.
pub fn car(mesh: &mut Mesh, at: DVec3, along: DVec2, color: Rgb, van: bool, level: usize) {
    let lot = (at.x * 3.7 + at.y * 5.1).abs() as usize % 4;
    let kind = if van {
        vehicles::Kind::Van
    } else {
        [vehicles::Kind::Hatchback, vehicles::Kind::Saloon, vehicles::Kind::Estate, vehicles::Kind::Suv][lot]
    };
    vehicles::draw(mesh, &vehicles::Vehicle { kind, at, along, color }, level);
}
