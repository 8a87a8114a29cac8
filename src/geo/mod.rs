//! Where things are on the Earth: WGS84, earth-centred frames, site frames, poses, geodesics, geoid, map projections,
//! and where the sun and the moon stand.
//!
//! # Frames and units
//! - *geodetic*: longitude and latitude in radians on the WGS84 ellipsoid, height in metres **above the ellipsoid**
//!   (never above the sea: [`geoid`] turns one into the other).
//! - *ECEF*: earth-centred, earth-fixed metres, x to lon 0 lat 0, z to the north pole (EPSG:4978).
//! - *ENU*: east, north, up at a point; a [`SiteFrame`] is an ENU with its origin.
//! - *body*: x right, y forward, z up (a camera, a vehicle).
//!
//! This module imports nothing of the crate. It knows no terrain and no datum but WGS84; other datums come in only by
//! [`projection`], with the accuracy of their seven-parameter shift.

pub mod geodesic;
pub mod geodetic;
pub mod geoid;
pub mod horizon;
pub mod pose;
pub mod projection;
pub mod site;
pub mod sun;
pub mod wgs84;

#[cfg(test)]
mod tests;

pub use geodesic::Geodesic;
pub use geodetic::Geodetic;
pub use geoid::Geoid;
pub use horizon::HorizonCuller;
pub use pose::{HeadingPitchRoll, Pose};
pub use projection::Projection;
pub use site::{SiteFrame, enu_basis};
