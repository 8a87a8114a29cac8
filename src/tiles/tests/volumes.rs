//! Volumes: what encloses what, and how far it is.

use glam::{DAffine3, DMat3, DQuat, DVec3};
use proptest::prelude::*;

use crate::format::tileset::{BoundingVolume, Subdivision};
use crate::geo::{Geodetic, wgs84};
use crate::tiles::bounds::{Bounds, max_scale, subdivide};
use crate::tiles::camera::{ALL_PLANES, Camera};
use crate::tiles::region;
use crate::tiles::types::View;

fn vector(range: f64) -> impl Strategy<Value = DVec3> {
    (-range..range, -range..range, -range..range).prop_map(|(x, y, z)| DVec3::new(x, y, z))
}

fn matrix() -> impl Strategy<Value = DMat3> {
    (vector(10.0), vector(10.0), vector(10.0)).prop_map(|(x, y, z)| DMat3::from_cols(x, y, z))
}

fn view(pos_ecef: DVec3, dir: DVec3) -> View {
    let up = dir.any_orthonormal_vector();
    View { pos_ecef, dir, up, viewport_px: [1280, 720], fov_y_rad: 1.0, near_m: 0.1 }
}

proptest! {
    #[test]
    fn a_box_encloses_every_corner_of_skewed_half_axes(m in matrix(), center in vector(100.0)) {
        let bounds = Bounds::from_half_axes(center, m);
        for corner in 0..8 {
            let sign = |bit: i32| if corner & bit == 0 { -1.0 } else { 1.0 };
            let point = center + m * DVec3::new(sign(1), sign(2), sign(4));
            prop_assert!(bounds.distance_m(point, 0.0) < 1e-9, "{}", bounds.distance_m(point, 0.0));
        }
    }

    #[test]
    fn the_largest_stretch_is_reached_and_never_exceeded(m in matrix(), v in vector(1.0)) {
        let scale = max_scale(&m);
        let unit = v.normalize_or(DVec3::X);
        prop_assert!((m * unit).length() <= scale * (1.0 + 1e-9));
        let mut best = unit;
        for _ in 0..2000 {
            best = (m.transpose() * (m * best)).normalize_or(best);
        }
        prop_assert!((m * best).length() >= scale * 0.999);
    }

    #[test]
    fn a_region_s_box_encloses_the_region(
        west in -3.2..3.2_f64, width in 0.0..6.28_f64, south in -1.57..1.57_f64, depth in 0.0..1.0_f64,
        low in -500.0..2000.0_f64, tall in 0.0..9000.0_f64, u in 0.0..=1.0_f64, v in 0.0..=1.0_f64, w in 0.0..=1.0_f64,
    ) {
        let north = south + (std::f64::consts::FRAC_PI_2 - south) * depth;
        let volume = BoundingVolume::Region {
            west_rad: west, south_rad: south, east_rad: west + width, north_rad: north,
            min_height_m: low, max_height_m: low + tall,
        };
        let bounds = Bounds::from_volume(&volume, &DAffine3::IDENTITY, None);
        let place = Geodetic::new(west + width * u, south + (north - south) * v, low + tall * w);
        let point = wgs84::ecef_from_geodetic(place);
        prop_assert!(bounds.distance_m(point, place.height_m) < 1e-5, "{}", bounds.distance_m(point, place.height_m));
        prop_assert!(bounds.center.distance(point) <= bounds.radius + 1e-5);
    }

    #[test]
    fn a_region_s_distance_is_never_more_than_the_true_one(
        south in -1.5..1.4_f64, size in 0.0001..0.1_f64, above in 0.0..1e6_f64,
        lon in -3.1..3.1_f64, lat in -1.55..1.55_f64, u in 0.0..=1.0_f64, v in 0.0..=1.0_f64,
    ) {
        let volume = BoundingVolume::Region {
            west_rad: 0.3, south_rad: south, east_rad: 0.3 + size, north_rad: south + size,
            min_height_m: 0.0, max_height_m: 100.0,
        };
        let bounds = Bounds::from_volume(&volume, &DAffine3::IDENTITY, None);
        let eye = Geodetic::new(lon, lat, above);
        let inside = wgs84::ecef_from_geodetic(Geodetic::new(0.3 + size * u, south + size * v, 100.0));
        let eye_ecef = wgs84::ecef_from_geodetic(eye);
        prop_assert!(bounds.distance_m(eye_ecef, above) <= eye_ecef.distance(inside) + 1e-5);
    }

    #[test]
    fn what_a_camera_culls_has_no_corner_in_the_picture(
        m in matrix(), center in vector(60.0), dir in vector(1.0), pos in vector(30.0),
    ) {
        let camera = Camera::new(&view(pos, dir.normalize_or(DVec3::Z)));
        let bounds = Bounds::from_half_axes(center, m);
        if camera.cull(&bounds, ALL_PLANES).is_none() {
            for corner in 0..8 {
                let sign = |bit: i32| if corner & bit == 0 { -1.0 } else { 1.0 };
                let point = Bounds::sphere(center + m * DVec3::new(sign(1), sign(2), sign(4)), 0.0);
                prop_assert!(camera.cull(&point, ALL_PLANES).is_none());
            }
        }
    }

    #[test]
    fn the_ground_under_a_high_camera_is_never_below_the_horizon(
        lon in -3.1..3.1_f64, lat in -1.5..1.5_f64, height in 1.0..1e6_f64, off in 0.0..0.9_f64, azimuth in 0.0..6.28_f64,
    ) {
        let eye = Geodetic::new(lon, lat, height);
        let camera = Camera::new(&view(wgs84::ecef_from_geodetic(eye), DVec3::X));
        // Nine tenths of the way to where the ellipsoid's surface ends to be visible.
        let place = crate::geo::geodesic::destination(eye.at_height(0.0), azimuth, off * wgs84::horizon_distance_m(eye));
        let ground = Bounds::sphere(wgs84::ecef_from_geodetic(place.at_height(0.0)), 1.0);
        prop_assert!(!camera.is_below_horizon(&ground));
    }

    #[test]
    fn a_ray_from_outside_enters_where_it_first_is_within(m in matrix(), center in vector(20.0), dir in vector(1.0)) {
        let bounds = Bounds::from_half_axes(center, m);
        let (origin, dir) = (DVec3::ZERO, dir.normalize_or(DVec3::X));
        if let Some(at) = bounds.ray_hit(origin, dir) {
            prop_assert!(bounds.distance_m(origin + dir * at, 0.0) < 1e-6);
            prop_assert!(at == 0.0 || bounds.distance_m(origin + dir * (at * 0.999), 0.0) > 0.0);
        }
    }
}

