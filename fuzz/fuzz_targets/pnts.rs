//! pnts tiles from any bytes: no panic, bounded memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::format::content::pnts;
use mirante::format::content::decode::{DecodeOptions, NoResources};

fuzz_target!(|bytes: &[u8]| {
    let _ = pnts::read(bytes, &DecodeOptions::default(), &NoResources);
});
