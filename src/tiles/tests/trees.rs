//! Small trees, one rule each.

use std::collections::HashMap;

use glam::{DAffine3, DVec3};

use crate::format::tileset::{BoundingVolume, Refine, TileDef};
use crate::tiles::simulate::{Answers, Scenario, Simulation};
use crate::tiles::synthetic::{World, content, cube_volume, location_of, tile, tileset};
use crate::tiles::types::{ForestOptions, Frame, JobKind, TileState, View};
use crate::tiles::{TileForest, TilesetId};

const CENTER: DVec3 = DVec3::new(7e6, 0.0, 0.0);

/// Seen from `distance_m` away, one metre of error is `360 / (distance tan 0.5)` pixels.
pub(super) fn view(distance_m: f64) -> View {
    View {
        pos_ecef: CENTER + DVec3::X * distance_m,
        dir: DVec3::NEG_X,
        up: DVec3::Z,
        viewport_px: [1280, 720],
        fov_y_rad: 1.0,
        near_m: 0.1,
    }
}

fn away(distance_m: f64) -> View {
    View { dir: DVec3::X, ..view(distance_m) }
}

fn cube(half: f64, error: f64, uri: &str) -> TileDef {
    let contents = if uri.is_empty() { Vec::new() } else { vec![content(uri)] };
    TileDef { geometric_error: error, contents, ..tile(cube_volume(CENTER, half)) }
}

/// A root with children side by side.
fn family(root: TileDef, children: Vec<TileDef>) -> World {
    let root = TileDef { children: (1..=children.len() as u32).collect(), ..root };
    let children = children.into_iter().enumerate().map(|(index, child)| {
        let offset = DVec3::new(0.0, index as f64 * 10.0 - 5.0, 0.0);
        TileDef { volume: cube_volume(CENTER + offset, 5.0), depth: 1, ..child }
    });
    World::of(std::iter::once(root).chain(children).collect())
}

pub(super) fn pair() -> World {
    family(cube(10.0, 10.0, "root.glb"), vec![cube(5.0, 0.0, "a.glb"), cube(5.0, 0.0, "b.glb")])
}

pub(super) fn open(world: &World, options: ForestOptions) -> (Simulation<'_>, TilesetId) {
    let mut simulation = Simulation::new(world, Scenario { options, ..Scenario::default() });
    let id = simulation.forest.add_tileset(world.root_location(), DAffine3::IDENTITY, 1.0);
    (simulation, id)
}

/// File names of what is solid or coming in.
fn drawn(simulation: &Simulation) -> Vec<String> {
    let draws = simulation.forest.selection().draw.iter().filter(|draw| !draw.fading_out);
    let mut names: Vec<String> = draws
        .map(|draw| simulation.forest.tile_info(draw.tile).expect("drawn tiles are known").locations[0].file_name())
        .collect();
    names.sort();
    names
}

fn settled(world: &World, view: &View) -> Vec<String> {
    let (mut simulation, _) = open(world, ForestOptions::default());
    simulation.settle(view).expect("settles");
    assert!(simulation.report().broken.is_empty(), "{:?}", simulation.report().broken);
    drawn(&simulation)
}

#[test]
fn far_away_the_root_is_drawn_and_near_its_children() {
    assert_eq!(settled(&pair(), &view(3000.0)), ["root.glb"]);
    assert_eq!(settled(&pair(), &view(50.0)), ["a.glb", "b.glb"]);
}

#[test]
fn the_error_on_screen_is_that_of_the_standard_s_formula() {
    let world = pair();
    let (mut simulation, _) = open(&world, ForestOptions::default());
    simulation.settle(&view(3010.0)).expect("settles");
    // geometricError * height / (distance * 2 tan(fov / 2)), the distance to the cube's face.
    let expected = 10.0 * 720.0 / (3000.0 * 2.0 * 0.5_f64.tan());
    let got = simulation.forest.selection().draw[0].sse_px;
    assert!((f64::from(got) - expected).abs() < 1e-4 * expected, "expected {expected}, got {got}");
}

