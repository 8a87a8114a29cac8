//! The meshes that the scene shows, to parts: geometries are shared between the nodes that show the same mesh in the same
//! way, and every part gets its transform in f64.

use super::super::{Instance, Material, Part};
use super::Source;
use super::budget::Budget;
use super::buffers::no_such;
use super::document::{Document, Mesh, Node};
use super::instancing::{self, Instances};
use super::material::Draft;
use super::pose::{self, Bake};
use super::primitive::{self, Built, Pose};
use super::scene::Draw;
use crate::format::issue::{Issue, Issues};
use glam::{DAffine3, DMat3};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Drafts of the materials that the scene uses; `None` is the material of primitives that name none.
pub type Drafts = BTreeMap<Option<usize>, Draft>;

/// What the JSON says of the materials that are used.
pub fn drafts(document: &Document, draws: &[Draw], issues: &mut Issues) -> Drafts {
    let meshes: BTreeSet<usize> = draws.iter().map(|draw| draw.mesh).collect();
    let primitives = meshes.iter().filter_map(|&mesh| document.meshes.get(mesh)).flat_map(|mesh| &mesh.primitives);
    let used: BTreeSet<Option<usize>> =
        primitives.map(|primitive| primitive.material.map(|material| material.0)).collect();
    let mut drafts = Drafts::new();
    for number in used {
        let draft = match number.map(|number| (number, document.materials.get(number))) {
            None => Draft::standard(),
            Some((number, Some(material))) => Draft::read(material, &format!("/materials/{number}"), issues),
            Some((number, None)) => {
                issues.push(Issue::error("/meshes", no_such("material", number, document.materials.len())));
                Draft::standard()
            }
        };
        drafts.insert(number, draft);
    }
    drafts
}

/// Builds all parts and the content's materials.
pub fn read(
    source: &Source,
    drafts: &Drafts,
    content_from_scene: DAffine3,
    budget: &mut Budget,
    issues: &mut Issues,
) -> (Vec<Part>, Vec<Material>) {
    let mut reader = Reader {
        source,
        drafts,
        content_from_scene,
        shared: BTreeMap::new(),
        skins: BTreeMap::new(),
        parts: Vec::new(),
        budget,
        issues,
    };
    for draw in &source.scene.draws {
        if reader.node(*draw).is_none() {
            break;
        }
    }
    let parts = reader.parts;
    let materials = drafts.values().map(|draft| draft.bind(|texture| source.content_texture.get(&texture).copied()));
    (parts, materials.collect())
}

struct Reader<'a> {
    source: &'a Source<'a>,
    drafts: &'a Drafts,
    content_from_scene: DAffine3,
    /// Geometries that do not depend on their node, by mesh, primitive and whether mirrored. `None`: cannot be built.
    shared: BTreeMap<(usize, usize, bool), Option<Built>>,
    skins: BTreeMap<usize, Option<Rc<[DAffine3]>>>,
    parts: Vec<Part>,
    budget: &'a mut Budget,
    issues: &'a mut Issues,
}

/// A node with all that its parts need.
struct Placed<'a> {
    index: usize,
    node: &'a Node,
    mesh_index: usize,
    mesh: &'a Mesh,
    scene_from_node: DAffine3,
    joints: Option<Rc<[DAffine3]>>,
}

impl<'a> Reader<'a> {
    /// Adds the parts of a node; `None` once no more parts are allowed.
    fn node(&mut self, draw: Draw) -> Option<()> {
        let document = self.source.document;
        let Some(mut placed) = self.placed(draw).filter(|placed| !placed.mesh.primitives.is_empty()) else {
            return Some(());
        };
        let instances =
            instancing::read(document, self.source.buffers, (draw.node, placed.node), self.budget, self.issues);
        if instances.is_some() {
            // A skin places vertices in the scene; copies of that mean nothing.
            placed.joints = None;
        }
        for primitive in 0..placed.mesh.primitives.len() {
            if let Err(error) = self.budget.parts.take(1) {
                self.issues
                    .push(Issue::error(format!("/nodes/{}", draw.node), format!("{error}: the rest is left out")));
                return None;
            }
            match &instances {
                None => self.single(&placed, primitive),
                Some(instances) => self.instanced(&placed, primitive, instances),
            }
        }
        Some(())
    }

