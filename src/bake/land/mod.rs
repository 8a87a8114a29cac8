//! A piece of land from features to tiles: what is baked for each tile, as a function of what touches it.
//!
//! - [`check`]: what is wrong with features is told, and mended where it can be;
//! - [`extent`]: how far the features reach, and which lie nowhere near the others;
//! - [`cells`]: which tiles a feature belongs to;
//! - [`fine`]: tiles of the details 4 to 1 are drawn from features;
//! - [`up`] and [`coarse`]: all tiles above are made from what their children hand up.
//!
//! Details count down from the leaf of the quadtree: the leaf has 4, the three levels above 3, 2 and 1, all others 0. A
//! tile's bytes depend on nothing but the features that touch it (in the order of [`Item::key`]), the terrain and the
//! pictures below it, so that any split of the work gives the same bytes.
//!
//! Frames: the plan frame of [`Land::tree`] unless a name says otherwise.

pub mod cells;
pub mod check;
pub mod coarse;
mod copies;
mod drape;
pub mod extent;
pub mod fine;
pub mod ground;
mod house;
pub mod measure;
mod paint;
mod palette;
pub use palette::BARE;
mod surfaces;
mod things;
pub mod up;
mod ways;

use std::sync::Arc;

use glam::{DVec2, DVec3};
use serde::{Deserialize, Serialize};

use super::glb::Encoded;
use super::lod::Simplify;
use super::mesh::Mesh;
use super::model::{Feature, Height, Placed, Srgb};
use super::mosaic::Lost;
use super::tiling::land::{LandTree, Made, TileId};
use ground::Terrain;

/// How many levels of the quadtree are drawn from features.
pub const FINE_LEVELS: u32 = 4;

/// A feature on its way to its tiles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Which source of the job it comes from.
    pub source: u32,
    /// Counts the source's features as they were read, so that equal ids keep an order.
    pub sequence: u64,
    /// Pieces of one feature that were cut for one tile.
    pub piece: u32,
    /// Of a piece of a line that hangs or stands: the first of its segments that are its own, and the one behind the last.
    /// Those beside them only tell which way it goes on. `None`: all are.
    pub own_segments: Option<(u32, u32)>,
    /// Of an area as a whole, square metres, so that all its pieces are painted in the same order.
    pub size_m2: f64,
    /// What a style says of its colour.
    pub color: Option<Srgb>,
    pub feature: Feature,
}

impl Item {
    /// What items of a tile are sorted by.
    pub fn key(&self) -> (u32, &str, u64, u32) {
        (self.source, &self.feature.id, self.sequence, self.piece)
    }
}

/// How pictures of the ground are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum PictureFormat {
    /// With this quality, 1 to 100.
    Jpeg(u8),
    #[default]
    Png,
    /// Lossless.
    Webp,
}

/// What all tiles of a piece of land share.
#[derive(Debug, Clone, Copy)]
pub struct Land {
    pub tree: LandTree,
    /// At least 3.
    pub leaf_level: u32,
    /// Pixels along a side of a ground picture, even.
    pub picture_px: u32,
    pub picture: PictureFormat,
    /// South-western and north-eastern corner of what has ground: where features are, and a little around them.
    pub extent: (DVec2, DVec2),
}

impl Land {
    /// Whether any of a tile has ground.
    pub fn has_ground(&self, id: TileId) -> bool {
        let (low, high) = self.tree.rect(id);
        low.cmplt(self.extent.1).all() && high.cmpgt(self.extent.0).all()
    }

    /// 4 for leaves, 0 for whatever is not drawn from features.
    pub fn detail(&self, level: u32) -> u32 {
        (level + FINE_LEVELS).saturating_sub(self.leaf_level).min(FINE_LEVELS)
    }

    /// The level of tiles of this detail, 1 to 4.
    pub fn level_of(&self, detail: u32) -> u32 {
        (self.leaf_level + detail).saturating_sub(FINE_LEVELS)
    }

    /// Metres on the ground that a pixel of a tile's picture covers.
    pub fn texel_m(&self, level: u32) -> f64 {
        self.tree.tile_size_m(level) / f64::from(self.picture_px.max(1))
    }

