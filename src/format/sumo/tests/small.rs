use std::io::Write;

use glam::{DVec2, DVec3};

use super::{case, case_bytes, corner};
use crate::format::sumo::net::{EdgeFunction, LaneKind};
use crate::format::sumo::{Coordinates, FcdReader, NetPlacement, SumoError, SumoNet};
use crate::geo::{Geodetic, SiteFrame};

#[test]
fn a_net_is_read_with_its_edges_lanes_and_signals() {
    let net = corner();
    assert_eq!((net.version.as_str(), net.left_hand), ("1.20", false));
    assert_eq!(net.location.net_offset, DVec2::new(-500_000.0, -5_500_000.0));
    assert_eq!(
        net.edges.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(),
        [":J_0", ":J_c0", ":J_w0", "in", "out", "bad"]
    );
    let (edge, lane) = net.lane("in_2").expect("it is there");
    assert_eq!((edge.name.as_str(), edge.from.as_str(), edge.to.as_str()), ("Lange Straße & Ufer", "A", "J"));
    assert_eq!((lane.index, lane.speed_mps, lane.width_m, lane.kind), (2, 13.89, 3.5, LaneKind::Bus));
    assert_eq!(lane.shape[1], DVec3::new(50.0, 1.75, 1.0));
    assert_eq!(net.lane("in_1").expect("it is there").1.width_m, 3.2);
    assert_eq!(net.edges[1].function, EdgeFunction::Crossing);
    assert_eq!(net.junctions.len(), 2);
    assert_eq!(net.junctions[0].incoming_lanes, ["in_0", "in_1", "in_2"]);
    assert_eq!(net.connections[0].via_lane, ":J_0_0");
    assert_eq!(net.connections[0].link_index, Some(0));
    assert_eq!((net.traffic_lights[0].offset_secs, net.traffic_lights[0].phases.len()), (5.0, 2));
    assert_eq!(net.traffic_lights[0].phases[1].state, "yr");
}

#[test]
fn lanes_that_make_no_sense_are_left_out_and_told() {
    let net = corner();
    assert!(net.lane("bad_0").is_none() && net.lane("bad_1").is_none());
    let messages: Vec<String> = net.issues.iter().map(|issue| issue.to_string()).collect();
    assert_eq!(messages.len(), 3, "{messages:?}");
    assert!(messages[0].contains("\"speed\" of lane \"bad_0\"") && messages[0].contains("got fast"), "{}", messages[0]);
    assert!(messages[1].contains("105.60;110.00") && messages[1].contains("at byte "), "{}", messages[1]);
    assert!(messages[2].contains("no shape"), "{}", messages[2]);
}

#[test]
fn a_gzipped_net_is_the_same_net() {
    let plain = case_bytes("corner.net.xml");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&plain).unwrap();
    let net = SumoNet::from_bytes(&encoder.finish().unwrap()).expect("it is a net");
    assert_eq!(format!("{:?}", net.edges), format!("{:?}", corner().edges));
}

#[test]
fn lane_kinds_follow_from_who_may_drive() {
    let kind = LaneKind::from_permissions;
    assert_eq!(kind(None, None), LaneKind::Road);
    assert_eq!(kind(None, Some("pedestrian bicycle rail")), LaneKind::Road);
    assert_eq!(kind(None, Some("all")), LaneKind::Closed);
    assert_eq!(kind(Some("all"), None), LaneKind::Road);
    assert_eq!(kind(Some("bus"), None), LaneKind::Bus);
    assert_eq!(kind(Some("pedestrian taxi bus delivery truck"), None), LaneKind::Bus);
    assert_eq!(kind(Some("pedestrian delivery bicycle"), None), LaneKind::Footway);
    assert_eq!(kind(Some("motorcycle moped bicycle"), None), LaneKind::Cycleway);
    assert_eq!(kind(Some("rail rail_electric"), None), LaneKind::Rail);
    assert_eq!(kind(Some("ship"), None), LaneKind::Waterway);
}

