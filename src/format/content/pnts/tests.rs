use super::*;
use crate::format::content::decode::{NoResources, decode};
use crate::format::content::test_tiles::{content, floats, ids, placed, tile};
use serde_json::json;

fn points_tile(feature: &str, binary: &[u8]) -> Content {
    content(&tile("pnts", (feature, binary), ("", &[]), &[]))
}

#[test]
fn positions_are_placed_by_rtc_center_and_recentred() {
    let feature = r#"{"POINTS_LENGTH":2,"POSITION":{"byteOffset":0},"RTC_CENTER":[1e6,0,0]}"#;
    let content = points_tile(feature, &floats(&[1000.0, 2.0, 3.0, 1001.0, 2.0, 3.0]));
    let part = &content.parts[0];
    assert_eq!(part.geometry.topology, Topology::Points);
    assert_eq!(part.geometry.positions, [Vec3::new(-0.5, 0.0, 0.0), Vec3::new(0.5, 0.0, 0.0)]);
    assert_eq!(placed(part)[1], DVec3::new(1_001_001.0, 2.0, 3.0));
    assert!(content.tables.is_empty() && part.feature_sets.is_empty());
    assert!(content.materials[0].unlit);
}

#[test]
fn quantized_positions_span_their_volume() {
    let feature = r#"{"POINTS_LENGTH":2,"POSITION_QUANTIZED":[0,0,0,65535,65535,65535],
        "QUANTIZED_VOLUME_OFFSET":[10,20,30],"QUANTIZED_VOLUME_SCALE":[1,2,4]}"#;
    let content = points_tile(feature, &[]);
    assert_eq!(placed(&content.parts[0]), [DVec3::new(10.0, 20.0, 30.0), DVec3::new(11.0, 22.0, 34.0)]);
}

#[test]
fn colours_become_linear_and_rgba_goes_before_rgb() {
    let one = |members: &str| {
        let feature = format!(r#"{{"POINTS_LENGTH":1,"POSITION":[0,0,0],{members}}}"#);
        let content = points_tile(&feature, &[]);
        let color = content.parts[0].geometry.colors.first().copied();
        (color.unwrap_or(content.materials[0].base_color), content.materials[0].alpha)
    };
    // 188 is 0.737 in sRGB, which is 0.503 linear.
    let (rgb, alpha) = one(r#""RGB":[188,0,255]"#);
    assert!((rgb[0] - 0.503).abs() < 1e-3 && rgb[1..] == [0.0, 1.0, 1.0]);
    assert_eq!(alpha, AlphaMode::Opaque);
    assert_eq!(one(r#""RGB":[188,0,255],"RGBA":[255,255,255,51]"#), ([1.0, 1.0, 1.0, 0.2], AlphaMode::Blend));
    assert_eq!(one(r#""RGB565":[63488]"#).0, [1.0, 0.0, 0.0, 1.0]);
    assert_eq!(one(r#""CONSTANT_RGBA":[0,255,0,51]"#), ([0.0, 1.0, 0.0, 0.2], AlphaMode::Blend));
}

#[test]
fn normals_are_unit_vectors_and_make_points_lit() {
    let feature = r#"{"POINTS_LENGTH":2,"POSITION":[0,0,0,1,1,1],"NORMAL":[0,0,9,0,0,0]}"#;
    let content = points_tile(feature, &[]);
    assert_eq!(content.parts[0].geometry.normals, [Vec3::Z, Vec3::Z]);
    assert!(!content.materials[0].unlit);
}

#[test]
fn batch_ids_name_rows_and_without_them_every_point_is_a_row() {
    let feature = r#"{"POINTS_LENGTH":3,"POSITION":[0,0,0,1,1,1,2,2,2],"BATCH_LENGTH":2,"BATCH_ID":[1,0,1]}"#;
    let batched = content(&tile("pnts", (feature, &[]), (r#"{"kind":["wall","roof"]}"#, &[]), &[]));
    assert_eq!(ids(&batched.parts[0]).as_deref(), Some(&[1, 0, 1][..]));
    assert_eq!(batched.tables[0].row(1), [("kind", json!("roof"))]);

    let feature = r#"{"POINTS_LENGTH":3,"POSITION":[0,0,0,1,1,1,2,2,2]}"#;
    let rows = content(&tile("pnts", (feature, &[]), (r#"{"intensity":[7,8,9]}"#, &[]), &[]));
    assert!(matches!(rows.parts[0].feature_sets[0].ids, FeatureIds::Implicit));
    assert_eq!(rows.tables[0].count, 3);
}

#[test]
fn points_without_a_finite_position_are_left_out_and_rows_stay_right() {
    let feature = r#"{"POINTS_LENGTH":3,"POSITION":{"byteOffset":0}}"#;
    let binary = floats(&[0.0, 0.0, 0.0, f32::INFINITY, 0.0, 0.0, 2.0, 0.0, 0.0]);
    let content = content(&tile("pnts", (feature, &binary), (r#"{"intensity":[7,8,9]}"#, &[]), &[]));
    assert_eq!(content.parts[0].geometry.positions.len(), 2);
    assert_eq!(ids(&content.parts[0]).as_deref(), Some(&[0, 2][..]));
    assert_eq!(content.issues.len(), 1);
}

#[test]
fn lying_tiles_are_errors() {
    for feature in [
        r#"{"POINTS_LENGTH":4000000000,"POSITION":{"byteOffset":0}}"#,
        r#"{"POINTS_LENGTH":40000000,"POSITION":{"byteOffset":0}}"#,
        r#"{"POINTS_LENGTH":1}"#,
        r#"{"POSITION":{"byteOffset":0}}"#,
        r#"{"POINTS_LENGTH":1,"POSITION_QUANTIZED":[1,2,3]}"#,
        r#"{"POINTS_LENGTH":1,"POSITION":[1,2,3],"extensions":{"3DTILES_draco_point_compression":{}}}"#,
        r#"{"POINTS_LENGTH":1,"POSITION":[1,2,3],
            "extensions":{"3DTILES_draco_point_compression":{"byteOffset":0,"byteLength":64,"properties":{"POSITION":0}}}}"#,
    ] {
        let bytes = tile("pnts", (feature, &[0; 64]), ("", &[]), &[]);
        assert!(decode(&bytes, &DecodeOptions::default(), &NoResources).is_err(), "{feature}");
    }
}
