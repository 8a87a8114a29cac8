//! Where the sun and the moon stand, and how the star field is turned, in ECEF.
//!
//! J. Meeus, *Astronomical Algorithms* (2nd edition, 1998): the sun by chapter 25 (low accuracy), the moon by the
//! largest terms of chapter 47, sidereal time by chapter 12, nutation by chapter 22, precession by chapter 21.
//! From 1950 to 2100: sun within 0.02°, moon within 0.1°, stars within 0.01° (tested against astropy).
//!
//! Times are UTC seconds since 1970-01-01 without leap seconds (POSIX); UT1 is taken as UTC (under 0.9 s off, 0.004°),
//! terrestrial time as UTC + 69 s. Directions are geometric: no refraction, which lifts a sun on the horizon by 0.5°.

use glam::{DMat3, DVec3};

use super::{Geodetic, enu_basis};

/// Astronomical unit, metres (IAU 2012 B2).
pub const ASTRONOMICAL_UNIT_M: f64 = 149_597_870_700.0;
/// Angular radius of the sun's disc at one astronomical unit, radians.
pub const SUN_ANGULAR_RADIUS_RAD: f64 = 0.004_652_5;
/// Mean radius of the moon, metres.
pub const MOON_RADIUS_M: f64 = 1_737_400.0;

/// TT - UTC, seconds; the sun moves 0.0007° in a minute, so its slow growth does not matter here.
const TT_MINUS_UTC_SECS: f64 = 69.184;
const J2000_UNIX_SECS: f64 = 946_728_000.0;
const SECS_PER_DAY: f64 = 86_400.0;
const DAYS_PER_CENTURY: f64 = 36_525.0;

/// The unit vector from the Earth's centre to the sun, ECEF; from any place on Earth it differs by under 0.0025°.
pub fn sun_dir_ecef(utc_secs: f64) -> DVec3 {
    let epoch = Epoch::new(utc_secs);
    epoch.ecef_from_ecliptic(sun_ecliptic(epoch.centuries_tt, epoch.node_rad).0, 0.0)
}

/// The moon's centre, ECEF, metres. From the ground it stands up to 1° elsewhere than from the Earth's centre:
/// subtract the observer's position to get the direction.
pub fn moon_pos_ecef(utc_secs: f64) -> DVec3 {
    let epoch = Epoch::new(utc_secs);
    let (lon_rad, lat_rad, distance_m) = moon_ecliptic(epoch.centuries_tt);
    epoch.ecef_from_ecliptic(lon_rad + epoch.nutation_lon_rad, lat_rad) * distance_m
}

/// The lit part of the moon's disc, 0 (new) to 1 (full), and whether it is growing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MoonPhase {
    pub lit_fraction: f64,
    pub waxing: bool,
    /// Moon's ecliptic longitude less the sun's, `0..2π`: 0 new, π/2 first quarter, π full.
    pub elongation_rad: f64,
}

pub fn moon_phase(utc_secs: f64) -> MoonPhase {
    let epoch = Epoch::new(utc_secs);
    let (sun_lon_rad, sun_distance_m) = sun_ecliptic(epoch.centuries_tt, epoch.node_rad);
    let (moon_lon_rad, moon_lat_rad, moon_distance_m) = moon_ecliptic(epoch.centuries_tt);
    let elongation_rad = (moon_lon_rad - sun_lon_rad).rem_euclid(std::f64::consts::TAU);
    // Meeus (48.2), (48.3), (48.1): the angle sun - moon - Earth.
    let cos_psi = moon_lat_rad.cos() * elongation_rad.cos();
    let sin_psi = (1.0 - cos_psi * cos_psi).max(0.0).sqrt();
    let phase_angle = (sun_distance_m * sin_psi).atan2(moon_distance_m - sun_distance_m * cos_psi);
    MoonPhase {
        lit_fraction: (1.0 + phase_angle.cos()) / 2.0,
        waxing: elongation_rad < std::f64::consts::PI,
        elongation_rad,
    }
}

/// The rotation that takes directions of a star catalogue (equator and equinox of J2000) to ECEF.
pub fn ecef_from_eci(utc_secs: f64) -> DMat3 {
    let epoch = Epoch::new(utc_secs);
    let t = epoch.centuries_tt;
    // Meeus (21.3): precession from J2000 to the mean equator of date.
    let zeta = arcsec((2306.2181 + (0.30188 + 0.017998 * t) * t) * t);
    let z = arcsec((2306.2181 + (1.09468 + 0.018203 * t) * t) * t);
    let theta = arcsec((2004.3109 - (0.42665 + 0.041833 * t) * t) * t);
    let mean_from_j2000 = DMat3::from_rotation_z(z) * DMat3::from_rotation_y(-theta) * DMat3::from_rotation_z(zeta);
    let true_from_mean = DMat3::from_rotation_x(epoch.obliquity_rad)
        * DMat3::from_rotation_z(epoch.nutation_lon_rad)
        * DMat3::from_rotation_x(-epoch.mean_obliquity_rad);
    DMat3::from_rotation_z(-epoch.sidereal_rad) * true_from_mean * mean_from_j2000
}

