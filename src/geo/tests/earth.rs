use glam::DVec3;
use proptest::prelude::*;

use super::{angle_apart_deg, truth};
use crate::geo::{Geodesic, Geodetic, SiteFrame, enu_basis, geodesic, wgs84};

#[test]
fn ecef_is_what_proj_says() {
    for row in truth("ecef.csv") {
        let [lon, lat, h, x, y, z] = row[..] else { panic!("six columns") };
        let got = wgs84::ecef_from_geodetic(Geodetic::from_degrees(lon, lat, h));
        assert!(got.distance(DVec3::new(x, y, z)) < 2e-8 * (1.0 + h.abs() / 6.4e6), "{row:?}: {got:?}");
    }
}

#[test]
fn geodetic_is_what_proj_started_from() {
    for row in truth("ecef.csv") {
        let [lon, lat, h, x, y, z] = row[..] else { panic!("six columns") };
        let got = wgs84::geodetic_from_ecef(DVec3::new(x, y, z));
        assert!((got.lat_deg() - lat).abs() < 1e-11, "{row:?}: latitude {}", got.lat_deg());
        assert!((got.height_m - h).abs() < 2e-8 * (1.0 + h.abs() / 6.4e6), "{row:?}: height {}", got.height_m);
        // Near the axis a longitude says little; as a distance on the ground it must hold.
        let from_axis_m = x.hypot(y);
        assert!(angle_apart_deg(got.lon_deg(), lon).to_radians() * from_axis_m < 1e-6 || lat.abs() == 90.0, "{row:?}");
    }
}

#[test]
fn the_centre_and_the_axis_are_defined() {
    let centre = wgs84::geodetic_from_ecef(DVec3::ZERO);
    assert_eq!((centre.lon_rad, centre.lat_rad), (0.0, std::f64::consts::FRAC_PI_2));
    assert!((centre.height_m + wgs84::B).abs() < 1e-8);
    let under_south_pole = wgs84::geodetic_from_ecef(DVec3::new(0.0, 0.0, -1e6));
    assert_eq!((under_south_pole.lon_rad, under_south_pole.lat_rad), (0.0, -std::f64::consts::FRAC_PI_2));
    assert!((under_south_pole.height_m - (1e6 - wgs84::B)).abs() < 1e-8);
}

#[test]
fn site_frames_are_what_proj_calls_topocentric() {
    for row in truth("enu.csv") {
        let site = SiteFrame::from_geodetic(Geodetic::from_degrees(row[0], row[1], row[2]));
        let got = site.site_pos_from_geodetic(Geodetic::from_degrees(row[3], row[4], row[5]));
        assert!(got.distance(DVec3::new(row[6], row[7], row[8])) < 1e-8 * (1.0 + got.length()), "{row:?}: {got:?}");
    }
}

#[test]
fn geodesics_are_what_proj_says() {
    for row in truth("geodesic.csv") {
        let [lon1, lat1, lon2, lat2, distance, azimuth, lon_mid, lat_mid] = row[..] else { panic!("eight columns") };
        let from = Geodetic::from_degrees(lon1, lat1, 100.0);
        let to = Geodetic::from_degrees(lon2, lat2, 200.0);
        let path = Geodesic::between(from, to);
        assert!((path.distance_m - distance).abs() < 1e-6, "{row:?}: {}", path.distance_m);
        if distance > 0.0 {
            assert!(angle_apart_deg(path.azimuth_from_rad.to_degrees(), azimuth) < 1e-9, "{row:?}");
        }
        let mid = path.at(0.3);
        assert!(angle_apart_deg(mid.lon_deg(), lon_mid) < 1e-9 && (mid.lat_deg() - lat_mid).abs() < 1e-9, "{row:?}");
        assert!((mid.height_m - 130.0).abs() < 1e-9);
        assert_eq!((path.at(0.0), path.at(1.0)), (from, to));
    }
}

#[test]
fn a_geodesic_of_nothing_is_not_a_number_and_does_not_hang() {
    let nowhere = Geodetic::new(f64::NAN, 0.0, 0.0);
    assert!(geodesic::distance_m(nowhere, Geodetic::default()).is_nan());
    let _ = Geodesic::between(nowhere, Geodetic::default()).at(0.5);
}

