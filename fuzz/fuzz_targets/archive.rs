//! Archives: opening, every entry, and the index.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::format::archive::Archive;

const MAX_BYTES: u64 = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let Ok((archive, _)) = Archive::open(bytes) else { return };
    let names: Vec<String> = archive.directory().iter().take(100).map(|(name, _)| name.into_owned()).collect();
    for name in names {
        if let Ok(content) = archive.read(&name, MAX_BYTES) {
            assert!(content.len() as u64 <= MAX_BYTES);
        }
    }
    let _ = archive.check_index();
});
