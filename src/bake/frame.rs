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

    /// The other way of [`Self::geodetic_from_plan`].
    pub fn plan_from_geodetic(&self, p: DVec3) -> DVec3 {
        DVec3::new(
            (p.x - self.lon_deg).to_radians() * self.radius_m_per_rad.0,
            (p.y - self.lat_deg).to_radians() * self.radius_m_per_rad.1,
            p.z - self.sea_h_m,
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

/// From plan metres to a frame near them, fast: sine and cosine of nearby angles come by their series about the middle.
///
/// Exact to a micrometre within 100 km of the frame's origin.
#[derive(Debug, Clone, Copy)]
pub struct LocalFrame {
    frame: PlanFrame,
    local_from_ecef: DAffine3,
    /// Plan coordinates about which the series are taken, and sine and cosine of longitude and latitude there.
    centre: (f64, f64),
    lon: (f64, f64),
    lat: (f64, f64),
}

impl LocalFrame {
    pub fn new(frame: &PlanFrame, ecef_from_local: &DAffine3) -> Self {
        // The place of the frame on the plan, to within metres: the series are taken about it, so it needs not be exact.
        let up = ecef_from_local.matrix3.z_axis;
        let lon = super::det::atan2(up.y, up.x).to_degrees();
        let lat = super::det::atan2(up.z, (up.x * up.x + up.y * up.y).sqrt()).to_degrees();
        let turn = ((lon - frame.lon_deg + 540.0) / 360.0).floor();
        let e = (lon - frame.lon_deg - (turn - 1.0) * 360.0).to_radians() * frame.radius_m_per_rad.0;
        let n = (lat - frame.lat_deg).to_radians() * frame.radius_m_per_rad.1;
        let at = frame.geodetic_from_plan(DVec3::new(e, n, 0.0));
        Self {
            frame: *frame,
            local_from_ecef: ecef_from_local.inverse(),
            centre: (e, n),
            lon: sin_cos(at.x.to_radians()),
            lat: sin_cos(at.y.to_radians()),
        }
    }

    pub fn local_from_plan(&self, p: DVec3) -> DVec3 {
        let (sin_lon, cos_lon) = nearby(self.lon, (p.x - self.centre.0) / self.frame.radius_m_per_rad.0);
        let (sin_lat, cos_lat) = nearby(self.lat, (p.y - self.centre.1) / self.frame.radius_m_per_rad.1);
        let normal = A / (1.0 - E2 * sin_lat * sin_lat).sqrt();
        let h = self.frame.sea_h_m + p.z;
        let r = (normal + h) * cos_lat;
        let ecef = DVec3::new(r * cos_lon, r * sin_lon, (normal * (1.0 - E2) + h) * sin_lat);
        self.local_from_ecef.transform_point3(ecef)
    }
}

/// Sine and cosine of an angle plus a small one, radians (|d| below 0.02).
fn nearby((s, c): (f64, f64), d: f64) -> (f64, f64) {
    let d2 = d * d;
    let sin_d = d * (1.0 - d2 / 6.0 * (1.0 - d2 / 20.0 * (1.0 - d2 / 42.0)));
    let cos_d = 1.0 - d2 / 2.0 * (1.0 - d2 / 12.0 * (1.0 - d2 / 30.0));
    (s * cos_d + c * sin_d, c * cos_d - s * sin_d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_way_to_a_local_frame_is_the_exact_way() {
        let frame = PlanFrame::new(-9.15, 38.42, 53.0);
        for middle in [DVec3::ZERO, DVec3::new(7000.0, -7900.0, 0.0), DVec3::new(-40_000.0, 35_000.0, 10.0)] {
            let ecef_from_local = frame.ecef_from_enu_at(middle);
            let map = LocalFrame::new(&frame, &ecef_from_local);
            for d in [DVec3::ZERO, DVec3::new(130.0, -90.0, 60.0), DVec3::new(-60_000.0, 50_000.0, 900.0)] {
                let exact = ecef_from_local.inverse().transform_point3(frame.ecef_from_plan(middle + d));
                let fast = map.local_from_plan(middle + d);
                assert!((exact - fast).length() < 1e-6, "{middle} {d}: {exact} {fast}");
            }
        }
    }
}
