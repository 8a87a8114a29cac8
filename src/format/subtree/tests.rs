//! Tests of the subtree reader. Subtrees are built here, since they are a few bytes each; the real ones are walked and
//! compared with the contents that lie beside them.

use std::collections::BTreeSet;
use std::fs;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::format::tileset::{self, ImplicitTiling};

fn nothing(_: &str) -> Option<Arc<[u8]>> {
    None
}

fn done(result: Result<SubtreeRead, SubtreeError>) -> (Subtree, Issues) {
    match result.unwrap() {
        SubtreeRead::Done(subtree, issues) => (*subtree, issues),
        SubtreeRead::Missing(uris) => panic!("missing {uris:?}"),
    }
}

/// A binary subtree of this JSON and binary chunk.
fn binary(json: &serde_json::Value, chunk: &[u8]) -> Vec<u8> {
    let mut json = json.to_string().into_bytes();
    json.resize(json.len().next_multiple_of(8), b' ');
    let mut bytes = b"subt\x01\0\0\0".to_vec();
    bytes.extend((json.len() as u64).to_le_bytes());
    bytes.extend((chunk.len() as u64).to_le_bytes());
    bytes.extend(json);
    bytes.extend(chunk);
    bytes
}

/// Two levels of a quadtree: the root and its places 0 and 3; content at place 3; a subtree below place 3's place 2.
fn small() -> (serde_json::Value, [u8; 24]) {
    let json = json!({
        "buffers": [{"byteLength": 24}],
        "bufferViews": [{"buffer": 0, "byteLength": 1}, {"buffer": 0, "byteOffset": 8, "byteLength": 1},
                        {"buffer": 0, "byteOffset": 16, "byteLength": 2}],
        "tileAvailability": {"bitstream": 0, "availableCount": 3},
        "contentAvailability": [{"bitstream": 1, "availableCount": 1}],
        "childSubtreeAvailability": {"bitstream": 2, "availableCount": 1},
    });
    let mut chunk = [0_u8; 24];
    chunk[0] = 0b10011;
    chunk[8] = 0b10000;
    chunk[17] = 0b0100_0000;
    (json, chunk)
}

fn read_small() -> (Subtree, Issues) {
    let (json, chunk) = small();
    done(read(&binary(&json, &chunk), Subdivision::Quadtree, 2, &nothing))
}

#[test]
fn bits_are_read_in_level_and_morton_order() {
    let (subtree, issues) = read_small();
    assert!(issues.is_empty(), "{:?}", issues.into_vec());
    let level_1: Vec<bool> = (0..4).map(|morton| subtree.tile_available(1, morton)).collect();
    assert_eq!((subtree.tile_available(0, 0), level_1), (true, vec![true, false, false, true]));
    assert!(subtree.content_available(0, 1, 3) && !subtree.content_available(0, 0, 0));
    assert!((0..16).all(|morton| subtree.child_subtree_available(morton) == (morton == 14)));
}

#[test]
fn places_outside_of_the_subtree_do_not_exist() {
    let (subtree, _) = read_small();
    assert!(
        !subtree.tile_available(2, 0) && !subtree.tile_available(1, 4) && !subtree.tile_available(u32::MAX, u64::MAX)
    );
    assert!(!subtree.content_available(1, 1, 3) && !subtree.child_subtree_available(16));
}

#[test]
fn rows_count_the_tiles_before() {
    let (subtree, _) = read_small();
    assert_eq!([subtree.tile_row(0, 0), subtree.tile_row(1, 1), subtree.tile_row(1, 3)], [Some(0), None, Some(2)]);
    assert_eq!(subtree.content_row(0, 1, 3), Some(0));
}

#[test]
fn constants_need_no_buffers() {
    let json = json!({"tileAvailability": {"constant": 1}, "contentAvailability": [{"constant": 0}, {"constant": 1}],
                      "childSubtreeAvailability": {"constant": 0}});
    let (subtree, issues) = done(read(json.to_string().as_bytes(), Subdivision::Octree, 3, &nothing));
    assert!(issues.is_empty());
    assert_eq!((subtree.tile_count(), subtree.content_count(), subtree.child_subtree_count()), (73, 2, 0));
    assert!(
        subtree.tile_available(2, 63) && subtree.content_available(1, 2, 63) && !subtree.content_available(0, 2, 63)
    );
}

#[test]
fn forms_of_the_1_0_extension_are_read() {
    let (mut json, chunk) = small();
    json["tileAvailability"] = json!({"bufferView": 0});
    json["contentAvailability"] = json!({"bufferView": 1});
    let (subtree, issues) = done(read(&binary(&json, &chunk), Subdivision::Quadtree, 2, &nothing));
    assert!(issues.is_empty() && subtree.content_available(0, 1, 3) && subtree.tile_available(1, 3));
}

