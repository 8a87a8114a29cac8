//! A piece of ground as triangles that follow the terrain, and polygons that lie on it.
//!
//! Plan frame metres. What lies on the ground is cut at its triangles, so that it touches it everywhere.

use glam::{DVec2, DVec3, Vec3};
use spade::{ConstrainedDelaunayTriangulation, Point2, Triangulation};

use crate::bake::draw::poly;
use crate::bake::mesh::{Matter, Mesh, Rgb};
use crate::world::city::geom::{Bounds, contains};

/// Triangles on the terrain inside of a ring.
#[derive(Debug, Default)]
pub struct Tin {
    pub triangles: Vec<[DVec3; 3]>,
    bounds: Vec<Bounds>,
}

/// More points than this are not set inside of a ring.
const MOST_INNER: f64 = 30_000.0;

impl Tin {
    /// The ground inside of a ring (counter-clockwise), with points about `step_m` apart, as high as `height` says.
    pub fn new(ring: &[DVec2], step_m: f64, height: impl Fn(DVec2) -> f64) -> Self {
        let mut points: Vec<DVec2> = Vec::new();
        if ring.len() < 3 {
            return Self::default();
        }
        for k in 0..ring.len() {
            let (a, b) = (ring[k], ring[(k + 1) % ring.len()]);
            if (b - a).length() < 1e-3 {
                continue;
            }
            let parts = ((b - a).length() / step_m).ceil().max(1.0) as usize;
            points.extend((0..parts).map(|i| a.lerp(b, i as f64 / parts as f64)));
        }
        if points.len() < 3 {
            return Self::default();
        }
        let rim = points.len();
        let around = Bounds::around(&points);
        let step_m = step_m.max((around.size().x * around.size().y / MOST_INNER).sqrt());
        // On a lattice of the whole plan, so that neighbours look alike.
        let (first, last) = ((around.low / step_m).ceil(), (around.high / step_m).floor());
        let mut y = first.y;
        while y <= last.y {
            let mut x = first.x;
            while x <= last.x {
                let p = DVec2::new(x, y) * step_m;
                if contains(ring, p) && poly::distance_to_ring(p, ring) > step_m * 0.4 {
                    points.push(p);
                }
                x += 1.0;
            }
            y += 1.0;
        }
        let flat = triangulated(&points, rim).unwrap_or_else(|| poly::triangles(&[&points[..rim]]));
        let heights: Vec<f64> = points.iter().map(|&p| height(p)).collect();
        let triangles: Vec<[DVec3; 3]> = flat.into_iter().map(|t| t.map(|k| points[k].extend(heights[k]))).collect();
        let bounds = triangles.iter().map(|t| Bounds::around(&t.map(|p| p.truncate()))).collect();
        Self { triangles, bounds }
    }

    /// Draws the triangles whose middle `keep` wants.
    pub fn draw(&self, mesh: &mut Mesh, normal: Vec3, keep: impl Fn(DVec2) -> bool, color: impl Fn(DVec2) -> Rgb) {
        for t in &self.triangles {
            if keep(middle(t)) {
                let v = t.map(|p| mesh.vertex(p, normal, color(p.truncate())));
                mesh.push(Matter::Solid, v);
            }
        }
    }

    /// Lays a polygon on it, `lift_m` above; each cut belongs to the triangle that it lies on.
    pub fn lay(
        &self,
        mesh: &mut Mesh,
        outline: &[DVec2],
        (lift_m, normal): (f64, Vec3),
        keep: impl Fn(DVec2) -> bool,
        color: impl Fn(DVec2) -> Rgb,
    ) {
        if outline.len() < 3 {
            return;
        }
        let whole = Bounds::around(outline);
        let near: Vec<usize> = (0..self.triangles.len()).filter(|&k| self.bounds[k].overlaps(&whole)).collect();
        for cut in poly::triangles(&[outline]) {
            let cut = cut.map(|k| outline[k]);
            let around = Bounds::around(&cut);
            for &k in near.iter().filter(|&&k| self.bounds[k].overlaps(&around)) {
                let base = &self.triangles[k];
                if !keep(middle(base)) {
                    continue;
                }
                let mut part = base.to_vec();
                for (a, b) in [(cut[0], cut[1]), (cut[1], cut[2]), (cut[2], cut[0])] {
                    if part.len() >= 3 {
                        part = poly::clipped(&part, a, (b - a).perp());
                    }
                }
                for i in 1..part.len().saturating_sub(1) {
                    let p = [part[0], part[i], part[i + 1]];
                    if (p[1] - p[0]).truncate().perp_dot((p[2] - p[0]).truncate()) > 0.004 {
                        let v = p.map(|p| mesh.vertex(p + DVec3::Z * lift_m, normal, color(p.truncate())));
                        mesh.push(Matter::Solid, v);
                    }
                }
            }
        }
    }
}

