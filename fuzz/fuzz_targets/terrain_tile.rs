//! Heights in the colours of a picture, and placed pictures, from any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::format::raster::picture::{Picture, Placement};
use mirante::format::raster::terrain_tile::{HeightColors, TerrainTile};
use mirante::format::raster::web_mercator::TileAddress;
use mirante::format::raster::{Raster, world_file};

fuzz_target!(|bytes: &[u8]| {
    // A picture of a gigabyte is within its limits, but not within a fuzzer's.
    let side_of_png = |at: usize| bytes.get(at..at + 4).map_or(0, |b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
    if bytes.starts_with(b"\x89PNG") && side_of_png(16).max(side_of_png(20)) > 2048 {
        return;
    }
    let Some(address) = TileAddress::new(3, 1, 2) else { return };
    for colors in [HeightColors::TerrainRgb, HeightColors::Terrarium] {
        if let Ok(mut tile) = TerrainTile::new(bytes, colors, address) {
            let window = tile.head().window();
            assert!(tile.heights(window).is_ok());
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(map_from_post) = world_file::parse(text)
    {
        let _ = Picture::new(bytes, &Placement::Map { map_from_post, crs: None });
    }
});
