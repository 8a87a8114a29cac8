//! Instanced 3D Model tiles (3D Tiles 1.0, "Instanced 3D Model"): one glTF, drawn once for each instance.
//!
//! # Frames
//! An instance's transform `T` (translation, rotation, scale; with `RTC_CENTER`) acts on the whole z-up glTF scene:
//! a vertex lies at `T * N * M * p`, where `N` takes the part to the z-up scene and `M` is the part's own instance,
//! if it has some (EXT_mesh_gpu_instancing). The content keeps `content_from_part * part_from_instance`, so
//! `content_from_part` is chosen as the mere translation `C` to the middle of all instances, and `part_from_instance`
//! as `C⁻¹ * T * N * M`. That needs no inverse of `N` (which may be singular), and keeps the numbers of the instances
//! small enough for f32 on the GPU even when the tile is given in ECEF. Instances that mirror (a negative scale) get
//! parts of their own with triangles turned round.

mod transforms;

use std::sync::Arc;

use glam::{DAffine3, DVec3};

use super::batch_table;
use super::decode::{ContentError, DecodeOptions, Decoded, Limits, Resources};
use super::feature_table::FeatureTable;
use super::gltf::{self, GltfFrame};
use super::tile_header::{Sections, TileFormat, glb, invalid, split};
use super::{Content, FeatureIdSet, FeatureIds, Geometry, Instance, Part, Topology};
use crate::format::issue::{Issue, Issues};

const NAME: &str = "i3dm";

/// Reads an i3dm tile. `Missing` while the glTF that it names (or what that names) is not there yet.
///
/// # Errors
/// The header or the feature table is broken, or the glTF cannot be read or fetched.
pub fn read(bytes: &[u8], options: &DecodeOptions, resources: &dyn Resources) -> Result<Decoded, ContentError> {
    let mut issues = Issues::default();
    let sections = split(TileFormat::I3dm, bytes, &mut issues)?;
    let features = FeatureTable::parse(TileFormat::I3dm, &sections, &mut issues)?;
    let count = features.count("INSTANCES_LENGTH")?;
    let count = count.ok_or_else(|| invalid(NAME, "feature table /INSTANCES_LENGTH is missing"))?;
    let transforms = transforms::read(&features, count as usize, &mut issues)?;
    let batch_ids = features.batch_ids(count as usize)?;

    let frame = GltfFrame::new(options.up_axis);
    let mut content = match read_gltf(&sections, &frame, options, resources, &mut issues)? {
        Decoded::Content(content) => content,
        other => return Ok(other),
    };
    let id = |index: usize| batch_ids.as_ref().map_or(index as u32, |ids| ids[index]);
    let feature_count = match (features.count("BATCH_LENGTH")?, &batch_ids) {
        (Some(length), _) => length,
        (None, Some(ids)) => ids.iter().max().map_or(0, |id| id.saturating_add(1)),
        (None, None) => count,
    };
    let table = batch_table::read(&sections, Some(feature_count), &|_| None, &mut issues);
    let groups = Group::both(&transforms, id);
    place(&mut content, groups, table.count, &options.limits, &mut issues);
    content.tables.push(table);
    issues.extend(std::mem::take(&mut content.issues));
    content.issues = issues;
    Ok(Decoded::Content(content))
}

/// The scene of the embedded or named glTF, z up.
fn read_gltf(
    sections: &Sections,
    frame: &GltfFrame,
    options: &DecodeOptions,
    resources: &dyn Resources,
    issues: &mut Issues,
) -> Result<Decoded, ContentError> {
    match sections.gltf_format {
        1 => gltf::read(glb(TileFormat::I3dm, sections.payload, issues)?, frame, options, resources),
        0 => {
            let uri = String::from_utf8_lossy(sections.payload);
            let uri = uri.trim_matches(|c: char| c == '\0' || c.is_whitespace());
            if uri.is_empty() {
                return Err(invalid(NAME, "the URI of the glTF is empty"));
            }
            let Some(bytes) = resources.get(uri) else {
                if resources.failed(uri) {
                    return Err(ContentError::Resource { uri: uri.to_string() });
                }
                return Ok(Decoded::Missing(vec![uri.to_string()]));
            };
            let nested = Beside { base: uri, resources };
            let decoded = gltf::read(glb(TileFormat::I3dm, &bytes, issues)?, frame, options, &nested)?;
            Ok(match decoded {
                Decoded::Missing(uris) => Decoded::Missing(uris.iter().map(|uri| nested.resolve(uri)).collect()),
                other => other,
            })
        }
        other => Err(invalid(NAME, format!("unknown gltfFormat: expected 0 or 1, got {other}"))),
    }
}

/// Resources that a glTF names relative to itself, while the tile's resources are named relative to the tile.
struct Beside<'a> {
    base: &'a str,
    resources: &'a dyn Resources,
}

impl Beside<'_> {
    /// `uri` as seen from the tile. Absolute URLs and paths stay as they are.
    fn resolve(&self, uri: &str) -> String {
        let scheme = uri.split(['/', '?', '#']).next().is_some_and(|first| first.contains(':'));
        let path = self.base.split(['?', '#']).next().unwrap_or_default();
        match path.rfind('/') {
            Some(end) if !scheme && !uri.starts_with('/') => format!("{}{uri}", &path[..=end]),
            _ => uri.to_string(),
        }
    }
}

