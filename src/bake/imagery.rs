//! Orthophotos as pictures of tiles: resampled from several rasters, weighted by area, and written as JPEG or WebP.
//!
//! Rasters come in order of priority; those that follow each other on one lattice join without a seam. Each mosaic is a
//! pyramid of means of four (level `k`: one pixel for 2ᵏ × 2ᵏ of the source). A pixel of a tile is the mean of the source
//! under its footprint, or bilinear where the tile is finer. Means are of light, not of sRGB codes, so that fine patterns
//! keep their brightness. What no raster covers shows the background and is counted.

use glam::DVec2;
use std::cell::RefCell;
use std::rc::Rc;

use crate::bake::model::Srgb;
use crate::bake::mosaic::{BLOCK, Cache, GeoRect, Lost, MAX_LEVEL, Mosaic, Opener, Posts};
use crate::bake::source::crs::NamedCrs;
use crate::format::issue::Issues;
use crate::format::raster::RasterHead;
use light::Light;

pub mod encode;
mod light;
#[cfg(test)]
mod tests;

/// Pixels a side of a tile's picture.
pub const MAX_SIDE_PX: u32 = 4096;
/// The most pixels of one raster's level that are fetched for a picture: 256 MiB.
const MAX_POSTS: i64 = 1 << 26;
/// Places along each side whose pixels span what is fetched.
const PROBES: u32 = 16;

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ImageryError {
    #[error("{0:?} is no rectangle on the Earth")]
    Rect(GeoRect),
    #[error("a picture of {got} pixels a side: expected 1 to {MAX_SIDE_PX}")]
    Side { got: u32 },
    #[error("{0:?} lies over too many pixels of a raster for its picture")]
    TooLarge(GeoRect),
}

/// A picture of a rectangle; the northern row first, the western pixel first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TilePicture {
    pub side_px: u32,
    pub pixels: Vec<Srgb>,
    /// Pixels of which less than half lies on data; they show the background.
    pub missing_px: usize,
}

/// The pictures of a place. For one thread, as a terrain is.
pub struct Imagery {
    cache_bytes: usize,
    layers: Vec<Layer>,
}

impl Imagery {
    /// `cache_bytes`: what each raster's cache may hold.
    pub fn new(cache_bytes: usize) -> Self {
        Self { cache_bytes, layers: Vec::new() }
    }

    /// Adds a raster below those that are there; see `Terrain::add`.
    pub fn add(&mut self, name: &str, head: &RasterHead, open: Opener, crs: NamedCrs) {
        let open = match self.layers.last_mut() {
            Some(layer) => match layer.mosaic.join(name, head, open, &crs) {
                Ok(()) => return,
                Err(open) => open,
            },
            None => open,
        };
        // A block has 256 KiB.
        self.layers.push(Layer::new(Mosaic::new(name, head, open, crs), self.cache_bytes >> 18));
    }

    /// The pixel size of the finest raster, metres on the ground.
    pub fn finest_spacing_m(&self) -> Option<f64> {
        self.layers.iter().map(|layer| layer.mosaic.spacing_m().min_element()).reduce(f64::min)
    }

    /// Parts that could not be read since this was asked last.
    pub fn take_lost(&self) -> Vec<Lost> {
        self.layers.iter().flat_map(|layer| layer.mosaic.take_lost()).collect()
    }

    /// What was found wrong in what was read so far.
    pub fn issues(&self) -> Issues {
        let mut issues = Issues::default();
        for layer in &self.layers {
            issues.extend(layer.mosaic.issues());
        }
        issues
    }

    /// The picture of a rectangle.
    ///
    /// # Errors
    /// [`ImageryError`] if it is no rectangle or the picture is too large.
    pub fn picture(&self, rect: GeoRect, side_px: u32, background: Srgb) -> Result<TilePicture, ImageryError> {
        if !rect.is_valid() {
            return Err(ImageryError::Rect(rect));
        }
        if !(1..=MAX_SIDE_PX).contains(&side_px) {
            return Err(ImageryError::Side { got: side_px });
        }
        let mut light = vec![Light::default(); (side_px * side_px) as usize];
        for layer in &self.layers {
            if light.iter().all(Light::is_full) {
                break;
            }
            layer.shine(rect, side_px, &mut light)?;
        }
        let missing_px = light.iter().filter(|light| light.coverage() < 0.5).count();
        let pixels = light.into_iter().map(|light| light.over(background)).collect();
        Ok(TilePicture { side_px, pixels, missing_px })
    }
}

/// One mosaic as a pyramid.
struct Layer {
    mosaic: Mosaic<[u8; 4]>,
    cache: RefCell<Cache<Rc<Vec<[u8; 4]>>>>,
    empty: Rc<Vec<[u8; 4]>>,
}

