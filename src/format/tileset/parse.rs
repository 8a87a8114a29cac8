//! From bytes to the flat tree.
//!
//! Tiles are taken from the JSON stream one by one, so that memory follows the tiles kept and not a second copy of the
//! file as a tree of JSON values. Only a tile's own members are held as values while it is read.

use std::borrow::Cow;
use std::fmt;

use glam::{DMat3, DMat4, DVec3};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::json::{Log, Object, describe, extension};
use super::tile::{RawTile, read_geometric_error, read_tile};
use super::{BoundingVolume, MAX_FILE_BYTES, MAX_TILES, Refine, TileDef, Tileset, TilesetError, UpAxis};
use crate::format::gzip;
use crate::format::issue::{Issue, Issues};

/// The radius of the volume of a root that gives none of its own, in metres: beyond anything on or over the Earth.
const UNKNOWN_RADIUS_M: f64 = 1e7;

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

/// Reads a tileset file, gzip or plain.
///
/// What is wrong but can be worked around becomes an issue: a tile without a usable bounding volume or geometric error
/// takes its parent's, a root without refinement replaces.
///
/// # Errors
/// When the bytes are too many, not JSON, nested more than 128 deep, or hold no root tile.
pub fn read(bytes: &[u8]) -> Result<(Tileset, Issues), TilesetError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(TilesetError::TooLarge { max: MAX_FILE_BYTES, got: bytes.len() });
    }
    let unpacked =
        if gzip::is_gzip(bytes) { Cow::from(gzip::gunzip_limited(bytes, MAX_FILE_BYTES)?) } else { Cow::from(bytes) };
    let mut reader = Reader::default();
    let json = match unpacked.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => {
            reader.issues.push(Issue::warning("", "file begins with a byte order mark, which JSON does not allow"));
            rest
        }
        None => &unpacked[..],
    };
    let mut json = serde_json::Deserializer::from_slice(json);
    let top = FileSeed { reader: &mut reader }.deserialize(&mut json).map_err(json_error)?;
    json.end().map_err(json_error)?;
    let (members, has_root) = match top {
        Top::File { members, has_root } => (members, has_root),
        Top::Other(got) => return Err(TilesetError::NotATileset { got }),
    };
    if !has_root || reader.tiles.is_empty() {
        return Err(TilesetError::NotATileset { got: "none".to_owned() });
    }
    Ok(finish(members, reader))
}

/// serde_json tells its recursion limit by message only; the tests hold that wording.
fn json_error(error: serde_json::Error) -> TilesetError {
    let text = error.to_string();
    if text.starts_with("recursion limit exceeded") {
        return TilesetError::TooDeep { line: error.line() };
    }
    let message = text.split(" at line ").next().unwrap_or_default().to_owned();
    TilesetError::Json { message, line: error.line(), column: error.column() }
}

/// A tile's place in the file and what it may inherit.
struct Place {
    /// The parent's index; the root's is its own.
    parent: u32,
    /// Which of the parent's children as written, which may be more than were kept.
    position: u32,
    has_volume: bool,
    geometric_error: Option<f64>,
    refine: Option<Refine>,
}

#[derive(Default)]
struct Reader {
    issues: Issues,
    tiles: Vec<TileDef>,
    /// Parallel to `tiles`.
    places: Vec<Place>,
    /// Tiles left out because of [`MAX_TILES`].
    left_out: usize,
}

impl Reader {
    /// Keeps a slot for a tile whose members are yet to come; `None` when the file has too many.
    fn begin(&mut self, parent: Option<u32>, position: u32) -> Option<u32> {
        if self.tiles.len() >= MAX_TILES {
            self.left_out += 1;
            return None;
        }
        let index = self.tiles.len() as u32;
        let depth = parent.and_then(|p| self.tiles.get(p as usize)).map_or(0, |p| p.depth + 1);
        self.tiles.push(TileDef {
            volume: unknown_volume(),
            viewer_request_volume: None,
            geometric_error: 0.0,
            refine: Refine::Replace,
            parent_from_tile: DMat4::IDENTITY,
            contents: Vec::new(),
            children: Vec::new(),
            implicit: None,
            metadata: None,
            depth,
        });
        self.places.push(Place {
            parent: parent.unwrap_or(index),
            position,
            has_volume: false,
            geometric_error: None,
            refine: None,
        });
        Some(index)
    }

    /// Fills a tile's slot. Gives `false` when the tile says nothing that could be drawn and was dropped.
    fn complete(&mut self, index: u32, members: Object, children: Vec<u32>) -> bool {
        let pointer = || pointer(&self.places, index);
        let raw = read_tile(members, &mut Log { issues: &mut self.issues, base: &pointer });
        let empty = raw.volume.is_none() && raw.contents.is_empty() && children.is_empty();
        // Nothing was pushed after a tile without kept children, so it is the last one.
        if empty && index > 0 && index as usize + 1 == self.tiles.len() {
            self.tiles.pop();
            self.places.pop();
            return false;
        }
        if raw.implicit.is_some() && !children.is_empty() {
            let path = format!("{}/children", pointer());
            self.issues.push(Issue::error(path, "an implicit tile can't have explicit children; they are drawn too"));
        }
        let RawTile { volume, viewer_request_volume, parent_from_tile, contents, implicit, metadata, .. } = raw;
        let (Some(tile), Some(place)) = (self.tiles.get_mut(index as usize), self.places.get_mut(index as usize))
        else {
            return false;
        };
        place.has_volume = volume.is_some();
        place.geometric_error = raw.geometric_error;
        place.refine = raw.refine;
        tile.volume = volume.unwrap_or_else(unknown_volume);
        tile.viewer_request_volume = viewer_request_volume;
        tile.parent_from_tile = parent_from_tile;
        tile.contents = contents;
        tile.children = children;
        tile.implicit = implicit;
        tile.metadata = metadata;
        true
    }
}

