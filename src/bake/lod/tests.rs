//! Meshes with fewer triangles: their error is what it is said to be, and nothing comes apart.

use super::*;
use crate::bake::mesh::{Matter, Picture, hex};
use crate::batch::simplify::Meshoptimizer;

/// A box of this half side whose faces are cut into squares of a tenth.
fn fine_box(half_m: f64) -> Mesh {
    let mut mesh = Mesh::default();
    let n = 20;
    let axes = [DVec3::X, DVec3::Y, DVec3::Z];
    for (k, sign) in [(0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0), (2, 1.0), (2, -1.0)] {
        let (normal, right) = (axes[k] * sign, axes[(k + 1) % 3]);
        let up = normal.cross(right);
        let at = |i: i32, j: i32| {
            let (s, t) = (f64::from(i) / f64::from(n) * 2.0 - 1.0, f64::from(j) / f64::from(n) * 2.0 - 1.0);
            (normal + right * s + up * t) * half_m
        };
        for i in 0..n {
            for j in 0..n {
                mesh.quad(Matter::Solid, [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)], hex(0x808080));
            }
        }
    }
    mesh
}

fn ball() -> Mesh {
    let mut mesh = Mesh::default();
    mesh.blob(DVec3::new(900.0, -40.0, 7.0), DVec3::splat(5.0), (64, 32), |_| hex(0x5d7242), |_, _| 1.0);
    mesh
}

fn bounds(mesh: &Mesh) -> (DVec3, DVec3) {
    let all = || lists(mesh).flat_map(|(_, list, _)| list.iter().map(|v| v.at));
    (all().fold(DVec3::MAX, DVec3::min), all().fold(DVec3::MIN, DVec3::max))
}

#[test]
fn what_is_plane_becomes_few_triangles_without_an_error() {
    let mesh = fine_box(10.0);
    let made = simplified(&mesh, 0.05, Borders::Free, &Meshoptimizer);
    assert!(count(&mesh) == 4800 && count(&made.mesh) <= 24, "{} triangles", count(&made.mesh));
    assert!(made.error_m < 1e-3, "{}", made.error_m);
    assert_eq!(bounds(&made.mesh), bounds(&mesh));
}

#[test]
fn no_point_of_the_first_surface_is_farther_than_the_error() {
    let mesh = ball();
    let made = simplified(&mesh, 0.4, Borders::Free, &Meshoptimizer);
    assert!(count(&made.mesh) * 8 < count(&mesh), "{} of {}", count(&made.mesh), count(&mesh));
    assert!(made.error_m > 0.05 && made.error_m <= 0.4, "{}", made.error_m);
    // By all triangles, without the lattice that finds near ones.
    let list = &made.mesh.triangles[Matter::Solid as usize];
    for v in &mesh.triangles[Matter::Solid as usize] {
        let near = list.chunks_exact(3).map(|t| measure::distance_to_triangle(v.at, &[t[0].at, t[1].at, t[2].at]));
        assert!(near.fold(f64::MAX, f64::min) <= made.error_m + 1e-9);
    }
}

/// A change of the library or of its compiler's rounding shows here.
#[test]
fn the_same_triangles_come_out_everywhere() {
    let made = simplified(&ball(), 0.4, Borders::Free, &Meshoptimizer).mesh;
    let sum = made.triangles[0].iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, v| {
        let mut bits = v.at.to_array().map(|x| (x * 1e4).round() as i64 as u64).into_iter();
        bits.by_ref().fold(hash, |h, b| (h ^ b).wrapping_mul(0x100_0000_01b3))
    });
    assert_eq!((count(&made), sum), (198, 11_358_685_843_105_088_023));
}

#[test]
fn triangles_under_a_picture_keep_their_places_in_it() {
    // A wavy ground whose picture is laid from above, half of it under a second one.
    let mut mesh = Mesh::default();
    let picture = |name: &str| Picture { mime: "image/png", bytes: name.as_bytes().to_vec(), repeat: false };
    for name in ["west", "east"] {
        mesh.pictured.push(Pictured { picture: picture(name), glow: None, triangles: Vec::new(), uv: Vec::new() });
    }
    let at = |i: i32, j: i32| DVec3::new(f64::from(i), f64::from(j), f64::from((i * i + 3 * j) % 7) * 0.02);
    for i in 0..40 {
        for j in 0..40 {
            let part = usize::from(i >= 20);
            let p = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
            for t in [[p[0], p[1], p[2]], [p[0], p[2], p[3]]] {
                let corners = t.map(|p| mesh.vertex(p, glam::Vec3::Z, [1.0; 3]));
                mesh.pictured[part].triangles.extend(corners);
                mesh.pictured[part].uv.extend(t.map(|p| [p.x as f32 / 40.0, p.y as f32 / 40.0]));
            }
        }
    }
    let made = simplified(&mesh, 0.3, Borders::Free, &Meshoptimizer).mesh;
    assert!(count(&made) * 4 < count(&mesh), "{}", count(&made));
    assert_eq!(made.pictured.len(), 2);
    for (k, part) in made.pictured.iter().enumerate() {
        for (v, uv) in part.triangles.iter().zip(&part.uv) {
            assert_eq!(*uv, [v.at.x as f32 / 40.0, v.at.y as f32 / 40.0]);
            assert!(if k == 0 { v.at.x <= 20.0 } else { v.at.x >= 20.0 }, "{} in {k}", v.at);
        }
    }
}

#[test]
fn what_is_not_finite_or_without_extent_is_left_as_it_is() {
    let mut mesh = ball();
    mesh.triangles[0][5].at.x = f64::NAN;
    assert_eq!(count(&simplified(&mesh, 0.4, Borders::Free, &Meshoptimizer).mesh), count(&mesh));
    let mut point = ball();
    point.triangles[0].iter_mut().for_each(|v| v.at = DVec3::ONE);
    assert_eq!(count(&simplified(&point, 0.4, Borders::Free, &Meshoptimizer).mesh), count(&point));
}

#[test]
fn a_thing_smaller_than_the_error_goes_and_says_its_size() {
    let made = simplified(&ball(), 30.0, Borders::Free, &Meshoptimizer);
    assert!(count(&made.mesh) <= 4 && made.error_m > 4.0 && made.error_m <= 30.0, "{}", made.error_m);
}

#[test]
fn borders_that_are_to_stay_stay() {
    let mut mesh = Mesh::default();
    let at = |i: i32, j: i32| DVec3::new(f64::from(i), f64::from(j), f64::from((i * 7 + j * j) % 5) * 0.05);
    for i in 0..20 {
        for j in 0..20 {
            mesh.quad(Matter::Solid, [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)], hex(0x777777));
        }
    }
    let made = simplified(&mesh, 0.5, Borders::Kept, &Meshoptimizer).mesh;
    assert!(count(&made) * 3 < count(&mesh), "{}", count(&made));
    for k in 0..=20 {
        for p in [at(k, 0), at(k, 20), at(0, k), at(20, k)] {
            assert!(made.triangles[0].iter().any(|v| v.at == p), "{p} is gone");
        }
    }
}
