//! One tile's members, without its children.

use std::fmt;

use glam::{DMat4, DVec3, DVec4, Vec4Swizzles};
use serde_json::Value;

use super::json::{Log, Object, describe, extension};
use super::volume::read_volume;
use super::{BoundingVolume, ContentDef, ImplicitTiling, Refine, Subdivision};

/// What a tile's own members say; what may be inherited is still open.
pub(super) struct RawTile {
    pub volume: Option<BoundingVolume>,
    pub viewer_request_volume: Option<BoundingVolume>,
    pub geometric_error: Option<f64>,
    pub refine: Option<Refine>,
    pub parent_from_tile: DMat4,
    pub contents: Vec<ContentDef>,
    pub implicit: Option<ImplicitTiling>,
    pub metadata: Option<Value>,
}

pub(super) fn read_tile(mut members: Object, log: &mut Log<'_>) -> RawTile {
    let volume = match members.get("boundingVolume") {
        Some(value) => read_volume(value, format_args!("/boundingVolume"), log),
        None => {
            log.error(format_args!("/boundingVolume"), "missing bounding volume");
            None
        }
    };
    let viewer_request_volume = members
        .get("viewerRequestVolume")
        .and_then(|value| read_volume(value, format_args!("/viewerRequestVolume"), log));
    let geometric_error = read_geometric_error(&members, log);
    let refine = read_refine(&members, log);
    let parent_from_tile = members.get("transform").and_then(|v| read_transform(v, log)).unwrap_or(DMat4::IDENTITY);
    let mut contents = read_contents(&members, log);
    let implicit = if is_implicit(&members) { read_implicit(&members, volume.as_ref(), log) } else { None };
    if implicit.is_none() && is_implicit(&members) {
        // They are templates, which name nothing by themselves.
        contents.clear();
    }
    if members.contains_key("expire") {
        log.info(format_args!("/expire"), "content that expires is loaded once and kept");
    }
    let metadata = take_metadata(&mut members);
    RawTile { volume, viewer_request_volume, geometric_error, refine, parent_from_tile, contents, implicit, metadata }
}

/// The `metadata` member, or that of the 1.0 extension.
fn take_metadata(object: &mut Object) -> Option<Value> {
    object.remove("metadata").or_else(|| extension(object, "3DTILES_metadata").cloned().map(Value::Object))
}

/// A `geometricError` member: finite and not negative. Absent or wrong is an error and `None`.
pub(super) fn read_geometric_error(object: &Object, log: &mut Log<'_>) -> Option<f64> {
    let got = object.get("geometricError");
    let number = got.and_then(Value::as_f64).filter(|n| n.is_finite() && *n >= 0.0);
    if number.is_none() {
        let got = got.map_or("nothing".to_owned(), describe);
        log.mismatch(
            format_args!("/geometricError"),
            "missing or invalid geometric error",
            "a number of 0 or more metres",
            got,
        );
    }
    number
}

fn read_refine(members: &Object, log: &mut Log<'_>) -> Option<Refine> {
    let text = log.string(members, "refine", format_args!(""))?;
    let refine = match text.to_ascii_uppercase().as_str() {
        "ADD" => Refine::Add,
        "REPLACE" => Refine::Replace,
        _ => {
            let got = describe(&Value::String(text));
            log.mismatch(format_args!("/refine"), "unknown refinement; the parent's is used", "ADD or REPLACE", got);
            return None;
        }
    };
    if !matches!(text.as_str(), "ADD" | "REPLACE") {
        log.warning(format_args!("/refine"), "refinement should be written in capitals");
    }
    Some(refine)
}

fn read_transform(value: &Value, log: &mut Log<'_>) -> Option<DMat4> {
    let at = format_args!("/transform");
    let numbers: [f64; 16] = log.numbers(value, at)?;
    let matrix = DMat4::from_cols_array(&numbers);
    let bottom = matrix.row(3);
    if bottom != DVec4::W {
        if bottom.xyz() == DVec3::ZERO && bottom.w != 0.0 && (matrix * bottom.w.recip()).is_finite() {
            log.warning(at, "bottom right number should be 1; all are divided by it");
            return Some(matrix * bottom.w.recip());
        }
        log.mismatch(at, "not an affine transform; ignored", "0, 0, 0, 1 as the last row", bottom);
        return None;
    }
    let determinant = matrix.determinant();
    if !(determinant.is_finite() && determinant != 0.0) {
        log.error(at, "transform can't be inverted (a scale of 0, or far too large); ignored");
        return None;
    }
    Some(matrix)
}

