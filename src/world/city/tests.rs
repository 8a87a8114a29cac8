//! What must hold for every plan: the land, the graph, the surfaces, the buildings, the network.

use super::geom::{Bounds, area, contains_convex, is_simple};
use super::graph::{Class, Ground};
use super::network::Network;
use super::*;
use crate::world::layout::{CORE, FACTORY, PADS, PISTE, PORT, SUMMIT};
use glam::DVec2;
use std::sync::OnceLock;

/// Made once: it takes some seconds without optimisation.
fn city() -> &'static City {
    static CITY: OnceLock<City> = OnceLock::new();
    CITY.get_or_init(|| City::new(7))
}

/// Every so many faces that are land between streets.
fn some_blocks(step: usize) -> impl Iterator<Item = usize> {
    let graph = &city().graph;
    (0..graph.faces.len()).filter(|&f| graph.faces[f].ground == Ground::Block).step_by(step)
}

#[test]
fn the_land_is_where_the_layout_wants_it() {
    let terrain = &city().terrain;
    for pad in PADS {
        for corner in [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)] {
            let p = pad.centre + pad.half * DVec2::new(corner.0, corner.1);
            assert!((terrain.height(p) - pad.ground_u).abs() < 0.01, "{} at {p}", pad.name);
        }
    }
    assert!((1100.0..1350.0).contains(&terrain.height(SUMMIT.0)));
    assert!(PISTE.windows(2).all(|w| terrain.height(w[0]) > terrain.height(w[1]) + 20.0));
    assert!(terrain.height(DVec2::new(0.0, -3000.0)) < -3.0);
    assert!(terrain.height(PORT.centre - DVec2::new(0.0, PORT.half.y + 30.0)) < -8.0);
}

#[test]
fn heights_are_finite_and_steady_far_beyond_the_world() {
    let terrain = &city().terrain;
    for k in 0..4000 {
        let p = DVec2::new(f64::from(k % 80) - 40.0, f64::from(k / 50) - 40.0) * 1000.0;
        let (h, next) = (terrain.height(p), terrain.height(p + DVec2::new(0.01, 0.0)));
        assert!(h.is_finite() && (-120.0..2600.0).contains(&h), "{h} at {p}");
        assert!((h - next).abs() < 0.2, "a step at {p}");
    }
}

#[test]
fn the_kept_land_passes_over_into_the_land_around_without_a_step() {
    let terrain = &city().terrain;
    for k in 0..400 {
        let y = f64::from(k) * 40.0 - 8000.0;
        for x in [-8640.0, 8640.0] {
            let step = terrain.height(DVec2::new(x - 0.05, y)) - terrain.height(DVec2::new(x + 0.05, y));
            assert!(step.abs() < 0.6, "{step} at {x} {y}");
        }
    }
}

#[test]
fn no_two_edges_cross() {
    let graph = &city().graph;
    let mut pieces = Vec::new();
    for (e, edge) in graph.edges.iter().enumerate() {
        pieces.extend(edge.line.points.windows(2).map(|w| (e, w[0], w[1])));
    }
    let boxes = pieces.iter().map(|p| Bounds::around([&p.1, &p.2])).collect();
    let index = geom::BoxIndex::new(boxes, 120.0);
    for (i, &(e, a, b)) in pieces.iter().enumerate() {
        for j in index.within(&index.bounds(i)) {
            let (f, c, d) = pieces[j];
            let shared = [a, b].iter().any(|p| *p == c || *p == d);
            assert!(j <= i || shared || geom::crossing(a, b, c, d).is_none(), "edges {e} and {f} cross at {a}");
        }
    }
}

#[test]
fn streets_are_one_connected_whole() {
    let graph = &city().graph;
    let mut seen = vec![false; graph.nodes.len()];
    let mut stack: Vec<u32> = graph.edges.iter().find(|e| e.class.is_driven()).map(|e| e.from).into_iter().collect();
    while let Some(n) = stack.pop() {
        if !std::mem::replace(&mut seen[n as usize], true) {
            let arms = graph.nodes[n as usize].arms.iter().map(|a| &graph.edges[a.0 as usize]);
            stack.extend(arms.filter(|e| e.class.is_street()).flat_map(|e| [e.from, e.to]));
        }
    }
    let lost = graph.edges.iter().filter(|e| e.class.is_driven() && !seen[e.from as usize]).count();
    assert!(lost * 400 < graph.edges.len(), "{lost} streets can't be reached");
}

