//! Trees, lamps, vehicles and furniture in a tile: each kind drawn once, its copies placed.
//!
//! A thing's look is chosen by its own seed out of a few that its tile has, so that neighbours differ and files stay small.
//! Plan frame metres.

use glam::{DVec2, DVec3, Vec3};

use crate::bake::det::Rng;
use crate::bake::draw::furniture::{self, Barrier, SignShape};
use crate::bake::draw::plants::{self, Plant};
use crate::bake::draw::vehicles;
use crate::bake::feature::Feature;
use crate::bake::mesh::{Matter, Mesh, NO_FEATURE, Place, Surface, hex, scale};
use crate::bake::stock;
use crate::world::city::things::{Kind, Species, Thing, Vehicle};

/// Prototypes of trees are drawn at this height.
const TREE_M: f64 = 10.0;
/// Looks of each species, and of parked cars, in one tile.
const TREE_LOOKS: u64 = 2;
const CAR_LOOKS: u64 = 6;

/// What copies have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Species, look, whether a street lamp shines on it.
    Tree(plants::Species, u64, bool),
    Vehicle(u8, u64),
    Furniture(u8),
    Gravestone(u64),
}

/// Collects the things of a tile.
pub struct Stock {
    detail: usize,
    salt: u64,
    copies: stock::Stock<Key>,
}

impl Stock {
    /// `salt` differs from tile to tile.
    pub fn new(detail: usize, salt: u64) -> Self {
        Self { detail, salt, copies: stock::Stock::default() }
    }

    pub fn detail(&self) -> usize {
        self.detail
    }

    /// Adds a thing whose foot is at a place; what runs along lines is drawn at once.
    pub fn add(&mut self, mesh: &mut Mesh, table: &mut Vec<Feature>, thing: &Thing, foot: DVec3, up: Vec3) {
        let detail = self.detail;
        match thing.kind {
            Kind::Tree(species) => {
                let (species, slim) = drawn(species);
                let plant = Plant { species, at: foot, height_m: thing.size_m, seed: thing.seed };
                self.plant(table, &plant, slim, thing.lift_m > 0.0);
            }
            Kind::Shrub => {
                let plant =
                    Plant { species: plants::Species::Shrub, at: foot, height_m: thing.size_m, seed: thing.seed };
                self.plant(table, &plant, 1.0, false);
            }
            Kind::Vehicle(vehicle) => self.vehicle(vehicle, thing, foot, up),
            Kind::Hedge if detail >= 3 => {
                let end = foot + (thing.along * thing.size_m).extend(0.0);
                plants::hedge(mesh, &[foot, end], 0.7, 1.1, thing.seed, 3);
            }
            Kind::Fence | Kind::Wall if detail >= 3 => {
                let end = foot + (thing.along * thing.size_m).extend(0.0);
                let (kind, high_m) = match thing.kind {
                    Kind::Wall => (Barrier::GardenWall, 1.15),
                    _ if thing.size_m > 20.0 => (Barrier::WireFence, 2.0),
                    _ => (Barrier::WoodFence, 1.2),
                };
                furniture::barrier(mesh, kind, &[foot, end], high_m, thing.seed, 3);
            }
            Kind::Goal if detail >= 4 => goal(mesh, foot, thing.along, thing.size_m),
            Kind::Gravestone if detail >= 4 => {
                let look = thing.seed % 3;
                self.put(Key::Gravestone(look), thing, foot, Vec3::Z, NO_FEATURE, || gravestone(look));
            }
            Kind::Lamp { height_m, .. } => {
                let (code, kind) = if height_m >= 7.0 {
                    (0, furniture::Kind::RoadLamp)
                } else if height_m >= 4.6 {
                    (1, furniture::Kind::PathLamp)
                } else {
                    (2, furniture::Kind::Lantern)
                };
                self.furniture(table, (code, kind), thing, foot, Some(("lamp", height_m)));
            }
            Kind::Signal { .. } => {
                let feature = Some(("signal", thing.size_m));
                self.furniture(table, (3, furniture::Kind::Signal), thing, foot, feature);
            }
            Kind::Sign => self.furniture(table, (4, furniture::Kind::Sign(SignShape::Round)), thing, foot, None),
            Kind::StreetName => self.furniture(table, (5, furniture::Kind::Sign(SignShape::Square)), thing, foot, None),
            Kind::Bench => self.furniture(table, (6, furniture::Kind::Bench), thing, foot, None),
            Kind::Bin => self.furniture(table, (7, furniture::Kind::Bin), thing, foot, None),
            Kind::BusStop => {
                self.furniture(table, (8, furniture::Kind::BusStop), thing, foot, Some(("bus stop", 2.6)));
            }
            Kind::Parasol => self.furniture(table, (9, furniture::Kind::CafeTable(true)), thing, foot, None),
            Kind::Swing => self.furniture(table, (10, furniture::Kind::Swing), thing, foot, None),
            Kind::Slide => self.furniture(table, (11, furniture::Kind::Slide), thing, foot, None),
            Kind::Bollard => self.furniture(table, (12, furniture::Kind::Bollard), thing, foot, None),
            Kind::Kiosk => self.furniture(table, (13, furniture::Kind::Kiosk), thing, foot, Some(("kiosk", 3.0))),
            _ => {}
        }
    }

