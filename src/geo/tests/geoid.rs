use proptest::prelude::*;

use super::truth_text;
use crate::geo::geoid::GeoidError;
use crate::geo::{Geodetic, Geoid};

#[test]
fn undulations_are_those_of_the_full_model() {
    let geoid = Geoid::egm96();
    let (mut worst_m, mut sum2, mut count): (f64, f64, f64) = (0.0, 0.0, 0.0);
    for row in truth_text("geoid.csv") {
        let number = |i: usize| row[i].parse::<f64>().expect("a number");
        let got = geoid.undulation_m(number(0).to_radians(), number(1).to_radians());
        let error_m = (got - number(2)).abs();
        assert!(error_m < 0.1, "{row:?}: {got}");
        (worst_m, sum2, count) = (worst_m.max(error_m), sum2 + error_m * error_m, count + 1.0);
    }
    let rms_m = (sum2 / count).sqrt();
    println!("geoid against the full model: {rms_m:.4} m RMS, {worst_m:.3} m at worst, {count} places");
    assert!(rms_m < 0.01, "{rms_m}");
}

#[test]
fn heights_go_both_ways() {
    let geoid = Geoid::egm96();
    let sea = Geodetic::from_degrees(11.3426, 44.4949, 54.0);
    let ellipsoidal = geoid.ellipsoidal_from_orthometric(sea);
    assert!((ellipsoidal.height_m - 94.4).abs() < 0.1, "{ellipsoidal}");
    assert!((geoid.orthometric_height_m(ellipsoidal) - 54.0).abs() < 1e-12);
}

#[test]
fn the_pole_has_one_undulation_whatever_the_longitude() {
    let geoid = Geoid::egm96();
    let at = |lon: f64| geoid.undulation_m(lon, std::f64::consts::FRAC_PI_2);
    assert!((at(0.0) - at(2.5)).abs() < 1e-9);
    assert!((at(0.0) - 13.606).abs() < 0.01);
}

#[test]
fn broken_grids_are_refused() {
    let good = include_bytes!("../../../assets/geoid/egm96-15.mgd");
    assert_eq!(Geoid::from_bytes(b"").unwrap_err(), GeoidError::Signature(0));
    assert_eq!(Geoid::from_bytes(b"MGD1\x03\x00").unwrap_err(), GeoidError::Signature(6));
    assert_eq!(Geoid::from_bytes(b"MGD1\xff\xff\x04\x00").unwrap_err(), GeoidError::Size { rows: 65535, cols: 4 });
    assert_eq!(Geoid::from_bytes(b"MGD1\x03\x00\x05\x00").unwrap_err(), GeoidError::Size { rows: 3, cols: 5 });
    assert!(matches!(Geoid::from_bytes(&good[..1000]), Err(GeoidError::Compression(_) | GeoidError::Length { .. })));
    let mut larger = good.to_vec();
    larger[4] = 0;
    assert!(matches!(Geoid::from_bytes(&larger), Err(GeoidError::Length { .. })));
}

proptest! {
    #[test]
    fn undulations_are_continuous_everywhere(lon in -10.0..10.0f64, lat in -1.6..1.6f64) {
        let geoid = Geoid::egm96();
        let here = geoid.undulation_m(lon, lat);
        prop_assert!((-108.0..86.0).contains(&here));
        prop_assert!((geoid.undulation_m(lon + 1e-9, lat) - here).abs() < 1e-4);
        prop_assert!((geoid.undulation_m(lon, lat + 1e-9) - here).abs() < 1e-4);
    }
}
