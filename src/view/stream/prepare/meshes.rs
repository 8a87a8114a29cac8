//! Parts with one material become one mesh, flat normals are made where a part has none, tangents where a normal map
//! needs them.

use bevy::asset::RenderAssetUsages;
use bevy::camera::primitives::Aabb;
use bevy::mesh::{Indices, Mesh, PrimitiveTopology, VertexAttributeValues};
use bevy::prelude::*;
use glam::{DAffine3, DMat3, DVec3};

use super::PreparedMesh;
use super::points::PointVertices;
use crate::format::content::{Geometry, Instance, Part, Topology};
use crate::view::look::{ATTRIBUTE_COLOR_PACKED, ATTRIBUTE_NORMAL_PACKED, ATTRIBUTE_SURFACE};

/// Parts of one material and topology on the way to one mesh.
#[derive(Default)]
pub struct Merged {
    topology: Topology,
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    uv0: Vec<[f32; 2]>,
    uv1: Vec<[f32; 2]>,
    colors: Vec<[f32; 4]>,
    surfaces: Vec<[u8; 2]>,
    indices: Vec<u32>,
    has: Has,
}

#[derive(Default, Clone, Copy)]
struct Has {
    normals: bool,
    uv0: bool,
    uv1: bool,
    colors: bool,
    surfaces: bool,
}

impl Merged {
    /// More vertices than this in one mesh and a part is left out: nothing real comes near it, hostile counts do.
    const MAX_VERTICES: usize = 16_000_000;

    pub fn add(&mut self, part: &Part, level_from_content: DAffine3) {
        let geometry = &*part.geometry;
        self.topology = geometry.topology;
        let one = [Instance { part_from_instance: DAffine3::IDENTITY }];
        let copies = if part.instances.is_empty() { &one[..] } else { &part.instances[..] };
        for copy in copies {
            if self.positions.len() + geometry.positions.len().max(geometry.indices.len()) > Self::MAX_VERTICES {
                return;
            }
            self.add_copy(geometry, level_from_content * part.content_from_part * copy.part_from_instance);
        }
    }

    fn add_copy(&mut self, geometry: &Geometry, level_from_part: DAffine3) {
        let flat = geometry.topology == Topology::Triangles && geometry.normals.is_empty();
        let mirrored = level_from_part.matrix3.determinant() < 0.0;
        let first = self.positions.len() as u32;
        let order: Vec<u32> =
            if flat { geometry.indices.clone() } else { (0..geometry.positions.len() as u32).collect() };
        let at = |i: u32| level_from_part.transform_point3(geometry.positions[i as usize].as_dvec3()).as_vec3();
        self.positions.extend(order.iter().map(|&i| at(i).to_array()));
        if flat {
            let start = first as usize;
            for triangle in 0..order.len() / 3 {
                let corner = |k: usize| Vec3::from(self.positions[start + triangle * 3 + k]);
                let sign = if mirrored { -1.0 } else { 1.0 };
                let normal = (corner(1) - corner(0)).cross(corner(2) - corner(0)).normalize_or(Vec3::Y) * sign;
                self.normals.extend([normal.to_array(); 3]);
            }
            self.normals.resize(self.positions.len(), [0.0, 1.0, 0.0]);
            self.indices.extend((0..order.len() as u32).map(|i| first + i));
        } else {
            let normal_matrix = normal_matrix(level_from_part.matrix3);
            if geometry.normals.is_empty() {
                self.normals.extend(order.iter().map(|_| [0.0, 1.0, 0.0]));
            } else {
                self.has.normals = true;
                self.normals.extend(
                    geometry
                        .normals
                        .iter()
                        .map(|n| (normal_matrix * n.as_dvec3()).normalize_or(DVec3::Y).as_vec3().to_array()),
                );
            }
            if geometry.indices.is_empty() {
                self.indices.extend(order.iter().map(|i| first + i));
            } else {
                self.indices.extend(geometry.indices.iter().map(|i| first + i));
            }
        }
        if mirrored && geometry.topology == Topology::Triangles {
            let start = self.indices.len() - self.indices.len().min(index_count(geometry));
            for triangle in self.indices[start..].as_chunks_mut::<3>().0 {
                triangle.swap(1, 2);
            }
        }
        self.has.uv0 |= extend(&mut self.uv0, &geometry.uv0, &order, self.positions.len(), [0.0; 2], |v| v.to_array());
        self.has.uv1 |= extend(&mut self.uv1, &geometry.uv1, &order, self.positions.len(), [0.0; 2], |v| v.to_array());
        self.has.colors |= extend(&mut self.colors, &geometry.colors, &order, self.positions.len(), [1.0; 4], |c| *c);
        self.has.surfaces |=
            extend(&mut self.surfaces, &geometry.surfaces, &order, self.positions.len(), [0; 2], |s| *s);
    }

