//! GeoTIFF from any bytes: directories, keys, palettes, and a window of values.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::format::raster::geotiff::GeoTiff;
use mirante::format::raster::{Raster, Window};
use std::io::Cursor;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut tiff) = GeoTiff::open(Cursor::new(bytes)) else { return };
    let (width, height) = (tiff.head().width_px.min(64), tiff.head().height_px.min(64));
    let window = Window { col: 0, row: 0, width, height };
    if let Ok(heights) = tiff.heights(window) {
        assert_eq!(heights.len(), (width * height) as usize);
    }
    let _ = tiff.colors(window);
});
