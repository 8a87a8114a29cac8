//! The hand-made corner net and the public ones (positions' truth: pyproj through `format::sumo`).

use std::collections::BTreeMap;

use super::*;
use crate::geo::wgs84::ecef_from_geodetic;
use crate::test_support::shared_data;

fn features_of(net: &SumoNet, options: &SumoOptions) -> (Vec<Feature>, Issues) {
    let mut features = Vec::new();
    let issues = read_sumo(net, options, &mut |feature| features.push(feature)).expect("it has a projection");
    (features, issues)
}

fn net(extra: &str) -> SumoNet {
    let text = format!(
        r#"<net version="1.9"><location netOffset="0,0" convBoundary="0,0,1,1" projParameter="+proj=utm +zone=32 +datum=WGS84"/>
        <edge id="a" from="A" to="B" type="highway.secondary" name="Ring">
          <lane id="a_0" index="0" allow="pedestrian" speed="2" length="50" width="2" shape="500000,5400000,10 500050,5400000,10"/>
          <lane id="a_1" index="1" allow="bus" speed="14" length="50" shape="500000,5400002.6,10 500050,5400002.6,10"/>
          <lane id="a_2" index="2" speed="14" length="50" shape="500000,5400005.8,10 500050,5400005.8,10"/>
        </edge>{extra}
        <junction id="B" type="traffic_light" x="500050" y="5400000" incLanes="a_1 a_2" shape="500050,5399999 500060,5399999 500060,5400008 500050,5400008"/>
        <connection from="a" to="b" fromLane="1" toLane="0" tl="T" linkIndex="0"/>
        <connection from="a" to="b" fromLane="2" toLane="1" tl="T" linkIndex="1"/></net>"#
    );
    SumoNet::from_bytes(text.as_bytes()).expect("a net")
}

#[test]
fn an_edge_becomes_a_carriageway_and_a_pavement() {
    let (features, issues) = features_of(&net(""), &SumoOptions::default());
    assert!(issues.is_empty());
    let ids: Vec<&str> = features.iter().map(|feature| feature.id.as_str()).collect();
    assert_eq!(ids, ["edge/a", "edge/a/0", "junction/B", "signal/T/a"]);
    let Shape::Way(road) = &features[0].shape else { panic!("a way") };
    assert_eq!((road.kind, road.lanes, road.oneway), (WayKind::Secondary, Some((2, 0)), true));
    assert_eq!((road.width_m, road.pavements, road.heights), (Some(6.4), Some((false, false)), LineHeights::OnGround));
    assert_eq!(
        (features[0].class.as_str(), features[0].name.as_str(), features[1].class.as_str()),
        ("road", "Ring", "path")
    );
}

#[test]
fn a_signal_stands_beside_the_approach_and_faces_it() {
    let (features, _) = features_of(&net(""), &SumoOptions::default());
    let Shape::Point(signal) = &features[3].shape else { panic!("a point") };
    // Zone 32's middle meridian is 9 degrees; at its foot grid north is true north. Traffic comes from the west.
    assert!(signal.heading_deg.is_some_and(|h| (h - 270.0).abs() < 0.01));
    let projected = net("")
        .location
        .projection
        .expect("one")
        .projected_from_geodetic(crate::geo::Geodetic::from_degrees(signal.at.x, signal.at.y, 0.0));
    let (x, y, _) = projected.expect("on the map");
    assert!((x - 500_050.0).abs() < 1e-3 && (y - 5_400_000.4).abs() < 1e-3, "{x} {y}");
}

#[test]
fn heights_are_the_nets_own_if_wanted() {
    let options = SumoOptions { ellipsoid_from_net_z_m: Some(48.0), ..SumoOptions::default() };
    let (features, _) = features_of(&net(""), &options);
    let Shape::Way(road) = &features[0].shape else { panic!("a way") };
    assert_eq!((road.line[0].z, road.heights), (58.0, LineHeights::Ellipsoidal));
}

