//! CityJSON files from any bytes, read and converted as far as they go.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::bake::model::Shape;
use mirante::bake::source::city::Options;
use mirante::bake::source::{Crs, Wgs84, cityjson};

fuzz_target!(|data: &[u8]| {
    let factory = |_: &str| -> Result<Box<dyn Crs>, String> { Ok(Box::new(Wgs84)) };
    let options = Options { crs: Some("any"), ..Options::default() };
    let _ = cityjson::read(data, &options, &factory, &mut |feature| {
        if let Shape::Surfaces(surfaces) = &feature.shape {
            for lod in &surfaces.lods {
                assert!(lod.vertices.iter().all(|v| v.is_finite()));
                let indices = lod.surfaces.iter().flat_map(|s| &s.rings).flatten();
                assert!(indices.copied().all(|i| (i as usize) < lod.vertices.len()));
            }
        }
    });
});
