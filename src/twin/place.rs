//! From a pose as the feed says it to one that is kept: ECEF, or the body frame of a parent.

use std::sync::Arc;

use glam::{DQuat, DVec3};

use super::value::{PoseValue, Turn};
use crate::geo::{Geodetic, HeadingPitchRoll, Pose, SiteFrame, enu_basis};

/// How the scene reads the feed's positions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placing {
    /// The frame of `e`, `n`, `u`; without one such poses can't be placed (and are counted).
    pub site: Option<SiteFrame>,
    /// Added to every height of a lon/lat pose: the geoid's height above the ellipsoid where the feed's heights are
    /// above the sea; 0 where they are ellipsoidal.
    pub height_offset_m: f64,
    /// Ellipsoidal height of a lon/lat pose that tells none.
    pub height_when_missing_m: f64,
}

impl Default for Placing {
    fn default() -> Self {
        Self { site: None, height_offset_m: 0.0, height_when_missing_m: 0.0 }
    }
}

/// A pose in a frame that stays: ECEF, or the parent's body frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    /// None: ECEF.
    pub parent: Option<Arc<str>>,
    pub pos: DVec3,
    /// From the body frame to ECEF or to the parent's body frame.
    pub rot: DQuat,
    /// Height above the ellipsoid; 0 with a parent.
    pub height_m: f64,
    /// False where the source told no orientation: `rot` is then level and north.
    pub has_turn: bool,
}

impl Placing {
    /// None if the pose needs a site frame and there is none, or lies nowhere on Earth.
    pub(super) fn place(&self, pose: &PoseValue) -> Option<Placed> {
        match pose {
            PoseValue::Geo { lon_deg, lat_deg, height_m, turn } => {
                if !(-90.0..=90.0).contains(lat_deg) || !(-540.0..=540.0).contains(lon_deg) {
                    return None;
                }
                let height_m = height_m.map_or(self.height_when_missing_m, |h| h + self.height_offset_m);
                let geodetic = Geodetic::from_degrees(*lon_deg, *lat_deg, height_m);
                let pose = Pose::from_geodetic(geodetic, orientation(*turn));
                let (pos, rot) = (pose.pos_ecef, pose.ecef_from_body);
                Some(Placed { parent: None, pos, rot, height_m, has_turn: turn.is_some() })
            }
            PoseValue::Site { e_m, n_m, u_m, turn } => {
                let pos = self.site.as_ref()?.ecef_pos_from_site(DVec3::new(*e_m, *n_m, *u_m));
                // North and up are those of the place itself: 10 km from the origin they differ by 0.1 degrees.
                let geodetic = crate::geo::wgs84::geodetic_from_ecef(pos);
                let rot = DQuat::from_mat3(&enu_basis(geodetic)) * orientation(*turn).enu_from_body();
                Some(Placed {
                    parent: None,
                    pos,
                    rot: rot.normalize(),
                    height_m: geodetic.height_m,
                    has_turn: turn.is_some(),
                })
            }
            PoseValue::On { entity, x_m, y_m, z_m, turn } => Some(Placed {
                parent: Some(entity.clone()),
                pos: DVec3::new(*x_m, *y_m, *z_m),
                rot: orientation(*turn).enu_from_body(),
                height_m: 0.0,
                // Without an orientation of its own a rider stands as its carrier does.
                has_turn: true,
            }),
        }
        .filter(|placed| placed.pos.is_finite() && placed.rot.is_finite() && placed.height_m.is_finite())
    }
}

fn orientation(turn: Option<Turn>) -> HeadingPitchRoll {
    let turn = turn.unwrap_or_default();
    // Reduced first, so that a heading of 1e300 degrees gives a finite and precise angle.
    HeadingPitchRoll::from_degrees(turn.heading_deg % 360.0, turn.pitch_deg % 360.0, turn.roll_deg % 360.0)
}

/// The rotation of a level body that looks along a movement, or none if the movement has no level direction.
pub(super) fn level_along(pos_ecef: DVec3, move_ecef: DVec3) -> Option<DQuat> {
    let geodetic = crate::geo::wgs84::geodetic_from_ecef(pos_ecef);
    let basis = enu_basis(geodetic);
    let move_enu = basis.transpose() * move_ecef;
    if move_enu.x.hypot(move_enu.y) < 0.05 {
        return None;
    }
    let heading = HeadingPitchRoll::new(move_enu.x.atan2(move_enu.y), 0.0, 0.0);
    Some((DQuat::from_mat3(&basis) * heading.enu_from_body()).normalize())
}
