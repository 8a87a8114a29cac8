//! The same mesh in every compressed form, made by encoders that share no code with this reader (tests/cases/gltf/make.mjs
//! says how), against the plain file.

use super::super::super::FeatureIds;
use super::*;
use glam::{DVec3, Vec2, Vec3};

/// A vertex with all that should survive compression.
#[derive(Debug, Clone, Copy)]
struct Vertex {
    content_m: DVec3,
    normal: Vec3,
    uv: Vec2,
    color: [f32; 4],
    feature: u32,
}

fn vertices(content: &Content) -> Vec<Vertex> {
    assert_eq!(content.parts.len(), 1);
    let part = &content.parts[0];
    let geometry = &part.geometry;
    let [set] = &part.feature_sets[..] else { panic!("one feature id set, got {}", part.feature_sets.len()) };
    let FeatureIds::Vertex(ids) = &set.ids else { panic!("ids of vertices") };
    let rotation = part.content_from_part.matrix3;
    positions(part)
        .into_iter()
        .enumerate()
        .map(|(i, content_m)| Vertex {
            content_m,
            normal: (rotation * geometry.normals[i].as_dvec3()).normalize().as_vec3(),
            uv: geometry.uv0[i],
            color: geometry.colors[i],
            feature: ids[i],
        })
        .collect()
}

/// Most that a form may be off.
#[derive(Debug, Clone, Copy)]
struct Tolerance {
    position_m: f64,
    normal: f32,
    uv: f32,
    color: f32,
}

impl Vertex {
    fn near(&self, other: &Vertex, tolerance: &Tolerance) -> bool {
        (self.content_m - other.content_m).length() <= tolerance.position_m
            && (self.normal - other.normal).length() <= tolerance.normal
            && (self.uv - other.uv).length() <= tolerance.uv
            && self.color.iter().zip(other.color).all(|(a, b)| (a - b).abs() <= tolerance.color)
            && self.feature == other.feature
    }
}

/// The volume inside, from oriented triangles: wrong winding or connectivity changes it.
fn volume_m3(part: &Part) -> f64 {
    let points = positions(part);
    let middle = points.iter().sum::<DVec3>() / points.len() as f64;
    part.geometry
        .indices
        .as_chunks::<3>()
        .0
        .iter()
        .map(|corners| corners.map(|corner| points[corner as usize] - middle))
        .map(|[a, b, c]| a.dot(b.cross(c)) / 6.0)
        .sum()
}

fn assert_same(name: &str, shift: DVec3, tolerance: Tolerance) {
    let plain = read_file(&cases().join("plain.glb"));
    let other = read_file(&cases().join(name));
    assert_sound(&other, name);
    assert!(other.issues.is_empty(), "{name}: {:?}", other.issues);
    let expected = vertices(&plain);
    let got: Vec<Vertex> =
        vertices(&other).into_iter().map(|v| Vertex { content_m: v.content_m + shift, ..v }).collect();
    for (from, to, what) in [(&expected, &got, "is missing"), (&got, &expected, "is too much")] {
        for vertex in from {
            assert!(to.iter().any(|candidate| candidate.near(vertex, &tolerance)), "{name}: {vertex:?} {what}");
        }
    }
    let (a, b) = (volume_m3(&plain.parts[0]), volume_m3(&other.parts[0]));
    assert!((a - b).abs() < 0.01 * a.abs(), "{name}: volume {b}, expected {a}");
}

/// Sizes of a 12 m ring at scale 0.5 cut into the encoders' steps (14 bits and 16 bits), and half a step of rounding.
const QUANTIZED: Tolerance = Tolerance { position_m: 2e-3, normal: 0.01, uv: 5e-4, color: 1e-3 };

#[test]
fn the_plain_file_is_where_its_node_puts_it_to_the_tenth_of_a_millimetre() {
    let content = read_file(&cases().join("plain.glb"));
    let part = &content.parts[0];
    // Vertex 0 of make.mjs: (12 m, 0, 0), scaled by 0.5, turned by 0.8 rad about y, moved.
    let expected =
        DVec3::new(4_433_094.123_4 + 6.0 * 0.8f64.cos(), 362_834.567_8, -4_556_211.000_1 - 6.0 * 0.8f64.sin());
    let got = positions(part)[0];
    assert!((got - expected).length() < 1e-4, "{got} instead of {expected}");
    let (lo, hi) = part.geometry.aabb().expect("not empty");
    assert!(((lo + hi) * 0.5).length() < 1e-3, "the part frame's origin is in the middle");
    assert_eq!(content.copyrights, ["Someone", "Someone Else"]);
    assert_eq!(part.name, "ring");
    assert_eq!(content.materials[part.material].base_color, [0.8, 0.6, 0.4, 1.0]);
}

#[test]
fn quantized_vertices_are_the_plain_ones() {
    assert_same("quantized.glb", DVec3::ZERO, QUANTIZED);
}

#[test]
fn meshopt_vertices_are_the_plain_ones() {
    assert_same("meshopt_medium.glb", DVec3::ZERO, Tolerance { normal: 0.02, ..QUANTIZED });
    assert_same("meshopt_high.glb", DVec3::ZERO, Tolerance { normal: 0.03, ..QUANTIZED });
}