impl Layer {
    fn new(mosaic: Mosaic<[u8; 4]>, max_blocks: usize) -> Self {
        let empty = Rc::new(vec![[0; 4]; (BLOCK * BLOCK) as usize]);
        Self { mosaic, cache: RefCell::new(Cache::new(max_blocks)), empty }
    }

    /// Adds this layer's light where those above left room.
    fn shine(&self, rect: GeoRect, side_px: u32, light: &mut [Light]) -> Result<(), ImageryError> {
        let Some(footprint) = self.footprint(rect, side_px) else { return Ok(()) };
        let mut level = 0;
        let mut scale = 1.0;
        while level < MAX_LEVEL && footprint.min_element() >= 2.0 * scale {
            level += 1;
            scale *= 2.0;
        }
        let size = (footprint / scale).max(DVec2::ONE);
        let Some((at, span)) = self.window(rect, scale, size) else { return Ok(()) };
        if span.0.checked_mul(span.1).is_none_or(|count| count > MAX_POSTS) {
            return Err(ImageryError::TooLarge(rect));
        }
        if !self.mosaic.covers_some((at.0 << level, at.1 << level), (span.0 << level, span.1 << level)) {
            return Ok(());
        }
        let posts = Posts::gather(at, span, [0; 4], |col, row| (self.block(level, col, row), BLOCK));
        for (i, light) in light.iter_mut().enumerate().filter(|(_, light)| !light.is_full()) {
            let centre = |i: u32| (f64::from(i) + 0.5) / f64::from(side_px);
            let place = rect.at(centre(i as u32 % side_px), centre(i as u32 / side_px));
            if let Some(post) = self.mosaic.post_from_lon_lat(place) {
                light.add(&light::mean(&posts, level_post(post, scale), size));
            }
        }
        Ok(())
    }

    /// How many pixels of the source one of the picture spans in its middle, as (columns, rows).
    fn footprint(&self, rect: GeoRect, side_px: u32) -> Option<DVec2> {
        let half = 0.5 / f64::from(side_px);
        let post = |u: f64, v: f64| self.mosaic.post_from_lon_lat(rect.at(0.5 + u, 0.5 + v));
        let across = post(half, 0.0)? - post(-half, 0.0)?;
        let down = post(0.0, half)? - post(0.0, -half)?;
        let size = across.abs() + down.abs();
        (size.is_finite() && size.min_element() > 0.0).then_some(size)
    }

    /// The pixels of a level under a rectangle.
    fn window(&self, rect: GeoRect, scale: f64, size: DVec2) -> Option<((i64, i64), (i64, i64))> {
        let (mut low, mut high) = (DVec2::INFINITY, DVec2::NEG_INFINITY);
        for i in 0..=PROBES {
            for j in 0..=PROBES {
                let part = |i: u32| f64::from(i) / f64::from(PROBES);
                if let Some(post) = self.mosaic.post_from_lon_lat(rect.at(part(i), part(j))) {
                    let post = level_post(post, scale);
                    low = low.min(post);
                    high = high.max(post);
                }
            }
        }
        if !(low.x <= high.x && low.y <= high.y && low.abs().max(high.abs()).max_element() < 1e9) {
            return None;
        }
        let (low, high) = (low - size - 2.0, high + size + 2.0);
        let at = (low.x.floor() as i64, low.y.floor() as i64);
        Some((at, (high.x.ceil() as i64 - at.0 + 1, high.y.ceil() as i64 - at.1 + 1)))
    }

    fn block(&self, level: u8, col: i64, row: i64) -> Rc<Vec<[u8; 4]>> {
        let key = (level, col, row);
        if let Some(block) = self.cache.borrow_mut().get(key) {
            return Rc::clone(&block);
        }
        let span = BLOCK << level;
        if !self.mosaic.covers_some((col * span, row * span), (span, span)) {
            return Rc::clone(&self.empty);
        }
        let block = if level == 0 { self.mosaic.block(col, row) } else { self.halved(level, col, row) };
        Rc::clone(&self.cache.borrow_mut().insert(key, Rc::new(block)))
    }

    fn halved(&self, level: u8, col: i64, row: i64) -> Vec<[u8; 4]> {
        let at = (col * BLOCK * 2, row * BLOCK * 2);
        let fine = Posts::gather(at, (2 * BLOCK, 2 * BLOCK), [0; 4], |c, r| (self.block(level - 1, c, r), BLOCK));
        let mean = |i: i64| {
            let (x, y) = (i % BLOCK * 2, i / BLOCK * 2);
            let at = |x: i64, y: i64| fine.values[(y * fine.width + x) as usize];
            light::mean_of_four([at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1)])
        };
        (0..BLOCK * BLOCK).map(mean).collect()
    }
}

/// Pixels are areas: the middle of a coarse one is the middle of those that it is made of.
fn level_post(post: DVec2, scale: f64) -> DVec2 {
    (post + 0.5) / scale - 0.5
}
