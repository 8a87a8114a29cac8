//! Made-up trees: what is wrong is found, and told in tables.

use glam::{DAffine3, DMat3, DVec3};
use proptest::prelude::*;

use super::findings::findings;
use super::measure::{place, size_m};
use super::*;
use crate::format::content::{Content, Geometry, Part, Topology};
use crate::format::tileset::BoundingVolume;
use crate::geo::{Geodetic, site::SiteFrame};

fn tile(name: &str, parent: Option<usize>, error_m: f64) -> TileFacts {
    TileFacts {
        name: name.to_owned(),
        depth: u32::from(parent.is_some()),
        parent,
        children: 0,
        error_m,
        refine: Refine::Replace,
        volume: "box",
        size_m: [10.0, 20.0, 5.0],
        contents: vec![content()],
    }
}

fn content() -> ContentFacts {
    ContentFacts {
        uri: "a.glb".into(),
        kind: "glb",
        bytes: 1234,
        draws: 1,
        vertices: 3,
        triangles: 1,
        ..Default::default()
    }
}

fn kinds(tiles: &[TileFacts]) -> Vec<&'static str> {
    findings(tiles).iter().map(|finding| finding.kind).collect()
}

#[test]
fn a_sound_tree_has_no_findings() {
    let mut tiles = [tile("root", None, 8.0), tile("root/0", Some(0), 8.0)];
    tiles[0].children = 1;
    assert!(kinds(&tiles).is_empty());
}

#[test]
fn errors_that_do_not_fall_are_found() {
    let mut tiles = [tile("root", None, 0.0), tile("root/0", Some(0), 1.0)];
    tiles[0].children = 1;
    assert_eq!(kinds(&tiles), ["error-above-parent", "never-refined"]);
}

#[test]
fn contents_that_are_missing_empty_huge_or_outside_are_found() {
    let with = |change: fn(&mut ContentFacts)| {
        let mut tile = tile("root", None, 1.0);
        change(&mut tile.contents[0]);
        kinds(&[tile])
    };
    assert_eq!(with(|c| c.problem = Some(Problem::Missing("not found".into()))), ["missing-content"]);
    assert_eq!(with(|c| c.problem = Some(Problem::Unreadable("cut off".into()))), ["unreadable-content"]);
    assert_eq!(with(|c| c.vertices = 0), ["empty-content"]);
    assert_eq!(with(|c| c.triangles = 2_000_000), ["huge-content"]);
    assert_eq!(with(|c| c.outside_m = 0.05), ["outside-of-volume"]);
    // A thousandth of 20 m.
    assert!(with(|c| c.outside_m = 0.019).is_empty());
    let mut empty = tile("root", None, 1.0);
    empty.contents.clear();
    assert_eq!(kinds(&[empty]), ["empty-tile"]);
}

fn points_at(at: &[DVec3]) -> Content {
    let positions = at.iter().map(|p| p.as_vec3()).collect();
    let geometry = Geometry { topology: Topology::Points, positions, ..Geometry::default() };
    let part = Part {
        name: String::new(),
        content_from_part: DAffine3::IDENTITY,
        geometry: geometry.into(),
        material: 0,
        instances: Vec::new(),
        feature_sets: Vec::new(),
    };
    Content { parts: vec![part], ..Content::default() }
}

fn outside_m(volume: &BoundingVolume, frame: &DAffine3, at: DVec3) -> f64 {
    measure::measure(&points_at(&[at]), volume, frame).outside_m
}

