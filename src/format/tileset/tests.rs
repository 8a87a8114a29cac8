//! Tests of the tileset reader. Small cases are files of `tests/cases/tilesets`.

use std::fs;
use std::path::{Path, PathBuf};

use glam::{DMat3, DMat4, DVec3};
use proptest::prelude::*;

use super::*;
use crate::format::issue::Issues;

fn cases(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/tilesets").join(folder)
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => files.extend(json_files(&path)),
            path if path.extension().is_some_and(|e| e == "json") => files.push(path),
            _ => {}
        }
    }
    files.sort();
    files
}

fn good(name: &str) -> Tileset {
    read(&fs::read(cases("good").join(name)).unwrap()).unwrap().0
}

fn told(result: &Result<(Tileset, Issues), TilesetError>) -> String {
    match result {
        Ok((_, issues)) => issues.iter().map(|issue| format!("{issue}\n")).collect(),
        Err(error) => format!("failed: {error}\n"),
    }
}

#[test]
fn good_cases_have_no_issues() {
    for file in json_files(&cases("good")) {
        let result = read(&fs::read(&file).unwrap());
        assert_eq!(told(&result), "", "{}", file.display());
    }
}

#[test]
fn broken_cases_tell_what_is_wrong() {
    let mut wrong = String::new();
    for file in json_files(&cases("broken")) {
        let told = told(&read(&fs::read(&file).unwrap()));
        let expected = fs::read_to_string(file.with_extension("txt")).unwrap_or_default();
        if told != expected {
            wrong += &format!("=== {}\n{told}", file.file_stem().unwrap().to_string_lossy());
        }
    }
    assert!(wrong.is_empty(), "these differ from their text files:\n{wrong}");
}

#[test]
fn explicit_tree_is_flat_and_depth_first() {
    let tileset = good("explicit_1_1.json");
    let shape: Vec<(u32, &[u32])> = tileset.tiles.iter().map(|t| (t.depth, &t.children[..])).collect();
    assert_eq!(shape, [(0, &[1, 3][..]), (1, &[2]), (2, &[]), (1, &[])]);
}

#[test]
fn refinement_is_inherited() {
    let tileset = good("explicit_1_1.json");
    let refines: Vec<Refine> = tileset.tiles.iter().map(|t| t.refine).collect();
    assert_eq!(refines, [Refine::Replace, Refine::Add, Refine::Add, Refine::Replace]);
}

#[test]
fn box_columns_are_half_axes() {
    let half_axes = DMat3::from_diagonal(DVec3::new(4.0, 5.0, 6.0));
    let expected = BoundingVolume::Box { center: DVec3::new(1.0, 2.0, 3.0), half_axes };
    assert_eq!(good("explicit_1_1.json").tiles[1].volume, expected);
}

#[test]
fn transform_is_column_major() {
    let expected = DMat4::from_translation(DVec3::new(10.0, 20.0, 30.0));
    assert_eq!(good("explicit_1_1.json").tiles[1].parent_from_tile, expected);
}

#[test]
fn contents_keep_volume_group_and_metadata() {
    let tileset = good("explicit_1_1.json");
    let contents = &tileset.tiles[1].contents;
    assert_eq!((contents[0].uri.as_str(), contents[0].group), ("a.glb", Some(1)));
    assert_eq!(contents[1].volume, Some(BoundingVolume::Sphere { center: DVec3::ONE, radius: 2.0 }));
    assert!(contents[1].metadata.is_some());
}

#[test]
fn credits_are_gathered_once_and_without_markup() {
    assert_eq!(good("explicit_1_1.json").copyrights, ["A", "B", "C 2026"]);
}

#[test]
fn extensions_of_1_0_land_in_the_fields_of_1_1() {
    let tileset = good("extensions_1_0.json");
    assert!(tileset.schema.is_some() && tileset.metadata.is_some() && tileset.groups.len() == 1);
    let tile = &tileset.tiles[1];
    let implicit = tile.implicit.as_ref().unwrap();
    assert_eq!((implicit.scheme, implicit.subtree_levels, implicit.available_levels), (Subdivision::Quadtree, 4, 6));
    assert_eq!((tile.contents.len(), tile.contents[0].group), (2, Some(0)));
    assert!(tile.metadata.is_some());
    assert!(matches!(tile.volume, BoundingVolume::Region { max_height_m: 40.0, .. }));
}

