//! The eye on the Earth and how it moves: pan, orbit, zoom, flight; framing of what is to be seen.
//!
//! Pure mathematics on f64 poses; input devices and the engine's camera are the view's. Frames: ECEF metres; eye axes are
//! right, up, backwards (as a camera of the engine has them); angles in radians, heading clockwise from north, pitch
//! upwards.

mod flight;
mod motion;

pub use flight::Flight;
pub use motion::{fly, keep_above, orbit, pan, relevel, turn, zoom};

use glam::{DMat3, DQuat, DVec2, DVec3};

use crate::geo::{self, Geodetic, wgs84};

/// Where an eye stands and looks, and how wide.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Eye {
    pub pos_ecef: DVec3,
    /// Columns: right, up, backwards.
    pub ecef_from_eye: DQuat,
    pub fov_y_rad: f64,
}

impl Eye {
    pub const DEFAULT_FOV_Y_RAD: f64 = 0.872_664_6;

    /// Heading clockwise from north, pitch upwards, roll clockwise; radians.
    pub fn from_angles(at: Geodetic, heading_rad: f64, pitch_rad: f64, roll_rad: f64) -> Self {
        let level = geo::enu_basis(at);
        let (east, north, up) = (level.x_axis, level.y_axis, level.z_axis);
        let ahead = north * heading_rad.cos() + east * heading_rad.sin();
        let right = east * heading_rad.cos() - north * heading_rad.sin();
        let forward = ahead * pitch_rad.cos() + up * pitch_rad.sin();
        let above = up * pitch_rad.cos() - ahead * pitch_rad.sin();
        let (s, c) = roll_rad.sin_cos();
        let rolled_right = right * c - above * s;
        let rolled_up = above * c + right * s;
        let axes = DMat3::from_cols(rolled_right, rolled_up, -forward);
        Self {
            pos_ecef: wgs84::ecef_from_geodetic(at),
            ecef_from_eye: DQuat::from_mat3(&axes).normalize(),
            fov_y_rad: Self::DEFAULT_FOV_Y_RAD,
        }
    }

    /// From one place to another, head up.
    pub fn looking_at(at: Geodetic, target: Geodetic) -> Self {
        let (heading, pitch) = angles_towards(at, wgs84::ecef_from_geodetic(target));
        Self::from_angles(at, heading, pitch, 0.0)
    }

    pub fn geodetic(&self) -> Geodetic {
        wgs84::geodetic_from_ecef(self.pos_ecef)
    }

    pub fn forward(&self) -> DVec3 {
        self.ecef_from_eye * DVec3::NEG_Z
    }

    pub fn up(&self) -> DVec3 {
        self.ecef_from_eye * DVec3::Y
    }

    pub fn right(&self) -> DVec3 {
        self.ecef_from_eye * DVec3::X
    }

    /// Heading, pitch and roll at where the eye is, radians; heading 0..2π.
    pub fn angles(&self) -> (f64, f64, f64) {
        let level = geo::enu_basis(self.geodetic());
        let forward = level.transpose() * self.forward();
        let up = level.transpose() * self.up();
        let pitch = forward.z.clamp(-1.0, 1.0).asin();
        // Looking straight down, the top of the picture tells the heading.
        let ahead = if forward.z.abs() > 0.999_999 { up * -forward.z.signum() } else { forward };
        let turned = ahead.x.atan2(ahead.y).rem_euclid(std::f64::consts::TAU);
        // A hair west of north rounds to the full turn.
        let heading = if turned < std::f64::consts::TAU { turned } else { 0.0 };
        let right = level.transpose() * self.right();
        let roll = (-right.z).atan2(up.z);
        (heading, pitch, if pitch.abs() > 1.57 { 0.0 } else { roll })
    }

    /// The ray through a point of the picture, `(-1,-1)` bottom left to `(1,1)` top right.
    pub fn ray(&self, ndc: DVec2, aspect: f64) -> DVec3 {
        let half = (0.5 * self.fov_y_rad).tan();
        (self.ecef_from_eye * DVec3::new(ndc.x * half * aspect, ndc.y * half, -1.0)).normalize()
    }

    pub fn with_position(self, pos_ecef: DVec3) -> Self {
        Self { pos_ecef, ..self }
    }
}

/// Heading and pitch from a place towards a point.
pub fn angles_towards(at: Geodetic, target_ecef: DVec3) -> (f64, f64) {
    let d = geo::enu_basis(at).transpose() * (target_ecef - wgs84::ecef_from_geodetic(at));
    (d.x.atan2(d.y), d.z.atan2(d.x.hypot(d.y)))
}

impl Eye {
    /// The pose from which a ball of the Earth is seen whole: from the south-west, 35 degrees above the horizon.
    pub fn framing(center_ecef: DVec3, radius_m: f64, aspect: f64) -> Self {
        let center = wgs84::geodetic_from_ecef(center_ecef);
        let half = (0.5 * Self::DEFAULT_FOV_Y_RAD).tan();
        let narrow = (half * aspect.min(1.0)).atan();
        let distance_m = (radius_m / narrow.sin()).max(1.0);
        let level = geo::enu_basis(center);
        let (elevation, azimuth) = (35f64.to_radians(), 215f64.to_radians());
        let away = level.x_axis * (azimuth.sin() * elevation.cos())
            + level.y_axis * (azimuth.cos() * elevation.cos())
            + level.z_axis * elevation.sin();
        let at = wgs84::geodetic_from_ecef(center_ecef + away * distance_m);
        Self::looking_at(at, center)
    }
}

#[cfg(test)]
mod tests;
