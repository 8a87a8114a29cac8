//! Coarser versions of meshes whose error is known: a library removes triangles, and how far the surface has moved is
//! measured here, so that it can go into a tile's geometric error.
//!
//! The library itself ([`Simplify`]) is the caller's: `batch` has meshoptimizer, which is not for the browser. It merges edges by
//! quadric errors (Garland and Heckbert 1997) weighted so that silhouettes stay.
//!
//! Frame: the mesh's own, metres. Everything is simplified together, whatever it is made of, so that parts do not come apart.

use glam::{DVec2, DVec3};
use rustc_hash::FxHashMap;

use super::land::measure;
use super::mesh::{MATTERS, Mesh, Pictured, Vertex};

/// What has fewer triangles is left as it is.
const FEW: usize = 20;
/// Normal and colour.
const ATTRIBUTES: usize = 6;
/// Points of the first surface whose distance from the second one is measured.
const MOST_POINTS: usize = 12_000;
/// The library's own estimate may be too low: then it is asked for less.
const ATTEMPTS: [f64; 3] = [1.0, 0.5, 0.2];
/// A corner's normal that differs more from its triangle's (cosine) is of a surface that is gone.
const LEAST_COSINE: f32 = 0.75;

/// Triangles that share vertices.
pub struct Triangles<'a> {
    pub positions: &'a [[f32; 3]],
    /// `weights.len()` for each vertex.
    pub attributes: &'a [f32],
    /// What a change of one of each attribute counts, in parts of the largest extent.
    pub weights: &'a [f32],
    /// Vertices between different pictures or materials: what meets there has to stay together.
    pub seams: &'a [bool],
    pub borders: Borders,
    pub indices: &'a [u32],
}

/// What becomes of edges with one triangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Borders {
    Free,
    /// They stay: a neighbour that is simplified by itself has the same ones.
    Kept,
}

/// A library that simplifies.
pub trait Simplify: Send + Sync {
    /// Triangles of the same vertices whose surface is about `most_error` away at most, in the unit of the positions. The same input
    /// has to give the same output on every machine.
    fn simplify(&self, triangles: &Triangles, most_error: f32) -> Vec<u32>;
}

/// Leaves everything as it is.
#[derive(Debug, Clone, Copy)]
pub struct Unchanged;

impl Simplify for Unchanged {
    fn simplify(&self, triangles: &Triangles, _most_error: f32) -> Vec<u32> {
        triangles.indices.to_vec()
    }
}

/// A mesh with fewer triangles.
#[derive(Debug, Clone)]
pub struct Simplified {
    pub mesh: Mesh,
    /// How far the first surface is from this one at most, metres; measured.
    pub error_m: f64,
}

/// Removes triangles as long as the surface stays within `most_error_m`. Copies stay as they are.
pub fn simplified(mesh: &Mesh, most_error_m: f64, borders: Borders, library: &dyn Simplify) -> Simplified {
    let unchanged = || Simplified { mesh: mesh.clone(), error_m: 0.0 };
    if count(mesh) <= FEW || most_error_m.is_nan() || most_error_m <= 0.0 {
        return unchanged();
    }
    let Some(welded) = Welded::new(mesh) else { return unchanged() };
    for share in ATTEMPTS {
        let indices = welded.simplify(library, most_error_m * share, borders);
        if indices.len() + 3 > welded.indices.len() {
            continue;
        }
        let made = welded.mesh(mesh, &indices);
        let error_m = welded.error_m(&made);
        if error_m <= most_error_m {
            return Simplified { mesh: made, error_m };
        }
    }
    unchanged()
}

/// Triangles without copies.
pub fn count(mesh: &Mesh) -> usize {
    lists(mesh).map(|(_, list, _)| list.len() / 3).sum()
}

/// What triangles are made of: matters first, then pictures.
fn lists(mesh: &Mesh) -> impl Iterator<Item = (usize, &[Vertex], &[[f32; 2]])> {
    let matters = mesh.triangles.iter().enumerate().map(|(k, list)| (k, list.as_slice(), [].as_slice()));
    let pictured = mesh.pictured.iter().enumerate();
    matters.chain(pictured.map(|(k, p)| (MATTERS + k, p.triangles.as_slice(), p.uv.as_slice())))
}

/// A vertex as the library sees it.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    list: usize,
    at: [u32; 3],
    normal: [i8; 3],
    color: [u8; 3],
    uv: [u32; 2],
    rest: (u32, u8, u8),
}

struct Welded {
    positions: Vec<[f32; 3]>,
    /// List, vertex and texture coordinates of each.
    corners: Vec<(usize, Vertex, [f32; 2])>,
    indices: Vec<u32>,
    low: DVec3,
    high: DVec3,
}

