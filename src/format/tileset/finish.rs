//! What concerns the file as a whole: its own members, and what tiles take from above.

use glam::{DMat3, DMat4};
use serde_json::Value;

use super::json::{Log, Object, describe, extension};
use super::parse::{Place, Reader, pointer, unknown_volume};
use super::semantics;
use super::tile::read_geometric_error;
use super::{BoundingVolume, MAX_TILES, Refine, TileDef, Tileset, UpAxis};
use crate::format::issue::{Issue, Issues};

/// Extensions whose meaning reaches the viewer, by this reader or by those of the contents.
const KNOWN_EXTENSIONS: [&str; 7] = [
    "3DTILES_content_gltf",
    "3DTILES_implicit_tiling",
    "3DTILES_multiple_contents",
    "3DTILES_metadata",
    "3DTILES_bounding_volume_S2",
    "3DTILES_draco_point_compression",
    "3DTILES_batch_table_hierarchy",
];

/// Reads the file's own members and hands down what tiles inherit.
pub(super) fn finish(mut members: Object, reader: Reader) -> (Tileset, Issues) {
    let Reader { mut issues, mut tiles, places, left_out, .. } = reader;
    let top = || String::new();
    let mut log = Log { issues: &mut issues, base: &top };
    if left_out > 0 {
        let got = format!("{left_out} more");
        log.mismatch(format_args!("/root"), "too many tiles in one file; the rest is left out", MAX_TILES, got);
    }
    let asset = read_asset(&members, &mut log);
    let geometric_error = read_geometric_error(&members, &mut log);
    let (extensions_used, extensions_required) = read_extensions(&members, &mut log);
    let old = extension(&members, "3DTILES_metadata").cloned().unwrap_or_default();
    let mut take = |key: &str, old_key: &str| members.remove(key).or_else(|| old.get(old_key).cloned());
    let schema = take("schema", "schema");
    let metadata = take("metadata", "tileset");
    let statistics = take("statistics", "statistics");
    let groups = take("groups", "groups");
    let schema_uri = take("schemaUri", "schemaUri");
    let schema_uri = schema_uri.and_then(|value| match value {
        Value::String(uri) => Some(uri),
        other => {
            log.mismatch(format_args!("/schemaUri"), "wrong type", "a string", describe(&other));
            None
        }
    });
    let groups = match groups {
        None => Vec::new(),
        Some(Value::Array(list)) => list,
        Some(other) => {
            log.mismatch(format_args!("/groups"), "wrong type", "an array", describe(&other));
            Vec::new()
        }
    };
    check_groups(&mut tiles, &places, groups.len(), &mut issues);
    inherit(&mut tiles, &places, geometric_error.unwrap_or(f64::INFINITY), &mut issues);
    let geometric_error = geometric_error.unwrap_or(tiles[0].geometric_error);
    let properties = members.remove("properties");
    let mut tileset = Tileset {
        version: asset.version,
        tileset_version: asset.tileset_version,
        geometric_error,
        tiles,
        up_axis: asset.up_axis,
        schema,
        schema_uri,
        groups,
        metadata,
        properties,
        statistics,
        extensions_used,
        extensions_required,
        copyrights: asset.copyrights,
    };
    semantics::apply(&mut tileset, &mut issues);
    (tileset, issues)
}

#[derive(Default)]
struct Asset {
    version: String,
    tileset_version: String,
    up_axis: UpAxis,
    copyrights: Vec<String>,
}

fn read_asset(members: &Object, log: &mut Log<'_>) -> Asset {
    let at = format_args!("/asset");
    let Some(value) = members.get("asset") else {
        log.error(at, "missing asset with the version of 3D Tiles");
        return Asset::default();
    };
    let Some(object) = log.object(value, at) else { return Asset::default() };
    let version = log.string(object, "version", at).unwrap_or_default();
    match version.as_str() {
        "1.0" | "1.1" => {}
        "0.0" => log.warning(format_args!("/asset/version"), "a draft from before 3D Tiles 1.0; read as 1.0"),
        other => {
            let got = describe(&Value::from(other));
            log.mismatch(format_args!("/asset/version"), "unknown version; read as 1.1", "\"1.0\" or \"1.1\"", got);
        }
    }
    let up_axis = match log.string(object, "gltfUpAxis", at).as_deref().map(str::to_ascii_uppercase).as_deref() {
        None | Some("Y") => UpAxis::Y,
        Some("X") => UpAxis::X,
        Some("Z") => UpAxis::Z,
        Some(_) => {
            let got = object.get("gltfUpAxis").map_or_else(String::new, describe);
            log.mismatch(format_args!("/asset/gltfUpAxis"), "unknown axis; Y is used", "X, Y or Z", got);
            UpAxis::Y
        }
    };
    let tileset_version = log.string(object, "tilesetVersion", at).unwrap_or_default();
    Asset { version, tileset_version, up_axis, copyrights: read_copyrights(object) }
}

