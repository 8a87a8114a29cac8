//! Writes subtrees: which tiles of an implicit tree exist, which have a content, what their metadata says.
//!
//! A tile of the whole tree has an [`Address`]; [`split`] groups all tiles of a tree by subtree, [`write`] gives the
//! bytes of one. Bitstreams that are all ones or all zeros are constants, equal ones share their bytes. Values of
//! [`Facts`] go into one property table for tiles and one for contents, whose classes the tileset's schema needs
//! ([`class`]). The same tiles give the same bytes.
//!
//! Frames: volumes are in the frame of the implicit root tile (its `transform` applies), regions in radians and metres
//! on WGS84; geometric errors are metres.
//!
//! # Standard
//! OGC 22-025r4, 3D Tiles 1.1: "Implicit Tiling" (subtree file format 1, Morton order) and the 3D Metadata Semantic
//! Reference. Written is the binary form with one internal buffer; `crate::format::subtree` reads it back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::format::subtree::morton;
use crate::format::tileset::Subdivision;

#[cfg(test)]
mod tests;

/// The class of the tiles' property table.
pub const TILE_CLASS: &str = "tile";
/// The class of the contents' property table.
pub const CONTENT_CLASS: &str = "tile_content";

/// A tile of the whole implicit tree: its level, 0 for the root, and its Morton index among the level's places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    pub level: u32,
    pub morton: u64,
}

impl Address {
    pub const ROOT: Self = Self { level: 0, morton: 0 };

    pub fn quadtree(level: u32, x: u32, y: u32) -> Self {
        Self { level, morton: morton::encode_2d(x, y) }
    }

    /// Coordinates of up to 21 bits.
    pub fn octree(level: u32, x: u32, y: u32, z: u32) -> Self {
        Self { level, morton: morton::encode_3d(x, y, z) }
    }

    /// x, y and z as URI templates name them; z is 0 in quadtrees.
    pub fn coordinates(self, scheme: Subdivision) -> [u64; 3] {
        match scheme {
            Subdivision::Quadtree => {
                let (x, y) = morton::decode_2d(self.morton);
                [x.into(), y.into(), 0]
            }
            Subdivision::Octree => {
                let (x, y, z) = morton::decode_3d(self.morton);
                [x.into(), y.into(), z.into()]
            }
        }
    }

    /// `None` for the root.
    pub fn parent(self, scheme: Subdivision) -> Option<Self> {
        Some(Self { level: self.level.checked_sub(1)?, morton: self.morton >> scheme.axes() })
    }

    /// The child at this place in Morton order.
    pub fn child(self, scheme: Subdivision, place: u32) -> Self {
        Self { level: self.level + 1, morton: self.morton << scheme.axes() | u64::from(place) }
    }
}

/// What metadata says of a tile or of its content better than its place in the tree does. Either all tiles (contents)
/// of a subtree have a fact, or none of them has.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Facts {
    /// Centre and three half axes, as in `tileset.json`.
    pub bounding_box: Option<[f64; 12]>,
    /// West, south, east, north in radians, minimum and maximum height in metres.
    pub bounding_region: Option<[f64; 6]>,
    pub min_height_m: Option<f64>,
    pub max_height_m: Option<f64>,
    /// Metres. Only of tiles; a content has none.
    pub geometric_error_m: Option<f64>,
}

/// A tile that exists.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tile {
    pub facts: Facts,
    /// What is said of its content; `None` if it has no content.
    pub content: Option<Facts>,
}

/// One subtree, to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct SubtreeSpec {
    pub scheme: Subdivision,
    /// How many levels of tiles it has, as the tileset's `subtreeLevels` says.
    pub levels: u32,
    /// Addresses are relative to the subtree's root.
    pub tiles: BTreeMap<Address, Tile>,
    /// Morton indices of the places just below the last level at which another subtree begins.
    pub child_subtrees: BTreeSet<u64>,
}

/// Why tiles can't be written as a subtree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubtreeSpecError {
    #[error("subtree levels out of range: expected 1 to {max}, got {got}")]
    Levels { max: u32, got: u32 },
    #[error("the subtree's root does not exist")]
    NoRoot,
    #[error("level {}, place {}: lies outside of the subtree", .0.level, .0.morton)]
    Outside(Address),
    #[error("level {}, place {}: exists without its parent", .0.level, .0.morton)]
    Orphan(Address),
    #[error("{0}: some tiles of the subtree have it and some have not")]
    Mixed(&'static str),
    #[error("{0}: not a finite number")]
    NotFinite(&'static str),
}

/// Whether a property table is one of tiles or of contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Tile,
    Content,
}

impl Subject {
    fn class(self) -> &'static str {
        match self {
            Self::Tile => TILE_CLASS,
            Self::Content => CONTENT_CLASS,
        }
    }

    fn columns(self) -> impl Iterator<Item = &'static FactColumn> {
        COLUMNS.iter().filter(move |column| self == Self::Tile || column.of_contents)
    }
}

/// A column of a property table.
struct FactColumn {
    id: &'static str,
    /// Without the prefix `TILE_` or `CONTENT_`.
    semantic: &'static str,
    /// How many numbers a value has.
    count: usize,
    of_contents: bool,
    value: fn(&Facts) -> Option<Vec<f64>>,
}

