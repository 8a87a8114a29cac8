//! How far a tile's surface is from what it stands for: distances of points of its children from its triangles.

use glam::{DVec2, DVec3};

use crate::bake::mesh::Mesh;

/// Points that stand for a tile's surface.
const SAMPLE: usize = 400;
/// Cells along a side of the lattice that finds near triangles.
const CELLS: usize = 48;
/// The share of distances that the error covers: single things (a chimney, an antenna) do not refine a tile.
const COVERED: f64 = 0.97;

/// Corners spread evenly over the triangles, as they come.
pub fn sample(mesh: &Mesh) -> Vec<[f32; 3]> {
    let total: usize = mesh.triangles.iter().map(Vec::len).sum::<usize>()
        + mesh.pictured.iter().map(|p| p.triangles.len()).sum::<usize>();
    // Odd, so that not only first corners are taken.
    let stride = (total / SAMPLE).max(1) | 1;
    let lists = mesh.triangles.iter().chain(mesh.pictured.iter().map(|p| &p.triangles));
    lists.flatten().step_by(stride).map(|v| v.at.as_vec3().to_array()).collect()
}

/// The distance that most of the points keep from the mesh, metres; 0 for no points. Distances past `most_m` count as that.
pub fn distance_m(points: &[[f32; 3]], mesh: &Mesh, (low, size_m): (DVec2, f64), most_m: f64) -> f64 {
    if points.is_empty() {
        return 0.0;
    }
    let lattice = Lattice::new(mesh, low, size_m);
    let mut distances: Vec<f64> = points
        .iter()
        .map(|p| lattice.distance_m(DVec3::new(f64::from(p[0]), f64::from(p[1]), f64::from(p[2])), most_m))
        .collect();
    distances.sort_by(f64::total_cmp);
    distances[((distances.len() - 1) as f64 * COVERED) as usize]
}

/// The greatest distance of the points from the mesh, metres; `most_m` where it has no triangles.
pub fn farthest_m(points: impl Iterator<Item = DVec3>, mesh: &Mesh, (low, size_m): (DVec2, f64), most_m: f64) -> f64 {
    /// So few are all asked sooner than a lattice is made.
    const FEW: usize = 48;
    let lists = || mesh.triangles.iter().chain(mesh.pictured.iter().map(|p| &p.triangles));
    if lists().map(|list| list.len() / 3).sum::<usize>() <= FEW {
        let triangles: Vec<[DVec3; 3]> =
            lists().flat_map(|list| list.chunks_exact(3).map(|t| [t[0].at, t[1].at, t[2].at])).collect();
        let nearest = |p: DVec3| triangles.iter().map(|t| distance_to_triangle(p, t)).fold(most_m, f64::min);
        return points.map(nearest).fold(0.0, f64::max);
    }
    let lattice = Lattice::new(mesh, low, size_m);
    points.map(|p| lattice.distance_m(p, most_m)).fold(0.0, f64::max)
}

/// Triangles by the cells of the plan that their boxes touch.
struct Lattice {
    low: DVec2,
    cell_m: f64,
    triangles: Vec<[DVec3; 3]>,
    cells: Vec<Vec<u32>>,
}

impl Lattice {
    fn new(mesh: &Mesh, low: DVec2, size_m: f64) -> Self {
        let lists = mesh.triangles.iter().chain(mesh.pictured.iter().map(|p| &p.triangles));
        let triangles: Vec<[DVec3; 3]> =
            lists.flat_map(|list| list.chunks_exact(3).map(|t| [t[0].at, t[1].at, t[2].at])).collect();
        let mut lattice =
            Self { low, cell_m: size_m / CELLS as f64, triangles, cells: vec![Vec::new(); CELLS * CELLS] };
        for (k, t) in lattice.triangles.iter().enumerate() {
            let low = t[0].min(t[1]).min(t[2]).truncate();
            let high = t[0].max(t[1]).max(t[2]).truncate();
            let ((x0, y0), (x1, y1)) = (lattice.cell(low), lattice.cell(high));
            for y in y0..=y1 {
                for x in x0..=x1 {
                    lattice.cells[y * CELLS + x].push(k as u32);
                }
            }
        }
        lattice
    }

