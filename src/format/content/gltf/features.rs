//! Feature ids: EXT_mesh_features on primitives, EXT_instance_features on nodes, and the bare attributes `_BATCHID` (b3dm)
//! and `_FEATURE_ID_n` where no extension explains them.

use super::super::{FeatureIdSet, FeatureIds, Part};
use super::document::{Extensions, Uint, extension};
use super::material::UvSets;
use super::vertices::Vertices;
use crate::format::issue::{Issue, Issues};
use serde::Deserialize;
use std::collections::BTreeMap;

const MESH_FEATURES: &str = "EXT_mesh_features";
const INSTANCE_FEATURES: &str = "EXT_instance_features";

/// The label of ids that come from the attribute `_BATCHID`; the reader of the b3dm around gives them their table.
pub const BATCH_ID_LABEL: &str = "_BATCHID";

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct FeatureList {
    feature_ids: Vec<FeatureIdsSource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct FeatureIdsSource {
    feature_count: Uint,
    null_feature_id: Option<Uint>,
    label: String,
    attribute: Option<Uint>,
    texture: Option<FeatureTexture>,
    property_table: Option<Uint>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct FeatureTexture {
    index: Uint,
    tex_coord: Uint,
    channels: Option<Vec<Uint>>,
}

/// The textures of the file that hold feature ids of a primitive.
pub fn feature_textures(extensions: &Extensions) -> Vec<usize> {
    let list: FeatureList = extension(extensions, MESH_FEATURES, "", &mut Issues::default()).unwrap_or_default();
    list.feature_ids.iter().filter_map(|ids| Some(ids.texture.as_ref()?.index.0)).collect()
}

/// The feature id sets of a primitive. May take a free UV slot for the coordinates of a feature id texture.
pub fn of_primitive(
    extensions: &Extensions,
    vertices: &Vertices,
    uv_sets: &mut UvSets,
    content_texture: &BTreeMap<usize, usize>,
    path: &str,
    issues: &mut Issues,
) -> Vec<FeatureIdSet> {
    let Some(list) = extension::<FeatureList>(extensions, MESH_FEATURES, path, issues) else {
        return bare(vertices, issues);
    };
    let mut sets = Vec::new();
    for (index, source) in bounded(&list, path, issues).iter().enumerate() {
        let set_path = format!("{path}/extensions/{MESH_FEATURES}/featureIds/{index}");
        let ids = match (&source.attribute, &source.texture) {
            (Some(number), _) => vertex_ids(vertices, number.0, &set_path, issues),
            (None, Some(texture)) => texture_ids(texture, uv_sets, content_texture, &set_path, issues),
            // The file's numbers are the ids: only while no vertex was left out are they the geometry's own.
            (None, None) => Some(implicit(vertices)),
        };
        if let Some(ids) = ids {
            sets.push(source.set(ids));
        }
    }
    sets
}

/// The feature id sets of a node's instances; `attribute` reads `_FEATURE_ID_n` of the instances.
pub fn of_instances(
    extensions: &Extensions,
    count: usize,
    attribute: impl Fn(usize, &mut Issues) -> Option<Vec<u32>>,
    path: &str,
    issues: &mut Issues,
) -> Vec<FeatureIdSet> {
    let Some(list) = extension::<FeatureList>(extensions, INSTANCE_FEATURES, path, issues) else { return Vec::new() };
    let mut sets = Vec::new();
    for source in bounded(&list, path, issues) {
        let ids = match source.attribute {
            Some(number) => attribute(number.0, issues),
            None => Some((0..).take(count).collect()),
        };
        if let Some(ids) = ids {
            sets.push(source.set(FeatureIds::Instance(ids.into())));
        }
    }
    sets
}

impl FeatureIdsSource {
    fn set(&self, ids: FeatureIds) -> FeatureIdSet {
        FeatureIdSet {
            label: self.label.clone(),
            feature_count: u32::try_from(self.feature_count.0).unwrap_or(u32::MAX),
            null_feature_id: self.null_feature_id.and_then(|id| u32::try_from(id.0).ok()),
            table: self.property_table.map(|table| table.0),
            ids,
        }
    }
}

fn bounded<'a>(list: &'a FeatureList, path: &str, issues: &mut Issues) -> &'a [FeatureIdsSource] {
    let all = &list.feature_ids;
    if all.len() > Part::MAX_FEATURE_SETS {
        issues.push(
            Issue::warning(path, "too many feature id sets: the rest is left out")
                .expected_got(format!("at most {}", Part::MAX_FEATURE_SETS), all.len()),
        );
    }
    all.get(..Part::MAX_FEATURE_SETS).unwrap_or(all)
}

fn implicit(vertices: &Vertices) -> FeatureIds {
    if vertices.all_used() { FeatureIds::Implicit } else { FeatureIds::Vertex(vertices.file_numbers().into()) }
}

fn vertex_ids(vertices: &Vertices, number: usize, path: &str, issues: &mut Issues) -> Option<FeatureIds> {
    let semantic = format!("_FEATURE_ID_{number}");
    if !vertices.has(&semantic) {
        issues.push(Issue::error(path, format!("the primitive has no attribute {semantic}")));
        return None;
    }
    Some(FeatureIds::Vertex(vertices.u32s::<1>(&semantic, &[1], issues)?.into_flattened().into()))
}

fn texture_ids(
    texture: &FeatureTexture,
    uv_sets: &mut UvSets,
    content_texture: &BTreeMap<usize, usize>,
    path: &str,
    issues: &mut Issues,
) -> Option<FeatureIds> {
    // Without the image (not wanted, or told already) the set says nothing.
    let content = *content_texture.get(&texture.index.0)?;
    let Some(tex_coord) = uv_sets.slot_of(texture.tex_coord.0) else {
        issues.push(Issue::warning(path, "the feature ids are left out: more than two TEXCOORD sets are used"));
        return None;
    };
    let channels: Option<Vec<u8>> = match &texture.channels {
        None => Some(vec![0]),
        Some(list) => list.iter().map(|channel| u8::try_from(channel.0).ok().filter(|&channel| channel < 4)).collect(),
    };
    let Some(channels) = channels.filter(|channels| (1..=4).contains(&channels.len())) else {
        issues.push(Issue::error(format!("{path}/texture/channels"), "expected one to four channels from 0 to 3"));
        return None;
    };
    Some(FeatureIds::Texture { texture: content, channels, tex_coord })
}

/// Attributes that no extension explains.
fn bare(vertices: &Vertices, issues: &mut Issues) -> Vec<FeatureIdSet> {
    let numbered = (0..Part::MAX_FEATURE_SETS).map(|number| format!("_FEATURE_ID_{number}"));
    let names = ["_BATCHID".to_string(), "BATCHID".to_string()].into_iter().chain(numbered);
    let mut sets = Vec::new();
    for semantic in names.filter(|semantic| vertices.has(semantic)).take(Part::MAX_FEATURE_SETS) {
        let Some(ids) = vertices.u32s::<1>(&semantic, &[1], issues) else { continue };
        let ids = ids.into_flattened();
        let highest = ids.iter().copied().filter(|&id| id != u32::MAX).max();
        sets.push(FeatureIdSet {
            label: if semantic.ends_with("BATCHID") { BATCH_ID_LABEL.to_string() } else { semantic },
            feature_count: highest.map_or(0, |id| id + 1),
            // What was negative or no number is no feature.
            null_feature_id: ids.contains(&u32::MAX).then_some(u32::MAX),
            table: None,
            ids: FeatureIds::Vertex(ids.into()),
        });
    }
    sets
}
