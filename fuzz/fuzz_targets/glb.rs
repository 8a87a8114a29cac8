//! GLB and .gltf from any bytes, with all that may lie inside (meshopt, Draco, images): no panic, bounded memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::format::content::UpAxis;
use mirante::format::content::decode::{DecodeOptions, Limits, NoResources};
use mirante::format::content::gltf::{self, GltfFrame};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        decompressed_bytes: 16 << 20,
        vertices: 100_000,
        indices: 1_000_000,
        parts: 1000,
        instances: 10_000,
        texture_side_px: 1024,
        texture_bytes: 16 << 20,
        ..Limits::default()
    };
    for merge in [false, true] {
        let options = DecodeOptions { limits, merge, bc7: merge, ..DecodeOptions::default() };
        let _ = gltf::read(bytes, &GltfFrame::new(UpAxis::Y), &options, &NoResources);
    }
});
