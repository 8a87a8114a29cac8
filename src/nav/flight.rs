//! A flight from one pose to another on an arc.
//!
//! Source: J. van Wijk and W. Nuij, "Smooth and efficient zooming and panning", INFOVIS 2003: the path on which the
//! picture seems to move evenly. What is a zoom width there is the height above the ground here.

use glam::DQuat;

use super::Eye;
use crate::geo::{Geodesic, Geodetic, geodesic};

/// How much the path prefers height over distance (the paper's rho).
const RHO: f64 = 1.35;

/// A flight in progress.
#[derive(Debug, Clone, Copy)]
pub struct Flight {
    from: Eye,
    to: Eye,
    way: Geodesic,
    from_at: Geodetic,
    to_at: Geodetic,
    /// Height of the ground under both ends, metres above the ellipsoid.
    ground_m: f64,
    distance_m: f64,
    path: Path,
    pub duration_secs: f64,
}

/// The paper's path in (distance along, height) over its arc length.
#[derive(Debug, Clone, Copy)]
struct Path {
    w0: f64,
    w1: f64,
    distance: f64,
    length: f64,
    r0: f64,
    /// Hardly any distance: the height alone changes, by equal factors in equal steps.
    straight: bool,
}

impl Path {
    fn new(w0: f64, w1: f64, distance: f64) -> Self {
        let rho2 = RHO * RHO;
        if distance < 0.01 * w0.min(w1) {
            return Self { w0, w1, distance, length: (w1 / w0).ln().abs() / RHO, r0: 0.0, straight: true };
        }
        let (rise, reach) = (w1 * w1 - w0 * w0, rho2 * rho2 * distance * distance);
        let r0 = -((rise + reach) / (2.0 * w0 * rho2 * distance)).asinh();
        let r1 = -((rise - reach) / (2.0 * w1 * rho2 * distance)).asinh();
        Self { w0, w1, distance, length: (r1 - r0) / RHO, r0, straight: false }
    }

    /// Fraction of the distance, and height, at a fraction of the path.
    fn at(&self, fraction: f64) -> (f64, f64) {
        if self.straight {
            return (fraction, self.w0 * (self.w1 / self.w0).powf(fraction));
        }
        let s = fraction * self.length;
        let height = self.w0 * self.r0.cosh() / (RHO * s + self.r0).cosh();
        let along = self.w0 / (RHO * RHO) * (self.r0.cosh() * (RHO * s + self.r0).tanh() - self.r0.sinh());
        ((along / self.distance).clamp(0.0, 1.0), height)
    }
}

impl Flight {
    /// `ground_m`: height of the ground about both ends, metres above the ellipsoid.
    pub fn new(from: Eye, to: Eye, ground_m: f64) -> Self {
        let (from_at, to_at) = (from.geodetic(), to.geodetic());
        let (w0, w1) = ((from_at.height_m - ground_m).max(1.5), (to_at.height_m - ground_m).max(1.5));
        let way = Geodesic::between(from_at, to_at);
        let distance_m = geodesic::distance_m(from_at, to_at);
        let path = Path::new(w0, w1, distance_m);
        let turned = from.ecef_from_eye.angle_between(to.ecef_from_eye);
        let duration_secs = (path.length.abs() * 0.55 + turned * 0.4).clamp(0.4, 6.0);
        Self { from, to, way, from_at, to_at, ground_m, distance_m, path, duration_secs }
    }

    pub fn destination(&self) -> Eye {
        self.to
    }

    /// The pose after `secs`; from the duration on exactly the destination.
    pub fn at(&self, secs: f64) -> Eye {
        let linear = (secs / self.duration_secs).clamp(0.0, 1.0);
        if linear >= 1.0 {
            return self.to;
        }
        let eased = linear * linear * linear * (linear * (linear * 6.0 - 15.0) + 10.0);
        let (along, height) = self.path.at(eased);
        let mut place = self.way.at(along);
        // The path meets both heights over the mean ground; what the ends differ from it is blended in.
        let (end0, end1) = (self.path.at(0.0).1 + self.ground_m, self.path.at(1.0).1 + self.ground_m);
        let miss = (self.from_at.height_m - end0) * (1.0 - along) + (self.to_at.height_m - end1) * along;
        place.height_m = height + self.ground_m + miss;

        let (h0, p0, _) = self.from.angles();
        let (h1, p1, _) = self.to.angles();
        let turn = (h1 - h0 + std::f64::consts::PI).rem_euclid(std::f64::consts::TAU) - std::f64::consts::PI;
        // High over the ends one looks down, to see where one goes.
        let highest = self.from_at.height_m.max(self.to_at.height_m) - self.ground_m;
        let arc = ((height / highest.max(1.0)).ln().max(0.0) / 2.0).min(1.0);
        let pitch = p0 + (p1 - p0) * eased - arc * 0.5 * (p0 + (p1 - p0) * eased + 1.3).max(0.0);
        let fov_y_rad = self.from.fov_y_rad + (self.to.fov_y_rad - self.from.fov_y_rad) * eased;
        Eye { fov_y_rad, ..Eye::from_angles(place, h0 + turn * eased, pitch, 0.0) }
    }

    /// How far it goes along the Earth, metres.
    pub fn distance_m(&self) -> f64 {
        self.distance_m
    }

    /// Whether two poses are the same to a hand's breadth and a thousandth of a radian.
    pub fn is_same(a: &Eye, b: &Eye) -> bool {
        let turned: DQuat = a.ecef_from_eye.inverse() * b.ecef_from_eye;
        a.pos_ecef.distance(b.pos_ecef) < 0.1 && turned.w.abs() > 0.999_999_5
    }
}
