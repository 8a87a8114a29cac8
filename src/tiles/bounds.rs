//! A tile's volume in ECEF: distance, enclosure, rays, and the parts of an implicit tile's volume.
//!
//! All volumes become one form, an oriented box with its enclosing sphere (a sphere is a box without extent), so that
//! the traversal has one path. What a transform makes of a box need not be a box: the result always encloses it.
//! Regions also keep their heights: the height over the ellipsoid tells more of the distance than a box that has to
//! bend round the Earth.

use glam::{DAffine3, DMat3, DVec3};

use super::region;
use crate::format::tileset::{BoundingVolume, Subdivision};

/// A volume in ECEF, metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub center: DVec3,
    /// Orthonormal columns.
    pub axes: DMat3,
    /// Half lengths along `axes`; all zero for a sphere.
    pub half: DVec3,
    /// Of the sphere round the box; infinite while a volume is unknown.
    pub radius: f64,
    /// Heights over the ellipsoid that a region spans; infinite both ways for other volumes.
    pub low_m: f64,
    pub high_m: f64,
}

impl Bounds {
    /// Is in every view at distance 0: the volume of what has not been read yet.
    pub const UNKNOWN: Bounds = Bounds {
        center: DVec3::ZERO,
        axes: DMat3::IDENTITY,
        half: DVec3::ZERO,
        radius: f64::INFINITY,
        low_m: f64::NEG_INFINITY,
        high_m: f64::INFINITY,
    };

    pub fn sphere(center: DVec3, radius: f64) -> Self {
        Self { center, radius, ..Self::UNKNOWN }.or_unknown()
    }

    /// The box round `center + half_axes * v`, `v` in [-1, 1]³; the half axes may be skewed or zero.
    pub fn from_half_axes(center: DVec3, half_axes: DMat3) -> Self {
        let axes = orthonormal_axes(half_axes);
        let extent = |axis: DVec3| {
            axis.dot(half_axes.x_axis).abs() + axis.dot(half_axes.y_axis).abs() + axis.dot(half_axes.z_axis).abs()
        };
        let half = DVec3::new(extent(axes.x_axis), extent(axes.y_axis), extent(axes.z_axis));
        Self { center, axes, half, radius: half.length(), ..Self::UNKNOWN }.or_unknown()
    }

    /// From corner to corner in a frame of its own.
    pub fn from_corners(ecef_from_local: &DAffine3, lo: DVec3, hi: DVec3) -> Self {
        let center = ecef_from_local.transform_point3((lo + hi) * 0.5);
        Self::from_half_axes(center, ecef_from_local.matrix3 * DMat3::from_diagonal((hi - lo) * 0.5))
    }

    /// `volume` is in the tile's frame, but regions, which only the placement of the whole tileset moves.
    /// `placement` is `None` where the tileset lies where its author put it.
    pub fn from_volume(volume: &BoundingVolume, ecef_from_tile: &DAffine3, placement: Option<&DAffine3>) -> Self {
        match *volume {
            BoundingVolume::Box { center, half_axes } => {
                Self::from_half_axes(ecef_from_tile.transform_point3(center), ecef_from_tile.matrix3 * half_axes)
            }
            BoundingVolume::Sphere { center, radius } => {
                Self::sphere(ecef_from_tile.transform_point3(center), radius * max_scale(&ecef_from_tile.matrix3))
            }
            BoundingVolume::Region { west_rad, south_rad, east_rad, north_rad, min_height_m, max_height_m } => {
                let (center, half_axes) =
                    region::enclosing_box(west_rad, south_rad, east_rad, north_rad, min_height_m, max_height_m);
                match placement {
                    Some(m) => Self::from_half_axes(m.transform_point3(center), m.matrix3 * half_axes),
                    None => {
                        Self { low_m: min_height_m, high_m: max_height_m, ..Self::from_half_axes(center, half_axes) }
                    }
                }
            }
        }
    }

    fn or_unknown(self) -> Self {
        let finite = self.center.is_finite() && self.radius.is_finite() && self.axes.is_finite();
        if finite { self } else { Self::UNKNOWN }
    }

    fn is_sphere(&self) -> bool {
        self.half == DVec3::ZERO
    }

    /// Metres from a point to the volume, 0 inside; never more than the true distance. `height_m` is the point's
    /// height over the ellipsoid.
    pub fn distance_m(&self, pos_ecef: DVec3, height_m: f64) -> f64 {
        let to_pos = pos_ecef - self.center;
        let distance = if self.is_sphere() {
            (to_pos.length() - self.radius).max(0.0)
        } else {
            let local =
                DVec3::new(self.axes.x_axis.dot(to_pos), self.axes.y_axis.dot(to_pos), self.axes.z_axis.dot(to_pos));
            (local.abs() - self.half).max(DVec3::ZERO).length()
        };
        distance.max(height_m - self.high_m).max(self.low_m - height_m)
    }

    pub fn contains(&self, pos_ecef: DVec3, height_m: f64) -> bool {
        self.distance_m(pos_ecef, height_m) <= 0.0
    }

    /// How far the box reaches from its centre along a unit direction.
    pub fn reach_m(&self, dir: DVec3) -> f64 {
        if self.is_sphere() {
            return self.radius;
        }
        self.half.x * self.axes.x_axis.dot(dir).abs()
            + self.half.y * self.axes.y_axis.dot(dir).abs()
            + self.half.z * self.axes.z_axis.dot(dir).abs()
    }