#[test]
fn external_buffers_are_named_then_used() {
    let (mut json, chunk) = small();
    json["buffers"][0]["uri"] = json!("bits.bin");
    let bytes = json.to_string().into_bytes();
    let SubtreeRead::Missing(uris) = read(&bytes, Subdivision::Quadtree, 2, &nothing).unwrap() else { panic!() };
    assert_eq!(uris, ["bits.bin"]);
    let give = |uri: &str| (uri == "bits.bin").then(|| Arc::from(&chunk[..]));
    assert!(done(read(&bytes, Subdivision::Quadtree, 2, &give)).0.tile_available(1, 3));
}

#[test]
fn buffers_only_for_metadata_are_not_waited_for() {
    let (mut json, chunk) = small();
    json["buffers"].as_array_mut().unwrap().push(json!({"uri": "meta.bin", "byteLength": 4}));
    json["bufferViews"].as_array_mut().unwrap().push(json!({"buffer": 1, "byteLength": 4}));
    json["propertyTables"] = json!([{"class": "tile", "count": 3, "properties": {"h": {"values": 3}}}]);
    json["tileMetadata"] = json!(0);
    let (subtree, issues) = done(read(&binary(&json, &chunk), Subdivision::Quadtree, 2, &nothing));
    assert!(issues.is_empty());
    let metadata = subtree.metadata();
    assert_eq!((metadata.tile_table, metadata.missing_buffers.as_slice()), (Some(0), &["meta.bin".to_owned()][..]));
    assert_eq!((metadata.buffer_view(0), metadata.buffer_view(3)), (Some(&chunk[..1]), None));
}

#[test]
fn data_uris_serve_as_buffers() {
    let json = json!({
        "buffers": [{"byteLength": 1, "uri": "data:application/octet-stream;base64,Ew=="}],
        "bufferViews": [{"buffer": 0, "byteLength": 1}],
        "tileAvailability": {"bitstream": 0}, "childSubtreeAvailability": {"constant": 0},
    });
    assert_eq!(done(read(json.to_string().as_bytes(), Subdivision::Quadtree, 2, &nothing)).0.tile_count(), 3);
}

#[test]
fn wrong_count_is_told() {
    let (mut json, chunk) = small();
    json["tileAvailability"]["availableCount"] = json!(7);
    let (_, issues) = done(read(&binary(&json, &chunk), Subdivision::Quadtree, 2, &nothing));
    let told = issues.into_vec()[0].to_string();
    assert_eq!(
        told,
        "warning: at /tileAvailability/availableCount: count differs from the bits set (expected 3, got 7)"
    );
}

#[test]
fn tiles_without_parent_are_told() {
    let json = json!({
        "buffers": [{"byteLength": 3}], "bufferViews": [{"buffer": 0, "byteLength": 3}],
        "tileAvailability": {"bitstream": 0}, "childSubtreeAvailability": {"constant": 0},
    });
    let (_, issues) = done(read(&binary(&json, &[0b00001, 1, 0]), Subdivision::Quadtree, 3, &nothing));
    assert_eq!(issues.into_vec()[0].message, "1 tiles exist without their parent");
}

#[test]
fn short_bitstream_of_contents_costs_the_contents_only() {
    let (mut json, chunk) = small();
    json["bufferViews"][1]["byteLength"] = json!(0);
    let (subtree, issues) = done(read(&binary(&json, &chunk), Subdivision::Quadtree, 2, &nothing));
    assert!(issues.has_errors() && subtree.tile_available(1, 3) && !subtree.content_available(0, 1, 3));
}

