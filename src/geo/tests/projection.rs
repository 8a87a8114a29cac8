use proptest::prelude::*;

use super::{truth_text, wgs84_distance_m};
use crate::geo::projection::{ProjectionError, proj_string_of_epsg};
use crate::geo::{Geodetic, Projection};

#[test]
fn eastings_and_northings_are_what_proj_says() {
    for row in truth_text("projected.csv") {
        let numbers: Vec<f64> = row[2..].iter().map(|f| f.parse().expect("a number")).collect();
        let [lon, lat, x, y] = numbers[..] else { panic!("four numbers") };
        let projection = Projection::from_epsg(row[0].parse().expect("a code")).expect("a known code");
        let place = Geodetic::from_degrees(lon, lat, 7.0);
        let (got_x, got_y, got_z) = projection.projected_from_geodetic(place).expect("it is on the map");
        let error_m = (got_x - x).hypot(got_y - y);
        // Where the datum is shifted, the parameters have few digits, and PROJ rounds the pole elsewhere.
        if row[1] == "shifted" {
            assert!(error_m < 0.05, "{row:?}: {got_x} {got_y}, {error_m} m");
        } else {
            assert!(error_m < 1e-5, "{row:?}: {got_x} {got_y}, {error_m} m");
        }
        assert_eq!(got_z, 7.0, "heights pass through");
    }
}

#[test]
fn every_known_code_makes_a_projection_that_comes_back() {
    let codes = (2000..33000).filter(|&code| proj_string_of_epsg(code).is_some());
    let mut count = 0;
    for code in codes {
        let projection = Projection::from_epsg(code).unwrap_or_else(|e| panic!("{code}: {e}"));
        if projection.is_geographic() {
            continue;
        }
        count += 1;
        // A place near each system's own origin: 20 km off it, so that nothing is zero.
        let text = projection.definition().to_string();
        let parameter = |name: &str, or: f64| {
            text.split('+').find_map(|p| p.trim().strip_prefix(&format!("{name}="))?.parse::<f64>().ok()).unwrap_or(or)
        };
        let lon = parameter("lon_0", parameter("zone", 30.5) * 6.0 - 183.0);
        let south = if text.contains("+south") { -1.0 } else { 1.0 };
        let lat = parameter("lat_0", 45.0).clamp(20.0, 60.0) * south;
        let start = Geodetic::from_degrees(lon + 0.2, lat + 0.2, 0.0);
        let (x, y, z) = projection.projected_from_geodetic(start).unwrap_or_else(|e| panic!("{code}: {e}"));
        let back = projection.geodetic_from_projected(x, y, z).unwrap_or_else(|e| panic!("{code}: {e}"));
        assert!(wgs84_distance_m(start, back) < 2e-3, "{code}: {start} {back}");
    }
    assert!(count > 180, "{count}");
}

#[test]
fn geographic_codes_are_longitude_and_latitude_in_degrees() {
    for code in [4326, 4979, 4258] {
        let projection = Projection::from_epsg(code).expect("known");
        assert!(projection.is_geographic());
        let place = projection.geodetic_from_projected(11.0, 44.0, 50.0).expect("on earth");
        assert!(wgs84_distance_m(place, Geodetic::from_degrees(11.0, 44.0, 50.0)) < 1e-6);
    }
}

#[test]
fn codes_are_read_in_all_common_spellings() {
    for text in
        ["EPSG:28992", "epsg:28992", "urn:ogc:def:crs:EPSG::28992", "https://www.opengis.net/def/crs/EPSG/0/28992"]
    {
        assert_eq!(
            Projection::parse(text).expect(text).definition(),
            Projection::from_epsg(28992).unwrap().definition()
        );
    }
    assert!(Projection::parse("+proj=utm +zone=32 +ellps=WGS84 +datum=WGS84 +units=m +no_defs").is_ok());
}

#[test]
fn what_is_no_projection_is_said_to_be_none() {
    assert_eq!(Projection::from_epsg(12).unwrap_err(), ProjectionError::UnknownEpsg(12));
    for text in ["", "Bologna", "EPSG:", "EPSG:x", "EPSG:99999999999999"] {
        assert!(matches!(Projection::parse(text), Err(ProjectionError::NotAProjection(_))), "{text}");
    }
    for text in ["+proj=", "+proj=nothing", "+proj=utm +zone=99", "+proj=geocent +datum=WGS84"] {
        assert!(matches!(Projection::from_proj_string(text), Err(ProjectionError::ProjString { .. })), "{text}");
    }
}

#[test]
fn files_named_in_a_proj_string_are_refused() {
    for text in ["+proj=utm +zone=32 +nadgrids=/etc/hosts", "+proj=longlat +datum=NAD27", "+init=epsg:4326 +proj=utm"] {
        assert!(matches!(Projection::from_proj_string(text), Err(ProjectionError::ProjString { .. })), "{text}");
    }
}

#[test]
fn positions_off_the_map_are_errors_not_panics() {
    let projection = Projection::from_epsg(32632).unwrap();
    for (x, y) in [(f64::NAN, 0.0), (f64::INFINITY, 5e6), (1e300, 1e300), (-1e18, 4e6)] {
        assert!(projection.geodetic_from_projected(x, y, 0.0).is_err(), "{x} {y}");
    }
    assert!(projection.projected_from_geodetic(Geodetic::new(f64::NAN, 0.0, 0.0)).is_err());
}

proptest! {
    #[test]
    fn utm_survives_the_way_back(lon in 6.0..12.0f64, lat in -80.0..84.0f64, height in -100.0..9000.0f64) {
        let projection = Projection::from_epsg(if lat < 0.0 { 32732 } else { 32632 }).unwrap();
        let start = Geodetic::from_degrees(lon, lat, height);
        let (x, y, z) = projection.projected_from_geodetic(start).unwrap();
        let back = projection.geodetic_from_projected(x, y, z).unwrap();
        prop_assert!(wgs84_distance_m(start, back) < 1e-6);
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,60}") {
        let _ = Projection::parse(&text);
        let _ = Projection::from_proj_string(&format!("+proj={text}"));
    }

    #[test]
    fn any_parameters_and_positions_are_answered(
        name in "(utm|tmerc|lcc|merc|laea|sterea|stere|somerc|aea|eqc|cea|moll|krovak|geos|aeqd|longlat|mill|estmerc|etmerc)",
        parameters in proptest::collection::vec((
            "(lat_0|lon_0|lat_1|lat_2|lat_ts|k|x_0|y_0|zone|a|b|rf|f|h|R|units|to_meter|towgs84|axis|pm|alpha|gamma|vunits)",
            "(-?[0-9]{1,4}(\\.[0-9]{1,3})?|1e30|nan|0|neu|wsu|us-ft|1,2,3|greenwich)"), 0..5),
        x in proptest::num::f64::ANY, y in proptest::num::f64::ANY
    ) {
        let parameters: String = parameters.iter().map(|(k, v)| format!(" +{k}={v}")).collect();
        if let Ok(projection) = Projection::from_proj_string(&format!("+proj={name}{parameters}")) {
            let _ = projection.geodetic_from_projected(x, y, 0.0);
            let _ = projection.projected_from_geodetic(Geodetic::new(x, y, 0.0));
        }
    }
}
