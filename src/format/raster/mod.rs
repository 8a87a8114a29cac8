//! Grids of heights and pictures that lie on the Earth: what terrain and ground imagery are baked from.
//!
//! All readers give a [`Raster`]: a head that says where its posts lie, and windows of values, so that memory is bounded
//! by the window and not by the file. Readers take bytes, or any `Read + Seek` where files are too large for memory; they
//! open nothing themselves.
//!
//! Frames and units: *post* coordinates count pixel **centres**, column and row of the first one being (0, 0), whatever
//! the format takes for its origin (a pixel's corner or its centre). *Map* coordinates are those of the raster's reference
//! system, always x = east or longitude (degrees), y = north or latitude. Heights are in the vertical unit and datum that
//! the system's name says ([`RasterHead::crs`]); which means metres above the sea unless it says otherwise. A void is NaN,
//! never 0.

use glam::DAffine2;

use super::issue::Issues;

pub mod geokeys;
pub mod geotiff;
pub mod hgt;
pub mod picture;
pub mod terrain_tile;
pub mod web_mercator;
pub mod world_file;

#[cfg(test)]
mod tests;

/// Where a raster lies and what it holds.
#[derive(Debug, Clone)]
pub struct RasterHead {
    pub width_px: u32,
    pub height_px: u32,
    /// From post coordinates (column, row) to map coordinates.
    pub map_from_post: DAffine2,
    /// The reference system by name, as `bake::source::crs` reads it: `EPSG:32631`, `EPSG:4326+5773` with its vertical
    /// system, or a proj string. `None`: the file does not say.
    pub crs: Option<String>,
    pub content: RasterContent,
    /// What was found wrong or left out.
    pub issues: Issues,
}

impl RasterHead {
    /// The whole raster.
    pub fn window(&self) -> Window {
        Window { col: 0, row: 0, width: self.width_px, height: self.height_px }
    }
}

/// What a raster's values are meant as; a one-band file can be read as either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RasterContent {
    Heights,
    Colors,
}

/// A rectangle of posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub col: u32,
    pub row: u32,
    pub width: u32,
    pub height: u32,
}

impl Window {
    /// The most posts that are read at once: a gigabyte of heights.
    pub const MAX_POSTS: u64 = 1 << 28;

    /// How many posts it has.
    ///
    /// # Errors
    /// [`RasterError::Window`] if it does not lie within the raster or is too large.
    pub fn posts_within(&self, head: &RasterHead) -> Result<usize, RasterError> {
        let inside = u64::from(self.col) + u64::from(self.width) <= u64::from(head.width_px)
            && u64::from(self.row) + u64::from(self.height) <= u64::from(head.height_px);
        let posts = u64::from(self.width) * u64::from(self.height);
        if !inside || posts > Self::MAX_POSTS {
            return Err(RasterError::Window { window: *self, width_px: head.width_px, height_px: head.height_px });
        }
        Ok(posts as usize)
    }
}

/// A grid of heights or a picture with a place on the Earth.
pub trait Raster {
    fn head(&self) -> &RasterHead;

    /// Heights of a window row by row from the top, in the unit of the raster's reference system; NaN is a void.
    ///
    /// # Errors
    /// [`RasterError`] if the window does not lie within the raster, its bytes are damaged, or it holds no heights.
    fn heights(&mut self, window: Window) -> Result<Vec<f32>, RasterError>;

    /// Pixels of a window row by row from the top, sRGB with straight alpha; alpha 0 is a void.
    ///
    /// # Errors
    /// [`RasterError`] if the window does not lie within the raster, its bytes are damaged, or it holds no picture.
    fn colors(&mut self, window: Window) -> Result<Vec<[u8; 4]>, RasterError>;
}

/// Why a raster, or a window of it, cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RasterError {
    #[error("{format}: {message}")]
    Malformed { format: &'static str, message: String },
    #[error("{format}: {what} is not supported")]
    Unsupported { format: &'static str, what: String },
    #[error("{format}: {what} is too large: the limit is {limit}, got {got}")]
    TooLarge { format: &'static str, what: &'static str, limit: u64, got: u64 },
    #[error("the window {window:?} is too large or does not lie within the raster of {width_px} x {height_px} posts")]
    Window { window: Window, width_px: u32, height_px: u32 },
    #[error("the file holds {got}, where {expected} are asked for")]
    Content { expected: &'static str, got: &'static str },
    #[error("the file could not be read: {0}")]
    Io(String),
}

/// Heights outside of this are no heights on Earth, metres: they count as voids.
pub const HEIGHTS_ON_EARTH_M: std::ops::RangeInclusive<f32> = -12_000.0..=9_000.0;
