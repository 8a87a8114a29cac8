//! Plain pictures (PNG, JPEG, WebP) that a world file, a tile address or a rectangle places on the Earth.

use glam::DAffine2;

use super::web_mercator::TileAddress;
use super::{Raster, RasterContent, RasterError, RasterHead, Window, world_file};
use crate::format::content::TextureFormat;
use crate::format::content::image::{self, ImageLimits};
use crate::format::issue::Issues;

const FORMAT: &str = "picture";

/// What a picture may cost when it is unpacked: 16,384 pixels a side, half a gigabyte.
pub const LIMITS: ImageLimits = ImageLimits { side_px: 16_384, bytes: 512 << 20, bc7: false };

/// How a picture's place is given.
#[derive(Debug, Clone, PartialEq)]
pub enum Placement {
    /// By a world file in a named reference system.
    Map {
        map_from_post: DAffine2,
        crs: Option<String>,
    },
    Tile(TileAddress),
}

/// A decoded picture.
#[derive(Debug, Clone)]
pub struct Picture {
    head: RasterHead,
    pixels: Vec<[u8; 4]>,
}

impl Picture {
    /// # Errors
    /// [`RasterError::Malformed`] if the picture can't be decoded within [`LIMITS`].
    pub fn new(bytes: &[u8], placement: &Placement) -> Result<Self, RasterError> {
        let malformed = |message: String| RasterError::Malformed { format: FORMAT, message };
        let picture = image::decode(bytes, &LIMITS).map_err(|error| malformed(error.to_string()))?;
        if picture.format != TextureFormat::Rgba8 {
            return Err(malformed("it has no plain pixels".to_string()));
        }
        let (width_px, height_px) = (picture.width_px, picture.height_px);
        let first_level = width_px as usize * height_px as usize * 4;
        let (map_from_post, crs) = match placement {
            Placement::Map { map_from_post, crs } => (*map_from_post, crs.clone()),
            Placement::Tile(_) if width_px != height_px => {
                return Err(malformed(format!("expected a square tile, got {width_px} x {height_px} pixels")));
            }
            Placement::Tile(address) => (address.map_from_post(width_px), Some("EPSG:3857".to_string())),
        };
        if !world_file::is_invertible(map_from_post.matrix2) || !map_from_post.is_finite() {
            return Err(malformed("its place is not usable: pixels have no size".to_string()));
        }
        let pixels = picture.data.get(..first_level).unwrap_or(&picture.data);
        Ok(Self {
            head: RasterHead {
                width_px,
                height_px,
                map_from_post,
                crs,
                content: RasterContent::Colors,
                issues: Issues::default(),
            },
            pixels: pixels.as_chunks::<4>().0.to_vec(),
        })
    }
}

impl Raster for Picture {
    fn head(&self) -> &RasterHead {
        &self.head
    }

    fn heights(&mut self, _window: Window) -> Result<Vec<f32>, RasterError> {
        Err(RasterError::Content { expected: "heights", got: "colours" })
    }

    fn colors(&mut self, window: Window) -> Result<Vec<[u8; 4]>, RasterError> {
        cut(&self.pixels, &self.head, window)
    }
}

/// A window out of values that are all in memory.
pub(super) fn cut<T: Copy>(values: &[T], head: &RasterHead, window: Window) -> Result<Vec<T>, RasterError> {
    let mut cut = Vec::with_capacity(window.posts_within(head)?);
    for row in window.row..window.row + window.height {
        let start = row as usize * head.width_px as usize + window.col as usize;
        cut.extend_from_slice(&values[start..start + window.width as usize]);
    }
    Ok(cut)
}
