//! Heights in the colours of web-mercator tiles: Mapbox' terrain-RGB and Mapzen's terrarium, in PNG or lossless WebP.
//!
//! - terrain-RGB: `-10000 + (R·65536 + G·256 + B)·0.1` metres
//! - terrarium: `R·256 + G + B/256 - 32768` metres
//!
//! Both are heights above the sea from mixed sources; they are taken as above EGM96. Pixels with alpha 0 are voids.
//! A JPEG or lossy WebP holds no heights: its colours are not those that were written; JPEG is refused.

use super::picture::{Picture, Placement, cut};
use super::web_mercator::TileAddress;
use super::{HEIGHTS_ON_EARTH_M, Raster, RasterContent, RasterError, RasterHead, Window};

/// How heights are packed into colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeightColors {
    TerrainRgb,
    Terrarium,
}

impl HeightColors {
    fn height_m(self, [r, g, b, a]: [u8; 4]) -> f32 {
        let packed = f64::from(u32::from_be_bytes([0, r, g, b]));
        let height_m = match self {
            Self::TerrainRgb => packed * 0.1 - 10_000.0,
            Self::Terrarium => packed / 256.0 - 32_768.0,
        } as f32;
        if a == 0 || !HEIGHTS_ON_EARTH_M.contains(&height_m) { f32::NAN } else { height_m }
    }
}

/// A decoded tile of heights.
#[derive(Debug, Clone)]
pub struct TerrainTile {
    head: RasterHead,
    heights_m: Vec<f32>,
}

impl TerrainTile {
    /// # Errors
    /// [`RasterError`] if the picture can't be decoded, is not square, or is a JPEG.
    pub fn new(bytes: &[u8], colors: HeightColors, address: TileAddress) -> Result<Self, RasterError> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            return Err(RasterError::Unsupported {
                format: "terrain tile",
                what: "a JPEG (its colours are not exact)".to_string(),
            });
        }
        let mut picture = Picture::new(bytes, &Placement::Tile(address))?;
        let mut head = picture.head().clone();
        let heights_m = picture.colors(head.window())?.into_iter().map(|pixel| colors.height_m(pixel)).collect();
        head.content = RasterContent::Heights;
        head.crs = Some("EPSG:3857+5773".to_string());
        Ok(Self { head, heights_m })
    }
}

impl Raster for TerrainTile {
    fn head(&self) -> &RasterHead {
        &self.head
    }

    fn heights(&mut self, window: Window) -> Result<Vec<f32>, RasterError> {
        cut(&self.heights_m, &self.head, window)
    }

    fn colors(&mut self, _window: Window) -> Result<Vec<[u8; 4]>, RasterError> {
        Err(RasterError::Content { expected: "colours", got: "heights" })
    }
}
