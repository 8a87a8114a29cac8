//! A view made ready for many tests: planes, error on screen, horizon, and where it will be in a moment.

use glam::{DQuat, DVec3};

use super::bounds::Bounds;
use super::types::View;
use crate::geo::{HorizonCuller, wgs84};

/// All planes still to be tested; see [`Camera::cull`].
pub(super) const ALL_PLANES: u8 = 0b1_1111;

/// The lowest ground that the horizon must not hide, metres over the ellipsoid.
const LOWEST_GROUND_M: f64 = -500.0;

/// Volumes nearer to the Earth's centre than this are not on the ground: a model without a place, say. The horizon
/// does not hide them.
const GROUND_FROM_CENTRE_M: f64 = 6_300_000.0;

#[derive(Debug, Clone, Copy)]
pub(super) struct Camera {
    pub pos: DVec3,
    pub dir: DVec3,
    /// Over the ellipsoid.
    pub height_m: f64,
    /// Pixels of one metre at one metre's distance.
    pub px_per_slope: f64,
    near_m: f64,
    /// Inward normals of left, right, bottom and top, which pass through `pos`.
    sides: [DVec3; 4],
    /// Angle from the middle of the picture to a corner.
    half_angle_rad: f64,
    horizon: HorizonCuller,
}

impl Camera {
    pub fn new(view: &View) -> Self {
        let dir = view.dir.try_normalize().unwrap_or(DVec3::X);
        let right = dir.cross(view.up).try_normalize().unwrap_or_else(|| dir.any_orthonormal_vector());
        let up = right.cross(dir);
        let tan_y = (view.fov_y_rad.clamp(1e-4, 3.1) * 0.5).tan();
        let [width, height] = view.viewport_px.map(|px| f64::from(px.max(1)));
        let tan_x = tan_y * width / height;
        let side = |across: DVec3, tan: f64| (dir * tan + across).normalize_or_zero();
        Self {
            pos: view.pos_ecef,
            dir,
            height_m: wgs84::geodetic_from_ecef(view.pos_ecef).height_m,
            px_per_slope: height / (2.0 * tan_y),
            near_m: view.near_m.max(0.0),
            sides: [side(right, tan_x), side(-right, tan_x), side(up, tan_y), side(-up, tan_y)],
            half_angle_rad: tan_x.hypot(tan_y).atan(),
            horizon: HorizonCuller::new(view.pos_ecef, LOWEST_GROUND_M),
        }
    }

    /// `None` if the volume is out of the picture, else the planes that cut it. `planes` are those that cut its
    /// parent: inside of the others it lies already.
    pub fn cull(&self, bounds: &Bounds, planes: u8) -> Option<u8> {
        let to_center = bounds.center - self.pos;
        let mut cut = 0;
        for (bit, normal) in self.sides.iter().enumerate() {
            let mask = 1 << bit;
            if planes & mask != 0 {
                match side_of(normal.dot(to_center), bounds, *normal) {
                    Side::Outside => return None,
                    Side::Cut => cut |= mask,
                    Side::Inside => {}
                }
            }
        }
        if planes & 0b1_0000 != 0 {
            match side_of(self.dir.dot(to_center) - self.near_m, bounds, self.dir) {
                Side::Outside => return None,
                Side::Cut => cut |= 0b1_0000,
                Side::Inside => {}
            }
        }
        Some(cut)
    }

    /// Whether a sphere that moves along a line may come into the picture.
    pub fn sees_capsule(&self, from: DVec3, to: DVec3, radius_m: f64) -> bool {
        let (from, to) = (from - self.pos, to - self.pos);
        let inside = |normal: DVec3| normal.dot(from).max(normal.dot(to)) > -radius_m;
        self.sides.iter().all(|normal| inside(*normal)) && inside(self.dir)
    }

    pub fn is_below_horizon(&self, bounds: &Bounds) -> bool {
        bounds.radius.is_finite()
            && bounds.center.length_squared() > GROUND_FROM_CENTRE_M * GROUND_FROM_CENTRE_M
            && self.horizon.is_sphere_occluded(bounds.center, bounds.radius)
    }

    pub fn sees(&self, bounds: &Bounds) -> bool {
        self.cull(bounds, ALL_PLANES).is_some() && !self.is_below_horizon(bounds)
    }

    pub fn distance_m(&self, bounds: &Bounds) -> f64 {
        bounds.distance_m(self.pos, self.height_m)
    }

