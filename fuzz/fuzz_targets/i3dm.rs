//! i3dm tiles from any bytes: no panic, bounded memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::format::content::i3dm;
use mirante::format::content::decode::{DecodeOptions, NoResources};

fuzz_target!(|bytes: &[u8]| {
    let _ = i3dm::read(bytes, &DecodeOptions::default(), &NoResources);
});
