//! Nothing trembles near the eye: what single precision does to a wall at one metre, anywhere on Earth.

use bevy::math::{DVec3, Mat4, Vec3};
use mirante::geo::{Geodetic, enu_basis, wgs84};
use mirante::nav::Eye;
use mirante::view::space::{EcefPose, Origin};

/// The picture's height and opening angle by which pixels are counted.
const HEIGHT_PX: f64 = 1080.0;
/// A tile's vertices are as far as this from its middle, metres.
const TILE_REACH_M: f64 = 600.0;
/// What a viewer can't see.
const MOST_PX: f64 = 0.25;

/// Even numbers in 0..1 without a library: the golden ratio's multiples.
fn even(index: u32, step: f64) -> f64 {
    (f64::from(index) * step).fract()
}

#[test]
fn a_wall_at_one_metre_stands_still_anywhere_on_earth() {
    let mut worst: f64 = 0.0;
    for index in 0..400 {
        let lat = (even(index, 0.618_033_988_75) * 2.0 - 1.0).asin();
        let lon = even(index, 0.754_877_666_25) * std::f64::consts::TAU;
        let at = Geodetic { lon_rad: lon, lat_rad: lat, height_m: even(index, 0.569_840_290_998) * 3_000.0 };
        worst = worst.max(worst_error_px(at, index));
    }
    println!("largest error: {worst:.4} px of {HEIGHT_PX} px");
    assert!(worst < MOST_PX, "{worst} px");
}

/// The largest error on screen, in pixels, of points on a wall in front of an eye that creeps past it.
fn worst_error_px(at: Geodetic, seed: u32) -> f64 {
    let start = wgs84::ecef_from_geodetic(at);
    let level = enu_basis(at);
    let heading = even(seed, 0.324_717_957_2) * std::f64::consts::TAU;
    let along = level * DVec3::new(heading.cos(), -heading.sin(), 0.0);
    // The wall is part of a tile whose middle lies as far away as a tile is large.
    let tile = EcefPose::level(start - along * TILE_REACH_M * 0.7 + level.z_axis * TILE_REACH_M * 0.1);
    let mut origin = Origin::at(start - along * 399.0);
    let mut worst: f64 = 0.0;
    for step in 0..60 {
        // From the farthest that the eye may be from the origin, in steps of 0.7 mm and then of some metres.
        let moved = if step < 40 { f64::from(step) * 0.0007 } else { f64::from(step - 40) * 7.3 };
        let place = wgs84::geodetic_from_ecef(start + along * moved);
        let eye = Eye::from_angles(place, heading, -0.1, 0.0);
        origin = origin.following(&eye);
        let camera = EcefPose { pos_ecef: eye.pos_ecef, ecef_from_local: eye.ecef_from_eye };
        let clip_from_eye = Mat4::perspective_infinite_reverse_rh(eye.fov_y_rad as f32, 16.0 / 9.0, 0.1);
        let eye_from_render = origin.transform_of(&camera).to_matrix().inverse();
        let render_from_tile = origin.transform_of(&tile).to_matrix();
        for (x, y) in [(-0.4, -0.3), (0.0, 0.0), (0.35, 0.25)] {
            let point_eye = DVec3::new(x, y, -1.0);
            let point_ecef = camera.affine().transform_point3(point_eye);
            let vertex: Vec3 = tile.affine().inverse().transform_point3(point_ecef).as_vec3();
            // As the shader does it: single precision from the vertex on.
            let clip = clip_from_eye * eye_from_render * render_from_tile.transform_point3(vertex).extend(1.0);
            let got = clip.truncate().truncate() / clip.w;
            let scale = 1.0 / (0.5 * eye.fov_y_rad).tan();
            let wanted = (x * scale / (16.0 / 9.0), y * scale);
            let error = (f64::from(got.x) - wanted.0).hypot(f64::from(got.y) - wanted.1) * 0.5 * HEIGHT_PX;
            worst = worst.max(error);
        }
    }
    worst
}