/// `contents`, the 1.0 extension of the same meaning, or `content`.
fn read_contents(members: &Object, log: &mut Log<'_>) -> Vec<ContentDef> {
    let single = members.get("content");
    let mut many = members.get("contents").map(|list| (list, "/contents"));
    if let Some(extended) = extension(members, "3DTILES_multiple_contents") {
        let list = extended.get("contents").or_else(|| extended.get("content"));
        many = many.or(list.map(|list| (list, "/extensions/3DTILES_multiple_contents/contents")));
        if single.is_none() && many.is_none() {
            log.error(format_args!("/extensions/3DTILES_multiple_contents"), "missing contents");
        }
    }
    let Some((list, at)) = many else {
        let at = format_args!("/content");
        return single.and_then(|value| read_content(value, at, log)).into_iter().collect();
    };
    if single.is_some() && at == "/contents" {
        log.error(format_args!("/content"), "both content and contents; only contents is used");
    }
    let Some(list) = log.array(list, format_args!("{at}")) else { return Vec::new() };
    list.iter().enumerate().filter_map(|(i, value)| read_content(value, format_args!("{at}/{i}"), log)).collect()
}

fn read_content(value: &Value, at: fmt::Arguments<'_>, log: &mut Log<'_>) -> Option<ContentDef> {
    let object = log.object(value, at)?;
    let uri = match log.string(object, "uri", at) {
        Some(uri) => Some(uri),
        None => {
            let url = log.string(object, "url", at);
            if url.is_some() {
                log.warning(format_args!("{at}/url"), "url is the name of old drafts; 3D Tiles 1.0 calls it uri");
            }
            url
        }
    };
    let Some(uri) = uri.filter(|uri| !uri.trim().is_empty()) else {
        log.error(format_args!("{at}/uri"), "missing or empty uri; the content is left out");
        return None;
    };
    let volume = object.get("boundingVolume").and_then(|v| read_volume(v, format_args!("{at}/boundingVolume"), log));
    let old = extension(object, "3DTILES_metadata");
    let group = match object.get("group").or_else(|| old?.get("group")) {
        None => None,
        Some(value) => {
            let group = value.as_u64().and_then(|n| u32::try_from(n).ok());
            if group.is_none() {
                log.mismatch(format_args!("{at}/group"), "wrong type", "an index into groups", describe(value));
            }
            group
        }
    };
    let metadata = object.get("metadata").cloned();
    Some(ContentDef { uri, volume, group, metadata })
}

fn is_implicit(members: &Object) -> bool {
    members.contains_key("implicitTiling") || extension(members, "3DTILES_implicit_tiling").is_some()
}

fn read_implicit(members: &Object, volume: Option<&BoundingVolume>, log: &mut Log<'_>) -> Option<ImplicitTiling> {
    let (object, at) = match members.get("implicitTiling") {
        Some(value) => (log.object(value, format_args!("/implicitTiling"))?, "/implicitTiling"),
        None => (extension(members, "3DTILES_implicit_tiling")?, "/extensions/3DTILES_implicit_tiling"),
    };
    if matches!(volume, Some(BoundingVolume::Sphere { .. })) {
        log.error(
            format_args!("/boundingVolume/sphere"),
            "a sphere can't be divided; implicit tiles need a box or region",
        );
        return None;
    }
    let at = format_args!("{at}");
    let scheme = match log.string(object, "subdivisionScheme", at)?.as_str() {
        "QUADTREE" => Subdivision::Quadtree,
        "OCTREE" => Subdivision::Octree,
        other => {
            let got = describe(&Value::from(other));
            log.mismatch(format_args!("{at}/subdivisionScheme"), "unknown subdivision", "QUADTREE or OCTREE", got);
            return None;
        }
    };
    let subtree_levels = log.integer(object, "subtreeLevels", at, 1..=scheme.max_subtree_levels())?;
    // The 1.0 extension's first form counts from 0 and calls it maximumLevel.
    let available_levels = if object.contains_key("availableLevels") || !object.contains_key("maximumLevel") {
        log.integer(object, "availableLevels", at, 1..=scheme.max_levels())?
    } else {
        log.integer(object, "maximumLevel", at, 0..=scheme.max_levels() - 1)? + 1
    };
    let subtrees = object.get("subtrees").and_then(Value::as_object);
    let Some(subtrees_uri) = subtrees.and_then(|s| log.string(s, "uri", format_args!("{at}/subtrees"))) else {
        log.error(format_args!("{at}/subtrees/uri"), "missing template of the subtrees");
        return None;
    };
    for variable in ["{level}", "{x}", "{y}", "{z}"].iter().take(2 + scheme.axes() as usize - 1) {
        if !subtrees_uri.contains(variable) && available_levels > subtree_levels {
            log.warning(format_args!("{at}/subtrees/uri"), format!("template has no {variable}"));
        }
    }
    Some(ImplicitTiling { scheme, subtree_levels, available_levels, subtrees_uri })
}