#[test]
fn a_transform_that_stretches_scales_the_error() {
    let world = pair();
    let mut simulation = Simulation::new(&world, Scenario::default());
    let stretch = DAffine3::from_scale(DVec3::new(1.0, 3.0, 2.0));
    simulation.forest.add_tileset(world.root_location(), stretch, 1.0);
    simulation.settle(&view(20_000.0)).expect("settles");
    let draw = simulation.forest.selection().draw[0];
    assert_eq!(simulation.forest.tile_info(draw.tile).expect("known").geometric_error_m, 30.0);
}

#[test]
fn tiles_that_add_are_drawn_together_with_their_children() {
    let mut world = pair();
    world.files.get_mut("tileset.json").expect("exists").tiles[0].refine = Refine::Add;
    assert_eq!(settled(&world, &view(50.0)), ["a.glb", "b.glb", "root.glb"]);
}

#[test]
fn a_tile_without_content_is_seen_through() {
    let mut tiles = pair().files["tileset.json"].tiles.clone();
    // Between root and children stands an empty tile with an error far too small to be refined by it.
    tiles[0].children = vec![1];
    let mut between = cube(10.0, 0.001, "");
    between.children = vec![2, 3];
    tiles.insert(1, between);
    assert_eq!(settled(&World::of(tiles), &view(50.0)), ["a.glb", "b.glb"]);
}

#[test]
fn an_empty_leaf_leaves_its_place_empty() {
    let world = family(cube(10.0, 10.0, "root.glb"), vec![cube(5.0, 0.0, "a.glb"), cube(5.0, 0.0, "")]);
    assert_eq!(settled(&world, &view(50.0)), ["a.glb"]);
}

#[test]
fn the_root_of_an_external_tileset_replaces_the_tile_that_names_it() {
    let mut world = pair();
    world.files.insert("inner.json".to_owned(), tileset(vec![cube(5.0, 0.0, "inner.glb")]));
    world.files.get_mut("tileset.json").expect("exists").tiles[1].contents = vec![content("inner.json")];
    assert_eq!(settled(&world, &view(50.0)), ["b.glb", "inner.glb"]);
}

#[test]
fn a_tileset_inside_of_itself_fails_with_a_reason_and_keeps_its_parent() {
    let mut world = pair();
    world.files.get_mut("tileset.json").expect("exists").tiles[1].contents = vec![content("tileset.json")];
    let (mut simulation, _) = open(&world, ForestOptions::default());
    simulation.settle(&view(50.0)).expect("settles");
    assert_eq!(drawn(&simulation), ["root.glb"]);
    let reasons: Vec<String> = simulation.forest.failures().map(|(_, reason)| reason.to_owned()).collect();
    assert!(reasons.len() == 1 && reasons[0].contains("cycle"), "{reasons:?}");
}

#[test]
fn tilesets_nested_without_end_are_stopped() {
    let mut files = HashMap::new();
    for index in 0..200 {
        let inner = cube(10.0, 10.0, &format!("{}.json", index + 1));
        files.insert(format!("{index}.json"), tileset(vec![inner]));
    }
    files.insert("tileset.json".to_owned(), tileset(vec![cube(10.0, 10.0, "0.json")]));
    let world = World { files, ..pair() };
    let (mut simulation, _) = open(&world, ForestOptions::default());
    simulation.settle(&view(50.0)).expect("settles");
    let counters = simulation.forest.counters();
    assert!(counters.failed == 1 && counters.tiles < 100, "{counters:?}");
}

#[test]
fn a_child_that_can_t_be_read_keeps_the_parent_and_its_siblings_are_not_asked_for_again() {
    let mut world = pair();
    world.files.get_mut("tileset.json").expect("exists").tiles[1].contents = vec![content("../outside.glb")];
    let (mut simulation, _) = open(&world, ForestOptions::default());
    simulation.settle(&view(50.0)).expect("settles");
    assert_eq!(drawn(&simulation), ["root.glb"]);
    let counters = *simulation.forest.counters();
    assert_eq!((counters.failed, counters.failed_groups, counters.waiting, counters.holes), (1, 1, 0, 0));
    let asked = simulation.report().requests;
    for _ in 0..100 {
        simulation.step(&view(50.0), None);
    }
    assert_eq!(simulation.report().requests, asked);
}

#[test]
fn where_nothing_coarser_exists_a_tile_that_can_t_be_read_does_not_hide_the_others() {
    let mut world = pair();
    let tiles = &mut world.files.get_mut("tileset.json").expect("exists").tiles;
    tiles[0].contents.clear();
    tiles[1].contents = vec![content("../outside.glb")];
    assert_eq!(settled(&world, &view(50.0)), ["b.glb"]);
}