    fn cell(&self, p: DVec2) -> (usize, usize) {
        let at = ((p - self.low) / self.cell_m).floor().clamp(DVec2::ZERO, DVec2::splat((CELLS - 1) as f64));
        (at.x as usize, at.y as usize)
    }

    /// Rings of cells around the point's, until nothing nearer can come.
    fn distance_m(&self, p: DVec3, most_m: f64) -> f64 {
        let (cx, cy) = self.cell(p.truncate());
        let mut best = most_m;
        for ring in 0..CELLS {
            if ring > 0 && (ring - 1) as f64 * self.cell_m > best {
                break;
            }
            let rows = cy.saturating_sub(ring)..=(cy + ring).min(CELLS - 1);
            for y in rows {
                let on_edge = y.abs_diff(cy) == ring;
                for x in cx.saturating_sub(ring)..=(cx + ring).min(CELLS - 1) {
                    if !on_edge && x.abs_diff(cx) != ring {
                        continue;
                    }
                    for &k in &self.cells[y * CELLS + x] {
                        best = best.min(distance_to_triangle(p, &self.triangles[k as usize]));
                    }
                }
            }
        }
        best
    }
}

/// Ericson, Real-Time Collision Detection (2005), 5.1.5.
pub(in crate::bake) fn distance_to_triangle(p: DVec3, [a, b, c]: &[DVec3; 3]) -> f64 {
    let (ab, ac, ap) = (*b - *a, *c - *a, p - *a);
    let (d1, d2) = (ab.dot(ap), ac.dot(ap));
    if d1 <= 0.0 && d2 <= 0.0 {
        return ap.length();
    }
    let bp = p - *b;
    let (d3, d4) = (ab.dot(bp), ac.dot(bp));
    if d3 >= 0.0 && d4 <= d3 {
        return bp.length();
    }
    let vc = d1 * d4 - d3 * d2;
    if vc <= 0.0 && d1 >= 0.0 && d3 <= 0.0 {
        let t = if d1 - d3 > 0.0 { d1 / (d1 - d3) } else { 0.0 };
        return (ap - ab * t).length();
    }
    let cp = p - *c;
    let (d5, d6) = (ab.dot(cp), ac.dot(cp));
    if d6 >= 0.0 && d5 <= d6 {
        return cp.length();
    }
    let vb = d5 * d2 - d1 * d6;
    if vb <= 0.0 && d2 >= 0.0 && d6 <= 0.0 {
        let t = if d2 - d6 > 0.0 { d2 / (d2 - d6) } else { 0.0 };
        return (ap - ac * t).length();
    }
    let va = d3 * d6 - d5 * d4;
    if va <= 0.0 && d4 - d3 >= 0.0 && d5 - d6 >= 0.0 {
        let sum = (d4 - d3) + (d5 - d6);
        let t = if sum > 0.0 { (d4 - d3) / sum } else { 0.0 };
        return (bp - (*c - *b) * t).length();
    }
    let sum = va + vb + vc;
    if sum <= 0.0 {
        return ap.length();
    }
    (ap - ab * (vb / sum) - ac * (vc / sum)).length()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bake::mesh::{Matter, hex};

    #[test]
    fn the_distance_of_points_above_a_square_is_their_height() {
        let mut mesh = Mesh::default();
        let corners = [DVec2::ZERO, DVec2::new(10.0, 0.0), DVec2::new(10.0, 10.0), DVec2::new(0.0, 10.0)];
        mesh.flat(Matter::Solid, &corners, 2.0, hex(0));
        let points: Vec<[f32; 3]> = (0..9).map(|k| [k as f32, 3.0, 5.0]).collect();
        assert!((distance_m(&points, &mesh, (DVec2::ZERO, 10.0), 100.0) - 3.0).abs() < 1e-9);
    }

    #[test]
    fn points_far_from_everything_count_as_the_most() {
        let points = [[5.0, 5.0, 5.0]];
        assert_eq!(distance_m(&points, &Mesh::default(), (DVec2::ZERO, 10.0), 40.0), 40.0);
    }
}
