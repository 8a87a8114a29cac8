//! Tileset files (`tileset.json`): the tree of tiles that a 3D Tiles data set is made of.
//!
//! [`read`] takes the bytes of one file (gzip accepted) and gives a flat, depth-first list of tiles together with
//! everything that was found wrong, told by JSON pointer. External tilesets are tiles whose content happens to be
//! another such file: this module does not follow them, nor subtrees (see [`super::subtree`]).
//!
//! # Standard
//! OGC 22-025r4, 3D Tiles 1.1, section 7 (tileset JSON), and OGC 18-053r2, 3D Tiles 1.0. The 1.0 extensions
//! `3DTILES_content_gltf`, `3DTILES_implicit_tiling`, `3DTILES_multiple_contents` and `3DTILES_metadata` became part of
//! 1.1 and land in the same fields. `3DTILES_bounding_volume_S2` is read as the region that encloses its cell.
//!
//! # Frames and units
//! Boxes and spheres are metres in the tile's own frame; `parent_from_tile` takes them to the parent tile's frame, the
//! root's to the tileset's (ECEF for a data set on the globe). Regions are radians and metres over the WGS84 ellipsoid
//! and are not moved by any transform. Geometric errors are metres in the tile's frame, unscaled.
//!
//! # What it does not do
//! It computes no geometry (world volumes, screen-space error): that is `tiles`. A schema in another file
//! (`schemaUri`) is not fetched, so that its semantics ([`semantics`]) override nothing.

mod finish;
mod json;
mod parse;
mod s2;
pub mod semantics;
mod tile;
mod volume;

#[cfg(test)]
mod tests;

pub use super::content::UpAxis;
use glam::{DMat3, DMat4, DVec3};
use serde_json::Value;

pub use parse::read;

/// The largest file that [`read`] accepts, in bytes, after decompression.
pub const MAX_FILE_BYTES: usize = 512 << 20;

/// The most tiles in one file; tiles past it are left out with an issue.
pub const MAX_TILES: usize = 4_000_000;

/// One tileset file.
#[derive(Debug, Clone, PartialEq)]
pub struct Tileset {
    /// `asset.version`: `1.0` or `1.1`; empty where the file has none.
    pub version: String,
    /// `asset.tilesetVersion`: the author's own version of the data; empty where the file has none.
    pub tileset_version: String,
    /// Metres: the error when nothing of the tileset is drawn. Finite and not negative.
    pub geometric_error: f64,
    /// Depth-first, root first; never empty, and a parent always stands before its children.
    pub tiles: Vec<TileDef>,
    /// Which axis of the glTF contents points up; other contents have z up always.
    pub up_axis: UpAxis,
    /// The metadata schema, where it stands in the file.
    pub schema: Option<Value>,
    /// The metadata schema's reference, where it stands elsewhere.
    pub schema_uri: Option<String>,
    /// Content groups as written (`class`, `properties`); [`ContentDef::group`] is an index into them.
    pub groups: Vec<Value>,
    /// The tileset's own metadata entity as written.
    pub metadata: Option<Value>,
    /// `properties` of 1.0: least and greatest values of per-feature properties.
    pub properties: Option<Value>,
    /// Statistics about metadata entities as written.
    pub statistics: Option<Value>,
    pub extensions_used: Vec<String>,
    pub extensions_required: Vec<String>,
    /// Attribution found in `asset.copyright` and `asset.extras.cesium.credits`, each once.
    pub copyrights: Vec<String>,
}

impl Tileset {
    pub fn root(&self) -> &TileDef {
        &self.tiles[0]
    }
}

