//! Features of small files of our own.

use std::fmt::Write;

use super::*;
use crate::bake::model::{Building, Height, PointKind, Value, Way, WayKind};

pub(super) fn read_file(bytes: &[u8], options: &OsmOptions) -> (Vec<Feature>, Issues) {
    let mut features = Vec::new();
    let issues = read_osm(&|| Ok(Box::new(bytes)), options, &mut |feature| features.push(feature)).expect("it is OSM");
    (features, issues)
}

/// An XML file: nodes on a grid (id = 100 y + x, a thousandth of a degree apart, 0 to 20) and what is given.
fn file(things: &str) -> String {
    let mut text = String::from("<osm version=\"0.6\">");
    for y in 0..20 {
        for x in 0..20 {
            let (lat, lon) = (f64::from(y) * 1e-3, f64::from(x) * 1e-3);
            let _ = write!(text, "<node id=\"{}\" lat=\"{lat:.7}\" lon=\"{lon:.7}\"/>", 100 * y + x);
        }
    }
    text + things + "</osm>"
}

fn way(id: i64, nodes: &[i64], tags: &[(&str, &str)]) -> String {
    let nodes: String = nodes.iter().map(|node| format!("<nd ref=\"{node}\"/>")).collect();
    format!("<way id=\"{id}\">{nodes}{}</way>", tag_elements(tags))
}

fn relation(id: i64, members: &[(&str, i64, &str)], tags: &[(&str, &str)]) -> String {
    let members: String = members
        .iter()
        .map(|(kind, id, role)| format!("<member type=\"{kind}\" ref=\"{id}\" role=\"{role}\"/>"))
        .collect();
    format!("<relation id=\"{id}\">{members}{}</relation>", tag_elements(tags))
}

fn tag_elements(tags: &[(&str, &str)]) -> String {
    tags.iter().map(|(key, value)| format!("<tag k=\"{key}\" v=\"{value}\"/>")).collect()
}

/// A square from (x, y) with a side in grid steps.
fn square(x: i64, y: i64, side: i64) -> Vec<i64> {
    let at = |dx: i64, dy: i64| 100 * (y + dy) + x + dx;
    vec![at(0, 0), at(side, 0), at(side, side), at(0, side), at(0, 0)]
}

fn features_of(things: &str) -> (Vec<Feature>, Vec<String>) {
    let (features, issues) = read_file(file(things).as_bytes(), &OsmOptions::default());
    (features, issues.iter().map(ToString::to_string).collect())
}

fn ids(features: &[Feature]) -> Vec<&str> {
    features.iter().map(|feature| feature.id.as_str()).collect()
}

pub(super) fn polygons(feature: &Feature) -> &[Polygon] {
    match &feature.shape {
        Shape::Area(area) => &area.polygons,
        Shape::Building(Building { footprint, .. }) => std::slice::from_ref(footprint),
        other => panic!("{other:?} is no area"),
    }
}

/// In grid squares.
pub(super) fn area(feature: &Feature) -> f64 {
    // From the first corner, because absolute degrees would cost six digits.
    let of = |ring: &[DVec2]| {
        let sides = ring.iter().zip(ring.iter().cycle().skip(1));
        sides.map(|(a, b)| (*a - ring[0]).perp_dot(*b - ring[0])).sum::<f64>() / 2.0
    };
    polygons(feature).iter().map(|p| of(&p.outer) + p.holes.iter().map(|h| of(h)).sum::<f64>()).sum::<f64>() * 1e6
}

#[test]
fn an_outline_with_parts_gives_way_to_them() {
    let things = way(1, &square(0, 0, 4), &[("building", "yes"), ("height", "30")])
        + &way(2, &square(0, 0, 2), &[("building:part", "yes"), ("height", "10")])
        + &way(3, &square(2, 0, 2), &[("building:part", "yes"), ("height", "30"), ("min_height", "10")])
        + &way(4, &square(6, 0, 2), &[("building", "yes")]);
    let (features, issues) = features_of(&things);
    assert_eq!(ids(&features), ["way/2", "way/3", "way/4"]);
    assert!(issues.is_empty(), "{issues:?}");
    let Shape::Building(part) = &features[1].shape else { panic!("a building") };
    assert_eq!((part.base, part.height_m), (Height::AboveGround(10.0), Some(30.0)));
}

#[test]
fn an_outline_whose_parts_leave_most_of_it_bare_is_told() {
    let things =
        way(1, &square(0, 0, 4), &[("building", "church")]) + &way(2, &square(0, 0, 1), &[("building:part", "yes")]);
    let (features, issues) = features_of(&things);
    assert_eq!(ids(&features), ["way/2"]);
    assert!(issues[0].contains("way/1") && issues[0].contains("6 % of its outline"), "{issues:?}");
}

