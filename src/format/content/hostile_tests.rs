//! Broken tiles: cut anywhere, with bytes changed, with lengths that lie. Nothing may panic, contents must keep their
//! promises, and memory must stay in proportion to the file.

use super::decode::{ContentError, DecodeOptions, Decoded, NoResources, decode};
use super::test_tiles::{composite, floats, glb, tile};
use super::{Content, FeatureIds};
use crate::test_support::shared_data;

/// One tile of each format with many of its branches.
fn seeds() -> Vec<Vec<u8>> {
    let b3dm = tile(
        "b3dm",
        (r#"{"BATCH_LENGTH":2,"RTC_CENTER":{"byteOffset":0}}"#, &floats(&[1.0, 2.0, 3.0])),
        (
            r#"{"id":[1,2],"h":{"byteOffset":0,"componentType":"FLOAT","type":"VEC2"},"extensions":
            {"3DTILES_batch_table_hierarchy":{"classes":[{"name":"a","length":2,"instances":{"w":[1,2]}}],
            "instancesLength":2,"classIds":{"byteOffset":0,"componentType":"UNSIGNED_BYTE"},"parentIds":[1,1]}}}"#,
            &floats(&[0.0, 2.0, 3.0, 4.0]),
        ),
        &glb(""),
    );
    let i3dm = tile(
        "i3dm",
        (
            r#"{"INSTANCES_LENGTH":2,"POSITION_QUANTIZED":{"byteOffset":0},"QUANTIZED_VOLUME_OFFSET":[0,0,0],
            "QUANTIZED_VOLUME_SCALE":[9,9,9],"NORMAL_UP_OCT32P":{"byteOffset":12},"NORMAL_RIGHT_OCT32P":{"byteOffset":20},
            "SCALE":{"byteOffset":28},"BATCH_ID":{"byteOffset":36,"componentType":"UNSIGNED_BYTE"}}"#,
            &(0..48).collect::<Vec<u8>>(),
        ),
        (r#"{"id":["x","y"]}"#, &[]),
        &glb(""),
    );
    let pnts = tile(
        "pnts",
        (
            r#"{"POINTS_LENGTH":3,"POSITION":{"byteOffset":0},"RGB565":{"byteOffset":36},
            "NORMAL_OCT16P":{"byteOffset":42},"BATCH_ID":{"byteOffset":48},"BATCH_LENGTH":2}"#,
            &(0..56).collect::<Vec<u8>>(),
        ),
        (r#"{"id":{"byteOffset":0,"componentType":"UNSIGNED_INT","type":"SCALAR"}}"#, &[0; 8]),
        &[],
    );
    let cmpt = composite(&[pnts.clone(), composite(std::slice::from_ref(&b3dm)), i3dm.clone()]);
    vec![b3dm, i3dm, pnts, cmpt]
}

fn real_seeds() -> Vec<Vec<u8>> {
    let Some(data) = shared_data() else { return Vec::new() };
    let folder = data.join("01_3dtiles/cesiumjs-specs");
    [
        "Batched/BatchedWithBatchTableBinary/batchedWithBatchTableBinary.b3dm",
        "Batched/BatchedDeprecated1/batchedDeprecated1.b3dm",
        "Instanced/InstancedQuantizedOct32POrientation/instancedQuantizedOct32POrientation.i3dm",
        "PointCloud/PointCloudDraco/pointCloudDraco.pnts",
        "PointCloud/PointCloudDracoBatched/pointCloudDracoBatched.pnts",
        "Composite/CompositeOfComposite/compositeOfComposite.cmpt",
    ]
    .iter()
    .filter_map(|path| std::fs::read(folder.join(path)).ok())
    .collect()
}

/// Reads without a panic and checks what readers promise.
fn survive(bytes: &[u8]) -> Result<(), ContentError> {
    let Decoded::Content(content) = decode(bytes, &DecodeOptions::default(), &NoResources)? else { return Ok(()) };
    check_promises(&content);
    assert!(content.byte_size() < (64 << 20), "{} bytes from {}", content.byte_size(), bytes.len());
    Ok(())
}

pub(super) fn check_promises(content: &Content) {
    for part in &content.parts {
        let geometry = &part.geometry;
        let count = geometry.positions.len();
        assert!(geometry.positions.iter().all(|p| p.is_finite()));
        assert!([geometry.normals.len(), geometry.colors.len()].iter().all(|&len| len == 0 || len == count));
        assert!(geometry.indices.iter().all(|&index| (index as usize) < count));
        assert!(part.material < content.materials.len());
        assert!(part.content_from_part.is_finite());
        assert!(part.instances.iter().all(|copy| copy.part_from_instance.is_finite()));
        for set in &part.feature_sets {
            assert!(set.table.is_none_or(|table| table < content.tables.len()));
            match &set.ids {
                FeatureIds::Vertex(ids) => assert_eq!(ids.len(), count),
                FeatureIds::Instance(ids) => assert_eq!(ids.len(), part.instances.len()),
                _ => {}
            }
        }
    }
    for property in content.tables.iter().flat_map(|table| &table.properties) {
        property.values.get(0);
        property.values.get(usize::MAX);
    }
}

/// Numbers that repeat in every run (Marsaglia's xorshift64).
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn the_seeds_themselves_are_read() {
    for seed in seeds().iter().chain(&real_seeds()) {
        survive(seed).unwrap();
    }
}

#[test]
fn tiles_cut_at_any_byte_do_not_panic() {
    for seed in seeds() {
        for end in 0..seed.len() {
            let _ = survive(&seed[..end]);
        }
    }
    for seed in real_seeds() {
        for end in (0..seed.len()).step_by(37) {
            let _ = survive(&seed[..end]);
        }
    }
}

#[test]
fn tiles_with_changed_bytes_do_not_panic() {
    let mut state = 0x9e37_79b9_7f4a_7c15;
    for (seed, rounds) in seeds().into_iter().map(|s| (s, 4000)).chain(real_seeds().into_iter().map(|s| (s, 300))) {
        for _ in 0..rounds {
            let mut bytes = seed.clone();
            for _ in 0..1 + random(&mut state) % 6 {
                let at = random(&mut state) as usize % bytes.len();
                bytes[at] = match random(&mut state) % 4 {
                    0 => 0xff,
                    1 => b'9',
                    2 => bytes[at] ^ (1 << (random(&mut state) % 8)),
                    _ => random(&mut state) as u8,
                };
            }
            let _ = survive(&bytes);
        }
    }
}

#[test]
fn lengths_that_lie_do_not_panic() {
    for seed in seeds().into_iter().chain(real_seeds()) {
        for word in 1..16 {
            let old = u32::from_le_bytes(*seed[word * 4..].first_chunk().unwrap());
            let lies = [0, 1, 7, old.wrapping_add(1), old.wrapping_sub(1), seed.len() as u32, 1 << 31, u32::MAX];
            for lie in lies {
                let mut bytes = seed.clone();
                bytes[word * 4..word * 4 + 4].copy_from_slice(&lie.to_le_bytes());
                let _ = survive(&bytes);
            }
        }
    }
}

#[test]
fn counts_in_the_json_that_lie_do_not_panic() {
    for seed in seeds() {
        for (at, _) in seed.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
            for lie in [b'0', b'9', b'-', b'.', b'[', b'"'] {
                let mut bytes = seed.clone();
                bytes[at] = lie;
                let _ = survive(&bytes);
                // A run of nines, as far as there are members to overwrite.
                let end = (at + 9).min(bytes.len());
                bytes[at..end].fill(b'9');
                let _ = survive(&bytes);
            }
        }
    }
}