/// One tile of an explicit tree.
#[derive(Debug, Clone, PartialEq)]
pub struct TileDef {
    pub volume: BoundingVolume,
    /// The tile is only asked for while the viewer is inside of it.
    pub viewer_request_volume: Option<BoundingVolume>,
    /// Metres in the tile's frame: the error when this tile is drawn instead of its children. Finite, not negative.
    pub geometric_error: f64,
    /// Inherited from the parent already where the file leaves it out.
    pub refine: Refine,
    /// Affine, finite; identity where the file has none.
    pub parent_from_tile: DMat4,
    pub contents: Vec<ContentDef>,
    /// Indices into [`Tileset::tiles`], each greater than this tile's own.
    pub children: Vec<u32>,
    /// The tile is the root of an implicit tree; then `contents` hold templates and `children` is empty.
    pub implicit: Option<ImplicitTiling>,
    /// The tile's metadata entity as written.
    pub metadata: Option<Value>,
    /// 0 for the root.
    pub depth: u32,
}

/// One content of a tile.
#[derive(Debug, Clone, PartialEq)]
pub struct ContentDef {
    /// The reference as written: relative, absolute or `data:`; a template in implicit tiles.
    pub uri: String,
    /// Encloses the content more tightly than the tile's volume; in the tile's frame.
    pub volume: Option<BoundingVolume>,
    /// Index into [`Tileset::groups`], checked.
    pub group: Option<u32>,
    /// The content's metadata entity as written.
    pub metadata: Option<Value>,
}

/// All numbers are finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BoundingVolume {
    /// `center + half_axes * v` for `v` in [-1, 1]^3; metres, tile frame. Half axes may be zero (flat boxes).
    Box { center: DVec3, half_axes: DMat3 },
    /// Metres, tile frame; the radius is not negative.
    Sphere { center: DVec3, radius: f64 },
    /// WGS84 radians and metres over the ellipsoid. `west_rad > east_rad` where the region crosses the antimeridian;
    /// `south_rad <= north_rad`, `min_height_m <= max_height_m`.
    Region { west_rad: f64, south_rad: f64, east_rad: f64, north_rad: f64, min_height_m: f64, max_height_m: f64 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refine {
    /// Children are drawn together with their parent.
    Add,
    /// Children are drawn instead of their parent.
    Replace,
}

/// How an implicit tree divides and where its subtrees lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImplicitTiling {
    pub scheme: Subdivision,
    /// Levels in each subtree, 1 to [`Subdivision::max_subtree_levels`].
    pub subtree_levels: u32,
    /// Levels in the whole tree, 1 to [`Subdivision::max_levels`].
    pub available_levels: u32,
    /// Template with `{level}`, `{x}`, `{y}` and `{z}`; see [`super::subtree::expand_template`].
    pub subtrees_uri: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subdivision {
    Quadtree,
    Octree,
}

impl Subdivision {
    /// 4 or 8.
    pub const fn children_per_tile(self) -> u32 {
        1 << self.axes()
    }

    /// How many axes are halved at each level: 2 or 3.
    pub const fn axes(self) -> u32 {
        match self {
            Self::Quadtree => 2,
            Self::Octree => 3,
        }
    }

    /// The most levels of a tree: a tile's Morton index must fit into 64 bits.
    pub const fn max_levels(self) -> u32 {
        match self {
            Self::Quadtree => 32,
            Self::Octree => 21,
        }
    }

    /// The most levels of one subtree: the index of a node among all nodes of a subtree must stay below 2^31.
    pub const fn max_subtree_levels(self) -> u32 {
        match self {
            Self::Quadtree => 15,
            Self::Octree => 10,
        }
    }
}

/// Why a file can't be read as a tileset at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TilesetError {
    #[error("tileset file is too large: expected at most {max} bytes, got {got}")]
    TooLarge { max: usize, got: usize },
    #[error("tileset file can't be unpacked: {0}")]
    Gzip(#[from] super::gzip::GzipError),
    #[error("tileset file is not JSON: {message} (line {line}, column {column})")]
    Json { message: String, line: usize, column: usize },
    #[error(
        "tileset file is nested too deeply at line {line}: expected at most 128 levels of JSON (about 60 levels of tiles); \
         split it into external tilesets"
    )]
    TooDeep { line: usize },
    #[error("not a tileset: expected a JSON object with a root tile, got {got}")]
    NotATileset { got: String },
}
