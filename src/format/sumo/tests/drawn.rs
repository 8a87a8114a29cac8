use std::collections::BTreeMap;

use glam::{DVec3, Vec3};
use serde_json::Value;

use super::corner;
use crate::format::content::{Content, FeatureIds};
use crate::format::sumo::lanes::{LaneOptions, content_of_net};
use crate::format::sumo::{NetPlacement, SumoNet};
use crate::geo::{Geodetic, SiteFrame};

/// Area of the triangles of each feature, upward ones positive, m².
pub(super) fn area_by_feature(content: &Content, layer: &str) -> BTreeMap<u32, f64> {
    let mut areas = BTreeMap::new();
    for part in content.parts.iter().filter(|p| p.name.starts_with(layer)) {
        let FeatureIds::Vertex(ids) = &part.feature_sets[0].ids else { panic!("ids by vertex") };
        let position = |i: u32| part.geometry.positions[i as usize];
        for t in part.geometry.indices.chunks_exact(3) {
            let twice: Vec3 = (position(t[1]) - position(t[0])).cross(position(t[2]) - position(t[0]));
            *areas.entry(ids[t[0] as usize]).or_insert(0.0) += f64::from(twice.z) / 2.0;
        }
    }
    areas
}

fn feature(content: &Content, id: &str) -> u32 {
    let ids = &content.tables[0].properties[0].values;
    (0..content.tables[0].count).find(|&i| ids.get(i as usize) == Some(Value::from(id))).expect("it has a row")
}

fn drawn(options: LaneOptions) -> (SumoNet, SiteFrame, Content) {
    let net = corner();
    let site = SiteFrame::from_geodetic(Geodetic::from_degrees(9.0, 49.65, 100.0));
    let content = content_of_net(&net, &site, options);
    (net, site, content)
}

#[test]
fn every_lane_and_junction_has_a_row() {
    let (net, _, content) = drawn(LaneOptions::default());
    let table = &content.tables[0];
    assert_eq!(table.count as usize, net.lane_count() + net.junctions.len());
    let row: BTreeMap<_, _> = table.row(feature(&content, "in_2")).into_iter().collect();
    assert_eq!(row["kind"], "bus lane");
    assert_eq!(row["edge"], "in");
    assert_eq!(row["name"], "Lange Straße & Ufer");
    assert_eq!(row["speed_mps"], 13.89);
    assert_eq!(
        table.row(feature(&content, "J")).iter().find(|(k, _)| *k == "kind").unwrap().1,
        "junction, traffic light"
    );
    assert!(content.parts.iter().all(|p| p.feature_sets[0].feature_count == table.count));
}

#[test]
fn lanes_have_the_area_of_their_length_and_width() {
    let (_, _, content) = drawn(LaneOptions::default());
    let areas = area_by_feature(&content, "lanes");
    // UTM at its central meridian shrinks by 0.9996, so true areas are larger by 1/0.9996².
    let scale = 0.9996 * 0.9996;
    for (id, net_area) in [("in_0", 95.0 * 2.0), ("in_1", 95.0 * 3.2), ("out_0", 100.0 * 3.2), (":J_w0_0", 8.0)] {
        let got = areas[&feature(&content, id)] * scale;
        assert!((got - net_area).abs() < 0.05, "{id}: {got} m², expected {net_area}");
    }
    let junction = areas[&feature(&content, "J")] * scale;
    assert!((junction - 173.75).abs() < 0.1, "{junction}");
}

#[test]
fn internal_lanes_are_covered_by_their_junction() {
    let (_, _, content) = drawn(LaneOptions::default());
    assert!(!area_by_feature(&content, "lanes").contains_key(&feature(&content, ":J_0_0")));
}

#[test]
fn lanes_lie_where_the_placement_puts_them() {
    let options = LaneOptions { base_height_m: 90.0, raise_m: 0.1, markings: false };
    let (net, site, content) = drawn(options);
    let placement = NetPlacement::new(&net, site, 90.0);
    let wanted = feature(&content, "in_2");
    let got = content.parts.iter().find_map(|part| {
        let FeatureIds::Vertex(ids) = &part.feature_sets[0].ids else { return None };
        let first = ids.iter().position(|&id| id == wanted)?;
        Some(part.content_from_part.transform_point3(part.geometry.positions[first].as_dvec3()))
    });
    let got = got.expect("it is drawn");
    // The left border of the lane's start: 1.75 + 3.5 / 2 north, z 0.5, and lanes lie 2 cm over junctions.
    let expected = placement.site_pos(DVec3::new(0.0, 3.5, 0.5 + 0.1 + 0.02)).unwrap();
    assert!(got.distance(expected) < 1e-3, "{got} {expected}");
}

#[test]
fn markings_run_along_lanes_and_stripes_over_crossings() {
    let (_, _, content) = drawn(LaneOptions::default());
    let areas = area_by_feature(&content, "markings");
    let scale = 0.9996 * 0.9996;
    // A zebra of 11.4 m: stripes of 0.5 m every metre from 0.25 m on, each 4 m wide.
    let zebra = areas[&feature(&content, ":J_c0_0")] * scale;
    assert!((zebra - 11.0 * 0.5 * 4.0).abs() < 0.1, "{zebra}");
    // in_1: a solid line on its right; towards the bus lane a solid line. in_2: a solid line on its left.
    let [right, left] = ["in_1", "in_2"].map(|id| areas[&feature(&content, id)] * scale);
    assert!((right - 2.0 * 95.0 * 0.12).abs() < 0.1, "{right}");
    assert!((left - 95.0 * 0.12).abs() < 0.1, "{left}");
    // out_0: solid on its right, 13 dashes of 3 m towards out_1, the last one whole.
    let out = areas[&feature(&content, "out_0")] * scale;
    assert!((out - (100.0 + 13.0 * 3.0) * 0.12).abs() < 0.1, "{out}");
    let (_, _, plain) = drawn(LaneOptions { markings: false, ..LaneOptions::default() });
    assert!(area_by_feature(&plain, "markings").is_empty());
}

#[test]
fn left_hand_nets_have_their_lane_zero_on_the_left() {
    let lanes = r#"<edge id="a"><lane id="a_0" index="0" shape="0,0 0,100"/><lane id="a_1" index="1" shape="3.2,0 3.2,100"/></edge>"#;
    let net = SumoNet::from_bytes(format!(r#"<net lefthand="true">{lanes}</net>"#).as_bytes()).unwrap();
    let site = SiteFrame::from_geodetic(Geodetic::default());
    let content = content_of_net(&net, &site, LaneOptions::default());
    let bounds = content.bounds().expect("it is drawn");
    // Dashes between the lanes, none outside of them.
    assert!((bounds.0.x + 1.6).abs() < 1e-3 && (bounds.1.x - 4.8).abs() < 1e-3, "{bounds:?}");
    let markings = area_by_feature(&content, "markings");
    assert!(markings[&0] > markings[&1], "the dashes belong to lane 0: {markings:?}");
}
