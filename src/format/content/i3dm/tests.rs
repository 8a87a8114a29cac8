use super::*;
use crate::format::content::decode::{NoResources, decode};
use crate::format::content::test_tiles::{content, content_with, floats, glb, ids, placed, tile};
use serde_json::json;

fn close(got: DVec3, expected: DVec3, within_m: f64) {
    assert!(got.distance(expected) < within_m, "expected {expected}, got {got}");
}

/// The node's translation shows whether an instance's transform acts outside of the glTF's own.
const NODE: &str = r#""translation":[10,0,0]"#;

#[test]
fn an_instance_acts_on_the_whole_z_up_scene() {
    let positions = floats(&[100.0, 0.0, 0.0, 0.0, 200.0, 0.0]);
    let feature = r#"{"INSTANCES_LENGTH":2,"POSITION":{"byteOffset":0},"SCALE":[1,2]}"#;
    let content = content(&tile("i3dm", (feature, &positions), ("", &[]), &glb(NODE)));
    let part = &content.parts[0];
    assert_eq!(part.instances.len(), 2);
    let vertices = placed(part);
    close(vertices[0], DVec3::new(110.0, 0.0, 0.0), 1e-6);
    close(vertices[2], DVec3::new(110.0, 0.0, 3.0), 1e-6);
    close(vertices[3], DVec3::new(20.0, 200.0, 0.0), 1e-6);
    close(vertices[5], DVec3::new(20.0, 200.0, 6.0), 1e-6);
    assert_eq!(ids(part).as_deref(), Some(&[0, 1][..]));
    assert_eq!(content.tables[0].count, 2);
}

#[test]
fn up_and_right_are_where_y_and_x_of_the_z_up_scene_go() {
    let mut binary = floats(&[0.0, 0.0, 0.0]);
    binary.extend(floats(&[0.0, 0.0, 1.0, 0.0, 1.0, 0.0]));
    let feature = r#"{"INSTANCES_LENGTH":1,"POSITION":{"byteOffset":0},
        "NORMAL_UP":{"byteOffset":12},"NORMAL_RIGHT":{"byteOffset":24}}"#;
    let content = content(&tile("i3dm", (feature, &binary), ("", &[]), &glb("")));
    // The scene's x (2, 0, 0) goes to right, its z (0, 0, 3) to right × up.
    let vertices = placed(&content.parts[0]);
    close(vertices[1], DVec3::new(0.0, 2.0, 0.0), 1e-6);
    close(vertices[2], DVec3::new(3.0, 0.0, 0.0), 1e-6);
}

#[test]
fn east_north_up_comes_from_the_place_with_rtc_center() {
    let feature = r#"{"INSTANCES_LENGTH":1,"POSITION":[0,0,0],"RTC_CENTER":[6378137,0,0],"EAST_NORTH_UP":true}"#;
    let content = content(&tile("i3dm", (feature, &[]), ("", &[]), &glb("")));
    let vertices = placed(&content.parts[0]);
    close(vertices[1], DVec3::new(6_378_137.0, 2.0, 0.0), 1e-6);
    close(vertices[2], DVec3::new(6_378_140.0, 0.0, 0.0), 1e-6);
}

#[test]
fn instances_stay_small_numbers_when_the_tile_is_in_ecef() {
    let feature =
        r#"{"INSTANCES_LENGTH":2,"POSITION":[0,0,0,50,0,0],"RTC_CENTER":[1215013.83,-4736316.75,4081608.43]}"#;
    let content = content(&tile("i3dm", (feature, &[]), ("", &[]), &glb(NODE)));
    let part = &content.parts[0];
    assert!(part.instances.iter().all(|copy| copy.part_from_instance.translation.length() < 100.0));
    close(placed(part)[0], DVec3::new(1_215_023.83, -4_736_316.75, 4_081_608.43), 1e-6);
}

#[test]
fn mirrored_instances_keep_the_front_of_their_triangles() {
    let feature = r#"{"INSTANCES_LENGTH":3,"POSITION":[0,0,0,1,0,0,2,0,0],"SCALE_NON_UNIFORM":[1,1,1,-1,1,1,1,1,1]}"#;
    let content = content(&tile("i3dm", (feature, &[]), ("", &[]), &glb("")));
    assert_eq!(content.parts.iter().map(|part| part.instances.len()).collect::<Vec<_>>(), [2, 1]);
    for part in &content.parts {
        let vertices = placed(part);
        let corner = |index: usize| vertices[part.geometry.indices[index] as usize];
        let normal = (corner(1) - corner(0)).cross(corner(2) - corner(0));
        assert!(normal.y < 0.0, "the front looks to -y in the z-up scene, got {normal}");
    }
    assert_eq!(ids(&content.parts[1]).as_deref(), Some(&[1][..]));
}

