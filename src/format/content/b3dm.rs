//! Batched 3D Model tiles (3D Tiles 1.0, "Batched 3D Model"): one glTF whose vertices say by `_BATCHID` which feature
//! they belong to.
//!
//! Frame: the glTF scene is turned to z up (`gltfUpAxis`), then moved by `RTC_CENTER`. The glTF reader gives the
//! `_BATCHID` attribute as a feature id set without a table; here it gets the batch table.

use glam::DVec3;

use super::batch_table;
use super::decode::{ContentError, DecodeOptions, Decoded, Resources};
use super::feature_table::FeatureTable;
use super::gltf::{self, GltfFrame};
use super::tile_header::{TileFormat, glb, split};
use super::{Content, FeatureIdSet, FeatureIds};
use crate::format::issue::{Issue, Issues};

/// Reads a b3dm tile.
///
/// # Errors
/// The header or the feature table is broken, or the glTF cannot be read. Everything else is an issue of the content.
pub fn read(bytes: &[u8], options: &DecodeOptions, resources: &dyn Resources) -> Result<Decoded, ContentError> {
    let mut issues = Issues::default();
    let sections = split(TileFormat::B3dm, bytes, &mut issues)?;
    let features = FeatureTable::parse(TileFormat::B3dm, &sections, &mut issues)?;
    let rtc_center = features.triple("RTC_CENTER")?.map_or(DVec3::ZERO, DVec3::from_array);
    let batch_length = match sections.legacy_batch_length {
        Some(length) => Some(length),
        None => features.count("BATCH_LENGTH")?,
    };
    if batch_length.is_none() {
        issues.push(Issue::warning("feature table /BATCH_LENGTH", "the count of features is missing"));
    }
    let payload = glb(TileFormat::B3dm, sections.payload, &mut issues)?;
    let frame = GltfFrame::new(options.up_axis).with_center(rtc_center);
    let mut content = match gltf::read(payload, &frame, options, resources)? {
        Decoded::Content(content) => content,
        other => return Ok(other),
    };
    let table = batch_table::read(&sections, batch_length, &|_| None, &mut issues);
    let used = max_batch_id(&content).map_or(0, |id| id.saturating_add(1));
    attach(&mut content, table, batch_length.is_some(), used, &mut issues);
    issues.extend(std::mem::take(&mut content.issues));
    content.issues = issues;
    Ok(Decoded::Content(content))
}

/// Gives the batch table to every feature id set that has none. A tile without features gets no table.
fn attach(content: &mut Content, mut table: super::PropertyTable, told: bool, used: u32, issues: &mut Issues) {
    if !told {
        table.count = table.count.max(used);
    }
    if table.count == 0 && table.properties.is_empty() {
        return;
    }
    if used > table.count {
        let issue = Issue::warning("glTF _BATCHID", "a batch id is beyond the count of features");
        issues.push(issue.expected_got(format!("ids below {}", table.count), used - 1));
    }
    let (index, count) = (content.tables.len(), table.count);
    content.tables.push(table);
    for set in without_table(content) {
        set.table = Some(index);
        set.feature_count = count;
    }
}

fn without_table(content: &mut Content) -> impl Iterator<Item = &mut FeatureIdSet> {
    content.parts.iter_mut().flat_map(|part| &mut part.feature_sets).filter(|set| set.table.is_none())
}

fn max_batch_id(content: &Content) -> Option<u32> {
    let sets = content.parts.iter().flat_map(|part| &part.feature_sets).filter(|set| set.table.is_none());
    sets.filter_map(|set| match &set.ids {
        FeatureIds::Vertex(ids) => ids.iter().copied().filter(|&id| Some(id) != set.null_feature_id).max(),
        FeatureIds::Constant(id) => Some(*id),
        _ => None,
    })
    .max()
}

#[cfg(test)]
mod tests;
