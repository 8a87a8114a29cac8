//! The posts of one rectangle, fetched once, and what lies between them.

use glam::DVec2;

use super::layer::Layer;
use super::{GeoRect, Interpolation, Terrain, TerrainError};
use crate::bake::mosaic::Posts;

/// The most posts of one layer that are fetched for a rectangle: 256 MiB.
const MAX_POSTS: i64 = 1 << 26;
/// Places along each side (and across) whose posts span the window.
const PROBES: u32 = 16;

/// The ground of a rectangle at one spacing.
pub struct Patch<'a> {
    terrain: &'a Terrain,
    spacing_m: f64,
    windows: Vec<LayerWindow>,
}

struct LayerWindow {
    layer: usize,
    level: u8,
    posts: Posts<f32>,
    residual_m: f64,
}

impl<'a> Patch<'a> {
    pub(super) fn new(terrain: &'a Terrain, rect: GeoRect, spacing_m: f64) -> Result<Self, TerrainError> {
        if !rect.is_valid() || !spacing_m.is_finite() {
            return Err(TerrainError::Rect(rect));
        }
        let mut windows = Vec::new();
        for (index, layer) in terrain.layers.iter().enumerate() {
            let level = layer.level_of_spacing(spacing_m);
            let Some((at, size)) = window_of(layer, level, rect) else { continue };
            if size.0.checked_mul(size.1).is_none_or(|count| count > MAX_POSTS) {
                return Err(TerrainError::TooFine { rect, spacing_m, limit: MAX_POSTS as u64 });
            }
            let guide = terrain.guide(index, spacing_m);
            let posts = layer.posts(level, at, size, &guide);
            let unit_m = layer.mosaic.crs().vertical().metres_per_unit.abs();
            let residual_m = f64::from(layer.residual(level, at, size, &guide)) * unit_m;
            let whole = posts.values.iter().all(|height| !height.is_nan());
            windows.push(LayerWindow { layer: index, level, posts, residual_m });
            if whole {
                // Nothing of the layers below shows.
                break;
            }
        }
        Ok(Self { terrain, spacing_m, windows })
    }

    /// The ellipsoidal height at a place, metres; `None` outside of all data. Places outside of the rectangle are answered
    /// as well, only slower.
    pub fn height_m(&self, lon_lat_deg: DVec2) -> Option<f64> {
        for window in &self.windows {
            let layer = &self.terrain.layers[window.layer];
            let Some(post) = post_of_level(layer, window.level, lon_lat_deg) else { continue };
            let floor = post.floor();
            let (col, row) = (floor.x as i64, floor.y as i64);
            if window.posts.get(col - 1, row - 1).is_none() || window.posts.get(col + 2, row + 2).is_none() {
                return self.terrain.height_below(0, lon_lat_deg, self.spacing_m);
            }
            let height = height_m(layer, &window.posts, post, lon_lat_deg, self.terrain.options.interpolation);
            if height.is_some() {
                return height;
            }
        }
        None
    }

    /// How far the finest posts stray from this surface at most, metres.
    pub fn residual_m(&self) -> f64 {
        self.windows.iter().map(|window| window.residual_m).fold(0.0, f64::max)
    }

    /// See [`Terrain::range_m`].
    pub(super) fn range_m(&self) -> Option<(f64, f64)> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for window in &self.windows {
            let layer = &self.terrain.layers[window.layer];
            for (i, &height) in window.posts.values.iter().enumerate().filter(|(_, height)| !height.is_nan()) {
                let step = (1i64 << window.level) as f64;
                let (col, row) = (
                    window.posts.col + i as i64 % window.posts.width,
                    window.posts.row + i as i64 / window.posts.width,
                );
                let Some(place) = layer.mosaic.lon_lat_from_post(DVec2::new(col as f64, row as f64) * step) else {
                    continue;
                };
                let height_m = layer.mosaic.crs().ellipsoidal_height_m(place, f64::from(height));
                low = low.min(height_m - window.residual_m);
                high = high.max(height_m + window.residual_m);
            }
        }
        (low <= high).then_some((low, high))
    }
}