    fn placed(&mut self, draw: Draw) -> Option<Placed<'a>> {
        let document = self.source.document;
        let node = document.nodes.get(draw.node)?;
        let scene_from_node = *self.source.scene.scene_from_node.get(draw.node)?;
        let Some(mesh) = document.meshes.get(draw.mesh) else {
            let message = no_such("mesh", draw.mesh, document.meshes.len());
            self.issues.push(Issue::error(format!("/nodes/{}/mesh", draw.node), message));
            return None;
        };
        if !scene_from_node.is_finite() {
            let message = "the node's transform is not finite: its mesh is left out";
            self.issues.push(Issue::error(format!("/nodes/{}", draw.node), message));
            return None;
        }
        let joints = node.skin.and_then(|skin| self.joints(skin.0, draw.node));
        Some(Placed { index: draw.node, node, mesh_index: draw.mesh, mesh, scene_from_node, joints })
    }

    /// `scene_from_bind` of a skin's joints, worked out once for each skin.
    fn joints(&mut self, skin: usize, node: usize) -> Option<Rc<[DAffine3]>> {
        let source = self.source;
        let issues = &mut *self.issues;
        let joints = self.skins.entry(skin).or_insert_with(|| {
            pose::joint_transforms(source.document, source.buffers, source.scene, skin)
                .map(Rc::from)
                .map_err(|message| {
                    let message = format!("{message}: the mesh stands as without its skin");
                    issues.push(Issue::warning(format!("/nodes/{node}/skin"), message));
                })
                .ok()
        });
        joints.clone()
    }

    /// The part of a primitive that is drawn once.
    fn single(&mut self, placed: &Placed, primitive: usize) {
        let content_from_node = self.content_from_scene * placed.scene_from_node;
        let bake = Bake::of(content_from_node.matrix3);
        if bake.is_some() || placed.joints.is_some() {
            let Some(built) = self.build(placed, primitive, bake.unwrap_or(Bake::None)) else { return };
            // A skinned mesh does not stand where its node stands: that node may even be flat.
            let content_from_mesh = if built.skinned {
                Some(self.content_from_scene)
            } else {
                bake.map(|bake| bake.rest(content_from_node))
            };
            if let Some(content_from_mesh) = content_from_mesh {
                self.push(placed, primitive, &built, content_from_mesh, Vec::new());
                return;
            }
        }
        let message = "the node's scale flattens it to nothing: its mesh is left out";
        self.issues.push(Issue::info(format!("/nodes/{}", placed.index), message));
    }

    /// The parts of a primitive that is drawn many times: one for the copies that keep handedness, one for mirrored ones.
    fn instanced(&mut self, placed: &Placed, primitive: usize, instances: &Instances) {
        let content_from_node = self.content_from_scene * placed.scene_from_node;
        let mirrored = |copy: &DAffine3| (content_from_node.matrix3 * copy.matrix3).determinant() < 0.0;
        for (bake, wanted) in [(Bake::None, false), (Bake::MirrorX, true)] {
            let kept: Vec<usize> = (0..)
                .zip(&instances.node_from_instance)
                .filter(|(_, copy)| copy.is_finite() && mirrored(copy) == wanted)
                .map(|(index, _)| index)
                .collect();
            if kept.is_empty() {
                continue;
            }
            if let Err(error) = self.budget.instances.take(kept.len()) {
                self.issues.push(Issue::error(format!("/nodes/{}", placed.index), error.to_string()));
                return;
            }
            let Some(mut built) = self.build(placed, primitive, bake) else { return };
            let flip = bake.linear().unwrap_or(DMat3::IDENTITY);
            let to_centre = DAffine3::from_translation(-built.centre);
            let from_centre = DAffine3::from_mat3(flip) * DAffine3::from_translation(built.centre);
            let copies = kept.iter().filter_map(|&index| instances.node_from_instance.get(index));
            let copies = copies
                .map(|node_from_instance| Instance {
                    part_from_instance: to_centre * *node_from_instance * from_centre,
                })
                .collect();
            built.feature_sets.extend(instances.feature_sets_of(&kept));
            built.feature_sets.truncate(Part::MAX_FEATURE_SETS);
            self.push(placed, primitive, &built, content_from_node, copies);
        }
    }

    /// Builds a primitive, or takes the one that was built for another node.
    fn build(&mut self, placed: &Placed, primitive: usize, bake: Bake) -> Option<Built> {
        let own = placed.joints.is_some() || matches!(bake, Bake::All(_)) || pose::is_morphed(placed.mesh, placed.node);
        let key = (placed.mesh_index, primitive, bake == Bake::MirrorX);
        if !own && let Some(built) = self.shared.get(&key) {
            return built.clone();
        }
        let source_primitive = placed.mesh.primitives.get(primitive)?;
        let draft = self.drafts.get(&source_primitive.material.map(|material| material.0))?;
        let pose = Pose { node: placed.node, joints: placed.joints.as_deref(), bake };
        let path = format!("/meshes/{}/primitives/{primitive}", placed.mesh_index);
        let built = primitive::build(
            self.source,
            (placed.mesh, source_primitive),
            pose,
            draft.uv_sets,
            &path,
            self.budget,
            self.issues,
        );
        if !own {
            self.shared.insert(key, built.clone());
        }
        built
    }

    fn push(
        &mut self,
        placed: &Placed,
        primitive: usize,
        built: &Built,
        content_from_mesh: DAffine3,
        instances: Vec<Instance>,
    ) {
        let material = placed.mesh.primitives.get(primitive).and_then(|primitive| primitive.material);
        let material = self.drafts.keys().position(|key| *key == material.map(|material| material.0));
        let name = if placed.node.name.is_empty() { &placed.mesh.name } else { &placed.node.name };
        let content_from_part = content_from_mesh * DAffine3::from_translation(built.centre);
        self.parts.push(Part {
            name: name.clone(),
            content_from_part,
            geometry: built.geometry.clone(),
            material: material.unwrap_or_default(),
            instances,
            feature_sets: built.feature_sets.clone(),
        });
    }
}
