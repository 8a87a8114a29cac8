//! What holds for all sites.

use super::*;
use crate::bake::mesh::{Surface, hex};
use pen::{Face, P};
use std::collections::BTreeSet;

const SEED: u64 = 7;

fn drawn(fixture: &Fixture, level: usize) -> Mesh {
    let mut mesh = Mesh::default();
    (fixture.draw)(&mut mesh, level);
    mesh
}

fn triangles(mesh: &Mesh) -> usize {
    mesh.triangles.iter().map(|t| t.len() / 3).sum()
}

/// Things that need a place, a terrain or a route, at made-up ones.
fn placed_things() -> Vec<Fixture> {
    let hill = |p: DVec2| 40.0 + 20.0 * crate::bake::det::sin(p.x * 0.005) + 0.05 * p.y;
    let at = |x: f64, y: f64| DVec3::new(x, y, 20.0);
    let x = DVec2::X;
    let deck: Vec<DVec3> = (0..60).map(|k| DVec3::new(20.0 * f64::from(k), 0.01 * f64::from(k * k), 30.0)).collect();
    let mut out =
        power::line("line-1", &[DVec2::ZERO, DVec2::new(900.0, 200.0), DVec2::new(1500.0, -400.0)], &hill, SEED);
    out.extend(roads::toll_plaza(at(0.0, 0.0), DVec2::new(0.6, 0.8), SEED).fixtures);
    out.push(roads::sign_gantry("gantry-1", at(9.0, 0.0), x, 14.0, ["PORTO", "CENTRO"]));
    out.extend(roads::tunnel_portal("tunnel-1", at(0.0, 9.0), x, "Tunel").fixtures);
    out.extend(bridge::bridge("bridge-1", "Ponte", &deck, &|_| 2.0, (400.0, 700.0)).fixtures);
    out.extend(places::station_entrance("metro-1", at(1.0, 2.0), x, "Mirante").fixtures);
    out.push(places::cell_mast("cell-1", at(3.0, 2.0), 38.0));
    out.push(places::roof_cell("cell-2", at(3.0, 9.0)));
    out.extend(places::chair_lift("lift-1", DVec2::ZERO, DVec2::new(300.0, 700.0), &hill));
    out.push(places::snow_gun("gun-1", at(3.0, 9.0), x));
    out.push(places::ski_station("ski-1", at(3.0, 9.0), x, SEED));
    out.push(places::water_tower("water-1", at(3.0, 9.0)));
    out.extend(places::wind_farm("turbine", DVec2::ZERO, DVec2::new(900.0, 0.0), 3, &hill));
    out.push(places::lighthouse("light-9", at(3.0, 9.0)));
    out.extend(landmarks::stadium("stadium-1", at(0.0, 0.0), x, "Estadio", SEED));
    out.extend(landmarks::castle("castle-1", at(0.0, 0.0), x, "Castelo", SEED));
    out
}

#[test]
fn fixtures_go_to_other_threads() {
    fn goes<T: Send + Sync>() {}
    goes::<Fixture>();
}

#[test]
fn ids_are_unique() {
    let mut ids = BTreeSet::new();
    for f in fixtures(SEED).iter().chain(&placed_things()) {
        if let Some(feature) = &f.feature {
            assert!(ids.insert(feature.id.clone()), "{} is there twice", feature.id);
            assert!(
                !feature.kind.is_empty() && !feature.name.is_empty() && !feature.usage.is_empty(),
                "{}",
                feature.id
            );
        }
    }
    for id in ["sts-01", "sts-09", "rtg-07", "tank-03", "berth-2", "gate-lane-12", "block-a1", "block-h6", "ship-01"] {
        assert!(ids.contains(id), "{id} is missing");
    }
}

/// Everything is drawn at the levels 0 to 3, and each seventh thing at level 4 (all of it would be slow here).
fn samples() -> Vec<(String, Fixture, usize)> {
    let mut out = Vec::new();
    for level in 0..5 {
        for (k, f) in fixtures(SEED).into_iter().chain(placed_things()).enumerate() {
            if level >= f.from_level && (level % 2 == 0 && k % 7 == level || k % 5 == 0 && level < 4) {
                let id = f.feature.as_ref().map_or(format!("number {k}"), |f| f.id.clone());
                out.push((id, f, level));
            }
        }
    }
    out
}

#[test]
fn things_lie_within_their_radius_and_are_sound() {
    for (id, f, level) in samples() {
        let mesh = drawn(&f, level);
        assert!(triangles(&mesh) > 0, "{id} is not drawn at level {level}");
        for v in mesh.triangles.iter().flatten() {
            let away = v.at.truncate().distance(f.at);
            assert!(away <= f.radius_m + 0.5, "{id} at level {level}: {away:.1} m away, radius {}", f.radius_m);
            assert!(v.at.is_finite() && v.normal.is_finite(), "{id} at level {level}");
            assert!(v.color.iter().all(|c| (0.0..=1.0).contains(c)), "{id} at level {level}: {:?}", v.color);
        }
    }
}

