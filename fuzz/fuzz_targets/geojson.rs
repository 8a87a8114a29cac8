//! GeoJSON from any bytes, as degrees.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::bake::model::Shape;
use mirante::bake::source::geojson::{GeoJsonOptions, Mapping, read_geojson};
use mirante::bake::source::{Crs, Wgs84};

fuzz_target!(|data: &[u8]| {
    let make_crs = |_: &str| Ok(Box::new(Wgs84) as Box<dyn Crs>);
    let options = GeoJsonOptions { mapping: Mapping::default(), crs: None, make_crs: &make_crs, region: None };
    let _ = read_geojson(&|| Ok(Box::new(data)), &options, &mut |feature| match &feature.shape {
        Shape::Building(building) => assert!(building.footprint.outer.iter().all(|p| p.is_finite())),
        Shape::Way(way) => assert!(way.line.iter().all(|p| p.is_finite())),
        _ => {}
    });
});
