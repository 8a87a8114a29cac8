//! From a plan in metres to the Earth.
//!
//! Plan frame: `e`, `n` metres east and north of the origin measured along the ellipsoid (an equirectangular plane
//! scaled by the radii of curvature at the origin), `u` metres above the sea. The sea lies at one ellipsoidal height.
//! Each vertex goes to geodetic coordinates and from there to ECEF, so the Earth's curvature is in the data: a
//! building 20 km away stands where it should. The plane's scale is wrong by 3e-4 at 4 km, which nobody sees.
//!
//! WGS84 by NIMA TR8350.2; own arithmetic instead of `crate::geo` because this must give equal bits on all machines
//! (see [`super::det`]); a test compares the two.

use super::det::sin_cos;
use glam::{DAffine3, DMat3, DVec3};

const A: f64 = 6_378_137.0;
const F: f64 = 1.0 / 298.257_223_563;
const E2: f64 = F * (2.0 - F);

/// where the plan lies.
#[derive(Debug, Clone, Copy)]
pub struct PlanFrame {
    pub lon_deg: f64,
    pub lat_deg: f64,
    /// Metres above the ellipsoid.
    pub sea_h_m: f64,
    radius_m_per_rad: (f64, f64),
}

impl PlanFrame {
    pub fn new(lon_deg: f64, lat_deg: f64, sea_h_m: f64) -> Self {
        let (sin_lat, cos_lat) = sin_cos(lat_deg.to_radians());
        let w2 = 1.0 - E2 * sin_lat * sin_lat;
        let normal = A / w2.sqrt();
        let meridian = A * (1.0 - E2) / (w2 * w2.sqrt());
        Self { lon_deg, lat_deg, sea_h_m, radius_m_per_rad: (normal * cos_lat, meridian) }
    }

    /// Longitude and latitude in degrees, ellipsoidal height in metres.
    pub fn geodetic_from_plan(&self, p: DVec3) -> DVec3 {
        DVec3::new(
            self.lon_deg + (p.x / self.radius_m_per_rad.0).to_degrees(),
            self.lat_deg + (p.y / self.radius_m_per_rad.1).to_degrees(),
            self.sea_h_m + p.z,
        )
    }

    pub fn ecef_from_plan(&self, p: DVec3) -> DVec3 {
        let geodetic = self.geodetic_from_plan(p);
        let (sin_lon, cos_lon) = sin_cos(geodetic.x.to_radians());
        let (sin_lat, cos_lat) = sin_cos(geodetic.y.to_radians());
        let normal = A / (1.0 - E2 * sin_lat * sin_lat).sqrt();
        let r = (normal + geodetic.z) * cos_lat;
        DVec3::new(r * cos_lon, r * sin_lon, (normal * (1.0 - E2) + geodetic.z) * sin_lat)
    }

    /// East-north-up metres at a town point.
    pub fn ecef_from_enu_at(&self, p: DVec3) -> DAffine3 {
        let geodetic = self.geodetic_from_plan(p);
        let (sin_lon, cos_lon) = sin_cos(geodetic.x.to_radians());
        let (sin_lat, cos_lat) = sin_cos(geodetic.y.to_radians());
        DAffine3 {
            matrix3: DMat3::from_cols(
                DVec3::new(-sin_lon, cos_lon, 0.0),
                DVec3::new(-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat),
                DVec3::new(cos_lat * cos_lon, cos_lat * sin_lon, sin_lat),
            ),
            translation: self.ecef_from_plan(p),
        }
    }
}
