//! Small parts of one name, material and feature table into one, so that a tile costs fewer draws.
//!
//! Nothing that picking tells is lost: names are equal, and every vertex keeps its feature id. Parts with instances, with
//! a geometry that other parts share, or with ids that mean something in their own part only, are left as they are.

use super::super::{FeatureIdSet, FeatureIds, Geometry, Part, Topology};
use super::features::BATCH_ID_LABEL;
use glam::{DAffine3, DVec3};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A part with more vertices is worth its own draw.
const SMALL_VERTICES: usize = 20_000;
/// A merged part has at most this many, so that culling and 16-bit indices stay possible.
const MERGED_VERTICES: usize = 65_536;
/// A merged part is at most this large: at 500 m from its origin an f32 is good to 0.03 mm.
const MERGED_EXTENT_M: f64 = 1000.0;

/// What parts must agree in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    name: String,
    material: usize,
    lines: bool,
    normals: bool,
    uv0: bool,
    uv1: bool,
    surfaces: bool,
    colors: bool,
    features: Vec<FeatureKey>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct FeatureKey {
    label: String,
    table: Option<usize>,
    null: Option<u32>,
    /// Texture, channels, UV set; `None`: ids of vertices.
    texture: Option<(usize, Vec<u8>, usize)>,
}

/// Merges what can be merged; a merged part stands where its first member stood.
pub fn merge(parts: Vec<Part>) -> Vec<Part> {
    let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (index, part) in parts.iter().enumerate() {
        if let Some(key) = key(part) {
            groups.entry(key).or_default().push(index);
        }
    }
    let mut slots: Vec<Option<Part>> = parts.into_iter().map(Some).collect();
    for members in groups.into_values().filter(|members| members.len() > 1) {
        for batch in batches(&slots, &members) {
            let taken: Vec<Part> = batch.iter().filter_map(|&index| slots.get_mut(index)?.take()).collect();
            if let Some(first) = batch.first().and_then(|&index| slots.get_mut(index)) {
                *first = join(taken);
            }
        }
    }
    slots.into_iter().flatten().collect()
}

/// `None` for a part that must stay alone.
fn key(part: &Part) -> Option<Key> {
    let geometry = &part.geometry;
    let alone = !part.instances.is_empty()
        || geometry.topology == Topology::Points
        || geometry.positions.len() > SMALL_VERTICES
        || Arc::strong_count(geometry) > 1;
    if alone {
        return None;
    }
    let features = part.feature_sets.iter().map(feature_key).collect::<Option<Vec<_>>>()?;
    Some(Key {
        name: part.name.clone(),
        material: part.material,
        lines: geometry.topology == Topology::Lines,
        normals: !geometry.normals.is_empty(),
        uv0: !geometry.uv0.is_empty(),
        uv1: !geometry.uv1.is_empty(),
        surfaces: !geometry.surfaces.is_empty(),
        colors: !geometry.colors.is_empty(),
        features,
    })
}

fn feature_key(set: &FeatureIdSet) -> Option<FeatureKey> {
    if set.table.is_none() && set.label != BATCH_ID_LABEL {
        return None;
    }
    let texture = match &set.ids {
        FeatureIds::Vertex(_) | FeatureIds::Constant(_) => None,
        FeatureIds::Texture { texture, channels, tex_coord } => Some((*texture, channels.clone(), *tex_coord)),
        FeatureIds::Implicit | FeatureIds::Instance(_) => return None,
    };
    Some(FeatureKey { label: set.label.clone(), table: set.table, null: set.null_feature_id, texture })
}

/// Runs of members that are together small enough.
fn batches(slots: &[Option<Part>], members: &[usize]) -> Vec<Vec<usize>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut vertices = 0;
    let mut bounds: Option<(DVec3, DVec3)> = None;
    for &index in members {
        let Some(part) = slots.get(index).and_then(Option::as_ref) else { continue };
        let Some((lo, hi)) = content_bounds(part) else { continue };
        let joined = bounds.map_or((lo, hi), |(other_lo, other_hi)| (lo.min(other_lo), hi.max(other_hi)));
        let count = part.geometry.positions.len();
        let fits = vertices + count <= MERGED_VERTICES && (joined.1 - joined.0).max_element() <= MERGED_EXTENT_M;
        match batches.last_mut().filter(|_| fits) {
            Some(batch) => {
                batch.push(index);
                vertices += count;
                bounds = Some(joined);
            }
            None => {
                batches.push(vec![index]);
                vertices = count;
                bounds = Some((lo, hi));
            }
        }
    }
    batches.retain(|batch| batch.len() > 1);
    batches
}

fn content_bounds(part: &Part) -> Option<(DVec3, DVec3)> {
    let mut positions = part.geometry.positions.iter().map(|p| part.content_from_part.transform_point3(p.as_dvec3()));
    let first = positions.next()?;
    Some(positions.fold((first, first), |(lo, hi), p| (lo.min(p), hi.max(p))))
}