impl Welded {
    /// `None` for what has no extent or is not finite.
    fn new(mesh: &Mesh) -> Option<Self> {
        let all = || lists(mesh).flat_map(|(_, list, _)| list.iter().map(|v| v.at));
        let low = all().fold(DVec3::MAX, DVec3::min);
        let high = all().fold(DVec3::MIN, DVec3::max);
        if !(low.is_finite() && high.is_finite() && (high - low).max_element() > 0.0) {
            return None;
        }
        let middle = (low + high) * 0.5;
        let mut known: FxHashMap<Key, u32> = FxHashMap::default();
        let mut welded = Self { positions: Vec::new(), corners: Vec::new(), indices: Vec::new(), low, high };
        for (list, vertices, uv) in lists(mesh) {
            for (k, v) in vertices.iter().enumerate() {
                let at = (v.at - middle).as_vec3();
                let uv = uv.get(k).copied().unwrap_or_default();
                let key = Key {
                    list,
                    at: at.to_array().map(f32::to_bits),
                    normal: v.normal.to_array().map(|x| (x * 127.0) as i8),
                    color: v.color.map(|c| (c * 255.0) as u8),
                    uv: uv.map(f32::to_bits),
                    rest: (v.feature, v.lit, v.surface as u8),
                };
                let index = *known.entry(key).or_insert_with(|| {
                    welded.positions.push(at.to_array());
                    welded.corners.push((list, *v, uv));
                    welded.corners.len() as u32 - 1
                });
                welded.indices.push(index);
            }
        }
        Some(welded)
    }

    fn simplify(&self, library: &dyn Simplify, most_error_m: f64, borders: Borders) -> Vec<u32> {
        let extent_m = (self.high - self.low).max_element();
        // A normal that turns by a right angle is as bad as half of the error, black for white as all of it.
        let whole = (most_error_m / extent_m) as f32;
        let weights = [0.35 * whole, 0.35 * whole, 0.35 * whole, whole, whole, whole];
        let mut attributes = Vec::with_capacity(self.corners.len() * ATTRIBUTES);
        for (_, v, _) in &self.corners {
            attributes.extend(v.normal.to_array());
            attributes.extend(v.color);
        }
        let seams = self.seams();
        let triangles = Triangles {
            positions: &self.positions,
            attributes: &attributes,
            weights: &weights,
            seams: &seams,
            borders,
            indices: &self.indices,
        };
        let mut indices = library.simplify(&triangles, most_error_m as f32);
        indices.truncate(indices.len() / 3 * 3);
        if indices.iter().all(|&i| (i as usize) < self.corners.len()) { indices } else { self.indices.clone() }
    }

    /// Vertices where another list or another place of a picture begins.
    fn seams(&self) -> Vec<bool> {
        let kind = |(list, _, uv): &(usize, Vertex, [f32; 2])| (*list, uv.map(f32::to_bits));
        let key = |p: &[f32; 3]| p.map(f32::to_bits);
        let mut met = FxHashMap::default();
        for (p, corner) in self.positions.iter().zip(&self.corners) {
            let (first, mixed) = *met.entry(key(p)).or_insert((kind(corner), false));
            if first != kind(corner) && !mixed {
                met.insert(key(p), (first, true));
            }
        }
        self.positions.iter().map(|p| met.get(&key(p)).is_some_and(|(_, mixed)| *mixed)).collect()
    }

    fn mesh(&self, first: &Mesh, indices: &[u32]) -> Mesh {
        let mut mesh = Mesh { copies: first.copies.clone(), ..Mesh::default() };
        mesh.pictured = first
            .pictured
            .iter()
            .map(|p| Pictured {
                triangles: Vec::new(),
                uv: Vec::new(),
                picture: p.picture.clone(),
                glow: p.glow.clone(),
            })
            .collect();
        for t in indices.as_chunks::<3>().0 {
            let corners = t.map(|i| &self.corners[i as usize]);
            let p = corners.map(|(_, v, _)| v.at);
            let Some(face) = (p[1] - p[0]).cross(p[2] - p[0]).try_normalize() else { continue };
            let face = face.as_vec3();
            let vertices = corners.map(|(_, v, _)| {
                let normal = if v.normal.dot(face) < LEAST_COSINE { face } else { v.normal };
                Vertex { normal, ..*v }
            });
            // Where the library mixed lists, the plainest has no coordinates that could be wrong.
            let list = corners.iter().map(|(list, ..)| *list).min().unwrap_or(0);
            match list.checked_sub(MATTERS) {
                None => mesh.triangles[list].extend(vertices),
                Some(k) => {
                    mesh.pictured[k].triangles.extend(vertices);
                    mesh.pictured[k].uv.extend(corners.map(|(_, _, uv)| *uv));
                }
            }
        }
        mesh.pictured.retain(|p| !p.triangles.is_empty());
        mesh
    }

    /// The distance of the first surface from `made`: of its corners and of the middles of its triangles.
    fn error_m(&self, made: &Mesh) -> f64 {
        let at = |i: u32| self.corners[i as usize].1.at;
        let triangles = self.indices.as_chunks::<3>().0;
        let points = self.corners.iter().map(|(_, v, _)| v.at);
        let middles = triangles.iter().map(|t| (at(t[0]) + at(t[1]) + at(t[2])) / 3.0);
        let stride = (self.corners.len() + triangles.len()).div_ceil(MOST_POINTS);
        let size_m = (self.high - self.low).truncate().max_element().max(1e-3);
        let square: (DVec2, f64) = (self.low.truncate(), size_m);
        measure::farthest_m(points.chain(middles).step_by(stride), made, square, (self.high - self.low).length())
    }
}

#[cfg(test)]
mod tests;
