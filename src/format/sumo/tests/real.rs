//! On the public Bologna, Lübeck and Cologne scenarios, where they lie beside the checkout.

use std::io::BufReader;
use std::time::Instant;

use glam::{DVec2, DVec3};

use super::drawn::area_by_feature;
use crate::format::sumo::lanes::{LaneOptions, content_of_net};
use crate::format::sumo::net::EdgeFunction;
use crate::format::sumo::{Coordinates, FcdReader, SumoNet};
use crate::geo::SiteFrame;
use crate::test_support::shared_data;

const NETS: [&str; 3] = [
    "bologna/acosta/acosta_buslanes.net.xml",
    "ports/port_lübeck/port.net.xml.gz",
    "ports/port_cologne/osm.net.xml.gz",
];

fn distance_to_polyline_m(at: DVec2, shape: &[DVec3]) -> f64 {
    let to_segment = |w: &[DVec3]| {
        let (a, b) = (w[0].truncate(), w[1].truncate());
        let t = ((at - a).dot(b - a) / (b - a).length_squared().max(1e-12)).clamp(0.0, 1.0);
        at.distance(a.lerp(b, t))
    };
    shape.windows(2).map(to_segment).fold(f64::INFINITY, f64::min)
}

#[test]
fn real_nets_are_read_whole_and_drawn_facing_up() {
    let Some(data) = shared_data() else { return };
    for name in NETS {
        let Ok(bytes) = std::fs::read(data.join("04_sumo").join(name)) else {
            println!("skipped: {name} is absent");
            continue;
        };
        let started = Instant::now();
        let net = SumoNet::from_bytes(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        let read_secs = started.elapsed().as_secs_f64();
        let issues: Vec<String> = net.issues.iter().map(|i| i.to_string()).collect();
        assert!(issues.is_empty(), "{name}: {issues:?}");
        let centre = net.centre().expect("it has a boundary");
        let origin = net.geodetic_of(centre.x, centre.y).expect("it has a projection").expect("it is on Earth");
        let site = SiteFrame::from_geodetic(origin);
        let started = Instant::now();
        let content = content_of_net(&net, &site, LaneOptions::default());
        let draw_secs = started.elapsed().as_secs_f64();
        let issues: Vec<String> = content.issues.iter().map(|i| i.to_string()).collect();
        assert!(issues.is_empty(), "{name}: {issues:?}");
        let triangles: usize = content.parts.iter().map(|p| p.geometry.primitive_count()).sum();
        println!(
            "{name}: {} edges, {} lanes, {} junctions at {origin}; read in {read_secs:.3} s, drawn in {draw_secs:.3} s: {} parts, {triangles} triangles, {} kB",
            net.edges.len(),
            net.lane_count(),
            net.junctions.len(),
            content.parts.len(),
            content.byte_size() / 1000
        );
        let (up, down) = area_by_feature(&content, "lanes")
            .values()
            .fold((0.0, 0.0), |(up, down), &a| if a > 0.0 { (up + a, down) } else { (up, down - a) });
        assert!(down < 1e-4 * up, "{name}: {up} m² face up, {down} m² face down");
    }
}

#[test]
fn the_lanes_of_bologna_have_the_area_of_their_length_and_width() {
    let Some(data) = shared_data() else { return };
    let Ok(bytes) = std::fs::read(data.join("04_sumo").join(NETS[0])) else { return };
    let net = SumoNet::from_bytes(&bytes).unwrap();
    let centre = net.centre().unwrap();
    let site = SiteFrame::from_geodetic(net.geodetic_of(centre.x, centre.y).unwrap().unwrap());
    let content = content_of_net(&net, &site, LaneOptions::default());
    let areas = area_by_feature(&content, "lanes");
    let (mut drawn, mut expected, mut feature) = (0.0, 0.0, 0);
    for edge in &net.edges {
        for lane in &edge.lanes {
            if edge.function == EdgeFunction::Normal {
                let length: f64 = lane.shape.windows(2).map(|w| w[0].truncate().distance(w[1].truncate())).sum();
                drawn += areas.get(&feature).copied().unwrap_or(0.0);
                expected += length * lane.width_m;
            }
            feature += 1;
        }
    }
    println!("lanes drawn: {drawn:.0} m², length times width: {expected:.0} m²");
    assert!((drawn / expected - 1.0).abs() < 0.01, "{drawn} {expected}");
}

#[test]
fn the_vehicles_of_bologna_drive_on_their_lanes() {
    let Some(data) = shared_data() else { return };
    let trace = data.join("04_sumo/fcd/bologna_acosta_fcd_600-900s.xml.gz");
    let (Ok(bytes), Ok(file)) = (std::fs::read(data.join("04_sumo").join(NETS[0])), std::fs::File::open(trace)) else {
        println!("skipped: net or trace is absent");
        return;
    };
    let net = SumoNet::from_bytes(&bytes).unwrap();
    let started = Instant::now();
    let mut reader = FcdReader::new(BufReader::new(file)).unwrap();
    let (mut distances_m, mut unknown, mut steps, mut turned) = (Vec::new(), 0, 0, Vec::new());
    let mut busiest = 0;
    for step in reader.by_ref() {
        let step = step.unwrap();
        steps += 1;
        busiest = busiest.max(step.vehicles.len());
        for vehicle in &step.vehicles {
            let Some((_, lane)) = net.lane(&vehicle.lane) else {
                unknown += 1;
                continue;
            };
            let at = DVec2::new(vehicle.x, vehicle.y);
            distances_m.push(distance_to_polyline_m(at, &lane.shape));
            // On a straight lane a vehicle points along it: clockwise from the net's north.
            if let [a, b] = lane.shape[..] {
                let along = (b - a).truncate();
                let heading_deg = along.x.atan2(along.y).to_degrees();
                turned.push((vehicle.angle_deg - heading_deg + 540.0).rem_euclid(360.0) - 180.0);
            }
        }
    }
    let secs = started.elapsed().as_secs_f64();
    distances_m.sort_by(f64::total_cmp);
    turned.sort_by(|a: &f64, b| a.abs().total_cmp(&b.abs()));
    let at = |q: f64| distances_m[(distances_m.len() as f64 * q) as usize];
    println!(
        "{} positions in {steps} steps (busiest {busiest}), {:.1} MB in {secs:.2} s; distance to the lane: median {:.3} m, 99 % {:.3} m; angle to the lane: median {:.3}°; {unknown} on unknown lanes",
        distances_m.len(),
        reader.byte() as f64 / 1e6,
        at(0.5),
        at(0.99),
        turned[turned.len() / 2]
    );
    assert_eq!(reader.coordinates(), Some(Coordinates::Net));
    assert!(reader.issues().is_empty());
    assert_eq!(unknown, 0);
    assert!(at(0.5) < 0.5, "median {}", at(0.5));
    assert!(turned[turned.len() / 2].abs() < 0.5);
}
