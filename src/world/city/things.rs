//! Small things and where they stand: street trees, lamps, signals, signs, benches, parked cars, hedges, and what belongs
//! to lines of masts. Made on demand by edge and by block, the same each time. Plan frame metres.

use super::City;
use super::cover;
use super::districts::District;
use super::geom::{area, contains, contains_convex, longest_side};
use super::graph::{Class, Ground};
use super::lots::holds;
use super::open::{OpenLand, PatchKind};
use super::program::Program;
use super::surface::{Use, section};
use crate::bake::det::{Rng, unit_vector};
use crate::bake::mesh::Rect;
use crate::world::building::Building;
use crate::world::layout::KERB_M;
use glam::DVec2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Species {
    Plane,
    Lime,
    Jacaranda,
    Orange,
    Palm,
    Pine,
    Cypress,
    Olive,
    Oak,
    Poplar,
    Birch,
    Fruit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vehicle {
    Car,
    Van,
    Truck,
    Bus,
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// `size_m` is its height.
    Tree(Species),
    Shrub,
    /// A light on a mast, an arm or a wall.
    Lamp {
        height_m: f64,
        reach_m: f64,
        kelvin: f64,
    },
    /// A signal mast; the junction, and the arm of it that it shows to.
    Signal {
        node: u32,
        arm: u32,
    },
    /// A traffic sign.
    Sign,
    StreetName,
    Bench,
    Bin,
    BusStop,
    Vehicle(Vehicle),
    /// From the place `size_m` along the direction.
    Hedge,
    Fence,
    Wall,
    Parasol,
    Swing,
    Slide,
    Goal,
    /// A cell site; on a roof or on a mast of `size_m` metres.
    CellSite {
        roof: bool,
    },
    /// A lattice mast for power lines, `size_m` high, its arms across the direction.
    Pylon,
    LiftPylon,
    Bollard,
    Kiosk,
    Gravestone,
    Boat,
}

/// Something placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    pub kind: Kind,
    pub at: DVec2,
    /// Unit vector: where it faces, or along what it lies.
    pub along: DVec2,
    /// Height or length in metres, by kind.
    pub size_m: f64,
    /// Height of its foot above the ground: kerbs, roofs, decks.
    pub lift_m: f64,
    /// What differs between equals.
    pub seed: u64,
    /// An id of its own for what is a feature: signals, cell sites, pylons. Empty for most.
    pub id: String,
}

impl Thing {
    pub(super) fn new(kind: Kind, at: DVec2, along: DVec2, size_m: f64, seed: u64) -> Self {
        Self { kind, at, along, size_m, lift_m: 0.0, seed, id: String::new() }
    }
}

/// How many kilometres of tidy lists one edge may give.
const MOST: usize = 4000;

/// Which signals a junction has: those where great streets meet.
pub fn is_signalised(city: &City, node: usize) -> bool {
    let arms = &city.graph.nodes[node].arms;
    let class = |a: &(u32, bool)| city.graph.edges[a.0 as usize].class;
    let driven = arms.iter().filter(|a| class(a).is_driven()).count();
    let great =
        arms.iter().filter(|a| matches!(class(a), Class::Boulevard | Class::Arterial | Class::PortRoad)).count();
    let middle = arms.iter().filter(|a| class(a) <= Class::Collector).count();
    driven >= 3 && (great >= 1 && middle >= 3 || middle >= 4)
}

/// What stands along a street.
pub fn along_edge(city: &City, edge: usize) -> Vec<Thing> {
    let own = &city.graph.edges[edge];
    if !own.class.is_street() || own.class == Class::Track {
        return Vec::new();
    }
    let mut row = Row { city, edge, rng: Rng::of(city.seed, 60, edge as u64), out: Vec::new() };
    row.lamps();
    row.trees();
    row.parked();
    row.furniture();
    row.signals();
    row.out.truncate(MOST);
    row.out
}

struct Row<'a> {
    city: &'a City,
    edge: usize,
    rng: Rng,
    out: Vec<Thing>,
}

