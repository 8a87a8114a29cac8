//! What a tile hands up to its parent where single features are gone: its ground as a picture of half the resolution, masses
//! on a grid, and its tallest things.

use glam::DVec2;
use serde::{Deserialize, Serialize};

use super::fine::Entry;
use super::paint::{self, Painted, Roofs};
use super::{Context, surfaces, things};
use crate::bake::draw::mass;
use crate::bake::draw::poly;
use crate::bake::mesh::{Rgb, hex};
use crate::bake::model::Shape;
use crate::bake::tiling::land::TileId;

/// Cells along a side of a tile's grid of masses.
pub const CELLS: usize = 32;
/// Tallest things that a tile hands up.
pub const TALLEST: usize = 24;
/// What is lower is never one of them, metres.
const TALL_M: f64 = 28.0;

/// What stands on a cell of ground; sums, so that cells can be added up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Mass {
    pub built_m2: f32,
    /// Built area times height.
    pub volume_m3: f32,
    /// Built area times height of the ground, plan frame.
    pub ground_m3: f32,
    /// Colours weighted by built area.
    pub wall: [f32; 3],
    pub roof: [f32; 3],
}

impl Mass {
    pub fn add(&mut self, other: &Self) {
        self.built_m2 += other.built_m2;
        self.volume_m3 += other.volume_m3;
        self.ground_m3 += other.ground_m3;
        for k in 0..3 {
            self.wall[k] += other.wall[k];
            self.roof[k] += other.roof[k];
        }
    }
}

/// A thing that stands out of its surroundings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tall {
    pub id: String,
    pub class: String,
    pub name: String,
    /// Plan frame, counter-clockwise.
    pub outline: Vec<[f64; 2]>,
    pub ground_u: f64,
    pub top_u: f64,
    pub wall: [f32; 3],
    pub roof: [f32; 3],
}

impl Tall {
    pub fn height_m(&self) -> f64 {
        self.top_u - self.ground_u
    }
}

/// All that the parent needs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Up {
    /// Along a side of the picture.
    pub px: u32,
    /// Three bytes a pixel, row 0 in the north.
    pub rgb: Vec<u8>,
    /// Row by row from the south-west, [`CELLS`] along a side.
    pub masses: Vec<Mass>,
    /// The tallest first.
    pub tall: Vec<Tall>,
    /// Points of the tile's surface.
    pub sample: Vec<[f32; 3]>,
}

impl Up {
    pub fn picture(&self) -> Painted {
        Painted { px: self.px, rgb: self.rgb.clone() }
    }
}

/// Of the tile of detail 1 with these entries.
pub fn from_entries(context: &Context, id: TileId, entries: &[Entry], sample: Vec<[f32; 3]>) -> Up {
    let (low, _) = context.land.tree.rect(id);
    let size_m = context.land.tree.tile_size_m(id.level);
    let items: Vec<&super::Item> = entries.iter().map(|entry| &entry.item).collect();
    let px = context.land.picture_px / 2;
    let painted = paint::ground(context, &items, (low, size_m), px, Roofs::Filled);
    let mut masses = vec![Mass::default(); CELLS * CELLS];
    let mut tall = Vec::new();
    for entry in entries {
        let Some((standing, area_m2, colors)) = standing(context, entry) else { continue };
        let outline: Vec<DVec2> = standing.outline.iter().map(|&p| DVec2::from(p)).collect();
        let middle = poly::centroid(&outline);
        if context.land.tree.tile_at(id.level, middle) != id {
            continue;
        }
        let cell = ((middle - low) / size_m * CELLS as f64).clamp(DVec2::ZERO, DVec2::splat((CELLS - 1) as f64));
        let built = area_m2 as f32;
        let (wall, roof) = colors;
        masses[cell.y as usize * CELLS + cell.x as usize].add(&Mass {
            built_m2: built,
            volume_m3: (area_m2 * standing.height_m().max(0.0)) as f32,
            ground_m3: (area_m2 * standing.ground_u) as f32,
            wall: wall.map(|c| c * built),
            roof: roof.map(|c| c * built),
        });
        if standing.height_m() >= TALL_M {
            tall.push(standing);
        }
    }
    keep_tallest(&mut tall);
    Up { px: painted.px, rgb: painted.rgb, masses, tall, sample }
}

/// The highest first, ids decide between equals.
pub fn keep_tallest(tall: &mut Vec<Tall>) {
    tall.sort_by(|a, b| b.height_m().total_cmp(&a.height_m()).then_with(|| a.id.cmp(&b.id)));
    tall.truncate(TALLEST);
}

/// A building as an upright mass, its ground area and its colours.
fn standing(context: &Context, entry: &Entry) -> Option<(Tall, f64, (Rgb, Rgb))> {
    let feature = &entry.item.feature;
    let named = |outline: Vec<DVec2>, ground_u: f64, top_u: f64, (wall, roof): (Rgb, Rgb)| Tall {
        id: feature.id.clone(),
        class: feature.class.clone(),
        name: feature.name.clone(),
        outline: outline.iter().map(|p| p.to_array()).collect(),
        ground_u,
        top_u,
        wall,
        roof,
    };
    match &feature.shape {
        Shape::Building(_) => {
            let house = entry.house()?;
            let mean = mass::mean(&[house])?;
            let outline = house.volumes.first()?.outline.clone();
            let area_m2: f64 = house.volumes.iter().map(crate::bake::draw::building::Volume::area_m2).sum();
            let colors = (mean.wall, mean.roof);
            let top_u = mean.eaves_u + mean.rise_m * 0.5;
            Some((named(outline, mean.floor_u, top_u, colors), area_m2, colors))
        }
        Shape::Surfaces(shape) => {
            let lod = shape.lods.last()?;
            let (low_h, high_h) = surfaces::heights(lod);
            let outline: Vec<DVec2> = surfaces::hull(lod)?.iter().map(|&p| context.land.plan(p)).collect();
            let sea_h_m = context.land.tree.frame.sea_h_m;
            let area_m2 = poly::signed_area(&outline).abs();
            // Terrain, roads and water of a city model lie; they do not stand.
            if high_h - low_h < 2.0 || area_m2 > 250_000.0 {
                return None;
            }
            let colors = (hex(0xd6ccba), hex(0x8f7a6c));
            Some((named(outline, low_h - sea_h_m, high_h - sea_h_m, colors), area_m2, colors))
        }
        Shape::Model(placed) => {
            let model = things::standing(context, &entry.item, placed)?;
            let area_m2 = poly::signed_area(&model.outline).abs();
            // What is lower is not seen where single things are gone.
            if model.top_u - model.ground_u < 2.0 {
                return None;
            }
            let colors = (model.color, model.color);
            Some((named(model.outline, model.ground_u, model.top_u, colors), area_m2, colors))
        }
        _ => None,
    }
}
