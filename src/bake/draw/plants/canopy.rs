//! Woods seen from far: one rough surface over the ground instead of trees.

use super::super::poly::{self, Region};
use crate::bake::det::{fractal, noise};
use crate::bake::mesh::{Matter, Mesh, Rgb, Surface, blend, hex, scale};
use glam::{DVec2, DVec3};

/// At most this many cells along one side of a wood.
const MAX_CELLS: usize = 256;

/// The canopy over a region: cells of `cell_m`, heights by noise around `height_m`, skirts where it ends. `ground_u` gives
/// the ground's height; `needles` is the share of conifers, 0 to 1.
pub fn canopy(
    mesh: &mut Mesh,
    region: &Region,
    ground_u: &dyn Fn(DVec2) -> f64,
    (height_m, cell_m): (f64, f64),
    needles: f32,
    seed: u64,
) {
    let (low, high) = region.outer.iter().fold((DVec2::MAX, DVec2::MIN), |(a, b), &p| (a.min(p), b.max(p)));
    let size = high - low;
    if region.outer.len() < 3 || !size.is_finite() || height_m <= 0.0 {
        return;
    }
    let cell_m = cell_m.max(size.max_element() / MAX_CELLS as f64).max(1.0);
    // Cells lie on a grid of the whole plan, so that woods that touch agree along their border.
    let (i0, j0) = ((low.x / cell_m).floor() as i64, (low.y / cell_m).floor() as i64);
    let columns = (size.x / cell_m).ceil() as i64 + 1;
    let rows = (size.y / cell_m).ceil() as i64 + 1;
    let inside = |i: i64, j: i64| {
        let p = (DVec2::new(i as f64, j as f64) + 0.5) * cell_m;
        poly::contains(&region.outer, p) && region.holes.iter().all(|h| !poly::contains(h, p))
    };
    let wood: Vec<bool> =
        (0..rows).flat_map(|j| (0..columns).map(move |i| (i, j))).map(|(i, j)| inside(i0 + i, j0 + j)).collect();
    let is_wood =
        |i: i64, j: i64| (0..columns).contains(&i) && (0..rows).contains(&j) && wood[(j * columns + i) as usize];
    let light = blend(hex(0x74864a), hex(0x55684a), needles);
    let dark = blend(hex(0x38472a), hex(0x25301f), needles);
    let corner = |i: i64, j: i64| -> (DVec3, Rgb) {
        let p = DVec2::new((i0 + i) as f64, (j0 + j) as f64) * cell_m;
        let shift = DVec2::new(noise(seed ^ 3, p * 0.9), noise(seed ^ 5, p * 0.9)) * cell_m * 0.3;
        let bump = fractal(seed, p / (cell_m * 1.7), 2);
        let q = p + shift;
        let t = (0.5 + 0.6 * bump).clamp(0.0, 1.0) as f32;
        (q.extend(ground_u(q) + height_m * (0.82 + 0.26 * bump)), blend(dark, light, t))
    };
    let before = std::mem::replace(&mut mesh.surface, Surface::Woods);
    for j in 0..rows {
        for i in 0..columns {
            if !is_wood(i, j) {
                continue;
            }
            let c = [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)];
            let p = c.map(|c| c.0);
            mesh.tri(Matter::Solid, [p[0], p[1], p[2]], [c[0].1, c[1].1, c[2].1]);
            mesh.tri(Matter::Solid, [p[0], p[2], p[3]], [c[0].1, c[2].1, c[3].1]);
            for (k, (di, dj)) in [(0, -1), (1, 0), (0, 1), (-1, 0)].into_iter().enumerate() {
                if !is_wood(i + di, j + dj) {
                    let (a, b) = (p[k], p[(k + 1) % 4]);
                    let foot = |p: DVec3| p.truncate().extend(ground_u(p.truncate()) + height_m * 0.1);
                    let tone = scale(dark, 0.7);
                    mesh.quad_shaded(
                        Matter::Solid,
                        [foot(a), foot(b), b, a],
                        [tone, tone, blend(dark, light, 0.35), blend(dark, light, 0.35)],
                    );
                }
            }
        }
    }
    mesh.surface = before;
}