/// Which posts of a layer's level lie around a rectangle, with a margin of three; `None` if none may.
fn window_of(layer: &Layer, level: u8, rect: GeoRect) -> Option<((i64, i64), (i64, i64))> {
    let (mut low, mut high) = (DVec2::INFINITY, DVec2::NEG_INFINITY);
    for i in 0..=PROBES {
        for j in 0..=PROBES {
            let place = rect.at(f64::from(i) / f64::from(PROBES), f64::from(j) / f64::from(PROBES));
            if let Some(post) = post_of_level(layer, level, place) {
                low = low.min(post);
                high = high.max(post);
            }
        }
    }
    if !(low.x <= high.x && low.y <= high.y && low.abs().max(high.abs()).max_element() < 1e12) {
        return None;
    }
    let at = (low.x.floor() as i64 - 3, low.y.floor() as i64 - 3);
    let end = (high.x.ceil() as i64 + 4, high.y.ceil() as i64 + 4);
    Some((at, (end.0 - at.0, end.1 - at.1)))
}

/// The post coordinates of a place on a level.
pub(super) fn post_of_level(layer: &Layer, level: u8, lon_lat_deg: DVec2) -> Option<DVec2> {
    let post = layer.mosaic.post_from_lon_lat(lon_lat_deg)? / (1i64 << level) as f64;
    (post.is_finite() && post.abs().max_element() < 1e12).then_some(post)
}

/// The ellipsoidal height between posts; `None` where one of the four around is void. Exactly on a row or column of posts
/// those beyond it do not count, so that the last post of the data is part of it.
pub(super) fn height_m(
    layer: &Layer,
    posts: &Posts<f32>,
    post: DVec2,
    lon_lat_deg: DVec2,
    interpolation: Interpolation,
) -> Option<f64> {
    // A millionth of a post is within the rounding of where rasters say that they lie.
    let near = post.round();
    let post = DVec2::select((post - near).abs().cmplt(DVec2::splat(1e-6)), near, post);
    let floor = post.floor();
    let (col, row, t) = (floor.x as i64, floor.y as i64, post - floor);
    let at = |dx: i64, dy: i64| posts.get(col + dx, row + dy).filter(|h| !h.is_nan()).map(f64::from);
    let cubic = match interpolation {
        Interpolation::Cubic => cubic(at, t),
        Interpolation::Bilinear => None,
    };
    let height = match cubic {
        Some(height) => height,
        None => bilinear(at, t)?,
    };
    Some(layer.mosaic.crs().ellipsoidal_height_m(lon_lat_deg, height))
}

fn bilinear(at: impl Fn(i64, i64) -> Option<f64>, t: DVec2) -> Option<f64> {
    let row = |dy: i64| {
        let left = at(0, dy)?;
        Some(if t.x > 0.0 { left + (at(1, dy)? - left) * t.x } else { left })
    };
    let top = row(0)?;
    Some(if t.y > 0.0 { top + (row(1)? - top) * t.y } else { top })
}

fn cubic(at: impl Fn(i64, i64) -> Option<f64>, t: DVec2) -> Option<f64> {
    let (across, along) = (keys(t.x), keys(t.y));
    let mut sum = 0.0;
    for (dy, row_weight) in (-1..).zip(along) {
        for (dx, weight) in (-1..).zip(across) {
            sum += at(dx, dy)? * weight * row_weight;
        }
    }
    Some(sum)
}

/// Keys' kernel with a = -1/2 at the four posts around `t` in `0..1`.
fn keys(t: f64) -> [f64; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [(-t3 + 2.0 * t2 - t) / 2.0, (3.0 * t3 - 5.0 * t2 + 2.0) / 2.0, (-3.0 * t3 + 4.0 * t2 + t) / 2.0, (t3 - t2) / 2.0]
}
