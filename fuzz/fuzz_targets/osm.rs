//! OSM data (PBF and XML) from any bytes: entities, and features with every area sound and finite.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mirante::bake::model::{Feature, Polygon, Shape};
use mirante::bake::source::osm::{OsmOptions, read_osm};
use mirante::bake::source::region::Region;

fn is_finite(polygon: &Polygon) -> bool {
    std::iter::once(&polygon.outer).chain(&polygon.holes).flatten().all(|p| p.is_finite())
}

fuzz_target!(|data: &[u8]| {
    for region in [None, Region::new(-10.0, -10.0, 10.0, 10.0)] {
        let options = OsmOptions { region, max_nodes: 100_000 };
        let _ = read_osm(&|| Ok(Box::new(data)), &options, &mut |feature: Feature| match &feature.shape {
            Shape::Building(building) => assert!(is_finite(&building.footprint)),
            Shape::Area(area) => assert!(area.polygons.iter().all(is_finite)),
            Shape::Way(way) => assert!(way.line.iter().all(|p| p.is_finite())),
            _ => {}
        });
    }
});
