//! Where a body is and how it is turned, in ECEF, and the same as an operator says it: heading, pitch and roll.
//!
//! Body frame: x right, y forward, z up. Level and heading north, it is the east-north-up frame of its place.

use std::f64::consts::TAU;

use glam::{DAffine3, DMat3, DQuat, DVec3};

use super::{Geodetic, enu_basis, wgs84};

/// Turns from east-north-up to the body: first heading, then pitch, then roll (intrinsic). Radians.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct HeadingPitchRoll {
    /// Clockwise from north, seen from above: east is π/2. Functions that return one give `0..2π`.
    pub heading_rad: f64,
    /// Nose up positive, `-π/2..=π/2`.
    pub pitch_rad: f64,
    /// Right side down positive, `-π..=π`.
    pub roll_rad: f64,
}

impl HeadingPitchRoll {
    pub fn new(heading_rad: f64, pitch_rad: f64, roll_rad: f64) -> Self {
        Self { heading_rad, pitch_rad, roll_rad }
    }

    pub fn from_degrees(heading_deg: f64, pitch_deg: f64, roll_deg: f64) -> Self {
        Self::new(heading_deg.to_radians(), pitch_deg.to_radians(), roll_deg.to_radians())
    }

    /// `enu_from_body`.
    pub fn enu_from_body(self) -> DQuat {
        DQuat::from_rotation_z(-self.heading_rad)
            * DQuat::from_rotation_x(self.pitch_rad)
            * DQuat::from_rotation_y(self.roll_rad)
    }

    /// The inverse of [`Self::enu_from_body`]. Looking straight up or down, heading and roll are one turn: all of it
    /// is given as heading, and roll is 0.
    pub fn from_enu_from_body(enu_from_body: DQuat) -> Self {
        let m = DMat3::from_quat(enu_from_body.normalize());
        let (right, forward, up) = (m.x_axis, m.y_axis, m.z_axis);
        let level = forward.x.hypot(forward.y);
        let pitch_rad = forward.z.atan2(level);
        // Below this the heading of `forward` is noise; `right` still tells it.
        if level < 1e-9 {
            return Self::new((-right.y).atan2(right.x).rem_euclid(TAU), pitch_rad, 0.0);
        }
        Self::new(forward.x.atan2(forward.y).rem_euclid(TAU), pitch_rad, (-right.z).atan2(up.z))
    }
}

/// A rigid pose, f64 ECEF.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    pub pos_ecef: DVec3,
    /// Unit quaternion from the body frame (x right, y forward, z up) to ECEF.
    pub ecef_from_body: DQuat,
}

impl Pose {
    pub fn from_geodetic(geodetic: Geodetic, orientation: HeadingPitchRoll) -> Self {
        let ecef_from_enu = DQuat::from_mat3(&enu_basis(geodetic));
        Self {
            pos_ecef: wgs84::ecef_from_geodetic(geodetic),
            ecef_from_body: (ecef_from_enu * orientation.enu_from_body()).normalize(),
        }
    }

    pub fn to_geodetic(&self) -> (Geodetic, HeadingPitchRoll) {
        let geodetic = wgs84::geodetic_from_ecef(self.pos_ecef);
        let ecef_from_enu = DQuat::from_mat3(&enu_basis(geodetic));
        (geodetic, HeadingPitchRoll::from_enu_from_body(ecef_from_enu.inverse() * self.ecef_from_body))
    }

    /// An eye that looks at a target, its horizon level. Straight up or down the picture's top is north (looking down)
    /// or south (looking up); with eye and target in one place it looks level to the north.
    pub fn look_at(eye: Geodetic, target: Geodetic) -> Self {
        let eye_ecef = wgs84::ecef_from_geodetic(eye);
        let dir_enu = enu_basis(eye).transpose() * (wgs84::ecef_from_geodetic(target) - eye_ecef);
        Self::from_geodetic(eye, heading_pitch_of(dir_enu))
    }

    /// As [`Pose::look_at`], both places in ECEF.
    pub fn look_at_ecef(eye_ecef: DVec3, target_ecef: DVec3) -> Self {
        let eye = wgs84::geodetic_from_ecef(eye_ecef);
        let dir_enu = enu_basis(eye).transpose() * (target_ecef - eye_ecef);
        Self { pos_ecef: eye_ecef, ..Self::from_geodetic(eye, heading_pitch_of(dir_enu)) }
    }

    pub fn affine_ecef_from_body(&self) -> DAffine3 {
        DAffine3::from_rotation_translation(self.ecef_from_body, self.pos_ecef)
    }

    /// Unit vector, ECEF.
    pub fn right(&self) -> DVec3 {
        self.ecef_from_body * DVec3::X
    }

    /// Unit vector, ECEF.
    pub fn forward(&self) -> DVec3 {
        self.ecef_from_body * DVec3::Y
    }

    /// Unit vector, ECEF.
    pub fn up(&self) -> DVec3 {
        self.ecef_from_body * DVec3::Z
    }
}

/// Heading and pitch of a direction in east-north-up, roll 0.
fn heading_pitch_of(dir_enu: DVec3) -> HeadingPitchRoll {
    let level = dir_enu.x.hypot(dir_enu.y);
    // Within a nanoradian of the vertical a heading would be noise.
    let heading_rad = if level <= 1e-9 * dir_enu.z.abs() { 0.0 } else { dir_enu.x.atan2(dir_enu.y).rem_euclid(TAU) };
    HeadingPitchRoll::new(heading_rad, dir_enu.z.atan2(level), 0.0)
}