    /// Adds a tree or shrub. `slim` narrows its crown.
    pub fn plant(&mut self, table: &mut Vec<Feature>, plant: &Plant, slim: f64, under_lamps: bool) {
        if self.detail < 2 || plant.species == plants::Species::Shrub && self.detail < 3 {
            return;
        }
        let mut rng = Rng::new(plant.seed);
        let look = if under_lamps { 0 } else { rng.next_u64() % TREE_LOOKS };
        let wide = slim * rng.range(0.88, 1.14);
        let along = crate::bake::det::unit_vector(rng.range(0.0, std::f64::consts::TAU));
        let lit = under_lamps && self.detail >= 3;
        let feature = if plant.species == plants::Species::Shrub || self.detail < 4 {
            NO_FEATURE
        } else {
            let id = place_id("tree", plant.at);
            let name = species_name(plant.species);
            row(table, Feature::new(id, "tree", name, "", plant.height_m))
        };
        let (detail, salt, species) = (self.detail, self.salt, plant.species);
        let k = plant.height_m / TREE_M;
        let scale = DVec3::new(k * wide, k * wide, k).as_vec3();
        let place = Place { at: plant.at, along, up: Vec3::Z, scale, feature };
        self.copies.put(Key::Tree(species, look, lit), place, || tree(species, detail, salt ^ look, lit));
    }

    fn vehicle(&mut self, vehicle: Vehicle, thing: &Thing, foot: DVec3, up: Vec3) {
        if self.detail < 2 {
            return;
        }
        let (code, look) = match vehicle {
            Vehicle::Car => (0, thing.seed % CAR_LOOKS),
            Vehicle::Van => (1, thing.seed % 2),
            Vehicle::Truck => (2, thing.seed % 2),
            Vehicle::Bus => (3, 0),
        };
        let (detail, salt) = (self.detail, self.salt);
        self.put(Key::Vehicle(code, look), thing, foot, up, NO_FEATURE, || {
            let mut rng = Rng::of(salt, u64::from(code) + 90, look);
            let kind = match code {
                0 => [
                    vehicles::Kind::Hatchback,
                    vehicles::Kind::Saloon,
                    vehicles::Kind::Suv,
                    vehicles::Kind::Estate,
                    vehicles::Kind::Hatchback,
                    vehicles::Kind::Suv,
                    vehicles::Kind::Hatchback,
                    vehicles::Kind::Saloon,
                ][look as usize % 8],
                1 => vehicles::Kind::Van,
                2 => vehicles::Kind::SmallTruck,
                _ => vehicles::Kind::Bus,
            };
            let color = vehicles::paint(kind, &mut rng);
            let mut mesh = Mesh::default();
            vehicles::draw(
                &mut mesh,
                &vehicles::Vehicle { kind, at: DVec3::ZERO, along: DVec2::X, color },
                if detail >= 4 { 4 } else { detail },
            );
            shone_on(&mut mesh, 96);
            mesh
        });
    }

    fn furniture(
        &mut self,
        table: &mut Vec<Feature>,
        (code, kind): (u8, furniture::Kind),
        thing: &Thing,
        foot: DVec3,
        feature: Option<(&str, f64)>,
    ) {
        let detail = self.detail;
        if detail < furniture::least_level(kind) {
            return;
        }
        let feature = feature.map_or(NO_FEATURE, |(name, height_m)| {
            let id = if thing.id.is_empty() { place_id(name, foot) } else { thing.id.clone() };
            row(table, Feature::new(id, name, "", "", height_m))
        });
        self.put(Key::Furniture(code), thing, foot, Vec3::Z, feature, || {
            let mut mesh = Mesh::default();
            let thing = furniture::Thing { kind, at: DVec3::ZERO, along: DVec2::X, seed: 11 };
            furniture::draw(&mut mesh, &thing, detail);
            shone_on(&mut mesh, 70);
            mesh
        });
    }

    fn put(&mut self, key: Key, thing: &Thing, foot: DVec3, up: Vec3, feature: u32, draw: impl FnOnce() -> Mesh) {
        self.copies.put(key, Place { at: foot, along: thing.along, up, scale: Vec3::ONE, feature }, draw);
    }

