//! A position by longitude, latitude and ellipsoidal height on WGS84.

use std::fmt;

/// Longitude, latitude (radians) and height above the WGS84 ellipsoid (metres).
///
/// Any finite values are allowed; functions that return one give longitudes in `-π..=π` and latitudes in `-π/2..=π/2`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Geodetic {
    /// East positive.
    pub lon_rad: f64,
    /// North positive.
    pub lat_rad: f64,
    /// Above the ellipsoid, not above the sea.
    pub height_m: f64,
}

impl Geodetic {
    pub fn new(lon_rad: f64, lat_rad: f64, height_m: f64) -> Self {
        Self { lon_rad, lat_rad, height_m }
    }

    /// Longitude first, as GeoJSON and 3D Tiles have it.
    pub fn from_degrees(lon_deg: f64, lat_deg: f64, height_m: f64) -> Self {
        Self { lon_rad: lon_deg.to_radians(), lat_rad: lat_deg.to_radians(), height_m }
    }

    pub fn lon_deg(&self) -> f64 {
        self.lon_rad.to_degrees()
    }

    pub fn lat_deg(&self) -> f64 {
        self.lat_rad.to_degrees()
    }

    /// The same longitude and latitude at another height.
    pub fn at_height(self, height_m: f64) -> Self {
        Self { height_m, ..self }
    }

    pub fn is_finite(&self) -> bool {
        self.lon_rad.is_finite() && self.lat_rad.is_finite() && self.height_m.is_finite()
    }
}

/// `11.342600°E 44.494900°N 54.2 m`: six decimals are a tenth of a metre.
impl fmt::Display for Geodetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lon, lat) = (self.lon_deg(), self.lat_deg());
        let ew = if lon < 0.0 { 'W' } else { 'E' };
        let ns = if lat < 0.0 { 'S' } else { 'N' };
        write!(f, "{:.6}°{ew} {:.6}°{ns} {:.1} m", lon.abs(), lat.abs(), self.height_m)
    }
}
