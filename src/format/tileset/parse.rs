//! From bytes to the flat tree.
//!
//! Tiles are taken from the JSON stream one by one, so that memory follows the tiles kept and not a second copy of the
//! file as a tree of JSON values. Only a tile's own members are held as values while it is read.

use std::borrow::Cow;
use std::fmt;

use glam::{DMat4, DVec3};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::finish::finish;
use super::json::{Bounded, Log, Object, weight};
use super::tile::{RawTile, read_tile};
use super::{BoundingVolume, MAX_FILE_BYTES, MAX_TILES, Refine, TileDef, Tileset, TilesetError};
use crate::format::gzip;
use crate::format::issue::{Issue, Issues};

/// The radius of the volume of a root that gives none of its own, in metres: beyond anything on or over the Earth.
const UNKNOWN_RADIUS_M: f64 = 1e7;

/// The most memory for the members of one tile and for those of the file itself, in units of [`Bounded`] (40 bytes).
const TILE_BUDGET: usize = 1 << 16;
const FILE_BUDGET: usize = 1 << 22;
/// The same for metadata and further contents of all tiles together, which stay in memory.
const KEPT_BUDGET: usize = 1 << 24;
/// What a content costs of it.
const CONTENT_UNITS: usize = 4;

/// Members of the file and of tiles that are read; all others (`extras`) are skipped.
const FILE_MEMBERS: [&str; 11] = [
    "asset",
    "geometricError",
    "properties",
    "schema",
    "schemaUri",
    "groups",
    "statistics",
    "metadata",
    "extensionsUsed",
    "extensionsRequired",
    "extensions",
];
const TILE_MEMBERS: [&str; 11] = [
    "boundingVolume",
    "viewerRequestVolume",
    "geometricError",
    "refine",
    "transform",
    "content",
    "contents",
    "implicitTiling",
    "metadata",
    "extensions",
    "expire",
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
pub(super) struct Place {
    /// The parent's index; the root's is its own.
    pub parent: u32,
    /// Which of the parent's children as written, which may be more than were kept.
    position: u32,
    pub has_volume: bool,
    pub geometric_error: Option<f64>,
    pub refine: Option<Refine>,
}

#[derive(Default)]
pub(super) struct Reader {
    pub issues: Issues,
    pub tiles: Vec<TileDef>,
    /// Parallel to `tiles`.
    pub places: Vec<Place>,
    /// All tiles begun, also those dropped later on.
    begun: usize,
    /// Tiles left out because of [`MAX_TILES`].
    pub left_out: usize,
    /// Units used of [`KEPT_BUDGET`].
    kept_units: usize,
}

impl Reader {
    /// Keeps a slot for a tile whose members are yet to come; `None` when the file has too many.
    fn begin(&mut self, parent: Option<u32>, position: u32) -> Option<u32> {
        if self.begun >= MAX_TILES {
            self.left_out += 1;
            return None;
        }
        self.begun += 1;
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
        let mut raw = read_tile(members, &mut Log { issues: &mut self.issues, base: &pointer });
        let empty = raw.volume.is_none() && raw.contents.is_empty() && children.is_empty();
        // Nothing was pushed after a tile without kept children, so it is the last one.
        if empty && index > 0 && index as usize + 1 == self.tiles.len() {
            self.tiles.pop();
            self.places.pop();
            return false;
        }
        if raw.implicit.is_some() && !children.is_empty() {
            let path = format!("{}/children", pointer());
            let message = "an implicit tile can't have explicit children; only the children are used";
            self.issues.push(Issue::error(path, message));
            raw.implicit = None;
            raw.contents.clear();
        }
        self.limit_kept(index, &mut raw);
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

impl Reader {
    /// Takes metadata and further contents away once the file has used up what may be kept of them.
    fn limit_kept(&mut self, index: u32, raw: &mut RawTile) {
        let metadata = raw.contents.iter().filter_map(|c| c.metadata.as_ref()).chain(&raw.metadata);
        let units = metadata.map(weight).sum::<usize>() + raw.contents.len().saturating_sub(1) * CONTENT_UNITS;
        let before = self.kept_units;
        self.kept_units = self.kept_units.saturating_add(units);
        if units == 0 || self.kept_units <= KEPT_BUDGET {
            return;
        }
        raw.metadata = None;
        raw.contents.truncate(1);
        raw.contents.iter_mut().for_each(|content| content.metadata = None);
        if before <= KEPT_BUDGET {
            let message = "too much metadata and too many contents in one file; from here on they are left out";
            self.issues.push(Issue::error(pointer(&self.places, index), message));
        }
    }
}

pub(super) fn unknown_volume() -> BoundingVolume {
    BoundingVolume::Sphere { center: DVec3::ZERO, radius: UNKNOWN_RADIUS_M }
}

/// The JSON pointer of a tile.
pub(super) fn pointer(places: &[Place], index: u32) -> String {
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
        let mut budget = FILE_BUDGET;
        while let Some(key) = map.next_key::<String>()? {
            if key == "root" && !has_root {
                has_root =
                    map.next_value_seed(TileSeed { reader: &mut *self.reader, parent: None, position: 0 })?.is_some();
            } else if key == "root" {
                map.next_value::<IgnoredAny>()?;
                self.reader.issues.push(Issue::error("/root", "more than one root; the first is used"));
            } else if FILE_MEMBERS.contains(&key.as_str()) {
                members.insert(key, map.next_value_seed(Bounded { budget: &mut budget })?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if budget == 0 {
            let message = "too much data beside the tiles; some of it is left out";
            self.reader.issues.push(Issue::error("", message));
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
        let mut budget = TILE_BUDGET;
        while let Some(key) = map.next_key::<String>()? {
            if key == "children" && children.is_none() {
                children = Some(map.next_value_seed(ChildrenSeed { reader: &mut *self.reader, parent: index })?);
            } else if key == "children" {
                map.next_value::<IgnoredAny>()?;
                let path = format!("{}/children", pointer(&self.reader.places, index));
                self.reader.issues.push(Issue::error(path, "more than one list of children; the first is used"));
            } else if TILE_MEMBERS.contains(&key.as_str()) {
                members.insert(key, map.next_value_seed(Bounded { budget: &mut budget })?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if budget == 0 {
            let path = pointer(&self.reader.places, index);
            let message = "too much data for one tile; some of it is left out";
            self.reader.issues.push(Issue::error(path, message));
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
