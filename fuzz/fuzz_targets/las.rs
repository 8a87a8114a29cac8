//! LAS and LAZ files: header, coordinate systems and all points.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use mirante::bake::cloud::crs::claims;
use mirante::bake::cloud::las::LasReader;
use mirante::format::issue::Issues;

fuzz_target!(|bytes: &[u8]| {
    let mut issues = Issues::default();
    let Ok(mut reader) = LasReader::open(Cursor::new(bytes.to_vec()), &mut issues) else { return };
    let _ = claims(reader.header(), reader.vlrs());
    let mut batch = Vec::new();
    // Chunks may lose their points, but the end comes.
    for _ in 0..10_000 {
        if !reader.read_batch(&mut batch, &mut issues) {
            return;
        }
    }
});
