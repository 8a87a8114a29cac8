//! Systems by name against PROJ (`tests/cases/crs`), and the rules of names and heights.

use glam::DVec3;
use proptest::prelude::*;

use super::*;
use crate::geo::wgs84;

/// A row of truth: name, map position, longitude and latitude, height in metres, what it is above, first axis.
pub(crate) struct Point {
    pub name: String,
    pub map: DVec3,
    pub lon_lat_deg: DVec2,
    pub height_m: f64,
    pub above: String,
    pub north_first: bool,
}

pub(crate) fn truth() -> Vec<Point> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/crs/points.csv");
    let text = std::fs::read_to_string(path).expect("the truth is there");
    let point = |line: &str| {
        let field: Vec<&str> = line.split(',').collect();
        let number = |i: usize| field[i].parse::<f64>().expect("a number");
        Point {
            name: field[0].to_string(),
            map: DVec3::new(number(1), number(2), number(3)),
            lon_lat_deg: DVec2::new(number(4), number(5)),
            height_m: number(6),
            above: field[7].to_string(),
            north_first: field[8] == "north",
        }
    };
    text.lines().skip(1).map(point).collect()
}

/// How far a system puts a point from where it should be, metres along the ground.
pub(crate) fn error_m(crs: &NamedCrs, point: &Point) -> f64 {
    let got = crs.geodetic(point.map).unwrap_or_else(|| panic!("{}: on Earth", point.name));
    let ecef = |p: DVec2| wgs84::ecef_from_geodetic(Geodetic::from_degrees(p.x, p.y, 0.0));
    ecef(got.truncate()).distance(ecef(point.lon_lat_deg))
}

/// That heights are what the truth says, and that what the job must know is told.
pub(crate) fn check_heights(crs: &NamedCrs, point: &Point) {
    let got = crs.geodetic(point.map).expect("on Earth");
    let expected = match point.above.as_str() {
        "ellipsoid" => point.height_m,
        _ => point.height_m + undulation_m(point.lon_lat_deg),
    };
    assert!((got.z - expected).abs() < 1e-3, "{}: {} is {expected}", point.name, got.z);
    let text = crs.issues().iter().map(ToString::to_string).collect::<String>();
    match point.above.as_str() {
        "" => assert!(text.contains("warning") && text.contains("tells nothing of heights"), "{}: {text}", point.name),
        "sea" => assert!(text.contains("EGM96 stands in"), "{}: {text}", point.name),
        _ => assert!(text.is_empty(), "{}: {text}", point.name),
    }
}

#[test]
fn systems_without_a_database_agree_with_proj() {
    let mut known = 0;
    for point in truth() {
        let crs = match named(&point.name, Heights::AsNamed) {
            Ok(crs) => crs,
            Err(CrsError::Unknown(_)) => continue,
            Err(error) => panic!("{error}"),
        };
        // Datums by seven parameters: the parameters of `geo::projection` have fewer digits than the register's.
        let shifted = ["EPSG:7415", "EPSG:27700", "EPSG:7405", "EPSG:2056", "EPSG:31467"];
        let limit_m = if shifted.iter().any(|name| point.name.starts_with(name)) { 0.05 } else { 2e-5 };
        let error_m = error_m(&crs, &point);
        assert!(error_m < limit_m, "{}: {error_m} m", point.name);
        check_heights(&crs, &point);
        assert_eq!(crs.north_first(), point.north_first, "{}", point.name);
        known += 1;
    }
    assert!(known >= 60, "{known}");
}

#[test]
fn map_positions_come_back() {
    for point in truth() {
        let Ok(crs) = named(&point.name, Heights::Ellipsoidal) else { continue };
        let back =
            crs.map_from_lon_lat(crs.lon_lat_from_map(point.map.truncate()).expect("on Earth")).expect("on the map");
        // The Swiss projection is inverted to a millimetre.
        let unit = if crs.name().contains("CRS84") || point.map.x.abs() < 360.0 { 1e-9 } else { 2e-3 };
        assert!(back.distance(point.map.truncate()) < unit, "{}: {back} {}", point.name, point.map);
    }
}

