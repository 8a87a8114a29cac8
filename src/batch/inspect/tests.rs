//! Real tilesets are told soundly; what is wrong with them is found.

use std::path::{Path, PathBuf};

use super::open::Root;
use super::*;
use crate::bake::inspect::text;

fn inspected(path: &Path) -> Inspected {
    inspect(&Location::File(path.to_owned()), InspectOptions::default()).unwrap()
}

/// All tilesets below a folder, by name.
fn tilesets(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            tilesets(&path, found);
        } else if matches!(root_of(&path.to_string_lossy()), Ok(Root::Tileset(_))) {
            found.push(path);
        }
    }
}

/// `MIRANTE_TILESETS=FOLDER cargo test --lib reports_of_tilesets -- --ignored --nocapture`
#[test]
#[ignore = "prints the reports of all tilesets below a folder"]
fn reports_of_tilesets() {
    let Ok(folder) = std::env::var("MIRANTE_TILESETS") else { return };
    let mut found = Vec::new();
    tilesets(Path::new(&folder), &mut found);
    for path in found {
        let start = std::time::Instant::now();
        let inspected = inspected(&path);
        println!("{}({:.1} s)\n", text::report(&inspected.report), start.elapsed().as_secs_f64());
    }
}

fn shared_tilesets() -> Option<PathBuf> {
    Some(crate::test_support::shared_data()?.join("01_3dtiles"))
}

#[test]
fn all_real_tilesets_are_told() {
    let Some(folder) = shared_tilesets() else { return };
    let mut found = Vec::new();
    tilesets(&folder, &mut found);
    assert!(found.len() > 100, "{} tilesets", found.len());
    for path in found {
        let inspected = inspected(&path);
        let told = text::report(&inspected.report);
        assert!(inspected.report.total.tiles > 0 && !told.contains("NaN") && !told.contains("inf"), "{told}");
        let names: BTreeSet<&str> = inspected.tiles.iter().map(|tile| tile.name.as_str()).collect();
        assert_eq!(names.len(), inspected.tiles.len(), "{told}");
        serde_json::to_string(&inspected.report).unwrap();
    }
}

#[test]
fn an_implicit_octree_has_the_tiles_that_lie_there() {
    let Some(folder) = shared_tilesets() else { return };
    let folder = folder.join("cesium-3d-tiles-samples/1.1/SparseImplicitOctree");
    let files = |name: &str| std::fs::read_dir(folder.join(name)).unwrap().count();
    let inspected = inspected(&folder.join("tileset.json"));
    let report = &inspected.report;
    assert_eq!((report.total.contents, report.subtree_files), (files("content"), files("subtrees")));
    assert_eq!(report.findings, []);
    let errors: Vec<f64> = report.levels.iter().map(|level| level.error_max_m).collect();
    assert_eq!(errors, [32.0, 16.0, 8.0, 4.0, 2.0, 1.0]);
}

#[test]
fn a_content_that_is_not_there_is_an_error_and_the_rest_is_told() {
    let Some(folder) = shared_tilesets() else { return };
    let inspected = inspected(&folder.join("cesium-3d-tiles-samples/1.0/TilesetWithDiscreteLOD/tileset.json"));
    let missing: Vec<&str> =
        inspected.report.findings.iter().filter(|f| f.kind == "missing-content").map(|f| f.place.as_str()).collect();
    assert_eq!(missing, ["root/0/0 dragon_high.b3dm"]);
    assert!(inspected.report.total.triangles > 10_000);
}

#[test]
fn single_tiles_and_contents_are_found_by_name_and_taken_apart() {
    let Some(folder) = shared_tilesets() else { return };
    let inspected = inspected(&folder.join("cesium-3d-tiles-samples/1.0/TilesetWithRequestVolume/tileset.json"));
    let content = inspected.contents_named("building.b3dm");
    assert_eq!(content.len(), 1);
    let told = text::content(&inspected.detail(content[0].0, content[0].1).unwrap());
    assert!(told.contains("triangles") && told.contains("material"), "{told}");
    assert_eq!(inspected.tiles_named("root/1").len(), 1);
    let octree = folder.join("cesium-3d-tiles-samples/1.1/SparseImplicitOctree/tileset.json");
    let options = InspectOptions { contents: false, ..InspectOptions::default() };
    let octree = inspect(&Location::File(octree), options).unwrap();
    assert_eq!((octree.tiles_named("1/0/0/0").len(), octree.report.total.bytes), (1, 0));
}

#[test]
fn limits_of_files_are_told() {
    let Some(folder) = shared_tilesets() else { return };
    let path = folder.join("cesium-3d-tiles-samples/1.1/SparseImplicitQuadtree/tileset.json");
    let inspected =
        inspect(&Location::File(path), InspectOptions { max_files: 5, ..InspectOptions::default() }).unwrap();
    assert!(inspected.report.cut_short.unwrap().contains("were not looked at"));
}

#[test]
fn loose_contents_are_taken_apart_without_a_tileset() {
    let Some(folder) = shared_tilesets() else { return };
    let path = folder.join("cesiumjs-specs/Batched/BatchedWithBatchTable/batchedWithBatchTable.b3dm");
    let Ok(Root::Content(location)) = root_of(&path.to_string_lossy()) else { panic!("no content") };
    let told = text::content(&inspect_content(&location).unwrap());
    assert!(told.contains("10 rows") && told.contains("… and 5 more rows"), "{told}");
}

#[test]
fn what_is_no_tileset_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().to_string_lossy().into_owned();
    assert!(root_of(&text).unwrap_err().to_string().contains("has neither a tileset.json nor"));
    let path = folder.path().join("tileset.json");
    std::fs::write(&path, "{\"asset\": {}}").unwrap();
    let error = inspect(&Location::File(path), InspectOptions::default()).err().unwrap();
    assert!(error.to_string().contains("is no tileset"), "{error}");
}