fn unknown_volume() -> BoundingVolume {
    BoundingVolume::Sphere { center: DVec3::ZERO, radius: UNKNOWN_RADIUS_M }
}

/// The JSON pointer of a tile.
fn pointer(places: &[Place], index: u32) -> String {
    let mut positions = Vec::new();
    let mut at = index;
    // A parent's index is lower than its children's, so this ends.
    while let Some(place) = places.get(at as usize).filter(|place| place.parent < at) {
        positions.push(place.position);
        at = place.parent;
    }
    let mut path = String::from("/root");
    for position in positions.iter().rev() {
        path.push_str(&format!("/children/{position}"));
    }
    path
}

/// What the whole file turned out to be.
enum Top {
    File { members: Object, has_root: bool },
    Other(String),
}

/// Visitor methods for JSON kinds that are not the expected one: `$make` turns a description into the visitor's value.
macro_rules! other_kinds {
    ($make:expr) => {
        fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
            Ok($make(self, value.to_string()))
        }
        fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
            Ok($make(self, value.to_string()))
        }
        fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
            Ok($make(self, value.to_string()))
        }
        fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
            Ok($make(self, value.to_string()))
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($make(self, "a string".to_owned()))
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($make(self, "null".to_owned()))
        }
    };
}

struct FileSeed<'r> {
    reader: &'r mut Reader,
}

impl<'de> DeserializeSeed<'de> for FileSeed<'_> {
    type Value = Top;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Top, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FileSeed<'_> {
    type Value = Top;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tileset object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top, A::Error> {
        let mut members = Object::new();
        let mut has_root = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "root" && !has_root {
                has_root =
                    map.next_value_seed(TileSeed { reader: &mut *self.reader, parent: None, position: 0 })?.is_some();
            } else if key == "root" {
                map.next_value::<IgnoredAny>()?;
                self.reader.issues.push(Issue::error("/root", "more than one root; the first is used"));
            } else {
                members.insert(key, map.next_value()?);
            }
        }
        Ok(Top::File { members, has_root })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Top, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Top::Other("an array".to_owned()))
    }

    other_kinds!(|_, got| Top::Other(got));
}

/// Reads one tile and everything below it; gives its index if it was kept.
struct TileSeed<'r> {
    reader: &'r mut Reader,
    parent: Option<u32>,
    position: u32,
}

impl TileSeed<'_> {
    fn wrong_kind(self, got: String) -> Option<u32> {
        let path = match self.parent {
            Some(parent) => format!("{}/children/{}", pointer(&self.reader.places, parent), self.position),
            None => "/root".to_owned(),
        };
        self.reader.issues.push(Issue::error(path, "not a tile; left out").expected_got("an object", got));
        None
    }
}

impl<'de> DeserializeSeed<'de> for TileSeed<'_> {
    type Value = Option<u32>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TileSeed<'_> {
    type Value = Option<u32>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tile object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Some(index) = self.reader.begin(self.parent, self.position) else {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(None);
        };
        let mut members = Object::new();
        let mut children = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "children" && children.is_none() {
                children = Some(map.next_value_seed(ChildrenSeed { reader: &mut *self.reader, parent: index })?);
            } else if key == "children" {
                map.next_value::<IgnoredAny>()?;
                let path = format!("{}/children", pointer(&self.reader.places, index));
                self.reader.issues.push(Issue::error(path, "more than one list of children; the first is used"));
            } else {
                members.insert(key, map.next_value()?);
            }
        }
        let kept = self.reader.complete(index, members, children.unwrap_or_default());
        Ok(kept.then_some(index))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.wrong_kind("an array".to_owned()))
    }

    other_kinds!(TileSeed::wrong_kind);
}

/// Reads a list of child tiles; gives the indices of those kept.
struct ChildrenSeed<'r> {
    reader: &'r mut Reader,
    parent: u32,
}

impl ChildrenSeed<'_> {
    fn wrong_kind(self, got: String) -> Vec<u32> {
        let path = format!("{}/children", pointer(&self.reader.places, self.parent));
        self.reader.issues.push(Issue::error(path, "wrong type").expected_got("an array of tiles", got));
        Vec::new()
    }
}

impl<'de> DeserializeSeed<'de> for ChildrenSeed<'_> {
    type Value = Vec<u32>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ChildrenSeed<'_> {
    type Value = Vec<u32>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of tiles")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut children = Vec::new();
        let mut position = 0_u32;
        let parent = Some(self.parent);
        while let Some(child) = seq.next_element_seed(TileSeed { reader: &mut *self.reader, parent, position })? {
            children.extend(child);
            position = position.saturating_add(1);
        }
        Ok(children)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self.wrong_kind("an object".to_owned()))
    }

    other_kinds!(ChildrenSeed::wrong_kind);
}

/// Reads the file's own members and hands down what tiles inherit.
fn finish(mut members: Object, reader: Reader) -> (Tileset, Issues) {
    let Reader { mut issues, mut tiles, places, left_out } = reader;
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
    let tileset = Tileset {
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
            let path = format!("{}/contents/{number}/group", pointer(places, index as u32));
            let expected = format!("an index below {group_count}");
            issues.push(Issue::error(path, "no such group").expected_got(expected, group));
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
        let message = format!("geometric error is greater than the parent's (so it is at {more} other tiles)");
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
