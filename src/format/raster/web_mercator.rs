//! Tiles of the web-mercator scheme by zoom, column and row (z/x/y, row 0 in the north), as maps on the web have them.
//!
//! EPSG:3857; a tile's picture is made of areas, so that its first pixel's centre lies half a pixel inside.

use glam::{DAffine2, DMat2, DVec2};

/// Half of the world's width, metres: `π · 6378137`.
pub const HALF_WORLD_M: f64 = 20_037_508.342_789_244;

/// The deepest zoom of any tile set: below a centimetre a pixel.
pub const MAX_ZOOM: u8 = 26;

/// A tile's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileAddress {
    pub zoom: u8,
    pub x: u32,
    /// From the north.
    pub y: u32,
}

impl TileAddress {
    /// `None` if there is no such tile.
    pub fn new(zoom: u8, x: u32, y: u32) -> Option<Self> {
        (zoom <= MAX_ZOOM && u64::from(x.max(y)) < 1 << zoom).then_some(Self { zoom, x, y })
    }

    /// From the end of a path: `…/10/534/362.png`, also `10-534-362.png` or `10_534_362@2x.webp`.
    pub fn from_path(path: &str) -> Option<Self> {
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let stem = stem.strip_suffix("@2x").unwrap_or(stem);
        let mut parts = stem.rsplit(['/', '\\', '-', '_']);
        let (y, x, zoom) = (parts.next()?, parts.next()?, parts.next()?);
        Self::new(zoom.parse().ok()?, x.parse().ok()?, y.parse().ok()?)
    }

    /// From posts (pixel centres) of a square picture to EPSG:3857.
    pub fn map_from_post(&self, side_px: u32) -> DAffine2 {
        let side_m = 2.0 * HALF_WORLD_M / f64::from(1u32 << self.zoom);
        let pixel_m = side_m / f64::from(side_px.max(1));
        let corner = DVec2::new(f64::from(self.x) * side_m - HALF_WORLD_M, HALF_WORLD_M - f64::from(self.y) * side_m);
        DAffine2 {
            matrix2: DMat2::from_diagonal(DVec2::new(pixel_m, -pixel_m)),
            translation: corner + DVec2::new(0.5, -0.5) * pixel_m,
        }
    }
}