#[test]
fn zooming_out_keeps_the_children_until_the_parent_is_there() {
    let world = pair();
    let mut forest =
        TileForest::new(ForestOptions { surround_sse_factor: 0.0, skip_below_missing: 99, ..ForestOptions::default() });
    forest.add_tileset(world.root_location(), DAffine3::IDENTITY, 1.0);
    // A loader that brings everything but the root, then everything.
    let mut withhold_root = true;
    let mut names = Vec::new();
    for frame in 0..200 {
        let eye = if frame < 60 { view(50.0) } else { view(3000.0) };
        withhold_root &= frame < 120;
        forest.select(&Frame { view: &eye, ahead: None, shadows: None, dt_secs: 0.05 });
        for request in forest.selection().requests.clone() {
            let job = forest.job(request.tile).expect("has a job");
            if withhold_root && job.locations[0].file_name() == "root.glb" {
                continue;
            }
            forest.started(request.tile);
            let _kept = forest.loaded(request.tile, world.answer(&job).expect("is answered"));
        }
        let draws = &forest.selection().draw;
        names = draws.iter().map(|draw| forest.tile_info(draw.tile).expect("known").locations[0].file_name()).collect();
        names.sort();
        if (10..120).contains(&frame) {
            assert_eq!(names, ["a.glb", "b.glb"], "frame {frame}");
        }
    }
    assert_eq!(names, ["root.glb"]);
}

#[test]
fn one_level_gives_way_to_another_with_opacities_that_complete_each_other() {
    let world = pair();
    let (mut simulation, _) = open(&world, ForestOptions::default());
    simulation.settle(&view(3000.0)).expect("settles");
    let mut fading = 0;
    for _ in 0..60 {
        simulation.step(&view(50.0), None);
        let draws = &simulation.forest.selection().draw;
        let root: Vec<_> = draws.iter().filter(|draw| draw.fading_out).collect();
        for draw in draws.iter().filter(|draw| !draw.fading_out && !root.is_empty()) {
            fading += 1;
            assert!((draw.opacity + root[0].opacity - 1.0).abs() < 1e-6, "{draws:?}");
        }
    }
    assert!(fading > 10);
    assert_eq!(drawn(&simulation), ["a.glb", "b.glb"]);
    assert!(simulation.forest.selection().draw.iter().all(|draw| draw.opacity == 1.0));
}

#[test]
fn a_tile_is_asked_for_only_from_within_its_viewer_request_volume() {
    let mut world = pair();
    let tiles = &mut world.files.get_mut("tileset.json").expect("exists").tiles;
    tiles[0].refine = Refine::Add;
    tiles[1].viewer_request_volume = Some(BoundingVolume::Sphere { center: CENTER, radius: 30.0 });
    assert_eq!(settled(&world, &view(50.0)), ["b.glb", "root.glb"]);
    assert_eq!(settled(&world, &view(25.0)), ["a.glb", "b.glb", "root.glb"]);
}

#[test]
fn a_content_out_of_view_by_its_own_volume_is_not_asked_for() {
    let mut world = pair();
    let tiles = &mut world.files.get_mut("tileset.json").expect("exists").tiles;
    tiles[1].contents[0].volume = Some(cube_volume(CENTER + DVec3::Y * 500.0, 1.0));
    assert_eq!(settled(&world, &view(50.0)), ["b.glb"]);
}

#[test]
fn jobs_that_nobody_wants_any_more_are_cancelled() {
    let world = pair();
    let options = ForestOptions { surround_sse_factor: 0.0, ..ForestOptions::default() };
    let scenario = Scenario { options, latency_frames: (40, 40), ..Scenario::default() };
    let mut simulation = Simulation::new(&world, scenario);
    simulation.forest.add_tileset(world.root_location(), DAffine3::IDENTITY, 1.0);
    for _ in 0..60 {
        simulation.step(&view(50.0), None);
    }
    assert!(simulation.forest.counters().in_flight > 0);
    for _ in 0..20 {
        simulation.step(&away(50.0), None);
    }
    assert_eq!(simulation.forest.counters().in_flight, 0);
    assert!(simulation.report().cancels > 0);
}

