use super::*;
use proptest::prelude::*;

fn eye(lon: f64, lat: f64, height: f64, heading: f64, pitch: f64) -> Eye {
    Eye::from_angles(Geodetic::from_degrees(lon, lat, height), heading.to_radians(), pitch.to_radians(), 0.0)
}

#[test]
fn angles_come_back_from_a_pose() {
    for (heading, pitch) in [(0.0, 0.0), (90.0, -45.0), (181.0, -89.0), (359.0, 30.0)] {
        let (h, p, r) = eye(-9.0, 38.0, 500.0, heading, pitch).angles();
        assert!((0.0..std::f64::consts::TAU).contains(&h));
        let off = (h.to_degrees() - heading + 180.0).rem_euclid(360.0) - 180.0;
        assert!(off.abs() < 1e-5, "{heading} gave {}", h.to_degrees());
        // The arcsine near straight down gives half of the digits.
        assert!((p.to_degrees() - pitch).abs() < 1e-4, "{pitch} gave {}", p.to_degrees());
        assert!(r.abs() < 1e-6, "{r}");
    }
}

#[test]
fn looking_at_puts_the_target_in_the_middle() {
    let at = Geodetic::from_degrees(11.0, 48.0, 800.0);
    let target = Geodetic::from_degrees(11.01, 48.02, 500.0);
    let eye = Eye::looking_at(at, target);
    let towards = (wgs84::ecef_from_geodetic(target) - eye.pos_ecef).normalize();
    assert!(eye.forward().dot(towards) > 1.0 - 1e-12);
}

#[test]
fn panning_brings_the_grabbed_point_back_under_the_cursor() {
    let start = eye(-9.0, 38.0, 2_000.0, 20.0, -50.0);
    let grabbed_ray = start.ray(DVec2::new(0.2, -0.1), 1.6);
    let t = wgs84::ray_ellipsoid(start.pos_ecef, grabbed_ray, 0.0).unwrap();
    let grabbed = start.pos_ecef + grabbed_ray * t;
    let cursor = DVec2::new(-0.3, 0.25);
    let mut moved = start;
    for _ in 0..3 {
        moved = pan(moved, grabbed, moved.ray(cursor, 1.6));
    }
    let towards = (grabbed - moved.pos_ecef).normalize();
    let off_px = moved.ray(cursor, 1.6).angle_between(towards) / start.fov_y_rad * 720.0;
    assert!(off_px < 0.5, "{off_px} pixels off");
}

#[test]
fn orbiting_keeps_the_distance_and_stays_above_the_pivot() {
    let start = eye(-9.0, 38.0, 500.0, 20.0, -30.0);
    let t = wgs84::ray_ellipsoid(start.pos_ecef, start.forward(), 0.0).unwrap();
    let pivot = start.pos_ecef + start.forward() * t;
    let mut moved = start;
    for _ in 0..50 {
        moved = orbit(moved, pivot, 0.1, -0.2);
    }
    assert!((moved.pos_ecef.distance(pivot) - t).abs() < 1e-3 * t);
    assert!(moved.geodetic().height_m > 0.0);
    assert!(moved.forward().dot((pivot - moved.pos_ecef).normalize()) > 0.999_9);
}

#[test]
fn zooming_ends_before_the_target() {
    let start = eye(-9.0, 38.0, 500.0, 0.0, -90.0);
    let target = wgs84::ecef_from_geodetic(Geodetic::from_degrees(-9.0, 38.0, 0.0));
    let mut moved = start;
    for _ in 0..200 {
        moved = zoom(moved, target, 0.8);
    }
    let left = moved.pos_ecef.distance(target);
    assert!((0.3..0.6).contains(&left), "{left}");
}

#[test]
fn a_flight_starts_and_ends_where_it_should() {
    let (a, b) = (eye(-9.0, 38.0, 300.0, 10.0, -20.0), eye(-8.9, 38.1, 50.0, 200.0, -10.0));
    let flight = Flight::new(a, b, 0.0);
    assert!(flight.at(0.0).pos_ecef.distance(a.pos_ecef) < 0.5);
    assert_eq!(flight.at(flight.duration_secs), b);
    let middle = flight.at(0.5 * flight.duration_secs).geodetic().height_m;
    assert!(middle > 1_000.0, "the arc rises over a long way: {middle}");
}

#[test]
fn framing_holds_the_whole_ball() {
    let center = wgs84::ecef_from_geodetic(Geodetic::from_degrees(4.8, 45.7, 200.0));
    let eye = Eye::framing(center, 500.0, 1.5);
    let half = 0.5 * eye.fov_y_rad;
    let distance = eye.pos_ecef.distance(center);
    assert!((500.0 / distance).asin() <= half + 1e-9);
    assert!(eye.geodetic().height_m > 0.0);
}

proptest! {
    #[test]
    fn flights_never_leave_the_air_or_turn_to_nothing(
        lon in -179.0..179.0f64, lat in -85.0..85.0f64, h0 in 2.0..50_000.0f64, h1 in 2.0..50_000.0f64,
        dlon in -0.5..0.5f64, dlat in -0.5..0.5f64, heading in 0.0..360.0f64, pitch in -89.0..10.0f64, t in 0.0..1.0f64,
    ) {
        let a = eye(lon, lat, h0, 0.0, -30.0);
        let b = eye(lon + dlon, lat + dlat, h1, heading, pitch);
        let flight = Flight::new(a, b, 0.0);
        let p = flight.at(t * flight.duration_secs);
        prop_assert!(p.pos_ecef.is_finite() && p.ecef_from_eye.is_finite());
        let height = p.geodetic().height_m;
        prop_assert!(height > 0.5 && height < 1.0e6, "{}", height);
    }

    #[test]
    fn flying_keeps_the_height_over_the_ellipsoid(lon in -179.0..179.0f64, lat in -80.0..80.0f64, ahead in -5_000.0..5_000.0f64) {
        let start = eye(lon, lat, 120.0, 77.0, -10.0);
        let moved = fly(start, 0.0, ahead, 0.0);
        prop_assert!((moved.geodetic().height_m - 120.0).abs() < 1e-3);
    }
}
