//! Palms: a ringed trunk, and fronds that rise and droop, each a keeled blade in three pieces.

use super::Plant;
use crate::bake::det::{Rng, unit_vector};
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface, hex, scale};
use glam::{DVec3, Vec3};

pub fn draw(mesh: &mut Mesh, plant: &Plant, tone: f32, rng: &mut Rng, level: usize) {
    let (at, h) = (plant.at, plant.height_m);
    let lean = unit_vector(rng.unit() * std::f64::consts::TAU) * h * rng.range(0.0, 0.05);
    let top = at + lean.extend(h * 0.8);
    let (light, dark) = (scale(hex(0x86965c), tone), scale(hex(0x3c492a), tone));
    if level >= 2 {
        trunk(mesh, plant, lean.extend(0.0), level);
    }
    if level < 3 {
        let half = DVec3::new(0.27, 0.27, 0.13) * h;
        mesh.blob(
            top,
            half,
            (5, 2),
            |z| if z > 0.0 { light } else { dark },
            |k, _| if k % 2 == 0 { 1.0 } else { 0.75 },
        );
        return;
    }
    let count = if level >= 4 { 17 } else { 6 };
    for k in 0..count {
        let angle = std::f64::consts::TAU * (k as f64 * 0.381_966) + rng.range(-0.2, 0.2);
        // Young ones stand, old ones hang.
        let age = 0.14 + 0.86 * k as f64 / count as f64;
        frond(mesh, top, (angle, age), h * rng.range(0.27, 0.34), (light, dark), level, rng);
    }
    if level >= 4 {
        mesh.blob(top - DVec3::Z * 0.42, DVec3::new(0.3, 0.3, 0.42), (5, 2), |_| hex(0x6a5a42), |_, _| 1.0);
    }
}

fn trunk(mesh: &mut Mesh, plant: &Plant, lean: DVec3, level: usize) {
    let before = std::mem::replace(&mut mesh.surface, Surface::Wood);
    let (pieces, sides) = if level >= 4 { (4, 6) } else { (1, 3) };
    let top = plant.height_m * 0.8;
    for k in 0..pieces {
        let (a, b) = (k as f64 / pieces as f64, (k + 1) as f64 / pieces as f64);
        let r = |t: f64| 0.2 - 0.06 * t + if t < 0.1 { 0.08 } else { 0.0 };
        let foot = plant.at + lean * (a * a);
        let head = plant.at + lean * (b * b);
        // A drum stands upright: its pieces step along the lean, each a little wider at its top.
        let middle = (foot + head).truncate() * 0.5;
        let c = hex(0x84755f);
        let low = if k == 0 { -0.3 } else { a * top };
        mesh.drum(
            middle,
            (r(a), r(b) + 0.02),
            (plant.at.z + low, plant.at.z + b * top),
            sides,
            scale(c, 0.6),
            scale(c, 0.95),
        );
    }
    mesh.surface = before;
}

fn frond(
    mesh: &mut Mesh,
    top: DVec3,
    (angle, age): (f64, f64),
    reach: f64,
    c: (Rgb, Rgb),
    level: usize,
    rng: &mut Rng,
) {
    let d = unit_vector(angle);
    let rise = 1.3 - 1.3 * age + rng.range(-0.1, 0.1);
    // A parabola: out and up, then down under its own weight.
    let spine =
        |t: f64| top + (d * reach * t * (1.0 - 0.12 * t)).extend(reach * (rise * t - (0.75 + 0.2 * age) * t * t));
    let side = d.perp().extend(0.0) * reach * 0.1;
    let stops: &[(f64, f64)] = if level >= 4 {
        &[(0.0, 0.15), (0.35, 1.0), (0.72, 0.82), (1.0, 0.0)]
    } else {
        &[(0.0, 0.3), (0.5, 1.0), (1.0, 0.0)]
    };
    for pair in stops.windows(2) {
        let ((t0, w0), (t1, w1)) = (pair[0], pair[1]);
        let (p, q) = (spine(t0), spine(t1));
        for left in [true, false] {
            // Leaflets hang from the keel.
            let hang = |w: f64| (if left { side } else { -side }) * w - DVec3::Z * reach * 0.055 * w;
            let (a, b) = (p + hang(w0), q + hang(w1));
            let up = DVec3::new(0.0, 0.0, 1.0) + d.extend(0.0) * 0.3 + if left { side } else { -side } / reach * 3.0;
            let n: Vec3 = up.normalize_or_zero().as_vec3();
            let tone = |t: f64| crate::bake::mesh::blend(c.1, c.0, (0.25 + 0.75 * t) as f32);
            let (ct, cu) = (tone(t0), tone(t1));
            let quad = if left { [p, q, b, a] } else { [q, p, a, b] };
            let colors = if left { [ct, cu, cu, ct] } else { [cu, ct, ct, cu] };
            mesh.quad_normals(Matter::Solid, quad, [n; 4], colors);
            let under = [quad[3], quad[2], quad[1], quad[0]];
            mesh.quad_normals(Matter::Solid, under, [-n; 4], [scale(c.1, 0.8); 4]);
        }
    }
}
