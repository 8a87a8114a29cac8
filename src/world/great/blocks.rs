//! The faces of the plan with what stands on them, kept for as long as neighbouring tiles need them.
//!
//! A face is planned in full before a tile can draw its share of it; tiles that are made one after the other share most
//! of their faces. What is kept changes no byte of any tile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::streets::Streets;
use super::tin::Tin;
use crate::world::building::Building;
use crate::world::city::City;
use crate::world::city::geom::{Bounds, area};
use crate::world::city::graph::Ground;
use crate::world::city::open::OpenLand;
use crate::world::city::things::{self, Thing};
use crate::world::layout::KERB_M;

/// A face of the plan.
pub struct Block {
    pub face: usize,
    pub buildings: Vec<Building>,
    pub land: OpenLand,
    pub things: Vec<Thing>,
    /// Its own ground at detail 3 and 4.
    tins: [OnceLock<Option<Tin>>; 2],
}

impl Block {
    fn new(city: &City, face: usize) -> Self {
        let buildings = city.buildings_of(face);
        let land = city.open_land_of(face, &buildings);
        let things = things::on_block(city, face, &buildings, &land);
        Self { face, buildings, land, things, tins: [OnceLock::new(), OnceLock::new()] }
    }

    /// Whether it has a ground of its own; else nature's shows.
    pub fn is_made(&self) -> bool {
        self.land.base.is_some()
    }

    /// Its ground, `detail` being 3 or 4.
    pub fn tin(&self, city: &City, detail: usize) -> Option<&Tin> {
        self.tins[usize::from(detail >= 4)].get_or_init(|| self.make_tin(city, detail)).as_ref()
    }

    fn make_tin(&self, city: &City, detail: usize) -> Option<Tin> {
        if !self.is_made() {
            return None;
        }
        let kerb = &city.surface.blocks[self.face].kerb;
        let step_m = if detail >= 4 { 14.0 } else { 28.0 };
        if kerb.len() < 3 {
            return None;
        }
        if city.graph.faces[self.face].ground != Ground::Block {
            // What is built there lies above it.
            return Some(Tin::new(kerb, step_m, |p| city.terrain.height(p) - 0.25));
        }
        let streets = Streets { graph: &city.graph, surface: &city.surface, terrain: &city.terrain, seed: city.seed };
        let inner = streets.inner_line(self.face);
        // A little below the pavement and under its rim, so that no slit shows.
        let ring: Vec<_> = match &inner {
            Some(inner) => inner.iter().zip(kerb).map(|(a, b)| a.lerp(*b, 0.1)).collect(),
            None => kerb.clone(),
        };
        Some(Tin::new(&ring, step_m, |p| city.terrain.height(p) + KERB_M - 0.012))
    }
}

/// Most faces kept at a time.
const MOST: usize = 1200;

/// Faces by number.
#[derive(Default)]
pub struct Blocks {
    kept: Mutex<HashMap<usize, Arc<Block>>>,
}

impl Blocks {
    /// A face with what stands on it.
    pub fn get(&self, city: &City, face: usize) -> Arc<Block> {
        if let Some(block) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&face) {
            return block.clone();
        }
        // Made without the lock: two threads may make the same, which is equal.
        let block = Arc::new(Block::new(city, face));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            // The few that cross the whole world are dear to make.
            kept.retain(|&f, _| city.graph.faces[f].ground != Ground::Block);
        }
        kept.entry(face).or_insert(block).clone()
    }

    /// All faces of land that touch a rectangle.
    pub fn within(&self, city: &City, rect: &Bounds) -> Vec<Arc<Block>> {
        let mut faces = city.graph.faces_in(rect);
        faces.retain(|&f| {
            !matches!(city.graph.faces[f].ground, Ground::Outside | Ground::Site(_) | Ground::Sea | Ground::River)
                && area(&city.surface.blocks[f].kerb) > 1.0
        });
        faces.into_iter().map(|f| self.get(city, f)).collect()
    }
}