    /// Where a ray enters the volume, in multiples of `dir`'s length; 0 from within.
    pub fn ray_hit(&self, origin_ecef: DVec3, dir: DVec3) -> Option<f64> {
        if !self.radius.is_finite() {
            return Some(0.0);
        }
        let to_origin = origin_ecef - self.center;
        if self.is_sphere() {
            return ray_sphere(to_origin, dir, self.radius);
        }
        let (mut enter, mut exit) = (0.0_f64, f64::INFINITY);
        for (axis, half) in [self.axes.x_axis, self.axes.y_axis, self.axes.z_axis].into_iter().zip(self.half.to_array())
        {
            let (at, speed) = (axis.dot(to_origin), axis.dot(dir));
            if speed.abs() < f64::MIN_POSITIVE {
                if at.abs() > half {
                    return None;
                }
                continue;
            }
            let (a, b) = ((-half - at) / speed, (half - at) / speed);
            enter = enter.max(a.min(b));
            exit = exit.min(a.max(b));
        }
        (enter <= exit).then_some(enter)
    }
}

fn ray_sphere(to_origin: DVec3, dir: DVec3, radius: f64) -> Option<f64> {
    let a = dir.length_squared();
    let b = to_origin.dot(dir);
    let c = to_origin.length_squared() - radius * radius;
    if c <= 0.0 {
        return Some(0.0);
    }
    let discriminant = b * b - a * c;
    (a > 0.0 && b < 0.0 && discriminant >= 0.0).then(|| (-b - discriminant.sqrt()) / a)
}

/// Axes of a box round skewed half axes: along the longest, then along what is left of the second longest.
fn orthonormal_axes(half_axes: DMat3) -> DMat3 {
    let mut by_length = [half_axes.x_axis, half_axes.y_axis, half_axes.z_axis];
    by_length.sort_by(|a, b| b.length_squared().total_cmp(&a.length_squared()));
    let x = by_length[0].try_normalize().unwrap_or(DVec3::X);
    let rejected = |v: DVec3| {
        let across = v - x * x.dot(v);
        (across.length_squared() > 1e-20 * v.length_squared()).then(|| across.normalize_or_zero())
    };
    let y = rejected(by_length[1])
        .or_else(|| rejected(by_length[2]))
        .filter(|y| *y != DVec3::ZERO)
        .unwrap_or_else(|| x.any_orthonormal_vector());
    DMat3::from_cols(x, y, x.cross(y))
}

/// By how much a linear map stretches at most: its largest singular value.
pub fn max_scale(m: &DMat3) -> f64 {
    // Largest eigenvalue of the symmetric MᵀM in closed form (O. K. Smith, 1961).
    let s = m.transpose() * *m;
    let (a, b, c) = (s.x_axis.x, s.y_axis.y, s.z_axis.z);
    let (d, e, f) = (s.y_axis.x, s.z_axis.y, s.z_axis.x);
    let mean = (a + b + c) / 3.0;
    let off = d * d + e * e + f * f;
    let p2 = ((a - mean).powi(2) + (b - mean).powi(2) + (c - mean).powi(2) + 2.0 * off) / 6.0;
    let p = p2.sqrt();
    if p <= 1e-15 * mean.abs() {
        return mean.max(0.0).sqrt();
    }
    let shifted = (s - DMat3::from_diagonal(DVec3::splat(mean))) * (1.0 / p);
    let angle = (shifted.determinant() / 2.0).clamp(-1.0, 1.0).acos() / 3.0;
    (mean + 2.0 * p * angle.cos()).max(0.0).sqrt()
}

/// The part of an implicit root's volume that belongs to the tile at (`level`, `at`); spheres cannot be divided and
/// stay whole. Quadtrees do not divide the third axis of a box nor the heights of a region.
pub fn subdivide(volume: &BoundingVolume, scheme: Subdivision, level: u32, at: [u32; 3]) -> BoundingVolume {
    let cells = 2.0_f64.powi(level.min(64) as i32);
    let z_cells = if scheme.axes() == 3 { cells } else { 1.0 };
    let low = DVec3::new(at[0] as f64 / cells, at[1] as f64 / cells, at[2] as f64 / z_cells);
    let size = DVec3::new(1.0 / cells, 1.0 / cells, 1.0 / z_cells);
    match volume {
        BoundingVolume::Box { center, half_axes } => BoundingVolume::Box {
            center: *center + *half_axes * ((low + size * 0.5) * 2.0 - 1.0),
            half_axes: *half_axes * DMat3::from_diagonal(size),
        },
        BoundingVolume::Sphere { .. } => *volume,
        BoundingVolume::Region { west_rad, south_rad, east_rad, north_rad, min_height_m, max_height_m } => {
            let width = region::width_rad(*west_rad, *east_rad);
            let (depth, tall) = (north_rad - south_rad, max_height_m - min_height_m);
            BoundingVolume::Region {
                west_rad: west_rad + width * low.x,
                east_rad: west_rad + width * (low.x + size.x),
                south_rad: south_rad + depth * low.y,
                north_rad: south_rad + depth * (low.y + size.y),
                min_height_m: min_height_m + tall * low.z,
                max_height_m: min_height_m + tall * (low.z + size.z),
            }
        }
    }
}
