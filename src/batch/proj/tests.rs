//! Systems by PROJ against the same truth as those without it, and names that only PROJ knows.

use glam::DVec3;

use super::named;
use crate::bake::source::Crs;
use crate::bake::source::crs::tests::{Point, check_heights, error_m, truth};
use crate::bake::source::crs::{CrsError, Heights, NamedCrs, Vertical};

/// The first point of each system with it: a system costs some ten milliseconds.
fn systems(heights: Heights) -> impl Iterator<Item = (NamedCrs, Point)> {
    let mut points = truth();
    points.dedup_by(|next, first| next.name == first.name);
    assert_eq!(points.len(), 30);
    points.into_iter().map(move |point| {
        let crs = named(&point.name, heights).unwrap_or_else(|error| panic!("{}: {error}", point.name));
        (crs, point)
    })
}

#[test]
fn all_systems_agree_with_the_truth() {
    for (crs, point) in systems(Heights::AsNamed) {
        let error_m = error_m(&crs, &point);
        assert!(error_m < 1e-6, "{}: {error_m} m", point.name);
        assert_eq!(crs.north_first(), point.north_first, "{}", point.name);
        if crs.issues().iter().all(|issue| !issue.message.contains("shift to WGS84")) {
            check_heights(&crs, &point);
        }
    }
}

#[test]
fn map_positions_come_back() {
    for (crs, point) in systems(Heights::Ellipsoidal) {
        let lon_lat = crs.lon_lat_from_map(point.map.truncate()).expect("on Earth");
        let back = crs.map_from_lon_lat(lon_lat).expect("on the map");
        assert!(back.distance(point.map.truncate()) < 2e-3, "{}: {back} {}", point.name, point.map);
    }
}

#[test]
fn names_of_other_authorities_and_wkt_without_codes_are_known() {
    let wkt = r#"PROJCS["by hand",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",3],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]"#;
    let at = DVec3::new(370_000.0, 4_720_000.0, 0.0);
    let expected = named("EPSG:32631", Heights::Ellipsoidal).expect("known").geodetic(at).expect("on Earth");
    for text in [wkt, "WGS 84 / UTM zone 31N", "+proj=utm +zone=31 +datum=WGS84 +units=m +no_defs"] {
        let crs = named(text, Heights::Ellipsoidal).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(crs.geodetic(at).expect("on Earth").distance(expected) < 1e-10, "{text}");
    }
    assert!(named("ESRI:102100", Heights::Ellipsoidal).is_ok());
}

#[test]
fn feet_and_depths_come_from_the_register() {
    let feet = named("EPSG:2263+6360", Heights::AsNamed).expect("known").vertical();
    assert_eq!(feet.datum, Vertical::Orthometric);
    assert!((feet.metres_per_unit - 1200.0 / 3937.0).abs() < 1e-12);
    // Mean sea level depth.
    assert_eq!(named("EPSG:4326+5715", Heights::AsNamed).expect("known").vertical().metres_per_unit, -1.0);
}

#[test]
fn a_datum_without_known_shift_is_told() {
    // Gunung Segara (Jakarta) has no transformation to WGS84 at all but by its neighbours.
    let crs = named("+proj=utm +zone=50 +ellps=bessel +units=m", Heights::Ellipsoidal).expect("usable");
    assert!(crs.issues().iter().any(|issue| issue.message.contains("not known")), "{:?}", crs.issues());
}

#[test]
fn what_has_no_place_on_the_earth_is_refused() {
    for text in ["EPSG:5709", "EPSG:4978", "EPSG:99999", "no such system"] {
        let error = named(text, Heights::AsNamed).err().unwrap_or_else(|| panic!("{text} is of no use"));
        assert!(matches!(error, CrsError::Unusable { .. }), "{text}: {error}");
    }
}
