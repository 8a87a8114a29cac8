//! Subtrees: which tiles of an implicit tree exist, for a few levels at a time.
//!
//! [`read`] takes the bytes of one subtree file, JSON or binary (`subt`), gzip accepted. Its bitstreams may lie in other
//! files; then [`SubtreeRead::Missing`] names them and the caller reads again once it has them (this module does no I/O).
//!
//! # Standard
//! OGC 22-025r4, 3D Tiles 1.1, "Implicit Tiling", and the 1.0 extension `3DTILES_implicit_tiling` (one object in place
//! of a list of content availabilities, `bufferView` in place of `bitstream`).
//!
//! # Words
//! `level` counts within the subtree, 0 for its root. A tile of a level is named by its Morton index among the
//! `4^level` or `8^level` places of that level, *relative to the subtree's root*; see [`morton`].
//!
//! # What it does not do
//! Property tables are kept as written, with access to their buffer views and to the row of a tile or content
//! ([`Subtree::tile_row`]); decoding their values is left to the reader of structural metadata.

mod availability;
pub mod morton;
mod parse;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;

use self::availability::Availability;
use super::issue::Issues;
use super::tileset::Subdivision;
pub use parse::read;

/// The largest subtree file or external buffer, in bytes, after decompression.
pub const MAX_FILE_BYTES: usize = 256 << 20;

/// The largest JSON part of a subtree, in bytes: as values it takes up to 80 times as much memory.
pub const MAX_JSON_BYTES: usize = 8 << 20;

/// The most contents a tile may have.
pub const MAX_CONTENTS: usize = 256;

/// Which tiles, contents and child subtrees exist below one tile of an implicit tree.
#[derive(Debug, Clone)]
pub struct Subtree {
    scheme: Subdivision,
    levels: u32,
    tiles: Availability,
    contents: Vec<Availability>,
    child_subtrees: Availability,
    metadata: SubtreeMetadata,
}

/// Metadata of a subtree as written. Empty where the file has none.
#[derive(Debug, Clone, Default)]
pub struct SubtreeMetadata {
    /// Property tables (`class`, `count`, `properties` whose `values`, `arrayOffsets`, `stringOffsets` are buffer views).
    pub property_tables: Vec<Value>,
    /// Which property table has the tiles' rows.
    pub tile_table: Option<u32>,
    /// Which property table has the rows of each content, by the content's number.
    pub content_tables: Vec<Option<u32>>,
    /// The subtree's own metadata entity (`class`, `properties`).
    pub subtree: Option<Value>,
    /// Buffers by number; `None` if external and not given to [`read`].
    buffers: Vec<Option<Arc<[u8]>>>,
    /// Buffer, offset and length in bytes; checked against the buffer where there is one.
    buffer_views: Vec<(usize, usize, usize)>,
    /// References of the buffers that property tables use and that were not given to [`read`].
    pub missing_buffers: Vec<String>,
}

impl SubtreeMetadata {
    /// The bytes of a buffer view; `None` if there is no such view or its buffer was not given to [`read`].
    pub fn buffer_view(&self, index: usize) -> Option<&[u8]> {
        let &(buffer, offset, len) = self.buffer_views.get(index)?;
        self.buffers.get(buffer)?.as_ref()?.get(offset..offset.checked_add(len)?)
    }
}

/// The outcome of [`read`].
#[derive(Debug, Clone)]
pub enum SubtreeRead {
    Done(Box<Subtree>, Issues),
    /// References (as written, relative to the subtree file) of buffers without which nothing can be said.
    Missing(Vec<String>),
}

