//! One primitive (glTF 2.0, section 3.7.2) to one [`Geometry`] with its feature ids.

use super::super::{FeatureIdSet, Geometry, Topology};
use super::Source;
use super::budget::Budget;
use super::document::{Mesh, Node, Primitive};
use super::draco::{self, DracoMesh};
use super::features;
use super::material::UvSets;
use super::pose::{Bake, Shape};
use super::vertices::Vertices;
use crate::format::issue::{Issue, Issues};
use glam::{DAffine3, DVec3, Vec2};
use std::sync::Arc;

/// A geometry in its part frame.
#[derive(Debug, Clone)]
pub struct Built {
    pub geometry: Arc<Geometry>,
    /// Where the part frame's origin is in the frame of the (baked) mesh, or of the scene if skinned.
    pub centre: DVec3,
    pub feature_sets: Vec<FeatureIdSet>,
    /// Whether the vertices are in the scene's frame.
    pub skinned: bool,
}

/// How the vertices are posed.
#[derive(Debug, Clone, Copy)]
pub struct Pose<'a> {
    pub node: &'a Node,
    pub joints: Option<&'a [DAffine3]>,
    pub bake: Bake,
}

/// Builds a primitive; `None` if it cannot be drawn, which is then told.
///
/// `path`: JSON pointer of the primitive; `uv_sets`: what the material takes.
pub fn build(
    source: &Source,
    (mesh, primitive): (&Mesh, &Primitive),
    pose: Pose,
    mut uv_sets: UvSets,
    path: &str,
    budget: &mut Budget,
    issues: &mut Issues,
) -> Option<Built> {
    let (document, buffers) = (source.document, source.buffers);
    let draco = match DracoMesh::decode(primitive, &document.accessors, buffers, budget) {
        None => None,
        Some(Ok(decoded)) => Some(decoded),
        Some(Err(message)) => {
            issues.push(Issue::error(format!("{path}/extensions/{}", draco::NAME), message));
            if !has_uncompressed(source, primitive) {
                return None;
            }
            None
        }
    };
    let mut vertices = Vertices::read(document, buffers, primitive, draco.as_ref(), path, budget, issues)?;
    let feature_sets =
        features::of_primitive(&primitive.extensions, &vertices, &mut uv_sets, source.content_texture, path, issues);

    let mut shape = Shape::new(&mut vertices, issues);
    shape.morph(document, buffers, (mesh, primitive), pose.node, &vertices, (budget, issues));
    let skinned = pose.joints.is_some_and(|joints| shape.skin(joints, &vertices, issues));
    if !skinned && let Some(linear) = pose.bake.linear() {
        shape.bake(linear);
    }
    let Some((positions, centre)) = shape.recentre() else {
        issues.push(Issue::error(path, "the positions are too large for 32-bit floats: the primitive is left out"));
        return None;
    };
    let uv = |slot: usize, issues: &mut Issues| -> Vec<Vec2> {
        let semantic = format!("TEXCOORD_{}", uv_sets.set_in(slot));
        let values = vertices.f32s::<2>(&semantic, &[2], issues).unwrap_or_default();
        values.into_iter().map(Vec2::from_array).collect()
    };
    let mut colors = vertices.f32s::<4>("COLOR_0", &[3, 4], issues).unwrap_or_default();
    colors.as_flattened_mut().iter_mut().for_each(|channel| *channel = channel.clamp(0.0, 1.0));
    let surfaces = vertices.u32s::<4>("_SURFACE", &[4], issues).unwrap_or_default();
    let geometry = Geometry {
        topology: shape.topology,
        positions,
        normals: if shape.topology == Topology::Points { Vec::new() } else { shape.unit_normals() },
        uv0: uv(0, issues),
        uv1: uv(1, issues),
        colors,
        surfaces: surfaces.into_iter().map(|[class, light, ..]| [class.min(255) as u8, light.min(255) as u8]).collect(),
        indices: shape.indices,
        point_size_px: 0.0,
    };
    Some(Built { geometry: Arc::new(geometry), centre, feature_sets, skinned })
}

/// Whether the accessors hold the primitive's geometry too, for readers without Draco.
fn has_uncompressed(source: &Source, primitive: &Primitive) -> bool {
    let position = primitive.attributes.get("POSITION");
    let accessor = position.and_then(|accessor| source.document.accessors.get(accessor.0));
    accessor.is_some_and(|accessor| accessor.buffer_view.is_some())
}