#[test]
fn a_building_relation_names_its_outline() {
    // The part lies outside of the outline, so only the relation tells that they belong together.
    let things = way(1, &square(0, 0, 2), &[("building", "yes")])
        + &way(2, &square(4, 0, 2), &[("building:part", "yes")])
        + &relation(5, &[("way", 1, "outline"), ("way", 2, "part")], &[("type", "building")]);
    assert_eq!(ids(&features_of(&things).0), ["way/2"]);
}

#[test]
fn multipolygons_are_assembled_from_pieces_with_wrong_and_missing_roles() {
    let things = way(1, &[0, 4, 404], &[])
        + &way(2, &[0, 400, 404], &[])
        + &way(3, &square(1, 1, 2), &[("natural", "water")])
        + &relation(
            7,
            &[("way", 1, "inner"), ("way", 2, "inner"), ("way", 3, "")],
            &[("type", "multipolygon"), ("landuse", "forest")],
        );
    let (features, issues) = features_of(&things);
    assert_eq!(ids(&features), ["way/3", "relation/7"]);
    assert!((area(&features[1]) - 12.0).abs() < 1e-6);
    assert_eq!(polygons(&features[1])[0].holes.len(), 1);
    assert!(issues.len() == 1 && issues[0].contains("1 rings have the wrong role"), "{issues:?}");
}

#[test]
fn wrong_roles_are_told() {
    let things = way(1, &square(0, 0, 4), &[])
        + &way(2, &square(1, 1, 2), &[])
        + &relation(7, &[("way", 1, "inner"), ("way", 2, "outer")], &[("type", "multipolygon"), ("building", "yes")]);
    let (features, issues) = features_of(&things);
    assert!((area(&features[0]) - 12.0).abs() < 1e-6);
    assert!(issues.len() == 1 && issues[0].contains("relation/7") && issues[0].contains("2 rings have the wrong role"));
}

#[test]
fn rings_that_cross_are_taken_by_their_roles() {
    let things = way(1, &square(0, 0, 4), &[])
        + &way(2, &square(3, 3, 2), &[])
        + &relation(7, &[("way", 1, "outer"), ("way", 2, "outer")], &[("type", "multipolygon"), ("landuse", "grass")]);
    let (features, issues) = features_of(&things);
    assert!((area(&features[0]) - 19.0).abs() < 1e-6);
    assert!(issues[0].contains("cross each other at longitude 0.00"), "{issues:?}");
}

#[test]
fn open_rings_and_missing_ways_are_told_with_their_place() {
    let things = way(1, &[0, 4, 404], &[])
        + &way(3, &square(6, 6, 2), &[])
        + &relation(
            7,
            &[("way", 1, "outer"), ("way", 2, "outer"), ("way", 3, "outer")],
            &[("type", "multipolygon"), ("natural", "water")],
        );
    let (features, issues) = features_of(&things);
    assert!((area(&features[0]) - 4.0).abs() < 1e-6, "the ring that is whole stays");
    assert!(issues[0].contains("relation/7") && issues[0].contains("1 of its ways"), "{issues:?}");
    assert!(
        issues[1].contains("open between longitude 0, latitude 0 and longitude 0.004, latitude 0.004"),
        "{issues:?}"
    );
}

#[test]
fn a_hole_whose_outer_ring_is_missing_becomes_no_area() {
    let things = way(2, &square(1, 1, 2), &[])
        + &relation(7, &[("way", 1, "outer"), ("way", 2, "inner")], &[("type", "multipolygon"), ("landuse", "forest")]);
    let (features, issues) = features_of(&things);
    assert_eq!((features.len(), issues.len()), (0, 1), "{issues:?}");
}

#[test]
fn old_multipolygons_have_their_tags_on_the_outer_way() {
    let things = way(1, &square(0, 0, 4), &[("building", "yes"), ("name", "Old")])
        + &way(2, &square(1, 1, 2), &[])
        + &relation(7, &[("way", 1, "outer"), ("way", 2, "inner")], &[("type", "multipolygon")]);
    let (features, _) = features_of(&things);
    assert_eq!((ids(&features), features[0].name.as_str()), (vec!["relation/7"], "Old"));
    assert!((area(&features[0]) - 12.0).abs() < 1e-6);
}

#[test]
fn a_bow_tie_is_split_and_told() {
    let (features, issues) = features_of(&way(1, &[0, 202, 2, 200, 0], &[("building", "yes")]));
    assert_eq!(ids(&features), ["way/1", "way/1#2"]);
    assert!(issues[0].contains("way/1") && issues[0].contains("split into 2"), "{issues:?}");
}

#[test]
fn missing_nodes_cost_an_area_but_only_shorten_a_line() {
    let things = way(1, &[0, 1, 99_999, 100, 0], &[("building", "yes")])
        + &way(2, &[0, 99_999, 1, 2, 3], &[("highway", "residential")])
        + &way(3, &[99_998, 99_999], &[("highway", "residential")]);
    let (features, issues) = features_of(&things);
    assert_eq!(ids(&features), ["way/2"]);
    let Shape::Way(Way { line, .. }) = &features[0].shape else { panic!("a way") };
    assert_eq!((line.len(), issues.len()), (3, 3));
}