#[test]
fn children_before_refine_in_the_file_still_inherit_it() {
    let json = br#"{"root": {"children": [{"boundingVolume": {"sphere": [0,0,0,1]}, "geometricError": 1}],
        "refine": "ADD", "geometricError": 2, "boundingVolume": {"sphere": [0,0,0,1]}}, "geometricError": 3, "asset": {"version": "1.0"}}"#;
    assert_eq!(read(json).unwrap().0.tiles[1].refine, Refine::Add);
}

#[test]
fn tile_without_volume_takes_its_parents_in_its_own_frame() {
    let tileset = read(&fs::read(cases("broken/no_volume.json")).unwrap()).unwrap().0;
    let BoundingVolume::Sphere { center, radius } = tileset.tiles[1].volume else { panic!("not a sphere") };
    assert_eq!(center, DVec3::new(-10.0, 0.0, 0.0));
    assert!(radius >= 1.0);
}

#[test]
fn gzip_is_unpacked() {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&fs::read(cases("good/implicit_1_1.json")).unwrap()).unwrap();
    assert_eq!(read(&packer.finish().unwrap()).unwrap().0, good("implicit_1_1.json"));
}

#[test]
fn deepest_tree_that_is_promised_reads() {
    let tile = r#"{"boundingVolume":{"sphere":[0,0,0,1]},"geometricError":0"#;
    let levels = 60;
    let json = format!(
        r#"{{"asset":{{"version":"1.1"}},"geometricError":1,"root":{}{tile}}}{}}}"#,
        format!("{tile},\"children\":[").repeat(levels - 1),
        "]}".repeat(levels - 1)
    );
    assert_eq!(read(json.as_bytes()).unwrap().0.tiles.last().unwrap().depth, 59);
}

#[test]
fn empty_tiles_do_not_fill_memory() {
    let json = format!(
        r#"{{"asset":{{"version":"1.1"}},"geometricError":1,"root":{{"boundingVolume":{{"sphere":[0,0,0,1]}},"geometricError":0,
        "refine":"ADD","children":[{}{{}}]}}}}"#,
        "{},".repeat(100_000)
    );
    let (tileset, issues) = read(json.as_bytes()).unwrap();
    assert_eq!(tileset.tiles.len(), 1);
    assert!(issues.len() <= Issues::MAX && issues.dropped() > 0);
}

#[test]
fn data_that_grows_in_memory_is_cut() {
    let tile = r#"{"boundingVolume":{"sphere":[0,0,0,1]},"geometricError":0,"content":{"uri":"a"},"metadata":"#;
    let much = format!("[{}0]", r#"{"a":0},"#.repeat(200_000));
    let json = format!(
        r#"{{"asset":{{"version":"1.1"}},"geometricError":1,"extras":{much},"root":{tile}{much},"refine":"ADD"}}}}"#
    );
    let (tileset, issues) = read(json.as_bytes()).unwrap();
    let kept = tileset.root().metadata.as_ref().unwrap().as_array().unwrap().len();
    assert!(kept < 10_000, "{kept}");
    assert_eq!(issues.into_vec()[0].to_string(), "error: at /root: too much data for one tile; some of it is left out");
}

#[test]
fn issues_that_are_not_kept_cost_little() {
    let json = format!(
        r#"{{"asset":{{"version":"1.1"}},"geometricError":1,"root":{{"boundingVolume":{{"sphere":[0,0,0,1]}},"geometricError":0,
        "refine":"ADD","children":[{}{{}}]}}}}"#,
        "{},".repeat(MAX_TILES)
    );
    let (_, issues) = read(json.as_bytes()).unwrap();
    assert!(issues.dropped() < 3 * MAX_TILES);
}

#[test]
fn s2_bounds_agree_with_s2sphere() {
    use std::f64::consts::{FRAC_PI_2, TAU};
    let table = fs::read_to_string(cases("s2_cells.csv")).unwrap();
    for line in table.lines() {
        let (token, numbers) = line.split_once(',').unwrap();
        let n: Vec<f64> = numbers.split(',').map(|n| n.parse().unwrap()).collect();
        let got = s2::bounds_of_token(token).unwrap();
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9 || ((a - b).abs() - TAU).abs() < 1e-9;
        assert!(near(got.south_rad, n[1]) && near(got.north_rad, n[3]), "{token}: {got:?} {n:?}");
        // At a pole s2sphere gives all longitudes; ours may be narrower.
        let at_pole = n[1] <= -FRAC_PI_2 + 1e-9 || n[3] >= FRAC_PI_2 - 1e-9;
        assert!(at_pole || (near(got.west_rad, n[0]) && near(got.east_rad, n[2])), "{token}: {got:?} {n:?}");
    }
}

