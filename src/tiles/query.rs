//! Questions about tiles: what to read for them, what is known of them, where they are.

use glam::{DAffine3, DVec3};

use super::arena::{JobState, NONE, Status};
use super::forest::TileForest;
use super::structure::{available_contents, tiling_of};
use super::types::{Job, JobError, JobKind, TileId, TileInfo, TileState, TilesetId};
use crate::format::subtree::expand_template;
use crate::format::tileset::{TileDef, Tileset, UpAxis};
use crate::format::uri::{Location, UriError};

impl TileForest {
    /// What to read for a tile named in [`super::Selection::requests`].
    ///
    /// # Errors
    /// When the tile is not in the forest, or its references can't or must not be followed; then answer with
    /// [`Self::failed`], permanently.
    pub fn job(&self, tile: TileId) -> Result<Job, JobError> {
        if !self.arena.contains(tile.0) {
            return Err(JobError::Gone);
        }
        let TileId(tile) = tile;
        let (node, source) = (self.arena.node(tile), self.arena.source(tile));
        let entry = &self.tilesets[node.tileset as usize];
        let file = self.arena.files.get(source.file);
        let unknown = node.status == Status::Unknown;
        let kind = match (unknown, tiling_of(&self.arena, tile)) {
            (true, Some((_, tiling))) => JobKind::Subtree { scheme: tiling.scheme, levels: tiling.subtree_levels },
            (true, None) => JobKind::Tileset,
            (false, _) => JobKind::Content,
        };
        let (mut locations, mut groups) = (Vec::new(), Vec::new());
        match (&kind, file, self.definition(tile)) {
            (JobKind::Subtree { .. }, Some(file), Some(def)) => {
                let template = def.implicit.as_ref().map_or("", |tiling| tiling.subtrees_uri.as_str());
                locations.push(file.location.join(&self.expand(tile, template), &entry.scope)?);
                groups.push(None);
            }
            (JobKind::Content, Some(_), Some(def)) => {
                for content in self.contents_of(tile) {
                    locations.push(self.content_location(tile, content)?);
                    groups.push(def.contents.get(content).and_then(|content| content.group));
                }
            }
            _ => {
                locations.push(entry.location.clone());
                groups.push(None);
            }
        }
        Ok(Job {
            kind,
            tileset: TilesetId(node.tileset),
            locations,
            groups,
            ecef_from_tile: self.arena.ecef_from_tile(tile),
            up_axis: file.map_or(UpAxis::Y, |file| file.tileset.up_axis),
        })
    }

    fn definition(&self, tile: u32) -> Option<&TileDef> {
        let source = self.arena.source(tile);
        self.arena.files.get(source.file)?.tileset.tiles.get(source.def as usize)
    }

    fn expand(&self, tile: u32, template: &str) -> String {
        let source = self.arena.source(tile);
        let [x, y, z] = source.cell.map(u64::from);
        expand_template(template, source.level, x, y, z)
    }

    /// The tile's contents, as indices into its definition's.
    fn contents_of(&self, tile: u32) -> Vec<usize> {
        if self.arena.source(tile).level != NONE {
            return available_contents(&self.arena, tile).collect();
        }
        (0..self.definition(tile).map_or(0, |def| def.contents.len())).collect()
    }

    fn content_location(&self, tile: u32, content: usize) -> Result<Location, UriError> {
        let (node, source) = (self.arena.node(tile), self.arena.source(tile));
        let entry = &self.tilesets[node.tileset as usize];
        let file = self.arena.files.get(source.file);
        let (Some(file), Some(content)) = (file, self.definition(tile).and_then(|def| def.contents.get(content)))
        else {
            return Ok(entry.location.clone());
        };
        if source.level == NONE {
            file.location.join(&content.uri, &entry.scope)
        } else {
            file.location.join(&self.expand(tile, &content.uri), &entry.scope)
        }
    }

    /// From a tile's frame to ECEF, as it is now; `None` for a tile that is not in the forest.
    pub fn ecef_from_tile(&self, tile: TileId) -> Option<DAffine3> {
        self.arena.contains(tile.0).then(|| self.arena.ecef_from_tile(tile.0))
    }

