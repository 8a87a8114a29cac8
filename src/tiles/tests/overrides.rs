//! Metadata that says better where a tile is: `TILE_BOUNDING_BOX` and its kin.

use glam::{DAffine3, DVec3};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::format::subtree::{self, SubtreeRead};
use crate::format::tileset::{self, Subdivision};
use crate::format::uri::Location;
use crate::tiles::types::{ForestOptions, Frame, JobKind, Loaded, TileInfo, View};
use crate::tiles::{TileForest, TileId};

const CENTER: DVec3 = DVec3::new(7e6, 0.0, 0.0);

fn schema() -> Value {
    let numbers = |semantic: &str, count: u32| json!({ "type": "SCALAR", "componentType": "FLOAT64", "array": true, "count": count, "semantic": semantic });
    json!({ "id": "s", "classes": {
        "tile": { "properties": {
            "box": numbers("TILE_BOUNDING_BOX", 12),
            "error": { "type": "SCALAR", "componentType": "FLOAT32", "semantic": "TILE_GEOMETRIC_ERROR" },
        } },
        "content": { "properties": { "ball": numbers("CONTENT_BOUNDING_SPHERE", 4) } },
    } })
}

fn boxed(center: DVec3, half: f64) -> [f64; 12] {
    [center.x, center.y, center.z, half, 0.0, 0.0, 0.0, half, 0.0, 0.0, 0.0, half]
}

fn view() -> View {
    View {
        pos_ecef: CENTER + DVec3::X * 300.0,
        dir: DVec3::NEG_X,
        up: DVec3::Z,
        viewport_px: [1280, 720],
        fov_y_rad: 1.2,
        near_m: 0.1,
    }
}

/// Opens a tileset, answering structure jobs, until contents are asked for; these.
fn contents(tileset: &Value, subtree: &dyn Fn() -> Loaded) -> (TileForest, Vec<TileId>) {
    let mut forest = TileForest::new(ForestOptions { skip_below_missing: 99, ..ForestOptions::default() });
    let location = Location::parse_user("/tiles/tileset.json").expect("a path");
    forest.add_tileset(location, DAffine3::IDENTITY, 1.0);
    let mut asked = Vec::new();
    for _ in 0..6 {
        forest.select(&Frame { view: &view(), ahead: None, shadows: None, dt_secs: 0.05 });
        for request in forest.selection().requests.clone() {
            let job = forest.job(request.tile).expect("has a job");
            let answer = match job.kind {
                JobKind::Tileset => {
                    let (read, issues) = tileset::read(tileset.to_string().as_bytes()).expect("reads");
                    assert!(issues.is_empty(), "{:?}", issues.into_vec());
                    Loaded::Tileset(Box::new(read))
                }
                JobKind::Subtree { .. } => subtree(),
                JobKind::Content => {
                    if !asked.contains(&request.tile) {
                        asked.push(request.tile);
                    }
                    continue;
                }
            };
            forest.started(request.tile);
            assert!(!forest.loaded(request.tile, answer));
        }
    }
    (forest, asked)
}

fn info(forest: &TileForest, tile: TileId) -> TileInfo<'_> {
    forest.tile_info(tile).expect("known")
}

/// Root and its four children; the tables have a row for each tile, and for each content.
fn subtree_with_tables() -> Loaded {
    let mut bytes: Vec<u8> = Vec::new();
    let mut views = Vec::new();
    let mut view = |values: &[u8]| {
        views.push(json!({ "buffer": 0, "byteOffset": bytes.len(), "byteLength": values.len() }));
        bytes.extend(values);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        views.len() - 1
    };
    let f64s = |values: &[f64]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let boxes: Vec<f64> =
        (0..5).flat_map(|row| boxed(CENTER + DVec3::Z * f64::from(row), 1.0 + f64::from(row))).collect();
    let errors: Vec<u8> =
        (0..5).flat_map(|row: i32| (if row == 0 { 50.0 } else { 0.5_f32 * row as f32 }).to_le_bytes()).collect();
    let balls: Vec<f64> = (0..4).flat_map(|row| [CENTER.x, CENTER.y, CENTER.z, 0.25 * f64::from(row + 1)]).collect();
    let (boxes, errors, balls) = (view(&f64s(&boxes)), view(&errors), view(&f64s(&balls)));
    let contents = view(&[0b1_1110]);
    let json = json!({
        "buffers": [{ "uri": "b.bin", "byteLength": bytes.len() }],
        "bufferViews": views,
        "tileAvailability": { "constant": 1 },
        "contentAvailability": [{ "bitstream": contents }],
        "childSubtreeAvailability": { "constant": 0 },
        "propertyTables": [
            { "class": "tile", "count": 5, "properties": { "box": { "values": boxes }, "error": { "values": errors } } },
            { "class": "content", "count": 4, "properties": { "ball": { "values": balls } } },
        ],
        "tileMetadata": 0,
        "contentMetadata": [1],
    });
    let buffer: Arc<[u8]> = bytes.into();
    let external = |uri: &str| (uri == "b.bin").then(|| buffer.clone());
    match subtree::read(json.to_string().as_bytes(), Subdivision::Quadtree, 2, &external).expect("reads") {
        SubtreeRead::Done(subtree, issues) => {
            assert!(issues.is_empty(), "{:?}", issues.into_vec());
            Loaded::Subtree(subtree)
        }
        SubtreeRead::Missing(uris) => panic!("{uris:?}"),
    }
}