#[test]
fn two_directions_share_the_pavements_of_a_net_without_footways() {
    let lane = |id: &str, y: f64| {
        format!(r#"<lane id="{id}_0" index="0" speed="14" length="9" shape="500000,{y} 500050,{y}"/>"#)
    };
    let extra = format!(
        r#"<edge id="c" from="C" to="D" type="highway.residential">{}</edge><edge id="-c" from="D" to="C" type="highway.residential">{}</edge>
        <edge id="d" from="E" to="F" type="highway.residential">{}</edge>"#,
        lane("c", 5_400_100.0),
        lane("-c", 5_400_103.2),
        lane("d", 5_400_200.0)
    );
    let mut net = net(&extra);
    net.edges.remove(0);
    let (features, _) = features_of(&net, &SumoOptions::default());
    let pavements: Vec<_> = features
        .iter()
        .filter_map(|feature| match &feature.shape {
            Shape::Way(way) => way.pavements,
            _ => None,
        })
        .collect();
    assert_eq!(pavements, [(true, false), (true, false), (true, true)]);
}

#[test]
fn a_net_without_a_place_is_refused() {
    let net = SumoNet::from_bytes(br#"<net><location netOffset="0,0" projParameter="!"/></net>"#).expect("a net");
    let error = read_sumo(&net, &SumoOptions::default(), &mut |_| {}).expect_err("no place");
    assert!(error.to_string().contains("no projection"));
}

const NETS: [&str; 3] = [
    "bologna/acosta/acosta_buslanes.net.xml",
    "ports/port_lübeck/port.net.xml.gz",
    "ports/port_cologne/osm.net.xml.gz",
];

#[test]
fn real_nets_give_all_their_lanes_and_junctions() {
    let Some(data) = shared_data() else { return };
    for name in NETS {
        let Ok(bytes) = std::fs::read(data.join("04_sumo").join(name)) else { continue };
        let net = SumoNet::from_bytes(&bytes).expect("a net");
        let (features, issues) = features_of(&net, &SumoOptions::default());
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut lanes = 0;
        for feature in &features {
            *counts.entry(&feature.class).or_default() += 1;
            if let (Shape::Way(way), true) = (&feature.shape, feature.id.starts_with("edge/")) {
                lanes += usize::from(way.lanes.map_or(0, |lanes| lanes.0));
                assert!(way.line.len() >= 2, "{name}: {}", feature.id);
            }
        }
        println!("{name}: {counts:?}, {} issues", issues.len());
        for issue in issues.iter().take(3) {
            println!("  {issue}");
        }
        let normal = net.edges.iter().filter(|e| matches!(e.function, EdgeFunction::Normal | EdgeFunction::Connector));
        let expected = normal.flat_map(|edge| &edge.lanes).filter(|lane| lane.kind != LaneKind::Closed).count();
        assert_eq!(lanes, expected, "{name}");
        let unique: BTreeSet<&str> = features.iter().map(|feature| feature.id.as_str()).collect();
        assert_eq!(unique.len(), features.len(), "{name}: ids are unique");
    }
}

#[test]
fn middles_of_real_edges_lie_within_their_lanes() {
    let Some(data) = shared_data() else { return };
    for name in NETS {
        let Ok(bytes) = std::fs::read(data.join("04_sumo").join(name)) else { continue };
        let net = SumoNet::from_bytes(&bytes).expect("a net");
        let (features, _) = features_of(&net, &SumoOptions::default());
        let edges: BTreeMap<&str, &Edge> = net.edges.iter().map(|edge| (edge.id.as_str(), edge)).collect();
        let (mut far, mut count) = (0, 0);
        for feature in features.iter().filter(|feature| feature.id.matches('/').count() == 1) {
            let (Shape::Way(way), Some(id)) = (&feature.shape, feature.id.strip_prefix("edge/")) else { continue };
            let Some(edge) = edges.get(id) else { continue };
            // The middle of the first end lies within half of the width of the first lane's end.
            let lane = &edge.lanes[0].shape[0];
            let there = net.geodetic_of(lane.x, lane.y).expect("projected").expect("on Earth");
            let here = crate::geo::Geodetic::from_degrees(way.line[0].x, way.line[0].y, 0.0);
            let apart_m = ecef_from_geodetic(there).distance(ecef_from_geodetic(here));
            count += 1;
            far += usize::from(apart_m > edge.lanes.iter().map(|lane| lane.width_m).sum::<f64>() / 2.0 + 0.5);
        }
        assert!(far * 100 <= count, "{name}: {far} of {count} are further away");
    }
}