    /// Of a feature's height, metres above the plan's zero.
    pub(crate) fn base_u(&self, base: Height, ground_u: f64) -> f64 {
        match base {
            Height::Ellipsoidal(h) => h - self.tree.frame.sea_h_m,
            Height::AboveGround(m) => ground_u + m,
        }
    }

    pub(crate) fn plan(&self, p: DVec2) -> DVec2 {
        self.tree.frame.plan_from_geodetic(p.extend(0.0)).truncate()
    }

    pub(crate) fn plan3(&self, p: DVec3) -> DVec3 {
        self.tree.frame.plan_from_geodetic(p)
    }

    pub(crate) fn lon_lat(&self, p: DVec2) -> DVec2 {
        self.tree.frame.geodetic_from_plan(p.extend(0.0)).truncate()
    }
}

/// The lowest and the highest vertex of the finest level, metres above the ellipsoid.
pub fn heights_of(shape: &super::model::Surfaces) -> Option<(f64, f64)> {
    shape.lods.last().map(surfaces::heights)
}

/// Aerial pictures that lie on the ground instead of a painted one.
pub trait Imagery {
    /// sRGB pixels, row 0 in the north, `px` by `px`, of a rectangle in degrees (west, south, east, north); `None` where
    /// there is no picture. Alpha 0 where a picture has no data.
    fn picture(&self, west_south_east_north: [f64; 4], px: u32) -> Option<Vec<[u8; 4]>>;

    /// Parts of its files that could not be read since this was asked last.
    fn take_lost(&self) -> Vec<Lost> {
        Vec::new()
    }
}

/// How far what is simplified for a detail may be from what it is, metres, by detail 0 to 4: an eighth of the error that a tile's
/// picture has anyway, with usual tiles.
pub const SIMPLIFIED_M: [f64; 5] = [4.0, 2.0, 1.0, 0.5, 0.0];

/// What became of a feature in a tile, metres.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Drawn {
    pub height_m: f64,
    /// How far what was drawn is from what the source has, where it was simplified.
    pub error_m: f64,
}

/// A model for a detail.
#[derive(Debug, Clone)]
pub struct Model {
    /// Its own frame, metres, z up, x east, y north at a heading of 0.
    pub mesh: Mesh,
    /// How far it is from what the source has, metres in its own frame.
    pub error_m: f64,
}

/// Files that features name.
pub trait Assets: Send + Sync {
    /// The bytes of a texture of a source.
    fn texture(&self, source: u32, uri: &str) -> Option<Arc<Vec<u8>>>;
    /// A model of a source, simplified for a detail by [`SIMPLIFIED_M`] at its scale.
    fn model(&self, source: u32, placed: &Placed, detail: u32) -> Option<Arc<Model>>;
}

/// Of a bake without files.
pub struct NoAssets;

impl Assets for NoAssets {
    fn texture(&self, _source: u32, _uri: &str) -> Option<Arc<Vec<u8>>> {
        None
    }

    fn model(&self, _source: u32, _placed: &Placed, _detail: u32) -> Option<Arc<Model>> {
        None
    }
}

/// All that tiles are made from besides features.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub land: &'a Land,
    pub terrain: &'a dyn Terrain,
    pub imagery: Option<&'a dyn Imagery>,
    pub assets: &'a dyn Assets,
    pub simplify: &'a dyn Simplify,
    /// Whether there is ground at all, or only what stands on it.
    pub with_ground: bool,
}

impl Context<'_> {
    /// Height of the ground, plan frame.
    pub(crate) fn ground_u(&self, p: DVec2) -> f64 {
        let at = self.land.lon_lat(p);
        let h = self.terrain.height_m(at.x, at.y);
        if h.is_finite() { h - self.land.tree.frame.sea_h_m } else { 0.0 }
    }
}

/// A finished tile.
pub struct Tile {
    pub id: TileId,
    pub content: Option<Encoded>,
    pub made: Made,
    /// Points of its surface, by which its parent's error is measured.
    pub sample: Vec<[f32; 3]>,
}