#[test]
fn broken_files_are_errors() {
    let (json, chunk) = small();
    let good = binary(&json, &chunk);
    let mut version = good.clone();
    version[4] = 2;
    let mut length = good.clone();
    length[8..16].fill(0xff);
    let mut view = json.clone();
    view["bufferViews"][0]["byteOffset"] = json!(u64::MAX);
    let mut no_tiles = json.clone();
    no_tiles.as_object_mut().unwrap().remove("tileAvailability");
    let cases = [
        (version, "unknown version of binary subtree: expected 1, got 2"),
        (length, "subtree file is cut off: the JSON chunk needs 18446744073709551615 bytes"),
        (good[..20].to_vec(), "subtree file is cut off: the header needs 24 bytes, got 20"),
        (
            binary(&view, &chunk),
            "subtree has no usable tile availability: buffer view leaves its buffer at /tileAvailability/bitstream",
        ),
        (binary(&no_tiles, &chunk), "subtree has no usable tile availability: tileAvailability is missing"),
        (b"[]".to_vec(), "subtree is not JSON: expected an object"),
    ];
    for (bytes, expected) in cases {
        let error = read(&bytes, Subdivision::Quadtree, 2, &nothing).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn levels_that_would_overflow_are_refused() {
    for levels in [0, 16, 64, u32::MAX] {
        assert!(matches!(read(b"{}", Subdivision::Quadtree, levels, &nothing), Err(SubtreeError::Levels { .. })));
    }
}

#[test]
fn template_variables_are_filled_in() {
    let expanded = expand_template("a/{level}/{x}-{y}-{z}{other}{x", 3, 5, 18_446_744_073_709_551_615, 7);
    assert_eq!(expanded, "a/3/5-18446744073709551615-7{other}{x");
}

#[test]
fn files_cut_off_anywhere_do_not_panic() {
    let (json, chunk) = small();
    let bytes = binary(&json, &chunk);
    for len in 0..bytes.len() {
        assert!(read(&bytes[..len], Subdivision::Quadtree, 2, &nothing).is_err());
    }
}

proptest! {
    #[test]
    fn files_with_flipped_bytes_do_not_panic(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        levels in 1_u32..5,
    ) {
        let (json, chunk) = small();
        let mut bytes = binary(&json, &chunk);
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        for scheme in [Subdivision::Quadtree, Subdivision::Octree] {
            if let Ok(SubtreeRead::Done(subtree, _)) = read(&bytes, scheme, levels, &nothing) {
                prop_assert!(subtree.tile_count() <= places_above(scheme, levels));
            }
        }
    }

    #[test]
    fn morton_2d_is_reversible(x: u32, y: u32) {
        prop_assert_eq!(morton::decode_2d(morton::encode_2d(x, y)), (x, y));
    }

    #[test]
    fn morton_3d_is_reversible(x in 0_u32..1 << 21, y in 0_u32..1 << 21, z in 0_u32..1 << 21) {
        prop_assert_eq!(morton::decode_3d(morton::encode_3d(x, y, z)), (x, y, z));
    }
}

#[test]
fn morton_puts_x_lowest() {
    assert_eq!([morton::encode_2d(1, 0), morton::encode_2d(0, 1), morton::encode_2d(2, 3)], [1, 2, 14]);
    assert_eq!([morton::encode_3d(1, 0, 0), morton::encode_3d(0, 1, 0), morton::encode_3d(0, 0, 3)], [1, 2, 36]);
}

/// All contents of an implicit tileset on disk, as references.
fn walk(folder: &std::path::Path, implicit: &ImplicitTiling, content_uri: &str) -> BTreeSet<String> {
    let mut contents = BTreeSet::new();
    let mut open = vec![(0_u32, [0_u64; 3])];
    while let Some((top, origin)) = open.pop() {
        let uri = expand_template(&implicit.subtrees_uri, top, origin[0], origin[1], origin[2]);
        let bytes = fs::read(folder.join(&uri)).unwrap();
        let (subtree, issues) = done(read(&bytes, implicit.scheme, implicit.subtree_levels, &nothing));
        assert!(issues.is_empty(), "{uri}: {:?}", issues.into_vec());
        let at = |level: u32, code: u64| -> [u64; 3] {
            let (x, y, z) = match implicit.scheme {
                Subdivision::Quadtree => (morton::decode_2d(code).0, morton::decode_2d(code).1, 0),
                Subdivision::Octree => morton::decode_3d(code),
            };
            [
                (origin[0] << level) + u64::from(x),
                (origin[1] << level) + u64::from(y),
                (origin[2] << level) + u64::from(z),
            ]
        };
        for level in 0..subtree.levels() {
            for code in 0..places_on_level(implicit.scheme, level) {
                if subtree.content_available(0, level, code) {
                    let [x, y, z] = at(level, code);
                    contents.insert(expand_template(content_uri, top + level, x, y, z));
                }
            }
        }
        let below = subtree.levels();
        for code in (0..places_on_level(implicit.scheme, below)).filter(|&code| subtree.child_subtree_available(code)) {
            open.push((top + below, at(below, code)));
        }
    }
    contents
}

#[test]
fn real_subtrees_name_exactly_the_contents_that_are_there() {
    let Some(data) = crate::test_support::shared_data() else { return };
    for name in ["SparseImplicitQuadtree", "SparseImplicitOctree"] {
        let folder = data.join("01_3dtiles/cesium-3d-tiles-samples/1.1").join(name);
        let (tileset, _) = tileset::read(&fs::read(folder.join("tileset.json")).unwrap()).unwrap();
        let root = tileset.root();
        let named = walk(&folder, root.implicit.as_ref().unwrap(), &root.contents[0].uri);
        let there: BTreeSet<String> = fs::read_dir(folder.join("content"))
            .unwrap()
            .map(|entry| format!("content/{}", entry.unwrap().file_name().to_string_lossy()))
            .collect();
        println!("{name}: {} contents", named.len());
        assert_eq!(named, there, "{name}");
    }
}
