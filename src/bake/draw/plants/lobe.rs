//! Lobes of leaves: a dark core under small three-sided tufts, so that the outline is jagged and light plays on it.

use crate::bake::det::Rng;
use crate::bake::mesh::{Matter, Mesh, Rgb, blend, scale};
use glam::DVec3;

#[derive(Clone, Copy)]
pub struct Lobe {
    pub at: DVec3,
    pub half: DVec3,
}

impl Lobe {
    /// Below 1 inside.
    fn depth(&self, p: DVec3) -> f64 {
        ((p - self.at) / self.half).length()
    }
}

/// The golden ratio's rectangle: corners of an icosahedron on the unit sphere.
const A: f64 = 0.525_731_112_119_133_6;
const B: f64 = 0.850_650_808_352_039_9;
const CORNERS: [[f64; 3]; 12] = [
    [-A, 0.0, B],
    [A, 0.0, B],
    [-A, 0.0, -B],
    [A, 0.0, -B],
    [0.0, B, A],
    [0.0, B, -A],
    [0.0, -B, A],
    [0.0, -B, -A],
    [B, A, 0.0],
    [-B, A, 0.0],
    [B, -A, 0.0],
    [-B, -A, 0.0],
];
const FACES: [[usize; 3]; 20] = [
    [0, 1, 4],
    [0, 4, 9],
    [9, 4, 5],
    [4, 8, 5],
    [4, 1, 8],
    [8, 1, 10],
    [8, 10, 3],
    [5, 8, 3],
    [5, 3, 2],
    [2, 3, 7],
    [7, 3, 10],
    [7, 10, 6],
    [7, 6, 11],
    [11, 6, 0],
    [0, 6, 1],
    [6, 10, 1],
    [9, 11, 0],
    [9, 2, 11],
    [9, 5, 2],
    [7, 11, 2],
];
const OCTAHEDRON: [[f64; 3]; 6] =
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
const OCTAHEDRON_FACES: [[usize; 3]; 8] =
    [[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4], [1, 0, 5], [2, 1, 5], [3, 2, 5], [0, 3, 5]];

/// Draws lobes of one crown. `detail` 2: a dark core under tufts of leaves; 1: cores alone; 0: octahedra.
pub fn lobes(
    mesh: &mut Mesh,
    all: &[Lobe],
    crown: (DVec3, DVec3),
    detail: usize,
    rough: f64,
    (light, dark): (Rgb, Rgb),
    rng: &mut Rng,
) {
    for (index, lobe) in all.iter().enumerate() {
        let tone = 0.9 + 0.05 * rng.below(5) as f32;
        let brush = Brush { lobe: *lobe, crown, light: scale(light, tone), dark: scale(dark, tone) };
        // What lies within another lobe nobody sees.
        let hidden = |unit: DVec3| (0..all.len()).any(|j| j != index && all[j].depth(brush.place(unit)) < 0.86);
        brush.core(mesh, detail, rough, &hidden, rng);
        if detail >= 2 {
            brush.tufts(mesh, rough, &hidden, rng);
        }
    }
}

/// Tufts of one lobe, before those that other lobes hide.
const TUFTS: usize = 28;

struct Brush {
    lobe: Lobe,
    crown: (DVec3, DVec3),
    light: Rgb,
    dark: Rgb,
}

impl Brush {
    fn place(&self, unit: DVec3) -> DVec3 {
        self.lobe.at + unit * self.lobe.half
    }

    fn core(&self, mesh: &mut Mesh, detail: usize, rough: f64, hidden: &dyn Fn(DVec3) -> bool, rng: &mut Rng) {
        let turn = crate::bake::det::unit_vector(rng.unit() * std::f64::consts::TAU);
        let (corners, faces): (&[[f64; 3]], &[[usize; 3]]) =
            if detail == 0 { (&OCTAHEDRON, &OCTAHEDRON_FACES) } else { (&CORNERS, &FACES) };
        let size = [1.08, 1.04, 0.95][detail];
        let wander = [0.0, rough * 0.75, rough * 0.45][detail];
        let unit: Vec<DVec3> = corners
            .iter()
            .map(|c| {
                let turned = DVec3::new(c[0] * turn.x - c[1] * turn.y, c[0] * turn.y + c[1] * turn.x, c[2]);
                turned * size * rng.range(1.0 - wander, 1.0 + wander)
            })
            .collect();
        let tips: [f32; 3] = if detail >= 2 { [0.36; 3] } else { [0.45, 0.7, 0.9] };
        for face in faces {
            let p = face.map(|k| unit[k]);
            if detail == 0 || !hidden((p[0] + p[1] + p[2]) / 3.0 * 1.08) {
                // By corner, so that facets that share one agree.
                self.tri(mesh, p, face.map(|k| tips[k % 3]));
            }
        }
    }