#[test]
fn broken_s2_tokens_are_refused() {
    for token in ["", "0", "X", "g1", "f", "89c6c71234567890a", "é"] {
        assert_eq!(s2::bounds_of_token(token), None, "{token}");
    }
}

/// What every tileset that reads must hold, however broken its file is.
fn assert_sound(tileset: &Tileset) {
    assert!(!tileset.tiles.is_empty());
    let mut parents = vec![0_usize; tileset.tiles.len()];
    for (index, tile) in tileset.tiles.iter().enumerate() {
        assert!(tile.geometric_error.is_finite() && tile.geometric_error >= 0.0);
        assert!(tile.parent_from_tile.is_finite());
        for &child in &tile.children {
            assert!(child as usize > index);
            assert_eq!(tileset.tiles[child as usize].depth, tile.depth + 1);
            parents[child as usize] += 1;
        }
        for volume in tile.contents.iter().filter_map(|c| c.volume).chain([tile.volume]) {
            match volume {
                BoundingVolume::Box { center, half_axes } => assert!(center.is_finite() && half_axes.is_finite()),
                BoundingVolume::Sphere { center, radius } => assert!(center.is_finite() && radius >= 0.0),
                BoundingVolume::Region { south_rad, north_rad, min_height_m, max_height_m, .. } => {
                    assert!(south_rad <= north_rad && min_height_m <= max_height_m);
                }
            }
        }
        let groups = tileset.groups.len();
        assert!(tile.contents.iter().all(|c| c.group.is_none_or(|g| (g as usize) < groups)));
    }
    assert!(parents[0] == 0 && parents[1..].iter().all(|&p| p == 1));
}

#[test]
fn files_cut_off_anywhere_do_not_panic() {
    for file in json_files(&cases("good")) {
        let bytes = fs::read(file).unwrap();
        for len in 0..bytes.len() {
            if let Ok((tileset, _)) = read(&bytes[..len]) {
                assert_sound(&tileset);
            }
        }
    }
}

proptest! {
    #[test]
    fn files_with_flipped_bytes_do_not_panic(
        which in 0_usize..3,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = fs::read(&json_files(&cases("good"))[which]).unwrap();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok((tileset, _)) = read(&bytes) {
            assert_sound(&tileset);
        }
    }
}

/// Issues of the real tilesets, other than none: a word of the issue for each file.
const KNOWN_ISSUES: &[(&str, &[&str])] = &[
    ("BatchedExpiration/tileset.json", &["/root/expire: content that expires"]),
    ("TilesetGlobal/tileset.json", &["/root/refine: the root has no valid refinement"]),
    ("TilesetSubtreeExpiration/tileset.json", &["/root/children/0/expire: content that expires"]),
    ("TilesetUniform/tileset2.json", &["/root/refine: the root has no valid refinement"]),
];

#[test]
fn real_tilesets_read_with_the_known_issues() {
    let Some(data) = crate::test_support::shared_data() else { return };
    let mut count = 0;
    let mut wrong = String::new();
    for file in json_files(&data.join("01_3dtiles")) {
        let name = file.strip_prefix(&data).unwrap().to_string_lossy().into_owned();
        let bytes = fs::read(&file).unwrap();
        if name.ends_with("MetadataSchema.json") {
            assert!(matches!(read(&bytes), Err(TilesetError::NotATileset { .. })));
            continue;
        }
        count += 1;
        let (tileset, issues) = read(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_sound(&tileset);
        let known = KNOWN_ISSUES.iter().find(|(end, _)| name.ends_with(end)).map_or(&[][..], |(_, known)| known);
        let told: Vec<String> = issues.iter().map(ToString::to_string).collect();
        if told.len() != known.len() || !told.iter().zip(known).all(|(told, known)| told.contains(known)) {
            wrong += &format!("{name}: {told:#?}\n");
        }
    }
    println!("{count} tilesets");
    assert!(wrong.is_empty(), "{wrong}");
}
