//! What a hand does to the eye.

use glam::{DQuat, DVec3};

use super::Eye;
use crate::geo::{self, wgs84};

/// The farthest from the Earth's middle that the eye goes, metres.
const FARTHEST_M: f64 = 6.0e7;
/// Nearer than this to what the zoom aims at the eye does not go, metres.
const NEAREST_M: f64 = 0.4;

/// Moves the eye so that the point that was grabbed lies on the ray through the cursor again.
///
/// The Earth turns under the eye, as a ball under a hand. A ray that misses the ball of the grabbed height, or meets it
/// more than ten times as far as the grabbed point lies, moves nothing: at the horizon a pixel is kilometres.
pub fn pan(eye: Eye, grabbed_ecef: DVec3, ray: DVec3) -> Eye {
    let radius = grabbed_ecef.length();
    let b = eye.pos_ecef.dot(ray);
    let c = eye.pos_ecef.length_squared() - radius * radius;
    let discriminant = b * b - c;
    if discriminant < 0.0 {
        return eye;
    }
    let t = -b - discriminant.sqrt();
    let reach = 10.0 * eye.pos_ecef.distance(grabbed_ecef) + 10.0;
    if !(0.0..reach).contains(&t) {
        return eye;
    }
    let under_cursor = eye.pos_ecef + ray * t;
    let turn = DQuat::from_rotation_arc(under_cursor.normalize(), grabbed_ecef.normalize());
    relevel(Eye { pos_ecef: turn * eye.pos_ecef, ecef_from_eye: turn * eye.ecef_from_eye, ..eye })
}

/// Turns the eye around a point: `yaw` about the vertical there, `rise` up over it, radians. The eye stays between
/// just above the point's horizon and straight above it.
pub fn orbit(eye: Eye, pivot_ecef: DVec3, yaw: f64, rise: f64) -> Eye {
    let up = wgs84::surface_normal(wgs84::geodetic_from_ecef(pivot_ecef));
    let offset = eye.pos_ecef - pivot_ecef;
    let distance = offset.length();
    if distance < 1e-3 {
        return eye;
    }
    let elevation = (offset.dot(up) / distance).clamp(-1.0, 1.0).asin();
    let wanted = (elevation + rise).clamp(0.5f64.to_radians().min(elevation), 89.8f64.to_radians().max(elevation));
    let about_up = DQuat::from_axis_angle(up, yaw);
    let right = (about_up * eye.right()).reject_from(up).normalize_or(eye.right());
    // A positive turn about the right axis lowers an eye that looks at the pivot.
    let about_right = DQuat::from_axis_angle(right, -(wanted - elevation));
    let turn = about_right * about_up;
    relevel(Eye { pos_ecef: pivot_ecef + turn * offset, ecef_from_eye: turn * eye.ecef_from_eye, ..eye })
}

/// Moves the eye towards a point; `factor` is what remains of the distance (below 1 nears, above 1 leaves).
pub fn zoom(eye: Eye, target_ecef: DVec3, factor: f64) -> Eye {
    let offset = eye.pos_ecef - target_ecef;
    let distance = offset.length();
    let wanted = (distance * factor).max(NEAREST_M.min(distance));
    let pos_ecef = target_ecef + offset * (wanted / distance.max(1e-9));
    if pos_ecef.length() > FARTHEST_M {
        return eye;
    }
    relevel(Eye { pos_ecef, ..eye })
}

/// Turns the head where it stands: heading and pitch in radians.
pub fn turn(eye: Eye, heading: f64, pitch: f64) -> Eye {
    let (h, p, _) = eye.angles();
    let limit = 89.9f64.to_radians();
    let turned = Eye::from_angles(eye.geodetic(), h + heading, (p + pitch).clamp(-limit, limit), 0.0);
    Eye { pos_ecef: eye.pos_ecef, fov_y_rad: eye.fov_y_rad, ..turned }
}

/// Flies along the Earth: metres to the right, ahead (level) and up; heading and pitch stay.
pub fn fly(eye: Eye, right_m: f64, ahead_m: f64, up_m: f64) -> Eye {
    let at = eye.geodetic();
    let (heading, pitch, _) = eye.angles();
    let level = geo::enu_basis(at);
    let ahead = level.y_axis * heading.cos() + level.x_axis * heading.sin();
    let right = level.x_axis * heading.cos() - level.y_axis * heading.sin();
    let mut to = wgs84::geodetic_from_ecef(eye.pos_ecef + ahead * ahead_m + right * right_m);
    to.height_m = at.height_m + up_m;
    let moved = Eye::from_angles(to, heading, pitch, 0.0);
    if moved.pos_ecef.length() > FARTHEST_M {
        return eye;
    }
    Eye { fov_y_rad: eye.fov_y_rad, ..moved }
}

/// Takes the roll out.
pub fn relevel(eye: Eye) -> Eye {
    let (heading, pitch, _) = eye.angles();
    let level = Eye::from_angles(eye.geodetic(), heading, pitch, 0.0);
    Eye { pos_ecef: eye.pos_ecef, fov_y_rad: eye.fov_y_rad, ..level }
}

/// Lifts the eye to at least this height above the ellipsoid, metres.
pub fn keep_above(eye: Eye, least_height_m: f64) -> Eye {
    let mut at = eye.geodetic();
    if at.height_m >= least_height_m {
        return eye;
    }
    at.height_m = least_height_m;
    eye.with_position(wgs84::ecef_from_geodetic(at))
}