impl Row<'_> {
    fn class(&self) -> Class {
        self.city.graph.edges[self.edge].class
    }

    /// The place so far along and to the left of the middle line, and the direction there.
    fn place(&self, along_m: f64, left_m: f64) -> (DVec2, DVec2) {
        let (p, d) = self.city.graph.edges[self.edge].line.at(along_m);
        (p + d.perp() * left_m, d)
    }

    fn span(&self) -> (f64, f64) {
        let strip = &self.city.surface.strips[self.edge];
        (strip.from_m, strip.to_m)
    }

    fn put(&mut self, kind: Kind, along_m: f64, left_m: f64, facing: f64, size_m: f64, lift_m: f64) {
        let (at, d) = self.place(along_m, left_m);
        let seed = self.rng.next_u64();
        let mut thing = Thing::new(kind, at, d.perp() * facing, size_m, seed);
        thing.lift_m = lift_m;
        self.out.push(thing);
    }

    fn lamps(&mut self) {
        let class = self.class();
        let half = class.half_m();
        let (gap, height_m, reach_m, kelvin, both) = match class {
            Class::Boulevard => (32.0, 9.5, 26.0, 3500.0, true),
            Class::Arterial => (34.0, 9.5, 27.0, 4000.0, true),
            Class::PortRoad => (40.0, 12.0, 36.0, 2200.0, true),
            Class::Collector => (30.0, 8.0, 22.0, 3800.0, true),
            Class::Local => (28.0, 6.0, 18.0, 3000.0, false),
            Class::Lane => (24.0, 4.4, 12.0, 2300.0, false),
            Class::Promenade => (24.0, 5.0, 15.0, 2900.0, false),
            Class::Pedestrian => (20.0, 4.2, 12.0, 2700.0, false),
            _ => return,
        };
        let (from, to) = self.span();
        let count = ((to - from) / gap).round().max(1.0) as usize;
        for k in 0..count {
            let m = from + (k as f64 + 0.5) / count as f64 * (to - from);
            let sides: &[f64] = if both {
                &[1.0, -1.0]
            } else if k % 2 == 0 {
                &[1.0]
            } else {
                &[-1.0]
            };
            for &side in sides {
                let off = if both { 0.25 * gap * side } else { 0.0 };
                let m = (m + off).clamp(from, to);
                self.put(Kind::Lamp { height_m, reach_m, kelvin }, m, side * (half + 0.55), -side, height_m, KERB_M);
            }
        }
    }

    fn trees(&mut self) {
        let graph = &self.city.graph;
        let own = &graph.edges[self.edge];
        let section = section(graph, own);
        let (from, to) = self.span();
        let shore = matches!(own.class, Class::Promenade) || graph.name_of(self.edge).starts_with("Avenida Marginal");
        let species = if shore {
            Species::Palm
        } else {
            let pick =
                [Species::Plane, Species::Lime, Species::Jacaranda, Species::Plane, Species::Lime, Species::Orange];
            pick[own.way as usize * 7 % 6]
        };
        let gap = if species == Species::Orange { 7.5 } else { 10.5 };
        if section.trees && to - from > 14.0 {
            let count = ((to - from - 8.0) / gap).floor() as usize;
            for k in 0..count {
                for side in [1.0, -1.0] {
                    if self.rng.chance(0.09) {
                        continue;
                    }
                    let m = from + 4.0 + (k as f64 + 0.5) / count as f64 * (to - from - 8.0);
                    let tall = self.rng.range(0.75, 1.1) * height(species);
                    self.put(Kind::Tree(species), m, side * (own.class.half_m() + 1.15), 1.0, tall, KERB_M);
                }
            }
        }
        let median = section.bands.first().filter(|b| b.kind == Use::Median && b.to_m > 1.8);
        if median.is_some() || own.class == Class::Promenade {
            let count = ((to - from) / 13.0).floor() as usize;
            for k in 0..count {
                let m = from + (k as f64 + 0.5) / count as f64 * (to - from);
                let off = if own.class == Class::Promenade { 4.3 } else { 0.0 };
                let tall = self.rng.range(0.8, 1.1) * height(species);
                self.put(Kind::Tree(species), m, off, 1.0, tall, 0.1);
            }
        }
    }

    fn parked(&mut self) {
        let graph = &self.city.graph;
        let own = &graph.edges[self.edge];
        let section = section(graph, own);
        let Some(band) = section.bands.iter().find(|b| b.kind == Use::Parking) else { return };
        let (from, to) = self.span();
        let off = (band.from_m + band.to_m) * 0.5;
        let full = match self.city.district_beside(self.edge) {
            District::Core | District::Grid | District::OldTown => 0.88,
            District::Blocks | District::Rows => 0.74,
            District::Garden | District::Villas => 0.30,
            _ => 0.5,
        };
        for (k, side) in [(0, 1.0), (1, -1.0)] {
            if !section.parking[k] {
                continue;
            }
            let mut m = from + 7.0;
            while m < to - 7.0 {
                if self.rng.chance(full) {
                    let roll = self.rng.unit();
                    let kind = if roll < 0.92 { Vehicle::Car } else { Vehicle::Van };
                    // Right-hand traffic: on the right they face along the edge.
                    let (at, d) = self.place(m, side * off);
                    let seed = self.rng.next_u64();
                    self.out.push(Thing::new(Kind::Vehicle(kind), at, d * -side, 4.4, seed));
                }
                m += self.rng.range(5.6, 6.6);
            }
        }
    }

    fn furniture(&mut self) {
        let class = self.class();
        let half = class.half_m();
        let (from, to) = self.span();
        let busy = matches!(class, Class::Boulevard | Class::Arterial | Class::Collector | Class::Promenade);
        if !busy || to - from < 30.0 {
            if matches!(class, Class::Local) && to - from > 20.0 {
                self.put(Kind::StreetName, from + 2.0, half + 0.5, 1.0, 2.6, KERB_M);
            }
            return;
        }
        let mut m = from + 12.0;
        while m < to - 12.0 {
            let side = if self.rng.chance(0.5) { 1.0 } else { -1.0 };
            let inner = if class == Class::Promenade { half - 0.9 } else { half + 2.0 };
            if self.rng.chance(0.6) {
                self.put(Kind::Bench, m, side * inner, -side, 1.8, KERB_M);
            }
            if self.rng.chance(0.5) {
                self.put(Kind::Bin, m + 2.4, side * inner, -side, 1.0, KERB_M);
            }
            m += self.rng.range(26.0, 46.0);
        }
        if to - from > 90.0 && class != Class::Promenade && self.edge.is_multiple_of(3) {
            for side in [1.0, -1.0] {
                self.put(Kind::BusStop, (from + to) * 0.5 + side * 14.0, side * (half + 1.3), -side, 4.0, KERB_M);
            }
        }
        self.put(Kind::Sign, from + 6.0, -(half + 0.5), 1.0, 2.5, KERB_M);
        self.put(Kind::StreetName, from + 1.5, half + 0.5, 1.0, 2.6, KERB_M);
    }

    /// Masts at the stop lines of both ends; an edge's traffic keeps right.
    fn signals(&mut self) {
        let own = &self.city.graph.edges[self.edge];
        if !own.class.is_driven() {
            return;
        }
        let (from, to) = self.span();
        for (node, m, side, begins) in [(own.to, to - 1.2, -1.0, false), (own.from, from + 1.2, 1.0, true)] {
            if !is_signalised(self.city, node as usize) {
                continue;
            }
            let arms = &self.city.graph.nodes[node as usize].arms;
            let arm = arms.iter().position(|a| *a == (self.edge as u32, begins)).unwrap_or(0) as u32;
            let (at, d) = self.place(m, side * (own.class.half_m() + 0.5));
            // It faces the traffic that comes towards the junction.
            let mut thing = Thing::new(Kind::Signal { node, arm }, at, if begins { d } else { -d }, 3.6, 0);
            thing.lift_m = KERB_M;
            thing.id = format!("sig-{node}-{arm}");
            self.out.push(thing);
        }
    }
}

