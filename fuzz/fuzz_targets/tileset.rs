//! Tileset files: reading must end soon and give a tree whose indices hold.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::format::tileset;

fuzz_target!(|bytes: &[u8]| {
    let Ok((tileset, _)) = tileset::read(bytes) else { return };
    for (index, tile) in tileset.tiles.iter().enumerate() {
        assert!(tile.geometric_error >= 0.0 && tile.parent_from_tile.is_finite());
        assert!(tile.children.iter().all(|&child| child as usize > index && (child as usize) < tileset.tiles.len()));
    }
});