#[test]
fn a_drawing_is_the_same_each_time_and_leaves_the_surface() {
    for (id, f, level) in samples().into_iter().step_by(9) {
        let mut a = Mesh { surface: Surface::Rock, ..Mesh::default() };
        (f.draw)(&mut a, level);
        assert_eq!(a.surface, Surface::Rock, "{id}");
        let b = drawn(&f, level);
        let bits = |m: &Mesh| m.triangles.iter().flatten().map(|v| (v.at.to_array(), v.color)).collect::<Vec<_>>();
        assert_eq!(bits(&a), bits(&b), "{id}");
    }
}

#[test]
fn a_finer_level_has_more() {
    let all = fixtures(SEED);
    let total = |level: usize| {
        all.iter().step_by(11).filter(|f| level >= f.from_level).map(|f| triangles(&drawn(f, level))).sum::<usize>()
    };
    let counts: Vec<_> = (0..5).map(total).collect();
    assert!(counts.windows(2).all(|c| c[0] * 3 < c[1] * 2), "{counts:?}");
}

#[test]
fn level_0_of_all_pads_is_light() {
    let count: usize = fixtures(SEED).iter().filter(|f| f.from_level == 0).map(|f| triangles(&drawn(f, 0))).sum();
    assert!(count < 20_000, "{count} triangles");
}

#[test]
fn a_container_looks_outwards() {
    let mut mesh = Mesh::default();
    let frame = pen::turned([10.0, 20.0, 3.0], 0.7);
    boxes::alone(&mut Pen::new(&mut mesh, frame, 4), 5, boxes::LONG_M);
    let middle = DVec3::new(10.0, 20.0, 4.4);
    for t in mesh.triangles[0].chunks_exact(3) {
        let normal = (t[1].at - t[0].at).cross(t[2].at - t[0].at);
        let out = (t[0].at + t[1].at + t[2].at) / 3.0 - middle;
        assert!(normal.dot(out) > 0.0, "{:?}", t[0].at);
    }
}

#[test]
fn pens_shapes_look_outwards() {
    type Shape = fn(&mut Pen);
    let shapes: [(&str, Shape); 6] = [
        ("cube", |p| p.cube([-1.0; 3], [1.0; 3], hex(0x888888))),
        ("bar", |p| p.bar([-1.0, -0.4, 0.2], [1.0, 0.4, -0.2], 0.5, 0.7, hex(0x888888))),
        ("upright bar", |p| p.bar([0.0, 0.0, -1.0], [0.0, 0.0, 1.0], 0.5, 0.7, hex(0x888888))),
        ("cone", |p| p.cone([0.0, 0.0, -1.0], [0.0, 0.2, 1.0], 0.6, 0.3, 9, hex(0x888888), hex(0x888888))),
        ("extrusion", |p| {
            p.extrude(&[(-1.0, -1.0), (1.0, -1.0), (0.0, 1.0)], -1.0, 1.0, |_| hex(0x888888), hex(0x888888));
        }),
        ("wheel", |p| p.wheel([0.0; 3], 1.0, 0.4, hex(0x888888), hex(0x888888))),
    ];
    for (name, draw) in shapes {
        for mirrored in [false, true] {
            let mut mesh = Mesh::default();
            let mut p = Pen::new(&mut mesh, pen::raised([0.0; 3], 0.4), 4);
            if mirrored {
                draw(&mut p.mirrored())
            } else {
                draw(&mut p)
            }
            for t in mesh.triangles[0].chunks_exact(3) {
                let normal = (t[1].at - t[0].at).cross(t[2].at - t[0].at);
                let middle = (t[0].at + t[1].at + t[2].at) / 3.0;
                assert!(normal.dot(middle) > 0.0, "{name}, mirrored {mirrored}");
                assert!(normal.as_vec3().dot(t[0].normal) > 0.0, "{name}: its normals, mirrored {mirrored}");
            }
        }
    }
}

#[test]
fn a_face_is_laid_from_its_lower_left() {
    let f = Face::new([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], 2.0, 3.0);
    let expected: P = [1.5, 0.25, 2.0];
    assert_eq!(f.at(0.25, 2.0, 0.5), expected);
}

#[test]
fn ground_is_convex_upward_and_on_its_pad() {
    for level in [0, 2, 4] {
        for patch in ground(SEED, level) {
            let p: Vec<DVec2> = patch.corners.iter().map(|c| c.0).collect();
            for k in 0..p.len() {
                let (a, b, c) = (p[k], p[(k + 1) % p.len()], p[(k + 2) % p.len()]);
                assert!((b - a).perp_dot(c - b) > -1e-6, "level {level}: {p:?}");
            }
            let on = |pad: &Pad| (p[0] - pad.centre).abs().cmple(pad.half + 3.0).all();
            assert!(crate::world::layout::PADS.iter().any(on), "level {level}: {p:?}");
        }
    }
}