    /// The mesh, with tangents if a normal map asks for them; `None` if there is nothing to draw.
    pub fn into_mesh(self, material: usize, normal_mapped: bool) -> Option<PreparedMesh> {
        if self.positions.is_empty() || self.indices.is_empty() {
            return None;
        }
        let (lo, hi) = self.positions.iter().fold((Vec3::INFINITY, Vec3::NEG_INFINITY), |(lo, hi), p| {
            let p = Vec3::from(*p);
            (lo.min(p), hi.max(p))
        });
        let aabb = Aabb::from_min_max(lo, hi);
        let topology = self.topology;
        let (mesh, bytes) = match topology {
            Topology::Points => self.into_points(lo, hi),
            Topology::Lines => self.into_surface(PrimitiveTopology::LineList, false),
            Topology::Triangles => self.into_surface(PrimitiveTopology::TriangleList, normal_mapped),
        };
        Some(PreparedMesh { mesh, aabb, material, topology, bytes })
    }

    fn into_points(self, lo: Vec3, hi: Vec3) -> (Mesh, u64) {
        let mut points = PointVertices::new(self.indices.len(), (lo, hi), self.has.normals);
        for &index in &self.indices {
            let i = index as usize;
            let color = if self.has.colors { self.colors[i] } else { [1.0; 4] };
            points.push(self.positions[i], self.normals[i], color);
        }
        points.into_mesh()
    }

    fn into_surface(self, topology: PrimitiveTopology, normal_mapped: bool) -> (Mesh, u64) {
        let vertices = self.positions.len() as u64;
        let mut stride = 12;
        let mut mesh = Mesh::new(topology, RenderAssetUsages::RENDER_WORLD);
        mesh.insert_attribute(Mesh::ATTRIBUTE_POSITION, self.positions);
        if self.has.uv0 {
            stride += 8;
            mesh.insert_attribute(Mesh::ATTRIBUTE_UV_0, self.uv0);
        }
        if self.has.uv1 {
            stride += 8;
            mesh.insert_attribute(Mesh::ATTRIBUTE_UV_1, self.uv1);
        }
        // Tangents are made from full normals, so what has a normal map stays unpacked.
        if normal_mapped && self.has.uv0 {
            stride += 12;
            mesh.insert_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals);
            if self.has.colors {
                stride += 16;
                mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, self.colors);
            }
        } else {
            stride += 8;
            let steps = |x: f32| (x * 32_767.0).round() as i16;
            let normals = self.normals.iter().map(|n| [steps(n[0]), steps(n[1]), steps(n[2]), 0]).collect();
            mesh.insert_attribute(ATTRIBUTE_NORMAL_PACKED, VertexAttributeValues::Snorm16x4(normals));
            if self.has.colors {
                stride += 4;
                let colors = self.colors.iter().map(|c| c.map(|x| (x * 255.0).round() as u8)).collect();
                mesh.insert_attribute(ATTRIBUTE_COLOR_PACKED, VertexAttributeValues::Unorm8x4(colors));
            }
            if self.has.surfaces && !self.has.uv1 {
                stride += 4;
                let surfaces = self.surfaces.iter().map(|&[class, light]| [class, light, 0, 0]).collect();
                mesh.insert_attribute(ATTRIBUTE_SURFACE, VertexAttributeValues::Unorm8x4(surfaces));
            }
        }
        let index_bytes = self.indices.len() as u64 * 4;
        mesh.insert_indices(Indices::U32(self.indices));
        // MikkTSpace, as glTF asks where a file brings no tangents. Without them the surface is lit by its own normals.
        if normal_mapped && self.has.uv0 && mesh.generate_tangents().is_ok() {
            stride += 16;
        }
        (mesh, vertices * stride + index_bytes)
    }
}

fn index_count(geometry: &Geometry) -> usize {
    if geometry.indices.is_empty() { geometry.positions.len() } else { geometry.indices.len() }
}

/// Inverse transpose; a degenerate matrix leaves normals as they are.
fn normal_matrix(m: DMat3) -> DMat3 {
    if m.determinant().abs() < 1e-30 { DMat3::IDENTITY } else { m.inverse().transpose() }
}

/// Adds one attribute for the vertices of `order`, or the default where the geometry has none. True if it had some.
fn extend<S, T: Copy>(
    into: &mut Vec<T>,
    from: &[S],
    order: &[u32],
    len_after: usize,
    default: T,
    convert: impl Fn(&S) -> T,
) -> bool {
    if from.is_empty() {
        into.resize(len_after, default);
        return false;
    }
    into.resize(len_after - order.len(), default);
    into.extend(order.iter().map(|&i| convert(&from[i as usize])));
    true
}
