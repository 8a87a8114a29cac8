//! Points as small squares that face the eye, as large as the gaps between them: four vertices a point, which
//! `shaders/point.wgsl` moves apart (no geometry shaders, no vertex pulling: the same on WebGL 2).

use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, Mesh, PrimitiveTopology};
use bevy::prelude::*;
use half::f16;

use crate::view::look::{ATTRIBUTE_POINT, ATTRIBUTE_POINT_COLOR};

/// Points on the way to a mesh.
pub struct PointVertices {
    positions: Vec<[f32; 3]>,
    normals: Option<Vec<[f32; 3]>>,
    colors: Vec<[u8; 4]>,
    corners: Vec<u32>,
    indices: Vec<u32>,
    diameter_bits: u32,
}

impl PointVertices {
    /// For `count` points in a box.
    pub fn new(count: usize, bounds: (Vec3, Vec3), with_normals: bool) -> Self {
        Self {
            positions: Vec::with_capacity(count * 4),
            normals: with_normals.then(|| Vec::with_capacity(count * 4)),
            colors: Vec::with_capacity(count * 4),
            corners: Vec::with_capacity(count * 4),
            indices: Vec::with_capacity(count * 6),
            diameter_bits: u32::from(f16::from_f32(spacing_m(count, bounds)).to_bits()) << 16,
        }
    }

    pub fn push(&mut self, position: [f32; 3], normal: [f32; 3], linear: [f32; 4]) {
        let first = self.positions.len() as u32;
        let color = Color::linear_rgba(linear[0], linear[1], linear[2], linear[3]).to_srgba().to_u8_array();
        self.positions.extend([position; 4]);
        self.colors.extend([color; 4]);
        self.corners.extend((0..4).map(|corner| self.diameter_bits | corner));
        if let Some(normals) = &mut self.normals {
            normals.extend([normal; 4]);
        }
        self.indices.extend([0, 1, 2, 0, 2, 3].map(|corner| first + corner));
    }

    /// The mesh and its size in bytes.
    pub fn into_mesh(self) -> (Mesh, u64) {
        let stride = if self.normals.is_some() { 32 } else { 20 };
        let bytes = self.positions.len() as u64 * stride + self.indices.len() as u64 * 4;
        let mut mesh = Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(ATTRIBUTE_POINT, self.corners)
            .with_inserted_attribute(ATTRIBUTE_POINT_COLOR, bevy::mesh::VertexAttributeValues::Unorm8x4(self.colors))
            .with_inserted_indices(Indices::U32(self.indices));
        if let Some(normals) = self.normals {
            mesh.insert_attribute(Mesh::ATTRIBUTE_NORMAL, normals);
        }
        (mesh, bytes)
    }
}

/// About how far a point is from its neighbours, metres, if they lie evenly on a surface that fills the box's two
/// longer sides, as scans of ground and walls do.
fn spacing_m(count: usize, (lo, hi): (Vec3, Vec3)) -> f32 {
    let mut sides = (hi - lo).to_array();
    sides.sort_by(f32::total_cmp);
    let area = (sides[2] * sides[1]).max(sides[2] * sides[2] * 0.01);
    (area / count.max(1) as f32).sqrt().clamp(1e-4, 1e4)
}
