//! Height files of any name and bytes; the bytes are repeated to a size that such files have.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::format::raster::hgt::Hgt;
use mirante::format::raster::{Raster, Window};

fuzz_target!(|input: (&str, &[u8], u32, u32, u32, u32)| {
    let (name, bytes, col, row, width, height) = input;
    let _ = Hgt::new(name, bytes.into());
    if bytes.is_empty() {
        return;
    }
    let whole: Vec<u8> = bytes.iter().copied().cycle().take(1201 * 1201 * 2).collect();
    if let Ok(mut hgt) = Hgt::new(name, whole.into()) {
        let window = Window { col, row, width, height };
        if let Ok(heights) = hgt.heights(window) {
            assert_eq!(heights.len() as u64, u64::from(width) * u64::from(height));
        }
    }
});
