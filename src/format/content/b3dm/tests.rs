use super::*;
use crate::format::content::UpAxis;
use crate::format::content::decode::{NoResources, decode};
use crate::format::content::test_tiles::{content, content_with, glb, placed, tile};
use serde_json::json;

const BATCH: &str = r#"{"name":["a","b"]}"#;

#[test]
fn features_get_the_batch_table_and_its_count() {
    let content = content(&tile("b3dm", (r#"{"BATCH_LENGTH":2}"#, &[]), (BATCH, &[]), &glb("")));
    let set = &content.parts[0].feature_sets[0];
    assert_eq!((set.table, set.feature_count), (Some(0), 2));
    assert!(matches!(&set.ids, FeatureIds::Vertex(ids) if **ids == [0, 1, 1]));
    assert_eq!(content.tables[0].row(1), [("name", json!("b"))]);
    assert!(content.issues.is_empty(), "{:?}", content.issues);
}

#[test]
fn the_scene_is_turned_to_z_up_and_then_moved_to_rtc_center() {
    let feature = r#"{"BATCH_LENGTH":0,"RTC_CENTER":[1e6,2e6,3e6]}"#;
    let bytes = tile("b3dm", (feature, &[]), ("", &[]), &glb(""));
    for (up_axis, corner) in [
        (UpAxis::Y, DVec3::new(0.0, 0.0, 3.0)),
        (UpAxis::Z, DVec3::new(0.0, 3.0, 0.0)),
        (UpAxis::X, DVec3::new(0.0, 3.0, 0.0)),
    ] {
        let options = DecodeOptions { up_axis, ..DecodeOptions::default() };
        let content = content_with(&bytes, &options);
        assert_eq!(placed(&content.parts[0])[2], DVec3::new(1e6, 2e6, 3e6) + corner, "{up_axis:?}");
    }
}

#[test]
fn without_a_batch_length_the_ids_and_the_table_say_the_count() {
    let content = content(&tile("b3dm", ("", &[]), (r#"{"name":["a"]}"#, &[]), &glb("")));
    assert_eq!(content.tables[0].count, 2);
    assert_eq!(content.issues.len(), 1);
}

#[test]
fn without_features_there_is_no_table() {
    let none = tile("b3dm", (r#"{"BATCH_LENGTH":0}"#, &[]), ("", &[]), &glb(""));
    assert!(content(&none).tables.is_empty());
}

#[test]
fn ids_beyond_the_count_are_an_issue() {
    let bytes = tile("b3dm", (r#"{"BATCH_LENGTH":1}"#, &[]), ("", &[]), &glb(""));
    let issues = content(&bytes).issues;
    assert_eq!(issues.iter().next().map(|issue| issue.path.as_str()), Some("glTF _BATCHID"));
}

#[test]
fn a_gltf_of_version_1_says_so() {
    let mut payload = glb("");
    payload[4] = 1;
    let bytes = tile("b3dm", (r#"{"BATCH_LENGTH":0}"#, &[]), ("", &[]), &payload);
    let error = decode(&bytes, &DecodeOptions::default(), &NoResources).unwrap_err();
    assert_eq!(error.to_string(), "the glTF in the tile version 1.0 is not supported: expected 2.0");
}
