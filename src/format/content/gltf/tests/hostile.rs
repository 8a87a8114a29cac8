//! Damaged and lying files: whatever comes, no panic, bounded work, and a content that keeps its promises.

use super::super::super::decode::Limits;
use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Small enough that a lie about a size shows as slowness or memory, large enough for the cases themselves.
fn limits() -> Limits {
    Limits {
        inflated_bytes: 1 << 20,
        decompressed_bytes: 1 << 20,
        vertices: 10_000,
        indices: 100_000,
        parts: 100,
        instances: 1000,
        texture_side_px: 256,
        texture_bytes: 1 << 20,
    }
}

fn survive(bytes: &[u8], what: &str) {
    let options = DecodeOptions { limits: limits(), merge: true, ..DecodeOptions::default() };
    let decoded = super::super::read(bytes, &GltfFrame::new(UpAxis::Y), &options, &NoResources);
    if let Ok(Decoded::Content(content)) = decoded {
        assert_sound(&content, what);
    }
}

fn glbs() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(cases())
        .expect("the cases are there")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "glb"))
        .map(|path| (path.display().to_string(), std::fs::read(&path).expect("readable")))
        .collect();
    files.sort();
    assert!(files.len() > 10);
    files
}

/// Splits a GLB into its JSON and the rest (the BIN chunk with its header).
fn split(glb: &[u8]) -> (Value, &[u8]) {
    let length = u32::from_le_bytes(glb[12..16].try_into().expect("4 bytes")) as usize;
    (serde_json::from_slice(&glb[20..20 + length]).expect("JSON"), &glb[20 + length..])
}

fn glb(json: &Value, rest: &[u8]) -> Vec<u8> {
    let mut text = json.to_string().into_bytes();
    text.resize(text.len().next_multiple_of(4), b' ');
    let mut file = b"glTF\x02\0\0\0".to_vec();
    file.extend((20 + text.len() as u32 + rest.len() as u32).to_le_bytes());
    file.extend((text.len() as u32).to_le_bytes());
    file.extend(b"JSON");
    file.extend(text);
    file.extend(rest);
    file
}

#[test]
fn truncated_files_are_survived() {
    for (name, bytes) in glbs() {
        for cut in (0..bytes.len()).step_by(bytes.len() / 150 + 1) {
            survive(&bytes[..cut], &name);
        }
    }
}

/// The JSON pointers of all numbers and strings.
fn leaves(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, item)| leaves(item, format!("{path}/{index}"), found));
        }
        Value::Object(map) => map.iter().for_each(|(key, item)| leaves(item, format!("{path}/{key}"), found)),
        Value::Number(_) | Value::String(_) => found.push(path),
        _ => {}
    }
}

#[test]
fn every_number_of_the_json_may_lie() {
    let lies = [
        json!(0),
        json!(1),
        json!(7),
        json!(65_535),
        json!(u32::MAX),
        json!(u64::MAX),
        json!(-1),
        json!(1e300),
        json!("x"),
    ];
    for (name, bytes) in glbs() {
        let (json, rest) = split(&bytes);
        let mut paths = Vec::new();
        leaves(&json, String::new(), &mut paths);
        for path in paths {
            for lie in &lies {
                let mut lying = json.clone();
                *lying.pointer_mut(&path).expect("a leaf") = lie.clone();
                survive(&glb(&lying, rest), &format!("{name}: {path} = {lie}"));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1500), ..ProptestConfig::default() })]

    #[test]
    fn flipped_bytes_are_survived(file in 0usize..64, flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let files = glbs();
        let (name, bytes) = &files[file % files.len()];
        let mut bytes = bytes.clone();
        // The JSON itself breaks at once; what is of interest lies behind it.
        let start = 20 + u32::from_le_bytes(bytes[12..16].try_into().expect("4 bytes")) as usize;
        let count = bytes.len() - start;
        for (at, flip) in flips {
            bytes[start + at.index(count)] ^= flip;
        }
        survive(&bytes, name);
    }
}

#[test]
fn counts_that_no_bytes_back_are_refused_without_allocating_them() {
    let bytes = std::fs::read(cases().join("plain.glb")).expect("readable");
    let (json, rest) = split(&bytes);
    for count in [1u64 << 20, 1 << 31, u32::MAX.into(), 1 << 40, u64::MAX] {
        let mut lying = json.clone();
        for accessor in lying["accessors"].as_array_mut().expect("a list") {
            accessor["count"] = count.into();
            accessor.as_object_mut().expect("an object").remove("bufferView");
        }
        let options = DecodeOptions { limits: limits(), ..DecodeOptions::default() };
        if let Ok(content) = read_with(&glb(&lying, rest), &options, &NoResources) {
            assert!(content.byte_size() < 1 << 20);
            assert!(content.issues.has_errors());
        }
    }
}

#[test]
fn many_nodes_of_many_primitives_stop_at_the_limit_of_parts() {
    let bytes = std::fs::read(cases().join("plain.glb")).expect("readable");
    let (mut json, rest) = split(&bytes);
    let primitive = json["meshes"][0]["primitives"][0].clone();
    json["meshes"][0]["primitives"] = Value::Array(vec![primitive; 50]);
    let node = json["nodes"][0].clone();
    json["nodes"] = Value::Array(vec![node; 1000]);
    json["scenes"][0]["nodes"] = (0..1000).collect();
    let options = DecodeOptions { limits: limits(), ..DecodeOptions::default() };
    let content = read_with(&glb(&json, rest), &options, &NoResources).expect("readable");
    assert!(content.parts.len() <= 100);
    assert!(content.issues.has_errors());
}
