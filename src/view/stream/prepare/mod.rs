//! From decoded content to what the GPU takes: meshes, textures, materials. Runs on a worker.
//!
//! # Frames
//! All vertices of a content end up in one *level frame*: origin at the middle of the content, x east, y up, z south
//! there. All transforms of the file (also scale and shear) are applied here in f64, so that an entity needs a rigid
//! pose only, and parts with the same material become one mesh, that is one draw.

mod materials;
mod meshes;
mod points;

use bevy::camera::primitives::Aabb;
use bevy::image::Image;
use bevy::mesh::{Indices, Mesh};
use bevy::prelude::*;
use glam::{DAffine3, DVec3};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::format::content::{Content, Topology};
use crate::geo::wgs84;
use crate::view::space::EcefPose;
use meshes::Merged;

/// A content ready for the GPU.
pub struct Prepared {
    pub pose: EcefPose,
    pub surfaces: Surfaces,
    /// Kept for picking: geometry and property tables, without pixels.
    pub content: Arc<Content>,
    pub ecef_from_content: DAffine3,
    /// What it holds on the GPU and what stays on the CPU, bytes.
    pub bytes: u64,
    pub triangles: u64,
    /// Lowest point, metres above the ellipsoid; infinite without geometry.
    pub lowest_m: f64,
}

/// Meshes with the materials and images that they use.
pub struct Surfaces {
    pub meshes: Vec<PreparedMesh>,
    pub materials: Vec<PreparedMaterial>,
    pub images: Vec<Image>,
}

pub struct PreparedMesh {
    pub mesh: Mesh,
    pub aabb: Aabb,
    /// Index into [`Surfaces::materials`].
    pub material: usize,
    pub topology: Topology,
    pub bytes: u64,
}

/// A standard material whose textures are indices into [`Surfaces::images`].
#[derive(Clone)]
pub struct PreparedMaterial {
    pub base: StandardMaterial,
    pub base_color: Option<usize>,
    pub metallic_roughness: Option<usize>,
    pub emissive: Option<usize>,
    pub occlusion: Option<usize>,
    pub normal: Option<usize>,
}

impl PreparedMaterial {
    fn plain(base: StandardMaterial) -> Self {
        Self { base, base_color: None, metallic_roughness: None, emissive: None, occlusion: None, normal: None }
    }

    pub fn is_textured(&self) -> bool {
        [self.base_color, self.metallic_roughness, self.emissive, self.occlusion, self.normal]
            .iter()
            .any(Option::is_some)
    }
}

/// How bright an emissive of 1 shines, cd/m²: a lit window at night.
pub const EMISSIVE_LUMINANCE: f32 = 12.0;

/// Makes meshes, materials and images of a content that stands at `ecef_from_content`.
pub fn prepare(mut content: Content, ecef_from_content: DAffine3) -> Prepared {
    let middle = content.bounds().map_or(DVec3::ZERO, |(lo, hi)| 0.5 * (lo + hi));
    let pose = EcefPose::level(ecef_from_content.transform_point3(middle));
    let surfaces = surfaces(&content, pose.affine().inverse() * ecef_from_content);
    let triangles = surfaces
        .meshes
        .iter()
        .filter(|m| m.topology == Topology::Triangles)
        .map(|m| m.mesh.indices().map_or(0, Indices::len) as u64 / 3)
        .sum();
    let on_gpu: u64 = surfaces.meshes.iter().map(|m| m.bytes).sum::<u64>()
        + surfaces.images.iter().map(|i| i.data.as_ref().map_or(0, Vec::len) as u64).sum::<u64>();
    let height_m = wgs84::geodetic_from_ecef(pose.pos_ecef).height_m;
    let lowest_m = surfaces.meshes.iter().fold(f64::INFINITY, |low, m| low.min(height_m + f64::from(m.aabb.min().y)));
    content.textures.clear();
    let bytes = on_gpu + content.byte_size() as u64;
    Prepared { pose, surfaces, content: Arc::new(content), ecef_from_content, bytes, triangles, lowest_m }
}

/// All surfaces of a content in a local frame of Bevy's axes (y up); `local_from_content` may scale and shear.
pub fn surfaces(content: &Content, local_from_content: DAffine3) -> Surfaces {
    let mut merged: BTreeMap<(usize, u8), Merged> = BTreeMap::new();
    for part in &content.parts {
        let key = (part.material, part.geometry.topology as u8);
        merged.entry(key).or_default().add(part, local_from_content);
    }
    let mut images = Vec::new();
    let mut uses = BTreeMap::new();
    let mut materials: Vec<PreparedMaterial> =
        content.materials.iter().map(|m| materials::prepare(m, content, &mut images, &mut uses)).collect();
    // For parts whose material is missing.
    let fallback = materials.len();
    materials.push(PreparedMaterial::plain(StandardMaterial { perceptual_roughness: 0.9, ..default() }));
    let meshes = merged
        .into_iter()
        .filter_map(|((material, _), merged)| {
            let material = material.min(fallback);
            merged.into_mesh(material, materials[material].normal.is_some())
        })
        .collect();
    Surfaces { meshes, materials, images }
}