/// Azimuth (clockwise from north, `0..2π`) and elevation above the horizon of a direction, as seen at a place; radians.
pub fn azimuth_elevation(place: Geodetic, dir_ecef: DVec3) -> (f64, f64) {
    let enu = enu_basis(place).transpose() * dir_ecef;
    (enu.x.atan2(enu.y).rem_euclid(std::f64::consts::TAU), enu.z.atan2(enu.x.hypot(enu.y)))
}

/// What every body's direction needs at one time.
struct Epoch {
    centuries_tt: f64,
    /// Longitude of the ascending node of the moon's mean orbit.
    node_rad: f64,
    nutation_lon_rad: f64,
    mean_obliquity_rad: f64,
    /// Of date, with nutation.
    obliquity_rad: f64,
    /// Greenwich apparent sidereal time.
    sidereal_rad: f64,
}

impl Epoch {
    fn new(utc_secs: f64) -> Self {
        let days_ut = (utc_secs - J2000_UNIX_SECS) / SECS_PER_DAY;
        let t_ut = days_ut / DAYS_PER_CENTURY;
        let t = (days_ut + TT_MINUS_UTC_SECS / SECS_PER_DAY) / DAYS_PER_CENTURY;
        let node_rad = degrees(125.04452 - 1934.136261 * t);
        let sun_mean_lon = degrees(280.4665 + 36000.7698 * t);
        let moon_mean_lon = degrees(218.3165 + 481267.8813 * t);
        let nutation_lon_rad = arcsec(
            -17.20 * node_rad.sin() - 1.32 * (2.0 * sun_mean_lon).sin() - 0.23 * (2.0 * moon_mean_lon).sin()
                + 0.21 * (2.0 * node_rad).sin(),
        );
        let nutation_obliquity_rad = arcsec(
            9.20 * node_rad.cos() + 0.57 * (2.0 * sun_mean_lon).cos() + 0.10 * (2.0 * moon_mean_lon).cos()
                - 0.09 * (2.0 * node_rad).cos(),
        );
        let mean_obliquity_rad = arcsec(84381.448 - (46.8150 + (0.00059 - 0.001813 * t) * t) * t);
        let obliquity_rad = mean_obliquity_rad + nutation_obliquity_rad;
        // Meeus (12.4).
        let mean_sidereal =
            degrees(280.46061837 + 360.98564736629 * days_ut + (0.000387933 - t_ut / 38_710_000.0) * t_ut * t_ut);
        let sidereal_rad = mean_sidereal + nutation_lon_rad * obliquity_rad.cos();
        Self { centuries_tt: t, node_rad, nutation_lon_rad, mean_obliquity_rad, obliquity_rad, sidereal_rad }
    }

    /// Unit vector in ECEF of ecliptic coordinates of date.
    fn ecef_from_ecliptic(&self, lon_rad: f64, lat_rad: f64) -> DVec3 {
        let (sin_lon, cos_lon) = lon_rad.sin_cos();
        let (sin_lat, cos_lat) = lat_rad.sin_cos();
        let ecliptic = DVec3::new(cos_lat * cos_lon, cos_lat * sin_lon, sin_lat);
        DMat3::from_rotation_z(-self.sidereal_rad) * DMat3::from_rotation_x(self.obliquity_rad) * ecliptic
    }
}

/// The sun's apparent ecliptic longitude of date (radians; its latitude is under 1.2″) and distance (metres).
fn sun_ecliptic(t: f64, node_rad: f64) -> (f64, f64) {
    let mean_lon_deg = 280.46646 + (36000.76983 + 0.0003032 * t) * t;
    let mean_anomaly = degrees(357.52911 + (35999.05029 - 0.0001537 * t) * t);
    let centre_deg = (1.914602 - (0.004817 + 0.000014 * t) * t) * mean_anomaly.sin()
        + (0.019993 - 0.000101 * t) * (2.0 * mean_anomaly).sin()
        + 0.000289 * (3.0 * mean_anomaly).sin();
    // Aberration and nutation.
    let apparent_lon = degrees(mean_lon_deg + centre_deg - 0.00569 - 0.00478 * node_rad.sin());
    let eccentricity = 0.016708634 - (0.000042037 + 0.0000001267 * t) * t;
    let true_anomaly = mean_anomaly + centre_deg.to_radians();
    let distance_au = 1.000001018 * (1.0 - eccentricity * eccentricity) / (1.0 + eccentricity * true_anomaly.cos());
    (apparent_lon, distance_au * ASTRONOMICAL_UNIT_M)
}

