use glam::DVec3;

use super::truth;
use crate::geo::{Geodetic, sun};

fn degrees_apart(a: DVec3, b: DVec3) -> f64 {
    a.cross(b).length().atan2(a.dot(b)).to_degrees()
}

/// Time, and three directions or positions, of each row of the truth.
fn rows() -> Vec<(f64, DVec3, DVec3, f64, DVec3)> {
    let vec = |v: &[f64]| DVec3::new(v[0], v[1], v[2]);
    truth("sky.csv").iter().map(|r| (r[1], vec(&r[2..5]), vec(&r[5..8]), r[8], vec(&r[9..12]))).collect()
}

#[test]
fn the_sun_stands_where_astropy_says() {
    let mut worst: f64 = 0.0;
    for (utc, want, ..) in rows() {
        let error = degrees_apart(sun::sun_dir_ecef(utc), want);
        worst = worst.max(error);
        assert!(error < 0.02, "{utc}: {error}°");
    }
    println!("sun: {worst:.4}° at worst");
}

#[test]
fn the_moon_stands_where_astropy_says() {
    let mut worst: f64 = 0.0;
    for (utc, _, want, ..) in rows() {
        let got = sun::moon_pos_ecef(utc);
        let error = degrees_apart(got, want);
        worst = worst.max(error);
        assert!(error < 0.1, "{utc}: {error}°");
        assert!((got.length() - want.length()).abs() < 5e5, "{utc}: {} {}", got.length(), want.length());
    }
    println!("moon: {worst:.4}° at worst");
}

#[test]
fn the_moon_is_lit_as_astropy_says() {
    for (utc, _, _, lit, _) in rows() {
        let phase = sun::moon_phase(utc);
        assert!((phase.lit_fraction - lit).abs() < 0.002, "{utc}: {phase:?} {lit}");
    }
}

#[test]
fn the_moon_waxes_before_it_is_full() {
    // Full moon on 2025-01-13 at 22:27 UTC.
    let full = 1_736_807_220.0;
    assert!(sun::moon_phase(full - 86_400.0 * 3.0).waxing);
    assert!(!sun::moon_phase(full + 86_400.0 * 3.0).waxing);
    assert!(sun::moon_phase(full).lit_fraction > 0.995);
}

#[test]
fn stars_stand_where_astropy_says() {
    let (ra, dec) = (101.287155f64.to_radians(), (-16.716116f64).to_radians());
    let sirius = DVec3::new(dec.cos() * ra.cos(), dec.cos() * ra.sin(), dec.sin());
    let mut worst: f64 = 0.0;
    for (utc, .., want) in rows() {
        let error = degrees_apart(sun::ecef_from_eci(utc) * sirius, want);
        worst = worst.max(error);
        assert!(error < 0.01, "{utc}: {error}°");
    }
    println!("stars: {worst:.4}° at worst");
}

#[test]
fn at_noon_in_london_the_sun_is_in_the_south() {
    // 2024-06-21 12:02 UTC: the equation of time is about -2 minutes.
    let (azimuth, elevation) =
        sun::azimuth_elevation(Geodetic::from_degrees(0.0, 51.5, 0.0), sun::sun_dir_ecef(1_718_971_320.0));
    assert!((azimuth.to_degrees() - 180.0).abs() < 1.0, "{}", azimuth.to_degrees());
    assert!((elevation.to_degrees() - (90.0 - 51.5 + 23.44)).abs() < 0.05, "{}", elevation.to_degrees());
}