#[test]
fn net_positions_lie_where_pyproj_puts_them() {
    let text = std::fs::read_to_string(case("placement.csv")).unwrap();
    let net = SumoNet::from_bytes(
        br#"<net><location netOffset="-683542.41,-4928877.56" projParameter="+proj=utm +zone=32 +ellps=WGS84 +datum=WGS84 +units=m +no_defs"/></net>"#,
    )
    .unwrap();
    let site = SiteFrame::from_geodetic(Geodetic::from_degrees(11.32, 44.49, 40.0));
    let placement = NetPlacement::new(&net, site, 52.0);
    for line in text.lines().skip(1) {
        let row: Vec<f64> = line.split(',').map(|f| f.parse().unwrap()).collect();
        let pos_net = DVec3::new(row[0], row[1], row[2]);
        let geodetic = placement.geodetic(pos_net).unwrap();
        assert!((geodetic.lon_deg() - row[3]).abs() < 1e-10 && (geodetic.lat_deg() - row[4]).abs() < 1e-10, "{line}");
        assert_eq!(geodetic.height_m, 52.0 + row[2]);
        let pos_ecef = site.ecef_pos_from_site(placement.site_pos(pos_net).unwrap());
        assert!(pos_ecef.distance(DVec3::new(row[5], row[6], row[7])) < 1e-5, "{line}");
        let convergence = placement.grid_convergence_rad(pos_net.truncate()).unwrap();
        assert!((convergence.to_degrees() - row[8]).abs() < 1e-3, "{line}: {}", convergence.to_degrees());
    }
}

#[test]
fn a_net_without_projection_is_laid_flat_on_the_site() {
    let net = SumoNet::from_bytes(br#"<net><location netOffset="10.0,-5.0" projParameter="!"/></net>"#).unwrap();
    assert!(net.geodetic_of(0.0, 0.0).is_none());
    assert!(net.issues.is_empty());
    let placement = NetPlacement::new(&net, SiteFrame::from_geodetic(Geodetic::default()), 2.0);
    assert_eq!(placement.site_pos(DVec3::new(110.0, 15.0, 1.0)).unwrap(), DVec3::new(100.0, 20.0, 3.0));
    assert_eq!(placement.grid_convergence_rad(DVec2::ZERO).unwrap(), 0.0);
}

#[test]
fn a_trace_is_read_step_by_step() {
    let bytes = case_bytes("small.fcd.xml");
    let mut reader = FcdReader::new(&bytes[..]).unwrap();
    let steps: Vec<_> = reader.by_ref().collect::<Result<_, _>>().unwrap();
    assert_eq!(steps.iter().map(|s| s.time_secs).collect::<Vec<_>>(), [-1.5, 600.0, 601.0]);
    assert_eq!(steps.iter().map(|s| s.vehicles.len()).collect::<Vec<_>>(), [0, 3, 1]);
    let [car, bus, walker] = &steps[1].vehicles[..] else { panic!("three") };
    assert_eq!((car.id.as_str(), car.x, car.y, car.z, car.slope_deg), ("car&1", 10.5, -1.6, None, 1.5));
    assert_eq!((car.kind.as_str(), car.lane.as_str(), car.speed_mps, car.person), ("passenger", "in_1", 13.2, false));
    assert_eq!(bus.z, Some(0.7));
    assert_eq!((walker.lane.as_str(), walker.angle_deg, walker.person), ("in", 270.0, true));
    assert_eq!(reader.coordinates(), Some(Coordinates::Net));
    let told: Vec<String> = reader.issues().iter().map(|i| i.to_string()).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].contains("\"lost\"") && told[1].contains("\"east\"") && told[2].contains("no id"), "{told:?}");
}

#[test]
fn degrees_are_told_from_metres() {
    let bytes = case_bytes("geo.fcd.xml");
    let mut reader = FcdReader::new(&bytes[..]).unwrap();
    assert_eq!(reader.coordinates(), None);
    assert_eq!(reader.by_ref().filter_map(Result::ok).count(), 2);
    assert_eq!(reader.coordinates(), Some(Coordinates::LonLat));
    let forced = FcdReader::new(&bytes[..]).unwrap().with_coordinates(Coordinates::Net);
    assert_eq!(forced.coordinates(), Some(Coordinates::Net));
    let head = br#"<!-- <fcd-output.geo value="true"/> --><fcd-export><timestep time="1"/></fcd-export>"#;
    let mut told = FcdReader::new(&head[..]).unwrap();
    assert!(told.next().is_some());
    assert_eq!(told.coordinates(), Some(Coordinates::LonLat));
}

#[test]
fn an_error_ends_the_trace_and_says_where() {
    let text =
        br#"<fcd-export><timestep time="1"/><timestep time="2"><vehicle id="a" x="1" y="2"/></wrong></fcd-export>"#;
    let mut reader = FcdReader::new(&text[..]).unwrap();
    assert!(matches!(reader.next(), Some(Ok(_))));
    let Some(Err(SumoError::Xml { byte, .. })) = reader.next() else { panic!("an error is due") };
    assert!((70..90).contains(&byte), "{byte}");
    assert!(reader.next().is_none());
}