#[test]
fn junctions_have_few_arms_at_wide_angles() {
    let graph = &city().graph;
    let mut sharp = 0;
    for node in &graph.nodes {
        let streets: Vec<_> = node.arms.iter().filter(|a| graph.edges[a.0 as usize].class.is_street()).collect();
        assert!(streets.len() <= 6, "{} streets meet at {}", streets.len(), node.at);
        let leaves = |arm: &(u32, bool)| {
            let points = &graph.edges[arm.0 as usize].line.points;
            let n = points.len();
            (if arm.1 { points[1] - points[0] } else { points[n - 2] - points[n - 1] }).normalize()
        };
        for k in 0..streets.len() {
            let (a, b) = (leaves(streets[k]), leaves(streets[(k + 1) % streets.len()]));
            assert!(streets.len() < 3 || a.dot(b) < 0.95, "{} at {}", a.dot(b), node.at);
            // The cosine of 33 degrees.
            sharp += usize::from(streets.len() > 2 && a.dot(b) > 0.84);
        }
    }
    assert!(sharp * 300 < graph.nodes.len(), "{sharp} sharp angles at {} nodes", graph.nodes.len());
}

#[test]
fn edges_are_longer_than_the_junctions_at_their_ends() {
    let city = city();
    for (k, strip) in city.surface.strips.iter().enumerate() {
        assert!(strip.is_sound(), "edge {k} at {:?}", strip.left.first());
    }
    let odd = |(k, junction): &(usize, &surface::Junction)| !junction.is_sound(city.graph.nodes[*k].at);
    let odd: Vec<_> = city.surface.junctions.iter().enumerate().filter(odd).map(|(k, _)| k).collect();
    assert!(odd.len() * 1000 < city.surface.junctions.len(), "{odd:?}");
}

#[test]
fn strips_junctions_and_blocks_tile_the_square() {
    let city = city();
    let mut sum = 0.0;
    sum += city.surface.strips.iter().flat_map(surface::Strip::quads).map(|q| area(&q)).sum::<f64>();
    sum += city.surface.junctions.iter().map(|j| area(&j.rim)).sum::<f64>();
    let inside = (0..city.graph.faces.len()).filter(|&f| city.graph.faces[f].ground != Ground::Outside);
    let mut folded = Vec::new();
    for face in inside {
        let kerb = &city.surface.blocks[face].kerb;
        sum += area(kerb);
        if area(kerb) < 0.0 || kerb.len() < 400 && !is_simple(kerb) {
            folded.push(city.graph.faces[face].bounds.centre());
        }
    }
    assert!(folded.is_empty(), "{folded:?}");
    // The frame's corners, and the ends of the motorway's strip just outside of it, are a few square metres.
    assert!((sum - 256.0e6).abs() < 1.0, "{sum}");
}

#[test]
fn a_hundred_thousand_buildings_stand_in_many_kinds_of_quarters() {
    let count: usize = (0..city().graph.faces.len()).map(|f| city().buildings_of(f).len()).sum();
    assert!(count >= 100_000, "{count}");
}

#[test]
fn buildings_are_convex_bodies_inside_their_blocks() {
    let city = city();
    for face in some_blocks(7) {
        let kerb = &city.surface.blocks[face].kerb;
        for building in city.buildings_of(face) {
            for v in &building.volumes {
                let c = v.outline.iter().copied().sum::<DVec2>() / v.outline.len() as f64;
                assert!(area(&v.outline) > 3.0 && contains_convex(&v.outline, c), "{}", building.feature.id);
                assert_eq!(v.outline.len(), v.faces.len());
                assert!(geom::contains(kerb, c), "{} stands in the street", building.feature.id);
                assert!(v.top_u() > v.foot_u + 1.0 && v.floors > 0);
            }
        }
    }
}

#[test]
fn houses_of_different_lots_do_not_stand_in_each_other() {
    let city = city();
    let (mut count, mut inside) = (0, Vec::new());
    for face in some_blocks(29) {
        let all = city.buildings_of(face);
        count += all.len();
        for (k, a) in all.iter().enumerate() {
            let middle = a.centre();
            let hit = all.iter().enumerate().find(|(j, b)| *j != k && contains_convex(&b.volumes[0].outline, middle));
            inside.extend(hit.map(|h| format!("{} in {}", a.feature.id, h.1.feature.id)));
        }
    }
    // In sharp corners of blocks a house may swallow its neighbour.
    assert!(inside.len() * 300 < count, "{inside:?} of {count}");
}