const COLUMNS: [FactColumn; 5] = [
    FactColumn {
        id: "bounding_box",
        semantic: "BOUNDING_BOX",
        count: 12,
        of_contents: true,
        value: |facts| facts.bounding_box.map(Vec::from),
    },
    FactColumn {
        id: "bounding_region",
        semantic: "BOUNDING_REGION",
        count: 6,
        of_contents: true,
        value: |facts| facts.bounding_region.map(Vec::from),
    },
    FactColumn {
        id: "min_height",
        semantic: "MINIMUM_HEIGHT",
        count: 1,
        of_contents: true,
        value: |facts| facts.min_height_m.map(|height| vec![height]),
    },
    FactColumn {
        id: "max_height",
        semantic: "MAXIMUM_HEIGHT",
        count: 1,
        of_contents: true,
        value: |facts| facts.max_height_m.map(|height| vec![height]),
    },
    FactColumn {
        id: "geometric_error",
        semantic: "GEOMETRIC_ERROR",
        count: 1,
        of_contents: false,
        value: |facts| facts.geometric_error_m.map(|error| vec![error]),
    },
];

/// The class of a property table that has the same facts as `like`, for the tileset's `schema` under [`TILE_CLASS`] or
/// [`CONTENT_CLASS`]. `None` if there are none: then there is no table and no class either.
pub fn class(subject: Subject, like: &Facts) -> Option<Value> {
    let prefix = match subject {
        Subject::Tile => "TILE",
        Subject::Content => "CONTENT",
    };
    let mut properties = Map::new();
    for column in subject.columns().filter(|column| (column.value)(like).is_some()) {
        let mut property = json!({"type": "SCALAR", "componentType": "FLOAT64", "required": true,
            "semantic": format!("{prefix}_{}", column.semantic)});
        if column.count > 1 {
            property["array"] = json!(true);
            property["count"] = json!(column.count);
        }
        properties.insert(column.id.to_owned(), property);
    }
    (!properties.is_empty()).then(|| json!({"properties": properties}))
}

/// Groups the tiles of a whole tree by subtree, keyed by the subtree's root.
pub fn split(
    scheme: Subdivision,
    subtree_levels: u32,
    tiles: &BTreeMap<Address, Tile>,
) -> BTreeMap<Address, SubtreeSpec> {
    let levels = subtree_levels.max(1);
    let mut subtrees: BTreeMap<Address, SubtreeSpec> = BTreeMap::new();
    for (address, tile) in tiles {
        let (root, within) = cut(scheme, *address, address.level - address.level % levels);
        let empty =
            || SubtreeSpec { scheme, levels: subtree_levels, tiles: BTreeMap::new(), child_subtrees: BTreeSet::new() };
        subtrees.entry(root).or_insert_with(empty).tiles.insert(within, *tile);
    }
    let roots: Vec<Address> = subtrees.keys().filter(|root| root.level >= levels).copied().collect();
    for root in roots {
        let (above, place) = cut(scheme, root, root.level - levels);
        if let Some(subtree) = subtrees.get_mut(&above) {
            subtree.child_subtrees.insert(place.morton);
        }
    }
    subtrees
}

/// The ancestor on a level and the address relative to it.
fn cut(scheme: Subdivision, address: Address, root_level: u32) -> (Address, Address) {
    let level = address.level - root_level;
    let bits = scheme.axes() * level;
    let above = address.morton.checked_shr(bits).unwrap_or(0);
    let within = address.morton & 1_u64.checked_shl(bits).map_or(u64::MAX, |top| top - 1);
    (Address { level: root_level, morton: above }, Address { level, morton: within })
}

/// The bytes of one `.subtree` file.
///
/// # Errors
/// When the tiles are no tree within the subtree, or a fact is not a number or known of some tiles only.
pub fn write(spec: &SubtreeSpec) -> Result<Vec<u8>, SubtreeSpecError> {
    check(spec)?;
    let place = |address: &Address| places_above(spec.scheme, address.level) + address.morton;
    let places = places_above(spec.scheme, spec.levels);
    let mut chunk = Chunk::default();
    let with_content = || spec.tiles.iter().filter(|(_, tile)| tile.content.is_some());
    let mut root = json!({
        "tileAvailability": chunk.availability(places, spec.tiles.keys().map(place)),
        "contentAvailability": [chunk.availability(places, with_content().map(|(address, _)| place(address)))],
        "childSubtreeAvailability":
            chunk.availability(places_on_level(spec.scheme, spec.levels), spec.child_subtrees.iter().copied()),
    });
    let facts_of_tiles: Vec<&Facts> = spec.tiles.values().map(|tile| &tile.facts).collect();
    let facts_of_contents: Vec<&Facts> = spec.tiles.values().filter_map(|tile| tile.content.as_ref()).collect();
    let mut tables = Vec::new();
    if let Some(table) = chunk.table(Subject::Tile, &facts_of_tiles)? {
        root["tileMetadata"] = json!(tables.len());
        tables.push(table);
    }
    if let Some(table) = chunk.table(Subject::Content, &facts_of_contents)? {
        root["contentMetadata"] = json!([tables.len()]);
        tables.push(table);
    }
    if !tables.is_empty() {
        root["propertyTables"] = Value::Array(tables);
    }
    Ok(chunk.finish(root))
}