    /// Gives all things to the tile's mesh.
    pub fn finish(self, mesh: &mut Mesh) {
        self.copies.finish(mesh);
    }
}

fn row(table: &mut Vec<Feature>, feature: Feature) -> u32 {
    table.push(feature);
    table.len() as u32 - 1
}

/// An id by place: the same in every tile and level that shows the thing.
fn place_id(kind: &str, at: DVec3) -> String {
    let part = |x: f64| ((x * 10.0).round() as i64 + 1_000_000).to_string();
    let kind = kind.replace(' ', "-");
    format!("{kind}-{}-{}", part(at.x), part(at.y))
}

fn species_name(species: plants::Species) -> &'static str {
    match species {
        plants::Species::Plane => "plane",
        plants::Species::Lime => "lime",
        plants::Species::Oak => "oak",
        plants::Species::StonePine => "stone pine",
        plants::Species::Cypress => "cypress",
        plants::Species::Palm => "palm",
        plants::Species::Olive => "olive",
        plants::Species::Birch => "birch",
        plants::Species::Spruce => "spruce",
        plants::Species::FruitTree => "fruit tree",
        plants::Species::Shrub => "shrub",
    }
}

/// How a species of the plan is drawn, and how slim.
fn drawn(species: Species) -> (plants::Species, f64) {
    match species {
        Species::Plane => (plants::Species::Plane, 1.0),
        Species::Lime => (plants::Species::Lime, 1.0),
        Species::Jacaranda => (plants::Species::Oak, 0.9),
        Species::Orange | Species::Fruit => (plants::Species::FruitTree, 1.0),
        Species::Palm => (plants::Species::Palm, 1.0),
        Species::Pine => (plants::Species::StonePine, 1.0),
        Species::Cypress => (plants::Species::Cypress, 1.0),
        Species::Olive => (plants::Species::Olive, 1.0),
        Species::Oak => (plants::Species::Oak, 1.0),
        Species::Poplar => (plants::Species::Lime, 0.62),
        Species::Birch => (plants::Species::Birch, 1.0),
    }
}

/// A prototype of a tree. Some seeds draw nothing at far levels; one that does is sought.
fn tree(species: plants::Species, detail: usize, salt: u64, lit: bool) -> Mesh {
    let mut mesh = Mesh::default();
    // Trees of streets are seen from below; those of parks and woods stand in thousands.
    let level = if lit { detail } else { detail.min(3) };
    for k in 0..20 {
        let seed = Rng::of(salt, 91, species as u64 * 20 + k).next_u64();
        plants::draw(&mut mesh, &Plant { species, at: DVec3::ZERO, height_m: TREE_M, seed }, level);
        if !mesh.is_empty() {
            break;
        }
    }
    if lit {
        for v in mesh.triangles.iter_mut().flatten() {
            // Lamps stand as high as the crowns' middle.
            v.light = if v.at.z < TREE_M * 0.72 { 74 } else { 27 };
        }
    }
    mesh
}

/// The light of street lamps that copies have in the mean.
fn shone_on(mesh: &mut Mesh, light: u8) {
    for v in mesh.triangles.iter_mut().flatten() {
        // From above more than from the sides.
        v.light = (f32::from(light) * (0.62 + 0.38 * v.normal.z.max(0.0))) as u8;
    }
}

fn gravestone(look: u64) -> Mesh {
    let mut mesh = Mesh { surface: Surface::Rock, ..Mesh::default() };
    let tone = [0xb4b0a6, 0x77757a, 0xd8d4ca][look as usize % 3];
    let rect = crate::bake::mesh::Rect::new(DVec2::ZERO, DVec2::Y, 0.7, 0.16);
    mesh.boxed(&rect, -0.1, 0.95, hex(tone));
    let slab = crate::bake::mesh::Rect::new(DVec2::new(1.0, 0.0), DVec2::X, 1.8, 0.8);
    mesh.boxed(&slab, -0.1, 0.16, scale(hex(tone), 0.9));
    mesh
}

/// Two posts and a bar, this wide.
fn goal(mesh: &mut Mesh, foot: DVec3, facing: DVec2, width_m: f64) {
    let half = (facing.perp() * width_m * 0.5).extend(0.0);
    let top = DVec3::Z * 2.44;
    let white = hex(0xe8e8e4);
    let before = std::mem::replace(&mut mesh.surface, Surface::Metal);
    mesh.beam(foot - half, foot - half + top, 0.12, white);
    mesh.beam(foot + half, foot + half + top, 0.12, white);
    mesh.beam(foot - half + top, foot + half + top, 0.12, white);
    let back = (-facing * 1.6).extend(0.0);
    let net = scale(white, 0.75);
    mesh.quad(Matter::Solid, [foot - half + back, foot + half + back, foot + half + top, foot - half + top], net);
    mesh.surface = before;
}
