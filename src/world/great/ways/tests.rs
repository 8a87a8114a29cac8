use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::road::{Station, stretches};
use super::*;

static PLAN: LazyLock<(City, Ways)> = LazyLock::new(|| {
    let city = City::new(7);
    let ways = Ways::new(&city, 7);
    (city, ways)
});

fn id(fixture: &Fixture) -> &str {
    fixture.feature.as_ref().map_or("", |f| &f.id)
}

fn drawn(fixture: &Fixture, detail: usize) -> Mesh {
    let mut mesh = Mesh::default();
    (fixture.draw)(&mut mesh, detail);
    mesh
}

#[test]
fn ids_are_there_once() {
    let mut ids = BTreeSet::new();
    for fixture in PLAN.1.fixtures.iter().filter(|f| f.feature.is_some()) {
        assert!(ids.insert(id(fixture)), "{} is there twice", id(fixture));
    }
    for wanted in
        ["motorway-100", "ramp-3ex-2", "bridge-1-tower-1", "toll-1", "portal-1", "quay-wall-004", "lighthouse"]
    {
        assert!(ids.contains(wanted), "{wanted} is missing");
    }
}

#[test]
fn the_same_plan_gives_the_same_drawings() {
    let (city, ways) = &*PLAN;
    let again = Ways::new(city, 7);
    assert_eq!(ways.fixtures.len(), again.fixtures.len());
    for (a, b) in ways.fixtures.iter().zip(&again.fixtures).step_by(23) {
        assert_eq!((id(a), a.at), (id(b), b.at));
        let bits = |m: Mesh| m.triangles.iter().flatten().map(|v| (v.at.to_array(), v.color)).collect::<Vec<_>>();
        assert_eq!(bits(drawn(a, 3)), bits(drawn(b, 3)), "{}", id(a));
    }
}

#[test]
fn fixtures_lie_in_their_bounds() {
    let (city, ways) = &*PLAN;
    for (k, fixture) in ways.fixtures.iter().enumerate() {
        assert!(fixture.radius_m < 230.0, "{} is {:.0} m wide", id(fixture), fixture.radius_m);
        for detail in fixture.from_level..5 {
            if detail == 4 && k % 9 != 0 || detail == 3 && k % 4 != 0 {
                continue;
            }
            let foot = city.terrain.height(fixture.at).max(0.0);
            for v in drawn(fixture, detail).triangles.iter().flatten() {
                let away = v.at.truncate().distance(fixture.at);
                assert!(
                    away <= fixture.radius_m + 0.6,
                    "{} at {detail}: {away:.1} of {:.1}",
                    id(fixture),
                    fixture.radius_m
                );
                let high = v.at.z - foot;
                assert!(
                    high <= fixture.height_m + 0.6,
                    "{} at {detail}: {high:.1} of {:.1}",
                    id(fixture),
                    fixture.height_m
                );
                assert!(v.at.is_finite() && v.normal.is_finite(), "{}", id(fixture));
            }
        }
    }
}

#[test]
fn the_roadway_has_the_plans_height() {
    let (city, ways) = &*PLAN;
    let mut count = 0;
    for fixture in ways.fixtures.iter().filter(|f| id(f).starts_with("motorway-0") || id(f).starts_with("motorway-1")) {
        for v in drawn(fixture, 4).triangles[0].iter().filter(|v| v.surface == Surface::Asphalt) {
            let (_, along) = city.motorway.line.nearest(v.at.truncate());
            assert!((v.at.z - city.motorway.height(along)).abs() < 0.05, "{} at {along}", id(fixture));
            count += 1;
        }
    }
    assert!(count > 10_000, "{count}");
}

