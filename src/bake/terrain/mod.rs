//! The ground: ellipsoidal heights at any longitude and latitude from several rasters, and its mesh for a tile.
//!
//! Rasters come in order of priority; those that follow each other on one lattice make one [`layer`], whose sheets join
//! without a seam. Where the first layer has no ground the next one shows. Voids are [`fill`]ed: never 0. Outside of all
//! data there is no height. Heights above the sea go to the ellipsoid by EGM96, as the raster's reference system says.
//!
//! A height depends on the sources, the spacing asked for and the place alone, never on the tile that asks, so that tiles
//! of one level agree on their common border to the last bit.
//!
//! A terrain is for one thread: it caches what it reads. Workers make their own.

use glam::DVec2;

use crate::bake::mosaic::{GeoRect, Lost, Mosaic, Opener};
use crate::bake::source::crs::NamedCrs;
use crate::format::issue::{Issue, Issues};
use crate::format::raster::RasterHead;

pub(crate) mod border;
pub mod fill;
mod layer;
mod mesh;
mod patch;
pub(crate) mod rtin;
#[cfg(test)]
mod tests;

pub use layer::VoidCount;
pub use mesh::{MeshOptions, TerrainMesh};
pub use patch::Patch;

use layer::Layer;

/// How the ground is sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TerrainOptions {
    pub interpolation: Interpolation,
    /// What each raster's cache may hold, bytes.
    pub cache_bytes: usize,
}

impl Default for TerrainOptions {
    fn default() -> Self {
        Self { interpolation: Interpolation::default(), cache_bytes: 64 << 20 }
    }
}

/// Between posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interpolation {
    #[default]
    Bilinear,
    /// Cubic convolution (Keys, a = -1/2), which has no creases; bilinear beside the end of the data.
    Cubic,
}

/// Why there is no ground.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TerrainError {
    #[error("{0:?} is no rectangle on the Earth")]
    Rect(GeoRect),
    #[error("the terrain has no data within {0:?}")]
    NoData(GeoRect),
    #[error("{rect:?} holds too many posts at {spacing_m} m: the limit is {limit}")]
    TooFine { rect: GeoRect, spacing_m: f64, limit: u64 },
    #[error("a mesh of 2^{0} steps a side: expected 2^1 to 2^10")]
    Grid(u8),
}

/// The ground of a place.
pub struct Terrain {
    options: TerrainOptions,
    layers: Vec<Layer>,
}

impl Terrain {
    pub fn new(options: TerrainOptions) -> Self {
        Self { options, layers: Vec::new() }
    }

    /// Adds a raster below those that are there. `name` is for messages; `open` is called when posts are needed, more than
    /// once if there are many rasters.
    pub fn add(&mut self, name: &str, head: &RasterHead, open: Opener, crs: NamedCrs) {
        let open = match self.layers.last_mut() {
            Some(layer) => match layer.mosaic.join(name, head, open, &crs) {
                Ok(()) => return,
                Err(open) => open,
            },
            None => open,
        };
        // A block has 256 KiB.
        let max_blocks = self.options.cache_bytes >> 18;
        self.layers.push(Layer::new(Mosaic::new(name, head, open, crs), max_blocks));
    }

    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// The spacing of the finest raster, metres.
    pub fn finest_spacing_m(&self) -> Option<f64> {
        self.layers.iter().map(|layer| layer.spacing_m).reduce(f64::min)
    }

    /// The ellipsoidal height of the finest data at a place, metres; `None` outside of all data.
    pub fn height_m(&self, lon_lat_deg: DVec2) -> Option<f64> {
        self.height_below(0, lon_lat_deg, 0.0)
    }

    /// Heights within a rectangle for many questions: the posts are fetched once. `spacing_m` is the distance of the
    /// places that will be asked for; coarser data is used where it is great.
    ///
    /// # Errors
    /// [`TerrainError`] if it is no rectangle or too large for its spacing.
    pub fn patch(&self, rect: GeoRect, spacing_m: f64) -> Result<Patch<'_>, TerrainError> {
        Patch::new(self, rect, spacing_m)
    }

    /// The least and the greatest ellipsoidal height within a rectangle, metres, from posts at most `spacing_m` apart and
    /// widened by how far these stray from the finest ones. `None` without data.
    ///
    /// # Errors
    /// [`TerrainError`] if it is no rectangle or too large for its spacing.
    pub fn range_m(&self, rect: GeoRect, spacing_m: f64) -> Result<Option<(f64, f64)>, TerrainError> {
        Ok(self.patch(rect, spacing_m)?.range_m())
    }

    /// The ground of a tile as triangles.
    ///
    /// # Errors
    /// [`TerrainError`] if there is no data or the rectangle or grid can't be.
    pub fn mesh(&self, rect: GeoRect, options: &MeshOptions) -> Result<TerrainMesh, TerrainError> {
        mesh::mesh(self, rect, options)
    }

    /// Voids in what was read so far.
    pub fn void_count(&self) -> VoidCount {
        self.layers.iter().map(Layer::void_count).fold(VoidCount::default(), |sum, count| VoidCount {
            voids: sum.voids + count.voids,
            filled: sum.filled + count.filled,
        })
    }

    /// What was found in what was read so far.
    pub fn issues(&self) -> Issues {
        let mut issues = Issues::default();
        for layer in &self.layers {
            issues.extend(layer.mosaic.issues());
        }
        let VoidCount { voids, filled } = self.void_count();
        if filled > 0 {
            let message = format!("{filled} of {voids} posts without a height were filled from around them");
            issues.push(Issue::info("", message));
        }
        if voids > filled {
            let message =
                format!("{} posts without a height lie at the end of the data and stay without", voids - filled);
            issues.push(Issue::info("", message));
        }
        issues
    }

    /// Parts that could not be read since this was asked last.
    pub fn take_lost(&self) -> Vec<Lost> {
        self.layers.iter().flat_map(|layer| layer.mosaic.take_lost()).collect()
    }

    /// The height by the layers from `first` on.
    fn height_below(&self, first: usize, lon_lat_deg: DVec2, spacing_m: f64) -> Option<f64> {
        (first..self.layers.len()).find_map(|index| {
            let layer = &self.layers[index];
            let level = layer.level_of_spacing(spacing_m);
            let post = patch::post_of_level(layer, level, lon_lat_deg)?;
            let around = (post.x.floor() as i64 - 1, post.y.floor() as i64 - 1);
            let posts = layer.posts(level, around, (4, 4), &self.guide(index, spacing_m));
            patch::height_m(layer, &posts, post, lon_lat_deg, self.options.interpolation)
        })
    }

    /// What the layers below one say.
    fn guide(&self, index: usize, spacing_m: f64) -> impl Fn(DVec2) -> Option<f64> + '_ {
        move |lon_lat_deg| self.height_below(index + 1, lon_lat_deg, spacing_m)
    }
}
