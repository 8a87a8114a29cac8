//! What tags mean, one rule a test.

use glam::{DVec2, DVec3};

use super::building::building;
use super::way::way;
use super::*;
use crate::bake::model::{Building, Height, Point, PointKind, Polygon, Roof, Usage, Way, WayKind};

/// A footprint of 20 m by about 10 m, the longer side to the east.
fn footprint() -> Polygon {
    let at = |x: f64, y: f64| DVec2::new(7.0 + x * 1e-5, y * 1e-5);
    Polygon { outer: vec![at(0.0, 0.0), at(18.0, 0.0), at(18.0, 9.0), at(0.0, 9.0)], holes: vec![] }
}

fn made(tags: &[(&str, &str)]) -> (Building, Vec<String>) {
    let mut issues = Issues::default();
    let building = building(&Tags(tags), footprint(), &mut Notes { path: "way/123", issues: &mut issues });
    (building, issues.iter().map(ToString::to_string).collect())
}

fn laid(kind: WayKind, tags: &[(&str, &str)]) -> (Way, Vec<String>) {
    let mut issues = Issues::default();
    let line = [DVec2::new(1.0, 0.0), DVec2::new(2.0, 0.0)];
    let way = way(&Tags(tags), kind, &line, &mut Notes { path: "way/123", issues: &mut issues });
    (way, issues.iter().map(ToString::to_string).collect())
}

fn stands(tags: &[(&str, &str)]) -> Point {
    let kind = classes::point(&Tags(tags)).expect("it is something").1;
    super::point::point(&Tags(tags), kind, DVec2::ZERO, &mut Notes { path: "node/1", issues: &mut Issues::default() })
}

#[test]
fn heights_levels_and_roofs_of_a_building() {
    let (b, issues) = made(&[
        ("building", "apartments"),
        ("height", "40'"),
        ("building:levels", "4"),
        ("roof:shape", "gabled"),
        ("roof:levels", "1"),
        ("building:colour", "#ff0000"),
        ("roof:material", "slate"),
    ]);
    assert!(issues.is_empty());
    assert!(b.height_m.is_some_and(|h| (h - 12.192).abs() < 1e-9));
    assert_eq!((b.floors, b.roof, b.roof_height_m, b.usage), (Some(4.0), Roof::Gabled, Some(3.0), Usage::Apartments));
    assert_eq!((b.wall_color, b.roof_color), (Some([255, 0, 0]), Some([88, 92, 98])));
    assert_eq!(b.base, Height::AboveGround(0.0));
}

#[test]
fn heights_that_make_no_sense_are_told_and_left_out() {
    for text in ["0", "-5", "5000", "NaN", "high", "12;15"] {
        let (b, issues) = made(&[("building", "yes"), ("height", text)]);
        assert_eq!(b.height_m, None, "{text}");
        assert_eq!(
            issues,
            [format!(
                "warning: at way/123: height is not usable; it is left out (expected a length above 0 and up to 1000 m, got {text:?})"
            )]
        );
    }
}

#[test]
fn a_part_begins_at_its_height_or_level() {
    assert_eq!(made(&[("height", "30"), ("min_height", "12.5")]).0.base, Height::AboveGround(12.5));
    assert_eq!(made(&[("building:levels", "10"), ("building:min_level", "2")]).0.base, Height::AboveGround(6.0));
    let by_both = made(&[("height", "40"), ("building:levels", "10"), ("building:min_level", "2")]).0;
    assert_eq!(by_both.base, Height::AboveGround(8.0));
    let (upside_down, issues) = made(&[("height", "10"), ("min_height", "12")]);
    assert_eq!((upside_down.base, issues.len()), (Height::AboveGround(0.0), 1));
}

#[test]
fn a_ridge_runs_across_the_direction_or_along_the_longest_side() {
    let direction = |tags: &[(&str, &str)]| made(tags).0.roof_direction_deg.map(|d| d.round() as i32);
    assert_eq!(direction(&[("roof:shape", "skillion"), ("roof:direction", "NW")]), Some(315));
    assert_eq!(direction(&[("roof:shape", "gabled"), ("roof:direction", "NW")]), Some(45));
    assert_eq!(direction(&[("roof:shape", "gabled"), ("roof:orientation", "along")]), Some(90));
    assert_eq!(direction(&[("roof:shape", "gabled"), ("roof:orientation", "across")]), Some(0));
    assert_eq!(direction(&[("roof:shape", "gabled")]), None);
}

#[test]
fn usage_is_the_buildings_own_or_by_what_is_in_it() {
    let usage = |tags: &[(&str, &str)]| made(tags).0.usage;
    assert_eq!(usage(&[("building", "warehouse"), ("shop", "yes")]), Usage::Warehouse);
    assert_eq!(usage(&[("building", "yes"), ("amenity", "hospital")]), Usage::Health);
    assert_eq!(usage(&[("building", "yes"), ("shop", "bakery")]), Usage::Retail);
    assert_eq!(usage(&[("building", "yes")]), Usage::Unknown);
}

