//! Vertices in their rest pose: morph targets at their default weights (glTF 2.0, section 3.7.2.2) and skins (section 3.7.3)
//! with the joints where the nodes' own transforms put them; and transforms that must be baked because no engine
//! transform expresses them. Animations are not played.

use super::super::Topology;
use super::accessor::Elements;
use super::budget::Budget;
use super::buffers::{Buffers, no_such};
use super::document::{Document, Mesh, Node, Primitive};
use super::scene::{FlatScene, linear_and_translation};
use super::vertices::Vertices;
use crate::format::issue::{Issue, Issues};
use glam::{DAffine3, DMat3, DVec3, Vec3};

/// Positions in f64 (units of the mesh, or metres of the scene once skinned) and normals, one each or none.
#[derive(Debug, Clone)]
pub struct Shape {
    pub topology: Topology,
    pub positions: Vec<DVec3>,
    pub normals: Vec<Vec3>,
    pub indices: Vec<u32>,
}

impl Shape {
    pub fn new(vertices: &mut Vertices, issues: &mut Issues) -> Self {
        let normals = vertices.f32s::<3>("NORMAL", &[3], issues).unwrap_or_default();
        Self {
            topology: vertices.topology,
            positions: vertices.positions.iter().map(|&position| Vec3::from_array(position).as_dvec3()).collect(),
            normals: normals.into_iter().map(Vec3::from_array).collect(),
            indices: std::mem::take(&mut vertices.indices),
        }
    }

    /// Adds the morph targets at the node's weights, else the mesh's.
    pub fn morph(
        &mut self,
        document: &Document,
        buffers: &Buffers,
        (mesh, primitive): (&Mesh, &Primitive),
        node: &Node,
        vertices: &Vertices,
        (budget, issues): (&mut Budget, &mut Issues),
    ) {
        for (target, weight) in primitive.targets.iter().zip(weights(mesh, node)) {
            if *weight == 0.0 {
                continue;
            }
            // A small file can list thousands of targets over the same vertices.
            if let Err(error) = budget.vertices.take(self.positions.len()) {
                issues.push(Issue::error("/meshes", format!("morph targets: {error}")));
                return;
            }
            for (semantic, accessor) in target {
                let deltas = match Elements::of_accessor(&document.accessors, buffers, accessor.0) {
                    Ok(elements) if semantic == "POSITION" || semantic == "NORMAL" => {
                        vertices.deltas(&elements, semantic, issues)
                    }
                    _ => None,
                };
                let finite = deltas.unwrap_or_default().into_iter().map(Vec3::from_array);
                if semantic == "POSITION" {
                    for (position, delta) in self.positions.iter_mut().zip(finite) {
                        let moved = *position + delta.as_dvec3() * *weight;
                        *position = if moved.is_finite() { moved } else { *position };
                    }
                } else {
                    for (normal, delta) in self.normals.iter_mut().zip(finite) {
                        *normal += delta * *weight as f32;
                    }
                }
            }
        }
    }

    /// Moves every vertex with its joints; gives whether it could. Positions are then in the scene frame, because a skinned
    /// mesh does not move with its own node.
    pub fn skin(&mut self, joints: &[DAffine3], vertices: &Vertices, issues: &mut Issues) -> bool {
        let mut blended = vec![(DMat3::ZERO, DVec3::ZERO, 0.0f64); self.positions.len()];
        for set in 0..8 {
            let (joint_name, weight_name) = (format!("JOINTS_{set}"), format!("WEIGHTS_{set}"));
            if !vertices.has(&joint_name) {
                break;
            }
            let (Some(numbers), Some(weights)) =
                (vertices.u32s::<4>(&joint_name, &[4], issues), vertices.f32s::<4>(&weight_name, &[4], issues))
            else {
                break;
            };
            for ((sum, numbers), weights) in blended.iter_mut().zip(&numbers).zip(&weights) {
                for (&number, &weight) in numbers.iter().zip(weights) {
                    let Some(joint) = joints.get(number as usize).filter(|_| weight > 0.0) else { continue };
                    let weight = f64::from(weight);
                    *sum = (sum.0 + joint.matrix3 * weight, sum.1 + joint.translation * weight, sum.2 + weight);
                }
            }
        }
        if blended.iter().all(|(_, _, weight)| *weight == 0.0) {
            return false;
        }
        for (index, (linear, translation, weight)) in blended.into_iter().enumerate() {
            let (linear, translation) = if weight > 0.0 {
                (linear * weight.recip(), translation * weight.recip())
            } else {
                (DMat3::IDENTITY, DVec3::ZERO)
            };
            if let Some(position) = self.positions.get_mut(index) {
                *position = linear * *position + translation;
            }
            if let Some(normal) = self.normals.get_mut(index) {
                *normal = (linear * normal.as_dvec3()).as_vec3();
            }
        }
        true
    }

