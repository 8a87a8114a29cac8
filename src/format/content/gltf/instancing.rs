//! EXT_mesh_gpu_instancing: many copies of a node's mesh.

use super::super::{FeatureIdSet, FeatureIds};
use super::accessor::Elements;
use super::budget::Budget;
use super::buffers::Buffers;
use super::document::{Document, Node, Uint, extension};
use super::features;
use crate::format::issue::{Issue, Issues};
use glam::{DAffine3, DQuat, DVec3, Quat, Vec3};
use serde::Deserialize;
use std::collections::BTreeMap;

const NAME: &str = "EXT_mesh_gpu_instancing";

#[derive(Debug, Deserialize)]
struct Instancing {
    #[serde(default)]
    attributes: BTreeMap<String, Uint>,
}

/// The copies of one node.
#[derive(Debug, Default)]
pub struct Instances {
    pub node_from_instance: Vec<DAffine3>,
    pub feature_sets: Vec<FeatureIdSet>,
}

impl Instances {
    /// The feature id sets of some of the copies.
    pub fn feature_sets_of(&self, copies: &[usize]) -> Vec<FeatureIdSet> {
        let pick = |set: &FeatureIdSet| {
            let FeatureIds::Instance(ids) = &set.ids else { return set.clone() };
            let ids = copies.iter().map(|&copy| ids.get(copy).copied().unwrap_or(u32::MAX)).collect();
            FeatureIdSet { ids: FeatureIds::Instance(ids), ..set.clone() }
        };
        self.feature_sets.iter().map(pick).collect()
    }
}

/// The copies of a node; `None` if it is drawn once, as it stands.
///
/// Broken instancing is told, and the node is then drawn once.
pub fn read(
    document: &Document,
    buffers: &Buffers,
    (index, node): (usize, &Node),
    budget: &Budget,
    issues: &mut Issues,
) -> Option<Instances> {
    let path = format!("/nodes/{index}");
    let instancing: Instancing = extension(&node.extensions, NAME, &path, issues)?;
    let attributes_path = format!("{path}/extensions/{NAME}/attributes");
    let attributes = Attributes { document, buffers, accessors: &instancing.attributes, path: &attributes_path };
    let count = match attributes.count() {
        Ok(count) => count,
        Err(message) => {
            issues.push(Issue::error(attributes_path, message));
            return None;
        }
    };
    // Only asked here: each of the node's primitives takes its own copies.
    if let Err(error) = budget.instances.clone().take(count) {
        issues.push(Issue::error(attributes_path, error.to_string()));
        return None;
    }
    let translations = attributes.vectors::<3>("TRANSLATION", issues);
    let rotations = attributes.vectors::<4>("ROTATION", issues);
    let scales = attributes.vectors::<3>("SCALE", issues);
    let node_from_instance = (0..count)
        .map(|i| {
            let translation = lookup(&translations, i).map_or(DVec3::ZERO, |v| Vec3::from_array(v).as_dvec3());
            let rotation = lookup(&rotations, i).map(|v| Quat::from_array(v).as_dquat());
            let rotation = rotation.filter(|q| q.length_squared() > 1e-12).map_or(DQuat::IDENTITY, DQuat::normalize);
            let scale = lookup(&scales, i).map_or(DVec3::ONE, |v| Vec3::from_array(v).as_dvec3());
            DAffine3::from_scale_rotation_translation(scale, rotation, translation)
        })
        .collect();
    let ids = |number: usize, issues: &mut Issues| attributes.ids(number, issues);
    let feature_sets = features::of_instances(&node.extensions, count, ids, &path, issues);
    Some(Instances { node_from_instance, feature_sets })
}

fn lookup<const N: usize>(values: &Option<Vec<[f32; N]>>, index: usize) -> Option<[f32; N]> {
    values.as_ref()?.get(index).copied().filter(|value| value.iter().all(|lane| lane.is_finite()))
}

struct Attributes<'a> {
    document: &'a Document,
    buffers: &'a Buffers<'a>,
    accessors: &'a BTreeMap<String, Uint>,
    path: &'a str,
}

impl Attributes<'_> {
    fn elements(&self, semantic: &str) -> Option<Result<Elements<'_>, String>> {
        let accessor = self.accessors.get(semantic)?;
        Some(Elements::of_accessor(&self.document.accessors, self.buffers, accessor.0))
    }

    /// How many copies: all attributes must agree.
    fn count(&self) -> Result<usize, String> {
        let mut count = None;
        for semantic in self.accessors.keys() {
            let Some(elements) = self.elements(semantic) else { continue };
            let got = elements.map_err(|message| format!("{semantic}: {message}"))?.count;
            if *count.get_or_insert(got) != got {
                return Err(format!("{semantic} has {got} elements, others have {}", count.unwrap_or_default()));
            }
        }
        count.ok_or_else(|| "instancing without attributes".into())
    }

    fn vectors<const N: usize>(&self, semantic: &str, issues: &mut Issues) -> Option<Vec<[f32; N]>> {
        let result = self.elements(semantic)?.and_then(|elements| {
            if elements.lanes == N {
                elements.f32s::<N>(0.0, None)
            } else {
                Err(format!("expected {N} components, got {}", elements.lanes))
            }
        });
        self.told(semantic, result, issues)
    }

    fn ids(&self, number: usize, issues: &mut Issues) -> Option<Vec<u32>> {
        let semantic = format!("_FEATURE_ID_{number}");
        let result = self
            .elements(&semantic)
            .unwrap_or_else(|| Err("the instances have no such attribute".into()))
            .and_then(|elements| Ok(elements.u32s::<1>(None)?.into_flattened()));
        self.told(&semantic, result, issues)
    }

    fn told<T>(&self, semantic: &str, result: Result<T, String>, issues: &mut Issues) -> Option<T> {
        result.map_err(|message| issues.push(Issue::error(format!("{}/{semantic}", self.path), message))).ok()
    }
}