#[test]
fn the_other_side_of_the_earth_is_below_the_horizon() {
    let camera = Camera::new(&view(wgs84::ecef_from_geodetic(Geodetic::from_degrees(10.0, 40.0, 1000.0)), DVec3::X));
    let far = wgs84::ecef_from_geodetic(Geodetic::from_degrees(-170.0, -40.0, 0.0));
    assert!(camera.is_below_horizon(&Bounds::sphere(far, 50_000.0)));
}

#[test]
fn a_model_without_a_place_on_earth_is_not_hidden_by_the_horizon() {
    let camera = Camera::new(&view(DVec3::new(7e6, 0.0, 0.0), DVec3::NEG_X));
    assert!(!camera.is_below_horizon(&Bounds::sphere(DVec3::new(-10.0, 0.0, 0.0), 5.0)));
}

#[test]
fn straight_above_a_region_the_distance_is_the_height_above_its_top() {
    let volume = BoundingVolume::Region {
        west_rad: 0.0,
        south_rad: 0.5,
        east_rad: 0.8,
        north_rad: 1.2,
        min_height_m: 0.0,
        max_height_m: 300.0,
    };
    let bounds = Bounds::from_volume(&volume, &DAffine3::IDENTITY, None);
    let eye = Geodetic::new(0.1, 0.6, 5300.0);
    let distance = bounds.distance_m(wgs84::ecef_from_geodetic(eye), eye.height_m);
    assert!((distance - 5000.0).abs() < 1e-6, "{distance}");
}

#[test]
fn a_region_over_the_antimeridian_is_as_wide_as_it_is() {
    let width = region::width_rad(3.1, -3.1);
    assert!((width - (std::f64::consts::TAU - 6.2)).abs() < 1e-12, "{width}");
}

#[test]
fn the_cells_of_a_level_fill_the_root_without_overlap() {
    let root = BoundingVolume::Region {
        west_rad: -0.2,
        south_rad: 0.1,
        east_rad: 0.6,
        north_rad: 0.5,
        min_height_m: 0.0,
        max_height_m: 80.0,
    };
    let area = |volume: &BoundingVolume| match volume {
        BoundingVolume::Region { west_rad, south_rad, east_rad, north_rad, min_height_m, max_height_m } => {
            (east_rad - west_rad) * (north_rad - south_rad) * (max_height_m - min_height_m)
        }
        _ => f64::NAN,
    };
    let cells = (0..8).flat_map(|x| (0..8).flat_map(move |y| (0..8).map(move |z| [x, y, z])));
    let sum: f64 = cells.map(|at| area(&subdivide(&root, Subdivision::Octree, 3, at))).sum();
    assert!((sum - area(&root)).abs() < 1e-9 * area(&root));
}

#[test]
fn a_stretched_and_turned_sphere_keeps_its_points() {
    let turn = DAffine3::from_quat(DQuat::from_rotation_z(0.4)) * DAffine3::from_scale(DVec3::new(1.0, 5.0, 2.0));
    let volume = BoundingVolume::Sphere { center: DVec3::X, radius: 2.0 };
    let bounds = Bounds::from_volume(&volume, &turn, None);
    assert!(bounds.distance_m(turn.transform_point3(DVec3::new(1.0, 2.0, 0.0)), 0.0) < 1e-9);
    assert!((bounds.radius - 10.0).abs() < 1e-9);
}

#[test]
fn numbers_that_overflow_give_a_volume_that_is_always_in_view() {
    let bounds = Bounds::from_half_axes(DVec3::splat(1e308), DMat3::from_diagonal(DVec3::splat(1e200)));
    assert_eq!(bounds, Bounds::UNKNOWN);
    let camera = Camera::new(&view(DVec3::ZERO, DVec3::Z));
    assert!(camera.cull(&bounds, ALL_PLANES).is_some());
    assert_eq!(camera.distance_m(&bounds), 0.0);
}