impl Resources for Beside<'_> {
    fn get(&self, uri: &str) -> Option<Arc<[u8]>> {
        self.resources.get(&self.resolve(uri))
    }

    fn failed(&self, uri: &str) -> bool {
        self.resources.failed(&self.resolve(uri))
    }
}

/// Instances that are drawn with the same winding.
struct Group {
    /// The transforms mirror: triangles must be turned round, so that their front stays their front.
    mirrored: bool,
    content_from_instance: Vec<DAffine3>,
    /// The feature of each instance.
    ids: Vec<u32>,
}

impl Group {
    /// The instances that mirror and those that do not, without empty groups.
    fn both(transforms: &[(usize, DAffine3)], id: impl Fn(usize) -> u32) -> Vec<Self> {
        let group = |mirrored: bool| {
            let own = transforms.iter().filter(move |(_, t)| (t.matrix3.determinant() < 0.0) == mirrored);
            let (ids, content_from_instance) = own.map(|(index, transform)| (id(*index), *transform)).unzip();
            Self { mirrored, content_from_instance, ids }
        };
        let groups = [group(false), group(true)];
        groups.into_iter().filter(|group| !group.ids.is_empty()).collect()
    }
}

/// Makes every part of the scene a part with one copy for each instance; its first feature id set says which feature
/// of the table that comes next each copy is.
fn place(content: &mut Content, groups: Vec<Group>, feature_count: u32, limits: &Limits, issues: &mut Issues) {
    let scene = std::mem::take(&mut content.parts);
    let copies: usize = scene.iter().map(|part| part.instances.len().max(1)).sum();
    let total: usize = groups.iter().map(|group| group.ids.len()).sum();
    let mut room = limits.instances / copies.max(1);
    if total > room {
        let issue = Issue::error("feature table /INSTANCES_LENGTH", "too many instances; the last ones are left out");
        issues.push(issue.expected_got(format!("at most {room}"), total));
    }
    for mut group in groups {
        group.ids.truncate(room);
        group.content_from_instance.truncate(room);
        room -= group.ids.len();
        let middle = middle(&group.content_from_instance);
        let ids: Arc<[u32]> = group.ids.as_slice().into();
        for part in &scene {
            let own = part.instances.len().max(1);
            let ids = match own {
                1 => Arc::clone(&ids),
                _ => ids.iter().flat_map(|&id| std::iter::repeat_n(id, own)).collect(),
            };
            let mut part = repeat(part, &group, middle);
            part.feature_sets.truncate(Part::MAX_FEATURE_SETS - 1);
            let set = FeatureIdSet {
                label: String::new(),
                feature_count,
                null_feature_id: None,
                table: Some(content.tables.len()),
                ids: FeatureIds::Instance(ids),
            };
            part.feature_sets.insert(0, set);
            content.parts.push(part);
        }
    }
}

/// The middle of the box around the instances' origins.
fn middle(transforms: &[DAffine3]) -> DVec3 {
    let Some(first) = transforms.first().map(|transform| transform.translation) else { return DVec3::ZERO };
    let grow = |(lo, hi): (DVec3, DVec3), t: &DAffine3| (lo.min(t.translation), hi.max(t.translation));
    let (lo, hi) = transforms.iter().fold((first, first), grow);
    lo + (hi - lo) * 0.5
}

/// One part with its copies: for each of the group's instances all of the part's own.
fn repeat(part: &Part, group: &Group, middle: DVec3) -> Part {
    let once = [Instance { part_from_instance: DAffine3::IDENTITY }];
    let own = if part.instances.is_empty() { &once[..] } else { &part.instances };
    let mut instances = Vec::with_capacity(group.content_from_instance.len() * own.len());
    for content_from_instance in &group.content_from_instance {
        let middle_from_part = DAffine3::from_translation(-middle) * *content_from_instance * part.content_from_part;
        for copy in own {
            instances.push(Instance { part_from_instance: middle_from_part * copy.part_from_instance });
        }
    }
    let mut part = Part { instances, content_from_part: DAffine3::from_translation(middle), ..part.clone() };
    if group.mirrored && part.geometry.topology == Topology::Triangles {
        let mut geometry = Geometry::clone(&part.geometry);
        geometry.indices.as_chunks_mut::<3>().0.iter_mut().for_each(|triangle| triangle.swap(1, 2));
        part.geometry = Arc::new(geometry);
    }
    // Sets of the glTF that count its own instances go on counting them in every copy.
    for set in &mut part.feature_sets {
        if let FeatureIds::Instance(ids) = &mut set.ids {
            *ids = std::iter::repeat_n(&**ids, group.ids.len()).flatten().copied().collect();
        }
    }
    part
}

/// Warns of values that a tile gives for instances which cannot be placed.
fn dropped(count: usize, issues: &mut Issues) {
    if count > 0 {
        let issue = Issue::warning("feature table", "instances without a finite place are left out");
        issues.push(issue.expected_got("finite numbers", format!("{count} with others")));
    }
}

#[cfg(test)]
mod tests;
