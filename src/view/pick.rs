//! What lies under the cursor: tiles, the plain ground, entities; the chosen one and its outline.

use bevy::prelude::*;
use glam::DVec3;

use super::ground::GroundSettings;
use crate::geo::wgs84;

/// What a ray met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    pub pos_ecef: DVec3,
    pub distance_m: f64,
}

/// Casts rays into all that is drawn.
#[derive(bevy::ecs::system::SystemParam)]
pub struct Picker<'w> {
    ground: Res<'w, GroundSettings>,
}

impl Picker<'_> {
    /// The nearest thing along a ray, `dir` of unit length.
    pub fn cast(&self, origin_ecef: DVec3, dir: DVec3) -> Option<Hit> {
        self.cast_solid(origin_ecef, dir)
    }

    /// The nearest tile or ground.
    pub fn cast_solid(&self, origin_ecef: DVec3, dir: DVec3) -> Option<Hit> {
        let t = wgs84::ray_ellipsoid(origin_ecef, dir, self.ground.height_m)?;
        Some(Hit { pos_ecef: origin_ecef + dir * t, distance_m: t })
    }

    pub fn plain_ground_height_m(&self) -> f64 {
        self.ground.height_m
    }

    pub fn tiles_version(&self) -> u64 {
        0
    }
}

pub fn plugin(_app: &mut App) {}
