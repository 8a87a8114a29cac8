//! The box round a geographic region: exact support of the curved volume along east, north and up of its middle.
//!
//! A point of the region in the meridian plane of its longitude is `(A cos δ, A sin δ, B)` with
//! `A = (N(φ) + h) cos φ`, `B = (N(φ)(1 - e²) + h) sin φ` and δ the longitude from the middle. Along any fixed
//! direction this is linear in h and in cos δ, and along φ the extremes lie at the ends or where the surface normal is
//! parallel to the direction's part in that meridian plane. So a few candidates give the exact extremes; nothing is
//! sampled.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use glam::{DMat3, DVec3};

use crate::geo::wgs84::{A, E2};

/// Radians eastwards from `west` to `east`, over the antimeridian where `west > east`; at most a full circle.
pub(super) fn width_rad(west_rad: f64, east_rad: f64) -> f64 {
    let width = east_rad - west_rad;
    if width < 0.0 { (width + TAU).max(0.0) } else { width.min(TAU) }
}

/// Centre (ECEF) and half axes of a box along east, north and up at the region's middle that encloses it.
pub(super) fn enclosing_box(
    west_rad: f64,
    south_rad: f64,
    east_rad: f64,
    north_rad: f64,
    min_height_m: f64,
    max_height_m: f64,
) -> (DVec3, DMat3) {
    let half_width = (width_rad(west_rad, east_rad) * 0.5).min(PI);
    let mid_lon = west_rad + half_width;
    let mid_lat = (south_rad + north_rad) * 0.5;
    let (sin_mid, cos_mid) = mid_lat.sin_cos();
    let region = Meridians { south_rad, north_rad, min_height_m, max_height_m };

    // Along east only the widest parallel counts: the one nearest to the equator, at the top.
    let widest_lat = 0.0_f64.clamp(south_rad, north_rad.max(south_rad));
    let (top_a, _) = meridian_point(widest_lat, max_height_m);
    let (low_a, _) = meridian_point(widest_lat, min_height_m);
    let half_east = top_a.max(low_a).max(0.0) * half_width.min(FRAC_PI_2).sin();
    let cos_edge = half_width.cos();
    let (north_lo, north_hi) = region.support(-sin_mid, cos_mid, cos_edge);
    let (up_lo, up_hi) = region.support(cos_mid, sin_mid, cos_edge);

    let (sin_lon, cos_lon) = mid_lon.sin_cos();
    let east = DVec3::new(-sin_lon, cos_lon, 0.0);
    let north = DVec3::new(-sin_mid * cos_lon, -sin_mid * sin_lon, cos_mid);
    let up = DVec3::new(cos_mid * cos_lon, cos_mid * sin_lon, sin_mid);
    let center = north * ((north_lo + north_hi) * 0.5) + up * ((up_lo + up_hi) * 0.5);
    let half_axes =
        DMat3::from_cols(east * half_east, north * ((north_hi - north_lo) * 0.5), up * ((up_hi - up_lo) * 0.5));
    (center, half_axes)
}

/// Distance from the axis and height over the equator's plane.
fn meridian_point(lat_rad: f64, height_m: f64) -> (f64, f64) {
    let (sin_lat, cos_lat) = lat_rad.sin_cos();
    let n = A / (1.0 - E2 * sin_lat * sin_lat).sqrt();
    ((n + height_m) * cos_lat, (n * (1.0 - E2) + height_m) * sin_lat)
}

struct Meridians {
    south_rad: f64,
    north_rad: f64,
    min_height_m: f64,
    max_height_m: f64,
}

impl Meridians {
    /// Least and greatest of `out * A cos δ + axial * B` with cos δ between `cos_edge` and 1.
    fn support(&self, out: f64, axial: f64, cos_edge: f64) -> (f64, f64) {
        let (mut lo, mut hi) = (f64::INFINITY, f64::NEG_INFINITY);
        for cos_lon in [1.0, cos_edge] {
            let along = out * cos_lon;
            let outermost = axial.atan2(along);
            let innermost = (-axial).atan2(-along);
            for lat in [self.south_rad, self.north_rad, outermost, innermost] {
                if lat < self.south_rad || lat > self.north_rad {
                    continue;
                }
                for height in [self.min_height_m, self.max_height_m] {
                    let (a, b) = meridian_point(lat, height);
                    let value = along * a + axial * b;
                    lo = lo.min(value);
                    hi = hi.max(value);
                }
            }
        }
        (lo, hi)
    }
}