#[test]
fn a_street_may_carry_a_tram_and_a_park_a_fence() {
    let things = way(1, &[0, 1, 2], &[("highway", "secondary"), ("railway", "tram"), ("name", "Ring")])
        + &way(2, &square(0, 0, 2), &[("leisure", "park"), ("barrier", "fence")])
        + &way(3, &square(0, 0, 2), &[("man_made", "pier")]);
    let (features, _) = features_of(&things);
    assert_eq!(ids(&features), ["way/1", "way/1#tram", "way/2", "way/2#fence", "way/3"]);
    assert!(matches!(&features[1].shape, Shape::Way(Way { kind: WayKind::Tram, .. })));
}

#[test]
fn a_tree_row_is_told_tree_by_tree() {
    let (features, _) = features_of(&way(1, &[0, 1], &[("natural", "tree_row"), ("leaf_type", "needleleaved")]));
    assert_eq!((features.len(), features[13].id.as_str()), (14, "way/1#tree 14"));
    assert!(features.iter().all(|f| matches!(&f.shape, Shape::Point(p) if p.kind == PointKind::NeedleleavedTree)));
    assert_eq!(features[0].properties["row"], Value::Text("way/1".to_string()));
}

#[test]
fn whole_features_that_touch_the_region_are_kept() {
    let things = way(1, &[0, 1, 2, 3, 4], &[("highway", "residential")])
        + &way(2, &square(10, 10, 2), &[("building", "yes")])
        + &way(3, &square(0, 0, 15), &[("landuse", "residential")]);
    let region = Region::new(0.0035, -0.001, 0.006, 0.001);
    let (features, issues) = read_file(file(&things).as_bytes(), &OsmOptions { region, ..OsmOptions::default() });
    assert_eq!(ids(&features), ["way/1", "way/3"]);
    assert!(issues.is_empty());
    let Shape::Way(Way { line, .. }) = &features[0].shape else { panic!("a way") };
    assert_eq!(line.len(), 5);
}

#[test]
fn a_region_beside_the_file_is_told_and_so_is_a_swap_of_its_axes() {
    let text = "<osm><bounds minlat=\"43\" minlon=\"7\" maxlat=\"44\" maxlon=\"8\"/></osm>";
    let with = |w: f64, s: f64| OsmOptions { region: Region::new(w, s, w + 0.1, s + 0.1), ..OsmOptions::default() };
    let text_of = |issues: &Issues| issues.iter().map(ToString::to_string).collect::<String>();
    assert!(text_of(&read_file(text.as_bytes(), &with(7.5, 43.5)).1).is_empty());
    assert!(text_of(&read_file(text.as_bytes(), &with(43.5, 7.5)).1).contains("swapped"));
    let beside = text_of(&read_file(text.as_bytes(), &with(20.0, 20.0)).1);
    assert!(beside.contains("does not touch") && !beside.contains("swapped"));
}

#[test]
fn the_sea_is_an_area_of_the_region() {
    let things = way(1, &[500, 501, 502, 503, 504, 505, 506], &[("natural", "coastline")]);
    let region = Region::new(0.001, 0.001, 0.005, 0.009);
    let (features, _) = read_file(file(&things).as_bytes(), &OsmOptions { region, ..OsmOptions::default() });
    assert_eq!(ids(&features), ["way/1", "sea"]);
    assert!((area(&features[1]) - 16.0).abs() < 1e-6);
}

#[test]
fn a_file_that_is_cut_off_is_read_up_to_there() {
    let text = file(&way(1, &square(0, 0, 2), &[("building", "yes")]));
    let cut = &text.as_bytes()[..text.len() - "</osm>".len()];
    let (features, issues) = read_file(cut, &OsmOptions::default());
    assert_eq!((ids(&features), issues.len()), (vec!["way/1"], 1));
    assert!(issues.has_errors());
}

#[test]
fn nodes_past_the_limit_are_told() {
    let text = file(&way(1, &square(0, 0, 2), &[("building", "yes")]));
    let (features, issues) = read_file(text.as_bytes(), &OsmOptions { max_nodes: 3, ..OsmOptions::default() });
    assert!(features.is_empty() && issues.has_errors());
}

#[test]
fn ways_before_their_nodes_are_read() {
    let things = way(1, &square(0, 0, 2), &[("building", "yes")]);
    let text = file("");
    let text = text.replace("<osm version=\"0.6\">", &format!("<osm version=\"0.6\">{things}"));
    assert_eq!(ids(&read_file(text.as_bytes(), &OsmOptions::default()).0), ["way/1"]);
}