fn implicit(schema: Value) -> Value {
    json!({
        "asset": { "version": "1.1" }, "schema": schema, "geometricError": 100.0,
        "root": {
            "boundingVolume": { "box": boxed(CENTER, 100.0) }, "geometricError": 100.0, "refine": "REPLACE",
            "content": { "uri": "{level}-{x}-{y}.glb" },
            "implicitTiling": {
                "subdivisionScheme": "QUADTREE", "subtreeLevels": 2, "availableLevels": 2,
                "subtrees": { "uri": "{level}-{x}-{y}.subtree" },
            },
        },
    })
}

#[test]
fn implicit_tiles_have_the_volume_and_error_of_their_row() {
    let (forest, mut asked) = contents(&implicit(schema()), &subtree_with_tables);
    asked.sort();
    assert_eq!(asked.len(), 4);
    let mut seen: Vec<(f64, f64)> =
        asked.iter().map(|tile| (info(&forest, *tile).center_ecef.z, info(&forest, *tile).geometric_error_m)).collect();
    seen.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(seen, [(1.0, 0.5), (2.0, 1.0), (3.0, 1.5), (4.0, 2.0)]);
    let root = info(&forest, asked[0]).parent.expect("has a root");
    let root = info(&forest, root);
    assert_eq!((root.center_ecef, root.geometric_error_m), (CENTER, 50.0));
    assert!((root.radius_m - 3f64.sqrt()).abs() < 1e-9, "{}", root.radius_m);
}

#[test]
fn contents_have_the_volume_of_their_row() {
    let (forest, asked) = contents(&implicit(schema()), &subtree_with_tables);
    for tile in asked {
        let beside = CENTER + DVec3::new(100.0, 0.9, 0.0);
        let row = info(&forest, tile).center_ecef.z;
        let hit = forest.draw_volume_hit(tile, beside, DVec3::NEG_X).is_some();
        assert_eq!(hit, row >= 4.0, "row {row}: balls grow by a quarter of a metre a row");
    }
}

#[test]
fn without_semantics_the_place_in_the_tree_counts() {
    let mut plain = schema();
    for property in ["box", "error"] {
        plain["classes"]["tile"]["properties"][property].as_object_mut().expect("an object").remove("semantic");
    }
    plain["classes"]["content"]["properties"]["ball"].as_object_mut().expect("an object").remove("semantic");
    let (forest, asked) = contents(&implicit(plain), &subtree_with_tables);
    assert_eq!(asked.len(), 4);
    assert!(asked.iter().all(|tile| info(&forest, *tile).geometric_error_m == 50.0));
}

#[test]
fn explicit_tiles_and_contents_follow_their_metadata() {
    let tileset = json!({
        "asset": { "version": "1.1" }, "schema": schema(), "geometricError": 100.0,
        "root": {
            "boundingVolume": { "box": boxed(CENTER, 90.0) }, "geometricError": 1.0, "refine": "REPLACE",
            "metadata": { "class": "tile", "properties": { "box": boxed(CENTER, 2.0), "error": 7.0 } },
            "content": {
                "uri": "a.glb",
                "metadata": { "class": "content", "properties": { "ball": [CENTER.x, CENTER.y, CENTER.z, 0.5] } },
            },
        },
    });
    let (forest, asked) = contents(&tileset, &|| panic!("there are no subtrees"));
    let root = info(&forest, asked[0]);
    assert_eq!((root.geometric_error_m, root.center_ecef), (7.0, CENTER));
    assert!((root.radius_m - 2.0 * 3f64.sqrt()).abs() < 1e-9);
    let beside = |y: f64| forest.draw_volume_hit(asked[0], CENTER + DVec3::new(100.0, y, 0.0), DVec3::NEG_X);
    assert!(beside(0.4).is_some() && beside(0.6).is_none());
}

#[test]
fn heights_replace_those_of_a_region() {
    use crate::format::tileset::BoundingVolume;
    use crate::format::tileset::semantics::{Overrides, Subject};
    let values = [("TILE_MINIMUM_HEIGHT", json!(-3.0)), ("TILE_MAXIMUM_HEIGHT", json!(9.5)), ("OTHER", json!("x"))];
    let mut issues = crate::format::issue::Issues::default();
    let found = Overrides::collect(Subject::Tile, values.into_iter(), &mut issues);
    let region = |low, high| BoundingVolume::Region {
        west_rad: 0.1,
        south_rad: 0.2,
        east_rad: 0.3,
        north_rad: 0.4,
        min_height_m: low,
        max_height_m: high,
    };
    assert_eq!(found.volume_or(region(0.0, 100.0)), region(-3.0, 9.5));
    assert!(issues.is_empty());
}

#[test]
fn a_volume_of_the_wrong_form_is_an_issue_and_changes_nothing() {
    use crate::format::tileset::semantics::{Overrides, Subject};
    let mut issues = crate::format::issue::Issues::default();
    let values = [("TILE_BOUNDING_SPHERE", json!([1.0, 2.0, 3.0, -4.0])), ("TILE_GEOMETRIC_ERROR", json!(-1.0))];
    let found = Overrides::collect(Subject::Tile, values.into_iter(), &mut issues);
    assert!(found.is_empty());
    assert_eq!(issues.len(), 1);
}
