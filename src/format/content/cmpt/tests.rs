use super::*;
use crate::format::content::TextureRef;
use crate::format::content::decode::{NoResources, decode};
use crate::format::content::test_tiles::{composite, content, glb, tile};
use glam::Vec2;

fn points(x: f32) -> Vec<u8> {
    let feature = format!(r#"{{"POINTS_LENGTH":1,"POSITION":[{x},0,0]}}"#);
    tile("pnts", (&feature, &[]), (r#"{"id":[1]}"#, &[]), &[])
}

fn batched() -> Vec<u8> {
    tile("b3dm", (r#"{"BATCH_LENGTH":2}"#, &[]), (r#"{"id":[5,6]}"#, &[]), &glb(""))
}

fn external(uri: &str) -> Vec<u8> {
    let feature = r#"{"INSTANCES_LENGTH":1,"POSITION":[7,0,0]}"#;
    let mut bytes = tile("i3dm", (feature, &[]), ("", &[]), uri.as_bytes());
    bytes[28] = 0;
    bytes
}

#[test]
fn inner_contents_are_joined_and_their_indices_shifted() {
    let content = content(&composite(&[points(1.0), batched(), composite(&[batched()]), glb("")]));
    assert_eq!(content.parts.len(), 4);
    let tables: Vec<_> = content.parts.iter().map(|part| part.feature_sets.first().and_then(|set| set.table)).collect();
    assert_eq!(tables, [Some(0), Some(1), Some(2), None]);
    assert_eq!(content.tables.len(), 3);
    assert!(content.parts.iter().all(|part| part.material < content.materials.len()));
    assert_eq!(content.copyrights, ["A", "B"]);
}

#[test]
fn textures_of_the_second_tile_are_shifted() {
    let used = TextureRef { texture: 0, tex_coord: 0, offset: Vec2::ZERO, rotation_rad: 0.0, scale: Vec2::ONE };
    let mut material = Material { normal_texture: Some(used), ..Material::default() };
    shift_textures(&mut material, 3);
    assert_eq!(material.normal_texture.map(|texture| texture.texture), Some(3));
    assert_eq!(material.base_color_texture, None);
}

#[test]
fn all_missing_files_are_asked_for_at_once() {
    struct Nothing;
    impl Resources for Nothing {
        fn get(&self, _: &str) -> Option<std::sync::Arc<[u8]>> {
            None
        }
        fn failed(&self, _: &str) -> bool {
            false
        }
    }
    let bytes = composite(&[external("b.glb"), points(0.0), composite(&[external("a.glb"), external("b.glb")])]);
    let decoded = decode(&bytes, &DecodeOptions::default(), &Nothing).unwrap();
    assert!(matches!(&decoded, Decoded::Missing(uris) if uris == &["a.glb", "b.glb"]), "{decoded:?}");
}

#[test]
fn a_broken_inner_tile_costs_itself_only() {
    let mut broken = points(1.0);
    broken[4] = 9;
    let content = content(&composite(&[broken.clone(), points(2.0)]));
    assert_eq!(content.parts.len(), 1);
    let issue = content.issues.iter().next().unwrap();
    assert_eq!((issue.path.as_str(), content.issues.has_errors()), ("tile 0", true));
    let all_broken = composite(&[broken]);
    assert!(decode(&all_broken, &DecodeOptions::default(), &NoResources).is_err());
}

#[test]
fn deep_nesting_ends_with_an_issue() {
    let mut bytes = composite(&[points(1.0)]);
    for _ in 0..100 {
        bytes = composite(&[bytes, points(0.0)]);
    }
    let content = content(&bytes);
    assert_eq!(content.parts.len(), MAX_DEPTH);
    assert!(content.issues.iter().any(|issue| issue.message.contains("nesting")));
}

#[test]
fn a_lying_count_of_tiles_ends_at_the_bytes() {
    let mut bytes = composite(&[points(1.0)]);
    bytes[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    let content = content(&bytes);
    assert_eq!((content.parts.len(), content.issues.len()), (1, 1));
}