fn height(species: Species) -> f64 {
    match species {
        Species::Plane => 12.0,
        Species::Lime => 10.0,
        Species::Jacaranda => 8.5,
        Species::Orange => 4.2,
        Species::Palm => 9.0,
        Species::Pine => 12.5,
        Species::Cypress => 10.0,
        Species::Olive => 5.0,
        Species::Oak => 11.0,
        Species::Poplar => 15.0,
        Species::Birch => 9.5,
        Species::Fruit => 4.0,
    }
}

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
            contains_convex(&v.outline, p) || super::geom::to_rim(&v.outline, p) < margin
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
                    let c = super::geom::centroid(&patch.outline);
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
                        let c = super::geom::centroid(&patch.outline);
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
                    let c = super::geom::centroid(&patch.outline);
                    let half = super::geom::extent(&patch.outline, along);
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
        let (low, high) = super::geom::extent(outline, along);
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
            .all(|v| super::geom::to_rim(&v.outline, p) > 3.0 && !contains_convex(&v.outline, p))
    }

    fn inside(&mut self, outline: &[DVec2]) -> Option<DVec2> {
        let b = super::geom::Bounds::around(outline);
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
                self.rim_trees(&line, 1.7, 13.0, if self.face % 2 == 0 { Species::Poplar } else { Species::Lime });
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

/// Everything small in a rectangle: along its streets and on its blocks. What belongs to an edge or a block that lies
/// across the border is given for the rectangle that holds the thing itself.
pub fn within(city: &City, rect: &super::geom::Bounds) -> Vec<Thing> {
    let mut out: Vec<Thing> = Vec::new();
    for edge in city.graph.edges_in(rect) {
        out.extend(along_edge(city, edge).into_iter().filter(|t| rect.contains(t.at)));
    }
    for face in city.graph.faces_in(rect) {
        if city.graph.faces[face].ground == Ground::Block {
            let buildings = city.buildings_of(face);
            let land = city.open_land_of(face, &buildings);
            out.extend(on_block(city, face, &buildings, &land).into_iter().filter(|t| rect.contains(t.at)));
        }
    }
    out
}