#[test]
fn radii_of_curvature_are_those_of_the_standard() {
    // Equator and pole: b²/a, a, a²/b.
    assert!((wgs84::meridian_radius_m(0.0) - wgs84::B * wgs84::B / wgs84::A).abs() < 1e-6);
    assert_eq!(wgs84::prime_vertical_radius_m(0.0), wgs84::A);
    let polar_m = wgs84::A * wgs84::A / wgs84::B;
    assert!((wgs84::meridian_radius_m(std::f64::consts::FRAC_PI_2) - polar_m).abs() < 1e-6);
    assert!((wgs84::prime_vertical_radius_m(std::f64::consts::FRAC_PI_2) - polar_m).abs() < 1e-6);
}

proptest! {
    #[test]
    fn geodetic_survives_the_way_to_ecef_and_back(
        lon in -180.0..180.0f64, lat in -90.0..90.0f64, height in -6.0e6..1.0e8f64
    ) {
        let start = Geodetic::from_degrees(lon, lat, height);
        let back = wgs84::geodetic_from_ecef(wgs84::ecef_from_geodetic(start));
        prop_assert!((back.lat_rad - start.lat_rad).abs() < 1e-9, "{} {}", back.lat_deg(), lat);
        prop_assert!((back.height_m - height).abs() < 1e-7, "{} {}", back.height_m, height);
        if lat.abs() < 89.9 {
            prop_assert!((back.lon_rad - start.lon_rad).abs() < 1e-9);
        }
    }

    #[test]
    fn ecef_survives_the_way_to_geodetic_and_back_even_near_the_centre(
        x in -1.0..1.0f64, y in -1.0..1.0f64, z in -1.0..1.0f64, log_scale in -6.0..8.0f64
    ) {
        let start = DVec3::new(x, y, z) * 10.0f64.powf(log_scale);
        let back = wgs84::ecef_from_geodetic(wgs84::geodetic_from_ecef(start));
        prop_assert!(back.distance(start) < 1e-7, "{:?} {:?}", start, back);
    }

    #[test]
    fn the_equatorial_plane_and_the_axis_survive_too(r in 0.0..1.0e5f64, angle in 0.0..std::f64::consts::TAU) {
        for start in [DVec3::new(r * angle.cos(), r * angle.sin(), 0.0), DVec3::new(0.0, 0.0, r)] {
            let back = wgs84::ecef_from_geodetic(wgs84::geodetic_from_ecef(start));
            prop_assert!(back.distance(start) < 1e-7, "{:?} {:?}", start, back);
        }
    }

    #[test]
    fn site_positions_survive_the_way_to_ecef_and_back(
        lon in -180.0..180.0f64, lat in -90.0..90.0f64, x in -1e4..1e4f64, y in -1e4..1e4f64, z in -1e3..1e3f64
    ) {
        let site = SiteFrame::from_geodetic(Geodetic::from_degrees(lon, lat, 12.0));
        let start = DVec3::new(x, y, z);
        let back = site.site_pos_from_ecef(site.ecef_pos_from_site(start));
        prop_assert!(back.distance(start) < 1e-8);
    }

    #[test]
    fn the_enu_basis_is_a_rotation_with_up_along_the_normal(lon in -180.0..180.0f64, lat in -90.0..90.0f64) {
        let place = Geodetic::from_degrees(lon, lat, 0.0);
        let basis = enu_basis(place);
        prop_assert!((basis.determinant() - 1.0).abs() < 1e-12);
        prop_assert!(basis.z_axis.distance(wgs84::surface_normal(place)) < 1e-15);
        let higher = wgs84::ecef_from_geodetic(place.at_height(1000.0)) - wgs84::ecef_from_geodetic(place);
        prop_assert!((higher / 1000.0).distance(basis.z_axis) < 1e-11);
    }

    #[test]
    fn a_destination_is_as_far_as_was_asked(
        lon in -180.0..180.0f64, lat in -89.0..89.0f64, azimuth in 0.0..std::f64::consts::TAU, distance in 1.0..1.9e7f64
    ) {
        let from = Geodetic::from_degrees(lon, lat, 0.0);
        let to = geodesic::destination(from, azimuth, distance);
        prop_assert!((geodesic::distance_m(from, to) - distance).abs() < 1e-6);
    }
}
