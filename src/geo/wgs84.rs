//! The WGS84 ellipsoid: geodetic ⇄ ECEF, normals, radii of curvature, rays, the distance to the horizon.
//!
//! Constants: NGA.STND.0036 (WGS84 version 1.0.0, 2014), table 3.1. The inverse conversion is the closed form of
//! H. Vermeille, *An analytical method to transform geocentric into geodetic coordinates*, Journal of Geodesy 85 (2011),
//! in the arrangement of C. F. F. Karney, *Geodesics on an ellipsoid of revolution* (2011), appendix B, which stays exact
//! in the equatorial plane, on the axis, and inside the evolute near the centre (there the nearest of the up to four
//! normals is taken, the northern one where two are equally near).

use glam::{DMat3, DVec3};

use super::Geodetic;

/// Semi-major axis (equatorial radius), metres.
pub const A: f64 = 6_378_137.0;
/// Flattening.
pub const F: f64 = 1.0 / 298.257_223_563;
/// Semi-minor axis (polar radius), metres.
pub const B: f64 = A * (1.0 - F);
/// First eccentricity squared.
pub const E2: f64 = F * (2.0 - F);
/// Arithmetic mean radius `(2A + B) / 3` (IUGG R1), metres: for sizes, never for positions.
pub const MEAN_RADIUS: f64 = (2.0 * A + B) / 3.0;
/// The rate at which the Earth turns, rad/s.
pub const ANGULAR_VELOCITY: f64 = 7.292_115e-5;

/// `1 - E2`, that is `(B / A)²`.
const E2M: f64 = (1.0 - F) * (1.0 - F);

/// Geodetic to ECEF; exact at the poles up to the rounding of `cos`.
pub fn ecef_from_geodetic(geodetic: Geodetic) -> DVec3 {
    let (sin_lat, cos_lat) = geodetic.lat_rad.sin_cos();
    let (sin_lon, cos_lon) = geodetic.lon_rad.sin_cos();
    let n = prime_vertical_radius_m(geodetic.lat_rad);
    let r = (n + geodetic.height_m) * cos_lat;
    DVec3::new(r * cos_lon, r * sin_lon, (n * E2M + geodetic.height_m) * sin_lat)
}

/// ECEF to geodetic, within 1e-9 rad and 1e-7 m from the centre to 1e8 m (tested against pyproj and by round trip).
///
/// On the axis the longitude is 0. The centre itself is the north pole at height `-B`.
pub fn geodetic_from_ecef(pos_ecef: DVec3) -> Geodetic {
    let r = pos_ecef.x.hypot(pos_ecef.y);
    let lon_rad = if r == 0.0 { 0.0 } else { pos_ecef.y.atan2(pos_ecef.x) };
    let (sin_lat, cos_lat, height_m) = meridian_from_cylindrical(r, pos_ecef.z);
    Geodetic { lon_rad, lat_rad: sin_lat.atan2(cos_lat), height_m }
}

/// The problem in the meridian plane: `r >= 0` metres from the axis, `z` metres from the equator.
/// Gives sine and cosine of the latitude (a unit vector) and the height.
fn meridian_from_cylindrical(r: f64, z: f64) -> (f64, f64, f64) {
    const E4: f64 = E2 * E2;
    let p = (r / A).powi(2);
    let q = E2M * (z / A).powi(2);
    let s = (p + q - E4) / 6.0;
    if E4 * q == 0.0 && s <= 0.0 {
        return meridian_in_singular_disc(p, z);
    }
    let k = nearest_normal_root(p, q, s);
    // The foot of the normal lies at k/(k + e²) of the way from the axis.
    let foot_r = k * r / (k + E2);
    let (normal_z, normal_r) = (z / k, r / (k + E2));
    let normal_len = normal_z.hypot(normal_r);
    (normal_z / normal_len, normal_r / normal_len, (1.0 - E2M / k) * foot_r.hypot(z))
}

/// In the equatorial plane no farther from the axis than the evolute's cusp, the quartic's wanted root is zero and the
/// normal follows from the limit.
fn meridian_in_singular_disc(p: f64, z: f64) -> (f64, f64, f64) {
    let normal_z = ((E2 * E2 - p) / E2M).max(0.0).sqrt();
    let normal_r = p.sqrt();
    let normal_len = normal_z.hypot(normal_r);
    let sin_lat = normal_z / normal_len;
    (if z < 0.0 { -sin_lat } else { sin_lat }, normal_r / normal_len, -A * E2M * normal_len / E2)
}