    /// Pixels that an error of `error_m` metres spans at a distance.
    pub fn error_px(&self, error_m: f64, distance_m: f64) -> f64 {
        if error_m <= 0.0 { 0.0 } else { error_m * self.px_per_slope / distance_m.max(1e-9) }
    }

    /// 1 in the middle of the picture, falling to a quarter at its corners and further beyond.
    pub fn centrality(&self, bounds: &Bounds) -> f64 {
        let to_center = bounds.center - self.pos;
        let distance = to_center.length();
        if distance <= bounds.radius {
            return 1.0;
        }
        let off_axis = (self.dir.dot(to_center) / distance).clamp(-1.0, 1.0).acos();
        let radius = (bounds.radius / distance).asin();
        let off = (off_axis - radius).max(0.0) / self.half_angle_rad;
        1.0 / (1.0 + 3.0 * off * off)
    }
}

enum Side {
    Outside,
    Cut,
    Inside,
}

fn side_of(center_distance: f64, bounds: &Bounds, normal: DVec3) -> Side {
    if center_distance >= bounds.radius {
        return Side::Inside;
    }
    if center_distance <= -bounds.radius {
        return Side::Outside;
    }
    let reach = bounds.reach_m(normal);
    if center_distance < -reach {
        Side::Outside
    } else if center_distance < reach {
        Side::Cut
    } else {
        Side::Inside
    }
}

/// How fast the camera passes by, against how fast jobs are done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Metres a second.
    pub speed_m: f64,
    /// Until what is asked for now has come, seconds; the queue before it included.
    pub wait_secs: f64,
}

impl Pace {
    /// Whether the camera will have passed a volume, or come so near that finer tiles are needed, before what is in the
    /// volume can be loaded and looked at.
    pub fn passes(&self, distance_m: f64, bounds: &Bounds) -> bool {
        self.speed_m * self.wait_secs * 2.0 > distance_m + bounds.radius
    }
}

/// Follows the view's motion to tell where it will be when what is asked for now arrives.
#[derive(Debug, Clone, Default)]
pub(super) struct Motion {
    last: Option<View>,
    velocity: DVec3,
    /// Axis times radians a second.
    spin: DVec3,
}

/// Faster than this in one frame is a jump to another place, not motion, metres a second.
const JUMP_SPEED_M: f64 = 1.0e5;

impl Motion {
    /// Metres a second.
    pub fn speed_m(&self) -> f64 {
        self.velocity.length()
    }

    pub fn is_still(&self) -> bool {
        self.velocity == DVec3::ZERO && self.spin == DVec3::ZERO
    }

    pub fn update(&mut self, view: &View, dt_secs: f64) {
        let Some(last) = self.last.replace(*view) else { return };
        if dt_secs <= 0.0 {
            return;
        }
        let velocity = (view.pos_ecef - last.pos_ecef) / dt_secs;
        let turn = last.dir.cross(view.dir);
        let angle = turn.length().atan2(last.dir.dot(view.dir));
        let spin = turn.try_normalize().map_or(DVec3::ZERO, |axis| axis * (angle / dt_secs));
        if !velocity.is_finite() || velocity.length() > JUMP_SPEED_M {
            (self.velocity, self.spin) = (DVec3::ZERO, DVec3::ZERO);
            return;
        }
        // A stop is believed at once, so that nothing is withheld at rest; else two frames are averaged.
        let blend = |old: DVec3, new: DVec3| if new == DVec3::ZERO { new } else { (old + new) * 0.5 };
        self.velocity = blend(self.velocity, velocity);
        self.spin = blend(self.spin, if spin.is_finite() { spin } else { DVec3::ZERO });
    }

    /// The view after `secs` of going on like this; `None` where that is no different from now.
    pub fn predict(&self, view: &View, secs: f64, near_scale_m: f64) -> Option<View> {
        let shift = self.velocity * secs;
        // A turn is foreseen by at most 30 degrees: hands reverse.
        let turn = (self.spin * secs).clamp_length_max(0.5);
        if shift.length() < 0.02 * near_scale_m && turn.length() < 0.02 {
            return None;
        }
        let rotation = DQuat::from_scaled_axis(turn);
        Some(View { pos_ecef: view.pos_ecef + shift, dir: rotation * view.dir, up: rotation * view.up, ..*view })
    }
}
