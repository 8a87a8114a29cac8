//! Small tiles made by code, for the tests of the tile formats.

use std::sync::Arc;

use super::decode::{DecodeOptions, Decoded, NoResources};
use super::{Content, FeatureIds, Part};

/// A tile of any of the three formats with a common header; sections and payload are padded as the standard asks.
pub(super) fn tile(magic: &str, feature: (&str, &[u8]), batch: (&str, &[u8]), payload: &[u8]) -> Vec<u8> {
    let format_word = if magic == "i3dm" { 4 } else { 0 };
    let mut bytes = vec![0; 28 + format_word];
    let mut lengths = Vec::new();
    for (json, binary) in [feature, batch] {
        lengths.push(push_padded(&mut bytes, json.as_bytes(), b' '));
        lengths.push(push_padded(&mut bytes, binary, 0));
    }
    push_padded(&mut bytes, payload, 0);
    let total = bytes.len() as u32;
    bytes[..4].copy_from_slice(magic.as_bytes());
    for (index, word) in [1, total].into_iter().chain(lengths).chain([1]).take(6 + format_word / 4).enumerate() {
        bytes[4 + index * 4..8 + index * 4].copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

/// Appends a section with its padding; its length.
fn push_padded(bytes: &mut Vec<u8>, section: &[u8], filler: u8) -> u32 {
    let start = bytes.len();
    if !section.is_empty() {
        bytes.extend(section);
        bytes.resize(bytes.len().next_multiple_of(8), filler);
    }
    (bytes.len() - start) as u32
}

/// A composite of tiles.
pub(super) fn composite(tiles: &[Vec<u8>]) -> Vec<u8> {
    let total = 16 + tiles.iter().map(Vec::len).sum::<usize>();
    let mut bytes = b"cmpt".to_vec();
    for word in [1, total as u32, tiles.len() as u32] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(tiles.concat());
    bytes
}

/// A GLB of one triangle at (0,0,0), (2,0,0), (0,3,0) with one batch id for each corner, under a node with `node` as
/// further JSON members (`"translation":[…]`).
pub(super) fn glb(node: &str) -> Vec<u8> {
    let comma = if node.is_empty() { "" } else { "," };
    let json = format!(
        r#"{{"asset":{{"version":"2.0","copyright":"A;B"}},"scene":0,"scenes":[{{"nodes":[0]}}],
        "nodes":[{{"mesh":0{comma}{node}}}],
        "meshes":[{{"primitives":[{{"attributes":{{"POSITION":0,"_BATCHID":1}},"indices":2}}]}}],
        "buffers":[{{"byteLength":56}}],
        "bufferViews":[{{"buffer":0,"byteLength":36}},{{"buffer":0,"byteOffset":36,"byteLength":12}},
            {{"buffer":0,"byteOffset":48,"byteLength":6}}],
        "accessors":[
            {{"bufferView":0,"componentType":5126,"count":3,"type":"VEC3","min":[0,0,0],"max":[2,3,0]}},
            {{"bufferView":1,"componentType":5126,"count":3,"type":"SCALAR"}},
            {{"bufferView":2,"componentType":5123,"count":3,"type":"SCALAR"}}]}}"#
    );
    let mut binary = floats(&[0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 1.0, 1.0]);
    binary.extend([0, 0, 1, 0, 2, 0, 0, 0]);
    let mut json = json.into_bytes();
    json.resize(json.len().next_multiple_of(4), b' ');
    let mut bytes = b"glTF".to_vec();
    for word in [2, 28 + json.len() + binary.len(), json.len()] {
        bytes.extend((word as u32).to_le_bytes());
    }
    bytes.extend(b"JSON");
    bytes.extend(json);
    bytes.extend((binary.len() as u32).to_le_bytes());
    bytes.extend(b"BIN\0");
    bytes.extend(binary);
    bytes
}

pub(super) fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Reads a tile that needs no other file.
pub(super) fn content(bytes: &[u8]) -> Content {
    content_with(bytes, &DecodeOptions::default())
}

pub(super) fn content_with(bytes: &[u8], options: &DecodeOptions) -> Content {
    match super::decode::decode(bytes, options, &NoResources) {
        Ok(Decoded::Content(content)) => content,
        other => panic!("expected a content, got {other:?}"),
    }
}

/// Every vertex of every copy of a part in the content frame.
pub(super) fn placed(part: &Part) -> Vec<glam::DVec3> {
    let identity = [super::Instance { part_from_instance: glam::DAffine3::IDENTITY }];
    let copies = if part.instances.is_empty() { &identity[..] } else { &part.instances };
    let place = |copy: &super::Instance| {
        let content_from_copy = part.content_from_part * copy.part_from_instance;
        part.geometry.positions.iter().map(move |p| content_from_copy.transform_point3(p.as_dvec3()))
    };
    copies.iter().flat_map(place).collect()
}

/// The ids of the first feature set, as they are told vertex by vertex or instance by instance.
pub(super) fn ids(part: &Part) -> Option<Arc<[u32]>> {
    match &part.feature_sets.first()?.ids {
        FeatureIds::Vertex(ids) | FeatureIds::Instance(ids) => Some(Arc::clone(ids)),
        _ => None,
    }
}