/// `copyright` and the credits that Cesium's tools write, without markup.
fn read_copyrights(asset: &Object) -> Vec<String> {
    let mut copyrights: Vec<String> = Vec::new();
    let written = asset.get("copyright").and_then(Value::as_str).into_iter().flat_map(|text| text.split(';'));
    let credits = asset.get("extras").and_then(|e| e.get("cesium")?.get("credits")?.as_array());
    let credits = credits.into_iter().flatten().filter_map(|credit| credit.get("html")?.as_str());
    for text in written.map(str::to_owned).chain(credits.map(without_markup)) {
        let text = text.trim();
        if !text.is_empty() && !copyrights.iter().any(|known| known == text) && copyrights.len() < 100 {
            copyrights.push(text.to_owned());
        }
    }
    copyrights
}

/// The text of a piece of HTML: everything outside of `<…>`.
fn without_markup(html: &str) -> String {
    let mut inside = false;
    html.chars()
        .filter(|&c| match c {
            '<' => {
                inside = true;
                false
            }
            '>' => !std::mem::replace(&mut inside, false),
            _ => !inside,
        })
        .collect()
}

fn read_extensions(members: &Object, log: &mut Log<'_>) -> (Vec<String>, Vec<String>) {
    let used = log.strings(members, "extensionsUsed");
    let required = log.strings(members, "extensionsRequired");
    for (i, name) in required.iter().enumerate() {
        if !KNOWN_EXTENSIONS.contains(&name.as_str()) {
            let short: String = name.chars().take(80).collect();
            let message = format!("required extension {short} is not supported; what it adds is missing");
            log.error(format_args!("/extensionsRequired/{i}"), message);
        }
        if !used.contains(name) {
            log.warning(format_args!("/extensionsRequired/{i}"), "required, but not listed in extensionsUsed");
        }
    }
    for (i, name) in used.iter().enumerate() {
        if !KNOWN_EXTENSIONS.contains(&name.as_str()) && !required.contains(name) {
            let short: String = name.chars().take(80).collect();
            log.info(format_args!("/extensionsUsed/{i}"), format!("extension {short} is not supported and ignored"));
        }
    }
    (used, required)
}

/// Group indices past the list are errors and dropped.
fn check_groups(tiles: &mut [TileDef], places: &[Place], group_count: usize, issues: &mut Issues) {
    for (index, tile) in tiles.iter_mut().enumerate() {
        for (number, content) in tile.contents.iter_mut().enumerate() {
            let Some(group) = content.group.filter(|&group| group as usize >= group_count) else { continue };
            content.group = None;
            let message = format!("content {number} names a group that is not there");
            let expected = format!("an index below {group_count}");
            issues.push(Issue::error(pointer(places, index as u32), message).expected_got(expected, group));
        }
    }
}

/// Fills in what tiles take from above: bounding volume, geometric error, refinement. Parents come first in the list.
fn inherit(tiles: &mut [TileDef], places: &[Place], tileset_error: f64, issues: &mut Issues) {
    let mut rising: Option<(usize, f64, f64)> = None;
    let mut rising_count = 0_usize;
    for (index, place) in places.iter().enumerate() {
        let (before, rest) = tiles.split_at_mut(index);
        let Some(tile) = rest.first_mut() else { break };
        let parent = before.get(place.parent as usize);
        let error_above = parent.map_or(tileset_error, |p| p.geometric_error);
        // Infinity stands for "nothing above says a number": then the tile is drawn as it is.
        let fallback = if error_above.is_finite() { error_above } else { 0.0 };
        tile.geometric_error = place.geometric_error.unwrap_or(fallback);
        if parent.is_some() && tile.geometric_error > error_above {
            rising_count += 1;
            rising.get_or_insert((index, error_above, tile.geometric_error));
        }
        tile.refine = place.refine.or(parent.map(|p| p.refine)).unwrap_or(Refine::Replace);
        if parent.is_none() && place.refine.is_none() {
            issues.push(Issue::warning("/root/refine", "the root has no valid refinement; REPLACE is used"));
        }
        if let (false, Some(parent)) = (place.has_volume, parent) {
            tile.volume = seen_from_child(parent.volume, tile.parent_from_tile).unwrap_or_else(unknown_volume);
        }
    }
    if let Some((index, above, own)) = rising {
        let path = format!("{}/geometricError", pointer(places, index as u32));
        let more = rising_count - 1;
        let message = format!("geometric error is greater than the parent's, here and at {more} other tiles");
        issues.push(Issue::warning(path, message).expected_got(format_args!("at most {above}"), own));
    }
}

/// A parent's volume in its child's frame; `None` if it would not be finite. Regions are the same in all frames.
fn seen_from_child(volume: BoundingVolume, parent_from_child: DMat4) -> Option<BoundingVolume> {
    let child_from_parent = parent_from_child.inverse();
    match volume {
        BoundingVolume::Region { .. } => Some(volume),
        BoundingVolume::Box { center, half_axes } => {
            let center = child_from_parent.transform_point3(center);
            let half_axes = DMat3::from_mat4(child_from_parent) * half_axes;
            (center.is_finite() && half_axes.is_finite()).then_some(BoundingVolume::Box { center, half_axes })
        }
        BoundingVolume::Sphere { center, radius } => {
            let center = child_from_parent.transform_point3(center);
            // The Frobenius norm bounds how far the matrix can stretch any vector.
            let linear = DMat3::from_mat4(child_from_parent);
            let stretch = linear.to_cols_array().iter().map(|n| n * n).sum::<f64>().sqrt();
            let radius = radius * stretch;
            (center.is_finite() && radius.is_finite()).then_some(BoundingVolume::Sphere { center, radius })
        }
    }
}
