//! City models of others, against truth that other tools made (`tests/cases/cityjson/README.md`).

use std::collections::BTreeMap;

use super::super::checks::{LocalFrame, area_vector};
use super::*;
use crate::bake::model::{Surface, SurfaceKind, Value};
use crate::test_support::shared_data;

const METRES_PER_DEGREE: f64 = 111_320.0;

fn shared(path: &str) -> Option<Vec<u8>> {
    let path = shared_data()?.join("02_city").join(path);
    let bytes = std::fs::read(&path);
    if bytes.is_err() {
        println!("skipped: no {}", path.display());
    }
    bytes.ok()
}

/// Rows of a truth file without its head.
fn truth(name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(cases("cityjson").join(name)).expect("a truth file");
    text.lines().skip(1).map(|line| line.split(',').map(str::to_string).collect()).collect()
}

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

fn by_id(features: &[Feature]) -> BTreeMap<&str, &Feature> {
    features.iter().map(|feature| (feature.id.as_str(), feature)).collect()
}

fn distance_m(a: DVec3, b: DVec3) -> f64 {
    let d = a - b;
    DVec3::new(d.x * METRES_PER_DEGREE * a.y.to_radians().cos(), d.y * METRES_PER_DEGREE, d.z).length()
}

fn count(surfaces: &[Surface], kind: SurfaceKind) -> usize {
    surfaces.iter().filter(|surface| surface.kind == kind).count()
}

#[test]
fn delft_has_its_570_objects_by_class() {
    let Some(bytes) = shared("cityjson-cjio/delft.json") else { return };
    let mut classes = BTreeMap::new();
    for feature in features_of("delft.json", &bytes) {
        assert_eq!(lods(&feature).len(), 1, "{}", feature.id);
        *classes.entry(feature.class).or_insert(0) += 1;
    }
    let expected = [
        ("bridge", 3),
        ("building", 160),
        ("land use", 81),
        ("object", 54),
        ("plant cover", 126),
        ("road", 143),
        ("water", 3),
    ];
    assert_eq!(classes, expected.into_iter().map(|(class, n)| (class.to_string(), n)).collect());
}

#[test]
fn corners_in_delft_are_within_a_centimetre_of_proj() {
    let Some(bytes) = shared("cityjson-cjio/delft.json") else { return };
    let features = features_of("delft.json", &bytes);
    let features = by_id(&features);
    for row in truth("delft_corners.csv") {
        let corner = DVec3::new(number(&row[1]), number(&row[2]), number(&row[3]));
        let vertices = &lods(features[row[0].as_str()])[0].vertices;
        let nearest_m = vertices.iter().map(|v| distance_m(*v, corner)).fold(f64::INFINITY, f64::min);
        assert!(nearest_m < 0.01, "{row:?}: {nearest_m} m");
    }
}

#[test]
fn solids_in_delft_keep_their_volume_and_face_outwards() {
    let Some(bytes) = shared("cityjson-cjio/delft.json") else { return };
    let features = features_of("delft.json", &bytes);
    let features = by_id(&features);
    for row in truth("delft_volumes.csv") {
        let lod = &lods(features[row[0].as_str()])[0];
        let frame = LocalFrame::at(lod.vertices[0]);
        let volume_of = |surface: &Surface| -> f64 {
            let ring: Vec<DVec3> = surface.rings[0].iter().map(|&i| frame.local(lod.vertices[i as usize])).collect();
            area_vector(&ring).dot(ring[0]) / 3.0
        };
        let (volume, expected) = (lod.surfaces.iter().map(volume_of).sum::<f64>(), number(&row[1]));
        // The map's scale there is 0.99996 in each direction.
        assert!((volume - expected).abs() < 3e-4 * expected + 0.01, "{}: {volume}, expected {expected}", row[0]);
    }
}

#[test]
fn attributes_in_delft_keep_their_types() {
    let Some(bytes) = shared("cityjson-cjio/delft.json") else { return };
    let features = features_of("delft.json", &bytes);
    let bridge = by_id(&features)["b0a8da4cc-2d2a-11e6-9a38-393caa90be70"];
    assert_eq!(bridge.properties["bgt_status"], Value::Text("bestaand".to_string()));
    assert_eq!(bridge.properties["relatievehoogteligging"], Value::Text("1".to_string()));
}

#[test]
fn rotterdam_has_its_semantics_and_textures() {
    let Some(bytes) = shared("cityjson-cjio/rotterdam/rotterdam_subset.json") else { return };
    let options = Options { crs: Some("EPSG:28992"), ..Options::default() };
    let (features, result) = read("r.json", &bytes, &options, &factory);
    assert!(!result.expect("readable").has_errors());
    let features = by_id(&features);
    let rows = truth("rotterdam.csv");
    assert_eq!(features.len(), rows.len());
    for row in rows {
        let lod = &lods(features[row[0].as_str()])[0];
        let corners: usize = lod.surfaces.iter().flat_map(|s| &s.rings).map(Vec::len).sum();
        let uv: Vec<f64> = lod
            .surfaces
            .iter()
            .filter_map(|s| s.texture.as_ref())
            .map(|(_, rings)| rings.iter().flatten().flatten().map(|v| f64::from(*v)).sum())
            .collect();
        let kinds = [SurfaceKind::Roof, SurfaceKind::Wall, SurfaceKind::Ground].map(|kind| count(&lod.surfaces, kind));
        let got = [kinds[0], kinds[1], kinds[2], corners, uv.len()];
        assert_eq!(got.map(|n| n.to_string()), row[1..6], "{}", row[0]);
        assert!((uv.iter().sum::<f64>() - number(&row[6])).abs() < 1e-3, "{}", row[0]);
        assert!(lod.textures.iter().all(|t| t.uri.starts_with("appearances/")));
    }
}

