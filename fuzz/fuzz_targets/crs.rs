//! Names of reference systems from any text, and a place in what they name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::bake::source::Crs;
use mirante::bake::source::crs::{Heights, named};

fuzz_target!(|input: (&str, [f64; 3])| {
    let (name, place) = input;
    if let Ok(crs) = named(name, Heights::AsNamed)
        && let Some(got) = crs.geodetic(place.into())
    {
        assert!(got.is_finite());
    }
});