#[test]
fn where_a_fly_to_will_end_is_loaded_and_not_drawn() {
    let world = pair();
    let options = ForestOptions { surround_sse_factor: 0.0, ..ForestOptions::default() };
    let (mut simulation, _) = open(&world, options);
    for _ in 0..60 {
        simulation.step(&view(3000.0), Some(&view(50.0)));
    }
    assert_eq!(drawn(&simulation), ["root.glb"]);
    assert_eq!(simulation.forest.counters().loaded, 3);
}

#[test]
fn a_bare_model_has_bounds_once_it_is_loaded() {
    let mut forest = TileForest::new(ForestOptions::default());
    let place = DAffine3::from_translation(CENTER);
    let id = forest.add_content(location_of("bolt.glb"), place);
    assert_eq!(forest.tileset_bounds(id), None);
    forest.select(&Frame { view: &view(50.0), ahead: None, shadows: None, dt_secs: 0.1 });
    let tile = forest.selection().requests[0].tile;
    assert_eq!(forest.job(tile).expect("has a job").kind, JobKind::Content);
    forest.started(tile);
    let bounds = Some((DVec3::splat(-1.0), DVec3::splat(1.0)));
    let content = crate::tiles::Loaded::Content { bytes: 10, tilesets: Vec::new(), drawable: true, bounds };
    assert!(forest.loaded(tile, content));
    assert_eq!(forest.tileset_bounds(id), Some((CENTER, 3.0_f64.sqrt())));
    forest.select(&Frame { view: &view(50.0), ahead: None, shadows: None, dt_secs: 0.1 });
    assert_eq!(forest.selection().draw.len(), 1);
    assert!(
        forest.draw_volume_hit(tile, CENTER + DVec3::X * 9.0, DVec3::NEG_X).is_some_and(|at| (at - 8.0).abs() < 1e-6)
    );
    forest.select(&Frame { view: &away(50.0), ahead: None, shadows: None, dt_secs: 0.1 });
    assert_eq!(forest.selection().draw.len(), 0);
}

#[test]
fn a_moved_tileset_is_where_it_was_moved_to() {
    let world = pair();
    let (mut simulation, id) = open(&world, ForestOptions::default());
    simulation.settle(&view(50.0)).expect("settles");
    let there = DAffine3::from_translation(DVec3::Z * 1e5) * DAffine3::from_scale(DVec3::splat(2.0));
    simulation.forest.set_placement(id, there);
    let (center, radius) = simulation.forest.tileset_bounds(id).expect("known");
    assert!((center - there.transform_point3(CENTER)).length() < 1e-6);
    assert!((radius - 20.0 * 3.0_f64.sqrt()).abs() < 1e-6);
    let draw = simulation.forest.selection().draw[0];
    assert_eq!(simulation.forest.ecef_from_tile(draw.tile), Some(there));
}

#[test]
fn a_hidden_tileset_is_neither_drawn_nor_loaded() {
    let world = pair();
    let (mut simulation, id) = open(&world, ForestOptions::default());
    simulation.forest.set_visible(id, false);
    for _ in 0..20 {
        simulation.step(&view(50.0), None);
    }
    assert_eq!((simulation.report().requests, simulation.forest.selection().draw.len()), (0, 0));
}

#[test]
fn a_content_larger_than_the_budget_fails_with_a_reason() {
    let mut world = pair();
    world.content_bytes = 1 << 20;
    let options = ForestOptions { budget_bytes: 1000, ..ForestOptions::default() };
    let (mut simulation, _) = open(&world, options);
    simulation.settle(&view(3000.0));
    let reason = simulation.forest.failures().map(|(_, reason)| reason.to_owned()).next();
    assert!(reason.as_ref().is_some_and(|reason| reason.contains("memory budget")), "{reason:?}");
}

