//! Trees, masts and furniture of a tile as copies of a few looks. Plan frame metres.

use glam::{DVec2, DVec3, Vec3};

use crate::bake::det::{Rng, unit_vector};
use crate::bake::draw::furniture::{self, Thing};
use crate::bake::draw::plants::{self, Plant, Species};
use crate::bake::mesh::{Mesh, Place};
use crate::bake::stock::Stock;
use crate::bake::tiling::land::TileId;

/// Below this detail far trees are few, each larger: they are drawn one by one.
const LEAST_DETAIL: u32 = 2;
/// Prototypes of trees are drawn at this height.
const TREE_M: f64 = 10.0;
/// Looks of each species in one tile.
const LOOKS: u64 = 3;

/// What looks the same in a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Species, level that it is drawn at, which of the looks.
    Tree(Species, usize, u64),
    RoadLamp,
    Signal,
    Bench,
    Hydrant,
    PowerPole,
    PowerTower,
    Mast,
}

/// Collects the copies of a tile.
pub struct Collected {
    stock: Stock<Look>,
    salt: u64,
    detail: u32,
}

impl Collected {
    pub fn new(id: TileId, detail: u32) -> Self {
        let salt = Rng::of(83, u64::from(id.level) << 32 | u64::from(id.x), u64::from(id.y)).next_u64();
        Self { stock: Stock::default(), salt, detail }
    }

    pub fn detail(&self) -> u32 {
        self.detail
    }

    /// How many things there are.
    pub fn placed(&self) -> usize {
        self.stock.placed()
    }

    /// A tree as it is drawn at a level.
    pub fn tree(&mut self, mesh: &mut Mesh, plant: &Plant, level: u32, feature: u32) {
        if self.detail < LEAST_DETAIL {
            plants::draw(mesh, plant, level as usize);
            return;
        }
        if plant.height_m.is_nan() || plant.height_m <= 0.2 {
            return;
        }
        let mut rng = Rng::new(plant.seed);
        let (look, level) = (rng.next_u64() % LOOKS, level as usize);
        let k = plant.height_m / TREE_M;
        let wide = k * rng.range(0.88, 1.14);
        let along = unit_vector(rng.range(0.0, std::f64::consts::TAU));
        let scale = DVec3::new(wide, wide, k).as_vec3();
        let (salt, species) = (self.salt, plant.species);
        let place = Place { at: plant.at, along, up: Vec3::Z, scale, feature };
        self.stock.put(Look::Tree(species, level, look), place, || prototype(species, level, salt ^ look));
    }

    /// A piece of furniture whose look is drawn by its kind.
    pub fn furniture(&mut self, look: Look, at: DVec3, along: DVec2, feature: u32) {
        let kind = match look {
            Look::RoadLamp => furniture::Kind::RoadLamp,
            Look::Signal => furniture::Kind::Signal,
            Look::Bench => furniture::Kind::Bench,
            Look::Hydrant => furniture::Kind::Hydrant,
            _ => furniture::Kind::PowerPole,
        };
        let level = self.detail as usize;
        if level >= furniture::least_level(kind) {
            let thing = Thing { kind, at: DVec3::ZERO, along: DVec2::X, seed: 11 };
            self.put(look, (at, along), 1.0, feature, |mesh| furniture::draw(mesh, &thing, level));
        }
    }

    /// A thing that is drawn at the origin, facing along x, and stretched upwards.
    pub fn put(
        &mut self,
        look: Look,
        (at, along): (DVec3, DVec2),
        high: f64,
        feature: u32,
        draw: impl FnOnce(&mut Mesh),
    ) {
        let place = Place { at, along, up: Vec3::Z, scale: DVec3::new(1.0, 1.0, high).as_vec3(), feature };
        self.stock.put(look, place, || {
            let mut mesh = Mesh::default();
            draw(&mut mesh);
            mesh
        });
    }

    pub fn finish(self, mesh: &mut Mesh) {
        self.stock.finish(mesh);
    }
}

/// Some seeds draw nothing at far levels; one that does is sought.
fn prototype(species: Species, level: usize, salt: u64) -> Mesh {
    let mut mesh = Mesh::default();
    for k in 0..20 {
        let seed = Rng::of(salt, 84, species as u64 * 20 + k).next_u64();
        plants::draw(&mut mesh, &Plant { species, at: DVec3::ZERO, height_m: TREE_M, seed }, level);
        if !mesh.is_empty() {
            break;
        }
    }
    mesh
}