#[test]
fn layers_of_ground_lie_apart() {
    for (level, up) in ground::LAYER_UP_M.into_iter().enumerate() {
        assert!(up >= 0.02, "level {level}");
    }
    assert!(ground::LAYER_UP_M.windows(2).all(|u| u[0] > u[1]));
}

#[test]
fn a_conductor_hangs_as_a_catenary() {
    // c (cosh(span / 2c) - 1) with c = 1500 m, by Python's math.cosh.
    for (span, sag) in [(330.0, 9.084_155), (600.0, 30.100_133), (50.0, 0.208_338)] {
        assert!((power::sag_m(span, 0.5) - sag).abs() < 1e-5, "{}", power::sag_m(span, 0.5));
    }
    assert_eq!(power::sag_m(330.0, 0.0), 0.0);
}

#[test]
fn conductors_clear_the_ground() {
    let hill = |p: DVec2| 40.0 * crate::bake::det::sin(p.x * 0.004);
    let line = power::line("l", &[DVec2::ZERO, DVec2::new(1900.0, 0.0)], &hill, SEED);
    for f in line.iter().filter(|f| f.feature.as_ref().is_some_and(|f| f.kind == "conductors")) {
        for v in drawn(f, 4).triangles.iter().flatten() {
            let clear = v.at.z - hill(v.at.truncate());
            assert!(clear > 7.0, "{clear:.1} m at {}", v.at);
        }
    }
}

#[test]
fn halls_lie_on_the_factory_and_have_gates_in_their_walls() {
    let halls = halls();
    assert_eq!(halls.len(), 4);
    for hall in halls {
        assert!(fixtures(SEED).iter().any(|f| f.feature.as_ref().is_some_and(|f| f.id == hall.id)), "{}", hall.id);
        assert!(hall.floors_u.windows(2).all(|f| f[0] < f[1]));
        let (low, high) = hall.outline.iter().fold((DVec2::MAX, DVec2::MIN), |(a, b), p| (a.min(*p), b.max(*p)));
        for (gate, _) in &hall.gates {
            let p = gate.truncate();
            let d = (p - low).abs().min((high - p).abs()).min_element();
            assert!(d < 0.6, "{}: gate {p} is {d} m from the wall", hall.id);
        }
    }
}

#[test]
fn lamps_stand_above_the_ground() {
    let lamps = lamps(SEED);
    assert!(lamps.len() > 100, "{}", lamps.len());
    assert!(lamps.iter().all(|l| l.at.z > 3.0 && l.reach_m > 5.0 && (2000.0..7000.0).contains(&l.kelvin)));
}

#[test]
fn models_have_the_nodes_that_their_table_names() {
    let table = include_str!("models/mod.rs");
    for (name, model) in models::all() {
        let row = table.lines().find(|l| l.starts_with("//! |") && l.contains(&format!("`{name}`")));
        let row = row.unwrap_or_else(|| panic!("{name} is not in the table"));
        for (node, part) in model.names().iter().zip(model.nodes()) {
            let listed = row.contains(&format!("`{node}`")) || node.starts_with("wheels_") && row.contains("wheels_");
            assert!(listed, "{name}: node {node} is not in the table");
            assert!(!part.mesh.is_empty(), "{name}: node {node} is empty");
        }
        assert!(model.triangles() < 12_000, "{name}: {} triangles", model.triangles());
    }
}

#[test]
fn models_stand_on_the_ground_and_look_along_z() {
    for file in models::files() {
        assert!(file.bytes.starts_with(b"glTF"), "{}", file.path);
    }
    let cars = models::all();
    let (_, car) = cars.iter().find(|(name, _)| *name == "car_saloon").expect("there is a saloon");
    // Forward is -y before the writer turns z up into y up; the nose is lower than the cabin, the wheels reach the ground.
    let body = &car.nodes()[0].mesh;
    let high = |front: bool| {
        let side = body.triangles.iter().flatten().filter(|v| (v.at.y < -2.0) == front);
        side.map(|v| v.at.z).fold(0.0, f64::max)
    };
    assert!(high(true) < 0.95 && high(false) > 1.3);
    let wheels = &car.nodes()[1];
    let low = wheels.mesh.triangles.iter().flatten().map(|v| v.at.z).fold(f64::MAX, f64::min) + wheels.at.z;
    assert!(low.abs() < 0.02, "{low}");
}

#[test]
fn letters_have_their_cells() {
    // An L of height 1: an upright and a foot.
    assert_eq!(font::rects("L").len(), 2);
    assert!((font::width("AB") - 11.0 / 7.0).abs() < 1e-12);
    assert!(font::rects("~").is_empty());
}
