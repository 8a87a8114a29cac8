//! Site frames: east-north-up metres at an origin on the ellipsoid, the frame in which scenes are written.
//!
//! A site frame is a rigid frame tangent at its origin: 10 km away its xy plane is 7.8 m above the ellipsoid. So
//! `z_site` is a height only near the origin; convert through [`Geodetic`] where heights matter.

use glam::{DAffine3, DMat3, DVec3};

use super::{Geodetic, wgs84};

/// The rotation `ecef_from_enu` at a point: its columns are the unit vectors east, north and up in ECEF.
///
/// At the poles east is what the given longitude says it is.
pub fn enu_basis(geodetic: Geodetic) -> DMat3 {
    wgs84::ecef_from_enu_rotation(geodetic)
}

/// East-north-up metres at an origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SiteFrame {
    pub origin: Geodetic,
    /// Rigid: a rotation and a translation.
    pub ecef_from_site: DAffine3,
    /// Its inverse.
    pub site_from_ecef: DAffine3,
}

impl SiteFrame {
    pub fn from_geodetic(origin: Geodetic) -> Self {
        let ecef_from_enu = enu_basis(origin);
        let origin_ecef = wgs84::ecef_from_geodetic(origin);
        // The inverse of a rigid motion by its transpose: exact, where a general inverse loses digits.
        let enu_from_ecef = ecef_from_enu.transpose();
        Self {
            origin,
            ecef_from_site: DAffine3::from_mat3_translation(ecef_from_enu, origin_ecef),
            site_from_ecef: DAffine3::from_mat3_translation(enu_from_ecef, -(enu_from_ecef * origin_ecef)),
        }
    }

    /// Metres east, north and up of the origin, from ECEF. Subtracts before it rotates, so that near points keep all
    /// their digits (`site_from_ecef` as a matrix rounds at 1e-9 m).
    pub fn site_pos_from_ecef(&self, pos_ecef: DVec3) -> DVec3 {
        self.site_from_ecef.matrix3 * (pos_ecef - self.ecef_from_site.translation)
    }

    pub fn ecef_pos_from_site(&self, pos_site_m: DVec3) -> DVec3 {
        self.ecef_from_site.transform_point3(pos_site_m)
    }

    pub fn site_pos_from_geodetic(&self, geodetic: Geodetic) -> DVec3 {
        self.site_pos_from_ecef(wgs84::ecef_from_geodetic(geodetic))
    }

    pub fn geodetic_from_site_pos(&self, pos_site_m: DVec3) -> Geodetic {
        wgs84::geodetic_from_ecef(self.ecef_pos_from_site(pos_site_m))
    }
}