/// A term of the moon's series: multiples of D, M, M', F; then the amplitudes.
type LonTerm = ([i8; 4], f64, f64);
type LatTerm = ([i8; 4], f64);

/// Meeus table 47.A, the largest terms: longitude (sine, 1e-6°) and distance (cosine, metres).
const MOON_LON: [LonTerm; 21] = [
    ([0, 0, 1, 0], 6_288_774.0, -20_905_355.0),
    ([2, 0, -1, 0], 1_274_027.0, -3_699_111.0),
    ([2, 0, 0, 0], 658_314.0, -2_955_968.0),
    ([0, 0, 2, 0], 213_618.0, -569_925.0),
    ([0, 1, 0, 0], -185_116.0, 48_888.0),
    ([0, 0, 0, 2], -114_332.0, -3_149.0),
    ([2, 0, -2, 0], 58_793.0, 246_158.0),
    ([2, -1, -1, 0], 57_066.0, -152_138.0),
    ([2, 0, 1, 0], 53_322.0, -170_733.0),
    ([2, -1, 0, 0], 45_758.0, -204_586.0),
    ([0, 1, -1, 0], -40_923.0, -129_620.0),
    ([1, 0, 0, 0], -34_720.0, 108_743.0),
    ([0, 1, 1, 0], -30_383.0, 104_755.0),
    ([2, 0, 0, -2], 15_327.0, 10_321.0),
    ([0, 0, 1, 2], -12_528.0, 0.0),
    ([0, 0, 1, -2], 10_980.0, 79_661.0),
    ([4, 0, -1, 0], 10_675.0, -34_782.0),
    ([0, 0, 3, 0], 10_034.0, -23_210.0),
    ([4, 0, -2, 0], 8_548.0, -21_636.0),
    ([2, 1, -1, 0], -7_888.0, 24_208.0),
    ([2, 1, 0, 0], -6_766.0, 30_824.0),
];

/// Meeus table 47.B, the largest terms: latitude (sine, 1e-6°).
const MOON_LAT: [LatTerm; 13] = [
    ([0, 0, 0, 1], 5_128_122.0),
    ([0, 0, 1, 1], 280_602.0),
    ([0, 0, 1, -1], 277_693.0),
    ([2, 0, 0, -1], 173_237.0),
    ([2, 0, -1, 1], 55_413.0),
    ([2, 0, -1, -1], 46_271.0),
    ([2, 0, 0, 1], 32_573.0),
    ([0, 0, 2, 1], 17_198.0),
    ([2, 0, 1, -1], 9_266.0),
    ([0, 0, 2, -1], 8_822.0),
    ([2, -1, 0, -1], 8_216.0),
    ([2, 0, -2, -1], 4_324.0),
    ([2, 0, 1, 1], 4_200.0),
];

/// The moon's ecliptic longitude and latitude of the mean equinox of date (radians) and distance (metres).
fn moon_ecliptic(t: f64) -> (f64, f64, f64) {
    let mean_lon_deg = 218.3164477 + (481267.88123421 - 0.0015786 * t) * t;
    let arguments = [
        degrees(297.8501921 + (445267.1114034 - 0.0018819 * t) * t),
        degrees(357.5291092 + (35999.0502909 - 0.0001536 * t) * t),
        degrees(134.9633964 + (477198.8675055 + 0.0087414 * t) * t),
        degrees(93.2720950 + (483202.0175233 - 0.0036539 * t) * t),
    ];
    // Terms with the sun's anomaly shrink with the eccentricity of the Earth's orbit.
    let e = 1.0 - (0.002516 + 0.0000074 * t) * t;
    let angle_of =
        |multiples: &[i8; 4]| -> f64 { multiples.iter().zip(arguments).map(|(&m, a)| f64::from(m) * a).sum() };
    let shrink = |multiples: &[i8; 4]| e.powi(i32::from(multiples[1].abs()));
    let (mut lon, mut distance_m, mut lat) = (0.0, 385_000_560.0, 0.0);
    for (multiples, sine, cosine) in &MOON_LON {
        lon += sine * shrink(multiples) * angle_of(multiples).sin();
        distance_m += cosine * shrink(multiples) * angle_of(multiples).cos();
    }
    for (multiples, sine) in &MOON_LAT {
        lat += sine * shrink(multiples) * angle_of(multiples).sin();
    }
    (degrees(mean_lon_deg + lon * 1e-6), degrees(lat * 1e-6), distance_m)
}

/// Radians of an angle in degrees, reduced to one turn first so that no digits are lost.
fn degrees(deg: f64) -> f64 {
    (deg % 360.0).to_radians()
}

fn arcsec(seconds: f64) -> f64 {
    (seconds / 3600.0).to_radians()
}