#[test]
fn gltfpack_vertices_are_the_plain_ones() {
    // gltfpack keeps node translations in f32.
    let shift = DVec3::new(0.1234, 0.5678 - 0.5625, -0.0001);
    // It scales UVs by the texture transform of textures, which this mesh has not: they are not compared.
    assert_same("gltfpack_khr.glb", shift, Tolerance { normal: 0.02, color: 0.02, uv: 9.0, ..QUANTIZED });
    assert_same("gltfpack_float.glb", shift, Tolerance { normal: 0.02, uv: 2e-3, ..QUANTIZED });
}

#[test]
fn draco_vertices_are_the_plain_ones() {
    let tolerance = Tolerance { position_m: 2e-3, normal: 0.02, uv: 1e-3, color: 5e-3 };
    assert_same("draco_edgebreaker.glb", DVec3::ZERO, tolerance);
    assert_same("draco_sequential.glb", DVec3::ZERO, tolerance);
}

#[test]
fn sparse_positions_replace_those_they_name() {
    let sparse = read_file(&cases().join("sparse.glb"));
    let plain = read_file(&cases().join("sparse_plain.glb"));
    assert_eq!(positions(&sparse.parts[0]), positions(&plain.parts[0]));
}

/// Same set of points, in any order.
fn assert_same_points(name: &str, got: &[DVec3], expected: &[DVec3], tolerance_m: f64) {
    for (from, to) in [(got, expected), (expected, got)] {
        for p in from {
            let nearest = to.iter().map(|q| (*p - *q).length()).fold(f64::INFINITY, f64::min);
            assert!(nearest <= tolerance_m, "{name}: {p} is {nearest} m from the next");
        }
    }
}

#[test]
fn gpu_instances_stand_where_the_nodes_stood() {
    let copies = read_file(&cases().join("copies.glb"));
    assert_eq!(copies.parts.len(), 5);
    let expected: Vec<DVec3> = copies.parts.iter().flat_map(positions).collect();
    for (name, tolerance_m) in [("instanced.glb", 1e-4), ("instanced_meshopt.glb", 5e-3)] {
        let instanced = read_file(&cases().join(name));
        assert!(instanced.issues.is_empty(), "{name}: {:?}", instanced.issues);
        let [part] = &instanced.parts[..] else { panic!("{name}: one part") };
        assert_eq!(part.instances.len(), 5, "{name}");
        assert_same_points(name, &positions(part), &expected, tolerance_m);
    }
}

#[test]
fn nodes_of_one_mesh_share_its_geometry() {
    let copies = read_file(&cases().join("copies.glb"));
    assert!(copies.parts.windows(2).all(|pair| Arc::ptr_eq(&pair[0].geometry, &pair[1].geometry)));
}

#[test]
fn quaternions_and_exponentials_of_instances_are_unpacked() {
    let content = read_file(&cases().join("quaternions.glb"));
    assert!(content.issues.is_empty(), "{:?}", content.issues);
    let text = std::fs::read(cases().join("quaternions.json")).expect("the truth");
    let expected: Vec<[f64; 3]> = serde_json::from_slice(&text).expect("triples");
    let part = &content.parts[0];
    let corner = part.geometry.positions[1].as_dvec3();
    assert_eq!(part.instances.len(), expected.len());
    for (copy, expected) in part.instances.iter().zip(expected) {
        let got = (part.content_from_part * copy.part_from_instance).transform_point3(corner);
        let off = (got - DVec3::from_array(expected)).length();
        assert!(off < 1e-3, "{got}, expected {expected:?}: {off} m off");
    }
}

#[test]
fn lines_through_the_index_codec_are_the_plain_lines() {
    let plain = read_file(&cases().join("lines.glb"));
    let packed = read_file(&cases().join("lines_meshopt.glb"));
    assert!(packed.issues.is_empty(), "{:?}", packed.issues);
    let ends = |content: &Content| -> Vec<DVec3> {
        let points = positions(&content.parts[0]);
        content.parts[0].geometry.indices.iter().map(|&index| points[index as usize]).collect()
    };
    assert_eq!(packed.parts[0].geometry.topology, Topology::Lines);
    assert_eq!(ends(&plain), ends(&packed));
}

#[test]
fn mirrored_and_sheared_nodes_keep_their_shape_and_their_outside() {
    let content = read_file(&cases().join("mirrored_sheared.glb"));
    let [mirrored, sheared] = &content.parts[..] else { panic!("two parts") };
    for part in [mirrored, sheared] {
        let linear = part.content_from_part.matrix3;
        assert!(linear.determinant() > 0.0);
        assert!(linear.x_axis.dot(linear.y_axis).abs() < 1e-9);
        // Triangles still look where their normals look.
        let points = positions(part);
        let agree = part.geometry.indices.as_chunks::<3>().0.iter().all(|&[a, b, c]| {
            let [p, q, r] = [a, b, c].map(|i| points[i as usize]);
            (q - p).cross(r - p).dot(linear * part.geometry.normals[a as usize].as_dvec3()) > 0.0
        });
        let plain = read_file(&cases().join("plain.glb"));
        let outward = volume_m3(&plain.parts[0]) > 0.0;
        assert_eq!(agree, outward, "the ring of make.mjs winds the same way everywhere");
    }
    let plain_m3 = volume_m3(&read_file(&cases().join("plain.glb")).parts[0]) / 0.125;
    assert!((volume_m3(mirrored) - plain_m3).abs() < 1e-3 * plain_m3.abs());
    assert!((volume_m3(sheared) - 3.0 * plain_m3).abs() < 3e-3 * plain_m3.abs());
}