#[test]
fn batch_ids_say_the_feature_of_an_instance() {
    let feature = r#"{"INSTANCES_LENGTH":3,"POSITION":[0,0,0,1,0,0,2,0,0],"BATCH_ID":[1,0,1]}"#;
    let content = content(&tile("i3dm", (feature, &[]), (r#"{"name":["oak","elm"]}"#, &[]), &glb("")));
    let set = &content.parts[0].feature_sets[0];
    assert_eq!((set.table, set.feature_count), (Some(0), 2));
    assert_eq!(ids(&content.parts[0]).as_deref(), Some(&[1, 0, 1][..]));
    assert_eq!(content.tables[0].row(1), [("name", json!("elm"))]);
}

#[test]
fn instances_without_a_finite_place_are_left_out_and_the_ids_stay_right() {
    let positions = floats(&[0.0, 0.0, 0.0, f32::NAN, 0.0, 0.0, 5.0, 0.0, 0.0]);
    let feature = r#"{"INSTANCES_LENGTH":3,"POSITION":{"byteOffset":0}}"#;
    let content = content(&tile("i3dm", (feature, &positions), ("", &[]), &glb("")));
    assert_eq!(ids(&content.parts[0]).as_deref(), Some(&[0, 2][..]));
    assert_eq!(content.issues.len(), 1);
}

#[test]
fn no_instances_draw_nothing() {
    let feature = r#"{"INSTANCES_LENGTH":0,"POSITION":{"byteOffset":0}}"#;
    assert!(content(&tile("i3dm", (feature, &[]), ("", &[]), &glb(""))).parts.is_empty());
}

#[test]
fn copies_past_the_limit_are_left_out_with_an_error_issue() {
    let feature = r#"{"INSTANCES_LENGTH":3,"POSITION":[0,0,0,1,0,0,2,0,0]}"#;
    let mut options = DecodeOptions::default();
    options.limits.instances = 2;
    let content = content_with(&tile("i3dm", (feature, &[]), ("", &[]), &glb("")), &options);
    assert_eq!(content.parts[0].instances.len(), 2);
    assert!(content.issues.has_errors());
}

/// One file under one name, everything else not there yet or failed.
struct OneFile(&'static str, Vec<u8>, bool);

impl Resources for OneFile {
    fn get(&self, uri: &str) -> Option<Arc<[u8]>> {
        (uri == self.0).then(|| self.1.as_slice().into())
    }

    fn failed(&self, _uri: &str) -> bool {
        self.2
    }
}

fn external(uri: &str) -> Vec<u8> {
    let feature = r#"{"INSTANCES_LENGTH":1,"POSITION":[7,0,0]}"#;
    let mut bytes = tile("i3dm", (feature, &[]), ("", &[]), uri.as_bytes());
    bytes[28] = 0;
    bytes
}

#[test]
fn a_named_gltf_is_asked_for_and_then_read() {
    let bytes = external("models/box.glb  ");
    let options = DecodeOptions::default();
    let absent = decode(&bytes, &options, &OneFile("", Vec::new(), false)).unwrap();
    assert!(matches!(&absent, Decoded::Missing(uris) if uris == &["models/box.glb"]), "{absent:?}");
    let there = decode(&bytes, &options, &OneFile("models/box.glb", glb(""), false)).unwrap();
    let Decoded::Content(content) = there else { panic!("{there:?}") };
    close(placed(&content.parts[0])[1], DVec3::new(9.0, 0.0, 0.0), 1e-6);
    let failed = decode(&bytes, &options, &NoResources).unwrap_err();
    assert_eq!(failed, ContentError::Resource { uri: "models/box.glb".to_string() });
}

#[test]
fn files_that_a_named_gltf_names_are_relative_to_it() {
    let gltf = br#"{"asset":{"version":"2.0"},"scene":0,"scenes":[{"nodes":[0]}],"nodes":[{"mesh":0}],
        "meshes":[{"primitives":[{"attributes":{"POSITION":0}}]}],"buffers":[{"byteLength":36,"uri":"box.bin"}],
        "bufferViews":[{"buffer":0,"byteLength":36}],
        "accessors":[{"bufferView":0,"componentType":5126,"count":3,"type":"VEC3","min":[0,0,0],"max":[1,1,1]}]}"#;
    let bytes = external("models/box.gltf");
    let decoded = decode(&bytes, &DecodeOptions::default(), &OneFile("models/box.gltf", gltf.to_vec(), false)).unwrap();
    assert!(matches!(&decoded, Decoded::Missing(uris) if uris == &["models/box.bin"]), "{decoded:?}");
}

#[test]
fn uris_are_resolved_beside_the_gltf() {
    let beside = |base| Beside { base, resources: &NoResources };
    assert_eq!(beside("a/b/c.gltf?v=1/2").resolve("t.png"), "a/b/t.png");
    assert_eq!(beside("c.gltf").resolve("t.png"), "t.png");
    assert_eq!(beside("a/c.gltf").resolve("https://x.y/t.png"), "https://x.y/t.png");
    assert_eq!(beside("a/c.gltf").resolve("/t.png"), "/t.png");
}