#[test]
fn the_skyline_has_its_summit_in_the_core() {
    let city = city();
    let mut highest = (0.0, DVec2::ZERO);
    for face in (0..city.graph.faces.len()).filter(|&f| city.graph.faces[f].district == districts::District::Core) {
        for b in city.buildings_of(face) {
            if b.feature.height_m > highest.0 {
                highest = (b.feature.height_m, b.centre());
            }
        }
    }
    assert!(highest.0 > 130.0 && (highest.1 - CORE).length() < 450.0, "{highest:?}");
}

#[test]
fn a_block_is_the_same_each_time_it_is_asked_for() {
    let city = city();
    for face in some_blocks(211) {
        let (a, b) = (city.buildings_of(face), city.buildings_of(face));
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
        let (a, b) = (city.open_land_of(face, &a), city.open_land_of(face, &b));
        assert_eq!(format!("{:?}", a.patches), format!("{:?}", b.patches));
    }
}

#[test]
fn the_same_seed_gives_the_same_plan_and_another_one_differs() {
    let again = City::new(7);
    assert_eq!(again.graph.edges.len(), city().graph.edges.len());
    let line = |c: &City| c.graph.edges.iter().map(|e| e.line.length()).sum::<f64>().to_bits();
    assert_eq!(line(&again), line(city()));
    assert_ne!(line(&City::new(8)), line(city()));
}

#[test]
fn things_keep_off_buildings_and_lamps_stand_beside_the_carriageway() {
    let city = city();
    for edge in (0..city.graph.edges.len()).step_by(97) {
        let half = city.graph.edges[edge].class.half_m();
        for thing in things::along_edge(city, edge) {
            assert!((thing.along.length() - 1.0).abs() < 1e-6);
            let off = city.graph.edges[edge].line.nearest(thing.at).0;
            let lamp = matches!(thing.kind, things::Kind::Lamp { .. });
            assert!(!lamp || off > half * 0.9, "a lamp on the road of edge {edge}");
        }
    }
    for face in some_blocks(173) {
        let buildings = city.buildings_of(face);
        let land = city.open_land_of(face, &buildings);
        for thing in things::on_block(city, face, &buildings, &land) {
            let tree = matches!(thing.kind, things::Kind::Tree(_));
            let inside = |b: &Building| b.volumes.iter().any(|v| contains_convex(&v.outline, thing.at));
            assert!(!tree || !buildings.iter().any(inside), "a tree in a house of face {face}");
        }
    }
}

#[test]
fn every_lane_leads_on() {
    let city = city();
    let network = Network::new(city);
    let mut leads = vec![false; network.lanes.len()];
    for c in &network.connections {
        leads[c.from] = true;
        let gap = (network.lanes[c.to].line[0] - c.via).length();
        assert!(gap < 90.0, "a way of {gap} m over node {}", c.node);
    }
    let dead = network.lanes.iter().enumerate().filter(|(k, lane)| {
        let edge = &city.graph.edges[lane.edge as usize];
        let rim = |n: u32| city.graph.nodes[n as usize].at.abs().max_element() > 7990.0;
        let drive = lane.kind == surface::Use::Drive && edge.class != Class::Track && lane.index == 0;
        drive && !leads[*k] && !rim(edge.from) && !rim(edge.to)
    });
    let dead = dead.count();
    assert!(dead * 100 < network.lanes.len(), "{dead} of {} lanes lead nowhere", network.lanes.len());
}

#[test]
fn gates_of_sites_are_reached_by_streets() {
    let city = city();
    for gate in [PORT.centre + PORT.gates[0], PORT.centre + PORT.gates[1], FACTORY.centre + FACTORY.gates[0]] {
        let near = city.graph.edges_in(&Bounds::new(gate, gate).grown(30.0));
        let street = near.iter().any(|&e| {
            let edge = &city.graph.edges[e];
            edge.class.is_driven() && edge.line.nearest(gate).0 < 14.0
        });
        assert!(street, "no street at {gate}");
    }
}
