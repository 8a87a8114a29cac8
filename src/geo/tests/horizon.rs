use glam::DVec3;
use proptest::prelude::*;

use crate::geo::{Geodetic, HorizonCuller, enu_basis, wgs84};

#[test]
fn a_ray_straight_down_hits_at_the_height_of_the_eye() {
    for height in [1e-3, 1.0, 1000.0, 5e4, 3.6e7] {
        let eye = Geodetic::from_degrees(11.3, 44.5, height);
        let down = -wgs84::surface_normal(eye);
        let t = wgs84::ray_ellipsoid(wgs84::ecef_from_geodetic(eye), down, 0.0).expect("it hits");
        assert!((t - height).abs() < 1e-8 + height * 1e-15 * 50.0, "{height}: {t}");
    }
}

#[test]
fn rays_up_and_past_the_limb_miss() {
    let eye = Geodetic::from_degrees(0.0, 0.0, 100.0);
    let eye_ecef = wgs84::ecef_from_geodetic(eye);
    assert_eq!(wgs84::ray_ellipsoid(eye_ecef, wgs84::surface_normal(eye), 0.0), None);
    assert_eq!(wgs84::ray_ellipsoid(eye_ecef, enu_basis(eye).y_axis, 0.0), None);
    assert_eq!(wgs84::ray_ellipsoid(eye_ecef, DVec3::ZERO, 0.0), None);
    assert_eq!(wgs84::ray_ellipsoid(eye_ecef, DVec3::NAN, 0.0), None);
}

#[test]
fn from_inside_a_ray_finds_the_way_out() {
    let t = wgs84::ray_ellipsoid(DVec3::ZERO, DVec3::Z, 0.0).expect("it leaves");
    assert!((t - wgs84::B).abs() < 1e-8);
}

#[test]
fn the_horizon_of_a_person_is_five_kilometres_away() {
    let distance = wgs84::horizon_distance_m(Geodetic::from_degrees(5.0, 52.0, 2.0));
    assert!((distance - 5050.0).abs() < 5.0, "{distance}");
    assert_eq!(wgs84::horizon_distance_m(Geodetic::from_degrees(5.0, 52.0, -3.0)), 0.0);
}

#[test]
fn the_antipode_is_hidden_and_the_ground_below_is_not() {
    let eye = Geodetic::from_degrees(10.0, 50.0, 1000.0);
    let culler = HorizonCuller::new(wgs84::ecef_from_geodetic(eye), 0.0);
    let at = |lon: f64, lat: f64, h: f64| wgs84::ecef_from_geodetic(Geodetic::from_degrees(lon, lat, h));
    assert!(culler.is_occluded(at(-170.0, -50.0, 0.0)));
    assert!(culler.is_occluded(at(12.0, 50.0, 0.0)), "143 km away, the horizon is at 113 km");
    assert!(!culler.is_occluded(at(11.0, 50.0, 0.0)), "72 km away");
    assert!(!culler.is_occluded(at(12.0, 50.0, 500.0)), "a mountain over the horizon");
    assert!(!culler.is_occluded(at(-170.0, 60.0, 1e8)));
}

#[test]
fn an_eye_below_the_ellipsoid_hides_nothing() {
    let eye = wgs84::ecef_from_geodetic(Geodetic::from_degrees(0.0, 0.0, -300.0));
    let culler = HorizonCuller::new(eye, 0.0);
    assert!(!culler.is_occluded(-eye));
}

proptest! {
    #[test]
    fn a_hit_lies_on_the_ellipsoid_and_nothing_is_nearer(
        lon in -180.0..180.0f64, lat in -89.0..89.0f64, log_height in 0.0..7.5f64,
        heading in 0.0..std::f64::consts::TAU, dip in 0.0..1.57f64, surface in -400.0..400.0f64
    ) {
        let eye = Geodetic::from_degrees(lon, lat, 500.0 + 10.0f64.powf(log_height));
        let enu = DVec3::new(heading.sin() * dip.cos(), heading.cos() * dip.cos(), -dip.sin());
        let (origin, dir) = (wgs84::ecef_from_geodetic(eye), enu_basis(eye) * enu);
        if let Some(t) = wgs84::ray_ellipsoid(origin, dir, surface) {
            let hit = wgs84::geodetic_from_ecef(origin + t * dir);
            prop_assert!((hit.height_m - surface).abs() < 1e-2, "{} {}", hit.height_m, surface);
            let before = wgs84::geodetic_from_ecef(origin + 0.99 * t * dir);
            prop_assert!(before.height_m >= surface - 1e-2);
        }
    }

    /// The ray test knows the same truth by another way.
    #[test]
    fn occlusion_agrees_with_a_ray_to_the_point(
        lon in -180.0..180.0f64, lat in -89.0..89.0f64, log_height in 1.0..7.0f64,
        to_lon in -180.0..180.0f64, to_lat in -89.0..89.0f64, to_log_height in 1.0..6.0f64
    ) {
        let eye = wgs84::ecef_from_geodetic(Geodetic::from_degrees(lon, lat, 10.0f64.powf(log_height)));
        let point = wgs84::ecef_from_geodetic(Geodetic::from_degrees(to_lon, to_lat, 10.0f64.powf(to_log_height)));
        let blocked = wgs84::ray_ellipsoid(eye, point - eye, 0.0).is_some_and(|t| t < 1.0);
        prop_assert_eq!(HorizonCuller::new(eye, 0.0).is_occluded(point), blocked);
    }

    #[test]
    fn a_hidden_sphere_has_only_hidden_points(
        lon in -180.0..180.0f64, lat in -89.0..89.0f64, log_height in 1.0..7.0f64, to_lon in -180.0..180.0f64,
        to_lat in -89.0..89.0f64, log_radius in 1.0..6.0f64, dx in -1.0..1.0f64, dy in -1.0..1.0f64, dz in -1.0..1.0f64
    ) {
        let eye = wgs84::ecef_from_geodetic(Geodetic::from_degrees(lon, lat, 10.0f64.powf(log_height)));
        let centre = wgs84::ecef_from_geodetic(Geodetic::from_degrees(to_lon, to_lat, 0.0));
        let radius = 10.0f64.powf(log_radius);
        let culler = HorizonCuller::new(eye, -100.0);
        if culler.is_sphere_occluded(centre, radius) {
            let on_it = centre + DVec3::new(dx, dy, dz).normalize_or(DVec3::X) * radius;
            prop_assert!(culler.is_occluded(on_it));
        }
    }
}
