use super::*;
use glam::DVec3;

fn all(text: &str) -> Result<(Vec<RawFeature>, Read), GeoJsonError> {
    let mut features = Vec::new();
    let read = read(text.as_bytes(), &mut |feature| features.push(feature))?;
    Ok((features, read))
}

const TWO: &str = r#"{"type":"FeatureCollection","name":"x","features":[
 {"type":"Feature","id":7,"properties":{"h":1.5},"geometry":{"type":"Point","coordinates":[1,2,3]}},
 {"type":"Feature","properties":null,"geometry":null}],
 "crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3946"}}}"#;

#[test]
fn a_collection_is_read_with_ids_and_heights() {
    let (features, read) = all(TWO).expect("GeoJSON");
    assert_eq!((features.len(), read.features), (2, 2));
    assert_eq!((features[0].id.as_deref(), features[0].geometry.has_z), (Some("7"), true));
    assert_eq!(features[0].geometry.parts, [Part::Point(DVec3::new(1.0, 2.0, 3.0))]);
    assert!(features[1].geometry.parts.is_empty() && !features[1].geometry.has_z);
}

#[test]
fn the_coordinate_system_is_found_behind_all_features() {
    assert_eq!(crs_of(TWO.as_bytes()), Ok(Some("urn:ogc:def:crs:EPSG::3946".to_string())));
    let old = r#"{"type":"FeatureCollection","crs":{"type":"EPSG","properties":{"code":2056}},"features":[]} rubbish"#;
    assert_eq!(crs_of(old.as_bytes()), Ok(Some("EPSG:2056".to_string())));
    assert_eq!(crs_of(br#"{"type":"Point","coordinates":[1,2]}"#.as_slice()), Ok(None));
}

#[test]
fn lines_features_and_lone_geometries_are_read() {
    let lines = "\x1e{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]},\"properties\":{}}\n\x1e{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}\n";
    let (features, _) = all(lines).expect("GeoJSON");
    assert_eq!(features.len(), 2);
    assert_eq!(features[1].index, 1);
}

#[test]
fn collections_of_geometries_become_parts() {
    let text = r#"{"type":"GeometryCollection","geometries":[{"type":"MultiPoint","coordinates":[[1,2],[3,4,5]]},
        {"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}]}"#;
    let (features, _) = all(text).expect("GeoJSON");
    assert_eq!((features[0].geometry.parts.len(), features[0].geometry.has_z), (3, false));
}

#[test]
fn what_makes_no_sense_is_told_by_its_place() {
    let text = r#"{"type":"FeatureCollection","features":[5,{"type":"Thing"},
        {"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]},"properties":{}},
        {"type":"Feature","geometry":{"type":"Point","coordinates":[NaN,"1"]},"properties":{"a":NaN}},
        {"type":"Feature","geometry":{"type":"Curve"},"properties":{}},
        {"type":"Feature","geometry":7,"properties":[]}]}"#;
    let (features, read) = all(text).expect("GeoJSON");
    assert_eq!(features.len(), 4);
    assert_eq!(features[1].properties["a"], Value::Null);
    let issues: Vec<String> = read.issues.iter().map(ToString::to_string).collect();
    assert_eq!(issues.len(), 6);
    assert!(issues[2].contains("/features/2/geometry") && issues[2].contains("got 3 positions"), "{issues:?}");
}

#[test]
fn a_file_that_is_cut_off_gives_what_came_before() {
    let (features, read) = all(&TWO[..TWO.find("null").expect("it has one")]).expect("it begins as GeoJSON");
    assert_eq!(features.len(), 1);
    assert!(matches!(read.end, Some(GeoJsonError::Json { line: 3, .. })), "{:?}", read.end);
}

#[test]
fn other_files_are_refused() {
    assert_eq!(all("").expect_err("empty").to_string(), "expected GeoJSON, got an empty file");
    assert!(all("{}").expect_err("no type").to_string().contains("without a type"));
    assert!(all(r#"{"type":"Topology"}"#).expect_err("TopoJSON").to_string().contains("Topology"));
    assert!(all("[1]").is_err());
    assert!(all(&"[".repeat(100_000)).is_err());
    let deep = format!("{{\"type\":\"FeatureCollection\",\"features\":[{}", "[".repeat(100_000));
    assert!(all(&deep).is_err());
}