    /// Applies a linear map to the vertices, and turns the triangles around where it mirrors.
    pub fn bake(&mut self, linear: DMat3) {
        let normal_map = linear.inverse().transpose();
        self.positions.iter_mut().for_each(|position| *position = linear * *position);
        self.normals.iter_mut().for_each(|normal| *normal = (normal_map * normal.as_dvec3()).as_vec3());
        if linear.determinant() < 0.0 && self.topology == Topology::Triangles {
            for triangle in self.indices.as_chunks_mut::<3>().0 {
                triangle.swap(1, 2);
            }
        }
    }

    /// Moves the middle of the vertices to the origin and says where it was. `None` if that is not finite.
    pub fn recentre(&self) -> Option<(Vec<Vec3>, DVec3)> {
        let first = *self.positions.first()?;
        let (lo, hi) = self.positions.iter().fold((first, first), |(lo, hi), &p| (lo.min(p), hi.max(p)));
        let centre = (lo + hi) * 0.5;
        let positions: Vec<Vec3> = self.positions.iter().map(|&position| (position - centre).as_vec3()).collect();
        positions.iter().all(|position| position.is_finite()).then_some((positions, centre))
    }

    /// Unit normals; one without length takes that of the triangles around it.
    pub fn unit_normals(&self) -> Vec<Vec3> {
        // In f64: squares of very small or large floats are not f32s.
        let mut normals: Vec<Vec3> =
            self.normals.iter().map(|normal| normal.as_dvec3().normalize_or_zero().as_vec3()).collect();
        if self.topology == Topology::Triangles && normals.contains(&Vec3::ZERO) {
            let mut around = vec![DVec3::ZERO; normals.len()];
            for &triangle in self.indices.as_chunks::<3>().0 {
                let [Some(a), Some(b), Some(c)] = triangle.map(|corner| self.positions.get(corner as usize).copied())
                else {
                    continue;
                };
                let area_normal = (b - a).cross(c - a);
                for corner in triangle {
                    if let Some(sum) = around.get_mut(corner as usize) {
                        *sum += area_normal;
                    }
                }
            }
            for (normal, sum) in normals.iter_mut().zip(around) {
                if *normal == Vec3::ZERO {
                    *normal = sum.normalize_or_zero().as_vec3();
                }
            }
        }
        normals.iter_mut().filter(|normal| **normal == Vec3::ZERO).for_each(|normal| *normal = Vec3::Z);
        normals
    }
}

fn weights<'a>(mesh: &'a Mesh, node: &'a Node) -> &'a [f64] {
    if node.weights.is_empty() { &mesh.weights } else { &node.weights }
}

/// Whether the rest pose of this node's mesh is not the mesh as it stands.
pub fn is_morphed(mesh: &Mesh, node: &Node) -> bool {
    weights(mesh, node).iter().any(|&weight| weight != 0.0)
        && mesh.primitives.iter().any(|primitive| !primitive.targets.is_empty())
}

/// `scene_from_bind` of every joint of a skin.
///
/// # Errors
/// Words for a skin that does not exist or whose joints or matrices do not.
pub fn joint_transforms(
    document: &Document,
    buffers: &Buffers,
    scene: &FlatScene,
    skin: usize,
) -> Result<Vec<DAffine3>, String> {
    let source = document.skins.get(skin).ok_or_else(|| no_such("skin", skin, document.skins.len()))?;
    let bind: Vec<[f32; 16]> = match source.inverse_bind_matrices {
        Some(accessor) => {
            let elements = Elements::of_accessor(&document.accessors, buffers, accessor.0)?;
            if elements.lanes != 16 {
                return Err("inverse bind matrices must be MAT4".into());
            }
            let pick: Vec<u32> = (0..).take(source.joints.len()).collect();
            elements.f32s::<16>(0.0, Some(&pick))?
        }
        None => Vec::new(),
    };
    let mut joints = Vec::with_capacity(source.joints.len());
    for (index, node) in source.joints.iter().enumerate() {
        let scene_from_node =
            scene.scene_from_node.get(node.0).ok_or_else(|| no_such("node", node.0, document.nodes.len()))?;
        let node_from_bind = bind.get(index).map_or(DAffine3::IDENTITY, |m| linear_and_translation(&m.map(f64::from)));
        let joint = *scene_from_node * node_from_bind;
        if !joint.is_finite() {
            return Err(format!("the transform of joint {index} is not finite"));
        }
        joints.push(joint);
    }
    Ok(joints)
}

