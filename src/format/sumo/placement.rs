//! From a net's plane to a site frame on the round Earth.

use glam::{DAffine3, DMat3, DVec2, DVec3};

use super::net::SumoNet;
use crate::geo::projection::ProjectionError;
use crate::geo::{Geodetic, SiteFrame, enu_basis, wgs84};

/// Places a net's positions and angles in a site frame.
///
/// Nets without a projection are laid flat: net metres less `netOffset` are site metres.
#[derive(Debug, Clone, Copy)]
pub struct NetPlacement<'a> {
    net: &'a SumoNet,
    site: SiteFrame,
    base_height_m: f64,
}

impl<'a> NetPlacement<'a> {
    /// `base_height_m`: the ellipsoidal height of the net's z = 0 (for a net without a projection: its site z).
    pub fn new(net: &'a SumoNet, site: SiteFrame, base_height_m: f64) -> Self {
        Self { net, site, base_height_m }
    }

    pub fn site(&self) -> &SiteFrame {
        &self.site
    }

    /// Longitude, latitude and ellipsoidal height of a net position.
    pub fn geodetic(&self, pos_net: DVec3) -> Result<Geodetic, ProjectionError> {
        match self.net.geodetic_of(pos_net.x, pos_net.y) {
            Some(geodetic) => Ok(geodetic?.at_height(self.base_height_m + pos_net.z)),
            None => Ok(self.site.geodetic_from_site_pos(self.flat_site_pos(pos_net))),
        }
    }

    /// East, north, up of the site's origin, metres.
    pub fn site_pos(&self, pos_net: DVec3) -> Result<DVec3, ProjectionError> {
        match self.net.geodetic_of(pos_net.x, pos_net.y) {
            Some(geodetic) => Ok(self.site.site_pos_from_geodetic(geodetic?.at_height(self.base_height_m + pos_net.z))),
            None => Ok(self.flat_site_pos(pos_net)),
        }
    }

    /// The angle between true north and the net's y axis at a place, radians clockwise: add it to SUMO's angles to get
    /// headings. It varies by a few minutes of arc over a city.
    pub fn grid_convergence_rad(&self, pos_net: DVec2) -> Result<f64, ProjectionError> {
        if self.net.location.projection.is_none() {
            return Ok(0.0);
        }
        // Ten metres: long against rounding (1e-9 m), short against the curvature of grid lines.
        let here = self.geodetic(pos_net.extend(0.0))?;
        let ahead = wgs84::ecef_from_geodetic(self.geodetic((pos_net + DVec2::Y * 10.0).extend(0.0))?);
        let enu = enu_basis(here).transpose() * (ahead - wgs84::ecef_from_geodetic(here));
        Ok(enu.x.atan2(enu.y))
    }

    /// A level frame at a net position, to the site frame: x east, y north, z up **there**.
    pub(super) fn site_from_level(&self, pos_net: DVec3) -> Result<DAffine3, ProjectionError> {
        let pos_site = self.site_pos(pos_net)?;
        if self.net.location.projection.is_none() {
            return Ok(DAffine3::from_translation(pos_site));
        }
        let ecef_from_level: DMat3 = enu_basis(self.geodetic(pos_net)?);
        let site_from_level = self.site.site_from_ecef.matrix3 * ecef_from_level;
        Ok(DAffine3::from_mat3_translation(site_from_level, pos_site))
    }

    fn flat_site_pos(&self, pos_net: DVec3) -> DVec3 {
        (pos_net.truncate() - self.net.location.net_offset).extend(self.base_height_m + pos_net.z)
    }
}