/// Why bytes can't be read as a subtree at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubtreeError {
    #[error("subtree file is too large: expected at most {max} bytes, got {got}")]
    TooLarge { max: usize, got: usize },
    #[error("subtree file can't be unpacked: {0}")]
    Gzip(#[from] super::gzip::GzipError),
    #[error("subtree file is cut off: {what} needs {expected} bytes, got {got}")]
    Truncated { what: &'static str, expected: u64, got: u64 },
    #[error("unknown version of binary subtree: expected 1, got {got}")]
    Version { got: u32 },
    #[error("subtree is not JSON: {message}")]
    Json { message: String },
    #[error("subtree has no usable {what}: {reason}")]
    Availability { what: &'static str, reason: String },
    #[error("subtree levels out of range: expected 1 to {max}, got {got}")]
    Levels { max: u32, got: u32 },
}

impl Subtree {
    pub fn scheme(&self) -> Subdivision {
        self.scheme
    }

    /// How many levels of tiles the subtree has.
    pub fn levels(&self) -> u32 {
        self.levels
    }

    /// Whether the tile exists; `false` for places outside of the subtree.
    pub fn tile_available(&self, level_in_subtree: u32, morton: u64) -> bool {
        self.node(level_in_subtree, morton).is_some_and(|bit| self.tiles.get(bit))
    }

    /// Whether the tile's content with this number exists; `false` for places outside of the subtree.
    pub fn content_available(&self, content: usize, level_in_subtree: u32, morton: u64) -> bool {
        let Some(bit) = self.node(level_in_subtree, morton) else { return false };
        self.contents.get(content).is_some_and(|c| c.get(bit))
    }

    /// How many contents a tile can have.
    pub fn content_count(&self) -> usize {
        self.contents.len()
    }

    /// Whether a subtree begins at the place just below the last level.
    pub fn child_subtree_available(&self, morton: u64) -> bool {
        self.child_subtrees.get(morton)
    }

    /// How many child subtrees exist.
    pub fn child_subtree_count(&self) -> u64 {
        self.child_subtrees.count()
    }

    /// How many tiles exist in this subtree.
    pub fn tile_count(&self) -> u64 {
        self.tiles.count()
    }

    pub fn metadata(&self) -> &SubtreeMetadata {
        &self.metadata
    }

    /// The tile's row in the table [`SubtreeMetadata::tile_table`]: tables have rows for available tiles only, in order.
    /// Counts bits, so it is meant for single look-ups (picking), not for every tile of a frame.
    pub fn tile_row(&self, level_in_subtree: u32, morton: u64) -> Option<u64> {
        self.tiles.rank(self.node(level_in_subtree, morton)?)
    }

    /// The content's row in its table of [`SubtreeMetadata::content_tables`]; see [`Subtree::tile_row`].
    pub fn content_row(&self, content: usize, level_in_subtree: u32, morton: u64) -> Option<u64> {
        self.contents.get(content)?.rank(self.node(level_in_subtree, morton)?)
    }

    /// How much memory the subtree holds, in bytes, roughly.
    pub fn byte_size(&self) -> usize {
        let bits = self.contents.iter().chain([&self.tiles, &self.child_subtrees]).map(Availability::byte_size);
        let buffers = self.metadata.buffers.iter().flatten().map(|b| b.len());
        size_of::<Self>() + bits.sum::<usize>() + buffers.sum::<usize>()
    }

    /// The number of a tile among all places of the subtree, level by level.
    fn node(&self, level: u32, morton: u64) -> Option<u64> {
        (level < self.levels && morton < places_on_level(self.scheme, level))
            .then(|| places_above(self.scheme, level) + morton)
    }
}

/// `4^level` or `8^level`; the level is at most that of a child subtree, so this stays within 2^30.
fn places_on_level(scheme: Subdivision, level: u32) -> u64 {
    1 << (scheme.axes() * level)
}

/// How many places lie on all levels above `level`.
fn places_above(scheme: Subdivision, level: u32) -> u64 {
    (places_on_level(scheme, level) - 1) / u64::from(scheme.children_per_tile() - 1)
}

/// Fills in `{level}`, `{x}`, `{y}` and `{z}` of a template. Other text in braces stays as it is.
///
/// Coordinates count in the whole implicit tree, not in a subtree. Quadtrees give 0 for `z`.
pub fn expand_template(template: &str, level: u32, x: u64, y: u64, z: u64) -> String {
    let mut expanded = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, from_brace) = rest.split_at(open);
        expanded.push_str(before);
        let variables = [("{level}", u64::from(level)), ("{x}", x), ("{y}", y), ("{z}", z)];
        match variables.iter().find_map(|(name, value)| Some((from_brace.strip_prefix(name)?, value))) {
            Some((after, value)) => {
                expanded.push_str(&value.to_string());
                rest = after;
            }
            None => {
                expanded.push('{');
                rest = &from_brace[1..];
            }
        }
    }
    expanded.push_str(rest);
    expanded
}
