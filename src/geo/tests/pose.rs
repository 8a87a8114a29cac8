use std::f64::consts::FRAC_PI_2;

use glam::DVec3;
use proptest::prelude::*;

use super::angle_apart_deg;
use crate::geo::{Geodetic, HeadingPitchRoll, Pose, enu_basis, wgs84};

/// A direction of the pose in east-north-up at its place.
fn enu(pose: &Pose, dir_ecef: DVec3) -> DVec3 {
    enu_basis(wgs84::geodetic_from_ecef(pose.pos_ecef)).transpose() * dir_ecef
}

fn at(lon: f64, lat: f64, orientation: HeadingPitchRoll) -> Pose {
    Pose::from_geodetic(Geodetic::from_degrees(lon, lat, 10.0), orientation)
}

#[test]
fn heading_east_looks_east_with_the_right_hand_to_the_south() {
    let pose = at(11.0, 44.0, HeadingPitchRoll::from_degrees(90.0, 0.0, 0.0));
    assert!(enu(&pose, pose.forward()).distance(DVec3::X) < 1e-12);
    assert!(enu(&pose, pose.right()).distance(-DVec3::Y) < 1e-12);
    assert!(enu(&pose, pose.up()).distance(DVec3::Z) < 1e-12);
}

#[test]
fn positive_pitch_lifts_the_nose_and_positive_roll_lowers_the_right() {
    let up = at(11.0, 44.0, HeadingPitchRoll::from_degrees(0.0, 30.0, 0.0));
    assert!((enu(&up, up.forward()).z - 0.5).abs() < 1e-12);
    let banked = at(11.0, 44.0, HeadingPitchRoll::from_degrees(0.0, 0.0, 30.0));
    assert!((enu(&banked, banked.right()).z + 0.5).abs() < 1e-12);
}

#[test]
fn look_at_sees_the_target_in_the_middle_of_a_level_picture() {
    let eye = Geodetic::from_degrees(11.33, 44.49, 400.0);
    let target = Geodetic::from_degrees(11.35, 44.50, 50.0);
    let pose = Pose::look_at(eye, target);
    let to_target = (wgs84::ecef_from_geodetic(target) - pose.pos_ecef).normalize();
    assert!(pose.forward().distance(to_target) < 1e-10);
    assert!(enu(&pose, pose.right()).z.abs() < 1e-10, "the horizon is level");
    assert!(enu(&pose, pose.up()).z > 0.0);
}

#[test]
fn looking_straight_down_has_north_at_the_top() {
    let eye = Geodetic::from_degrees(11.33, 44.49, 400.0);
    let pose = Pose::look_at(eye, eye.at_height(0.0));
    assert!(enu(&pose, pose.forward()).distance(-DVec3::Z) < 1e-9);
    assert!(enu(&pose, pose.up()).distance(DVec3::Y) < 1e-9);
    let (_, orientation) = pose.to_geodetic();
    assert!((orientation.pitch_rad + FRAC_PI_2).abs() < 1e-7);
    assert_eq!(orientation.roll_rad, 0.0);
}

#[test]
fn looking_at_oneself_is_level_and_north() {
    let eye = Geodetic::from_degrees(11.33, 44.49, 400.0);
    let pose = Pose::look_at(eye, eye);
    assert!(enu(&pose, pose.forward()).distance(DVec3::Y) < 1e-9);
}

proptest! {
    #[test]
    fn heading_pitch_and_roll_survive_the_way_to_ecef_and_back(
        lon in -179.0..179.0f64, lat in -89.0..89.0f64, heading in 0.0..360.0f64, pitch in -89.9..89.9f64,
        roll in -179.9..179.9f64
    ) {
        let start = Geodetic::from_degrees(lon, lat, 123.0);
        let pose = Pose::from_geodetic(start, HeadingPitchRoll::from_degrees(heading, pitch, roll));
        let (place, back) = pose.to_geodetic();
        prop_assert!((place.lon_rad - start.lon_rad).abs() < 1e-12 && (place.height_m - 123.0).abs() < 1e-7);
        prop_assert!(angle_apart_deg(back.heading_rad.to_degrees(), heading) < 1e-9);
        prop_assert!((back.pitch_rad.to_degrees() - pitch).abs() < 1e-9);
        prop_assert!((back.roll_rad.to_degrees() - roll).abs() < 1e-9);
    }

    #[test]
    fn straight_up_or_down_gives_a_pose_that_looks_the_same(heading in 0.0..360.0f64, roll in -90.0..90.0f64) {
        for pitch in [-90.0, 90.0] {
            let pose = at(5.0, 52.0, HeadingPitchRoll::from_degrees(heading, pitch, roll));
            let (place, orientation) = pose.to_geodetic();
            let again = Pose::from_geodetic(place, orientation);
            prop_assert!(again.right().distance(pose.right()) < 1e-7);
            prop_assert!(again.forward().distance(pose.forward()) < 1e-7);
        }
    }
}