fn check(spec: &SubtreeSpec) -> Result<(), SubtreeSpecError> {
    let max = spec.scheme.max_subtree_levels();
    if spec.levels == 0 || spec.levels > max {
        return Err(SubtreeSpecError::Levels { max, got: spec.levels });
    }
    if !spec.tiles.contains_key(&Address::ROOT) {
        return Err(SubtreeSpecError::NoRoot);
    }
    let below = spec.child_subtrees.iter().map(|&morton| Address { level: spec.levels, morton });
    for address in spec.tiles.keys().copied().chain(below.clone()) {
        if address.level > spec.levels || address.morton >= places_on_level(spec.scheme, address.level) {
            return Err(SubtreeSpecError::Outside(address));
        }
        if address.parent(spec.scheme).is_some_and(|parent| !spec.tiles.contains_key(&parent)) {
            return Err(SubtreeSpecError::Orphan(address));
        }
    }
    match spec.tiles.keys().find(|address| address.level == spec.levels) {
        Some(address) => Err(SubtreeSpecError::Outside(*address)),
        None => Ok(()),
    }
}

/// `4^level` or `8^level`, for levels of one subtree.
fn places_on_level(scheme: Subdivision, level: u32) -> u64 {
    1 << (scheme.axes() * level)
}

/// How many places lie on all levels above `level`.
fn places_above(scheme: Subdivision, level: u32) -> u64 {
    (places_on_level(scheme, level) - 1) / u64::from(scheme.children_per_tile() - 1)
}

/// The binary chunk under construction.
#[derive(Default)]
struct Chunk {
    bytes: Vec<u8>,
    /// Offset and length.
    views: Vec<(usize, usize)>,
}

impl Chunk {
    /// The number of a buffer view with these bytes, aligned to 8.
    fn view(&mut self, bytes: &[u8]) -> usize {
        // There are a few views only, so a walk over them is cheap.
        let same = |&(at, len): &(usize, usize)| self.bytes.get(at..at + len) == Some(bytes);
        if let Some(known) = self.views.iter().position(same) {
            return known;
        }
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        self.views.push((self.bytes.len(), bytes.len()));
        self.bytes.extend_from_slice(bytes);
        self.views.len() - 1
    }

    /// An availability object for `len` places of which those of `set` exist.
    fn availability(&mut self, len: u64, set: impl Iterator<Item = u64>) -> Value {
        // At most 2^30 places, as the levels are bounded.
        let mut bits = vec![0_u8; len.div_ceil(8) as usize];
        let mut count = 0_u64;
        for place in set {
            bits[(place / 8) as usize] |= 1 << (place % 8);
            count += 1;
        }
        if count == 0 || count == len {
            return json!({"constant": u8::from(count > 0), "availableCount": count});
        }
        json!({"bitstream": self.view(&bits), "availableCount": count})
    }

    /// A property table of the facts that there are, one row for each of `rows`.
    fn table(&mut self, subject: Subject, rows: &[&Facts]) -> Result<Option<Value>, SubtreeSpecError> {
        let mut properties = Map::new();
        for column in subject.columns() {
            let values: Vec<Vec<f64>> = rows.iter().filter_map(|facts| (column.value)(facts)).collect();
            if values.is_empty() {
                continue;
            }
            if values.len() < rows.len() {
                return Err(SubtreeSpecError::Mixed(column.id));
            }
            if values.iter().flatten().any(|number| !number.is_finite()) {
                return Err(SubtreeSpecError::NotFinite(column.id));
            }
            let bytes: Vec<u8> = values.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
            properties.insert(column.id.to_owned(), json!({"values": self.view(&bytes)}));
        }
        let table = || json!({"class": subject.class(), "count": rows.len(), "properties": properties});
        Ok((!properties.is_empty()).then(table))
    }

    /// Header, JSON and binary chunk, both padded to 8 bytes.
    fn finish(mut self, mut root: Value) -> Vec<u8> {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        if !self.bytes.is_empty() {
            let views = self
                .views
                .iter()
                .map(|&(offset, length)| json!({"buffer": 0, "byteOffset": offset, "byteLength": length}));
            root["bufferViews"] = views.collect();
            root["buffers"] = json!([{"byteLength": self.bytes.len()}]);
        }
        let mut text = root.to_string().into_bytes();
        text.resize(text.len().next_multiple_of(8), b' ');
        let mut out = Vec::with_capacity(24 + text.len() + self.bytes.len());
        out.extend_from_slice(b"subt");
        out.extend_from_slice(&1_u32.to_le_bytes());
        out.extend_from_slice(&(text.len() as u64).to_le_bytes());
        out.extend_from_slice(&(self.bytes.len() as u64).to_le_bytes());
        out.extend_from_slice(&text);
        out.extend_from_slice(&self.bytes);
        out
    }
}