#[test]
fn lanes_by_direction() {
    let lanes = |tags: &[(&str, &str)]| laid(WayKind::Primary, tags).0.lanes;
    assert_eq!(lanes(&[("lanes", "3")]), Some((2, 1)));
    assert_eq!(lanes(&[("lanes", "1")]), Some((1, 0)));
    assert_eq!(lanes(&[("lanes", "3"), ("oneway", "yes")]), Some((3, 0)));
    assert_eq!(lanes(&[("lanes", "5"), ("lanes:backward", "3")]), Some((2, 3)));
    assert_eq!(lanes(&[("lanes:forward", "2"), ("lanes:backward", "1")]), Some((2, 1)));
    assert_eq!(lanes(&[("oneway", "yes")]), None);
    assert_eq!(laid(WayKind::Primary, &[("lanes", "200")]).1.len(), 1);
}

#[test]
fn traffic_against_the_line_turns_it() {
    let (w, _) = laid(WayKind::Primary, &[("oneway", "-1"), ("lanes", "2"), ("sidewalk", "left")]);
    assert_eq!(
        (w.line[0], w.oneway, w.lanes, w.pavements),
        (DVec3::new(2.0, 0.0, 0.0), true, Some((2, 0)), Some((true, false)))
    );
}

#[test]
fn roundabouts_and_motorways_run_one_way() {
    assert!(laid(WayKind::Residential, &[("junction", "roundabout")]).0.oneway);
    assert!(laid(WayKind::Motorway, &[("highway", "motorway")]).0.oneway);
    assert!(!laid(WayKind::Motorway, &[("highway", "motorway_link")]).0.oneway);
    assert!(!laid(WayKind::Motorway, &[("highway", "motorway"), ("oneway", "no")]).0.oneway);
}

#[test]
fn bridges_and_tunnels_have_layers() {
    let at = |tags: &[(&str, &str)]| {
        let w = laid(WayKind::Primary, tags).0;
        (w.layer, w.bridge, w.tunnel)
    };
    assert_eq!(at(&[("bridge", "viaduct"), ("layer", "2")]), (2, true, false));
    assert_eq!(at(&[("bridge", "yes")]), (1, true, false));
    assert_eq!(at(&[("tunnel", "yes")]), (-1, false, true));
    assert_eq!(at(&[("tunnel", "building_passage")]), (0, false, false));
    assert_eq!(at(&[("bridge", "no"), ("layer", "x")]), (0, false, false));
}

#[test]
fn surfaces_tell_what_is_paved() {
    assert!(laid(WayKind::Residential, &[]).0.paved);
    assert!(!laid(WayKind::Track, &[]).0.paved);
    assert!(laid(WayKind::Track, &[("tracktype", "grade1")]).0.paved);
    assert!(!laid(WayKind::Residential, &[("surface", "gravel")]).0.paved);
}

#[test]
fn trees_have_kinds_heights_and_crowns() {
    let tree = stands(&[("natural", "tree"), ("height", "12"), ("diameter_crown", "6 m")]);
    assert_eq!((tree.kind, tree.height_m, tree.width_m), (PointKind::BroadleavedTree, Some(12.0), Some(6.0)));
    assert_eq!(stands(&[("natural", "tree"), ("species", "Pinus pinea")]).kind, PointKind::NeedleleavedTree);
    assert_eq!(
        stands(&[("natural", "tree"), ("genus", "Phoenix"), ("leaf_type", "broadleaved")]).kind,
        PointKind::Palm
    );
}

#[test]
fn what_is_not_there_has_no_class() {
    for tags in [
        &[("building", "no")][..],
        &[("building", "yes"), ("location", "underground")],
        &[("highway", "proposed")],
        &[("railway", "abandoned")],
        &[("boundary", "administrative")],
        &[("amenity", "parking"), ("parking", "underground")],
    ] {
        let tags = Tags(tags);
        assert_eq!(building_or_cover(&tags), None, "{:?}", tags.0);
        assert!(classes::ways(&tags).next().is_none(), "{:?}", tags.0);
    }
}

fn building_or_cover(tags: &Tags<'_>) -> Option<&'static str> {
    classes::building(tags).or_else(|| classes::cover(tags, true).map(|(class, _)| class))
}

#[test]
fn properties_are_typed_by_their_keys() {
    let of = |key: &str, value: &str| properties(&Tags(&[(key, value)])).remove(key);
    assert_eq!(of("height", "12 m"), Some(Value::Number(12.0)));
    assert_eq!(of("lanes", "2"), Some(Value::Integer(2)));
    assert_eq!(of("lanes", "two"), Some(Value::Text("two".to_string())));
    assert_eq!(of("addr:postcode", "01234"), Some(Value::Text("01234".to_string())));
    assert_eq!(of("name", "A"), None);
    assert_eq!(of("name:en", "A"), Some(Value::Text("A".to_string())));
}