#[test]
fn what_was_used_longest_ago_is_freed_first() {
    // Ten models of a megabyte in a row, room for four: looking from one to the next frees those behind.
    let row = |index: usize| CENTER + DVec3::Y * (index as f64 * 1000.0);
    let children: Vec<TileDef> = (0..10)
        .map(|index| TileDef {
            volume: cube_volume(row(index), 5.0),
            depth: 1,
            ..cube(5.0, 0.0, &format!("{index}.glb"))
        })
        .collect();
    let mut root = TileDef { volume: cube_volume(row(5), 6000.0), ..cube(1.0, 1e6, "") };
    root.children = (1..=10).collect();
    let mut world = World::of(std::iter::once(root).chain(children).collect());
    world.content_bytes = 1 << 20;
    let options = ForestOptions { budget_bytes: 5 << 20, surround_sse_factor: 0.0, ..ForestOptions::default() };
    let (mut simulation, _) = open(&world, options);
    for index in 0..10 {
        let eye = View { pos_ecef: row(index) + DVec3::X * 50.0, ..view(50.0) };
        simulation.settle(&eye).expect("settles");
        assert_eq!(drawn(&simulation), [format!("{index}.glb")], "{:?}", simulation.forest.counters());
    }
    assert!(simulation.report().broken.is_empty(), "{:?}", simulation.report().broken);
    let state = |simulation: &Simulation, name: &str| {
        let mut tiles = (0..20).map(crate::tiles::TileId);
        let found = tiles.find(|tile| {
            simulation.forest.tile_info(*tile).is_some_and(|info| info.locations.iter().any(|l| l.file_name() == name))
        });
        simulation.forest.tile_info(found.expect("exists")).expect("known").state
    };
    assert_eq!(state(&simulation, "0.glb"), TileState::Unloaded);
    assert_eq!(state(&simulation, "8.glb"), TileState::Loaded);
}

#[test]
fn lists_of_children_that_lie_do_no_harm() {
    let mut world = pair();
    let tiles = &mut world.files.get_mut("tileset.json").expect("exists").tiles;
    // Itself, its parent, a tile of another parent, one that does not exist.
    tiles[0].children = vec![0, 1, 2, 2, 77, u32::MAX];
    tiles[1].children = vec![0, 1, 2];
    tiles[2].children = vec![1];
    let (mut simulation, id) = open(&world, ForestOptions::default());
    simulation.settle(&view(50.0)).expect("settles");
    simulation.close(&view(50.0), &[id]);
    assert!(simulation.report().broken.is_empty(), "{:?}", simulation.report().broken);
}

#[test]
fn views_and_options_without_sense_do_no_harm() {
    let world = pair();
    let (mut simulation, _) = open(&world, ForestOptions::default());
    simulation.settle(&view(50.0)).expect("settles");
    let nan = DVec3::NAN;
    for odd in [
        View { pos_ecef: nan, dir: nan, up: nan, ..view(50.0) },
        View { dir: DVec3::ZERO, up: DVec3::ZERO, viewport_px: [0, 0], ..view(50.0) },
        View { pos_ecef: DVec3::ZERO, fov_y_rad: f64::INFINITY, near_m: f64::NAN, ..view(50.0) },
        View { pos_ecef: DVec3::splat(1e300), ..view(50.0) },
    ] {
        let options = simulation.forest.options_mut();
        (options.max_sse_px, options.budget_bytes, options.max_requests_in_flight) = (0.0, 0, 0);
        simulation.forest.select(&Frame { view: &odd, ahead: Some(&odd), shadows: None, dt_secs: f32::NAN });
        *simulation.forest.options_mut() = ForestOptions { max_visits: 0, ..ForestOptions::default() };
        simulation.forest.select(&Frame { view: &odd, ahead: Some(&odd), shadows: None, dt_secs: -1.0 });
    }
}

#[test]
fn answers_that_nobody_asked_for_are_ignored() {
    let world = pair();
    let (mut simulation, _) = open(&world, ForestOptions::default());
    simulation.settle(&view(50.0)).expect("settles");
    let before = *simulation.forest.counters();
    for index in [0, 1, 2, 3, 4, 99, u32::MAX] {
        let tile = crate::tiles::TileId(index);
        simulation.forest.canceled(tile);
        simulation.forest.failed(tile, "no".to_owned(), true);
        simulation.forest.unloaded(tile);
        let content = crate::tiles::Loaded::Content { bytes: 5, tilesets: Vec::new(), drawable: true, bounds: None };
        assert!(!simulation.forest.loaded(tile, content));
    }
    simulation.step(&view(50.0), None);
    assert_eq!(*simulation.forest.counters(), before);
}
