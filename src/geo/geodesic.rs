//! Shortest paths over the WGS84 ellipsoid: distance, destination, and points between for a fly-to.
//!
//! Karney's solution (C. F. F. Karney, *Algorithms for geodesics*, Journal of Geodesy 87, 2013), by the crate
//! `geographiclib-rs`: exact to nanometres, also for antipodal points where Vincenty's does not converge. Heights take
//! no part in the path; the distance is along the ellipsoid.

use std::sync::OnceLock;

use geographiclib_rs::{DirectGeodesic, InverseGeodesic};

use super::Geodetic;

fn ellipsoid() -> &'static geographiclib_rs::Geodesic {
    static WGS84: OnceLock<geographiclib_rs::Geodesic> = OnceLock::new();
    WGS84.get_or_init(geographiclib_rs::Geodesic::wgs84)
}

/// Metres along the ellipsoid between the feet of two places.
pub fn distance_m(from: Geodetic, to: Geodetic) -> f64 {
    Geodesic::between(from, to).distance_m
}

/// The place `distance_m` metres from `from` along the geodesic that starts at `azimuth_rad` (clockwise from north), at
/// `from`'s height. A negative distance goes backwards.
pub fn destination(from: Geodetic, azimuth_rad: f64, distance_m: f64) -> Geodetic {
    let (lat_deg, lon_deg): (f64, f64) =
        ellipsoid().direct(from.lat_deg(), from.lon_deg(), azimuth_rad.to_degrees(), distance_m);
    Geodetic::from_degrees(lon_deg, lat_deg, from.height_m)
}

/// The shortest path between two places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geodesic {
    pub from: Geodetic,
    pub to: Geodetic,
    /// Metres along the ellipsoid; NaN if a place is not finite.
    pub distance_m: f64,
    /// The path's direction at its start, clockwise from north, `-π..=π`.
    pub azimuth_from_rad: f64,
    /// The path's direction at its end (it still points onward), `-π..=π`.
    pub azimuth_to_rad: f64,
}

impl Geodesic {
    pub fn between(from: Geodetic, to: Geodetic) -> Self {
        if !(from.is_finite() && to.is_finite()) {
            return Self { from, to, distance_m: f64::NAN, azimuth_from_rad: 0.0, azimuth_to_rad: 0.0 };
        }
        let (distance_m, azimuth_from, azimuth_to, _arc_deg): (f64, f64, f64, f64) =
            ellipsoid().inverse(from.lat_deg(), from.lon_deg(), to.lat_deg(), to.lon_deg());
        Self {
            from,
            to,
            distance_m,
            azimuth_from_rad: azimuth_from.to_radians(),
            azimuth_to_rad: azimuth_to.to_radians(),
        }
    }

    /// The place at a fraction of the way, `0..=1` (outside, the path goes on); the height goes linearly. The ends are
    /// returned as they were given.
    pub fn at(&self, fraction: f64) -> Geodetic {
        if fraction == 0.0 {
            return self.from;
        }
        if fraction == 1.0 {
            return self.to;
        }
        let height_m = self.from.height_m + (self.to.height_m - self.from.height_m) * fraction;
        destination(self.from, self.azimuth_from_rad, self.distance_m * fraction).at_height(height_m)
    }
}
