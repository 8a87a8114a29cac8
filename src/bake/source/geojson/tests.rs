use super::*;
use crate::bake::model::{Building, Point, Usage, Way};
use crate::geo::Projection;
use crate::test_support::shared_data;

/// By the projections of the pure core, heights as they are.
struct ByProjection(Projection);

impl Crs for ByProjection {
    fn geodetic(&self, p: DVec3) -> Option<DVec3> {
        let at = self.0.geodetic_from_projected(p.x, p.y, p.z).ok()?;
        Some(DVec3::new(at.lon_deg(), at.lat_deg(), at.height_m))
    }
}

fn make_crs(name: &str) -> Result<Box<dyn Crs>, String> {
    Projection::parse(name).map(|p| Box::new(ByProjection(p)) as Box<dyn Crs>).map_err(|error| error.to_string())
}

fn read_with(
    text: &str,
    mapping: Mapping,
    region: Option<Region>,
) -> Result<(Vec<Feature>, Vec<String>), GeoJsonSourceError> {
    let mut features = Vec::new();
    let options = GeoJsonOptions { mapping, crs: None, make_crs: &make_crs, region };
    let issues = read_geojson(&|| Ok(Box::new(text.as_bytes())), &options, &mut |feature| features.push(feature))?;
    Ok((features, issues.iter().map(ToString::to_string).collect()))
}

fn features_of(text: &str) -> (Vec<Feature>, Vec<String>) {
    read_with(text, Mapping::default(), None).expect("GeoJSON")
}

fn feature(properties: &str, kind: &str, coordinates: &str) -> String {
    format!(
        r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}"#
    )
}

const SQUARE: &str = "[[[7,43],[7.001,43],[7.001,43.001],[7,43.001],[7,43]]]";

fn building(feature: &Feature) -> &Building {
    match &feature.shape {
        Shape::Building(building) => building,
        other => panic!("{other:?} is no building"),
    }
}

