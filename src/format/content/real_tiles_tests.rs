//! Every tile of 3D Tiles 1.0 in the data folder, against what an independent reader finds in it
//! (`tests/cases/contents/README.md` tells how that was made).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use glam::DVec3;
use serde::Deserialize;
use serde_json::{Value, json};

use super::decode::{DecodeOptions, Decoded, Resources, decode};
use super::test_tiles::placed;
use super::{Content, FeatureIds, PropertyTable, Topology};
use crate::test_support::shared_data;

#[derive(Deserialize)]
struct Truth {
    triangles: usize,
    points: usize,
    instances: usize,
    lo: Option<[f64; 3]>,
    hi: Option<[f64; 3]>,
    mean_linear_rgb: Option<[f64; 3]>,
    mean_normal: Option<[f64; 3]>,
    max_feature_id: Option<u32>,
    table: Option<TruthTable>,
}

#[derive(Deserialize)]
struct TruthTable {
    count: u32,
    first_last: BTreeMap<String, [Value; 2]>,
}

/// Files beside a tile.
struct Folder(PathBuf);

impl Resources for Folder {
    fn get(&self, uri: &str) -> Option<Arc<[u8]>> {
        std::fs::read(self.0.join(uri)).ok().map(Arc::from)
    }

    fn failed(&self, uri: &str) -> bool {
        !self.0.join(uri).exists()
    }
}

fn tiles(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            tiles(&path, found);
        } else if matches!(path.extension().and_then(|e| e.to_str()), Some("b3dm" | "i3dm" | "pnts" | "cmpt")) {
            found.push(path);
        }
    }
    found.sort();
}

fn read(path: &Path) -> Result<Content, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let folder = Folder(path.parent().unwrap_or(path).to_path_buf());
    match decode(&bytes, &DecodeOptions::default(), &folder).map_err(|error| error.to_string())? {
        Decoded::Content(content) => Ok(content),
        other => Err(format!("{other:?}")),
    }
}

fn truths() -> BTreeMap<String, Truth> {
    serde_json::from_str(include_str!("../../../tests/cases/contents/truth.json")).unwrap()
}

