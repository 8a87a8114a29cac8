//! What grows or lies on land that nobody built on, and where single trees stand on it.
//!
//! Everything is a function of place, so that tiles agree at their borders and no memory is needed.

use glam::DVec2;

use super::sheet::Ground;
use crate::bake::det::{Rng, fractal, noise, smoothstep};
use crate::bake::draw::plants::{Plant, Species};
use crate::bake::mesh::{Surface, blend, hex, scale};
use crate::world::city::geom::Bounds;
use crate::world::city::terrain::{Shore, Terrain};

/// Above this height there is snow, below it woods end some way.
const SNOW_U: f64 = 1010.0;
const TREE_LINE_U: f64 = 860.0;
/// Trees are drawn by lot in cells of this size.
const TREE_CELL_M: f64 = 9.0;

/// Plots of farmland are about this large, along and across.
const PLOT_M: DVec2 = DVec2::new(170.0, 95.0);

/// How wooded, 0 to 1.
pub fn woods(terrain: &Terrain, p: DVec2, h: f64, slope: f64) -> f64 {
    if !(6.0..=TREE_LINE_U + 60.0).contains(&h) {
        return 0.0;
    }
    let patches =
        smoothstep(0.02, 0.20, fractal(terrain.seed ^ 34, p / 760.0, 4) + 0.35 * smoothstep(0.18, 0.5, slope));
    let inland = smoothstep(40.0, 240.0, terrain.inland(p));
    patches * inland * smoothstep(TREE_LINE_U, TREE_LINE_U - 220.0, h + 90.0 * noise(terrain.seed ^ 35, p / 210.0))
}

/// The ground at a place.
pub fn ground(terrain: &Terrain, p: DVec2) -> Ground {
    let h = terrain.height(p);
    let hillside = terrain.hillside(p);
    let slope = hillside.length();
    let ground = |surface, color| Ground { surface, color, covered: false };
    if h < 0.3 {
        return ground(Surface::Sand, hex(0x9a8a68));
    }
    let inland = terrain.inland(p);
    let (shore, width) = terrain.shore(p);
    if inland < width {
        match shore {
            Shore::Beach => {
                let wet = smoothstep(0.05, 0.6, h) as f32;
                return ground(Surface::Sand, blend(hex(0xa08d68), hex(0xdccaa2), wet));
            }
            Shore::Cliff => return ground(Surface::Rock, rock(terrain, p)),
            Shore::Natural => return ground(Surface::Rock, blend(rock(terrain, p), hex(0x8a8a66), 0.4)),
            Shore::Quay => {}
        }
    }
    // Snow lies lower on northern slopes, which fall towards the north.
    let ragged = h + 110.0 * fractal(terrain.seed ^ 33, p / 230.0, 4) - 260.0 * hillside.y.clamp(-0.6, 0.6);
    if ragged > SNOW_U && slope < 0.95 {
        return ground(Surface::Snow, hex(0xf2f4f7));
    }
    if slope > 0.62 + 0.12 * noise(terrain.seed ^ 36, p / 60.0) || ragged > SNOW_U - 90.0 {
        return ground(Surface::Rock, rock(terrain, p));
    }
    let wooded = woods(terrain, p, h, slope);
    if wooded > 0.5 {
        let tone = 0.5 + 0.5 * fractal(terrain.seed ^ 37, p / 330.0, 2) as f32;
        return ground(Surface::Woods, blend(hex(0x3c4e2e), hex(0x55663a), tone));
    }
    if let Some(field) = field(terrain, p, h, slope) {
        return field;
    }
    let dry = (0.5 + 0.5 * fractal(terrain.seed ^ 32, p / 700.0, 3)) as f32;
    let grass = blend(hex(0x74824c), hex(0x9d9a62), dry);
    let high = smoothstep(420.0, 820.0, h) as f32;
    ground(Surface::Grass, blend(grass, hex(0x7a7a58), high))
}

fn rock(terrain: &Terrain, p: DVec2) -> crate::bake::mesh::Rgb {
    let tone = 0.5 + 0.5 * fractal(terrain.seed ^ 38, p / 120.0, 3) as f32;
    blend(hex(0x6f685c), hex(0xa09684), tone)
}

/// Plots of crops, vines and orchards on gentle slopes.
fn field(terrain: &Terrain, p: DVec2, h: f64, slope: f64) -> Option<Ground> {
    if slope > 0.2 || h > 330.0 || terrain.inland(p) < 160.0 {
        return None;
    }
    let bend = DVec2::new(noise(terrain.seed ^ 45, p / 310.0), noise(terrain.seed ^ 46, p / 310.0)) * 60.0;
    let turned = (p + bend).rotate(DVec2::new(0.921, 0.389));
    let row = (turned.y / PLOT_M.y).floor();
    let at = DVec2::new(turned.x / PLOT_M.x + row * 0.37, turned.y / PLOT_M.y);
    let plot = at.floor();
    let mut rng = Rng::of(terrain.seed, 47, (plot.x as i64 as u64).wrapping_mul(0x1_0001) ^ (plot.y as i64 as u64));
    let used = rng.chance(0.78);
    if !used {
        return None;
    }
    let edge = (at - plot).min(DVec2::ONE - (at - plot)) * PLOT_M;
    if edge.min_element() < 4.0 {
        return Some(Ground { surface: Surface::Grass, color: hex(0x5f6b3c), covered: false });
    }
    let (surface, code) = match rng.below(12) {
        0..=2 => (Surface::Crop, 0xa89a62),
        3 | 4 => (Surface::Crop, 0x858c50),
        5 => (Surface::Soil, 0x87745a),
        6 => (Surface::Crop, 0xb2a56c),
        7 => (Surface::Grass, 0x7d8a4c),
        8 | 9 => (Surface::Crop, 0x717f48),
        10 => (Surface::Soil, 0x918062),
        _ => (Surface::Crop, 0x929858),
    };
    Some(Ground { surface, color: scale(hex(code), rng.range(0.93, 1.05) as f32), covered: false })
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
    let h = terrain.relief_at(p);
    let slope = terrain.hillside(p).length();
    let wooded = woods(terrain, p, h, slope);
    let hedges = if h < 330.0 { 0.012 } else { 0.004 };
    if lot > wooded * 0.8 + hedges || !free(p) {
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