/// One part out of several of the same key.
fn join(parts: Vec<Part>) -> Option<Part> {
    let bounds = parts.iter().filter_map(content_bounds).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    let centre = (bounds.0 + bounds.1) * 0.5;
    let mut geometry = Geometry { topology: parts.first()?.geometry.topology, ..Geometry::default() };
    for part in &parts {
        append(&mut geometry, part, centre);
    }
    let feature_sets = (0..parts.first()?.feature_sets.len()).filter_map(|set| join_ids(&parts, set)).collect();
    let first = parts.into_iter().next()?;
    Some(Part {
        content_from_part: DAffine3::from_translation(centre),
        geometry: Arc::new(geometry),
        feature_sets,
        ..first
    })
}

fn append(geometry: &mut Geometry, part: &Part, centre: DVec3) {
    let source = &part.geometry;
    let first = geometry.positions.len() as u32;
    let transform = part.content_from_part;
    let normal_map = transform.matrix3.inverse().transpose();
    let moved = source.positions.iter().map(|p| (transform.transform_point3(p.as_dvec3()) - centre).as_vec3());
    geometry.positions.extend(moved);
    let turned = source.normals.iter().map(|n| (normal_map * n.as_dvec3()).normalize_or_zero().as_vec3());
    geometry.normals.extend(turned);
    geometry.uv0.extend(&source.uv0);
    geometry.uv1.extend(&source.uv1);
    geometry.colors.extend(&source.colors);
    geometry.surfaces.extend(&source.surfaces);
    geometry.indices.extend(source.indices.iter().map(|index| index + first));
}

/// The ids of one set of all parts, vertex by vertex.
fn join_ids(parts: &[Part], set: usize) -> Option<FeatureIdSet> {
    let sets = parts.iter().filter_map(|part| Some((part.feature_sets.get(set)?, part.geometry.positions.len())));
    let feature_count = sets.clone().map(|(set, _)| set.feature_count).max()?;
    let first = sets.clone().next()?.0;
    let ids = match &first.ids {
        FeatureIds::Texture { .. } => first.ids.clone(),
        _ => {
            let mut ids = Vec::new();
            for (set, count) in sets {
                match &set.ids {
                    FeatureIds::Vertex(own) => ids.extend(own.iter().copied()),
                    FeatureIds::Constant(id) => ids.extend(std::iter::repeat_n(*id, count)),
                    _ => return None,
                }
            }
            FeatureIds::Vertex(ids.into())
        }
    };
    Some(FeatureIdSet { feature_count, ids, ..first.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::Vec3;

    fn part(name: &str, content_x_m: f64, ids: FeatureIds) -> Part {
        let geometry = Geometry {
            positions: vec![Vec3::ZERO, Vec3::X, Vec3::Y],
            normals: vec![Vec3::Z; 3],
            indices: vec![0, 1, 2],
            ..Geometry::default()
        };
        Part {
            name: name.into(),
            content_from_part: DAffine3::from_translation(DVec3::new(content_x_m, 0.0, 0.0)),
            geometry: Arc::new(geometry),
            material: 0,
            instances: Vec::new(),
            feature_sets: vec![FeatureIdSet {
                label: String::new(),
                feature_count: 9,
                null_feature_id: None,
                table: Some(0),
                ids,
            }],
        }
    }

    #[test]
    fn parts_of_one_name_join_and_every_vertex_keeps_its_place_and_feature() {
        let far = 6.0e6;
        let merged = merge(vec![
            part("a", far, FeatureIds::Vertex([1, 2, 3].into())),
            part("b", far, FeatureIds::Constant(4)),
            part("a", far + 10.0, FeatureIds::Constant(7)),
        ]);
        assert_eq!(merged.len(), 2);
        let joined = &merged[0];
        assert_eq!(joined.geometry.indices, [0, 1, 2, 3, 4, 5]);
        let placed = joined.content_from_part.transform_point3(joined.geometry.positions[4].as_dvec3());
        assert!((placed - DVec3::new(far + 11.0, 0.0, 0.0)).length() < 1e-6, "{placed}");
        let FeatureIds::Vertex(ids) = &joined.feature_sets[0].ids else { panic!("ids of vertices") };
        assert_eq!(**ids, [1, 2, 3, 7, 7, 7]);
        assert_eq!(merged[1].name, "b");
    }

    #[test]
    fn parts_far_apart_or_with_ids_of_their_own_stay_alone() {
        let apart = merge(vec![part("a", 0.0, FeatureIds::Constant(0)), part("a", 2000.0, FeatureIds::Constant(0))]);
        assert_eq!(apart.len(), 2);
        let implicit = merge(vec![part("a", 0.0, FeatureIds::Implicit), part("a", 1.0, FeatureIds::Implicit)]);
        assert_eq!(implicit.len(), 2);
    }
}