#[test]
fn a_polygon_with_a_height_is_a_building() {
    let (features, issues) =
        features_of(&feature(r#"{"ID":"B1","HEIGHT":12.5,"floors":4,"nom":"Mairie","x":null}"#, "Polygon", SQUARE));
    assert!(issues.is_empty(), "{issues:?}");
    let f = &features[0];
    assert_eq!((f.id.as_str(), f.class.as_str(), f.name.as_str()), ("B1", "building", "Mairie"));
    assert_eq!(
        (building(f).height_m, building(f).floors, building(f).base),
        (Some(12.5), Some(4.0), Height::AboveGround(0.0))
    );
    assert_eq!(f.properties["HEIGHT"], Value::Number(12.5));
    assert_eq!(f.properties["floors"], Value::Integer(4));
    assert!(!f.properties.contains_key("x"));
}

#[test]
fn osm_tags_are_understood() {
    let text = [
        feature(r#"{"building":"church","@id":"way/5"}"#, "Polygon", SQUARE),
        feature(r#"{"natural":"water"}"#, "Polygon", SQUARE),
        feature(r#"{"highway":"primary","oneway":true,"lanes":2}"#, "LineString", "[[7,43],[7.1,43]]"),
        feature(r#"{"natural":"tree","height":"9 m"}"#, "Point", "[7,43]"),
        feature(r#"{"a":1}"#, "LineString", "[[7,43],[7.1,43]]"),
    ]
    .join("\n");
    let (features, _) = features_of(&text);
    let words: Vec<(&str, &str)> = features.iter().map(|f| (f.id.as_str(), f.class.as_str())).collect();
    let expected = [
        ("way/5", "building"),
        ("feature/1", "water"),
        ("feature/2", "road"),
        ("feature/3", "tree"),
        ("feature/4", "line"),
    ];
    assert_eq!(words, expected);
    assert_eq!(building(&features[0]).usage, Usage::Worship);
    assert!(matches!(&features[2].shape, Shape::Way(Way { lanes: Some((2, 0)), oneway: true, .. })));
    assert!(matches!(&features[3].shape, Shape::Point(Point { height_m: Some(9.0), .. })));
}

#[test]
fn the_mapping_renames_and_adds() {
    let mut mapping = Mapping { class: vec!["ART".to_string()], ..Mapping::default() };
    mapping.add.insert("highway".to_string(), "residential".to_string());
    mapping.tags.insert("BREITE".to_string(), "width".to_string());
    let text = feature(r#"{"BREITE":7.5,"ART":"Gasse"}"#, "LineString", "[[7,43],[7.1,43]]");
    let (features, _) = read_with(&text, mapping, None).expect("GeoJSON");
    assert_eq!(features[0].class, "gasse");
    assert!(
        matches!(&features[0].shape, Shape::Way(Way { kind: WayKind::Residential, width_m: Some(w), .. }) if *w == 7.5)
    );
}

#[test]
fn many_polygons_become_many_buildings() {
    let two = "[[[[7,43],[7.001,43],[7.001,43.001],[7,43]]],[[[8,43],[8.001,43],[8.001,43.001],[8,43]]]]";
    let (features, _) = features_of(&feature(r#"{"id":"m","height":5}"#, "MultiPolygon", two));
    let ids: Vec<&str> = features.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["m", "m#2"]);
    let (features, _) = features_of(&feature(r#"{"landuse":"forest"}"#, "MultiPolygon", two));
    assert!(matches!(&features[0].shape, Shape::Area(area) if area.polygons.len() == 2));
}

#[test]
fn heights_of_positions_are_the_ground_and_zeros_are_none() {
    let at = |z: f64| format!("[[[7,43,{z}],[7.001,43,{z}],[7.001,43.001,{z}],[7,43,{z}]]]");
    let base = |text: &str| building(&features_of(text).0[0]).base;
    assert_eq!(base(&feature(r#"{"height":5}"#, "Polygon", &at(187.5))), Height::Ellipsoidal(187.5));
    assert_eq!(base(&feature(r#"{"height":5,"min_height":2}"#, "Polygon", &at(187.5))), Height::Ellipsoidal(189.5));
    assert_eq!(base(&feature(r#"{"height":5}"#, "Polygon", &at(0.0))), Height::AboveGround(0.0));
    assert_eq!(base(&feature(r#"{"height":5,"Z_MIN":90}"#, "Polygon", SQUARE)), Height::Ellipsoidal(90.0));
    let (features, _) =
        features_of(&feature(r#"{"highway":"track","oneway":"-1"}"#, "LineString", "[[7,43,1],[7.1,43,2]]"));
    let Shape::Way(way) = &features[0].shape else { panic!("a way") };
    assert_eq!((way.line[0].z, way.line[1].z, way.heights), (2.0, 1.0, LineHeights::Ellipsoidal));
}

#[test]
fn positions_off_the_earth_cost_their_feature() {
    let text = [
        feature("{}", "Point", "[48.8, 102.3]"),
        feature("{}", "Point", "[1e9, 5]"),
        feature("{}", "Point", "[7, 43]"),
    ]
    .join("\n");
    let (features, issues) = features_of(&text);
    assert_eq!((features.len(), issues.len()), (1, 2));
    assert!(
        issues[0].contains("feature/0") && issues[0].contains("swapped") && !issues[1].contains("swapped"),
        "{issues:?}"
    );
}

#[test]
fn a_bow_tie_is_split_and_told() {
    let bow = "[[[7,43],[7.002,43.002],[7.002,43],[7,43.002],[7,43]]]";
    let (features, issues) = features_of(&feature(r#"{"id":"b","height":3}"#, "Polygon", bow));
    assert_eq!(features.len(), 2);
    assert!(issues[0].contains("at b: its sides cross"), "{issues:?}");
}

#[test]
fn an_unknown_coordinate_system_is_an_error() {
    let text = format!(
        r#"{{"type":"FeatureCollection","features":[{}],"crs":{{"type":"name","properties":{{"name":"EPSG:1"}}}}}}"#,
        feature("{}", "Point", "[1,2]")
    );
    assert!(matches!(read_with(&text, Mapping::default(), None), Err(GeoJsonSourceError::Crs { .. })));
    let degrees = text.replace("EPSG:1", "urn:ogc:def:crs:OGC:1.3:CRS84");
    assert_eq!(features_of(&degrees).0.len(), 1);
}

#[test]
fn whole_features_that_touch_the_region_are_kept() {
    let text = [feature("{}", "LineString", "[[6,43],[8,43]]"), feature("{}", "Point", "[8,43]")].join("\n");
    let region = Region::new(6.9, 42.9, 7.1, 43.1);
    assert_eq!(read_with(&text, Mapping::default(), region).expect("GeoJSON").0.len(), 1);
}

#[test]
fn lyon_lies_where_pyproj_puts_it() {
    let Some(data) = shared_data() else { return };
    let folder = data.join("02_city/lyon-py3dtilers/geojson_tiler_test_data");
    let Ok(text) = std::fs::read_to_string(folder.join("buildings/feature_1/oneBlock.geojson")) else { return };
    let (features, issues) = features_of(&text);
    assert!(issues.is_empty(), "{issues:?}");
    // `tests/cases/geojson/lyon.csv`: each building with its first corner and its footprint's area.
    let truth: Vec<Vec<&str>> = include_str!("../../../../tests/cases/geojson/lyon.csv")
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    assert_eq!(features.len(), truth.len());
    for (feature, row) in features.iter().zip(&truth) {
        let number = |index: usize| row[index].parse::<f64>().expect("a number");
        assert_eq!(feature.id, row[0]);
        let b = building(feature);
        assert_eq!((b.height_m, b.base), (Some(number(4)), Height::Ellipsoidal(number(3))));
        let corner = DVec2::new(number(1), number(2));
        let scale = polygons::metres_per_degree(corner.y);
        let nearest = b.footprint.outer.iter().map(|p| ((*p - corner) * scale).length()).fold(f64::MAX, f64::min);
        assert!(nearest < 0.001, "{}: {nearest} m", row[0]);
        let area =
            polygons::area_m2(&b.footprint.outer) + b.footprint.holes.iter().map(|h| polygons::area_m2(h)).sum::<f64>();
        assert!((area / number(5) - 1.0).abs() < 0.01, "{}: {area} m² instead of {}", row[0], row[5]);
    }
    let Ok(text) = std::fs::read_to_string(folder.join("roads/multi_line_string_road.geojson")) else { return };
    let mut mapping = Mapping::default();
    mapping.add.insert("highway".to_string(), "tertiary".to_string());
    let (roads, _) = read_with(&text, mapping, None).expect("GeoJSON");
    let Shape::Way(road) = &roads[0].shape else { panic!("a way") };
    assert_eq!((road.width_m, road.lanes, road.heights), (Some(6.0), Some((1, 1)), LineHeights::Ellipsoidal));
}