    /// All that is known of a tile, or `None` if it is not in the forest.
    pub fn tile_info(&self, tile: TileId) -> Option<TileInfo<'_>> {
        let TileId(tile) = tile;
        if !self.arena.contains(tile) {
            return None;
        }
        let (node, live, bounds) = (self.arena.node(tile), self.arena.live(tile), &self.arena.bounds[tile as usize]);
        let entry = &self.tilesets[node.tileset as usize];
        let locations = match self.definition(tile) {
            Some(_) => {
                let contents = self.contents_of(tile).into_iter();
                contents.filter_map(|content| self.content_location(tile, content).ok()).collect()
            }
            None => vec![entry.location.clone()],
        };
        let state = match (node.status, node.job) {
            (Status::Unknown | Status::Unloaded, JobState::InFlight | JobState::Canceling) => TileState::InFlight,
            (Status::Unknown, _) => TileState::Unknown,
            (Status::Unloaded, _) => TileState::Unloaded,
            (Status::Empty, _) => TileState::Empty,
            (Status::Loaded, _) => TileState::Loaded,
            (Status::Unloading, _) => TileState::Unloading,
            (Status::Failed, _) => TileState::Failed,
        };
        let held = matches!(state, TileState::Loaded | TileState::Unloading);
        Some(TileInfo {
            tileset: TilesetId(node.tileset),
            parent: (node.parent != NONE).then_some(TileId(node.parent)),
            locations,
            depth: u32::from(node.depth).saturating_sub(1),
            geometric_error_m: node.error_m,
            refine: node.refine,
            metadata: self.definition(tile).and_then(|def| def.metadata.as_ref()),
            state,
            bytes: if held { live.bytes } else { 0 },
            failure: self.failures.get(&tile).map(String::as_str),
            center_ecef: bounds.center,
            radius_m: bounds.radius,
        })
    }

    /// The file at the top of a tileset, once it is read: version, schema, groups, attribution.
    pub fn tileset_file(&self, tileset: TilesetId) -> Option<&Tileset> {
        let root = self.root(tileset)?;
        self.arena.files.get(self.arena.source(root).file).map(|file| &*file.tileset)
    }

    /// The tile at the top of a tileset; `None` until its file is read.
    fn root(&self, tileset: TilesetId) -> Option<u32> {
        let entry = self.tilesets.get(tileset.0 as usize).filter(|entry| !entry.removed && entry.anchor != NONE)?;
        let top = if entry.is_bare { entry.anchor } else { self.arena.node(entry.anchor).first_child };
        (top != NONE).then_some(top)
    }

    /// Whether it is a content without a tileset around it.
    pub fn is_bare(&self, tileset: TilesetId) -> bool {
        self.tilesets.get(tileset.0 as usize).is_some_and(|entry| entry.is_bare)
    }

    /// A sphere round the whole tileset (ECEF, metres); `None` until its file, or a bare content itself, is read.
    pub fn tileset_bounds(&self, tileset: TilesetId) -> Option<(DVec3, f64)> {
        let bounds = &self.arena.bounds[self.root(tileset)? as usize];
        bounds.radius.is_finite().then_some((bounds.center, bounds.radius))
    }

    /// Where a ray enters the volume of a tile, in multiples of `dir`'s length; 0 from within. A filter before the
    /// triangles are asked.
    pub fn draw_volume_hit(&self, tile: TileId, origin_ecef: DVec3, dir: DVec3) -> Option<f64> {
        if !self.arena.contains(tile.0) {
            return None;
        }
        let at = self.arena.node(tile.0).content_bounds;
        let bounds = self.arena.extra_bounds.get(at).unwrap_or(&self.arena.bounds[tile.0 as usize]);
        bounds.ray_hit(origin_ecef, dir)
    }

    /// How many tiles lie above this one in its tree, if the tileset is shown and the line meets the tile's volume.
    pub fn shown_depth_on_line(&self, tile: TileId, origin_ecef: DVec3, dir: DVec3) -> Option<u32> {
        let node = self.arena.contains(tile.0).then(|| self.arena.node(tile.0))?;
        let shown = self.tilesets.get(node.tileset as usize).is_some_and(|entry| entry.visible && !entry.removed);
        (shown && self.draw_volume_hit(tile, origin_ecef, dir).is_some()).then_some(u32::from(node.depth))
    }

    /// All tiles that can't be shown, with the reason, in no particular order.
    pub fn failures(&self) -> impl Iterator<Item = (TileId, &str)> {
        self.failures.iter().map(|(tile, reason)| (TileId(*tile), reason.as_str()))
    }
}
