//! Where a model stands: in map coordinates of a reference system, or as it is at a place that a job names.

use glam::{DAffine3, DMat3, DVec3};

use super::Crs;
use crate::format::content::UpAxis;
use crate::geo::{Geodetic, HeadingPitchRoll, SiteFrame, enu_basis, wgs84};

/// How a model's coordinates are meant.
pub enum Stand<'a> {
    /// Map coordinates of a reference system: x east, y north, z up in its own units and datum.
    Map(&'a dyn Crs),
    /// Metres (times `scale`) about a point on the Earth.
    Site(SitePlace),
}

/// Where and how a model of its own frame stands. Heading 0 puts the model's forward direction (y, of a z-up model; -z of
/// a y-up one) to the north.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SitePlace {
    pub origin: Geodetic,
    pub orientation: HeadingPitchRoll,
    /// Metres of one unit of the model.
    pub scale: f64,
    pub up_axis: UpAxis,
}

/// Why a model can't stand where it is told to.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StandError {
    #[error("the model's middle ({x}, {y}, {z}) is nowhere on the Earth in its reference system")]
    NotOnEarth { x: f64, y: f64, z: f64 },
    #[error("the model's place or scale is not usable: {0}")]
    Place(&'static str),
    #[error("the model has no vertices")]
    Empty,
}

/// From a model's coordinates to its site frame.
pub struct SiteFromModel<'a> {
    pub site: SiteFrame,
    how: How<'a>,
    /// For directions.
    rotation: DMat3,
}

enum How<'a> {
    Map(&'a dyn Crs),
    Affine(DAffine3),
}

impl<'a> SiteFromModel<'a> {
    /// `low` and `high` are corners of the box around the model, in its own coordinates.
    ///
    /// # Errors
    /// [`StandError`] if that is no place on the Earth.
    pub fn new(stand: &Stand<'a>, (low, high): (DVec3, DVec3)) -> Result<Self, StandError> {
        match stand {
            Stand::Map(crs) => {
                // The middle of the footprint, at its foot.
                let middle = ((low + high) / 2.0).with_z(low.z);
                let origin =
                    crs.geodetic(middle).ok_or(StandError::NotOnEarth { x: middle.x, y: middle.y, z: middle.z })?;
                let site = SiteFrame::from_geodetic(Geodetic::from_degrees(origin.x, origin.y, origin.z));
                let rotation = site_from_map_rotation(*crs, &site, middle);
                Ok(Self { site, how: How::Map(*crs), rotation })
            }
            Stand::Site(place) => {
                if !place.origin.is_finite() || place.origin.lat_rad.abs() > std::f64::consts::FRAC_PI_2 {
                    return Err(StandError::Place("it is no longitude, latitude and height"));
                }
                if !(place.scale.is_finite() && place.scale > 0.0) {
                    return Err(StandError::Place("the scale must be above 0"));
                }
                let rotation = DMat3::from_quat(place.orientation.enu_from_body()) * place.up_axis.z_up_from_model();
                let site = SiteFrame::from_geodetic(place.origin);
                Ok(Self { site, how: How::Affine(DAffine3::from_mat3(rotation * place.scale)), rotation })
            }
        }
    }

    /// `None` for what is not on Earth.
    pub fn position(&self, p: DVec3) -> Option<DVec3> {
        match &self.how {
            How::Map(crs) => {
                let place = crs.geodetic(p)?;
                Some(self.site.site_pos_from_geodetic(Geodetic::from_degrees(place.x, place.y, place.z)))
            }
            How::Affine(site_from_model) => Some(site_from_model.transform_point3(p)).filter(|p| p.is_finite()),
        }
    }

    /// A unit vector, or zero for none.
    pub fn direction(&self, d: DVec3) -> DVec3 {
        (self.rotation * d).normalize_or_zero()
    }
}

/// The turn of a map's axes against east and north at a place (grid convergence), as a rotation about the plumb line.
fn site_from_map_rotation(crs: &dyn Crs, site: &SiteFrame, at: DVec3) -> DMat3 {
    let here = crs.geodetic(at);
    // Ten units, or a hundred-thousandth of a degree: long against rounding, short against the curvature of grid lines.
    let step = if at.x.abs() <= 540.0 && at.y.abs() <= 90.0 { 1e-5 } else { 10.0 };
    let north = crs.geodetic(at + DVec3::Y * step);
    let (Some(here), Some(north)) = (here, north) else { return DMat3::IDENTITY };
    let ecef = |p: DVec3| wgs84::ecef_from_geodetic(Geodetic::from_degrees(p.x, p.y, p.z));
    let along = enu_basis(site.origin).transpose() * (ecef(north) - ecef(here));
    let length = along.x.hypot(along.y);
    if length < 1e-9 {
        return DMat3::IDENTITY;
    }
    let (x, y) = (along.x / length, along.y / length);
    DMat3::from_cols(DVec3::new(y, -x, 0.0), DVec3::new(x, y, 0.0), DVec3::Z)
}
