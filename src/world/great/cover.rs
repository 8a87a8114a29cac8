//! Nature in a tile: what the land looks like where nobody built, and single trees on it.
//!
//! Everything is a function of place ([`crate::world::city::cover`]), so that tiles agree at their borders and no memory is
//! needed.

use glam::DVec2;

use super::sheet::Ground;
use crate::bake::det::{Rng, noise, smoothstep};
use crate::bake::draw::plants::{Plant, Species};
use crate::world::city::cover::{cover, woods};
use crate::world::city::geom::Bounds;
use crate::world::city::terrain::Terrain;

/// Trees are drawn by lot in cells of this size.
const TREE_CELL_M: f64 = 9.0;

/// The ground at a place.
pub fn ground(terrain: &Terrain, p: DVec2) -> Ground {
    let cover = cover(terrain, p, false);
    Ground { surface: cover.surface, color: cover.color, covered: false }
}

/// Trees of open country whose cell lies in a rectangle; `free` says whether nothing else stands at a place.
pub fn trees(terrain: &Terrain, rect: &Bounds, free: impl Fn(DVec2) -> bool) -> Vec<Plant> {
    let mut out = Vec::new();
    let first = (rect.low / TREE_CELL_M).ceil();
    let last = (rect.high / TREE_CELL_M).ceil();
    let (mut y, x0) = (first.y, first.x);
    while y < last.y {
        let mut x = x0;
        while x < last.x {
            if let Some(plant) = tree(terrain, x as i64, y as i64, &free) {
                out.push(plant);
            }
            x += 1.0;
        }
        y += 1.0;
    }
    out
}

fn tree(terrain: &Terrain, x: i64, y: i64, free: &impl Fn(DVec2) -> bool) -> Option<Plant> {
    let mut rng = Rng::of(terrain.seed, 48, (x as u64).wrapping_mul(0x1_0000_0001) ^ (y as u64));
    let p = (DVec2::new(x as f64, y as f64) + DVec2::new(rng.unit(), rng.unit())) * TREE_CELL_M;
    let lot = rng.unit();
    // Most of open country has no tree: the cheap question first.
    if lot > 0.85 {
        return None;
    }
    let lie = terrain.lie(p);
    // Woods are closed; what else has trees tells how many.
    let wood = woods(terrain, p, &lie);
    let share = if wood > 0.5 { wood } else { f64::from(cover(terrain, p, false).trees) * 0.6 };
    if lie.slope > 0.9 || lot > share * 0.8 + 0.003 || !free(p) {
        return None;
    }
    let ground_u = terrain.height(p);
    if ground_u < 1.5 || terrain.is_water(p) {
        return None;
    }
    let high = smoothstep(260.0, 560.0, ground_u + 80.0 * noise(terrain.seed ^ 49, p / 150.0));
    let (species, height_m) = if rng.chance(high) {
        (Species::Spruce, rng.range(8.0, 20.0))
    } else {
        match rng.below(10) {
            0..=3 => (Species::StonePine, rng.range(7.0, 14.0)),
            4..=6 => (Species::Oak, rng.range(5.0, 11.0)),
            7 => (Species::Cypress, rng.range(6.0, 13.0)),
            8 => (Species::Olive, rng.range(3.5, 6.0)),
            _ => (Species::Shrub, rng.range(1.2, 2.8)),
        }
    };
    Some(Plant { species, at: p.extend(ground_u), height_m, seed: rng.next_u64() })
}
