//! Ground that everything here stands on: frames, own sines, meshes and their encoding.

use glam::{DVec2, DVec3, Vec3};

use super::{det, frame, glb, mesh};
use crate::format::content::Content;
use crate::format::content::decode::{DecodeOptions, Decoded, NoResources, decode};

fn decoded(bytes: &[u8]) -> Content {
    match decode(bytes, &DecodeOptions::default(), &NoResources).unwrap() {
        Decoded::Content(content) => content,
        other => panic!("expected content, got {other:?}"),
    }
}

#[test]
fn packed_tiles_read_like_plain_ones() {
    let frame = frame::PlanFrame::new(-9.15, 38.42, 53.0);
    let mut mesh = mesh::Mesh::default();
    for k in 0..90 {
        let p = DVec2::new(f64::from(k % 10) * 17.0, f64::from(k / 10) * 23.0);
        let u = 9.0 * det::noise(7, p / 60.0);
        mesh.boxed(&mesh::Rect::new(p, det::unit_vector(f64::from(k)), 9.0, 5.0), u, u + 7.0, mesh::hex(0xb5694a));
    }
    let at = frame.ecef_from_enu_at(DVec3::ZERO);
    let [packed, plain] = [true, false].map(|packed| {
        let root_from_tile = glam::DAffine3::IDENTITY;
        let placement = glb::Placement { frame: &frame, ecef_from_tile: at, root_from_tile, packed, least_step_m: 0.0 };
        decoded(&glb::tile(&mesh, &[], &placement).bytes)
    });
    let triangles = |content: &Content| {
        let mut all: Vec<[[u32; 3]; 3]> = Vec::new();
        for part in &content.parts {
            for t in part.geometry.indices.chunks_exact(3) {
                let corner = |k: usize| part.geometry.positions[t[k] as usize].to_array().map(f32::to_bits);
                let (a, b, c) = (corner(0), corner(1), corner(2));
                // The codec may turn a triangle.
                all.push([[a, b, c], [b, c, a], [c, a, b]].into_iter().min().unwrap());
            }
        }
        all
    };
    assert_eq!(triangles(&packed), triangles(&plain));
    assert_eq!(packed.parts[0].geometry.colors, plain.parts[0].geometry.colors);
}

#[test]
fn the_plan_frame_is_the_ellipsoids() {
    let frame = frame::PlanFrame::new(-9.15, 38.42, 53.0);
    for p in [DVec3::ZERO, DVec3::new(1800.0, -1400.0, 30.0), DVec3::new(-20_000.0, 16_000.0, 400.0)] {
        let g = frame.geodetic_from_plan(p);
        let geodetic = crate::geo::Geodetic { lon_rad: g.x.to_radians(), lat_rad: g.y.to_radians(), height_m: g.z };
        let expected = crate::geo::wgs84::ecef_from_geodetic(geodetic);
        assert!((frame.ecef_from_plan(p) - expected).length() < 1e-8);
    }
}

#[test]
fn metres_of_the_plan_frame_are_metres() {
    let frame = frame::PlanFrame::new(-9.15, 38.42, 0.0);
    for d in [DVec3::X, DVec3::Y, DVec3::Z] {
        let from = DVec3::new(1500.0, 1000.0, 20.0);
        let step = (frame.ecef_from_plan(from + d) - frame.ecef_from_plan(from)).length();
        assert!((step - 1.0).abs() < 3e-4, "{d}: {step}");
    }
}

#[test]
fn own_sine_and_arc_tangent_agree_with_the_platforms() {
    for k in -4000..4000 {
        let angle = f64::from(k) * 0.0071;
        let (s, c) = det::sin_cos(angle);
        assert!((s - angle.sin()).abs() < 2e-15 && (c - angle.cos()).abs() < 2e-15, "{angle}");
        let back = det::atan2(s, c) - angle.sin().atan2(angle.cos());
        assert!(back.abs() < 1e-14 || (back.abs() - std::f64::consts::TAU).abs() < 1e-14, "{angle}");
    }
}

#[test]
fn normals_face_out_of_a_box() {
    let mut mesh = mesh::Mesh::default();
    mesh.slab(&mesh::Rect::new(DVec2::ZERO, DVec2::X, 4.0, 2.0), 0.0, 3.0, [0.5; 3]);
    let middle = Vec3::new(0.0, 0.0, 1.5);
    for t in mesh.triangles[0].chunks_exact(3) {
        let centre = t.iter().map(|v| v.at.as_vec3()).sum::<Vec3>() / 3.0;
        assert!(t[0].normal.dot(centre - middle) > 0.0);
    }
}

#[test]
fn copies_read_like_what_is_drawn_at_each_place() {
    use crate::format::content::FeatureIds;
    let frame = frame::PlanFrame::new(-9.15, 38.42, 53.0);
    let mut prototype = mesh::Mesh::default();
    prototype.boxed(&mesh::Rect::new(DVec2::new(0.4, 0.2), DVec2::X, 2.0, 1.0), 0.0, 3.0, [0.4, 0.5, 0.2]);
    let prototype = std::sync::Arc::new(prototype);
    let places = (0..7)
        .map(|k| mesh::Place {
            at: DVec3::new(f64::from(k) * 13.0 - 40.0, f64::from(k) * 7.0, f64::from(k)),
            along: det::unit_vector(f64::from(k)),
            up: Vec3::new(0.1, -0.05, 1.0).normalize(),
            scale: Vec3::new(1.0, 1.3, 0.8),
            feature: k as u32 % 3,
        })
        .collect();
    let copies = mesh::Copies { prototype, places };
    let table = vec![crate::bake::feature::Feature::new("a", "tree", "", "", 1.0); 3];
    let place = glb::Placement {
        frame: &frame,
        ecef_from_tile: frame.ecef_from_enu_at(DVec3::ZERO),
        root_from_tile: glam::DAffine3::IDENTITY,
        packed: true,
        least_step_m: 0.0,
    };
    let mut drawn = mesh::Mesh::default();
    drawn.expand(&copies);
    let shared = mesh::Mesh { copies: vec![copies], ..mesh::Mesh::default() };
    let [drawn, shared] = [drawn, shared].map(|mesh| glb::tile(&mesh, &table, &place));
    assert_eq!(drawn.triangles, shared.triangles);
    assert!(shared.low.cmple(drawn.low + 0.02).all() && shared.high.cmpge(drawn.high - 0.02).all());
    let points = |bytes: &[u8]| {
        let mut all: Vec<DVec3> = Vec::new();
        for part in &decoded(bytes).parts {
            let one = [crate::format::content::Instance { part_from_instance: glam::DAffine3::IDENTITY }];
            for copy in if part.instances.is_empty() { &one[..] } else { &part.instances } {
                let from = part.content_from_part * copy.part_from_instance;
                all.extend(
                    part.geometry
                        .indices
                        .iter()
                        .map(|&i| from.transform_point3(part.geometry.positions[i as usize].as_dvec3())),
                );
            }
        }
        all
    };
    let content = decoded(&shared.bytes);
    let FeatureIds::Instance(ids) = &content.parts[0].feature_sets[0].ids else { panic!("ids not by copy") };
    assert_eq!(&ids[..], [0, 1, 2, 0, 1, 2, 0]);
    let wanted = points(&drawn.bytes);
    for p in points(&shared.bytes) {
        let off = wanted.iter().map(|q| (*q - p).length()).fold(f64::MAX, f64::min);
        assert!(off < 0.004, "{off} m off at {p}");
    }
}