#[test]
fn the_roadway_is_drawn_once_from_end_to_end() {
    let (_, ways) = &*PLAN;
    let land = &ways.land;
    let pieces: Vec<&Fixture> =
        ways.fixtures.iter().filter(|f| f.feature.as_ref().is_some_and(|f| f.kind == "motorway")).collect();
    for detail in 2..5 {
        // The area of asphalt is that of both carriageways over the stretches on the ground.
        let area: f64 = pieces
            .iter()
            .flat_map(|f| drawn(f, detail).triangles[0].chunks_exact(3).map(<[_]>::to_vec).collect::<Vec<_>>())
            .filter(|t| t.iter().all(|v| v.surface == Surface::Asphalt))
            .map(|t| (t[1].at - t[0].at).truncate().perp_dot((t[2].at - t[0].at).truncate()).abs() * 0.5)
            .sum();
        let wanted: f64 =
            stretches(land).iter().map(|s| s.1 - s.0).sum::<f64>() * 2.0 * (road::ASPHALT_M - road::MEDIAN_M);
        assert!((area / wanted - 1.0).abs() < 2e-3, "{detail}: {area} {wanted}");
    }
    // Neighbours share their cross-cuts at any levels.
    for pair in pieces.windows(2).step_by(6) {
        let (a, b) = (drawn(pair[0], 2), drawn(pair[1], 4));
        let near = |p: DVec3, m: &Mesh| m.triangles[0].iter().any(|v| v.at.distance(p) < 1e-3);
        let middle = land.road.nearest(pair[0].at.midpoint(pair[1].at)).expect("on the line").along_m;
        let cuts = cut_ends(land);
        let end = cuts.iter().copied().min_by(|x, y| (x - middle).abs().total_cmp(&(y - middle).abs())).expect("cuts");
        let station = Station::new(land, end);
        if (end - middle).abs() < 5.0 {
            let p = station.point(road::MEDIAN_M, 0.0);
            assert!(near(p, &a) && near(p, &b), "{} and {}", id(pair[0]), id(pair[1]));
        }
    }
}

fn cut_ends(land: &Land) -> Vec<f64> {
    stretches(land).iter().flat_map(|s| cut(s.0, s.1)).map(|c| c.1).collect()
}

#[test]
fn a_piece_belongs_to_one_tile() {
    let tree = crate::bake::tiling::land::LandTree {
        frame: crate::bake::frame::PlanFrame::new(-9.15, 38.42, 53.0),
        low: DVec2::splat(-WORLD_HALF_M),
        size_m: WORLD_HALF_M * 2.0,
    };
    for fixture in &PLAN.1.fixtures {
        let (low, high) = tree.rect(tree.tile_at(6, fixture.at));
        assert!(fixture.at.cmpge(low).all() && fixture.at.cmplt(high).all(), "{} lies outside", id(fixture));
    }
}

#[test]
fn cables_hang_above_the_ground() {
    let (city, ways) = &*PLAN;
    let mut spans = 0;
    for fixture in &ways.fixtures {
        let kind = fixture.feature.as_ref().map_or("", |f| &f.kind);
        let least = match kind {
            "conductors" => 5.0,
            "rope" => 1.5,
            _ => continue,
        };
        spans += 1;
        for v in drawn(fixture, 3).triangles.iter().flatten() {
            let over = v.at.z - city.terrain.height(v.at.truncate());
            assert!(over > least, "{}: {over:.1} m above the ground", id(fixture));
        }
    }
    assert!(spans > 50);
}

#[test]
fn portals_are_open() {
    let (city, ways) = &*PLAN;
    for portal in tunnel::portals(&ways.land) {
        let p = portal.at.truncate();
        assert!(
            ways.hides(p, 4.0) && ways.hides(p + portal.into * 4.0, 4.0) && !ways.hides(p + portal.into * 30.0, 4.0)
        );
        // The land before it is the bed, the land behind it lies above the portal's tube.
        let before = city.terrain.height(p - portal.into * 1.0);
        let behind = city.terrain.height(p + portal.into * 1.0);
        assert!((before - portal.at.z).abs() < 0.4, "{before} {}", portal.at.z);
        assert!(behind - portal.at.z > portal.wall_m.1 - 2.5, "{} above {}", behind, portal.at);
    }
}

#[test]
fn streets_clear_what_they_cross() {
    let (city, _) = &*PLAN;
    for (index, edge) in city.graph.edges.iter().enumerate().filter(|(_, e)| e.bridge) {
        let (p, _) = edge.line.at(edge.line.length() * 0.5);
        let deck = city.surface.street_u(&city.graph, &city.terrain, index, edge.line.length() * 0.5) - 1.4;
        for (near, height, least) in [
            (city.motorway.line.nearest(p), city.motorway.height(city.motorway.line.nearest(p).1), 4.8),
            (city.railway.line.nearest(p), city.railway.height(city.railway.line.nearest(p).1), 5.4),
        ] {
            assert!(near.0 > 30.0 || deck - height > least, "{}: {:.1}", city.graph.name_of(index), deck - height);
        }
    }
}
