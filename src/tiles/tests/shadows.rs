//! Shadows of what is not in the picture.

use glam::{DAffine3, DVec3};

use super::trees::{open, pair, view};
use crate::tiles::types::{ForestOptions, Frame, ShadowLight, View};

/// Casters' files when only the left one of a pair is in the picture and light comes from `to_light`.
fn casters(to_light: DVec3, reach_m: f64) -> Vec<String> {
    let world = pair();
    let (mut simulation, _) = open(&world, ForestOptions { fade_secs: 0.0, ..ForestOptions::default() });
    simulation.settle(&view(50.0)).expect("settles");
    let both = view(50.0);
    // Towards the far side of the left one, through a narrow lens.
    let eye = View { dir: (DVec3::NEG_X * 50.0 + DVec3::NEG_Y * 9.0).normalize(), fov_y_rad: 0.05, ..both };
    let shadows = Some(ShadowLight { to_light_ecef: to_light.normalize(), reach_m });
    let forest = &mut simulation.forest;
    forest.select(&Frame { view: &eye, ahead: None, shadows, dt_secs: 0.05 });
    let name = |tile| forest.tile_info(tile).expect("known").locations[0].file_name();
    let drawn: Vec<_> = forest.selection().draw.iter().map(|draw| name(draw.tile)).collect();
    assert_eq!(drawn, ["a.glb"]);
    forest.selection().casters.iter().map(|tile| name(*tile)).collect()
}

#[test]
fn what_stands_between_the_light_and_the_picture_throws_its_shadow() {
    assert_eq!(casters(DVec3::new(1.0, 1.0, 0.0), 1_000.0), ["b.glb"]);
}

#[test]
fn what_stands_on_the_other_side_does_not() {
    assert_eq!(casters(DVec3::new(1.0, -1.0, 0.0), 1_000.0), [""; 0]);
}

#[test]
fn nothing_does_past_the_shadows_reach() {
    assert_eq!(casters(DVec3::new(1.0, 1.0, 0.0), 10.0), [""; 0]);
}

#[test]
fn a_light_below_the_horizon_throws_none() {
    assert_eq!(casters(DVec3::new(-0.2, 1.0, 0.0), 1_000.0), [""; 0]);
}

#[test]
fn without_a_light_there_are_none() {
    let world = pair();
    let (mut simulation, _) = open(&world, ForestOptions::default());
    simulation.forest.add_tileset(world.root_location(), DAffine3::IDENTITY, 1.0);
    simulation.settle(&view(50.0)).expect("settles");
    assert!(simulation.forest.selection().casters.is_empty());
}