#[test]
fn what_sticks_out_is_measured_in_metres_for_each_kind_of_volume() {
    let site = SiteFrame::from_geodetic(Geodetic::from_degrees(8.0, 50.0, 0.0)).ecef_from_site;
    let axes = DMat3::from_diagonal(DVec3::new(10.0, 5.0, 0.0));
    let flat = BoundingVolume::Box { center: DVec3::ZERO, half_axes: axes };
    assert!((outside_m(&flat, &site, DVec3::new(13.0, 0.0, 4.0)) - 5.0).abs() < 1e-3);
    assert_eq!(outside_m(&flat, &site, DVec3::new(-9.0, 5.0, 0.0)), 0.0);
    let ball = BoundingVolume::Sphere { center: DVec3::ZERO, radius: 2.0 };
    assert_eq!(outside_m(&ball, &site, DVec3::new(0.0, 0.0, 5.0)), 3.0);
    let (lon, lat) = (8_f64.to_radians(), 50_f64.to_radians());
    let region = BoundingVolume::Region {
        west_rad: lon - 1e-5,
        south_rad: lat - 1e-5,
        east_rad: lon + 1e-5,
        north_rad: lat + 1e-5,
        min_height_m: 0.0,
        max_height_m: 10.0,
    };
    assert!((outside_m(&region, &site, DVec3::new(0.0, 0.0, 14.0)) - 4.0).abs() < 1e-6);
    // A hundred-thousandth of a radian of longitude is 41.1 m at 50° north (N cos φ = 4,107,864 m).
    let east = outside_m(&region, &site, DVec3::new(50.0, 0.0, 5.0));
    assert!((east - (50.0 - 41.0786)).abs() < 1e-2, "{east}");
    assert_eq!(outside_m(&region, &site, DVec3::new(40.0, 60.0, 5.0)), 0.0);
}

#[test]
fn regions_across_the_antimeridian_hold_both_sides() {
    let region = BoundingVolume::Region {
        west_rad: 179_f64.to_radians(),
        south_rad: -0.1,
        east_rad: -179_f64.to_radians(),
        north_rad: 0.1,
        min_height_m: -1.0,
        max_height_m: 1.0,
    };
    for lon in [179.5, -179.5] {
        let site = SiteFrame::from_geodetic(Geodetic::from_degrees(lon, 0.0, 0.0)).ecef_from_site;
        assert_eq!(outside_m(&region, &site, DVec3::ZERO), 0.0);
    }
    let (kind, [east_m, ..]) = size_m(&region, &DAffine3::IDENTITY);
    assert!(kind == "region" && (east_m - 222_639.0).abs() < 1.0, "{east_m}");
    assert!((place(&region, &DAffine3::IDENTITY).unwrap().lon_deg - 180.0).abs() < 1e-9);
}

#[test]
fn places_off_the_globe_are_none() {
    let ball = BoundingVolume::Sphere { center: DVec3::ZERO, radius: 2.0 };
    assert_eq!(place(&ball, &DAffine3::IDENTITY), None);
}

fn empty_report() -> Report {
    Report {
        location: "city/tileset.json".into(),
        version: "1.1".into(),
        tileset_files: 1,
        subtree_files: 0,
        extensions: Vec::new(),
        place: Some(Place { lon_deg: -123.0686, lat_deg: 44.0509, height_m: 120.04 }),
        size_m: [360.2, 160.4, 34.8],
        levels: Vec::new(),
        total: Sums::default(),
        findings: Vec::new(),
        cut_short: None,
    }
}

#[test]
fn reports_are_aligned_tables_in_plain_words() {
    let mut tiles = vec![tile("root", None, 8.0), tile("root/0", Some(0), 2.0), tile("root/1", Some(0), 9.0)];
    tiles[0].children = 2;
    tiles[1].contents[0].triangles = 12_345;
    let mut report = empty_report();
    report.sum_up(&tiles);
    let expected = "\
city/tileset.json
3D Tiles 1.1, 1 tileset file
360 x 160 x 34.8 m, at 44.050900° N, 123.068600° W, 120 m above the ellipsoid

level  tiles  contents    size  triangles  draws  vertices     error (m)  extent (m)
    0      1         1  1.2 kB          1      1         3          8.00        20.0
    1      2         2  2.5 kB     12,346      2         6  2.00 to 9.00        20.0
  all      3         3  3.7 kB     12,347      3         9

warning, 1 time: tiles whose geometric error is above their parent's: they are refined too late or too early
  root/1: 9.00 m, its parent 8.00 m
";
    assert_eq!(text::report(&report), expected);
}

#[test]
fn machines_get_the_same_figures() {
    let mut report = empty_report();
    report.sum_up(&[tile("root", None, 8.0)]);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!((&json["levels"][0]["triangles"], &json["total"]["bytes"]), (&1.into(), &1234.into()));
    assert_eq!(json["findings"].as_array().unwrap().len(), 0);
}

proptest! {
    #[test]
    fn extensions_of_any_bytes_are_told_or_none(bytes in prop::collection::vec(any::<u8>(), 0..80), magic: bool) {
        let bytes = if magic { [b"b3dm....glTF".to_vec(), bytes].concat() } else { bytes };
        let _ = detail::extensions(&bytes);
    }
}