fn middle(t: &[DVec3; 3]) -> DVec2 {
    (t[0] + t[1] + t[2]).truncate() / 3.0
}

/// Constrained Delaunay triangles of a ring (the first `rim` points) and points inside of it; `None` where the ring crosses
/// itself.
fn triangulated(points: &[DVec2], rim: usize) -> Option<Vec<[usize; 3]>> {
    let vertices: Vec<Point2<f64>> = points.iter().map(|p| Point2::new(p.x, p.y)).collect();
    let edges: Vec<[usize; 2]> = (0..rim).map(|k| [k, (k + 1) % rim]).collect();
    let mut crossed = false;
    let cdt: ConstrainedDelaunayTriangulation<Point2<f64>> =
        ConstrainedDelaunayTriangulation::try_bulk_load_cdt(vertices, edges, |_| crossed = true).ok()?;
    if crossed || cdt.num_vertices() != points.len() {
        return None;
    }
    let ring = &points[..rim];
    let triangles: Vec<[usize; 3]> = cdt
        .inner_faces()
        .map(|face| face.vertices().map(|v| v.fix().index()))
        // Along a straight rim rounding leaves slivers between far points.
        .filter(|t| (points[t[1]] - points[t[0]]).perp_dot(points[t[2]] - points[t[0]]) > 1e-4)
        .filter(|t| contains(ring, (points[t[0]] + points[t[1]] + points[t[2]]) / 3.0))
        .collect();
    (!triangles.is_empty()).then_some(triangles)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(half: f64) -> Vec<DVec2> {
        vec![DVec2::new(-half, -half), DVec2::new(half, -half), DVec2::new(half, half), DVec2::new(-half, half)]
    }

    fn area(mesh: &Mesh) -> f64 {
        let list = &mesh.triangles[Matter::Solid as usize];
        list.chunks_exact(3)
            .map(|t| (t[1].at - t[0].at).truncate().perp_dot((t[2].at - t[0].at).truncate()) * 0.5)
            .sum()
    }

    fn hill(p: DVec2) -> f64 {
        20.0 - p.length_squared() * 0.002
    }

    #[test]
    fn it_fills_its_ring_and_follows_the_terrain() {
        let mut ring = square(60.0);
        // A ring with a notch.
        ring.insert(3, DVec2::new(0.0, 10.0));
        let tin = Tin::new(&ring, 10.0, hill);
        let mut mesh = Mesh::default();
        tin.draw(&mut mesh, Vec3::Z, |_| true, |_| [1.0; 3]);
        let wanted = crate::world::city::geom::area(&ring);
        assert!((area(&mesh) - wanted).abs() < 1e-6 * wanted);
        let off = |t: &[DVec3; 3]| hill(middle(t)) - (t[0].z + t[1].z + t[2].z) / 3.0;
        assert!(tin.triangles.iter().all(|t| off(t).abs() < 0.2));
    }

    #[test]
    fn what_is_laid_on_it_keeps_its_area_and_its_height() {
        let tin = Tin::new(&square(60.0), 10.0, hill);
        let star: Vec<DVec2> = (0..10)
            .map(|k| {
                let r = if k % 2 == 0 { 30.0 } else { 12.0 };
                crate::bake::det::unit_vector(std::f64::consts::TAU * f64::from(k) / 10.0) * r
            })
            .collect();
        let mut mesh = Mesh::default();
        tin.lay(&mut mesh, &star, (0.03, Vec3::Z), |_| true, |_| [1.0; 3]);
        let wanted = crate::world::city::geom::area(&star);
        assert!((area(&mesh) - wanted).abs() < 2e-3 * wanted, "{} {wanted}", area(&mesh));
        assert!(mesh.triangles[0].iter().all(|v| (v.at.z - 0.03 - hill(v.at.truncate())).abs() < 0.1));
    }

    #[test]
    fn a_ring_that_crosses_itself_gives_some_ground_and_no_panic() {
        let bow = [DVec2::ZERO, DVec2::new(30.0, 30.0), DVec2::new(30.0, 0.0), DVec2::new(0.0, 30.0)];
        let tin = Tin::new(&bow, 8.0, hill);
        assert!(tin.triangles.iter().flatten().all(|p| p.is_finite()));
        assert!(Tin::new(&bow[..2], 8.0, hill).triangles.is_empty());
    }
}
