//! What the Earth itself hides: is a point below the horizon of the ellipsoid?
//!
//! The idea is the scaled-space cone of D. Ring and K. Ring (*Horizon Culling*, Cesium blog, 2013): dividing by the
//! semi-axes makes the ellipsoid a unit sphere, where the hidden region is a cone beyond a plane, two dot products.
//! Terrain is not asked; `min_height_m` sinks the ellipsoid so that what lies in a valley or below the sea is not lost.

use glam::DVec3;

use super::wgs84;

/// The horizon of one eye; make it once a frame, ask it for every tile.
#[derive(Debug, Clone, Copy)]
pub struct HorizonCuller {
    inverse_radii: DVec3,
    eye_scaled: DVec3,
    /// Squared distance, in scaled space, from the eye to the horizon's circle; negative for an eye inside.
    limb_distance2: f64,
}

impl HorizonCuller {
    /// `min_height_m`: the lowest ground that may be seen (-500 on land, -11 000 with the sea floor). The ellipsoid is
    /// sunk to it, so less is hidden than the true one hides, never more. It is held above -1000 km.
    pub fn new(eye_ecef: DVec3, min_height_m: f64) -> Self {
        let height_m = min_height_m.clamp(-1.0e6, 1.0e7);
        let radii = DVec3::new(wgs84::A + height_m, wgs84::A + height_m, wgs84::B + height_m);
        let inverse_radii = radii.recip();
        let eye_scaled = eye_ecef * inverse_radii;
        Self { inverse_radii, eye_scaled, limb_distance2: eye_scaled.length_squared() - 1.0 }
    }

    /// Whether the ellipsoid stands between the eye and the point. An eye inside the ellipsoid sees everything.
    pub fn is_occluded(&self, point_ecef: DVec3) -> bool {
        if self.limb_distance2 <= 0.0 {
            return false;
        }
        let to_point = point_ecef * self.inverse_radii - self.eye_scaled;
        let toward_centre = -to_point.dot(self.eye_scaled);
        // Beyond the plane of the horizon's circle, and inside the cone that touches it.
        toward_centre > self.limb_distance2
            && toward_centre * toward_centre > self.limb_distance2 * to_point.length_squared()
    }

    /// Whether a whole sphere is hidden: conservative (says no for some hidden ones), never wrong when it says yes.
    ///
    /// Sound because the hidden region is convex along the eye's axis: the sphere is pulled `radius_m` towards the eye
    /// and widened by testing its silhouette against the cone's angle.
    pub fn is_sphere_occluded(&self, centre_ecef: DVec3, radius_m: f64) -> bool {
        if self.limb_distance2 <= 0.0 {
            return false;
        }
        // The sphere's radius in scaled space is at most this.
        let radius = radius_m * self.inverse_radii.max_element();
        let to_centre = centre_ecef * self.inverse_radii - self.eye_scaled;
        let distance2 = to_centre.length_squared();
        let eye_distance = (self.limb_distance2 + 1.0).sqrt();
        let along = -to_centre.dot(self.eye_scaled) / eye_distance;
        // The nearest point of the sphere must lie beyond the plane of the horizon's circle.
        if along - radius <= self.limb_distance2 / eye_distance {
            return false;
        }
        // Signed distance of the centre from the cone, positive inside: along·sinθ - across·cosθ.
        let (sin_cone, cos_cone) = (eye_distance.recip(), self.limb_distance2.sqrt() / eye_distance);
        let across = (distance2 - along * along).max(0.0).sqrt();
        along * sin_cone - across * cos_cone >= radius
    }
}