#[test]
fn yokosuka_has_its_buildings_levels_and_textures() {
    let Some(bytes) = shared("citygml-plateau/yokosuka-shi/udx/bldg/52397519_bldg_6697_op.gml") else { return };
    let features = features_of("b.gml", &bytes);
    let features = by_id(&features);
    let rows = truth("yokosuka.csv");
    assert_eq!(features.len(), rows.len());
    for row in rows {
        let feature = features[row[0].as_str()];
        let counts = [0.0, 1.0, 2.0].map(|level| {
            let lod = lods(feature).iter().find(|lod| lod.lod == level);
            lod.map_or(0, |lod| lod.surfaces.len()).to_string()
        });
        assert_eq!(counts, row[1..4], "{}", row[0]);
        let textured = lods(feature).iter().flat_map(|lod| &lod.surfaces).filter(|s| s.texture.is_some()).count();
        assert_eq!(textured.to_string(), row[4], "{}", row[0]);
        let corner = DVec3::new(number(&row[5]), number(&row[6]), number(&row[7]));
        assert!(distance_m(lods(feature)[1].vertices[0], corner) < 1e-6, "{}", row[0]);
    }
    let museum = features["bldg_787d830e-2534-410a-8a2a-a531efeb2533"];
    assert_eq!((museum.class.as_str(), museum.name.as_str()), ("building", "横須賀美術館"));
    assert_eq!(museum.properties["measuredHeight"], Value::Number(6.0));
    assert_eq!(museum.properties["usage"], Value::Text("422".to_string()));
    assert_eq!(museum.properties["図形ID"], Value::Integer(16943));
    assert_eq!(museum.properties["BuildingDetailAttribute.surveyYear"], Value::Integer(2016));
}

#[test]
fn the_terrain_of_yokosuka_is_triangles_that_face_up() {
    let Some(bytes) = shared("citygml-plateau/yokosuka-shi/udx/dem/523965_dem_6697_05_op.gml") else { return };
    let features = features_of("d.gml", &bytes);
    assert_eq!(features.len(), 2);
    let mut triangles = 0;
    for feature in &features {
        assert_eq!(feature.class, "terrain");
        let lod = &lods(feature)[0];
        let frame = LocalFrame::at(lod.vertices[0]);
        for surface in &lod.surfaces {
            let ring: Vec<DVec3> = surface.rings[0].iter().map(|&i| frame.local(lod.vertices[i as usize])).collect();
            assert_eq!(ring.len(), 3);
            assert!(area_vector(&ring).z > 0.0);
            triangles += 1;
        }
        // Neighbours share their corners.
        assert!(lod.vertices.len() < lod.surfaces.len());
    }
    assert_eq!(triangles, 1066);
}

/// Accepts any coordinates, so that what is read does not depend on where synthetic files lie.
struct Anywhere;

impl Crs for Anywhere {
    fn geodetic(&self, p: DVec3) -> Option<DVec3> {
        Some(DVec3::new(p.x * 1e-5 % 100.0, p.y * 1e-5 % 80.0, p.z))
    }
}

/// Files of the corpus under `folder`, with whether they hold a sequence.
fn corpus(folder: &str) -> Vec<PathBuf> {
    let Some(data) = shared_data() else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(data.join("02_city/cityjson-conformance").join(folder)) else {
        println!("skipped: no conformance corpus");
        return Vec::new();
    };
    let mut files = Vec::new();
    for case in entries.flatten() {
        for file in std::fs::read_dir(case.path()).into_iter().flatten().flatten() {
            let name = file.file_name().to_string_lossy().to_string();
            let is_fixture =
                !matches!(name.as_str(), "case.json" | "invariants.json" | "profile.json" | "acquisition.json");
            if is_fixture && (name.ends_with(".json") || name.ends_with(".jsonl")) {
                files.push(file.path());
            }
        }
    }
    files.sort();
    files
}

fn read_anyhow(path: &std::path::Path) -> Outcome {
    let bytes = std::fs::read(path).expect("a file");
    let options = Options { crs: Some("anywhere"), ..Options::default() };
    read(&path.to_string_lossy(), &bytes, &options, &|_| Ok(Box::new(Anywhere)))
}

#[test]
fn every_valid_file_of_the_conformance_corpus_reads_without_errors() {
    for path in corpus("conformance/v2_0").into_iter().chain(corpus("operations")) {
        let (_, result) = read_anyhow(&path);
        let issues = result.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert!(!issues.has_errors(), "{}: {:#?}", path.display(), issues.iter().collect::<Vec<_>>());
    }
}

#[test]
fn every_invalid_file_of_the_conformance_corpus_is_told() {
    for path in corpus("invalid") {
        let (_, result) = read_anyhow(&path);
        assert!(result.map_or(true, |issues| issues.has_errors()), "{}", path.display());
    }
}