#[test]
fn every_real_tile_is_read() {
    let Some(data) = shared_data() else { return };
    let mut paths = Vec::new();
    tiles(&data.join("01_3dtiles"), &mut paths);
    assert!(paths.len() > 100);
    let mut failures = Vec::new();
    for path in paths.iter().filter(|path| path.metadata().is_ok_and(|file| file.len() > 0)) {
        match read(path) {
            Ok(content) if content.parts.is_empty() => failures.push(format!("{}: nothing to draw", path.display())),
            Ok(content) => super::hostile_tests::check_promises(&content),
            Err(error) => failures.push(format!("{}: {error}", path.display())),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn real_tiles_hold_what_an_independent_reader_finds() {
    let Some(data) = shared_data() else { return };
    let mut differences = Vec::new();
    for (name, truth) in truths() {
        match read(&data.join("01_3dtiles").join(&name)) {
            Ok(content) => differences.extend(compare(&content, &truth).into_iter().map(|d| format!("{name}: {d}"))),
            Err(error) => differences.push(format!("{name}: {error}")),
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What differs, one line each.
fn compare(content: &Content, truth: &Truth) -> Vec<String> {
    let mut differences = Vec::new();
    let mut check = |what: &str, same: bool, got: &dyn std::fmt::Debug, expected: &dyn std::fmt::Debug| {
        if !same {
            differences.push(format!("{what}: expected {expected:?}, got {got:?}"));
        }
    };
    let count = |topology: Topology| -> usize {
        let parts = content.parts.iter().filter(|part| part.geometry.topology == topology);
        parts.map(|part| part.geometry.primitive_count()).sum()
    };
    let (triangles, points) = (count(Topology::Triangles), count(Topology::Points));
    check("triangles", triangles == truth.triangles, &triangles, &truth.triangles);
    check("points", points == truth.points, &points, &truth.points);
    let instances = content.parts.iter().map(|part| part.instances.len()).max().unwrap_or(0);
    // A single instance needs no instancing in the truth.
    check("instances", instances == truth.instances, &instances, &truth.instances);
    if let (Some(lo), Some(hi)) = (truth.lo, truth.hi) {
        let (lo, hi) = (DVec3::from_array(lo), DVec3::from_array(hi));
        let (got_lo, got_hi) = bounds(content);
        // The truth's f32 instance translations and quaternions are good to some millimetres near 5000 km.
        let within_m = 2e-3_f64.max((hi - lo).length() * 2e-5);
        check("low corner", got_lo.distance(lo) < within_m, &got_lo, &lo);
        check("high corner", got_hi.distance(hi) < within_m, &got_hi, &hi);
    }
    if let Some(expected) = truth.mean_linear_rgb {
        let got =
            mean(content.parts[0].geometry.colors.iter().map(|c| DVec3::new(c[0].into(), c[1].into(), c[2].into())));
        // The truth's linear colours are cut to 8 bits, which on average takes half a step, 0.002, off each channel.
        let half_step = DVec3::splat(0.5 / 255.0);
        check("mean colour", got.distance(DVec3::from_array(expected) + half_step) < 1e-3, &got, &expected);
    }
    if let Some(expected) = truth.mean_normal {
        let got = mean(content.parts[0].geometry.normals.iter().map(|n| n.as_dvec3()));
        check("mean normal", got.distance(DVec3::from_array(expected)) < 2e-3, &got, &expected);
    }
    if let Some(expected) = truth.max_feature_id {
        let got = max_feature_id(content);
        check("greatest feature id", got == Some(expected), &got, &expected);
    }
    if let Some(expected) = &truth.table {
        match content.tables.first() {
            None => check("property table", false, &"none", &expected.count),
            Some(table) => {
                check("features", table.count == expected.count, &table.count, &expected.count);
                for (id, [first, last]) in &expected.first_last {
                    let got = [value(table, id, 0), value(table, id, expected.count.saturating_sub(1))];
                    check(id, same(&got[0], first) && same(&got[1], last), &got, &[first, last]);
                }
            }
        }
    }
    differences
}

fn bounds(content: &Content) -> (DVec3, DVec3) {
    let (mut lo, mut hi) = (DVec3::INFINITY, DVec3::NEG_INFINITY);
    for vertex in content.parts.iter().flat_map(placed) {
        lo = lo.min(vertex);
        hi = hi.max(vertex);
    }
    (lo, hi)
}

fn mean(values: impl Iterator<Item = DVec3>) -> DVec3 {
    let (sum, count) = values.fold((DVec3::ZERO, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

fn max_feature_id(content: &Content) -> Option<u32> {
    let sets = content.parts.iter().filter_map(|part| part.feature_sets.first());
    sets.filter_map(|set| match &set.ids {
        FeatureIds::Vertex(ids) | FeatureIds::Instance(ids) => ids.iter().copied().max(),
        FeatureIds::Constant(id) => Some(*id),
        _ => None,
    })
    .max()
}

fn value(table: &PropertyTable, id: &str, row: u32) -> Value {
    let property = table.properties.iter().find(|property| property.id == id);
    property.and_then(|property| property.values.get(row as usize)).unwrap_or_default()
}

/// Equal as numbers of f32 precision; objects and arrays may be text in the truth.
fn same(got: &Value, expected: &Value) -> bool {
    match (got, expected) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(_) | Value::Array(_), Value::String(text)) => {
            serde_json::from_str::<Value>(text).is_ok_and(|parsed| parsed == *got)
        }
        (a, b) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * b.abs().max(1.0),
            _ => a == b,
        },
    }
}

#[test]
fn composites_hold_the_contents_of_their_tiles() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("01_3dtiles/cesiumjs-specs/Composite");
    for (name, parts, instances, features) in [
        ("Composite/composite.cmpt", 2, 25, vec![10, 25]),
        ("CompositeOfComposite/compositeOfComposite.cmpt", 2, 25, vec![10, 25]),
        ("CompositeOfInstanced/compositeOfInstanced.cmpt", 2, 25, vec![25, 25]),
    ] {
        let content = read(&folder.join(name)).unwrap();
        assert_eq!(content.parts.len(), parts, "{name}");
        assert_eq!(content.parts.iter().map(|part| part.instances.len()).max(), Some(instances), "{name}");
        assert_eq!(content.tables.iter().map(|table| table.count).collect::<Vec<_>>(), features, "{name}");
    }
}

#[test]
fn properties_of_compressed_points_are_read() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("01_3dtiles/cesiumjs-specs/PointCloud");
    let compressed = read(&folder.join("PointCloudDraco/pointCloudDraco.pnts")).unwrap();
    let names: Vec<&str> = compressed.tables[0].properties.iter().map(|p| p.id.as_str()).collect();
    assert_eq!(names, ["id", "secondaryColor", "temperature"]);
    assert_eq!(compressed.tables[0].count, 1000);
    let plain = read(&folder.join("PointCloudWithPerPointProperties/pointCloudWithPerPointProperties.pnts")).unwrap();
    let sum =
        |content: &Content| -> u64 { (0..1000).filter_map(|row| value(&content.tables[0], "id", row).as_u64()).sum() };
    assert_eq!((sum(&compressed), sum(&plain)), (499_500, 499_500));
}

#[test]
fn property_tables_of_real_gltf_are_read() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("01_3dtiles/cesium-3d-tiles-samples/glTF");
    for (name, property, row, expected) in [
        ("ComplexTypes", "example_variable_length_ARRAY_normalized_UINT8", 0, json!([0.0, 1.0])),
        (
            "ComplexTypes",
            "example_fixed_length_ARRAY_BOOLEAN",
            0,
            json!([true, false, true, false, true, false, true, false, true, false]),
        ),
        ("ComplexTypes", "example_variable_length_ARRAY_STRING", 1, json!(["One", "Two"])),
        ("ComplexTypes", "example_fixed_length_ARRAY_ENUM", 3, json!(["ExampleEnumValueB", "ExampleEnumValueC"])),
        ("FeatureIdTextureAndPropertyTable", "component", 3, json!("Window")),
        ("FeatureIdTextureAndPropertyTable", "yearBuilt", 0, json!(1960)),
        ("MultipleClasses", "example_INT64", 0, json!(1_234_567)),
    ] {
        let content = read(&folder.join("EXT_structural_metadata").join(name).join(format!("{name}.gltf"))).unwrap();
        assert_eq!(value(&content.tables[0], property, row), expected, "{name} {property}");
    }
    let instances = read(&folder.join("GpuInstancesMetadata/GpuInstancesMetadata.gltf")).unwrap();
    assert_eq!(value(&instances.tables[0], "example_STRING", 9), "nine");
}

#[test]
fn metadata_of_real_tilesets_reads_as_it_is_written() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("01_3dtiles/cesium-3d-tiles-samples/1.1");
    let tileset = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.join(name).join("tileset.json")).unwrap()).unwrap()
    };
    let mut issues = crate::format::issue::Issues::default();
    let granular = tileset("MetadataGranularities");
    let read = |entity: &Value, issues: &mut _| super::metadata::read_entity(entity, &granular["schema"], issues);
    let of = |values: Vec<(String, Value)>| values.into_iter().collect::<BTreeMap<_, _>>();
    assert_eq!(of(read(&granular["metadata"], &mut issues))["tileCount"], 4);
    assert_eq!(of(read(&granular["groups"][1], &mut issues))["color"], json!([64, 255, 64]));
    let tile = &granular["root"]["children"][2];
    assert_eq!(of(read(&tile["metadata"], &mut issues))["district"], "Old City");
    assert_eq!(of(read(&tile["contents"][1]["metadata"], &mut issues))["vertices"], 2757);

    let full = tileset("TilesetWithFullMetadata");
    let values = of(super::metadata::read_entity(&full["metadata"], &full["schema"], &mut issues));
    assert_eq!(values.len(), 387);
    assert_eq!(values["Example ENUM property"], "ExampleEnumValueB");
    assert_eq!(values["Example SCALAR property with normalized INT8 components"], -1.0);
    assert!(issues.is_empty(), "{issues:?}");
}
