//! Subtree files: the first byte chooses the scheme and the levels.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::format::subtree::{self, SubtreeRead};
use mirante::format::tileset::Subdivision;

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, bytes)) = bytes.split_first() else { return };
    let scheme = if first & 1 == 0 { Subdivision::Quadtree } else { Subdivision::Octree };
    let levels = u32::from(first >> 1) % 8;
    let buffers = |uri: &str| (uri.len() % 2 == 0).then(|| bytes.into());
    if let Ok(SubtreeRead::Done(subtree, _)) = subtree::read(bytes, scheme, levels, &buffers) {
        for level in 0..=levels {
            let _ = (subtree.tile_available(level, 0), subtree.content_row(0, level, 1));
        }
        assert!(!subtree.tile_available(levels, 0));
    }
});