/// The largest root of `k⁴ + 2e²k³ - (p + q - e⁴)k² - 2e²qk - e⁴q = 0`: the one of the nearest point of the ellipsoid.
fn nearest_normal_root(p: f64, q: f64, s: f64) -> f64 {
    const E4: f64 = E2 * E2;
    let t = E4 * p * q / 4.0;
    let s3 = s * s * s;
    let discriminant = t * (2.0 * s3 + t);
    // u: the largest real root of the resolvent cubic, each branch without cancellation.
    let u = if discriminant >= 0.0 {
        let sum = t + s3;
        let cube = sum + discriminant.sqrt().copysign(sum);
        let root = cube.cbrt();
        s + root + if root == 0.0 { 0.0 } else { s * s / root }
    } else {
        let angle = (-discriminant).sqrt().atan2(-(t + s3));
        s + 2.0 * s * (angle / 3.0).cos()
    };
    let v = (u * u + E4 * q).sqrt();
    let uv = if u < 0.0 { E4 * q / (v - u) } else { u + v };
    let w = (E2 * (uv - q) / (2.0 * v)).max(0.0);
    uv / ((uv + w * w).sqrt() + w)
}

/// The outward unit normal of the ellipsoid ("up"), ECEF. Depends on longitude and latitude only.
pub fn surface_normal(geodetic: Geodetic) -> DVec3 {
    let (sin_lat, cos_lat) = geodetic.lat_rad.sin_cos();
    let (sin_lon, cos_lon) = geodetic.lon_rad.sin_cos();
    DVec3::new(cos_lat * cos_lon, cos_lat * sin_lon, sin_lat)
}

/// Radius of curvature in the prime vertical (east-west), `N`, metres.
pub fn prime_vertical_radius_m(lat_rad: f64) -> f64 {
    let sin_lat = lat_rad.sin();
    A / (1.0 - E2 * sin_lat * sin_lat).sqrt()
}

/// Radius of curvature in the meridian (north-south), `M`, metres.
pub fn meridian_radius_m(lat_rad: f64) -> f64 {
    let sin_lat = lat_rad.sin();
    let w2 = 1.0 - E2 * sin_lat * sin_lat;
    A * E2M / (w2 * w2.sqrt())
}

/// Where the ray first meets the ellipsoid whose semi-axes are longer by `height_m`, as the parameter `t >= 0` of
/// `origin_ecef + t * dir` (`dir` of any length but zero); `None` if it misses.
///
/// From inside it is the way out. That ellipsoid differs from the true surface of constant height by less than
/// `height_m / 700_000`.
///
/// Stable near and far: the discriminant is made from the ray's closest approach rather than from `b² - 4ac`, and both
/// roots without subtracting like numbers (E. Haines et al., *Precision Improvements for Ray/Sphere Intersection*, Ray
/// Tracing Gems, 2019, chapter 7).
pub fn ray_ellipsoid(origin_ecef: DVec3, dir: DVec3, height_m: f64) -> Option<f64> {
    let radii = DVec3::new(A + height_m, A + height_m, B + height_m);
    if radii.min_element() <= 0.0 {
        return None;
    }
    let (o, d) = (origin_ecef / radii, dir / radii);
    let d2 = d.length_squared();
    if !(d2 > 0.0 && d2.is_finite() && o.is_finite()) {
        return None;
    }
    let b = -o.dot(d);
    let closest = o + d * (b / d2);
    let discriminant = 1.0 - closest.length_squared();
    if discriminant < 0.0 {
        return None;
    }
    let c = (o.length() - 1.0) * (o.length() + 1.0);
    let q = b + (d2 * discriminant).sqrt().copysign(b);
    let (t0, t1) = if q == 0.0 { (0.0, 0.0) } else { (c / q, q / d2) };
    let (near, far) = if t0 <= t1 { (t0, t1) } else { (t1, t0) };
    if near >= 0.0 {
        Some(near)
    } else if far >= 0.0 {
        Some(far)
    } else {
        None
    }
}

/// The straight distance from an eye to the horizon of the bare ellipsoid, metres; 0 for an eye at or below it.
///
/// Uses the Gaussian mean radius at the eye's latitude (within 0.4 % of any direction's); refraction, which adds about
/// 8 %, is left out.
pub fn horizon_distance_m(eye: Geodetic) -> f64 {
    let radius = (prime_vertical_radius_m(eye.lat_rad) * meridian_radius_m(eye.lat_rad)).sqrt();
    let h = eye.height_m.max(0.0);
    (h * (2.0 * radius + h)).sqrt()
}

/// The rotation from east-north-up at a point to ECEF: its columns are east, north and up.
pub(super) fn ecef_from_enu_rotation(geodetic: Geodetic) -> DMat3 {
    let (sin_lat, cos_lat) = geodetic.lat_rad.sin_cos();
    let (sin_lon, cos_lon) = geodetic.lon_rad.sin_cos();
    DMat3::from_cols(
        DVec3::new(-sin_lon, cos_lon, 0.0),
        DVec3::new(-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat),
        DVec3::new(cos_lat * cos_lon, cos_lat * sin_lon, sin_lat),
    )
}