    /// Small three-sided points all over the lobe, as clusters of leaves stand out of a crown.
    fn tufts(&self, mesh: &mut Mesh, rough: f64, hidden: &dyn Fn(DVec3) -> bool, rng: &mut Rng) {
        // Even over the sphere by the golden angle; fewer on the underside.
        let turn = rng.unit() * std::f64::consts::TAU;
        for k in 0..TUFTS {
            let z = 1.0 - 1.72 * (k as f64 + 0.5) / TUFTS as f64;
            let flat = crate::bake::det::unit_vector(turn + 2.399_963 * k as f64) * (1.0 - z * z).max(0.0).sqrt();
            let out = (flat.extend(z) + jitter(rng, 0.14)).normalize_or(DVec3::Z);
            let size = rng.range(0.22, 0.38);
            let reach = rng.range(0.95, 1.0 + rough * 0.42);
            if hidden(out) {
                continue;
            }
            let x = out.cross(if out.z.abs() > 0.9 { DVec3::X } else { DVec3::Z }).normalize_or_zero();
            let y = out.cross(x);
            let spin = rng.unit() * std::f64::consts::TAU;
            let ring: [DVec3; 3] = [0.0, 1.0, 2.0].map(|j| {
                let d = crate::bake::det::unit_vector(spin + j * 2.094_395 + rng.range(-0.35, 0.35))
                    * size
                    * rng.range(0.8, 1.25);
                out * (reach - size * 0.34) + x * d.x + y * d.y
            });
            let tip = out * (reach + size * rng.range(0.2, 0.42)) + jitter(rng, 0.1) + DVec3::Z * 0.04;
            for j in 0..3 {
                self.tri(mesh, [ring[j], ring[(j + 1) % 3], tip], [0.5, 0.5, 1.0]);
            }
        }
    }

    /// A facet; `tips` says for each corner how far out it lies (0 a crevice, 1 a tip). Normals and colours depend on the
    /// place alone, so that neighbouring facets share their vertices.
    fn tri(&self, mesh: &mut Mesh, unit: [DVec3; 3], tips: [f32; 3]) {
        let v = [0, 1, 2].map(|k| {
            let p = self.place(unit[k]);
            let from_lobe = (unit[k] / self.lobe.half).normalize_or_zero();
            let from_crown = ((p - self.crown.0) / (self.crown.1 * self.crown.1)).normalize_or_zero();
            // Lobes are round, and so is the whole.
            let normal = (from_lobe * 0.6 + from_crown * 0.6 + DVec3::Z * 0.15).normalize_or_zero();
            // Light falls off downwards and into the crown.
            let height = ((p.z - self.crown.0.z) / self.crown.1.z).clamp(-1.0, 1.0) as f32;
            let depth = ((p - self.crown.0) / self.crown.1).length().min(1.15) as f32;
            let t = (0.1 + 0.22 * height + 0.46 * tips[k] + 0.34 * (depth - 0.45)).clamp(0.0, 1.0);
            // Few steps pack better.
            let t = (t * 12.0).round() / 12.0;
            mesh.vertex(p, stepped(normal), blend(self.dark, self.light, t))
        });
        mesh.push(Matter::Solid, v);
    }
}

/// The normal in coarse steps, which pack better.
fn stepped(n: DVec3) -> glam::Vec3 {
    ((n * 8.0).round() / 8.0).normalize_or_zero().as_vec3()
}

fn jitter(rng: &mut Rng, m: f64) -> DVec3 {
    DVec3::new(rng.range(-m, m), rng.range(-m, m), rng.range(-m, m))
}