/// How a node's linear part is split between the vertices and [`super::super::Part::content_from_part`], which must keep
/// handedness and right angles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bake {
    /// Nothing to bake.
    None,
    /// Mirrored in x; the rest is a rotation and a scale.
    MirrorX,
    /// All of it.
    All(DMat3),
}

impl Bake {
    /// What to bake of a transform with this linear part. `None` if it flattens everything to nothing.
    pub fn of(linear: DMat3) -> Option<Self> {
        let [x, y, z] = [linear.x_axis, linear.y_axis, linear.z_axis];
        let determinant = linear.determinant();
        let volume = x.length() * y.length() * z.length();
        if !volume.is_finite() || volume <= 0.0 || determinant == 0.0 {
            return None;
        }
        let skew =
            [(x, y), (y, z), (z, x)].iter().map(|(a, b)| a.normalize().dot(b.normalize()).abs()).fold(0.0, f64::max);
        Some(if skew > 1e-5 {
            Self::All(linear)
        } else if determinant < 0.0 {
            Self::MirrorX
        } else {
            Self::None
        })
    }

    /// What the vertices are multiplied by.
    pub fn linear(self) -> Option<DMat3> {
        match self {
            Self::None => None,
            Self::MirrorX => Some(DMat3::from_diagonal(DVec3::new(-1.0, 1.0, 1.0))),
            Self::All(linear) => Some(linear),
        }
    }

    /// What is left of a transform once its part is baked.
    pub fn rest(self, transform: DAffine3) -> DAffine3 {
        match self {
            Self::None => transform,
            Self::MirrorX => {
                DAffine3 { matrix3: transform.matrix3 * DMat3::from_diagonal(DVec3::new(-1.0, 1.0, 1.0)), ..transform }
            }
            Self::All(_) => DAffine3::from_translation(transform.translation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrored_and_sheared_transforms_are_baked_and_the_rest_is_a_plain_rotation_and_scale() {
        let rotation = DMat3::from_rotation_y(0.7);
        let scaled = rotation * DMat3::from_diagonal(DVec3::new(1.0, 2.0, 3.0));
        let mirrored = rotation * DMat3::from_diagonal(DVec3::new(1.0, -2.0, 3.0));
        let sheared = DMat3::from_diagonal(DVec3::new(1.0, 2.0, 3.0)) * rotation;
        assert_eq!(Bake::of(scaled), Some(Bake::None));
        assert_eq!(Bake::of(mirrored), Some(Bake::MirrorX));
        assert_eq!(Bake::of(sheared), Some(Bake::All(sheared)));
        assert_eq!(Bake::of(DMat3::from_diagonal(DVec3::new(1.0, 0.0, 1.0))), None);
        for linear in [scaled, mirrored, sheared, sheared * mirrored] {
            let transform = DAffine3::from_mat3_translation(linear, DVec3::new(1.0, 2.0, 3.0));
            let bake = Bake::of(linear).expect("not flat");
            let rest = bake.rest(transform);
            assert!(rest.matrix3.determinant() > 0.0);
            let p = DVec3::new(0.3, -0.2, 0.9);
            let baked = bake.linear().map_or(p, |linear| linear * p);
            assert!((rest.transform_point3(baked) - transform.transform_point3(p)).length() < 1e-12);
        }
    }

    #[test]
    fn baking_a_mirror_turns_triangles_around_and_keeps_normals_outside() {
        let mut shape = Shape {
            topology: Topology::Triangles,
            positions: vec![DVec3::ZERO, DVec3::X, DVec3::Y],
            normals: vec![Vec3::Z; 3],
            indices: vec![0, 1, 2],
        };
        shape.bake(DMat3::from_diagonal(DVec3::new(-1.0, 1.0, 1.0)));
        let [a, b, c] = [0, 1, 2].map(|i| shape.positions[shape.indices[i] as usize]);
        assert_eq!((b - a).cross(c - a), DVec3::Z);
        assert_eq!(shape.normals, [Vec3::Z; 3]);
    }

    #[test]
    fn normals_without_length_come_from_the_triangles() {
        let shape = Shape {
            topology: Topology::Triangles,
            positions: vec![DVec3::ZERO, DVec3::X, DVec3::Z],
            normals: vec![Vec3::ZERO, Vec3::new(0.0, 3.0, 0.0), Vec3::ZERO],
            indices: vec![0, 1, 2],
        };
        assert_eq!(shape.unit_normals(), [Vec3::NEG_Y, Vec3::Y, Vec3::NEG_Y]);
    }
}