#[test]
fn all_ways_to_write_a_system_mean_the_same() {
    let compound = "EPSG:28992+5709";
    for (text, expected) in [
        ("EPSG:28992", "EPSG:28992"),
        (" epsg:28992 ", "EPSG:28992"),
        ("28992", "EPSG:28992"),
        ("urn:ogc:def:crs:EPSG::28992", "EPSG:28992"),
        ("urn:ogc:def:crs:EPSG:9.8.1:28992", "EPSG:28992"),
        ("urn:x-ogc:def:crs:EPSG:28992", "EPSG:28992"),
        ("http://www.opengis.net/def/crs/EPSG/0/28992", "EPSG:28992"),
        ("https://www.opengis.net/def/crs/EPSG/0/28992/", "EPSG:28992"),
        ("http://www.opengis.net/gml/srs/epsg.xml#28992", "EPSG:28992"),
        ("EPSG:7415", compound),
        ("https://www.opengis.net/def/crs/EPSG/0/7415", compound),
        ("EPSG:28992+5709", compound),
        ("EPSG:28992+EPSG:5709", compound),
        ("urn:ogc:def:crs,crs:EPSG::28992,crs:EPSG::5709", compound),
        (
            "http://www.opengis.net/def/crs-compound?1=http://www.opengis.net/def/crs/EPSG/0/28992&2=http://www.opengis.net/def/crs/EPSG/0/5709",
            compound,
        ),
        ("http://www.opengis.net/def/crs/EPSG/0/6697", "EPSG:6668+6695"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC:CRS84"),
        ("WGS 84", "EPSG:4326"),
        (
            r#"PROJCS["Amersfoort / RD New",GEOGCS["Amersfoort",AUTHORITY["EPSG","4289"]],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AUTHORITY["EPSG","28992"]]"#,
            "EPSG:28992",
        ),
        (
            r#"COMPD_CS["RD + NAP",PROJCS["RD",GEOGCS["A",AUTHORITY["EPSG","4289"]],AUTHORITY["EPSG","28992"]],VERT_CS["NAP",VERT_DATUM["N",2005,AUTHORITY["EPSG","5109"]],AUTHORITY["EPSG","5709"]]]"#,
            compound,
        ),
        (
            r#"COMPOUNDCRS["x [odd] name",PROJCRS["a",BASEGEOGCRS["b",ID["EPSG",4289]],ID["EPSG",28992]],VERTCRS["c",ID["EPSG",5709]],ID["EPSG",7415]]"#,
            compound,
        ),
    ] {
        assert_eq!(CrsName::parse(text).expect("a name").to_string(), expected, "{text}");
    }
}

#[test]
fn what_is_no_system_is_refused_with_its_text() {
    for text in ["", "   ", "the town hall", "ESRI:102100", "EPSG:", "EPSG:x", "+28992", "PROJCS[\"no code\"]"] {
        let error = named(text, Heights::AsNamed).err().unwrap_or_else(|| panic!("{text:?} is no system"));
        assert!(matches!(error, CrsError::Name(_)), "{text:?}: {error}");
    }
    assert!(matches!(named("EPSG:31256", Heights::AsNamed), Err(CrsError::Unknown(31256))));
    assert!(matches!(named("+proj=nothing", Heights::AsNamed), Err(CrsError::Unusable { .. })));
}

#[test]
fn the_job_overrides_what_a_name_says_of_heights() {
    let at = DVec3::new(84_500.0, 446_900.0, 3.0);
    let height = |name: &str, heights| named(name, heights).expect("known").geodetic(at).expect("on Earth").z;
    let sea = height("EPSG:7415", Heights::AsNamed);
    // NLGEO2018 has 43.4 m at Delft; EGM96 is near it.
    assert!((sea - 46.4).abs() < 1.0, "{sea}");
    assert_eq!(height("EPSG:7415", Heights::Ellipsoidal), 3.0);
    assert_eq!(height("EPSG:28992", Heights::Ellipsoidal), 3.0);
    assert_eq!(height("EPSG:28992", Heights::Orthometric), sea);
    assert!(named("EPSG:28992", Heights::Ellipsoidal).expect("known").issues().is_empty());
}

#[test]
fn a_proj_string_may_tell_the_unit_of_heights() {
    let text = "+proj=utm +zone=31 +datum=WGS84 +units=m +vunits=us-ft +no_defs";
    let crs = named(text, Heights::AsNamed).expect("usable");
    assert_eq!(crs.vertical().datum, Vertical::Orthometric);
    assert!((crs.vertical().metres_per_unit - 0.304_800_609_6).abs() < 1e-9);
}

#[test]
fn coordinates_off_the_earth_are_nothing() {
    for name in ["EPSG:4326", "EPSG:28992", "EPSG:32631"] {
        let crs = named(name, Heights::Ellipsoidal).expect("known");
        for p in [DVec3::splat(f64::NAN), DVec3::new(f64::INFINITY, 0.0, 0.0), DVec3::new(0.0, 0.0, f64::NAN)] {
            assert_eq!(crs.geodetic(p), None, "{name} {p}");
        }
    }
    let crs = named("EPSG:4326", Heights::Ellipsoidal).expect("known");
    assert_eq!(crs.geodetic(DVec3::new(10.0, 91.0, 0.0)), None);
}

#[test]
fn a_factory_gathers_what_is_to_be_told() {
    let notes = RefCell::new(Issues::default());
    let make = factory(&named, Heights::AsNamed, &notes);
    assert!(make("EPSG:7415").is_ok());
    assert!(make("nonsense").is_err());
    assert_eq!(notes.borrow().len(), 1);
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,80}", tail in r#"[A-Z_]{2,8}\[[\[\],"A-Z0-9]{0,40}"#) {
        let _ = CrsName::parse(&text);
        let _ = CrsName::parse(&format!("COMPD_CS[{tail}"));
        let _ = named(&tail, Heights::AsNamed);
    }
}
